"""A form for a case that has another auditor than in the plan, or is a reserve that was called."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from qa_sampling.errors import AssignmentError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs, load_inputs
from qa_sampling.runs.late_forms import write_form_of_one
from qa_sampling.runs.plan.independent import against_of
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
    form = load_form(home() / "parameters" / "forms" / f"{settings.form}.yml")
    return write_form_of_one(plan, now, folder, form=form, staff=inputs.staff, key=inputs.key)


class LateAudit:
    """A plan whose cases may go to other auditors; its extract is read when it is needed.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        The plan's parameters.
    """

    def __init__(self, settings: MonthlyAuditPlan) -> None:
        self._settings = settings

    @cached_property
    def _inputs(self) -> Inputs:
        return load_inputs(self._settings)

    def against(self, case_ref: str, auditor: str) -> Sequence[str]:
        """Give the reasons why a case may not go to an auditor (staff number).

        Parameters
        ----------
        case_ref : str
            The case.
        auditor : str
            Staff number.
        """
        return against_of(self._settings, self._inputs)(case_ref, auditor)

    def write(self, register: Register, audit: str, folder: Path) -> Path:
        """Write the form of one case for whoever audits it now. Restricted.

        Parameters
        ----------
        register : Register
            Holds the new auditor.
        audit : str
            Name of the audit, as ``runs.collect.granting.reassign`` gave it.
        folder : Path
            An existing restricted folder.
        """
        return write_late_form(self._settings, register, audit, folder, inputs=self._inputs)
