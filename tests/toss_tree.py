"""The whole tree of tosses behind an outcome, each path with its exact probability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Script:
    """Tosses that follow a script, then always show heads; remembers what it did."""

    faces: list[bool]
    made: list[bool] = field(default_factory=list)
    probability: Fraction = Fraction(1)

    def __call__(self, step: int, heads: int, total: int) -> bool:
        assert step == len(self.made) + 1
        assert 0 < heads < total
        face = self.faces[step - 1] if step <= len(self.faces) else True
        self.probability *= Fraction(heads if face else total - heads, total)
        self.made.append(face)
        return face


def every_outcome(run: Callable[[Script], object]) -> Iterator[tuple[Fraction, object]]:
    """Give the probability of every path through the tosses, and its outcome."""
    waiting: list[list[bool]] = [[]]
    while waiting:
        script = Script(waiting.pop())
        outcome = run(script)
        yield script.probability, outcome
        later = range(len(script.faces), len(script.made))
        waiting += [[*script.made[:place], False] for place in later]
