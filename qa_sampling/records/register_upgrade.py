"""The schema, made new or taken one version further."""

from __future__ import annotations

from sqlalchemy import Connection, select

from qa_sampling.records import register_schema as schema
from qa_sampling.records.transaction import Transaction


def create_schema(connection: Connection) -> None:
    """Make all tables, and on SQLite the guards and the marks that tell a register by."""
    schema.METADATA.create_all(connection)
    if connection.dialect.name == "sqlite":
        for statement in schema.append_only_triggers().values():
            connection.exec_driver_sql(statement)
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
        write.connection.exec_driver_sql(f"PRAGMA user_version = {int(step.to_version)}")
    write.facts["about"] = step.about
    write.add(schema.meta, [{"name": "schema_version", "value": str(step.to_version)}])
