"""A table laid out with all its totals, and put as it is printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from qa_sampling.reporting.safe_table import (
    _SEAL,
    HIDDEN_MARK,
    NOT_APPLICABLE_MARK,
    TOTAL_OF_COUNT,
    PrintedTable,
    SafeTable,
)
from qa_sampling.reporting.table_keys import Key, key_of
from qa_sampling.reporting.table_lines import rounded
from qa_sampling.reporting.table_request import TableRequest

Place = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """All cells of a table with its totals: positions by labels, true counts, public numbers.

    Attributes
    ----------
    places : list of tuple of str
        Labels of every row of the table, totals included.
    values : dict of str to array of int
        True counts by column, in the order of `places`.
    publics : dict of str to array of int
        Public numbers by column.
    """

    places: list[Place]
    values: dict[str, np.ndarray]
    publics: dict[str, np.ndarray]


def with_totals(request: TableRequest) -> Grid:
    """Lay out every combination with all margins, in order of appearance, totals last.

    Parameters
    ----------
    request : TableRequest
        The table.
    """
    leaves = [list(dict.fromkeys(request.table[name].astype("str"))) for name in request.by]
    axes = [
        _axis(known, request.subtotals_of.get(name, {}), request.total_label)
        for name, known in zip(request.by, leaves, strict=True)
    ]
    where = tuple(
        request.table[name].astype("str").map({label: i for i, label in enumerate(known)})
        for name, known in zip(request.by, leaves, strict=True)
    )
    laid = {}
    for name in (*request.counts, *request.publics):
        array = np.zeros([len(known) for known in leaves], dtype=np.int64)
        array[tuple(part.to_numpy(int) for part in where)] = request.table[name].to_numpy(np.int64)
        for place, (_, adding) in enumerate(axes):
            array = np.moveaxis(np.tensordot(adding, array, axes=(1, place)), 0, place)
        laid[name] = array.reshape(-1)
    return Grid(
        places=list(product(*[labels for labels, _ in axes])),
        values={name: laid[name] for name in request.counts},
        publics={name: laid[name] for name in request.publics},
    )


def _axis(
    leaves: Sequence[str], into: Mapping[str, str], total: str
) -> tuple[list[str], np.ndarray]:
    """Give the labels of one classification as printed, and which leaves each adds up."""
    groups: dict[str, list[str]] = {}
    for leaf in leaves:
        groups.setdefault(into.get(leaf, ""), []).append(leaf)
    labels, members = [], []
    for group, inside in groups.items():
        labels += [*inside, *([group] if group else [])]
        members += [*([leaf] for leaf in inside), *([inside] if group else [])]
    labels.append(total)
    members.append(list(leaves))
    adding = np.array([[leaf in some for leaf in leaves] for some in members], dtype=np.int64)
    return labels, adding


def print_table(
    request: TableRequest,
    grid: Grid,
    hidden: Mapping[tuple[str, Place], bool],
    *,
    withheld: str = "",
) -> SafeTable:
    """Put a table as it is printed.

    Parameters
    ----------
    request : TableRequest
        The table and what is asked of it.
    grid : Grid
        The same, laid out.
    hidden : mapping of (str, tuple of str) to bool
        Whether each count of each place is hidden.
    withheld : str
        Why the whole table is hidden, if it is.
    """
    rows = []
    total = (request.total_label,) * len(request.by)
    totals = _counts_at(request, grid, hidden, grid.places.index(total))
    for position, place in enumerate(grid.places):
        shown = _counts_at(request, grid, hidden, position)
        publics = {name: int(values[position]) for name, values in grid.publics.items()}
        ratios = {
            name: _ratio(
                shown[over], totals[over] if under == TOTAL_OF_COUNT else shown[under], per=100
            )
            for name, (over, under) in request.percentages.items()
        }
        rates = {
            name: _ratio(shown[over], publics[under], per=request.rate_per)
            for name, (over, under) in request.rates.items()
        }
        rows.append((*place, *shown.values(), *publics.values(), *ratios.values(), *rates.values()))
    return SafeTable(
        rows=tuple(rows),
        withheld=withheld,
        hidden=sum(bool(hidden[count, place]) for count in grid.values for place in grid.places),
        **_told(request),
        seal=_SEAL,
    )


def _told(request: TableRequest) -> dict[str, Any]:
    """Give what a printed table says of itself."""
    same = (
        "by counts percentages within labels total_label population threshold zeros_shown "
        "publics rates rate_per rounded_to made_of subtotals over coarsened exclusive adding_up"
    )
    told = {name: getattr(request, name) for name in same.split()}
    for name in ("decisions", "events"):
        told[name] = tuple(n for n in request.counts if n in getattr(request, name))
    return told


def blank_table(request: TableRequest, grid: Grid) -> PrintedTable:
    """Give the table with every count hidden and no ratios: its form, and nothing of its content.

    Parameters
    ----------
    request, grid : TableRequest, Grid
        The table.
    """
    form = _told(request) | {"percentages": {}, "rates": {}, "publics": (), "zeros_shown": False}
    rows = tuple((*place, *[HIDDEN_MARK] * len(request.counts)) for place in grid.places)
    return PrintedTable(rows=rows, withheld="", hidden=0, **form)


def _counts_at(
    request: TableRequest, grid: Grid, hidden: Mapping[tuple[str, Place], bool], position: int
) -> dict[str, int | str]:
    """Give the counts of one row as printed."""
    place = grid.places[position]
    return {
        count: HIDDEN_MARK
        if hidden[count, place]
        else rounded(int(values[position]), 1 if count in request.decisions else request.rounded_to)
        for count, values in grid.values.items()
    }


def _ratio(over: int | str, under: int | str, *, per: int) -> float | str:
    """Give `per` * over / under to one decimal place, half upwards, from what is printed only."""
    if isinstance(over, str) or isinstance(under, str):
        return HIDDEN_MARK
    if under == 0:
        return NOT_APPLICABLE_MARK
    return (20 * per * over + under) // (2 * under) / 10


def agrees(
    table: PrintedTable, request: TableRequest, grid: Grid, shown: Set[Key] = frozenset()
) -> bool:
    """Say whether a printed table is the one that is asked for, and prints these numbers.

    Parameters
    ----------
    table : PrintedTable
        A table that is out.
    request, grid : TableRequest, Grid
        What is asked for.
    shown : set of Key
        Counts that are rightly out, which may be shown however small they are.
    """
    told = _told(request)
    if any(getattr(table, name) != value for name, value in told.items()):
        return False
    places = [row[: len(table.by)] for row in table.rows]
    if places != grid.places:
        return False
    if _shows_small(table, shown):
        return False
    pattern = {
        (count, row[: len(table.by)]): row[table.columns.index(count)] == HIDDEN_MARK
        for row in table.rows
        for count in table.counts
    }
    return print_table(request, grid, pattern, withheld=table.withheld).rows == table.rows


def _shows_small(table: PrintedTable, shown: Set[Key]) -> bool:
    """Say whether a table prints a count that its own threshold hides."""
    guarded = [name for name in table.counts if name not in table.decisions]
    return any(
        value != HIDDEN_MARK
        and 0 < value < table.threshold
        and key_of(table, name, row) not in shown
        for row in table.rows
        for name, value in ((name, row[table.columns.index(name)]) for name in guarded)
    )


def sealed(table: PrintedTable, request: TableRequest) -> SafeTable:
    """Give a table that is out already as one that may be shared again.

    Its headings are declared again where the request declares the very same words: what was read
    back from the ledger is plain text.

    Parameters
    ----------
    table : PrintedTable
        A table that :func:`agrees` with what is asked for.
    request : TableRequest
        What is asked for.
    """
    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    asked = request.labels
    plain["labels"] = {
        name: asked[name] if asked.get(name) == text else text
        for name, text in table.labels.items()
    }
    return SafeTable(**plain, seal=_SEAL)
