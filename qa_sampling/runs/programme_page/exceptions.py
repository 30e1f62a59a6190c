"""What was not as planned, and the deep dives: exceptions to draws, and what became of them."""

from __future__ import annotations

import pandas as pd

from qa_sampling.records.register import Register
from qa_sampling.sampling.progress import Progress
from qa_sampling.schema import DEEP_DIVE
from qa_sampling.settings.programme import QaProgramme
from qa_sampling.trends.measures import MEASURES

EXEMPTED, EXTENDED = "Auditors exempted", "Auditors given until another day"
MOVED, RESERVES, REDRAWN = (
    "Cases given to another auditor",
    "Reserves called for cases that could not be audited",
    "Draws set aside and drawn again",
)


def exceptions_of(settings: QaProgramme, register: Register, stand: Progress) -> pd.DataFrame:
    """Count what was decided beside the plan in the months, up to the day. Restricted.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and the day.
    register : Register
        Holds exemptions, new auditors and redraws.
    stand : Progress
        How every drawn audit of the months stands on the day.

    Returns
    -------
    DataFrame
        `exception`, `number`, `back` (audits of these that are back; missing of exemptions, and
        of redraws, whose audits count with the others).
    """
    day, table = pd.Timestamp(settings.extract_day), stand.table
    back = set(table.loc[table["state"].isin(("on_time", "late")), "audit_id"])
    grants = register.grants()
    grants = grants[grants["audit_id"].isin(table["audit_id"]) & (grants["date"] <= day)]
    last = grants.drop_duplicates("audit_id", keep="last")
    moved = register.reassignments()
    moved = moved[moved["reassignment_id"].isin(table["audit_id"]) & (moved["date"] <= day)]
    reserve = moved["reason"] == "reserve"
    draws = register.draws()
    again = draws[draws["period"].isin(settings.all_periods) & (draws["redraw"] > 0)]
    counted = {
        EXEMPTED: (last.loc[last["kind"] == "exempted", "audit_id"], False),
        EXTENDED: (last.loc[last["kind"] == "extended", "audit_id"], True),
        MOVED: (moved.loc[~reserve, "reassignment_id"], True),
        RESERVES: (moved.loc[reserve, "reassignment_id"], True),
        REDRAWN: (again["draw_id"], False),
    }
    rows = [
        (name, len(own), int(own.isin(back).sum()) if comes else None)
        for name, (own, comes) in counted.items()
    ]
    frame = pd.DataFrame(rows, columns=["exception", "number", "back"])
    return frame.astype({"back": "Int64"})


def exceptions_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give the exceptions as people read them.

    Parameters
    ----------
    table : DataFrame
        From :func:`exceptions_of`.
    """
    heads = {"exception": "Exception", "number": "Number", "back": "Of these back"}
    shown = table.assign(back=table["back"].astype("object").where(table["back"].notna(), "–"))
    return shown.rename(columns=heads)


def dives_of(settings: QaProgramme, register: Register, actions: pd.DataFrame) -> pd.DataFrame:
    """Give the deep dives of the months: what was read, and what became of what was agreed.

    Restricted: small numbers.

    Parameters
    ----------
    settings : QaProgramme
        Say which months, and the day.
    register : Register
        Holds the draws and the reads.
    actions : DataFrame
        Actions as they stood on the day (``runs.loop.steps.Loop.actions``).

    Returns
    -------
    DataFrame
        One row a deep dive that drew cases: `Deep dive` (its measure), `Up to` (month), `Cases to
        read`, `Read`, `Actions agreed`, `Done`, `Seen by somebody else`, `Owned by` (roles),
        `First done` (day).
    """
    draws, audits = register.draws(), register.audits()
    kept = draws["design"].str.startswith(DEEP_DIVE) & draws["period"].isin(settings.all_periods)
    audits = audits[audits["date_completed"] <= pd.Timestamp(settings.extract_day)]
    rows = []
    for one in draws[kept].itertuples():
        own = actions[actions["audit_id"] == one.draw_id]
        first = own["completed"].dropna().min()
        rows.append(
            {
                "Deep dive": _title(one.design.removeprefix(DEEP_DIVE)),
                "Up to": one.period,
                "Cases to read": int(one.sampled),
                "Read": int((audits["draw_id"] == one.draw_id).sum()),
                "Actions agreed": len(own),
                "Done": int(own["completed"].notna().sum()),
                "Seen by somebody else": int(own["verified_date"].notna().sum()),
                "Owned by": ", ".join(sorted(set(own["owner_role"].dropna().astype(str)))) or "–",
                "First done": "–" if pd.isna(first) else f"{first:%d %B %Y}",
            }
        )
    return pd.DataFrame(rows, columns=_DIVES)


_DIVES = ["Deep dive", "Up to", "Cases to read", "Read", "Actions agreed", "Done",
          "Seen by somebody else", "Owned by", "First done"]  # fmt: skip


def _title(measure: str) -> str:
    known = MEASURES.get(measure)
    return measure if known is None else known.title
