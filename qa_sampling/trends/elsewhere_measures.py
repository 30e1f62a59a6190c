"""Measures that need records beyond extracts and register: what they are, what must be held."""

from __future__ import annotations

from typing import Literal

from qa_sampling.trends.measure import Measure
from qa_sampling.trends.readings import MeasureKind

__all__ = ["FROM_ELSEWHERE"]


def _other(
    name: str,
    title: str,
    question: str,
    kind: MeasureKind,
    needs: str,
    definition: str,
    better: Literal["up", "down", ""] = "",
) -> Measure:
    return Measure(
        name=name,
        title=title,
        question=question,
        kind=kind,
        needs=needs,
        definition=definition,
        better=better,
    )


FROM_ELSEWHERE: tuple[Measure, ...] = (
    _other(
        "strategy_discussions",
        "Strategy discussions",
        "How many strategy discussions are held?",
        "count",
        "all strategy discussions from the case system; Annex A has only those that led to a "
        "Section 47 enquiry",
        "Strategy discussions held.",
    ),
    _other(
        "core_groups_on_time",
        "Core groups on time",
        "Do core groups meet in time?",
        "proportion",
        "the core groups of each plan with their dates; Annex A has no such column",
        "Of core groups due, those held: the first within 10 working days of the conference, "
        "then every 6 weeks.",
        "up",
    ),
    _other(
        "cp_reviews_all_on_time",
        "Child protection reviews all on time",
        "Were all reviews of a plan in time?",
        "proportion",
        "every review conference of each plan; Annex A has the latest alone, of which "
        "`cp_reviews` says whether the next is overdue",
        "Of children on a plan for 3 months or more, those with all reviews in time: the first "
        "within 3 months of the start, each later one within 6.",
        "up",
    ),
    _other(
        "visits_all_on_time",
        "Visits all on time",
        "Were all visits in time?",
        "proportion",
        "every visit with whether the child was seen; Annex A has the latest alone, of which "
        "`cin_visits`, `cp_visits` and `care_visits` say whether the next is overdue",
        "Of children with a plan, those visited as often as the authority asks.",
        "up",
    ),
    _other(
        "three_social_workers",
        "Looked-after children with three or more social workers in the year",
        "How many children in care have changed social worker often?",
        "proportion",
        "each child's social workers with their dates",
        "Of children looked after on a day, those with three or more social workers in 12 "
        "months; who returns to the first has had two.",
        "down",
    ),
    _other(
        "care_reviews_all_on_time",
        "Looked-after reviews all on time",
        "Were all reviews of children in care in time?",
        "proportion",
        "every review of each child in care; Annex A has the latest alone, of which "
        "`care_reviews` says whether the next is overdue",
        "Of reviews due, those held in time: 20 working days, 3 months, then every 6 months.",
        "up",
    ),
    _other(
        "education_plans",
        "Personal education plans in the term",
        "Have children in care a current education plan?",
        "proportion",
        "the virtual school's list of plans; Annex A has no such column",
        "Of children looked after of school age, those with a plan reviewed in the term.",
        "up",
    ),
    _other(
        "pre_proceedings",
        "Children entering pre-proceedings",
        "How many children enter pre-proceedings?",
        "count",
        "the legal service's list of letters before proceedings, or the census fields of 2026",
        "Children whose pre-proceedings started.",
    ),
    _other(
        "care_applications",
        "Care applications",
        "How many care applications are made?",
        "count",
        "the legal service's or Cafcass's list of applications",
        "Applications for a care or supervision order.",
    ),
)
"""Asked for, each refuses and says what it needs."""
