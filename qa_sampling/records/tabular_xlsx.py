"""Reads .xlsx and .xlsm workbooks part by part, keeping what each cell really holds.

Written on expat because a month's Annex A (about 225,000 cells) is then read in a second,
and because formulas without a saved result, error cells, hidden rows and merged cells can
be told apart. Macros, links and drawings are never opened.

The layout of the parts follows ECMA-376-1:2016, 18.2 (workbook), 18.3 (worksheets),
18.4 (shared strings) and 18.8 (styles).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qa_sampling.errors import ExtractError
from qa_sampling.records.book import (
    LAST_COLUMN,
    LAST_ROW,
    Book,
    Cell,
    Flaw,
    Row,
    Sheet,
    chunks,
    guarded_parser,
    stray_cell,
)

_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_SPREADSHEET_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_xlsx(file: str, archive: zipfile.ZipFile) -> Book:
    """Read every sheet of an open workbook archive.

    Parameters
    ----------
    file : str
        File name, for messages.
    archive : ZipFile
        The archive, already looked over.

    Returns
    -------
    Book
        The sheets in the workbook's order.
    """
    sheets, epoch = _outline(file, archive)
    strings = _shared_strings(archive)
    dates = _date_styles(archive)
    notes = ("counts its days from 1904",) if epoch.year == 1904 else ()
    read = [
        _SheetReader(file, name, strings, dates, epoch).read(archive, part, is_hidden)
        for name, part, is_hidden in sheets
    ]
    return Book(file, read, notes)


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = guarded_parser()
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    for piece in chunks(archive, part):
        parser.Parse(piece, False)
    parser.Parse(b"", True)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _outline(file: str, archive: zipfile.ZipFile) -> tuple[list[tuple[str, str, bool]], datetime]:
    """Give (name, part, is_hidden) of every sheet, and the day that counts as zero."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str, bool]] = []
    epoch = [datetime(1899, 12, 30)]

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            targets[attributes.get("Id", "")] = posixpath.normpath(path)

    def workbook(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            key = next((v for k, v in attributes.items() if _local(k) == "id"), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            sheets.append((attributes.get("name", ""), targets.get(key, ""), is_hidden))
        elif _local(tag) == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
            epoch[0] = datetime(1904, 1, 1)

    names = set(archive.namelist())
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    _parse(archive, "xl/workbook.xml", workbook)
    present = [sheet for sheet in sheets if sheet[1] in names and "worksheets" in sheet[1]]
    if not present:
        raise ExtractError(f"{file} holds no worksheet. Save it again as .xlsx from Excel.")
    return present, epoch[0]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    strings: list[str] = []
    if "xl/sharedStrings.xml" not in archive.namelist():
        return strings
    pieces: list[str] = []
    state = {"in_text": False, "in_phonetic": False}

    def start(tag: str, _: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["in_phonetic"] = True
        elif name == "t":
            state["in_text"] = not state["in_phonetic"]

    def end(tag: str) -> None:
        name = _local(tag)
        if name == "si":
            strings.append(_unescape("".join(pieces)))
        elif name == "rPh":
            state["in_phonetic"] = False
        elif name == "t":
            state["in_text"] = False

    def text(data: str) -> None:
        if state["in_text"]:
            pieces.append(data)

    _parse(archive, "xl/sharedStrings.xml", start, end, text)
    return strings


def _unescape(text: str) -> str:
    if "_x" not in text:
        return text
    return _SPREADSHEET_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _date_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """Give the style numbers, as written in cells, that show a number as a date."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    inside = {"cellXfs": False}

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if _local(tag) == "cellXfs":
            inside["cellXfs"] = False

    if "xl/styles.xml" in archive.namelist():
        _parse(archive, "xl/styles.xml", start, end)
    return frozenset(
        str(number)
        for number, key in enumerate(styles)
        if _shows_date(formats.get(key, ""), int(key) if key.isdigit() else 0)
    )


def _shows_date(code: str, number: int) -> bool:
    """Whether a number format shows days, months or years."""
    if not code:
        return number in _BUILT_IN_DATES
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", code.split(";")[0])
    return bool(re.search("[dmyDMY]", bare))


@dataclass
class _SheetReader:
    """Gathers one worksheet's cells while expat walks it."""

    file: str
    name: str
    strings: list[str]
    dates: frozenset[str]
    epoch: datetime

    def read(self, archive: zipfile.ZipFile, part: str, is_hidden: bool) -> Sheet:
        """Read the part and give the sheet."""
        self.rows: list[Row] = []
        self.merged: list[str] = []
        self.hidden_rows = 0
        self.row_number = 0
        self.cells: list[Cell] = []
        self.column = -1
        self.kind = self.style = ""
        self.reference = ""
        self.has_formula = self.has_value = self.in_value = False
        self.pieces: list[str] = []
        _parse(archive, part, self._start, self._end, self._text)
        return Sheet(self.name, self.rows, is_hidden, self.hidden_rows, tuple(self.merged))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag == "c":
            self.reference = attributes.get("r", "")
            self.kind = attributes.get("t", "n")
            self.style = attributes.get("s", "0")
            self.column = _column(self.reference) if self.reference else self.column + 1
            self.has_formula = self.has_value = False
            self.pieces = []
        elif tag in ("v", "t"):
            self.in_value = self.has_value = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "row":
            number = attributes.get("r", "")
            self.row_number = int(number) if number.isdigit() else self.row_number + 1
            self.cells, self.column = [], -1
            self.hidden_rows += attributes.get("hidden") in ("1", "true")
        elif tag == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif tag == "rPh":
            self.in_value = False

    def _end(self, tag: str) -> None:
        if ":" in tag:
            tag = _local(tag)
        if tag in ("v", "t"):
            self.in_value = False
        elif tag == "c":
            if self.has_value or self.has_formula:
                self._keep(self._value("".join(self.pieces)))
        elif tag == "row" and self.cells:
            self.rows.append(Row(self.row_number, self.cells))

    def _text(self, data: str) -> None:
        if self.in_value:
            self.pieces.append(data)

    def _keep(self, value: Cell) -> None:
        if value is None:
            return
        if self.column >= LAST_COLUMN or self.row_number > LAST_ROW:
            raise stray_cell(self.file, self.name, f"cell {self.reference}")
        missing = self.column - len(self.cells)
        if missing > 0:
            self.cells.extend([None] * missing)
        self.cells.append(value)

    def _value(self, raw: str) -> Cell:
        kind = self.kind
        if kind == "s":
            return self._shared(raw)
        if kind in ("str", "inlineStr"):
            return _unescape(raw) or None
        if kind == "e":
            return Flaw.ERROR
        if not raw:
            return Flaw.UNCACHED if self.has_formula else None
        if kind == "b":
            return raw == "1"
        if kind == "d":
            return _iso(raw)
        return self._number(raw)

    def _shared(self, raw: str) -> Cell:
        if not raw.isdigit() or int(raw) >= len(self.strings):
            raise ExtractError(
                f"{self.file}, sheet {self.name}: cell {self.reference} points to a text that is "
                "not in the workbook. The file is damaged: save it again from Excel."
            )
        return self.strings[int(raw)] or None

    def _number(self, raw: str) -> Cell:
        try:
            number: int | float = int(raw) if raw.lstrip("-").isdigit() else float(raw)
        except ValueError:
            return raw
        if self.style not in self.dates:
            return number
        try:
            return self.epoch + timedelta(days=number)
        except (OverflowError, ValueError):
            return number


def _column(reference: str) -> int:
    """Give the column of "C7", counted from 0."""
    number = 0
    for letter in reference:
        if not letter.isalpha():
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


def _iso(raw: str) -> Cell:
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        try:
            return date.fromisoformat(raw[:10])
        except ValueError:
            return raw
