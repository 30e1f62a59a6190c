"""What every drawn result says about itself, and how results refuse nonsense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import Table, check_table
from qa_sampling.errors import SchemaError

Unit = Literal["count", "share", "rate", "days", "grades"]
UNITS: tuple[str, ...] = ("count", "share", "rate", "days", "grades")
"""Count; share (0 to 1, shown in per cent); rate; days; grades (steps of an ordered scale)."""


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a result is about: a picture's subtitle and caption are made from it.

    Attributes
    ----------
    measure : str
        What is measured, with its unit, such as "Re-referrals within 12 months, per cent".
    scope : str
        Place and period: "All teams, April 2024 to September 2026".
    unit : {"count", "share", "rate", "days", "grades"}
        Unit of the values; shares lie between 0 and 1 and are shown in per cent.
    n_of : str
        What is counted, in the plural: "referrals".
    baseline : str
        What the values are held against: "April 2024 to March 2025, 12 months"; blank for none.
    warnings : tuple of str
        What a reader must know before believing it, each a sentence.
    """

    measure: str = ""
    scope: str = ""
    unit: Unit = "count"
    n_of: str = "cases"
    baseline: str = ""
    warnings: tuple[str, ...] = ()

    def check_about(self, name: str) -> None:
        """Refuse what no picture could say: an unknown unit, a negative n, warnings as one text.

        Parameters
        ----------
        name : str
            What the result is called in the message.
        """
        faults = []
        if self.unit not in UNITS:
            faults.append(f"`unit` must be one of {', '.join(UNITS)}; got {self.unit!r}")
        n = getattr(self, "n", None)
        if n is not None and n < 0:
            faults.append(f"`n` must be 0 or more; got {n}")
        if isinstance(self.warnings, str):
            faults.append("`warnings` must be a tuple of sentences; put the sentence in brackets")
        refuse(name, faults)


@dataclass(frozen=True, kw_only=True)
class Counted(Described):
    """A described result that may know how many it counts in all.

    Attributes
    ----------
    n : int or None
        How many are counted in all; None where that is not known or hidden.
    """

    n: int | None = None


def hold(
    result: object, attribute: str, declared: Table, defaults: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Fill the columns that may be left out, hold the table to its declaration, keep a copy.

    Parameters
    ----------
    result : object
        The frozen result.
    attribute : str
        Name of its table.
    declared : Table
        The declaration; columns beyond it are allowed.
    defaults : Mapping, optional
        Columns that may be left out, with the value they then have.

    Returns
    -------
    DataFrame
        The copy that `result` now holds, rows numbered from 0.

    Raises
    ------
    SchemaError
        With all faults of the columns at once.
    """
    table = getattr(result, attribute)
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            f"The table of {declared.name} must be a DataFrame; got a {type(table).__name__}."
        )
    absent = {name: value for name, value in (defaults or {}).items() if name not in table.columns}
    filled = table.assign(**absent).reset_index(drop=True)
    for column in declared.columns:
        if column.kind == "number" and column.name in filled and filled[column.name].isna().all():
            filled[column.name] = filled[column.name].astype("float64")
    check_table(filled, declared)
    faults = [
        f"column `{column.name}` holds values that are not finite"
        for column in declared.columns
        if column.kind == "number" and np.isinf(filled[column.name].astype("float64")).any()
    ]
    refuse(declared.name, faults)
    object.__setattr__(result, attribute, filled)
    return filled


def refuse(name: str, faults: Iterable[str]) -> None:
    """Raise one error with all faults, or do nothing when there are none.

    Parameters
    ----------
    name : str
        What the result is called in the message.
    faults : iterable of str
        What is wrong, each with what was expected.
    """
    if listed := "; ".join(faults):
        raise SchemaError(f"The result cannot be a {name}: {listed}.")


def out_of_order(table: pd.DataFrame, columns: tuple[str, ...]) -> int:
    """Count the rows whose known values do not rise from the first column to the last.

    Parameters
    ----------
    table : DataFrame
        The table.
    columns : tuple of str
        Columns of numbers, from the one that must be lowest.
    """
    wrong = pd.Series(data=False, index=table.index)
    for place, low in enumerate(columns):
        for high in columns[place + 1 :]:
            a, b = table[low].astype("float64"), table[high].astype("float64")
            wrong |= a > b + 1e-9 * (1 + b.abs())
    return int(wrong.sum())


def hidden_faults(table: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Say which columns still hold a value in rows that are marked as hidden.

    Parameters
    ----------
    table : DataFrame
        With the flag `hidden`.
    columns : tuple of str
        Columns that must be missing in hidden rows.
    """
    told = table.loc[table["hidden"].astype(bool), list(columns)].notna().sum()
    return [
        f"column `{name}` holds {count} values in hidden rows, where it must be missing"
        for name, count in told.items()
        if count
    ]
