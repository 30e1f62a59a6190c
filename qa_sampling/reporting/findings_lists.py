"""Findings as their pictures take them: grades by standard, changes, groups, pairs."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.reporting.findings_view import CAN, CANNOT
from qa_sampling.results import GradeProfiles, IntervalList
from qa_sampling.sampling.estimation import Estimate
from qa_sampling.schema import GRADES

_COLUMNS = ("outstanding", "good", "requires_improvement", "inadequate")


def profiles_of(
    table: pd.DataFrame, names: Mapping[str, str], *, span: str, level: float
) -> GradeProfiles:
    """Give the grades by standard as a picture takes them.

    Parameters
    ----------
    table : DataFrame
        Estimates by standard.
    names : mapping of str to str
        Key of each standard and its words.
    span : str
        The months in words.
    level : float
        Level of the intervals.
    """
    rows = pd.DataFrame({"name": [names.get(one, one) for one in table["standard"]]})
    rows["n"] = table["graded"].astype(float).to_numpy()
    for column, grade in zip(_COLUMNS, GRADES, strict=True):
        rows[column] = table[f"share_{grade}"].to_numpy()
    rows["low"], rows["high"] = table["low_good"].to_numpy(), table["high_good"].to_numpy()
    return GradeProfiles(
        rows,
        level=level,
        measure="Share of the open cases that each standard applies to, by grade",
        scope=span,
        unit="share",
        n=int(table["graded"].max()),
        n_of="audits",
    )


def change_list(
    table: pd.DataFrame, names: Mapping[str, str], *, span: str, level: float
) -> IntervalList:
    """Give the changes by standard as a picture takes them.

    Parameters
    ----------
    table, names, level
        As for :func:`changes_view` and :func:`profiles_of`.
    span : str
        Both windows of months in words.
    """
    rows = pd.DataFrame({"name": [names.get(one, one) for one in table["standard"]]})
    rows[["value", "low", "high"]] = table[["change", "low", "high"]].to_numpy(dtype=float)
    rows["marked"] = table["distinguishable"].astype(bool).to_numpy()
    return IntervalList(
        rows,
        reference=0.0,
        signed=True,
        marks=(CAN, CANNOT),
        level=level,
        measure="Change in the share that is good or better, percentage points",
        scope=span,
        unit="share",
        n_of="audits",
    )


def group_list(
    table: pd.DataFrame, whole: Estimate, *, what: str, span: str, level: float
) -> IntervalList:
    """Give good or better by group as a picture takes it; the line is that of all cases.

    Parameters
    ----------
    table : DataFrame
        Estimates by group.
    whole : Estimate
        Good or better of all cases.
    what : str
        What the groups are: "service".
    span : str
        The months in words.
    level : float
        Level of the intervals.
    """
    rows = table[["group", "share_good", "low_good", "high_good", "audits"]].set_axis(
        ["name", "value", "low", "high", "n"], axis=1
    )
    return IntervalList(
        rows,
        reference=whole.estimate,
        level=level,
        measure=f"Share of open cases that is good or better, by {what}",
        scope=f"{span}. Line: all cases",
        unit="share",
        n=int(table["audits"].sum()),
        n_of="audits",
    )


def pair_list(
    table: pd.DataFrame, names: Mapping[str, str], *, span: str, level: float, most: int = 12
) -> IntervalList:
    """Give the pairs of standards that go together most as a picture takes them.

    Parameters
    ----------
    table, names, most
        As for :func:`pairs_view`.
    span : str
        The months in words.
    level : float
        Level of the intervals.
    """
    top = table.head(most)
    rows = pd.DataFrame({"name": [f"{_short(names[row.first])} + {_short(names[row.second])}"
                                  for row in top.itertuples()]})  # fmt: skip
    rows[["value", "low", "high"]] = top[["tau", "low", "high"]].to_numpy(dtype=float)
    rows["marked"] = top["together"].astype(bool).to_numpy()
    return IntervalList(
        rows,
        reference=0.0,
        marks=(CAN, CANNOT),
        level=level,
        measure="How far grades of two standards go together, Kendall’s tau-b (1: in one order)",
        scope=span,
        unit="grades",
        n_of="audits",
    )


def _short(words: str) -> str:
    """Give the beginning of a standard's words, as far as it names it."""
    for cut in (" are ", " is ", " informs ", " makes ", ","):
        words = words.partition(cut)[0]
    return words
