"""The table of readings that measures are counted into, and the series that charts take."""

from __future__ import annotations

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.readings import Frequency, Readings

__all__ = ["COUNTS", "EVERYBODY", "READINGS", "series_of"]

EVERYBODY = "All"
"""The one unit when nothing is counted by."""

COUNTS = ["numerator", "denominator", "value", "children", "families", "pending", "unknown"]
"""Columns that are missing where a period is."""

READINGS = Table(
    "readings",
    (
        Column("measure", "text", "Name in MEASURES"),
        Column("unit_kind", "text", 'Column of the unit, such as team, or "all"'),
        Column("unit", "text", 'Value of that column, or "All"'),
        Column("start", "date", "First day of the period"),
        Column("days", "whole", "Days of the period"),
        Column("kind", "code", "What it is", codes=("count", "proportion", "rate", "duration")),
        Column("adds", "flag", "Whether periods add up; not on a day, nor children of a period"),
        Column(
            "carries_over", "flag", "Whether a period's figure is mostly that of the one before"
        ),
        Column(
            "numerator",
            "whole",
            "Count above, or behind a median; missing as the period is",
            False,
        ),
        Column("denominator", "number", "Below; missing for a count, and with the period", False),
        Column("value", "number", "Count, share, rate or median; missing without one", False),
        Column("children", "whole", "Children in the numerator", False),
        Column("families", "whole", "Families in the numerator; missing when not known", False),
        Column("pending", "whole", "In the denominator and may yet count above", False),
        Column("unknown", "whole", "Left out: what is asked cannot be told", False),
        Column("mature", "flag", "Whether the figure is whole and can no longer change"),
        Column("note", "text", "Why it is not mature; blank when it is", False),
    ),
    key=("measure", "unit_kind", "unit", "start"),
)
"""One row a measure, unit and period. A missing period is missing, never 0."""

_LENGTHS: tuple[tuple[int, Frequency], ...] = ((7, "week"), (31, "month"), (92, "quarter"))


def series_of(readings: pd.DataFrame, *, carried: bool = False) -> dict[tuple[str, str], Readings]:
    """Give each measure and unit as the series that charts and alerts take.

    Parameters
    ----------
    readings : DataFrame
        :data:`READINGS`, of one or several measures and units, or rates of them.
    carried : bool
        Whether to give stocks that carry over too; a chart's limits and runs do not hold for them
        (docs/measures.md has how often they fire for nothing).

    Returns
    -------
    dict of (str, str) to Readings
        By measure and unit, in the table's order.

    Raises
    ------
    TrendError
        When the readings overlap (rolling years), carry over and `carried` was not given, or one
        measure and unit stands there twice.
    SchemaError
        When the table is not as declared.
    """
    if "overlapping" in readings and readings["overlapping"].any():
        raise TrendError(
            "Rolling years overlap: neighbours share 11 of 12 months, so limits and rules of a "
            "chart do not hold. Chart the months; show the rolling year as a line."
        )
    check_table(readings, READINGS)
    if not carried and readings["carries_over"].any():
        name = readings.loc[readings["carries_over"], "measure"].iloc[0]
        raise TrendError(
            f"{name} counts mostly the children of the month before: limits and runs of a chart "
            "take months for independent and fire for nothing. Chart what starts and ends, and "
            "show it as a line; `carried=True` gives the series all the same."
        )
    names = ["measure", "unit"]
    kinds = readings.drop_duplicates(["measure", "unit_kind", "unit"])
    if count := int(kinds.duplicated(names).sum()):
        raise TrendError(
            f"{count} measures stand there by two kinds of unit with one name. Give one at a time."
        )
    return {
        (measure, unit): _one(rows, measure, unit)
        for (measure, unit), rows in readings.groupby(names, sort=False)
    }


def _one(rows: pd.DataFrame, measure: str, unit: str) -> Readings:
    """Give the readings of one measure and unit."""
    rows = rows.sort_values("start")
    kind, known = rows["kind"].iloc[0], MEASURES.get(measure)
    table = pd.DataFrame(
        {
            "period": rows["start"],
            "numerator": rows["value" if kind == "duration" else "numerator"].astype("float64"),
            "denominator": rows["denominator"].astype("float64"),
            "mature": rows["mature"],
        }
    )
    per = rows["per"].iloc[0] if "per" in rows else 1.0
    return Readings(
        table.reset_index(drop=True),
        kind=kind,
        per=float(per) if kind == "rate" else 1.0,
        frequency=_frequency(int(rows["days"].max())),
        better=known.better if known else "",
        series=f"{known.title if known else measure}, {unit}",
        **({"unit": _UNITS[kind]} if kind in _UNITS else {}),
    )


_UNITS = {"proportion": "share", "duration": "days"}


def _frequency(days: int) -> Frequency:
    return next((name for longest, name in _LENGTHS if days <= longest), "year")
