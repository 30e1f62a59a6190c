"""Rules of children on a list: what the lists' latest dates and facts must say on the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qa_sampling.trends.measure_rules import Rule
from qa_sampling.trends.working_days import BANK_HOLIDAYS, add_working_days

__all__ = ["AtLeast", "Due", "SamePlacement", "Span", "Stated", "Visited"]

_KNOWN = (f"{BANK_HOLIDAYS[0].year}-01-01", f"{BANK_HOLIDAYS[-1].year - 1}-12-31")


@dataclass(frozen=True)
class Span:
    """A length of time, such as 20 working days.

    Attributes
    ----------
    amount : int
        How many.
    unit : {"working days", "days", "months"}
        Of what; months are calendar months.
    """

    amount: int
    unit: Literal["working days", "days", "months"]

    def __str__(self) -> str:
        """Say it."""
        return f"{self.amount} {self.unit}"

    def after(self, days: pd.Series) -> pd.Series:
        """Give the last day in time; missing where bank holidays are asked and not known."""
        if self.unit == "working days":
            return add_working_days(days.where(days.between(*_KNOWN)), self.amount)
        if self.unit == "days":
            return days + pd.Timedelta(days=self.amount)
        return days + pd.DateOffset(months=self.amount)


@dataclass(frozen=True)
class Stated(Rule):
    """A field has one of these values; a blank is none of them and counts below.

    Attributes
    ----------
    field : str
        The field.
    values : tuple of str
        The values.
    means : str
        What they stand for, in a phrase.
    """

    field: str
    values: tuple[str, ...]
    means: str

    @property
    def words(self) -> str:
        """Say what is stated."""
        return self.means

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the field has one of the values."""
        return rows[self.field].isin(self.values).astype("boolean")


@dataclass(frozen=True)
class AtLeast(Rule):
    """A count of the list is at least so much; missing where the list has none."""

    field: str
    least: int
    means: str

    @property
    def words(self) -> str:
        """Say how many of what."""
        return f"{self.least} or more {self.means}"

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether there were so many."""
        return rows[self.field].astype("Int64").ge(self.least)


@dataclass(frozen=True)
class Due(Rule):
    """The latest of its kind is not overdue: the day on which the next was due is not past.

    A latest date before the episode began is none. Missing where the latest lies after the day.

    Attributes
    ----------
    field : str
        Field of the latest date.
    every : Span
        How soon after the latest the next is due.
    first : Span or None
        How soon after the start the first is due; None where one without is overdue.
    second : Span or None
        How soon after the first the second is due; a latest one held while the first was due is
        taken for it.
    young : (int, Span) or None
        Below this age, so often instead.
    means : str
        What is due, in a word or two.
    """

    field: str
    every: Span
    first: Span | None = None
    second: Span | None = None
    young: tuple[int, Span] | None = None
    means: str = "one"

    @property
    def words(self) -> str:
        """Say what is not overdue."""
        return f"{self.means} not overdue"

    @property
    def clock(self) -> str:
        """Say the clock."""
        parts = [f"{self.first} from the start"] if self.first else []
        parts += [f"then {self.second}"] if self.second else []
        parts += [f"every {self.every}"]
        parts += [f"below age {self.young[0]} every {self.young[1]}"] if self.young else []
        return ", ".join(parts)

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the next is not overdue."""
        latest, day = rows[self.field], rows["day"]
        odd = latest > day
        latest = latest.where(~(latest < rows["start"]))
        due = self.every.after(latest)
        if self.young:
            age, span = self.young
            due = due.mask(rows["age_years"].lt(age).fillna(value=False), span.after(latest))
        if self.first:
            opening = self.first.after(rows["start"])
            if self.second:
                due = due.mask(latest <= opening, self.second.after(latest))
            due = due.where(latest.notna(), opening)
        if self.young:
            odd |= rows["age_years"].isna() & latest.notna()
        return (due >= day).astype("boolean").mask(odd)


@dataclass(frozen=True)
class Visited(Rule):
    """Visited within so many days, and within fewer after a move to another placement."""

    days: int
    after_move: int

    @property
    def words(self) -> str:
        """Say what is not overdue."""
        return "visit not overdue"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.after_move} days from the placement's start, every {self.days} days"

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the next visit is not overdue."""
        latest, day = rows["last_visit"], rows["day"]
        placed = rows["placement_date"].fillna(rows["start"])
        in_time = (day - latest).dt.days.le(self.days) & ~(latest < placed)
        just_moved = (day - placed).dt.days.between(0, self.after_move)
        return (in_time | just_moved).astype("boolean").mask((latest > day) | placed.isna())


@dataclass(frozen=True)
class SamePlacement(Rule):
    """In the latest placement for so many months.

    Missing where it is not known, and for a shorter one with those who will adopt (A3 to A6): the
    time with the same carers before it counts too and is not on the list.
    """

    months: int

    @property
    def words(self) -> str:
        """Say how long in one place."""
        return f"in the latest placement for {self.clock} or more"

    @property
    def clock(self) -> str:
        """Say the clock."""
        return f"{self.months} months"

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether the placement has lasted so long."""
        placed = rows["placement_date"]
        long = (placed + pd.DateOffset(months=self.months) <= rows["day"]).astype("boolean")
        adopting = rows["placement_type"].isin(("A3", "A4", "A5", "A6"))
        return long.mask(placed.isna() | (placed > rows["day"]) | (adopting & ~long))
