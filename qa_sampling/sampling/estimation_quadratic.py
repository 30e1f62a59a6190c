"""Variances as quadratic forms: by joint inclusion probabilities, and by near cases.

With z the weighted value of a case (value over probability), p its probability and p_ij the
joint ones, the variance of the sum of z is estimated by

- Yates and Grundy (1953, Journal of the Royal Statistical Society B 15:253-261; Sen 1953):
  half the sum of ``(p_i p_j / p_ij - 1) (z_i - z_j)²``, for designs of fixed size;
- Horvitz and Thompson (1952, Journal of the American Statistical Association 47:663-685): the
  sum of ``(1 - p_i) z_i²`` and ``(1 - p_i p_j / p_ij) z_i z_j``, for a random size;
- the local mean (Stevens and Olsen 2003, Environmetrics 14:593-610; Grafström and Schelin 2014,
  Scandinavian Journal of Statistics 41:277-290): the sum of ``(1 - p_i) m / (m - 1)
  (z_i - mean of z over the m cases nearest to i)²``, for samples that are spread.

Each is a sum of squares of :meth:`QuadraticVariance.deviations`, so covariances follow too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_variance import DegreesOfFreedom

JointForm = Literal["yates_grundy", "horvitz_thompson"]
_MOST_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class QuadraticVariance:
    """A variance that is a quadratic form of the weighted values.

    Attributes
    ----------
    factor : ndarray of float, rows by rows
        What turns weighted values into deviations.
    probability : ndarray of float
        Inclusion probability of every row.
    held : int
        Degrees of freedom of the whole sample.
    """

    factor: np.ndarray
    probability: np.ndarray
    held: int

    def deviations(self, values: np.ndarray) -> np.ndarray:
        """Give numbers whose squares add up to the variance of the sum of `values`.

        Parameters
        ----------
        values : ndarray
            Weighted values: rows of the sample by columns.
        """
        return self.factor @ values

    def degrees_of_freedom(self, rows: np.ndarray, rule: DegreesOfFreedom = "default") -> int:
        """Give the degrees of freedom of an estimate that rests on some of the rows.

        Parameters
        ----------
        rows : ndarray of bool
            Rows the estimate rests on.
        rule : {"default", "r"}
            "default": no more than those of the whole sample, nor than the rows less one. "r":
            the rows less one.

        Returns
        -------
        int
            At least 1.
        """
        own = int((rows & (self.probability < 1)).sum()) - 1
        return max(1, own if rule == "r" else min(self.held, own))

    def is_complete(self, rows: np.ndarray) -> bool:
        """Say whether all cases that the rows stand for were certain to be drawn.

        Parameters
        ----------
        rows : ndarray of bool
            Rows the estimate rests on.
        """
        return bool((self.probability[rows] >= 1).all())


def joint_variance(joint: np.ndarray, *, form: JointForm, strata: int = 1) -> QuadraticVariance:
    """Build the variance by joint inclusion probabilities.

    Parameters
    ----------
    joint : ndarray of float, rows by rows
        Joint probabilities of the sample; the diagonal holds the single ones.
    form : {"yates_grundy", "horvitz_thompson"}
        By squared differences, for a fixed size, or by products.
    strata : int
        Strata that were drawn from; each takes a degree of freedom.

    Raises
    ------
    EstimationError
        When a pair's probability is 0 or impossible, the sample is too large, or the estimate
        could be negative.
    """
    p = _checked(joint)
    if form == "yates_grundy":
        apart = np.outer(p, p) / joint - 1
        np.fill_diagonal(apart, 0.0)
        matrix = np.diag(apart.sum(axis=1)) - apart
    else:
        matrix = 1 - np.outer(p, p) / joint
        np.fill_diagonal(matrix, 1 - p)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if values.min() < -1e-9 * max(float(values.max()), 1.0):
        raise EstimationError(
            f"The {_NAMES[form]} variance can be negative with these joint probabilities, as for "
            f"designs that keep cases apart or together. Use the local mean or the pooled "
            f"approximation."
        )
    factor = np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T
    open_rows = int((p < 1).sum())
    return QuadraticVariance(factor, p, max(1, open_rows - strata))


_NAMES = {"yates_grundy": "Yates-Grundy", "horvitz_thompson": "Horvitz-Thompson"}


def _checked(joint: np.ndarray) -> np.ndarray:
    """Give the single probabilities; refuse joint ones that cannot be."""
    if len(joint) > _MOST_ROWS:
        raise EstimationError(
            f"Variances by joint probabilities are given for at most {_MOST_ROWS} audits; there "
            f"are {len(joint)}. Use the pooled approximation."
        )
    p = np.diag(joint)
    highest = np.minimum(p[:, None], p) * (1 + 1e-9)
    if not ((p > 0) & (p <= 1)).all() or (joint < 0).any() or (joint > highest).any():
        raise EstimationError(
            "Joint probabilities must be symmetric, above 0 on the diagonal, and none larger than "
            "the probabilities of its two cases. Give what the draw says."
        )
    if not np.allclose(joint, joint.T, rtol=1e-9, atol=1e-15):
        raise EstimationError("The joint probabilities are not symmetric. Give what the draw says.")
    if (joint <= 0).any():
        raise EstimationError(
            "Two cases that were audited had no chance to be drawn together. Give what the draw "
            "says."
        )
    return p


def local_mean_variance(
    coordinates: np.ndarray, probability: np.ndarray, *, neighbours: int = 4
) -> QuadraticVariance:
    """Build the variance by near cases.

    Parameters
    ----------
    coordinates : ndarray of int64 or float, rows by coordinates
        Where the drawn cases lie.
    probability : ndarray of float
        Inclusion probability of every row.
    neighbours : int
        Cases of a neighbourhood, the case itself among them, at least 2; more where the last
        ones are equally far. All that there are when there are fewer.

    Returns
    -------
    QuadraticVariance
        Its degrees of freedom are Satterthwaite's for values without any pattern: the squared
        trace of the form over the trace of its square, rounded down.

    Raises
    ------
    EstimationError
        When `neighbours` is less than 2, or fewer than 2 cases were drawn by chance.
    """
    if neighbours < 2:
        raise EstimationError(f"`neighbours` must be 2 or more; got {neighbours}. Give 4.")
    p = np.asarray(probability, dtype=float)
    rows = np.flatnonzero(p < 1)
    if len(rows) < 2 and len(rows) < len(p):
        return QuadraticVariance(np.diag(np.sqrt(np.clip(1 - p, 0, 1))), p, 1)
    if len(rows) < 2:
        raise EstimationError("One case has no neighbour. Audit more cases.")
    at = np.asarray(coordinates)[rows]
    apart = at[:, None, :] - at[None, :, :]
    away = (apart * apart).sum(axis=2)
    np.fill_diagonal(away, -1)
    reach = np.sort(away, axis=1)[:, min(neighbours, len(rows)) - 1]
    near = away <= reach[:, None]
    sizes = near.sum(axis=1)
    scale = np.sqrt((1 - p[rows]) * sizes / (sizes - 1))
    own = scale[:, None] * (np.eye(len(rows)) - near / sizes[:, None])
    factor = np.zeros((len(p), len(p)))
    factor[np.ix_(rows, rows)] = own
    form = own.T @ own
    degrees = np.trace(form) ** 2 / (form * form).sum()
    return QuadraticVariance(factor, p, max(1, int(degrees + 1e-9)))
