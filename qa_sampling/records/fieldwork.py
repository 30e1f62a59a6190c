"""The vocabulary of what becomes of a drawn case: outcomes, leave, new auditors, tags."""

from __future__ import annotations

from qa_sampling.declared import Column, Table
from qa_sampling.sampling.progress import LEAVE_KINDS
from qa_sampling.schema import AUDIT_OUTCOMES

CANNOT = {
    "Out of scope": "out_of_scope",
    "Record unavailable": "unavailable",
    "Conflict of interest": "conflict",
}
"""Why an auditor cannot audit a case, as the form words it, and what it does to the estimate."""
TAG_KINDS = ("strength", "learning")
ANSWER_KIND = "answer/"
"""What the kind of a tag begins with that holds the answer to a question of a deep dive."""
WITHDRAWN_TAG = "Withdrawn"
"""Stands in place of a theme that a corrected form no longer has."""
REASONS_OF_CHANGE = ("conflict", "reserve", "absence", "other")
"""Why an audit is somebody else's: independence; a reserve that took a lost case's place; …"""

OUTCOMES = Table(
    "outcomes of drawn cases",
    (
        Column("outcome_id", "text", "Name: the draw and the case"),
        Column("draw_id", "text", "The draw"),
        Column("case_ref", "text", "Keyed pseudonym of the child"),
        Column("outcome", "code", "What became of it", codes=tuple(AUDIT_OUTCOMES)),
        Column("reason", "text", "Why, in words; restricted", required=False),
        Column("said_by", "text", "Staff number of who said so", required=False),
        Column("date", "date", "Day it was said"),
    ),
    key=("outcome_id",),
)
"""One row a drawn case that was opened and of which something is known."""

GRANTS = Table(
    "exemptions and extensions",
    (
        Column("grant_id", "text", "Name: the audit and what was granted"),
        Column("audit_id", "text", "The audit"),
        Column("kind", "code", "What was granted", codes=LEAVE_KINDS),
        Column("new_due", "date", "New day it is due; for an extension", required=False),
        Column("reason", "text", "Why"),
        Column("approved_by", "text", "Who granted it"),
        Column("date", "date", "Day it was granted"),
    ),
    key=("grant_id",),
)
"""One row an exemption or an extension."""

REASSIGNMENTS = Table(
    "new auditors",
    (
        Column("reassignment_id", "text", "Name: the draw and the case"),
        Column("draw_id", "text", "The draw"),
        Column("case_ref", "text", "Keyed pseudonym of the child"),
        Column("auditor_id", "text", "Staff number of who audits it now"),
        Column("auditor_role", "text", "Their role", required=False),
        Column("reason", "code", "Why", codes=REASONS_OF_CHANGE),
        Column("instead_of", "text", "Case whose place it takes, for a reserve", required=False),
        Column("decided_by", "text", "Who decided"),
        Column("date", "date", "Day it was decided"),
    ),
    key=("reassignment_id",),
)
"""One row a case whose auditor is not, or not any more, the one of the plan."""

TAGS = Table(
    "tags of audits",
    (
        Column("tag_id", "text", "Name: the audit and the kind"),
        Column("audit_id", "text", "The audit"),
        Column("kind", "text", "strength, learning, or answer/ and a question of the form"),
        Column("tag", "text", "Short name of a quality standard, or Other; or the answer"),
    ),
    key=("tag_id",),
)
"""One row a theme, or an answer, that an auditor chose from the form's list."""


def case_name(draw_id: str, case_ref: str) -> str:
    """Give the name of a drawn case, of its outcome and of its audit.

    Parameters
    ----------
    draw_id : str
        The draw.
    case_ref : str
        Reference of the case.
    """
    return f"{draw_id}/{case_ref}"
