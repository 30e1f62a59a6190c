"""Builds the table of cases: one row a child, in one status, with the facts of its episode.

Which list decides is stated here and nowhere else. A child's status is the first of
these that is open at the as-at date:

1. *Looked after*: on list 8 without an end; or list 6 says so and list 8 does not say it ended.
2. *Child protection plan*: on list 7 without an end; or list 6 says so and list 7 does not
   say it ended.
3. *Child in need plan*: open on list 6, whatever else its status there says.
4. *Open assessment*: list 6 says so, or on list 4 without an authorisation and not closed
   on list 6 since it began.
5. *Care leaver*: on list 9, unless recorded there as having died.
6. *Early help*: on list 2, unless social care closed the case after that early help began
   (closing with a referral to early help, RC9, does not count).
7. *Closed*: none of these, but social care ended an episode on list 4, 6, 7 or 8.

Contacts, referrals, Section 47 enquiries and adoption decisions alone make no case. Only
the newest extract speaks: a child who has dropped off a list is no longer on it.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.records.events import build_events
from qa_sampling.records.unit_columns import services_of
from qa_sampling.schema import (
    AGE_BANDS,
    CASES,
    ETHNIC_GROUPS,
    NOT_RECORDED,
    STATUSES,
    check_table,
)

__all__ = ["age_band", "build_cases", "build_events", "completed_years"]

_RANK = {status: place for place, status in enumerate(STATUSES)}
_CHILD_LISTS = (8, 7, 6, 9, 4, 5, 3, 2, 1, 10)
"""Where a child's own facts are looked for, the best kept list first."""
_NEVER = pd.Timestamp("2200-01-01")
_EPISODE = ["child_id", "status", "open_from", "open_to", "team", "worker", "list"]


def build_cases(annex: AnnexA, *, as_at: date, staff: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give one row a child who is, or in the newest extract was, a case.

    Parameters
    ----------
    annex : AnnexA
        The checked extract.
    as_at : date
        Day whose facts are wanted: an episode that ends later is open, one that begins
        later does not count.
    staff : DataFrame, optional
        Declared by :data:`schema.STAFF`; gives each team's service. Of a team with several
        services the most frequent counts, the first by name on a tie.

    Returns
    -------
    DataFrame
        Declared by :data:`schema.CASES`, sorted by child_id; empty when nobody is a case.

    Raises
    ------
    SchemaError
        When the lists do not hold what `annex_a_layout` declares.
    """
    day = pd.Timestamp(as_at)
    episodes = _episodes(annex, day)
    episodes["rank"] = episodes["status"].map(_RANK)
    ordered = episodes.sort_values(
        ["child_id", "rank", "open_from", "list"],
        ascending=[True, True, False, False],
        na_position="last",
        kind="stable",
    )
    closed = ordered["status"] == "Closed"
    latest = ordered[closed].sort_values("open_to", ascending=False, kind="stable")
    chosen = pd.concat([ordered[~closed], latest]).drop_duplicates("child_id")
    cases = chosen.sort_values("child_id", kind="stable").reset_index(drop=True)
    person = _person_facts(annex)
    cases = cases.merge(person, on="child_id", how="left", suffixes=("", "_any"))
    _add_team(cases, staff)
    _add_age(cases, day)
    cases["ethnic_group"] = cases["ethnicity"].map(_GROUP_OF)
    cases["is_open"] = cases["status"] != "Closed"
    ended = cases["open_to"].fillna(day).clip(upper=day)
    cases["weeks_open"] = ((ended - cases["open_from"]).dt.days // 7).astype("Int64")
    typed = cases[CASES.names].astype(CASES.empty().dtypes.to_dict())
    return check_table(typed, CASES)


_GROUP_OF = {code: group for group, codes in ETHNIC_GROUPS.items() for code in codes}


def _episodes(annex: AnnexA, day: pd.Timestamp) -> pd.DataFrame:
    """Give every (child, status) that a list speaks for."""
    care, plan, need = (annex.newest(number) for number in (8, 7, 6))
    care_open = _is_open(care, "end_date", day)
    plan_open = _is_open(plan, "end_date", day)
    closed_status = need["case_status"] == "Closed"
    need_open = _is_open(need, "closure_date", day) & ~closed_status
    need_status = need["case_status"].where(
        need["case_status"].isin(STATUSES[:4]), "Child in need plan"
    )
    over = _over(need_status, need, care, ~care_open, plan, ~plan_open)
    need_status = need_status.where(~over, "Child in need plan")
    assessment, leaver, help_ = (annex.newest(number) for number in (4, 9, 2))
    closures = _last_closure(need, need_open)
    assessing = _is_open(assessment, "authorisation_date", day) & ~_closed_since(
        assessment, closures
    )
    stepped_up = _closed_since(help_, closures[closures["closure_reason"] != "RC9"])
    parts = [
        _part(care, care_open, "Looked after", "end_date", 8),
        _part(plan, plan_open, "Child protection plan", "end_date", 7),
        _part(need[need_open], need_open[need_open], need_status[need_open], "closure_date", 6),
        _part(need[~need_open], need_open[~need_open], "Closed", "closure_date", 6),
        _part(assessment, assessing, "Open assessment", "authorisation_date", 4),
        _part(leaver[leaver["in_touch"] != "Died"], None, "Care leaver", None, 9),
        _part(help_[~stepped_up], None, "Early help", None, 2),
    ]
    return pd.concat(parts, ignore_index=True)


def _is_open(rows: pd.DataFrame, end: str, day: pd.Timestamp) -> pd.Series:
    return rows[end].isna() | (rows[end] > day)


def _over(
    status: pd.Series,
    need: pd.DataFrame,
    care: pd.DataFrame,
    care_ended: pd.Series,
    plan: pd.DataFrame,
    plan_ended: pd.Series,
) -> pd.Series:
    """Say where list 6 names a status that list 7 or 8 says has ended."""
    left_care = set(care.loc[care_ended, "child_id"]) - set(care.loc[~care_ended, "child_id"])
    off_plan = set(plan.loc[plan_ended, "child_id"]) - set(plan.loc[~plan_ended, "child_id"])
    child = need["child_id"]
    return ((status == "Looked after") & child.isin(left_care)) | (
        (status == "Child protection plan") & child.isin(off_plan)
    )


def _last_closure(need: pd.DataFrame, need_open: pd.Series) -> pd.DataFrame:
    """Give the latest closure of every child who has no open row on list 6."""
    open_now = set(need.loc[need_open, "child_id"])
    closed = need[~need["child_id"].isin(open_now)].sort_values("closure_date", kind="stable")
    return closed.drop_duplicates("child_id", keep="last")[
        ["child_id", "closure_date", "closure_reason"]
    ]


def _closed_since(rows: pd.DataFrame, closures: pd.DataFrame) -> pd.Series:
    """Say for which rows social care closed the case on or after the row's start.

    Where a date is missing the closure is taken to be later.
    """
    days = dict(zip(closures["child_id"], closures["closure_date"].fillna(_NEVER), strict=True))
    closed = pd.to_datetime(pd.Series([days.get(child) for child in rows["child_id"]], rows.index))
    return closed.notna() & ((closed >= rows["start_date"]) | rows["start_date"].isna())


def _part(
    rows: pd.DataFrame,
    is_open: pd.Series | None,
    status: str | pd.Series,
    end: str | None,
    number: int,
) -> pd.DataFrame:
    """Give rows of one list as episodes; what is not open is "Closed"."""
    part = pd.DataFrame(index=rows.index)
    part["child_id"] = rows["child_id"].astype("str")
    part["status"] = status
    part["open_from"] = rows.get("start_date", pd.NaT)
    part["open_to"] = pd.NaT
    if is_open is not None and end is not None:
        part.loc[~is_open, "status"] = "Closed"
        part["open_to"] = rows[end].where(~is_open)
    part["team"] = rows["team"] if "team" in rows else rows["organisation"]
    part["worker"] = rows.get("worker", None)
    part["list"] = number
    dates = dict.fromkeys(("open_from", "open_to"), "datetime64[us]")
    return part[_EPISODE].astype({**dates, "team": "str", "worker": "str", "status": "str"})


def _person_facts(annex: AnnexA) -> pd.DataFrame:
    """Give each child's own facts: of every fact the first that any list knows."""
    fields = (
        "child_id gender ethnicity date_of_birth age disability primary_need team worker".split()
    )
    parts = []
    for number in _CHILD_LISTS:
        rows = annex.newest(number)
        part = rows.reindex(columns=fields).astype("object")
        part["seen"] = _latest_seen(rows)
        part["list"] = number
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    for field in ("gender", "ethnicity", "disability", "primary_need"):
        rows[field] = rows[field].where(rows[field] != NOT_RECORDED)
    rows["child_id"] = rows["child_id"].astype("str")
    known = rows.groupby("child_id", sort=True)[fields[1:]].first().reset_index()
    for field in ("gender", "ethnicity", "disability", "primary_need"):
        known[field] = known[field].fillna(NOT_RECORDED).astype("str")
    lists = rows.groupby("child_id")["list"].agg(
        lambda numbers: ",".join(map(str, sorted(set(numbers))))
    )
    known["lists"] = known["child_id"].map(lists)
    seen = pd.to_datetime(rows["seen"]).groupby(rows["child_id"]).max()
    known["last_seen"] = known["child_id"].map(seen)
    return known


def _latest_seen(rows: pd.DataFrame) -> pd.Series:
    columns = [c for c in ("last_seen", "last_visit", "last_contact") if c in rows]
    dates = rows[columns].apply(pd.to_datetime) if columns else pd.DataFrame(index=rows.index)
    return dates.max(axis=1) if columns else pd.Series(pd.NaT, index=rows.index)


def _add_team(cases: pd.DataFrame, staff: pd.DataFrame | None) -> None:
    """Fill team and worker from other lists, and give the team's service."""
    for field in ("team", "worker"):
        cases[field] = cases[field].fillna(cases[f"{field}_any"]).fillna(NOT_RECORDED)
    cases["service"] = services_of(cases["team"], staff)


def _add_age(cases: pd.DataFrame, day: pd.Timestamp) -> None:
    """Give completed years and the age band at the as-at date."""
    birth = pd.to_datetime(cases["date_of_birth"])
    years = [
        completed_years(born, day, age)
        for born, age in zip(birth, pd.to_numeric(cases["age"]), strict=True)
    ]
    cases["date_of_birth"] = birth
    cases["age_years"] = pd.array(years, dtype="Int64")
    cases["age_band"] = [age_band(year) for year in years]


def completed_years(born: pd.Timestamp, day: pd.Timestamp, age: float) -> int | None:
    """Give completed years at a day; from the age column only when the birth date is missing.

    Parameters
    ----------
    born : Timestamp
        Date of birth, or the expected one; may be missing.
    day : Timestamp
        The day.
    age : float
        Age in years as the extract has it; NaN when blank.

    Returns
    -------
    int or None
        Completed years; -1 before birth, None when unknown.
    """
    if pd.isna(born):
        return None if age is None or np.isnan(age) else math.floor(age)
    if born > day:
        return -1
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_band(years: int | None) -> str:
    """Give the age band of a number of completed years.

    Parameters
    ----------
    years : int or None
        Completed years; -1 before birth, None when unknown.

    Returns
    -------
    str
        One of :data:`schema.AGE_BANDS`, or "Not recorded".
    """
    if years is None:
        return NOT_RECORDED
    ends = (-1, 0, 4, 9, 15, 17, math.inf)
    return next(band for band, end in zip(AGE_BANDS, ends, strict=True) if years <= end)
