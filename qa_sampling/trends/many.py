"""Thousands of series at once: lines and every rule in arrays, or a long frame in and out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.chart_kinds import CHARTS
from qa_sampling.trends.classical import Material
from qa_sampling.trends.lines import Lines
from qa_sampling.trends.presets import Preset, preset_named
from qa_sampling.trends.rules import evaluate

__all__ = ["chart_arrays", "chart_frame"]

_LONG = Table(
    "readings of many series",
    (
        Column("period", "date", "First day of the period"),
        Column("numerator", "number", "Count or value; missing for a gap", required=False),
    ),
)


def chart_arrays(
    top: np.ndarray,
    bottom: np.ndarray | None = None,
    *,
    kind: str = "xmr",
    preset: str | Preset | None = None,
    mature: np.ndarray | None = None,
    baseline: int | None = None,
    tested: int | None = None,
    scale: float = 1.0,
    alpha: float = 0.00135,
    sibling_dispersion: float = 1.0,
) -> tuple[Lines, dict[str, np.ndarray]]:
    """Give the lines of many series and every rule at every point.

    Parameters
    ----------
    top : array
        Counts or values of shape (series, periods); NaN for a gap.
    bottom : array, optional
        Exposures or those who could, of the same shape.
    kind : str
        A name of ``chart_kinds.CHARTS``.
    preset : str or Preset, optional
        The rules; those that go with the chart by default.
    mature : array of bool, optional
        Points that can no longer change, of the same shape; all by default.
    baseline, tested, alpha, sibling_dispersion
        As in :func:`charts.chart`.
    scale : float
        What a count for one of exposure is multiplied by.

    Returns
    -------
    tuple
        The lines, and for each rule +1, -1 or 0 at every point. Series shorter than the preset
        asks for have no limits and no signals.

    Raises
    ------
    TrendError
        When the chart or preset is unknown or shapes differ.
    """
    if kind not in CHARTS:
        raise TrendError(f"The chart {kind!r} is unknown; it must be one of {', '.join(CHARTS)}.")
    used = CHARTS[kind]
    rules = preset_named(used.preset if preset is None else preset)
    top = np.asarray(top, dtype="float64")
    shapes = {np.shape(one) for one in (top, bottom, mature) if one is not None}
    if len(shapes) > 1 or top.ndim != 2:
        raise TrendError("All arrays must have one shape (series, periods).")
    bottom = np.ones((1, 1)) if bottom is None else np.where(bottom > 0, bottom, np.nan)
    held = np.isfinite(top) & np.isfinite(bottom)
    held = held if mature is None else held & mature
    base = _baseline(held, baseline, used.tested if tested is None else tested)
    material = Material(
        top, bottom if bottom.size > 1 else np.broadcast_to(bottom, top.shape), base, scale=scale,
        alpha=alpha, sibling_dispersion=sibling_dispersion, screen=rules.screen,
    )  # fmt: skip
    lines = used.lines(material)
    short = held.sum(axis=1) < rules.least
    values = top if bottom.size == 1 and scale == 1 else material.values
    if short.any():
        limits = ("low", "high", "near_low", "near_high")
        lines = replace(lines, **{
            name: np.where(short[:, None], np.nan, getattr(lines, name)) for name in limits
        })  # fmt: skip
    return lines, evaluate(values, lines, rules, usable=held & ~short[:, None])


def _baseline(held: np.ndarray, baseline: int | None, tested: int) -> np.ndarray:
    """Find the points that each series' lines rest on."""
    if not tested and baseline is None:
        return held
    place = np.cumsum(held, axis=1)
    base = held & (place <= place[:, -1:] - tested)
    return base if baseline is None else base & (place <= baseline)


def chart_frame(
    frame: pd.DataFrame,
    *,
    kind: str = "xmr",
    preset: str | Preset | None = None,
    baseline: int | None = None,
    tested: int | None = None,
    scale: float = 1.0,
) -> pd.DataFrame:
    """Chart a long frame of many series.

    Parameters
    ----------
    frame : DataFrame
        One row a series and period in any order: `series`, `period`, `numerator`; may be left
        out: `denominator`, `mature`.
    kind, preset, baseline, tested, scale
        As in :func:`chart_arrays`.

    Returns
    -------
    DataFrame
        The rows of `frame` in its order and under its index: `series`, `period`, `value`,
        `centre`, `low`, `high`, and a column of +1, -1 or 0 for every rule.

    Raises
    ------
    SchemaError
        When columns are missing or do not hold what they should.
    TrendError
        When the column `series` is missing or blank, or a series has two rows for one period.
    """
    check_table(frame, _LONG)
    if "series" not in frame.columns:
        raise TrendError("The column `series` is missing; give every row the name of its series.")
    row, names = pd.factorize(frame["series"])
    if (row < 0).any():
        raise TrendError(f"The column `series` is blank in {int((row < 0).sum())} rows.")
    column, days = pd.factorize(frame["period"], sort=True)
    shape = (len(names), len(days))
    place = row * max(shape[1], 1) + column
    if len(place) > np.prod(shape) or (np.bincount(place, minlength=1) > 1).any():
        raise TrendError("A series has two rows for one period; add them up first.")

    def spread(name: str) -> np.ndarray | None:
        if name not in frame.columns:
            return None
        whole = np.full(shape[0] * shape[1], np.nan)
        whole[place] = frame[name].to_numpy(dtype="float64")
        return whole.reshape(shape)

    top, bottom, mature = (spread(name) for name in ("numerator", "denominator", "mature"))
    lines, fired = chart_arrays(
        top, bottom, kind=kind, preset=preset, mature=None if mature is None else mature > 0,
        baseline=baseline, tested=tested, scale=scale,
    )  # fmt: skip
    values = top if bottom is None else top / np.where(bottom > 0, bottom, np.nan)
    drawn = {"value": values * scale, "centre": lines.centre, "low": lines.low, "high": lines.high}
    return pd.DataFrame(
        {
            "series": frame["series"],
            "period": frame["period"],
            **{name: np.ascontiguousarray(one).ravel()[place] for name, one in drawn.items()},
            **{rule: signs.ravel()[place] for rule, signs in fired.items()},
        },
        index=frame.index,
    )
