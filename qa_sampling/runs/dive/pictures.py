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
from qa_sampling.trends.day_cases import why_no_sample
from qa_sampling.trends.driver_results import Drivers
from qa_sampling.trends.journeys import Journeys
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.showing import control_chart_of
from qa_sampling.trends.spikes import Signal


def tested_charts(real: Reality, dive: Dive) -> list[tuple[ControlChart, str]]:
    """Give for each signal the chart of what was tested, with what it says.

    Parameters
    ----------
    real : Reality
        The tests.
    dive : Dive
        The measure.

    Returns
    -------
    list of (ControlChart, str)
        Each point counts as many months as the signal is of; only the signal is marked.
    """
    return [
        (_tested_chart(one, real.tested[one.id], dive), _tested_finding(one))
        for one in real.signals.signals
    ]


def _tested_chart(one: Signal, tested: pd.DataFrame, dive: Dive) -> ControlChart:
    scale = 1.0 if one.out_of is None else tested["of"]
    ends = tested[["value", "centre", "low", "high"]].div(scale, axis=0)
    table = ends.assign(period=tested["period"], signal="", rules="")
    known = table["centre"].notna()
    table.loc[known, "low"] = table.loc[known, "low"].fillna(0.0)
    table.loc[known, "high"] = table.loc[known, "high"].fillna(1.0)
    better = dive.measure.better
    meaning = "neutral" if not better else (
        "improvement" if (better == "up") == (one.side == "high") else "concern")  # fmt: skip
    rule = "more than chance makes" if one.side == "high" else "less than chance leaves"
    table.loc[table.index[-1], ["signal", "rules"]] = [meaning, rule]
    table = table.loc[table["value"].first_valid_index() :].reset_index(drop=True)
    months = _spanned(one)
    together = "" if months == 1 else f" over {months} months, up to each month"
    limits = (
        "the most and the least that is no signal, by what was before alone, as each would have "
        "been tested then"
    )
    more = ["Only what was tested, the latest, is marked."]
    more += [f"Neighbouring points share {months - 1} of their months."] if months > 1 else []
    more += ["Where there are no limits, too few months were before."] if not known.all() else []
    return ControlChart(
        table, chart=one.method, limits=limits, better=better,
        measure=f"{dive.measure.title}: {_counted(one)}{together}",
        scope="everybody" if one.unit == EVERYBODY else one.unit,
        unit="count" if one.out_of is None else "share",
        baseline=f"the {one.periods} months before" if one.periods else "",
        warnings=tuple(more),
    )  # fmt: skip


def _tested_finding(one: Signal) -> str:
    """Say the finding with its limit: it is what the picture marks."""
    months = _spanned(one)
    when = period_in_words(one.since.date(), (one.period + pd.offsets.MonthEnd(0)).date())
    more = one.side == "high"
    if one.out_of is not None:
        seen, ends = one.observed / one.out_of, one.ordinary / one.out_of
        return f"{when}: {seen:.0%}, where {ends:.0%} would be ordinary."
    together = "" if months == 1 else f" in these {months} months together"
    return (
        f"{when}: {one.observed:.0f} {_counted(one)}{together}, where {one.ordinary:.0f} or "
        f"{'fewer' if more else 'more'} would be ordinary."
    )


def _counted(one: Signal) -> str:
    return "families" if one.on_families else ("share" if one.out_of is not None else "cases")


def _spanned(one: Signal) -> int:
    return 12 * (one.period.year - one.since.year) + one.period.month - one.since.month + 1


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
    span = dive.spans[1] if dive.kind == "period" else f"{dive.own[-1]:%B %Y}"
    if len(own):
        said = f"A signal in {_months(own)}."
    elif is_spike:
        said = f"No month of {span} stands out by itself; together they do."
    else:
        said = f"No signal in {span}."
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


def change_waterfalls(apart: Apart | None, dive: Dive) -> list[Decomposition]:
    """Give the change a month, or of the day, from then to now; none of one day alone.

    Parameters
    ----------
    apart : Apart or None
        The change taken apart.
    dive : Dive
        The measure and the months.
    """
    if apart is None:
        return []
    if dive.of == "rate":
        named = {"measure": f"{dive.called}, share of the audits read", "unit": "share"}
        scope = dive.of_everybody(dive.against)
        return [apart.together.waterfall(scope=scope, **named)]
    is_day = dive.kind == "day"
    fall = apart.together.waterfall(
        start_name=(dive.ago[:1].upper() + dive.ago[1:]) if is_day else "A month before",
        end_name="On the day" if is_day else "A month now",
        measure=f"{dive.called}, {dive.per}",
        scope=dive.of_everybody(dive.against),
        unit="count",
    )
    if dive.is_share:
        return [fall]
    kept = fall.table[fall.table["part"] == "Volume"].reset_index(drop=True)
    who = "entries" if why_no_sample(dive.measure) else "families"
    return [replace(fall, table=kept, method=f"cases counted, {who} resampled", warnings=())]


def carried_waterfalls(found: dict[str, Drivers], dive: Dive) -> list[Decomposition]:
    """Give the way from what was expected to what was seen, by named group; none without one.

    One day alone expects what it sees, so there is no way either.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    if dive.kind == "list" or found[EVERYBODY].named.empty:
        return []
    about = {"measure": f"{dive.called}, expected and seen"}
    fall = found[EVERYBODY].waterfall(scope=dive.of_everybody(dive.spans[1]), **about)
    parts = fall.table["part"].astype("str")
    return [replace(fall, table=fall.table.assign(part=parts.str[:1].str.upper() + parts.str[1:]))]


def group_ratios(found: dict[str, Drivers], dive: Dive) -> IntervalList:
    """Give how many times the expected families each group has; without a key where all are alike.

    Parameters
    ----------
    found : dict of str to Drivers
        The searches.
    dive : Dive
        The measure and the months.
    """
    scope = dive.of_everybody(f"{dive.called}, {dive.spans[1]}")
    ratios = found[EVERYBODY].intervals(scope=scope)
    if why_no_sample(dive.measure):
        ratios = replace(ratios, measure=ratios.measure.replace("Families", "Entries"))
    names = ratios.table["name"].astype("str")
    ratios = replace(
        ratios, table=ratios.table.assign(name=names.str[:1].str.upper() + names.str[1:])
    )
    is_alike = ratios.table["marked"].nunique() < 2
    return replace(ratios, marks=("", "")) if is_alike else ratios


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
    return [found.drawn(measure=title, scope=dive.of_everybody("By quarter"))]


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
