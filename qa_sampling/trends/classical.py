"""The charts of the textbooks: run, XmR, p, p', u, u' and c.

Sources: Montgomery, Introduction to Statistical Quality Control, 6th ed., 6.4 and 7.2 to 7.3 (p,
c, u); Wheeler 2000, Understanding Variation (XmR); Laney 2002, Quality Engineering 14:531-537 (p'
and u'); Provost and Murray 2011, The Health Care Data Guide (run chart). Limits lie at three
standard deviations and are cut at what is possible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from qa_sampling.trends.lines import Lines, SigmaLines, moving_range, packed

__all__ = ["SIGMA_OF_RANGE", "Material", "c_lines", "p_lines", "run_lines", "u_lines", "xmr_lines"]

SIGMA_OF_RANGE = 1.128
"""Mean range of two normal points in standard deviations (d2)."""


@dataclass(frozen=True)
class Material:
    """What every chart is made from: many series, arrays of shape (series, periods).

    Attributes
    ----------
    top, bottom : array
        Counts and exposures; NaN for a gap.
    base : array of bool
        Points that the lines are made from; each has a value.
    scale : float
        What a count for one of exposure is multiplied by to be shown.
    alpha : float
        Chance of a point beyond each limit, for limits that are made from chances.
    sibling_dispersion : float
        Least spread against the plain model, 1 or more.
    screen : bool
        Whether outlying ranges are left out once.
    per_range : float
        Limits of an XmR chart in mean ranges; 2.66, or 3 / 1.128 for textbooks.
    least, most : float
        Range of what is possible, as shown.
    """

    top: np.ndarray
    bottom: np.ndarray
    base: np.ndarray
    scale: float = 1.0
    alpha: float = 0.00135
    sibling_dispersion: float = 1.0
    screen: bool = False
    per_range: float = 2.66
    least: float = -np.inf
    most: float = np.inf

    @property
    def values(self) -> np.ndarray:
        """What is drawn."""
        return self.top / self.bottom * self.scale

    @property
    def shape(self) -> tuple[int, int]:
        """Series and periods."""
        return self.top.shape


def _total(values: np.ndarray, base: np.ndarray) -> np.ndarray:
    return np.where(base, values, 0.0).sum(axis=-1, keepdims=True)


def pooled(material: Material) -> np.ndarray:
    """Give all counts over all exposures of each baseline, of shape (series, 1)."""
    bottom = _total(material.bottom, material.base)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, _total(material.top, material.base) / bottom, np.nan)


def xmr_lines(material: Material) -> Lines:
    """Give the lines of an XmR chart: the mean and 2.66 mean moving ranges either side.

    Parameters
    ----------
    material : Material
        The series.

    Notes
    -----
    Where at least half of the ranges are 0, most points share a value (none, one after the
    other), and the mean is no middle: a point then lies off the middle only beyond mean and
    median both.
    """
    values, base = material.values, material.base
    if base.all():
        mean = values.mean(axis=-1, keepdims=True)
    else:
        held = base.sum(axis=-1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(held > 0, _total(values, base) / held, np.nan)
    average, notes = moving_range(values, base, screen=material.screen)
    found = SigmaLines(mean, average * (material.per_range / 3), notes)
    lines = found.lines(material.shape, least=material.least, most=material.most)
    tied = notes["tied"]
    if not tied.any():
        return lines
    middle = mean.copy()
    middle[tied, 0] = np.nanmedian(packed(values[tied], base[tied]), axis=-1)
    low, high = (np.broadcast_to(one(mean, middle), material.shape)
                 for one in (np.minimum, np.maximum))  # fmt: skip
    return replace(lines, middle_low=low, middle_high=high)


def run_lines(material: Material) -> Lines:
    """Give the line of a run chart, the median of the baseline; it has no limits.

    Parameters
    ----------
    material : Material
        The series.
    """
    held = packed(material.values, material.base)
    centre = np.full((len(held), 1), np.nan)
    some = np.isfinite(held).any(axis=-1)
    if some.any():
        centre[some, 0] = np.nanmedian(held[some], axis=-1)
    return SigmaLines(centre, np.full_like(centre, np.nan)).lines(material.shape)


def c_lines(material: Material) -> Lines:
    """Give the lines of a c chart: the mean count and three of its square roots.

    Parameters
    ----------
    material : Material
        The series.
    """
    mean = pooled(material)
    return SigmaLines(mean, np.sqrt(mean)).lines(material.shape, least=0.0)


def u_lines(material: Material, *, prime: bool = False) -> Lines:
    """Give the lines of a u chart, or of Laney's u' chart.

    Parameters
    ----------
    material : Material
        The series.
    prime : bool
        Whether limits are stretched by the spread from point to point.
    """
    rate = pooled(material)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(rate / material.bottom)
    return _maybe_stretched(material, rate, sigma, np.inf, prime=prime)


def p_lines(material: Material, *, prime: bool = False) -> Lines:
    """Give the lines of a p chart, or of Laney's p' chart.

    Parameters
    ----------
    material : Material
        The series.
    prime : bool
        Whether limits are stretched by the spread from point to point.
    """
    share = pooled(material)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(share * (1 - share) / material.bottom)
    return _maybe_stretched(material, share, sigma, 1.0, prime=prime)


def _maybe_stretched(
    material: Material, centre: np.ndarray, sigma: np.ndarray, most: float, *, prime: bool
) -> Lines:
    """Stretch deviations by Laney's sigma of z, the mean range of z over 1.128."""
    if not prime:
        return SigmaLines(centre, sigma).lines(
            material.shape, scale=material.scale, least=0.0, most=most
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sigma > 0, (material.top / material.bottom - centre) / sigma, np.nan)
    average, notes = moving_range(z, material.base & np.isfinite(z), screen=material.screen)
    stretch = average / SIGMA_OF_RANGE
    stretch = np.where(np.isfinite(stretch), stretch, np.where(np.isfinite(centre), 1.0, np.nan))
    return SigmaLines(centre, sigma * stretch, notes).lines(
        material.shape, scale=material.scale, least=0.0, most=most, dispersion=stretch[:, 0] ** 2
    )
