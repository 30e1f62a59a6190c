"""Tables that were released, as text: what the register keeps of them, and what it gives back.

The text holds what is printed and nothing else. It comes back as a PrintedTable, which later
tables are protected against and which cannot itself be shared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable, SafeTable, require_safe
from qa_sampling.reporting.table_keys import Key, key_of

_FORMAT = "qa_sampling/release/v1"


def release_text(table: SafeTable) -> str:
    """Give a protected table as text, the same for the same table.

    Parameters
    ----------
    table : SafeTable
        The table that is released.

    Raises
    ------
    DisclosureError
        When it is not a SafeTable.
    """
    table = require_safe(table, what="release_text()")
    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    if not table.published:  # as such tables were written before there were others
        del plain["published"]
    if not table.events:  # likewise
        del plain["events"]
    return json.dumps(
        {"format": _FORMAT} | plain, ensure_ascii=False, sort_keys=False, separators=(",", ":")
    )


def release_fingerprint(table: SafeTable) -> str:
    """Give the SHA-256 of a table's text, which tells releases apart.

    Parameters
    ----------
    table : SafeTable
        The table.
    """
    return hashlib.sha256(release_text(table).encode("utf-8")).hexdigest()


@lru_cache(maxsize=4096)
def printed_table(text: str) -> PrintedTable:
    """Give a table back from its text; read once a run, since a page asks many times over.

    Parameters
    ----------
    text : str
        What :func:`release_text` gave.

    Raises
    ------
    DisclosureError
        When it is not the text of a release that this version can read.
    """
    try:
        plain = json.loads(text)
        if plain.pop("format") != _FORMAT:
            raise ValueError
        return PrintedTable(**{name: _back(name, value) for name, value in plain.items()})
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DisclosureError(
            "A release in the ledger cannot be read by this version, so nothing can be protected "
            "against it. Use the version that wrote it, or a newer one."
        ) from None


def printed_tables(texts: Iterable[str]) -> tuple[PrintedTable, ...]:
    """Give all tables of a ledger, each once.

    Parameters
    ----------
    texts : iterable of str
        What :func:`release_text` gave.
    """
    return tuple(printed_table(text) for text in dict.fromkeys(texts))


def _back(name: str, value: Any) -> Any:  # noqa: ANN401
    """Turn lists into the tuples that they were."""
    if name == "rows":
        return tuple(tuple(row) for row in value)
    if name == "made_of":
        return {
            column: {label: (dimension, tuple(parts)) for label, (dimension, parts) in into.items()}
            for column, into in value.items()
        }
    if isinstance(value, list):
        return tuple(value)
    if name in ("exclusive", "adding_up"):
        return {whole: tuple(tuple(some) for some in groups) for whole, groups in value.items()}
    if name in ("percentages", "rates", "subtotals", "over"):
        return {key: tuple(one) for key, one in value.items()}
    return value


@dataclass(frozen=True)
class Released:
    """What is out of one count.

    Attributes
    ----------
    shown : bool
        Whether a table shows it exactly.
    rightly : bool
        Whether one does that by its own threshold.
    """

    shown: bool = False
    rightly: bool = False


def released(tables: Sequence[PrintedTable]) -> dict[Key, Released]:
    """Give what is out of every count that tables have a place for.

    What is out only as a rounded number is left out: it may still be shown or hidden.

    Parameters
    ----------
    tables : sequence of PrintedTable
        The tables that are out.
    """
    out: dict[Key, Released] = {}
    for table in tables:
        for row in table.rows:
            for count in table.counts:
                printed = row[table.columns.index(count)]
                shown, decided = printed != HIDDEN_MARK, count in table.decisions
                if shown and table.rounded_to > 1 and not decided:
                    continue
                rightly = shown and (decided or printed == 0 or printed >= table.threshold)
                key = key_of(table, count, row)
                told = out.get(key, Released())
                out[key] = Released(told.shown or shown, told.rightly or rightly)
    return out
