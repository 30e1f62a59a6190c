"""How many audits are needed in every stratum, or over all strata, for a wanted half-width."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.allocation import Method, allocate
from qa_sampling.sampling.bounds import Bound
from qa_sampling.sampling.planning import SampleSize, smallest_size
from qa_sampling.sampling.planning_assumptions import (
    Assumptions,
    HalfWidthMethod,
    cases_by_stratum,
    check_half_width,
    check_level,
    check_share,
    real_size,
    z_value,
)

_POINTS = 12


def size_for_each_stratum(
    wanted: float,
    populations: Mapping[str, int],
    *,
    proportions: float | Mapping[str, float] = 0.5,
    level: float = 0.95,
    method: HalfWidthMethod = "wilson",
    design_effect: float = 1.0,
    response_rate: float = 1.0,
) -> SampleSize:
    """Say how many audits give every stratum by itself a wanted half-width.

    Parameters
    ----------
    wanted : float
        Half-width of every stratum.
    populations : mapping of str to int
        Cases by stratum; strata without cases need no audits.
    proportions : float or mapping of str to float
        Expected proportion, one for all or by stratum.
    level, method, design_effect, response_rate
        See :class:`Assumptions`.

    Returns
    -------
    SampleSize
        `table` has a row a stratum: `stratum`, `population`, `proportion`, `n`, `invited`,
        `half_width` (what n gives). `curve` holds half-widths and audits in all. `real` is the
        sum of the strata's numbers, each before it is rounded up: n is less than one audit a
        stratum above it, or more where rounding up alone does not reach the half-width.

    Raises
    ------
    ParameterError
        When a value is impossible.
    """
    check_half_width(wanted)
    populations = cases_by_stratum(populations, "populations")
    shares = complete_shares(proportions, populations)
    rows, rests = [], {}
    for label, size in populations.items():
        if not size:
            rows.append((label, 0, shares[label], 0, 0, None))
            continue
        rest = Assumptions(shares[label], int(size), level, method, design_effect, response_rate)
        n, rests[label] = smallest_size(wanted, rest), rest
        rows.append((label, int(size), shares[label], n, rest.invited(n), rest.half_width(n)))
    columns = ["stratum", "population", "proportion", "n", "invited", "half_width"]
    table = pd.DataFrame(rows, columns=columns)
    widths = np.linspace(wanted / 2, min(2 * wanted, 0.49), 40)
    totals = [sum(smallest_size(float(at), rest) for rest in rests.values()) for at in widths]
    real = sum(
        rest.needed(real_size(wanted, rest.proportion, level=level, method=method))
        for rest in rests.values()
    )
    return SampleSize(
        n=int(table["n"].sum()),
        invited=int(table["invited"].sum()),
        real=float(real),
        table=table,
        curve=pd.DataFrame({"n": totals, "half_width": widths}),
        method=method,
        level=level,
    )


def size_for_all_strata(
    wanted: float,
    populations: Mapping[str, int],
    *,
    proportions: float | Mapping[str, float] = 0.5,
    allocation: Method = "proportional",
    minimum: Bound = 1,
    level: float = 0.95,
    response_rate: float = 1.0,
) -> SampleSize:
    """Say how many audits, shared out over strata, give all cases together a wanted half-width.

    Parameters
    ----------
    wanted : float
        Half-width of the estimate for all cases.
    populations : mapping of str to int
        Cases by stratum.
    proportions : float or mapping of str to float
        Expected proportion, one for all or by stratum.
    allocation : str
        Method of the allocation; "neyman" asks for the fewest.
    minimum : int or mapping
        Fewest audits of a stratum, as for ``allocation.allocate``.
    level, response_rate
        See :class:`Assumptions`.

    Returns
    -------
    SampleSize
        `table` has a row a stratum: `stratum`, `population`, `proportion`, `n`, `invited`.
        `real` is n: numbers are shared out whole, so nothing is rounded up.

    Raises
    ------
    ParameterError
        When a value is impossible.

    Notes
    -----
    The normal interval of the stratified estimate, with ``S² = N p q / (N - 1)``: the smallest
    number whose whole-number allocation reaches it.
    """
    check_half_width(wanted)
    check_level(level)
    every = cases_by_stratum(populations, "populations")
    sizes = {label: size for label, size in every.items() if size > 0}
    if not sizes:
        raise ParameterError("No stratum holds cases; nothing can be audited.")
    shares = complete_shares(proportions, sizes)
    spreads = {
        label: math.sqrt(shares[label] * (1 - shares[label]) * size / max(size - 1, 1))
        for label, size in sizes.items()
    }
    known = {"standard_deviations": spreads, "minimum": minimum, "method": allocation}
    cases, z = sum(sizes.values()), z_value(level)

    def reached(audits: int) -> float:
        expected = allocate(sizes, audits, **known).expected(standard_deviations=spreads)
        return z * math.sqrt(expected.variance)

    chosen = allocate(sizes, variance=(wanted * cases / z) ** 2, **known)
    fewest = allocate(sizes, variance=float(cases) ** 4, **known).n
    taken = chosen.sizes
    invited = {
        at: Assumptions(population=sizes[at], response_rate=response_rate).invited(count)
        for at, count in taken.items()
    }
    rows = [(at, sizes[at], shares[at], taken[at], invited[at]) for at in sizes]
    points = np.unique(np.geomspace(max(fewest, 1), cases, _POINTS).round().astype(int))
    return SampleSize(
        n=chosen.n,
        invited=sum(invited.values()),
        real=float(chosen.n),
        table=pd.DataFrame(rows, columns=["stratum", "population", "proportion", "n", "invited"]),
        curve=pd.DataFrame({"n": points, "half_width": [reached(int(at)) for at in points]}),
        method=f"stratified normal, {allocation}",
        level=level,
    )


def complete_shares(
    proportions: float | Mapping[str, float], sizes: Mapping[str, int]
) -> dict[str, float]:
    """Give every stratum its expected proportion.

    Parameters
    ----------
    proportions : float or mapping of str to float
        One for all, or by stratum.
    sizes : mapping of str to int
        Cases by stratum.

    Raises
    ------
    ParameterError
        When a stratum has none, or it is not between 0 and 1.
    """
    if not isinstance(proportions, Mapping):
        proportions = dict.fromkeys(sizes, proportions)
    absent = [label for label in sizes if label not in proportions]
    if absent:
        raise ParameterError(f"Stratum {absent[0]!r} has no proportion; give every stratum one.")
    for label in sizes:
        check_share(proportions[label], "proportion")
    return {label: proportions[label] for label in sizes}
