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
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from qa_sampling.records.register_steps import MIGRATIONS as MIGRATIONS
from qa_sampling.records.register_steps import Migration as Migration

VERSION = 3
"""Version of the schema this package writes; kept in `meta` and in SQLite's user_version."""

APPLICATION_ID = 0x51415331
"""Marks a SQLite file as a register ("QAS1")."""

METADATA = MetaData()

APPEND_ONLY = "the register is append-only: record a correction as a new row"


def _text(name: str, *, blank: bool = False) -> Column:
    return Column(name, Text, nullable=blank)


def _key(name: str, *, blank: bool = False) -> Column:
    return Column(name, String(200), nullable=blank)


def _whole(name: str, *, blank: bool = False) -> Column:
    return Column(name, Integer, nullable=blank)


def _number(name: str) -> Column:
    return Column(name, Double, nullable=True)


def _table(name: str, *columns: Column | UniqueConstraint | ForeignKeyConstraint) -> Table:
    return Table(
        name,
        METADATA,
        Column("event", Integer, ForeignKey("events.n"), primary_key=True, autoincrement=False),
        Column("line", Integer, primary_key=True, autoincrement=False),
        *columns,
    )


events = Table(
    "events",
    METADATA,
    Column("n", Integer, primary_key=True, autoincrement=False),
    _key("at"),
    _key("actor"),
    _key("kind"),
    _text("body"),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

meta = _table("meta", _key("name"), _text("value"))

commitments = _table(
    "commitments",
    Column("year", Integer, nullable=False, unique=True),
    Column("commitment", String(64), nullable=False),
)

frames = _table(
    "frames",
    _key("period"),
    _key("design"),
    _whole("redraw"),
    _key("fingerprint"),
    _text("snapshot"),
    _text("parameters"),
    _key("fixed_at"),
    UniqueConstraint("period", "design", "redraw"),
)

seeds = _table(
    "seeds",
    _key("period"),
    _key("design"),
    _whole("redraw"),
    _text("seed"),
    _key("state"),
    _key("given_at"),
)

redraws = _table(
    "redraws",
    _key("period"),
    _key("design"),
    _whole("redraw"),
    _key("supersedes"),
    _text("reason"),
    _text("agreed_by"),
    _key("opened_at"),
    UniqueConstraint("period", "design", "redraw"),
)

draws = _table(
    "draws",
    Column("draw_id", String(200), nullable=False, unique=True),
    _key("period"),
    _key("design"),
    _whole("redraw"),
    _text("title"),
    _key("as_at"),
    _key("due"),
    _key("frame_fingerprint"),
    _text("seed"),
    _key("method"),
    _text("parameters"),
    _text("allocation"),
    _text("set_aside"),
    _key("fingerprint"),
    _text("sample_layout"),
    _text("assignment_layout"),
    _text("assignment_parameters"),
    _text("loads"),
    _text("checks"),
    _key("library_version"),
    _key("drawn_at"),
    UniqueConstraint("period", "design", "redraw"),
)

sampled_cases = _table(
    "sampled_cases",
    Column("draw_id", String(200), ForeignKey("draws.draw_id"), nullable=False),
    _key("case_ref"),
    _text("stratum"),
    _key("drawn_as"),
    _whole("rank", blank=True),
    _key("ticket"),
    _number("inclusion_probability"),
    _number("weight"),
    _text("further", blank=True),
    UniqueConstraint("draw_id", "case_ref"),
)

assignments = _table(
    "assignments",
    _key("draw_id"),
    _key("case_ref"),
    _key("auditor_id"),
    _key("auditor_role"),
    _key("moderator_id", blank=True),
    _number("moderation_probability"),
    _text("further", blank=True),
    UniqueConstraint("draw_id", "case_ref"),
    ForeignKeyConstraint(
        ["draw_id", "case_ref"], ["sampled_cases.draw_id", "sampled_cases.case_ref"]
    ),
)

runs = _table(
    "runs",
    _key("run_id"),
    _key("state"),
    _key("notebook"),
    _key("period"),
    _key("design"),
    _key("draw_id"),
    _text("parameters"),
    _text("detail"),
    _key("library_version"),
    _key("at"),
    UniqueConstraint("run_id", "state"),
)

publications = _table(
    "publications",
    Column("draw_id", String(200), ForeignKey("draws.draw_id"), nullable=False),
    _key("folder"),
    Column("manifest_sha256", String(64), nullable=False),
    _key("published_at"),
)

audits = _table(
    "audits",
    _key("audit_id"),
    _key("replaces"),
    _key("draw_id", blank=True),
    _key("case_ref"),
    _key("period"),
    _key("design"),
    _text("stratum", blank=True),
    _text("team", blank=True),
    _key("audit_type", blank=True),
    _key("auditor_id", blank=True),
    _key("auditor_role", blank=True),
    _key("date_assigned", blank=True),
    _key("date_due", blank=True),
    _key("date_completed", blank=True),
    _key("practitioner_met", blank=True),
    _key("family_feedback", blank=True),
    _key("immediate_safeguarding_concern", blank=True),
    _text("learning", blank=True),
    UniqueConstraint("audit_id", "replaces"),
)

answers = _table(
    "answers",
    _key("audit_id"),
    _key("standard"),
    _key("grade"),
    _text("evidence", blank=True),
    UniqueConstraint("event", "audit_id", "standard"),
)

moderations = _table(
    "moderations",
    _key("moderation_id"),
    _key("replaces"),
    _key("audit_id"),
    _key("moderator_id"),
    _key("role", blank=True),
    _key("date", blank=True),
    _key("reflects_practice", blank=True),
    _key("meaningful_learning", blank=True),
    _text("comment", blank=True),
    _key("panel_final_grade", blank=True),
    UniqueConstraint("moderation_id", "replaces"),
)

moderated_answers = _table(
    "moderated_answers",
    _key("moderation_id"),
    _key("standard"),
    _key("grade"),
    UniqueConstraint("event", "moderation_id", "standard"),
)

actions = _table(
    "actions",
    _key("action_id"),
    _key("replaces"),
    _key("audit_id"),
    _key("standard", blank=True),
    _text("text", blank=True),
    _key("owner", blank=True),
    _key("due", blank=True),
    _key("completed", blank=True),
    _key("verified_by", blank=True),
    _key("verified_date", blank=True),
    _key("status", blank=True),
    _text("impact_evidence", blank=True),
    # Block "loop" of schema 3.
    _key("source", blank=True),
    _key("raised", blank=True),
    _text("how_verified", blank=True),
    _key("publishable", blank=True),
    _text("you_said", blank=True),
    _text("we_did", blank=True),
    _text("what_changed", blank=True),
    _key("sheet_id", blank=True),
    UniqueConstraint("action_id", "replaces"),
)

# Block "loop" of schema 3: other QA activity.

activities = _table(
    "activities",
    _key("activity_id"),
    _key("replaces"),
    _key("kind"),
    _key("date"),
    _key("service", blank=True),
    _key("team", blank=True),
    _key("observer_role", blank=True),
    _text("standards", blank=True),
    _key("grade", blank=True),
    _number("score"),
    _key("given_by", blank=True),
    _key("view", blank=True),
    _key("outcome", blank=True),
    _whole("people", blank=True),
    _text("themes", blank=True),
    _text("note", blank=True),
    _key("sheet_id", blank=True),
    UniqueConstraint("activity_id", "replaces"),
)

# Block "fieldwork" of schema 3: what becomes of drawn cases on their way.

outcomes = _table(
    "outcomes",
    _key("outcome_id"),
    _key("replaces"),
    _key("draw_id"),
    _key("case_ref"),
    _key("outcome"),
    _text("reason", blank=True),
    _key("said_by", blank=True),
    _key("date"),
    UniqueConstraint("outcome_id", "replaces"),
)

grants = _table(
    "grants",
    _key("grant_id"),
    _key("replaces"),
    _key("audit_id"),
    _key("kind"),
    _key("new_due", blank=True),
    _text("reason"),
    _key("approved_by"),
    _key("date"),
    UniqueConstraint("grant_id", "replaces"),
)

reassignments = _table(
    "reassignments",
    _key("reassignment_id"),
    _key("replaces"),
    _key("draw_id"),
    _key("case_ref"),
    _key("auditor_id"),
    _key("auditor_role", blank=True),
    _key("reason"),
    _key("instead_of", blank=True),
    _key("decided_by"),
    _key("date"),
    UniqueConstraint("reassignment_id", "replaces"),
)

audit_tags = _table(
    "audit_tags",
    _key("tag_id"),
    _key("replaces"),
    _key("audit_id"),
    _key("kind"),
    _key("tag"),
    UniqueConstraint("tag_id", "replaces"),
)

# Block "keys" of schema 2: rotation of keys, links between references, re-linking.

key_rotations = _table(
    "key_rotations",
    Column("old_key_id", String(200), nullable=False, unique=True),
    Column("new_key_id", String(200), nullable=False, unique=True),
    _key("rotated_by"),
    _text("reason"),
    _whole("old_key_is_lost"),
    _whole("linked"),
    _whole("not_linked"),
    _whole("audited_not_linked"),
    _key("rotated_at"),
)

reference_links = _table(
    "reference_links",
    Column("old_ref", String(200), nullable=False, unique=True),
    _key("new_ref"),
    _key("new_key_id"),
)

relinkings = _table(
    "relinkings",
    _key("relinked_by"),
    _text("reason"),
    _text("source"),
    _whole("asked_for"),
    _whole("found"),
    _key("relinked_at"),
)

# Block "releases" of schema 2: the ledger of what was protected for others to read.

releases = _table(
    "releases",
    _key("source"),
    _text("title"),
    Column("fingerprint", String(64), nullable=False),
    _text("content"),
    _key("released_at"),
    UniqueConstraint("source", "fingerprint"),
)

# Block "loop" of schema 3: what stands is found by name and event.

for _kept in (audits, moderations, actions, activities):
    Index(f"{_kept.name}_by_name", list(_kept.columns)[2], _kept.c.event)

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
