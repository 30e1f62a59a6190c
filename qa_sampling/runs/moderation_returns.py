"""Moderators' sheets that came back: held against the register, and recorded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    CONCERN,
    OVERALL,
    PANEL_QUESTIONS,
)
from qa_sampling.records.moderation_history import said
from qa_sampling.records.moderation_mark import AuditRead, is_edition
from qa_sampling.records.register import Register
from qa_sampling.records.return_records import Recorded
from qa_sampling.records.returned import MODERATED_ANSWERS, MODERATIONS
from qa_sampling.records.returned_form import ReturnedSheet
from qa_sampling.records.returned_sheet import Answer, Fault
from qa_sampling.runs.recording import framed
from qa_sampling.schema import NOT_RECORDED, QUALITY_STANDARDS

_GRADED = (*QUALITY_STANDARDS, OVERALL)
_TOO_EARLY = (
    "the day lies before the audit was completed",
    "Check the day, month and year.",
)
_CORRECTED = (
    "the audit was corrected after this form was sent out",
    "Taken as it is. Look at what changed, and send the form again if your grades would.",
)
_REPLACED = (
    "a correction of this moderation was recorded already",
    "Nothing to do. If it is to count again, give the day you decided so as the day of completion.",
)
_SECOND = (
    "another moderator's reading of this audit is recorded already",
    "Taken as a second reading. If it should not count, say which of the two was asked for.",
)
_CHANGED = "changed_after_seeing"
_ABOUT = {
    "reflects_practice": "Reflects practice",
    "meaningful_learning": "Learning",
    _CHANGED: "Grades changed after seeing the audit",
    CONCERN: "Child at risk of harm now",
    COMPLETED: "Anything else",
}
"""What a moderator's words are about, where that is no standard."""
_CANNOT = (
    "this audit cannot be moderated by whom it was sent to",
    "Nothing is recorded: find somebody else, or leave the audit unmoderated.",
)


def moderation_name(sheet: ReturnedSheet) -> str:
    """Give the name a moderation has in the register: the audit and the moderator.

    Parameters
    ----------
    sheet : ReturnedSheet
        A moderator's sheet.
    """
    return f"{case_name(sheet.draw_id, sheet.case_ref)}/{sheet.auditor_id}"


def moderation_judge(
    register: Register, audits: dict[str, AuditRead], keys: Collection[bytes]
) -> Callable[[ReturnedSheet], ReturnedSheet]:
    """Give what holds a finished moderation against what is recorded.

    Parameters
    ----------
    register : Register
        Holds audits and every moderation that ever came.
    audits : dict of str to AuditRead
        What audits say now.
    keys : collection of bytes
        Keys the mark may have been made with.
    """
    days = register.audits().set_index("audit_id")["date_completed"]
    earlier = register.moderation_versions()
    read_by = register.moderations().groupby("audit_id")["moderator_id"].agg(set).to_dict()

    def judge(sheet: ReturnedSheet) -> ReturnedSheet:
        name, reading = case_name(sheet.draw_id, sheet.case_ref), sheet.reading
        if reading.status == "cannot":
            return _with(sheet, Fault(reading.cells.get(CANNOT_AUDIT, ""), *_CANNOT, "note"))
        audit = audits.get(name)
        same = audit is not None and is_edition(sheet.form, audit, keys)
        day = pd.Timestamp(reading.answers[COMPLETED].short)
        if same and day < days[name]:
            return _with(sheet, Fault(reading.cells.get(COMPLETED, ""), *_TOO_EARLY), "faulty")
        versions = earlier.get(moderation_name(sheet), [])
        now = said(*_rows(sheet, None))
        if now in versions[:-1] and now != versions[-1]:
            return _with(sheet, Fault("", *_REPLACED, "note"), "replaced")
        if read_by.get(name, set()) - {sheet.auditor_id}:
            sheet = _with(sheet, Fault("", *_SECOND, "note"))
        return sheet if same else _with(sheet, Fault("", *_CORRECTED, "note"))

    return judge


def _with(sheet: ReturnedSheet, fault: Fault, status: str | None = None) -> ReturnedSheet:
    reading = sheet.reading
    told = replace(reading, status=status or reading.status, faults=[*reading.faults, fault])
    return replace(sheet, reading=told)


def record_moderations(
    register: Register,
    sheets: Sequence[ReturnedSheet],
    *,
    staff: pd.DataFrame | None,
) -> Recorded:
    """Record moderations that are sound; the same again changes nothing, another replaces it.

    A grade that the panel settled on stays: the form does not ask for it. Words go into the
    moderation's comment, each with what it is about.

    Parameters
    ----------
    register : Register
        Where they are recorded.
    sheets : sequence of ReturnedSheet
        Sheets that count; those of auditors, and those that say why not, are passed over.
    staff : DataFrame or None
        ``schema.STAFF``, for roles.
    """
    wanted = [one for one in sheets if one.is_moderation and one.reading.status == "complete"]
    roles = {} if staff is None else dict(zip(staff["staff_id"], staff["role"], strict=True))
    settled = register.moderations().set_index("moderation_id")["panel_final_grade"].dropna()
    rows, answers = [], []
    for sheet in wanted:
        row, given = _rows(sheet, roles.get(sheet.auditor_id))
        rows.append(row | {"panel_final_grade": settled.get(row["moderation_id"])})
        answers += [{"moderation_id": row["moderation_id"]} | one for one in given]
    if not rows:
        return Recorded(0, 0, 0)
    return register.record_moderations(
        framed(rows, MODERATIONS), framed(answers, MODERATED_ANSWERS)
    )


def _rows(sheet: ReturnedSheet, role: str | None) -> tuple[dict[str, object], list[dict]]:
    """Give the row of a moderation, and its grades."""
    told = sheet.reading.answers
    row: dict[str, object] = {
        "moderation_id": moderation_name(sheet),
        "audit_id": case_name(sheet.draw_id, sheet.case_ref),
        "moderator_id": sheet.auditor_id,
        "role": role,
        "date": told[COMPLETED].short,
        "comment": _comment(told),
    }
    for key in PANEL_QUESTIONS:
        short = told.get(key, Answer()).short
        row[key] = NOT_RECORDED if short is None else short
    answers = [
        {"standard": key, "grade": told[key].short}
        for key in _GRADED
        if key in told and told[key].short is not None
    ]
    return row, answers


def _comment(told: Mapping[str, Answer]) -> str | None:
    """Give all words of a moderation, each with what it is about; None when there are none."""
    lines = []
    for key, answer in told.items():
        about = QUALITY_STANDARDS.get(key) or _ABOUT.get(key)
        about = "Overall grade" if key == OVERALL else about or key
        tells = key == _CHANGED or (key == CONCERN and answer.short == "Yes")
        short = str(answer.short) if tells and answer.short is not None else ""
        said_of_it = ". ".join(filter(None, (short, answer.words)))
        if said_of_it:
            lines.append(f"{about}: {said_of_it}")
    return "\n".join(lines) or None


def moderators_concerns(sheets: Sequence[ReturnedSheet]) -> int:
    """Count moderations that tell of a child at risk of harm.

    Parameters
    ----------
    sheets : sequence of ReturnedSheet
        Sheets that count.
    """
    told = [one for one in sheets if one.is_moderation and one.reading.status == "complete"]
    return sum(one.reading.answers.get(CONCERN, Answer()).short == "Yes" for one in told)
