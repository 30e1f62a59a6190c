"""What everybody may read of a deep dive: one table of a finished quarter, protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.outcome_tables import families_of, quarter_words
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.trends.measures import MEASURES, Measure

_TEAMS = {"team": "Team", "service": "Service", "source": "Source"}


@dataclass(frozen=True)
class DiveTable:
    """The protected table.

    Attributes
    ----------
    table : SafeTable
        By team, service or source.
    whole : Measure
        What all of them are counted by.
    part : Measure or None
        What counts some of them; None where the measure is a count.
    kind : str
        What it is by.
    quarter : str
        The quarter in words.
    """

    table: SafeTable
    whole: Measure
    part: Measure | None
    kind: str
    quarter: str

    @property
    def shared(self) -> SharedTable:
        """The table with its title and caption."""
        title = (self.part or self.whole).title
        return SharedTable(
            self.table,
            declared(f"{title} by {self.kind}"),
            declared(f"{title}, {self.quarter}, by {self.kind}"),
        )


def whole_of(measure: Measure) -> Measure | None:
    """Give the count of all cases that a measure counts some of; itself for a count.

    Parameters
    ----------
    measure : Measure
        The measure.

    Returns
    -------
    Measure or None
        None where no measure counts them all, or each child counts once.
    """
    for family in families_of(list(MEASURES.values())):
        if measure.name == family.whole or measure in family.parts:
            return MEASURES[family.whole]
    return None


def protect_dive(
    cases: pd.DataFrame,
    measure: Measure,
    *,
    kind: str,
    quarter: pd.Timestamp,
    edition: str,
    earlier: Sequence[PrintedTable] = (),
) -> DiveTable | None:
    """Protect the counts of one finished quarter by team, service or source.

    Whole quarters only, so that no two of these tables overlap and could be subtracted from each
    other. Tables of other measures of the same cases are one series with it.

    Parameters
    ----------
    cases : DataFrame
        One row a case of the quarter: the column of `kind`, and `met`.
    measure : Measure
        The measure.
    kind : {"team", "service", "source"}
        What it is by.
    quarter : Timestamp
        First day of the quarter.
    edition : str
        What tells this extract from others.
    earlier : sequence of PrintedTable
        What was released before.

    Returns
    -------
    DiveTable or None
        None where there are no cases, no measure counts them all, or their total had to be
        hidden: it may be read elsewhere.

    Raises
    ------
    DisclosureError
        When figures of the same edition contradict what was released.
    """
    whole = whole_of(measure)
    if whole is None or cases.empty:
        return None
    part = measure if measure.rule is not None else None
    counts = [whole.name] if part is None else [whole.name, part.name]
    grouped = cases.groupby(kind)["met"]
    table = pd.DataFrame(
        {whole.name: grouped.size()} | {name: grouped.sum() for name in counts[1:]}
    )
    table = table.astype("int64").reset_index()
    said = quarter_words(quarter)
    series = f"deep dive, {whole.name}, by {kind}, {said}"
    request = request_of(
        table.assign(**{kind: table[kind].astype("str")}),
        by=[kind],
        counts=counts,
        within={} if part is None else {part.name: whole.name},
        percentages={} if part is None else {f"share_{part.name}": (part.name, whole.name)},
        labels={kind: _TEAMS[kind], whole.name: declared(whole.title)}
        | ({} if part is None else {part.name: declared(part.title),
                                    f"share_{part.name}": declared("Per cent")}),
        over={"quarter": (said,)},
        population=population_of_edition(series, edition),
    )  # fmt: skip
    known = tied_editions([request], earlier, series=series, edition=edition)
    (safe,) = protect_linked([request], earlier=known)
    if safe.withheld or safe.numbers(counts[-1], totals=True).isna().iloc[-1]:
        return None
    return DiveTable(safe, whole, part, kind, said)
