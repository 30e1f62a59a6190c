"""What a coefficient is: the number, how sure it is, what it rests on, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.agreement.intervals import chance_above
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

FEWEST = 5
"""With fewer cases graded twice than this, show the counts and not the coefficient."""
FEWEST_FOR_A_WORD = 10
"""With fewer cases graded twice than this, no benchmark word is given."""


@dataclass(frozen=True)
class CoefficientEstimate:
    """One coefficient of one group, with its interval.

    Attributes
    ----------
    coefficient : str
        Its name in ``formulas.FORMULAS``.
    title : str
        Its name in words, with its weights.
    group : object
        The group, or None for all.
    grade : str or None
        The grade, for specific agreement; else None.
    estimate : float or None
        The coefficient; None where it cannot be told (`why_not` says why).
    standard_error : float or None
        Its standard error; None where it cannot be told.
    degrees_of_freedom : float or None
        Of the standard error.
    interval : Interval or None
        Its interval; None where it cannot be told.
    observed, expected : float or None
        Observed agreement and agreement expected by chance, where the coefficient has such.
    units : int
        Units with at least one grade.
    twice : int
        Units with at least two.
    cases : int
        Independent cases (or teams …) among the units graded twice.
    pairs : int
        Pairs of grades of one unit.
    method : str
        How error and interval were found.
    warnings : tuple of str
        What a reader must know, each a sentence.
    why_not : str
        Why there is no estimate, no standard error or no interval; blank where there are all, and
        where only the estimate was asked for.
    centre, centre_error, centre_df : float or None
        Where the interval is centred (the estimate, or that with two cases more), the error it
        rests on and its degrees of freedom.
    bounds : tuple of float
        Least and largest value it can take.
    """

    coefficient: str
    title: str
    group: object
    grade: str | None
    estimate: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    interval: Interval | None
    observed: float | None
    expected: float | None
    units: int
    twice: int
    cases: int
    pairs: int
    method: str
    warnings: tuple[str, ...] = ()
    why_not: str = ""
    centre: float | None = None
    centre_error: float | None = None
    centre_df: float | None = None
    bounds: tuple[float, float] = (-1.0, 1.0)

    def chance_above(self, value: float) -> float:
        """Give the chance that the coefficient is above a value, by its interval's distribution.

        Parameters
        ----------
        value : float
            The value.

        Raises
        ------
        AgreementError
            When there is no interval from a standard error.
        """
        if self.interval is None or not self.centre_error or self.centre is None:
            raise AgreementError(
                f"There is no distribution to say how sure {self.title} is: "
                f"{self.why_not or 'its interval does not rest on a standard error'}."
            )
        return chance_above(value, self.centre, self.centre_error, self.centre_df, self.bounds)

    @property
    def show_counts_only(self) -> bool:
        """Whether too few cases were graded twice to show a coefficient at all."""
        return self.cases < FEWEST


@dataclass(frozen=True)
class Agreement:
    """Coefficients of one or many groups.

    Attributes
    ----------
    estimates : tuple of CoefficientEstimate
        Group by group, coefficients in the order asked for.
    by : str or None
        What was grouped by.
    level : float
        Level of the intervals.
    """

    estimates: tuple[CoefficientEstimate, ...]
    by: str | None
    level: float
    _places: dict = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note where each estimate is."""
        for estimate in self.estimates:
            self._places[estimate.coefficient, estimate.group, estimate.grade] = estimate

    def one(
        self, coefficient: str, group: object = None, grade: str | None = None
    ) -> CoefficientEstimate:
        """Give one estimate.

        Parameters
        ----------
        coefficient : str
            Its name.
        group : object
            The group; None without groups.
        grade : str, optional
            The grade, for specific agreement.

        Raises
        ------
        AgreementError
            When it was not asked for.
        """
        if (coefficient, group, grade) not in self._places:
            known = sorted({name for name, *_ in self._places})
            groups = len({group for _, group, _ in self._places})
            raise AgreementError(
                f"There is no {coefficient!r} of that group and grade here; there are "
                f"{', '.join(known)} of {groups} group{'' if groups == 1 else 's'}."
            )
        return self._places[coefficient, group, grade]

    @property
    def table(self) -> pd.DataFrame:
        """One row an estimate: numbers missing where `why_not` says why."""
        rows = [
            {
                "group": one.group,
                "coefficient": one.coefficient,
                "title": one.title,
                "grade": one.grade,
                "estimate": one.estimate,
                "standard_error": one.standard_error,
                "low": one.interval.low if one.interval else None,
                "high": one.interval.high if one.interval else None,
                "observed": one.observed,
                "expected": one.expected,
                "units": one.units,
                "twice": one.twice,
                "cases": one.cases,
                "pairs": one.pairs,
                "method": one.method,
                "warnings": " ".join(one.warnings),
                "why_not": one.why_not,
            }
            for one in self.estimates
        ]
        table = pd.DataFrame(rows)
        numbers = ["estimate", "standard_error", "low", "high", "observed", "expected"]
        return table.astype(dict.fromkeys(numbers, "float64"))
