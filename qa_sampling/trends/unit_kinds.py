"""What measures are counted by: each kind of unit, declared, and how a case gets its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.schema import AGE_BANDS, ETHNIC_GROUPS, GENDERS, NOT_RECORDED, PRIMARY_NEEDS
from qa_sampling.trends.background import age_bands

__all__ = ["CHILDREN", "SOURCE_GROUPS", "UNIT_KINDS", "UnitKind", "labels_of", "unit_kind_of"]

SOURCE_GROUPS = {
    "1": "Individual",
    "2": "Schools and education",
    "3": "Health services",
    "4": "Housing",
    "5": "Local authority services",
    "6": "Police",
    "7": "Other legal agency",
    "8": "Other",
    "9": "Anonymous",
    "10": "Unknown",
}
"""Groups of the source codes of the children in need census, by the number they begin with."""


@dataclass(frozen=True)
class UnitKind:
    """One way to break a measure down.

    Attributes
    ----------
    name : str
        Its key.
    title : str
        What it is called on a page.
    column : str
        Column of the events, or of the children on lists, that it is read from.
    of : {"case", "child", "before"}
        Where the label comes from: the row of the extract, the child, or what went before the case.
    labels : tuple of str
        Labels in the order to show; empty for those of the authority, by name.
    words : str
        How a case gets its label.
    needs : str
        What must be given for it.
    """

    name: str
    title: str
    column: str
    of: Literal["case", "child", "before"]
    labels: tuple[str, ...]
    words: str
    needs: str


_AGE = "age"
UNIT_KINDS: dict[str, UnitKind] = {
    one.name: one
    for one in (
        UnitKind("service", "Service", "service", "case", (),
                 "The service that the staff list gives the case's team.",
                 "the staff list, which says each team's service"),
        UnitKind("team", "Team", "team", "case", (),
                 "The team of the newest extract that holds the row.",
                 "a list with the allocated team"),
        UnitKind("source", "Source", "referred_by", "before",
                 (*SOURCE_GROUPS.values(), NOT_RECORDED),
                 "The source of the contact or referral itself; of other cases that of the "
                 "child's latest referral by then, at most 12 months before.",
                 "referrals with their source"),
        UnitKind("need", "Need", "need", "before", (*PRIMARY_NEEDS.values(), NOT_RECORDED),
                 "The primary need of the episode that began by then or in the 45 days after; "
                 "where none did, that of the last one before.",
                 "the list of children in need with the primary need"),
        UnitKind(_AGE, "Age", "date_of_birth", "child", (*AGE_BANDS, NOT_RECORDED),
                 "Completed years on the day that puts the case in its period; of what is open on "
                 "a day, on that day.",
                 "lists with the day of birth"),
        UnitKind("gender", "Gender", "gender", "child", GENDERS,
                 "The child's, as the newest list that has it says.", "lists with the gender"),
        UnitKind("ethnicity", "Ethnic group", "ethnicity", "child", tuple(ETHNIC_GROUPS),
                 "The group of the child's ethnicity, as the newest list that has it says.",
                 "lists with the ethnicity"),
    )
}  # fmt: skip
"""Every kind by name, in the order to show."""


CHILDREN = ("need", "age", "gender", "ethnicity")
"""Kinds of unit that are groups of children, of which small counts are hidden everywhere."""


def unit_kind_of(name: str) -> UnitKind:
    """Give a kind of unit by its name.

    Parameters
    ----------
    name : str
        A key of :data:`UNIT_KINDS`.

    Raises
    ------
    TrendError
        When there is no such kind.
    """
    if name not in UNIT_KINDS:
        raise TrendError(
            f"There is no kind of unit {name!r}. Choose one of: {', '.join(UNIT_KINDS)}."
        )
    return UNIT_KINDS[name]


def labels_of(rows: pd.DataFrame, unit: str) -> pd.Series:
    """Give the unit of each row; a blank is "Not recorded".

    Parameters
    ----------
    rows : DataFrame
        Cases with `day`, the day that puts each in a period, and the column of the unit.
    unit : str
        Column to count by; "date_of_birth" counts by the age band on the day.
    """
    if unit == UNIT_KINDS[_AGE].column:
        return age_bands(rows[unit], rows["day"]).astype("str")
    text = rows[unit].astype("str").str.strip()
    return text.where(rows[unit].notna() & (text != ""), NOT_RECORDED)
