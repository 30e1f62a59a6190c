"""Looking at many auditors at once: false discoveries, and how many chance alone would show.

Benjamini and Hochberg (1995, JRSS B 57:289-300) keep the expected share of innocent among those
named below a limit when the tests are independent; Benjamini and Yekutieli (2001, Ann Stat
29:1165-1188) under any dependence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from qa_sampling.errors import AgreementError

__all__ = ["adjusted_p_values", "expected_false_alarms"]

Control = Literal["benjamini-hochberg", "benjamini-yekutieli", "none"]
CONTROLS: tuple[str, ...] = ("benjamini-hochberg", "benjamini-yekutieli", "none")


def adjusted_p_values(
    p_values: Sequence[float], *, control: Control = "benjamini-hochberg"
) -> np.ndarray:
    """Give p-values adjusted for how many are looked at: at most the wanted share is named.

    Parameters
    ----------
    p_values : sequence of float
        One a unit; missing ones stay missing and are not counted.
    control : {"benjamini-hochberg", "benjamini-yekutieli", "none"}
        For independent tests; for any; or as they are.

    Returns
    -------
    ndarray of float
        In the order given. Naming the units at or below q keeps the false discovery rate at q.

    Raises
    ------
    AgreementError
        When a p-value lies outside 0 to 1, or the control is unknown.
    """
    p = np.asarray(p_values, dtype=float)
    if control not in CONTROLS:
        raise AgreementError(
            f"`control` {control!r} is unknown; choose one of {', '.join(CONTROLS)}."
        )
    known = np.flatnonzero(~np.isnan(p))
    if ((p[known] < 0) | (p[known] > 1)).any():
        raise AgreementError("p-values must lie between 0 and 1.")
    if control == "none" or not len(known):
        return p.copy()
    count = len(known)
    order = known[np.argsort(p[known], kind="stable")]
    factor = count / np.arange(1, count + 1)
    if control == "benjamini-yekutieli":
        factor = factor * (1 / np.arange(1, count + 1)).sum()
    raised = np.minimum.accumulate((p[order] * factor)[::-1])[::-1]
    adjusted = p.copy()
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted


def expected_false_alarms(
    count: int, *, rate: float = 0.05, control: Control = "benjamini-hochberg"
) -> float:
    """Give how many would be named if nobody stood out and the tests were independent.

    Parameters
    ----------
    count : int
        Units looked at.
    rate : float
        False discovery rate, or for "none" the level of each test.
    control : {"benjamini-hochberg", "benjamini-yekutieli", "none"}
        As in :func:`adjusted_p_values`.

    Notes
    -----
    For the step-up test it is the sum over i of i (n)_i (q / n)^i, (n)_i the falling factorial
    (Finner and Roters 2001, Biometrical Journal 43:985-1005), a little above q.
    """
    if control not in CONTROLS:
        raise AgreementError(
            f"`control` {control!r} is unknown; choose one of {', '.join(CONTROLS)}."
        )
    if control == "none":
        return count * rate
    if control == "benjamini-yekutieli":
        rate = rate / (1 / np.arange(1, count + 1)).sum() if count else rate
    places = np.arange(1, count + 1)
    falling = np.cumprod((count - places + 1) * rate / max(count, 1))
    return float((places * falling).sum())
