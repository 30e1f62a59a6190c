"""The steps of a month's plan between its inputs and its files, one call each.

The notebook says them one after the other; the runner tries the first of them before a
kernel starts.
"""

from __future__ import annotations

import hashlib

import pandas as pd

from qa_sampling import __version__
from qa_sampling.errors import ParameterError, RegisterError, SecretError, SeedNeeded
from qa_sampling.inputs import Inputs
from qa_sampling.records import keys
from qa_sampling.records.recorded_draw import FixedFrame, RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.coordination import next_starts
from qa_sampling.sampling.frame import build_frame, frame_snapshot
from qa_sampling.sampling.independence import without_eligible_auditor
from qa_sampling.sampling.plan import Assignment, AuditPlan, Draw, Frame
from qa_sampling.sampling.selection import draw_sample
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import ASSIGNMENTS, PAST_AUDITS
from qa_sampling.settings import MonthlyAuditPlan, Settings, home

_INVENTED_SECRET = keys.Key(
    hashlib.sha256(b"qa-sampling: the invented authority's yearly secret, no secret").digest()
)
_NO_STAFF = "No staff list was given: auditors and moderators are found by hand."


def frame_of(settings: MonthlyAuditPlan, inputs: Inputs, register: Register | None) -> Frame:
    """Build the frame as the settings ask, with what the register knew when it was fixed.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        What the run works on.
    register : Register or None
        Earlier draws and audits; those after this frame was fixed do not count, so that a
        run that is repeated builds the same frame. None when there is no register yet.
    """
    known = (settings.period, settings.design)
    drawn = None if register is None else register.past_audits(known_to=known)
    before = [table for table in (inputs.past_audits, drawn) if table is not None]
    past = pd.concat([table for table in before if len(table)] or [PAST_AUDITS.empty()])
    blocked: list[str] = []
    if inputs.staff is not None:
        referred = inputs.cases.assign(case_ref=_references(inputs.cases, inputs.key))
        roles = roles_by_reference(inputs)
        blocked = without_eligible_auditor(referred, inputs.staff, roles, rules=settings.rules)
    return build_frame(
        inputs.cases,
        settings.eligibility,
        rows=settings.strata_rows,
        columns=settings.strata_columns,
        as_at=settings.extract_day,
        key=inputs.key,
        families=inputs.families,
        restricted=inputs.restricted,
        past_audits=past,
        without_auditor=blocked,
        pool_below=settings.pool_below,
    )


def roles_by_reference(inputs: Inputs) -> pd.DataFrame | None:
    """Give the roles in cases by reference instead of number; None when they are not known."""
    if inputs.case_roles is None:
        return None
    numbers = inputs.case_roles["child_id"]
    found = {number: pseudonym(number, inputs.key) for number in numbers.unique()}
    return inputs.case_roles.assign(case_ref=numbers.map(found)).drop(columns="child_id")


def commit_secret(settings: Settings, register: Register) -> bool:
    """Record the commitment to the year's secret, if there is one; say whether there is."""
    secret = _secret(settings)
    if secret is None:
        return False
    try:
        register.record_commitment(settings.period_start.year, keys.commitment(secret))
    except RegisterError:
        if register.commitment(settings.period_start.year) != keys.commitment(secret):
            return False
    return True


def settle_seed(settings: MonthlyAuditPlan, fixed: FixedFrame, register: Register) -> str:
    """Give the seed of a fixed frame: recorded, given after the fixing, or from the secret.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    fixed : FixedFrame
        The frame as the register fixed it.
    register : Register
        Holds the draw, if there is one, and the commitment to the year's secret.

    Raises
    ------
    SeedNeeded
        When the seed has yet to be thrown, or was chosen before the frame was fixed.
    ParameterError
        When it is too short, or is the seed of another draw.
    """
    drawn = register.find_draw(settings.period, settings.design)
    if drawn is not None:
        return drawn.seed
    if settings.seed and fixed.found:
        _require_fresh(settings.seed, register)
        return keys.check_seed(settings.seed)
    secret = _secret(settings)
    year = settings.period_start.year
    committed = secret is not None and register.commitment(year) == keys.commitment(secret)
    if committed and not settings.seed:
        redraw = fixed.redraw
        names = (settings.period, settings.design, fixed.fingerprint)
        return keys.seed_from_secret(secret, *names, redraw=redraw)
    early = "A seed chosen before the frame was fixed does not count. " if settings.seed else ""
    raise SeedNeeded(
        f"The frame of {settings.slug} is fixed (fingerprint {fixed.fingerprint[:16]}…) and waits "
        f"for its seed. {early}Throw at least ten dice now, before witnesses, and run again with "
        f'-p seed "the digits, as thrown". For unattended runs commit a yearly secret beforehand '
        f"(`qa-sampling secret {year + 1}`)."
    )


def fix_plan_frame(settings: MonthlyAuditPlan, frame: Frame, register: Register) -> FixedFrame:
    """Fix the frame in the register, before its seed is known; again gives the fixed one.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters; they are kept with the frame.
    frame : Frame
        The frame to fix.
    register : Register
        Where it is fixed; the commitment to the year's secret goes there first.

    Raises
    ------
    RegisterError
        When another frame is fixed for this period and design.
    """
    commit_secret(settings, register)
    return register.fix_frame(
        period=settings.period,
        design=settings.design,
        fingerprint=frame.fingerprint,
        snapshot=frame_snapshot(frame.cases),
        parameters=settings.record(),
    )


def draw_plan(
    settings: MonthlyAuditPlan, frame: Frame, fixed: FixedFrame, register: Register
) -> Draw:
    """Draw the sample of a fixed frame with its seed (see :func:`settle_seed`).

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    frame : Frame
        The frame.
    fixed : FixedFrame
        The same, as the register fixed it.
    register : Register
        Knows the seed of a draw that was made, and where a rotation goes on.
    """
    return draw_sample(
        frame,
        settings.size,
        seed=settle_seed(settings, fixed, register),
        ticket_seed=settings.rotation_seed,
        start_after=starts_of(settings, register),
    )


def assign_plan(settings: MonthlyAuditPlan, inputs: Inputs, frame: Frame, draw: Draw) -> Assignment:
    """Give every sampled case an auditor, and some a moderator; none without a staff list.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        Staff and roles in cases.
    frame, draw : Frame, Draw
        The frame and its draw.

    Raises
    ------
    AssignmentError
        When no assignment meets the rules, with the smallest relaxation that helps.
    """
    if inputs.staff is None:
        loads = ["staff_id", "role", "team", "service", "cap", "audits", "moderations"]
        checks = ["rule", "held", "cannot_be_guaranteed"]
        return Assignment(
            table=ASSIGNMENTS.empty(),
            loads=pd.DataFrame(columns=loads, dtype="str"),
            checks=pd.DataFrame([("Auditors", "Not assigned.", _NO_STAFF)], columns=checks),
            parameters={},
        )
    sampled = frame.cases[frame.cases["case_ref"].isin(draw.cases["case_ref"])]
    roles = roles_by_reference(inputs)
    return assign(sampled, inputs.staff, rules=settings.rules, seed=draw.seed, case_roles=roles)


def commit_plan(
    settings: MonthlyAuditPlan, draw: Draw, assignment: Assignment, register: Register
) -> RecordedDraw:
    """Commit the draw: this is the draw. One that was made before is given back instead.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    draw, assignment : Draw, Assignment
        What is committed.
    register : Register
        Where it is kept.
    """
    return register.commit_draw(
        period=settings.period,
        design=settings.design,
        draw=draw,
        assignment=assignment,
        as_at=settings.extract_day,
        due=settings.due_day,
        title=settings.title,
        library_version=__version__,
    )


def audit_plan(
    recorded: RecordedDraw, frame: Frame, settings: MonthlyAuditPlan, inputs: Inputs
) -> AuditPlan:
    """Put the recorded draw, its frame and what cannot be guaranteed together.

    Parameters
    ----------
    recorded : RecordedDraw
        What the register holds; this is the draw.
    frame : Frame
        The frame it was drawn from.
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        What the run works on.
    """
    checks = recorded.assignment.checks["cannot_be_guaranteed"]
    notes = dict.fromkeys([*inputs.cannot_guarantee, *(text for text in checks if text)])
    return AuditPlan(
        period=settings.period,
        design=settings.design,
        title=recorded.title,
        as_at=recorded.as_at,
        due=recorded.due,
        frame=frame,
        draw=recorded.draw,
        assignment=recorded.assignment,
        draw_id=recorded.draw_id,
        notes=tuple(notes),
    )


def _require_fresh(seed: str, register: Register) -> None:
    """Refuse the seed of another draw: its tickets, and so its cases, would be the same."""
    earlier = register.draws().set_index("seed")["draw_id"]
    if seed in earlier.index:
        raise ParameterError(
            f"`seed` is the seed of {earlier[[seed]].iloc[0]}; the same tickets would come again. "
            f"Throw the dice anew."
        )


def starts_of(settings: MonthlyAuditPlan, register: Register) -> dict[str, str]:
    """Give where the rotation goes on in each stratum; empty without permanent tickets."""
    if not settings.rotation_seed:
        return {}
    table = register.draws()
    earlier = table[(table["period"] < settings.period) & ~table["superseded"]]
    names = earlier.sort_values("period")["draw_id"]
    draws: list[Draw] = [register.get_draw(name).draw for name in names]
    return next_starts(draws, settings.rotation_seed)


def _references(cases: pd.DataFrame, key: bytes) -> list[str]:
    return [pseudonym(number, key) for number in cases["child_id"]]


def _secret(settings: Settings) -> keys.Key | None:
    if settings.is_invented:
        return _INVENTED_SECRET
    try:
        outside = (home(), settings.outputs_folder)
        return keys.yearly_secret(settings.period_start.year, never_inside=outside)
    except SecretError:
        return None
