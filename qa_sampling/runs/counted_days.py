"""The days whose activity, actions or re-audits a page counts."""

from __future__ import annotations

import pandas as pd

from qa_sampling.settings.analyses import AnalysisSettings


def days_of(settings: AnalysisSettings, happened: pd.Series) -> tuple[str, ...]:
    """Give the days that count, from the first on which anything happened at all.

    Everybody knows that there was nothing before, so those days may not be thought to hold some.

    Parameters
    ----------
    settings : AnalysisSettings
        Checked parameters.
    happened : Series of datetime
        Days of all that is on record, whether or not it counts.

    Returns
    -------
    tuple of str
        As "2026-10-31"; the last day alone when there was nothing until then.
    """
    last = pd.Timestamp(settings.extract_day)
    held = happened.dropna()
    first = min(held.min(), last) if len(held) else last
    days = pd.date_range(max(pd.Timestamp(settings.first_day), first), last)
    return tuple(days.strftime("%Y-%m-%d"))
