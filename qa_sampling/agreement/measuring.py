"""From patterns to estimates with errors and intervals, one coefficient after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa_sampling.agreement import intervals as ends_of
from qa_sampling.agreement.asking import INTERVALS, Group, Question
from qa_sampling.agreement.estimates import FEWEST
from qa_sampling.agreement.formulas import FORMULAS, Formula, alpha
from qa_sampling.agreement.precision import (
    columns_of,
    gwet_variance,
    influence,
    jackknife_variance,
    leave_one_out,
    linearised_variance,
    point,
)
from qa_sampling.agreement.rater_variance import rater_variance
from qa_sampling.agreement.resampling import bca_ends, bootstrap, percentile_ends
from qa_sampling.results import Interval

NOTHING_DISAGREES = (
    "Nothing disagrees, so the grades hold no spread; the interval is one-sided and rests on "
    "what so few cases could have hidden."
)
NO_SPREAD = (
    "Every case disagrees alike, so the grades hold no spread; the interval rests on one case "
    "more that agrees and one more graded by chance."
)
NEARLY_ALL = (
    "Here nearly all grades are the same, so nearly as much agreement is expected by chance; a low "
    "value does not mean that graders often differ. Read it beside exact agreement and AC."
)
_SKEWED = 0.9
_ALPHAS = {"alpha_nominal": "identity", "alpha_interval": "quadratic", "alpha_ratio": "ratio",
           "alpha_weighted": "weights"}  # fmt: skip


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


@dataclass(frozen=True)
class Measured:
    """A coefficient of a group, one column a value."""

    name: str
    columns: tuple[Column, ...]
    observed: float | None
    expected: float | None


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


def measure(names: Sequence[str], group: Group, question: Question) -> dict[str, Measured]:
    """Measure coefficients that can be tried of a group.

    Parameters
    ----------
    names : sequence of str
        Names of ``formulas.FORMULAS``.
    group : Group
        The group.
    question : Question
        What is asked.
    """
    drawn: dict[str, np.ndarray] = {}
    if question.interval in ("percentile", "bca"):
        asked = {name: FORMULAS[name].formula for name in names}
        drawn = bootstrap(
            asked, group.blocks, question.matrices, draws=question.draws, seed=question.seed or ""
        )
    found = {}
    for name in names:
        formula = FORMULAS[name]
        parts = point(formula.formula, group.blocks, question.matrices)
        values = columns_of(parts)[0]
        spread = _spread(name, values, group, question, drawn.get(name))
        columns = [
            _column(formula, value, place, spread, group, question)
            for place, value in enumerate(values)
        ]
        found[name] = Measured(name, tuple(columns), _known(parts.observed), _known(parts.expected))
    return found


def _known(values: np.ndarray | None) -> float | None:
    if values is None or not np.isfinite(values[0]):
        return None
    return float(values[0])


def _spread(
    name: str, values: np.ndarray, group: Group, question: Question, draws: np.ndarray | None
) -> Spread:
    """Give the variance over cases, and over raters where asked."""
    blocks, matrices, formula = group.blocks, question.matrices, FORMULAS[name].formula
    without, notes = None, ()
    if question.interval == "gwet":
        plain = formula
        if name in _ALPHAS:
            plain = lambda sums: alpha(sums, _ALPHAS[name], small_sample=False)  # noqa: E731
        parts = influence(plain, blocks, matrices)
        variance = gwet_variance(parts, values, blocks, only_twice=name.startswith("alpha"))
    elif question.interval == "linearised":
        variance = linearised_variance(influence(formula, blocks, matrices), blocks)
    else:
        without = leave_one_out(formula, blocks, matrices)
        variance = jackknife_variance(without, blocks)
        missing = np.isnan(variance) & ~np.isnan(values)
        if missing.any() and blocks.count_twice > 1:
            other = linearised_variance(influence(formula, blocks, matrices), blocks)
            variance = np.where(missing, other, variance)
            notes = ("Without one of the cases it cannot be told; the error is linearised.",)
    if question.population is not None:
        drawn = blocks.count if question.interval == "gwet" else blocks.count_twice
        variance = variance * max(1 - drawn / question.population, 0.0)
    raters = None
    if question.unconditional:
        raters = rater_variance(group, question, formula)
    return Spread(variance, raters, without, draws, notes)


def _column(
    formula: Formula, value: float, place: int, spread: Spread, group: Group, question: Question
) -> Column:
    """Give one value with its error and interval, or the reasons why not."""
    if not np.isfinite(value):
        return Column(None, why_not=formula.undefined)
    value = float(value)
    cases, notes = group.blocks.count_twice, spread.notes
    if formula.by_margins and _largest_share(group) >= _SKEWED:
        notes = (*notes, NEARLY_ALL)
    if cases < FEWEST:
        notes = (
            f"Only {cases} case{'' if cases == 1 else 's'} with two grades: show the counts, "
            "not the coefficient.",
            *notes,
        )
    variance = float(spread.variance[place])
    if cases < 2 or not np.isfinite(variance):
        reason = "one case with two grades has no spread to tell an error from"
        return Column(value, warnings=notes, why_not=reason)
    df = (group.blocks.count if question.interval == "gwet" else cases) - 1.0
    if spread.raters is not None:
        across = float(spread.raters[place])
        if not np.isfinite(across):
            reason = (
                "with fewer than 3 graders, or where all depends on one of them, nobody can say "
                "how other graders would agree"
            )
            return Column(value, warnings=notes, why_not=reason)
        df = _combined_df(variance, across, df, len(group.ratings.raters) - 1.0)
        variance += across
    error = float(np.sqrt(max(variance, 0.0)))
    return _with_interval(formula, value, error, df, place, spread, group, question, notes)


def _largest_share(group: Group) -> float:
    """Give the share of the commonest grade."""
    patterns = group.patterns
    given = (patterns.times * patterns.each) @ patterns.counts
    return float(given.max() / given.sum())


def _combined_df(first: float, second: float, one: float, two: float) -> float:
    """Combine degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110-114)."""
    if first + second <= 0:
        return min(one, two)
    return (first + second) ** 2 / (first**2 / one + second**2 / two)


def _with_interval(
    formula: Formula,
    value: float,
    error: float,
    df: float,
    place: int,
    spread: Spread,
    group: Group,
    question: Question,
    notes: tuple[str, ...],
) -> Column:
    words = INTERVALS[question.interval].format(blocks=group.clustered, draws=question.draws)
    words += ", and over raters" if spread.raters is not None else ""
    level = question.level
    if question.interval == "gwet":
        low, high = ends_of.plain_interval(value, error, df, level)
        return Column(
            value,
            error,
            df,
            Interval(low, min(high, 1.0), level, words),
            words,
            notes,
            centre=value,
        )
    whole = question.population is not None and group.blocks.count_twice >= question.population
    if error <= 1e-9 and not whole:
        return _without_spread(formula, value, df, place, group, question, notes)
    ends = None
    if spread.draws is not None:
        ends, notes = _bootstrap_ends(value, place, spread, group, question, notes)
    if ends is None:
        ends = ends_of.curved_interval(value, error, df, level, formula.bounds) or (value, value)
    return Column(value, error, df, Interval(*ends, level, words), words, notes, centre=value)


def _without_spread(
    formula: Formula,
    value: float,
    df: float,
    place: int,
    group: Group,
    question: Question,
    notes: tuple[str, ...],
) -> Column:
    """Give an honest interval where nothing varies."""
    low, high = formula.bounds
    extreme = min(abs(value - low), abs(value - high)) < 1e-12
    note = NOTHING_DISAGREES if abs(value - high) < 1e-12 else NO_SPREAD
    n = group.blocks.count_twice
    if formula.is_share and extreme:
        ends = ends_of.all_or_none(value, n, question.level)
        words = "one-sided exact interval of all or none"
        error, centre = 0.0, None
        note = NOTHING_DISAGREES if value > 0.5 else "Nothing agrees; the interval is one-sided."
    else:
        more = ends_of.with_two_more(
            formula, group.patterns, question.matrices, n=n, level=question.level, column=place
        )
        if more is None:
            reason = "nothing varies, and two cases more would not tell an interval either"
            return Column(value, 0.0, df, warnings=notes, why_not=reason)
        ends, error, centre = more
        words = "t interval on the atanh scale with two cases more"
    interval = Interval(*ends, question.level, words)
    return Column(value, error, df, interval, words, (*notes, note), centre=centre)


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
