"""The pictures of a deep dive, each as a result that ``reporting.plots`` draws. Restricted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from qa_sampling.reporting.dates import period_in_words
from qa_sampling.results import CohortCurves, ControlChart, Decomposition, IntervalList, Journey
from qa_sampling.runs.dive.carried import Apart
from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.dive.reality import Reality
from qa_sampling.trends.cohorts import Cohorts
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.showing import control_chart_of


def measure_charts(real: Reality, dive: Dive) -> list[tuple[ControlChart, str]]:
    """Give each chart of the measure with what it says of the months looked at.

    Parameters
    ----------
    real : Reality
        The charts and the tests.
    dive : Dive
        The months.

    Returns
    -------
    list of (ControlChart, str)
        The second says also from when what is marked in other months is.
    """
    spikes = {one.unit for one in real.signals.signals}
    return [
        (line, _finding(line.table, dive, is_spike=unit in spikes))
        for unit, line in ((unit, control_chart_of(one)) for unit, one in real.charts.items())
    ]


def _finding(table: pd.DataFrame, dive: Dive, *, is_spike: bool) -> str:
    marked = table.loc[table["signal"].fillna("") != "", "period"]
    own = marked[marked.isin(dive.own)]
    if len(own):
        said = f"A signal in {_months(own)}."
    elif is_spike:
        said = f"No month of {dive.spans[1]} stands out by itself; together they do."
    else:
        said = f"No signal in {dive.spans[1]}."
    older = marked[~marked.isin(dive.own)]
    return f"{said} What is marked is older: {_months(older)}." if len(older) else said


def _months(periods: pd.Series) -> str:
    """Say months, those that follow each other as one span."""
    months = periods.dt.to_period("M")
    runs = (months.astype("int64").diff() != 1).cumsum()
    spans = [
        period_in_words(one.iloc[0].start_time.date(), one.iloc[-1].end_time.date())
        for _, one in months.groupby(runs)
    ]
    return ", ".join(spans)


def change_waterfall(apart: Apart, dive: Dive) -> Decomposition:
    """Give the change a month, from then to now.

    Parameters
    ----------
    apart : Apart
        The change taken apart.
    dive : Dive
        The measure and the months.
    """
    fall = apart.together.waterfall(
        start_name="A month before",
        end_name="A month now",
        measure=f"{dive.measure.title}, a month",
        scope=dive.of_everybody(f"{dive.spans[1]} against {dive.spans[0]}"),
        unit="count",
    )
    if dive.is_share:
        return fall
    kept = fall.table[fall.table["part"] == "Volume"].reset_index(drop=True)
    return replace(fall, table=kept)


def carried_waterfall(found: dict[str, Drivers], dive: Dive) -> Decomposition:
    """Give the way from what was expected to what was seen, by named group.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    return found[EVERYBODY].waterfall(
        measure=f"{dive.measure.title}, expected and seen",
        scope=dive.of_everybody(dive.spans[1]),
    )


def group_ratios(found: dict[str, Drivers], dive: Dive) -> IntervalList:
    """Give how many times the expected families each group has.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    scope = dive.of_everybody(f"{dive.measure.title}, {dive.spans[1]}")
    return found[EVERYBODY].intervals(scope=scope)


def cohort_curves(found: Cohorts | None, dive: Dive) -> list[CohortCurves]:
    """Give the curves of the quarters; none where nothing is waited for or too few were watched.

    Parameters
    ----------
    found : Cohorts or None
        The curves.
    dive : Dive
        The measure.
    """
    if found is None or not any(one > 0 for one in found.reach.values()):
        return []
    title = f"How soon: {dive.measure.title[:1].lower()}{dive.measure.title[1:]}"
    return [found.drawn(measure=title, scope=dive.of_everybody("by quarter"))]


def journey_pictures(found: Journeys | str, dive: Dive) -> list[Journey]:
    """Give both ways; none where they could not be compared.

    Parameters
    ----------
    found : Journeys or str
        The ways, or why there are none.
    dive : Dive
        The months.
    """
    if isinstance(found, str):
        return []
    return [
        replace(found.concerned, scope=dive.of_everybody("The way of the children concerned")),
        replace(found.others, scope=dive.of_everybody("The way of the others")),
    ]
