"""Dates and periods as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def day_in_words(day: date) -> str:
    """Give a date as people write it: "30 November 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment_in_words(written: str) -> str:
    """Give a moment of the register as people write it: "25 November 2026, 18:32:08 UTC".

    Parameters
    ----------
    written : str
        ISO 8601, a date or with a time of day and its offset; anything else is given as it is.
    """
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if "T" not in written:
        return day_in_words(moment.date())
    if moment.tzinfo is None:
        return written
    moment = moment.astimezone(UTC)
    return f"{day_in_words(moment.date())}, {moment:%H:%M:%S} UTC"


def month_in_words(day: date) -> str:
    """Give the month a day lies in: "November 2026"."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def period_in_words(first: date, last: date) -> str:
    """Give a period, both days included, as shortly as it can be said.

    Whole months and quarters of a year are said by their months ("November 2026", "April to
    June 2026"), anything else by its days ("3 to 17 November 2026").

    Parameters
    ----------
    first, last : date
        First and last day.

    Raises
    ------
    ValueError
        When it ends before it begins.
    """
    if last < first:
        raise ValueError(
            f"The period ends ({last.isoformat()}) before it begins ({first.isoformat()}). "
            "Give `first` and `last` in order."
        )
    if first == last:
        return day_in_words(first)
    whole = first.day == 1 and _is_last_of_month(last)
    same_month = (first.year, first.month) == (last.year, last.month)
    if whole and same_month:
        return month_in_words(first)
    if whole:
        start = month_in_words(first) if first.year != last.year else _MONTHS[first.month - 1]
        return f"{start} to {month_in_words(last)}"
    if same_month:
        return f"{first.day} to {day_in_words(last)}"
    start = day_in_words(first)
    start = start if first.year != last.year else start.rpartition(" ")[0]
    return f"{start} to {day_in_words(last)}"


def _is_last_of_month(day: date) -> bool:
    following = date.fromordinal(day.toordinal() + 1) if day < date.max else day
    return following.day == 1 or day == date.max
