"""The shorthand that stands in place of numbers, and what it means.

The Analysis Function's "Symbols in tables: definitions and help".
"""

from __future__ import annotations

import pandas as pd

MEANINGS = {
    "[c]": "Confidential: the number is not shown, so that nobody can be identified from it.",
    "[z]": "Not applicable: there can be no number, such as a percentage of nothing.",
    "[low]": "Low: the number is above nought but rounds to nought.",
    "[x]": "Not available: the number is not known.",
}
"""What each mark means."""


def marks_in(frame: pd.DataFrame) -> list[str]:
    """Give the marks that stand in a table's cells, in the order of :data:`MEANINGS`."""
    found = {value for column in frame.columns for value in frame[column] if value in MEANINGS}
    return [mark for mark in MEANINGS if mark in found]
