"""The tables of the loop that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.vocabulary import ACTIVITY_GROUPS, OTHER, SURVEY
from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
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
_ACTIONS, _ACTIVITY, _HEARD = "actions", "other QA activity", "family_feedback"
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
        Other activity by group.
    heard : SafeTable
        Feedback from families and children by service.
    """

    states: SafeTable
    standards: SafeTable
    groups: SafeTable
    heard: SafeTable

    @property
    def count(self) -> str:
        """Name of the count of actions."""
        return self.states.counts[0]

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
        raised, done = f"Actions raised {span}, as they stood at the end", f"Activity {span}"
        return (
            SharedTable(self.states, "What has become of actions", raised),
            SharedTable(self.standards, "Which standards actions serve", raised),
            SharedTable(self.groups, "What we did besides audits", done),
            SharedTable(self.heard, "Feedback from families and children", done),
        )


def protect_loop(
    actions: pd.DataFrame,
    activities: pd.DataFrame,
    *,
    as_at: str,
    first: str,
    days: Sequence[str],
    designs: Sequence[str] = (),
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> LoopTables:
    """Protect the counts of actions and of other activity.

    What has become of actions changes from day to day, so those tables are of one day; activity
    is tied to what was published of the same days before.

    Parameters
    ----------
    actions : DataFrame
        Actions raised in the months, as they stood (``loop.actions.known_at``).
    activities : DataFrame
        Activity of the months (``records.activities.ACTIVITIES``).
    as_at, first : str
        The day, as "2026-10-31", and the first day of the months.
    days : sequence of str
        The days whose activity counts.
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
    series = f"actions raised from {first}, as at {as_at}"
    if designs:
        series += f", of {' and '.join(sorted(designs))}"
    about = _action_requests(actions, population_of_edition(series, edition))
    known = tied_editions(about, earlier, series=series, edition=edition)
    states, standards = protect_linked(about, earlier=known)
    about = _activity_requests(activities, population_of_edition(_ACTIVITY, edition), days)
    known = tied_editions(about, earlier, series=_ACTIVITY, edition=edition)
    return LoopTables(states, standards, *protect_linked(about, earlier=known))


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


def _action_requests(actions: pd.DataFrame, population: str) -> list[TableRequest]:
    heads = {_ACTIONS: "Actions", "share": "Per cent of actions"}
    shared = {
        "counts": [_ACTIONS],
        "percentages": {"share": (_ACTIONS, "total")},
        "population": population,
    }
    states = state_of(actions).map(STATES)
    standards = actions["standard"].map(QUALITY_STANDARDS).fillna(NOT_RECORDED)
    listed = [*QUALITY_STANDARDS.values()]
    listed += [NOT_RECORDED] if (standards == NOT_RECORDED).any() else []
    return [
        request_of(
            _counted(states, "state", list(STATES.values())),
            by=["state"],
            labels=heads | {"state": "What has become of it"},
            coarser=[{"state": _ROUGH}],
            **shared,
        ),
        request_of(
            _counted(standards, "standard", listed),
            by=["standard"],
            labels=heads | {"standard": "Quality standard"},
            **shared,
        ),
    ]


_ROUGH = {
    word: STATES["closed"] if key == "closed" else "Not closed" for key, word in STATES.items()
}


_GROUPS = {group: group for group in ACTIVITY_GROUPS} | {
    SURVEY: "Surveys and other activity",
    OTHER: "Surveys and other activity",
}
"""Surveys are few, and hiding how many would hide another group as well."""


def _activity_requests(
    activities: pd.DataFrame, population: str, days: Sequence[str]
) -> list[TableRequest]:
    shared = {"over": {"day": list(days)}, "population": population}
    groups = activity_counts(activities, by=["group"]).table.set_index("group")["activities"]
    groups = groups.reindex(ACTIVITY_GROUPS, fill_value=0)
    groups = groups.groupby(groups.index.map(_GROUPS), sort=False).sum()
    groups = groups.rename_axis("group").reset_index()
    services = sorted(activities["service"].fillna(NOT_RECORDED).unique())
    said = activities[activities["kind"].isin(_FAMILY)]
    heard = said["service"].fillna(NOT_RECORDED).value_counts().reindex(services, fill_value=0)
    heard = pd.DataFrame({"service": services, _HEARD: heard.to_numpy()})
    return [
        request_of(
            groups,
            by=["group"],
            counts=["activities"],
            labels={"group": "Kind of activity", "activities": "Activities"},
            **shared,
        ),
        request_of(
            heard,
            by=["service"],
            counts=[_HEARD],
            within={_HEARD: "activities"},
            labels={"service": "Service", _HEARD: "Times families or children told us"},
            **shared,
        ),
    ]


def _counted(values: pd.Series, name: str, labels: Sequence[str]) -> pd.DataFrame:
    counts = values.value_counts().reindex(labels, fill_value=0)
    return pd.DataFrame({name: list(labels), _ACTIONS: counts.to_numpy()})
