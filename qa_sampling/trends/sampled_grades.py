"""Shares estimated from drawn audits, as a series that charts and signals take.

An estimate from a draw scatters as a share of fewer or more audits than were read: its design
effect says how many fewer. A single month's design effect is itself a guess from a few audits,
so the months' usual one is taken, and what a month's own weights alone do where that is more.
The correction for a finite number of cases plays no part: a chart asks whether practice changed,
not how the cases of one month were (Deming 1953, J. Amer. Statist. Assoc. 48:244-255).
"""

from __future__ import annotations

import numpy as np

from qa_sampling.errors import TrendError

__all__ = ["effective_audits"]


def effective_audits(
    audits: np.ndarray,
    design_effect: np.ndarray,
    weights_effect: np.ndarray,
    *,
    settled: np.ndarray | None = None,
) -> np.ndarray:
    """Give how many audits of a plain random sample would be as precise, period by period.

    Parameters
    ----------
    audits : array
        Audits read, of shape (..., periods); missing or 0 for a gap.
    design_effect : array
        Variance of each estimate over that of a plain random sample as large, of the same shape;
        missing where it cannot be told.
    weights_effect : array
        What the weights of the period alone do (Kish 1965, 1 + cv²), of the same shape.
    settled : array of bool, optional
        Periods whose design effects say what is usual; all by default.

    Returns
    -------
    array
        Audits over the largest of 1, the mean design effect (each period for as much as its
        audits) and the period's effect of weights; missing for a gap.

    Raises
    ------
    TrendError
        When numbers are below what they can be.
    """
    n, effect, weights = (
        np.asarray(one, dtype="float64") for one in (audits, design_effect, weights_effect)
    )
    if (n < 0).any() or (effect < 0).any() or (weights < 1 - 1e-9).any():
        raise TrendError(
            "`audits` and `design_effect` must be 0 or more, `weights_effect` 1 or more. Give what "
            "`estimate_proportion` gives of each period."
        )
    held = np.isfinite(effect) & (np.nan_to_num(n) > 0)
    held &= True if settled is None else np.asarray(settled, dtype=bool)
    size = np.where(held, n, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = (size * np.where(held, effect, 0.0)).sum(-1) / size.sum(-1)
        each = np.fmax(np.fmax(usual[..., None], weights), 1.0)
        return np.where(n > 0, n / each, np.nan)
