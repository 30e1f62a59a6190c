"""Figures that were corrected after they were published: which releases later tables are tied to.

A reader has the tables of every edition. Corrected figures are therefore protected against those
of earlier editions too, wherever both can be true; only the tables that the correction contradicts
are left aside.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_cells import cells_of
from qa_sampling.reporting.table_grid import with_totals
from qa_sampling.reporting.table_request import TableRequest


def population_of_edition(series: str, edition: str) -> str:
    """Name the population of one edition of a series of tables.

    Parameters
    ----------
    series : str
        What the series counts, such as "moderations".
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    """
    return f"{series}, {edition}" if edition else series


def tied_editions(
    requests: Sequence[TableRequest],
    earlier: Sequence[PrintedTable],
    *,
    series: str,
    edition: str,
) -> tuple[PrintedTable, ...]:
    """Give what is out of a series in the terms of one edition.

    Parameters
    ----------
    requests : sequence of TableRequest
        The tables to protect, all of ``population_of_edition(series, edition)``.
    earlier : sequence of PrintedTable
        The ledger of releases, in its order.
    series, edition : str
        The series, and the edition that is made.

    Returns
    -------
    tuple of PrintedTable
        All tables of the edition, and those of others that these figures do not contradict,
        under the edition's name.

    Raises
    ------
    DisclosureError
        When a later edition is out, or the figures contradict their own edition.
    """
    own = population_of_edition(series, edition)
    ours = [one for one in earlier if is_of(one, series)]
    names = list(dict.fromkeys(one.population for one in ours))
    if own in names and own != names[-1]:
        raise DisclosureError(
            f"Corrected figures are out since: {names[-1].removeprefix(f'{series}, ')!r}. Give "
            "that `edition` from now on, so that all that is published adds up."
        )
    kept = [one for one in ours if one.population == own]
    if kept and not _fit(requests, kept):
        raise DisclosureError(
            f"These figures contradict what was published: {series} of days that published tables "
            "count were recorded, corrected or taken back since. Nothing was published. Run again "
            'with an `edition` that was not used before, such as "second edition", say on the '
            "page what changed, and keep that `edition` for the months after."
        )
    together: dict[tuple, list[PrintedTable]] = {}
    for one in reversed(ours):
        if one.population != own:
            where = (one.population, tuple(one.over.items()))
            together.setdefault(where, []).append(_renamed(one, own))
    for tables in together.values():
        if _fit(requests, [*kept, *tables]):
            kept += tables
    return tuple(kept)


def is_of(table: PrintedTable, series: str) -> bool:
    """Say whether a table is of a series, in any edition.

    Parameters
    ----------
    table : PrintedTable
        A table.
    series : str
        What the series counts.
    """
    return table.population == series or table.population.startswith(f"{series}, ")


def _fit(requests: Sequence[TableRequest], tables: Sequence[PrintedTable]) -> bool:
    """Say whether figures can be true beside printed tables."""
    try:
        cells_of([(request, with_totals(request)) for request in requests], tables)
    except DisclosureError:
        return False
    return True


def _renamed(table: PrintedTable, population: str) -> PrintedTable:
    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    return PrintedTable(**(plain | {"population": population}))
