"""Auditors and moderators to cases: independent, within caps, loads level, reproducible.

    cases + staff + case roles -> conflicts -> integer programme -> random moderation phase
    -> integer programme for the moderators -> Assignment

Nothing is drawn but by tickets, so the same seed text gives the same assignment whatever
the row order. What is guaranteed of uniqueness is said in
:mod:`qa_sampling.sampling.assignment_programme`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.errors import AssignmentError
from qa_sampling.sampling.assignment_checks import checks_table
from qa_sampling.sampling.assignment_explanation import explain
from qa_sampling.sampling.assignment_problem import AssignmentProblem
from qa_sampling.sampling.assignment_programme import Programme, Share, Spread, solve
from qa_sampling.sampling.assignment_relaxation import Candidates, Relaxation, find_relaxation
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import own_caps
from qa_sampling.sampling.independence import (
    OWN_SERVICE,
    OWN_TEAM,
    combined,
    conflicts,
    eligible_pairs,
    label_keys,
    name_keys,
    without_eligible_auditor,
)
from qa_sampling.sampling.moderation_phase import ModerationPhase, moderation_phase
from qa_sampling.sampling.plan import Assignment
from qa_sampling.schema import STAFF

__all__ = [
    "AssignmentRules",
    "assign",
    "conflicts",
    "eligible_pairs",
    "smallest_relaxation",
    "without_eligible_auditor",
]

WORKER_AGAIN, OTHER_SERVICE, TEAM_AGAIN = 9, 3, 1
"""Costs among the preferences: a second case of one worker for one auditor, a case of another
service, a second case of one team."""

_SWITCHES = {OWN_SERVICE: "allow_own_service", OWN_TEAM: "allow_own_team"}
_AWAY = "away for the whole period"


def assign(
    cases: pd.DataFrame,
    staff: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
    seed: str,
    case_roles: pd.DataFrame | None = None,
) -> Assignment:
    """Give each sampled case an auditor, and the cases of the random moderation phase a moderator.

    Parameters
    ----------
    cases : DataFrame
        One row a sampled case: `case_ref`, `team`, `service`, `worker`. Further columns are
        ignored.
    staff : DataFrame or None
        Columns of ``schema.STAFF``; list social workers too, so that names and lines of
        management can be matched.
    rules : AssignmentRules
        Independence, caps, role shares and the moderation phase.
    seed : str
        Seed text, as published.
    case_roles : DataFrame, optional
        `case_ref`, `staff_id`, `role`, `start`, `end`: who has or had a role in which case.

    Returns
    -------
    Assignment
        Tables sorted by `case_ref` and `staff_id`. No cases give an empty table.

    Raises
    ------
    AssignmentError
        When nobody may audit, when the rules and caps cannot be met (with what binds and the
        smallest relaxation that helps), or when the rules demand role shares or a moderation
        phase that cannot be had.
    SchemaError
        When a table is not as declared.

    Notes
    -----
    Goals, each met as well as can be without giving up one before it: role shares; loads
    level relative to caps; few repeats of a worker or a team for one auditor and peers from
    the same service; the pairs' tickets (purpose "assignment", reference ``case_ref``, the
    unit separator, ``staff_id``). Moderators likewise: nobody in line with the auditor
    unless the rules allow it and nobody else can; loads level; different auditors; tickets.
    """
    if staff is None:
        staff = STAFF.empty()
    problem = AssignmentProblem.of(cases, staff, case_roles, rules)
    auditor = _auditors(problem, seed)
    phase = moderation_phase(problem, auditor, seed)
    return _assembled(problem, auditor, phase, seed)


def smallest_relaxation(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None = None,
    *,
    rules: AssignmentRules,
) -> Relaxation:
    """Find what keeps cases from having auditors, and the smallest relaxation that helps.

    When the rules can be met nothing is relaxed and ``is_needed`` is False.

    Parameters
    ----------
    cases : DataFrame
        One row a sampled case: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    case_roles : DataFrame, optional
        `case_ref`, `staff_id`, `end` (and more): who has or had a role in which case.
    rules : AssignmentRules
        Independence and caps.

    Raises
    ------
    SchemaError
        When a table is not as declared.
    """
    return find_relaxation(_audit_candidates(AssignmentProblem.of(cases, staff, case_roles, rules)))


def _auditors(problem: AssignmentProblem, seed: str) -> np.ndarray:
    """Give the staff row of each case's auditor."""
    if problem.cases.empty:
        return np.zeros(0, dtype=int)
    if not problem.may_audit.any():
        raise AssignmentError(
            "Nobody on the staff list may audit, so no case can be given an auditor. Fill in "
            "`may_audit` for those who may, or give a staff list."
        )
    rules = problem.rules
    programme = Programme(
        eligible=problem.free & problem.may_audit,
        caps=problem.audit_caps,
        tickets=problem.tickets(seed, problem.may_audit),
        avoided=np.zeros(problem.free.shape, dtype=np.int64),
        penalties=_other_service(problem),
        spreads=_audit_spreads(problem),
        shares=tuple(
            Share(problem.of_role(role), rules.role_minimum(role, len(problem.cases)))
            for role in sorted(rules.role_shares)
        ),
    )
    auditor = solve(programme)
    if auditor is None:
        raise AssignmentError(_infeasible(problem))
    if rules.role_shares_required:
        _demand_role_shares(problem, auditor)
    return auditor


def _other_service(problem: AssignmentProblem) -> np.ndarray:
    if not problem.rules.prefer_other_team_same_service:
        return np.zeros(problem.free.shape, dtype=np.int64)
    mine, theirs = label_keys(problem.cases["service"]), label_keys(problem.staff["service"])
    same = (mine[:, None] == theirs) & (mine != "")[:, None]
    return np.where(same, 0, OTHER_SERVICE).astype(np.int64)


def _audit_spreads(problem: AssignmentProblem) -> tuple[Spread, ...]:
    if not problem.rules.spread_over_workers:
        return ()
    return (
        Spread(_codes(name_keys(problem.cases["worker"])), WORKER_AGAIN),
        Spread(_codes(label_keys(problem.cases["team"])), TEAM_AGAIN),
    )


def _codes(keys: np.ndarray) -> np.ndarray:
    codes = np.unique(keys, return_inverse=True)[1]
    return np.where(keys == "", -1, codes)


def _demand_role_shares(problem: AssignmentProblem, auditor: np.ndarray) -> None:
    short = []
    for role in sorted(problem.rules.role_shares):
        asked = problem.rules.role_minimum(role, len(auditor))
        given = int(problem.of_role(role)[auditor].sum())
        if given < asked:
            short.append(f"{role}: {asked} asked, {given} can be given")
    if short:
        raise AssignmentError(
            f"The role shares cannot all be met ({'; '.join(short)}). Ask for no more than can "
            "be given, raise those auditors' caps, or set `role_shares_required` to false."
        )


def _audit_candidates(problem: AssignmentProblem) -> Candidates:
    members = np.flatnonzero(problem.may_audit)
    caps = problem.audit_caps[members]
    there = problem.days_present[members] > 0
    masks = {reason: mask[:, members] for reason, mask in problem.masks.items()}
    team, service = masks[OWN_TEAM], masks[OWN_SERVICE]
    grave = combined({name: mask for name, mask in masks.items() if name not in _SWITCHES})
    return Candidates(
        teams=problem.teams.tolist(),
        staff=problem.names(members),
        eligible=problem.free[:, members] & there,
        caps=caps,
        can_take_more=there,
        waivable={
            OWN_SERVICE: ~grave & service & ~team & there,
            OWN_TEAM: ~grave & team & there,
        },
        reasons={
            OWN_TEAM: team,
            OWN_SERVICE: service,
            **masks,
            _AWAY: np.broadcast_to(~there, team.shape),
        },
    )


def _infeasible(problem: AssignmentProblem) -> str:
    relaxation = find_relaxation(_audit_candidates(problem))
    switches = dict(_SWITCHES)
    if not problem.rules.allow_own_service:
        switches[OWN_TEAM] += "` and `" + switches[OWN_SERVICE]
    own = own_caps(problem.staff, problem.rules)
    caps = problem.raised_caps(relaxation.raised, own, problem.beside)
    told = explain(relaxation, person="auditor", cap="monthly_cap", caps=caps, switches=switches)
    owed = int(problem.beside[problem.may_audit].sum())
    return f"{told} {owed} audits owed elsewhere in these weeks are counted." if owed else told


def _assembled(
    problem: AssignmentProblem,
    auditor: np.ndarray,
    phase: ModerationPhase,
    seed: str,
) -> Assignment:
    staff = problem.staff
    numbers = np.append(staff["staff_id"].to_numpy(dtype=object), None)
    roles = np.append(staff["role"].to_numpy(dtype=object), None)
    table = pd.DataFrame(
        {
            "case_ref": problem.cases["case_ref"].astype("str"),
            "auditor_id": pd.Series(numbers[auditor], dtype="str"),
            "auditor_role": pd.Series(roles[auditor], dtype="str"),
            "moderator_id": pd.Series(numbers[phase.moderator], dtype="str"),
            "moderation_probability": phase.probability,
        }
    )
    loads = staff[["staff_id", "role", "team", "service"]].copy()
    loads["cap"] = problem.audit_caps
    loads["audits"] = np.bincount(auditor + 1, minlength=len(staff) + 1)[1:]
    loads["moderations"] = np.bincount(phase.moderator + 1, minlength=len(staff) + 1)[1:]
    active = problem.may_audit | problem.may_moderate
    return Assignment(
        table=table,
        loads=loads[active].reset_index(drop=True),
        checks=checks_table(problem, auditor, phase),
        parameters={**problem.rules.as_parameters(), "seed": seed},
    )
