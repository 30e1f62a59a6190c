"""What an allocation can be expected to give: variance, design effect, loss to its bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation_measures import check_deviations, plain

_HALF = 0.5
"""Standard deviation of a proportion of one half, the largest a proportion can have."""


@dataclass(frozen=True)
class ExpectedPrecision:
    """What a stratified estimate of the mean of all cases can be expected to give.

    Attributes
    ----------
    variance : float
        Variance of the estimated mean, finite populations taken into account; infinite when a
        stratum that varies gets no audit.
    variance_of_total : float
        The same of the estimated total: ``variance`` times the squared number of cases.
    cv : float or None
        Coefficient of variation of the estimate; None without means or when their mean is 0.
    design_effect : float
        Variance over that of as many cases drawn from all at once. Below 1 strata help. Without
        means the strata's means are taken to be equal, so that only the loss shows.
    """

    variance: float
    variance_of_total: float
    cv: float | None
    design_effect: float


def expected_precision(
    populations: Mapping[str, int],
    sampled: Mapping[str, int],
    *,
    standard_deviations: Mapping[str, float] | None = None,
    means: Mapping[str, float] | None = None,
) -> ExpectedPrecision:
    """Say what an allocation can be expected to give for the mean of all cases.

    Parameters
    ----------
    populations : mapping of str to int
        Cases by stratum; strata without cases do not count.
    sampled : mapping of str to int
        Audits by stratum.
    standard_deviations : mapping of str to float, optional
        Of what is measured, by stratum, with the divisor N - 1; without, 0.5 everywhere, that of
        a proportion of one half.
    means : mapping of str to float, optional
        Of what is measured, by stratum.

    Raises
    ------
    AllocationError
        When a stratum lacks a value, or has more audits than cases.

    Notes
    -----
    The variance of the total is the sum of ``N (N - n) S² / n`` (Cochran 1977, Sampling
    Techniques, eq. 5.11), summed as fractions: no digits cancel.
    """
    filled = {label: int(size) for label, size in populations.items() if size > 0}
    spreads = _values(standard_deviations, filled, "standard deviation", _HALF)
    check_deviations({label: float(value) for label, value in spreads.items()})
    over = [label for label, size in filled.items() if sampled.get(label, 0) > size]
    if over:
        raise AllocationError(f"Stratum {over[0]!r} has more audits than cases.")
    cases = sum(filled.values())
    audits = sum(sampled.get(label, 0) for label in filled)
    bare = any(spreads[label] and not sampled.get(label) for label in filled)
    total = Fraction(0)
    for label, size in filled.items():
        if taken := sampled.get(label, 0):
            total += Fraction(size * (size - taken), taken) * spreads[label] ** 2
    variance = math.inf if bare else float(total / (cases**2 or 1))
    middle = _values(means, filled, "mean", 0.0)
    mean = sum(size * middle[label] for label, size in filled.items()) / (cases or 1)
    return ExpectedPrecision(
        variance=variance,
        variance_of_total=math.inf if bare else float(total),
        cv=math.sqrt(variance) / abs(float(mean)) if means is not None and mean else None,
        design_effect=_design_effect(filled, audits, spreads, middle, mean, variance),
    )


def loss(achieved: Fraction | None, best: Fraction | None) -> float:
    """Give the share by which a sum of squares exceeds the best one.

    Parameters
    ----------
    achieved, best : Fraction or None
        Sums of ``a² (1/n - 1/N)``; None when a stratum with a measure above 0 gets no audit.
    """
    if achieved == best:
        return 0.0
    if achieved is None or not best:
        return math.inf
    return float(achieved / best - 1)


def _values(
    given: Mapping[str, float] | None, filled: Mapping[str, int], what: str, default: float
) -> dict[str, Fraction]:
    if given is None:
        return dict.fromkeys(filled, Fraction(default))
    absent = [label for label in filled if label not in given]
    if absent:
        raise AllocationError(
            f"Every stratum needs a {what}; {len(absent)} have none, such as {absent[0]!r}."
        )
    values = {label: plain(given[label]) for label in filled}
    if not all(math.isfinite(value) for value in values.values()):
        raise AllocationError(f"A {what} is negative, missing or infinite; give a number.")
    return {label: Fraction(value) for label, value in values.items()}


def _design_effect(
    filled: Mapping[str, int],
    audits: int,
    spreads: Mapping[str, Fraction],
    means: Mapping[str, Fraction],
    mean: Fraction,
    variance: float,
) -> float:
    cases = sum(filled.values())
    within = sum((size - 1) * spreads[label] ** 2 for label, size in filled.items())
    between = sum(size * (means[label] - mean) ** 2 for label, size in filled.items())
    if math.isinf(variance):
        return math.inf
    if audits == cases or cases < 2 or not within + between:
        return 1.0
    simple = (within + between) / (cases - 1) * (cases - audits) / (audits * cases)
    return variance / float(simple)
