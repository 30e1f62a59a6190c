"""Whole numbers that fit constraints, with the solver's answer checked.

The solver's preparation (presolve) now and then calls a system impossible that is not. So what it
calls impossible is solved again without it, and an answer is only taken when it fits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

_TOLERANCE = 1e-6
_IMPOSSIBLE = 2


def whole_numbers(
    objective: np.ndarray, bounds: Bounds, constraints: LinearConstraint | None, **options: float
) -> OptimizeResult:
    """Solve an integer programme; again without presolve when it is said to be impossible.

    Parameters
    ----------
    objective : array of float, shape (n,)
        What is made least.
    bounds : Bounds
        Of each number.
    constraints : LinearConstraint or None
        What sums of them must fit.
    **options
        As for ``scipy.optimize.milp``.
    """
    given = {"integrality": np.ones(len(objective)), "bounds": bounds, "constraints": constraints}
    solved = milp(objective, **given, options=options)
    if solved.status == _IMPOSSIBLE:
        solved = milp(objective, **given, options=options | {"presolve": False})
    return solved


def fitting(
    objective: np.ndarray, bounds: Bounds, constraints: LinearConstraint, **options: float
) -> np.ndarray | None:
    """Give whole numbers that fit everything and make an objective least; None when none do.

    Parameters
    ----------
    objective, bounds, constraints, **options
        As for :func:`whole_numbers`.
    """
    for more in ({}, {"presolve": False}):
        solved = whole_numbers(objective, bounds, constraints, **(options | more))
        if solved.status == 0 and _fits(answer := np.round(solved.x), bounds, constraints):
            return answer
    return None


def _fits(answer: np.ndarray, bounds: Bounds, constraints: LinearConstraint) -> bool:
    sums = constraints.A @ answer
    scale = _TOLERANCE * np.maximum(1.0, abs(constraints.A) @ abs(answer))
    return bool(
        (answer >= bounds.lb).all()
        and (answer <= bounds.ub).all()
        and (sums >= constraints.lb - scale).all()
        and (sums <= constraints.ub + scale).all()
    )


def least(objective: np.ndarray, **arguments: ArrayLike) -> OptimizeResult:
    """Solve a linear programme; again without presolve when it is said to be impossible.

    Parameters
    ----------
    objective : array of float, shape (n,)
        What is made least.
    **arguments
        As for ``scipy.optimize.linprog``.
    """
    solved = linprog(objective, method="highs", **arguments)
    if solved.status == _IMPOSSIBLE:
        solved = linprog(objective, method="highs", options={"presolve": False}, **arguments)
    return solved
