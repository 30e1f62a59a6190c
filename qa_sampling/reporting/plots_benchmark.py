"""An authority beside its neighbours over the years: a small panel for each measure.

The neighbours are a band from the lowest to the highest with their median in it; England and the
region are lines of their own pattern and marker, so that the picture holds in grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.reporting.alt_words import told
from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import known, nothing, steps_of, tick_words, white_edge
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE, height_of, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import FAINT, INK, MUTED, PALETTE, QUIET, SMALL, TEXT, TITLE
from qa_sampling.reporting.words import Told
from qa_sampling.results.benchmarks import BenchmarkTrends

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL_WIDTH, _PANEL_HEIGHT = 235.0, 132.0
_BETWEEN, _FOOT = 20.0, LINE * SMALL + 6
_BAND = "#D9E2EC"
_LOOKS = {
    "country": ("D", PALETTE["orange"], (0, (4, 2)), 1.8),
    "region": ("^", PALETTE["turquoise"], (0, (1, 1.5)), 2.0),
    "median": ("s", PALETTE["grey"], (0, (6, 2, 1, 2)), 1.5),
    "own": ("o", PALETTE["blue"], "solid", 2.8),
}
"""Marker, colour, pattern and width of each line, the last on top."""


@dataclass(frozen=True)
class _Box:
    """Where a panel's plot lies, in points, y downwards, and what it spans."""

    left: float
    top: float
    width: float
    height: float
    years: tuple[int, int]
    most: float

    def across(self, years: np.ndarray) -> np.ndarray:
        """Give places of years."""
        first, last = self.years
        room = self.width - 8
        return (
            self.left
            + 4
            + room * (np.asarray(years, dtype="float64") - first) / max(last - first, 1)
        )

    def down(self, values: np.ndarray) -> np.ndarray:
        """Give places of values."""
        return self.top + self.height * (1 - np.asarray(values, dtype="float64") / self.most)


@in_house_style
def benchmark_panels(
    result: BenchmarkTrends | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw a panel for each measure: the authority's line, the neighbours' band, the lines beside.

    Parameters
    ----------
    result : BenchmarkTrends or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    trends, table = opened(result, BenchmarkTrends)
    sheet, names = open_sheet(ax, table), trends.series
    across = max(int(sheet.width // _PANEL_WIDTH), 1)
    down = max(-(-len(names) // across), 1)
    room = sheet.width / across
    heads = [wrapped(name, room - 14, TEXT, bold=True, lines=3) for name in names]
    tops = [
        max(height_of(one, TEXT) for one in heads[across * row : across * (row + 1)]) + 8
        for row in range(down if names else 0)
    ]
    below = _PANEL_HEIGHT + _FOOT + _BETWEEN
    whole = sum(tops) + down * below - _BETWEEN
    sheet.lay(
        height=whole,
        title=title,
        subtitle=subtitle_of(trends),
        caption=caption_of(trends, more=_notes()),
        key=_key(trends),
        above=6,
    )
    drawn = sheet.ax
    drawn.set_xlim(0, sheet.plot[2])
    drawn.set_ylim(sheet.plot[3], 0)
    if not names:
        nothing(sheet)
        return drawn
    deep = sheet.plot[3] / whole
    for place, name in enumerate(names):
        rows = trends.table[trends.table["series"] == name]
        row = place // across
        corner = room * (place % across), deep * (sum(tops[:row]) + row * below)
        _panel(sheet, rows, heads[place], corner, (room, tops[row], deep * _PANEL_HEIGHT))
    return drawn


def _notes() -> list[str]:
    return [
        "Each panel has a scale of its own, from zero; years end in March.",
        "Band: the neighbours’ range. Marks only tell lines apart. A gap is a figure that is "
        "missing.",
    ]


def _key(trends: BenchmarkTrends) -> list[KeyItem]:
    words = {
        "own": trends.own_name,
        "median": "Neighbours’ median",
        "region": trends.region_name,
        "country": trends.country_name,
    }
    return [KeyItem(text, *_LOOKS[name][:2], pattern=_LOOKS[name][2])
            for name, text in words.items()]  # fmt: skip


def _panel(
    sheet: Sheet,
    rows: pd.DataFrame,
    words: str,
    corner: tuple[float, float],
    sizes: tuple[float, float, float],
) -> None:
    """Draw one panel with its name, its axis and its lines."""
    (x, y), (room, head, tall) = corner, sizes
    most = max(known(rows[["own", "highest", "region", "country"]]), default=1.0) * 1.06 or 1.0
    ticks = steps_of(0.0, most, most=4, unit="rate")
    texts = tick_words(ticks, "rate")
    left = max(width_of(text, SMALL) for text in texts) + 4
    last = rows[rows["own"].notna()].tail(1)
    value = said(float(last["own"].iloc[0]), "rate") if len(last) else ""
    right = (width_of(value, TITLE, bold=True) if value else 0) + 12
    ends = (int(rows["year"].min()), int(rows["year"].max()))
    box = _Box(x + left, y + head, room - left - right, tall, ends, most)
    base = sheet.plot[1] + sheet.plot[3]
    sheet.write(sheet.plot[0] + x, base - y - head + 10, words, va="bottom", color=INK,
                fontweight="bold", fontsize=TEXT)  # fmt: skip
    for tick, text in zip(ticks, texts, strict=True):
        level = float(box.down(np.array([tick]))[0])
        sheet.ax.plot([box.left, box.left + box.width], [level, level],
                      color=QUIET if tick == 0 else FAINT, linewidth=0.8, zorder=0)  # fmt: skip
        sheet.write(sheet.plot[0] + box.left - 4, base - level, text, va="center", ha="right",
                    color=MUTED)  # fmt: skip
    for year, side in zip(dict.fromkeys(ends), ("left", "right"), strict=False):
        place = float(box.across(np.array([year]))[0])
        edge = place - 4 if side == "left" else place + 4
        sheet.write(sheet.plot[0] + edge, base - box.top - box.height - 5, str(year), va="top",
                    ha=side, color=MUTED)  # fmt: skip
    _lines(sheet.ax, rows, box)
    if value:
        level = float(box.down(last["own"].to_numpy())[0])
        end = float(box.across(last["year"].to_numpy())[0])
        sheet.write(sheet.plot[0] + end + 7, base - level, value, va="center", fontweight="bold",
                    fontsize=TITLE, color=_LOOKS["own"][1], path_effects=white_edge(),
                    zorder=6)  # fmt: skip


def _lines(ax: Axes, rows: pd.DataFrame, box: _Box) -> None:
    """Draw the neighbours' band and the lines, with markers in years of their own.

    The authority's own stands where its line ends, the others' in the years before: where lines
    meet, no marker hides another.
    """
    years = box.across(rows["year"].to_numpy())
    low, high = (box.down(rows[name].to_numpy(dtype="float64")) for name in ("lowest", "highest"))
    ax.fill_between(years, low, high, color=_BAND, linewidth=0, zorder=0.5)
    for order, (name, (marker, colour, pattern, width)) in enumerate(_LOOKS.items()):
        values = box.down(rows[name].to_numpy(dtype="float64"))
        seen = np.flatnonzero(np.isfinite(values))
        if not len(seen):
            continue
        ax.plot(years, values, color=colour, linestyle=pattern, linewidth=width, zorder=2 + order)
        marked = _alone(values) if name == "own" else []
        before = len(_LOOKS) - 1 - order
        ends = sorted({int(seen[max(len(seen) - 1 - before, 0)]), *marked})
        ax.scatter(years[ends], values[ends], s=52 if name == "own" else 34, marker=marker,
                   color=colour, edgecolor="white", linewidth=0.7, zorder=7 + order)  # fmt: skip


def _alone(values: np.ndarray) -> list[int]:
    """Give the points that no line reaches, since both years beside are missing."""
    held = np.concatenate([[False], np.isfinite(values), [False]])
    return [int(at) for at in np.flatnonzero(held[1:-1] & ~held[:-2] & ~held[2:])]


def benchmark_panels_alt(result: BenchmarkTrends | Derived) -> Told:
    """Say what the panels show: each measure's first and last figure, and those beside the last.

    Parameters
    ----------
    result : BenchmarkTrends or Derived
        What was drawn.
    """
    trends, table = opened(result, BenchmarkTrends)
    parts = [f"{len(trends.series)} panels of lines by year, {trends.own_name} beside others."]
    for name in trends.series:
        rows = trends.table[trends.table["series"] == name]
        own = rows[rows["own"].notna()]
        if own.empty:
            parts.append(f"{name}: no figure of {trends.own_name}.")
            continue
        first, last, peak = own.iloc[0], own.iloc[-1], own.loc[own["own"].idxmax()]
        words = f"{name}: {said(first['own'], 'rate')} in {first['year']}"
        if peak["year"] not in (first["year"], last["year"]):
            words += f", highest {said(peak['own'], 'rate')} in {peak['year']}"
        words += f", {said(last['own'], 'rate')} in {last['year']}"
        beside = [
            f"{called} {said(last[column], 'rate')}"
            for called, column in (
                ("neighbours’ median", "median"), (trends.region_name, "region"),
                (trends.country_name, "country"),
            )
            if not pd.isna(last[column])
        ]  # fmt: skip
        parts.append(f"{words}; {', '.join(beside)}." if beside else f"{words}.")
    return told(table, trends.table, parts)
