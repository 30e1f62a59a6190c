"""Joint inclusion probabilities that are approximated from the probabilities of single cases.

For designs of fixed size without a closed form (pivotal, randomised systematic, order
sampling): near those of a design with as much chance as its probabilities allow. Not for
designs that keep neighbours apart (local pivotal, systematic) or balance (cube).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from qa_sampling.errors import SelectionError

JointApproximation = Literal["hartley_rao", "hajek", "overton"]
JOINT_APPROXIMATIONS: tuple[str, ...] = ("hartley_rao", "hajek", "overton")


def approximate_joint(
    probability: np.ndarray,
    n: int,
    *,
    method: JointApproximation = "hartley_rao",
    squares: float | None = None,
) -> np.ndarray:
    """Approximate the joint inclusion probabilities of a design of fixed size.

    Parameters
    ----------
    probability : ndarray of float
        Inclusion probabilities of all cases, or of those drawn, above 0 and up to 1.
    n : int
        Cases that are drawn, at least 2.
    method : {"hartley_rao", "hajek", "overton"}
        "hartley_rao": random systematic sampling to order N**-3 (Hartley and Rao 1962, Annals of
        Mathematical Statistics 33:350-374, in the form of Brewer and Donadio 2003, Survey
        Methodology 29:189-196). "hajek": rejective sampling (Hájek 1964, Annals of Mathematical
        Statistics 35:1491-1523, eq. 5.27). "overton": Overton (1985), from sample
        probabilities alone.
    squares : float, optional
        Sum of the squared probabilities over all cases that are not certain; needed when
        `probability` holds only those drawn. For "hajek" it is the sum of p (1 - p) that counts,
        which is `n` less it.

    Returns
    -------
    ndarray of float, cases by cases
        The diagonal holds the inclusion probabilities. Cases that are certain are independent
        of the others.

    Raises
    ------
    SelectionError
        When the method is unknown, a probability is impossible, `n` is less than 2, or the
        probabilities do not add up to it and `squares` is absent.
    """
    p = np.asarray(probability, dtype=float)
    if method not in JOINT_APPROXIMATIONS:
        raise SelectionError(
            f"`method` {method!r} is unknown; choose one of {', '.join(JOINT_APPROXIMATIONS)}."
        )
    if not ((p > 0) & (p <= 1)).all() or n < 2:
        raise SelectionError(
            "Joint probabilities need probabilities above 0 and up to 1, and 2 cases drawn or more."
        )
    open_cases = p < 1
    left = n - int((~open_cases).sum())
    if squares is None and method != "overton":
        if abs(p.sum() - n) > 1e-6:
            raise SelectionError(
                f"The probabilities add up to {p.sum():.6g}, not to {n}. Give those of all cases, "
                f"or the sum of their squares as `squares`."
            )
        squares = float((p[open_cases] ** 2).sum())
    joint = np.outer(p, p)
    among = np.ix_(open_cases, open_cases)
    joint[among] = _among(p[open_cases], left, method, squares or 0.0)
    np.fill_diagonal(joint, p)
    return joint


def _among(p: np.ndarray, n: int, method: str, squares: float) -> np.ndarray:
    """Approximate among cases of which none is certain."""
    pairs, both = np.outer(p, p), p[:, None] + p
    if method == "overton":
        return pairs * (n - 1) / (n - both / 2)
    if method == "hartley_rao":
        return pairs * (n - 1) / (n - both + squares / max(n, 1))
    return pairs * (1 - np.outer(1 - p, 1 - p) / (n - squares))
