"""What the register's tables share: their columns' kinds, and the chain of events."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()


def text(name: str, *, blank: bool = False) -> Column:
    """Give a column of text of any length.

    Parameters
    ----------
    name : str
        Its name.
    blank : bool
        Whether it may be missing.
    """
    return Column(name, Text, nullable=blank)


def key(name: str, *, blank: bool = False) -> Column:
    """Give a column of short text (see :func:`text`)."""
    return Column(name, String(200), nullable=blank)


def whole(name: str, *, blank: bool = False) -> Column:
    """Give a column of whole numbers (see :func:`text`)."""
    return Column(name, Integer, nullable=blank)


def number(name: str) -> Column:
    """Give a column of numbers that may be missing."""
    return Column(name, Double, nullable=True)


def row_table(name: str, *columns: Column | UniqueConstraint | ForeignKeyConstraint) -> Table:
    """Give a table whose rows name the event that wrote them."""
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
    key("at"),
    key("actor"),
    key("kind"),
    text("body"),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
