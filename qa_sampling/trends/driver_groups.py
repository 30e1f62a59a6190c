"""The groups in which a driver is looked for: all cases, each value of a column, and pairs.

Everything is also counted with **families once**: the children of a family that have the event
share one between them, so that families add up over groups as children do. For a share of cases
all children of the family share the one, with the event or without.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from qa_sampling.trends.dive_cases import Cases
from qa_sampling.trends.factor_words import value_words

__all__ = ["EVERYWHERE", "Group", "Tallies", "groups_of", "membership", "tallies"]

EVERYWHERE = "All cases"


@dataclass(frozen=True)
class Group:
    """One group of cases.

    Attributes
    ----------
    columns, values : tuple of str
        What its cases have in common; both empty for all cases.
    cells : array of bool, (cells,)
        Which cells are in it.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...]
    cells: np.ndarray

    @property
    def name(self) -> str:
        """The group in words: "referral source: 6, team East"."""
        if not self.columns:
            return EVERYWHERE
        return ", ".join(map(value_words, self.columns, self.values))


@dataclass(frozen=True)
class Tallies:
    """What the cells hold, then and now.

    Attributes
    ----------
    cases, events : array, (2, cells)
        Children (or referrals) in all, and with the event.
    at_risk, families : array, (2, cells)
        The same with each family counted once in each period.
    independent : array, (cells,)
        Share of each cell, were the columns independent of each other then; adds up to 1.
    """

    cases: np.ndarray
    events: np.ndarray
    at_risk: np.ndarray
    families: np.ndarray
    independent: np.ndarray


def tallies(cases: Cases, *, of_cases: bool) -> Tallies:
    """Count cases and families by period and cell.

    Parameters
    ----------
    cases : Cases
        The cases; outcomes of 0 and 1.
    of_cases : bool
        Whether the event is a share of cases; otherwise it is counted by itself.
    """
    width = 2 * cases.cells
    own = cases.period * (int(cases.families.max()) + 1) + cases.families
    ones = np.ones(len(cases.outcome))

    def total(weight: np.ndarray) -> np.ndarray:
        return np.bincount(cases.column, weight, width).reshape(2, -1)

    def once(weight: np.ndarray, among: np.ndarray) -> np.ndarray:
        whole = np.bincount(own, among)[own]
        return np.divide(weight, whole, out=np.zeros(len(weight)), where=whole > 0)

    at_risk = total(once(ones, ones))
    return Tallies(
        cases=total(ones),
        events=total(cases.outcome),
        at_risk=at_risk,
        families=total(once(cases.outcome, ones if of_cases else cases.outcome)),
        independent=_independent(cases, at_risk[0]),
    )


def _independent(cases: Cases, at_risk: np.ndarray) -> np.ndarray:
    """Multiply the shares of each column's values; a value that was never seen counts as a half."""
    product = np.ones(cases.cells)
    for held in cases.membership:
        product *= held @ (at_risk @ held + 0.5)
    return product / product.sum()


def groups_of(cases: Cases, *, pairs: bool) -> list[Group]:
    """Give the groups to look at: no two hold the same cases, simpler ones first.

    Parameters
    ----------
    cases : Cases
        The cases.
    pairs : bool
        Whether pairs of values of two columns are looked at.
    """
    found = [Group((), (), np.ones(cases.cells, dtype=bool))]
    members = [held.astype(bool) for held in cases.membership]
    places = range(len(cases.factors))
    for place in places:
        found += _of(cases, members, (place,))
    if pairs:
        for two in combinations(places, 2):
            found += _of(cases, members, two)
    seen: dict[bytes, Group] = {}
    for group in found:
        seen.setdefault(group.cells.tobytes(), group)
    return list(seen.values())


def _of(cases: Cases, members: Sequence[np.ndarray], places: tuple[int, ...]) -> list[Group]:
    columns = tuple(cases.factors[place] for place in places)
    codes = np.unique(cases.codes[list(places)], axis=1).T
    return [
        Group(
            columns,
            tuple(str(cases.labels[place][code]) for place, code in zip(places, row, strict=True)),
            np.logical_and.reduce(
                [members[place][:, code] for place, code in zip(places, row, strict=True)]
            ),
        )
        for row in codes
    ]


def membership(groups: Sequence[Group]) -> np.ndarray:
    """Give which cells are in which group, (cells, groups) of 0 and 1.

    Parameters
    ----------
    groups : sequence of Group
        The groups.
    """
    return np.stack([group.cells for group in groups], axis=1).astype("float64")
