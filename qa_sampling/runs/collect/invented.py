"""The invented authority's forms, as they come back: most of them sound, some late, some not."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from qa_sampling import __version__
from qa_sampling.records import keys
from qa_sampling.records.form_layout import STANDARD_NAMES, CaseLayout, lay_out
from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    CONCERN,
    OVERALL,
    FormTemplate,
    Question,
    load_form,
)
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.invented.drawn_months import drawn_month, graded
from qa_sampling.records.register import Register
from qa_sampling.runs.drawn import register_month
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.collect import CollectAudits
from qa_sampling.settings.common import home

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
    month = drawn_month(authority, settings.period, _NOBODY)
    if register.find_draw(settings.period, "monthly") is None:
        register_month(register, month)
    folder = settings.outputs_folder / "restricted" / f".returned-{__version__}-{settings.period}"
    if folder.is_dir():
        return folder
    draft = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:8]}")
    draft.mkdir(parents=True)
    form = load_form(home() / "parameters" / "forms" / "practice_evaluation.yml")
    draw_id = f"{settings.period}-monthly"
    plan = AuditPlan(
        period=settings.period,
        design="monthly",
        title="Practice Evaluations",
        as_at=month.as_at,
        due=month.due,
        frame=month.frame,
        draw=month.draw,
        assignment=month.assignment,
        draw_id=draw_id,
    )
    sent = write_audit_forms(
        draft, plan, form=form, staff=authority.staff, key=keys.INVENTED_KEY.secret
    )
    told = graded(authority, [month])
    _fill(sent, plan, form, told, last=pd.Timestamp(settings.extract_day))
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():
            raise
    return folder


_NOBODY = pd.DataFrame({"case_ref": [], "date": pd.to_datetime([])})


def _fill(
    sent: list[Path],
    plan: AuditPlan,
    form: FormTemplate,
    told: dict[str, pd.DataFrame],
    *,
    last: pd.Timestamp,
) -> None:
    """Fill in what came back by the day; damage a little of it."""
    import openpyxl

    key = keys.INVENTED_KEY.secret
    audits = told["audits"].assign(
        case_ref=[pseudonym(number, key) for number in told["audits"]["child_id"]]
    )
    done = audits[audits["date_completed"] <= last].set_index("case_ref")
    answers = told["answers"].set_index(["audit_id", "standard"])["grade"]
    layout, cases = lay_out(form), plan.cases
    for path in sent:
        own = cases[cases["auditor_id"].astype(str) == path.stem.rsplit("_", 1)[-1]]
        back = [ref for ref in own["case_ref"] if ref in done.index]
        if not back:
            path.unlink()
            continue
        book = openpyxl.load_workbook(path)
        for number, ref in enumerate(own["case_ref"], start=1):
            if ref in done.index:
                given = _given(done.loc[ref], answers)
                _write(book[f"Case {number}"], layout, given, chance=_chance(ref))
        book.save(path)
        if _chance(path.stem) < 0.08:
            shutil.copy(path, path.with_name(f"Copy of {path.name}"))


def _chance(name: str) -> float:
    return int(hashlib.sha256(f"returned|{name}".encode()).hexdigest()[:8], 16) / 16**8


def _given(audit: pd.Series, answers: pd.Series) -> dict[str, Any]:
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


def _write(sheet: Any, layout: CaseLayout, given: dict[str, Any], *, chance: float) -> None:  # noqa: ANN401
    """Fill in a sheet; leave out or misspell something where chance says so."""
    questions: dict[str, tuple[int, Question]] = {
        placed.question.key: (placed.row + 1, placed.question) for placed in layout.questions
    }
    if chance > 0.97:
        row = questions[CANNOT_AUDIT][0]
        sheet.cell(row, 2).value = "Record unavailable"
        sheet.cell(row, 3).value = _WORDS
        return
    for key, (row, question) in questions.items():
        if key not in given:
            continue
        value = given[key]
        sheet.cell(row, 2).value = value if isinstance(value, datetime) else str(value)
        if question.words != "none":
            sheet.cell(row, 3).value = _WORDS
    if chance < 0.05:
        sheet.cell(questions["voice"][0], 2).value = "Fairly good"
    elif chance < 0.1:
        sheet.cell(questions["planning"][0], 2).value = "RI to be good"
    elif chance < 0.15:
        sheet.cell(questions["visits"][0], 3).value = None
