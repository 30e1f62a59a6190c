"""Tables as cells and sums: all counts with their margins, which may be hidden, what ties them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting.knowledge import Knowledge, read_tables
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable
from qa_sampling.reporting.suppression import FREE, HIDDEN, OPEN, Cells
from qa_sampling.reporting.table_grid import Grid, blank_table
from qa_sampling.reporting.table_keys import Key, key_of, rest_name
from qa_sampling.reporting.table_lines import rounded, rounding_range
from qa_sampling.reporting.table_request import TableRequest

_MARGIN_COST = 4.0
_UNRELEASED = (
    "The table contradicts what has been released: no counts fit both. If figures were corrected, "
    "release them under another `population` and say there what changed."
)


@dataclass(frozen=True)
class _Cell:
    """What is known of a cell of a table to protect."""

    value: int
    state: int
    cost: float
    guarded: bool
    threshold: int
    floor: int
    shown_low: float
    shown_high: float


@dataclass(frozen=True)
class TableCells:
    """Tables as the suppression programme sees them.

    Attributes
    ----------
    cells : Cells
        Every count with its margins, every remainder of `within`, and what earlier tables add.
    index : dict of Key to int
        Number of each cell.
    guarded : set of Key
        Cells of the tables that must not be worked out when they are hidden.
    watched : set of Key
        Hidden cells of earlier tables, and cells that these and the tables are made of.
    """

    cells: Cells
    index: dict[Key, int]
    guarded: set[Key]
    watched: set[Key]


def cells_of(
    grids: Sequence[tuple[TableRequest, Grid]], earlier: Sequence[PrintedTable] = ()
) -> TableCells:
    """Give tables as cells and sums; counts below the threshold are hidden from the start.

    Parameters
    ----------
    grids : sequence of (TableRequest, Grid)
        The tables to protect together.
    earlier : sequence of PrintedTable
        What is out already.

    Raises
    ------
    SchemaError
        When two tables give different numbers for the same count.
    DisclosureError
        When the numbers contradict what is out already.
    """
    ours: dict[Key, _Cell] = {}
    for request, grid in grids:
        for key, cell in _described(request, grid):
            ours[key] = _both(ours[key], cell) if key in ours else cell
    known = read_tables([*(blank_table(*pair) for pair in grids), *earlier])
    index = known.index | {key: len(known.low) + at for at, key in enumerate(known.rests)}
    low = np.array([*known.low, *[0.0] * len(known.rests)])
    high = np.array([*known.high, *[np.inf] * len(known.rests)])
    sums = _sums(known, index)
    values = _values(index, ours, low, high, sums)
    out = _released(earlier)
    facts = [ours.get(key) or _theirs(key, out, at, low, high) for key, at in index.items()]
    state = np.array([_state(key, fact, out) for key, fact in zip(index, facts, strict=True)])
    floor = np.array([fact.floor for fact in facts])
    reach = float(values.sum() + 10 * max(fact.threshold for fact in facts))
    down = np.maximum(values - np.maximum(low, floor), 0.0)
    up = np.minimum(high - values, reach)
    shown = np.array([(fact.shown_low, fact.shown_high) for fact in facts])
    return TableCells(
        cells=Cells(
            values=values,
            sums=sums,
            down=down,
            up=up,
            slack_down=np.clip(values - shown[:, 0], 0.0, down),
            slack_up=np.clip(shown[:, 1] - values, 0.0, up),
            cost=np.array([fact.cost for fact in facts]),
            state=state,
            guarded=np.array([fact.guarded for fact in facts]),
            threshold=np.array(
                [
                    max(fact.threshold, out.get(key, (False, 0))[1])
                    for key, fact in zip(index, facts, strict=True)
                ]
            ),
        ),
        index=index,
        guarded={key for key, cell in ours.items() if cell.guarded},
        watched={key for key in index if key not in ours and key not in known.shown},
    )


def _described(request: TableRequest, grid: Grid) -> Iterator[tuple[Key, _Cell]]:
    """Describe every count of a table, and every remainder."""
    counts = dict(grid.values)
    rests = {rest_name(whole, part): (whole, part) for part, whole in request.within.items()}
    for name, (whole, part) in rests.items():
        counts[name] = counts[whole] - counts[part]
    for count, values in counts.items():
        is_rest = count in rests
        decided = rests.get(count, ("", count))[1] in request.decisions
        for place, number in zip(grid.places, values, strict=True):
            value = int(number)
            small = 0 < value < request.threshold and not decided
            guarded = (not is_rest or small) and not decided
            span = (value, value)
            if not is_rest and not decided:
                span = rounding_range(
                    rounded(value, request.rounded_to), request.rounded_to, request.threshold
                )
            yield (
                key_of(request, count, place),
                _Cell(
                    value,
                    HIDDEN if is_rest or small else _wish(count, place, value, request),
                    _cost(count, place, value, request),
                    guarded,
                    request.threshold,
                    0 if is_rest or not request.zeros_shown else 1,
                    *span,
                ),
            )


def _wish(count: str, place: tuple[str, ...], value: int, request: TableRequest) -> int:
    """Say whether a cell that is not small may be hidden."""
    if count in request.decisions:
        return OPEN
    if all(label == request.total_label for label in place) or place in request.known_zeros:
        return OPEN
    return OPEN if value == 0 and request.zeros_shown else FREE


def _both(one: _Cell, other: _Cell) -> _Cell:
    """Put together what two tables ask of the same count."""
    if one.value != other.value:
        raise SchemaError(
            "Two tables of one population give different numbers for the same count. Give them "
            "different names in `population`, or mend the one that is wrong."
        )
    return _Cell(
        one.value,
        HIDDEN if HIDDEN in (one.state, other.state) else min(one.state, other.state),
        max(one.cost, other.cost),
        one.guarded and other.guarded,
        max(one.threshold, other.threshold),
        max(one.floor, other.floor),
        max(one.shown_low, other.shown_low),
        min(one.shown_high, other.shown_high),
    )


def _theirs(
    key: Key, out: Mapping[Key, tuple[bool, int]], at: int, low: np.ndarray, high: np.ndarray
) -> _Cell:
    """Describe a cell that only earlier tables speak of: shown, hidden, or part of others."""
    shown, threshold = out.get(key, (False, 2))
    guarded = key in out and not shown
    return _Cell(0, OPEN if shown else HIDDEN, 1.0, guarded, threshold, 0, low[at], high[at])


def _state(key: Key, cell: _Cell, out: Mapping[Key, tuple[bool, int]]) -> int:
    """Keep what is out as it is: shown stays shown, hidden stays hidden."""
    if cell.state != FREE or key not in out:
        return cell.state
    return OPEN if out[key][0] else HIDDEN


def _released(earlier: Sequence[PrintedTable]) -> dict[Key, tuple[bool, int]]:
    """Give every count that is out: whether it is shown exactly, and the largest threshold.

    What is out only as a rounded number is left out: it may still be shown or hidden.
    """
    out: dict[Key, tuple[bool, int]] = {}
    for table in earlier:
        for row in table.rows:
            for count in table.counts:
                now = row[table.columns.index(count)] != HIDDEN_MARK
                if now and table.rounded_to > 1 and count not in table.decisions:
                    continue
                key = key_of(table, count, row)
                shown, threshold = out.get(key, (False, 2))
                out[key] = (shown or now, max(threshold, table.threshold))
    return out


def _sums(known: Knowledge, index: Mapping[Key, int]) -> csr_array:
    """Give what ties cells: sums, and wholes that are a part and a remainder."""
    lines = [
        terms for terms, limits in zip(known.terms, known.limits, strict=True) if limits == (0, 0)
    ]
    lines += [
        {whole: -1.0, part: 1.0, index[key]: 1.0} for key, (whole, part) in known.rests.items()
    ]
    rows = [row for row, line in enumerate(lines) for _ in line]
    columns = [cell for line in lines for cell in line]
    entries = [factor for line in lines for factor in line.values()]
    return csr_array((entries, (rows, columns)), shape=(len(lines), len(index)))


def _values(
    index: Mapping[Key, int],
    ours: Mapping[Key, _Cell],
    low: np.ndarray,
    high: np.ndarray,
    sums: csr_array,
) -> np.ndarray:
    """Give the true counts, and for what we do not know numbers that fit them."""
    low, high = low.copy(), high.copy()
    for key, cell in ours.items():
        at = index[key]
        if not low[at] <= cell.value <= high[at]:
            raise DisclosureError(_UNRELEASED)
        low[at] = high[at] = cell.value
    if (low == high).all():
        return low.astype(int)
    answer = milp(
        np.zeros(len(low)),
        integrality=np.ones(len(low)),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(sums, 0, 0),
    )
    if answer.status != 0:
        raise DisclosureError(_UNRELEASED)
    return np.round(answer.x).astype(int)


def _cost(count: str, place: tuple[str, ...], value: int, request: TableRequest) -> float:
    """Price a cell: one a cell, more for large counts and margins, and a little that differs."""
    margins = sum(
        label == request.total_label or label in request.subtotals.get(name, ())
        for name, label in zip(request.by, place, strict=True)
    )
    digest = hashlib.sha256("\x1f".join((count, *place)).encode()).digest()
    uneven = int.from_bytes(digest[:4], "big") / 2**32 / 50
    return (1 + np.log10(1 + value) / 4) * _MARGIN_COST**margins + uneven
