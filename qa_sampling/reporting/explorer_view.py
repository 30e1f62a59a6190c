"""What the trend explorer shows in words: the chart's table twin, what fired and why it matters."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qa_sampling.reporting.plot_captions import said
from qa_sampling.results import ControlChart
from qa_sampling.trends.changes import ProposedRebase
from qa_sampling.trends.chart_words import period_words, periods_words
from qa_sampling.trends.charts import Chart
from qa_sampling.trends.presets import RULES
from qa_sampling.trends.signals import meaning_of, rule_words
from qa_sampling.trends.spikes import Spikes

WHY_IT_MATTERS: dict[str, str] = {
    "beyond_limit": "Chance alone hardly ever puts a period there: something of its own is likely "
    "to have happened then. Look into that period.",
    "shift": "Chance seldom keeps so many periods on one side: the level itself is likely to have "
    "changed. Ask what changed when the run began.",
    "trend": "Chance seldom moves one way for so long: something is likely to grow or wear off. "
    "Ask what goes on, rather than what happened in one period.",
    "two_of_three": "An early sign, weaker than a point beyond the limit: several periods lie far "
    "out together. Watch the next ones closely.",
    "long_run": "The run is longer than this many periods of one level would give: the level is "
    "likely to have changed. Ask what changed when it began.",
    "few_crossings": "The line changes sides less often than a steady one would: it drifts or has "
    "moved. It marks all periods together and none by itself.",
}
"""What each rule is worth to who decides, by its name."""
_MEANINGS = {"improvement": "Improvement", "concern": "Concern", "neutral": "Change", "": ""}
_OPEN = "can still change"
_NOTHING = "nothing"


def twin_view(control: ControlChart, counts: pd.DataFrame) -> pd.DataFrame:
    """Give the table that says all that the chart shows, the latest period first.

    Periods without a figure before the first that has one stand in one row.

    Parameters
    ----------
    control : ControlChart
        What is drawn.
    counts : DataFrame
        `numerator`, `denominator` of each period, in the chart's order.
    """
    rows = []
    for row, (top, bottom) in zip(
        control.table.itertuples(), counts.itertuples(index=False), strict=True
    ):
        count = "–" if pd.isna(top) else f"{top:,.0f}"
        fired = row.rules if isinstance(row.rules, str) and row.mature else ""
        rows.append((
            period_words(row.period, control.frequency),
            _shown(row.value, control.unit),
            count if pd.isna(bottom) else f"{count} of {bottom:,.0f}",
            _shown(row.centre, control.unit),
            _shown(row.low, control.unit),
            _shown(row.high, control.unit),
            _MEANINGS[row.signal] or _state(row),
            fired,
        ))  # fmt: skip
    known = control.table["value"].notna().to_numpy()
    empty = int(known.argmax()) if known.any() else len(rows)
    if empty > 1:
        rows[:empty] = [(f"{rows[0][0]} to {rows[empty - 1][0]}", *["–"] * 5, "no figure", "")]
    heads = ["Period", "Value", "Cases", "Centre", "Lower", "Upper", "Meaning", "What fired"]
    shown = pd.DataFrame(rows[::-1], columns=heads)
    lines = ["Centre", "Lower", "Upper"]
    return shown.drop(columns=[one for one in lines if (shown[one] == "–").all()])


def fired_view(chart: Chart | None) -> pd.DataFrame:
    """Give every rule that fired: where, what it means, and why it matters; the latest first.

    Periods that follow each other with the same rule on the same side stand in one row.

    Parameters
    ----------
    chart : Chart or None
        The chart; None where rules do not hold, for a table without rows.
    """
    words = rule_words(chart) if chart else []
    rows: list[tuple[int, tuple[str, ...]]] = []
    for rule in chart.preset.rules if chart else ():
        sides = chart.table[rule].to_numpy(dtype=int)
        for first, last in _runs(sides, chart.table["mature"].to_numpy(dtype=bool)):
            fired = [one for one in chart.preset.rules if chart.table[one].iloc[last] != 0]
            said_so = words[last].split("; ")[fired.index(rule)]
            meaning = _MEANINGS[meaning_of(int(sides[last]), chart.readings.better)]
            where = _span(chart, first, last)
            rows.append((last, (where, said_so, meaning, RULES[rule], WHY_IT_MATTERS[rule])))
    rows.sort(key=lambda one: -one[0])
    heads = ["When", "What fired", "Meaning", "The rule", "Why it matters"]
    return pd.DataFrame([row for _, row in rows], columns=heads)


def _runs(sides: object, mature: object) -> list[tuple[int, int]]:
    """Give the first and last place of each stretch with one side; open periods are passed over."""
    found: list[tuple[int, int]] = []
    before = 0
    for place, (side, whole) in enumerate(zip(sides, mature, strict=True)):
        if not whole:
            continue
        if side and side == before:
            found[-1] = (found[-1][0], place)
        elif side:
            found.append((place, place))
        before = side
    return found


def _span(chart: Chart, first: int, last: int) -> str:
    table, every = chart.table, chart.readings.frequency
    if first == last:
        return period_words(table["period"].iloc[last], every)
    ends = [period_words(table["period"].iloc[one], every) for one in (first, last)]
    marked = int(table["mature"].iloc[first : last + 1].sum())
    return f"{ends[0]} to {ends[1]} ({periods_words(marked, every)})"


def finding_words(control: ControlChart, chart: Chart | None) -> str:
    """Say in a sentence what the latest period that can no longer change shows.

    Parameters
    ----------
    control : ControlChart
        What is drawn.
    chart : Chart or None
        With the rules; None where they do not hold.
    """
    held = control.table[control.table["mature"] & control.table["value"].notna()]
    if held.empty:
        return "No period yet that can no longer change."
    row = held.iloc[-1]
    start = f"{_capital(period_words(row['period'], control.frequency))}: "
    start += said(float(row["value"]), control.unit)
    if chart is None:
        return f"{start}. No rules hold here."
    if pd.notna(row["centre"]):
        start += f", where {said(float(row['centre']), control.unit)} is usual"
    fired = row["rules"] if isinstance(row["rules"], str) else ""
    meaning = _MEANINGS[row["signal"]]
    earlier = int((control.table["signal"] != "").sum()) - bool(row["signal"])
    past = f" {_capital(periods_words(earlier, control.frequency))} before fired a rule."
    end = f" {meaning}: {fired}." if fired else f" {_capital(_NOTHING)} fired."
    return f"{start}.{end}{past if earlier else ''}"


def rules_words(chart: Chart) -> str:
    """Say which chart and which rules were used, and why.

    Parameters
    ----------
    chart : Chart
        The chart.
    """
    rules = "; ".join(RULES[one] for one in chart.preset.rules)
    reason = f" {_capital(chart.reason).rstrip('.')}." if chart.reason else ""
    return f"{_capital(chart.kind.words)}.{reason} Rules: {rules}. {chart.preset.about}"


def proposed_view(proposals: Sequence[ProposedRebase]) -> pd.DataFrame:
    """Give the proposals to set the centre line anew.

    Parameters
    ----------
    proposals : sequence of ProposedRebase
        Of ``Look.proposals``.
    """
    rows = [(f"{one.date:%b %Y}", one.words) for one in proposals]
    return pd.DataFrame(rows, columns=["Since", "What the change scan found"])


def measure_signals_view(found: Spikes) -> pd.DataFrame:
    """Give the signals of one measure: where, when and in sentences.

    Parameters
    ----------
    found : Spikes
        Of ``Exploration.signals``.
    """
    rows = [(one.unit, when_words(one.kind, one.period, one.since), one.words)
            for one in found.signals]  # fmt: skip
    return pd.DataFrame(rows, columns=["Where", "When", "What it says"])


def when_words(kind: str, period: pd.Timestamp, since: pd.Timestamp) -> str:
    """Say when a signal was: its period, or since when it drifts.

    Parameters
    ----------
    kind : {"spike", "drift"}
        What it is.
    period, since : Timestamp
        The latest period, and the first that is counted.
    """
    return f"{period:%b %Y}" if kind == "spike" else f"since {since:%b %Y}"


def _state(row: object) -> str:
    """Say of a period without a signal whether it has a figure, and whether that is final."""
    if pd.isna(row.value):
        return "hidden" if row.hidden else "no figure"
    return "" if row.mature else _OPEN


def _shown(value: float, unit: str) -> str:
    return "–" if pd.isna(value) else said(float(value), unit)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
