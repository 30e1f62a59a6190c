"""Parts of what is said of pictures for readers who cannot see them, shared by all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.words import Told
from qa_sampling.reporting.words import _told as _told_from
from qa_sampling.results import Described

_LISTED = 8


def opening(kind: str, result: Described) -> str:
    """Say the kind of chart and what it is about."""
    about = (f"{part[:1].upper()}{part[1:]}." for part in (result.measure, result.scope) if part)
    return " ".join((f"{kind}.", *about))


def told(table: SafeTable | None, rows: pd.DataFrame, parts: Iterable[str]) -> Told:
    """Put the sentences together; a raw result's words know no SafeTable.

    Parameters
    ----------
    table : SafeTable or None
        The table the result was derived from; None for a raw result.
    rows : DataFrame
        The raw result's own table.
    parts : iterable of str
        Sentences; blank ones are left out.
    """
    text = " ".join(part for part in parts if part)
    return _told_from(rows if table is None else table, text)


def many(number: int, one: str) -> str:
    """Give a number with its noun, such as "3 pairs"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def some_named(names: Sequence[str]) -> str:
    """List names, at most a few."""
    shown = [str(name) for name in names[:_LISTED]]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{'; '.join(shown)}{more}"


def hidden(rows: pd.DataFrame, one: str) -> str:
    """Say how much is hidden; which, the table beneath says."""
    number = int(rows["hidden"].sum())
    return f"Hidden: {many(number, one)}." if number else ""
