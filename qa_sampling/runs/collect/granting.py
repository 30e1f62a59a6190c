"""Decisions about single audits: leave to be late or not to do it, another auditor, a reserve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from qa_sampling.errors import RegisterError
from qa_sampling.records.fieldwork import GRANTS, REASONS_OF_CHANGE, REASSIGNMENTS, case_name
from qa_sampling.records.register import Register
from qa_sampling.records.returned_form import Expected
from qa_sampling.runs.recording import framed
from qa_sampling.runs.returned_folder import Sent, fieldwork_of, sent_out
from qa_sampling.sampling.substitution import LOSSES

Against = Callable[[str, str], Sequence[str]]
"""Gives the reasons why a case (its reference) may not go to an auditor (staff number)."""


def grant(
    register: Register, audit: str, *, reason: str, by: str, until: date | None, today: date
) -> None:
    """Record that an audit need not be done, or may come later.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    audit : str
        Name of the audit.
    reason, by : str
        Why, and who granted it.
    until : date or None
        New day it is due; None for an exemption.
    today : date
        Day it was granted.

    Raises
    ------
    RegisterError
        When there is no such audit, it has come back or its case cannot be audited, no reason or
        name is given, or the day has passed.
    """
    _known(sent_out(register), audit)
    _require_owed(register, audit)
    if _outcome(register, audit) in LOSSES:
        raise RegisterError("The case cannot be audited, so nothing is due for it.")
    _named(reason, by)
    if until is not None and until < today:
        raise RegisterError("The new day has passed already; give a later one with --until.")
    kind = "exempted" if until is None else "extended"
    row = {
        "grant_id": f"{audit}/{kind}",
        "audit_id": audit,
        "kind": kind,
        "new_due": pd.NaT if until is None else pd.Timestamp(until),
        "reason": reason,
        "approved_by": by,
        "date": pd.Timestamp(today),
    }
    register.record_grants(framed([row], GRANTS))


def reassign(
    register: Register,
    audit: str,
    *,
    auditor: str,
    by: str,
    reason: str,
    staff: pd.DataFrame | None,
    against: Against,
    today: date,
) -> str:
    """Give a case to another auditor; with the reason "reserve", the reserve that is due.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    audit : str
        Name of the audit; for a reserve, of the lost case whose place it takes.
    auditor : str
        Staff number of the new auditor.
    by : str
        Who decided.
    reason : {"conflict", "reserve", "absence", "other"}
        Why.
    staff : DataFrame or None
        ``schema.STAFF``; an auditor must be on it, where there is one.
    against : callable
        Gives the reasons why a case may not go to an auditor (``runs.plan.independent``).
    today : date
        Day it was decided.

    Returns
    -------
    str
        Name of the audit that is theirs now.

    Raises
    ------
    RegisterError
        When there is no such audit, it has come back, the auditor is not on the staff list, may
        not audit or is not independent of the case, the reason is none, or no reserve is due.
    """
    sent = sent_out(register)
    one = _known(sent, audit)
    _named(reason, by)
    if reason not in REASONS_OF_CHANGE:
        raise RegisterError(f"The reason must be one of {', '.join(REASONS_OF_CHANGE)}.")
    role = _role(staff, auditor)
    case_ref, instead = one.case_ref, None
    if reason == "reserve":
        due = fieldwork_of(register, sent.draws[one.draw_id]).to_open
        mine = due[due["instead_of"] == one.case_ref]
        if mine.empty:
            raise RegisterError(
                "No reserve is due for this case. A reserve takes a place only when the form says "
                "that the case is out of scope or its record unavailable, and while there is one."
            )
        case_ref, instead = str(mine["case_ref"].iloc[0]), one.case_ref
    elif one.auditor_id == auditor:
        raise RegisterError("The case is that auditor's already.")
    name = case_name(one.draw_id, case_ref)
    _require_owed(register, name)
    reasons = [*_own_reasons(register, sent, name, auditor), *against(case_ref, auditor)]
    if reasons:
        raise RegisterError(
            f"{auditor} may not audit this case: {'; '.join(reasons)}. Nothing was recorded; "
            "choose another auditor."
        )
    row = {
        "reassignment_id": name,
        "draw_id": one.draw_id,
        "case_ref": case_ref,
        "auditor_id": auditor,
        "auditor_role": role,
        "reason": reason,
        "instead_of": instead,
        "decided_by": by,
        "date": pd.Timestamp(today),
    }
    register.record_reassignments(framed([row], REASSIGNMENTS))
    return name


def _known(sent: Sent, audit: str) -> Expected:
    for (draw_id, case_ref), one in sent.expected.items():
        if case_name(draw_id, case_ref) == audit:
            return one
    raise RegisterError("There is no such audit. Take its name from the chase list.")


def _require_owed(register: Register, audit: str) -> None:
    held = register.audits()
    if held.loc[held["audit_id"] == audit, "date_completed"].notna().any():
        raise RegisterError("The audit has come back already; nothing was changed.")


def _outcome(register: Register, audit: str) -> str:
    held = register.outcomes()
    return next(iter(held.loc[held["outcome_id"] == audit, "outcome"]), "")


def _own_reasons(register: Register, sent: Sent, audit: str, auditor: str) -> list[str]:
    """Give what the register itself holds against an auditor: they moderate it, or said no."""
    reasons = []
    said = register.form_history().rows["outcomes"]
    refused = {row["said_by"] for row in said if _is_refusal(row, audit)}
    if auditor in refused:
        reasons.append("said that they have a conflict of interest")
    for name, draw in sent.draws.items():
        table = draw.assignment.table
        names = [case_name(name, ref) for ref in table["case_ref"]]
        if ((table["moderator_id"] == auditor) & pd.Series(names, table.index).eq(audit)).any():
            reasons.append("moderates the audit")
    return reasons


def _is_refusal(row: dict, audit: str) -> bool:
    return row["outcome_id"] == audit and row["outcome"] == "conflict"


def _named(reason: str, by: str) -> None:
    if not reason.strip() or not by.strip():
        raise RegisterError("Say why, and who decided it.")


def _role(staff: pd.DataFrame | None, auditor: str) -> str | None:
    if staff is None:
        return None
    own = staff[staff["staff_id"].astype(str) == auditor]
    if own.empty:
        raise RegisterError(f"{auditor} is not on the staff list. Give a staff number.")
    if not bool(own["may_audit"].iloc[0]):
        raise RegisterError(f"{auditor} may not audit, says the staff list.")
    return str(own["role"].iloc[0])
