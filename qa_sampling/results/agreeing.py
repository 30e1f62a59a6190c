"""Auditors and moderators: how their grades meet, and who marks hard or easy."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.results.described import Counted, hidden_faults, hold, out_of_order, refuse
from qa_sampling.results.intervals import Interval

_PAIRS = Table(
    "agreement table",
    (
        Column("auditor_grade", "text", "Grade of the auditor"),
        Column("moderator_grade", "text", "Grade of the moderator"),
        Column("count", "number", "Audits; missing where hidden", required=False),
        Column("hidden", "flag", "Whether disclosure control hides the count"),
    ),
    key=("auditor_grade", "moderator_grade"),
)


@dataclass(frozen=True)
class AgreementTable(Counted):
    """How many audits got which grade from the auditor and which from the moderator.

    Attributes
    ----------
    table : DataFrame
        One row a pair of grades, pairs that never met may be left out: `auditor_grade`,
        `moderator_grade`, `count` (0 or more; missing where hidden); `hidden` may be left out.
    grades : tuple of str
        The whole scale in its order, best first, unused grades included.
    same, within_one : int or None
        Audits with the same grade, and with grades no more than one step apart; None where
        that is hidden.
    coefficient : str
        Name of the coefficient: "Gwet's AC2, quadratic"; blank for none.
    estimate : float or None
        The coefficient.
    interval : Interval or None
        Its interval.

    Raises
    ------
    SchemaError
        When the table is not as described, or counts contradict each other.
    """

    table: pd.DataFrame
    grades: tuple[str, ...]
    same: int | None = None
    within_one: int | None = None
    coefficient: str = ""
    estimate: float | None = None
    interval: Interval | None = None

    def __post_init__(self) -> None:
        """Refuse what is no agreement table."""
        table = hold(self, "table", _PAIRS, {"hidden": False})
        self.check_about("agreement table")
        faults = hidden_faults(table, ("count",))
        used = set(table["auditor_grade"]) | set(table["moderator_grade"])
        if strangers := used - set(self.grades):
            faults.append(
                f"{len(strangers)} grades are not on the scale ({', '.join(self.grades)})"
            )
        if len(set(self.grades)) != len(self.grades) or not self.grades:
            faults.append("`grades` must name each grade of the scale once")
        if (table["count"] < 0).any() or (table["count"].dropna() % 1 != 0).any():
            faults.append("`count` must hold whole numbers of at least 0")
        if (table["count"].isna() & ~table["hidden"].astype(bool)).any():
            faults.append("`count` is missing in rows that are not hidden; write 0 for none")
        order = [value for value in (self.same, self.within_one, self.n) if value is not None]
        if order != sorted(order) or any(value < 0 for value in order):
            faults.append("`same`, `within_one` and `n` must rise in this order")
        if self.interval and self.estimate is not None and self.estimate not in self.interval:
            faults.append("the estimate lies outside its own interval")
        refuse("agreement table", faults)


_SHIFTS = Table(
    "table of severities",
    (
        Column("auditor", "text", "Auditor, as may be shown"),
        Column("n", "number", "Moderated audits; missing where hidden", required=False),
        Column("shift", "number", "Shrunken shift in grades", required=False),
        Column("low", "number", "Low end of its interval", required=False),
        Column("high", "number", "High end of its interval", required=False),
        Column("signal", "code", "Whether the interval stands out", False, ("easier", "harder")),
        Column("hidden", "flag", "Whether disclosure control hides it"),
    ),
    key=("auditor",),
)


@dataclass(frozen=True)
class Severities(Counted):
    """How far each auditor's grades lie from the moderators', shrunk towards the mean.

    Attributes
    ----------
    table : DataFrame
        One row an auditor: `auditor` (a name or a role and number), `n` (moderated audits),
        `shift` (auditor minus moderator in grades, shrunken; above 0 grades higher, that is
        easier), `low`, `high` (ends of its interval); may be left out: `signal` ("", "easier",
        "harder"), `hidden`. Too few for a shift: the numbers but `n` are missing.
    average : float or None
        Mean shift of all auditors, in grades.
    level : float
        Level of the intervals, each by itself.
    method : str
        Name of the method, in words.
    expected_by_chance : float or None
        How many auditors would stand out if all marked alike.

    Raises
    ------
    SchemaError
        When the table is not as described.
    """

    table: pd.DataFrame
    average: float | None = None
    level: float = 0.95
    method: str = ""
    expected_by_chance: float | None = None

    def __post_init__(self) -> None:
        """Refuse what are no severities."""
        table = hold(self, "table", _SHIFTS, {"signal": "", "hidden": False})
        self.check_about("table of severities")
        faults = hidden_faults(table, ("shift", "low", "high"))
        if (table["n"] <= 0).any():
            faults.append("`n` must be above 0; leave auditors without moderated audits out")
        if (table["shift"].notna() & table["n"].isna()).any():
            faults.append("an auditor has a shift but no `n`")
        if count := out_of_order(table, ("low", "shift", "high")):
            faults.append(f"{count} shifts lie outside their own interval")
        if (table["signal"].fillna("").ne("") & table["shift"].isna()).any():
            faults.append("an auditor stands out but has no shift")
        if not 0 < self.level < 1:
            faults.append(f"`level` must lie between 0 and 1; got {self.level}")
        refuse("table of severities", faults)
