"""Whether independence forbids an auditor a case: the plan's own rules, on the plan's extract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from qa_sampling.errors import AssignmentError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs
from qa_sampling.runs.plan.steps import roles_by_reference
from qa_sampling.sampling.independence import reasons_against
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.plan import MonthlyAuditPlan


def against_of(settings: MonthlyAuditPlan, inputs: Inputs) -> Callable[[str, str], Sequence[str]]:
    """Give what tells the reasons why a case (its reference) may not go to an auditor (number).

    Parameters
    ----------
    settings : MonthlyAuditPlan
        The plan's parameters: its rules.
    inputs : Inputs
        The plan's extract, staff list and roles in cases.

    Raises
    ------
    AssignmentError
        When there is no staff list; when asked, for a case that is not in the extract.
    """
    staff = inputs.staff
    if staff is None:
        raise AssignmentError(
            "Without the staff list nobody can say who may audit a case; name the folder in "
            "`extra_tables`."
        )

    def against(case_ref: str, auditor: str) -> Sequence[str]:
        case, key = _case(inputs, case_ref)
        roles = roles_by_reference(replace(inputs, key=key))
        return reasons_against(case, staff, auditor, roles, settings.rules)

    return against


def require_own_plan(settings: MonthlyAuditPlan, register: Register, audit: str) -> None:
    """Refuse an audit of another plan: its rules and its extract may be others.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        The plan's parameters.
    register : Register
        Holds the plan's draw.
    audit : str
        Name of the audit.

    Raises
    ------
    AssignmentError
        When the audit is not of the draw of that period and design.
    """
    drawn = register.find_draw(settings.period, settings.design)
    if drawn is None or not audit.startswith(case_name(drawn.draw_id, "")):
        raise AssignmentError(
            f"The audit is not of {settings.slug}. Give the period and design of its plan."
        )


def _case(inputs: Inputs, case_ref: str) -> tuple[pd.DataFrame, bytes]:
    """Find a case by its reference, and the key that was made with."""
    numbers = inputs.cases["child_id"]
    for key in (inputs.key, *inputs.earlier_keys):
        mine = numbers.map(lambda number, key=key: pseudonym(number, key)) == case_ref
        if mine.any():
            return inputs.cases[mine].assign(case_ref=case_ref).reset_index(drop=True), key
    raise AssignmentError(
        "The case is not in the extract that is given, so nobody can say who may audit it. Give "
        "the parameters and the extract of its plan."
    )
