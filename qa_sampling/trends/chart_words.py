"""What must be said beside a chart: how firm its baseline is, and what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa_sampling.trends.choosing import FIRM

if TYPE_CHECKING:
    from qa_sampling.trends.charts import Chart

__all__ = ["baseline_words", "notes_of", "periods_words", "unchanged_words"]

_MONTHS = {
    1: "January", 2: "February", 3: "March", 4: "April", 5: "May", 6: "June", 7: "July",
    8: "August", 9: "September", 10: "October", 11: "November", 12: "December",
}  # fmt: skip


def periods_words(count: int, frequency: str) -> str:
    """Say a number of periods: "12 months".

    Parameters
    ----------
    count : int
        How many.
    frequency : str
        Length of a period.
    """
    return f"{count} {frequency}{'' if count == 1 else 's'}"


def period_words(period: object, frequency: str) -> str:
    """Say a period: "April 2025", "the quarter from April 2025", "7 April 2025" for an event.

    Parameters
    ----------
    period : Timestamp
        Its first day.
    frequency : str
        Its length.
    """
    month = f"{_MONTHS[period.month]} {period.year}"
    if frequency == "month":
        return month
    if frequency == "event":
        return f"{period.day} {month}"
    return f"the {frequency} from {f'{period.day} ' if frequency == 'week' else ''}{month}"


def baseline_words(chart: Chart) -> str:
    """Say what the latest lines rest on: "April 2024 to March 2025, 12 months".

    Parameters
    ----------
    chart : Chart
        The chart.
    """
    table, frequency = chart.table, chart.readings.frequency
    held = table[table["baseline"] & (table["phase"] == table["phase"].max())]
    if not len(held):
        return ""
    first, last = (period_words(held["period"].iloc[end], frequency) for end in (0, -1))
    span = first if len(held) == 1 else f"{first} to {last}"
    return f"{span}, {periods_words(len(held), frequency)}"


def unchanged_words(chart: Chart) -> str:
    """Say that nothing changed, where nothing did: "No change in 24 months: every value is 5".

    Parameters
    ----------
    chart : Chart
        The chart.
    """
    if not chart.unchanged:
        return ""
    value = float(chart.table.loc[chart.table["mature"], "value"].iloc[0])
    shown = f"{100 * value:.4g}%" if chart.readings.unit == "share" else f"{value:.6g}"
    span = periods_words(chart.unchanged, chart.readings.frequency)
    return f"No change in {span}: every value is {shown}."


def notes_of(chart: Chart, notes: dict[int, dict[str, bool]], least: int) -> tuple[str, ...]:
    """Give what a reader must know of a chart, each a sentence.

    Parameters
    ----------
    chart : Chart
        The chart.
    notes : dict
        Notes of the lines of each phase.
    least : int
        Points of a phase below which there are no limits.
    """
    if chart.unchanged:
        return (unchanged_words(chart),)
    frequency = chart.readings.frequency
    phase, base, mature, values = (
        chart.table[name].to_numpy() for name in ("phase", "baseline", "mature", "value")
    )
    part = int(phase.max(initial=0))
    last = phase == part
    held = int((base & last).sum())
    said = []
    if len(phase) and int((mature & last).sum()) < least:
        said.append(f"Limits begin once {periods_words(least, frequency)} can no longer change.")
    elif held < FIRM and chart.kind.name != "run" and held:
        said.append(
            f"Provisional: the limits rest on {periods_words(held, frequency)}; they are firm "
            f"from {FIRM}."
        )
    of = notes.get(part, {})
    if of.get("screened"):
        said.append("Outlying ranges were left out of the limits.")
    if of.get("not screened"):
        said.append(
            "Outlying ranges were kept: without them hardly any would be left, and every point "
            "would be a signal."
        )
    if of.get("tied") and chart.kind.name == "xmr":
        said.append(
            "Most values are the same, which an XmR chart is not made for; a chart of counts or "
            "of the time between events says more."
        )
    if of.get("lessened"):
        said.append("Periods that lie far off count for less in the limits.")
    return (*said, *_flat(chart, values[base & last]), *_one_sided(chart))


def _flat(chart: Chart, held: np.ndarray) -> list[str]:
    """Say that a baseline without any change gives limits that mark every other value."""
    same = len(held) > 1 and np.ptp(held) == 0
    if same and chart.kind.name in ("xmr", "p_prime", "u_prime"):
        return ["The baseline has no change in it, so any other value lies beyond the limits."]
    return []


def _one_sided(chart: Chart) -> list[str]:
    """Say when no value can be low enough, or high enough, to be a signal."""
    if chart.latest is None:
        return []
    ends = (chart.table[name].to_numpy()[chart.latest] for name in ("low", "high"))
    most = 1.0 if chart.readings.unit == "share" else np.inf
    low, high = (bool(one) for one in (next(ends) <= 0, next(ends) >= most))
    low = low and not (chart.readings.values < 0).any()
    if low and high:
        return ["No single value of the latest period could be a signal: it has too few cases."]
    if low:
        return ["No single value can be low enough for a signal; only a run can."]
    return ["No single value can be high enough for a signal; only a run can."] if high else []
