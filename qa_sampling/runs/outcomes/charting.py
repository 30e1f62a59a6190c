"""Which chart, which rules and which baseline a series gets: as asked for, or as fits the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.charting import BETWEEN, FITTING_RATES, RuleSet
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.between import waits
from qa_sampling.trends.charts import Chart, chart
from qa_sampling.trends.choosing import FEWEST
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_cases import cases_of
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase

MADE_FOR: dict[RuleSet, str | None] = {
    "ours": None, "mdc": "xmr", "nhsr": "xmr", "excel": "xmr", "anhoej": "run",
}  # fmt: skip
"""The chart that each set of rules was made for; None to let the data choose."""

_OFTEN = 15
"""Days between events below which they are not rare: more than two a month."""


def charted(
    readings: Readings,
    *,
    kind: str = "",
    rules: RuleSet = "ours",
    freeze: str = "",
    rebases: Sequence[Rebase] = (),
) -> Chart:
    """Chart a series with the chart, the rules and the baseline that were asked for.

    Parameters
    ----------
    readings : Readings
        The series.
    kind : str
        A name of ``chart_kinds.CHARTS``; blank for the one that the rules were made for, and with
        rules of ours for the one that fits the data.
    rules : {"ours", "mdc", "nhsr", "excel", "anhoej"}
        Set of rules; "ours" for those that go with the chart.
    freeze : str
        Last month that the lines rest on, as "2025-03"; blank for all.
    rebases : sequence of Rebase
        Recorded decisions that fall into the series.

    Raises
    ------
    TrendError
        When the chart is for other measures, or fewer than 12 settled periods lie before the
        freeze.
    """
    later = frozen_out(readings, freeze, rebases) if freeze else ()
    return chart(
        readings, kind or MADE_FOR[rules], preset=None if rules == "ours" else rules,
        rebases=rebases, excluded=later,
    )  # fmt: skip


def charted_as_set(
    readings: Readings, measure: str, settings: OutcomeTrends, rebases: Sequence[Rebase] = ()
) -> Chart:
    """Chart a measure as the parameters of the outcomes say.

    Parameters
    ----------
    readings : Readings
        The series.
    measure : str
        Its name in the registry.
    settings : OutcomeTrends
        Give `charts`, `rules` and `freeze`.
    rebases : sequence of Rebase
        Recorded decisions that fall into the series.
    """
    kind = settings.charts.get(measure, "")
    kind = "" if kind in BETWEEN else kind
    rules = settings.rules
    if readings.kind == "grade" and not kind:
        rules = "ours"  # their limits are those of the draw
    return charted(
        readings, kind=kind, rules=rules, freeze=settings.freeze.get(measure, ""), rebases=rebases
    )


def rate_charted_as_set(
    readings: Readings, measure: str, settings: OutcomeTrends, rebases: Sequence[Rebase] = ()
) -> Chart:
    """Chart a measure's rate as the parameters of the outcomes say.

    A chart that was asked for by name goes before `rate_chart`, that before the one that the rules
    were made for. Two charts of counts are none of rates, and the chart says so: of a c chart the
    u chart is drawn, which is the same with children and days; what lies between rare events is
    drawn beside.

    Parameters
    ----------
    readings : Readings
        The rates, with their exposure.
    measure : str
        Its name in the registry.
    settings : OutcomeTrends
        Give `charts`, `rate_chart`, `rules` and `freeze`.
    rebases : sequence of Rebase
        Recorded decisions that fall into the series.

    Raises
    ------
    TrendError
        As :func:`charted`.
    """
    asked = settings.charts.get(measure, "")
    kind = _OF_RATES.get(asked, asked)
    if not kind and settings.rate_chart != FITTING_RATES:
        kind = settings.rate_chart
    freeze = settings.freeze.get(measure, "")
    drawn = charted(readings, kind=kind, rules=settings.rules, freeze=freeze, rebases=rebases)
    if asked not in _OF_RATES:
        return drawn
    return replace(drawn, reason=f"{_NO_RATE[asked]} {drawn.reason}".strip())


_OF_RATES = {"c": "u"} | dict.fromkeys(BETWEEN, "")
"""The chart of a rate in the place of one that is of counts or waits alone."""
_NO_RATE = {
    "c": "A c chart takes every month to have as many children and days, which a rate does not; "
    "the u chart is the same with them.",
} | dict.fromkeys(BETWEEN, "What lies between rare events is no rate; it is charted beside.")


def frozen_out(readings: Readings, freeze: str, rebases: Sequence[Rebase] = ()) -> tuple[str, ...]:
    """Give the periods after a freeze, which the lines do not rest on.

    Parameters
    ----------
    readings : Readings
        The series.
    freeze : str
        Last month that the lines rest on.
    rebases : sequence of Rebase
        The latest begins the baseline.

    Raises
    ------
    TrendError
        When fewer than 12 settled periods are left.
    """
    month = pd.Period(freeze, "M")
    periods = readings.table["period"]
    kept = periods <= month.end_time
    since = max((pd.Timestamp(one.date) for one in rebases), default=None)
    within = kept & readings.mature & (True if since is None else periods >= since)
    if (count := int(np.sum(within))) < FEWEST:
        begins = "" if since is None else f" since the centre line was set anew, {since:%B %Y},"
        raise TrendError(
            f"`freeze`: {readings.measure} has {count} settled periods{begins} up to "
            f"{month.strftime('%B %Y')}; limits need {FEWEST}. Give a later month, show more with "
            "`months`, or leave it out."
        )
    return tuple(f"{day:%Y-%m-%d}" for day in periods[~kept])


def waits_between(
    told: Told, measure: Measure, counted: pd.DataFrame, settings: OutcomeTrends, kind: str
) -> Readings:
    """Give the days, or the cases, from one rare event to the next, for a t or a g chart.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measure : Measure
        A count (the events are its cases) or a share. Of a share the events are what is not
        wanted: what it counts, or where more is better what it does not.
    counted : DataFrame
        ``measured.READINGS`` of everybody by month: says since when all months are on record.
    settings : OutcomeTrends
        Give the day of the extract and whose figures they are.
    kind : {"t", "g"}
        Days, or cases.

    Raises
    ------
    TrendError
        When the measure is not of the events of a period.
    """
    first = _since(counted)
    day = settings.extract_day
    last = (pd.Timestamp(day) - pd.DateOffset(months=measure.lag)).date()  # settled by then
    cases = cases_of(told.events, measure, as_at=day, first=first.date(), last=last)
    cases = cases.sort_values(["start", "child_id"], kind="stable").reset_index(drop=True)
    missed = measure.better == "up" and measure.rule is not None
    rare = ~cases["met"] if missed else cases["met"]
    what = f"between {'misses' if missed else 'events'}: {measure.title}"
    if kind == "t":
        table = waits(cases.loc[rare, "start"], as_at=last)
        return _between(table, f"Days {what}", "days", measure, settings)
    return _between(_cases_between(cases, rare), f"Cases {what}", "count", measure, settings)


def wait_charts(
    told: Told, measures: Sequence[Measure], readings: pd.DataFrame, settings: OutcomeTrends
) -> dict[str, Chart]:
    """Chart what lies between rare events, of the measures for which it was asked.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measures : sequence of Measure
        Those that are counted over time.
    readings : DataFrame
        ``measured.READINGS`` of everybody by month.
    settings : OutcomeTrends
        Ask with `charts`.
    """
    found = {}
    for one in measures:
        if (kind := settings.charts.get(one.name)) in BETWEEN:
            counted = readings[readings["measure"] == one.name]
            found[one.name] = chart(waits_between(told, one, counted, settings, kind), kind)
    return found


def _since(counted: pd.DataFrame) -> pd.Timestamp:
    """Give the first day since which every month is on record."""
    months = counted.sort_values("start")
    gaps = months.loc[months["numerator"].isna(), "start"]
    begun = months["start"] > gaps.max() if len(gaps) else months["start"].notna()
    known = months.loc[begun & months["numerator"].notna(), "start"]
    if known.empty:
        raise TrendError("No month up to the extract is on record, so no wait can be told.")
    return known.iloc[0]


def _cases_between(cases: pd.DataFrame, rare: pd.Series) -> pd.DataFrame:
    """Give the cases before each event since the one before; those since the last may grow.

    Events of one day are one: brothers and sisters come together.
    """
    again = rare & cases.assign(rare=rare).duplicated(["start", "rare"])
    cases, rare = cases[~again].reset_index(drop=True), rare[~again]
    places = np.flatnonzero(rare.to_numpy(dtype=bool))
    gaps, ends = np.diff(places) - 1.0, cases["start"].to_numpy()[places[1:]]
    table = pd.DataFrame({"period": pd.to_datetime(ends), "numerator": gaps, "mature": True})
    if len(places) and places[-1] < len(cases) - 1:
        last = {"period": [cases["start"].iloc[-1]], "mature": [False]}
        last["numerator"] = [float(len(cases) - 1 - places[-1])]
        table = pd.concat([table, pd.DataFrame(last)], ignore_index=True)
    return table


def _between(
    table: pd.DataFrame, words: str, unit: str, measure: Measure, settings: OutcomeTrends
) -> Readings:
    """Give waits as a series: what is rare and unwanted should be far apart."""
    better = {"down": "up", "up": "up", "": ""}[measure.better]
    often = unit == "days" and table["numerator"].mean() < _OFTEN
    return Readings(
        table, kind="between", frequency="event", better=better, unit=unit, measure=words,
        series=words, scope=settings.whose, n_of="events",
        warnings=("These events are not rare: the chart of months says more.",) if often else (),
    )  # fmt: skip
