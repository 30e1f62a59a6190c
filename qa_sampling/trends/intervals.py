"""Intervals of one count or one proportion, as public health in England computes them."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.results import Interval

_EXACT_BELOW = 10
"""Counts below this have the exact interval, others Byar's: the convention of public health."""


def exact_poisson(count: float, *, level: float = 0.95) -> Interval:
    """Give the exact interval of a Poisson mean.

    Parameters
    ----------
    count : float
        Events seen, 0 or more.
    level : float
        Confidence level.

    References
    ----------
    Garwood (1936), Fiducial limits for the Poisson distribution.
    """
    tail = _tail(count, level)
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count > 0 else 0.0
    return Interval(low, float(stats.chi2.isf(tail, 2 * count + 2) / 2), level, "exact")


def byar(count: float, *, level: float = 0.95) -> Interval:
    """Give Byar's interval of a Poisson mean: close to the exact one from 10 events on.

    Parameters
    ----------
    count : float
        Events seen, 0 or more; at 0 the lower end is 0.
    level : float
        Confidence level.

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research, volume II, eq. 2.13.
    """
    z = float(stats.norm.isf(_tail(count, level)))
    more = count + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3
    low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3 if count > 0 else 0.0
    return Interval(max(low, 0.0), high, level, "byar")


def wilson(count: float, n: float, *, level: float = 0.95) -> Interval:
    """Give Wilson's interval of a proportion.

    Parameters
    ----------
    count, n : float
        Events, and of how many; `n` above 0.
    level : float
        Confidence level.

    References
    ----------
    Wilson (1927), Probable inference.
    """
    z = float(stats.norm.isf(_tail(count, level)))
    if not n > 0 or count > n:
        raise TrendError(f"A proportion needs 0 to n events of n above 0; got {count} of {n}.")
    share, square = count / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(square * share * (1 - share) + square * square / 4) / (1 + square)
    low = 0.0 if count == 0 else middle - half
    return Interval(low, 1.0 if count == n else middle + half, level, "wilson")


def rate_interval(count: float, *, level: float = 0.95) -> Interval:
    """Give the interval of a count as a rate's numerator: exact below 10, Byar's from there.

    Parameters
    ----------
    count : float
        Events seen, 0 or more.
    level : float
        Confidence level.
    """
    method: Callable[..., Interval] = exact_poisson if count < _EXACT_BELOW else byar
    return method(count, level=level)


def _tail(count: float, level: float) -> float:
    if not (count >= 0 and math.isfinite(count)):
        raise TrendError(f"A count must be 0 or more; got {count}. Leave missing counts out.")
    if not 0 < level < 1:
        raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
    return (1 - level) / 2
