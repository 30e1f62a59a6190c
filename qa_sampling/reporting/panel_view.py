"""What the moderation panel sees while it decides, and what its minutes hold. Restricted."""

from __future__ import annotations

import pandas as pd

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.counts import counts
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.reporting.calibration_pack import way
from qa_sampling.reporting.moderation_view import coefficients_view, counts_view
from qa_sampling.schema import NOT_RECORDED

BEFORE, AFTER = "Auditors and moderators", "Auditors and final grades"
UNDECIDED = "Not decided yet"
NOT_COMPARABLE = (
    "Final grades stand in place of the moderators’ where the panel decided, and it decided only "
    "cases that were far apart. So the second column says what the panel changed; it is not how "
    "far auditors and moderators agree, and is not held against other months."
)
ANSWERS = ("Yes", "Partly", "No", NOT_RECORDED)


def cases_view(cases: pd.DataFrame) -> pd.DataFrame:
    """Give the cases as the panel reads them, without the names of staff.

    Parameters
    ----------
    cases : DataFrame
        ``Meeting.cases`` of ``runs.moderation.session``.
    """
    final = cases["final_grade"].astype("object")
    return pd.DataFrame(
        {
            "Case": [f"{place}" for place in range(1, len(cases) + 1)],
            "Reference": cases["case_ref"],
            "Audit": cases["audit_id"],
            "Month": cases["period"],
            "Team": cases["team"],
            "Auditor’s grade": cases["auditor_grade"],
            "Moderator’s grade": cases["moderator_grade"],
            "Final grade": final.where(final.notna(), UNDECIDED),
        }
    )


def decisions_view(cases: pd.DataFrame) -> pd.DataFrame:
    """Give what was decided, one row a case, for the minutes.

    Parameters
    ----------
    cases : DataFrame
        ``Meeting.cases``; those that are not decided are left out.
    """
    numbered = cases.assign(place=range(1, len(cases) + 1))
    told = numbered[numbered["final_grade"].notna()]
    days = [f"{day.day} {day:%B %Y}" if pd.notna(day) else "–" for day in told["day"]]
    return pd.DataFrame(
        {
            "Case": [f"{place}" for place in told["place"]],
            "Reference": told["case_ref"],
            "Final grade": told["final_grade"],
            "Reflects practice?": told["reflects_practice"],
            "Real learning?": told["meaningful_learning"],
            "What auditors should do differently": told["note"].fillna("–"),
            "Decided": days,
        }
    ).reset_index(drop=True)


def standards_view(standards: pd.DataFrame, *, gap: int | None = None) -> pd.DataFrame:
    """Give the grades of one case's standards; those far apart are marked in words.

    Parameters
    ----------
    standards : DataFrame
        Rows of ``Meeting.standards``.
    gap : int, optional
        Grades apart from which a standard is marked.
    """
    far = [gap is not None and abs(one) >= gap for one in standards["gap"].fillna(0)]
    words = [f"{way(one)}{' ◀' if is_far else ''}" for one, is_far in
             zip(standards["gap"], far, strict=True)]  # fmt: skip
    return pd.DataFrame(
        {
            "Standard": standards["standard"],
            "Auditor’s grade": standards["auditor_grade"],
            "Moderator’s grade": standards["moderator_grade"],
            "Auditor is": words,
        }
    ).reset_index(drop=True)


def effect_view(
    before: Ratings, after: Ratings, *, weights: str, level: float, fewest: int = 5
) -> pd.DataFrame:
    """Give counts and coefficients before and after the panel, side by side.

    Parameters
    ----------
    before, after : Ratings
        Of ``Meeting``.
    weights : str
        How much nearly the same grade counts.
    level : float
        Level of the intervals.
    fewest : int
        Moderated audits below which counts alone are shown.
    """
    columns = {}
    for name, ratings in ((BEFORE, before), (AFTER, after)):
        met = counts_view(counts(ratings, level=level, fewest=fewest)).iloc[0]
        asked = {"coefficients": ("ac2", "alpha"), "weights": weights, "level": level}
        found = coefficients_view(agreement(ratings, **asked))
        estimates = found.iloc[:, 2]
        columns[name] = [*map(str, met), *estimates]
    rows = [*met.index, *found["Coefficient"]]
    return pd.DataFrame({"What": rows, **columns})


def nearer_view(nearer: pd.Series) -> pd.DataFrame:
    """Give where the final grades lie.

    Parameters
    ----------
    nearer : Series of int
        ``Meeting.nearer()``.
    """
    return pd.DataFrame({"The final grade is": nearer.index, "Cases": nearer.to_numpy()})


def answers_view(cases: pd.DataFrame) -> pd.DataFrame:
    """Give the panel's answers to its two questions, counted.

    Parameters
    ----------
    cases : DataFrame
        ``Meeting.cases``; those that are not decided are left out.
    """
    told = cases[cases["final_grade"].notna()]
    reflects = told["reflects_practice"].fillna(NOT_RECORDED)
    learning = told["meaningful_learning"].fillna(NOT_RECORDED)
    return pd.DataFrame(
        {
            "The panel’s answer": ANSWERS,
            "Does the audit reflect practice?": [int((reflects == one).sum()) for one in ANSWERS],
            "Is there meaningful learning?": [int((learning == one).sum()) for one in ANSWERS],
        }
    )


def progress_words(cases: pd.DataFrame) -> str:
    """Say how far the panel is.

    Parameters
    ----------
    cases : DataFrame
        ``Meeting.cases``.
    """
    n, decided = len(cases), int(cases["final_grade"].notna().sum())
    if not n:
        return "No case is that far apart."
    if decided == n:
        return f"All {n} cases are decided." if n > 1 else "The one case is decided."
    return f"{decided} of {n} {'cases' if n > 1 else 'case'} decided; {n - decided} to come."
