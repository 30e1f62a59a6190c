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
_LATER = {
    # what came to be published later, drawn from dice of its own: older figures stay as they are
    "workers": (0.26, 0.20, 0.06, "in_care"),
    "yearlong": (0.72, 0.03, 0.02, "in_care"),
    "checked": (0.89, 0.05, 0.03, "yearlong"),
    "teeth": (0.78, 0.08, 0.05, "yearlong"),
    "adopted": (0.10, 0.22, 0.12, "out_of_care"),
    "guardians": (0.12, 0.20, 0.10, "out_of_care"),
    "leavers_17_18": (14.0, 0.15, 0.06, ""),
    "touch_17_18": (0.94, 0.02, 0.01, "leavers_17_18"),
    "homes_17_18": (0.90, 0.04, 0.02, "leavers_17_18"),
    "active_17_18": (0.64, 0.08, 0.04, "leavers_17_18"),
    "leavers_19_21": (31.0, 0.15, 0.04, ""),
    "touch_19_21": (0.92, 0.03, 0.01, "leavers_19_21"),
    "homes_19_21": (0.88, 0.04, 0.02, "leavers_19_21"),
    "active_19_21": (0.54, 0.08, 0.04, "leavers_19_21"),
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
    found: dict[int, Counts] = {year: {} for year in YEARS}
    for name, usual in {"counts": _USUAL, "later": _LATER}.items():
        _draw(found, usual, Dice(seed, f"published {name} {area.code}"), area, children)
    return found


def _draw(
    found: dict[int, Counts],
    kinds: dict[str, tuple[float, float, float, str]],
    dice: Dice,
    area: Area,
    children: dict[int, int],
) -> None:
    """Draw counts of every year, each about a level of the authority that drifts a little."""
    levels = {name: 1 + usual[1] * _normal(dice) for name, usual in kinds.items()}
    if area.code == OWN:
        levels |= {name: 1.0 for name in (SPIKE[0], *_CARE) if name in kinds}
    drift = dict.fromkeys(kinds, 0.0)
    for year, counts in found.items():
        for name, (usual, _, within, whole) in kinds.items():
            drift[name] = 0.6 * drift[name] + within * _normal(dice)
            true = usual * levels[name] * (1 + drift[name])
            if area.code == OWN:
                true = _planted(name, year, true)
            counts[name] = _drawn(dice, true, counts[whole] if whole else None, children[year - 1])


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
