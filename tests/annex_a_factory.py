"""Small invented Annex A extracts: rows by field, and files of every kind holding them."""

import csv
import datetime as dt

import xlsxwriter

from qa_sampling.records.annex_a_layout import CODES, LISTS

AS_AT = dt.date(2026, 10, 31)
USUAL = {
    "gender": "b) Female",
    "ethnicity": "a) WBRI",
    "date_of_birth": dt.date(2015, 6, 1),
    "age": 11.4,
    "disability": "b) No",
    "team": "North Team",
    "worker": "Robin Marsh",
    "source": "q) 6: Police",
    "nfa": "b) No",
    "case_status": "c) Child in need plan",
    "primary_need": "N1 - Abuse or neglect",
    "initial_category": "a) Neglect",
    "latest_category": "a) Neglect",
    "organisation": "Early Help Hub",
    "in_touch": "a) Yes",
    "eligibility": "b) Former relevant child",
    "legal_status": "C2: FCO",
}


def row(number, child="1001", date=dt.date(2026, 9, 1), **given):
    """One row of a list by field; every field that must have a value has a usual one."""
    values = {}
    key = next(
        (
            c.field
            for c in LISTS[number].columns
            if c.kind == "date" and not c.may_be_blank and c.field not in ("care_date",)
        ),
        None,
    )
    if number == 6:
        key = "start_date"
    for column in LISTS[number].columns:
        if column.kind == "id":
            value = child
        elif column.field == key:
            value = date
        elif column.field in USUAL:
            value = USUAL[column.field]
        elif column.may_be_blank:
            value = None
        elif column.kind == "code":
            value = next(iter(CODES[column.codes]))
        else:
            value = {"date": date, "whole": 1}.get(column.kind, "Somewhere")
        values[column.field] = value
    unknown = set(given) - set(values)
    assert not unknown, unknown
    return values | given


def headers(number):
    return LISTS[number].headers


def grid(number, rows, header=None):
    fields = [column.field for column in LISTS[number].columns]
    return [header or headers(number), *([r[f] for f in fields] for r in rows)]


def write_grids(path, grids, *, hidden=(), merges=(), formulas=()):
    """Write sheets of cells as they are; `formulas` are (sheet, cell, formula, value)."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in grids.items():
            sheet = book.add_worksheet(name)
            for r, cells in enumerate(rows):
                for c, cell in enumerate(cells):
                    if isinstance(cell, dt.date):
                        sheet.write_datetime(
                            r, c, dt.datetime(cell.year, cell.month, cell.day), day
                        )
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write_number(r, c, cell)
            for target, cells in merges:
                if target == name:
                    sheet.merge_range(cells, "merged")
            for target, cell, formula, value in formulas:
                if target == name:
                    sheet.write_formula(cell, formula, None, value)
            if name in hidden:
                sheet.hide()
    return path


def write_lists(path, lists, names="List {}", **options):
    """Write {number: rows} as a workbook in the template's layout."""
    grids = {names.format(number): grid(number, rows) for number, rows in lists.items()}
    return write_grids(path, grids, **options)


def write_csvs(folder, lists, *, encoding="utf-8", separator=",", names="list_{}.csv"):
    folder.mkdir(exist_ok=True)
    for number, rows in lists.items():
        path = folder / names.format(number)
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.writer(stream, delimiter=separator)
            for cells in grid(number, rows):
                writer.writerow([as_text(cell) for cell in cells])
    return folder


def as_text(cell):
    if cell is None:
        return ""
    return f"{cell:%d/%m/%Y}" if isinstance(cell, dt.date) else str(cell)


def faults(quality, severity=None):
    """(column, fault, rows) of a report."""
    part = quality if severity is None else quality[quality["severity"] == severity]
    part = part.fillna({"column": "", "rows": ""})
    return {(e["column"], e["fault"], e["rows"]) for e in part.to_dict("records")}
