"""The commands of the year's programme: run a month of it, print it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_sampling.commands.options import Pairs, ParameterFiles
from qa_sampling.commands.output import err, out
from qa_sampling.commands.programme import Asked, Programme, is_seed, line_of, near, programme_of
from qa_sampling.errors import ParameterError

if TYPE_CHECKING:
    from qa_sampling.runs.month.tasks import Ended

Period = Annotated[str, typer.Argument(help='Month, as "2026-11".')]
CalendarFile = Annotated[
    Path | None, typer.Option("--calendar", help="Its file; parameters/calendar.yml by default.")
]
_SAID = {
    "published": "Published",
    "already published": "Already published",
    "nothing yet": "Nothing to look at yet (5)",
    "waiting": "Waiting for a seed (3)",
    "refused": "Refused (2)",
    "failed": "Failed (4)",
    "not started": "Not started",
}


def month_command(
    period: Period,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="Most runs side by side.")] = 2,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check all parameters, show the order, write nothing.")
    ] = False,
    as_at: Annotated[
        str,
        typer.Option("--as-at", help="Day that runs of the month itself, and collecting, look at."),
    ] = "",
    pairs: Pairs = None,
    parameters: ParameterFiles = None,
    calendar: CalendarFile = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result.")] = False,
) -> None:
    """Run all that the calendar asks for in a month, and link it on one page.

    Everything is checked first. What does not depend on a run that failed goes on. The same line
    again does what is missing. `-p NAME=VALUE` holds for every run that has this parameter,
    `-p ENTRY.NAME=VALUE` for one. Exits with 4 when a run failed, 2 when one was refused, 3 when
    one waits for its seed. A run that has nothing to look at yet is no fault.
    """
    from qa_sampling.runs.month.index import publish_index
    from qa_sampling.runs.month.side_by_side import in_order, run_side_by_side
    from qa_sampling.runs.month.tasks import exit_code
    from qa_sampling.settings.calendar import require_month
    from qa_sampling.settings.common import plain_day

    require_month(period)
    try:
        plain_day(as_at)
    except ValueError as error:
        raise ParameterError(f"`--as-at` {error}; got {as_at!r}.") from None
    asked = Asked(period, _base(parameters), tuple(pairs or ()), as_at)
    programme = programme_of(_calendar(calendar), asked)
    if dry_run:
        _show_order(programme, in_order(programme.tasks))
        return
    ended = run_side_by_side(
        programme.tasks,
        jobs=jobs,
        progress=lambda step: None if quiet else err.print(f"· {step}", markup=False),
    )
    index = publish_index(programme.settings, period, ended, programme.due)
    again = ["month", period, *(["--as-at", as_at] if as_at else [])]
    again += [word for path in parameters or [] for word in ("-f", str(path))]
    again += ["--calendar", str(calendar)] if calendar else []
    again += [word for pair in pairs or [] if not is_seed(pair) for word in ("-p", pair)]
    _show_ended(ended, line_of(again))
    for name, about in index.files:
        out.print(f"  {near(index.folder / name)}  ({about})", markup=False)
    if code := exit_code(ended):
        raise typer.Exit(code)


def calendar_command(
    year: Annotated[int, typer.Argument(min=2000, max=2099, help="Year that is printed.")] = 0,
    save: Annotated[
        Path | None, typer.Option(help="Also write it as a new accessible workbook.")
    ] = None,
    calendar: CalendarFile = None,
) -> None:
    """Print the year's programme: month by month what runs, and what is due by which role."""
    from datetime import date

    from qa_sampling.reporting.calendar_sheet import write_calendar
    from qa_sampling.runs.month.year import at_a_glance, year_of

    table = year_of(_calendar(calendar), year or date.today().year)
    if save:
        if save.suffix.lower() != ".xlsx" or save.exists() or not save.parent.is_dir():
            raise ParameterError(
                f"`--save` must name a new .xlsx file in a folder that exists; got {save.name!r}."
            )
        write_calendar(save, table, at_a_glance(table))
    for name, rows in table.groupby("Month", sort=False):
        out.print(str(name), style="bold", markup=False)
        for row in rows.itertuples(index=False):
            out.print(f"  {row.Kind:<5} {row.What}: {row.Owner}", markup=False)
    if save:
        out.print(f"Written to {save}.", markup=False)


def _calendar(path: Path | None) -> object:
    from qa_sampling.parameters import read_calendar
    from qa_sampling.settings.common import home

    return read_calendar(path or home() / "parameters" / "calendar.yml")


def _base(parameters: list[Path] | None) -> tuple[Path, ...]:
    from qa_sampling.settings.common import home

    usual = [path for path in [home() / "parameters" / "authority.yml"] if path.is_file()]
    return tuple(path.resolve() for path in parameters or usual)


def _show_order(programme: Programme, tasks: tuple) -> None:
    """Show what would run, in order, and what else is due."""
    names = {task.name for task in tasks}
    for task in tasks:
        held = [name for name in task.after if name in names]
        behind = f", after {' and '.join(held)}" if held else ""
        out.print(f"{task.name}: {task.title}, of {task.period}{behind}", markup=False)
        out.print(f"  {task.line}", markup=False)
    for entry in programme.due:
        out.print(f"due: {entry.label} ({entry.owner})", markup=False)
    out.print("The parameters of all runs were checked; nothing was run and nothing written.")


def _show_ended(ended: tuple[Ended, ...], again: str) -> None:
    """Show how each run ended, and the line that goes on."""
    for state, said in _SAID.items():
        for one in (one for one in ended if one.state == state):
            out.print(f"{said}: {one.task.title} ({one.task.name})", markup=False)
            if one.message:
                out.print(f"  {one.message}", markup=False)
            if not one.settled and one.state != "not started":
                out.print(f"  {one.task.line}", markup=False, soft_wrap=True)
    if not all(one.settled for one in ended):
        out.print(f"What is missing is done by: {again}", markup=False, soft_wrap=True)
