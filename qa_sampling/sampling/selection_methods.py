"""The family of selection methods: one signature, chosen by name.

Every method is given a :class:`Group` of cases, sorted by reference, whose probabilities lie
between 0 and 1 (cases that are certain, or have no chance, are settled before), and a
:class:`~qa_sampling.sampling.chance.TicketChance`. It says who is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa_sampling.errors import SelectionError
from qa_sampling.sampling.chance import BITS, TicketChance
from qa_sampling.sampling.cube import cube
from qa_sampling.sampling.local_pivotal import local_pivotal
from qa_sampling.sampling.order_sampling import order_sample, ticket_numbers
from qa_sampling.sampling.pivotal import pivotal, pivotal_joint
from qa_sampling.sampling.probabilities import in_units
from qa_sampling.sampling.sampford import sampford, sampford_joint
from qa_sampling.sampling.systematic import systematic, systematic_joint

Option = Literal["order_by", "spread_over", "balance_on"]


@dataclass(frozen=True)
class Group:
    """Cases that are drawn together, sorted by reference.

    Attributes
    ----------
    label : str
        The stratum, or "all".
    references : tuple of str
        Case references.
    strata : tuple of str
        Stratum of each case; the label itself unless strata are drawn together.
    probability : ndarray of float
        Inclusion probabilities, above 0 and below 1.
    size : int
        Cases that are drawn; their sum but for Poisson sampling.
    order : tuple of int
        Places of the cases in the order that was asked for; by reference without one.
    coordinates : ndarray of int64, cases by coordinates
        Where the cases lie, for methods that spread.
    columns : ndarray of float, cases by columns
        Balancing variables, for methods that balance.
    places : tuple of int
        Places of the cases in the whole table, sorted by reference.
    """

    label: str
    references: tuple[str, ...]
    strata: tuple[str, ...]
    probability: np.ndarray
    size: int
    order: tuple[int, ...]
    coordinates: np.ndarray
    columns: np.ndarray
    places: tuple[int, ...] = ()

    @property
    def units(self) -> list[int]:
        """The probabilities in units of 2**-52."""
        return in_units(self.probability, self.size)


@dataclass(frozen=True)
class SelectionMethod:
    """One method of the family.

    Attributes
    ----------
    draw : callable
        ``draw(group, chance)``: ndarray of bool, who is drawn.
    joint : callable or None
        ``joint(group)``: ndarray of joint inclusion probabilities; None where they have no
        closed form.
    about : str
        When to use it, in one sentence.
    takes : {"order_by", "spread_over", "balance_on"} or None
        The option that it uses.
    is_exact : bool
        Whether the inclusion probabilities are exactly those that are stated.
    has_fixed_size : bool
        Whether the number drawn is fixed.
    is_equal : bool
        Whether it draws with equal probabilities only.
    takes_strata_together : bool
        Whether strata are drawn in one go, so that one changes the others.
    """

    draw: Callable[[Group, TicketChance], np.ndarray]
    joint: Callable[[Group], np.ndarray] | None
    about: str
    takes: Option | None = None
    is_exact: bool = True
    has_fixed_size: bool = True
    is_equal: bool = False
    takes_strata_together: bool = False


def _lowest_tickets(group: Group, chance: TicketChance) -> np.ndarray:
    drawn = np.zeros(len(group.references), dtype=bool)
    drawn[_ticket_order(chance.permanent(group.references))[: group.size]] = True
    return drawn


def _ticket_order(numbers: list[int]) -> list[int]:
    """Give the places in the order of their tickets, ties by reference."""
    return sorted(range(len(numbers)), key=lambda place: (numbers[place], place))


def _poisson(group: Group, chance: TicketChance) -> np.ndarray:
    return ticket_numbers(chance.permanent(group.references)) < group.probability


def _sequential_poisson(group: Group, chance: TicketChance) -> np.ndarray:
    u = ticket_numbers(chance.permanent(group.references))
    return order_sample(u, group.probability, group.size, ranking="sequential_poisson")


def _pareto(group: Group, chance: TicketChance) -> np.ndarray:
    u = ticket_numbers(chance.permanent(group.references))
    return order_sample(u, group.probability, group.size, ranking="pareto")


def _systematic(group: Group, chance: TicketChance) -> np.ndarray:
    return systematic(group.units, group.order, chance)


def _randomised_systematic(group: Group, chance: TicketChance) -> np.ndarray:
    order = _ticket_order(chance.numbers(group.references))
    return systematic(group.units, order, chance)


def _ordered_pivotal(group: Group, chance: TicketChance) -> np.ndarray:
    return pivotal(group.units, group.order, chance)


def _pivotal(group: Group, chance: TicketChance) -> np.ndarray:
    return pivotal(group.units, _ticket_order(chance.numbers(group.references)), chance)


def _local_pivotal(group: Group, chance: TicketChance) -> np.ndarray:
    tie_order = np.argsort(_ticket_order(chance.numbers(group.references)), kind="stable")
    return local_pivotal(group.units, group.coordinates, tie_order, chance)


def _sampford(group: Group, chance: TicketChance) -> np.ndarray:
    numbers = chance.numbers(group.references)

    def toss(step: int, heads: int, total: int) -> bool:
        return numbers[step - 1] * total < heads << BITS

    return sampford(group.probability, group.size, toss)


def _cube(group: Group, chance: TicketChance) -> np.ndarray:
    order = _ticket_order(chance.numbers(group.references))
    return cube(group.probability, group.strata, group.columns, order, chance)


def _equal_joint(group: Group) -> np.ndarray:
    count, n = len(group.references), group.size
    joint = np.full((count, count), n * (n - 1) / (count * max(count - 1, 1)))
    np.fill_diagonal(joint, n / count)
    return joint


def _independent_joint(group: Group) -> np.ndarray:
    joint = np.outer(group.probability, group.probability)
    np.fill_diagonal(joint, group.probability)
    return joint


METHODS: dict[str, SelectionMethod] = {
    "tickets": SelectionMethod(
        _lowest_tickets,
        _equal_joint,
        "The default: the lowest tickets, simple random in every stratum; anyone can check it.",
        is_equal=True,
    ),
    "systematic": SelectionMethod(
        _systematic,
        lambda group: systematic_joint(group.units, group.order),
        "Even along an ordered list: spread over a few ordered columns, easy to explain.",
        takes="order_by",
    ),
    "randomised_systematic": SelectionMethod(
        _randomised_systematic,
        None,
        "Unequal probabilities on a list in random order.",
    ),
    "sampford": SelectionMethod(
        _sampford,
        lambda group: sampford_joint(group.probability, group.size),
        "Unequal probabilities when a design-based variance is wanted: joint probabilities known.",
    ),
    "ordered_pivotal": SelectionMethod(
        _ordered_pivotal,
        lambda group: pivotal_joint(group.units, group.order),
        "Along an ordered list like systematic, with more chance and known joint probabilities.",
        takes="order_by",
    ),
    "pivotal": SelectionMethod(
        _pivotal,
        None,
        "Unequal probabilities, any number of cases, in random order.",
    ),
    "poisson": SelectionMethod(
        _poisson,
        _independent_joint,
        "Every case by its own ticket: perfect coordination, but the size is random.",
        has_fixed_size=False,
    ),
    "sequential_poisson": SelectionMethod(
        _sequential_poisson,
        None,
        "Unequal probabilities by permanent tickets: months and themes can be coordinated.",
        is_exact=False,
    ),
    "pareto": SelectionMethod(
        _pareto,
        None,
        "As sequential Poisson, nearer to the stated probabilities.",
        is_exact=False,
    ),
    "cube": SelectionMethod(
        _cube,
        None,
        "Balanced: the weighted sample meets the caseload's totals of the covariates.",
        takes="balance_on",
        takes_strata_together=True,
    ),
    "local_pivotal": SelectionMethod(
        _local_pivotal,
        None,
        "Well spread: no two alike cases together, every kind of case near a drawn one.",
        takes="spread_over",
    ),
}
"""The methods by name."""


def selection_method(name: str) -> SelectionMethod:
    """Give a method by name.

    Raises
    ------
    SelectionError
        When the name is unknown, with the whole list.
    """
    if name not in METHODS:
        raise SelectionError(f"`method` {name!r} is unknown; choose one of {', '.join(METHODS)}.")
    return METHODS[name]
