"""Systematic sampling: every interval of the ordered list gives one case, exactly.

The list is ordered, by several columns in turn and back again (serpentine), so that the
sample spreads over them: an implicit stratification. Probabilities are counted in whole units
of 2**-52, so a fractional interval never gives one case too few or too many.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.sampling.chance import BITS, Chance
from qa_sampling.sampling.probabilities import UNIT


def systematic(units: Sequence[int], order: Sequence[int], chance: Chance) -> np.ndarray:
    """Draw the cases in which a random start and every whole step from it fall.

    Parameters
    ----------
    units : sequence of int
        Units of each case, above 0 and below :data:`UNIT`; whole cases in all.
    order : sequence of int
        Places of the cases, in the order of the list.
    chance : Chance
        Gives the start.

    Returns
    -------
    ndarray of bool
        Who is drawn: a case whose piece of the running sum holds start, start + 1 ….
    """
    start = chance.start() * UNIT >> BITS
    drawn = np.zeros(len(units), dtype=bool)
    passed = 0
    for place in order:
        before = (passed - start + UNIT - 1) // UNIT
        passed += units[place]
        drawn[place] = (passed - start + UNIT - 1) // UNIT > before
    return drawn


def systematic_joint(units: Sequence[int], order: Sequence[int]) -> np.ndarray:
    """Give the joint inclusion probabilities of systematic sampling along a fixed order.

    Parameters
    ----------
    units, order
        As for :func:`systematic`.

    Returns
    -------
    ndarray of float, cases by cases
        Many are 0: no design-based variance can be estimated without a model. The diagonal holds
        the inclusion probabilities.

    Notes
    -----
    A pair's probability is the length of the starts that draw both (Madow 1949, Annals of
    Mathematical Statistics 20:333-354): all starts are cut at the ends of all pieces.
    """
    ends = [0]
    for place in order:
        ends.append(ends[-1] + units[place])
    cuts = sorted({end % UNIT for end in ends} | {0, UNIT})
    lengths = np.diff(np.array([cut / UNIT for cut in cuts]))
    holds = np.zeros((len(units), len(cuts) - 1))
    index = {cut: number for number, cut in enumerate(cuts)}
    for place, low, high in zip(order, ends, ends[1:], strict=False):
        first, last = index[low % UNIT], index[high % UNIT]
        if low // UNIT == high // UNIT:
            holds[place, first:last] = 1
        else:
            holds[place, first:] = 1
            holds[place, :last] = 1
    return (holds * lengths) @ holds.T


def serpentine(table: pd.DataFrame, *, turning: bool = True) -> list[int]:
    """Order the rows of a table by its columns, in turn up and down.

    Parameters
    ----------
    table : DataFrame
        Columns of text or numbers, the most important first; the last must be free of ties.
        Missing values come last on the way up.
    turning : bool
        Whether the second and later columns change direction with every new value of the one
        before, so that neighbours stay alike; plainly ascending when false.

    Returns
    -------
    list of int
        Places of the rows, in order.
    """
    ranks = [_ranks(table[name]) for name in table.columns]
    return _walk(list(range(len(table))), ranks, turning)


def _ranks(values: pd.Series) -> list[int]:
    present = values[values.notna()].tolist()
    rank = {value: number for number, value in enumerate(sorted(set(present)))}
    missing = values.isna().tolist()
    return [
        len(rank) if absent else rank[value]
        for value, absent in zip(values.tolist(), missing, strict=True)
    ]


def _walk(places: list[int], ranks: list[list[int]], turning: bool) -> list[int]:
    """Sort by all columns; a column runs down below every second value met so far."""
    ordered = sorted(places, key=lambda place: [rank[place] for rank in ranks])
    for depth in range(1, len(ranks) if turning else 1):
        pieces: dict[tuple[int, ...], list[int]] = {}
        for place in ordered:
            pieces.setdefault(tuple(rank[place] for rank in ranks[:depth]), []).append(place)
        ordered = []
        for number, piece in enumerate(pieces.values()):
            rest = sorted(piece, key=lambda place: [rank[place] for rank in ranks[depth:]])
            ordered += rest if number % 2 == 0 else _downwards(rest, ranks[depth])
    return ordered


def _downwards(piece: list[int], rank: list[int]) -> list[int]:
    return sorted(piece, key=lambda place: -rank[place])
