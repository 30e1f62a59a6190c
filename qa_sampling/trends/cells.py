"""Rates in the cells of several factors, and how the mix of cases is made of the factors' mixes.

The share of a cell of all cases is a product with one part for each factor (Das Gupta 1993,
chapter 6, for cross-classified data): a part holds how cases spread over the values of one factor,
among cases alike in the others, averaged over the orders in which the others may be held alike.
With one factor it is its share.

What no table tells is defined: a cell without cases in one period has the rate of the other
period, so that its coming or going is mix and not rate; and where a value is not seen in a period,
how its cases would have spread over the other factors is taken from the other period, so that it
moves the mix by its own factor alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from qa_sampling.trends.factor_effects import order_weight, product_effects

__all__ = ["Effects", "cell_effects", "cell_rates", "shares_by_factor"]


@dataclass(frozen=True)
class Effects:
    """Effects in cells; leading axes are resamples.

    Attributes
    ----------
    before, after : array, (...)
        The rate then and now.
    rate : array, (..., cells)
        What each cell's own rate contributes.
    mix : array, (factors, ..., cells)
        What each factor's mix contributes, by cell.
    """

    before: np.ndarray
    after: np.ndarray
    rate: np.ndarray
    mix: np.ndarray


def cell_rates(size: np.ndarray, events: np.ndarray) -> np.ndarray:
    """Give the rate in each cell; the other period's where there is no case, 0 where in neither.

    Parameters
    ----------
    size, events : array, (2, ..., cells)
        Cases, and what is counted in them, then and now.
    """
    own = np.divide(events, size, out=np.zeros(np.shape(events)), where=size > 0)
    return np.where(size > 0, own, own[::-1])


def shares_by_factor(size: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Take each cell's share of all cases apart by factor.

    Parameters
    ----------
    size : array, (2, ..., cells)
        Cases then and now; none of the periods empty.
    codes : array of int, (factors, cells)
        Place of each cell's value in each factor.

    Returns
    -------
    array, (factors, 2, ..., cells)
        Parts whose product over the factors is the share.
    """
    factors = len(codes)
    totals = _margins(size, codes)
    parts = []
    for factor in range(factors):
        others = [one for one in range(factors) if one != factor]
        part = np.ones(np.shape(size))
        for already in range(factors):
            weight = order_weight(already, factors)
            for held in combinations(others, already):
                part = part * _within(totals(held), totals((*held, factor))) ** weight
        parts.append(part)
    return np.stack(parts)


def _margins(
    size: np.ndarray, codes: np.ndarray
) -> Callable[[tuple[int, ...]], np.ndarray]:  # fmt: skip
    """Give a function that tells each cell the cases alike in some factors."""
    known: dict[tuple[int, ...], np.ndarray] = {}

    def totals(held: tuple[int, ...]) -> np.ndarray:
        key = tuple(sorted(held))
        if key not in known:
            if not key:
                known[key] = np.broadcast_to(size.sum(axis=-1, keepdims=True), size.shape)
            else:
                _, place = np.unique(codes[list(key)], axis=1, return_inverse=True)
                place = place.ravel()
                table = np.zeros((size.shape[-1], place.max() + 1))
                table[np.arange(len(place)), place] = 1.0
                known[key] = (size @ table)[..., place]
        return known[key]

    return totals


def _within(whole: np.ndarray, part: np.ndarray) -> np.ndarray:
    """Give the share of a part; the other period's where there is no whole, 1 where in neither."""
    own = np.divide(part, whole, out=np.ones(whole.shape), where=whole > 0)
    return np.where(whole > 0, own, own[::-1])


def cell_effects(
    size: np.ndarray, events: np.ndarray, codes: np.ndarray, *, centred: bool = True
) -> Effects:
    """Take the change of a rate apart by cell: what the rates, and what each factor's mix does.

    Parameters
    ----------
    size, events : array, (2, ..., cells)
        Cases, and what is counted in them, then and now.
    codes : array of int, (factors, cells)
        Place of each cell's value in each factor.
    centred : bool
        Hold the rates against the average of then and now, so that a value counts as raising the
        mix only when its rate is above it. False gives Das Gupta's figures, which differ only with
        two factors or more.
    """
    whole = size.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        before, after = events.sum(axis=-1) / whole
    rates = cell_rates(size, events)
    parts = shares_by_factor(size, codes)
    shares = np.prod(parts, axis=0)
    rate = (shares[0] + shares[1]) / 2 * (rates[1] - rates[0])
    level = (rates[0] + rates[1]) / 2
    if centred:
        level = level - ((before + after) / 2)[..., None]
    mix = product_effects(parts[:, 0], parts[:, 1]) * level
    return Effects(before, after, rate, mix)
