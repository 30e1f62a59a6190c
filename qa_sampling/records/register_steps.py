"""The SQL of the steps from one schema to the next, a block a subject; released, never altered.

What a fresh register has is in :mod:`~qa_sampling.records.register_schema`; a test holds both
to each other.
"""

from __future__ import annotations

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
