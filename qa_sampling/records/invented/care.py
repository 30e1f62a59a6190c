"""Care episodes, placements, legal statuses, missing episodes, adoption and leaving care."""

from __future__ import annotations

from qa_sampling.records.invented.days import OPEN, birthday
from qa_sampling.records.invented.dice import Dice, Knots
from qa_sampling.records.invented.population import Child
from qa_sampling.records.invented.rows import Rows

SETTLED: Knots = ((0, 3), (180, 30), (400, 200), (650, 700), (850, 1800), (1000, 4000))
"""Days a placement lasts."""
ROUTES = {
    3: (("adopted", 28), ("guardianship", 25), ("home", 32), ("stays", 15)),
    9: (("guardianship", 17), ("home", 38), ("stays", 45)),
    15: (("guardianship", 4), ("home", 40), ("stays", 56)),
    17: (("home", 18), ("stays", 82)),
}
"""How care ends, by greatest age at entry."""
DAYS_IN_CARE: dict[str, Knots] = {
    "adopted": ((0, 430), (500, 640), (1000, 1100)),
    "guardianship": ((0, 180), (500, 400), (1000, 1100)),
    "home": ((0, 4), (300, 45), (600, 200), (850, 500), (1000, 1300)),
}
PLACEMENTS = (("U6", 47), ("U4", 16), ("U3", 14), ("U1", 6), ("K2", 10), ("P1", 5), ("R3", 2))
OLDER_PLACEMENTS = (("U6", 38), ("U4", 14), ("U3", 6), ("K2", 20), ("H5", 18), ("P1", 3), ("K1", 1))
SETTLED_PLACEMENTS = (("U4", 55), ("U1", 14), ("U6", 22), ("K2", 9))
GUARDIANSHIP_REASONS = (("E45", 30), ("E46", 30), ("E47", 30), ("E41", 10))
HOME_REASONS = (("E4A", 66), ("E4B", 18), ("E13", 16))
ADULT_REASONS = (("E5", 45), ("E17", 30), ("E6", 15), ("E7", 6), ("E9", 2), ("E8", 2))
ELSEWHERE = ("Eastmarch", "Northhope", "Westerby", "Southmere")


def enter_care(rows: Rows, dice: Dice, child: Child, start: int, need: str) -> tuple[int, str]:
    """Record an episode of care from `start`; give its end and what follows.

    Parameters
    ----------
    rows : Rows
        Where the authority's records go.
    dice : Dice
        Chance.
    child : Child
        The child.
    start : int
        First day in care.
    need : str
        Primary need code.

    Returns
    -------
    tuple of int and str
        Last day in care, and "home", "guardianship", "adopted" or "adult".
    """
    start = max(start, child.born)
    route, end, reason = _route(dice, child, start)
    rows.care.append((child.number, start, end, reason, need, _plan_for(dice, route, child, start)))
    child.care_ends.append(end)
    adoption_days = _adoption(rows, dice, child, start, end, route)
    _place(rows, dice, child, start, end, adoption_days)
    _legal(rows, dice, child, start, end, route, adoption_days)
    _go_missing(rows, dice, child, start, end)
    _leave(rows, dice, child, start, end)
    return end, route


def _route(dice: Dice, child: Child, start: int) -> tuple[str, int, str]:
    adult = child.adult_from
    age = next(limit for limit in ROUTES if start < birthday(child.born, limit + 1))
    route = "stays" if child.lone else dice.weighted(ROUTES[age])
    end = adult if route == "stays" else start + dice.spread(DAYS_IN_CARE[route])
    if end >= adult:
        return "adult", adult, dice.weighted(ADULT_REASONS)
    reasons = {
        "adopted": (("E12", 75), ("E11", 25)),
        "guardianship": GUARDIANSHIP_REASONS,
        "home": HOME_REASONS,
    }
    return route, end, dice.weighted(reasons[route])


def _plan_for(dice: Dice, route: str, child: Child, start: int) -> str:
    if route == "adopted":
        return "Adoption"
    if route == "guardianship":
        return "SGO or CAO"
    if route == "home":
        return "Return to family"
    if start > birthday(child.born, 15):
        return dice.weighted(
            (("Supported living in the community", 70), ("Long-term residential placement", 30))
        )
    return dice.weighted(
        (("Long-term fostering", 80), ("Long-term residential placement", 15), ("Other", 5))
    )


def _adoption(
    rows: Rows, dice: Dice, child: Child, start: int, end: int, route: str
) -> tuple[int, int]:
    """Record the way to adoption; give the days of placement order and of being placed."""
    reversed_plan = route in ("guardianship", "adult") and start < birthday(child.born, 5)
    if route != "adopted" and not (reversed_plan and dice.chance(0.25)):
        return OPEN, OPEN
    length = end - start
    decision = start + length * 35 // 100
    order = start + length * 45 // 100
    matched = start + length * 65 // 100
    placed = start + length * 72 // 100
    if route == "adopted":
        early = start + 5 if dice.chance(0.2) else OPEN
        row = (child.number, start, decision, order, matched, placed, end, OPEN, "", early)
        rows.adoptions.append(row)
        return order, placed
    decision, order = start + min(150, length // 4), start + min(210, length // 3)
    reversal = min(end, order + dice.between(120, 400))
    reason = dice.weighted((("RD1", 40), ("RD3", 40), ("RD2", 10), ("RD4", 10)))
    none = (OPEN, OPEN, OPEN)
    rows.adoptions.append((child.number, start, decision, order, *none, reversal, reason, OPEN))
    return OPEN, OPEN


def _place(
    rows: Rows, dice: Dice, child: Child, start: int, end: int, adoption_days: tuple[int, int]
) -> None:
    at, first = start, True
    while at < end:
        older = at > birthday(child.born, 15)
        choices = OLDER_PLACEMENTS if older else PLACEMENTS if first else SETTLED_PLACEMENTS
        kind = dice.weighted(choices)
        if kind == "H5" and at < birthday(child.born, 16):
            kind = "K2"
        if at == adoption_days[1]:
            kind, until = "A5" if dice.chance(0.7) else "A6", end
        else:
            until = at + max(3, dice.spread(SETTLED))
            if at < adoption_days[1] < until:
                until = adoption_days[1]
        provider = _provider(dice, kind)
        outside = dice.chance(0.6 if kind in ("K2", "K1", "R3") else 0.3)
        authority = dice.pick(ELSEWHERE) if outside else ""
        code = f"IV{dice.between(1, 28)} {dice.between(1, 9)}"
        code += dice.pick("ABDEFGHJ") + dice.pick("LNPQRSTU")
        urn = f"SC{dice.between(400000, 499999)}" if kind in ("K1", "K2", "H5") else ""
        rows.placements.append((child.number, start, at, kind, provider, authority, code, urn))
        at, first = until, False


def _provider(dice: Dice, kind: str) -> str:
    if kind == "P1":
        return "PR0"
    if kind in ("U1", "U3"):
        return "PR1"
    return dice.weighted((("PR1", 52), ("PR4", 38), ("PR5", 8), ("PR2", 2)))


def _legal(
    rows: Rows,
    dice: Dice,
    child: Child,
    start: int,
    end: int,
    route: str,
    adoption_days: tuple[int, int],
) -> None:
    agreed = child.lone or dice.chance(0.7 if start > birthday(child.born, 13) else 0.35)
    steps = [(start, "V2" if agreed else "L2" if dice.chance(0.15) else "C1")]
    stays = route != "home"
    if steps[0][1] == "L2":
        steps.append((start + 8, "C1"))
    if steps[0][1] == "V2" and stays and not child.lone and dice.chance(0.45):
        steps.append((start + dice.between(40, 200), "C1"))
    if stays and steps[-1][1] == "C1":
        steps.append((steps[-1][0] + dice.between(150, 300), "C2"))
    if adoption_days[0] != OPEN:
        steps = [step for step in steps if step[0] < adoption_days[0]]
        steps.append((adoption_days[0], "E1"))
    rows.legal.extend((child.number, start, day, code) for day, code in steps if day < end)


def _go_missing(rows: Rows, dice: Dice, child: Child, start: int, end: int) -> None:
    if not dice.chance(0.13):
        return
    at = max(start, birthday(child.born, 12)) + dice.between(10, 200)
    while at < end:
        kind = "Absent" if dice.chance(0.15) else "Missing"
        offered = dice.chance(0.92)
        accepted = offered and dice.chance(0.6)
        rows.missing.append((child.number, start, at, kind, offered, accepted))
        at += dice.between(10, 240)


def _leave(rows: Rows, dice: Dice, child: Child, start: int, end: int) -> None:
    """Record the entitlement to leaving care services, from 16 after 13 weeks in care."""
    sixteen = birthday(child.born, 16)
    eligible = max(sixteen, start + 91)
    if end <= eligible:
        return
    until = birthday(child.born, 25 if dice.chance(0.14) else 21)
    if end < child.adult_from and not dice.chance(0.7):
        until = child.adult_from
    rows.leavers.append((child.number, eligible, end, until, dice.roll(), dice.roll()))
