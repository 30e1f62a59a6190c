"""Which way grades differ, in grades: the sign test, the net bias, and shares with intervals.

A difference is the auditor's grade less the moderator's, in steps of the scale: 1 is one grade
higher, that is easier. Net bias is its mean.

The interval of the net bias adds one case a grade higher and one a grade lower before taking
mean, spread and Student's t with n + 1 degrees of freedom. For differences of at most one grade
and the normal quantile this is the adjusted Wald interval of Bonett and Price (2012, J Educ Behav
Stat 37:479-488). So it is never of zero width, also where nothing differs. Cases graded on several
standards differ together: they are clusters, and clusters are what is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

__all__ = ["NetBias", "ShareFound", "SignTest", "net_bias", "share_found", "sign_test"]


@dataclass(frozen=True)
class SignTest:
    """The exact two-sided sign test.

    Attributes
    ----------
    higher, lower : int
        Cases in which the first grader was higher, and lower. Ties do not count.
    p_value : float
        Two-sided probability of so uneven a split, or one more uneven, if both ways were
        equally likely; 1 where no case differs.
    """

    higher: int
    lower: int
    p_value: float


@dataclass(frozen=True)
class NetBias:
    """The mean difference in grades.

    Attributes
    ----------
    estimate : float or None
        Mean difference in grades, above 0 where the first grader is higher; None for no case.
    centre, standard_error : float or None
        Mean and its standard error with the two added cases: the interval is made of them.
    n : int
        Differences.
    clusters : int
        Cases they come from.
    most : float
        Largest difference the scale allows; the interval stays within it.
    """

    estimate: float | None
    centre: float | None
    standard_error: float | None
    n: int
    clusters: int
    most: float = np.inf

    @property
    def degrees_of_freedom(self) -> int:
        """Degrees of freedom of its interval: cases plus one."""
        return self.clusters + 1

    def confidence_interval(self, level: float = 0.95) -> Interval | None:
        """Give the interval; None where there is no case.

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        """
        check_level(level)
        if self.estimate is None or self.centre is None or self.standard_error is None:
            return None
        reach = float(stats.t.ppf((1 + level) / 2, self.degrees_of_freedom)) * self.standard_error
        low, high = max(self.centre - reach, -self.most), min(self.centre + reach, self.most)
        low, high = min(low, self.estimate), max(high, self.estimate)
        return Interval(low, high, level, "one up, one down, t")


@dataclass(frozen=True)
class ShareFound:
    """A share of audits.

    Attributes
    ----------
    hits, n : int
        Audits that count, and all.
    effective_n : float
        Independent audits that would tell as much: fewer than `n` where cases are graded on
        several standards that go together.
    """

    hits: int
    n: int
    effective_n: float

    @property
    def estimate(self) -> float | None:
        """The share; None for no audit."""
        return self.hits / self.n if self.n else None

    def confidence_interval(self, level: float = 0.95) -> Interval | None:
        """Give Wilson's score interval with the effective number (1927, JASA 22:209-212).

        Parameters
        ----------
        level : float
            Confidence level, between 0 and 1.
        """
        check_level(level)
        if not self.n:
            return None
        low, high = wilson(self.hits / self.n, self.effective_n, level)
        return Interval(low, high, level, "wilson")


def sign_test(
    differences: Sequence[float], *, clusters: Sequence[object] | None = None
) -> SignTest:
    """Test whether the first grader is as often higher as lower.

    Parameters
    ----------
    differences : sequence of float
        Differences in grades.
    clusters : sequence, optional
        The case of each difference. A case counts once, by the sign of its sum, so that ten
        standards of one case are not ten witnesses.
    """
    values, places, count = _clustered(differences, clusters)
    sums = np.bincount(places, weights=values, minlength=count)
    higher, lower = int((sums > 1e-9).sum()), int((sums < -1e-9).sum())
    return SignTest(higher, lower, sign_p_value(higher, lower))


def sign_p_value(higher: int, lower: int) -> float:
    """Give the two-sided p-value of the sign test from its two counts.

    Parameters
    ----------
    higher, lower : int
        Cases on either side.
    """
    tail = 2 * float(stats.binom.cdf(min(higher, lower), higher + lower, 0.5))
    return min(1.0, tail)


def net_bias(
    differences: Sequence[float],
    *,
    clusters: Sequence[object] | None = None,
    weights: Sequence[float] | None = None,
    most: float = np.inf,
) -> NetBias:
    """Estimate the mean difference in grades.

    Parameters
    ----------
    differences : sequence of float
        First grader less second, in grades; no missing values.
    clusters : sequence, optional
        The case of each difference; each its own by default.
    weights : sequence of float, optional
        Design weights, such as the reciprocals of the probabilities of moderation.
    most : float
        Largest difference the scale allows, in grades.

    Raises
    ------
    AgreementError
        When lengths differ, a value is missing or infinite, or a weight is not above 0.
    """
    values, places, count = _clustered(differences, clusters)
    if not len(values):
        return NetBias(None, None, None, 0, 0, most)
    given = _weights(weights, len(values))
    size = np.bincount(places, weights=given, minlength=count)
    total = np.bincount(places, weights=given * values, minlength=count)
    usual = size.mean()
    whole = size.sum() + 2 * usual
    centre = total.sum() / whole
    spread = ((total - size * centre) ** 2).sum()
    spread += usual**2 * ((1 - centre) ** 2 + (1 + centre) ** 2)
    error = np.sqrt(spread * (count + 2) / (count + 1)) / whole
    estimate = float(total.sum() / size.sum())
    return NetBias(estimate, float(centre), float(error), len(values), count, most)


def share_found(hits: Sequence[bool], *, clusters: Sequence[object] | None = None) -> ShareFound:
    """Give the share of audits of which something is so.

    Parameters
    ----------
    hits : sequence of bool
        Whether it is so.
    clusters : sequence, optional
        The case of each audit; each its own by default.
    """
    values, places, count = _clustered(np.asarray(hits, dtype=float), clusters)
    n, found = len(values), int(values.sum())
    if count == n:
        return ShareFound(found, n, float(n))
    share = found / n
    size = np.bincount(places, minlength=count)
    total = np.bincount(places, weights=values, minlength=count)
    variance = ((total - size * share) ** 2).sum() / n**2 * count / max(count - 1, 1)
    wide = share * (1 - share)
    effective = wide / variance if variance > 0 and wide > 0 else count
    return ShareFound(found, n, float(np.clip(effective, min(count, n), n)))


def wilson(share: float, n: float, level: float) -> tuple[float, float]:
    """Give Wilson's score interval of a share.

    Parameters
    ----------
    share : float
        The share found, 0 to 1.
    n : float
        Audits it was found in; may be an effective number.
    level : float
        Confidence level.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low = 0.0 if share == 0 else max(0.0, float(centre - reach))
    high = 1.0 if share == 1 else min(1.0, float(centre + reach))
    return low, high


def check_level(level: float) -> None:
    """Refuse a level that is no share between 0 and 1.

    Parameters
    ----------
    level : float
        Confidence level.
    """
    if not 0 < level < 1:
        raise AgreementError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")


def _clustered(
    values: Sequence[float], clusters: Sequence[object] | None
) -> tuple[np.ndarray, np.ndarray, int]:
    """Give the values, the place of each one's cluster, and the number of clusters."""
    numbers = np.asarray(values, dtype=float)
    if not np.isfinite(numbers).all():
        raise AgreementError(
            "A difference is missing or not finite; keep only audits that both graded."
        )
    if clusters is None:
        return numbers, np.arange(len(numbers)), len(numbers)
    places, names = pd.factorize(pd.Series(list(clusters), dtype=object))
    if len(places) != len(numbers) or (places < 0).any():
        raise AgreementError("Every difference needs a case; give one in `clusters` for each.")
    return numbers, places, len(names)


def _weights(weights: Sequence[float] | None, n: int) -> np.ndarray:
    if weights is None:
        return np.ones(n)
    given = np.asarray(weights, dtype=float)
    if len(given) != n or not np.isfinite(given).all() or (given <= 0).any():
        raise AgreementError(
            f"`weights` must hold one number above 0 for each of the {n} differences."
        )
    return given
