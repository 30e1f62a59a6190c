"""What a reader can work out about hidden counts from what is printed.

Written apart from the programme that chooses which cells to hide: it starts from the printed
text alone, knows no true value, and finds for every hidden count the least and the greatest
whole number that fits all sums, all percentages, all other tables of the same population, and
the zero policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, TOTAL_OF_COUNT, SafeTable

FAR = 1_000_000.0
"""As far as a count that nothing bounds is followed."""

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

    def targets(self) -> dict[Key, np.ndarray]:
        """Give what is not printed, as sums of cells: hidden counts, and remainders."""
        unit = np.eye(len(self.low))
        hidden = {key: unit[at] for key, at in self.index.items() if self.low[at] != self.high[at]}
        rests = {key: unit[whole] - unit[part] for key, (whole, part) in self.rests.items()}
        return hidden | rests

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
        `high` is `FAR` or nearly so when nothing bounds it).

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
    known, system = _combine(tables)
    found = {}
    for key, target in known.targets().items():
        low, high = _extreme(known, system, target), _extreme(known, system, -target)
        found[key] = (float(low @ target), float(high @ target))
    return found


def given_away(tables: Sequence[SafeTable], keys: Iterable[Key], *, threshold: int) -> set[Key]:
    """Say which hidden counts the tables tell too much about.

    Parameters
    ----------
    tables : sequence of SafeTable
        All that a reader has.
    keys : iterable of Key
        The counts to try, as :func:`key_of` names them; what the tables print is passed over.
    threshold : int
        A count is safe when it may be this much or more, and when the least and the greatest
        it may be lie at least one less than this apart.

    Returns
    -------
    set of Key
        Those that are not safe.
    """
    known, system = _combine(tables)
    targets = known.targets()
    wanted = {key: targets[key] for key in keys if key in targets}
    span = dict.fromkeys(wanted, (np.inf, -np.inf))

    def settled(key: Key) -> bool:
        low, high = span[key]
        return high >= threshold and high - low >= threshold - 1

    for key, target in wanted.items():
        for sign in (-1, 1):
            if settled(key):
                break
            answer = _extreme(known, system, sign * target)
            for other, direction in wanted.items():
                value = float(answer @ direction)
                span[other] = min(span[other][0], value), max(span[other][1], value)
    return {key for key in wanted if not settled(key)}


def _combine(tables: Sequence[SafeTable]) -> tuple[_Knowledge, LinearConstraint]:
    known = _Knowledge()
    for table in tables:
        _read(known, table)
    return known, _constraints(known.terms, known.limits, len(known.low))


def rest_name(whole: str, part: str) -> str:
    """Name the remainder that subtraction gives: those in `whole` that are not in `part`."""
    return f"{whole} not in {part}"


def _words(pairs: frozenset) -> str:
    return " / ".join(label for _, label in sorted(pairs)) or "Total"


def key_of(table: SafeTable, count: str, row: tuple) -> Key:
    """Name a cell of a table: the same count of the same children has the same name anywhere.

    Parameters
    ----------
    table : SafeTable
        The table.
    count : str
        Count column, or the name of a remainder.
    row : tuple
        Labels of the classifications, in order; more may follow.
    """
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


def _extreme(known: _Knowledge, system: LinearConstraint, objective: np.ndarray) -> np.ndarray:
    """Find whole numbers that fit everything and make the objective least.

    What nothing bounds is taken as far as `FAR`.
    """
    high = np.minimum(np.array(known.high), max(FAR, 10 * max(known.low)))
    answer = milp(
        objective,
        integrality=np.ones(len(objective)),
        bounds=Bounds(np.array(known.low), high),
        constraints=system,
    )
    if answer.status != 0:
        raise DisclosureError(
            "The tables contradict each other: no counts fit all that they print. Tables of "
            "different groups of children need different names; give `population` to protect()."
        )
    return np.round(answer.x)


def _constraints(
    terms: Sequence[dict[int, float]], limits: Sequence[tuple[float, float]], size: int
) -> LinearConstraint:
    rows = [line for line, members in enumerate(terms) for _ in members]
    columns = [cell for members in terms for cell in members]
    entries = [factor for members in terms for factor in members.values()]
    matrix = csr_array((entries, (rows, columns)), shape=(len(terms), size))
    low, high = (np.array(side) for side in zip(*limits, strict=True))
    return LinearConstraint(matrix, low, high)
