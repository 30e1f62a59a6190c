"""Several measures at once: the cheapest whole numbers that make all of them precise enough.

Each aim bounds the variance of one estimate, of all cases or of some strata: the sum of
``N (N - n) S² / n`` is at most what is wanted (Bethel 1989, Survey Methodology 15:47-57;
Chromy 1987, Proceedings of the Survey Research Methods Section, ASA: 194-199). Chromy's iteration
finds the real-valued optimum and its multipliers. These bound, for whole numbers too, how
cheap any allocation can be, and which numbers of each stratum can be in the best one; an
integer programme of single audits (scipy's HiGHS) chooses among those. The answer is checked
against the aims in exact fractions. Several allocations may cost the same least; which of them
is given may differ between versions of scipy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation_aims import Aim, Posed, measured, pose
from qa_sampling.sampling.allocation_measures import check_positive, plain_values
from qa_sampling.sampling.bounds import Bound, stratum_bounds, whole_cases

__all__ = ["Aim", "SeveralAllocation", "allocate_several"]

_ROUNDS = 20_000
_SLACK = 1e-6
"""Relative slack of an aim that ordinary numbers cannot see; the integer programme is given it
back when its answer misses an aim."""


@dataclass(frozen=True)
class SeveralAllocation:
    """The cheapest allocation that meets several aims.

    Attributes
    ----------
    table : DataFrame
        One row a stratum, in the order given: `stratum`, `population`, `sampled`, `real` (the
        real-valued optimum), `probability` (missing without cases).
    aims : DataFrame
        One row an aim: `aim`, `wanted`, `reached` (cv or half-width), `binds` (whether it has a
        multiplier above 0, so that loosening it would save audits).
    n : int
        Audits in all.
    cost : float
        What they cost; the audits themselves without costs.
    least_cost : float
        No allocation of whole numbers that meets the aims costs less than this. It equals `cost`
        when the search was finished.
    """

    table: pd.DataFrame
    aims: pd.DataFrame
    n: int
    cost: float
    least_cost: float

    @property
    def sizes(self) -> dict[str, int]:
        """Audits by stratum."""
        return dict(zip(self.table["stratum"], self.table["sampled"].astype(int), strict=True))


def allocate_several(
    populations: Mapping[str, int] | pd.Series,
    aims: Mapping[str, Aim],
    *,
    costs: Mapping[str, float] | None = None,
    minimum: Bound = 1,
    maximum: Bound = None,
    certainty: Iterable[str] = (),
) -> SeveralAllocation:
    """Find the cheapest whole numbers with which every aim is met.

    Parameters
    ----------
    populations : mapping or Series of int
        Cases by stratum.
    aims : mapping of str to Aim
        What is to be precise, by name.
    costs : mapping of str to float, optional
        Cost of an audit by stratum, above 0; 1 without.
    minimum, maximum, certainty
        Bounds, as for ``allocation.allocate``; the minimum is at least 1.

    Returns
    -------
    SeveralAllocation

    Raises
    ------
    AllocationError
        When an aim is incomplete, or cannot be met even with the maxima; the aim is named.
    """
    sizes = whole_cases(populations)
    filled = {label: size for label, size in sizes.items() if size > 0}
    if not aims or not filled:
        raise AllocationError("Give at least one aim, and at least one stratum with cases.")
    low, high = stratum_bounds(filled, minimum, maximum, tuple(certainty), sizes)
    if costs is not None and (absent := [label for label in filled if label not in costs]):
        raise AllocationError(f"Stratum {absent[0]!r} has no cost; every stratum needs one.")
    check_positive(costs, "cost")
    prices = plain_values(costs) or dict.fromkeys(filled, 1)
    aims = {name: aim.in_plain_numbers() for name, aim in aims.items()}
    posed = pose(filled, aims, prices, low, high)
    real, multipliers = _real(posed)
    whole, least = _whole(posed, real, multipliers)
    counts = dict(zip(posed.labels, whole.tolist(), strict=True))
    shares = dict(zip(posed.labels, real.tolist(), strict=True))
    table = pd.DataFrame(
        {
            "stratum": list(sizes),
            "population": list(sizes.values()),
            "sampled": [counts.get(label, 0) for label in sizes],
            "real": [shares.get(label, 0.0) for label in sizes],
        }
    )
    cases = table["population"].astype("float64")
    table["probability"] = table["sampled"] / cases.where(cases > 0)
    cost = sum(price * count for price, count in zip(posed.costs, whole.tolist(), strict=True))
    return SeveralAllocation(
        table=table,
        aims=_reached(aims, filled, counts, multipliers),
        n=int(whole.sum()),
        cost=float(cost),
        least_cost=min(float(cost), least),
    )


def _real(posed: Posed) -> tuple[np.ndarray, np.ndarray]:
    """Give the real-valued optimum and the multipliers of the aims (Chromy's iteration)."""
    weights, prices = posed.weights, posed.prices
    multipliers = np.full(len(weights), prices.sum() * 1.0)
    low, high = posed.low.astype(float), posed.high.astype(float)
    shares = high
    for _ in range(_ROUNDS):
        shares = np.clip(np.sqrt(multipliers @ weights / prices), low, high)
        held = (weights / shares).sum(axis=1)
        following = multipliers * held**2
        if np.abs(following - multipliers).max() <= 1e-14 * multipliers.max():
            break
        multipliers = following
    return shares, multipliers


def _whole(posed: Posed, real: np.ndarray, multipliers: np.ndarray) -> tuple[np.ndarray, float]:
    """Give the best whole numbers, and a cost below which there are none."""
    pulled = multipliers @ posed.weights
    upper = _trimmed(posed, real, pulled)
    cost = float(posed.prices @ upper)

    def price(counts: np.ndarray) -> np.ndarray:
        return posed.prices * counts + pulled / counts

    lower = np.clip(np.floor(np.sqrt(pulled / posed.prices)), posed.low, posed.high)
    over = np.minimum(lower + 1, posed.high)
    cheapest = np.minimum(price(lower), price(over))
    bound = float(cheapest.sum() - multipliers.sum())
    if all(value.denominator == 1 for value in posed.costs):
        bound = math.ceil(bound - 1e-6 * max(1.0, abs(bound)))
    gap = cost - bound
    if gap <= 1e-9 * max(cost, 1.0):
        return upper, bound
    ends = [
        _window(posed, place, pulled[place], cheapest[place] + gap + 1e-6 * cost)
        for place in range(len(posed.labels))
    ]
    return _programme(posed, upper, np.array(ends))


def _trimmed(posed: Posed, real: np.ndarray, pulled: np.ndarray) -> np.ndarray:
    """Round up, then take audits away where least is lost for the cost, while all aims are met."""
    sizes = np.clip(np.ceil(real - 1e-9), posed.low, posed.high).astype(np.int64)
    if not posed.meets(sizes):
        sizes = np.minimum(sizes + 1, posed.high)
    if not posed.meets(sizes):
        sizes = posed.high.astype(np.int64)
    can_lose = sizes > posed.low
    while can_lose.any():
        lost = pulled / np.maximum(sizes * (sizes - 1.0), 0.5) / posed.prices
        place = int(np.argmin(np.where(can_lose, lost, np.inf)))
        sizes[place] -= 1
        if not posed.meets(sizes):
            sizes[place] += 1
            can_lose[place] = False
        else:
            can_lose[place] = sizes[place] > posed.low[place]
    return sizes


def _window(posed: Posed, place: int, pulled: float, limit: float) -> tuple[int, int]:
    """Give the fewest and most audits of a stratum that can be in the best allocation.

    Those with ``c n + w / n`` within the limit: the roots of a quadratic.
    """
    price = posed.prices[place]
    spread = math.sqrt(max(limit**2 - 4 * price * pulled, 0.0))
    low = math.floor((limit - spread) / (2 * price)) - 1
    high = math.ceil((limit + spread) / (2 * price)) + 1
    return max(low, int(posed.low[place])), min(high, int(posed.high[place]))


def _programme(posed: Posed, upper: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, float]:
    """Choose within the windows by an integer programme of single audits."""
    low, high = np.minimum(ends[:, 0], upper), np.maximum(ends[:, 1], upper)
    place = np.repeat(np.arange(len(low)), high - low)
    audits = np.concatenate([np.arange(a, b) for a, b in zip(low, high, strict=True)])
    gains = posed.weights[:, place] / (audits * (audits + 1.0))
    needed = (posed.weights / low).sum(axis=1) - 1
    for slack in (0.0, _SLACK):
        found = milp(
            posed.prices[place],
            constraints=LinearConstraint(gains, needed + slack, np.inf),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(place)),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            continue
        whole = low + np.bincount(place, np.rint(found.x), len(low)).astype(np.int64)
        least = float(found.mip_dual_bound + posed.prices @ low)
        if posed.meets(whole):
            return whole, least
    return upper, float(posed.prices @ low)


def _reached(
    aims: Mapping[str, Aim],
    filled: Mapping[str, int],
    counts: Mapping[str, int],
    multipliers: np.ndarray,
) -> pd.DataFrame:
    rows = []
    largest = float(multipliers.max()) or 1.0
    for (name, aim), multiplier in zip(aims.items(), multipliers, strict=True):
        among = sorted(set(aim.among)) if aim.among is not None else sorted(filled)
        wanted = aim.cv if aim.cv is not None else aim.half_width
        reached = measured(aim, among, filled, counts)
        rows.append((name, wanted, reached, bool(multiplier > 1e-6 * largest)))
    return pd.DataFrame(rows, columns=["aim", "wanted", "reached", "binds"])
