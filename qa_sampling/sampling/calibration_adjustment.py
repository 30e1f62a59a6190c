"""What a calibration leaves to chance: residuals of weighted values on what was calibrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
        root = np.sqrt(self.before)[:, None]
        plain = values / weight[:, None]
        slopes = np.linalg.lstsq(root * self.auxiliaries, root * plain, rcond=None)[0]
        return weight[:, None] * (plain - self.auxiliaries @ slopes)
