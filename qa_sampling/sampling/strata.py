"""Forming strata: two margins and the cells where they meet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.schema import NOT_RECORDED

JOIN = " / "
POOLED = "Smaller ones together"
ALL = "All cases"


def form_strata(
    cases: pd.DataFrame,
    rows: Sequence[str],
    columns: Sequence[str] = (),
    *,
    pool_below: int = 0,
) -> pd.DataFrame:
    """Give every case its stratum: the cell where its row and its column meet.

    Parameters
    ----------
    cases : DataFrame
        One row a case; never altered.
    rows, columns : sequence of str
        Columns of `cases` whose values, joined, form the first margin (usually the team)
        and the second (usually the status). None for a margin gives one label, "All cases".
    pool_below : int
        Rows of the table (values of the first margin) with fewer cases than this are pooled
        under "Smaller ones together". 0 pools nothing.

    Returns
    -------
    DataFrame
        Index of `cases`; columns `stratum`, `row`, `column`. A missing or blank value is
        the visible label "Not recorded": no case is ever dropped.

    Raises
    ------
    FrameError
        When a column does not exist, is in both margins, or two different combinations
        would read alike.
    """
    unknown = [name for name in (*rows, *columns) if name not in cases.columns]
    if unknown:
        raise FrameError(
            f"Strata were asked for by {', '.join(unknown)}, but the cases have no such column. "
            f"Choose from {', '.join(map(str, cases.columns))}."
        )
    if both := sorted(set(rows) & set(columns)):
        raise FrameError(f"`{both[0]}` cannot form both margins; name it once.")
    row = _labels(cases, rows)
    if pool_below > 0:
        sizes = row.map(row.value_counts())
        row = row.where(sizes >= pool_below, POOLED)
    column = _labels(cases, columns)
    stratum = row if not columns else column if not rows else row + JOIN + column
    formed = pd.DataFrame({"stratum": stratum, "row": row, "column": column}, index=cases.index)
    labels = formed.drop_duplicates()
    if labels["stratum"].duplicated().any():
        raise FrameError(
            f"Two different strata would both be called by one name, because values hold "
            f"'{JOIN}'. Rename those teams or statuses in the extract."
        )
    return formed


def _labels(cases: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Join the values of some columns into one label a case."""
    if not names:
        return pd.Series(ALL, index=cases.index, dtype="str")
    parts = []
    for name in names:
        text = cases[name].astype("str").str.normalize("NFC")
        text = text.str.replace(r"[\x00-\x1f\x7f]+", " ", regex=True).str.strip()
        missing = cases[name].isna() | (text == "")
        parts.append(text.where(~missing, NOT_RECORDED))
    label = parts[0]
    for part in parts[1:]:
        label = label + JOIN + part
    return label
