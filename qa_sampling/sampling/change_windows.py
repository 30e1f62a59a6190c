"""Estimates over windows of months that overlap, and each window's change.

A window of months speaks for the average month: its estimate is that of all case-months, each
month's sample standing for its own caseload. Two windows that share months share their audits,
which the covariance of their linear parts counts.
"""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.change import Values, Where, linear_of
from qa_sampling.sampling.estimation_columns import column_of
from qa_sampling.sampling.estimation_difference import difference_of
from qa_sampling.sampling.estimation_precision import Linear, precise
from qa_sampling.sampling.estimation_sample import Design


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
        linear_of(design, y, values, where, as_mean, named.isin(span).to_numpy()) for span in spans
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
