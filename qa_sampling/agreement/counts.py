"""What the panel sees first: how many grades are the same, how far apart, and which way.

Counts come before any coefficient (Kottner et al. 2011, J Clin Epidemiol 64:96-106): of so many
moderated audits so many got the same grade, so many a grade apart, so many two or more; in so
many the auditor was higher, in so many lower; and the net bias in grades with its interval.
Whether a standard applies at all is counted apart (:mod:`~qa_sampling.agreement.applicability`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.net_bias import check_level, net_bias, share_found, sign_test
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError
from qa_sampling.results import Interval

__all__ = ["Counts", "counts", "disagreements", "graded_pairs", "grades_met"]

FEWEST = 5
"""Fewest moderated audits for an interval; below, the counts alone are shown."""
_NUMBERS = (
    "exact_share exact_low exact_high within_one_share within_one_low within_one_high "
    "net_bias net_bias_low net_bias_high"
).split()


@dataclass(frozen=True)
class Counts:
    """How grades met, one row a group.

    Attributes
    ----------
    table : DataFrame
        One row a group, or one in all: the group's column where there is one; `n` (audits with
        both grades, pairs), `cases`; `exact`, `within_one`, `two_or_more` (grades apart),
        `higher`, `lower` (the auditor); `sign_p` (exact sign test over cases, two-sided);
        `exact_share`, `exact_low`, `exact_high`, the same for `within_one`, and `net_bias` in
        grades (above 0 the auditor is higher; by the ratings' weights, where counts and shares
        are of the audits as they stand) with its ends; `without` (pairs in which one or
        both gave no grade); `why_not` (why numbers are missing; blank where none is).
    by : str
        Column of the groups; blank for one row in all.
    level : float
        Level of the intervals, each by itself.
    """

    table: pd.DataFrame
    by: str
    level: float


def counts(
    ratings: Ratings, *, by: str | None = None, level: float = 0.95, fewest: int = FEWEST
) -> Counts:
    """Count how auditors' and moderators' grades met.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    by : str, optional
        Group: "standard", "auditor", "moderator", "period", "service" or any other column of
        the units. All in one row by default.
    level : float
        Confidence level, between 0 and 1.
    fewest : int
        Fewest audits with both grades for shares, net bias and intervals.

    Returns
    -------
    Counts
        Groups sorted by their name. Several moderators of one audit are several pairs of
        one case; cases, not pairs, are what intervals and the sign test count.

    Raises
    ------
    AgreementError
        When no audit has two roles, the level is no share, or there is no such column.
    """
    check_level(level)
    pairs = met_pairs(ratings)
    most = ratings.scale.size - 1
    if by is None:
        rows = [_row(pairs, most, level, fewest)]
        return Counts(pd.DataFrame(rows), "", level)
    check_group(pairs, by)
    groups = pairs.groupby(by, sort=True, observed=True)
    rows = [{by: name, **_row(part, most, level, fewest)} for name, part in groups]
    columns = [by, *_row(pairs.iloc[:0], most, level, fewest)]
    return Counts(pd.DataFrame(rows, columns=columns), by, level)


def _row(pairs: pd.DataFrame, most: int, level: float, fewest: int) -> dict[str, object]:
    met = pairs[pairs["gap"].notna() & (pairs["weight"] > 0)]
    gap, cases = met["gap"].to_numpy(dtype=float), met["case"].to_numpy()
    apart = np.abs(gap)
    sign = sign_test(gap, clusters=cases)
    row: dict[str, object] = {
        "n": len(met),
        "cases": int(met["case"].nunique()),
        "exact": int((apart == 0).sum()),
        "within_one": int((apart <= 1).sum()),
        "two_or_more": int((apart >= 2).sum()),
        "higher": int((gap > 0).sum()),
        "lower": int((gap < 0).sum()),
        "sign_p": sign.p_value if len(met) else np.nan,
        "without": len(pairs) - len(met),
    }
    why = ""
    if not len(met):
        why = "no audit has a grade of both"
    elif len(met) < fewest:
        why = f"fewer than {fewest} audits with both grades: counts only"
    if why:
        return row | dict.fromkeys(_NUMBERS, np.nan) | {"why_not": why}
    for name, hits in (("exact", apart == 0), ("within_one", apart <= 1)):
        share = share_found(hits, clusters=cases)
        row |= _ends(f"{name}_share", name, share.estimate, share.confidence_interval(level))
    bias = net_bias(gap, clusters=cases, weights=met["weight"], most=most)
    row |= _ends("net_bias", "net_bias", bias.estimate, bias.confidence_interval(level))
    return row | {"why_not": ""}


def _ends(
    name: str, stem: str, estimate: float | None, interval: Interval | None
) -> dict[str, object]:
    if interval is None:
        return {name: estimate, f"{stem}_low": np.nan, f"{stem}_high": np.nan}
    return {name: estimate, f"{stem}_low": interval.low, f"{stem}_high": interval.high}


def grades_met(ratings: Ratings) -> pd.DataFrame:
    """Give the square table of counts: auditors' grades in rows, moderators' in columns.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.

    Returns
    -------
    DataFrame
        Whole numbers; grades best first in rows and columns, unused ones included.
    """
    met = graded_pairs(ratings)
    size = ratings.scale.size
    place = met["auditor_code"].to_numpy(dtype=int) * size
    place = place + met["moderator_code"].to_numpy(dtype=int)
    grid = np.bincount(place, minlength=size**2).reshape(size, size)[::-1, ::-1]
    grades = list(reversed(ratings.scale.grades))
    return pd.DataFrame(grid, index=grades, columns=grades)


def disagreements(
    ratings: Ratings,
    *,
    min_gap: int = 2,
    measure: Callable[[Ratings], float | None] | None = None,
) -> pd.DataFrame:
    """List the audits whose two grades lie far apart, with the influence of each case.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    min_gap : int
        Fewest grades apart.
    measure : callable, optional
        What the influence is on: it takes ratings and gives a number, such as a coefficient.
        The net bias in grades by default.

    Returns
    -------
    DataFrame
        Restricted. One row a pair, widest gap first: the columns of the units, `auditor`,
        `moderator`, `auditor_grade`, `moderator_grade`, `gap`, `influence` (the measure with
        the case less the measure without it; missing where that cannot be told).

    Raises
    ------
    AgreementError
        When `min_gap` is below 1.
    """
    if min_gap < 1:
        raise AgreementError(f"`min_gap` must be at least 1 grade; got {min_gap}.")
    told = measure or _net_bias_of
    pairs = graded_pairs(ratings)
    wide = pairs[pairs["gap"].abs() >= min_gap]
    whole = told(ratings) if len(wide) else None
    keys = case_keys(ratings.units)
    influence = {}
    for case in wide["case"].unique():
        without = told(ratings.where((keys != case).to_numpy()))
        known = whole is not None and without is not None
        influence[case] = whole - without if known else np.nan
    names = [*ratings.units.columns, "auditor", "moderator", "auditor_grade", "moderator_grade"]
    found = wide.assign(influence=wide["case"].map(influence).astype(float), size=wide["gap"].abs())
    order = found.sort_values(["size", *names[:1], "moderator"], ascending=[False, True, True])
    return order[[*names, "gap", "influence"]].reset_index(drop=True)


def _net_bias_of(ratings: Ratings) -> float | None:
    if not ratings.has_roles:
        return None
    met = graded_pairs(ratings)
    return net_bias(met["gap"], clusters=met["case"], weights=met["weight"]).estimate


def met_pairs(ratings: Ratings) -> pd.DataFrame:
    """Give the pairs of ``Ratings.pairs`` with `case`, which tells cases (and periods) apart.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.

    Raises
    ------
    AgreementError
        When there are grades of one role only.
    """
    if not ratings.has_roles:
        raise AgreementError(
            "Grades of auditors and moderators are compared, each audit with at most one auditor; "
            "these have one role, or several auditors a unit. Give the column `role`, or use a "
            "coefficient for any raters."
        )
    pairs = ratings.pairs()
    return pairs.assign(case=case_keys(pairs))


def graded_pairs(ratings: Ratings) -> pd.DataFrame:
    """Give the pairs of which both gave a grade and that stand for something.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    """
    pairs = met_pairs(ratings)
    return pairs[pairs["gap"].notna() & (pairs["weight"] > 0)].reset_index(drop=True)


def case_keys(units: pd.DataFrame) -> pd.Series:
    """Tell cases apart: by case and, where there is one, period.

    Parameters
    ----------
    units : DataFrame
        With `case_ref` and perhaps `period`.
    """
    case = units["case_ref"].astype(str)
    return case + "\x1f" + units["period"].astype(str) if "period" in units.columns else case


def check_group(pairs: pd.DataFrame, by: str) -> None:
    """Refuse a column the pairs do not have.

    Parameters
    ----------
    pairs : DataFrame
        From :func:`met_pairs`.
    by : str
        Name of the column.
    """
    inner = ("unit", "case", "gap", "weight", "auditor_code", "moderator_code")
    known = [name for name in pairs.columns if name not in inner]
    if by not in known:
        raise AgreementError(
            f"There is no column `{by}` to group by; choose one of {', '.join(known)}."
        )
