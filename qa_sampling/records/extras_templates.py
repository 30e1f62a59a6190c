"""Writes empty templates of the extra tables, each column explained."""

from __future__ import annotations

import csv
from pathlib import Path

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

WORKBOOK = "extra_tables.xlsx"
TABLES: dict[str, tuple[Table, str]] = {
    "staff": (STAFF, "Who may audit and moderate, whom they manage, and when they are away"),
    "families": (FAMILIES, "Which children belong to one family or household"),
    "case_roles": (CASE_ROLES, "Who worked on or managed a case, and when"),
    "restricted": (RESTRICTED, "Cases that are never drawn, and why"),
    "past_audits": (PAST_AUDITS, "Audits done before the register was begun"),
}
_SUGGESTED = {"role": AUDITOR_ROLES, "grade": GRADES}
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
        staff.csv, families.csv, case_roles.csv, restricted.csv, past_audits.csv and
        extra_tables.xlsx. Fill in either the CSV files or the workbook.

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
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "white"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 16})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        _write_notes(book.add_worksheet("Notes"), head, wrap, title)
        for name, (table, _) in TABLES.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(table.columns):
                shape = {"text": text, "date": day}.get(column.kind)
                sheet.set_column(place, place, max(16, len(column.name) + 4), shape)
                sheet.write_string(0, place, column.name, head)
                _offer(sheet, place, column)


def _offer(sheet: object, place: int, column: Column) -> None:
    """Offer the usual values in a drop-down; others may be typed."""
    values = ["Yes", "No"] if column.kind == "flag" else list(_SUGGESTED.get(column.name, ()))
    if values:
        options = {"validate": "list", "source": values, "error_type": "information"}
        sheet.data_validation(1, place, 2000, place, options)


def _write_notes(sheet: object, head: object, wrap: object, title: object) -> None:
    sheet.hide_gridlines(2)
    for place, width in enumerate((16, 20, 20, 12, 70)):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, "Extra tables for the audit plan", title)
    lines = (
        "Fill in the sheets you can; leave the others empty. Do not rename sheets or headers.",
        "Write staff and child numbers exactly as the case system shows them (the cells are text, "
        "so leading zeros stay).",
        "This workbook names children once filled in: keep it where case records are kept.",
    )
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line)
    start = len(lines) + 2
    for place, name in enumerate(("Sheet", "Column", "What to write", "Needed", "What it means")):
        sheet.write_string(start, place, name, head)
    row = start
    for name, (table, _) in TABLES.items():
        for column in table.columns:
            row += 1
            needed = "yes" if column.required else "no"
            cells = (name, column.name, _HOW[column.kind], needed, column.about)
            for place, value in enumerate(cells):
                sheet.write_string(row, place, value, wrap)
    sheet.freeze_panes(start + 1, 0)
