"""Whole numbers on the arcs of a network, every bound kept: found, or the reason why not.

A table with bounds on cells, rows, columns and total is a circulation: from a source to the
rows, along cells to the columns, to a sink and back. The out-of-kilter method (Ford and
Fulkerson 1962, Flows in Networks, ch. 3) settles it in whole numbers, or finds the
set of nodes that shows that there is none (Hoffman 1960).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass
class Arc:
    """An arc: from where, to where, how much flows, and the bounds."""

    tail: int
    head: int
    flow: int
    low: int
    high: int


def settle(arcs: Sequence[Arc]) -> frozenset[int] | None:
    """Bring the flow of every arc within its bounds.

    Parameters
    ----------
    arcs : sequence of Arc
        Flow is conserved at every node; it is changed in place.

    Returns
    -------
    frozenset of int or None
        None when all bounds are kept; otherwise nodes into which more must flow than can flow out,
        or out of which more must flow than can flow in: no circulation exists.
    """
    beside: dict[int, list[Arc]] = {}
    for arc in arcs:
        beside.setdefault(arc.tail, []).append(arc)
        beside.setdefault(arc.head, []).append(arc)
    for arc in arcs:
        while lack := max(arc.low - arc.flow, 0) or min(arc.high - arc.flow, 0):
            start, goal = (arc.head, arc.tail) if lack > 0 else (arc.tail, arc.head)
            path, reached = _way_round(beside, arc, start, goal)
            if path is None:
                return reached
            change = min([abs(lack), *(room for _, _, room in path)])
            arc.flow += change if lack > 0 else -change
            for step, sign, _ in path:
                step.flow += sign * change
    return None


def _way_round(
    beside: Mapping[int, list[Arc]], barred: Arc, start: int, goal: int
) -> tuple[list[tuple[Arc, int, int]] | None, frozenset[int]]:
    """Find the shortest way from one node to another along arcs with room: arc, sign, room.

    Also give the nodes that were reached.
    """
    came: dict[int, tuple[Arc, int, int] | None] = {start: None}
    queue = [start]
    for node in queue:
        for step, sign, room, reached in _steps(beside[node], node):
            if step is not barred and room > 0 and reached not in came:
                came[reached] = (step, sign, room)
                queue.append(reached)
        if goal in came:
            break
    if goal not in came:
        return None, frozenset(came)
    path, node = [], goal
    while (last := came[node]) is not None:
        path.append(last)
        node = last[0].tail if last[1] > 0 else last[0].head
    return path, frozenset(came)


def _steps(arcs: Sequence[Arc], node: int) -> Iterator[tuple[Arc, int, int, int]]:
    """Give the ways out of a node: up along an arc that starts there, down one that ends there."""
    for arc in arcs:
        if arc.tail == node:
            yield arc, 1, arc.high - arc.flow, arc.head
        else:
            yield arc, -1, arc.flow - arc.low, arc.tail
