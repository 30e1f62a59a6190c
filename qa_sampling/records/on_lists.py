"""Builds the table of children on lists: what an extract says of its own day alone.

A list holds a child's latest visit, review and assessment, so that only the extract of a day can
tell what was overdue on it. Build the table from each month's extract and join them.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.cases import completed_years
from qa_sampling.schema import NOT_RECORDED, check_table
from qa_sampling.trends.on_lists import ON_LISTS

__all__ = ["build_on_lists"]

_ENDS = {6: "closure_date", 7: "end_date", 8: "end_date", 9: None}
_FIELDS = {
    6: {"last_visit": "last_seen"},
    9: {"last_visit": "last_contact", "last_review": "pathway_review"},
}
"""Fields of a list that are called otherwise in the table."""


def build_on_lists(annex: AnnexA, *, as_at: date) -> pd.DataFrame:
    """Give one row for each child open on list 6, 7, 8 or 9.

    Parameters
    ----------
    annex : AnnexA
        The checked extract of the day; of several stacked the newest speaks.
    as_at : date
        Its day.

    Returns
    -------
    DataFrame
        Declared by ``trends.on_lists.ON_LISTS``, sorted by list and child. A child with two open
        rows on a list has the one that began last. What a list does not have is missing.

    Raises
    ------
    SchemaError
        When the lists do not hold what `annex_a_layout` declares.
    """
    day = pd.Timestamp(as_at)
    parts = [_open_rows(annex.newest(number), number, end, day) for number, end in _ENDS.items()]
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["list", "child_id", "start"], na_position="first", kind="stable")
    table = table.drop_duplicates(["list", "child_id"], keep="last").reset_index(drop=True)
    return check_table(table, ON_LISTS)


def _open_rows(rows: pd.DataFrame, number: int, end: str | None, day: pd.Timestamp) -> pd.DataFrame:
    """Give the open rows of one list in the table's columns."""
    if end is not None:
        rows = rows[rows[end].isna() | (rows[end] > day)]
    if number == 6:
        rows = rows[rows["case_status"] != "Closed"]
    started = rows["start_date"] if "start_date" in rows else pd.Series(pd.NaT, index=rows.index)
    rows = rows[started.isna() | (started <= day)]
    own = _FIELDS.get(number, {}) | {"start": "start_date"}
    part = pd.DataFrame(index=rows.index)
    for name in ON_LISTS.names:
        field = own.get(name, name)
        part[name] = rows.get(field)
    part["day"], part["list"] = day, number
    for name in ("team", "worker"):
        part[name] = part[name].fillna(NOT_RECORDED)
    ages = zip(pd.to_datetime(rows["date_of_birth"]), pd.to_numeric(rows["age"]), strict=True)
    part["age_years"] = pd.array([completed_years(born, day, age) for born, age in ages], "Int64")
    return part.astype(ON_LISTS.empty().dtypes.to_dict())
