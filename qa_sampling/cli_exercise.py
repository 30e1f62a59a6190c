"""The command that writes the sheets of a training exercise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_sampling.cli_output import out


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
