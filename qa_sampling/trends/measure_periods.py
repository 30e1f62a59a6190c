"""The periods of a measure: since when they are whole, and on what day stocks are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.entered import Entered, covered_of
from qa_sampling.trends.measure_bases import Base, Logged, OpenOn
from qa_sampling.trends.measures import Measure

__all__ = ["STEPS", "Periods", "periods_of", "starts_of"]

STEPS = {"month": 1, "quarter": 3}
"""Months of a period, by its name."""

_RECEIVED = ("Contact", "Referral")
"""Kinds whose lists hold a window of months and nothing from before it."""


@dataclass(frozen=True)
class Periods:
    """Periods of one length, in order.

    Attributes
    ----------
    start : DatetimeIndex
        Their first days.
    covered : Coverage or None
        What the records hold; None of lists on a day and of the register, on record since `begun`.
    begun : Timestamp
        First day on record.
    months : int
        Their length.
    until : Timestamp
        Day the records reach to.
    days : DatetimeIndex
        Days on which a stock is counted, at most one a period.
    """

    start: pd.DatetimeIndex
    covered: Coverage | None
    begun: pd.Timestamp
    months: int
    until: pd.Timestamp
    days: pd.DatetimeIndex

    @cached_property
    def last(self) -> pd.DatetimeIndex:
        """Their last days."""
        return self.start + pd.DateOffset(months=self.months) - pd.Timedelta(days=1)

    def note(self, asked: Measure) -> pd.Series:
        """Say of each why its figure is not whole and final; blank where it is."""
        last, start = self.last, self.start
        note = pd.Series("", index=start, dtype="str")
        note = note.mask(last + pd.DateOffset(months=asked.lag) > self.until, "follow-up not over")
        note = note.mask(last > self.until, "period not over")
        if asked.base.of == "on_lists":
            note = note.mask(~self.known(asked), "no extract in its last month")
        if asked.base.of == "measure_events" and asked.stock:
            note = note.mask(~self.known(asked), "nobody entered for its last month")
        note = note.mask(~self._followed(asked), "no extract covers what follows")
        note = note.mask(~self._looked_back(asked), "too few months before it")
        note = note.mask(~self._on_record(asked), "no extract covers it")
        note = note.mask(self._lacking(asked), "none where dozens are usual")
        return note.mask(self._before(asked), "before the records")

    def known(self, asked: Measure) -> np.ndarray:
        """Tell which have a figure: on record, with the months that it looks back and ahead on."""
        held = self._on_record(asked) & self._looked_back(asked) & self._followed(asked)
        if not asked.stock:
            return held
        return held & np.asarray(self.start.isin(starts_of(pd.Series(self.days), self.months)))

    @cached_property
    def _reached(self) -> pd.DatetimeIndex:
        """Their last days, or the day the records reach to where they are not over."""
        return self.last.where(self.last <= self.until, self.until)

    def _on_record(self, asked: Measure) -> np.ndarray:
        if self.covered is None:
            return np.asarray(self.start >= self.begun)
        event, on = asked.base.event, getattr(asked.base, "on", "")
        return self.covered.holds(event, self.start, self._reached, on)

    def _lacking(self, asked: Measure) -> np.ndarray:
        if self.covered is None or asked.stock:
            return np.zeros(len(self.start), dtype=bool)
        return self.covered.lacks(asked.base.event, self.start, self._reached, asked.base.on)

    def _before(self, asked: Measure) -> np.ndarray:
        if self.covered is None:
            return np.asarray(self.start < self.begun)
        return ~self._on_record(asked) & self.covered.before(asked.base.event, self.start)

    def _looked_back(self, asked: Measure) -> np.ndarray:
        if not asked.look_back:
            return np.ones(len(self.start), dtype=bool)
        first = self.start - pd.DateOffset(months=asked.look_back)
        return self.covered.holds(asked.neighbour, first, self._reached)

    def _followed(self, asked: Measure) -> np.ndarray:
        if not asked.lag:
            return np.ones(len(self.start), dtype=bool)
        last = self.last + pd.DateOffset(months=asked.lag)
        last = last.where(last <= self.until, self.until)
        return self.covered.holds(asked.rule.event, self.start, last)


def starts_of(days: pd.Series, months: int) -> pd.Series:
    """Give the first day of the period of each day; quarters start in January, April and so on."""
    month = (days.dt.month - 1) // months * months + 1
    return pd.to_datetime({"year": days.dt.year, "month": month, "day": 1}).astype("datetime64[us]")


def periods_of(
    table: pd.DataFrame,
    asked: Measure,
    until: pd.Timestamp,
    months: int,
    *,
    since: date | None,
    first: date | None,
    last: date | None,
    covered: Coverage | None = None,
) -> Periods:
    """Give the periods of a measure.

    Parameters
    ----------
    table : DataFrame
        Its events, or children on lists, up to `until`.
    asked : Measure
        The measure.
    until : Timestamp
        Day the records reach to.
    months : int
        Length of a period.
    since : date or None
        First day from which the records are whole; found in the table when None.
    first, last : date or None
        Days of the first and the last period wanted.
    covered : Coverage, optional
        Which days are on record; all from `since` on when left out.

    Raises
    ------
    TrendError
        When nothing says since when there are records, or the days are out of order.
    """
    begun = _since(table, asked, until, since, covered)
    for name, day in (("since", begun), ("first", first), ("last", last)):
        if day is not None and pd.Timestamp(day) > until:
            raise TrendError(
                f"`{name}` ({day:%d %B %Y}) lies after `as_at` ({until:%d %B %Y}). Correct one."
            )
    if first is not None and last is not None and first > last:
        raise TrendError(
            f"`first` ({first:%d %B %Y}) lies after `last` ({last:%d %B %Y}). Correct one."
        )
    asked_days = [begun, pd.Timestamp(first or begun), pd.Timestamp(last or until)]
    whole, start, end = starts_of(pd.Series(asked_days), months)
    step = pd.DateOffset(months=months)
    starts = pd.date_range(start, end, freq=step, unit="us")
    ends = starts + step - pd.Timedelta(days=1)
    if asked.base.of == "on_lists":
        days = _extract_days(table[table["list"] == asked.base.number], ends)
        return Periods(starts, None, whole, months, until, days)
    if asked.base.of == "measure_events":
        if asked.stock:
            own = table[table["measure"] == asked.base.event].rename(columns={"date": "day"})
            return Periods(starts, None, whole, months, until, _extract_days(own, ends))
        held = covered_of(table, asked.base.event, until)
        return Periods(starts, held, begun, months, until, ends[ends <= until])
    if asked.base.of == "activity":
        return Periods(starts, None, begun, months, until, ends[ends <= until])
    if covered is None:
        kinds = {asked.base.event, asked.neighbour}
        covered = Coverage(dict.fromkeys(kinds, ((begun, until),)))
    return Periods(starts, covered, begun, months, until, ends[ends <= until])


def _since(
    table: pd.DataFrame,
    asked: Measure,
    until: pd.Timestamp,
    since: date | None,
    covered: Coverage | None,
) -> pd.Timestamp:
    """Give the first day on record."""
    if since is not None:
        return pd.Timestamp(since)
    if covered is not None and asked.base.of == "events":
        spans = covered.spans.get(asked.base.event, ())
        if not spans:
            raise TrendError(
                f"No extract holds a list with {asked.base.event.lower()}s, which "
                f"{asked.title.lower()} is counted from. Read extracts that have it."
            )
        return spans[0][0]
    return _begun(table, asked, until)


def _begun(table: pd.DataFrame, asked: Measure, until: pd.Timestamp) -> pd.Timestamp:
    """Give the day since when there are records."""
    if asked.base.of == "on_lists":
        held = table.loc[table["list"] == asked.base.number, "day"]
        if held.empty:
            raise TrendError(
                f"Up to {until:%d %B %Y} no extract holds list {asked.base.number}, which "
                f"{asked.title.lower()} is counted from. Read extracts that have it."
            )
        return held.min()
    if isinstance(asked.base, Entered):
        held = table.loc[table["measure"] == asked.base.event, "date"]
        if held.empty:
            raise TrendError(
                f"Up to {until:%d %B %Y} the table of measure events holds no row of "
                f"{asked.name}. Add them."
            )
        return held.min()
    if isinstance(asked.base, Logged):
        held = table.loc[table["kind"] == asked.base.kind, "date"]
        if held.empty:
            raise TrendError(
                f"Up to {until:%d %B %Y} the register holds no {asked.base.kind.lower()}: nothing "
                "says since when they are kept. Give `since`."
            )
        return held.min()
    held = table.loc[table["event"].isin(_RECEIVED), "date"]
    if held.empty and isinstance(asked.base, (Base, OpenOn)):
        held = table.loc[table["event"] == asked.base.event, "date"]
    if held.empty:
        raise TrendError(
            f"There is no contact, referral or {asked.base.event.lower()} up to {until:%d %B %Y}: "
            "nothing says since when records are kept. Give `since`."
        )
    return held.min()


def _extract_days(table: pd.DataFrame, ends: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give the latest day of an extract in the last month of each period."""
    days = pd.DatetimeIndex(table["day"].unique()).sort_values()
    place = days.searchsorted(ends, side="right") - 1
    found, of = days[np.clip(place, 0, None)], ends[place >= 0]
    found = found[place >= 0]
    same = (found.year == of.year) & (found.month == of.month)
    return found[same].as_unit("us")
