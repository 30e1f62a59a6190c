"""Charts whose limits are chances: counts and shares that may be 0 to 5, and rare events.

A point outside is one that a stable process gives with a chance of at most alpha at each end, the
error of the baseline and the spread from month to month counted. Limits are whole counts, so they
lie within what is possible by themselves.

The spread phi is the largest of 1, Pearson's chi-square over its degrees of freedom
(McCullagh and Nelder 1989, 4.5), and that of siblings who come together. Months that lie far off
count for less in the baseline, never for nothing: beyond 2.58 standard deviations (Anscombe
residuals) by the square of 2.58 over the distance, as Noufaily and others do (2013, Statistics in
Medicine 32:1206-1222).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qa_sampling.errors import TrendError
from qa_sampling.trends.chances import BinomialAhead, Chances, CountAhead
from qa_sampling.trends.classical import Material
from qa_sampling.trends.lines import Lines

__all__ = [
    "Ahead", "binomial_ahead", "count_ahead", "counted_lines", "sampled_lines",
    "sibling_dispersion",
]  # fmt: skip

FAR = 2.58
"""Standard deviations from which a month counts for less in its baseline."""

INNER = 0.3685
"""Mean square of the nearer three quarters of a normal sample."""


@dataclass(frozen=True)
class Ahead:
    """What a baseline says of every period.

    Attributes
    ----------
    chances : Chances
        Distribution of a new count, of shape (series, periods).
    mean : array
        Expected count, of the same shape.
    rate : array
        Fitted rate or share, of shape (series, 1).
    dispersion : array
        phi, a number a series.
    weights : array
        What each point counted for in the baseline; 0 outside it.
    """

    chances: Chances
    mean: np.ndarray
    rate: np.ndarray
    dispersion: np.ndarray
    weights: np.ndarray


def sibling_dispersion(sizes: np.ndarray) -> float:
    """Give the spread of a count of children who come in families: E[size^2] / E[size].

    Parameters
    ----------
    sizes : array
        Children who came at once, one number a family and event; each 1 or more.

    Notes
    -----
    A compound Poisson count has this variance over its mean. 1 where every child comes alone.
    """
    sizes = np.asarray(sizes, dtype="float64")
    if not sizes.size or not (np.isfinite(sizes).all() and (sizes >= 1).all()):
        raise TrendError(
            "`sizes` must hold children a family, each 1 or more; got an empty table or other "
            "numbers. Give one number for each family and event."
        )
    return float((sizes**2).sum() / sizes.sum())


def _anscombe_count(top: np.ndarray, mean: np.ndarray, _: np.ndarray) -> np.ndarray:
    return 1.5 * (top ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)


def _anscombe_share(top: np.ndarray, mean: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Give Anscombe residuals of binomial counts (the integral of (p q)^(-1/3))."""
    share, fitted = top / bottom, mean / bottom
    whole = special.beta(2 / 3, 2 / 3)
    gap = special.betainc(2 / 3, 2 / 3, share) - special.betainc(2 / 3, 2 / 3, fitted)
    return np.sqrt(bottom) * whole * gap / (fitted * (1 - fitted)) ** (1 / 6)


def _fit(material: Material, *, share: bool) -> tuple[np.ndarray, ...]:
    """Give events and exposure of the baseline, phi and weights, far months counting less.

    How far a month lies off is judged by the nearer three quarters of the months, or it would
    widen the spread that it is judged by; phi itself is of all months, weighted.
    """
    top = np.where(material.base, material.top, 0.0)
    bottom = np.where(material.base, material.bottom, 0.0)
    weights = material.base.astype("float64")
    count = weights.sum(axis=-1)
    residual = _anscombe_share if share else _anscombe_count
    least = max(material.sibling_dispersion, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        for again in (True, True, False):
            events = (weights * top).sum(axis=-1, keepdims=True)
            exposure = (weights * bottom).sum(axis=-1, keepdims=True)
            mean = events / exposure * bottom
            plain = mean * (1 - events / exposure) if share else mean
            z = np.where(plain > 0, (top - mean) / np.sqrt(plain), 0.0)
            if not again:
                break
            left = np.maximum(_middle(z, material.base), least)[:, None]
            left = left * np.maximum(1 - bottom / exposure, 0.01)
            far = np.abs(residual(top, mean, bottom)) / np.sqrt(left)
            weights = np.where(material.base & (far > FAR), (FAR / far) ** 2, material.base)
        chi = (weights * z**2).sum(axis=-1)
        moments = chi / np.maximum(weights.sum(axis=-1) - 1, 0.5)
    phi = np.maximum(np.where((count > 1) & np.isfinite(moments), moments, 1.0), least)
    exposure = np.where(exposure > 0, exposure, np.nan)
    return events, exposure, phi, weights


def _middle(z: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Give the spread of the nearer three quarters of the months, as if they were normal."""
    square = np.sort(np.where(base, z**2, np.inf), axis=-1)
    count = base.sum(axis=-1)
    kept = np.ceil(0.75 * count)
    inner = np.arange(z.shape[-1]) < kept[:, None]
    total = np.where(inner, square, 0.0).sum(axis=-1)
    return total / np.maximum(kept, 1) / INNER


def count_ahead(material: Material) -> Ahead:
    """Give the gamma-Poisson distribution of every period's count.

    Parameters
    ----------
    material : Material
        Counts and exposures.

    Notes
    -----
    With phi = 1 it is exactly negative binomial with Y + 1/2 and E / (E + e). In general the
    variance is phi m (1 + e / E) for a mean m.
    """
    events, exposure, phi, weights = _fit(material, share=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (events + 0.5) / exposure
        mean = rate * material.bottom
        variance = phi[:, None] * mean * (1 + material.bottom / exposure)
    return Ahead(CountAhead(mean, variance), mean, events / exposure, phi, weights)


def binomial_ahead(material: Material) -> Ahead:
    """Give the beta-binomial distribution of every period's count.

    Parameters
    ----------
    material : Material
        Counts, and those who could.

    Notes
    -----
    With phi = 1 it is exactly beta-binomial with X + 1/2 and N - X + 1/2; in general the variance
    is phi times that, at most that of all or none.
    """
    events, exposure, phi, weights = _fit(material, share=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (events + 0.5) / (exposure + 1)
        plain = material.bottom * share * (1 - share)
        learnt = 1 + (material.bottom - 1) / (exposure + 2)
    chances = BinomialAhead(material.bottom, share, phi[:, None] * plain * learnt)
    return Ahead(chances, share * material.bottom, events / exposure, phi, weights)


def counted_lines(material: Material, *, share: bool = False) -> Lines:
    """Give the lines of a chart of counts, rates or shares with predictive limits.

    Parameters
    ----------
    material : Material
        Counts and exposures.
    share : bool
        Whether the counts are part of `bottom`.
    """
    ahead = binomial_ahead(material) if share else count_ahead(material)
    low, high = ahead.chances.ends(material.alpha)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = material.scale / material.bottom
        centre = np.broadcast_to(ahead.rate * material.scale, material.shape)
        median = ahead.chances.median() * unit
        low, high = low * unit, high * unit
        low, high = np.minimum(low, centre), np.maximum(high, centre)
    return _as_lines(material, ahead, centre=centre, ends=(low, high), around=(median, median))


def sampled_lines(material: Material) -> Lines:
    """Give the lines of a chart of shares estimated from audits.

    Parameters
    ----------
    material : Material
        Effective audits below, the estimated share of them above; neither has to be whole.

    Notes
    -----
    Limits are those of a whole number of audits, half an audit further out: an estimate lies
    between whole numbers where audits stand for unlike numbers of cases. For the same reason
    what lies within half an audit of the median is on the middle line.
    """
    ahead = binomial_ahead(material)
    least, most = ahead.chances.ends(material.alpha)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = np.rint(material.bottom)
        centre = np.broadcast_to(ahead.rate, material.shape)
        median = ahead.chances.median()
        around = ((median - 0.5) / whole, (median + 0.5) / whole)
        low = np.where(least > 0, (least - 0.5) / whole, 0.0 * whole)
        high = np.where(most < whole, (most + 0.5) / whole, whole / whole)
    low, high = np.minimum(low, centre), np.maximum(high, centre)
    return _as_lines(material, ahead, centre=centre, ends=(low, high), around=around)


def _as_lines(
    material: Material,
    ahead: Ahead,
    *,
    centre: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    around: tuple[np.ndarray, np.ndarray],
) -> Lines:
    """Give the lines; what lies between centre and median is on the middle line."""
    none = np.full(material.shape, np.nan)
    lessened = (material.base & (ahead.weights < 1)).any(axis=-1)
    return Lines(
        centre, *ends, none, none, np.minimum(centre, around[0]), np.maximum(centre, around[1]),
        ahead.dispersion, {"lessened": lessened},
    )  # fmt: skip
