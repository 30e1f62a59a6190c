"""Measures that the events answer, as declared data.

Definitions follow the Department for Education's guides to the children in need census and the
children looked after return; where ours differs the definition says so.
"""

from __future__ import annotations

from qa_sampling.trends.measure import Measure, count, share
from qa_sampling.trends.measure_bases import Base
from qa_sampling.trends.measure_rules import (
    Earlier,
    Followed,
    Lasted,
    Outcome,
    SinceLatest,
    Within,
)

__all__ = ["FROM_EVENTS"]

_CONTACT, _REFERRAL, _ASSESSMENT = "Contact", "Referral", "Assessment"
_S47, _ICPC = "Section 47 enquiry", "Initial child protection conference"
_PLAN, _CARE, _CIN = "Child protection plan", "Care episode", "Child in need episode"
_PLAN_STARTS, _PLAN_ENDS = Base(_PLAN), Base(_PLAN, "end_date")
_MOVE = "Placement move"
_SHORT_BREAKS = ("V3", "V4")


FROM_EVENTS: tuple[Measure, ...] = (
    count(
        "contacts",
        "Contacts",
        "How many contacts come in?",
        "Contacts",
        Base(_CONTACT),
        "Contacts received; each child of one counts.",
    ),
    count(
        "referrals",
        "Referrals",
        "How many referrals come in?",
        "Referrals",
        Base(_REFERRAL),
        "Referrals received, with those that led to nothing further; one a child and day.",
        benchmark="referrals",
    ),
    share(
        "referral_nfa",
        "Referrals with no further action",
        "How many referrals lead to nothing?",
        "Referrals",
        Base(_REFERRAL),
        Outcome(("No further action",)),
        "Of referrals received, those closed after initial consideration, before an assessment; "
        "where that is not recorded the referral counts below only.",
        benchmark="referral_nfa",
    ),
    share(
        "re_referrals",
        "Re-referrals within 12 months",
        "How often does a referral follow another within a year?",
        "Referrals",
        Base(_REFERRAL),
        Earlier(_REFERRAL, 12),
        "Of referrals received, those of a child with an earlier referral, whatever came of it, "
        "at most 12 calendar months before; two on one day are one.",
        better="down",
        benchmark="re_referrals",
    ),
    share(
        "re_referred_children",
        "Children re-referred within 12 months",
        "How many of the children referred were referred within a year before?",
        "Referrals",
        Base(_REFERRAL),
        Earlier(_REFERRAL, 12),
        "Of children referred in the period, those with a re-referral in it; a child counts once "
        "a period, so months do not add up to a year.",
        better="down",
        benchmark="re_referred_children",
        counted="children",
    ),
    share(
        "referrals_followed",
        "Referrals followed by another within 12 months",
        "How often does a referral lead on to another within a year?",
        "",
        Base(_REFERRAL),
        Followed(_REFERRAL, 12),
        "Of referrals received, those followed by another of the child within 12 calendar "
        "months. It looks ahead where re-referrals look back, so a year must pass.",
        better="down",
    ),
    share(
        "step_down_re_referrals",
        "Re-referrals after a step down to early help",
        "How often do children come back after a step down to early help?",
        "",
        Base(_CIN, "end_date", ("RC9",)),
        Followed(_REFERRAL, 12),
        "Of episodes closed to early help (RC9), those followed by a referral of the child "
        "within 12 calendar months. A local measure.",
        better="down",
    ),
    count(
        "assessments",
        "Assessments completed",
        "How many assessments are completed?",
        "Assessments",
        Base(_ASSESSMENT, "end_date"),
        "Assessments authorised.",
        benchmark="assessments",
    ),
    share(
        "assessments_45_days",
        "Assessments within 45 working days",
        "Are assessments completed in time?",
        "Assessments",
        Base(_ASSESSMENT, "end_date"),
        Within(45),
        "Of assessments authorised, those authorised at most 45 working days after their start, "
        "which is day 0. Open assessments are not in it, however old.",
        better="up",
        benchmark="assessments_45_days",
    ),
    share(
        "assessments_45_days_of_referral",
        "Assessments within 45 working days of the referral",
        "Are families assessed in time from their referral?",
        "",
        Base(_ASSESSMENT, "end_date"),
        SinceLatest(_REFERRAL, 45, 1, by_start=True),
        "Of assessments authorised, those authorised at most 45 working days after the referral "
        "that led to them: the child's latest in the month before the start. The statutory clock; "
        "the published figure runs from the start. Without such a referral: unknown.",
        better="up",
    ),
    count(
        "s47",
        "Section 47 enquiries",
        "How many Section 47 enquiries begin?",
        "Section 47 and conferences",
        Base(_S47),
        "Enquiries, in the period of the strategy discussion that initiated them.",
        benchmark="s47",
    ),
    share(
        "s47_to_icpc",
        "Section 47 enquiries that led to an initial conference",
        "How often does an enquiry lead to a conference?",
        "Section 47 and conferences",
        Base(_S47),
        Followed(_ICPC, 3, last_before=True, same_day=True, settled=("Conference unnecessary",)),
        "Of enquiries, those with an initial conference of the child at most 3 calendar months "
        "after and no later enquiry before it. Enquiries that still wait are shown as pending. "
        "The published ratio divides all conferences by all enquiries.",
        benchmark="icpc_per_s47",
    ),
    count(
        "icpc",
        "Initial child protection conferences",
        "How many initial conferences are held?",
        "Section 47 and conferences",
        Base(_ICPC),
        "Conferences held.",
        benchmark="icpc",
    ),
    share(
        "icpc_15_days",
        "Initial conferences within 15 working days",
        "Are initial conferences held in time?",
        "Section 47 and conferences",
        Base(_ICPC),
        SinceLatest(_S47, 15, 12),
        "Of conferences held, those at most 15 working days after the child's latest strategy "
        "discussion, which is day 0. Conferences without one in the 12 months before are left "
        "out and shown as unknown.",
        better="up",
        benchmark="icpc_15_days",
    ),
    share(
        "icpc_to_plan",
        "Initial conferences that led to a plan",
        "How often does a conference lead to a plan?",
        "Section 47 and conferences",
        Base(_ICPC),
        Outcome(("Plan made",)),
        "Of conferences held, those whose result was a child protection plan. The published "
        "ratio divides all plans started by all conferences.",
        benchmark="plans_per_icpc",
    ),
    count(
        "plan_starts",
        "Child protection plans started",
        "How many child protection plans begin?",
        "Child protection",
        _PLAN_STARTS,
        "Plans started, each of a child.",
        benchmark="cp_plan_starts",
    ),
    count(
        "plan_ends",
        "Child protection plans ended",
        "How many child protection plans end?",
        "Child protection",
        _PLAN_ENDS,
        "Plans ended.",
        benchmark="cp_plan_ends",
    ),
    share(
        "second_plans",
        "Second or subsequent plans",
        "How many plans are a child's second or later?",
        "Child protection",
        _PLAN_STARTS,
        Earlier(_PLAN, recorded=True),
        "Of plans started, those of a child who had one before in this authority, however long "
        "ago, by the extract's own count or by an earlier plan in the events.",
        better="down",
        benchmark="second_plans",
    ),
    share(
        "re_plans_12_months",
        "Plans followed by another within 12 months",
        "How often does a plan follow within a year of the last?",
        "",
        _PLAN_ENDS,
        Followed(_PLAN, 12),
        "Of plans ended, those followed by another of the child within 12 calendar months.",
        better="down",
    ),
    share(
        "re_plans_24_months",
        "Plans followed by another within 24 months",
        "How often does a plan follow within two years of the last?",
        "",
        _PLAN_ENDS,
        Followed(_PLAN, 24),
        "Of plans ended, those followed by another of the child within 24 calendar months.",
        better="down",
    ),
    share(
        "plans_two_years",
        "Plans of two years or more at their end",
        "How many plans had lasted two years when they ended?",
        "Child protection",
        _PLAN_ENDS,
        Lasted(730),
        "Of plans ended, those of more than 729 days, the last day counted.",
        better="down",
    ),
    count(
        "starting_care",
        "New entries to care",
        "How many children come into care?",
        "Children looked after",
        Base(_CARE, without=_SHORT_BREAKS),
        "Care episodes started, without short breaks (V3, V4). Each counts; the published figure "
        "has a child's first of the year.",
        benchmark="starting_care",
    ),
    count(
        "ceasing_care",
        "Children ceasing to be looked after",
        "How many children leave care?",
        "Children looked after",
        Base(_CARE, "end_date", without=_SHORT_BREAKS),
        "Care episodes ended, without short breaks (V3, V4). The published figure has a child's "
        "last of the year.",
        benchmark="ceasing_care",
    ),
    count(
        "placement_moves",
        "Placement moves",
        "How often do children move from one placement to another?",
        "",
        Base(_MOVE),
        "Placements that began later than the child's care, without short breaks (V3, V4). An "
        "extract tells a child's latest placement alone, so give the extract of every month: with "
        "fewer, a move that another followed before the next extract is not known.",
        better="down",
        by_name=True,
    ),
)
"""Each with its events and, for a share, the rule of its numerator."""
