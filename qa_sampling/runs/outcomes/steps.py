"""From events to charts: every measure over time, for everybody and for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.runs.extract_gaps import months_in_words
from qa_sampling.runs.extract_seams import without_seams
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.groups import watched_groups
from qa_sampling.runs.outcomes.rates import rates_over_time
from qa_sampling.runs.outcomes.registered import Registered
from qa_sampling.runs.populations import population_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.changes import propose_rebases
from qa_sampling.trends.charts import Chart, chart
from qa_sampling.trends.expecting import Side
from qa_sampling.trends.measure_bases import OnList
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measured import EVERYBODY, READINGS, series_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase
from qa_sampling.trends.series_grid import Every
from qa_sampling.trends.spikes import Spikes, find_spikes
from qa_sampling.trends.unit_kinds import CHILDREN, UNIT_KINDS


@dataclass(frozen=True)
class Outcomes:
    """Every measure that was asked for, over time. Restricted: it holds small counts.

    Attributes
    ----------
    measures : tuple of Measure
        Those that could be counted over time, in the registry's order.
    readings : DataFrame
        ``measured.READINGS`` of everybody, by month.
    by_unit : DataFrame
        The same by unit; no stocks, which each month inherits from the month before.
    on_the_day : DataFrame
        What the lists of the newest extract say of its day, a row a measure.
    charts : dict of str to Chart
        Of everybody, by measure; no stocks.
    unit_charts : dict of (str, str) to Chart
        By measure and unit, where a unit has readings at all.
    unable : DataFrame
        `measure` (in words), `needs`: what cannot be counted, and what it would need.
    families_known : bool
        Whether families are counted beside children.
    by_group : DataFrame
        As `by_unit`, by the kinds of unit of `signals_by`; small groups of children are in it.
    rates : DataFrame
        The counts of everybody per 10,000 children (``population_rates.RATES``), each with the
        estimate it rests on; empty without a population.
    rate_charts : dict of str to Chart
        Of rates, by measure; no stocks.
    registered : Registered or None
        What the register tells; None where it was not read.
    """

    measures: tuple[Measure, ...]
    readings: pd.DataFrame
    by_unit: pd.DataFrame
    on_the_day: pd.DataFrame
    charts: dict[str, Chart]
    unit_charts: dict[tuple[str, str], Chart]
    unable: pd.DataFrame
    families_known: bool
    by_group: pd.DataFrame
    rates: pd.DataFrame
    rate_charts: dict[str, Chart]
    registered: Registered | None = None


def outcomes_of(
    told: Told, settings: OutcomeTrends, registered: Registered | None = None
) -> Outcomes:
    """Count every measure, and chart it.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : OutcomeTrends
        Name the measures, the months, the unit, targets and rebases.
    registered : Registered, optional
        What the register tells (``registered.read_registered``); its measures are named as not
        answered when left out.

    Raises
    ------
    TrendError
        When no measure that was asked for can be counted.
    """
    every = [name for name, one in MEASURES.items() if not one.by_name]
    wanted = [MEASURES[name] for name in settings.measures or every]
    lacking = {one.name: _lacks(told, registered, one, settings.extract_day) for one in wanted}
    known = [one for one in wanted if not lacking[one.name]]
    timed = [one for one in known if one.base.of in ("events", "activity")]
    listed = [one for one in known if one.base.of == "on_lists"]
    unable = [(one.title, lacking[one.name]) for one in wanted if lacking[one.name]]
    if not timed:
        raise TrendError(
            "None of the measures asked for can be counted over time from the extracts. Ask for "
            "others with `measures`, or leave it empty for all."
        )
    readings = _counted(told, registered, timed, settings)
    flows = [one for one in timed if not one.stock]
    by_unit = _counted(told, registered, flows, settings, settings.unit)
    extra = [UNIT_KINDS[kind] for kind in settings.signals_by if kind != settings.unit]
    by_group = [
        _counted(told, registered, flows, settings, one.column).assign(unit_kind=one.name)
        for one in extra
    ]
    rates = rates_over_time(readings, timed, population_of(settings))
    return Outcomes(
        measures=tuple(timed),
        readings=readings,
        by_unit=by_unit,
        on_the_day=_on_the_day(told, listed, settings),
        charts={name: one for (name, _), one in _charts(readings, settings).items()},
        unit_charts=_charts(by_unit, settings),
        unable=pd.DataFrame(unable, columns=["measure", "needs"]),
        families_known=told.families_known,
        by_group=pd.concat([readings.iloc[:0], *by_group], ignore_index=True),
        rates=rates,
        rate_charts={name: one for (name, _), one in _charts(rates, settings).items()},
        registered=registered,
    )


def _counted(
    told: Told,
    registered: Registered | None,
    measures: Sequence[Measure],
    settings: OutcomeTrends,
    unit: str | None = None,
) -> pd.DataFrame:
    """Count measures by month, of everybody or by a column of units that their table has."""
    asked = {"as_at": settings.extract_day, "last": settings.period_end}
    asked |= {"first": settings.first_day, "unit": unit}
    events = KnownEvents.of(told.events, settings.extract_day)
    parts = [READINGS.empty()]
    for one in measures:
        of_events = one.base.of == "events"
        table = told.events if of_events else registered.activity
        about = asked | ({"covered": told.covered} if of_events else {})
        if unit is None or unit in table:
            counted = readings_of(events if of_events else table, one, **about)
            parts.append(without_seams(counted, [one], told.seams))
    return pd.concat(parts, ignore_index=True)


def _on_the_day(told: Told, listed: Sequence[Measure], settings: OutcomeTrends) -> pd.DataFrame:
    """Give what the lists of the newest extract say of its day."""
    asked = {"as_at": settings.extract_day, "on_lists": told.on_lists}
    asked |= {"first": settings.period_end, "last": settings.period_end}
    events = KnownEvents.of(told.events, settings.extract_day)
    parts = [readings_of(events, one, **asked) for one in listed]
    return pd.concat([READINGS.empty(), *parts], ignore_index=True)


def covered_of(found: Outcomes, settings: OutcomeTrends) -> str:
    """Say which months were counted; those asked for too, where the extracts hold fewer.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Name the months asked for.
    """
    held = found.readings.loc[found.readings["numerator"].notna(), "start"]
    asked = period_in_words(settings.first_day, settings.period_end)
    if held.empty:
        return f"no month whole on record of {asked}"
    covered = months_in_words(held)
    return covered if covered == asked else f"{covered} ({asked} was asked for)"


def _lacks(told: Told, registered: Registered | None, one: Measure, day: date) -> str:
    """Say what a measure needs that is not there, the register's measures too."""
    if one.base is None or one.base.of not in ("activity", "audits") or registered is None:
        return what_lacks(told, one, day)
    return registered.lacks.get(one.name, "")


def what_lacks(told: Told, one: Measure, day: date) -> str:
    """Say what a measure needs that is not there; blank when it can be counted.

    An event that no row of the extract has is a list that was not given, not a count of none.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    one : Measure
        The measure.
    day : date
        Day that the newest extract describes.
    """
    if one.base is None:
        return one.needs
    if one.base.of in ("activity", "audits"):
        return "the register, which was not read here; the page of outcome trends reads it"
    if isinstance(one.base, OnList):
        days = told.on_lists.loc[told.on_lists["list"] == one.base.number, "day"]
        there = (days <= pd.Timestamp(day)).any()
        return "" if there else f"list {one.base.number} in the newest extract"
    event = one.base.event
    if not (told.events["event"] == event).any():
        return f"the list of the extract with {event.lower()}s; no row has one"
    known = told.covered is None or told.covered.spans.get(event)
    return "" if known else f"the month of the extract with {event.lower()}s in its file's name"


def _charts(readings: pd.DataFrame, settings: OutcomeTrends) -> dict[tuple[str, str], Chart]:
    """Chart every series that has a reading and is no stock."""
    stocks = [one.name for one in MEASURES.values() if one.stock]
    flows = readings[~readings["measure"].isin(stocks)]
    found = {}
    for (name, unit), one in series_of(flows).items() if len(flows) else ():
        if not one.mature.any():
            continue
        title = MEASURES[name].title
        about = {"measure": title, "series": title, "n_of": "cases"}
        rate = one.kind == "rate"
        about |= (
            {"unit": "rate", "measure": f"{title}, a year's pace per 10,000 children"}
            if rate
            else {"target": settings.targets.get(name)}
        )
        known = replace(one, **about, scope=settings.whose if unit == EVERYBODY else unit)
        decided = rebases_of(settings).get(name, ()) if unit == EVERYBODY else ()
        # The months that are shown move on: what was decided stays, though it begins before them.
        found[name, unit] = chart(
            known, settings.rate_chart if rate else None, rebases=fitting_rebases(known, decided)[0]
        )
    return found


def rebases_of(settings: OutcomeTrends) -> dict[str, tuple[Rebase, ...]]:
    """Give the recorded decisions to set a centre line anew, by measure.

    Parameters
    ----------
    settings : OutcomeTrends
        Checked parameters.
    """
    decided: dict[str, tuple[Rebase, ...]] = {}
    for one in settings.rebases:
        rebase = Rebase(one.since, by=one.by, reason=one.reason, decided=one.decided)
        decided[one.measure] = (*decided.get(one.measure, ()), rebase)
    return decided


def fitting_rebases(
    readings: Readings, decided: Sequence[Rebase]
) -> tuple[tuple[Rebase, ...], tuple[str, ...]]:
    """Give the rebases that begin within a series, and say which do not.

    Parameters
    ----------
    readings : Readings
        The series.
    decided : sequence of Rebase
        What was decided.

    Returns
    -------
    tuple of Rebase
        Of several that begin with one period the latest.
    tuple of str
        A sentence a decision that was left out.
    """
    periods, kept, said = readings.table["period"], {}, []
    for one in sorted(decided, key=lambda one: one.date):
        place = int(periods.searchsorted(pd.Timestamp(one.date), side="left"))
        if 0 < place < len(periods):
            kept[place] = one
        else:
            said.append(
                f"The rebase since {one.date:%d %B %Y} ({one.reason}) begins outside of what is "
                "shown."
            )
    return tuple(kept.values()), tuple(said)


def signals_of(found: Outcomes, settings: OutcomeTrends) -> Spikes:
    """Find unusual latest months and slow drifts, of everybody and of units together.

    Shares of what should not happen, such as re-referrals, are watched by the number of families
    they come from, since siblings do not come alone; other shares by what is below them. A measure
    that counts each child once a period is left out: it tells the same twice. Of groups of
    children only those large enough to be shown are looked at.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Give the false discovery rate.
    """
    flows = [one for one in found.measures if one.adds]
    of_children = found.by_group["unit_kind"].isin(CHILDREN)
    groups = [found.by_group[~of_children], watched_groups(found.by_group[of_children])]
    readings = pd.concat([found.readings, found.by_unit, *groups], ignore_index=True)
    readings = readings[readings["measure"].isin([one.name for one in flows])]
    return spikes_in(readings.reset_index(drop=True), flows, settings.false_discovery_rate)


def spikes_in(
    readings: pd.DataFrame,
    flows: Sequence[Measure],
    false_discovery_rate: float,
    *,
    every: Every = "month",
) -> Spikes:
    """Find signals in readings, each measure watched the way that matters of it.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of measures whose periods add up.
    flows : sequence of Measure
        These measures.
    false_discovery_rate : float
        Share of the signals that may be chance.
    every : {"month", "quarter"}
        Length of a period.
    """
    return find_spikes(
        readings,
        every=every,
        false_discovery=false_discovery_rate,
        kinds={one.name: "count" for one in flows if one.rule is not None and one.better == "down"},
        sides={one.name: _SIDES[one.better] for one in flows},
        titles={one.name: one.title for one in flows},
    )


_SIDES: dict[str, Side] = {"up": "low", "down": "high", "": "both"}
"""Which way a measure is watched, by which way is better."""


def proposals_of(found: Outcomes) -> pd.DataFrame:
    """Propose where a centre line could be set anew; nothing is applied.

    Parameters
    ----------
    found : Outcomes
        What was counted.

    Returns
    -------
    DataFrame
        One row a proposal: `measure` (in words), `date` (first day of the period), `before`,
        `after` (means on both sides), `words`.
    """
    rows = [
        (MEASURES[name].title, one.date, one.before, one.after, one.words)
        for name, charted in found.charts.items()
        for one in propose_rebases(charted.readings, rebases=charted.rebases)
    ]
    return pd.DataFrame(rows, columns=["measure", "date", "before", "after", "words"])
