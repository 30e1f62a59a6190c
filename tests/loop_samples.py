"""Small invented tables of the loop: actions, audits, staff, activity."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.activities import ACTIVITIES
from qa_sampling.records.returned import ACTIONS
from qa_sampling.schema import STAFF

DAY = pd.Timestamp("2026-10-31")


def typed(declared, rows):
    frame = pd.DataFrame(list(rows)).reindex(columns=declared.names)
    for column in declared.columns:
        if column.kind == "date":
            frame[column.name] = pd.to_datetime(frame[column.name])
        if column.kind == "flag":
            frame[column.name] = frame[column.name].astype("object").fillna(False)
    return frame.astype(declared.empty().dtypes.to_dict())


def actions(*rows):
    """Actions; what is not said is usual."""
    usual = {"audit_id": "A1", "owner": "S1", "due": "2026-06-30", "raised": "2026-05-01"}
    return typed(
        ACTIONS, [usual | {"action_id": f"X{n}"} | row for n, row in enumerate(rows, start=1)]
    )


OPEN = {"standard": "voice"}
COMPLETED = {"standard": "voice", "completed": "2026-06-10"}
CLOSED = COMPLETED | {"verified_by": "S2", "verified_date": "2026-06-20"}
WITHDRAWN = {"standard": "planning", "status": "Withdrawn"}


def staff():
    people = [
        ("S1", "Ada Birch", "Social Worker", "North 1", "Assessment"),
        ("S2", "Ben Osei", "Team Manager", "North 2", "Assessment"),
        ("S3", "Cal Nash", "Social Worker", "Care 1", "Children in Care"),
        ("S4", "Cal Nash", "Social Worker", "Care 1", "Children in Care"),
    ]
    names = ("staff_id", "name", "role", "team", "service")
    return typed(STAFF, [dict(zip(names, one, strict=True)) for one in people])


TEAMS = {"North 1": "Assessment", "North 2": "Assessment", "Care 1": "Children in Care"}


def activities(*rows):
    """Activity; what is not said is usual."""
    usual = {"kind": "Compliment", "date": "2026-10-05", "service": "Assessment"}
    return typed(
        ACTIVITIES, [usual | {"activity_id": f"T{n}"} | row for n, row in enumerate(rows, start=1)]
    )
