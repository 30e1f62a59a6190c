"""Measures counted on the last day of a period, as declared data: what is open in the events."""

from __future__ import annotations

from qa_sampling.trends.measure import Measure, count, share
from qa_sampling.trends.measure_bases import OpenOn
from qa_sampling.trends.measure_rules import Lasted, Within

__all__ = ["ON_A_DAY"]

_PLANS = OpenOn("Child protection plan")

ON_A_DAY: tuple[Measure, ...] = (
    count(
        "children_in_need",
        "Children in need",
        "How many children are in need?",
        "Children in need",
        OpenOn("Child in need episode"),
        "Children with an open episode of need at the end of the day, those on a plan and in "
        "care among them; each once.",
        counted="children",
        benchmark="children_in_need",
    ),
    count(
        "plans_open",
        "Children on a child protection plan",
        "How many children are on a plan?",
        "Child protection",
        _PLANS,
        "Children with an open plan at the end of the day.",
        counted="children",
        benchmark="cp_plans",
    ),
    count(
        "looked_after",
        "Children looked after",
        "How many children are in care?",
        "Children looked after",
        OpenOn("Care episode", without=("V3", "V4")),
        "Children with an open care episode at the end of the day, without short breaks (V3, V4).",
        counted="children",
        benchmark="looked_after",
    ),
    share(
        "assessments_overdue",
        "Open assessments overdue",
        "How many open assessments are overdue?",
        "Assessments",
        OpenOn("Assessment"),
        Within(45, late=True),
        "Of assessments open at the end of the day, those begun more than 45 working days "
        "before. It is no part of assessments within 45 days, which has completed ones alone.",
        renewed=True,
        better="down",
    ),
    share(
        "plans_open_two_years",
        "Plans open for two years or more",
        "How many children have been on a plan for two years?",
        "Child protection",
        _PLANS,
        Lasted(730),
        "Of plans open at the end of the day, those of more than 729 days, that day counted.",
        better="down",
    ),
)
"""Each with its episodes and, for a share, the rule of its numerator."""
