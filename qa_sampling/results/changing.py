"""Why a number changed, and the way children take from step to step."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse

_PARTS = Table(
    "decomposition",
    (
        Column("part", "text", "What contributes"),
        Column("contribution", "number", "Signed; missing where hidden", required=False),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("part",),
)


@dataclass(frozen=True)
class Decomposition(Counted):
    """A change taken apart: from a number then, by parts, to the number now.

    Attributes
    ----------
    table : DataFrame
        One row a part, in the order to show: `part`, `contribution` (signed, in the unit of
        the values); may be left out: `low`, `high` (ends of its interval), `hidden`. Hidden
        parts stand last and are none or at least two: a single one follows by subtraction.
    start, end : float
        The number then and now; without hidden parts the contributions add up to the change.
    start_name, end_name : str
        What they are: "2024/25".
    level : float
        Level of the intervals.
    method : str
        Name of the method, in words.

    Raises
    ------
    SchemaError
        When the table is not as described, or contributions do not add up to the change.
    """

    table: pd.DataFrame
    start: float
    end: float
    start_name: str = "Before"
    end_name: str = "Now"
    level: float = 0.95
    method: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not add up."""
        missing = {"low": float("nan"), "high": float("nan"), "hidden": False}
        table = hold(self, "table", _PARTS, missing)
        self.check_about("decomposition")
        hidden = table["hidden"].astype(bool)
        faults = hidden_faults(table, ("contribution", "low", "high"))
        if (table["contribution"].isna() & ~hidden).any():
            faults.append("a contribution is missing in rows that are not hidden")
        if not hidden.is_monotonic_increasing:
            faults.append("hidden parts must stand last")
        if hidden.sum() == 1:
            faults.append(
                "a single hidden part follows from the others by subtraction; hide a second one, "
                "or put both together as one part"
            )
        gap = self.end - self.start - table["contribution"].sum()
        scale = abs(self.start) + abs(self.end) + table["contribution"].abs().sum()
        if not hidden.any() and not abs(gap) <= 1e-9 * scale:
            faults.append(f"the contributions miss the change by {gap:.6g}")
        if count := out_of_order(table, ("low", "contribution", "high")):
            faults.append(f"{count} contributions lie outside their own interval")
        refuse("decomposition", faults)


_STEPS = Table(
    "journey",
    (
        Column("step", "text", "Step, such as referral"),
        Column("count", "number", "Children at the step; missing where hidden", required=False),
        Column("share_before", "number", "Share of the step before, 0 to 1", required=False),
        Column("share_first", "number", "Share of the first step, 0 to 1", required=False),
        Column("days", "number", "Median days since the step before", required=False),
        Column("days_low", "number", "Lower quartile of the days", required=False),
        Column("days_high", "number", "Upper quartile of the days", required=False),
        Column("pending", "number", "Too recent to know whether they go on", required=False),
        Column("hidden", "flag", "Whether disclosure control hides the count"),
    ),
    key=("step",),
)


@dataclass(frozen=True)
class Journey(Counted):
    """The way from step to step: how many reach each, what share goes on, how long it takes.

    Attributes
    ----------
    table : DataFrame
        One row a step, first step first: `step`, `count` (children, or families; missing where
        hidden); may be left out: `share_before` and `share_first` (0 to 1, of the step before
        and of the first), `days`, `days_low`, `days_high` (median and quartiles since the step
        before), `pending` (at this step and too recent to know whether they go on), `hidden`.
        A step may hold more than the one before: not everybody takes every step.
    targets : tuple of (str, float)
        Longest days allowed, by step: (("Assessment", 45.0),).
    day_word : str
        The unit of the times: "working days".

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    targets: tuple[tuple[str, float], ...] = ()
    day_word: str = "days"

    def __post_init__(self) -> None:
        """Refuse what is no journey."""
        spare = [name for name in _STEPS.names if name not in ("step", "count", "hidden")]
        table = hold(self, "table", _STEPS, dict.fromkeys(spare, float("nan")) | {"hidden": False})
        self.check_about("journey")
        faults = hidden_faults(table, ("count", "share_before", "share_first"))
        if (table[["count", "days", "days_low", "pending"]] < 0).any(axis=None):
            faults.append("counts and days must be 0 or more")
        if (table["count"].isna() & ~table["hidden"].astype(bool)).any():
            faults.append("`count` is missing in rows that are not hidden; write 0 for none")
        if (table["share_first"] > 1 + 1e-9).any() or (table["share_before"] < 0).any():
            faults.append("shares must lie between 0 and 1; divide by 100")
        if count := out_of_order(table, ("days_low", "days", "days_high")):
            faults.append(f"in {count} steps the median lies outside its quartiles")
        if unknown := {step for step, _ in self.targets} - set(table["step"]):
            faults.append(f"`targets` names {len(unknown)} steps that the journey does not have")
        refuse("journey", faults)
