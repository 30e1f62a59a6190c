"""Checks the lists against each other: what one says and another denies."""

from __future__ import annotations

from datetime import date

import pandas as pd

from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.annex_a_source import ENDS
from qa_sampling.records.quality import FaultLog

_KNOWN_BY = {"Looked after": 8, "Child protection plan": 7}


def check_between_lists(lists: dict[int, pd.DataFrame], as_at: date | None, log: FaultLog) -> None:
    """Note children whom two lists of the newest extract describe differently.

    Parameters
    ----------
    lists : dict of int to DataFrame
        The stacked lists.
    as_at : date or None
        Day whose facts are compared; without it an end date counts whenever it is.
    log : FaultLog
        Where the notes go. Nothing is changed: :func:`cases.build_cases` says who is believed.
    """
    newest = {number: rows[rows["in_newest"]] for number, rows in lists.items()}
    for status, number in _KNOWN_BY.items():
        if 6 in newest and number in newest:
            _check_status(newest[6], newest[number], status, number, as_at, log)
    _check_births({number: rows for number, rows in newest.items() if number <= 10}, log)


def _check_status(
    need: pd.DataFrame,
    other: pd.DataFrame,
    status: str,
    number: int,
    as_at: date | None,
    log: FaultLog,
) -> None:
    need_open = need[_is_open(need, 6, as_at)]
    other_open = set(other.loc[_is_open(other, number, as_at), "child_id"])
    title = LISTS[number].title
    claimed = need_open[need_open["case_status"] == status]
    alone = claimed[~claimed["child_id"].isin(other_open)]
    if len(alone):
        _note(
            log,
            f"the status is {status.lower()}, but list {number} ({title}) does not hold the "
            "child as open",
            "Put the two lists in agreement.",
            alone,
        )
    missing = other_open - set(need_open["child_id"])
    if missing:
        log.add(
            "note",
            "",
            f"List {number} {title}",
            "children who are open here are closed on list 6 or not on it",
            f"Counted as {status.lower()}.",
            count=len(missing),
        )


def _is_open(rows: pd.DataFrame, number: int, as_at: date | None) -> pd.Series:
    ends = rows[ENDS[number]]
    over = ends.notna() if as_at is None else ends <= pd.Timestamp(as_at)
    if number == 6:
        over = over | (rows["case_status"] == "Closed")
    return ~over


def _note(log: FaultLog, fault: str, action: str, rows: pd.DataFrame) -> None:
    file = rows["extract"].iloc[0]
    where = f"List 6 {LISTS[6].title}"
    log.add("note", file, where, fault, action, column="Case Status", rows=rows["row"].tolist())


def _check_births(newest: dict[int, pd.DataFrame], log: FaultLog) -> None:
    if not newest:
        return
    born = pd.concat([rows[["child_id", "date_of_birth"]] for rows in newest.values()])
    several = born.dropna().groupby("child_id")["date_of_birth"].nunique() > 1
    if several.any():
        log.add(
            "note",
            "",
            "Annex A",
            "children have different dates of birth on different lists",
            "The list named first counts: 8, 7, 6, 9, 4, 5, 3, 2, 1, 10.",
            column="Date of Birth",
            count=int(several.sum()),
        )
