"""Sampford's method: unequal probabilities, a fixed size, and joint probabilities in closed form.

Sampford (1967, Biometrika 54:499-513) draws with replacement and starts again until all cases
differ. A sample s of n then has a probability in proportion to the product of p / (1 - p) over s
times the sum of 1 - p over s. The same design is drawn here without starting again: case by
case, each with its chance given what was decided before, from one table of sums. The cost is
known beforehand, however large the probabilities.
"""

from __future__ import annotations

import numpy as np

from qa_sampling.sampling.pivotal import Toss
from qa_sampling.sampling.probabilities import UNIT


def sampford(probability: np.ndarray, n: int, toss: Toss) -> np.ndarray:
    """Draw `n` cases by Sampford's design.

    Parameters
    ----------
    probability : ndarray of float
        Inclusion probabilities, above 0 and below 1, adding up to `n`.
    n : int
        Cases that are drawn.
    toss : callable
        ``toss(step, heads, total)`` decides case number `step`, 1 for the first.

    Returns
    -------
    ndarray of bool
        Who is drawn.

    Notes
    -----
    With w the sum of 1 - p over the cases drawn so far and m still to draw, what is left has the
    weight w A + B: A is the probability that independent tosses of the remaining cases give m
    heads, B the expected sum of their 1 - p with m heads. Both follow backwards.
    """
    chances, rests = _tables(probability, n)
    drawn = np.zeros(len(probability), dtype=bool)
    need, weight = n, 0.0
    for place, p in enumerate(probability.tolist()):
        if need == 0:
            break
        whole = weight * chances[place, need] + rests[place, need]
        taken = p * ((weight + 1 - p) * chances[place + 1, need - 1] + rests[place + 1, need - 1])
        is_last = len(probability) - place <= need
        if is_last or toss(place + 1, round(taken / whole * UNIT), UNIT):
            drawn[place] = True
            need -= 1
            weight += 1 - p
    return drawn


def _tables(probability: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    count = len(probability)
    chances, rests = np.zeros((count + 1, n + 1)), np.zeros((count + 1, n + 1))
    chances[count, 0] = 1.0
    for place in range(count - 1, -1, -1):
        p = probability[place]
        chances[place] = (1 - p) * chances[place + 1]
        rests[place] = (1 - p) * rests[place + 1]
        chances[place, 1:] += p * chances[place + 1, :-1]
        rests[place, 1:] += p * (rests[place + 1, :-1] + (1 - p) * chances[place + 1, :-1])
    return chances, rests


def sampford_joint(probability: np.ndarray, n: int) -> np.ndarray:
    """Give the joint inclusion probabilities of Sampford's design.

    Parameters
    ----------
    probability : ndarray of float
        Inclusion probabilities, above 0 and below 1, adding up to `n`.
    n : int
        Cases that are drawn.

    Returns
    -------
    ndarray of float, cases by cases
        The diagonal holds the inclusion probabilities as the design has them; they agree
        with those given.

    Notes
    -----
    The sums over all samples are read from the characteristic function of the number of heads
    of independent tosses, at an odd number of points, so that no factor vanishes. The joint
    probabilities are those of Sampford (1967), in another form.
    """
    count = len(probability)
    points = count + 1 + count % 2
    turn = np.exp(2j * np.pi * np.arange(points) / points)
    p = probability[:, None]
    factors = 1 - p + p * turn
    shares = p * turn / factors
    base = np.prod(factors, axis=0) * turn ** (-n)
    rests = (1 - p) * shares
    level = rests.sum(axis=0)
    whole = (base * level).sum().real
    plain = (shares * (base * level)) @ shares.T
    crossed = (shares * base) @ ((1 - p) * shares * (1 - shares)).T
    joint = (plain + crossed + crossed.T).real / whole
    single = (shares * base * (level + (1 - p) * (1 - shares))).sum(axis=1).real / whole
    np.fill_diagonal(joint, single)
    return joint
