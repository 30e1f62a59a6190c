"""From patterns to estimates with errors and intervals, one coefficient after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
from qa_sampling.agreement.resampling import bootstrap
from qa_sampling.agreement.uncertainty import Column, Known, Spread

NEARLY_ALL = (
    "Here nearly all grades are the same, so nearly as much agreement is expected by chance; a low "
    "value does not mean that graders often differ. Read it beside exact agreement and AC."
)
_SKEWED = 0.9
_ALPHAS = {"alpha_nominal": "identity", "alpha_interval": "quadratic", "alpha_ratio": "ratio",
           "alpha_weighted": "weights"}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A coefficient of a group, one column a value."""

    name: str
    columns: tuple[Column, ...]
    observed: float | None
    expected: float | None


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
        if question.interval == "none":
            columns = [_alone(formula, value) for value in values]
            found[name] = Measured(
                name, tuple(columns), _known(parts.observed), _known(parts.expected)
            )
            continue
        spread = _spread(name, values, group, question, drawn.get(name))
        columns = [
            _column(formula, value, place, spread, group, question)
            for place, value in enumerate(values)
        ]
        found[name] = Measured(name, tuple(columns), _known(parts.observed), _known(parts.expected))
    return found


def _alone(formula: Formula, value: float) -> Column:
    """Give one value without error and interval, or why there is none."""
    if not np.isfinite(value):
        return Column(None, why_not=formula.undefined)
    return Column(float(value), method=INTERVALS["none"])


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
    if spread.raters is not None and not np.isfinite(spread.raters[place]):
        reason = (
            "with fewer than 3 graders, or where all depends on one of them, nobody can say how "
            "other graders would agree"
        )
        return Column(value, warnings=notes, why_not=reason)
    known = Known(formula, value, variance, df, place, spread, group, question, notes)
    return known.with_interval()


def _largest_share(group: Group) -> float:
    """Give the share of the commonest grade."""
    patterns = group.patterns
    given = (patterns.times * patterns.each) @ patterns.counts
    return float(given.max() / given.sum())
