"""Builds the table of children on lists: what an extract says of its own day alone.

A list holds a child's latest visit, review and assessment, so that only the extract of a day can
tell what was overdue on it. Build the table from each month's extract and join them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.schema import NOT_RECORDED, check_table
from qa_sampling.trends.on_lists import ON_LISTS

__all__ = ["build_on_lists", "build_over_time", "children_on"]

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
    lists = {number: annex.newest(number) for number in _ENDS}
    return children_on({pd.Timestamp(as_at): lists})


def build_over_time(annex: AnnexA) -> pd.DataFrame:
    """Give one row for each child open on list 6, 7, 8 or 9 on the day of each extract.

    Every extract speaks of its own day alone. Of several of one day the latest given that holds a
    list speaks. A month without an extract has no row: it is a gap.

    Parameters
    ----------
    annex : AnnexA
        The checked extracts, stacked.

    Returns
    -------
    DataFrame
        Declared by ``trends.on_lists.ON_LISTS``, sorted by day, list and child.

    Raises
    ------
    SchemaError
        When the lists do not hold what `annex_a_layout` declares.
    """
    by_day: dict[pd.Timestamp, dict[int, pd.DataFrame]] = {}
    for one in annex.held:
        by_day.setdefault(one.day, {}).update(one.lists)
    return children_on(by_day)


def children_on(by_day: Mapping[pd.Timestamp, Mapping[int, pd.DataFrame]]) -> pd.DataFrame:
    """Give one row for each child open on the lists of each day.

    Parameters
    ----------
    by_day : mapping of Timestamp to mapping of int to DataFrame
        By day of the extract its lists by number, with the fields of `annex_a_layout`; a list may
        be absent.

    Returns
    -------
    DataFrame
        Declared by ``trends.on_lists.ON_LISTS``, sorted by day, list and child.
    """
    parts = [ON_LISTS.empty()]
    for number, end in _ENDS.items():
        held = [
            lists[number].assign(extract_day=day)
            for day, lists in by_day.items()
            if number in lists
        ]
        if held:
            parts.append(_open_rows(pd.concat(held, ignore_index=True), number, end))
    table = pd.concat(parts, ignore_index=True)
    order = ["day", "list", "child_id", "start"]
    table = table.sort_values(order, na_position="first", kind="stable")
    table = table.drop_duplicates(order[:3], keep="last").reset_index(drop=True)
    return check_table(table, ON_LISTS)


def _open_rows(rows: pd.DataFrame, number: int, end: str | None) -> pd.DataFrame:
    """Give the rows of one list that are open on their day, in the table's columns."""
    if end is not None:
        rows = rows[rows[end].isna() | (rows[end] > rows["extract_day"])]
    if number == 6:
        rows = rows[rows["case_status"] != "Closed"]
    started = rows["start_date"] if "start_date" in rows else pd.Series(pd.NaT, index=rows.index)
    rows = rows[started.isna() | (started <= rows["extract_day"])]
    own = _FIELDS.get(number, {}) | {"start": "start_date", "day": "extract_day"}
    part = pd.DataFrame(index=rows.index)
    for name in ON_LISTS.names:
        field = own.get(name, name)
        part[name] = rows.get(field)
    part["list"] = number
    for name in ("team", "worker"):
        part[name] = part[name].fillna(NOT_RECORDED)
    part["age_years"] = _completed_years(rows)
    return part.astype(ON_LISTS.empty().dtypes.to_dict())


def _completed_years(rows: pd.DataFrame) -> pd.Series:
    """Give completed years on a day, as ``cases.completed_years`` does, of all rows at once."""
    born, age = pd.to_datetime(rows["date_of_birth"]), pd.to_numeric(rows["age"])
    day = rows["extract_day"].dt
    early = born.dt.month * 100 + born.dt.day > day.month * 100 + day.day
    years = (day.year - born.dt.year - early).mask(born > rows["extract_day"], -1)
    told = np.floor(age.astype("Float64").astype("float64"))
    return years.where(born.notna(), told).astype("Int64")
