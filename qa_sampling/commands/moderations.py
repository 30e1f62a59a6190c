"""The command that sends moderators their forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_sampling.commands.options import ParameterFiles, settings_of
from qa_sampling.commands.output import out
from qa_sampling.errors import ParameterError

if TYPE_CHECKING:
    from datetime import date

    from qa_sampling.runs.moderation_out import WrittenForms


def moderation_forms_command(
    period: Annotated[str, typer.Argument(help='Month of the audits, as "2026-11".')],
    design: Annotated[str, typer.Option(help="Design of the plan; monthly by default.")] = "",
    as_at: Annotated[
        str, typer.Option("--as-at", help="Day the forms are made on; today by default.")
    ] = "",
    form: Annotated[str, typer.Option(help="Form in parameters/forms/moderation.")] = "moderation",
    parameters: ParameterFiles = None,
) -> None:
    """Write the moderators' forms of a month: every audit that is back and not yet moderated.

    A workbook a moderator, in a new folder of its own; nothing that was sent out is written over.
    The case numbers come from the extract: give the parameter files of the plan. What comes back
    goes to `collect`, in one folder with audits.
    """
    from qa_sampling.runs.inputs import open_register
    from qa_sampling.runs.moderation_owed import moderation_form
    from qa_sampling.runs.plan.moderation_month import write_month_moderations

    settings, day = settings_of(parameters, period=period, design=design), _day(as_at)
    place = settings.outputs_folder / "restricted" / "moderation_forms"
    folder = _new_folder(place / f"{settings.slug}_{day.isoformat()}")
    with open_register(settings, create=False) as register:
        written = write_month_moderations(
            settings, register, folder, as_at=day, form=moderation_form(form)
        )
    _tell(written, folder)


def _tell(written: WrittenForms, folder: Path) -> None:
    moderators = len(written.paths)
    out.print(
        f"{written.audits} audits to moderate, in {moderators} workbooks; {written.waiting} drawn "
        f"and not back yet, {written.moderated} moderated already.",
        markup=False,
    )
    if written.paths:
        out.print(f"{folder}  (a workbook a moderator; Restricted)", markup=False)
    if written.nobody:
        out.print(
            f"{len(written.nobody)} may be moderated by nobody on the staff list: "
            f"{', '.join(written.nobody)}.",
            markup=False,
        )
        raise typer.Exit(1)


def _new_folder(wanted: Path) -> Path:
    """Give a folder that is not there yet: what was sent out may have been filled in."""
    folder, number = wanted, 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    return folder


def _day(text: str) -> date:
    from datetime import date

    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f'A day is written as "2026-11-30"; got {text!r}.') from None
