"""Covariates as numbers: what a sample is spread over or balanced on.

A number becomes its standardised value; words become one column each. A missing number lies at
the mean and has a column of its own that says so; missing words are a word of their own. For
spreading, every covariate counts alike: two cases drawn at random differ in each by the same
squared distance on average. Values are rounded to 1/65536 so that distances are whole
numbers: equal on every machine, and ties are ties.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

import numpy as np
import pandas as pd

from qa_sampling.errors import FrameError

GRID = 2**16
"""Whole steps in one standard deviation."""

_FURTHEST = 100 * GRID
_MISSING = "\x00missing"


def spread_coordinates(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Place every case among the others: whole coordinates of its covariates.

    Parameters
    ----------
    table : DataFrame
        One row a case.
    columns : sequence of str
        Covariates: numbers are standardised, words are told apart.

    Returns
    -------
    ndarray of int64, cases by coordinates
        In steps of 1/65536 standard deviation.
    """
    parts = [np.zeros((len(table), 0), dtype=np.int64)]
    for name in columns:
        for values, is_word in _columns(table, name):
            steps = np.rint(values * (_word_scale(values) if is_word else 1.0) * GRID)
            parts.append(np.clip(steps, -_FURTHEST, _FURTHEST).astype(np.int64))
    return np.concatenate(parts, axis=1)


def balance_columns(table: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Give the columns on which a sample is balanced.

    Parameters
    ----------
    table : DataFrame
        One row a case.
    columns : sequence of str
        Covariates, the most important first. Of words the commonest one gets no column: it
        follows from the others and the size.

    Returns
    -------
    ndarray of float, cases by columns
        Standardised numbers and 0 or 1 for words.
    """
    parts = [
        values[:, : values.shape[1] - 1] if is_word else values
        for name in columns
        for values, is_word in _columns(table, name)
    ]
    return np.concatenate([np.zeros((len(table), 0)), *parts], axis=1)


def _columns(table: pd.DataFrame, name: str) -> list[tuple[np.ndarray, bool]]:
    """Give a covariate's columns, cases by columns, and whether they tell words apart."""
    if name not in table.columns:
        raise FrameError(
            f"The table has no column `{name}`; it has {', '.join(map(str, table.columns))}."
        )
    values = table[name]
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return [(_words(values), True)]
    numbers = values.astype("float64").to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(numbers)
    if np.isinf(numbers).any():
        raise FrameError(f"Column `{name}` holds an infinite number. Correct it.")
    standard = np.where(known, _standardised(numbers, known), 0.0)[:, None]
    if known.all():
        return [(standard, False)]
    return [(standard, False), (_words(pd.Series(known)), True)]


def _standardised(numbers: np.ndarray, known: np.ndarray) -> np.ndarray:
    held = numbers[known].tolist()
    if not held:
        return numbers
    mean = fsum(held) / len(held)
    spread = sqrt(fsum((value - mean) * (value - mean) for value in held) / len(held))
    return (numbers - mean) / spread if spread > 0 else np.zeros(len(numbers))


def _words(values: pd.Series) -> np.ndarray:
    """Give 0 and 1 columns, the commonest word last, ties by the word."""
    text = [
        _MISSING if absent else str(value)
        for value, absent in zip(values.tolist(), values.isna().tolist(), strict=True)
    ]
    found, codes = np.unique(np.array(text, dtype=object), return_inverse=True)
    counts = np.bincount(codes, minlength=len(found))
    order = np.argsort(counts, kind="stable")
    return (codes[:, None] == order[None, :]).astype(float)


def _word_scale(values: np.ndarray) -> float:
    """Scale words so that two random cases differ by 2 in square, as in a standardised number."""
    shares = values.mean(axis=0)
    differ = 1 - float(sum(share * share for share in shares.tolist()))
    return 1 / sqrt(differ) if differ > 0 else 0.0
