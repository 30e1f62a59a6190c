"""The command that writes the sheets of a training exercise."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from qa_sampling.commands.output import out
from qa_sampling.errors import ParameterError


def exercise_template_command(
    file: Annotated[Path, typer.Argument(help="A new .xlsx file.")],
    auditors: Annotated[
        list[str] | None, typer.Option("--auditor", help="A name; may be given again.")
    ] = None,
    cases: Annotated[int, typer.Option(help="Cases that all grade.")] = 2,
) -> None:
    """Write the sheets on which all auditors grade the same cases: a sheet an auditor."""
    from qa_sampling.records.exercise_template import write_exercise_template

    out.print(str(write_exercise_template(file, auditors or (), cases=cases)), markup=False)


def exercise_feedback_command(
    grades: Annotated[Path, typer.Argument(help="The workbook or CSV file of grades.")],
    save: Annotated[Path, typer.Argument(help="A new .xlsx file, in a restricted folder.")],
) -> None:
    """Write the feedback of a training exercise, a sheet an auditor. Restricted."""
    from qa_sampling.agreement.exercise import exercise
    from qa_sampling.agreement.ratings import Ratings
    from qa_sampling.agreement.scale import GRADES_SCALE
    from qa_sampling.records.exercise_file import EXPERT, read_exercise
    from qa_sampling.reporting.feedback_pack import write_feedback_pack
    from qa_sampling.schema import QUALITY_STANDARDS

    if "restricted" not in [folder.name for folder in save.resolve().parents]:
        raise ParameterError(
            "The feedback is about single members of staff: name a file below a folder called "
            "restricted."
        )
    if save.suffix.lower() != ".xlsx" or save.exists() or not save.parent.is_dir():
        raise ParameterError(
            f"The feedback must be a new .xlsx file in a folder that exists; got {save.name!r}."
        )
    held = read_exercise(grades)
    ratings = Ratings.from_long(held.filled, scale=GRADES_SCALE)
    found = exercise(ratings, expert=EXPERT if held.has_expert else None)
    words = {"overall": "Overall"} | QUALITY_STANDARDS
    title = "Training exercise: feedback"
    write_feedback_pack(save, found, words=words, title=title, as_at=date.today())
    out.print(f"Written to {save}: a sheet an auditor, restricted.", markup=False)
