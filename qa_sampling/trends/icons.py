"""Icons of variation and assurance, in the meaning of Making Data Count.

Variation: what the latest mature point says. Assurance: whether the target can be counted on,
from the limits at that point. An icon that the data do not bear is left out, and the reason said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa_sampling.trends.charts import Chart
from qa_sampling.trends.rules import TOLERANCE
from qa_sampling.trends.signals import label_of, latest_words, meaning_of

__all__ = ["ASSURANCE", "VARIATION", "Icons", "assurance_of", "icons_of"]

VARIATION: dict[str, str] = {
    "common_cause": "the latest period is as usual",
    "improvement_high": "improvement, the measure is high",
    "improvement_low": "improvement, the measure is low",
    "concern_high": "concern, the measure is high",
    "concern_low": "concern, the measure is low",
    "neutral_high": "unusual, the measure is high",
    "neutral_low": "unusual, the measure is low",
    "no_change": "no change at all",
    "too_short": "too short to say",
}
"""Icons of variation with their words."""
ASSURANCE: dict[str, str] = {
    "consistent_pass": "the target is met whatever chance does",
    "consistent_fail": "the target is missed whatever chance does",
    "inconsistent": "the target is met or missed by chance",
    "cannot_miss": "the target cannot be missed: it is the end of what is possible",
    "cannot_pass": "the target cannot be met: it lies beyond what is possible",
    "": "no target, no better direction, or no limits",
}
"""Icons of assurance with their words."""


@dataclass(frozen=True)
class Icons:
    """The two icons of a chart.

    Attributes
    ----------
    variation : str
        A name of ``VARIATION``.
    assurance : str
        A name of ``ASSURANCE``; blank for none.
    words : str
        Both in words, with what fired.
    """

    variation: str
    assurance: str
    words: str


def icons_of(chart: Chart) -> Icons:
    """Give the icons of a chart at its latest mature point.

    Parameters
    ----------
    chart : Chart
        The chart.

    Notes
    -----
    A series without any change has an icon of its own instead of limits: one that was always at
    100% does not "fail". Where the point is a signal, assurance says that its limits are those
    of a process that is changing.
    """
    variation = _variation(chart)
    assurance = _assurance(chart)
    words = VARIATION[variation]
    if variation not in ("no_change", "too_short", "common_cause"):
        words = f"{words} ({latest_words(chart)})"
    if assurance:
        words = f"{words}; {ASSURANCE[assurance]}"
        moving = variation not in ("common_cause", "no_change", "too_short")
        if moving and assurance in ("consistent_pass", "consistent_fail", "inconsistent"):
            words = f"{words}, if the process stays as it was"
    return Icons(variation, assurance, f"{words[:1].upper()}{words[1:]}.")


def _variation(chart: Chart) -> str:
    if chart.unchanged:
        return "no_change"
    if not chart.long_enough:
        return "too_short"
    side = int(label_of(chart)[1][chart.latest])
    if not side:
        return "common_cause"
    return f"{meaning_of(side, chart.readings.better)}_{'high' if side > 0 else 'low'}"


def _assurance(chart: Chart) -> str:
    readings, latest = chart.readings, chart.latest
    if readings.target is None or not readings.better or latest is None:
        return ""
    row = chart.table.iloc[latest]
    low, high = (row["value"], row["value"]) if chart.unchanged else (row["low"], row["high"])
    least = 0.0 if (chart.table["value"].dropna() >= 0).all() else -np.inf
    most = 1.0 if readings.unit == "share" else np.inf
    return assurance_of(
        readings.target, low, high, better=readings.better, possible=(least, most),
        at_limit=chart.preset.target_at_limit,
    )  # fmt: skip


def assurance_of(
    target: float,
    low: float,
    high: float,
    *,
    better: str,
    possible: tuple[float, float] = (-np.inf, np.inf),
    at_limit: bool = False,
) -> str:
    """Give the icon of assurance from a target and two limits, all unrounded.

    Parameters
    ----------
    target, low, high : float
        Target and limits, in one unit; no icon where a limit is missing.
    better : {"up", "down", ""}
        Which way is better.
    possible : tuple of float
        Range of what is possible, at which limits are cut.
    at_limit : bool
        Whether a target on a limit counts as never (always) met, as Making Data Count has it.

    Returns
    -------
    str
        A name of ``ASSURANCE``.
    """
    if better not in ("up", "down") or not np.isfinite([target, low, high]).all():
        return ""
    if better == "down":
        target, low, high = -target, -high, -low
        possible = (-possible[1], -possible[0])
    slack = TOLERANCE * max(abs(target), abs(low), abs(high))
    if target <= possible[0] + slack:
        return "cannot_miss"
    if target > possible[1] + slack:
        return "cannot_pass"
    if low == high:
        return "consistent_pass" if low >= target - slack else "consistent_fail"
    cut = high >= possible[1] - slack
    if target > high + slack or (at_limit and not cut and target >= high - slack):
        return "consistent_fail"
    if target < low - slack or (at_limit and target <= low + slack):
        return "consistent_pass"
    return "inconsistent"
