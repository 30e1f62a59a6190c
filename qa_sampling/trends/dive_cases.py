"""The cases of two periods, in cells of several factors, with the families they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.trends.family_bootstrap import cluster_codes

__all__ = ["MOST_DIMENSIONS", "Cases", "read_cases", "values_of"]

MOST_DIMENSIONS = 5
"""Factors at once: with more, nearly every case is alone in its cell."""


@dataclass(frozen=True)
class Cases:
    """Cases of two periods.

    Attributes
    ----------
    factors : tuple of str
        Names of the factors.
    labels : tuple of array
        Values of each factor, in order.
    codes : array of int, (factors, cells)
        Place of each cell's value in each factor; cells are those with a case.
    cell, period, families : array of int, (rows,)
        Of each case its cell, 0 for then or 1 for now, and its family.
    outcome : array, (rows,)
        What is counted in each case.
    """

    factors: tuple[str, ...]
    labels: tuple[np.ndarray, ...]
    codes: np.ndarray
    cell: np.ndarray
    period: np.ndarray
    families: np.ndarray
    outcome: np.ndarray

    @property
    def cells(self) -> int:
        """Cells that hold a case."""
        return self.codes.shape[1]

    @property
    def column(self) -> np.ndarray:
        """Of each case the place of its period and cell in one row of both."""
        return self.period * self.cells + self.cell

    @property
    def values(self) -> np.ndarray:
        """Of each case 1 and its outcome, (rows, 2)."""
        return np.column_stack([np.ones(len(self.outcome)), self.outcome])

    @cached_property
    def membership(self) -> tuple[np.ndarray, ...]:
        """For each factor which cells have which value, (cells, values) of 0 and 1."""
        return tuple(np.eye(len(label))[code] for label, code in
                     zip(self.labels, self.codes, strict=True))  # fmt: skip

    def totals(self) -> tuple[np.ndarray, np.ndarray]:
        """Give cases and events by period and cell, (2, cells) each."""
        made = [np.bincount(self.column, kind, 2 * self.cells).reshape(2, -1)
                for kind in self.values.T]  # fmt: skip
        return made[0], made[1]

    def notes(self, size: np.ndarray) -> tuple[str, ...]:
        """Say how much lies in cells that one period does not have.

        Parameters
        ----------
        size : array, (2, cells)
            Cases by period and cell.
        """
        alone = (size > 0) != (size[::-1] > 0)
        share = (np.where(alone, size, 0).sum(axis=1) / size.sum(axis=1)).max()
        if share < 0.1:
            return ()
        return (
            f"{100 * share:.0f}% of cases are in combinations that the other period does not "
            "have, where rate and mix cannot be told apart: ask for fewer factors or wider groups.",
        )


def read_cases(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    outcome: str,
    factors: tuple[str, ...],
    cluster: str | None,
) -> Cases:
    """Hold two tables of cases to what is asked of them.

    Parameters
    ----------
    before, after : DataFrame
        One row a case, then and now.
    outcome : str
        Column of what is counted in a case, 0 or more.
    factors : tuple of str
        Columns of the groups.
    cluster : str or None
        Column of families; None when each case stands alone.

    Raises
    ------
    TrendError
        With every fault at once.
    """
    faults = []
    if not 1 <= len(factors) <= MOST_DIMENSIONS or len(set(factors)) < len(factors):
        faults.append(
            f"`factors` must name 1 to {MOST_DIMENSIONS} different columns; got {len(factors)}"
        )
    wanted = [outcome, *factors, *([cluster] if cluster else [])]
    for name, table in (("before", before), ("after", after)):
        absent = [one for one in wanted if one not in table.columns]
        if absent:
            faults.append(f"`{name}` lacks the columns {', '.join(absent)}")
        elif not len(table):
            faults.append(f"`{name}` has no cases, so there is nothing to compare")
        else:
            numbers = pd.to_numeric(table[outcome], errors="coerce").to_numpy("float64")
            wrong = int((~(np.isfinite(numbers) & (numbers >= 0))).sum())
            if wrong:
                faults.append(
                    f"`{name}` has {wrong} cases whose `{outcome}` is missing or below 0; leave "
                    "out what cannot be told yet"
                )
    if faults:
        raise TrendError(f"These cases cannot be compared: {'; '.join(faults)}.")
    both = pd.concat([before[wanted], after[wanted]], ignore_index=True)
    coded = [values_of(both[name]) for name in factors]
    unlike, cell = np.unique(np.stack([code for code, _ in coded]), axis=1, return_inverse=True)
    own = cluster_codes(both[cluster]) if cluster else np.arange(len(both))
    return Cases(
        factors=factors,
        labels=tuple(label for _, label in coded),
        codes=unlike,
        cell=cell.ravel(),
        period=np.repeat([0, 1], [len(before), len(after)]),
        families=own,
        outcome=pd.to_numeric(both[outcome]).to_numpy("float64"),
    )


def values_of(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Give the place of each row's value and the values, in order; blanks are "Not recorded".

    Parameters
    ----------
    column : Series
        Values of a factor; ordered categories keep their order.
    """
    kept = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
    text = column.astype("object").where(column.notna(), NOT_RECORDED).astype("str").str.strip()
    text = text.where(text != "", NOT_RECORDED)
    seen = set(text)
    if kept is not None and column.cat.ordered:
        order = [str(one) for one in kept if str(one) in seen]
        order += sorted(seen - set(order))
    else:
        order = sorted(seen)
    places = {value: place for place, value in enumerate(order)}
    return text.map(places).to_numpy(dtype=int), np.array(order, dtype=object)
