"""Intervals of a coefficient that keep their level with 8 to 60 cases, and are never a point.

The default is t intervals on the atanh scale about the estimate, with the jackknife's standard
error; shares (0 to 1) are first stretched to -1 to 1, which makes it half a logit. Where nothing
disagrees the data hold no spread, and an interval from 1 to 1 would be a lie. Then:

- a share of n units that all agree is at least (1 - level)^(1 / n) (Clopper and Pearson 1934,
  one-sided);
- a coefficient beyond chance gets two units more: one on which everybody agrees, its grade by
  the margins, one graded twice by chance. The one-sided bound of the estimate with these is given
  (in the manner of Agresti and Coull 1998, The American Statistician 52:119-126). Margins are
  those of the grades with one grade more spread over the whole scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from scipy import stats

from qa_sampling.agreement.formulas import Formula
from qa_sampling.agreement.patterns import Blocks, Patterns
from qa_sampling.agreement.precision import columns_of, influence, linearised_variance, point

Ends = tuple[float, float]


def curved_interval(
    value: float, error: float, df: float, level: float, bounds: Ends
) -> Ends | None:
    """Give the t interval on the atanh scale; None where the estimate is at a bound.

    Parameters
    ----------
    value, error : float
        Estimate and its standard error.
    df : float
        Degrees of freedom, at least 1.
    level : float
        Confidence level, between 0 and 1.
    bounds : tuple of float
        Least and largest value of the coefficient. Below the least (as Brennan-Prediger can
        fall) the t interval is given as it is.
    """
    low, high = bounds
    stretched = 2 * (value - low) / (high - low) - 1
    half = stats.t.ppf((1 + level) / 2, max(df, 1))
    if stretched < -1:
        return value - half * error, min(value + half * error, high)
    if 1 - abs(stretched) < 1e-12:
        return None
    middle = np.arctanh(stretched)
    spread = half * error * 2 / (high - low) / (1 - stretched**2)
    ends = np.tanh([middle - spread, middle + spread])
    first, last = low + (ends + 1) / 2 * (high - low)
    return float(min(first, value)), float(max(last, value))


def chance_above(value: float, centre: float, error: float, df: float, bounds: Ends) -> float:
    """Give the chance of lying above a value, by the distribution of the atanh interval.

    Parameters
    ----------
    value : float
        The value.
    centre, error : float
        Estimate, within the bounds, and its standard error above 0.
    df : float
        Degrees of freedom.
    bounds : tuple of float
        Least and largest value of the coefficient.
    """
    low, high = bounds
    if value <= low or value >= high:
        return 1.0 if value <= low else 0.0
    middle, wanted = (2 * (one - low) / (high - low) - 1 for one in (centre, value))
    if middle <= -1:
        return float(stats.t.sf((value - centre) / error, max(df, 1)))
    spread = error * 2 / (high - low) / (1 - middle**2)
    return float(stats.t.sf((np.arctanh(wanted) - np.arctanh(middle)) / spread, max(df, 1)))


def plain_interval(value: float, error: float, df: float, level: float) -> Ends:
    """Give the t interval, which can leave the bounds.

    Parameters
    ----------
    value, error, df, level
        As in :func:`curved_interval`.
    """
    half = stats.t.ppf((1 + level) / 2, max(df, 1)) * error
    return value - half, value + half


def all_or_none(value: float, n: int, level: float) -> Ends:
    """Give the one-sided exact interval of a share of 0 or 1.

    Parameters
    ----------
    value : float
        0 or 1.
    n : int
        Independent units it rests on.
    level : float
        Confidence level.
    """
    reach = (1 - level) ** (1 / n)
    return (reach, 1.0) if value > 0.5 else (0.0, 1 - reach)


def with_two_more(
    formula: Formula,
    patterns: Patterns,
    matrices: Mapping[str, np.ndarray],
    *,
    n: int,
    level: float,
    column: int = 0,
) -> tuple[Ends, float, float] | None:
    """Give the interval of a coefficient without spread, and what it rests on.

    Parameters
    ----------
    formula : Formula
        The coefficient.
    patterns : Patterns
        The units.
    matrices : mapping
        Weights of agreement by key.
    n : int
        Independent units that were graded twice.
    level : float
        Confidence level.
    column : int
        Which value of the coefficient.

    Returns
    -------
    tuple or None
        Ends, standard error and centre; None where even two more units do not tell.
    """
    value = float(columns_of(point(formula.formula, Blocks(patterns), matrices))[0, column])
    blocks = Blocks(_two_more(patterns, every_pair=formula.needs_columns))
    moved = float(columns_of(point(formula.formula, blocks, matrices))[0, column])
    parts = influence(formula.formula, blocks, matrices)
    error = float(np.sqrt(linearised_variance(parts, blocks)[column]))
    low, high = formula.bounds
    sided = 2 * level - 1 if value >= high - 1e-12 or value <= low + 1e-12 else level
    ends = curved_interval(moved, error, n + 1, max(sided, 0.0), formula.bounds)
    if ends is None or not np.isfinite([moved, error]).all():
        return None
    if value >= high - 1e-12:
        return (ends[0], high), error, moved
    if value <= low + 1e-12:
        return (min(low, value), ends[1]), error, moved
    return (min(ends[0], value), max(ends[1], value)), error, moved


def _two_more(patterns: Patterns, *, every_pair: bool) -> Patterns:
    """Add one unit that agrees on the margins and one graded twice by chance.

    Who gives the two grades is spread over every pair of columns where that matters.
    """
    size, raters = patterns.size, max(patterns.cells.shape[1], 2)
    given = (patterns.times[:, None] * patterns.counts).sum(axis=0)
    margin = (given + 1 / size) / (given.sum() + 1)
    first, second = np.divmod(np.arange(size**2), size)
    grades = np.stack(
        [np.concatenate([np.arange(size), first]), np.concatenate([np.arange(size), second])]
    )
    chance = np.concatenate([margin, margin[first] * margin[second]])
    pairs = list(combinations(range(raters), 2)) if every_pair else [(0, 1)]
    cells = np.full((len(pairs) * len(chance), raters), -1, dtype=np.int8)
    for place, pair in enumerate(pairs):
        cells[place * len(chance) : (place + 1) * len(chance), pair] = grades.T
    own = np.full((len(patterns.cells), raters), -1, dtype=np.int8)
    own[:, : patterns.cells.shape[1]] = patterns.cells
    times = np.concatenate([patterns.times, np.tile(chance / len(pairs), len(pairs))])
    usual = (patterns.times @ patterns.each) / patterns.times.sum()
    each = np.concatenate([patterns.each, np.full(len(cells), usual)])
    return Patterns(np.concatenate([own, cells]), times, each, size)
