"""How many audits are needed for a wanted half-width of a proportion or a mean.

The number is the smallest whole number whose half-width is no more than wanted, finite
population, design effect and response rate taken into account (see
:mod:`qa_sampling.sampling.planning_assumptions`): rounded up once, at the end. By stratum and
over strata: :mod:`qa_sampling.sampling.planning_strata`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_assumptions import (
    Assumptions,
    HalfWidthMethod,
    check_half_width,
    is_number,
    real_size,
    z_value,
)

_CURVE_POINTS = 40


@dataclass(frozen=True)
class SampleSize:
    """How many audits are needed.

    Attributes
    ----------
    n : int
        Completed audits.
    invited : int
        Cases to draw so that n are completed at the response rate.
    real : float
        The number before it is rounded up; over strata see the function.
    table : DataFrame
        What was asked and what follows: a row each for a few half-widths (`half_width`, `n`,
        `invited`), or a row a stratum (see the function).
    curve : DataFrame
        `n` and the `half_width` it gives, to be plotted.
    method : str
        Name of the interval's method.
    level : float
        Confidence level.
    """

    n: int
    invited: int
    real: float
    table: pd.DataFrame
    curve: pd.DataFrame
    method: str
    level: float


def size_for_proportion(
    wanted: float,
    proportion: float = 0.5,
    *,
    population: int | None = None,
    level: float = 0.95,
    method: HalfWidthMethod = "wilson",
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Say how many audits give a proportion with a wanted half-width.

    Parameters
    ----------
    wanted : float
        Half-width, such as 0.1 for plus or minus 10 points.
    proportion, population, level, method, design_effect, response_rate
        See :class:`Assumptions`.

    Returns
    -------
    SampleSize
        `table` holds half-widths around the wanted one.

    Raises
    ------
    ParameterError
        When a value is impossible.
    """
    check_half_width(wanted)
    rests = Assumptions(proportion, population, level, method, design_effect, response_rate)
    n = smallest_size(wanted, rests)
    widths = [wanted * factor for factor in (2, 1.5, 1.25, 1, 0.75, 0.5) if wanted * factor < 0.5]
    sizes = [smallest_size(width, rests) for width in widths]
    table = pd.DataFrame(
        {"half_width": widths, "n": sizes, "invited": [rests.invited(size) for size in sizes]}
    )
    return SampleSize(
        n=n,
        invited=rests.invited(n),
        real=rests.needed(real_size(wanted, proportion, level=level, method=method)),
        table=table,
        curve=_curve(rests, max(sizes)),
        method=method,
        level=level,
    )


def smallest_size(wanted: float, rests: Assumptions) -> int:
    """Find the smallest whole number of audits whose half-width is no more than wanted."""
    real = rests.needed(real_size(wanted, rests.proportion, level=rests.level, method=rests.method))
    n = max(1, math.ceil(real) - 1)
    while rests.half_width(n) > wanted:
        n += 1
    return n


def _curve(rests: Assumptions, most: int) -> pd.DataFrame:
    sizes = np.unique(np.geomspace(1, max(most, 2), _CURVE_POINTS).round().astype(int))
    widths = [rests.half_width(int(size)) for size in sizes]
    return pd.DataFrame({"n": sizes, "half_width": widths})


def size_for_mean(
    wanted: float,
    standard_deviation: float,
    *,
    population: int | None = None,
    level: float = 0.95,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Say how many audits give a mean with a wanted half-width.

    Parameters
    ----------
    wanted : float
        Half-width, in the unit of what is measured, above 0.
    standard_deviation : float
        Of what is measured, with the divisor N - 1.
    population, level, design_effect, response_rate
        See :class:`Assumptions`.

    Raises
    ------
    ParameterError
        When a value is impossible.

    Notes
    -----
    ``n = n0 / (1 + n0/N)`` with ``n0 = deff (z S / e)²`` (Cochran 1977, Sampling Techniques, eq.
    4.6): the normal interval with a known standard deviation.
    """
    both = is_number(wanted) and is_number(standard_deviation)
    if not both or not 0 < wanted < math.inf or not 0 <= standard_deviation < math.inf:
        raise ParameterError(
            f"A half-width of {wanted!r} with a standard deviation of {standard_deviation!r} is "
            f"not possible; both are numbers, the first above 0."
        )
    rests = Assumptions(0.5, population, level, "wald", design_effect, response_rate)
    z = z_value(level)

    def width(n: float) -> float:
        left = 1 / n - (1 / population if population is not None else 0)
        return z * standard_deviation * math.sqrt(max(design_effect * left, 0))

    def smallest(goal: float) -> tuple[float, int]:
        simple = design_effect * (z * standard_deviation / goal) ** 2
        real = simple / (1 + simple / population) if population is not None else simple
        n = max(1, math.ceil(real) - 1)
        while width(n) > goal:
            n += 1
        return real, n

    real, n = smallest(wanted)
    widths = [wanted * factor for factor in (2, 1.5, 1.25, 1, 0.75, 0.5)]
    sizes = [smallest(goal)[1] for goal in widths]
    points = np.unique(np.geomspace(1, max(*sizes, 2), _CURVE_POINTS).round().astype(int))
    return SampleSize(
        n=n,
        invited=rests.invited(n),
        real=real,
        table=pd.DataFrame(
            {"half_width": widths, "n": sizes, "invited": [rests.invited(at) for at in sizes]}
        ),
        curve=pd.DataFrame({"n": points, "half_width": [width(int(at)) for at in points]}),
        method="normal",
        level=level,
    )
