"""The outcomes in full, a sheet a table, for named readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

_MARKING = "RESTRICTED – small numbers, single teams"
_COVER = (
    ("For", "Managers and the QA Group. What everybody may read is in another workbook."),
    (
        "Usual, stays within",
        "The centre line and the limits of the chart: a stable measure is beyond them in 3 of "
        "1,000 months.",
    ),
    (
        "Signal",
        "A latest month that chance does not explain among all measures and teams looked at. Its "
        "name fills the parameters of a deep dive.",
    ),
    (
        "Not mature",
        "A month whose figure can still change, or that lacks the months before it that it needs. "
        "It is never a signal.",
    ),
)


def write_outcomes_workbook(
    path: Path,
    sheets: Mapping[str, pd.DataFrame],
    *,
    title: str,
    as_at: date,
    cover: Sequence[tuple[str, str]] = _COVER,
    marking: str = _MARKING,
) -> Path:
    """Write outcomes, or a deep dive, in full and give the path. Restricted.

    Parameters
    ----------
    path : Path
        File to write, in a restricted folder.
    sheets : mapping of str to DataFrame
        Tables by the name of their sheet.
    title : str
        Which months they are of.
    as_at : date
        Written as the day of creation.
    cover : sequence of (str, str)
        What the first sheet says.
    marking : str
        What every sheet is marked with.
    """
    with open_workbook(path, title=title, created=as_at) as book:
        formats = Formats(book)
        write_text_sheet(book, "Cover", title, cover, formats, marking=marking, contents=None)
        for name, table in sheets.items():
            write_sheet(
                book, name, f"{title}: {name.lower()}", (), table, formats, marking=marking,
                contents=None, filters=True, empty="There is nothing to show.",
            )  # fmt: skip
    return path
