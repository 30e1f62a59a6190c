"""Which of several sheets of one case counts, in one workbook or in many: one, or none.

A draft beside a finished form is passed over, the same form twice counts once, and two finished
forms that say different things are both sent back, for which of them counts is not ours to say.
What an auditor reads names no other workbook; the coordinator is told where the other stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qa_sampling.records.returned_form import ReturnedBook, ReturnedSheet
from qa_sampling.records.returned_sheet import Fault, SheetReading, Status

Judge = Callable[[ReturnedSheet], ReturnedSheet]
"""Holds a finished sheet against what is known already, and gives it back, maybe changed."""

FINISHED = ("complete", "cannot")
_DRAFTS = ("untouched", "unfinished")
_CAME_TOO = Fault("", "a finished form of this case came too", "Nothing to do.", "note")
_COPY = Fault("", "a copy of this sheet that is filled in came too", "Nothing to do.", "note")
_TWICE = Fault("", "the same form came twice; it counts once", "Nothing to do.", "note")
_DIFFERS = Fault(
    "",
    "another finished form of this case says something else",
    "Say which of them counts, and send that one alone.",
)

_Placed = tuple[int, int]


def settle(
    books: list[ReturnedBook], judge: Judge
) -> tuple[list[ReturnedBook], list[ReturnedSheet]]:
    """Take one sheet a case, or say why none can be taken.

    Parameters
    ----------
    books : list of ReturnedBook
        Everything that was read.
    judge : callable
        Asked for every finished sheet before they are held against each other.

    Returns
    -------
    list of ReturnedBook, list of ReturnedSheet
        The workbooks with what was found added to their sheets; the sheets that count.
    """
    sheets: dict[_Placed, ReturnedSheet] = {}
    by_case: dict[tuple[str, ...], list[_Placed]] = {}
    for at, book in enumerate(books):
        for number, sheet in enumerate(book.sheets):
            finished = sheet.case_ref and sheet.reading.status in FINISHED
            sheets[at, number] = judge(sheet) if finished else sheet
            if sheet.case_ref:
                by_case.setdefault(sheet.place, []).append((at, number))
    sound = []
    for places in by_case.values():
        settled, counts = _one_case([sheets[place] for place in places])
        sheets |= dict(zip(places, settled, strict=True))
        sound += counts
    changed = [
        replace(book, sheets=tuple(sheets[at, number] for number in range(len(book.sheets))))
        for at, book in enumerate(books)
    ]
    return changed, sound


def _one_case(sheets: list[ReturnedSheet]) -> tuple[list[ReturnedSheet], list[ReturnedSheet]]:
    """Settle the sheets of one case; give them all, and the one that counts, if one does."""
    finished = [one for one in sheets if one.reading.status in FINISHED]
    first = finished[0] if finished else None
    if any(one.reading.answers != first.reading.answers for one in finished):
        told = [_told(one, _DIFFERS, finished, "faulty") for one in finished]
        return [_swapped(one, finished, told) for one in sheets], []
    settled = []
    for one in sheets:
        others = [other for other in sheets if other is not one]
        status = one.reading.status
        if first is not None and status in _DRAFTS:
            settled.append(_told(_cleared(one), _CAME_TOO, [first]))
        elif first is not None and status in FINISHED and one is not first:
            settled.append(_told(one, _TWICE, [first]))
        elif status == "untouched" and any(o.reading.status != "untouched" for o in others):
            settled.append(_told(_cleared(one), _COPY, others))
        else:
            settled.append(one)
    return settled, [] if first is None else [first]


def _told(
    one: ReturnedSheet, fault: Fault, others: list[ReturnedSheet], status: Status | None = None
) -> ReturnedSheet:
    where = sorted({f"{other.file}, {other.sheet}" for other in others if other is not one})
    told = replace(fault, private="; ".join(where))
    reading = one.reading
    faults = [*reading.faults, told]
    return replace(one, reading=replace(reading, status=status or reading.status, faults=faults))


def _cleared(one: ReturnedSheet) -> ReturnedSheet:
    reading: SheetReading = replace(one.reading, faults=[])
    return replace(one, reading=reading)


def _swapped(
    one: ReturnedSheet, finished: list[ReturnedSheet], told: list[ReturnedSheet]
) -> ReturnedSheet:
    for other, changed in zip(finished, told, strict=True):
        if other is one:
            return changed
    return one
