"""What several measures at once ask for: aims, and the problem they pose."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from statistics import NormalDist

import numpy as np

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation_measures import check_deviations, plain_values

_CLEAR = 1e-9
"""Relative distance from an aim at which ordinary numbers can tell whether it is met."""


@dataclass(frozen=True)
class Aim:
    """How precise one estimated mean is to be. Give `cv` (with `means`) or `half_width`.

    Attributes
    ----------
    standard_deviations : mapping of str to float
        Of what is measured, by stratum, with the divisor N - 1.
    means : mapping of str to float or None
        Of what is measured, by stratum; needed for `cv`.
    cv : float or None
        Largest coefficient of variation of the estimate, such as 0.05.
    half_width : float or None
        Largest half-width of its normal interval, in the unit of what is measured.
    level : float
        Confidence level of that interval.
    among : tuple of str or None
        Strata that the estimate speaks of, such as those of one service; None for all.
    """

    standard_deviations: Mapping[str, float]
    means: Mapping[str, float] | None = None
    cv: float | None = None
    half_width: float | None = None
    level: float = 0.95
    among: tuple[str, ...] | None = None

    def in_plain_numbers(self) -> Aim:
        """Give the aim with Python's own numbers."""
        deviations = plain_values(self.standard_deviations)
        return replace(self, standard_deviations=deviations, means=plain_values(self.means))


@dataclass(frozen=True)
class Posed:
    """Strata in the order of their labels, and the aims over them.

    Attributes
    ----------
    labels : list of str
        Labels, sorted.
    costs : list of Fraction
        Cost of an audit.
    low, high : ndarray of int
        Bounds, at least 1.
    parts : list of dict
        By aim, the squared measure of the strata that count for it.
    limits : list of Fraction
        By aim, the largest sum of ``a²/n``.
    """

    labels: list[str]
    costs: list[Fraction]
    low: np.ndarray
    high: np.ndarray
    parts: list[dict[str, Fraction]]
    limits: list[Fraction]

    @cached_property
    def weights(self) -> np.ndarray:
        """Squared measures over their limit: a row an aim, a column a stratum."""
        rows = [
            [float(part.get(label, 0) / limit) for label in self.labels]
            for part, limit in zip(self.parts, self.limits, strict=True)
        ]
        return np.array(rows, dtype=float).reshape(len(self.parts), len(self.labels))

    @cached_property
    def prices(self) -> np.ndarray:
        """Costs in ordinary numbers."""
        return np.array([float(cost) for cost in self.costs])

    def meets(self, sizes: np.ndarray) -> bool:
        """Say whether every aim is met; exactly where ordinary numbers cannot tell."""
        worst = float((self.weights / sizes).sum(axis=1).max())
        if abs(worst - 1) > _CLEAR:
            return worst < 1
        counts = dict(zip(self.labels, sizes.tolist(), strict=True))
        return all(
            sum((part[label] / counts[label] for label in part), Fraction(0)) <= limit
            for part, limit in zip(self.parts, self.limits, strict=True)
        )


def pose(
    filled: Mapping[str, int],
    aims: Mapping[str, Aim],
    costs: Mapping[str, float],
    low: Mapping[str, int],
    high: Mapping[str, int],
) -> Posed:
    """Pose the problem: read the aims, and refuse those that cannot be met.

    Parameters
    ----------
    filled : mapping of str to int
        Cases by non-empty stratum.
    aims : mapping of str to Aim
        Aims by name.
    costs : mapping of str to float
        Cost of an audit by stratum.
    low, high : mapping of str to int
        Bounds by stratum.

    Raises
    ------
    AllocationError
        When an aim is incomplete or out of reach; it is named.
    """
    labels = sorted(filled)
    parts, limits = [], []
    for name, aim in aims.items():
        among = _among(name, aim, filled)
        squares = {at: (filled[at] * Fraction(aim.standard_deviations[at])) ** 2 for at in among}
        squares = {at: square for at, square in squares.items() if square}
        limit = _limit(name, aim, among, filled)
        limit += sum((square / filled[at] for at, square in squares.items()), Fraction(0))
        best = sum((square / high[at] for at, square in squares.items()), Fraction(0))
        if best > limit:
            raise AllocationError(
                f"The aim {name!r} cannot be met: even with the maxima it is "
                f"{measured(aim, among, filled, high):.4g}. Raise the maxima or ask for less."
            )
        parts.append(squares)
        limits.append(limit)
    return Posed(
        labels=labels,
        costs=[Fraction(costs[label]) for label in labels],
        low=np.array([max(1, low[label]) for label in labels]),
        high=np.array([max(1, high[label]) for label in labels]),
        parts=parts,
        limits=limits,
    )


def _among(name: str, aim: Aim, filled: Mapping[str, int]) -> list[str]:
    if (aim.cv is None) == (aim.half_width is None):
        raise AllocationError(f"The aim {name!r} needs either `cv` or `half_width`.")
    wanted = aim.cv if aim.cv is not None else aim.half_width
    if not 0 < wanted < math.inf or not 0 < aim.level < 1:
        raise AllocationError(
            f"The aim {name!r} asks for {wanted!r} at level {aim.level!r}; give a number above 0 "
            f"and a level between 0 and 1."
        )
    if aim.cv is not None and aim.means is None:
        raise AllocationError(f"The aim {name!r} gives `cv`, which needs `means` by stratum.")
    strangers = [label for label in aim.among or () if label not in filled]
    if strangers:
        raise AllocationError(
            f"The aim {name!r} speaks of stratum {strangers[0]!r}, which holds no cases."
        )
    among = sorted(set(aim.among)) if aim.among is not None else sorted(filled)
    given = [aim.standard_deviations, *([aim.means] if aim.means is not None else [])]
    absent = [label for label in among if any(label not in values for values in given)]
    if absent:
        raise AllocationError(
            f"The aim {name!r} lacks a value for {len(absent)} strata, such as {absent[0]!r}."
        )
    check_deviations(aim.standard_deviations)
    return among


def _limit(name: str, aim: Aim, among: list[str], filled: Mapping[str, int]) -> Fraction:
    """Give the largest variance of the estimated total."""
    if aim.half_width is not None:
        z = NormalDist().inv_cdf((1 + aim.level) / 2)
        return (Fraction(aim.half_width) * sum(filled[at] for at in among) / Fraction(z)) ** 2
    total = sum(filled[at] * Fraction(aim.means[at]) for at in among)
    if not total:
        raise AllocationError(f"The aim {name!r} has a mean of 0, which has no `cv`.")
    return (Fraction(aim.cv) * total) ** 2


def measured(
    aim: Aim, among: list[str], filled: Mapping[str, int], counts: Mapping[str, int]
) -> float:
    """Give the cv or half-width that an allocation reaches.

    Parameters
    ----------
    aim : Aim
        The aim.
    among : list of str
        Strata that count for it.
    filled, counts : mapping of str to int
        Cases and audits by stratum.
    """
    variance = sum(
        (
            Fraction(filled[at] * (filled[at] - counts[at]), counts[at])
            * Fraction(aim.standard_deviations[at]) ** 2
            for at in among
            if aim.standard_deviations[at]
        ),
        Fraction(0),
    )
    error = math.sqrt(variance)
    if aim.half_width is not None:
        cases = sum(filled[at] for at in among)
        return NormalDist().inv_cdf((1 + aim.level) / 2) * error / cases
    return error / abs(float(sum(filled[at] * Fraction(aim.means[at]) for at in among)))
