"""Picture of calibration: whether auditors and moderators come closer over the months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import (
    TIME_ROOM,
    EdgeLabel,
    edge_labels,
    from_where,
    known,
    measure_axis,
    measure_edge,
    nothing,
    number_axis,
    span,
    steps_of,
    time_axis,
)
from qa_sampling.reporting.plot_captions import caption_of, position, said, subtitle_of, when
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import BAND, INK, MUTED, PALETTE
from qa_sampling.reporting.plots_trends import hidden_stubs
from qa_sampling.results import Calibration

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT = 210.0
_ROOM = 0.12
DRIFTS = {
    "higher": ("^", PALETTE["orange"], "Auditors have drifted higher"),
    "lower": ("v", PALETTE["plum"], "Auditors have drifted lower"),
}
"""Marker, colour and words of a month in which the cumulative sum passed its limit."""
_OWN = KeyItem("One month alone", "o", PALETTE["grey"], filled=False)


@in_house_style
def calibration_chart(
    result: Calibration | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw months alone as hollow points, their moving average as a line with its interval.

    A month in which the cumulative sum tells a drift has a triangle on the line, pointing the way
    auditors have drifted; hidden months are a hatched stub at the foot, always of one size.

    Parameters
    ----------
    result : Calibration or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    found, table = opened(result, Calibration)
    rows, sheet = found.table, open_sheet(ax, table)
    agreed = [] if found.agreed is None else [found.agreed]
    ends = _ends(known(rows[["value", "average", "low", "high"]]) + agreed, found.unit)
    labels = _labels(found)
    right = measure_edge(labels, 0.36 * sheet.width)
    signed = found.unit == "grades"
    ticks = steps_of(*ends, unit=found.unit)
    sheet.lay(
        height=_HEIGHT,
        title=title,
        subtitle=subtitle_of(found),
        caption=caption_of(found, more=_words(found, ends), hidden=bool(rows["hidden"].any())),
        key=_key(rows),
        left=measure_axis(ticks, found.unit, signed=signed),
        right=right,
        above=4,
        below=TIME_ROOM,
    )
    drawn = sheet.ax
    drawn.set_ylim(*ends)
    number_axis(drawn, ticks, found.unit, signed=signed)
    time_axis(sheet, list(rows["period"]), "month")
    if not len(rows):
        nothing(sheet)
        return drawn
    if found.agreed is not None:
        drawn.axhline(found.agreed, color=MUTED, linewidth=1.4, zorder=1)
    _months(sheet, rows)
    edge_labels(sheet, labels, right)
    return drawn


def _ends(numbers: list[float], unit: str) -> tuple[float, float]:
    """Give the ends of the axis: around 0 for grades, else as any measure has them."""
    if unit != "grades":
        return span(numbers, unit)
    low, high = min([*numbers, -0.1]), max([*numbers, 0.1])
    room = _ROOM * (high - low)
    return low - room, high + room


def _labels(found: Calibration) -> list[EdgeLabel]:
    """Say the latest average, and where full agreement lies."""
    labels, seen = [], found.table[found.table["average"].notna()]
    signed = found.unit == "grades"
    if len(seen):
        last = seen.iloc[-1]
        number = said(last["average"], found.unit, signed=signed)
        words = f"{when(last['period'], 'month')}: {number}"
        labels.append(EdgeLabel(float(last["average"]), words, INK, bold=True, short=number))
    if found.agreed is not None:
        words = "As moderators" if signed else "Always"
        labels.append(EdgeLabel(found.agreed, words, MUTED, short=words.removeprefix("As ")))
    return labels


def _words(found: Calibration, ends: tuple[float, float]) -> list[str]:
    method = f"Method: {found.method}." if found.method else ""
    band = f"Line: moving average; band: its {100 * found.level:g}% interval."
    return [band, method, from_where(ends) if found.unit != "grades" else ""]


def _key(rows: pd.DataFrame) -> list[KeyItem]:
    signals = set(rows["signal"].fillna(""))
    key = [_OWN] if rows["value"].notna().any() else []
    key += [KeyItem(word, marker, colour) for name, (marker, colour, word) in DRIFTS.items()
            if name in signals]  # fmt: skip
    return key + ([HIDDEN_KEY] if rows["hidden"].any() else [])


def _months(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Draw band, line, each month's own point, and the signals."""
    ax = sheet.ax
    x = np.array([position(one, "month") for one in rows["period"]])
    values = {name: rows[name].to_numpy(dtype="float64")
              for name in ("value", "average", "low", "high")}  # fmt: skip
    shown = np.isfinite(values["average"])
    ax.fill_between(x[shown], values["low"][shown], values["high"][shown], color=BAND,
                    linewidth=0, zorder=0.5)  # fmt: skip
    ax.plot(x[shown], values["average"][shown], color=PALETTE["blue"], linewidth=2, zorder=3)
    ax.scatter(x[shown], values["average"][shown], s=16, color=PALETTE["blue"], zorder=3.5)
    ax.scatter(x, values["value"], s=30, facecolor="white", edgecolor=PALETTE["grey"],
               linewidth=1.3, zorder=3.2, clip_on=False)  # fmt: skip
    signals = rows["signal"].fillna("").to_numpy()
    for name, (marker, colour, _) in DRIFTS.items():
        here = (signals == name) & shown
        ax.scatter(x[here], values["average"][here], s=84, marker=marker, color=colour,
                   edgecolor="white", linewidth=0.9, zorder=5, clip_on=False)  # fmt: skip
    hidden_stubs(sheet, x[rows["hidden"].to_numpy(dtype=bool)])
