"""What goes with an outcome, each column allowing for the others: a model read out in plain words.

A logistic regression with errors that allow for brothers and sisters (the sandwich by family). Its
odds ratios are hardly anybody's language, so each value also gets a **share allowing for the
others**: what share would have the outcome if all cases had this value and else were as they are.
With a single column these are the plain shares and the odds ratios of the plain table.

Source: K-Y Liang, S L Zeger (1986), Biometrika 73, 13-22 (errors by cluster, here with the usual
correction for few of them, and t with one degree of freedom less than families); P W Lane, J A
Nelder (1982), Biometrics 38, 613-621 (shares allowing for the others). Fitted by statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import special, stats

from qa_sampling.errors import TrendError
from qa_sampling.trends.binary_results import BinaryModel
from qa_sampling.trends.family_bootstrap import cluster_codes
from qa_sampling.trends.model_columns import SMALL_GROUPS, Design, coded_columns

__all__ = ["SMALL_GROUPS", "BinaryModel", "explain_outcome"]

_FARTHEST = 12.0
"""A logarithm of odds beyond this is on its way to infinity."""


def explain_outcome(
    cases: pd.DataFrame,
    *,
    outcome: str,
    columns: str | Sequence[str],
    cluster: str | None = "family_id",
    references: Mapping[str, str] | None = None,
    least: int = 10,
    level: float = 0.95,
) -> BinaryModel:
    """Say what goes with an outcome, each column allowing for the others.

    Parameters
    ----------
    cases : DataFrame
        One row a case.
    outcome : str
        Column of 0 and 1 (or true and false); no case may be undecided.
    columns : str or sequence of str
        Columns of values (not of measurements: put ages in bands). A blank is "Not recorded".
    cluster : str or None
        Column of families; None when each case stands alone.
    references : mapping, optional
        Column to the value the others are held against; the commonest by default.
    least : int
        Values with fewer cases, or in which all or no cases have the outcome, are put together.
    level : float
        Level of the intervals.

    Returns
    -------
    BinaryModel

    Raises
    ------
    TrendError
        When columns are missing, the outcome is not 0 and 1 or does not vary, no column has two
        values to compare, there are too few families, or values separate the outcome perfectly.
    """
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    _check(cases, outcome, names, cluster, level)
    y = pd.to_numeric(cases[outcome]).to_numpy("float64")
    families = cluster_codes(cases[cluster]) if cluster else np.arange(len(cases))
    coded, kept, notes = coded_columns(cases, names, y, least)
    y, families = y[kept], pd.factorize(families[kept])[0]
    design = Design(coded, kept, references or {})
    slopes, covariance = _fit(y, design, families)
    number = int(families.max()) + 1
    reach = float(stats.t.ppf((1 + level) / 2, number - 1))
    table, tests = _read_out(y, design, slopes, covariance, reach, number)
    return BinaryModel(
        outcome=outcome, table=table, columns=tests, cases=len(y), events=int(y.sum()),
        families=number, level=level, notes=tuple(notes),
    )  # fmt: skip


def _check(
    cases: pd.DataFrame, outcome: str, names: tuple[str, ...], cluster: str | None, level: float
) -> None:
    absent = [one for one in (outcome, *names, *([cluster] if cluster else [])) if one not in cases]
    if absent or not names:
        listed = ", ".join(absent) or "none were named"
        raise TrendError(f"`cases` lacks columns that were asked for: {listed}.")
    if not 0 < level < 1:
        raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
    numbers = pd.to_numeric(cases[outcome], errors="coerce").to_numpy("float64")
    if not np.isin(numbers, (0, 1)).all():
        raise TrendError(
            f"`{outcome}` must be 0 or 1 in every case; leave out what cannot be told yet."
        )
    if not 0 < numbers.sum() < len(numbers):
        raise TrendError(
            f"`{outcome}` is the same in all {len(numbers)} cases; nothing explains it."
        )


def _fit(y: np.ndarray, design: Design, families: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parameters = design.matrix.shape[1]
    number = int(families.max()) + 1
    if number <= parameters:
        raise TrendError(
            f"{number} families are too few for {parameters - 1} differences; ask for fewer "
            "columns."
        )
    apart = np.linalg.matrix_rank(design.matrix) == parameters
    if apart:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = sm.GLM(y, design.matrix, family=sm.families.Binomial()).fit(
                maxiter=100, cov_type="cluster", cov_kwds={"groups": families}
            )
        slopes = np.asarray(fit.params)
        apart = bool(fit.converged) and float(np.abs(slopes).max()) <= _FARTHEST
    if not apart:
        raise TrendError(
            "Some values decide the outcome, or each other, completely, so their parts cannot be "
            "told apart; ask for fewer columns, or for wider groups."
        )
    return slopes, np.asarray(fit.cov_params())


def _read_out(
    y: np.ndarray, design: Design, slopes: np.ndarray, covariance: np.ndarray, reach: float,
    families: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    rows, tests = [], []
    errors = np.sqrt(np.diag(covariance))
    for name, texts in design.texts.items():
        base = design.reference[name]
        share0, slope0 = _standardised(design.given(name, base), slopes)
        places = design.where(name)
        for value, place in [(base, None), *((design.values[one - 1][1], one) for one in places)]:
            own = texts == value
            share, slope = _standardised(design.given(name, value), slopes)
            error = float(np.sqrt((slope - slope0) @ covariance @ (slope - slope0)))
            log, spread = (0.0, np.nan) if place is None else (slopes[place], errors[place])
            rows.append(
                {
                    "column": name, "value": value, "reference": place is None,
                    "cases": int(own.sum()), "events": int(y[own].sum()),
                    "share": float(y[own].mean()), "odds_ratio": float(np.exp(log)),
                    "low": float(np.exp(log - reach * spread)),
                    "high": float(np.exp(log + reach * spread)),
                    "p": float(2 * stats.t.sf(abs(log / spread), families - 1)),
                    "adjusted": share, "difference": share - share0,
                    "difference_low": share - share0 - reach * error,
                    "difference_high": share - share0 + reach * error,
                }
            )  # fmt: skip
        own = covariance[np.ix_(places, places)]
        f = float(slopes[places] @ np.linalg.solve(own, slopes[places])) / len(places)
        tests.append({"column": name, "values": len(places) + 1,
                      "p": float(stats.f.sf(f, len(places), families - 1))})  # fmt: skip
    return pd.DataFrame(rows), pd.DataFrame(tests)


def _standardised(matrix: np.ndarray, slopes: np.ndarray) -> tuple[float, np.ndarray]:
    """Give the mean share over all cases, and its slope by each coefficient."""
    shares = special.expit(matrix @ slopes)
    return float(shares.mean()), (shares * (1 - shares)) @ matrix / len(matrix)
