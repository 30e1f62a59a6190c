"""What the invented authority's moderators write: mostly the auditor's grade, else a lower one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime

from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.records.form_templates import COMPLETED, CONCERN, OVERALL
from qa_sampling.records.invented.days import add_weekdays, to_date, to_day
from qa_sampling.records.moderation_mark import AuditRead

LOWER, HIGHER = 0.24, 0.06
"""Chance that a moderator grades one lower, or one higher, than the auditor."""
FAULTY = 0.1
"""Chance that a form comes back with a grade of no scale."""
_WORDS = "Invented: what the second reader saw differently."
Written = dict[str, tuple[object, str | None]]


def second_readings(
    audits: Mapping[str, AuditRead], completed: Mapping[str, date], *, last: date
) -> dict[str, Written]:
    """Give what moderators wrote, by case: the short answers and the words.

    Parameters
    ----------
    audits : mapping of str to AuditRead
        By case.
    completed : mapping of str to date
        Day each audit was completed, by case.
    last : date
        What would be written later is not there.
    """
    found = {}
    for case_ref, audit in audits.items():
        wait = 3 + int(12 * _chance(case_ref, "days"))
        day = to_date(add_weekdays(to_day(completed[case_ref]), wait))
        if day <= last:
            found[case_ref] = second_reading(case_ref, audit, day)
    return found


def second_reading(case_ref: str, audit: AuditRead, day: date) -> Written:
    """Give what a moderator wrote of one audit.

    Parameters
    ----------
    case_ref : str
        The case; chance follows from it.
    audit : AuditRead
        What the auditor said.
    day : date
        Day it was written.
    """
    written: Written = {
        standard: (_moved(grade, _chance(case_ref, standard)), None)
        for standard, grade in audit.grades.items()
    }
    same = written[OVERALL][0] == audit.grades[OVERALL]
    learned = _chance(case_ref, "learning") < 0.8
    written |= {
        "reflects_practice": ("Yes", None) if same else ("Partly", _WORDS),
        "meaningful_learning": ("Yes", None) if learned else ("No", _WORDS),
        "changed_after_seeing": ("No", None),
        CONCERN: ("No", None),
        COMPLETED: (datetime(day.year, day.month, day.day), None),
    }
    if _chance(case_ref, "fault") < FAULTY:
        written["recording"] = ("Quite good", None)
    return written


def _moved(grade: str, chance: float) -> str:
    grades = GRADES_SCALE.grades
    if grade not in grades:
        return grade
    step = -1 if chance < LOWER else 1 if chance > 1 - HIGHER else 0
    return grades[min(max(grades.index(grade) + step, 0), len(grades) - 1)]


def _chance(case_ref: str, what: str) -> float:
    text = f"second reading|{case_ref}|{what}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 16**8
