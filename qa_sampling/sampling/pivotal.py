"""The pivotal method: cases duel in pairs until each is drawn or not (Deville and Tillé 1998).

In a duel of probabilities a and b with a + b < 1 one of the two is left with a + b, the other
with nothing; with a + b >= 1 one is drawn and the other is left with a + b - 1. The chances
keep every probability as it was. Counted in whole units of 2**-52, sums and duels are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from qa_sampling.sampling.chance import Chance
from qa_sampling.sampling.probabilities import UNIT

Toss = Callable[[int, int, int], bool]


def duel(a: int, b: int, step: int, toss: Toss) -> tuple[int, int]:
    """Let two cases duel: their new units.

    Parameters
    ----------
    a, b : int
        Their units, above 0 and below :data:`UNIT`.
    step : int
        Number of the duel.
    toss : callable
        ``toss(step, heads, total)``.
    """
    both = a + b
    if both < UNIT:
        return (both, 0) if toss(step, a, both) else (0, both)
    if both == UNIT:
        return (UNIT, 0) if toss(step, a, UNIT) else (0, UNIT)
    first = toss(step, UNIT - b, 2 * UNIT - both)
    return (UNIT, both - UNIT) if first else (both - UNIT, UNIT)


def pivotal(units: Sequence[int], order: Sequence[int], chance: Chance) -> np.ndarray:
    """Draw by duels along an order: the survivor of each meets the next case.

    Parameters
    ----------
    units : sequence of int
        Units of each case, above 0 and below :data:`UNIT`; whole cases in all.
    order : sequence of int
        Places of the cases, in the order in which they enter.
    chance : Chance
        What decides the duels.

    Returns
    -------
    ndarray of bool
        Who is drawn. Neighbours in the order are seldom drawn together.
    """
    left = list(units)
    holder, step = -1, 0
    for place in order:
        if holder < 0:
            holder = place
            continue
        step += 1
        left[holder], left[place] = duel(left[holder], left[place], step, chance.toss)
        undecided = [where for where in (holder, place) if 0 < left[where] < UNIT]
        holder = undecided[0] if undecided else -1
    return np.array([value == UNIT for value in left], dtype=bool)


def pivotal_joint(units: Sequence[int], order: Sequence[int]) -> np.ndarray:
    """Give the joint inclusion probabilities of the pivotal method along a fixed order.

    Parameters
    ----------
    units, order
        As for :func:`pivotal`.

    Returns
    -------
    ndarray of float, cases by cases
        The diagonal holds the inclusion probabilities.

    Notes
    -----
    What the survivor holds after each duel is the fractional part of the running sum,
    whoever it is. Before case j enters, case i is drawn already (chance s), survives (chance c)
    or is out. Drawn already: j's chance is what it was. Surviving with a: the two duel, and
    both are drawn with chance max(0, a + b - 1). So the pair has s b + c max(0, a + b - 1)
    (derived here; Chauvet 2012, Bernoulli 18:1320-1340, gives an equivalent form).
    """
    count = len(units)
    joint = np.zeros((count, count))
    survives, drawn = np.zeros(count), np.zeros(count)
    running = 0
    for place in order:
        held, b = (running % UNIT) / UNIT, units[place] / UNIT
        pairs = drawn * b + survives * max(0, running % UNIT + units[place] - UNIT) / UNIT
        joint[place], joint[:, place] = pairs, pairs
        joint[place, place] = b
        running += units[place]
        _enter(
            survives, drawn, place, held, b, full=(running // UNIT) * UNIT > running - units[place]
        )
    return joint


def _enter(
    survives: np.ndarray, drawn: np.ndarray, place: int, held: float, b: float, *, full: bool
) -> None:
    """Let a case enter: the chances to survive and to be drawn, in place."""
    if not full:
        stays = held / (held + b)
        survives *= stays
        survives[place] = 1 - stays
        return
    wins = (1 - b) / (2 - held - b)
    drawn += survives * wins
    survives *= 1 - wins
    drawn[place], survives[place] = 1 - wins, wins
