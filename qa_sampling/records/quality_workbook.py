"""Writes the data-quality report as a workbook that can be sent to the system team."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.records.quality import SEVERITIES, summarise_quality
from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

CREATED = date(2024, 1, 1)
"""Written as the day of creation, so that the same report gives the same bytes."""
SHEETS = {"stop": "Put right first", "mended": "Mended", "note": "For information"}
"""Sheet of each severity."""
_HEADINGS = {
    "file": "File",
    "list": "List or table",
    "column": "Column",
    "rows": "Where",
    "fault": "What is wrong",
    "count": "Rows",
    "action": "What was done, or what to do",
}
_WIDTHS = {
    "File": 26,
    "List or table": 20,
    "Column": 28,
    "Where": 20,
    "What is wrong": 36,
    "What was done, or what to do": 28,
}
_MEANING = {
    "stop": "The run cannot go on until these are put right in the extract.",
    "mended": "The run went on. What was done is said beside each; put the cause right in the "
    "case system so that it does not come back.",
    "note": "Nothing needs doing if it is as you expect.",
}


def write_quality_workbook(path: Path | str, quality: pd.DataFrame) -> None:
    """Write the report: an overview, and a sheet for each severity that has entries.

    Parameters
    ----------
    path : path
        The workbook to write; the same report gives the same bytes.
    quality : DataFrame
        Declared by :data:`schema.QUALITY`.
    """
    with open_workbook(Path(path), created=CREATED, title="Data-quality report") as workbook:
        formats = Formats(workbook)
        _write_overview(workbook, quality, formats)
        if len(quality):
            _write_summary(workbook, quality, formats)
        for severity, name in SHEETS.items():
            rows = quality[quality["severity"] == severity]
            if len(rows):
                table = _shown(rows)
                write_sheet(
                    workbook,
                    name,
                    SEVERITIES[severity],
                    [_MEANING[severity]],
                    table,
                    formats,
                    widths=_WIDTHS,
                    marking="",
                    contents="Overview",
                    freeze_columns=0,
                )


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Give entries as people read them: a fault of a whole list has no number of rows."""
    table = rows[list(_HEADINGS)].copy()
    table["fault"] = table["fault"].str[:1].str.upper() + table["fault"].str[1:]
    table["count"] = table["count"].mask(table["count"] == 0)
    return table.rename(columns=_HEADINGS)


def _write_overview(workbook: object, quality: pd.DataFrame, formats: Formats) -> None:
    counts = quality["severity"].value_counts()
    rows: list[tuple[str, object] | str] = ["What was found"]
    for severity, name in SHEETS.items():
        number = int(counts.get(severity, 0))
        kinds = "1 kind of fault" if number == 1 else f"{number or 'no'} kinds of fault"
        rows.append((name, f"{kinds}. {_MEANING[severity]}" if number else "None."))
    rows += [
        "How to read it",
        ("One row", "One kind of fault in one column of one list, with how many rows have it."),
        ("Where", "Row numbers as Excel counts them; the first few are written out."),
        ("Children", "The report holds no child's number, name, date of birth or other detail."),
    ]
    write_text_sheet(
        workbook, "Overview", "Data-quality report", rows, formats, marking="", contents=None
    )


def _write_summary(workbook: object, quality: pd.DataFrame, formats: Formats) -> None:
    summary = summarise_quality(quality)
    summary["severity"] = summary["severity"].map(SHEETS)
    summary.columns = ["File", "List or table", "Sheet", "Kinds of fault", "Rows"]
    write_sheet(
        workbook,
        "Summary",
        "Faults by file and list",
        ["A row with two faults counts twice."],
        summary,
        formats,
        widths={"File": 40, "List or table": 36},
        links="Sheet",
        marking="",
        contents="Overview",
        freeze_columns=0,
    )
