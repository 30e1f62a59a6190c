"""The table of children on Annex A lists on a day, with the latest dates that the lists hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from qa_sampling.declared import Column, Table, check_table

__all__ = ["ON_LISTS", "KnownLists"]


def _latest(name: str, what: str) -> Column:
    return Column(name, "date", f"Latest {what} by the day", required=False)


def _said(name: str, what: str) -> Column:
    return Column(name, "text", what, required=False)


ON_LISTS = Table(
    "children on lists",
    (
        Column("day", "date", "Day of the extract"),
        Column("list", "whole", "Number of the Annex A list: 6, 7, 8 or 9"),
        Column("child_id", "text", "The case system's number; restricted"),
        Column("team", "text", 'Allocated team, or "Not recorded"'),
        Column("worker", "text", 'Allocated worker, or "Not recorded"; restricted'),
        Column("start", "date", "Start of the episode", required=False),
        Column("age_years", "whole", "Completed years on the day; -1 before birth", required=False),
        _latest("last_visit", "visit, or day last seen"),
        _latest("last_review", "review"),
        _latest("last_health_assessment", "health assessment"),
        _latest("last_dental_check", "dental check"),
        _latest("placement_date", "change of placement"),
        Column("placements_12m", "whole", "Placements in the last 12 months", required=False),
        Column("missing_12m", "whole", "Missing episodes in the last 12 months", required=False),
        Column("absent_12m", "whole", "Absent episodes in the last 12 months", required=False),
        _said("disability", "Whether the child has a disability"),
        _said("uasc", "Whether unaccompanied and seeking asylum, or formerly so"),
        _said("subsequent_period", "Whether a second or later period of care in 12 months"),
        _said("permanence_plan", "Plan for permanence"),
        _said("placement_location", "Placed in or out of the authority"),
        _said("placement_type", "Placement type code"),
        _said("legal_status", "Legal status code"),
        _said("case_status", "Status of a child in need"),
        _said("seen_alone", "Whether seen alone at the last visit"),
        _said("interview_offered", "Whether a return interview was offered"),
        _said("interview_accepted", "Whether a return interview was accepted"),
        _said("eligibility", "Eligibility of a care leaver"),
        _said("in_touch", "Whether the authority is in touch"),
        _said("suitability", "Suitability of accommodation"),
        _said("activity", "Activity status code"),
    ),
    key=("day", "list", "child_id"),
)
"""One row a child, list and day: only what an extract of that very day can say."""


@dataclass(frozen=True)
class KnownLists:
    """Children on lists, already checked, for many measures counted from the same ones.

    Attributes
    ----------
    tables : mapping of int to DataFrame
        :data:`ON_LISTS` by number of the list, with the columns to count by that were joined.
    """

    tables: Mapping[int, pd.DataFrame]

    @classmethod
    def of(cls, on_lists: pd.DataFrame) -> KnownLists:
        """Check the table once.

        Parameters
        ----------
        on_lists : DataFrame
            :data:`ON_LISTS` of one or several days.

        Raises
        ------
        SchemaError
            When the table is not as declared.
        """
        held = check_table(on_lists, ON_LISTS)
        return cls({int(number): rows for number, rows in held.groupby("list")})

    def on(self, number: int) -> pd.DataFrame:
        """Give the children of one list; none where no extract holds it.

        Parameters
        ----------
        number : int
            Number of the list.
        """
        return self.tables[number] if number in self.tables else ON_LISTS.empty()
