"""Two phases: audits of a sample of cases, then a second grade for some of the audits.

The moderated audits are a random part of the audited ones, drawn within each auditor. What the
moderators would have found in all cases follows from both phases (double sampling;
Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, sections 9.3 to 9.7):

- ``expansion``: each moderated audit stands for others by the product of its two weights.
- ``difference``: the auditors' result for all cases, corrected by the mean difference that the
  moderators found. The default: precise when auditors and moderators mostly agree.
- ``regression``: the same with a slope fitted by weighted least squares on the auditors' result.

The variance has two parts (their eq. 9.3.7): that of the audits' draw, estimated from the moderated
ones, and that of the moderation's draw given the audits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import of_a_kind, ratio_of
from qa_sampling.sampling.estimation_columns import check_present, numbers_of
from qa_sampling.sampling.estimation_design import Design
from qa_sampling.sampling.estimation_phase_design import TwoPhaseDesign, add_phase
from qa_sampling.sampling.estimation_precision import precise
from qa_sampling.sampling.estimation_results import Estimate, Kind

__all__ = ["TwoPhaseDesign", "TwoPhaseMethod", "add_phase", "estimate_moderated"]

TwoPhaseMethod = Literal["expansion", "difference", "regression"]
TWO_PHASE_METHODS: tuple[str, ...] = ("expansion", "difference", "regression")


def estimate_moderated(
    design: TwoPhaseDesign,
    y: str,
    audited: str,
    *,
    values: Collection[object] | None = None,
    where: Mapping[str, object] | None = None,
    method: TwoPhaseMethod = "difference",
    as_mean: bool = False,
) -> Estimate:
    """Estimate for all cases what the moderators would have found.

    Parameters
    ----------
    design : TwoPhaseDesign
        Both phases.
    y : str
        Column of the moderators' result; only moderated rows need it.
    audited : str
        Column of the auditors' result; every audited row has it. Not used by "expansion".
    values : collection, optional
        Labels that count, in both columns.
    where : mapping, optional
        Domain: column -> label or labels.
    method : {"expansion", "difference", "regression"}
        How the auditors' result helps.
    as_mean : bool
        Whether a mean is estimated, not a proportion.

    Returns
    -------
    Estimate
        `n` counts moderated audits.

    Raises
    ------
    EstimationError
        When the method is unknown, a column has missing values, or no audit of the domain was
        moderated.
    """
    if method not in TWO_PHASE_METHODS:
        raise EstimationError(
            f"`method` {method!r} is unknown; choose one of {', '.join(TWO_PHASE_METHODS)}."
        )
    first = design.first
    member = first.rows_where(where)
    second = np.zeros(len(member), dtype=bool)
    second[design.rows] = member[design.rows]
    if not second.any():
        raise EstimationError(
            "No audit of the domain was moderated, so moderators' findings cannot be estimated for "
            "it. Ask for a wider domain."
        )
    found = _result(first, y, second, values, as_mean)
    known = (
        np.zeros(len(found))
        if method == "expansion"
        else _result(first, audited, member, values, as_mean)
    )
    return _combine(design, found, known, member, second, method, as_mean, where)


def _combine(
    design: TwoPhaseDesign,
    found: np.ndarray,
    known: np.ndarray,
    member: np.ndarray,
    second: np.ndarray,
    method: TwoPhaseMethod,
    as_mean: bool,
    where: Mapping[str, object] | None,
) -> Estimate:
    first, rows = design.first, design.rows
    chance = np.ones(len(member))
    chance[rows] = design.probability
    weight = np.where(member, first.weight, 0.0)
    both = np.where(second, first.weight / chance, 0.0)
    size = both.sum() if method == "expansion" else weight.sum()
    fitted, base = _fitted(found, known, weight, both, second, method)
    value = (
        float((weight @ fitted + both @ (found - fitted)) / size) if method != "expansion" else base
    )
    kind: Kind = "mean" if as_mean else "proportion"
    value = value if as_mean else float(np.clip(value, 0, 1))
    around = np.where(second, found - value, 0.0)[rows]
    rest = np.where(second, found - fitted, 0.0)[rows]
    rest = around if method == "expansion" else rest
    own = first.weight[rows] / size * _factors(known, weight, both, method)[rows]
    one, two = design.parts(own * around, own * rest)
    careful = design.parts(own * around, own * rest, careful=True)[0] + two
    seen = found[second]
    reach = (0.0, 1.0)
    if as_mean:
        # the auditors' result carries the estimate beyond what moderators saw
        told = [*seen, value, *(known[member] if method != "expansion" else [])]
        reach = (float(min(told)), float(max(told)))
    linear = ratio_of(
        first, found, None, np.where(second, 0, -1), kind=kind, where=where, reach=reach
    )
    plain = precise(first, linear)[0]
    variance = one + two
    df = int(second.sum()) - design.groups
    n = int(second.sum())
    effect = _effect(value, variance, seen, n, float(size), plain.design_effect)
    flags = tuple(flag for flag in plain.flags if flag not in ("none", "all", "no spread"))
    flags += ("none",) * (not as_mean and value <= 0) + ("all",) * (not as_mean and value >= 1)
    return replace(
        plain,
        estimate=value,
        standard_error=float(np.sqrt(variance)),
        interval_error=float(np.sqrt(careful)),
        population=first.population if member.all() else float(weight.sum()),
        degrees_of_freedom=max(1, min(df, plain.degrees_of_freedom)),
        design_effect=effect,
        effective_n=n / effect,
        method=f"two phases, {method}; {first.method}",
        flags=flags + (("no spread",) if variance == 0 else ()),
        is_complete=plain.is_complete and n == int(member.sum()),
        exact=None,
        reach=reach,
        most_n=None if method == "expansion" else int(member.sum()),
    )


def _fitted(
    found: np.ndarray,
    known: np.ndarray,
    weight: np.ndarray,
    both: np.ndarray,
    second: np.ndarray,
    method: TwoPhaseMethod,
) -> tuple[np.ndarray, float]:
    """Give what the auditors' result foretells of the moderators', and the expanded mean."""
    base = float(both @ found / both.sum())
    if method == "expansion":
        return np.full(len(found), base), base
    if method == "difference":
        return known, base
    columns = np.column_stack([np.ones(len(known)), known])
    root = np.sqrt(both)[:, None]
    slopes = np.linalg.lstsq(root * columns, root[:, 0] * found, rcond=None)[0]
    return columns @ slopes, base


def _factors(
    known: np.ndarray, weight: np.ndarray, both: np.ndarray, method: TwoPhaseMethod
) -> np.ndarray:
    """Give the factors by which the regression moves the weights of the second phase."""
    if method != "regression":
        return np.ones(len(known))
    columns = np.column_stack([np.ones(len(known)), known])
    short = columns.T @ weight - columns.T @ both
    matrix = columns.T @ (both[:, None] * columns)
    return 1 + columns @ np.linalg.lstsq(matrix, short, rcond=None)[0]


def _effect(
    value: float, variance: float, seen: np.ndarray, n: int, cases: float, otherwise: float
) -> float:
    """Give the design effect against a plain random sample of n moderated cases."""
    if n < 2 or variance <= 0:
        return otherwise
    plain = float(((seen - value) ** 2).sum()) / (n - 1) / n * max(1 - n / cases, 0.0)
    return variance / plain if plain > 0 else otherwise


def _result(
    design: Design,
    name: str,
    member: np.ndarray,
    values: Collection[object] | None,
    as_mean: bool,
) -> np.ndarray:
    if not as_mean:
        return np.where(member, of_a_kind(design, name, member, values), 0.0)
    numbers = numbers_of(design.table, name)
    check_present(numbers, member, name)
    return np.where(member, numbers, 0.0)
