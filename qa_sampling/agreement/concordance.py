"""Kendall's W: whether raters put the cases in the same order, however high or low they mark.

W says nothing of severity: a rater who marks everyone two grades lower agrees fully. Ties are
corrected for. Kendall and Babington Smith 1939 (Annals of Mathematical Statistics 10:275-287);
Kendall 1970, Rank Correlation Methods, chapter 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from qa_sampling.agreement.intervals import curved_interval
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

MOST = 2000
"""With more cases no jackknife interval is made."""


@dataclass(frozen=True)
class Concordance:
    """Kendall's coefficient of concordance.

    Attributes
    ----------
    estimate : float or None
        W, 0 to 1, corrected for ties; None where it cannot be told.
    uncorrected : float or None
        W without the correction; None with holes.
    chi_squared : float or None
        m (n - 1) W, for the test that raters order at random; None with holes.
    p_value : float or None
        Its p value with n - 1 degrees of freedom; rough below 7 cases.
    interval : Interval or None
        t interval on the logit scale, jackknife over cases.
    cases, raters : int
        Cases and raters it rests on.
    method : str
        "complete grades", or "mean rank correlation of pairs of raters" with holes.
    why_not : str
        Why there is no estimate or no interval.
    """

    estimate: float | None
    uncorrected: float | None
    chi_squared: float | None
    p_value: float | None
    interval: Interval | None
    cases: int
    raters: int
    method: str
    why_not: str = ""


def concordance(ratings: Ratings, *, level: float = 0.95) -> Concordance:
    """Give Kendall's W, also with ties and holes.

    Parameters
    ----------
    ratings : Ratings
        The grades; columns are raters. Design weights are refused.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    Concordance

    Raises
    ------
    AgreementError
        When units are weighted or the level is out of range.

    Notes
    -----
    With holes W is (1 + (m - 1) r) / m, r the mean of Spearman's correlation (midranks) over pairs
    of raters, weighted by their common cases less 1; pairs with fewer than 2, or in which one
    rater gave one grade only, say nothing. Complete grades without ties give the same W by both.
    """
    if len(ratings.weights) and not (ratings.weights == 1).all():
        raise AgreementError("Kendall's W has no design weights. Give unweighted ratings.")
    if not 0 < level < 1:
        raise AgreementError(f"`level` must lie between 0 and 1; got {level:g}. Give 0.95.")
    grades = np.where(ratings.codes >= 0, ratings.codes, np.nan)
    grades = grades[:, ~np.isnan(grades).all(axis=0)]
    grades = grades[(~np.isnan(grades)).sum(axis=1) >= 2] if grades.size else grades[:0]
    n, m = grades.shape
    if n < 2 or m < 2:
        return _none(n, m, "it needs at least two cases that two raters graded")
    complete = not np.isnan(grades).any()
    value, plain = _complete(grades) if complete else (_by_pairs(grades), None)
    if not np.isfinite(value):
        return _none(n, m, "no rater tells the cases apart, so there is no order to compare")
    interval, why = _interval(grades, value, level, complete)
    chi = m * (n - 1) * value if complete else None
    return Concordance(
        float(value),
        plain,
        chi,
        float(stats.chi2.sf(chi, n - 1)) if chi is not None else None,
        interval,
        n,
        m,
        "complete grades" if complete else "mean rank correlation of pairs of raters",
        why,
    )


def _none(n: int, m: int, reason: str) -> Concordance:
    return Concordance(None, None, None, None, None, n, m, "", reason)


def _complete(grades: np.ndarray) -> tuple[float, float]:
    """Give W with and without the correction for ties."""
    n, m = grades.shape
    ranks = stats.rankdata(grades, axis=0)
    square = ((ranks.sum(axis=1) - m * (n + 1) / 2) ** 2).sum()
    most = m**2 * (n**3 - n)
    tied = 0.0
    for column in grades.T:
        times = np.unique(column, return_counts=True)[1].astype(float)
        tied += (times**3 - times).sum()
    below = most - m * tied
    return (12 * square / below if below > 1e-9 else np.nan), float(12 * square / most)


def _by_pairs(grades: np.ndarray) -> float:
    """Give W from the mean rank correlation of pairs of raters."""
    m, found, weights = grades.shape[1], [], []
    for one, two in combinations(grades.T, 2):
        both = ~np.isnan(one) & ~np.isnan(two)
        if both.sum() < 2:
            continue
        first, second = stats.rankdata(one[both]), stats.rankdata(two[both])
        if np.ptp(first) == 0 or np.ptp(second) == 0:
            continue
        found.append(np.corrcoef(first, second)[0, 1])
        weights.append(both.sum() - 1.0)
    if not found:
        return np.nan
    return (1 + (m - 1) * float(np.average(found, weights=weights))) / m


def _interval(
    grades: np.ndarray, value: float, level: float, complete: bool
) -> tuple[Interval | None, str]:
    n = len(grades)
    if not 3 <= n <= MOST:
        return None, f"an interval is made for 3 to {MOST} cases"
    rest = (np.delete(grades, row, axis=0) for row in range(n))
    without = np.array([_complete(one)[0] if complete else _by_pairs(one) for one in rest])
    if not np.isfinite(without).all():
        return None, "without one of the cases it cannot be told"
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    if error <= 1e-12 or not 0 < value < 1:
        return None, "nothing varies, so there is no spread to tell an interval from"
    ends = curved_interval(value, error, n - 1, level, (0.0, 1.0))
    words = "t interval on the logit scale, jackknife over cases"
    return (Interval(*ends, level, words), "") if ends else (None, "it is at its bound")
