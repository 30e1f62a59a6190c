"""The SQL of the steps from one schema to the next, a block a subject; released, never altered.

What a fresh register has is in :mod:`~qa_sampling.records.register_schema`; a test holds both
to each other.
"""

from __future__ import annotations

from dataclasses import dataclass

KEY_ROTATION: tuple[str, ...] = (
    """CREATE TABLE key_rotations (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        old_key_id VARCHAR(200) NOT NULL,
        new_key_id VARCHAR(200) NOT NULL,
        rotated_by VARCHAR(200) NOT NULL,
        reason TEXT NOT NULL,
        old_key_is_lost INTEGER NOT NULL,
        linked INTEGER NOT NULL,
        not_linked INTEGER NOT NULL,
        audited_not_linked INTEGER NOT NULL,
        rotated_at VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (old_key_id),
        UNIQUE (new_key_id)
    )""",
    """CREATE TABLE reference_links (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        old_ref VARCHAR(200) NOT NULL,
        new_ref VARCHAR(200) NOT NULL,
        new_key_id VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (old_ref)
    )""",
    """CREATE TABLE relinkings (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        relinked_by VARCHAR(200) NOT NULL,
        reason TEXT NOT NULL,
        source TEXT NOT NULL,
        asked_for INTEGER NOT NULL,
        found INTEGER NOT NULL,
        relinked_at VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n)
    )""",
)
"""Schema 2, block "keys": key_rotations, reference_links, relinkings."""

RELEASES: tuple[str, ...] = (
    """CREATE TABLE releases (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        source VARCHAR(200) NOT NULL,
        title TEXT NOT NULL,
        fingerprint VARCHAR(64) NOT NULL,
        content TEXT NOT NULL,
        released_at VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (source, fingerprint)
    )""",
)
"""Schema 2, block "releases": releases."""

ACTION_COLUMNS: tuple[str, ...] = (
    "ALTER TABLE actions ADD COLUMN source VARCHAR(200)",
    "ALTER TABLE actions ADD COLUMN raised VARCHAR(200)",
    "ALTER TABLE actions ADD COLUMN how_verified TEXT",
    "ALTER TABLE actions ADD COLUMN publishable VARCHAR(200)",
    "ALTER TABLE actions ADD COLUMN you_said TEXT",
    "ALTER TABLE actions ADD COLUMN we_did TEXT",
    "ALTER TABLE actions ADD COLUMN what_changed TEXT",
    "ALTER TABLE actions ADD COLUMN sheet_id VARCHAR(200)",
)
"""Schema 3, block "loop": where an action comes from, how it was verified, what may be told."""

ACTIVITIES: tuple[str, ...] = (
    """CREATE TABLE activities (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        activity_id VARCHAR(200) NOT NULL,
        replaces VARCHAR(200) NOT NULL,
        kind VARCHAR(200) NOT NULL,
        date VARCHAR(200) NOT NULL,
        service VARCHAR(200),
        team VARCHAR(200),
        observer_role VARCHAR(200),
        standards TEXT,
        grade VARCHAR(200),
        score DOUBLE,
        given_by VARCHAR(200),
        view VARCHAR(200),
        outcome VARCHAR(200),
        people INTEGER,
        themes TEXT,
        note TEXT,
        sheet_id VARCHAR(200),
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (activity_id, replaces)
    )""",
)
"""Schema 3, block "loop": activities."""

NAME_INDEXES: tuple[str, ...] = (
    "CREATE INDEX audits_by_name ON audits (audit_id, event)",
    "CREATE INDEX moderations_by_name ON moderations (moderation_id, event)",
    "CREATE INDEX actions_by_name ON actions (action_id, event)",
    "CREATE INDEX activities_by_name ON activities (activity_id, event)",
)
"""Schema 3, block "loop": what stands is found by name and event."""


FIELDWORK: tuple[str, ...] = (
    """CREATE TABLE outcomes (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        outcome_id VARCHAR(200) NOT NULL,
        replaces VARCHAR(200) NOT NULL,
        draw_id VARCHAR(200) NOT NULL,
        case_ref VARCHAR(200) NOT NULL,
        outcome VARCHAR(200) NOT NULL,
        reason TEXT,
        said_by VARCHAR(200),
        date VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (outcome_id, replaces)
    )""",
    """CREATE TABLE grants (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        grant_id VARCHAR(200) NOT NULL,
        replaces VARCHAR(200) NOT NULL,
        audit_id VARCHAR(200) NOT NULL,
        kind VARCHAR(200) NOT NULL,
        new_due VARCHAR(200),
        reason TEXT NOT NULL,
        approved_by VARCHAR(200) NOT NULL,
        date VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (grant_id, replaces)
    )""",
    """CREATE TABLE reassignments (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        reassignment_id VARCHAR(200) NOT NULL,
        replaces VARCHAR(200) NOT NULL,
        draw_id VARCHAR(200) NOT NULL,
        case_ref VARCHAR(200) NOT NULL,
        auditor_id VARCHAR(200) NOT NULL,
        auditor_role VARCHAR(200),
        reason VARCHAR(200) NOT NULL,
        instead_of VARCHAR(200),
        decided_by VARCHAR(200) NOT NULL,
        date VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (reassignment_id, replaces)
    )""",
    """CREATE TABLE audit_tags (
        event INTEGER NOT NULL,
        line INTEGER NOT NULL,
        tag_id VARCHAR(200) NOT NULL,
        replaces VARCHAR(200) NOT NULL,
        audit_id VARCHAR(200) NOT NULL,
        kind VARCHAR(200) NOT NULL,
        tag VARCHAR(200) NOT NULL,
        PRIMARY KEY (event, line),
        FOREIGN KEY(event) REFERENCES events (n),
        UNIQUE (tag_id, replaces)
    )""",
)
"""Schema 3, block "fieldwork": what becomes of drawn cases, leave, new auditors, tags."""


@dataclass(frozen=True)
class Migration:
    """One step from a schema version to the next.

    Attributes
    ----------
    to_version : int
        Version after the step; one more than before.
    about : str
        What it adds, in plain words.
    statements : tuple of str
        SQL that adds tables, triggers, indexes or columns that can be blank.
    """

    to_version: int
    about: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        2,
        "rotation of keys, links between references, re-linking; the ledger of releases",
        (
            *KEY_ROTATION,  # block "keys": key_rotations, reference_links, relinkings
            *RELEASES,  # block "releases": releases
        ),
    ),
    Migration(
        3,
        "where actions come from and how they were verified; other QA activity; fieldwork",
        (
            *ACTION_COLUMNS,  # block "loop": columns of actions
            *ACTIVITIES,  # block "loop": activities
            *FIELDWORK,  # block "fieldwork": outcomes, grants, reassignments, audit_tags
            *NAME_INDEXES,  # block "loop": indexes
        ),
    ),
)
"""All steps, by version. A released step is never altered. Guards are added by the upgrade."""
