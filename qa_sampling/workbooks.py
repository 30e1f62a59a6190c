"""Accessible Excel workbooks: one way of making sheets, shared by all that writes workbooks.

Follows the Government Analysis Function's guidance on spreadsheets: one table a sheet,
starting in column A below a title; no merged cells; nothing shown by colour alone. Cells are
written by :mod:`qa_sampling.workbook_cells`, so that nothing from a case system can become a
formula or a link.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import pandas as pd
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
from qa_sampling.workbook_pictures import PICTURED, ROOM, CellPicture, place_pictures
from qa_sampling.workbook_tables import (
    LINE_HEIGHT,
    PADDING,
    SheetTable,
    lay_table,
    safe_table_name,
    set_heights,
    style_of,
    width_of,
)

__all__ = [
    "RESTRICTED",
    "Formats",
    "link_to",
    "open_workbook",
    "safe_sheet_name",
    "set_page",
    "write_cell",
    "write_paragraphs",
    "write_sheet",
    "write_text_sheet",
    "write_title",
]

RESTRICTED = "RESTRICTED – contains children's case numbers"
"""The marking of every sheet that holds child-level data."""

_PAGE_WIDTH, _PORTRAIT_WIDTH, _TALL_WIDTH = 230, 88, 132
_ROOM, _LETTER = (770.0, 491.0), 5.6
"""Points that a sheet of A4 on its side has for a table, and points a letter takes."""
_FEW_ROWS, _LEGIBLE = 0.45, 0.6
"""Share of a page that is too little for a page of its own, and the least scale to read at."""
_TALL = 20
"""Rows a sheet on its side holds; a longer table stands upright while it is legible."""


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
    pages_tall: int = 0,
) -> None:
    """Set up A4 pages; a marking is printed on every page, with the page numbers.

    Without a marking nothing is printed in the margins: screen readers do not read them out
    (Analysis Function).

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
    pages_tall : int
        Pages one below the other; 0 for as many as it takes.
    """
    if landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
    sheet.fit_to_pages(pages_wide, pages_tall)
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
    freeze_columns: int | None = 1,
    empty: str = "There is nothing to list.",
    table_name: str = "",
    filters: bool = True,
    strong_rows: int = 0,
    row_height: float = 0,
    pictures: Mapping[str, Sequence[CellPicture | None]] | None = None,
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
    freeze_columns : int or None
        Columns that stay in view, with the heading; None when nothing does.
    empty : str
        The sentence that stands for a table without rows.
    table_name : str
        Name of the Excel table, made acceptable; by default from the sheet's name.
    filters : bool
        Whether the headings carry filter buttons.
    strong_rows : int
        How many of the last rows are written in bold: totals that come with the table.
    row_height : float
        Least height of a row below the headings in points, such as 34 to write in by hand.
    pictures : mapping of str to sequence of CellPicture or None, optional
        By column a small picture before the words of each cell.

    Returns
    -------
    Worksheet
        The sheet.
    """
    sheet = workbook.add_worksheet(name)
    sheet.hide_gridlines(2)
    top = write_title(sheet, title, notes, formats, marking=marking, contents=contents)
    chosen = {column: style_of(frame[column]) for column in frame.columns} | dict(styles or {})
    chosen |= dict.fromkeys(pictures or {}, PICTURED)
    given = widths or {}
    room = [given.get(name) or width_of(name, frame[name], chosen[name]) for name in frame.columns]
    for position, (column, width) in enumerate(zip(frame.columns, room, strict=True)):
        sheet.set_column(position, position, width + ROOM * (column in (pictures or {})))
    pages = math.ceil(sum(room) / _PAGE_WIDTH)
    widest = max(sum(room), len(title) * 1.4, *(len(note) * 0.85 for note in ("", *notes)))
    landscape = widest > (_TALL_WIDTH if len(frame) > _TALL else _PORTRAIT_WIDTH)
    page = {"marking": marking, "landscape": landscape, "title_rows": top + 1, "pages_wide": pages}
    set_page(sheet, **page)
    if pages > 1 and freeze_columns:
        sheet.repeat_columns(0, freeze_columns - 1)
    if frame.empty:
        write_cell(sheet, top, 0, empty, formats)
        return sheet
    table = SheetTable(
        frame,
        name=safe_table_name(table_name or f"table_{name}"),
        styles=chosen,
        totals=totals,
        links=links,
        strong_rows=strong_rows,
        filters=filters,
    )
    lay_table(sheet, top, table, formats)
    heights = set_heights(sheet, top, frame, room, least=row_height)
    place_pictures(sheet, top, frame, pictures or {}, heights=heights)
    if pages == 1 and (tall := _pages_tall(top, heights, sum(room), landscape=landscape)):
        set_page(sheet, **page, pages_tall=tall)
    if freeze_columns is not None:
        sheet.freeze_panes(top + 1, freeze_columns)
    return sheet


def _pages_tall(top: int, heights: Sequence[float], width: float, *, landscape: bool) -> int:
    """Give on how many pages a table is printed, where that leaves no few rows on the last one.

    Parameters
    ----------
    top : int
        Rows above the headings; they and the headings are repeated on every page.
    heights : sequence of float
        Heights of the headings and of the rows, in points.
    width : float
        Width of all columns in characters.
    landscape : bool
        Landscape rather than portrait.

    Returns
    -------
    int
        0 where the rows fall onto pages well, or could not be read any more if they were drawn
        together.
    """
    wide, high = _ROOM if landscape else _ROOM[::-1]
    scale = min(1.0, wide / max(width * _LETTER, 1.0))
    repeated = top * (LINE_HEIGHT + PADDING) + heights[0]
    free = high / scale - repeated
    if free <= 0:
        return 0
    pages = sum(heights[1:]) / free
    whole = math.floor(pages)
    if not whole or not 0 < pages - whole < _FEW_ROWS:
        return 0
    return whole if high / (repeated + sum(heights[1:]) / whole) >= _LEGIBLE else 0


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
            sheet.set_row(row, lines * LINE_HEIGHT + PADDING)
        row += 1
    set_page(sheet, marking=marking)
    return sheet


def write_paragraphs(
    workbook: Workbook,
    name: str,
    title: str,
    sections: Iterable[tuple[str, Iterable[str]]],
    formats: Formats,
    *,
    contents: str | None = "Contents",
    width: float = 74,
) -> Worksheet:
    """Add an unmarked sheet of words in column A alone: headings, and wrapped paragraphs.

    Parameters
    ----------
    workbook : Workbook
        An open workbook of :func:`open_workbook`.
    name, title : str
        Name of the sheet, and its title.
    sections : iterable of (str, iterable of str)
        A heading and its paragraphs.
    formats : Formats
        Formats of the workbook.
    contents : str or None
        Name of the sheet of contents, or None for no link to it.
    width : float
        Width of the column in characters.
    """
    sheet = workbook.add_worksheet(name)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, width)
    write_cell(sheet, 0, 0, title, formats, "title wrapped")
    sheet.set_row(0, count_lines(title, width * 0.66) * 1.5 * LINE_HEIGHT + PADDING)
    row = 1
    if contents:
        link = f"Go to {contents.lower()}"
        sheet.write_url(row, 0, link_to(contents), formats["link"], link)
        row += 1
    for heading, paragraphs in sections:
        write_cell(sheet, row, 0, heading, formats, "heading")
        sheet.set_row(row, 30)
        row += 1
        for paragraph in paragraphs:
            write_cell(sheet, row, 0, paragraph, formats, "wrap")
            sheet.set_row(row, count_lines(paragraph, width * 1.2) * LINE_HEIGHT + PADDING)
            row += 1
    set_page(sheet, marking="", landscape=False)
    return sheet
