"""How much a coefficient would differ with other raters: a jackknife over raters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qa_sampling.agreement.asking import Group, Question, arrange
from qa_sampling.agreement.patterns import Blocks, find_patterns
from qa_sampling.agreement.precision import Formulae, columns_of, point
from qa_sampling.agreement.scale import ABSENT


def rater_variance(group: Group, question: Question, formula: Formulae) -> np.ndarray:
    """Give the variance over raters (Gwet 2014, Handbook, 4th ed., chapter 5).

    Parameters
    ----------
    group : Group
        The ratings.
    question : Question
        What is asked; `rater_population` shrinks the variance.
    formula : callable
        The coefficient's formula.

    Returns
    -------
    ndarray, (columns,)
        (R - 1) / R times the sum of squares about the mean of the coefficient without each
        rater; NaN with fewer than 3 raters or where one is indispensable.
    """
    raters = len(group.ratings.raters)
    if raters < 3:
        return np.full(columns_of(point(formula, group.blocks, question.matrices)).shape[1], np.nan)
    without = np.array([_without(group, question, formula, place) for place in range(raters)])
    away = without - without.mean(axis=0)
    variance = (raters - 1) / raters * (away**2).sum(axis=0)
    if question.rater_population is not None:
        variance = variance * max(1 - raters / question.rater_population, 0.0)
    return variance


def _without(group: Group, question: Question, formula: Formulae, place: int) -> np.ndarray:
    """Give the coefficient without one rater, in the columns that are compared."""
    codes, roles = group.ratings.codes.copy(), group.ratings.roles.copy()
    codes[:, place], roles[:, place] = ABSENT, -1
    left = replace(group.ratings, codes=codes, roles=roles)
    columns = "role" if group.arranged is not group.ratings else "rater"
    arranged = arrange(left, columns)
    patterns = find_patterns(arranged.codes, left.scale.size, left.weights)
    if arranged.codes.shape[1] == 0 or not patterns.twice.any():
        return np.full(columns_of(point(formula, group.blocks, question.matrices)).shape[1], np.nan)
    return columns_of(point(formula, Blocks(patterns), question.matrices))[0]
