"""How numbers, periods and warnings are put in pictures and in their alt texts."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.results import Described

HIDDEN_WORDS = f"Hatched, {HIDDEN_MARK}: hidden so that nobody can be identified."
_MINUS = "−"


def said(value: float, unit: str, *, signed: bool = False) -> str:
    """Put a number as people read it in its unit: "1,204", "23%", "−0.4"; blank when missing.

    Parameters
    ----------
    value : float
        The number.
    unit : {"count", "share", "rate", "days", "grades"}
        Its unit.
    signed : bool
        Whether a plus sign is written.
    """
    if value is None or pd.isna(value):
        return ""
    shown = 100 * float(value) if unit == "share" else float(value)
    places = _places(shown, unit)
    text = f"{abs(shown):,.{places}f}"
    if places == 1 or not text.strip("0.,"):
        text = text.rstrip("0").rstrip(".") if "." in text else text
    plus = "+" if signed else ""
    sign = (_MINUS if shown < 0 else plus) if text.strip("0.,") else ""
    return f"{sign}{text}{'%' if unit == 'share' else ''}"


def _places(shown: float, unit: str) -> int:
    """Say how many decimal places a number needs to be told from others of its size."""
    if unit == "grades":
        return 2
    if shown == round(shown) or abs(shown) >= 100:
        return 0
    if unit == "share" and abs(shown) >= 10:
        return 0
    return 1


def days_words(days: float, word: str) -> str:
    """Put a number of days as people say it: "the same day", "1 day", "28 working days".

    Parameters
    ----------
    days : float
        How many.
    word : str
        Their unit, in the plural.
    """
    if days == 0:
        return "the same day"
    return f"{said(days, 'days')} {word.removesuffix('s') if days == 1 else word}"


def when(period: pd.Timestamp, frequency: str, *, short: bool = True) -> str:
    """Put a period as people read it: "Apr 2025", "Apr to Jun 2025", "2025".

    Parameters
    ----------
    period : Timestamp
        Its first day.
    frequency : {"month", "quarter", "week", "year"}
        Its length.
    short : bool
        Whether months are shortened.
    """
    month = _MONTHS[period.month - 1]
    month = month[:3] if short else month
    if frequency == "year":
        return str(period.year)
    if frequency in ("week", "event"):
        return f"{period.day} {month} {period.year}"
    if frequency == "quarter":
        last = _MONTHS[(period.month + 1) % 12]
        year = period.year + (period.month > 10)
        return f"{month} to {last[:3] if short else last} {year}"
    return f"{month} {period.year}"


_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def position(period: pd.Timestamp, frequency: str) -> float:
    """Give the place of a period on the axis of time: neighbours lie 1 apart.

    Parameters
    ----------
    period : Timestamp
        Its first day.
    frequency : {"month", "quarter", "week", "year"}
        Its length.
    """
    if frequency == "week":
        return period.toordinal() // 7
    months = 12 * period.year + period.month - 1
    return months / {"month": 1, "quarter": 3, "year": 12}[frequency]


def positions(periods: Iterable[pd.Timestamp], frequency: str) -> list[float]:
    """Give the places of periods on the axis of time; events stand one beside the other.

    Parameters
    ----------
    periods : iterable of Timestamp
        First days, in order.
    frequency : {"month", "quarter", "week", "year", "event"}
        Their length.
    """
    if frequency == "event":
        return [float(place) for place, _ in enumerate(periods)]
    return [position(one, frequency) for one in periods]


def by_quarter(frequency: str) -> str:
    """Say how quarters are named on the axis of time, where there are any."""
    return "A quarter stands at its first month." if frequency == "quarter" else ""


def subtitle_of(result: Described) -> str:
    """Put what is measured, and of whom and when, in one line."""
    return ". ".join(part for part in (result.measure, result.scope) if part)


def _note(place: int, count: int) -> str:
    """Begin the first of the notes."""
    return "" if place else "Notes: " if count > 1 else "Note: "


def caption_of(result: Described, *, more: Iterable[str] = (), hidden: bool = False) -> str:
    """Put n, the baseline, what else must be said and the warnings in one paragraph.

    Parameters
    ----------
    result : Described
        The result.
    more : iterable of str
        Sentences of the picture's own.
    hidden : bool
        Whether something is hidden, so that the mark is explained.
    """
    n = getattr(result, "n", None)
    parts = [f"n = {n:,} {result.n_of}."] if n is not None else []
    parts += [f"Baseline: {result.baseline}."] if result.baseline else []
    parts += [one for one in more if one]
    parts += [HIDDEN_WORDS] if hidden else []
    parts += [f"{_note(place, len(result.warnings))}{warning}"
              for place, warning in enumerate(result.warnings)]  # fmt: skip
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)
