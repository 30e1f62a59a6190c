"""Kappas beside the coefficients: Light's, the highest the margins allow, and against chance.

They are here because publications report them. Light's kappa averages over pairs of graders, so
pairs that graded few cases weigh as much as others. The test against chance answers whether
graders agree more than by luck alone, which is hardly ever in doubt; its standard error holds
only there and is no error of the estimate.

Sources: Light 1971 (Psychol Bull 76:365-377); Cohen 1960 (Educ Psychol Meas 20:37-46); Fleiss,
Cohen and Everitt 1969 (Psychol Bull 72:323-327, equation 14); Fleiss, Nee and Landis 1979
(Psychol Bull 86:974-977, equation 12).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.weighting import WeightName, weight_matrix
from qa_sampling.errors import AgreementError

__all__ = ["AgainstChance", "MaximumKappa", "kappa_against_chance", "light_kappa", "maximum_kappa"]

Weights = WeightName | np.ndarray


@dataclass(frozen=True)
class MaximumKappa:
    """How high kappa could be, had the graders' own shares of grades met as well as they can.

    Attributes
    ----------
    kappa : float or None
        Cohen's kappa; None where chance alone would always agree.
    maximum : float or None
        The highest with these margins; below 1 where graders use the grades differently.
    n : int
        Cases graded by both.
    """

    kappa: float | None
    maximum: float | None
    n: int

    @property
    def share(self) -> float | None:
        """Kappa as a share of its maximum; None where that is 0 or there is none."""
        if self.kappa is None or not self.maximum:
            return None
        return self.kappa / self.maximum


@dataclass(frozen=True)
class AgainstChance:
    """A test of whether graders agree more than by luck alone.

    Attributes
    ----------
    kappa : float or None
        The coefficient; None where it cannot be told.
    null_error : float or None
        Its standard error if graders agreed by luck only: not that of the estimate.
    z : float or None
        One divided by the other.
    p_value : float or None
        Two-sided.
    n : int
        Cases.
    """

    kappa: float | None
    null_error: float | None
    z: float | None
    p_value: float | None
    n: int


def maximum_kappa(ratings: Ratings) -> MaximumKappa:
    """Give Cohen's unweighted kappa and the highest its margins allow.

    Parameters
    ----------
    ratings : Ratings
        Two columns of grades, or roles of one auditor and one moderator.

    Raises
    ------
    AgreementError
        When there are not two columns, or no case was graded by both.
    """
    table = _two_way(ratings)
    shares = table / table.sum()
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = float(rows @ columns)
    n = int(table.sum())
    if 1 - chance < 1e-12:
        return MaximumKappa(None, None, n)
    most = float(np.minimum(rows, columns).sum())
    kappa = (float(np.trace(shares)) - chance) / (1 - chance)
    return MaximumKappa(kappa, (most - chance) / (1 - chance), n)


def light_kappa(ratings: Ratings, *, weights: Weights = "identity") -> float | None:
    """Give the mean of Cohen's kappa over all pairs of graders (Light 1971).

    Parameters
    ----------
    ratings : Ratings
        A column a grader; each pair is compared on the cases both graded.
    weights : str or ndarray
        As ``coefficients.agreement`` has them.

    Returns
    -------
    float or None
        Over the pairs that have a kappa; None where none has.
    """
    found = []
    for pair in combinations(range(len(ratings.raters)), 2):
        codes = ratings.codes[:, list(pair)]
        two = Ratings.from_codes(codes, scale=ratings.scale)
        one = agreement(two, coefficients=["cohen"], weights=weights, interval="none")
        found.append(one.one("cohen").estimate)
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def kappa_against_chance(ratings: Ratings, *, weights: Weights = "identity") -> AgainstChance:
    """Test whether graders agree more than by luck: Cohen's kappa of two, Fleiss' of more.

    Parameters
    ----------
    ratings : Ratings
        Two columns, or more of which each graded every case.
    weights : str or ndarray
        Weights of agreement, for two columns; more than two take "identity" only.

    Raises
    ------
    AgreementError
        When more than two graded and some case lacks a grade, or weights are asked of them.
    """
    if len(ratings.raters) == 2:
        return _two_against_chance(_two_way(ratings), weight_matrix(weights, ratings.scale))
    if not (isinstance(weights, str) and weights == "identity"):
        raise AgreementError(
            "The test against chance of more than two graders is of Fleiss' kappa without weights; "
            'give weights="identity".'
        )
    graded = ratings.codes >= 0
    if not graded.all():
        raise AgreementError(
            f"{int((~graded.all(axis=1)).sum())} cases lack a grade. The test against chance of "
            "more than two graders needs every grade; use the interval of `agreement` instead."
        )
    one = agreement(ratings, coefficients=["fleiss"], weights="identity", interval="none")
    cases, raters = ratings.codes.shape
    share = np.bincount(ratings.codes.ravel(), minlength=ratings.scale.size) / ratings.codes.size
    each = share * (1 - share)
    spread = each.sum() ** 2 - each @ (1 - 2 * share)
    error = np.sqrt(2 * spread / (cases * raters * (raters - 1))) / each.sum() if each.any() else 0
    return _tested(one.one("fleiss").estimate, float(error), cases)


def _two_against_chance(table: np.ndarray, weights: np.ndarray) -> AgainstChance:
    n = table.sum()
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    chance = float(rows @ weights @ columns)
    if 1 - chance < 1e-12:
        return AgainstChance(None, None, None, None, int(n))
    usual = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = float((np.outer(rows, columns) * (weights - usual) ** 2).sum()) - chance**2
    error = np.sqrt(max(spread, 0.0) / n) / (1 - chance)
    kappa = (float((shares * weights).sum()) - chance) / (1 - chance)
    return _tested(kappa, float(error), int(n))


def _tested(kappa: float | None, error: float, n: int) -> AgainstChance:
    if kappa is None or error <= 0:
        return AgainstChance(kappa, None, None, None, n)
    z = kappa / error
    return AgainstChance(kappa, error, z, float(2 * stats.norm.sf(abs(z))), n)


def _two_way(ratings: Ratings) -> np.ndarray:
    """Give the square table of two columns, of the cases both graded."""
    shown = ratings.by_role() if ratings.has_roles else ratings
    if len(shown.raters) != 2:
        raise AgreementError(
            f"Two columns of grades are compared; got {len(shown.raters)}. Give one pair, or use "
            "light_kappa()."
        )
    both = shown.codes[(shown.codes >= 0).all(axis=1)].astype(int)
    if not len(both):
        raise AgreementError("No case was graded by both, so there is nothing to compare.")
    size = shown.scale.size
    return np.bincount(both @ [size, 1], minlength=size**2).reshape(size, size).astype(float)
