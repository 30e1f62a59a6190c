"""The house style of pictures: colours and sizes.

Quiet on purpose: no frame, a faint grid, one colour for what matters. Colours are the Government
Analysis Function's palette; shapes and words always say the same, so that a picture holds in
grey. Nothing global is changed: a picture is drawn under ``house_style()`` and laid out by
measured words, so it looks the same in a notebook, a page and a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

from qa_sampling.reporting.plot_labels import FONT

if TYPE_CHECKING:
    pass

PALETTE = {
    "blue": "#12436D",
    "turquoise": "#28A197",
    "plum": "#801650",
    "orange": "#F46A25",
    "grey": "#3D3D3D",
    "lilac": "#A285D1",
}
"""Government Analysis Function, categorical palette."""
SEQUENTIAL = ("#ADD1F1", "#6BACE6", "#2073BC", "#12436D", "#092135")
"""Government Analysis Function, sequential palette, light to dark."""
QUIET = "#BFBFBF"
FAINT = "#E6E6E6"
BAND = "#E9EFF5"
INK = "#1D1D1D"
MUTED = "#5F5F5F"
THIN = "#808080"
"""Limits and joins: the lightest grey that is told from white."""
TITLE, TEXT, SMALL = 14.5, 12.0, 11.0
WIDTH_INCHES = 7.2
PHONE_INCHES = 3.75
"""360 pixels: what ``at_width`` takes to draw for a phone."""
WIDTH: ContextVar[float] = ContextVar("width of pictures", default=WIDTH_INCHES)
"""Width in inches of the pictures being drawn; see :func:`at_width`."""
SIGNALS = {
    "concern": ("^", PALETTE["orange"], "Concern"),
    "improvement": ("D", PALETTE["blue"], "Improvement"),
    "neutral": ("s", PALETTE["plum"], "Unusual"),
}
"""Marker, colour and word of each signal."""
HOUSE: dict[str, Any] = {
    "font.family": FONT,
    "font.size": TEXT,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "axes.facecolor": "white",
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
    "grid.color": FAINT,
    "hatch.color": MUTED,
    "hatch.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "patch.linewidth": 0.0,
    "lines.solid_capstyle": "round",
}
"""The style as matplotlib settings; also for ``seaborn.axes_style(rc=HOUSE)``."""
HATCHED = {"facecolor": "#F4F4F4", "edgecolor": MUTED, "hatch": "/////", "linewidth": 0.6}
"""How what is hidden is drawn: always the same, whatever was hidden."""


def house_style() -> AbstractContextManager[None]:
    """Give a context in which seaborn and matplotlib draw in the house style.

    Examples
    --------
    ``with house_style(): seaborn.lineplot(frame, x="month", y="rate")``
    """
    from matplotlib import rc_context

    return rc_context(_settings())


@cache
def _settings() -> dict[str, Any]:
    """Give matplotlib's own settings with the house's on top, so that no other style shows."""
    from matplotlib import rcParamsDefault
    from matplotlib.rcsetup import cycler

    looks = ("axes", "font", "grid", "hatch", "legend", "lines", "markers", "patch", "path",
             "scatter", "text", "xtick", "ytick")  # fmt: skip
    plain = {
        name: value for name, value in rcParamsDefault.items() if name.partition(".")[0] in looks
    }
    return {**plain, **HOUSE, "axes.prop_cycle": cycler(color=list(PALETTE.values()))}


@contextmanager
def at_width(inches: float) -> Iterator[None]:
    """Give a context in which pictures that size their own figure take another width.

    Parameters
    ----------
    inches : float
        Width, such as ``PHONE_INCHES``; words wrap and the height follows.
    """
    before = WIDTH.set(inches)
    try:
        yield
    finally:
        WIDTH.reset(before)
