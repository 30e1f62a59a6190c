"""Curves of what share has come by each day, cohort by cohort."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hold, out_of_order, refuse

_CURVES = Table(
    "cohort curves",
    (
        Column("cohort", "text", "The cohort, such as a quarter"),
        Column("days", "number", "Days since the start"),
        Column("share", "number", "Share for whom it has come by then, 0 to 1"),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
    ),
    key=("cohort", "days"),
)


@dataclass(frozen=True)
class CohortCurves(Counted):
    """What share has come by each day since the start, one curve a cohort.

    Attributes
    ----------
    table : DataFrame
        One row a cohort and day on which its curve steps, earliest cohort first and days rising:
        `cohort`, `days`, `share` (0 to 1, never falling); may be left out: `low`, `high`. The last
        row of a cohort is the last day its curve is shown.
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
        table = hold(self, "table", _CURVES, {"low": float("nan"), "high": float("nan")})
        self.check_about("set of cohort curves")
        faults = []
        if ((table["share"] < -1e-9) | (table["share"] > 1 + 1e-9)).any():
            faults.append("shares must lie between 0 and 1; divide by 100")
        if (table["days"] < 0).any():
            faults.append("days must be 0 or more")
        runs = (table["cohort"] != table["cohort"].shift()).sum()
        if runs != table["cohort"].nunique():
            faults.append("the rows of a cohort must stand together")
        steps = table.groupby("cohort", sort=False)[["days", "share"]].diff()
        if (steps["days"] <= 0).any() or (steps["share"] < -1e-9).any():
            faults.append("in a cohort days must rise and shares must not fall")
        if count := out_of_order(table, ("low", "share", "high")):
            faults.append(f"{count} shares lie outside their own interval")
        if not self.most_days > 0:
            faults.append(f"`most_days` must be above 0; got {self.most_days}")
        refuse("set of cohort curves", faults)

    @property
    def cohorts(self) -> list[str]:
        """Names of the cohorts, earliest first."""
        return list(dict.fromkeys(self.table["cohort"]))
