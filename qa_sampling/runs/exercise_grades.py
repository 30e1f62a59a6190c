"""The grades of a training exercise, as a run reads them. Restricted."""

from __future__ import annotations

import re
from datetime import date

from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.errors import AgreementError, ParameterError
from qa_sampling.records.exercise_file import EXPERT, ExerciseGrades, read_exercise
from qa_sampling.records.keys import keyed_text
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import day_in_words, month_in_words
from qa_sampling.reporting.leaks import SHORTEST
from qa_sampling.runs.inputs import invented_authority, open_register
from qa_sampling.runs.keyring import load_keys
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.exercise import TrainingExercise

_TAG = "qa_sampling/exercise/v1"
_PAIR = 2


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


def need_exercise(settings: TrainingExercise, register: Register | None = None) -> None:
    """Check that there is an exercise: the file, every cell of it, auditors enough, and the key.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file.
    register : Register or None
        Not read.

    Raises
    ------
    ParameterError, ExtractError, SecretError
        When no file is named, it holds faults (all are told, by sheet, column and row), or there
        is no key.
    AgreementError
        When no question was graded by two auditors.
    """
    held = grades_of(settings)
    own = held.filled[held.filled["rater"] != EXPERT]
    codes = GRADES_SCALE.encode(own["grade"])
    several = own[codes >= 0].groupby(["case_ref", "standard"])["rater"].nunique()
    if not (several >= _PAIR).any():
        raise AgreementError(
            "No standard of a case was graded by two auditors; an exercise needs several for each "
            f"case. {held.in_words} Collect the missing sheets first."
        )
    grades_digest(settings)


def grades_digest(settings: TrainingExercise) -> str:
    """Give the fingerprint of the grades under the authority's key, for a manifest.

    A run tells by it whether grades have changed. Without the key nobody can try out which grades
    give it.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file, and say where the key is.

    Raises
    ------
    SecretError
        When there is no key.
    """
    table = grades_of(settings).table.astype("str").sort_values(["rater", "case_ref", "standard"])
    return keyed_text(load_keys(settings).key, _TAG, table.to_csv(index=False))


def graders_of(settings: TrainingExercise) -> list[str]:
    """Give the names of those who graded, which nobody else may read.

    Parameters
    ----------
    settings : TrainingExercise
        Name the file. Whoever is named as contact may be read.
    """
    names = grades_of(settings).table["rater"].unique()
    return [name for name in names if name != EXPERT and not is_contact(name, settings.contact)]


def short_names_of(settings: AnalysisSettings) -> list[str]:
    """Give graders' names too short to be searched for like references; none of other analyses.

    Parameters
    ----------
    settings : AnalysisSettings
        A training exercise, or another analysis.
    """
    if not isinstance(settings, TrainingExercise):
        return []
    return [name for name in graders_of(settings) if len(name) < SHORTEST]


def is_contact(name: str, contact: str) -> bool:
    """Say whether somebody is named in the contact: as whole words, in any case.

    Parameters
    ----------
    name : str
        A person.
    contact : str
        Whom readers ask, as the settings say it.
    """
    words = r"\s+".join(re.escape(word) for word in name.split())
    return bool(words) and bool(re.search(rf"(?<!\w){words}(?!\w)", contact, re.IGNORECASE))


def which_exercise(settings: TrainingExercise) -> str:
    """Give which exercise it is, in words: its name, if it has one, and its day or month.

    Parameters
    ----------
    settings : TrainingExercise
        Checked parameters.
    """
    if settings.held_on:
        when = day_in_words(date.fromisoformat(settings.held_on))
    else:
        when = month_in_words(settings.period_end)
    return f"{settings.name.replace('_', ' ')}, {when}" if settings.name else when


def open_exercise(settings: TrainingExercise) -> Register:
    """Open the register, which keeps what was published of exercises; started if need be.

    Parameters
    ----------
    settings : TrainingExercise
        Say where it is.
    """
    return open_register(settings)
