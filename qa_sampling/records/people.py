"""Members of staff as people write them: number, name, or "Name (number)"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd

from qa_sampling.records.book import Cell
from qa_sampling.records.cells import Unreadable, plain, read_text

_NOBODY = Unreadable("names nobody of the staff list")
_SEVERAL = Unreadable("names more than one member of staff")
_NO_NAME = Unreadable("holds a long number where a member of staff was expected")


def written_names(staff: pd.DataFrame | None) -> dict[str, str]:
    """Give how each member of staff is written: "Name (number)", by number.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``.
    """
    if staff is None:
        return {}
    pairs = zip(staff["staff_id"], staff["name"], strict=True)
    return {number: number if pd.isna(name) else f"{name} ({number})" for number, name in pairs}


def person_reader(staff: pd.DataFrame | None) -> Callable[[Cell], object]:
    """Give a reader of members of staff: their number; without a list, what is written.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``.
    """
    if staff is None:
        return _any_name
    known = _known(staff)

    def read(value: Cell) -> str | Unreadable | None:
        text = read_text(value)
        if text is None or isinstance(text, Unreadable):
            return text
        ending = re.search(r"\(([^()]+)\)$", text)
        for one in (ending[1] if ending else "", text):
            found = known.get(plain(one).casefold(), ())
            if len(found) == 1:
                return next(iter(found))
            if len(found) > 1:
                return _SEVERAL
        return _NOBODY

    return read


def _known(staff: pd.DataFrame) -> Mapping[str, set[str]]:
    known: dict[str, set[str]] = {}
    for number, name in zip(staff["staff_id"], staff["name"], strict=True):
        known.setdefault(plain(number).casefold(), set()).add(number)
        if pd.notna(name):
            known.setdefault(plain(name).casefold(), set()).add(number)
    return known


def _any_name(value: Cell) -> str | Unreadable | None:
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return _NO_NAME if re.search(r"\d{8}", text) else text
