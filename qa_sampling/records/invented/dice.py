"""Chance that falls alike on every machine.

Recorded outputs depend on the invented authority, so nothing here may change with the
version of numpy or Python or with the machine. The only source is the raw 64-bit stream
of PCG64, which numpy promises never to alter; everything else is made from the upper 32
bits by integer arithmetic: no ``choice``, ``poisson`` or ``normal``, no logarithm, no
order of a set or of hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import TypeVar

import numpy as np

T = TypeVar("T")

Knots = tuple[tuple[int, int], ...]
"""A distribution by its quantiles: pairs (share in thousandths, whole value), from 0 to 1000."""

_BITS = 32
_BLOCK = 8192


class Dice:
    """A stream of chance for one purpose.

    Parameters
    ----------
    seed : int
        Seed of the authority, not negative.
    purpose : str
        What the stream is for; streams of other purposes are independent of it.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        stream = int.from_bytes(hashlib.sha256(purpose.encode("utf-8")).digest()[:4], "big")
        self._bits = np.random.PCG64([seed, stream])
        self._rolls: list[int] = []

    def roll(self) -> int:
        """Give a whole number from 0 to 2^32 - 1."""
        if not self._rolls:
            self._rolls = self.rolls(_BLOCK).tolist()
        return self._rolls.pop()

    def rolls(self, n: int) -> np.ndarray:
        """Give `n` whole numbers from 0 to 2^32 - 1 (int64), drawn at once."""
        return (self._bits.random_raw(n) >> np.uint64(64 - _BITS)).astype(np.int64)

    def chance(self, share: float) -> bool:
        """Say yes with probability `share`."""
        return self.roll() < int(share * 2**_BITS)

    def below(self, n: int) -> int:
        """Give a whole number from 0 to `n` - 1, each alike."""
        return (self.roll() * n) >> _BITS

    def between(self, low: int, high: int) -> int:
        """Give a whole number from `low` to `high`, both included, each alike."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[T]) -> T:
        """Give one of `items`, each alike."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[T, int]]) -> T:
        """Give one of `items`, pairs of a thing and its whole weight."""
        left = self.below(sum(weight for _, weight in items))
        for thing, weight in items:
            left -= weight
            if left < 0:
                return thing
        raise ValueError("`items` holds no weight; give at least one that is not zero.")

    def spread(self, knots: Knots) -> int:
        """Give a whole number from the distribution with these quantiles."""
        at = self.roll() * 1000
        for (share, value), (next_share, next_value) in pairwise(knots):
            if at < next_share << _BITS:
                step = (at - (share << _BITS)) * (next_value - value)
                return value + step // ((next_share - share) << _BITS)
        return knots[-1][1]

    def round(self, number: float) -> int:
        """Round up or down by chance, so that the mean is `number`."""
        whole = int(number)
        return whole + self.chance(number - whole)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Give `items` in a random order (Fisher and Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def many_below(self, n: int, size: int) -> np.ndarray:
        """Give `size` whole numbers from 0 to `n` - 1 at once."""
        return (self.rolls(size) * n) >> _BITS

    def many_weighted(self, weights: Sequence[int], size: int) -> np.ndarray:
        """Give `size` positions in `weights` at once, each by its whole weight."""
        bounds = np.array(list(accumulate(weights)), dtype=np.int64)
        return np.searchsorted(bounds, self.many_below(int(bounds[-1]), size), side="right")

    def many_chance(self, share: float, size: int) -> np.ndarray:
        """Say `size` times yes (True) with probability `share`."""
        return self.rolls(size) < int(share * 2**_BITS)
