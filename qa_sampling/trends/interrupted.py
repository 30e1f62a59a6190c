"""Did the curve turn? A measure before and after something was done, and what it would have been.

A segmented regression on the logarithm (counts, rates) or the odds (shares): a level and a slope
before, and for each thing that was done a step and a change of slope. Errors allow for the
scatter that was found, and for months that resemble their neighbours: the larger of Newey and
West's, which is too small in short series, and of what the resemblance itself says.

A change that coincides with what was done need not be caused by it. What else changed that month,
such as recording, is not in the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.interruptions import Effect, Interrupted
from qa_sampling.trends.seasons import LEAST_PERIODS
from qa_sampling.trends.segmented import Kind, segmented_design, segmented_fit

__all__ = ["LEAST_A_SIDE", "Effect", "Interrupted", "interrupted"]

LEAST_A_SIDE = 8
"""Settled periods that each stretch needs; with fewer it is too short to say."""


def interrupted(
    history: pd.DataFrame,
    *,
    kind: Kind,
    done: Sequence[tuple[str | pd.Timestamp, str]],
    scale: float = 1.0,
    season: bool | None = None,
    periods: int = 12,
) -> Interrupted:
    """Say whether a measure turned when something was done.

    Parameters
    ----------
    history : DataFrame
        One row a period, in order, none left out: `period` (first day), `numerator`,
        `denominator` (missing or 1 for counts), `mature` (may be left out; periods that can
        still change are not used). A missing numerator is a gap.
    kind : {"count", "rate", "proportion"}
        Events; events in an exposure; a part of a whole.
    done : sequence of (day, str)
        What was done: the first period in which it could tell, and its name, in order of time.
    scale : float
        What a rate is multiplied by; 1 otherwise.
    season : bool, optional
        Whether to allow for the time of year, by a yearly wave; by default with three years or
        more.
    periods : int
        Periods a year.

    Returns
    -------
    Interrupted

    Raises
    ------
    TrendError
        When the history or what was done is not as described.

    References
    ----------
    Wagner et al. (2002), Segmented regression analysis of interrupted time series. Bernal,
    Cummins and Gasparrini (2017), Interrupted time series regression for the evaluation of public
    health interventions. Newey and West (1987).
    """
    table = _history(history, kind, scale)
    starts = _starts(table, done)
    used = table["used"].to_numpy()
    edges = [0, *starts, len(table)]
    lengths = [int(used[low:high].sum()) for low, high in pairwise(edges)]
    events = table.loc[used, "numerator"].sum()
    if min(lengths) < LEAST_A_SIDE or events == 0:
        return _too_short(table, starts, done, lengths)
    wave = used.sum() >= LEAST_PERIODS if season is None else season
    design = segmented_design(table, starts, wave=wave, periods=periods)
    fit, covariance, free, dispersion, resemblance = segmented_fit(table, design, kind)
    slopes = np.asarray(fit.params)
    plain = design.copy()
    plain.loc[:, [name for name in design if name.startswith(("step", "slope"))]] = 0.0
    link = np.exp if kind != "proportion" else lambda x: 1 / (1 + np.exp(-x))
    out = pd.DataFrame(
        {
            "period": table["period"],
            "value": scale * table["numerator"] / table["denominator"].where(lambda d: d > 0),
            "used": used,
            "fitted": scale * link(design.to_numpy() @ slopes),
            "counterfactual": scale * link(plain.to_numpy() @ slopes),
        }
    )
    ends = [*starts[1:], len(table)]
    effects = tuple(
        _effect(
            done[k],
            table,
            design,
            slopes,
            covariance,
            free,
            k,
            horizon=int(np.flatnonzero(used[:end])[-1]) - start,
            after=lengths[k + 1],
            periods=periods,
        )
        for k, (start, end) in enumerate(zip(starts, ends, strict=True))
    )
    before = float(np.exp(slopes[list(design).index("time")]))
    return Interrupted(out, effects, before, dispersion, resemblance, bool(wave))


def _history(history: pd.DataFrame, kind: str, scale: float) -> pd.DataFrame:
    faults = []
    if kind not in ("count", "rate", "proportion"):
        faults.append(f'`kind` must be "count", "rate" or "proportion"; got {kind!r}')
    if not scale > 0 or (kind != "rate" and scale != 1):
        faults.append(f"`scale` must be above 0, and 1 but for rates; got {scale}")
    if not {"period", "numerator"} <= set(history) or not len(history):
        faults.append("`history` needs rows with period and numerator")
        raise TrendError(f"This cannot be looked at: {'; '.join(faults)}.")
    table = history.reset_index(drop=True)
    whole = pd.Series(1.0, index=table.index)
    table = pd.DataFrame(
        {
            "period": pd.to_datetime(table["period"]),
            "numerator": table["numerator"].astype("float64"),
            "denominator": table.get("denominator", whole).astype("float64").fillna(1.0),
            "mature": table.get("mature", pd.Series(True, index=table.index)).astype(bool),
        }
    )
    counts = table["numerator"]
    if not table["period"].is_monotonic_increasing or table["period"].duplicated().any():
        faults.append("periods must be in order, each once")
    if (counts < 0).any() or (table["denominator"] < 0).any():
        faults.append("counts must be 0 or more")
    if kind == "proportion" and (counts > table["denominator"]).any():
        faults.append("a period has more events than there could be")
    if faults:
        raise TrendError(f"This cannot be looked at: {'; '.join(faults)}.")
    table["used"] = table["mature"] & counts.notna() & (table["denominator"] > 0)
    return table


def _starts(table: pd.DataFrame, done: Sequence[tuple[str | pd.Timestamp, str]]) -> list[int]:
    if not len(done):
        raise TrendError("`done` names nothing that was done. Give its first period and its name.")
    days = [pd.Timestamp(day) for day, _ in done]
    starts = [int(table["period"].searchsorted(day)) for day in days]
    inside = all(0 < start < len(table) for start in starts)
    if not inside or any(later <= sooner for sooner, later in pairwise(starts)):
        first, last = table["period"].iloc[0], table["period"].iloc[-1]
        raise TrendError(
            f"What was done must lie after {first:%B %Y} and up to {last:%B %Y}, in order of "
            "time, each in a period of its own."
        )
    return starts


def _effect(
    what: tuple[str | pd.Timestamp, str],
    table: pd.DataFrame,
    design: pd.DataFrame,
    slopes: np.ndarray,
    covariance: np.ndarray,
    free: int,
    k: int,
    *,
    horizon: int,
    after: int,
    periods: int,
) -> Effect:
    names = list(design)
    where = [names.index(f"step{k}"), names.index(f"slope{k}")]
    own = covariance[np.ix_(where, where)]
    along = np.array([1.0, horizon / periods])
    logs = slopes[where]
    f = float(logs @ np.linalg.solve(own, logs)) / 2
    return Effect(
        at=table["period"].iloc[int(table["period"].searchsorted(pd.Timestamp(what[0])))],
        name=what[1],
        after=after,
        step=float(np.exp(logs[0])),
        slope=float(np.exp(logs[1])),
        by_then=float(np.exp(along @ logs)),
        horizon=horizon,
        p=float(stats.f.sf(f, 2, free)),
        errors=(
            float(np.sqrt(own[0, 0])),
            float(np.sqrt(own[1, 1])),
            float(np.sqrt(along @ own @ along)),
        ),
        free=free,
        too_short=False,
    )


def _too_short(
    table: pd.DataFrame,
    starts: list[int],
    done: Sequence[tuple[str | pd.Timestamp, str]],
    lengths: list[int],
) -> Interrupted:
    nothing = float("nan")
    effects = tuple(
        Effect(
            at=table["period"].iloc[start],
            name=name,
            after=lengths[k + 1],
            step=nothing,
            slope=nothing,
            by_then=nothing,
            horizon=0,
            p=nothing,
            errors=(nothing, nothing, nothing),
            free=0,
            too_short=True,
        )
        for k, (start, (_, name)) in enumerate(zip(starts, done, strict=True))
    )
    out = table[["period", "used"]].assign(value=nothing, fitted=nothing, counterfactual=nothing)
    out["value"] = table["numerator"] / table["denominator"].where(table["denominator"] > 0)
    ordered = out[["period", "value", "used", "fitted", "counterfactual"]]
    return Interrupted(ordered, effects, nothing, nothing, nothing, False)
