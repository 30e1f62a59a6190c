"""The story of an invented authority as the table of events that analyses read."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.invented.days import OPEN, to_dates
from qa_sampling.records.invented.history import History
from qa_sampling.schema import EVENTS, NOT_RECORDED

_KINDS = (
    ("Contact", "contacts", 1),
    ("Early help assessment", "early_help", 2),
    ("Referral", "referrals", 3),
    ("Assessment", "assessments", 4),
    ("Section 47 enquiry", "enquiries", 5),
    ("Child in need episode", "episodes", 6),
    ("Child protection plan", "plans", 7),
    ("Care episode", "care", 8),
)
_LASTING = (4, 6, 7, 8)
"""Lists that hold what is open, whenever it began."""


def events_of(history: History, day: int) -> pd.DataFrame:
    """Give the events from the first day of the records to `day` (``schema.EVENTS``).

    Assessments, episodes, plans and care that began before and ended later are among them, as they
    are on the first extract's lists.

    Parameters
    ----------
    history : History
        The story.
    day : int
        The last day that is known.

    Returns
    -------
    DataFrame
        Sorted by date, event and child; of two contacts of a child on one day, one.
        Early help ends when its assessment was completed.
    """
    parts = []
    for event, table, number in _KINDS:
        frame = history.records[table]
        since = frame["end"] if number in _LASTING else frame["start"]
        frame = frame[(since >= history.first) & (frame["start"] <= day)]
        parts.append(_as_events(history, frame.reset_index(drop=True), event, number, day))
    enquiries = history.records["enquiries"]
    held = enquiries[enquiries["outcome"] != "unnecessary"]
    held = held[(held["end"] >= history.first) & (held["end"] <= day)]
    held = held.assign(start=held["end"], end=OPEN).reset_index(drop=True)
    parts.append(_as_events(history, held, "Initial child protection conference", 5, day))
    moves = history.records["placements"]
    moves = moves[(moves["start"] > moves["care"]) & moves["start"].between(history.first, day)]
    moves = moves.drop(columns="care").reset_index(drop=True)
    parts.append(_as_events(history, moves, "Placement move", 8, day))
    events = pd.concat(parts, ignore_index=True).drop_duplicates(list(EVENTS.key))
    return events.sort_values(["date", "event", "child_id"], kind="stable", ignore_index=True)


def _as_events(
    history: History, rows: pd.DataFrame, event: str, number: int, day: int
) -> pd.DataFrame:
    n = len(rows)
    nothing = pd.Series([None] * n, dtype="str")
    end = rows.get("completion" if event == "Early help assessment" else "end")
    held = history.holders(rows["child"], rows["start"], help_only=number == 2)
    if number == 1:
        held = held.assign(team=NOT_RECORDED, worker="")
    events = pd.DataFrame(
        {
            "child_id": history.children["child_id"].loc[rows["child"]].to_numpy(),
            "event": event,
            "date": to_dates(rows["start"]),
            "end_date": to_dates(rows["start"] * 0 + OPEN if end is None else end, seen_from=day),
            "source": rows.get("source", nothing),
            "outcome": _outcome(rows, event, day),
            "category": _category(rows, nothing),
            "team": held["team"],
            "worker": held["worker"].map(history.names).fillna(NOT_RECORDED),
            "previous_recorded": _previous(rows),
            "list": number,
        }
    )
    return events[EVENTS.names].astype({"list": "Int64"})


def _outcome(rows: pd.DataFrame, event: str, day: int) -> pd.Series:
    nothing = pd.Series([None] * len(rows), dtype=object)
    if event == "Referral":
        return rows["nfa"].map({True: "No further action", False: "Taken up"})
    if "end" not in rows:
        return nothing
    known = rows["end"] <= (OPEN if event.startswith("Initial") else day)
    words = {"yes": "Plan made", "no": "No plan", "unnecessary": "Conference unnecessary"}
    if "outcome" in rows:
        return rows["outcome"].map(words).astype(object).where(known, None)
    if "support" in rows:
        support = rows["support"].map({True: "Support needed", False: "No support needed"})
        return support.astype(object).where(known, None)
    if "reason" in rows:
        return rows["reason"].astype(object).where(known, None)
    return nothing


def _category(rows: pd.DataFrame, nothing: pd.Series) -> pd.Series:
    for name in ("category", "need", "kind"):
        if name in rows:
            return rows[name]
    return nothing


def _previous(rows: pd.DataFrame) -> pd.Series:
    if "previous" in rows:
        return rows["previous"].astype("Int64")
    return pd.Series([pd.NA] * len(rows), dtype="Int64")
