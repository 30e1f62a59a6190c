"""What has become of actions: open, overdue, completed, closed. Closed is not completed.

An action is closed when somebody other than its owner has seen that it was done. Dates say
what an action is; a recorded status that says otherwise is a fault. Everything is as it was
known on a day (`as_at`): what came later has not happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import SchemaError
from qa_sampling.loop.vocabulary import ACTION_STATUSES
from qa_sampling.schema import NOT_RECORDED, QUALITY_STANDARDS

BY = ("status", "standard", "source", "owner_role", "team", "service")
"""What actions can be counted by."""
_DATES = ("raised", "completed", "verified_date")
_NEEDED = ("action_id", "owner", "due", "completed", "verified_by", "verified_date", "status")


@dataclass(frozen=True)
class ActionFault:
    """One thing that cannot be so.

    Attributes
    ----------
    action_id : str
        The action.
    column : str
        Where it shows.
    fault : str
        What is wrong, in words that go on from "the action …"; no text of the action.
    action : str
        What to do.
    """

    action_id: str
    column: str
    fault: str
    action: str


@dataclass(frozen=True)
class ActionCounts:
    """How many actions there are.

    Attributes
    ----------
    by : str or None
        What they are counted by; None for all together.
    table : DataFrame
        One row a group: `by`, `raised` (all), `open` (not completed yet), `overdue` (of the
        open), `completed` (waiting to be verified), `closed`, `withdrawn`, `done` (completed
        or closed), `verified_share` (closed of done; missing when none is done).
    """

    by: str | None
    table: pd.DataFrame


def same_person(one: object, other: object) -> bool:
    """Say whether two names or numbers are of one person, whatever capitals and spaces.

    Parameters
    ----------
    one, other : object
        Text; missing or blank is nobody.
    """
    first, second = _plain(one), _plain(other)
    return bool(first) and first == second


def action_faults(actions: pd.DataFrame) -> list[ActionFault]:
    """Give what cannot be so in actions.

    Parameters
    ----------
    actions : DataFrame
        `action_id`, `owner`, `raised` (optional), `due`, `completed`, `verified_by`,
        `verified_date`, `status` (blank to follow from the dates).

    Returns
    -------
    list of ActionFault
        Empty when all is well; in the order of the rows.
    """
    return [fault for row in _rows(actions) for fault in _faults(row)]


def status_of(actions: pd.DataFrame) -> pd.Series:
    """Give the status that the dates say: one of ``ACTION_STATUSES``.

    Parameters
    ----------
    actions : DataFrame
        As for :func:`action_faults`.
    """
    status = pd.Series("Open", index=actions.index, dtype="str")
    status[actions["completed"].notna()] = "Completed"
    seen = [_is_seen(row) for row in _rows(actions)]
    status[pd.Series(seen, index=actions.index, dtype=bool)] = "Closed"
    status[actions["status"].astype("str").str.casefold() == "withdrawn"] = "Withdrawn"
    return status


def known_at(
    actions: pd.DataFrame, as_at: pd.Timestamp, *, raised: Mapping[str, pd.Timestamp] | None = None
) -> pd.DataFrame:
    """Give the actions as they stood on a day.

    Parameters
    ----------
    actions : DataFrame
        As for :func:`action_faults`, and `audit_id`, `standard`, `source`.
    as_at : Timestamp
        The day.
    raised : mapping, optional
        By audit, the day its actions were raised, where they do not say themselves.

    Returns
    -------
    DataFrame
        Those raised by then, in the order of `action_id`: all columns, with `raised` filled in,
        what came later forgotten, `status` from the dates, `overdue` (bool: open and due before
        the day), `days_overdue` (Int64).
    """
    missing = [name for name in _NEEDED if name not in actions.columns]
    if missing:
        raise SchemaError(f"The table of actions lacks {', '.join(missing)}. Give them.")
    held = actions.sort_values("action_id", kind="stable").reset_index(drop=True).copy()
    if "raised" not in held.columns:
        held["raised"] = pd.NaT
    told = held["audit_id"].map(dict(raised or {})) if "audit_id" in held.columns else pd.NaT
    held["raised"] = held["raised"].fillna(pd.to_datetime(told)).astype("datetime64[us]")
    held = held[~(held["raised"] > as_at)].reset_index(drop=True)
    later = held["completed"] > as_at
    unseen = later | (held["verified_date"] > as_at)
    held["completed"] = held["completed"].mask(later)
    held["verified_date"] = held["verified_date"].mask(unseen)
    held["verified_by"] = held["verified_by"].mask(unseen)
    held["status"] = status_of(held)
    held["overdue"] = (held["status"] == "Open") & (held["due"] < as_at)
    held["days_overdue"] = (as_at - held["due"]).dt.days.where(held["overdue"]).astype("Int64")
    return held


def with_owners(held: pd.DataFrame, staff: pd.DataFrame | None) -> pd.DataFrame:
    """Add what the staff list says of the owner: `owner_role`, `team`, `service`.

    Parameters
    ----------
    held : DataFrame
        Actions; `owner` a staff number.
    staff : DataFrame or None
        ``schema.STAFF``; None when there is no list.
    """
    known = None if staff is None else staff.set_index("staff_id")
    told = held.copy()
    for name, column in (("owner_role", "role"), ("team", "team"), ("service", "service")):
        value = held["owner"].map({} if known is None else known[column].to_dict())
        told[name] = value.astype("str").where(value.notna(), NOT_RECORDED)
    return told


def action_counts(held: pd.DataFrame, *, by: str | None = None) -> ActionCounts:
    """Count actions by what has become of them.

    Parameters
    ----------
    held : DataFrame
        What :func:`known_at` gives, with :func:`with_owners` for the owner's columns.
    by : {"status", "standard", "source", "owner_role", "team", "service"} or None
        What to count them by; blank values are "Not recorded".

    Raises
    ------
    SchemaError
        When they cannot be counted by that.
    """
    if by is not None and (by not in BY or by not in held.columns):
        raise SchemaError(f"Actions cannot be counted by {by!r}; choose from {', '.join(BY)}.")
    group = pd.Series("", index=held.index) if by is None else held[by].fillna(NOT_RECORDED)
    status = held["status"]
    flags = pd.DataFrame(
        {
            "raised": 1,
            "open": status == "Open",
            "overdue": held["overdue"],
            "completed": status == "Completed",
            "closed": status == "Closed",
            "withdrawn": status == "Withdrawn",
            "done": status.isin(("Completed", "Closed")),
        },
        index=held.index,
    ).astype("int64")
    table = flags.groupby(group.astype("str"), sort=True).sum()
    if by is None and table.empty:
        table = pd.DataFrame(0, index=[""], columns=flags.columns)
    if by == "status":
        table = table.reindex(ACTION_STATUSES, fill_value=0)
    if by == "standard":
        known = [key for key in QUALITY_STANDARDS if key in table.index]
        table = table.reindex([*known, *table.index.difference(known)])
    table["verified_share"] = (table["closed"] / table["done"]).where(table["done"] > 0)
    table = table.rename_axis(by or "all").reset_index()
    return ActionCounts(by, table if by else table.drop(columns="all"))


def overdue_list(held: pd.DataFrame) -> pd.DataFrame:
    """Give the overdue actions, the longest overdue first. Restricted.

    Parameters
    ----------
    held : DataFrame
        What :func:`known_at` gives.

    Returns
    -------
    DataFrame
        All its columns; rows of open actions due before the day.
    """
    late = held[held["overdue"]]
    return late.sort_values(["days_overdue", "action_id"], ascending=[False, True]).reset_index(
        drop=True
    )


def unverified_list(held: pd.DataFrame) -> pd.DataFrame:
    """Give the actions that are completed and wait for somebody to see it. Restricted.

    Parameters
    ----------
    held : DataFrame
        What :func:`known_at` gives.
    """
    waiting = held[held["status"] == "Completed"]
    return waiting.sort_values(["completed", "action_id"]).reset_index(drop=True)


def _rows(actions: pd.DataFrame) -> Iterator[dict]:
    blank = dict.fromkeys(("raised",))
    return (blank | row for row in actions.to_dict("records"))


def _plain(value: object) -> str:
    return "" if value is None or pd.isna(value) else " ".join(str(value).casefold().split())


def _is_seen(row: dict) -> bool:
    by_other = _plain(row["verified_by"]) and not same_person(row["verified_by"], row["owner"])
    return bool(by_other) and pd.notna(row["verified_date"]) and pd.notna(row["completed"])


def _faults(row: dict) -> Iterator[ActionFault]:
    """Give the faults of one action."""

    def fault(column: str, what: str, to_do: str) -> ActionFault:
        return ActionFault(str(row["action_id"]), column, what, to_do)

    given = {name: pd.notna(row[name]) for name in _DATES}
    verifier = bool(_plain(row["verified_by"]))
    if same_person(row["owner"], row["verified_by"]):
        to_do = "Somebody else must see that it was done; leave it blank until then."
        yield fault("verified_by", "is verified by its own owner", to_do)
    if given["verified_date"] and not given["completed"]:
        yield fault("completed", "is verified but not completed", "Give the day it was done.")
    if verifier != given["verified_date"]:
        where = "verified_date" if verifier else "verified_by"
        yield fault(where, f"is verified {'on no day' if verifier else 'by nobody'}",
                    "Give both who saw it and the day, or neither.")  # fmt: skip
    for first, second, words in (
        ("raised", "completed", "is completed before it was raised"),
        ("completed", "verified_date", "is verified before it was completed"),
        ("raised", "due", "is due before it was raised"),
    ):
        if pd.notna(row[first]) and pd.notna(row[second]) and row[second] < row[first]:
            yield fault(second, words, "Put the two days in order.")
    yield from _status_faults(row, fault)


def _status_faults(row: dict, fault: object) -> Iterator[ActionFault]:
    """Give the faults of a recorded status beside its dates."""
    status = row["status"] if pd.notna(row["status"]) else ""
    if not status:
        return
    if status not in ACTION_STATUSES:
        yield fault("status", "has a status that is none of the list",
                    f"Choose from {', '.join(ACTION_STATUSES)}, or leave it blank.")  # fmt: skip
        return
    if status == "Withdrawn" and pd.notna(row["verified_date"]):
        yield fault("status", "is withdrawn and verified", "It is one or the other.")
    said = "Closed" if _is_seen(row) else "Completed" if pd.notna(row["completed"]) else "Open"
    if status in ("Withdrawn", said):
        return
    why = {
        "Closed": "is called Closed, but nobody other than its owner has verified it",
        "Completed": "is called Completed, but its dates say otherwise",
        "Open": "is called Open, but has a day of completion",
    }
    yield fault("status", why[status], f"Its dates say {said}: correct them, or leave it blank.")
