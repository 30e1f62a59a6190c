"""Audit forms: a workbook an auditor, a sheet a case; recognised when it comes back.

``load_form`` reads the questions, ``write_audit_forms`` writes the month's workbooks,
``read_form_identity`` recognises a returned one. A form names staff and gives the child's
case number, which the auditor needs to open the record; it never gives a child's name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from qa_sampling.errors import AssignmentError, FrameError
from qa_sampling.records.form_front import write_front_sheet
from qa_sampling.records.form_identity import (
    FormIdentity,
    form_token,
    identity_text,
    read_form_identity,
)
from qa_sampling.records.form_layout import FACTS, FRONT, lay_out
from qa_sampling.records.form_sheets import (
    FORM_STYLES,
    CaseSheet,
    add_lists,
    write_case_sheet,
)
from qa_sampling.records.form_templates import FormTemplate, Question, Section, load_form
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.workbooks import Formats, open_workbook

__all__ = [
    "FormIdentity",
    "FormTemplate",
    "Question",
    "Section",
    "form_token",
    "load_form",
    "read_form_identity",
    "write_audit_forms",
]


Given = Mapping[str, Mapping[str, tuple[object, str | None]]]


def write_audit_forms(
    folder: Path,
    plan: AuditPlan,
    *,
    form: FormTemplate,
    staff: pd.DataFrame,
    key: bytes,
    given: Given | None = None,
) -> list[Path]:
    """Write one workbook for every auditor of a plan; give their paths in order of staff number.

    Parameters
    ----------
    folder : Path
        An existing folder, which must be restricted: the forms hold case numbers.
    plan : AuditPlan
        The month's plan.
    form : FormTemplate
        What the forms ask.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    key : bytes
        The authority's secret key, at least 16 bytes; it signs every sheet.
    given : mapping of str to mapping, optional
        Answers that are known already, by case and key of the question: the short one and the
        words.

    Returns
    -------
    list of Path
        Files named by period, design and staff number only. Empty for an empty plan. The
        same plan and form give the same bytes.

    Raises
    ------
    AssignmentError
        When an auditor is not among the staff, or a case has no auditor.
    FrameError
        When the plan does not link a case to its number.
    ValueError
        When the key is too short.
    """
    cases = plan.cases
    _check_cases(cases, staff)
    groups = {str(auditor): group for auditor, group in cases.groupby("auditor_id", sort=True)}
    names = file_names(plan, list(groups))
    paths = []
    for auditor_id, group in groups.items():
        path = folder / names[auditor_id]
        member = staff.loc[staff["staff_id"].astype(str) == auditor_id].iloc[0]
        _write_workbook(path, plan, form, group, member, key, given or {})
        paths.append(path)
    return paths


def _check_cases(cases: pd.DataFrame, staff: pd.DataFrame) -> None:
    unlinked = int(cases["child_id"].isna().sum())
    if unlinked:
        raise FrameError(
            f"{unlinked} sampled cases have no case number in the plan's link; "
            "build the frame again from the extract it was drawn from."
        )
    alone = int(cases["auditor_id"].isna().sum())
    if alone:
        raise AssignmentError(f"{alone} sampled cases have no auditor; assign them first.")
    known = set(staff["staff_id"].astype(str))
    strangers = sorted(set(cases["auditor_id"].astype(str)) - known)
    if strangers:
        raise AssignmentError(
            f"The plan names auditors who are not in the staff table: {', '.join(strangers)}. "
            "Give the staff table the plan was made with."
        )


def file_names(plan: AuditPlan, auditors: Sequence[str], *, kind: str = "") -> dict[str, str]:
    """Give file names that every system can hold, different for different auditors.

    Parameters
    ----------
    plan : AuditPlan
        The month's plan.
    auditors : sequence of str
        Staff numbers.
    kind : str
        Stands between the design and the number; blank for audits.
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for auditor in auditors:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", auditor)
        if stem != auditor or stem.casefold() in used:
            stem += "-" + hashlib.sha256(auditor.encode("utf-8")).hexdigest()[:6]
        used.add(stem.casefold())
        names[auditor] = f"{plan.period}_{plan.design}{kind}_{stem}.xlsx"
    return names


def _write_workbook(
    path: Path,
    plan: AuditPlan,
    form: FormTemplate,
    cases: pd.DataFrame,
    member: pd.Series,
    key: bytes,
    given: Given,
) -> None:
    auditor_id = str(member["staff_id"])
    properties = {
        "qa_sampling_form": form.name,
        "qa_sampling_form_version": str(form.version),
        "qa_sampling_draw_id": plan.draw_id,
        "qa_sampling_auditor_id": auditor_id,
    }
    title = f"{form.title}, {plan.month}"
    workbook = open_workbook(path, created=plan.as_at, title=title, properties=properties)
    formats = Formats(workbook, FORM_STYLES)
    layout = lay_out(form)
    front = workbook.add_worksheet(FRONT)
    sheets = []
    for number, row in enumerate(cases.to_dict("records"), start=1):
        case = CaseSheet(
            name=f"Case {number}",
            heading=f"Case {number} of {len(cases)}: {form.title}",
            child_id=str(row["child_id"]),
            facts={column: row.get(column) for column in FACTS},
            identity=identity_text(
                plan.draw_id, row["case_ref"], auditor_id, form.name, form.version, key
            ),
            given=given.get(row["case_ref"], {}),
        )
        sheets.append((case, workbook.add_worksheet(case.name)))
    lists = add_lists(workbook, layout, formats)
    to_do = 0
    for case, sheet in sheets:
        to_do = write_case_sheet(sheet, case, layout, formats, lists=lists, as_at=plan.as_at)
    write_front_sheet(front, plan, form, member, [case for case, _ in sheets], formats, to_do)
    front.activate()
    workbook.close()
