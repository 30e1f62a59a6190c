"""How far graders agree: every coefficient with one signature, intervals, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from qa_sampling.agreement.asking import Columns, Group, IntervalName, Question, prepare
from qa_sampling.agreement.estimates import Agreement, CoefficientEstimate
from qa_sampling.agreement.formulas import FORMULAS, Formula
from qa_sampling.agreement.measuring import Measured, measure
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.weighting import WeightName
from qa_sampling.errors import AgreementError

DEFAULT = ("exact", "within_one", "ac2", "alpha")
"""What is shown first: counts as shares, then AC2 and alpha together, since each misleads alone."""


def agreement(
    ratings: Ratings,
    *,
    coefficients: Sequence[str] = DEFAULT,
    weights: WeightName | np.ndarray = "quadratic",
    by: str | None = None,
    interval: IntervalName = "plus_two",
    level: float = 0.95,
    columns: Columns = "auto",
    cluster: Literal["auto"] | str | None = "auto",
    unconditional: bool = False,
    population: float | None = None,
    rater_population: float | None = None,
    draws: int = 2000,
    seed: str | None = None,
) -> Agreement:
    """Measure how far graders agree.

    Parameters
    ----------
    ratings : Ratings
        The grades, on a declared scale.
    coefficients : sequence of str
        Names of ``formulas.FORMULAS``. "alpha" is Krippendorff's with his ordinal metric,
        "alpha_weighted" with `weights`; "specific" gives one estimate a grade.
    weights : str or ndarray, (grades, grades)
        A name of ``weighting.WEIGHTS`` or a matrix, for the coefficients that have weights.
    by : str, optional
        Column of the units, or "auditor" or "moderator": one answer a group.
    interval : {"plus_two", "jackknife", "linearised", "percentile", "bca", "gwet", "none"}
        How the interval is found. "plus_two" holds its level with few cases (see
        ``intervals``); "jackknife" and "linearised" do without two cases more; "gwet" gives
        irrCAC's figures; "none" gives the estimate alone, quickly. The standard error is the
        exact jackknife's, but for "linearised" and "gwet".
    level : float
        Confidence level, between 0 and 1.
    columns : {"auto", "role", "rater"}
        What Cohen's, Scott's, Conger's and Bangdiwala's coefficients compare: roles, or people.
        "auto": roles where every unit has one auditor and there are moderators.
    cluster : str or None
        What is left out or drawn as a whole: "auto" (the case, where it has several units), a
        column of the units such as "team", or None (each unit).
    unconditional : bool
        Whether the interval is for graders like these, not for these: a jackknife over raters
        is added (Gwet 2014, chapter 5). Needs 3 raters.
    population : float, optional
        Cases there are in all, of which these are a sample; the variance shrinks by 1 - n / N
        (n: cases graded twice; "gwet": all).
    rater_population : float, optional
        Graders there are in all; used with `unconditional`.
    draws : int
        Bootstrap draws.
    seed : str, optional
        Seed text of the bootstrap; needed by "percentile" and "bca".

    Returns
    -------
    Agreement
        A reason (`why_not`) stands in place of every number that cannot be told.

    Raises
    ------
    AgreementError
        When a name is unknown, weights do not fit the scale, or "gwet" is asked of a design.
    """
    question = Question(
        ratings.scale, tuple(coefficients), weights, interval, level, columns, cluster,
        unconditional, population, rater_population, draws, seed,
    )  # fmt: skip
    groups = {None: ratings} if by is None else ratings.by(by)
    found = [
        estimate
        for group, part in groups.items()
        for estimate in measure_group(part, question, group)
    ]
    return Agreement(tuple(found), by, level)


def measure_group(ratings: Ratings, question: Question, name: object) -> list[CoefficientEstimate]:
    """Measure what is asked of one group.

    Parameters
    ----------
    ratings : Ratings
        The group's ratings.
    question : Question
        What is asked.
    name : object
        The group.
    """
    group = prepare(ratings, question)
    if question.interval == "gwet":
        _check_gwet(group)
    found = []
    reasons = {one: reason_against(FORMULAS[one], group) for one in question.coefficients}
    able = [one for one, reason in reasons.items() if not reason]
    measured = measure(able, group, question) if able else {}
    for one in question.coefficients:
        if reasons[one]:
            found.append(_without(one, question, group, name, reasons[one]))
            continue
        grades = ratings.scale.grades if one == "specific" else (None,)
        found += [
            _with(measured[one], column, grade, question, group, name)
            for column, grade in enumerate(grades)
        ]
    return found


def _check_gwet(group: Group) -> None:
    each = group.patterns.each
    if len(each) and not (each == 1).all():
        raise AgreementError(
            'The published formula ("gwet") has no design weights. Ask for "plus_two".'
        )
    if group.blocks.clusters is not None:
        raise AgreementError(
            'The published formula ("gwet") takes units for independent; these belong together. '
            'Ask for "plus_two", or give `cluster=None` to have its figures all the same.'
        )


def reason_against(formula: Formula, group: Group) -> str:
    """Say why a coefficient cannot be told of a group at all; blank where it can be tried.

    Parameters
    ----------
    formula : Formula
        The coefficient.
    group : Group
        The group.
    """
    patterns = group.patterns
    if not len(patterns.times):
        return "nobody gave a grade here"
    if not patterns.twice.any():
        return "no case was graded twice, so there is nothing to compare"
    raters = patterns.cells.shape[1]
    if formula.two_raters and raters != 2:
        return (
            f"it compares two graders and there are {raters} columns of grades; ask for conger, "
            "or for one pair"
        )
    if formula.two_raters and not (patterns.cells >= 0).all(axis=1).any():
        return "no case was graded by both, so there is nothing to compare"
    return ""


def _counts(group: Group) -> dict[str, int]:
    patterns = group.patterns
    raters = patterns.raters
    return {
        "units": int(patterns.times.sum()),
        "twice": int(patterns.times[patterns.twice].sum()),
        "cases": group.blocks.count_twice,
        "pairs": int(patterns.times @ (raters * (raters - 1) / 2)),
    }


def _title(name: str, question: Question, grade: str | None = None) -> str:
    words = FORMULAS[name].title.format(weights=question.weights_name)
    return f"{words}: {grade}" if grade else words


def _without(
    name: str, question: Question, group: Group, where: object, reason: str
) -> CoefficientEstimate:
    return CoefficientEstimate(
        name, _title(name, question), where, None, None, None, None, None, None, None,
        **_counts(group), method="", why_not=reason,
    )  # fmt: skip


def _with(
    found: Measured, column: int, grade: str | None, question: Question, group: Group, where: object
) -> CoefficientEstimate:
    said = found.columns[column]
    return CoefficientEstimate(
        found.name,
        _title(found.name, question, grade),
        where,
        grade,
        said.value,
        said.error,
        said.df,
        said.interval,
        found.observed,
        found.expected,
        **_counts(group),
        method=said.method,
        warnings=said.warnings,
        why_not=said.why_not,
        centre=said.centre,
        centre_error=said.centre_error,
        centre_df=said.centre_df,
        bounds=FORMULAS[found.name].bounds,
    )
