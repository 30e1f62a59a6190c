"""One measure looked at from every side: unit, period, set of rules; what fired, what it proposes.

Only the measure that is asked for is counted, and what was counted is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.results import ControlChart
from qa_sampling.runs.extract_seams import without_seams
from qa_sampling.runs.graded import MEASURE as GRADE
from qa_sampling.runs.graded import graded_readings, graded_series
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.asked import (
    GROUPS_NOTE,
    NO_SIGNALS,
    ROLLING_NOTE,
    STOCK_NOTE,
    Asked,
    Look,
    not_drawn,
)
from qa_sampling.runs.outcomes.breakdowns import broken_down_alone
from qa_sampling.runs.outcomes.charting import charted, waits_between
from qa_sampling.runs.outcomes.group_cells import (
    printed_on_the_page,
    protected_groups,
    shown_groups,
)
from qa_sampling.runs.outcomes.lacking import lacks_of
from qa_sampling.runs.outcomes.listed import (
    ONE_DAY,
    is_listed,
    listed_readings,
    over_time,
    table_of,
)
from qa_sampling.runs.outcomes.rebased import fitting_rebases, rebases_of
from qa_sampling.runs.outcomes.registered import Registered
from qa_sampling.runs.outcomes.steps import spikes_in
from qa_sampling.settings.charting import BETWEEN, fitting_chart
from qa_sampling.settings.explorer import Every, TrendExplorer, UnitKind
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.changes import propose_rebases
from qa_sampling.trends.charts import chart
from qa_sampling.trends.measured import EVERYBODY, READINGS, series_of
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase
from qa_sampling.trends.rolling import rolling_year
from qa_sampling.trends.showing import control_chart_of
from qa_sampling.trends.spikes import Spikes
from qa_sampling.trends.unit_kinds import CHILDREN, UNIT_KINDS


@dataclass
class Exploration:
    """The extracts, what was asked of them, and what was counted so far.

    Attributes
    ----------
    told : Told
        What the extracts tell.
    settings : TrendExplorer
        Checked parameters.
    trends : OutcomeTrends
        Parameters of the scheduled run: its targets and recorded rebases.
    registered : Registered or None
        What the register tells; None where it was not read.
    """

    told: Told
    settings: TrendExplorer
    trends: OutcomeTrends
    registered: Registered | None = None
    _counted: dict[tuple[str, str, str], pd.DataFrame] = field(default_factory=dict)
    _signals: dict[tuple[str, str, str], Spikes] = field(default_factory=dict)
    _printed: dict[str, dict[str, tuple[PrintedTable, ...]]] = field(default_factory=dict)

    def tellable(self) -> dict[str, Measure]:
        """Give the measures that can be counted over time, in the registry's order."""
        lacks = self._lacks()
        return {name: one for name, one in MEASURES.items() if not lacks[name]}

    def unable(self) -> pd.DataFrame:
        """Give the measures that cannot: `measure` (in words) and `needs` (why)."""
        rows = [(MEASURES[name].title, why) for name, why in self._lacks().items() if why]
        return pd.DataFrame(rows, columns=["measure", "needs"])

    def _lacks(self) -> dict[str, str]:
        told, day = self.told, self.settings.extract_day
        lacks = {n: lacks_of(told, self.registered, one, day) for n, one in MEASURES.items()}
        listed = [one for n, one in MEASURES.items() if is_listed(one) and not lacks[n]]
        seen = {one.name for one in over_time(told, listed, self.settings)}
        once = {one.name: ONE_DAY.format(number=one.base.number) for one in listed}
        return lacks | {name: why for name, why in once.items() if name not in seen}

    def unit_kinds(self) -> tuple[UnitKind, ...]:
        """Give the kinds of unit that the extracts tell, everybody first."""
        events = self.told.events
        columns = {one: one for one in ("service", "team", "source")}
        columns |= {one: UNIT_KINDS[one].column for one in CHILDREN}
        told = [k for k, one in columns.items() if one in events and events[one].notna().any()]
        return ("all", *told)

    def units(self, measure: str, unit_kind: UnitKind) -> list[str]:
        """Give the units of a kind that a measure has, in order; of groups the large ones.

        Parameters
        ----------
        measure : str
            Its name in the registry.
        unit_kind : str
            What the unit is.
        """
        if unit_kind in CHILDREN:
            return shown_groups(self.readings(measure, unit_kind, "quarter"))
        return sorted(self.readings(measure, unit_kind, "month")["unit"].unique())

    def readings(self, measure: str, unit_kind: UnitKind, every: Every) -> pd.DataFrame:
        """Count a measure, or give what was counted before.

        Parameters
        ----------
        measure : str
            Its name in the registry.
        unit_kind : str
            What the unit is.
        every : {"month", "quarter", "rolling"}
            Length of a period.

        Returns
        -------
        DataFrame
            ``measured.READINGS``, of rolling years ``rolling.ROLLING``; of groups of children with
            the small ones blank, and `hidden`.

        Raises
        ------
        TrendError
            When groups of children are asked for by other periods than quarters, or months of
            the measure do not add up to a year, as estimates from audits do not.
        """
        key = (measure, unit_kind, every)
        if unit_kind in CHILDREN and every != "quarter":
            raise TrendError(f"{GROUPS_NOTE} Choose quarters.")
        if key not in self._counted:
            if MEASURES[measure].kind == "grade":
                self._counted[key] = self._graded(unit_kind, every)
            elif every == "rolling":
                self._counted[key] = rolling_year(self.readings(measure, unit_kind, "month"))
            else:
                found = self._count(MEASURES[measure], unit_kind, every)
                groups = unit_kind in CHILDREN
                self._counted[key] = self._protected(found, measure) if groups else found
        return self._counted[key]

    def _count(self, measure: Measure, unit_kind: UnitKind, every: str) -> pd.DataFrame:
        settings = self.settings
        if is_listed(measure):
            unit = None if unit_kind == "all" else unit_kind
            return listed_readings(self.told, measure, settings, unit=unit, period=every)
        table = table_of(self.told, self.registered, measure)
        unit = UNIT_KINDS[unit_kind].column if unit_kind in CHILDREN else unit_kind
        if measure.base.of != "events" and unit not in ("all", *table.columns):
            return READINGS.empty()
        about = {"as_at": settings.extract_day, "period": every, "covered": self.told.covered}
        about |= {"first": settings.first_day, "last": settings.period_end}
        found = readings_of(table, measure, unit=None if unit == "all" else unit, **about)
        found = without_seams(found, [measure], self.told.seams, period=every)
        return found.assign(unit_kind=unit_kind) if unit_kind in CHILDREN else found

    def _protected(self, found: pd.DataFrame, measure: str) -> pd.DataFrame:
        """Hide small groups, with page 50's tables of the same day in the reader's hand."""
        if found.empty:
            return found.assign(hidden=False)
        if measure not in self._printed:
            same = {name: getattr(self.settings, name) for name in ("extract", "period", "as_at")}
            asked = self.trends.model_copy(update=same)
            there = broken_down_alone(self.told, MEASURES[measure], asked)
            self._printed[measure] = printed_on_the_page(there)
        return protected_groups(found, self._printed[measure].get(found["unit_kind"].iloc[0], ()))

    def _graded(self, unit_kind: UnitKind, every: str) -> pd.DataFrame:
        """Give the estimates from audits that the register tells of."""
        held = self.registered
        if every == "rolling":
            raise TrendError(
                f"{MEASURES[GRADE].title} are estimates, which do not add up to twelve months. "
                "Choose months or quarters."
            )
        by_quarter = pd.concat([held.grades, held.by_unit], ignore_index=True)
        grades = held.by_month if every == "month" else by_quarter
        mine = grades[grades["unit_kind"] == unit_kind]
        return graded_series(mine, self.settings, every=every)

    def look(self, asked: Asked) -> Look:
        """Look at one measure of one unit.

        Parameters
        ----------
        asked : Asked
            What is looked at.

        Raises
        ------
        TrendError
            When it cannot be counted so, with what to choose instead.
        """
        if asked.chart in BETWEEN:
            return self._waits(asked)
        rows = self.readings(asked.measure, asked.unit_kind, asked.every)
        rows = rows[rows["unit"] == asked.unit].reset_index(drop=True)
        if rows.empty:
            raise TrendError(
                f"{MEASURES[asked.measure].title} has no cases of {asked.unit}. Choose another "
                "unit."
            )
        counts = rows[["numerator", "denominator"]].astype("float64")
        if "audits" in rows:
            counts = pd.DataFrame({"numerator": rows["audits"], "denominator": float("nan")})
        stock = MEASURES[asked.measure].carries_over
        if asked.every == "rolling" or stock:
            note = STOCK_NOTE if stock else ROLLING_NOTE
            notes = (note, *not_drawn(asked))
            return Look(asked, self._line(rows, asked), counts, None, notes=notes)
        return self._charted(rows, counts, asked)

    def _series(self, rows: pd.DataFrame, asked: Asked) -> Readings:
        scope = self.settings.whose if asked.unit == EVERYBODY else asked.unit
        target = self.trends.target_of(asked.measure)
        if MEASURES[asked.measure].kind == "grade":
            return graded_readings(rows, scope=scope, target=target, every=asked.every)
        one = next(iter(series_of(rows, carried=True).values()))
        about = {"measure": MEASURES[asked.measure].title, "n_of": "cases"}
        return replace(one, target=target, scope=scope, **about)

    def _line(self, rows: pd.DataFrame, asked: Asked) -> ControlChart:
        """Give a line without limits; rolling years stand at their last month."""
        words = ""
        if asked.every == "rolling":
            rows = rows.assign(start=rows["end"].dt.to_period("M").dt.start_time, days=31)
            rows = rows.drop(columns=["end", "overlapping"])
            words = ", twelve months up to each month"
        one = self._series(rows, asked)
        blank = dict.fromkeys(("centre", "low", "high"), float("nan"))
        table = one.table[["period", "mature"]].assign(value=one.values, **blank)
        if "hidden" in rows:
            table["hidden"] = rows["hidden"].to_numpy(dtype=bool)
        if one.kind == "proportion":
            table["n"] = one.table["denominator"].to_numpy(dtype="float64")
        return ControlChart(
            table, chart="line", frequency=one.frequency, better=one.better, target=one.target,
            measure=f"{one.measure}{words}", scope=one.scope, unit=one.unit, n_of=one.n_of,
        )  # fmt: skip

    def _charted(self, rows: pd.DataFrame, counts: pd.DataFrame, asked: Asked) -> Look:
        one = self._series(rows, asked)
        rebases, left = fitting_rebases(one, self.decided(asked))
        kind, freeze = asked.chart, asked.freeze
        if asked.unit_kind == "all":
            scheduled = self.trends.charts.get(asked.measure, "")
            held = asked.rules == "ours" and scheduled not in BETWEEN
            kind = kind or (scheduled if held else "")
            freeze = freeze or self.trends.freeze.get(asked.measure, "")
        drawn = charted(one, kind=kind, rules=asked.rules, freeze=freeze, rebases=rebases)
        proposals = propose_rebases(one, rebases=rebases) if one.mature.any() else ()
        shown = control_chart_of(drawn)
        if "hidden" in rows:
            hidden = rows["hidden"].to_numpy(dtype=bool)
            shown = replace(shown, table=shown.table.assign(hidden=hidden))
            left = (*left, GROUPS_NOTE)
        return Look(asked, shown, counts, drawn, proposals, left)

    def _waits(self, asked: Asked) -> Look:
        """Look at what lies between rare events, of everybody."""
        if asked.unit_kind != "all":
            raise TrendError("What lies between rare events is charted of everybody alone.")
        measure = MEASURES[asked.measure]
        try:
            fitting_chart(asked.measure, asked.chart)
        except ValueError as error:
            raise TrendError(f"{measure.title}: {error}. Choose another chart.") from None
        counted = self.readings(asked.measure, "all", "month")
        one = waits_between(self.told, measure, counted, self.settings, asked.chart)
        drawn = chart(one, asked.chart, preset=None if asked.rules == "ours" else asked.rules)
        counts = one.table[["numerator", "denominator"]].astype("float64")
        return Look(asked, control_chart_of(drawn), counts, drawn)

    def decided(self, asked: Asked) -> tuple[Rebase, ...]:
        """Give the recorded rebases of a measure; of units there are none.

        Parameters
        ----------
        asked : Asked
            What is looked at.
        """
        return rebases_of(self.trends).get(asked.measure, ()) if asked.unit_kind == "all" else ()

    def check_rebase(self, asked: Asked, since: date) -> None:
        """Refuse a new centre line that the scheduled run, by month, could not draw.

        Parameters
        ----------
        asked : Asked
            What is looked at.
        since : date
            First day of its first month.

        Raises
        ------
        TrendError
            When it begins before or after the data, or with another rebase.
        """
        rows = self.readings(asked.measure, "all", "month")
        one = self._series(rows.reset_index(drop=True), replace(asked, unit=EVERYBODY))
        new = Rebase(pd.Timestamp(since), by="-", reason="-")
        held, _ = fitting_rebases(one, self.decided(replace(asked, unit_kind="all")))
        chart(one, rebases=(*held, new))

    def signals(self, asked: Asked) -> Spikes:
        """Find unusual latest periods and slow drifts of one measure, everywhere.

        Parameters
        ----------
        asked : Asked
            What is looked at; of rolling years the months are. With everybody the units are
            looked at that the scheduled run has.

        Returns
        -------
        Spikes
            Without signals, and with the reason in `words`, of a stock and of a measure that counts
            each child once a period.
        """
        measure, rate = MEASURES[asked.measure], self.settings.false_discovery_rate
        if not measure.watched:
            none = spikes_in(self.readings(asked.measure, "all", "month").iloc[:0], [], rate)
            return replace(none, words=f"No signal is looked for in {measure.title}: {NO_SIGNALS}")
        every = "quarter" if asked.every == "quarter" else "month"
        kind = self.trends.unit if asked.unit_kind in ("all", *CHILDREN) else asked.unit_kind
        key = (asked.measure, kind, every)
        if key not in self._signals:
            kinds = [one for one in ("all", kind) if one in self.unit_kinds()]
            parts = [self.readings(asked.measure, one, every) for one in kinds]
            self._signals[key] = spikes_in(
                pd.concat(parts, ignore_index=True), [measure], rate, every=every
            )
        return self._signals[key]


def first_asked(found: Exploration) -> Asked:
    """Give what the parameters ask to be looked at first.

    Parameters
    ----------
    found : Exploration
        With its parameters.

    Raises
    ------
    TrendError
        When the measure or the unit cannot be told, with what can.
    """
    asked, known = found.settings, found.tellable()
    if asked.measure not in known:
        raise TrendError(
            f"`measure`: {MEASURES[asked.measure].title} cannot be told over time. Choose one of "
            f"{', '.join(known)}."
        )
    if asked.unit_kind not in found.unit_kinds():
        raise TrendError(
            f"`unit_kind`: the extracts tell no {asked.unit_kind}. Choose one of "
            f"{', '.join(found.unit_kinds())}."
        )
    units = found.units(asked.measure, asked.unit_kind)
    unit = asked.unit or next(iter(units), EVERYBODY)
    if units and unit not in units:
        raise TrendError(f"`unit`: there is no {unit!r}. Choose one of {', '.join(units)}.")
    about = (asked.every, asked.rules, asked.chart, asked.freeze)
    return Asked(asked.measure, asked.unit_kind, unit, *about)
