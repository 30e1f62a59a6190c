"""What may be said, and how surely: the declared rules of all sentences about estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import as_sentence
from qa_sampling.reporting.quantities import Cell
from qa_sampling.reporting.words import Words, _sealed
from qa_sampling.results import Interval


@dataclass(frozen=True)
class SayingRules:
    """When a number is said, when it is hidden, and when it is too uncertain to say.

    Attributes
    ----------
    minimum_n : int
        Fewer audits than this are too few to say anything.
    widest : float or None
        An interval wider than this is too uncertain; in the unit of the estimate (a share of 1
        for shares, 0.4 for 40 percentage points). None for no limit.
    uncertain : {"instead", "beside"}
        Whether an uncertain number is replaced by the remark, or said with it.
    threshold : int
        Smallest count of children said: 6 hides 1 to 5. 1 hides nothing, and what is then said
        is restricted.
    nearest : int
        Estimated counts of cases are rounded to a multiple of this.
    """

    minimum_n: int = 5
    widest: float | None = None
    uncertain: Literal["instead", "beside"] = "instead"
    threshold: int = 6
    nearest: int = 1

    def __post_init__(self) -> None:
        """Refuse rules that cannot be kept."""
        if self.uncertain not in ("instead", "beside"):
            raise ParameterError(
                f'`uncertain` must be "instead" or "beside"; got {self.uncertain!r}.'
            )
        if min(self.minimum_n, self.threshold, self.nearest) < 1:
            raise ParameterError(
                "`minimum_n`, `threshold` and `nearest` must be at least 1. Give 1 to switch one "
                "off."
            )

    def too_wide(self, interval: Interval) -> bool:
        """Say whether an interval is wider than declared."""
        return self.widest is not None and interval.width > self.widest

    def is_small(self, count: int, whole: int | None = None) -> bool:
        """Say whether a count, or what is left of its whole, is too small to be said."""
        small = 0 < count < self.threshold
        return small or (whole is not None and 0 < whole - count < self.threshold)


USUAL = SayingRules()
"""The rules where none are given."""

Count = int | Cell
"""A count that a sentence rests on: a whole number, or a cell of a protected table."""
Basis = Sequence[Count | tuple[Count, Count]]
"""Counts that a sentence rests on; a pair is a count and the whole it is part of."""


def known_counts(*counts: Count, what: str) -> tuple[int, ...] | None:
    """Give counts as whole numbers; None when a protected table hides one of them.

    Parameters
    ----------
    *counts : int or Cell
        The counts.
    what : str
        Who asks, for the message.

    Raises
    ------
    DisclosureError
        When one is no count, or a rounded one: an exact number that rests on it would give the
        count before rounding away.
    """
    for count in counts:
        if isinstance(count, Cell):
            _require_exact(count, what)
        elif isinstance(count, bool) or not isinstance(count, Integral):
            raise DisclosureError(
                f"{what} rests on counts; got a {type(count).__name__}. Give whole numbers or "
                "cell() of a SafeTable."
            )
    if any(isinstance(count, Cell) and count.hidden for count in counts):
        return None
    return tuple(int(one.value if isinstance(one, Cell) else one) for one in counts)


def _require_exact(cell: Cell, what: str) -> None:
    if cell.column not in (*cell.table.counts, *cell.table.publics):
        raise DisclosureError(f"{what} rests on counts; got a cell of `{cell.column}`.")
    if cell.rounded:
        raise DisclosureError(
            f"{what} was given a count that the table rounds, which the exact number beside it "
            "could give away. Say what the table prints, with difference_words() or cell_words()."
        )


def rests_on_hidden(counts: Basis, rules: SayingRules, *, what: str) -> bool:
    """Say whether a number rests on a count that is hidden, or too small to be said.

    Parameters
    ----------
    counts : sequence of int, Cell or pair
        The counts it rests on: at least one. Of a pair, what is left of the whole counts too.
    rules : SayingRules
        What is too small; cells follow the rule of their own table.
    what : str
        Who asks, for the message.
    """
    if not counts:
        raise DisclosureError(
            f"{what} needs the `counts` that its numbers rest on, so that small ones stay hidden."
        )
    return any(_is_hidden(one, rules, what) for one in counts)


def _is_hidden(given: Count | tuple[Count, Count], rules: SayingRules, what: str) -> bool:
    parts = given if isinstance(given, tuple) else (given,)
    numbers = known_counts(*parts, what=what)
    if numbers is None:
        return True
    small = 0 < numbers[0] < rules.threshold and not isinstance(parts[0], Cell)
    if len(numbers) == 1:
        return small
    return small or 0 < numbers[1] - numbers[0] < rules.threshold


def require_interval(value: float, interval: Interval) -> None:
    """Refuse an estimate that is no number or lies outside its interval.

    Parameters
    ----------
    value : float
        The estimate.
    interval : Interval
        Its interval.

    Raises
    ------
    ParameterError
        When no sentence could be true of them.
    """
    if not all(map(math.isfinite, (value, interval.low, interval.high))):
        raise ParameterError(
            "An estimate or an end of its interval is no finite number, so nothing can be said "
            "of it. Say that there are too few audits instead."
        )
    slack = 1e-9 * max(1.0, abs(value))
    if not interval.low - slack <= value <= interval.high + slack:
        raise ParameterError(
            f"The estimate {value} lies outside its interval {interval.low} to {interval.high}. "
            "Give both in the same unit; a share lies between 0 and 1."
        )


def _said(text: str) -> Words:
    """Seal what a template of ours made as one sentence: for the sentence modules only.

    They hold what a caller typed to ``require_all_free`` and every number to the rules.
    """
    return _sealed(as_sentence(text))


def hidden_words(what: str) -> Words:
    """Say that something is hidden; not whether it is small or would give a small one away.

    Parameters
    ----------
    what : str
        What is hidden, as it begins the sentence; free text.
    """
    require_all_free("hidden_words", what=what)
    return _said(f"{what} is hidden, so that nobody can be identified")
