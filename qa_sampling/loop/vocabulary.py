"""The words of the loop: what an action can be, where it came from, what else was done."""

from __future__ import annotations

from dataclasses import dataclass

ACTION_STATUSES = ("Open", "Completed", "Closed", "Withdrawn")
"""What an action can be. Completed: its owner says that it is done. Closed: somebody other than
its owner has seen that it is. Overdue is no status: it follows from the day."""

ACTION_SOURCES = (
    "Audit",
    "Moderation",
    "Observation",
    "Deskside discussion",
    "Feedback",
    "Complaint",
    "Survey",
    "Escalation",
    "Deep dive",
    "Other",
)
"""Where an action can come from; blank stands for an audit."""

HOW_VERIFIED = (
    "Read the record",
    "Spoke with the family",
    "Spoke with the practitioner",
    "Observed practice",
    "Re-audit",
    "Report or data",
    "Another way",
)
"""How somebody can have seen that an action was done."""

OBSERVATION, DESKSIDE, FEEDBACK = "Observations", "Deskside discussions", "Feedback"
COMPLAINT, SURVEY, ESCALATION = "Complaints", "Surveys", "Escalations"
OTHER = "Other activity"


@dataclass(frozen=True)
class ActivityKind:
    """A kind of QA activity.

    Attributes
    ----------
    name : str
        What it is called.
    group : str
        The sheet it is on, such as "Observations".
    graded : bool
        Whether practice is graded in it.
    is_event : bool
        Whether it is the service's own doing, so that its number counts no child, no family and
        nobody else. What people say or raise, and what is about a child, is none.
    is_of_all : bool
        Whether it is of the whole authority, so that it need not have a service.
    """

    name: str
    group: str
    graded: bool = False
    is_event: bool = False
    is_of_all: bool = False


ACTIVITY_KINDS: dict[str, ActivityKind] = {
    kind.name: kind
    for kind in (
        ActivityKind("Child protection conference observed", OBSERVATION, True, True),
        ActivityKind("Looked-after review observed", OBSERVATION, True, True),
        ActivityKind("Planned visit observed", OBSERVATION, True, True),
        ActivityKind("Group supervision observed", OBSERVATION, True, True),
        ActivityKind("Other meeting observed", OBSERVATION, True, True),
        ActivityKind("Deskside discussion", DESKSIDE, True, True),
        ActivityKind("Feedback from a family", FEEDBACK),
        ActivityKind("Feedback from a child", FEEDBACK),
        ActivityKind("Feedback from a practitioner", FEEDBACK),
        ActivityKind("Feedback from a partner", FEEDBACK),
        ActivityKind("Complaint", COMPLAINT),
        ActivityKind("Compliment", COMPLAINT),
        ActivityKind("Survey", SURVEY, is_event=True),
        ActivityKind("IRO escalation", ESCALATION),
        ActivityKind("Management oversight check", OTHER, True, True),
        ActivityKind("Supervision audit", OTHER, True, True),
        ActivityKind("Journey of the Child group", OTHER, True, True),
        ActivityKind("Peer sharing event", OTHER, is_event=True),
        ActivityKind("Rapid review", OTHER),
        ActivityKind("Consultation", OTHER, is_event=True),
        ActivityKind("Practice week", OTHER, is_event=True),
        ActivityKind("QA Group meeting", OTHER, is_event=True, is_of_all=True),
        ActivityKind("Report to members", OTHER, is_event=True, is_of_all=True),
    )
}
"""Every kind of QA activity besides audits, by name."""

EVENT_KINDS = tuple(name for name, kind in ACTIVITY_KINDS.items() if kind.is_event)
"""Kinds whose number counts nobody."""
GUARDED_KINDS = tuple(name for name, kind in ACTIVITY_KINDS.items() if not kind.is_event)
"""Kinds whose number counts people, or what happened to them."""
ACTIVITY_GROUPS = tuple(dict.fromkeys(kind.group for kind in ACTIVITY_KINDS.values()))

VIEWS = ("Positive", "Mixed", "Negative")
"""What somebody who was asked said, on the whole."""
OUTCOMES = ("Upheld", "Partly upheld", "Not upheld", "Resolved", "Not resolved", "Withdrawn")
"""What became of a complaint or an escalation."""

THEMES = {
    "listened_to": "Felt listened to",
    "not_listened_to": "Did not feel listened to",
    "changes_of_worker": "Changes of worker",
    "visits_kept": "Visits are kept",
    "visits_missed": "Visits are missed",
    "reports_late": "Reports come late",
    "plan_clear": "The plan is clear",
    "plan_unclear": "The plan is not clear",
    "drift": "Drift and delay",
    "direct_work": "Direct work with the child",
    "analysis": "Analysis and risk",
    "oversight": "Management oversight",
    "reflection": "Reflective supervision",
    "partners": "Work with partners",
    "recording": "Recording",
    "identity": "Identity and diversity",
    "contact": "Family time and contact",
    "communication": "Communication",
}
"""The tags a theme is counted by: short code and the words people read."""
