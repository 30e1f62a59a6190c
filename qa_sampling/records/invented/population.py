"""Invented families and children: numbers, ages, ethnicity; no child has a name."""

from __future__ import annotations

from dataclasses import dataclass, field

from qa_sampling.records.invented.days import birthday
from qa_sampling.records.invented.dice import Dice, Knots

FAMILY_SIZES = ((1, 480), (2, 270), (3, 150), (4, 70), (5, 30))
"""Children a family, with weights: 1.9 on average."""
AGE_DAYS: Knots = ((0, 0), (110, 365), (330, 1826), (600, 3652), (900, 5844), (1000, 6387))
"""Age in days of the eldest child of a family when it first becomes known."""
ETHNICITIES = (
    ("WBRI", 770),
    ("WOTH", 45),
    ("MWBC", 40),
    ("MWAS", 22),
    ("MOTH", 22),
    ("MWBA", 12),
    ("APKN", 22),
    ("AIND", 12),
    ("AOTH", 9),
    ("ABAN", 4),
    ("BAFR", 20),
    ("BCRB", 7),
    ("BOTH", 6),
    ("OOTH", 9),
    ("WROM", 4),
    ("WIRT", 2),
    ("WIRI", 2),
    ("CHNE", 2),
    ("NOBT", 6),
    ("REFU", 3),
    ("Not recorded", 3),
)
LONE_ETHNICITIES = (("AOTH", 35), ("OOTH", 30), ("BAFR", 25), ("MOTH", 5), ("WOTH", 5))
"""Ethnicities of unaccompanied asylum-seeking children."""
GENDERS = (("Male", 518), ("Female", 476), ("Neither", 4), ("Not recorded", 2))
_ID_SPACE = 10_000_000
_ID_STEP = 7_654_321  # shares no divisor with _ID_SPACE: every number comes once


@dataclass(slots=True)
class Child:
    """A child, and what later journeys must know of earlier ones.

    Attributes
    ----------
    number : int
        Position among the children of the authority.
    family : Family
        The child's family.
    born : int
        Day of birth, or the expected one.
    gender, ethnicity : str
        Words and codes of the schema.
    disabled, lone : bool
        Whether the child has a disability, and sought asylum unaccompanied.
    earlier_plans : int
        Child protection plans before the records begin.
    plan_ends : list of int
        Last days of the plans in the records.
    care_ends : list of int
        Last days of the care episodes in the records.
    last_referral : int
        Day of the latest referral; far in the past for none.
    early_help : int
        Position of the early help intervention that is or was open; -1 for none.
    """

    number: int
    family: Family
    born: int
    gender: str
    ethnicity: str
    disabled: bool = False
    lone: bool = False
    earlier_plans: int = 0
    plan_ends: list[int] = field(default_factory=list)
    care_ends: list[int] = field(default_factory=list)
    last_referral: int = -99_999
    early_help: int = -1

    @property
    def adult_from(self) -> int:
        """The day of the child's 18th birthday."""
        return birthday(self.born, 18)


@dataclass(slots=True)
class Family:
    """A family: siblings who live, or lived, in one household.

    Attributes
    ----------
    number : int
        Position among the families of the authority.
    locality : int
        Position of the locality, which is that of an assessment team.
    children : list of Child
        Its children.
    last_referral : int
        Day of the latest referral of any of them.
    """

    number: int
    locality: int
    children: list[Child] = field(default_factory=list)
    last_referral: int = -99_999


class Population:
    """All families and children, in the order in which they became known.

    Parameters
    ----------
    dice : Dice
        Chance.
    localities : list of int
        Weight of each locality, which is that of an assessment team.
    """

    def __init__(self, dice: Dice, localities: list[int]) -> None:
        self.dice = dice
        self.localities = list(enumerate(localities))
        self.children: list[Child] = []
        self.families: list[Family] = []
        self._first_id = dice.below(_ID_SPACE)

    def child_id(self, number: int) -> str:
        """Give the case system's number of a child: seven digits, some of them leading zeros."""
        return f"{(self._first_id + number * _ID_STEP) % _ID_SPACE:07d}"

    def new_family(
        self,
        day: int,
        *,
        locality: int | None = None,
        size: int | None = None,
        age: int | None = None,
    ) -> Family:
        """Invent a family that becomes known on `day`.

        Parameters
        ----------
        day : int
            Day number.
        locality : int, optional
            Position of the locality; by chance when not given.
        size : int, optional
            Number of children.
        age : int, optional
            Age of the eldest in days.
        """
        dice = self.dice
        if locality is None:
            locality = dice.weighted(self.localities)
        family = Family(len(self.families), locality)
        self.families.append(family)
        ethnicity = dice.weighted(ETHNICITIES)
        days_old = dice.spread(AGE_DAYS) if age is None else age
        if age is None and dice.chance(0.02):
            days_old = -dice.between(20, 150)
        for _ in range(dice.weighted(FAMILY_SIZES) if size is None else size):
            self._add(family, day - days_old, ethnicity)
            days_old = days_old - dice.between(420, 1500)
            if days_old < 0:
                days_old = dice.between(320, 1300) + max(
                    day - child.born for child in family.children
                )
        family.children = [c for c in family.children if c.adult_from > day + 60]
        return family

    def lone_child(self, day: int) -> Family:
        """Invent a child of 15 to 17 who seeks asylum unaccompanied."""
        dice = self.dice
        family = Family(len(self.families), dice.weighted(self.localities))
        self.families.append(family)
        self._add(family, day - dice.between(5560, 6480), dice.weighted(LONE_ETHNICITIES))
        family.children[0].lone = True
        family.children[0].gender = "Male" if dice.chance(0.93) else "Female"
        return family

    def _add(self, family: Family, born: int, ethnicity: str) -> None:
        dice = self.dice
        if dice.chance(0.06):
            ethnicity = dice.weighted(ETHNICITIES)
        child = Child(
            len(self.children), family, born, dice.weighted(GENDERS), ethnicity, dice.chance(0.07)
        )
        self.children.append(child)
        family.children.append(child)
