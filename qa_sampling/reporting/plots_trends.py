"""The control chart, and what pictures over time share."""

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
    positions,
    said,
    subtitle_of,
    when,
)
from qa_sampling.reporting.plot_labels import LINE, shortened, width_of
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, IMMATURE_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    BAND,
    HATCHED,
    INK,
    MUTED,
    PALETTE,
    SIGNALS,
    SMALL,
    THIN,
)
from qa_sampling.results import ControlChart, latest_settled, since_recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT = 230.0
BEGINS = "The chart begins with the first period that has a figure."
_HIDDEN_STUB = 13.0


@in_house_style
def control_chart(
    result: ControlChart | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw a control chart: centre line, limits, signals by shape, gaps as gaps.

    Points that can still change are hollow; hidden ones are a hatched stub at the foot, always
    of one size; the centre line steps where it was set anew.

    Parameters
    ----------
    result : ControlChart or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    asked, table = opened(result, ControlChart)
    chart = since_recorded(asked)
    rows, sheet = chart.table, open_sheet(ax, table)
    x = np.array(positions(rows["period"], chart.frequency))
    numbers = known(rows[["value", "low", "high", "centre"]])
    ends = span(numbers + ([chart.target] if chart.target is not None else []), chart.unit)
    labels = _control_labels(chart)
    right = measure_edge(labels, 0.42 * sheet.width)
    ticks = steps_of(*ends, unit=chart.unit)
    hidden = bool(rows["hidden"].any())
    rebases = int(rows["phase"].max()) if len(rows) else 0
    limits = f"Limits: {chart.limits}." if chart.limits else ""
    gaps = (rows["value"].isna() & ~rows["hidden"].astype(bool)).any()
    breaks = "The line breaks where there is no data." if gaps else ""
    begins = BEGINS if len(rows) < len(asked.table) else ""
    more = (limits, *_anew(chart), begins, breaks, from_where(ends), by_quarter(chart.frequency))
    sheet.lay(
        height=HEIGHT,
        title=title,
        subtitle=subtitle_of(chart),
        caption=caption_of(chart, more=more, hidden=hidden),
        key=_control_key(rows),
        left=measure_axis(ticks, chart.unit),
        right=right,
        above=(LINE * SMALL + 4) if rebases else 4,
        below=TIME_ROOM,
    )
    drawn = sheet.ax
    drawn.set_ylim(*ends)
    number_axis(drawn, ticks, chart.unit)
    time_axis(sheet, list(rows["period"]), chart.frequency)
    if not len(rows):
        nothing(sheet)
        return drawn
    _limits(drawn, x, rows)
    if chart.target is not None:
        drawn.axhline(chart.target, color=PALETTE["plum"], linewidth=1.1, linestyle=(0, (5, 3)))
    _rebases(sheet, x, rows, chart)
    value_line(sheet, x, rows)
    edge_labels(sheet, labels, right)
    return drawn


def _control_labels(chart: ControlChart) -> list[EdgeLabel]:
    """Say the latest value, the centre line, the limits and the target at the right edge."""
    rows, unit = chart.table, chart.unit
    labels = []
    last = latest_settled(rows)
    if last is not None:
        words = f"{when(last['period'], chart.frequency)}: {said(last['value'], unit)}"
        short = f"Latest {said(last['value'], unit)}"
        labels.append(EdgeLabel(float(last["value"]), words, INK, bold=True, short=short))
    lines = {"centre": "Centre", "high": "Upper limit", "low": "Lower limit"}
    if len(rows):
        for name, words in lines.items():
            value = rows[name].iloc[-1]
            if not pd.isna(value):
                label = f"{words} {said(value, unit)}"
                short = label.replace(" limit", "")
                labels.append(EdgeLabel(float(value), label, MUTED, short=short))
    if chart.target is not None:
        words = f"Target {said(chart.target, unit)}"
        labels.append(EdgeLabel(chart.target, words, PALETTE["plum"]))
    return labels


def _anew(chart: ControlChart) -> list[str]:
    """Say in the caption when and why the centre line was set anew."""
    rows, said_so = chart.table, []
    for phase in range(1, int(rows["phase"].max()) + 1 if len(rows) else 1):
        begins = rows.loc[rows["phase"] == phase, "period"].iloc[0]
        why = chart.rebases[phase - 1] if phase <= len(chart.rebases) else ""
        reason = f" ({why})" if why else ""
        moment = when(begins, chart.frequency, short=False)
        said_so.append(f"Centre line set anew from {moment}{reason}.")
    return said_so


def _control_key(rows: pd.DataFrame) -> list[KeyItem]:
    """Give the marks that are in the chart, each signal with the rules it met."""
    key = []
    for signal, (marker, colour, word) in SIGNALS.items():
        met = rows.loc[rows["signal"].fillna("") == signal]
        if len(met):
            rules = list(dict.fromkeys(one for one in met["rules"].fillna("") if one))
            words = f"{word}: {'; '.join(rules)}" if rules else word
            key.append(KeyItem(words, marker, colour))
    if (~rows["mature"].astype(bool) & rows["value"].notna()).any():
        key.append(IMMATURE_KEY)
    return key + ([HIDDEN_KEY] if rows["hidden"].any() else [])


def _limits(ax: Axes, x: np.ndarray, rows: pd.DataFrame) -> None:
    """Draw band, limits and centre line, a step at each period, broken between phases."""
    phases = rows["phase"].to_numpy()
    for phase in np.unique(phases):
        here = phases == phase
        edges = np.column_stack([x[here] - 0.5, x[here] + 0.5]).ravel()
        lines = {
            name: np.repeat(rows.loc[here, name].to_numpy(dtype="float64"), 2)
            for name in ("low", "centre", "high")
        }
        ax.fill_between(edges, lines["low"], lines["high"], color=BAND, linewidth=0, zorder=0.5)
        for name in ("low", "high"):
            ax.plot(edges, lines[name], color=THIN, linewidth=0.8, zorder=1)
        ax.plot(edges, lines["centre"], color=MUTED, linewidth=1.4, zorder=1)


def value_line(sheet: Sheet, x: np.ndarray, rows: pd.DataFrame) -> None:
    """Draw the values: a line that breaks at gaps, points by meaning, hidden ones as stubs.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out, with its axes set.
    x : array
        Places of the periods.
    rows : DataFrame
        `value`, `mature`, `signal`, `hidden`, a row a period.
    """
    ax, values = sheet.ax, rows["value"].to_numpy(dtype="float64")
    mature = rows["mature"].to_numpy(dtype=bool)
    for style, wanted in (("-", True), (":", False)):
        places = _joined(x, values, mature == wanted)
        if len(places):
            ax.plot(*places.T, color="#7A7A7A", linewidth=1.5, linestyle=style, zorder=2)
    signals = rows["signal"].fillna("").to_numpy()
    plain = np.isfinite(values) & (signals == "")
    solid, hollow = plain & mature, plain & ~mature
    ax.scatter(x[solid], values[solid], s=24, color=PALETTE["grey"], zorder=3, clip_on=False)
    ax.scatter(x[hollow], values[hollow], s=30, facecolor="white", edgecolor=PALETTE["grey"],
               linewidth=1.3, zorder=3, clip_on=False)  # fmt: skip
    for signal, (marker, colour, _) in SIGNALS.items():
        here = signals == signal
        ax.scatter(x[here], values[here], s=70 if marker == "^" else 48, marker=marker,
                   color=colour, edgecolor="white", linewidth=0.8, zorder=4,
                   clip_on=False)  # fmt: skip
    hidden_stubs(sheet, x[rows["hidden"].to_numpy(dtype=bool)])


def _joined(x: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Give the strokes that end in wanted points, as one line with a gap wherever one is missing.

    One artist instead of one a month: half the time of a chart went there.
    """
    seen = np.isfinite(values)
    drawn = seen[1:] & seen[:-1] & (np.diff(x) < 1.5) & wanted[1:]
    places: list[tuple[float, float]] = []
    for end in np.flatnonzero(drawn) + 1:
        if end < 2 or not drawn[end - 2]:
            places += [(np.nan, np.nan), (x[end - 1], values[end - 1])]
        places.append((x[end], values[end]))
    return np.array(places[1:])


def hidden_stubs(sheet: Sheet, x: np.ndarray) -> None:
    """Draw a hatched stub at the foot of the plot for each hidden period, all of one size.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out, with its axes set.
    x : array
        Places of the hidden periods.
    """
    from matplotlib.patches import Rectangle

    share = _HIDDEN_STUB / sheet.plot[3]
    for place in x:
        stub = Rectangle(
            (place - 0.4, 0), 0.8, share, transform=sheet.ax.get_xaxis_transform(), zorder=2.5,
            **HATCHED,
        )  # fmt: skip
        sheet.ax.add_patch(stub)


def _rebases(sheet: Sheet, x: np.ndarray, rows: pd.DataFrame, chart: ControlChart) -> None:
    """Mark where the centre line was set anew, with the reason above the plot where it fits."""
    left, base, _, height = sheet.plot
    starts = np.flatnonzero(np.diff(rows["phase"].to_numpy(dtype="int64"))) + 1
    places = [float(sheet.to_page(x[start] - 0.5, 0)[0]) for start in starts]
    for number, (start, place) in enumerate(zip(starts, places, strict=True)):
        sheet.ax.axvline(x[start] - 0.5, color=MUTED, linewidth=1, linestyle=":", zorder=1)
        following = places[number + 1] if number + 1 < len(places) else sheet.right
        before = places[number - 1] if number else left
        words = chart.rebases[number] if number < len(chart.rebases) else "Set anew"
        after, behind = following - place - 4, place - before - 4
        aligned = "left" if after >= min(width_of(words, SMALL), behind) else "right"
        if aligned == "right" and number:
            aligned, behind = "left", after
        words = shortened(words, after if aligned == "left" else behind, SMALL)
        if len(words) > 2:
            sheet.write(place, base + height + 4, words, ha=aligned, va="bottom", color=INK)
