"""Forms as auditors send them back: filled, and damaged in every way that was thought of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import openpyxl
from plan_factory import KEY, make_plan, make_staff

from qa_sampling.records.form_layout import lay_out
from qa_sampling.records.forms import load_form, write_audit_forms
from qa_sampling.records.returned_form import Expected, ReturnedBook, read_returned

ROOT = Path(__file__).parents[1]
FORM = load_form(ROOT / "parameters" / "forms" / "practice_evaluation.yml")
LAYOUT = lay_out(FORM)
ROW = {placed.question.key: placed.row + 1 for placed in LAYOUT.questions}
TODAY = dt.date(2026, 11, 30)
DONE = dt.datetime(2026, 11, 20)
GRADE, WORDS = "Good", "Read in the record and heard from the worker."
Change = Callable[[openpyxl.Workbook], None]


def send_out(folder: Path) -> list[Path]:
    """Write the forms of the small plan."""
    return write_audit_forms(folder, make_plan(), form=FORM, staff=make_staff(), key=KEY)


def expected() -> dict[tuple[str, str], Expected]:
    """What was sent out."""
    plan = make_plan()
    return {
        (plan.draw_id, row.case_ref): Expected(
            plan.draw_id, row.case_ref, row.auditor_id, plan.as_at
        )
        for row in plan.cases.itertuples()
    }


def fill_sheet(sheet: object, *, grade: str = GRADE, day: dt.datetime = DONE) -> None:
    """Answer every question of a case's sheet but those about actions."""
    for placed in LAYOUT.questions:
        question = placed.question
        if question.key == "cannot_audit" or question.key.startswith("action_"):
            continue
        answer = {
            "grade": grade,
            "standard": "Voice",
            "choice": question.options[-1] if question.options else None,
            "date": day,
            "none": None,
        }[question.answer]
        if question.key in ("family_feedback", "practitioner_met"):
            answer = "Yes"
        sheet.cell(placed.row + 1, 2).value = answer
        if question.words != "none":
            sheet.cell(placed.row + 1, 3).value = WORDS


def filled(source: Path, target: Path, *changes: Change, fill_all: bool = False) -> Path:
    """Fill in the first case (or all) of a form, change what is asked, and save it as another."""
    book = openpyxl.load_workbook(source)
    for sheet in [name for name in book.sheetnames if name.startswith("Case")]:
        if fill_all or sheet == "Case 1":
            fill_sheet(book[sheet])
    for change in changes:
        change(book)
    book.save(target)
    return target


def put(key: str, value: object, *, column: int = 2, sheet: str = "Case 1") -> Change:
    """Write a value into a question's cell: column 2 the short answer, 3 the words."""
    return lambda book: setattr(book[sheet].cell(ROW[key], column), "value", value)


def read(path: Path, **changed: object) -> ReturnedBook:
    """Read a returned workbook of the small plan."""
    asked = {
        "keys": [KEY],
        "template": lambda name, version: FORM if (name, version) == (FORM.name, 1) else None,
        "expected": expected(),
        "today": TODAY,
    }
    return read_returned(path, **(asked | changed))
