"""The command line: thin; every command calls the package and shows what it says.

Exit codes: 0 done; 1 the answer is no (a draw does not verify, an extract has faults that stop
a run); 2 refused, with one message, nothing written; 3 a frame is fixed and waits for its seed;
4 stopped by a fault of this package or the machine; 5 there is nothing to look at yet.
"""

from __future__ import annotations

import os
import sys
import traceback
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from qa_sampling import __version__
from qa_sampling.commands.collect import collect_command, exempt_command, reassign_command
from qa_sampling.commands.exercise import exercise_feedback_command, exercise_template_command
from qa_sampling.commands.invented_year import year_app
from qa_sampling.commands.keys import key_app, relink_command
from qa_sampling.commands.lab import lab_command
from qa_sampling.commands.loop import actions_app, activities_app
from qa_sampling.commands.moderations import moderation_forms_command
from qa_sampling.commands.month import calendar_command, month_command
from qa_sampling.commands.options import Pairs, ParameterFiles
from qa_sampling.commands.options import register_of as _register
from qa_sampling.commands.options import settings_of as _settings
from qa_sampling.commands.options import values_of as _values
from qa_sampling.commands.output import Steps, err, out, show_draws, show_preflight, show_result
from qa_sampling.errors import (
    NotebookError,
    NothingYet,
    ParameterError,
    QASamplingError,
    SeedNeeded,
)
from qa_sampling.runs.invented_kept import keeping

app = typer.Typer(
    name="qa-sampling",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Monthly audit samples that anyone can verify.\n\n"
        "Start with `qa-sampling run monthly_audit_plan`: this month's plan from the invented "
        "authority. Then `qa-sampling templates tables` and `qa-sampling check EXTRACT` with "
        "your own data."
    ),
    epilog="Exit codes: 0 done, 1 the answer is no, 2 refused, 3 waiting for a seed, 4 a fault, "
    "5 nothing yet.",
)
register_app = typer.Typer(no_args_is_help=True, help="Look after the register.")
app.add_typer(register_app, name="register")
app.add_typer(key_app, name="key")
app.add_typer(actions_app, name="actions")
app.add_typer(activities_app, name="activities")
app.add_typer(year_app, name="invented-year")
app.command("relink")(relink_command)
app.command("collect")(collect_command)
app.command("moderation-forms")(moderation_forms_command)
app.command("exempt")(exempt_command)
app.command("reassign")(reassign_command)
app.command("exercise-template")(exercise_template_command)
app.command("exercise-feedback")(exercise_feedback_command)
app.command("month")(month_command)
app.command("calendar")(calendar_command)
app.command(
    "lab",
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)(lab_command)


def main() -> None:
    """Run the command line and turn refusals into one message and an exit code."""
    try:
        with keeping():
            app(args=_joined_pairs(sys.argv[1:]), standalone_mode=True)
    except SeedNeeded as error:
        err.print(str(error), style="bold", markup=False)
        sys.exit(3)
    except NothingYet as error:
        err.print(f"Nothing to look at yet: {error}", markup=False)
        sys.exit(5)
    except NotebookError as error:
        err.print(f"Failed: {error}", style="red", markup=False)
        sys.exit(4)
    except QASamplingError as error:
        err.print(f"Refused: {error}", style="red", markup=False)
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("Stopped by you. Nothing half-made is left; run the same line again.")
        sys.exit(4)
    except Exception as error:
        _fault(error)


def _fault(error: Exception) -> NoReturn:
    """Say where a fault of ours is, without words that could hold a child's details."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}, line {last.lineno}"
    err.print(
        f"A fault: {type(error).__name__} in {place}. Nothing was published. Set "
        "QA_SAMPLING_DEBUG=1 to see everything (it may show case numbers), and tell whoever "
        "maintains this package.",
        style="red",
        markup=False,
    )
    if os.environ.get("QA_SAMPLING_DEBUG"):
        traceback.print_exception(error)
    sys.exit(4)


@app.command()
def run(
    notebook: Annotated[str, typer.Argument(help="Such as monthly_audit_plan.")],
    period: Annotated[str, typer.Option(help='Month, as "2026-11".')] = "",
    extract: Annotated[
        list[Path] | None,
        typer.Option(help="Annex A workbook or folder; may be given again for several months."),
    ] = None,
    tables: Annotated[
        Path | None, typer.Option(help="Folder of staff, families and the other extra tables.")
    ] = None,
    parameters: ParameterFiles = None,
    pairs: Pairs = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, write and draw nothing.")
    ] = False,
    pdf: Annotated[
        bool,
        typer.Option("--pdf", help="Also the page as PDF, by an installed Chrome or Edge."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the result.")] = False,
) -> None:
    """Run a notebook and publish what it makes, all or nothing.

    A month and a design are drawn once: running the same line again gives the same plan.
    Without `--parameters` the files `parameters/authority.yml` and `parameters/<notebook>.yml`
    hold.
    """
    from qa_sampling import runner
    from qa_sampling.parameters import load_parameters
    from qa_sampling.settings.common import home
    from qa_sampling.settings.signals import require_nothing_beside

    usual = [home() / "parameters" / name for name in ("authority.yml", f"{notebook}.yml")]
    values = load_parameters(parameters or [path for path in usual if path.is_file()])
    given = _values(pairs or []) | ({"period": period} if period else {})
    values |= given
    require_nothing_beside(values, given)
    if extract:
        values["extract"] = [str(path.resolve()) for path in extract]
    if tables:
        values["extra_tables"] = str(tables.resolve())
    with Steps(quiet) as tell:
        result = runner.run(notebook, values, dry_run=dry_run, pdf=pdf, progress=tell)
    if result.preflight is not None:
        show_preflight(result.preflight)
    else:
        show_result(result)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Annex A workbooks or folders.")],
    tables: Annotated[Path | None, typer.Option(help="Folder of the extra tables.")] = None,
    as_at: Annotated[str, typer.Option(help="Day it describes, as 2026-10-31.")] = "",
    save: Annotated[Path | None, typer.Option(help="Also write the report as a workbook.")] = None,
) -> None:
    """Read an extract and print its data-quality report; exit 1 when it stops a run."""
    import pandas as pd

    from qa_sampling.errors import ExtractError
    from qa_sampling.records.annex_a import read_annex_a
    from qa_sampling.records.extras import read_extras
    from qa_sampling.records.quality import quality_lines
    from qa_sampling.records.quality_workbook import write_quality_workbook

    stopped = ""
    day = _checked_day(as_at)
    if save:
        _require_new_workbook(save)
    try:
        annex = read_annex_a(list(files), as_at=day)
        quality = annex.quality
        out.print(f"Read {', '.join(annex.files)}: {len(annex.found)} of 11 lists.", markup=False)
        if tables:
            quality = pd.concat([quality, read_extras(tables).quality], ignore_index=True)
    except ExtractError as error:
        quality, stopped = getattr(error, "quality", None), str(error)
    for line in quality_lines(quality) if quality is not None else []:
        out.print(line, markup=False)
    if save and quality is not None:
        write_quality_workbook(save, quality)
        out.print(f"Report written to {save}.", markup=False)
    if stopped:
        err.print(stopped, style="red", markup=False)
        raise typer.Exit(1)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A published folder, such as outputs/2026-11.")],
) -> None:
    """Derive a published draw again from its frame and seed: YES, or exactly what differs."""
    from qa_sampling.runs.plan.checking import compare_with_register, verify_folder

    faults = verify_folder(folder)
    compared, differing = compare_with_register(folder) if not faults else (False, ())
    faults = (*faults, *differing)
    for fault in faults:
        out.print(f"NO: {fault}", markup=False)
    if faults:
        raise typer.Exit(1)
    out.print("YES: the draw follows from its frame and seed.")
    beside = "and with the register beside it" if compared else "; no register was beside it"
    out.print(f"Every file agrees with the manifest{' ' if compared else ''}{beside}.")


@app.command()
def explain(
    folder: Annotated[Path, typer.Argument(help="A published folder, such as outputs/2026-11.")],
    case: Annotated[str, typer.Argument(help="A case number, or its reference.")],
    parameters: ParameterFiles = None,
) -> None:
    """Say why a case was drawn, or was not."""
    from qa_sampling.parameters import load_parameters, read_parameters
    from qa_sampling.runs.plan.checking import explain_case
    from qa_sampling.settings.common import home

    usual = [path for path in [home() / "parameters" / "authority.yml"] if path.is_file()]
    values = load_parameters(parameters or usual)
    settings = read_parameters("monthly_audit_plan", values)
    out.print(explain_case(folder, case, settings).sentence, markup=False)


@app.command()
def redraw(
    period: Annotated[str, typer.Argument(help='Month, as "2026-11".')],
    reason: Annotated[str, typer.Option(help="Why; no child's details.")],
    agreed_by: Annotated[list[str], typer.Option(help="Who agreed; give it twice.")],
    design: Annotated[str, typer.Option(help="Name of the design.")] = "monthly",
    parameters: ParameterFiles = None,
) -> None:
    """Set a draw aside, visibly, with a reason and two names; the next run draws anew."""
    with _register(parameters, create=False) as register:
        number = register.open_redraw(period, design, reason=reason, agreed_by=agreed_by)
    out.print(f"Redraw {number} of {period} {design} is open; the earlier draw stays on record.")


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(help="Where to write them.")],
) -> None:
    """Write templates of the extra tables: staff, families, case roles, restricted, audits."""
    from qa_sampling.records.extras import write_templates

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise ParameterError(f"{folder} is no folder that can be made. Name another.") from None
    for path in write_templates(folder):
        out.print(str(path), markup=False)


@app.command()
def secret(
    year: Annotated[int, typer.Argument(help="Year of the periods it serves.")],
    parameters: ParameterFiles = None,
) -> None:
    """Make and commit the yearly secret that gives unattended runs their seeds."""
    from qa_sampling.records.keys import commitment, yearly_secret
    from qa_sampling.settings.common import home

    settings = _settings(parameters)
    if settings.is_invented:
        raise ParameterError(
            "The invented authority has a public secret of its own. Name your authority's extract "
            "in parameters/authority.yml first, or give its parameter file with -f."
        )
    outside = (home(), settings.outputs_folder)
    committed = commitment(yearly_secret(year, create=True, never_inside=outside))
    with _register(parameters) as register:
        register.record_commitment(year, committed)
    out.print(f"Committed for {year}. Give this line to whoever assures the audits, in writing:")
    out.print(f"SHA-256 of the secret: {committed}")


@register_app.command("check")
def register_check(
    expect_head: Annotated[str, typer.Option(help="Head printed on an earlier plan.")] = "",
    parameters: ParameterFiles = None,
) -> None:
    """Look for edits, deletions and rot anywhere in the register."""
    with _register(parameters, create=False) as register:
        faults = register.check(expect_head=expect_head or None)
        head = register.head()
    for fault in faults:
        out.print(f"NO: {fault}", markup=False)
    if faults:
        raise typer.Exit(1)
    out.print(f"The register is sound. Head: {head}")


@register_app.command("backup")
def register_backup(
    target: Annotated[Path, typer.Argument(help="File of the copy.")],
    parameters: ParameterFiles = None,
) -> None:
    """Copy the register while it is in use, and check the copy."""
    with _register(parameters, create=False) as register:
        path = register.backup(target)
    out.print(f"Copied and checked: {path}", markup=False)


@register_app.command("show")
def register_show(parameters: ParameterFiles = None) -> None:
    """List the draws."""
    with _register(parameters, create=False) as register:
        show_draws(register)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(f"qa-sampling {__version__}")


def _joined_pairs(arguments: list[str]) -> list[str]:
    """Let `-p audits 40` stand for `-p audits=40`, as papermill has it."""
    joined, rest = [], list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-p", "--parameter") and len(rest) > 1 and "=" not in rest[0]:
            word, rest = f"--parameter={rest[0]}={rest[1]}", rest[2:]
        joined.append(word)
    return joined


def _checked_day(text: str) -> date | None:
    """Read a day of the command line; None when it is blank."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ParameterError(f"`--as-at` must be a day such as 2026-10-31; got {text!r}.") from None


def _require_new_workbook(path: Path) -> None:
    """Refuse to write a report over a file, into no folder, or under another ending."""
    if path.suffix.lower() != ".xlsx" or path.exists() or not path.parent.is_dir():
        raise ParameterError(
            f"`--save` must name a new .xlsx file in a folder that exists; got {path.name!r}."
        )
