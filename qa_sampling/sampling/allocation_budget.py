"""Audits that cost differently: the most precise within a budget, the cheapest within a variance.

With a cost by stratum, handing out audits by priority is no longer exact: the last of the
budget may be better spent otherwise. A threshold on ``a² / (c n (n + 1))`` gives an
allocation and a proof of how far from the best it can be (Lagrange); only audits whose
priority lies within that distance can be other in the best one. Those few are searched in
full, in order of distance, keeping what no other combination beats in both precision and cost
(Nemhauser and Ullmann 1969, Management Science 15:494-505; Pisinger 1997, Operations Research
45:758-767). All sums are exact fractions.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from qa_sampling.errors import AllocationError

_MOST_COMBINATIONS = 200_000
OUT_OF_REACH = (
    "The variance that is wanted is below what the maxima (or all cases) give. "
    "Raise the maxima or allow a larger variance."
)


@dataclass(frozen=True)
class _Problem:
    """Strata in the order of their labels, and what is asked of them."""

    labels: list[str]
    squares: list[Fraction]
    costs: list[Fraction]
    low: list[int]
    high: list[int]
    budget: Fraction | None
    gain: Fraction | None

    def step(self, place: int, audits: int) -> tuple[Fraction, Fraction]:
        """Give what one more audit of a stratum that has so many gains, and what it costs."""
        return self.squares[place] / (audits * (audits + 1)), self.costs[place]

    def is_met(self, gain: Fraction, cost: Fraction) -> bool:
        return cost <= self.budget if self.budget is not None else gain >= self.gain

    def rank(self, gain: Fraction, cost: Fraction) -> tuple[Fraction, Fraction]:
        """Give what is to be as large as possible, first things first."""
        return (gain, -cost) if self.budget is not None else (-cost, gain)


def within_budget(
    squares: Mapping[str, Fraction],
    costs: Mapping[str, float],
    budget: float,
    *,
    low: Mapping[str, int],
    high: Mapping[str, int],
) -> dict[str, int]:
    """Give the allocation with the least sum of ``a²/n`` that a budget pays for.

    Parameters
    ----------
    squares : mapping of str to Fraction
        Squared measure by stratum.
    costs : mapping of str to float
        Cost of an audit by stratum, above 0.
    budget : float
        What may be spent, in the unit of the costs.
    low, high : mapping of str to int
        Bounds by stratum; a stratum with a measure above 0 needs a minimum of at least 1.

    Raises
    ------
    AllocationError
        When the budget does not pay for the minima, or the search grows too large.
    """
    problem = _posed(squares, costs, low, high, budget=Fraction(budget))
    least = sum(cost * count for cost, count in zip(problem.costs, problem.low, strict=True))
    if least > problem.budget:
        raise AllocationError(
            f"A budget of {budget} does not pay for the minima, which cost {float(least):g}. "
            f"Lower the minima or raise the budget."
        )
    return _solve(problem)


def within_variance(
    squares: Mapping[str, Fraction],
    costs: Mapping[str, float],
    objective: Fraction,
    *,
    low: Mapping[str, int],
    high: Mapping[str, int],
) -> dict[str, int]:
    """Give the cheapest allocation whose sum of ``a²/n`` is no more than wanted.

    Parameters
    ----------
    squares, costs, low, high
        As for :func:`within_budget`.
    objective : Fraction
        Largest sum of ``a²/n``.

    Raises
    ------
    AllocationError
        When even the maxima do not reach it, or the search grows too large.
    """
    start = sum(
        (square / low[label] for label, square in squares.items() if square), start=Fraction(0)
    )
    problem = _posed(squares, costs, low, high, gain=start - objective)
    best = sum(
        (square / high[label] for label, square in squares.items() if square), start=Fraction(0)
    )
    if best > objective:
        raise AllocationError(OUT_OF_REACH)
    return _solve(problem)


def _posed(
    squares: Mapping[str, Fraction],
    costs: Mapping[str, float],
    low: Mapping[str, int],
    high: Mapping[str, int],
    *,
    budget: Fraction | None = None,
    gain: Fraction | None = None,
) -> _Problem:
    labels = sorted(squares)
    bare = [label for label in labels if squares[label] and low[label] < 1]
    if bare:
        raise AllocationError(
            f"Stratum {bare[0]!r} may be left without audits; with a budget or a variance every "
            f"stratum that varies needs a minimum of at least 1."
        )
    return _Problem(
        labels=labels,
        squares=[squares[label] for label in labels],
        costs=[Fraction(costs[label]) for label in labels],
        low=[low[label] for label in labels],
        high=[high[label] if squares[label] else low[label] for label in labels],
        budget=budget,
        gain=gain,
    )


def _solve(problem: _Problem) -> dict[str, int]:
    rate, counts = _threshold(problem)
    changes = _search(problem, rate, counts)
    for place, change in changes:
        counts[place] += change
    return dict(zip(problem.labels, counts, strict=True))


def _threshold(problem: _Problem) -> tuple[Fraction, list[int]]:
    """Find a rate of gain for cost, and the counts it gives, that keep what is asked for."""
    squares = np.array([float(value) for value in problem.squares])
    costs = np.array([float(value) for value in problem.costs])
    low, high = np.array(problem.low), np.array(problem.high)

    def counts(rate: float) -> list[int]:
        return np.clip(np.floor(0.5 + np.sqrt(0.25 + squares / costs / rate)), low, high).tolist()

    def met(rate: float) -> bool:
        return problem.is_met(*_sums(problem, [int(count) for count in counts(rate)]))

    ratios = (squares / costs)[squares > 0]
    if not ratios.size:
        return Fraction(1), list(problem.low)
    dear, cheap = float(ratios.max()) * 2, float(ratios.min()) / (float(high.max()) + 2) ** 2 / 2
    meets, other = (dear, cheap) if problem.budget is not None else (cheap, dear)
    if met(other):
        meets = other
    while max(meets, other) / min(meets, other) > 1 + 1e-12:
        middle = meets**0.5 * other**0.5
        meets, other = (middle, other) if met(middle) else (meets, middle)
    rate = Fraction(meets)
    return rate, [_exact(problem, rate, place, int(n)) for place, n in enumerate(counts(meets))]


def _exact(problem: _Problem, rate: Fraction, place: int, count: int) -> int:
    """Mend a count that rounding set wrong: audits above the rate are in, others are not."""

    def pays(audits: int) -> bool:
        gain, cost = problem.step(place, audits)
        return gain > rate * cost

    while count < problem.high[place] and pays(count):
        count += 1
    while count > problem.low[place] and not pays(count - 1):
        count -= 1
    return count


def _sums(problem: _Problem, counts: list[int]) -> tuple[Fraction, Fraction]:
    """Give what counts gain over the minima, and what they cost."""
    gain = cost = Fraction(0)
    for place, count in enumerate(counts):
        if problem.squares[place]:
            square = problem.squares[place]
            gain += square / problem.low[place] - square / count
        cost += problem.costs[place] * count
    return gain, cost


def _nearest(
    problem: _Problem, rate: Fraction, counts: list[int]
) -> Iterator[tuple[Fraction, int, int, Fraction, Fraction]]:
    """Give audits to add or to leave out, nearest to the threshold first.

    Each as distance, place, change (1 or -1), and what it changes of gain and cost.
    """

    def entry(place: int, change: int, audits: int) -> tuple:
        gain, cost = problem.step(place, audits)
        return (abs(gain - rate * cost), place, change, audits, change * gain, change * cost)

    heap = []
    for place, count in enumerate(counts):
        if count < problem.high[place]:
            heap.append(entry(place, 1, count))
        if count > problem.low[place]:
            heap.append(entry(place, -1, count - 1))
    heapq.heapify(heap)
    while heap:
        distance, place, change, audits, gain, cost = heapq.heappop(heap)
        yield distance, place, change, gain, cost
        further = audits + change
        if problem.low[place] <= further < problem.high[place]:
            heapq.heappush(heap, entry(place, change, further))


@dataclass(frozen=True)
class _Combination:
    gain: Fraction
    cost: Fraction
    changes: tuple | None

    def with_change(self, place: int, change: int, gain: Fraction, cost: Fraction) -> _Combination:
        return _Combination(self.gain + gain, self.cost + cost, ((place, change), self.changes))


def _search(problem: _Problem, rate: Fraction, counts: list[int]) -> list[tuple[int, int]]:
    """Search the combinations of changes near the threshold for the best one."""
    start = _Combination(*_sums(problem, counts), None)
    best = start if problem.is_met(start.gain, start.cost) else None
    kept, promise = [start], _promise(problem, rate)
    for distance, *change in _nearest(problem, rate, counts):
        limit = best and problem.rank(best.gain, best.cost)[0]
        if (limit is not None and promise(start.gain, start.cost, distance) <= limit) or not kept:
            break
        kept = _unbeaten([*kept, *(one.with_change(*change) for one in kept)])
        for one in kept:
            if problem.is_met(one.gain, one.cost) and (
                best is None
                or problem.rank(one.gain, one.cost) > problem.rank(best.gain, best.cost)
            ):
                best = one
        limit = best and problem.rank(best.gain, best.cost)[0]
        kept = [one for one in kept if limit is None or promise(one.gain, one.cost, 0) > limit]
        if len(kept) > _MOST_COMBINATIONS:
            raise AllocationError(
                "The costs are so uneven that the best allocation cannot be searched in full. "
                "Give costs in whole units, such as hours."
            )
    changes, link = [], best.changes if best else None
    while link:
        changes.append(link[0])
        link = link[1]
    return changes


def _promise(
    problem: _Problem, rate: Fraction
) -> Callable[[Fraction, Fraction, Fraction | int], Fraction]:
    """Give a function that says the most that changes further from the threshold can reach."""

    def promise(gain: Fraction, cost: Fraction, distance: Fraction | int) -> Fraction:
        level = gain - rate * cost - distance
        if problem.budget is not None:
            return level + rate * problem.budget
        return (level - problem.gain) / rate

    return promise


def _unbeaten(combinations: list[_Combination]) -> list[_Combination]:
    """Keep those that no other beats in both gain and cost."""
    kept: list[_Combination] = []
    for one in sorted(combinations, key=lambda one: (one.cost, -one.gain)):
        if not kept or one.gain > kept[-1].gain:
            kept.append(one)
    return kept
