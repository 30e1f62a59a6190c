"""The sheet a picture is drawn on: measured first, then laid out, in points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qa_sampling.reporting.plot_labels import (
    LINE,
    by_sentence,
    height_of,
    paragraph,
    width_of,
    wrapped,
)
from qa_sampling.reporting.plot_seal import begin
from qa_sampling.reporting.plot_style import (
    HATCHED,
    INK,
    MUTED,
    PALETTE,
    QUIET,
    SMALL,
    TEXT,
    TITLE,
    WIDTH,
)
from qa_sampling.reporting.safe_table import SafeTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SLOT = "_qa_sampling_slot"
_MARGIN = 9.0
_GAP = 6.0


@dataclass(frozen=True)
class KeyItem:
    """One entry of a key: a marker and what it means.

    Attributes
    ----------
    words : str
        What it means.
    marker : str
        Marker, or "hatch" for the hatched patch of what is hidden.
    colour : str
        Colour of the marker.
    filled : bool
        Whether it is filled.
    pattern : tuple or str
        How its line is drawn, where it stands for one; blank for a marker alone.
    """

    words: str
    marker: str = "o"
    colour: str = PALETTE["grey"]
    filled: bool = True
    pattern: Any = ""

    @property
    def room(self) -> float:
        """Room that its mark takes, in points."""
        return _KEY_LINE if self.pattern else _KEY_MARK


_KEY_MARK, _KEY_LINE, _KEY_GAP = 14.0, 37.0, 16.0
HIDDEN_KEY = KeyItem("Hidden", "hatch")
IMMATURE_KEY = KeyItem("Can still change", "o", PALETTE["grey"], filled=False)


@dataclass
class Sheet:
    """Where a picture goes: measured first, then laid out, in points.

    Attributes
    ----------
    ax : Axes
        The axes to draw on.
    own : bool
        Whether the figure is the picture's to size.
    width : float
        Room from left to right.
    plot : tuple of float
        Left, bottom, width and height of the plot area, once laid out.
    right : float
        Right edge of the whole picture, once laid out.
    """

    ax: Axes
    own: bool
    width: float
    plot: tuple[float, float, float, float] = field(default=(0.0, 0.0, 1.0, 1.0))
    right: float = 0.0
    _measured: tuple[float, ...] = field(default=(), repr=False)
    _points: Any = field(default=None, repr=False)

    @property
    def narrow(self) -> bool:
        """Whether it is as narrow as on a phone."""
        return self.width < 330

    @property
    def name_size(self) -> float:
        """Font size for the names of rows."""
        return SMALL if self.narrow else TEXT

    def name_room(self, names: Iterable[str]) -> float:
        """Give the room for the names of rows at the left, in points."""
        widest = max((width_of(str(name), self.name_size) for name in names), default=0.0)
        return min(widest + 8, 0.37 * self.width)

    def lay(
        self,
        *,
        height: float,
        title: str = "",
        subtitle: str = "",
        caption: str = "",
        key: Sequence[KeyItem] = (),
        left: float = 0.0,
        right: float = 0.0,
        above: float = 0.0,
        below: float = 0.0,
    ) -> Axes:
        """Write title, subtitle, key and caption, and place the plot area between them.

        Parameters
        ----------
        height : float
            Wanted height of the plot area; what is left of a given ax where there is less.
        title, subtitle, caption : str
            The finding; measure, place and period; n, baseline and warnings.
        key : sequence of KeyItem
            Marks that need words.
        left, right, above, below : float
            Room for labels around the plot area.

        Returns
        -------
        Axes
            The axes, empty and without ticks.
        """
        lines = {
            "title": (wrapped(title, self.width, TITLE, bold=True, lines=9), TITLE),
            "subtitle": (by_sentence(subtitle, self.width, TEXT), TEXT),
            "caption": (paragraph(caption, self.width, SMALL), SMALL),
        }
        tall = {name: height_of(text, size) for name, (text, size) in lines.items()}
        rows = _key_rows(key, self.width)
        head = sum(tall[name] + 2 for name in ("title", "subtitle") if tall[name])
        head += len(rows) * LINE * SMALL + (_GAP if rows else 0)
        head += _GAP if head else 0
        foot = below + (tall["caption"] + _GAP if caption else 0)
        x, y, width, tallest = self._slot(head + above + height + foot)
        deep = max(tallest - head - above - foot, 12.0)
        self.right = x + width
        self.plot = (x + left, y + foot, max(width - left - right, 12.0), deep)
        self._place()
        top = y + tallest
        if title:
            self._title(lines["title"][0], x, top)
            top -= tall["title"] + 2
        if subtitle:
            self.write(x, top, lines["subtitle"][0], va="top", color=INK, fontsize=TEXT)
            top -= tall["subtitle"] + 2
        self._write_key(rows, x, top - (_GAP if top < y + tallest else 0))
        if caption:
            self.write(x, y, lines["caption"][0], va="bottom", color=MUTED, fontsize=SMALL)
        return self.ax

    def write(self, x: float, y: float, text: str, **look: Any) -> Any:  # noqa: ANN401
        """Write text at a place of the figure, in points from its lower left corner.

        One line in the middle stands on its baseline, so that neighbours stand level.
        """
        if look.get("va") == "center" and "\n" not in text:
            y -= 0.36 * look.get("fontsize", SMALL)
            look["va"] = "baseline"
        look = {"fontsize": SMALL, "transform": self._in_points(), **look}
        if look.get("path_effects"):
            return self.ax.text(x, y, text, linespacing=LINE * 0.94, **look)
        from qa_sampling.reporting.plot_words import add_words

        return add_words(self.ax, x, y, text, **look)

    def _in_points(self) -> Any:  # noqa: ANN401
        """Give :func:`in_points`, made once for each size of the figure."""
        size = tuple(self.ax.figure.get_size_inches())
        if size != self._measured:
            self._measured, self._points = size, in_points(self.ax)
        return self._points

    def to_page(self, x: float, y: float) -> tuple[float, float]:
        """Give the place of a point of the plot in points from the figure's lower left corner."""
        (low, high), (bottom, top) = self.ax.get_xlim(), self.ax.get_ylim()
        left, base, width, height = self.plot
        return (
            left + width * (x - low) / (high - low),
            base + height * (y - bottom) / (top - bottom),
        )

    def _slot(self, height: float) -> tuple[float, float, float, float]:
        """Give the place the whole picture may take; make it where the figure is ours."""
        if self.own:
            total = height + 2 * _MARGIN
            wide = self.width + 2 * _MARGIN
            self.ax.figure.set_size_inches(wide / 72, total / 72)
            return _MARGIN, _MARGIN, self.width, height
        wide, tall = (72 * side for side in self.ax.figure.get_size_inches())
        x0, y0, width, deep = getattr(self.ax, _SLOT)
        return x0 * wide, y0 * tall, width * wide, deep * tall

    def _place(self) -> None:
        wide, tall = (72 * side for side in self.ax.figure.get_size_inches())
        x, y, width, height = self.plot
        self.ax.set_position((x / wide, y / tall, width / wide, height / tall))
        self.ax.set_xticks([])
        self.ax.set_yticks([])
        for side in ("top", "right", "left", "bottom"):
            self.ax.spines[side].set_visible(False)
            self.ax.spines[side].set_color(QUIET)

    def _title(self, text: str, x: float, top: float) -> None:
        left, base, width, height = self.plot
        self.ax.set_title(
            text, loc="left", x=(x - left) / width, y=(top - base) / height, pad=0, va="top",
            fontsize=TITLE, fontweight="bold", color=INK, linespacing=LINE * 0.94,
        )  # fmt: skip

    def _write_key(self, rows: list[list[KeyItem]], x: float, top: float) -> None:
        for row in rows:
            across = x
            for item in row:
                _mark(self, item, across + item.room / 2 - 2, top - 0.5 * LINE * SMALL)
                words = wrapped(item.words, self.width - item.room, SMALL, lines=1)
                self.write(across + item.room, top - 0.5 * LINE * SMALL, words, va="center")
                across += item.room + width_of(words, SMALL) + _KEY_GAP
            top -= LINE * SMALL


def _key_rows(key: Sequence[KeyItem], width: float) -> list[list[KeyItem]]:
    """Break a key into rows that fit."""
    rows: list[list[KeyItem]] = []
    used = width
    for item in key:
        length = item.room + min(width_of(item.words, SMALL), width - item.room)
        if used + _KEY_GAP + length > width or not rows:
            rows.append([])
            used = -_KEY_GAP
        rows[-1].append(item)
        used += _KEY_GAP + length
    return rows


def in_points(ax: Axes) -> Any:  # noqa: ANN401
    """Give the transform of places in points from the figure's lower left corner.

    It moves with the figure when its rim is cut off, as the plot does.

    Parameters
    ----------
    ax : Axes
        Axes of a figure that has its final size.
    """
    from matplotlib.transforms import Affine2D

    wide, tall = (72 * side for side in ax.figure.get_size_inches())
    return Affine2D().scale(1 / wide, 1 / tall) + ax.figure.transFigure


def _mark(sheet: Sheet, item: KeyItem, x: float, y: float) -> None:
    """Draw the marker of a key item at a place of the figure, in points."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    at = in_points(sheet.ax)
    if item.marker == "hatch":
        patch = Rectangle((x - 5, y - 4), 10, 8, transform=at, clip_on=False, **HATCHED)
        sheet.ax.add_artist(patch)
        return
    if item.pattern:
        half = _KEY_LINE / 2 - 3
        sheet.ax.add_artist(Line2D(
            [x - half, x + half], [y, y], color=item.colour, linewidth=1.8,
            linestyle=item.pattern, transform=at, clip_on=False,
        ))  # fmt: skip
    face = item.colour if item.filled else "white"
    mark = Line2D(
        [x], [y], marker=item.marker, markersize=6 if item.pattern else 7, linestyle="none",
        markerfacecolor=face,
        markeredgecolor=item.colour, markeredgewidth=1.3, transform=at, clip_on=False,
    )  # fmt: skip
    sheet.ax.add_artist(mark)


def open_sheet(ax: Axes | None, table: SafeTable | None) -> Sheet:
    """Give the sheet to draw on, noting which SafeTable it is drawn from.

    Parameters
    ----------
    ax : Axes or None
        Where to draw; None for the current one, whose figure is then sized to fit.
    table : SafeTable or None
        The protected table the picture shows; None for a restricted picture.
    """
    own = ax is None
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
        ax.figure.set_layout_engine("none")
    if not hasattr(ax, _SLOT):
        setattr(ax, _SLOT, ax.get_position().bounds)
    begin(ax, table)
    width = 72 * WIDTH.get() - 2 * _MARGIN
    if not own:
        width = 72 * ax.figure.get_size_inches()[0] * getattr(ax, _SLOT)[2]
    return Sheet(ax, own, width)
