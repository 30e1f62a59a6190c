"""Turning the curve: where a measure came from, where it goes, and what turned it.

The substance of such a page: the history, the forecast if nothing changes with the chance to meet
the target, and for each thing that was done whether the curve turned, or that it is too short to
say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import check_table
from qa_sampling.errors import TrendError
from qa_sampling.results import Turning
from qa_sampling.trends.forecasting import forecast
from qa_sampling.trends.interrupted import LEAST_A_SIDE, Effect, interrupted
from qa_sampling.trends.series_grid import LONG_READINGS, PERIODS, CountedKind, Every
from qa_sampling.trends.turning_words import effect_words, page_words

__all__ = ["turning_the_curve"]

SURE = 0.05
"""Chance of a turn as large, were there none, at which one is told."""
_DONE = ("period", "name", "verdict", "ratio", "low", "high", "words")


def turning_the_curve(
    readings: pd.DataFrame,
    *,
    as_at: date,
    target: float | None = None,
    interventions: Sequence[tuple[str | pd.Timestamp, str]] = (),
    better: Literal["up", "down", ""] = "",
    kind: CountedKind | None = None,
    scale: float = 1.0,
    every: Every = "month",
    ahead: int = 12,
    title: str = "",
    scope: str = "",
) -> Turning:
    """Tell a measure's history, its forecast, and whether it turned when something was done.

    Parameters
    ----------
    readings : DataFrame
        Of :data:`series_grid.LONG_READINGS`, one measure of one unit, in any order. A period
        without a row, or without a numerator, is a gap.
    as_at : date
        Day the page is made for: later periods are left out, and one that is not over by then
        can still change.
    target : float, optional
        Target, in the unit of the values.
    interventions : sequence of (day, str)
        What was done: the first day it could tell, and its name. Its first period is the first
        that begins on that day or later; what falls in one period is told as one.
    better : {"up", "down", ""}
        Which way is better; with neither there is no chance to meet a target.
    kind : {"count", "rate", "proportion", "sampled"}, optional
        A proportion by default where there is a denominator, else a count. A share estimated from
        audits, out of effective audits, is foretold and judged as a proportion of these.
    scale : float
        What a rate is multiplied by; 1 otherwise.
    every : {"month", "quarter"}
        Length of a period.
    ahead : int
        Periods to foretell after the last.
    title, scope : str
        What is measured and where, for sentences; the measure's key and the unit by default.

    Returns
    -------
    Turning

    Raises
    ------
    SchemaError
        When the table is not as declared.
    TrendError
        When there are no readings, or of several measures or units, or counts cannot be.

    Notes
    -----
    A thing done less than 8 settled periods ago is too short to say; earlier ones are then judged
    by what came before it. The same holds at the other end. Of things done within 8 periods of
    each other none can be told apart. See :mod:`forecasting` and :mod:`interrupted` for methods.
    """
    history = _history(readings, as_at, every)
    if kind is None:
        kind = "count" if history["denominator"].isna().all() else "proportion"
    if kind == "sampled":
        kind = "proportion"
    title = title or str(readings["measure"].iloc[0])
    scope = scope or str(readings["unit"].iloc[0])
    cast = forecast(
        history, ahead=ahead, kind=kind, scale=scale, periods=PERIODS[every], target=target,
        better=better, measure=title, scope=scope,
    )  # fmt: skip
    done = _verdicts(history, kind, scale, every, interventions, better)
    chance = float(cast.fan["meets"].iloc[-1]) if "meets" in cast.fan and len(cast.fan) else None
    settled = cast.history[cast.history["mature"] & cast.history["value"].notna()]
    level, fan = cast.levels[0], cast.fan
    low, high = cast.ends(level)
    words = page_words(
        {
            "title": f"{title}, {scope}",
            "latest": settled["period"].iloc[-1] if len(settled) else None,
            "value": settled["value"].iloc[-1] if len(settled) else None,
            "end": fan["period"].iloc[-1] if len(fan) else None,
            "low": fan[low].iloc[-1] if len(fan) else None,
            "high": fan[high].iloc[-1] if len(fan) else None,
            "level": level,
            "target": target,
            "chance": chance,
            "effects": list(done["words"]),
            "turned": bool(done["verdict"].isin(("better", "worse", "changed")).any()),
            "warnings": list(cast.warnings),
        },
        unit=cast.unit,
        every=every,
    )
    return Turning(**vars(cast), done=done, chance=chance, words=words)


def _history(readings: pd.DataFrame, as_at: date, every: Every) -> pd.DataFrame:
    """Give the rows in order, none left out, as they stood on that day."""
    if every not in PERIODS:
        raise TrendError(f'`every` must be "month" or "quarter"; got {every!r}.')
    check_table(readings, LONG_READINGS)
    units = readings[["measure", "unit_kind", "unit"]].drop_duplicates()
    if len(units) != 1:
        raise TrendError(
            f"A curve is one measure of one unit; these readings hold {len(units)}. Choose one."
        )
    step = pd.DateOffset(months=12 // PERIODS[every])
    day = pd.Timestamp(as_at)
    rows = readings[readings["start"] <= day].sort_values("start")
    if not len(rows):
        raise TrendError(f"No reading begins by {as_at.isoformat()}; give a later day.")
    days = pd.date_range(rows["start"].iloc[0], rows["start"].iloc[-1], freq=step)
    if not rows["start"].isin(days).all() or days[0].day != 1:
        raise TrendError(f"Every reading must start with the first day of a {every}.")
    held = rows.set_index("start").reindex(days)
    nothing = pd.Series(np.nan, index=days)
    below = held.get("denominator", nothing)
    over = pd.Series(days + step <= day + pd.Timedelta(days=1), index=days)
    return pd.DataFrame(
        {
            "period": days,
            "numerator": held["numerator"].astype("Float64").astype("float64"),
            "denominator": below.astype("Float64").astype("float64"),
            "mature": (held["mature"].isna() | held["mature"].eq(other=True)) & over,
        }
    ).reset_index(drop=True)


def _verdicts(
    history: pd.DataFrame,
    kind: CountedKind,
    scale: float,
    every: Every,
    interventions: Sequence[tuple[str | pd.Timestamp, str]],
    better: str,
) -> pd.DataFrame:
    """Give a row a thing that was done."""
    found: dict[pd.Timestamp, dict[str, object]] = {}
    step = pd.DateOffset(months=12 // PERIODS[every])
    for day, name in sorted((pd.Timestamp(day), name) for day, name in interventions):
        period = _first_period(day, history["period"], step)
        names = [found[period]["name"]] if period in found else []
        found[period] = {"period": period, "name": " and ".join([*names, name])}
    lengths = history["mature"] & history["numerator"].notna()
    if kind != "count":
        lengths &= history["denominator"].fillna(0) > 0
    used = np.concatenate([[0], np.cumsum(lengths)])
    starts = {one: int(history["period"].searchsorted(one)) for one in found}
    inner = _short(found, starts, used)
    if inner:
        low, high, places = inner
        done = [(one, str(found[one]["name"])) for one in places]
        table = interrupted(
            history.iloc[low:high], kind=kind, done=done, scale=scale, periods=PERIODS[every]
        )
        for place, effect in zip(places, table.effects, strict=True):
            end = min(starts[place] + effect.horizon, len(history) - 1)
            found[place] |= _judged(effect, better, history["period"].iloc[end])
    unit = {"count": "count", "rate": "rate", "proportion": "share"}[kind]
    rows = [
        one | {"words": effect_words(one, str(one["verdict"]), unit=unit, every=every)}
        for one in found.values()
    ]
    table = pd.DataFrame([{name: row.get(name, np.nan) for name in _DONE} for row in rows],
                         columns=list(_DONE))  # fmt: skip
    kinds = {"period": "datetime64[us]"} | dict.fromkeys(("ratio", "low", "high"), "float64")
    return table.astype(kinds | dict.fromkeys(("name", "verdict", "words"), "str"))


def _first_period(day: pd.Timestamp, periods: pd.Series, step: pd.DateOffset) -> pd.Timestamp:
    """Give the first day of the first period that begins on a day or later."""
    months = step.kwds["months"]
    begins = pd.Timestamp(day.year, (day.month - 1) // months * months + 1, 1)
    return begins if begins == day.normalize() else begins + step


def _short(
    found: dict[pd.Timestamp, dict[str, object]],
    starts: dict[pd.Timestamp, int],
    used: np.ndarray,
) -> tuple[int, int, list[pd.Timestamp]] | None:
    """Mark what is too short to say; give the stretch and the rest that can be judged."""
    low, high, inner = 0, len(used) - 1, list(found)

    def mark(one: pd.Timestamp, why: str, settled: int = 0) -> None:
        found[one] |= {
            "verdict": "too short", "why": why, "settled": settled, "least": LEAST_A_SIDE,
        }  # fmt: skip

    while inner:
        edges = [low, *(min(starts[one], high) for one in inner), high]
        lengths = [int(used[end] - used[begin]) for begin, end in pairwise(edges)]
        if lengths[-1] < LEAST_A_SIDE:
            last = inner.pop()
            mark(last, "after" if lengths[-1] else "ahead", lengths[-1])
            high = min(starts[last], high)
        elif lengths[0] < LEAST_A_SIDE:
            first = inner.pop(0)
            mark(first, "before", lengths[0])
            low = starts[first]
        elif min(lengths) < LEAST_A_SIDE:
            for one in inner:
                mark(one, "close")
            return None
        else:
            return low, high, inner
    return None


def _judged(effect: Effect, better: str, end: pd.Timestamp) -> dict[str, object]:
    """Say whether the curve turned, and which way; a step that is undone has changed only."""
    if effect.too_short:
        return {"verdict": "too short", "why": "none"}
    interval = effect.confidence_interval("by_then")
    verdict = "not shown"
    if effect.p < SURE:
        ends = np.log([effect.step, effect.by_then])
        one_way = ends[0] * ends[1] > 0
        good = (ends[1] < 0) == (better == "down")
        verdict = "changed" if not (better and one_way) else "better" if good else "worse"
    return {
        "verdict": verdict, "ratio": effect.by_then, "low": interval.low, "high": interval.high,
        "end": end,
    }  # fmt: skip
