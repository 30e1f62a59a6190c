"""How long actions stay open: a falling staircase. For the restricted page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qa_sampling.loop.closing import ClosingTimes
from qa_sampling.reporting.plot_axes import (
    EdgeLabel,
    edge_labels,
    measure_axis,
    measure_edge,
    nothing,
    number_axis,
    steps_of,
)
from qa_sampling.reporting.plot_labels import LINE
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, open_sheet
from qa_sampling.reporting.plot_style import INK, MUTED, PALETTE, SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_HEIGHT, _MOST_DAYS = 230.0, 182.0
_LINES = {"completed": (PALETTE["plum"], (0, (5, 2))), "closed": (INK, "solid")}
_WORDS = {"completed": "not yet completed", "closed": "not yet closed"}


@in_house_style
def closing_curve(
    result: Sequence[ClosingTimes], *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw the share of actions that still wait, by days after they were raised.

    Parameters
    ----------
    result : sequence of ClosingTimes
        One a line.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    sheet = open_sheet(ax, None)
    ends = [min(one.longest, _MOST_DAYS) for one in result if one.n]
    last = max(ends, default=1.0)
    lines = [(one, *_stairs(one, last)) for one in result if one.n]
    labels = [
        EdgeLabel(float(shares[-1]), f"{_WORDS[one.until]}", _LINES[one.until][0], bold=True,
                  short=one.until)
        for one, _, shares in lines
    ]  # fmt: skip
    right = measure_edge(labels, 0.36 * sheet.width)
    ticks = steps_of(0.0, 1.0, unit="share")
    sheet.lay(
        height=_HEIGHT,
        title=title,
        subtitle="Share of actions by days after they were raised",
        caption=" ".join(map(_caption, result)),
        left=measure_axis(ticks, "share"),
        right=right,
        above=4,
        below=2 * LINE * SMALL + 6,
        key=[KeyItem("Half", "o", PALETTE["grey"], filled=False)] if _halves(result) else [],
    )
    drawn = sheet.ax
    drawn.set_ylim(0, 1.02)
    drawn.set_xlim(0, last)
    number_axis(drawn, ticks, "share")
    number_axis(drawn, steps_of(0, last, unit="days"), "days", across=True, grid=False)
    if not lines:
        nothing(sheet)
        return drawn
    for one, days, shares in lines:
        colour, style = _LINES[one.until]
        drawn.step(days, shares, where="post", color=colour, linestyle=style, linewidth=1.8)
        if one.median is not None and one.median <= last:
            drawn.plot([one.median], [0.5], "o", color=PALETTE["grey"], markerfacecolor="white",
                       markersize=7, zorder=5)  # fmt: skip
    drawn.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (1, 3)))
    x, y, width, _ = sheet.plot
    sheet.write(x + width / 2, y - LINE * SMALL - 6, "Days", va="top", ha="center", color=INK)
    edge_labels(sheet, labels, right)
    return drawn


def closing_curve_alt(result: Sequence[ClosingTimes]) -> str:
    """Say what the staircase shows.

    Parameters
    ----------
    result : sequence of ClosingTimes
        What was drawn.
    """
    parts = ["Falling staircases of the share of actions that still wait, by days."]
    return " ".join([*parts, *map(_caption, result)])


def _stairs(one: ClosingTimes, last: float) -> tuple[np.ndarray, np.ndarray]:
    kept = one.curve[one.curve["days"] <= last]
    days = np.concatenate([[0.0], kept["days"], [last]])
    shares = np.concatenate([[1.0], kept["share_waiting"]])
    return days, np.concatenate([shares, shares[-1:]])


def _halves(result: Sequence[ClosingTimes]) -> bool:
    return any(one.median is not None for one in result)


def _caption(one: ClosingTimes) -> str:
    half = "fewer than half so far" if one.median is None else f"half within {one.median:.0f} days"
    return f"{one.until.capitalize()}: {one.reached:,} of {one.n:,}, {half}."
