"""A run of the monthly plan: try, fix the frame, execute, publish. All or nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_sampling import __version__
from qa_sampling.errors import PublicationError, RegisterError
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import moment_in_words
from qa_sampling.reporting.pdf import write_pdf
from qa_sampling.runs.execution import execute
from qa_sampling.runs.inputs import open_register, register_is_there
from qa_sampling.runs.pages import write_pages
from qa_sampling.runs.plan.outputs import (
    FINISHED,
    blind_of,
    is_whole,
    plan_facts,
    released_of,
    require_no_case,
)
from qa_sampling.runs.plan.preflight import Preflight, check_plan
from qa_sampling.runs.plan.seeds import settle_seed
from qa_sampling.runs.plan.steps import fix_plan_frame, require_same
from qa_sampling.runs.publication import (
    MANIFEST,
    digest_of,
    only_run,
    publish,
    stage_for,
    write_manifest,
)
from qa_sampling.runs.result import Outcome, Progress, RunResult
from qa_sampling.sampling.plan import folder_name
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan

if TYPE_CHECKING:
    pass

NOTEBOOK = "monthly_audit_plan"
FILE = "10_monthly_audit_plan.ipynb"
PAGE = "shareable/audit_plan.html"
PDF = "shareable/audit_plan.pdf"
RESTRICTED_PAGE = "restricted/audit_plan_restricted.html"

_SEED_NOT_USED = "The seed given was not used: this month had been drawn before, with another."

FILES = (
    ("restricted/audit_plan_*.xlsx", "the coordinator's workbook"),
    ("restricted/forms", "a form for each auditor"),
    ("restricted/verification", "what anyone needs to verify the draw"),
    (RESTRICTED_PAGE, "the run's page, for named readers"),
    (PAGE, "the plan's page, for everybody"),
    (PDF, "the same, printed"),
    ("shareable/audit_plan_tables.xlsx", "its tables, to share; also as CSV"),
    (MANIFEST, "parameters, seed, fingerprints"),
)
"""What a plan leaves, by pattern, and what it is for."""


def run_plan(
    settings: MonthlyAuditPlan, *, dry_run: bool, browser: Path | None, progress: Progress
) -> RunResult:
    """Make a month's plan with these parameters and publish it.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    dry_run : bool
        Check everything, write nothing, draw nothing.
    browser : Path or None
        Browser that prints the page to PDF as well; None for no PDF.
    progress : callable
        Told each step in words.

    Raises
    ------
    SeedNeeded
        When the frame is fixed and waits for its seed.
    QASamplingError
        Whatever else was refused on purpose.
    """
    if dry_run:
        return RunResult("checked", preflight=_try(settings, progress))
    with only_run(settings.outputs_folder, settings.slug):
        return _run(settings, progress, browser)


def _run(settings: MonthlyAuditPlan, tell: Progress, browser: Path | None) -> RunResult:
    recorded = _recorded(settings)
    if recorded is not None:
        folder = _target(settings, recorded.redraw)
        if folder.exists() and is_whole(folder, recorded) and _has_pages(folder, browser):
            _note_publication(settings, recorded, folder)
            note = _SEED_NOT_USED if settings.seed not in ("", recorded.seed) else ""
            return _result("already published", folder, recorded, note)
    preflight = _try(settings, tell)
    with open_register(settings) as register:
        tell("fixing the frame")
        fixed = fix_plan_frame(settings, preflight.inputs, preflight.frame, register)
        settle_seed(settings, fixed, register)
        run_id = register.record_run(
            notebook=NOTEBOOK,
            period=settings.period,
            design=settings.design,
            parameters=settings.record(),
            library_version=__version__,
        )
        try:
            result = _execute(settings, preflight, tell, browser)
        except BaseException as error:
            register.finish_run(run_id, state="failed", detail=type(error).__name__)
            raise
        register.finish_run(run_id, state="completed", draw_id=result.name)
    return result


def _result(outcome: Outcome, folder: Path, recorded: RecordedDraw, note: str = "") -> RunResult:
    return RunResult(outcome, folder, recorded.draw_id, files=FILES, verifiable=True, note=note)


def _has_pages(folder: Path, browser: Path | None) -> bool:
    """Say whether a publication has the page, and the PDF where that is asked for."""
    return all((folder / name).is_file() for name in (PAGE, *([PDF] if browser else [])))


def _execute(
    settings: MonthlyAuditPlan,
    preflight: Preflight,
    tell: Progress,
    browser: Path | None,
) -> RunResult:
    failed = settings.outputs_folder / "restricted" / f"failed-{settings.slug}"
    with stage_for(settings.outputs_folder, settings.slug) as stage:
        tell("starting the notebook")
        executed = execute(
            home() / "notebooks" / FILE,
            settings.plain(),
            stage=stage,
            failed_to=failed,
            progress=lambda done, total: tell(f"notebook: cell {done} of {total}"),
        )
        recorded = _finished(stage, settings)
        tell("making the page")
        facts = plan_facts(recorded, settings, preflight.inputs)
        write_pages(
            stage,
            executed,
            shareable=PAGE,
            restricted=RESTRICTED_PAGE,
            notebook=FILE,
            title=f"{settings.whose}: {facts['title']}, {settings.period_start:%B %Y}",
            question="Which cases are audited this month, by whom, and which are moderated?",
            provenance=_provenance(facts),
            released=released_of(settings, recorded.draw_id),
        )
        if browser:
            tell("printing the PDF")
            write_pdf(stage / PAGE, stage / PDF, browser=browser)
        digest = write_manifest(stage, facts, blind=blind_of(recorded, preflight.inputs))
        tell("looking for case numbers in what may be shared")
        require_no_case(stage, preflight.frame, seed=recorded.seed)
        tell("publishing")
        folder = publish(stage, _target(settings, recorded.redraw))
    with Register.open(settings.register_location) as register:
        register.record_publication(recorded.draw_id, folder.name, digest)
    shutil.rmtree(failed, ignore_errors=True)
    return _result("published", folder, recorded)


def _finished(stage: Path, settings: MonthlyAuditPlan) -> RecordedDraw:
    """Give the draw whose files the notebook wrote to its last cell."""
    marker = stage / FINISHED
    recorded = _recorded(settings)
    if not marker.is_file() or recorded is None:
        raise PublicationError("The notebook ended without its files. Nothing was published.")
    if json.loads(marker.read_text(encoding="utf-8"))["draw_id"] != recorded.draw_id:
        raise RegisterError("A redraw was opened while this run was at work. Run again.")
    marker.unlink()
    return recorded


def _try(settings: MonthlyAuditPlan, tell: Progress) -> Preflight:
    """Try the run with what the register holds, without starting one."""
    if not register_is_there(settings):
        return check_plan(settings, None, progress=tell)
    with open_register(settings, create=_is_url(settings)) as register:
        return check_plan(settings, register, progress=tell)


def _recorded(settings: MonthlyAuditPlan) -> RecordedDraw | None:
    """Give the recorded draw; also hold the parameters to those its frame was fixed for."""
    if not register_is_there(settings):
        return None
    with open_register(settings, create=_is_url(settings)) as register:
        recorded = register.find_draw(settings.period, settings.design)
        fixed = register.find_frame(settings.period, settings.design)
    if fixed is not None:
        require_same(settings, fixed)
    return recorded


def _is_url(settings: MonthlyAuditPlan) -> bool:
    return not isinstance(settings.register_location, Path)


def _target(settings: MonthlyAuditPlan, redraw: int) -> Path:
    return settings.outputs_folder / folder_name(settings.period, settings.design, redraw)


def _note_publication(settings: MonthlyAuditPlan, recorded: RecordedDraw, folder: Path) -> None:
    """Record a publication that a dead run made but could not record any more."""
    with Register.open(settings.register_location) as register:
        register.record_publication(recorded.draw_id, folder.name, digest_of(folder / MANIFEST))


def _provenance(facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "Authority": str(facts["authority"]),
        "Draw": str(facts["draw_id"]),
        "Cases as at": moment_in_words(str(facts["as_at"])),
        "Seed": str(facts["seed"]),
        "Where the seed is from": str(facts["seed_from"]),
        "Frame fixed": moment_in_words(str(facts["frame_fixed_at"])),
        "Drawn": moment_in_words(str(facts["drawn_at"])),
        "Fingerprint of the frame": str(facts["frame_fingerprint"]),
        "Fingerprint of the sample": str(facts["sample_fingerprint"]),
        "Head of the register": str(facts["register_head"]),
        "Made with": f"qa-sampling {facts['written_with']['qa-sampling']}",
    }
