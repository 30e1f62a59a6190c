"""The lines of a chart, and the ranges from point to point that many of them rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Lines", "SigmaLines", "moving_range", "packed"]

SCREEN = 3.267
"""A range this many times the mean range is screened (D4 of two points; Nelson 1982)."""


@dataclass(frozen=True)
class Lines:
    """Centre line and limits of many series, arrays of shape (series, periods).

    Attributes
    ----------
    centre, low, high : array
        Centre line and limits; a point strictly beyond a limit is a signal.
    near_low, near_high : array
        Lines at two thirds of the limits; NaN where a chart has none.
    middle_low, middle_high : array
        A point counts as below the middle under the one, as above it over the other. Both are
        the centre line, but for counts, whose mean and median differ.
    dispersion : array
        Spread against the plain model, a number a series; NaN where a chart has none.
    notes : dict of str to array of bool
        What must be said of a series, by what it is.
    """

    centre: np.ndarray
    low: np.ndarray
    high: np.ndarray
    near_low: np.ndarray
    near_high: np.ndarray
    middle_low: np.ndarray
    middle_high: np.ndarray
    dispersion: np.ndarray
    notes: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class SigmaLines:
    """What gives lines at so many standard deviations, cut at what is possible."""

    centre: np.ndarray
    sigma: np.ndarray
    notes: dict[str, np.ndarray] = field(default_factory=dict)

    def lines(
        self,
        shape: tuple[int, int],
        *,
        scale: float = 1.0,
        least: float = -np.inf,
        most: float = np.inf,
        dispersion: np.ndarray | None = None,
    ) -> Lines:
        """Give the lines at three and at two standard deviations.

        Parameters
        ----------
        shape : tuple of int
            Series and periods.
        scale : float
            What centre and deviation are multiplied by to be shown.
        least, most : float
            Range of what is possible, before `scale`.
        dispersion : array, optional
            Spread against the plain model, a number a series.
        """
        reach = 3 * self.sigma
        centre = np.broadcast_to(self.centre * scale, shape)
        ends = [self.centre - reach, self.centre + reach]
        near = [self.centre - reach * (2 / 3), self.centre + reach * (2 / 3)]
        if np.isfinite(least) or np.isfinite(most):
            ends = [np.clip(one, least, most) for one in ends]
            near = [np.clip(one, least, most) for one in near]
        low, high, near_low, near_high = (
            np.broadcast_to(one * scale, shape) for one in (*ends, *near)
        )
        spread = np.full(shape[0], np.nan) if dispersion is None else dispersion
        return Lines(centre, low, high, near_low, near_high, centre, centre, spread, self.notes)


def packed(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Move the kept values of each series to its front, in order; NaN behind them.

    Parameters
    ----------
    values : array
        Of shape (series, periods).
    kept : array of bool
        Of the same shape.
    """
    if kept.all():
        return values
    order = np.argsort(~kept, axis=-1, kind="stable")
    held = np.take_along_axis(kept, order, axis=-1)
    return np.where(held, np.take_along_axis(values, order, axis=-1), np.nan)


def moving_range(
    values: np.ndarray, base: np.ndarray, *, screen: bool
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Give the mean range between neighbouring points of the baseline, a number a series.

    Gaps and points outside the baseline are passed over.

    Parameters
    ----------
    values : array
        Of shape (series, periods).
    base : array of bool
        Points of the baseline, of the same shape; each has a value.
    screen : bool
        Whether ranges above 3.267 times their mean are left out, once (Nelson 1982).

    Returns
    -------
    tuple
        The mean range of shape (series, 1), NaN below two points; and the notes "screened", "not
        screened" and "tied" (at least half of the ranges are 0).

    Notes
    -----
    Screening is left undone where fewer than half of the ranges would stay, or where all that
    would stay are 0 while the values differ: one event in two years would make every month a
    signal.
    """
    ranges = np.abs(np.diff(packed(values, base), axis=-1))
    known = np.isfinite(ranges)
    complete = bool(known.all())
    count = np.full(len(ranges), ranges.shape[1]) if complete else known.sum(axis=-1)
    kept_zero = ranges if complete else np.where(known, ranges, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = kept_zero.sum(axis=-1) / count
        notes = {"tied": (2 * ((ranges == 0).sum(axis=-1)) >= count) & (mean > 0)}
        if not screen:
            return mean[:, None], notes
        kept = ranges < SCREEN * mean[:, None]
        left = kept.sum(axis=-1)
        second = np.where(kept, kept_zero, 0.0).sum(axis=-1) / left
    wanted = left < count
    refused = wanted & ((2 * left < count) | ~(second > 0)) & (mean > 0)
    done = wanted & ~refused & (mean > 0)
    notes |= {"screened": done, "not screened": refused}
    return np.where(done, second, mean)[:, None], notes
