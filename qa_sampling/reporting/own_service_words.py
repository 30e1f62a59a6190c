"""What everybody may read of one service, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.reporting.outcome_tables import QUARTER, quarter_words
from qa_sampling.reporting.own_service_tables import own_count
from qa_sampling.reporting.programme_words import joined
from qa_sampling.reporting.quantities import cell, declared
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import NOTHING_SAID, Words, say
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.then_and_now import CHANGES, changes_of

_BESIDE = "the latest quarters that can be told beside as many before"
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
) -> Words:
    """Say what audits, families and outcomes tell of one service.

    Whether a measure changed is worked out from what the tables print: of hidden counts nothing
    is said, since whether a few cases are fewer than before nearly tells how many they are.

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
    """
    if not service:
        return NOTHING_SAID
    words = _audits(service, graded) + _heard(service, heard)
    if outcomes.empty:
        return words + say(
            "Outcomes of the teams of {service} are not told: there are too few of them, their "
            "records are too short, or it is not known which team held a case.",
            service=service,
        )
    told = printed_changes(service, outcomes, quarters, tables, fewest=fewest, level=level)
    for row in told.itertuples():
        words += say(
            "{measure} of its teams, {beside}: {change}.",
            beside=_BESIDE,
            measure=declared(MEASURES[row.measure].title),
            change=_CHANGES[row.change],
        )
    names = [MEASURES[one].title for one in outcomes["measure"] if one not in set(told["measure"])]
    if names:
        words += say(
            "Whether these figures of its teams changed is not told, because some of their counts "
            "are hidden or not final: {names}.",
            names=declared(joined([one[:1].lower() + one[1:] for one in names])),
        )
    return words


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
    service, outcomes, quarters, tables, fewest, level
        As for :func:`own_service_words`.

    Returns
    -------
    DataFrame
        `measure`, `change` (of ``then_and_now.CHANGES``): of those none of whose counts is hidden.
    """
    counts = pd.DataFrame(
        [_printed(quarters[quarters["measure"] == one], one, service, tables)
         for one in outcomes["measure"]],
        columns=["now", "now_of", "before", "before_of"],
    ).assign(alone=outcomes["alone"].to_numpy())  # fmt: skip
    changes = changes_of(counts, fewest=fewest, level=level)
    told = outcomes[["measure"]].assign(change=list(changes))
    return told[~counts.isna().any(axis=1).to_numpy()].reset_index(drop=True)


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


def _printed(
    quarters: pd.DataFrame, name: str, service: str, tables: Sequence[SharedTable]
) -> list[int | None]:
    """Add up the quarters of now and before as printed; nothing where any of them is hidden."""
    part = own_count(name, service)
    table = next((one.table for one in tables if part in one.table.counts), None)
    if table is None:
        return [None] * 4
    body = table.body.set_index(QUARTER)
    found: list[int | None] = []
    for span in ("now", "before"):
        days = [quarter_words(day) for day in quarters.loc[quarters["span"] == span, "start"]]
        for count in (part, table.counts[0]):
            cells = body[count].reindex(days)
            is_told = bool(cells.notna().all()) and HIDDEN_MARK not in set(cells)
            found.append(int(cells.sum()) if is_told else None)
    return found


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
