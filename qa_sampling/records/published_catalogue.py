"""Which published figures make which measure: declared, and nothing else.

Sources: Department for Education, Explore education statistics, children in need and children
looked after: the columns and words of the releases of 2022 to 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["proportion", "rate", "ratio"]
_POPULATION = "population_estimate"
_SCALES = {"proportion": 100, "rate": 10_000, "ratio": 100}


@dataclass(frozen=True)
class Part:
    """Figures that are added up, of one breakdown.

    Attributes
    ----------
    figures : tuple of str
        Names of figures; the sum is missing when one of them is.
    breakdown : str
        Breakdown they stand under; blank for whichever they have.
    years_before : int
        How many years before the measure's year the figure is of.
    file : str
        How the name of the file begins that it stands in; blank for any. Of a named file the
        words and columns of older releases are taken for today's.
    """

    figures: tuple[str, ...]
    breakdown: str = ""
    years_before: int = 0
    file: str = ""


POPULATION = Part((_POPULATION,), "Children aged 0 to 17 years", years_before=1)
"""Children aged 0 to 17 in the middle of the year before: what the DfE divides by."""


@dataclass(frozen=True)
class PublishedMeasure:
    """How a published measure is made up.

    Attributes
    ----------
    title : str
        What it is called.
    kind : {"proportion", "rate", "ratio"}
        A part of a whole in per cent; a count per 10,000 children; one count in per cent of
        another that does not hold it.
    numerator, denominator : Part
        What is divided by what.
    printed : Part or None
        The figure as the DfE prints it; None when it prints none.
    digits : int
        Decimal places it is printed with.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    """

    title: str
    kind: Kind
    numerator: Part
    denominator: Part
    printed: Part | None = None
    digits: int = 1
    better: Literal["up", "down", ""] = ""

    @property
    def scale(self) -> int:
        """What the quotient is multiplied by."""
        return _SCALES[self.kind]


def _rate(
    title: str, count: str, printed: str = "", *, breakdown: str = "", digits: int = 1
) -> PublishedMeasure:
    shown = Part((printed,), breakdown) if printed else None
    return PublishedMeasure(title, "rate", Part((count,), breakdown), POPULATION, shown, digits)


def _share(
    title: str,
    part: str | tuple[str, ...],
    whole: str,
    printed: str = "",
    *,
    better: Literal["up", "down", ""] = "",
    kind: Kind = "proportion",
) -> PublishedMeasure:
    above = Part((part,) if isinstance(part, str) else part)
    shown = Part((printed,)) if printed else None
    return PublishedMeasure(title, kind, above, Part((whole,)), shown, 1, better)


def _care(
    title: str,
    file: str,
    group: str,
    kept: str,
    *,
    whole: str = "Total",
    better: Literal["up", "down", ""] = "",
) -> PublishedMeasure:
    """Declare a share of a group of children, of one of the files of authorities in care."""

    def part(figure: str, row: str) -> Part:
        return Part((figure,), f"{group} | {row}", file=file)

    counts = part("children_count", kept), part("children_count", whole)
    return PublishedMeasure(title, "proportion", *counts, part("children_percent", kept), 0, better)


def _leavers(key: str, what: str, file: str, kept: str) -> dict[str, PublishedMeasure]:
    """Declare a share of care leavers, which is published for two groups of ages."""
    return {
        f"{key}_{first}_{last}": _care(
            f"Care leavers aged {first} to {last} {what}",
            f"la_care_leavers_{file}",
            f"{first} to {last} years",
            kept,
            better="up",
        )
        for first, last in ((17, 18), (19, 21))
    }


_STABILITY, _HEALTH = "la_cla_placement_stability", "la_conviction_health_outcome_cla"
_CEASED, _WHY = "la_children_who_ceased_during_the_year", "Reason episode ceased"
_OF_HEALTH = "Health assessments: Children looked after all ages"
_IN_CARE = "rate_per_10000"
_TO_45 = ("Same_day", "1-10_days", "11-20_days", "21-30_days", "31-40_days", "41-45_days")

MEASURES: dict[str, PublishedMeasure] = {
    "referrals": _rate("Referrals", "referral_count"),
    "re_referrals": _share(
        "Re-referrals within 12 months",
        "rereferral_count",
        "referral_count",
        "rereferral_percent",
        better="down",
    ),
    "re_referred_children": _share(
        "Children re-referred within 12 months",
        "rereferral_child_count",
        "referral_child_count",
        "rereferral_child_percent",
        better="down",
    ),
    "referral_nfa": _share(
        "Referrals with no further action",
        "no_further_action_count",
        "referral_count",
        "no_further_action_percent",
    ),
    "assessments": _rate("Assessments", "Assessments_completed", "Assessments_completed_rate"),
    "assessments_45_days": _share(
        "Assessments within 45 working days", _TO_45, "Assessments_completed", better="up"
    ),
    "s47": _rate("Section 47 enquiries", "Section47", "Section47_rate"),
    "s47_per_referral": _share(
        "Section 47 enquiries per 100 referrals", "Section47", "referral_count", kind="ratio"
    ),
    "icpc": _rate("Initial child protection conferences", "ICPC", "ICPC_rate"),
    "icpc_per_s47": _share(
        "Initial conferences per 100 Section 47 enquiries", "ICPC", "Section47", kind="ratio"
    ),
    "icpc_15_days": _share(
        "Initial conferences within 15 working days",
        ("Duration_0-10_days", "Duration_11-15_days"),
        "ICPC",
        better="up",
    ),
    "plans_per_icpc": _share(
        "Plans per 100 initial conferences", "CPP_start", "ICPC", kind="ratio"
    ),
    "cp_plans": _rate("Child protection plans on 31 March", "CPP_At31", "CPP_At31_rate"),
    "cp_plan_starts": _rate("Child protection plans started", "CPP_start", "CPP_start_rate"),
    "cp_plan_ends": _rate("Child protection plans ended", "CPP_end", "CPP_end_rate"),
    "second_plans": _share(
        "Second or subsequent plans",
        "CPP_subsequent",
        "CPP_start",
        "CPP_subsequent_percent",
    ),
    "children_in_need": _rate("Children in need on 31 March", "At31_episodes"),
    "looked_after": _rate(
        "Children looked after on 31 March",
        "children_count",
        _IN_CARE,
        breakdown="Children looked after on 31 March each year",
        digits=0,
    ),
    "starting_care": _rate(
        "Children starting to be looked after",
        "children_count",
        _IN_CARE,
        breakdown="Children starting to be looked after each year",
        digits=0,
    ),
    "ceasing_care": _rate(
        "Children ceasing to be looked after",
        "children_count",
        _IN_CARE,
        breakdown="Children ceasing to be looked after each year",
        digits=0,
    ),
    "three_placements": _care(
        "Looked-after children with three or more placements in the year",
        _STABILITY,
        "CLA on 31 March",
        "With 3 or more placements during the year",
        whole="Total children",
        better="down",
    ),
    "same_carer_two_years": _care(
        "Children in long-term care with the same carer for two years",
        _STABILITY,
        "Children looked after continuously for at least 2.5 years on 31 March aged under 16 years",
        "Living with the same carer for at least 2 years",
        whole="Total children",
        better="up",
    ),
    "three_social_workers": _care(
        "Looked-after children with three or more social workers in the year",
        "la_cla_swcount",
        "CLA on 31 March",
        "3 or more social workers during the year",
        whole="Total children",
        better="down",
    ),
    "health_assessments": _care(
        "Looked-after children with their annual health assessment",
        _HEALTH,
        _OF_HEALTH,
        "Had their annual health assessment",
        whole="Total all ages",
        better="up",
    ),
    "dental_checks": _care(
        "Looked-after children whose teeth were checked",
        _HEALTH,
        _OF_HEALTH,
        "Had their teeth checked by a dentist",
        whole="Total all ages",
        better="up",
    ),
    "adopted": _care("Children leaving care by adoption", _CEASED, _WHY, "Adopted"),
    "special_guardianship": _care(
        "Children leaving care by special guardianship",
        _CEASED,
        _WHY,
        "Special guardianship orders",
    ),
    **_leavers(
        "care_leavers_in_touch",
        "in touch with the authority",
        "intouch",
        "Local authority in touch with care leaver",
    ),
    **_leavers(
        "care_leavers_accommodation",
        "in suitable accommodation",
        "accommodation_suitability",
        "Accommodation considered suitable",
    ),
    **_leavers(
        "care_leavers_activity",
        "in education, employment or training",
        "activity",
        "Total in education, employment or training",
    ),
}
"""By the measure's key for benchmarks."""
