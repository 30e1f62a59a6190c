"""Coefficients of several groups together, with what they have in common.

The twelve standards of one case are graded by the same two people, and one month's cases may be
graded again in the next. So the coefficients of groups that share cases are correlated. Leaving
out one case at a time, from all groups at once, gives their joint covariance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.asking import Group, Question, arrange
from qa_sampling.agreement.coefficients import measure_group, reason_against
from qa_sampling.agreement.estimates import CoefficientEstimate
from qa_sampling.agreement.formulas import FORMULAS
from qa_sampling.agreement.patterns import Blocks, find_patterns
from qa_sampling.agreement.precision import leave_one_out
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError


@dataclass(frozen=True, eq=False)
class JointEstimates:
    """One coefficient of several groups.

    Attributes
    ----------
    groups : tuple
        The groups, in order.
    estimates : tuple of CoefficientEstimate
        One a group.
    covariance : ndarray, (groups, groups)
        Joint jackknife covariance; rows and columns of groups without a standard error are NaN.
        Where nothing varies, the variance of the interval that was given.
    shared : int
        Cases that are in more than one group.
    """

    groups: tuple[object, ...]
    estimates: tuple[CoefficientEstimate, ...]
    covariance: np.ndarray
    shared: int

    @property
    def correlation(self) -> np.ndarray:
        """Their correlations; 0 where a group has no spread."""
        errors = np.sqrt(np.diag(self.covariance))
        known = errors > 0
        out = np.eye(len(errors))
        both = np.ix_(known, known)
        out[both] = self.covariance[both] / np.outer(errors[known], errors[known])
        return out


def joint_estimates(
    groups: Mapping[object, Ratings],
    *,
    coefficient: str = "ac2",
    weights: str | np.ndarray = "quadratic",
    level: float = 0.95,
    columns: str = "auto",
    cluster: str | None = "case_ref",
) -> JointEstimates:
    """Measure one coefficient in several groups, with their covariance.

    Parameters
    ----------
    groups : mapping
        Group to its ratings, all on one scale; ``ratings.by("standard")`` gives such.
    coefficient : str
        A name of ``formulas.FORMULAS`` but "specific".
    weights, level, columns
        As ``agreement`` has them.
    cluster : str or None
        Column by which units of different groups belong together; None: nothing is shared.

    Returns
    -------
    JointEstimates

    Raises
    ------
    AgreementError
        When there is no group, scales differ, or the coefficient is "specific" or unknown.
    """
    if not groups:
        raise AgreementError("There is no group to compare.")
    if coefficient == "specific":
        raise AgreementError("Specific agreement is one number a grade; compare another one.")
    scales = {ratings.scale.grades for ratings in groups.values()}
    if len(scales) > 1:
        raise AgreementError("The groups are graded on different scales; they cannot be compared.")
    scale = next(iter(groups.values())).scale
    question = Question(
        scale, (coefficient,), weights, "plus_two", level, columns, cluster or "auto",
        False, None, None, 2000, None,
    )  # fmt: skip
    found, away, members = [], [], []
    for name, ratings in groups.items():
        estimate = measure_group(ratings, question, name)[0]
        found.append(estimate)
        parts, cases = _deviations(ratings, question, coefficient, estimate)
        away.append(parts)
        members.append(cases if cluster else cases.map(lambda case, at=name: (at, case)))
    table = pd.concat(
        [pd.Series(parts, index=cases) for parts, cases in zip(away, members, strict=True)], axis=1
    )
    spread = table.fillna(0.0).to_numpy()
    covariance = spread.T @ spread
    for place, estimate in enumerate(found):
        own = estimate.standard_error
        if own is None:
            covariance[place, :] = covariance[:, place] = np.nan
        elif covariance[place, place] < own**2 * 1e-6:
            covariance[place, place] = own**2
    shared = int((table.notna().sum(axis=1) > 1).sum()) if len(table) else 0
    return JointEstimates(tuple(groups), tuple(found), covariance, shared)


def _deviations(
    ratings: Ratings, question: Question, coefficient: str, estimate: CoefficientEstimate
) -> tuple[np.ndarray, pd.Index]:
    """Give what each case adds, so that the squares sum to the jackknife's variance."""
    arranged = arrange(ratings, question.columns)
    column = "case_ref" if question.cluster == "auto" else question.cluster
    places, names = pd.factorize(ratings.units[column])
    patterns = find_patterns(
        arranged.codes, arranged.scale.size, ratings.weights, keep_members=True
    )
    blocks = Blocks(patterns, places)
    formula = FORMULAS[coefficient]
    reason = reason_against(formula, Group(ratings, arranged, blocks, ""))
    if reason or estimate.standard_error is None or len(blocks.times) < 2:
        return np.zeros(0), pd.Index([])
    without = leave_one_out(formula.formula, blocks, question.matrices)[:, 0]
    cases = pd.Index(names)[blocks.names]
    if not np.isfinite(without).all():
        return np.zeros(len(cases)), cases
    n = len(without)
    return np.sqrt((n - 1) / n) * (without.mean() - without), cases
