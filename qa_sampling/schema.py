"""The vocabulary: columns, units and codes of every table that crosses a module boundary.

Tables are pandas DataFrames. Each is declared here once as a :class:`Table`;
:func:`check_table` holds a frame to its declaration. Codes are the words people
read ("Looked after"), so that no table needs a look-up to be understood.
"""

from __future__ import annotations

from collections.abc import Iterable

from qa_sampling.declared import Column as Column
from qa_sampling.declared import Table as Table
from qa_sampling.declared import check_table as check_table

NOT_RECORDED = "Not recorded"

STATUSES = (
    "Looked after",
    "Child protection plan",
    "Child in need plan",
    "Open assessment",
    "Care leaver",
    "Early help",
    "Closed",
)
"""Case statuses. A child is in exactly one: the first that applies, in this order, save that
a closed episode gives "Closed" only when no later list holds the child as open."""

EVENT_KINDS = (
    "Contact",
    "Early help assessment",
    "Referral",
    "Assessment",
    "Section 47 enquiry",
    "Initial child protection conference",
    "Child in need episode",
    "Child protection plan",
    "Care episode",
    "Placement move",
    "Adoption decision",
)
"""Kinds of event. A Section 47 enquiry is dated by the strategy discussion that initiated it;
a placement move is a placement that begins later than the care it is part of."""

GENDERS = ("Male", "Female", "Neither", NOT_RECORDED)
ETHNICITIES = (
    "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH "
    "REFU NOBT"
).split()
"""Ethnicity codes of the Common Basic Data Set; :data:`NOT_RECORDED` beside them."""
ETHNIC_GROUPS = {
    "White": ("WBRI", "WIRI", "WIRT", "WROM", "WOTH"),
    "Mixed": ("MWBC", "MWBA", "MWAS", "MOTH"),
    "Asian": ("AIND", "APKN", "ABAN", "AOTH", "CHNE"),
    "Black": ("BCRB", "BAFR", "BOTH"),
    "Other": ("OOTH",),
    NOT_RECORDED: ("REFU", "NOBT", NOT_RECORDED),
}
AGE_BANDS = ("Unborn", "Under 1", "1 to 4", "5 to 9", "10 to 15", "16 to 17", "18 and over")
YES_NO = ("Yes", "No", NOT_RECORDED)
PRIMARY_NEEDS = {
    "N1": "Abuse or neglect",
    "N2": "Child's disability",
    "N3": "Parental disability or illness",
    "N4": "Family in acute stress",
    "N5": "Family dysfunction",
    "N6": "Socially unacceptable behaviour",
    "N7": "Low income",
    "N8": "Absent parenting",
    "N9": "Cases other than children in need",
}
"""Primary need codes of the Children in Need census; N0 (not stated) becomes "Not recorded"."""

GRADES = ("Outstanding", "Good", "Requires improvement", "Inadequate")
"""The four grades, best first."""
NOT_APPLICABLE = "Not applicable"

QUALITY_STANDARDS = {
    "assessment": "Assessments are of good quality",
    "planning": "Plans are of good quality and SMART",
    "care_planning": "Care planning meetings are held regularly",
    "voice": "Child and family voice informs planning",
    "difference": "Involvement makes a positive difference",
    "oversight": "Supervision, management oversight and independent review",
    "statutory": "Statutory requirements are met",
    "visits": "Visits are of good quality",
    "recording": "Recording is of good quality",
    "decisions": "Decision-making and thresholds are sound",
    "interventions": "Interventions are effective",
    "culture": "Positive organisational culture",
}
"""The twelve quality standards: key and the words people read."""

AUDITOR_ROLES = (
    "Team Manager",
    "Independent Reviewing Officer",
    "Service Delivery Manager",
    "Principal Social Worker",
    "Senior Manager",
    "Director",
    "Chief Executive",
    "Lead Member",
)
"""Roles that audit or moderate; STAFF holds others beside them, such as Social Worker."""

AUDIT_OUTCOMES = {
    "audited": "it counts",
    "out_of_scope": "opened, does not belong to the population: counts 0",
    "unavailable": "opened, cannot be audited: non-response",
    "conflict": "this auditor must not: assigned again, not replaced",
    "pending": "not known yet",
}
"""What can become of a case that was opened. The first three are final, and all that an estimate
takes; a conflict and what is pending wait for one of them."""


def _text(name: str, about: str, *, required: bool = True) -> Column:
    return Column(name, "text", about, required)


def _date(name: str, about: str, *, required: bool = False) -> Column:
    return Column(name, "date", about, required)


def _whole(name: str, about: str) -> Column:
    return Column(name, "whole", about, required=False)


def _flag(name: str, about: str) -> Column:
    return Column(name, "flag", about)


def _code(name: str, codes: Iterable[str], about: str) -> Column:
    return Column(name, "code", about, codes=tuple(codes))


CASES = Table(
    "cases",
    (
        _text("child_id", "the case system's number, stripped; restricted"),
        _code("status", STATUSES, "the child's one stratum of help, by precedence"),
        _text("team", 'allocated team, or "Not recorded"'),
        _text("service", 'service of the team, or "Not recorded"'),
        _text(
            "worker", 'allocated worker as written in the extract, or "Not recorded"; restricted'
        ),
        _code("gender", GENDERS, "gender"),
        _code("ethnicity", (*ETHNICITIES, NOT_RECORDED), "ethnicity code"),
        _code("ethnic_group", ETHNIC_GROUPS, "ethnic group"),
        _date("date_of_birth", "date of birth, or the expected one; restricted"),
        _whole("age_years", "completed years at the as-at date; -1 before birth"),
        _code("age_band", (*AGE_BANDS, NOT_RECORDED), "age band at the as-at date"),
        _code("disability", YES_NO, "whether the child has a disability"),
        _code("primary_need", (*PRIMARY_NEEDS, NOT_RECORDED), "primary need code"),
        _flag("is_open", "whether the case was open at the as-at date"),
        _date("open_from", "start of the current (or last) episode of its status"),
        _date("open_to", "end of that episode; missing while open"),
        _whole("weeks_open", "completed weeks from open_from to the as-at date, or to open_to"),
        _date("last_seen", "last visit, or date last seen"),
        _text("lists", 'numbers of the Annex A lists that hold the child, such as "6,7"'),
    ),
    key=("child_id",),
)

EVENTS = Table(
    "events",
    (
        _text("child_id", "the case system's number, stripped; restricted"),
        _code("event", EVENT_KINDS, "what happened"),
        _date("date", "day it happened or started", required=True),
        _date("end_date", "day it ended, was authorised or ceased; missing while open"),
        _text("source", "contact or referral source code, such as 3A", required=False),
        _text("outcome", "what came of it, in the words of the code set", required=False),
        _text("category", "category of abuse, legal status or primary need", required=False),
        _text("team", 'allocated team, or "Not recorded"'),
        _text(
            "worker", 'allocated worker as written in the extract, or "Not recorded"; restricted'
        ),
        _whole("previous_recorded", "the extract's own count of earlier such events"),
        _whole("list", "number of the Annex A list the row came from"),
    ),
    key=("child_id", "event", "date"),
)

STAFF = Table(
    "staff",
    (
        _text("staff_id", "the authority's staff number"),
        _text("name", "name as the case system writes it; restricted", required=False),
        _text("role", "role, such as Team Manager"),
        _text("team", "team; blank for those outside teams", required=False),
        _text("service", "service", required=False),
        _text("line_manager_id", "staff number of the line manager", required=False),
        _flag("may_audit", "whether they may audit"),
        _flag("may_moderate", "whether they may moderate"),
        _whole("monthly_cap", "most audits a month; blank for no cap of their own"),
        _date("unavailable_from", "first day away"),
        _date("unavailable_to", "last day away; blank for open-ended"),
    ),
    key=("staff_id",),
)

FAMILIES = Table(
    "families",
    (
        _text("child_id", "the case system's number; restricted"),
        _text("family_id", "number shared by the children of one family or household; restricted"),
    ),
    key=("child_id",),
)

CASE_ROLES = Table(
    "case roles",
    (
        _text("child_id", "the case system's number; restricted"),
        _text("staff_id", "staff number"),
        _text("role", "what they were to the case: worker, manager, IRO …"),
        _date("start", "first day"),
        _date("end", "last day; blank while current"),
    ),
)

RESTRICTED = Table(
    "restricted cases",
    (
        _text("child_id", "the case system's number; restricted"),
        _text("reason", "why the case is never drawn"),
    ),
    key=("child_id",),
)

PAST_AUDITS = Table(
    "past audits",
    (
        _text("child_id", "the case system's number; restricted"),
        _date("date", "day the audit was completed", required=True),
        _text("auditor_id", "staff number of the auditor", required=False),
        _text("grade", "overall grade", required=False),
    ),
)

QUALITY = Table(
    "data quality report",
    (
        _text("file", "file name"),
        _text("list", "Annex A list or extra table"),
        _text("column", "column, or blank for the whole list", required=False),
        _text("rows", 'where: "row 7", "rows 7, 9, 12 and 31 more"', required=False),
        _text("fault", "what is wrong, never with the value of a child's field"),
        _whole("count", "how many rows"),
        _text("action", "what was done, or what to do"),
        _code("severity", ("stop", "mended", "note"), "stop: the run cannot go on"),
    ),
)

DEEP_DIVE = "dive_"
"""What the designs and forms of deep dives begin with: selections of their own kind."""

FRAME = Table(
    "sampling frame",
    (
        _text("case_ref", "keyed pseudonym of the child"),
        _text("stratum", "label of the stratum: its values joined by ' / '"),
        _text("row", "label of the first margin, such as the team"),
        _text("column", "label of the second margin, such as the status"),
        _text("family_ref", "keyed pseudonym of the family; the case_ref itself when unknown"),
    ),
    key=("case_ref",),
)

SAMPLE = Table(
    "sample",
    (
        _text("case_ref", "keyed pseudonym of the child"),
        _text("stratum", "label of the stratum"),
        _code("drawn_as", ("sample", "reserve"), "whether the case is audited or stands by"),
        _whole("rank", "place of its ticket in its stratum, 1 for the lowest"),
        _text("ticket", "SHA-256 in hexadecimal"),
        Column("inclusion_probability", "number", "probability of being drawn", False),
        Column("weight", "number", "how many cases of the frame it stands for", False),
    ),
    key=("case_ref",),
)

ASSIGNMENTS = Table(
    "assignments",
    (
        _text("case_ref", "keyed pseudonym of the child"),
        _text("auditor_id", "staff number of the auditor"),
        _text("auditor_role", "role of the auditor"),
        _text("moderator_id", "staff number of the moderator; blank if not drawn", required=False),
        Column("moderation_probability", "number", "probability of being moderated", False),
    ),
    key=("case_ref",),
)
