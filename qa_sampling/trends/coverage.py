"""Which months the records hold of each kind of event: a month outside them is a gap, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

__all__ = ["DOZENS", "Coverage", "Empty", "Span", "empty_months", "united"]

Span = tuple[pd.Timestamp, pd.Timestamp]
"""First and last day, both included."""

DOZENS = 24
"""Usual count of a month from which a month of none is doubted: chance makes one with families of
two children in 6 of a million months."""
_A_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Empty:
    """A month on record without any event, where dozens are usual.

    Attributes
    ----------
    event : str
        Kind of event (``schema.EVENT_KINDS``).
    on : str
        Day that none has in it: "date" or "end_date".
    month : Timestamp
        First day of the month.
    usual : float
        Median of the other months.
    """

    event: str
    on: str
    month: pd.Timestamp
    usual: float


@dataclass(frozen=True)
class Coverage:
    """Days that the records hold of each kind of event.

    Attributes
    ----------
    spans : mapping of str to tuple of (Timestamp, Timestamp)
        First and last day of each stretch, in order, by kind of event; stretches do not meet.
        A kind that is not named is on record on no day.
    empty : tuple of Empty
        Months within them that are taken for not recorded.
    """

    spans: Mapping[str, tuple[Span, ...]]
    empty: tuple[Empty, ...] = field(default=())

    def holds(
        self, event: str, first: pd.DatetimeIndex, last: pd.DatetimeIndex, on: str = "date"
    ) -> np.ndarray:
        """Tell of each stretch of days whether all of it is on record.

        Parameters
        ----------
        event : str
            Kind of event.
        first, last : DatetimeIndex
            First and last days.
        on : {"date", "end_date"}
            Day of the event that is asked for.
        """
        held = np.zeros(len(first), dtype=bool)
        for begin, end in self.spans.get(event, ()):
            held |= np.asarray((first >= begin) & (last <= end))
        return held & ~self.lacks(event, first, last, on)

    def lacks(
        self, event: str, first: pd.DatetimeIndex, last: pd.DatetimeIndex, on: str = "date"
    ) -> np.ndarray:
        """Tell of each stretch of days whether a month is in it that holds none against all use.

        Parameters
        ----------
        event, first, last, on
            As for :meth:`holds`.
        """
        found = np.zeros(len(first), dtype=bool)
        for one in self.empty:
            if (one.event, one.on) == (event, on):
                end = one.month + pd.offsets.MonthEnd(0)
                found |= np.asarray((first <= end) & (last >= one.month))
        return found

    def before(self, event: str, last: pd.DatetimeIndex) -> np.ndarray:
        """Tell of each stretch whether the records begin after it.

        Parameters
        ----------
        event : str
            Kind of event.
        last : DatetimeIndex
            Its last day.
        """
        spans = self.spans.get(event, ())
        return np.asarray(last < spans[0][0]) if spans else np.ones(len(last), dtype=bool)

    def between(self) -> dict[Span, tuple[str, ...]]:
        """Give the stretches of days between those on record, each with the kinds that lack it."""
        found: dict[Span, tuple[str, ...]] = {}
        for event, spans in self.spans.items():
            for (_, last), (first, _) in pairwise(spans):
                gap = last + _A_DAY, first - _A_DAY
                found[gap] = (*found.get(gap, ()), event)
        return found

    def unbroken_since(self, *events: str) -> pd.Timestamp:
        """Give the day from which several kinds of event are on record without a gap to the end.

        Parameters
        ----------
        *events : str
            Kinds of event; of one that is on record on no day there is no such day but the last
            that can be told.
        """
        begun = [self.spans[event][-1][0] if self.spans.get(event) else pd.Timestamp.max
                 for event in events]  # fmt: skip
        after = [one.month + pd.offsets.MonthBegin(1) for one in self.empty
                 if one.event in events and one.on == "date"]  # fmt: skip
        return max([*begun, *after])


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join stretches of days that overlap or follow each other.

    Parameters
    ----------
    spans : iterable of (Timestamp, Timestamp)
        First and last days, in any order; those that end before they begin are left out.
    """
    joined: list[Span] = []
    for first, last in sorted(one for one in spans if one[0] <= one[1]):
        if joined and first <= joined[-1][1] + _A_DAY:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def empty_months(dates: pd.Series, spans: Iterable[Span]) -> dict[pd.Timestamp, float]:
    """Give whole months on record that hold no date, where dozens a month are usual.

    Parameters
    ----------
    dates : Series of datetime64
        Days of events; missing ones are not counted.
    spans : iterable of (Timestamp, Timestamp)
        Days on record.

    Returns
    -------
    dict of Timestamp to float
        First day of each month and the median of the whole months that hold some; empty where
        fewer than two do, or where the median is below :data:`DOZENS`.
    """
    months = pd.DatetimeIndex([])
    for first, last in spans:
        whole = pd.date_range(first, last + _A_DAY, freq="MS")
        months = months.append(whole[whole + pd.offsets.MonthEnd(0) <= last])
    counts = dates.dropna().dt.to_period("M").dt.start_time.value_counts()
    counts = counts.reindex(months, fill_value=0)
    some = counts[counts > 0]
    if len(some) < 2 or some.median() < DOZENS:
        return {}
    return dict.fromkeys(counts.index[counts == 0], float(some.median()))
