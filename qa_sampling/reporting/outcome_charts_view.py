"""Which charts are shown large, which chart each measure has, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from qa_sampling.reporting.outcomes_view import drawn_large
from qa_sampling.results import ControlChart
from qa_sampling.trends.chart_words import period_words
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.showing import control_chart_of

_ASKED = "Asked for in the parameters."


def large_charts(
    charts: Mapping[str, Chart],
    rates: Mapping[str, Chart],
    waits: Mapping[str, Chart],
    pictured: Sequence[str],
) -> list[tuple[ControlChart, str]]:
    """Give the charts that are shown large, with which chart each is and why.

    They are rates where there are any, unless a chart was asked for that a rate cannot be drawn
    with; waits stand at the end.

    Parameters
    ----------
    charts, rates, waits : mapping of str to Chart
        Charts of everybody by measure; rates where a population is given; what lies between rare
        events, where that was asked for.
    pictured : sequence of str
        What was asked for.
    """
    known = dict(charts) | {
        name: one
        for name, one in rates.items()
        if name in charts and (charts[name].reason or one.kind == charts[name].kind)
    }
    drawn = [known[name] for name in drawn_large(charts, pictured)] + list(waits.values())
    return [(control_chart_of(one), chart_words(one)) for one in drawn]


def chart_words(one: Chart) -> str:
    """Say which chart it is, why, and until when its lines were frozen.

    Parameters
    ----------
    one : Chart
        The chart.
    """
    return f"{_capital(one.kind.words)}. {why_words(one)}"


def why_words(one: Chart) -> str:
    """Say why a chart was chosen, and until when its lines were frozen.

    Parameters
    ----------
    one : Chart
        The chart.
    """
    words = one.reason or _ASKED
    base = one.table["baseline"].to_numpy(dtype=bool)
    mature = one.table["mature"].to_numpy(dtype=bool)
    if base.any():
        last = int(base.nonzero()[0][-1])
        left = int(mature[last + 1 :].sum())
        if left > one.kind.tested:
            until = period_words(one.table["period"].iloc[last], one.readings.frequency)
            words += f" Its lines were frozen: they rest on what was known up to {until}."
    return words


def reasons_view(charts: Sequence[Chart]) -> pd.DataFrame:
    """Give each measure's chart, the rules that go with it, and why it was chosen.

    Parameters
    ----------
    charts : sequence of Chart
        The charts.
    """
    rows = [
        (one.readings.measure, _capital(one.kind.words), one.preset.name, why_words(one))
        for one in charts
    ]
    return pd.DataFrame(rows, columns=["Measure", "Chart", "Rules", "Why this chart"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
