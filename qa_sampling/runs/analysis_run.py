"""A run of a notebook that reads the register: execute, make the pages, publish."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_sampling import __version__
from qa_sampling.errors import PublicationError, RegisterError
from qa_sampling.records.register import Register
from qa_sampling.reporting.pdf import write_pdf
from qa_sampling.runs.analyses import ANALYSES, Analysis, identifiers_of
from qa_sampling.runs.analysis_outputs import FINISHED, analysis_facts, published_before, seal
from qa_sampling.runs.execution import execute
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.pages import write_pages
from qa_sampling.runs.publication import MANIFEST, only_run, publish, stage_for
from qa_sampling.runs.result import Progress, RunResult
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.common import home

if TYPE_CHECKING:
    from nbformat import NotebookNode


def run_analysis(
    notebook: str,
    settings: AnalysisSettings,
    *,
    dry_run: bool,
    browser: Path | None,
    progress: Progress,
) -> RunResult:
    """Run an analysis with these parameters and publish its pages and files.

    It is run again only when what the register holds, the parameters or the package have changed.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number.
    settings : AnalysisSettings
        Checked parameters.
    dry_run : bool
        Check that there is something to look at; write nothing.
    browser : Path or None
        Browser that prints the page to PDF as well; None for no PDF.
    progress : callable
        Told each step in words.

    Raises
    ------
    RegisterError
        When the register holds nothing to look at.
    SecretError
        When there is no key, which the manifest needs: said first, not after the notebook ran.
    QASamplingError
        Whatever else was refused on purpose.
    """
    analysis = ANALYSES[notebook]
    if dry_run and not analysis.rests_on_register:
        analysis.need(settings, None)
        load_keys(settings)
        return RunResult("checked", name=settings.slug)
    load_keys(settings)
    progress("reading the register")
    with analysis.open(settings) as register:
        analysis.need(settings, register)
        if dry_run:
            return RunResult("checked", name=settings.slug)
        facts = analysis_facts(settings, register)
        identifiers = identifiers_of(settings, register)
    files = _files(analysis, settings)
    folder = settings.outputs_folder / settings.slug
    with only_run(settings.outputs_folder, settings.slug):
        wanted = [_page(settings), *([_pdf(settings)] if browser else [])]
        whole = all((folder / name).is_file() for name in wanted)
        if whole and published_before(folder, facts):
            return RunResult("already published", folder, settings.slug, files)
        with Register.open(settings.register_location) as register:
            run_id = register.record_run(
                notebook=notebook,
                period=settings.period,
                design=settings.STEM,
                parameters=settings.record(),
                library_version=__version__,
            )
        try:
            detail = _execute(analysis, settings, facts, identifiers, browser, progress)
        except BaseException as error:
            _finish(settings, run_id, "failed", type(error).__name__)
            raise
        _finish(settings, run_id, "completed", detail)
    return RunResult("published", folder, settings.slug, files)


def _execute(
    analysis: Analysis,
    settings: AnalysisSettings,
    facts: dict[str, Any],
    identifiers: list[str],
    browser: Path | None,
    tell: Progress,
) -> str:
    """Execute the notebook in a stage and publish it; give a line for the register."""
    failed = settings.outputs_folder / "restricted" / f"failed-{settings.slug}"
    with stage_for(settings.outputs_folder, settings.slug) as stage:
        tell("starting the notebook")
        executed = execute(
            home() / "notebooks" / analysis.file,
            settings.plain(),
            stage=stage,
            failed_to=failed,
            progress=lambda done, total: tell(f"notebook: cell {done} of {total}"),
        )
        _require_same_basis(stage, facts)
        tell("making the pages")
        _write_pages(stage, executed, analysis, settings, facts)
        if browser:
            tell("printing the PDF")
            write_pdf(stage / _page(settings), stage / _pdf(settings), browser=browser)
        tell("looking for references in what may be shared")
        digest = seal(stage, facts, settings, identifiers)
        tell("publishing")
        publish(stage, settings.outputs_folder / settings.slug)
    shutil.rmtree(failed, ignore_errors=True)
    return f"{settings.slug}, manifest {digest}"


def _require_same_basis(stage: Path, facts: dict[str, Any]) -> None:
    """Refuse a notebook that did not end, or that read another register than was checked."""
    marker = stage / FINISHED
    if not marker.is_file():
        raise PublicationError("The notebook ended without its files. Nothing was published.")
    if json.loads(marker.read_text(encoding="utf-8"))["basis"] != facts["basis"]:
        raise RegisterError("Audits were recorded while this run was at work. Run again.")
    marker.unlink()


def _finish(settings: AnalysisSettings, run_id: str, state: str, detail: str) -> None:
    with Register.open(settings.register_location) as register:
        register.finish_run(run_id, state=state, detail=detail)


def _page(settings: AnalysisSettings) -> str:
    return f"shareable/{settings.STEM}.html"


def _restricted_page(settings: AnalysisSettings) -> str:
    return f"restricted/{settings.STEM}_restricted.html"


def _pdf(settings: AnalysisSettings) -> str:
    return f"shareable/{settings.STEM}.pdf"


def _files(analysis: Analysis, settings: AnalysisSettings) -> tuple[tuple[str, str], ...]:
    """Give what the folder holds, and what it is for."""
    return (
        (_restricted_page(settings), "the page for named readers"),
        (_page(settings), "the page for everybody"),
        (_pdf(settings), "the same, printed"),
        *analysis.files,
        (MANIFEST, "parameters, fingerprints"),
    )


def _write_pages(
    stage: Path,
    executed: NotebookNode,
    analysis: Analysis,
    settings: AnalysisSettings,
    facts: dict[str, Any],
) -> None:
    with Register.open(settings.register_location) as register:
        released = set(register.releases(settings.slug)["fingerprint"])
        head = register.head()
    span = analysis.span(settings)
    write_pages(
        stage,
        executed,
        shareable=_page(settings),
        restricted=_restricted_page(settings),
        notebook=analysis.file,
        title=f"{settings.whose}: {analysis.title}, {span}",
        question=analysis.question,
        provenance={
            "Authority": settings.authority,
            analysis.span_of: span,
            analysis.basis_of_what: str(facts["basis"]),
            "Head of the register": head,
            "Made with": f"qa-sampling {__version__}",
        },
        released=released,
    )
