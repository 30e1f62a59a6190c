"""Every moderation that was ever recorded, and which audits were corrected after theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy import select

from qa_sampling.records import register_schema as kept
from qa_sampling.records.returned import PANEL
from qa_sampling.records.transaction import current_rows

Said = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
"""What a moderation says: plain text, blank for nothing; its grades by standard."""
_SAID = ("date", "reflects_practice", "meaningful_learning", "comment")


def said(row: Mapping[str, object], answers: Iterable[Mapping[str, object]]) -> Said:
    """Give what a moderation says, to be held against others.

    Parameters
    ----------
    row : mapping
        Columns of ``returned.MODERATIONS``; the day as a date or ISO text.
    answers : iterable of mapping
        `standard`, `grade`.
    """
    texts = ("" if row.get(name) is None else str(row[name]) for name in _SAID)
    grades = sorted((str(one["standard"]), str(one["grade"])) for one in answers)
    return tuple(text[:10] if at == 0 else text for at, text in enumerate(texts)), tuple(grades)


def read_versions(connection: sa.Connection) -> dict[str, list[Said]]:
    """Give what each moderation has said so far, by its name, the oldest first.

    Parameters
    ----------
    connection : Connection
        Of the register.
    """
    table, details = kept.moderations, kept.moderated_answers
    graded: dict[tuple[str, int], list] = {}
    for row in connection.execute(select(details)).mappings():
        graded.setdefault((row["moderation_id"], row["event"]), []).append(row)
    found: dict[str, list[Said]] = {}
    ordered = select(table).order_by(table.c.event, table.c.line)
    for row in connection.execute(ordered).mappings():
        name = row["moderation_id"]
        found.setdefault(name, []).append(said(row, graded.get((name, row["event"]), [])))
    return found


def read_corrected(connection: sa.Connection) -> frozenset[str]:
    """Give the audits that were corrected after a moderation of them had been recorded.

    Parameters
    ----------
    connection : Connection
        Of the register.
    """
    rows = connection.execute(current_rows(kept.audits)).mappings()
    event = {row["audit_id"]: row["event"] for row in rows}
    last: dict[str, int] = {}
    theirs = select(kept.moderations).where(kept.moderations.c.moderator_id != PANEL)
    for row in connection.execute(theirs).mappings():
        name = row["audit_id"]
        last[name] = max(last.get(name, 0), row["event"])
    return frozenset(name for name, at in last.items() if event.get(name, 0) > at)
