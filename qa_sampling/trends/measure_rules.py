"""Rules of events: what must hold for one of them to be counted above."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.trends.event_neighbours import latest_before, next_from
from qa_sampling.trends.measure_lengths import Length, working_days_of

__all__ = ["Earlier", "Followed", "Lasted", "Longer", "Outcome", "Rule", "SinceLatest", "Within"]


@dataclass(frozen=True)
class Rule:
    """What must hold for a row to be counted above."""

    @property
    def words(self) -> str:
        """Say what must hold, in a phrase."""
        raise NotImplementedError

    @property
    def clock(self) -> str:
        """Say what time it must hold in; blank without a clock."""
        return ""

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

    @property
    def words(self) -> str:
        """Say which outcomes."""
        return " or ".join(self.outcomes)

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the outcome is one of them."""
        return rows["outcome"].isin(self.outcomes).astype("boolean")


@dataclass(frozen=True)
class Within(Rule):
    """Ended at most so many working days after it started; day 0 is the start.

    Missing where the end lies before the start or a day lies outside the years whose bank
    holidays are known.

    Attributes
    ----------
    working_days : int
        Most working days.
    late : bool
        Whether those are counted that did not.
    """

    working_days: int
    late: bool = False

    @property
    def words(self) -> str:
        """Say how soon."""
        return f"{'more than' if self.late else 'at most'} {self.clock} after the start"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.working_days} working days"

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it ended in time, or late."""
        in_time = _in_time(rows["date"], rows["end_date"], self.working_days)
        return ~in_time if self.late else in_time


@dataclass(frozen=True)
class Longer(Rule):
    """Took longer than so many days; missing where how long it took cannot be told.

    Attributes
    ----------
    length : Length
        How long it took.
    days : float
        What it must be above.
    """

    length: Length
    days: float

    @property
    def words(self) -> str:
        """Say how long."""
        return f"longer than {self.clock}"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.days:g} {self.length.clock}"

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return self.length.back

    @property
    def event(self) -> str:
        """Kind of event it is told since; none, as of its length, where that looks for none."""
        return self.length.event

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it took longer."""
        took = self.length.days(rows, events).astype("Float64")
        return (took > self.days).astype("boolean")


@dataclass(frozen=True)
class Lasted(Rule):
    """Lasted at least so many days, the first and the last counted; missing if it ended first."""

    days: int

    @property
    def words(self) -> str:
        """Say how long."""
        return f"lasted {self.clock} or more, the first and the last counted"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.days} days"

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
    def words(self) -> str:
        """Say what came before."""
        counted = ", or one in the extract's own count" if self.recorded else ""
        since = f"at most {self.clock} before" if self.months is not None else "however long ago"
        return f"an earlier {self.event.lower()} {since}{counted}"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return "" if self.months is None else f"{self.months} calendar months"

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
    def words(self) -> str:
        """Say what follows."""
        return f"followed by a {self.event.lower()} within {self.clock}"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.months} calendar months"

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
    by_start : bool
        Whether the earlier event came by this one's start; otherwise by its day in the period.
    """

    event: str
    working_days: int
    months: int
    known: int = 3
    by_start: bool = False

    @property
    def words(self) -> str:
        """Say how soon after what."""
        return f"at most {self.clock} after the latest {self.event.lower()}"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.working_days} working days"

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return self.known

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it came in time."""
        by = rows["date"] if self.by_start else rows["day"]
        since = latest_before(events, self.event, rows["child_id"], by, same_day=True)
        since = since.where(since >= by - pd.DateOffset(months=self.months))
        return _in_time(since, rows["day"], self.working_days)


def _in_time(start: pd.Series, end: pd.Series, working_days: int) -> pd.Series:
    return working_days_of(start, end).le(working_days)
