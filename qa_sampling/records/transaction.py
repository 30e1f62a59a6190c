"""One write to the register: what it reads, the rows it adds, the event that seals them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from sqlalchemy import (
    Column,
    Connection,
    Double,
    Executable,
    Integer,
    Row,
    Select,
    Table,
    and_,
    func,
    insert,
    select,
)

from qa_sampling.errors import RegisterError
from qa_sampling.records.chain import Event, canonical_json, digest_rows, next_event
from qa_sampling.records.register_schema import ROW_TABLES, events


class Transaction:
    """What one write reads and adds; nothing reaches the tables before its end.

    Attributes
    ----------
    connection : Connection
        Holds the write lock.
    n : int
        Number of the event that this write will be.
    at : str
        Its time, in UTC, as ISO text.
    facts : dict
        Plain values that go into the event's body. No child's details.
    """

    def __init__(self, connection: Connection, at: str) -> None:
        self.connection, self.at = connection, at
        self.last = last_event(connection)
        self.n = 1 if self.last is None else self.last.n + 1
        self.facts: dict[str, object] = {}
        self._rows: dict[str, list[dict[str, object]]] = {}

    def rows(self, statement: Executable) -> list[Row]:
        """Give all rows of a query."""
        return list(self.connection.execute(statement))

    def add(self, table: Table, rows: Iterable[Mapping[str, object]]) -> None:
        """Add rows to what will be written; columns that are not given stay blank."""
        lines = self._rows.setdefault(table.name, [])
        for row in rows:
            numbered = {**row, "event": self.n, "line": len(lines) + 1}
            lines.append(_as_stored(table, numbered))

    def seal(self, *, actor: str, kind: str) -> Event | None:
        """Write the event and the rows; None when there was nothing to write."""
        written = {name: rows for name, rows in self._rows.items() if rows}
        if not written:
            return None
        digests = {name: [len(rows), digest_rows(rows)] for name, rows in written.items()}
        body = canonical_json({**self.facts, "rows": digests})
        event = next_event(self.last, at=self.at, actor=actor, kind=kind, body=body)
        self.connection.execute(insert(events), [event._asdict()])
        for table in ROW_TABLES:
            if table.name in written:
                self.connection.execute(insert(table), written[table.name])
        return event


def last_event(connection: Connection) -> Event | None:
    """Give the last event of the chain, or None for an empty one."""
    row = connection.execute(select(events).order_by(events.c.n.desc()).limit(1)).first()
    return None if row is None else Event(*row)


def current_rows(table: Table, *, before_event: int | None = None) -> Select:
    """Give the query for the rows of a table that no correction has replaced.

    The table's first own column names what a row is about; the last row about it counts. With
    `before_event`, as things stood before that event.
    """
    key = list(table.columns)[2]
    latest = select(key.label("key"), func.max(table.c.event).label("event")).group_by(key)
    if before_event is not None:
        latest = latest.where(table.c.event < before_event)
    last = latest.subquery()
    join = and_(last.c.key == key, last.c.event == table.c.event)
    return select(table).join(last, join).order_by(table.c.event, table.c.line)


def _as_stored(table: Table, row: Mapping[str, object]) -> dict[str, object]:
    unknown = set(row) - set(table.columns.keys())
    if unknown:
        raise RegisterError(f"The register's {table.name} have no column {sorted(unknown)}.")
    return {column.name: _value(table, column, row.get(column.name)) for column in table.columns}


def _value(table: Table, column: Column, value: object) -> object:
    """Give a value as the database will give it back, so that its digest does not change."""
    if value is None and column.nullable:
        return None
    if isinstance(column.type, Double):
        if isinstance(value, (int, float)) and math.isfinite(value):
            return float(value) + 0.0  # minus zero would come back as zero
    elif isinstance(column.type, Integer):
        if isinstance(value, (int, float)) and value == int(value):
            return int(value)
    elif isinstance(value, str) and "\x00" not in value:
        return value
    wanted = "a finite number" if isinstance(column.type, (Double, Integer)) else "text"
    raise RegisterError(
        f"The register's {table.name} need {wanted} in `{column.name}`; got "
        f"{'nothing' if value is None else type(value).__name__}. Nothing was recorded."
    )
