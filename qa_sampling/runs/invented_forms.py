"""The invented authority's forms, as they come back: most of them sound, some late, some not."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records import keys
from qa_sampling.records.form_layout import STANDARD_NAMES
from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    CONCERN,
    OVERALL,
    load_form,
)
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.invented.drawn_months import DrawnMonth, drawn_month, graded
from qa_sampling.records.register import Register
from qa_sampling.runs.drawn_returns import register_month
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.collect import CollectAudits
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan

CANNOT = 0.97
"""Chance beyond which a case cannot be audited."""
_WORDS = "Invented: what was read, seen and heard."


def invent_returned(settings: CollectAudits, register: Register) -> Path:
    """Draw the invented authority's month, and put its forms into a folder as they come back.

    Parameters
    ----------
    settings : CollectAudits
        Name the month and the outputs.
    register : Register
        The month is drawn in it, unless it is already.

    Returns
    -------
    Path
        The folder, in the outputs.
    """
    authority = invented_authority()
    month, plan = invented_plan(settings)
    if register.find_draw(settings.period, "monthly") is None:
        register_month(register, month, MonthlyAuditPlan(period=settings.period))
    folder = settings.outputs_folder / "restricted" / f".returned-{__version__}-{settings.period}"
    if folder.is_dir():
        return folder
    draft = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:8]}")
    draft.mkdir(parents=True)
    form = load_form(home() / "parameters" / "forms" / "practice_evaluation.yml")
    told = graded(authority, [month])
    given = _given(plan, told, last=pd.Timestamp(settings.extract_day))
    sent = write_audit_forms(
        draft, plan, form=form, staff=authority.staff, key=keys.INVENTED_KEY.secret, given=given
    )
    _post(sent, plan, given)
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise
    return folder


def invented_plan(settings: CollectAudits) -> tuple[DrawnMonth, AuditPlan]:
    """Draw the invented authority's month, and give it as a plan too.

    Parameters
    ----------
    settings : CollectAudits
        Name the month.
    """
    month = drawn_month(invented_authority(), settings.period, _NOBODY)
    plan = AuditPlan(
        period=settings.period,
        design="monthly",
        title="Practice Evaluations",
        as_at=month.as_at,
        due=month.due,
        frame=month.frame,
        draw=month.draw,
        assignment=month.assignment,
        draw_id=f"{settings.period}-monthly",
    )
    return month, plan


_NOBODY = pd.DataFrame({"case_ref": [], "date": pd.to_datetime([])})


def _given(
    plan: AuditPlan, told: dict[str, pd.DataFrame], *, last: pd.Timestamp
) -> dict[str, dict[str, tuple[object, str | None]]]:
    """Give what auditors wrote by the day; a little of it is damaged."""
    key = keys.INVENTED_KEY.secret
    audits = told["audits"].assign(
        case_ref=[pseudonym(number, key) for number in told["audits"]["child_id"]]
    )
    done = audits[audits["date_completed"] <= last].set_index("case_ref")
    answers = told["answers"].set_index(["audit_id", "standard"])["grade"]
    drawn = [ref for ref in plan.cases["case_ref"] if ref in done.index]
    return {
        ref: _written(_answers(done.loc[ref], answers), _chance(ref))
        | (_actions(told["actions"], done.at[ref, "audit_id"]) if _chance(ref) <= CANNOT else {})
        for ref in drawn
    }


def _actions(actions: pd.DataFrame, audit_id: str) -> dict[str, tuple[object, str | None]]:
    """Give the actions that the auditor agreed, as they stand on the form."""
    written: dict[str, tuple[object, str | None]] = {}
    own = actions[actions["audit_id"] == audit_id]
    for number, one in enumerate(own.itertuples(), start=1):
        written[f"action_{number}"] = (STANDARD_NAMES.get(one.standard, "Other"), one.text)
        written[f"action_{number}_owner"] = (one.due.to_pydatetime(), one.owner)
    return written


def _post(sent: list[Path], plan: AuditPlan, given: Collection[str]) -> None:
    """Leave out forms on which nothing was written; let some come twice."""
    cases = plan.cases
    for path in sent:
        own = cases[cases["auditor_id"].astype(str) == path.stem.rsplit("_", 1)[-1]]
        if not set(own["case_ref"]) & set(given):
            path.unlink()
        elif _chance(path.stem) < 0.08:
            shutil.copy(path, path.with_name(f"Copy of {path.name}"))


def _chance(name: str) -> float:
    return int(hashlib.sha256(f"returned|{name}".encode()).hexdigest()[:8], 16) / 16**8


def _answers(audit: pd.Series, answers: pd.Series) -> dict[str, Any]:
    """Give the short answers of a form, by key."""
    grades = answers.loc[audit["audit_id"]].to_dict()
    weakest = min(grades, key=lambda name: (_order(grades[name]), name))
    best = max(grades, key=lambda name: (_order(grades[name]), name))
    return grades | {
        OVERALL: audit["grade_overall"],
        "worked_well": STANDARD_NAMES[best],
        "learning": STANDARD_NAMES[weakest],
        "family_feedback": audit["family_feedback"],
        "practitioner_met": audit["practitioner_met"],
        CONCERN: audit["immediate_concern"],
        COMPLETED: audit["date_completed"].to_pydatetime(),
    }


def _order(grade: str) -> int:
    order = ("Inadequate", "Requires improvement", "Good", "Outstanding")
    return order.index(grade) if grade in order else 1


def _written(given: dict[str, Any], chance: float) -> dict[str, tuple[object, str | None]]:
    """Give short answers and words; leave out or misspell something where chance says so."""
    if chance > CANNOT:
        return {CANNOT_AUDIT: ("Record unavailable", _WORDS)}
    written: dict[str, tuple[object, str | None]] = {
        key: (value, _WORDS) for key, value in given.items()
    }
    if chance < 0.05:
        written["voice"] = ("Fairly good", _WORDS)
    elif chance < 0.1:
        written["planning"] = ("RI to be good", _WORDS)
    elif chance < 0.15:
        written["visits"] = (written["visits"][0], None)
    return written
