"""What a calibration leaves to chance: residuals of weighted values on what was calibrated.

Residuals of a regression are too small where few cases speak for a group: a case pulls the
fit towards itself by its leverage h, 1 over the cases of its group when weights are equal. Standard
errors take the residuals as they are, as R's survey does. Intervals take each case's distance
from the fit without it, its residual / (1 - h) (the jackknife's; Valliant 2002, Survey
Methodology 28:103-114). A case that is alone (h = 1) has no such distance; its distance from
the mean of all stands in. Where any case has half of the pull or more, what the groups
explain cannot be trusted, and intervals are no narrower than without the calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_THIN = 0.5
"""Leverage from which intervals are no narrower than without a calibration; measured."""


@dataclass(frozen=True, eq=False)
class Adjustment:
    """A calibration of weights, kept for variances.

    Attributes
    ----------
    auxiliaries : ndarray of float
        What was calibrated: rows of the sample by columns.
    before : ndarray of float
        Weights before the calibration.
    method : str
        Name of the method.
    """

    auxiliaries: np.ndarray
    before: np.ndarray
    method: str

    @cached_property
    def _basis(self) -> np.ndarray:
        """Give orthonormal columns that span the weighted auxiliaries."""
        left, size, _ = np.linalg.svd(
            np.sqrt(self.before)[:, None] * self.auxiliaries, full_matrices=False
        )
        return left[:, size > 1e-10 * size.max(initial=0)]

    @property
    def rank(self) -> int:
        """How many auxiliaries are independent of each other."""
        return self._basis.shape[1]

    @cached_property
    def leverage(self) -> np.ndarray:
        """How far each case pulls the fit towards itself, 0 to 1."""
        return np.clip((self._basis**2).sum(axis=1), 0, 1)

    @property
    def is_thin(self) -> bool:
        """Whether some case makes up half of its group, or more."""
        return bool((self.leverage >= _THIN - 1e-9).any())

    def residuals(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Replace values by their residuals on the auxiliaries, at the calibrated weights.

        Parameters
        ----------
        values : ndarray
            Calibrated weight times value: rows by columns.
        weight : ndarray of float
            Calibrated weights.

        Notes
        -----
        Deville and Särndal (1992, Journal of the American Statistical Association 87:376-382,
        eq. 3.4): the variance of a calibrated total is that of the sum of g-weighted residuals
        of the regression with the first weights.
        """
        root, plain = np.sqrt(self.before)[:, None], values / weight[:, None]
        fitted = self._basis @ (self._basis.T @ (root * plain)) / root
        return weight[:, None] * (plain - fitted)

    def deleted_residuals(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Replace values by their distances from the fit without their own case.

        Parameters
        ----------
        values, weight
            As for :meth:`residuals`.
        """
        alone = self.leverage > 1 - 1e-9
        pull = np.where(alone, 0.0, self.leverage)[:, None]
        found = self.residuals(values, weight) / (1 - pull)
        if alone.any():
            others = 1 - weight[alone, None] / weight.sum()
            apart = values - weight[:, None] * values.sum(axis=0) / weight.sum()
            found[alone] = apart[alone] / np.maximum(others, 1e-12)
        return found
