"""Writes empty templates of the extra tables, each column explained."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.schema import (
    AUDITOR_ROLES,
    CASE_ROLES,
    FAMILIES,
    GRADES,
    PAST_AUDITS,
    RESTRICTED,
    STAFF,
    Column,
    Table,
)
from qa_sampling.trends.elsewhere_measures import FROM_ELSEWHERE
from qa_sampling.trends.entered import ENTERED

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from qa_sampling.workbooks import Formats

WORKBOOK = "extra_tables.xlsx"
CREATED = date(2024, 1, 1)
"""Written as the day of creation, so that the templates are always the same bytes."""
TABLES: dict[str, tuple[Table, str]] = {
    "staff": (STAFF, "Who may audit and moderate, whom they manage, and when they are away"),
    "families": (FAMILIES, "Which children belong to one family or household"),
    "case_roles": (CASE_ROLES, "Who worked on or managed a case, and when"),
    "restricted": (RESTRICTED, "Cases that are never drawn, and why"),
    "past_audits": (PAST_AUDITS, "Audits done before the register was begun"),
    "measure_events": (
        ENTERED,
        "What outcomes need beyond Annex A: strategy discussions, core groups, reviews, education "
        "plans, pre-proceedings, applications, children's visits and social workers",
    ),
}
_SUGGESTED = {"role": AUDITOR_ROLES, "grade": GRADES, "met": ("Yes", "No")}
_SUGGESTED["measure"] = tuple(one.name for one in FROM_ELSEWHERE)
_HOW = {
    "text": "text",
    "date": "a day, dd/mm/yyyy",
    "whole": "a whole number",
    "flag": "Yes or No",
}


def write_templates(folder: Path | str) -> list[Path]:
    """Write an empty CSV file a table, and one workbook with all of them and notes.

    Parameters
    ----------
    folder : path
        Where to write; made if it does not exist. Nothing there is overwritten.

    Returns
    -------
    list of Path
        staff.csv, families.csv, case_roles.csv, restricted.csv, past_audits.csv,
        measure_events.csv and extra_tables.xlsx. Fill in either the CSV files or the workbook.

    Raises
    ------
    ParameterError
        When one of the files is already there.
    """
    folder = Path(folder)
    paths = [folder / f"{name}.csv" for name in TABLES] + [folder / WORKBOOK]
    there = [path.name for path in paths if path.exists()]
    if there:
        raise ParameterError(
            f"`folder` already holds {', '.join(there)}, which may have been filled in. "
            "Name another folder, or move them away first."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, (table, _) in zip(paths, TABLES.values(), strict=False):
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerow(table.names)
    _write_workbook(paths[-1])
    return paths


def _write_workbook(path: Path) -> None:
    from qa_sampling.workbooks import Formats, open_workbook, set_page

    extra = {"entry": {"num_format": "@"}, "entry day": {"num_format": "dd/mm/yyyy"}}
    with open_workbook(path, created=CREATED, title="Extra tables for the audit plan") as book:
        formats = Formats(book, extra)
        _write_notes(book, formats)
        for name, (table, _) in TABLES.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            set_page(sheet, title_rows=1)
            for place, column in enumerate(table.columns):
                style = {"text": "entry", "date": "entry day"}.get(column.kind, "text")
                sheet.set_column(place, place, max(16, len(column.name) + 4), formats[style])
                sheet.write_string(0, place, column.name, formats["header"])
                _offer(sheet, place, column)


def _offer(sheet: Worksheet, place: int, column: Column) -> None:
    """Offer the usual values in a drop-down; others may be typed."""
    values = ["Yes", "No"] if column.kind == "flag" else list(_SUGGESTED.get(column.name, ()))
    if values:
        options = {"validate": "list", "source": values, "error_type": "information"}
        sheet.data_validation(1, place, 2000, place, options)


def _write_notes(book: Workbook, formats: Formats) -> None:
    """Write the first sheet: how to fill in the others, and what every column means."""
    from qa_sampling.workbooks import write_sheet

    rows = [
        {
            "Sheet": name,
            "Column": column.name,
            "What to write": _HOW[column.kind],
            "Needed": "yes" if column.required else "no",
            "What it means": column.about.replace("; restricted", ""),
        }
        for name, (table, _) in TABLES.items()
        for column in table.columns
    ]
    notes = [
        "Fill in the sheets you can and leave the others empty. Keep the names of sheets and "
        "headers.",
        "Write staff and child numbers exactly as the case system shows them: the cells hold "
        "text, so that leading zeros stay.",
        *(f"{name}: {about}." for name, (_, about) in TABLES.items()),
    ]
    write_sheet(
        book,
        "Notes",
        "Extra tables for the audit plan",
        notes,
        pd.DataFrame(rows),
        formats,
        widths={"What it means": 62, "What to write": 22},
        contents=None,
        freeze_columns=0,
    )
