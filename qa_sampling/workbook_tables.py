"""A real Excel table on a sheet: its cells, headings, widths and heights.

Used by :mod:`qa_sampling.workbooks`, whose sheets have one such table each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from qa_sampling.workbook_cells import (
    Formats,
    count_lines,
    link_to,
    safe_heading,
    starts_formula,
    write_cell,
)

LINE_HEIGHT, PADDING = 14.5, 4
"""Points that a line of text takes, and that a row has besides."""
_NUMBERS = ("whole", "tenth", "number", "percent")
_WIDEST, _NARROWEST = 48, 9
_LONGEST_NAME = 200


@dataclass(frozen=True)
class SheetTable:
    """A table with how it is written.

    Attributes
    ----------
    frame : DataFrame
        The table; its column names are the headings.
    name : str
        Name of the Excel table, as :func:`safe_table_name` gives it.
    styles : mapping of str to str
        Format by column.
    totals : sequence of str
        Columns summed in a total row; none when empty.
    links : str or None
        A column that holds names of sheets.
    strong_rows : int
        How many of the last rows are in bold.
    filters : bool
        Whether the headings carry filter buttons.
    """

    frame: pd.DataFrame
    name: str
    styles: Mapping[str, str]
    totals: Sequence[str] = ()
    links: str | None = None
    strong_rows: int = 0
    filters: bool = True


def lay_table(sheet: Worksheet, top: int, table: SheetTable, formats: Formats) -> None:
    """Write a table from column A: its cells, then the Excel table over them.

    Parameters
    ----------
    sheet : Worksheet
        Sheet to write on.
    top : int
        Row of the headings, from 0.
    table : SheetTable
        The table; with at least one row.
    formats : Formats
        Formats of the workbook.
    """
    _write_rows(sheet, top, table, formats)
    sheet.add_table(
        top,
        0,
        top + len(table.frame) + bool(table.totals),
        len(table.frame.columns) - 1,
        {
            "name": table.name,
            "columns": _columns(top, table, formats),
            "style": "Table Style Light 1",
            "total_row": bool(table.totals),
            "autofilter": table.filters,
        },
    )


def _write_rows(sheet: Worksheet, top: int, table: SheetTable, formats: Formats) -> None:
    columns = list(table.frame.columns)
    strong_from = top + 1 + len(table.frame) - table.strong_rows
    for row, values in enumerate(table.frame.itertuples(index=False, name=None), start=top + 1):
        ending = " strong lined" if row >= strong_from else " lined"
        for position, value in enumerate(values):
            if columns[position] == table.links:
                sheet.write_url(row, position, link_to(value), formats["link lined"], value)
            else:
                style = table.styles[columns[position]] + ending
                write_cell(sheet, row, position, value, formats, style)


def _columns(top: int, table: SheetTable, formats: Formats) -> list[dict]:
    """Give headings and totals as xlsxwriter takes them."""
    columns: list[dict] = []
    frame = table.frame
    for position, (column, heading) in enumerate(zip(frame, headings_of(frame), strict=True)):
        style = "header_right" if table.styles[column] in _NUMBERS else "header"
        header = formats.get(style, quoted=starts_formula(heading))
        entry: dict = {"header": heading, "header_format": header}
        if table.totals and position == 0:
            entry |= {"total_string": "Total", "format": formats["bold lined"]}
        if column in table.totals:
            cells = xl_range(top + 1, position, top + len(frame), position)
            entry |= {
                "total_function": f"SUBTOTAL(109,{cells})",
                "total_value": float(pd.to_numeric(frame[column]).sum()),
                "format": formats[table.styles[column] + " lined"],
            }
        columns.append(entry)
    return columns


def headings_of(frame: pd.DataFrame) -> list[str]:
    """Give the headings of a table: never blank, and no two that Excel takes for the same."""
    headings: list[str] = []
    for column in frame.columns:
        wished = safe_heading(column)[:_LONGEST_NAME] or "(blank)"
        heading, number = wished, 1
        while heading.casefold() in {other.casefold() for other in headings}:
            number += 1
            heading = f"{wished} ({number})"
        headings.append(heading)
    return headings


def safe_table_name(text: str) -> str:
    """Give the name of an Excel table: lower case, words joined, never like a cell's address."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:_LONGEST_NAME]
    return name if re.match(r"[a-z]{3,}_", name) else f"table_{name}".rstrip("_")


def set_heights(
    sheet: Worksheet, top: int, frame: pd.DataFrame, room: Sequence[float], *, least: float = 0
) -> list[float]:
    """Make rows as high as their text needs, and give their heights in points.

    Bold headings share their cell with a button.

    Parameters
    ----------
    sheet : Worksheet
        Sheet to set up.
    top : int
        Row of the headings, from 0.
    frame : DataFrame
        The table.
    room : sequence of float
        Widths of the columns in characters.
    least : float
        Least height of a row below the headings, in points.
    """
    rows = [(frame.columns, 5), *((row, 2) for row in frame.itertuples(index=False, name=None))]
    heights = []
    for number, (texts, taken) in enumerate(rows, start=top):
        lines = [count_lines(text, width - taken) for text, width in zip(texts, room, strict=True)]
        needed = max(lines) * LINE_HEIGHT + PADDING
        heights.append(needed if number == top else max(needed, least))
        sheet.set_row(number, heights[-1])
    return heights


def style_of(values: pd.Series) -> str:
    """Give the format that follows from the type of a column."""
    if pd.api.types.is_bool_dtype(values):
        return "text"
    if pd.api.types.is_integer_dtype(values):
        return "whole"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    return "wrap"


def width_of(column: str, values: pd.Series, style: str) -> float:
    """Give the width in characters that a column needs.

    Parameters
    ----------
    column : str
        Its heading.
    values : Series
        What stands below.
    style : str
        Its format.
    """
    longest_word = max((len(word) for word in column.split()), default=0) * 1.1 + 5
    if style in _NUMBERS:
        return max(_NARROWEST, longest_word + 1)
    if style == "date":
        return max(14, longest_word)
    longest = max((len(str(value)) for value in values.dropna()), default=0) * 1.1 + 4
    return min(_WIDEST, max(_NARROWEST, longest_word, longest))
