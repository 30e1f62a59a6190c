"""Handing out audits by priority: the greedy optimum, fast, and exactly the greedy one.

The sum of ``a²/n`` over strata is least when each audit goes to the stratum with the largest
priority ``a² / (n (n + 1))`` (Wright 2012, The American Statistician 66:217-224; Friedrich,
Münnich, de Vries and Wagner 2015, Computational Statistics & Data Analysis 92:1-12: greedy is
optimal under bounds, also of groups, since the bounds form a polymatroid).

One audit at a time costs a heap step each. Here a threshold on the priority is found by
bisection in ordinary numbers, low enough to take nearly all audits at once and, by more
than rounding error, high enough to take none that greedy would not. The few that are left
are handed out one by one, compared as exact fractions, ties by label. So the answer is the
greedy one to the last audit, for 10⁵ strata and millions of audits.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

_SAFE = 1e-11
"""Relative distance that no rounding of a priority reaches."""
_SMALLEST = 1e-150
_HALVINGS = 60
_FEW = 256


@dataclass
class Strata:
    """Strata as arrays, in the order of their labels (so that a tie goes to the lower place).

    Attributes
    ----------
    squares : list of Fraction
        Squared measures.
    taken, high : ndarray of int
        Audits so far, and at most. `taken` changes.
    group : ndarray of int
        Place of each stratum's group.
    """

    squares: Sequence[Fraction]
    taken: np.ndarray
    high: np.ndarray
    group: np.ndarray

    def __post_init__(self) -> None:
        try:
            values = np.array([float(square) for square in self.squares])
        except OverflowError:
            values = np.array([np.inf])
        largest = values.max(initial=0.0)
        if 1e-100 < largest < 1e100:
            self.relative = values / largest
        else:
            top = max(self.squares, default=Fraction(0)) or Fraction(1)
            self.relative = np.array([float(square / top) for square in self.squares])

    @property
    def is_ordinary(self) -> bool:
        """Whether measures lie near enough for ordinary numbers to order them by and large."""
        positive = self.relative[self.relative > 0]
        spread = positive.size == 0 or positive.min() > _SMALLEST
        return bool(spread and len(positive) == sum(map(bool, self.squares)))


def hand_out(strata: Strata, wanted: np.ndarray) -> None:
    """Hand out audits within each group until it has as many as are wanted.

    Parameters
    ----------
    strata : Strata
        Its `taken` is changed.
    wanted : ndarray of int
        Audits by group, at least those taken and at most what the strata hold.
    """
    room = wanted - _sums(strata, strata.taken)
    for first in (True, False):
        if first and not _has_first(strata):
            continue
        if not first and room.sum() > _FEW and strata.is_ordinary:
            more = _below(strata, _by_group(strata, wanted))
            strata.taken = np.where(room[strata.group] > 0, more, strata.taken)
            room = wanted - _sums(strata, strata.taken)
        _one_by_one(strata, room, int(room.sum()), first=first)


def hand_out_freely(strata: Strata, n: int, most: np.ndarray) -> int:
    """Hand out audits to whatever stratum has the largest priority, within groups' maxima.

    Parameters
    ----------
    strata : Strata
        Its `taken` is changed.
    n : int
        Audits to hand out.
    most : ndarray of int
        Most audits of each group.

    Returns
    -------
    int
        Audits that are left because the maxima allow no more.
    """
    room = np.minimum(most, _sums(strata, strata.high)) - _sums(strata, strata.taken)
    if _has_first(strata):
        n -= _one_by_one(strata, room, n, first=True)
    if n > _FEW and strata.is_ordinary:
        n -= _many(strata, room, n)
    return n - _one_by_one(strata, room, n, first=False)


def _sums(strata: Strata, values: np.ndarray) -> np.ndarray:
    groups = int(strata.group.max(initial=-1)) + 1
    sums = np.zeros(groups, dtype=np.int64)
    np.add.at(sums, strata.group, values)
    return sums


def _has_first(strata: Strata) -> bool:
    return bool(((strata.taken == 0) & (strata.high > 0) & (strata.relative > 0)).any())


def _many(strata: Strata, room: np.ndarray, n: int) -> int:
    """Take all that lies above a common threshold; say how many that were."""
    before, most = strata.taken.copy(), _sums(strata, strata.taken) + room

    def over(threshold: float) -> int:
        level = np.full(len(room), threshold)
        held = np.minimum(_sums(strata, _counts(strata, level, 1 + _SAFE)), most)
        return int(held.sum()) - int(before.sum())

    top, bottom = 2.0, _SMALLEST / 1e30
    for _ in range(_HALVINGS * 4):
        middle = top**0.5 * bottom**0.5
        if over(middle) <= n:
            top = middle
        else:
            bottom = middle
        if top / bottom < 1 + 1e-13:
            break
    level = np.full(len(room), top)
    held = np.minimum(_sums(strata, _counts(strata, level, 1 + _SAFE)), most)
    full = held >= most
    strata.taken = np.where(full[strata.group], before, _below(strata, level))
    if full.any():
        wanted = np.where(full, most, _sums(strata, strata.taken))
        hand_out(strata, wanted)
    room -= _sums(strata, strata.taken - before)
    return int((strata.taken - before).sum())


def _by_group(strata: Strata, wanted: np.ndarray) -> np.ndarray:
    """Find a threshold for each group above which no more lie than are wanted there."""
    top, bottom = np.full(len(wanted), 2.0), np.full(len(wanted), _SMALLEST / 1e30)
    for _ in range(_HALVINGS * 4):
        middle = np.sqrt(top) * np.sqrt(bottom)
        fits = _sums(strata, _counts(strata, middle, 1 + _SAFE)) <= wanted
        top, bottom = np.where(fits, middle, top), np.where(fits, bottom, middle)
        if (top / bottom).max(initial=1) < 1 + 1e-13:
            break
    return top


def _counts(strata: Strata, level: np.ndarray, stretch: float) -> np.ndarray:
    """Give the audits whose priority reaches a level, by stratum, bounds kept."""
    ratio = strata.relative * stretch / level[strata.group]
    counts = np.where(ratio > 0, np.floor(0.5 + np.sqrt(0.25 + ratio)), 0)
    return np.clip(counts, strata.taken, strata.high).astype(np.int64)


def _below(strata: Strata, level: np.ndarray) -> np.ndarray:
    """Give the audits whose priority is above a level for certain, by stratum."""
    return _counts(strata, level, 1 - _SAFE)


def _one_by_one(strata: Strata, room: np.ndarray, n: int, *, first: bool) -> int:
    """Hand out up to n audits by exact priority; only the first of a stratum, or any."""
    limit = np.minimum(strata.high, 1) if first else strata.high
    open_to = (strata.taken < limit) & (room[strata.group] > 0)
    if first:
        open_to &= strata.relative > 0
    places = _worth_a_look(strata, np.flatnonzero(open_to), room, n)
    heaps: dict[int, list] = {}
    for place in places.tolist():
        heaps.setdefault(int(strata.group[place]), []).append(_key(strata, place))
    for heap in heaps.values():
        heapq.heapify(heap)
    tops = [(heap[0], group) for group, heap in heaps.items()]
    heapq.heapify(tops)
    given = 0
    while given < n and tops:
        group = heapq.heappop(tops)[1]
        heap = heaps[group]
        place = heapq.heappop(heap)[1]
        strata.taken[place] += 1
        room[group] -= 1
        given += 1
        if strata.taken[place] < limit[place]:
            heapq.heappush(heap, _key(strata, place))
        if heap and room[group] > 0:
            heapq.heappush(tops, (heap[0], group))
    return given


def _key(strata: Strata, place: int) -> tuple[Fraction, int]:
    taken = int(strata.taken[place])
    return (-strata.squares[place] / (taken * (taken + 1) or 1), place)


def _worth_a_look(strata: Strata, places: np.ndarray, room: np.ndarray, n: int) -> np.ndarray:
    """Leave out strata whose next priority is too small to be among the next n for certain."""
    spare = int(room.max(initial=0))
    if len(places) <= max(n, _FEW) or not strata.is_ordinary or spare < n:
        return places
    taken = strata.taken[places].astype(float)
    following = strata.relative[places] / np.maximum(taken * (taken + 1), 1)
    least = np.partition(following, len(following) - n)[len(following) - n] if n else np.inf
    return places[following >= least * (1 - _SAFE)]
