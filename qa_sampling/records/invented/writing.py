"""Writes Annex A extracts: a workbook of eleven sheets, or a folder of CSV files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import xlsxwriter

from qa_sampling.records.annex_a_layout import LISTS

CREATED = dt.datetime(2024, 1, 1)
"""The day every workbook says it was created, so that its bytes depend on its cells alone."""


def write_workbook(lists: dict[int, pd.DataFrame], path: Path) -> None:
    """Write the eleven lists as the sheets "List 1" to "List 11" of one workbook.

    Parameters
    ----------
    lists : dict of int to DataFrame
        Lists with the template's headers; cells are text, whole numbers or dates.
    path : Path
        The workbook.
    """
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": CREATED})
        header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, frame in sorted(lists.items()):
            sheet = book.add_worksheet(f"List {number}")
            sheet.freeze_panes(1, 1)
            sheet.set_row(0, 60)
            for place, name in enumerate(frame.columns):
                sheet.set_column(place, place, 16)
                sheet.write_string(0, place, name, header)
                _write_column(sheet, place, frame[name], day)


def _write_column(
    sheet: xlsxwriter.worksheet.Worksheet,
    place: int,
    cells: pd.Series,
    day: xlsxwriter.format.Format,
) -> None:
    """Write the cells that are not blank, each as what it is."""
    for row, cell in enumerate(cells.astype(object), start=1):
        if isinstance(cell, str):
            sheet.write_string(row, place, cell)
        elif pd.isna(cell):
            continue
        elif isinstance(cell, dt.date):
            sheet.write_datetime(row, place, cell, day)
        else:
            sheet.write_number(row, place, cell)


def write_folder(lists: dict[int, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the eleven lists as CSV files in one folder; give their paths.

    Parameters
    ----------
    lists : dict of int to DataFrame
        Lists with the template's headers.
    folder : Path
        The folder, made if need be. Dates are written dd/mm/yyyy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, frame in sorted(lists.items()):
        path = folder / f"list_{number:02d}_{LISTS[number].title.lower().replace(' ', '_')}.csv"
        frame.to_csv(
            path, index=False, date_format="%d/%m/%Y", encoding="utf-8", lineterminator="\n"
        )
        paths.append(path)
    return paths


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write an extra table as CSV: dates as 2026-10-31, true and false as Yes and No."""
    plain = table.copy()
    for name in plain.columns:
        if pd.api.types.is_bool_dtype(plain[name]):
            plain[name] = plain[name].map({True: "Yes", False: "No"})
    plain.to_csv(path, index=False, date_format="%Y-%m-%d", encoding="utf-8", lineterminator="\n")
