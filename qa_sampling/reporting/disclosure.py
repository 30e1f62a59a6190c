"""Disclosure control: a table of counts in, a table that nobody can be found in out.

The Department for Education's rule by default: counts of 1 to 5 are hidden, and so are further
counts from which they could be worked out (secondary suppression), and percentages of hidden
counts. The pattern of hidden counts is the cheapest safe one (``suppression``), for several tables
at once, and with all that was released before; before tables are given back, a program of its own
attacks what is printed (``attack``). A table that cannot be made safe is made coarser as declared,
or withheld, never given back unprotected.

What it does not guard against: knowledge from outside (two families who know their own counts),
and readers who reason from the choice of hidden counts itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.attack import attack, given_away
from qa_sampling.reporting.coarsening import coarsened
from qa_sampling.reporting.releases import released
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable, SafeTable, require_safe
from qa_sampling.reporting.suppression import hidden_too, hide
from qa_sampling.reporting.table_cells import TableCells, cells_of
from qa_sampling.reporting.table_grid import Grid, agrees, print_table, sealed, with_totals
from qa_sampling.reporting.table_keys import Key, key_of
from qa_sampling.reporting.table_request import Coarser, TableRequest, request_of

__all__ = [
    "HIDDEN_MARK",
    "PrintedTable",
    "SafeTable",
    "TableRequest",
    "attack",
    "protect",
    "protect_linked",
    "request_of",
    "require_safe",
]

_ROUNDS = 12
_MOST_CHOSEN = 4
_ONE_AND_TOTAL = 2
_Laid = list[tuple[TableRequest, Grid]]


def protect(
    table: pd.DataFrame,
    *,
    by: Sequence[str],
    counts: Sequence[str],
    percentages: Mapping[str, tuple[str, str]] | None = None,
    rates: Mapping[str, tuple[str, str]] | None = None,
    rate_per: int = 10_000,
    publics: Sequence[str] = (),
    within: Mapping[str, str] | None = None,
    exclusive: Mapping[str, Sequence[str] | Sequence[Sequence[str]]] | None = None,
    adding_up: Mapping[str, Sequence[str] | Sequence[Sequence[str]]] | None = None,
    decisions: Iterable[str] = (),
    events: Iterable[str] = (),
    subtotals_of: Mapping[str, Mapping[str, str]] | None = None,
    made_of: Mapping[str, tuple[str, Mapping[str, Sequence[str]]]] | None = None,
    over: Mapping[str, str | Sequence[str]] | None = None,
    growing: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    total_label: str = "Total",
    population: str = "",
    threshold: int = 6,
    zeros_shown: bool = False,
    known_zeros: Iterable[tuple[str, ...]] = (),
    rounded_to: int = 1,
    coarser: Sequence[Coarser] = (),
    most_hidden: float = 1.0,
    earlier: Sequence[PrintedTable] = (),
    time_limit_s: float = 20.0,
) -> SafeTable:
    """Hide what could identify a child; give a table that may be shared.

    Parameters
    ----------
    table : DataFrame
        One row a combination of the classifications, without totals: these are added here.
        Combinations that are absent count 0.
    by : sequence of str
        Classification columns: one, two for a two-way table with both margins, or more.
    counts : sequence of str
        Columns of whole numbers of children or cases, none negative or missing.
    percentages : mapping of str to (str, str), optional
        Percentages to print, to one decimal place: name to (numerator, denominator), both
        count columns, or the denominator "total" for the numerator's grand total. Hidden when
        either count is; made from rounded counts when these are rounded.
    rates : mapping of str to (str, str), optional
        Rates to print, to one decimal place: name to (count, column of `publics`). Hidden when
        the count is.
    rate_per : int
        What rates are given per.
    publics : sequence of str
        Columns of whole numbers that are public anyway, such as the population; they are added
        up and printed, and never hidden.
    within : mapping of str to str, optional
        Counts that count some of those of another column ({"audits": "cases"}): a reader knows
        that they are no larger, and can subtract. The other column may be one of another table
        of the population.
    exclusive : mapping of str to sequence, optional
        Counts that exclude each other among those of another column ({"audited": ["late",
        "returned"]}): a reader knows that together they are no more than it, and can add them
        and subtract. Several groups of one column: a sequence of sequences.
    adding_up : mapping of str to sequence, optional
        The same where nothing is left over ({"audited": ["outstanding", "good", "requires
        improvement", "inadequate"]}): a reader knows that they add up to it.
    decisions : iterable of str
        Counts that are decisions of ours and not counts of children with a characteristic, such
        as audits planned: shown however small, unless the whole table is withheld. What they
        tell of the other counts is guarded against.
    events : iterable of str
        Counts of events, which count nobody, such as meetings held: shown like decisions. Never of
        children or families; ``event_tables`` declares them, and nothing else does.
    subtotals_of : mapping of str to mapping, optional
        Of a classification, the subtotal each label belongs to ({"team": {"Team A": "Service
        1"}}): subtotals are printed after their labels.
    made_of : mapping of str to (str, mapping), optional
        Of a classification, the dimension and labels its labels are made of ({"service":
        ("team", {"Service 1": ["Team A", "Team B"]})}): ties the table to those of that
        dimension.
    over : mapping of str to str or sequence of str, optional
        What the whole table is restricted to, or summed over ({"month": ["2026-04", "2026-05"]}
        for a year to date): ties it to tables of one month.
    growing : sequence of str
        Classifications that get more labels in later editions, such as the months of a series:
        their totals are of the labels in the table and no others. The grand total may then be
        hidden, since its growth tells the newest label.
    labels : mapping of str to str, optional
        Column headings people read.
    total_label : str
        Label of the totals; none of the classifications may use it.
    population : str
        Whom the counts count ("open cases, 31 October 2026"). Tables of the same population
        and the same column names are tied to each other.
    threshold : int
        Smallest count shown: 6 hides 1 to 5, 10 hides 1 to 9.
    zeros_shown : bool
        True: zeros are always shown, so a reader knows that a hidden count is at least 1.
        False: a zero may be hidden to protect another count.
    known_zeros : iterable of tuple of str
        Combinations of labels that everyone knows to be empty: always shown as 0 and of no use
        for hiding others.
    rounded_to : int
        Print counts to the nearest multiple of 5 or 10, halves upwards, for wider publication;
        1 for no rounding. Totals are rounded by themselves.
    coarser : sequence of mapping
        Coarser forms to try in turn when the table cannot be made safe, or hides too much: of a
        classification, what each label becomes, or None to leave it out.
    most_hidden : float
        Share of the counts (0 to 1) above which a coarser form is tried.
    earlier : sequence of PrintedTable
        All that the readers may have already, such as the ledger of releases: what it shows
        stays shown, what it hides stays hidden, and all are attacked together. A table that is
        the same as one of these is given as it was.
    time_limit_s : float
        Seconds for the cheapest pattern; a costlier safe one is taken after that.

    Returns
    -------
    SafeTable
        The protected table, perhaps a coarser one; with everything but a safe total hidden, and
        the reason in `withheld`, when no pattern is safe.

    Raises
    ------
    SchemaError
        When columns are missing, counts are not whole, or combinations repeat.
    DisclosureError
        When even the withheld table could be worked out, or contradicts an earlier one.

    Notes
    -----
    Source of the default rule: Department for Education, Characteristics of children in need,
    data guidance (1 to 5 hidden, secondary suppression where necessary).
    """
    given = {name: value for name, value in locals().items() if name in _ARGUMENTS}
    request = request_of(table, **given)
    return protect_linked([request], earlier=earlier, time_limit_s=time_limit_s)[0]


_ARGUMENTS = {one.name for one in fields(TableRequest)} - {"table", "coarsened"}


def protect_linked(
    requests: Sequence[TableRequest],
    *,
    earlier: Sequence[PrintedTable] = (),
    time_limit_s: float = 20.0,
) -> list[SafeTable]:
    """Protect several tables at once, so that together they give nothing away.

    The pattern of hidden counts is the cheapest for all of them. When there is none, they are
    protected one after the other, each with those before it, coarser or withheld where needed.

    Parameters
    ----------
    requests : sequence of TableRequest
        What :func:`request_of` makes of a table and the arguments of :func:`protect`.
    earlier : sequence of PrintedTable
        All that the readers may have already.
    time_limit_s : float
        Seconds for the cheapest pattern.

    Returns
    -------
    list of SafeTable
        In the order of the requests.

    Raises
    ------
    SchemaError, DisclosureError
        As :func:`protect`.
    """
    before = _of_their_populations(_printed(earlier), requests)
    laid = [(request, with_totals(request)) for request in requests]
    again = [_issued_before(request, grid, before) for request, grid in laid]
    fresh = [pair for pair, old in zip(laid, again, strict=True) if old is None]
    made = iter(_made(fresh, before, time_limit_s) if fresh else [])
    return [old or next(made) for old in again]


def _printed(earlier: Sequence[PrintedTable]) -> tuple[PrintedTable, ...]:
    for one in earlier:
        if not isinstance(one, PrintedTable):
            require_safe(one, what="protect(earlier=…)")
    return tuple(earlier)


def _of_their_populations(
    earlier: Sequence[PrintedTable], requests: Sequence[TableRequest]
) -> tuple[PrintedTable, ...]:
    """Leave out what has nothing to do with these tables."""
    populations = {request.population for request in requests}
    return tuple(table for table in earlier if table.population in populations)


def _issued_before(
    request: TableRequest, grid: Grid, earlier: Sequence[PrintedTable]
) -> SafeTable | None:
    """Give the same table as it was released before, if it was and the numbers are the same."""
    shown = {key for key, told in released(earlier).items() if told.rightly}
    for table in earlier:
        if agrees(table, request, grid, shown) and not given_away(
            (table,), _hidden_keys(table), threshold=table.threshold
        ):
            return sealed(table, request)
    return None


def _hidden_keys(table: PrintedTable) -> set[Key]:
    columns = table.columns
    return {
        key_of(table, count, row)
        for row in table.rows
        for count in table.counts
        if row[columns.index(count)] == HIDDEN_MARK
    }


def _made(laid: _Laid, earlier: tuple[PrintedTable, ...], time_limit_s: float) -> list[SafeTable]:
    made = _safest(laid, earlier, time_limit_s)
    if made and all(
        _tells_enough(table, request) for table, (request, _) in zip(made, laid, strict=True)
    ):
        return made
    if len(laid) > 1:
        done: list[SafeTable] = []
        for pair in laid:
            done += _made([pair], (*earlier, *done), time_limit_s)
        return done
    request, grid = laid[0]
    for step in request.coarser:
        smaller = coarsened(request, step)
        laid = [(smaller, with_totals(smaller))]
        old = _issued_before(*laid[0], earlier)
        found = [old] if old else _safest(laid, earlier, time_limit_s)
        if found and _tells_enough(found[0], request):
            return found
    return made or [_withhold(request, grid, earlier)]


def _tells_enough(table: SafeTable, request: TableRequest) -> bool:
    guarded = len(table.counts) - len(table.decisions)
    return table.hidden <= request.most_hidden * guarded * len(table.rows)


def _safest(
    laid: _Laid, earlier: tuple[PrintedTable, ...], time_limit_s: float
) -> list[SafeTable] | None:
    """Hide, print, attack; hide more while the attack still finds something."""
    tied = cells_of(laid, earlier)
    cells = tied.cells
    deadline = time.monotonic() + time_limit_s
    for _ in range(_ROUNDS):
        hidden = hide(cells, time_limit_s=deadline - time.monotonic())
        if hidden is None and (out := _out(tied.needs, earlier, tied)):
            kept = np.array([key not in out for key in tied.index])
            cells = replace(cells, guarded=cells.guarded & kept)
            hidden = hide(cells, time_limit_s=deadline - time.monotonic())
        if hidden is None:
            return None
        made = [_print(request, grid, tied, hidden) for request, grid in laid]
        unsafe = _unsafe(made, earlier, tied)
        if not unsafe.any():
            return made
        beside = abs(cells.sums).T @ (abs(cells.sums) @ unsafe.astype(float)) > 0
        widened = hidden_too(cells, beside)
        if (widened.state == cells.state).all():
            return None
        cells = widened
    return None


def _print(request: TableRequest, grid: Grid, tied: TableCells, hidden: np.ndarray) -> SafeTable:
    pattern = {
        (count, place): bool(hidden[tied.index[key_of(request, count, place)]])
        for count in grid.values
        for place in grid.places
    }
    return print_table(request, grid, pattern)


def _unsafe(
    made: Sequence[SafeTable], earlier: tuple[PrintedTable, ...], tied: TableCells
) -> np.ndarray:
    """Attack what is printed; say of which cells it tells too much that was not out already."""
    told: set[Key] = set()
    for need in set(tied.needs.values()):
        keys = {key for key, held in tied.needs.items() if held == need}
        found = given_away((*made, *earlier), keys, threshold=need)
        told |= found - _out(found, earlier, tied)
    return np.array([key in told for key in tied.index])


def _out(keys: Iterable[Key], earlier: tuple[PrintedTable, ...], tied: TableCells) -> set[Key]:
    """Say which counts of earlier tables alone these tell too much about by themselves."""
    out: set[Key] = set()
    for need in set(tied.needs.values()):
        theirs = {key for key in keys if tied.needs.get(key) == need} - tied.guarded
        out |= given_away((*earlier, *tied.forms), theirs, threshold=need) if theirs else set()
    return out


def _withhold(request: TableRequest, grid: Grid, earlier: tuple[PrintedTable, ...]) -> SafeTable:
    """Hide everything, with the grand totals shown where that is safe."""
    reason = (
        "The whole table is withheld: no choice of hidden counts would have kept the counts of "
        f"1 to {request.threshold - 1} from being worked out."
    )
    totals = _totals(request, grid)
    tied = cells_of([(request, grid)], earlier)
    for totals_shown in _choices(list(grid.values)):
        hidden = {
            (count, place): place not in request.known_zeros
            and not (
                count in totals_shown
                and place in totals
                and not 0 < grid.values[count][-1] < request.threshold
            )
            for count in grid.values
            for place in grid.places
        }
        made = print_table(request, grid, hidden, withheld=reason)
        if not _unsafe([made], earlier, tied).any():
            return made
    raise DisclosureError(
        "The table cannot be shared: together with the tables that are already out, even its "
        f"total would tell a count of 1 to {request.threshold - 1}. Leave it out."
    )


def _totals(request: TableRequest, grid: Grid) -> set[tuple[str, ...]]:
    """Give the grand total, and what is the same because a classification has one label only."""
    axes = [set(labels) for labels in zip(*grid.places, strict=True)]
    return {
        place
        for place in grid.places
        if all(
            label == request.total_label or len(axis) <= _ONE_AND_TOTAL
            for label, axis in zip(place, axes, strict=True)
        )
    }


def _choices(counts: Sequence[str]) -> list[tuple[str, ...]]:
    """Give all choices of counts whose totals may be shown, most first; a few when many."""
    sizes = range(len(counts), -1, -1) if len(counts) <= _MOST_CHOSEN else (len(counts), 0)
    return [chosen for size in sizes for chosen in combinations(counts, size)]
