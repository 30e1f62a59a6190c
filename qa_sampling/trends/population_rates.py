"""Rates of a population: counts per 10,000 children, each beside the estimate it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.declared import Column, Table, check_table
from qa_sampling.errors import TrendError
from qa_sampling.trends.measured import EVERYBODY, READINGS

__all__ = ["POPULATIONS", "RATES", "rates_of", "wanted_years"]

POPULATIONS = Table(
    "populations",
    (
        Column("year", "whole", "Year in whose middle it is estimated"),
        Column("population", "number", "Children aged 0 to 17"),
        Column("vintage", "text", "Which estimate it is: its source and when it came out"),
    ),
    key=("year",),
)
"""One row a year: estimates are revised, so that one of them must be chosen."""

RATES = Table(
    "rates",
    (
        *READINGS.columns,
        Column("per", "number", "Children that the rate is for"),
        Column("annual", "flag", "Whether it is the rate of a whole year at the period's pace"),
        Column("population", "number", "Children aged 0 to 17", required=False),
        Column("population_year", "whole", "Year of the estimate", required=False),
        Column("vintage", "text", "Which estimate; blank where there is none", required=False),
    ),
    key=READINGS.key,
)
"""Readings of kind "rate"; `denominator` is children, or children times years when annual."""

_WHOLE_YEAR = 365


def rates_of(
    readings: pd.DataFrame,
    population: pd.DataFrame,
    *,
    annual: bool,
    per: float = 10_000,
) -> pd.DataFrame:
    """Give counts as rates of the population.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of counts of everybody, or ``rolling.ROLLING`` of them.
    population : DataFrame
        :data:`POPULATIONS`.
    annual : bool
        Whether the rate of a month is that of a year at its pace (its exposure is the part of
        the year that it lasts), or the count of the month alone for so many children. A rolling
        year is a year either way.
    per : float
        Children that the rate is for.

    Returns
    -------
    DataFrame
        Declared by :data:`RATES`; other columns of `readings` stay. Missing before the first
        estimate.

    Raises
    ------
    TrendError
        When the readings are no counts, are of teams or other units, or do not add up and an
        annual rate was asked.
    SchemaError
        When a table is not as declared.

    Notes
    -----
    A year that ends on 31 March of Y is divided by the middle of Y - 1, as the Department for
    Education does; so are its months. Where that estimate is not out yet the latest before it
    is used: `population_year` says which.
    """
    check_table(readings, READINGS)
    people = check_table(population, POPULATIONS).sort_values("year")
    _refuse(readings, per, annual=annual)
    wanted = wanted_years(readings)
    used = _estimates(people, wanted)
    whole = readings["days"] >= _WHOLE_YEAR
    part = _part_of_year(readings["days"], wanted).mask(whole, 1.0) if annual else 1.0
    below = used["population"].astype("float64") * part
    rates = readings.assign(
        kind="rate",
        denominator=below,
        value=readings["numerator"].astype("float64") / below.replace(0, np.nan) * per,
        per=float(per),
        annual=(annual | whole).astype("bool"),
        population=used["population"].astype("float64"),
        population_year=used["year"].astype("Int64"),
        vintage=used["vintage"].fillna("").astype("str"),
    )
    return check_table(rates, RATES)


def wanted_years(readings: pd.DataFrame) -> pd.Series:
    """Give the year in whose middle the children of each reading should be estimated.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS``.
    """
    end = readings["start"] + pd.to_timedelta(readings["days"].astype("int64") - 1, unit="D")
    return end.dt.year - (end.dt.month <= 3)


def _estimates(people: pd.DataFrame, wanted: pd.Series) -> pd.DataFrame:
    """Give the estimate of each year, or the latest before it; missing before the first."""
    place = np.searchsorted(people["year"].to_numpy(dtype="int64"), wanted, side="right") - 1
    if not len(people):
        return POPULATIONS.empty().reindex(wanted.index)
    used = people.iloc[np.clip(place, 0, None)].set_axis(wanted.index)
    return used.mask(pd.Series(place < 0, index=wanted.index))


def _part_of_year(days: pd.Series, wanted: pd.Series) -> pd.Series:
    """Give the part that a period is of the year to 31 March it lies in."""
    march = pd.to_datetime(pd.DataFrame({"year": wanted + 1, "month": 3, "day": 1}))
    leap = (march - pd.Timedelta(days=1)).dt.day == 29
    return days.astype("float64") / (_WHOLE_YEAR + leap)


def _refuse(readings: pd.DataFrame, per: float, *, annual: bool) -> None:
    """Refuse what has no rate."""
    if not (np.isfinite(per) and per > 0):
        raise TrendError(f"`per` must be above 0 children; got {per}. Give 10_000.")
    if (other := readings.loc[readings["kind"] != "count", "measure"]).size:
        raise TrendError(f"{other.iloc[0]} is no count: it has a denominator of its own.")
    if (readings["unit"] != EVERYBODY).any():
        raise TrendError(
            "Teams, services and sources have no population of children. Give readings of "
            "everybody (without `unit`)."
        )
    if annual and not readings["adds"].all():
        name = readings.loc[~readings["adds"], "measure"].iloc[0]
        raise TrendError(
            f"{name} is counted on a day, or each child once a period, and has no pace of a year. "
            "Give annual=False."
        )
