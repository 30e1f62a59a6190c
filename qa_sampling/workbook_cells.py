"""One safe way of writing cells: text stays text, and the same input gives the same bytes.

Also the one look of all our workbooks: the formats by name. The sheets themselves are in
:mod:`qa_sampling.workbooks`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

NAVY, PLUM, GREY, INK, PALE, WHITE = (
    "#12436D",
    "#801650",
    "#6B6B6B",
    "#1D1D1D",
    "#E8EEF4",
    "#FFFFFF",
)
"""Analysis Function blue and plum, a grey of contrast 5.3 on white, and quiet fills."""

_BASE = {"font_name": "Arial", "font_size": 11, "font_color": INK, "valign": "top"}
_RIGHT = {"align": "right", "indent": 1}
_HEADER = {
    "align": "left",
    "indent": 1,
    "bold": True,
    "text_wrap": True,
    "font_color": WHITE,
    "bg_color": NAVY,
    "valign": "vcenter",
    "border": 1,
    "border_color": NAVY,
}
_LINED = {"align": "left", "valign": "vcenter", "indent": 1, "bottom": 1, "bottom_color": "#D0D8E0"}
_STYLES: dict[str, dict] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "pictured": {"text_wrap": True, "indent": 3},
    "bold": {"bold": True, "text_wrap": True},
    "title": {"bold": True, "font_size": 16, "font_color": NAVY},
    "title wrapped": {"bold": True, "font_size": 16, "font_color": NAVY, "text_wrap": True},
    "heading": {"bold": True, "font_size": 13, "font_color": NAVY, "valign": "bottom"},
    "marking": {"bold": True, "font_color": PLUM},
    "link": {"font_color": NAVY, "underline": 1},
    "code": {"font_name": "Consolas", "text_wrap": True},
    "header": _HEADER,
    "header_right": _HEADER | _RIGHT,
    "whole": _RIGHT | {"num_format": "#,##0"},
    "tenth": _RIGHT | {"num_format": "0.0"},
    "number": _RIGHT | {"num_format": "#,##0.00"},
    "percent": _RIGHT | {"num_format": "0.0%"},
    "date": {"num_format": "d mmm yyyy", "align": "left"},
}
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_UNSEEN = "".join((" ", "\u00a0", "\u200b", "\u2060", "\ufeff"))
_ESCAPED = re.compile(r"_x(?=[0-9A-Fa-f]{4}_)")
_LONGEST_TEXT, _LONGEST_PROPERTY, _LONGEST_SHEET = 32_000, 255, 31


class Formats:
    """The cell formats of one workbook by name, made when first asked for.

    Parameters
    ----------
    workbook : Workbook
        The workbook they belong to.
    extra : mapping of str to dict
        Further styles by name, as xlsxwriter format properties laid over the base.
    """

    def __init__(self, workbook: Workbook, extra: Mapping[str, dict] | None = None) -> None:
        self._workbook = workbook
        self._styles = _STYLES | dict(extra or {})
        self._made: dict[tuple[str, bool], Format] = {}

    def __getitem__(self, name: str) -> Format:
        """Give the format called `name`."""
        return self.get(name)

    def get(self, name: str, *, quoted: bool = False) -> Format:
        """Give a format; `quoted` keeps text text also when the cell is edited again.

        A name that ends in " lined" is the same style as a cell of a table: indented, with a
        thin line below. Before that, " strong" is the same style in bold.
        """
        if (name, quoted) not in self._made:
            unlined = name.removesuffix(" lined")
            style = unlined.removesuffix(" strong")
            line = _LINED if unlined != name else {}
            bold = {"bold": True} if style != unlined else {}
            quote = {"quote_prefix": True} if quoted else {}
            properties = _BASE | line | self._styles[style] | bold | quote
            self._made[name, quoted] = self._workbook.add_format(properties)
        return self._made[name, quoted]

    def conditional(self, name: str, properties: Mapping[str, object]) -> Format:
        """Give a format for conditional formatting: these properties and no others."""
        kept = f"conditional {name}", False
        if kept not in self._made:
            self._made[kept] = self._workbook.add_format(dict(properties))
        return self._made[kept]


def open_workbook(
    path: Path,
    *,
    created: date,
    title: str,
    author: str = "Quality Assurance",
    properties: Mapping[str, str] | None = None,
) -> Workbook:
    """Open a new workbook that never turns text into formulas, links or numbers.

    Parameters
    ----------
    path : Path
        File to write when the workbook is closed.
    created : date
        Day written as the day of creation: the same input gives the same bytes.
    title : str
        Title among the document's properties; no personal data.
    author : str
        Author among the document's properties; blank for none.
    properties : mapping of str to str
        Custom document properties.
    """
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    workbook = xlsxwriter.Workbook(str(path), options)
    day = datetime(created.year, created.month, created.day)
    given = {"title": title, "author": author}
    given = {name: safe_heading(text)[:_LONGEST_PROPERTY] for name, text in given.items()}
    workbook.set_properties(given | {"created": day})
    for name, value in (properties or {}).items():
        workbook.set_custom_property(name, str(value), "text")
    return workbook


def clean_text(value: object) -> str:
    """Give a value as text that a cell can hold: no control characters, not too long."""
    text = _UNSAFE.sub(" ", str(value))
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT] + " … (cut: too long for a cell)"
    return text


def starts_formula(text: str) -> bool:
    """Say whether a spreadsheet could take a text for a formula.

    That is a text that begins, after blanks and what cannot be seen, with =, +, -, @, a tab or
    a line break, or with the full-width forms of the first four (OWASP, "CSV Injection").
    """
    return text.lstrip(_UNSEEN).startswith(_FORMULA_STARTS)


def safe_heading(text: object) -> str:
    """Give a text in one line that may head a column: the same in the cell and in the table."""
    return " ".join(_ESCAPED.sub("_ x", clean_text(text)).split())


def count_lines(value: object, width: float) -> int:
    """Count the lines a value takes in a wrapped cell of a width in characters."""
    if not isinstance(value, str):
        return 1
    paragraphs = value.splitlines() or [""]
    room = max(int(width * 1.05), 1)
    return sum(max(len(textwrap.wrap(part, room)), 1) for part in paragraphs)


def safe_sheet_name(text: str, taken: Collection[str] = ()) -> str:
    """Give a sheet name that Excel accepts and that is not among `taken`.

    Parameters
    ----------
    text : str
        Wished name.
    taken : collection of str
        Names already in the workbook.
    """
    plain = re.sub(r"[\[\]:*?/\\]", " ", clean_text(text)).strip().strip("'")
    name = _cut(plain, _LONGEST_SHEET) or "Sheet"
    used = {other.casefold() for other in taken} | {"history"}
    candidate, number = name, 1
    while candidate.casefold() in used:
        number += 1
        ending = f" ({number})"
        candidate = _cut(name, _LONGEST_SHEET - len(ending)) + ending
    return candidate


def _cut(text: str, longest: int) -> str:
    """Cut a text to a length as Excel counts it: signs such as emoji count twice."""
    text = text[:longest]
    while len(text.encode("utf-16-le")) > 2 * longest:
        text = text[:-1]
    return text.strip().strip("'")


def write_cell(
    sheet: Worksheet, row: int, column: int, value: object, formats: Formats, style: str = "text"
) -> None:
    """Write one value by its type; text is written as text, whatever it looks like.

    Parameters
    ----------
    sheet : Worksheet
        Sheet to write on.
    row, column : int
        Position from 0.
    value : object
        Text, number, date, flag (written as Yes or No) or a missing value (left blank).
    formats : Formats
        Formats of the workbook.
    style : str
        Name of the format.
    """
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        sheet.write_blank(row, column, None, formats[style])
    elif isinstance(value, str):
        text = clean_text(value)
        sheet.write_string(row, column, text, formats.get(style, quoted=starts_formula(text)))
    elif isinstance(value, (date, datetime)):
        day = datetime(value.year, value.month, value.day)
        style = {"text": "date", "wrap": "date", "wrap lined": "date lined"}.get(style, style)
        sheet.write_datetime(row, column, day, formats[style])
    elif pd.api.types.is_bool(value):
        sheet.write_string(row, column, "Yes" if value else "No", formats[style])
    else:
        sheet.write_number(row, column, float(value), formats[style])


def link_to(sheet_name: str, cell: str = "A1") -> str:
    """Give the link to a cell of a sheet of the same workbook."""
    quoted = sheet_name.replace("'", "''")
    return f"internal:'{quoted}'!{cell}"
