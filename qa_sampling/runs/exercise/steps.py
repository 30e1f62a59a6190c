"""A training exercise, step by step: who graded what, how far from the expert, how alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.estimates import Agreement
from qa_sampling.agreement.exercise import Exercise, exercise
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, NO_GRADE
from qa_sampling.records.exercise_file import EXPERT
from qa_sampling.records.form_layout import STANDARD_NAMES
from qa_sampling.records.returned import OVERALL
from qa_sampling.reporting.feedback_pack import signed_grades
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.results import IntervalList
from qa_sampling.runs.exercise_grades import grades_of
from qa_sampling.schema import QUALITY_STANDARDS
from qa_sampling.settings.exercise import TrainingExercise

NAMES = {OVERALL: "Overall"} | QUALITY_STANDARDS
"""Standards in words, the overall grade first."""
SHORT = {OVERALL: "Overall"} | STANDARD_NAMES
"""The same in a word or two."""

_LETTERS = dict(zip(GRADES_SCALE.grades, ("I", "RI", "G", "O"), strict=True))


@dataclass(frozen=True)
class Graded:
    """A training exercise.

    Attributes
    ----------
    found : Exercise
        How the grades spread, and how far each auditor is from the expert or the others.
    auditors : Ratings
        The auditors' grades, without the expert's.
    number : int
        Auditors who graded.
    """

    found: Exercise
    auditors: Ratings
    number: int

    @property
    def whose(self) -> str:
        """What auditors are held against, in words."""
        return "the expert" if self.found.against == "expert" else "the middle of the others"


def graded_of(settings: TrainingExercise) -> Graded:
    """Read the grades and hold each auditor against the expert, or against the others.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file and the level.

    Raises
    ------
    AgreementError
        When no case was graded by two auditors.
    """
    held = grades_of(settings)
    ratings = Ratings.from_long(held.filled, scale=GRADES_SCALE)
    expert = EXPERT if held.has_expert else None
    own = held.filled[held.filled["rater"] != EXPERT]
    found = exercise(ratings, expert=expert, level=settings.level)
    auditors = Ratings.from_long(own, scale=GRADES_SCALE)
    return Graded(found, auditors, own["rater"].nunique())


def alike(graded: Graded) -> Agreement:
    """Give how far auditors agree with each other, over all questions.

    The questions are few and of the same cases, so the intervals, which take them for a sample of
    questions, are a guide.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    return agreement(graded.auditors, coefficients=("ac2", "alpha"), level=graded.found.level)


def spread_view(graded: Graded) -> pd.DataFrame:
    """Give how grades of each question spread, as people read it.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    spread = graded.found.spread
    heads = {grade: _LETTERS[grade] for grade in reversed(GRADES_SCALE.grades)}
    view = pd.DataFrame(
        {
            "Case": spread["case_ref"].astype(str),
            "Standard": [SHORT.get(name, name) for name in spread["standard"].astype(str)],
            **{head: spread[grade] for grade, head in heads.items()},
            "Most": spread["same"],
        }
    )
    if graded.found.against == "expert":
        view["Expert"] = spread["expert"].map(_LETTERS).fillna("–")
        view["Same"] = spread["with_expert"].astype("Int64")
    place = {name: number for number, name in enumerate(SHORT.values())}
    order = view.assign(place=view["Standard"].map(place)).sort_values(["Case", "place"])
    return order.drop(columns="place").reset_index(drop=True)


def auditors_view(graded: Graded) -> pd.DataFrame:
    """Give each auditor's distance, in the order of the alphabet. Restricted.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    people = graded.found.auditors.sort_values("auditor", key=lambda names: names.str.casefold())
    return pd.DataFrame(
        {
            "Auditor": people["auditor"],
            "Questions": people["n"],
            "Same grade": [
                f"{same} ({percent_text(same / n)})" if n else "–"
                for same, n in zip(people["same"], people["n"], strict=True)
            ],
            "Mean grades above": [
                "–"
                if np.isnan(shift)
                else f"{signed_grades(shift)} ({signed_grades(low)} to {signed_grades(high)})"
                for shift, low, high in people[["shift", "low", "high"]].to_numpy()
            ],
            "Mean distance": ["–" if np.isnan(one) else f"{one:.2f}" for one in people["distance"]],
        }
    ).reset_index(drop=True)


def auditors_list(graded: Graded) -> IntervalList:
    """Give each auditor's mean distance as a picture takes it. Restricted.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    people = graded.found.auditors.sort_values("auditor", key=lambda names: names.str.casefold())
    rows = pd.DataFrame(
        {
            "name": people["auditor"],
            "value": people["shift"],
            "low": people["low"],
            "high": people["high"],
            "n": people["n"].astype(float),
            "marked": (people["low"] > 0) | (people["high"] < 0),
        }
    ).reset_index(drop=True)
    return IntervalList(
        rows,
        reference=0.0,
        signed=True,
        marks=("Above or below in the cases of this exercise", "Cannot be told from none"),
        level=graded.found.level,
        measure=f"Mean grades above {graded.whose}, by auditor, in order of the alphabet",
        scope="The cases of this exercise",
        unit="grades",
        n=int(people["n"].sum()),
        n_of="grades",
    )


def applies_view(graded: Graded) -> pd.DataFrame:
    """Give how many auditors said that a standard does not apply, where any did.

    Parameters
    ----------
    graded : Graded
        The exercise.
    """
    codes = graded.auditors.codes
    units = graded.auditors.units
    view = pd.DataFrame(
        {
            "Case": units["case_ref"].astype(str),
            "Standard": [SHORT.get(name, name) for name in units["standard"].astype(str)],
            "Graded": (codes >= 0).sum(axis=1),
            "Not applicable": (codes == NO_GRADE).sum(axis=1),
        }
    )
    return view[view["Not applicable"] > 0].reset_index(drop=True)
