"""Is the register sound? Every row against the digests in the chain, and the chain itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import Connection, Table, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from qa_sampling.records.chain import Event, chain_faults, row_text
from qa_sampling.records.register_schema import (
    APPLICATION_ID,
    ROW_TABLES,
    VERSION,
    append_only_triggers,
    events,
    meta,
)

Digests = dict[tuple[str, object], tuple[int, str]]
"""Table and event number to how many rows there are and their digest."""


def faults_of(connection: Connection, *, expect_head: str | None) -> tuple[str, ...]:
    """Give every fault that shows; an empty tuple when the register is sound.

    Parameters
    ----------
    connection : Connection
        In a transaction, so that all is read at one moment.
    expect_head : str, optional
        A head noted earlier (see :func:`~qa_sampling.records.chain.chain_faults`).
    """
    faults: list[str] = []
    if connection.dialect.name == "sqlite":
        faults += _file_faults(connection)
    try:
        chain = _read_chain(connection)
    except SQLAlchemyError:
        return (*faults, "the table events cannot be read: the file is damaged")
    faults += chain_faults(chain, expect_head=expect_head)
    found: Digests = {}
    for table in ROW_TABLES:
        try:
            found.update(_digests(connection, table))
        except (SQLAlchemyError, ValueError):
            faults.append(f"the table {table.name} cannot be read: the file is damaged")
    return (*faults, *_row_faults(chain, found))


def _read_chain(connection: Connection) -> list[Event]:
    return [Event(*row) for row in connection.execute(select(events).order_by(events.c.n))]


def _digests(connection: Connection, table: Table) -> Iterator[tuple[tuple[str, object], tuple]]:
    look = inspect(connection)
    if not look.has_table(table.name):  # an older schema; lost rows show by their events
        return
    names = {column["name"] for column in look.get_columns(table.name)} & set(table.c.keys())
    present = [column for column in table.c if column.name in names]
    states: dict[object, list] = {}
    for row in connection.execute(select(*present).order_by(table.c.event, table.c.line)):
        state = states.setdefault(row.event, [0, hashlib.sha256()])
        state[0] += 1
        try:
            state[1].update(row_text(row._mapping).encode("ascii"))
        except TypeError:  # bytes where text was written
            state[1].update(b"?")
    for number, (count, state) in states.items():
        yield (table.name, number), (count, state.hexdigest())


def _row_faults(chain: list[Event], found: Digests) -> list[str]:
    faults = []
    for event in chain:
        for name, (count, digest) in sorted(_recorded(event).items()):
            held, now = found.pop((name, event.n), (0, ""))
            if held != count:
                faults.append(
                    f"{name}: event {event.n} wrote {count} rows, and {held} are there now"
                )
            elif now != digest:
                faults.append(f"{name}: rows that event {event.n} wrote were altered")
    for (name, number), (count, _) in found.items():
        faults.append(f"{name}: {count} rows name event {number}, which did not write them")
    return faults


def _recorded(event: Event) -> dict[str, tuple[int, str]]:
    try:
        rows = json.loads(event.body)["rows"]
        return {name: (int(count), str(digest)) for name, (count, digest) in rows.items()}
    except (TypeError, ValueError, KeyError, AttributeError):
        return {}


def _file_faults(connection: Connection) -> list[str]:
    """Give what SQLite itself finds wrong, and whether the guards against changes still stand."""
    faults = []
    try:
        said = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
        if said != ["ok"]:
            faults.append(f"the file is damaged: SQLite finds {len(said)} faults in it")
        strays = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if strays:
            faults.append(f"{len(strays)} rows refer to rows that are not there")
        if connection.exec_driver_sql("PRAGMA application_id").scalar() != APPLICATION_ID:
            faults.append("the file's mark as a register was altered")
        faults += _version_faults(connection) + _trigger_faults(connection)
    except SQLAlchemyError:
        faults.append("the file is damaged: SQLite cannot read all of it")
    return faults


def _version_faults(connection: Connection) -> list[str]:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    written = meta.c.name == "schema_version"
    recorded = (
        connection.execute(select(meta.c.value).where(written).order_by(meta.c.event, meta.c.line))
        .scalars()
        .all()
    )
    if recorded and str(recorded[-1]) == str(version):
        return []
    return ["the file's schema version is not the one the register recorded"]


def _trigger_faults(connection: Connection) -> list[str]:
    listed = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
    present = dict(listed.fetchall())
    version = connection.exec_driver_sql("PRAGMA user_version").scalar()
    older = isinstance(version, int) and version < VERSION  # has fewer tables to guard
    tables = inspect(connection).get_table_names() if older else None
    return [
        f"the guard {name} was removed or altered: rows could have been changed"
        for name, sql in append_only_triggers(tables).items()
        if present.get(name) != sql
    ]
