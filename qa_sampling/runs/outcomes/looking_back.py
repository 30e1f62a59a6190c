"""The signals of earlier months: what was found when, and what was told for nothing."""

from __future__ import annotations

import pandas as pd

from qa_sampling.runs.outcomes.steps import Outcomes, spikes_in, watched_series
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.spikes import Spikes


def signals_before(found: Outcomes, settings: OutcomeTrends) -> dict[pd.Timestamp, Spikes]:
    """Find the signals of earlier months, as this page would have told them then.

    Of every measure so many of its settled months are left out. They are counted from the records
    of today: what was recorded late is in them, so that a page of that month may have told less.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Give the false discovery rate, and how many months to look back (`looked_back`).

    Returns
    -------
    dict of Timestamp to Spikes
        By the first day of the month that the page would have been of, the earliest first.
    """
    month = pd.Timestamp(settings.period_end).to_period("M").start_time
    return {
        month - pd.DateOffset(months=back): spikes_in(
            *watched_series(found, settings, back), settings.false_discovery_rate
        )
        for back in range(settings.looked_back, 0, -1)
    }
