"""How sure a coefficient is: linearised, and without each case in turn.

A coefficient is a function f of totals S, so a unit with totals F moves it by F · f'(S). The
derivative is taken by a complex step (Squire and Trapp 1998, SIAM Review 40:110-112), exact to
rounding. A unit graded once has no share in the observed agreement: its part is 0, not
"0 less the observed agreement". Counting it as the latter, as the published formula (Gwet 2014,
section 5.3) does, makes the standard error two to four times too large where most cases are
graded once; :func:`gwet_variance` keeps that formula for comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from qa_sampling.agreement.formulas import Parts
from qa_sampling.agreement.patterns import Blocks, Sums, point_sums, without_each

Formulae = Callable[[Sums], Parts]
_STEP = 1e-30


def point(formula: Formulae, blocks: Blocks, matrices: Mapping[str, np.ndarray]) -> Parts:
    """Give the coefficient of everything, as one draw.

    Parameters
    ----------
    formula : callable
        The coefficient's formula.
    blocks : Blocks
        The units.
    matrices : mapping
        Weights of agreement by key.
    """
    return formula(point_sums(blocks, matrices))


def influence(formula: Formulae, blocks: Blocks, matrices: Mapping[str, np.ndarray]) -> np.ndarray:
    """Give what one more block of each kind adds to the coefficient, to first order.

    Parameters
    ----------
    formula, blocks, matrices
        As in :func:`point`.

    Returns
    -------
    ndarray, (kinds, columns)
        One column a value of the coefficient; their sum over blocks is 0.
    """
    sums = point_sums(blocks, matrices)
    formula(sums)
    asked = sums.asked
    wide = sum(values.shape[1] for values in asked.values())
    moved = point_sums(blocks, matrices)
    start = 0
    for name, values in asked.items():
        changed = np.repeat(values, wide, axis=0).astype(complex)
        columns = np.arange(values.shape[1])
        changed[start + columns, columns] += 1j * _STEP
        moved.put(name, changed)
        start += values.shape[1]
    slopes = columns_of(formula(moved)).imag / _STEP
    totals = [blocks.totals(name, key, matrices.get(key)) for name, key in asked]
    return np.concatenate(totals, axis=1) @ slopes


def columns_of(parts: Parts) -> np.ndarray:
    """Give the values of every draw as a matrix, (draws, columns).

    Parameters
    ----------
    parts : Parts
        A coefficient of every draw.
    """
    return parts.value.reshape(len(parts.value), -1)


def linearised_variance(parts: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Give the variance from the parts of blocks drawn independently.

    Parameters
    ----------
    parts : ndarray, (kinds, columns)
        From :func:`influence`.
    blocks : Blocks
        The blocks.

    Returns
    -------
    ndarray, (columns,)
        n / (n - 1) times the sum of squares about the mean; NaN for one block.
    """
    n = blocks.times.sum()
    if n <= 1:
        return np.full(parts.shape[1], np.nan)
    away = parts - blocks.times @ parts / n
    return n / (n - 1) * (blocks.times @ away**2)


def leave_one_out(
    formula: Formulae, blocks: Blocks, matrices: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Give the coefficient without one block of each kind, exactly.

    Parameters
    ----------
    formula, blocks, matrices
        As in :func:`point`.

    Returns
    -------
    ndarray, (kinds, columns)
        NaN where it cannot be told without the block.
    """
    return columns_of(formula(without_each(blocks, matrices)))


def jackknife_variance(without: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Give the jackknife's variance (Tukey 1958; Efron and Tibshirani 1993, chapter 11).

    Parameters
    ----------
    without : ndarray, (kinds, columns)
        From :func:`leave_one_out`.
    blocks : Blocks
        The blocks.

    Returns
    -------
    ndarray, (columns,)
        (n - 1) / n times the sum of squares about the mean; NaN where a value is missing.
    """
    n = blocks.count
    if n <= 1:
        return np.full(without.shape[1], np.nan)
    away = without - blocks.times @ without / n
    return (n - 1) / n * (blocks.times @ away**2)


def gwet_variance(
    parts: np.ndarray, value: np.ndarray, blocks: Blocks, *, only_twice: bool = False
) -> np.ndarray:
    """Give the variance by Gwet's published formula, for comparison with irrCAC.

    Parameters
    ----------
    parts : ndarray, (kinds, columns)
        From :func:`influence`.
    value : ndarray, (columns,)
        The coefficient.
    blocks : Blocks
        Units, unweighted.
    only_twice : bool
        Whether units graded once are left out (alpha) or count with no agreement.
    """
    twice = blocks.twice.astype(float)
    if only_twice:
        n = blocks.count_twice
        own = n * parts[blocks.twice]
        times = blocks.times[blocks.twice]
    else:
        n, times = blocks.count, blocks.times
        extra = n / max(blocks.count_twice, 1) * twice - 1
        own = n * parts + extra[:, None] * value
    if n <= 1:
        return np.full(parts.shape[1], np.nan)
    return (times @ own**2) / (n * (n - 1))
