"""What was to be expected of the latest period, or of the latest months together.

Held against the same time of earlier years (Farrington's method in Noufaily's form) where five
years of counts allow it; otherwise against the periods before, with the exact predictive
distribution (:mod:`predictive`) and, from three years on, the time of year. With three or four
years Farrington's trend costs half of what it finds (docs/trends.md). Either way the error of what
is expected is counted, and no series is taken to be steadier than is usual for its measure and
kind of unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from qa_sampling.trends.chances import BinomialAhead, CountAhead, two_sided
from qa_sampling.trends.choosing import FEWEST
from qa_sampling.trends.classical import Material
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.predictive import binomial_ahead, count_ahead
from qa_sampling.trends.seasons import LEAST_PERIODS
from qa_sampling.trends.series_grid import PERIODS, Every, Grid

__all__ = ["Expected", "Method", "expect_latest", "expect_window"]

Method = Literal["auto", "farrington", "predictive"]
Side = Literal["high", "low", "both"]
BASELINE = 36
"""Periods before that a predictive limit rests on, at most."""
YEARS = {"farrington": 3, "auto": 5}
"""Years of counts that Farrington's method needs, when asked for and when chosen."""
MOST_YEARS = 5
"""Years that a count is held against by it, at most."""
FEW = 1.0
"""Events a period below which the time of year cannot be told from so few years."""
TOLD, UNTOLD = 10, 1.5
"""Events before from which their spread can be told, and the least that it is taken for below."""
SEVERAL = 4
"""Series of one measure and kind of unit from which their usual spread is the least of each."""


@dataclass(frozen=True)
class Expected:
    """What came and what was to be expected, arrays of one entry a series.

    Attributes
    ----------
    observed, expected : array
        Counts of what is tested: families where `on_families`, else children or events.
    mean, variance : array
        Of the distribution of a new count; NaN where it cannot be told.
    trials : array
        Those who could, of a share; NaN for counts.
    dispersion : array
        Variance over what chance alone would make it.
    periods : array
        Periods it was held against.
    each : array
        Children a family in those periods; 1 where children themselves are tested.
    on_families : array of bool
        Whether families are tested.
    method : array of str
        "farrington", "negative binomial" or "beta-binomial"; blank where none.
    why : array of str
        Key of the reason for the method (``spike_words.WHY``).
    reason : array of str
        Why there is no answer; blank where there is one.
    """

    observed: np.ndarray
    expected: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    trials: np.ndarray
    dispersion: np.ndarray
    periods: np.ndarray
    each: np.ndarray
    on_families: np.ndarray
    method: np.ndarray
    why: np.ndarray
    reason: np.ndarray

    @property
    def chances(self) -> CountAhead | BinomialAhead:
        """Distribution of a new count, a row a series."""
        if np.isnan(self.trials).all():
            return CountAhead(self.mean, self.variance)
        return BinomialAhead(self.trials, self.mean / self.trials, self.variance)

    def p(self, side: Side) -> np.ndarray:
        """Give the chance of a count as far off.

        Parameters
        ----------
        side : {"high", "low", "both"}
            Which way; "both" is twice the smaller tail.
        """
        low, high = self.chances.tails(self.observed)
        found = {"high": high, "low": low, "both": two_sided(low, high)}[side]
        return np.where(self.reason == "", found, np.nan)

    def at_least(self, spread: np.ndarray) -> Expected:
        """Widen what is steadier than it is taken to be.

        Parameters
        ----------
        spread : array
            Least dispersion of each series.
        """
        more = np.fmax(spread / self.dispersion, 1.0)
        return replace(self, variance=self.variance * more, dispersion=self.dispersion * more)


def tested_counts(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Give the counts that are tested, and in which series they are families.

    Families are taken for counts and rates where they are known in every period that has events.

    Parameters
    ----------
    grid : Grid
        The series.
    """
    families = np.where(grid.held & (grid.top == 0), 0.0, grid.families)
    known = (np.isfinite(families) | ~grid.held).all(axis=1) & grid.held.any(axis=1)
    known &= np.array(not grid.is_share)
    return np.where(known[:, None], families, grid.top), known


def expect_latest(grid: Grid, *, method: Method, every: Every) -> Expected:
    """Say what was to be expected of the latest period.

    Parameters
    ----------
    grid : Grid
        The series.
    method : {"auto", "farrington", "predictive"}
        How; "auto" is Farrington's where it can be, else predictive.
    every : {"month", "quarter"}
        Length of a period.
    """
    last = grid.top.shape[1] - 1
    counts, on_families = tested_counts(grid)
    before = _before(grid, counts, on_families, last, 1, grid.exposure(last, every))
    if method == "predictive":
        return _usual(grid, before)
    years = _by_years(grid, counts, on_families, every, before, YEARS[method])
    if method == "farrington":
        return _usual(grid, years)
    rare = np.where(grid.held, grid.top, 0.0).sum(axis=1) < FEW * grid.held.sum(axis=1)
    use = (years.reason == "") & ~rare
    why = np.where(rare & (years.reason == ""), "few", before.why)
    chosen = {
        name: np.where(use, getattr(years, name), getattr(before, name))
        for name in Expected.__dataclass_fields__
    }
    chosen["why"] = np.where(use, years.why, why)
    return _usual(grid, Expected(**chosen))


def expect_window(grid: Grid, length: int, exposure: np.ndarray) -> Expected:
    """Say what was to be expected of the latest periods together.

    Parameters
    ----------
    grid : Grid
        The series.
    length : int
        How many periods.
    exposure : array
        What counts are held against (:meth:`Grid.exposure`), learnt from before the window.
    """
    counts, on_families = tested_counts(grid)
    first = max(grid.top.shape[1] - length, 0)
    found = _usual(grid, _before(grid, counts, on_families, first, length, exposure))
    return replace(found, why=np.where(found.reason == "", "window", ""))


def _usual(grid: Grid, found: Expected) -> Expected:
    """Hold every series to the usual spread of its kind, and shares to that of their siblings."""
    kinds = np.array([kind for kind, _ in grid.units])
    told = found.reason == ""
    least = np.ones(len(kinds))
    for kind in np.unique(kinds):
        here = kinds == kind
        if (here & told).sum() >= SEVERAL:
            least[here] = np.median(found.dispersion[here & told])
    if grid.kind == "proportion":
        with np.errstate(invalid="ignore", divide="ignore"):
            siblings = np.nansum(np.where(np.isfinite(grid.families), grid.top, np.nan), axis=1)
            siblings = siblings / np.nansum(grid.families, axis=1)
        least = np.fmax(least, siblings)
    return found.at_least(least)


def _before(
    grid: Grid,
    counts: np.ndarray,
    on_families: np.ndarray,
    first: int,
    length: int,
    exposure: np.ndarray,
) -> Expected:
    """Hold the periods from `first` on, taken together, against those before."""
    share = grid.is_share
    now = grid.held[:, first : first + length]
    past = grid.held[:, :first]
    recent = past[:, ::-1].cumsum(axis=1)[:, ::-1] <= BASELINE
    base = past & recent
    together = (
        np.where(now, one[:, first : first + length], 0.0).sum(axis=1) for one in (counts, exposure)
    )
    top, bottom = (
        np.column_stack([one[:, :first], last])
        for one, last in zip((counts, exposure), together, strict=True)
    )
    inside = np.column_stack([base, np.zeros(len(base), dtype=bool)])
    material = Material(top, np.where(bottom > 0, bottom, np.nan), inside)
    ahead = (binomial_ahead if share else count_ahead)(material)
    yearly = past.sum(axis=1) >= LEAST_PERIODS
    why = "share" if share else np.where(yearly, "season", "short")
    periods = base.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = ahead.rate * bottom
    reason = np.full(len(base), "", dtype=object)
    reason[periods < FEWEST] = "history"
    reason[now.sum(axis=1) < max(1, 2 * length / 3)] = "gap"
    reason[grid.still_open] = "open"
    missing = reason != ""
    few = np.where(base, np.nan_to_num(counts[:, :first]), 0.0).sum(axis=1) < TOLD

    def of(values: np.ndarray) -> np.ndarray:
        return np.where(missing, np.nan, np.broadcast_to(values, top.shape)[:, -1])

    trials = of(bottom) if share else np.full(len(base), np.nan)
    found = Expected(
        observed=np.where(now.any(axis=1), top[:, -1], np.nan),
        expected=of(expected),
        mean=of(ahead.mean),
        variance=of(ahead.chances.variance),
        trials=trials,
        dispersion=np.where(missing, np.nan, ahead.dispersion),
        periods=periods,
        each=_each(grid, on_families, base),
        on_families=on_families,
        method=np.where(missing, "", "beta-binomial" if share else "negative binomial"),
        why=np.where(missing, "", why),
        reason=reason,
    )
    return found.at_least(np.where(few, UNTOLD, 1.0))


def _each(grid: Grid, on_families: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Give children a family over the periods held against."""
    upto = np.s_[:, : base.shape[1]]
    children = np.where(base, grid.top[upto], 0.0).sum(axis=1)
    families = np.where(base, np.nan_to_num(grid.families[upto]), 0.0).sum(axis=1)
    some = on_families & (families > 0)
    return np.where(some, children / np.where(some, families, 1.0), 1.0)


def _by_years(
    grid: Grid,
    counts: np.ndarray,
    on_families: np.ndarray,
    every: Every,
    before: Expected,
    least: int,
) -> Expected:
    """Hold the latest period against the same time of earlier years."""
    periods, last = PERIODS[every], counts.shape[1] - 1
    side = 2 if every == "month" else 1
    years = min(MOST_YEARS, (last - side) // periods)
    nothing = np.full(len(counts), np.nan)
    if grid.kind != "count" or years < least:
        reason = "uncounted" if grid.kind != "count" else "years"
        blank = np.full(len(counts), "", dtype=object)
        return replace(
            before, expected=nothing, mean=nothing, variance=nothing, dispersion=nothing,
            trials=nothing, method=blank, why=blank, reason=np.full(len(counts), reason, object),
        )  # fmt: skip
    watch = farrington(counts, at=[last], years_back=years, either_side=side, periods=periods)
    mean, phi, error = watch.expected[:, 0], watch.dispersion[:, 0], watch.error[:, 0]
    base = np.zeros_like(grid.held)
    for year in range(1, years + 1):
        base[:, last - periods * year - side : last - periods * year + side + 1] = True
    base &= grid.held
    reason = np.where(watch.reason[:, 0] == "", "", "gappy")
    reason = np.where(before.reason == "", reason, before.reason)
    told = reason == ""
    return Expected(
        observed=watch.observed[:, 0], expected=mean, mean=mean,
        variance=phi * mean + (mean * error) ** 2, trials=nothing, dispersion=phi,
        periods=base.sum(axis=1), each=_each(grid, on_families, base), on_families=on_families,
        method=np.where(told, "farrington", ""), why=np.where(told, "years", ""),
        reason=reason.astype(object),
    )  # fmt: skip
