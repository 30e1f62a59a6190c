"""Which audits are to be moderated, by whom and by when; what of it is back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import FormError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_templates import FormTemplate, load_form
from qa_sampling.records.moderation_mark import AuditRead
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.records.returned_form import MODERATION, Expected
from qa_sampling.settings.common import home
from qa_sampling.trends.working_days import add_working_days

if TYPE_CHECKING:
    from qa_sampling.runs.returned_folder import Sent

DRAWN, BY_GRADE = "drawn", "by grade"
"""Why an audit is moderated: the plan drew it; its grade is always moderated."""
STATES = {
    "waiting": "Audit not back yet",
    "due": "Due",
    "late": "Late",
    "in_time": "Back in time",
    "back_late": "Back late",
}
"""How a moderation stands, and in words."""
COLUMNS = (
    "audit_id draw_id case_ref period design auditor_id planned_auditor moderator_id reason "
    "date_completed due moderated_by moderated_on state"
).split()


def moderation_form(name: str = "moderation") -> FormTemplate:
    """Read the questions that moderators are asked.

    Parameters
    ----------
    name : str
        A file in `parameters/forms/moderation`, without its ending.

    Raises
    ------
    FormError
        When there is none, or it is an auditors' form.
    """
    form = load_form(home() / "parameters" / "forms" / "moderation" / f"{name}.yml")
    if not form.is_moderation:
        raise FormError(f"{name} asks about cases, not about audits; write `kind: moderation`.")
    return form


def owed_moderations(
    register: Register, sent: Sent, *, form: FormTemplate, as_at: date
) -> pd.DataFrame:
    """Give every moderation that is asked for, and how it stands on a day.

    The plan drew some audits at random; those with a grade that is always moderated come on top
    when they are back. Of a draw that was replaced nothing is owed.

    Parameters
    ----------
    register : Register
        Holds audits and moderations.
    sent : Sent
        The draws, and who audits what.
    form : FormTemplate
        Says in how many working days a moderation is due: after the day the audits were due, or
        after a late audit's own day.
    as_at : date
        The day looked back from.

    Returns
    -------
    DataFrame
        One row an audit: `audit_id`, `draw_id`, `case_ref`, `period`, `design`, `auditor_id` (now),
        `planned_auditor`, `moderator_id` (of the plan; missing where it gave none), `reason`,
        `date_completed`, `due`, `moderated_by`, `moderated_on`, `state` (of ``STATES``).
    """
    audits = register.audits()
    completed = audits.set_index("audit_id")["date_completed"].dropna()
    answers = register.answers()
    overall = answers[answers["standard"] == OVERALL].set_index("audit_id")["grade"]
    done = register.moderations().sort_values(["date", "moderation_id"])
    done = done[~(done["date"] > pd.Timestamp(as_at))].drop_duplicates("audit_id", keep="last")
    done = done.set_index("audit_id")
    rows = []
    for (draw_id, case_ref), one in _cases(sent):
        draw, audit = sent.draws[draw_id], case_name(draw_id, case_ref)
        planned = _planned(draw).get(case_ref, (None, None))
        grades = draw.assignment.parameters.get("mandatory_grades", ())
        by_grade = audit in completed.index and overall.get(audit) in grades
        if planned[1] is None and not by_grade and audit not in done.index:
            continue
        day = completed.get(audit, pd.NaT)
        rows.append(
            {
                "audit_id": audit,
                "draw_id": draw_id,
                "case_ref": case_ref,
                "period": draw.period,
                "design": draw.design,
                "auditor_id": one.auditor_id,
                "planned_auditor": planned[0],
                "moderator_id": planned[1],
                "reason": BY_GRADE if planned[1] is None else DRAWN,
                "date_completed": day,
                "due": due_day(draw, day, form),
                "moderated_by": done["moderator_id"].get(audit),
                "moderated_on": done["date"].get(audit, pd.NaT),
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("date_completed", "due", "moderated_on"):
        table[name] = pd.to_datetime(table[name])
    table["state"] = _states(table, pd.Timestamp(as_at))
    return table


def due_day(draw: RecordedDraw, completed: object, form: FormTemplate) -> pd.Timestamp:
    """Give the day a moderation is due.

    Parameters
    ----------
    draw : RecordedDraw
        Says when its audits were due.
    completed : Timestamp or NaT
        Day the audit was completed.
    form : FormTemplate
        Says how many working days later it is due.
    """
    start = pd.Timestamp(draw.due)
    if not pd.isna(completed):
        start = max(start, pd.Timestamp(completed))
    return pd.Timestamp(add_working_days(start.date(), form.due_within_working_days))


def _cases(sent: Sent) -> list[tuple[tuple[str, str], Expected]]:
    return [(place, one) for place, one in sent.expected.items() if not one.superseded]


def _planned(draw: RecordedDraw) -> dict[str, tuple[str | None, str | None]]:
    """Give the auditor and the moderator of the plan, by case."""
    table = draw.assignment.table
    return {
        row.case_ref: (
            str(row.auditor_id),
            None if pd.isna(row.moderator_id) or not row.moderator_id else str(row.moderator_id),
        )
        for row in table.itertuples()
    }


def _states(table: pd.DataFrame, day: pd.Timestamp) -> list[str]:
    states = []
    for row in table.itertuples():
        if not pd.isna(row.moderated_on):
            states.append("back_late" if row.moderated_on > row.due else "in_time")
        elif pd.isna(row.date_completed):
            states.append("waiting")
        else:
            states.append("late" if day > row.due else "due")
    return states


def expected_moderations(register: Register, sent: Sent) -> dict[tuple[str, ...], Expected]:
    """Give whose moderations may come back: of audits that are in the register, by place.

    An audit whose auditor is still the plan's has the plan's moderator. Others were given a
    moderator when the forms were written; their mark, which is keyed, says whom.

    Parameters
    ----------
    register : Register
        Holds the audits.
    sent : Sent
        The draws, and who audits what.
    """
    back = set(register.audits().dropna(subset=["date_completed"])["audit_id"])
    planned = {name: _planned(draw) for name, draw in sent.draws.items()}
    found = {}
    for (draw_id, case_ref), one in sent.expected.items():
        if case_name(draw_id, case_ref) not in back:
            continue
        auditor, moderator = planned[draw_id].get(case_ref, (None, None))
        whose = moderator if moderator and auditor == one.auditor_id else ""
        found[draw_id, case_ref, MODERATION] = Expected(
            draw_id, case_ref, whose, one.as_at, one.superseded, not_by=one.auditor_id
        )
    return found


def audits_read(register: Register) -> dict[str, AuditRead]:
    """Give what every audit that was completed says, by its name.

    Parameters
    ----------
    register : Register
        Holds audits, answers and actions that stand.
    """
    audits = register.audits().dropna(subset=["date_completed"])
    answers = dict(list(register.answers().groupby("audit_id")))
    actions = register.actions()
    agreed = actions[actions["status"].ne("Withdrawn").fillna(True)].dropna(subset=["text"])
    texts = agreed.sort_values("action_id").groupby("audit_id")["text"].agg(tuple).to_dict()
    found = {}
    for row in audits.itertuples():
        own = answers.get(row.audit_id)
        graded = {} if own is None else own.set_index("standard")
        found[row.audit_id] = AuditRead(
            audit_id=row.audit_id,
            grades={} if own is None else graded["grade"].to_dict(),
            evidence={} if own is None else graded["evidence"].dropna().to_dict(),
            learning="" if pd.isna(row.learning) else row.learning,
            actions=texts.get(row.audit_id, ()),
        )
    return found
