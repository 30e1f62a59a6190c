"""Discovery samples and attribute plans: few or no inadequate cases, and what that shows.

A plan is a number of audits n and a number c of inadequate cases that is accepted: the
smallest n for which more than c are met with the wanted confidence if the tolerable share
(or more) of the cases is inadequate. Of a population of N cases the count is hypergeometric,
with the tolerable share rounded up to whole cases; of an endless one binomial. Where a plan
is made for an expected share E, c is n·E rounded up, as in the tables of the AICPA's audit guide
(Audit Sampling, 2017, appendix A).

Shares and confidence are read as decimal fractions, and ties with the wanted risk are
decided exactly: 400 × 3.5% is 14 cases, not the 15 that ordinary numbers round it to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import pdtr
from scipy.stats import beta, betabinom, binom, hypergeom

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_assumptions import MOST_CASES, check_share, is_number
from qa_sampling.sampling.planning_chance import LARGEST, Chance

Distribution = Literal["hypergeometric", "binomial", "poisson"]


@dataclass(frozen=True)
class AttributePlan:
    """A number of audits, and how many inadequate cases it accepts.

    Attributes
    ----------
    n : int
        Audits.
    accept : int
        Inadequate cases up to which the plan says that fewer than the tolerable share are.
    confidence : float
        Reached confidence: probability of meeting more than `accept` at the tolerable share.
    tolerable : float
        Tolerable share, as asked.
    table : DataFrame
        Plans that accept 0 to 4: `accept`, `n`, `confidence`.
    curve : DataFrame
        `share` of inadequate cases and the probability `met` of meeting more than `accept`.
    distribution : str
        "hypergeometric", "binomial", "poisson" or "beta-binomial".
    """

    n: int
    accept: int
    confidence: float
    tolerable: float
    table: pd.DataFrame
    curve: pd.DataFrame
    distribution: str


def discovery_size(
    share: float, *, population: int | None = None, confidence: float = 0.95
) -> AttributePlan:
    """Say how many audits meet at least one inadequate case, if a share of all are inadequate.

    Parameters
    ----------
    share : float
        Share of inadequate cases, above 0 and at most 1.
    population : int, optional
        Cases in all; endless without.
    confidence : float
        Wanted probability of meeting at least one, between 0 and 1.

    Raises
    ------
    ParameterError
        When a value is impossible.
    """
    return attribute_plan(share, population=population, confidence=confidence)


def attribute_plan(
    tolerable: float,
    *,
    accept: int | None = None,
    expected: float | None = None,
    population: int | None = None,
    confidence: float = 0.95,
    distribution: Distribution | None = None,
) -> AttributePlan:
    """Plan audits to show that fewer than a tolerable share of the cases are inadequate.

    Parameters
    ----------
    tolerable : float
        Tolerable share of inadequate cases, above 0 and at most 1.
    accept : int, optional
        Inadequate cases that are accepted; 0 unless `expected` is given.
    expected : float, optional
        Expected share, below `tolerable`; the plan then accepts n times it, rounded up.
    population : int, optional
        Cases in all; needed for "hypergeometric".
    confidence : float
        Wanted confidence, between 0 and 1.
    distribution : {"hypergeometric", "binomial", "poisson"}, optional
        Hypergeometric with a population, else binomial.

    Returns
    -------
    AttributePlan

    Raises
    ------
    ParameterError
        When a value is impossible, or the cases hold too few inadequate ones to meet more than
        are accepted.
    """
    chance = Chance(tolerable, population, confidence, distribution)
    if accept is not None and expected is not None:
        raise ParameterError("Give `accept` or `expected`, not both.")
    if expected is not None:
        n, accept = _for_expected(chance, expected)
    else:
        accept = _whole_accept(accept)
        n = chance.smallest(accept)
    return AttributePlan(
        n=n,
        accept=accept,
        confidence=1 - chance.risk_of(n, accept),
        tolerable=tolerable,
        table=_plans(chance),
        curve=_curve(chance, n, accept),
        distribution=chance.kind,
    )


def chance_of_meeting(
    n: int, share: float, *, population: int | None = None, more_than: int = 0
) -> float:
    """Give the probability that n audits meet more than so many inadequate cases.

    Parameters
    ----------
    n : int
        Audits, no more than the population.
    share : float
        Share of inadequate cases, above 0; of a population rounded up to whole cases.
    population : int, optional
        Cases in all; endless without.
    more_than : int
        Number that is to be exceeded.
    """
    chance = Chance(share, population, 0.5, None)
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n <= (population or LARGEST):
        raise ParameterError(f"`n` must be a whole number of audits, no more than all; got {n!r}.")
    return 1 - chance.risk_of(n, _whole_accept(more_than))


def bayesian_plan(
    tolerable: float,
    *,
    accept: int | None = None,
    expected: float | None = None,
    prior: tuple[float, float] = (1.0, 1.0),
    population: int | None = None,
    confidence: float = 0.95,
) -> AttributePlan:
    """Plan audits so that the share is probably tolerable, from a stated prior.

    Parameters
    ----------
    tolerable, accept, expected, population, confidence
        As for :func:`attribute_plan`; with `expected` n times it counts as found, unrounded,
        and `accept` of the result is rounded down. With a population it is rounded up.
    prior : pair of float
        Beta prior of the share: (1, 1) is uniform, (0.5, 0.5) Jeffreys'.

    Returns
    -------
    AttributePlan
        The smallest n whose posterior gives "less than tolerable" at least the confidence; of a
        population, that fewer than the tolerable cases, audited ones counted, are inadequate.

    Raises
    ------
    ParameterError
        When a value is impossible, or no number of audits is enough.
    """
    chance = Chance(tolerable, population, confidence, None)
    two = isinstance(prior, tuple | list) and len(prior) == 2 and all(map(is_number, prior))
    if not two or not all(0 < value < math.inf for value in prior):
        raise ParameterError(f"`prior` must be two numbers above 0; got {prior!r}. Give (1, 1).")
    if accept is not None and expected is not None:
        raise ParameterError("Give `accept` or `expected`, not both.")
    rate = None if expected is None else _expected(expected, chance)

    def found(n: int) -> float:
        if rate is None:
            return _whole_accept(accept)
        return math.ceil(n * rate) if population is not None else float(n * rate)

    def posterior(n: int) -> float:
        met = found(n)
        if met > n:
            return 0.0
        ends = (prior[0] + met, prior[1] + n - met)
        if population is None:
            return float(beta.cdf(float(chance.share), *ends))
        return float(betabinom.cdf(chance.bad - 1 - met, population - n, *ends))

    n = _first(posterior, chance, population)
    sizes = np.unique(np.geomspace(1, max(2 * n, 2), 40).round().astype(int))
    sizes = sizes[sizes <= (population or LARGEST)]
    return AttributePlan(
        n=n,
        accept=math.floor(found(n)),
        confidence=posterior(n),
        tolerable=tolerable,
        table=pd.DataFrame({"n": sizes, "confidence": [posterior(int(size)) for size in sizes]}),
        curve=_curve(chance, n, math.floor(found(n))),
        distribution="beta-binomial",
    )


def _whole_accept(accept: int | None) -> int:
    given = 0 if accept is None else accept
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= MOST_CASES:
        raise ParameterError(f"`accept` must be a whole number of cases, 0 or more; got {given!r}.")
    return given


def _expected(expected: float, chance: Chance) -> Fraction:
    check_share(expected, "expected")
    rate = Fraction(str(expected))
    if rate >= chance.share:
        raise ParameterError(
            f"The expected share {expected!r} is not below the tolerable one "
            f"({float(chance.share):g}); no sample can show that."
        )
    return rate


def _for_expected(chance: Chance, expected: float) -> tuple[int, int]:
    """Find the smallest n that holds when n times the expected share, rounded up, are accepted.

    For every c in turn: n from the first whose ceiling is c to the last.
    """
    rate = _expected(expected, chance)
    if not rate:
        return chance.smallest(0), 0
    accept = 1
    while True:
        first = math.floor(Fraction(accept - 1) / rate) + 1
        last = min(math.floor(Fraction(accept) / rate), chance.most)
        if first > chance.most or (chance.kind == "hypergeometric" and chance.bad <= accept):
            raise ParameterError(
                f"No number of audits shows that fewer than {float(chance.share):g} are "
                f"inadequate when {expected:g} are expected. Tolerate a larger share."
            )
        if last > accept and chance.holds(last, accept):
            return max(first, chance.smallest(accept)), accept
        accept += 1


def _first(posterior: Callable[[int], float], chance: Chance, population: int | None) -> int:
    """Find the first n whose posterior is confident enough, walking where it is jagged."""
    wanted = float(1 - chance.risk)
    most = population if population is not None else 200_000
    for n in range(most + 1):
        if posterior(n) >= wanted:
            return n
    raise ParameterError(
        "No number of audits makes the share probably tolerable from this prior. Tolerate a larger "
        "share or ask for less confidence."
    )


def _plans(chance: Chance) -> pd.DataFrame:
    rows = []
    for accept in range(5):
        if chance.kind == "hypergeometric" and chance.bad <= accept:
            break
        n = chance.smallest(accept)
        rows.append((accept, n, 1 - chance.risk_of(n, accept)))
    return pd.DataFrame(rows, columns=["accept", "n", "confidence"])


def _curve(chance: Chance, n: int, accept: int) -> pd.DataFrame:
    """Give the probability of meeting more than are accepted, by the share of inadequate cases."""
    shares = np.unique(np.append(np.linspace(0, min(1.0, 3 * float(chance.share)), 40), 1e-9))[1:]
    if chance.kind == "hypergeometric" and chance.population is not None:
        bad = np.unique(np.ceil(shares * chance.population).astype(int))
        met = 1 - hypergeom.cdf(accept, chance.population, bad, min(n, chance.population))
        return pd.DataFrame({"share": bad / chance.population, "met": met})
    if chance.kind == "poisson":
        return pd.DataFrame({"share": shares, "met": 1 - pdtr(accept, n * shares)})
    return pd.DataFrame({"share": shares, "met": 1 - binom.cdf(accept, n, shares)})
