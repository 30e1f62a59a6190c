"""Where did the level change? A likelihood scan that proposes and never decides.

Every split of a series in two is tried; the one with the largest likelihood ratio is the
candidate (Hawkins 2001, Computational Statistics & Data Analysis 37:323-341, for the general
method). Counts and shares: the deviance between one rate and two, divided by the spread phi that
is left within the two parts (the largest of 1, Pearson's chi-square over n - 2, and that of
siblings). Measurements: the drop in squares over the variance left. How large the largest ratio
of a stable series becomes depends on its length and mean, so thresholds come from simulation
(``change_thresholds``, made by ``benchmarks/calibrate_change_scan.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from qa_sampling.errors import TrendError

__all__ = ["FEWEST_EACH_SIDE", "Family", "Scan", "scan_arrays"]

Family = Literal["count", "share", "measurement"]
FEWEST_EACH_SIDE = 6
"""Points a part must have at least."""


@dataclass(frozen=True)
class Scan:
    """The strongest split of many series, arrays of one number a series.

    Attributes
    ----------
    place : array of int
        Place of the first period of the second part; -1 where a series is too short.
    statistic : array
        Likelihood ratio over phi; NaN where too short.
    before, after : array
        Rates, shares or means of the two parts.
    dispersion : array
        phi within the two parts; the variance for measurements.
    points : array of int
        Points with a value.
    """

    place: np.ndarray
    statistic: np.ndarray
    before: np.ndarray
    after: np.ndarray
    dispersion: np.ndarray
    points: np.ndarray


def scan_arrays(
    top: np.ndarray,
    bottom: np.ndarray | None = None,
    *,
    family: Family = "count",
    sibling_dispersion: float = 1.0,
    each_side: int = FEWEST_EACH_SIDE,
) -> Scan:
    """Find the strongest split of many series.

    Parameters
    ----------
    top : array
        Counts or values of shape (series, periods); NaN for a gap.
    bottom : array, optional
        Exposures, or those who could; ones by default.
    family : {"count", "share", "measurement"}
        What scatters how.
    sibling_dispersion : float
        Least phi.
    each_side : int
        Points a part must have at least, 2 or more.

    Returns
    -------
    Scan
    """
    if family not in ("count", "share", "measurement"):
        raise TrendError(f"`family` must be one of count, share, measurement; got {family!r}.")
    if each_side < 2:
        raise TrendError(f"`each_side` must be 2 or more points; got {each_side}.")
    bottom = np.ones(top.shape) if bottom is None else bottom
    held = np.isfinite(top) & np.isfinite(bottom) & (bottom > 0)
    sums = [np.cumsum(np.where(held, one, 0.0), axis=1) for one in (top, bottom)]
    counts = np.cumsum(held, axis=1)
    points = counts[:, -1] if top.shape[1] else np.zeros(len(top), dtype=int)
    if top.shape[1] < 2 * each_side:
        none = np.full(len(top), np.nan)
        return Scan(np.full(len(top), -1), none, none, none, none, points)
    left, right = counts[:, :-1], points[:, None] - counts[:, :-1]
    fits = (left >= each_side) & (right >= each_side) & held[:, 1:]
    ratio, spread = _ratios(np.where(held, top, 0.0), sums, left, right, held, family)
    ratio = np.where(fits, ratio, -1.0)
    best = ratio.argmax(axis=1)
    rows = np.arange(len(top))
    top_left, bottom_left = (one[rows, best] for one in sums)
    top_all, bottom_all = (one[:, -1] for one in sums)
    if family == "measurement":
        bottom_left, bottom_all = left[rows, best], points
    with np.errstate(invalid="ignore", divide="ignore"):
        before = top_left / bottom_left
        after = (top_all - top_left) / (bottom_all - bottom_left)
        if family == "measurement":
            phi = spread[rows, best]
        else:
            phi = _pearson(top, bottom, held, best, before, after, family)
            phi = np.maximum(np.maximum(phi / np.maximum(points - 2, 1), 1.0), sibling_dispersion)
        found = ratio[rows, best] / phi
    some = fits.any(axis=1)
    found = np.where(some, np.where(np.isfinite(found), found, 0.0), np.nan)
    return Scan(np.where(some, best + 1, -1), found, before, after, phi, points)


def _ratios(
    top: np.ndarray,
    sums: list[np.ndarray],
    left: np.ndarray,
    right: np.ndarray,
    held: np.ndarray,
    family: Family,
) -> tuple[np.ndarray, np.ndarray]:
    """Give the likelihood ratio of every split, and the variance left for measurements."""
    events, exposure = sums
    first, whole = events[:, :-1], events[:, -1:]
    if family == "measurement":
        centred = np.where(held, top - whole / np.maximum(held.sum(axis=1, keepdims=True), 1), 0)
        total = (centred**2).sum(axis=1, keepdims=True)
        part = np.cumsum(centred, axis=1)[:, :-1]
        with np.errstate(invalid="ignore", divide="ignore"):
            drop = part**2 * (1 / left + 1 / right)
            return drop, np.maximum(total - drop, 0) / (left + right - 2)
    size, all_of_it = exposure[:, :-1], exposure[:, -1:]

    def fit(count: np.ndarray, of: np.ndarray) -> np.ndarray:
        share = np.divide(count, of, out=np.zeros_like(count), where=of > 0)
        found = special.xlogy(count, share)
        if family == "share":
            found = found + special.xlogy(of - count, 1 - share)
        return found

    ratio = 2 * (fit(first, size) + fit(whole - first, all_of_it - size) - fit(whole, all_of_it))
    return np.maximum(ratio, 0.0), np.zeros((1, 1))


def _pearson(
    top: np.ndarray,
    bottom: np.ndarray,
    held: np.ndarray,
    best: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    family: Family,
) -> np.ndarray:
    """Give Pearson's chi-square within the two parts of the chosen split."""
    first = np.arange(top.shape[1]) <= best[:, None]
    rate = np.where(first, before[:, None], after[:, None])
    mean = rate * bottom
    plain = mean * (1 - rate) if family == "share" else mean
    return np.where(held & (plain > 0), (top - mean) ** 2 / plain, 0.0).sum(axis=1)
