"""Are we calibrating: months in order, smoothed by what each tells, and windows compared.

A month of eight moderated audits says less than one of twenty. So the moving average
weighs each month by its age and by the reciprocal of its squared standard error:
with decay d, month k of months up to t has the weight (1 - d)^(t - k) / SE². Its own standard
error follows from the same weights. Coefficients are smoothed on the scale of the inverse
hyperbolic tangent (Fisher's z), on which their errors are nearly normal, and turned back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.changes import Change, Measure, compare_counts
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.counts import FEWEST, counts, graded_pairs
from qa_sampling.agreement.net_bias import check_level, net_bias, share_found
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError

__all__ = ["change_between", "moderation_rate", "monthly", "monthly_coefficient",
           "moving_average"]  # fmt: skip

Transform = Literal["atanh", "none"]


def monthly(
    ratings: Ratings,
    *,
    measure: Literal["net_bias", "exact", "within_one"] = "net_bias",
    decay: float = 0.3,
    level: float = 0.95,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Give a measure month by month with its interval, and its moving average.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles, with `period`.
    measure : {"net_bias", "exact", "within_one"}
        Net bias in grades, or a share.
    decay : float
        How fast older months lose weight, above 0 and at most 1.
    level : float
        Confidence level.
    fewest : int
        Fewest moderated audits for a month's own value to be shown. The average uses every
        month with a case, by its weight.

    Returns
    -------
    DataFrame
        One row a month, in order: `period`, `n` (audits with both grades), `value`, `low`,
        `high`, `average`, `average_low`, `average_high`, `effective_n` (months' cases in the
        average, weighted by age), `why_not`.

    Raises
    ------
    AgreementError
        When the ratings have no period, or the measure is unknown.
    """
    check_level(level)
    if measure not in ("net_bias", "exact", "within_one"):
        raise AgreementError(
            f"`measure` {measure!r} is unknown; choose one of net_bias, exact, within_one."
        )
    if "period" not in ratings.units.columns:
        raise AgreementError("The ratings have no `period`; months cannot be told apart.")
    table = counts(ratings, by="period", level=level, fewest=fewest).table
    stem = measure if measure == "net_bias" else f"{measure}_share"
    found = graded_pairs(ratings)
    parts = [found[found["period"] == one] for one in table["period"]]
    means, errors = zip(*(_centre(part, measure) for part in parts), strict=True)
    average = moving_average(means, errors, decay=decay, transform="none", level=level)
    ends = (-ratings.scale.size + 1, ratings.scale.size - 1) if measure == "net_bias" else (0, 1)
    age = np.array(
        [
            sum(n * (1 - decay) ** (last - place) for place, n in enumerate(table["n"][: last + 1]))
            for last in range(len(table))
        ]
    )
    return pd.DataFrame(
        {
            "period": table["period"],
            "n": table["n"],
            "value": table[stem].astype(float),
            "low": table[f"{measure}_low"],
            "high": table[f"{measure}_high"],
            "average": average["average"].clip(*ends),
            "average_low": average["low"].clip(*ends),
            "average_high": average["high"].clip(*ends),
            "effective_n": age,
            "why_not": table["why_not"],
        }
    )


def monthly_coefficient(
    ratings: Ratings, *, coefficient: str = "ac2", decay: float = 0.3, level: float = 0.95
) -> pd.DataFrame:
    """Give a coefficient month by month with its interval, and its moving average.

    Parameters
    ----------
    ratings : Ratings
        Grades with `period`.
    coefficient : str
        Name of one coefficient, as in ``coefficients.agreement``; not "specific".
    decay : float
        How fast older months lose weight, above 0 and at most 1.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        One row a month, in order: `period`, `cases` (graded twice), `value`, `low`, `high`
        (missing with fewer than 5 cases, which still enter the average), `average`,
        `average_low`, `average_high`, `why_not`. A month without a standard error, such as one in
        which all agree, enters with that of its interval on the scale averaged on.
    """
    check_level(level)
    if coefficient == "specific":
        raise AgreementError(
            "Months are averaged of one number; specific agreement is one a grade."
        )
    found = agreement(ratings, coefficients=(coefficient,), by="period", level=level).estimates
    z = float(stats.norm.ppf((1 + level) / 2))
    values, errors, rows = [], [], []
    for one in found:
        known = one.estimate is not None and one.interval is not None
        error = one.standard_error
        if known and not error:
            inside = np.clip([one.interval.low, one.interval.high], -0.9999, 0.9999)
            error = float(np.ptp(np.arctanh(inside)) / 2 / z) * (1 - inside.mean() ** 2)
        values.append(one.estimate if known else np.nan)
        errors.append(error if known else np.nan)
        shown = known and not one.show_counts_only
        ends = (one.estimate, one.interval.low, one.interval.high) if shown else (np.nan,) * 3
        why = one.why_not or ("" if shown else "too few cases: counts only")
        rows.append((one.group, one.cases, *ends, "" if shown else why))
    average = moving_average(values, errors, decay=decay, level=level)
    table = pd.DataFrame(rows, columns=["period", "cases", "value", "low", "high", "why_not"])
    table[["average", "average_low", "average_high"]] = average[["average", "low", "high"]]
    return table


def _centre(pairs: pd.DataFrame, measure: str) -> tuple[float, float]:
    """Give a month's estimate and an error that is never 0; missing where there is no case.

    A share has the error of Wilson's interval: that of a share with two audits of each kind more.
    """
    if not len(pairs):
        return np.nan, np.nan
    gap, cases = pairs["gap"].to_numpy(dtype=float), pairs["case"]
    if measure == "net_bias":
        found = net_bias(gap, clusters=cases, weights=pairs["weight"])
        return float(found.estimate or 0), float(found.standard_error or np.nan)
    share = share_found(np.abs(gap) <= (measure == "within_one"), clusters=cases)
    n = share.effective_n + 4
    middle = (float(share.estimate or 0) * share.effective_n + 2) / n
    return float(share.estimate or 0), float(np.sqrt(middle * (1 - middle) / n))


def moving_average(
    estimates: Sequence[float],
    standard_errors: Sequence[float],
    *,
    decay: float = 0.3,
    transform: Transform = "atanh",
    level: float = 0.95,
) -> pd.DataFrame:
    """Smooth estimates by an exponentially weighted average that counts their errors.

    Parameters
    ----------
    estimates, standard_errors : sequence of float
        One a month, in order, on the scale as shown; both missing for a month without one.
    decay : float
        How fast older months lose weight, above 0; 1 looks at the last month only.
    transform : {"atanh", "none"}
        Scale to average on: "atanh" for coefficients, which lie between -1 and 1.
    level : float
        Level of the interval by the normal distribution, months taken as independent.

    Returns
    -------
    DataFrame
        One row a month: `average`, `standard_error` (on the scale averaged on), `low`, `high`;
        missing before the first estimate.

    Raises
    ------
    AgreementError
        When lengths differ, the decay is out of range, an error is not above 0, or a
        coefficient to be transformed lies beyond -1 or 1.

    Notes
    -----
    An estimate of 1 or -1 has no place on the transformed scale; it is taken half a standard
    error, but at least 0.001, within.
    """
    check_level(level)
    x, error = np.asarray(estimates, dtype=float), np.asarray(standard_errors, dtype=float)
    if x.shape != error.shape or (np.isnan(x) != np.isnan(error)).any():
        raise AgreementError("Every month needs an estimate and its standard error, or neither.")
    if not 0 < decay <= 1:
        raise AgreementError(f"`decay` must lie above 0 and at most at 1; got {decay}. Give 0.3.")
    if (error <= 0).any():
        raise AgreementError(
            f"{int((error <= 0).sum())} standard errors are not above 0. A month in which all "
            "agree is not without error; give an error from an interval that does not close."
        )
    if transform == "atanh":
        if (np.abs(x) > 1).any():
            raise AgreementError(
                "A coefficient lies beyond -1 or 1; for measures in grades give transform='none'."
            )
        inside = np.clip(1 - np.maximum(error / 2, 1e-3), 0, None)
        x = np.where(np.abs(x) > 1 - 1e-9, np.sign(x) * inside, x)
        error, x = error / (1 - x**2), np.arctanh(x)
    elif transform != "none":
        raise AgreementError(f"`transform` {transform!r} is unknown; choose one of atanh, none.")
    months = len(x)
    ages = np.subtract.outer(np.arange(months), np.arange(months))
    weight = np.where(ages >= 0, (1.0 - decay) ** np.maximum(ages, 0), 0.0)
    weight = np.nan_to_num(weight / error**2)
    whole = weight.sum(axis=1, keepdims=True)
    share = np.divide(weight, whole, out=np.full_like(weight, np.nan), where=whole > 0)
    average = share @ np.nan_to_num(x)
    spread = np.sqrt(share**2 @ np.nan_to_num(error) ** 2)
    reach = float(stats.norm.ppf((1 + level) / 2)) * spread
    table = pd.DataFrame(
        {
            "average": average,
            "standard_error": spread,
            "low": average - reach,
            "high": average + reach,
        }
    )
    if transform == "atanh":
        shown = ["average", "low", "high"]
        table[shown] = np.tanh(table[shown])
    return table


def change_between(
    ratings: Ratings,
    *,
    first: Sequence[str],
    second: Sequence[str],
    measure: Measure = "net_bias",
    level: float = 0.95,
) -> Change:
    """Compare two windows of months, to see whether it has changed.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles, with `period`.
    first, second : sequence of str
        Months of each window; they share none.
    measure : {"net_bias", "exact", "within_one", "distance"}
        What is compared. "distance" falls as auditors and moderators calibrate, whichever way
        they differ.
    level : float
        Confidence level.

    Raises
    ------
    AgreementError
        When the windows share a month or a month is not there.
    """
    if "period" not in ratings.units.columns:
        raise AgreementError("The ratings have no `period`; months cannot be told apart.")
    if shared := sorted(set(first) & set(second)):
        raise AgreementError(
            f"Both windows hold {', '.join(shared)}; a month belongs to one of them."
        )
    months = set(ratings.units["period"])
    if absent := sorted((set(first) | set(second)) - months):
        raise AgreementError(
            f"No audit belongs to {', '.join(absent)}; months are {', '.join(sorted(months))}."
        )
    parts = [ratings.where(ratings.units["period"].isin(one).to_numpy()) for one in (first, second)]
    return compare_counts(parts[0], parts[1], measure=measure, level=level)


def moderation_rate(ratings: Ratings) -> pd.DataFrame:
    """Give by month how many audits were graded and how many of them moderated.

    Parameters
    ----------
    ratings : Ratings
        All grades, with `period`.

    Returns
    -------
    DataFrame
        One row a month: `period`, `audits` (cases an auditor graded), `moderated` (of these a
        moderator too), `rate`.
    """
    if "period" not in ratings.units.columns:
        raise AgreementError("The ratings have no `period`; months cannot be told apart.")
    graded = ratings.codes >= 0
    known = pd.DataFrame(
        {
            "period": ratings.units["period"],
            "case": ratings.units["case_ref"].astype(str),
            "audited": (graded & (ratings.roles == 0)).any(axis=1),
            "both": (graded & (ratings.roles == 0)).any(axis=1)
            & (graded & (ratings.roles == 1)).any(axis=1),
        }
    )
    cases = known.groupby(["period", "case"], sort=True)[["audited", "both"]].any()
    table = cases.groupby("period").sum().reset_index()
    table = table.rename(columns={"audited": "audits", "both": "moderated"})
    return table.assign(rate=table["moderated"] / table["audits"].where(table["audits"] > 0))
