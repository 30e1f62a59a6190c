"""An estimate whose spread is known, and its honest interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_sampling.agreement import intervals as ends_of
from qa_sampling.agreement.asking import INTERVALS, Group, Question
from qa_sampling.agreement.formulas import Formula
from qa_sampling.agreement.resampling import bca_ends, percentile_ends
from qa_sampling.results import Interval

NOTHING_DISAGREES = (
    "Nothing disagrees, so the grades hold no spread; the interval is one-sided and rests on "
    "what so few cases could have hidden."
)
NO_SPREAD = (
    "Every case disagrees alike, so the grades hold no spread; the interval rests on one case "
    "more that agrees and one more graded by chance."
)


NO_ERROR = 1e-7
"""What rounding leaves of an error of 0."""


@dataclass(frozen=True)
class Column:
    """One value of a coefficient: the number, its error and interval, or why not."""

    value: float | None
    error: float | None = None
    df: float | None = None
    interval: Interval | None = None
    method: str = ""
    warnings: tuple[str, ...] = ()
    why_not: str = ""
    centre: float | None = None
    centre_error: float | None = None
    centre_df: float | None = None


@dataclass(frozen=True, eq=False)
class Spread:
    """What is known of a coefficient's spread.

    Attributes
    ----------
    variance : ndarray, (columns,)
        Over cases, finite population counted.
    raters : ndarray, (columns,), or None
        Over raters, with `unconditional`.
    without : ndarray or None
        The coefficient without each block.
    draws : ndarray or None
        The coefficient of each resample.
    notes : tuple of str
        Warnings.
    """

    variance: np.ndarray
    raters: np.ndarray | None = None
    without: np.ndarray | None = None
    draws: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def _combined_df(first: float, second: float, one: float, two: float) -> float:
    """Combine degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110-114)."""
    if first + second <= 0:
        return min(one, two)
    return (first + second) ** 2 / (first**2 / one + second**2 / two)


@dataclass(frozen=True, eq=False)
class Known:
    """One value whose spread is known, on the way to its interval."""

    formula: Formula
    value: float
    variance: float
    df: float
    place: int
    spread: Spread
    group: Group
    question: Question
    notes: tuple[str, ...]

    @property
    def cases(self) -> int:
        """Independent units graded twice."""
        return self.group.blocks.count_twice

    @property
    def error(self) -> float:
        """Standard error of the estimate."""
        return self._error(self.variance)

    def _error(self, variance: float) -> float:
        """Give a standard error over cases, and over raters where asked."""
        across = 0.0 if self.spread.raters is None else float(self.spread.raters[self.place])
        return float(np.sqrt(max(variance + across, 0.0)))

    def _freedom(self, variance: float, df: float) -> float:
        if self.spread.raters is None:
            return df
        raters = len(self.group.ratings.raters) - 1.0
        return _combined_df(variance, float(self.spread.raters[self.place]), df, raters)

    def with_interval(self) -> Column:
        """Give the value with its interval."""
        question, value, error = self.question, self.value, self.error
        level, df = question.level, self._freedom(self.variance, self.df)
        words = INTERVALS[question.interval].format(
            blocks=self.group.clustered, draws=question.draws
        )
        words += ", and over raters" if self.spread.raters is not None else ""
        if question.interval == "gwet":
            low, high = ends_of.plain_interval(value, error, df, level)
            return self._column((low, min(high, 1.0)), words, df)
        whole = question.population is not None and self.cases >= question.population
        if error <= NO_ERROR:
            return self._column((value, value), words, df) if whole else self._without_spread(df)
        if not whole and question.interval == "plus_two" and not self.formula.is_share:
            more = self._plus_two(words, df)
            if more is not None:
                return more
        ends, notes = None, self.notes
        if self.spread.draws is not None:
            ends, notes = _bootstrap_ends(
                value, self.place, self.spread, self.group, question, notes
            )
        if ends is None:
            ends = ends_of.curved_interval(value, error, df, level, self.formula.bounds)
        if ends is None or ends[1] - ends[0] <= NO_ERROR:
            return self._without_spread(df)
        return self._column(ends, words, df, notes)

    def _column(
        self, ends: tuple[float, float], words: str, df: float, notes: tuple[str, ...] | None = None
    ) -> Column:
        """Give the value with an interval about itself."""
        interval = Interval(*ends, self.question.level, words)
        told = self.notes if notes is None else notes
        return Column(
            self.value, self.error, df, interval, words, told,
            centre=self.value, centre_error=self.error, centre_df=df,
        )  # fmt: skip

    def _plus_two(self, words: str, df: float, *, note: str = "") -> Column | None:
        """Give the value with an interval about what two cases more make of it."""
        moved, variance = ends_of.with_two_more(
            self.formula, self.group.blocks, self.question.matrices, column=self.place
        )
        if self.question.population is not None:
            variance *= max(1 - self.cases / self.question.population, 0.0)
        error = self._error(variance)
        n, level = self.cases, self.question.level
        ends = ends_of.two_more_ends(self.value, moved, error, n, level, self.formula.bounds)
        if ends is None:
            return None
        if self.value >= self.formula.bounds[1] - 1e-12:
            bound = ends_of.with_hidden(
                self.formula, self.group.blocks, self.question.matrices,
                level=level, column=self.place,
            )  # fmt: skip
            ends = (max(ends[0], bound), ends[1])
        own = error if note else self.error
        notes = (*self.notes, note) if note else self.notes
        interval = Interval(*ends, level, words)
        return Column(
            self.value, own, df, interval, words, notes,
            centre=moved, centre_error=error, centre_df=n + 1.0,
        )  # fmt: skip

    def _without_spread(self, df: float) -> Column:
        """Give an honest interval where nothing varies."""
        low, high = self.formula.bounds
        at_top, at_bottom = abs(self.value - high) < 1e-12, abs(self.value - low) < 1e-12
        if self.formula.is_share and (at_top or at_bottom):
            ends = ends_of.all_or_none(self.value, self.cases, self.question.level)
            words = "one-sided exact interval of all or none"
            note = NOTHING_DISAGREES if at_top else "Nothing agrees; the interval is one-sided."
            interval = Interval(*ends, self.question.level, words)
            return Column(self.value, 0.0, df, interval, words, (*self.notes, note))
        words = INTERVALS["plus_two"].format(blocks=self.group.clustered)
        found = self._plus_two(words, df, note=NOTHING_DISAGREES if at_top else NO_SPREAD)
        if found is None:
            reason = "nothing varies, and two cases more would not tell an interval either"
            return Column(self.value, 0.0, df, warnings=self.notes, why_not=reason)
        return found


def _bootstrap_ends(
    value: float,
    place: int,
    spread: Spread,
    group: Group,
    question: Question,
    notes: tuple[str, ...],
) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Give the ends from the resamples; None where too many of them have no value."""
    values = spread.draws[:, place]
    good = values[np.isfinite(values)]
    lost = 1 - len(good) / len(values)
    if lost > 0:
        notes = (*notes, f"In {lost:.1%} of the resamples it cannot be told; they are left out.")
    if lost > 0.1:
        notes = (*notes, "That is too many for a bootstrap; the interval is the jackknife's.")
        return None, notes
    without = spread.without[:, place]
    if question.interval == "bca" and np.isfinite(without).all():
        return bca_ends(good, value, without, group.blocks.times, question.level), notes
    return percentile_ends(good, question.level), notes
