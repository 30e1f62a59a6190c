"""The pattern engine: few distinct rows of grades, each with how often it occurs.

Five raters and four grades leave 3,125 possible rows, so a million units shrink to at most that
many patterns with a multiplicity. Every coefficient is a function of totals over units of a few
features of a pattern (how many graded it, which share gave each grade …). So the estimate, each
estimate without one case, each bootstrap draw and each weighted estimate are the same
function of other totals, and all totals come from matrix products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qa_sampling.agreement.weighting import two_grades

MOST_CODES = 1 << 21
"""Largest number of possible patterns that is counted rather than sorted."""
_BLOCK = 1 << 14
_EXACT = 1 << 24
"""Whole numbers below it are exact in single precision."""


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct rows of grades.

    Attributes
    ----------
    cells : ndarray of int8, (patterns, raters)
        Place on the scale, -1 for no grade.
    times : ndarray of int, (patterns,)
        Units with this row and weight.
    each : ndarray, (patterns,)
        Weight of one such unit, above 0.
    size : int
        Grades of the scale.
    members : ndarray of int, (units,), or None
        Pattern of each unit given; -1 for units without a grade or of weight 0.
    """

    cells: np.ndarray
    times: np.ndarray
    each: np.ndarray
    size: int
    members: np.ndarray | None = None

    @cached_property
    def counts(self) -> np.ndarray:
        """How many raters gave each grade, (patterns, grades)."""
        return (self.cells[:, :, None] == np.arange(self.size)).sum(axis=1).astype(float)

    @cached_property
    def raters(self) -> np.ndarray:
        """How many raters graded it, (patterns,)."""
        return self.counts.sum(axis=1)

    @cached_property
    def twice(self) -> np.ndarray:
        """Whether at least two graded it, (patterns,)."""
        return self.raters >= 2

    def feature(self, name: str, weights: np.ndarray | None = None) -> np.ndarray:
        """Give one feature of every pattern, (patterns, columns).

        Parameters
        ----------
        name : str
            One of :data:`FEATURES`.
        weights : ndarray, optional
            Weights of agreement, for the features that use them.
        """
        return FEATURES[name](self, weights)


def find_patterns(
    codes: np.ndarray, size: int, weights: np.ndarray | None = None, *, keep_members: bool = False
) -> Patterns:
    """Find the distinct rows of a matrix of codes.

    Parameters
    ----------
    codes : ndarray of int8, (units, raters)
        Place on the scale; below 0 for no grade.
    size : int
        Grades of the scale.
    weights : ndarray, optional
        Weight of each unit, 0 or more; 1 by default.
    keep_members : bool
        Whether to tell which pattern each unit has.

    Returns
    -------
    Patterns
        In the order of their codes; units without a grade, or of weight 0, are left out.
    """
    levels, level = np.ones(1), None
    if weights is not None and len(weights) and not (weights == weights[0]).all():
        levels, level = np.unique(weights, return_inverse=True)
    elif weights is not None and len(weights):
        levels = weights[:1].astype(float)
    raters = codes.shape[1]
    possible = float(size + 1) ** raters * len(levels)
    if raters and possible <= max(MOST_CODES, 2 * len(codes)):
        found = _counted(codes, size, level, len(levels))
    else:
        found = _sorted(codes, level)
    cells, which, times, member = found
    each = levels[which]
    keep = (cells >= 0).any(axis=1) & (each > 0) if raters else np.zeros(len(cells), dtype=bool)
    place = np.where(keep, np.cumsum(keep) - 1, -1)
    members = None
    if keep_members:
        members = place[member()] if len(codes) else np.full(len(codes), -1)
    return Patterns(cells[keep], times[keep], each[keep], size, members)


Found = tuple[np.ndarray, np.ndarray, np.ndarray, Callable[[], np.ndarray]]


def _counted(codes: np.ndarray, size: int, level: np.ndarray | None, levels: int) -> Found:
    """Give every row a number in base grades + 1 and count the numbers."""
    base, raters = size + 1, codes.shape[1]
    most = base**raters * levels
    kind = np.float32 if most < _EXACT else np.float64
    worth = (float(base) ** np.arange(raters)[::-1]).astype(kind)
    zero = worth.sum()
    number = np.empty(len(codes), dtype=np.int32)
    for start in range(0, len(codes), _BLOCK):
        block = np.maximum(codes[start : start + _BLOCK], -1).astype(kind)
        number[start : start + _BLOCK] = block @ worth + zero
    if level is not None:
        number *= np.int32(levels)
        number += level.astype(np.int32)
    times = _times(number, most)
    seen = np.flatnonzero(times)
    rest, which = np.divmod(seen, levels)
    cells = np.empty((len(seen), raters), dtype=np.int8)
    for rater in reversed(range(raters)):
        rest, digit = np.divmod(rest, base)
        cells[:, rater] = digit - 1
    place = np.cumsum(times > 0) - 1
    return cells, which, times[seen], lambda: place[number]


def _times(number: np.ndarray, most: int) -> np.ndarray:
    """Count how often each number occurs, block by block where that is less work."""
    if most > _BLOCK:
        return np.bincount(number, minlength=1)
    times = np.zeros(most, dtype=np.int64)
    for start in range(0, len(number), _BLOCK):
        times += np.bincount(number[start : start + _BLOCK], minlength=most)
    return times


def _sorted(codes: np.ndarray, level: np.ndarray | None) -> Found:
    """Find distinct rows by sorting, where there are too many possible ones to count."""
    cells = np.maximum(codes, -1).astype(np.int8)
    level = np.zeros(len(codes), dtype=np.int64) if level is None else level
    whole = np.concatenate([cells, level.astype(np.int64)[:, None].view(np.int8)], axis=1)
    rows = np.ascontiguousarray(whole).view(f"V{whole.shape[1]}").ravel()
    _, first, member, times = np.unique(
        rows, return_index=True, return_inverse=True, return_counts=True
    )
    return cells[first], level[first], times, lambda: member.ravel()


def _agreeing(patterns: Patterns, weights: np.ndarray) -> np.ndarray:
    """Count weighted pairs of raters that agree, both ways round."""
    counts = patterns.counts
    return (counts * (counts @ weights - 1)).sum(axis=1)


def _pairs_of(patterns: Patterns) -> np.ndarray:
    """Count pairs of two different grades given to one unit, both ways round: lower with higher."""
    low, high = two_grades(patterns.size)
    return 2 * patterns.counts[:, low] * patterns.counts[:, high]


def _over(values: np.ndarray, below: np.ndarray, where: np.ndarray) -> np.ndarray:
    values = values.reshape(len(below), -1)
    out = np.zeros(values.shape)
    np.divide(values, below[:, None], out=out, where=where[:, None])
    return out


def _margins(patterns: Patterns, _: object) -> np.ndarray:
    """Say which rater gave which grade, (patterns, raters x grades)."""
    hot = patterns.cells[:, :, None] == np.arange(patterns.size)
    return hot.reshape(len(hot), -1).astype(float)


def _table(patterns: Patterns, _: object) -> np.ndarray:
    """Give the cell of the table of two raters, where both graded, (patterns, grades squared)."""
    both = (patterns.cells >= 0).all(axis=1)
    cell = patterns.cells[:, 0].astype(int) * patterns.size + patterns.cells[:, -1]
    out = np.zeros((len(cell), patterns.size**2))
    out[np.flatnonzero(both), cell[both]] = 1.0
    return out


FEATURES: dict[str, Callable[[Patterns, np.ndarray], np.ndarray]] = {
    "graded": lambda p, _: np.ones((len(p.times), 1)),
    "twice": lambda p, _: p.twice[:, None].astype(float),
    "agreement": lambda p, w: _over(_agreeing(p, w), p.raters * (p.raters - 1), p.twice),
    "share": lambda p, _: _over(p.counts, p.raters, p.raters > 0),
    "counts": lambda p, _: p.counts * p.twice[:, None],
    "agreeing": lambda p, w: _over(_agreeing(p, w), p.raters - 1, p.twice),
    "pairs": lambda p, _: _over(_pairs_of(p), p.raters - 1, p.twice),
    "same": lambda p, _: _over(p.counts * (p.counts - 1), p.raters - 1, p.twice),
    "margins": _margins,
    "table": _table,
}
"""Features by name. `agreement`: share of pairs that agree; `agreeing`: the same times raters."""


class Blocks:
    """What is left out or drawn as a whole: a unit, or all units of a case or a team.

    Parameters
    ----------
    patterns : Patterns
        The patterns; with `members` when there are clusters.
    clusters : ndarray of int, (units,), optional
        Cluster of each unit, 0, 1, 2 …; each unit by itself by default.
    alone : int
        With clusters: how many of the last patterns have no members and stand by themselves.
    """

    def __init__(
        self, patterns: Patterns, clusters: np.ndarray | None = None, *, alone: int = 0
    ) -> None:
        self.patterns = patterns
        self.clusters = clusters
        self._clusters, self._alone = None, alone
        self.times = patterns.times
        self.twice = patterns.twice
        self._kept: dict[tuple, np.ndarray] = {}
        if clusters is not None:
            inside = patterns.members >= 0
            self.names, cluster = np.unique(clusters[inside], return_inverse=True)
            self._clusters = (patterns.members[inside], cluster)
            self.times = np.ones(len(self.names), dtype=int)
            regraded = patterns.twice[self._clusters[0]].astype(float)
            self.twice = np.bincount(cluster, regraded, minlength=len(self.names)) > 0
            if alone:
                self.times = np.concatenate([self.times, patterns.times[-alone:]])
                self.twice = np.concatenate([self.twice, patterns.twice[-alone:]])

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return int(self.times.sum())

    @property
    def count_twice(self) -> int:
        """How many blocks hold a unit that was graded at least twice."""
        return int(self.times[self.twice].sum())

    def totals(self, name: str, key: str = "", weights: np.ndarray | None = None) -> np.ndarray:
        """Give the weighted total of a feature in one block of each kind, (kinds, columns).

        Parameters
        ----------
        name : str
            Feature.
        key : str
            Name of the weights, to keep the totals by.
        weights : ndarray, optional
            Weights of agreement.
        """
        if (name, key) not in self._kept:
            values = self.patterns.feature(name, weights) * self.patterns.each[:, None]
            if self._clusters is not None:
                member, cluster = self._clusters
                kinds = len(self.times) - self._alone
                columns = [
                    np.bincount(cluster, column[member], minlength=kinds) for column in values.T
                ]
                alone = values[len(values) - self._alone :]
                values = np.array(columns).reshape(values.shape[1], kinds).T
                values = np.concatenate([values, alone])
            self._kept[name, key] = values
        return self._kept[name, key]


class Sums:
    """Totals over all units, for one or many draws at once.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    form : callable
        From the totals of each kind of block, (kinds, columns), to the sums of every draw,
        (draws, columns).
    matrices : mapping of str to ndarray
        Weights of agreement by the key a coefficient asks for them by.
    """

    def __init__(
        self,
        blocks: Blocks,
        form: Callable[[np.ndarray], np.ndarray],
        matrices: Mapping[str, np.ndarray],
    ) -> None:
        self.blocks = blocks
        self.matrices = matrices
        self.size = blocks.patterns.size
        self.raters = blocks.patterns.cells.shape[1]
        self._form = form
        self._made: dict[tuple[str, str], np.ndarray] = {}

    def get(self, name: str, key: str = "") -> np.ndarray:
        """Give the sums of a feature, (draws, columns).

        Parameters
        ----------
        name : str
            Feature.
        key : str
            Weights of agreement it uses; blank for none.
        """
        if (name, key) not in self._made:
            totals = self.blocks.totals(name, key, self.matrices.get(key))
            self._made[name, key] = self._form(totals)
        return self._made[name, key]

    def put(self, name: tuple[str, str], values: np.ndarray) -> None:
        """Set the sums of a feature, to see what a change of them does."""
        self._made[name] = values

    def put_all(self, asked: Iterable[tuple[str, str]], draws: np.ndarray) -> None:
        """Set the sums of several features by one product of the draws and all their columns.

        Parameters
        ----------
        asked : iterable of (str, str)
            Features and keys, as in :meth:`get`.
        draws : ndarray, (draws, kinds)
            How often each kind of block is in each draw.
        """
        names = list(asked)
        totals = [self.blocks.totals(name, key, self.matrices.get(key)) for name, key in names]
        whole = np.concatenate(totals, axis=1).T @ draws.T
        ends = np.cumsum([one.shape[1] for one in totals])[:-1]
        for name, part in zip(names, np.split(whole, ends), strict=True):
            self._made[name] = part.T

    @property
    def asked(self) -> dict[tuple[str, str], np.ndarray]:
        """The sums that were asked for."""
        return dict(self._made)


def point_sums(blocks: Blocks, matrices: Mapping[str, np.ndarray]) -> Sums:
    """Give the sums over everything, as one draw."""
    return Sums(blocks, lambda totals: (blocks.times @ totals)[None, :], matrices)


def without_each(blocks: Blocks, matrices: Mapping[str, np.ndarray]) -> Sums:
    """Give the sums without one block of each kind, a draw a kind."""
    return Sums(blocks, lambda totals: (blocks.times @ totals)[None, :] - totals, matrices)


def drawn_sums(blocks: Blocks, draws: np.ndarray, matrices: Mapping[str, np.ndarray]) -> Sums:
    """Give the sums of resamples.

    Parameters
    ----------
    blocks : Blocks
        The blocks.
    draws : ndarray, (draws, kinds)
        How often each kind of block is in each draw.
    matrices : mapping
        Weights of agreement by key.
    """
    return Sums(blocks, lambda totals: draws @ totals, matrices)
