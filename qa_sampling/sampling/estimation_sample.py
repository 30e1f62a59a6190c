"""A sample and what its cases stand for: weights, and how far weighted sums move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration_adjustment import Adjustment
from qa_sampling.sampling.estimation_columns import column_of
from qa_sampling.sampling.estimation_outcomes import UNAVAILABLE
from qa_sampling.sampling.estimation_variance import DegreesOfFreedom, Variance


@dataclass(frozen=True, eq=False)
class Design:
    """A sample and what its cases stand for. Made by ``estimation_design.make_design``.

    Attributes
    ----------
    table : DataFrame
        The cases that count, in the order given: audited, or found out of scope.
    weight : ndarray of float
        How many cases each stands for.
    in_scope : ndarray of bool
        Whether a case was audited.
    population : float
        Cases the weights speak for, those out of scope included.
    variance : StratifiedVariance or BalancedVariance
        How far weighted sums move from draw to draw.
    response : DataFrame
        What became of the cases opened; see ``estimation_outcomes.response_table``.
    strata : tuple of str
        Columns that form the strata.
    collapsed : tuple of tuple of str
        Strata that were collapsed with each other, because one case was drawn.
    method : str
        The design in words, with the rule for single cases or the approximation.
    degrees : {"default", "r"}
        How degrees of freedom are counted.
    adjustment : Adjustment or None
        The calibration of the weights, if any.
    """

    table: pd.DataFrame
    weight: np.ndarray
    in_scope: np.ndarray
    population: float
    variance: Variance
    response: pd.DataFrame
    strata: tuple[str, ...]
    collapsed: tuple[tuple[str, ...], ...]
    method: str
    degrees: DegreesOfFreedom = "default"
    adjustment: Adjustment | None = None

    @property
    def n(self) -> int:
        """Cases audited."""
        return int(self.in_scope.sum())

    @property
    def response_rate(self) -> float:
        """Share of the cases opened that were not unavailable."""
        return float(1 - self.response[UNAVAILABLE].sum() / self.response["opened"].sum())

    def deviations(self, values: np.ndarray) -> np.ndarray:
        """Give numbers whose squares add up to the variance of the sum of weighted values.

        Parameters
        ----------
        values : ndarray
            Weight times value: rows of the sample by columns.
        """
        if self.adjustment is not None:
            values = self.adjustment.residuals(values, self.weight)
        return self.variance.deviations(values)

    def covariance(self, values: np.ndarray) -> np.ndarray:
        """Give the covariances of the sums of columns of weighted values.

        Parameters
        ----------
        values : ndarray
            Weight times value: rows of the sample by columns.
        """
        moved = self.deviations(values)
        return moved.T @ moved

    def variances(self, values: np.ndarray) -> np.ndarray:
        """Give the variances of the sums of columns of weighted values.

        Parameters
        ----------
        values : ndarray
            Weight times value: rows of the sample by columns.
        """
        return (self.deviations(values) ** 2).sum(axis=0)

    def careful_deviations(self, values: np.ndarray) -> list[np.ndarray]:
        """Give the deviations of which intervals take the largest variance.

        Parameters
        ----------
        values : ndarray
            Weight times value: rows of the sample by columns.

        Notes
        -----
        More than one after a calibration only; see ``calibration_adjustment``.
        """
        found = [self.deviations(values)]
        if self.adjustment is not None:
            apart = self.adjustment.deleted_residuals(values, self.weight)
            found.append(self.variance.deviations(apart))
            if self.adjustment.is_thin:
                found.append(self.variance.deviations(values))
        return found

    def careful_variances(self, values: np.ndarray) -> np.ndarray:
        """Give the variances that intervals rest on: those of :meth:`variances` or larger.

        Parameters
        ----------
        values : ndarray
            Weight times value: rows of the sample by columns.
        """
        parts = [(moved**2).sum(axis=0) for moved in self.careful_deviations(values)]
        return np.max(parts, axis=0)

    def degrees_of_freedom(self, rows: np.ndarray) -> int:
        """Give the degrees of freedom of an estimate; each group calibrated costs one.

        Parameters
        ----------
        rows : ndarray of bool
            Rows the estimate rests on.
        """
        return self.after_calibration(self.variance.degrees_of_freedom(rows, self.degrees))

    def after_calibration(self, degrees: int) -> int:
        """Take off the degrees of freedom that a calibration uses; at least 1 is left.

        Parameters
        ----------
        degrees : int
            Degrees of freedom without it.
        """
        return degrees if self.adjustment is None else max(1, degrees - self.adjustment.rank + 1)

    def rows_where(self, where: Mapping[str, object] | None) -> np.ndarray:
        """Say which audited cases belong to a domain.

        Parameters
        ----------
        where : mapping of str to value or values, or None
            Column -> the label, or labels, that belong to the domain.

        Returns
        -------
        ndarray of bool
        """
        if not isinstance(where, Mapping | None):
            raise EstimationError(
                f"`where` must say which labels of which column; got {where!r}. Give such as "
                f"{{'team': 'North'}}."
            )
        member = self.in_scope.copy()
        for name, wanted in (where or {}).items():
            one = isinstance(wanted, str) or not isinstance(wanted, Iterable)
            member &= column_of(self.table, name).isin([wanted] if one else list(wanted)).to_numpy()
        return member
