"""The cumulative sum of signed differences: a drift is seen before any month shows it.

Moderated audits are taken in order. One sum grows by each difference less an allowance, another
by its opposite less the allowance; neither falls below 0 (Page 1954, Biometrika 41:100-115). A
sum above the limit is a signal: auditors have drifted high, or low.

Differences are whole grades and the allowance a whole number of parts of a grade, so the sums
live on a lattice, and the mean number of cases to a signal solves a small set of linear equations
exactly (Brook and Evans 1972, Biometrika 59:539-549). The two sums signal at rates that add up
(Van Dobben de Bruyn 1968): 1 / both = 1 / up + 1 / down. The limit is chosen for a wanted number
of cases between false alarms, if auditors were unbiased and as scattered as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.agreement.counts import graded_pairs
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.errors import AgreementError

__all__ = ["Cusum", "cusum", "run_length", "scatter_of", "tilted"]

_PARTS = 20
"""Parts of a grade an allowance may be cut into."""
_HIGHEST = 40
"""Highest limit looked for, in grades."""


@dataclass(frozen=True)
class Cusum:
    """Cumulative sums of signed differences.

    Attributes
    ----------
    table : DataFrame
        Restricted. One row a moderated case, in order: `case_ref`, `period`, `gap` (auditor less
        moderator, in grades, the mean over standards rounded to a whole grade), `up`, `down`
        (the sums in grades), `signal` ("higher", "lower" or blank). A sum starts again from 0
        after its signal.
    allowance : float
        What each case takes off, in grades: half the shift that should be seen.
    limit : float
        A sum above it is a signal, in grades.
    in_control : float
        Mean number of cases between false alarms, of both sums.
    out_of_control : float
        Mean number of cases to the signal once auditors have shifted by twice the allowance.
    """

    table: pd.DataFrame
    allowance: float
    limit: float
    in_control: float
    out_of_control: float

    def by_period(self) -> pd.DataFrame:
        """Give the sums at each month's end, without cases: `period`, `n`, `up`, `down`, `signal`.

        Where a month has several signals they are joined by " and ".
        """
        groups = self.table.groupby("period", sort=True)
        found = groups.agg(n=("gap", "size"), up=("up", "last"), down=("down", "last"))
        words = groups["signal"].agg(
            lambda one: " and ".join(sorted({word for word in one if word}))
        )
        return found.assign(signal=words).reset_index()


def cusum(
    ratings: Ratings,
    *,
    shift: float = 0.5,
    in_control: float = 250.0,
    scatter: Mapping[int, float] | None = None,
    order: Sequence[str] = ("period", "case_ref"),
) -> Cusum:
    """Sum up signed differences case by case and mark where auditors have drifted.

    Parameters
    ----------
    ratings : Ratings
        Grades of both roles.
    shift : float
        Shift in grades that should be seen; the allowance is half of it, rounded to a twentieth.
    in_control : float
        Wanted mean number of cases between false alarms, at least.
    scatter : mapping of int to float, optional
        Probability of each difference if auditors were unbiased; from :func:`scatter_of` the
        ratings by default. Better from a baseline before the months looked at.
    order : sequence of str
        Columns of the units that put cases in order, those that are there.

    Returns
    -------
    Cusum

    Raises
    ------
    AgreementError
        When nothing was moderated or the shift is too small to be cut into parts.
    """
    cases = _cases(ratings, order)
    allowance = round(shift / 2 * _PARTS) / _PARTS
    if allowance <= 0:
        raise AgreementError(
            f"`shift` must be at least {2 / _PARTS} grades; got {shift}. A smaller drift is not "
            "for a chart of single cases."
        )
    known = dict(scatter) if scatter is not None else scatter_of(cases["gap"])
    limit, found = _limit(known, allowance, in_control)
    later = run_length(tilted(known, 2 * allowance), allowance, limit)
    up, down, words = _sums(cases["gap"].to_numpy(dtype=int), allowance, limit)
    table = cases.assign(up=up, down=down, signal=words)
    return Cusum(table.reset_index(drop=True), allowance, limit, found, later)


def scatter_of(gaps: Sequence[float]) -> dict[int, float]:
    """Give the probability of each difference, were both ways equally likely.

    Parameters
    ----------
    gaps : sequence of float
        Differences in whole grades.

    Notes
    -----
    One case a grade apart each way is added, so that a year of full agreement does not make
    the first difference impossible.
    """
    sizes = np.abs(np.asarray(gaps, dtype=float)).round().astype(int)
    seen = np.bincount(sizes, minlength=2).astype(float)
    seen[1] += 2
    seen = seen / seen.sum()
    table = {0: float(seen[0])}
    for size in range(1, len(seen)):
        table |= {size: float(seen[size] / 2), -size: float(seen[size] / 2)}
    return table


def tilted(scatter: Mapping[int, float], mean: float) -> dict[int, float]:
    """Give the distribution of differences nearest to a scatter that has another mean.

    Parameters
    ----------
    scatter : mapping of int to float
        Probability of each difference.
    mean : float
        Wanted mean in grades, strictly within what the differences reach.

    Notes
    -----
    Exponential tilting: every probability is multiplied by exp(c times the difference).
    """
    gaps = np.array(sorted(scatter), dtype=float)
    chance = np.array([scatter[int(gap)] for gap in gaps])
    used = gaps[chance > 0]
    if not used.min() < mean < used.max():
        raise AgreementError(
            f"No difference seen reaches a mean of {mean:g} grades; give a smaller shift."
        )
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = (low + high) / 2
        weight = chance * np.exp(middle * gaps - np.abs(middle) * np.abs(gaps).max())
        low, high = (middle, high) if weight @ gaps / weight.sum() < mean else (low, middle)
    weight = weight / weight.sum()
    return {int(gap): float(share) for gap, share in zip(gaps, weight, strict=True)}


def run_length(scatter: Mapping[int, float], allowance: float, limit: float) -> float:
    """Give the mean number of cases to a signal of either sum, exactly.

    Parameters
    ----------
    scatter : mapping of int to float
        Probability of each difference.
    allowance, limit : float
        In grades; the allowance in whole twentieths.
    """
    up = _one_side(scatter, allowance, limit)
    down = _one_side({-gap: share for gap, share in scatter.items()}, allowance, limit)
    return 1 / (1 / up + 1 / down)


def _one_side(scatter: Mapping[int, float], allowance: float, limit: float) -> float:
    """Solve for the mean number of cases until the upper sum passes the limit."""
    step = round(allowance * _PARTS)
    parts = int(np.gcd(step, _PARTS))
    top = int(np.floor(limit * _PARTS / parts + 1e-9))
    chain = np.eye(top + 1)
    for gap, share in scatter.items():
        to = np.maximum(np.arange(top + 1) + (gap * _PARTS - step) // parts, 0)
        stays = to <= top
        chain[np.flatnonzero(stays), to[stays]] -= share
    try:
        return float(np.linalg.solve(chain, np.ones(top + 1))[0])
    except np.linalg.LinAlgError:
        return np.inf


def _limit(scatter: Mapping[int, float], allowance: float, wanted: float) -> tuple[float, float]:
    """Give the lowest limit on the lattice that keeps false alarms rare enough."""
    part = int(np.gcd(round(allowance * _PARTS), _PARTS)) / _PARTS
    low, high = -1, 1
    while run_length(scatter, allowance, high * part) < wanted:
        low, high = high, 2 * high
        if high * part > _HIGHEST:
            raise AgreementError(
                f"No limit up to {_HIGHEST} grades keeps {wanted:g} cases between false alarms; "
                "ask for fewer, or for a larger shift."
            )
    while high - low > 1:
        middle = (low + high) // 2
        enough = run_length(scatter, allowance, middle * part) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high * part, run_length(scatter, allowance, high * part)


def _sums(gaps: np.ndarray, allowance: float, limit: float) -> tuple[list, list, list]:
    """Run both sums over the cases; each starts again after its signal."""
    ups, downs, words = [], [], []
    up = down = 0.0
    for gap in gaps:
        up, down = max(0.0, up + gap - allowance), max(0.0, down - gap - allowance)
        ups.append(up)
        downs.append(down)
        words.append("higher" if up > limit + 1e-9 else "lower" if down > limit + 1e-9 else "")
        up, down = (0.0 if words[-1] == "higher" else up), (0.0 if words[-1] == "lower" else down)
    return ups, downs, words


def _cases(ratings: Ratings, order: Sequence[str]) -> pd.DataFrame:
    met = graded_pairs(ratings)
    if not len(met):
        raise AgreementError("No audit has a grade of both auditor and moderator: nothing to sum.")
    if "period" not in met.columns:
        met = met.assign(period="")
    first = met.groupby("case", sort=False).first()
    first["gap"] = np.rint(met.groupby("case", sort=False)["gap"].mean())
    columns = [name for name in order if name in first.columns]
    first = first.sort_values(columns, kind="stable")
    return first[["case_ref", "period", "gap"]]
