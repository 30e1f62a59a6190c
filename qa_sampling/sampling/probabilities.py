"""Inclusion probabilities from sizes, and probabilities as whole numbers of tiny units."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import numpy as np

from qa_sampling.errors import AllocationError

UNIT = 2**52
"""Units that make one case. Probabilities are counted in them, so sums and duels are exact."""

_NEAR = 1e-6


def inclusion_probabilities(sizes: Sequence[float] | np.ndarray, n: int) -> np.ndarray:
    """Give inclusion probabilities in proportion to size, the largest cases taken for certain.

    Parameters
    ----------
    sizes : sequence of float
        Size of each case, 0 or more. A case of size 0 has no chance.
    n : int
        Cases that are drawn.

    Returns
    -------
    ndarray of float
        Between 0 and 1, adding up to `n`. While a case's share is 1 or more it is taken for
        certain and the others share what is left (Tillé 2006, Sampling Algorithms, 2.10).

    Raises
    ------
    AllocationError
        When a size is negative or not finite, or fewer than `n` sizes are above 0.
    """
    x = np.asarray(sizes, dtype=float)
    if not np.isfinite(x).all() or (x < 0).any():
        raise AllocationError(
            "Sizes must be finite and 0 or more. Give missing sizes a value, or leave those "
            "cases out of the table."
        )
    if n < 0 or n > int((x > 0).sum()):
        raise AllocationError(
            f"{n} cases were asked for, but {int((x > 0).sum())} of {len(x)} have a size above "
            f"0. Ask for fewer, or give the others a size."
        )
    probability = np.zeros(len(x))
    certain = np.zeros(len(x), dtype=bool)
    while (left := n - int(certain.sum())) > 0:
        total = fsum(x[~certain])
        probability = np.where(certain, 1.0, left * (x / total))
        more = ~certain & (probability >= 1)
        if not more.any():
            break
        certain |= more
    return np.where(certain, 1.0, probability if left else 0.0)


def sample_size(probability: np.ndarray) -> int:
    """Give the whole number that probabilities add up to.

    Raises
    ------
    AllocationError
        When they do not, to one in a million.
    """
    total = fsum(probability)
    if abs(total - round(total)) > _NEAR:
        raise AllocationError(
            f"The inclusion probabilities add up to {total:.6f}, not to a whole number of cases. "
            f"Scale them, or use 'poisson', whose size is random."
        )
    return round(total)


def in_units(probability: np.ndarray, n: int) -> list[int]:
    """Count probabilities in units of 2**-52 so that they add up to `n` cases exactly.

    Parameters
    ----------
    probability : ndarray of float
        Between 0 and 1, neither included, adding up to `n`.
    n : int
        Their sum.

    Returns
    -------
    list of int
        Each within a few units of its probability.
    """
    units = [min(max(round(value * UNIT), 1), UNIT - 1) for value in probability.tolist()]
    gap = n * UNIT - sum(units)
    step = 1 if gap > 0 else -1
    spare = sorted(range(len(units)), key=lambda place: (abs(units[place] - UNIT // 2), place))
    while gap:
        share = max(abs(gap) // len(units), 1)
        for place in spare:
            move = step * min(share, abs(gap))
            if 0 < units[place] + move < UNIT:
                units[place] += move
                gap -= move
            if not gap:
                break
    return units
