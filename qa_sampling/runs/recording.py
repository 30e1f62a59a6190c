"""Rows of the register from sheets that can be recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from qa_sampling.declared import Table
from qa_sampling.records.fieldwork import OUTCOMES, TAGS, WITHDRAWN_TAG, case_name
from qa_sampling.records.form_history import FormHistory
from qa_sampling.records.form_standing import AGREED, Agreed, Standing, standing_forms
from qa_sampling.records.form_templates import CONCERN
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.records.return_records import FormRows, Recorded
from qa_sampling.records.returned import ACTIONS, ANSWERS, AUDITS, REASONS_OF_WITHDRAWAL
from qa_sampling.records.returned_form import ReturnedSheet
from qa_sampling.records.returned_settling import FINISHED
from qa_sampling.runs.form_changes import FormChange, change_of, held_against
from qa_sampling.sampling.frame import frame_from_snapshot


@dataclass(frozen=True)
class Collected:
    """What a batch left in the register.

    Attributes
    ----------
    audits, outcomes, actions : Recorded
        Audits; cases that cannot be audited, and those that were; actions agreed or withdrawn.
    withdrawn : int
        Actions that stood until now and that their forms no longer have.
    concerns : int
        Audits recorded now that tell of a child at risk of harm.
    """

    audits: Recorded
    outcomes: Recorded
    actions: Recorded
    withdrawn: int
    concerns: int


@dataclass
class _Rows:
    """Rows under way, by table."""

    audits: list[dict] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)
    outcomes: list[dict] = field(default_factory=list)
    actions: list[dict] = field(default_factory=list)
    tags: list[dict] = field(default_factory=list)

    def framed(self) -> FormRows:
        return FormRows(
            framed(self.audits, AUDITS),
            framed(self.answers, ANSWERS),
            framed(self.outcomes, OUTCOMES),
            framed(self.actions, ACTIONS),
            framed(self.tags, TAGS),
        )


def record_sheets(
    register: Register,
    sheets: Sequence[ReturnedSheet],
    draws: Mapping[str, RecordedDraw],
    *,
    staff: pd.DataFrame | None,
    today: date,
) -> Collected:
    """Record sheets that are sound, all or none; the same sheet again changes nothing.

    Parameters
    ----------
    register : Register
        Where they are recorded.
    sheets : sequence of ReturnedSheet
        Complete ones, and ones that say why a case cannot be audited. Moderators' are passed over
        (see ``runs.moderation_returns``).
    draws : mapping of str to RecordedDraw
        By name, every draw the sheets belong to.
    staff : DataFrame or None
        ``schema.STAFF``, for roles.
    today : date
        Day a case that cannot be audited was told of.

    Notes
    -----
    What stands is read under the lock that the rows are written under: a sheet that another run
    has made an old one meanwhile is left out.
    """
    sheets = [one for one in sheets if not one.is_moderation]
    roles = {} if staff is None else dict(zip(staff["staff_id"], staff["role"], strict=True))
    facts = {name: _facts(register, draws[name]) for name in {one.draw_id for one in sheets}}

    def make(history: FormHistory) -> FormRows:
        standing, rows = standing_forms(history), _Rows()
        held = {row["outcome_id"]: row for row in history.rows["outcomes"]}
        for sheet in sheets:
            if held_against(sheet, standing, history).reading.status not in FINISHED:
                continue
            name = case_name(sheet.draw_id, sheet.case_ref)
            now = standing.get(name, Standing())
            change = change_of(sheet, now)
            fixed = facts[sheet.draw_id].loc[sheet.case_ref].to_dict()
            fixed |= {"auditor_id": sheet.auditor_id, "auditor_role": roles.get(sheet.auditor_id)}
            _add(rows, name, now, change, fixed | _case(sheet))
            rows.outcomes[-1]["date"] = _day(change, held.get(name), today)
        return rows.framed()

    before = _going(register)
    done = register.record_forms(make)
    withdrawn = len(before - _going(register))
    concerns = sum(_is_concern(sheet) for sheet in sheets)
    return Collected(done["audits"], done["outcomes"], done["actions"], withdrawn, concerns)


def _going(register: Register) -> set[str]:
    held = register.actions()
    return set(held.loc[held["status"].ne("Withdrawn").fillna(True), "action_id"])


def _add(rows: _Rows, name: str, now: Standing, change: FormChange, fixed: dict) -> None:
    """Add what one sheet leaves."""
    own = {"audit_id": name}
    if change.audit is not None:
        rows.audits.append(own | fixed | change.audit)
    elif now.audit is not None and now.audit["date_completed"] is not None:
        rows.audits.append({key: now.audit[key] for key in _KEPT})
    rows.answers += [own | one for one in change.answers]
    case = {key: fixed[key] for key in ("draw_id", "case_ref")}
    rows.outcomes.append({"outcome_id": name, **case, **change.outcome})
    reason = REASONS_OF_WITHDRAWAL["taken back" if change.audit is None else "removed"]
    back = {"status": "Withdrawn", "impact_evidence": reason}
    rows.actions += [own | _action(*one) for one in change.actions.items()]
    rows.actions += [own | _action(*one) | back for one in change.withdrawn.items()]
    gone = [{"kind": kind, "tag": WITHDRAWN_TAG} for kind in change.themes_gone]
    rows.tags += [own | {"tag_id": f"{name}/{one['kind']}"} | one for one in [*change.tags, *gone]]


_TAKEN_BACK = (
    "date_completed",
    "practitioner_met",
    "family_feedback",
    "immediate_safeguarding_concern",
    "learning",
)
_KEPT = tuple(name for name in AUDITS.names if name not in _TAKEN_BACK)
"""What stays of an audit that is taken back: whose it was and when it was due."""


def _action(name: str, said: Agreed) -> dict[str, object]:
    return {"action_id": name} | {
        column: value or None for column, value in zip(AGREED, said, strict=True)
    }


def _case(sheet: ReturnedSheet) -> dict[str, str]:
    return {"draw_id": sheet.draw_id, "case_ref": sheet.case_ref}


def _day(change: FormChange, before: Mapping[str, object] | None, today: date) -> object:
    """Give the day of an outcome: of the audit; or the day a case that cannot be was told of."""
    if change.audit is not None:
        return change.audit["date_completed"]
    said = ("outcome", "reason")
    same = before is not None and all(before[name] == change.outcome[name] for name in said)
    return before["date"] if same else today


def _is_concern(sheet: ReturnedSheet) -> bool:
    told = sheet.reading.answers.get(CONCERN)
    return sheet.reading.status == "complete" and told is not None and told.short == "Yes"


def _facts(register: Register, draw: RecordedDraw) -> pd.DataFrame:
    """Give what the draw says of its audits, by case; the team is the strata's first margin."""
    frame = frame_from_snapshot(register.frame_of(draw).snapshot)
    sample = draw.draw.sample.set_index("case_ref")[["stratum"]]
    return sample.assign(
        team=frame.set_index("case_ref")["row"],
        period=draw.period,
        design=draw.design,
        audit_type=draw.design,
        date_assigned=draw.drawn_at[:10],
        date_due=draw.due,
    )


def framed(rows: list[dict[str, object]], table: Table) -> pd.DataFrame:
    """Give rows as a declared table.

    Parameters
    ----------
    rows : list of dict
        Values by column, days as dates or ISO text; what is left out is missing.
    table : Table
        The declaration.
    """
    if not rows:
        return table.empty()
    held = pd.DataFrame(rows).reindex(columns=table.names)
    for column in table.columns:
        if column.kind == "date":
            held[column.name] = pd.to_datetime(held[column.name])
    return held.astype(table.empty().dtypes.to_dict())
