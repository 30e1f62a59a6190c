"""The invented authority's cases on a day in the layout of an extract's, without writing one."""

from __future__ import annotations

from datetime import date

import pandas as pd

from qa_sampling.records.cases import age_band
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.days import to_date, to_day
from qa_sampling.schema import CASES, ETHNIC_GROUPS, NOT_RECORDED

_DAYS_A_WEEK = 7


def cases_of_day(authority: Authority, day: date) -> pd.DataFrame:
    """Give the cases that are open on a day (``schema.CASES``), as the truth has them.

    An extract is written with faults and read again; where months of draws are wanted, that takes
    too long. Facts that only an extract has (need, visits, lists) are left blank.

    Parameters
    ----------
    authority : Authority
        The invented authority.
    day : date
        A day of its records.
    """
    cases = authority.cases_at(day).query("status != 'Closed'").reset_index(drop=True)
    children = authority.history.children.set_index("child_id").loc[cases["child_id"]]
    years = [_years(born, day) for born in children["born"]]
    groups = {code: group for group, codes in ETHNIC_GROUPS.items() for code in codes}
    ethnicity = children["ethnicity"].to_numpy()
    table = pd.DataFrame(
        {
            "child_id": cases["child_id"],
            "status": cases["status"],
            "team": cases["team"],
            "service": cases["service"].fillna(NOT_RECORDED),
            "worker": cases["worker_id"],
            "gender": children["gender"].to_numpy(),
            "ethnicity": ethnicity,
            "ethnic_group": [groups.get(code, NOT_RECORDED) for code in ethnicity],
            "date_of_birth": [pd.Timestamp(to_date(born)) for born in children["born"]],
            "age_years": years,
            "age_band": [age_band(one) for one in years],
            "disability": ["Yes" if one else "No" for one in children["disabled"]],
            "primary_need": NOT_RECORDED,
            "is_open": True,
            "open_from": cases["status_from"],
            "open_to": pd.NaT,
            "weeks_open": (pd.Timestamp(day) - cases["status_from"]).dt.days // _DAYS_A_WEEK,
            "last_seen": pd.NaT,
            "lists": "6",
        }
    )
    return table.astype(CASES.empty().dtypes.to_dict())[CASES.names]


def _years(born: int, day: date) -> int:
    """Give completed years; -1 before birth."""
    if born > to_day(day):
        return -1
    birthday = to_date(born)
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))
