"""Teams or authorities against each other, with the limits that chance would keep them within.

A small team's figure swings; a funnel says how far it may. Limits are of the counts themselves,
exact, so that they hold for counts of 0 to 5 as well. When units differ more than chance alone
would make them, "spread" limits allow for it; otherwise every large unit would lie outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.results import Funnel
from qa_sampling.trends.dispersion import Dispersion, dispersion, winsorise
from qa_sampling.trends.tails import (
    Tail,
    beta_binomial_tail,
    binomial_tail,
    limit_of,
    negative_binomial_tail,
    poisson_tail,
)

Kind = Literal["proportion", "rate"]
Limits = Literal["exact", "spread"]
Better = Literal["up", "down", ""]
_POINTS = 80

UNITS = Table(
    "units of a funnel",
    (
        Column("unit", "text", "Team or authority"),
        Column("numerator", "number", "Events, 0 or more; missing is told", required=False),
        Column("denominator", "number", "Of how many, or exposure", required=False),
    ),
    key=("unit",),
)
"""One row a unit."""


@dataclass(frozen=True)
class Comparison:
    """Units against each other.

    Attributes
    ----------
    funnel : Funnel
        The picture's numbers: values, limits, signals beyond the outer limits.
    table : DataFrame
        One row a unit with a value, in the order given: `unit`, `numerator`, `denominator`,
        `value`, `expected` (events at the centre), `p` (two-sided, under the limits' chance),
        `q` (the same, held to false discovery), `beyond` ("", "inner", "outer"), `side` ("high",
        "low", blank for within).
    left_out : DataFrame
        Units without a value: `unit`, `reason`.
    dispersion : Dispersion
        How much the units differ: phi is about 1 when chance alone is at work; tau2 is relative
        to the centre's square for rates and a variance of shares for proportions.
    limits : {"exact", "spread"}
        Which limits these are.
    """

    funnel: Funnel
    table: pd.DataFrame
    left_out: pd.DataFrame
    dispersion: Dispersion
    limits: Limits


def funnel(
    units: pd.DataFrame,
    *,
    kind: Kind,
    scale: float = 1.0,
    limits: Limits = "spread",
    centre: float | None = None,
    levels: tuple[float, float] = (0.95, 0.998),
    better: Better = "",
    winsorised: float = 0.1,
    measure: str = "",
    scope: str = "",
    n_of: str = "cases",
    centre_name: str = "",
) -> Comparison:
    """Hold units against their common figure.

    Parameters
    ----------
    units : DataFrame
        ``UNITS``: events and denominators. Units with a missing figure, or nothing in the
        denominator, are left out and told.
    kind : {"proportion", "rate"}
        A part of a whole (binomial), or events in an exposure (Poisson).
    scale : float
        What a rate is multiplied by, such as 10,000. Proportions are shares: 1.
    limits : {"exact", "spread"}
        By chance alone, or allowing for the spread between units that was found (beta-binomial,
        negative binomial; the same as "exact" when none was found).
    centre : float, optional
        What the units are held against, in the unit of the values; their pooled figure by default.
    levels : tuple of (float, float)
        Levels of the inner and the outer limits.
    better : {"up", "down", ""}
        Which way is better; blank for neither.
    winsorised : float
        Share of units drawn in at each end before the spread is estimated.
    measure, scope, n_of : str
        What the picture says it shows.
    centre_name : str
        What the centre is; blank for "All units together".

    Returns
    -------
    Comparison

    Raises
    ------
    TrendError
        When no unit has a value, or the kind, limits, centre or levels are none.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance; his additive
    model, with the exact distribution of the count in place of a normal one.

    Notes
    -----
    The spread is estimated from the values themselves, without logarithms, so that a unit with no
    event is like any other.
    """
    _check(kind, limits, levels, scale)
    held, left_out = _usable(units, kind)
    events, size = held["numerator"].to_numpy(), held["denominator"].to_numpy()
    middle = _centre(events, size, kind, None if centre is None else centre / scale)
    found = _spread(events, size, middle, kind, winsorised)
    spread = found.tau2 if limits == "spread" else 0.0
    if middle in (0.0, 1.0) and (kind == "proportion" or middle == 0.0):
        spread = 0.0
    high = _tail_of(size, middle, spread, kind, "high")(events)
    low = _tail_of(size, middle, spread, kind, "low")(events)
    p = np.minimum(1.0, 2 * np.minimum(high, low))
    table = held.assign(
        value=scale * events / size,
        expected=middle * size,
        p=p,
        q=multipletests(p, method="fdr_bh")[1],
    )
    tails = np.minimum(high, low)
    inner, outer = ((1 - level) / 2 for level in levels)
    beyond = np.select([tails < outer, tails < inner], ["outer", "inner"], default="")
    table["beyond"] = pd.Series(beyond, index=table.index, dtype="str")
    side = np.where(beyond == "", "", np.where(high < low, "high", "low"))
    table["side"] = pd.Series(side, index=table.index, dtype="str")
    drawn = Funnel(
        table=pd.DataFrame(
            {
                "unit": table["unit"],
                "n": size,
                "value": table["value"],
                "signal": _signals(table, better),
            }
        ),
        limits=_curves(size, middle, spread, kind, levels, scale),
        centre=scale * middle,
        centre_name=centre_name or "All units together",
        levels=levels,
        measure=measure,
        scope=scope,
        unit="share" if kind == "proportion" else "rate",
        n_of=n_of,
        n=round(float(size.sum())) if kind == "proportion" else None,
    )
    return Comparison(drawn, table.reset_index(drop=True), left_out, found, limits)


def _check(kind: str, limits: str, levels: tuple[float, float], scale: float) -> None:
    if kind not in ("proportion", "rate"):
        raise TrendError(f'`kind` must be "proportion" or "rate"; got {kind!r}.')
    if limits not in ("exact", "spread"):
        raise TrendError(f'`limits` must be "exact" or "spread"; got {limits!r}.')
    if len(levels) != 2 or not 0 < levels[0] < levels[1] < 1:
        raise TrendError(f"`levels` must be two that rise, below 1; got {levels}.")
    if not (scale > 0 and np.isfinite(scale)) or (kind == "proportion" and scale != 1):
        raise TrendError(f"`scale` must be above 0, and 1 for proportions; got {scale}.")


def _usable(units: pd.DataFrame, kind: Kind) -> tuple[pd.DataFrame, pd.DataFrame]:
    check_table(units, UNITS)
    held = units[UNITS.names].astype(UNITS.empty().dtypes.to_dict())
    missing = held[["numerator", "denominator"]].isna().any(axis=1)
    nothing = ~missing & (held["denominator"] == 0)
    left = held[missing | nothing]
    reasons = np.where(nothing[left.index], "none in the denominator", "no figure")
    left_out = pd.DataFrame({"unit": left["unit"], "reason": reasons}).reset_index(drop=True)
    rest = held[~missing & ~nothing]
    wrong = (rest["numerator"] < 0) | (rest["denominator"] < 0) | ~np.isfinite(rest["denominator"])
    if kind == "proportion":
        wrong |= rest["numerator"] > rest["denominator"]
        wrong |= rest[["numerator", "denominator"]].mod(1).ne(0).any(axis=1)
    if count := int(wrong.sum()):
        raise TrendError(
            f"{count} units have counts that cannot be: below 0, more events than there could be, "
            "or a proportion of counts that are not whole. Correct them, or leave them out."
        )
    if rest.empty:
        raise TrendError("No unit has a figure, so there is nothing to compare.")
    return rest, left_out


def _centre(events: np.ndarray, size: np.ndarray, kind: Kind, given: float | None) -> float:
    middle = float(events.sum() / size.sum()) if given is None else float(given)
    if not np.isfinite(middle) or middle < 0 or (kind == "proportion" and middle > 1):
        raise TrendError(
            "`centre` must be a rate of 0 or more, or a share from 0 to 1; "
            f"got {given if given is not None else middle}."
        )
    return middle


def _spread(
    events: np.ndarray, size: np.ndarray, middle: float, kind: Kind, winsorised: float
) -> Dispersion:
    if middle == 0 or (kind == "proportion" and middle == 1):
        return Dispersion(float("nan"), 0.0, len(size))
    if kind == "proportion":
        errors = np.sqrt(middle * (1 - middle) / size)
        gaps = events / size - middle
    else:
        errors = 1 / np.sqrt(middle * size)
        gaps = events / (middle * size) - 1
    return dispersion(winsorise(gaps / errors, share=winsorised), errors)


def _tail_of(
    size: np.ndarray, middle: float, spread: float, kind: Kind, side: Literal["low", "high"]
) -> Tail:
    if kind == "rate":
        if middle == 0:
            return lambda x: np.where((x <= 0) | (side == "low"), 1.0, 0.0)
        if spread > 0:
            return negative_binomial_tail(middle * size, spread, side)
        return poisson_tail(middle * size, side)
    if middle in (0.0, 1.0):
        expected = middle * size
        if side == "high":
            return lambda x: np.where(x <= expected, 1.0, 0.0)
        return lambda x: np.where(x >= expected, 1.0, 0.0)
    if spread > 0:
        return beta_binomial_tail(size, middle, spread, side)
    return binomial_tail(size, middle, side)


def _curves(
    size: np.ndarray,
    middle: float,
    spread: float,
    kind: Kind,
    levels: tuple[float, float],
    scale: float,
) -> pd.DataFrame:
    """Give the limits at the units' own sizes and between them."""
    low, high = float(size.min()), float(size.max())
    grid = np.geomspace(low / 1.3, high * 1.1, _POINTS)
    if kind == "proportion":
        grid = np.maximum(np.round(grid), 1)
    grid = np.unique(np.concatenate([grid, size]))
    curves = {"n": grid}
    most = grid + 1 if kind == "proportion" else 1e3 + 100 * middle * grid * (1 + spread)
    for end, level in zip(("", "_outer"), levels, strict=True):
        for side in ("low", "high"):
            tail = _tail_of(grid, middle, spread, kind, side)
            limit = limit_of(tail, (1 - level) / 2, most, side) / grid
            if kind == "proportion":
                limit = np.minimum(limit, 1.0)
            inward = np.maximum if side == "high" else np.minimum
            curves[f"{side}{end}"] = scale * inward(limit, middle)
    return pd.DataFrame(curves)


def _signals(table: pd.DataFrame, better: Better) -> pd.Series:
    if better not in ("up", "down", ""):
        raise TrendError(f'`better` must be "up", "down" or blank; got {better!r}.')
    beyond = table["beyond"] == "outer"
    good = table["side"] == ("high" if better == "up" else "low")
    words = np.where(good, "improvement", "concern") if better else np.full(len(table), "neutral")
    return pd.Series(np.where(beyond, words, ""), index=table.index, dtype="str")
