"""Shares of now beside shares of before, several compared together."""

from __future__ import annotations

import numpy as np
import pandas as pd

CHANGES = ("Higher", "Lower", "No difference that can be told from chance", "Too few to say")
"""How a share of now stands beside that of before."""


def p_of_change(now: float, now_of: float, before: float, before_of: float) -> float:
    """Give the chance that two shares would differ as much or more if nothing had changed.

    Parameters
    ----------
    now, before : float
        How many of the cases count.
    now_of, before_of : float
        Cases, above 0; not whole where one stands for less than a case.

    Returns
    -------
    float
        Two-sided; 1 where none or all of the cases count, both times.

    Notes
    -----
    The score test: chi-square of the two by two table times (N - 1) / N, Campbell (2007),
    Statistics in Medicine 26, 3661-3675.
    """
    from scipy import stats

    whole = now_of + before_of
    pooled = (now + before) / whole
    spread = pooled * (1 - pooled) * (1 / now_of + 1 / before_of)
    if spread <= 0:
        return 1.0
    square = (now / now_of - before / before_of) ** 2 / spread * (whole - 1) / whole
    return float(stats.chi2.sf(square, 1))


def changes_of(counts: pd.DataFrame, *, fewest: int, level: float) -> list[str]:
    """Say of several shares whether they changed, all compared together.

    Parameters
    ----------
    counts : DataFrame
        `now`, `now_of`, `before`, `before_of` (cases; a row with a missing one is not compared),
        `alone` (families a case: children of one family go together).
    fewest : int
        Cases, now or before, below which no change is told.
    level : float
        1 less the chance that any of them is called a change when nothing has changed.

    Returns
    -------
    list of str
        Of :data:`CHANGES`, one a row; the last for what is not compared.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70. What is not compared counts as a
    comparison that found nothing, so that what is said of the others needs no count of it.
    """
    from statsmodels.stats.multitest import multipletests

    if counts.empty:
        return []
    names = ["now", "now_of", "before", "before_of"]
    held = counts[names].astype("float64")
    told = held.notna().all(axis=1) & (held[["now_of", "before_of"]].min(axis=1) >= fewest)
    cases = held.mul(counts["alone"].astype("float64"), axis=0)
    p = [p_of_change(*row) if one else 1.0
         for row, one in zip(cases.to_numpy(), told, strict=True)]  # fmt: skip
    differs = multipletests(p, alpha=1 - level, method="holm")[0]
    way = np.where(held["now"] * held["before_of"] > held["before"] * held["now_of"], *CHANGES[:2])
    return [
        CHANGES[3] if not known else str(one) if found else CHANGES[2]
        for known, found, one in zip(told, differs, way, strict=True)
    ]
