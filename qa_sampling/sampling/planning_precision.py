"""What precision a number of audits buys: half-widths by proportion, by stratum and overall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.allocation_precision import expected_precision
from qa_sampling.sampling.planning_assumptions import (
    Assumptions,
    HalfWidthMethod,
    cases_by_stratum,
    check_population,
    half_width,
    z_value,
)
from qa_sampling.sampling.planning_strata import complete_shares

_SHARES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)


@dataclass(frozen=True)
class PrecisionBought:
    """What precision a number of audits buys.

    Attributes
    ----------
    table : DataFrame
        A row a proportion (`proportion`, `half_width`, `low`, `high`), or a row a stratum
        (`stratum`, `population`, `sampled`, `proportion`, `half_width`), the last for all.
    curve : DataFrame
        `n`, `proportion`, `half_width`: to be plotted, a line a proportion.
    n : int
        Audits.
    method : str
        Name of the interval's method.
    level : float
        Confidence level.
    """

    table: pd.DataFrame
    curve: pd.DataFrame
    n: int
    method: str
    level: float


def precision_of(
    n: int,
    *,
    population: int | None = None,
    proportions: Sequence[float] = _SHARES,
    level: float = 0.95,
    method: HalfWidthMethod = "wilson",
    design_effect: float = 1.0,
) -> PrecisionBought:
    """Say how precisely n audits tell a proportion, whatever it may be.

    Parameters
    ----------
    n : int
        Completed audits, no more than the population.
    population : int, optional
        Cases in all; endless without.
    proportions : sequence of float
        Proportions that might be found.
    level, method, design_effect
        See ``planning.Assumptions``.

    Returns
    -------
    PrecisionBought
        `low` and `high` are the ends of the interval when that proportion is found; for "wald"
        cut at 0 and 1.

    Raises
    ------
    ParameterError
        When a value is impossible.
    """
    check_population(population)
    _check_size(n, population)
    if not isinstance(proportions, Sequence) or isinstance(proportions, str):
        raise ParameterError(f"`proportions` must be a list of shares; got {proportions!r}.")
    rests = [Assumptions(p, population, level, method, design_effect) for p in proportions]
    rows = [(rest.proportion, rest.half_width(n), *_ends(rest, n)) for rest in rests]
    most = 4 * n if population is None else min(4 * n, population)
    sizes = np.unique(np.geomspace(1, max(most, 2), 40).round().astype(int))
    curve = [(int(at), rest.proportion, rest.half_width(int(at))) for rest in rests for at in sizes]
    return PrecisionBought(
        table=pd.DataFrame(rows, columns=["proportion", "half_width", "low", "high"]),
        curve=pd.DataFrame(curve, columns=["n", "proportion", "half_width"]),
        n=n,
        method=method,
        level=level,
    )


def precision_by_stratum(
    populations: Mapping[str, int],
    sampled: Mapping[str, int],
    *,
    proportions: float | Mapping[str, float] = 0.5,
    level: float = 0.95,
    method: HalfWidthMethod = "wilson",
) -> PrecisionBought:
    """Say how precisely an allocation tells a proportion, of every stratum and of all cases.

    Parameters
    ----------
    populations, sampled : mapping of str to int
        Cases and audits by stratum (``Allocation.populations`` and ``.sizes``).
    proportions : float or mapping of str to float
        Expected proportion, one for all or by stratum.
    level, method
        See ``planning.Assumptions``.

    Returns
    -------
    PrecisionBought
        The last row of `table` is "All cases": the method at the size that a simple sample would
        need for the variance of the stratified estimate. Where a stratum is left out nothing is
        known of it (half-width 0.5) and the last row speaks of the others only in part: 0.5 too.
        `curve` scales this allocation down and up, until all cases are audited; its sizes need
        not be whole, and at the audits given it meets the last row.

    Raises
    ------
    ParameterError
        When a value is impossible.
    """
    sampled = cases_by_stratum(sampled, "sampled")
    sizes = cases_by_stratum(populations, "populations")
    filled = {label: size for label, size in sizes.items() if size > 0}
    if not filled:
        raise ParameterError("No stratum holds cases; nothing can be audited.")
    shares = complete_shares(proportions, filled)
    rows, spreads = [], {}
    for label, size in filled.items():
        taken = int(sampled.get(label, 0))
        _check_size(taken, size)
        rest = Assumptions(shares[label], size, level, method)
        spreads[label] = math.sqrt(shares[label] * (1 - shares[label]) * size / max(size - 1, 1))
        rows.append((label, size, taken, shares[label], rest.half_width(taken)))
    cases, audits = sum(filled.values()), sum(row[2] for row in rows)
    overall = sum(filled[label] * shares[label] for label in filled) / cases
    expected = expected_precision(filled, sampled, standard_deviations=spreads)
    rows.append(
        ("All cases", cases, audits, overall, _overall(expected.variance, overall, level, method))
    )
    columns = ["stratum", "population", "sampled", "proportion", "half_width"]
    points = _scaled(filled, sampled, spreads)
    curve = [(at, overall, _overall(spread, overall, level, method)) for at, spread in points]
    return PrecisionBought(
        table=pd.DataFrame(rows, columns=columns),
        curve=pd.DataFrame(curve, columns=["n", "proportion", "half_width"]),
        n=audits,
        method=method,
        level=level,
    )


def _scaled(
    populations: Mapping[str, int], sampled: Mapping[str, int], spreads: Mapping[str, float]
) -> list[tuple[float, float]]:
    """Give audits and variance of the allocation scaled down and up, no stratum beyond its cases.

    Cochran (1977, Sampling Techniques, eq. 5.12), with sizes that need not be whole.
    """
    size = np.array([populations[label] for label in populations], dtype=float)
    taken = np.array([sampled.get(label, 0) for label in populations], dtype=float)
    spread = np.array([spreads[label] for label in populations])
    if (taken == 0).any():
        return [(float(taken.sum()), math.inf)]
    ends = np.geomspace(1 / taken.sum(), 1, 20), np.geomspace(1, (size / taken).max(), 20)
    points = []
    for factor in np.unique(np.concatenate(ends)):
        at = np.minimum(factor * taken, size)
        parts = (size / size.sum() * spread) ** 2 * (1 / at - 1 / size)
        points.append((float(at.sum()), float(np.maximum(parts, 0).sum())))
    return points


def _overall(variance: float, share: float, level: float, method: HalfWidthMethod) -> float:
    if math.isinf(variance):
        return 0.5
    spread = share * (1 - share)
    if variance == 0:
        return 0.0
    return half_width(spread / variance, share, level=level, method=method)


def _ends(rest: Assumptions, n: int) -> tuple[float, float]:
    """Give the ends of the interval when the expected proportion is found."""
    worth, width = rest.worth(n), rest.half_width(n)
    share = rest.proportion
    if n == 0:
        return 0.0, 1.0
    if math.isinf(worth):
        return share, share
    middle = share
    if rest.method == "wilson":
        z = z_value(rest.level)
        middle = (share + z * z / (2 * worth)) / (1 + z * z / worth)
    elif rest.method == "log_odds":
        z = z_value(rest.level)
        middle = 1 / (
            1 + (1 - share) / share * math.exp(z / math.sqrt(worth * share * (1 - share)))
        )
        return middle, middle + 2 * width
    return max(0.0, middle - width), min(1.0, middle + width)


def _check_size(n: int, population: int | None) -> None:
    whole = isinstance(n, int | np.integer) and not isinstance(n, bool)
    if not whole or n < 0 or (population is not None and n > population):
        raise ParameterError(
            f"`n` must be a whole number of audits from 0 to the population; got {n!r}."
        )
