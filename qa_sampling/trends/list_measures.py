"""Measures of children on Annex A lists on the day of an extract, as declared data.

The lists hold the latest visit, review and assessment alone: what can be told is whether the next
is overdue on the day, not whether all were in time. Clocks that an authority sets itself are the
usual ones; ``dataclasses.replace`` gives a measure another rule.
"""

from __future__ import annotations

from qa_sampling.trends.list_rules import AtLeast, Due, SamePlacement, Span, Stated, Visited
from qa_sampling.trends.measure import Measure, share
from qa_sampling.trends.measure_bases import OnList

__all__ = ["FROM_LISTS"]

_NEED, _CHILD_PROTECTION = "Children in need", "Child protection"
_CARE, _LEAVERS = "Children looked after", "Care leavers"
_BREAKS = (("legal_status", ("V3", "V4")),)
_IN_CARE = OnList(8, without=_BREAKS)
_A_YEAR_IN_CARE = OnList(8, months=12, without=_BREAKS)
_NO_LEAVERS = (("in_touch", ("Died", "Returned home")), ("eligibility", ("Eligible",)))
_VISITED = "visit"


def _leavers(low: int, high: int) -> tuple[Measure, ...]:
    """Declare the measures of care leavers of an age."""
    base = OnList(9, ages=(low, high), without=_NO_LEAVERS)
    whom = f"aged {low} and {high}" if high - low == 1 else f"aged {low} to {high}"
    left_out = "Those who died, returned home or are still in care are left out."
    return tuple(
        share(
            f"care_leavers_{name}_{low}_{high}",
            f"Care leavers {whom} {title}",
            f"How many care leavers {whom} are {title}?",
            _LEAVERS,
            base,
            Stated(field, values, title),
            f"Of care leavers {whom}, those {title}; what is not recorded counts below only. "
            f"{left_out}",
            better="up",
            benchmark=f"care_leavers_{name}_{low}_{high}",
            cluster="young person",
        )
        for name, title, field, values in (
            ("in_touch", "in touch with the authority", "in_touch", ("Yes",)),
            ("accommodation", "in suitable accommodation", "suitability", ("Suitable",)),
            ("activity", "in education, employment or training", "activity", _ACTIVE),
        )
    )


_ACTIVE = tuple(f"{hours}{kind}" for hours in "FP" for kind in "12345")
"""Activity codes of education, employment and training; G4 to G6 are none."""

FROM_LISTS: tuple[Measure, ...] = (
    share(
        "cin_visits",
        "Children in need visited in time",
        "Is the next visit to children in need overdue?",
        _NEED,
        OnList(6, only=(("case_status", ("Child in need plan",)),)),
        Due("last_visit", Span(20, "working days"), Span(20, "working days"), means=_VISITED),
        "Of children with a plan as in need, those last seen at most 20 working days before the "
        "day, or whose plan began so lately. The interval is the authority's own.",
        renewed=True,
        better="up",
    ),
    share(
        "cp_visits",
        "Children on a plan visited in time",
        "Is the next visit to children on a plan overdue?",
        _CHILD_PROTECTION,
        OnList(7),
        Due("last_visit", Span(10, "working days"), Span(10, "working days"), means=_VISITED),
        "Of children on a protection plan, those last visited at most 10 working days before the "
        "day, or whose plan began so lately. The interval is the authority's own.",
        renewed=True,
        better="up",
    ),
    share(
        "cp_seen_alone",
        "Children on a plan seen alone",
        "Are children on a plan seen alone?",
        _CHILD_PROTECTION,
        OnList(7),
        Stated("seen_alone", ("Yes",), "seen alone at the last visit"),
        "Of children on a protection plan, those seen alone at the last visit; what is not "
        "recorded counts below only.",
        better="up",
    ),
    share(
        "cp_reviews",
        "Child protection reviews not overdue",
        "Is the next review of a plan overdue?",
        _CHILD_PROTECTION,
        OnList(7, months=3),
        Due("last_review", Span(6, "months"), Span(3, "months"), means="review"),
        "Of children on a plan for 3 months or more, those reviewed in the 6 months before the "
        "day. A first review that came after its 3 months is not seen.",
        renewed=True,
        better="up",
    ),
    share(
        "care_visits",
        "Looked-after children visited in time",
        "Is the next visit to children in care overdue?",
        _CARE,
        _IN_CARE,
        Visited(42, 7),
        "Of children looked after, those visited in their placement in the 6 weeks before the "
        "day, or placed in the last 7 days. Who may be visited every 3 months is not on the list.",
        renewed=True,
        better="up",
    ),
    share(
        "care_reviews",
        "Looked-after reviews not overdue",
        "Is the next review of children in care overdue?",
        _CARE,
        _IN_CARE,
        Due(
            "last_review",
            Span(6, "months"),
            Span(20, "working days"),
            Span(3, "months"),
            means="review",
        ),
        "Of children looked after, those whose next review is not overdue on the day. A first "
        "review that came late is taken for a later one.",
        renewed=True,
        better="up",
    ),
    share(
        "health_checks",
        "Health assessments up to date",
        "Are the health assessments of children in care up to date?",
        _CARE,
        _A_YEAR_IN_CARE,
        Due(
            "last_health_assessment",
            Span(12, "months"),
            young=(5, Span(6, "months")),
            means="health assessment",
        ),
        "Of children looked after for 12 months, those assessed in the 12 months before the day, "
        "below 5 years in the 6 months before.",
        renewed=True,
        better="up",
        benchmark="health_assessments",
    ),
    share(
        "dental_checks",
        "Dental checks up to date",
        "Have children in care seen a dentist within the year?",
        _CARE,
        _A_YEAR_IN_CARE,
        Due("last_dental_check", Span(12, "months"), means="dental check"),
        "Of children looked after for 12 months, those checked in the 12 months before the day.",
        better="up",
        benchmark="dental_checks",
    ),
    share(
        "three_placements",
        "Looked-after children with three or more placements in the year",
        "How many children in care have moved often?",
        _CARE,
        _IN_CARE,
        AtLeast("placements_12m", 3, "placements in 12 months"),
        "Of children looked after, those with three or more placements in the 12 months before.",
        better="down",
        benchmark="three_placements",
    ),
    share(
        "same_carer_two_years",
        "Children in long-term care in one placement for two years",
        "How many children in long-term care have stayed in one place?",
        _CARE,
        OnList(8, months=30, ages=(-1, 15), without=_BREAKS),
        SamePlacement(24),
        "Of children under 16 looked after for 2.5 years, those 2 years in their placement. "
        "Placed for adoption for less: left out, the time before with the carers is not known.",
        better="up",
        benchmark="same_carer_two_years",
    ),
    share(
        "return_interviews",
        "Return interviews offered",
        "Are children who went missing offered an interview?",
        _CARE,
        OnList(8, some="missing_12m", without=_BREAKS),
        Stated("interview_offered", ("Yes",), "offered an interview after the last episode"),
        "Of children looked after who were missing in the 12 months before, those offered a "
        "return interview after the last episode; within 72 hours or not is not on the list.",
        better="up",
    ),
    *_leavers(17, 18),
    *_leavers(19, 21),
)
"""Each with its list and the rule of its numerator."""
