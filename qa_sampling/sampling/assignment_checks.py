"""What was held when auditors were assigned, and what cannot be guaranteed, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.sampling.assignment_problem import AssignmentProblem
from qa_sampling.sampling.caps import caps_at_work, own_caps
from qa_sampling.sampling.independence import label_keys, name_keys
from qa_sampling.sampling.moderation_phase import ModerationPhase


def checks_table(
    problem: AssignmentProblem, auditor: np.ndarray, phase: ModerationPhase
) -> pd.DataFrame:
    """Give the rules that were held, how, and what cannot be guaranteed.

    Parameters
    ----------
    problem : AssignmentProblem
        Cases, staff and conflicts.
    auditor : ndarray of int
        Staff row of each case's auditor.
    phase : ModerationPhase
        The moderation phase.

    Returns
    -------
    DataFrame
        `rule`, `held`, `cannot_be_guaranteed` (blank when nothing is in doubt).
    """
    rows = [
        _own_team(problem),
        _own_service(problem),
        _worker(problem),
        _line(problem),
        _case_roles(problem),
        _caps(problem, auditor),
        *(_role_share(problem, auditor, role) for role in sorted(problem.rules.role_shares)),
        _spread(problem, auditor),
        _same_service(problem, auditor),
        _moderation(problem, phase),
        _moderators(problem, phase),
        _mandatory(problem),
    ]
    columns = ["rule", "held", "cannot_be_guaranteed"]
    return pd.DataFrame([row for row in rows if row], columns=columns).astype("str")


Row = tuple[str, str, str]


def _own_team(problem: AssignmentProblem) -> Row:
    if problem.rules.allow_own_team:
        return "Own team", "Not asked: auditors may audit their own team.", ""
    blank = int((label_keys(problem.cases["team"]) == "").sum())
    doubts = [f"The team of {_counted(blank, 'case')} is not recorded."] if blank else []
    outside, doubt = _without_team(problem.staff[problem.may_audit])
    held = f"No auditor or moderator has a case of their own team{outside}."
    return "Own team", held, " ".join([*doubts, doubt]).strip()


def _without_team(auditors: pd.DataFrame) -> tuple[str, str]:
    """Say who is of no team, and in whose line of the staff list one seems to be missing.

    Where everybody of a role is without a team, such as reviewing officers, none is missing.
    """
    blank = pd.Series(label_keys(auditors["team"]) == "", index=auditors.index)
    if not blank.any():
        return "", ""
    if blank.all():
        return "", "No auditor has a team on the staff list, so own teams could not be kept apart."
    lacks = blank & ~blank.groupby(auditors["role"]).transform("all")
    outside = int((blank & ~lacks).sum())
    held = f"; {outside} have none, like all of their role" if outside else ""
    number = int(lacks.sum())
    if not number:
        return held, ""
    roles = ", ".join(sorted(auditors.loc[lacks, "role"].unique()))
    return held, (
        f"{_counted(number, 'auditor')} without a team on the staff list, where others of the role "
        f"have one ({roles}): write it there, so that it can be kept apart."
    )


def _own_service(problem: AssignmentProblem) -> Row | None:
    if problem.rules.allow_own_service:
        return None
    blank = int((label_keys(problem.cases["service"]) == "").sum())
    doubt = f"The service of {_counted(blank, 'case')} is not recorded." if blank else ""
    return "Own service", "No auditor or moderator has a case of their own service.", doubt


def _worker(problem: AssignmentProblem) -> Row:
    held = "No auditor or moderator is the case's allocated worker, by name or staff number."
    keys = name_keys(problem.cases["worker"])
    named = set(name_keys(problem.staff["name"])) | set(name_keys(problem.staff["staff_id"]))
    blank = int((keys == "").sum())
    unknown = sum(key not in named for key in keys[keys != ""])
    doubts = []
    if blank:
        doubts.append(f"The worker of {_counted(blank, 'case')} is not recorded.")
    if unknown:
        doubts.append(
            f"The worker of {_counted(unknown, 'case')} is nobody on the staff list, so that "
            "they are not managed by the auditor rests on the team alone."
        )
    return "Allocated worker", held, " ".join(doubts)


def _line(problem: AssignmentProblem) -> Row:
    levels = problem.rules.manager_levels
    how_far = {None: "at any level", 1: "directly"}.get(levels, f"within {levels} levels")
    held = f"No auditor or moderator manages the case's worker or team, {how_far}."
    manager = problem.staff["line_manager_id"]
    if manager.isna().all():
        return "Line management", held, "The staff list names no line managers."
    unlisted = int((~manager[manager.notna()].isin(problem.staff["staff_id"])).sum())
    doubt = f"The line manager of {unlisted} staff is not on the staff list." if unlisted else ""
    return "Line management", held, doubt


def _case_roles(problem: AssignmentProblem) -> Row:
    if not problem.has_case_roles:
        doubt = "There is no table of case roles, so earlier involvement could not be checked."
        return "Earlier involvement", "Not checked.", doubt
    months = problem.rules.previously_held_within_months
    since = "ever had" if months is None else f"had in the {months} months before the period"
    held = f"No auditor or moderator has, or {since}, a role in the case."
    return "Earlier involvement", held, ""


def _caps(problem: AssignmentProblem, auditor: np.ndarray) -> Row:
    caps = problem.audit_caps
    own = own_caps(problem.staff, problem.rules)
    at_work = caps_at_work(problem.staff, problem.rules)
    owing = problem.may_audit & (problem.beside > 0)
    loads = np.bincount(auditor, minlength=len(caps))[caps > 0]
    held = "Nobody has more audits than their cap"
    if len(auditor):
        held += f"; those who can audit have {_range(loads)} each"
    present = problem.days_present
    away = int((problem.may_audit & (present == 0)).sum())
    scaled = int((problem.may_audit & (present > 0) & (at_work < own)).sum())
    if away:
        held += f"; {_counted(away, 'auditor')} away for the whole period"
    if scaled:
        held += f"; the caps of {scaled} are lowered by the share of the period they are away"
    if owing.any():
        owed = _counted(int(problem.beside[owing].sum()), "audit")
        held += (
            f"; {owed} that {_counted(int(owing.sum()), 'auditor')} "
            f"{'owes' if owing.sum() == 1 else 'owe'} elsewhere in these weeks "
            f"{'is' if problem.beside[owing].sum() == 1 else 'are'} counted"
        )
    return "Caps and leave", f"{held}.", ""


def _role_share(problem: AssignmentProblem, auditor: np.ndarray, role: str) -> Row:
    asked = problem.rules.role_minimum(role, len(auditor))
    members = problem.of_role(role)
    given = int(members[auditor].sum())
    held = f"{_counted(given, 'audit')}; at least {asked} asked."
    if given >= asked:
        return f"Share of {role}", held, ""
    room = int(problem.audit_caps[members].sum())
    doubt = f"{asked - given} short: staff of this role can take {room} in all"
    return f"Share of {role}", held, f"{doubt}, and only cases independent of them."


def _spread(problem: AssignmentProblem, auditor: np.ndarray) -> Row | None:
    if not problem.rules.spread_over_workers:
        return None
    worker = _repeats(name_keys(problem.cases["worker"]), auditor)
    team = _repeats(label_keys(problem.cases["team"]), auditor)
    held = f"{_counted(worker, 'audit')} repeat a worker for the same auditor, {team} a team"
    return "Spread over practitioners", f"{held}; as few as level loads allow, weighted.", ""


def _repeats(keys: np.ndarray, auditor: np.ndarray) -> int:
    named = keys != ""
    pairs = set(zip(keys[named], auditor[named], strict=True))
    return int(named.sum()) - len(pairs)


def _same_service(problem: AssignmentProblem, auditor: np.ndarray) -> Row | None:
    if not problem.rules.prefer_other_team_same_service:
        return None
    mine = label_keys(problem.cases["service"])
    theirs = label_keys(problem.staff["service"])[auditor]
    same = int(((mine == theirs) & (mine != "")).sum())
    held = f"{same} of {_counted(len(auditor), 'audit')} by a peer from the same service."
    return "Peer from the same service", held, ""


def _moderation(problem: AssignmentProblem, phase: ModerationPhase) -> Row:
    rule = "Random moderation phase"
    count = len(phase.moderator)
    if not phase.is_asked:
        return rule, "Not asked: the rate and the minimum per auditor are 0.", ""
    if count and phase.beyond == count:
        doubt = "Agreement between auditors and moderators cannot be estimated this month."
        return rule, "Skipped: nobody independent may moderate.", doubt
    drawn = int((phase.moderator >= 0).sum())
    rate, least = problem.rules.moderation_rate, problem.rules.moderation_min_per_auditor
    held = f"{drawn} of {_counted(count, 'audit')} drawn at random within auditors"
    asked = f"{held} (rate {rate:g}, at least {least} each); every audit's probability is known."
    doubt = ""
    if phase.beyond:
        doubt = f"{_counted(phase.beyond, 'audit')} can be moderated by nobody independent."
    return rule, asked, doubt


def _moderators(problem: AssignmentProblem, phase: ModerationPhase) -> Row | None:
    if not (phase.moderator >= 0).any():
        return None
    held = "No moderator is the auditor"
    if not problem.rules.allow_line_moderation:
        return "Moderators", f"{held}, manages the auditor or is managed by them.", ""
    doubt = ""
    if phase.in_line:
        doubt = (
            f"{_counted(phase.in_line, 'moderation')} in line with the auditor: nobody else could."
        )
    return "Moderators", f"{held}; others than those in line with the auditor go first.", doubt


def _mandatory(problem: AssignmentProblem) -> Row | None:
    grades = problem.rules.mandatory_grades
    if not grades:
        return None
    held = f"Audits that come back {' or '.join(grades)} are to be moderated as well"
    return "Mandatory grades", f"{held}; the random phase does not depend on it.", ""


def _range(loads: np.ndarray) -> str:
    low, high = int(loads.min()), int(loads.max())
    return str(low) if low == high else f"{low} to {high}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
