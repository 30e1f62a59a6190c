"""Who is drawn for a re-audit: cases whose last grade calls for one, once time has passed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import FrameError
from qa_sampling.schema import GRADES

if TYPE_CHECKING:
    from qa_sampling.sampling.frame import Eligibility

_SPELLINGS = {
    "o": "Outstanding",
    "g": "Good",
    "ri": "Requires improvement",
    "requires improvement to be good": "Requires improvement",
    "ri to be good": "Requires improvement",
    "i": "Inadequate",
} | {grade.casefold(): grade for grade in GRADES}


def note_not_called(
    note: Callable[[pd.Series, str], None],
    population: pd.DataFrame,
    past_audits: pd.DataFrame | None,
    rule: Eligibility,
    as_at: date,
) -> None:
    """Note the cases that are not called for a re-audit; nothing when none is asked for.

    Parameters
    ----------
    note : callable
        Takes which cases (Series of bool) and the reason.
    population : DataFrame
        `child_id` and `case_ref` of every case.
    past_audits : DataFrame or None
        `date`, `grade`, and `case_ref` or `child_id`; `kind` "assigned" for those that were drawn
        and are not back yet.
    rule : Eligibility
        Says which grades call, and after how long.
    as_at : date
        Months are counted back from it.

    Raises
    ------
    FrameError
        When a grade is unknown, or no past audit has a grade.
    """
    if not rule.last_graded:
        return
    unknown = sorted(set(rule.last_graded) - set(GRADES))
    if unknown:
        raise FrameError(f"Grade {unknown[0]!r} is unknown; choose from {', '.join(GRADES)}.")
    past = _by_reference(population, past_audits, pd.Timestamp(as_at))
    graded = past[past["grade"].notna()]
    if graded.empty:
        raise FrameError(
            "Re-audits were asked for, but no past audit has a grade. Give `past_audits` with "
            "grades, or record audits in the register first."
        )
    last = graded.drop_duplicates("case_ref", keep="last").set_index("case_ref")
    grade, day = population["case_ref"].map(last["grade"]), population["case_ref"].map(last["date"])
    note(~grade.isin(rule.last_graded), f"last audit not graded {' or '.join(rule.last_graded)}")
    at = pd.Timestamp(as_at)
    after = day + pd.DateOffset(months=rule.re_audit_after_months)
    note(after > at, f"graded less than {rule.re_audit_after_months} months ago")
    if rule.re_audit_within_months:
        until = day + pd.DateOffset(months=rule.re_audit_within_months)
        note(until < at, f"graded more than {rule.re_audit_within_months} months ago")
    waiting = past[past["kind"] == "assigned"].groupby("case_ref")["date"].max()
    since = pd.to_datetime(population["case_ref"].map(waiting.to_dict()))
    note(since > day, "drawn since and not back yet")


def _by_reference(
    population: pd.DataFrame, past_audits: pd.DataFrame | None, as_at: pd.Timestamp
) -> pd.DataFrame:
    """Give `case_ref`, `date` and `grade` of the audits until a day, in their order."""
    columns = ["case_ref", "date", "grade", "kind"]
    if past_audits is None or past_audits.empty:
        return pd.DataFrame(columns=columns)
    refs = pd.Series(pd.NA, index=past_audits.index, dtype="object")
    if "child_id" in past_audits.columns:
        known = population.set_index("child_id")["case_ref"]
        refs = past_audits["child_id"].map(known).astype("object")
    if "case_ref" in past_audits.columns:
        refs = refs.where(refs.notna(), past_audits["case_ref"])
    grade = past_audits["grade"] if "grade" in past_audits.columns else None
    kind = past_audits["kind"] if "kind" in past_audits.columns else None
    held = pd.DataFrame(
        {"case_ref": refs, "date": past_audits["date"], "grade": grade, "kind": kind}
    )
    words = held["grade"].astype("str").str.strip().str.casefold()
    held["grade"] = words.map(_SPELLINGS).where(held["grade"].notna())
    held = held[held["case_ref"].notna() & (held["date"] <= as_at)]
    return held.sort_values(["date", "grade"], kind="stable", na_position="first")
