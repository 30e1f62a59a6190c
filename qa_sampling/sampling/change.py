"""Change: between two months' samples, and over windows of months that overlap.

Two samples drawn with tickets of their own are independent: the variance of the change is the sum.
Where tickets were kept, the same cases were audited twice, and what they have in common
is taken off: in a stratum with n and m audited of N and M, c of them both times, of the K cases
that were there both times, the covariance of the two totals is

    N M (c / (n m) - K / (N M)) S

with S the covariance of the values over the cases audited both times (Tam 1984, The American
Statistician 38:288-289; Qualité and Tillé 2008, Survey Methodology 34:173-181). With
independent samples c is n m K / (N M) on average, and the covariance 0. With fewer than two
common cases S cannot be told: the samples' own spreads bound it, and the bound that widens the
change is taken.

A window of months speaks for the average month: its estimate is that of all case-months, each
month's sample standing for its own caseload. Two windows that share months share their audits,
which the covariance of their linear parts counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import difference_of, of_a_kind, ratio_of, seen_range
from qa_sampling.sampling.estimation_columns import (
    check_present,
    codes_of,
    column_of,
    numbers_of,
)
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_results import Difference, Estimate
from qa_sampling.sampling.estimation_variance import StratifiedVariance

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
        and their covariance counted, stratum by stratum; for this the strata must have the same
        labels, none collapsed, and the weights not be calibrated. By default the samples are
        independent.
    common : mapping of str to int, optional
        Cases that were there both times, by stratum. By default the smaller of the two numbers.

    Returns
    -------
    Difference

    Raises
    ------
    EstimationError
        When a column is absent, has missing values, a domain holds no case, or `key` is not one
        case a row; with `key`, when weights were calibrated, strata collapsed or of one case
        audited, or the samples contradict each other.
    """
    linears = [_linear(design, y, values, where, as_mean) for design in (before, after)]
    first, second = (
        precise(design, linear)[0] for design, linear in zip((before, after), linears, strict=True)
    )
    shared = 0.0
    if key is not None:
        shared = _shared((before, linears[0]), (after, linears[1]), key, dict(common or {}))
    most = first.standard_error * second.standard_error
    correlation = _correlation(shared, most)
    variance = first.standard_error**2 + second.standard_error**2 - 2 * correlation * most
    return Difference(
        first=first,
        second=second,
        standard_error=float(np.sqrt(max(variance, 0.0))),
        correlation=correlation,
        degrees_of_freedom=_satterthwaite(first, second),
    )


def _linear(
    design: Design,
    y: str,
    values: Values,
    where: Where,
    as_mean: bool,
    inside: np.ndarray | None = None,
) -> Linear:
    """Give the estimate and its linear part; for a window, of the rows inside."""
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


def _correlation(shared: float, most: float) -> float:
    """Give the correlation; refuse one beyond 1 by more than rounding."""
    if most <= 0:
        return 0.0
    found = shared / most
    if abs(found) > 1 + 1e-9:
        raise EstimationError(
            f"The two samples would be correlated by {found:.2f}, which cannot be: too few "
            f"cases were audited both times to tell, or `common` and the populations do not fit. "
            f"Check these; leave `key` out when the samples were drawn independently."
        )
    return float(np.clip(found, -1, 1))


def _satterthwaite(first: Estimate, second: Estimate) -> float:
    """Combine degrees of freedom (Satterthwaite 1946, Biometrics Bulletin 2:110-114)."""
    one, two = first.standard_error**2, second.standard_error**2
    if one + two <= 0:
        return float(min(first.degrees_of_freedom, second.degrees_of_freedom))
    parts = one**2 / max(first.degrees_of_freedom, 1) + two**2 / max(second.degrees_of_freedom, 1)
    return float((one + two) ** 2 / parts)


def _shared(
    before: tuple[Design, Linear],
    after: tuple[Design, Linear],
    key: str,
    common: Mapping[str, int],
) -> float:
    """Give the covariance of the two estimates from the cases audited both times."""
    tables = [_keyed(design, linear, key) for design, linear in (before, after)]
    total = 0.0
    by_stratum = [dict(list(table.groupby("stratum"))) for table in tables]
    for label in by_stratum[0].keys() & by_stratum[1].keys():
        total += _shared_in(by_stratum[0][label], by_stratum[1][label], common.get(str(label)))
    return total


def _shared_in(before: pd.DataFrame, after: pd.DataFrame, known: float | None) -> float:
    """Give one stratum's covariance; with fewer than two common cases its lowest bound."""
    n, large = float(before["n"].iloc[0]), float(before["population"].iloc[0])
    m, larger = float(after["n"].iloc[0]), float(after["population"].iloc[0])
    if n >= large or m >= larger:
        return 0.0  # taken whole: that estimate does not move
    cases = before.merge(after, on="key", suffixes=("_before", "_after"))
    there = min(large if known is None else known, large, larger)
    lost = there / (large * larger) if np.isfinite(large * larger) else 0.0
    # values are weighted: weight N/n times value, so N M S is n m times their covariance
    part = n * m * (len(cases) / (n * m) - lost)
    if part == 0:
        return 0.0
    if min(n, m) < 2:
        raise EstimationError(
            "A stratum has one case audited, so what the two samples have in common cannot be "
            "told. Form coarser strata, or leave `key` out when the draws were independent."
        )
    bound = float(np.sqrt(before["value"].var() * after["value"].var()))
    if len(cases) < 2:
        return -abs(part) * bound
    spread = float(np.cov(cases["value_before"], cases["value_after"])[0, 1])
    return part * spread


def _keyed(design: Design, linear: Linear, key: str) -> pd.DataFrame:
    """Give key, stratum, weighted value, opened and population of every case."""
    variance = design.variance
    if not isinstance(variance, StratifiedVariance) or not variance.rows_are_units:
        raise EstimationError(
            "Cases audited both times are matched in stratified samples of cases. Leave `key` out "
            "when the samples were drawn independently."
        )
    if design.adjustment is not None:
        raise EstimationError(
            "Cases audited both times cannot be counted with calibrated weights. Compare the "
            "samples before calibration, or leave `key` out when they were drawn independently."
        )
    if design.collapsed:
        raise EstimationError(
            "Strata with one case audited were collapsed, so cases audited both times cannot be "
            "matched by stratum. Form coarser strata, the same in both samples."
        )
    keys = column_of(design.table, key)
    if keys.isna().any() or keys.duplicated().any():
        raise EstimationError(f"`{key}` is missing or repeated; every row needs a case of its own.")
    codes, labels = codes_of(design.table, design.strata)
    place = variance.stratum
    return pd.DataFrame(
        {
            "key": keys.astype(str),
            "stratum": np.array(labels, dtype=object)[codes],
            "value": linear.values,
            "n": variance.sizes[place],
            "population": variance.population[place],
        }
    )


def rolling_estimates(
    design: Design,
    y: str,
    *,
    period: str = "period",
    window: int = 3,
    lag: int | None = None,
    values: Values = None,
    where: Where = None,
    as_mean: bool = False,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate over windows of months, and each window's change.

    Parameters
    ----------
    design : Design
        All months' samples; the month is one of its strata, or its `draw`, so that
        months count as independent.
    y : str
        Column, as in ``estimate_proportion`` (or ``estimate_mean``).
    period : str
        Column of the month, such as "2026-11"; sorts in time.
    window : int
        Months a window has; only months with a sample count.
    lag : int, optional
        How many months before the window starts that it is compared with. By default `window`,
        so that the two share no month.
    values : collection, optional
        Labels that count.
    where : mapping, optional
        Domain: column -> label or labels.
    as_mean : bool
        Whether means are estimated, not proportions.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        One row a window: `start`, `end`, `estimate`, `standard_error`, `low`, `high`, `n`,
        `population` (cases of the average month); against the window `lag` earlier
        `change`, `change_low`, `change_high`, `correlation` (of the two), `distinguishable`. The
        last five are missing where there is no earlier window.

    Raises
    ------
    EstimationError
        When a window is longer than the months, not a whole number from 1, or the period is not
        one of the strata.
    """
    if period not in design.strata:
        raise EstimationError(
            f"`{period}` is not among the design's strata, so months would not count as separate "
            f"draws. Name it in `strata` or as `draw`."
        )
    months = sorted(set(column_of(design.table, period).astype(str)))
    if isinstance(window, bool) or not isinstance(window, int) or not 1 <= window <= len(months):
        raise EstimationError(
            f"`window` must be a whole number from 1 to the {len(months)} months with a sample; "
            f"got {window!r}."
        )
    back = window if lag is None else lag
    if isinstance(back, bool) or not isinstance(back, int) or back < 1:
        raise EstimationError(f"`lag` must be a whole number of months from 1; got {lag!r}.")
    spans = [months[start : start + window] for start in range(len(months) - window + 1)]
    named = column_of(design.table, period).astype(str)
    linears = [
        _linear(design, y, values, where, as_mean, named.isin(span).to_numpy()) for span in spans
    ]
    rows = []
    for place, (span, linear) in enumerate(zip(spans, linears, strict=True)):
        earlier = linears[place - back] if place >= back else None
        rows.append(_window_row(design, span, linear, earlier, level))
    return pd.DataFrame(rows)


def _window_row(
    design: Design, span: list[str], linear: Linear, earlier: Linear | None, level: float
) -> dict[str, object]:
    one = precise(design, linear)[0]
    interval = one.confidence_interval(level)
    row: dict[str, object] = {
        "start": span[0],
        "end": span[-1],
        "estimate": one.estimate,
        "standard_error": one.standard_error,
        "low": interval.low,
        "high": interval.high,
        "n": one.n,
        "population": one.population / len(span),
    }
    if earlier is None:
        missing = ("change", "change_low", "change_high", "correlation", "distinguishable")
        return row | dict.fromkeys(missing, pd.NA)
    change = difference_of(design, earlier, linear)
    ends = change.confidence_interval(level)
    return row | {
        "change": change.estimate,
        "change_low": ends.low,
        "change_high": ends.high,
        "correlation": change.correlation,
        "distinguishable": change.is_distinguishable(level),
    }
