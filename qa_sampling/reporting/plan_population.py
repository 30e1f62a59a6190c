"""Whom the counts of a plan count: the same cases have the same name, whichever draw shows them.

A population is named by what it is: the keyed references of the extract's cases. Within it the
frame is one part and every reason of exclusion another, so that the cases that can be drawn are
the same count in the funnel and in every other table. A margin such as the team is named with a
digest of which case has which label: two draws, or two designs, that put the same cases into the
same teams speak of the same teams, and where a case has moved they do not. Only the audits belong
to one draw. All digests are of keyed references, so nobody can try out counts on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.strata import form_strata

PART, DRAW = "part of the extract", "draw"
"""What the tables of a plan are restricted to: the frame, and one draw of it."""

MadeOf = tuple[str, dict[str, list[str]]]
"""A dimension, and the labels there that each label of a classification stands for."""


@dataclass(frozen=True)
class PlanPopulation:
    """The names of a plan's population and of its parts.

    Attributes
    ----------
    name : str
        All cases of the extract.
    frame : str
        Those that can be drawn.
    reasons : str
        What tells the reasons of this frame's exclusions from another's.
    """

    name: str
    frame: str
    reasons: str


def population_of(frame: Frame) -> PlanPopulation:
    """Name the population of a frame.

    Parameters
    ----------
    frame : Frame
        The sampling frame.
    """
    return PlanPopulation(
        name=f"cases of extract {_digest(frame.link['case_ref'])}",
        frame=f"frame {_digest(frame.cases['case_ref'])}",
        reasons=_digest(_pairs(frame.exclusions, frame.exclusions["reason"])),
    )


def margin_made_of(frame: Frame, margin: str, *, name: str, labels: Iterable[str]) -> MadeOf:
    """Say what the labels of a margin stand for.

    Parameters
    ----------
    frame : Frame
        The sampling frame.
    margin : {"row", "column"}
        Which margin.
    name : str
        What it is called. The name of a column of the frame when it is formed of that column:
        a pooled label then stands for all that are in it.
    labels : iterable of str
        The labels of the table.
    """
    cases = frame.cases
    values = _values(cases, name, cases[margin])
    inside = values.groupby(cases[margin], sort=False).unique()
    parts = {
        label: sorted(map(str, inside[label])) if label in inside.index else [label]
        for label in labels
    }
    return f"{name} {_digest(_pairs(cases, values))}", parts


def funnel_made_of(
    population: PlanPopulation, *, kept: str, reasons: dict[str, Sequence[str]]
) -> MadeOf:
    """Say what the rows of the funnel stand for: the frame, and the parts that are not in it.

    Parameters
    ----------
    population : PlanPopulation
        The names.
    kept : str
        Label of the cases that can be drawn.
    reasons : dict of str to sequence of str
        The reasons that each other label stands for.
    """
    parts = {
        label: [f"{reason} {population.reasons}" for reason in some]
        for label, some in reasons.items()
    }
    return PART, {kept: [population.frame]} | parts


def as_said_of(draw_id: str, tables: Iterable[PrintedTable]) -> tuple[PrintedTable, ...]:
    """Give released tables in the terms of one draw: the cases are the same, audits are not.

    Parameters
    ----------
    draw_id : str
        The draw.
    tables : iterable of PrintedTable
        What is out. Audits of another draw get the name of that draw; tables that belong to no
        draw stay as they are.
    """
    return tuple(_as_said_of(draw_id, table) for table in tables)


def _as_said_of(draw_id: str, table: PrintedTable) -> PrintedTable:
    theirs = table.over.get(DRAW, (draw_id,))
    if theirs == (draw_id,):
        return table
    other = f"audits of {theirs[0]}"

    def named(count: str) -> str:
        return other if count == "audits" else count

    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    changed = {
        "counts": tuple(named(count) for count in table.counts),
        "decisions": tuple(named(count) for count in table.decisions),
        "within": {named(part): named(whole) for part, whole in table.within.items()},
        "percentages": {
            name: (named(over), named(under)) for name, (over, under) in table.percentages.items()
        },
        "over": {**table.over, DRAW: (draw_id,)},
    }
    return PrintedTable(**(plain | changed))


def _values(cases: pd.DataFrame, name: str, labels: pd.Series) -> pd.Series:
    """Give the values a margin was formed from, if it was: no value is in two of its labels."""
    if name not in cases.columns:
        return labels
    values = form_strata(cases, (name,))["row"]
    return labels if (labels.groupby(values).nunique() > 1).any() else values


def _pairs(cases: pd.DataFrame, values: pd.Series) -> list[str]:
    return [f"{ref}\x1f{value}" for ref, value in zip(cases["case_ref"], values, strict=True)]


def _digest(texts: Iterable[str]) -> str:
    """Give a SHA-256 that does not depend on the order."""
    return hashlib.sha256("\n".join(sorted(map(str, texts))).encode("utf-8")).hexdigest()
