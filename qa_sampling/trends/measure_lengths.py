"""How long it took: the length of each row of a measure of duration, in days."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.trends.event_neighbours import latest_before
from qa_sampling.trends.working_days import BANK_HOLIDAYS, working_days_between

__all__ = ["FromStart", "Length", "SinceEvent", "working_days_of"]


@dataclass(frozen=True)
class Length:
    """How long each row took, in days; its month's figure is the median of its rows."""

    @property
    def words(self) -> str:
        """Say from when to when, in a phrase."""
        raise NotImplementedError

    @property
    def clock(self) -> str:
        """Say which days are counted."""
        return "working days"

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return 0

    def days(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Give the length of each row in days; missing where it cannot be told."""
        raise NotImplementedError


@dataclass(frozen=True)
class FromStart(Length):
    """From the start to the end, which must not lie before it.

    Attributes
    ----------
    working : bool
        Whether working days are counted, the start day 0; otherwise all days, the first and the
        last counted.
    """

    working: bool = True

    @property
    def words(self) -> str:
        """Say from when to when."""
        return f"median {self.clock} from the start to the end"

    @property
    def clock(self) -> str:
        """Say which days are counted."""
        return "working days" if self.working else "days"

    def days(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Give the days from start to end."""
        if self.working:
            return working_days_of(rows["date"], rows["end_date"])
        lasted = (rows["end_date"] - rows["date"]).dt.days + 1.0
        return lasted.where(lasted >= 1)


@dataclass(frozen=True)
class SinceEvent(Length):
    """From the child's latest event of another kind, on the day or in the months before it.

    Attributes
    ----------
    event : str
        Kind of the earlier event.
    months : int
        How far back it is looked for.
    known : int
        Months before a period that must be known for it to be whole; most come within them.
    """

    event: str
    months: int
    known: int = 3

    @property
    def words(self) -> str:
        """Say from when to when."""
        return f"median {self.clock} since the latest {self.event.lower()}"

    @property
    def back(self) -> int:
        """Months before the event that must be known."""
        return self.known

    def days(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Give the working days since it."""
        since = latest_before(events, self.event, rows["child_id"], rows["day"], same_day=True)
        since = since.where(since >= rows["day"] - pd.DateOffset(months=self.months))
        return working_days_of(since, rows["day"])


def working_days_of(start: pd.Series, end: pd.Series) -> pd.Series:
    """Give the working days from each start, day 0, to its end.

    Parameters
    ----------
    start, end : Series
        Days, of one index.

    Returns
    -------
    Series
        Missing where a day is, the end lies before the start, or a day lies outside of the years
        whose bank holidays are known.
    """
    first, last = f"{BANK_HOLIDAYS[0].year}-01-01", f"{BANK_HOLIDAYS[-1].year}-12-31"
    counted = start.between(first, last) & end.between(first, last) & (end >= start)
    return working_days_between(start.where(counted), end.where(counted)).astype("Float64")
