"""What measures count: events of a period, episodes open on a day, children on a list that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

__all__ = ["Base", "Estimated", "Logged", "OnList", "OpenOn", "Whole"]


_NEVER = pd.Timestamp("2200-01-01")


@dataclass(frozen=True)
class Whole:
    """Rows that a measure counts, each with the day that puts it in a period.

    Attributes
    ----------
    of : {"events", "on_lists", "activity", "audits"}
        Table they are found in: ``schema.EVENTS``, ``on_lists.ON_LISTS``, the activity of the
        register, or its audits, which are a sample.
    stock : bool
        Whether they are counted on a day, not over a period.
    """

    of: ClassVar[str] = "events"
    stock: ClassVar[bool] = False

    @property
    def words(self) -> str:
        """Say which rows, in a phrase."""
        raise NotImplementedError

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the rows with the column `day`, numbered from 0; `days` are the days of a stock."""
        raise NotImplementedError


@dataclass(frozen=True)
class Base(Whole):
    """Events of a period.

    Attributes
    ----------
    event : str
        Kind of event (``schema.EVENT_KINDS``).
    on : {"date", "end_date"}
        Day that puts it in a period; what has none is not counted.
    outcomes : tuple of str
        Only events with one of these outcomes; empty for all.
    without : tuple of str
        Not those whose category starts with one of these.
    """

    event: str
    on: Literal["date", "end_date"] = "date"
    outcomes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Say which events."""
        when = "of the period" if self.on == "date" else "that ended in the period"
        outcome = f", {' or '.join(self.outcomes)}" if self.outcomes else ""
        return f"{self.event} {when}{outcome}{_but(self.without)}"

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the events; `days` are not asked."""
        chosen = table[(table["event"] == self.event) & table[self.on].notna()]
        if self.outcomes:
            chosen = chosen[chosen["outcome"].isin(self.outcomes)]
        chosen = _without(chosen, "category", self.without)
        return chosen.assign(day=chosen[self.on]).reset_index(drop=True)


@dataclass(frozen=True)
class OpenOn(Whole):
    """Episodes open at the end of a day: begun by then, ended later or not at all.

    Each is a row for every day it was open on, its `end_date` that day: how long it had lasted.

    Attributes
    ----------
    event : str
        Kind of event (``schema.EVENT_KINDS``).
    without : tuple of str
        Not those whose category starts with one of these.
    """

    event: str
    without: tuple[str, ...] = ()
    stock: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """Say which episodes."""
        return f"{self.event} open at the end of the period{_but(self.without)}"

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the episodes open on each of the days, which are in order."""
        chosen = _without(table[table["event"] == self.event], "category", self.without)
        chosen = chosen.reset_index(drop=True)
        since = days.searchsorted(chosen["date"], side="left")
        ended = days.searchsorted(chosen["end_date"].fillna(_NEVER), side="left")
        length = np.clip(ended - since, 0, None)
        rows = chosen.loc[chosen.index.repeat(length)].reset_index(drop=True)
        first = np.repeat(np.cumsum(length) - length, length)
        place = np.repeat(since, length) + np.arange(length.sum()) - first
        day = pd.Series(days[place], index=rows.index).astype("datetime64[us]")
        return rows.assign(day=day, end_date=day)


@dataclass(frozen=True)
class OnList(Whole):
    """Children open on an Annex A list on the day of the extract.

    Attributes
    ----------
    number : int
        Number of the list.
    months : int
        Only those whose episode began at least so many months before the day.
    ages : tuple of (int, int)
        Only those of these completed years, both ends included.
    only, without : tuple of (str, tuple of str)
        Fields and the values that they must, or must not, have.
    some : str
        Field with a count that must be 1 or more; blank for none.
    """

    number: int
    months: int = 0
    ages: tuple[int, int] | None = None
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    without: tuple[tuple[str, tuple[str, ...]], ...] = ()
    some: str = ""
    of: ClassVar[str] = "on_lists"
    stock: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """Say which children."""
        parts = [f"Children open on list {self.number} at the end of the period"]
        if self.months:
            parts.append(f"for {self.months} months or more")
        if self.ages:
            low, high = self.ages
            parts.append(f"aged {low} to {high}" if low >= 0 else f"below {high + 1} years")
        parts += [f"with {' or '.join(values)}" for _, values in self.only]
        parts += [f"not {' or '.join(values)}" for _, values in self.without]
        parts += (
            [f"with {self.some.replace('_12m', ' episodes in 12 months')}"] if self.some else []
        )
        return ", ".join(parts)

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the children on each day; `undecided` where what is asked is missing."""
        chosen = table[(table["list"] == self.number) & table["day"].isin(days)]
        for field, values in self.only:
            chosen = chosen[chosen[field].isin(values)]
        for field, values in self.without:
            chosen = chosen[~chosen[field].isin(values)]
        undecided = pd.Series(data=False, index=chosen.index)
        kept = ~undecided
        if self.months:
            undecided |= chosen["start"].isna()
            since = chosen["start"] + pd.DateOffset(months=self.months)
            kept &= chosen["start"].isna() | (since <= chosen["day"])
        if self.ages:
            undecided |= chosen["age_years"].isna()
            kept &= chosen["age_years"].between(*self.ages).fillna(value=True).astype("bool")
        if self.some:
            undecided |= chosen[self.some].isna()
            kept &= chosen[self.some].ne(0).fillna(value=True).astype("bool")
        return chosen.assign(undecided=undecided)[kept].reset_index(drop=True)


@dataclass(frozen=True)
class Logged(Whole):
    """Entries of one kind in the register of QA activity.

    Attributes
    ----------
    kind : str
        Kind of activity.
    """

    kind: str
    of: ClassVar[str] = "activity"

    @property
    def words(self) -> str:
        """Say which entries."""
        return f"{self.kind} of the period, from the register of activity"

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the entries; `days` are not asked."""
        chosen = table[table["kind"] == self.kind]
        return chosen.assign(day=chosen["date"]).reset_index(drop=True)


@dataclass(frozen=True)
class Estimated(Whole):
    """Open cases of which audits are a sample: estimated with an interval, never counted."""

    of: ClassVar[str] = "audits"

    @property
    def words(self) -> str:
        """Say which cases."""
        return "Open cases of the months, estimated from the audits that were drawn"


def _without(rows: pd.DataFrame, field: str, starts: tuple[str, ...]) -> pd.DataFrame:
    for start in starts:
        rows = rows[~rows[field].astype("str").str.startswith(start)]
    return rows


def _but(starts: tuple[str, ...]) -> str:
    return f", not {' or '.join(starts)}" if starts else ""
