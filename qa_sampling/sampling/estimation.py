"""What the audits say of all cases: proportions, means, totals, ratios and differences.

Every estimate is a weighted sum, or a ratio of two, and its variance is that of its linear
part (Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, sections 5.5 to 5.8).
Domains keep the whole sample: cases outside count as zero, so that the unknown size
of the domain is part of the variance (Cochran 1977, sections 2.13 and 5A.14).

>>> design = make_design(table, "stratum", population="population")    # doctest: +SKIP
>>> good = estimate_proportion(design, "grade", values=("Outstanding", "Good"))  # doctest: +SKIP
>>> good.estimate, good.confidence_interval(), good.population  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import check_present, column_of, numbers_of
from qa_sampling.sampling.estimation_design import Design, make_design
from qa_sampling.sampling.estimation_difference import Difference, difference_of
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_results import Estimate, Kind

__all__ = [
    "Design",
    "Difference",
    "Estimate",
    "estimate_difference",
    "estimate_mean",
    "estimate_proportion",
    "estimate_ratio",
    "estimate_total",
    "make_design",
]

Where = Mapping[str, object] | None
Bounds = tuple[float, float] | None


def estimate_proportion(
    design: Design,
    y: str,
    *,
    values: Collection[object] | None = None,
    where: Where = None,
    domain_population: int | None = None,
) -> Estimate:
    """Estimate the proportion of cases of a kind.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column of yes or no (bool, or 1 and 0), or of labels with `values`.
    values : collection, optional
        Labels that count, at least one, such as ("Outstanding", "Good").
    where : mapping, optional
        Domain: column -> label or labels.
    domain_population : int, optional
        Cases of the domain, where known: from those audited up to the frame's less those found
        outside. With a plain random sample it makes the interval exact.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimationError
        When a column is absent or has missing or other values, no label counts, the domain holds no
        case, or `domain_population` is not possible.
    """
    member = _member(design, where)
    kind = of_a_kind(design, y, member, values)
    linear = ratio_of(design, kind, None, _one(member), kind="proportion", where=where)
    return precise(design, linear, domain_population=domain_population)[0]


def estimate_mean(
    design: Design, y: str, *, where: Where = None, bounds: Bounds = None
) -> Estimate:
    """Estimate the mean of a number over all cases.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column of numbers.
    where : mapping, optional
        Domain: column -> label or labels.
    bounds : tuple of float, optional
        Lowest and highest value there can be. By default those of the whole sample. Used only
        for the interval of a domain in which all values are equal.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimationError
        When the column is absent, has missing values, the domain holds no case, or `bounds` do
        not hold the values seen.
    """
    member = _member(design, where)
    numbers = _numbers(design, y, member)
    reach = _checked(bounds, _range(numbers[member])) or seen_range(design, y)
    linear = ratio_of(design, numbers, None, _one(member), kind="mean", where=where, reach=reach)
    return precise(design, linear)[0]


def estimate_total(
    design: Design, y: str, *, where: Where = None, bounds: Bounds = None
) -> Estimate:
    """Estimate the total of a number over all cases.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column of numbers; of 1 and 0 for a count.
    where : mapping, optional
        Domain: column -> label or labels.
    bounds : tuple of float, optional
        Lowest and highest value of a case there can be; see :func:`estimate_mean`.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimationError
        When the column is absent, has missing values, or the domain holds no case.
    """
    member = _member(design, where)
    numbers = np.where(member, _numbers(design, y, member), 0.0)
    seen = seen_range(design, y)
    linear = Linear(
        kind="total",
        estimates=np.array([design.weight @ numbers]),
        values=design.weight * numbers,
        domain=_one(member),
        residuals=numbers,
        reach=_checked(bounds, _range(numbers[member]))
        or ((min(seen[0], 0.0), max(seen[1], 0.0)) if where else seen),
        settled=is_settled(design, where),
    )
    return precise(design, linear)[0]


def estimate_ratio(
    design: Design, y: str, per: str, *, where: Where = None, bounds: Bounds = None
) -> Estimate:
    """Estimate the ratio of two totals.

    Parameters
    ----------
    design : Design
        The sample.
    y, per : str
        Columns of numbers: what is above and what is below.
    where : mapping, optional
        Domain: column -> label or labels.
    bounds : tuple of float, optional
        Lowest and highest ratio of a case there can be; see :func:`estimate_mean`.

    Returns
    -------
    Estimate

    Raises
    ------
    EstimationError
        When a column is absent or has missing values, the domain holds no case, or the total
        below is 0.
    """
    member = _member(design, where)
    above, below = (_numbers(design, name, member) for name in (y, per))
    if not (design.weight[member] @ below[member]):
        raise EstimationError(f"The total of `{per}` is 0, so there is no ratio to it.")
    seen = design.in_scope & (below != 0)
    reach = _range(above[seen] / below[seen])
    inside = member & (below != 0)
    reach = _checked(bounds, _range(above[inside] / below[inside])) or reach
    linear = ratio_of(design, above, below, _one(member), kind="ratio", where=where, reach=reach)
    return precise(design, linear)[0]


def estimate_difference(
    design: Design,
    y: str,
    *,
    first: Where,
    second: Where,
    values: Collection[object] | None = None,
    as_mean: bool = False,
) -> Difference:
    """Estimate the difference between two groups of one sample: the second less the first.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column, as in :func:`estimate_proportion`, or with `as_mean` in :func:`estimate_mean`.
    first, second : mapping
        The two groups: column -> label or labels. They may overlap; None for all cases.
    values : collection, optional
        Labels that count.
    as_mean : bool
        Whether means are compared, not proportions.

    Returns
    -------
    Difference

    Raises
    ------
    EstimationError
        As for one group.
    """
    linears = []
    for where in (first, second):
        member = _member(design, where)
        numbers = _numbers(design, y, member) if as_mean else of_a_kind(design, y, member, values)
        reach = seen_range(design, y) if as_mean else (0.0, 1.0)
        kind: Kind = "mean" if as_mean else "proportion"
        linears.append(
            ratio_of(design, numbers, None, _one(member), kind=kind, where=where, reach=reach)
        )
    return difference_of(design, *linears)


def of_a_kind(
    design: Design, y: str, member: np.ndarray, values: Collection[object] | None
) -> np.ndarray:
    """Give 1 for the cases of a kind and 0 for others.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column.
    member : ndarray of bool
        Rows that must have a value.
    values : collection or None
        Labels that count; None for a column of yes or no.
    """
    column = column_of(design.table, y)
    check_present(np.where(column.isna(), np.nan, 0.0), member, y)
    if values is not None:
        if isinstance(values, str) or not isinstance(values, Collection):
            raise EstimationError(
                f"`values` must be several labels; got {values!r}. Give ({values!r},)."
            )
        if not len(values) or any(pd.isna(one) for one in values):
            raise EstimationError(
                "`values` is empty or holds a missing label, so it says of no case whether it "
                "counts. Name the labels that count, such as ('Outstanding', 'Good')."
            )
        return column.isin(list(values)).to_numpy(dtype=float)
    numbers = numbers_of(design.table, y)
    if not np.isin(numbers[member], (0.0, 1.0)).all():
        raise EstimationError(
            f"`{y}` holds other values than yes and no (1 and 0). Give the labels that count as "
            f"`values`, or estimate its mean."
        )
    return np.where(member, numbers, 0.0)


def ratio_of(
    design: Design,
    above: np.ndarray,
    below: np.ndarray | None,
    domain: np.ndarray,
    *,
    kind: Kind,
    where: Where = None,
    reach: tuple[float, float] = (0.0, 1.0),
) -> Linear:
    """Give ratios of two weighted sums by domain, and their linear part.

    Parameters
    ----------
    design : Design
        The sample.
    above, below : ndarray of float
        Values by row; None below for the number of cases.
    domain : ndarray of int
        Domain of every row, from 0 without gaps; -1 outside.
    kind : str
        What the ratio is.
    where : mapping, optional
        The domain as it was asked for.
    reach : tuple of float
        The lowest and highest a case's value can be.
    """
    inside = domain >= 0
    weight = np.where(inside, design.weight, 0.0)
    under = weight if below is None else weight * below
    domains = int(domain.max()) + 1
    place = np.where(inside, domain, 0)
    size = np.bincount(place, under, minlength=domains)
    value = np.bincount(place, weight * above, minlength=domains) / size
    if kind == "proportion":
        n = np.bincount(place, inside, minlength=domains)
        found = np.bincount(place, above * inside, minlength=domains)
        value = np.where(found == 0, 0.0, np.where(found == n, 1.0, np.clip(value, 0, 1)))
    level = value[place]
    around = np.where(inside, above - (level if below is None else level * below), 0.0)
    cases = np.bincount(place, weight, minlength=domains)
    return Linear(
        kind=kind,
        estimates=value,
        values=weight * around / size[place],
        domain=domain,
        residuals=around if below is None else around * (cases / size)[place],
        reach=reach,
        settled=is_settled(design, where),
    )


def _one(member: np.ndarray) -> np.ndarray:
    """Give the only domain's rows the place 0, and others -1."""
    return np.where(member, 0, -1)


def seen_range(design: Design, y: str) -> tuple[float, float]:
    """Give the lowest and the highest value among the audited cases.

    Parameters
    ----------
    design : Design
        The sample.
    y : str
        Column of numbers.
    """
    numbers = numbers_of(design.table, y)
    return _range(numbers[design.in_scope & ~np.isnan(numbers)])


def _member(design: Design, where: Where) -> np.ndarray:
    member = design.rows_where(where)
    if not member.any():
        raise EstimationError(
            f"No case of the domain ({_named(where)}) was audited, so the sample says nothing of "
            f"it. Ask for a wider domain, or audit some of its cases."
        )
    return member


def _named(where: Where) -> str:
    return "; ".join(f"{name}: {wanted}" for name, wanted in (where or {}).items()) or "all cases"


def _numbers(design: Design, name: str, member: np.ndarray) -> np.ndarray:
    numbers = numbers_of(design.table, name)
    check_present(numbers, member, name)
    return np.where(np.isnan(numbers), 0.0, numbers)


def _checked(bounds: Bounds, seen: tuple[float, float]) -> Bounds:
    """Refuse bounds that do not hold what was seen; an interval would leave its estimate out."""
    if bounds is None or bounds[0] <= seen[0] <= seen[1] <= bounds[1]:
        return bounds
    raise EstimationError(
        f"`bounds` {bounds} do not hold the values that were seen, {seen[0]:g} to {seen[1]:g}. "
        f"Give the lowest and the highest value there can be."
    )


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def is_settled(design: Design, where: Where) -> bool:
    """Say whether the strata settle who belongs to a domain, cases not drawn included.

    Parameters
    ----------
    design : Design
        The sample.
    where : mapping or None
        Domain.
    """
    return set(where or {}) <= set(design.strata)
