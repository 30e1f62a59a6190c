"""The vocabulary of what comes back: audits, their answers, moderations and actions.

Text that auditors write may describe a child; these tables are restricted as a whole.
"""

from __future__ import annotations

from qa_sampling.loop.vocabulary import ACTION_SOURCES, ACTION_STATUSES
from qa_sampling.schema import GRADES, NOT_APPLICABLE, YES_NO, Column, Table

OVERALL = "overall"
"""The standard under which the overall grade is kept, beside the quality standards' keys."""

PANEL = "panel"
"""Who moderates where the row holds what the panel decided, in place of a staff number."""

FEEDBACK = ("Yes", "No", "Declined", "Not appropriate", "Not recorded")
REFLECTS = ("Yes", "No", "Partly", "Not recorded")
REASONS_OF_WITHDRAWAL = {
    "removed": "Removed in the corrected form.",
    "taken back": "The audit was taken back: the case cannot be audited.",
}
"""Why a form withdraws an action; kept where an action says what difference it made."""
_GRADES = (*GRADES, NOT_APPLICABLE)


def _key(name: str, about: str) -> Column:
    return Column(name, "text", about)


def _text(name: str, about: str) -> Column:
    return Column(name, "text", about, required=False)


def _code(name: str, codes: tuple[str, ...], about: str) -> Column:
    return Column(name, "code", about, required=False, codes=codes)


def _date(name: str, about: str) -> Column:
    return Column(name, "date", about, required=False)


AUDITS = Table(
    "audits",
    (
        _key("audit_id", "name of the audit, one a case and draw"),
        _text("draw_id", "draw the case came from; blank for audits from before the register"),
        _key("case_ref", "keyed pseudonym of the child"),
        _key("period", 'month it belongs to, such as "2026-11"'),
        _key("design", "design it belongs to, such as monthly"),
        _text("stratum", "label of the stratum it was drawn from"),
        _text("team", "team at the draw"),
        _text("audit_type", "monthly, themed, deep dive, re-audit …"),
        _text("auditor_id", "staff number of the auditor"),
        _text("auditor_role", "role of the auditor"),
        _date("date_assigned", "day it was assigned"),
        _date("date_due", "day it was due"),
        _date("date_completed", "day it was completed; missing while it is not"),
        _code("practitioner_met", YES_NO, "whether the auditor met the practitioner"),
        _code("family_feedback", FEEDBACK, "whether the family's feedback was sought"),
        _code("immediate_safeguarding_concern", YES_NO, "whether something could not wait"),
        _text("learning", "what is to be learned; restricted"),
    ),
    key=("audit_id",),
)

ANSWERS = Table(
    "answers",
    (
        _key("audit_id", "the audit"),
        _key("standard", 'key of the quality standard, or "overall"'),
        Column("grade", "code", "grade given", codes=_GRADES),
        _text("evidence", "what the grade rests on; restricted"),
    ),
    key=("audit_id", "standard"),
)

MODERATIONS = Table(
    "moderations",
    (
        _key("moderation_id", "name of the moderation"),
        _key("audit_id", "the audit that was moderated"),
        _key("moderator_id", "staff number of the moderator"),
        _text("role", "role of the moderator"),
        _date("date", "day it was done"),
        _code("reflects_practice", REFLECTS, "whether the audit reflects practice"),
        _code("meaningful_learning", REFLECTS, "whether its learning is meaningful"),
        _text("comment", "the moderator's comment; restricted"),
        _code("panel_final_grade", _GRADES, "grade the panel settled on"),
    ),
    key=("moderation_id",),
)

MODERATED_ANSWERS = Table(
    "moderated answers",
    (
        _key("moderation_id", "the moderation"),
        _key("standard", 'key of the quality standard, or "overall"'),
        Column("grade", "code", "grade the moderator gave", codes=_GRADES),
    ),
    key=("moderation_id", "standard"),
)

ACTIONS = Table(
    "actions",
    (
        _key("action_id", "name of the action"),
        _key("audit_id", "the audit, or other activity, it came from"),
        _text("standard", "key of the quality standard it serves"),
        _text("text", "what is to be done; restricted"),
        _text("owner", "who does it: a staff number, where there is a staff list"),
        _date("due", "day it is due"),
        _date("completed", "day it was done"),
        _text("verified_by", "who saw that it was done; never the owner"),
        _date("verified_date", "day that was"),
        _code("status", ACTION_STATUSES, "what it is; blank to follow from its dates"),
        _text("impact_evidence", "what difference it made; restricted"),
        _code("source", ACTION_SOURCES, "what it came from; blank for an audit"),
        _date("raised", "day it was raised; blank for the day the audit was completed"),
        _text("how_verified", "how they saw it"),
        _code("publishable", YES_NO, "whether the next three may be read by everybody"),
        _text("you_said", "what people said, written to be published"),
        _text("we_did", "what was done, written to be published"),
        _text("what_changed", "what changed, written to be published"),
        _text("sheet_id", "the sheet it was last read from"),
    ),
    key=("action_id",),
)
