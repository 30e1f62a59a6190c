"""Keyed references and tickets: the whole random source of every draw.

A case's **reference** is a keyed pseudonym: base32 of HMAC-SHA256 of its number under
a key that stays outside repository and outputs, so a published reference cannot be
turned back by trying all numbers. A case's **ticket** is the SHA-256 of a tag that
names the purpose, the seed text and the reference, joined by zero bytes. Nothing else
in this package draws at random: no generator, no row order, no library version.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from typing import Literal

Purpose = Literal["draw", "family", "moderation", "rounding", "assignment", "selection"]

TAGS: dict[str, str] = {
    "draw": "qa_sampling/ticket/v1",
    "family": "qa_sampling/family/v1",
    "moderation": "qa_sampling/moderation/v1",
    "rounding": "qa_sampling/rounding/v1",
    "assignment": "qa_sampling/assignment/v1",
    "selection": "qa_sampling/selection/v1",
}
"""Version tags by purpose: two purposes never share tickets."""

_REFERENCE_TAG = b"qa_sampling/pid/v1\x00"
_REFERENCE_LENGTH = 26


def pseudonym(identifier: str, key: bytes) -> str:
    """Give the keyed reference of one identifier.

    Parameters
    ----------
    identifier : str
        The case system's number, as text; surrounding white space does not count.
    key : bytes
        Secret key, at least 16 bytes.

    Returns
    -------
    str
        26 characters of base32 (130 bits).

    Raises
    ------
    ValueError
        When the key is shorter than 16 bytes or the identifier is blank.
    """
    if len(key) < 16:
        raise ValueError(f"`key` must hold at least 16 bytes; got {len(key)}.")
    text = unicodedata.normalize("NFC", identifier.strip())
    if not text:
        raise ValueError("`identifier` is blank; every case needs a number.")
    digest = hmac.digest(key, _REFERENCE_TAG + text.encode("utf-8"), "sha256")
    return base64.b32encode(digest).decode("ascii")[:_REFERENCE_LENGTH]


def ticket(reference: str, seed: str, *, purpose: Purpose = "draw") -> str:
    """Give the ticket of one reference: 64 hexadecimal digits.

    Parameters
    ----------
    reference : str
        Case reference, or any other text that names what is drawn.
    seed : str
        Seed text, exactly as published.
    purpose : {"draw", "family", "moderation", "rounding", "assignment", "selection"}
        What the ticket is for; each has a tag of its own in :data:`TAGS`.

    Raises
    ------
    KeyError
        When `purpose` is unknown.
    """
    text = f"{TAGS[purpose]}\x00{seed}\x00{reference}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def tickets(references: Iterable[str], seed: str, *, purpose: Purpose = "draw") -> list[str]:
    """Give the tickets of many references, in their order (see :func:`ticket`).

    Parameters
    ----------
    references : iterable of str
        Case references, or other texts that name what is drawn.
    seed : str
        Seed text, exactly as published.
    purpose : {"draw", "family", "moderation", "rounding", "assignment", "selection"}
        What the tickets are for.

    Returns
    -------
    list of str
        64 hexadecimal digits each.

    Raises
    ------
    KeyError
        When `purpose` is unknown.
    """
    begin = hashlib.sha256(f"{TAGS[purpose]}\x00{seed}\x00".encode()).copy
    drawn = []
    for reference in references:
        state = begin()
        state.update(reference.encode())
        drawn.append(state.hexdigest())
    return drawn


def as_fraction(value: str) -> float:
    """Read a ticket as a number from 0 to 1, for showing: its first 52 bits.

    Parameters
    ----------
    value : str
        Ticket, 64 hexadecimal digits.
    """
    return int(value[:13], 16) / 16**13
