"""Who comes to the authority, when, from whom: the stream of referrals and early help."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from qa_sampling.records.invented.days import month_end, to_date, weekday
from qa_sampling.records.invented.dice import Dice
from qa_sampling.records.invented.journeys import (
    NEEDS,
    Journey,
    Turn,
    end_early_help,
    start_early_help,
)
from qa_sampling.records.invented.population import Child, Family, Population
from qa_sampling.records.invented.rows import Rows
from qa_sampling.records.invented.scripts import Script

SOURCES = (
    ("6", 285),
    ("2A", 165),
    ("5A", 70),
    ("5B", 40),
    ("5C", 45),
    ("5D", 25),
    ("3A", 18),
    ("3B", 20),
    ("3C", 8),
    ("3D", 14),
    ("3E", 36),
    ("3F", 60),
    ("1A", 55),
    ("1B", 14),
    ("1C", 10),
    ("1D", 18),
    ("2B", 24),
    ("4", 14),
    ("7", 30),
    ("8", 30),
    ("9", 14),
    ("10", 5),
)
"""Referral source codes with weights."""
SEASON = (98, 97, 113, 86, 109, 113, 113, 79, 98, 110, 110, 79)
"""Referrals by calendar month, in hundredths of the average month."""
REFERRALS_A_MONTH = 68.0
"""Families referred in an average month at scale 1, besides the two kinds below."""
DISABLED_A_MONTH = 2.8
LONE_A_MONTH = 1.4
EARLY_HELP_A_MONTH = 8.5
NO_FURTHER_ACTION = 0.06
REFERRED_AGAIN = 0.195
"""Share of referrals that are of families closed and referred in the 12 months before."""
REFERRED_LONG_AFTER = 0.10
FROM_EARLY_HELP = 0.06
OWN_SCRIPT = 0.12
"""Share of siblings whose way differs from their family's."""


@dataclass(frozen=True)
class Spike:
    """A planted spike of re-referrals.

    Attributes
    ----------
    first, last : int
        Its first and last day.
    source : str
        Referral source that carries it.
    locality : int
        Position of the locality, thus of the assessment team, that carries it.
    families_a_month : float
        Families referred again beside the usual ones.
    """

    first: int
    last: int
    source: str
    locality: int
    families_a_month: float


@dataclass
class Arrivals:
    """The stream of arrivals, day by day, and the families who may come back.

    Attributes
    ----------
    rows, dice, population, turn, spike
        Where records go, chance, the families, and the two planted truths of the stream.
    scale : float
        Size of the authority; 1 for about 1,500 children referred a year.
    """

    rows: Rows
    dice: Dice
    population: Population
    turn: Turn
    spike: Spike
    scale: float
    _waiting: list[tuple[int, int]] = field(default_factory=list)
    _recent: list[Family] = field(default_factory=list)
    _older: list[Family] = field(default_factory=list)
    _helped: list[Family] = field(default_factory=list)

    def run(self, month_starts: list[int]) -> None:
        """Let families arrive in every month that starts on one of these days."""
        for start in month_starts:
            for day, kind in self._agenda(start):
                self._release(day)
                getattr(self, f"_{kind}")(day)

    def _agenda(self, start: int) -> list[tuple[int, str]]:
        """Give the arrivals of a month: day and kind, in order of the day."""
        dice, length = self.dice, month_end(start) - start + 1
        season = SEASON[to_date(start).month - 1] / 100
        noise = (94 + dice.between(0, 6) + dice.between(0, 6)) / 100
        expected = {
            "ordinary": REFERRALS_A_MONTH * season * noise,
            "disabled": DISABLED_A_MONTH,
            "lone": LONE_A_MONTH,
            "early_help": EARLY_HELP_A_MONTH * season,
        }
        if self.spike.first <= start <= self.spike.last:
            expected["again"] = self.spike.families_a_month
        agenda = []
        for kind, number in expected.items():
            for _ in range(dice.round(number * self.scale)):
                day = start + dice.below(length)
                if weekday(day) > 4 and dice.chance(0.75):
                    day = min(start + length - 1, day + 7 - weekday(day))
                agenda.append((day, kind))
        return sorted(agenda, key=lambda arrival: arrival[0])

    def _release(self, day: int) -> None:
        """Let families whose cases have closed be referred again."""
        while self._waiting and self._waiting[0][0] <= day:
            _, number = heapq.heappop(self._waiting)
            self._recent.append(self.population.families[number])

    def _ordinary(self, day: int) -> None:
        luck = self.dice.roll() / 2**32
        family = None
        if luck < REFERRED_AGAIN:
            family = self._take_recent(day)
        elif luck < REFERRED_AGAIN + REFERRED_LONG_AFTER:
            family = self._take(self._older, day)
        elif luck < REFERRED_AGAIN + REFERRED_LONG_AFTER + FROM_EARLY_HELP:
            family = self._take(self._helped, day)
        family = family or self.population.new_family(day)
        self._refer(family, day, self.dice.weighted(SOURCES))

    def _again(self, day: int) -> None:
        """Refer a family of the spike again."""
        fitting = [
            place
            for place, family in enumerate(self._recent)
            if family.locality == self.spike.locality
            and day - family.last_referral <= 350
            and self._who_can_come(family, day)
        ]
        if fitting:
            family = self._pop(self._recent, self.dice.pick(fitting))
            self._refer(family, day, self.spike.source)

    def _disabled(self, day: int) -> None:
        family = self.population.new_family(day, size=1)
        child = family.children[0]
        child.disabled = True
        source = self.dice.weighted((("3F", 40), ("2A", 35), ("1A", 25)))
        self._register([child], day, source, taken_up=True)
        self._play([child], day, "N2", helped_by="disabled")

    def _lone(self, day: int) -> None:
        child = self.population.lone_child(day).children[0]
        self._register([child], day, self.dice.pick(("6", "5C")), taken_up=True)
        script = Script(self.dice)
        script.refer(day)
        steps = [step for step in script.steps if step.kind == "assessment"][:1]
        journey = Journey(self.rows, self.dice, child, day, "N8", self.turn, 1.0)
        journey.play([*steps, Script.care_from(day + self.dice.between(0, 2))])

    def _early_help(self, day: int) -> None:
        family = self._take(self._older, day) if self.dice.chance(0.15) else None
        family = family or self.population.new_family(day)
        for child in self._who_can_come(family, day):
            start_early_help(self.rows, self.dice, child, day)
        self._helped.append(family)

    def _refer(self, family: Family, day: int, source: str) -> None:
        dice = self.dice
        children = self._who_can_come(family, day)
        if not children:
            return
        if len(children) > 1 and dice.chance(0.18):
            children = [child for child in children if dice.chance(0.5)] or children[:1]
        family.last_referral = day
        taken_up = not dice.chance(NO_FURTHER_ACTION)
        self._register(children, day, source, taken_up=taken_up)
        closed = self._play(children, day, dice.weighted(NEEDS)) if taken_up else day
        heapq.heappush(self._waiting, (closed + dice.between(8, 30), family.number))

    def _register(self, children: list[Child], day: int, source: str, *, taken_up: bool) -> None:
        contact = day - self.dice.chance(0.25)
        for child in children:
            child.last_referral = day
            self.rows.contacts.append((child.number, contact, source))
            self.rows.referrals.append((child.number, day, source, not taken_up))
            if taken_up:
                end_early_help(self.rows, child, day)

    def _play(
        self, children: list[Child], day: int, need: str, helped_by: str = "safeguarding"
    ) -> int:
        """Write the family's script and let its children play it; give the last closing day."""
        dice = self.dice
        known = any(child.plan_ends for child in children)
        luck = dice.roll() / 2**32
        shared = None
        closed = day
        for child in list(children):
            if shared is None or dice.chance(OWN_SCRIPT):
                script = Script(dice, self.turn.returning(day) if known else 1.0)
                disabled = helped_by == "disabled"
                steps = script.refer_disabled(day) if disabled else script.refer(day)
                shared = shared or steps
            else:
                steps = shared
            journey = Journey(self.rows, dice, child, day, need, self.turn, luck, helped_by)
            closed = max(closed, journey.play(steps))
        return closed

    def _who_can_come(self, family: Family, day: int) -> list[Child]:
        return [child for child in family.children if child.adult_from > day + 60]

    def _take_recent(self, day: int) -> Family | None:
        """Take a family referred in the 12 months before; set aside those of longer ago."""
        while self._recent:
            family = self._pop(self._recent, self.dice.below(len(self._recent)))
            if day - family.last_referral > 360:
                self._older.append(family)
            elif self._who_can_come(family, day):
                return family
        return None

    def _take(self, pool: list[Family], day: int) -> Family | None:
        while pool:
            family = self._pop(pool, self.dice.below(len(pool)))
            if self._who_can_come(family, day):
                return family
        return None

    @staticmethod
    def _pop(pool: list[Family], place: int) -> Family:
        pool[place], pool[-1] = pool[-1], pool[place]
        return pool.pop()
