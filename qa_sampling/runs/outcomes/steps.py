"""From events to charts: every measure over time, for everybody and for each unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.runs.extract_gaps import months_in_words
from qa_sampling.runs.extract_seams import without_seams
from qa_sampling.runs.graded import GRADED, graded_readings, graded_series
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.charting import (
    charted,
    charted_as_set,
    rate_charted_as_set,
    wait_charts,
)
from qa_sampling.runs.outcomes.groups import watched_groups
from qa_sampling.runs.outcomes.lacking import lacks_of, units_lacking
from qa_sampling.runs.outcomes.listed import is_listed, listed_readings, over_time, table_of
from qa_sampling.runs.outcomes.rates import rates_over_time
from qa_sampling.runs.outcomes.rebased import fitting_rebases, rebases_of
from qa_sampling.runs.outcomes.registered import Registered
from qa_sampling.runs.populations import population_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.changes import propose_rebases
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.expecting import Side
from qa_sampling.trends.measure_cases import KnownEvents
from qa_sampling.trends.measured import EVERYBODY, READINGS, series_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.series_grid import CountedKind, Every
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
        The same by unit; no open episodes, which each month inherits from the month before.
    on_the_day : DataFrame
        What the lists of the newest extract say of its day, a row a measure.
    charts : dict of str to Chart
        Of everybody, by measure; none that carries over from month to month.
    unit_charts : dict of (str, str) to Chart
        By measure and unit, where a unit has readings at all.
    unable : DataFrame
        `measure` (in words), `needs`: what cannot be counted, or not by a kind of unit that was
        asked for, and what it would need.
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
    wait_charts : dict of str to Chart
        Of the days or cases between rare events, by measure, where `charts` asks for them.
    grades : DataFrame
        ``graded.GRADED`` by month, of everybody and of units; empty where they were not asked
        for, or cannot be told.
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
    wait_charts: dict[str, Chart] = field(default_factory=dict)
    grades: pd.DataFrame = field(default_factory=GRADED.empty)

    @property
    def measured(self) -> pd.DataFrame:
        """Every measure of everybody, with what is told of the day alone where nothing else is."""
        alone = ~self.on_the_day["measure"].isin(self.readings["measure"])
        return pd.concat([self.readings, self.on_the_day[alone]], ignore_index=True)


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
    lacking = {one.name: lacks_of(told, registered, one, settings.extract_day) for one in wanted}
    known = [one for one in wanted if not lacking[one.name]]
    timed = [one for one in known if one.base.of in ("events", "activity", "measure_events")]
    graded = [one for one in known if one.base.of == "audits"]
    listed = [one for one in known if is_listed(one)]
    unable = [(one.title, lacking[one.name]) for one in wanted if lacking[one.name]]
    timed += over_time(told, listed, settings)
    if not timed + graded:
        raise TrendError(
            "None of the measures asked for can be counted over time from the extracts. Ask for "
            "others with `measures`, or leave it empty for all."
        )
    readings = _counted(told, registered, timed, settings)
    flows = [one for one in timed if one.base.of != "events" or not one.carries_over]
    by_unit = _counted(told, registered, flows, settings, settings.unit)
    extra = [UNIT_KINDS[kind] for kind in settings.signals_by if kind != settings.unit]
    by_group = [
        _counted(told, registered, flows, settings, one.column).assign(unit_kind=one.name)
        for one in extra
    ]
    unable += units_lacking(told, registered, flows, settings)
    rates = rates_over_time(readings, timed, population_of(settings))
    grades = registered.by_month if graded else GRADED.empty()
    return Outcomes(
        measures=tuple(timed),
        readings=readings,
        by_unit=by_unit,
        on_the_day=_on_the_day(told, listed, settings),
        charts={name: one for (name, _), one in _charts(readings, settings).items()}
        | ({"audits_good": one} if (one := graded_chart(grades, settings)) else {}),
        unit_charts=_charts(by_unit, settings),
        unable=pd.DataFrame(unable, columns=["measure", "needs"]),
        families_known=told.families_known,
        by_group=pd.concat([readings.iloc[:0], *by_group], ignore_index=True),
        rates=rates,
        rate_charts={name: one for (name, _), one in _charts(rates, settings).items()},
        registered=registered,
        wait_charts=wait_charts(told, timed, readings, settings),
        grades=grades,
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
        if is_listed(one):
            parts.append(listed_readings(told, one, settings, unit=unit))
            continue
        of_events = one.base.of == "events"
        table = table_of(told, registered, one)
        about = asked | ({"covered": told.covered} if of_events else {})
        if unit is None or unit in table:
            counted = readings_of(events if of_events else table, one, **about)
            parts.append(without_seams(counted, [one], told.seams))
    return pd.concat(parts, ignore_index=True)


def _on_the_day(told: Told, listed: Sequence[Measure], settings: OutcomeTrends) -> pd.DataFrame:
    """Give what the lists of the newest extract say of its day."""
    asked = {"as_at": settings.extract_day, "on_lists": told.lists}
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


def _charts(readings: pd.DataFrame, settings: OutcomeTrends) -> dict[tuple[str, str], Chart]:
    """Chart every series that has a reading and does not carry over from month to month."""
    stocks = [one.name for one in MEASURES.values() if one.carries_over]
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
            else {"target": settings.target_of(name)}
        )
        about |= {"measure": f"{title}, the median"} if one.kind == "duration" else {}
        known = replace(one, **about, scope=settings.whose if unit == EVERYBODY else unit)
        decided = rebases_of(settings).get(name, ()) if unit == EVERYBODY else ()
        # The months that are shown move on: what was decided stays, though it begins before them.
        fitting = fitting_rebases(known, decided)[0]
        if rate:
            found[name, unit] = rate_charted_as_set(known, name, settings, fitting)
        elif unit == EVERYBODY:
            found[name, unit] = charted_as_set(known, name, settings, fitting)
        else:
            found[name, unit] = charted(known, rules=settings.rules)
    return found


def graded_chart(grades: pd.DataFrame, settings: OutcomeTrends) -> Chart | None:
    """Chart good or better of everybody's open cases; None where no month of it is settled.

    Parameters
    ----------
    grades : DataFrame
        ``graded.GRADED`` by month.
    settings : OutcomeTrends
        Give the target and the recorded rebases.
    """
    whole = grades[grades["unit_kind"] == "all"]
    if not whole["mature"].any():
        return None
    target, audits = settings.target_of("audits_good"), int(whole["audits"].sum())
    one = graded_readings(
        graded_series(whole, settings), scope=settings.whose, target=target, n=audits
    )
    decided = rebases_of(settings).get("audits_good", ())
    return charted_as_set(one, "audits_good", settings, fitting_rebases(one, decided)[0])


def signals_of(found: Outcomes, settings: OutcomeTrends) -> Spikes:
    """Find unusual latest months and slow drifts, of everybody and of units together.

    Shares of what should not happen, such as re-referrals, are watched by the number of families
    they come from, since siblings do not come alone; other shares by what is below them; audits
    graded good or better by the effective audits of their draw. A measure that counts each child
    once a period is left out: it tells the same twice. Of groups of children only those large
    enough to be shown are looked at.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Give the false discovery rate.
    """
    return spikes_in(*watched_series(found, settings, 0), settings.false_discovery_rate)


def watched_series(
    found: Outcomes, settings: OutcomeTrends, back: int
) -> tuple[pd.DataFrame, list[Measure]]:
    """Give the series that are watched, and their measures, so many months ago.

    Parameters
    ----------
    found : Outcomes
        What was counted.
    settings : OutcomeTrends
        Name the units.
    back : int
        Settled months of every measure that are left out, the latest ones.
    """
    flows = [one for one in found.measures if one.watched]
    watched = found.grades["unit_kind"].isin(["all", settings.unit, *settings.signals_by])
    graded = graded_series(found.grades[watched], settings)
    whole = pd.concat([found.readings, graded], ignore_index=True)
    settled = whole[whole["mature"] & whole["numerator"].notna()]
    last = settled.groupby("measure")["start"].max() - pd.DateOffset(months=back)
    graded, everybody, by_unit, by_group = (
        table[table["start"] <= table["measure"].map(last)]
        for table in (graded, found.readings, found.by_unit, found.by_group)
    )
    of_children = by_group["unit_kind"].isin(CHILDREN)
    groups = [by_group[~of_children], watched_groups(by_group[of_children])]
    readings = pd.concat([everybody, by_unit, *groups], ignore_index=True)
    readings = readings[readings["measure"].isin([one.name for one in flows])]
    flows += [MEASURES[name] for name in graded["measure"].unique()]
    readings = pd.concat([readings, graded], ignore_index=True)
    held = set(readings["measure"])
    return readings, [one for one in flows if one.name in held]


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
        kinds={one.name: kind for one in flows if (kind := _watched_as(one))},
        sides={one.name: _SIDES[one.better] for one in flows},
        titles={one.name: one.title for one in flows},
    )


def _watched_as(one: Measure) -> CountedKind | None:
    """Say by what a measure is watched; None where its readings say it."""
    if one.kind == "grade":
        return "sampled"
    return "count" if one.rule is not None and one.better == "down" else None


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
