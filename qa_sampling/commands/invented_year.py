"""The commands of an invented year: make it, let forms come back, run it month by month."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_sampling.commands.output import err, out
from qa_sampling.errors import ParameterError

if TYPE_CHECKING:
    from qa_sampling.runs.year.decisions import Against
    from qa_sampling.runs.year.folder import InventedYear
    from qa_sampling.runs.year.running import Step
    from qa_sampling.settings.calendar import Calendar

year_app = typer.Typer(
    no_args_is_help=True,
    help="A whole year of an invented authority, to see or to check what a year is like.",
)
Folder = Annotated[Path, typer.Argument(help="Folder of the year.")]


@year_app.command("make")
def make_command(
    folder: Annotated[Path, typer.Argument(help="A new folder outside the project.")],
    year: Annotated[int, typer.Option(help="The calendar year.")] = 2026,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same year.")] = 2026,
    scale: Annotated[float, typer.Option(help="Size; 1 for about 1,900 open cases.")] = 1.0,
) -> None:
    """Write extracts, tables, keys and a parameter file a month, all invented."""
    from qa_sampling.runs.year.making import make_year

    made = make_year(
        folder,
        year=year,
        seed=seed,
        scale=scale,
        tell=lambda step: err.print(f"· {step}", markup=False),
    )
    out.print(f"{made.folder}  (invented; its keys are no secret)", markup=False)
    out.print(f"Run it: qa-sampling invented-year run {folder}", markup=False, soft_wrap=True)


@year_app.command("fill")
def fill_command(
    folder: Folder,
    period: Annotated[str, typer.Argument(help='Month that collects it, as "2026-04".')],
) -> None:
    """Fill in the forms that were drawn before a month, as they come back by its tenth day."""
    from qa_sampling.runs.year.filling import fill_month
    from qa_sampling.runs.year.folder import open_year

    made = open_year(folder)
    number = fill_month(made, _calendar(), _month_of(made.months, period))
    out.print(f"{number} workbooks came back.", markup=False)


@year_app.command("run")
def run_command(
    folder: Folder,
    month: Annotated[
        list[str] | None, typer.Option(help="A month, as 2026-04; all of the year by default.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="Most runs side by side.")] = 2,
) -> None:
    """Run the year, or single months of it, line by line as a person would, and time it."""
    from qa_sampling.runs.year.folder import open_year
    from qa_sampling.runs.year.running import run_month, write_times

    made, calendar = open_year(folder), _calendar()
    worst = 0
    for period in [_month_of(made.months, one) for one in month or made.months]:
        steps = run_month(
            made,
            calendar,
            period,
            jobs=jobs,
            against=_independence(made),
            tell=lambda step: err.print(step, markup=False),
        )
        write_times(made, steps)
        _show(steps)
        worst = max([worst, *(step.code for step in steps)])
    if worst:
        raise typer.Exit(worst)


def _independence(made: InventedYear) -> Against:
    """Give what says why a case of a month may not go to an auditor, by the rules of its plan."""
    from qa_sampling.parameters import load_parameters, read_parameters
    from qa_sampling.runs.plan.late_forms import LateAudit

    @cache
    def plan(period: str) -> LateAudit:
        values = load_parameters([made.month_file(period)]) | {"period": period}
        return LateAudit(read_parameters("monthly_audit_plan", values))

    return lambda period, ref, auditor: plan(period).against(ref, auditor)


def _show(steps: tuple[Step, ...]) -> None:
    """Show what a month took, and what did not end well."""
    clock = sum(step.seconds for step in steps)
    worked = sum(step.processor for step in steps)
    out.print(
        f"{steps[0].period}: {clock:.0f} s by the clock, {worked:.0f} s of processor time.",
        style="bold",
        markup=False,
    )
    for step in steps:
        if step.code:
            out.print(f"{step.what} ended with {step.code}:\n{step.said}", markup=False)


def _calendar() -> Calendar:
    from qa_sampling.parameters import read_calendar
    from qa_sampling.settings.common import home

    return read_calendar(home() / "parameters" / "calendar.yml")


def _month_of(months: tuple[str, ...], period: str) -> str:
    if period not in months:
        raise ParameterError(f"{period!r} is no month of this year; give {months[0]} or later.")
    return period
