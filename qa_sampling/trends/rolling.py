"""Rolling years: the counts of twelve months, month by month."""

from __future__ import annotations

import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.measured import READINGS

__all__ = ["ROLLING", "rolling_year"]

ROLLING = Table(
    "rolling years",
    (
        *READINGS.columns,
        Column("end", "date", "Last day of the twelve months"),
        Column("overlapping", "flag", "True: neighbours share months, so no rule of a chart holds"),
    ),
    key=READINGS.key,
)
"""One row a measure, unit and twelve months; `start` is the first of the twelve."""

_SUMMED = ["days", "numerator", "denominator", "pending", "unknown"]


def rolling_year(readings: pd.DataFrame) -> pd.DataFrame:
    """Add up the counts of each twelve months that end with a month, or four quarters.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of counts or shares by month, or by quarter.

    Returns
    -------
    DataFrame
        Declared by :data:`ROLLING`, from the first twelve months of a unit on. The share is that
        of the sums. Twelve months with a missing one are missing; they are mature when all are.
        Children and families are missing: who comes in two months counts in both.

    Raises
    ------
    TrendError
        When the periods do not add up (what is counted on a day, or each child once a period),
        are rates, or do not follow each other.
    SchemaError
        When the table is not as declared.
    """
    check_table(readings, READINGS)
    if not readings["adds"].all():
        name = readings.loc[~readings["adds"], "measure"].iloc[0]
        raise TrendError(
            f"Months of {name} do not add up to a year: it is a median, counted on a day, or each "
            "child once a period. Show its months."
        )
    if (readings["kind"] == "rate").any():
        raise TrendError("Rates do not add up. Add up the counts, then make rates of the years.")
    parts = [
        _rolled(rows.sort_values("start"))
        for _, rows in readings.groupby(["measure", "unit_kind", "unit"], sort=False)
    ]
    held = pd.concat(parts or [ROLLING.empty()], ignore_index=True)
    return check_table(held[ROLLING.names], ROLLING)


def _rolled(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up the periods of one measure and unit."""
    rows = rows.reset_index(drop=True)
    months = 1 if rows["days"].max() <= 31 else 3
    step = pd.DateOffset(months=months)
    if not (rows["start"] + step).iloc[:-1].eq(rows["start"].shift(-1).iloc[:-1]).all():
        raise TrendError(
            "Months or quarters are left out or are of two lengths; give all between the first "
            "and the last (a missing one as a row without counts)."
        )
    n = 12 // months
    sums = rows[_SUMMED].astype("float64").rolling(n, min_periods=n).sum()
    year = rows.assign(
        start=rows["start"].shift(n - 1),
        end=rows["start"] + step - pd.Timedelta(days=1),
        denominator=sums["denominator"],
        overlapping=True,
        children=pd.array([pd.NA] * len(rows), dtype="Int64"),
        families=pd.array([pd.NA] * len(rows), dtype="Int64"),
        mature=rows["mature"].astype("float64").rolling(n, min_periods=n).min().eq(1),
        note=_notes(rows["note"], n),
    )
    for name in ("days", "numerator", "pending", "unknown"):
        year[name] = sums[name].round().astype("Int64")
    count = (rows["kind"] == "count").to_numpy()
    share = sums["numerator"] / sums["denominator"].replace(0, float("nan"))
    year["value"] = sums["numerator"].where(count, share)
    return year.iloc[n - 1 :]


def _notes(notes: pd.Series, n: int) -> pd.Series:
    """Give the latest note within each year; blank when there is none."""
    noted = notes.mask(notes == "")
    return noted.ffill(limit=n - 1).fillna("").astype("str")
