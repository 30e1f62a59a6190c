"""A moderator for an audit that the plan gave none: whose ticket is lowest of those independent.

Audits with a grade that is always moderated come back after the plan was made, one after the
other. Whoever reads one must not depend on which others are back: each pair of audit and moderator
has a ticket, and the lowest decides. Asked again with the same staff, the answer is the same.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import moderation_caps
from qa_sampling.sampling.independence import combined, conflict_masks, line_above
from qa_sampling.sampling.tickets import ticket

_BETWEEN = "\x1f"


def choose_moderators(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    auditors: Mapping[str, str],
    rules: AssignmentRules,
    seed: str,
) -> dict[str, str]:
    """Give each case a moderator who is independent of it and of its auditor.

    Parameters
    ----------
    cases : DataFrame
        One row a case: ``independence.CASES_TO_ASSIGN``.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    case_roles : DataFrame or None
        ``independence.ROLES_OF_CASES``; None when there is no such table.
    auditors : mapping of str to str
        Case to the staff number of who audited it.
    rules : AssignmentRules
        What counts as independent. Caps count only where they are 0: these moderations come on
        top of those of the plan.
    seed : str
        Seed text of the draw.

    Returns
    -------
    dict of str to str
        Case to staff number; a case that nobody may moderate is left out.

    Raises
    ------
    SchemaError
        When a table is not as declared.
    """
    if cases.empty:
        return {}
    pairs = moderator_pairs(cases, staff, case_roles, auditors=auditors, rules=rules)
    chosen = {}
    for case_ref, allowed in pairs.items():
        drawn = {
            one: ticket(_BETWEEN.join((case_ref, one, "moderator")), seed, purpose="assignment")
            for one in allowed
        }
        if drawn:
            chosen[case_ref] = min(drawn, key=lambda one: drawn[one])
    return chosen


def moderator_pairs(
    cases: pd.DataFrame,
    staff: pd.DataFrame,
    case_roles: pd.DataFrame | None,
    *,
    auditors: Mapping[str, str],
    rules: AssignmentRules,
) -> dict[str, tuple[str, ...]]:
    """Give who may moderate each case: staff numbers, in the order of the staff list.

    Parameters
    ----------
    cases, staff, case_roles, auditors, rules
        As for :func:`choose_moderators`.
    """
    numbers = staff["staff_id"].astype("str").tolist()
    free = ~combined(conflict_masks(cases, staff, case_roles, rules=rules))
    present = moderation_caps(staff, rules, len(cases)) > 0
    above = line_above(staff, rules.manager_levels)
    in_line = above | above.T
    pairs = {}
    for at, case_ref in enumerate(cases["case_ref"]):
        allowed = free[at] & present & staff["may_moderate"].to_numpy(dtype=bool)
        auditor = auditors[case_ref]
        if auditor in numbers:
            row = numbers.index(auditor)
            allowed[row] = False
            if not rules.allow_line_moderation:
                allowed &= ~in_line[row]
        pairs[case_ref] = tuple(one for one, may in zip(numbers, allowed, strict=True) if may)
    return pairs
