"""What a sample size rests on, and the half-width of a proportion that follows from it.

The half-width of a proportion's interval, half the distance between its ends, by

- *wald*: ``z √(pq/n)``;
- *wilson*: the score interval (Wilson 1927, Journal of the American Statistical Association
  22:209-212), which holds its level for small n and p near 0 or 1; the default;
- *log_odds*: Wald on the scale of the log odds (Newcombe 2001, The American Statistician
  55:200-202).

A finite population of N cases shrinks the variance by ``(N - n) / (N - 1)``, a design effect
multiplies it: n audits are worth ``n (N - 1) / (N - n) / deff`` of an endless population
(Valliant, Dever and Kreuter 2018, Practical Tools for Designing and Weighting Survey Samples,
ch. 3).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import ParameterError

MOST_CASES = 2**53
"""Cases that are still counted exactly."""

HalfWidthMethod = Literal["wilson", "wald", "log_odds"]
HALF_WIDTHS: tuple[str, ...] = ("wilson", "wald", "log_odds")


@dataclass(frozen=True)
class Assumptions:
    """What a sample size rests on, beside the half-width.

    Attributes
    ----------
    proportion : float
        Expected proportion, 0 to 1; 0.5 asks for the most audits.
    population : int or None
        Cases in all; None for an endless population.
    level : float
        Confidence level.
    method : {"wilson", "wald", "log_odds"}
        Method of the interval.
    design_effect : float
        Variance over that of a simple random sample, above 0.
    response_rate : float
        Share of the drawn cases that can be audited, above 0.
    """

    proportion: float = 0.5
    population: int | None = None
    level: float = 0.95
    method: HalfWidthMethod = "wilson"
    design_effect: float = 1.0
    response_rate: float = 1.0

    def __post_init__(self) -> None:
        if self.method not in HALF_WIDTHS:
            raise ParameterError(
                f"`method` {self.method!r} is unknown; choose one of {', '.join(HALF_WIDTHS)}."
            )
        check_share(self.proportion, "proportion")
        if self.method == "log_odds" and self.proportion in (0, 1):
            raise ParameterError("Log odds of 0 or 1 are infinite; choose method 'wilson'.")
        check_level(self.level)
        check_population(self.population)
        if not is_number(self.design_effect) or not 0 < self.design_effect < math.inf:
            raise ParameterError(
                f"`design_effect` must be above 0; got {self.design_effect!r}. Give 1 for none."
            )
        if not is_number(self.response_rate) or not 0 < self.response_rate <= 1:
            raise ParameterError(
                f"`response_rate` must be above 0 and at most 1; got {self.response_rate!r}."
            )

    def worth(self, n: float) -> float:
        """Give the size of a simple sample of an endless population that n audits are worth."""
        if self.population is None:
            return n / self.design_effect
        if n >= self.population:
            return math.inf
        rest = (self.population - 1) / (self.population - n)
        return n * rest / self.design_effect

    def needed(self, worth: float) -> float:
        """Give the n that is worth so many of a simple sample of an endless population."""
        simple = worth * self.design_effect
        if self.population is None:
            return simple
        return simple * self.population / (self.population - 1 + simple)

    def half_width(self, n: float) -> float:
        """Give the half-width of the interval that n audits give."""
        return half_width(self.worth(n), self.proportion, level=self.level, method=self.method)

    def invited(self, n: int) -> int:
        """Give the cases to draw for n completed audits; no more than there are."""
        drawn = math.ceil(n / self.response_rate - 1e-9)
        return drawn if self.population is None else max(n, min(drawn, self.population))


def half_width(
    n: float, proportion: float, *, level: float = 0.95, method: HalfWidthMethod = "wilson"
) -> float:
    """Give half the width of a proportion's interval for a simple sample of an endless population.

    Parameters
    ----------
    n : float
        Audits, above 0; infinite for a half-width of 0.
    proportion : float
        Proportion that is found, 0 to 1.
    level : float
        Confidence level.
    method : {"wilson", "wald", "log_odds"}
        Method of the interval.

    Returns
    -------
    float
        0.5 when there are no audits: nothing is known.
    """
    if n <= 0:
        return 0.5
    if math.isinf(n):
        return 0.0
    z, spread = z_value(level), proportion * (1 - proportion)
    if method == "wald":
        return z * math.sqrt(spread / n)
    if method == "wilson":
        return z * math.sqrt(spread / n + z * z / (4 * n * n)) / (1 + z * z / n)
    odds, factor = (1 - proportion) / proportion, z / math.sqrt(n * spread)
    if factor > 700:
        return 0.5
    return (1 / (1 + odds / math.exp(factor)) - 1 / (1 + odds * math.exp(factor))) / 2


def real_size(
    wanted: float, proportion: float, *, level: float = 0.95, method: HalfWidthMethod = "wilson"
) -> float:
    """Give the real-valued size of a simple sample of an endless population for a half-width.

    Parameters
    ----------
    wanted : float
        Half-width, above 0 and below 0.5.
    proportion : float
        Expected proportion, 0 to 1.
    level : float
        Confidence level.
    method : {"wilson", "wald", "log_odds"}
        Method of the interval.

    Notes
    -----
    Wilson: the larger root of ``e² (1 + z²/n)² = z² (pq/n + z²/4n²)`` in n. Log odds: with
    ``k = q/p`` the root t above 1 of ``k (1 - 2e) t² - 2e (1 + k²) t - k (1 + 2e) = 0``, then
    ``n = z² / (pq ln² t)``.
    """
    z, e, spread = z_value(level), wanted, proportion * (1 - proportion)
    if method == "wald":
        return z * z * spread / (e * e)
    if method == "wilson":
        middle = spread - 2 * e * e
        return z * z * (middle + math.sqrt(middle**2 + e * e * (1 - 4 * e * e))) / (2 * e * e)
    odds = (1 - proportion) / proportion
    middle = e * (1 + odds * odds)
    root = math.sqrt(middle**2 + odds * odds * (1 - 4 * e * e))
    factor = (middle + root) / (odds * (1 - 2 * e))
    return z * z / (spread * math.log(factor) ** 2)


def z_value(level: float) -> float:
    """Give the standard normal deviate of a two-sided confidence level."""
    return NormalDist().inv_cdf((1 + level) / 2)


def cases_by_stratum(given: Mapping[str, int], name: str) -> dict[str, int]:
    """Give numbers of cases by stratum; refuse what is no mapping of whole numbers.

    Parameters
    ----------
    given : mapping of str to int
        Numbers by stratum, 0 or more.
    name : str
        The argument, for messages.

    Raises
    ------
    ParameterError
        When it is another thing, or a number is not whole or below 0.
    """
    if not isinstance(given, Mapping | pd.Series):
        raise ParameterError(
            f"`{name}` must give a number for every stratum, such as {{'North': 120}}; got "
            f"{given!r}."
        )
    for size in given.values if isinstance(given, pd.Series) else given.values():
        if size != 0 or isinstance(size, bool):
            check_population(size)
    return {str(label): int(size) for label, size in given.items()}


def is_number(value: object) -> bool:
    """Say whether a value is a number; true and false are none."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def check_half_width(wanted: float) -> None:
    """Refuse a half-width of a proportion that is not between 0 and one half."""
    if not is_number(wanted) or not 0 < wanted < 0.5:
        raise ParameterError(
            f"A half-width must lie between 0 and 0.5; got {wanted!r}. Give 0.1 for plus or minus "
            f"10 points."
        )


def check_level(level: float) -> None:
    """Refuse a confidence level that is not between 0 and 1."""
    if not is_number(level) or not 0 < level < 1:
        raise ParameterError(f"`level` must lie between 0 and 1; got {level!r}. Give 0.95.")


def check_share(value: float, name: str) -> None:
    """Refuse a share that is not between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ParameterError(f"`{name}` must lie between 0 and 1; got {value!r}.")


def check_population(population: int | None) -> None:
    """Refuse a population that is not a whole number from 1 that is counted exactly, or None."""
    whole = isinstance(population, int | np.integer) and not isinstance(population, bool)
    if population is not None and (not whole or not 1 <= population <= MOST_CASES):
        raise ParameterError(
            f"`population` must be a whole number of cases, 1 or more; got {population!r}."
        )
