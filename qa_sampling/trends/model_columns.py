"""Columns of values as models take them: small values together, a column for each but one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.dive_cases import values_of
from qa_sampling.trends.factor_words import factor_words

__all__ = ["SMALL_GROUPS", "Design", "coded_columns"]

SMALL_GROUPS = "Small groups together"


def coded_columns(
    cases: pd.DataFrame,
    names: tuple[str, ...],
    y: np.ndarray,
    least: int,
    families: np.ndarray | None = None,
) -> tuple[dict[str, np.ndarray], np.ndarray, list[str]]:
    """Give each column's values, small ones put together, which rows stay, and what was done.

    Parameters
    ----------
    cases : DataFrame
        One row a case.
    names : tuple of str
        Columns of values.
    y : array, (rows,)
        The outcome, 0 or 1.
    least : int
        Values with fewer cases, or with one outcome only, are put together.
    families : array of int, (rows,), optional
        Family of each case. When given, values are put together that have too few families for
        the outcome to be expected in `least` of them: by their size, not by what came of them.

    Returns
    -------
    (dict of str to array, array of bool, list of str)

    Raises
    ------
    TrendError
        When no column has two values left.
    """
    few = "few cases or one outcome only" if families is None else "few families"
    kept, notes, coded = np.ones(len(y), dtype=bool), [], {}
    for name in names:
        code, labels = values_of(cases[name])
        texts = labels[code].astype(object)
        small = _poor(texts, y, least, families)
        if small:
            texts[np.isin(texts, small)] = SMALL_GROUPS
            some = "1 value" if len(small) == 1 else f"{len(small)} values"
            notes.append(f"Put together: {some} of {factor_words(name)} with {few}.")
            if SMALL_GROUPS in _poor(texts, y, 1 if families is None else least, families):
                out = texts == SMALL_GROUPS
                what = f"for their {factor_words(name)} has {few}"
                notes[-1] = f"{int(out.sum())} cases are left out, {what}."
                kept &= ~out
        coded[name] = texts
    left = {name: texts for name, texts in coded.items() if len(set(texts[kept])) > 1}
    alone = [factor_words(name) for name in coded if name not in left]
    notes += [f"{name} has a single value left and is not in the model." for name in alone]
    if not left:
        raise TrendError("No factor has two values with enough cases to compare; ask for others.")
    return left, kept, notes


def _poor(
    texts: np.ndarray, y: np.ndarray, least: int, families: np.ndarray | None
) -> list[str]:  # fmt: skip
    if families is not None:
        overall = len(np.unique(families[y == 1])) / len(np.unique(families))
        own = pd.Series(families).groupby(texts).nunique()
        none = pd.Series(y).groupby(texts).sum() == 0
        return [str(value) for value in own.index[(own * overall < least) | none]]
    held = pd.Series(y).groupby(texts).agg(["size", "sum"])
    poor = (held["size"] < least) | (held["sum"] == 0) | (held["sum"] == held["size"])
    return [str(value) for value in held.index[poor]]


class Design:
    """The columns of the model: one for each value but the reference."""

    def __init__(
        self, coded: dict[str, np.ndarray], kept: np.ndarray, references: Mapping[str, str]
    ) -> None:
        self.values: list[tuple[str, str]] = []
        self.reference: dict[str, str] = {}
        self.texts = {name: texts[kept] for name, texts in coded.items()}
        for name, texts in self.texts.items():
            counts = pd.Series(texts).value_counts()
            whole = [one for one in counts.index if one != SMALL_GROUPS]
            wanted = references.get(name, whole[0])
            if wanted not in counts:
                raise TrendError(
                    f"`references` gives {name} a value that is not there or was put together; "
                    f"give one of {', '.join(sorted(counts.index))}."
                )
            self.reference[name] = str(wanted)
            self.values += [(name, str(one)) for one in sorted(counts.index) if one != wanted]
        columns = [self.texts[name] == value for name, value in self.values]
        self.matrix = np.column_stack([np.ones(int(kept.sum())), *columns]).astype("float64")

    def where(self, name: str) -> list[int]:
        """Give the places of a column's values in the matrix."""
        return [1 + place for place, (own, _) in enumerate(self.values) if own == name]

    def given(self, name: str, value: str) -> np.ndarray:
        """Give the matrix as if every case had this value."""
        matrix = self.matrix.copy()
        for place in self.where(name):
            matrix[:, place] = self.values[place - 1][1] == value
        return matrix
