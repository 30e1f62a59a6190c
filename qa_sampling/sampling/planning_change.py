"""Would a change between two periods be seen? Power, sizes, and the smallest change in reach.

Two-sided test of the difference of two proportions against no change, with the pooled
proportion under no change and each its own under a change (Fleiss, Levin and Paik 2003, Statistical
Methods for Rates and Proportions, ch. 4). Finite populations shrink the variances. Where m
cases are audited in both periods, their answers correlated by ρ, the covariance is
``ρ S₁ S₂ (m / (n₁ n₂) - 1 / N)`` (Tam 1984, The American Statistician 38:288-289; without the
last term in an endless population).

"normal" treats the difference as normal; a simulation in the tests holds it. "exact" adds up
the probabilities of all pairs of counts, binomial or hypergeometric, for independent samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import binom, hypergeom

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_assumptions import (
    check_population,
    check_share,
    is_number,
    z_value,
)
from qa_sampling.sampling.planning_periods import TwoPeriods, share_variance

__all__ = ["ChangePower", "TwoPeriods", "detectable_change", "power_of_change", "size_for_change"]

PowerMethod = Literal["normal", "exact"]
_MOST_PAIRS = 4_000_000
_STEADY = 20
_LARGEST = 10_000_000


@dataclass(frozen=True)
class ChangePower:
    """How likely a change is to be seen.

    Attributes
    ----------
    power : float
        Probability that the test finds it, 0 to 1.
    n_before, n_after : int
        Audits of each period.
    table : DataFrame
        `change` (points as a share, such as 0.1) and its `power`.
    curve : DataFrame
        `n` (audits of each period, in the given ratio) and the `power` of this change.
    method : str
        "normal" or "exact".
    level : float
        Confidence level of the test.
    """

    power: float
    n_before: int
    n_after: int
    table: pd.DataFrame
    curve: pd.DataFrame
    method: str
    level: float


def power_of_change(periods: TwoPeriods, *, method: PowerMethod = "normal") -> ChangePower:
    """Say how likely a change between two periods is to be seen.

    Parameters
    ----------
    periods : TwoPeriods
        What is compared.
    method : {"normal", "exact"}
        "exact" for independent samples only; a population's share is then the nearest
        whole number of cases.

    Returns
    -------
    ChangePower
        `table` has changes of 5 to 40 points down and up, as far as they lie between 0 and 1.

    Raises
    ------
    ParameterError
        When a value is impossible, or "exact" is asked for with overlap or very large samples.
    """
    power = _power(periods, method)
    steps = [sign * points / 100 for sign in (-1, 1) for points in range(5, 45, 5)]
    changes = sorted(step for step in steps if 0 <= periods.before + step <= 1)
    rows = [(at, _power(replace(periods, after=periods.before + at), method)) for at in changes]
    return ChangePower(
        power=power,
        n_before=periods.n_before,
        n_after=periods.n_after,
        table=pd.DataFrame(rows, columns=["change", "power"]),
        curve=_curve(periods),
        method=method,
        level=periods.level,
    )


def size_for_change(
    before: float,
    after: float,
    *,
    power: float = 0.8,
    population: int | None = None,
    overlap_share: float = 0.0,
    correlation: float = 0.0,
    level: float = 0.95,
    method: PowerMethod = "normal",
) -> ChangePower:
    """Say how many audits each of two periods needs for a change to be seen.

    Parameters
    ----------
    before, after : float
        Proportions of the two periods; different.
    power : float
        Wanted probability that the test finds the change, between 0 and 1.
    population : int, optional
        Cases in each period.
    overlap_share : float
        Share of a period's audits whose cases are audited in the other too (rounded down).
    correlation, level, method
        See :class:`TwoPeriods` and :func:`power_of_change`.

    Returns
    -------
    ChangePower
        With the smallest number, the same in both periods. Exact power is jagged: the smallest
        number that reaches the wanted power and keeps it for the twenty that follow. With
        overlap power is a little jagged too; one audit fewer does not reach it.

    Raises
    ------
    ParameterError
        When a value is impossible, or no number of audits reaches the power.
    """
    _check_power(power)
    check_share(overlap_share, "overlap_share")
    check_population(population)
    if before == after:
        raise ParameterError("`before` and `after` are equal; there is no change to be seen.")

    def periods(n: int) -> TwoPeriods:
        return TwoPeriods(
            *(before, after, n, n, population, population),
            overlap=math.floor(overlap_share * n + 1e-9),
            correlation=correlation,
            level=level,
        )

    def enough(n: int) -> bool:
        return _power(periods(n), "normal") >= power

    most = population or _LARGEST
    if not enough(most):
        raise ParameterError(
            f"Even {most} audits in each period do not reach a power of {power}. Look for a larger "
            f"change, or ask for less power."
        )
    few, many = 0, most
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    if method == "exact":
        many = _steady(periods, many, most, power)
    return power_of_change(periods(many), method=method)


def detectable_change(
    before: float,
    n: int,
    *,
    power: float = 0.8,
    population: int | None = None,
    overlap: int = 0,
    correlation: float = 0.0,
    level: float = 0.95,
) -> tuple[float | None, float | None]:
    """Give the smallest fall and the smallest rise that n audits in each period would show.

    Parameters
    ----------
    before : float
        Proportion of the first period.
    n : int
        Audits of each period.
    power : float
        Wanted probability of seeing it.
    population, overlap, correlation, level
        See :class:`TwoPeriods`.

    Returns
    -------
    pair of float or None
        Fall and rise as shares, above 0; None where none is large enough.
    """
    _check_power(power)
    check_share(before, "before")
    given = (n, n, population, population, overlap, correlation, level)
    found: list[float | None] = []
    for end in (0.0, 1.0):

        def seen(share: float, end: float = end) -> bool:
            after = before + share * (end - before)
            return _power(TwoPeriods(before, after, *given), "normal") >= power

        if before == end or not seen(1.0):
            found.append(None)
            continue
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if seen(middle) else (middle, high)
        found.append(high * abs(end - before))
    return found[0], found[1]


def _check_power(power: float) -> None:
    if not is_number(power) or not 0 < power < 1:
        raise ParameterError(f"`power` must lie between 0 and 1; got {power!r}. Give 0.8.")


def _power(periods: TwoPeriods, method: str) -> float:
    if method == "normal":
        return _normal_power(periods)
    if method != "exact":
        raise ParameterError(f"`method` {method!r} is unknown; choose 'normal' or 'exact'.")
    if periods.correlation:
        raise ParameterError("Exact power is for independent samples; choose 'normal'.")
    if (periods.n_before + 1) * (periods.n_after + 1) > _MOST_PAIRS:
        raise ParameterError("Exact power of so many audits is out of reach; choose 'normal'.")
    return _exact_power(periods)


def _normal_power(periods: TwoPeriods) -> float:
    """Give the probability of either tail."""
    change = abs(periods.after - periods.before)
    cut = z_value(periods.level) * periods.error(periods.pooled, periods.pooled)
    error = periods.error(periods.before, periods.after)
    if error == 0:
        return float(change > cut)
    normal = NormalDist().cdf
    return normal((change - cut) / error) + normal((-change - cut) / error)


def _exact_power(periods: TwoPeriods) -> float:
    """Add up the probabilities of the pairs of counts for which the test finds a change."""
    first = np.arange(periods.n_before + 1)
    second = np.arange(periods.n_after + 1)
    chance = [
        _chances(counts, share, size)
        for counts, share, size in (
            (first, periods.before, periods.population_before),
            (second, periods.after, periods.population_after),
        )
    ]
    audits = periods.n_before + periods.n_after
    pooled = (first[:, None] + second[None, :]) / audits
    scale = share_variance(0.5, periods.n_before, periods.population_before) + share_variance(
        0.5, periods.n_after, periods.population_after
    )
    error = np.sqrt(4 * pooled * (1 - pooled) * scale)
    change = np.abs(first[:, None] / periods.n_before - second[None, :] / periods.n_after)
    found = change > z_value(periods.level) * error * (1 + 1e-12)
    return float(chance[0] @ found @ chance[1])


def _chances(counts: np.ndarray, share: float, population: int | None) -> np.ndarray:
    n = len(counts) - 1
    if population is None:
        return binom.pmf(counts, n, share)
    return hypergeom.pmf(counts, population, math.floor(population * share + 0.5), n)


def _steady(periods: Callable[[int], TwoPeriods], start: int, most: int, power: float) -> int:
    """Find the smallest number near the normal one from which exact power stays high enough."""
    n = max(1, start // 2)
    good_since = 0
    while n <= most:
        if _power(periods(n), "exact") >= power:
            good_since += 1
            if good_since > _STEADY or n == most:
                return n - good_since + 1
        else:
            good_since = 0
        n += 1
    raise ParameterError(
        f"Even {most} audits in each period do not keep an exact power of {power}."
    )


def _curve(periods: TwoPeriods) -> pd.DataFrame:
    """Give the normal power of this change by audits of the first period, ratio kept."""
    ratio = periods.n_after / periods.n_before
    sizes = np.unique(np.geomspace(2, 4 * periods.n_before, 30).round().astype(int))
    rows = []
    for n in sizes.tolist():
        other = max(1, round(n * ratio))
        caps = (periods.population_before, periods.population_after)
        if any(cap is not None and size > cap for cap, size in zip(caps, (n, other), strict=True)):
            break
        overlap = min(round(periods.overlap * n / periods.n_before), n, other)
        at = replace(periods, n_before=n, n_after=other, overlap=overlap)
        rows.append((n, _power(at, "normal")))
    return pd.DataFrame(rows, columns=["n", "power"])
