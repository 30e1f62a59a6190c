"""The outcomes in full, a sheet a table, for named readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.reporting.icon_drawing import PIXELS, icon_png
from qa_sampling.reporting.icon_pictures import icon_named
from qa_sampling.workbook_pictures import CellPicture
from qa_sampling.workbooks import Formats, open_workbook, write_sheet, write_text_sheet

MARKING = "RESTRICTED – small numbers, single teams"
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
    marking: str = MARKING,
    icons: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
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
    icons : mapping of str to mapping of str to sequence of str, optional
        By sheet and column the icon that stands before each cell's words, by its name
        (``icon_pictures.ICONS``); blank for none.
    """
    with open_workbook(path, title=title, created=as_at) as book:
        formats = Formats(book)
        write_text_sheet(book, "Cover", title, cover, formats, marking=marking, contents=None)
        for name, table in sheets.items():
            write_sheet(
                book, name, f"{title}: {name.lower()}", (), table, formats, marking=marking,
                contents=None, filters=True, empty="There is nothing to show.",
                pictures=_pictures((icons or {}).get(name, {})),
            )  # fmt: skip
    return path


def _pictures(icons: Mapping[str, Sequence[str]]) -> dict[str, list[CellPicture | None]]:
    """Give the icons of a sheet as pictures, whose words are their labels."""
    return {
        column: [
            CellPicture(icon_png(one), PIXELS, icon_named(one).label) if one else None
            for one in names
        ]
        for column, names in icons.items()
    }
