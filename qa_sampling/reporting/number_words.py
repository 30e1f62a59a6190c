"""Numbers, lists and nouns as people write them: one rule of rounding for all words.

The rule: words round what tables print. A share is first put to one decimal place, as in a
table, and that number to a whole per cent; halves go up (away from 0) each time. So a reader who
rounds the table's 57.5 finds the sentence's 58%, and the two never contradict each other. What
is above nought is never said to be 0%, and what is below the whole never 100%.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

_NOISE = 9
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()

Kind = Literal["share", "count", "mean", "rate"]
"""What a number is: a share of 1, a number of cases, a mean, or a rate per 10,000."""


def half_up(value: float, decimals: int = 0) -> Decimal:
    """Round half up, away from 0, in decimals as printed; what floats add beyond is noise.

    Parameters
    ----------
    value : float
        A finite number.
    decimals : int
        Decimal places kept.
    """
    exact = Decimal(repr(round(float(value), _NOISE)))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def percent_text(share: float, *, decimals: int = 0) -> str:
    """Give a share of 1 as a percentage: "58%", "less than 1%", "more than 99%".

    Parameters
    ----------
    share : float
        Between 0 and 1.
    decimals : int
        Decimal places, 0 or 1; a table prints 1.
    """
    if not -1e-9 <= share <= 1 + 1e-9:
        raise ValueError(f"A share lies between 0 and 1; got {share}. Give 0.58 for 58%.")
    return percentage_text(100 * share, decimals=decimals)


def percentage_text(percentage: float, *, decimals: int = 0) -> str:
    """Give a number of per cent, as a table prints it, as words print it.

    Parameters
    ----------
    percentage : float
        Between 0 and 100.
    decimals : int
        Decimal places, 0 or 1.
    """
    exact = half_up(percentage, _NOISE)
    said = half_up(half_up(percentage, 1), decimals)
    step = Decimal(1).scaleb(-decimals)
    if said == 0 and exact > 0:
        return f"less than {step}%"
    if said == 100 and exact < 100:
        return f"more than {100 - step}%"
    return f"{said}%"


def points_text(points: float, *, decimals: int = 0) -> str:
    """Give a difference of two percentages without its sign: "1 percentage point".

    Parameters
    ----------
    points : float
        The difference, in per cent of the whole.
    decimals : int
        Decimal places, 0 or 1.
    """
    said = half_up(half_up(abs(points), 1), decimals)
    step = Decimal(1).scaleb(-decimals)
    if said == 0 and half_up(points, _NOISE) != 0:
        return f"less than {step} percentage point"
    return f"{said} percentage {'point' if said == 1 else 'points'}"


def number_text(value: float, kind: Kind, *, nearest: int = 1) -> str:
    """Give a number of its kind: shares in whole per cent, means and rates to one place.

    Parameters
    ----------
    value : float
        The number.
    kind : {"share", "count", "mean", "rate"}
        What it is.
    nearest : int
        Counts are rounded to a multiple of this.
    """
    if kind == "share":
        return percent_text(value)
    if kind == "count":
        return f"{int(half_up(value / nearest)) * nearest:,}"
    return f"{half_up(value, 1):,}"


def plural(number: int, one: str, many: str) -> str:
    """Give the noun for a number: "case" for 1, "cases" for 0 and more.

    Parameters
    ----------
    number : int
        The number.
    one, many : str
        The noun for one and for many.
    """
    return one if number == 1 else many


def counted(number: int, one: str, many: str) -> str:
    """Give a number with its noun: "1 case", "1,412 cases", "no cases".

    Parameters
    ----------
    number : int
        The number, which is safe to say.
    one, many : str
        The noun for one and for many.
    """
    return f"{number:,} {plural(number, one, many)}" if number else f"no {many}"


def listed(items: Sequence[str], *, last: str = "and") -> str:
    """Join a list as people do: "A", "A and B", "A, B and C"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def ordinal(number: int) -> str:
    """Give the ordinal of a number from 1: "first" to "tenth", then "11th", "22nd"."""
    if number < 1:
        raise ValueError(f"An ordinal needs a number from 1; got {number}.")
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if 10 < number % 100 < 14 else ending}"


def as_sentence(text: str) -> str:
    """Give text as one sentence: a capital first, single blanks, one full stop at the end."""
    line = " ".join(text.split()).rstrip(".")
    return f"{line[:1].upper()}{line[1:]}."
