"""What moderators make of the audits that the findings rest on."""

from __future__ import annotations

import pandas as pd

from qa_sampling.agreement.moderated import ModeratedShare, moderated_share
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE
from qa_sampling.records.register import Register
from qa_sampling.records.returned import OVERALL
from qa_sampling.runs.findings.steps import Findings
from qa_sampling.schema import GRADES
from qa_sampling.settings.findings import AuditFindings


def moderated_of(
    found: Findings, settings: AuditFindings, register: Register
) -> ModeratedShare | None:
    """Estimate good or better had moderators read every audit; None when none was moderated.

    Parameters
    ----------
    found : Findings
        The audits with their draws.
    settings : AuditFindings
        Checked parameters.
    register : Register
        Audits and moderations.
    """
    again = moderators_grades(found, settings, register)
    if again.empty:
        return None
    first = found.audited[["audit_id", OVERALL]].rename(columns={OVERALL: "grade"})
    first = first.assign(rater="auditor", role="auditor")
    second = again.assign(rater="moderator", role="moderator")
    long = pd.concat([first, second], ignore_index=True).assign(standard=OVERALL)
    return moderated_share(Ratings.from_long(long, scale=GRADES_SCALE, case="audit_id"))


def moderators_grades(found: Findings, settings: AuditFindings, register: Register) -> pd.DataFrame:
    """Give the latest moderator's overall grade of each audit that was moderated by then.

    Parameters
    ----------
    found, settings, register
        As for :func:`moderated_of`.

    Returns
    -------
    DataFrame
        `audit_id`, `grade`.
    """
    held = register.moderations()
    mine = held["audit_id"].isin(found.audited["audit_id"])
    made = held[mine & (held["date"] <= pd.Timestamp(settings.extract_day))]
    last = made.sort_values(["date", "moderation_id"]).drop_duplicates("audit_id", keep="last")
    told = register.moderated_answers()
    told = told[(told["standard"] == OVERALL) & told["grade"].isin(GRADES)]
    return last.merge(told, on="moderation_id")[["audit_id", "grade"]]
