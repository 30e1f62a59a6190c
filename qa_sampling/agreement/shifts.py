"""Each auditor's mean shift against the moderators, and how surely it is none.

Weights. Where audits are moderated because of their grade, such as every Inadequate, the moderated
audits of an auditor are not like the others: a second grade falls back to the middle, so whoever
gave an Inadequate looks harder. With chances of moderation (``Ratings.from_long(probability=...)``)
a moderated audit stands for 1 / chance audits, and the mean is that of all audits of the auditor.

With weights w of n cases and a pooled spread s of a case, the mean has the standard error
s √Σw² / Σw, as (Σw)² / Σw² cases of equal weight would (Kish 1965, Survey Sampling, section 11.7).
With equal weights all is as without.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.agreement.counts import case_keys, graded_pairs
from qa_sampling.agreement.ratings import ROLES, Ratings
from qa_sampling.errors import AgreementError

__all__ = ["Against", "p_values", "shifts"]

Against = Literal["moderators", "average"]
_PARTS = 8
"""Parts of a grade of usual weight, on the lattice of weighted sums."""


def shifts(ratings: Ratings, *, role: Literal["auditor", "moderator"] = "auditor") -> pd.DataFrame:
    """Give each auditor's mean shift and its standard error.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles; their weights are used.
    role : {"auditor", "moderator"}
        Whose shifts: a moderator's is the mean of their grades less the auditors'.

    Returns
    -------
    DataFrame
        One row a person, by name: the role's column, `n` (cases), `effective_n` (cases of equal
        weight that would tell as much), `mean` (in grades, weighted; a case on several standards
        counts as one, with its mean), `standard_error` (with the pooled spread), `stands_for`
        (how many of the cases this person graded the moderated ones stand for, as a share; 1 on
        average). ``attrs["spread"]`` is the pooled standard deviation of a case's difference,
        ``attrs["degrees_of_freedom"]`` what it rests on; ``attrs["cases"]`` the cases themselves:
        `who`, `gap`, `weight` (1 on average).

    Raises
    ------
    AgreementError
        When no audit was graded by both roles.
    """
    cases = _cases(ratings, role)
    who, gap, weight = (cases[name].to_numpy() for name in ("who", "gap", "weight"))
    people, place = np.unique(who, return_inverse=True)
    whole = np.bincount(place, weight)
    squares = np.bincount(place, weight**2)
    mean = np.bincount(place, weight * gap) / whole
    spread, free = _spread(gap - mean[place], weight, place)
    size = whole**2 / squares
    table = pd.DataFrame(
        {
            role: people,
            "n": np.bincount(place),
            "effective_n": size,
            "mean": mean,
            "standard_error": spread / np.sqrt(size),
            "stands_for": _stands_for(ratings, role, people, cases),
        }
    )
    table.attrs |= {"spread": spread, "degrees_of_freedom": free, "cases": cases}
    return table


def _cases(ratings: Ratings, role: str) -> pd.DataFrame:
    """Give one row a case and person: `who`, `gap`, `weight` (mean 1), `stands` (as given)."""
    met = graded_pairs(ratings)
    if not len(met):
        raise AgreementError(
            "No audit has a grade of both auditor and moderator, so no shift can be told."
        )
    sign = 1.0 if role == "auditor" else -1.0
    cases = met.groupby([role, "case"], sort=True)[["gap", "weight"]].mean().reset_index()
    return pd.DataFrame(
        {
            "who": cases[role],
            "gap": sign * cases["gap"],
            "weight": cases["weight"] / cases["weight"].mean(),
            "stands": cases["weight"],
        }
    )


def _spread(rest: np.ndarray, weight: np.ndarray, place: np.ndarray) -> tuple[float, float]:
    """Give the pooled spread of a case, a case each way added, and its degrees of freedom.

    A weighted mean takes its own part out of each difference from it: w² r² has the expectation
    s² w² (1 - 2 w / W + Σw² / W²).
    """
    whole, squares = np.bincount(place, weight), np.bincount(place, weight**2)
    left = 1 - 2 * weight / whole[place] + (squares / whole**2)[place]
    told = weight**2 @ left + 2
    even = (weight**2).sum() ** 2 / (weight**4).sum() / len(weight)
    return float(np.sqrt((weight**2 @ rest**2 + 2) / told)), max(float(left.sum() * even) + 2, 2.0)


def _stands_for(ratings: Ratings, role: str, people: np.ndarray, cases: pd.DataFrame) -> np.ndarray:
    """Give the weight of each person's moderated cases by how many cases they graded in all."""
    graded = (ratings.codes >= 0) & (ratings.roles == ROLES.index(role))
    keys = case_keys(ratings.units).to_numpy()
    all_of = {name: len(set(keys[graded[:, column]])) for column, name in enumerate(ratings.raters)}
    whole = cases.groupby("who", sort=True)["stands"].sum().to_numpy()
    return whole / np.array([all_of[name] for name in people])


def gaps(table: pd.DataFrame, against: Against) -> tuple[np.ndarray, np.ndarray]:
    """Give how far each mean lies from what it is held against, and the error of that.

    Parameters
    ----------
    table : DataFrame
        From :func:`shifts`.
    against : {"moderators", "average"}
        No shift, or the mean of the other auditors.
    """
    mean, error = table["mean"].to_numpy(), table["standard_error"].to_numpy()
    if against == "moderators":
        return mean, error
    whole = table.attrs["cases"].groupby("who", sort=True)["weight"].sum().to_numpy()
    if len(whole) < 2:
        raise AgreementError("An auditor is held against the others; there is only one.")
    rest = whole.sum() - whole
    others = ((mean * whole).sum() - mean * whole) / rest
    parts = (whole * error) ** 2
    return mean - others, np.sqrt(error**2 + (parts.sum() - parts) / rest**2)


def p_values(table: pd.DataFrame, against: Against) -> np.ndarray:
    """Give the two-sided p-value of each shift: Student's, or of the exact sum if that is larger.

    Three cases that are all a grade higher are less rare than Student's t says, so the exact
    probability of such a sum counts where it is larger, differences being scattered as those of
    all auditors: against the moderators as often high as low, against the average as they are.

    Parameters
    ----------
    table : DataFrame
        From :func:`shifts`.
    against : {"moderators", "average"}
        What is held to be so.
    """
    gap, error = gaps(table, against)
    p_value = 2 * stats.t.sf(np.abs(gap) / error, table.attrs["degrees_of_freedom"])
    return np.maximum(p_value, _exact(table.attrs["cases"], against))


def _exact(cases: pd.DataFrame, against: Against) -> np.ndarray:
    """Give the probability of a sum of weighted differences so far out, by folding their scatter.

    On a lattice of eighths; with equal weights and one standard a case it is that of whole grades
    and nothing is rounded.
    """
    weight, gap = cases["weight"].to_numpy(), cases["gap"].to_numpy()
    even = bool(np.allclose(weight, 1) and (gap % 1 == 0).all())
    held = 0.0 if against == "moderators" or even else float(np.average(gap, weights=weight))
    sums = np.rint(weight * (gap - held) * (1 if even else _PARTS)).astype(int)
    seen = np.append(sums, [_PARTS, -_PARTS] if not even else [1, -1])
    if against == "moderators":
        seen = np.append(seen, -seen)
    most = int(np.abs(seen).max())
    each = np.bincount(seen + most, minlength=2 * most + 1) / len(seen)
    found, known = [], {0: np.ones(1)}
    sizes = cases.groupby("who", sort=True)["gap"].size()
    totals = pd.Series(sums).groupby(cases["who"].to_numpy(), sort=True).sum()
    for n in range(1, int(sizes.max()) + 1):
        known[n] = np.convolve(known[n - 1], each)
    for n, total in zip(sizes, totals, strict=True):
        place = n * most + total
        found.append(2 * min(known[n][: place + 1].sum(), known[n][place:].sum()))
    return np.minimum(found, 1.0)
