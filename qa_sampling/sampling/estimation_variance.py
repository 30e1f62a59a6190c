"""How far an estimate would move with another draw: variances of stratified and rounded draws.

Every variance here is a sum of squared deviations: :meth:`deviations` turns weighted values
into numbers whose squares add up to the variance, so that covariances follow as well.

Stratified draws (Cochran 1977, Sampling Techniques, eq. 5.12 and, for clusters, 9A.10): in
stratum h with n of N units, ``c = n / (n - 1) * (1 - n / N)`` and the deviations are
``sqrt(c) * (z - mean of z)``.

Draws by controlled rounding have cells with one case or none and pairs of cells that never
meet, so no variance is unbiased. The stated approximation is that of balanced sampling
(Deville and Tillé 2005, Journal of Statistical Planning and Inference 128:569-591, eq. 4 with
their second weights): ``c = (1 - probability) * n / (n - p)``, and deviations from a weighted
regression on p indicators. With one constant ("pooled") it is Hájek's (1964); with the
rows, the columns or both it says that those margins were held. Its coverage is measured
in docs/intervals.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa_sampling.sampling.estimation_standing import Standing

SingleCase = Literal["collapse", "adjust", "remove", "certainty", "average"]
SINGLE_CASE_RULES: tuple[str, ...] = ("collapse", "adjust", "remove", "certainty", "average")
DegreesOfFreedom = Literal["default", "r"]


@dataclass(frozen=True, eq=False)
class StratifiedVariance:
    """The variance of a stratified draw, of cases or of clusters.

    Attributes
    ----------
    unit : ndarray of int
        Unit (case or cluster) of every row, 0 to units - 1.
    stratum : ndarray of int
        Stratum of every unit.
    population : ndarray of float
        Units of every stratum; infinite when unknown.
    rule : str
        What is done with a stratum of which one unit was drawn and others were not.
    rows_are_units : bool
        Whether every row is a unit of its own.
    joined : ndarray of bool or None
        Strata that were put together because one unit was drawn from each. They have no
        finite-population correction: what is left within each is in their distance already.
    standing : Standing or None
        What one child a family adds; `population` then counts the children that stand.
    aside : ndarray of bool or None
        Strata of which some children were set aside, so that they were never seen whole.
    """

    unit: np.ndarray
    stratum: np.ndarray
    population: np.ndarray
    rule: str
    rows_are_units: bool
    joined: np.ndarray | None = None
    standing: Standing | None = None
    aside: np.ndarray | None = None

    @property
    def sizes(self) -> np.ndarray:
        """Units drawn by stratum."""
        return np.bincount(self.stratum, minlength=len(self.population))

    @property
    def is_whole(self) -> np.ndarray:
        """Whether a stratum was taken whole."""
        whole = self.sizes >= self.population
        return whole if self.aside is None else whole & ~self.aside

    @property
    def is_single(self) -> np.ndarray:
        """Whether a stratum has one unit drawn and others that were not."""
        return (self.sizes == 1) & (self.sizes < self.population)

    @property
    def scales(self) -> np.ndarray:
        """The factor c by stratum; a single unit has the finite-population part alone."""
        sizes = self.sizes
        left = np.clip(1 - sizes / self.population, 0, 1)
        if self.joined is not None:
            left = np.where(self.joined & (left > 0), 1.0, left)
        return np.where(sizes > 1, sizes / np.maximum(sizes - 1, 1), 1.0) * left

    def totals(self, values: np.ndarray) -> np.ndarray:
        """Add up weighted values (rows by columns) over the rows of each unit."""
        return values if self.rows_are_units else _sums(values, self.unit, len(self.stratum))

    def deviations(self, values: np.ndarray) -> np.ndarray:
        """Give numbers whose squares add up to the variance of the sum of `values`.

        Parameters
        ----------
        values : ndarray
            Weighted values: rows of the sample by columns.
        """
        totals = self.totals(values)
        sizes = np.maximum(self.sizes, 1)[:, None]
        centre = (_sums(totals, self.stratum, len(self.population)) / sizes)[self.stratum]
        factor = np.sqrt(self.scales[self.stratum])[:, None]
        alone = self.is_single[self.stratum]
        if alone.any():
            centre[alone] = totals.mean(axis=0) if self.rule == "adjust" else totals[alone]
            factor = factor * self._average_factor()
        moved = factor * (totals - centre)
        if self.standing is None:
            return moved
        return np.vstack([moved, self.standing.deviations(values)])

    def _average_factor(self) -> float:
        """Let single strata have the mean variance of the others, by scaling those up."""
        if self.rule != "average":
            return 1.0
        used = int((~self.is_single).sum())
        return float(np.sqrt(len(self.population) / used)) if used else 1.0

    def domain_variances(self, values: np.ndarray, domain: np.ndarray, domains: int) -> np.ndarray:
        """Give the variance of the sum of `values` over each domain, in one pass.

        Parameters
        ----------
        values : ndarray
            Weighted values, one a row.
        domain : ndarray of int
            Domain of every row, 0 to domains - 1.
        domains : int
            How many domains there are.
        """
        place = self.unit.astype(np.int64) * domains + domain
        if self.rows_are_units:
            stratum, column, totals = self.stratum[self.unit], domain, values
        else:
            pairs, back = np.unique(place, return_inverse=True)
            totals = np.bincount(back, weights=values)
            stratum, column = self.stratum[pairs // domains], pairs % domains
        shape = (len(self.population), domains)
        cell = stratum.astype(np.int64) * domains + column
        first = np.bincount(cell, totals, minlength=shape[0] * shape[1]).reshape(shape)
        second = np.bincount(cell, totals * totals, minlength=shape[0] * shape[1]).reshape(shape)
        found = self._from_moments(first, second, len(self.stratum))
        if self.standing is not None:
            found = found + self.standing.domain_variances(values, domain, domains)
        return found

    def _from_moments(self, first: np.ndarray, second: np.ndarray, units: int) -> np.ndarray:
        """Give variances by domain from sums and sums of squares (strata by domains)."""
        sizes = np.maximum(self.sizes, 1)[:, None]
        squares = np.maximum(second - first**2 / sizes, 0)
        alone = self.is_single
        if alone.any():
            middle = first.sum(axis=0) / units
            around = second[alone] - 2 * middle * first[alone] + middle**2
            squares[alone] = np.maximum(around, 0) if self.rule == "adjust" else 0
        return (self.scales[:, None] * squares).sum(axis=0) * self._scale_up(alone)

    def _scale_up(self, alone: np.ndarray) -> float:
        return self._average_factor() ** 2 if alone.any() else 1.0

    def degrees_of_freedom(self, rows: np.ndarray, rule: DegreesOfFreedom = "default") -> int:
        """Give the degrees of freedom of an estimate that rests on some of the rows.

        Parameters
        ----------
        rows : ndarray of bool
            Rows the estimate rests on.
        rule : {"default", "r"}
            "default": units less strata, over the strata that the rows touch and that were not
            taken whole, and no more than the units the rows hold less one. "r": units less
            strata among the rows, as R's survey counts them, strata taken whole included.

        Returns
        -------
        int
            At least 1; R's may be 0.
        """
        units = np.unique(self.unit[rows])
        strata = np.unique(self.stratum[units])
        if rule == "r":
            return len(units) - len(strata)
        counted = strata[~self.is_whole[strata]]
        held = int(self.sizes[counted].sum()) - len(counted)
        own = int((~self.is_whole[self.stratum[units]]).sum()) - 1
        return max(1, min(held, own))


@dataclass(frozen=True, eq=False)
class BalancedVariance:
    """The stated approximation for draws whose margins were held by controlled rounding.

    Attributes
    ----------
    probability : ndarray of float
        Inclusion probability of every row.
    margins : ndarray of float
        Indicators (rows by columns) of the margins that are taken as held.
    """

    probability: np.ndarray
    margins: np.ndarray

    @property
    def is_open(self) -> np.ndarray:
        """Which rows were left to chance."""
        return self.probability < 1

    @property
    def rank(self) -> int:
        """Number of margins of what was left to chance that are independent of each other."""
        held = self.margins[self.is_open]
        return int(np.linalg.matrix_rank(held)) if len(held) else 0

    def deviations(self, values: np.ndarray) -> np.ndarray:
        """Give numbers whose squares add up to the variance of the sum of `values`.

        Parameters
        ----------
        values : ndarray
            Weighted values: rows of the sample by columns.
        """
        rows, rank = int(self.is_open.sum()), self.rank
        left = np.clip(1 - self.probability, 0, 1)
        scale = np.sqrt(left * rows / max(rows - rank, 1))[:, None]
        fitted = np.linalg.lstsq(scale * self.margins, scale * values, rcond=None)[0]
        return scale * (values - self.margins @ fitted)

    def degrees_of_freedom(self, rows: np.ndarray, rule: DegreesOfFreedom = "default") -> int:
        """Give the degrees of freedom of an estimate that rests on some of the rows.

        Parameters
        ----------
        rows : ndarray of bool
            Rows the estimate rests on.
        rule : {"default", "r"}
            "default": no more than the rows less the margins that were held, nor than the rows
            held less one. "r": the rows held less one.

        Returns
        -------
        int
            At least 1.
        """
        own = int((rows & self.is_open).sum()) - 1
        held = int(self.is_open.sum()) - self.rank
        return max(1, own if rule == "r" else min(held, own))

    def is_complete(self, rows: np.ndarray) -> bool:
        """Say whether all cases that the rows stand for were certain to be drawn."""
        return bool((self.probability[rows] >= 1).all())


Variance = StratifiedVariance | BalancedVariance


def _sums(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Add up the rows of a matrix by group."""
    if values.shape[1] == 1:
        return np.bincount(group, values[:, 0], minlength=groups)[:, None]
    order = np.argsort(group, kind="stable")
    present, starts = np.unique(group[order], return_index=True)
    summed = np.zeros((groups, values.shape[1]))
    summed[present] = np.add.reduceat(values[order], starts, axis=0)
    return summed


def collapse_single(
    labels: list[str], sizes: np.ndarray, population: np.ndarray, within: list[int]
) -> tuple[np.ndarray, tuple[tuple[str, ...], ...]]:
    """Collapse strata of which a single unit was drawn with their neighbours, before looking.

    Parameters
    ----------
    labels : list of str
        Label of every stratum.
    sizes, population : ndarray
        Units drawn, and units there are, by stratum.
    within : list of int
        Coarser class of every stratum, such as its status.

    Returns
    -------
    tuple
        The new stratum of every stratum (the place of the first in it), and the groups of
        labels that were collapsed.

    Notes
    -----
    Single strata are paired in the order of class and label, an odd one joining the last pair
    of its class; the only one of a class joins the stratum next to it in the class, or, when
    there is none, the next in order. What was found plays no part (Cochran 1977, section 5A.12).
    Strata taken whole are left alone.
    """
    order = sorted(range(len(labels)), key=lambda one: (within[one], labels[one]))
    open_strata = [one for one in order if sizes[one] < population[one]]
    single = [one for one in open_strata if sizes[one] == 1]
    home = np.arange(len(labels))
    lone: list[int] = []
    for group in dict.fromkeys(within[one] for one in single):
        members = [one for one in single if within[one] == group]
        if len(members) == 1:
            lone += members
        for place, one in enumerate(members):
            last_pair = len(members) - 2 - len(members) % 2
            home[one] = members[min(place - place % 2, max(last_pair, 0))]
    for one in lone:
        beside = _neighbour(one, open_strata, within)
        if beside is not None:
            home[home == home[one]] = home[beside]
    groups: dict[int, list[str]] = {}
    for one in order:
        groups.setdefault(int(home[one]), []).append(labels[one])
    return home, tuple(tuple(names) for names in groups.values() if len(names) > 1)


def _neighbour(one: int, order: list[int], within: list[int]) -> int | None:
    """Find the stratum to collapse with: in the class if there is one, else the nearest."""
    place = order.index(one)
    others = [
        (within[other] != within[one], abs(order.index(other) - place), order.index(other))
        for other in order
        if other != one
    ]
    return order[min(others)[2]] if others else None
