"""The commands of keys and references: make, rotate, list, re-link."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qa_sampling.commands.options import ParameterFiles, register_of, settings_of
from qa_sampling.commands.output import Steps, out
from qa_sampling.errors import ParameterError

key_app = typer.Typer(
    invoke_without_command=True,
    help="Make the secret key of the case references, once for each authority. Back it up.",
)
Who = Annotated[str, typer.Option("--by", help="Your name or role; recorded.")]
Why = Annotated[str, typer.Option(help="Why, without a child's details; recorded.")]
Month = Annotated[str, typer.Option(help='Month whose extract is read, as "2026-11".')]


@key_app.callback()
def key(context: typer.Context, parameters: ParameterFiles = None) -> None:
    """Make the secret key of the case references, once for each authority. Back it up."""
    if context.invoked_subcommand is not None:
        if parameters:
            raise ParameterError("Give -f after the name of the command: `key rotate -f FILE`.")
        return
    from qa_sampling.records.keys import create_key, key_folder
    from qa_sampling.runs.keyring import never_inside, require_first_key

    settings = settings_of(parameters)
    require_first_key(settings)
    path = settings.place(settings.key_file) if settings.key_file else None
    made = create_key(path, never_inside=never_inside(settings))
    where = path or key_folder()
    out.print(f"Key {made.key_id} is made in {where}. Back it up where records are.", markup=False)


@key_app.command("rotate")
def rotate_command(
    by: Who,
    reason: Why,
    period: Month = "",
    lost: Annotated[
        bool, typer.Option("--lost", help="The current key is lost, and no backup is left.")
    ] = False,
    parameters: ParameterFiles = None,
) -> None:
    """Make a new key, and record which reference continues as which. The old key is kept.

    Safe to repeat: when it was interrupted, the same line finishes it.
    """
    from qa_sampling.runs.rotating import rotate

    settings = settings_of(parameters, period=period)
    with Steps(quiet=False) as tell:
        done = rotate(settings, by=by, reason=reason, lost=lost, progress=tell)
    said = done.recorded
    again = " (recorded before; nothing was left to do but this)" if done.resumed else ""
    lines = [
        f"Key {said.old_key_id} is replaced by {said.new_key_id}{again}.",
        f"{said.linked} references continue under the new key.",
        f"{said.not_linked} in the register could not be linked: their case numbers are in no "
        f"file any more ({said.audited_not_linked} of them drawn or audited).",
        f"The new key is in {done.key_file}. Back it up now, where records are.",
    ]
    if done.kept_file:
        lines.append(f"The old key is kept in {done.kept_file}; keep its backup as well.")
    else:
        lines.append("The old key is lost: what was not linked cannot be linked any more.")
    for line in lines:
        out.print(line, markup=False)


@key_app.command("show")
def show_command(parameters: ParameterFiles = None) -> None:
    """List the register's keys by their ids, rotations and re-linkings; never a key."""
    with register_of(parameters, create=False) as register:
        known = register.key_ids_in_order()
        rotations, relinkings = register.rotations(), register.relinkings()
    out.print(f"Current key: {known[-1] if known else 'none yet'}", markup=False)
    for row in rotations.itertuples():
        out.print(
            f"{row.rotated_at[:10]}  {row.old_key_id} → {row.new_key_id}  by {row.rotated_by}: "
            f"{row.reason} ({row.linked} linked, {row.not_linked} not)",
            markup=False,
        )
    for row in relinkings.itertuples():
        out.print(
            f"{row.relinked_at[:10]}  re-linked {row.found} of {row.asked_for} ({row.source}) by "
            f"{row.relinked_by}: {row.reason}",
            markup=False,
        )


def relink_command(
    by: Who,
    reason: Why,
    references: Annotated[
        list[str] | None, typer.Argument(help="References; never case numbers.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="A published folder: the cases and reserves it drew.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="New .xlsx file below a folder called restricted.")
    ] = None,
    period: Month = "",
    parameters: ParameterFiles = None,
) -> None:
    """Write the case numbers of references into a restricted workbook; recorded, never shown."""
    from qa_sampling.runs.relinking import published_references, relink

    settings = settings_of(parameters, period=period)
    given, source = list(references or []), "references that were given"
    if folder is not None:
        source = f"{folder.resolve().name}, as published" + (" and given" if given else "")
        given += published_references(folder)
    done = relink(settings, given, by=by, reason=reason, save=save, source=source)
    out.print(
        f"{done.found} of {done.asked_for} references have a case number in the files that were "
        f"read. They are in {done.path}; the register holds that you asked.",
        markup=False,
    )
