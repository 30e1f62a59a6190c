"""What a reader can work out about hidden counts from what is printed.

Written apart from the programme that chooses which cells to hide: it starts from the printed
text alone, knows no true value, and finds for every hidden count the least and the greatest
whole number that fits all sums, all percentages, all other tables of the same population, and
the zero policy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, TOTAL_OF_COUNT, SafeTable

Key = tuple[str, str, frozenset]
"""Population, count, and the set of (classification, label) pairs; a total names fewer pairs."""


@dataclass
class _Knowledge:
    """Everything printed, as bounds and constraints on named whole numbers."""

    index: dict[Key, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    terms: list[dict[int, float]] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)
    rests: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def cell(self, key: Key) -> int:
        """Give the number of a cell, adding it when new."""
        if key not in self.index:
            self.index[key] = len(self.low)
            self.low.append(0.0)
            self.high.append(np.inf)
        return self.index[key]

    def add(self, terms: dict[int, float], low: float, high: float) -> None:
        """Add a constraint: low <= sum of terms <= high."""
        self.terms.append(terms)
        self.limits.append((low, high))


def attack(*tables: SafeTable) -> pd.DataFrame:
    """Work out every hidden count of one or more printed tables as closely as possible.

    Parameters
    ----------
    *tables : SafeTable
        All that a reader has; tables of one population are combined.

    Returns
    -------
    DataFrame
        One row a hidden count (and a small remainder that subtraction gives, such as cases not
        audited): `population`, `count`, `cell` (its labels), `low`, `high` (whole numbers;
        `high` is infinite when nothing bounds it).

    Raises
    ------
    DisclosureError
        When the tables contradict each other, so that no numbers fit them.
    """
    return pd.DataFrame(
        [
            (population, count, _words(pairs), low, high)
            for (population, count, pairs), (low, high) in intervals(tables).items()
        ],
        columns=["population", "count", "cell", "low", "high"],
    )


def intervals(tables: Sequence[SafeTable]) -> dict[Key, tuple[float, float]]:
    """Give what :func:`attack` finds by key: the least and the greatest possible number."""
    known = _Knowledge()
    for table in tables:
        _read(known, table)
    system = _constraints(known.terms, known.limits, len(known.low))
    found = {
        key: _interval(known, system, {cell: 1.0})
        for key, cell in known.index.items()
        if known.low[cell] != known.high[cell]
    }
    for key, (whole, part) in known.rests.items():
        if known.low[whole] == known.high[whole] and known.low[part] == known.high[part]:
            left = known.low[whole] - known.low[part]
            found[key] = (left, left)
        else:
            found[key] = _interval(known, system, {whole: 1.0, part: -1.0})
    return found


def rest_name(whole: str, part: str) -> str:
    """Name the remainder that subtraction gives: those in `whole` that are not in `part`."""
    return f"{whole} not in {part}"


def _words(pairs: frozenset) -> str:
    return " / ".join(label for _, label in sorted(pairs)) or "Total"


def key_of(table: SafeTable, count: str, row: tuple) -> Key:
    """Name a cell of a table: the same count of the same children has the same name anywhere."""
    pairs = zip(table.by, row, strict=False)
    return (table.population, count, frozenset(p for p in pairs if p[1] != table.total_label))


def _read(known: _Knowledge, table: SafeTable) -> None:
    """Take in one printed table."""
    columns = {name: place for place, name in enumerate(table.columns)}
    floor = 1.0 if table.zeros_shown and not table.withheld else 0.0
    for row in table.rows:
        for count in table.counts:
            printed = row[columns[count]]
            cell = known.cell(key_of(table, count, row))
            if printed == HIDDEN_MARK:
                known.low[cell] = max(known.low[cell], floor)
            else:
                known.low[cell] = max(known.low[cell], float(printed))
                known.high[cell] = min(known.high[cell], float(printed))
        _read_parts(known, table, row)
        _read_percentages(known, table, row, columns)
    _read_sums(known, table)


def _read_parts(known: _Knowledge, table: SafeTable, row: tuple) -> None:
    """Use that a count within another is no larger, and that what is left is a count too."""
    for part, whole in table.within.items():
        inner, outer = (known.cell(key_of(table, name, row)) for name in (part, whole))
        known.add({outer: 1.0, inner: -1.0}, 0.0, np.inf)
        known.rests[key_of(table, rest_name(whole, part), row)] = (outer, inner)


def _read_percentages(
    known: _Knowledge, table: SafeTable, row: tuple, columns: dict[str, int]
) -> None:
    """Use that a percentage to one decimal place bounds its numerator by its denominator."""
    for name, (numerator, denominator) in table.percentages.items():
        printed = row[columns[name]]
        if not isinstance(printed, float):
            continue
        over = known.cell(key_of(table, numerator, row))
        if denominator == TOTAL_OF_COUNT:
            under = known.cell((table.population, numerator, frozenset()))
        else:
            under = known.cell(key_of(table, denominator, row))
        if over != under:
            known.add({over: 100.0, under: -(printed - 0.0501)}, 0.0, np.inf)
            known.add({over: 100.0, under: -(printed + 0.0501)}, -np.inf, 0.0)


def _read_sums(known: _Knowledge, table: SafeTable) -> None:
    """Every total is the sum of its parts, in each direction of the table."""
    for place in range(len(table.by)):
        lines: dict[tuple, list[tuple]] = {}
        for row in table.rows:
            others = row[:place] + row[place + 1 : len(table.by)]
            lines.setdefault(others, []).append(row)
        for members in lines.values():
            for count in table.counts:
                terms: dict[int, float] = {}
                for row in members:
                    sign = -1.0 if row[place] == table.total_label else 1.0
                    terms[known.cell(key_of(table, count, row))] = sign
                known.add(terms, 0.0, 0.0)


def _interval(
    known: _Knowledge, system: LinearConstraint, target: dict[int, float]
) -> tuple[float, float]:
    """Give the least and the greatest whole number that the target can be."""
    objective = np.zeros(len(known.low))
    for cell, factor in target.items():
        objective[cell] = factor
    return _extreme(known, system, objective), -_extreme(known, system, -objective)


def _extreme(known: _Knowledge, system: LinearConstraint, objective: np.ndarray) -> float:
    answer = milp(
        objective,
        integrality=np.ones(len(objective)),
        bounds=Bounds(np.array(known.low), np.array(known.high)),
        constraints=system,
    )
    if answer.status == 0:
        return float(round(answer.fun))
    if answer.status in (3, 4) and _feasible(known, system):
        return -math.inf
    raise DisclosureError(
        "The tables contradict each other: no counts fit all that they print. Tables of "
        "different groups of children need different names; give `population` to protect()."
    )


def _feasible(known: _Knowledge, system: LinearConstraint) -> bool:
    size = len(known.low)
    bounds = Bounds(np.array(known.low), np.array(known.high))
    answer = milp(np.zeros(size), integrality=np.ones(size), bounds=bounds, constraints=system)
    return answer.status == 0


def _constraints(
    terms: Sequence[dict[int, float]], limits: Sequence[tuple[float, float]], size: int
) -> LinearConstraint:
    rows = [line for line, members in enumerate(terms) for _ in members]
    columns = [cell for members in terms for cell in members]
    entries = [factor for members in terms for factor in members.values()]
    matrix = csr_array((entries, (rows, columns)), shape=(len(terms), size))
    low, high = (np.array(side) for side in zip(*limits, strict=True))
    return LinearConstraint(matrix, low, high)
