"""Whether agreement differs: two periods, two teams, or any contrast of groups.

The interval of a difference is made from the two honest intervals and the correlation (MOVER: Zou
and Donner 2008, Statistics in Medicine 27:1693-1702; Zou 2008 for contrasts), so that it is never
a point either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from qa_sampling.agreement.estimates import CoefficientEstimate
from qa_sampling.agreement.joint import JointEstimates, joint_estimates
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval


@dataclass(frozen=True)
class Contrast:
    """A sum of coefficients times factors, such as one less another.

    Attributes
    ----------
    estimate : float or None
        The sum; None where one of its parts cannot be told.
    standard_error : float or None
        Its standard error, from the joint jackknife.
    interval : Interval or None
        Its interval, from the parts' own intervals.
    p_value : float or None
        Two-sided, of a sum of 0, by t; None where nothing varies.
    correlation : float or None
        Of two parts; None for more.
    shared : int
        Cases that are in more than one part.
    parts : tuple of CoefficientEstimate
        The coefficients.
    factors : tuple of float
        Their factors.
    why_not : str
        Why there is no estimate or no interval.
    """

    estimate: float | None
    standard_error: float | None
    interval: Interval | None
    p_value: float | None
    correlation: float | None
    shared: int
    parts: tuple[CoefficientEstimate, ...]
    factors: tuple[float, ...]
    why_not: str = ""


def compare(
    first: Ratings,
    second: Ratings,
    *,
    coefficient: str = "ac2",
    weights: str | np.ndarray = "quadratic",
    level: float = 0.95,
    columns: str = "auto",
    match: str | None = None,
) -> Contrast:
    """Give how much more the graders of the first agree than those of the second.

    Parameters
    ----------
    first, second : Ratings
        Two periods, teams or sets of graders, on one scale.
    coefficient, weights, level, columns
        As ``agreement`` has them.
    match : str, optional
        Column that tells the same case in both, such as "case_ref": what they share is counted.
        None: the two are independent.

    Returns
    -------
    Contrast
        First less second.
    """
    joint = joint_estimates(
        {"first": first, "second": second},
        coefficient=coefficient,
        weights=weights,
        level=level,
        columns=columns,
        cluster=match,
    )
    return contrast(joint, {"first": 1.0, "second": -1.0}, level=level)


def contrast(
    joint: JointEstimates, factors: Mapping[object, float], *, level: float = 0.95
) -> Contrast:
    """Give a sum of coefficients of groups, each times its factor.

    Parameters
    ----------
    joint : JointEstimates
        The groups, with intervals of the same `level`.
    factors : mapping
        Group to factor; groups left out have 0.
    level : float
        Level of the intervals.

    Returns
    -------
    Contrast

    Raises
    ------
    AgreementError
        When a group is unknown or all factors are 0.
    """
    unknown = [group for group in factors if group not in joint.groups]
    if unknown or not any(factors.values()):
        raise AgreementError(
            f"`factors` must give a factor to some of the {len(joint.groups)} groups; "
            f"{len(unknown)} are unknown."
        )
    chosen = [place for place, group in enumerate(joint.groups) if factors.get(group, 0.0)]
    parts = tuple(joint.estimates[place] for place in chosen)
    c = np.array([factors[joint.groups[place]] for place in chosen], dtype=float)
    missing = [one for one in parts if one.estimate is None]
    if missing:
        return Contrast(
            None, None, None, None, None, joint.shared, parts, tuple(c), missing[0].why_not
        )
    value = float(c @ [one.estimate for one in parts])
    without = [one for one in parts if one.interval is None]
    if without:
        return Contrast(
            value, None, None, None, None, joint.shared, parts, tuple(c), without[0].why_not
        )
    covariance = joint.covariance[np.ix_(chosen, chosen)]
    correlation = joint.correlation[np.ix_(chosen, chosen)]
    error = float(np.sqrt(max(c @ covariance @ c, 0.0)))
    low, high = (value + side * _reach(c, parts, correlation, side) for side in (-1, 1))
    return Contrast(
        value,
        error,
        Interval(float(low), float(high), level, "from both intervals (MOVER)"),
        _p_value(value, error, c, parts, covariance),
        float(correlation[0, 1]) if len(parts) == 2 else None,
        joint.shared,
        parts,
        tuple(c),
    )


def _reach(
    c: np.ndarray, parts: tuple[CoefficientEstimate, ...], correlation: np.ndarray, side: int
) -> float:
    """Give how far the sum's interval reaches to one side."""
    reach = np.array(
        [
            one.interval.high - one.estimate
            if factor * side > 0
            else one.estimate - one.interval.low
            for factor, one in zip(c, parts, strict=True)
        ]
    )
    return float(np.sqrt(max((c * reach) @ correlation @ (c * reach), 0.0)))


def _p_value(
    value: float,
    error: float,
    c: np.ndarray,
    parts: tuple[CoefficientEstimate, ...],
    covariance: np.ndarray,
) -> float | None:
    """Give the two-sided p value, with Satterthwaite's degrees of freedom."""
    if error <= 0:
        return None
    own = c**2 * np.diag(covariance)
    df = np.array([max(one.degrees_of_freedom, 1.0) for one in parts])
    whole = own.sum() ** 2 / (own**2 / df).sum() if own.sum() > 0 else df.min()
    return float(2 * stats.t.sf(abs(value) / error, whole))
