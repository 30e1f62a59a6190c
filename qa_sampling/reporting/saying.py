"""What may be said, and how surely: the declared rules of all sentences about estimates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.number_words import as_sentence
from qa_sampling.reporting.words import Words, say
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


def said(text: str) -> Words:
    """Seal text that a template of ours made as one sentence; its numbers must be safe already."""
    return say("{sentence}", sentence=as_sentence(text))
