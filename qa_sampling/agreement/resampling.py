"""Bootstrap: cases drawn with putting back, from a seed text, so that anyone can repeat it.

The random numbers are those of :mod:`qa_sampling.seeded`: a draw depends on the seed and n alone,
not on a library's version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from scipy import special

from qa_sampling import seeded
from qa_sampling.agreement.patterns import Blocks, drawn_sums, point_sums
from qa_sampling.agreement.precision import Formulae, columns_of
from qa_sampling.errors import AgreementError

_TAG = "qa_sampling/agreement/bootstrap/v2"
_PART = 1 << 21
_MOST = 2_000_000_000


def numbers_below(n: int, count: int, seed: str, part: int = 0) -> np.ndarray:
    """Give random whole numbers from 0 to n - 1 (see :func:`qa_sampling.seeded.numbers_below`).

    Parameters
    ----------
    n, count, seed, part
        As there; the tag is that of this bootstrap.
    """
    return seeded.numbers_below(n, count, seed, tag=_TAG, part=part)


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
