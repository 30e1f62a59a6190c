"""Measures that are counted where they are asked for by name, as declared data.

They answer single boxes of ChAT's pages. A page that counted all of them every month would look at
twice as many series and find less in each.
"""

from __future__ import annotations

from functools import partial

from qa_sampling.trends.list_rules import Stated
from qa_sampling.trends.measure import count, share
from qa_sampling.trends.measure_bases import Base, OpenOn
from qa_sampling.trends.measure_rules import Earlier, Followed, Lasted, Outcome

__all__ = ["ASKED_EVENTS", "ASKED_ON_A_DAY"]

_count, _share = partial(count, by_name=True), partial(share, by_name=True)
_CONTACT, _HELP, _REFERRAL = "Contact", "Early help assessment", "Referral"
_S47, _ICPC = "Section 47 enquiry", "Initial child protection conference"
_NEED, _PLAN, _CARE = "Child in need episode", "Child protection plan", "Care episode"
_ADOPTION = "Adoption decision"
_P_HELP, _P_S47, _P_NEED = "Early help", "Section 47 and conferences", "Children in need"
_P_PLAN, _P_CARE, _P_ADOPTION = "Child protection", "Children looked after", "Adoption"
_BREAKS = ("V3", "V4")
_LEFT_CARE = Base(_CARE, "end_date", without=_BREAKS)
_AGAIN = "at most 12 calendar months before; two on one day are one."

_ABUSE = {
    "neglect": "Neglect",
    "physical": "Physical abuse",
    "sexual": "Sexual abuse",
    "emotional": "Emotional abuse",
    "multiple": "Multiple",
}
_REASONS = {
    "adopted": ("by adoption", ("E11", "E12"), "adopted"),
    "guardian": (
        "to a special guardian",
        ("E45", "E46", "E47", "E48"),
        "special_guardianship",
    ),
    "home": ("to go home to parents", ("E4A", "E4B"), ""),
}

ASKED_EVENTS = (
    _share(
        "contacts_to_referral",
        "Contacts that led to a referral",
        "How often does a contact become a referral?",
        "Contacts",
        Base(_CONTACT),
        Followed(_REFERRAL, 1, same_day=True),
        "Of contacts received, those with a referral of the child that day or at most a calendar "
        "month after.",
    ),
    _share(
        "repeat_contacts",
        "Contacts that follow another within 12 months",
        "How often does a contact follow another within a year?",
        "Contacts",
        Base(_CONTACT),
        Earlier(_CONTACT, 12),
        f"Of contacts received, those of a child with an earlier one {_AGAIN}",
    ),
    _count(
        "early_help",
        "Early help assessments",
        "How many early help assessments begin?",
        _P_HELP,
        Base(_HELP),
        "Early help assessments started, whoever completes them.",
    ),
    _share(
        "early_help_to_referral",
        "Early help assessments followed by a referral within 12 months",
        "How often does early help lead on to a referral?",
        _P_HELP,
        Base(_HELP),
        Followed(_REFERRAL, 12, same_day=True),
        "Of early help assessments started, those with a referral of the child that day or at "
        "most 12 calendar months after.",
    ),
    _share(
        "repeat_early_help",
        "Early help assessments that follow another within 12 months",
        "How often is early help assessed again within a year?",
        _P_HELP,
        Base(_HELP),
        Earlier(_HELP, 12),
        f"Of early help assessments started, those of a child with an earlier one {_AGAIN}",
    ),
    _share(
        "assessments_support",
        "Assessments that found support needed",
        "How often does an assessment find that social care is needed?",
        "Assessments",
        Base("Assessment", "end_date"),
        Outcome(("Support needed",)),
        "Of assessments authorised, those that found that the child needs the authority's social "
        "care; what is not recorded counts below only.",
    ),
    _share(
        "repeat_s47",
        "Section 47 enquiries that follow another within 12 months",
        "How often does an enquiry follow another within a year?",
        _P_S47,
        Base(_S47),
        Earlier(_S47, 12),
        f"Of enquiries, those of a child with an earlier one {_AGAIN}",
        better="down",
    ),
    _share(
        "s47_unnecessary",
        "Section 47 enquiries that needed no conference",
        "How often is a conference found unnecessary?",
        _P_S47,
        Base(_S47),
        Outcome(("Conference unnecessary",)),
        "Of enquiries, those after which a conference was deemed unnecessary; what is not "
        "recorded counts below only.",
    ),
    _share(
        "repeat_icpc",
        "Initial conferences that follow another within 12 months",
        "How often does an initial conference follow another within a year?",
        _P_S47,
        Base(_ICPC),
        Earlier(_ICPC, 12),
        f"Of initial conferences, those of a child with an earlier one {_AGAIN}",
        better="down",
    ),
    _count(
        "need_starts",
        "Children in need: episodes started",
        "How many episodes of need begin?",
        _P_NEED,
        Base(_NEED),
        "Episodes of need started.",
    ),
    _count(
        "need_ends",
        "Children in need: episodes ended",
        "How many episodes of need end?",
        _P_NEED,
        Base(_NEED, "end_date"),
        "Episodes of need ended.",
    ),
    _share(
        "need_closed_assessed",
        "Episodes of need closed after assessment",
        "How many episodes of need end with the assessment?",
        _P_NEED,
        Base(_NEED, "end_date"),
        Outcome(("RC8", "RC9")),
        "Of episodes of need ended, those closed after assessment, with no further action (RC8) "
        "or to early help (RC9).",
    ),
    _share(
        "need_two_years",
        "Episodes of need of two years or more at their end",
        "How many episodes of need had lasted two years when they ended?",
        _P_NEED,
        Base(_NEED, "end_date"),
        Lasted(730),
        "Of episodes of need ended, those of more than 729 days, the last day counted.",
    ),
    *(
        _share(
            f"plans_{key}",
            f"Plans started for {code.lower()}",
            f"How many plans have {code.lower()} as their category?",
            _P_PLAN,
            Base(_PLAN),
            Stated("category", (code,), f"latest category of abuse: {code.lower()}"),
            f"Of plans started, those whose latest category of abuse is {code.lower()}; the first "
            "category is on the list too and is not read into events.",
        )
        for key, code in _ABUSE.items()
    ),
    *(
        _share(
            f"care_left_{key}",
            f"Children who left care {how}",
            f"How many children leave care {how}?",
            _P_CARE if key == "home" else _P_ADOPTION,
            _LEFT_CARE,
            Outcome(codes),
            f"Of care episodes ended, without short breaks (V3, V4), those that ended {how} "
            f"({', '.join(codes)}).",
            benchmark=benchmark,
        )
        for key, (how, codes, benchmark) in _REASONS.items()
    ),
    _count(
        "adoption_decisions",
        "Decisions that a child should be placed for adoption",
        "How many decisions for adoption are made?",
        _P_ADOPTION,
        Base(_ADOPTION),
        "Decisions that a child should be placed for adoption.",
    ),
    _count(
        "adoptions",
        "Adoption orders",
        "How many children are adopted?",
        _P_ADOPTION,
        Base(_ADOPTION, "end_date", ("Adopted",)),
        "Adoption orders, by the list of adoption.",
    ),
    _count(
        "adoption_reversals",
        "Decisions for adoption reversed",
        "How many decisions for adoption are reversed?",
        _P_ADOPTION,
        Base(_ADOPTION, "end_date", ("Decision reversed",)),
        "Decisions that a child should no longer be placed for adoption.",
    ),
)
"""Of events, each with the rule of its numerator where it is a share."""

ASKED_ON_A_DAY = (
    _count(
        "assessments_open",
        "Assessments open",
        "How many assessments are open?",
        "Assessments",
        OpenOn("Assessment"),
        "Assessments open at the end of the day.",
    ),
    _share(
        "need_open_two_years",
        "Episodes of need open for two years or more",
        "How many children have been in need for two years?",
        _P_NEED,
        OpenOn(_NEED),
        Lasted(730),
        "Of episodes of need open at the end of the day, those of more than 729 days, that day "
        "counted.",
    ),
)
"""Of episodes open on a day."""
