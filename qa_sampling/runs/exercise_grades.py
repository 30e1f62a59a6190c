"""The grades of a training exercise, as a run reads them. Restricted."""

from __future__ import annotations

import hashlib

from qa_sampling.errors import ParameterError
from qa_sampling.records.exercise_file import EXPERT, ExerciseGrades, read_exercise
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import invented_authority, open_register
from qa_sampling.settings.exercise import TrainingExercise


def grades_of(settings: TrainingExercise) -> ExerciseGrades:
    """Read the grades; of the invented authority those of its exercise.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file.

    Raises
    ------
    ParameterError
        When no file is named.
    ExtractError
        With every fault of the file.
    """
    if settings.grades_file:
        return read_exercise(settings.place(settings.grades_file))
    if settings.is_invented:
        from qa_sampling.records.invented.exercise import invent_exercise

        return ExerciseGrades(invent_exercise(invented_authority()), has_expert=True)
    raise ParameterError(
        "`grades_file` is blank. Name the workbook of the grades; `qa-sampling exercise-template` "
        "writes an empty one."
    )


def grades_digest(settings: TrainingExercise) -> str:
    """Give the SHA-256 of the grades, as a run tells whether they have changed.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file.
    """
    table = grades_of(settings).table.astype("str").sort_values(["rater", "case_ref", "standard"])
    return hashlib.sha256(table.to_csv(index=False).encode("utf-8")).hexdigest()


def graders_of(settings: TrainingExercise) -> list[str]:
    """Give the names of those who graded, which nobody else may read.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file.
    """
    return [name for name in grades_of(settings).table["rater"].unique() if name != EXPERT]


def open_exercise(settings: TrainingExercise) -> Register:
    """Open the register, which keeps what was published of exercises; started if need be.

    Parameters
    ----------
    settings : TrainingExercise
        Say where it is.
    """
    return open_register(settings)
