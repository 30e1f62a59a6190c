"""Units against each other: teams or authorities in a funnel."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse
from qa_sampling.results.over_time import SIGNALS

_UNITS = Table(
    "funnel",
    (
        Column("unit", "text", "Team or authority"),
        Column("n", "number", "Denominator; missing where hidden", required=False),
        Column("value", "number", "Value; missing where hidden", required=False),
        Column("signal", "code", "Meaning of its signal, blank for none", False, SIGNALS),
        Column("hidden", "flag", "Whether disclosure control hides the value"),
    ),
    key=("unit",),
)
_LIMITS = Table(
    "limits of a funnel",
    (
        Column("n", "number", "Denominator"),
        Column("low", "number", "Inner lower limit", required=False),
        Column("high", "number", "Inner upper limit", required=False),
        Column("low_outer", "number", "Outer lower limit", required=False),
        Column("high_outer", "number", "Outer upper limit", required=False),
    ),
    key=("n",),
)


@dataclass(frozen=True)
class Funnel(Counted):
    """Units against each other, with the limits that chance alone would keep them within.

    Attributes
    ----------
    table : DataFrame
        One row a unit: `unit` (its name), `n` (denominator, above 0; it may stay known where
        the value is hidden), `value`; may be left out: `signal` ("", "improvement", "concern",
        "neutral"), `hidden`.
    limits : DataFrame
        The curves, `n` rising: `n`, `low`, `high` (inner), `low_outer`, `high_outer`, exact and
        as computed by the method; missing where there is none.
    centre : float or None
        What the units are held against, in the unit of the values; None when there is none.
    centre_name : str
        What that is: "All teams".
    levels : tuple of (float, float)
        Levels of the inner and of the outer limits.
    own : str
        Name of the unit that the reader belongs to, which is ringed; blank for none.

    Raises
    ------
    SchemaError
        When the tables are not as described, or limits cross.
    """

    table: pd.DataFrame
    limits: pd.DataFrame
    centre: float | None = None
    centre_name: str = "All units"
    levels: tuple[float, float] = (0.95, 0.998)
    own: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no funnel."""
        table = hold(self, "table", _UNITS, {"signal": "", "hidden": False})
        limits = hold(self, "limits", _LIMITS)
        self.check_about("funnel")
        faults = hidden_faults(table, ("value",))
        if (table["n"] <= 0).any():
            faults.append("`n` must be above 0; leave units without a denominator out")
        if (table["value"].notna() & table["n"].isna()).any():
            faults.append("a unit has a value but no `n`")
        if (table["signal"].fillna("").ne("") & table["value"].isna()).any():
            faults.append("a unit has a signal but no value")
        if self.own and self.own not in set(table["unit"]):
            faults.append("`own` is none of the units")
        if not limits["n"].is_monotonic_increasing:
            faults.append("`limits` must be in order of `n`")
        if count := out_of_order(limits, ("low_outer", "low", "high", "high_outer")):
            faults.append(f"limits cross in {count} rows")
        low, high = (*self.levels, 0.0, 0.0)[:2]
        if len(self.levels) != 2 or not 0 < low < high < 1:
            faults.append(f"`levels` must be two levels that rise, below 1; got {self.levels}")
        refuse("funnel", faults)
