"""Intervals of a coefficient that keep their level with 8 to 60 cases, and are never a point.

All are t intervals on the atanh scale; shares (0 to 1) are first stretched to -1 to 1, which makes
it half a logit.

The default, "plus_two", adds two units before it looks (in the manner of Agresti and Coull 1998,
The American Statistician 52:119-126): one on which everybody agrees, its grade by the margins,
and one graded twice by chance. Margins are those of all grades with one grade more spread over the
whole scale. A few cases seldom hold the rare large disagreement on which most of the error
rests; the unit graded by chance stands for it. Measured (docs/agreement.md), that holds the level
where the plain jackknife falls to 88%, and costs little width.

Where nothing disagrees the data hold no spread, and an interval from 1 to 1 would be a lie: the
one-sided bound with two units more is given, whatever interval was asked for ("gwet" excepted), or
the higher one that follows if all that n agreeing units can have missed is the worst pair: a share
of n units that all agree is at least (1 - level)^(1 / n) (Clopper and Pearson 1934).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, permutations

import numpy as np
from scipy import special

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
    half = special.stdtrit(max(df, 1), (1 + level) / 2)
    if stretched < -1:
        return float(value - half * error), float(min(value + half * error, high))
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
        return float(special.stdtr(max(df, 1), (centre - value) / error))
    spread = error * 2 / (high - low) / (1 - middle**2)
    return float(special.stdtr(max(df, 1), (np.arctanh(middle) - np.arctanh(wanted)) / spread))


def plain_interval(value: float, error: float, df: float, level: float) -> Ends:
    """Give the t interval, which can leave the bounds.

    Parameters
    ----------
    value, error, df, level
        As in :func:`curved_interval`.
    """
    half = special.stdtrit(max(df, 1), (1 + level) / 2) * error
    return float(value - half), float(value + half)


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
    formula: Formula, blocks: Blocks, matrices: Mapping[str, np.ndarray], *, column: int = 0
) -> tuple[float, float]:
    """Give a coefficient with two units more, and its linearised variance.

    Parameters
    ----------
    formula : Formula
        The coefficient.
    blocks : Blocks
        The units, or what stands together.
    matrices : mapping
        Weights of agreement by key.
    column : int
        Which value of the coefficient.

    Returns
    -------
    tuple of float
        NaN where even two more units do not tell.
    """
    patterns = _two_more(blocks.patterns, every_pair=formula.needs_columns)
    added = len(patterns.times) - len(blocks.patterns.times)
    more = Blocks(patterns, blocks.clusters, alone=added if blocks.clusters is not None else 0)
    value = float(columns_of(point(formula.formula, more, matrices))[0, column])
    parts = influence(formula.formula, more, matrices)
    return value, float(linearised_variance(parts, more)[column])


def two_more_ends(
    value: float, moved: float, error: float, n: int, level: float, bounds: Ends
) -> Ends | None:
    """Give the interval about a coefficient with two units more; it holds the estimate too.

    Parameters
    ----------
    value, moved : float
        The estimate, and that with two units more.
    error : float
        Standard error of the latter.
    n : int
        Independent units graded twice; n + 1 degrees of freedom.
    level : float
        Confidence level; one-sided where the estimate is at a bound.
    bounds : tuple of float
        Least and largest value of the coefficient.
    """
    if not np.isfinite([moved, error]).all() or error <= 0:
        return None
    top, bottom = value >= bounds[1] - 1e-12, value <= bounds[0] + 1e-12
    sided = max(2 * level - 1, 1e-9) if top or bottom else level
    ends = curved_interval(moved, error, n + 1, sided, bounds)
    if ends is None:
        return None
    if top:
        return ends[0], bounds[1]
    if bottom:
        return min(bounds[0], value), ends[1]
    return min(ends[0], value), max(ends[1], value)


def with_hidden(
    formula: Formula,
    blocks: Blocks,
    matrices: Mapping[str, np.ndarray],
    *,
    level: float,
    column: int,
) -> float:
    """Give the coefficient if as many disagreed as can have been missed, at its worst.

    Where all n blocks agree, the share that disagree is below 1 - (1 - level)^(1 / n) with so much
    confidence. All of these are taken to be one pair of grades, the worst of those that were given
    and the ends of the scale.

    Parameters
    ----------
    formula, blocks, matrices, column
        As in :func:`with_two_more`.
    level : float
        Confidence level.
    """
    patterns, n = blocks.patterns, blocks.count_twice
    hidden = 1 - (1 - level) ** (1 / n)
    agreeing = patterns.times[patterns.twice] @ patterns.each[patterns.twice]
    times = np.concatenate([patterns.times.astype(float), [1.0]])
    each = np.concatenate([patterns.each, [agreeing * hidden / (1 - hidden)]])
    found = []
    given = np.flatnonzero(patterns.counts.any(axis=0))
    for pair in permutations(sorted({0, patterns.size - 1, *given.tolist()}), 2):
        cell = np.full((1, patterns.cells.shape[1]), -1, dtype=np.int8)
        cell[0, :2] = pair
        worse = Patterns(np.concatenate([patterns.cells, cell]), times, each, patterns.size)
        found.append(columns_of(point(formula.formula, Blocks(worse), matrices))[0, column])
    return float(np.nanmin(found))


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
    return Patterns(np.concatenate([own, cells]), times, each, size, patterns.members)
