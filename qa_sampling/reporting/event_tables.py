"""Tables of events: what the service itself did, whose number counts no child and no family.

Twelve observations in a month are twelve decisions to observe. That there was one of them tells of
nobody, so these counts are shown however small. What others said or raised is no event of ours: a
complaint is somebody's, a rapid review is about a child. Those kinds are refused here and guarded
in other tables, which count none of these, so that neither gives the other away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.loop.vocabulary import ACTIVITY_KINDS, EVENT_KINDS
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.standing_tables import PLANNED, month_words
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.schema import NOT_RECORDED

EVENTS = "events"
DECISIONS = ("Auditors exempted", "Auditors given until another day",
             "Cases given to another auditor", "Draws set aside and drawn again")  # fmt: skip
"""What managers decide beside the plan, of which the number counts no child."""
_SHORT_MONTH = slice(0, 3)


@dataclass(frozen=True)
class EventTables:
    """What was done, in numbers that count nobody.

    Attributes
    ----------
    kinds : SafeTable
        By kind, beside the plan.
    months, services : SafeTable
        By kind and month, and by kind and service.
    decisions : SafeTable
        What was decided beside the plan.
    """

    kinds: SafeTable
    months: SafeTable
    services: SafeTable
    decisions: SafeTable

    def shared(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The months in words.
        """
        done = f"Activity {span}"
        return (
            SharedTable(self.kinds, "What we did besides audits, against the plan", done),
            SharedTable(self.months, "What we did besides audits, by month", done),
            SharedTable(self.services, "What we did besides audits, by service", done),
            SharedTable(self.decisions, "What was decided beside the plan", f"Decided {span}"),
        )


def protect_events(
    activities: pd.DataFrame,
    planned: Mapping[str, int],
    *,
    periods: Sequence[str],
    days: Sequence[str],
    decisions: Mapping[str, int],
    as_at: str,
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> EventTables | None:
    """Give the tables of events of some months.

    Parameters
    ----------
    activities : DataFrame
        Other activity of the months: `kind`, `month`, `service`; what is no event is left out.
    planned : mapping of str to int
        How many of each kind were planned.
    periods, days : sequence of str
        The months, and the days that count.
    decisions : mapping of str to int
        How often each of :data:`DECISIONS` was taken; others are left out.
    as_at : str
        The day, as "2026-10-31".
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Returns
    -------
    EventTables or None
        None where a page that counted events and people together is out: what this one shows
        would give away what that one hid.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    if mixed_before(earlier, days):
        return None
    held = activities[activities["kind"].isin(EVENT_KINDS)]
    held = held.assign(service=held["service"].fillna(NOT_RECORDED))
    services = sorted(held["service"].unique()) or [NOT_RECORDED]
    series = f"events {' and '.join(periods)}, as at {as_at}"
    population = population_of_edition(series, edition)
    plan = [int(planned.get(kind, 0)) for kind in EVENT_KINDS]
    done = held["kind"].value_counts().reindex(list(EVENT_KINDS), fill_value=0)
    kinds = pd.DataFrame({"kind": EVENT_KINDS, EVENTS: done.to_numpy(), PLANNED: plan})
    short = {period: _short(period) for period in periods}
    requests = [
        event_request(kinds, by=["kind"], population=population, publics=[PLANNED]),
        event_request(
            _crossed(held, "month", list(periods)).replace({"month": short}),
            by=["kind", "month"],
            population=population,
        ),
        event_request(
            _crossed(held, "service", services), by=["kind", "service"], population=population
        ),
        _decided(decisions, population),
    ]  # fmt: skip
    known = tied_editions(requests, earlier, series=series, edition=edition)
    return EventTables(*protect_linked(requests, earlier=known))


def event_request(
    table: pd.DataFrame, *, by: Sequence[str], population: str, **more: object
) -> TableRequest:
    """Ask for a table of events, all of whose counts are shown.

    Parameters
    ----------
    table : DataFrame
        The classifications, of which `kind` holds kinds of activity, and :data:`EVENTS`.
    by : sequence of str
        The classifications.
    population : str
        What these events are called.
    **more
        As for ``disclosure.protect``.

    Raises
    ------
    DisclosureError
        When a kind counts people: it is to be protected.
    """
    if refused := sorted(set(table["kind"]) - set(EVENT_KINDS)):
        raise DisclosureError(
            f"{', '.join(refused)}: their number counts people, or things that happened to them. "
            "Give them to protect(); only what the service itself did is a count of events."
        )
    labels = {"kind": "Activity", "month": "Month", "service": "Service", EVENTS: "Done",
              PLANNED: "Planned"}  # fmt: skip
    return request_of(
        table, by=by, counts=[EVENTS], events=[EVENTS], labels=labels, population=population, **more
    )


def mixed_before(earlier: Sequence[PrintedTable], days: Sequence[str]) -> bool:
    """Say whether a table is out that counts events together with what people said or raised.

    Pages of earlier versions had such tables. The difference of theirs and ours would tell what
    they hide.

    Parameters
    ----------
    earlier : sequence of PrintedTable
        What was released before.
    days : sequence of str
        The days that count; tables of none of them are passed over.
    """
    wanted = set(days)
    same = (one for one in earlier if wanted & _days_of(one))
    return any(_counts_both(one) for one in same)


def _days_of(table: PrintedTable) -> set[str]:
    """Give the days a table is of; some stand together with their month ("2026-04, 2026-04-17")."""
    return set(table.over.get("day", ()))


def _counts_both(table: PrintedTable) -> bool:
    if EVENTS in table.counts:
        return False
    found = {
        kind
        for name in ("kind", "group")
        if name in table.by
        for row in table.rows
        for kind in _kinds_of(table, name, str(row[table.by.index(name)]))
    }
    people = set(ACTIVITY_KINDS) - set(EVENT_KINDS)
    return bool(found & set(EVENT_KINDS)) and bool(found & people)


def _kinds_of(table: PrintedTable, name: str, label: str) -> tuple[str, ...]:
    dimension, parts = table.made_of.get(name, {}).get(label, (name, (label,)))
    return tuple(parts) if dimension == "kind" else ()


def _crossed(held: pd.DataFrame, by: str, labels: Sequence[str]) -> pd.DataFrame:
    places = pd.MultiIndex.from_product([EVENT_KINDS, labels], names=["kind", by])
    counts = held.groupby(["kind", by]).size().reindex(places, fill_value=0)
    return counts.rename(EVENTS).reset_index()


def _short(period: str) -> str:
    """Give a month as "Oct 26"."""
    month, _, year = month_words(period).partition(" ")
    return f"{month[_SHORT_MONTH]} {year[-2:]}"


def _decided(decisions: Mapping[str, int], population: str) -> TableRequest:
    table = pd.DataFrame(
        {"decision": DECISIONS, "decided": [int(decisions.get(one, 0)) for one in DECISIONS]}
    )
    return request_of(
        table,
        by=["decision"],
        counts=["decided"],
        events=["decided"],
        labels={"decision": "Decision", "decided": "Times"},
        total_label="All decisions",
        population=population,
    )
