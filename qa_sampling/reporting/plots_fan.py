"""Pictures of what comes: the forecast fan, and the turning of a curve."""

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
from qa_sampling.reporting.plot_captions import (
    by_quarter,
    caption_of,
    position,
    said,
    subtitle_of,
    when,
)
from qa_sampling.reporting.plot_labels import LINE, shortened, width_of
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, IMMATURE_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import INK, MUTED, PALETTE, SIGNALS, SMALL
from qa_sampling.reporting.plots_trends import HEIGHT, value_line
from qa_sampling.results import Forecast, Turning, since_recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FANS = ("#9DB9D3", "#C6D7E7", "#E3ECF4")
"""Fills of a fan, narrowest interval first: told apart in grey."""
TURNS = {
    "better": ("turned for the better", "improvement"),
    "worse": ("turned for the worse", "concern"),
    "changed": ("turned", "neutral"),
    "not shown": ("no turn beyond what chance does", ""),
    "too short": ("too short to say", ""),
}
"""Words of a verdict in key and alt text, and the signal whose colour it has."""


@in_house_style
def forecast_fan(result: Forecast | Derived, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw what was seen and the fan of what comes if nothing changes.

    Parameters
    ----------
    result : Forecast or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    cast, table = opened(result, Forecast)
    return _drawn(since_recorded(cast), open_sheet(ax, table), title).ax


@in_house_style
def turning_chart(result: Turning | Derived, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw a curve that may have turned: history, fan, target, and what was done, numbered.

    Each thing that was done is a numbered line; the key says what it was and whether the curve
    turned. Points that can still change are hollow.

    Parameters
    ----------
    result : Turning or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    asked, table = opened(result, Turning)
    turning = since_recorded(asked, from_day=asked.done["period"].min())
    key = [
        KeyItem(
            f"{number} {row.name_}, {when(row.period, turning.frequency)}: {TURNS[row.verdict][0]}",
            "|",
            _colour(row.verdict),
        )
        for number, row in enumerate(_numbered(turning), start=1)
    ]
    sheet = _drawn(turning, open_sheet(ax, table), title, done=key)
    if len(turning.history) or len(turning.fan):
        _marks(sheet, turning)
    return sheet.ax


def _numbered(turning: Turning) -> list:
    return list(turning.done.rename(columns={"name": "name_"}).itertuples())


def _colour(verdict: str) -> str:
    signal = TURNS[verdict][1]
    return SIGNALS[signal][1] if signal else MUTED


def _marks(sheet: Sheet, turning: Turning) -> None:
    """Draw a numbered line where each thing that was done could first tell."""
    left, base, _, height = sheet.plot
    low, high = sheet.ax.get_xlim()
    for number, row in enumerate(_numbered(turning), start=1):
        place = position(row.period, turning.frequency) - 0.5
        if not low <= place <= high:
            continue
        colour = _colour(row.verdict)
        sheet.ax.axvline(place, color=colour, linewidth=1.3, linestyle=(0, (3, 2)), zorder=1.5)
        across = max(float(sheet.to_page(place, 0)[0]), left + 3)
        sheet.write(across, base + height + 3, str(number), ha="center", va="bottom", color=colour)


def _drawn(cast: Forecast, sheet: Sheet, title: str, *, done: list[KeyItem] | None = None) -> Sheet:
    """Draw history, fan and target on a sheet."""
    ends_of = [name for level in cast.levels for name in cast.ends(level)]
    numbers = known(cast.history["value"]) + known(cast.fan[["middle", *ends_of]])
    ends = span(numbers + ([cast.target] if cast.target is not None else []), cast.unit)
    labels = _fan_labels(cast)
    right = measure_edge(labels, 0.42 * sheet.width)
    ticks = steps_of(*ends, unit=cast.unit)
    hidden = bool(cast.history["hidden"].any())
    method = f"Method: {cast.method}." if cast.method else ""
    more = (method, from_where(ends), by_quarter(cast.frequency))
    key = (done or []) + ([IMMATURE_KEY] if _still_open(cast.history) else [])
    rows_above = 2 if done else 1
    sheet.lay(
        height=HEIGHT,
        title=title,
        subtitle=subtitle_of(cast),
        caption=caption_of(cast, more=more, hidden=hidden),
        key=key + ([HIDDEN_KEY] if hidden else []),
        left=measure_axis(ticks, cast.unit),
        right=right,
        above=rows_above * LINE * SMALL + 4,
        below=TIME_ROOM,
    )  # fmt: skip
    drawn = sheet.ax
    drawn.set_ylim(*ends)
    number_axis(drawn, ticks, cast.unit)
    time_axis(sheet, [*cast.history["period"], *cast.fan["period"]], cast.frequency)
    if not len(cast.history) and not len(cast.fan):
        nothing(sheet)
        return sheet
    if cast.target is not None:
        drawn.axhline(cast.target, color=PALETTE["plum"], linewidth=1.1, linestyle=(0, (5, 3)))
    x = np.array([position(one, cast.frequency) for one in cast.history["period"]])
    value_line(sheet, x, cast.history.assign(signal=""))
    _fan(sheet, cast, above=(rows_above - 1) * LINE * SMALL)
    edge_labels(sheet, labels, right)
    return sheet


def _still_open(history: pd.DataFrame) -> bool:
    return bool((~history["mature"].astype(bool) & history["value"].notna()).any())


def _fan_labels(cast: Forecast) -> list[EdgeLabel]:
    """Say the middle, the ends of each interval and the target at the right edge."""
    labels = []
    if len(cast.fan):
        last = cast.fan.iloc[-1]
        middle = said(last["middle"], cast.unit)
        words = f"{when(last['period'], cast.frequency)}: {middle}"
        labels.append(EdgeLabel(float(last["middle"]), words, INK, bold=True, short=middle))
        for level in reversed(cast.levels):
            low, high = (said(last[name], cast.unit) for name in cast.ends(level))
            words = f"{100 * level:g}%: {low} to {high}"
            end = float(last[cast.ends(level)[1]])
            labels.append(EdgeLabel(end, words, MUTED, short=f"{low}–{high}"))
    held = cast.history[cast.history["mature"].astype(bool) & cast.history["value"].notna()]
    if not len(cast.fan) and len(held):
        last = held.iloc[-1]
        value = said(last["value"], cast.unit)
        words = f"{when(last['period'], cast.frequency)}: {value}"
        labels.append(EdgeLabel(float(last["value"]), words, INK, bold=True, short=value))
    if cast.target is not None:
        words = f"Target {said(cast.target, cast.unit)}"
        labels.append(EdgeLabel(cast.target, words, PALETTE["plum"]))
    return labels


def _fan(sheet: Sheet, cast: Forecast, *, above: float) -> None:
    """Draw the intervals, wide ones lighter, and the middle as a dashed line."""
    if not len(cast.fan):
        return
    ax, fan = sheet.ax, cast.fan
    ahead = np.array([position(one, cast.frequency) for one in fan["period"]])
    edges = np.column_stack([ahead - 0.5, ahead + 0.5]).ravel()
    for place, level in reversed(list(enumerate(cast.levels))):
        low, high = (np.repeat(fan[name].to_numpy(dtype="float64"), 2) for name in cast.ends(level))
        shade = FANS[min(place, len(FANS) - 1)]
        ax.fill_between(edges, low, high, color=shade, linewidth=0, zorder=1)
    middle = fan["middle"].to_numpy(dtype="float64")
    ax.plot(ahead, middle, color=PALETTE["blue"], linewidth=2, linestyle=(0, (4, 2)), zorder=3)
    ax.scatter(ahead[-1:], middle[-1:], s=30, color=PALETTE["blue"], zorder=4)
    ax.axvline(ahead[0] - 0.5, color=MUTED, linewidth=1, linestyle=":", zorder=1)
    place = sheet.to_page(ahead[0] - 0.5, 0)[0]
    after, before = sheet.right - place, place - sheet.plot[0]
    words = "Forecast if nothing changes"
    if width_of(words, SMALL) > max(after, before):
        words = shortened("Forecast", max(after, before), SMALL)
    aligned = "left" if width_of(words, SMALL) <= after else "right"
    top = sheet.plot[1] + sheet.plot[3] + 4 + above
    sheet.write(place, top, words, ha=aligned, va="bottom", color=INK)
