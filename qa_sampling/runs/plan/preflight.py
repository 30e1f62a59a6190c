"""Before a run: would it work? Nothing is written, and no case is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.errors import NothingToReAudit, ParameterError
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs, load_inputs
from qa_sampling.runs.plan.steps import frame_of, try_assignment
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import draw_sample
from qa_sampling.settings.common import home
from qa_sampling.settings.plan import MonthlyAuditPlan

_TRIAL_SEED = "a trial of the sizes, thrown away: not a draw"


@dataclass(frozen=True)
class Preflight:
    """What a run would work on.

    Attributes
    ----------
    inputs : Inputs
        What was read. Restricted.
    frame : Frame
        The frame it would fix.
    expected : DataFrame
        Expected audits by row and column of the strata: `margin`, `label`, `cases`, `expected`.
    """

    inputs: Inputs
    frame: Frame
    expected: pd.DataFrame


def check_plan(
    settings: MonthlyAuditPlan,
    register: Register | None,
    *,
    progress: Callable[[str], None] | None = None,
) -> Preflight:
    """Read the inputs, build the frame and try the sizes.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    register : Register or None
        Earlier draws; None when there are none yet.
    progress : callable, optional
        Told each step in words.

    Raises
    ------
    QASamplingError
        Whatever would stop the run: parameters that do not fit the data, unreadable files …
    """
    form = home() / "parameters" / "forms" / f"{settings.form}.yml"
    if not form.is_file():
        known = ", ".join(sorted(path.stem for path in form.parent.glob("*.yml"))) or "none"
        raise ParameterError(
            f"`form`: there is no form {settings.form!r} in parameters/forms; known: {known}."
        )
    _check_paths(settings)
    inputs = load_inputs(settings, progress=progress)
    if progress:
        progress("building the frame and trying the sizes")
    frame = frame_of(settings, inputs, register)
    if settings.last_graded and frame.cases.empty:
        raise NothingToReAudit(
            f"No case asks for {settings.slug}: none that is open was last graded "
            f"{' or '.join(settings.last_graded)} in the months that count, or an exclusion holds. "
            "Nothing was drawn."
        )
    trial = draw_sample(
        frame, settings.size_of(frame.cases["family_ref"].tolist()), seed=_TRIAL_SEED
    )
    try_assignment(settings, inputs, frame, trial, register)
    parts = []
    for margin in ("row", "column"):
        sums = trial.allocation.groupby(margin)[["population", "target"]].sum().reset_index()
        parts.append(sums.set_axis(["label", "cases", "expected"], axis=1).assign(margin=margin))
    expected = pd.concat(parts, ignore_index=True)[["margin", "label", "cases", "expected"]]
    return Preflight(inputs, frame, expected)


def _check_paths(settings: MonthlyAuditPlan) -> None:
    for path in settings.extract_paths:
        if not path.exists():
            raise ParameterError(f"`extract`: {path} does not exist. Check how it is typed.")
    if settings.extra_tables and not Path(settings.place(settings.extra_tables)).is_dir():
        raise ParameterError(
            "`extra_tables` must name a folder; `qa-sampling templates` makes one."
        )
