"""Tables as cells and sums: all counts with their margins, which may be hidden, what ties them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint
from scipy.sparse import csr_array

from qa_sampling.errors import DisclosureError, SchemaError
from qa_sampling.reporting.attack import given_away
from qa_sampling.reporting.knowledge import Knowledge, read_tables
from qa_sampling.reporting.releases import Released, released
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.solving import fitting
from qa_sampling.reporting.suppression import FREE, HIDDEN, OPEN, Cells
from qa_sampling.reporting.table_grid import Grid, blank_table
from qa_sampling.reporting.table_keys import Key, key_of, remainders
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
    is_rest: bool = False


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
    needs : dict of Key to int
        Of the guarded and the watched, the threshold that each is held to.
    forms : tuple of PrintedTable
        The tables with every count hidden.
    """

    cells: Cells
    index: dict[Key, int]
    guarded: set[Key]
    watched: set[Key]
    needs: dict[Key, int]
    forms: tuple[PrintedTable, ...]


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
    forms = tuple(blank_table(*pair) for pair in grids)
    known = read_tables([*forms, *earlier])
    index = known.index | {key: len(known.low) + at for at, key in enumerate(known.rests)}
    low = np.array([*known.low, *[0.0] * len(known.rests)])
    high = np.array([*known.high, *[np.inf] * len(known.rests)])
    sums = _sums(known, index)
    values = _values(index, ours, low, high, sums)
    watched = {key for key in index if key not in ours and key not in known.shown}
    guarded = {key for key, cell in ours.items() if cell.guarded}
    needs = _needs(forms, earlier, guarded | watched)
    out = released(earlier)
    facts = [
        _kept(key, ours.get(key) or _theirs(key, out, at, low, high), out, needs)
        for key, at in index.items()
    ]
    cells = _cells(facts, values, sums, low, high)
    return TableCells(cells, index, guarded, watched, needs, forms)


def _cells(
    facts: Sequence[_Cell],
    values: np.ndarray,
    sums: csr_array,
    low: np.ndarray,
    high: np.ndarray,
) -> Cells:
    """Put together what is known of each cell."""
    floor = np.array([fact.floor for fact in facts])
    reach = float(values.sum() + 10 * max(fact.threshold for fact in facts))
    down = np.maximum(values - np.maximum(low, floor), 0.0)
    up = np.minimum(high - values, reach)
    shown = np.array([(fact.shown_low, fact.shown_high) for fact in facts])
    return Cells(
        values=values,
        sums=sums,
        down=down,
        up=up,
        slack_down=np.clip(values - shown[:, 0], 0.0, down),
        slack_up=np.clip(shown[:, 1] - values, 0.0, up),
        cost=np.array([fact.cost for fact in facts]),
        state=np.array([fact.state for fact in facts]),
        guarded=np.array([fact.guarded for fact in facts]),
        threshold=np.array([fact.threshold for fact in facts]),
    )


def _needs(
    forms: Sequence[PrintedTable], earlier: Sequence[PrintedTable], keys: set[Key]
) -> dict[Key, int]:
    """Give the threshold that each cell is held to: the largest of all tables.

    Where tables with a smaller one told too much for that already, the largest they did not.
    """
    asked = {form.threshold for form in forms}
    held = {table.threshold for table in earlier}
    levels = sorted({max(asked | held)} | held, reverse=True)
    needs: dict[Key, int] = {}
    lost = set(keys)
    for level in levels[:-1]:
        told = given_away((*earlier, *forms), lost, threshold=level)
        needs |= dict.fromkeys(lost - told, level)
        lost = told
    return needs | dict.fromkeys(lost, levels[-1])


def _described(request: TableRequest, grid: Grid) -> Iterator[tuple[Key, _Cell]]:
    """Describe every count of a table, and every remainder."""
    counts = dict(grid.values)
    rests = {
        one.name: one
        for one in remainders(request)
        if not one.nothing and one.whole in request.counts
    }
    for name, one in rests.items():
        counts[name] = counts[one.whole] - sum(counts[part] for part in one.parts)
    for count, values in counts.items():
        is_rest = count in rests
        parts = rests[count].parts if is_rest else (count,)
        decided = all(part in request.decisions for part in parts)
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
                    HIDDEN
                    if is_rest or small or place in request.concealed
                    else _wish(count, place, value, request),
                    _cost(count, place, value, request),
                    guarded,
                    request.threshold,
                    0 if is_rest or not request.zeros_shown else 1,
                    *span,
                    is_rest,
                ),
            )


def _wish(count: str, place: tuple[str, ...], value: int, request: TableRequest) -> int:
    """Say whether a cell that is not small may be hidden."""
    if count in request.decisions or place in request.known_zeros:
        return OPEN
    if (told := request.told_before.get((count, place))) is not None:
        return OPEN if told else HIDDEN
    if all(label == request.total_label for label in place) and not request.growing:
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
        one.is_rest,
    )


def _theirs(
    key: Key, out: Mapping[Key, Released], at: int, low: np.ndarray, high: np.ndarray
) -> _Cell:
    """Describe a cell that only earlier tables speak of: shown, hidden, or part of others."""
    told = out.get(key, Released())
    guarded = key in out and not told.shown
    return _Cell(0, OPEN if told.shown else HIDDEN, 1.0, guarded, 2, 0, low[at], high[at])


def _kept(key: Key, cell: _Cell, out: Mapping[Key, Released], needs: Mapping[Key, int]) -> _Cell:
    """Keep what is out as it is: shown stays shown, hidden stays hidden.

    A smaller count that was shown by a smaller threshold stays shown, and needs no guarding. It
    is hidden where counts are rounded, for these are taken to be no smaller than the threshold.
    """
    need = needs.get(key, cell.threshold)
    told = out.get(key)
    state, guarded = cell.state, cell.guarded
    if told and told.rightly:
        rounded_away = not cell.shown_low <= cell.value <= cell.shown_high
        state, guarded = (HIDDEN if rounded_away else OPEN), False
    elif told and state == FREE:
        state = OPEN if told.shown else HIDDEN
    elif told and not told.shown and cell.value > 0 and cell.guarded:
        state = HIDDEN
    if key not in out and 0 < need <= cell.value and cell.is_rest:
        guarded = False
    return replace(cell, state=state, guarded=guarded, threshold=need)


def _sums(known: Knowledge, index: Mapping[Key, int]) -> csr_array:
    """Give what ties cells: sums, and wholes that are a part and a remainder."""
    lines = [
        terms for terms, limits in zip(known.terms, known.limits, strict=True) if limits == (0, 0)
    ]
    lines += [
        {whole: -1.0, index[key]: 1.0} | dict.fromkeys(parts, 1.0)
        for key, (whole, *parts) in known.rests.items()
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
    nothing = np.zeros(sums.shape[0])
    found = fitting(np.zeros(len(low)), Bounds(low, high), LinearConstraint(sums, nothing, nothing))
    if found is None:
        raise DisclosureError(_UNRELEASED)
    return found.astype(int)


def _cost(count: str, place: tuple[str, ...], value: int, request: TableRequest) -> float:
    """Price a cell: one a cell, more for large counts and margins, and a little that differs."""
    margins = sum(
        label == request.total_label or label in request.subtotals.get(name, ())
        for name, label in zip(request.by, place, strict=True)
    )
    digest = hashlib.sha256("\x1f".join((count, *place)).encode()).digest()
    uneven = int.from_bytes(digest[:4], "big") / 2**32 / 50
    return (1 + np.log10(1 + value) / 4) * _MARGIN_COST**margins + uneven
