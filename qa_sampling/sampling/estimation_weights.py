"""How many cases there are in each stratum, and how many each opened case stands for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import amounts_of
from qa_sampling.sampling.estimation_outcomes import share_weights
from qa_sampling.sampling.estimation_standing import check_against_standing

_LEAST, _MOST = 1e-9, 1e15
Population = int | str | Mapping[str, int] | None


def read_populations(
    table: pd.DataFrame, codes: np.ndarray, labels: list[str], population: Population
) -> np.ndarray:
    """Give the units of every stratum that was opened; infinite when unknown.

    Parameters
    ----------
    table : DataFrame
        One row a case opened.
    codes : ndarray of int
        Stratum of every row.
    labels : list of str
        Label of every stratum.
    population : int, str, mapping or None
        As given to ``make_design``.

    Raises
    ------
    EstimationError
        When a number is absent, impossible or not one a stratum, or a stratum with cases has none
        opened.
    """
    if population is None:
        return np.full(len(labels), np.inf)
    if isinstance(population, str):
        values = amounts_of(table, population)
        low, high = np.full(len(labels), np.inf), np.full(len(labels), -np.inf)
        np.minimum.at(low, codes, values)
        np.maximum.at(high, codes, values)
        differs = np.flatnonzero(low != high)
        if len(differs):
            place = differs[0]
            raise EstimationError(
                f"`{population}` is not one number for stratum {labels[place]!r}: it says "
                f"{low[place]:g} and {high[place]:g}. Give every row its stratum's number of units."
            )
        held = dict(zip(labels, low, strict=True))
    elif isinstance(population, Mapping):
        held = {str(label): _number(size) for label, size in population.items()}
    elif len(labels) == 1:
        held = {labels[0]: _number(population)}
    else:
        raise EstimationError(
            f"`population` is one number, but there are {len(labels)} strata. Give a column, or a "
            f"mapping from stratum to its number of cases."
        )
    return _checked(held, labels)


def _number(size: object) -> float:
    if isinstance(size, bool | np.bool_) or not isinstance(size, int | float | np.number):
        raise EstimationError(
            f"`population` must be a number of cases; got {size!r}. Give the cases there are, or "
            f"None where nobody knows."
        )
    return float(size)


def _checked(held: Mapping[str, float], labels: list[str]) -> np.ndarray:
    unknown = sorted(set(labels) - set(held))
    if unknown:
        raise EstimationError(
            f"`population` lacks stratum {unknown[0]!r}. Give the number of cases of every stratum."
        )
    bad = sorted(label for label, size in held.items() if not 0 <= size < np.inf)
    if bad:
        raise EstimationError(
            f"`population` of stratum {bad[0]!r} is {held[bad[0]]:g}. Give a number of 0 or more."
        )
    empty = sorted({label for label, size in held.items() if size > 0} - set(labels))
    if empty:
        others = f" (and in {len(empty) - 1} more)" if len(empty) > 1 else ""
        raise EstimationError(
            f"No case was opened in stratum {empty[0]!r}, which has {held[empty[0]]:g}{others}, so "
            f"the sample says nothing of it. Merge it with another stratum, or leave it out of "
            f"`population`: then the estimate speaks for the rest only. A draw by controlled "
            f"rounding needs `probability` and `approximation='pooled'`."
        )
    return np.array([held[label] for label in labels], dtype=float)


def settle_weights(
    table: pd.DataFrame,
    codes: np.ndarray,
    populations: np.ndarray,
    *,
    answers: np.ndarray,
    clusters: np.ndarray | None,
    children: np.ndarray | None = None,
    weight: str | None,
    probability: str | None,
) -> np.ndarray:
    """Give every case opened its weight, before unavailable cases are made up for.

    Parameters
    ----------
    table : DataFrame
        One row a case opened.
    codes : ndarray of int
        Stratum of every row.
    populations : ndarray of float
        Units of every stratum.
    answers : ndarray of bool
        Whether a case was not unavailable; those that were may have a weight of 0, when it
        was given to others already.
    clusters : ndarray of int or None
        Cluster of every row.
    children : ndarray of float or None
        Children every case stands for, itself included.
    weight, probability : str or None
        As given to ``make_design``.

    Raises
    ------
    EstimationError
        When weights are neither given nor follow, or are not above 0 and finite.
    """
    if weight is not None:
        weights = amounts_of(table, weight)
    elif probability is not None:
        chances = amounts_of(table, probability)
        if not ((chances > 0) & (chances <= 1) | np.isnan(chances)).all():
            raise EstimationError(
                f"`{probability}` must lie above 0 and up to 1 for every case drawn, blank for "
                f"reserves. Correct it; a case that could not be drawn cannot be in the sample."
            )
        weights = 1 / chances
    elif np.isinf(populations).any():
        raise EstimationError(
            "The cases have no weight. Give `population`, `weight` or `probability`."
        )
    else:
        units = codes
        if clusters is not None:
            units = codes[np.unique(clusters, return_index=True)[1]]
        weights = (populations / np.bincount(units, minlength=len(populations)))[codes]
        weights = weights if children is None else weights * children
    weights = share_weights(weights, codes)
    carried = ~answers & (weights == 0)
    wrong = int(((~(weights > _LEAST) & ~carried) | (weights > _MOST)).sum())
    if wrong:
        raise EstimationError(
            f"{wrong} cases have a weight that is not above 0 and finite (from {_LEAST:g} to "
            f"{_MOST:g}). Every case opened stands for at least a part of one."
        )
    return weights


def check_weights(
    weights: np.ndarray,
    codes: np.ndarray,
    labels: list[str],
    populations: np.ndarray,
) -> None:
    """Refuse weights that contradict the number of cases there are.

    Equal weights, and those of a stratum opened whole, add up to its population (1% is left for
    rounding). Unequal ones do so on average over draws only; half to double is let pass.

    Parameters
    ----------
    weights : ndarray of float
        Weight of every case opened.
    codes : ndarray of int
        Stratum of every case.
    labels : list of str
        Label of every stratum.
    populations : ndarray of float
        Cases of every stratum; infinite when unknown.

    Raises
    ------
    EstimationError
        When the weights of a stratum do not add up to its population.
    """
    total = np.bincount(codes, weights, minlength=len(labels))
    opened = np.bincount(codes, minlength=len(labels))
    low, high = np.full(len(labels), np.inf), np.zeros(len(labels))
    some = weights > 0
    np.minimum.at(low, codes[some], weights[some])
    np.maximum.at(high, codes[some], weights[some])
    known = np.isfinite(populations) & (populations > 0) & (opened <= populations)
    share = np.divide(total, populations, out=np.ones(len(labels)), where=known)
    strict = (high <= low * (1 + 1e-6)) | (opened >= populations)
    wrong = known & np.where(strict, np.abs(share - 1) > 0.01, (share < 0.5) | (share > 2))
    if wrong.any():
        one = int(np.argmax(wrong))
        raise EstimationError(
            f"The weights of stratum {labels[one]!r} add up to {total[one]:g}, but its population "
            f"is {populations[one]:g}. Give the number of cases the weights speak for (with one "
            f"child a family `population`, not `available`), or leave `weight` out."
        )
    check_against_standing(weights, codes, labels, populations)
