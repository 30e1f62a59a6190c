"""Curves of what share has come by each day, cohort by cohort."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse

_CURVES = Table(
    "cohort curves",
    (
        Column("name", "text", "The cohort, such as a quarter"),
        Column("day", "number", "Days since the start"),
        Column("share", "number", "Share for whom it has come; missing where hidden", False),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
        Column("hidden", "flag", "Whether disclosure control hides the share"),
    ),
    key=("name", "day"),
)


@dataclass(frozen=True)
class CohortCurves(Counted):
    """What share has come by each day since the start, one curve a cohort.

    Attributes
    ----------
    table : DataFrame
        One row a cohort and day on which its curve steps, earliest cohort first and days rising:
        `name` (of the cohort), `day`, `share` (0 to 1, never falling; missing where hidden); may
        be left out: `low`, `high`, `hidden`. The last row of a cohort is the last day its curve is
        shown.
    level : float
        Level of the intervals, each day by itself.
    most_days : float
        Where the axis ends.

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    level: float = 0.95
    most_days: float = 365.0

    def __post_init__(self) -> None:
        """Refuse what are no curves."""
        spare = {"low": float("nan"), "high": float("nan"), "hidden": False}
        table = hold(self, "table", _CURVES, spare)
        self.check_about("set of cohort curves")
        hidden = table["hidden"].astype(bool)
        faults = hidden_faults(table, ("share", "low", "high"))
        if (table["share"].isna() & ~hidden).any():
            faults.append("`share` is missing in rows that are not hidden")
        if ((table["share"] < -1e-9) | (table["share"] > 1 + 1e-9)).any():
            faults.append("shares must lie between 0 and 1; divide by 100")
        if (table["day"] < 0).any():
            faults.append("days must be 0 or more")
        runs = int((table["name"] != table["name"].shift()).sum())
        if runs != table["name"].nunique():
            faults.append("the rows of a cohort must stand together")
        shown = table[~hidden].groupby("name", sort=False)["share"].diff()
        if (table.groupby("name", sort=False)["day"].diff() <= 0).any() or (shown < -1e-9).any():
            faults.append("in a cohort days must rise and shares must not fall")
        if count := out_of_order(table, ("low", "share", "high")):
            faults.append(f"{count} shares lie outside their own interval")
        if not self.most_days > 0:
            faults.append(f"`most_days` must be above 0; got {self.most_days}")
        refuse("set of cohort curves", faults)

    @property
    def cohorts(self) -> list[str]:
        """Names of the cohorts, earliest first."""
        return list(dict.fromkeys(self.table["name"]))
