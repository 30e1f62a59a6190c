"""The commands of what comes back: forms in, leave granted, auditors changed."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_sampling.commands.options import Pairs, ParameterFiles, settings_of, values_in
from qa_sampling.commands.output import out
from qa_sampling.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

Folder = Annotated[Path, typer.Argument(help="Folder of returned forms, in any mix.")]
AsAt = Annotated[str, typer.Option("--as-at", help="Day it is read on; today by default.")]
By = Annotated[str, typer.Option("--by", help="Who decided.")]
Audit = Annotated[str, typer.Argument(help="Name of the audit, from the chase list.")]


def collect_command(folder: Folder, as_at: AsAt = "", parameters: ParameterFiles = None) -> None:
    """Read returned forms, record what is sound, and write what goes back to each auditor.

    Forms are recognised by their mark, whatever they are called now. The same form twice changes
    nothing; a corrected one replaces the earlier. Exits with 1 when something is to be put right.
    """
    from qa_sampling.records.returned_report import write_batch_report
    from qa_sampling.runs.collect.moderations import moderation_lines
    from qa_sampling.runs.collecting import open_drawn
    from qa_sampling.runs.recording_batch import record_folder
    from qa_sampling.runs.returns_in import staff_of

    settings, today = settings_of(parameters), _day(as_at)
    staff = staff_of(settings)
    with open_drawn(settings) as register:
        taken = record_folder(settings, register, folder, staff=staff, today=today)
    batch, done, moderated = taken.batch, taken.audits, taken.moderations
    known = {} if staff is None else dict(zip(staff["staff_id"], staff["name"], strict=True))
    names = {number: str(name) for number, name in known.items() if isinstance(name, str)}
    place = settings.outputs_folder / "restricted" / f"returned_{today.isoformat()}"
    lines = moderation_lines(taken.owed)
    files = write_batch_report(place, batch, names=names, as_at=today, more=lines)
    counts = batch.counts()
    out.print(
        f"{counts['workbooks']} workbooks read, {counts['not_ours']} of them no form of ours.\n"
        f"{counts['sound']} sheets taken: {done.audits.new} audits new, {done.audits.corrected} "
        f"corrected, {done.audits.unchanged} as before; {counts['cannot']} cannot be audited.\n"
        f"{moderated.new} moderations new, {moderated.corrected} corrected, "
        f"{moderated.unchanged} as before; {_standing(taken.owed)}.\n"
        f"{counts['unfinished']} not finished, {counts['untouched']} not begun, "
        f"{counts['faulty']} to be put right.\n"
        f"{files[0]}  (what is wrong, a sheet an auditor; Restricted)",
        markup=False,
    )
    if counts["replaced"]:
        out.print(f"{counts['replaced']} were corrected already and come once more; not taken.")
    if done.withdrawn:
        out.print(f"{done.withdrawn} actions withdrawn that their forms no longer have.")
    if taken.concerns:
        out.print(f"{taken.concerns} tell of a child at risk of harm. Was it acted on that day?")
    if counts["faulty"] or counts["not_ours"]:
        raise typer.Exit(1)


def _standing(owed: pd.DataFrame) -> str:
    """Say how many moderations are due, late and back."""
    counts = owed["state"].value_counts()
    back = counts.get("in_time", 0) + counts.get("back_late", 0)
    return f"{counts.get('due', 0)} due, {counts.get('late', 0)} late, {back} back"


def exempt_command(
    audit: Audit,
    reason: Annotated[str, typer.Option("--reason", help="Why, without a child's details.")],
    by: By,
    until: Annotated[
        str, typer.Option("--until", help="New day it is due; without it the audit is not due.")
    ] = "",
    as_at: AsAt = "",
    parameters: ParameterFiles = None,
) -> None:
    """Exempt an auditor from an audit, or give them until another day."""
    from qa_sampling.runs.collect.granting import grant
    from qa_sampling.runs.collecting import open_drawn

    settings = settings_of(parameters)
    with open_drawn(settings) as register:
        grant(
            register,
            audit,
            reason=reason,
            by=by,
            until=_day(until) if until else None,
            today=_day(as_at),
        )
    out.print("Recorded.")


def reassign_command(
    audit: Audit,
    auditor: Annotated[str, typer.Option("--auditor", help="Staff number of the new auditor.")],
    by: By,
    reason: Annotated[
        str, typer.Option("--reason", help="conflict, reserve, absence or other.")
    ] = "conflict",
    as_at: AsAt = "",
    parameters: ParameterFiles = None,
    pairs: Pairs = None,
) -> None:
    """Give a case, or the next reserve of its stratum, to an auditor, and write them its form.

    The independence rules of the plan or deep dive are held, and the form needs the extract: give
    the same parameters.
    """
    from qa_sampling.parameters import read_parameters
    from qa_sampling.runs.collect.granting import reassign
    from qa_sampling.runs.collecting import open_drawn
    from qa_sampling.runs.dive.late_forms import is_of_a_dive, open_late
    from qa_sampling.runs.plan.independent import require_own_plan
    from qa_sampling.runs.plan.late_forms import LateAudit
    from qa_sampling.runs.returns_in import staff_of

    values = values_in(parameters, pairs)
    settings = read_parameters("monthly_audit_plan", values)
    with open_drawn(settings) as register:
        if is_of_a_dive(register, audit):
            late = open_late(read_parameters("deep_dive", values), register, audit)
        else:
            require_own_plan(settings, register, audit)
            late = LateAudit(settings)
        name = reassign(
            register,
            audit,
            auditor=auditor,
            by=by,
            reason=reason,
            staff=staff_of(settings),
            against=late.against,
            today=_day(as_at),
        )
        out.print("Recorded.")
        folder = settings.outputs_folder / "restricted" / "late_forms" / uuid.uuid4().hex[:8]
        folder.mkdir(parents=True)
        path = late.write(register, name, folder)
    out.print(f"{path}  (the form for the new auditor; Restricted)", markup=False)


def _day(text: str) -> date:
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f'A day is written as "2026-11-30"; got {text!r}.') from None
