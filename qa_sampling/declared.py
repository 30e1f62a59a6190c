"""Declared tables: columns with a kind and codes, and holding a frame to its declaration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qa_sampling.errors import SchemaError

Kind = Literal["text", "date", "whole", "number", "flag", "code"]


@dataclass(frozen=True)
class Column:
    """One column of a declared table.

    Attributes
    ----------
    name : str
        Column name.
    kind : {"text", "date", "whole", "number", "flag", "code"}
        What it holds: text; a day (datetime64, no time); a whole number (Int64); a number
        (float64); a boolean; or one of `codes`.
    about : str
        What it means, with its unit.
    required : bool
        Whether every row must have a value.
    codes : tuple of str
        Allowed values of a "code" column.
    """

    name: str
    kind: Kind
    about: str
    required: bool = True
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A declared table.

    Attributes
    ----------
    name : str
        What the table is called in messages.
    columns : tuple of Column
        Its columns, in order. Further columns are allowed.
    key : tuple of str
        Columns whose values identify a row; empty when rows may repeat.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names, in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pd.DataFrame:
        """Give an empty frame with the declared columns and dtypes."""
        return pd.DataFrame(
            {column.name: pd.Series(dtype=_DTYPES[column.kind]) for column in self.columns}
        )


_DTYPES = {
    "text": "str",
    "date": "datetime64[us]",
    "whole": "Int64",
    "number": "float64",
    "flag": "bool",
    "code": "str",
}


def check_table(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Hold a frame to its declaration and give it back.

    Parameters
    ----------
    frame : DataFrame
        The table to check; never altered.
    table : Table
        Its declaration.

    Returns
    -------
    DataFrame
        `frame` itself.

    Raises
    ------
    SchemaError
        With every fault at once: missing columns, missing or unknown values (counted, never
        quoted), columns of another kind, repeated keys.
    """
    missing = [name for name in table.names if name not in frame.columns]
    faults = [f"column `{name}` is missing" for name in missing]
    for column in table.columns:
        if column.name not in missing:
            faults += _column_faults(frame[column.name], column)
    if table.key and not set(table.key) & set(missing):
        repeated = int(frame.duplicated(list(table.key)).sum())
        if repeated:
            faults.append(f"{repeated} rows repeat the key ({', '.join(table.key)})")
    if faults:
        listed = "; ".join(faults)
        raise SchemaError(f"The table of {table.name} is not as declared: {listed}.")
    return frame


def _is_as_declared(values: pd.Series, column: Column) -> bool:
    """Say at once that a column is as declared, where its dtype and few looks tell."""
    kind = values.dtype.kind
    if column.kind == "code":
        return bool(values.isin(column.codes).all())
    if column.kind == "flag":
        return kind == "b" and not values.hasnans
    if column.kind != "text" and kind not in ("M" if column.kind == "date" else "iufb"):
        return False
    if not column.required:
        return True
    blank = column.kind == "text" and bool((values.astype("str").str.strip() == "").any())
    return not blank and not values.hasnans


def _column_faults(values: pd.Series, column: Column) -> list[str]:
    if _is_as_declared(values, column):
        return []
    faults = []
    absent = values.isna()
    if column.kind in ("text", "code"):
        told = values.astype("str")  # each text is looked at once, however often it stands there
        blank = [one for one in told.unique() if isinstance(one, str) and not one.strip()]
        absent = absent | told.isin(blank) if blank else absent
    if column.required and absent.any():
        faults.append(f"column `{column.name}` is blank in {int(absent.sum())} rows")
    known = values[~absent]
    if column.kind == "code" and not known.isin(column.codes).all():
        unknown = int((~known.isin(column.codes)).sum())
        faults.append(
            f"column `{column.name}` holds {unknown} values outside its codes "
            f"({', '.join(column.codes)})"
        )
    if column.kind == "date" and not pd.api.types.is_datetime64_any_dtype(values):
        faults.append(f"column `{column.name}` does not hold dates")
    numeric = column.kind in ("whole", "number")
    if numeric and len(known) and not pd.api.types.is_numeric_dtype(values):
        faults.append(f"column `{column.name}` does not hold numbers")
    if column.kind == "flag" and len(known) and not pd.api.types.is_bool_dtype(values):
        faults.append(f"column `{column.name}` does not hold true and false")
    return faults
