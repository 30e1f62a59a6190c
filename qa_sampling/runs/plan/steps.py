"""The steps of a month's plan between its inputs and its files, one call each.

The notebook says them one after the other; the runner tries the first of them before a
kernel starts.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from qa_sampling import __version__
from qa_sampling.errors import (
    RegisterError,
    VerificationError,
)
from qa_sampling.records import keys
from qa_sampling.records.recorded_draw import FixedFrame, RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import Inputs, known_by
from qa_sampling.runs.owed_beside import audits_beside
from qa_sampling.runs.plan.keys import require_own_key, returning_links
from qa_sampling.runs.plan.seeds import settle_seed
from qa_sampling.runs.yearly_secrets import commit_secret
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.coordination import next_starts
from qa_sampling.sampling.frame import Eligibility, build_frame, frame_snapshot
from qa_sampling.sampling.independence import without_eligible_auditor
from qa_sampling.sampling.plan import Assignment, AuditPlan, Draw, Frame
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import ASSIGNMENTS, DEEP_DIVE, PAST_AUDITS
from qa_sampling.settings.plan import MonthlyAuditPlan

DECIDE_THE_DRAW = (
    *Eligibility.__dataclass_fields__,
    *Size.__dataclass_fields__,
    *("strata_rows", "strata_columns", "pool_below", "rotation_seed", "audit_all"),
)
"""Parameters that decide who can be drawn and how: fixed with the frame, before the seed."""
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
    drawn = None if register is None else drawn_before(settings, register)
    before = [table for table in (inputs.past_audits, drawn) if table is not None]
    past = pd.concat([table for table in before if len(table)] or [PAST_AUDITS.empty()])
    if returned := returning_links(settings, inputs, register):
        past = past.replace({"case_ref": returned})
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


def drawn_before(settings: MonthlyAuditPlan, register: Register) -> pd.DataFrame:
    """Give the audits that the register knew of when this frame was fixed.

    Cases read in a deep dive are not among them, unless re-audits are drawn: they were chosen by
    what happened to them, and a month that left them out would not speak for all cases.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    register : Register
        Earlier draws and audits.
    """
    known = register.past_audits(known_to=(settings.period, settings.design))
    if not settings.last_graded:
        known = known[~known["design"].str.startswith(DEEP_DIVE)]
    return known_by(known, settings)


def roles_by_reference(inputs: Inputs) -> pd.DataFrame | None:
    """Give the roles in cases by reference instead of number; None when they are not known."""
    if inputs.case_roles is None:
        return None
    numbers = inputs.case_roles["child_id"]
    found = {number: pseudonym(number, inputs.key) for number in numbers.unique()}
    return inputs.case_roles.assign(case_ref=numbers.map(found)).drop(columns="child_id")


def fix_plan_frame(
    settings: MonthlyAuditPlan, inputs: Inputs, frame: Frame, register: Register
) -> FixedFrame:
    """Fix the frame in the register, before its seed is known; again gives the fixed one.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters; they are kept with the frame.
    inputs : Inputs
        Holds the key of the references; only its id is kept.
    frame : Frame
        The frame to fix.
    register : Register
        Where it is fixed.

    Raises
    ------
    RegisterError
        When another frame, or other parameters, are fixed for this period and design; when another
        design's frame waits for its draw; when the references are of another key.
    """
    if settings.is_invented:
        commit_secret(settings, register)
    key_id = keys.Key(inputs.key).key_id
    require_own_key(settings, key_id, register)
    if returned := returning_links(settings, inputs, register):
        register.record_links(returned, new_key_id=key_id)
    fixed = register.fix_frame(
        period=settings.period,
        design=settings.design,
        fingerprint=frame.fingerprint,
        snapshot=frame_snapshot(frame.cases),
        parameters=settings.record() | {"key_id": key_id},
        alone=settings.not_audited_within_months > 0,
    )
    require_same(settings, fixed)
    return fixed


def require_same(settings: MonthlyAuditPlan, fixed: FixedFrame) -> None:
    """Refuse parameters that would make another draw than the frame was fixed for.

    Who audits, the form and words may still change until the draw is committed.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    fixed : FixedFrame
        The frame and the parameters it was fixed with.

    Raises
    ------
    RegisterError
        With every parameter that differs.
    """
    usual = MonthlyAuditPlan(period=settings.period).record()
    before, now = usual | fixed.parameters, settings.record()
    changed = [name for name in DECIDE_THE_DRAW if before.get(name) != now.get(name)]
    if changed:
        listed = ", ".join(f"`{name}` {before.get(name)!r} → {now[name]!r}" for name in changed)
        raise RegisterError(
            f"The frame of {settings.slug} was fixed for other parameters ({listed}), and they "
            f"decide the draw. Run with the parameters it was fixed for, choose another `design`, "
            f"or agree a redraw with a reason (`qa-sampling redraw`)."
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
    recorded = register.find_draw(settings.period, settings.design)
    starts = starts_of(settings, register) if recorded is None else None
    draw = draw_sample(
        frame,
        settings.size_of(frame.cases["family_ref"].tolist()),
        seed=settle_seed(settings, fixed, register),
        ticket_seed=settings.rotation_seed,
        start_after=recorded.parameters["start_after"] if starts is None else starts,
    )
    if recorded is not None and recorded.sample_fingerprint != draw.fingerprint:
        raise VerificationError(
            f"{recorded.draw_id} is recorded with another sample than its seed and frame give now. "
            f"Use qa-sampling {recorded.library_version}, and tell whoever maintains this package."
        )
    return draw


def assign_plan(
    settings: MonthlyAuditPlan, inputs: Inputs, frame: Frame, draw: Draw, register: Register
) -> Assignment:
    """Give every sampled case an auditor, and some a moderator; none without a staff list.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        Staff and roles in cases.
    frame, draw : Frame, Draw
        The frame and its draw.
    register : Register
        Gives the recorded assignment back when the month was drawn before.

    Raises
    ------
    AssignmentError
        When no assignment meets the rules, with the smallest relaxation that helps.
    """
    recorded = register.find_draw(settings.period, settings.design)
    if recorded is not None:
        return recorded.assignment
    return try_assignment(settings, inputs, frame, draw, register)


def try_assignment(
    settings: MonthlyAuditPlan, inputs: Inputs, frame: Frame, draw: Draw, register: Register | None
) -> Assignment:
    """Assign as :func:`assign_plan` does, whatever is recorded of this month.

    Cases that auditors read in a deep dive of the same weeks count towards their caps. What they
    audit in other plans does not: each has caps of its own.

    Parameters
    ----------
    settings : MonthlyAuditPlan
        Checked parameters.
    inputs : Inputs
        Staff and roles in cases.
    frame, draw : Frame, Draw
        A frame and a draw, or a trial of one.
    register : Register or None
        Knows the deep dives; None when there is no register yet.
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
    roles, rules = roles_by_reference(inputs), settings.rules
    if register is not None:
        weeks = {"first": settings.extract_day, "last": settings.due_day}
        rules = replace(rules, beside=audits_beside(register, **weeks, dives_only=True))
    return assign(sampled, inputs.staff, rules=rules, seed=draw.seed, case_roles=roles)


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
