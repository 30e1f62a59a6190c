"""Whether a service's shares changed, as far as anybody can tell from what is printed.

A sum of quarters of which some are hidden lies between two whole numbers that a reader can work out
from the printed table. A change is told when the comparison comes out the same for every number
between them: what is said then follows from what is printed, and tells nothing more about what is
hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

from qa_sampling.reporting.outcome_tables import QUARTER, quarter_words
from qa_sampling.reporting.own_service_tables import own_count
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.trends.then_and_now import CHANGES, changes_of, p_of_change

_SPANS = ("now", "before")
_MANY = 2_000
"""Pairs of numbers that are tried; where more are possible hardly anything is known."""

Pair = tuple[int, int]


def printed_changes(
    service: str,
    outcomes: pd.DataFrame,
    quarters: pd.DataFrame,
    tables: Sequence[SharedTable],
    *,
    fewest: int,
    level: float,
) -> pd.DataFrame:
    """Give the changes that can be told of one service, worked out from what the tables print.

    Parameters
    ----------
    service : str
        The service.
    outcomes : DataFrame
        Measures of cases that its teams held: `measure`, `alone` (families a case).
    quarters : DataFrame
        Which quarters are compared: `measure`, `span` ("before", "now"), `start`.
    tables : sequence of SharedTable
        What ``protect_own_outcomes`` gives.
    fewest : int
        Cases below which no change is told.
    level : float
        Of all comparisons together.

    Returns
    -------
    DataFrame
        `measure`, `change` (of ``then_and_now.CHANGES``), `hidden` (whether it rests on quarters
        whose counts are hidden, and comes out the same whatever they are).

    Notes
    -----
    A measure with hidden quarters goes into the comparison of all (Holm) with the numbers that
    speak least for a change, so that hiding never makes a change easier to claim. That there is
    none is said only when the numbers that speak most for one give none either. What is not known
    at all counts as a comparison that found nothing.
    """
    known = [_spans(quarters[quarters["measure"] == one], one, service, tables)
             for one in outcomes["measure"]]  # fmt: skip
    alone = outcomes["alone"].astype("float64").tolist()
    tried = [_tried(one, part) for one, part in zip(known, alone, strict=True)]
    given = {"fewest": fewest, "level": level}
    least = changes_of(_counts([pairs[-1] for pairs in tried], known, alone), **given)
    rows = []
    for at, (name, pairs) in enumerate(zip(outcomes["measure"], tried, strict=True)):
        if pairs[-1] is None:
            continue
        most = [own[0] if at == place else own[-1] for place, own in enumerate(tried)]
        ways = {_way(pair, known[at]) for pair in pairs}
        if least[at] in CHANGES[:2] and len(ways) > 1:
            continue
        if changes_of(_counts(most, known, alone), **given)[at] != least[at]:
            continue
        rows.append((name, least[at], len(pairs) > 1))
    return pd.DataFrame(rows, columns=["measure", "change", "hidden"])


Spans = dict[str, tuple[int, int, int]]
"""Of now and before: the least and the greatest that count, and the cases."""


def _spans(
    quarters: pd.DataFrame, name: str, service: str, tables: Sequence[SharedTable]
) -> Spans | None:
    """Give what a reader knows of now and before; None where the cases are not printed."""
    part = own_count(name, service)
    table = next((one.table for one in tables if part in one.table.counts), None)
    if table is None or table.withheld:
        return None
    cells = table.body.set_index(QUARTER)[[table.counts[0], part]]
    found = {}
    for span in _SPANS:
        days = [quarter_words(day) for day in quarters.loc[quarters["span"] == span, "start"]]
        if not days or not set(days) <= set(cells.index):
            return None
        if HIDDEN_MARK in set(cells.loc[days, table.counts[0]]):
            return None
        low, high = _ends(cells, days, part, table)
        found[span] = (low, high, int(cells.loc[days, table.counts[0]].sum()))
    return found


def _ends(cells: pd.DataFrame, days: list[str], part: str, table: SafeTable) -> Pair:
    """Give the least and the greatest sum of a count over some quarters, as printed."""
    hidden = cells[cells[part] == HIDDEN_MARK]
    shown = cells[cells[part] != HIDDEN_MARK]
    printed = int(shown.loc[shown.index.isin(days), part].sum())
    reach = hidden[table.counts[0]]
    inside = reach[reach.index.isin(days)]
    low, high = 0, sum(int(one) for one in inside)
    total, whole = table.totals.get(part), set(reach)
    if inside.empty or isinstance(total, str) or total is None or HIDDEN_MARK in whole:
        return printed + low, printed + high
    left = int(total) - int(shown[part].sum())
    elsewhere = sum(int(one) for one in reach[~reach.index.isin(days)])
    return printed + max(low, left - elsewhere), printed + min(high, left)


def _tried(known: Spans | None, alone: float) -> list[Pair | None]:
    """Give all pairs of now and before that may be, from the plainest change to the least plain."""
    if known is None:
        return [None]
    (low, high, now_of), (first, last, before_of) = known["now"], known["before"]
    if (high - low + 1) * (last - first + 1) > _MANY or not min(now_of, before_of):
        return [None]
    pairs: list[Pair | None] = [*product(range(low, high + 1), range(first, last + 1))]
    return sorted(pairs, key=lambda one: _chance(one, now_of, before_of, alone))


def _chance(pair: Pair | None, now_of: int, before_of: int, alone: float) -> float:
    now, before = pair or (0, 0)
    return p_of_change(alone * now, alone * now_of, alone * before, alone * before_of)


def _way(pair: Pair | None, known: Spans | None) -> bool:
    (now, before), ends = pair or (0, 0), known or dict.fromkeys(_SPANS, (0, 0, 1))
    return now * ends["before"][2] > before * ends["now"][2]


def _counts(
    pairs: Sequence[Pair | None], known: Sequence[Spans | None], alone: Sequence[float]
) -> pd.DataFrame:
    """Give the counts of measures as ``changes_of`` takes them; none for what is not known."""
    rows = [
        (None,) * 4 if pair is None or ends is None
        else (pair[0], ends["now"][2], pair[1], ends["before"][2])
        for pair, ends in zip(pairs, known, strict=True)
    ]  # fmt: skip
    columns = ["now", "now_of", "before", "before_of"]
    return pd.DataFrame(rows, columns=columns).assign(alone=list(alone))
