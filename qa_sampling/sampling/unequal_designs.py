"""Designs by joint inclusion probabilities, and of selections by any method.

:func:`joint_design` takes the joint probabilities of a draw; :func:`design_of_selection` takes a
selection of ``case_selection.select_cases`` and knows what its method allows. Both give the
``Design`` that every estimate is made from: totals are Horvitz and Thompson's (the weighted
sum), proportions and means Hájek's (the weighted sum over the sum of the weights).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.case_selection import Selection
from qa_sampling.sampling.estimation_columns import codes_of, column_of
from qa_sampling.sampling.estimation_design import Design, make_design
from qa_sampling.sampling.estimation_quadratic import (
    JointForm,
    QuadraticVariance,
    joint_variance,
    local_mean_variance,
)
from qa_sampling.sampling.estimation_variance import (
    BalancedVariance,
    DegreesOfFreedom,
    collapse_single,
)
from qa_sampling.sampling.selection_methods import METHODS, Group

SelectionVariance = Literal["default", "joint", "pooled", "local_mean", "balanced"]
SELECTION_VARIANCES: tuple[str, ...] = ("default", "joint", "pooled", "local_mean", "balanced")
_DEFAULTS = {
    "tickets": "joint",
    "sampford": "joint",
    "poisson": "joint",
    "systematic": "local_mean",
    "ordered_pivotal": "local_mean",
}
_CHANCE = "\x00probability"


def joint_design(
    table: pd.DataFrame,
    joint: pd.DataFrame,
    *,
    key: str = "case_ref",
    strata: str | None = None,
    form: JointForm = "yates_grundy",
    outcome: str | None = None,
    response_class: str | None = None,
    degrees: DegreesOfFreedom = "default",
) -> Design:
    """State the design of a sample by its joint inclusion probabilities.

    Parameters
    ----------
    table : DataFrame
        One row a case that was opened; it is not altered.
    joint : DataFrame
        Joint inclusion probabilities by case in rows and columns; the diagonal holds the single
        ones. At least the cases of the table; all of the frame may be there.
    key : str
        Column that tells cases.
    strata : str, optional
        Column of strata that were drawn from apart; each takes a degree of freedom.
    form : {"yates_grundy", "horvitz_thompson"}
        The variance by squared differences, for a fixed size, or by products, for a random
        one (Poisson).
    outcome : str, optional
        Column of outcomes, as for ``make_design``.
    response_class : str, optional
        Column of the classes within which unavailable cases are made up for; the whole sample
        by default. Those who answer are taken for a plain random part of their class.
    degrees : {"default", "r"}
        How degrees of freedom are counted.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        When a case is absent from `joint` or repeated, a pair has no chance, the variance could
        be negative, or as ``make_design`` does.
    """
    if form not in ("yates_grundy", "horvitz_thompson"):
        raise EstimationError(
            f"`form` {form!r} is unknown; choose 'yates_grundy' or 'horvitz_thompson'."
        )
    together = _of_cases(joint, column_of(table, key))
    base = _base(table, np.diag(together), outcome, response_class, strata, degrees)
    rows = _places(base, table, key)
    answered = _after_response(together[np.ix_(rows, rows)], table, base, response_class)
    drawn_from = len(codes_of(base.table, strata)[1])
    variance = joint_variance(answered, form=form, strata=drawn_from)
    return replace(base, variance=variance, method=f"joint probabilities, {form}")


def design_of_selection(
    selection: Selection,
    table: pd.DataFrame,
    *,
    variance: SelectionVariance = "default",
    key: str = "case_ref",
    neighbours: int = 4,
    outcome: str | None = None,
    response_class: str | None = None,
    degrees: DegreesOfFreedom = "default",
) -> Design:
    """State the design of a selection, with the variance that its method allows.

    Parameters
    ----------
    selection : Selection
        What ``select_cases`` gave.
    table : DataFrame
        One row for every case selected, with what was found; it is not altered.
    variance : {"default", "joint", "pooled", "local_mean", "balanced"}
        "joint": exact joint probabilities, where the method has them. "pooled": Hájek's
        approximation within strata, as if the probabilities alone counted; strata of which one
        case was left to chance are joined to a neighbour by label. "local_mean": near
        cases, for methods that spread. "balanced": what a regression on the balancing variables
        leaves (Deville and Tillé 2005), for the cube. "default": "joint" for `tickets`,
        `sampford` and `poisson`; "local_mean" for `systematic` and `ordered_pivotal`; "pooled"
        for the others (docs/intervals.md says why).
    key : str
        Column that tells cases.
    neighbours : int
        For "local_mean"; see ``estimation_quadratic.local_mean_variance``.
    outcome, response_class, degrees
        As for :func:`joint_design`.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        When a selected case is absent or another is there, the method does not allow the
        variance, or as ``make_design`` does.
    """
    kind = _kind(selection, variance)
    keys = column_of(table, key).astype("str")
    chances = _chances(selection, keys)
    stratum = dict(zip(selection.sample["case_ref"], selection.sample["stratum"], strict=True))
    apart = not isinstance(selection.parameters["sizes"], int)
    labelled = table.assign(**{_STRATUM: keys.map(stratum) if apart else "all"})
    if kind == "joint":
        form: JointForm = "yates_grundy"
        if not METHODS[selection.method].has_fixed_size:
            form = "horvitz_thompson"
        made = joint_design(
            labelled.assign(**{key: keys}),
            selection.joint_probabilities(),
            key=key,
            strata=_STRATUM,
            form=form,
            outcome=outcome,
            response_class=response_class,
            degrees=degrees,
        )
        return replace(made, population=_cases_of(selection))
    base = _base(labelled, chances, outcome, response_class, _STRATUM, degrees)
    base = replace(base, population=_cases_of(selection))
    p = chances[_places(base, labelled, key)]
    ones, collapsed = _constants(base.table, p)
    refs = column_of(base.table, key).astype("str").tolist()
    if kind == "pooled":
        method = f"{selection.method}, pooled"
        return replace(base, variance=BalancedVariance(p, ones), method=method, collapsed=collapsed)
    if kind == "balanced":
        held = _held_by(selection.groups, "columns", refs) / p[:, None]
        margins = np.hstack([ones, held])
        if 2 * np.linalg.matrix_rank(margins) > len(margins):
            raise EstimationError(
                f"{len(margins)} audits are too few for a regression on "
                f"{np.linalg.matrix_rank(margins)} balancing variables. Use 'pooled'."
            )
        spread = BalancedVariance(p, margins)
        method = f"{selection.method}, balanced"
        return replace(base, variance=spread, method=method, collapsed=collapsed)
    near = _local(selection, base, p, refs, neighbours)
    return replace(base, variance=near, method=f"{selection.method}, local mean of {neighbours}")


_STRATUM = "\x00stratum"


def _cases_of(selection: Selection) -> float:
    """Count the cases that could be selected; those without a chance are not spoken for."""
    return float((selection.cases["inclusion_probability"] > 0).sum())


def _constants(
    table: pd.DataFrame, p: np.ndarray
) -> tuple[np.ndarray, tuple[tuple[str, ...], ...]]:
    """Give a constant for every stratum, those of one case joined to a neighbour by label."""
    codes, labels = codes_of(table, _STRATUM)
    by_chance = np.bincount(codes, p < 1, minlength=len(labels))
    home, collapsed = collapse_single(labels, by_chance, 2 * by_chance, [0] * len(labels))
    return (home[codes][:, None] == np.unique(home)).astype(float), collapsed


def _kind(selection: Selection, variance: str) -> str:
    if variance not in SELECTION_VARIANCES:
        raise EstimationError(
            f"`variance` {variance!r} is unknown; choose one of {', '.join(SELECTION_VARIANCES)}."
        )
    method = METHODS[selection.method]
    kind = _DEFAULTS.get(selection.method, "pooled") if variance == "default" else variance
    wrong = {
        "joint": method.joint is None,
        "local_mean": method.takes not in ("order_by", "spread_over"),
        "balanced": method.takes != "balance_on",
        "pooled": not method.has_fixed_size,
    }
    if wrong[kind]:
        raise EstimationError(
            f"A sample by {selection.method!r} has no {kind!r} variance. Leave `variance` out for "
            f"the one that its method allows."
        )
    return kind


def _chances(selection: Selection, keys: pd.Series) -> np.ndarray:
    """Give the probability of every row; refuse other cases than those selected."""
    held = selection.sample.set_index("case_ref")["inclusion_probability"]
    if keys.duplicated().any():
        raise EstimationError(
            f"{int(keys.duplicated().sum())} rows repeat a case. Give every case one row."
        )
    if set(keys) != set(held.index):
        raise EstimationError(
            f"The table holds {len(set(keys) - set(held.index))} cases that were not selected and "
            f"lacks {len(set(held.index) - set(keys))} that were. Give one row for every case "
            f"selected, unavailable ones with their outcome."
        )
    return held.loc[keys].to_numpy(dtype=float)


def _base(
    table: pd.DataFrame,
    chances: np.ndarray,
    outcome: str | None,
    response_class: str | None,
    strata: str | None,
    degrees: DegreesOfFreedom,
) -> Design:
    """Give weights, outcomes and response by ``make_design``; only the variance is another."""
    made = make_design(
        table.assign(**{_CHANCE: chances}),
        strata,
        probability=_CHANCE,
        outcome=outcome,
        response_class=response_class,
        approximation="pooled",
        degrees=degrees,
    )
    return replace(made, strata=())


def _places(base: Design, table: pd.DataFrame, key: str) -> list[int]:
    """Give the rows of the table that the design kept, in its order."""
    place = {value: row for row, value in enumerate(column_of(table, key).tolist())}
    return [place[value] for value in column_of(base.table, key).tolist()]


def _of_cases(joint: pd.DataFrame, keys: pd.Series) -> np.ndarray:
    if keys.duplicated().any():
        raise EstimationError(
            f"{int(keys.duplicated().sum())} rows repeat a case. Give every case one row."
        )
    if not (set(keys) <= set(joint.index) and set(keys) <= set(joint.columns)):
        raise EstimationError("`joint` lacks an audited case. Give all cases in rows and columns.")
    whole = joint.to_numpy(dtype=float)
    if joint.index.has_duplicates or joint.columns.has_duplicates or np.isnan(whole).any():
        raise EstimationError(
            "`joint` repeats a case or holds missing values. Give one number for every pair of "
            "cases, each case once."
        )
    possible = np.diag(whole) > 0 if joint.index.equals(joint.columns) else np.zeros(0, dtype=bool)
    if len(possible) and (whole[np.ix_(possible, possible)] <= 0).any():
        raise EstimationError(
            "`joint` holds pairs of cases that have no chance to be drawn together, so no variance "
            "without bias exists; so it is where a stratum gives one case. Use variance='pooled' "
            "or 'local_mean' in `design_of_selection`, or `make_design(..., "
            "approximation='pooled')`."
        )
    return joint.loc[keys, keys].to_numpy(dtype=float)


def _after_response(
    joint: np.ndarray, table: pd.DataFrame, base: Design, response_class: str | None
) -> np.ndarray:
    """Give the joint probabilities to be drawn and to answer.

    Who answers is a plain random part of a class: r of n, and r (r - 1) of n (n - 1) pairs.
    """
    if len(base.table) == len(table):
        return joint
    name = column_of(table, response_class).astype("str") if response_class else None
    if name is None:
        counts, own = pd.Series({"all": len(table)}), pd.Series("all", index=base.table.index)
    else:
        counts = name.value_counts()
        own = column_of(base.table, response_class or "").astype("str")
    n = own.map(counts).to_numpy(dtype=float)
    r = own.map(own.value_counts()).to_numpy(dtype=float)
    same = own.to_numpy()[:, None] == own.to_numpy()
    within = (r * (r - 1)) / np.maximum(n * (n - 1), 1)
    answers = np.where(same, within[:, None], np.outer(r / n, r / n))
    np.fill_diagonal(answers, r / n)
    return joint * answers


def _held_by(groups: tuple[Group, ...], name: str, refs: list[str]) -> np.ndarray:
    """Give covariates of cases by reference; 0 for those that were certain."""
    found: dict[str, np.ndarray] = {}
    for group in groups:
        found.update(zip(group.references, getattr(group, name), strict=True))
    width = max((len(values) for values in found.values()), default=0)
    nothing = np.zeros(width)
    return np.array([found.get(ref, nothing) for ref in refs])


def _local(
    selection: Selection, base: Design, p: np.ndarray, refs: list[str], neighbours: int
) -> QuadraticVariance:
    """Build the local mean within groups that were drawn apart."""
    takes_order = METHODS[selection.method].takes == "order_by"
    factor, held = np.zeros((len(refs), len(refs))), 0
    place = {ref: row for row, ref in enumerate(refs)}
    for group in selection.groups:
        rows = [place[ref] for ref in group.references if ref in place]
        if not rows:
            continue
        if len(rows) == 1:
            raise EstimationError(
                f"One case of stratum {group.label!r} was audited, so it has no neighbour. Use "
                f"'pooled'."
            )
        if takes_order:
            rank = {group.references[where]: float(at) for at, where in enumerate(group.order)}
            at = np.array([[rank[refs[row]]] for row in rows])
        else:
            at = _held_by((group,), "coordinates", [refs[row] for row in rows])
        own = local_mean_variance(at, p[rows], neighbours=neighbours)
        factor[np.ix_(rows, rows)] = own.factor
        held += own.held
    return QuadraticVariance(factor, p, max(1, held))
