"""Unusual counts in the latest period, and slow drifts: what is worth a deep dive.

Every measure of every unit has one p-value for its latest mature period and one for its latest
months together. A signal is rarer than `level` for its own series, and is kept by the false
discovery rate over all of them (Benjamini and Hochberg 1995). Signals are ranked by excess
children; each says what it would take to look ordinary and hands itself to a deep dive.

References
----------
Farrington et al. (1996) and Noufaily et al. (2013), as in :mod:`farrington`; Aitchison and
Dunsmore (1975), Statistical Prediction Analysis, 2.3, for the predictive limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.alerts import discovery_rates
from qa_sampling.trends.chart_words import period_words
from qa_sampling.trends.drifts import expect_drift
from qa_sampling.trends.expecting import Expected, Method, Side, expect_latest
from qa_sampling.trends.series_grid import CountedKind, Every, Grid, grids_of, period_name
from qa_sampling.trends.spike_signals import Signal, Spikes, deep_dive_parameters, signal_name
from qa_sampling.trends.spike_words import NOT_JUDGED, round_words, sampled_words, signal_words

__all__ = ["Signal", "Spikes", "deep_dive_parameters", "find_spikes"]

_METHODS = ("auto", "farrington", "predictive")
_SIDES = ("high", "low", "both")


@dataclass(frozen=True)
class _Looked:
    """One kind of look at the series of a grid."""

    kind: Literal["spike", "drift"]
    grid: Grid
    found: Expected
    p: np.ndarray
    length: np.ndarray
    windows: int
    side: Side


def find_spikes(
    readings: pd.DataFrame,
    *,
    method: Method = "auto",
    level: float = 0.001,
    false_discovery: float = 0.1,
    kinds: Mapping[str, CountedKind] | None = None,
    sides: Mapping[str, Side] | None = None,
    every: Every = "month",
    drifts: bool = True,
    titles: Mapping[str, str] | None = None,
) -> Spikes:
    """Find unusual counts in the latest mature period, and slow drifts, of every measure and unit.

    Parameters
    ----------
    readings : DataFrame
        Of :data:`series_grid.LONG_READINGS`: one row a measure, unit and period. A period without
        a row, or without a numerator, is a gap and not a 0. Where `families` are given in every
        period that has events, families are tested and the excess is told in children.
    method : {"auto", "farrington", "predictive"}
        "auto" holds counts against the same time of the years before where there are five years,
        and everything else against the periods before, counts and rates with the time of year
        where there are three. Farrington's method, asked for, needs three.
    level : float
        Chance of a signal that one stable series has at most, before all series are looked at
        together; between 0 and 0.05.
    false_discovery : float
        Allowed share of false signals among all, between 0 and 1.
    kinds : mapping of str to {"count", "rate", "proportion", "sampled"}, optional
        Kind of a measure; by default a proportion where it has a denominator, else a count.
        "sampled" is a share estimated from audits, out of effective audits.
    sides : mapping of str to {"high", "low", "both"}, optional
        Which way a measure is watched; "high" by default.
    every : {"month", "quarter"}
        Length of a period.
    drifts : bool
        Whether slow drifts are looked for.
    titles : mapping of str to str, optional
        What a measure is called in sentences; its key by default.

    Returns
    -------
    Spikes
        Without signals where there is nothing long enough to be judged.

    Raises
    ------
    SchemaError
        When the table is not as declared.
    TrendError
        When an argument is out of range or counts cannot be.

    Notes
    -----
    The latest period of a measure is the latest that is mature in any of its units. A unit whose
    count of that period is missing or still open is not judged and says why.
    """
    _refuse(readings, method, level, false_discovery, dict(sides or {}))
    looked: list[_Looked] = []
    for grid in grids_of(readings, kinds=kinds, every=every):
        side = (sides or {}).get(grid.measure, "high")
        if not len(grid.starts):
            continue
        latest = expect_latest(grid, method=method, every=every)
        ones = np.ones(len(grid.units), dtype=int)
        looked.append(_Looked("spike", grid, latest, latest.p(side), ones, 1, side))
        if drifts:
            drift = expect_drift(grid, every=every, side=side)
            looked.append(
                _Looked("drift", grid, drift.expected, drift.p, drift.length, drift.windows, side)
            )
    p = np.concatenate([one.p for one in looked]) if looked else np.array([])
    q = discovery_rates(p)
    kept = q <= false_discovery
    judged = int(np.isfinite(p).sum())
    critical = min(level, false_discovery * max(int(kept.sum()), 1) / judged) if judged else 0.0
    kept &= p <= level
    signals: list[Signal] = []
    series = len({
        (one.grid.measure, *one.grid.units[row])
        for one in looked for row in np.flatnonzero(np.isfinite(one.p))
    })  # fmt: skip
    for one, mine, its_q in zip(looked, _parts(kept, looked), _parts(q, looked), strict=True):
        rows = np.flatnonzero(mine)
        about = (critical, every, titles, series)
        signals += [_signal(one, row, its_q[row], *about) for row in rows]
    signals.sort(key=lambda one: (-abs(one.excess), one.q, one.id))
    considered = _considered(looked, q, kept)
    spikes = sum(one.kind == "spike" for one in signals)
    words = round_words(series, spikes, len(signals) - spikes, false_discovery)
    return Spikes(tuple(signals), considered, level, false_discovery, critical, words)


def _refuse(
    readings: pd.DataFrame, method: str, level: float, rate: float, sides: dict[str, Side]
) -> None:
    faults = []
    if method not in _METHODS:
        faults.append(f"`method` must be one of {', '.join(_METHODS)}; got {method!r}")
    if not 0 < level <= 0.05:
        faults.append(f"`level` must lie above 0 and be at most 0.05; got {level}. Give 0.001")
    if not 0 < rate < 1:
        faults.append(f"`false_discovery` must lie between 0 and 1; got {rate}. Give 0.1")
    known = set(readings["measure"].astype("str")) if "measure" in readings else set(sides)
    for name, side in sides.items():
        if side not in _SIDES:
            faults.append(f"the side of {name!r} must be one of {', '.join(_SIDES)}; got {side!r}")
        if name not in known:
            faults.append(f"`sides` names {name!r}, which no reading has")
    if faults:
        raise TrendError(f"No spike can be looked for: {'; '.join(faults)}.")


def _parts(values: np.ndarray, looked: list[_Looked]) -> list[np.ndarray]:
    """Cut what was put together apart again."""
    return np.split(values, np.cumsum([len(one.p) for one in looked])[:-1]) if looked else []


def _signal(
    one: _Looked,
    row: int,
    q: float,
    critical: float,
    every: Every,
    titles: Mapping[str, str] | None,
    series: int,
) -> Signal:
    """Make a signal of one series."""
    found = Expected(
        **{name: getattr(one.found, name)[row : row + 1] for name in Expected.__dataclass_fields__}
    )
    low, high = (float(tail[0]) for tail in found.chances.tails(found.observed))
    side: Literal["high", "low"] = one.side if one.side != "both" else (
        "high" if high <= low else "low"
    )  # fmt: skip
    times = one.windows * (2 if one.side == "both" else 1)
    place = 1 if side == "high" else 0
    ordinary = float(found.chances.ends(critical / times)[place][0])
    observed, expected = float(found.observed[0]), float(found.expected[0])
    length, each = int(one.length[row]), float(found.each[0])
    on_families = bool(found.on_families[0])
    children = _children(one.grid, row, length) if on_families else observed
    period = one.grid.starts[-1]
    unit_kind, unit = one.grid.units[row]
    measure, excess = one.grid.measure, children - expected * each
    told = {
        "id": signal_name(measure, unit_kind, unit, period_name(period, every), one.kind),
        "kind": one.kind, "measure": measure, "unit_kind": unit_kind, "unit": unit,
        "period": period, "since": one.grid.starts[-length], "every": every,
        "observed": observed, "expected": expected, "ordinary": ordinary,
        "excess": excess, "children": children,
        "out_of": None if np.isnan(found.trials[0]) else float(found.trials[0]),
        "p": float(one.p[row]), "q": float(q), "side": side, "method": str(found.method[0]),
        "why": str(found.why[0]), "on_families": on_families, "periods": int(found.periods[0]),
        "dispersion": float(found.dispersion[0]),
    }  # fmt: skip
    say = sampled_words if one.grid.kind == "sampled" else signal_words
    words = say(
        told
        | {
            "title": (titles or {}).get(measure, measure), "moment": period_words(period, every),
            "length": length, "series": series,
            "children": children if on_families else None, "expected_children": expected * each,
        }
    )  # fmt: skip
    return Signal(**told, words=words)


def _children(grid: Grid, row: int, length: int) -> float:
    return float(np.nansum(grid.top[row, -length:]))


def _considered(looked: list[_Looked], q: np.ndarray, kept: np.ndarray) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "measure": one.grid.measure,
                "unit_kind": [kind for kind, _ in one.grid.units],
                "unit": [unit for _, unit in one.grid.units],
                "kind": one.kind,
                "period": one.grid.starts[-1],
                "observed": one.found.observed,
                "expected": one.found.expected,
                "p": one.p,
                "q": its_q,
                "signal": mine,
                "method": one.found.method,
                "why_not": [NOT_JUDGED.get(reason, reason) for reason in one.found.reason],
            }
        )
        for one, its_q, mine in zip(looked, _parts(q, looked), _parts(kept, looked), strict=True)
    ]
    columns = (
        "measure unit_kind unit kind period observed expected p q signal method why_not".split()
    )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
