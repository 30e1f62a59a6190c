"""Rules that measures are made of: which events count, and what must hold for one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.trends.working_days import BANK_HOLIDAYS, working_days_between

__all__ = ["Base", "Earlier", "Followed", "Lasted", "Outcome", "Rule", "SinceLatest", "Within"]


@dataclass(frozen=True)
class Base:
    """Events that a measure counts, each in the period of one of its days.

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

    def rows(self, events: pd.DataFrame) -> pd.DataFrame:
        """Give the events, with the column `day` and rows numbered from 0."""
        chosen = events[(events["event"] == self.event) & events[self.on].notna()]
        if self.outcomes:
            chosen = chosen[chosen["outcome"].isin(self.outcomes)]
        for start in self.without:
            chosen = chosen[~chosen["category"].astype("str").str.startswith(start)]
        return chosen.assign(day=chosen[self.on]).reset_index(drop=True)


@dataclass(frozen=True)
class Rule:
    """What must hold for an event to be counted above."""

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return 0

    @property
    def ahead(self) -> int:
        """Months after the event that must be known."""
        return 0

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether each row meets the rule: boolean, missing where it cannot be told."""
        raise NotImplementedError

    def open_still(self, rows: pd.DataFrame, as_at: pd.Timestamp) -> pd.Series:
        """Tell which rows that do not meet it may yet do so after `as_at`."""
        return pd.Series(data=False, index=rows.index)


@dataclass(frozen=True)
class Outcome(Rule):
    """One of these outcomes; one that is not recorded is none of them."""

    outcomes: tuple[str, ...]

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the outcome is one of them."""
        return rows["outcome"].isin(self.outcomes).astype("boolean")


@dataclass(frozen=True)
class Within(Rule):
    """Ended at most so many working days after it started; day 0 is the start.

    Missing where the end lies before the start or a day lies outside the years whose bank
    holidays are known.
    """

    working_days: int

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it ended in time."""
        return _in_time(rows["date"], rows["end_date"], self.working_days)


@dataclass(frozen=True)
class Lasted(Rule):
    """Lasted at least so many days, the first and the last counted; missing if it ended first."""

    days: int

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it lasted so long."""
        lasted = (rows["end_date"] - rows["date"]).dt.days + 1
        return (lasted >= self.days).astype("boolean").mask(lasted.isna() | (lasted < 1))


@dataclass(frozen=True)
class Earlier(Rule):
    """An earlier event of the child: on an earlier day, at most so many calendar months before.

    Attributes
    ----------
    event : str
        Kind of the earlier event, whatever came of it.
    months : int or None
        Counted back from the later event, the day itself included; None for however long ago.
    recorded : bool
        Whether the extract's own count of earlier ones is believed as well; then the answer is
        missing where it is blank and no earlier event is known.
    """

    event: str
    months: int | None = None
    recorded: bool = False

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return 0 if self.months is None else self.months

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether there was an earlier one."""
        last = latest_before(events, self.event, rows["child_id"], rows["date"])
        found = last.notna()
        if self.months is not None:
            found &= last >= rows["date"] - pd.DateOffset(months=self.months)
        found = found.astype("boolean")
        if not self.recorded:
            return found
        said = rows["previous_recorded"]
        return (found | said.ge(1)).mask(said.isna() & ~found)


@dataclass(frozen=True)
class Followed(Rule):
    """A next event of the child, on the day or at most so many calendar months after it.

    Attributes
    ----------
    event : str
        Kind of the next event.
    months : int
        Counted from the event's day in the period, the last day included.
    last_before : bool
        Whether this one must be the last of its kind up to the next event: of two enquiries
        before one conference the later led to it.
    same_day : bool
        Whether the next may start on the day this one started; otherwise it starts later.
    settled : tuple of str
        Outcomes after which nothing more is waited for.
    """

    event: str
    months: int
    last_before: bool = False
    same_day: bool = False
    settled: tuple[str, ...] = ()

    @property
    def ahead(self) -> int:
        """Months after the event that must be known."""
        return self.months

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it was followed."""
        child, kind = rows["child_id"], rows["event"].iloc[0] if len(rows) else ""
        since = rows["day"].where(rows["day"] > rows["date"], rows["date"])
        nxt = next_from(events, self.event, child, since)
        if not self.same_day:
            later = next_from(events, self.event, child, since, after=True)
            nxt = nxt.where(nxt > rows["date"], later)
        found = nxt <= rows["day"] + pd.DateOffset(months=self.months)
        if self.last_before:
            again = next_from(events, kind, child, rows["date"], after=True)
            found &= ~(again <= nxt)
        return found.astype("boolean")

    def open_still(self, rows: pd.DataFrame, as_at: pd.Timestamp) -> pd.Series:
        """Tell which may yet be followed."""
        waiting = rows["day"] + pd.DateOffset(months=self.months) > as_at
        return waiting & ~rows["outcome"].isin(self.settled)


@dataclass(frozen=True)
class SinceLatest(Rule):
    """At most so many working days after the child's latest event of another kind.

    Missing where the child had none on the day or in the months before it: its clock started
    elsewhere, as for a child who moved in.

    Attributes
    ----------
    event : str
        Kind of the earlier event.
    working_days : int
        Most working days between them.
    months : int
        How far back it is looked for, so that what came very late is late and not unknown.
    known : int
        Months before a period that must be known for it to be whole; most come within them.
    """

    event: str
    working_days: int
    months: int
    known: int = 3

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return self.known

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it came in time."""
        since = latest_before(events, self.event, rows["child_id"], rows["day"], same_day=True)
        since = since.where(since >= rows["day"] - pd.DateOffset(months=self.months))
        return _in_time(since, rows["day"], self.working_days)


def latest_before(
    events: pd.DataFrame, event: str, child: pd.Series, day: pd.Series, *, same_day: bool = False
) -> pd.Series:
    """Give the day of each child's latest event of a kind before a day, missing without one."""
    return _neighbour(events, event, child, day, step=-1, side="right" if same_day else "left")


def next_from(
    events: pd.DataFrame, event: str, child: pd.Series, day: pd.Series, *, after: bool = False
) -> pd.Series:
    """Give the day of each child's next event of a kind from a day on, or only after it."""
    return _neighbour(events, event, child, day, step=0, side="right" if after else "left")


def _neighbour(
    events: pd.DataFrame,
    event: str,
    child: pd.Series,
    day: pd.Series,
    *,
    step: int,
    side: Literal["left", "right"],
) -> pd.Series:
    """Find neighbours in one sorted list of child and day, a child's days following each other."""
    known = events.loc[events["event"] == event, ["child_id", "date"]]
    codes, children = pd.factorize(known["child_id"])
    wanted = pd.Index(children).get_indexer(child)
    span = np.int64(1) << 32  # more than there are days
    held = np.sort(codes * span + _ordinal(known["date"]))
    asked = wanted * span + _ordinal(day)
    place = np.searchsorted(held, asked, side=side) + step
    inside = (wanted >= 0) & (place >= 0) & (place < held.size) & day.notna().to_numpy()
    if not held.size:
        return pd.Series(pd.NaT, index=day.index, dtype="datetime64[us]")
    found = held[np.clip(place, 0, held.size - 1)]
    inside &= found // span == wanted
    days = (found % span).astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(days, index=day.index).where(inside)


def _ordinal(days: pd.Series) -> np.ndarray:
    """Give days since 1970; 0 for a missing one."""
    return days.fillna(pd.Timestamp(0)).to_numpy().astype("datetime64[D]").astype("int64")


def _in_time(start: pd.Series, end: pd.Series, working_days: int) -> pd.Series:
    first, last = f"{BANK_HOLIDAYS[0].year}-01-01", f"{BANK_HOLIDAYS[-1].year}-12-31"
    counted = start.between(first, last) & end.between(first, last) & (end >= start)
    days = working_days_between(start.where(counted), end.where(counted))
    return days.le(working_days)
