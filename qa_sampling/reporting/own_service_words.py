"""What everybody may read of one service, in sentences."""

from __future__ import annotations

import pandas as pd

from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import SafeTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.trends.measures import MEASURES

_CHANGES = {
    "Higher": "higher, further than chance explains",
    "Lower": "lower, further than chance explains",
    "No difference that can be told from chance": "no difference that can be told from chance",
}


def own_service_words(
    service: str, outcomes: pd.DataFrame, *, graded: SafeTable, heard: SafeTable
) -> Words:
    """Say what audits, families and outcomes tell of one service.

    Parameters
    ----------
    service : str
        The service; blank says nothing.
    outcomes : DataFrame
        Measures of cases that its teams held: `measure`, `change`.
    graded : SafeTable
        Audits by service and whether they were good or better.
    heard : SafeTable
        Times families and children told us something, by service.
    """
    if not service:
        return NOTHING_SAID
    words = _audits(service, graded) + _heard(service, heard)
    told = outcomes[outcomes["change"].isin(_CHANGES)]
    for row in told.itertuples():
        words += say(
            "{measure} of its teams, the latest year that can be told beside the year before: "
            "{change}.",
            measure=declared(MEASURES[row.measure].title),
            change=_CHANGES[row.change],
        )
    if told.empty:
        words += say(
            "Outcomes of the teams of {service} are not told: there are too few of them, their "
            "records are too short, or it is not known which team held a case.",
            service=service,
        )
    return words


def _audits(service: str, graded: SafeTable) -> Words:
    if graded.withheld or "service" not in graded.by or not _has(graded, service):
        return say("{service}: no audits of its own are shown.", service=service)
    kinds = list(dict.fromkeys(row[1] for row in graded.rows))
    whole = cell(graded, graded.counts[0], service, graded.total_label)
    good = cell(graded, graded.counts[0], service, kinds[0])
    if whole.hidden or good.hidden:
        return say("{service}: the grades of its audits are hidden.", service=service)
    return say(
        "{service}: of {whole:graded audit|graded audits} {good} were good or better.",
        service=service,
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
