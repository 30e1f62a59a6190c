"""Bounds on two classifications at once (teams by statuses): the exact optimum, or why not.

The sum of ``a²/n`` over the strata, bounds on strata, on rows and on columns, n audits in
all: a separable convex flow problem. An integer programme of its pieces (one variable an
audit, worth ``a² / (k (k + 1))``; scipy's HiGHS) gives a table in ordinary numbers; then exchanges
along closed paths, compared as exact fractions, improve it until none helps, which
proves it optimal (Ahuja, Magnanti and Orlin 1993, Network Flows, ch. 14.3). Among equal
optima the one that gives most to the first labels is taken (while there are no more than
2,000 strata), as in :mod:`qa_sampling.sampling.priorities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.circulation import Arc, settle

_PIECES = 200_000
_RANKED = 2000
"""Strata up to which the tie-break is complete; the numbers that hold it grow with them."""
Cost = tuple[int, Fraction, int]
"""Strata that get their first audit (fewer is dearer), the sum of a²/n, and the tie-break."""
Step = tuple[int, int, Cost, Arc, int]
"""One audit moved along an arc: from, to, what it changes, the arc, and 1 or -1."""


@dataclass(frozen=True)
class Margin:
    """A classification of the strata, and the bounds of its labels.

    Attributes
    ----------
    name : str
        What it is called in messages: "group" or "column".
    of : mapping of str to str
        Label by stratum.
    least, most : mapping of str to int
        Audits by label, at least and at most.
    """

    name: str
    of: Mapping[str, str]
    least: Mapping[str, int]
    most: Mapping[str, int]

    @property
    def labels(self) -> list[str]:
        """The labels, sorted."""
        return sorted(self.least)


@dataclass
class _Table:
    """The table as a network: arcs of the strata, then of rows, columns and total."""

    strata: list[str]
    margins: tuple[Margin, Margin]
    arcs: list[Arc]
    squares: list[Fraction]
    n: int

    @property
    def taken(self) -> list[int]:
        return [arc.flow for arc in self.arcs[: len(self.strata)]]


def allocate_within_margins(
    squares: Mapping[str, Fraction],
    n: int,
    *,
    low: Mapping[str, int],
    high: Mapping[str, int],
    margins: tuple[Margin, Margin],
) -> dict[str, int]:
    """Allocate n audits within bounds of strata and of two classifications, optimally.

    Parameters
    ----------
    squares : mapping of str to Fraction
        Squared measure by stratum; the sum of ``squares / audits`` is minimised.
    n : int
        Audits in all.
    low, high : mapping of str to int
        Bounds by stratum.
    margins : pair of Margin
        Rows and columns.

    Returns
    -------
    dict of str to int
        Audits by stratum.

    Raises
    ------
    AllocationError
        When no table meets all bounds; with the rows and columns that contradict each other.
    """
    table = _network(squares, n, low, high, margins)
    reached = settle(table.arcs)
    if reached is not None:
        raise AllocationError(_contradiction(table, reached))
    _start_near(table)
    while path := _helpful_exchange(table):
        for arc, change in path:
            arc.flow += change
    return dict(zip(table.strata, table.taken, strict=True))


def _network(
    squares: Mapping[str, Fraction],
    n: int,
    low: Mapping[str, int],
    high: Mapping[str, int],
    margins: tuple[Margin, Margin],
) -> _Table:
    strata = sorted(squares)
    rows, columns = margins
    row_at = {label: place for place, label in enumerate(rows.labels)}
    column_at = {label: len(row_at) + place for place, label in enumerate(columns.labels)}
    source = len(row_at) + len(column_at)
    sink = source + 1
    arcs = [
        Arc(row_at[rows.of[name]], column_at[columns.of[name]], low[name], low[name], high[name])
        for name in strata
    ]
    sums = [0] * source
    for arc in arcs:
        sums[arc.tail] += arc.flow
        sums[arc.head] += arc.flow
    for label, node in row_at.items():
        arcs.append(Arc(source, node, sums[node], rows.least[label], rows.most[label]))
    for label, node in column_at.items():
        arcs.append(Arc(node, sink, sums[node], columns.least[label], columns.most[label]))
    arcs.append(Arc(sink, source, sum(low.values()), n, n))
    return _Table(strata, margins, arcs, [squares[name] for name in strata], n)


def _start_near(table: _Table) -> None:
    """Put the table that an integer programme finds in ordinary numbers, where it finds one."""
    cells = table.arcs[: len(table.strata)]
    rooms = [min(arc.high - arc.low, table.n) for arc in cells]
    if not 0 < sum(rooms) <= _PIECES:
        return
    place = np.repeat(np.arange(len(cells)), rooms)
    audits = np.concatenate(
        [np.arange(arc.low, arc.low + room) for arc, room in zip(cells, rooms, strict=True)]
    )
    largest = max(table.squares) or Fraction(1)
    squares = np.array([float(square / largest) for square in table.squares])
    worth = squares[place] / np.maximum(audits * (audits + 1.0), 0.5)
    bounds = np.array([(arc.low, arc.high) for arc in table.arcs[len(cells) :]], dtype=float)
    nodes = {(arc.tail, arc.head): line for line, arc in enumerate(table.arcs[len(cells) :])}
    source = len(table.margins[0].labels) + len(table.margins[1].labels)
    held = [
        (nodes[ends], column)
        for column, arc in enumerate(cells)
        for ends in ((source, arc.tail), (arc.head, source + 1), (source + 1, source))
    ]
    matrix = coo_array(
        (np.ones(len(held)), tuple(np.array(held).T)), shape=(len(nodes), len(cells))
    ).tocsr()
    spread = coo_array(
        (np.ones(len(place)), (place, np.arange(len(place)))), shape=(len(cells), len(place))
    ).tocsr()
    floor = matrix @ np.array([arc.low for arc in cells])
    lines = LinearConstraint(matrix @ spread, *(bounds.T - floor))
    found = milp(-worth, constraints=lines, bounds=Bounds(0, 1), integrality=np.ones(len(place)))
    if found.x is not None:
        _put(table, np.rint(spread @ np.rint(found.x)).astype(int).tolist())


def _put(table: _Table, more: Sequence[int]) -> None:
    """Put whole numbers above the minima into the table, if they keep every bound."""
    cells = table.arcs[: len(table.strata)]
    held: dict[int, int] = {}
    for arc, extra in zip(cells, more, strict=True):
        held[arc.tail] = held.get(arc.tail, 0) + arc.low + extra
        held[arc.head] = held.get(arc.head, 0) + arc.low + extra
    lines = table.arcs[len(cells) : -1]
    flows = [held.get(arc.head, held.get(arc.tail, 0)) for arc in lines]
    total = sum(arc.low for arc in cells) + sum(more)
    fits = all(arc.low <= flow <= arc.high for arc, flow in zip(lines, flows, strict=True))
    if fits and total == table.n:
        for arc, extra in zip(cells, more, strict=True):
            arc.flow = arc.low + extra
        for arc, flow in zip(lines, flows, strict=True):
            arc.flow = flow


def _helpful_exchange(table: _Table) -> list[tuple[Arc, int]]:
    """Find a closed path along which one audit moved lowers the cost; empty when there is none.

    Bellman and Ford's distances from everywhere at once, in exact arithmetic; a cycle among
    predecessors is such a path.
    """
    steps = list(_possible_steps(table))
    nodes = 1 + max(max(tail, head) for tail, head, _, _, _ in steps) if steps else 0
    distance: list[Cost] = [(0, Fraction(0), 0)] * nodes
    came: list[Step | None] = [None] * nodes
    while True:  # a distance that keeps falling closes a cycle of predecessors
        changed = False
        for step in steps:
            tail, head, cost = step[:3]
            near = distance[tail]
            reach = (near[0] + cost[0], near[1] + cost[1], near[2] + cost[2])
            if reach < distance[head]:
                distance[head], came[head], changed = reach, step, True
        if not changed:
            return []
        if cycle := _cycle(came):
            return cycle


def _cycle(came: Sequence[Step | None]) -> list[tuple[Arc, int]]:
    """Give a cycle among predecessors as arcs and changes; empty when there is none."""
    state = [0] * len(came)
    for start in range(len(came)):
        node, path = start, []
        while state[node] == 0 and came[node] is not None:
            state[node] = start + 1
            path.append(node)
            node = came[node][0]
        if state[node] == start + 1 and node in path:
            return [(came[at][3], came[at][4]) for at in path[path.index(node) :]]
        for at in path:
            state[at] = -1
    return []


def _possible_steps(table: _Table) -> Iterator[Step]:
    """Give the ways to move one audit along an arc: up where there is room, or down."""
    ranks = len(table.strata)
    base = table.n + 2 if ranks <= _RANKED else 1
    nothing: Cost = (0, Fraction(0), 0)
    for place, arc in enumerate(table.arcs[:-1]):
        is_cell = place < ranks
        tie = base ** (ranks - 1 - place) if is_cell else 0
        if arc.flow < arc.high:
            cost = _cost(table.squares[place], arc.flow, -tie) if is_cell else nothing
            yield arc.tail, arc.head, cost, arc, 1
        if arc.flow > arc.low:
            back = _cost(table.squares[place], arc.flow - 1, -tie) if is_cell else nothing
            yield arc.head, arc.tail, (-back[0], -back[1], -back[2]), arc, -1


def _cost(square: Fraction, taken: int, tie: int) -> Cost:
    """Give what one more audit changes, when a stratum has so many."""
    if taken == 0:
        return (-1, square, tie) if square else (0, Fraction(0), tie)
    return (0, -square / (taken * (taken + 1)), tie)


def _contradiction(table: _Table, reached: frozenset[int]) -> str:
    """Say which minima ask for more than which maxima allow."""
    named = _names(table)
    needed, allowed = [], []
    for place, arc in enumerate(table.arcs):
        if arc.tail not in reached and arc.head in reached and arc.low:
            needed.append((named(place, "least"), arc.low))
        if arc.tail in reached and arc.head not in reached and arc.high:
            allowed.append((named(place, "most"), arc.high))
    floor, ceiling = (sum(count for _, count in part) for part in (needed, allowed))
    return (
        f"The bounds contradict each other: {_listed(needed)} ask for {floor} audits, but "
        f"{_listed(allowed) or 'nothing'} allow only {ceiling}. Loosen one of them."
    )


def _names(table: _Table) -> Callable[[int, str], str]:
    """Give a function that names the bound of an arc."""
    rows, columns = table.margins
    lines = [(rows, label) for label in rows.labels] + [(columns, la) for la in columns.labels]

    def named(place: int, which: str) -> str:
        if place < len(table.strata):
            word = "the minimum" if which == "least" else "the cases or maximum"
            return f"{word} of stratum {table.strata[place]!r}"
        if place - len(table.strata) == len(lines):
            return "the audits in all"
        margin, label = lines[place - len(table.strata)]
        word = "minimum" if which == "least" else "maximum"
        return f"the {margin.name} {word} of {label!r}"

    return named


def _listed(parts: Sequence[tuple[str, int]]) -> str:
    shown = sorted(parts, key=lambda part: (-part[1], part[0]))[:4]
    words = [f"{name} ({count})" for name, count in shown]
    rest = len(parts) - len(shown)
    return ", ".join([*words, *([f"{rest} more"] if rest else [])])
