"""Moderators' forms of a plan: every audit that is back and not yet moderated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.records.forms import Given
from qa_sampling.records.moderation_forms import ToModerate, write_moderation_forms
from qa_sampling.records.register import Register
from qa_sampling.runs.moderation_owed import audits_read, owed_moderations
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.moderator_choice import choose_moderators, moderator_pairs
from qa_sampling.sampling.plan import AuditPlan

_TO_WRITE = ("due", "late")


@dataclass(frozen=True)
class WrittenForms:
    """What was written.

    Attributes
    ----------
    paths : list of Path
        A workbook a moderator.
    audits : int
        Audits that are to be moderated now.
    waiting : int
        Audits that are drawn for moderation and not back yet.
    moderated : int
        Audits that were moderated already.
    nobody : tuple of str
        Names of audits that nobody on the staff list may moderate.
    """

    paths: list[Path]
    audits: int
    waiting: int
    moderated: int
    nobody: tuple[str, ...]


def write_plan_moderations(
    plan: AuditPlan,
    register: Register,
    folder: Path,
    *,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    key: bytes,
    rules: AssignmentRules,
    form: FormTemplate,
    as_at: date,
    given: Given | None = None,
) -> WrittenForms:
    """Write the moderators' forms of a plan.

    Parameters
    ----------
    plan : AuditPlan
        The plan, with the link from cases to their numbers.
    register : Register
        Holds audits and moderations.
    folder : Path
        A restricted folder, made when there is something to write.
    staff : DataFrame
        ``schema.STAFF``.
    case_roles : DataFrame or None
        ``independence.ROLES_OF_CASES``, by reference.
    key : bytes
        The authority's secret key, which signs the sheets.
    rules : AssignmentRules
        Independence.
    form : FormTemplate
        What moderators are asked.
    as_at : date
        Day the forms are made on.
    given : mapping, optional
        Answers that are known already (see ``write_moderation_forms``).
    """
    owed = owed_moderations(register, sent_out(register), form=form, as_at=as_at)
    owed = owed[owed["draw_id"] == plan.draw_id]
    now = owed[owed["state"].isin(_TO_WRITE)]
    whose = moderators_of(now, plan, staff, case_roles, rules=rules)
    told = audits_read(register)
    ready = now[now["case_ref"].isin(whose)]
    paths = []
    if len(ready):
        folder.mkdir(parents=True)
        cases = ready[["case_ref"]].assign(moderator_id=ready["case_ref"].map(whose))
        names = dict(zip(ready["case_ref"], ready["audit_id"], strict=True))
        wanted = ToModerate(
            cases, {ref: told[name] for ref, name in names.items()}, ready["due"].min().date()
        )
        paths = write_moderation_forms(
            folder, plan, wanted, form=form, staff=staff, key=key, given=given
        )
    return WrittenForms(
        paths=paths,
        audits=len(ready),
        waiting=int((owed["state"] == "waiting").sum()),
        moderated=int(owed["moderated_on"].notna().sum()),
        nobody=tuple(now.loc[~now["case_ref"].isin(whose), "audit_id"]),
    )


def moderators_of(
    owed: pd.DataFrame,
    plan: AuditPlan,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
) -> dict[str, str]:
    """Give each audit its moderator: the plan's, unless the audit has another auditor now.

    Parameters
    ----------
    owed : DataFrame
        ``runs.moderation_owed.owed_moderations``.
    plan : AuditPlan
        The plan.
    staff : DataFrame
        ``schema.STAFF``.
    case_roles : DataFrame or None
        ``independence.ROLES_OF_CASES``, by reference.
    rules : AssignmentRules
        Independence.

    Returns
    -------
    dict of str to str
        Case to staff number. An audit that nobody may moderate is left out.
    """
    auditors: Mapping[str, str] = dict(zip(owed["case_ref"], owed["auditor_id"], strict=True))
    cases = plan.frame.cases[plan.frame.cases["case_ref"].isin(owed["case_ref"])]
    asked = {"auditors": auditors, "rules": rules}
    kept = {}
    pairs = moderator_pairs(cases, staff, case_roles, **asked) if len(cases) else {}
    for row in owed.itertuples():
        same = row.auditor_id == row.planned_auditor
        planned = isinstance(row.moderator_id, str)
        if planned and (same or row.moderator_id in pairs.get(row.case_ref, ())):
            kept[row.case_ref] = row.moderator_id
    others = cases[~cases["case_ref"].isin(kept)]
    chosen = choose_moderators(others, staff, case_roles, seed=plan.draw.seed, **asked)
    return kept | chosen
