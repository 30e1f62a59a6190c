"""What happens to a family after a referral: a script of dated steps.

A script is drawn for a family and played by each of its children, so that siblings are
assessed, planned for and closed together, as they mostly are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from qa_sampling.records.invented.days import OPEN, add_weekdays
from qa_sampling.records.invented.dice import Dice, Knots

StepKind = Literal["assessment", "enquiry", "plan", "support", "care", "close"]

ASSESSMENT_WEEKDAYS: Knots = (
    (0, 3),
    (100, 11),
    (250, 19),
    (500, 29),
    (700, 36),
    (880, 43),
    (932, 45),
    (960, 51),
    (1000, 84),
)
"""Weekdays from start to authorisation: median 28 working days, 92.5% within 45."""
CONFERENCE_WEEKDAYS: Knots = ((0, 6), (400, 11), (915, 15), (940, 17), (1000, 30))
"""Weekdays from strategy discussion to conference: 91% within 15 working days."""
PLAN_DAYS: Knots = ((0, 60), (150, 155), (500, 265), (800, 395), (950, 580), (1000, 920))
SUPPORT_DAYS: Knots = ((0, 45), (250, 165), (500, 300), (750, 500), (900, 730), (1000, 1200))
DISABLED_DAYS: Knots = ((0, 365), (500, 1500), (1000, 4500))

ENQUIRY_AT_REFERRAL = 0.21
ENQUIRY_IN_SUPPORT = 0.27
ENQUIRY_IN_PLAN = 0.10
CONFERENCE_HELD = 0.455
PLAN_MADE = 0.95
CARE_AT_REFERRAL = 0.045
CARE_FROM_PLAN = 0.17
CARE_FROM_SUPPORT = 0.04
SUPPORT_NEEDED = 0.44
SUPPORT_AFTER_PLAN = 0.82
ASSESSED_AGAIN = 0.17

CLOSED_AFTER_ASSESSMENT = (("RC8", 74), ("RC9", 24), ("RC5", 2))
CLOSED_AFTER_SUPPORT = (("RC7", 92), ("RC5", 5), ("RC3", 3))


@dataclass(frozen=True, slots=True)
class Step:
    """One dated step of a script.

    Attributes
    ----------
    kind : {"assessment", "enquiry", "plan", "support", "care", "close"}
        What happens.
    start : int
        Day it starts.
    end : int
        Day it ends: authorisation, conference or decision that none is needed, end of the
        plan or of the support; ``OPEN`` for care, whose end is the child's own.
    outcome : str
        "yes" or "no" for support needed or a plan made; "unnecessary" for an enquiry
        without conference; the closure reason of "close".
    """

    kind: StepKind
    start: int
    end: int
    outcome: str = ""


@dataclass(slots=True)
class Script:
    """A script in the making.

    Attributes
    ----------
    dice : Dice
        Chance.
    returning : float
        How many times likelier than others the family is to come to a plan again.
    steps : list of Step
        The steps so far.
    """

    dice: Dice
    returning: float = 1.0
    steps: list[Step] = field(default_factory=list)

    def refer(self, day: int) -> list[Step]:
        """Give the steps that follow a referral on `day` that is taken up."""
        dice = self.dice
        start = day + dice.chance(0.3)
        done = add_weekdays(start, dice.spread(ASSESSMENT_WEEKDAYS))
        plan_from = OPEN
        if dice.chance(ENQUIRY_AT_REFERRAL):
            plan_from = self._enquire(add_weekdays(day, dice.between(0, 7)))
        care = plan_from == OPEN and dice.chance(CARE_AT_REFERRAL)
        support = plan_from != OPEN or care or dice.chance(SUPPORT_NEEDED)
        self._step("assessment", start, done, "yes" if support else "no")
        if plan_from != OPEN:
            self._plan(plan_from)
        elif care:
            self._step("care", dice.between(day, done), OPEN)
        elif support:
            self._support(done)
        else:
            self._step("close", done, done, dice.weighted(CLOSED_AFTER_ASSESSMENT))
        return self.steps

    @staticmethod
    def care_from(day: int) -> Step:
        """Give the step of entering care on `day`."""
        return Step("care", day, OPEN)

    def refer_disabled(self, day: int) -> list[Step]:
        """Give the steps that follow a referral for a child's disability."""
        dice = self.dice
        done = add_weekdays(day + 1, dice.spread(ASSESSMENT_WEEKDAYS))
        end = done + dice.spread(DISABLED_DAYS)
        self._step("assessment", day + 1, done, "yes")
        again = done + 330
        while again < end - 60:
            if dice.chance(0.5):
                self._assess_again(again)
            again += 365
        self._step("support", done, end)
        self._step("close", end, end, "RC7")
        return self.steps

    def _step(self, kind: StepKind, start: int, end: int, outcome: str = "") -> None:
        self.steps.append(Step(kind, start, end, outcome))

    def _assess_again(self, day: int) -> None:
        """Assess a child whose case is open; the journey ends it with the case at the latest."""
        done = add_weekdays(day, self.dice.spread(ASSESSMENT_WEEKDAYS))
        self._step("assessment", day, done, "yes")

    def _enquire(self, day: int) -> int:
        """Hold an enquiry; give the day a plan starts, or OPEN."""
        dice = self.dice
        if not dice.chance(min(0.95, CONFERENCE_HELD * self.returning)):
            self._step("enquiry", day, add_weekdays(day, dice.between(3, 14)), "unnecessary")
            return OPEN
        held = add_weekdays(day, dice.spread(CONFERENCE_WEEKDAYS))
        made = dice.chance(PLAN_MADE)
        self._step("enquiry", day, held, "yes" if made else "no")
        return held if made else OPEN

    def _plan(self, start: int) -> None:
        dice = self.dice
        end = start + dice.spread(PLAN_DAYS)
        if dice.chance(ENQUIRY_IN_PLAN):
            at = dice.between(start + 20, end)
            self._step("enquiry", at, add_weekdays(at, dice.between(3, 14)), "unnecessary")
        if dice.chance(ASSESSED_AGAIN):
            self._assess_again(dice.between(start + 45, end))
        if dice.chance(CARE_FROM_PLAN):
            care = dice.between(start + 15, end)
            self._step("plan", start, care)
            self._step("care", care, OPEN)
            return
        self._step("plan", start, end)
        if dice.chance(SUPPORT_AFTER_PLAN):
            self._support(end)
        else:
            self._step("close", end, end, dice.weighted(CLOSED_AFTER_SUPPORT))

    def _support(self, start: int) -> None:
        dice = self.dice
        end = start + dice.spread(SUPPORT_DAYS)
        if dice.chance(ASSESSED_AGAIN):
            self._assess_again(dice.between(start + 40, end))
        if dice.chance(ENQUIRY_IN_SUPPORT):
            at = dice.between(start + 10, end)
            plan_from = self._enquire(at)
            if plan_from != OPEN:
                self._step("support", start, plan_from)
                self._plan(plan_from)
                return
        if dice.chance(CARE_FROM_SUPPORT):
            care = dice.between(start + 10, end)
            self._step("support", start, care)
            self._step("care", care, OPEN)
            return
        self._step("support", start, end)
        self._step("close", end, end, dice.weighted(CLOSED_AFTER_SUPPORT))
