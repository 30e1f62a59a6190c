"""Intraclass correlation, six forms: how much of the spread of grades lies between cases.

ICC treats grades as numbers (the scale's values). With four grades that is a strong reading; it
is here for comparison with published figures, not as the panel's first number.

Forms (McGraw and Wong 1996, Psychological Methods 1:30-46; Shrout and Fleiss 1979, Psychological
Bulletin 86:420-428): model "one-way" (raters differ from case to case), "agreement" (two-way, the
raters' severity counts against agreement) or "consistency" (two-way, severity does not count); of
single grades or of the mean of k raters.

Complete grades: mean squares, and F intervals of McGraw and Wong's table 7. With holes: variance
components by restricted maximum likelihood (Patterson and Thompson 1971), with k the mean number of
grades a case, and no F interval; ask ``interval="jackknife"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import optimize, stats

from qa_sampling.agreement.intervals import curved_interval
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

Model = Literal["one-way", "agreement", "consistency"]
MODELS: tuple[str, ...] = ("one-way", "agreement", "consistency")


@dataclass(frozen=True)
class IntraclassCorrelation:
    """One form of the intraclass correlation.

    Attributes
    ----------
    model : {"one-way", "agreement", "consistency"}
        What counts as disagreement.
    of_mean : bool
        Whether of the mean of `raters` grades rather than of a single grade.
    name : str
        Shrout and Fleiss' name: ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k.
    estimate : float or None
        The correlation; None where it cannot be told.
    interval : Interval or None
        Its interval.
    cases : int
        Cases with at least one grade.
    raters : float
        Raters a case, on average.
    method : str
        "mean squares" or "restricted maximum likelihood".
    why_not : str
        Why there is no estimate or no interval.
    """

    model: Model
    of_mean: bool
    name: str
    estimate: float | None
    interval: Interval | None
    cases: int
    raters: float
    method: str
    why_not: str = ""


def intraclass(
    ratings: Ratings,
    *,
    level: float = 0.95,
    interval: Literal["f", "jackknife", "none"] = "f",
) -> tuple[IntraclassCorrelation, ...]:
    """Give the six forms of the intraclass correlation.

    Parameters
    ----------
    ratings : Ratings
        The grades; columns are raters. Design weights are refused.
    level : float
        Confidence level, between 0 and 1.
    interval : {"f", "jackknife", "none"}
        "f": exact under normal errors, for complete grades; "jackknife": over cases, on the atanh
        scale, also with holes.

    Returns
    -------
    tuple of IntraclassCorrelation
        ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k.

    Raises
    ------
    AgreementError
        When units are weighted, the level is out of range or `interval` unknown.
    """
    _check(ratings, level, interval)
    grades = _numbers(ratings)
    forms = [(model, mean) for mean in (False, True) for model in MODELS]
    if reason := _reason(grades):
        return tuple(
            IntraclassCorrelation(
                model, mean, _name(model, mean), None, None, len(grades), 0.0, "", reason
            )
            for model, mean in forms
        )
    found = components(grades)
    values, ends = _values(found), _all_ends(grades, interval, level)
    complete = not np.isnan(grades).any()
    method = "mean squares" if complete else "restricted maximum likelihood"
    return tuple(
        IntraclassCorrelation(
            model,
            mean,
            _name(model, mean),
            float(value),
            Interval(*pair, level, f"{interval} interval") if pair else None,
            len(grades),
            found[3],
            method,
            why,
        )
        for (model, mean), value, (pair, why) in zip(forms, values, ends, strict=True)
    )


def _numbers(ratings: Ratings) -> np.ndarray:
    """Give the grades as numbers, without raters or cases that have none."""
    worth = np.array(ratings.scale.values)
    grades = np.where(ratings.codes >= 0, worth[np.maximum(ratings.codes, 0)], np.nan)
    grades = grades[:, ~np.isnan(grades).all(axis=0)]
    return grades[~np.isnan(grades).all(axis=1)] if grades.size else grades.reshape(0, 0)


Ends = tuple[tuple[float, float] | None, str]


def _all_ends(grades: np.ndarray, interval: str, level: float) -> list[Ends]:
    """Give the ends of the interval of every form, or why there are none."""
    forms = [(model, mean) for mean in (False, True) for model in MODELS]
    if interval == "none":
        return [(None, "")] * len(forms)
    if interval == "jackknife":
        rest = (np.delete(grades, row, axis=0) for row in range(len(grades)))
        without = np.array([_values(components(one)) for one in rest])
        values = _values(components(grades))
        return [
            _jackknife_ends(float(value), column, level)
            for value, column in zip(values, without.T, strict=True)
        ]
    if np.isnan(grades).any():
        return [(None, "an F interval needs complete grades; ask for the jackknife")] * len(forms)
    found = [_f_ends(grades, model, mean, level) for model, mean in forms]
    return [(pair, "" if pair else "nothing varies within cases") for pair in found]


def _check(ratings: Ratings, level: float, interval: str) -> None:
    if len(ratings.weights) and not (ratings.weights == 1).all():
        raise AgreementError(
            "Intraclass correlations here have no design weights. Use agreement(), or unweighted "
            "ratings."
        )
    if not 0 < level < 1:
        raise AgreementError(f"`level` must lie between 0 and 1; got {level:g}. Give 0.95.")
    if interval not in ("f", "jackknife", "none"):
        raise AgreementError(f"`interval` {interval!r} is unknown; choose f, jackknife or none.")


def _reason(grades: np.ndarray) -> str:
    if len(grades) < 2 or grades.shape[1] < 2:
        return "it needs at least two cases and two raters"
    if (np.isfinite(grades).sum(axis=1) < 2).all():
        return "no case was graded twice, so there is nothing to compare"
    if np.nanmax(grades) == np.nanmin(grades):
        return "every grade given is the same, so there is no spread to divide (0 divided by 0)"
    return ""


def _name(model: str, mean: bool) -> str:
    return f"ICC{MODELS.index(model) + 1}{'k' if mean else ''}"


Components = tuple[float, float, float, float, float, float]
"""Between cases, between raters, error (two-way); raters a case; between, within (one-way)."""


def components(grades: np.ndarray) -> Components:
    """Give the variance components of a matrix of grades.

    Parameters
    ----------
    grades : ndarray, (cases, raters)
        Grades as numbers, NaN for none.

    Returns
    -------
    tuple of float
        Between cases, between raters, error; grades a case; between and within cases of the
        one-way model. From mean squares when complete (may be negative), else by REML.
    """
    if np.isnan(grades).any():
        return _by_reml(grades)
    n, k = grades.shape
    rows, columns, rest = mean_squares(grades)
    within = ((grades - grades.mean(axis=1, keepdims=True)) ** 2).sum() / (n * (k - 1))
    return (
        (rows - rest) / k, (columns - rest) / n, rest, float(k), (rows - within) / k, within,
    )  # fmt: skip


def mean_squares(grades: np.ndarray) -> tuple[float, float, float]:
    """Give the mean squares of cases, raters and the rest, of complete grades.

    Parameters
    ----------
    grades : ndarray, (cases, raters)
        Without holes.
    """
    n, k = grades.shape
    whole, by_case, by_rater = grades.mean(), grades.mean(axis=1), grades.mean(axis=0)
    rows = k * ((by_case - whole) ** 2).sum() / (n - 1)
    columns = n * ((by_rater - whole) ** 2).sum() / (k - 1)
    left = grades - by_case[:, None] - by_rater[None, :] + whole
    return float(rows), float(columns), float((left**2).sum() / ((n - 1) * (k - 1)))


def _values(found: Components) -> np.ndarray:
    """Give the six forms from the components."""
    case, rater, error, k, between, within = found
    parts = [(between, within), (case, rater + error), (case, error)]
    below = [(a, a + b) for a, b in parts] + [(a, a + b / k) for a, b in parts]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([np.divide(a, b) for a, b in below])


def _by_reml(grades: np.ndarray) -> Components:
    """Give the components by restricted maximum likelihood, the error's share profiled out."""
    case, rater = np.nonzero(~np.isnan(grades))
    y = grades[case, rater]
    cases = (case[:, None] == np.arange(len(grades))).astype(float)
    raters = (rater[:, None] == np.arange(grades.shape[1])).astype(float)
    two, error_two = _reml(y, [cases, raters])
    one, error_one = _reml(y, [cases])
    each = len(y) / len(grades)
    return (two[0], two[1], error_two, each, one[0], error_one)


def _reml(y: np.ndarray, designs: list[np.ndarray]) -> tuple[list[float], float]:
    """Maximise the restricted likelihood over variance ratios of 0 or more."""
    n = len(y)
    products = [design @ design.T for design in designs]

    def parts(roots: np.ndarray) -> tuple[float, float]:
        spread = np.eye(n) + sum(
            root**2 * product for root, product in zip(roots, products, strict=True)
        )
        factor = np.linalg.cholesky(spread)
        one, left = np.linalg.solve(factor, np.stack([np.ones(n), y], axis=1)).T
        weight = one @ one
        error = (left @ left - (one @ left) ** 2 / weight) / (n - 1)
        logs = 2 * np.log(np.diag(factor)).sum() + np.log(weight)
        return logs + (n - 1) * np.log(max(error, 1e-300)), error

    found = min(
        (
            optimize.minimize(
                lambda roots: parts(roots)[0], np.full(len(designs), start), method="Nelder-Mead",
                options={"xatol": 1e-10, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000},
            )
            for start in (0.3, 1.5)
        ),
        key=lambda result: result.fun,
    )  # fmt: skip
    error = parts(found.x)[1]
    return [float(root**2 * error) for root in found.x], float(error)


def _jackknife_ends(value: float, without: np.ndarray, level: float) -> Ends:
    n = len(without)
    if n < 3 or not np.isfinite(without).all():
        return None, "without one of the cases it cannot be told"
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    if error <= 1e-12:
        return None, "nothing varies, so there is no spread to tell an interval from"
    if value <= -1:
        return None, "it lies below -1, where no interval makes sense"
    return curved_interval(value, float(error), n - 1, level, (-1.0, 1.0)), ""


def _f_ends(grades: np.ndarray, model: str, mean: bool, level: float) -> tuple[float, float] | None:
    """Give McGraw and Wong's interval (their table 7)."""
    n, k = grades.shape
    rows, columns, rest = mean_squares(grades)
    within = (columns + (n - 1) * rest) / n
    tail = (1 + level) / 2
    if model == "agreement":
        return _agreement_ends(rows, columns, rest, n, k, mean, tail)
    below = within if model == "one-way" else rest
    df = n * (k - 1) if model == "one-way" else (n - 1) * (k - 1)
    if below <= 0:
        return None
    low = rows / below / stats.f.ppf(tail, n - 1, df)
    high = rows / below * stats.f.ppf(tail, df, n - 1)
    if mean:
        return float(1 - 1 / low), float(1 - 1 / high)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _agreement_ends(
    rows: float, columns: float, rest: float, n: int, k: int, mean: bool, tail: float
) -> tuple[float, float] | None:
    """Give the interval of absolute agreement, with Satterthwaite's degrees of freedom."""
    if mean:
        value = (rows - rest) / (rows + (columns - rest) / n)
        a, b = value / (n * (1 - value)), 1 + value * (n - 1) / (n * (1 - value))
    else:
        value = (rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n)
        a = k * value / (n * (1 - value))
        b = 1 + k * value * (n - 1) / (n * (1 - value))
    below = (a * columns) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    if below <= 0 or rest <= 0:
        return None
    df = (a * columns + b * rest) ** 2 / below
    least, most = stats.f.ppf(tail, n - 1, df), stats.f.ppf(tail, df, n - 1)
    if mean:
        low = n * (rows - least * rest) / (least * (columns - rest) + n * rows)
        high = n * (most * rows - rest) / (columns - rest + n * most * rows)
        return float(low), float(high)
    other = k * columns + (k * n - k - n) * rest
    low = n * (rows - least * rest) / (least * other + n * rows)
    high = n * (most * rows - rest) / (other + n * most * rows)
    return float(low), float(high)
