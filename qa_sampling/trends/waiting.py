"""How long until something comes, for each start: from events to rows that can be waited for.

A start is a referral, or the end of an episode; what is waited for is the child's next event of a
kind after that day. What comes first instead, and children turning 18, end the wait; so does the
last day of the records, after which nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.schema import EVENT_KINDS
from qa_sampling.trends.incidence import WAITING

__all__ = ["ADULT", "times_to_next"]

ADULT = "Turned 18"


def times_to_next(
    events: pd.DataFrame,
    *,
    as_at: object,
    start: str = "Referral",
    event: str = "Referral",
    competing: Sequence[str] = ("Care episode",),
    from_end: bool = False,
    children: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give each start with the days to what came of it.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS``.
    as_at : date
        Last day of the records; later rows do not count.
    start : str
        Kind of event from which the days are counted.
    event : str
        Kind that is waited for, on a later day.
    competing : sequence of str
        Kinds that end the wait when they come first; on the day of `event` they do not.
    from_end : bool
        Whether days count from the end of the start (an episode's closure) and not its beginning;
        starts that have not ended are left out.
    children : DataFrame, optional
        One row a child: `child_id`; `family_id` and `date_of_birth` where they are known.

    Returns
    -------
    DataFrame
        One row a start (a child's starts of one day are one): `child_id`, `family_id` (blank where
        not known), `start`, `quarter` (its first day), `days`, `state` (`event`, a competing kind,
        "Turned 18" or "Waiting"), `source`, `outcome`, `category`, `team` of the start.

    Raises
    ------
    TrendError
        When a kind of event is not known, or the last day is missing.
    """
    kinds = {start, event, *competing}
    unknown = kinds - set(EVENT_KINDS)
    if unknown:
        raise TrendError(
            f"Kinds of event that are not known: {', '.join(sorted(unknown))}. Give some of "
            f"{', '.join(EVENT_KINDS)}."
        )
    last = pd.Timestamp(as_at)
    if pd.isna(last):
        raise TrendError("`as_at` is missing. Give the last day of the records.")
    held = events[events["event"].isin(kinds) & events["date"].notna() & (events["date"] <= last)]
    rows = _starts(held, start, last, from_end=from_end)
    rows = _with_children(rows, children)
    ends = {event: _next(held, rows, event, later=True)}
    for kind in dict.fromkeys(competing):
        ends.setdefault(kind, _next(held, rows, kind, later=False))
    grown = rows.pop("date_of_birth") + pd.DateOffset(years=18)
    ends[ADULT] = grown.where(grown <= last)
    table = pd.DataFrame(ends, index=rows.index).astype("datetime64[us]")
    first = table.min(axis=1)
    names = np.array([*table.columns], dtype=object)
    state = names[table.eq(first, axis=0).to_numpy().argmax(axis=1)] if len(rows) else []
    rows["state"] = np.where(first.notna(), state, WAITING)
    rows["days"] = (first.fillna(last) - rows["start"]).dt.days.clip(lower=0)
    rows["quarter"] = rows["start"].dt.to_period("Q").dt.start_time
    order = ["child_id", "family_id", "start", "quarter", "days", "state"]
    return rows[[*order, "source", "outcome", "category", "team"]].reset_index(drop=True)


def _starts(held: pd.DataFrame, start: str, last: pd.Timestamp, *, from_end: bool) -> pd.DataFrame:
    own = held[held["event"] == start].copy()
    own["start"] = own["end_date"] if from_end else own["date"]
    own = own[own["start"].notna() & (own["start"] <= last)]
    for name in ("source", "outcome", "category", "team"):
        if name not in own:
            own[name] = None
    kept = ["child_id", "start", "source", "outcome", "category", "team"]
    own = own.sort_values(["child_id", "start", "date"], kind="stable")[kept]
    return own.drop_duplicates(["child_id", "start"]).reset_index(drop=True)


def _with_children(rows: pd.DataFrame, children: pd.DataFrame | None) -> pd.DataFrame:
    known = pd.DataFrame({"child_id": pd.Series(dtype="str")}) if children is None else children
    known = known.drop_duplicates("child_id")
    kept = [name for name in ("family_id", "date_of_birth") if name in known]
    joined = rows.merge(known[["child_id", *kept]], on="child_id", how="left")
    if "family_id" not in joined:
        joined["family_id"] = None
    if "date_of_birth" not in joined:
        joined["date_of_birth"] = pd.NaT
    joined["date_of_birth"] = pd.to_datetime(joined["date_of_birth"]).astype("datetime64[us]")
    return joined


def _next(held: pd.DataFrame, rows: pd.DataFrame, kind: str, *, later: bool) -> pd.Series:
    """Give each start the day of the child's next event of a kind, on a later day or the same."""
    own = held.loc[held["event"] == kind, ["child_id", "date"]].sort_values("date")
    left = rows[["child_id", "start"]].reset_index().sort_values("start", kind="stable")
    if own.empty or left.empty:
        return pd.Series(pd.NaT, index=rows.index)
    own = own.astype({"date": left["start"].dtype}).assign(found=own["date"])
    joined = pd.merge_asof(left, own, left_on="start", right_on="date", by="child_id",
                           direction="forward", allow_exact_matches=not later)  # fmt: skip
    return joined.set_index("index")["found"].reindex(rows.index)
