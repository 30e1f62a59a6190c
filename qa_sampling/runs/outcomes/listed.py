"""Measures of the lists over time: each extract tells of its own day, a month without one is a gap.

A child on a list stays on it, so neighbouring months hold mostly the same children. Of what is
renewed within a month, such as the next visit, a month tells anew all the same: limits and rules
hold, and signals are looked for. Of what a child keeps, such as its placement or its activity, a
month mostly repeats the one before: a line is drawn, without limits (docs/measures.md has how
often they would fire for nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from qa_sampling.runs.extract_gaps import months_in_words
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.registered import Registered
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.trends.measured import READINGS
from qa_sampling.trends.measures import Measure
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.unit_kinds import UNIT_KINDS

__all__ = [
    "ONE_DAY",
    "extract_months",
    "extracts_words",
    "is_listed",
    "listed_readings",
    "over_time",
    "table_of",
]

ONE_DAY = (
    "the extract of another month: the lists of each tell of their own day, and only one extract "
    "with list {number} was read"
)


def is_listed(measure: Measure) -> bool:
    """Say whether a measure is counted from lists, on the day of an extract.

    Parameters
    ----------
    measure : Measure
        The measure.
    """
    return measure.base is not None and measure.base.of == "on_lists"


def extract_months(told: Told, number: int, *, last: date) -> pd.DatetimeIndex:
    """Give the first days of the months of which an extract holds a list, in order.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    number : int
        Number of the list.
    last : date
        Day up to which extracts are known.
    """
    days = told.lists.on(number)["day"]
    months = days[days <= pd.Timestamp(last)].dt.to_period("M").dt.start_time
    return pd.DatetimeIndex(sorted(months.unique()))


def over_time(told: Told, measures: Sequence[Measure], settings: AnalysisSettings) -> list[Measure]:
    """Give the measures of lists of which two months that are shown have an extract.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measures : sequence of Measure
        Measures of lists.
    settings : AnalysisSettings
        Say the months, and up to which day.
    """
    first = pd.Timestamp(settings.first_day)
    return [
        one
        for one in measures
        if (extract_months(told, one.base.number, last=settings.extract_day) >= first).sum() > 1
    ]


def listed_readings(
    told: Told,
    measure: Measure,
    settings: AnalysisSettings,
    *,
    unit: str | None = None,
    period: str = "month",
) -> pd.DataFrame:
    """Count a measure of lists period by period, of everybody or by a kind of unit.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    measure : Measure
        A measure of lists.
    settings : AnalysisSettings
        Say the months, and up to which day.
    unit : str, optional
        Kind of unit (``unit_kinds.UNIT_KINDS``) or a column of one; everybody when left out.
    period : {"month", "quarter"}
        Length of a period; of a quarter the extract of its last month tells.

    Returns
    -------
    DataFrame
        ``measured.READINGS``, its `unit_kind` as it was asked for; empty where the lists do not
        have the column.
    """
    column = UNIT_KINDS[unit].column if unit in UNIT_KINDS else unit
    if column is not None and column not in told.on_lists:
        return READINGS.empty()
    counted = readings_of(
        told.events,
        measure,
        as_at=settings.extract_day,
        period=period,
        unit=column,
        first=settings.first_day,
        last=settings.period_end,
        on_lists=told.lists,
    )
    return counted if unit is None else counted.assign(unit_kind=unit)


def extracts_words(told: Told, settings: AnalysisSettings) -> str:
    """Say of which months extracts tell the lists, and which between them have none.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : AnalysisSettings
        Say up to which day.
    """
    parts = [
        extract_months(told, number, last=settings.extract_day) for number in told.lists.tables
    ]
    months = pd.DatetimeIndex(sorted(set().union(*parts)))
    if months.empty:
        return "No extract tells what was overdue on its day."
    every = pd.date_range(months[0], months[-1], freq="MS")
    lacking = every.difference(months)
    said = f"{len(months)} extracts tell what their lists said on their day: "
    said += months_in_words(months) + "."
    if len(lacking):
        said += f" Without one, and so a gap: {months_in_words(lacking)}."
    return said if len(months) > 1 else f"{said} Over time takes a second month's extract."


def table_of(told: Told, registered: Registered | None, measure: Measure) -> pd.DataFrame:
    """Give the table that a measure is counted from, other than lists.

    Parameters
    ----------
    told : Told
        What the extracts and the extra tables tell.
    registered : Registered or None
        What the register tells.
    measure : Measure
        A measure that these tables can answer.
    """
    if measure.base.of == "activity":
        return registered.activity
    return told.entered if measure.base.of == "measure_events" else told.events
