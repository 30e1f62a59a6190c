"""Measures that the events answer, as declared data.

Definitions follow the Department for Education's guides to the children in need census and the
children looked after return; where ours differs the definition says so.
"""

from __future__ import annotations

from typing import Literal

from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_rules import (
    Base,
    Earlier,
    Followed,
    Lasted,
    Outcome,
    Rule,
    SinceLatest,
    Within,
)

__all__ = ["FROM_EVENTS"]

_CONTACT, _REFERRAL, _ASSESSMENT = "Contact", "Referral", "Assessment"
_S47, _ICPC = "Section 47 enquiry", "Initial child protection conference"
_PLAN, _CARE, _CIN = "Child protection plan", "Care episode", "Child in need episode"
_PLAN_STARTS, _PLAN_ENDS = Base(_PLAN), Base(_PLAN, "end_date")
_SHORT_BREAKS = ("V3", "V4")


def _count(name: str, title: str, base: Base, definition: str, benchmark: str = "") -> Measure:
    return Measure(
        name=name, title=title, kind="count", base=base, benchmark=benchmark, definition=definition
    )


def _share(
    name: str,
    title: str,
    base: Base,
    rule: Rule,
    definition: str,
    *,
    better: Literal["up", "down", ""] = "",
    benchmark: str = "",
    counted: Literal["events", "children"] = "events",
) -> Measure:
    return Measure(
        name=name,
        title=title,
        kind="proportion",
        base=base,
        rule=rule,
        counted=counted,
        better=better,
        benchmark=benchmark,
        definition=definition,
    )


FROM_EVENTS: tuple[Measure, ...] = (
    _count("contacts", "Contacts", Base(_CONTACT), "Contacts received; each child of one counts."),
    _count(
        "referrals",
        "Referrals",
        Base(_REFERRAL),
        "Referrals received, with those that led to nothing further; one a child and day.",
        "referrals",
    ),
    _share(
        "referral_nfa",
        "Referrals with no further action",
        Base(_REFERRAL),
        Outcome(("No further action",)),
        "Of referrals received, those closed after initial consideration, before an assessment; "
        "where that is not recorded the referral counts below only.",
        benchmark="referral_nfa",
    ),
    _share(
        "re_referrals",
        "Re-referrals within 12 months",
        Base(_REFERRAL),
        Earlier(_REFERRAL, 12),
        "Of referrals received, those of a child with an earlier referral, whatever came of it, "
        "at most 12 calendar months before; two on one day are one.",
        better="down",
        benchmark="re_referrals",
    ),
    _share(
        "re_referred_children",
        "Children re-referred within 12 months",
        Base(_REFERRAL),
        Earlier(_REFERRAL, 12),
        "Of children referred in the period, those with a re-referral in it; a child counts once "
        "a period, so months do not add up to a year.",
        better="down",
        benchmark="re_referred_children",
        counted="children",
    ),
    _share(
        "step_down_re_referrals",
        "Re-referrals after a step down to early help",
        Base(_CIN, "end_date", ("RC9",)),
        Followed(_REFERRAL, 12),
        "Of episodes closed to early help (RC9), those followed by a referral of the child "
        "within 12 calendar months. A local measure.",
        better="down",
    ),
    _count(
        "assessments",
        "Assessments completed",
        Base(_ASSESSMENT, "end_date"),
        "Assessments authorised.",
        "assessments",
    ),
    _share(
        "assessments_45_days",
        "Assessments within 45 working days",
        Base(_ASSESSMENT, "end_date"),
        Within(45),
        "Of assessments authorised, those authorised at most 45 working days after their start, "
        "which is day 0. Open assessments are not in it, however old.",
        better="up",
        benchmark="assessments_45_days",
    ),
    _count(
        "s47",
        "Section 47 enquiries",
        Base(_S47),
        "Enquiries, in the period of the strategy discussion that initiated them.",
        "s47",
    ),
    _share(
        "s47_to_icpc",
        "Section 47 enquiries that led to an initial conference",
        Base(_S47),
        Followed(_ICPC, 3, last_before=True, same_day=True, settled=("Conference unnecessary",)),
        "Of enquiries, those with an initial conference of the child at most 3 calendar months "
        "after and no later enquiry before it. Enquiries that still wait are shown as pending. "
        "The published ratio divides all conferences by all enquiries.",
        benchmark="icpc_per_s47",
    ),
    _count(
        "icpc", "Initial child protection conferences", Base(_ICPC), "Conferences held.", "icpc"
    ),
    _share(
        "icpc_15_days",
        "Initial conferences within 15 working days",
        Base(_ICPC),
        SinceLatest(_S47, 15, 12),
        "Of conferences held, those at most 15 working days after the child's latest strategy "
        "discussion, which is day 0. Conferences without one in the 12 months before are left "
        "out and shown as unknown.",
        better="up",
        benchmark="icpc_15_days",
    ),
    _share(
        "icpc_to_plan",
        "Initial conferences that led to a plan",
        Base(_ICPC),
        Outcome(("Plan made",)),
        "Of conferences held, those whose result was a child protection plan. The published "
        "ratio divides all plans started by all conferences.",
        benchmark="plans_per_icpc",
    ),
    _count(
        "plan_starts",
        "Child protection plans started",
        _PLAN_STARTS,
        "Plans started, each of a child.",
        "cp_plan_starts",
    ),
    _count(
        "plan_ends",
        "Child protection plans ended",
        _PLAN_ENDS,
        "Plans ended.",
        "cp_plan_ends",
    ),
    _share(
        "second_plans",
        "Second or subsequent plans",
        _PLAN_STARTS,
        Earlier(_PLAN, recorded=True),
        "Of plans started, those of a child who had one before in this authority, however long "
        "ago, by the extract's own count or by an earlier plan in the events.",
        better="down",
        benchmark="second_plans",
    ),
    _share(
        "re_plans_12_months",
        "Plans followed by another within 12 months",
        _PLAN_ENDS,
        Followed(_PLAN, 12),
        "Of plans ended, those followed by another of the child within 12 calendar months.",
        better="down",
    ),
    _share(
        "re_plans_24_months",
        "Plans followed by another within 24 months",
        _PLAN_ENDS,
        Followed(_PLAN, 24),
        "Of plans ended, those followed by another of the child within 24 calendar months.",
        better="down",
    ),
    _share(
        "plans_two_years",
        "Plans of two years or more at their end",
        _PLAN_ENDS,
        Lasted(730),
        "Of plans ended, those of more than 729 days, the last day counted.",
        better="down",
    ),
    _count(
        "starting_care",
        "New entries to care",
        Base(_CARE, without=_SHORT_BREAKS),
        "Care episodes started, without short breaks (V3, V4). Each counts; the published figure "
        "has a child's first of the year.",
        "starting_care",
    ),
    _count(
        "ceasing_care",
        "Children ceasing to be looked after",
        Base(_CARE, "end_date", without=_SHORT_BREAKS),
        "Care episodes ended, without short breaks (V3, V4). The published figure has a child's "
        "last of the year.",
        "ceasing_care",
    ),
)
"""Each with its events and, for a share, the rule of its numerator."""
