"""The hash chain of the register: what makes a quiet change show.

Every write appends one event. It carries a digest of the rows that were written with
it and the hash of the event before it, so that an edit, a deletion, an insertion or
another order anywhere no longer fits. Pure: no database, no clock.

What a chain cannot show by itself is that its tail was cut off or that all of it was
written anew; for that, the head is printed on every output and compared later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""What stands for "the hash before" in the first event."""

HEAD_SHOWN = 16
"""Hexadecimal digits of the head that are printed on outputs: enough to recognise it."""


class Event(NamedTuple):
    """One link of the chain.

    Attributes
    ----------
    n : int
        Number of the event, from 1 without gaps.
    at : str
        When, in UTC, as ISO text.
    actor : str
        Who, as the caller named themselves.
    kind : str
        What happened, such as "draw committed".
    body : str
        Canonical JSON: facts, and the number and digest of the rows written by table.
    prev : str
        Hash of the event before; :data:`GENESIS` for the first.
    hash : str
        SHA-256 over all of the above.
    """

    n: int
    at: str
    actor: str
    kind: str
    body: str
    prev: str
    hash: str


def canonical_json(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """Give the one JSON text of a value: keys sorted, no spaces, ASCII only.

    Numbers with a fraction are written in their shortest form that reads back exactly.

    Raises
    ------
    TypeError
        When the value holds something that JSON cannot.
    ValueError
        When a number is not finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_rows(rows: Iterable[Mapping[str, object]]) -> str:
    """Give the SHA-256 of rows, in their order.

    Each row counts as the canonical JSON of its columns that hold a value, so a column
    that a later schema adds leaves the digests of earlier rows as they were.

    Parameters
    ----------
    rows : iterable of mapping
        Column name to text, whole number, number or None.
    """
    state = hashlib.sha256()
    for row in rows:
        state.update(row_text(row).encode("ascii"))
    return state.hexdigest()


def row_text(row: Mapping[str, object]) -> str:
    """Give the text of one row that its digest is made from, ending in a line feed."""
    return canonical_json({name: value for name, value in row.items() if value is not None}) + "\n"


def hash_event(n: int, at: str, actor: str, kind: str, body: str, prev: str) -> str:
    """Give the hash of an event: SHA-256 over the canonical JSON of its parts as a list.

    Parameters
    ----------
    n : int
        Number of the event.
    at : str
        When, in UTC, as ISO text.
    actor, kind, body : str
        Who, what happened, and its canonical JSON (see :class:`Event`).
    prev : str
        Hash of the event before; :data:`GENESIS` for the first.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    text = canonical_json([n, at, actor, kind, body, prev])
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def next_event(last: Event | None, *, at: str, actor: str, kind: str, body: str) -> Event:
    """Give the event that follows `last`, or the first one when `last` is None.

    Parameters
    ----------
    last : Event or None
        The newest event of the chain; None when there is none.
    at : str
        When, in UTC, as ISO text.
    actor, kind, body : str
        Who, what happened, and its canonical JSON (see :class:`Event`).
    """
    n = 1 if last is None else last.n + 1
    prev = GENESIS if last is None else last.hash
    return Event(n, at, actor, kind, body, prev, hash_event(n, at, actor, kind, body, prev))


def chain_faults(events: Iterable[Event], *, expect_head: str | None = None) -> list[str]:
    """Give what is wrong with a chain of events; an empty list when it is sound.

    Parameters
    ----------
    events : iterable of Event
        All events, by number.
    expect_head : str, optional
        A head noted earlier, whole or its first 16 digits or more. It must still be in the
        chain: a register that has grown since is sound, one whose tail was cut is not.
    """
    faults = []
    wanted = (expect_head or "").strip().lower()
    met, before, expected = not wanted, GENESIS, 1
    for event in events:
        if event.n != expected:
            faults.append(f"event {expected} is missing: event {event.n} follows {expected - 1}")
        if event.prev != before:
            faults.append(f"event {event.n} does not follow from the event before it")
        if event.hash != _hash_or_blank(event):
            faults.append(f"event {event.n} was altered: its hash does not fit its text")
        before = event.hash
        met = met or (len(wanted) >= HEAD_SHOWN and str(event.hash).startswith(wanted))
        expected = event.n + 1 if isinstance(event.n, int) else expected + 1
    if not met:
        faults.append(
            f"the head {wanted[:HEAD_SHOWN]} that was expected is not in the chain: later events "
            "were cut off, the chain was written anew, or this is another register"
        )
    return faults


def _hash_or_blank(event: Event) -> str:
    try:
        return hash_event(*event[:-1])
    except (TypeError, ValueError):
        return ""
