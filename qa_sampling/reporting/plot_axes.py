"""Parts that several pictures share: axes of numbers and of time, labels at the right edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.reporting.plot_captions import positions
from qa_sampling.reporting.plot_labels import LINE, apart, shortened, width_of
from qa_sampling.reporting.plot_sheet import Sheet, in_points
from qa_sampling.reporting.plot_style import FAINT, INK, MUTED, QUIET, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINT = {"mature": {"s": 26.0}, "signal": {"s": 62.0}}
_BESIDE = 8.0


@dataclass(frozen=True)
class EdgeLabel:
    """A label at the right edge of a line, in place of a legend.

    Attributes
    ----------
    y : float
        Height of the line's end, in the unit of the axis.
    words : str
        What it says.
    colour : str
        Colour of the words.
    bold : bool
        Whether it is bold.
    short : str
        What it says where there is too little room.
    """

    y: float
    words: str
    colour: str = INK
    bold: bool = False
    short: str = ""

    def fitting(self, room: float) -> str:
        """Give its words, or its short ones where they do not fit, or as much as fits."""
        if not self.short or width_of(self.words, SMALL, bold=self.bold) <= room:
            return shortened(self.words, room, SMALL, bold=self.bold)
        return shortened(self.short, room, SMALL, bold=self.bold)


def known(values: object) -> list[float]:
    """Give the finite numbers among values, in order."""
    flat = pd.Series(np.ravel(np.asarray(values, dtype="float64")))
    return [float(value) for value in flat[np.isfinite(flat)]]


NOT_FROM_ZERO = "The axis does not begin at zero."


def span(values: Sequence[float], unit: str) -> tuple[float, float]:
    """Give the ends of an axis that holds all values, with room, and zero where it is near.

    Parameters
    ----------
    values : sequence of float
        Finite numbers; may be empty.
    unit : str
        Their unit; shares have no room above 1.
    """
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    near = 0 <= low <= 0.45 * high or low == high
    low, high = (min(low, 0.0), max(high, 0.0)) if near else (low, high)
    room = 0.07 * (high - low) or abs(high) or 1.0
    bottom = 0.0 if low == 0 else low - room
    return bottom, min(high + room, 1.02) if unit == "share" and high <= 1 else high + room


def from_where(ends: tuple[float, float]) -> str:
    """Say that an axis does not begin at zero, where it does not."""
    return NOT_FROM_ZERO if ends[0] > 0 else ""


def steps_of(low: float, high: float, *, most: int = 6, unit: str = "count") -> list[float]:
    """Give round numbers for the ticks of an axis.

    Parameters
    ----------
    low, high : float
        Ends of the axis.
    most : int
        About how many.
    unit : str
        Unit of the axis; counts and days have whole ticks.
    """
    from matplotlib.ticker import MaxNLocator

    scale = 100.0 if unit == "share" else 1.0
    whole = unit in ("count", "days")
    found = MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(
        low * scale, high * scale
    )
    return [float(tick) / scale for tick in found if low <= tick / scale <= high]


def measure_axis(values: Sequence[float], unit: str, *, signed: bool = False) -> float:
    """Give the room that the numbers of a vertical axis take, in points.

    Parameters
    ----------
    values : sequence of float
        Its ticks.
    unit : str
        Their unit.
    signed : bool
        Whether plus signs are written.
    """
    words = tick_words(values, unit, signed=signed)
    return max((width_of(word, SMALL) for word in words), default=0) + 6


def tick_words(ticks: Sequence[float], unit: str, *, signed: bool = False) -> list[str]:
    """Put the numbers of an axis, all with as many decimal places as the finest needs.

    Parameters
    ----------
    ticks : sequence of float
        The ticks.
    unit : str
        Their unit.
    signed : bool
        Whether plus signs are written.
    """
    scale, sign = (100.0, "%") if unit == "share" else (1.0, "")
    shown = [round(scale * tick, 6) for tick in ticks]
    places = max((len(f"{one:.6f}".rstrip("0").partition(".")[2]) for one in shown), default=0)
    words = []
    for one in shown:
        plus = "−" if one < 0 else "+" if signed and one > 0 else ""
        words.append(f"{plus}{abs(one):,.{places if one else 0}f}{sign}")
    return words


def number_axis(
    ax: Axes,
    ticks: Sequence[float],
    unit: str,
    *,
    signed: bool = False,
    across: bool = False,
    grid: bool = True,
) -> None:
    """Draw a faint grid at the ticks and say their numbers.

    Parameters
    ----------
    ax : Axes
        Where.
    ticks : sequence of float
        The ticks.
    unit : str
        Their unit.
    signed : bool
        Whether plus signs are written.
    across : bool
        Whether it is the horizontal axis.
    grid : bool
        Whether the grid is drawn.
    """
    words = tick_words(ticks, unit, signed=signed)
    place = ax.set_xticks if across else ax.set_yticks
    place(list(ticks), words, fontsize=SMALL, color=INK)
    ax.tick_params(axis="x" if across else "y", length=0, pad=4)
    lines = ax.axvline if across else ax.axhline
    for tick in ticks if grid else ():
        lines(tick, color=FAINT, linewidth=0.8, zorder=0)


def time_axis(sheet: Sheet, periods: Sequence[pd.Timestamp], frequency: str) -> None:
    """Say the months below the plot, as many as fit, the year beneath where it begins.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out.
    periods : sequence of Timestamp
        First days of the periods to place, in order.
    frequency : {"month", "quarter", "week", "year"}
        Their length.
    """
    ax = sheet.ax
    if not len(periods):
        return
    places = positions(periods, frequency)
    ax.set_xlim(min(places) - 0.7, max(places) + 0.7)
    each = sheet.plot[2] / max(ax.get_xlim()[1] - ax.get_xlim()[0], 1.0)
    apart_by = width_of("30 Sep" if frequency in ("week", "event") else "2026", SMALL) + 4
    step = next((one for one in (1, 2, 3, 6, 12, 24, 60, 120) if one * each >= apart_by), 240)
    start = _first_tick(places, step, frequency)
    ticks, words, year = [], [], None
    for place, period in zip(places, periods, strict=True):
        if (place - start) % step >= 1e-9:
            continue
        ticks.append(place)
        words.append(_tick_words(period, frequency, new_year=period.year != year))
        year = period.year
    ax.set_xticks(ticks, [""] * len(ticks))
    ax.tick_params(axis="x", length=3, color=QUIET, pad=3)
    for place, text in zip(ticks, words, strict=True):
        across = float(sheet.to_page(place, 0)[0])
        sheet.write(across, sheet.plot[1] - 7, text.strip(), va="top", ha="center", color=INK)
    ax.spines["bottom"].set_visible(True)
    ax.spines["bottom"].set_color(QUIET)


def _first_tick(places: Sequence[float], step: int, frequency: str) -> float:
    """Let ticks fall on Januaries, or on the first period where there is none."""
    yearly = {"month": 12, "quarter": 4}.get(frequency, 1)
    if step >= yearly or frequency in ("week", "event"):
        return places[0]
    januaries = [place for place in places if place % yearly == 0]
    return januaries[0] if januaries else places[0]


def _tick_words(period: pd.Timestamp, frequency: str, *, new_year: bool) -> str:
    if frequency == "year":
        return str(period.year)
    day = f"{period.day} " if frequency in ("week", "event") else ""
    return f"{day}{period:%b}\n{period.year}" if new_year else f"{day}{period:%b}\n"


TIME_ROOM = 2 * LINE * SMALL + 8


def measure_edge(labels: Sequence[EdgeLabel], most: float) -> float:
    """Give the room that labels at the right edge take, in points, at most `most`."""
    fitting = [(label.fitting(most - 2 * _BESIDE), label.bold) for label in labels]
    wide = [width_of(words, SMALL, bold=bold) for words, bold in fitting if words]
    return min(max(wide) + 2 * _BESIDE, most) if wide else 4.0


def edge_labels(sheet: Sheet, labels: Sequence[EdgeLabel], room: float) -> None:
    """Write labels at the right edge, kept apart, with a thin line where one had to move.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out, with the ends of its vertical axis set.
    labels : sequence of EdgeLabel
        The labels, the most important first.
    room : float
        Room to the right of the plot, in points.
    """
    left, base, width, height = sheet.plot
    edge = left + width
    wanted = [min(max(sheet.to_page(0, one.y)[1], base), base + height) for one in labels]
    heights = [LINE * SMALL] * len(labels)
    half = LINE * SMALL / 2
    places = apart(wanted, heights, base - half, base + height + half)
    for label, want, place in zip(labels, wanted, places, strict=True):
        if place is None or not label.words:
            continue
        text = label.fitting(room - 2 * _BESIDE + 0.5)
        weight = "bold" if label.bold else "normal"
        sheet.write(edge + 2 * _BESIDE - 3, place, text, va="center", color=label.colour,
                    fontweight=weight)  # fmt: skip
        _leader(sheet, (edge + 1, want), (edge + 2 * _BESIDE - 5, place))


def _leader(sheet: Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    from matplotlib.lines import Line2D

    at = in_points(sheet.ax)
    across, up = zip(start, end, strict=True)
    sheet.ax.add_artist(Line2D(across, up, color=QUIET, linewidth=0.8, transform=at, clip_on=False))


def white_edge() -> list:
    """Give the white edge that lets words stand on a line."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground="white")]


def nothing(sheet: Sheet, words: str = "Nothing to show") -> None:
    """Say in the middle of the plot that there is nothing to draw."""
    left, base, width, height = sheet.plot
    sheet.write(left + width / 2, base + height / 2, words, ha="center", va="center", color=MUTED,
                path_effects=white_edge())  # fmt: skip
