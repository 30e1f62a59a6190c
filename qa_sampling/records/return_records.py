"""Audits, moderations and actions in the register: recorded once, corrected by new rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from sqlalchemy import select

from qa_sampling import schema
from qa_sampling.errors import RegisterError
from qa_sampling.records import fieldwork, returned
from qa_sampling.records import register_schema as kept
from qa_sampling.records.activities import ACTIVITIES as ACTIVITIES_DECLARED
from qa_sampling.records.chain import canonical_json
from qa_sampling.records.frame_text import plain_values
from qa_sampling.records.transaction import Transaction, current_rows

_LINKS = {"event", "line", "replaces"}


@dataclass(frozen=True)
class Recorded:
    """What became of rows that were to be recorded.

    Attributes
    ----------
    new : int
        Recorded for the first time.
    corrected : int
        Different from before: recorded as new rows that replace the earlier ones.
    unchanged : int
        The same as before: nothing was written.
    """

    new: int
    corrected: int
    unchanged: int


@dataclass(frozen=True)
class ReturnTable:
    """A table of returns and the table of details that belong to it.

    Attributes
    ----------
    declared, table
        Declaration of the frame, and the register's table.
    details_declared, details
        The same for the details, such as the answers of an audit; None when there are none.
    """

    declared: schema.Table
    table: sa.Table
    details_declared: schema.Table | None = None
    details: sa.Table | None = None


AUDITS = ReturnTable(returned.AUDITS, kept.audits, returned.ANSWERS, kept.answers)
MODERATIONS = ReturnTable(
    returned.MODERATIONS, kept.moderations, returned.MODERATED_ANSWERS, kept.moderated_answers
)
ACTIONS = ReturnTable(returned.ACTIONS, kept.actions)
ACTIVITIES = ReturnTable(ACTIVITIES_DECLARED, kept.activities)
OUTCOMES = ReturnTable(fieldwork.OUTCOMES, kept.outcomes)
GRANTS = ReturnTable(fieldwork.GRANTS, kept.grants)
REASSIGNMENTS = ReturnTable(fieldwork.REASSIGNMENTS, kept.reassignments)
TAGS = ReturnTable(fieldwork.TAGS, kept.audit_tags)

Versions = dict[str, tuple[dict, list[dict]]]
"""By name: the row and its details, as plain values."""


def versions_of(kind: ReturnTable, rows: pd.DataFrame, details: pd.DataFrame | None) -> Versions:
    """Check frames of returns and give them by name.

    Parameters
    ----------
    kind : ReturnTable
        :data:`AUDITS`, :data:`MODERATIONS` or :data:`ACTIONS`.
    rows : DataFrame
        Columns as ``kind.declared``.
    details : DataFrame or None
        Columns as ``kind.details_declared``; None when there are none.

    Raises
    ------
    SchemaError
        When a frame is not as declared.
    RegisterError
        When a frame has columns that are not kept, or details belong to no row.
    """
    key = kind.declared.key[0]
    versions: Versions = {row[key]: (row, []) for row in _plain_rows(rows, kind.declared)}
    if details is not None:
        for detail in _plain_rows(details, kind.details_declared):
            if detail[key] not in versions:
                raise RegisterError(
                    f"Some {kind.details_declared.name} belong to none of the "
                    f"{kind.declared.name} given with them. Give both together."
                )
            versions[detail[key]][1].append(detail)
    return versions


def add_versions(write: Transaction, kind: ReturnTable, versions: Versions) -> Recorded:
    """Add what is new or different, naming the rows that are replaced.

    Parameters
    ----------
    write : Transaction
        The write under way, to which rows and counts are added.
    kind : ReturnTable
        :data:`AUDITS`, :data:`MODERATIONS` or :data:`ACTIONS`.
    versions : dict
        By name: the row and its details, from :func:`versions_of`.
    """
    key = kind.declared.key[0]
    held = {row[key]: row for row in write.connection.execute(current_rows(kind.table)).mappings()}
    answers = _details(write, kind)
    counts = {"new": 0, "corrected": 0, "unchanged": 0}
    for name, (row, details) in versions.items():
        earlier = held.get(name)
        before = None if earlier is None else (earlier, answers.get((name, earlier["event"]), []))
        if before is not None and _content(*before) == _content(row, details):
            counts["unchanged"] += 1
            continue
        counts["new" if before is None else "corrected"] += 1
        replaces = "" if earlier is None else f"{earlier['event']}.{earlier['line']}"
        write.add(kind.table, [row | {"replaces": replaces}])
        if kind.details is not None:
            write.add(kind.details, details)
    write.facts |= {"new": counts["new"], "corrected": counts["corrected"]}
    return Recorded(**counts)


@dataclass(frozen=True)
class FormRows:
    """What a batch of forms leaves in the register.

    Attributes
    ----------
    audits, answers, outcomes, actions, tags : DataFrame
        Columns as ``returned.AUDITS``, ``ANSWERS`` and ``ACTIONS``, ``fieldwork.OUTCOMES`` and
        ``TAGS``.
    """

    audits: pd.DataFrame
    answers: pd.DataFrame
    outcomes: pd.DataFrame
    actions: pd.DataFrame
    tags: pd.DataFrame


def add_forms(write: Transaction, made: FormRows) -> dict[str, Recorded]:
    """Add what forms leave, in one write: all of it or nothing.

    Parameters
    ----------
    write : Transaction
        The write under way.
    made : FormRows
        The rows.

    Returns
    -------
    dict of str to Recorded
        For "audits", "outcomes", "actions" and "tags".
    """
    added = {
        "audits": add_versions(write, AUDITS, versions_of(AUDITS, made.audits, made.answers)),
        "outcomes": add_versions(write, OUTCOMES, versions_of(OUTCOMES, made.outcomes, None)),
        "actions": add_versions(write, ACTIONS, versions_of(ACTIONS, made.actions, None)),
        "tags": add_versions(write, TAGS, versions_of(TAGS, made.tags, None)),
    }
    write.facts["new"] = sum(one.new for one in added.values())
    write.facts["corrected"] = sum(one.corrected for one in added.values())
    return added


def current_table(connection: sa.Connection, kind: ReturnTable) -> pd.DataFrame:
    """Give the rows that no correction has replaced, with the declared columns and kinds."""
    return _frame(connection.execute(current_rows(kind.table)).mappings(), kind.declared)


def current_details(connection: sa.Connection, kind: ReturnTable) -> pd.DataFrame:
    """Give the details of the rows that no correction has replaced."""
    key, table = kind.declared.key[0], kind.details
    current = current_rows(kind.table).order_by(None).subquery()
    standing = {tuple(row) for row in connection.execute(select(current.c[key], current.c.event))}
    found = connection.execute(select(table).order_by(table.c.event, table.c.line)).mappings()
    kept = [row for row in found if (row[key], row["event"]) in standing]
    return _frame(kept, kind.details_declared)


def _details(write: Transaction, kind: ReturnTable) -> dict[tuple[str, int], list]:
    grouped: dict[tuple[str, int], list] = {}
    if kind.details is not None:
        key = kind.declared.key[0]
        for row in write.connection.execute(select(kind.details)).mappings():
            grouped.setdefault((row[key], row["event"]), []).append(row)
    return grouped


def _content(row: dict, details: list) -> str:
    return canonical_json([_own(row), sorted(canonical_json(_own(detail)) for detail in details)])


def _own(row: dict) -> dict:
    held = {name: value for name, value in row.items() if name not in _LINKS}
    return {name: value for name, value in held.items() if value is not None}


def _plain_rows(frame: pd.DataFrame, declared: schema.Table) -> list[dict]:
    schema.check_table(frame, declared)
    unknown = [str(name) for name in frame.columns if name not in declared.names]
    if unknown:
        raise RegisterError(
            f"The table of {declared.name} has columns the register does not keep: "
            f"{', '.join(unknown)}. Leave them out."
        )
    values = {column.name: _plain_column(frame[column.name], column) for column in declared.columns}
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def _plain_column(values: pd.Series, column: schema.Column) -> list[object]:
    if column.kind in ("whole", "number"):
        as_stored = int if column.kind == "whole" else float
        return [None if pd.isna(value) else as_stored(value) for value in values]
    if column.kind == "date":
        return [None if pd.isna(value) else value.date().isoformat() for value in values]
    held = plain_values(values.astype("str"))
    return [value if value and value.strip() else None for value in held]


def _frame(rows: Iterable[Mapping[str, object]], declared: schema.Table) -> pd.DataFrame:
    empty = declared.empty()
    held = [[row[name] for name in declared.names] for row in rows]
    return pd.DataFrame(held, columns=declared.names).astype(empty.dtypes.to_dict())
