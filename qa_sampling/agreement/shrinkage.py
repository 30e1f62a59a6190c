"""Shrinking: many noisy means, each drawn to the middle by as much as chance explains.

Auditor j's mean difference y with sampling variance v estimates a true shift t; the true shifts
of auditors spread normally around a middle m with variance tau². Two estimates of tau² are given:
restricted maximum likelihood, and the moment estimate of Paule and Mandel (1982, J Res NBS
87:377-385; DerSimonian and Kacker 2007, Contemp Clin Trials 28:105-114), at which the weighted
sum of squares meets its degrees of freedom.

With ten auditors of three cases tau² itself is barely known, and is often estimated at 0, where
every interval would shrink to that of the middle. So by default a shift is averaged over tau
by how well each value explains the means: the restricted likelihood, even over tau (Gelman
2006, Bayesian Analysis 1:515-534, section 2; Morris 1983, JASA 78:47-55). It needs three means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, stats

from qa_sampling.agreement.net_bias import check_level
from qa_sampling.errors import AgreementError

__all__ = ["Shrunken", "paule_mandel", "restricted_likelihood", "shrink"]

ShrinkMethod = Literal["averaged", "reml", "paule-mandel"]
METHODS: tuple[str, ...] = ("averaged", "reml", "paule-mandel")
_POINTS = 400


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Shrunken means.

    Attributes
    ----------
    shift : ndarray of float
        Shrunken mean of each unit.
    middle : float
        Estimated middle of the true means.
    between : float
        Variance of the true means, tau²; for "averaged" its average.
    method : str
        How tau² was dealt with.
    tau, mass : ndarray of float
        Values of tau that were averaged over and their shares; one for a plug-in.
    means, errors : ndarray of float
        By unit and tau: mean and standard error of the true mean.
    """

    shift: np.ndarray
    middle: float
    between: float
    method: str
    tau: np.ndarray
    mass: np.ndarray
    means: np.ndarray
    errors: np.ndarray

    def confidence_limits(self, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Give the ends of each unit's interval.

        Parameters
        ----------
        level : float
            Level of each interval by itself.
        """
        check_level(level)
        return self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)

    def quantile(self, share: float) -> np.ndarray:
        """Give the value below which each true mean lies with a probability.

        Parameters
        ----------
        share : float
            The probability, between 0 and 1.
        """
        z = float(stats.norm.ppf(share))
        low = (self.means - abs(z) * self.errors).min(axis=1) - 1e-9
        high = (self.means + abs(z) * self.errors).max(axis=1) + 1e-9
        for _ in range(60):
            middle = (low + high) / 2
            below = self.chance_below(middle) < share
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2

    def chance_below(self, value: float | np.ndarray) -> np.ndarray:
        """Give the probability of each true mean to lie below a value.

        Parameters
        ----------
        value : float or ndarray of float
            One for all, or one a unit.
        """
        ends = np.broadcast_to(np.asarray(value, dtype=float), self.shift.shape)[:, None]
        errors = np.maximum(self.errors, 1e-12)
        return stats.norm.cdf((ends - self.means) / errors) @ self.mass


def shrink(
    means: Sequence[float], variances: Sequence[float], *, method: ShrinkMethod = "averaged"
) -> Shrunken:
    """Shrink means to their middle.

    Parameters
    ----------
    means : sequence of float
        One a unit.
    variances : sequence of float
        Sampling variance of each, above 0.
    method : {"averaged", "reml", "paule-mandel"}
        Average over tau, or plug in an estimate. Fewer than three units are too few to average:
        then "reml" is used, and its name says so.

    Raises
    ------
    AgreementError
        When there is no mean, lengths differ, a variance is not above 0, or the method unknown.
    """
    y, v = _checked(means, variances)
    if method not in METHODS:
        raise AgreementError(f"`method` {method!r} is unknown; choose one of {', '.join(METHODS)}.")
    if method == "averaged" and len(y) >= 3:
        tau = _grid(y, v)
        score = _log_likelihood(tau**2, y, v)
        mass = np.exp(score - score.max()) * _shares(tau)
        mass = mass / mass.sum()
    else:
        estimate = paule_mandel if method == "paule-mandel" else restricted_likelihood
        tau, mass = np.array([np.sqrt(estimate(y, v))]), np.ones(1)
    inner, errors, middles = _given(tau**2, y, v)
    name = {
        "averaged": "averaged over their spread",
        "reml": "REML",
        "paule-mandel": "Paule-Mandel",
    }
    told = name["reml" if method == "averaged" and len(y) < 3 else method]
    return Shrunken(
        shift=inner @ mass,
        middle=float(middles @ mass),
        between=float(tau**2 @ mass),
        method=f"normal-normal model, {told}",
        tau=tau,
        mass=mass,
        means=inner,
        errors=errors,
    )


def restricted_likelihood(means: Sequence[float], variances: Sequence[float]) -> float:
    """Estimate the variance of the true means by restricted maximum likelihood.

    Parameters
    ----------
    means, variances : sequence of float
        One a unit.
    """
    y, v = _checked(means, variances)
    if len(y) < 2:
        return 0.0
    tau = _grid(y, v)
    best = int(_log_likelihood(tau**2, y, v).argmax())
    low, high = tau[max(best - 1, 0)], tau[min(best + 1, len(tau) - 1)]
    found = optimize.minimize_scalar(
        lambda one: -float(_log_likelihood(one**2, y, v)),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-10 * (1 + high)},
    )
    tau_best = float(found.x)
    if float(_log_likelihood(0.0, y, v)) >= -float(found.fun):
        return 0.0
    return tau_best**2


def paule_mandel(means: Sequence[float], variances: Sequence[float]) -> float:
    """Estimate the variance of the true means by the moments of Paule and Mandel.

    Parameters
    ----------
    means, variances : sequence of float
        One a unit.
    """
    y, v = _checked(means, variances)

    def excess(between: float) -> float:
        weight = 1 / (v + between)
        middle = weight @ y / weight.sum()
        return float(weight @ (y - middle) ** 2) - (len(y) - 1)

    if len(y) < 2 or excess(0.0) <= 0:
        return 0.0
    high = max(float(np.ptp(y)) ** 2, float(v.max()))
    while excess(high) > 0:
        high *= 2
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-14, rtol=1e-14))


def _given(
    between: np.ndarray, y: np.ndarray, v: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give by unit and tau² the mean and error of the true mean, and by tau² the middle."""
    weight = 1 / (v[:, None] + between)
    middle = (weight * y[:, None]).sum(axis=0) / weight.sum(axis=0)
    kept = between * weight
    inner = kept * y[:, None] + (1 - kept) * middle
    variance = kept * v[:, None] + (1 - kept) ** 2 / weight.sum(axis=0)
    return inner, np.sqrt(variance), middle


def _log_likelihood(between: np.ndarray | float, y: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Give the restricted log-likelihood of each tau², less a constant."""
    weight = 1 / (v[:, None] + np.atleast_1d(between))
    whole = weight.sum(axis=0)
    rest = (weight * (y[:, None] - (weight * y[:, None]).sum(axis=0) / whole) ** 2).sum(axis=0)
    score = 0.5 * (np.log(weight).sum(axis=0) - np.log(whole) - rest)
    return score if np.ndim(between) else score[0]


def _shares(grid: np.ndarray) -> np.ndarray:
    """Give the weight of each point by the trapezium rule."""
    steps = np.diff(grid)
    return (np.append(steps, 0.0) + np.append(0.0, steps)) / 2


def _grid(y: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Give values of tau from 0 to where the likelihood has died away, densest near 0."""
    reach = 12 * (np.std(y) + np.sqrt(v.mean()))
    return reach * np.linspace(0, 1, _POINTS) ** 2


def _checked(means: Sequence[float], variances: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    y, v = np.asarray(means, dtype=float), np.asarray(variances, dtype=float)
    if not len(y):
        raise AgreementError("There is no mean to shrink; give at least one unit.")
    if y.shape != v.shape or not np.isfinite(y).all() or not np.isfinite(v).all():
        raise AgreementError("Every mean needs a variance, and both must be finite numbers.")
    if (v <= 0).any():
        raise AgreementError(
            f"{int((v <= 0).sum())} variances are not above 0. Pool the spread over units: a unit "
            "whose cases do not differ has no variance of its own."
        )
    return y, v
