"""Grades of many standards beside each other, and lists of values with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse

_SHARES = ("outstanding", "good", "requires_improvement", "inadequate")
_PROFILES = Table(
    "grade profiles",
    (
        Column("name", "text", "What was graded"),
        Column("n", "number", "Audits; missing where hidden", required=False),
        *(Column(name, "number", "Share of the grade, 0 to 1", False) for name in _SHARES),
        Column("low", "number", "Low end of the share of good or better", required=False),
        Column("high", "number", "High end of it", required=False),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("name",),
)


@dataclass(frozen=True)
class GradeProfiles(Counted):
    """How grades spread over all cases, for each of several standards.

    Attributes
    ----------
    table : DataFrame
        One row a standard, in the order to show: `name`, `n` (audits), `outstanding`, `good`,
        `requires_improvement`, `inadequate` (shares that add up to 1; missing where there are
        too few audits), `low`, `high` (ends of the interval of good or better); `hidden` may be
        left out.
    level : float
        Level of the intervals, each by itself.

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse what are no profiles."""
        table = hold(self, "table", _PROFILES, {"hidden": False})
        self.check_about("set of grade profiles")
        faults = hidden_faults(table, (*_SHARES, "low", "high"))
        shares = table[list(_SHARES)].astype("float64")
        whole = shares.sum(axis=1)[shares.notna().all(axis=1)]
        if ((whole - 1).abs() > 1e-6).any():
            faults.append("the shares of a row must add up to 1")
        if shares.isna().any(axis=1).ne(shares.isna().all(axis=1)).any():
            faults.append("a row has some shares and lacks others")
        reach = table.assign(share=shares["outstanding"] + shares["good"])
        if count := out_of_order(reach, ("low", "share", "high")):
            faults.append(f"{count} shares of good or better lie outside their own interval")
        refuse("set of grade profiles", faults)


_VALUES = Table(
    "list of values with intervals",
    (
        Column("name", "text", "What has the value"),
        Column("value", "number", "The value; missing where there is none", required=False),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
        Column("n", "number", "How many it rests on", required=False),
        Column("marked", "flag", "Whether it can be told from chance"),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("name",),
)


@dataclass(frozen=True)
class IntervalList(Counted):
    """Values with their intervals, one beneath the other: changes, groups, pairs.

    Attributes
    ----------
    table : DataFrame
        One row a value, in the order to show: `name`, `value`, `low`, `high` (missing where too
        little is known); may be left out: `n`, `marked` (told from chance), `hidden`.
    reference : float or None
        Where a line is drawn, such as 0 for no change.
    signed : bool
        Whether plus signs are written.
    marks : (str, str)
        What a marked and an unmarked value means; blank for no key.
    level : float
        Level of the intervals, each by itself.

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    reference: float | None = None
    signed: bool = False
    marks: tuple[str, str] = ("", "")
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse what is no list of values."""
        spare = {"n": float("nan"), "marked": False, "hidden": False}
        table = hold(self, "table", _VALUES, spare)
        self.check_about("list of values")
        faults = hidden_faults(table, ("value", "low", "high"))
        if count := out_of_order(table, ("low", "value", "high")):
            faults.append(f"{count} values lie outside their own interval")
        refuse("list of values", faults)
