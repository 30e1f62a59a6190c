"""The tables of a moderation that everybody may read: protected, against all that is out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
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
    reflects, learning : SafeTable
        Moderations by the panel's answer to each of its two questions.
    """

    steps: SafeTable
    reflects: SafeTable
    learning: SafeTable

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
            SharedTable(self.reflects, "Does the audit reflect the quality of practice?", about),
            SharedTable(self.learning, "Is there meaningful learning?", about),
        )


def protect_moderation(
    moderated: pd.DataFrame,
    *,
    months: Sequence[str],
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> ModerationTables:
    """Protect the counts of moderations.

    Parameters
    ----------
    moderated : DataFrame
        One row a moderation: `gap` (grades the auditor is above the moderator), `reflects`,
        `learning` (the panel's answers).
    months : sequence of str
        The months in which they were moderated, which tie the tables to those of other months.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures of earlier months contradict what was released; give an `edition`.
    """
    population = "moderations" + (f", {edition}" if edition else "")
    steps = moderated["gap"].astype(int).astype(str)
    shared = {
        "counts": ["moderations"],
        "percentages": {"share": ("moderations", "total")},
        "over": {"month": list(months)},
        "population": population,
    }
    heads = {"moderations": "Moderations", "share": "Per cent of moderations"}
    requests = [
        request_of(
            _counted(steps, "steps", STEPS),
            by=["steps"],
            labels=heads | {"steps": "Grades the auditor is above the moderator"},
            **shared,
        )
    ]
    for name in ("reflects", "learning"):
        answers = [*_ANSWERS, *sorted(set(moderated[name]) - set(_ANSWERS))]
        requests.append(
            request_of(
                _counted(moderated[name], name, answers),
                by=[name],
                labels=heads | {name: "The panel’s answer"},
                coarser=[{name: {one: "Yes" if one == "Yes" else "Not yes" for one in answers}}],
                **shared,
            )
        )
    return ModerationTables(*protect_linked(requests, earlier=earlier))


_ANSWERS = ("Yes", "Partly", "No", "Not recorded")


def _counted(values: pd.Series, name: str, labels: Sequence[str]) -> pd.DataFrame:
    counts = values.value_counts().reindex(labels, fill_value=0)
    return pd.DataFrame({name: list(labels), "moderations": counts.to_numpy()})
