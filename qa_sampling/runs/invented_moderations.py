"""The invented authority's moderators fill in their forms: most of them, one with a fault."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

from qa_sampling.records import keys
from qa_sampling.records.invented.second_readings import second_readings
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.invented_forms import invented_plan
from qa_sampling.runs.moderation_out import write_plan_moderations
from qa_sampling.runs.moderation_owed import audits_read, moderation_form
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.settings.collect import CollectAudits


def invent_moderated(settings: CollectAudits, register: Register, folder: Path) -> Path | None:
    """Put the moderators' forms of the invented month into its folder, as they come back.

    Parameters
    ----------
    settings : CollectAudits
        Name the month and the day.
    register : Register
        Holds the month's audits.
    folder : Path
        Folder of the auditors' forms.

    Returns
    -------
    Path or None
        A folder in it; None when they were there already, or nothing is to be moderated.
    """
    target = folder / "moderations"
    if target.is_dir():
        return None
    authority = invented_authority()
    month, plan = invented_plan(settings)
    rules = AssignmentRules(
        period_start=month.due.replace(day=1), period_end=month.due, monthly_cap=3
    )
    draft = folder.with_name(f"{folder.name}-{uuid.uuid4().hex[:8]}")
    done = register.audits().dropna(subset=["date_completed"])
    days = dict(zip(done["case_ref"], done["date_completed"].dt.date, strict=True))
    refs = dict(zip(done["audit_id"], done["case_ref"], strict=True))
    told = {refs[name]: audit for name, audit in audits_read(register).items()}
    given = second_readings(told, days, last=settings.extract_day)
    made = write_plan_moderations(
        plan,
        register,
        draft,
        staff=authority.staff,
        case_roles=None,
        key=keys.INVENTED_KEY.secret,
        rules=rules,
        form=moderation_form(),
        as_at=settings.extract_day,
        given=given,
    )
    if not made.paths:
        return None
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not target.is_dir():
            raise
    return target
