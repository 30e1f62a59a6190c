"""The year's programme as an accessible workbook: one sheet, one table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.workbooks import Formats, open_workbook, write_sheet

CREATED = date(2024, 1, 1)
"""Written as the day of creation, so that the same calendar gives the same bytes."""
_NOTES = (
    "Runs are made by `qa-sampling month`; what is due is done by the role named.",
    "Filter by month or by owner with the buttons of the headings.",
)


def write_calendar(path: Path, table: pd.DataFrame) -> None:
    """Write the year's programme; it holds nothing about children.

    Parameters
    ----------
    path : Path
        The workbook to write.
    table : DataFrame
        A row an entry and month, as `runs.month.year.year_of` gives it.
    """
    with open_workbook(path, created=CREATED, title="The year's QA programme") as workbook:
        write_sheet(
            workbook,
            "Programme",
            "The year's QA programme, month by month",
            _NOTES,
            table,
            Formats(workbook),
            marking="",
            contents=None,
        )
