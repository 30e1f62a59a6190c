"""How much a month of the year adds or takes away, shrunken to what the counts can tell."""

from __future__ import annotations

import numpy as np

LEAST_PERIODS = 36
"""Periods below which the time of year is not told from chance: three of each month."""


def seasonal_factors(
    counts: np.ndarray, exposure: np.ndarray, place: np.ndarray, *, periods: int = 12
) -> np.ndarray:
    """Give a factor for each time of year; their mean is 1.

    Parameters
    ----------
    counts, exposure : array
        Events, and of how many or exposure, a period each, in order; NaN counts are gaps.
    place : array of int
        Time of year of each period, from 0.
    periods : int
        Periods a year.

    Returns
    -------
    array
        `periods` factors; all 1 with fewer than ``LEAST_PERIODS`` periods that have a count, or
        when the times of year differ no more than chance would make them.

    Notes
    -----
    Each period's rate is divided by that of the year around it. The logarithms of the pooled
    ratios are shrunken by the share of their variance that chance does not explain.
    """
    plain = np.ones(periods)
    known = np.isfinite(counts) & (exposure > 0)
    if known.sum() < LEAST_PERIODS:
        return plain
    around = _year_around(np.where(known, counts, 0.0), np.where(known, exposure, 0.0), periods)
    expected = np.where(known, exposure * around, 0.0)
    events = np.bincount(place[known], counts[known], minlength=periods)
    foretold = np.bincount(place[known], expected[known], minlength=periods)
    if (foretold <= 0).any() or events.sum() == 0:
        return plain
    logs = np.log((events + 0.5) / (foretold + 0.5))
    chance = 1 / (foretold + 0.5)
    spread = _dispersion(counts, expected, known)
    between = max(0.0, float(logs.var(ddof=1) - spread * chance.mean()))
    shrunken = logs * between / (between + spread * chance)
    factors = np.exp(shrunken)
    return factors / factors.mean()


def _year_around(counts: np.ndarray, exposure: np.ndarray, periods: int) -> np.ndarray:
    """Give the rate of a year centred on each period, of the nearest whole year at the ends."""
    half = periods // 2
    kernel = np.ones(periods + 1)
    kernel[[0, -1]] = 0.5
    n = len(counts)
    rates = np.empty(n)
    for t in range(n):
        centre = min(max(t, half), n - 1 - half)
        window = slice(centre - half, centre + half + 1)
        below = (kernel * exposure[window]).sum()
        rates[t] = (kernel * counts[window]).sum() / below if below > 0 else np.nan
    return np.nan_to_num(rates)


def _dispersion(counts: np.ndarray, expected: np.ndarray, known: np.ndarray) -> float:
    usable = known & (expected > 0)
    pearson = (counts[usable] - expected[usable]) ** 2 / expected[usable]
    return max(1.0, float(pearson.mean()))
