"""What everybody may read of a training exercise: how far grades were apart, nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qa_sampling.reporting.disclosure import SafeTable, protect_linked, request_of
from qa_sampling.reporting.editions import is_of, population_of_edition, tied_editions
from qa_sampling.reporting.exercise_guard import (
    Answers,
    answers_of,
    side_is_shown,
    steps_are_shown,
    total_is_safe,
)
from qa_sampling.reporting.number_words import listed
from qa_sampling.reporting.quantities import cell
from qa_sampling.reporting.safe_table import PrintedTable
from qa_sampling.reporting.table_request import TableRequest
from qa_sampling.reporting.tables import SharedTable
from qa_sampling.reporting.words import Words, say

_COUNT, _TOTAL = "auditors", "All"
SAME, APART = "The same grade", "Another grade"
ONE, MORE = "One grade away", "Further away"
_STEPS = {SAME: 0, ONE: 1, MORE: 2}
_UNITS = "each auditor counts once for each standard, by the grade furthest"
_HIDDEN = "a standard is hidden where nearly all are on one side"


@dataclass(frozen=True)
class Protection:
    """How an exercise is protected.

    Attributes
    ----------
    fewest : int
        Auditors who graded a standard below which nothing is shown of it.
    smallest : int
        Smallest count of auditors shown.
    """

    fewest: int = 6
    smallest: int = 5


@dataclass(frozen=True)
class ExerciseTables:
    """The protected tables.

    Attributes
    ----------
    steps : SafeTable
        Auditors, once a standard, by whether their grades were the expert's, or the middle of the
        others.
    standards : SafeTable
        The same by standard, and by how far they were away.
    whose : str
        What they were held against, in words.
    why_not : str
        Why nothing is shown; blank when something may be.
    """

    steps: SafeTable
    standards: SafeTable
    whose: str
    why_not: str = ""

    @property
    def unit(self) -> str:
        """What is counted, for a caption."""
        return f"{_UNITS[:1].upper()}{_UNITS[1:]} from {self.whose}; {_HIDDEN}"

    def by_title(self) -> dict[str, SafeTable]:
        """Give the tables by the titles they are shared under."""
        return {shared.title: shared.table for shared in self.shared("")}

    def shared(self, which: str) -> tuple[SharedTable, ...]:
        """Give the tables with titles and captions.

        Parameters
        ----------
        which : str
            Which exercise it is, in words.
        """
        about = f"Training exercise, {which}; {_UNITS} from {self.whose}"
        return (
            SharedTable(self.steps, "How often grades were the same", about),
            SharedTable(self.standards, "Steps away, by standard", f"{about}; {_HIDDEN}"),
        )


def protect_exercise(
    grades: pd.DataFrame,
    *,
    names: Mapping[str, str],
    whose: str,
    exercise: str,
    edition: str = "",
    earlier: Sequence[PrintedTable] = (),
    protection: Protection = Protection(),
) -> ExerciseTables:
    """Protect the counts of an exercise against its own auditors.

    Parameters
    ----------
    grades : DataFrame
        ``Exercise.grades``: `gap`, `standard`, `auditor`.
    names : mapping of str to str
        Standards in words, in the order to show them.
    whose : str
        What grades were held against, in words.
    exercise : str
        Which exercise it is.
    edition : str
        What tells corrected figures from earlier ones; blank for the first. Where an earlier one
        showed a count, nothing is shown: the difference would tell whose grades changed.
    earlier : sequence of PrintedTable
        What was released before.
    protection : Protection
        How few auditors may be counted.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; give an `edition`.
    """
    series = f"auditors of {exercise}"
    own = population_of_edition(series, edition)
    answers = answers_of(grades, fewest=protection.fewest)
    why_not = _why_not(answers, earlier, series=series, own=own)
    counts = _counts(answers, names)
    hidden = _all_places(counts) if why_not else _concealed(answers, names, protection.smallest)
    requests = _requests(counts, hidden, whose=whose, population=own, smallest=protection.smallest)
    known = () if why_not else tied_editions(requests, earlier, series=series, edition=edition)
    return ExerciseTables(*protect_linked(requests, earlier=known), whose, why_not)


def _why_not(answers: Answers, earlier: Sequence[PrintedTable], *, series: str, own: str) -> str:
    if answers.steps.empty:
        return "too few auditors graded"
    former = series.replace("auditors of ", "grades of ", 1)
    others = [
        one
        for one in earlier
        if one.population != own and (is_of(one, series) or is_of(one, former))
    ]
    shown = (value for one in others for row in one.rows for value in row[len(one.by) :])
    if any(not isinstance(value, str) for value in shown):
        return "the difference from the figures that are out would tell whose grades changed"
    return ""


def _counts(answers: Answers, names: Mapping[str, str]) -> pd.DataFrame:
    """Give auditors by standard and step; of an exercise of too few, of all standards, none."""
    found = answers.counts
    listed = [name for name in names if name in found.index] or list(names)
    found = found.reindex(listed, fill_value=0)
    return pd.DataFrame(
        [
            (names[standard], step, int(found.loc[standard, place]))
            for standard in listed
            for step, place in _STEPS.items()
        ],
        columns=["standard", "steps", _COUNT],
    )


def _all_places(counts: pd.DataFrame) -> set[tuple[str, str]]:
    rows, columns = [*counts["standard"].unique(), _TOTAL], [*_STEPS, APART, _TOTAL]
    return {(row, column) for row in rows for column in columns}


def _concealed(answers: Answers, names: Mapping[str, str], smallest: int) -> set[tuple[str, str]]:
    """Give the places to hide, as the guard says; how far in all only where every row tells."""
    counts = answers.counts
    sides, steps = side_is_shown(counts, smallest), steps_are_shown(counts, smallest)
    hidden = set() if steps.all() else {(_TOTAL, ONE), (_TOTAL, MORE)}
    for standard in counts.index:
        row = [] if sides[standard] else [SAME, APART]
        row += [] if steps[standard] else [ONE, MORE]
        hidden |= {(names[standard], step) for step in row}
    if not total_is_safe(answers, smallest):
        hidden |= {(_TOTAL, SAME), (_TOTAL, APART)}
    return hidden


def _requests(
    counts: pd.DataFrame,
    hidden: set[tuple[str, str]],
    *,
    whose: str,
    population: str,
    smallest: int,
) -> list[TableRequest]:
    """Give the two tables to protect together."""
    totals = counts.assign(steps=counts["steps"].where(counts["steps"] == SAME, APART))
    totals = totals.groupby("steps")[_COUNT].sum().reindex([SAME, APART]).reset_index()
    shared = {
        "counts": [_COUNT],
        "population": population,
        "threshold": smallest,
        "total_label": _TOTAL,
    }
    heads = {_COUNT: "Auditors", "share": "Per cent", "steps": f"From {whose}"}
    away = {ONE: APART, MORE: APART}
    return [
        request_of(
            totals,
            by=["steps"],
            labels=heads | {_COUNT: "Auditors, once a standard"},
            percentages={"share": (_COUNT, "total")},
            made_of={"steps": ("steps", {APART: list(away)})},
            concealed={(step,) for row, step in hidden if row == _TOTAL and step not in away},
            **shared,
        ),
        request_of(
            counts,
            by=["standard", "steps"],
            labels=heads | {"standard": "Standard"},
            subtotals_of={"steps": away},
            concealed=hidden,
            **shared,
        ),
    ]


def exercise_findings(tables: ExerciseTables) -> Words:
    """Say how often grades were those of the expert, or of the middle of the others.

    Parameters
    ----------
    tables : ExerciseTables
        The protected tables.
    """
    table = tables.steps
    if tables.why_not:
        return say(f"Nothing is shown of this exercise: {tables.why_not}.", about=table)
    answers = say(
        "Auditors gave {all:answer|answers}; an answer is what an auditor said of a standard, in "
        "all cases.",
        all=cell(table, _COUNT),
    )
    same = cell(table, _COUNT, SAME)
    if same.hidden:
        said = say("How often grades were the same as {whose} is not shown.", whose=_of(tables))
        return said + answers + _furthest(tables)
    said = say(
        "In {n:answer|answers} ({share}) every grade was the same as {whose}.",
        n=same,
        share=cell(table, "share", SAME),
        whose=_of(tables),
    )
    return said + answers + _furthest(tables)


def _furthest(tables: ExerciseTables) -> Words:
    """Say on which of the standards that are shown most auditors were away."""
    table = tables.standards
    body = table.frame
    rows = body[(body["steps"] == APART) & (body["standard"] != _TOTAL)]
    shown = rows[[isinstance(value, int) for value in rows[_COUNT]]]
    if shown.empty:
        return say("No standard is shown: too few auditors were on one side.", about=table)
    first = shown[shown[_COUNT] == shown[_COUNT].max()]["standard"].tolist()
    return say(
        "Of the standards that are shown, most were away on {names}: {n:auditor|auditors}.",
        names=listed(first),
        n=cell(table, _COUNT, first[0], APART),
        about=table,
    )


def _of(tables: ExerciseTables) -> str:
    return f"that of {tables.whose}"
