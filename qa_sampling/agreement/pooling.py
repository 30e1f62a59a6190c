"""Partial pooling: the standards' coefficients, each drawn towards their mean by what it lacks.

Ten standards with 15 cases each spread by chance alone. Were the highest and lowest read off, luck
would be read. On the atanh scale z, with S the joint jackknife covariance,

    z ~ N(theta, S),  theta_g ~ N(mu, tau²)

tau² by restricted maximum likelihood; theta by its best linear prediction with the error of mu
counted (Henderson 1975, Biometrics 31:423-447; Robinson 1991, Statistical Science 6:15-51). The
error of tau² is allowed for only by t with groups - 1 degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from qa_sampling.agreement.estimates import FEWEST, CoefficientEstimate
from qa_sampling.agreement.joint import JointEstimates, joint_estimates
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

FEWEST_GROUPS = 3
"""Fewer groups have no spread worth the name."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """Coefficients of groups, drawn towards their mean.

    Attributes
    ----------
    table : DataFrame
        One row a group, in order: `group`, `cases` (graded twice), `estimate`, `low`, `high` (its
        own), `pooled`, `pooled_low`, `pooled_high`, `own_share` (1: nothing borrowed; 0: the
        mean alone), `why_not` (why it is not pooled).
    mean : float
        The mean of groups, back from the atanh scale.
    interval : Interval
        Its interval.
    between : float
        tau, the spread between groups on the atanh scale.
    level : float
        Level of all intervals.
    """

    table: pd.DataFrame
    mean: float
    interval: Interval
    between: float
    level: float


@dataclass(frozen=True, eq=False)
class Prediction:
    """A normal-normal fit.

    Attributes
    ----------
    between : float
        tau² by restricted maximum likelihood.
    mean, mean_error : float
        mu and its standard error.
    values : ndarray
        Predicted theta.
    errors : ndarray
        Their standard errors, the error of mu counted.
    own_share : ndarray
        How much of its own value each prediction holds.
    """

    between: float
    mean: float
    mean_error: float
    values: np.ndarray
    errors: np.ndarray
    own_share: np.ndarray


def pool(
    groups: Mapping[object, Ratings],
    *,
    coefficient: str = "ac2",
    weights: str | np.ndarray = "quadratic",
    level: float = 0.95,
    columns: str = "auto",
    cluster: str | None = "case_ref",
) -> Pooled:
    """Measure one coefficient in several groups and draw each towards their mean.

    Parameters
    ----------
    groups : mapping
        Group to its ratings: ``ratings.by("standard")``.
    coefficient, weights, level, columns, cluster
        As ``joint_estimates`` has them.

    Returns
    -------
    Pooled

    Raises
    ------
    AgreementError
        When fewer than 3 groups have an error and at least 5 cases graded twice.

    Notes
    -----
    What is pooled is each group's coefficient with two cases more, as in its interval. In groups of
    few cases these weigh: twenty teams of 5 have a mean below that of all 100 cases.
    """
    joint = joint_estimates(
        groups,
        coefficient=coefficient,
        weights=weights,
        level=level,
        columns=columns,
        cluster=cluster,
    )
    able = [place for place, one in enumerate(joint.estimates) if _can(one)]
    if len(able) < FEWEST_GROUPS:
        raise AgreementError(
            f"{len(able)} of {len(joint.groups)} groups have {FEWEST} cases graded twice and an "
            f"error; pooling needs at least {FEWEST_GROUPS}. Show each by itself."
        )
    bounds = joint.estimates[able[0]].bounds
    centres = np.array([joint.estimates[place].centre for place in able])
    stretched = _stretch(centres, bounds)
    slope = 2 / (bounds[1] - bounds[0]) / (1 - stretched**2)
    covariance = _own_errors(joint, able) * np.outer(slope, slope)
    fit = predict(np.arctanh(stretched), covariance)
    reach = stats.t.ppf((1 + level) / 2, len(able) - 1)
    back = _Back(bounds)
    rows = _rows(joint)
    pooled = pd.DataFrame(
        {
            "pooled": back(fit.values),
            "pooled_low": back(fit.values - reach * fit.errors),
            "pooled_high": back(fit.values + reach * fit.errors),
            "own_share": fit.own_share,
        },
        index=able,
    )
    low, high = back(fit.mean + np.array([-1, 1]) * reach * fit.mean_error)
    interval = Interval(float(low), float(high), level, "t interval on the atanh scale")
    mean, between = float(back(np.array([fit.mean]))[0]), float(np.sqrt(fit.between))
    return Pooled(rows.join(pooled), mean, interval, between, level)


def _can(one: CoefficientEstimate) -> bool:
    """Say whether an estimate rests on enough cases, has an error and lies inside its bounds."""
    return (
        not one.show_counts_only
        and one.centre is not None
        and bool(one.centre_error)
        and bool(abs(_stretch(np.array([one.centre]), one.bounds)[0]) < 1 - 1e-9)
    )


def _why_not(one: CoefficientEstimate) -> str:
    """Say why a group is not pooled; blank where it is."""
    if one.why_not or _can(one):
        return one.why_not
    return f"fewer than {FEWEST} cases with two grades: show the counts"


def _rows(joint: JointEstimates) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": list(joint.groups),
            "cases": [one.cases for one in joint.estimates],
            "estimate": [one.estimate for one in joint.estimates],
            "low": [one.interval.low if one.interval else None for one in joint.estimates],
            "high": [one.interval.high if one.interval else None for one in joint.estimates],
            "why_not": [_why_not(one) for one in joint.estimates],
        }
    ).astype({"estimate": "float64", "low": "float64", "high": "float64"})


def _own_errors(joint: JointEstimates, able: list[int]) -> np.ndarray:
    """Give the covariance with the variances on which the groups' own intervals rest."""
    correlation = joint.correlation[np.ix_(able, able)]
    errors = np.array([joint.estimates[place].centre_error for place in able])
    return correlation * np.outer(errors, errors)


def _stretch(values: np.ndarray, bounds: tuple[float, float]) -> np.ndarray:
    return 2 * (values - bounds[0]) / (bounds[1] - bounds[0]) - 1


@dataclass(frozen=True)
class _Back:
    """The way back from the atanh scale."""

    bounds: tuple[float, float]

    def __call__(self, values: np.ndarray) -> np.ndarray:
        low, high = self.bounds
        return low + (np.tanh(values) + 1) / 2 * (high - low)


def predict(values: np.ndarray, covariance: np.ndarray) -> Prediction:
    """Fit the normal-normal model and predict each group's true value.

    Parameters
    ----------
    values : ndarray, (groups,)
        Estimates, at least 2.
    covariance : ndarray, (groups, groups)
        Their covariance.

    Returns
    -------
    Prediction
    """
    n, ones = len(values), np.ones(len(values))

    def parts(between: float) -> tuple[np.ndarray, float, float]:
        inverse = np.linalg.inv(covariance + between * np.eye(n))
        weight = float(ones @ inverse @ ones)
        return inverse, weight, float(ones @ inverse @ values) / weight

    def deviance(root: float) -> float:
        inverse, weight, mean = parts(root**2)
        left = values - mean
        return float(left @ inverse @ left + np.log(weight) - np.linalg.slogdet(inverse)[1])

    most = 3 * float(np.std(values)) + 1e-6
    found = optimize.minimize_scalar(
        deviance, bounds=(0.0, most), method="bounded", options={"xatol": 1e-11}
    )
    between = float(found.x) ** 2 if found.fun < deviance(0.0) - 1e-12 else 0.0
    inverse, weight, mean = parts(between)
    hold = between * inverse
    rest = ones - hold @ ones
    spread = between * np.eye(n) - between * hold + np.outer(rest, rest) / weight
    return Prediction(
        between,
        mean,
        float(1 / np.sqrt(weight)),
        mean + hold @ (values - mean),
        np.sqrt(np.maximum(np.diag(spread), 0.0)),
        np.diag(hold).copy(),
    )
