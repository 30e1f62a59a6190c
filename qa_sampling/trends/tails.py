"""Tail chances of a count, read between whole numbers as well, so that limits have a place.

Between two whole numbers the chance is joined by the function that holds at both; so a unit
lies beyond a limit exactly where its own chance is smaller than the limit's. That is what a funnel
needs, whose limits are curves; :mod:`chances` has the distributions of whole counts, and at whole
counts both say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import special

from qa_sampling.trends.chances import beta_binomial_chances

Side = Literal["low", "high"]
Tail = Callable[[np.ndarray], np.ndarray]
_STEPS = 60


def poisson_tail(mean: np.ndarray, side: Side) -> Tail:
    """Give the chance of a Poisson count as high, or as low, as x.

    Parameters
    ----------
    mean : array
        Expected counts, above 0.
    side : {"low", "high"}
        P(X <= x) or P(X >= x).
    """
    if side == "high":
        return lambda x: np.where(x <= 0, 1.0, special.gammainc(np.maximum(x, 1e-300), mean))
    return lambda x: np.where(x <= -1, 0.0, special.gammaincc(np.maximum(x + 1, 1e-300), mean))


def negative_binomial_tail(mean: np.ndarray, spread: float, side: Side) -> Tail:
    """Give the chance of a count whose rate varies between units.

    Parameters
    ----------
    mean : array
        Expected counts, above 0.
    spread : float
        Variance of the units' true rates relative to the square of their mean; the count's
        variance is mean + spread mean². 0 for a Poisson count.
    side : {"low", "high"}
        P(X <= x) or P(X >= x).
    """
    if spread <= 0:
        return poisson_tail(mean, side)
    size, above = 1 / spread, spread * mean / (1 + spread * mean)
    if side == "high":
        return lambda x: np.where(x <= 0, 1.0, special.betainc(np.maximum(x, 1e-300), size, above))
    return lambda x: np.where(
        x <= -1, 0.0, special.betainc(size, np.maximum(x + 1, 1e-300), 1 - above)
    )


def binomial_tail(n: np.ndarray, share: float, side: Side) -> Tail:
    """Give the chance of as many, or as few, as x of n.

    Parameters
    ----------
    n : array
        How many could.
    share : float
        Expected share, between 0 and 1.
    side : {"low", "high"}
        P(X <= x) or P(X >= x).
    """
    if side == "high":

        def high(x: np.ndarray) -> np.ndarray:
            held = np.clip(x, 1e-300, n)
            chance = special.betainc(held, n - held + 1, share)
            return np.where(x <= 0, 1.0, np.where(x > n, 0.0, chance))

        return high
    mirrored = binomial_tail(n, 1 - share, "high")
    return lambda x: mirrored(n - x)


def beta_binomial_tail(n: np.ndarray, share: float, spread: float, side: Side) -> Tail:
    """Give the chance of as many, or as few, as x of n when shares vary between units.

    Parameters
    ----------
    n : array
        How many could, whole numbers.
    share : float
        Mean of the units' true shares, between 0 and 1.
    spread : float
        Their variance; 0 for a binomial count.
    side : {"low", "high"}
        P(X <= x) or P(X >= x).
    """
    if spread <= 0:
        return binomial_tail(n, share, side)
    if side == "low":
        mirrored = beta_binomial_tail(n, 1 - share, spread, "high")
        return lambda x: mirrored(n - x)
    held = np.asarray(n, dtype="int64")
    sizes, which = np.unique(held, return_inverse=True)
    total = max(share * (1 - share) / spread - 1, 1e-9)
    chances = [_beta_binomial_upper(size, share * total, (1 - share) * total) for size in sizes]
    starts = np.concatenate([[0], np.cumsum([len(chance) for chance in chances])])[:-1][which]
    flat = np.concatenate(chances)

    def at(x: np.ndarray) -> np.ndarray:
        return flat[starts + np.clip(x, 0, held + 1).astype("int64")]

    def high(x: np.ndarray) -> np.ndarray:
        below = np.floor(x)
        part = x - below
        lower, upper = at(below), at(below + 1)
        return np.where(part == 0, lower, lower ** (1 - part) * upper**part)

    return high


def _beta_binomial_upper(n: int, first: float, second: float) -> np.ndarray:
    """Give P(X >= x) for x from 0 to n + 1."""
    upper = np.cumsum(beta_binomial_chances(int(n), first, second)[::-1])[::-1]
    return np.concatenate([np.minimum(upper, 1.0), [0.0]])


def limit_of(tail: Tail, chance: float, most: np.ndarray, side: Side) -> np.ndarray:
    """Give the count at which a tail's chance is so small.

    Parameters
    ----------
    tail : callable
        Of this module.
    chance : float
        Chance of one side, such as 0.001.
    most : array
        Counts that are surely beyond the limit on the high side.
    side : {"low", "high"}
        The tail's side.

    Returns
    -------
    array
        Counts; at least 0. On the low side 0 also where even no event is likelier than that,
        so that no unit can lie below.
    """
    low = np.full(np.shape(most), -1.0)
    high = np.asarray(most, dtype="float64").copy()
    for _ in range(_STEPS):
        middle = (low + high) / 2
        small = tail(middle) < chance
        inward = small if side == "high" else ~small
        high = np.where(inward, middle, high)
        low = np.where(inward, low, middle)
    return np.maximum((low + high) / 2, 0.0)
