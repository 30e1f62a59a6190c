"""Solving an allocation: by a number of audits, by a budget, or by a variance that is wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation_budget import (
    OUT_OF_REACH,
    within_budget,
    within_variance,
)
from qa_sampling.sampling.allocation_margins import Margin, allocate_within_margins
from qa_sampling.sampling.allocation_measures import (
    Method,
    check_positive,
    plain,
    squared_measure,
)
from qa_sampling.sampling.bounds import Bound, group_bounds
from qa_sampling.sampling.priorities import Strata, hand_out, hand_out_freely

_FEW = 500
"""Strata up to which sums are exact; above they are correctly rounded."""


@dataclass(frozen=True)
class Bounded:
    """Non-empty strata with their squared measure and their bounds; all by stratum.

    Attributes
    ----------
    cases : mapping of str to int
        Cases.
    squares : mapping of str to Fraction
        Squared measure.
    low, high : mapping of str to int
        Fewest and most audits.
    """

    cases: Mapping[str, int]
    squares: Mapping[str, Fraction]
    low: Mapping[str, int]
    high: Mapping[str, int]


@dataclass(frozen=True)
class Goal:
    """What decides how many audits there are, when it is not a number.

    Attributes
    ----------
    method : str
        Method of the allocation.
    standard_deviations, costs : mapping of str to float or None
        By stratum.
    budget, variance : float or None
        What may be spent; largest variance of the estimated total.
    """

    method: Method
    standard_deviations: Mapping[str, float] | None
    costs: Mapping[str, float] | None
    budget: float | None
    variance: float | None


def read_margins(
    strata: Bounded,
    groups: tuple[Mapping[str, str] | None, Bound, Bound],
    columns: tuple[Mapping[str, str] | None, Bound, Bound],
) -> list[Margin]:
    """Read the bounds of groups and columns; a classification without bounds is left out.

    Parameters
    ----------
    strata : Bounded
        The strata.
    groups, columns : tuple
        Label by stratum, minimum and maximum.
    """
    margins = []
    for name, (of, least, most) in (("group", groups), ("column", columns)):
        if least is None and most is None:
            continue
        member = {label: str((of or {}).get(label, label)) for label in strata.cases}
        bounds = group_bounds(strata.cases, strata.low, strata.high, member, least, most, what=name)
        margins.append(Margin(name, member, *bounds))
    return margins


def by_number(strata: Bounded, n: int, margins: list[Margin]) -> dict[str, int]:
    """Allocate n audits within bounds of strata and of none, one or two classifications.

    Parameters
    ----------
    strata : Bounded
        The strata.
    n : int
        Audits in all.
    margins : list of Margin
        What :func:`read_margins` gave.

    Raises
    ------
    AllocationError
        When the bounds of groups and columns cannot be met.
    """
    if margins and margins[-1].name == "column":
        everything = dict.fromkeys(strata.cases, "")
        rows = Margin("group", everything, {"": 0}, {"": sum(strata.high.values())})
        pair = (margins[0] if len(margins) == 2 else rows, margins[-1])
        bounds = {"low": strata.low, "high": strata.high, "margins": pair}
        return allocate_within_margins(strata.squares, n, **bounds)
    return by_priority(strata, n, margins[0] if margins else None)


def by_priority(strata: Bounded, n: int, groups: Margin | None = None) -> dict[str, int]:
    """Hand out audits by priority: stratum minima, then group minima, then to all.

    Parameters
    ----------
    strata : Bounded
        The strata; their minima take no more than n.
    n : int
        Audits in all.
    groups : Margin, optional
        Bounds of groups.

    Raises
    ------
    AllocationError
        When the groups' minima need more, or their maxima allow less.
    """
    labels = sorted(strata.cases)
    names = groups.labels if groups else [""]
    place = {name: at for at, name in enumerate(names)}
    member = [place[groups.of[label]] for label in labels] if groups else [0] * len(labels)
    held = Strata(
        squares=[strata.squares[label] for label in labels],
        taken=np.array([strata.low[label] for label in labels], dtype=np.int64),
        high=np.array([strata.high[label] for label in labels], dtype=np.int64),
        group=np.array(member, dtype=np.int64),
    )
    if groups:
        given = np.bincount(held.group, held.taken, len(names)).astype(np.int64)
        least = np.array([groups.least[name] for name in names], dtype=np.int64)
        hand_out(held, np.maximum(given, least))
    left = n - int(held.taken.sum())
    if left < 0:
        raise AllocationError(
            f"{n} audits cannot meet the group minima, which need {n - left}. "
            f"Lower them or audit more."
        )
    most = [groups.most[name] for name in names] if groups else [int(held.high.sum())]
    if hand_out_freely(held, left, np.array(most, dtype=np.int64)):
        raise AllocationError(
            f"{n} audits are more than the group maxima allow. Raise the maxima or audit fewer."
        )
    return dict(zip(labels, held.taken.tolist(), strict=True))


def by_goal(strata: Bounded, goal: Goal) -> dict[str, int]:
    """Allocate as many audits as a budget pays for, or as a variance needs.

    Parameters
    ----------
    strata : Bounded
        The strata.
    goal : Goal
        The budget or the variance.

    Raises
    ------
    AllocationError
        When a cost or a standard deviation is missing, or the goal cannot be met.
    """
    bounds = {"low": strata.low, "high": strata.high}
    if goal.budget is not None:
        costs = _complete(goal.costs, strata, "A budget", "costs")
        squares = strata.squares
        if goal.method == "cost_optimal":
            squares = squared_measure(strata.cases, "neyman", goal.standard_deviations)
        return within_budget(squares, costs, plain(goal.budget), **bounds)
    deviations = _complete(goal.standard_deviations, strata, "A variance", "standard_deviations")
    spread = squared_measure(strata.cases, "neyman", deviations)
    wanted = Fraction(plain(goal.variance)) + (sum_of_squares(spread, strata.cases) or 0)
    if goal.method == "cost_optimal":
        return within_variance(spread, goal.costs or {}, wanted, **bounds)
    return _fewest(strata, spread, wanted)


def _complete(
    given: Mapping[str, float] | None, strata: Bounded, what: str, name: str
) -> Mapping[str, float]:
    absent = [label for label in strata.cases if label not in (given or {})]
    if absent:
        raise AllocationError(
            f"{what} needs `{name}` for every stratum; {len(absent)} have none, such as "
            f"{absent[0]!r}."
        )
    if name == "costs":
        check_positive(given, "cost")
    return given or {}


def _fewest(strata: Bounded, spread: Mapping[str, Fraction], wanted: Fraction) -> dict[str, int]:
    """Find the fewest audits, shared out by the method, that reach a variance.

    One more audit takes none away, so the variance falls with the number.
    """

    def reaches(n: int) -> bool:
        held = sum_of_squares(spread, by_priority(strata, n))
        return held is not None and held <= wanted

    few, many = sum(strata.low.values()) - 1, sum(strata.high.values())
    if not reaches(many):
        raise AllocationError(OUT_OF_REACH)
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if reaches(middle) else (middle, many)
    return by_priority(strata, many)


def free_optimum(strata: Bounded, n: int) -> dict[str, int]:
    """Allocate n audits with no bounds but nothing and all the cases.

    Parameters
    ----------
    strata : Bounded
        The strata; their bounds are left out of account.
    n : int
        Audits in all.
    """
    nothing = dict.fromkeys(strata.cases, 0)
    return by_priority(replace(strata, low=nothing, high=strata.cases), n)


def sum_of_squares(squares: Mapping[str, Fraction], taken: Mapping[str, int]) -> Fraction | None:
    """Give the sum of ``a²/n``; None when a stratum with a measure above 0 gets none.

    Parameters
    ----------
    squares : mapping of str to Fraction
        Squared measure by stratum.
    taken : mapping of str to int
        Audits by stratum.
    """
    if any(square and not taken[label] for label, square in squares.items()):
        return None
    kept = [(square, taken[label]) for label, square in squares.items() if square]
    if len(kept) > _FEW:
        return Fraction(math.fsum(float(square) / count for square, count in kept))
    return sum((square / count for square, count in kept), Fraction(0))


def excess(strata: Bounded, taken: Mapping[str, int]) -> Fraction | None:
    """Give the sum of ``a² (1/n - 1/N)``; None when a stratum that varies gets none.

    Parameters
    ----------
    strata : Bounded
        The strata.
    taken : mapping of str to int
        Audits by stratum.
    """
    value = sum_of_squares(strata.squares, taken)
    return None if value is None else value - (sum_of_squares(strata.squares, strata.cases) or 0)
