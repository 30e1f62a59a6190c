"""The design of a sample: what its cases stand for, fixed before anything is estimated.

:func:`make_design` takes the bookkeeping of a draw in plain columns (stratum, cases in the
stratum, weight or probability, family, outcome) and gives a frozen ``Design``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import codes_of, column_of, numbers_of
from qa_sampling.sampling.estimation_outcomes import (
    AUDITED,
    OUTCOMES,
    UNAVAILABLE,
    read_outcomes,
    response_table,
    spread_over_answers,
)
from qa_sampling.sampling.estimation_sample import Design as Design
from qa_sampling.sampling.estimation_standing import (
    Standing,
    check_available,
    read_standing,
)
from qa_sampling.sampling.estimation_variance import (
    SINGLE_CASE_RULES,
    BalancedVariance,
    DegreesOfFreedom,
    SingleCase,
    StratifiedVariance,
    collapse_single,
)
from qa_sampling.sampling.estimation_weights import (
    Population,
    check_weights,
    read_populations,
    settle_weights,
)

Approximation = Literal["stratified", "pooled", "row", "column", "balanced"]
APPROXIMATIONS: tuple[str, ...] = ("stratified", "pooled", "row", "column", "balanced")


def make_design(
    table: pd.DataFrame,
    strata: str | Sequence[str] | None = None,
    *,
    population: Population = None,
    available: Population = None,
    stands_for: str | None = None,
    weight: str | None = None,
    probability: str | None = None,
    cluster: str | None = None,
    outcome: str | None = None,
    response_class: str | None = None,
    single_case: SingleCase = "collapse",
    collapse_within: str | None = None,
    approximation: Approximation = "stratified",
    row: str = "row",
    column: str = "column",
    draw: str | None = None,
    degrees: DegreesOfFreedom = "default",
) -> Design:
    """State the design of a sample.

    Parameters
    ----------
    table : DataFrame
        One row a case that was opened; it is not altered.
    strata : str or sequence of str, optional
        Columns that form the strata; several are joined by " / ". None for one stratum.
    population : int, str or mapping, optional
        Units (cases; with `cluster`, clusters) there are, siblings included: one number without
        strata, a column, or a mapping from stratum label. None when unknown: no
        finite-population correction.
    available : int, str or mapping, optional
        Where one child stands for each family: children that stand, as `population`.
    stands_for : str, optional
        Column of the number of children a case stands for, itself included; needs `available`.
    weight : str, optional
        Column of weights; missing for reserves that were opened. By default the inverse of
        `probability`, else units of the stratum over units opened.
    probability : str, optional
        Column of inclusion probabilities.
    cluster : str, optional
        Column of clusters, such as the family, that were drawn whole.
    outcome : str, optional
        Column of outcomes (see ``estimation_outcomes``). By default all were audited.
    response_class : str, optional
        Column of the classes within which unavailable cases are made up for. By default the
        stratum, or the whole sample when the draw was rounded.
    single_case : {"collapse", "adjust", "remove", "certainty", "average"}
        What a stratum adds to the variance of which one case was drawn and others were not:
        it is collapsed with a neighbour; its distance from the overall mean; nothing (the
        same, as if certain to be drawn); the mean of the others.
    collapse_within : str, optional
        Column of coarser classes, such as the status, within which strata are collapsed.
    approximation : {"stratified", "pooled", "row", "column", "balanced"}
        "stratified" for fixed numbers from each stratum. The others are stated
        approximations for draws by controlled rounding, which take no margin, the rows, the
        columns, or both as held; "pooled" is recommended (docs/intervals.md).
    row, column : str
        Columns of the two margins, for "row", "column" and "balanced".
    draw : str, optional
        Column that tells independent draws apart, such as the month.
    degrees : {"default", "r"}
        How degrees of freedom are counted; "r" as R's survey does.

    Returns
    -------
    Design

    Raises
    ------
    EstimationError
        When a column, a label, a weight or a population is missing or impossible, a stratum
        with cases has none opened, or an option is unknown.
    """
    _check_options(single_case, approximation, degrees)
    _check_table(table)
    codes, labels = codes_of(table, strata, draw)
    held = read_populations(table, codes, labels, population)
    outcomes = _outcomes(table, outcome)
    answers = outcomes != OUTCOMES.index(UNAVAILABLE)
    clusters = _clusters(table, cluster, codes) if cluster else None
    drawn_from, children = held, None
    if _has_standing(available, stands_for, approximation, cluster):
        drawn_from = read_populations(table, codes, labels, available)
        children = read_standing(table, str(stands_for))
        check_available(drawn_from, held, labels)
    given = {"weight": weight, "probability": probability, "children": children}
    weights = settle_weights(table, codes, drawn_from, answers=answers, clusters=clusters, **given)
    fixed = approximation == "stratified"
    if fixed and clusters is None and children is None:
        check_weights(weights, codes, labels, held)
    classes = (codes, labels) if fixed else codes_of(table, draw)
    classes = codes_of(table, response_class) if response_class else classes
    spread = spread_over_answers(weights, answers, *classes)
    kept, collapsed = table[answers], ()
    if fixed:
        within = codes_of(kept, collapse_within)[0]
        units, places = None if clusters is None else clusters[answers], codes[answers]
        variance, collapsed = _stratified(places, labels, units, drawn_from, single_case, within)
        if children is not None:
            added = held > drawn_from, children[answers], spread[answers]
            variance = _with_standing(variance, places, *added)
        method = f"stratified, single cases: {single_case}"
    else:
        _check_opened(held, codes, labels)
        variance = _rounded(
            kept, probability, weights[answers], _sides(approximation, row, column), draw
        )
        method = f"rounded draw, {approximation} approximation"
    known = cluster is None and np.isfinite(held).all()
    return Design(
        table=kept.reset_index(drop=True),
        weight=spread[answers],
        in_scope=(outcomes == OUTCOMES.index(AUDITED))[answers],
        population=float(held.sum() if known else spread.sum()),
        variance=variance,
        response=response_table(codes, labels, outcomes),
        strata=_names(strata, draw),
        collapsed=collapsed,
        method=method,
        degrees=degrees,
    )


def _outcomes(table: pd.DataFrame, outcome: str | None) -> np.ndarray:
    """Give the outcome of every case opened; without a column all were audited."""
    if outcome is None:
        return np.full(len(table), OUTCOMES.index(AUDITED))
    outcomes = read_outcomes(column_of(table, outcome))
    if not (outcomes == OUTCOMES.index(AUDITED)).any():
        raise EstimationError("No case was audited, so nothing can be said of the others.")
    return outcomes


def _check_table(table: object) -> None:
    if not isinstance(table, pd.DataFrame):
        raise EstimationError(f"The sample must be a table; got {type(table).__name__}.")
    if table.empty:
        raise EstimationError("The sample holds no case. Give one row for every case opened.")


def _check_opened(held: np.ndarray, codes: np.ndarray, labels: list[str]) -> None:
    """Refuse fewer cases than were opened, which no draw can do."""
    opened = np.bincount(codes, minlength=len(labels))
    over = np.flatnonzero(opened > held)
    if len(over):
        raise EstimationError(
            f"{opened[over[0]]} were opened in stratum {labels[over[0]]!r}, which has "
            f"{held[over[0]]:g}. Give the number there was before the draw."
        )


def _names(strata: str | Sequence[str] | None, draw: str | None) -> tuple[str, ...]:
    names = (strata,) if isinstance(strata, str) else tuple(strata or ())
    return names if draw is None else (draw, *names)


def _check_options(single_case: str, approximation: str, degrees: str) -> None:
    for name, value, known in (
        ("single_case", single_case, SINGLE_CASE_RULES),
        ("approximation", approximation, APPROXIMATIONS),
        ("degrees", degrees, ("default", "r")),
    ):
        if value not in known:
            raise EstimationError(
                f"`{name}` {value!r} is unknown; choose one of {', '.join(known)}."
            )


def _clusters(table: pd.DataFrame, cluster: str, codes: np.ndarray) -> np.ndarray:
    """Give the cluster of every row; refuse clusters that lie in two strata."""
    clusters = codes_of(table, cluster)[0]
    first = codes[np.unique(clusters, return_index=True)[1]]
    if (first[clusters] != codes).any():
        raise EstimationError(
            f"A cluster of `{cluster}` lies in two strata. Form strata of whole clusters, or leave "
            f"`cluster` out."
        )
    return clusters


def _stratified(
    codes: np.ndarray,
    labels: list[str],
    clusters: np.ndarray | None,
    populations: np.ndarray,
    rule: str,
    within: np.ndarray,
) -> tuple[StratifiedVariance, tuple[tuple[str, ...], ...]]:
    """Build the variance of a stratified draw; collapse single strata when asked."""
    unit, stratum = np.arange(len(codes)), codes
    if clusters is not None:
        _, first, unit = np.unique(clusters, return_index=True, return_inverse=True)
        stratum = codes[first]
    sizes = np.bincount(stratum, minlength=len(labels))
    _check_opened(populations, stratum, labels)
    collapsed: tuple[tuple[str, ...], ...] = ()
    joined = None
    if rule == "collapse" and ((sizes == 1) & (sizes < populations)).any():
        coarse = np.zeros(len(labels), dtype=int)
        coarse[codes] = within
        if (coarse[codes] != within).any():
            raise EstimationError(
                "A stratum lies in two classes of `collapse_within`. Name a column that is the "
                "same for all cases of a stratum, such as the status."
            )
        home, collapsed = collapse_single(labels, sizes, populations, coarse.tolist())
        _, place, parts = np.unique(home, return_inverse=True, return_counts=True)
        joined = parts > 1
        stratum, populations = place[stratum], np.bincount(place, populations)
    variance = StratifiedVariance(unit, stratum, populations, rule, clusters is None, joined)
    return variance, collapsed


def _sides(approximation: str, row: str, column: str) -> list[str]:
    """Give the columns of the margins that an approximation takes as held."""
    held = {"row": [row], "column": [column], "balanced": [row, column]}
    return held.get(approximation, [])


def _rounded(
    kept: pd.DataFrame,
    probability: str | None,
    weights: np.ndarray,
    sides: Sequence[str],
    draw: str | None,
) -> BalancedVariance:
    """Build the approximate variance of a rounded draw."""
    return BalancedVariance(_chances(kept, probability, weights), _indicators(kept, sides, draw))


def _chances(kept: pd.DataFrame, probability: str | None, weights: np.ndarray) -> np.ndarray:
    """Give inclusion probabilities; a reserve's is that of its weight."""
    if probability is None:
        return 1 / weights
    chances = numbers_of(kept, probability)
    return np.where(np.isnan(chances), 1 / weights, chances)


def _has_standing(
    available: Population, stands_for: str | None, approximation: str, cluster: str | None
) -> bool:
    """Say whether one child stands for each family; refuse half of what that needs."""
    if available is None and stands_for is None:
        return False
    if available is None or stands_for is None:
        raise EstimationError(
            "`available` and `stands_for` belong together: the children that stand for a family, "
            "by stratum, and how many children each case stands for. Give both."
        )
    if approximation != "stratified" or cluster is not None:
        raise EstimationError(
            "`available` is for fixed numbers from each stratum, one child a family. For rounded "
            "draws give `probability`; for families drawn whole give `cluster`."
        )
    return True


def _with_standing(
    variance: StratifiedVariance,
    codes: np.ndarray,
    aside: np.ndarray,
    children: np.ndarray,
    weights: np.ndarray,
) -> StratifiedVariance:
    """Let the choice of the child that stands for a family count too."""
    stratum = variance.stratum
    share = np.minimum(variance.sizes / variance.population, 1.0)[stratum] * (children > 1)
    hidden = np.bincount(stratum, aside[codes], minlength=len(variance.population)) > 0
    return replace(variance, standing=Standing(share, weights), aside=hidden)


def _indicators(table: pd.DataFrame, names: Sequence[str], draw: str | None) -> np.ndarray:
    """Give a constant for every draw and the indicators of the margins within it."""
    parts = []
    for name in [None, *names]:
        codes, labels = codes_of(table, name, draw)
        parts.append((codes[:, None] == np.arange(len(labels))).astype(float))
    return np.concatenate(parts, axis=1)
