"""England's working days: Monday to Friday without bank holidays.

Day 0 is the start date: a count is of working days after the start, up to and with the end, so
the same day is 0 and the next working day 1. The start may be a weekend or a bank holiday.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError

__all__ = ["BANK_HOLIDAYS", "add_working_days", "is_working_day", "working_days_between"]

_BY_YEAR = """
2012 01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26
2013 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2014 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2015 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2016 01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27
2017 01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26
2018 01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26
2019 01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26
2020 01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28
2021 01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28
2022 01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27
2023 01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26
2024 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26
2025 01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26
2026 01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28
2027 01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28
2028 01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26
"""
"""Month and day of each bank holiday as it was kept, by year (gov.uk/bank-holidays, England and
Wales; its page gives some years, the London Gazette's notices the earlier ones). With the days
in place of those on a weekend, and the moved and single ones: 4 and 5 June 2012, 8 May 2020, 2
and 3 June and 19 September 2022, 8 May 2023."""

BANK_HOLIDAYS: tuple[date, ...] = tuple(
    date.fromisoformat(f"{year}-{day}")
    for year, *days in map(str.split, _BY_YEAR.strip().splitlines())
    for day in days
)
"""Bank holidays of England, 2012 to 2028, in order."""

_FIRST = np.datetime64(f"{BANK_HOLIDAYS[0].year}-01-01", "D")
_LAST = np.datetime64(f"{BANK_HOLIDAYS[-1].year}-12-31", "D")
_DAYS = np.arange(_FIRST, _LAST + np.timedelta64(1, "D"))
_WORKING = (_DAYS.astype("int64") + 3) % 7 < 5  # 1 January 1970 was a Thursday, Monday + 3
_WORKING[(np.array(BANK_HOLIDAYS, dtype="datetime64[D]") - _FIRST).astype("int64")] = False
_UP_TO = np.cumsum(_WORKING)
"""How many working days there are from the first day of the table up to and with a day."""
_OPEN_DAYS = np.flatnonzero(_WORKING)

Day = date | np.datetime64
Days = pd.Series | pd.DatetimeIndex | np.ndarray


def is_working_day(day: Day | Days) -> bool | pd.Series:
    """Tell whether days are working days in England.

    Parameters
    ----------
    day : date or Series of dates
        The days.

    Returns
    -------
    bool or Series of boolean
        For one day a bool; for several a series on their index, missing for a missing day.

    Raises
    ------
    TrendError
        When something is no date, or lies outside the years of the table.
    """
    at, index = _places(day, "day")
    working = pd.Series(_WORKING[np.maximum(at, 0)], index=index, dtype="boolean")
    return _given(working.mask(at < 0), day)


def working_days_between(start: Day | Days, end: Day | Days) -> int | pd.Series:
    """Count the working days after a start, up to and with an end.

    Parameters
    ----------
    start, end : date or Series of dates
        Day 0 and the day it is counted to; one day goes with each of several. Two series must
        have the same index.

    Returns
    -------
    int or Series of Int64
        Working days: 0 for the same day, and for a weekend after a Friday. Missing where a day
        is missing.

    Raises
    ------
    TrendError
        When an end lies before its start, something is no date or outside the years of the
        table, or the two do not go together.
    """
    (begun, index), (ended, other) = _places(start, "start"), _places(end, "end")
    several = [one for one, given in ((index, start), (other, end)) if not _is_one(given)]
    if len(several) == 2 and not index.equals(other):
        raise TrendError(
            "`start` and `end` must have the same index, row for row. Give two columns of one "
            "table, or one day."
        )
    missing = (begun < 0) | (ended < 0)
    if backwards := int(((ended < begun) & ~missing).sum()):
        raise TrendError(
            f"{backwards} of {missing.size} ends lie before their start. Correct the dates, or "
            "leave these rows out."
        )
    counts = np.where(missing, 0, _UP_TO[np.maximum(ended, 0)] - _UP_TO[np.maximum(begun, 0)])
    held = pd.Series(counts, index=[*several, index][0], dtype="Int64").mask(missing)
    return _given(held, None if several else start)


def add_working_days(start: Day | Days, days: int) -> pd.Timestamp | pd.Series:
    """Give the day so many working days after a start: by when something is due.

    Parameters
    ----------
    start : date or Series of dates
        Day 0.
    days : int
        How many working days, 0 or more; 0 gives the start itself.

    Returns
    -------
    Timestamp or Series of dates
        The first day that many working days after the start; missing for a missing start.

    Raises
    ------
    TrendError
        When `days` is no whole number of 0 or more, or a day lies outside the years of the
        table.
    """
    if isinstance(days, bool) or not isinstance(days, (int, np.integer)) or days < 0:
        raise TrendError(f"`days` must be a whole number of 0 or more; got {days!r}.")
    at, index = _places(start, "start")
    missing = at < 0
    nth = np.where(missing, 0, _UP_TO[np.maximum(at, 0)] + days - 1)
    if days and (nth >= _OPEN_DAYS.size).any():
        raise _outside("days", int((nth >= _OPEN_DAYS.size).sum()))
    due = np.where(days > 0, _OPEN_DAYS[np.clip(nth, 0, _OPEN_DAYS.size - 1)], at)
    reached = pd.Series(_DAYS[np.maximum(due, 0)].astype("datetime64[us]"), index=index)
    return _given(reached.mask(missing), start)


def _is_one(days: object) -> bool:
    return not isinstance(days, (pd.Series, pd.DatetimeIndex, np.ndarray))


def _given(held: pd.Series, asked: object) -> object:
    """Give the one value for one day that was asked about, else the series."""
    if asked is None or not _is_one(asked):
        return held
    one = held.iloc[0]
    return one.item() if isinstance(one, np.generic) else one


def _places(days: Day | Days, name: str) -> tuple[np.ndarray, pd.Index]:
    """Give each day's place in the table, -1 for a missing one, and the index."""
    given = pd.Series([days] if _is_one(days) else days)
    if given.isna().all():
        return np.full(given.size, -1), given.index
    if given.dtype == "object" and given.dropna().map(lambda day: isinstance(day, Day)).all():
        given = pd.to_datetime(given)
    if not pd.api.types.is_datetime64_dtype(given.dtype):
        raise TrendError(
            f"`{name}` must hold dates; got {given.dtype}. Make text into dates first, and take "
            "off a time zone."
        )
    at = (given.to_numpy().astype("datetime64[D]") - _FIRST).astype("int64")
    missing = given.isna().to_numpy()
    outside = ~missing & ((at < 0) | (at >= _DAYS.size))
    if outside.any():
        raise _outside(name, int(outside.sum()))
    return np.where(missing, -1, at), given.index


def _outside(name: str, count: int) -> TrendError:
    years = f"{BANK_HOLIDAYS[0].year} to {BANK_HOLIDAYS[-1].year}"
    return TrendError(
        f"`{name}`: {count} dates lie outside {years}, the years whose bank holidays are known. "
        "Correct the dates, or add the years to BANK_HOLIDAYS."
    )
