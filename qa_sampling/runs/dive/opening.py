"""Opens a deep dive: the cases of some months, of a day beside a year before, or of one list."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.runs.dive.audited import FindingsOf, with_audits
from qa_sampling.runs.dive.cases import (
    OUTCOME,
    Dive,
    day_readings,
    factors_of,
    open_months,
    with_background,
)
from qa_sampling.runs.outcome_inputs import Told, read_outcomes
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.trends.background import age_bands
from qa_sampling.trends.day_cases import cases_on
from qa_sampling.trends.measures import MEASURES, Measure


def read_dive(settings: DeepDive, findings: FindingsOf) -> tuple[Told, Dive]:
    """Read what a deep dive rests on, and open it.

    Parameters
    ----------
    settings : DeepDive
        Checked parameters.
    findings : callable
        Brings audits together with their draws (``runs.findings.steps.findings_of``); asked for a
        dive into audits alone.

    Raises
    ------
    ExtractError
        With every fault of the files that cannot be mended.
    TrendError
        When there is nothing to look into, or to hold it against.
    """
    told = with_audits(read_outcomes(settings), settings, findings)
    return told, open_dive(told, settings)


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
    readings = day_readings(told, measure, settings)
    own = pd.Timestamp(settings.period_end.replace(day=1))
    known = set(readings.loc[readings["mature"] & readings["numerator"].notna(), "start"])
    if own not in known:
        raise TrendError(
            f"{measure.title}: no extract tells how many there are at the end of "
            f"{settings.period}. Ask for a `period` whose last day the records reach to; a "
            "measure of lists is known on the days of the extracts alone."
        )
    held = _held_against(own, known, of_events=measure.base.of == "events")
    kind: Literal["day", "list"] = "list" if held is None else "day"
    starts = [own] if held is None else [held, own]
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
        factors=factors_of(measure, settings),
    )  # fmt: skip


def _held_against(
    own: pd.Timestamp, known: set[pd.Timestamp], *, of_events: bool
) -> pd.Timestamp | None:
    """Give the month whose day a day is held against: a year before, or the oldest since then.

    Of lists and of entered days any earlier day will do, for each tells of itself; what is open by
    the events is whole a year after the records begin, and not before.
    """
    year = own - pd.DateOffset(years=1)
    if year in known:
        return year
    since = [] if of_events else sorted(one for one in known if year < one < own)
    return since[0] if since else None


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


def _day(told: Told, settings: DeepDive, start: pd.Timestamp) -> pd.Timestamp:
    """Give the day of a month: its last, that of its extract, or that of its entries."""
    last = start + pd.offsets.MonthEnd(0)
    base = MEASURES[settings.measure].base
    if base.of == "events":
        return last
    if base.of == "on_lists":
        days = told.lists.on(base.number)["day"]
    else:
        days = told.entered.loc[told.entered["measure"] == base.event, "date"]
    days = days[days <= pd.Timestamp(settings.extract_day)]
    return days[(days >= start) & (days <= last)].max()


def _cases(told: Told, settings: DeepDive, start: pd.Timestamp) -> pd.DataFrame:
    """Give the cases of a day with what was known when each began, and the age on the day."""
    day = _day(told, settings, start)
    found = cases_on(
        told.known_on(settings.extract_day), MEASURES[settings.measure], day=day.date(),
        as_at=settings.extract_day, on_lists=told.on_lists, entered=told.entered,
    )  # fmt: skip
    if found.empty:
        return found
    known = with_background(found, told, settings)
    if "date_of_birth" not in told.children:
        return known
    born = told.children.drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    ages = age_bands(known["child_id"].map(born), known["day"])
    return known.assign(age=ages.astype(known["age"].dtype))
