"""The files of a training exercise: feedback for each auditor, and what everybody may read."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.errors import DisclosureError
from qa_sampling.records.register import Register
from qa_sampling.reporting.exercise_tables import ExerciseTables, Protection, protect_exercise
from qa_sampling.reporting.feedback_pack import write_feedback_pack
from qa_sampling.reporting.releases import printed_tables
from qa_sampling.reporting.words import NOTHING_SAID, Words
from qa_sampling.runs.analysis_outputs import publish_files
from qa_sampling.runs.exercise.steps import NAMES, SHORT, Graded
from qa_sampling.runs.exercise_grades import which_exercise
from qa_sampling.runs.shared_tables import record_tables, write_shared_tables
from qa_sampling.settings.exercise import TrainingExercise


def release_exercise(
    graded: Graded, settings: TrainingExercise, register: Register
) -> ExerciseTables:
    """Protect the table, and enter it in the ledger before anyone reads it.

    Parameters
    ----------
    graded : Graded
        The exercise.
    settings : TrainingExercise
        Checked parameters.
    register : Register
        Holds the ledger of releases.

    Raises
    ------
    DisclosureError
        When figures contradict what was released; name an `edition` then, and keep it.
    """
    try:
        tables = protect_exercise(
            graded.found.grades,
            names=SHORT,
            whose=graded.whose,
            exercise=settings.slug,
            edition=settings.edition,
            earlier=printed_tables(register.releases()["content"]),
            protection=Protection(settings.fewest_auditors, settings.smallest_count),
        )
    except DisclosureError as error:
        raise DisclosureError(
            f"{error} If this is another exercise of the month, give it a `name` or the day it was "
            "`held_on` instead."
        ) from None
    record_tables(register, settings.slug, tables.by_title())
    return tables


def publish_exercise(
    graded: Graded,
    settings: TrainingExercise,
    register: Register,
    *,
    tables: ExerciseTables,
    findings: Words = NOTHING_SAID,
) -> str:
    """Write the files, all or nothing; give the name of their folder.

    Parameters
    ----------
    graded : Graded
        The exercise.
    settings : TrainingExercise
        Checked parameters.
    register : Register
        The ledger of releases.
    tables : ExerciseTables
        The protected tables the page shows.
    findings : Words
        What the page says first.
    """
    which = which_exercise(settings)

    def write(folder: Path) -> None:
        write_feedback_pack(
            folder / "restricted" / settings.feedback_file,
            graded.found,
            words=NAMES,
            title=f"Training exercise: feedback, {which}",
            as_at=settings.extract_day,
        )
        shared = tables.shared(which)
        write_shared_tables(
            folder,
            "exercise_tables",
            shared,
            settings,
            register,
            title=f"Training exercise, {which}",
            source="a training exercise.",
            findings=findings,
        )

    return publish_files(settings, register, write)
