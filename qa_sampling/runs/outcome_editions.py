"""Which quarters of outcomes everybody reads of, and what tells one extract from others."""

from __future__ import annotations

import pandas as pd

from qa_sampling.settings.outcomes import OutcomeTrends


def finished_quarters(settings: OutcomeTrends) -> list[str]:
    """Give the first days of the latest quarters that are over, in order.

    Parameters
    ----------
    settings : OutcomeTrends
        Say up to which day, and how many.
    """
    day = pd.Timestamp(settings.extract_day) + pd.Timedelta(days=1)
    last = day.to_period("Q") - 1
    quarters = [last - back for back in reversed(range(settings.quarters))]
    return [f"{one.start_time:%Y-%m-%d}" for one in quarters]


def edition_of(settings: OutcomeTrends) -> str:
    """Say what tells the figures of this extract from those of others.

    Parameters
    ----------
    settings : OutcomeTrends
        Checked parameters.
    """
    day = f"extract of {settings.extract_day.isoformat()}"
    return f"{settings.edition}, {day}" if settings.edition else day
