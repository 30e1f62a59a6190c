"""What came of an invented audit: grades, moderation, actions, feedback."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from qa_sampling.records.invented.audit_words import ACTIONS, CONCERN_ACTION, IMPACT, THEMES
from qa_sampling.records.invented.days import OPEN, add_weekdays, next_weekday, to_dates
from qa_sampling.records.invented.dice import Dice, Knots
from qa_sampling.schema import GRADES, NOT_APPLICABLE, QUALITY_STANDARDS

MODERATED = 0.2
MISREAD = 0.07
"""Share of moderations in which auditor and moderator saw two different cases."""
QUALITY: Knots = ((0, 1150), (100, 1900), (350, 2450), (700, 2950), (930, 3500), (1000, 3950))
"""Quality of practice: Inadequate 1000, Requires improvement 2000, Good 3000, Outstanding 4000."""
HARDER = {"oversight": -220, "planning": -130, "recording": -80, "voice": 170, "visits": 90}
"""Standards that are graded lower or higher than the overall grade."""
ACTIONS_BY_GRADE = {
    "Outstanding": (0, 1),
    "Good": (0, 2),
    "Requires improvement": (1, 3),
    "Inadequate": (3, 5),
}
COLUMNS = {
    "audits": (
        "audit_id period child_id status team auditor_id date_assigned date_due date_completed "
        "practitioner_met family_feedback immediate_concern grade_overall"
    ),
    "answers": "audit_id standard grade",
    "moderations": (
        "audit_id moderator_id date grade_overall reflects_practice meaningful_learning"
    ),
    "moderated_answers": "audit_id standard grade",
    "actions": (
        "action_id audit_id standard text owner due completed verified_by verified_date status "
        "impact_evidence"
    ),
    "feedback": "audit_id given_by date helped theme",
}
DATES = {
    "audits": ("date_assigned", "date_due", "date_completed"),
    "moderations": ("date",),
    "actions": ("due", "completed", "verified_date"),
    "feedback": ("date",),
}


def grade_of(quality: int) -> str:
    """Give the grade of a quality in thousandths: 3000 is the middle of Good."""
    return GRADES[4 - min(4, max(1, (quality + 500) // 1000))]


@dataclass(frozen=True, slots=True)
class AssignedAudit:
    """An audit that was given to an auditor; days are numbers."""

    audit_id: str
    period: str
    child_id: str
    status: str
    team: str
    worker: str
    manager: str
    auditor: str
    moderators: tuple[str, ...]
    assigned: int
    due: int


@dataclass
class Grading:
    """The results of audits, in the making.

    Attributes
    ----------
    dice : Dice
        Chance.
    severity : dict of str to int
        How far an auditor or moderator strays, in thousandths of a grade; above zero is lenient.
    last : int
        The day the records end: what comes later has not happened.
    second : Dice
        Chance of the moderators' grades by standard, apart from the rest.
    """

    dice: Dice
    severity: dict[str, int]
    last: int
    second: Dice
    _rows: dict[str, list] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables of :data:`COLUMNS`."""
        tables = {}
        for name, columns in COLUMNS.items():
            frame = pd.DataFrame(self._rows[name], columns=columns.split())
            for column in DATES.get(name, ()):
                frame[column] = to_dates(frame[column])
            tables[name] = frame
        return tables

    def add(self, audit: AssignedAudit, quality: int | None = None, *, lost: bool = False) -> None:
        """Let the audit be done, or not, and record what came of it.

        Parameters
        ----------
        audit : AssignedAudit
            The audit.
        quality : int, optional
            Quality of the practice it looks at, in thousandths of a grade; by chance if not given.
        lost : bool
            Whether it never comes back, whatever chance says.
        """
        dice = self.dice
        completed = next_weekday(audit.due - dice.between(-3, 16))
        if dice.chance(0.10):
            completed = next_weekday(audit.due + dice.between(4, 30))
        if completed > self.last or dice.chance(0.04) or lost:
            row = (audit.audit_id, audit.period, audit.child_id, audit.status, audit.team)
            row += (audit.auditor, audit.assigned, audit.due, OPEN, None, None, None, None)
            self._rows["audits"].append(row)
            return
        quality = dice.spread(QUALITY) if quality is None else quality
        concern = quality < 1400 and dice.chance(0.3)
        seen = quality + self.severity[audit.auditor]
        grade = grade_of(seen + dice.between(-200, 200))
        feedback = dice.weighted(
            (("Yes", 55), ("No", 22), ("Declined", 13), ("Not appropriate", 10))
        )
        row = (audit.audit_id, audit.period, audit.child_id, audit.status, audit.team)
        row += (audit.auditor, audit.assigned, audit.due, completed)
        row += ("Yes" if dice.chance(0.78) else "No", feedback, "Yes" if concern else "No", grade)
        self._rows["audits"].append(row)
        self._answer(audit, seen)
        self._moderate(audit, quality, grade, completed)
        self._act(audit, grade, completed, concern=concern)
        if feedback == "Yes":
            self._hear(audit, quality, completed)

    def _answer(self, audit: AssignedAudit, seen: int) -> None:
        dice = self.dice
        for standard in QUALITY_STANDARDS:
            grade = grade_of(seen + HARDER.get(standard, 0) + dice.between(-450, 450))
            not_in_care = standard == "care_planning" and audit.status != "Looked after"
            if not_in_care or dice.chance(0.25 if standard == "culture" else 0.02):
                grade = NOT_APPLICABLE
            self._rows["answers"].append((audit.audit_id, standard, grade))

    def _moderate(self, audit: AssignedAudit, quality: int, grade: str, completed: int) -> None:
        dice = self.dice
        drawn = dice.chance(MODERATED)
        if not audit.moderators or not (drawn or grade == "Inadequate"):
            return
        day = add_weekdays(completed, dice.between(3, 16))
        if day > self.last:
            return
        moderator = dice.pick(audit.moderators)
        seen = quality + self.severity[moderator]
        moderated = grade_of(seen + dice.between(-200, 200))
        reflects = "Yes" if moderated == grade else dice.weighted((("Partly", 70), ("No", 30)))
        learning = "Yes" if dice.chance(0.8) else "No"
        if self.second.chance(MISREAD):
            seen += self.second.between(1200, 1700) * (1 if quality < 2500 else -1)
            moderated = grade_of(seen)
            reflects = self.second.weighted((("No", 70), ("Partly", 30)))
        row = (audit.audit_id, moderator, day, moderated, reflects, learning)
        self._rows["moderations"].append(row)
        self._answer_again(audit, seen)

    def _answer_again(self, audit: AssignedAudit, seen: int) -> None:
        """Let the moderator grade the standards as well; a few are thought not to apply."""
        second = self.second
        for standard in QUALITY_STANDARDS:
            grade = grade_of(seen + HARDER.get(standard, 0) + second.between(-450, 450))
            not_in_care = standard == "care_planning" and audit.status != "Looked after"
            if not_in_care or second.chance(0.22 if standard == "culture" else 0.03):
                grade = NOT_APPLICABLE
            self._rows["moderated_answers"].append((audit.audit_id, standard, grade))

    def _act(self, audit: AssignedAudit, grade: str, completed: int, *, concern: bool) -> None:
        dice = self.dice
        standards = dice.shuffled(list(ACTIONS))[: dice.between(*ACTIONS_BY_GRADE[grade])]
        if concern:
            standards.insert(0, "statutory")
        for place, standard in enumerate(standards):
            urgent = concern and place == 0
            text = CONCERN_ACTION if urgent else ACTIONS[standard]
            due = add_weekdays(completed, 1 if urgent else dice.between(10, 40))
            done = add_weekdays(completed, dice.between(1, 60)) if dice.chance(0.86) else OPEN
            done = min(done, due) if urgent else done
            verified = add_weekdays(done, dice.between(3, 40)) if done < OPEN else OPEN
            if not dice.chance(0.6) or verified > self.last:
                verified = OPEN
            if done > self.last:
                done = verified = OPEN
            status = "Verified" if verified < OPEN else "Completed" if done < OPEN else "Open"
            if status == "Open" and due <= self.last:
                status = "Overdue"
            number = f"{audit.audit_id}-{place + 1}"
            owner = audit.manager if standard in ("oversight", "culture") else audit.worker
            checked = (audit.auditor, verified) if verified < OPEN else (None, OPEN)
            impact = dice.pick(IMPACT) if verified < OPEN and dice.chance(0.55) else None
            row = (number, audit.audit_id, standard, text, owner, due, done, *checked)
            self._rows["actions"].append((*row, status, impact))

    def _hear(self, audit: AssignedAudit, quality: int, completed: int) -> None:
        dice = self.dice
        who = dice.weighted(
            (("Parent or carer", 70), ("Child or young person", 22), ("Family member", 8))
        )
        helped = "Yes" if dice.chance(0.4 + (quality - 1000) / 6000) else "Partly"
        if helped == "Partly" and dice.chance(0.35):
            helped = "No"
        day = max(audit.assigned, completed - dice.between(0, 8))
        self._rows["feedback"].append((audit.audit_id, who, day, helped, dice.pick(THEMES)))
