"""Where an authority stands among its neighbours, and what of that could be chance.

Two questions are kept apart. Could the gap to the neighbours together be chance alone, given so
many children? And does the authority lie outside what neighbours differ by among themselves?
Authorities always differ, so large ones pass the first question easily; only who passes both is
called different from its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from qa_sampling.errors import TrendError
from qa_sampling.trends.benchmarking import Kind, benchmark
from qa_sampling.trends.ranks import rank_of

Verdict = Literal["outside", "apart", "alike", "within", "unknown"]
FEWEST_NEIGHBOURS = 5
"""Neighbours with a figure below which how they differ is not said."""


@dataclass(frozen=True)
class Spread:
    """How units differ among themselves: where one more like them is to be expected.

    Attributes
    ----------
    middle : float
        Mean of their figures; missing with fewer than five.
    error : float
        Standard error of one further figure, that of the mean included.
    others : int
        How many they are.
    most : float
        Highest figure that is possible; the lowest is 0.

    References
    ----------
    Hahn and Meeker (1991), Statistical Intervals, section 4.7: the prediction interval of one
    further observation, mean ± t s (1 + 1/n)^(1/2) with n - 1 degrees of freedom.
    """

    middle: float
    error: float
    others: int
    most: float = math.inf

    def chance(self, own: float) -> float:
        """Give the chance that one more lies as far from the middle, on either side.

        Parameters
        ----------
        own : float
            The figure. Without any spread the chance is 1 for the middle itself, else 0.
        """
        gap = own - self.middle
        if not math.isfinite(gap):
            return float("nan")
        if self.error <= 0:
            return 1.0 if gap == 0 else 0.0
        return float(2 * stats.t.sf(abs(gap) / self.error, self.others - 1))

    def ends(self, chance: float) -> tuple[float, float]:
        """Give the ends beyond which one more lies with a chance, both sides together."""
        if not math.isfinite(self.middle):
            return float("nan"), float("nan")
        reach = float(stats.t.isf(chance / 2, self.others - 1)) * self.error
        return max(self.middle - reach, 0.0), min(self.middle + reach, self.most)


@dataclass(frozen=True)
class Standing:
    """One measure of an authority in one year, beside its neighbours and England.

    Attributes
    ----------
    year : int
        The year; 0 when the authority has no figure in any.
    row : Series
        That year's row of ``Benchmark.table``.
    lowest, highest : float
        Of the neighbours' figures; missing when none has one.
    chance : float
        Chance of a gap to the neighbours together as large as this or larger, in either
        direction, if there were none (twice the posterior tail); missing for a ratio.
    chance_country : float
        The same against the rest of England.
    chance_outside : float
        Chance of one more authority like the neighbours lying as far from their mean; missing
        with fewer than five.
    spread : Spread
        What that chance rests on.
    """

    year: int
    row: pd.Series
    lowest: float
    highest: float
    chance: float
    chance_country: float
    chance_outside: float
    spread: Spread = Spread(float("nan"), float("nan"), 0)

    @property
    def higher(self) -> bool:
        """Whether the figure is above the neighbours' together, or their median for a ratio."""
        held = self.row["pooled"] if self.row["kind"] != "ratio" else self.row["median"]
        return bool(self.row["own"] > held)

    @property
    def higher_than_country(self) -> bool:
        """Whether the figure is above England's."""
        return bool(self.row["own"] > self.row["country"])


def standing(
    areas: pd.DataFrame,
    *,
    own: str,
    neighbours: Collection[str],
    kind: Kind,
    scale: float,
    level: float = 0.95,
    design_effect: float = 1.0,
    year: int | None = None,
) -> Standing:
    """Say where an authority stands in one measure.

    Parameters
    ----------
    areas, own, neighbours, kind, scale, level, design_effect
        As for :func:`benchmark`.
    year : int, optional
        The year; by default the latest in which the authority has a figure.

    Raises
    ------
    TrendError
        As :func:`benchmark`.
    """
    ours = areas[(areas["code"] == own) & areas["value"].notna()]
    if year is not None:
        ours = ours[ours["year"] == year]
    nan = float("nan")
    asked = {"own": own, "neighbours": neighbours, "kind": kind, "scale": scale, "level": level,
             "design_effect": design_effect}  # fmt: skip
    if ours.empty:
        columns = benchmark(areas, **(asked | {"kind": "ratio"})).table.columns
        row = pd.concat([pd.Series(nan, index=columns), pd.Series({"kind": kind})])
        return Standing(0, row, nan, nan, nan, nan, nan)
    latest = areas[areas["year"] == ours["year"].max()].reset_index(drop=True)
    row = benchmark(latest, **asked).table.iloc[-1]
    held = areas[areas["year"] == row["year"]].set_index("code")
    near = held.reindex(list(dict.fromkeys(neighbours)))
    values = near["value"].dropna()
    chances = [nan, nan]
    if kind != "ratio":
        country = held[held["level"] == "country"][["numerator", "denominator"]].sum()
        both = near.dropna(subset=["value", "numerator", "denominator"])
        together = both[["numerator", "denominator"]].sum()
        rest = country - held.loc[own, ["numerator", "denominator"]].astype("float64")
        chances = [
            _gap_by_chance(held.loc[own], other, kind, design_effect) for other in (together, rest)
        ]
    spread = spread_of(
        values.to_numpy(),
        own_variance=_variance(held.loc[[own]], kind, scale, design_effect)[0],
        variances=_variance(near.loc[values.index], kind, scale, design_effect),
        most=scale if kind == "proportion" else math.inf,
    )  # fmt: skip
    row = pd.concat([row, pd.Series({"kind": kind})])
    ends = (values.min(), values.max()) if len(values) else (nan, nan)
    return Standing(int(row["year"]), row, float(ends[0]), float(ends[1]), *chances,
                    spread.chance(float(row["own"])), spread)  # fmt: skip


def spread_of(
    others: np.ndarray,
    *,
    own_variance: float = 0.0,
    variances: np.ndarray | None = None,
    most: float = math.inf,
) -> Spread:
    """Say how units differ among themselves, for one more like them.

    Parameters
    ----------
    others : array
        Figures of the others.
    own_variance : float
        Variance that counting alone gives the figure of the one more.
    variances : array, optional
        The same of the others, 0 by default. Where the one more is smaller than they are, the
        difference in variance is added.
    most : float
        Highest figure that is possible.
    """
    others = np.asarray(others, dtype="float64")
    k = len(others)
    if k < FEWEST_NEIGHBOURS:
        return Spread(float("nan"), float("nan"), k, most)
    more = 0.0
    if variances is not None and np.isfinite(own_variance) and np.isfinite(variances).all():
        more = max(own_variance - float(np.mean(variances)), 0.0)
    return Spread(float(others.mean()), math.sqrt(others.var(ddof=1) * (1 + 1 / k) + more), k, most)


def _variance(rows: pd.DataFrame, kind: Kind, scale: float, design_effect: float) -> np.ndarray:
    """Give the variance that counting alone gives figures; 0 for ratios, which have none here."""
    if kind == "ratio":
        return np.zeros(len(rows))
    events, size = (rows[name].to_numpy(dtype="float64") for name in ("numerator", "denominator"))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = events / size
        found = rate * (1 - rate) / size if kind == "proportion" else rate / size
    return scale**2 * design_effect * found


def _gap_by_chance(own: pd.Series, other: pd.Series, kind: Kind, design_effect: float) -> float:
    """Give twice the smaller chance of the own true figure being lower, or higher."""
    events = np.array([own["numerator"], other["numerator"]], dtype="float64") / design_effect
    size = np.array([own["denominator"], other["denominator"]], dtype="float64") / design_effect
    if not (np.isfinite(events).all() and np.isfinite(size).all() and (size > 0).all()):
        return float("nan")
    higher = rank_of(0, events, size, kind=kind).higher[0]
    return min(1.0, 2 * min(higher, 1 - higher))


def judged(standings: Mapping[str, Standing], *, level: float = 0.95) -> pd.DataFrame:
    """Say of all measures together which are different beyond chance.

    Parameters
    ----------
    standings : mapping of str to Standing
        By measure.
    level : float
        1 less the share of false discoveries that is allowed among the measures called different.

    Returns
    -------
    DataFrame
        One row a measure: `measure`, `verdict` ("outside": beyond chance and beyond what the
        neighbours differ by; "apart": beyond chance, within what they differ by; "alike": cannot
        be told from chance; "within": a ratio within what they differ by; "unknown": no figure,
        or too few neighbours), `verdict_country` ("apart", "alike", "unknown"), `low` and `high`:
        where one more authority like the neighbours is expected with probability `level`, this
        measure alone. A figure that is called outside lies beyond them; of many measures one
        in 20 does so by chance, and then is not called outside.

    References
    ----------
    Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """
    if not 0 < level < 1:
        raise TrendError(f"`level` must lie between 0 and 1; got {level}. Give 0.95.")
    names = list(standings)
    kinds = np.array([standings[name].row["kind"] for name in names], dtype=object)
    chance, country, outside = (
        np.array([getattr(standings[name], part) for name in names], dtype="float64")
        for part in ("chance", "chance_country", "chance_outside")
    )
    apart, abroad, beyond = (discovered(one, 1 - level) for one in (chance, country, outside))
    ratio = kinds == "ratio"
    known = np.where(ratio, np.isfinite(outside), np.isfinite(chance))
    verdict = np.select(
        [~known, beyond & (apart | ratio), ratio, apart],
        ["unknown", "outside", "within", "apart"],
        default="alike",
    )
    at_home = np.select([~np.isfinite(country), abroad], ["unknown", "apart"], default="alike")
    ends = np.array([standings[name].spread.ends(1 - level) for name in names]).reshape(-1, 2)
    return pd.DataFrame({
        "measure": names, "verdict": verdict, "verdict_country": at_home,
        "low": ends[:, 0], "high": ends[:, 1],
    })  # fmt: skip


def discovered(chances: np.ndarray, share: float) -> np.ndarray:
    """Say which chances Benjamini and Hochberg's procedure calls discoveries.

    Parameters
    ----------
    chances : array
        Chances of what is seen if there were nothing; missing ones are no discoveries.
    share : float
        Share of false discoveries that is allowed.
    """
    found = np.zeros(len(chances), dtype=bool)
    known = np.isfinite(chances)
    if known.any():
        found[known] = multipletests(chances[known], alpha=share, method="fdr_bh")[0]
    return found
