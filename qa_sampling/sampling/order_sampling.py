"""Order sampling: unequal probabilities by permanent tickets (sequential Poisson, Pareto).

Each case has its ticket u, a number from 0 to 1, the same for every draw with the seed. The n
cases with the lowest ranking value are drawn: u / p for sequential Poisson sampling (Ohlsson
1998, Journal of Official Statistics 14:149-162), [u / (1 - u)] / [p / (1 - p)] for Pareto
sampling (Rosén 1997, Journal of Statistical Planning and Inference 62:159-191). Equal
probabilities give the plain ticket draw. The probabilities p are met nearly, not exactly:
:func:`order_probabilities` gives the exact ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np

from qa_sampling.sampling.chance import BITS

Ranking = Literal["sequential_poisson", "pareto"]
_NODES = 200


def ticket_numbers(numbers: Sequence[int]) -> np.ndarray:
    """Read tickets as numbers from 0 to 1, neither included: their first 52 bits and a half.

    Parameters
    ----------
    numbers : sequence of int
        Fractions of 2**256.
    """
    return np.array([((number >> BITS - 52) + 0.5) / 2**52 for number in numbers])


def ranking_values(u: np.ndarray, probability: np.ndarray, *, ranking: Ranking) -> np.ndarray:
    """Give the ranking values of order sampling.

    Parameters
    ----------
    u : ndarray of float
        Permanent numbers, above 0 and below 1.
    probability : ndarray of float
        Wanted inclusion probabilities, above 0 and below 1.
    ranking : {"sequential_poisson", "pareto"}
        Which values.
    """
    if ranking == "pareto":
        return (u / (1 - u)) / (probability / (1 - probability))
    return u / probability


def order_sample(u: np.ndarray, probability: np.ndarray, n: int, *, ranking: Ranking) -> np.ndarray:
    """Draw the `n` cases with the lowest ranking values.

    Parameters
    ----------
    u, probability, ranking
        As for :func:`ranking_values`.
    n : int
        Cases that are drawn.

    Returns
    -------
    ndarray of bool
        Who is drawn; ties go to the earlier place.
    """
    values = ranking_values(u, probability, ranking=ranking)
    drawn = np.zeros(len(values), dtype=bool)
    drawn[np.argsort(values, kind="stable")[:n]] = True
    return drawn


def order_probabilities(probability: np.ndarray, n: int, *, ranking: Ranking) -> np.ndarray:
    """Give the exact inclusion probabilities of order sampling.

    Parameters
    ----------
    probability : ndarray of float
        Wanted inclusion probabilities, above 0 and below 1, adding up to `n`.
    n : int
        Cases that are drawn.
    ranking : {"sequential_poisson", "pareto"}
        Which ranking values.

    Returns
    -------
    ndarray of float
        Adding up to `n`. Case i is drawn when fewer than `n` others rank below it: the integral
        over its number of that probability (Aires 1999, Methodology and Computing in Applied
        Probability 1:457-469), by Gauss-Legendre quadrature on 200 nodes between the points where
        another case's number ends. For frames of some hundred cases: the work grows with the
        square of their number times `n`.
    """
    places = range(len(probability))
    return np.array([_drawn(place, probability, n, ranking) for place in places])


def _drawn(place: int, probability: np.ndarray, n: int, ranking: Ranking) -> float:
    cuts = np.array([0.0, 1.0])
    if ranking == "sequential_poisson":
        larger = probability[probability > probability[place]]
        cuts = np.unique(np.concatenate([cuts, probability[place] / larger]))
    nodes, weights = np.polynomial.legendre.leggauss(max(12, _NODES // (len(cuts) - 1)))
    total = 0.0
    for low, high in itertools.pairwise(cuts):
        u = low + (high - low) * (nodes + 1) / 2
        total += (high - low) / 2 * float(weights @ _fewer_below(u, place, probability, n, ranking))
    return total


def _fewer_below(
    u: np.ndarray, place: int, probability: np.ndarray, n: int, ranking: Ranking
) -> np.ndarray:
    """Give, for each number of the case, the probability that fewer than n others rank below."""
    others = np.delete(probability, place)
    if ranking == "pareto":
        odds = (u / (1 - u)) / (probability[place] / (1 - probability[place]))
        below = odds[:, None] * (others / (1 - others))
        chances = below / (1 + below)
    else:
        chances = np.minimum(u[:, None] / probability[place] * others, 1.0)
    heads = np.zeros((len(u), n))
    heads[:, 0] = 1.0
    for chance in chances.T:
        moved = heads * chance[:, None]
        heads -= moved
        heads[:, 1:] += moved[:, :-1]
    return heads.sum(axis=1)
