"""Measures that need records beyond the events: what they are, and what must be held."""

from __future__ import annotations

from typing import Literal

from qa_sampling.trends.measure import Measure
from qa_sampling.trends.readings import MeasureKind

__all__ = ["FROM_ELSEWHERE"]


def _other(
    name: str,
    title: str,
    kind: MeasureKind,
    needs: str,
    definition: str,
    better: Literal["up", "down", ""] = "",
    benchmark: str = "",
) -> Measure:
    return Measure(
        name=name,
        title=title,
        kind=kind,
        needs=needs,
        definition=definition,
        better=better,
        benchmark=benchmark,
    )


FROM_ELSEWHERE: tuple[Measure, ...] = (
    _other(
        "strategy_discussions",
        "Strategy discussions",
        "count",
        "all strategy discussions from the case system; Annex A has only those that led to a "
        "Section 47 enquiry",
        "Strategy discussions held.",
    ),
    _other(
        "cp_reviews_on_time",
        "Child protection reviews on time",
        "proportion",
        "every review conference of each plan; Annex A has the latest alone",
        "Of children on a plan for 3 months or more, those with all reviews in time: the first "
        "within 3 months of the start, each later one within 6.",
        "up",
    ),
    _other(
        "visits_on_time",
        "Visits on time",
        "proportion",
        "every visit with whether the child was seen; Annex A has the latest alone",
        "Of children with a plan, those visited as often as the authority asks.",
        "up",
    ),
    _other(
        "three_placements",
        "Looked-after children with three or more placements in the year",
        "proportion",
        "placements of each child in care, or Annex A list 8 on the day",
        "Of children looked after on a day, those with three or more placements in 12 months.",
        "down",
        "three_placements",
    ),
    _other(
        "same_carer_two_years",
        "Children in long-term care with the same carer for two years",
        "proportion",
        "placements of each child in care with their start",
        "Of children under 16 looked after for 2.5 years or more, those two years in one place.",
        "up",
        "same_carer_two_years",
    ),
    _other(
        "three_social_workers",
        "Looked-after children with three or more social workers in the year",
        "proportion",
        "each child's social workers with their dates",
        "Of children looked after on a day, those with three or more social workers in 12 months.",
        "down",
    ),
    _other(
        "care_reviews_on_time",
        "Looked-after reviews on time",
        "proportion",
        "every review of each child in care; Annex A has the latest alone",
        "Of reviews due, those held in time: 20 working days, 3 months, then every 6 months.",
        "up",
    ),
    _other(
        "health_checks",
        "Health assessments up to date",
        "proportion",
        "Annex A list 8 on the day, with the latest health assessment and the age",
        "Of children looked after for 12 months, those assessed in the last 6 months (under 5) "
        "or 12 months.",
        "up",
    ),
    _other(
        "pre_proceedings",
        "Children entering pre-proceedings",
        "count",
        "the legal service's list of letters before proceedings, or the census fields of 2026",
        "Children whose pre-proceedings started.",
    ),
    _other(
        "care_applications",
        "Care applications",
        "count",
        "the legal service's or Cafcass's list of applications",
        "Applications for a care or supervision order.",
    ),
    *(
        _other(f"care_leavers_{name}", f"Care leavers {title}", "proportion", needs, text, "up")
        for name, title, needs, text in (
            (
                "in_touch",
                "in touch",
                "Annex A list 9 on the day, with each one's age",
                "Of care leavers of an age, those the authority is in touch with.",
            ),
            (
                "accommodation",
                "in suitable accommodation",
                "Annex A list 9 on the day, with each one's age",
                "Of care leavers of an age, those who live somewhere suitable.",
            ),
            (
                "activity",
                "in education, employment or training",
                "Annex A list 9 on the day, with each one's age",
                "Of care leavers of an age, those in education, employment or training.",
            ),
        )
    ),
    _other(
        "complaints",
        "Complaints",
        "count",
        "the list of complaints with the day each was received",
        "Complaints received about children's services.",
    ),
    _other(
        "audits_good",
        "Audits graded good or better",
        "grade",
        "the register of audits: an estimate with its error (estimate_shares), not a count",
        "Share of open cases that audits say are good or better.",
        "up",
    ),
)
"""Asked of the events each refuses and says what it needs."""
