"""Which cells to hide so that nobody can work the small ones out: cells and sums, solved exactly.

Tables are a list of cells and a list of sums ("these parts make that total"). An attacker sees
the open cells, rounded or not, knows the sums and the least value a hidden cell can have. Cells
are hidden at least cost such that for every hidden cell the attacker must allow for a value of at
least the threshold, and for a range at least one less than the threshold wide.

Source: Fischetti, M. and Salazar-González, J. J. (2000), "Models and algorithms for optimizing
cell suppression in tabular data with linear constraints", Journal of the American Statistical
Association 95, 916-928: an integer programme over the pattern of hidden cells, to which the
dual of each attack that succeeds is added as a cut, until none does.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult
from scipy.sparse import csr_array, hstack, vstack

from qa_sampling.reporting.solving import least, whole_numbers

OPEN, FREE, HIDDEN = -1, 0, 1
_TOLERANCE = 1e-6
_MANY = (1, 2, 3, 5)


@dataclass(frozen=True)
class Cells:
    """Cells and the sums that tie them.

    Attributes
    ----------
    values : array of int, shape (n,)
        True counts, none negative.
    sums : sparse array, shape (m, n)
        One row a sum: 1 at each part, -1 at the total.
    down, up : array of float, shape (n,)
        How far an attacker can think each cell below and above its true value when it is hidden
        and no sum bounds it.
    slack_down, slack_up : array of float, shape (n,)
        The same when it is shown: 0, or what rounding leaves open.
    cost : array of float, shape (n,)
        What hiding a cell costs, positive; unequal costs make the answer unique.
    state : array of int, shape (n,)
        `OPEN` (never hidden), `HIDDEN` (always) or `FREE`.
    guarded : array of bool, shape (n,)
        Whether the cell must be protected when it is hidden.
    threshold : array of int, shape (n,)
        Smallest count that may be known; 6 hides 1 to 5.
    """

    values: np.ndarray
    sums: csr_array
    down: np.ndarray
    up: np.ndarray
    slack_down: np.ndarray
    slack_up: np.ndarray
    cost: np.ndarray
    state: np.ndarray
    guarded: np.ndarray
    threshold: np.ndarray

    def room(self, pattern: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give how far each cell can be thought down and up when these cells are hidden."""
        down = np.where(pattern, self.down, self.slack_down)
        return down, np.where(pattern, self.up, self.slack_up)


def hide(cells: Cells, *, time_limit_s: float = 20.0) -> np.ndarray | None:
    """Give the cheapest safe pattern of hidden cells.

    Parameters
    ----------
    cells : Cells
        The table.
    time_limit_s : float
        Seconds for the exact answer. After that a safe pattern is built cell by cell, which
        hides more than is needed.

    Returns
    -------
    array of bool, or None
        Which cells are hidden; None when no pattern is safe with the cells that must stay open.
    """
    if not (cells.state == HIDDEN).any():
        return np.zeros(len(cells.values), dtype=bool)
    deadline = time.monotonic() + time_limit_s
    cuts = csr_array(np.array(_line_cuts(cells)).reshape(-1, len(cells.values)))
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return _hide_in_turn(cells)
        solved, pattern = _cheapest(cells, cuts, left)
        if not solved:
            return _hide_in_turn(cells)
        if pattern is None:
            return None
        found = _cuts(cells, pattern, deadline)
        if found is None:
            return _hide_in_turn(cells)
        if not found:
            return pattern
        cuts = vstack([cuts, csr_array(np.array(found))], format="csr")


def _line_cuts(cells: Cells) -> list[np.ndarray]:
    """No sum may hold exactly one hidden cell, unless rounding leaves its others open."""
    found = []
    sums = cells.sums.tocsr()
    loose = cells.slack_down + cells.slack_up > 0
    for line in range(sums.shape[0]):
        members = sums.indices[sums.indptr[line] : sums.indptr[line + 1]]
        if loose[members].any():
            continue
        for cell in members[cells.guarded[members] & (cells.state[members] != OPEN)]:
            cut = np.zeros(len(cells.values))
            cut[members] = 1.0
            cut[cell] = -1.0
            found.append(cut)
    return found


def _cheapest(cells: Cells, cuts: csr_array, left: float) -> tuple[bool, np.ndarray | None]:
    """Solve for the cheapest pattern that meets the cuts: whether solved, and the pattern."""
    answer = whole_numbers(
        cells.cost,
        Bounds((cells.state == HIDDEN).astype(float), (cells.state != OPEN).astype(float)),
        LinearConstraint(cuts, lb=0) if cuts.shape[0] else None,
        time_limit=left,
        mip_rel_gap=0.0,
    )
    if answer.status == 2:
        return True, None
    if answer.status != 0:
        return False, None
    return True, answer.x > 0.5


def _cuts(cells: Cells, pattern: np.ndarray, deadline: float = np.inf) -> list[np.ndarray] | None:
    """Attack every hidden cell; give a cut for each that learns too much, None when time is up."""
    found = []
    best_up, best_down = _all_at_once(cells, pattern)
    for cell in np.flatnonzero(pattern & cells.guarded):
        need_up = max(int(cells.threshold[cell] - cells.values[cell]), 0)
        need_width = int(cells.threshold[cell]) - 1
        if _enough(best_up[cell], best_down[cell], need_up, need_width):
            continue
        if time.monotonic() > deadline:
            return None
        reach, weights, given = [], [], []
        for sign in (1, -1):
            deviation, weight, spare = _furthest(cells, pattern, cell, sign)
            np.maximum(best_up, deviation, out=best_up)
            np.maximum(best_down, -deviation, out=best_down)
            reach.append(sign * deviation[cell])
            weights.append(weight)
            given.append(spare)
            if reach[0] >= max(need_up, need_width):
                break
        if reach[0] < need_up - _TOLERANCE:
            found.append(_cut(weights[0], cell, need_up - given[0]))
        if sum(reach) < need_width - _TOLERANCE:
            found.append(_cut(sum(weights), cell, need_width - sum(given)))
    return found


def _all_at_once(cells: Cells, pattern: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stretch all hidden cells together, some up and some down; give how far each went."""
    best_up, best_down = np.zeros(len(pattern)), np.zeros(len(pattern))
    which = np.flatnonzero(pattern & cells.guarded)
    for many in _MANY:
        need_up = np.maximum(cells.threshold - cells.values, 0)[which]
        width = (best_up + best_down)[which]
        which = which[(best_up[which] < need_up) | (width < cells.threshold[which] - 1)]
        for sign in (1.0, -1.0) if len(which) else ():
            objective = np.zeros(len(pattern))
            objective[which] = np.where(np.arange(len(which)) // many % 2, sign, -sign)
            deviation = _stretched(cells, pattern, objective).x
            np.maximum(best_up, deviation, out=best_up)
            np.maximum(best_down, -deviation, out=best_down)
    return best_up, best_down


def _stretched(cells: Cells, pattern: np.ndarray, objective: np.ndarray) -> OptimizeResult:
    """Find deviations that fit all sums and make an objective least."""
    down, up = cells.room(pattern)
    nothing = np.zeros(cells.sums.shape[0])
    bounds = np.column_stack([-down, up])
    return least(objective, A_eq=cells.sums, b_eq=nothing, bounds=bounds)


def _enough(up: float, down: float, need_up: float, need_width: float) -> bool:
    return up >= need_up - _TOLERANCE and up + down >= need_width - _TOLERANCE


def _furthest(
    cells: Cells, pattern: np.ndarray, cell: int, sign: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Move one cell as far as the attacker must allow; give all deviations and the dual's weights.

    For any pattern x the move is at most the weights times x, and what rounding gives.
    """
    objective = np.zeros(len(pattern))
    objective[cell] = -sign
    answer = _stretched(cells, pattern, objective)
    reduced = objective - cells.sums.T @ answer.eqlin.marginals
    reduced[np.abs(reduced) < 1e-9] = 0.0
    lower, upper = np.maximum(reduced, 0), np.maximum(-reduced, 0)
    spare = float(lower @ cells.slack_down + upper @ cells.slack_up)
    weights = lower * (cells.down - cells.slack_down) + upper * (cells.up - cells.slack_up)
    return answer.x, weights, spare


def _cut(weights: np.ndarray, cell: int, need: float) -> np.ndarray:
    """Turn "at most weights · x" into "when the cell is hidden, hide enough to reach the need"."""
    coefficients = np.minimum(weights, need)
    coefficients[cell] -= need
    return coefficients


def _hide_in_turn(cells: Cells) -> np.ndarray | None:
    """Protect one cell after another by the cheapest moves: safe, but more than is needed."""
    hidden = cells.state == HIDDEN
    waiting = _too_near(cells, hidden)
    while waiting:
        cell = waiting.pop(0)
        added = _cover(cells, hidden, cell)
        if added is None:
            return None
        waiting += [other for other in added if cells.guarded[other]]
        hidden[added] = True
    return hidden


def _too_near(cells: Cells, hidden: np.ndarray) -> list[int]:
    """Give the hidden cells that moving many at once has not shown to be safe."""
    up, down = _all_at_once(cells, hidden)
    need_up = np.maximum(cells.threshold - cells.values, 0)
    near = (up < need_up - _TOLERANCE) | (up + down < cells.threshold - 1 - _TOLERANCE)
    return list(np.flatnonzero(hidden & cells.guarded & near))


def _cover(cells: Cells, hidden: np.ndarray, cell: int) -> np.ndarray | None:
    """Give the cells to hide besides, so that one cell can move far enough."""
    need_up = int(cells.threshold[cell] - cells.values[cell])
    width = int(cells.threshold[cell]) - 1
    moved = _move(cells, hidden, cell, max(need_up, width))
    if moved is None:
        upwards = _move(cells, hidden, cell, need_up) if need_up > 0 else np.zeros_like(hidden)
        downwards = _move(cells, hidden, cell, -(width - max(need_up, 0)))
        if upwards is None or downwards is None:
            return None
        moved = upwards | downwards
    return np.flatnonzero(moved & ~hidden)


def _move(cells: Cells, hidden: np.ndarray, cell: int, by: float) -> np.ndarray | None:
    """Find the cheapest deviations that move one cell by a given amount; None when none can."""
    price = np.where(hidden, 0.0, cells.cost)
    allowed = cells.state != OPEN
    ceiling = np.concatenate([cells.up * allowed, cells.down * allowed])
    bounds = np.column_stack([np.zeros_like(ceiling), ceiling])
    way, other_way = (cell, cell + len(hidden)) if by > 0 else (cell + len(hidden), cell)
    if ceiling[way] < abs(by):
        return None
    bounds[other_way] = (0, 0)
    bounds[way] = (abs(by), abs(by))
    sums = hstack([cells.sums, -cells.sums], format="csr")
    answer = least(
        np.concatenate([price, price]),
        A_eq=sums,
        b_eq=np.zeros(sums.shape[0]),
        bounds=bounds,
    )
    if answer.status != 0:
        return None
    moved = answer.x[: len(hidden)] + answer.x[len(hidden) :]
    return moved > _TOLERANCE


def hidden_too(cells: Cells, which: np.ndarray) -> Cells:
    """Give the same table with further cells that must be hidden, where they may be."""
    state = np.where(which & (cells.state == FREE), HIDDEN, cells.state)
    return replace(cells, state=state)
