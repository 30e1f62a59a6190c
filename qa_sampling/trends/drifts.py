"""Slow drifts: the latest months together against those before them.

Each of a few windows (3, 6, 9 and 12 months) is one count with an exact predictive distribution, so
a drift that no single month shows is found as soon as its months together are more than chance
would make. The smallest chance of the windows is multiplied by their number (Bonferroni). A drift
must not rest on one month: without its most extreme month the window must still lie off, or a
single spike would be told twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qa_sampling.trends.expecting import Expected, Side, expect_window, tested_counts
from qa_sampling.trends.series_grid import Every, Grid

__all__ = ["WINDOWS", "Drift", "expect_drift"]

WINDOWS: dict[str, tuple[int, ...]] = {"month": (3, 6, 9, 12), "quarter": (2, 3, 4)}
"""Latest periods that are taken together."""
STILL_OFF = 0.05
"""Chance that the window may have at most without its most extreme month."""


@dataclass(frozen=True)
class Drift:
    """The window of each series that lies off most.

    Attributes
    ----------
    expected : Expected
        What came and was to be expected in that window.
    p : array
        Its chance times the number of windows, 1 at most; NaN where it cannot be told.
    length : array of int
        Periods of that window.
    windows : int
        How many windows were looked at.
    """

    expected: Expected
    p: np.ndarray
    length: np.ndarray
    windows: int


def expect_drift(grid: Grid, *, every: Every, side: Side) -> Drift:
    """Find the window of each series that lies off most.

    Parameters
    ----------
    grid : Grid
        The series.
    every : {"month", "quarter"}
        Length of a period.
    side : {"high", "low", "both"}
        Which way is watched.
    """
    lengths = WINDOWS[every]
    before = max(grid.top.shape[1] - lengths[-1], 0)
    exposure = grid.exposure(before, every)
    found = [expect_window(grid, length, exposure) for length in lengths]
    each = np.stack(
        [
            np.where(_rests_on_many(grid, one, length, exposure), one.p(side), 1.0)
            for one, length in zip(found, lengths, strict=True)
        ]
    )
    each = np.where(np.stack([one.reason for one in found]) == "", each, np.inf)
    best = each.argmin(axis=0)
    rows = np.arange(each.shape[1])
    smallest = each[best, rows]
    p = np.where(np.isfinite(smallest), np.minimum(len(lengths) * smallest, 1.0), np.nan)
    chosen = {
        name: np.stack([getattr(one, name) for one in found])[best, rows]
        for name in Expected.__dataclass_fields__
    }
    return Drift(Expected(**chosen), p, np.array(lengths)[best], len(lengths))


def _rests_on_many(grid: Grid, whole: Expected, length: int, exposure: np.ndarray) -> np.ndarray:
    """Say in which series the window still lies off without its most extreme period."""
    start = max(grid.held.shape[1] - length, 0)
    counts, _ = tested_counts(grid)
    held = grid.held.copy()
    up = whole.observed >= whole.expected
    with np.errstate(invalid="ignore"):
        rates = np.where(up[:, None], 1, -1) * (counts / grid.bottom)[:, start:]
    rates = np.where(held[:, start:], rates, -np.inf)
    if not rates.shape[1]:
        return np.zeros(len(held), dtype=bool)
    held[np.arange(len(held)), start + rates.argmax(axis=1)] = False
    left = expect_window(replace(grid, held=held), length, exposure)
    off = np.where(up, left.p("high"), left.p("low"))
    return off <= STILL_OFF
