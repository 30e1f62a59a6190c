"""The extra tables of an invented authority: families, case roles."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.records.invented.days import to_dates
from qa_sampling.records.invented.history import History


def families(history: History, day: int) -> pd.DataFrame:
    """Give child and family of all children known on `day` (``schema.FAMILIES``)."""
    known = [frame.loc[frame["start"] <= day, "child"] for frame in _of_children(history)]
    numbers = np.unique(np.concatenate(known))
    table = history.children.loc[numbers, ["child_id", "family_id"]]
    return table.sort_values("child_id", ignore_index=True)


def _of_children(history: History) -> list[pd.DataFrame]:
    names = ("contacts", "early_help", "referrals", "episodes", "leavers")
    return [history.records[name] for name in names]


def case_roles(history: History, day: int) -> pd.DataFrame:
    """Give who was what to which case by `day` (``schema.CASE_ROLES``).

    Parameters
    ----------
    history : History
        The story.
    day : int
        The day; roles that ended before the records begin are left out.

    Returns
    -------
    DataFrame
        Roles "worker", "manager" and "IRO"; the end is blank while the role lasts.
    """
    spells = _lately(history.spells, history, day)
    workers = spells.rename(columns={"worker": "staff_id"}).assign(role="worker")
    managers = _managers(spells).rename(columns={"manager": "staff_id"}).assign(role="manager")
    reviews = _lately(history.reviews, history, day)
    reviewers = reviews.rename(columns={"reviewer": "staff_id"}).assign(role="IRO")
    columns = ["child", "staff_id", "role", "start", "end"]
    roles = pd.concat([part[columns] for part in (workers, managers, reviewers)])
    roles = roles.sort_values(["child", "start", "role", "staff_id"], ignore_index=True)
    return pd.DataFrame(
        {
            "child_id": history.children["child_id"].loc[roles["child"]].to_numpy(),
            "staff_id": roles["staff_id"],
            "role": roles["role"],
            "start": to_dates(roles["start"]),
            "end": to_dates(roles["end"], seen_from=day),
        }
    )


def _lately(frame: pd.DataFrame, history: History, day: int) -> pd.DataFrame:
    return frame[(frame["start"] <= day) & (frame["end"] > history.first)]


def _managers(spells: pd.DataFrame) -> pd.DataFrame:
    """Join a child's consecutive spells in one team into one of its manager."""
    spells = spells.sort_values(["child", "kind", "start"], kind="stable")
    before = spells.groupby(["child", "kind"])[["manager", "end"]].shift()
    follows = (before["manager"] == spells["manager"]) & (before["end"] == spells["start"])
    run = (~follows).cumsum()
    joined = spells.groupby(run).agg(
        child=("child", "first"),
        manager=("manager", "first"),
        start=("start", "first"),
        end=("end", "max"),
    )
    return joined.reset_index(drop=True)
