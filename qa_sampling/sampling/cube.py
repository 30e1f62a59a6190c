"""The cube method: samples that balance covariates while every probability holds.

Deville and Tillé (2004, Biometrika 91:893-912), with the fast flight of Chauvet and Tillé (2006,
Computational Statistics 21:53-62): among one case more than there are balancing variables
a direction is found that leaves all balances as they are; probabilities move along it, up or
down by chance so that expectations stay, until one of them is 0 or 1. When too few cases are
left the balancing variables are dropped from the last to the first (landing); the size comes
first and is never dropped, so it holds exactly.

Strata are taken up one after the other with a size of their own each (Chauvet 2009, Survey
Methodology 35:115-119; Hasler and Tillé 2014, Computational Statistics and Data Analysis
74:81-94): their sizes hold exactly, and the covariates are balanced within the strata as far
as their sizes allow, and over all strata together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qa_sampling.sampling.chance import Chance
from qa_sampling.sampling.probabilities import UNIT

_NEAR = 1e-9
_FLAT = 1e-9
_RENEW = 200


def cube(
    probability: np.ndarray,
    strata: Sequence[str],
    columns: np.ndarray,
    order: Sequence[int],
    chance: Chance,
) -> np.ndarray:
    """Draw a balanced sample.

    Parameters
    ----------
    probability : ndarray of float
        Inclusion probabilities, above 0 and below 1, adding up to a whole number a stratum.
    strata : sequence of str
        Stratum of each case; one label for all when there are none.
    columns : ndarray of float, cases by columns
        Balancing variables, the most important first: their weighted totals in the sample come
        near the totals of all cases.
    order : sequence of int
        Places of the cases, in the order in which they enter; best at random.
    chance : Chance
        What decides the directions.

    Returns
    -------
    ndarray of bool
        Who is drawn.
    """
    flight = _Flight(probability, chance.toss)
    places: dict[str, list[int]] = {}
    for place in order:
        places.setdefault(strata[place], []).append(place)
    waiting: list[int] = []
    for label in sorted(places):
        own = places[label]
        held = np.hstack([probability[own, None], columns[own]])
        waiting += flight.go(own, held)
        held = np.hstack([_sizes(waiting, strata, probability), columns[waiting]])
        waiting = flight.go(waiting, held)
    for kept in range(columns.shape[1] - 1, -1, -1):
        held = np.hstack([_sizes(waiting, strata, probability), columns[waiting, :kept]])
        waiting = flight.go(waiting, held)
    return flight.now > 0.5


def _sizes(places: Sequence[int], strata: Sequence[str], probability: np.ndarray) -> np.ndarray:
    """Give one column a stratum among the places: its cases' probabilities."""
    labels = sorted({strata[place] for place in places})
    columns = np.zeros((len(places), len(labels)))
    for row, place in enumerate(places):
        columns[row, labels.index(strata[place])] = probability[place]
    return columns


class _Flight:
    """Probabilities on their way to 0 and 1."""

    def __init__(self, probability: np.ndarray, toss: Callable[[int, int, int], bool]) -> None:
        self.now = probability.copy()
        self._first = probability
        self._toss = toss
        self._step = 0

    def go(self, places: Sequence[int], columns: np.ndarray) -> list[int]:
        """Move until no direction keeps the columns' weighted totals; give who is undecided.

        The columns hold one row a place.
        """
        scale = np.abs(columns).max(axis=0, initial=0.0)
        rows = columns[:, scale > 0] / scale[scale > 0]
        basis = _Basis(rows.shape[1])
        beside = []
        for place, row in zip(places, rows, strict=True):
            if not self._is_open(place):
                continue
            needs = basis.express(row)
            if basis.take(place, row, needs):
                continue
            members, weights = basis.members(needs)
            window = np.array([*members, place])
            done = self._move(window, np.append(-weights, 1.0) * self._first[window])
            basis.release([member for member in done if member != place])
            if place not in done and not basis.take(place, row, basis.express(row)):
                beside.append(place)
        return basis.members(np.zeros(rows.shape[1]))[0] + beside

    def _is_open(self, place: int) -> bool:
        return 0 < self.now[place] < 1

    def _move(self, window: np.ndarray, direction: np.ndarray) -> list[int]:
        """Move along a direction, up or down; give who is decided by it."""
        now = self.now[window]
        steep = np.abs(direction)
        moving = steep > _FLAT * steep.max()
        d, p, steep = direction[moving], now[moving], steep[moving]
        rises, rest = d > 0, 1 - p
        up = float((np.where(rises, rest, p) / steep).min())
        down = float((np.where(rises, p, rest) / steep).min())
        self._step += 1
        goes_up = self._toss(self._step, round(down / (up + down) * UNIT), UNIT)
        p = p + d * (up if goes_up else -down)
        p[p < _NEAR], p[p > 1 - _NEAR] = 0.0, 1.0
        now[moving] = p
        self.now[window] = now
        return window[(now == 0) | (now == 1)].tolist()


class _Basis:
    """Undecided cases whose balancing variables are independent: at most one a variable.

    The rows of `_inverse` turn a case's variables into the weights with which the cases of the
    basis make them up. Only plain sums and products in a fixed order, so that every machine
    gives the same.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._values: dict[int, np.ndarray] = {}
        self._renew()

    def _renew(self) -> None:
        held, self._values = self._values, {}
        self._inverse = np.eye(self._width)
        self._holder = np.full(self._width, -1)
        self._age = 0
        self._asked, self._answer = None, np.zeros(0)
        for place, row in held.items():
            self._enter(place, row, self.express(row))

    def express(self, row: np.ndarray) -> np.ndarray:
        """Give the weights that make up a case's variables; free rows hold what is new in it."""
        if self._asked is not row:
            self._asked = row
            parts = self._inverse * row
            self._answer = np.add.accumulate(parts, axis=1)[:, -1] if self._width else np.zeros(0)
        return self._answer

    def members(self, needs: np.ndarray) -> tuple[list[int], np.ndarray]:
        """Give the cases of the basis and their weights."""
        held = self._holder >= 0
        return self._holder[held].tolist(), needs[held]

    def take(self, place: int, row: np.ndarray, needs: np.ndarray) -> bool:
        """Take a case into the basis when it brings something new; say whether it did."""
        if self._age >= _RENEW:
            self._renew()
            needs = self.express(row)
        if len(self._values) == self._width:
            return False
        new = np.where(self._holder < 0, np.abs(needs), 0.0)
        if new.max() < _NEAR:
            return False
        self._enter(place, row, needs)
        return True

    def _enter(self, place: int, row: np.ndarray, needs: np.ndarray) -> None:
        spot = int(np.where(self._holder < 0, np.abs(needs), -1.0).argmax())
        pivot = self._inverse[spot] / needs[spot]
        self._inverse = self._inverse - needs[:, None] * pivot
        self._inverse[spot] = pivot
        self._holder[spot] = place
        self._values[place] = row
        self._asked = None
        self._age += 1

    def release(self, places: Sequence[int]) -> None:
        """Let decided cases go."""
        for place in places:
            self._holder[self._holder == place] = -1
            del self._values[place]
