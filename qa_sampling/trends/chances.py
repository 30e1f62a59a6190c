"""Chances of a new count, given a baseline: negative binomial and beta-binomial.

A baseline of Y events in exposure E leaves the rate as gamma(Y + 1/2, E) (Jeffreys' prior), and a
new count with exposure e is then negative binomial. A baseline of X of N leaves a share as
beta(X + 1/2, N - X + 1/2), and a new count of m is beta-binomial (Aitchison and Dunsmore 1975,
Statistical Prediction Analysis, 2.3). Both hold the error of the baseline. Where counts scatter by
phi times the plain model, the variance is multiplied by phi and the mean kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special, stats

__all__ = ["BinomialAhead", "Chances", "CountAhead", "beta_binomial_chances", "two_sided"]


class Chances(Protocol):
    """The distribution of a new value: its tails and its quantiles."""

    def tails(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the chance of a value as low, and of one as high, as was seen."""

    def ends(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the limits beyond which a value lies with a chance of at most alpha each."""

    def median(self) -> np.ndarray:
        """Give the median."""


@dataclass(frozen=True)
class CountAhead:
    """Negative binomial counts; arrays that fit each other.

    Attributes
    ----------
    mean : array
        Expected count, 0 or more.
    variance : array
        At least the mean, to which it comes down to for Poisson counts.
    """

    mean: np.ndarray
    variance: np.ndarray

    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        mean = np.asarray(self.mean, dtype="float64")
        over = np.maximum(np.asarray(self.variance, dtype="float64") - mean, 1e-9 * mean)
        with np.errstate(invalid="ignore", divide="ignore"):
            return mean**2 / over, mean / (mean + over)

    def tails(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the chance of a count as low, and of one as high, as was seen.

        Parameters
        ----------
        seen : array
            Counts, whole.
        """
        size, chance = self._parts()
        seen = np.asarray(seen, dtype="float64")
        low = special.betainc(size, np.maximum(seen, 0) + 1, chance)
        high = np.where(seen > 0, special.betaincc(size, np.maximum(seen, 1), chance), 1.0)
        return low, np.where(np.isfinite(seen), high, np.nan)

    def ends(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the lowest and highest count that are no signal.

        Parameters
        ----------
        alpha : float
            Chance beyond each end, at most.
        """
        size, chance = self._parts()
        return _quantile(size, chance, alpha), _quantile(size, chance, 1 - alpha)

    def median(self) -> np.ndarray:
        """Give the median."""
        return _quantile(*self._parts(), 0.5)


def _quantile(size: np.ndarray, chance: np.ndarray, level: float) -> np.ndarray:
    return np.asarray(stats.nbinom.ppf(level, size, chance), dtype="float64")


@dataclass(frozen=True)
class BinomialAhead:
    """Beta-binomial counts; arrays that fit each other.

    Attributes
    ----------
    trials : array
        Those who could. Where they are effective audits they need not be whole: chances are then
        those of the nearest whole number, and a count is held against them at the same share.
    share : array
        Expected share, strictly between 0 and 1.
    variance : array
        Of the count; at least m p (1 - p), to which it comes down to for binomial counts.
    """

    trials: np.ndarray
    share: np.ndarray
    variance: np.ndarray

    def _each(self) -> tuple[tuple[int, ...], np.ndarray]:
        shape = np.broadcast_shapes(*(np.shape(one) for one in (self.trials, self.share)))
        parts = [np.broadcast_to(one, shape).ravel() for one in
                 (np.rint(self.trials), self.share, self.variance)]  # fmt: skip
        return shape, np.column_stack(parts)

    def _by_table(self, ask: object, seen: np.ndarray | None, width: int) -> list[np.ndarray]:
        """Ask each distribution once, however many points share it."""
        shape, each = self._each()
        rows = each if seen is None else np.column_stack(
            [each, np.broadcast_to(seen, shape).ravel()]
        )  # fmt: skip
        unlike, place = np.unique(rows, axis=0, return_inverse=True)
        found = np.full((len(unlike), width), np.nan)
        for row, one in enumerate(unlike):
            if np.isfinite(one).all() and one[0] > 0:
                found[row] = ask(_cumulated(*one[:3]), *one[3:])
        return [found[place.ravel(), column].reshape(shape) for column in range(width)]

    def tails(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the chance of a count as low, and of one as high, as was seen.

        Parameters
        ----------
        seen : array
            Counts, whole where the trials are.
        """

        def ask(chances: np.ndarray, count: float) -> tuple[float, float]:
            place = int(np.clip(np.rint(count), 0, len(chances) - 1))
            return chances[: place + 1].sum(), chances[place:].sum()

        trials = np.asarray(self.trials, dtype="float64")
        with np.errstate(invalid="ignore", divide="ignore"):
            count = np.asarray(seen, dtype="float64") * (np.rint(trials) / trials)
        low, high = self._by_table(ask, count, 2)
        return np.minimum(low, 1.0), np.minimum(high, 1.0)

    def ends(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the lowest and highest count that are no signal.

        Parameters
        ----------
        alpha : float
            Chance beyond each end, at most.
        """

        def ask(chances: np.ndarray) -> tuple[float, float]:
            low = np.searchsorted(np.cumsum(chances), alpha, side="right")
            high = np.searchsorted(np.cumsum(chances[::-1]), alpha, side="right")
            last = len(chances) - 1
            return min(low, last), max(last - high, 0)

        low, high = self._by_table(ask, None, 2)
        return low, high

    def median(self) -> np.ndarray:
        """Give the median."""

        def ask(chances: np.ndarray) -> tuple[float]:
            return (np.searchsorted(np.cumsum(chances), 0.5 - 1e-12),)

        return self._by_table(ask, None, 1)[0]


def _cumulated(trials: float, share: float, variance: float) -> np.ndarray:
    """Give the chance of every count from 0 to all."""
    counts = np.arange(int(trials) + 1)
    plain = trials * share * (1 - share)
    excess = variance / plain - 1 if plain > 0 else 0.0
    within = min(excess / (trials - 1), 0.999) if trials > 1 else 0.0
    if within <= 1e-12:
        return stats.binom.pmf(counts, int(trials), share)
    total = 1 / within - 1
    first, second = share * total, (1 - share) * total
    chances = beta_binomial_chances(int(trials), first, second)
    return chances / chances.sum()


def beta_binomial_chances(trials: int, first: float, second: float) -> np.ndarray:
    """Give the chance of every count from 0 to all, of a share that is beta-distributed.

    Parameters
    ----------
    trials : int
        Those who could.
    first, second : float
        Parameters of the beta distribution, above 0.
    """
    counts = np.arange(trials + 1.0)
    choose = -special.betaln(counts + 1, trials - counts + 1) - np.log(trials + 1)
    logs = choose + special.betaln(counts + first, trials - counts + second)
    return np.exp(logs - special.betaln(first, second))


def two_sided(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Give the two-sided p-value: twice the smaller tail, at most 1.

    Parameters
    ----------
    low, high : array
        Chances of a value as low and as high as was seen.
    """
    return np.minimum(2 * np.minimum(low, high), 1.0)
