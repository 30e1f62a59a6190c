"""What an invented authority enters beyond Annex A: discussions, core groups, care applications."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.records.invented.days import to_dates
from qa_sampling.records.invented.history import History
from qa_sampling.trends.entered import ENTERED

_FIRST, _EVERY, _LATE = 14, 42, 12
"""Days to the first core group and between two; how many in a hundred are held late."""


def measure_events(history: History, day: int) -> pd.DataFrame:
    """Give strategy discussions, core groups and care applications up to a day.

    Parameters
    ----------
    history : History
        The story.
    day : int
        The last day (number).

    Returns
    -------
    DataFrame
        ``trends.entered.ENTERED``, by measure, day and child. Every Section 47 enquiry has its
        discussion, and so have some referrals that led to none.
    """
    parts = [_discussions(history), _core_groups(history, day), _applications(history)]
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["start"] <= day) & (table["start"] >= history.first)]
    table = table.drop_duplicates(["measure", "start", "child"]).reset_index(drop=True)
    held = history.holders(table["child"], table["start"])
    number = history.children["child_id"].loc[table["child"]].reset_index(drop=True)
    made = table.assign(child_id=number, date=to_dates(table["start"]), team=held["team"])
    made = made.sort_values(["measure", "date", "child_id"], kind="stable", ignore_index=True)
    return made[ENTERED.names].astype(ENTERED.empty().dtypes.to_dict())


def _discussions(history: History) -> pd.DataFrame:
    enquiries = history.records["enquiries"][["child", "start"]]
    referrals = history.records["referrals"][["child", "start"]]
    chance = history.children["luck"].loc[referrals["child"]].to_numpy()
    more = referrals[_of_100(chance + referrals["start"].to_numpy()) < 14]
    more = more.assign(start=more["start"] + 1)
    both = pd.concat([enquiries, more], ignore_index=True)
    return both.assign(measure="strategy_discussions", met=None)


def _core_groups(history: History, day: int) -> pd.DataFrame:
    plans = history.records["plans"][["child", "start", "end"]]
    last = plans["end"].clip(upper=day)
    number = ((last - plans["start"] - _FIRST) // _EVERY + 1).clip(lower=0).astype("int64")
    rows = plans.loc[plans.index.repeat(number)].reset_index(drop=True)
    place = rows.groupby(["child", "start"]).cumcount().to_numpy()
    due = rows["start"] + _FIRST + _EVERY * place
    chance = history.children["luck"].loc[rows["child"]].to_numpy()
    met = np.where(_of_100(chance + 31 * due.to_numpy()) < _LATE, "No", "Yes")
    told = {"child": rows["child"], "start": due, "met": met}
    return pd.DataFrame(told).assign(measure="core_groups_on_time")


def _applications(history: History) -> pd.DataFrame:
    legal = history.records["legal"]
    made = legal[legal["status"] == "C1"].sort_values("start").drop_duplicates("child")
    return made[["child", "start"]].assign(measure="care_applications", met=None)


def _of_100(values: np.ndarray) -> np.ndarray:
    """Give a lasting whole number below 100 of each whole number."""
    mixed = values.astype("int64") % 2**32 * 2654435761 % 2**32
    return (mixed ^ (mixed >> 15)) % 2**32 * 100 >> 32
