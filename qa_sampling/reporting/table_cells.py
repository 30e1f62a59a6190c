"""A table as cells and sums: all counts with their margins, which may be hidden, what ties them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from qa_sampling.reporting.attack import rest_name
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable
from qa_sampling.reporting.suppression import FREE, HIDDEN, OPEN, Cells

_MARGIN_COST = 4.0


@dataclass(frozen=True)
class Rules:
    """The arguments of ``disclosure.protect`` that shape the answer, under their names there."""

    by: tuple[str, ...]
    counts: tuple[str, ...]
    percentages: dict[str, tuple[str, str]]
    within: dict[str, str]
    decisions: frozenset[str]
    labels: dict[str, str]
    total_label: str
    population: str
    threshold: int
    zeros_shown: bool
    known_zeros: frozenset
    earlier: tuple[SafeTable, ...]


@dataclass(frozen=True)
class Grid:
    """All cells of a table with its totals: positions by labels, and true counts."""

    places: list[tuple[str, ...]]
    values: dict[str, np.ndarray]


def with_totals(table: pd.DataFrame, rules: Rules) -> Grid:
    """Lay out every combination with all margins, in order of appearance, totals last."""
    labels = [list(dict.fromkeys(table[name].astype("str"))) for name in rules.by]
    indices = [
        table[name].astype("str").map({label: i for i, label in enumerate(known)}).to_numpy(int)
        for name, known in zip(rules.by, labels, strict=True)
    ]
    values = {}
    for name in rules.counts:
        array = np.zeros([len(known) for known in labels], dtype=np.int64)
        array[tuple(indices)] = table[name].to_numpy(dtype=np.int64)
        for axis in range(array.ndim):
            array = np.concatenate([array, array.sum(axis=axis, keepdims=True)], axis=axis)
        values[name] = array.reshape(-1)
    places = list(product(*[[*known, rules.total_label] for known in labels]))
    return Grid(places, values)


@dataclass(frozen=True)
class TableCells:
    """A table as the suppression programme sees it.

    Attributes
    ----------
    cells : Cells
        Every count with its margins, and every remainder of `within`.
    names : list of (str, tuple of str)
        Count and labels of each cell, in order.
    """

    cells: Cells
    names: list[tuple[str, tuple[str, ...]]]


def cells_of(grid: Grid, rules: Rules) -> TableCells:
    """Give a table as cells and sums; counts below the threshold are hidden from the start."""
    counts = dict(grid.values)
    rests = {}
    for part, whole in rules.within.items():
        rests[rest_name(whole, part)] = (whole, part)
        counts[rest_name(whole, part)] = counts[whole] - counts[part]
    names = [(count, place) for count in counts for place in grid.places]
    values = np.concatenate(list(counts.values()))
    rest = np.array([count in rests for count, _ in names])
    decided = np.array(
        [rests.get(count, ("", count))[1] in rules.decisions for count, _ in names], dtype=bool
    )
    small = (values > 0) & (values < rules.threshold) & ~decided
    each = list(zip(names, values, strict=True))
    state = np.array([_state(name, value, rules) for name, value in each])
    cells = Cells(
        values=values,
        sums=_sums(names, rests, grid, rules),
        floor=np.where(rest | (not rules.zeros_shown), 0, 1),
        cost=np.array([_cost(name, value, rules) for name, value in each]),
        state=np.where(rest | small, HIDDEN, state),
        guarded=(~rest | small) & ~decided,
        threshold=rules.threshold,
    )
    return TableCells(cells, names)


def _state(name: tuple[str, tuple[str, ...]], value: int, rules: Rules) -> int:
    """Say whether a cell that is not small may be hidden."""
    count, place = name
    if count in rules.decisions:
        return OPEN
    if all(label == rules.total_label for label in place) or place in rules.known_zeros:
        return OPEN
    if value == 0 and rules.zeros_shown:
        return OPEN
    for table in rules.earlier:
        state = _state_in(table, count, dict(zip(rules.by, place, strict=True)), rules)
        if state != FREE:
            return state
    return FREE


def _state_in(table: SafeTable, count: str, labels: dict[str, str], rules: Rules) -> int:
    """Say whether an earlier table shows a cell, hides it, or does not hold it."""
    named = {name: label for name, label in labels.items() if label != rules.total_label}
    if table.population != rules.population or count not in table.counts:
        return FREE
    if not set(named) <= set(table.by):
        return FREE
    row = tuple(named.get(name, table.total_label) for name in table.by)
    for printed in table.rows:
        if printed[: len(row)] == row:
            return HIDDEN if printed[table.columns.index(count)] == HIDDEN_MARK else OPEN
    return FREE


def _cost(name: tuple[str, tuple[str, ...]], value: int, rules: Rules) -> float:
    """Price a cell: one a cell, more for large counts and margins, and a little that differs."""
    count, place = name
    margins = sum(label == rules.total_label for label in place)
    digest = hashlib.sha256("\x1f".join((count, *place)).encode()).digest()
    uneven = int.from_bytes(digest[:4], "big") / 2**32 / 50
    return (1 + np.log10(1 + value) / 4) * _MARGIN_COST**margins + uneven


def _sums(
    names: list[tuple[str, tuple[str, ...]]], rests: dict, grid: Grid, rules: Rules
) -> csr_array:
    """Every total is the sum of its parts; every whole is its part and the remainder."""
    index = {name: position for position, name in enumerate(names)}
    lines: dict[tuple, dict[int, float]] = {}
    for (count, place), cell in index.items():
        for axis, label in enumerate(place):
            line = lines.setdefault((count, axis, place[:axis] + place[axis + 1 :]), {})
            line[cell] = -1.0 if label == rules.total_label else 1.0
    for rest, (whole, part) in rests.items():
        for place in grid.places:
            ends = {index[part, place]: 1.0, index[rest, place]: 1.0, index[whole, place]: -1.0}
            lines[rest, place] = ends
    rows = [row for row, line in enumerate(lines.values()) for _ in line]
    columns = [cell for line in lines.values() for cell in line]
    entries = [factor for line in lines.values() for factor in line.values()]
    return csr_array((entries, (rows, columns)), shape=(len(lines), len(index)))
