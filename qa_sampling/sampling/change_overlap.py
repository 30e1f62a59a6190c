"""What two samples have in common when the same cases were audited both times.

In a stratum with n and m audited of N and M, c of them both times, of the K cases that were
there both times, the covariance of the two totals is

    N M (c / (n m) - K / (N M)) S

with S the covariance of the values (Tam 1984, The American Statistician 38:288-289; Qualité and
Tillé 2008, Survey Methodology 34:173-181). With independent samples c is n m K / (N M) on
average, and the covariance 0. S is estimated as r s t: s and t are the standard deviations
of the two samples, r the correlation over the cases audited both times. So the two
estimates can never be correlated by more than 1, however few the common cases. Values are linear
parts; after a calibration what it leaves of them (Deville and Särndal 1992).

With fewer than three common cases r cannot be told (of two it is always 1 or -1). Then r is 1
or -1, whichever widens the change.

Strata of which either sample holds one case are collapsed by label, before looking, and so are
strata that either sample's design collapsed: both in the same way. The variances are then those
of the coarser strata, so that the change is told too wide rather than too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_columns import codes_of, column_of
from qa_sampling.sampling.estimation_precision import Linear
from qa_sampling.sampling.estimation_sample import Design
from qa_sampling.sampling.estimation_variance import StratifiedVariance, collapse_single

_FEWEST = 3
"""Common cases from which their correlation is believed."""
Sample = tuple[Design, Linear]


def overlap(
    before: Sample, after: Sample, key: str, common: Mapping[str, int]
) -> tuple[float, float, float]:
    """Give the variances of two estimates, and their covariance from the cases in common.

    Parameters
    ----------
    before, after : tuple of Design and Linear
        The two samples, each with its estimate's linear part.
    key : str
        Column that tells cases.
    common : mapping of str to int
        Cases that were there both times, by stratum; the smaller of the two numbers where absent.

    Returns
    -------
    tuple of float
        Variance before, variance after, covariance; its square is at most their product.

    Raises
    ------
    EstimationError
        When a case is repeated, a sample is not one of cases in strata, or more cases were
        audited both times than were there, or fewer than must have been.
    """
    sides = [_side(design, linear, key) for design, linear in (before, after)]
    homes = _shared_strata(*sides)
    # which child stands for a family is told as if chosen anew each time
    total = np.array([_of_standing(*before), _of_standing(*after), 0.0])
    for home in sorted(set(homes[0].values()) | set(homes[1].values())):
        parts = [side.within(homes[place], home) for place, side in enumerate(sides)]
        labels = {label for part in parts for label in part.rows["label"]}
        held = [common.get(label) for label in sorted(labels)]
        known = None if None in held else float(sum(held))
        total += _in_stratum(*parts, known)
    return float(total[0]), float(total[1]), float(total[2])


@dataclass(frozen=True, eq=False)
class _Side:
    """One sample: rows of `key`, `label`, `stratum` (of its variance), `value`; its strata."""

    rows: pd.DataFrame
    populations: np.ndarray
    joined: np.ndarray

    def within(self, homes: Mapping[int, int], home: int) -> _Side:
        """Give the part that lies in one of the shared strata."""
        mine = [stratum for stratum, place in homes.items() if place == home]
        rows = self.rows[self.rows["stratum"].isin(mine)]
        joined = self.joined[mine] | (len(mine) > 1)
        return _Side(rows, self.populations[mine], joined)

    @property
    def size(self) -> int:
        """Cases audited, those out of scope included."""
        return len(self.rows)

    @property
    def population(self) -> float:
        """Cases there are."""
        return float(self.populations.sum())

    @property
    def left(self) -> float:
        """What the draw leaves to chance, per case."""
        return max(1 / self.size - 1 / self.population, 0.0) if self.size else 0.0

    @property
    def scale(self) -> float:
        """What takes the finite population out of the spread of joined strata.

        See ``StratifiedVariance.joined``.
        """
        whole = not 0 < self.size < self.population
        return 1.0 if whole or not self.joined.any() else 1 - self.size / self.population

    @property
    def spread(self) -> float:
        """Standard deviation of the weighted values."""
        return float(self.rows["value"].std()) / self.scale**0.5 if self.size > 1 else 0.0

    @property
    def variance(self) -> float:
        """Variance of the sum of the weighted values."""
        return self.size**2 * self.left * self.spread**2


def _side(design: Design, linear: Linear, key: str) -> _Side:
    """Read one sample; refuse what cannot be matched."""
    variance = design.variance
    if not isinstance(variance, StratifiedVariance) or not variance.rows_are_units:
        raise EstimationError(
            "`key` matches cases in samples of fixed numbers from strata. After controlled "
            "rounding, unequal probabilities or families drawn whole nobody knows how likely two "
            "cases were to be audited both times, so their covariance cannot be told. Leave `key` "
            "out: the change is then told as if the samples were independent, too wide rather "
            "than too narrow where cases tend to be found as they were."
        )
    keys = column_of(design.table, key)
    if keys.isna().any() or keys.duplicated().any():
        raise EstimationError(f"`{key}` is missing or repeated; every row needs a case of its own.")
    values = linear.values
    if design.adjustment is not None:
        values = design.adjustment.residuals(values[:, None], design.weight)[:, 0]
    codes, labels = codes_of(design.table, design.strata)
    rows = pd.DataFrame(
        {
            "key": keys.astype(str).to_numpy(),
            "label": np.array(labels, dtype=object)[codes],
            "stratum": variance.stratum[variance.unit],
            "value": values,
        }
    )
    joined = np.zeros(len(variance.population), dtype=bool)
    return _Side(rows, variance.population, joined if variance.joined is None else variance.joined)


def _of_standing(design: Design, linear: Linear) -> float:
    """Give what the choice of the child that stands for a family adds to the variance."""
    standing = getattr(design.variance, "standing", None)
    if standing is None:
        return 0.0
    return float((standing.deviations(linear.values[:, None]) ** 2).sum())


def _shared_strata(before: _Side, after: _Side) -> tuple[dict[int, int], dict[int, int]]:
    """Give every stratum of either sample its place among the finest strata that both share."""
    root: dict[tuple[str, object], tuple[str, object]] = {}

    def find(one: tuple[str, object]) -> tuple[str, object]:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    names: dict[tuple[str, object], str] = {}
    for which, side in (("before", before), ("after", after)):
        for stratum, label in set(zip(side.rows["stratum"], side.rows["label"], strict=True)):
            root[find((which, int(stratum)))] = find(("label", label))
    for one in sorted(root, key=str):
        if one[0] == "label":
            first = find(one)
            names[first] = min(names.get(first, str(one[1])), str(one[1]))
    order = sorted(names, key=names.__getitem__)
    place = {one: number for number, one in enumerate(order)}
    homes = [
        {int(s): place[find((which, int(s)))] for s in side.rows["stratum"].unique()}
        for which, side in (("before", before), ("after", after))
    ]
    home = _without_singles([names[one] for one in order], (before, after), homes)
    return tuple({s: int(home[p]) for s, p in one.items()} for one in homes)  # type: ignore[return-value]


def _without_singles(
    labels: list[str], sides: tuple[_Side, _Side], homes: list[dict[int, int]]
) -> np.ndarray:
    """Collapse shared strata of which either sample has one case, though there are more."""
    home = np.arange(len(labels))
    for side, own in zip(sides, homes, strict=True):
        place = np.array([home[own[int(s)]] for s in side.rows["stratum"]])
        sizes = np.bincount(place, minlength=len(labels))
        populations = np.zeros(len(labels))
        for stratum, first in own.items():
            populations[home[first]] += side.populations[stratum]
        kept = np.flatnonzero(sizes)
        moved, _ = collapse_single(
            [labels[one] for one in kept], sizes[kept], populations[kept], [0] * len(kept)
        )
        to = np.arange(len(labels))
        to[kept] = kept[moved]
        home = to[home]
    return home


def _in_stratum(before: _Side, after: _Side, known: float | None) -> np.ndarray:
    """Give the variances and the covariance of one stratum."""
    found = np.array([before.variance, after.variance, 0.0])
    if not before.left or not after.left:
        return found  # taken whole, or in one sample only: nothing moves together
    n, m, large, larger = before.size, after.size, before.population, after.population
    cases = before.rows.merge(after.rows, on="key", suffixes=("_before", "_after"))
    there = min(large if known is None else known, large, larger)
    lost = there / large / larger if np.isfinite(large * larger) else 0.0
    part = len(cases) / (n * m) - lost
    if len(cases) > there or abs(part) > (before.left * after.left) ** 0.5 * (1 + 1e-9):
        raise EstimationError(
            f"{len(cases)} cases of a stratum were audited both times, which cannot be: {n} of "
            f"{large:g} were audited before, {m} of {larger:g} after, and {there:g} were there "
            f"both times. Correct `common` or the populations."
        )
    # values are weighted (N / n times the value), so N M S is n m times theirs
    found[2] = n * m * part * _correlation(cases, part) * before.spread * after.spread
    return found


def _correlation(cases: pd.DataFrame, part: float) -> float:
    """Give the correlation over the common cases; with too few, the one that widens the change."""
    if len(cases) < _FEWEST:
        return -float(np.sign(part))
    one, two = (cases[name] - cases[name].mean() for name in ("value_before", "value_after"))
    most = float((one @ one) * (two @ two)) ** 0.5
    return float(np.clip(one @ two / most, -1, 1)) if most > 0 else 0.0
