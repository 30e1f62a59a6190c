"""Intervals of a proportion that hold their level in small samples of a complex design.

One signature: estimate, its variance, cases, degrees of freedom, level; arrays or numbers. The
effective sample size is ``p (1 - p) / variance``; where nothing varies (none, all, or
a variance of 0) it is n. Each method is defined for 0 and 1 and never has zero width.

- ``korn_graubard``: Clopper and Pearson's interval for the effective size, adjusted for
  degrees of freedom by (t(n-1) / t(df))² and cut at n (Korn and Graubard 1998, Survey
  Methodology 24:193-201; Parker et al. 2017, Vital and Health Statistics 2(175)).
- ``beta``: the same without the cut, as R's ``svyciprop(method = "beta")``.
- ``clopper_pearson``: for the effective size cut at n, without the adjustment (Clopper and
  Pearson 1934, Biometrika 26:404-413).
- ``wilson``: the score interval for the effective size with t(df) (Wilson 1927, JASA 22:209-212).
- ``likelihood``: values whose log likelihood, for the effective size, falls by no more than t²/2
  (Rao and Scott 1984, Annals of Statistics 12:46-60).
- ``logit``, ``asin``, ``wald``: estimate ± t(df) standard errors on that scale. Where nothing
  varies they have no standard error; the interval of ``korn_graubard`` is given.
- ``bayes``: equal-tailed, from a beta prior (Jeffreys' 1/2, 1/2 unless stated) and the effective
  size cut at n.

:func:`exact_interval` is for a plain random sample from a known number of cases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from qa_sampling.errors import EstimationError

IntervalMethod = Literal[
    "default",
    "korn_graubard",
    "beta",
    "clopper_pearson",
    "wilson",
    "likelihood",
    "logit",
    "asin",
    "wald",
    "bayes",
    "hypergeometric",
]
Ends = tuple[np.ndarray, np.ndarray]
JEFFREYS = (0.5, 0.5)


def proportion_interval(
    estimate: ArrayLike,
    variance: ArrayLike,
    *,
    n: ArrayLike,
    degrees_of_freedom: ArrayLike,
    level: float = 0.95,
    method: IntervalMethod = "korn_graubard",
    prior: tuple[float, float] = JEFFREYS,
    most: ArrayLike | None = None,
) -> Ends:
    """Give the ends of a proportion's interval.

    Parameters
    ----------
    estimate : array_like
        Proportion, 0 to 1.
    variance : array_like
        Its variance, 0 or more.
    n : array_like
        Cases it rests on.
    degrees_of_freedom : array_like
        Degrees of freedom of the variance; counted as 1 when below.
    level : float
        Confidence level, between 0 and 1.
    method : str
        One of :data:`METHODS`.
    prior : tuple of float
        The two parameters of the beta prior; "bayes" only.
    most : array_like, optional
        Where methods cut the effective size; n by default. Larger where other cases help, as
        the audits do in an estimate of what moderators would have found.

    Returns
    -------
    tuple of ndarray
        Lower and upper ends, within 0 and 1.

    Raises
    ------
    EstimationError
        When the method is unknown, or the level or the prior out of range.
    """
    check_level(level)
    if method not in METHODS:
        raise EstimationError(
            f"`interval` {method!r} is unknown; choose one of {', '.join(METHODS)}."
        )
    if min(prior) <= 0:
        raise EstimationError(f"`prior` must hold two numbers above 0; got {prior}.")
    given = (estimate, variance, n, degrees_of_freedom, n if most is None else most)
    p, spread, cases, df, cut = np.broadcast_arrays(*(np.asarray(one, float) for one in given))
    facts = Facts(p, spread, cases, np.maximum(df, 1), level, cut, prior)
    low, high = METHODS[method](facts)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def check_level(level: float) -> None:
    """Refuse a confidence level that is not between 0 and 1.

    Parameters
    ----------
    level : float
        Confidence level.

    Raises
    ------
    EstimationError
        When it is out of range.
    """
    is_number = isinstance(level, int | float | np.number) and not isinstance(level, bool)
    if not is_number or not 0 < level < 1:
        raise EstimationError(f"`level` must lie between 0 and 1; got {level!r}. Give 0.95.")


def _varies(p: np.ndarray, variance: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Say where there is a variance; what rounding leaves of none does not count."""
    return (p > 0) & (p < 1) & (variance * n > 1e-10 * p * (1 - p))


def effective_size(p: np.ndarray, variance: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Give the size of a simple sample with this variance; n where nothing varies.

    Parameters
    ----------
    p, variance, n : ndarray
        Proportion, its variance, cases.
    """
    varies = _varies(p, variance, n)
    return np.where(varies, p * (1 - p) / np.where(varies, variance, 1), n)


@dataclass(frozen=True, eq=False)
class Facts:
    """What an interval is made from.

    Attributes
    ----------
    p, variance, n, df : ndarray
        Proportion, its variance, cases, degrees of freedom (at least 1).
    level : float
        Confidence level.
    most : ndarray
        Where the effective size is cut.
    prior : tuple of float
        Beta prior.
    """

    p: np.ndarray
    variance: np.ndarray
    n: np.ndarray
    df: np.ndarray
    level: float
    most: np.ndarray
    prior: tuple[float, float]

    @property
    def size(self) -> np.ndarray:
        """The effective size, not cut."""
        return effective_size(self.p, self.variance, self.n)

    @property
    def adjusted(self) -> np.ndarray:
        """The effective size adjusted for degrees of freedom, where there is a variance."""
        tail = (1 + self.level) / 2
        with np.errstate(
            invalid="ignore", divide="ignore"
        ):  # a level of almost 0 has t values of 0
            ratio = (stats.t.ppf(tail, np.maximum(self.n - 1, 1)) / self.t) ** 2
        adjust = _varies(self.p, self.variance, self.n) & (self.n > 1) & np.isfinite(ratio)
        return self.size * np.where(adjust, ratio, 1)

    @property
    def t(self) -> np.ndarray:
        """The t value of the level."""
        return stats.t.ppf((1 + self.level) / 2, self.df)


def _beta_ends(p: np.ndarray, size: np.ndarray, level: float) -> Ends:
    """Give Clopper and Pearson's ends for a size that need not be whole."""
    tail = (1 - level) / 2
    found, rest = size * p, size * (1 - p)
    low = np.where(found > 0, stats.beta.ppf(tail, np.where(found > 0, found, 1), rest + 1), 0)
    high = np.where(rest > 0, stats.beta.isf(tail, found + 1, np.where(rest > 0, rest, 1)), 1)
    return low, high


def _korn_graubard(facts: Facts) -> Ends:
    return _beta_ends(facts.p, np.minimum(facts.adjusted, facts.most), facts.level)


def _beta(facts: Facts) -> Ends:
    return _beta_ends(facts.p, facts.adjusted, facts.level)


def _clopper_pearson(facts: Facts) -> Ends:
    return _beta_ends(facts.p, np.minimum(facts.size, facts.most), facts.level)


def _wilson(facts: Facts) -> Ends:
    p, size, square = facts.p, facts.size, facts.t**2
    middle = (p + square / (2 * size)) / (1 + square / size)
    half = np.sqrt(square * (p * (1 - p) / size + square / (4 * size**2))) / (1 + square / size)
    return np.where(p <= 0, 0, middle - half), np.where(p >= 1, 1, middle + half)


def _likelihood(facts: Facts) -> Ends:
    falls = facts.t**2 / (2 * facts.size)
    pairs = [
        _likelihood_ends(float(p), float(fall))
        for p, fall in zip(facts.p.flat, falls.flat, strict=True)
    ]
    ends = np.array(pairs).reshape(*facts.p.shape, 2)
    return ends[..., 0], ends[..., 1]


def _likelihood_ends(p: float, fall: float) -> tuple[float, float]:
    """Find where the log likelihood of one observation on average falls by `fall`."""

    def beyond(value: float) -> float:
        part = p * np.log(p / value) if p > 0 else 0.0
        rest = (1 - p) * np.log((1 - p) / (1 - value)) if p < 1 else 0.0
        return part + rest - fall

    edge = 1e-15
    low = 0.0 if p <= edge or beyond(edge) < 0 else optimize.brentq(beyond, edge, p, xtol=1e-13)
    high = (
        1.0
        if p >= 1 - edge or beyond(1 - edge) < 0
        else optimize.brentq(beyond, p, 1 - edge, xtol=1e-13)
    )
    return low, high


def _scaled(
    forward: Callable[[np.ndarray], np.ndarray],
    slope: Callable[[np.ndarray], np.ndarray],
    back: Callable[[np.ndarray], np.ndarray],
) -> Callable[[Facts], Ends]:
    """Make the method that adds and subtracts t standard errors on another scale."""

    def method(facts: Facts) -> Ends:
        varies = _varies(facts.p, facts.variance, facts.n)
        inner = np.where(varies, facts.p, 0.5)
        half = facts.t * np.sqrt(facts.variance) * slope(inner)
        low, high = _korn_graubard(facts)
        return (
            np.where(varies, back(forward(inner) - half), low),
            np.where(varies, back(forward(inner) + half), high),
        )

    return method


def _bayes(facts: Facts) -> Ends:
    tail, size = (1 - facts.level) / 2, np.minimum(facts.size, facts.most)
    good, other = size * facts.p + facts.prior[0], size * (1 - facts.p) + facts.prior[1]
    return stats.beta.ppf(tail, good, other), stats.beta.isf(tail, good, other)


METHODS: dict[str, Callable[[Facts], Ends]] = {
    "korn_graubard": _korn_graubard,
    "beta": _beta,
    "clopper_pearson": _clopper_pearson,
    "wilson": _wilson,
    "likelihood": _likelihood,
    "logit": _scaled(
        lambda p: np.log(p / (1 - p)), lambda p: 1 / (p * (1 - p)), lambda x: 1 / (1 + np.exp(-x))
    ),
    "asin": _scaled(
        lambda p: np.arcsin(np.sqrt(p)),
        lambda p: 1 / (2 * np.sqrt(p * (1 - p))),
        lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2,
    ),
    "wald": _scaled(lambda p: p, np.ones_like, lambda x: x),
    "bayes": _bayes,
}
"""Methods for any design, by name."""


def exact_interval(
    found: int, n: int, *, population: int, level: float = 0.95
) -> tuple[float, float]:
    """Give the exact interval of a proportion in a finite population, from a random sample.

    Parameters
    ----------
    found : int
        Cases of the kind in the sample.
    n : int
        Cases in the sample.
    population : int
        Cases there are.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        The smallest and the largest share for which neither tail of the hypergeometric
        distribution is (1 - level) / 2 or less. Of zero width only when n is the population.

    Raises
    ------
    EstimationError
        When the numbers cannot be: not ``0 <= found <= n <= population``, or n of 0.

    Notes
    -----
    Wright (1991), Exact Confidence Bounds when Sampling from Small Finite Universes.
    """
    check_level(level)
    if not 0 <= found <= n <= population or n < 1:
        raise EstimationError(
            f"{found} of {n} cases from {population} cannot be. Give 0 <= found <= n <= population "
            f"and at least one case."
        )
    tail = (1 - level) / 2
    least, most = found, population - (n - found)
    low = _first(
        least, most, lambda size: stats.hypergeom.sf(found - 1, population, size, n) > tail
    )
    high = -_first(
        -most, -least, lambda size: stats.hypergeom.cdf(found, population, -size, n) > tail
    )
    return low / population, high / population


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Find the first whole number from which a rising condition holds; it holds at the last."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low
