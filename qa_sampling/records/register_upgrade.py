"""The schema, made new or taken one version further."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select

from qa_sampling.records import register_schema as schema
from qa_sampling.records.transaction import Transaction


def create_schema(connection: Connection) -> None:
    """Make all tables, and on SQLite the guards and the marks that tell a register by."""
    schema.METADATA.create_all(connection)
    if connection.dialect.name == "sqlite":
        _add_guards(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {schema.VERSION}")


def stored_version(connection: Connection) -> int:
    """Give the schema version of a register; 0 when it names none."""
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
    recorded = connection.execute(
        select(schema.meta.c.value)
        .where(schema.meta.c.name == "schema_version")
        .order_by(schema.meta.c.event.desc())
        .limit(1)
    ).scalar()
    return int(recorded or 0)


def upgrade(write: Transaction, *, step: schema.Migration) -> None:
    """Take one step within a write, unless it has been taken; all of it or nothing stays."""
    if stored_version(write.connection) != step.to_version - 1:
        return
    for statement in step.statements:
        write.connection.exec_driver_sql(statement)
    if write.connection.dialect.name == "sqlite":
        _add_guards(write.connection)
        write.connection.exec_driver_sql(f"PRAGMA user_version = {int(step.to_version)}")
    write.facts["about"] = step.about
    write.add(schema.meta, [{"name": "schema_version", "value": str(step.to_version)}])


def _add_guards(connection: Connection) -> None:
    """Add the triggers that refuse changes to the tables that are there and lack them."""
    tables = set(inspect(connection).get_table_names())
    listed = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    present = {row[0] for row in listed}
    for name, statement in schema.append_only_triggers(tables).items():
        if name not in present:
            connection.exec_driver_sql(statement)
