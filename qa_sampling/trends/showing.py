"""Charts as the results that pictures are drawn from."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.results import ControlChart, Sparklines
from qa_sampling.trends.chart_kinds import plain_limits
from qa_sampling.trends.chart_words import baseline_words
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.signals import latest_words, meanings

__all__ = ["control_chart_of", "sparklines_of"]


def control_chart_of(chart: Chart) -> ControlChart:
    """Give a chart as the result that ``reporting.plots.control_chart`` draws.

    Parameters
    ----------
    chart : Chart
        The chart.

    Returns
    -------
    ControlChart
        `n` is the denominator of a proportion or rate. Names of who decided a rebase stay in the
        register; the picture says the reason.
    """
    readings, table = chart.readings, chart.table
    said = meanings(chart)
    shown = table[["period", "value", "centre", "low", "high", "phase"]].assign(
        mature=readings.table["mature"].to_numpy(dtype=bool),
        signal=said["signal"],
        rules=said["rules"],
    )
    if readings.kind in ("proportion", "rate"):
        shown["n"] = readings.table["denominator"].to_numpy(dtype="float64")
    limits = shown["high"].notna().any()
    return ControlChart(
        shown,
        chart=chart.kind.words,
        limits=plain_limits(chart.kind, chart.alpha) if limits else "",
        frequency=readings.frequency,
        better=readings.better,
        target=readings.target,
        rebases=tuple(one.reason for one in chart.rebases),
        measure=readings.measure,
        scope=readings.scope,
        unit=readings.unit,
        n_of=readings.n_of,
        n=readings.n,
        baseline=baseline_words(chart),
        warnings=(*readings.warnings, *chart.notes),
    )


def sparklines_of(charts: Sequence[Chart], *, measure: str = "", scope: str = "") -> Sparklines:
    """Give many charts as the result that sparklines and small multiples are drawn from.

    Parameters
    ----------
    charts : sequence of Chart
        Charts of one unit and frequency, each with a `series` of its own.
    measure, scope : str
        What they are about.

    Raises
    ------
    TrendError
        When there is none, names are blank or repeat, or units or frequencies differ.
    """
    names = [one.readings.series for one in charts]
    if not charts or not all(names) or len(set(names)) < len(names):
        raise TrendError("Every chart needs a `series` of its own; give each readings a name.")
    shared = {(one.readings.unit, one.readings.frequency) for one in charts}
    if len(shared) > 1:
        raise TrendError(
            "Charts shown together must have one unit and one frequency; make one set for each."
        )
    rows, lines = [], []
    for one in charts:
        said, mature = meanings(one), one.readings.table["mature"].to_numpy(dtype=bool)
        rows.append(
            one.table[["period", "value"]].assign(
                series=one.readings.series, signal=said["signal"], mature=mature
            )
        )
        lines.append(_line(one, said))
    unit, frequency = shared.pop()
    return Sparklines(
        pd.concat(rows, ignore_index=True), pd.DataFrame(lines), frequency=frequency, unit=unit,
        measure=measure, scope=scope, n_of=charts[0].readings.n_of,
    )  # fmt: skip


def _line(chart: Chart, said: pd.DataFrame) -> dict[str, object]:
    """Give the line of one series: its latest mature value and the finding."""
    line = {"series": chart.readings.series, "signal": "", "words": latest_words(chart)}
    if chart.latest is None:
        return line | dict.fromkeys(("latest", "centre", "low", "high"), float("nan"))
    row = chart.table.iloc[chart.latest]
    line |= {name: float(row[name]) for name in ("centre", "low", "high")}
    return line | {"latest": float(row["value"]), "signal": said["signal"].iloc[chart.latest]}
