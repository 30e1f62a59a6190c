"""The form of one case, when all others of its plan went out before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.sampling.plan import AuditPlan


def write_form_of_one(
    plan: AuditPlan,
    now: pd.Series,
    folder: Path,
    *,
    form: FormTemplate,
    staff: pd.DataFrame,
    key: bytes,
) -> Path:
    """Write the form of one case of a plan, a reserve too, for whoever audits it now. Restricted.

    Parameters
    ----------
    plan : AuditPlan
        The plan, with its reserves.
    now : Series
        A row of ``fieldwork.REASSIGNMENTS``.
    folder : Path
        An existing restricted folder.
    form : FormTemplate
        The plan's form.
    staff : DataFrame
        ``schema.STAFF``.
    key : bytes
        Signs it.
    """
    sample = plan.draw.sample
    one = sample[sample["case_ref"] == now["case_ref"]].assign(drawn_as="sample")
    columns = ["case_ref", "auditor_id", "auditor_role"]
    table = pd.DataFrame([[now[name] for name in columns]], columns=columns)
    given = table.reindex(columns=plan.assignment.table.columns)
    single = replace(
        plan,
        draw=replace(plan.draw, sample=one),
        assignment=replace(plan.assignment, table=given),
    )
    return write_audit_forms(folder, single, form=form, staff=staff, key=key)[0]
