"""Everything that forms ever left in the register: read at one moment, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import select

from qa_sampling.records import register_schema as kept
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.transaction import current_rows

_TABLES = (kept.audits, kept.answers, kept.outcomes, kept.actions, kept.audit_tags)


@dataclass(frozen=True)
class FormHistory:
    """Every row that forms, or what followed them, left.

    Attributes
    ----------
    rows : dict of str to list of dict
        By table ("audits", "answers", "outcomes", "actions", "audit_tags"): all rows, replaced
        ones too, in the order they were recorded, with `event` and `day` (ISO, UTC).
    moderated : frozenset of str
        Audits that were moderated.
    given_up : frozenset of str
        Cases, by their audit's name, whose place a reserve has taken.
    """

    rows: dict[str, list[dict]]
    moderated: frozenset[str]
    given_up: frozenset[str]


def read_history(connection: sa.Connection) -> FormHistory:
    """Read what forms left in the register.

    Parameters
    ----------
    connection : Connection
        Of the register; of the write under way, where something is to follow from it.
    """
    rows = {}
    for table in _TABLES:
        found = (
            select(table, kept.events.c.at)
            .join(kept.events, kept.events.c.n == table.c.event)
            .order_by(table.c.event, table.c.line)
        )
        held = connection.execute(found).mappings()
        rows[table.name] = [dict(row) | {"day": row["at"][:10]} for row in held]
    moderated = connection.execute(current_rows(kept.moderations)).mappings()
    given = connection.execute(current_rows(kept.reassignments)).mappings()
    return FormHistory(
        rows,
        frozenset(row["audit_id"] for row in moderated),
        frozenset(
            case_name(row["draw_id"], row["instead_of"]) for row in given if row["instead_of"]
        ),
    )
