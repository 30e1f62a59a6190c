"""What is known of each case when it begins: age, need, what went before, who comes with it.

These are the columns a deep dive looks at. Each is known from the day itself and what was before,
so none is an effect of what is explained by it; only the need may be written some weeks later.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.schema import AGE_BANDS, NOT_RECORDED

__all__ = ["SINCE", "add_background", "age_bands", "needs_by", "since_bands"]

NONE_BEFORE = "None before"
STILL_OPEN = "Still open"
SINCE = ("Up to 3 months", "3 to 6 months", "6 to 12 months", "1 to 2 years", "2 years or more")
"""Time since something: the bands of the DfE's figures on re-referrals, a year being 365 days."""
_ENDS = (91, 182, 365, 730)
_EPISODE = "Child in need episode"
_YEARS = (0, 1, 5, 10, 16, 18)
_NEED_DAYS = 45
"""Within 45 days of its start the assessment of a case, and so its need, should be written."""


def add_background(
    cases: pd.DataFrame,
    events: pd.DataFrame,
    *,
    children: pd.DataFrame | None = None,
    date: str = "start",
) -> pd.DataFrame:
    """Give cases with what is known of each when it begins.

    Parameters
    ----------
    cases : DataFrame
        One row a case: `child_id`, its day, and where it is known `family_id`.
    events : DataFrame
        ``schema.EVENTS``.
    children : DataFrame, optional
        One row a child: `child_id`, `date_of_birth`.
    date : str
        Column of the day.

    Returns
    -------
    DataFrame
        `cases` with further columns, all of words, in the order of the rows: `age` (of
        ``schema.AGE_BANDS``), `need` (code of the need of the episode that began within 45 days,
        or else of the last one before), `since_referral` and `since_closure` (time since the
        child's last referral, and since the end of its last episode, of :data:`SINCE`, "None
        before" or "Still open"), `closure_reason` and `closed_by` (how and by which team it
        ended), `worker` ("Same worker as before", "Another worker"), `comes_with` (how many
        children of the family begin on that day: "1", "2", "3 or more"). What cannot be told is
        "Not recorded".

    Raises
    ------
    TrendError
        When columns are missing, or a case has no day.
    """
    absent = [one for one in ("child_id", date) if one not in cases]
    if absent:
        raise TrendError(f"`cases` lacks the columns {', '.join(absent)}.")
    day = pd.to_datetime(cases[date]).astype("datetime64[us]").reset_index(drop=True)
    if day.isna().any():
        raise TrendError(f"{int(day.isna().sum())} cases have no day in `{date}`; leave them out.")
    asked = pd.DataFrame({"child_id": cases["child_id"].to_numpy(), "day": day})
    dated = events[events["date"].notna()]
    episodes = dated[dated["event"] == _EPISODE]
    before = _last(asked, episodes, exact=False)
    is_open = before["date"].notna() & ~(before["end_date"] <= asked["day"])
    referral = _last(asked, dated[dated["event"] == "Referral"], exact=False)
    found = {
        "age": _ages(asked, children),
        "need": _needs(asked, episodes),
        "since_referral": _bands(asked["day"] - referral["date"]),
        "since_closure": _bands(asked["day"] - before["end_date"], is_open),
        "closure_reason": _ended(before["outcome"], before["date"], is_open),
        "closed_by": _ended(before["team"], before["date"], is_open),
        "worker": _workers(asked, dated, before),
        "comes_with": _together(cases, day),
    }
    return cases.assign(**{name: values.to_numpy() for name, values in found.items()}).astype(
        {"age": _ordered(AGE_BANDS), "since_referral": _ordered(SINCE),
         "since_closure": _ordered(SINCE)}
    )  # fmt: skip


def _ordered(bands: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype([*bands, STILL_OPEN, NONE_BEFORE, NOT_RECORDED], ordered=True)


def _last(asked: pd.DataFrame, rows: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """Give each case the child's last row before its day, or on it; missing where none is."""
    kept = ["child_id", "date", "end_date", "outcome", "category", "team", "worker"]
    rows = rows.reindex(columns=kept).sort_values(["date", "end_date"], kind="stable")
    left = asked.reset_index().sort_values("day", kind="stable")
    rows = rows.astype({"date": left["day"].dtype, "child_id": left["child_id"].dtype})
    joined = pd.merge_asof(left, rows, left_on="day", right_on="date", by="child_id",
                           allow_exact_matches=exact)  # fmt: skip
    return joined.set_index("index").reindex(asked.index)


def _ages(asked: pd.DataFrame, children: pd.DataFrame | None) -> pd.Series:
    if children is None or "date_of_birth" not in children:
        return pd.Series(NOT_RECORDED, index=asked.index)
    born = children.drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    return age_bands(asked["child_id"].map(born), asked["day"])


def age_bands(born: pd.Series, day: pd.Series) -> pd.Series:
    """Give the age band of each child on a day, of ``schema.AGE_BANDS``, or "Not recorded".

    Parameters
    ----------
    born, day : Series
        Days of birth, missing where not known, and the days; of one index.
    """
    born = pd.to_datetime(born)
    early = (day.dt.month * 100 + day.dt.day) < (born.dt.month * 100 + born.dt.day)
    years = day.dt.year - born.dt.year - early
    place = np.searchsorted(_YEARS, years.fillna(0), side="right")
    named = pd.Series(np.array(AGE_BANDS, dtype=object)[place], index=day.index)
    return named.where(born.notna(), NOT_RECORDED)


def needs_by(cases: pd.DataFrame, events: pd.DataFrame, *, date: str = "start") -> pd.Series:
    """Give the code of the need of each case, as :func:`add_background` does.

    Parameters
    ----------
    cases : DataFrame
        `child_id` and its day, which none lacks.
    events : DataFrame
        ``schema.EVENTS``.
    date : str
        Column of the day.
    """
    day = pd.to_datetime(cases[date]).astype("datetime64[us]").reset_index(drop=True)
    asked = pd.DataFrame({"child_id": cases["child_id"].to_numpy(), "day": day})
    dated = events[events["date"].notna() & (events["event"] == _EPISODE)]
    return _needs(asked, dated).set_axis(cases.index)


def _needs(asked: pd.DataFrame, episodes: pd.DataFrame) -> pd.Series:
    """Give the need of the episode that follows within 45 days, or else of the last before."""
    ends = asked.assign(day=asked["day"] + pd.Timedelta(days=_NEED_DAYS))
    found = _last(ends, episodes[episodes["category"].notna()], exact=True)["category"]
    return found.astype("object").where(found.notna(), NOT_RECORDED)


def since_bands(since: pd.Series) -> pd.Series:
    """Give how long something is ago, of :data:`SINCE`; "None before" where that is missing.

    Parameters
    ----------
    since : Series of timedelta
        Times.
    """
    return _bands(since)


def _bands(since: pd.Series, is_open: pd.Series | None = None) -> pd.Series:
    place = np.searchsorted(_ENDS, since.dt.days.fillna(0), side="left")
    named = pd.Series(np.array(SINCE, dtype=object)[place], index=since.index)
    named = named.where(since.notna(), NONE_BEFORE)
    return named if is_open is None else named.mask(is_open, STILL_OPEN)


def _ended(words: pd.Series, known: pd.Series, is_open: pd.Series) -> pd.Series:
    told = words.astype("object").where(words.notna(), NOT_RECORDED)
    return told.where(known.notna(), NONE_BEFORE).mask(is_open, STILL_OPEN)


def _workers(asked: pd.DataFrame, events: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    """Say whether the worker of that day is the one of the last episode."""
    known = events[events["worker"].notna() & (events["worker"] != NOT_RECORDED)]
    now = _last(asked, known, exact=True)
    now = now["worker"].where(now["date"] == asked["day"])
    then = before["worker"].where(before["worker"] != NOT_RECORDED)
    said = np.where(now == then, "Same worker as before", "Another worker")
    told = pd.Series(said, index=asked.index, dtype="object").where(
        now.notna() & then.notna(), NOT_RECORDED
    )
    return told.where(before["date"].notna(), NONE_BEFORE)


def _together(cases: pd.DataFrame, day: pd.Series) -> pd.Series:
    if "family_id" not in cases:
        return pd.Series(NOT_RECORDED, index=day.index)
    family = cases["family_id"].reset_index(drop=True)
    blank = family.isna() | (family.astype("str").str.strip() == "")
    child = cases["child_id"].reset_index(drop=True)
    number = child.groupby([family.astype("str"), day]).transform("nunique")
    said = np.select([number >= 3, number == 2], ["3 or more", "2"], "1")
    return pd.Series(said, index=day.index, dtype="object").where(~blank, NOT_RECORDED)
