"""How many audits came back in time: what the page of returned audits tells of that of the year.

An audit that came back in time stays so. So the count of a month is the same on the page of
returned audits and on the programme's, whatever day each looks back from: what one prints the
other has to reckon with, and what one hides the other may not show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from qa_sampling.reporting.editions import is_of
from qa_sampling.reporting.safe_table import HIDDEN_MARK, PrintedTable

DRAWN, COLLECTED = "audits drawn", "audits"
PLANNED, IN_TIME = "planned", "in_time"
RETURNED_IN_TIME = "Returned in time"
_OF_A_MONTH = re.compile(r"audits of (\d{4}-\d{2}), as at (.+)")


def month_words(period: str) -> str:
    """Say a month: "Oct 2026".

    Parameters
    ----------
    period : str
        As "2026-10".
    """
    return f"{pd.Timestamp(period):%b %Y}"


def collected_by_month(
    earlier: Iterable[PrintedTable], *, total_label: str
) -> tuple[PrintedTable, ...]:
    """Give what pages of one month's returned audits printed as rows of the programme's table.

    Parameters
    ----------
    earlier : iterable of PrintedTable
        The ledger of releases.
    total_label : str
        Label of the totals of the programme's table.
    """
    found = []
    for one in earlier:
        told = _OF_A_MONTH.fullmatch(one.population)
        if told is None or one.by != ("stand",) or one.withheld:
            continue
        counts = {row[0]: row[1] for row in one.rows}
        numbers = (counts[one.total_label], counts[RETURNED_IN_TIME])
        if HIDDEN_MARK in numbers[:1]:
            continue
        found.append(
            PrintedTable(
                by=("month",),
                counts=(PLANNED, IN_TIME),
                percentages={},
                within={IN_TIME: PLANNED},
                rows=((month_words(told[1]), *numbers), (total_label, *numbers)),
                labels={},
                total_label=total_label,
                population=f"{DRAWN}, collected as at {told[2]}",
                threshold=one.threshold,
                zeros_shown=False,
                withheld="",
                hidden=2 * int(numbers[1] == HIDDEN_MARK),
                decisions=(PLANNED,),
            )
        )
    return tuple(found)


def in_time_was_hidden(earlier: Iterable[PrintedTable], period: str) -> bool:
    """Say whether a page of the programme hid how many audits of a month came back in time.

    Parameters
    ----------
    earlier : iterable of PrintedTable
        The ledger of releases.
    period : str
        The month, as "2026-10".
    """
    for one in earlier:
        if not is_of(one, DRAWN) or one.withheld or IN_TIME not in one.counts:
            continue
        rows = one.body.set_index("month")[IN_TIME]
        if rows.get(month_words(period)) == HIDDEN_MARK:
            return True
    return False
