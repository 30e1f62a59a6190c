"""Looking at designs for a month before it is drawn; nothing is fixed, and no case is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.runs.inputs import Inputs, load_inputs, open_register, register_is_there
from qa_sampling.runs.plan.steps import frame_of
from qa_sampling.sampling.comparison import DesignComparison, compare_designs
from qa_sampling.sampling.plan import Frame
from qa_sampling.settings.common import Settings
from qa_sampling.settings.plan import MonthlyAuditPlan

NOT_THE_DESIGN = (*Settings.model_fields, "due", "seed", "rotation_seed")
"""Parameters of a plan that are the authority's, the month's or the draw's, not the design's."""


@dataclass(frozen=True)
class Look:
    """One design, looked at.

    Attributes
    ----------
    settings : MonthlyAuditPlan
        Its checked parameters.
    frame : Frame
        The cases that could be drawn. Restricted.
    comparison : DesignComparison
        What is true of its draws together.
    """

    settings: MonthlyAuditPlan
    frame: Frame
    comparison: DesignComparison


def planning_inputs(settings: Settings) -> Inputs:
    """Read what designs are looked at with; both designs share it.

    Parameters
    ----------
    settings : Settings
        Say which extract and month.
    """
    return load_inputs(settings)


def look_at_design(
    settings: MonthlyAuditPlan,
    inputs: Inputs,
    *,
    name: str,
    draws: int = 40,
    proportion: float = 0.5,
) -> Look:
    """Look at a design over many draws, whose seeds are not the month's.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Its checked parameters.
    inputs : Inputs
        What :func:`planning_inputs` gave.
    name : str
        What the design is called beside another.
    draws : int
        Draws that are simulated, at least 2.
    proportion : float
        Share for which half-widths are told.

    Raises
    ------
    FrameError, AllocationError
        When nobody can be drawn, or the design cannot be met.
    """
    if register_is_there(settings):
        with open_register(settings, create=False) as register:
            frame = frame_of(settings, inputs, register)
    else:
        frame = frame_of(settings, inputs, None)
    size = settings.size_of(frame.cases["family_ref"].tolist())
    comparison = compare_designs(
        frame,
        {name: size},
        staff=inputs.staff,
        rules=settings.rules,
        draws=draws,
        proportion=proportion,
    )
    return Look(settings, frame, comparison)


def side_by_side(*looks: DesignComparison) -> DesignComparison:
    """Put comparisons of one design each beside each other; their frames may differ.

    Parameters
    ----------
    *looks : DesignComparison
        At least one; their designs have different names.

    Raises
    ------
    FrameError
        When two designs have one name, or were looked at in different ways.
    """
    first = looks[0]
    ways = {(one.proportion, one.level, one.explained, one.draws) for one in looks}
    names = [name for one in looks for name in one.summary.columns[2:]]
    if len(ways) > 1 or len(set(names)) < len(names):
        raise FrameError(
            "Designs are put side by side when they have different names and were looked at in the "
            "same way (`draws`, `proportion`)."
        )
    asked = [one.summary.set_index(["question", "unit"]) for one in looks]
    summary = pd.concat(asked, axis=1, sort=False).reset_index()
    tables = {
        part: pd.concat([getattr(one, part) for one in looks], ignore_index=True)
        for part in ("margins", "precision", "balance", "dry")
    }
    return replace(first, summary=summary, **tables)
