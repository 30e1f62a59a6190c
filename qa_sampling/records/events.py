"""Builds the table of events: one row for each contact, referral, assessment, plan and episode.

All stacked extracts count, not only the newest: each holds six months. A row without a
usable date is a case but no event.
"""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.annex_a import AnnexA
from qa_sampling.schema import EVENTS, NOT_RECORDED, PRIMARY_NEEDS, check_table

_FIELDS: dict[str, tuple[int, dict[str, str]]] = {
    "Contact": (1, {"date": "contact_date", "source": "source"}),
    "Early help assessment": (
        2,
        {"date": "start_date", "end_date": "completion_date", "team": "organisation"},
    ),
    "Referral": (
        3,
        {
            "date": "referral_date",
            "source": "source",
            "outcome": "nfa",
            "previous_recorded": "referrals_12m",
        },
    ),
    "Assessment": (
        4,
        {"date": "start_date", "end_date": "authorisation_date", "outcome": "needs_support"},
    ),
    "Section 47 enquiry": (
        5,
        {
            "date": "strategy_date",
            "outcome": "icpc_unnecessary",
            "previous_recorded": "s47_12m",
        },
    ),
    "Initial child protection conference": (
        5,
        {"date": "icpc_date", "outcome": "plan_made", "previous_recorded": "icpc_12m"},
    ),
    "Child in need episode": (
        6,
        {
            "date": "start_date",
            "end_date": "closure_date",
            "outcome": "closure_reason",
            "category": "primary_need",
        },
    ),
    "Child protection plan": (
        7,
        {
            "date": "start_date",
            "end_date": "end_date",
            "category": "latest_category",
            "previous_recorded": "previous_plans",
        },
    ),
    "Care episode": (
        8,
        {
            "date": "start_date",
            "end_date": "end_date",
            "outcome": "end_reason",
            "category": "legal_status",
        },
    ),
    "Placement move": (8, {"date": "placement_date", "category": "placement_type"}),
    "Adoption decision": (
        10,
        {"date": "decision_date", "end_date": "adoption_order_date", "outcome": "reversal_reason"},
    ),
}
"""Event, the list it comes from, and the field of that list behind each column."""
LIST_OF = {event: number for event, (number, _) in _FIELDS.items()}
"""Number of the Annex A list that each kind of event comes from."""
_SHORT_BREAKS = ("V3", "V4")
_OUTCOMES = {
    "Referral": {"Yes": "No further action", "No": "Further action"},
    "Assessment": {"Yes": "Support needed", "No": "No support needed"},
    "Section 47 enquiry": {"Yes": "Conference unnecessary", "No": "Conference needed"},
    "Initial child protection conference": {"Yes": "Plan made", "No": "No plan"},
}
"""What a yes or no stands for, by event; a blank is "Not recorded"."""


def build_events(annex: AnnexA) -> pd.DataFrame:
    """Give one row an event, from every extract that was read.

    Parameters
    ----------
    annex : AnnexA
        The checked extract, or several stacked.

    Returns
    -------
    DataFrame
        Declared by :data:`schema.EVENTS`, sorted by date, event and child. A child has at
        most one event of a kind a day. Of each extract a child's latest placement alone is
        known, so earlier moves are those of earlier extracts. An adoption decision ends with the
        adoption order, or with the decision that reversed it.
    """
    parts = [
        _events_of(annex.all_rows(number), event, number, fields)
        for event, (number, fields) in _FIELDS.items()
    ]
    events = pd.concat(parts, ignore_index=True)
    events = events[events["date"].notna()].drop_duplicates(list(EVENTS.key))
    events = events.sort_values(["date", "event", "child_id"], kind="stable")
    typed = events.reset_index(drop=True).astype(EVENTS.empty().dtypes.to_dict())
    return check_table(typed, EVENTS)


def _events_of(rows: pd.DataFrame, event: str, number: int, fields: dict[str, str]) -> pd.DataFrame:
    if event == "Placement move":
        rows = _moves(rows)
    part = pd.DataFrame(index=rows.index)
    part["child_id"] = rows["child_id"]
    part["event"] = event
    for column in ("date", "end_date", "source", "outcome", "category", "previous_recorded"):
        part[column] = rows[fields[column]] if column in fields else None
    team = fields.get("team", "team")
    for column, field in (("team", team), ("worker", "worker")):
        part[column] = rows[field].fillna(NOT_RECORDED) if field in rows else NOT_RECORDED
    if event in _OUTCOMES:
        part["outcome"] = part["outcome"].map(_OUTCOMES[event]).fillna(NOT_RECORDED)
    if event == "Child in need episode":
        part["category"] = part["category"].map(PRIMARY_NEEDS).fillna(NOT_RECORDED)
    if event == "Adoption decision":
        part["end_date"] = part["end_date"].fillna(rows["reversal_date"])
        part["outcome"] = _adoption_outcome(rows)
    part["list"] = number
    typed = EVENTS.empty().dtypes.to_dict()
    return part[EVENTS.names].astype(typed)


def _moves(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows whose latest placement began while in care, not on the first day of it."""
    begun, since = rows["placement_date"], rows["start_date"]
    ended = rows["end_date"].notna() & (begun > rows["end_date"])
    return rows[(begun > since) & ~ended & ~rows["legal_status"].isin(_SHORT_BREAKS)]


def _adoption_outcome(rows: pd.DataFrame) -> pd.Series:
    outcome = pd.Series(NOT_RECORDED, index=rows.index, dtype="object")
    reversed_ = rows["reversal_date"].notna() | rows["reversal_reason"].notna()
    outcome[reversed_] = "Decision reversed"
    outcome[rows["adoption_order_date"].notna()] = "Adopted"
    return outcome
