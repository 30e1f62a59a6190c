"""The segmented regression: its columns, its fit, and errors that allow for resemblance."""

from __future__ import annotations

import warnings
from typing import Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm

__all__ = ["Kind", "segmented_design", "segmented_fit"]

Kind = Literal["count", "rate", "proportion"]


def segmented_design(
    table: pd.DataFrame, starts: list[int], *, wave: bool, periods: int
) -> pd.DataFrame:
    """Give the columns: a level and a slope, and a step and a change of slope for each start.

    Parameters
    ----------
    table : DataFrame
        A row a period.
    starts : list of int
        First period after each thing that was done.
    wave : bool
        Whether to allow for the time of year.
    periods : int
        Periods a year.
    """
    place = np.arange(len(table), dtype="float64")
    columns = {"one": np.ones(len(table)), "time": (place - starts[0]) / periods}
    if wave:
        turn = 2 * np.pi * place / periods
        columns |= {"sine": np.sin(turn), "cosine": np.cos(turn)}
    for k, start in enumerate(starts):
        columns[f"step{k}"] = (place >= start).astype("float64")
        columns[f"slope{k}"] = np.maximum(place - start, 0) / periods
    return pd.DataFrame(columns)


def segmented_fit(
    table: pd.DataFrame, design: pd.DataFrame, kind: Kind
) -> tuple[object, np.ndarray, int, float, float]:
    """Fit, and give the covariance that allows for scatter and for resemblance.

    Parameters
    ----------
    table : DataFrame
        `numerator`, `denominator`, `used`, a row a period.
    design : DataFrame
        Columns of the regression, a row a period.
    kind : {"count", "rate", "proportion"}
        Events; events in an exposure; a part of a whole.

    Returns
    -------
    tuple
        The fit, the covariance of its slopes, degrees of freedom, dispersion and resemblance.
    """
    used = table["used"].to_numpy()
    events = table.loc[used, "numerator"].to_numpy()
    size = table.loc[used, "denominator"].to_numpy()
    matrix = design[used].to_numpy()
    if kind == "proportion":
        target = np.column_stack([events, size - events])
        model = sm.GLM(target, matrix, family=sm.families.Binomial())
    else:
        model = sm.GLM(events, matrix, family=sm.families.Poisson(), offset=np.log(size))
    lags = max(1, int(np.floor(4 * (len(events) / 100) ** (2 / 9))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = model.fit()
        robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    free = len(events) - matrix.shape[1]
    pearson = np.asarray(plain.resid_pearson)
    dispersion = max(1.0, float((pearson**2).sum() / free))
    scattered = dispersion * np.asarray(plain.cov_params())
    newey = np.asarray(robust.cov_params())
    resemblance = _resemblance(pearson, matrix * np.sqrt(_load(plain, size, kind))[:, None])
    carried = np.sqrt((1 + resemblance) / (1 - resemblance))
    larger = np.sqrt(np.maximum(np.diag(newey), 0) / np.diag(scattered))
    stretch = np.maximum(larger, carried)
    covariance = scattered * np.outer(stretch, stretch)
    return plain, covariance, free, dispersion, resemblance


def _load(fit: object, size: np.ndarray, kind: Kind) -> np.ndarray:
    """Give what each period weighs in the fit: its variance on the scale of the link."""
    mean = np.asarray(fit.fittedvalues)
    return size * mean * (1 - mean) if kind == "proportion" else mean


def _resemblance(residuals: np.ndarray, weighted: np.ndarray) -> float:
    """Give the correlation of a residual with the next, freed of what the fit takes from it.

    Residuals of independent months are related, for the fit has passed through them; that much
    is added back. Never below 0, where errors would shrink, nor above 0.9. Where the fit meets
    every period, what is left is rounding and tells nothing.
    """
    if residuals @ residuals < 1e-12 * len(residuals):
        return 0.0
    free = len(weighted) - weighted.shape[1]
    orthogonal = np.linalg.qr(weighted)[0]
    taken = -(orthogonal[:-1] * orthogonal[1:]).sum() / free
    found = residuals[:-1] @ residuals[1:] / float(residuals @ residuals)
    return float(np.clip(found - taken, 0.0, 0.9))
