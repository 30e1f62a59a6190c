"""Words in pictures, measured before they are drawn: wrapped, shortened, kept apart.

All lengths are points (1/72 inch). Widths come from the font's own metrics, so a picture is
laid out the same whatever it is saved as.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

FONT = "DejaVu Sans"
"""Comes with matplotlib, so it is there on every machine."""
_HINTED = 1.045
"""On a screen letters are moved to whole pixels, which widens small text by up to this much."""
LINE = 1.28
"""Height of a line of text, in font sizes."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@lru_cache(maxsize=8192)
def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of the widest line of a text, in points.

    Parameters
    ----------
    text : str
        The text; it may hold line breaks.
    size : float
        Font size, in points.
    bold : bool
        Whether it is bold.
    """
    lines = [line for line in text.split("\n") if line]
    return _HINTED * max((_line_width(one, size, bold) for one in lines), default=0.0)


@lru_cache(maxsize=2048)
def _line_width(text: str, size: float, bold: bool) -> float:
    """Measure a line; a chart asks for its numbers and names many times over."""
    from matplotlib.textpath import text_to_path

    measured = text_to_path.get_text_width_height_descent(text, font_of(size, bold), ismath=False)
    return float(measured[0])


@cache
def font_of(size: float, bold: bool) -> FontProperties:
    """Give the font of a size, made once."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")


def height_of(text: str, size: float) -> float:
    """Give the height of a text with all its lines, in points; 0 when it is blank."""
    return LINE * size * (text.count("\n") + 1) if text else 0.0


def wrapped(text: str, width: float, size: float, *, bold: bool = False, lines: int = 99) -> str:
    """Break a text into lines no wider than `width`; words too long for a line are shortened.

    Parameters
    ----------
    text : str
        The text.
    width : float
        Room, in points.
    size : float
        Font size, in points.
    bold : bool
        Whether it is bold.
    lines : int
        At most this many, of about one length; what does not fit ends with "…".
    """
    made = _broken(text, width, size, bold=bold, lines=lines)
    if lines == 99 or len(made) < 2 or made[-1].endswith("…"):
        return "\n".join(made)
    return "\n".join(_even(made, width, size, bold=bold))


def _even(made: list[str], width: float, size: float, *, bold: bool) -> list[str]:
    """Break lines anew, as many, at the least width that holds them: no word stands alone."""
    text, low, high = " ".join(made), 0.4 * width, width
    while high - low > 2:
        middle = (low + high) / 2
        tried = _broken(text, middle, size, bold=bold, lines=99)
        fits = len(tried) == len(made) and " ".join(tried) == text
        low, high, made = (low, middle, tried) if fits else (middle, high, made)
    return made


def _broken(text: str, width: float, size: float, *, bold: bool, lines: int) -> list[str]:
    """Put as many words on each line as fit."""
    made: list[str] = []
    words = text.split()
    while words:
        if len(made) == lines - 1:
            made.append(shortened(" ".join(words), width, size, bold=bold))
            break
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size, bold=bold) <= width:
            line = f"{line} {words.pop(0)}"
        made.append(shortened(line, width, size, bold=bold))
    return made


def paragraph(text: str, width: float, size: float) -> str:
    """Break a text into lines no wider than `width`, the last of them more than a word or two.

    Parameters
    ----------
    text : str
        The text.
    width : float
        Room, in points.
    size : float
        Font size, in points.
    """
    made = _broken(text, width, size, bold=False, lines=99)
    if len(made) > 1 and width_of(made[-1], size) < 0.15 * width:
        made = _even(made, width, size, bold=False)
    return "\n".join(made)


def by_sentence(text: str, width: float, size: float) -> str:
    """Break a text after a sentence rather than within one, where it takes no more lines.

    Parameters
    ----------
    text : str
        The text.
    width : float
        Room, in points.
    size : float
        Font size, in points.
    """
    made = wrapped(text, width, size)
    apart_by = "\n".join(wrapped(one, width, size) for one in text.replace(". ", ".\n").split("\n"))
    return apart_by if apart_by.count("\n") == made.count("\n") else made


def shortened(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Give the text, or as much of its beginning as fits, ending with "…".

    Parameters
    ----------
    text : str
        One line.
    width : float
        Room, in points.
    size : float
        Font size, in points.
    bold : bool
        Whether it is bold.
    """
    if width_of(text, size, bold=bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = width_of(text[:middle].rstrip() + "…", size, bold=bold) <= width
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…"


def apart(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float | None]:
    """Move labels beside a line no further than needed, so that none touches another.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each label would stand best.
    heights : sequence of float
        Height of each label.
    low, high : float
        Ends of the room.

    Returns
    -------
    list of float or None
        Where each middle goes, in the order given; None for labels that found no room, the
        last ones given first.
    """
    kept = list(range(len(wanted)))
    while kept and sum(heights[one] for one in kept) > high - low:
        kept.pop()
    order = sorted(kept, key=lambda one: (wanted[one], one))
    groups: list[tuple[list[int], float]] = []
    for one in order:
        members, start = [one], wanted[one] - heights[one] / 2
        start = _inside(start, heights[one], low, high)
        while groups and groups[-1][1] + _total(groups[-1][0], heights) > start:
            members = groups.pop()[0] + members
            start = _inside(_best_start(members, wanted, heights), _total(members, heights),
                            low, high)  # fmt: skip
        groups.append((members, start))
    placed: list[float | None] = [None] * len(wanted)
    for members, start in groups:
        for one in members:
            placed[one] = start + heights[one] / 2
            start += heights[one]
    return placed


def _total(members: Sequence[int], heights: Sequence[float]) -> float:
    return sum(heights[one] for one in members)


def _inside(start: float, length: float, low: float, high: float) -> float:
    return max(low, min(start, high - length))


def _best_start(members: Sequence[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    """Give the start of a stack of labels that moves them least, in squares."""
    above, moved = 0.0, []
    for one in members:
        moved.append(wanted[one] - heights[one] / 2 - above)
        above += heights[one]
    return sum(moved) / len(moved)


_DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_RINGS = (8.0, 16.0, 28.0, 42.0)


def beside_points(
    points: Sequence[tuple[float, float]],
    texts: Sequence[str],
    *,
    size: float,
    room: Box,
    taken: Sequence[Box],
) -> list[tuple[float, float] | None]:
    """Find a free place beside each point for its label: right, left, above, below, further.

    Parameters
    ----------
    points : sequence of (float, float)
        The points, in points of the page.
    texts : sequence of str
        One line each, the most important first.
    size : float
        Font size.
    room : Box
        What labels must stay within.
    taken : sequence of Box
        What they must not touch.

    Returns
    -------
    list of (float, float) or None
        Middle of each label; None where no place is free.
    """
    busy, found = list(taken), []
    for (x, y), text in zip(points, texts, strict=True):
        width, height = width_of(text, size), LINE * size
        place = None
        for ring in _RINGS:
            for across, up in _DIRECTIONS:
                middle = (x + across * (width / 2 + ring), y + up * (height / 2 + ring))
                box = _box(middle, width + 3, height)
                if _within(box, room) and not any(_touch(box, other) for other in busy):
                    place = middle
                    break
            if place:
                busy.append(_box(place, width + 3, height))
                break
        found.append(place)
    return found


def _box(middle: tuple[float, float], width: float, height: float) -> Box:
    x, y = middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _within(box: Box, room: Box) -> bool:
    return room[0] <= box[0] and box[2] <= room[2] and room[1] <= box[1] and box[3] <= room[3]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
