"""An intruder with the printed tables and findings of several plans, and nothing else.

Works on text: headings, rows, footnotes and sentences. It imports nothing of the package. It
knows which plans are of the same cases, that audits are among the cases, that the cases that can
be drawn are the total of the other tables, and how many audits each auditor may have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from output_attack import MARK, TOTALS, System
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

KEPT = "Can be drawn"
Cell = tuple[str, frozenset]


@dataclass(frozen=True)
class Sheet:
    """One printed table: which columns are labels, its headings, rows and footnote, as text."""

    classes: int
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str


@dataclass(frozen=True)
class Printed:
    """What is printed of one draw.

    Attributes
    ----------
    draw : str
        Whose audits these are.
    cases : str
        Of which cases: the same for draws of the same cases.
    extract : str
        Of which extract they come.
    sheets : tuple of Sheet
        The tables.
    sentences : tuple of str
        The findings.
    """

    draw: str
    cases: str
    extract: str
    sheets: tuple[Sheet, ...]
    sentences: tuple[str, ...]


def intrude(*plans: Printed) -> dict[Cell, tuple[int, int]]:
    """Find what is known too well: hidden counts that have one value, or only values below 6.

    Numbers of cases without an audit are tried as well, where subtraction gives one of 1 to 5.
    """
    system, shown = System(), set()
    for plan in plans:
        for sheet in plan.sheets:
            shown |= _read(system, plan, sheet)
        _read_sentences(system, plan)
    for plan in plans:
        _tie(system, plan)
    left = _remainders(system, plans)
    system.hidden -= shown
    told = {cell: span for cell, span in _narrow(system).items() if span[1] < 6 or cell not in left}
    return {cell: span for cell, span in told.items() if cell not in left or span[0] > 0}


def _narrow(system: System) -> dict[Cell, tuple[int, int]]:
    """Give the hidden cells that cannot have two values and 6, and what they can be.

    Every solution tells of all cells, so most need no search of their own.
    """
    matrix = lil_array((len(system.rows), len(system.low)))
    for line, terms in enumerate(system.rows):
        for cell, factor in terms.items():
            matrix[line, cell] = factor
    tied = LinearConstraint(matrix.tocsr(), *np.array(system.limits).T)
    least, most = np.full(len(system.low), np.inf), np.full(len(system.low), -np.inf)
    for cell in system.hidden:
        at = system.index[cell]
        for sign in (-1, 1):
            if least[at] < most[at] >= 6:
                break
            objective = np.zeros(len(system.low))
            objective[at] = sign
            whole = np.ones(len(system.low))
            bounds = Bounds(system.low, system.high)
            answer = milp(objective, integrality=whole, bounds=bounds, constraints=tied)
            assert answer.status == 0, "what is printed contradicts itself"
            least = np.minimum(least, np.round(answer.x))
            most = np.maximum(most, np.round(answer.x))
    places = {cell: system.index[cell] for cell in system.hidden}
    spans = {cell: (int(least[at]), int(most[at])) for cell, at in places.items()}
    return {cell: span for cell, span in spans.items() if not span[0] < span[1] >= 6}


def _read(system: System, plan: Printed, sheet: Sheet) -> set[Cell]:
    """Take in one table; give the cells that it shows."""
    told = set()
    least = 1 if "Zeros are always shown" in sheet.note else 0
    listed = any("All cases listed" in row for row in sheet.rows)
    extract = f"{plan.extract}, as listed of {plan.cases}" if listed else plan.extract
    shown = {"Cases in the frame": plan.cases, "Audits": plan.draw, "Cases": extract}
    lines: dict[tuple, dict[int, float]] = {}
    for row in sheet.rows:
        labels, values = row[: sheet.classes], row[sheet.classes :]
        named = [
            _label(plan, name, text) for name, text in zip(sheet.headings, labels, strict=False)
        ]
        for heading, text in zip(sheet.headings[sheet.classes :], values, strict=True):
            if heading not in shown:
                continue
            cell = (shown[heading], frozenset(named) - {""})
            system.know(cell, text, least=least)
            told |= {cell} if text != MARK else set()
            for axis, label in enumerate(named):
                rest = (heading, axis, *named[:axis], *named[axis + 1 :])
                factor = 1.0 if label else -1.0
                lines.setdefault(rest, {}).setdefault(system.at(cell), 0.0)
                lines[rest][system.at(cell)] += factor
    for line in lines.values():
        system.tie(line, 0.0, 0.0)
    _read_shares(system, plan, sheet)
    return told


def _label(plan: Printed, heading: str, text: str) -> str:
    """Name a label with what it classifies; blank for a total."""
    if text in TOTALS:
        return ""
    own = {"What became of the case": plan.cases, "Role of the auditor": plan.draw}
    return f"{heading} {own.get(heading, '')}: {text}"


def _read_shares(system: System, plan: Printed, sheet: Sheet) -> None:
    for row in sheet.rows:
        for heading, text in zip(sheet.headings, row, strict=True):
            what = {"% of cases": plan.cases, "% of audits": plan.draw}.get(heading)
            if what and re.fullmatch(r"[\d.]+", text) and row[0] not in TOTALS:
                part = system.at((what, frozenset({_label(plan, sheet.headings[0], row[0])})))
                whole = system.at((what, frozenset()))
                system.tie({part: 100.0, whole: -(float(text) - 0.0501)}, 0.0, np.inf)
                system.tie({part: 100.0, whole: -(float(text) + 0.0501)}, -np.inf, 0.0)


def _read_sentences(system: System, plan: Printed) -> None:
    text = " ".join(plan.sentences)
    whole = frozenset()
    for pattern, cells in (
        (r"(\d+) of the (\d+) eligible case", ((plan.draw, whole), (plan.cases, whole))),
        (
            r"Of (\d+) cases? in the extract, (\d+) can",
            ((plan.extract, whole), (plan.cases, whole)),
        ),
        (r"^(\d+) eligible cases?", ((plan.cases, whole),)),
        (r"(\d+) cases? can be drawn", ((plan.cases, whole),)),
    ):
        for said in re.finditer(pattern, text):
            for number, cell in zip(said.groups(), cells, strict=True):
                system.know(cell, number, least=0)
    for said in re.finditer(r"(\d+) auditors? takes? part; nobody has more than (\d+) audit", text):
        system.tie(
            {system.at((plan.draw, whole)): 1.0}, float(said[1]), int(said[1]) * int(said[2])
        )
    if said := re.search(r"(\d+) audits? will be read by a moderator", text):
        system.tie({system.at((plan.draw, whole)): 1.0}, float(said[1]), np.inf)


def _tie(system: System, plan: Printed) -> None:
    """Audits are cases; those that can be drawn are the total of the frame."""
    for what, labels in list(system.index):
        if what == plan.draw and (plan.cases, labels) in system.index:
            terms = {system.at((plan.cases, labels)): 1.0, system.at((what, labels)): -1.0}
            system.tie(terms, 0.0, np.inf)
    for what, labels in list(system.index):
        if f"{plan.extract}".startswith(what[: len(plan.extract)]) and any(
            label.endswith(f"{plan.cases}: {KEPT}") for label in labels
        ):
            ends = {system.at((what, labels)): 1.0, system.at((plan.cases, frozenset())): -1.0}
            system.tie(ends, 0.0, 0.0)


def _remainders(system: System, plans: tuple[Printed, ...]) -> set[Cell]:
    """Make a cell of the cases without an audit wherever one of the two is hidden."""
    made = set()
    for plan in plans:
        for what, labels in list(system.index):
            ends = [(plan.cases, labels), (plan.draw, labels)]
            if what == plan.draw and ends[0] in system.index and system.hidden & set(ends):
                cell = (f"{plan.cases} not in {plan.draw}", labels)
                terms = {system.at(cell): 1.0, system.at(ends[0]): -1.0, system.at(ends[1]): 1.0}
                system.tie(terms, 0.0, 0.0)
                made.add(cell)
    system.hidden |= made
    return made
