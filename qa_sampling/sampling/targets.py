"""Targets for controlled rounding: expected audits of every cell, within the bounds.

Targets are as close as can be (in relative entropy) to the method's measure while rows,
columns and cells keep their bounds: iterative proportional fitting with one-sided
corrections (Hildreth's procedure for entropy; Censor and Zenios 1997, Parallel
Optimization, ch. 6). The fit is then settled in whole millionths by the out-of-kilter method
(Ford and Fulkerson 1962, Flows in Networks, ch. 3), so that every bound is kept exactly and a
table is refused only when there is none. Every non-empty cell keeps a target above 0, so
everybody has a chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import Method, squared_measure
from qa_sampling.sampling.bounds import Bound, bounds_of
from qa_sampling.sampling.circulation import Arc, settle
from qa_sampling.sampling.rounding import UNIT, Cell

_ROUNDS = 20_000
_TOLERANCE = 1e-10
_STRETCH = (1, 1_000, UNIT)
"""Millionths by which a cell may leave its fitted target to keep the bounds, least first."""


@dataclass(frozen=True)
class _Margin:
    """One margin: the place of every cell in it and its bounds."""

    labels: list[str]
    place: np.ndarray
    low: np.ndarray
    high: np.ndarray


def cell_targets(
    populations: Mapping[Cell, int],
    n: int,
    *,
    method: Method = "proportional",
    standard_deviations: Mapping[str, float] | None = None,
    power: float | None = None,
    costs: Mapping[str, float] | None = None,
    row_minimum: Bound = None,
    row_maximum: Bound = None,
    column_minimum: Bound = None,
    column_maximum: Bound = None,
) -> dict[Cell, int]:
    """Give every cell its target in millionths of an audit; they add up to n audits.

    Parameters
    ----------
    populations : mapping of cell to int
        Cases by cell (stratum, row, column).
    n : int
        Audits in all.
    method : {"proportional", "equal", "square_root", "power", "neyman", "cost_optimal"}
        Measure that targets follow where no bound binds.
    standard_deviations, power, costs
        What the method needs; see ``allocation_measures.squared_measure``.
    row_minimum, row_maximum, column_minimum, column_maximum : int or mapping, optional
        Bounds of the margins in audits. One number holds for every label and bends to the
        cases there are; a mapping names labels and is kept or refused.

    Returns
    -------
    dict of cell to int
        No target exceeds the cell's cases; none of a non-empty cell is 0.

    Raises
    ------
    AllocationError
        When `n` is not possible or no table meets the bounds.
    """
    filled = sorted(cell for cell, size in populations.items() if size > 0)
    cases = sum(populations[cell] for cell in filled)
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= cases:
        raise AllocationError(
            f"`n` must be a whole number from 0 to the {cases} cases of the frame; got {n!r}."
        )
    if n == 0 or not filled:
        return dict.fromkeys(filled, 0)
    sizes = {cell[0]: populations[cell] for cell in filled}
    squares = squared_measure(sizes, method, standard_deviations, power=power, costs=costs)
    measure = np.array([math.sqrt(squares[cell[0]]) for cell in filled])
    if not (measure > 0).all():
        raise AllocationError(
            "A standard deviation of 0 would leave a stratum without a chance; give a small one."
        )
    most = np.array([populations[cell] for cell in filled], dtype=float)
    rows = _margin(filled, 1, populations, row_minimum, row_maximum, "row")
    columns = _margin(filled, 2, populations, column_minimum, column_maximum, "column")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        fitted = _fit(measure, most, n, (rows, columns))
    return _in_units(filled, fitted, n, most, (rows, columns))


def _margin(
    cells: Sequence[Cell],
    which: int,
    populations: Mapping[Cell, int],
    minimum: Bound,
    maximum: Bound,
    what: str,
) -> _Margin:
    labels = sorted({cell[which] for cell in cells})
    position = {label: index for index, label in enumerate(labels)}
    place = np.array([position[cell[which]] for cell in cells])
    sizes = dict.fromkeys(labels, 0)
    for cell in cells:
        sizes[cell[which]] += populations[cell]
    known = {cell[which] for cell in populations}
    low = bounds_of(minimum, sizes, default=0, what=f"{what} minimum", known=known)
    high = bounds_of(maximum, sizes, default=None, what=f"{what} maximum", known=known)
    for label, size in sizes.items():
        if low[label] > min(size, high[label]):
            raise AllocationError(
                f"The minimum of {label!r} is {low[label]} audits, but at most "
                f"{min(size, high[label])} are possible there."
            )
        if high[label] == 0:
            raise AllocationError(
                f"The maximum of {label!r} is 0, which leaves its {size} cases without a chance. "
                f"Give 1 or more, or leave them out of the frame."
            )
    ends = [np.array([bound[label] for label in labels], dtype=float) for bound in (low, high)]
    return _Margin(labels, place, *ends)


def _fit(measure: np.ndarray, most: np.ndarray, n: int, margins: tuple[_Margin, ...]) -> np.ndarray:
    """Scale the measure until total, margins and cells are within their bounds, or nearly."""
    if any(margin.low.sum() > n or margin.high.sum() < n for margin in margins):
        raise AllocationError(_why_not(n, margins))
    whole = np.array([float(n)])
    held = [*margins, _Margin(["total"], np.zeros(len(measure), int), whole, whole)]
    factors = [np.ones(len(margin.labels)) for margin in held]
    cap = np.ones(len(measure))
    fitted = measure * (n / math.fsum(measure))
    for _ in range(_ROUNDS):
        before = fitted
        loose = fitted / cap
        cap = np.minimum(1.0, most / loose)
        fitted = loose * cap
        for index, margin in enumerate(held):
            sums = np.bincount(margin.place, fitted, len(margin.labels)) / factors[index]
            wanted = np.clip(sums, margin.low, margin.high) / sums
            fitted = fitted * (wanted / factors[index])[margin.place]
            factors[index] = wanted
        if not np.isfinite(fitted).all():
            return np.minimum(before, most)
        if np.abs(fitted - before).max() <= _TOLERANCE and _meets(fitted, most, held):
            break
    return np.minimum(fitted, most)


def _meets(fitted: np.ndarray, most: np.ndarray, margins: list[_Margin]) -> bool:
    if (fitted > most + 1e-7).any():
        return False
    for margin in margins:
        sums = np.bincount(margin.place, fitted, len(margin.labels))
        if (sums < margin.low - 1e-7).any() or (sums > margin.high + 1e-7).any():
            return False
    return True


def _why_not(n: int, margins: tuple[_Margin, ...]) -> str:
    for margin in margins:
        if margin.low.sum() > n:
            return (
                f"{n} audits cannot meet the minima of {len(margin.labels)} rows or columns, which "
                f"add up to {int(margin.low.sum())}. Lower them or audit more."
            )
        if margin.high.sum() < n:
            return (
                f"{n} audits are more than the maxima allow ({int(margin.high.sum())}). "
                f"Raise them or audit fewer."
            )
    return (
        f"No table of {n} audits meets the bounds of rows and columns together and leaves every "
        f"case a chance. Loosen the bounds of the smaller margin."
    )


def _in_units(
    cells: Sequence[Cell],
    fitted: np.ndarray,
    n: int,
    most: np.ndarray,
    margins: tuple[_Margin, ...],
) -> dict[Cell, int]:
    """Give targets as whole millionths that add up to n and keep every bound exactly."""
    ceiling = [int(value) * UNIT for value in most]
    floors = [
        min(max(1, int(value * UNIT)), top) for value, top in zip(fitted, ceiling, strict=True)
    ]
    for stretch in (*_STRETCH, n * UNIT):
        ends = [
            (max(1, units - stretch), min(top, units + stretch))
            for units, top in zip(floors, ceiling, strict=True)
        ]
        arcs = _arcs(floors, ends, n, margins)
        if settle(arcs) is None:
            return dict(zip(cells, (arc.flow for arc in arcs), strict=False))
    raise AllocationError(_why_not(n, margins))


def _arcs(
    units: list[int], ends: list[tuple[int, int]], n: int, margins: tuple[_Margin, ...]
) -> list[Arc]:
    """See the table as a circulation: one arc a cell, row and column, and one for the total."""
    rows, columns = margins
    first, source = len(rows.labels), len(rows.labels) + len(columns.labels)
    sink = source + 1
    arcs = [
        Arc(int(row), first + int(column), flow, *between)
        for row, column, flow, between in zip(rows.place, columns.place, units, ends, strict=True)
    ]
    for margin, start in ((rows, 0), (columns, first)):
        sums = [0] * len(margin.labels)
        for place, value in zip(margin.place, units, strict=True):
            sums[place] += value
        for label, held in enumerate(sums):
            outer = (source, label) if start == 0 else (start + label, sink)
            bounds = (int(margin.low[label]) * UNIT, int(margin.high[label]) * UNIT)
            arcs.append(Arc(*outer, held, *bounds))
    arcs.append(Arc(sink, source, sum(units), n * UNIT, n * UNIT))
    return arcs
