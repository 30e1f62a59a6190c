"""How sure is a rank: the whole distribution of one unit's place among others.

A league table says "4th of 11" and hides that it might as well be 2nd or 8th. Each unit's true
figure has a distribution given its count; the place of one unit is then a random number, worked
out here exactly on a fine grid, without a random draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.results import Interval

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_GRID, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True)
class Rank:
    """One unit's place; 1 is the lowest figure.

    Attributes
    ----------
    place : float
        Place of the figure as it stands; ties share their middle place.
    of : int
        Units, this one included.
    chances : tuple of float
        Chance of each place from 1 to `of`; they add up to 1.
    higher : tuple of float
        For each other unit, in the order given, the chance that its true figure is higher.
    """

    place: float
    of: int
    chances: tuple[float, ...]
    higher: tuple[float, ...]

    def confidence_interval(self, level: float = 0.95) -> Interval:
        """Give the places that hold the true one with this chance, tails cut equally.

        Parameters
        ----------
        level : float
            Chance, between 0 and 1.
        """
        if not 0 < level < 1:
            raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
        up_to = np.cumsum(self.chances)
        tail = (1 - level) / 2
        low = int(np.searchsorted(up_to, tail, side="right")) + 1
        high = int(np.searchsorted(up_to, 1 - tail, side="left")) + 1
        return Interval(float(min(low, self.of)), float(min(high, self.of)), level, "rank")

    def undecided(self, level: float = 0.95) -> tuple[bool, ...]:
        """Say for each other unit whether the two cannot be told apart.

        Parameters
        ----------
        level : float
            They are told apart when one is higher with a chance above this; 0.95 is a
            one-sided 5%.
        """
        return tuple(1 - level <= chance <= level for chance in self.higher)


def rank_of(
    own: int,
    numerators: np.ndarray,
    denominators: np.ndarray,
    *,
    kind: Literal["proportion", "rate"],
) -> Rank:
    """Give one unit's place among all, with its distribution.

    Parameters
    ----------
    own : int
        Position of the unit in the arrays.
    numerators, denominators : array
        Events, and of how many or exposure; of every unit, without gaps.
    kind : {"proportion", "rate"}
        Given its count, a unit's true share has the beta distribution with parameters events +
        1/2 and others + 1/2, its true rate the gamma with events + 1/2: Jeffreys' priors.

    Returns
    -------
    Rank
        With one unit alone, its only place.

    Raises
    ------
    TrendError
        When counts are missing, negative, or larger than they can be.

    Notes
    -----
    Given the own figure the others are lower independently of each other, and the number of
    lower ones has a Poisson binomial distribution, worked out by convolution. The average over
    the own figure's distribution, by Gauss's rule on 200 points, is the answer.
    """
    events = np.asarray(numerators, dtype="float64")
    size = np.asarray(denominators, dtype="float64")
    sound = np.isfinite(events).all() and np.isfinite(size).all()
    if not sound or (events < 0).any() or (size <= 0).any():
        raise TrendError("Ranks need counts of 0 or more and denominators above 0, without gaps.")
    if kind == "proportion" and (events > size).any():
        raise TrendError("A unit has more events than there could be; correct its counts.")
    values = events / size
    others = np.arange(len(events)) != own
    lower = (values[others] < values[own]).sum()
    place = 1 + lower + (values[others] == values[own]).sum() / 2

    def truth(position: int) -> stats.rv_continuous:
        if kind == "proportion":
            return stats.beta(events[position] + 0.5, size[position] - events[position] + 0.5)
        return stats.gamma(events[position] + 0.5, scale=1 / size[position])

    points = truth(own).ppf(_GRID)
    below = np.array([truth(other).cdf(points) for other in np.flatnonzero(others)])
    chances = np.zeros((len(events), len(points)))
    chances[0] = 1.0
    for chance in below:
        chances[1:] = chances[1:] * (1 - chance) + chances[:-1] * chance
        chances[0] *= 1 - chance
    higher = tuple(float(1 - chance @ _WEIGHTS) for chance in below)
    return Rank(float(place), len(events), tuple(map(float, chances @ _WEIGHTS)), higher)
