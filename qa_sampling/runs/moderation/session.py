"""The panel's meeting: which cases it talks about, what it decides, and what that changes.

A decision is a row of its own among the moderations of the register, made by ``returned.PANEL``:
what the moderator said stands beside it untouched, and so do all figures that rest on it. A
decision that is taken back or changed is a new row, which names the one it replaces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.agreement.ratings import ROLES, Ratings
from qa_sampling.errors import RegisterError
from qa_sampling.records.register import Register
from qa_sampling.records.return_records import Recorded
from qa_sampling.records.returned import MODERATIONS, PANEL, REFLECTS
from qa_sampling.runs.moderation.panel import cases_apart
from qa_sampling.runs.moderation.steps import Review
from qa_sampling.runs.recording import framed
from qa_sampling.schema import GRADES
from qa_sampling.settings.panel import PanelSession

__all__ = ["Decision", "Meeting", "meeting_of", "record_decision", "settled_ratings"]

_PLACE = {grade: place for place, grade in enumerate(GRADES)}
NEARER = (
    "The auditor’s grade",
    "The moderator’s grade",
    "Between the two",
    "Neither, nor between",
)
"""Where a final grade lies."""


@dataclass(frozen=True)
class Decision:
    """What the panel decided of one audit. Restricted.

    Attributes
    ----------
    audit_id : str
        The audit.
    grade : str
        The final overall grade, one of ``schema.GRADES``.
    reflects_practice, meaningful_learning : str
        The panel's answers, of ``returned.REFLECTS``.
    note : str
        What auditors should do differently; no names of children or families.
    """

    audit_id: str
    grade: str
    reflects_practice: str
    meaningful_learning: str
    note: str = ""


@dataclass(frozen=True)
class Meeting:
    """The cases far apart, and what the panel has decided of them so far. Restricted.

    Attributes
    ----------
    cases : DataFrame
        One row an audit, the widest gap first: `audit_id`, `case_ref`, `period`, `team`,
        `auditor_grade`, `moderator_grade`, `gap` (grades the auditor is above), and what was
        decided: `final_grade`, `reflects_practice`, `meaningful_learning`, `note`, `day`; all
        missing until it is.
    standards : DataFrame
        One row a standard of a case: `audit_id`, `standard` (in words), `auditor_grade`,
        `moderator_grade`, `gap`.
    before, after : Ratings
        The overall grades of auditors and moderators; and with the final grade in place of the
        moderators' where the panel has decided.
    """

    cases: pd.DataFrame
    standards: pd.DataFrame
    before: Ratings
    after: Ratings

    @property
    def decided(self) -> int:
        """How many cases are decided."""
        return int(self.cases["final_grade"].notna().sum())

    def nearer(self) -> pd.Series:
        """Count where the final grades lie, by ``NEARER``."""
        told = [
            _nearer(row.auditor_grade, row.moderator_grade, row.final_grade)
            for row in self.cases.dropna(subset="final_grade").itertuples()
        ]
        return pd.Series(told, dtype="str").value_counts().reindex(NEARER, fill_value=0)


def meeting_of(review: Review, settings: PanelSession, register: Register) -> Meeting:
    """Bring the cases far apart together with what was decided, as the register has it now.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    settings : PanelSession
        Say how far is far.
    register : Register
        Holds the decisions.

    Returns
    -------
    Meeting
        Without cases where none is that far apart. Of several moderations of one audit the
        one farthest from the auditor's grade is listed. A final grade that stands in a moderator's
        own row counts where the panel has no row of its own.
    """
    wide, standards = cases_apart(review, settings)
    wide = wide.drop_duplicates("audit_id", ignore_index=True)
    known = ["audit_id", "case_ref", "period", "team", "auditor_grade", "moderator_grade", "gap"]
    decisions = _decisions(register)
    cases = wide[known].merge(decisions, on="audit_id", how="left")
    cases["gap"] = cases["gap"].astype(int)
    grades = decisions.set_index("audit_id")["final_grade"]
    standards = standards.drop_duplicates(["audit_id", "standard"], ignore_index=True)
    return Meeting(cases, standards, review.overall, settled_ratings(review.overall, grades))


def _decisions(register: Register) -> pd.DataFrame:
    held = register.moderations().sort_values(["date", "moderation_id"])
    both = pd.concat([held, register.panel_decisions()], ignore_index=True)
    both = both[both["panel_final_grade"].isin(GRADES)]
    names = {"panel_final_grade": "final_grade", "comment": "note", "date": "day"}
    found = both.drop_duplicates("audit_id", keep="last").rename(columns=names)
    theirs = found["moderator_id"] != PANEL
    found.loc[theirs, "note"], found.loc[theirs, "day"] = None, pd.NaT
    columns = ["final_grade", "reflects_practice", "meaningful_learning", "note", "day"]
    return found[["audit_id", *columns]]


def settled_ratings(overall: Ratings, grades: pd.Series) -> Ratings:
    """Give the overall grades with the panel's in place of the moderators' where it decided.

    Parameters
    ----------
    overall : Ratings
        Of auditors and moderators; a unit's `case_ref` is the audit.
    grades : Series of str
        Final grades of the scale, by audit; audits that are no unit are passed over.
    """
    final = overall.units["case_ref"].map(grades)
    codes = overall.codes.copy()
    known = final.notna().to_numpy()
    places = np.zeros(len(final), dtype=codes.dtype)
    places[known] = overall.scale.encode(final[known])
    theirs = (overall.roles == ROLES.index("moderator")) & known[:, None]
    codes[theirs] = np.broadcast_to(places[:, None], codes.shape)[theirs]
    return replace(overall, codes=codes)


def record_decision(register: Register, decision: Decision, *, day: date) -> Recorded:
    """Record what the panel decided, at once; another decision of the same audit replaces it.

    Parameters
    ----------
    register : Register
        Where it is recorded.
    decision : Decision
        What was decided.
    day : date
        Day of the meeting. The same decision again on a later day writes nothing.

    Raises
    ------
    RegisterError
        When the grade or an answer is none of the words, or there is no such audit.
    """
    _check(register, decision)
    name = f"{decision.audit_id}/{PANEL}"
    row = {
        "moderation_id": name,
        "audit_id": decision.audit_id,
        "moderator_id": PANEL,
        "role": "Panel",
        "date": day.isoformat(),
        "reflects_practice": decision.reflects_practice,
        "meaningful_learning": decision.meaningful_learning,
        "comment": decision.note.strip() or None,
        "panel_final_grade": decision.grade,
    }
    held = register.panel_decisions().set_index("moderation_id")
    if name in held.index:
        same = ("reflects_practice", "meaningful_learning", "comment", "panel_final_grade")
        before = held.loc[name].where(held.loc[name].notna(), None)
        if all(before[one] == row[one] for one in same):
            row["date"] = f"{before['date']:%Y-%m-%d}"
    return register.record_moderations(framed([row], MODERATIONS))


def _check(register: Register, decision: Decision) -> None:
    if decision.grade not in GRADES:
        raise RegisterError(f"The final grade must be one of {', '.join(GRADES)}.")
    answers = (decision.reflects_practice, decision.meaningful_learning)
    if not set(answers) <= set(REFLECTS):
        raise RegisterError(f"The panel's answers must be one of {', '.join(REFLECTS)}.")
    if decision.audit_id not in set(register.audits()["audit_id"]):
        raise RegisterError(
            "The register holds no such audit, so nothing was recorded. Open the session again."
        )


def _nearer(auditor: str, moderator: str, final: str) -> str:
    first, second, last = (_PLACE[grade] for grade in (auditor, moderator, final))
    if last == first:
        return NEARER[0]
    if last == second:
        return NEARER[1]
    return NEARER[2] if min(first, second) < last < max(first, second) else NEARER[3]
