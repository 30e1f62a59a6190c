"""How many audits from each stratum: whole numbers that sum to n, within bounds, optimal.

Every method here minimises the sum of ``a²/n`` over strata, with the measure ``a`` that
names it: the cases (proportional), one (equal), the square root of the cases
(square-root), or cases times standard deviation (Neyman). The whole-number optimum under
bounds is reached by giving one audit at a time to the stratum with the largest priority
``a² / (n (n + 1))`` (Wright 2012, The American Statistician 66:217-224; 2017, Statistics &
Probability Letters 129:50-57). Priorities are compared as exact fractions, ties go by
label, so that no machine rounds to another answer.

When there are fewer audits than strata, no table of whole numbers leaves everyone a
chance; :mod:`qa_sampling.sampling.rounding` then rounds a table of targets at random.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.bounds import Bound, check_reachable, group_bounds, stratum_bounds

Method = Literal["proportional", "equal", "square_root", "neyman"]


@dataclass(frozen=True)
class Allocation:
    """A whole-number allocation.

    Attributes
    ----------
    table : DataFrame
        One row a stratum, in the order given: `stratum`, `group`, `population`, `sampled`,
        `bound` ("no cases", "all taken", "maximum", "minimum" when above 1, or blank).
    n : int
        Audits in all.
    method : str
        The measure that was used.
    objective : float
        Sum of ``a²/n`` over the strata; what the method minimises. Infinite when a stratum
        with a measure above 0 gets none.
    """

    table: pd.DataFrame
    n: int
    method: str
    objective: float

    @property
    def sizes(self) -> dict[str, int]:
        """Audits by stratum."""
        return dict(zip(self.table["stratum"], self.table["sampled"].astype(int), strict=True))


def _square(population: int, deviation: float | None) -> Fraction:
    return Fraction(population) ** 2


_MEASURES: dict[str, Callable[[int, float | None], Fraction]] = {
    "proportional": _square,
    "equal": lambda population, deviation: Fraction(1),
    "square_root": lambda population, deviation: Fraction(population),
    "neyman": lambda population, deviation: (Fraction(population) * Fraction(deviation or 0)) ** 2,
}
"""The square of each method's measure, by name."""


def squared_measure(
    populations: Mapping[str, int],
    method: Method,
    standard_deviations: Mapping[str, float] | None = None,
) -> dict[str, Fraction]:
    """Give the square of a method's measure for every stratum, exactly.

    Parameters
    ----------
    populations : mapping of str to int
        Cases by stratum.
    method : {"proportional", "equal", "square_root", "neyman"}
        The method.
    standard_deviations : mapping of str to float, optional
        Standard deviation of what is measured, by stratum; needed for "neyman" only.

    Raises
    ------
    AllocationError
        When the method is unknown, or standard deviations are missing or negative.
    """
    if method not in _MEASURES:
        raise AllocationError(
            f"`method` {method!r} is unknown; choose one of {', '.join(_MEASURES)}."
        )
    deviations = dict(standard_deviations or {})
    if method == "neyman":
        absent = [label for label in populations if label not in deviations]
        if absent:
            raise AllocationError(
                f"Neyman allocation needs a standard deviation for every stratum; "
                f"{len(absent)} have none, such as {absent[0]!r}."
            )
        if not all(0 <= value < math.inf for value in deviations.values()):
            raise AllocationError(
                "A standard deviation is negative, missing or infinite; give values of 0 or more."
            )
    measure = _MEASURES[method]
    return {label: measure(int(size), deviations.get(label)) for label, size in populations.items()}


def allocate(
    populations: Mapping[str, int] | pd.Series,
    n: int,
    *,
    method: Method = "proportional",
    standard_deviations: Mapping[str, float] | None = None,
    minimum: Bound = 1,
    maximum: Bound = None,
    certainty: Iterable[str] = (),
    groups: Mapping[str, str] | None = None,
    group_minimum: Bound = None,
    group_maximum: Bound = None,
) -> Allocation:
    """Allocate n audits to strata: the whole-number optimum under bounds.

    Parameters
    ----------
    populations : mapping or Series of int
        Cases by stratum label.
    n : int
        Audits in all, certainty strata included.
    method : {"proportional", "equal", "square_root", "neyman"}
        The measure (see the module).
    standard_deviations : mapping of str to float, optional
        By stratum; needed for "neyman".
    minimum, maximum : int or mapping of str to int, optional
        Bounds by stratum. One number holds for every non-empty stratum and bends to the cases
        there are; a mapping names strata and is kept or refused. Unnamed strata have a minimum of
        1 and a maximum of all their cases.
    certainty : iterable of str
        Strata that are taken whole.
    groups : mapping of str to str, optional
        Group (such as the team) of every stratum.
    group_minimum, group_maximum : int or mapping of str to int, optional
        Bounds by group, as above; a group has none unless given.

    Returns
    -------
    Allocation

    Raises
    ------
    AllocationError
        When `n` is not a whole number from 0, more than the cases, or no allocation meets
        the bounds; the message names the bound. When there are fewer audits than strata,
        so that some cases would have no chance.
    """
    sizes = {str(label): int(size) for label, size in populations.items()}
    if len(sizes) != len(populations):
        raise AllocationError("Two strata have the same label; every stratum needs its own.")
    _check_size(n, sum(sizes.values()))
    filled = {label: size for label, size in sizes.items() if size > 0}
    low, high = stratum_bounds(filled, minimum, maximum, tuple(certainty), sizes)
    member = {label: str((groups or {}).get(label, label)) for label in filled}
    measures = squared_measure(filled, method, standard_deviations)
    check_reachable(filled, n, low, high)
    queues = _increments(filled, measures, low, high)
    taken = _spread(filled, n, low, high, member, queues, group_minimum, group_maximum)
    rows = [
        {
            "stratum": label,
            "group": member.get(label, str((groups or {}).get(label, label))),
            "population": size,
            "sampled": taken.get(label, 0),
            "bound": _what_bound(label, taken, low, high, sizes),
        }
        for label, size in sizes.items()
    ]
    missed = any(measures[label] > 0 and not taken[label] for label in filled)
    parts = (measures[label] / taken[label] for label in filled if taken[label])
    objective = math.inf if missed else float(sum(parts))
    columns = ["stratum", "group", "population", "sampled", "bound"]
    return Allocation(pd.DataFrame(rows, columns=columns), n, method, objective)


def _check_size(n: int, cases: int) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise AllocationError(f"`n` must be a whole number of audits, 0 or more; got {n!r}.")
    if n > cases:
        raise AllocationError(
            f"{n} audits were asked for, but the frame holds {cases} cases. "
            f"Ask for {cases} or fewer, or widen who is eligible."
        )


def _increments(
    filled: Mapping[str, int],
    measures: Mapping[str, Fraction],
    low: Mapping[str, int],
    high: Mapping[str, int],
) -> dict[str, Callable[[int], tuple]]:
    """Give, by stratum, the heap key of its next audit when it has k: largest priority first."""

    def key(label: str) -> Callable[[int], tuple]:
        square = measures[label]

        def of(taken: int) -> tuple:
            first = taken == 0 and square > 0
            priority = square if not taken else square / (taken * (taken + 1))
            return (not first, -priority, label)

        return of

    return {label: key(label) for label in filled}


def _spread(
    filled: Mapping[str, int],
    n: int,
    low: Mapping[str, int],
    high: Mapping[str, int],
    member: Mapping[str, str],
    queues: Mapping[str, Callable[[int], tuple]],
    group_minimum: Bound,
    group_maximum: Bound,
) -> dict[str, int]:
    """Hand out audits one by one: stratum minima, then group minima, then by priority."""
    least, most = group_bounds(filled, low, high, member, group_minimum, group_maximum)
    taken = dict(low)
    given = dict.fromkeys(least, 0)
    heaps: dict[str, list[tuple]] = {group: [] for group in least}
    for label, group in member.items():
        given[group] += low[label]
        if taken[label] < high[label]:
            heapq.heappush(heaps[group], (*queues[label](taken[label]), label))

    def give(group: str) -> None:
        label = heapq.heappop(heaps[group])[-1]
        taken[label] += 1
        given[group] += 1
        if taken[label] < high[label]:
            heapq.heappush(heaps[group], (*queues[label](taken[label]), label))

    for group in sorted(least):
        while given[group] < least[group]:
            give(group)
    left = n - sum(given.values())
    if left < 0:
        raise AllocationError(
            f"{n} audits cannot meet the group minima, which need {n - left}. "
            f"Lower them or audit more."
        )
    tops = [(*heaps[key][0], key) for key in least if heaps[key] and given[key] < most[key]]
    heapq.heapify(tops)
    for _ in range(left):
        if not tops:
            raise AllocationError(
                f"{n} audits are more than the group maxima allow. Raise the maxima or audit fewer."
            )
        group = heapq.heappop(tops)[-1]
        give(group)
        if heaps[group] and given[group] < most[group]:
            heapq.heappush(tops, (*heaps[group][0], group))
    return taken


def _what_bound(
    label: str,
    taken: Mapping[str, int],
    low: Mapping[str, int],
    high: Mapping[str, int],
    sizes: Mapping[str, int],
) -> str:
    if label not in taken:
        return "no cases"
    if taken[label] == sizes[label]:
        return "all taken"
    if taken[label] == high[label]:
        return "maximum"
    return "minimum" if taken[label] == low[label] > 1 else ""
