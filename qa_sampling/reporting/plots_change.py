"""Pictures of change and of the way: the decomposition waterfall, the journey."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import from_where, known, nothing, number_axis, steps_of
from qa_sampling.reporting.plot_captions import caption_of, days_words, said, subtitle_of
from qa_sampling.reporting.plot_labels import LINE, height_of, shortened, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    HATCHED,
    INK,
    PALETTE,
    QUIET,
    SEQUENTIAL,
    SMALL,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK
from qa_sampling.results import Decomposition, Journey

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 30.0
_SLIVER = 3.0
"""Parts thinner than this are drawn as a stroke of this width, in 96ths of an inch."""
RISE, FALL = PALETTE["orange"], SEQUENTIAL[2]


@in_house_style
def decomposition_waterfall(
    result: Decomposition | Derived, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw a change part by part: from the number then, each part's rise or fall, to now.

    The axis need not begin at zero, so then and now are diamonds and not bars. Hidden parts are
    one hatched band across, whatever they hide.

    Parameters
    ----------
    result : Decomposition or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    change, table = opened(result, Decomposition)
    rows, sheet = change.table, open_sheet(ax, table)
    names = [change.start_name, *rows["part"], change.end_name]
    parts = [_part_words(change, row, narrow=sheet.narrow) for row in rows.itertuples()]
    words = [said(change.start, change.unit), *parts, said(change.end, change.unit)]
    size, left = sheet.name_size, sheet.name_room(names)
    right = max(width_of(word, SMALL) for word in words) + 16
    labels = [wrapped(name, left - 8, size, lines=3) for name in names]
    left = max(width_of(label, size) for label in labels) + 8
    hidden = bool(rows["hidden"].any())
    has_lines = rows["low"].notna().any()
    more = [f"Thin lines: {100 * change.level:g}% intervals." if has_lines else ""]
    more += [f"Method: {change.method}." if change.method else ""]
    levels = _levels(change)
    low, high = _change_ends(change, levels)
    more += [from_where((low, high))]
    each = max(_ROW, max(height_of(label, size) for label in labels) + 4)
    sheet.lay(
        height=each * len(names),
        title=title,
        subtitle=subtitle_of(change),
        caption=caption_of(change, more=more, hidden=hidden),
        key=_change_key(rows) + ([HIDDEN_KEY] if hidden else []),
        left=left,
        right=right,
        above=4,
        below=LINE * SMALL + 6,
    )
    drawn = sheet.ax
    drawn.set_xlim(low, high)
    drawn.set_ylim(len(names) - 0.5, -0.5)
    most = max(int(sheet.plot[2] / 50), 1)
    number_axis(drawn, steps_of(low, high, most=most, unit=change.unit), change.unit, across=True)
    drawn.set_yticks(range(len(names)), labels, fontsize=size, color=INK)
    drawn.tick_params(axis="y", length=0, pad=4)
    _parts(sheet, change, levels)
    x, base, width, height = sheet.plot
    for place, word in enumerate(words):
        middle = base + height * (1 - (place + 0.5) / len(names))
        bold = "bold" if place in (0, len(names) - 1) else "normal"
        sheet.write(x + width + 12, middle, word, va="center", color=INK, fontweight=bold)
    return drawn


def _part_words(change: Decomposition, row: tuple, *, narrow: bool) -> str:
    """Say a contribution and its interval."""
    if row.hidden:
        return HIDDEN_MARK
    words = said(row.contribution, change.unit, signed=True)
    if pd.isna(row.low):
        return words
    ends = (said(end, change.unit, signed=True) for end in (row.low, row.high))
    return f"{words}{chr(10) if narrow else ' '}({' to '.join(ends)})"


def _change_key(rows: pd.DataFrame) -> list[KeyItem]:
    key = []
    if (rows["contribution"] > 0).any():
        key.append(KeyItem("Raises it", ">", RISE))
    if (rows["contribution"] < 0).any():
        key.append(KeyItem("Lowers it", "<", FALL))
    return key


def _levels(change: Decomposition) -> list[float]:
    """Give where each shown part begins, and where the last one ends."""
    levels = [change.start]
    for value in change.table.loc[~change.table["hidden"].astype(bool), "contribution"]:
        levels.append(levels[-1] + float(value))
    return levels


def _change_ends(change: Decomposition, levels: list[float]) -> tuple[float, float]:
    """Give the ends of the axis: all levels and intervals, with room."""
    rows = change.table
    reach = [*levels, change.end]
    shown = rows[~rows["hidden"].astype(bool)]
    for begins, row in zip(levels, shown.itertuples(), strict=False):
        reach += known([begins + row.low, begins + row.high])
    low, high = min(reach), max(reach)
    room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low <= 0.3 * high else low - room), high + room


def _parts(sheet: Sheet, change: Decomposition, levels: list[float]) -> None:
    """Draw then, the parts, now, and the thin lines that join them."""
    from matplotlib.patches import Rectangle

    ax, rows = sheet.ax, change.table
    last = len(rows) + 1
    for place, value in ((0, change.start), (last, change.end)):
        ax.scatter([value], [place], s=72, marker="D", color=PALETTE["grey"], zorder=4,
                   clip_on=False)  # fmt: skip
    shown = rows[~rows["hidden"].astype(bool)]
    for place, (begins, row) in enumerate(zip(levels, shown.itertuples(), strict=False), start=1):
        ends = begins + row.contribution
        colour = RISE if row.contribution > 0 else FALL
        ax.plot([begins, begins], [place - 1, place + 0.3], color=QUIET, linewidth=1.2, zorder=1)
        _arrow(sheet, place, begins, ends, colour)
        if not pd.isna(row.low):
            ax.plot([begins + row.low, begins + row.high], [place] * 2, color=INK, linewidth=1.2,
                    zorder=4)  # fmt: skip
    number = len(rows) - len(shown)
    if number:
        band = Rectangle((0, len(shown) + 0.7), 1, number - 0.4,
                         transform=ax.get_yaxis_transform(), zorder=2, **HATCHED)  # fmt: skip
        ax.add_patch(band)
    else:
        ax.plot([change.end] * 2, [last - 1, last], color=QUIET, linewidth=1.2, zorder=1)


def _arrow(sheet: Sheet, place: int, begins: float, ends: float, colour: str) -> None:
    """Draw one part as a bar that points the way it goes; a stroke where it is too thin to see."""
    from matplotlib.patches import Polygon

    low, high = sheet.ax.get_xlim()
    pixel = (high - low) / sheet.plot[2]
    if abs(ends - begins) < _SLIVER * pixel:
        middle = (begins + ends) / 2
        sheet.ax.plot([middle] * 2, [place - 0.28, place + 0.28], color=colour,
                      linewidth=_SLIVER, solid_capstyle="butt", zorder=2)  # fmt: skip
        return
    head = min(9 * pixel, abs(ends - begins))
    neck = ends - head if ends > begins else ends + head
    across = (begins, neck, ends, neck, begins)
    down = (place - 0.28, place - 0.28, place, place + 0.28, place + 0.28)
    shape = Polygon(list(zip(across, down, strict=True)), closed=True, facecolor=colour,
                    edgecolor=colour, linewidth=0.5, zorder=2)  # fmt: skip
    sheet.ax.add_patch(shape)


_STEP, _FLOW = 30.0, 40.0


@in_house_style
def journey_chart(result: Journey | Derived, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw the way from step to step: bars for how many, flows for what share goes on and when.

    Parameters
    ----------
    result : Journey or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    way, table = opened(result, Journey)
    rows, sheet = way.table, open_sheet(ax, table)
    size, left = sheet.name_size, sheet.name_room(rows["step"]) + 2
    hidden = bool(rows["hidden"].any())
    room = sheet.width - left - 4
    flows = [_flow_words(way, row, room - 12) for row in rows.itertuples()]
    tall = [max(_FLOW * bool(flow) * 0.5, height_of(flow, SMALL) + 10) if place else 0.0
            for place, flow in enumerate(flows)]  # fmt: skip
    names = [wrapped(one, left - 10, size, lines=3) for one in rows["step"]]
    bars = [max(_STEP, height_of(name, size) + 4) for name in names]
    height = sum(tall) + sum(bars)
    sheet.lay(
        height=max(height, _STEP),
        title=title,
        subtitle=subtitle_of(way),
        caption=caption_of(way, hidden=hidden, more=_journey_notes(way)),
        key=[HIDDEN_KEY] if hidden else [],
        left=left,
        above=2,
        below=2,
    )
    drawn = sheet.ax
    drawn.set_ylim(sheet.plot[3], 0)
    drawn.set_xlim(0, 1)
    if not len(rows):
        nothing(sheet)
        return drawn
    _steps(sheet, way, names, bars, tall, flows)
    return drawn


def _journey_notes(way: Journey) -> list[str]:
    """Explain the times and the targets."""
    if way.table["days"].isna().all():
        return []
    notes = [f"Times: {way.day_word} since the step before, median (middle half)."]
    return [*notes, *(f"{step}: at most {days:g} {way.day_word}." for step, days in way.targets)]


def _flow_words(way: Journey, row: tuple, room: float) -> str:
    """Say what share goes on to a step and how long it takes, in one line or two."""
    parts = []
    if not pd.isna(row.share_before):
        parts.append(f"{said(row.share_before, 'share')} of the step before")
    if not pd.isna(row.days):
        spread = ""
        if not pd.isna(row.days_low) and row.days_high > 0:
            ends = f"{said(row.days_low, 'days')} to {said(row.days_high, 'days')}"
            spread = f" ({ends})"
        parts.append(f"{days_words(row.days, way.day_word)}{spread}")
    line = ", ".join(parts)
    if width_of(line, SMALL) <= room:
        return line
    parts = [
        one
        for part in parts
        for one in (
            [part] if width_of(part, SMALL) <= room else part.replace(" (", "\n(").split("\n")
        )
    ]
    return "\n".join(wrapped(part, room, SMALL, lines=2) for part in parts)


def _steps(
    sheet: Sheet, way: Journey, names: list[str], bars: list[float], tall: list[float],
    flows: list[str],
) -> None:  # fmt: skip
    """Draw the bars, the flows between them, and their words."""
    rows = way.table
    left, base, width, height = sheet.plot
    notes = [_step_words(row, narrow=sheet.narrow) for row in rows.itertuples()]
    most = max(known(rows["count"]), default=0.0) or 1.0
    shares = (rows["count"].fillna(0) / most).tolist()
    beside = [max(pair) for pair in pairwise(shares)]
    whole = _longest([*shares, *beside], [*notes, *flows[1:]], width)
    reaches = [None if row.hidden else whole * float(row.count) / most for row in rows.itertuples()]
    down, shrunk = 0.0, height / (sum(bars) + sum(tall))
    bars, tall = [one * shrunk for one in bars], [one * shrunk for one in tall]
    for place, reach in enumerate(reaches):
        if place:
            _flow(sheet, down, tall[place], (reaches[place - 1], reach), flows[place])
            down += tall[place]
        _step(sheet, down, bars[place], reach, notes[place])
        middle = base + height - down - bars[place] / 2
        sheet.write(left - 8, middle, names[place], ha="right", va="center", color=INK,
                    fontsize=sheet.name_size)  # fmt: skip
        down += bars[place]


def _longest(shares: list[float], notes: list[str], width: float) -> float:
    """Give how far the longest bar may reach, so that all words find room beside bars and flows."""
    rooms = [
        (1 - (width_of(note, SMALL) + 12) / width) / share
        for share, note in zip(shares, notes, strict=True)
        if share > 0
    ]
    return min(1.0, max(0.22, min(rooms, default=1.0)))


def _step_words(row: tuple, *, narrow: bool) -> str:
    """Say how many are at a step, what share of the first that is, and who waits."""
    if row.hidden:
        return HIDDEN_MARK
    words = f"{said(row.count, 'count')}"
    if not pd.isna(row.share_first) and row.Index:
        words += f" ({said(row.share_first, 'share')} of all)"
    if pd.isna(row.pending) or not row.pending:
        return words
    return f"{words}{chr(10) if narrow else ', '}{said(row.pending, 'count')} may yet go further"


def _step(sheet: Sheet, down: float, deep: float, reach: float | None, note: str) -> None:
    """Draw the bar of a step; a hatched stub of one size when hidden."""
    from matplotlib.patches import Rectangle

    ax, width = sheet.ax, sheet.plot[2]
    end = 18 / width if reach is None else max(reach, 2 / width)
    look = HATCHED if reach is None else {"facecolor": SEQUENTIAL[3]}
    ax.add_patch(Rectangle((0, down + 2), end, deep - 4, zorder=3, **look))
    left, base, _, height = sheet.plot
    place = left + end * width + 7, base + height - down - deep / 2
    sheet.write(*place, shortened(note, width, SMALL) if "\n" not in note else note, va="center",
                color=INK, fontweight="bold" if reach is None else "normal")  # fmt: skip


def _flow(
    sheet: Sheet, down: float, deep: float, reaches: tuple[float | None, float | None], words: str
) -> None:
    """Draw the flow from one step to the next, and its words; no flow from or to hidden steps."""
    from matplotlib.patches import Polygon

    left, base, width, height = sheet.plot
    start = 8.0
    if None not in reaches:
        above, below = (max(reach, 2 / width) for reach in reaches)
        corners = [(0, down - 2), (above, down - 2), (below, down + deep + 2), (0, down + deep + 2)]
        sheet.ax.add_patch(Polygon(corners, closed=True, facecolor="#DCE7F1", zorder=1))
        edge = width * (above + (below - above) * max(0.5 - 0.5 * SMALL / deep, 0)) + 8
        start = edge if edge + width_of(words, SMALL) <= width else start
    if words:
        sheet.write(left + start, base + height - down - deep / 2, words, va="center", color=INK)
