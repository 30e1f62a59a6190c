"""What each factor of a rate contributes to its change: Das Gupta's symmetric effects.

A rate that is any function of factors is worked out with some factors as they are now and the
others as they were. The effect of a factor is what it adds when it changes, averaged over all
orders in which the factors could change. The effects add up to the change exactly and do not
depend on the order in which the factors are named. For two factors it is the average of both
weightings (Kitagawa 1955).

Source: P Das Gupta (1993), Standardization and Decomposition of Rates: A User's Manual, US Bureau
of the Census, Current Population Reports P23-186, chapters 2 to 4; E M Kitagawa (1955), Components
of a Difference Between Two Rates, JASA 50, 1168-1194. It is Shapley's value (1953) of the factors.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import combinations, pairwise
from math import factorial

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError

__all__ = ["MOST_FACTORS", "chain", "factor_effects", "order_weight", "product_effects"]

MOST_FACTORS = 8
"""Beyond this the orders are too many, and the parts too small to be read."""


def order_weight(already: int, factors: int) -> float:
    """Give the share of orders in which a certain set has changed before a factor does.

    Parameters
    ----------
    already : int
        Factors of that set.
    factors : int
        Factors in all.
    """
    return factorial(already) * factorial(factors - already - 1) / factorial(factors)


def factor_effects(
    before: Mapping[str, object],
    after: Mapping[str, object],
    rate: Callable[[dict[str, np.ndarray]], float | np.ndarray],
) -> dict[str, float | np.ndarray]:
    """Give the effect of each factor on a rate that is a function of them.

    Parameters
    ----------
    before, after : mapping
        Factor to its value then and now: a number, or an array over groups.
    rate : callable
        Takes a dict of the factors and gives the rate.

    Returns
    -------
    dict
        Factor to its effect, in the unit of the rate; together the change, exactly.

    Raises
    ------
    TrendError
        When the factors then and now are not the same, or are none or too many.
    """
    names = list(before)
    if set(names) != set(after) or not 1 <= len(names) <= MOST_FACTORS:
        raise TrendError(
            f"`before` and `after` must name the same 1 to {MOST_FACTORS} factors; got "
            f"{len(names)} and {len(after)}."
        )
    values = [{name: np.asarray(one[name], dtype="float64") for name in names} for one in
              (before, after)]  # fmt: skip
    held: dict[frozenset[str], object] = {}

    def at(now: frozenset[str]) -> float | np.ndarray:
        if now not in held:
            held[now] = rate({name: values[name in now][name] for name in names})
        return held[now]

    return {name: _effect(name, names, at) for name in names}


def _effect(
    name: str, names: list[str], at: Callable[[frozenset[str]], float | np.ndarray]
) -> float | np.ndarray:
    others = [one for one in names if one != name]
    found = 0.0
    for already in range(len(names)):
        weight = order_weight(already, len(names))
        for chosen in combinations(others, already):
            held = frozenset(chosen)
            found = found + weight * (at(held | {name}) - at(held))
    return found


def product_effects(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Give the effect of each factor on the product of all, for many products at once.

    Parameters
    ----------
    before, after : array, (factors, ...)
        Factors then and now.

    Returns
    -------
    array, (factors, ...)
        Effects, which add up over the factors to the change of the product.
    """
    names = [str(place) for place in range(len(before))]
    effects = factor_effects(
        dict(zip(names, before, strict=True)),
        dict(zip(names, after, strict=True)),
        lambda held: np.prod(np.stack([held[name] for name in names]), axis=0),
    )
    return np.stack([effects[name] for name in names])


def chain(
    before: Mapping[str, float] | pd.Series, after: Mapping[str, float] | pd.Series
) -> pd.DataFrame:
    """Take a change of the last count of a chain apart by its steps.

    Plans are referrals, times enquiries per referral, times conferences per enquiry, times plans
    per conference: for figures of a whole authority, as they are published.

    Parameters
    ----------
    before, after : mapping or Series
        Step to its count then and now, in order: {"Referrals": 2265, "S47 enquiries": 993, …}.
        The first may be a rate per 10,000 children; then all are.

    Returns
    -------
    DataFrame
        One row a step: `part` ("Referrals", "S47 enquiries per referral" as "S47 enquiries /
        Referrals"), `before`, `after` (the first count, then ratios), `contribution` (to the
        change of the last count; together the change, exactly), `times` (now over then).

    Raises
    ------
    TrendError
        When the steps differ or are fewer than two or too many, a count is missing or negative,
        or a step that others follow is 0: then there is no ratio to speak of.
    """
    _check_chain(before, after)
    steps = list(before)
    names = [steps[0], *(f"{late} / {soon}" for soon, late in pairwise(steps))]
    ratios = np.array([[float(one[steps[0]]), *(float(one[late]) / float(one[soon])
                        for soon, late in pairwise(steps))]
                       for one in (before, after)])  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(ratios[0] > 0, ratios[1] / ratios[0], np.nan)
    return pd.DataFrame(
        {
            "part": names,
            "before": ratios[0],
            "after": ratios[1],
            "contribution": product_effects(*ratios),
            "times": times,
        }
    )


def _check_chain(before: Mapping[Hashable, float], after: Mapping[Hashable, float]) -> None:
    steps, faults = list(before), []
    if steps != list(after):
        raise TrendError("`before` and `after` must name the same steps, in the same order.")
    if not 2 <= len(steps) <= MOST_FACTORS:
        faults.append(f"a chain has 2 to {MOST_FACTORS} steps; got {len(steps)}")
    for when, one in (("then", before), ("now", after)):
        counts = [float(one[step]) for step in steps]
        wrong = [step for step, count in zip(steps, counts, strict=True)
                 if not (np.isfinite(count) and count >= 0)]  # fmt: skip
        if wrong:
            faults.append(f"{when} the count of {', '.join(wrong)} is missing or below 0")
        empty = [step for step, count in zip(steps[:-1], counts[:-1], strict=True) if count == 0]
        if empty:
            faults.append(
                f"{when} {', '.join(empty)} is 0, so there is no ratio of what follows; begin the "
                "chain after it, or leave the step out"
            )
    if faults:
        raise TrendError(f"This chain cannot be taken apart: {'; '.join(faults)}.")
