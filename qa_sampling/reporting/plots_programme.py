"""Pictures of the QA programme: what the sources of each standard say, activity beside its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_sampling.loop.standards import DISAGREE, GOOD, MARKS, MOSTLY, NOT_YET, OPEN
from qa_sampling.reporting.event_tables import EVENTS
from qa_sampling.reporting.plot_labels import LINE
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, open_sheet
from qa_sampling.reporting.plot_style import HATCHED, INK, PALETTE, QUIET, SMALL, TEXT, THIN
from qa_sampling.reporting.plots_plan import _lay, _said, _shown
from qa_sampling.reporting.programme_tables import (
    ACTIVITIES,
    IN_TIME,
    PLANNED,
    READ,
    SAID,
    SOURCES,
)
from qa_sampling.reporting.safe_table import SafeTable, require_safe
from qa_sampling.reporting.words import Told, _told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKS = {
    SAID["Good"]: ("^", PALETTE["blue"], PALETTE["blue"]),
    SAID["Open"]: ("o", THIN, THIN),
    SAID["Not yet"]: ("v", PALETTE["orange"], INK),
}
"""Marker, fill and rim of what a source says."""
_SHAPES = {
    MARKS[GOOD]: ("^", PALETTE["blue"], PALETTE["blue"]),
    MARKS[MOSTLY]: ("^", "white", PALETTE["blue"]),
    MARKS[NOT_YET]: ("v", PALETTE["orange"], INK),
    MARKS[DISAGREE]: ("D", INK, INK),
    MARKS[OPEN]: ("o", "white", THIN),
}
"""Marker, fill and rim of each reading."""
_STEP, _READ_WIDTH = 17.0, 150.0


@in_house_style
def scorecard_chart(table: SafeTable, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw a mark a source for each standard: good, cannot tell, not yet, side by side.

    At the end of the row stands how the standard is read, as a shape and in words.

    Parameters
    ----------
    table : SafeTable
        `ProgrammeTables.standards`.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    grid = require_safe(table, what="scorecard_chart()").grid(SOURCES)
    grid = grid.drop(index=table.total_label, columns=table.total_label, errors="ignore")
    sheet = open_sheet(ax, table)
    key = [KeyItem(words, *_MARKS[words][:2]) for words in _MARKS]
    names, _, read = zip(*(name.rpartition(READ) for name in grid.index), strict=True)
    _lay(sheet, list(names), title, key=key, row=25.0, right=_READ_WIDTH)
    drawn = sheet.ax
    drawn.set_xlim(0, sheet.plot[2])
    room = sheet.plot[2] / len(_MARKS)
    step = min(_STEP, room / (2 + max(int(grid[list(_MARKS)].max().max()), 1)))
    size = min(62.0, (0.8 * step) ** 2)
    for place, name in enumerate(grid.index):
        if place < len(grid.index) - 1:
            drawn.axhline(place + 0.5, color=QUIET, linewidth=0.6, zorder=1)
        for column, (marker, fill, rim) in _MARKS.items():
            number = int(grid.loc[name, column])
            start = list(_MARKS).index(column) * room + step / 2 + _STEP / 2
            drawn.scatter(
                [start + step * one for one in range(number)], [place] * number, s=size,
                marker=marker, color=fill, edgecolor=rim, linewidth=1.3, zorder=3,
            )  # fmt: skip
        _read_at(drawn, sheet.plot[2], place, read[place], SMALL if sheet.narrow else TEXT)
    return drawn


def _read_at(drawn: Axes, end: float, place: int, read: str, size: float) -> None:
    """Draw how a standard is read: a shape, and the words."""
    shape, _, words = read.partition("\N{NO-BREAK SPACE}")
    marker, fill, rim = _SHAPES[shape]
    drawn.scatter([end + 12], [place], s=88, marker=marker, color=fill, edgecolor=rim,
                  linewidth=1.5, zorder=3, clip_on=False)  # fmt: skip
    drawn.text(end + 26, place, words, va="center_baseline", fontsize=size, color=INK)


def scorecard_alt(table: SafeTable) -> Told:
    """Say what the scorecard shows, standard by standard."""
    grid = table.grid(SOURCES).drop(index=table.total_label, errors="ignore")
    parts = [
        f"{name}: " + ", ".join(f"{int(row[words])} {words.lower()}" for words in _MARKS)
        for name, row in grid.iterrows()
    ]
    return _told(table, f"Chart of what sources say of each standard. {'; '.join(parts)}.")


@in_house_style
def plan_chart(table: SafeTable, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw how much was done, of audits in time, as bars, and what was planned as a line across.

    Parameters
    ----------
    table : SafeTable
        `ProgrammeTables.kinds`, `months` or `events.kinds`.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    rows = require_safe(table, what="plan_chart()").body
    count = _done(table)
    names = list(rows[table.by[0]])
    done, planned = list(rows[count]), [_goal(value) for value in rows[PLANNED]]
    sheet = open_sheet(ax, table)
    key = [KeyItem("Returned in time" if count == IN_TIME else "Done", "s", PALETTE["blue"]),
           KeyItem("Planned: the black line across", "|", INK)]  # fmt: skip
    _lay(sheet, names, title, key=key, right=78.0)
    drawn = sheet.ax
    most = max([*planned, *(int(value) for value in done if _shown(value)), 1])
    drawn.set_xlim(0, most)
    for place, (value, goal) in enumerate(zip(done, planned, strict=True)):
        end = int(value) if _shown(value) else 16 * most / sheet.plot[2]
        look = {"color": PALETTE["blue"]} if _shown(value) else HATCHED
        drawn.barh(place, end, height=0.6, **look)
        if goal:
            drawn.vlines(goal, place - 0.42, place + 0.42, color="white", linewidth=4.6, zorder=4,
                         clip_on=False)  # fmt: skip
            drawn.vlines(goal, place - 0.42, place + 0.42, color=INK, linewidth=2.4, zorder=5,
                         clip_on=False)  # fmt: skip
        words = f"{_said(value)} of {goal:,}" if goal else _said(value)
        x = max(end, goal) + 6 * most / sheet.plot[2]
        drawn.text(x, place, words, va="center_baseline", fontsize=SMALL if sheet.narrow else TEXT,
                   color=INK, linespacing=LINE)  # fmt: skip
    return drawn


def plan_chart_alt(table: SafeTable) -> Told:
    """Say what is done and planned, row by row."""
    count = _done(table)
    parts = []
    for _, row in table.body.iterrows():
        planned = _goal(row[PLANNED])
        goal = f" of {planned:,} planned" if planned else ""
        parts.append(f"{row[table.by[0]]}: {_said(row[count])}{goal}")
    return _told(table, f"Bar chart of what was done beside the plan. {'; '.join(parts)}.")


def _goal(value: object) -> int:
    """Give what was planned; 0 draws no line, as where the whole table is withheld."""
    return int(value) if _shown(value) else 0


def _done(table: SafeTable) -> str:
    return next(name for name in (ACTIVITIES, EVENTS, IN_TIME) if name in table.counts)
