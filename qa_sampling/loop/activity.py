"""Other QA activity in tidy counts: by kind, month, service, team, standard, theme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS
from qa_sampling.schema import GRADES, NOT_RECORDED, QUALITY_STANDARDS

BY = ("kind", "group", "month", "service", "team", "observer_role", "standard", "theme", "given_by")
"""What activity can be counted by."""
_SPLIT = {"standard": "standards", "theme": "themes"}
SEPARATOR = "; "
"""Between several standards or themes in one cell."""


@dataclass(frozen=True)
class ActivityCounts:
    """How much was done.

    Attributes
    ----------
    by : tuple of str
        What it is counted by.
    table : DataFrame
        One row a combination that occurs: the columns of `by`, `activities`, `people` (taking
        part or answering; 1 where not given), `graded`, `good` (of the graded: Good or better),
        `viewed`, `positive`, `negative` (of those with a view), `judged`, `upheld` (of those
        judged: in full or in part), in the order of `by`; standards in their own order.
    total : int
        Activities in all. By standard or theme an activity counts in each of its own, so that
        those counts do not add up to it.
    """

    by: tuple[str, ...]
    table: pd.DataFrame
    total: int


def tidy_activity(activities: pd.DataFrame) -> pd.DataFrame:
    """Add `month` ("2026-10") and `group` ("Observations") to activities.

    Parameters
    ----------
    activities : DataFrame
        ``records.activities.ACTIVITIES``.
    """
    groups = {name: kind.group for name, kind in ACTIVITY_KINDS.items()}
    return activities.assign(
        month=activities["date"].dt.strftime("%Y-%m"), group=activities["kind"].map(groups)
    )


def activity_counts(
    activities: pd.DataFrame,
    *,
    by: Sequence[str] = ("kind",),
    first: pd.Timestamp | None = None,
    as_at: pd.Timestamp | None = None,
) -> ActivityCounts:
    """Count activity.

    Parameters
    ----------
    activities : DataFrame
        ``records.activities.ACTIVITIES``; never altered.
    by : sequence of str
        Of :data:`BY`, in the order wanted.
    first, as_at : Timestamp, optional
        First and last day that count; all by default.

    Raises
    ------
    SchemaError
        When it cannot be counted by that.
    """
    unknown = [name for name in by if name not in BY]
    if unknown or len(set(by)) != len(by):
        raise SchemaError(
            f"Activity cannot be counted by {', '.join(map(repr, by))}; choose from "
            f"{', '.join(BY)}, each once."
        )
    held = activities
    if first is not None:
        held = held[held["date"] >= first]
    if as_at is not None:
        held = held[held["date"] <= as_at]
    total, held = len(held), tidy_activity(held)
    for name in by:
        if name in _SPLIT:
            parts = held[_SPLIT[name]].fillna("").astype("str").str.split(SEPARATOR.strip())
            held = held.assign(**{name: parts}).explode(name)
            held[name] = held[name].str.strip()
            held = held.drop_duplicates(["activity_id", *[one for one in by if one in held]])
    flags = pd.DataFrame(
        {
            "activities": 1,
            "people": held["people"].fillna(1),
            "graded": held["grade"].isin(GRADES),
            "good": held["grade"].isin(GRADES[:2]),
            "viewed": held["view"].notna(),
            "positive": held["view"] == "Positive",
            "negative": held["view"] == "Negative",
            "judged": held["outcome"].isin(("Upheld", "Partly upheld", "Not upheld")),
            "upheld": held["outcome"].isin(("Upheld", "Partly upheld")),
        },
        index=held.index,
    ).astype("int64")
    labels = [
        held[name].astype("str").where(held[name].notna() & (held[name] != ""), NOT_RECORDED)
        for name in by
    ]
    flags[list(by)] = pd.concat(labels, axis=1).to_numpy() if labels else None
    table = (
        flags.groupby(list(by), sort=True).sum().reset_index() if by else flags.sum().to_frame().T
    )
    if "standard" in by:
        places = {key: place for place, key in enumerate(QUALITY_STANDARDS)}
        order = table["standard"].map(places).fillna(len(places)).sort_values(kind="stable")
        table = table.loc[order.index]
    return ActivityCounts(tuple(by), table.reset_index(drop=True), total)
