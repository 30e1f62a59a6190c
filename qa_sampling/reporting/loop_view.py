"""What the QA group sees of actions on the restricted page: lists by name, counts by group."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qa_sampling.loop.actions import ActionCounts
from qa_sampling.loop.activity import ActivityCounts
from qa_sampling.loop.closing import ClosingTimes
from qa_sampling.loop.re_audits import ReAuditResult, ReAuditsDue
from qa_sampling.loop.vocabulary import THEMES
from qa_sampling.reporting.number_words import percent_text
from qa_sampling.schema import QUALITY_STANDARDS

_HEADS = {
    "status": "Status",
    "standard": "Standard",
    "source": "Came from",
    "owner_role": "Role of the owner",
    "team": "Team of the owner",
    "service": "Service of the owner",
}


def actions_view(found: ActionCounts) -> pd.DataFrame:
    """Give counts of actions as people read them.

    Parameters
    ----------
    found : ActionCounts
        The counts.
    """
    table, view = found.table, pd.DataFrame(index=found.table.index)
    if found.by:
        view[_HEADS[found.by]] = [QUALITY_STANDARDS.get(one, one) for one in table[found.by]]
    heads = {"raised": "Raised", "open": "Open", "overdue": "Of them overdue",
             "completed": "Completed only", "closed": "Closed"}  # fmt: skip
    for name, head in heads.items():
        view[head] = table[name]
    view["Verified of those done"] = [
        "–" if pd.isna(share) else percent_text(share) for share in table["verified_share"]
    ]
    return view


def action_list(rows: pd.DataFrame, names: Mapping[str, str], *, most: int = 40) -> pd.DataFrame:
    """Give actions with their owners, as a list to chase. Restricted.

    Parameters
    ----------
    rows : DataFrame
        Of ``loop.actions.overdue_list`` or ``unverified_list``.
    names : mapping of str to str
        Staff number to name.
    most : int
        Rows shown; all are on the sheet of open actions.
    """
    shown = rows.head(most)
    owners = shown["owner"].map(lambda one: names.get(one, one))
    view = pd.DataFrame(
        {
            "Action": shown["action_id"],
            "Owner": owners,
            "Team": shown["team"],
            "Standard": shown["standard"].map(QUALITY_STANDARDS),
            "Due": shown["due"],
            "Days overdue": shown["days_overdue"].astype("str").replace("<NA>", "–"),
            "Completed": shown["completed"],
        }
    )
    empty = [name for name in ("Completed",) if view[name].isna().all()]
    late = [] if rows["overdue"].any() else ["Days overdue"]
    return view.drop(columns=[*empty, *late]).reset_index(drop=True)


def closing_view(times: tuple[ClosingTimes, ...]) -> pd.DataFrame:
    """Give how long actions take, until they are completed and until they are closed.

    Parameters
    ----------
    times : tuple of ClosingTimes
        One an end that is waited for.
    """
    rows = [
        {
            "Until": f"{one.until[:1].upper()}{one.until[1:]}",
            "Actions": one.n,
            "There": one.reached,
            "Waiting": one.waiting,
            f"Half of them within days ({100 * one.level:g}% interval)": _span(one),
            **{f"Within {days} days": _share(one, days) for days in (28, 56, 84)},
        }
        for one in times
    ]
    return pd.DataFrame(rows)


def due_view(due: ReAuditsDue, *, most: int = 40) -> pd.DataFrame:
    """Give the cases that are due another audit. Restricted.

    Parameters
    ----------
    due : ReAuditsDue
        Cases whose last audit calls for another.
    most : int
        Rows shown.
    """
    shown = due.due.head(most)
    heads = {"case_ref": "Case", "audit_id": "Last audit", "grade": "Graded",
             "date_completed": "Completed", "due": "Due since"}  # fmt: skip
    return shown[list(heads)].rename(columns=heads)


def again_view(again: ReAuditResult, *, level: float = 0.95) -> pd.DataFrame:
    """Give what second looks found.

    Parameters
    ----------
    again : ReAuditResult
        The pairs.
    level : float
        Level of the interval.
    """
    row = {"Audited again": again.n, "Better": again.improved, "The same": again.same,
           "Worse": again.worse}  # fmt: skip
    if again.n:
        ends = again.confidence_interval(level)
        share = percent_text(again.improved / again.n)
        row["Share better"] = f"{share} ({percent_text(ends.low)} to {percent_text(ends.high)})"
        sign = again.sign_p
        row["Sign test"] = "none could get worse" if sign is None else f"p {sign:.3f}"
        usual = again.usual
        row["Of any audit as good"] = "–" if usual is None else percent_text(usual)
    return pd.DataFrame([row])


def activity_view(found: ActivityCounts) -> pd.DataFrame:
    """Give counts of activity as people read them.

    Parameters
    ----------
    found : ActivityCounts
        The counts.
    """
    table = found.table
    heads = {"kind": "Kind", "group": "Group", "month": "Month", "service": "Service",
             "team": "Team", "observer_role": "Role", "standard": "Standard", "theme": "Theme",
             "given_by": "Who said it"}  # fmt: skip
    view = pd.DataFrame(index=table.index)
    for name in found.by:
        known = {"standard": QUALITY_STANDARDS, "theme": THEMES}.get(name, {})
        view[heads[name]] = [known.get(one, one) for one in table[name]]
    view["Activities"] = table["activities"]
    for name, of, head in (
        ("good", "graded", "Good or better"),
        ("positive", "viewed", "Positive"),
        ("negative", "viewed", "Negative"),
        ("upheld", "judged", "Upheld"),
    ):
        if table[of].sum():
            view[head] = [
                f"{part} of {whole}" if whole else "–"
                for part, whole in zip(table[name], table[of], strict=True)
            ]
    return view.reset_index(drop=True)


def _span(one: ClosingTimes) -> str:
    if one.median is None:
        return "not reached"
    low, high = ("…" if end is None else f"{end:.0f}" for end in (one.low, one.high))
    return f"{one.median:.0f} ({low} to {high})"


def _share(one: ClosingTimes, days: int) -> str:
    share = one.share_within(days)
    return "–" if share is None else percent_text(share)
