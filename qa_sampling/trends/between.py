"""Charts of rare events: cases from one to the next (g) and time from one to the next (t).

The limits are chances, not three standard deviations, which say nothing for waits as skewed as
these. Waits of an exponential process over their mean follow F with 2 and 2n degrees of freedom
(n waits in the baseline); cases between events of a Bernoulli process have a beta-geometric
distribution. Both hold the error of the baseline and come down to the exponential and geometric
quantiles as it grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from qa_sampling.errors import TrendError
from qa_sampling.trends.classical import Material
from qa_sampling.trends.lines import Lines

__all__ = ["CasesAhead", "TimeAhead", "cases_ahead", "g_lines", "t_lines", "time_ahead", "waits"]

_MOST = 62


def waits(dates: Iterable[object], *, as_at: object = None) -> pd.DataFrame:
    """Give the days from each event to the next, as a table of readings.

    Parameters
    ----------
    dates : iterable of dates
        Days of the events in any order. Events of one day are one: a family of five is not five
        waits of which four are 0.
    as_at : date, optional
        Day to which events are known; the wait since the last is then the last row, and can
        still grow.

    Returns
    -------
    DataFrame
        `period` (the day that ends the wait), `numerator` (days), `mature`; a row less than there
        are days with events, without `as_at`.

    Raises
    ------
    TrendError
        When a date is missing or lies after `as_at`.
    """
    days = pd.DatetimeIndex(pd.to_datetime(list(dates))).normalize()
    if days.hasnans:
        raise TrendError(f"{int(days.isna().sum())} dates of events are missing; leave them out.")
    days = days.unique().sort_values()
    ends, mature = days[1:], [True] * max(len(days) - 1, 0)
    if as_at is not None and len(days):
        last = pd.Timestamp(as_at).normalize()
        if days[-1] > last:
            raise TrendError(f"{int((days > last).sum())} events lie after `as_at`.")
        if days[-1] < last:
            ends, mature = ends.append(pd.DatetimeIndex([last])), [*mature, False]
    gaps = (ends - days[: len(ends)]).days.astype("float64")
    return pd.DataFrame({"period": ends, "numerator": gaps, "mature": mature})


@dataclass(frozen=True)
class TimeAhead:
    """A new wait of an exponential process: mean and number of waits in the baseline."""

    mean: np.ndarray
    waits: np.ndarray

    def tails(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the chance of a wait as short, and of one as long, as was seen.

        Parameters
        ----------
        seen : array
            Waits.
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            high = np.exp(-self.waits * np.log1p(seen / (self.waits * self.mean)))
        return 1 - high, high

    def _quantile(self, level: float) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.mean * self.waits * np.expm1(-np.log1p(-level) / self.waits)

    def ends(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the shortest and longest wait that are no signal.

        Parameters
        ----------
        alpha : float
            Chance beyond each end.
        """
        return self._quantile(alpha), self._quantile(1 - alpha)

    def median(self) -> np.ndarray:
        """Give the median."""
        return self._quantile(0.5)


@dataclass(frozen=True)
class CasesAhead:
    """Cases before the next event: events and other cases of the baseline."""

    events: np.ndarray
    others: np.ndarray

    def _reach(self, cases: np.ndarray) -> np.ndarray:
        """Give the chance of so many other cases or more before the event."""
        a, b = self.events, self.others + 0.5
        return np.exp(special.betaln(a, b + np.maximum(cases, 0)) - special.betaln(a, b))

    def tails(self, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the chance of as few, and of as many, cases as were seen.

        Parameters
        ----------
        seen : array
            Other cases between two events.
        """
        return 1 - self._reach(np.asarray(seen) + 1), self._reach(np.asarray(seen))

    def _first(self, level: float) -> np.ndarray:
        """Give the least number with a chance above `level` of being as low or lower."""
        low = np.full(np.shape(self.events), -1.0)
        high = np.full(np.shape(self.events), 2.0**_MOST)
        for _ in range(_MOST + 1):
            middle = np.floor((low + high) / 2)
            enough = 1 - self._reach(middle + 1) >= level
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(np.isfinite(self.events), high, np.nan)

    def ends(self, alpha: float) -> tuple[np.ndarray, np.ndarray]:
        """Give the fewest and the most cases that are no signal.

        Parameters
        ----------
        alpha : float
            Chance beyond each end, at most.
        """
        return self._first(alpha), self._first(1 - alpha)

    def median(self) -> np.ndarray:
        """Give the median."""
        return self._first(0.5)


def _baseline(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """Give the number of waits and their sum, of shape (series, 1)."""
    waits = material.base.sum(axis=-1, keepdims=True).astype("float64")
    total = np.where(material.base, material.top, 0.0).sum(axis=-1, keepdims=True)
    return np.where(waits > 0, waits, np.nan), total


def time_ahead(material: Material) -> TimeAhead:
    """Give the distribution of the next wait.

    Parameters
    ----------
    material : Material
        Waits as `top`.
    """
    waits, total = _baseline(material)
    return TimeAhead(total / waits, waits)


def cases_ahead(material: Material) -> CasesAhead:
    """Give the distribution of the cases before the next event.

    Parameters
    ----------
    material : Material
        Other cases between events as `top`.
    """
    waits, total = _baseline(material)
    return CasesAhead(waits, total)


def _lines(material: Material, ahead: TimeAhead | CasesAhead) -> Lines:
    low, high = (np.broadcast_to(one, material.shape) for one in ahead.ends(material.alpha))
    centre = np.broadcast_to(ahead.median(), material.shape)
    none = np.full(material.shape, np.nan)
    return Lines(centre, low, high, none, none, centre, centre, none[:, 0])


def t_lines(material: Material) -> Lines:
    """Give the lines of a t chart: the median wait and exact limits.

    Parameters
    ----------
    material : Material
        Waits as `top`.
    """
    return _lines(material, time_ahead(material))


def g_lines(material: Material) -> Lines:
    """Give the lines of a g chart: the median number of cases and exact limits.

    Parameters
    ----------
    material : Material
        Other cases between events as `top`.
    """
    return _lines(material, cases_ahead(material))
