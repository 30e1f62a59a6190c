"""The tables of a moderation that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.tables import SharedTable

STEPS = ("-3", "-2", "-1", "0", "1", "2", "3")
"""Grades the auditor is above the moderator, as text."""
HOW_FAR = {
    "-3": declared("Auditor three grades lower"),
    "-2": declared("Auditor two grades lower"),
    "-1": declared("Auditor one grade lower"),
    "0": "Same grade",
    "1": declared("Auditor one grade higher"),
    "2": declared("Auditor two grades higher"),
    "3": declared("Auditor three grades higher"),
}
"""The same in words."""


@dataclass(frozen=True)
class ModerationTables:
    """The protected tables.

    Attributes
    ----------
    steps : SafeTable
        Moderations by how many grades the auditor is above the moderator (`steps`, text).
    found : SafeTable
        Moderations by whether the moderator found practice good or better.
    reflects, learning : SafeTable
        Moderations by the panel's answer to each of its two questions.
    """

    steps: SafeTable
    found: SafeTable
    reflects: SafeTable
    learning: SafeTable

    @property
    def count(self) -> str:
        """Name of the count in all of them."""
        return self.steps.counts[0]

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
        about = f"Moderations made {span}"
        return (
            SharedTable(self.steps, "How far auditors and moderators were apart", about),
            SharedTable(self.found, "What moderators found", about),
            SharedTable(self.reflects, "Does the audit reflect the quality of practice?", about),
            SharedTable(self.learning, "Is there meaningful learning?", about),
        )


def protect_moderation(
    moderated: pd.DataFrame,
    *,
    days: Sequence[str],
    designs: Sequence[str] = (),
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> ModerationTables:
    """Protect the counts of moderations.

    Parameters
    ----------
    moderated : DataFrame
        One row a moderation: `gap` (grades the auditor is above the moderator), `found` (the
        moderator's grade), `reflects`, `learning` (the panel's answers).
    days : sequence of str
        The days on which they were moderated, as "2026-10-31", from the first on which any was:
        they tie the tables to those of other months, and of a part of a month.
    designs : sequence of str
        Designs that are counted, when these are not all: some of the moderations of all.
    edition : str
        What tells corrected figures from earlier ones; blank for the first. Once one is out, all
        later tables are of it.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures of earlier months contradict what was released; give an `edition`.
    """
    count = _COUNT + (f" of {' and '.join(sorted(designs))}" if designs else "")
    steps = moderated["gap"].astype(int).astype(str)
    shared = {
        "counts": [count],
        "percentages": {"share": (count, "total")},
        "within": {count: _COUNT} if designs else {},
        "over": {"day": list(days)},
        "population": population_of_edition(_COUNT, edition),
    }
    heads = {count: "Moderations", "share": "Per cent of moderations"}
    good = moderated["found"].isin(("Outstanding", "Good")).map({True: _GOOD, False: _LESS})
    requests = [
        request_of(
            _counted(steps, "steps", STEPS, count),
            by=["steps"],
            labels=heads | {"steps": "Grades the auditor is above the moderator"},
            **shared,
        ),
        request_of(
            _counted(good, "found", (_GOOD, _LESS), count),
            by=["found"],
            labels=heads | {"found": "The moderator’s grade"},
            **shared,
        ),
    ]
    for name in ("reflects", "learning"):
        answers = [*_ANSWERS, *sorted(set(moderated[name]) - set(_ANSWERS))]
        requests.append(
            request_of(
                _counted(moderated[name], name, answers, count),
                by=[name],
                labels=heads | {name: "The panel’s answer"},
                coarser=[{name: {one: "Yes" if one == "Yes" else "Not yes" for one in answers}}],
                **shared,
            )
        )
    known = tied_editions(requests, earlier, series=_COUNT, edition=edition)
    return ModerationTables(*protect_linked(requests, earlier=known))


_COUNT = "moderations"
_GOOD, _LESS = "Good or better", "Less than good"
_ANSWERS = ("Yes", "Partly", "No", "Not recorded")


def _counted(values: pd.Series, name: str, labels: Sequence[str], count: str) -> pd.DataFrame:
    counts = values.value_counts().reindex(labels, fill_value=0)
    return pd.DataFrame({name: list(labels), count: counts.to_numpy()})
