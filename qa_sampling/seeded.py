"""Random numbers that follow from a seed text alone, for resampling: SplitMix64 begun by SHA-256.

The first eight bytes of SHA-256 (FIPS 180-4) of a tag, the seed text and the number of the part,
in little-endian order, are the state of SplitMix64 (Steele, Lea and Flood 2014, Proc. OOPSLA,
453-472). Each of its numbers gives two of 32 bits, the lower half first, multiplied into
0 … n - 1. So a resample depends on the seed and n alone, not on a library's version. Draws of
cases do not use this: they have tickets (:mod:`qa_sampling.sampling.tickets`).
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["numbers_below", "split_mix"]


def numbers_below(n: int, count: int, seed: str, *, tag: str, part: int = 0) -> np.ndarray:
    """Give random whole numbers from 0 to n - 1.

    Parameters
    ----------
    n : int
        How many different numbers; their chances differ by less than n / 2³².
    count : int
        How many to give.
    seed : str
        Seed text.
    tag : str
        What they are for; two purposes never share numbers.
    part : int
        Which part of the stream; parts are independent.

    Returns
    -------
    ndarray of int64, (count,)
    """
    text = f"{tag}\x00{seed}\x00{part}"
    state = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    halves = split_mix(state, (count + 1) // 2).astype("<u8").view("<u4")[:count]
    return ((halves.astype(np.uint64) * np.uint64(n)) >> np.uint64(32)).view(np.int64)


def split_mix(state: int, count: int) -> np.ndarray:
    """Give numbers of the generator SplitMix64.

    Parameters
    ----------
    state : int
        Where it starts, from 0 to 2⁶⁴ - 1.
    count : int
        How many numbers.

    Returns
    -------
    ndarray of uint64, (count,)
    """
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed += np.uint64(state)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
