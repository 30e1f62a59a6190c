"""What a signal rests on, as it would have been tested in every month before: for a picture."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.drifts import WINDOWS
from qa_sampling.trends.expecting import Expected, Side, expect_latest, expect_window
from qa_sampling.trends.series_grid import CountedKind, Grid, grids_of
from qa_sampling.trends.spike_signals import Signal

__all__ = ["windows_tested"]


def windows_tested(
    readings: pd.DataFrame,
    signal: Signal,
    *,
    critical: float,
    side: Side,
    kind: CountedKind | None = None,
    most: int = 24,
) -> pd.DataFrame:
    """Give what a signal rests on month by month: counts, what was to be expected, and limits.

    Parameters
    ----------
    readings : DataFrame
        What :func:`spikes.find_spikes` was given.
    signal : Signal
        What it found, of months.
    critical : float
        ``Spikes.critical`` of the round.
    side : {"high", "low", "both"}
        Which way the measure is watched.
    kind : {"count", "rate", "proportion", "sampled"}, optional
        Its kind, as it was given.
    most : int
        Months at most.

    Returns
    -------
    DataFrame
        A row a month, the signal's last: `period`; `value`, the count that is tested (families
        where ``signal.on_families``) of as many months up to it as the signal is of, missing
        where one of them is a gap; `of`, those who could, of a share; `centre`, what was to be
        expected; `low` and `high`, the least and the most that is no signal. These three rest on
        the months before alone, by the level of this round; missing where there are too few,
        `low` also where only more is watched and `high` where only fewer.

    Raises
    ------
    TrendError
        When the signal is not of these readings, or not of months.
    """
    grids = list(grids_of(readings, kinds={signal.measure: kind} if kind else {}, every="month"))
    found = [one for one in grids if one.measure == signal.measure]
    unit = (signal.unit_kind, signal.unit)
    if not found or unit not in found[0].units or signal.every != "month":
        raise TrendError("These readings do not hold the signal; give those it was found in.")
    grid = found[0]
    row, last = grid.units.index(unit), grid.starts.get_loc(signal.period)
    length = last - grid.starts.get_loc(signal.since) + 1
    tests = len(WINDOWS["month"]) if signal.kind == "drift" else 1
    alpha = critical / (tests * (2 if side == "both" else 1))
    ends = range(max(length - 1, last + 1 - most), last + 1)
    rows = [_tested(_upto(grid, end), row, length, signal, alpha, side) for end in ends]
    table = pd.DataFrame(rows, columns=["value", "of", "centre", "low", "high"], dtype="float64")
    table.insert(0, "period", grid.starts[list(ends)])
    return table


def _upto(grid: Grid, end: int) -> Grid:
    """Cut a grid after a month."""
    arrays = {one.name: getattr(grid, one.name)[:, : end + 1] for one in fields(grid)
              if one.name in ("top", "bottom", "families", "held")}  # fmt: skip
    is_last = end + 1 == len(grid.starts)
    still_open = grid.still_open if is_last else np.zeros_like(grid.still_open)
    return replace(grid, starts=grid.starts[: end + 1], still_open=still_open, **arrays)


def _tested(
    grid: Grid, row: int, length: int, signal: Signal, alpha: float, side: Side
) -> tuple[float, ...]:
    found = _expected(grid, length, signal)
    one = Expected(**{each.name: getattr(found, each.name)[row : row + 1]
                      for each in fields(found)})  # fmt: skip
    whole = grid.held[row, -length:].all()
    value = float(one.observed[0]) if whole else np.nan
    of = float(one.trials[0])
    if one.reason[0]:
        return value, of, np.nan, np.nan, np.nan
    low, high = (float(end[0]) for end in one.chances.ends(alpha))
    centre = float(one.expected[0])
    low, high = min(low, centre), max(high, centre)
    return value, of, centre, np.nan if side == "high" else low, np.nan if side == "low" else high


def _expected(grid: Grid, length: int, signal: Signal) -> Expected:
    """Expect of the latest months as :func:`spikes.find_spikes` does."""
    if signal.kind == "spike":
        return expect_latest(grid, method="auto", every="month")
    before = max(grid.top.shape[1] - WINDOWS["month"][-1], 0)
    return expect_window(grid, length, grid.exposure(before, "month"))
