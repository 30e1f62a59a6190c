"""A batch of returned workbooks: what of it can be recorded, and what goes back to whom.

A folder may hold any mix: forms sent twice, an early draft beside the finished form, somebody
else's, files that are no forms. What is sound is taken, one sheet a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.declared import Column, Table
from qa_sampling.records.returned_form import ReturnedBook, ReturnedSheet
from qa_sampling.records.returned_settling import Judge, settle
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
        Column("private", "text", "For the coordinator alone", required=False),
        Column("file_told", "text", "Workbook, as the auditor of the case is told it"),
        Column("sheet_told", "text", "Sheet, the same", required=False),
    ),
)
"""One row a fault, in the order of files, sheets and cells. Restricted: file names may tell."""


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
            `untouched`, `faulty`, `replaced`, and `sound` (to be recorded).
        """
        sheets = [sheet for book in self.books for sheet in book.sheets]
        found = {"workbooks": len(self.books)}
        found["not_ours"] = sum(not book.sheets for book in self.books)
        for status in ("complete", "cannot", "unfinished", "untouched", "faulty", "replaced"):
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
    judge: Judge = lambda sheet: sheet,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Batch:
    """Read a batch of returned workbooks.

    Parameters
    ----------
    files : iterable of Path
        The files, such as those of :func:`returned_files`.
    read : callable
        Reads one of them.
    judge : callable
        Holds each finished sheet against what is recorded, and gives it back, maybe changed.
    progress : callable
        Told how many of how many are read.
    """
    listed = list(files)
    books = []
    for done, path in enumerate(listed, start=1):
        books.append(read(path))
        progress(done, len(listed))
    books, sound = settle(books, judge)
    return Batch(tuple(books), tuple(sound), _faults(books))


_SHARED = "another auditor's workbook"


def _faults(books: list[ReturnedBook]) -> pd.DataFrame:
    rows = []
    for book in books:
        owners = Counter(sheet.auditor_id for sheet in book.sheets if sheet.auditor_id)
        owner = next(iter(owners)) if len(owners) == 1 else ""
        told = [(owner, "", fault) for fault in book.faults]
        for sheet in book.sheets:
            faults = sheet.reading.faults
            if sheet.reading.status == "untouched" and not faults:
                faults = [Fault("", "nothing has been filled in", "Fill in the sheet.", "to do")]
            told += [(sheet.auditor_id or owner, sheet.sheet, fault) for fault in faults]
        for who, place, one in told:
            own = 2 * owners[who] > owners.total()
            shown = (book.file, place) if own or not who else (_SHARED, "")
            rows.append((who, book.file, place, one.cell, one.kind, one.fault, one.action))
            rows[-1] += (one.private, *shown)
    return pd.DataFrame(rows, columns=FAULTS.names).astype(FAULTS.empty().dtypes.to_dict())
