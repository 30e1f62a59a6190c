"""The commands of the loop: actions out and in, other QA activity in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_sampling.commands.options import ParameterFiles, settings_of
from qa_sampling.commands.output import out
from qa_sampling.errors import ParameterError

if TYPE_CHECKING:
    from qa_sampling.records.return_records import Recorded

actions_app = typer.Typer(no_args_is_help=True, help="Actions: what was agreed, what became of it.")
activities_app = typer.Typer(
    no_args_is_help=True, help="Other QA activity: observations, feedback, complaints and more."
)
NewFile = Annotated[Path, typer.Argument(help="A new .xlsx file, in a restricted folder.")]
Filled = Annotated[Path, typer.Argument(help="The workbook that came back.")]
AsAt = Annotated[str, typer.Option("--as-at", help="Day it is read on; today by default.")]


@actions_app.command("export")
def actions_export(file: NewFile, parameters: ParameterFiles = None) -> None:
    """Write all actions that are open or wait to be verified, with room for new ones. Restricted.

    Fill in what has happened and hand the workbook to `actions record`.
    """
    from qa_sampling.records.action_sheet import write_action_sheet
    from qa_sampling.runs.returns_in import open_returns, staff_of

    _require_restricted(file)
    settings = settings_of(parameters)
    with open_returns(settings) as register:
        number = write_action_sheet(file, register.actions(), staff=staff_of(settings))
    out.print(f"{number} actions written to {file}. Restricted.", markup=False)


@actions_app.command("record")
def actions_record(file: Filled, as_at: AsAt = "", parameters: ParameterFiles = None) -> None:
    """Record what became of actions. The same workbook twice changes nothing."""
    from qa_sampling.records.action_sheet import read_action_sheet
    from qa_sampling.runs.returns_in import open_returns, staff_of

    today, settings = _day(as_at), settings_of(parameters)
    with open_returns(settings) as register:
        rows = read_action_sheet(file, register.actions(), today=today, staff=staff_of(settings))
        recorded = register.record_actions(rows.table)
    _tell("actions", recorded, rows.unchanged)


@activities_app.command("template")
def activities_template(file: NewFile, parameters: ParameterFiles = None) -> None:
    """Write empty sheets for other QA activity. A new workbook for each who fills one in."""
    from qa_sampling.records.activity_sheet import write_activity_template
    from qa_sampling.runs.returns_in import staff_of, teams_of

    settings = settings_of(parameters)
    write_activity_template(file, teams=teams_of(staff_of(settings)))
    out.print(f"Written to {file}. A new one for each who fills it in.", markup=False)


@activities_app.command("record")
def activities_record(file: Filled, as_at: AsAt = "", parameters: ParameterFiles = None) -> None:
    """Record other QA activity. The same workbook twice changes nothing."""
    from qa_sampling.records.activity_sheet import read_activity_sheet
    from qa_sampling.runs.inputs import open_register
    from qa_sampling.runs.returns_in import open_returns, staff_of, teams_of

    today, settings = _day(as_at), settings_of(parameters)
    opened = open_returns(settings) if settings.is_invented else open_register(settings)
    with opened as register:
        teams = teams_of(staff_of(settings))
        rows = read_activity_sheet(file, register.activities(), today=today, teams=teams)
        recorded = register.record_activities(rows.table)
    _tell("activities", recorded, rows.unchanged)


def _tell(what: str, recorded: Recorded, unchanged: int) -> None:
    same = recorded.unchanged + unchanged
    out.print(
        f"{recorded.new} {what} recorded, {recorded.corrected} corrected, {same} unchanged.",
        markup=False,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise ParameterError(f"`--as-at` must be a day such as 2026-10-31; got {text!r}.") from None


def _require_restricted(file: Path) -> None:
    if "restricted" not in [folder.name for folder in file.resolve().parents]:
        raise ParameterError(
            "Actions are about single cases and members of staff: name a file below a folder "
            "called restricted."
        )
