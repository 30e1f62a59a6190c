"""What comes back in a month of an invented year: forms of the cases that the run itself drew."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from qa_sampling.records.extras import read_extras
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_identity import read_form_identity
from qa_sampling.records.form_layout import CaseLayout, lay_out
from qa_sampling.records.invented.second_readings import second_readings
from qa_sampling.records.moderation_mark import plain_form
from qa_sampling.records.register import Register
from qa_sampling.runs.moderation_owed import audits_read
from qa_sampling.runs.returned_folder import form_named
from qa_sampling.runs.year.auditors import Sheet, completed_on, corrected, graded_forms, written_on
from qa_sampling.runs.year.decisions import Decided, decided
from qa_sampling.runs.year.folder import InventedYear, collecting_day, day_before, month_before
from qa_sampling.runs.year.sheets import fill_actions, fill_activities
from qa_sampling.settings.calendar import Calendar

FORMS_OUT_MONTHS = 3
"""Months for which forms that were not returned are still waited for."""
DAYS_TO_BEGIN = 12
"""Days after which somebody who was given a case is at work on it."""
Written = dict[str, tuple[object, str | None]]


@dataclass(frozen=True)
class Window:
    """The days between two collections: what was completed in them comes back now.

    Attributes
    ----------
    before, last, now : date
        The day of the collection before the last, of the last, and of this one.
    """

    before: date
    last: date
    now: date

    def is_new(self, day: date) -> bool:
        """Say whether what was completed on a day comes back now for the first time."""
        return self.last < day <= self.now

    def is_corrected(self, day: date) -> bool:
        """Say whether what came back last time with a fault comes back corrected."""
        return self.before < day <= self.last


def fill_month(made: InventedYear, calendar: Calendar, period: str) -> int:
    """Let auditors, moderators and owners of actions fill in what they were sent.

    Parameters
    ----------
    made : InventedYear
        The year.
    calendar : Calendar
        Says in which months forms are collected.
    period : str
        The month in which it is collected.

    Returns
    -------
    int
        How many workbooks came back; 0 when they are there already.
    """
    mark = made.folder / "returned" / f"{period}.filled"
    if mark.exists():
        return 0
    staff = read_extras(made.tables(day_before(period))).staff
    for kind in ("actions", "activities"):
        made.sheet(kind, period).unlink(missing_ok=True)
    number = int(fill_activities(made, period, staff))
    if (made.outputs / "register.sqlite").exists():
        number += int(fill_actions(made, period, staff))
        number += _fill_forms(made, calendar, period, staff)
    mark.touch()
    return number


def _fill_forms(made: InventedYear, calendar: Calendar, period: str, staff: pd.DataFrame) -> int:
    days = [
        collecting_day(month)
        for month in made.months
        if any(entry.run == "collect_audits" for entry in calendar.of_month(month))
    ]
    now = collecting_day(period)
    if now not in days:
        return 0
    start = date(made.year, 1, 1)
    earlier = [start, start, *(day for day in days if day < now)]
    window = Window(earlier[-2], earlier[-1], now)
    target = made.returned(period)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with Register.open(made.outputs / "register.sqlite", create=False) as register:
        held = decided(register)
    number, given = 0, (held, target, window, staff)
    for back in range(1, FORMS_OUT_MONTHS + 1):
        for folder in sorted(made.outputs.glob(f"{month_before(period, back)}*/restricted/forms")):
            number += _fill_plan(made, folder, *given)
    number += _fill_late(made, *given)
    number += _fill_moderations(made, target, window)
    if not number:
        target.rmdir()
    return number


def _fill_plan(
    made: InventedYear,
    folder: Path,
    held: Decided,
    target: Path,
    window: Window,
    staff: pd.DataFrame,
) -> int:
    """Fill in the forms of one plan, as far as they are owed, and completed by now."""
    paths = sorted(folder.glob("*.xlsx"))
    if not paths or read_form_identity(paths[0]).draw_id in held.set_aside:
        return 0
    sheets = [sheet for path in paths for sheet in _sheets_of(path, staff)]
    slug = folder.parents[1].name
    sent = month_before(slug[:7], -1 if "deep_dive" in slug else 0)  # into the month before
    told = graded_forms(made.seed, slug, sheets, staff, sent=sent, until=made.until)
    number = 0
    for path in paths:
        given, comes = {}, False
        for sheet in (one for one in sheets if one.path == path):
            day = completed_on(told, sheet)
            owed = held.is_owed(sheet.audit, sheet.auditor)
            if not owed or day is None or day > window.now:
                continue
            mended = not window.is_new(day)
            comes |= window.is_new(day) or (window.is_corrected(day) and corrected(sheet))
            given[sheet.name] = written_on(told, sheet, mended=mended)
        if comes:
            _write(path, target / path.name, given, _layout(sheets[0].form))
            number += 1
    return number


def _fill_late(
    made: InventedYear, held: Decided, target: Path, window: Window, staff: pd.DataFrame
) -> int:
    """Fill in the forms of cases that another auditor was given, and of reserves."""
    number = 0
    for path in sorted((made.outputs / "restricted" / "late_forms").glob("*/*.xlsx")):
        for sheet in _sheets_of(path, staff):
            now = held.now.get(sheet.audit)
            if now is None or not held.is_owed(sheet.audit, sheet.auditor):
                continue
            begun = f"{now[1] + timedelta(DAYS_TO_BEGIN):%Y-%m}"
            slug, day = f"{sheet.audit[:7]} late {sheet.case_ref}", made.until
            told = graded_forms(made.seed, slug, [sheet], staff, sent=begun, until=day)
            day = completed_on(told, sheet)
            if day is None or not (window.is_new(day) or window.is_corrected(day)):
                continue
            if window.is_new(day) or corrected(sheet):
                written = written_on(told, sheet, mended=not window.is_new(day))
                name = target / f"{path.parent.name}_{path.name}"
                _write(path, name, {sheet.name: written}, _layout(sheet.form))
                number += 1
    return number


def _fill_moderations(made: InventedYear, target: Path, window: Window) -> int:
    """Fill in moderators' forms that were sent out before; a faulty one comes once more."""
    folders = sorted((made.outputs / "restricted" / "moderation_forms").glob("*"))
    if not folders:
        return 0
    with Register.open(made.outputs / "register.sqlite", create=False) as register:
        audits, read = register.audits(), audits_read(register)
    done = audits.dropna(subset=["date_completed"])
    number = 0
    for folder in folders:
        sent = date.fromisoformat(folder.name.rpartition("_")[2][:10])
        if (window.now - sent).days > 31 * FORMS_OUT_MONTHS:
            continue
        for path in sorted(folder.glob("*.xlsx")):
            number += _fill_moderation(path, sent, target, window, done, read)
    return number


def _fill_moderation(
    path: Path,
    sent: date,
    target: Path,
    window: Window,
    done: pd.DataFrame,
    read: dict[str, Any],
) -> int:
    identity = read_form_identity(path)
    own = done[(done["draw_id"] == identity.draw_id)]
    names = dict(zip(own["case_ref"], own["audit_id"], strict=True))
    refs = {ref: sheet for sheet, ref in identity.cases.items() if ref in names}
    told = second_readings(
        {ref: read[names[ref]] for ref in refs}, dict.fromkeys(refs, sent), last=window.now
    )
    given, comes = {}, False
    for ref, written in told.items():
        day = written["completed_on"][0].date()
        mended = not window.is_new(day)
        faulty = written.get("recording") == ("Quite good", None)
        comes |= window.is_new(day) or (window.is_corrected(day) and faulty)
        right = {"recording": ("Good", None)} if faulty and mended else {}
        given[refs[ref]] = written | right
    if comes:
        layout = _layout(f"moderation/{plain_form(identity.form)}")
        _write(path, target / f"{path.parent.name}_{path.name}", given, layout)
    return int(comes)


def _sheets_of(path: Path, staff: pd.DataFrame) -> list[Sheet]:
    """Give the cases of a form, with what its sheets say of them."""
    identity = read_form_identity(path)
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return [
            Sheet(
                path,
                name,
                ref,
                identity.auditor_id,
                identity.form,
                _facts(book[name]),
                audit=case_name(identity.draw_id, ref),
            ).with_owner(staff)
            for name, ref in identity.cases.items()
        ]
    finally:
        book.close()


def _facts(sheet: Any) -> dict[str, str]:  # noqa: ANN401 (openpyxl's)
    rows = sheet.iter_rows(max_col=2, values_only=True)
    return {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and row[0] and row[1]}


@cache
def _layout(form: str) -> CaseLayout:
    return lay_out(form_named(form))


def _write(source: Path, target: Path, given: dict[str, Written], layout: CaseLayout) -> None:
    """Write answers into the cells of a form that was sent out, and save it as another."""
    book = openpyxl.load_workbook(source)
    rows = {placed.question.key: placed.row + 1 for placed in layout.questions}
    for name, written in given.items():
        for key, (short, words) in written.items():
            if key in rows:
                book[name].cell(rows[key], 2).value = short
                book[name].cell(rows[key], 3).value = words
    book.save(target)
