"""A form for a case that has another auditor than in the plan, or is a reserve that was called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from qa_sampling.errors import AssignmentError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.forms import load_form, write_audit_forms
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs, load_inputs
from qa_sampling.runs.plan.steps import audit_plan, frame_of
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan


def write_late_form(
    settings: MonthlyAuditPlan,
    register: Register,
    audit: str,
    folder: Path,
    *,
    inputs: Inputs | None = None,
) -> Path:
    """Write the form of one case for whoever audits it now. Restricted.

    The extract of the plan is read again: the register knows no case number.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        The plan's parameters: its period, design, extract and form.
    register : Register
        Holds the draw and the new auditor.
    audit : str
        Name of the audit, as ``runs.collect.granting.reassign`` gave it.
    folder : Path
        An existing restricted folder of its own.
    inputs : Inputs, optional
        What the settings name, where it has been read already.

    Returns
    -------
    Path
        The workbook.

    Raises
    ------
    AssignmentError
        When the case has no new auditor, is of another plan, or there is no staff list.
    FrameError
        When the case is not in the extract that is given.
    """
    recorded = register.find_draw(settings.period, settings.design)
    changed = register.reassignments().set_index("reassignment_id")
    if recorded is None or audit not in changed.index:
        raise AssignmentError(
            "No other auditor is recorded for this audit. Give it to one first, with `reassign`."
        )
    now = changed.loc[audit]
    if audit != case_name(recorded.draw_id, str(now["case_ref"])):
        raise AssignmentError(
            f"The audit is not of {settings.slug}. Give the period and design of its plan."
        )
    inputs = load_inputs(settings) if inputs is None else inputs
    if inputs.staff is None:
        raise AssignmentError("A form needs the staff list; name the folder in `extra_tables`.")
    plan = audit_plan(recorded, frame_of(settings, inputs, register), settings, inputs)
    sample = plan.draw.sample
    one = sample[sample["case_ref"] == now["case_ref"]].assign(drawn_as="sample")
    table = pd.DataFrame(
        {
            "case_ref": [now["case_ref"]],
            "auditor_id": [now["auditor_id"]],
            "auditor_role": [now["auditor_role"]],
        }
    )
    given = table.reindex(columns=plan.assignment.table.columns)
    single = replace(
        plan,
        draw=replace(plan.draw, sample=one),
        assignment=replace(plan.assignment, table=given),
    )
    form = load_form(home() / "parameters" / "forms" / f"{settings.form}.yml")
    return write_audit_forms(folder, single, form=form, staff=inputs.staff, key=inputs.key)[0]
