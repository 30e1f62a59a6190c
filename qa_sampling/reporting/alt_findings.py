"""What the pictures of findings show, in words; see :mod:`qa_sampling.reporting.alt_texts`."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.alt_texts import _hidden, _listed, _opening, _told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.reporting.plots_findings import value_words
from qa_sampling.reporting.words import Told
from qa_sampling.results import GradeProfiles, IntervalList


def grade_profiles_alt(result: GradeProfiles | Derived) -> Told:
    """Say what profiles of grades show: of each standard the share of good or better.

    Parameters
    ----------
    result : GradeProfiles or Derived
        What the picture draws.
    """
    spread, table = opened(result, GradeProfiles)
    rows = spread.table
    listed = [
        f"{row.name} {percent_text(row.outstanding + row.good)} "
        f"({percent_text(row.low)} to {percent_text(row.high)}), "
        f"{percent_text(row.inadequate)} Inadequate"
        for row in rows.itertuples()
        if not row.hidden and not pd.isna(row.outstanding)
    ]
    parts = [_opening("Stacked bars of grades", spread)]
    whole = "; ".join(listed)
    parts.append(f"Good or better: {whole}." if listed else "Nothing is shown.")
    parts.append(f"In brackets {100 * spread.level:g}% intervals.")
    return _told(table, rows, [*parts, _hidden(rows, "standard")])


def interval_chart_alt(result: IntervalList | Derived) -> Told:
    """Say what a chart of values with intervals shows: each value, and which stand out.

    Parameters
    ----------
    result : IntervalList or Derived
        What the picture draws.
    """
    values, table = opened(result, IntervalList)
    rows = values.table
    shown = rows[~rows["hidden"].astype(bool) & rows["value"].notna()]
    listed = []
    for row in shown.itertuples():
        words = f"{row.name} {value_words(values, row.value)}"
        if not pd.isna(row.low):
            ends = (value_words(values, one) for one in (row.low, row.high))
            words += f" ({' to '.join(ends)})"
        listed.append(words)
    parts = [_opening("Chart of values with intervals", values)]
    parts.append(f"{'; '.join(listed)}." if listed else "No value is shown.")
    marked = shown.loc[shown["marked"].astype(bool), "name"].tolist()
    if values.marks[0] and len(shown):
        told = _listed(marked) if marked else "none"
        parts.append(f"{values.marks[0]}: {told}.")
    few = rows.loc[~rows["hidden"].astype(bool) & rows["value"].isna(), "name"].tolist()
    parts.append(f"Too few to say: {_listed(few)}." if few else "")
    return _told(table, rows, [*parts, _hidden(rows, "value")])
