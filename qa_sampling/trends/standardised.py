"""Rates of several years or places, each with one factor as it was and the others held alike.

Two at a time, factor effects depend on which two: from 2013 to 2025 need not be from 2013 to 2019
and on to 2025. Das Gupta's rates of several populations are consistent: their differences are the
effects, they add up over the factors, and over the years.

Source: P Das Gupta (1993), Standardization and Decomposition of Rates: A User's Manual, US Bureau
of the Census, Current Population Reports P23-186, chapter 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations, permutations

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.factor_effects import MOST_FACTORS, order_weight

__all__ = ["MOST_POPULATIONS", "standardised_rates"]

MOST_POPULATIONS = 20
"""Beyond this the pairs are many and the table is not read."""

Factors = Mapping[str, object]


def standardised_rates(
    populations: Mapping[object, Factors], rate: Callable[[dict[str, np.ndarray]], float]
) -> pd.DataFrame:
    """Give the rate of each population with one factor its own and the others held alike.

    Parameters
    ----------
    populations : mapping
        Label (a year, a place) to factors: names to a number, or to an array over groups.
    rate : callable
        Takes a dict of the factors and gives the rate.

    Returns
    -------
    DataFrame
        One row a factor and "Rate" (as it is), one column a population, in the order given. The
        difference of two columns is the effect of each factor between the two; over the factors
        they add up to the difference of the rates, exactly.

    Raises
    ------
    TrendError
        When there are fewer than 2 or more than 20 populations, or their factors differ, are none
        or too many.
    """
    labels = list(populations)
    if not 2 <= len(labels) <= MOST_POPULATIONS:
        raise TrendError(f"Give 2 to {MOST_POPULATIONS} populations; got {len(labels)}.")
    names = list(populations[labels[0]])
    if not 1 <= len(names) <= MOST_FACTORS or any(
        set(one) != set(names) for one in populations.values()
    ):
        raise TrendError(f"Every population must name the same 1 to {MOST_FACTORS} factors.")
    held = {
        label: {name: np.asarray(one[name], dtype="float64") for name in names}
        for label, one in populations.items()
    }
    pairs = {
        name: {
            (own, other): _of_pair(name, held[own], held[other], rate)
            for own, other in permutations(labels, 2)
        }
        for name in names
    }
    rows = {name: [_consistent(pairs[name], one, labels) for one in labels] for name in names}
    rows["Rate"] = [float(rate(held[one])) for one in labels]
    return pd.DataFrame.from_dict(rows, orient="index", columns=labels)


def _of_pair(name: str, own: Factors, other: Factors, rate: Callable) -> float:
    """Give the rate with a factor of one, the others averaged over both in all orders."""
    rest = [one for one in own if one != name]
    found = 0.0
    for count in range(len(rest) + 1):
        for chosen in combinations(rest, count):
            mixed = {one: (other if one in chosen else own)[one] for one in own}
            found += order_weight(count, len(own)) * float(rate(mixed))
    return found


def _consistent(pairs: Mapping[tuple, float], own: object, labels: list) -> float:
    """Average a population's rates over its pairs, moved so that all pairs agree (chapter 6)."""
    size = len(labels)
    others = [one for one in labels if one != own]
    mean = sum(pairs[own, one] for one in others) / (size - 1)
    moved = sum(
        sum(pairs[one, third] for third in others if third != one) - (size - 2) * pairs[one, own]
        for one in others
    )
    return mean + moved / (size * (size - 1))
