"""Turns one raw cell into an identifier, date, number, age, code or text, or says why not.

Nothing is guessed: a day and month are never swapped, a number is a date only when the
cell is a date, and the markers of the Department for Education never become numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from qa_sampling.records.book import Cell, Flaw

EARLIEST = date(1980, 1, 1)
"""No date in a child's or an adopter's record is earlier."""
MARKERS = frozenset({"c", "z", "x", "u", "k", "low", ":", "..", "-"})
"""What the Department for Education prints where a figure is hidden, missing or small."""

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_INVISIBLE |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # turn text round
_ERROR_TEXTS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|"
        "sep sept september|oct october|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_TIME = r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[/.\-](\d{{1,2}})[/.\-](\d{{4}}){_TIME}$")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.\-](\d{{1,2}})[/.\-](\d{{1,2}}){_TIME}$")
_NAMED_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ \-/]([A-Za-z]+)[ \-/,]+(\d{{4}}){_TIME}$")
_SHORT_YEAR = re.compile(r"\d{1,2}[/.\-](?:\d{1,2}|[A-Za-z]{3,9})[/.\-]\d{2}(?!\d)")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$")


class Unreadable(str):
    """Why a cell could not be read, in words that complete "the cell …"."""


EXCEL_ERROR = Unreadable(Flaw.ERROR.value)
UNCACHED = Unreadable(Flaw.UNCACHED.value)
MARKER = Unreadable("is a marker such as c, z, x, u, k, low or : instead of a value")
NOT_A_DATE = Unreadable("is not a date (dd/mm/yyyy is expected)")
SHORT_YEAR = Unreadable("is a date whose year has two digits")
NO_SUCH_DAY = Unreadable("is a day the calendar does not have (dd/mm/yyyy is expected)")
BARE_NUMBER = Unreadable("is a number where a date was expected (the cell is not a date cell)")
TOO_EARLY = Unreadable("is a date before 1980")
NOT_WHOLE = Unreadable("is not a whole number from 0 upwards")
NOT_AN_AGE = Unreadable("is not an age in years")
LONG_NUMBER = Unreadable("is a number of more than 15 digits, of which Excel keeps only 15")
SCIENTIFIC = Unreadable("is a number in scientific notation: digits of the identifier are lost")
NOT_PLAIN = Unreadable("holds letters outside the English alphabet, or signs that look like them")
NOT_AN_ID = Unreadable("is not an identifier")
UNKNOWN_CODE = Unreadable("is not one of the codes of this column")

Value = TypeVar("Value")


def plain(text: str) -> str:
    """Give text in one Unicode form, without invisible signs, with single spaces.

    Parameters
    ----------
    text : str
        Any text.
    """
    tidy = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return _SPACES.sub(" ", tidy).strip()


def read_text(value: Cell) -> str | Unreadable | None:
    """Give the cell as tidy text.

    Parameters
    ----------
    value : Cell
        The raw cell.

    Returns
    -------
    str, None or Unreadable
        Text, None for a blank cell, or why it cannot be read. A whole number is written
        without a decimal point.
    """
    if value is None:
        return None
    if isinstance(value, Flaw):
        return Unreadable(value.value)
    if isinstance(value, str):
        text = plain(value)
        return EXCEL_ERROR if text.upper() in _ERROR_TEXTS else text or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def read_id(value: Cell) -> str | Unreadable | None:
    """Give an identifier as text, exactly as the case system shows it.

    Leading zeros stay, a decimal ".0" that a spreadsheet added goes, and anything that
    has lost digits is refused rather than read as another child.

    Parameters
    ----------
    value : Cell
        The raw cell.
    """
    if isinstance(value, bool | date):
        return NOT_AN_ID
    if isinstance(value, int | float) and abs(value) >= 1e15:
        return LONG_NUMBER
    if isinstance(value, float) and not value.is_integer():
        return NOT_AN_ID
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    if re.fullmatch(r"\d+\.0+", text):
        text = text.partition(".")[0]
    if re.fullmatch(r"\d(?:\.\d+)?[eE]\+\d+", text):
        return SCIENTIFIC
    return text if text.isascii() else NOT_PLAIN


def read_date(value: Cell) -> date | Unreadable | None:
    """Give a day: from a date cell, dd/mm/yyyy, yyyy-mm-dd or 1 April 2024.

    Parameters
    ----------
    value : Cell
        The raw cell. A time of day is dropped.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if value >= EARLIEST else TOO_EARLY
    if isinstance(value, int | float):
        return BARE_NUMBER
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    if text.lower() in MARKERS:
        return MARKER
    return _written_date(text)


def _written_date(text: str) -> date | Unreadable:
    if match := _DAY_FIRST.match(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _YEAR_FIRST.match(text):
        year, month, day = (int(part) for part in match.groups())
    elif (match := _NAMED_MONTH.match(text)) and match[2].lower() in _MONTHS:
        day, month, year = int(match[1]), _MONTHS[match[2].lower()], int(match[3])
    elif _NUMBER.match(text):
        return BARE_NUMBER
    else:
        return SHORT_YEAR if _SHORT_YEAR.match(text) else NOT_A_DATE
    try:
        found = date(year, month, day)
    except ValueError:
        return NO_SUCH_DAY
    return found if found >= EARLIEST else TOO_EARLY


def read_whole(value: Cell) -> int | Unreadable | None:
    """Give a count: a whole number from 0 upwards.

    Parameters
    ----------
    value : Cell
        The raw cell; "2.0" counts as 2.
    """
    number = _number(value)
    if number is None or isinstance(number, Unreadable):
        return number
    return int(number) if number >= 0 and float(number).is_integer() else NOT_WHOLE


def read_age(value: Cell) -> float | Unreadable | None:
    """Give an age in years, with decimals; -1 stands for unborn.

    Parameters
    ----------
    value : Cell
        The raw cell.
    """
    if isinstance(value, str) and plain(value).lower() == "unborn":
        return -1.0
    number = _number(value, NOT_AN_AGE)
    if number is None or isinstance(number, Unreadable):
        return number
    return float(number) if -1 <= number <= 120 else NOT_AN_AGE


def _number(value: Cell, otherwise: Unreadable = NOT_WHOLE) -> float | Unreadable | None:
    if isinstance(value, bool | date):
        return otherwise
    if isinstance(value, int | float):
        return value
    text = read_text(value)
    if text is None or isinstance(text, Unreadable):
        return text
    if text.lower() in MARKERS:
        return MARKER
    text = text.replace(",", "")
    return float(text) if _NUMBER.match(text) else otherwise


@dataclass
class ColumnReading:
    """What came of one column.

    Attributes
    ----------
    values : list
        One value a row; None where the cell is blank or unreadable.
    faults : dict of str to list of int
        Reason and the numbers of the rows that have it.
    """

    values: list
    faults: dict[Unreadable, list[int]] = field(default_factory=dict)


def read_column(
    cells: Iterable[Cell], numbers: Iterable[int], read: Callable[[Cell], object]
) -> ColumnReading:
    """Read a whole column with one of the readers of this module.

    Parameters
    ----------
    cells : iterable of Cell
        Raw cells, top to bottom.
    numbers : iterable of int
        Their row numbers.
    read : callable
        Such as :func:`read_date`; called once for each different cell.

    Returns
    -------
    ColumnReading
        Values, and the rows of every fault.
    """
    seen: dict[tuple[type, Cell], object] = {}
    reading = ColumnReading([])
    for cell, number in zip(cells, numbers, strict=True):
        key = (type(cell), cell)
        if key not in seen:
            seen[key] = read(cell)
        value = seen[key]
        if isinstance(value, Unreadable):
            reading.faults.setdefault(value, []).append(number)
            value = None
        reading.values.append(value)
    return reading
