"""Pictures of the audit plan: allocation, coverage map, from extract to frame, loads.

They compute nothing: a number in the picture is a number in the table. What a SafeTable hides
is drawn as a hatched mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting.free_text import require_free
from qa_sampling.reporting.plot_axes import number_axis, steps_of
from qa_sampling.reporting.plot_labels import LINE, height_of, width_of, wrapped
from qa_sampling.reporting.plot_seal import in_house_style
from qa_sampling.reporting.plot_sheet import KeyItem, Sheet, open_sheet
from qa_sampling.reporting.plot_style import (
    FAINT,
    HATCHED,
    INK,
    MUTED,
    PALETTE,
    QUIET,
    SEQUENTIAL,
    SMALL,
    TEXT,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK, SafeTable, require_safe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _CELL = 27.0, 25.0
_DOTS = 6
_AXIS = 2 * LINE * SMALL + 10
_SHARES = (
    ("share_of_cases", KeyItem("Share of cases in the frame", "o", PALETTE["blue"])),
    ("share_of_audits", KeyItem("Share of audits", "D", PALETTE["orange"])),
)


@in_house_style
def allocation_chart(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw each class's share of the cases (circle) and of the audits (diamond).

    Parameters
    ----------
    table : SafeTable or DataFrame
        One classification, then `cases`, `audits`, `share_of_cases`, `share_of_audits`
        (per cent).
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    label, rows = _rows(table)
    sheet = _sheet(ax, table)
    notes = [f"{_said(row['audits'])} of {_said(row['cases'])}" for _, row in rows.iterrows()]
    head = "audits of cases"
    right = max(width_of(note, SMALL) for note in [head, *notes]) + 14
    _lay(sheet, list(rows[label]), title, key=[item for _, item in _SHARES], right=right,
         above=LINE * SMALL + 2, below=_AXIS)  # fmt: skip
    drawn = sheet.ax
    shares = rows[[name for name, _ in _SHARES]]
    drawn.set_xlim(0, 1.08 * max([*_numbers(shares.to_numpy().ravel()), 1.0]))
    most = max(min(int(sheet.plot[2] / 45), 7), 1)
    number_axis(drawn, steps_of(*drawn.get_xlim(), most=most), "rate", across=True, grid=False)
    left, base, width, height = sheet.plot
    for line, (_, row) in enumerate(rows.iterrows()):
        known = _numbers([row[name] for name, _ in _SHARES])
        if len(known) == 2:
            drawn.plot(known, [line, line], color=QUIET, linewidth=2.5, zorder=1)
        drawn.axhline(line, color=FAINT, linewidth=0.8, zorder=0)
        middle = base + height * (1 - (line + 0.5) / len(rows))
        sheet.write(left + width + 12, middle, notes[line], va="center", color=INK)
        if not known:
            sheet.write(left + 8, middle, HIDDEN_MARK, va="center", color=INK)
    for name, item in _SHARES:
        places = [line for line, value in enumerate(rows[name]) if _shown(value)]
        drawn.scatter(_numbers(rows[name]), places, s=62, marker=item.marker, color=item.colour,
                      zorder=3, edgecolor="white", linewidth=0.8, clip_on=False)  # fmt: skip
    sheet.write(left + width + 12, base + height + 2, head, va="bottom", color=MUTED)
    sheet.write(left, base - LINE * SMALL - 6, "Per cent", va="top", color=INK)
    return drawn


@in_house_style
def coverage_map(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw the caseload as a map: cases as shades and numbers, audits as diamonds with numbers.

    Parameters
    ----------
    table : SafeTable or DataFrame
        Two classifications (down, across), then `cases` and `audits`.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    _, rows = _rows(table)
    down, across = rows.columns[:2]
    names = list(dict.fromkeys(rows[down])), list(dict.fromkeys(rows[across]))
    sheet = _sheet(ax, table)
    each = (sheet.width - sheet.name_room(names[0])) / max(len(names[1]), 1)
    size = _head_size(names[1], each - 4)
    heads = [wrapped(str(name), each - 4, size, lines=4) for name in names[1]]
    marks = {"cases": f"Hatched, {HIDDEN_MARK}: cases hidden.", "audits": "Hollow: audits hidden."}
    hidden = [text for name, text in marks.items() if not rows[name].map(_shown).all()]
    words = ["Shade and number: cases in the frame. Diamond: audits.", *hidden]
    above = max((height_of(head, size) for head in heads), default=0) + 8
    _lay(sheet, names[0], title, caption=" ".join(words), above=above, below=2, row=_CELL)
    drawn = sheet.ax
    drawn.set_xlim(-0.5, max(len(names[1]), 1) - 0.5)
    most = max((int(one) for one in _numbers(rows["cases"])), default=0)
    for _, row in rows.iterrows():
        place = names[1].index(row[across]), names[0].index(row[down])
        _coverage_cell(drawn, place, row["cases"], row["audits"], most)
    drawn.set_xticks(range(len(heads)), heads, fontsize=size, color=INK)
    drawn.tick_params(axis="x", length=0, labeltop=True, labelbottom=False, pad=4)
    return drawn


def _head_size(names: list, room: float) -> float:
    """Give the largest size at which every word of the heads fits, but one that can be read."""
    words = [word for name in names for word in str(name).split()]
    sizes = (SMALL, SMALL - 1, SMALL - 2)
    fits = (size for size in sizes if all(width_of(word, size) <= room for word in words))
    return next(fits, sizes[-1])


def _coverage_cell(
    ax: Axes, place: tuple[int, int], cases: object, audits: object, most: int
) -> None:
    """Draw one cell of the coverage map."""
    from matplotlib.patches import Rectangle

    x, y = place
    fill, ink = "white", INK
    look: dict = {"edgecolor": "white", "linewidth": 0}
    if not _shown(cases):
        look, fill = HATCHED, HATCHED["facecolor"]
    elif cases:
        shade = min(int(len(SEQUENTIAL) * int(cases) / (most + 1)), len(SEQUENTIAL) - 1)
        fill, ink = SEQUENTIAL[shade], "white" if shade >= 2 else INK
    ax.add_patch(Rectangle((x - 0.48, y - 0.45), 0.96, 0.9, **{**look, "facecolor": fill}))
    if _shown(cases) and not cases:
        ax.text(x, y, "0", ha="center", va="center", fontsize=SMALL, color=MUTED)
        return
    halo = {"facecolor": fill, "edgecolor": "none", "pad": 1.2}
    ax.text(x - 0.1, y, _said(cases), ha="right", va="center", fontsize=SMALL, color=ink, bbox=halo)
    if _shown(audits) and int(audits) == 0:
        return
    known = _shown(audits)
    face, edge = (PALETTE["orange"], "white") if known else ("white", PALETTE["grey"])
    ax.scatter(x + 0.1, y, marker="D", s=30, color=face, edgecolor=edge, linewidth=1.3, zorder=3)
    if known:
        ax.text(x + 0.22, y, _said(audits), va="center", fontsize=SMALL, color=ink, bbox=halo)


@in_house_style
def funnel_chart(
    table: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw how the cases of the extract become the frame: a bar for each reason, the frame last.

    Parameters
    ----------
    table : SafeTable or DataFrame
        `reason` and `cases`; the last row holds the cases that can be drawn.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    label, rows = _rows(table)
    sheet = _sheet(ax, table)
    colours = [PALETTE["plum"]] * (len(rows) - 1) + [PALETTE["blue"]]
    return _bars(sheet, title, list(rows[label]), list(rows["cases"]), colours)


@in_house_style
def load_chart(loads: SafeTable | pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw audits by role of the auditor: bars from a SafeTable, else a dot a person, unnamed.

    Parameters
    ----------
    loads : SafeTable or DataFrame
        `role` and `audits`; with one row a person when it is a plain table.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    if isinstance(loads, SafeTable):
        label, rows = _rows(loads)
        colours = [PALETTE["blue"]] * len(rows)
        return _bars(_sheet(ax, loads), title, list(rows[label]), list(rows["audits"]), colours)
    sheet, roles = _sheet(ax, loads), list(dict.fromkeys(loads["role"]))
    _lay(sheet, roles, title, below=_AXIS)
    drawn = sheet.ax
    drawn.set_xlim(-0.6, max([*_numbers(loads["audits"]), 1]) + 0.9)
    ticks = steps_of(0, drawn.get_xlim()[1], most=max(int(sheet.plot[2] / 40), 1))
    number_axis(drawn, ticks, "count", across=True, grid=False)
    grouped: list[int] = []
    for line, role in enumerate(roles):
        people = loads.loc[loads["role"] == role, "audits"].value_counts()
        grouped += [
            number
            for audits, number in people.items()
            if _stack(sheet, float(audits), line, int(number))
        ]
    left, base, _, _ = sheet.plot
    words = "Audits each; “×”: so many people" if grouped else "Audits each; one dot is one person"
    left = min(left, max(sheet.right - width_of(words, SMALL), 0.0))
    sheet.write(left, base - LINE * SMALL - 6, words, va="top", color=INK)
    return drawn


@in_house_style
def bar_chart(
    table: SafeTable,
    *,
    names: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw the first count of a table with one classification: a bar a group, in its order.

    Parameters
    ----------
    table : SafeTable
        One classification.
    names : mapping of str to str, optional
        What people read instead of a label, without a number.
    ax : Axes, optional
        Where to draw; the current one by default.
    title : str
        The finding in a few words.
    """
    if len(require_safe(table, what="bar_chart()").by) != 1:
        raise DisclosureError("bar_chart() takes a table with one classification.")
    words = {label: require_free(name, what="bar_chart()") for label, name in (names or {}).items()}
    label, rows = _rows(table)
    shown = [words.get(one, one) for one in rows[label]]
    colours = [PALETTE["blue"]] * len(rows)
    return _bars(_sheet(ax, table), title, shown, list(rows[table.counts[0]]), colours)


def _stack(sheet: Sheet, x: float, y: int, number: int) -> bool:
    """Draw people with the same load side by side, or where they do not fit, one dot and "×5"."""
    low, high = sheet.ax.get_xlim()
    step = 8 * (high - low) / sheet.plot[2]
    room = sheet.plot[2] / (high - low) - 8
    dots = number if number <= min(_DOTS, int(room // 8)) else 1
    sheet.ax.scatter([x + step * dot for dot in range(dots)], [y] * dots, s=46,
                     color=PALETTE["blue"], edgecolor="white", zorder=3)  # fmt: skip
    if number > dots:
        sheet.ax.text(x + step * (dots - 0.2), y, f"×{number}", va="center", fontsize=SMALL,
                      color=INK)  # fmt: skip
    return number > dots


def _bars(sheet: Sheet, title: str, names: list, values: list, colours: list[str]) -> Axes:
    """Draw horizontal bars with their numbers at the ends; hidden ones as a hatched stub."""
    most = max((int(value) for value in _numbers(values)), default=1) or 1
    right = max((width_of(_said(value), TEXT) for value in values), default=0) + 10
    _lay(sheet, names, title, right=right)
    drawn = sheet.ax
    drawn.set_xlim(0, most)
    for line, (value, colour) in enumerate(zip(values, colours, strict=True)):
        if _shown(value):
            end = int(value)
            drawn.barh(line, end, height=0.62, color=colour)
        else:
            end = 16 * most / sheet.plot[2]
            drawn.barh(line, end, height=0.62, **HATCHED)
        gap = 5 * most / sheet.plot[2]
        drawn.text(end + gap, line, _said(value), va="center_baseline", fontsize=TEXT,
                   color=INK)  # fmt: skip
    return drawn


def _rows(table: SafeTable | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Give the rows to draw, and the name of the first classification."""
    if isinstance(table, SafeTable):
        return table.by[0], table.body
    if not isinstance(table, pd.DataFrame):
        raise DisclosureError(
            f"A chart takes a SafeTable or a DataFrame; got a {type(table).__name__}."
        )
    return str(table.columns[0]), table.reset_index(drop=True)


def _sheet(ax: Axes | None, table: SafeTable | pd.DataFrame) -> Sheet:
    return open_sheet(ax, table if isinstance(table, SafeTable) else None)


def _lay(
    sheet: Sheet, names: Sequence, title: str, *, caption: str = "", key: Sequence[KeyItem] = (),
    right: float = 8.0, above: float = 2.0, below: float = 2.0, row: float = _ROW,
) -> None:  # fmt: skip
    """Lay a picture of rows out and name its rows."""
    left = sheet.name_room(names)
    size = sheet.name_size
    labels = [wrapped(str(name), left - 8, size, lines=3) for name in names]
    each = max([row, *(height_of(label, size) + 3 for label in labels)])
    sheet.lay(height=each * max(len(names), 1), title=title, caption=caption, key=key, left=left,
              right=right, above=above, below=below)  # fmt: skip
    sheet.ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    sheet.ax.set_yticks(range(len(names)), labels, fontsize=size, color=INK)
    sheet.ax.tick_params(axis="y", length=0, pad=4)


def _numbers(values: Sequence) -> list[float]:
    return [float(value) for value in values if _shown(value)]


def _shown(value: object) -> bool:
    return not isinstance(value, str) and not pd.isna(value)


def _said(value: object) -> str:
    return f"{int(value):,}" if _shown(value) else HIDDEN_MARK
