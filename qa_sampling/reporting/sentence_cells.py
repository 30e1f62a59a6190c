"""Sentences that compare two numbers of protected tables, as these print them.

Nothing is worked out from anything but the two printed numbers, so the words tell no more than
the tables do. Where one is hidden, neither the difference nor its direction is said.
"""

from __future__ import annotations

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import half_up, percentage_text, points_text
from qa_sampling.reporting.quantities import Cell
from qa_sampling.reporting.saying import _said, hidden_words
from qa_sampling.reporting.words import Words

_KINDS = ("counts", "publics", "percentages", "rates")


def difference_words(
    first: Cell,
    second: Cell,
    *,
    what: str,
    between: tuple[str, str],
    verbs: tuple[str, str] = ("rose", "fell"),
) -> Words:
    """Say how a printed number differs from another: "… rose from 40 in May to 52 in June, by 12".

    Parameters
    ----------
    first, second : Cell
        The two, of protected tables: counts, percentages, rates or public numbers.
    what : str
        What they are, as it begins the sentence: "the number of referrals".
    between : (str, str)
        What each is of, with its preposition: ("in May", "in June").
    verbs : (str, str)
        What is said of more and of less.

    Returns
    -------
    Words
        One sentence. Counts also say the relative change, in per cent of the first. Of counts
        that the table rounds the direction is said, not the size; of percentages and rates of
        such counts neither.

    Raises
    ------
    DisclosureError
        When one is no cell, or they are not of one kind.
    """
    require_all_free("difference_words", what=what, between=between, verbs=verbs)
    kind = _kind_of(first, second)
    if first.hidden or second.hidden:
        return hidden_words(f"how {what} differs {between[0]} and {between[1]}")
    here, there = f"{_shown(first)} {between[0]}", f"{_shown(second)} {between[1]}"
    rounded = any(one.table.rounded_to > 1 for one in (first, second))
    if rounded and kind in ("percentages", "rates"):
        return _said(f"{what} was about {here} and about {there}")
    if first.value == second.value:
        return _said(f"{what} was {here} and {there}")
    verb = verbs[0] if second.value > first.value else verbs[1]
    size = "" if first.rounded or second.rounded else f", by {_size(first, second, kind)}"
    return _said(f"{what} {verb} from {here} to {there}{size}")


def _kind_of(*cells: Cell) -> str:
    """Say what two cells are, which must be the same."""
    if not all(isinstance(one, Cell) for one in cells):
        raise DisclosureError(
            "difference_words() compares cells of protected tables. Give what cell() gives."
        )
    kinds = {next(k for k in _KINDS if one.column in getattr(one.table, k)) for one in cells}
    if len(kinds) != 1 or len({one.rounded for one in cells}) != 1:
        raise DisclosureError(
            "difference_words() compares two numbers of one kind: two counts, two percentages or "
            "two rates, either both rounded or neither."
        )
    return kinds.pop()


def _shown(cell: Cell) -> str:
    """Give a number as the table prints it."""
    if cell.column in cell.table.percentages:
        return percentage_text(cell.value, decimals=1)
    return format(cell, "")


def _size(first: Cell, second: Cell, kind: str) -> str:
    """Give the size of the difference of two printed numbers."""
    gap = abs(second.value - first.value)
    if kind == "percentages":
        return points_text(gap, decimals=1)
    if kind == "rates":
        return f"{half_up(gap, 1):,}"
    if first.value == 0:
        return f"{gap:,}"
    return f"{gap:,} ({_percent(100 * gap / first.value)})"


def _percent(size: float) -> str:
    """Give a relative size, which may exceed 100, and is not 0 when there is one."""
    said = half_up(half_up(size, 1))
    return f"{said:,}%" if said else "less than 1%"
