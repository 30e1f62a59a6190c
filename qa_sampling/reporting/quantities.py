"""Numbers that words may hold: cells of a protected table, and what is declared to be no count."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from typing import NoReturn

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.frozen import Unchanging
from qa_sampling.reporting.number_words import percentage_text
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe

_SEAL = object()


@dataclass(frozen=True)
class Cell(Unchanging):
    """One number of a SafeTable, as printed; says itself in a template. Made by :func:`cell` only.

    ``{audits}`` gives "12", ``{audits:audit|audits}`` "12 audits", "1 audit", "no audits" or "a
    hidden number of audits". Rounded counts are "about" so many.

    Attributes
    ----------
    table : SafeTable
        The table that prints it.
    column : str
        Its column.
    value : int, float or str
        What is printed.
    """

    table: SafeTable = field(repr=False)
    column: str
    value: int | float | str
    seal: InitVar[object] = None

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise DisclosureError("A sealed class cannot be derived from.")

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anything but :func:`cell`."""
        if seal is not _SEAL:
            raise DisclosureError(
                "A Cell cannot be made by hand. Give the SafeTable, the column and the labels of "
                "the group to cell()."
            )

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled, as its table does."""
        raise DisclosureError("A Cell cannot be pickled. Ask its SafeTable again.")

    @property
    def hidden(self) -> bool:
        """Whether the table shows no number there."""
        return isinstance(self.value, str)

    @property
    def rounded(self) -> bool:
        """Whether it is a count that the table rounds."""
        counted = self.column in self.table.counts and self.column not in self.table.decisions
        return counted and self.table.rounded_to > 1

    def __format__(self, spec: str) -> str:
        """Say the number, with its noun."""
        one, _, many = spec.partition("|")
        if self.hidden:
            said = "a hidden number" if self.value == HIDDEN_MARK else "no number"
            return f"{said} of {many}" if many else said
        if self.column in self.table.percentages:
            return percentage_text(self.value)
        if self.column in self.table.rates:
            return f"{self.value:,} per {self.table.rate_per:,}"
        if self.value == 0 and spec and not self.rounded:
            return f"no {many}"
        about = "about " if self.rounded else ""
        return f"{about}{self.value:,} {one if self.value == 1 else many}".strip()


def cell(table: SafeTable, column: str, *labels: str) -> Cell:
    """Give one number of a protected table, to be said in words.

    Parameters
    ----------
    table : SafeTable
        The table.
    column : str
        A count, a public number, a percentage or a rate.
    *labels : str
        The group, one label a classification; none for the grand total.

    Raises
    ------
    DisclosureError
        When the table has no such column or group.
    """
    safe = require_safe(table, what="cell()")
    numbers = safe.columns[len(safe.by) :]
    labels = labels or (safe.total_label,) * len(safe.by)
    if column not in numbers or len(labels) != len(safe.by):
        raise DisclosureError(
            f"cell() needs one of {', '.join(numbers)} and {len(safe.by)} labels; got {column} and "
            f"{len(labels)}."
        )
    place = safe.columns.index(column)
    found = [row[place] for row in safe.rows if row[: len(safe.by)] == tuple(labels)]
    if len(found) != 1:
        raise DisclosureError("cell() was asked for a group that the table does not have.")
    return Cell(safe, column, found[0], _SEAL)


@dataclass(frozen=True)
class Declared:
    """A number that somebody declared to count no children. Made by :func:`declared`.

    Attributes
    ----------
    value : int or float
        The number.
    """

    value: int | float

    def __format__(self, spec: str) -> str:
        """Say it, with its noun."""
        one, _, many = spec.partition("|")
        if self.value == 0 and spec:
            return f"no {many}"
        return f"{self.value:,} {one if self.value == 1 else many}".strip()


class DeclaredText(str):
    """Text whose numbers somebody declared to count no children. Made by :func:`declared`.

    What is done to it as text (joined, replaced, formatted) gives plain text again.
    """

    __slots__ = ()


def declared(value: int | float | str) -> Declared | DeclaredText:
    """Declare that a number counts no children, such as of staff, of tasks, or in a name.

    Whoever writes this answers for it: ``declared(16)`` is never checked against a table. Use it
    for what is public anyway, such as "4-point scale" or how many auditors take part.

    Parameters
    ----------
    value : int, float or str
        The number, or text that holds one.

    Raises
    ------
    DisclosureError
        When it is anything else, such as a table.
    """
    if isinstance(value, str):
        return DeclaredText(value)
    if type(value) not in (int, float):
        raise DisclosureError(
            f"declared() was given a {type(value).__name__}; give a plain number, or text, that "
            "counts no children. What was computed from a table is no such number."
        )
    return Declared(value)
