"""Whether auditors and moderators come closer, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse

_MONTHS = Table(
    "calibration",
    (
        Column("period", "date", "First day of the month"),
        Column("n", "number", "Moderated audits of the month", required=False),
        Column("value", "number", "The month's own value; missing where too few", required=False),
        Column("average", "number", "Moving average up to this month", required=False),
        Column("low", "number", "Low end of the average's interval", required=False),
        Column("high", "number", "High end of the average's interval", required=False),
        Column("signal", "code", "Drift the cumulative sum tells", False, ("higher", "lower")),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("period",),
)


@dataclass(frozen=True)
class Calibration(Counted):
    """A measure of how grades meet, month by month, smoothed, with the signals of a drift.

    Attributes
    ----------
    table : DataFrame
        One row a month, in order: `period` (first day), `n` (moderated audits), `value` (the
        month's own; missing where too few), `average` (moving average), `low`, `high` (its
        interval); may be left out: `signal` ("", "higher", "lower": auditors have drifted, by
        the cumulative sum), `hidden`.
    level : float
        Level of the intervals.
    agreed : float or None
        Where full agreement lies: 0 for a bias in grades, 1 for a share of same grades.
    method : str
        Name of the method, in words.

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    level: float = 0.95
    agreed: float | None = None
    method: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no calibration."""
        missing = dict.fromkeys(("n", "value", "average", "low", "high"), float("nan"))
        table = hold(self, "table", _MONTHS, missing | {"signal": "", "hidden": False})
        self.check_about("calibration")
        faults = hidden_faults(table, ("value", "average", "low", "high"))
        if not table["period"].is_monotonic_increasing:
            faults.append("periods are not in order; sort by `period`")
        if count := out_of_order(table, ("low", "average", "high")):
            faults.append(f"in {count} months the average lies outside its interval")
        if not 0 < self.level < 1:
            faults.append(f"`level` must lie between 0 and 1; got {self.level}")
        refuse("calibration", faults)
