"""Unusual counts, as public health watches for outbreaks: Farrington's method in Noufaily's form.

This month is held against the same time of year in the years before, a few months either side.
A log-linear trend is fitted to those months; months that were themselves unusual weigh less; the
upper limit is a quantile of the negative binomial distribution with the mean and dispersion found.

References
----------
Farrington, Andrews, Beale and Catchpole (1996), A statistical algorithm for the early detection of
outbreaks of infectious disease. Noufaily et al. (2013), An improved algorithm for outbreak
detection in multiple surveillance systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from qa_sampling.errors import TrendError

_UNUSUAL = 2.58
"""Anscombe residuals above this weigh less: the upper 0.5% of a normal distribution."""
_STEPS = 50
_CLOSE = 1e-10


@dataclass(frozen=True)
class Watch:
    """What was expected in months that were watched, and what came.

    Each field but `at` is an array with a row a series and a column a watched month; a month that
    could not be judged has NaN and a reason.

    Attributes
    ----------
    at : tuple of int
        Positions of the watched months.
    observed, expected : array of float
        Counts, and their mean had nothing changed.
    upper : array of float
        The highest count that is still ordinary.
    dispersion : array of float
        Variance over mean of the months held against, at least 1.
    trend : array of float
        Change of the logarithm a month; 0 where no trend is kept.
    error : array of float
        Standard error of the logarithm of `expected`, the dispersion counted. `upper` and `p` are
        of Noufaily's form, which takes what is expected as known.
    p : array of float
        Chance of a count as high as this or higher.
    alarm : array of bool
        Above `upper`, with enough cases lately to be worth a look.
    reason : array of str
        Why a month was not judged; blank where it was.
    """

    at: tuple[int, ...]
    observed: np.ndarray
    expected: np.ndarray
    upper: np.ndarray
    dispersion: np.ndarray
    trend: np.ndarray
    error: np.ndarray
    p: np.ndarray
    alarm: np.ndarray
    reason: np.ndarray


def farrington(
    counts: np.ndarray,
    *,
    at: Sequence[int],
    years_back: int = 4,
    either_side: int = 2,
    chance: float = 0.01,
    with_trend: bool = True,
    least: tuple[int, int] = (5, 4),
    periods: int = 12,
) -> Watch:
    """Hold months against the same time of earlier years.

    Parameters
    ----------
    counts : array
        Counts, a row a series and a column a month, oldest first; NaN for a month without one.
    at : sequence of int
        Positions of the months to watch.
    years_back : int
        Years held against, at least 2; a trend needs 3.
    either_side : int
        Months taken before and after the same month of each year.
    chance : float
        Chance of an alarm in an ordinary month.
    with_trend : bool
        Whether a trend may be fitted. It is dropped where it would foretell more than the highest
        month held against.
    least : tuple of (int, int)
        Cases, and the last months they are counted over, below which nothing is an alarm.
    periods : int
        Periods a year: 12, or 4 for quarters.

    Returns
    -------
    Watch

    Raises
    ------
    TrendError
        When an argument is out of range, or counts are negative.

    Notes
    -----
    Months before which there is not enough history, that have no count, or that have gaps in what
    they are held against beyond a half, are not judged and say why. No event in all the months
    held against gives an expected count of 0 and is not judged either.
    """
    seen = _checked(counts, at, years_back, either_side, chance, periods)
    columns = [
        _watch(
            seen,
            t,
            [
                t - periods * year + shift
                for year in range(years_back, 0, -1)
                for shift in range(-either_side, either_side + 1)
            ],
            chance=chance,
            with_trend=with_trend and years_back >= 3,
            least=least,
        )
        for t in at
    ]
    held = {name: np.stack([column[name] for column in columns], axis=1) for name in columns[0]}
    return Watch(at=tuple(at), **held)


def _checked(
    counts: np.ndarray,
    at: Sequence[int],
    years_back: int,
    either_side: int,
    chance: float,
    periods: int,
) -> np.ndarray:
    seen = np.atleast_2d(np.asarray(counts, dtype="float64"))
    faults = []
    if seen.ndim != 2 or (seen < 0).any() or np.isinf(seen).any():
        faults.append("`counts` must be a table of counts of 0 or more, NaN for none")
    if not len(at) or any(not 0 <= t < seen.shape[1] for t in at):
        faults.append(f"`at` must name months from 0 to {seen.shape[1] - 1}")
    if years_back < 2:
        faults.append(f"`years_back` must be 2 or more; got {years_back}")
    if not 0 <= either_side < periods / 2:
        faults.append(f"`either_side` must lie from 0 to below half a year; got {either_side}")
    if not 0 < chance < 0.5:
        faults.append(f"`chance` must lie between 0 and 0.5; got {chance}. Give 0.01")
    if faults:
        raise TrendError(f"These months cannot be watched: {'; '.join(faults)}.")
    return seen


def _watch(
    seen: np.ndarray,
    t: int,
    window: list[int],
    *,
    chance: float,
    with_trend: bool,
    least: tuple[int, int],
) -> dict[str, np.ndarray]:
    """Judge one month of every series."""
    series = len(seen)
    now = seen[:, t]
    nothing = np.full(series, np.nan)
    numbers = ("expected", "upper", "dispersion", "trend", "error", "p")
    answer = {
        "observed": now,
        **dict.fromkeys(numbers, nothing),
        "alarm": np.zeros(series, dtype=bool),
        "reason": np.full(series, "", dtype=object),
    }
    if min(window) < 0:
        answer["reason"][:] = "not enough years of history"
        return answer
    past = seen[:, window]
    known = np.isfinite(past)
    gappy = known.sum(axis=1) < max(len(window) / 2, 6)
    empty = np.where(known, past, 0).sum(axis=1) == 0
    answer["reason"][empty] = "no event in the months held against"
    answer["reason"][gappy] = "too many gaps in the months held against"
    answer["reason"][np.isnan(now)] = "no count"
    sound = answer["reason"] == ""
    if not sound.any():
        return answer
    away = (np.array(window, dtype="float64") - t) / 12
    mean, dispersion, trend, error = _foretold(past[sound], away, with_trend)
    upper, p = _limits(now[sound], mean, dispersion, chance)
    for name, values in zip(numbers, (mean, upper, dispersion, trend / 12, error, p), strict=True):
        answer[name] = nothing.copy()
        answer[name][sound] = values
    lately = np.nansum(seen[:, max(0, t - least[1] + 1) : t + 1], axis=1)
    answer["alarm"][sound] = (now[sound] > upper) & (lately[sound] >= least[0])
    return answer


def _foretold(past: np.ndarray, away: np.ndarray, with_trend: bool) -> np.ndarray:
    """Give mean, dispersion, trend and the mean's error for the month `away` is counted from."""
    weights = np.isfinite(past).astype("float64")
    held = np.where(weights > 0, past, 0.0)
    found = np.empty((4, len(held)))
    kept = np.zeros(len(held), dtype=bool)
    can = _has_a_trend(held, weights, away) if with_trend else kept
    if can.any():
        design = np.column_stack([np.ones_like(away), away])
        slopes, dispersion, error = _reweighted(held[can], weights[can], design)
        mean = np.exp(slopes[:, 0])
        fair = np.isfinite(mean) & (mean <= held[can].max(axis=1))
        kept[np.flatnonzero(can)[fair]] = True
        found[:, kept] = np.stack([mean, dispersion, slopes[:, 1], error])[:, fair]
    if not kept.all():
        flat = ~kept
        slopes, dispersion, error = _reweighted(held[flat], weights[flat], np.ones((len(away), 1)))
        level = slopes[:, 0]
        found[:, flat] = np.stack([np.exp(level), dispersion, np.zeros_like(level), error])
    return found


def _has_a_trend(counts: np.ndarray, weights: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Say in which series a trend can be fitted at all.

    Where every event fell in the first month held against, or in the last, no slope is steep
    enough for the likelihood: the fit would run away.
    """
    place = np.where(weights > 0, away, np.nan)
    first, last = np.nanmin(place, axis=1), np.nanmax(place, axis=1)
    some = np.where(counts > 0, place, np.nan)
    return (np.nanmax(some, axis=1) > first) & (np.nanmin(some, axis=1) < last)


def _reweighted(
    counts: np.ndarray, known: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit, weigh unusual months less, fit again; give slopes, dispersion and the level's error."""
    slopes, mean = _fit(counts, known, design)
    dispersion = _dispersion(counts, mean, known, design)
    leverage = _leverage(mean, known, design)
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = 1.5 * (np.cbrt(counts) ** 2 * mean ** (-1 / 6) - np.sqrt(mean))
        residual /= np.sqrt(dispersion[:, None] * np.maximum(1 - leverage, 1e-12))
        weights = known * np.where(residual > _UNUSUAL, residual**-2.0, 1.0)
    weights *= (known.sum(axis=1) / weights.sum(axis=1))[:, None]
    slopes, mean = _fit(counts, weights, design)
    dispersion = _dispersion(counts, mean, weights, design)
    error = np.sqrt(dispersion * _spread_of_slopes(mean, weights, design)[:, 0, 0])
    return slopes, dispersion, error


def _fit(
    counts: np.ndarray, weights: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Fit log-linear Poisson regressions of many series at once, by iterated least squares."""
    mean = np.where(weights > 0, counts + 0.1, 1.0)
    link = np.log(mean)
    slopes = np.zeros((len(counts), design.shape[1]))
    saturated = (weights * (special.xlogy(counts, counts) - counts)).sum(axis=1)
    going, before = np.arange(len(counts)), np.full(len(counts), np.inf)
    for _ in range(_STEPS):
        held, weight, middle = counts[going], weights[going], mean[going]
        load = weight * middle
        found = _solved(load, load * link[going] + weight * (held - middle), design)
        slopes[going] = found
        now = np.clip(found @ design.T, -700, 700)
        middle = np.exp(now)
        link[going], mean[going] = now, middle
        deviance = 2 * (saturated[going] - (weight * (held * now - middle)).sum(axis=1))
        moved = np.abs(deviance - before) > _CLOSE * (np.abs(deviance) + 0.1)
        going, before = going[moved], deviance[moved]
        if not len(going):
            break
    return slopes, mean


def _solved(load: np.ndarray, right: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Solve the weighted normal equations of a level, or of a level and a slope, in closed form."""
    if design.shape[1] == 1:
        return right.sum(axis=1, keepdims=True) / load.sum(axis=1, keepdims=True)
    spread = _spread(load, design[:, 1])
    return np.einsum("sij,sj->si", spread, right @ design)


def _spread(load: np.ndarray, away: np.ndarray) -> np.ndarray:
    """Give the inverses of the 2 by 2 normal matrices of a level and a slope."""
    ones, first, second = (load @ np.column_stack([np.ones_like(away), away, away**2])).T
    inverse = np.array([[second, -first], [-first, ones]]) / (ones * second - first**2)
    return np.moveaxis(inverse, 2, 0)


def _dispersion(
    counts: np.ndarray, mean: np.ndarray, weights: np.ndarray, design: np.ndarray
) -> np.ndarray:
    free = np.maximum((weights > 0).sum(axis=1) - design.shape[1], 1)
    return np.maximum((weights * (counts - mean) ** 2 / mean).sum(axis=1) / free, 1.0)


def _leverage(mean: np.ndarray, weights: np.ndarray, design: np.ndarray) -> np.ndarray:
    inverse = _spread_of_slopes(mean, weights, design)
    width = design.shape[1]
    squares = (design[:, :, None] * design[:, None, :]).reshape(len(design), width**2)
    return weights * mean * (inverse.reshape(-1, width**2) @ squares.T)


def _spread_of_slopes(mean: np.ndarray, weights: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Give the covariance of the slopes of a Poisson fit."""
    load = weights * mean
    if design.shape[1] == 1:
        return (1 / load.sum(axis=1))[:, None, None]
    return _spread(load, design[:, 1])


def _limits(
    now: np.ndarray, mean: np.ndarray, dispersion: np.ndarray, chance: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the upper quantile, and the chance of as many as came."""
    wide = dispersion > 1
    size = np.where(wide, mean / np.where(wide, dispersion - 1, 1.0), 1.0)
    share = size / (size + mean)
    upper = np.where(
        wide,
        stats.nbinom.ppf(1 - chance, size, share),
        stats.poisson.ppf(1 - chance, mean),
    )
    p = np.where(wide, stats.nbinom.sf(now - 1, size, share), stats.poisson.sf(now - 1, mean))
    return upper, p
