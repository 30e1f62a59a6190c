"""Finds the files of each extract, and the sheet of each list, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa_sampling.records.annex_a_headers import list_from_headers, list_from_name, normal
from qa_sampling.records.annex_a_layout import LISTS
from qa_sampling.records.book import Book, Sheet
from qa_sampling.records.extras_templates import TABLES
from qa_sampling.records.quality import FaultLog

WORKBOOKS = (".xlsx", ".xlsm", ".ods")
NOT_LISTS = frozenset(
    {
        *(name.replace("_", " ") for name in TABLES),
        "notes",
        "contents",
        "cover",
        "read me",
        "readme",
        "guidance",
    }
)
"""Sheets and files that are no list and need no remark."""


@dataclass(frozen=True)
class Extract:
    """One month's files: a workbook, or CSV files that belong together."""

    name: str
    paths: tuple[Path, ...]


def find_extracts(paths: Path | str | Sequence[Path | str], log: FaultLog) -> list[Extract]:
    """Say which files belong to one extract."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    found: list[Extract] = []
    loose: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            found += _in_folder(path)
        elif path.suffix.lower() == ".csv":
            loose.append(path)
        else:
            found.append(Extract(path.name, (path,)))
    if loose:
        found.append(Extract(loose[0].parent.name or "CSV files", tuple(loose)))
    if not found:
        log.add("stop", "", "Annex A", "the folder holds no workbook and no CSV file", "Check it.")
    return found


def _in_folder(folder: Path) -> list[Extract]:
    entries = sorted(
        path for path in folder.iterdir() if not path.name.startswith(("~$", ".", "__"))
    )
    tables = tuple(path for path in entries if path.suffix.lower() == ".csv")
    found = [Extract(p.name, (p,)) for p in entries if p.suffix.lower() in WORKBOOKS]
    if tables:
        found.append(Extract(folder.name, tables))
    for inner in (path for path in entries if path.is_dir()):
        found += _in_folder(inner)
    return found


def locate_lists(books: list[Book], log: FaultLog) -> dict[int, tuple[str, Sheet]]:
    """Say which sheet or file holds which list."""
    located: dict[int, tuple[str, Sheet]] = {}
    unnamed: list[tuple[str, int, Sheet]] = []
    for book in books:
        for note in book.notes:
            log.add("note", book.file, "file", f"the file {note}", "Check that this is right.")
        for place, sheet in enumerate(book.sheets):
            if not sheet.rows:
                continue
            number = list_from_name(sheet.name) or (
                list_from_name(Path(book.file).stem) if sheet.is_csv else None
            )
            if number is None and normal(sheet.name) in NOT_LISTS:
                continue
            if number is None:
                unnamed.append((book.file, place, sheet))
            else:
                _place(located, number, book.file, sheet, log)
    for file, place, sheet in unnamed:
        number = list_from_headers(sheet)
        if number is not None and number not in located:
            _place(located, number, file, sheet, log)
        elif number is None and not sheet.is_csv and len(books[0].sheets) == len(LISTS):
            number = place + 1
            if number not in located:
                _place(located, number, file, sheet, log)
        if number is None:
            log.add("note", file, f"sheet {sheet.name}", "is not an Annex A list", "Not read.")
    return located


def _place(
    located: dict[int, tuple[str, Sheet]], number: int, file: str, sheet: Sheet, log: FaultLog
) -> None:
    where = f"List {number} {LISTS[number].title}"
    if number in located:
        other_file, other = located[number]
        if other.is_hidden != sheet.is_hidden:
            located[number] = (other_file, other) if sheet.is_hidden else (file, sheet)
            log.add("note", file, where, "a hidden sheet holds it as well", "It was not read.")
            return
        log.add("stop", file, where, "two sheets or files hold this list", "Remove one of them.")
        return
    if sheet.is_hidden:
        log.add("note", file, where, "the sheet is hidden", "It was read all the same.")
    located[number] = (file, sheet)
