"""The findings in full, a sheet a table, for named readers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

_MARKING = "RESTRICTED – small numbers, single teams and single audits"
_COVER = (
    ("For", "The QA Group and those it names. What everybody may read is in another workbook."),
    (
        "How to read a share",
        "58% (36% to 77%): the best guess for all open cases, and the range that fits the audits.",
    ),
    (
        "Too few to say",
        "A group with few audits has its counts alone: a share of them says little of its cases.",
    ),
    (
        "Chance",
        "A change that cannot be told from chance may be none. Do not act on it as if it were one.",
    ),
)


def write_findings_workbook(
    path: Path, sheets: Mapping[str, pd.DataFrame], *, title: str, as_at: date
) -> Path:
    """Write the findings in full and give their path. Restricted.

    Parameters
    ----------
    path : Path
        File to write, in a restricted folder.
    sheets : mapping of str to DataFrame
        Tables as people read them, by the name of their sheet.
    title : str
        Which months they are of.
    as_at : date
        Written as the day of creation.
    """
    with open_workbook(path, title=title, created=as_at) as book:
        formats = Formats(book)
        write_text_sheet(book, "Cover", title, _COVER, formats, marking=_MARKING, contents=None)
        for name, table in sheets.items():
            write_sheet(
                book, name, f"{title}: {name.lower()}", (), table, formats, marking=_MARKING,
                contents=None, filters=False, empty="There is nothing to show.",
            )  # fmt: skip
    return path
