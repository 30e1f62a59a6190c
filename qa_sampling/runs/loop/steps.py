"""From the register to whether the loop is closed: actions as they stood, re-audits, activity."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qa_sampling.loop.actions import known_at, with_owners
from qa_sampling.loop.activity import activity_counts
from qa_sampling.loop.re_audits import (
    ReAuditResult,
    ReAuditsDue,
    re_audit_result,
    re_audits_due,
)
from qa_sampling.loop.vocabulary import ACTIVITY_GROUPS
from qa_sampling.records.people import written_names
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.settings.analyses import ActionsAndActivity


@dataclass(frozen=True)
class Loop:
    """What stood on the day that is looked back from. Restricted.

    Attributes
    ----------
    actions : DataFrame
        Every action raised until then, as it stood (``loop.actions.known_at``), with what the
        staff list says of its owner.
    recent : DataFrame
        Those raised in the months looked at.
    activities : DataFrame
        Other activity of those months.
    due : ReAuditsDue
        Cases whose last audit calls for another.
    again : ReAuditResult
        What second looks found.
    names : dict of str to str
        Staff number to name, as a restricted page may show it.
    day : Timestamp
        The day.
    """

    actions: pd.DataFrame
    recent: pd.DataFrame
    activities: pd.DataFrame
    due: ReAuditsDue
    again: ReAuditResult
    names: dict[str, str]
    day: pd.Timestamp


def loop_of(settings: ActionsAndActivity, register: Register, staff: pd.DataFrame | None) -> Loop:
    """Bring actions, re-audits and other activity together as they stood on the day.

    Parameters
    ----------
    settings : ActionsAndActivity
        Checked parameters.
    register : Register
        What came back.
    staff : DataFrame or None
        ``schema.STAFF``; None when there is no list, and staff numbers are shown.
    """
    day, first = pd.Timestamp(settings.extract_day), pd.Timestamp(settings.first_day)
    audits = register.audits()
    raised = audits.set_index("audit_id")["date_completed"].dropna().to_dict()
    actions = with_owners(known_at(register.actions(), day, raised=raised), staff)
    if settings.designs:
        asked = audits.loc[audits["design"].isin(settings.designs), "audit_id"]
        other = actions["source"].notna() & (actions["source"] != "Audit")
        actions = actions[actions["audit_id"].isin(asked) | other].reset_index(drop=True)
    answers = register.answers()
    graded = answers[answers["standard"] == OVERALL].set_index("audit_id")["grade"]
    done = audits.assign(grade=audits["audit_id"].map(graded))
    past = register.past_audits()
    asked_again = {"as_at": day, "graded": settings.regraded}
    activities = register.activities()
    return Loop(
        actions=actions,
        recent=actions[actions["raised"] >= first].reset_index(drop=True),
        activities=activities[activities["date"].between(first, day)].reset_index(drop=True),
        due=re_audits_due(
            done,
            after_months=settings.re_audit_after_months,
            drawn=past[(past["kind"] == "assigned") & (past["date"] <= day)],
            **asked_again,
        ),
        again=re_audit_result(done, **asked_again),
        names=written_names(staff),
        day=day,
    )


def by_month(loop: Loop) -> pd.DataFrame:
    """Give the activity of each month by group, a column a group. Restricted.

    Parameters
    ----------
    loop : Loop
        What stood on the day.
    """
    counted = activity_counts(loop.activities, by=["month", "group"]).table
    if counted.empty:
        return pd.DataFrame(columns=["Month", *ACTIVITY_GROUPS])
    wide = counted.pivot(index="month", columns="group", values="activities")
    wide = wide.reindex(columns=ACTIVITY_GROUPS).fillna(0).astype("int64")
    return wide.rename_axis(index="Month", columns=None).reset_index()
