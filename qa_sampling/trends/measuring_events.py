"""Counts a measure from the events, period by period and unit by unit."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.schema import EVENTS, NOT_RECORDED
from qa_sampling.trends.measures import Measure, measure_of

__all__ = ["MEASURED", "measure_events"]

MEASURED = Table(
    "measured periods",
    (
        Column("period", "date", "First day of the period"),
        Column("unit", "text", 'Value of the column asked for, or "All"'),
        Column("numerator", "whole", "Count above; missing before the records", False),
        Column("denominator", "whole", "Count below; missing for a count", False),
        Column("value", "number", "The count, or the share; missing without a denominator", False),
        Column("children", "whole", "Children in the numerator", False),
        Column("families", "whole", "Families in the numerator; missing when not known", False),
        Column("pending", "whole", "In the denominator and may yet count above", False),
        Column("unknown", "whole", "Left out: what is asked cannot be told", False),
        Column("mature", "flag", "Whether the figure is whole and can no longer change"),
        Column("note", "text", "Why it is not mature; blank when it is", False),
    ),
    key=("period", "unit"),
)
"""One row a period and unit of one measure."""

_STEPS = {"month": 1, "quarter": 3}
_RECEIVED = ("Contact", "Referral")
"""Kinds whose lists hold a window of months and nothing from before it."""


def measure_events(
    events: pd.DataFrame,
    measure: Measure | str,
    *,
    as_at: date,
    by: str | None = None,
    every: Literal["month", "quarter"] = "month",
    first: date | None = None,
) -> pd.DataFrame:
    """Count a measure in each period.

    Parameters
    ----------
    events : DataFrame
        ``schema.EVENTS`` of all stacked extracts; rows repeated by them count once. With a
        column `family_id` families are counted beside children; a child without one is a family
        of its own.
    measure : Measure or str
        The measure, or its name in :data:`measures.MEASURES`.
    as_at : date
        Day the records reach to; what is dated later is not used.
    by : str, optional
        Column of `events` to count by, such as `team` or `source`: that of the event itself. A
        blank is "Not recorded".
    every : {"month", "quarter"}
        Length of a period; quarters start in January, April, July and October.
    first : date, optional
        First day from which the records are whole. When not given, the day of the first contact
        or referral; it lies in the middle of a period mostly, and the next is the first whole one.

    Returns
    -------
    DataFrame
        Declared by :data:`MEASURED`, by unit and period, from the first contact or referral (or
        `first`) to the period of `as_at`; every unit has every period. Counts of periods before
        the first whole one are missing, never 0.

    Raises
    ------
    TrendError
        When the events cannot answer the measure, or an argument is not as described.
    SchemaError
        When `events` is not as declared.
    """
    asked = measure if isinstance(measure, Measure) else measure_of(measure)
    if asked.base is None:
        raise TrendError(
            f"{asked.title} cannot be counted from the events: it needs {asked.needs}."
        )
    if every not in _STEPS:
        raise TrendError(f'`every` must be "month" or "quarter"; got {every!r}.')
    until = pd.Timestamp(as_at)
    held = _known(events, until)
    if by is not None and by not in held.columns:
        raise TrendError(
            f"`by`: the events have no column {by!r}. Choose one of: "
            f"{', '.join(name for name in held.columns if name != 'child_id')}; or join it first."
        )
    periods, whole = _periods(held, asked, until, every, first)
    rows = _judged(held, asked, until, by, every)
    units = sorted(rows["unit"].unique()) or ["All"]
    table = _table(_tally(rows, asked), periods, units, asked)
    if "family_id" not in held:
        table["families"] = pd.array([pd.NA] * len(table), dtype="Int64")
    return check_table(_aged(table, asked, whole, until, every), MEASURED)


def _known(events: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Give each event once, as it was known on a day."""
    once = events.drop_duplicates([name for name in EVENTS.key if name in events.columns])
    held = check_table(once, EVENTS)
    held = held[held["date"] <= until]
    return held.assign(end_date=held["end_date"].where(held["end_date"] <= until))


def _starts(days: pd.Series, every: str) -> pd.Series:
    """Give the first day of the period of each day."""
    month = (days.dt.month - 1) // _STEPS[every] * _STEPS[every] + 1
    return pd.to_datetime({"year": days.dt.year, "month": month, "day": 1}).astype("datetime64[us]")


def _periods(
    held: pd.DataFrame, asked: Measure, until: pd.Timestamp, every: str, first: date | None
) -> tuple[pd.DatetimeIndex, pd.Timestamp]:
    """Give the first days of all periods, and that of the first whole one."""
    received = held.loc[held["event"].isin(_RECEIVED), "date"]
    if received.empty:
        received = held.loc[held["event"] == asked.base.event, "date"]
    if received.empty and first is None:
        raise TrendError(
            f"There is no contact, referral or {asked.base.event.lower()} up to {until:%d %B %Y}: "
            "nothing says since when records are kept. Give `first`."
        )
    begun = pd.Timestamp(first) if first is not None else received.min()
    if begun > until:
        raise TrendError(
            f"`first` ({begun:%d %B %Y}) lies after `as_at` ({until:%d %B %Y}). Correct one."
        )
    earliest = min(begun, received.min()) if len(received) else begun
    step = pd.DateOffset(months=_STEPS[every])
    start, whole, last = _starts(pd.Series([earliest, begun, until]), every)
    if begun > whole:
        whole += step
    return pd.date_range(start, last, freq=step, unit="us"), whole


def _judged(
    held: pd.DataFrame, asked: Measure, until: pd.Timestamp, by: str | None, every: str
) -> pd.DataFrame:
    """Give the events below with their period, unit and whether they count above."""
    rows = asked.base.rows(held)
    met = asked.rule.met(rows, held) if asked.rule else pd.Series(data=True, index=rows.index)
    met = met.astype("boolean")
    open_still = asked.rule.open_still(rows, until) if asked.rule else False
    if by is None:
        unit = pd.Series("All", index=rows.index, dtype="str")
    else:
        unit = rows[by].astype("str").str.strip()
        unit = unit.where(rows[by].notna() & (unit != ""), NOT_RECORDED)
    family = rows["family_id"] if "family_id" in rows else pd.Series(pd.NA, index=rows.index)
    return pd.DataFrame(
        {
            "period": _starts(rows["day"], every),
            "unit": unit,
            "child_id": rows["child_id"],
            "family": family.where(family.notna(), "child " + rows["child_id"]),
            "met": met.fillna(value=False).astype("bool"),
            "unknown": met.isna(),
            "pending": open_still & ~met.fillna(value=True),
        }
    )


def _tally(rows: pd.DataFrame, asked: Measure) -> pd.DataFrame:
    """Count by period and unit."""
    keys = ["period", "unit"]
    below = rows[~rows["unknown"]]
    above = below[below["met"]]
    grouped = above.groupby(keys)
    children = asked.counted == "children"
    counts = below.groupby(keys)["child_id"]
    return pd.DataFrame(
        {
            "denominator": counts.nunique() if children else counts.size(),
            "numerator": grouped["child_id"].nunique() if children else grouped.size(),
            "children": grouped["child_id"].nunique(),
            "families": grouped["family"].nunique(),
            "pending": below.groupby(keys)["pending"].sum(),
            "unknown": rows.groupby(keys)["unknown"].sum(),
        }
    )


def _table(
    tally: pd.DataFrame, periods: pd.DatetimeIndex, units: list[str], asked: Measure
) -> pd.DataFrame:
    """Give every unit every period, 0 where nothing was counted."""
    grid = pd.MultiIndex.from_product([units, periods], names=["unit", "period"])
    tally.index = tally.index.set_names(["period", "unit"])
    table = tally.swaplevel().reindex(grid).fillna(0).astype("Int64").reset_index()
    if asked.rule is None:
        table["value"] = table["numerator"].astype("float64")
        table["denominator"] = pd.array([pd.NA] * len(table), dtype="Int64")
        return table
    below = table["denominator"].astype("float64").replace(0, np.nan)
    table["value"] = table["numerator"].astype("float64") / below
    return table


def _aged(
    table: pd.DataFrame, asked: Measure, whole: pd.Timestamp, until: pd.Timestamp, every: str
) -> pd.DataFrame:
    """Say which periods are whole and final, and blank those before the records."""
    period = table["period"]
    last = period + pd.DateOffset(months=_STEPS[every]) - pd.Timedelta(days=1)
    before = period < whole
    note = pd.Series("", index=table.index, dtype="str")
    note = note.mask(last + pd.DateOffset(months=asked.lag) > until, "follow-up not over")
    note = note.mask(
        period < whole + pd.DateOffset(months=asked.look_back), "too few months before it"
    )
    note = note.mask(last > until, "period not over").mask(before, "before the records")
    counts = ["numerator", "denominator", "value", "children", "families", "pending", "unknown"]
    table[counts] = table[counts].mask(before)
    return table.assign(mature=note == "", note=note)[MEASURED.names]
