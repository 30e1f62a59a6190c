"""What became of the cases that were opened, and what that does to their weights.

A case that was drawn, or a reserve that was opened in its stead, ends as

- ``audited``: it counts.
- ``out_of_scope``: found not to belong to the population (closed, moved away). It keeps its
  weight and counts as zero: it stands for others of its kind, so that the number of cases in
  scope is estimated too (domain estimation; Cochran 1977, section 2.13).
- ``unavailable``: the record could not be audited. Its weight goes to the cases of
  its response class that were opened and are not unavailable (weighting-class adjustment;
  Oh and Scheuren 1983), on the assumption that within the class who is missing does not
  depend on practice. The response rate is shown beside the estimate.

A ``conflict`` is no outcome: the case is audited by somebody else and keeps its place. The words
are those of ``schema.AUDIT_OUTCOMES``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.schema import AUDIT_OUTCOMES

OUTCOMES = AUDITED, OUT_OF_SCOPE, UNAVAILABLE = tuple(AUDIT_OUTCOMES)[:3]
"""The final outcomes."""


def read_outcomes(values: pd.Series) -> np.ndarray:
    """Read outcome codes: the place of each in :data:`OUTCOMES`.

    Parameters
    ----------
    values : Series of str
        One of :data:`OUTCOMES` a case.

    Raises
    ------
    EstimationError
        When a code is missing or unknown.
    """
    codes, found = pd.factorize(values)
    texts = [str(one) for one in found]
    if "pending" in texts:
        count = int((codes == texts.index("pending")).sum())
        raise EstimationError(
            f"{count} cases are pending. Estimate when every case has its outcome, or record as "
            f"'unavailable' those that will have none."
        )
    if "conflict" in texts:
        count = int((codes == texts.index("conflict")).sum())
        raise EstimationError(
            f"{count} cases have the outcome 'conflict'. A conflict is no outcome: give the case "
            f"to another auditor, then record what the audit came to."
        )
    unknown = sorted(set(texts) - set(OUTCOMES)) + (["blank"] if (codes < 0).any() else [])
    if unknown:
        raise EstimationError(
            f"Outcomes are unknown: {', '.join(unknown[:3])}. Give one of {', '.join(OUTCOMES)} "
            f"for every case."
        )
    return np.array([OUTCOMES.index(text) for text in texts], dtype=int)[codes]


def share_weights(weights: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Share each stratum's weight with the reserves opened in it, which have none of their own.

    Parameters
    ----------
    weights : ndarray of float
        Weight of every case opened; missing for reserves.
    codes : ndarray of int
        Stratum of every case opened.

    Returns
    -------
    ndarray of float
        In strata with reserves opened, the stratum's total weight in equal parts.

    Raises
    ------
    EstimationError
        When a stratum has reserves opened but no case with a weight.
    """
    missing = np.isnan(weights)
    if not missing.any():
        return weights
    whole = np.bincount(codes, np.where(missing, 0, weights))
    opened, spare = np.bincount(codes), np.bincount(codes, missing)
    if (whole[spare > 0] <= 0).any():
        raise EstimationError(
            f"{int((spare[whole <= 0]).sum())} cases without a weight lie in strata of which no "
            f"case with one is in the table, so they cannot share it. Keep the cases that were "
            f"drawn in the table, with their outcomes."
        )
    return np.where(spare[codes] > 0, whole[codes] / opened[codes], weights)


def carry_weights(weights: np.ndarray, answers: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Give the weight of cases without an answer to the others of their class.

    Parameters
    ----------
    weights : ndarray of float
        Weight of every case opened.
    answers : ndarray of bool
        Whether a case was not unavailable.
    codes : ndarray of int
        Response class of every case opened.

    Returns
    -------
    ndarray of float
        0 for cases without an answer; the sum in each class stays. Missing in a class of which
        nobody answered.
    """
    if answers.all():
        return weights
    whole, left = np.bincount(codes, weights), np.bincount(codes, weights * answers)
    share = np.divide(whole, left, out=np.full(len(whole), np.nan), where=left > 0)[codes]
    return np.where(answers | np.isnan(share), weights * share, 0.0)


def spread_over_answers(
    weights: np.ndarray, answers: np.ndarray, codes: np.ndarray, labels: list[str]
) -> np.ndarray:
    """Carry the weight of unavailable cases, where every class has somebody who answered.

    Parameters
    ----------
    weights, answers, codes
        As for :func:`carry_weights`.
    labels : list of str
        Label of every class.

    Raises
    ------
    EstimationError
        When a class has unavailable cases only.
    """
    carried = carry_weights(weights, answers, codes)
    silent = np.isnan(carried)
    if silent.any():
        label = labels[int(codes[np.argmax(silent)])]
        raise EstimationError(
            f"Every case opened in {label or 'the sample'!r} was unavailable, so nobody speaks for "
            f"its cases. Open reserves, or name a coarser `response_class`."
        )
    return carried


def response_table(codes: np.ndarray, labels: list[str], outcomes: np.ndarray) -> pd.DataFrame:
    """Count what became of the cases opened, by stratum.

    Parameters
    ----------
    codes : ndarray of int
        Stratum of every case opened.
    labels : list of str
        Label of every stratum.
    outcomes : ndarray of int
        Outcome of every case opened, as its place in :data:`OUTCOMES`.

    Returns
    -------
    DataFrame
        One row a stratum: `stratum`, `opened`, `audited`, `out_of_scope`, `unavailable`,
        `response_rate` (share of the cases opened that are not unavailable).
    """
    opened = np.bincount(codes, minlength=len(labels))
    counts = {
        name: np.bincount(codes[outcomes == place], minlength=len(labels))
        for place, name in enumerate(OUTCOMES)
    }
    rate = 1 - counts[UNAVAILABLE] / opened
    return pd.DataFrame({"stratum": labels, "opened": opened, **counts, "response_rate": rate})
