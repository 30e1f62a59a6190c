"""A measure of how long things take, looked into: its long cases, and what moved its median.

A median is of no single case. So the cases that are looked into are those that took longer than
three in four of the cases that they are held against, a share like any other; and beside it stands
the median itself: by group, then and now, and its change taken apart.

The change of the median is what the spread of cases over the values of a factor did (**mix**: the
median with the cases of one time weighted to the spread of the other) and what is left (**within**
the values), averaged over both times, as Kitagawa (1955), JASA 50, 1168-1194, averages rates; the
weighting is that of J DiNardo, N M Fortin, T Lemieux (1996), Econometrica 64, 1001-1044, for one
factor. Both parts add up to the change. A value that one time does not have keeps its cases'
weight. Intervals: the cluster bootstrap (:mod:`qa_sampling.trends.family_bootstrap`), normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.dive_cases import read_cases
from qa_sampling.trends.family_bootstrap import resampled_totals
from qa_sampling.trends.measure import Measure
from qa_sampling.trends.measure_rules import Longer

__all__ = ["LONG", "MedianChange", "as_share", "long_from", "median_change", "weighted_median"]

LONG = 0.75
"""Share of the cases before that a long case took longer than."""
_FEWEST = 10
"""Fewest cases, then and now, of which a group's medians are told."""
_EVEN = 1e-9
"""Weights that differ by less, as a share of all, are alike."""


def long_from(days: pd.Series) -> float:
    """Give the days that three in four cases do not exceed.

    Parameters
    ----------
    days : Series
        How long each case took, in days; none missing.

    Returns
    -------
    float
        The value of a case: the smallest with three quarters of the cases at or below it.

    Raises
    ------
    TrendError
        When there is no case.
    """
    if not len(days):
        raise TrendError("There is no case of which it is known how long it took.")
    return float(np.quantile(days.to_numpy(dtype="float64"), LONG, method="inverted_cdf"))


def as_share(measure: Measure, days: float) -> Measure:
    """Give a measure of how long things take as the share of its cases that took longer.

    Parameters
    ----------
    measure : Measure
        A measure with a `length`.
    days : float
        What a long case is above.

    Raises
    ------
    TrendError
        When the measure is not of how long things take.
    """
    if measure.length is None:
        raise TrendError(f"{measure.title} is not a measure of how long things take.")
    rule = Longer(measure.length, days)
    title = f"{measure.title}, more than {days:g}"
    return replace(measure, kind="proportion", rule=rule, length=None, title=title, target=None)


@dataclass(frozen=True)
class MedianChange:
    """The change of a median taken apart. Restricted: it holds small groups.

    Attributes
    ----------
    before, now : float
        The medians, in days.
    standard_error, low, high : float
        Of the change now less before; the error is at least what months scattered before.
    parts : DataFrame
        One row a factor: `factor`, `within`, `mix` (days, which add up to the change), `low`,
        `high` (of `mix`).
    groups : DataFrame
        One row a value of a factor: `factor`, `value`, `cases_before`, `cases_now`, `before`,
        `now` (medians), `change`, `low`, `high`; medians are missing below ten cases, and the
        change with either.
    cases : tuple of (int, int)
        Cases then and now.
    level : float
        Level of the intervals.
    """

    before: float
    now: float
    standard_error: float
    low: float
    high: float
    parts: pd.DataFrame
    groups: pd.DataFrame
    cases: tuple[int, int]
    level: float

    @property
    def change(self) -> float:
        """Now less before, in days."""
        return self.now - self.before

    @property
    def is_change(self) -> bool:
        """Whether it is more than chance makes: 0 is not in the interval."""
        return self.low > 0 or self.high < 0


def weighted_median(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the median of values that stand for several cases each.

    Parameters
    ----------
    values : array, (cases,)
        In ascending order.
    weights : array, (..., cases)
        0 or more.

    Returns
    -------
    array, (...)
        The middle of two values where half of the weight is at or below the first exactly, as a
        plain median has it; missing where all weights are 0.
    """
    if not len(values):
        return np.full(weights.shape[:-1], np.nan)
    held = np.cumsum(weights, axis=-1)
    whole = held[..., -1:]
    half, slack = whole / 2, whole * _EVEN
    first = (held < half - slack).sum(axis=-1)
    then = (held <= half + slack).sum(axis=-1)
    last = len(values) - 1
    middle = (values[np.minimum(first, last)] + values[np.minimum(then, last)]) / 2
    return np.where(whole[..., 0] > 0, middle, np.nan)


def median_change(
    before: pd.DataFrame,
    now: pd.DataFrame,
    *,
    days: str = "days",
    factors: Sequence[str],
    cluster: str | None = "family_id",
    draws: int = 300,
    seed: str = "median",
    scatter: float = 0.0,
    level: float = 0.95,
) -> MedianChange:
    """Take the change of a median between two sets of cases apart.

    Parameters
    ----------
    before, now : DataFrame
        One row a case.
    days : str
        Column of how long each took, 0 or more.
    factors : sequence of str
        Columns of the groups: one to five.
    cluster : str or None
        Column of families; None when each case stands alone.
    draws : int
        Resamples of families.
    seed : str
        Their seed text.
    scatter : float
        Standard error of the change by how the months before scattered; it goes before that of
        the families where it is more.
    level : float
        Level of the intervals.

    Raises
    ------
    TrendError
        When a time has no case, or a column is missing.
    """
    names = tuple(factors)
    held = read_cases(before, now, outcome=days, factors=names, cluster=cluster)
    order = np.argsort(held.outcome, kind="stable")
    values, period = held.outcome[order], held.period[order]
    codes = held.codes[:, held.cell][:, order]
    times = np.concatenate([np.ones((1, len(order))), _times(held.families, draws, seed)[:, order]])
    split = _Split(values, period, times)
    whole = split.medians()
    reach = NormalDist().inv_cdf((1 + level) / 2)
    error = max(_error(whole[1] - whole[0]), scatter)
    parts = [_part(split, codes[place], name, reach) for place, name in enumerate(names)]
    groups = [
        _group(split, codes[place] == code, name, str(label), reach)
        for place, name in enumerate(names)
        for code, label in enumerate(held.labels[place])
    ]
    change = float(whole[1, 0] - whole[0, 0])
    return MedianChange(
        before=float(whole[0, 0]), now=float(whole[1, 0]), standard_error=error,
        low=change - reach * error, high=change + reach * error,
        parts=pd.DataFrame(parts, columns=["factor", "within", "mix", "low", "high"]),
        groups=pd.DataFrame(groups, columns=[
            "factor", "value", "cases_before", "cases_now", "before", "now", "change", "low",
            "high",
        ]),
        cases=(len(before), len(now)), level=level,
    )  # fmt: skip


def _times(families: np.ndarray, draws: int, seed: str) -> np.ndarray:
    """Give how often each case is in each resample of families, (draws, cases)."""
    number = int(families.max()) + 1
    each, one = np.arange(number), np.ones((number, 1))
    parts = resampled_totals(each, each, one, width=number, draws=draws, seed=seed)
    return np.concatenate([part[0] for part in parts])[:, families]


def _error(values: np.ndarray) -> float:
    """Give the standard error by the resamples: the first value is the data's own."""
    told = values[1:][np.isfinite(values[1:])]
    return float(told.std(ddof=1)) if len(told) > 1 else float("nan")


@dataclass(frozen=True)
class _Split:
    """Cases by how long they took, and how often each is in the data and in each resample."""

    values: np.ndarray
    period: np.ndarray
    times: np.ndarray

    def median(self, period: int, weights: np.ndarray | None = None) -> np.ndarray:
        """Give the median of one time; with weights of its cases where they are given."""
        own = self.period == period
        times = self.times[:, own] if weights is None else weights[:, own]
        return weighted_median(self.values[own], times)

    def medians(self, inside: np.ndarray | None = None) -> np.ndarray:
        """Give the medians then and now, (2, draws); of some cases where they are named."""
        weights = None if inside is None else self.times * inside
        return np.stack([self.median(one, weights) for one in (0, 1)])


def _part(
    split: _Split, code: np.ndarray, name: str, reach: float
) -> tuple[str, float, float, float, float]:
    """Take the change apart by one factor: what its mix did, and what is left."""
    shares = []
    for period in (0, 1):
        sums = (split.times * (split.period == period)) @ np.eye(code.max() + 1)[code]
        shares.append(sums / sums.sum(axis=1, keepdims=True))
    own = split.medians()
    mixed = []
    for period in (0, 1):
        here, there = shares[period], shares[1 - period]
        ratio = np.where((here > 0) & (there > 0), there / np.where(here > 0, here, 1.0), 1.0)
        mixed.append(split.median(period, split.times * ratio[:, code]))
    mix = ((mixed[0] - own[0]) + (own[1] - mixed[1])) / 2
    error = _error(mix)
    within = float(own[1, 0] - own[0, 0] - mix[0])
    return name, within, float(mix[0]), float(mix[0]) - reach * error, float(mix[0]) + reach * error


def _group(
    split: _Split, inside: np.ndarray, name: str, label: str, reach: float
) -> tuple[object, ...]:
    """Give one group's medians, their change and its interval."""
    number = [int((inside & (split.period == one)).sum()) for one in (0, 1)]
    medians = split.medians(inside)
    told = [float(medians[one, 0]) if number[one] >= _FEWEST else float("nan") for one in (0, 1)]
    change = told[1] - told[0]
    error = _error(medians[1] - medians[0]) if np.isfinite(change) else float("nan")
    return (name, label, *number, *told, change, change - reach * error, change + reach * error)
