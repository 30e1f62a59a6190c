"""Which days each extract holds of each list: a month that none holds is a gap, never 0.

Lists 1 to 8 look back six months from the day of the extract, lists 10 and 11 twelve. The day is
told by the name of the file, or the as-at day, and not believed where the events end before it. An
export of more months than the guidance asks for is told by what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from qa_sampling.records.annex_a_finding import Extract
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.annex_a_months import Read, month_in_name
from qa_sampling.records.annex_a_source import KEY_DATES
from qa_sampling.records.quality import FaultLog
from qa_sampling.trends.coverage import Span, empty_months, united

__all__ = ["OF_A_DAY", "Held", "Window", "held_on", "note_gaps", "windows_of"]

_MONTHS = dict.fromkeys(range(1, 9), 6) | {10: 12, 11: 12}
"""Months before its day that a list looks back on, by Ofsted's guidance; list 9 is of the day."""
_RECEIVED = (1, 3, 5)
"""Lists of what came in or began in these months, and of nothing from before."""
_ENDS = {4: "authorisation_date", 6: "closure_date", 7: "end_date", 8: "end_date"}
"""Lists of what was open in these months: the date that must not lie before them."""
_SLACK = pd.Timedelta(days=14)
"""So long there may be no event at all; with more the extract ends, or begins, at its events."""
_A_QUARTER = 0.25
"""A month before the window is on the list too when it holds this much of a usual month."""
_FEWEST = 3
"""Fewer dates than these bear nothing out."""
_MISTYPED = 0.05
"""Share of dates that may be mistyped: a last month with fewer is not believed."""
_A_DAY = pd.Timedelta(days=1)
OF_A_DAY = (6, 7, 8, 9)
"""Lists with a child's latest visit, review or contact: what only the extract of a day can say."""


@dataclass(frozen=True)
class Window:
    """The days that one extract holds of one list.

    Attributes
    ----------
    extract : str
        Name of the extract.
    number : int
        Number of the list.
    first, last : Timestamp
        First and last day.
    """

    extract: str
    number: int
    first: pd.Timestamp
    last: pd.Timestamp


@dataclass(frozen=True)
class Held:
    """What one extract says of its own day. Restricted.

    Attributes
    ----------
    extract : str
        Name of the extract.
    day : Timestamp
        The day it describes.
    lists : dict of int to DataFrame
        Those of :data:`OF_A_DAY` that it holds, all rows as they were read.
    """

    extract: str
    day: pd.Timestamp
    lists: dict[int, pd.DataFrame]


def held_on(ordered: list[Read], as_at: date | None) -> tuple[Held, ...]:
    """Give what each extract says of its own day; one whose day nothing tells is left out.

    Parameters
    ----------
    ordered : list of (Extract, dict of int to DataFrame)
        Extracts and their lists, oldest first.
    as_at : date or None
        Day up to which they were read; that of the newest where its name tells none.
    """
    return tuple(
        Held(extract.name, last, {one: lists[one] for one in OF_A_DAY if one in lists})
        for extract, lists, _, last in _dated(ordered, as_at)
    )


def windows_of(ordered: list[Read], as_at: date | None) -> tuple[Window, ...]:
    """Tell which days each extract holds of each list.

    Parameters
    ----------
    ordered : list of (Extract, dict of int to DataFrame)
        Extracts and their lists, oldest first.
    as_at : date or None
        Day up to which they were read; that of the newest where its name tells none.

    Returns
    -------
    tuple of Window
        By extract and list. A list without rows tells of no day.
    """
    found = []
    for extract, lists, day, last in _dated(ordered, as_at):
        begun = _begun(lists, day)
        received = max(begun, day - pd.DateOffset(months=6) + _A_DAY)
        longest = min(_reaching_back(lists, number, received, last) for number in _RECEIVED)
        for number, rows in lists.items():
            if number not in _MONTHS or rows.empty:
                continue
            first = max(begun, day - pd.DateOffset(months=_MONTHS[number]) + _A_DAY)
            if number in _RECEIVED:
                first = _reaching_back(lists, number, first, last)
            elif number in _ENDS and _holds_ended(rows[_ENDS[number]], first, last, longest):
                first = longest
            found.append(Window(extract.name, number, first, last))
    return tuple(found)


def _dated(
    ordered: list[Read], as_at: date | None
) -> Iterator[tuple[Extract, dict[int, pd.DataFrame], pd.Timestamp, pd.Timestamp]]:
    """Give each extract whose day is told, its lists, that day, and the day capped by `as_at`."""
    for place, (extract, lists) in enumerate(ordered):
        newest = place == len(ordered) - 1
        day = _day_of(extract.name, lists, as_at if newest else None)
        if day is not None:
            yield extract, lists, day, day if as_at is None else min(day, pd.Timestamp(as_at))


def _day_of(name: str, lists: dict[int, pd.DataFrame], as_at: date | None) -> pd.Timestamp | None:
    """Give the day an extract describes; None where nothing tells it."""
    told, latest = month_in_name(name) or "", _latest(_events(lists))
    if len(told) == len("2026-10-31") and pd.notna(named := pd.to_datetime(told, errors="coerce")):
        return named
    day = pd.Timestamp(as_at) if as_at is not None else None
    if told:
        day = pd.Timestamp(f"{told[:7]}-01") + pd.offsets.MonthEnd(0)
    if day is None or (latest is not None and latest + _SLACK < day):
        return latest
    return day


def _events(lists: dict[int, pd.DataFrame]) -> pd.Series:
    """Give the days of what came in or began, in order."""
    parts = [rows[KEY_DATES[number]].dropna() for number, rows in lists.items() if number <= 5]
    dates = pd.concat(parts) if parts else pd.Series(dtype="datetime64[us]")
    return dates.sort_values().reset_index(drop=True)


def _latest(dates: pd.Series) -> pd.Timestamp | None:
    """Give the last day that the month before it bears out; a lone later one is mistyped."""
    enough = len(dates) * _MISTYPED
    for day in dates[::-1].drop_duplicates():
        if dates.between(day - pd.Timedelta(days=31), day).sum() >= enough:
            return day
    return None


def _begun(lists: dict[int, pd.DataFrame], day: pd.Timestamp) -> pd.Timestamp:
    """Give the day before which an extract of fewer months than it should have holds nothing."""
    nominal = day - pd.DateOffset(months=6) + _A_DAY
    parts = [lists[number][KEY_DATES[number]] for number in (1, 3) if number in lists]
    held = pd.concat(parts) if parts else pd.Series(dtype="datetime64[us]")
    first = held[held >= nominal].min()
    late = pd.notna(first) and first > nominal + _SLACK
    return first if late else pd.Timestamp.min


def _reaching_back(
    lists: dict[int, pd.DataFrame], number: int, first: pd.Timestamp, last: pd.Timestamp
) -> pd.Timestamp:
    """Give the first day of an export of more months, from what came in month by month.

    In the month it begins in, that is its first date: the month may not be whole.
    """
    if number not in lists:
        return first
    dates, reached = lists[number][KEY_DATES[number]].dropna(), first
    months = max(1.0, (last - first).days / 30.4)
    fewest = max(_FEWEST, _A_QUARTER * dates.between(first, last).sum() / months)
    while True:
        before = reached - pd.DateOffset(months=1)
        if ((dates >= before) & (dates < reached)).sum() < fewest:
            return first if reached == first else dates[dates >= reached].min()
        reached = before


def _holds_ended(
    ends: pd.Series, first: pd.Timestamp, last: pd.Timestamp, longest: pd.Timestamp
) -> bool:
    """Tell whether a list holds what ended in the months before its window as well."""
    usual = ends.between(first, last).sum() / max(1, (last - first).days)
    before = ((ends >= longest) & (ends < first)).sum()
    return before >= _FEWEST and before >= _A_QUARTER * usual * (first - longest).days


def note_gaps(lists: dict[int, pd.DataFrame], windows: tuple[Window, ...], log: FaultLog) -> None:
    """Note dates outside of all extracts, and months within them that hold nothing.

    Parameters
    ----------
    lists : dict of int to DataFrame
        The stacked lists.
    windows : tuple of Window
        From :func:`windows_of`.
    log : FaultLog
        Where the notes go: numbers of rows and months, never a child's.
    """
    between: dict[Span, list[int]] = {}
    for number in sorted({one.number for one in windows}):
        spans = united((one.first, one.last) for one in windows if one.number == number)
        _note_old(number, lists[number], spans, log)
        if number in _RECEIVED:
            _note_empty(number, lists[number], spans, log)
        for (_, last), (first, _) in pairwise(spans):
            between.setdefault((last + _A_DAY, first - _A_DAY), []).append(number)
    for (first, last), numbers in between.items():
        log.add(
            "note",
            "",
            "Annex A",
            f"no extract covers {first:%d/%m/%Y} to {last:%d/%m/%Y} of "
            f"{'lists' if len(numbers) > 1 else 'list'} {', '.join(map(str, numbers))}",
            "Months in it are missing, not 0, in what is counted over time. Give the extracts "
            "between.",
            count=0,
        )


def _note_old(number: int, rows: pd.DataFrame, spans: tuple[Span, ...], log: FaultLog) -> None:
    field = KEY_DATES[number] if number in _RECEIVED else _ENDS.get(number)
    if field is None:
        return
    outside = rows[field].notna() & (rows[field] <= spans[-1][1])
    for first, last in spans:
        outside &= ~rows[field].between(first - _SLACK, last)
    if outside.any():
        log.add(
            "note",
            "",
            f"List {number} {LISTS[number].title}",
            "dates lie outside the months that the extracts cover",
            "No month is counted from them. Correct them if they are mistyped.",
            column=next(one.header for one in LISTS[number].columns if one.field == field),
            count=int(outside.sum()),
        )


def _note_empty(number: int, rows: pd.DataFrame, spans: tuple[Span, ...], log: FaultLog) -> None:
    for month, usual in empty_months(rows[KEY_DATES[number]], spans).items():
        log.add(
            "note",
            "",
            f"List {number} {LISTS[number].title}",
            f"no row is dated in {month:%B %Y}, where {usual:.0f} a month are usual",
            "Recorded elsewhere, or missing? The month is missing, not 0, in what is counted "
            "over time.",
            count=0,
        )
