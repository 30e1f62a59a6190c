"""The only kind of table that may leave: as printed, with the rules it was protected by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any, NoReturn

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.frozen import Unchanging, frozen

HIDDEN_MARK = "[c]"
"""What is printed for a hidden count."""
NOT_APPLICABLE_MARK = "[z]"
"""What is printed for a percentage of nothing."""
TOTAL_OF_COUNT = "total"
"""As a denominator: the count's own grand total."""

_EVENTS = "What the service itself did counts no child, and is shown however small."
_SEAL = object()


@dataclass(frozen=True)
class PrintedTable:
    """A table exactly as it is printed: what readers have, and all that is kept of it.

    Holds no hidden value anywhere. Immutable; `frame`, `grid` and `numbers` give copies.

    Attributes
    ----------
    by : tuple of str
        Classification columns.
    counts : tuple of str
        Count columns.
    percentages : Mapping of str to tuple of str
        Percentage columns: name to (numerator, denominator).
    within : Mapping of str to str
        Counts that count some of those another column counts.
    rows : tuple of tuple
        Labels, counts, public numbers, percentages and rates as printed, totals included: whole
        numbers, numbers with one decimal place, or a mark.
    labels : Mapping of str to str
        Column headings people read.
    total_label : str
        Label of the totals.
    population : str
        Whom the counts count; tables of the same population are attacked together.
    threshold : int
        Smallest count shown; smaller ones above 0 are hidden.
    zeros_shown : bool
        Whether zeros are always shown.
    withheld : str
        Why the whole table is hidden; blank when it is not.
    hidden : int
        How many counts are hidden.
    decisions : tuple of str
        Counts that are decisions, such as audits planned: shown however small.
    events : tuple of str
        Those of them that count events, which count nobody.
    publics : tuple of str
        Columns of numbers that are public anyway, such as a population.
    rates : Mapping of str to tuple of str
        Rate columns: name to (count, public number).
    rate_per : int
        What rates are given per.
    rounded_to : int
        Counts are printed to the nearest multiple of this; 1 when they are not rounded.
    made_of : Mapping of str to Mapping
        Of a classification, the labels that stand for several: label to (dimension, its labels).
    subtotals : Mapping of str to tuple of str
        Of a classification, the labels that are subtotals of others beside them.
    over : Mapping of str to tuple of str
        What the whole table is restricted to, or summed over: dimension to labels.
    coarsened : str
        What was put together to make the table safe; blank when nothing was.
    exclusive : Mapping of str to tuple of tuple of str
        Counts that exclude each other: the count they are among to groups of them.
    adding_up : Mapping of str to tuple of tuple of str
        Counts that exclude each other and add up: their sum to groups of them.
    published : str
        Who has published all its figures already, in words; blank for a table of our own. Such a
        table has no `counts`, only `publics`; see ``published_tables``.
    """

    by: tuple[str, ...]
    counts: tuple[str, ...]
    percentages: Mapping[str, tuple[str, str]]
    within: Mapping[str, str]
    rows: tuple[tuple[Any, ...], ...]
    labels: Mapping[str, str]
    total_label: str
    population: str
    threshold: int
    zeros_shown: bool
    withheld: str
    hidden: int
    decisions: tuple[str, ...] = ()
    publics: tuple[str, ...] = ()
    rates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rate_per: int = 10_000
    rounded_to: int = 1
    made_of: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    subtotals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    coarsened: str = ""
    exclusive: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    adding_up: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    published: str = ""
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze every field, so that nothing in it changes after it was checked."""
        for name in PrintedTable.__dataclass_fields__:
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return (*self.by, *self.counts, *self.publics, *self.percentages, *self.rates)

    @property
    def frame(self) -> pd.DataFrame:
        """The printed table, totals included, under its column names."""
        return pd.DataFrame(self.rows, columns=list(self.columns), dtype=object)

    @property
    def body(self) -> pd.DataFrame:
        """The printed rows that are neither totals nor subtotals."""
        frame = self.frame
        total = (frame[list(self.by)] == self.total_label).any(axis=1)
        for name, labels in self.subtotals.items():
            total |= frame[name].isin(labels)
        return frame[~total].reset_index(drop=True)

    @property
    def totals(self) -> dict[str, Any]:
        """The grand totals as printed, by column."""
        frame = self.frame
        row = frame[(frame[list(self.by)] == self.total_label).all(axis=1)].iloc[0]
        return {name: row[name] for name in self.columns if name not in self.by}

    def heading(self, name: str) -> str:
        """Give the heading people read for a column."""
        return self.labels.get(name, name.replace("_", " ").capitalize())

    def numbers(self, name: str, *, totals: bool = False) -> pd.Series:
        """Give one column as numbers: missing where hidden or not applicable.

        Parameters
        ----------
        name : str
            A count or percentage column.
        totals : bool
            Whether the totals come too.
        """
        values = (self.frame if totals else self.body)[name]
        shown = [value if isinstance(value, int | float) else None for value in values]
        return pd.Series(shown, index=values.index, dtype="Float64", name=name)

    def grid(self, name: str) -> pd.DataFrame:
        """Give one column of a two-way table as printed: first classification down, second across.

        Parameters
        ----------
        name : str
            A count or percentage column.
        """
        if len(self.by) != 2:
            raise ValueError(
                f"A grid needs two classifications; this table has {len(self.by)}. Use `frame`."
            )
        down, across = self.by
        frame = self.frame
        order = [list(dict.fromkeys(frame[column])) for column in self.by]
        grid = frame.pivot(index=down, columns=across, values=name)
        return grid.loc[order[0], order[1]]

    @property
    def note(self) -> str:
        """The footnote: what the marks mean, how much is hidden, what was rounded or merged."""
        parts = [self.withheld or self._hidden_note(), self._small_note(), self.coarsened]
        parts += [self._rounded_note(), self.published]
        return " ".join(part for part in parts if part)

    def _hidden_note(self) -> str:
        planned = [name for name in self.decisions if name not in self.events]
        decided = [str(self.labels.get(name, name)) for name in planned]
        plans = f"{' and '.join(decided)}: a plan, shown however small." if decided else ""
        if self.events:
            plans = f"{_EVENTS} {plans}".strip()
        guarded = [name for name in self.counts if name not in self.decisions]
        if not guarded:
            return plans
        if not self.hidden and not self._small_note():
            none = f"No count is hidden: none lies between 1 and {self.threshold - 1}."
            return f"{none} {plans}".strip()
        counts = len(self.rows) * len(guarded)
        zeros = (
            "Zeros are always shown." if self.zeros_shown else "A hidden count may also be a zero."
        )
        return (
            f"{HIDDEN_MARK} = hidden so that nobody can be identified: counts of 1 to "
            f"{self.threshold - 1}, and others from which these could be worked out "
            f"({self.hidden} of {counts} counts). {zeros} {plans}"
        ).strip()

    def _small_note(self) -> str:
        places = [self.columns.index(name) for name in self.counts if name not in self.decisions]
        shown = (row[place] for row in self.rows for place in places)
        if any(value != HIDDEN_MARK and 0 < value < self.threshold for value in shown):
            return "Smaller counts that are shown were released before."
        return ""

    def _rounded_note(self) -> str:
        if self.rounded_to == 1:
            return ""
        ratios = " Percentages and rates are of rounded counts." if self._ratios else ""
        return (
            f"Counts are rounded to the nearest {self.rounded_to}, so parts may not add up to "
            f"their total.{ratios}"
        )

    @property
    def _ratios(self) -> bool:
        return bool(self.percentages or self.rates)


@dataclass(frozen=True)
class SafeTable(Unchanging, PrintedTable):
    """A protected table that may be shared. Made by ``disclosure.protect`` only.

    Attributes as for :class:`PrintedTable`.
    """

    seal: InitVar[object] = None

    def __init_subclass__(cls, **kwargs: object) -> NoReturn:
        """Refuse a class of the same name for what was never checked."""
        raise DisclosureError("A sealed class cannot be derived from.")

    def __post_init__(self, seal: object) -> None:
        """Refuse to be made by anything but disclosure control."""
        if seal is not _SEAL:
            raise DisclosureError(
                "A SafeTable cannot be made by hand. Give the table to protect(), which hides "
                "small counts and checks that they cannot be worked out."
            )
        if self.published and self.counts:
            raise DisclosureError(
                "A table of figures that others have published holds no counts of ours. Give "
                "counts to protect()."
            )
        super().__post_init__()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled: what comes back from a file could be another table."""
        raise DisclosureError(
            "A SafeTable cannot be pickled, as what comes back could be another table. Protect "
            "again, or keep release_text() in the ledger of releases."
        )

    def __setstate__(self, state: object) -> NoReturn:
        """Refuse to be made from a pickle."""
        raise DisclosureError("A SafeTable cannot be made from a pickle. Use protect().")


def require_safe(table: object, *, what: str) -> SafeTable:
    """Give the table back if it is a SafeTable, and refuse anything else.

    Parameters
    ----------
    table : object
        What somebody wants to share.
    what : str
        Who asks, for the message, such as "share()".

    Raises
    ------
    DisclosureError
        When it is not a SafeTable.
    """
    if not isinstance(table, SafeTable):
        raise DisclosureError(
            f"{what} was given a {type(table).__name__}, which may hold counts that identify a "
            "child. Give the table to protect() first and share what it returns."
        )
    return table
