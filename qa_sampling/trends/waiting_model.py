"""What makes it come sooner, each column allowing for the others: Cox's model in plain words.

Every child that is waited for counts for as long as it was watched. What may come first (care,
turning 18) ends the wait, so a ratio is that of the rates of what is waited for alone; beside it
stands the plain share that had come by a day, which counts those as not come (Aalen and Johansen,
:mod:`qa_sampling.trends.incidence`). Errors allow for brothers and sisters: the sandwich by family.

A ratio that changes while one waits is an average. So the model is fitted again with one ratio up
to the day by which half had come and another after it, and the difference is tested.

Source: D R Cox (1972), JRSS B 34, 187-220; N Breslow (1974), Biometrics 30, 89-99 (ties); D Y Lin,
L J Wei (1989), JASA 84, 1074-1078, and E W Lee, L J Wei, D A Amato (1992) (errors by cluster);
P Peduzzi and others (1995), Journal of Clinical Epidemiology 48, 1503-1510 (ten events a
difference). Fitted by statsmodels; t with one degree of freedom less than families.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg

from qa_sampling.errors import TrendError
from qa_sampling.trends.family_bootstrap import cluster_codes
from qa_sampling.trends.incidence import incidence, waits_in
from qa_sampling.trends.model_columns import Design, coded_columns
from qa_sampling.trends.waiting_results import WaitModel

__all__ = ["EVENTS_A_DIFFERENCE", "WaitModel", "explain_waits"]

EVENTS_A_DIFFERENCE = 10
"""Families in which it came, for each value that is held against another."""
_FARTHEST = 12.0
"""A logarithm of a ratio beyond this is on its way to infinity."""


def explain_waits(
    cases: pd.DataFrame,
    *,
    event: str,
    columns: str | Sequence[str],
    cluster: str | None = "family_id",
    references: Mapping[str, str] | None = None,
    least: int = EVENTS_A_DIFFERENCE,
    at: int = 365,
    level: float = 0.95,
) -> WaitModel:
    """Say what makes it come sooner, each column allowing for the others.

    Parameters
    ----------
    cases : DataFrame
        One row a start, such as :func:`waiting.times_to_next` gives: `days`, `state`, and columns.
    event : str
        State that is waited for.
    columns : str or sequence of str
        Columns of values (not of measurements: put ages in bands). A blank is "Not recorded".
    cluster : str or None
        Column of families; None when each case stands alone.
    references : mapping, optional
        Column to the value the others are held against; the commonest by default.
    least : int
        Values with too few families for it to be expected in so many of them are put together.
    at : int
        Day of the plain shares.
    level : float
        Level of the intervals.

    Returns
    -------
    WaitModel

    Raises
    ------
    TrendError
        When columns are missing, days or states are not as ``incidence`` takes them, no column has
        two values to compare, it came in too few families, or values decide it completely.
    """
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    absent = [one for one in (*names, *([cluster] if cluster else [])) if one not in cases]
    if absent or not names:
        listed = ", ".join(absent) or "none were named"
        raise TrendError(f"`cases` lacks columns that were asked for: {listed}.")
    days, kind = waits_in(cases, event=event, level=level)
    came = (kind == 1).astype("float64")
    families = cluster_codes(cases[cluster]) if cluster else np.arange(len(cases))
    coded, kept, notes = coded_columns(cases, names, came, least, families)
    design = Design(coded, kept, references or {})
    held = cases.loc[kept].assign(state=np.array(["Waiting", event, "First"])[kind[kept]])
    days, came, families = days[kept], came[kept], pd.factorize(families[kept])[0]
    _check_enough(came, families, design)
    half = int(np.median(days[came == 1]))
    slopes, covariance = _fit(days, came, families, design.matrix[:, 1:])
    number = int(families.max()) + 1
    reach = float(stats.t.ppf((1 + level) / 2, number - 1))
    table = _ratios(design, slopes, np.sqrt(np.diag(covariance)), reach, number)
    shares = _shares(held, design, event, cluster, at, level)
    apart = _early_and_late(days, came, families, design, half)
    return WaitModel(
        event=event, table=table.merge(shares, on=["column", "value"]).merge(
            apart, on=["column", "value"], how="left"),
        columns=_columns(design, slopes, covariance, apart.attrs["p"], number),
        cases=len(days), came=int(came.sum()), first=int((kind[kept] == 2).sum()),
        families=number, families_came=len(np.unique(families[came == 1])), days=at, half=half,
        level=level, notes=tuple(notes),
    )  # fmt: skip


def _check_enough(came: np.ndarray, families: np.ndarray, design: Design) -> None:
    number, differences = len(np.unique(families[came == 1])), design.matrix.shape[1] - 1
    if number < EVENTS_A_DIFFERENCE * differences:
        raise TrendError(
            f"It came in {number} families, too few for {differences} differences between values "
            f"({EVENTS_A_DIFFERENCE} families for each); ask for fewer columns, wider groups or "
            "more months."
        )


def _fit(
    days: np.ndarray, came: np.ndarray, families: np.ndarray, matrix: np.ndarray,
    strata: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Give slopes and their covariance by family."""
    whole = np.column_stack([np.ones(len(matrix)), matrix])
    apart = np.linalg.matrix_rank(whole) == whole.shape[1]
    if apart:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            model = PHReg(days, matrix, status=came, strata=strata, ties="breslow")
            slopes = np.asarray(model.fit().params)
            covariance = _sandwich(model, slopes, families)
        apart = bool(np.isfinite(covariance).all()) and float(np.abs(slopes).max()) <= _FARTHEST
    if not apart:
        raise TrendError(
            "Some values decide when it comes, or each other, completely, so their parts cannot be "
            "told apart; ask for fewer columns, or for wider groups."
        )
    return slopes, covariance


def _sandwich(model: PHReg, slopes: np.ndarray, families: np.ndarray) -> np.ndarray:
    """Give the covariance by family.

    statsmodels' own is missing as a whole where a case left before the first event, whose residual
    is 0. Its residuals are those of Breslow's likelihood, so ties must be his.
    """
    residuals = np.nan_to_num(model.score_residuals(slopes))
    own = np.zeros((int(families.max()) + 1, residuals.shape[1]))
    np.add.at(own, families, residuals)
    bread = np.linalg.inv(model.hessian(slopes))
    return bread @ (own.T @ own) @ bread


def _ratios(
    design: Design, slopes: np.ndarray, errors: np.ndarray, reach: float, families: int
) -> pd.DataFrame:
    rows = []
    for name in design.texts:
        rows.append((name, design.reference[name], True, 1.0, np.nan, np.nan, np.nan))
        for place in design.where(name):
            log, error = slopes[place - 1], errors[place - 1]
            rows.append(
                (name, design.values[place - 1][1], False, np.exp(log),
                 np.exp(log - reach * error), np.exp(log + reach * error),
                 2 * stats.t.sf(abs(log / error), families - 1))
            )  # fmt: skip
    names = ["column", "value", "reference", "ratio", "low", "high", "p"]
    return pd.DataFrame(rows, columns=names)


def _shares(
    held: pd.DataFrame, design: Design, event: str, cluster: str | None, at: int, level: float
) -> pd.DataFrame:
    """Give for each value by itself what share had come by a day."""
    rows = []
    for name, texts in design.texts.items():
        for value in dict.fromkeys(texts):
            one = incidence(held[texts == value], event=event, cluster=cluster, level=level)
            share = one.at(at)
            rows.append((name, value, one.n, one.came, one.first,
                         share["share"], share["low"], share["high"]))  # fmt: skip
    names = ["column", "value", "cases", "came", "first", "share", "share_low", "share_high"]
    return pd.DataFrame(rows, columns=names)


def _early_and_late(
    days: np.ndarray, came: np.ndarray, families: np.ndarray, design: Design, half: int
) -> pd.DataFrame:
    """Give each value's ratio up to a day and after it; in `attrs`, a test of each column."""
    first, late = np.minimum(days, half), days > half
    matrix = design.matrix[:, 1:]
    found = pd.DataFrame(columns=["column", "value", "early", "late"])
    found.attrs["p"] = {}
    if not late.any() or len(np.unique(families[late & (came == 1)])) < 2 * matrix.shape[1]:
        return found.astype({"early": "float64", "late": "float64"})
    both = np.vstack([np.hstack([matrix, 0 * matrix]), np.hstack([matrix[late], matrix[late]])])
    parts = (
        np.concatenate([first, days[late]]),
        np.concatenate([np.where(late, 0.0, came), came[late]]),
        np.concatenate([families, families[late]]),
    )
    strata = np.repeat([0, 1], [len(days), int(late.sum())])
    try:
        slopes, covariance = _fit(*parts, both, strata)
    except TrendError:
        return found.astype({"early": "float64", "late": "float64"})
    k = matrix.shape[1]
    early, more = np.exp(slopes[:k]), np.exp(slopes[:k] + slopes[k:])
    rows = [(*one, early[place], more[place]) for place, one in enumerate(design.values)]
    found = pd.DataFrame(rows, columns=found.columns)
    number = int(families.max()) + 1
    found.attrs["p"] = {
        name: _wald(slopes, covariance, [k + one - 1 for one in design.where(name)], number)
        for name in design.texts
    }
    return found


def _wald(slopes: np.ndarray, covariance: np.ndarray, places: list[int], families: int) -> float:
    own = covariance[np.ix_(places, places)]
    f = float(slopes[places] @ np.linalg.solve(own, slopes[places])) / len(places)
    return float(stats.f.sf(f, len(places), families - 1))


def _columns(
    design: Design, slopes: np.ndarray, covariance: np.ndarray, steady: Mapping[str, float],
    families: int,
) -> pd.DataFrame:  # fmt: skip
    rows = []
    for name in design.texts:
        places = [one - 1 for one in design.where(name)]
        p = _wald(slopes, covariance, places, families)
        rows.append((name, len(places) + 1, p, steady.get(name, np.nan)))
    return pd.DataFrame(rows, columns=["column", "values", "p", "p_steady"])
