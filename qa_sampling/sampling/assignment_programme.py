"""The integer programme that gives each case one person, solved goal by goal.

Used twice, for auditors and for moderators. The goals are met in order, each without
giving up anything of those before it (a lexicographic optimum):

1. `firsts`: role shares unmet, or moderators in line with the auditor; as few as can be;
2. loads level: the sum of load squared over cap; with equal caps this also makes the
   largest load as small as it can be;
3. preferences: repeats of a worker, a team or an auditor, and other services; as few as
   can be, weighted;
4. tickets: of all solutions still equal, the one whose tickets sum to least, first by
   their leading 20 bits, then by the next 20.

Each goal is first solved as a linear programme. Where the groups of the preferences nest
(workers within teams), it is a network flow: its corners are whole numbers, and the
solutions that keep a goal are just those in which every column with a reduced cost stays
at its bound, so that the next goal is a smaller network. Where they do not nest and a
corner is not whole, the goal is solved with whole numbers asked for and kept by a row.

All costs are whole numbers. After every solve the solution is rounded and its costs are
counted again in whole numbers. The tickets make the optimum unique but for chance (about
pairs / 2**40, so 3 in 100 million for 300 cases and 100 auditors), and a unique optimum
does not depend on the solver, its version or the machine. Cases and people are sorted
before anything is built, so that row order does not count either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import coo_array, csr_array, vstack

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.pair_tickets import PAIR_BITS

LEVEL_UNIT = 2520
"""Cost of one audit relative to a cap of one; every cap up to 10 divides it."""

_INFEASIBLE = 2
_ZERO = 1e-6
_WHOLE = 1e-4


@dataclass(frozen=True)
class Spread:
    """Repeats to avoid: cases with the same code should not go to the same person.

    Attributes
    ----------
    codes : ndarray of int
        One code a case; -1 where the case belongs to no group.
    weight : int
        Cost of each case of a group after the first, for one person.
    """

    codes: np.ndarray
    weight: int


@dataclass(frozen=True)
class Share:
    """A wanted minimum: `minimum` cases in all for the people marked in `members`."""

    members: np.ndarray
    minimum: int


@dataclass(frozen=True)
class Programme:
    """One assignment problem: C cases by P people.

    Attributes
    ----------
    eligible : ndarray of bool, (C, P)
        Allowed pairs.
    caps : ndarray of int, (P,)
        Most cases of each person.
    tickets : ndarray of int, (C, P)
        The leading ``PAIR_BITS`` bits of each pair's ticket.
    avoided : ndarray of int, (C, P)
        Cost of a pair before all else.
    penalties : ndarray of int, (C, P)
        Cost of a pair among the preferences.
    spreads : tuple of Spread
        Repeats to avoid, among the preferences.
    shares : tuple of Share
        Wanted minima; each case short costs 1 before all else.
    """

    eligible: np.ndarray
    caps: np.ndarray
    tickets: np.ndarray
    avoided: np.ndarray
    penalties: np.ndarray
    spreads: tuple[Spread, ...] = ()
    shares: tuple[Share, ...] = ()

    @cached_property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Allowed pairs as case numbers and person numbers."""
        return np.nonzero(self.eligible & (self.caps > 0))


def solve(programme: Programme, *, as_network: bool = True) -> np.ndarray | None:
    """Give the person of each case, or None when no assignment keeps to pairs and caps.

    Parameters
    ----------
    programme : Programme
        The problem; cases and people in a canonical order.
    as_network : bool
        Whether to try the linear programmes first. The answer is the same; without them it
        takes some ten times as long.

    Returns
    -------
    ndarray of int, (C,) or None
        Person numbers.

    Raises
    ------
    AssignmentError
        When the solver stops without an answer it can stand by.
    """
    cases = len(programme.eligible)
    rows, people = programme.pairs
    if cases == 0:
        return np.zeros(0, dtype=int)
    if len(np.unique(rows)) < cases:
        return None
    model = _Model(programme)
    reached: list[tuple[np.ndarray, int]] = []
    for goal in model.goals():
        values = model.minimise(goal, as_network=as_network)
        if values is None and not reached:
            return None
        refuse_if_given_up(values, reached)
        reached.append((goal, int(goal @ values)))
        if model.is_settled():
            break
    picked = np.flatnonzero(values[: len(rows)])
    return people[picked][np.argsort(rows[picked], kind="stable")]


def refuse_if_given_up(values: np.ndarray | None, reached: list[tuple[np.ndarray, int]]) -> None:
    """Refuse a solution that is missing, or does not cost what each earlier goal reached.

    Parameters
    ----------
    values : ndarray of int or None
        Whole-number values of all columns.
    reached : list of (ndarray of int, int)
        Costs of each earlier goal, and what it reached.

    Raises
    ------
    AssignmentError
        A fault of the solver, never of the data.
    """
    if values is None or any(int(costs @ values) != cost for costs, cost in reached):
        raise AssignmentError(
            "The solver gave up an earlier goal while meeting a later one. Nothing was assigned; "
            "please report this with the versions of scipy and of this package."
        )


def level_costs(cap: int, most: int) -> list[int]:
    """Give the cost of a person's first, second … case: never falling, by load squared over cap."""
    return [LEVEL_UNIT * (2 * number - 1) // cap for number in range(1, most + 1)]


class _Model:
    """Rows: cases, loads, repeats, shares; all equalities. Columns: pairs, steps and slacks."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.rows, self.people = programme.pairs
        self._high: list[float] = [1.0] * len(self.rows)
        self._costs: dict[str, dict[int, int]] = {"first": {}, "level": {}, "prefer": {}}
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._sides: list[float] = []
        self._add_cases()
        steps = self._add_loads()
        for spread in programme.spreads:
            self._add_spread(spread)
        for share in programme.shares:
            self._add_share(share, steps)
        self.matrix = self._matrix()
        self.sides = np.array(self._sides)
        self.low, self.high = np.zeros(len(self._high)), np.array(self._high)
        self.kept: list[tuple[np.ndarray, int]] = []

    def _column(self, high: float, goal: str | None = None, cost: int = 0) -> int:
        self._high.append(high)
        column = len(self._high) - 1
        if goal is not None:
            self._costs[goal][column] = cost
        return column

    def _row(self, columns: np.ndarray, values: np.ndarray, side: float) -> None:
        self._parts.append((np.full(len(columns), len(self._sides)), columns, values))
        self._sides.append(side)

    def _add_cases(self) -> None:
        starts = np.searchsorted(self.rows, np.arange(len(self.programme.eligible) + 1))
        for first, last in pairwise(starts):
            self._row(np.arange(first, last), np.ones(last - first), 1)

    def _add_loads(self) -> dict[int, list[int]]:
        steps: dict[int, list[int]] = {}
        for person in np.unique(self.people):
            pairs = np.flatnonzero(self.people == person)
            cap = int(self.programme.caps[person])
            costs = level_costs(cap, min(cap, len(pairs)))
            steps[int(person)] = [self._column(1, "level", cost) for cost in costs]
            columns = np.concatenate([pairs, steps[int(person)]])
            self._row(columns, np.append(np.ones(len(pairs)), -np.ones(len(costs))), 0)
        return steps

    def _add_spread(self, spread: Spread) -> None:
        codes = spread.codes[self.rows]
        keys = codes * len(self.programme.caps) + self.people
        order = np.argsort(keys, kind="stable")
        order = order[codes[order] >= 0]
        for members in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
            if len(members) > 1:
                repeats = self._column(len(members) - 1, "prefer", spread.weight)
                columns = np.append(members, [repeats, self._column(1)])
                self._row(columns, np.append(np.ones(len(members)), [-1, 1]), 1)

    def _add_share(self, share: Share, steps: dict[int, list[int]]) -> None:
        taken = [column for person, own in steps.items() if share.members[person] for column in own]
        short, over = self._column(share.minimum, "first", 1), self._column(len(taken))
        columns = np.array([*taken, short, over], dtype=int)
        self._row(columns, np.append(np.ones(len(taken) + 1), -1), share.minimum)

    def _matrix(self) -> csr_array:
        rows, columns, values = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        shape = (len(self._sides), len(self._high))
        return csr_array(coo_array((values, (rows, columns)), shape=shape))

    def goals(self) -> list[np.ndarray]:
        """Give the costs of the goals, in order; a goal that costs nothing is left out."""
        count = len(self.rows)
        pairs = (self.rows, self.people)
        goals = np.zeros((5, len(self._high)), dtype=np.int64)
        for goal, costs in zip(goals, self._costs.values(), strict=False):
            goal[list(costs)] = list(costs.values())
        goals[0, :count] = self.programme.avoided[pairs]
        goals[2, :count] = self.programme.penalties[pairs]
        half = 2 ** (PAIR_BITS // 2)
        goals[3, :count] = self.programme.tickets[pairs] // half
        goals[4, :count] = self.programme.tickets[pairs] % half
        return [goal for goal in goals if goal.any()]

    def is_settled(self) -> bool:
        """Whether a single person is left for each case, so that further goals cannot matter."""
        return int(self.high[: len(self.rows)].sum()) == len(self.programme.eligible)

    def minimise(self, goal: np.ndarray, *, as_network: bool) -> np.ndarray | None:
        """Give the columns, in whole numbers, that meet one goal best, and hold it from now on.

        None when there is no solution.
        """
        if as_network and not self.kept:
            found = linprog(
                goal.astype(float),
                A_eq=self.matrix,
                b_eq=self.sides,
                bounds=np.column_stack([self.low, self.high]),
                method="highs-ds",
            )
            if found.status == _INFEASIBLE:
                return None
            values = self._counted(found, goal)
            if values is not None:
                self.high = np.where(found.lower.marginals > _ZERO, self.low, self.high)
                self.low = np.where(found.upper.marginals < -_ZERO, self.high, self.low)
                return values
        return self._minimise_whole(goal)

    def _minimise_whole(self, goal: np.ndarray) -> np.ndarray | None:
        whole = np.zeros(len(goal))
        whole[: len(self.rows)] = 1
        rows = [csr_array(kept.astype(float)[None, :]) for kept, _ in self.kept]
        costs = np.array([cost for _, cost in self.kept], dtype=float)
        low = np.concatenate([self.sides, np.full(len(costs), -np.inf)])
        found = milp(
            goal.astype(float),
            integrality=whole,
            bounds=Bounds(self.low, self.high),
            constraints=LinearConstraint(
                vstack([self.matrix, *rows], format="csr"), low, np.append(self.sides, costs)
            ),
            options={"mip_rel_gap": 0.0},
        )
        values = self._counted(found, goal)
        if values is not None:
            self.kept.append((goal, int(goal @ values)))
        return values

    def _counted(self, found: OptimizeResult, goal: np.ndarray) -> np.ndarray | None:
        """Give a solution in whole numbers; None when there is none or it is not whole."""
        if found.x is None:
            return None
        values = np.rint(found.x)
        whole = np.abs(values - found.x).max() < _WHOLE and abs(goal @ values - found.fun) < 0.5
        exact = whole and (self.matrix @ values == self.sides).all()
        return values.astype(np.int64) if exact else None
