"""Figures that were corrected after they were published: which releases later tables are tied to.

A reader has the tables of every edition. Corrected figures are therefore protected against those
of earlier editions too, wherever both can be true; only the tables that the correction contradicts
are left aside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable
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
    along: str = "",
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
    along : str
        A classification whose labels are corrected one by one, such as quarters: a table that
        the figures contradict stays tied in the labels that can still be true. Blank to leave
        such a table aside as a whole.

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
        elif along:
            kept += _set_apart(requests, tables, kept, along)
    return tuple(kept)


def _set_apart(
    requests: Sequence[TableRequest],
    tables: Sequence[PrintedTable],
    kept: Sequence[PrintedTable],
    along: str,
) -> list[PrintedTable]:
    """Give tables with as few labels renamed as make the others fit, the last ones first.

    A reader takes what was not corrected to be as it was, and puts it in where it is hidden now.
    """
    if any(one.by != (along,) for one in tables):
        return []
    labels = list(dict.fromkeys(row[0] for one in tables for row in one.body[[along]].to_numpy()))
    now = _told(requests, kept)
    away = {
        row[along]
        for one in tables
        for row in one.body.to_dict("records")
        for count in one.counts
        if row[count] != HIDDEN_MARK and now.get((row[along], count), row[count]) != row[count]
    }
    for label in [None, *reversed(labels)]:
        if label in away:
            continue
        away |= {label} - {None}
        apart = [_relabelled(one, along, away, place) for place, one in enumerate(tables)]
        if _fit(requests, [*kept, *apart]):
            return apart
    return []


def _told(
    requests: Sequence[TableRequest], kept: Sequence[PrintedTable]
) -> dict[tuple[str, str], int]:
    """Give the counts of one-way tables, by label and name: as printed, and as they are now."""
    frames = [(one.body, one) for one in kept] + [(one.table, one) for one in requests]
    return {
        (str(row[one.by[0]]), count): row[count]
        for frame, one in frames
        for row in frame.to_dict("records")
        for count in one.counts
        if row[count] != HIDDEN_MARK
    }


def _relabelled(table: PrintedTable, along: str, away: Collection[str], place: int) -> PrintedTable:
    """Give a one-way table in which some labels have names of their own."""
    name = {one: f"{one} ({table.population}, as printed, {place})" for one in away}
    rows = tuple((name.get(label, label), *rest) for label, *rest in table.rows)
    made_of = {
        by: {
            label: (dimension, tuple(name.get(one, one) for one in parts))
            for label, (dimension, parts) in into.items()
        }
        for by, into in table.made_of.items()
    }
    return changed(table, rows=rows, made_of=made_of)


def told_before(
    earlier: Sequence[PrintedTable], *, series: str
) -> dict[tuple[str, tuple[str, ...]], bool]:
    """Say of single counts whether the editions of a series showed them.

    What was hidden would tell nearly what it was, if a corrected edition showed it; and what was
    shown hides nothing else, since a correction changes little.

    Parameters
    ----------
    earlier : sequence of PrintedTable
        The ledger of releases.
    series : str
        The series.

    Returns
    -------
    dict of (str, tuple of str) to bool
        By count and labels: False where any edition hid it.
    """
    told: dict[tuple[str, tuple[str, ...]], bool] = {}
    for one in earlier:
        if not is_of(one, series):
            continue
        for row in one.body.to_dict("records"):
            place = tuple(str(row[name]) for name in one.by)
            for count in one.counts:
                shown = row[count] != HIDDEN_MARK
                told[count, place] = told.get((count, place), True) and shown
    return told


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
    return changed(table, population=population)


def changed(table: PrintedTable, **changes: object) -> PrintedTable:
    """Give a printed table that differs in what is named.

    Parameters
    ----------
    table : PrintedTable
        A table.
    **changes
        Its attributes.
    """
    plain = {name: getattr(table, name) for name in PrintedTable.__dataclass_fields__}
    return PrintedTable(**(plain | changes))
