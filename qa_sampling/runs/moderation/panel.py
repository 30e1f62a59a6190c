"""What a moderation panel looks at besides counts and coefficients, made from a review."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.agreement.applicability import panel_answers
from qa_sampling.agreement.calibrating import monthly
from qa_sampling.agreement.counts import counts, disagreements
from qa_sampling.agreement.cusum import cusum
from qa_sampling.agreement.moderation_planning import (
    moderations_for_bias,
    moderations_for_share,
    scatter_seen,
)
from qa_sampling.agreement.scale import NO_GRADE
from qa_sampling.agreement.severity import cases_to_detect, shifts
from qa_sampling.runs.moderation.steps import Review
from qa_sampling.schema import NOT_APPLICABLE, NOT_RECORDED, QUALITY_STANDARDS
from qa_sampling.settings.analyses import ModerationAgreement, ReviewSettings


def words_of(review: Review) -> dict[str, str]:
    """Give the words of every group a page may show: people, standards.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    """
    return review.names | QUALITY_STANDARDS


def cases_apart(review: Review, settings: ReviewSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the cases whose overall grades lie far apart, and their grades by standard. Restricted.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    settings : ReviewSettings
        Say how far is far.

    Returns
    -------
    (DataFrame, DataFrame)
        The tables that :func:`~qa_sampling.reporting.calibration_pack.write_calibration_pack`
        takes: the widest gap first, then those that bear most on the net bias.
    """
    wide = disagreements(review.overall, min_gap=settings.gap)
    wide = wide.rename(columns={"case_ref": "audit_id"})
    known = review.audits.set_index("audit_id")
    for name in ("case_ref", "reflects_practice", "meaningful_learning"):
        wide[name] = wide["audit_id"].map(known[name])
    for name in ("reflects_practice", "meaningful_learning"):
        wide[name] = wide[name].astype("str").fillna(NOT_RECORDED)
    for name in ("auditor", "moderator"):
        wide[name] = wide[name].map(review.names)
    pairs = review.standards.pairs().rename(columns={"case_ref": "audit_id"})
    pairs = pairs[pairs["audit_id"].isin(wide["audit_id"])]
    ordered = pd.Categorical(pairs["standard"], list(QUALITY_STANDARDS), ordered=True)
    pairs = pairs.assign(standard=ordered).sort_values(["audit_id", "standard"])
    pairs["standard"] = pairs["standard"].astype(str).map(QUALITY_STANDARDS)
    for role in ("auditor", "moderator"):
        none = pairs[f"{role}_code"] == NO_GRADE
        grade = pairs[f"{role}_grade"].where(~none, NOT_APPLICABLE)
        pairs[f"{role}_grade"] = grade.where(grade.notna(), NOT_RECORDED)
    columns = ["audit_id", "standard", "auditor_grade", "moderator_grade", "gap"]
    return wide, pairs[columns].reset_index(drop=True)


def panel_questions(review: Review) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the answers to the panel's two questions beside how the grades met.

    Parameters
    ----------
    review : Review
        The audits and their moderations.

    Returns
    -------
    (DataFrame, DataFrame)
        Does the audit reflect the quality of practice, and is there meaningful learning: one
        row an answer, "Yes" first (see
        :func:`~qa_sampling.agreement.applicability.panel_answers`).
    """
    told = review.audits[review.audits["moderated"]]
    told = told.assign(case_ref=told["audit_id"], moderator=told["moderator_id"])
    heads = {
        "reflects_practice": "Answer",
        "meaningful_learning": "Answer",
        "n": "Moderations",
        "same": "Same grade",
        "one_higher": "Auditor one higher",
        "one_lower": "Auditor one lower",
        "two_or_more": "Two or more apart",
    }
    order = {answer: place for place, answer in enumerate(("Yes", "Partly", "No"))}
    return tuple(
        panel_answers(review.overall, told, question=question)
        .sort_values(question, key=lambda answers: answers.map(order), kind="stable")
        .rename(columns=heads)
        .reset_index(drop=True)
        for question in ("reflects_practice", "meaningful_learning")
    )


def over_time(review: Review, *, level: float = 0.95) -> pd.DataFrame:
    """Give the months one after the other: net bias and same grades, smoothed, and signals.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    level : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row a month: `period`, `n`, `net_bias`, `low`, `high` (the moving average and its
        ends), `same`, `same_low`, `same_high` (the same of the share of same grades), `signal`
        (of the cumulative sum).
    """
    bias = monthly(review.overall, measure="net_bias", level=level)
    same = monthly(review.overall, measure="exact", level=level)
    signal = cusum(review.overall).by_period().set_index("period")["signal"]
    columns = ["average", "average_low", "average_high"]
    table = bias[["period", "n", *columns]].set_axis(
        ["period", "n", "net_bias", "low", "high"], axis=1
    )
    table[["same", "same_low", "same_high"]] = same[columns]
    return table.assign(signal=table["period"].map(signal).fillna(""))


def planned_moderations(review: Review, settings: ModerationAgreement) -> pd.DataFrame:
    """Give how many audits to moderate for what is wanted, if next month's are as these were.

    Parameters
    ----------
    review : Review
        The audits and their moderations.
    settings : ModerationAgreement
        Say what is wanted.

    Returns
    -------
    DataFrame
        "What is to be known", "Wanted", "Audits to moderate", "So far". The last rows are of one
        auditor: cases with which a shift would be found eight times in ten, looking at as many
        auditors as there are.
    """
    row = counts(review.overall, level=settings.level, fewest=1).table.iloc[0]
    wide = 2 * settings.wanted_half_width
    share = float(np.clip(row["exact"] / max(row["n"], 1), 0.02, 0.98))
    spread = scatter_seen(review.overall)["spread"]
    plans = (
        (
            "Share with the same grade",
            f"{100 * settings.wanted_half_width:g} points",
            moderations_for_share(wide, share=share, level=settings.level),
        ),
        (
            "Net bias in grades",
            f"{settings.wanted_half_width:g} grades",
            moderations_for_bias(wide, spread=spread, level=settings.level),
        ),
    )
    months = review.audits["period"].nunique()
    return pd.DataFrame(
        [
            (
                what,
                f"{wanted} either side",
                "more than 2,000" if plan.n is None else f"{plan.n:,}",
                f"{review.moderated / months:.1f} a month",
            )
            for what, wanted, plan in plans
        ]
        + _cases_for_one_auditor(review),
        columns=["What is to be known", "Wanted", "Audits to moderate", "So far"],
    )


def _cases_for_one_auditor(review: Review) -> list[tuple[str, str, str, str]]:
    found = shifts(review.standards)
    level = 1 - _FALSE_ALARMS / len(found)
    rows = []
    for shift in _SHIFTS:
        n = cases_to_detect(shift, spread=found.attrs["spread"], level=level)
        rows.append(
            (
                f"That one auditor marks {shift:g} {'grade' if shift == 1 else 'grades'} off",
                "found 8 times in 10",
                "more than 10,000" if n is None else f"{n:,} of theirs",
                f"{found['n'].median():g} of theirs, all months",
            )
        )
    return rows


_SHIFTS = (0.5, 0.7, 1.0)
"""Shifts of one auditor, in grades, that a panel may want to find."""
_FALSE_ALARMS = 0.05
"""Chance that any innocent auditor is found, all looked at together."""
