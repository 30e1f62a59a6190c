"""The register's tables, their version, and the steps from one version to the next.

Every row names the event that wrote it and its line in that event; both together are
its number, "12.3". Rows are only ever added: on SQLite, triggers refuse anything else.
Columns hold text, whole numbers and double-precision numbers only; days and times are
ISO text, so that nothing depends on a driver's idea of a date.

A migration may add tables, indexes and columns that can be blank. It never rewrites a
row: the digests in the chain would no longer fit.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from qa_sampling.records.register_columns import (
    METADATA,
    events,
    key,
    number,
    row_table,
    text,
    whole,
)
from qa_sampling.records.register_returns import (  # noqa: F401
    actions,
    activities,
    answers,
    audit_tags,
    audits,
    grants,
    moderated_answers,
    moderations,
    outcomes,
    reassignments,
)
from qa_sampling.records.register_steps import MIGRATIONS as MIGRATIONS
from qa_sampling.records.register_steps import Migration as Migration

VERSION = 3
"""Version of the schema this package writes; kept in `meta` and in SQLite's user_version."""

APPLICATION_ID = 0x51415331
"""Marks a SQLite file as a register ("QAS1")."""

APPEND_ONLY = "the register is append-only: record a correction as a new row"


meta = row_table("meta", key("name"), text("value"))

commitments = row_table(
    "commitments",
    Column("year", Integer, nullable=False, unique=True),
    Column("commitment", String(64), nullable=False),
)

frames = row_table(
    "frames",
    key("period"),
    key("design"),
    whole("redraw"),
    key("fingerprint"),
    text("snapshot"),
    text("parameters"),
    key("fixed_at"),
    UniqueConstraint("period", "design", "redraw"),
)

seeds = row_table(
    "seeds",
    key("period"),
    key("design"),
    whole("redraw"),
    text("seed"),
    key("state"),
    key("given_at"),
)

redraws = row_table(
    "redraws",
    key("period"),
    key("design"),
    whole("redraw"),
    key("supersedes"),
    text("reason"),
    text("agreed_by"),
    key("opened_at"),
    UniqueConstraint("period", "design", "redraw"),
)

draws = row_table(
    "draws",
    Column("draw_id", String(200), nullable=False, unique=True),
    key("period"),
    key("design"),
    whole("redraw"),
    text("title"),
    key("as_at"),
    key("due"),
    key("frame_fingerprint"),
    text("seed"),
    key("method"),
    text("parameters"),
    text("allocation"),
    text("set_aside"),
    key("fingerprint"),
    text("sample_layout"),
    text("assignment_layout"),
    text("assignment_parameters"),
    text("loads"),
    text("checks"),
    key("library_version"),
    key("drawn_at"),
    UniqueConstraint("period", "design", "redraw"),
)

sampled_cases = row_table(
    "sampled_cases",
    Column("draw_id", String(200), ForeignKey("draws.draw_id"), nullable=False),
    key("case_ref"),
    text("stratum"),
    key("drawn_as"),
    whole("rank", blank=True),
    key("ticket"),
    number("inclusion_probability"),
    number("weight"),
    text("further", blank=True),
    UniqueConstraint("draw_id", "case_ref"),
)

assignments = row_table(
    "assignments",
    key("draw_id"),
    key("case_ref"),
    key("auditor_id"),
    key("auditor_role"),
    key("moderator_id", blank=True),
    number("moderation_probability"),
    text("further", blank=True),
    UniqueConstraint("draw_id", "case_ref"),
    ForeignKeyConstraint(
        ["draw_id", "case_ref"], ["sampled_cases.draw_id", "sampled_cases.case_ref"]
    ),
)

runs = row_table(
    "runs",
    key("run_id"),
    key("state"),
    key("notebook"),
    key("period"),
    key("design"),
    key("draw_id"),
    text("parameters"),
    text("detail"),
    key("library_version"),
    key("at"),
    UniqueConstraint("run_id", "state"),
)

publications = row_table(
    "publications",
    Column("draw_id", String(200), ForeignKey("draws.draw_id"), nullable=False),
    key("folder"),
    Column("manifest_sha256", String(64), nullable=False),
    key("published_at"),
)

# Block "keys" of schema 2: rotation of keys, links between references, re-linking.

key_rotations = row_table(
    "key_rotations",
    Column("old_key_id", String(200), nullable=False, unique=True),
    Column("new_key_id", String(200), nullable=False, unique=True),
    key("rotated_by"),
    text("reason"),
    whole("old_key_is_lost"),
    whole("linked"),
    whole("not_linked"),
    whole("audited_not_linked"),
    key("rotated_at"),
)

reference_links = row_table(
    "reference_links",
    Column("old_ref", String(200), nullable=False, unique=True),
    key("new_ref"),
    key("new_key_id"),
)

relinkings = row_table(
    "relinkings",
    key("relinked_by"),
    text("reason"),
    text("source"),
    whole("asked_for"),
    whole("found"),
    key("relinked_at"),
)

# Block "releases" of schema 2: the ledger of what was protected for others to read.

releases = row_table(
    "releases",
    key("source"),
    text("title"),
    Column("fingerprint", String(64), nullable=False),
    text("content"),
    key("released_at"),
    UniqueConstraint("source", "fingerprint"),
)

ROW_TABLES: tuple[Table, ...] = tuple(
    table for table in METADATA.sorted_tables if table is not events
)
"""Every table but the chain itself, in an order in which rows can be added."""


def append_only_triggers(tables: Collection[str] | None = None) -> dict[str, str]:
    """Give name and SQL of the triggers that refuse changes on SQLite.

    Parameters
    ----------
    tables : collection of str, optional
        Only of these tables, such as those an older register has; of all by default.
    """
    return {
        f"{table.name}_no_{change.lower()}": (
            f"CREATE TRIGGER {table.name}_no_{change.lower()} BEFORE {change} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
        for table in METADATA.sorted_tables
        if tables is None or table.name in tables
        for change in ("UPDATE", "DELETE")
    }
