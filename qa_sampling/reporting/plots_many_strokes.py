"""The strokes of many series, collected first and then drawn a kind at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from qa_sampling.reporting.plot_style import BAND, HATCHED, PALETTE, SIGNALS, THIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Strokes", "collect", "draw_strokes"]


@dataclass
class Strokes:
    """What is collected over all series before it is drawn: places in points, y downwards."""

    lines: list[np.ndarray] = field(default_factory=list)
    soft: list[np.ndarray] = field(default_factory=list)
    hollow: list[tuple[float, float]] = field(default_factory=list)
    bands: list[np.ndarray] = field(default_factory=list)
    centres: list[np.ndarray] = field(default_factory=list)
    hidden: list[np.ndarray] = field(default_factory=list)
    last: list[tuple[float, float]] = field(default_factory=list)
    feet: list[np.ndarray] = field(default_factory=list)
    ends: list[float | None] = field(default_factory=list)
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


def collect(
    strokes: Strokes, rows: Mapping[str, np.ndarray], line: Mapping[str, Any],
    box: tuple[float, float, float, float], times: tuple[float, float],
    *, low: float | None = None, high: float | None = None,
) -> None:  # fmt: skip
    """Put the strokes of one series into its box.

    Parameters
    ----------
    strokes : Strokes
        Where they are collected; added to.
    rows : Mapping of str to ndarray
        The periods of the series: `day` (days), `value`, `mature`, `hidden`, `signal`.
    line : Mapping
        Its `low`, `centre` and `high`.
    box : tuple of float
        Left, top, width and height, in points.
    times : tuple of float
        First and last day that the width stands for.
    low, high : float, optional
        Ends of a scale that is shared; its own when left out.
    """
    x, y, width, height = box
    values = rows["value"]
    bounds = [float(line["low"]), float(line["high"]), *values]
    bounds = [one for one in bounds if np.isfinite(one)] or [0.0]
    bottom = min(bounds) if low is None else min(low, *bounds)
    reach = (max(bounds) if high is None else high) - bottom or 1.0
    across = x + 3 + (width - 6) * (rows["day"] - times[0]) / max(times[1] - times[0], 1)

    def level(value: float | np.ndarray) -> float | np.ndarray:
        return y + height * (1 - (value - bottom) / reach)

    if np.isfinite(line["low"]) and np.isfinite(line["high"]):
        a, b = level(float(line["low"])), level(float(line["high"]))
        strokes.bands.append(np.array([(x, a), (x + width, a), (x + width, b), (x, b)]))
    if np.isfinite(line["centre"]):
        middle = level(float(line["centre"]))
        strokes.centres.append(np.array([(x, middle), (x + width, middle)]))
    _collect_values(strokes, np.column_stack([across, level(values)]), rows)
    for at in across[rows["hidden"]]:
        foot = y + height
        strokes.hidden.append(
            np.array([(at - 3, foot), (at + 3, foot), (at + 3, foot - 8), (at - 3, foot - 8)])
        )


def _collect_values(strokes: Strokes, places: np.ndarray, rows: Mapping[str, np.ndarray]) -> None:
    """Put the line of one series and its points: those that can still change apart."""
    mature, told = rows["mature"], np.isfinite(places[:, 1])
    strokes.lines += _unbroken(np.where(mature[:, None], places, np.nan))
    loose = told & ~mature
    if loose.any():
        beside = loose.copy()
        beside[1:] |= told[1:] & loose[:-1]
        beside[:-1] |= told[:-1] & loose[1:]
        strokes.soft += _unbroken(np.where(beside[:, None], places, np.nan))
        strokes.hollow += [tuple(one) for one in places[loose]]
    seen = np.flatnonzero(told & mature)
    signals = rows["signal"]
    for place in seen[signals[seen] != ""]:
        strokes.points.setdefault(signals[place], []).append(tuple(places[place]))
    strokes.ends.append(float(places[seen[-1], 1]) if len(seen) else None)
    if len(seen) and not signals[seen[-1]]:
        strokes.last.append(tuple(places[seen[-1]]))


def _unbroken(places: np.ndarray) -> list[np.ndarray]:
    """Split a line where values are missing; gaps are never bridged."""
    missing = np.flatnonzero(~np.isfinite(places[:, 1]))
    if not len(missing) and len(places) > 1:
        return [places]
    pieces = np.split(places, missing)
    pieces = [piece[np.isfinite(piece[:, 1])] for piece in pieces]
    return [piece if len(piece) > 1 else piece[[0, 0]] + [(-2, 0), (2, 0)]
            for piece in pieces if len(piece)]  # fmt: skip


def draw_strokes(ax: Axes, strokes: Strokes) -> None:
    """Draw all strokes of all series, one collection a kind.

    Parameters
    ----------
    ax : Axes
        Where to draw: in points, y downwards.
    strokes : Strokes
        What was collected.
    """
    from matplotlib.collections import PolyCollection

    thin = {"edgecolor": QUIET_LINE, "linewidth": 0.8, "zorder": 1}
    _as_one(ax, strokes.bands, facecolor=BAND, zorder=0.5, label="_bands")
    _as_one(ax, strokes.feet, label="_feet", **thin)
    _as_one(ax, strokes.centres, label="_centres", **thin)
    _as_one(ax, strokes.lines, edgecolor=PALETTE["grey"], linewidth=1.3, zorder=2, label="_lines")
    _as_one(ax, strokes.soft, edgecolor=THIN, linewidth=1.1, zorder=1.9, label="_soft",
            linestyle=(0, (2.2, 1.6)))  # fmt: skip
    if strokes.hidden:
        hidden = PolyCollection(strokes.hidden, zorder=2.5, **HATCHED)
        ax.add_collection(hidden, autolim=False)
    _dots(ax, strokes.hollow, "o", PALETTE["grey"], 9, filled=False)
    _dots(ax, strokes.last, "o", PALETTE["grey"], 18)
    for signal, (marker, colour, _) in SIGNALS.items():
        _dots(ax, strokes.points.get(signal, []), marker, colour,
              46 if marker == "^" else 34, edge=0.6)  # fmt: skip


QUIET_LINE = "#A8A8A8"


def _as_one(ax: Axes, pieces: list[np.ndarray], **look: Any) -> None:  # noqa: ANN401
    """Draw lines, or filled outlines, of one look as one path: an element, not one a series."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not pieces:
        return
    places = np.concatenate(pieces)
    codes = np.full(len(places), Path.LINETO)
    codes[np.cumsum([0, *map(len, pieces[:-1])])] = Path.MOVETO
    path = Path(places, codes)
    path.should_simplify = False
    face = look.pop("facecolor", "none")
    patch = PathPatch(path, facecolor=face, joinstyle="round", **look)
    patch.set_linewidth(look.get("linewidth", 0.0))
    ax.add_artist(patch)


def _dots(
    ax: Axes, places: list, marker: str, colour: str, size: float, *, filled: bool = True,
    edge: float = 0.0,
) -> None:  # fmt: skip
    if places:
        across, down = zip(*places, strict=True)
        looks = {"color": colour, "edgecolor": "white", "linewidth": edge} if filled else {
            "facecolor": "white", "edgecolor": colour, "linewidth": 0.8}  # fmt: skip
        ax.scatter(across, down, s=size, marker=marker, zorder=3, **looks)
