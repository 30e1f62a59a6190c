"""When things are looked at again, as everybody may read it: months and roles, no counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from qa_sampling.reporting.dates import month_in_words
from qa_sampling.reporting.programme_words import short_of
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.word_table import WordTable
from qa_sampling.reporting.words import Words, say

_HEADS = ("What is looked at again", "When", "By whom")
_NEVER = "Not in the calendar"
REVIEWS_TITLE = "When it is looked at again"


def month_told(period: str) -> str:
    """Say a month in words; that it is not in the calendar where there is none.

    Parameters
    ----------
    period : str
        The month, as "2026-12"; blank for none.
    """
    return month_in_words(pd.Timestamp(f"{period}-01").date()) if period else _NEVER


def reviews_table(
    page: str, standards: Mapping[str, str], others: pd.DataFrame, *, owner: str
) -> WordTable:
    """Give when the page, the standards and all else are looked at again, the soonest first.

    Parameters
    ----------
    page : str
        Month of the next page, as "2026-12"; blank for none.
    standards : mapping of str to str
        Month of each standard's next review.
    others : DataFrame
        `what`, `month`, `owner`.
    owner : str
        Role that owns the page.
    """
    rows = [("This page", page, owner)]
    for month in sorted(set(standards.values()), key=lambda one: one or "9999"):
        names = [short_of(key) for key, when in standards.items() if when == month]
        rows.append((f"Standards: {'; '.join(names)}", month, owner))
    rows += others[["what", "month", "owner"]].itertuples(index=False, name=None)
    rows.sort(key=lambda row: row[1] or "9999")
    return WordTable(_HEADS, tuple(tuple(_told(row)) for row in rows))


def _told(row: tuple[str, str, str]) -> Iterable[Words]:
    what, month, owner = row
    for text in (what, month_told(month), owner or "–"):
        yield say("{text}", text=declared(text))
