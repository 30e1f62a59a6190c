"""How the audits of a month stand, for everybody: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.standing_tables import RETURNED_IN_TIME, in_time_was_hidden
from qa_sampling.reporting.table_request import altered
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import Words, say
from qa_sampling.schema import NOT_RECORDED

IN_TIME, OTHERWISE = RETURNED_IN_TIME, "Late, missing or not to be done"
"""How an audit stands, in the two words that everybody reads. Replaced ones are not counted.

Both tables have the same two: with more, what one table hides the other would give away.
"""
_COUNT = "audits"


@dataclass(frozen=True)
class CollectTables:
    """The protected tables.

    Attributes
    ----------
    states : SafeTable
        Audits by how they stand.
    services : SafeTable
        The same audits by service and whether they are back.
    """

    states: SafeTable
    services: SafeTable

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
        about = f"Audits planned {span}"
        return (
            SharedTable(self.states, "How the audits stand", about),
            SharedTable(self.services, "How the audits of each service stand", about),
        )


def protect_progress(
    table: pd.DataFrame,
    *,
    as_at: str,
    periods: Sequence[str],
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> CollectTables:
    """Protect the counts of audits by how they stand.

    How they stand changes from day to day, so the tables are of one day; how many of a month came
    back in time does not, and stays hidden when a page of the programme hid it.

    Parameters
    ----------
    table : DataFrame
        ``Progress.table``: `state`, `service`.
    as_at : str
        The day, as "2026-11-30".
    periods : sequence of str
        The months whose audits these are.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    held = table[table["state"] != "replaced"]
    stand = (held["state"] == "on_time").map({True: IN_TIME, False: OTHERWISE})
    series = f"audits of {' and '.join(periods)}, as at {as_at}"
    shared = {"counts": [_COUNT], "population": population_of_edition(series, edition)}
    heads = {_COUNT: "Audits", "share": "Per cent of audits", "stand": "How they stand"}
    service = held["service"].fillna(NOT_RECORDED).astype("str")
    crossed = pd.DataFrame({"service": service, "stand": stand.astype("str")})
    services = sorted(service.unique()) or [NOT_RECORDED]
    words = [IN_TIME, OTHERWISE]
    places = pd.MultiIndex.from_product([services, words], names=["service", "stand"])
    counted = crossed.value_counts().reindex(places, fill_value=0).rename(_COUNT).reset_index()
    totals = crossed["stand"].value_counts().reindex(words, fill_value=0)
    requests = [
        request_of(
            pd.DataFrame({"stand": words, _COUNT: totals.to_numpy()}),
            by=["stand"],
            labels=heads,
            percentages={"share": (_COUNT, "total")},
            **shared,
        ),
        request_of(
            counted,
            by=["service", "stand"],
            labels=heads | {"service": "Service"},
            **shared,
        ),
    ]
    known = tied_editions(requests, earlier, series=series, edition=edition)
    if len(periods) > 1 or in_time_was_hidden(earlier, periods[0]):
        hidden = {(_COUNT, (IN_TIME,)): False}
        requests[0] = altered(requests[0], told_before=hidden)
    return CollectTables(*protect_linked(requests, earlier=known))


def collect_findings(tables: CollectTables) -> Words:
    """Say how many audits there are and how many came back in time.

    Parameters
    ----------
    tables : CollectTables
        The protected tables.
    """
    states = tables.states
    if states.withheld:
        return say("How the audits stand is not shown: there are too few.", about=states)
    whole = cell(states, _COUNT)
    said = say("{all:audit was|audits were} planned.", all=whole)
    counts = states.body.set_index(states.by[0])[_COUNT]
    if isinstance(counts[IN_TIME], str):
        return said
    return said + say(
        "{n:audit was|audits were} returned in time.", n=cell(states, _COUNT, IN_TIME)
    )
