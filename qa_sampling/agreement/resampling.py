"""Bootstrap: cases drawn with putting back, from a seed text, so that anyone can repeat it.

The first eight bytes of SHA-256 (FIPS 180-4) of a tag, the seed text and the number of the part,
in little-endian order, are the state of SplitMix64 (Steele, Lea and Flood 2014, Proc. OOPSLA,
453-472). Each of its numbers gives two of 32 bits, the lower half first, multiplied into
0 … n - 1. So a draw depends on the seed and n alone, not on a library's version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import numpy as np
from scipy import special

from qa_sampling.agreement.patterns import Blocks, drawn_sums, point_sums
from qa_sampling.agreement.precision import Formulae, columns_of
from qa_sampling.errors import AgreementError

_TAG = "qa_sampling/agreement/bootstrap/v2"
_PART = 1 << 21
_MOST = 2_000_000_000


def numbers_below(n: int, count: int, seed: str, part: int = 0) -> np.ndarray:
    """Give random whole numbers from 0 to n - 1.

    Parameters
    ----------
    n : int
        How many different numbers; their chances differ by less than n / 2³².
    count : int
        How many to give.
    seed : str
        Seed text.
    part : int
        Which part of the stream; parts are independent.

    Returns
    -------
    ndarray of int64, (count,)
    """
    text = f"{_TAG}\x00{seed}\x00{part}"
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


def resampled(blocks: Blocks, draws: int, seed: str) -> Iterator[np.ndarray]:
    """Give how often each kind of block is in each resample, part by part.

    Parameters
    ----------
    blocks : Blocks
        What is drawn as a whole.
    draws : int
        Resamples.
    seed : str
        Seed text.

    Yields
    ------
    ndarray, (some draws, kinds)

    Raises
    ------
    AgreementError
        When that asks for more than 2 · 10⁹ random numbers.
    """
    n, kinds = blocks.count, len(blocks.times)
    if n * draws > _MOST:
        raise AgreementError(
            f"{draws:,} resamples of {n:,} units are too many. With so many units ask for the "
            'interval "jackknife", which is then the same.'
        )
    kind = np.repeat(np.arange(kinds), blocks.times)
    rows = max(_PART // max(n, kinds), 1)
    for part, start in enumerate(range(0, draws, rows)):
        here = min(rows, draws - start)
        chosen = numbers_below(n, here * n, seed, part).reshape(here, n)
        chosen = kind[chosen] if kinds < n else chosen
        chosen += np.arange(here)[:, None] * kinds
        counts = np.bincount(chosen.ravel(), minlength=here * kinds)
        yield counts.reshape(here, kinds).astype(float)


def bootstrap(
    formulas: Mapping[str, Formulae],
    blocks: Blocks,
    matrices: Mapping[str, np.ndarray],
    *,
    draws: int,
    seed: str,
) -> dict[str, np.ndarray]:
    """Give every coefficient of every resample, all of the same resamples.

    Parameters
    ----------
    formulas : mapping
        Formulas by name.
    blocks : Blocks
        What is drawn as a whole.
    matrices : mapping
        Weights of agreement by key.
    draws : int
        Resamples.
    seed : str
        Seed text.

    Returns
    -------
    dict
        Name to an array (draws, columns); NaN where a resample leaves it undefined.
    """
    found: dict[str, list[np.ndarray]] = {name: [] for name in formulas}
    once = point_sums(blocks, matrices)
    for formula in formulas.values():
        formula(once)
    for counts in resampled(blocks, draws, seed):
        sums = drawn_sums(blocks, counts, matrices)
        sums.put_all(once.asked, counts)
        for name, formula in formulas.items():
            found[name].append(columns_of(formula(sums)))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def percentile_ends(values: np.ndarray, level: float) -> tuple[float, float]:
    """Give the middle `level` of the resamples.

    Parameters
    ----------
    values : ndarray, (draws,)
        Resampled coefficients without missing ones.
    level : float
        Confidence level.
    """
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def bca_ends(
    values: np.ndarray, estimate: float, without: np.ndarray, times: np.ndarray, level: float
) -> tuple[float, float]:
    """Give the bias-corrected and accelerated interval (Efron 1987, JASA 82:171-185).

    Parameters
    ----------
    values : ndarray, (draws,)
        Resampled coefficients without missing ones.
    estimate : float
        The coefficient.
    without : ndarray, (kinds,)
        The coefficient without one block of each kind.
    times : ndarray, (kinds,)
        Blocks of each kind.
    level : float
        Confidence level.
    """
    below = (values < estimate - 1e-12).mean() + (np.abs(values - estimate) <= 1e-12).mean() / 2
    edge = 1 / (2 * len(values))
    bias = special.ndtri(np.clip(below, edge, 1 - edge))
    away = times @ without / times.sum() - without
    square = times @ away**2
    skew = (times @ away**3) / (6 * square**1.5) if square > 0 else 0.0
    tails = special.ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    placed = special.ndtr(bias + (bias + tails) / (1 - skew * (bias + tails)))
    low, high = np.quantile(values, placed)
    return float(low), float(high)
