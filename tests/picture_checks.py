"""What every picture is held to: words inside, apart, readable; and its text as SVG."""

from __future__ import annotations

import io
from itertools import combinations

import matplotlib
import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb

SHORT = 1.5
CONTRAST = 4.5


def words_of(ax) -> list:
    """Give every text of a picture that is seen: title, labels, ticks."""
    ax.figure.canvas.draw()
    found = [ax.title, ax._left_title, ax._right_title, *ax.texts, ax.xaxis.label, ax.yaxis.label]
    for axis in (ax.xaxis, ax.yaxis):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                continue
            found += [label for label in (tick.label1, tick.label2) if label.get_visible()]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def written(ax) -> str:
    """Give every word of a picture as one text."""
    return "\n".join(text.get_text() for text in words_of(ax))


def boxes_of(ax) -> list[tuple[object, object]]:
    """Give every text with its box, in pixels."""
    texts, renderer = words_of(ax), ax.figure.canvas.get_renderer()
    return [(text, text.get_window_extent(renderer)) for text in texts]


def assert_inside(ax, boxes=None) -> None:
    """Hold every text to the figure's edges, to half a pixel."""
    width, height = ax.figure.canvas.get_width_height()
    for text, box in boxes or boxes_of(ax):
        said = text.get_text()
        assert box.x0 >= -0.5, f"clipped at the left: {said!r}"
        assert box.y0 >= -0.5, f"clipped at the foot: {said!r}"
        assert box.x1 <= width + 0.5, f"clipped at the right by {box.x1 - width:.1f}: {said!r}"
        assert box.y1 <= height + 0.5, f"clipped at the top: {said!r}"


def assert_apart(ax, boxes=None) -> None:
    """Hold every two texts apart; an edge of a pixel or so is the font's own margin."""
    for (text, box), (other, beside) in combinations(boxes or boxes_of(ax), 2):
        across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
        up = min(box.y1, beside.y1) - max(box.y0, beside.y0)
        pair = f"{text.get_text()!r} lies on {other.get_text()!r}: {across:.1f} {up:.1f}"
        assert across <= SHORT or up <= SHORT, pair


def luminance(colour) -> float:
    """Give WCAG's relative luminance of a colour."""
    parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4
             for one in to_rgb(colour)]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other) -> float:
    """Give WCAG's contrast ratio of two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def assert_readable(ax, boxes=None) -> None:
    """Hold every text to a contrast of 4.5 against what lies beneath it."""
    boxes = boxes or boxes_of(ax)
    effects = [text.get_path_effects() for text, _ in boxes]
    for text, _ in boxes:
        text.set_alpha(0)
        text.set_path_effects([])
    ax.figure.canvas.draw()
    beneath = np.asarray(ax.figure.canvas.buffer_rgba())[::-1, :, :3] / 255
    for (text, box), effect in zip(boxes, effects, strict=True):
        text.set_alpha(None)
        text.set_path_effects(effect)
        rows, columns = (slice(max(int(low), 0), int(high) + 1)
                         for low, high in ((box.y0, box.y1), (box.x0, box.x1)))  # fmt: skip
        part = beneath[rows, columns]
        ground = np.median(part.reshape(-1, 3), axis=0) if part.size else np.ones(3)
        ratio = contrast(text.get_color(), ground)
        assert ratio >= CONTRAST, f"{text.get_text()!r} has a contrast of {ratio:.2f}"


def assert_picture(ax) -> None:
    """Hold a picture to everything at once."""
    boxes = boxes_of(ax)
    assert_inside(ax, boxes)
    assert_apart(ax, boxes)
    assert_readable(ax, boxes)


def svg_of(ax) -> bytes:
    """Give a picture as SVG without a date and with fixed names."""
    stored = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "qa-sampling"}):
        ax.figure.savefig(stored, format="svg", metadata={"Date": None})
    return stored.getvalue()


def dots(ax) -> dict[str, list[tuple[float, float]]]:
    """Give the places of scattered points, by the colour of their filling."""
    found = {}
    for one in ax.collections:
        if isinstance(one, PathCollection) and len(one.get_offsets()):
            colour = matplotlib.colors.to_hex(one.get_facecolor()[0]).upper()
            found.setdefault(colour, []).extend(map(tuple, np.asarray(one.get_offsets())))
    return found


def strokes(ax, name: str) -> list[np.ndarray]:
    """Give the pieces of many series' lines or bands, which are drawn as one path."""
    (patch,) = [one for one in ax.patches if one.get_label() == f"_{name}"]
    path = patch.get_path()
    starts = np.flatnonzero(path.codes == path.MOVETO)
    return np.split(path.vertices, starts[1:])
