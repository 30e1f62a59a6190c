"""Rows of the register from sheets that can be recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from qa_sampling.declared import Table
from qa_sampling.records.fieldwork import CANNOT, OUTCOMES, TAGS, case_name
from qa_sampling.records.form_layout import STANDARD_NAMES
from qa_sampling.records.form_templates import CANNOT_AUDIT, COMPLETED, CONCERN, OVERALL
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.records.return_records import Recorded
from qa_sampling.records.returned import ACTIONS, ANSWERS, AUDITS
from qa_sampling.records.returned_form import ReturnedSheet
from qa_sampling.records.returned_sheet import Answer
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.schema import NOT_RECORDED, QUALITY_STANDARDS

_BY_NAME = {name: key for key, name in STANDARD_NAMES.items()}
_THEMES = {"worked_well": "strength", "learning": "learning"}


@dataclass(frozen=True)
class Collected:
    """What a batch left in the register.

    Attributes
    ----------
    audits, outcomes, actions : Recorded
        Audits; cases that cannot be audited, and those that were; actions agreed.
    concerns : int
        Audits recorded now that tell of a child at risk of harm.
    """

    audits: Recorded
    outcomes: Recorded
    actions: Recorded
    concerns: int


def record_sheets(
    register: Register,
    sheets: Sequence[ReturnedSheet],
    draws: Mapping[str, RecordedDraw],
    *,
    staff: pd.DataFrame | None,
    today: date,
) -> Collected:
    """Record sheets that are sound; the same sheet again changes nothing.

    Parameters
    ----------
    register : Register
        Where they are recorded.
    sheets : sequence of ReturnedSheet
        Complete ones, and ones that say why a case cannot be audited.
    draws : mapping of str to RecordedDraw
        By name, every draw the sheets belong to.
    staff : DataFrame or None
        ``schema.STAFF``, for roles.
    today : date
        Day a case that cannot be audited was told of.
    """
    roles = {} if staff is None else dict(zip(staff["staff_id"], staff["role"], strict=True))
    audits, answers, outcomes, actions, tags = [], [], [], [], []
    held = {row.outcome_id: row for row in register.outcomes().itertuples()}
    teams = {name: _teams(register, draws[name]) for name in {one.draw_id for one in sheets}}
    for sheet in sheets:
        name = case_name(sheet.draw_id, sheet.case_ref)
        draw = draws[sheet.draw_id]
        if sheet.reading.status == "cannot":
            said = sheet.reading.answers[CANNOT_AUDIT]
            outcome, reason, day = CANNOT[str(said.short)], said.words, today
            before = held.get(name)
            if before is not None and (before.outcome, before.reason) == (outcome, reason):
                day = before.date.date()
        else:
            outcome, reason = "audited", None
            day = sheet.reading.answers[COMPLETED].short
            team = teams[sheet.draw_id].get(sheet.case_ref)
            audits.append(_audit(sheet, name, draw, roles) | {"team": team})
            answers += _answers(sheet, name)
            actions += _actions(sheet, name)
            tags += _tags(sheet, name)
        outcomes.append(
            {
                "outcome_id": name,
                "draw_id": sheet.draw_id,
                "case_ref": sheet.case_ref,
                "outcome": outcome,
                "reason": reason,
                "said_by": sheet.auditor_id,
                "date": pd.Timestamp(day),
            }
        )
    kept = register.record_audits(framed(audits, AUDITS), framed(answers, ANSWERS))
    told = register.record_outcomes(framed(outcomes, OUTCOMES))
    new = _not_followed_up(framed(actions, ACTIONS), register)
    agreed = register.record_actions(new)
    register.record_audit_tags(framed(tags, TAGS))
    concerns = sum(audit["immediate_safeguarding_concern"] == "Yes" for audit in audits)
    return Collected(kept, told, agreed, concerns)


def _teams(register: Register, draw: RecordedDraw) -> dict[str, str]:
    """Give the first margin of the strata, the team, by case."""
    frame = frame_from_snapshot(register.frame_of(draw).snapshot)
    return dict(zip(frame["case_ref"], frame["row"], strict=True))


def _audit(
    sheet: ReturnedSheet, name: str, draw: RecordedDraw, roles: Mapping[str, str]
) -> dict[str, object]:
    told = sheet.reading.answers

    def short(key: str) -> object:
        value = told.get(key, Answer()).short
        return NOT_RECORDED if value is None else value

    sampled = draw.draw.sample.set_index("case_ref")
    return {
        "audit_id": name,
        "draw_id": sheet.draw_id,
        "case_ref": sheet.case_ref,
        "period": draw.period,
        "design": draw.design,
        "stratum": sampled.at[sheet.case_ref, "stratum"],
        "audit_type": draw.design,
        "auditor_id": sheet.auditor_id,
        "auditor_role": roles.get(sheet.auditor_id),
        "date_assigned": pd.Timestamp(draw.drawn_at[:10]),
        "date_due": pd.Timestamp(draw.due),
        "date_completed": pd.Timestamp(told[COMPLETED].short),
        "practitioner_met": short("practitioner_met"),
        "family_feedback": short("family_feedback"),
        "immediate_safeguarding_concern": short(CONCERN),
        "learning": told.get("learning", Answer()).words,
    }


def _answers(sheet: ReturnedSheet, name: str) -> list[dict[str, object]]:
    return [
        {"audit_id": name, "standard": key, "grade": answer.short, "evidence": answer.words}
        for key, answer in sheet.reading.answers.items()
        if (key in QUALITY_STANDARDS or key == OVERALL) and answer.short is not None
    ]


def _actions(sheet: ReturnedSheet, name: str) -> list[dict[str, object]]:
    told = sheet.reading.answers
    rows = []
    for number in range(1, 11):
        what = told.get(f"action_{number}", Answer())
        who = told.get(f"action_{number}_owner", Answer())
        if what.is_blank:
            continue
        rows.append(
            {
                "action_id": f"{name}/{number}",
                "audit_id": name,
                "standard": _BY_NAME.get(str(what.short)),
                "text": what.words,
                "owner": who.words,
                "due": pd.Timestamp(who.short),
            }
        )
    return rows


def _not_followed_up(actions: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Leave actions alone that somebody has followed up since: the form knows less than they."""
    held = register.actions()
    touched = held[held[["completed", "verified_date", "status"]].notna().any(axis=1)]
    return actions[~actions["action_id"].isin(touched["action_id"])].reset_index(drop=True)


def _tags(sheet: ReturnedSheet, name: str) -> list[dict[str, object]]:
    return [
        {"tag_id": f"{name}/{kind}", "audit_id": name, "kind": kind, "tag": answer.short}
        for key, kind in _THEMES.items()
        if (answer := sheet.reading.answers.get(key, Answer())).short is not None
    ]


def framed(rows: list[dict[str, object]], table: Table) -> pd.DataFrame:
    """Give rows as a declared table.

    Parameters
    ----------
    rows : list of dict
        Values by column; what is left out is missing.
    table : Table
        The declaration.
    """
    if not rows:
        return table.empty()
    held = pd.DataFrame(rows).reindex(columns=table.names)
    return held.astype(table.empty().dtypes.to_dict())
