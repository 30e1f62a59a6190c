"""What the pictures of findings show, in words; see :mod:`qa_sampling.reporting.alt_texts`."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.alt_words import hidden, opening, some_named, told
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
    said = [
        f"{row.name} {percent_text(row.outstanding + row.good)} "
        f"({percent_text(row.low)} to {percent_text(row.high)}), "
        f"{percent_text(row.inadequate)} Inadequate"
        for row in rows.itertuples()
        if not row.hidden and not pd.isna(row.outstanding)
    ]
    parts = [opening("Stacked bars of grades", spread)]
    whole = "; ".join(said)
    parts.append(f"Good or better: {whole}." if said else "Nothing is shown.")
    parts.append(f"In brackets {100 * spread.level:g}% intervals.")
    return told(table, rows, [*parts, hidden(rows, "standard")])


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
    said = []
    for row in shown.itertuples():
        words = f"{row.name} {value_words(values, row.value)}"
        if not pd.isna(row.low):
            ends = (value_words(values, one) for one in (row.low, row.high))
            words += f" ({' to '.join(ends)})"
        said.append(words)
    parts = [opening("Chart of values with intervals", values)]
    parts.append(f"{'; '.join(said)}." if said else "No value is shown.")
    marked = shown.loc[shown["marked"].astype(bool), "name"].tolist()
    if values.marks[0] and len(shown):
        parts.append(f"{values.marks[0]}: {some_named(marked) if marked else 'none'}.")
    few = rows.loc[~rows["hidden"].astype(bool) & rows["value"].isna(), "name"].tolist()
    parts.append(f"Too few to say: {some_named(few)}." if few else "")
    return told(table, rows, [*parts, hidden(rows, "value")])
