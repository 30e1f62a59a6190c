"""How many of each stratum a draw takes: fixed numbers, or targets rounded by tickets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.rounding import UNIT, Cell, controlled_rounding
from qa_sampling.sampling.targets import cell_targets

if TYPE_CHECKING:
    from qa_sampling.sampling.selection import Size

_LABELS = ("stratum", "row", "column")


def cells_of(cases: pd.DataFrame, labels: Sequence[str]) -> list[Cell]:
    """Give the cells of a frame in order: stratum, row and column.

    Parameters
    ----------
    cases : DataFrame
        With `row` and `column`.
    labels : sequence of str
        Stratum of each case.
    """
    margins = (cases[name].tolist() for name in _LABELS[1:])
    return sorted(set(zip(labels, *margins, strict=True)))


def drawn_sizes(
    cells: list[Cell],
    population: Mapping[str, int],
    available: Mapping[str, int],
    size: Size,
    *,
    toss: Callable[[int, int, int], bool],
    order: Mapping[str, str],
) -> pd.DataFrame:
    """Settle how many of each stratum are audited, from the cases that stand in it.

    Parameters
    ----------
    cells : list of cell
        Stratum, row and column label of every stratum.
    population, available : mapping of str to int
        Cases by stratum: in the frame, and those that stand when one child stands for a family.
    size : Size
        How many, and from where.
    toss : callable
        Coin of the rounding (``rounding.coin``).
    order : mapping of str to str
        Tickets of the strata, which order the cells for the rounding.

    Returns
    -------
    DataFrame
        One row a stratum: the columns of ``Draw.allocation`` but `reserves`.

    Raises
    ------
    AllocationError
        When the size cannot be met.
    """
    if size.audits > sum(available.values()):
        raise AllocationError(
            f"{size.audits} audits were asked for, but only {sum(available.values())} cases can be "
            f"drawn (of {sum(population.values())} in the frame, one child standing for each "
            f"family). Ask for fewer, or widen who is eligible."
        )
    if size.rounding == "controlled":
        target, sampled, bound = _controlled(cells, available, size, toss, order)
    elif size.rounding == "fixed":
        target, sampled, bound = _fixed(cells, available, size)
    else:
        raise AllocationError(
            f"`rounding` {size.rounding!r} is unknown; choose 'controlled' or 'fixed'."
        )
    return pd.DataFrame(
        {
            **{name: [cell[at] for cell in cells] for at, name in enumerate(_LABELS)},
            "population": [int(population[cell[0]]) for cell in cells],
            "available": [int(available[cell[0]]) for cell in cells],
            "target": [target[cell[0]] for cell in cells],
            "sampled": [sampled[cell[0]] for cell in cells],
            "bound": [bound[cell[0]] for cell in cells],
        }
    )


def _controlled(
    cells: list[Cell],
    available: Mapping[str, int],
    size: Size,
    toss: Callable[[int, int, int], bool],
    order: Mapping[str, str],
) -> tuple[dict[str, float], dict[str, int], dict[str, str]]:
    if size.certainty or size.maximum is not None or size.minimum not in (None, 0, 1):
        raise AllocationError(
            "Bounds of single strata and certainty strata go with rounding='fixed'; with "
            "'controlled' bound the rows and columns instead."
        )
    units = cell_targets(
        {cell: available[cell[0]] for cell in cells},
        size.audits,
        **size.measure,
        row_minimum=size.row_minimum,
        row_maximum=size.row_maximum,
        column_minimum=size.column_minimum,
        column_maximum=size.column_maximum,
    )
    line = sorted(units, key=lambda cell: (order.get(cell[0], ""), cell))
    whole = controlled_rounding(units, toss, order=line)
    target = {cell[0]: units.get(cell, 0) / UNIT for cell in cells}
    sampled = {cell[0]: whole.get(cell, 0) for cell in cells}
    bound = {
        cell[0]: "no cases left"
        if not available[cell[0]]
        else "all taken"
        if units[cell] == available[cell[0]] * UNIT
        else ""
        for cell in cells
    }
    return target, sampled, bound


def _fixed(
    cells: list[Cell], available: Mapping[str, int], size: Size
) -> tuple[dict[str, float], dict[str, int], dict[str, str]]:
    result = allocate(
        {cell[0]: available[cell[0]] for cell in cells},
        size.audits,
        **size.measure,
        minimum=size.minimum,
        maximum=size.maximum,
        certainty=size.certainty,
        groups={cell[0]: cell[1] for cell in cells},
        group_minimum=size.row_minimum,
        group_maximum=size.row_maximum,
        columns={cell[0]: cell[2] for cell in cells},
        column_minimum=size.column_minimum,
        column_maximum=size.column_maximum,
    )
    sizes = result.sizes
    bound = dict(zip(result.table["stratum"], result.table["bound"], strict=True))
    return {label: float(value) for label, value in sizes.items()}, sizes, bound
