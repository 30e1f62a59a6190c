"""Columns of a sample, read with errors that say what is wrong but never what a row holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError

LARGEST = 1e100
"""Largest number that is estimated from; squares of larger ones would overflow."""


def column_of(table: pd.DataFrame, name: str) -> pd.Series:
    """Give a column.

    Parameters
    ----------
    table : DataFrame
        The sample.
    name : str
        Column.

    Raises
    ------
    EstimationError
        When the table lacks it, or has two; the message names the columns there are.
    """
    if name not in table.columns:
        raise EstimationError(
            f"The sample has no column {name!r}; it has {', '.join(map(str, table.columns))}."
        )
    values = table[name]
    if isinstance(values, pd.DataFrame):
        raise EstimationError(
            f"The sample has {values.shape[1]} columns {name!r}. Give every column its own name."
        )
    return values


def codes_of(
    table: pd.DataFrame, names: str | Sequence[str] | None, draw: str | None = None
) -> tuple[np.ndarray, list[str]]:
    """Give every row the place of its label, and the labels, sorted.

    Parameters
    ----------
    table : DataFrame
        The sample.
    names : str, sequence of str or None
        Columns of labels; several are joined by " / ". None for one blank label.
    draw : str, optional
        Column put first.

    Raises
    ------
    EstimationError
        When a column is absent or a label is missing.
    """
    if not isinstance(names, str | Sequence | None):
        raise EstimationError(f"Name a column, or a list of columns; got {names!r}.")
    names = [names] if isinstance(names, str) else list(names or [])
    names = ([draw] if draw else []) + [name for name in names if name != draw]
    codes, labels = np.zeros(len(table), dtype=np.int64), [""]
    for place, name in enumerate(names):
        more, texts = _factorised(table, name)
        pairs, codes, _ = compact(codes * len(texts) + more, len(labels) * len(texts))
        before = ["" if place == 0 else f"{label} / " for label in labels]
        labels = [before[pair // len(texts)] + texts[pair % len(texts)] for pair in pairs.tolist()]
    order = sorted(range(len(labels)), key=lambda one: labels[one])
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    return rank[codes], [labels[one] for one in order]


def compact(codes: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the codes that occur, the place of every row's among them, and how often each occurs.

    Parameters
    ----------
    codes : ndarray of int
        Codes from 0 to size - 1.
    size : int
        How many codes there could be.
    """
    if size > 4 * len(codes) + 1000:
        return np.unique(codes, return_inverse=True, return_counts=True)
    counts = np.bincount(codes, minlength=size)
    place = np.cumsum(counts > 0) - 1
    return np.flatnonzero(counts), place[codes], counts[counts > 0]


def _factorised(table: pd.DataFrame, name: str) -> tuple[np.ndarray, list[str]]:
    """Give the codes and the texts of one column of labels."""
    values = column_of(table, name)
    missing = int(values.isna().sum())
    if missing:
        raise EstimationError(
            f"`{name}` is missing for {missing} of {len(values)} cases. Give every case a label, "
            f"such as 'Not recorded'; none is dropped silently."
        )
    codes, found = pd.factorize(values)
    same, texts = pd.factorize(np.array([str(one) for one in found], dtype=object))
    return same[codes].astype(np.int64), list(texts)


def numbers_of(table: pd.DataFrame, name: str) -> np.ndarray:
    """Give a column as numbers; missing values stay missing.

    Parameters
    ----------
    table : DataFrame
        The sample.
    name : str
        Column.

    Raises
    ------
    EstimationError
        When the column is absent or not of numbers.
    """
    try:
        return column_of(table, name).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise EstimationError(f"`{name}` is not a column of numbers.") from None


def amounts_of(table: pd.DataFrame, name: str) -> np.ndarray:
    """Give a column of numbers of cases or chances, which true and false are not.

    Parameters
    ----------
    table : DataFrame
        The sample.
    name : str
        Column.

    Raises
    ------
    EstimationError
        When the column is absent, not of numbers, or of true and false.
    """
    values = column_of(table, name)
    if pd.api.types.is_bool_dtype(values) or values.map(lambda one: isinstance(one, bool)).any():
        raise EstimationError(f"`{name}` holds true and false. Give a number for every row.")
    return numbers_of(table, name)


def check_present(values: np.ndarray, rows: np.ndarray, name: str) -> None:
    """Refuse missing, infinite or unheard-of values among the rows an estimate rests on.

    Parameters
    ----------
    values : ndarray
        Values by row, missing ones NaN.
    rows : ndarray of bool
        Rows the estimate rests on.
    name : str
        Column, for the message.

    Raises
    ------
    EstimationError
        When values are missing, infinite, or so large that their squares have no number.
    """
    missing = int((rows & np.isnan(values)).sum())
    if missing:
        raise EstimationError(
            f"`{name}` is missing for {missing} of {int(rows.sum())} audited cases. Leave out by "
            f"`where` those to whom it does not apply, or give them the outcome 'unavailable'."
        )
    endless = int((rows & np.isinf(values)).sum())
    if endless:
        raise EstimationError(
            f"`{name}` is infinite for {endless} of {int(rows.sum())} audited cases. Correct it."
        )
    if (rows & (np.abs(values) > LARGEST)).any():
        raise EstimationError(f"`{name}` holds a number above {LARGEST:g}. Correct it.")
