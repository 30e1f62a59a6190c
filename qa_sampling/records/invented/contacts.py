"""Contacts that lead to no referral, and adopters: the two streams outside the journeys."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.records.invented.arrivals import SEASON, SOURCES
from qa_sampling.records.invented.days import OPEN, month_end, to_date
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.population import ETHNICITIES, GENDERS, Population
from qa_sampling.records.invented.rows import Rows

CONTACTS_A_YEAR = 4800.0
"""Children in contacts that lead to no referral, at scale 1."""
ALREADY_KNOWN = 0.3
ADOPTERS_A_MONTH = 1.6
STEPS = ((10, 60), (50, 75), (1, 30), (90, 120), (5, 20), (5, 25), (30, 300), (10, 45))
"""Days from each step of an adopter's way to the next: stage 1 started and ended, stage 2
started, application, stage 2 ended, approved, matched, placed."""


def children_frame(population: Population) -> pd.DataFrame:
    """Give the children as a frame (see ``history.History``), without their luck."""
    children = population.children
    return pd.DataFrame(
        {
            "family": [child.family.number for child in children],
            "born": [child.born for child in children],
            "gender": [child.gender for child in children],
            "ethnicity": [child.ethnicity for child in children],
            "disabled": [child.disabled for child in children],
            "lone": [child.lone for child in children],
        }
    )


def add_contacts(
    children: pd.DataFrame, referred: pd.DataFrame, dice: Dice, months: list[int], scale: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add contacts without referral, and the children known from nothing else.

    Parameters
    ----------
    children : DataFrame
        The children so far.
    referred : DataFrame
        Contacts that led to a referral: `child`, `start`, `source`.
    dice : Dice
        Chance.
    months : list of int
        First days of the months in which contacts are made.
    scale : float
        Size of the authority.

    Returns
    -------
    tuple of DataFrame
        All children, and all contacts.
    """
    days = np.concatenate([_days_of_month(dice, start, scale) for start in months])
    sources = np.array([code for code, _ in SOURCES], dtype=object)
    source = sources[dice.many_weighted([weight for _, weight in SOURCES], len(days))]
    known = dice.many_chance(ALREADY_KNOWN, len(days)) & (len(children) > 0)
    first_day = referred.groupby("child")["start"].min().sort_values(kind="stable")
    heard_of = np.searchsorted(first_day.to_numpy(), days)
    place = (dice.rolls(len(days)) * heard_of) >> 32
    child = first_day.index.to_numpy()[np.minimum(place, len(first_day) - 1)]
    known &= (heard_of > 0) & (children["born"].to_numpy()[child] > days - 6500)
    fresh = np.flatnonzero(~known)
    child[fresh] = len(children) + np.arange(len(fresh))
    contacts = pd.DataFrame({"child": child, "start": days, "source": source})
    everyone = pd.concat([children, _strangers(children, days[fresh], dice)], ignore_index=True)
    return everyone, pd.concat([referred, contacts], ignore_index=True)


def _days_of_month(dice: Dice, start: int, scale: float) -> np.ndarray:
    length = month_end(start) - start + 1
    season = SEASON[to_date(start).month - 1] / 100
    return start + dice.many_below(length, dice.round(CONTACTS_A_YEAR / 12 * season * scale))


def _strangers(children: pd.DataFrame, days: np.ndarray, dice: Dice) -> pd.DataFrame:
    """Invent a child for each of these days; every other one has the one before for a sibling."""
    n = len(days)
    genders = np.array([word for word, _ in GENDERS], dtype=object)
    ethnicities = np.array([code for code, _ in ETHNICITIES], dtype=object)
    alone = dice.many_chance(0.55, n)
    alone[:1] = True
    family = (children["family"].max() + 1 if len(children) else 0) + np.cumsum(alone) - 1
    ethnicity = ethnicities[dice.many_weighted([weight for _, weight in ETHNICITIES], n)]
    return pd.DataFrame(
        {
            "family": family,
            "born": days - dice.many_below(6300, n),
            "gender": genders[dice.many_weighted([weight for _, weight in GENDERS], n)],
            "ethnicity": ethnicity,
            "disabled": dice.many_chance(0.05, n),
            "lone": np.zeros(n, dtype=bool),
        }
    )


def add_adopters(rows: Rows, dice: Dice, months: list[int], scale: float) -> None:
    """Record adopters who enquire in each of these months.

    Parameters
    ----------
    rows : Rows
        Where records go.
    dice : Dice
        Chance.
    months : list of int
        First days of months.
    scale : float
        Size of the authority.
    """
    for start in months:
        for _ in range(dice.round(ADOPTERS_A_MONTH * scale)):
            _add_household(rows, dice, start + dice.below(28))


def _add_household(rows: Rows, dice: Dice, enquiry: int) -> None:
    days = [enquiry]
    for low, high in STEPS:
        days.append(days[-1] + dice.between(low, high))
    adopted = days[-1] + dice.between(120, 330)
    left, reason = OPEN, None
    if dice.chance(0.35):
        stop = dice.between(1, 6)
        left = days[stop] + dice.between(5, 60)
        reason = dice.weighted((("Withdrew", 70), ("On hold", 25), ("Refused", 5)))
        days[stop + 1 :] = [OPEN] * (len(days) - stop - 1)
        adopted = OPEN
    household = f"A{len(rows.adopters) + 1:05d}"
    number_of_children = dice.weighted(((1, 75), (2, 22), (3, 3)))
    ethnicity = dice.weighted(ETHNICITIES)
    early = dice.chance(0.15)
    genders = dice.weighted(((("Female", "Male"), 74), (("Female",), 12), (("Male", "Male"), 8)))
    enquiry, first, first_end, second, applied, second_end, approved, matched, placed = days
    for gender in genders:
        number = f"AD{len(rows.adopters) + 1:05d}"
        row = [number, household, enquiry, first, first_end, second, second_end, applied, approved]
        row += [matched, placed, number_of_children, adopted, left, reason, gender, ethnicity]
        rows.adopters.append((*row, dice.chance(0.04), early))
