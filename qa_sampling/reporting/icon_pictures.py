"""Icons of variation and assurance as small pictures of our own design.

The meanings are Making Data Count's; the drawings are ours. Outline, sign and colour say the same,
each by itself: a disc is good or as usual, a diamond is a concern, a square is neither; an arrow
up or down says whether the measure is high or low. So they are told apart in grey and by every
eye. Each has a label for readers who do not see it. Drawn on a ground of 40 by 40.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_sampling.errors import ParameterError
from qa_sampling.reporting.plot_style import MUTED, PALETTE

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["ICONS", "Icon", "icon_named", "icon_svg"]

Point = tuple[float, float]
_WHITE = "#FFFFFF"


@dataclass(frozen=True)
class Shape:
    """A part of an icon: a disc, a filled outline, or a line.

    Attributes
    ----------
    points : tuple of (float, float)
        Corners, or the centre of a disc.
    fill : str
        Colour of the inside; blank for none.
    stroke : str
        Colour of the line; blank for none.
    width : float
        Width of the line.
    radius : float
        Of a disc; 0 for what has corners.
    closed : bool
        Whether the last corner joins the first.
    """

    points: tuple[Point, ...]
    fill: str = ""
    stroke: str = ""
    width: float = 0.0
    radius: float = 0.0
    closed: bool = True


@dataclass(frozen=True)
class Icon:
    """An icon.

    Attributes
    ----------
    name : str
        Such as "concern_high", of ``trends.icons.VARIATION`` or ``ASSURANCE``.
    label : str
        What it says, for the table and for readers who do not see it.
    shapes : tuple of Shape
        Its parts, the lowest first.
    """

    name: str
    label: str
    shapes: tuple[Shape, ...]


def _disc(colour: str, fill: str = "") -> Shape:
    return Shape(((20, 20),), fill or _WHITE, colour, 3.0, radius=16.5)


def _diamond(colour: str, fill: str) -> Shape:
    return Shape(((20, 1.5), (38.5, 20), (20, 38.5), (1.5, 20)), fill, colour, 2.0)


def _square(colour: str, fill: str) -> Shape:
    return Shape(((4, 4), (36, 4), (36, 36), (4, 36)), fill, colour, 2.0)


def _line(*points: Point, colour: str, width: float = 3.2) -> Shape:
    return Shape(points, "", colour, width, closed=False)


def _dot(x: float, y: float, colour: str, radius: float = 2.3) -> Shape:
    return Shape(((x, y),), colour, radius=radius)


def _arrow(colour: str, *, up: bool) -> Shape:
    """Give an arrow, upwards or downwards."""
    points = [(20, 8.5), (29, 19), (23, 19), (23, 31), (17, 31), (17, 19), (11, 19)]
    return Shape(tuple((x, y if up else 40 - y) for x, y in points), colour)


_BLUE, _ORANGE, _PLUM, _GREY = (PALETTE[one] for one in ("blue", "orange", "plum", "grey"))
_INK = "#1D1D1D"
_USUAL = (
    _disc(MUTED),
    _line((8, 24), (13, 17), (18, 22), (23, 15), (28, 24), (32, 18), colour=_GREY, width=2.6),
)
_FLAT = (_disc(MUTED), _line((9, 20), (31, 20), colour=_GREY))
_SHORT = (_disc(MUTED), *(_dot(x, 20, _GREY) for x in (12, 20, 28)))
_TICK = ((11.5, 20.5), (17.5, 27), (29, 13.5))
_ASK = (
    (14, 15.5),
    (15.5, 11.5),
    (20, 10),
    (24.5, 11.5),
    (26, 15.5),
    (24.5, 19),
    (20, 22),
    (20, 25),
)
_BAR_UP, _BAR_DOWN = ((11, 9.5), (29, 9.5)), ((11, 30.5), (29, 30.5))


def _cross(colour: str) -> tuple[Shape, Shape]:
    return (
        _line((13.5, 13.5), (26.5, 26.5), colour=colour, width=4.0),
        _line((26.5, 13.5), (13.5, 26.5), colour=colour, width=4.0),
    )


_ALL = (
    Icon("common_cause", "As usual", _USUAL),
    Icon("improvement_high", "Improvement, high", (_disc(_BLUE, _BLUE), _arrow(_WHITE, up=True))),
    Icon("improvement_low", "Improvement, low", (_disc(_BLUE, _BLUE), _arrow(_WHITE, up=False))),
    Icon("concern_high", "Concern, high", (_diamond(_INK, _ORANGE), _arrow(_INK, up=True))),
    Icon("concern_low", "Concern, low", (_diamond(_INK, _ORANGE), _arrow(_INK, up=False))),
    Icon("neutral_high", "Unusual, high", (_square(_PLUM, _PLUM), _arrow(_WHITE, up=True))),
    Icon("neutral_low", "Unusual, low", (_square(_PLUM, _PLUM), _arrow(_WHITE, up=False))),
    Icon("no_change", "No change at all", _FLAT),
    Icon("too_short", "Too short to say", _SHORT),
    Icon(
        "consistent_pass", "Always met",
        (_disc(_BLUE, _BLUE), _line(*_TICK, colour=_WHITE, width=4.2)),
    ),
    Icon("consistent_fail", "Always missed", (_diamond(_INK, _ORANGE), *_cross(_INK))),
    Icon(
        "inconsistent", "Met or missed by chance",
        (_disc(MUTED), _line(*_ASK, colour=_GREY), _dot(20, 30, _GREY)),
    ),
    Icon(
        "cannot_miss", "Cannot be missed",
        (_disc(_BLUE), _line(*_TICK, colour=_BLUE), _line(*_BAR_DOWN, colour=_BLUE, width=2.0)),
    ),
    Icon(
        "cannot_pass", "Cannot be met",
        (_diamond(_INK, _WHITE), *_cross(_INK), _line(*_BAR_UP, colour=_INK, width=2.0)),
    ),
)  # fmt: skip
ICONS: dict[str, Icon] = {one.name: one for one in _ALL}
"""Every icon by its name; no target has none."""


def icon_named(name: str) -> Icon:
    """Give the icon of a name.

    Parameters
    ----------
    name : str
        Name of ``ICONS``.

    Raises
    ------
    ParameterError
        When there is none of that name: nothing but our own drawings gets onto a page.
    """
    if name not in ICONS:
        raise ParameterError(
            f"There is no icon of that name; it must be one of {', '.join(ICONS)}."
        )
    return ICONS[name]


def icon_svg(name: str) -> Markup:
    """Give an icon as an `<svg>` element whose label a screen reader reads.

    Parameters
    ----------
    name : str
        Name of ``ICONS``.

    Raises
    ------
    ParameterError
        When there is none of that name.
    """
    from markupsafe import Markup, escape

    icon = icon_named(name)
    parts = "".join(_element(one) for one in icon.shapes)
    return Markup(  # noqa: S704 - shapes of ICONS alone, and an escaped label
        '<svg class="icon" role="img" width="24" height="24" viewBox="0 0 40 40" '
        f'aria-label="{escape(icon.label)}">{parts}</svg>'
    )


def _element(one: Shape) -> str:
    """Write a part as an SVG element."""
    look = f' fill="{one.fill or "none"}"'
    if one.stroke:
        look += f' stroke="{one.stroke}" stroke-width="{one.width:g}"'
        look += ' stroke-linecap="round" stroke-linejoin="round"'
    if one.radius:
        x, y = one.points[0]
        return f'<circle cx="{x:g}" cy="{y:g}" r="{one.radius:g}"{look}/>'
    points = " ".join(f"{x:g},{y:g}" for x, y in one.points)
    return f'<poly{"gon" if one.closed else "line"} points="{points}"{look}/>'
