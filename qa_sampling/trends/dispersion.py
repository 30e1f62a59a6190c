"""How much more units differ than chance alone would make them: overdispersion.

Spiegelhalter (2005) tells a multiplicative factor, phi, from an additive spread between units,
tau². The units' z are winsorised first, so that the units one is looking for do not widen the
limits that should find them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_sampling.errors import TrendError


@dataclass(frozen=True)
class Dispersion:
    """How much units differ.

    Attributes
    ----------
    phi : float
        Mean of the squared z: about 1 when chance alone is at work.
    tau2 : float
        Variance between the units, on the scale of the values; 0 when phi shows none.
    n : int
        Units.
    """

    phi: float
    tau2: float
    n: int


def dispersion(z: np.ndarray, errors: np.ndarray) -> Dispersion:
    """Estimate the spread between units from their z and standard errors.

    Parameters
    ----------
    z : array
        Distance of each unit from the centre in its standard errors, winsorised or not.
    errors : array
        Standard errors under chance alone, above 0.

    Returns
    -------
    Dispersion
        With one unit or none the spread cannot be told and is 0.

    References
    ----------
    Spiegelhalter (2005), Handling over-dispersion of performance indicators, eq. 1 to 4.
    """
    z, errors = np.asarray(z, dtype="float64"), np.asarray(errors, dtype="float64")
    if not (np.isfinite(z).all() and (errors > 0).all()):
        raise TrendError("Every unit needs a finite z and a standard error above 0.")
    n = len(z)
    if n < 2:
        return Dispersion(float("nan") if n == 0 else float(z[0] ** 2), 0.0, n)
    phi = float(np.mean(z**2))
    weights = 1 / errors**2
    whole = weights.sum()
    below = whole - (weights**2).sum() / whole
    tau2 = max(0.0, (n * phi - (n - 1)) / below)
    return Dispersion(phi, float(tau2), n)


def winsorise(z: np.ndarray, *, share: float = 0.1) -> np.ndarray:
    """Draw the most extreme z in to the quantiles at each end.

    Parameters
    ----------
    z : array
        Distances in standard errors.
    share : float
        Share drawn in at each end, from 0 to below 0.5.
    """
    if not 0 <= share < 0.5:
        raise TrendError(f"`share` must lie from 0 to below 0.5; got {share}. Give 0.1.")
    if not len(z):
        return np.asarray(z, dtype="float64")
    low, high = np.quantile(z, [share, 1 - share])
    return np.clip(z, low, high)
