"""What everybody may read of a training exercise: how far grades were apart, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import population_of_edition, tied_editions
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import Words, say

_COUNT = "grades"
SAME, APART = "The same grade", "Another grade"


@dataclass(frozen=True)
class ExerciseTables:
    """The protected tables.

    Attributes
    ----------
    steps : SafeTable
        Grades by whether they were the expert's, or the middle of the others.
    standards : SafeTable
        The same grades by standard.
    whose : str
        What they were held against, in words.
    """

    steps: SafeTable
    standards: SafeTable
    whose: str

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {shared.title: shared.table for shared in self.shared("")}

    def shared(self, span: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions.

        Parameters
        ----------
        span : str
            The month in words.
        """
        about = f"Training exercise, {span}; grades held against {self.whose}"
        return (
            SharedTable(self.steps, "How often grades were the same", about),
            SharedTable(self.standards, "How often grades were the same, by standard", about),
        )


def protect_exercise(
    grades: pd.DataFrame,
    *,
    names: Mapping[str, str],
    whose: str,
    exercise: str,
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
) -> ExerciseTables:
    """Protect the counts of an exercise.

    Parameters
    ----------
    grades : DataFrame
        ``Exercise.grades``: `gap`, `standard`.
    names : mapping of str to str
        Standards in words, in the order to show them.
    whose : str
        What grades were held against, in words.
    exercise : str
        Which exercise it is.
    edition : str
        What tells corrected figures from earlier ones; blank for the first.
    earlier : sequence of PrintedTable
        What was released before.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    steps = (grades["gap"] == 0).map({True: SAME, False: APART}).astype("str")
    standards = grades["standard"].astype("str").map(lambda one: names.get(one, one))
    crossed = pd.DataFrame({"standard": standards, "steps": steps})
    listed = [name for name in names.values() if (standards == name).any()]
    places = pd.MultiIndex.from_product([listed, [SAME, APART]], names=["standard", "steps"])
    by_standard = crossed.value_counts().reindex(places, fill_value=0).rename(_COUNT).reset_index()
    totals = steps.value_counts().reindex([SAME, APART], fill_value=0)
    series = f"grades of {exercise}"
    heads = {_COUNT: "Grades", "share": "Per cent of grades", "steps": f"From {whose}"}
    shared = {"counts": [_COUNT], "population": population_of_edition(series, edition)}
    requests = [
        request_of(
            pd.DataFrame({"steps": [SAME, APART], _COUNT: totals.to_numpy()}),
            by=["steps"],
            labels=heads,
            percentages={"share": (_COUNT, "total")},
            **shared,
        ),
        request_of(
            by_standard,
            by=["standard", "steps"],
            labels=heads | {"standard": "Standard"},
            **shared,
        ),
    ]
    known = tied_editions(requests, earlier, series=series, edition=edition)
    return ExerciseTables(*protect_linked(requests, earlier=known), whose)


def exercise_findings(tables: ExerciseTables) -> Words:
    """Say how often grades were those of the expert, or of the middle of the others.

    Parameters
    ----------
    tables : ExerciseTables
        The protected tables.
    """
    table = tables.steps
    if table.withheld:
        return say("How often grades were the same is not shown: there are too few.", about=table)
    said = say("Auditors gave {all:grade|grades} to the same cases.", all=cell(table, _COUNT))
    if isinstance(table.body.set_index(table.by[0])[_COUNT][SAME], str):
        return said
    words = "{n:grade was|grades were} the same as that of {whose}."
    return said + say(words, n=cell(table, _COUNT, SAME), whose=tables.whose)
