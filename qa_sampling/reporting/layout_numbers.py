"""Numbers that the layout of a workbook holds whatever the workbook says.

Widths of columns, heights of rows, sizes of windows, colours and the like. A case number that
one of them happens to repeat is no leak. Cells, headings and names are never layout.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree.ElementTree import fromstring

_LAYOUT = frozenset("width ht defaultRowHeight calcId rgb lastClr xWindow yWindow".split())
_LAYOUT |= frozenset("windowWidth windowHeight rupBuild defaultThemeVersion scale".split())
_THEME = "xl/theme/"


def layout_numbers(path: Path) -> set[str]:
    """Give the runs of digits in the layout of a workbook of ours.

    Parameters
    ----------
    path : Path
        A workbook written by this package.
    """
    found: set[str] = set()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode("utf-8", errors="replace")
            if name.startswith(_THEME):
                found |= set(re.findall(r"\d+", text))
            elif name.endswith(".xml"):
                found |= _of_attributes(text)
    return found


def _of_attributes(text: str) -> set[str]:
    """Give the runs of digits in the attributes that lay a part out."""
    values = (
        value
        for element in fromstring(text).iter()  # noqa: S314 (our own file)
        for name, value in element.attrib.items()
        if name.rpartition("}")[2] in _LAYOUT
    )
    return {run for value in values for run in re.findall(r"\d+", value)}
