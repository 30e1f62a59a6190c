"""A batch of returned workbooks: what of it can be recorded, and what goes back to whom.

A folder may hold any mix: forms sent twice, an early draft beside the finished form, somebody
else's, files that are no forms. What is sound is taken; two different finished forms of one
case are taken by nobody, for which of them counts is not ours to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.records.returned_form import ReturnedBook, ReturnedSheet
from qa_sampling.records.returned_sheet import Fault

KINDS = ("fault", "to do", "note")
FAULTS = Table(
    "faults of returned forms",
    (
        Column("auditor_id", "text", "Whose form it is; blank when not known", required=False),
        Column("file", "text", "Workbook"),
        Column("sheet", "text", "Sheet; blank for the workbook", required=False),
        Column("cell", "text", "Cell; blank for the sheet", required=False),
        Column("kind", "code", "Fault, still to do, or a note", codes=KINDS),
        Column("fault", "text", "What is wrong"),
        Column("action", "text", "What to do"),
    ),
)
"""One row a fault, in the order of files, sheets and cells. Restricted: file names may tell."""

_DRAFTS = ("untouched", "unfinished")
_FINISHED = ("complete", "cannot")
_CAME_TOO = Fault("", "a finished form of this case came too", "Nothing to do.", "note")


@dataclass(frozen=True)
class Batch:
    """What a folder of returned workbooks holds.

    Attributes
    ----------
    books : tuple of ReturnedBook
        Every file that was looked at.
    sound : tuple of ReturnedSheet
        Sheets that can be recorded, one a case.
    faults : DataFrame
        ``FAULTS``.
    """

    books: tuple[ReturnedBook, ...]
    sound: tuple[ReturnedSheet, ...]
    faults: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Count workbooks and sheets by what became of them.

        Returns
        -------
        dict of str to int
            `workbooks`, `not_ours` (workbooks), then sheets: `complete`, `cannot`, `unfinished`,
            `untouched`, `faulty`, and `sound` (to be recorded).
        """
        sheets = [sheet for book in self.books for sheet in book.sheets]
        found = {"workbooks": len(self.books)}
        found["not_ours"] = sum(not book.sheets for book in self.books)
        for status in ("complete", "cannot", "unfinished", "untouched", "faulty"):
            found[status] = sum(sheet.reading.status == status for sheet in sheets)
        return found | {"sound": len(self.sound)}


def returned_files(folder: Path) -> list[Path]:
    """Give the files of a folder and its folders, without what programs leave there.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    left = ("~$", ".~lock", ".", "Thumbs.db", "desktop.ini")
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not path.name.startswith(left)]


def read_batch(
    files: Iterable[Path],
    read: Callable[[Path], ReturnedBook],
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Batch:
    """Read a batch of returned workbooks.

    Parameters
    ----------
    files : iterable of Path
        The files, such as those of :func:`returned_files`.
    read : callable
        Reads one of them.
    progress : callable
        Told how many of how many are read.
    """
    listed = list(files)
    books = []
    for done, path in enumerate(listed, start=1):
        books.append(read(path))
        progress(done, len(listed))
    books, sound = _settled(books)
    return Batch(tuple(books), tuple(sound), _faults(books))


def _settled(books: list[ReturnedBook]) -> tuple[list[ReturnedBook], list[ReturnedSheet]]:
    """Take one sheet a case, or say why none can be taken."""
    by_case: dict[tuple[str, str], list[ReturnedSheet]] = {}
    for book in books:
        for sheet in book.sheets:
            if sheet.case_ref:
                by_case.setdefault((sheet.draw_id, sheet.case_ref), []).append(sheet)
    changed: dict[int, ReturnedSheet] = {}
    sound = []
    for sheets in by_case.values():
        finished = [one for one in sheets if one.reading.status in _FINISHED]
        different = _different(finished)
        if len(different) > 1:
            for one in finished:
                others = sorted({other.file for other in finished if other is not one})
                fault = Fault(
                    "",
                    f"another finished form of this case says something else ({others[0]})",
                    "Say which of them counts, and take the other away.",
                )
                faults = [*one.reading.faults, fault]
                reading = replace(one.reading, status="faulty", faults=faults)
                changed[id(one)] = replace(one, reading=reading)
            continue
        if different:
            sound.append(different[0])
            for one in sheets:
                if one.reading.status in _DRAFTS:
                    note = Fault(
                        "", "a finished form of this case came too", "Nothing to do.", "note"
                    )
                    reading = replace(one.reading, faults=[note])
                    changed[id(one)] = replace(one, reading=reading)
    settled = [
        replace(book, sheets=tuple(changed.get(id(one), one) for one in book.sheets))
        for book in books
    ]
    return settled, sound


def _different(sheets: list[ReturnedSheet]) -> list[ReturnedSheet]:
    kept: list[ReturnedSheet] = []
    for one in sheets:
        if all(one.reading.answers != other.reading.answers for other in kept):
            kept.append(one)
    return kept


def _faults(books: list[ReturnedBook]) -> pd.DataFrame:
    rows = []
    for book in books:
        owners = {sheet.auditor_id for sheet in book.sheets if sheet.auditor_id}
        owner = owners.pop() if len(owners) == 1 else ""
        rows += [(owner, book.file, "", fault) for fault in book.faults]
        for sheet in book.sheets:
            rows += [
                (sheet.auditor_id or owner, book.file, sheet.sheet, fault)
                for fault in sheet.reading.faults
            ]
            if sheet.reading.status == "untouched" and not sheet.reading.faults:
                blank = Fault("", "nothing has been filled in", "Fill in the sheet.", "to do")
                rows.append((sheet.auditor_id or owner, book.file, sheet.sheet, blank))
    plain = [
        (owner, file, sheet, fault.cell, fault.kind, fault.fault, fault.action)
        for owner, file, sheet, fault in rows
    ]
    return pd.DataFrame(plain, columns=FAULTS.names).astype(FAULTS.empty().dtypes.to_dict())
