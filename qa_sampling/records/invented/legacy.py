"""Those whose story began long before the records: children in care, disabled children."""

from __future__ import annotations

from qa_sampling.records.invented.dice import Dice, Knots
from qa_sampling.records.invented.journeys import NEEDS, Journey, Turn
from qa_sampling.records.invented.population import Child, Population
from qa_sampling.records.invented.rows import Rows
from qa_sampling.records.invented.scripts import Script, Step

CARE_FAMILIES_A_YEAR = 61.0
LONE_A_YEAR = 16.0
DISABLED_A_YEAR = 27.0
YEARS_OF_CARE = 17
ENTRY_AGE_DAYS: Knots = ((0, 0), (230, 200), (420, 1500), (640, 3600), (900, 5500), (1000, 6200))


def add_legacy(
    rows: Rows, dice: Dice, population: Population, turn: Turn, *, until: int, scale: float
) -> None:
    """Record the children still with the services on day `until` whose referral is years back.

    Parameters
    ----------
    rows : Rows
        Where records go.
    dice : Dice
        Chance.
    population : Population
        The families; those whose story ended before `until` are left out of the records.
    turn : Turn
        The planted intervention, which a journey asks for.
    until : int
        The first day of the stream of referrals.
    scale : float
        Size of the authority.
    """
    for year in range(YEARS_OF_CARE, 0, -1):
        start = until - 365 * year
        for _ in range(dice.round(CARE_FAMILIES_A_YEAR * scale)):
            day = start + dice.below(365)
            family = population.new_family(day, age=dice.spread(ENTRY_AGE_DAYS))
            for child in list(family.children):
                _enter(rows, dice, child, day, dice.weighted(NEEDS), turn, until)
        if year <= 9:
            for _ in range(dice.round(LONE_A_YEAR * scale)):
                day = start + dice.below(365)
                child = population.lone_child(day).children[0]
                _enter(rows, dice, child, day, "N8", turn, until)
        if year <= 12:
            for _ in range(dice.round(DISABLED_A_YEAR * scale)):
                _help_disabled(rows, dice, population, start + dice.below(365), turn, until)


def _enter(
    rows: Rows, dice: Dice, child: Child, day: int, need: str, turn: Turn, until: int
) -> None:
    own = Rows()
    journey = Journey(own, dice, child, day, need, turn, 1.0)
    journey.play([Script.care_from(day + dice.between(5, 60))])
    _keep(rows, own, child, until)


def _help_disabled(
    rows: Rows, dice: Dice, population: Population, day: int, turn: Turn, until: int
) -> None:
    child = population.new_family(day, size=1).children[0]
    child.disabled = True
    steps: list[Step] = Script(dice).refer_disabled(day)
    own = Rows()
    Journey(own, dice, child, day, "N2", turn, 1.0, "disabled").play(steps)
    _keep(rows, own, child, until)


def _keep(rows: Rows, own: Rows, child: Child, until: int) -> None:
    """Take over the child's records if the services still worked with the child on `until`."""
    last = max(row[2] for row in own.phases) if own.phases else 0
    if last <= until:
        return
    own.early_help.clear()
    child.early_help = -1
    child.last_referral = min(row[1] for row in own.phases)
    for name in Rows.__dataclass_fields__:
        getattr(rows, name).extend(getattr(own, name))
