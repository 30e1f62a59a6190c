"""Invented counts behind the invented published figures, with three truths planted in them.

- **Outside its neighbours**: Inventshire's share of re-referrals falls from 29% to 14%, while
  theirs stay near 22%.
- **Not outside**: its looked-after children and Section 47 enquiries are drawn like theirs.
- **A spike**: Section 47 enquiries more than double in 2018 and go back.
"""

from __future__ import annotations

import math

from qa_sampling.records.invented.dice import Dice, Knots
from qa_sampling.records.invented.published_areas import OWN, Area

YEARS = tuple(range(2013, 2026))
SPIKE = ("s47", 2018, 2.3)
"""What rises, in which year, and how much."""
FALL = ("again", (0.29, 0.14))
"""Inventshire's true share of re-referrals in the first and the last year."""

_NORMAL: Knots = (
    (0, -2600), (10, -2326), (50, -1645), (100, -1282), (200, -842), (300, -524), (400, -253),
    (500, 0), (600, 253), (700, 524), (800, 842), (900, 1282), (950, 1645), (990, 2326),
    (1000, 2600),
)  # fmt: skip

_USUAL = {
    # per 10,000 children, or a share of the count named; spread between and within authorities
    "referrals": (540.0, 0.16, 0.05, ""),
    "again": (0.22, 0.09, 0.03, "referrals"),
    "closed": (0.06, 0.50, 0.15, "referrals"),
    "not_in_need": (0.28, 0.20, 0.05, "referrals"),
    "assessed": (0.92, 0.04, 0.03, "referrals"),
    "late": (0.16, 0.30, 0.08, "assessed"),
    "s47": (180.0, 0.16, 0.06, ""),
    "icpc": (0.38, 0.09, 0.04, "s47"),
    "late_icpc": (0.20, 0.30, 0.10, "icpc"),
    "starts": (0.86, 0.04, 0.02, "icpc"),
    "second": (0.22, 0.10, 0.05, "starts"),
    "plans": (44.0, 0.14, 0.05, ""),
    "in_need": (330.0, 0.13, 0.04, ""),
    "in_care": (72.0, 0.16, 0.02, ""),
    "into_care": (28.0, 0.15, 0.05, ""),
    "out_of_care": (27.0, 0.15, 0.05, ""),
    "moved": (0.10, 0.14, 0.08, "in_care"),
    "long": (0.36, 0.06, 0.02, "in_care"),
    "settled": (0.69, 0.05, 0.02, "long"),
}
_CARE = ("in_care", "into_care")
Counts = dict[str, int]


def _normal(dice: Dice) -> float:
    return dice.spread(_NORMAL) / 1000


def populations(area: Area, seed: int) -> dict[int, int]:
    """Give an authority's children aged 0 to 17 in the middle of each year, 2012 to 2024.

    Parameters
    ----------
    area : Area
        The authority.
    seed : int
        Seed.
    """
    dice, held = Dice(seed, f"published children {area.code}"), {}
    children = area.children
    for year in range(YEARS[0] - 1, YEARS[-1]):
        held[year] = children
        children += (children * dice.between(-2, 12)) // 1000
    return held


def counts_of(area: Area, children: dict[int, int], seed: int) -> dict[int, Counts]:
    """Give an authority's counts of every year.

    Parameters
    ----------
    area : Area
        The authority.
    children : dict of int to int
        Its children in the middle of each year.
    seed : int
        Seed.
    """
    dice, found = Dice(seed, f"published counts {area.code}"), {}
    levels = {name: 1 + usual[1] * _normal(dice) for name, usual in _USUAL.items()}
    if area.code == OWN:
        levels |= dict.fromkeys((SPIKE[0], *_CARE), 1.0)
    drift = dict.fromkeys(_USUAL, 0.0)
    for year in YEARS:
        counts: Counts = {}
        for name, (usual, _, within, whole) in _USUAL.items():
            drift[name] = 0.6 * drift[name] + within * _normal(dice)
            true = usual * levels[name] * (1 + drift[name])
            if area.code == OWN:
                true = _planted(name, year, true)
            counts[name] = _drawn(dice, true, counts[whole] if whole else None, children[year - 1])
        found[year] = counts
    return found


def _planted(name: str, year: int, true: float) -> float:
    if (name, year) == SPIKE[:2]:
        return true * SPIKE[2]
    if name == FALL[0]:
        first, last = FALL[1]
        return first + (last - first) * (year - YEARS[0]) / (YEARS[-1] - YEARS[0])
    return true


def _drawn(dice: Dice, true: float, whole: int | None, children: int) -> int:
    """Draw a count about its mean; brothers and sisters make it scatter a little more."""
    if whole is None:
        mean, most = true * children / 10_000, children
        spread = math.sqrt(1.3 * mean)
    else:
        share = min(max(true, 0.0), 0.98)
        mean, most = share * whole, whole
        spread = math.sqrt(1.3 * mean * (1 - share))
    return min(max(dice.round(max(mean + spread * _normal(dice), 0.0)), 0), most)
