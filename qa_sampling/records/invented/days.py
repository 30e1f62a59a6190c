"""Days as whole numbers since 1 January 1970: quick to add, the same on every machine."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

OPEN = 99_999
"""The day of what has not ended: in the year 2243."""

_EPOCH = date(1970, 1, 1)


def to_day(value: date) -> int:
    """Give the day number of a date."""
    return (value - _EPOCH).days


def to_date(day: int) -> date:
    """Give the date of a day number."""
    return _EPOCH + timedelta(days=int(day))


def weekday(day: int) -> int:
    """Give the day of the week, Monday 0 to Sunday 6."""
    return (day + 3) % 7


def next_weekday(day: int) -> int:
    """Give the day itself from Monday to Friday, else the Monday after."""
    return day + max(0, 7 - weekday(day)) if weekday(day) > 4 else day


def add_weekdays(day: int, n: int) -> int:
    """Give the day `n` weekdays after `day` (bank holidays count as weekdays)."""
    if n == 0:
        return day
    weeks, left = divmod(n, 5)
    end = next_weekday(day) + 7 * weeks
    return end + left + (2 if weekday(end) + left > 4 else 0)


def month_starts(until: date, months: int) -> list[int]:
    """Give the first days of the `months` months that end with the month of `until`."""
    last = until.year * 12 + until.month - 1
    return [
        to_day(date(number // 12, number % 12 + 1, 1))
        for number in range(last - months + 1, last + 1)
    ]


def month_end(start: int) -> int:
    """Give the last day of the month that starts on day `start`."""
    first = to_date(start)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return to_day(following) - 1


def months_before(day: int, months: int) -> int:
    """Give the same day of the month `months` earlier, or the last day of a shorter month."""
    value = to_date(day)
    number = value.year * 12 + value.month - 1 - months
    start = to_day(date(number // 12, number % 12 + 1, 1))
    return min(start + value.day - 1, month_end(start))


def birthday(born: int, age: int) -> int:
    """Give the day a child born on `born` turns `age` (1 March for 29 February)."""
    value = to_date(born)
    if (value.month, value.day) == (2, 29):
        return to_day(date(value.year + age, 3, 1))
    return to_day(value.replace(year=value.year + age))


def ages(born: pd.Series, day: int) -> pd.Series:
    """Give completed years at `day`, -1 before birth, from day numbers of birth."""
    at = to_date(day)
    dates = to_dates(born)
    before = (dates.dt.month > at.month) | ((dates.dt.month == at.month) & (dates.dt.day > at.day))
    return (at.year - dates.dt.year - before.astype("int64")).clip(lower=-1).astype("Int64")


def to_dates(days: pd.Series, *, seen_from: int = OPEN - 1) -> pd.Series:
    """Give dates of day numbers; what lies after day `seen_from` is missing.

    Parameters
    ----------
    days : Series
        Day numbers; :data:`OPEN` for none.
    seen_from : int
        The day from which one looks: later days are not yet known.
    """
    numbers = days.to_numpy(dtype="int64", na_value=OPEN)
    values = numbers.astype("datetime64[D]").astype("datetime64[us]")
    values[numbers > min(seen_from, OPEN - 1)] = np.datetime64("NaT", "us")
    return pd.Series(values, index=days.index)
