"""The invented auditors of a year: when they finish a form, and what they write on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from qa_sampling.records.form_layout import STANDARD_NAMES, form_sections
from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    CONCERN,
    OVERALL,
    Question,
)
from qa_sampling.records.invented.days import month_end, to_day
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.drawn_months import TILT
from qa_sampling.records.invented.grading import QUALITY, AssignedAudit, Grading
from qa_sampling.runs.returned_folder import form_named

IMPROVED_FROM_MONTH, IMPROVED = "07", 160
"""Practice is better from July, by so many thousandths of a grade."""
FAULTY, SHORT, CANNOT = 0.05, 0.10, 0.98
"""Chance below which a grade is of no scale, below which one is misspelt, and above which the
case cannot be audited."""
_WORDS = "Invented: what was read, seen and heard."
Written = dict[str, tuple[object, str | None]]
Told = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Sheet:
    """One case of a form that was sent out. Restricted.

    Attributes
    ----------
    path : Path
        The workbook.
    name : str
        Its sheet.
    case_ref : str
        The case.
    auditor : str
        Staff number of the auditor.
    form : str
        Name of the form.
    facts : dict of str to str
        What the sheet says of the case, by label.
    owner, manager : str
        Staff numbers of those who owe its actions.
    audit : str
        Name of the audit.
    """

    path: Path
    name: str
    case_ref: str
    auditor: str
    form: str
    facts: dict[str, str]
    owner: str = ""
    manager: str = ""
    audit: str = ""

    def with_owner(self, staff: pd.DataFrame) -> Sheet:
        """Give the sheet with who owes its actions: the worker, else the team's manager."""
        team = staff[staff["team"] == self.facts.get("Team")]
        managers = team.loc[team["role"].str.contains("Manager|Leader"), "staff_id"]
        manager = str(managers.iloc[0]) if len(managers) else self.auditor
        worker = self.facts.get("Worker", "")
        own = staff.loc[staff["name"].eq(worker) | staff["staff_id"].eq(worker), "staff_id"]
        return replace(self, owner=str(own.iloc[0]) if len(own) else manager, manager=manager)


def graded_forms(
    seed: int, slug: str, sheets: Sequence[Sheet], staff: pd.DataFrame, *, sent: str, until: date
) -> Told:
    """Let all cases of a plan be audited; give the tables of ``invented.grading``.

    Parameters
    ----------
    seed : int
        Seed of the year.
    slug : str
        Name of the plan's folder, such as "2026-03"; chance follows from it and the seed.
    sheets : sequence of Sheet
        Its cases, in any order.
    staff : DataFrame
        ``schema.STAFF``.
    sent : str
        The month in which its forms went out.
    until : date
        The last day of the records; what comes later is not known.
    """
    stray = Dice(seed, "severity of a year's auditors")
    severity = {one: stray.between(-120, 260) for one in sorted(staff["staff_id"].astype(str))}
    grading = Grading(Dice(seed, f"forms of {slug}"), severity, to_day(until), Dice(seed, slug))
    start = to_day(date.fromisoformat(f"{sent}-01"))
    for sheet in sorted(sheets, key=lambda one: one.case_ref):
        audit = AssignedAudit(
            audit_id=sheet.case_ref, period=slug[:7], child_id=sheet.case_ref,
            status=sheet.facts.get("Status", ""), team=sheet.facts.get("Team", ""),
            worker=sheet.owner, manager=sheet.manager, auditor=sheet.auditor, moderators=(),
            assigned=start, due=month_end(start),
        )  # fmt: skip
        grading.add(audit, _quality(sheet, slug))
    return grading.tables()


def completed_on(told: Told, sheet: Sheet) -> date | None:
    """Give the day on which a case's audit was completed; None when it never was."""
    audits = told["audits"]
    day = audits.loc[audits["audit_id"] == sheet.case_ref, "date_completed"].iloc[0]
    return None if pd.isna(day) else day.date()


def corrected(sheet: Sheet) -> bool:
    """Say whether a form came back with a fault first, and so comes once more."""
    return _chance(sheet) < FAULTY


def written_on(told: Told, sheet: Sheet, *, mended: bool) -> Written:
    """Give what an auditor wrote of a case: the short answers and the words.

    Parameters
    ----------
    told : dict of str to DataFrame
        From :func:`graded_forms`.
    sheet : Sheet
        The case.
    mended : bool
        Whether a fault was put right by now.
    """
    luck = _chance(sheet)
    if luck > CANNOT:
        return {CANNOT_AUDIT: ("Record unavailable", _WORDS)}
    audit = told["audits"].set_index("audit_id").loc[sheet.case_ref]
    own = told["answers"][told["answers"]["audit_id"] == sheet.case_ref]
    grades = dict(zip(own["standard"], own["grade"], strict=True))
    grades[OVERALL] = audit["grade_overall"]
    fixed = {
        "family_feedback": audit["family_feedback"],
        "practitioner_met": audit["practitioner_met"],
        CONCERN: audit["immediate_concern"],
        COMPLETED: audit["date_completed"].to_pydatetime(),
    }
    form = form_named(sheet.form)
    written: Written = {}
    for question in (one for section in form_sections(form) for one in section.questions):
        if question.key == CANNOT_AUDIT or question.key.startswith("action_"):
            continue
        short = fixed.get(question.key) or _answer(question, grades, sheet)
        written[question.key] = (short, None if question.words == "none" else _WORDS)
    if luck < SHORT and "planning" in written:
        faulty = luck < FAULTY and not mended
        written["planning"] = ("Fairly good" if faulty else "RI to be good", _WORDS)
    return written | _actions(told["actions"], sheet, form.actions)


def _answer(question: Question, grades: dict[str, str], sheet: Sheet) -> str | None:
    if question.answer == "grade":
        return grades.get(question.key, grades[OVERALL])
    if question.answer == "standard":
        named = [name for name in STANDARD_NAMES if name in grades]
        best = question.key != "learning"
        return STANDARD_NAMES[sorted(named, key=lambda name: _order(grades[name]))[-best]]
    if question.answer == "choice" and question.options:
        luck = _chance(sheet, question.key) ** 2
        return question.options[int(luck * len(question.options))]
    return None


def _order(grade: str) -> int:
    order = ("Inadequate", "Requires improvement", "Good", "Outstanding")
    return order.index(grade) if grade in order else 1


def _actions(actions: pd.DataFrame, sheet: Sheet, most: int) -> Written:
    """Give the actions that the auditor agreed, as they stand on the form."""
    written: Written = {}
    own = actions[actions["audit_id"] == sheet.case_ref]
    for number, one in enumerate(own.head(most).itertuples(), start=1):
        written[f"action_{number}"] = (STANDARD_NAMES.get(one.standard, "Other"), one.text)
        written[f"action_{number}_owner"] = (one.due.to_pydatetime(), one.owner)
    return written


def _quality(sheet: Sheet, slug: str) -> int:
    """Give how good practice is with a case, in thousandths of a grade."""
    places, values = zip(*QUALITY, strict=True)
    better = IMPROVED if slug[5:7] >= IMPROVED_FROM_MONTH else 0
    tilt = TILT.get(sheet.facts.get("Status", ""), 0) + better
    value = np.interp(int(1000 * _chance(sheet, "quality")), places, values) + tilt
    return int(min(max(value, 800), 4300))


def _chance(sheet: Sheet, what: str = "form") -> float:
    text = f"{what}|{sheet.case_ref}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 16**8
