"""What chance decides in a selection: tosses, starts, choices and case numbers, all tickets.

Every number is the ticket, for the purpose "selection", of a method's name, the stratum and
what is decided ("start", "step 7", or a case's reference), joined by the unit separator. So
two methods, two strata and two purposes never share a number, and strata of one size do
not get the same places.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from qa_sampling.sampling.tickets import ticket, tickets

BITS = 256
"""Bits of a ticket: a number n stands for the fraction n / 2**256."""


class Chance(Protocol):
    """What a method asks of chance; tests put in their own."""

    def toss(self, step: int, heads: int, total: int) -> bool:
        """Give true at this step with probability `heads / total`, exactly."""

    def choose(self, step: int, count: int) -> int:
        """Give one of 0 to `count` - 1 at this step, all equally likely."""

    def start(self) -> int:
        """Give where a walk starts, as a fraction of 2**256."""

    def numbers(self, references: Sequence[str]) -> list[int]:
        """Give each case's own number, as fractions of 2**256."""


class TicketChance:
    """The chance that follows from a seed text.

    Parameters
    ----------
    seed : str
        Seed text, as published.
    method, stratum : str
        What is drawn, and where.
    """

    def __init__(self, seed: str, method: str, stratum: str) -> None:
        self._seed = seed
        self._place = f"{method}\x1f{stratum}"

    def toss(self, step: int, heads: int, total: int) -> bool:
        """Give true at this step with probability `heads / total`, exactly."""
        return self._number(f"step {step}") * total < heads << BITS

    def choose(self, step: int, count: int) -> int:
        """Give one of 0 to `count` - 1 at this step, all equally likely to 1 in 2**240."""
        return self._number(f"choice {step}") * count >> BITS

    def start(self) -> int:
        """Give where a walk starts, as a fraction of 2**256."""
        return self._number("start")

    def numbers(self, references: Sequence[str]) -> list[int]:
        """Give each case's own number, as fractions of 2**256."""
        named = (f"{self._place}\x1fcase\x1f{reference}" for reference in references)
        return [int(value, 16) for value in tickets(named, self._seed, purpose="selection")]

    def _number(self, name: str) -> int:
        return int(ticket(f"{self._place}\x1f{name}", self._seed, purpose="selection"), 16)

    def permanent(self, references: Sequence[str]) -> list[int]:
        """Give each case's ticket of the draw: the same for every method and stratum."""
        return [int(value, 16) for value in tickets(references, self._seed)]
