"""Words for the size of a coefficient, and how sure one can be of each.

A bare word ("Substantial") hides how little a few cases say. Here each word comes with the chance
that the coefficient is at least as high as the word asks, from the interval's own distribution
(Gwet 2014, chapter 6, has the idea; he takes a normal distribution cut at -1 and 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qa_sampling.agreement.estimates import FEWEST_FOR_A_WORD, CoefficientEstimate
from qa_sampling.errors import AgreementError

BENCHMARKS: dict[str, tuple[tuple[float, str], ...]] = {
    "landis_koch": (
        (0.8, "Almost perfect"),
        (0.6, "Substantial"),
        (0.4, "Moderate"),
        (0.2, "Fair"),
        (0.0, "Slight"),
        (-1.0, "Poor"),
    ),
    "altman": (
        (0.8, "Very good"),
        (0.6, "Good"),
        (0.4, "Moderate"),
        (0.2, "Fair"),
        (-1.0, "Poor"),
    ),
    "fleiss": ((0.75, "Excellent"), (0.4, "Intermediate to good"), (-1.0, "Poor")),
    "cicchetti": ((0.75, "Excellent"), (0.6, "Good"), (0.4, "Fair"), (-1.0, "Poor")),
    "regier": (
        (0.8, "Excellent"),
        (0.6, "Very good"),
        (0.4, "Good"),
        (0.2, "Questionable"),
        (-1.0, "Unacceptable"),
    ),
}
"""Lowest value of each word, best first: Landis and Koch 1977 (Biometrics 33:159-174), Altman
1991, Fleiss 1981, Cicchetti and Sparrow 1981, Regier et al. 2012."""


@dataclass(frozen=True)
class Benchmark:
    """One word of a benchmark.

    Attributes
    ----------
    word : str
        The word.
    lowest : float
        The lowest value it stands for.
    at_least : float
        Chance that the coefficient is at least that high, 0 to 1.
    """

    word: str
    lowest: float
    at_least: float


def benchmark(
    estimate: CoefficientEstimate, name: str = "landis_koch", *, even_if_few: bool = False
) -> tuple[Benchmark, ...]:
    """Give how sure one can be of each word.

    Parameters
    ----------
    estimate : CoefficientEstimate
        With an interval of the atanh scale ("jackknife", "linearised").
    name : str
        One of :data:`BENCHMARKS`.
    even_if_few : bool
        Whether words are given for fewer than 10 cases.

    Returns
    -------
    tuple of Benchmark
        Best word first.

    Raises
    ------
    AgreementError
        When the name is unknown, there is no interval, or there are too few cases for a word.
    """
    steps = _steps(name)
    if estimate.cases < FEWEST_FOR_A_WORD and not even_if_few:
        raise AgreementError(
            f"{estimate.cases} cases with two grades are too few for a word (at least "
            f"{FEWEST_FOR_A_WORD}). Show the interval, or the counts."
        )
    return tuple(
        Benchmark(word, lowest, 1.0 if lowest <= -1 else estimate.chance_above(lowest))
        for lowest, word in steps
    )


def sure_word(
    estimate: CoefficientEstimate,
    *,
    sure: float = 0.8,
    name: str = "landis_koch",
    even_if_few: bool = False,
) -> str:
    """Give the best word one can be so sure of; blank when only the worst is left.

    Parameters
    ----------
    estimate : CoefficientEstimate
        The coefficient.
    sure : float
        Wanted chance, between 0 and 1.
    name : str
        One of :data:`BENCHMARKS`.
    even_if_few : bool
        As for :func:`benchmark`.
    """
    rows = benchmark(estimate, name, even_if_few=even_if_few)[:-1]
    return next((row.word for row in rows if row.at_least >= sure), "")


def gwet_benchmark(estimate: CoefficientEstimate, name: str) -> tuple[Benchmark, ...]:
    """Give the cumulative probabilities of irrCAC: a normal distribution cut at -1 and 1.

    Parameters
    ----------
    estimate : CoefficientEstimate
        The coefficient with its standard error.
    name : str
        One of :data:`BENCHMARKS`.
    """
    value, error = estimate.estimate, estimate.standard_error
    if not error or value is None:
        raise AgreementError("Without a standard error above 0 there are no probabilities.")
    whole = special.ndtr((value + 1) / error) - special.ndtr((value - 1) / error)
    rows = []
    for lowest, word in _steps(name):
        above = special.ndtr((value - lowest) / error) - special.ndtr((value - 1) / error)
        rows.append(Benchmark(word, lowest, float(np.clip(above / whole, 0, 1))))
    return tuple(rows)


def _steps(name: str) -> tuple[tuple[float, str], ...]:
    if name not in BENCHMARKS:
        raise AgreementError(
            f"The benchmark {name!r} is unknown; choose one of {', '.join(BENCHMARKS)}."
        )
    return BENCHMARKS[name]
