"""Groups of children quarter by quarter, with hidden what would tell a small one.

A reader has the tables of page 50 too, and every quarter's figure of everybody. So what is shown
here is chosen with all of that known: neither tells what the other hides.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.breakdown_tables import protect_breakdowns
from qa_sampling.reporting.disclosure import protect_linked, request_of
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable, SafeTable
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.trends.breakdown import Breakdown, BrokenDown
from qa_sampling.trends.measured import COUNTS

_ABOVE, _OF, _FAMILIES = "above", "of", "families"
_QUARTER, _GROUP, _ALL = "quarter", "group", "Total"


def protected_groups(readings: pd.DataFrame, page: Sequence[PrintedTable] = ()) -> pd.DataFrame:
    """Blank the counts of groups of children that are small, or that would tell a small one.

    Parameters
    ----------
    readings : DataFrame
        ``measured.READINGS`` of one measure by one kind of unit, all its groups, by quarter: by
        month as well, a quarter less two of its months would be the third.
    page : sequence of PrintedTable
        What page 50 prints of the same groups (:func:`printed_on_the_page`).

    Returns
    -------
    DataFrame
        The same rows; counts and value of what is hidden are missing, and `hidden` says so.

    Notes
    -----
    Hidden is a group in a quarter in which it counts 1 to 5, or all but 1 to 5 of those who could;
    and what else keeps each of these from being told to within five, with the totals of all groups
    known (``disclosure.protect_linked``). Where nothing would, the whole quarter is hidden.
    """
    known = readings[readings["numerator"].notna()]
    days = [f"{day:%Y-%m-%d}" for day in sorted(known["start"].unique())]
    on_the_page = {day for one in page for day in one.over[_QUARTER]}
    together = [day for day in days if day in on_the_page]
    parts = [[day] for day in days if day not in on_the_page] + ([together] if together else [])
    hidden = {place for part in parts for place in _hidden(known, part, page)}
    places = zip(readings["start"].dt.strftime("%Y-%m-%d"), readings["unit"], strict=True)
    shown = readings.copy()
    out = pd.Series([place in hidden for place in places], index=readings.index, dtype=bool)
    shown[COUNTS] = shown[COUNTS].mask(out)
    return shown.assign(hidden=out)


def _hidden(
    known: pd.DataFrame, days: Sequence[str], page: Sequence[PrintedTable]
) -> set[tuple[str, str]]:
    """Give the quarters and groups that are hidden, of quarters that one choice is made for."""
    tables = [_request(known, day) for day in days]
    theirs = [one for one in page if set(one.over[_QUARTER]) & set(days)]
    try:
        made = protect_linked(tables, earlier=[*theirs, *map(_everybody, tables)])
    except DisclosureError:  # not even a table with everything hidden fits beside the page's
        made = [None] * len(tables)
    found = set()
    for day, asked, safe in zip(days, tables, made, strict=True):
        units = asked.table[_GROUP]
        if safe is None or safe.withheld:
            found |= {(day, unit) for unit in units}
            continue
        marked = (safe.body[list(safe.counts)] == HIDDEN_MARK).any(axis=1)
        found |= {(day, unit) for unit in safe.body.loc[marked, _GROUP]}
    return found


def _request(known: pd.DataFrame, day: str) -> TableRequest:
    """Give one quarter by group, to be protected; shares with those who could."""
    rows = known[known["start"] == pd.Timestamp(day)]
    table = pd.DataFrame({_GROUP: rows["unit"].astype("str")})
    if rows["denominator"].notna().any():
        table[_OF] = rows["denominator"].fillna(0).astype("int64")
    table[_ABOVE] = rows["numerator"].astype("int64")
    counts = [name for name in table if name != _GROUP]
    return request_of(
        table.reset_index(drop=True), by=[_GROUP], counts=counts, over={_QUARTER: day},
        within={_ABOVE: _OF} if _OF in counts else {}, total_label=_ALL,
    )  # fmt: skip


def _everybody(asked: TableRequest) -> PrintedTable:
    """Give what a reader knows of everybody in a quarter: the explorer shows it, small or not."""
    sums = [int(asked.table[name].sum()) for name in asked.counts]
    return _printed(asked.counts, [(_ALL, *sums)], asked.over[_QUARTER], threshold=1)


def printed_on_the_page(found: BrokenDown | None) -> dict[str, tuple[PrintedTable, ...]]:
    """Give what page 50 prints of groups by kind of unit, by the quarters that it is of.

    Parameters
    ----------
    found : BrokenDown or None
        The measure by every kind that the page has, since it protects them together; None where
        the page does not have the measure.
    """
    if found is None:
        return {}
    tables, printed = protect_breakdowns(found.measure, found.parts), {}
    for kind, one in found.parts.items():
        halves = (("latest", (one.latest,)), ("before", one.before))
        printed[kind] = tuple(
            _of_quarters(tables[kind], kind, when, days, one) for when, days in halves if days
        )
    return printed


def _of_quarters(
    table: SafeTable, kind: str, when: str, days: Sequence[pd.Timestamp], one: Breakdown
) -> PrintedTable:
    """Give one half of a table of the page under the names that the explorer's have."""
    own = {f"{when}_of": _OF, when: _ABOVE, f"{when}_families_{kind}": f"{when} {_FAMILIES}"}
    own = {name: new for name, new in own.items() if name in table.counts}
    frame = table.frame[[kind, *own]]
    rows = [
        (_ALL if label == table.total_label else label, *counts)
        for label, *counts in frame.itertuples(index=False)
    ]
    quarters = [f"{_quarter_of(day, one):%Y-%m-%d}" for day in days]
    return _printed(list(own.values()), rows, quarters, threshold=table.threshold)


def _quarter_of(day: pd.Timestamp, one: Breakdown) -> pd.Timestamp:
    """Give the first day of the quarter that a period of the page is, or ends."""
    month = one.latest is not None and (one.end - one.latest).days < 31
    return day - pd.DateOffset(months=2) if month else day


def _printed(
    counts: Sequence[str], rows: Sequence[tuple], quarters: Sequence[str], *, threshold: int
) -> PrintedTable:
    names = {_ABOVE: _OF} if _OF in counts else {}
    names |= {name: _ABOVE for name in counts if name.endswith(_FAMILIES)}
    return PrintedTable(
        by=(_GROUP,), counts=tuple(counts), percentages={}, within=names,
        rows=tuple(map(tuple, rows)), labels={}, total_label=_ALL, population="",
        threshold=threshold, zeros_shown=False, withheld="", hidden=0,
        over={_QUARTER: tuple(quarters)},
    )  # fmt: skip


def shown_groups(readings: pd.DataFrame) -> list[str]:
    """Give the groups of which half or more of the settled periods are shown, in order.

    Parameters
    ----------
    readings : DataFrame
        What :func:`protected_groups` gave.
    """
    settled = readings[readings["mature"] & (readings["hidden"] | readings["numerator"].notna())]
    shown = (~settled["hidden"]).groupby(settled["unit"]).mean()
    return sorted(shown.index[shown >= 0.5])
