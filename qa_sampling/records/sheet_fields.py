"""Sheets that people fill in and send back: declared columns out, the same columns in.

A sheet is a heading row and rows below it. Every fault is told by file, sheet, row and
column; none holds a value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.records.annex_a_headers import normal
from qa_sampling.records.book import Cell, Sheet
from qa_sampling.records.cells import Unreadable, read_column, read_date, read_text
from qa_sampling.records.quality import FaultLog

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    from qa_sampling.workbooks import Formats

LONGEST = 2000
_LINE, _MOST_LINES, _PAGE_WIDTH = 14.5, 12, 170
_NO_CHOICE = Unreadable("holds none of the choices")
_NOT_YET = Unreadable("holds a day that has not come yet")
_TOO_LONG = Unreadable(f"holds more than {LONGEST} characters")
_LONG_NUMBER = Unreadable("holds a long number, which may be a child’s")
_NO_CODE = Unreadable("holds no short code of letters, digits, hyphens and slashes")
_NOT_A_FLAG = Unreadable("is neither Yes nor No")

Read = Callable[[Cell], object]


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    Attributes
    ----------
    name : str
        Column of the table.
    heading : str
        What stands above it.
    read : callable
        Gives the value of a cell, None for a blank one, or why it cannot be read.
    to_do : str
        What to do about a cell that cannot be read.
    needed : bool
        Whether a row must have it.
    options : tuple of str
        Offered in a drop-down list.
    width : float
        Width in characters.
    fixed : bool
        Whether it comes filled in and is to be left as it is.
    """

    name: str
    heading: str
    read: Read
    to_do: str
    needed: bool = False
    options: tuple[str, ...] = ()
    width: float = 18
    fixed: bool = False


def choice(options: Mapping[str, str] | Sequence[str]) -> Read:
    """Read one of some words, whatever capitals; a mapping gives what each stands for.

    Parameters
    ----------
    options : mapping or sequence of str
        Words; or words and what they stand for.
    """
    pairs = options if isinstance(options, Mapping) else dict(zip(options, options, strict=True))
    known = {normal(word): value for word, value in pairs.items()}

    def read(value: Cell) -> str | Unreadable | None:
        text = read_text(value)
        if text is None or isinstance(text, Unreadable):
            return text
        return known.get(normal(text), _NO_CHOICE)

    return read


def several(options: Mapping[str, str], *, separator: str = ";") -> Read:
    """Read several of some words in one cell; give what they stand for, sorted, without repeats.

    Parameters
    ----------
    options : mapping of str to str
        Words and what they stand for.
    separator : str
        Between them; commas and line breaks are read as well.
    """
    known = {normal(word): value for word, value in options.items()}

    def read(value: Cell) -> str | Unreadable | None:
        text = read_text(value)
        if text is None or isinstance(text, Unreadable):
            return text
        if normal(text) in known:
            return known[normal(text)]
        parts = [normal(part) for part in re.split(rf"[{separator}\n]", text) if normal(part)]
        if not parts or any(part not in known for part in parts):
            return _NO_CHOICE
        return f"{separator} ".join(sorted({known[part] for part in parts}))

    return read


def day(latest: date | None = None) -> Read:
    """Read a day, and refuse one that has not come yet.

    Parameters
    ----------
    latest : date, optional
        Today; None where days to come are expected.
    """

    def read(value: Cell) -> date | Unreadable | None:
        found = read_date(value)
        is_late = isinstance(found, date) and latest is not None and found > latest
        return _NOT_YET if is_late else found

    return read


def words(value: Cell) -> str | Unreadable | None:
    """Read text of at most 2,000 characters."""
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return _TOO_LONG if len(text) > LONGEST else text


def words_without_numbers(value: Cell) -> str | Unreadable | None:
    """Read text, and refuse one with a number of five digits or more: it may be a child's."""
    text = words(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return _LONG_NUMBER if re.search(r"\d[\d\s\-/]{3,}\d", text) else text


def code(value: Cell) -> str | Unreadable | None:
    """Read a reference: letters, digits, hyphens, dots and underscores, parts of it after a slash.

    Actions of a returned form are named by draw, case and number: `2026-11-monthly/K7…/1`.
    """
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    return (
        text
        if re.fullmatch(r"(?=.{1,120}$)[A-Za-z0-9][A-Za-z0-9._\-]*(?:/[A-Za-z0-9._\-]+)*", text)
        else _NO_CODE
    )


def flag(value: Cell) -> str | Unreadable | None:
    """Read Yes or No."""
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    known = {"yes": "Yes", "y": "Yes", "true": "Yes", "no": "No", "n": "No", "false": "No"}
    return known.get(text.casefold(), _NOT_A_FLAG)


def headings_of(sheet: Sheet) -> list[str]:
    """Give the headings of a sheet in one spelling; empty without rows."""
    cells = sheet.rows[0].cells if sheet.rows else []
    return [normal(cell) if isinstance(cell, str) else "" for cell in cells]


def read_fields(
    file: str,
    sheet: Sheet,
    fields: Sequence[Field],
    log: FaultLog,
    *,
    prefilled: Sequence[str] = (),
) -> pd.DataFrame:
    """Read the rows of a sheet; every fault goes into the log.

    Parameters
    ----------
    file : str
        File name, for the log.
    sheet : Sheet
        Its first row is the heading.
    fields : sequence of Field
        Its columns; others are a fault when they are filled in.
    log : FaultLog
        Where faults go.
    prefilled : sequence of str
        Columns that do not make a row: one in which nothing else is filled in is passed over.

    Returns
    -------
    DataFrame
        One row a row of the sheet, with `row` (its number) and `whole` (bool: nothing in it
        is at fault).
    """
    names, rows = headings_of(sheet), sheet.rows[1:]
    _note_headings(file, sheet, fields, names, log)
    numbers, held, bad = [row.number for row in rows], {}, {}
    for field in fields:
        place = names.index(normal(field.heading)) if normal(field.heading) in names else None
        cells = [
            row.cells[place] if place is not None and place < len(row.cells) else None
            for row in rows
        ]
        reading = read_column(cells, numbers, field.read)
        held[field.name] = reading.values
        bad[field.name] = dict(reading.faults)
    frame = pd.DataFrame(held, dtype="object").assign(row=numbers)
    others = [field.name for field in fields if field.name not in prefilled]
    faulty = {name: {row for at in kinds.values() for row in at} for name, kinds in bad.items()}
    wrong = set().union(*(faulty[name] for name in others))
    kept = frame[frame[others].notna().any(axis=1) | frame["row"].isin(wrong)]
    _note_cells(file, sheet.name, fields, kept, bad, log)
    at_fault = set().union(*faulty.values())
    for field in fields:
        if field.needed:
            at_fault |= set(kept.loc[kept[field.name].isna(), "row"])
    return kept.assign(whole=~kept["row"].isin(at_fault)).reset_index(drop=True)


def _note_headings(
    file: str, sheet: Sheet, fields: Sequence[Field], names: list[str], log: FaultLog
) -> None:
    known = {normal(field.heading) for field in fields}
    for field in fields:
        count = names.count(normal(field.heading))
        if count != 1:
            fault = "two columns have this heading" if count else "the column is missing"
            to_do = "Remove one." if count else "Add it, or use a new sheet."
            log.add("stop", file, sheet.name, fault, to_do, column=field.heading)
    strange = [place for place, name in enumerate(names) if name not in known]
    width = max((len(row.cells) for row in sheet.rows), default=0)
    strange += list(range(len(names), width))
    at = [
        row.number
        for row in sheet.rows[1:]
        if any(place < len(row.cells) and row.cells[place] is not None for place in strange)
    ]
    if at:
        log.add("stop", file, sheet.name, "something stands in a column that is not of the sheet",
                "Move it into a column of the sheet, or delete it.", rows=at)  # fmt: skip


def _note_cells(
    file: str,
    sheet: str,
    fields: Sequence[Field],
    kept: pd.DataFrame,
    bad: Mapping[str, Mapping[str, list[int]]],
    log: FaultLog,
) -> None:
    """Note cells that cannot be read, and those that are blank but needed."""
    rows = set(kept["row"])
    for field in fields:
        faulty: set[int] = set()
        for reason, at in bad[field.name].items():
            here = [number for number in at if number in rows]
            faulty |= set(here)
            if here:
                log.add("stop", file, sheet, f"the cell {reason}", field.to_do,
                        column=field.heading, rows=here)  # fmt: skip
        if field.needed:
            blank = kept.loc[kept[field.name].isna() & ~kept["row"].isin(faulty), "row"].tolist()
            if blank:
                log.add("stop", file, sheet, "the cell is blank", field.to_do,
                        column=field.heading, rows=blank)  # fmt: skip


def write_fields(
    book: Workbook,
    name: str,
    fields: Sequence[Field],
    rows: Sequence[Mapping[str, object]],
    formats: Formats,
    *,
    marking: str,
) -> None:
    """Write a sheet: the headings, the rows, and lists to choose from.

    Parameters
    ----------
    book : Workbook
        An open workbook whose formats have "entry", "entry day" and "fixed".
    name : str
        Name of the sheet.
    fields : sequence of Field
        Its columns.
    rows : sequence of mapping
        Values by column name as they are to be shown; what is absent is left blank.
    formats : Formats
        Formats of the workbook.
    marking : str
        Protective marking, printed on every page.
    """
    from qa_sampling.workbook_cells import count_lines
    from qa_sampling.workbooks import set_page, write_cell

    sheet = book.add_worksheet(name)
    sheet.set_row(0, 32)
    for number, row in enumerate(rows, start=1):
        lines = max(count_lines(row.get(field.name), field.width) for field in fields)
        sheet.set_row(number, _LINE * min(lines, _MOST_LINES) + 3)
    for place, field in enumerate(fields):
        sheet.set_column(place, place, field.width)
        write_cell(sheet, 0, place, field.heading, formats, "header")
        is_day = field.read.__qualname__.startswith("day.")
        style = "fixed" if field.fixed else "entry day" if is_day else "entry"
        for number, row in enumerate(rows, start=1):
            value = row.get(field.name)
            write_cell(sheet, number, place, value, formats, style)
        if field.options and rows:
            _offer(sheet, place, len(rows), field.options)
    sheet.freeze_panes(1, 1)
    wide = math.ceil(sum(field.width for field in fields) / _PAGE_WIDTH)
    set_page(sheet, marking=marking, title_rows=1, pages_wide=wide)


def _offer(sheet: object, place: int, rows: int, options: tuple[str, ...]) -> None:
    if sum(len(option) + 1 for option in options) <= 255:
        settings = {"validate": "list", "source": list(options), "error_type": "warning"}
        sheet.data_validation(1, place, rows, place, settings)


FORMATS = {
    "entry": {"bg_color": "#FFF8DF", "border": 1, "border_color": "#D0D8E0", "text_wrap": True},
    "entry day": {
        "bg_color": "#FFF8DF",
        "border": 1,
        "border_color": "#D0D8E0",
        "num_format": "dd/mm/yyyy",
        "align": "left",
    },
    "fixed": {
        "num_format": "@",
        "bg_color": "#E8EEF4",
        "border": 1,
        "border_color": "#D0D8E0",
        "text_wrap": True,
    },
}
"""Cells to fill in, and cells that come filled in."""
