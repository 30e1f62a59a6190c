"""The local pivotal method: near cases duel, so that the sample spreads over the covariates.

Grafström, Lundström and Schelin (2012, Biometrics 68:514-520), the second variant: a case is
chosen at random among the undecided; it duels with the nearest undecided one; ties of distance
go to the lowest ticket. Inclusion probabilities hold exactly. Distances are whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from qa_sampling.sampling.chance import Chance
from qa_sampling.sampling.pivotal import duel
from qa_sampling.sampling.probabilities import UNIT

_BESIDE = 10
"""Neighbours that are looked up at once."""


class Neighbours:
    """The nearest undecided case of any case, while cases are decided.

    Parameters
    ----------
    coordinates : ndarray of int64, cases by coordinates
        Where the cases lie.
    tie_order : ndarray of int
        Place of each case among ties, 0 first.
    """

    def __init__(self, coordinates: np.ndarray, tie_order: np.ndarray) -> None:
        self._at = coordinates
        self._tie = tie_order
        self._open = np.ones(len(coordinates), dtype=bool)
        self._row: list[int] = []
        self._count = len(coordinates)
        self._renew()

    def close(self, place: int) -> None:
        """Leave a case out from now on."""
        self._open[place] = False
        self._count -= 1
        if self._count < self._known // 2 and self._count > _BESIDE:
            self._renew()

    def nearest(self, place: int) -> int:
        """Give the nearest open case, other than itself; ties by the tie order."""
        row = self._row[place]
        for other in self._beside[row] if row >= 0 else ():
            if other < 0:
                break
            if other != place and self._open[other]:
                return other
        return self._search(place)

    def _search(self, place: int) -> int:
        """Look at every open case."""
        self._open[place] = False
        others = np.flatnonzero(self._open)
        self._open[place] = True
        away = self._distance(place, others)
        nearest = others[away == away.min()]
        return int(nearest[np.argmin(self._tie[nearest])])

    def _distance(self, place: int, others: np.ndarray) -> np.ndarray:
        apart = self._at[others] - self._at[place]
        return (apart * apart).sum(axis=-1)

    def _renew(self) -> None:
        """List the neighbours of every open case, nearest first, as far as they are certain."""
        places = np.flatnonzero(self._open)
        self._known = len(places)
        self._row = [-1] * len(self._open)
        self._beside: list[list[int]] = []
        if len(places) <= _BESIDE or not self._at.shape[1]:
            return
        here = self._at[places].astype(float)
        found = cKDTree(here).query(here, k=_BESIDE)[1]
        others = places[found]
        apart = self._at[others] - self._at[places][:, None, :]
        away = (apart * apart).sum(axis=2)
        certain = away < away[:, -1:]
        order = np.lexsort((self._tie[others], away))
        lines = np.take_along_axis(np.where(certain, others, -1), order, axis=1)
        self._beside = lines.tolist()
        for row, place in enumerate(places.tolist()):
            self._row[place] = row


def local_pivotal(
    units: Sequence[int],
    coordinates: np.ndarray,
    tie_order: Sequence[int] | np.ndarray,
    chance: Chance,
) -> np.ndarray:
    """Draw a sample that is spread over the covariates.

    Parameters
    ----------
    units : sequence of int
        Units of each case, above 0 and below 2**52; whole cases in all.
    coordinates : ndarray of int64, cases by coordinates
        Where the cases lie (:func:`~qa_sampling.sampling.covariates.spread_coordinates`).
    tie_order : sequence of int
        Place of each case among ties of distance.
    chance : Chance
        Chooses who duels and decides the duels.

    Returns
    -------
    ndarray of bool
        Who is drawn.
    """
    left = list(units)
    near = Neighbours(coordinates, np.asarray(tie_order))
    line = list(range(len(left)))
    where = list(range(len(left)))
    step = 0
    while len(line) > 1:
        step += 1
        one = line[chance.choose(step, len(line))]
        other = near.nearest(one)
        left[one], left[other] = duel(left[one], left[other], step, chance.toss)
        for place in (one, other):
            if left[place] in (0, UNIT):
                last = line[-1]
                line[where[place]], where[last] = last, where[place]
                line.pop()
                near.close(place)
    return np.array([value == UNIT for value in left], dtype=bool)
