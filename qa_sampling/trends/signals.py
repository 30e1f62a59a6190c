"""What the rules say of each point: every rule in words, and one meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.trends.chart_words import periods_words

if TYPE_CHECKING:
    from qa_sampling.trends.charts import Chart

__all__ = ["label_of", "meaning_of", "meanings", "rule_words"]

_BETTER = {"up": 1, "down": -1, "": 0}


def meaning_of(side: int, better: str) -> str:
    """Give what a signal to one side means: "improvement", "concern", "neutral" or "".

    Parameters
    ----------
    side : int
        +1 upwards, -1 downwards, 0 for none.
    better : {"up", "down", ""}
        Which way is better; neutral for neither.
    """
    if not side:
        return ""
    if not _BETTER[better]:
        return "neutral"
    return "improvement" if side == _BETTER[better] else "concern"


def label_of(chart: Chart) -> tuple[list[str], np.ndarray]:
    """Give the one rule that labels each point, and its side.

    Parameters
    ----------
    chart : Chart
        The chart.

    Returns
    -------
    tuple
        Names of rules, blank for none, and +1, -1 or 0. Where rules point both ways the first in
        the preset's order counts, or improvement where the preset says so.
    """
    rules = list(chart.preset.rules)
    signs = chart.table[rules].to_numpy(dtype=int)
    good = _BETTER[chart.readings.better]
    names, found = [""] * len(signs), np.zeros(len(signs), dtype=int)
    for place in np.flatnonzero(signs.any(axis=1)):
        row = signs[place]
        hits = np.flatnonzero(row)
        if chart.preset.improvement_first and good and (row == good).any():
            hits = np.flatnonzero(row == good)
        names[place], found[place] = rules[hits[0]], row[hits[0]]
    return names, found


def meanings(chart: Chart) -> pd.DataFrame:
    """Say what every point means: its signal, its label and all rules that it met, in words.

    Parameters
    ----------
    chart : Chart
        The chart.

    Returns
    -------
    DataFrame
        One row a period: `signal` ("", "improvement", "concern", "neutral"), `label` (the rule
        that gives it), `rules` (all that fired, in words, joined by "; "), `both_ways` (whether
        rules point both ways).
    """
    labels, side = label_of(chart)
    table, better = chart.table, chart.readings.better
    signs = table[list(chart.preset.rules)].to_numpy(dtype=int)
    return pd.DataFrame(
        {
            "signal": [meaning_of(one, better) for one in side],
            "label": labels,
            "rules": rule_words(chart),
            "both_ways": (signs > 0).any(axis=1) & (signs < 0).any(axis=1),
        }
    )


def rule_words(chart: Chart) -> list[str]:
    """Say at every point all rules that it met; blank where it met none.

    Parameters
    ----------
    chart : Chart
        The chart.
    """
    parts: list[list[str]] = [[] for _ in range(len(chart.table))]
    for rule in chart.preset.rules:
        signs = chart.table[rule].to_numpy(dtype=int)
        if not signs.any():
            continue
        lengths = _lengths(chart, signs)
        for place in np.flatnonzero(signs):
            parts[place].append(_say(rule, int(signs[place]), int(lengths[place]), chart))
    return ["; ".join(one) for one in parts]


def _say(rule: str, side: int, length: int, chart: Chart) -> str:
    line = "median" if chart.kind.name == "run" else "centre line"
    where, limit = ("above", "upper") if side > 0 else ("below", "lower")
    if rule == "beyond_limit":
        return f"{where} the {limit} limit"
    if rule == "shift":
        return f"{length} {where} the {line}"
    if rule == "trend":
        return f"{length} in a row {'rising' if side > 0 else 'falling'}"
    if rule == "two_of_three":
        return f"2 of 3 near the {limit} limit"
    if rule == "long_run":
        return f"a long run of {length} {where} the {line}"
    return f"the {line} is crossed unusually seldom"


def _lengths(chart: Chart, signs: np.ndarray) -> np.ndarray:
    """Give for every marked point how many points its run has; gaps are passed over."""
    lengths = np.zeros(len(signs), dtype=int)
    phase = chart.table["phase"].to_numpy()
    mature = chart.table["mature"].to_numpy(dtype=bool)
    run: list[int] = []
    for place in np.flatnonzero(mature):
        goes_on = run and signs[place] == signs[run[-1]] and phase[place] == phase[run[-1]]
        run = [*run, place] if goes_on and signs[place] else [place]
        if signs[place]:
            lengths[run] = len(run)
    return lengths


def latest_words(chart: Chart) -> str:
    """Say the finding of the latest mature period in a few words.

    Parameters
    ----------
    chart : Chart
        The chart.
    """
    if chart.unchanged:
        return f"no change in {periods_words(chart.unchanged, chart.readings.frequency)}"
    if chart.latest is None:
        return "no period yet that can no longer change"
    if not chart.long_enough:
        return "too short for limits"
    return rule_words(chart)[chart.latest] or "as usual"
