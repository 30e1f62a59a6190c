"""Measures of children on lists that are counted where they are asked for by name."""

from __future__ import annotations

from qa_sampling.trends.list_rules import AtLeast, Stated
from qa_sampling.trends.measure import Measure, count, share
from qa_sampling.trends.measure_bases import OnList

__all__ = ["ASKED_LISTS"]

_BREAKS = (("legal_status", ("V3", "V4")),)
_NEED, _PLAN = OnList(6), OnList(7)
_CARE, _MISSED = OnList(8, without=_BREAKS), OnList(8, some="missing_12m", without=_BREAKS)
_LEAVERS = OnList(
    9, without=(("in_touch", ("Died", "Returned home")), ("eligibility", ("Eligible",)))
)
_WHOM = {
    6: ("Children in need", "Children in need"),
    7: ("Children on a plan", "Child protection"),
    8: ("Looked-after children", "Children looked after"),
}
_DISABLED = Stated("disability", ("Yes",), "with a disability")
_PERMANENT = (
    "Return to family",
    "Adoption",
    "SGO or CAO",
    "Supported living in the community",
    "Long-term residential placement",
    "Long-term fostering",
    "Other",
)
_OFFERED = "of those missing in the 12 months before, having accepted an interview"


def _has(name: str, base: OnList, rule: Stated | AtLeast, better: str = "") -> Measure:
    """Declare the share of the children on a list of whom something holds."""
    whom, page = _WHOM[base.number]
    return share(
        name,
        f"{whom} {rule.words}",
        f"How many {whom[0].lower()}{whom[1:]} are so: {rule.words}?",
        page,
        base,
        rule,
        f"Of {whom[0].lower()}{whom[1:]}, those {rule.words}"
        + ("." if isinstance(rule, AtLeast) else "; what is not recorded counts below only."),
        better=better,
        by_name=True,
    )


ASKED_LISTS: tuple[Measure, ...] = (
    _has("need_disabled", _NEED, _DISABLED),
    _has("plans_disabled", _PLAN, _DISABLED),
    _has("care_disabled", _CARE, _DISABLED),
    _has(
        "care_uasc",
        _CARE,
        Stated("uasc", ("Yes",), "unaccompanied and seeking asylum in the 12 months before"),
    ),
    _has(
        "care_again",
        _CARE,
        Stated("subsequent_period", ("Yes",), "in a second or later period of care in 12 months"),
        "down",
    ),
    _has(
        "care_with_plan",
        _CARE,
        Stated("permanence_plan", _PERMANENT, "with a plan for permanence"),
        "up",
    ),
    _has("care_voluntary", _CARE, Stated("legal_status", ("V2",), "accommodated by agreement")),
    _has(
        "care_fostered",
        _CARE,
        Stated("placement_type", tuple(f"U{one}" for one in range(1, 7)), "in foster care"),
    ),
    _has(
        "care_outside",
        _CARE,
        Stated("placement_location", ("Out",), "placed outside the authority"),
    ),
    _has("care_missing", _CARE, AtLeast("missing_12m", 1, "missing episodes in 12 months"), "down"),
    _has("care_absent", _CARE, AtLeast("absent_12m", 1, "absent episodes in 12 months"), "down"),
    _has(
        "interviews_accepted",
        _MISSED,
        Stated("interview_accepted", ("Yes",), _OFFERED),
        "up",
    ),
    count(
        "care_leavers",
        "Care leavers",
        "How many care leavers are there?",
        "Care leavers",
        _LEAVERS,
        "Young people on list 9. Those who died, returned home or are still in care are left out.",
        counted="children",
        cluster="young person",
        by_name=True,
    ),
)
"""Each with its list and the rule of its numerator."""
