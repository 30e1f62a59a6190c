"""Change between two months' samples.

Two samples drawn with tickets of their own are independent: the variance of the change is the sum.
Where tickets were kept, the same cases were audited twice, and what they have in common
is taken off (``change_overlap``). Windows of months are in ``change_windows``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.change_overlap import overlap
from qa_sampling.sampling.estimation import of_a_kind, ratio_of, seen_range
from qa_sampling.sampling.estimation_columns import check_present, numbers_of
from qa_sampling.sampling.estimation_difference import Difference, correlation_of
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_results import Estimate
from qa_sampling.sampling.estimation_sample import Design

Values = Collection[object] | None
Where = Mapping[str, object] | None


def estimate_change(
    before: Design,
    after: Design,
    y: str,
    *,
    values: Values = None,
    where: Where = None,
    as_mean: bool = False,
    key: str | None = None,
    common: Mapping[str, int] | None = None,
) -> Difference:
    """Estimate the change between two samples: after less before.

    Parameters
    ----------
    before, after : Design
        The two samples.
    y : str
        Column, as in ``estimate_proportion`` (or ``estimate_mean``), in both.
    values : collection, optional
        Labels that count.
    where : mapping, optional
        Domain: column -> label or labels.
    as_mean : bool
        Whether means are compared, not proportions.
    key : str, optional
        Column that tells cases, such as `case_ref`. Given, cases audited both times are found
        and their covariance counted, stratum by stratum, also with calibrated weights and
        collapsed strata. By default the samples are independent.
    common : mapping of str to int, optional
        Cases that were there both times, by stratum. By default the smaller of the two numbers.

    Returns
    -------
    Difference
        `first` and `second` are the estimates as they stand alone. With `key`, the standard error
        may rest on coarser strata than theirs, where either sample has strata of one case.

    Raises
    ------
    EstimationError
        When a column is absent, has missing values, or a domain holds no case; with `key`, when
        a case is repeated, the samples are not of cases in strata, or `common` contradicts them.
    """
    linears = [linear_of(design, y, values, where, as_mean) for design in (before, after)]
    first, second = (
        precise(design, linear)[0] for design, linear in zip((before, after), linears, strict=True)
    )
    parts = (first.standard_error**2, second.standard_error**2, 0.0)
    if key is not None:
        parts = overlap((before, linears[0]), (after, linears[1]), key, dict(common or {}))
    errors = float(np.sqrt(parts[0])), float(np.sqrt(parts[1]))
    correlation = correlation_of(parts[2], *errors)
    careful = [
        max(error, one.careful_error) for error, one in zip(errors, (first, second), strict=True)
    ]
    return Difference(
        first=first,
        second=second,
        standard_error=_apart(errors, correlation),
        correlation=correlation,
        degrees_of_freedom=_satterthwaite(first, second),
        interval_error=_apart(careful, correlation),
    )


def _apart(errors: Collection[float], correlation: float) -> float:
    """Give the standard error of a difference."""
    one, two = errors
    return float(np.sqrt(max(one**2 + two**2 - 2 * correlation * one * two, 0.0)))


def linear_of(
    design: Design,
    y: str,
    values: Values,
    where: Where,
    as_mean: bool,
    inside: np.ndarray | None = None,
) -> Linear:
    """Give a period's estimate and its linear part; for a window, of the rows inside.

    Parameters
    ----------
    design : Design
        The sample.
    y, values, where, as_mean
        As for :func:`estimate_change`.
    inside : ndarray of bool, optional
        Rows of the window.
    """
    member = design.rows_where(where) & (True if inside is None else inside)
    if not member.any():
        raise EstimationError(
            "No case of the domain was audited in one of the samples or windows, so there is no "
            "change to tell. Ask for a wider domain, or longer windows."
        )
    domain, named = np.where(member, 0, -1), where if inside is None else {"": None}
    if not as_mean:
        kind = of_a_kind(design, y, member, values)
        return ratio_of(design, kind, None, domain, kind="proportion", where=named)
    numbers = numbers_of(design.table, y)
    check_present(numbers, member, y)
    reach = seen_range(design, y)
    filled = np.where(member, numbers, 0.0)
    return ratio_of(design, filled, None, domain, kind="mean", where=named, reach=reach)


def _satterthwaite(first: Estimate, second: Estimate) -> float:
    """Combine degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110-114)."""
    one, two = first.standard_error**2, second.standard_error**2
    if one + two <= 0:
        return float(min(first.degrees_of_freedom, second.degrees_of_freedom))
    parts = one**2 / max(first.degrees_of_freedom, 1) + two**2 / max(second.degrees_of_freedom, 1)
    return float((one + two) ** 2 / parts)
