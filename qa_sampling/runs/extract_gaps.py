"""What the extracts do not cover, in words: whole stretches, and months that hold nothing."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.dates import month_in_words, period_in_words
from qa_sampling.trends.coverage import Coverage

_ENDED = {"date": "", "end_date": " that ended"}


def gaps_in_words(covered: Coverage) -> tuple[str, ...]:
    """Say which days between extracts none covers, and which months hold none of what is usual.

    Parameters
    ----------
    covered : Coverage
        Which days the extracts hold of each kind of event.

    Returns
    -------
    tuple of str
        A sentence each; empty where there is no gap.
    """
    between = covered.between()
    most = max(map(len, between.values()), default=0)
    said = [
        f"No extract covers {period_in_words(first.date(), last.date())}"
        f"{'' if len(events) == most else ' of ' + ', '.join(events).lower()}: what is counted "
        "over time is missing there, not 0."
        for (first, last), events in between.items()
    ]
    said += [
        f"No {one.event.lower()}{_ENDED[one.on]} in {month_in_words(one.month.date())}, where "
        f"{one.usual:.0f} a month are usual: recorded elsewhere, or missing? The month is left "
        "out, not counted as 0."
        for one in covered.empty
    ]
    return tuple(said)


def months_in_words(months: pd.Series | pd.DatetimeIndex) -> str:
    """Say months shortly, each unbroken stretch of them: "March to May 2025, May 2026".

    Parameters
    ----------
    months : Series or DatetimeIndex
        First days of months.
    """
    ordered = pd.Series(sorted(set(months)))
    stretch = (ordered != ordered.shift() + pd.DateOffset(months=1)).cumsum()
    return ", ".join(
        period_in_words(one.iloc[0].date(), (one.iloc[-1] + pd.offsets.MonthEnd(0)).date())
        for _, one in ordered.groupby(stretch)
    )
