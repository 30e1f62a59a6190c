"""Accessible Excel workbooks: one way of making sheets, shared by all that writes workbooks.

Follows the Government Analysis Function's guidance on spreadsheets: one table a sheet,
starting in column A below a title; no merged cells; nothing shown by colour alone. Cells are
written by :mod:`qa_sampling.workbook_cells`, so that nothing from a case system can become a
formula or a link.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import pandas as pd
from xlsxwriter.utility import xl_range
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_sampling.workbook_cells import (
    Formats,
    count_lines,
    link_to,
    open_workbook,
    safe_sheet_name,
    write_cell,
)

__all__ = [
    "RESTRICTED",
    "Formats",
    "link_to",
    "open_workbook",
    "safe_sheet_name",
    "set_page",
    "write_cell",
    "write_sheet",
    "write_text_sheet",
    "write_title",
]

RESTRICTED = "RESTRICTED – contains children's case numbers"
"""The marking of every sheet that holds child-level data."""

_NUMBERS = ("whole", "number", "percent")
_WIDEST, _NARROWEST = 48, 9
_PAGE_WIDTH = 230
_LINE_HEIGHT, _PADDING = 14.5, 4


def write_title(
    sheet: Worksheet,
    title: str,
    notes: Iterable[str],
    formats: Formats,
    *,
    marking: str = RESTRICTED,
    contents: str | None = "Contents",
) -> int:
    """Write title, marking, link to the contents and notes in column A; give the next free row.

    Parameters
    ----------
    sheet : Worksheet
        Sheet to write on.
    title : str
        What the sheet holds.
    notes : iterable of str
        A sentence each; one row each.
    formats : Formats
        Formats of the workbook.
    marking : str
        Protective marking; blank for none.
    contents : str or None
        Name of the sheet of contents, or None for no link.
    """
    write_cell(sheet, 0, 0, title, formats, "title")
    sheet.set_row(0, 24)
    row = 1
    if marking:
        write_cell(sheet, row, 0, marking, formats, "marking")
        row += 1
    if contents:
        sheet.write_url(row, 0, link_to(contents), formats["link"], f"Back to {contents.lower()}")
        row += 1
    for note in notes:
        write_cell(sheet, row, 0, note, formats)
        row += 1
    sheet.set_row(row - 1, 24)
    return row


def set_page(
    sheet: Worksheet,
    *,
    marking: str = RESTRICTED,
    landscape: bool = True,
    title_rows: int = 0,
    pages_wide: int = 1,
) -> None:
    """Set up A4 pages, with the marking and page numbers printed on every page.

    Parameters
    ----------
    sheet : Worksheet
        Sheet to set up.
    marking : str
        Protective marking, printed at the top.
    landscape : bool
        Landscape rather than portrait.
    title_rows : int
        Rows from the top repeated on every page.
    pages_wide : int
        Pages side by side over which the sheet is spread.
    """
    if landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
    sheet.fit_to_pages(pages_wide, 0)
    if marking:
        sheet.set_header("&C&B" + marking.replace("&", "&&"))
    sheet.set_footer("&L&A&RPage &P of &N")
    if title_rows:
        sheet.repeat_rows(0, title_rows - 1)


def write_sheet(
    workbook: Workbook,
    name: str,
    title: str,
    notes: Sequence[str],
    frame: pd.DataFrame,
    formats: Formats,
    *,
    styles: Mapping[str, str] | None = None,
    widths: Mapping[str, float] | None = None,
    totals: Sequence[str] = (),
    links: str | None = None,
    marking: str = RESTRICTED,
    contents: str | None = "Contents",
    freeze_columns: int = 1,
    empty: str = "There is nothing to list.",
) -> Worksheet:
    """Add a sheet with one table: title, marking, notes, then a real Excel table from column A.

    Parameters
    ----------
    workbook : Workbook
        An open workbook of :func:`open_workbook`.
    name : str
        Name of the sheet; also the footer's.
    title : str
        What the table shows.
    notes : sequence of str
        Sentences above the table, one a row.
    frame : DataFrame
        The table; its column names are the headings. A missing value is left blank.
    formats : Formats
        Formats of the workbook.
    styles : mapping of str to str
        Format by column, where the one that follows from the dtype does not do.
    widths : mapping of str to float
        Width in characters by column, where the one that follows from the text does not do.
    totals : sequence of str
        Columns summed in a total row; the row is left out when empty.
    links : str, optional
        A column that holds names of sheets: each becomes a link to its sheet.
    marking : str
        Protective marking; blank for none.
    contents : str or None
        Name of the sheet of contents, or None for no link back.
    freeze_columns : int
        Columns that stay in view.
    empty : str
        The sentence that stands for a table without rows.

    Returns
    -------
    Worksheet
        The sheet.
    """
    sheet = workbook.add_worksheet(name)
    sheet.hide_gridlines(2)
    top = write_title(sheet, title, notes, formats, marking=marking, contents=contents)
    chosen = {column: _style(frame[column]) for column in frame.columns} | dict(styles or {})
    given = widths or {}
    room = [given.get(name) or _width(name, frame[name], chosen[name]) for name in frame.columns]
    for position, width in enumerate(room):
        sheet.set_column(position, position, width)
    pages = math.ceil(sum(room) / _PAGE_WIDTH)
    set_page(sheet, marking=marking, title_rows=top + 1, pages_wide=pages)
    if pages > 1 and freeze_columns:
        sheet.repeat_columns(0, freeze_columns - 1)
    if frame.empty:
        write_cell(sheet, top, 0, empty, formats)
        return sheet
    _write_rows(sheet, top, frame, formats, [chosen[name] for name in frame.columns], links)
    _add_table(sheet, top, name, frame, formats, chosen, totals)
    _set_heights(sheet, top, frame, room)
    sheet.freeze_panes(top + 1, freeze_columns)
    return sheet


def _write_rows(
    sheet: Worksheet,
    top: int,
    frame: pd.DataFrame,
    formats: Formats,
    styles: Sequence[str],
    links: str | None,
) -> None:
    for row, values in enumerate(frame.itertuples(index=False, name=None), start=top + 1):
        for position, value in enumerate(values):
            if frame.columns[position] == links:
                sheet.write_url(row, position, link_to(value), formats["link lined"], value)
            else:
                write_cell(sheet, row, position, value, formats, styles[position] + " lined")


def _set_heights(sheet: Worksheet, top: int, frame: pd.DataFrame, room: Sequence[float]) -> None:
    """Make rows as high as their text needs; bold headings share their cell with a button."""
    rows = [(frame.columns, 5), *((row, 2) for row in frame.itertuples(index=False, name=None))]
    for number, (texts, taken) in enumerate(rows, start=top):
        lines = [count_lines(text, width - taken) for text, width in zip(texts, room, strict=True)]
        sheet.set_row(number, max(lines) * _LINE_HEIGHT + _PADDING)


def _add_table(
    sheet: Worksheet,
    top: int,
    name: str,
    frame: pd.DataFrame,
    formats: Formats,
    styles: Mapping[str, str],
    totals: Sequence[str],
) -> None:
    """Lay a real Excel table over cells already written."""
    columns: list[dict] = []
    for position, column in enumerate(frame.columns):
        is_number = styles[column] in _NUMBERS
        header = formats["header_right" if is_number else "header"]
        entry: dict = {"header": column, "header_format": header}
        if totals and position == 0:
            entry |= {"total_string": "Total", "format": formats["bold lined"]}
        if column in totals:
            cells = xl_range(top + 1, position, top + len(frame), position)
            entry |= {
                "total_function": f"SUBTOTAL(109,{cells})",
                "total_value": float(pd.to_numeric(frame[column]).sum()),
                "format": formats[styles[column] + " lined"],
            }
        columns.append(entry)
    sheet.add_table(
        top,
        0,
        top + len(frame) + bool(totals),
        len(frame.columns) - 1,
        {
            "name": "table_" + re.sub(r"\W", "_", name).lower(),
            "columns": columns,
            "style": "Table Style Light 1",
            "total_row": bool(totals),
        },
    )


def write_text_sheet(
    workbook: Workbook,
    name: str,
    title: str,
    rows: Iterable[tuple[str, object] | str],
    formats: Formats,
    *,
    marking: str = RESTRICTED,
    contents: str | None = "Contents",
    widths: tuple[float, float] = (26, 96),
) -> Worksheet:
    """Add a sheet of words: headings, and a label with its text in two columns.

    Parameters
    ----------
    workbook : Workbook
        An open workbook of :func:`open_workbook`.
    name, title : str
        Name of the sheet, and its title.
    rows : iterable of (str, object) or str
        A pair is a label and its value; a plain string is a heading.
    formats : Formats
        Formats of the workbook.
    marking : str
        Protective marking; blank for none.
    contents : str or None
        Name of the sheet of contents, or None for no link back.
    widths : tuple of float
        Widths of the two columns in characters.
    """
    sheet = workbook.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, widths[0])
    sheet.set_column(1, 1, widths[1])
    row = write_title(sheet, title, (), formats, marking=marking, contents=contents)
    for entry in rows:
        if isinstance(entry, str):
            write_cell(sheet, row, 0, entry, formats, "heading")
            sheet.set_row(row, 30)
        else:
            label, value = entry
            write_cell(sheet, row, 0, label, formats, "bold")
            style = "date" if isinstance(value, (date, datetime)) else "wrap"
            write_cell(sheet, row, 1, value, formats, style)
            lines = max(count_lines(label, widths[0]), count_lines(value, widths[1]))
            sheet.set_row(row, lines * _LINE_HEIGHT + _PADDING)
        row += 1
    set_page(sheet, marking=marking)
    return sheet


def _style(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "text"
    if pd.api.types.is_integer_dtype(values):
        return "whole"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    return "wrap"


def _width(column: str, values: pd.Series, style: str) -> float:
    longest_word = max((len(word) for word in column.split()), default=0) * 1.1 + 5
    if style in _NUMBERS:
        return max(_NARROWEST, longest_word + 1)
    if style == "date":
        return max(14, longest_word)
    longest = max((len(str(value)) for value in values.dropna()), default=0) * 1.1 + 4
    return min(_WIDEST, max(_NARROWEST, longest_word, longest))
