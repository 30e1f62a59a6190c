"""What everybody may read of one service, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from qa_sampling.reporting.dates import day_in_words
from qa_sampling.reporting.own_service_changes import printed_changes
from qa_sampling.reporting.programme_words import joined
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.then_and_now import CHANGES

_BESIDE = "the latest quarters that can be told against as many before"
_WHATEVER = ", whatever the hidden counts are"
_CHANGES = {
    CHANGES[0]: "higher, by more than chance",
    CHANGES[1]: "lower, by more than chance",
    CHANGES[2]: "no difference that can be told from chance",
    CHANGES[3]: "too few to say whether it changed",
}


def own_service_words(
    service: str,
    outcomes: pd.DataFrame,
    quarters: pd.DataFrame,
    tables: Sequence[SharedTable],
    *,
    graded: SafeTable,
    heard: SafeTable,
    fewest: int,
    level: float,
    graded_day: date | None = None,
) -> Words:
    """Say what audits, families and outcomes tell of one service.

    Whether a measure changed is worked out from what the tables print, and told where it comes
    out the same whatever is hidden (``own_service_changes``): whether a few cases are fewer than
    before would else nearly tell how many they are.

    Parameters
    ----------
    service : str
        The service; blank says nothing.
    outcomes : DataFrame
        Measures of cases that its teams held: `measure`, `alone` (families a case).
    quarters : DataFrame
        Which quarters are compared: `measure`, `span` ("before", "now"), `start`.
    tables : sequence of SharedTable
        What ``protect_own_outcomes`` gives.
    graded : SafeTable
        Audits by service and whether they were good or better.
    heard : SafeTable
        Times families and children told us something, by service.
    fewest : int
        Cases below which no change is told.
    level : float
        Of all comparisons together.
    graded_day : date, optional
        The day the audits are told of, where it is not the page's own.
    """
    if not service:
        return NOTHING_SAID
    words = _audits(service, graded, graded_day) + _heard(service, heard)
    if outcomes.empty:
        return words + say(
            "Outcomes of the teams of {service} are not told: there are too few of them, their "
            "records are too short, or it is not known which team held a case.",
            service=service,
        )
    told = printed_changes(service, outcomes, quarters, tables, fewest=fewest, level=level)
    for row in told.itertuples():
        words += say(
            "{measure} of its teams, {beside}: {change}{whatever}.",
            beside=_BESIDE,
            measure=declared(MEASURES[row.measure].title),
            change=_CHANGES[row.change],
            whatever=_WHATEVER if row.hidden else "",
        )
    names = [MEASURES[one].title for one in outcomes["measure"] if one not in set(told["measure"])]
    if names:
        words += say(
            "Whether these figures of its teams changed is told on the page for named readers "
            "alone, because some of their counts are hidden or not final: {names}.",
            names=declared(joined([one[:1].lower() + one[1:] for one in names])),
        )
    return words


def together_words(outcomes: pd.DataFrame, told: Words, *, level: float) -> Words:
    """Say that changes of one service are told together, where any of several is told.

    Parameters
    ----------
    outcomes : DataFrame
        Measures of cases that its teams held.
    told : Words
        What :func:`own_service_words` gave.
    level : float
        Of all comparisons together.
    """
    if len(outcomes) < 2 or not any(_BESIDE in one for one in told.sentences):
        return NOTHING_SAID
    return say(
        "These {n} comparisons are made together (Holm): if nothing had changed, any of them would "
        "be called a change on at most {wrong} of {pages} such pages.",
        pages=declared(100),
        n=declared(len(outcomes)),
        wrong=declared(round(100 * (1 - level))),
    )


def _audits(service: str, graded: SafeTable, day: date | None) -> Words:
    if graded.withheld or "service" not in graded.by or not _has(graded, service):
        return say("{service}: no audits of its own are shown.", service=service)
    kinds = list(dict.fromkeys(row[1] for row in graded.rows))
    whole = cell(graded, graded.counts[0], service, graded.total_label)
    good = cell(graded, graded.counts[0], service, kinds[0])
    if whole.hidden or good.hidden:
        return say("{service}: the grades of its audits are hidden.", service=service)
    return say(
        "{service}: of {whole:graded audit|graded audits}{day} {good} were good or better.",
        service=service,
        day=declared(f", as at {day_in_words(day)}," if day else ""),
        whole=whole,
        good=good,
    )


def _heard(service: str, heard: SafeTable) -> Words:
    if heard.withheld or not _has(heard, service):
        return NOTHING_SAID
    times = cell(heard, heard.counts[0], service)
    if times.hidden:
        return NOTHING_SAID
    return say("Its families and children told us what they think {n:time|times}.", n=times)


def _has(table: SafeTable, service: str) -> bool:
    place = table.by.index("service")
    return any(row[place] == service for row in table.rows)
