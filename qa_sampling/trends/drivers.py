"""Who carries it: the groups, alone or in pairs, in which more happened than was expected.

All cases, each value of each column, and each pair of values are held against what the baseline
leads one to expect. Families count once in every test, so brothers and sisters are not taken for
several families. The most surprising group is **named** if it survives false discovery control;
then what is expected of all others is raised by what the named one explains, and so on. At last a
named group that the others explain is dropped. So a team that is high only through one source is
not named beside that source in that team, and a rise that is everywhere is called that.

False discoveries are controlled by Benjamini and Hochberg (1995). Groups overlap, and share
families upward: the tests look one way and their counts add up over the same cells, which is
positive dependence, under which the procedure holds its level (Benjamini and Yekutieli 2001,
Annals of Statistics 29, 1165-1188). Their own correction for any dependence would cost a factor of
five in a search of a hundred groups; ``correction="any"`` asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.alerts import discovery_rates
from qa_sampling.trends.dive_cases import read_cases
from qa_sampling.trends.driver_groups import Group, groups_of, membership, tallies
from qa_sampling.trends.driver_results import Drivers, drivers_of
from qa_sampling.trends.driver_tests import Evidence, evidence, multipliers, tail

__all__ = ["Search", "find_drivers"]

Of = Literal["count", "rate"]
Direction = Literal["more", "fewer"]


def find_drivers(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    outcome: str,
    groups: str | Sequence[str],
    of: Of = "count",
    periods: tuple[float, float] = (1.0, 1.0),
    direction: Direction = "more",
    pairs: bool = True,
    cluster: str | None = "family_id",
    false_discovery: float = 0.05,
    correction: Literal["positive", "any"] = "positive",
    spread: float = 1.0,
    most: int = 6,
    level: float = 0.95,
) -> Drivers:
    """Find the groups that carry what is over (or under) the expected.

    Parameters
    ----------
    before, after : DataFrame
        One row a case, in the baseline and in the period that is looked at.
    outcome : str
        Column of 0 and 1 (or true and false): whether the case has the event.
    groups : str or sequence of str
        One to five columns whose values, and pairs of values, are looked at.
    of : {"count", "rate"}
        Whether the events themselves are too many for the length of the period, or for the cases
        there are.
    periods : tuple of float
        Lengths of baseline and period, in the same unit: (12, 3) months. Where there is a time of
        year, take the same months of earlier years as the baseline.
    direction : {"more", "fewer"}
        Which way is looked.
    pairs : bool
        Whether pairs are looked at.
    cluster : str or None
        Column of families; None when each case stands alone.
    false_discovery : float
        Expected share of named groups that are innocent, at most.
    correction : {"positive", "any"}
        Dependence of the tests that is allowed for.
    spread : float
        Variance of monthly families over Poisson's, at least 1, where the measure's chart shows
        more scatter than chance.
    most : int
        Most groups to name.
    level : float
        Level of the intervals.

    Returns
    -------
    Drivers

    Raises
    ------
    TrendError
        When a period has no cases, a column is missing, an outcome is not 0 or 1, or a setting is
        out of range.
    """
    names = (groups,) if isinstance(groups, str) else tuple(groups)
    _check(of, periods, direction, false_discovery, correction, spread, most, level)
    cases = read_cases(before, after, outcome=outcome, factors=names, cluster=cluster)
    if not np.isin(cases.outcome, (0, 1)).all():
        raise TrendError(f"`{outcome}` must be 0 or 1 in every case, to be counted by families.")
    found = groups_of(cases, pairs=pairs)
    members = membership(found)
    held = tallies(cases, of_cases=of == "rate")
    facts = evidence(held, members, of_cases=of == "rate", periods=periods, spread=spread)
    search = Search(
        facts, members, found, more=direction == "more", rate=false_discovery,
        correction=correction,
    )  # fmt: skip
    named = search.run(most)
    return drivers_of(
        found, members, held, facts, search, named, of=of, periods=periods, direction=direction,
        false_discovery=false_discovery, level=level, families=int(cases.families.max()) + 1,
    )  # fmt: skip


def _check(
    of: str, periods: tuple[float, float], direction: str, false_discovery: float, correction: str,
    spread: float, most: int, level: float,
) -> None:  # fmt: skip
    faults = []
    if of not in ("count", "rate"):
        faults.append(f'`of` must be "count" or "rate"; got {of!r}')
    if direction not in ("more", "fewer"):
        faults.append(f'`direction` must be "more" or "fewer"; got {direction!r}')
    if correction not in ("positive", "any"):
        faults.append(f'`correction` must be "positive" or "any"; got {correction!r}')
    if len(periods) != 2 or not all(np.isfinite(one) and one > 0 for one in periods):
        faults.append(f"`periods` must be two lengths above 0; got {periods}")
    for name, value in (("false_discovery", false_discovery), ("level", level)):
        if not 0 < value < 1:
            faults.append(f"`{name}` must lie between 0 and 1; got {value}")
    if not spread >= 1:
        faults.append(f"`spread` must be at least 1; got {spread}")
    if most < 1:
        faults.append(f"`most` must be at least 1; got {most}")
    if faults:
        raise TrendError(f"Drivers cannot be looked for: {'; '.join(faults)}.")


class Search:
    """The search itself: names groups one by one, and drops those that others explain.

    Parameters
    ----------
    facts : Evidence
        Families by group.
    members : array, (cells, groups)
        Which cells are in which group.
    groups : list of Group
        The groups, all cases first.
    more : bool
        Whether more than expected is looked for.
    rate : float
        Expected share of named groups that are innocent, at most.
    correction : {"positive", "any"}
        Dependence of the tests that is allowed for.
    furthest : Evidence, optional
        Families by group were they as far from expectation as they can be; by default all families
        of both periods in one of them.
    """

    def __init__(
        self, facts: Evidence, members: np.ndarray, groups: list[Group], *, more: bool,
        rate: float, correction: str, furthest: Evidence | None = None,
    ) -> None:  # fmt: skip
        self.facts, self.members, self.groups = facts, members, groups
        self.more, self.rate = more, rate
        self.tested = self._testable(furthest)
        number = max(int(self.tested.sum()), 1)
        self.factor = (
            1.0 if correction == "positive" else float((1 / np.arange(1, number + 1)).sum())
        )
        self.p, self.q = self.look([])
        self.when_named: dict[int, tuple[float, float]] = {}

    def _testable(self, furthest: Evidence | None) -> np.ndarray:
        """Leave out groups that could never be named, however their families fell (Tarone 1990).

        That is judged from the families of both periods together, which says nothing of when.
        """
        facts = self.facts
        whole = facts.before + facts.now
        extreme = furthest or Evidence(
            np.zeros(len(whole)) if self.more else whole,
            whole if self.more else np.zeros(len(whole)),
            facts.ratio, facts.spread, facts.expected,
        )  # fmt: skip
        return (tail(extreme, np.ones(len(whole)), more=self.more) <= self.rate) & (whole > 0)

    def look(self, named: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Give each group's p and q beyond what the named groups explain."""
        more_by = multipliers(self.facts, self.members, named)
        p = np.where(self.tested, tail(self.facts, more_by, more=self.more), np.nan)
        return p, np.minimum(discovery_rates(p) * self.factor, 1.0)

    def run(self, most: int) -> list[int]:
        """Name groups, at most so many, in order of naming."""
        named: list[int] = []
        while len(named) < most:
            p, q = self.look(named)
            open_to = np.isfinite(p) & (q <= self.rate)
            open_to[named] = False
            if not open_to.any():
                break
            place = int(np.argmin(np.where(open_to, p, np.inf)))
            named.append(place)
            self.when_named[place] = (float(p[place]), float(q[place]))
        return self._needed(named)

    def _needed(self, named: list[int]) -> list[int]:
        """Drop, simplest first, the groups that are not surprising beside the other named ones."""
        kept = list(named)
        for place in sorted(named, key=lambda one: len(self.groups[one].columns)):
            others = [one for one in kept if one != place]
            _, q = self.look(others)
            if others and not q[place] <= self.rate:
                kept = others
        return kept
