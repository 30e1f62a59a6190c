"""An intruder that reads printed tables and shares no code with the package.

It thinks in the smallest groups there are (a team, a status, a month, a count): every printed
number is a sum of some of them. From the text of all tables, and from what everybody knows of the
groups, integer programmes give the least and the greatest that any sum can be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

HIDDEN = "[c]"


@dataclass(frozen=True)
class World:
    """What everybody knows: the smallest groups, what labels stand for, which counts tie.

    `sizes` gives the labels of each dimension, `columns` the dimension of each classification,
    `groups` the labels that each other label stands for; `inside` are pairs (whole, part),
    `apart` triples (whole, parts, whether they add up).
    """

    sizes: dict[str, tuple[str, ...]]
    counts: tuple[str, ...]
    columns: dict[str, str]
    groups: dict[str, tuple[str, ...]]
    inside: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, tuple[str, ...], bool], ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.counts), *(len(labels) for labels in self.sizes.values()))

    def region(self, count, chosen):
        """Mark the smallest groups that a number adds up; `chosen` gives labels by dimension."""
        marks = np.zeros(self.shape)
        places = [
            [labels.index(one) for one in chosen.get(name, labels)]
            for name, labels in self.sizes.items()
        ]
        marks[np.ix_([self.counts.index(count)], *places)] = 1
        return marks.ravel()


@dataclass
class Reading:
    """All that was read: sums with what they may be, and which of them are hidden."""

    world: World
    sums: list[np.ndarray] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    shown: set[bytes] = field(default_factory=set)
    hidden: dict[bytes, tuple[np.ndarray, str]] = field(default_factory=dict)

    def know(self, marks, low, high):
        self.sums.append(marks)
        self.low.append(low)
        self.high.append(high)


def read(world, tables):
    """Read tables, each with the labels that it is restricted to, by dimension."""
    found = Reading(world)
    cells = np.eye(int(np.prod(world.shape))).reshape(*world.shape, -1)
    at = {name: cells[place] for place, name in enumerate(world.counts)}
    for whole, part in world.inside:
        for one in (at[whole] - at[part]).reshape(-1, cells.shape[-1]):
            found.know(one, 0, np.inf)
    for whole, parts, nothing in world.apart:
        left = at[whole] - sum(at[part] for part in parts)
        for one in left.reshape(-1, cells.shape[-1]):
            found.know(one, 0, 0 if nothing else np.inf)
    for table, restricted in tables:
        _read_table(found, table, restricted)
    return found


def _read_table(found, table, restricted):
    """Take in one table from its printed rows."""
    world = found.world
    for row in table.rows:
        chosen = dict(restricted)
        for column, label in zip(table.by, row, strict=False):
            if label != table.total_label:
                chosen[world.columns[column]] = world.groups.get(label, (label,))
        for count, value in zip(table.counts, row[len(table.by) :], strict=False):
            marks = world.region(count, chosen)
            if value == HIDDEN:
                sure = table.zeros_shown and not table.withheld
                found.know(marks, 1 if sure else 0, np.inf)
                found.hidden[marks.tobytes()] = marks, f"{count} {chosen}"
            else:
                base = 1 if count in table.decisions else table.rounded_to
                least, most = _meant(value, base, table.threshold)
                found.know(marks, least, most)
                found.shown.add(marks.tobytes())


def _meant(printed, base, threshold):
    """What can be printed like this, by trying."""
    if base == 1:
        return printed, printed
    near = range(max(printed - base, 0), printed + base + 1)
    could = [n for n in near if (n + base / 2) // base * base == printed and not 0 < n < threshold]
    return min(could), max(could)


def spans(found, wanted, *, enough):
    """The least and the greatest that each wanted sum can be; no further than is `enough`.

    Numbers that fit everything and were found for one sum are used for all others.
    """
    system = LinearConstraint(np.array(found.sums), found.low, found.high)
    wanted = np.array(wanted)
    least, most = np.full(len(wanted), np.inf), np.full(len(wanted), -np.inf)
    for at, marks in enumerate(wanted):
        for sign in (-1, 1):
            if enough(least[at], most[at]):
                break
            given = {"integrality": np.ones(len(marks)), "constraints": system}
            given["bounds"] = Bounds(0, 500)
            solved = milp(sign * marks, **given)
            if solved.status == 2:  # presolve sometimes calls impossible what is not
                solved = milp(sign * marks, **given, options={"presolve": False})
            if solved.status != 0:
                raise AssertionError(f"the tables contradict each other: {solved.message}")
            values = wanted @ np.round(solved.x)
            least, most = np.minimum(least, values), np.maximum(most, values)
    return least, most


def leaks(world, tables, truth, *, threshold=6):
    """Hidden counts, and small remainders, that the tables tell too much about, in words."""
    found = read(world, tables)
    hidden = {key: one for key, one in found.hidden.items() if key not in found.shown}
    wanted = dict(hidden)
    for whole, parts in [(w, (p,)) for w, p in world.inside] + [(w, p) for w, p, _ in world.apart]:
        for marks in _places(found, (whole, *parts)):
            left = marks[whole] - sum(marks[part] for part in parts)
            if 0 < left @ truth < threshold:
                wanted[left.tobytes()] = left, f"{whole} without {parts}"
    if not wanted:
        return []

    def enough(least, most):
        return most >= threshold and most - least >= threshold - 1

    marks = [one for one, _ in wanted.values()]
    least, most = spans(found, marks, enough=enough)
    for one, low, high in zip(marks, least, most, strict=True):
        assert low <= one @ truth <= high or enough(low, high)
    return [
        f"{words}: {low:.0f} to {high:.0f}, is {one @ truth:.0f}"
        for (one, words), low, high in zip(wanted.values(), least, most, strict=True)
        if not enough(low, high) and high > 0
    ]


def _places(found, counts):
    """Places where a table prints all of these counts, as marks by count."""
    world = found.world
    spoken = {*found.hidden, *found.shown}
    regions = {}
    for key in spoken:
        cube = np.frombuffer(key).reshape(world.shape)
        where = np.flatnonzero(cube.reshape(len(world.counts), -1).any(axis=1))
        if len(where) == 1 and world.counts[where[0]] in counts:
            flat = cube[where[0]]
            regions.setdefault(flat.tobytes(), {})[world.counts[where[0]]] = cube.ravel()
    return [one for one in regions.values() if len(one) == len(counts)]


def cells_by_trying(world, tables, top):
    """Naive twin of `spans` for tiny worlds: every table of whole numbers up to `top`."""
    found = read(world, tables)
    sums, low, high = np.array(found.sums), np.array(found.low), np.array(found.high)
    size = sums.shape[1]
    every = np.array(list(product(range(top + 1), repeat=size)))
    values = every @ sums.T
    return every[((values >= low) & (values <= high)).all(axis=1)]
