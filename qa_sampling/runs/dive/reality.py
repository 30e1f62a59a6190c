"""Is it real? The signal again, with families once and settled months only, and what else moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.runs.dive.audited import GradeChange, grade_change
from qa_sampling.runs.dive.cases import Dive, day_readings, monthly_readings
from qa_sampling.runs.dive.day_change import DayChange, day_change
from qa_sampling.runs.dive.medians import median_of
from qa_sampling.runs.dive.population import PopulationChange, population_change
from qa_sampling.runs.graded import MEASURE as AUDITED
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.charts import Chart, chart
from qa_sampling.trends.long_cases import MedianChange
from qa_sampling.trends.measured import EVERYBODY, series_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.series_grid import CountedKind
from qa_sampling.trends.spikes import Spikes, find_spikes
from qa_sampling.trends.windows_tested import windows_tested

RECORDING = ("contacts", "referrals", "referral_nfa")
"""What moves when recording, the front door or a threshold changes."""
NO_FRONT_DOOR = pd.DataFrame(columns=["measure", "before", "now", "unit", "unusual"])
_SIDES = {"up": "low", "down": "high", "": "both"}


@dataclass(frozen=True)
class Reality:
    """Whether it is real. Restricted: it holds small counts.

    Attributes
    ----------
    signals : Spikes
        The measure tested again: everybody and the unit, or every unit of its kind.
    charts : dict of str to Chart
        Everybody's, the unit's where one was named, and those of units with a signal.
    recording : DataFrame
        A row a measure of the front door: `measure`, `before`, `now` (a month, or a share),
        `unit`, `unusual` (missing where it could not be judged).
    declared : tuple of (str, str)
        Month and what happened, of the declared events in the months looked at or held against.
    tested : dict of str to DataFrame
        By the id of each signal what it rests on, month by month (``windows_tested``).
    population : PopulationChange or None
        The counts beside the children of the authority; None without an estimate.
    day : DayChange or None
        Of a measure that is counted on a day, how it stands beside an earlier day.
    median : MedianChange or None
        Of a measure of how long things take, its median then and now.
    grades : GradeChange or None
        Of audits, the estimates then and now.
    """

    signals: Spikes
    charts: dict[str, Chart]
    recording: pd.DataFrame
    declared: tuple[tuple[str, str], ...]
    tested: dict[str, pd.DataFrame]
    population: PopulationChange | None = None
    day: DayChange | None = None
    median: MedianChange | None = None
    grades: GradeChange | None = None

    @property
    def is_signal(self) -> bool:
        """Whether there is a spike or a drift, or a day or a median that differs from before."""
        held = (self.day, self.median, self.grades)
        changes = [one.is_change for one in held if one is not None]
        return bool(self.signals.signals) or any(changes)

    @property
    def is_judged(self) -> bool:
        """Whether any series is long and settled enough to be tested."""
        if self.median or self.grades or (self.day and self.day.units):
            return True
        return bool(self.signals.considered["p"].notna().any())


def retest(told: Told, dive: Dive, settings: DeepDive) -> Reality:
    """Test the measure again, and look at what else moved.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    dive : Dive
        The cases.
    settings : DeepDive
        Name the unit and the declared events.
    """
    if dive.kind != "period":
        return _of_a_day(told, dive, settings)
    if dive.measure.name == AUDITED:
        return _of_audits(told, dive, settings)
    tested = _all_tested(told, dive, settings)
    signals = _signals(tested, dive.measure)
    return Reality(
        signals, _charts(tested, signals, dive, settings), _recording(told, dive, settings),
        _declared(dive, settings), _tested(tested, signals, dive.measure),
        population_change(dive, settings), median=median_of(dive, settings),
    )  # fmt: skip


def _of_audits(told: Told, dive: Dive, settings: DeepDive) -> Reality:
    """Set the estimates side by side: a share of the audits read is none of the cases."""
    return Reality(
        find_spikes(dive.readings.iloc[:0]), {}, _recording(told, dive, settings),
        _declared(dive, settings), {}, grades=grade_change(told, dive, settings),
    )  # fmt: skip


def _all_tested(told: Told, dive: Dive, settings: DeepDive) -> pd.DataFrame:
    """Give the readings of everybody, and of the unit or of every unit of its kind."""
    parts = [dive.readings]
    table = told.own_table(dive.measure)
    if dive.measure.base.of == "on_lists":
        table = told.on_lists
    has_units = table is None or settings.unit_kind in table
    if settings.unit_kind != "all" and settings.unit != EVERYBODY and has_units:
        counted = day_readings if dive.measure.stock else monthly_readings
        parts.append(counted(told, dive.measure, settings, unit=settings.unit_kind))
        if settings.is_of_unit:
            parts[1] = parts[1][parts[1]["unit"] == settings.unit]
    return pd.concat(parts, ignore_index=True)


def _charts(
    tested: pd.DataFrame, signals: Spikes, dive: Dive, settings: DeepDive
) -> dict[str, Chart]:
    """Chart everybody, the unit where one was named, and units with a signal."""
    charts, title = {}, dive.measure.title
    shown = {EVERYBODY, settings.unit, *(one.unit for one in signals.signals)}
    known = tested[tested["start"] >= tested.loc[tested["mature"], "start"].min()]
    for (_, unit), one in series_of(known).items():
        if unit in shown and one.mature.any():
            whose = settings.whose if unit == EVERYBODY else unit
            named = {"measure": title, "series": title, "n_of": "cases"}
            charts[unit] = chart(replace(one, **named, scope=whose))
    return charts


def _of_a_day(told: Told, dive: Dive, settings: DeepDive) -> Reality:
    """Test a day against an earlier one, if there is one; months, where each tells anew."""
    is_alone = dive.kind == "list"
    front_door = NO_FRONT_DOOR if is_alone else _recording(told, dive, settings)
    tested, charts = dive.readings.iloc[:0], {}
    signals = find_spikes(tested)
    if dive.measure.watched:
        tested = _all_tested(told, dive, settings)
        signals = _signals(tested, dive.measure)
        charts = _charts(tested, signals, dive, settings)
    return Reality(
        signals, charts, front_door, _declared(dive, settings),
        _tested(tested, signals, dive.measure),
        None if is_alone else population_change(dive, settings), day_change(dive, settings),
    )  # fmt: skip


def _declared(dive: Dive, settings: DeepDive) -> tuple[tuple[str, str], ...]:
    """Give month and what happened of the declared events in the months of both."""
    months = [settings.period_end.replace(day=1), *(pd.Timestamp(one) for one in _months(dive))]
    span = {f"{pd.Timestamp(one):%Y-%m}" for one in months}
    return tuple((one.month, one.what) for one in settings.events_declared if one.month in span)


def _months(dive: Dive) -> list[pd.Timestamp]:
    """Give all months from the first that is held against to the last that is looked at."""
    first = dive.held.min() if len(dive.held) else dive.own.min()
    return list(pd.date_range(first, dive.days[1], freq="MS"))


def _signals(readings: pd.DataFrame, one: Measure) -> Spikes:
    """Test a measure as the notebook of trends does: what should not happen, by families."""
    kind = _kind(one)
    return find_spikes(
        readings.reset_index(drop=True),
        kinds={one.name: kind} if kind else {},
        sides={one.name: _SIDES[one.better]},
        titles={one.name: one.title},
    )


def _kind(measure: Measure) -> CountedKind | None:
    """Give what is counted where families are: of a share that should fall, those concerned."""
    return "count" if measure.rule is not None and measure.better == "down" else None


def _tested(readings: pd.DataFrame, signals: Spikes, measure: Measure) -> dict[str, pd.DataFrame]:
    """Give what each signal rests on, month by month, by its id."""
    asked = {"critical": signals.critical, "side": _SIDES[measure.better], "kind": _kind(measure)}
    held = readings.reset_index(drop=True)
    return {one.id: windows_tested(held, one, **asked) for one in signals.signals}


def _recording(told: Told, dive: Dive, settings: DeepDive) -> pd.DataFrame:
    """Set the front door of these months beside that of the months before.

    Children are tested and not families: it is about how much comes in.
    """
    rows = []
    known = set(told.events["event"])
    for name in RECORDING:
        one = MEASURES[name]
        if one.base.event not in known or name == dive.measure.name:
            continue
        readings = monthly_readings(told, one, settings)
        readings = readings[readings["start"] <= dive.days[1]]
        before, now = (_figure(readings, months) for months in dive.around)
        round_ = _signals(readings.assign(families=pd.NA), one)
        judged = round_.considered["p"].notna().any()
        unusual = bool(round_.signals) if judged else None
        rows.append((one.title, before, now, "share" if one.rule else "a month", unusual))
    return pd.DataFrame(rows, columns=NO_FRONT_DOOR.columns)


def _figure(readings: pd.DataFrame, months: pd.DatetimeIndex) -> float:
    """Give the share of some months together, or the mean count."""
    held = readings[readings["start"].isin(months) & readings["numerator"].notna()]
    if held.empty:
        return float("nan")
    if held["kind"].iloc[0] == "proportion":
        return float(held["numerator"].sum() / held["denominator"].sum())
    return float(held["numerator"].mean())
