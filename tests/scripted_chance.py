"""A chance that follows every path, each with its exact probability, for enumerations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import numpy as np
from toss_tree import Script, every_outcome

from qa_sampling.sampling.chance import BITS


class ScriptedChance:
    """Tosses and choices from a script; case numbers that put the cases in a given order."""

    def __init__(self, script: Script, order: Sequence[int] = ()) -> None:
        self._script = script
        self._order = list(order)

    def toss(self, step: int, heads: int, total: int) -> bool:
        return self._script(len(self._script.made) + 1, heads, total)

    def choose(self, step: int, count: int) -> int:
        for one in range(count - 1):
            if self.toss(step, 1, count - one):
                return one
        return count - 1

    def numbers(self, references: Sequence[str]) -> list[int]:
        place = {case: number for number, case in enumerate(self._order)}
        return [place[case] << BITS - 20 for case in range(len(references))]

    permanent = numbers


def design(
    draw: Callable[[ScriptedChance], np.ndarray], cases: int, *, every_order: bool = False
) -> dict[frozenset[int], Fraction]:
    """Give the probability of every sample of a method."""
    orders = list(itertools.permutations(range(cases))) if every_order else [tuple(range(cases))]
    samples: dict[frozenset[int], Fraction] = {}
    for order in orders:
        for probability, drawn in _outcomes(draw, order):
            sample = frozenset(np.flatnonzero(drawn).tolist())
            samples[sample] = samples.get(sample, Fraction(0)) + probability / len(orders)
    return samples


def _outcomes(draw: Callable, order: Sequence[int]) -> Iterator[tuple[Fraction, np.ndarray]]:
    return every_outcome(lambda script: draw(ScriptedChance(script, order)))


def joint_of(samples: dict[frozenset[int], Fraction], cases: int) -> np.ndarray:
    """Give the first-order (diagonal) and joint inclusion probabilities of a design."""
    joint = [[Fraction(0)] * cases for _ in range(cases)]
    for sample, probability in samples.items():
        for one, other in itertools.product(sample, repeat=2):
            joint[one][other] += probability
    return np.array(joint, dtype=float)
