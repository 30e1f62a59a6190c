"""Shares counted on a day, month by month: with limits where they are made anew, else as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from qa_sampling.results import Sparklines
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.showing import sparklines_of

_RENEWED = "On a day of each month: what falls due anew"
_KEPT = "On a day of each month: what children keep, so without limits"


def day_lines(
    charts: Mapping[str, Chart],
    readings: pd.DataFrame,
    *,
    measures: Sequence[Measure],
    scope: str,
) -> list[Sparklines]:
    """Give shares counted on a day: what is made anew with its signals, what is kept without.

    Parameters
    ----------
    charts : mapping of str to Chart
        Charts of everybody by measure.
    readings : DataFrame
        ``measured.READINGS`` of everybody.
    measures : sequence of Measure
        What was counted.
    scope : str
        The months in words.

    Returns
    -------
    list of Sparklines
        None, one or two; a measure without a figure is left out.
    """
    shares = {one.name: one for one in measures if one.stock and one.rule is not None}
    renewed = [charts[name] for name, one in shares.items() if one.renewed and name in charts]
    kept = [name for name, one in shares.items() if one.carries_over]
    lines = [_lines(readings, kept, scope)]
    drawn = [sparklines_of(renewed, measure=_RENEWED, scope=scope)] if renewed else []
    return drawn + [one for one in lines if len(one.lines)]


def _lines(readings: pd.DataFrame, names: Sequence[str], scope: str) -> Sparklines:
    """Give shares as lines without limits; a month without an extract is a gap."""
    known = readings[readings["mature"] & readings["value"].notna()]
    told = [name for name in names if (known["measure"] == name).any()]
    held = readings[readings["measure"].isin(told)]
    held = held.assign(series=held["measure"].map(lambda name: MEASURES[name].title), signal="")
    table = held.rename(columns={"start": "period"})
    latest = known.groupby("measure")["value"].last()
    lines = pd.DataFrame(
        {
            "series": [MEASURES[name].title for name in told],
            "latest": [float(latest[name]) for name in told],
        }
    )
    names = ["series", "period", "value", "mature", "signal"]
    return Sparklines(
        table[names].reset_index(drop=True), lines, measure=_KEPT, scope=scope, unit="share"
    )
