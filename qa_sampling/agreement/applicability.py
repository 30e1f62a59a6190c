"""Whether a standard applies, and the panel's own two questions: counted beside the grades."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.agreement.counts import check_group, graded_pairs, met_pairs
from qa_sampling.agreement.homogeneity import mcnemar
from qa_sampling.agreement.net_bias import check_level, share_found
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import NO_GRADE
from qa_sampling.errors import AgreementError
from qa_sampling.schema import NOT_RECORDED

__all__ = ["applicability_counts", "panel_answers"]

RELATIONS = ("same", "one_higher", "one_lower", "two_or_more")
"""How the auditor's grade lies to the moderator's."""


def applicability_counts(
    ratings: Ratings, *, by: str | None = "standard", level: float = 0.95
) -> pd.DataFrame:
    """Count how auditors and moderators agree on whether a standard applies to a case.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles on the whole scale.
    by : str, optional
        Group; None for one row in all.
    level : float
        Confidence level of the share.

    Returns
    -------
    DataFrame
        One row a group: its column; `n` (pairs in which both said whether it applies),
        `both_apply`, `auditor_only`, `moderator_only` (only they found it applicable),
        `neither`, `not_recorded` (pairs left out: one of them recorded nothing); `same_share`
        with `same_low`, `same_high`; `mcnemar_p` (exact: does one of them find it applicable
        more often? missing where nobody differs, or where cases come several times).
    """
    check_level(level)
    pairs = met_pairs(ratings)
    if by is None:
        return pd.DataFrame([_applies(pairs, level)])
    check_group(pairs, by)
    groups = pairs.groupby(by, sort=True, observed=True)
    rows = [{by: name, **_applies(part, level)} for name, part in groups]
    return pd.DataFrame(rows, columns=[by, *_applies(pairs.iloc[:0], level)])


def _applies(pairs: pd.DataFrame, level: float) -> dict[str, object]:
    codes = pairs[["auditor_code", "moderator_code"]].to_numpy(dtype=int)
    said = ((codes >= 0) | (codes == NO_GRADE)).all(axis=1)
    auditor, moderator = (codes[said] >= 0).T
    cases = pairs["case"].to_numpy()[said]
    both, neither = int((auditor & moderator).sum()), int((~auditor & ~moderator).sum())
    first, second = int((auditor & ~moderator).sum()), int((~auditor & moderator).sum())
    share = share_found(auditor == moderator, clusters=cases)
    ends = share.confidence_interval(level)
    once = len(set(cases)) == len(cases)
    test = mcnemar(np.array([[both, first], [second, neither]]))
    return {
        "n": int(said.sum()),
        "both_apply": both,
        "auditor_only": first,
        "moderator_only": second,
        "neither": neither,
        "not_recorded": int((~said).sum()),
        "same_share": np.nan if share.estimate is None else share.estimate,
        "same_low": ends.low if ends else np.nan,
        "same_high": ends.high if ends else np.nan,
        "mcnemar_p": test.p_value if once and test.p_value is not None else np.nan,
    }


def panel_answers(
    ratings: Ratings, answers: pd.DataFrame, *, question: str, case: str = "case_ref"
) -> pd.DataFrame:
    """Tabulate an answer of the panel beside how the two grades met.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles on one standard, such as the overall grade.
    answers : DataFrame
        One row a moderation: the case, `moderator`, `period` where the ratings have one, and
        the question.
    question : str
        Column of the answers, such as `reflects_practice` or `meaningful_learning`.
    case : str
        Column of the case.

    Returns
    -------
    DataFrame
        One row an answer, most frequent first, "Not recorded" last: the question, `n`, and how
        often the auditor's grade was the same as the moderator's (`same`), one higher, one
        lower, and two or more apart (:data:`RELATIONS`). Moderations without an answer count as
        not recorded.

    Raises
    ------
    AgreementError
        When a column is missing, an audit has two answers, or the ratings hold several standards.
    """
    pairs = graded_pairs(ratings)
    keys = [case, "moderator"] + [name for name in ("period",) if name in ratings.units.columns]
    absent = [f"`{name}`" for name in (*keys, question) if name not in answers.columns]
    if absent:
        raise AgreementError(f"The table of answers lacks the columns {', '.join(absent)}.")
    if "standard" in pairs.columns and pairs["standard"].nunique() > 1:
        raise AgreementError(
            "The panel answers once an audit; give the ratings of one standard, such as "
            'ratings.by("standard")["overall"].'
        )
    if repeated := int(answers.duplicated(keys).sum()):
        raise AgreementError(f"{repeated} rows repeat a moderation; give one answer for each.")
    told = answers[[*keys, question]].rename(columns={case: "case_ref"})
    met = pairs.merge(told, on=["case_ref", *keys[1:]], how="left")
    answer = met[question].fillna(NOT_RECORDED).replace("", NOT_RECORDED).to_numpy(dtype=object)
    gap = met["gap"].to_numpy()
    relation = np.select([gap == 0, gap == 1, gap == -1], RELATIONS[:3], RELATIONS[3])
    table = pd.crosstab(pd.Series(answer, name=question), relation)
    table = table.reindex(columns=list(RELATIONS), fill_value=0)
    table.insert(0, "n", table.sum(axis=1))
    table = table.reset_index().assign(last=lambda rows: rows[question] == NOT_RECORDED)
    order = table.sort_values(["last", "n", question], ascending=[True, False, True])
    return order.drop(columns="last").rename_axis(columns=None).reset_index(drop=True)
