"""Which days the stacked extracts hold of each kind of event."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.events import LIST_OF
from qa_sampling.trends.coverage import Coverage, Empty, empty_months, united

__all__ = ["covered_by"]


def covered_by(annex: AnnexA, events: pd.DataFrame) -> Coverage:
    """Unite the days that extracts hold, and find months in them that hold nothing.

    Parameters
    ----------
    annex : AnnexA
        The checked extract, or several stacked.
    events : DataFrame
        ``schema.EVENTS`` of it (``events.build_events``).

    Returns
    -------
    Coverage
        By kind of event. Months of none are doubted of what came in, began or ended by the
        dozen (``coverage.empty_months``).
    """
    spans = {
        event: united((one.first, one.last) for one in annex.windows if one.number == number)
        for event, number in LIST_OF.items()
    }
    empty = []
    for (event, on), dates in _days_of(events).items():
        found = empty_months(dates, spans[event])
        empty += [Empty(event, on, month, usual) for month, usual in found.items()]
    return Coverage(spans, tuple(empty))


def _days_of(events: pd.DataFrame) -> dict[tuple[str, str], pd.Series]:
    """Give the days on which events of a kind began, and those on which they ended."""
    return {
        (event, on): rows[on]
        for event, rows in events.groupby("event")
        for on in ("date", "end_date")
        if event in LIST_OF and rows[on].notna().any()
    }
