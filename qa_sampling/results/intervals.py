"""Intervals, and the distribution of grades with its intervals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Described, hidden_faults, hold, out_of_order, refuse


@dataclass(frozen=True)
class Interval:
    """An interval of an estimate.

    Attributes
    ----------
    low, high : float
        Ends, in the unit of the estimate; `low` is no larger than `high`.
    level : float
        Confidence level, between 0 and 1.
    method : str
        Name of the method, such as "wilson".
    """

    low: float
    high: float
    level: float = 0.95
    method: str = ""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.low <= value <= self.high

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low


_GRADES = Table(
    "grade distribution",
    (
        Column("grade", "text", "Grade"),
        Column("share", "number", "Estimated share, 0 to 1; missing where hidden", required=False),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
        Column("count", "number", "Audits with this grade; missing where hidden", required=False),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("grade",),
)


@dataclass(frozen=True)
class GradeDistribution(Described):
    """The estimated distribution of an ordered grade over all cases of a population.

    Attributes
    ----------
    table : DataFrame
        One row a grade, best first, unused grades included: `grade`, `share` (0 to 1), `low`,
        `high` (ends of its interval), `count` (audits with this grade); `hidden` (False when
        left out), where the numbers are missing; from the estimation also `standard_error`,
        `cumulated` (share with this grade or a better one), `cumulated_standard_error`,
        `cumulated_low`, `cumulated_high`.
    n : int
        Audits with a grade.
    population : int
        Cases the estimate speaks for.
    level : float
        Confidence level of the intervals, each by itself.
    method : str
        Name of the interval's method.

    Raises
    ------
    SchemaError
        When the table is not as described, or the numbers contradict each other.
    """

    table: pd.DataFrame
    n: int
    population: int
    level: float
    method: str

    def __post_init__(self) -> None:
        """Refuse what is no distribution of grades."""
        table = hold(self, "table", _GRADES, {"hidden": False})
        self.check_about("grade distribution")
        numbers = table[["share", "low", "high"]]
        faults = hidden_faults(table, ("share", "low", "high", "count"))
        if ((numbers < -1e-9) | (numbers > 1 + 1e-9)).any(axis=None):
            faults.append("shares and their intervals must lie between 0 and 1; divide by 100")
        if count := out_of_order(table, ("low", "share", "high")):
            faults.append(f"{count} shares lie outside their own interval")
        if not 0 < self.level < 1:
            faults.append(f"`level` must lie between 0 and 1; got {self.level}")
        refuse("grade distribution", faults)
