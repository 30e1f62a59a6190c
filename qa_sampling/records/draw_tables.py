"""The draws in the register, as tables."""

from __future__ import annotations

import json

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, select

from qa_sampling.records.link_tables import latest_references
from qa_sampling.records.recorded_draw import FixedFrame
from qa_sampling.records.register_schema import (
    answers,
    assignments,
    audits,
    draws,
    events,
    frames,
    redraws,
    sampled_cases,
)
from qa_sampling.records.returned import OVERALL
from qa_sampling.records.transaction import current_rows

_DRAWS = (
    "draw_id period design redraw title as_at due sampled reserves moderated superseded reason "
    "agreed_by seed method frame_fingerprint sample_fingerprint drawn_at"
).split()
_PAST = ["case_ref", "date", "period", "design", "kind", "grade"]
_DAY = "datetime64[us]"


def draws_table(connection: Connection) -> pd.DataFrame:
    """Give one row a draw, in the order they were committed."""
    again = {
        (row.period, row.design, row.redraw): row for row in connection.execute(select(redraws))
    }
    drawn = _counts(connection, sampled_cases.c.draw_id, sampled_cases.c.drawn_as)
    moderator = func.coalesce(assignments.c.moderator_id, "")
    moderated = _counts(connection, assignments.c.draw_id, moderator != "")
    rows = []
    for row in connection.execute(select(draws).order_by(draws.c.event)):
        place = (row.period, row.design)
        opened = again.get((*place, row.redraw))
        rows.append(
            dict(row._mapping)
            | {
                "sampled": drawn.get((row.draw_id, "sample"), 0),
                "reserves": drawn.get((row.draw_id, "reserve"), 0),
                "moderated": moderated.get((row.draw_id, True), 0),
                "superseded": (*place, row.redraw + 1) in again,
                "reason": opened.reason if opened else "",
                "agreed_by": ", ".join(json.loads(opened.agreed_by)) if opened else "",
                "sample_fingerprint": row.fingerprint,
            }
        )
    whole = dict.fromkeys(("redraw", "sampled", "reserves", "moderated"), "Int64")
    kinds = (
        dict.fromkeys(_DRAWS, "str") | whole | {"superseded": "bool", "as_at": _DAY, "due": _DAY}
    )
    return pd.DataFrame(rows, columns=_DRAWS).astype(kinds)


def _counts(connection: Connection, *by: ColumnElement) -> dict[tuple, int]:
    counted = select(*by, func.count()).group_by(*by)
    return {tuple(key): count for *key, count in connection.execute(counted)}


def past_audits_table(
    connection: Connection, design: str | None, *, before_event: int | None = None
) -> pd.DataFrame:
    """Give the cases that were audited, or drawn and not returned yet, by newest reference.

    Parameters
    ----------
    connection : Connection
        To the register.
    design : str or None
        Only this design's.
    before_event : int, optional
        As things stood before that event.
    """
    done, back = [], set()
    graded = select(answers.c.audit_id, answers.c.event, answers.c.grade)
    graded = graded.where(answers.c.standard == OVERALL)
    grades = {(row.audit_id, row.event): row.grade for row in connection.execute(graded)}
    newest = latest_references(connection, before_event=before_event)
    for row in connection.execute(current_rows(audits, before_event=before_event)):
        if row.date_completed and design in (None, row.design):
            case_ref = newest.get(row.case_ref, row.case_ref)
            grade = grades.get((row.audit_id, row.event))
            done.append((case_ref, row.date_completed, row.period, row.design, "completed", grade))
            back.add((case_ref, row.period, row.design))
    replaced = select(redraws.c.supersedes)
    waiting = (
        select(sampled_cases.c.case_ref, draws.c.as_at, draws.c.period, draws.c.design)
        .join(draws, draws.c.draw_id == sampled_cases.c.draw_id)
        .where(sampled_cases.c.drawn_as == "sample")
        .order_by(draws.c.event, sampled_cases.c.line)
    )
    if before_event is not None:
        replaced = replaced.where(redraws.c.event < before_event)
        waiting = waiting.where(draws.c.event < before_event)
    waiting = waiting.where(draws.c.draw_id.not_in(replaced))
    for drawn_ref, as_at, period, drawn_for in connection.execute(waiting):
        case_ref = newest.get(drawn_ref, drawn_ref)
        if design in (None, drawn_for) and (case_ref, period, drawn_for) not in back:
            done.append((case_ref, as_at, period, drawn_for, "assigned", None))
    kinds = dict.fromkeys(_PAST, "str") | {"date": _DAY}
    return pd.DataFrame(done, columns=_PAST).astype(kinds)


def of_draw(table: object, period: str, design: str, redraw: int | None = None) -> object:
    """Give the condition that a table's rows are of one period and design, or of one draw.

    Parameters
    ----------
    table : Table
        A table with `period`, `design` and `redraw`.
    period, design : str
        What the rows are of.
    redraw : int, optional
        Number of the redraw; all of them by default.
    """
    named = and_(table.c.period == period, table.c.design == design)
    return named if redraw is None else and_(named, table.c.redraw == redraw)


def fixed_row(connection: Connection, period: str, design: str, redraw: int) -> object:
    """Give the row of a fixed frame, with the hash of its event; None when there is none.

    Parameters
    ----------
    connection : Connection
        To the register.
    period, design : str
        What it is the frame of.
    redraw : int
        Number of the redraw.
    """
    joined = select(frames, events.c.hash.label("head")).join(events, events.c.n == frames.c.event)
    return connection.execute(joined.where(of_draw(frames, period, design, redraw))).first()


def fixed_frame(row: object, found: bool) -> FixedFrame:
    """Give a fixed frame from its row."""
    same = ("period", "design", "redraw", "fingerprint", "snapshot", "fixed_at", "head")
    held = {name: row._mapping[name] for name in same}
    return FixedFrame(**held, parameters=json.loads(row.parameters), found=found)
