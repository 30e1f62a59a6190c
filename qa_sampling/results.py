"""What results share: intervals, and results that one part computes and another draws.

Methods compute them, ``reporting.plots`` draws them and ``reporting.narrative`` says them;
neither needs to know the other. Nothing is rounded here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["GradeDistribution", "Interval"]


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


@dataclass(frozen=True)
class GradeDistribution:
    """The estimated distribution of an ordered grade over all cases of a population.

    Attributes
    ----------
    table : DataFrame
        One row a grade, best first, unused grades included: `grade`, `share` (0 to 1), `low`,
        `high` (ends of its interval), `count` (audits with this grade); from the estimation
        also `standard_error`, `cumulated` (share with this grade or a better one),
        `cumulated_standard_error`, `cumulated_low`, `cumulated_high`.
    n : int
        Audits with a grade.
    population : int
        Cases the estimate speaks for.
    level : float
        Confidence level of the intervals, each by itself.
    method : str
        Name of the interval's method.
    """

    table: pd.DataFrame
    n: int
    population: int
    level: float
    method: str
