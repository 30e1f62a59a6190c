"""Years of monthly audits: which cases, by whom, with two auditors of planted severity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qa_sampling.records.invented.days import OPEN, month_end, month_starts, to_date, to_day
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.grading import AssignedAudit, Grading
from qa_sampling.records.invented.history import History
from qa_sampling.schema import PAST_AUDITS

AUDITS_A_MONTH = 40.0
QUIET_MONTHS = (8, 12)
"""Calendar months without audits."""
PLANTED_SHIFT = 700
"""How far the lenient and the severe auditor stray, in thousandths of a grade."""
RESTRICTED_SHARE = 0.008
RESTRICTIONS = (
    ("Family member of staff", 45),
    ("Subject of a complaint", 25),
    ("Child safeguarding practice review", 15),
    ("Sealed adoption record", 15),
)


@dataclass
class AuditProgramme:
    """The audits of an authority, month by month.

    Attributes
    ----------
    history : History
        The story of the authority.
    dice : Dice
        Chance.
    scale : float
        Size of the authority; 1 for 40 audits a month.
    second : Dice
        Chance of the grades moderators give the standards.
    lenient, severe : str
        Staff numbers of the two auditors with a planted shift, once run.
    """

    history: History
    dice: Dice
    scale: float
    second: Dice
    lenient: str = ""
    severe: str = ""
    _last_audit: dict[str, int] = field(default_factory=dict)
    _rota: list[str] = field(default_factory=list)

    def run(self, months: int) -> dict[str, pd.DataFrame]:
        """Audit every month save August and December; give the tables of ``grading``.

        Parameters
        ----------
        months : int
            Number of months, the last of them that in which the records end.
        """
        staff = self.history.staff
        self._people = {person.staff_id: person for person in staff.itertuples(index=False)}
        self._auditors = staff.loc[staff["may_audit"], "staff_id"].tolist()
        self._moderators = staff.loc[staff["may_moderate"], "staff_id"].tolist()
        grading = Grading(self.dice, self._appoint(), self.history.last, self.second)
        for start in month_starts(to_date(self.history.last), months):
            if to_date(start).month not in QUIET_MONTHS:
                for audit in self._plan_month(start):
                    grading.add(audit)
        return grading.tables()

    def _appoint(self) -> dict[str, int]:
        """Name the lenient and the severe auditor; give everyone's severity."""
        people = self._people.values()
        steady = [
            person.staff_id
            for person in people
            if person.role == "Team Manager" and person.may_audit and pd.isna(person.monthly_cap)
            if pd.isna(person.unavailable_from)
        ]
        if len(steady) < 2:
            steady = [person.staff_id for person in people if person.role == "Team Manager"]
        self.lenient, self.severe = self.dice.shuffled(steady)[:2]
        severity = {person: self.dice.between(-120, 120) for person in self._people}
        return severity | {self.lenient: PLANTED_SHIFT, self.severe: -PLANTED_SHIFT}

    def _plan_month(self, start: int) -> list[AssignedAudit]:
        """Choose the month's cases and give them to auditors."""
        dice, cases = self.dice, self.history.cases_at(start - 1)
        cases = cases[cases["status"] != "Closed"]
        children = self.history.children.loc[cases["child"], ["child_id", "family_id"]]
        cases = cases.assign(**{name: children[name].to_numpy() for name in children})
        wanted, families, audits = dice.round(AUDITS_A_MONTH * self.scale), set(), []
        for case in dice.shuffled(list(cases.itertuples(index=False))):
            if len(audits) == wanted:
                break
            recent = start - self._last_audit.get(case.child_id, 0) < 365
            if recent or case.family_id in families:
                continue
            auditor = self._next_auditor(case, start)
            if auditor:
                families.add(case.family_id)
                self._last_audit[case.child_id] = start
                audits.append(self._assign(case, auditor, start, len(audits) + 1))
        return audits

    def _assign(self, case: Any, auditor: str, start: int, number: int) -> AssignedAudit:  # noqa: ANN401
        period = f"{to_date(start):%Y-%m}"
        moderators = tuple(
            person
            for person in self._moderators
            if person != auditor and self._people[person].service != case.service
        )
        return AssignedAudit(
            audit_id=f"A-{period}-{number:03d}",
            period=period,
            child_id=case.child_id,
            status=case.status,
            team=case.team,
            worker=case.worker,
            manager=case.manager,
            auditor=auditor,
            moderators=moderators,
            assigned=start + 1,
            due=month_end(start),
        )

    def _next_auditor(self, case: Any, day: int) -> str:  # noqa: ANN401
        """Give the next auditor of the rota who is neither of the case's team nor away."""
        for _ in range(2):
            for place, auditor in enumerate(self._rota):
                outside = self._people[auditor].team != case.team
                if outside and not _away(self._people[auditor], day):
                    return self._rota.pop(place)
            self._rota = self.dice.shuffled(self._auditors)
        return ""


def _away(person: Any, day: int) -> bool:  # noqa: ANN401
    """Say whether a member of staff is away on a day."""
    if pd.isna(person.unavailable_from):
        return False
    back = OPEN if pd.isna(person.unavailable_to) else to_day(person.unavailable_to.date())
    return to_day(person.unavailable_from.date()) <= day <= back


def past_audits(audits: pd.DataFrame) -> pd.DataFrame:
    """Give the completed audits in the layout of ``schema.PAST_AUDITS``."""
    done = audits[audits["date_completed"].notna()]
    done = done.rename(columns={"date_completed": "date", "grade_overall": "grade"})
    return done[PAST_AUDITS.names].sort_values(["date", "child_id"], ignore_index=True)


def restrict(history: History, dice: Dice) -> pd.DataFrame:
    """Give the cases never to be drawn, in the layout of ``schema.RESTRICTED``."""
    cases = history.cases_at(history.last)
    cases = cases[cases["status"] != "Closed"]
    child_ids = history.children["child_id"].loc[cases["child"]].tolist()
    chosen = [child for child in child_ids if dice.chance(RESTRICTED_SHARE)] or child_ids[:1]
    return pd.DataFrame(
        {"child_id": chosen, "reason": [dice.weighted(RESTRICTIONS) for _ in chosen]}
    )
