"""What audits say besides grades: standards that go together, families, practitioners, concerns."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from qa_sampling.agreement.discovery import adjusted_p_values
from qa_sampling.records.register import Register
from qa_sampling.records.returned import FEEDBACK
from qa_sampling.runs.findings.estimates import GOOD
from qa_sampling.runs.findings.steps import Findings
from qa_sampling.sampling.association import estimate_association
from qa_sampling.sampling.estimation import estimate_proportion
from qa_sampling.schema import GRADES, QUALITY_STANDARDS, YES_NO
from qa_sampling.settings.findings import AuditFindings

ANSWERS = {
    "practitioner_met": YES_NO,
    "family_feedback": FEEDBACK,
    "immediate_safeguarding_concern": YES_NO,
}
"""The facts of an audit, each with its answers in the order to show them."""
TAG_KINDS = ("strength", "learning")


def weak_together(found: Findings, settings: AuditFindings) -> pd.DataFrame:
    """Estimate for each pair of standards how far their grades go together.

    All months with draws count, because pairs need many audits.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Give the level, the fewest audits and the false discovery rate.

    Returns
    -------
    DataFrame
        One row a pair with enough audits, the strongest first: `first`, `second` (keys), `n`
        (audits with both grades), `both_weak` (of them, less than good in both), `tau`, `low`,
        `high` (Kendall's tau-b), `adjusted_p`, `together` (bool: told from chance at the rate).
    """
    rows = []
    for first, second in combinations(QUALITY_STANDARDS, 2):
        cases = found.cases
        both = cases[first].isin(GRADES) & cases[second].isin(GRADES)
        if both.sum() < settings.fewest_for_interval:
            continue
        one = estimate_association(found.design, first, second)
        weak = both & ~cases[first].isin(GOOD) & ~cases[second].isin(GOOD)
        ends = one.confidence_interval(settings.level)
        row = (first, second, one.n, int(weak.sum()), one.estimate, ends.low, ends.high)
        rows.append((*row, one.p_value))
    columns = ["first", "second", "n", "both_weak", "tau", "low", "high", "p"]
    table = pd.DataFrame(rows, columns=columns)
    table["adjusted_p"] = adjusted_p_values(
        table["p"].astype(float).to_numpy(), control="benjamini-yekutieli"
    )
    table["together"] = (table["adjusted_p"] <= settings.false_discovery_rate) & (table["tau"] > 0)
    ordered = table.sort_values("tau", ascending=False, kind="stable", na_position="last")
    return ordered.drop(columns="p").reset_index(drop=True)


def answers_to(found: Findings, fact: str, settings: AuditFindings) -> pd.DataFrame:
    """Estimate how often each answer was given to a question about the audit itself.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    fact : str
        "practitioner_met", "family_feedback" or "immediate_safeguarding_concern".
    settings : AuditFindings
        Give the level and the fewest audits.

    Returns
    -------
    DataFrame
        One row an answer: `answer`, `audits`, `share`, `low`, `high` (of open cases, were all
        audited; missing with fewer audits than `fewest_for_interval`).
    """
    values, rows = found.audited[fact], []
    for answer in ANSWERS[fact]:
        share = low = high = np.nan
        if len(values) >= settings.fewest_for_interval:
            one = estimate_proportion(found.design, fact, values=(answer,), where=found.where_now)
            ends = one.confidence_interval(settings.level)
            share, low, high = one.estimate, ends.low, ends.high
        rows.append((answer, int((values == answer).sum()), share, low, high))
    return pd.DataFrame(rows, columns=["answer", "audits", "share", "low", "high"])


def concerns(found: Findings) -> pd.DataFrame:
    """Give the audits with an immediate safeguarding concern, and how soon it was raised.

    All months that were looked at count, since there are few.
    An action that does not say when it was raised counts from the day the audit was completed.

    Parameters
    ----------
    found : Findings
        The audits with their draws.

    Returns
    -------
    DataFrame
        One row an audit with a concern: `audit_id`, `period`, `team`, `date_completed`,
        `raised` (first action), `due`, `done` (days), `when` ("the same day", "later", "no action
        recorded"). Restricted.
    """
    back = found.cases[found.cases["outcome"] == "audited"]
    asked = back["immediate_safeguarding_concern"] == "Yes"
    table = back.loc[asked, ["audit_id", "period", "team", "date_completed"]].copy()
    days = dict(zip(table["audit_id"], table["date_completed"], strict=True))
    held = found.actions[found.actions["audit_id"].isin(list(days))].copy()
    day = pd.to_datetime(held["audit_id"].map(days))
    told = held["raised"] if "raised" in held else pd.Series(pd.NaT, index=held.index)
    held["raised"] = pd.to_datetime(told).fillna(day)
    first = held.sort_values(["raised", "due"]).drop_duplicates("audit_id").set_index("audit_id")
    for name, column in (("raised", "raised"), ("due", "due"), ("done", "completed")):
        known = dict(zip(first.index, first[column], strict=True))
        table[name] = pd.to_datetime(table["audit_id"].map(known))
    same = table["raised"] <= table["date_completed"]
    table["when"] = np.select(
        [table["raised"].isna(), same], ["no action recorded", "the same day"], "later"
    )
    return table.reset_index(drop=True)


def themes(found: Findings, register: Register) -> pd.DataFrame:
    """Count the tags of strengths and learning; text that auditors wrote is never read.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    register : Register
        Holds the tags of the audits; none before forms had them.

    Returns
    -------
    DataFrame
        One row a kind and tag, the most frequent first: `kind` ("strength" or "learning"), `tag`,
        `audits` (that have it).
    """
    held = register.audit_tags()
    held = held[held["kind"].isin(TAG_KINDS)]
    mine = held[held["audit_id"].isin(found.audited["audit_id"])].drop_duplicates()
    counted = mine.groupby(["kind", "tag"]).size().rename("audits").reset_index()
    place = {kind: number for number, kind in enumerate(TAG_KINDS)}
    order = counted.assign(place=counted["kind"].map(place), few=-counted["audits"])
    ordered = order.sort_values(["place", "few", "tag"])
    return ordered[["kind", "tag", "audits"]].reset_index(drop=True)
