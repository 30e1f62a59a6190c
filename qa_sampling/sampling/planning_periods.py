"""Two periods that are compared, and the error of their difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_assumptions import (
    check_level,
    check_population,
    check_share,
    is_number,
)


@dataclass(frozen=True)
class TwoPeriods:
    """Two periods that are compared.

    Attributes
    ----------
    before, after : float
        Proportions, 0 to 1.
    n_before, n_after : int
        Audits of each period.
    population_before, population_after : int or None
        Cases of each period; None for an endless population, where what is asked is whether
        practice changed and not only these cases.
    overlap : int
        Cases audited in both periods.
    correlation : float
        Correlation of a case's two answers, -1 to 1; matters with `overlap` or a population.
    level : float
        Confidence level of the test.
    """

    before: float
    after: float
    n_before: int
    n_after: int
    population_before: int | None = None
    population_after: int | None = None
    overlap: int = 0
    correlation: float = 0.0
    level: float = 0.95

    def __post_init__(self) -> None:
        check_share(self.before, "before")
        check_share(self.after, "after")
        check_level(self.level)
        for n, size in (
            (self.n_before, self.population_before),
            (self.n_after, self.population_after),
        ):
            check_population(size)
            whole = isinstance(n, int | np.integer) and not isinstance(n, bool)
            if not whole or n < 1 or (size is not None and n > size):
                raise ParameterError(
                    f"Audits of a period must be a whole number from 1 to its cases; got {n!r}."
                )
        if not is_number(self.correlation) or not -1 <= self.correlation <= 1:
            raise ParameterError(
                f"`correlation` must lie between -1 and 1; got {self.correlation!r}."
            )
        if not is_number(self.overlap) or not 0 <= self.overlap <= min(self.n_before, self.n_after):
            raise ParameterError(
                f"`overlap` must be from 0 to the audits of either period; got {self.overlap!r}."
            )
        if self.correlation and self.population_before != self.population_after:
            raise ParameterError(
                "A correlation needs the same cases in both periods; give one population."
            )

    def error(self, before: float, after: float) -> float:
        """Give the standard error of the difference for these proportions."""
        first = share_variance(before, self.n_before, self.population_before)
        second = share_variance(after, self.n_after, self.population_after)
        total = first + second - 2 * self._covariance(before, after)
        return math.sqrt(max(total, 0.0))

    def _covariance(self, before: float, after: float) -> float:
        if not self.correlation:
            return 0.0
        spread = math.sqrt(before * (1 - before) * after * (1 - after))
        shared = self.overlap / (self.n_before * self.n_after)
        if self.population_before is None:
            return self.correlation * spread * shared
        size = self.population_before
        inflated = size / (size - 1) if size > 1 else 1.0
        return self.correlation * spread * inflated * (shared - 1 / size)

    @property
    def pooled(self) -> float:
        """The proportion if nothing changed: that of both samples together."""
        audits = self.n_before + self.n_after
        return (self.n_before * self.before + self.n_after * self.after) / audits


def share_variance(share: float, n: int, population: int | None) -> float:
    """Give the variance of a proportion estimated from n audits.

    Parameters
    ----------
    share : float
        The proportion.
    n : int
        Audits.
    population : int or None
        Cases in all; None for an endless population.
    """
    simple = share * (1 - share) / n
    if population is None or population == 1:
        return simple if population is None else 0.0
    return simple * (population - n) / (population - 1)
