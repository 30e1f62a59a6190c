"""Have grades come closer: two periods or groups, of separate cases or of the same ones.

Separate cases: the difference of two net biases has the sum of their variances, each with its two
added cases, and Satterthwaite's degrees of freedom (1946, Biometrics Bulletin 2:110-114); that
of two shares Newcombe's hybrid interval of Wilson's (1998, Stat Med 17:873-890, method 10).
The same cases: each case's own change is a difference like any other, so net bias, with its
interval, applies to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.counts import graded_pairs
from qa_sampling.agreement.net_bias import NetBias, check_level, net_bias, share_found
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

__all__ = ["Change", "change_of_bias", "compare_counts", "compare_same_cases"]

Measure = Literal["net_bias", "exact", "within_one", "distance"]
MEASURES: tuple[str, ...] = ("net_bias", "exact", "within_one", "distance")
"""Net bias in grades; share with the same grade; no more than a grade apart; mean distance."""


@dataclass(frozen=True)
class Change:
    """A change between two sets of moderated audits: second less first.

    Attributes
    ----------
    measure : str
        What is compared: one of :data:`MEASURES`.
    first, second : float or None
        The two values; None where a set has no audit with both grades.
    estimate : float or None
        Second less first.
    interval : Interval or None
        Its interval.
    p_value : float or None
        Two-sided, where the measure is in grades; None for shares of separate cases.
    n_first, n_second : int
        Cases on either side.
    why_not : str
        Why there is no estimate; blank where there is one.
    """

    measure: str
    first: float | None
    second: float | None
    estimate: float | None
    interval: Interval | None
    p_value: float | None
    n_first: int
    n_second: int
    why_not: str = ""

    @property
    def is_distinguishable(self) -> bool:
        """Whether the interval leaves out no change at all."""
        return self.interval is not None and 0 not in self.interval


def compare_counts(
    first: Ratings, second: Ratings, *, measure: Measure = "net_bias", level: float = 0.95
) -> Change:
    """Compare two sets of separate cases, such as two periods or two services.

    Parameters
    ----------
    first, second : Ratings
        Grades of both roles. A case in both sets counts as two; for the same cases see
        :func:`compare_same_cases`.
    measure : {"net_bias", "exact", "within_one", "distance"}
        What is compared.
    level : float
        Confidence level.

    Raises
    ------
    AgreementError
        When the measure is unknown, the scales differ, or a set has one role only.
    """
    check_level(level)
    _check(first, second, measure)
    sides = [graded_pairs(one) for one in (first, second)]
    counts = [int(side["case"].nunique()) for side in sides]
    if not all(counts):
        why = "one of the two has no audit with both grades"
        return Change(measure, None, None, None, None, None, *counts, why)
    if measure in ("exact", "within_one"):
        return _shares(sides, measure, level, counts)
    most = float(first.scale.size - 1)
    biases = [
        net_bias(_values(side, measure), clusters=side["case"], weights=side["weight"], most=most)
        for side in sides
    ]
    change, ends, p_value = change_of_bias(*biases, level=level)
    values = [one.estimate for one in biases]
    return Change(measure, *values, change, ends, p_value, *counts)


def change_of_bias(
    first: NetBias, second: NetBias, *, level: float = 0.95
) -> tuple[float, Interval, float]:
    """Give the change of two independent net biases, its interval and its p-value.

    Parameters
    ----------
    first, second : NetBias
        Both of at least one case.
    level : float
        Confidence level.

    Raises
    ------
    AgreementError
        When one of them is of no case.
    """
    if first.estimate is None or second.estimate is None:
        raise AgreementError("A change needs at least one moderated case on both sides.")
    parts = [float(one.standard_error or 0) ** 2 for one in (first, second)]
    frees = [one.degrees_of_freedom for one in (first, second)]
    free = sum(parts) ** 2 / sum(part**2 / each for part, each in zip(parts, frees, strict=True))
    error = float(np.sqrt(sum(parts)))
    centre = float((second.centre or 0) - (first.centre or 0))
    change = second.estimate - first.estimate
    reach = float(stats.t.ppf((1 + level) / 2, free)) * error
    ends = Interval(min(centre - reach, change), max(centre + reach, change), level, "Welch, t")
    return change, ends, float(2 * stats.t.sf(abs(centre) / error, free))


def compare_same_cases(
    first: Ratings, second: Ratings, *, measure: Measure = "net_bias", level: float = 0.95
) -> Change:
    """Compare the same cases twice, such as two standards, or before and after a discussion.

    Parameters
    ----------
    first, second : Ratings
        Grades of both roles. Cases in one set only are left out; the period is not looked at.
    measure : {"net_bias", "exact", "within_one", "distance"}
        What is compared.
    level : float
        Confidence level.

    Returns
    -------
    Change
        `n_first` and `n_second` are both the number of cases in common; `p_value` by t.

    Raises
    ------
    AgreementError
        When the measure is unknown, or the scales differ.
    """
    check_level(level)
    _check(first, second, measure)
    means = []
    for side in (graded_pairs(first), graded_pairs(second)):
        values = pd.Series(_values(side, measure), index=side.index)
        means.append(values.groupby(side["case_ref"].astype(str)).mean())
    both = pd.concat(means, axis=1, join="inner", keys=["first", "second"]).sort_index()
    n = len(both)
    if not n:
        why = "no case has both grades both times"
        return Change(measure, None, None, None, None, None, 0, 0, why)
    widest = float(first.scale.size - 1)
    most = {"net_bias": 2 * widest, "distance": widest}.get(measure, 1.0)
    change = net_bias(both["second"] - both["first"], most=most)
    t = abs(change.centre or 0) / (change.standard_error or np.inf)
    return Change(
        measure,
        float(both["first"].mean()),
        float(both["second"].mean()),
        change.estimate,
        change.confidence_interval(level),
        float(2 * stats.t.sf(t, change.degrees_of_freedom)),
        n,
        n,
    )


def _check(first: Ratings, second: Ratings, measure: str) -> None:
    if measure not in MEASURES:
        raise AgreementError(
            f"`measure` {measure!r} is unknown; choose one of {', '.join(MEASURES)}."
        )
    if first.scale.grades != second.scale.grades:
        raise AgreementError("The two sets are graded on different scales; compare like with like.")


def _values(pairs: pd.DataFrame, measure: str) -> np.ndarray:
    gap = pairs["gap"].to_numpy(dtype=float)
    if measure == "net_bias":
        return gap
    if measure == "distance":
        return np.abs(gap)
    return (np.abs(gap) <= (measure == "within_one")).astype(float)


def _shares(sides: list[pd.DataFrame], measure: str, level: float, counts: list[int]) -> Change:
    shares = [share_found(_values(side, measure) > 0, clusters=side["case"]) for side in sides]
    one, two = (float(share.estimate or 0) for share in shares)
    before, after = (share.confidence_interval(level) for share in shares)
    change = two - one
    if before is None or after is None:
        return Change(measure, one, two, change, None, None, *counts, "no audit on one side")
    low = change - float(np.hypot(two - after.low, before.high - one))
    high = change + float(np.hypot(after.high - two, one - before.low))
    return Change(measure, one, two, change, Interval(low, high, level, "newcombe"), None, *counts)
