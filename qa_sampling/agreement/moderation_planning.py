"""How many audits to moderate next month, to know the counts: same grade, and net bias.

For a coefficient see :mod:`~qa_sampling.agreement.planning`.

A plan needs an assumption: how often grades will be the same, and how they will scatter. Past
months give it; a range of assumptions is better than one. Where a good part of the month's
audits is moderated and the month itself is what is judged, the finite population correction
narrows the interval; to judge auditors as they are, leave the number of audits out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from qa_sampling.agreement.counts import graded_pairs
from qa_sampling.agreement.net_bias import check_level, wilson
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError

__all__ = ["CountsPlan", "moderations_for_bias", "moderations_for_share", "scatter_seen"]


@dataclass(frozen=True)
class CountsPlan:
    """How many audits to moderate.

    Attributes
    ----------
    measure : {"exact", "net_bias"}
        What is to be known.
    n : int or None
        Fewest moderated audits; None where no number up to `audits` is enough.
    width : float
        Expected width of the interval with `n` (with all audits where `n` is None).
    target_width : float
        Wanted width.
    assumed : float
        Assumed share with the same grade, or spread of the differences in grades.
    level : float
        Confidence level.
    audits : int or None
        Audits there are to moderate; None without a finite population correction.
    """

    measure: Literal["exact", "net_bias"]
    n: int | None
    width: float
    target_width: float
    assumed: float
    level: float
    audits: int | None


def moderations_for_share(
    target_width: float,
    *,
    share: float,
    level: float = 0.95,
    audits: int | None = None,
    most: int = 2_000,
) -> CountsPlan:
    """Give how many audits to moderate to know the share with the same grade.

    Parameters
    ----------
    target_width : float
        Wanted width of the interval, high less low, such as 0.2 for ten points either side.
    share : float
        Assumed share with the same grade, 0 to 1.
    level : float
        Confidence level.
    audits : int, optional
        Audits of the month, for the finite population correction.
    most : int
        Largest number looked at without `audits`.

    Returns
    -------
    CountsPlan
        By the mean width of Wilson's interval over what may be found with that share.

    Raises
    ------
    AgreementError
        When a width, share or level is out of range.
    """
    check_level(level)
    if not 0 <= share <= 1:
        raise AgreementError(f"`share` must lie between 0 and 1; got {share}. Divide by 100.")

    def width(n: int) -> float:
        counts = np.arange(n + 1)
        chance = stats.binom.pmf(counts, n, share)
        seen = np.flatnonzero(chance > 1e-12)
        full = n if audits is None else n * (audits - 1) / max(audits - n, 1e-9)
        ends = np.array([wilson(count / n, full, level) for count in seen])
        return float(chance[seen] @ (ends[:, 1] - ends[:, 0]) / chance[seen].sum())

    return _fewest("exact", width, target_width, share, level, audits, most)


def moderations_for_bias(
    target_width: float,
    *,
    spread: float,
    level: float = 0.95,
    audits: int | None = None,
    most: int = 2_000,
) -> CountsPlan:
    """Give how many audits to moderate to know the net bias in grades.

    Parameters
    ----------
    target_width : float
        Wanted width of the interval in grades, high less low.
    spread : float
        Assumed standard deviation of a difference in grades; see :func:`scatter_seen`.
    level : float
        Confidence level.
    audits : int, optional
        Audits of the month, for the finite population correction.
    most : int
        Largest number looked at without `audits`.

    Returns
    -------
    CountsPlan
        By the interval of :func:`~qa_sampling.agreement.net_bias.net_bias`, its two added cases
        included.

    Raises
    ------
    AgreementError
        When a width, spread or level is out of range.
    """
    check_level(level)
    if not spread >= 0:
        raise AgreementError(f"`spread` must be 0 or more grades; got {spread}.")

    def width(n: int) -> float:
        fresh = 1.0 if audits is None else max(1 - n / audits, 0.0)
        variance = (max(n - 1, 0) * spread**2 + 2) / (n + 1) / (n + 2)
        return float(2 * stats.t.ppf((1 + level) / 2, n + 1) * np.sqrt(fresh * variance))

    return _fewest("net_bias", width, target_width, spread, level, audits, most)


def scatter_seen(ratings: Ratings) -> dict[str, float]:
    """Give what past moderations say of the assumptions.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.

    Returns
    -------
    dict
        `share` with the same grade and `spread` of the differences in grades (standard deviation,
        two cases a grade apart added so that it is never 0).
    """
    met = graded_pairs(ratings)
    gap = met["gap"].to_numpy(dtype=float)
    if not len(gap):
        raise AgreementError("No audit has a grade of both auditor and moderator; assume a value.")
    return {
        "share": float((gap == 0).mean()),
        "spread": float(np.std([*gap, 1.0, -1.0], ddof=1)),
    }


def _fewest(
    measure: Literal["exact", "net_bias"],
    width: Callable[[int], float],
    target: float,
    assumed: float,
    level: float,
    audits: int | None,
    most: int,
) -> CountsPlan:
    if not target > 0:
        raise AgreementError(f"`target_width` must be above 0; got {target}.")
    if audits is not None and audits < 1:
        raise AgreementError(f"`audits` must be at least 1; got {audits}.")
    low, high = 0, most if audits is None else audits
    if width(high) > target:
        return CountsPlan(measure, None, width(high), target, assumed, level, audits)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width(middle) <= target else (middle, high)
    return CountsPlan(measure, high, width(high), target, assumed, level, audits)
