"""How many audits and moderations each member of staff can take in the period."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from qa_sampling.sampling.assignment_rules import AssignmentRules


def days_present(staff: pd.DataFrame, rules: AssignmentRules) -> tuple[np.ndarray, int]:
    """Give each member of staff's days at work in the period, and the days in all.

    Weekdays count, bank holidays are not taken out; a period of a weekend alone counts its
    days. A missing first day away means away from before the period, a missing last day
    away means open-ended; both missing, not away.

    Parameters
    ----------
    staff : DataFrame
        Columns of ``schema.STAFF``.
    rules : AssignmentRules
        Gives the period.
    """
    first, last = rules.period_start, rules.period_end
    total = _weekdays(first, last)
    count = _weekdays if total else _days
    present = []
    for left, back in zip(staff["unavailable_from"], staff["unavailable_to"], strict=True):
        if pd.isna(left) and pd.isna(back):
            present.append(count(first, last))
            continue
        away_from = first if pd.isna(left) else max(first, left.date())
        away_to = last if pd.isna(back) else min(last, back.date())
        away = count(away_from, away_to) if away_from <= away_to else 0
        present.append(count(first, last) - away)
    return np.array(present, dtype=int), count(first, last)


def own_caps(staff: pd.DataFrame, rules: AssignmentRules) -> np.ndarray:
    """Give each member of staff's cap before leave.

    The smaller of their own cap and their role's, where both are given; the default where
    neither is.

    Parameters
    ----------
    staff : DataFrame
        Columns of ``schema.STAFF``.
    rules : AssignmentRules
        Gives `caps_by_role` and `monthly_cap`.

    Returns
    -------
    ndarray of int
        0 for those who may not audit.
    """
    caps = []
    for role, own, audits in zip(
        staff["role"], staff["monthly_cap"], staff["may_audit"], strict=True
    ):
        given = [int(cap) for cap in (own, rules.caps_by_role.get(role, pd.NA)) if not pd.isna(cap)]
        caps.append(max(0, min(given, default=rules.monthly_cap)) * bool(audits))
    return np.array(caps, dtype=int)


def audit_caps(staff: pd.DataFrame, rules: AssignmentRules) -> np.ndarray:
    """Give the most audits each member of staff can take, leave taken into account.

    The cap is scaled by the share of the period's weekdays they are at work and rounded to
    the nearest whole number, halves up; away for the whole period gives 0. What they owe beside
    is taken off.
    """
    return (caps_at_work(staff, rules) - owed_beside(staff, rules)).clip(min=0)


def caps_at_work(staff: pd.DataFrame, rules: AssignmentRules) -> np.ndarray:
    """Give each member of staff's cap with leave taken into account, whatever they owe beside."""
    return scale(own_caps(staff, rules), *days_present(staff, rules))


def owed_beside(staff: pd.DataFrame, rules: AssignmentRules) -> np.ndarray:
    """Give how many audits each member of staff owes elsewhere in the same weeks."""
    return np.array([rules.beside.get(who, 0) for who in staff["staff_id"]], dtype=int)


def own_moderation_caps(
    staff: pd.DataFrame, rules: AssignmentRules, moderations: int
) -> np.ndarray:
    """Give each member of staff's cap on moderations before leave.

    Parameters
    ----------
    staff : DataFrame
        Columns of ``schema.STAFF``.
    rules : AssignmentRules
        Gives `moderator_caps` (a staff number goes before a role) and `moderator_cap`.
    moderations : int
        Number of moderations in all, the cap of those who have none.
    """
    caps = _given_moderation_caps(staff, rules)
    return np.array([moderations if cap is None else cap for cap in caps], dtype=int)


def moderation_caps(staff: pd.DataFrame, rules: AssignmentRules, moderations: int) -> np.ndarray:
    """Give the most moderations each member of staff can take, leave taken into account.

    Those without a cap can take all, unless they are away for the whole period; those who
    may not moderate have 0.

    Parameters
    ----------
    staff : DataFrame
        Columns of ``schema.STAFF``.
    rules : AssignmentRules
        Gives the period, `moderator_caps` and `moderator_cap`.
    moderations : int
        Number of moderations in all.

    Returns
    -------
    ndarray of int
        In the order of `staff`.
    """
    present, total = days_present(staff, rules)
    uncapped = np.array([cap is None for cap in _given_moderation_caps(staff, rules)], dtype=bool)
    caps = scale(own_moderation_caps(staff, rules, moderations), present, total)
    caps = np.where(uncapped & (present > 0), moderations, caps)
    return np.where(staff["may_moderate"].to_numpy(dtype=bool), caps, 0)


def scale(caps: np.ndarray, present: np.ndarray, total: int) -> np.ndarray:
    """Scale caps by the share of days present, to the nearest whole number, halves up.

    Parameters
    ----------
    caps : ndarray of int
        Caps before leave, 0 or more.
    present : ndarray of int
        Days present, as long as `caps`.
    total : int
        Days in the period, at least 1.
    """
    return (2 * caps * present + total) // (2 * total)


def cap_that_gives(wanted: int, present: int, total: int) -> int:
    """Give the smallest cap that leaves `wanted` after scaling by days present.

    Parameters
    ----------
    wanted : int
        Cap after scaling; 0 or less needs no cap and gives 0.
    present : int
        Days present, at least 1.
    total : int
        Days in the period, at least `present`.
    """
    return max(0, -(-(2 * wanted - 1) * total // (2 * present)))


def _weekdays(first: date, last: date) -> int:
    return int(np.busday_count(first, last + timedelta(days=1)))


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


def _given_moderation_caps(staff: pd.DataFrame, rules: AssignmentRules) -> list[int | None]:
    given = dict(rules.moderator_caps)
    return [
        given.get(staff_id, given.get(role, rules.moderator_cap))
        for staff_id, role in zip(staff["staff_id"], staff["role"], strict=True)
    ]
