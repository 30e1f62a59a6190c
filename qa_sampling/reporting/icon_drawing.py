"""Icons of variation and assurance where SVG cannot stand: as PNG in workbooks, on slides."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

from qa_sampling.reporting.icon_pictures import Shape, icon_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch
    from matplotlib.transforms import Transform

__all__ = ["PIXELS", "draw_icon", "icon_png"]

PIXELS = 96
"""Side of :func:`icon_png`: sharp at the size of a line of text, printed too."""
_GROUND = 40.0
"""Side of the ground that icons are drawn on."""


@cache
def icon_png(name: str) -> bytes:
    """Give an icon as a PNG of :data:`PIXELS` by as many, its ground transparent.

    Parameters
    ----------
    name : str
        Name of ``icon_pictures.ICONS``.

    Raises
    ------
    ParameterError
        When there is none of that name.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1), dpi=PIXELS)
    ax = figure.add_axes((0, 0, 1, 1), frame_on=False, xticks=[], yticks=[])
    ax.set_xlim(0, 72)
    ax.set_ylim(0, 72)
    draw_icon(ax, name, (0, 0), 72, ax.transData)
    stored = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(stored, format="png", transparent=True, metadata={"Software": None})
    return stored.getvalue()


def draw_icon(
    ax: Axes, name: str, corner: tuple[float, float], side: float, points: Transform
) -> None:
    """Draw an icon on axes.

    Parameters
    ----------
    ax : Axes
        Where.
    name : str
        Name of ``icon_pictures.ICONS``.
    corner : (float, float)
        Its lower left corner, in points.
    side : float
        Its side, in points.
    points : Transform
        From points to the figure, such as ``plot_sheet.in_points``.

    Raises
    ------
    ParameterError
        When there is none of that name.
    """
    for shape in icon_named(name).shapes:
        patch = _patch(shape, corner, side / _GROUND)
        patch.set_transform(points)
        patch.set_clip_on(False)
        patch.set_zorder(3)
        ax.add_artist(patch)


def _patch(shape: Shape, corner: tuple[float, float], scale: float) -> Patch:
    """Give a part of an icon; its ground runs downwards, a figure upwards."""
    from matplotlib.patches import Circle, PathPatch
    from matplotlib.path import Path

    left, foot = corner
    places = [(left + scale * x, foot + scale * (_GROUND - y)) for x, y in shape.points]
    look = {
        "facecolor": shape.fill or "none",
        "edgecolor": shape.stroke or "none",
        "linewidth": scale * shape.width,
    }
    if shape.radius:
        return Circle(places[0], scale * shape.radius, **look)
    path = Path([*places, places[0]], closed=True) if shape.closed else Path(places)
    return PathPatch(path, capstyle="round", joinstyle="round", **look)
