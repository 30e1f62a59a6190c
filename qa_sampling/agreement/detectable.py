"""What a shift of an auditor must be, or how many cases it takes, to be found."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special, stats

from qa_sampling.agreement.net_bias import check_level
from qa_sampling.errors import AgreementError

__all__ = ["cases_to_detect", "minimum_detectable_bias"]

_STEPS = np.linspace(-8, 8, 321)


def minimum_detectable_bias(
    n: int, *, spread: float, level: float = 0.95, power: float = 0.8
) -> float:
    """Give the smallest shift that a t-test of n moderated cases would probably find.

    Parameters
    ----------
    n : int
        Moderated cases of the auditor, at least 2.
    spread : float
        Standard deviation of a case's difference, in grades.
    level : float
        One less the chance of a false alarm.
    power : float
        Wanted chance of finding the shift.

    Returns
    -------
    float
        In grades.
    """
    check_level(level)
    check_level(power)
    if n < 2 or not spread > 0:
        raise AgreementError("A shift can be found from 2 cases on, with a spread above 0.")

    if power <= 1 - level:
        return 0.0
    edge = float(stats.t.ppf((1 + level) / 2, n - 1))
    high = edge + 6.0
    while _power(high, edge, n - 1) < power:
        high *= 2
    size = optimize.brentq(lambda one: _power(one, edge, n - 1) - power, 0.0, high, xtol=1e-12)
    return float(size) * spread / np.sqrt(n)


def _power(size: float, edge: float, free: int) -> float:
    """Give the power of a two-sided t-test, averaged over the spread that the sample shows.

    The noncentral t distribution of scipy has no value far out, where two cases need it.
    """
    low, high = stats.norm.cdf(_STEPS), stats.norm.sf(_STEPS)
    squares = np.where(_STEPS < 0, stats.chi2.ppf(low, free), stats.chi2.isf(high, free))
    shown = np.sqrt(squares / free)
    found = special.ndtr(size - edge * shown) + special.ndtr(-size - edge * shown)
    return float(stats.norm.pdf(_STEPS) @ found * (_STEPS[1] - _STEPS[0]))


def cases_to_detect(
    bias: float, *, spread: float, level: float = 0.95, power: float = 0.8, most: int = 10_000
) -> int | None:
    """Give the fewest moderated cases with which a shift would probably be found.

    Parameters
    ----------
    bias : float
        The shift in grades; its sign does not matter.
    spread : float
        Standard deviation of a case's difference, in grades.
    level, power : float
        As in :func:`minimum_detectable_bias`.
    most : int
        Beyond this many, None.
    """
    low, high = 1, most
    if not bias or minimum_detectable_bias(most, spread=spread, level=level, power=power) > abs(
        bias
    ):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        least = minimum_detectable_bias(middle, spread=spread, level=level, power=power)
        low, high = (low, middle) if least <= abs(bias) else (middle, high)
    return high
