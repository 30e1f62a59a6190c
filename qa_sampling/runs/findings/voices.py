"""What families, children, practitioners and partners said in the months of the findings."""

from __future__ import annotations

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, COMPLAINT, FEEDBACK, SURVEY, THEMES
from qa_sampling.records.register import Register
from qa_sampling.runs.findings.steps import Findings

VOICES = tuple(
    name for name, kind in ACTIVITY_KINDS.items() if kind.group in (FEEDBACK, COMPLAINT, SURVEY)
)
"""Kinds of activity in which somebody says how it was."""


def voices(found: Findings, register: Register) -> pd.DataFrame:
    """Count what was said, by who said it.

    Parameters
    ----------
    found : Findings
        Its months count, each to its last day.
    register : Register
        Holds the activities.

    Returns
    -------
    DataFrame
        One row a kind of :data:`VOICES`, those without any included: `kind`, `times`, `people`
        (who said it or answered), `positive`, `mixed`, `negative` (of those with a view), `upheld`
        (of complaints: in full or in part).
    """
    counted = activity_counts(_heard(found, register), by=("kind",)).table
    table = counted.set_index("kind").reindex(VOICES).fillna(0).astype("int64").reset_index()
    mixed = table["viewed"] - table["positive"] - table["negative"]
    kept = table.rename(columns={"activities": "times"}).assign(mixed=mixed)
    return kept[["kind", "times", "people", "positive", "mixed", "negative", "upheld"]]


def what_was_said(found: Findings, register: Register) -> pd.DataFrame:
    """Count the themes of what was said; text that people wrote is never read.

    Parameters
    ----------
    found, register
        As for :func:`voices`.

    Returns
    -------
    DataFrame
        One row a theme that was chosen, the most frequent first: `theme` (in words), `times`,
        `positive`, `negative` (how those who chose it saw it on the whole; complaints and
        compliments have no view).
    """
    held = _heard(found, register)
    held = held[held["themes"].fillna("") != ""]
    counted = activity_counts(held, by=("theme",)).table
    words = counted["theme"].map(THEMES).fillna(counted["theme"])
    table = counted.assign(theme=words).rename(columns={"activities": "times"})
    ordered = table.sort_values(["times", "theme"], ascending=[False, True])
    return ordered[["theme", "times", "positive", "negative"]].reset_index(drop=True)


def _heard(found: Findings, register: Register) -> pd.DataFrame:
    """Give the activities of the months in which somebody said how it was."""
    held = register.activities()
    inside = held["date"].dt.strftime("%Y-%m").isin(found.now) & held["kind"].isin(VOICES)
    return held[inside].reset_index(drop=True)
