"""Reads OpenDocument workbooks (.ods) without unrolling their repeated rows and cells.

The layout follows OpenDocument 1.3, part 3: 9.1 (tables), 19.385 (value types).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from datetime import datetime

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


def read_ods(file: str, archive: zipfile.ZipFile) -> Book:
    """Read every sheet of an open OpenDocument archive.

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
    walker = _Walker(file)
    parser = guarded_parser()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    for piece in chunks(archive, "content.xml"):
        parser.Parse(piece, False)
    parser.Parse(b"", True)
    return Book(file, walker.sheets)


@dataclass
class _Walker:
    file: str
    sheets: list[Sheet] = field(default_factory=list)
    styles_hidden: set[str] = field(default_factory=set)
    style: str = ""

    def __post_init__(self) -> None:
        self.name = ""
        self.is_hidden = False
        self.rows: list[Row] = []
        self.merged: list[str] = []
        self.hidden_rows = self.row_number = self.row_repeat = self.depth = 0
        self.cells: list[Cell] = []
        self.attributes: dict[str, str] | None = None
        self.paragraphs: list[str] = []
        self.column = self.in_paragraph = self.in_note = self.kept = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style:style":
            self.style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.styles_hidden.add(self.style)
        elif tag == "table:table":
            self.name = attributes.get("table:name", "")
            self.is_hidden = attributes.get("table:style-name", "") in self.styles_hidden
            self.rows, self.merged, self.row_number, self.hidden_rows = [], [], 0, 0
        elif tag == "table:table-row":
            self.row_repeat = _repeat(attributes, "table:number-rows-repeated")
            self.cells, self.column = [], 0
            if attributes.get("table:visibility") in ("collapse", "filter"):
                self.hidden_rows += self.row_repeat
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.attributes, self.paragraphs = attributes, []
        elif tag == "office:annotation":
            self.in_note += 1
        elif tag == "text:p" and not self.in_note:
            self.in_paragraph += 1
            self.paragraphs.append("")
        elif self.in_paragraph and tag == "text:s":
            self.text(" " * min(_repeat(attributes, "text:c"), 1000))
        elif self.in_paragraph and tag in ("text:tab", "text:line-break"):
            self.text("\t" if tag == "text:tab" else "\n")

    def text(self, data: str) -> None:
        if self.in_paragraph and not self.in_note and self.paragraphs:
            self.paragraphs[-1] += data

    def end(self, tag: str) -> None:
        if tag == "text:p" and not self.in_note:
            self.in_paragraph -= 1
        elif tag == "office:annotation":
            self.in_note -= 1
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._close_cell()
        elif tag == "table:table-row":
            self._close_row()
        elif tag == "table:table":
            self.sheets.append(
                Sheet(self.name, self.rows, self.is_hidden, self.hidden_rows, tuple(self.merged))
            )

    def _close_cell(self) -> None:
        attributes = self.attributes or {}
        repeat = _repeat(attributes, "table:number-columns-repeated")
        value = _value(attributes, "\n".join(self.paragraphs))
        rows = _repeat(attributes, "table:number-rows-spanned")
        columns = _repeat(attributes, "table:number-columns-spanned")
        if rows * columns > 1:
            self.merged.append(_range(self.row_number + 1, self.column, rows, columns))
        if value is not None:
            if self.column + repeat > LAST_COLUMN:
                raise stray_cell(self.file, self.name, f"column {self.column + repeat}")
            self.cells.extend([None] * (self.column - len(self.cells)))
            self.cells.extend([value] * repeat)
        self.column += repeat
        self.attributes = None

    def _close_row(self) -> None:
        if self.cells:
            self.kept += self.row_repeat
            if self.row_number + self.row_repeat > LAST_ROW or self.kept > 5 * LAST_ROW:
                raise stray_cell(self.file, self.name, f"row {self.row_number + 1}")
            self.rows += [
                Row(self.row_number + 1 + offset, self.cells) for offset in range(self.row_repeat)
            ]
        self.row_number += self.row_repeat


def _repeat(attributes: dict[str, str], key: str) -> int:
    text = attributes.get(key, "1")
    return int(text) if text.isdigit() else 1


def _range(row: int, column: int, rows: int, columns: int) -> str:
    return f"{_letters(column)}{row}:{_letters(column + columns - 1)}{row + rows - 1}"


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _value(attributes: dict[str, str], text: str) -> Cell:
    kind = attributes.get("office:value-type") or attributes.get("calcext:value-type")
    if attributes.get("calcext:value-type") == "error" or text.startswith(("#N/A", "Err:")):
        return Flaw.ERROR
    if kind in ("float", "percentage", "currency"):
        raw = attributes.get("office:value", text)
        try:
            return int(raw) if raw.lstrip("-").isdigit() else float(raw)
        except ValueError:
            return raw or None
    if kind == "date":
        try:
            return datetime.fromisoformat(attributes.get("office:date-value", ""))
        except ValueError:
            return text or None
    if kind == "boolean":
        return attributes.get("office:boolean-value") == "true"
    if kind is None and "table:formula" in attributes and not text:
        return Flaw.UNCACHED
    return text or attributes.get("office:string-value") or None
