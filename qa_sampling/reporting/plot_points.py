"""Parts that the funnels share: sizes across, names beside points, hidden ones at the foot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qa_sampling.reporting.plot_axes import known, measure_axis, number_axis, steps_of, white_edge
from qa_sampling.reporting.plot_captions import caption_of, subtitle_of
from qa_sampling.reporting.plot_labels import LINE, Box, beside_points, shortened, width_of
from qa_sampling.reporting.plot_sheet import HIDDEN_KEY, KeyItem, Sheet, in_points
from qa_sampling.reporting.plot_style import HATCHED, INK, QUIET, SMALL
from qa_sampling.results import Funnel, Severities

_HEIGHT = 270.0
_BELOW = 2 * LINE * SMALL + 10
_LONGEST_LABEL = 150.0
_NAMED = 16
_LISTED = 12


def signalled(rows: pd.DataFrame, column: str, looks: dict) -> list[str]:
    """Name the points that stand out, for the caption: every one, though a chart may be full.

    Parameters
    ----------
    rows : DataFrame
        With `signal`.
    column : str
        Column that holds the names.
    looks : dict
        Marker, colour and words of each signal.
    """
    said_so = []
    for signal, (_, _, words) in looks.items():
        names = [str(one) for one in rows.loc[rows["signal"].fillna("") == signal, column]]
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            said_so.append(f"{words}: {', '.join(names[:_LISTED])}{more}.")
    return said_so


def lay_points(
    sheet: Sheet,
    result: Funnel | Severities,
    title: str,
    ticks: Sequence[float],
    right: float,
    key: Sequence[KeyItem],
    *,
    more: Sequence[str] = (),
) -> None:
    """Lay a funnel out: title, key, caption and room for its axes.

    Parameters
    ----------
    sheet : Sheet
        The sheet.
    result : Funnel or Severities
        What is drawn.
    title : str
        The finding in a few words.
    ticks : sequence of float
        Ticks of the vertical axis.
    right : float
        Room for labels at the right edge, in points.
    key : sequence of KeyItem
        Marks that need words.
    more : sequence of str
        Sentences of the caption.
    """
    rows, signed = result.table, isinstance(result, Severities)
    unplaced = int((rows["hidden"].astype(bool) & rows["n"].isna()).sum())
    if unplaced:
        more = (*more, f"Hidden with their size, and not drawn: {unplaced}.")
    hidden = bool(rows["hidden"].any())
    sheet.lay(
        height=_HEIGHT,
        title=title,
        subtitle=subtitle_of(result),
        caption=caption_of(result, more=more, hidden=hidden),
        key=[*key, *([HIDDEN_KEY] if hidden else [])],
        left=measure_axis(ticks, result.unit, signed=signed),
        right=right,
        above=4,
        below=_BELOW,
    )


def size_axis(sheet: Sheet, furthest: float, counted: str) -> None:
    """Draw the horizontal axis: the size of each unit, from 0.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out.
    furthest : float
        The largest size.
    counted : str
        What the sizes count.
    """
    ax = sheet.ax
    ax.set_xlim(0, 1.06 * furthest)
    most = max(int(sheet.plot[2] / 60), 2)
    number_axis(ax, steps_of(0, 1.06 * furthest, most=most), "count", across=True, grid=False)
    ax.spines["bottom"].set_visible(True)
    left, base, _, _ = sheet.plot
    words = shortened(f"Number of {counted}", sheet.right - left, SMALL)
    sheet.write(left, base - LINE * SMALL - 6, words, va="top", color=INK)


def hidden_units(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Draw a hatched square at the foot for each hidden unit whose size is shown."""
    from matplotlib.patches import Rectangle

    ax = sheet.ax
    side, low = 11.0, ax.get_xlim()[0]
    wide = side * (ax.get_xlim()[1] - low) / sheet.plot[2]
    for n in known(rows.loc[rows["hidden"].astype(bool), "n"]):
        square = Rectangle((n - wide / 2, 0), wide, side / sheet.plot[3],
                           transform=ax.get_xaxis_transform(), zorder=3, **HATCHED)  # fmt: skip
        ax.add_patch(square)


def name_points(
    sheet: Sheet,
    rows: pd.DataFrame,
    column: str,
    heights: pd.Series,
    across: Sequence = (),
    *,
    only_signals: bool = False,
    own: str = "",
) -> None:
    """Name the points that matter, all where they are few, beside them where there is room.

    Parameters
    ----------
    sheet : Sheet
        The sheet, laid out, with its axes set.
    rows : DataFrame
        One row a point, with `n`, `signal` and, where there are intervals, `low` and `high`.
    column : str
        Column that holds the names.
    heights : Series
        Height of each point.
    across : sequence of float
        Place of each point across; its `n` when left out.
    only_signals : bool
        Whether only points that stand out are named.
    own : str
        Name of the reader's own, which is named first and bold; blank for none.
    """
    stands_out = rows["signal"].fillna("") != ""
    order = [*rows.index[stands_out], *rows.index[~stands_out]]
    if only_signals or sheet.narrow or len(rows) > _NAMED:
        order = list(rows.index[stands_out])
    ours = list(rows.index[(rows[column] == own) & bool(own)])
    order = ours + [one for one in order if one not in ours]
    places = dict(zip(rows.index, across if len(across) else rows["n"], strict=True))
    spots = {one: sheet.to_page(places[one], heights[one]) for one in rows.index}
    taken: list[Box] = [(x - 5, y - 5, x + 5, y + 5) for x, y in spots.values()]
    taken += [(x - 9, y - 9, x + 9, y + 9) for x, y in (spots[one] for one in ours)]
    taken += _whiskers(sheet, rows, places)
    most = min(_LONGEST_LABEL, 0.75 * sheet.plot[2])
    names = [shortened(str(rows.loc[one, column]), most, SMALL) for one in order]
    left, base, width, height = sheet.plot
    room = (left, base, left + width, base + height)
    found = beside_points([spots[one] for one in order], names, size=SMALL, room=room, taken=taken)
    for one, name, place in zip(order, names, found, strict=True):
        if place:
            sheet.write(*place, name, ha="center", va="center", color=INK, zorder=5,
                        fontweight="bold" if one in ours else "normal",
                        path_effects=white_edge())  # fmt: skip
            _point_at(sheet, spots[one], place, width_of(name, SMALL))


def _whiskers(sheet: Sheet, rows: pd.DataFrame, places: dict) -> list[Box]:
    """Give the room that intervals take, so that no name stands on one."""
    if "low" not in rows:
        return []
    made = []
    for one in rows.index:
        x, low = sheet.to_page(places[one], rows.loc[one, "low"])
        high = sheet.to_page(places[one], rows.loc[one, "high"])[1]
        made.append((x - 2, low, x + 2, high))
    return made


def _point_at(
    sheet: Sheet, spot: tuple[float, float], place: tuple[float, float], width: float
) -> None:
    """Draw a thin line from a point to its name where the name stands off."""
    from matplotlib.lines import Line2D

    (x, y), (across, up) = spot, place
    end_x = min(max(x, across - width / 2), across + width / 2)
    end_y = min(max(y, up - SMALL / 2), up + SMALL / 2)
    if np.hypot(end_x - x, end_y - y) < 14:
        return
    at = in_points(sheet.ax)
    line = Line2D([x, end_x], [y, end_y], color=QUIET, linewidth=0.9, transform=at, zorder=2)
    sheet.ax.add_artist(line)
