"""A small register with a drawn month, and forms of it as they were read: no file is needed."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from plan_factory import make_plan, make_staff

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_standing import standing_forms
from qa_sampling.records.register import Register
from qa_sampling.records.returned_batch import Batch, read_batch
from qa_sampling.records.returned_form import ReturnedBook, ReturnedSheet
from qa_sampling.records.returned_sheet import Answer, SheetReading
from qa_sampling.runs.form_changes import held_against
from qa_sampling.runs.recording import Collected, record_sheets
from qa_sampling.sampling.frame import frame_snapshot

DRAW = "2026-11-monthly"
TODAY = dt.date(2026, 11, 26)
NOON = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
ASK, SEE = ("Voice", "Ask her."), ("Visits", "See him.")
PLAN = make_plan()
CASES = PLAN.assignment.table[["case_ref", "auditor_id"]].to_records(index=False).tolist()
AUDIT = case_name(DRAW, CASES[0][0])


def small_register(path: Path) -> Register:
    """Record the small plan's draw in a new register."""
    register = Register.open(path, create=True, clock=lambda: NOON)
    snapshot = frame_snapshot(PLAN.frame.cases)
    mark = hashlib.sha256(snapshot.encode()).hexdigest()
    register.fix_frame(
        period="2026-11", design="monthly", fingerprint=mark, snapshot=snapshot, parameters={}
    )
    register.commit_draw(
        period="2026-11",
        design="monthly",
        draw=replace(PLAN.draw, frame_fingerprint=mark),
        assignment=PLAN.assignment,
        as_at=PLAN.as_at,
        due=PLAN.due,
        title=PLAN.title,
        library_version="test",
    )
    return register


def form(
    number: int = 0,
    *,
    grade: str = "Good",
    actions: Sequence[tuple[str, str]] = (),
    themes: Sequence[str] = ("Voice", "Visits"),
    cannot: str = "",
    day: dt.date = dt.date(2026, 11, 20),
) -> ReturnedSheet:
    """A finished form of a case; each action is a standard and words."""
    ref, auditor = CASES[number]
    answers: dict[str, Answer] = {
        "cannot_audit": Answer(cannot or None, "Seen." if cannot else None)
    }
    if not cannot:
        answers |= {"voice": Answer(grade, "Read."), "overall": Answer(grade, "Read.")}
        answers |= {
            key: Answer(theme, "Learn.")
            for key, theme in zip(("worked_well", "learning"), themes, strict=False)
        }
        answers |= {"completed_on": Answer(day), "immediate_concern": Answer("No")}
        for at, (standard, words) in enumerate(actions, start=1):
            answers[f"action_{at}"] = Answer(standard, words)
            answers[f"action_{at}_owner"] = Answer(dt.date(2027, 1, 15), "S012")
    status = "cannot" if cannot else "complete"
    cells = {key: f"B{row}" for row, key in enumerate(answers, start=10)}
    reading = SheetReading(status, answers, [], cells)
    return ReturnedSheet("a.xlsx", "Case 1", DRAW, ref, auditor, "practice_evaluation", reading)


def read(register: Register, *forms: ReturnedSheet) -> Batch:
    """Hold forms, each in a workbook of its own, against each other and the register."""
    books = {
        Path(f"{n}.xlsx"): ReturnedBook(f"{n}.xlsx", (replace(one, file=f"{n}.xlsx"),))
        for n, one in enumerate(forms)
    }
    history = register.form_history()
    standing = standing_forms(history)
    return read_batch(
        list(books),
        books.__getitem__,
        judge=lambda sheet: held_against(sheet, standing, history),
    )


def record(register: Register, batch: Batch) -> Collected:
    """Record what is sound."""
    draws = {DRAW: register.get_draw(DRAW)}
    return record_sheets(register, batch.sound, draws, staff=make_staff(), today=TODAY)


def collect(register: Register, *forms: ReturnedSheet) -> tuple[Batch, Collected]:
    """Read and record forms."""
    batch = read(register, *forms)
    return batch, record(register, batch)
