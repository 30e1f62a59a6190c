"""What families, children, practitioners and partners said, as the QA Group reads it."""

from __future__ import annotations

import pandas as pd

NOTHING = "–"
"""Stands where nobody was asked."""


def voices_view(table: pd.DataFrame) -> pd.DataFrame:
    """Give who said something, how often, and how they saw it.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.voices.voices``.
    """
    views, complains = ["positive", "mixed", "negative"], table["kind"] == "Complaint"
    shown = table.astype(dict.fromkeys((*views, "upheld"), "object"))
    shown.loc[table[views].sum(axis=1) == 0, views] = NOTHING
    shown.loc[~complains | (table["times"] == 0), "upheld"] = NOTHING
    heads = ("From", "Times", "People", "Positive", "Mixed", "Negative", "Upheld")
    return shown.set_axis(list(heads), axis=1)


def said_view(table: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """Give the themes of what was said, the most frequent first.

    Parameters
    ----------
    table : DataFrame
        ``runs.findings.voices.what_was_said``.
    most : int
        Themes shown.
    """
    heads = ("Theme", "Times", "Who is positive", "Who is negative")
    return table.head(most).set_axis(list(heads), axis=1)
