"""Counts a measure period by period and unit by unit: the one verb that charts are fed by."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.coverage import Coverage
from qa_sampling.trends.entered import ENTERED
from qa_sampling.trends.measure_cases import KnownEvents, known_events
from qa_sampling.trends.measure_periods import STEPS, Periods, periods_of, starts_of
from qa_sampling.trends.measured import COUNTS, EVERYBODY, READINGS
from qa_sampling.trends.measures import Measure, measure_of
from qa_sampling.trends.on_lists import KnownLists
from qa_sampling.trends.unit_kinds import labels_of

__all__ = ["LOGGED", "readings_of"]

LOGGED = Table(
    "logged activity",
    (
        Column("date", "date", "Day it was done or received"),
        Column("kind", "text", "What it was"),
        Column("team", "text", "Team; blank where none is said", required=False),
        Column("service", "text", "Service; blank where none is said", required=False),
    ),
)
"""The register's QA activity, a row an entry; no child stands in it."""


def readings_of(
    events: pd.DataFrame | KnownEvents,
    measure: Measure | str,
    *,
    as_at: date,
    period: Literal["month", "quarter"] = "month",
    unit: str | None = None,
    first: date | None = None,
    last: date | None = None,
    since: date | None = None,
    on_lists: pd.DataFrame | KnownLists | None = None,
    covered: Coverage | None = None,
) -> pd.DataFrame:
    """Count a measure in each period, of everybody or unit by unit.

    Parameters
    ----------
    events : DataFrame or KnownEvents
        ``schema.EVENTS`` of all stacked extracts; rows repeated by them count once. To count many
        measures of one table, give it as :class:`KnownEvents`: it is checked once then. With a
        column `family_id` families are counted beside children; a child without one is a family
        of its own. For a measure of the register's activity :data:`LOGGED` in its place, for one
        that the authority enters ``entered.ENTERED``.
    measure : Measure or str
        The measure, or its name in :data:`measures.MEASURES`.
    as_at : date
        Day the records reach to; what is dated later is not used.
    period : {"month", "quarter"}
        Length of a period; quarters start in January, April, July and October.
    unit : str, optional
        Column to count by, such as `team`, `source` or a `service` joined to the table: that of
        the event itself, or a column of ``unit_kinds.UNIT_KINDS`` (joined by
        ``records.unit_columns.with_units``). A blank is "Not recorded". Everybody together when
        left out.
    first, last : date, optional
        A day of the first and of the last period wanted; from `since` to `as_at` when left out.
    since : date, optional
        First day from which the records are whole. When left out, the day of the first contact
        or referral (of the first extract for a measure of lists); it lies in the middle of a
        period mostly, and the next is the first whole one.
    on_lists : DataFrame or KnownLists, optional
        :data:`on_lists.ON_LISTS` of one or several days, for measures counted from lists; the
        latest day in a period's last month stands for its end. To count many measures of one
        table, give it as :class:`KnownLists`: it is checked once then.
    covered : Coverage, optional
        Which days the extracts hold of each kind of event (``events_covered.covered_by``); goes
        before `since`. Without it the table is taken for whole from `since` on.

    Returns
    -------
    DataFrame
        Declared by :data:`measured.READINGS`, by unit and period; every unit has every period.
        Counts of periods that are not wholly on record, or with too few months on record before or
        after them for what they look back or ahead on, of stocks at an end that is not yet, and
        where no extract tells, are missing, never 0 and never a part; a count of none is 0.

    Raises
    ------
    TrendError
        When the tables cannot answer the measure, or an argument is not as described.
    SchemaError
        When a table is not as declared.
    """
    asked = measure if isinstance(measure, Measure) else measure_of(measure)
    if period not in STEPS:
        raise TrendError(f'`period` must be "month" or "quarter"; got {period!r}.')
    until, months = pd.Timestamp(as_at), STEPS[period]
    table = _table_of(asked, events, on_lists, until)
    if unit is not None and unit not in table.columns:
        raise TrendError(
            f"`unit`: the table has no column {unit!r}. Choose one of: "
            f"{', '.join(name for name in table.columns if name != 'child_id')}; or join it first."
        )
    wanted = {"since": since, "first": first, "last": last, "covered": covered}
    spans = periods_of(table, asked, until, months, **wanted)
    rows = _judged(table, asked, spans, unit)
    counted = _spread(_tally(rows, asked), spans, _units(rows, unit), asked)
    known = {"families": "family_id" in table, "children": "child_id" in table}
    for name in [one for one, held in known.items() if not held]:
        counted[name] = pd.array([pd.NA] * len(counted), dtype="Int64")
    about = {"measure": asked.name, "unit_kind": unit or "all", "kind": asked.kind}
    about |= {"adds": asked.adds, "carries_over": asked.carries_over}
    return check_table(_aged(counted, asked, spans).assign(**about)[READINGS.names], READINGS)


def _table_of(
    asked: Measure,
    events: pd.DataFrame | KnownEvents,
    on_lists: pd.DataFrame | KnownLists | None,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """Give what the measure is counted from, each row once, as known on a day."""
    if asked.base is None:
        raise TrendError(
            f"{asked.title} cannot be counted from the extracts: it needs {asked.needs}."
        )
    if asked.base.of == "on_lists":
        if on_lists is None:
            raise TrendError(
                f"{asked.title} is counted on the day of an extract, from list "
                f"{asked.base.number}; events do not hold it. Give `on_lists` "
                "(records.on_lists.build_on_lists)."
            )
        number, known = asked.base.number, on_lists
        if not isinstance(known, KnownLists):
            mine = known["list"] == number if "list" in known else slice(None)
            known = KnownLists.of(known[mine])
        return known.on(number).loc[lambda held: held["day"] <= until]
    if asked.base.of == "audits":
        raise TrendError(
            f"{asked.title} is estimated from audits that are a sample, never counted. Read the "
            "register (runs.outcomes.registered.read_registered)."
        )
    if asked.base.of == "measure_events":
        if "measure" not in events:
            raise TrendError(
                f"{asked.title} cannot be counted from the extracts: it needs {asked.needs}."
            )
        return check_table(events, ENTERED).loc[lambda held: held["date"] <= until]
    if asked.base.of == "activity":
        return check_table(events, LOGGED).loc[lambda held: held["date"] <= until]
    return known_events(events, until)


def _judged(table: pd.DataFrame, asked: Measure, spans: Periods, unit: str | None) -> pd.DataFrame:
    """Give the rows below with their period, unit and whether they count above."""
    rows = asked.base.rows(table, spans.days)
    met = asked.rule.met(rows, table) if asked.rule else pd.Series(data=True, index=rows.index)
    met = met.astype("boolean")
    length = asked.length.days(rows, table) if asked.length else None
    if length is not None:
        met = met.mask(length.isna())
    if "undecided" in rows:
        met = met.mask(rows["undecided"])
    open_still = asked.rule.open_still(rows, spans.until) if asked.rule else False
    if unit is None:
        units = pd.Series(EVERYBODY, index=rows.index, dtype="str")
    else:
        units = labels_of(rows, unit)
    child = rows["child_id"] if "child_id" in rows else pd.Series("", index=rows.index)
    family = rows["family_id"] if "family_id" in rows else pd.Series(pd.NA, index=rows.index)
    return pd.DataFrame(
        {
            "start": starts_of(rows["day"], spans.months),
            "unit": units,
            "child_id": child,
            "family": family.where(family.notna(), "child " + child),
            "met": met.fillna(value=False).astype("bool"),
            "unknown": met.isna(),
            "pending": open_still & ~met.fillna(value=True),
            **({} if length is None else {"length": length}),
        }
    )


def _units(rows: pd.DataFrame, unit: str | None) -> list[str]:
    """Give the units of all periods, in order."""
    return [EVERYBODY] if unit is None else sorted(rows["unit"].unique())


def _tally(rows: pd.DataFrame, asked: Measure) -> pd.DataFrame:
    """Count by period and unit."""
    keys = ["unit", "start"]
    below = rows[~rows["unknown"]]
    above = below[below["met"]]
    grouped = above.groupby(keys)
    children = asked.counted == "children"
    counts = below.groupby(keys)["child_id"]
    middle = {"median": grouped["length"].median()} if "length" in rows else {}
    return pd.DataFrame(
        {
            **middle,
            "denominator": counts.nunique() if children else counts.size(),
            "numerator": grouped["child_id"].nunique() if children else grouped.size(),
            "children": grouped["child_id"].nunique(),
            "families": grouped["family"].nunique(),
            "pending": below.groupby(keys)["pending"].sum(),
            "unknown": rows.groupby(keys)["unknown"].sum(),
        }
    )


def _spread(tally: pd.DataFrame, spans: Periods, units: list[str], asked: Measure) -> pd.DataFrame:
    """Give every unit every period, 0 where nothing was counted."""
    grid = pd.MultiIndex.from_product([units, spans.start], names=["unit", "start"])
    spread = tally.reindex(grid)
    table = spread.drop(columns="median", errors="ignore").fillna(0).astype("Int64").reset_index()
    below = table["denominator"].astype("float64")
    none = pd.Series(np.nan, index=table.index)
    if asked.length is not None:
        middle = spread["median"].astype("float64").reset_index(drop=True)
        told = middle.where(table["numerator"] >= asked.minimum)
        return table.assign(value=told, denominator=none)
    if asked.rule is None:
        return table.assign(value=table["numerator"].astype("float64"), denominator=none)
    value = table["numerator"].astype("float64") / below.replace(0, np.nan)
    return table.assign(value=value, denominator=below)


def _aged(table: pd.DataFrame, asked: Measure, spans: Periods) -> pd.DataFrame:
    """Say which periods are whole and final, and blank those without a figure."""
    place = spans.start.get_indexer(table["start"])
    note = spans.note(asked).to_numpy()[place]
    unknown = pd.Series(~spans.known(asked)[place], index=table.index)
    table[COUNTS] = table[COUNTS].mask(unknown)
    days = (spans.last - spans.start).days.to_numpy() + 1
    length = pd.array(days[place], dtype="Int64")
    return table.assign(days=length, mature=note == "", note=pd.Series(note, dtype="str"))
