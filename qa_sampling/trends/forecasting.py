"""Where a measure goes if nothing changes: a fan of counts or shares that may drift.

The level of a measure moves a little each month, and counts scatter about it more than chance
alone makes them where cases come together. Neither how fast nor how much is known, so the
forecast is averaged over both, each pair weighed by how well it foretold the past. That is the
discounted gamma-Poisson of Harvey and Fernandes (1989), and its beta-binomial twin for shares;
with a scatter of phi times the variance of chance a count teaches 1/phi as much (the power
likelihood of Holmes and Walker 2017, Biometrika 104, 497-503), and what comes has that variance
besides the level's. Intervals are of whole counts, so they hold for counts of 0 to 5 as well.
Several periods ahead the drift adds as much variance a period as it does to the first (West and
Harrison 1997, Bayesian Forecasting and Dynamic Models, 6.3); discounted again each period, as
much would be forgotten in a year that nothing but "anywhere" could be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special, stats

from qa_sampling.errors import TrendError
from qa_sampling.results import Forecast
from qa_sampling.trends.seasons import seasonal_factors

Kind = Literal["count", "rate", "proportion"]
_KEPT = np.concatenate([np.linspace(0.6, 0.95, 8), [0.97, 0.985, 1.0]])
"""How much of what is known stays known from one period to the next."""
_SCATTER = np.array([1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0])
"""Variance of a count about its level over what chance alone makes it."""
_SCATTER_OF_SHARES = np.array([6.0, 9.0, 14.0])
"""More of it, for shares: of 100 who come in tenths alike it is 10."""
_NEGLIGIBLE = 1e-5
"""Weight of a pair, beside the likeliest, below which it is left out."""
LEAST = 8
"""Periods below which nothing is foretold."""
_FREQUENCIES = {12: "MS", 4: "QS"}


@dataclass(frozen=True)
class _Known:
    """What is known of the level after the last period, for each pair of drift and scatter."""

    first: np.ndarray
    second: np.ndarray
    kept: np.ndarray
    scatter: np.ndarray
    weights: np.ndarray


def forecast(
    history: pd.DataFrame,
    *,
    ahead: int,
    kind: Kind,
    scale: float = 1.0,
    exposure_ahead: float | None = None,
    levels: tuple[float, ...] = (0.8, 0.95),
    periods: int = 12,
    target: float | None = None,
    better: Literal["up", "down", ""] = "",
    measure: str = "",
    scope: str = "",
) -> Forecast:
    """Foretell a measure if nothing changes.

    Parameters
    ----------
    history : DataFrame
        One row a period, in order and without a period left out: `period` (first day),
        `numerator`, `denominator` (missing or 1 for counts), `mature` (may be left out; periods
        that can still change are shown and not learned from). A missing numerator is a gap.
    ahead : int
        Periods to foretell, after the last one in `history`.
    kind : {"count", "rate", "proportion"}
        Events; events in an exposure; a part of a whole.
    scale : float
        What a rate is multiplied by; 1 for shares and counts.
    exposure_ahead : float, optional
        Denominator of the periods ahead; the mean of the last year by default.
    levels : tuple of float
        Levels of the intervals, narrowest first.
    periods : int
        Periods a year: 12 or 4.
    target : float, optional
        Target, in the unit of the values.
    better : {"up", "down", ""}
        Which way is better.
    measure, scope : str
        What the picture says it shows.

    Returns
    -------
    Forecast
        With too few mature periods, or no event in any, its `fan` is empty and a warning says so.
        With a target and a better direction the fan has a column `meets`: the chance that a period
        is at the target or better.

    Raises
    ------
    TrendError
        When the history is not as described.

    References
    ----------
    Harvey and Fernandes (1989), Time series models for count or qualitative observations.
    """
    table = _checked(history, ahead, kind, scale, periods)
    learned = table[table["mature"] & table["numerator"].notna() & (table["denominator"] > 0)]
    values = scale * table["numerator"] / table["denominator"]
    about = {
        "history": pd.DataFrame(
            {"period": table["period"], "value": values, "mature": table["mature"]}
        ),
        "levels": tuple(levels),
        "frequency": "month" if periods == 12 else "quarter",
        "better": better,
        "target": target,
        "measure": measure,
        "scope": scope,
        "unit": {"count": "count", "rate": "rate", "proportion": "share"}[kind],
    }
    ends = [f"{end}_{100 * level:g}" for level in levels for end in ("low", "high")]
    days = pd.date_range(table["period"].iloc[-1], periods=ahead + 1, freq=_FREQUENCIES[periods])[
        1:
    ]
    if len(learned) < LEAST or learned["numerator"].sum() == 0:
        why = (
            f"There are fewer than {LEAST} settled periods to learn from."
            if len(learned) < LEAST
            else "There was no event in any settled period."
        )
        empty = pd.DataFrame({"period": days[:0], "middle": []} | {name: [] for name in ends})
        return Forecast(fan=empty, warnings=(f"{why} Nothing is foretold.",), **about)
    steps_to_last = len(table) - 1 - learned.index[-1]
    factors = np.ones(periods)
    if kind != "proportion":
        factors = seasonal_factors(
            learned["numerator"].to_numpy(),
            learned["denominator"].to_numpy(),
            _place(learned["period"], periods),
            periods=periods,
        )
    known = _filter(table.loc[: learned.index[-1]], kind, factors, periods)
    given = learned["denominator"].tail(periods).mean()
    size = given if exposure_ahead is None else exposure_ahead
    rows, aims = [], target is not None and better
    for step, factor in enumerate(factors[_place(pd.Series(days), periods)], start=1):
        values, chance = _one_ahead(known, steps_to_last + step, size * factor, size, kind, scale)
        meets = [_meeting(values, chance, target, better)] if aims else []
        rows.append([*_ends(values, chance, levels), *meets])
    fan = pd.DataFrame(rows, columns=["middle", *ends, *(["meets"] if aims else [])])
    fan.insert(0, "period", days)
    seasonal = "" if np.allclose(factors, 1) else "; with the time of year"
    name = "beta-binomial" if kind == "proportion" else "gamma-Poisson"
    method = f"recent periods count more; scatter as in the past{seasonal} (discounted {name})"
    return Forecast(fan=fan, method=method, **about)


def _checked(
    history: pd.DataFrame, ahead: int, kind: str, scale: float, periods: int
) -> pd.DataFrame:
    faults = []
    if kind not in ("count", "rate", "proportion"):
        faults.append(f'`kind` must be "count", "rate" or "proportion"; got {kind!r}')
    if ahead < 1:
        faults.append(f"`ahead` must be 1 or more; got {ahead}")
    if periods not in _FREQUENCIES:
        faults.append(f"`periods` must be 12 or 4; got {periods}")
    if not scale > 0 or (kind != "rate" and scale != 1):
        faults.append(f"`scale` must be above 0, and 1 but for rates; got {scale}")
    missing = [name for name in ("period", "numerator") if name not in history]
    if missing or not len(history):
        faults.append(f"`history` needs rows with {', '.join(missing) or 'period, numerator'}")
    if faults:
        raise TrendError(f"Nothing can be foretold: {'; '.join(faults)}.")
    table = history.reset_index(drop=True)
    whole = pd.Series(1.0, index=table.index)
    given = table.get("denominator", whole)
    table = pd.DataFrame(
        {
            "period": pd.to_datetime(table["period"]),
            "numerator": table["numerator"].astype("float64"),
            "denominator": given.astype("float64").where(given.notna(), 1.0),
            "mature": table.get("mature", pd.Series(True, index=table.index)).astype(bool),
        }
    )
    freq = _FREQUENCIES[periods]
    expected = pd.date_range(table["period"].iloc[0], periods=len(table), freq=freq)
    if list(expected) != list(table["period"]):
        faults.append("periods must follow each other, each by its first day; a gap has no value")
    counts = table["numerator"]
    if (counts < 0).any() or (table["denominator"] < 0).any():
        faults.append("counts must be 0 or more")
    if kind == "proportion" and (counts > table["denominator"]).any():
        faults.append("a period has more events than there could be")
    if faults:
        raise TrendError(f"Nothing can be foretold: {'; '.join(faults)}.")
    return table


def _place(days: pd.Series, periods: int) -> np.ndarray:
    return ((days.dt.month - 1) // (12 // periods)).to_numpy()


def _filter(table: pd.DataFrame, kind: Kind, factors: np.ndarray, periods: int) -> _Known:
    """Learn the level period by period, for each pair of drift and scatter."""
    counts = table["numerator"].to_numpy()
    size = table["denominator"].to_numpy()
    usable = np.isfinite(counts) & (size > 0) & table["mature"].to_numpy()
    exposure = size * factors[_place(table["period"], periods)]
    prior = counts[usable].sum() / size[usable].sum()
    more = _SCATTER_OF_SHARES if kind == "proportion" else []
    kept, scatter = (one.ravel() for one in np.meshgrid(_KEPT, np.append(_SCATTER, more)))
    first = np.full(len(kept), 0.5)
    second = first if kind == "proportion" else first / max(prior, 1e-12)
    log = -np.log(scatter)  # a scatter twice as large is half as likely beforehand
    for t, count in enumerate(counts):
        first, second = first * kept, second * kept
        if not usable[t]:
            continue
        if kind == "proportion":
            a, b = _scattered_share(first, second, scatter, size[t])
            log += special.betaln(a + count, b + size[t] - count) - special.betaln(a, b)
            learned = size[t] - count
        else:
            a, share = _scattered_count(first, second, scatter, exposure[t])
            log += special.gammaln(a + count) - special.gammaln(a)
            log += a * np.log(share) + count * np.log1p(-share)
            learned = exposure[t]
        first, second = first + count / scatter, second + learned / scatter
    weights = np.exp(log - log.max())
    told = weights > _NEGLIGIBLE
    parts = (one[told] for one in (first, second, kept, scatter))
    return _Known(*parts, weights[told] / weights[told].sum())


def _scattered_count(
    first: np.ndarray, second: np.ndarray, scatter: np.ndarray, exposure: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the negative binomial of a count: the level's variance, and scatter times its mean."""
    mean = exposure * first / second
    more = (scatter - 1) * mean + mean**2 / first
    size = mean**2 / more
    return size, size / (size + mean)


def _scattered_share(
    first: np.ndarray, second: np.ndarray, scatter: np.ndarray, n: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the beta of a beta-binomial with the level's variance, and scatter times chance's."""
    alike = 1 / (first + second + 1)
    if n > 1:
        alike = np.minimum(alike + (scatter - 1) / (n - 1), 0.95)
    strength = 1 / alike - 1
    share = first / (first + second)
    return share * strength, (1 - share) * strength


def _one_ahead(
    known: _Known, steps: int, exposure: float, size: float, kind: Kind, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Give the values that a period ahead can have, and their chances."""
    fade = 1 / (1 + steps * (1 / known.kept - 1))
    first, second = known.first * fade, known.second * fade
    if kind == "proportion":
        n = max(1, round(size))
        grid = np.arange(n + 1)
        first, second = _scattered_share(first, second, known.scatter, n)
        chance = stats.betabinom.pmf(grid[:, None], n, first, second) @ known.weights
        return grid / n, chance / chance.sum()
    first, share = _scattered_count(first, second, known.scatter, exposure)
    most = int(np.max(stats.nbinom.ppf(0.99999, first, share))) + 1
    grid = np.arange(min(most, 200_000) + 1)
    chance = stats.nbinom.pmf(grid[:, None], first, share) @ known.weights
    return grid * (scale / size), chance / chance.sum()


def _ends(values: np.ndarray, chance: np.ndarray, levels: tuple[float, ...]) -> list[float]:
    """Give the middle and the ends of the intervals."""
    up_to = np.cumsum(chance)
    asked = [0.5, *(edge for level in levels for edge in ((1 - level) / 2, (1 + level) / 2))]
    found = np.searchsorted(up_to, np.array(asked) * up_to[-1], side="left")
    return [float(value) for value in values[found]]


def _meeting(
    values: np.ndarray, chance: np.ndarray, target: float, better: Literal["up", "down"]
) -> float:
    """Give the chance of a value at the target or better."""
    close = 1e-9 * max(abs(target), 1.0)
    met = values >= target - close if better == "up" else values <= target + close
    return float(min(chance[met].sum(), 1.0))
