"""Moderators' forms of the small plan: written, filled in, damaged, read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
from plan_factory import KEY, make_plan, make_staff

from qa_sampling.records.form_layout import lay_out
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.moderation_forms import ToModerate, write_moderation_forms
from qa_sampling.records.moderation_mark import AuditRead, plain_form
from qa_sampling.records.returned_form import MODERATION, Expected, ReturnedBook, read_returned
from qa_sampling.schema import QUALITY_STANDARDS

ROOT = Path(__file__).parents[1]
FORM = load_form(ROOT / "parameters" / "forms" / "moderation" / "moderation.yml")
LAYOUT = lay_out(FORM)
ROW = {placed.question.key: placed.row + 1 for placed in LAYOUT.questions}
TODAY = dt.date(2026, 12, 14)
DONE = dt.datetime(2026, 12, 7)
MODERATOR = "S030"
Change = Callable[[openpyxl.Workbook], None]


def audit_read(name: str, *, grade: str = "Good") -> AuditRead:
    """An audit with the same grade and words throughout."""
    keys = [*QUALITY_STANDARDS, "overall"]
    words = f"Seen by the auditor of {name}."
    return AuditRead(
        name,
        dict.fromkeys(keys, grade),
        dict.fromkeys(keys, words),
        "Ask earlier.",
        ("Write it down.",),
    )


def wanted() -> ToModerate:
    """The three audits of the small plan that are moderated."""
    table = make_plan().assignment.table.dropna(subset=["moderator_id"])
    cases = table[["case_ref", "moderator_id"]].reset_index(drop=True)
    audits = {ref: audit_read(f"audit {at}") for at, ref in enumerate(cases["case_ref"])}
    return ToModerate(cases, audits, dt.date(2026, 12, 14))


def send_out(folder: Path, *, audit_shown: str = "after") -> Path:
    """Write the moderator's workbook of the small plan."""
    form = replace(FORM, audit_shown=audit_shown)
    (path,) = write_moderation_forms(
        folder, make_plan(), wanted(), form=form, staff=make_staff(), key=KEY
    )
    return path


def expected(**changed: object) -> dict[tuple[str, ...], Expected]:
    """What was sent out."""
    plan = make_plan()
    auditors = plan.assignment.table.set_index("case_ref")["auditor_id"]
    asked = {"auditor_id": MODERATOR, "as_at": plan.as_at}
    return {
        (plan.draw_id, ref, MODERATION): Expected(
            plan.draw_id, ref, **(asked | {"not_by": auditors[ref]} | changed)
        )
        for ref in wanted().cases["case_ref"]
    }


def fill_sheet(sheet: object, *, grade: str = "Good", day: dt.datetime = DONE) -> None:
    """Answer every question of a moderation's sheet."""
    for placed in LAYOUT.questions:
        question = placed.question
        if question.key == "cannot_audit":
            continue
        answer = {"grade": grade, "date": day}.get(question.answer, "Yes")
        if question.key in ("immediate_concern", "changed_after_seeing"):
            answer = "No"
        sheet.cell(placed.row + 1, 2).value = answer


def filled(source: Path, target: Path, *changes: Change) -> Path:
    """Fill in the first case, change what is asked, and save it as another workbook."""
    book = openpyxl.load_workbook(source)
    fill_sheet(book["Case 1"])
    for change in changes:
        change(book)
    book.save(target)
    return target


def put(key: str, value: object, *, column: int = 2) -> Change:
    """Write a value into a question's cell: column 2 the short answer, 3 the words."""
    return lambda book: setattr(book["Case 1"].cell(ROW[key], column), "value", value)


def read(path: Path, **changed: object) -> ReturnedBook:
    """Read a returned workbook of the small plan."""

    def template(name: str, version: int) -> object:
        return FORM if (plain_form(name), version) == (FORM.name, 1) else None

    asked = {"keys": [KEY], "template": template, "expected": expected(), "today": TODAY}
    return read_returned(path, **(asked | changed))


def texts(sheet: object) -> list[str]:
    """All words on a sheet."""
    cells = (cell.value for row in sheet.iter_rows() for cell in row)
    return [value for value in cells if isinstance(value, str)]
