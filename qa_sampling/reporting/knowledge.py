"""All that printed tables say, as bounds and constraints on named whole numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, TOTAL_OF_COUNT, PrintedTable
from qa_sampling.reporting.solving import fitting
from qa_sampling.reporting.table_keys import (
    Key,
    Remainder,
    blocks_of,
    key_of,
    parts_of,
    remainders,
    restricted,
)
from qa_sampling.reporting.table_lines import lines_of, rounding_range

FAR = 1_000_000.0
"""As far as a count that nothing bounds is followed."""

Terms = Mapping[int, float]
"""A sum of cells: factor by number of the cell."""

_HALF_TENTH = 0.0501
_NARROWINGS = 50
_WHOLE = 1e-4
"""How far beside a whole number a bound may lie that rounding has moved."""


@dataclass
class Knowledge:
    """Everything printed, as bounds and constraints on named whole numbers.

    Attributes
    ----------
    index : dict of Key to int
        Number of each cell.
    low, high : list of float
        Bounds of each cell.
    terms, limits : list
        Constraints: sums of cells, and their least and greatest values.
    rests : dict of Key to tuple of int
        Remainders that subtraction gives: the whole, then its parts.
    told : dict of str to list of Remainder
        Remainders that are declared, by population.
    lines : dict of frozenset
        Sums that have been added already, in order.
    placed, shown : set of Key
        Cells that a table has a place for; those of them that one shows.
    """

    index: dict[Key, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    terms: list[Terms] = field(default_factory=list)
    limits: list[tuple[float, float]] = field(default_factory=list)
    rests: dict[Key, tuple[int, ...]] = field(default_factory=dict)
    told: dict[str, list[Remainder]] = field(default_factory=dict)
    lines: dict[frozenset, None] = field(default_factory=dict)
    placed: set[Key] = field(default_factory=set)
    shown: set[Key] = field(default_factory=set)

    def cell(self, key: Key) -> int:
        """Give the number of a cell, adding it when new."""
        if key not in self.index:
            self.index[key] = len(self.low)
            self.low.append(0.0)
            self.high.append(np.inf)
        return self.index[key]

    def narrow(self, key: Key, low: float, high: float) -> int:
        """Hold a cell between two bounds as well, and give its number."""
        cell = self.cell(key)
        self.low[cell] = max(self.low[cell], low)
        self.high[cell] = min(self.high[cell], high)
        return cell

    def add(self, terms: Terms, low: float, high: float) -> None:
        """Add a constraint: low <= sum of terms <= high."""
        self.terms.append(terms)
        self.limits.append((low, high))

    def add_line(self, line: Mapping[Key, float]) -> None:
        """Add a sum that comes to 0, once."""
        if (same := frozenset(line.items())) not in self.lines:
            self.lines[same] = None
            self.add({self.cell(key): factor for key, factor in line.items()}, 0.0, 0.0)

    def targets(self) -> dict[Key, Terms]:
        """Give what no table shows: hidden counts, counts others are made of, remainders."""
        hidden = {key: {at: 1.0} for key, at in self.index.items() if key not in self.shown}
        return hidden | {key: _left(cells) for key, cells in self.rests.items()}


def _left(cells: Sequence[int]) -> Terms:
    """Give a whole less its parts."""
    return {cells[0]: 1.0} | dict.fromkeys(cells[1:], -1.0)


def read_tables(tables: Sequence[PrintedTable]) -> Knowledge:
    """Take in everything that tables print.

    Parameters
    ----------
    tables : sequence of PrintedTable
        All that a reader has.
    """
    known = Knowledge()
    for table in tables:
        _read(known, table)
    _tie_levels(known)
    return known


def _read(known: Knowledge, table: PrintedTable) -> None:
    """Take in one printed table."""
    columns = {name: place for place, name in enumerate(table.columns)}
    floor = 1.0 if table.zeros_shown and not table.withheld else 0.0
    for row in table.rows:
        for count in table.counts:
            key, printed = key_of(table, count, row), row[columns[count]]
            known.placed.add(key)
            if printed == HIDDEN_MARK:
                known.narrow(key, floor, np.inf)
            else:
                known.shown.add(key)
                known.narrow(key, *_could_be(table, count, printed))
        if table.rounded_to == 1:
            _read_percentages(known, table, row, columns)
            _read_rates(known, table, row, columns)
    told = known.told.setdefault(table.population, [])
    told += [one for one in remainders(table) if one not in told]
    for line in lines_of(table):
        known.add_line(line)


def _could_be(table: PrintedTable, count: str, printed: int) -> tuple[float, float]:
    """Give the true counts that are printed like this one."""
    if count in table.decisions:
        return float(printed), float(printed)
    return rounding_range(printed, table.rounded_to, table.threshold)


def _read_percentages(
    known: Knowledge, table: PrintedTable, row: tuple, columns: Mapping[str, int]
) -> None:
    """Use that a percentage to one decimal place bounds its numerator by its denominator."""
    for name, (numerator, denominator) in table.percentages.items():
        printed = row[columns[name]]
        if not isinstance(printed, float):
            continue
        over = known.cell(key_of(table, numerator, row))
        if denominator == TOTAL_OF_COUNT:
            under = known.cell(key_of(table, numerator, (table.total_label,) * len(table.by)))
        else:
            under = known.cell(key_of(table, denominator, row))
        if over != under:
            known.add({over: 100.0, under: -(printed - _HALF_TENTH)}, 0.0, np.inf)
            known.add({over: 100.0, under: -(printed + _HALF_TENTH)}, -np.inf, 0.0)


def _read_rates(
    known: Knowledge, table: PrintedTable, row: tuple, columns: Mapping[str, int]
) -> None:
    """Use that a rate to one decimal place and a public number bound the count."""
    for name, (count, public) in table.rates.items():
        printed, among = row[columns[name]], row[columns[public]]
        if isinstance(printed, float) and isinstance(among, int):
            per_one = among / table.rate_per
            low, high = (printed - _HALF_TENTH) * per_one, (printed + _HALF_TENTH) * per_one
            known.add({known.cell(key_of(table, count, row)): 1.0}, low, high)


def _tie_levels(known: Knowledge) -> None:
    """Use that a label that stands for several is the sum of them, at every level.

    What is left of a whole is left in each of its parts: that is no less than 0 either.
    """
    blocks = blocks_of(known.index)
    for line in list(known.lines):
        for part in restricted(dict(line), blocks):
            known.add_line(part)
    waiting = list(known.index)
    seen = set(waiting)
    while waiting:
        key = waiting.pop()
        fresh = [one for rest in known.told.get(key[0], ()) for one in _leave(known, rest, key)]
        for parts in parts_of(key, blocks):
            known.add_line(dict.fromkeys(parts, 1.0) | {key: -1.0})
            fresh += parts
        fresh = [one for one in dict.fromkeys(fresh) if one not in seen]
        waiting += fresh
        seen.update(fresh)


def _leave(known: Knowledge, rest: Remainder, key: Key) -> Sequence[Key]:
    """Use that counts which exclude each other add up to no more than the whole they are in.

    Used wherever the whole and one of the parts are spoken of, in whichever table; gives the
    names of all of them.
    """
    population, count, pairs = key
    if count not in rest.counts:
        return ()
    whole, *parts = names = [(population, one, pairs) for one in rest.counts]
    left = (population, rest.name, pairs)
    if left in known.rests or whole not in known.index:
        return ()
    if not any(part in known.index for part in parts):
        return ()
    if rest.nothing:
        known.add_line(dict.fromkeys(parts, 1.0) | {whole: -1.0})
        return names
    cells = [known.cell(name) for name in names]
    known.add(_left(cells), 0.0, np.inf)
    known.rests[left] = tuple(cells)
    return names


class System:
    """The constraints, solved for the least and greatest values of sums of cells.

    Cells that no constraint ties to each other are solved apart.
    """

    def __init__(self, known: Knowledge) -> None:
        self.low = np.array(known.low)
        self.high = np.minimum(known.high, max(FAR, 10 * max(known.low, default=0.0)))
        self.matrix = _matrix(known.terms, len(self.low))
        self.limits = np.array(known.limits, dtype=float).reshape(-1, 2)
        self.low, self.high = _narrowed(self.low, self.high, self.matrix, self.limits)
        self.loose = self.low < self.high
        self.solved: dict[int, tuple[np.ndarray, LinearConstraint]] = {}

    @cached_property
    def group(self) -> np.ndarray:
        """Number of the group of tied cells that each cell is in; -1 for known cells."""
        beside = abs(self.matrix)[:, np.flatnonzero(self.loose)]
        group = np.full(len(self.low), -1)
        if beside.shape[1]:
            group[self.loose] = connected_components(beside.T @ beside, directed=False)[1]
        return group

    def require_consistent(self) -> None:
        """Refuse when what is known already breaks a constraint, before anything is solved."""
        known = np.where(self.loose, 0.0, self.low)
        settled = abs(self.matrix) @ self.loose.astype(float) == 0
        sums = self.matrix @ known
        off = (sums < self.limits[:, 0] - 1e-6) | (sums > self.limits[:, 1] + 1e-6)
        if (self.low > self.high).any() or (settled & off).any():
            raise _contradiction()

    def ends(self, terms: Terms) -> tuple[float, float]:
        """Give bounds of a sum of cells that follow from those of each: it may go less far."""
        both = [
            (factor * self.low[cell], factor * self.high[cell]) for cell, factor in terms.items()
        ]
        return sum(min(pair) for pair in both), sum(max(pair) for pair in both)

    def extreme(self, objective: Terms) -> np.ndarray:
        """Find whole numbers that fit everything and make a sum of cells least.

        Cells of other groups are missing (NaN) in the answer. What nothing bounds is taken as
        far as `FAR`.

        Parameters
        ----------
        objective : mapping of int to float
            Factor by cell.
        """
        answer = self.extreme_within(objective, {})
        if answer is None:
            raise _contradiction()
        return answer

    def extreme_within(self, objective: Terms, most: Terms, **options: float) -> np.ndarray | None:
        """As :meth:`extreme`, with some cells held down; None when that cannot be.

        Parameters
        ----------
        objective : mapping of int to float
            Factor by cell.
        most : mapping of int to float
            The most that a cell may be, by cell.
        **options
            As for ``scipy.optimize.milp``, such as a `mip_rel_gap` at which to stop.
        """
        answer = np.where(self.loose, np.nan, self.low)
        wanted, high = np.zeros(len(self.low)), self.high.copy()
        for cell, factor in objective.items():
            wanted[cell] = factor
        for cell, limit in most.items():
            high[cell] = max(self.low[cell], min(high[cell], limit))
        for number in sorted({int(self.group[cell]) for cell in objective} - {-1}):
            places, system = self._part(number)
            bounds = Bounds(self.low[places], high[places])
            found = fitting(wanted[places], bounds, system, **options)
            if found is None:
                return None
            answer[places] = found
        return answer

    def _part(self, number: int) -> tuple[np.ndarray, LinearConstraint]:
        """Give the cells of one group and its constraints, known cells moved to the limits."""
        if number not in self.solved:
            places = np.flatnonzero(self.group == number)
            inside = self.matrix[:, places]
            rows = np.flatnonzero(abs(inside).sum(axis=1))
            known = np.where(self.loose, 0.0, self.low)
            shift = (self.matrix[rows] @ known)[:, None]
            low, high = (self.limits[rows] - shift).T
            self.solved[number] = places, LinearConstraint(inside[rows], low, high)
        return self.solved[number]


def _narrowed(
    low: np.ndarray, high: np.ndarray, matrix: csr_array, limits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Narrow bounds of whole numbers by each constraint alone, over and over.

    What follows from subtraction, such as that nothing was added between two totals, need not be
    solved for. Nothing that fits all constraints is lost; bounds cross where nothing does.
    """
    part = matrix.tocoo()
    row, cell, factor = *part.coords, part.data
    down = factor < 0
    for _ in range(_NARROWINGS):
        least = factor * np.where(down, high[cell], low[cell])
        most = factor * np.where(down, low[cell], high[cell])
        sums = [np.bincount(row, one, minlength=len(limits)) for one in (least, most)]
        ends = [
            (limits[row, 0] - (sums[1][row] - most)) / factor,
            (limits[row, 1] - (sums[0][row] - least)) / factor,
        ]
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, cell, np.ceil(np.where(down, ends[1], ends[0]) - _WHOLE))
        np.minimum.at(new_high, cell, np.floor(np.where(down, ends[0], ends[1]) + _WHOLE))
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
        if (low > high).any():
            break
    return low, high


def _matrix(terms: Sequence[Terms], size: int) -> csr_array:
    rows = [line for line, members in enumerate(terms) for _ in members]
    columns = [cell for members in terms for cell in members]
    entries = [factor for members in terms for factor in members.values()]
    return csr_array((entries, (rows, columns)), shape=(len(terms), size))


def _contradiction() -> DisclosureError:
    return DisclosureError(
        "The tables contradict each other: no counts fit all that they print. Tables of "
        "different groups of children need different names; give `population` to protect()."
    )
