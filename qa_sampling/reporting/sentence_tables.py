"""Sentences told from a protected table: every number in them is one that the table prints.

Nothing is computed but the rounding of printed percentages, so the words tell a reader no more
than the table does, and what it hides is hidden.
"""

from __future__ import annotations

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.free_text import require_all_free
from qa_sampling.reporting.number_words import listed, percentage_text
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import HIDDEN_MARK, TOTAL_OF_COUNT, SafeTable, require_safe
from qa_sampling.reporting.saying import _said
from qa_sampling.reporting.words import Words


def counts_words(
    table: SafeTable, count: str, *, noun: tuple[str, str] = ("case", "cases"), most: int = 6
) -> Words:
    """Say how a count falls into the groups of a table, in the table's order.

    Parameters
    ----------
    table : SafeTable
        A table with one classification.
    count : str
        One of its counts.
    noun : (str, str)
        What is counted, one and many.
    most : int
        A table with more groups is not said in words: it is named, and how much it hides.

    Returns
    -------
    Words
        "Of 394 cases, 128 are Looked after and 155 are Child in need plan; the number of Care
        leaver is hidden."
    """
    safe = _one_way(table, count, what="counts_words()")
    require_all_free("counts_words", noun=noun, table=safe)
    body, by = safe.body, safe.by[0]
    printed = dict(zip(body[by], body[count], strict=True))
    if safe.withheld or all(value == HIDDEN_MARK for value in printed.values()):
        return _said(f"the numbers of {noun[1]} by {_named(by)} are hidden")
    hidden = [label for label, value in printed.items() if value == HIDDEN_MARK]
    if len(printed) > most:
        told = f"{len(hidden)} of {len(printed)} are hidden" if hidden else "none is hidden"
        return _said(f"the numbers of {noun[1]} by {_named(by)} are in the table; {told}")
    about = _about(safe, count)
    parts = [f"{about}{_number(v)} in {quoted(k)}" for k, v in printed.items() if v != HIDDEN_MARK]
    whole = _whole(safe.totals[count], noun, about)
    numbers = "number" if len(hidden) == 1 else "numbers"
    verb = "is" if len(hidden) == 1 else "are"
    names = listed([quoted(label) for label in hidden])
    rest = f"; the {numbers} in {names} {verb} hidden" if hidden else ""
    return _said(f"of {whole} there are {listed(parts)}{rest}")


def shares_words(
    table: SafeTable, percentage: str, *, what: str = "", decimals: int = 0, most: int = 6
) -> Words:
    """Say a percentage of every group of a table, rounded from what the table prints.

    Parameters
    ----------
    table : SafeTable
        A table with one classification.
    percentage : str
        One of its percentages.
    what : str
        What it is a percentage of or for, as it begins the sentence; its heading by default.
    decimals : int
        0, or 1 as the table prints.
    most : int
        As for :func:`counts_words`.
    """
    safe = _one_way(table, percentage, what="shares_words()", shares=True)
    body, by = safe.body, safe.by[0]
    name = what or safe.heading(percentage)
    require_all_free("shares_words", what=name, table=safe)
    if safe.withheld or all(isinstance(value, str) for value in body[percentage]):
        return _said(f"{name} by {_named(by)} cannot be shown")
    if len(body) > most:
        hidden = int((body[percentage] == HIDDEN_MARK).sum())
        told = f"{hidden} of {len(body)} are hidden" if hidden else "none is hidden"
        return _said(f"{name} by {_named(by)} is in the table; {told}")
    parts = [
        f"{_percentage(safe, percentage, row, decimals)} in {quoted(row[by])}"
        for _, row in body.iterrows()
    ]
    return _said(f"{name} is {listed(parts)}")


def cell_words(
    table: SafeTable, column: str, *labels: str, what: str, noun: tuple[str, str] = ("", "")
) -> Words:
    """Say one number of a table: "The number of audits in “North” is 12".

    Parameters
    ----------
    table : SafeTable
        A table.
    column : str
        A count, a public number, a percentage or a rate.
    *labels : str
        The group, one label a classification; the table's own label for a total.
    what : str
        What the number is, as it begins the sentence: "the number of audits in the North".
    noun : (str, str)
        What is counted, one and many; blank when `what` says so.

    Raises
    ------
    DisclosureError
        When the table has no such column or group.
    """
    safe = require_safe(table, what="cell_words()")
    require_all_free("cell_words", what=what, noun=noun, table=safe)
    value = cell(safe, column, *labels).value
    if value == HIDDEN_MARK:
        return _said(f"{what} is hidden")
    if isinstance(value, str):
        return _said(f"there is no number for {what}")
    if column in safe.percentages:
        return _said(f"{what} is {percentage_text(value)}")
    if column in safe.rates:
        return _said(f"{what} is {value:,} per {safe.rate_per:,}")
    about = _about(safe, column) if column in safe.counts else ""
    return _said(f"{what} is {about}{_number(value)} {noun[0] if value == 1 else noun[1]}")


def quoted(label: object) -> str:
    """Give a label as it stands in a sentence: in quotation marks, in one line."""
    return f"“{' '.join(str(label).split())}”"


def _one_way(table: object, column: str, *, what: str, shares: bool = False) -> SafeTable:
    safe = require_safe(table, what=what)
    kinds = tuple(safe.percentages) if shares else safe.counts
    if len(safe.by) != 1 or column not in kinds:
        raise DisclosureError(
            f"{what} needs a table with one classification and one of {', '.join(kinds)}; got "
            f"{column} of a table by {listed(safe.by)}."
        )
    return safe


def _about(table: SafeTable, count: str) -> str:
    """Give the word before a count that the table prints rounded."""
    return "about " if table.rounded_to > 1 and count not in table.decisions else ""


def _whole(value: int | str, noun: tuple[str, str], about: str) -> str:
    if value == HIDDEN_MARK:
        return f"a hidden number of {noun[1]}"
    return f"{about}{value:,} {noun[0] if value == 1 else noun[1]}"


def _number(value: int) -> str:
    return f"{value:,}" if value else "none"


def _percentage(table: SafeTable, name: str, row: pd.Series, decimals: int) -> str:
    """Give a printed percentage; never 0% of what the table prints as some, nor 100% of not all."""
    value = row[name]
    if value == HIDDEN_MARK:
        return "hidden"
    if isinstance(value, str):
        return "not applicable"
    part, whole = table.percentages[name]
    over = table.totals[part] if whole == TOTAL_OF_COUNT else row[whole]
    if value == 0 and row[part] != 0:
        return percentage_text(0.01, decimals=decimals)
    if value == 100 and over != row[part]:
        return percentage_text(99.99, decimals=decimals)
    return percentage_text(value, decimals=decimals)


def _named(name: str) -> str:
    return name.replace("_", " ")
