"""A child's way through the services: the family's script, played and recorded."""

from __future__ import annotations

from dataclasses import dataclass

from qa_sampling.records.invented.care import enter_care
from qa_sampling.records.invented.days import OPEN, birthday
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.population import Child
from qa_sampling.records.invented.rows import Rows
from qa_sampling.records.invented.scripts import CLOSED_AFTER_SUPPORT, SUPPORT_AFTER_PLAN, Step

NEEDS = (
    ("N1", 62),
    ("N5", 12),
    ("N4", 9),
    ("N2", 3),
    ("N3", 3),
    ("N6", 4),
    ("N8", 3),
    ("N7", 1),
    ("N9", 2),
    ("Not recorded", 1),
)
CATEGORIES = (
    ("Neglect", 48),
    ("Emotional abuse", 37),
    ("Physical abuse", 9),
    ("Sexual abuse", 5),
    ("Multiple", 1),
)
HELPED_AFTERWARDS = 0.06
"""Share of children closed after support who have early help some days later."""
LONGEST_HELP = 330
"""Days of the longest early help."""
CARE_JOINED = 0.82
"""Share of siblings who enter care when their family's script says care."""


@dataclass(frozen=True)
class Turn:
    """The intervention that turns a curve: repeat plans fall from a day on.

    Attributes
    ----------
    day : int
        The day it starts.
    before, after : float
        Share of families coming to a plan whose children of three and over had one before.
    returning_before, returning_after : float
        How many times likelier families with an earlier plan are to come to a plan again.
    """

    day: int
    before: float = 0.26
    after: float = 0.06
    returning_before: float = 1.5
    returning_after: float = 0.4

    def share(self, day: int) -> float:
        """Share of families with an earlier plan among those who come to one on `day`."""
        return self.before if day < self.day else self.after

    def returning(self, day: int) -> float:
        """How many times likelier a family with an earlier plan is to come to another."""
        return self.returning_before if day < self.day else self.returning_after


@dataclass(slots=True)
class Journey:
    """One child's journey from one referral to its closure, in the playing.

    Attributes
    ----------
    rows : Rows
        Where the authority's records go.
    dice : Dice
        Chance.
    child : Child
        The child.
    start : int
        Day of the referral.
    need : str
        Primary need code.
    turn : Turn
        The intervention that turns the curve of repeat plans.
    family_luck : float
        The family's share of luck, from 0 to 1: low for families with an earlier plan.
    helped_by : str
        Kind of team that gives support: "safeguarding" or "disabled".
    """

    rows: Rows
    dice: Dice
    child: Child
    start: int
    need: str
    turn: Turn
    family_luck: float
    helped_by: str = "safeguarding"

    def play(self, steps: list[Step]) -> int:
        """Record the steps; give the day the case closes."""
        adult = self.child.adult_from
        at = self.start
        for step in steps:
            if step.start >= adult:
                return self._close(at, adult, "RC6" if self.helped_by == "disabled" else "RC7")
            end = min(step.end, adult)
            if step.kind == "assessment":
                self._assess(step, end, first=at == self.start)
            elif step.kind == "enquiry":
                self._enquire(step, end)
            elif step.kind == "plan":
                at = self._plan(at, step.start, end)
            elif step.kind == "support":
                self._phase(at, step.start, "assessment" if at == self.start else self.helped_by)
                self._phase(step.start, end, self.helped_by)
                at = end
            elif step.kind == "care":
                return self._care(at, step.start)
            else:
                return self._close(at, end, step.outcome)
        return self._close(at, adult, "RC7")

    def _phase(self, start: int, end: int, kind: str) -> None:
        if end <= start:
            return
        phases = self.rows.phases
        if phases:
            child, since, until, last = phases[-1]
            if child == self.child.number and until == start and last == kind:
                phases[-1] = (child, since, end, kind)
                return
        phases.append((self.child.number, start, end, kind))

    def _assess(self, step: Step, end: int, *, first: bool) -> None:
        support = step.outcome == "yes"
        seen = "Yes" if self.dice.chance(0.97 if first else 0.95) else "No"
        self.rows.assessments.append((self.child.number, step.start, end, support, seen))

    def _enquire(self, step: Step, end: int) -> None:
        self.rows.enquiries.append((self.child.number, step.start, end, step.outcome))

    def _plan(self, at: int, start: int, end: int) -> int:
        child, dice = self.child, self.dice
        old_enough = start >= birthday(child.born, 3)
        fresh = not child.plan_ends and not child.earlier_plans
        if fresh and old_enough and self.family_luck < self.turn.share(start):
            child.earlier_plans = 2 if dice.chance(0.2) else 1
        first = dice.weighted(CATEGORIES)
        latest = dice.weighted(CATEGORIES) if dice.chance(0.08) else first
        previous = child.earlier_plans + len(child.plan_ends)
        order = dice.chance(0.03)
        self.rows.plans.append((child.number, start, end, first, latest, previous, order))
        child.plan_ends.append(end)
        self._phase(at, start, "assessment" if at == self.start else self.helped_by)
        self._phase(start, end, "safeguarding")
        return end

    def _care(self, at: int, start: int) -> int:
        dice, child = self.dice, self.child
        start = max(start, child.born)
        self._phase(at, start, "assessment" if at == self.start else self.helped_by)
        if not (child.lone or dice.chance(CARE_JOINED)):
            end = min(start + dice.between(90, 300), child.adult_from)
            self._phase(start, end, self.helped_by)
            return self._close(end, end, "RC7")
        leavers = len(self.rows.leavers)
        end, route = enter_care(self.rows, dice, child, start, self.need)
        leaves_for_good = route in ("adopted", "guardianship")
        settled = min(end, start + 120) if leaves_for_good else end
        self._phase(start, settled, "care")
        self._phase(settled, end, "permanence")
        closed = self._after_care(end, route)
        if len(self.rows.leavers) > leavers:
            self._phase(closed, self.rows.leavers[-1][3], "leaving")
        return closed

    def _after_care(self, end: int, route: str) -> int:
        dice, child = self.dice, self.child
        if route == "home" and dice.chance(SUPPORT_AFTER_PLAN):
            home = min(end + dice.between(60, 300), child.adult_from)
            self._phase(end, home, self.helped_by)
            return self._close(home, home, dice.weighted(CLOSED_AFTER_SUPPORT))
        if route == "adopted":
            child.family.children.remove(child)
        reason = {"adopted": "RC1", "guardianship": "RC4", "home": "RC7", "adult": "RC7"}[route]
        if route == "adult" and child.disabled and dice.chance(0.5):
            reason = "RC6"
        return self._close(end, end, reason)

    def _close(self, at: int, end: int, reason: str) -> int:
        """Record the episode, and early help after it where the closure says so."""
        self._phase(at, end, "assessment" if at == self.start else self.helped_by)
        to_help = reason == "RC9" and may_have_early_help(self.child, end)
        if reason == "RC9" and not to_help:
            reason = "RC8" if at == self.start else "RC7"
        row = (self.child.number, self.start, end, reason, self.need)
        self.rows.episodes.append(row)
        if to_help:
            start_early_help(self.rows, self.dice, self.child, end)
        elif reason == "RC7" and self.dice.chance(HELPED_AFTERWARDS):
            start_early_help(self.rows, self.dice, self.child, end + self.dice.between(1, 14))
        return end


def may_have_early_help(child: Child, day: int) -> bool:
    """Say whether the child is young enough on `day` for early help to run its course."""
    return day + LONGEST_HELP < child.adult_from


def start_early_help(rows: Rows, dice: Dice, child: Child, start: int) -> None:
    """Record an early help assessment from `start` and the help after it.

    Help lasts longer than the six months that list 2 looks back on, so that a child on
    the list is a child who is helped. A child who is helped already stays so.

    Parameters
    ----------
    rows : Rows
        Where the authority's records go.
    dice : Dice
        Chance.
    child : Child
        The child; nothing is recorded for one too old for help to run its course.
    start : int
        Day (number) on which the assessment starts.
    """
    running = child.early_help >= 0 and rows.early_help[child.early_help][3] > start
    if running or not may_have_early_help(child, start):
        return
    completion = start + dice.between(10, 50)
    end = start + dice.between(190, LONGEST_HELP)
    child.early_help = len(rows.early_help)
    rows.early_help.append([child.number, start, completion, end])


def end_early_help(rows: Rows, child: Child, day: int) -> None:
    """End the child's early help on `day`, if it still runs then.

    Parameters
    ----------
    rows : Rows
        Records, of which the child's latest early help is altered.
    child : Child
        The child; one who never had early help is passed over.
    day : int
        Day (number). Help that would start on it or later never starts.
    """
    if child.early_help < 0:
        return
    row = rows.early_help[child.early_help]
    if row[1] >= day:
        row[1] = row[2] = row[3] = OPEN  # it never started
    row[2], row[3] = min(row[2], day), min(row[3], day)
