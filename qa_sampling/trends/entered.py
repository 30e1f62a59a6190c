"""Measures that neither extract nor register holds: counted from a table that the authority gives.

One table serves all of them, a row a thing: its measure by name, its day, the child, the team, and
whether it was as it should be. Without it each measure says what it would need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_bases import Whole
from qa_sampling.trends.measure_rules import Rule

__all__ = ["ENTERED", "Entered", "EnteredOn", "Marked", "audits_entered", "covered_of"]

ENTERED = Table(
    "measure events",
    (
        Column("measure", "text", "Name of the measure in docs/measures.md, such as care_reviews"),
        Column("date", "date", "Day it was held, made or due; of children on a day, that day"),
        Column("child_id", "text", "The case system's number; restricted"),
        Column(
            "met",
            "text",
            'Of a share, "Yes" where it counts above (in time, so often), "No" where it does not; '
            "blank where that is not known",
            required=False,
        ),
        Column("team", "text", "Team that held the case; blank where none is said", required=False),
    ),
    key=("measure", "date", "child_id"),
)
"""One row a strategy discussion, core group, review, plan or application, or a child on a day."""


@dataclass(frozen=True)
class Entered(Whole):
    """Entries of one measure in a period.

    Attributes
    ----------
    event : str
        Name of the measure.
    what : str
        What an entry is, in a phrase.
    """

    event: str
    what: str
    on: ClassVar[str] = "date"
    of: ClassVar[str] = "measure_events"

    @property
    def words(self) -> str:
        """Say which entries."""
        return f"{self.what} of the period, from the table of measure events"

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the entries; `days` are not asked."""
        chosen = table[table["measure"] == self.event]
        return chosen.assign(day=chosen["date"]).reset_index(drop=True)


@dataclass(frozen=True)
class EnteredOn(Entered):
    """Children of one measure on a day: those entered for the latest day of a period's last month.

    The same children are on it month after month.
    """

    stock: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """Say which children."""
        return f"{self.what} on the day they were entered for, from the table of measure events"

    def rows(self, table: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
        """Give the children of each of the days."""
        chosen = super().rows(table, days)
        return chosen[chosen["day"].isin(days)].reset_index(drop=True)


@dataclass(frozen=True)
class Marked(Rule):
    """Marked "Yes" in the table; missing, and left out, where it is blank.

    Attributes
    ----------
    means : str
        What "Yes" stands for, in a phrase.
    """

    means: str

    @property
    def words(self) -> str:
        """Say what is marked."""
        return self.means

    def met(self, rows: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
        """Tell whether it is marked so."""
        return rows["met"].map({"Yes": True, "No": False}).astype("boolean")


def audits_entered(measure: Measure) -> Measure:
    """Give a measure of drawn audits as one of their entries, a row an audit that came back.

    Parameters
    ----------
    measure : Measure
        The measure; one that is not of audits is given back as it is.
    """
    if measure.base is None or measure.base.of != "audits":
        return measure
    base = Entered(measure.name, "Audits that were drawn and came back")
    return replace(measure, kind="proportion", base=base, rule=Marked("graded good or better"))


def covered_of(table: pd.DataFrame, measure: str, until: pd.Timestamp) -> Coverage:
    """Tell which days a table holds of a measure: from its first entry to its last month's end.

    The table is given as one: it reaches to the last day of the month of its latest entry of any
    measure, so that a month without an entry before that is a count of none, and one after it a
    gap.

    Parameters
    ----------
    table : DataFrame
        :data:`ENTERED`.
    measure : str
        Name of the measure.
    until : Timestamp
        Day the records reach to; what is dated later is not used.
    """
    own = table.loc[table["measure"] == measure, "date"]
    if own.empty:
        return Coverage({})
    last = min(table["date"].max() + pd.offsets.MonthEnd(0), until)
    return Coverage({measure: ((own.min(), last),)})
