"""Many series at once: sparklines in rows, small multiples in a grid, drawn in one go.

One collection holds the lines of all series, so that a hundred cost little more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qa_sampling.reporting.derived import Derived, opened
from qa_sampling.reporting.plot_axes import nothing
from qa_sampling.reporting.plot_captions import caption_of, said, subtitle_of, when
from qa_sampling.reporting.plot_labels import height_of, shortened, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, IMMATURE_KEY, KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    INK,
    MUTED,
    SIGNALS,
    SMALL,
)
from qa_sampling.reporting.plots_many_strokes import Strokes, collect, draw_strokes
from qa_sampling.results import Sparklines, own_starts, since_recorded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _PANEL = 23.0, 46.0
_PANEL_WIDTH = 122.0
_FEW, _FEW_ACROSS, _FEW_PANEL = 9, 3, 76.0
"""So few panels are larger: three across at most, and taller."""
_LEAST_LINE = 130.0
_WHOLE_NAMES, _NAMES = 0.46, 0.42
"""Share of the width that names of rows take: unbroken, and where they are longer and broken."""


@in_house_style
def sparklines(result: Sparklines | Derived, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw a row for each series: its name, its line with limits, the latest value, the finding.

    The value written and the dot that is filled are the latest that can no longer change; later
    ones are hollow, on a dashed line. Where most lines begin late, each begins at its own first
    period; those that do not begin with the others say when.

    Parameters
    ----------
    result : Sparklines or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    asked, table = opened(result, Sparklines)
    many = since_recorded(asked)
    sheet = open_sheet(ax, table)
    lines = many.lines
    latest = [said(value, many.unit) for value in lines["latest"]]
    value_room = _widest(latest) + 12
    word_room = min(_widest(lines["words"].fillna("")) + 12, 0.3 * sheet.width)
    word_room = 0.0 if sheet.narrow and word_room > 0.22 * sheet.width else word_room
    spare = sheet.width - value_room - word_room - (70 if sheet.narrow else _LEAST_LINE)
    starts = own_starts(many)
    begun = _begun(starts, many.frequency)
    titles = [f"{one}{begun.get(one, '')}" for one in map(str, lines["series"])]
    names = _row_names(titles, max(spare, 40) - 8, sheet)
    name_room = _widest(names) + 8
    row = max([_ROW, *(height_of(name, SMALL) + 3 for name in names)])
    more = (_range_words(many, starts),)
    _lay(sheet, many, title, height=row * max(len(lines), 1), more=more,
         left=name_room, right=value_room + word_room)  # fmt: skip
    drawn = sheet.ax
    if not len(lines):
        nothing(sheet)
        return drawn
    width, tall = sheet.plot[2], sheet.plot[3] / len(lines)
    strokes, times, each_line = Strokes(), _times(many), lines.to_dict("records")
    for place, rows in enumerate(_each(many)):
        box = (0.0, place * tall + 3, width, max(tall - 6, 2.0))
        since = starts.get(each_line[place]["series"])
        own = times if since is None else (_days(pd.Series([since]))[0], times[1])
        collect(strokes, rows, each_line[place], box, own)
    draw_strokes(drawn, strokes)
    left, base, width, height = sheet.plot
    for place, line in enumerate(lines.itertuples()):
        middle = base + height - (place + 0.5) * tall
        signal = _signal(line.signal)
        weight = "bold" if signal else "normal"
        sheet.write(left - name_room, middle, names[place], va="center", color=INK)
        sheet.write(left + width + value_room - 4, middle, latest[place], va="center", ha="right",
                    color=INK, fontweight=weight)  # fmt: skip
        if word_room and isinstance(line.words, str) and line.words:
            words = shortened(line.words, word_room - 8, SMALL)
            sheet.write(left + width + value_room + 4, middle, words, va="center",
                        color=INK if signal else MUTED)  # fmt: skip
    return drawn


@in_house_style
def small_multiples(
    result: Sparklines | Derived,
    *,
    ax: Axes | None = None,
    title: str = "",
    one_scale: bool = False,
) -> Axes:
    """Draw a small panel for each series in a grid, from zero, the latest value written at it.

    The value written and the dot that is filled are the latest that can no longer change.

    Parameters
    ----------
    result : Sparklines or Derived
        What to draw.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    one_scale : bool
        Whether all panels share one scale, so that their heights can be compared.
    """
    asked, table = opened(result, Sparklines)
    many = since_recorded(asked)
    sheet = open_sheet(ax, table)
    few = len(many.lines) <= _FEW
    across = max(int(sheet.width // _PANEL_WIDTH), 1)
    across, panel = (min(across, _FEW_ACROSS), _FEW_PANEL) if few else (across, _PANEL)
    down = max(-(-len(many.lines) // across), 1)
    first, last = _first_and_last(many)
    scale = "All panels on one scale" if one_scale else "Each panel on a scale of its own"
    more = (
        f"{scale}, from zero; {first} to {last}; the latest value is written." if first else "",
    )
    room = sheet.width / across
    value_room = _widest([said(value, many.unit) for value in many.lines["latest"]]) + 8
    names = [wrapped(str(one), room - 14, SMALL, lines=3) for one in many.lines["series"]]
    head = max((height_of(name, SMALL) for name in names), default=0) + 4
    _lay(sheet, many, title, height=down * (panel + head + 12), more=more)
    drawn = sheet.ax
    if not len(many.lines):
        nothing(sheet)
        return drawn
    tall = sheet.plot[3] / down
    most = _top(many.table["value"], many.lines["high"]) if one_scale else None
    strokes, times, each_line = Strokes(), _times(many), many.lines.to_dict("records")
    for place, rows in enumerate(_each(many)):
        x, y = room * (place % across), tall * (place // across)
        line = each_line[place]
        box = (x + 2, y + head, room - value_room - 16, max(tall - head - 12, 8.0))
        top = most or _top(rows["value"], [line["high"]])
        collect(strokes, rows, line, box, times, low=0.0, high=top)
        strokes.feet.append(
            np.array([(box[0], box[1] + box[3]), (box[0] + box[2], box[1] + box[3])])
        )
        _panel_words(sheet, (x + 2, y + head - 3), names[place])
        _value_words(sheet, box, strokes.ends[-1], said(line["latest"], many.unit), line["signal"])
    draw_strokes(drawn, strokes)
    return drawn


def _row_names(series: list[str], most: float, sheet: Sheet) -> list[str]:
    """Break the names of rows so that their lines have room, as long as no name is cut off."""
    whole = _widest(series)
    enough = whole if whole <= _WHOLE_NAMES * sheet.width else _NAMES * sheet.width
    for room in [] if sheet.narrow else [enough]:
        names = [wrapped(one, min(room, most), SMALL, lines=2) for one in series]
        if not any(one.endswith("…") for one in names):
            return names
    return [wrapped(one, most, SMALL, lines=2) for one in series]


def _panel_words(sheet: Sheet, corner: tuple[float, float], name: str) -> None:
    """Write the name of a panel above it, next to it however many lines others take."""
    left, base, _, height = sheet.plot
    sheet.write(left + corner[0], base + height - corner[1], name, va="bottom", color=INK)


def _value_words(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    end: float | None,
    value: str,
    signal: object,
) -> None:
    """Write the latest value at the end of its line."""
    left, base, _, height = sheet.plot
    x, y, width, tall = box
    level = min(max(y + tall / 2 if end is None else end, y + 6), y + tall - 4)
    sheet.write(left + x + width + 5, base + height - level, value, va="center", color=INK,
                fontweight="bold" if _signal(signal) else "normal")  # fmt: skip


def _lay(
    sheet: Sheet, many: Sparklines, title: str, *, height: float, more: Sequence[str],
    left: float = 0.0, right: float = 0.0,
) -> None:  # fmt: skip
    """Lay the sheet out, its plot area measured in points, downwards."""
    hidden = bool(many.table["hidden"].any())
    still_open = (~many.table["mature"].astype(bool) & many.table["value"].notna()).any()
    signals = set(many.table["signal"].fillna(""))
    key = [KeyItem(word, marker, colour) for name, (marker, colour, word) in SIGNALS.items()
           if name in signals]  # fmt: skip
    if many.lines[["low", "high"]].notna().any(axis=None):
        more = (*more, "Shaded: within the limits.")
    if still_open:
        more = (*more, "Dashed and hollow: can still change; the number is the latest that cannot.")
    sheet.lay(
        height=height, title=title, subtitle=subtitle_of(many),
        caption=caption_of(many, more=more, hidden=hidden),
        key=key + [IMMATURE_KEY] * bool(still_open) + [HIDDEN_KEY] * hidden,
        left=left, right=right, above=2, below=2,
    )  # fmt: skip
    sheet.ax.set_xlim(0, sheet.plot[2])
    sheet.ax.set_ylim(sheet.plot[3], 0)


def _widest(texts: Sequence[str]) -> float:
    return max((width_of(str(text), SMALL) for text in texts), default=0.0)


def _signal(value: object) -> str:
    return value if isinstance(value, str) else ""


def _first_and_last(many: Sparklines) -> tuple[str, str]:
    if not len(many.table):
        return "", ""
    ends = many.table["period"].min(), many.table["period"].max()
    return tuple(when(end, many.frequency) for end in ends)


def _begun(starts: Mapping[str, pd.Timestamp], frequency: str) -> dict[str, str]:
    """Say where the series begin that do not begin with most of the others."""
    usual = _usual(starts)
    return {
        name: f", from {when(start, frequency)}" for name, start in starts.items() if start != usual
    }


def _usual(starts: Mapping[str, pd.Timestamp]) -> pd.Timestamp | None:
    """Give the first period that most series have, the earliest of several."""
    days = sorted(starts.values())
    return max(days, key=days.count) if days else None


def _range_words(many: Sparklines, starts: Mapping[str, pd.Timestamp]) -> str:
    """Say from when to when each line goes, and on which scale."""
    first, last = _first_and_last(many)
    if not first:
        return ""
    if not starts:
        return f"Each line from {first} to {last}, on a scale of its own."
    usual, other = _usual(starts), len(set(starts.values())) > 1
    written = f", or from the {many.frequency} written" if other else ""
    return (
        f"Each line from {when(usual, many.frequency)} to {last}{written}, on a scale of its own."
    )


def _times(many: Sparklines) -> tuple[float, float]:
    days = _days(many.table["period"])
    return (days.min(), days.max()) if len(days) else (0, 1)


def _days(periods: pd.Series) -> np.ndarray:
    """Give days as whole numbers, as far apart as they are."""
    return periods.to_numpy(dtype="datetime64[D]").astype("float64")


def _each(many: Sparklines) -> list[dict[str, np.ndarray]]:
    """Give the columns of each series in the order of `lines`."""
    table = many.table
    columns = {
        "value": table["value"].to_numpy(dtype="float64"),
        "day": _days(table["period"]),
        "signal": table["signal"].fillna("").to_numpy(),
        "hidden": table["hidden"].to_numpy(dtype=bool),
        "mature": table["mature"].to_numpy(dtype=bool),
    }
    places = table.groupby("series", sort=False).indices
    none = np.array([], dtype=int)
    return [
        {column: values[places.get(name, none)] for column, values in columns.items()}
        for name in many.lines["series"]
    ]


def _top(values: Iterable[float], limits: Iterable[float]) -> float:
    """Give the highest value or limit, or 1 when there is none above zero."""
    return max([one for one in (*values, *limits) if one > 0], default=1.0)
