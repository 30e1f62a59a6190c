"""A scheduled run: validate, then do what the notebook asks for. Safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting.browser import find_browser
from qa_sampling.runs.analysis_run import run_analysis
from qa_sampling.runs.plan.run import run_plan
from qa_sampling.runs.result import Progress, RunResult
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.plan import MonthlyAuditPlan


def run(
    notebook: str,
    values: Mapping[str, Any],
    *,
    dry_run: bool = False,
    pdf: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Run a notebook with these parameters and publish what it makes.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number.
    values : mapping
        Parameters; an unknown name is refused.
    dry_run : bool
        Check everything, write nothing, draw nothing.
    pdf : bool
        Also print the shareable page to PDF, by an installed Chrome, Chromium or Edge.
    progress : callable, optional
        Told each step in words.

    Returns
    -------
    RunResult

    Raises
    ------
    ParameterError, ExtractError, FrameError, AllocationError
        Before the kernel starts, with nothing written; also when there is no browser for a PDF.
    SeedNeeded
        When a plan's frame is fixed and waits for its seed.
    QASamplingError
        Whatever else was refused on purpose.
    """
    settings = read_parameters(notebook, values, closed=True)
    if not isinstance(settings, MonthlyAuditPlan | AnalysisSettings):
        raise ParameterError(
            f"{notebook} is worked with in JupyterLab and publishes nothing: `qa-sampling lab`. "
            "What it saves is run as monthly_audit_plan."
        )
    browser = find_browser() if pdf else None
    tell = progress or (lambda step: None)
    if isinstance(settings, MonthlyAuditPlan):
        return run_plan(settings, dry_run=dry_run, browser=browser, progress=tell)
    return run_analysis(notebook, settings, dry_run=dry_run, browser=browser, progress=tell)
