"""Who held which case when: teams and workers through time, managers and reviewing officers."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.population import Child
from qa_sampling.records.invented.staffing import Team

SAME_WORKER_AS_SIBLING = 0.85
SPELL_DAYS = ((0, 40), (300, 250), (700, 600), (1000, 1500))
"""Days one worker holds a case before another takes over."""
COLUMNS = ["child", "start", "end", "team", "worker", "manager", "kind"]


def average_stock(phases: pd.DataFrame, days: list[int]) -> dict[str, float]:
    """Give the average number of phases open on `days`, by kind of team."""
    stock: dict[str, float] = {}
    for kind, group in phases.groupby("kind", sort=True):
        open_on = [int(((group["start"] <= day) & (group["end"] > day)).sum()) for day in days]
        stock[str(kind)] = sum(open_on) / len(days)
    return stock


@dataclass
class Caseloads:
    """Allocates every phase of every journey, in the order of time.

    Attributes
    ----------
    dice : Dice
        Chance.
    teams : list of Team
        The teams with their workers.
    children : list of Child
        The children by number.
    """

    dice: Dice
    teams: list[Team]
    children: list[Child]
    _held: dict[str, int] = field(default_factory=dict)
    _ends: list[tuple[int, str]] = field(default_factory=list)
    _family: dict[tuple[int, str], tuple[int, Team, str]] = field(default_factory=dict)

    def allocate(self, phases: pd.DataFrame) -> pd.DataFrame:
        """Give one row a spell of one worker with one child.

        Parameters
        ----------
        phases : DataFrame
            `child`, `start`, `end` (days), `kind` of team.

        Returns
        -------
        DataFrame
            `child`, `start`, `end`, `team`, `worker` and `manager` (staff numbers), `kind`;
            a spell that is followed by another ends on the day the next starts.
        """
        self._held = {worker: 0 for team in self.teams for worker in team.workers}
        columns = (phases[name].tolist() for name in ("start", "child", "end", "kind"))
        waiting = [(*row, None, "") for row in zip(*columns, strict=True)]
        waiting = [(row[0], place, *row[1:]) for place, row in enumerate(waiting)]
        heapq.heapify(waiting)
        rows, place = [], len(waiting)
        while waiting:
            start, _, child, end, kind, team, before = heapq.heappop(waiting)
            self._let_go(start)
            team, worker = self._choose(self.children[child], start, kind, team, before)
            spell = min(end, start + self.dice.spread(SPELL_DAYS))
            if end - spell < 30:
                spell = end
            rows.append((child, start, spell, team.name, worker, team.manager, kind))
            self._held[worker] += 1
            heapq.heappush(self._ends, (spell, worker))
            if spell < end:
                heapq.heappush(waiting, (spell, place, child, end, kind, team, worker))
                place += 1
        return pd.DataFrame(rows, columns=COLUMNS)

    def _let_go(self, day: int) -> None:
        while self._ends and self._ends[0][0] <= day:
            self._held[heapq.heappop(self._ends)[1]] -= 1

    def _choose(
        self, child: Child, day: int, kind: str, team: Team | None, before: str
    ) -> tuple[Team, str]:
        family = (child.family.number, kind)
        until, sibling_team, sibling_worker = self._family.get(family, (-1, None, ""))
        if team is None and sibling_team is not None and day <= until + 60:
            team = sibling_team
            if self.dice.chance(SAME_WORKER_AS_SIBLING):
                self._family[family] = (day, team, sibling_worker)
                return team, sibling_worker
        team = team or self._least_loaded(child, kind)
        free = [worker for worker in team.workers if worker != before] or team.workers
        offset = self.dice.below(len(free))
        turned = free[offset:] + free[:offset]
        worker = min(turned, key=self._held.__getitem__)
        self._family[family] = (day, team, worker)
        return team, worker

    def _least_loaded(self, child: Child, kind: str) -> Team:
        alike = [team for team in self.teams if team.kind == kind]
        local = [team for team in alike if team.locality in (-1, child.family.locality)]
        return min(
            local or alike,
            key=lambda team: sum(self._held[worker] for worker in team.workers) / len(team.workers),
        )


def assign_reviewers(
    dice: Dice, spells: list[tuple[int, int, int]], reviewers: list[str]
) -> pd.DataFrame:
    """Give every child on a plan or in care a reviewing officer, who stays.

    Parameters
    ----------
    dice : Dice
        Chance.
    spells : list of tuple
        Child, first and last day of each plan and care episode.
    reviewers : list of str
        Staff numbers of the reviewing officers.

    Returns
    -------
    DataFrame
        `child`, `start`, `end`, `reviewer`.
    """
    order = dice.shuffled(reviewers)
    theirs: dict[int, str] = {}
    rows = []
    for child, start, end in sorted(spells, key=lambda spell: (spell[1], spell[0])):
        if child not in theirs or dice.chance(0.08):
            theirs[child] = order[len(rows) % len(order)]
        rows.append((child, start, end, theirs[child]))
    return pd.DataFrame(rows, columns=["child", "start", "end", "reviewer"])
