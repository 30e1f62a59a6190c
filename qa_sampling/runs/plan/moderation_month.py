"""Moderators' forms for a month: the plan's extract is read again for the case numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from qa_sampling.errors import AssignmentError, RegisterError
from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs, load_inputs
from qa_sampling.runs.moderation_out import WrittenForms, write_plan_moderations
from qa_sampling.runs.moderation_owed import moderation_form
from qa_sampling.runs.plan.steps import audit_plan, frame_of, roles_by_reference
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.plan import MonthlyAuditPlan


def write_month_moderations(
    settings: MonthlyAuditPlan,
    register: Register,
    folder: Path,
    *,
    as_at: date,
    form: FormTemplate | None = None,
) -> WrittenForms:
    """Write the moderators' forms of a month. Restricted.

    The extract of the plan is read again: the register knows no case number.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        The plan's parameters: its period, design, extract and staff list.
    register : Register
        Holds the draw, audits and moderations.
    folder : Path
        A restricted folder that is not there yet; made when there is something to write.
    as_at : date
        Day the forms are made on.
    form : FormTemplate, optional
        What moderators are asked; the usual form without it.

    Raises
    ------
    RegisterError
        When the month was not drawn.
    AssignmentError
        When there is no staff list.
    FormError
        When the form cannot be read.
    """
    recorded = register.find_draw(settings.period, settings.design)
    if recorded is None:
        raise RegisterError(
            f"{settings.slug} has not been drawn, so there is nothing to moderate. "
            "Run the monthly audit plan first, or check period and design."
        )
    inputs = load_inputs(settings)
    if inputs.staff is None:
        raise AssignmentError("A form needs the staff list; name the folder in `extra_tables`.")
    inputs = _with_key_of(inputs, set(recorded.draw.cases["case_ref"]))
    plan = audit_plan(recorded, frame_of(settings, inputs, register), settings, inputs)
    return write_plan_moderations(
        plan,
        register,
        folder,
        staff=inputs.staff,
        case_roles=roles_by_reference(inputs),
        key=inputs.key,
        rules=settings.rules,
        form=form or moderation_form(),
        as_at=as_at,
    )


def _with_key_of(inputs: Inputs, drawn: set[str]) -> Inputs:
    """Use the key the plan's references were made with, which may be one of before a rotation."""
    for key in (inputs.key, *inputs.earlier_keys):
        if drawn & {pseudonym(number, key) for number in inputs.cases["child_id"]}:
            return replace(inputs, key=key)
    return inputs
