"""The cases a deep dive looks at: those of some months, and those they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.dates import period_in_words
from qa_sampling.runs.dive.code_words import in_words
from qa_sampling.runs.extract_gaps import months_in_words
from qa_sampling.runs.graded import MEASURE as AUDITED
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive, Factor
from qa_sampling.trends.background import add_background
from qa_sampling.trends.entered import audits_entered
from qa_sampling.trends.long_cases import as_share, long_from
from qa_sampling.trends.measure_cases import KnownEvents, cases_of
from qa_sampling.trends.measure_rules import Longer
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of

OUTCOME = "concerned"
"""Column of 0 and 1: whether a case is one of those that are looked into."""


@dataclass(frozen=True)
class Dive:
    """What a deep dive rests on. Restricted: a row a child and event.

    Attributes
    ----------
    measure : Measure
        What moved.
    readings : DataFrame
        ``measured.READINGS`` of everybody, by month.
    before, now : DataFrame
        One row a case of ``measure_cases.cases_of`` with ``background.add_background``, and
        `concerned`.
    held, own : DatetimeIndex
        First days of the months of both.
    spans : tuple of (str, str)
        Both in words.
    days : tuple of Timestamp
        First and last day of the months looked at.
    dropped : int
        Months up to the period that were left out because their figures can still change.
    everybody : str
        What figures of everybody are called where one unit is looked into: "All teams together".
        Blank where none is.
    kind : {"period", "day", "list"}
        Whether its cases are those of months; those of a day, held against an earlier day, the
        same of the year before where that is known; or those of one day alone.
    factors : tuple of str
        What is asked for that its cases have.
    """

    measure: Measure
    readings: pd.DataFrame
    before: pd.DataFrame
    now: pd.DataFrame
    held: pd.DatetimeIndex
    own: pd.DatetimeIndex
    spans: tuple[str, str]
    days: tuple[pd.Timestamp, pd.Timestamp]
    dropped: int
    everybody: str = ""
    kind: Literal["period", "day", "list"] = "period"
    factors: tuple[str, ...] = ()

    @property
    def ago(self) -> str:
        """How the day that a day is held against is called: "a year before", or the day."""
        if self.own[-1] - pd.DateOffset(years=1) == self.held[-1]:
            return "a year before"
        return f"on {self.spans[0]}"

    @property
    def title(self) -> str:
        """Title in the registry: of long cases without what makes them long."""
        return MEASURES[self.measure.name].title

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is of a period, and what everybody may read of it is not shown here."""
        return not self.measure.stock and (self.is_long or self.measure.base.of != "events")

    @property
    def of(self) -> Literal["count", "rate"]:
        """Whether the concerned are held against time, or, of audits, against how many there are.

        How many audits come back in a month says nothing of practice.
        """
        return "rate" if self.measure.name == AUDITED else "count"

    @property
    def is_long(self) -> bool:
        """Whether it is about how long things take, and its cases are the long ones."""
        return isinstance(self.measure.rule, Longer)

    def of_everybody(self, text: str) -> str:
        """Say before a text that it is of everybody, where it could be taken for the unit's.

        Parameters
        ----------
        text : str
            What is said.
        """
        return f"{self.everybody}: {text}" if self.everybody else text

    @property
    def months(self) -> tuple[int, int]:
        """How many months both are."""
        return len(self.held), len(self.own)

    @property
    def per(self) -> str:
        """What a figure is of: "a month", or "on the day"."""
        return "a month" if self.kind == "period" else "on the day"

    @property
    def called(self) -> str:
        """What the concerned are called: the measure, or those of its cases that are not."""
        if self.now.empty or (self.now["met"].astype("int64") == self.now[OUTCOME]).all():
            return self.measure.title
        return f"{self.measure.title}: those that are not"

    @property
    def around(self) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
        """First days of the months in which the front door is looked at: of a day, a year's."""
        if self.kind == "period":
            return self.held, self.own
        years = [pd.date_range(end=last, periods=12, freq="MS")
                 for last in (self.held[-1], self.own[-1])]  # fmt: skip
        return years[0], years[1]

    @property
    def against(self) -> str:
        """What is looked at and what it is held against, in words."""
        now, then = self.spans[1], self.spans[0]
        return f"{now} against {then}" if then else f"{now} alone"

    @property
    def is_share(self) -> bool:
        """Whether some cases count above and others do not."""
        return self.measure.rule is not None


def open_months(told: Told, settings: DeepDive) -> Dive:
    """Give the cases of the months looked at, and of those before, that can no longer change.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : DeepDive
        Name the measure and the months.

    Raises
    ------
    TrendError
        When the records hold no settled months, or none to hold them against.
    """
    measure = audits_entered(MEASURES[settings.measure])
    readings = monthly_readings(told, measure, settings)
    settled = readings.loc[readings["mature"], "start"].sort_values()
    own = settled.iloc[-settings.over :]
    held = _baseline(settled, own, settings)
    if len(own) < settings.over or held.empty:
        raise TrendError(
            f"{measure.title}: the records hold {len(settled)} settled months up to "
            f"{settings.period}, too few for {settings.over} months and others to hold them "
            f"against. {_reach(told, measure)} Ask for a later `period`, for fewer months with "
            "`over`, or give earlier or later extracts as well."
        )
    if measure.length is not None:
        before = _cases(told, measure, settings, held)
        if len(before):
            measure = as_share(measure, long_from(before["days"]))
            readings = monthly_readings(told, measure, settings)
    parts = [_cases(told, measure, settings, months) for months in (held, own)]
    if parts[0].empty or parts[1].empty:
        lacking = months_in_words(held if parts[0].empty else own)
        raise TrendError(
            f"{measure.title}: there are no cases in {lacking}. "
            f"{_reach(told, measure)} Ask for months that they cover (`period`, `over`, "
            "`baseline_months`), or give earlier or later extracts as well."
        )
    after = pd.Timestamp(settings.period_start).to_period("M") - own.iloc[-1].to_period("M")
    return Dive(
        measure=measure, readings=readings, before=parts[0], now=parts[1],
        held=pd.DatetimeIndex(held), own=pd.DatetimeIndex(own),
        spans=(months_in_words(held), months_in_words(own)),
        days=(own.iloc[0], own.iloc[-1] + pd.offsets.MonthEnd(0)), dropped=int(after.n),
        everybody=f"All {settings.unit_kind}s together" if settings.is_of_unit else "",
        factors=factors_of(measure, settings),
    )  # fmt: skip


_OF_THE_REGISTER: tuple[Factor, ...] = ("team", "service")
"""What the register of activity says of an entry; no child stands in it."""


def factors_of(measure: Measure, settings: DeepDive) -> tuple[str, ...]:
    """Give the factors that were asked for; of the register's entries those that they have.

    Parameters
    ----------
    measure : Measure
        The measure.
    settings : DeepDive
        Name the factors.
    """
    return _OF_THE_REGISTER if measure.base.of == "activity" else settings.factors


def monthly_readings(
    told: Told, measure: Measure, settings: DeepDive, unit: str | None = None
) -> pd.DataFrame:
    """Count a measure in each of the five years of months up to the period.

    Parameters
    ----------
    told : Told
        What the extracts and the authority's own tables tell.
    measure : Measure
        A measure of a period.
    settings : DeepDive
        Give the period and the day of the extract.
    unit : str, optional
        Column to count by.

    Raises
    ------
    TrendError
        When the measure's own table was not given.
    """
    first = (pd.Timestamp(settings.period_end) - pd.DateOffset(months=59)).date()
    return readings_of(
        own_table(told, measure, settings), measure, as_at=settings.extract_day, first=first,
        last=settings.period_end, unit=unit, covered=told.covered,
    )  # fmt: skip


def day_readings(
    told: Told, measure: Measure, settings: DeepDive, unit: str | None = None
) -> pd.DataFrame:
    """Count a measure of a day at the end of each month; of lists, on the day of each extract.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measure : Measure
        A measure that is counted on a day.
    settings : DeepDive
        Name the months.
    unit : str, optional
        Column to count by.

    Raises
    ------
    TrendError
        When nothing tells it.
    """
    if measure.base.of != "on_lists":
        return monthly_readings(told, measure, settings, unit)
    if measure.base.number not in told.lists.tables:
        raise TrendError(f"{measure.title}: no extract holds list {measure.base.number}.")
    first = (pd.Timestamp(settings.period_end) - pd.DateOffset(months=59)).date()
    return readings_of(
        told.known_on(settings.extract_day), measure, as_at=settings.extract_day, first=first,
        last=settings.period_end, unit=unit, on_lists=told.lists,
    )  # fmt: skip


def own_table(told: Told, measure: Measure, settings: DeepDive) -> pd.DataFrame | KnownEvents:
    """Give what a measure is counted from: the events, or a table of its own.

    Parameters
    ----------
    told : Told
        What the extracts and the authority's own tables tell.
    measure : Measure
        The measure.
    settings : DeepDive
        Give the day of the extract.

    Raises
    ------
    TrendError
        When its own table was not given.
    """
    if measure.base.of in ("events", "on_lists"):
        return told.known_on(settings.extract_day)
    table = told.own_table(measure)
    if table is None:
        needs = measure.needs or "the register with its entries (`register_at`)"
        raise TrendError(f"{measure.title}: nothing is there to look into; it needs {needs}.")
    return table


def _reach(told: Told, measure: Measure) -> str:
    """Say which months the records of a measure are of; for messages, so without a count."""
    if measure.base.of != "events":
        return f"It is counted from {measure.base.words.lower()}."
    event = measure.base.event
    days = told.events.loc[told.events["event"] == event, "date"].dropna()
    if days.empty:
        return f"The extract lists no {event.lower()} at all."
    first, last = days.min().replace(day=1), days.max() + pd.offsets.MonthEnd(0)
    span = period_in_words(first.date(), last.date())
    return f"The extract lists the event {event.lower()!r} in {span} only."


def _baseline(settled: pd.Series, own: pd.Series, settings: DeepDive) -> pd.Series:
    if settings.baseline == "year_before":
        return settled[settled.isin(own - pd.DateOffset(years=1))]
    return settled[settled < own.min()].iloc[-settings.baseline_months :]


def _cases(told: Told, measure: Measure, settings: DeepDive, months: pd.Series) -> pd.DataFrame:
    """Give the cases of some months with what is known of each."""
    last = months.iloc[-1] + pd.offsets.MonthEnd(0)
    found = cases_of(
        told.known_on(settings.extract_day), measure, as_at=settings.extract_day,
        first=months.iloc[0].date(), last=last.date(), entered=told.own_table(measure),
    )  # fmt: skip
    found = found[found["month"].isin(months)].reset_index(drop=True)
    return with_background(found, told, settings)


def with_background(found: pd.DataFrame, told: Told, settings: DeepDive) -> pd.DataFrame:
    """Give cases what is known of each, codes in words, and whether each is concerned.

    Parameters
    ----------
    found : DataFrame
        Cases, such as ``measure_cases.cases_of`` gives.
    told : Told
        Events and children.
    settings : DeepDive
        Say who is concerned.
    """
    known = add_background(found, told.events, children=told.children)
    coded = ("source", "need", "category")
    known = known.assign(**{name: [in_words(name, one) for one in known[name]] for name in coded})
    return known.assign(**{OUTCOME: (known["met"] == settings.looks_at_met).astype(int)})


def unit_words(settings: DeepDive) -> str:
    """Give the unit as the cases have it.

    Parameters
    ----------
    settings : DeepDive
        Name the unit.
    """
    return in_words(settings.unit_kind, settings.unit)


def of_unit(cases: pd.DataFrame, settings: DeepDive) -> pd.DataFrame:
    """Give the cases of the unit; all where none was named.

    Parameters
    ----------
    cases : DataFrame
        The cases.
    settings : DeepDive
        Name the unit.
    """
    if not settings.is_of_unit:
        return cases
    return cases[cases[settings.unit_kind] == unit_words(settings)]
