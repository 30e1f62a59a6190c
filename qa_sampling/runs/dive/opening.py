"""Opens a deep dive: the cases of some months, of a day beside a year before, or of one list."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.runs.dive.cases import OUTCOME, Dive, open_months, with_background
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.background import age_bands
from qa_sampling.trends.day_cases import cases_on
from qa_sampling.trends.measures import MEASURES, Measure
from qa_sampling.trends.measuring import readings_of


def open_dive(told: Told, settings: DeepDive) -> Dive:
    """Give the cases that a deep dive looks at, and those they are held against.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : DeepDive
        Name the measure and the months. One that is counted on a day looks at the last day of the
        period, beside the same day of the year before; one of lists at the day of the extract.

    Raises
    ------
    TrendError
        When the records hold no settled months or no such day, or none to hold them against.
    """
    measure = MEASURES[settings.measure]
    if not measure.stock:
        return open_months(told, settings)
    return _of_a_day(told, settings)


def _of_a_day(told: Told, settings: DeepDive) -> Dive:
    measure = MEASURES[settings.measure]
    readings = day_readings(told, settings)
    own = pd.Timestamp(settings.period_end.replace(day=1))
    known = set(readings.loc[readings["mature"] & readings["numerator"].notna(), "start"])
    if own not in known:
        raise TrendError(
            f"{measure.title}: no extract tells how many there are at the end of "
            f"{settings.period}. Ask for a `period` whose last day the records reach to; a "
            "measure of lists is known on the day of the newest extract alone."
        )
    year = own - pd.DateOffset(years=1)
    of_events = measure.base.of == "events"
    kind: Literal["day", "list"] = "day" if of_events and year in known else "list"
    starts = [year, own] if kind == "day" else [own]
    parts = [_cases(told, settings, start) for start in starts]
    if any(one.empty for one in parts):
        raise TrendError(
            f"{measure.title}: there are no cases on that day. Ask for a later `period`."
        )
    if kind == "list" and parts[-1][OUTCOME].nunique() < 2:
        raise TrendError(_no_others(measure))
    days = [day_in_words(_day(told, settings, start).date()) for start in starts]
    before = parts[0] if kind == "day" else parts[0].iloc[:0]
    return Dive(
        measure=measure, readings=readings, before=before, now=parts[-1],
        held=pd.DatetimeIndex(starts[:-1]), own=pd.DatetimeIndex(starts[-1:]),
        spans=(days[0] if kind == "day" else "", days[-1]),
        days=(own, own + pd.offsets.MonthEnd(0)), dropped=0,
        everybody=f"All {settings.unit_kind}s together" if settings.is_of_unit else "", kind=kind,
    )  # fmt: skip


def _no_others(measure: Measure) -> str:
    """Say why one day alone does not do."""
    if measure.rule is None:
        return (
            f"{measure.title}: the records do not reach back to the same day of the year before, "
            "and a count of one day alone has nothing to be held against. Give earlier extracts "
            "as well, or ask for a later `period`."
        )
    return (
        f"{measure.title}: on that day nobody is concerned, or everybody is, so there are no "
        "others to set them beside. Ask for another `period`."
    )


def day_readings(told: Told, settings: DeepDive, unit: str | None = None) -> pd.DataFrame:
    """Count a measure of a day at the end of each month; of lists, of the extract's day alone.

    Parameters
    ----------
    told : Told
        What the extracts tell.
    settings : DeepDive
        Name the measure and the months.
    unit : str, optional
        Column to count by.
    """
    measure = MEASURES[settings.measure]
    asked = {"as_at": settings.extract_day, "last": settings.period_end, "unit": unit}
    if measure.base.of == "on_lists":
        first = settings.period_start
        return readings_of(told.events, measure, first=first, on_lists=told.on_lists, **asked)
    first = (pd.Timestamp(settings.period_end) - pd.DateOffset(months=59)).date()
    return readings_of(told.events, measure, first=first, covered=told.covered, **asked)


def _day(told: Told, settings: DeepDive, start: pd.Timestamp) -> pd.Timestamp:
    """Give the day of a month: its last, or that of the extract with the lists."""
    last = start + pd.offsets.MonthEnd(0)
    if MEASURES[settings.measure].base.of == "events":
        return last
    days = told.on_lists["day"]
    return days[(days >= start) & (days <= last)].max()


def _cases(told: Told, settings: DeepDive, start: pd.Timestamp) -> pd.DataFrame:
    """Give the cases of a day with what was known when each began, and the age on the day."""
    day = _day(told, settings, start)
    found = cases_on(
        told.events, MEASURES[settings.measure], day=day.date(), as_at=settings.extract_day,
        on_lists=told.on_lists,
    )  # fmt: skip
    if found.empty:
        return found
    known = with_background(found, told, settings)
    if "date_of_birth" not in told.children:
        return known
    born = told.children.drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    ages = age_bands(known["child_id"].map(born), known["day"])
    return known.assign(age=ages.astype(known["age"].dtype))
