"""The alert budget: which of hundreds of latest months deserve somebody's time.

Every series has one p-value for its latest mature month, not one a rule. Of all measures and teams
together, alerts are those that the false discovery rate allows (Benjamini and Hochberg 1995, J. R.
Statist. Soc. B 57:289-300): of the alerts a share of about q is false in the long run (measured in
docs/trends.md). They are ranked by excess children, concerns first. What the classical rules
say of the same month stands beside, so that nobody has to choose blindly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qa_sampling.errors import TrendError
from qa_sampling.trends.alert_words import alert_words, ordinary_words
from qa_sampling.trends.charts import Chart, chart
from qa_sampling.trends.latest import LatestTest, latest_test
from qa_sampling.trends.presets import Preset
from qa_sampling.trends.signals import meaning_of, rule_words

__all__ = ["Alerts", "alerts", "discovery_rates", "signal_id"]


@dataclass(frozen=True)
class Alerts:
    """Alerts of one round, with all that were looked at. Restricted: it holds small counts.

    Attributes
    ----------
    table : DataFrame
        One row an alert, in order of rank: `rank`, `signal_id`, `measure`, `unit`, `period`,
        `seen`, `exposure`, `expected`, `low`, `high` (in counts, or in the unit of a measurement),
        `p`, `q`, `excess` (seen less expected), `excess_children` (missing for measurements),
        `meaning` ("improvement", "concern", "neutral"), `ordinary` (what it would take to look
        ordinary), `classical` (rules of the classical view at that month), `words`,
        `within_budget`.
    considered : DataFrame
        One row a series: `measure`, `unit`, `period`, `p`, `q`, `alert`, `classical`, `why_not`
        (why it could not be tested, blank where it was).
    rate : float
        Allowed share of false alerts.
    critical : float
        A p-value at most this is an alert.
    budget : int or None
        How many alerts there is time for.
    words : str
        The round in a sentence.
    """

    table: pd.DataFrame
    considered: pd.DataFrame
    rate: float
    critical: float
    budget: int | None
    words: str


def discovery_rates(p: np.ndarray) -> np.ndarray:
    """Give the smallest false discovery rate at which each p-value is found (Benjamini, Hochberg).

    Parameters
    ----------
    p : array
        p-values; NaN where there is none, which do not count.

    Returns
    -------
    array
        q-values; NaN where there is no p-value. Equal to statsmodels' `multipletests` with
        "fdr_bh".
    """
    p = np.asarray(p, dtype="float64")
    found = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    m = len(order)
    raw = p[order] * m / np.arange(1, m + 1)
    found[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return found


def signal_id(measure: str, unit: str, period: pd.Timestamp) -> str:
    """Give the name of a signal, the same whoever asks and whenever.

    Parameters
    ----------
    measure, unit : str
        What and where.
    period : Timestamp
        First day of the period.
    """
    text = "\0".join((measure, unit, pd.Timestamp(period).date().isoformat()))
    return f"S-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:10]}"


def alerts(
    charts: Mapping[tuple[str, str], Chart],
    *,
    rate: float = 0.1,
    budget: int | None = None,
    sibling_dispersion: float = 1.0,
    classical: str | Preset = "mdc",
) -> Alerts:
    """Find the latest months that deserve a closer look, across measures and teams.

    Parameters
    ----------
    charts : mapping of (measure, unit) to Chart
        Every series that is watched.
    rate : float
        Allowed share of false alerts (q), between 0 and 1.
    budget : int, optional
        How many alerts there is time for; the others are kept and marked.
    sibling_dispersion : float
        Least spread of counts.
    classical : str or Preset
        Rules of the view beside it, on an XmR chart.

    Returns
    -------
    Alerts

    Raises
    ------
    TrendError
        When there is no chart, or the rate or budget is out of range.
    """
    if not charts:
        raise TrendError("There is no chart to watch; give at least one.")
    if not 0 < rate < 1:
        raise TrendError(f"`rate` must lie between 0 and 1; got {rate}. Give 0.1.")
    if budget is not None and budget < 0:
        raise TrendError(f"`budget` must be 0 or more alerts; got {budget}.")
    tests = _tests(charts, sibling_dispersion)
    p = np.array([np.nan if one is None else one.p for one in tests])
    q = discovery_rates(p)
    tested = int(np.isfinite(p).sum())
    found = q <= rate
    critical = rate * max(int(found.sum()), 1) / tested if tested else 0.0
    beside = [_classical(one, classical) for one in charts.values()]
    rows = [
        _row(key, one, test, float(q[place]), critical) | {"classical": beside[place]}
        for place, (key, one, test) in enumerate(
            zip(charts, charts.values(), tests, strict=True)
        )
        if found[place] and test is not None
    ]  # fmt: skip
    considered = pd.DataFrame(
        {
            "measure": [key[0] for key in charts],
            "unit": [key[1] for key in charts],
            "period": pd.to_datetime([None if one is None else one.period for one in tests]),
            "p": p,
            "q": q,
            "alert": found,
            "classical": beside,
            "why_not": [
                "" if test is not None else "too few periods before it, or none that differ"
                for test in tests
            ],
        }
    )
    table = _ranked(rows, budget)
    return Alerts(table, considered, rate, critical, budget, _round_words(table, tested, rate))


def _tests(
    charts: Mapping[tuple[str, str], Chart], sibling_dispersion: float
) -> list[LatestTest | None]:
    """Test every series; no spread is taken for less than is usual for its measure.

    From three years of months the spread of a single team is often found too small, and its
    p-value with it. Where a measure has four series or more, their median is the least.
    """
    tests = [latest_test(one, sibling_dispersion=sibling_dispersion) for one in charts.values()]
    spread: dict[str, list[float]] = {}
    for (measure, _), test in zip(charts, tests, strict=True):
        if test is not None and np.isfinite(test.dispersion):
            spread.setdefault(measure, []).append(test.dispersion)
    usual = {name: float(np.median(found)) for name, found in spread.items() if len(found) > 3}
    for place, ((measure, _), one) in enumerate(charts.items()):
        least = usual.get(measure, 1.0)
        if (test := tests[place]) is not None and test.dispersion < least:
            tests[place] = latest_test(one, sibling_dispersion=least)
    return tests


def _classical(one: Chart, preset: str | Preset) -> str:
    """Say what the classical rules say of the latest mature month."""
    if one.latest is None:
        return ""
    view = chart(one.readings, "xmr", preset=preset, rebases=one.rebases)
    return rule_words(view)[view.latest]


_COLUMNS = (
    "rank signal_id measure unit period seen exposure expected low high p q excess "
    "excess_children meaning ordinary classical words within_budget"
).split()


def _row(
    key: tuple[str, str], one: Chart, test: LatestTest, q: float, critical: float
) -> dict[str, object]:
    measure, unit = key
    low, high = test.ends(one.alpha)
    counted = one.readings.kind in ("count", "rate", "proportion")
    row = {
        "signal_id": signal_id(measure, unit, test.period),
        "measure": measure,
        "unit": unit,
        "period": test.period,
        "seen": test.seen,
        "exposure": test.exposure,
        "expected": test.expected,
        "low": low,
        "high": high,
        "p": test.p,
        "q": q,
        "excess": test.excess,
        "excess_children": test.excess if counted else np.nan,
        "meaning": meaning_of(test.side, one.readings.better),
    }
    row["ordinary"] = ordinary_words(test, critical, one.readings)
    return row | {"words": alert_words(row, one.readings)}


def _ranked(rows: list[dict[str, object]], budget: int | None) -> pd.DataFrame:
    """Put concerns first, then by excess children, then by q."""
    if not rows:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.DataFrame(rows)
    table = table.assign(
        good=table["meaning"] == "improvement",
        size=-table["excess_children"].abs().fillna(0.0),
    ).sort_values(["good", "size", "q", "measure", "unit"], kind="stable")
    table["rank"] = np.arange(1, len(table) + 1)
    table["within_budget"] = True if budget is None else table["rank"] <= budget
    return table[_COLUMNS].reset_index(drop=True)


def _round_words(table: pd.DataFrame, tested: int, rate: float) -> str:
    if not tested:
        return "No series is long enough to be tested."
    series = f"{tested} latest periods were looked at"
    if not len(table):
        return f"{series}; none stands out from what chance does among so many."
    n = len(table)
    over = int((~table["within_budget"]).sum())
    more = f"; {over} of them are beyond the budget" if over else ""
    stand = "stands" if n == 1 else "stand"
    return f"{series}; {n} {stand} out, of which about {rate:.0%} or fewer may be chance{more}."
