"""Whether a proportion is precise enough to be shown: the rule of a statistics office, as data.

The US National Center for Health Statistics suppresses a proportion that rests on fewer
than 30 cases (or effective cases), whose Korn-Graubard interval is 0.30 wide or more, or
is wider than 0.05 and than 130% of the proportion; it has one reviewed with fewer than 8
degrees of freedom, or at 0 or 100% (Parker et al. 2017, Vital and Health Statistics 2(175),
table A). A month's audits seldom pass. The verdict is given beside the
estimate; what to do with it is for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["present", "review", "suppress"]


@dataclass(frozen=True)
class Reliability:
    """A verdict on a proportion.

    Attributes
    ----------
    verdict : {"present", "review", "suppress"}
        What the rule says.
    reasons : tuple of str
        Which parts of the rule were not met, in words; empty for "present".
    """

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(
    estimate: float,
    low: float,
    high: float,
    *,
    n: int,
    effective_n: float,
    degrees_of_freedom: int,
) -> Reliability:
    """Judge a proportion by the rule.

    Parameters
    ----------
    estimate, low, high : float
        Proportion and the ends of its 95% Korn-Graubard interval.
    n : int
        Cases it rests on.
    effective_n : float
        Effective sample size.
    degrees_of_freedom : int
        Degrees of freedom of its variance.

    Returns
    -------
    Reliability
    """
    width = high - low
    suppress = []
    if min(n, effective_n) < 30:
        suppress.append("fewer than 30 cases, or effective cases")
    if width >= 0.30:
        suppress.append("interval of 30 points or wider")
    elif width > 0.05 and _relative(width, estimate) > 1.30:
        suppress.append("interval wider than 130% of the estimate")
    review = []
    if degrees_of_freedom < 8:
        review.append("fewer than 8 degrees of freedom")
    if estimate in (0, 1):
        review.append("none or all")
    verdict: Verdict = "suppress" if suppress else "review" if review else "present"
    return Reliability(verdict, tuple(suppress + review))


def _relative(width: float, estimate: float) -> float:
    return width / estimate if estimate > 0 else float("inf")
