"""The year's programme as an accessible workbook: the year at a glance, and month by month."""

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


_GLANCE_NOTES = ("“runs”: made by `qa-sampling month`; “due”: done by its owner; “–”: neither.",)


def write_calendar(path: Path, table: pd.DataFrame, glance: pd.DataFrame) -> None:
    """Write the year's programme; it holds nothing about children.

    Parameters
    ----------
    path : Path
        The workbook to write.
    table : DataFrame
        A row an entry and month, as `runs.month.year.year_of` gives it.
    glance : DataFrame
        A row an entry and a column a month, as `runs.month.year.at_a_glance` gives it.
    """
    with open_workbook(path, created=CREATED, title="The year's QA programme") as workbook:
        formats = Formats(workbook)
        sheets = (
            ("At a glance", "The year's QA programme at a glance", _GLANCE_NOTES, glance),
            ("Programme", "The year's QA programme, month by month", _NOTES, table),
        )
        for name, title, notes, one in sheets:
            write_sheet(workbook, name, title, notes, one, formats, marking="", contents=None)
