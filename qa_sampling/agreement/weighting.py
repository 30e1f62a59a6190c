"""How much two different grades agree: weights by the distance between them.

A weight of 1 is full agreement, 0 none. With values x of the grades, places k = 1 … q and
d = x_k - x_l (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapter 3):

- ``identity``: 1 for the same grade, else 0;
- ``linear``: 1 - |d| / (x_q - x_1); ``quadratic``: its distances squared; ``radical``: rooted;
- ``ordinal``: 1 - C(|k - l| + 1, 2) / C(q, 2), by places alone;
- ``ratio``: 1 - (d / (x_k + x_l))² over the largest such square;
- ``circular``: 1 - sin²(π d / (x_q - x_1 + 1)) over its largest value;
- ``bipolar``: 1 - d² / ((x_k + x_l - 2 x_1)(2 x_q - x_k - x_l)) over its largest value.

Krippendorff's alpha has metrics of its own (Krippendorff 2011, Computing Krippendorff's
Alpha-Reliability); the ordinal one depends on how often each grade was given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal

import numpy as np

from qa_sampling.agreement.scale import Scale
from qa_sampling.errors import AgreementError

WeightName = Literal[
    "identity", "linear", "quadratic", "radical", "ordinal", "ratio", "circular", "bipolar"
]


def _distance(x: np.ndarray) -> np.ndarray:
    return np.abs(x[:, None] - x[None, :])


def _power(power: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: 1 - (_distance(x) / (x[-1] - x[0])) ** power


def _ordinal(x: np.ndarray) -> np.ndarray:
    steps = _distance(np.arange(len(x), dtype=float))
    return 1 - steps * (steps + 1) / (len(x) * (len(x) - 1))


def _ratio(x: np.ndarray) -> np.ndarray:
    apart = ratio_metric(x)
    return 1 - apart / ((x[-1] - x[0]) / (x[-1] + x[0])) ** 2


def _circular(x: np.ndarray) -> np.ndarray:
    apart = np.sin(np.pi * _distance(x) / (x[-1] - x[0] + 1)) ** 2
    return 1 - apart / apart.max()


def _bipolar(x: np.ndarray) -> np.ndarray:
    both = x[:, None] + x[None, :]
    room = (both - 2 * x[0]) * (2 * x[-1] - both)
    square = _distance(x) ** 2
    apart = np.divide(square, room, out=np.zeros_like(square), where=square > 0)
    return 1 - apart / apart.max()


WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda x: np.eye(len(x)),
    "linear": _power(1),
    "quadratic": _power(2),
    "radical": _power(0.5),
    "ordinal": _ordinal,
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}
"""Weight matrices by name."""


def weight_matrix(weights: str | np.ndarray, scale: Scale) -> np.ndarray:
    """Give the weights of every pair of grades of a scale.

    Parameters
    ----------
    weights : str or ndarray, (grades, grades)
        A name of :data:`WEIGHTS`, or a matrix of one's own: symmetric, 1 on the diagonal, 0 to 1
        beside it.
    scale : Scale
        The declared scale; its `values` give the distances.

    Returns
    -------
    ndarray, (grades, grades)

    Raises
    ------
    AgreementError
        When the name is unknown, the matrix is not as described, or ratio weights meet values
        below 0.
    """
    if isinstance(weights, str):
        if weights not in WEIGHTS:
            raise AgreementError(
                f"`weights` {weights!r} is unknown; choose one of {', '.join(WEIGHTS)}, or give "
                "a matrix."
            )
        return WEIGHTS[weights](np.array(scale.values))
    own = np.asarray(weights, dtype=float)
    shape = (scale.size, scale.size)
    if own.shape != shape:
        raise AgreementError(
            f"`weights` must be a matrix of {shape[0]} by {shape[1]}, one row and column for each "
            f"grade of the scale, unused ones too; got {' by '.join(map(str, own.shape))}."
        )
    faults = []
    if not np.allclose(own, own.T, rtol=0, atol=1e-12):
        faults.append("it is not symmetric")
    if not np.allclose(np.diag(own), 1, rtol=0, atol=1e-12):
        faults.append("the same grade must agree fully (1 on the diagonal)")
    if not ((own >= 0) & (own <= 1)).all():
        faults.append("every weight must lie between 0 and 1")
    if faults:
        raise AgreementError(
            f"`weights` cannot be weights of agreement: {'; '.join(faults)}. From disagreements v "
            "make 1 - v / (the largest v)."
        )
    return own


def within(steps: int, size: int) -> np.ndarray:
    """Give the weights that count grades no more than so many steps apart as agreeing.

    Parameters
    ----------
    steps : int
        Steps of the scale.
    size : int
        Grades of the scale.
    """
    place = np.arange(size)
    return (np.abs(place[:, None] - place[None, :]) <= steps).astype(float)


def ratio_metric(x: np.ndarray) -> np.ndarray:
    """Give the squared ratio distances of values of 0 or more; 0 from itself.

    Parameters
    ----------
    x : ndarray, (grades,)
        Values of the grades.
    """
    if x[0] < 0:
        raise AgreementError(
            "Ratios need a scale whose values are 0 or more; the worst grade is worth less."
        )
    both = x[:, None] + x[None, :]
    apart = np.divide(x[:, None] - x[None, :], both, out=np.zeros_like(both), where=both > 0)
    return apart**2


@cache
def two_grades(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the lower and the higher grade of every pair of two grades.

    Parameters
    ----------
    size : int
        Grades of the scale.
    """
    return np.triu_indices(size, 1)


def ordinal_middles(counts: np.ndarray) -> np.ndarray:
    """Give the mean rank of each grade, whose squared gaps are Krippendorff's ordinal distances.

    Parameters
    ----------
    counts : ndarray, (..., grades)
        How often each grade was given, in units graded at least twice.

    Returns
    -------
    ndarray, (..., grades)
        The gap of k and l is the sum of the counts from k to l, less half of those of k and of l.
    """
    return np.cumsum(counts, axis=-1) - counts / 2
