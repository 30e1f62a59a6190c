"""Tables as JSON text and back, exactly: values, missing values, dtypes and column order.

The register keeps small tables of a draw, such as its allocation, as text beside the
draw. What comes back equals what went in, to the last bit of every number. The index
is not kept: rows are numbered from 0.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.records.chain import canonical_json

Layout = list[list[str]]
"""Name and dtype of each column, in order."""

_KINDS = "biufOMT"


def frame_text(frame: pd.DataFrame) -> str:
    """Give a table as one canonical JSON text.

    Raises
    ------
    RegisterError
        When a column's name or kind, or a value, is none that JSON can hold.
    """
    columns = [plain_values(frame[name]) for name in frame.columns]
    return canonical_json(
        {"columns": layout_of(frame), "rows": [list(row) for row in zip(*columns, strict=True)]}
    )


def frame_from_text(text: str) -> pd.DataFrame:
    """Give back the table that :func:`frame_text` wrote."""
    held = json.loads(text)
    return frame_from_rows(held["rows"], held["columns"])


def frame_from_rows(rows: Sequence[Sequence[object]], layout: Layout) -> pd.DataFrame:
    """Give a table of plain rows, with the dtypes of its layout."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(layout)
    return pd.DataFrame(
        {
            name: pd.Series([_value(value) for value in values], dtype=dtype)
            for (name, dtype), values in zip(layout, columns, strict=True)
        },
        index=pd.RangeIndex(len(rows)),
    )


def layout_of(frame: pd.DataFrame) -> Layout:
    """Give name and dtype of each column.

    Raises
    ------
    RegisterError
        When a name is not text, is repeated, or a column is of a kind that is not kept.
    """
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise RegisterError("The register keeps tables whose column names are text, each once.")
    for name, dtype in frame.dtypes.items():
        plain = getattr(dtype, "kind", "O") in _KINDS and str(dtype) != "category"
        if not plain or getattr(dtype, "tz", None) is not None:
            raise RegisterError(
                f"The register cannot keep column `{name}` of kind {dtype}. Give text, numbers, "
                "true and false, or times without a zone."
            )
    return [[name, str(dtype)] for name, dtype in frame.dtypes.items()]


def plain_values(column: pd.Series) -> list[object]:
    """Give a column's values as JSON can hold them; missing ones as None.

    Raises
    ------
    RegisterError
        When a value is of a kind that is not kept.
    """
    mixed = column.dtype == object
    return [_plain(value, mixed=mixed, name=str(column.name)) for value in column.tolist()]


def _plain(value: Any, *, mixed: bool, name: str) -> object:  # noqa: ANN401 - a cell
    if isinstance(value, np.generic):
        value = value.item()
    missing = value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    if missing:
        # A typed column has one missing value; a mixed one may hold several kinds of it.
        return {"missing": str(value)} if mixed else None
    if isinstance(value, float) and math.isinf(value):
        return {"number": str(value)}
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, dt.datetime):
        return {"time": value.isoformat()} if mixed else value.isoformat()
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    raise RegisterError(
        f"The register cannot keep a {type(value).__name__} in column `{name}`. Give text, "
        "numbers, true and false, or dates."
    )


_READERS = {
    "missing": {"nan": math.nan, "<NA>": pd.NA, "NaT": pd.NaT}.__getitem__,
    "number": float,
    "time": pd.Timestamp,
    "day": dt.date.fromisoformat,
}


def _value(value: object) -> object:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return _READERS[kind](text)
    return value
