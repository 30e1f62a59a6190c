"""The tables of the loop that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.vocabulary import (
    ACTIVITY_KINDS,
    COMPLAINT,
    ESCALATION,
    EVENT_KINDS,
    GUARDED_KINDS,
    OTHER,
)
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.event_tables import EVENTS, event_request, mixed_before
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.schema import NOT_RECORDED, QUALITY_STANDARDS

STATES = {
    "in_time": "Open, not yet due",
    "overdue": "Open, overdue",
    "completed": "Completed, seen by nobody else yet",
    "closed": "Closed: somebody else has seen it",
    "withdrawn": "Withdrawn",
}
"""What an action can be on a day, and the words people read."""
_ACTIONS, _RAISED = "actions", "actions raised"
ACTIVITY = "other QA activity"
_FAMILY = ("Feedback from a family", "Feedback from a child")


@dataclass(frozen=True)
class LoopTables:
    """The protected tables.

    Attributes
    ----------
    states : SafeTable
        Actions by what has become of them.
    standards : SafeTable
        The same actions by quality standard.
    groups : SafeTable
        What people said or raised, by group; what the service itself did is in ``event_tables``.
    heard : SafeTable
        Feedback from families and children by service.
    events : SafeTable or None
        What the service itself did, by kind; None where a page that counted it together with what
        people said is out (``event_tables.mixed_before``).
    """

    states: SafeTable
    standards: SafeTable
    groups: SafeTable
    heard: SafeTable
    events: SafeTable | None = None

    @property
    def count(self) -> str:
        """Name of the count of actions."""
        return self.states.counts[0]

    @property
    def without_events(self) -> LoopTables:
        """The same for a page that has tables of events of its own."""
        return replace(self, events=None)

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {shared.title: shared.table for shared in self.shared("")}

    def shared(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions, in the order to read them.

        Parameters
        ----------
        span : str
            The months in words.
        """
        own = () if self.events is None else (
            SharedTable(self.events, "What we did besides audits", f"Activity {span}"),
        )  # fmt: skip
        raised, done = f"Actions raised {span}, as they stood at the end", f"Activity {span}"
        return (
            SharedTable(self.states, "What has become of actions", raised),
            SharedTable(self.standards, "Which standards actions serve", raised),
            *own,
            SharedTable(self.groups, "What people told us, and what was raised", done),
            SharedTable(self.heard, "Feedback from families and children", done),
        )


def protect_loop(
    actions: pd.DataFrame,
    activities: pd.DataFrame,
    *,
    as_at: str,
    raised: Sequence[str],
    days: Sequence[str],
    designs: Sequence[str] = (),
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> LoopTables:
    """Protect the counts of actions and of other activity.

    Actions are tied by the day they were raised on, activity by the day it was done on, to what
    was published of the same days before. What has become of actions changes from day to day, so
    that table is tied to others of its own day only.

    Parameters
    ----------
    actions : DataFrame
        Actions raised in the months, as they stood (``loop.actions.known_at``).
    activities : DataFrame
        Activity of the months (``records.activities.ACTIVITIES``).
    as_at : str
        The day, as "2026-10-31".
    raised, days : sequence of str
        The days whose actions, and whose activity, count.
    designs : sequence of str
        Designs whose actions are counted, when these are not all.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    made = []
    count = _ACTIONS + (f" of {' and '.join(sorted(designs))}" if designs else "")
    for request, series in (
        (_state_request, f"actions, as at {as_at}"),
        (_standard_request, _RAISED),
    ):
        shared = {
            "counts": [count],
            "percentages": {"share": (count, "total")},
            "within": {count: _ACTIONS} if designs else {},
            "over": {"raised": list(raised)},
            "population": population_of_edition(series, edition),
        }
        about = [request(actions, count, shared)]
        known = tied_editions(about, earlier, series=series, edition=edition)
        made += protect_linked(about, earlier=known)
    about = _activity_requests(activities, population_of_edition(ACTIVITY, edition), days)
    known = tied_editions(about, earlier, series=ACTIVITY, edition=edition)
    events = _events(
        activities, f"{as_at}, since {min(days, default=as_at)}", edition, days, earlier
    )
    return LoopTables(*made, *protect_linked(about, earlier=known), events=events)


def _events(
    activities: pd.DataFrame,
    told: str,
    edition: str,
    days: Sequence[str],
    earlier: Sequence[PrintedTable],
) -> SafeTable | None:
    """Count what the service itself did, which counts nobody; None where that would tell more."""
    if mixed_before(earlier, days) or not len(activities):
        return None
    done = activities["kind"].value_counts().reindex(list(EVENT_KINDS), fill_value=0)
    table = pd.DataFrame({"kind": EVENT_KINDS, EVENTS: done.to_numpy()})
    series = f"events besides audits as at {told}"
    population = population_of_edition(series, edition)
    request = event_request(table, by=["kind"], population=population)
    known = tied_editions([request], earlier, series=series, edition=edition)
    return protect_linked([request], earlier=known)[0]


def state_of(actions: pd.DataFrame) -> pd.Series:
    """Give what each action is: a key of :data:`STATES`.

    Parameters
    ----------
    actions : DataFrame
        What ``loop.actions.known_at`` gives.
    """
    words = {"Open": "in_time", "Completed": "completed", "Closed": "closed"}
    state = actions["status"].map(words | {"Withdrawn": "withdrawn"}).astype("str")
    return state.mask(actions["overdue"], "overdue")


def _state_request(actions: pd.DataFrame, count: str, shared: dict[str, Any]) -> TableRequest:
    states = state_of(actions).map(STATES)
    return request_of(
        _counted(states, "state", list(STATES.values()), count),
        by=["state"],
        labels={count: "Actions", "share": "Per cent of actions", "state": "What has become of it"},
        coarser=[{"state": _ROUGH}],
        **shared,
    )


def _standard_request(actions: pd.DataFrame, count: str, shared: dict[str, Any]) -> TableRequest:
    standards = actions["standard"].map(QUALITY_STANDARDS).fillna(NOT_RECORDED)
    listed = [*QUALITY_STANDARDS.values()]
    listed += [NOT_RECORDED] if (standards == NOT_RECORDED).any() else []
    return request_of(
        _counted(standards, "standard", listed, count),
        by=["standard"],
        labels={count: "Actions", "share": "Per cent of actions", "standard": "Quality standard"},
        **shared,
    )


_ROUGH = {
    word: STATES["closed"] if key == "closed" else "Not closed" for key, word in STATES.items()
}


_TOGETHER = "Escalations and rapid reviews"
"""Rapid reviews are few, and hiding how many would hide another group as well."""
_GROUPS = {kind: ACTIVITY_KINDS[kind].group for kind in GUARDED_KINDS}
_CALLED = {
    COMPLAINT: "Complaints and compliments",
    ESCALATION: _TOGETHER,
    OTHER: _TOGETHER,
}
_GROUPS = {kind: _CALLED.get(group, group) for kind, group in _GROUPS.items()}
KINDS_OF = {
    label: [kind for kind, group in _GROUPS.items() if group == label]
    for label in dict.fromkeys(_GROUPS.values())
}
"""Kinds each group is made of: ties this table to one that counts by kind. No event is in any."""


def _activity_requests(
    activities: pd.DataFrame, population: str, days: Sequence[str]
) -> list[TableRequest]:
    shared = {"counts": ["activities"], "population": population}
    groups = by_group(activities)
    services = sorted(activities["service"].fillna(NOT_RECORDED).unique()) or [NOT_RECORDED]
    said = activities[activities["kind"].isin(_FAMILY)]
    heard = said["service"].fillna(NOT_RECORDED).value_counts().reindex(services, fill_value=0)
    heard = pd.DataFrame({"service": services, "activities": heard.to_numpy()})
    return [
        request_of(
            groups,
            by=["group"],
            labels={"group": "Kind of activity", "activities": "Activities"},
            made_of={"group": ("kind", KINDS_OF)},
            growing=["group"],
            over={"day": list(days)},
            **shared,
        ),
        request_of(
            heard,
            by=["service"],
            labels={"service": "Service", "activities": "Times families or children told us"},
            over={"day": list(days), "kind": list(_FAMILY)},
            **shared,
        ),
    ]


def by_group(activities: pd.DataFrame) -> pd.DataFrame:
    """Count what people said or raised by group, those without any included; no event counts.

    Parameters
    ----------
    activities : DataFrame
        Activity (``records.activities.ACTIVITIES``).

    Returns
    -------
    DataFrame
        `group` (of :data:`KINDS_OF`), `activities`.
    """
    kinds = activity_counts(activities, by=["kind"]).table.set_index("kind")["activities"]
    kinds = kinds.reindex(list(_GROUPS), fill_value=0)
    groups = kinds.groupby(kinds.index.map(_GROUPS), sort=False).sum()
    return groups.rename_axis("group").reset_index()


def _counted(values: pd.Series, name: str, labels: Sequence[str], count: str) -> pd.DataFrame:
    counts = values.value_counts().reindex(labels, fill_value=0)
    return pd.DataFrame({name: list(labels), count: counts.to_numpy()})
