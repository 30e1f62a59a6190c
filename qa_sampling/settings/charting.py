"""Charts, rules and frozen baselines that parameters may name: checked, with what to choose."""

from __future__ import annotations

from typing import Literal

from qa_sampling.errors import TrendError
from qa_sampling.settings.common import plain_month
from qa_sampling.settings.turning import known_measure
from qa_sampling.trends.chart_kinds import CHARTS, chart_kind
from qa_sampling.trends.measures import MEASURES

RuleSet = Literal["ours", "mdc", "nhsr", "excel", "anhoej"]
"""Sets of rules; "ours" for those that go with each chart."""
BETWEEN = ("t", "g")
"""Charts of what lies between rare events: days, or cases."""
FITTING_RATES = "gamma_poisson"
"""The chart of rates that the data choose."""


def fitting_chart(measure: str, chart: str) -> str:
    """Give the name of a chart back, or say which ones a measure can be drawn with.

    Parameters
    ----------
    measure : str
        Name in the registry.
    chart : str
        A name of ``chart_kinds.CHARTS``; "t" and "g" stand for the days and the cases from one of
        its events to the next, for which it must be of the events of a period.

    Raises
    ------
    ValueError
        When there is no such measure or chart, or the two do not fit.
    """
    asked = MEASURES[known_measure(measure)]
    if asked.stock:
        raise ValueError(f"{measure} is counted on a day, so limits do not hold; leave it out")
    if chart in BETWEEN:
        events = asked.base is not None and asked.base.of == "events" and not asked.length
        if not events or (chart == "g" and not asked.rule):
            what = "a share of cases" if chart == "g" else "counts or shares of cases"
            raise ValueError(f"the chart {chart!r} is for {what}, not for {measure}")
        return chart
    if chart in CHARTS and asked.kind not in CHARTS[chart].fits:
        fits = [name for name, one in CHARTS.items() if asked.kind in one.fits]
        fits += ["t"] if asked.kind == "count" else ["t", "g"] if asked.rule else []
        raise ValueError(
            f"{measure} is a {asked.kind}, which {chart!r} is not for; choose one of: "
            f"{', '.join(fits)}"
        )
    try:
        return chart_kind(chart, asked.kind).name
    except TrendError as error:
        raise ValueError(str(error).rstrip(".")) from None


def known_charts(value: dict[str, str]) -> dict[str, str]:
    """Give charts by measure back, each checked; see :func:`fitting_chart`."""
    return {measure: fitting_chart(measure, chart) for measure, chart in value.items()}


def known_freezes(value: dict[str, str]) -> dict[str, str]:
    """Give the last months of baselines by measure back, each checked.

    Parameters
    ----------
    value : dict of str to str
        Month by name in the registry, as "2025-03".

    Raises
    ------
    ValueError
        When there is no such measure, or no such month.
    """
    for measure, month in value.items():
        known_measure(measure)
        plain_month(month)
    return value
