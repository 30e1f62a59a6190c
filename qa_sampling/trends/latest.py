"""One p-value for the latest month of a series: how usual it is, given the months before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from qa_sampling.trends.between import cases_ahead, time_ahead
from qa_sampling.trends.chances import Chances, two_sided
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.choosing import FEWEST
from qa_sampling.trends.classical import Material
from qa_sampling.trends.predictive import binomial_ahead, count_ahead

__all__ = ["LatestTest", "latest_test"]


@dataclass(frozen=True)
class LatestTest:
    """The latest mature period against the mature periods of its phase before it.

    Attributes
    ----------
    period : Timestamp
        Its first day.
    seen, expected : float
        Count (or value, for a measurement) seen and expected; of a sampled grade, of so many
        effective audits.
    exposure : float
        What a count is divided by to be shown.
    p : float
        Two-sided p-value, or that of the side asked for.
    side : int
        +1 above what was expected, -1 below, 0 for neither.
    months : int
        Periods of the baseline.
    dispersion : float
        phi; NaN for measurements and waits.
    chances : Chances or None
        Distribution of a new value; None for measurements.
    spread : float
        Standard deviation of a new measurement, the error of the mean counted; NaN for counts.
    """

    period: pd.Timestamp
    seen: float
    expected: float
    exposure: float
    p: float
    side: int
    months: int
    dispersion: float
    chances: Chances | None
    spread: float

    @property
    def excess(self) -> float:
        """Seen less expected, in children or in the unit of a measurement."""
        return self.seen - self.expected

    def ends(self, alpha: float) -> tuple[float, float]:
        """Give the lowest and highest value that would look ordinary at a chance a side.

        Parameters
        ----------
        alpha : float
            Chance beyond each end.
        """
        if self.chances is not None:
            low, high = self.chances.ends(alpha)
            return float(np.ravel(low)[0]), float(np.ravel(high)[0])
        reach = stats.t.ppf(1 - alpha, self.months - 1) * self.spread
        return self.expected - reach, self.expected + reach


def latest_test(chart: Chart, *, sibling_dispersion: float = 1.0) -> LatestTest | None:
    """Test the latest mature period of a chart.

    Parameters
    ----------
    chart : Chart
        The chart; its lines and rules play no part.
    sibling_dispersion : float
        Least spread of counts.

    Returns
    -------
    LatestTest or None
        None where the phase has fewer than 12 mature periods before it, or measurements that never
        changed before now: nothing says then how much change is usual.

    Notes
    -----
    Counts are gamma-Poisson and shares beta-binomial, with the error of the baseline and the
    spread phi; waits are exact; measurements are held to Student's t with the baseline's standard
    deviation times the root of 1 + 1/n.
    """
    latest, table = chart.latest, chart.table
    if latest is None:
        return None
    held = table["mature"].to_numpy(dtype=bool) & (table["phase"] == table["phase"].iloc[latest])
    held &= np.arange(len(table)) < latest
    if held.sum() < FEWEST:
        return None
    row = table.iloc[latest]
    before = table[held]
    if chart.readings.kind in ("duration", "grade") and not chart.readings.sampled:
        return _measured(row, before["value"].to_numpy())
    return _counted(row, before, chart, sibling_dispersion)


def _measured(row: pd.Series, before: np.ndarray) -> LatestTest | None:
    n, mean = len(before), float(before.mean())
    spread = float(before.std(ddof=1)) * np.sqrt(1 + 1 / n)
    gap = float(row["value"]) - mean
    close = abs(gap) <= 1e-9 * max(abs(mean), abs(float(row["value"])), 1e-300)
    if spread == 0 and not close:
        return None
    p = 1.0 if close else 2 * float(stats.t.sf(abs(gap) / spread, n - 1))
    side = 0 if close else int(np.sign(gap))
    return LatestTest(
        row["period"], float(row["value"]), mean, 1.0, p, side, n, np.nan, None, spread
    )


def _counted(
    row: pd.Series, before: pd.DataFrame, chart: Chart, sibling_dispersion: float
) -> LatestTest:
    top = np.append(before["numerator"].to_numpy(), row["numerator"])[None]
    bottom = np.append(before["exposure"].to_numpy(), row["exposure"])[None]
    base = np.ones(top.shape, dtype=bool)
    base[0, -1] = False
    whole = Material(top, bottom, base, sibling_dispersion=sibling_dispersion)
    now = Material(top[:, -1:], bottom[:, -1:], base[:, -1:])
    kind, phi = chart.readings.kind, np.nan
    if kind == "between":
        cases = chart.kind.name == "g"
        chances = cases_ahead(whole) if cases else time_ahead(whole)
        expected = float(before["numerator"].mean())
    else:
        share = kind in ("proportion", "grade")
        ahead = (binomial_ahead if share else count_ahead)(whole)
        chances, phi = _last(ahead.chances), float(ahead.dispersion[0])
        expected = float(ahead.rate[0, 0] * bottom[0, -1])
    low, high = (float(np.ravel(one)[0]) for one in chances.tails(now.top))
    side = 0 if abs(top[0, -1] - expected) <= 1e-9 else int(np.sign(top[0, -1] - expected))
    return LatestTest(
        row["period"], float(top[0, -1]), expected, float(bottom[0, -1]),
        float(two_sided(low, high)), side, len(before), phi, chances, np.nan,
    )  # fmt: skip


def _last(chances: Chances) -> Chances:
    """Keep the distribution of the last period only."""
    parts = {name: np.broadcast_to(one, np.broadcast_shapes(
        *(np.shape(value) for value in chances.__dict__.values())))[:, -1:]
        for name, one in chances.__dict__.items()}  # fmt: skip
    return type(chances)(**parts)
