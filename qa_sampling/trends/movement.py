"""What moved over the years: from the first to the last, and leaps from one year to the next.

A leap is told only when it is beyond chance and larger than every change that any neighbour made
from one year to the next: a comparison that rests on no distribution.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.trends.benchmarking import Kind
from qa_sampling.trends.ranks import rank_of

FEWEST_CHANGES = 30
"""Changes of neighbours below which no leap is told."""
_LEAP_CHANCE = 0.001


@dataclass(frozen=True)
class Movement:
    """How an authority's figure moved between two years.

    Attributes
    ----------
    first, last : int
        The two years.
    before, after : float
        The figures.
    chance : float
        Chance of a difference as large in either direction, if there were none; missing for a
        ratio.
    median_before, median_after : float
        The neighbours' median of those that have both figures; missing when none has.
    others : int
        Changes of neighbours it is held against.
    larger : int
        How many of them were as large or larger in the same direction, as a factor.
    """

    first: int
    last: int
    before: float
    after: float
    chance: float
    median_before: float
    median_after: float
    others: int
    larger: int

    @property
    def rose(self) -> bool:
        """Whether the figure is higher than before."""
        return self.after > self.before


def moved(
    areas: pd.DataFrame, *, own: str, neighbours: Collection[str], kind: Kind,
    design_effect: float = 1.0,
) -> Movement | None:  # fmt: skip
    """Give how the figure moved from its first year to its last.

    Parameters
    ----------
    areas : DataFrame
        ``AREAS``, one measure.
    own : str
        Code of the authority.
    neighbours : collection of str
        Codes of its neighbours.
    kind : {"proportion", "rate", "ratio"}
        What the measure is.
    design_effect : float
        As for ``benchmarking.benchmark``.

    Returns
    -------
    Movement or None
        None with fewer than two figures above 0: from 0 nothing has a size, and a published 0 of
        a large count is a figure that was not given.
    """
    values = _wide(areas, "value")
    known = values[own].dropna() if own in values else pd.Series(dtype="float64")
    known = known[known > 0]
    if len(known) < 2:
        return None
    pair = int(known.index[0]), int(known.index[-1])
    return _between(areas, values, own, list(neighbours), kind, design_effect, pair, None)


def leaps(
    areas: pd.DataFrame, *, own: str, neighbours: Collection[str], kind: Kind,
    design_effect: float = 1.0,
) -> tuple[Movement, ...]:  # fmt: skip
    """Give the changes from one year to the next that nothing among the neighbours matches.

    Parameters
    ----------
    areas, own, neighbours, kind, design_effect
        As for :func:`moved`.

    Returns
    -------
    tuple of Movement
        In order of years; empty where fewer than 30 changes of neighbours are known, and for
        ratios.
    """
    values = _wide(areas, "value")
    near = [code for code in neighbours if code in values]
    if own not in values or kind == "ratio":
        return ()
    table = values.reindex(range(int(values.index.min()), int(values.index.max()) + 1))
    factors = np.log(table.where(table > 0)).diff()
    theirs = factors[near].to_numpy().ravel()
    theirs = theirs[np.isfinite(theirs)]
    if len(theirs) < FEWEST_CHANGES:
        return ()
    found = []
    for year, change in factors[own].dropna().items():
        if (np.sign(change) * theirs >= abs(change)).any():
            continue
        pair = int(year) - 1, int(year)
        one = _between(areas, values, own, near, kind, design_effect, pair, theirs)
        if one.chance < _LEAP_CHANCE / len(factors):
            found.append(one)
    return tuple(found)


def _wide(areas: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a column by year and code."""
    rows = areas[areas["level"] == "authority"]
    return rows.pivot(index="year", columns="code", values=name).sort_index()


def _between(
    areas: pd.DataFrame,
    values: pd.DataFrame,
    own: str,
    near: list[str],
    kind: Kind,
    design_effect: float,
    pair: tuple[int, int],
    theirs: np.ndarray | None,
) -> Movement:
    first, last = pair
    both = values.reindex(columns=near).loc[[first, last]].dropna(axis=1)
    change = np.log(values.at[last, own] / values.at[first, own])
    if theirs is None:
        positive = both.loc[:, (both > 0).all()]
        theirs = np.log(positive.loc[last] / positive.loc[first]).to_numpy()
    larger = int((np.sign(change) * theirs >= abs(change)).sum())
    medians = both.median(axis=1)
    return Movement(
        first, last, float(values.at[first, own]), float(values.at[last, own]),
        _chance(areas, own, pair, kind, design_effect),
        float(medians[first]), float(medians[last]), len(theirs), larger,
    )  # fmt: skip


def _chance(
    areas: pd.DataFrame, own: str, pair: tuple[int, int], kind: Kind, design_effect: float
) -> float:
    """Give the chance of a change as large between two years, if the truth were the same."""
    rows = areas[areas["code"] == own].set_index("year").loc[list(pair)]
    counts = rows[["numerator", "denominator"]].to_numpy(dtype="float64") / design_effect
    if kind == "ratio" or not np.isfinite(counts).all() or (counts[:, 1] <= 0).any():
        return float("nan")
    higher = rank_of(0, counts[:, 0], counts[:, 1], kind=kind).higher[0]
    return min(1.0, 2 * min(higher, 1 - higher))
