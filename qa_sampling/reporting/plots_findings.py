"""Pictures of what audits found: grades by standard, and values with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.number_words import half_up, percent_text
from qa_sampling.reporting.plot_axes import known, nothing, number_axis, steps_of, tick_words
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE, height_of, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import HATCHED, INK, MUTED, PALETTE, QUIET, SMALL, THIN
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.results import GradeProfiles, IntervalList

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 30.0
_TOO_FEW = "too few to say"
BANDS = {
    "outstanding": ("Outstanding", "#C8E0F4"),
    "good": ("Good", "#6BACE6"),
    "requires_improvement": ("Requires improvement", "#C2530F"),
    "inadequate": ("Inadequate", "#801650"),
}
"""Word and colour of each grade, best first: each darker than the one before, also in grey."""


@in_house_style
def grade_profiles(
    result: GradeProfiles | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each standard's grades as one bar, with the interval of good or better across it.

    Parameters
    ----------
    result : GradeProfiles or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    spread, table = opened(result, GradeProfiles)
    rows, sheet = spread.table, open_sheet(ax, table)
    notes = [_profile_words(row, narrow=sheet.narrow) for row in rows.itertuples()]
    hidden = bool(rows["hidden"].any())
    level = f"{100 * spread.level:g}%"
    more = [
        f"Black: the share of good or better with its {level} interval, where good ends.",
        "At the right: the same in numbers.",
    ]
    key = [KeyItem(word, "s", colour) for word, colour in BANDS.values()]
    drawn, names = _rows(
        sheet, rows, notes, title=title, subtitle=subtitle_of(spread),
        caption=caption_of(spread, more=more, hidden=hidden),
        key=key + ([HIDDEN_KEY] if hidden else []),
    )  # fmt: skip
    drawn.set_xlim(0, 1)
    number_axis(drawn, steps_of(0, 1, most=_ticks(sheet), unit="share"), "share", across=True)
    if not len(rows):
        nothing(sheet)
        return drawn
    drawn.set_yticks(range(len(rows)), names, fontsize=sheet.name_size, color=INK)
    for place, (row, note) in enumerate(zip(rows.itertuples(), notes, strict=True)):
        _profile(sheet, place, row)
        _note(sheet, place, len(rows), note)
    return drawn


def _profile_words(row: tuple, *, narrow: bool) -> str:
    """Say the share of good or better with its interval."""
    if row.hidden:
        return HIDDEN_MARK
    if pd.isna(row.outstanding):
        return _TOO_FEW
    span = f"({percent_text(row.low)} to {percent_text(row.high)})"
    return f"{percent_text(row.outstanding + row.good)}{chr(10) if narrow else ' '}{span}"


def _profile(sheet: Sheet, place: int, row: tuple) -> None:
    """Draw one bar of four parts, and the interval where the second ends."""
    ax = sheet.ax
    if row.hidden:
        ax.barh(place, 16 / sheet.plot[2], height=0.62, **HATCHED)
        return
    if pd.isna(row.outstanding):
        return
    start = 0.0
    for name, (_, colour) in BANDS.items():
        share = float(getattr(row, name))
        ax.barh(place, share, left=start, height=0.62, color=colour, edgecolor="white",
                linewidth=0.8, zorder=2)  # fmt: skip
        start += share
    good = row.outstanding + row.good
    _interval(ax, place, row.low, row.high)
    ax.plot([good, good], [place - 0.31, place + 0.31], color=INK, linewidth=2.6, zorder=5,
            solid_capstyle="butt", clip_on=False)  # fmt: skip


def _interval(ax: Axes, place: int, low: float, high: float) -> None:
    """Draw an interval with a white rim, so that it is seen on any colour."""
    for colour, width in (("white", 4.2), (INK, 1.8)):
        ax.plot([low, high], [place, place], color=colour, linewidth=width, zorder=4,
                solid_capstyle="butt", clip_on=False)  # fmt: skip
    for colour, width, half in (("white", 4.2, 0.15), (INK, 1.8, 0.13)):
        ax.vlines([low, high], place - half, place + half, color=colour, linewidth=width, zorder=4,
                  clip_on=False)  # fmt: skip


@in_house_style
def interval_chart(
    result: IntervalList | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw values with their intervals, one beneath the other, and a line to hold them against.

    A value that can be told from chance is a filled diamond, another a hollow circle.

    Parameters
    ----------
    result : IntervalList or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    values, table = opened(result, IntervalList)
    rows, sheet = values.table, open_sheet(ax, table)
    notes = [_value_words(values, row, narrow=sheet.narrow) for row in rows.itertuples()]
    hidden = bool(rows["hidden"].any())
    key = [
        KeyItem(words, *look)
        for words, look in zip(values.marks, _LOOKS, strict=True)
        if words and len(rows)
    ]
    drawn, names = _rows(
        sheet, rows, notes, title=title, subtitle=subtitle_of(values),
        caption=caption_of(
            values, more=[f"Lines: {100 * values.level:g}% intervals, each by itself."],
            hidden=hidden,
        ),
        key=key + ([HIDDEN_KEY] if hidden else []),
    )  # fmt: skip
    low, high = _ends(values)
    drawn.set_xlim(low, high)
    points = values.signed and values.unit == "share"
    ticks = steps_of(low, high, most=_ticks(sheet), unit=values.unit)
    number_axis(drawn, ticks, values.unit, signed=values.signed, across=True)
    if points:
        words = tick_words([100 * tick for tick in ticks], "count", signed=True)
        drawn.set_xticks(list(ticks), words, fontsize=SMALL, color=INK)
    if not len(rows):
        nothing(sheet)
        return drawn
    drawn.set_yticks(range(len(rows)), names, fontsize=sheet.name_size, color=INK)
    if values.reference is not None:
        drawn.axvline(values.reference, color=THIN, linewidth=1.4, zorder=1)
    for place, (row, note) in enumerate(zip(rows.itertuples(), notes, strict=True)):
        if row.hidden:
            middle = (low + high) / 2
            drawn.barh(place, 16 * (high - low) / sheet.plot[2], left=middle, height=0.5, **HATCHED)
        elif not pd.isna(row.value):
            _value(drawn, place, row)
        _note(sheet, place, len(rows), note)
    return drawn


_LOOKS = (("D", PALETTE["blue"], True), ("o", PALETTE["grey"], False))


def _value(ax: Axes, place: int, row: tuple) -> None:
    """Draw one value and its interval."""
    if not pd.isna(row.low):
        ax.plot([row.low, row.high], [place, place], color=MUTED, linewidth=1.8, zorder=3)
    marker, colour, filled = _LOOKS[0 if row.marked else 1]
    ax.scatter([row.value], [place], s=50, marker=marker, zorder=4, linewidth=1.6,
               facecolor=colour if filled else "white", edgecolor=colour)  # fmt: skip


def _value_words(values: IntervalList, row: tuple, *, narrow: bool) -> str:
    """Say a value and its interval; how many it rests on where they are too few."""
    if row.hidden:
        return HIDDEN_MARK
    if pd.isna(row.value):
        return _TOO_FEW if pd.isna(row.n) or narrow else f"{_TOO_FEW} (n = {int(row.n):,})"
    words = value_words(values, row.value)
    if not pd.isna(row.low):
        ends = (value_words(values, one) for one in (row.low, row.high))
        words += f"{chr(10) if narrow else ' '}({' to '.join(ends)})"
    return words


def value_words(values: IntervalList, value: float) -> str:
    """Put a value as people read it; differences of shares are whole percentage points.

    Parameters
    ----------
    values : IntervalList
        Say the unit.
    value : float
        The value.
    """
    if values.unit != "share":
        return said(value, values.unit, signed=values.signed)
    if not values.signed:
        return percent_text(value)
    points = half_up(100 * value, 0)
    return said(points, "count", signed=True)


def _ends(values: IntervalList) -> tuple[float, float]:
    """Give the ends of the axis: all intervals and the line, with room."""
    held = values.table[["value", "low", "high"]]
    reach = [*known(held), *([] if values.reference is None else [values.reference])] or [0.0, 1.0]
    low, high = min(reach), max(reach)
    room = 0.05 * (high - low) or 0.5
    bottom = 0.0 if 0 <= low <= 0.6 * high and not values.signed else low - room
    return bottom, min(high + room, 1.0) if values.unit == "share" and high <= 1 else high + room


def _ticks(sheet: Sheet, *, each: float = 50.0) -> int:
    return max(min(int(sheet.plot[2] / each), 6), 1)


def _rows(
    sheet: Sheet, rows: pd.DataFrame, notes: list[str], **words: object
) -> tuple[Axes, list[str]]:
    """Lay out a sheet of rows, each with a name at the left and a note at the right."""
    size = sheet.name_size
    left = sheet.name_room(rows["name"])
    names = [wrapped(one, left - 8, size, lines=4) for one in rows["name"]]
    left = max((width_of(name, size) + 8 for name in names), default=left)
    right = max((width_of(note, SMALL) for note in notes), default=0) + 14
    tall = [max(height_of(name, size), height_of(note, SMALL)) + 6
            for name, note in zip(names, notes, strict=True)]  # fmt: skip
    sheet.lay(
        height=max([_ROW, *tall]) * max(len(rows), 1),
        left=left,
        right=right,
        above=2,
        below=LINE * SMALL + 6,
        **words,
    )
    drawn = sheet.ax
    drawn.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    drawn.tick_params(axis="y", length=0, pad=4)
    drawn.spines["left"].set_color(QUIET)
    return drawn, names


def _note(sheet: Sheet, place: int, count: int, note: str) -> None:
    """Write the words of a row at its right."""
    left, base, width, height = sheet.plot
    middle = base + height * (1 - (place + 0.5) / count)
    sheet.write(left + width + 12, middle, note, va="center", color=INK)
