"""Measures of records beyond extracts and register: what they are, and what must be given."""

from __future__ import annotations

from typing import Literal

from qa_sampling.trends.entered import Entered, EnteredOn, Marked
from qa_sampling.trends.measure import Measure

__all__ = ["FROM_ELSEWHERE"]


def _other(
    name: str,
    title: str,
    question: str,
    base: Entered,
    rule: Marked | None,
    needs: str,
    definition: str,
    better: Literal["up", "down", ""] = "",
    renewed: bool = False,
) -> Measure:
    return Measure(
        name=name,
        title=title,
        question=question,
        kind="count" if rule is None else "proportion",
        base=base,
        rule=rule,
        needs=f"{needs}. {_GIVE.format(name=name)}",
        definition=definition,
        better=better,
        renewed=renewed,
    )


_GIVE = "List them as {name} in the table measure_events of the extra tables"

FROM_ELSEWHERE: tuple[Measure, ...] = (
    _other(
        "strategy_discussions",
        "Strategy discussions",
        "How many strategy discussions are held?",
        Entered("strategy_discussions", "Strategy discussions, a row a child"),
        None,
        "all strategy discussions from the case system; Annex A has only those that led to a "
        "Section 47 enquiry",
        "Strategy discussions held.",
    ),
    _other(
        "core_groups_on_time",
        "Core groups on time",
        "Do core groups meet in time?",
        Entered("core_groups_on_time", "Core groups due"),
        Marked("held in time"),
        "the core groups of each plan with their dates; Annex A has no such column",
        "Of core groups due, those held: the first within 10 working days of the conference, "
        "then every 6 weeks.",
        "up",
    ),
    _other(
        "cp_reviews_all_on_time",
        "Child protection reviews all on time",
        "Were all reviews of a plan in time?",
        EnteredOn("cp_reviews_all_on_time", "Children on a plan for 3 months or more"),
        Marked("all reviews held in time"),
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
        EnteredOn("visits_all_on_time", "Children with a plan"),
        Marked("all visits of the month in time"),
        "every visit with whether the child was seen; Annex A has the latest alone, of which "
        "`cin_visits`, `cp_visits` and `care_visits` say whether the next is overdue",
        "Of children with a plan on a day, those visited as often as the authority asks in the "
        "month before it.",
        "up",
        renewed=True,
    ),
    _other(
        "three_social_workers",
        "Looked-after children with three or more social workers in the year",
        "How many children in care have changed social worker often?",
        EnteredOn("three_social_workers", "Children looked after"),
        Marked("three or more social workers in 12 months"),
        "each child's social workers with their dates",
        "Of children looked after on a day, those with three or more social workers in 12 "
        "months; who returns to the first has had two.",
        "down",
    ),
    _other(
        "care_reviews_all_on_time",
        "Looked-after reviews all on time",
        "Were all reviews of children in care in time?",
        Entered("care_reviews_all_on_time", "Reviews of children in care that were due"),
        Marked("held in time"),
        "every review of each child in care; Annex A has the latest alone, of which "
        "`care_reviews` says whether the next is overdue",
        "Of reviews due, those held in time: 20 working days, 3 months, then every 6 months.",
        "up",
    ),
    _other(
        "education_plans",
        "Personal education plans in the term",
        "Have children in care a current education plan?",
        EnteredOn("education_plans", "Children looked after of school age"),
        Marked("a plan reviewed in the term"),
        "the virtual school's list of plans; Annex A has no such column",
        "Of children looked after of school age, those with a plan reviewed in the term.",
        "up",
    ),
    _other(
        "pre_proceedings",
        "Children entering pre-proceedings",
        "How many children enter pre-proceedings?",
        Entered("pre_proceedings", "Pre-proceedings started, a row a child"),
        None,
        "the legal service's list of letters before proceedings, or the census fields of 2026",
        "Children whose pre-proceedings started, each once.",
    ),
    _other(
        "care_applications",
        "Care applications",
        "How many care applications are made?",
        Entered("care_applications", "Applications, a row a child"),
        None,
        "the legal service's or Cafcass's list of applications",
        "Applications for a care or supervision order.",
    ),
)
"""Each is counted from the table of measure events; without it, it says what it needs."""
