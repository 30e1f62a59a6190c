"""Signals: every rule at every point of many series at once.

A rule gives +1 (upwards), -1 (downwards) or 0 at every point. Points without a value and points
that can still change are passed over: they take no part in a run, and have no signal. Runs do
not cross a rebase. A point within 1e-9 of the scale of its series lies on the line.

Sources: Nelson 1984, Journal of Quality Technology 16:237-239; NHS England, Making Data Count;
Anhøj and Olesen 2014, PLoS ONE 9:e113825 (limits of runs and crossings; Schilling 2012,
Mathematics Magazine 85:141-149; Chen 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.lines import Lines
from qa_sampling.trends.presets import Preset

__all__ = ["TOLERANCE", "RunsAnalysis", "evaluate", "runs_analysis", "sides"]

TOLERANCE = 1e-9
"""Share of a series' scale within which a point lies on a line."""
_CHUNK = 512


def evaluate(
    values: np.ndarray,
    lines: Lines,
    preset: Preset,
    *,
    usable: np.ndarray | None = None,
    phase: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Evaluate every rule of a set at every point.

    Parameters
    ----------
    values : array
        Of shape (series, periods); NaN for a gap.
    lines : Lines
        Lines of the same shape; NaN where there are none.
    preset : Preset
        The rules.
    usable : array of bool, optional
        Points that may signal and take part in runs; all with a value by default.
    phase : array of int, optional
        Phase of every point; runs stay within one.

    Returns
    -------
    dict of str to array of int8
        For each rule +1, -1 or 0, of the shape of `values`.
    """
    if values.ndim != 2 or lines.centre.shape != values.shape:
        raise TrendError(
            f"Values and lines must have one shape (series, periods); got {values.shape} and "
            f"{lines.centre.shape}."
        )
    found = {rule: np.zeros(values.shape, dtype=np.int8) for rule in preset.rules}
    for first in range(0, len(values), _CHUNK):
        rows = slice(first, first + _CHUNK)
        some = _evaluate_some(
            values[rows],
            lines,
            rows,
            preset,
            None if usable is None else usable[rows],
            None if phase is None else phase[rows],
        )
        for rule, signs in some.items():
            found[rule][rows] = signs
    return found


def _evaluate_some(
    values: np.ndarray,
    lines: Lines,
    rows: slice,
    preset: Preset,
    usable: np.ndarray | None,
    phase: np.ndarray | None,
) -> dict[str, np.ndarray]:
    """Evaluate a chunk of series, moved to the front where there are gaps."""
    near = "two_of_three" in preset.rules
    names = ["low", "high", "middle_low", "middle_high"] + ["near_low", "near_high"] * near
    kept = {name: getattr(lines, name)[rows] for name in names}
    held = np.isfinite(values) if usable is None else usable & np.isfinite(values)
    order = None
    if not held.all():
        order = np.argsort(~held, axis=1, kind="stable")
        front = np.take_along_axis(held, order, axis=1)
        values = np.where(front, np.take_along_axis(values, order, axis=1), np.nan)
        kept = {name: np.take_along_axis(one, order, axis=1) for name, one in kept.items()}
        phase = None if phase is None else np.take_along_axis(phase, order, axis=1)
    bounded = np.where(np.isfinite(kept["high"]), np.abs(kept["high"]), 0).max(axis=1, initial=0)
    size = np.where(np.isfinite(values), np.abs(values), 0).max(axis=1, initial=0)
    slack = TOLERANCE * np.maximum(size, bounded)[:, None]
    found = _fired(values, kept, slack, preset, phase)
    if order is None:
        return found
    back = {rule: np.zeros_like(signs) for rule, signs in found.items()}
    for rule, signs in found.items():
        np.put_along_axis(back[rule], order, signs, axis=1)
    return back


def _fired(
    values: np.ndarray,
    lines: dict[str, np.ndarray],
    slack: np.ndarray,
    preset: Preset,
    phase: np.ndarray | None,
) -> dict[str, np.ndarray]:
    above, below = values > lines["middle_high"] + slack, values < lines["middle_low"] - slack
    high, low = values > lines["high"] + slack, values < lines["low"] - slack
    found = {}
    for rule in preset.rules:
        if rule == "beyond_limit":
            up, down = high, low
        elif rule == "shift":
            up, down = (_runs(side, preset.shift, phase) for side in (above, below))
        elif rule == "trend":
            up, down = _trends(values, slack, preset.trend, phase)
        elif rule == "two_of_three":
            up = _two_of_three(above, values > lines["near_high"] + slack, high, preset, phase)
            down = _two_of_three(below, values < lines["near_low"] - slack, low, preset, phase)
        else:
            up, down = _anhoej(rule, above, below, phase)
        found[rule] = up.view(np.int8) - down.view(np.int8)
    return found


def _windows(hit: np.ndarray, length: int) -> np.ndarray:
    """Say for every place whether `length` hits in a row begin there."""
    whole, reach = hit, 1
    while reach < length:
        step = min(reach, length - reach)
        whole = whole[:, :-step] & whole[:, step:] if whole.shape[1] > step else whole[:, :0]
        reach += step
    return whole


def _spread(starts: np.ndarray, length: int, width: int) -> np.ndarray:
    """Mark all points of the windows that begin at `starts`."""
    marked = np.zeros((len(starts), width), dtype=bool)
    for step in range(length):
        marked[:, step : step + starts.shape[1]] |= starts
    return marked


def _within(starts: np.ndarray, length: int, phase: np.ndarray | None) -> np.ndarray:
    """Keep the windows that lie within one phase."""
    if phase is None or not starts.shape[1]:
        return starts
    return starts & (phase[:, : starts.shape[1]] == phase[:, length - 1 :][:, : starts.shape[1]])


def _runs(side: np.ndarray, length: int, phase: np.ndarray | None) -> np.ndarray:
    """Mark the points of runs of `length` and more on one side."""
    width = side.shape[1]
    if width < length:
        return np.zeros_like(side)
    return _spread(_within(_windows(side, length), length, phase), length, width)


def _trends(
    values: np.ndarray, slack: np.ndarray, length: int, phase: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Mark the points of runs of `length` that only rise, and that only fall."""
    width = values.shape[1]
    if width < length:
        none = np.zeros(values.shape, dtype=bool)
        return none, none.copy()
    step = np.diff(values, axis=1)
    return tuple(
        _spread(_within(_windows(moved, length - 1), length, phase), length, width)
        for moved in (step > slack, step < -slack)
    )


def _two_of_three(
    side: np.ndarray, near: np.ndarray, beyond: np.ndarray, preset: Preset, phase: np.ndarray | None
) -> np.ndarray:
    """Mark near points where two of three in a row are, all three on that side."""
    width = side.shape[1]
    if width < 3:
        return np.zeros_like(side)
    counted = near if preset.beyond_counts_as_near else near & ~beyond
    first, second, third = counted[:, :-2], counted[:, 1:-1], counted[:, 2:]
    two = (first & second) | (first & third) | (second & third)
    starts = _within(two & _windows(side, 3), 3, phase)
    return _spread(starts, 3, width) & counted


@dataclass(frozen=True)
class RunsAnalysis:
    """Runs and crossings of one series about its median.

    Attributes
    ----------
    useful : int
        Points that do not lie on the line.
    longest, longest_most : int
        Longest run on one side, and the longest that is usual.
    crossings, crossings_least : int
        Crossings of the line, and the fewest that are usual.
    """

    useful: int
    longest: int
    longest_most: int
    crossings: int
    crossings_least: int

    @property
    def signal(self) -> bool:
        """Whether a run is too long or crossings are too few."""
        return self.longest > self.longest_most or self.crossings < self.crossings_least


def sides(values: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Say on which side of the line each point lies: +1, -1, or 0 on it and for a gap.

    Parameters
    ----------
    values, centre : array
        Of one series.
    """
    known = np.isfinite(values) & np.isfinite(centre)
    if not known.any():
        return np.zeros(len(values), dtype=int)
    slack = TOLERANCE * np.abs(np.concatenate([values[known], centre[known]])).max()
    gap = np.where(known, values - centre, 0.0)
    return (gap > slack).astype(int) - (gap < -slack).astype(int)


def runs_analysis(signs: np.ndarray) -> RunsAnalysis:
    """Analyse runs and crossings of one series (Anhøj and Olesen 2014).

    Parameters
    ----------
    signs : array of int
        Sides as :func:`sides` gives them, in order.

    Returns
    -------
    RunsAnalysis
        With all 0 where no point lies off the line: nothing is unusual then.
    """
    useful = signs[signs != 0]
    n = len(useful)
    if not n:
        return RunsAnalysis(0, 0, 0, 0, 0)
    turns = np.flatnonzero(np.diff(useful)) + 1
    lengths = np.diff(np.concatenate([[0], turns, [n]]))
    least = int(stats.binom.ppf(0.05, n - 1, 0.5)) if n > 1 else 0
    return RunsAnalysis(n, int(lengths.max()), round(np.log2(n)) + 3, len(turns), max(least, 0))


def _anhoej(
    rule: str, above: np.ndarray, below: np.ndarray, phase: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Mark runs that are too long; or the last useful point of a line crossed too seldom."""
    signs = above.astype(int) - below.astype(int)
    marked = np.zeros_like(signs)
    for row, one in enumerate(signs):
        parts = np.zeros(len(one), dtype=int) if phase is None else phase[row]
        for part in np.unique(parts):
            places = np.flatnonzero((parts == part) & (one != 0))
            found = runs_analysis(one[places])
            if rule == "few_crossings":
                if found.crossings < found.crossings_least:
                    marked[row, places[-1]] = one[places[-1]]
            elif found.longest > found.longest_most:
                groups = np.cumsum(np.concatenate([[0], np.diff(one[places]) != 0]))
                too_long = np.bincount(groups)[groups] > found.longest_most
                marked[row, places[too_long]] = one[places[too_long]]
    return marked > 0, marked < 0
