"""Measures that count the same cases, and which of them lie within others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa_sampling.trends.measures import Measure

KNOWN = "known_"
"""What the count of the cases begins with of which a measure is known."""

NESTED = (
    ("assessments_45_days_of_referral", "assessments_45_days"),
    ("re_plans_12_months", "re_plans_24_months"),
)
"""Measures of the same cases of which the first counts none that the second does not."""


def known_of(name: str) -> str:
    """Name the count of the cases of which a measure is known, where it is not of all.

    Parameters
    ----------
    name : str
        Name of the measure.
    """
    return f"{KNOWN}{name}"


@dataclass(frozen=True)
class Family:
    """Measures of the same cases: what they are counted from, and each that counts some of them.

    Attributes
    ----------
    title : str
        What all of them are, such as "Referrals".
    whole : str
        Name of their count.
    parts : tuple of Measure
        Measures that count some of them.
    """

    title: str
    whole: str
    parts: tuple[Measure, ...]


def families_of(measures: Sequence[Measure]) -> tuple[Family, ...]:
    """Put measures together that count the same cases: a referral, and what came of it.

    Parameters
    ----------
    measures : sequence of Measure
        Measures over time; stocks, and those that count a child once a period, are left out:
        they do not add up over months.

    Returns
    -------
    tuple of Family
        Those whose cases are counted by a measure themselves, in the registry's order.
    """
    flows = [
        one for one in measures if one.adds and one.base is not None and one.base.of == "events"
    ]
    found = []
    for whole in (one for one in flows if one.rule is None):
        parts = tuple(one for one in flows if one.rule is not None and one.base == whole.base)
        found.append(Family(whole.title, whole.name, parts))
    return tuple(found)
