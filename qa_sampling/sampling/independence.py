"""Who may not audit a case, and why: the independence rules.

A conflict is a pair of a case and a member of staff with a reason. Every reason that
applies is given, so that the table can be read by a sceptic and counted by rule. Being
away is no conflict; it lowers a cap (see :mod:`qa_sampling.sampling.caps`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import audit_caps
from qa_sampling.schema import NOT_RECORDED, STAFF, Column, Table, check_table

OWN_TEAM = "own team"
OWN_SERVICE = "own service"
ALLOCATED_WORKER = "allocated worker"
WORKERS_MANAGER = "line manager of the worker"
TEAMS_MANAGER = "line manager of the team"
CURRENT_ROLE = "has a role in the case"
FORMER_ROLE = "had a role in the case"
REASONS = (
    ALLOCATED_WORKER,
    WORKERS_MANAGER,
    TEAMS_MANAGER,
    CURRENT_ROLE,
    FORMER_ROLE,
    OWN_TEAM,
    OWN_SERVICE,
)
"""Reasons of a conflict, gravest first."""

CASES_TO_ASSIGN = Table(
    "cases to assign",
    (
        Column("case_ref", "text", "keyed pseudonym of the child"),
        Column("team", "text", 'allocated team, or "Not recorded"', required=False),
        Column("service", "text", 'service of the team, or "Not recorded"', required=False),
        Column("worker", "text", "allocated worker as written in the extract", required=False),
    ),
    key=("case_ref",),
)
"""What :func:`conflicts` and ``assign`` need to know of a case."""

ROLES_OF_CASES = Table(
    "case roles",
    (
        Column("case_ref", "text", "keyed pseudonym of the child"),
        Column("staff_id", "text", "staff number"),
        Column("end", "date", "last day; missing while current", required=False),
    ),
)


def conflicts(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
) -> pd.DataFrame:
    """Give every pair of case and member of staff that independence forbids, with the reason.

    Parameters
    ----------
    cases : DataFrame
        One row a case: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``. List social workers too: the line of management is read
        from it.
    case_roles : DataFrame or None
        `case_ref`, `staff_id`, `end` (and more); None when there is no such table.
    rules : AssignmentRules
        What counts.

    Returns
    -------
    DataFrame
        `case_ref`, `staff_id`, `reason` (one of :data:`REASONS`), sorted; only staff who may
        audit or moderate. A pair has a row for each reason.

    Raises
    ------
    SchemaError
        When a table is not as declared.

    Notes
    -----
    A worker's text names a member of staff when it equals their name or number, without
    regard to case, accents, punctuation or the order of words ("Jones, Sam" is "Sam Jones").
    Where two share a name, both are held to be the worker. A team's line managers are those
    who head it (by role, or because they manage another member), the managers of its other
    members, and as many levels above as the rules say.
    """
    masks = conflict_masks(cases, staff, case_roles, rules=rules)
    active = (staff["may_audit"] | staff["may_moderate"]).to_numpy(dtype=bool)
    found = []
    for reason, mask in masks.items():
        rows, columns = np.nonzero(mask & active)
        found.append(
            pd.DataFrame(
                {
                    "case_ref": cases["case_ref"].to_numpy()[rows],
                    "staff_id": staff["staff_id"].to_numpy()[columns],
                    "reason": reason,
                }
            )
        )
    table = pd.concat(found, ignore_index=True).astype("str")
    return table.sort_values(["case_ref", "staff_id", "reason"], ignore_index=True)


def reasons_against(
    case: pd.DataFrame,
    staff: pd.DataFrame,
    auditor: str,
    case_roles: pd.DataFrame | None,
    rules: AssignmentRules,
) -> tuple[str, ...]:
    """Give the reasons why a case may not go to an auditor, gravest first; empty when it may.

    Parameters
    ----------
    case : DataFrame
        One row: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``, everyone's: the line of management is read from it.
    auditor : str
        Staff number.
    case_roles : DataFrame or None
        `case_ref`, `staff_id`, `end`; None when there is no such table.
    rules : AssignmentRules
        What counts.
    """
    found = conflicts(case, staff, case_roles, rules=rules)
    own = set(found.loc[found["staff_id"] == auditor, "reason"])
    return tuple(reason for reason in REASONS if reason in own)


def eligible_pairs(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
) -> pd.DataFrame:
    """Give every pair of case and auditor that the rules allow: `case_ref`, `staff_id`, sorted.

    An auditor may audit, has a cap above 0 once leave is taken into account, and has no
    conflict with the case.

    Parameters
    ----------
    cases : DataFrame
        One row a case: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    case_roles : DataFrame or None
        `case_ref`, `staff_id`, `end` (and more); None when there is no such table.
    rules : AssignmentRules
        What counts, and the caps.

    Raises
    ------
    SchemaError
        When a table is not as declared.
    """
    masks = conflict_masks(cases, staff, case_roles, rules=rules)
    rows, columns = np.nonzero(~combined(masks) & (audit_caps(staff, rules) > 0))
    table = pd.DataFrame(
        {
            "case_ref": cases["case_ref"].to_numpy()[rows],
            "staff_id": staff["staff_id"].to_numpy()[columns],
        }
    ).astype("str")
    return table.sort_values(["case_ref", "staff_id"], ignore_index=True)


def without_eligible_auditor(
    cases: pd.DataFrame,
    staff: pd.DataFrame | None,
    case_roles: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
) -> list[str]:
    """Give the references of cases that no auditor may audit, sorted.

    For the frame, before the draw. Without a staff list nothing can be said and the list
    is empty. That every case has an eligible auditor does not mean that the caps suffice.

    Parameters
    ----------
    cases : DataFrame
        One row a case: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame or None
        Columns of ``schema.STAFF``; None when there is no list.
    case_roles : DataFrame or None
        `case_ref`, `staff_id`, `end` (and more); None when there is no such table.
    rules : AssignmentRules
        What counts, and the caps.

    Raises
    ------
    SchemaError
        When a table is not as declared.
    """
    if staff is None:
        return []
    masks = conflict_masks(cases, staff, case_roles, rules=rules)
    eligible = ~combined(masks) & (audit_caps(staff, rules) > 0)
    return sorted(cases["case_ref"][~eligible.any(axis=1)])


def conflict_masks(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    rules: AssignmentRules,
) -> dict[str, np.ndarray]:
    """Give, for each reason, who is in conflict with which case: cases by staff, in their order.

    Parameters
    ----------
    cases : DataFrame
        One row a case: `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    case_roles : DataFrame or None
        `case_ref`, `staff_id`, `end` (and more); None when there is no such table.
    rules : AssignmentRules
        What counts.

    Returns
    -------
    dict of str to ndarray of bool
        One of :data:`REASONS` -> rows in the order of `cases`, columns in that of `staff`.
        Reasons that the rules switch off are all False.

    Raises
    ------
    SchemaError
        When a table is not as declared.
    """
    check_table(cases, CASES_TO_ASSIGN)
    check_table(staff, STAFF)
    teams, team_of_case = np.unique(label_keys(cases["team"]), return_inverse=True)
    services, service_of_case = np.unique(label_keys(cases["service"]), return_inverse=True)
    workers, worker_of_case = np.unique(name_keys(cases["worker"]), return_inverse=True)
    own_team = _same(teams, label_keys(staff["team"]))
    own_service = _same(services, label_keys(staff["service"]))
    is_worker = _same(workers, name_keys(staff["name"])) | _same(
        workers, name_keys(staff["staff_id"])
    )
    above = line_above(staff, rules.manager_levels)
    heads = _team_managers(own_team, staff, rules)
    current, former = _role_masks(cases, staff, case_roles, rules)
    return {
        ALLOCATED_WORKER: is_worker[worker_of_case],
        WORKERS_MANAGER: _reached(is_worker, above)[worker_of_case],
        TEAMS_MANAGER: heads[team_of_case],
        CURRENT_ROLE: current,
        FORMER_ROLE: former,
        OWN_TEAM: own_team[team_of_case] & (not rules.allow_own_team),
        OWN_SERVICE: own_service[service_of_case] & (not rules.allow_own_service),
    }


def combined(masks: dict[str, np.ndarray]) -> np.ndarray:
    """Give the pairs for which any of the masks holds."""
    return np.logical_or.reduce(list(masks.values()))


def line_above(staff: pd.DataFrame, levels: int | None) -> np.ndarray:
    """Give who is above whom: entry [i, j] says that j manages i within `levels`.

    Circles in the line of management are followed once; nobody is above themselves.
    """
    count = len(staff)
    numbers = {staff_id: at for at, staff_id in enumerate(staff["staff_id"])}
    manager = np.array([numbers.get(value, -1) for value in staff["line_manager_id"]], dtype=int)
    above = np.zeros((count, count), dtype=bool)
    below, reached = np.arange(count), manager
    for _ in range(count if levels is None else min(levels, count)):
        known = reached >= 0
        below, reached = below[known], reached[known]
        if not len(below):
            break
        above[below, reached] = True
        reached = manager[reached]
    np.fill_diagonal(above, False)
    return above


def label_keys(values: pd.Series) -> np.ndarray:
    """Give labels in one spelling: no case, no doubled spaces; blank when not recorded."""
    return _keys(values, _label_key)


def name_keys(values: pd.Series) -> np.ndarray:
    """Give names in one spelling: no case, accents, punctuation or order of words."""
    return _keys(values, _name_key)


def _label_key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _name_key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", re.sub("['’`]", "", plain).casefold())
    return " ".join(sorted(words))


def _keys(values: pd.Series, spelling: Callable[[str], str]) -> np.ndarray:
    absent = values.isna().to_numpy()
    known = {spelling(NOT_RECORDED): ""}
    texts = values.to_numpy(dtype=object)
    distinct = {text: spelling(str(text)) for text in set(texts[~absent])}
    keys = [
        "" if missing else known.get(distinct[text], distinct[text])
        for text, missing in zip(texts, absent, strict=True)
    ]
    return np.array(keys, dtype=object)


def _same(labels: np.ndarray, keys: np.ndarray) -> np.ndarray:
    recorded = np.array([label != "" for label in labels], dtype=bool)
    return (labels[:, None] == keys[None, :]) & recorded[:, None]


def _reached(members: np.ndarray, above: np.ndarray) -> np.ndarray:
    return (members.astype(np.float32) @ above.astype(np.float32)) > 0


def _team_managers(own: np.ndarray, staff: pd.DataFrame, rules: AssignmentRules) -> np.ndarray:
    """Give who manages each team: its heads, its members' managers, and those above them."""
    direct = line_above(staff, 1)
    head_role = staff["role"].isin(rules.team_manager_roles).to_numpy()
    heads = own & (head_role | (_reached(own, direct) & own))
    first = heads | _reached(own & ~heads, direct)
    levels = rules.manager_levels
    if levels == 1:
        return first
    return first | _reached(first, line_above(staff, None if levels is None else levels - 1))


def _role_masks(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    rules: AssignmentRules,
) -> tuple[np.ndarray, np.ndarray]:
    current = np.zeros((len(cases), len(staff)), dtype=bool)
    former = current.copy()
    if case_roles is None or case_roles.empty:
        return current, former
    check_table(case_roles, ROLES_OF_CASES)
    rows = pd.Index(cases["case_ref"]).get_indexer(case_roles["case_ref"])
    columns = pd.Index(staff["staff_id"]).get_indexer(case_roles["staff_id"])
    start = pd.Timestamp(rules.period_start)
    goes_on = (case_roles["end"].isna() | (case_roles["end"] >= start)).to_numpy()
    months = rules.previously_held_within_months
    counts = np.ones(len(case_roles), dtype=bool)
    if months is not None:
        counts = (case_roles["end"] >= start - pd.DateOffset(months=months)).to_numpy()
    known = (rows >= 0) & (columns >= 0)
    now, before = known & goes_on, known & ~goes_on & counts
    current[rows[now], columns[now]] = True
    former[rows[before], columns[before]] = True
    return current, former
