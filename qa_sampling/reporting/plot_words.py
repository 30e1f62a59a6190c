"""Words of a picture that are placed already: drawn line by line, not laid out once more.

matplotlib measures every text each time it is drawn, which took most of the time of a sheet with
hundreds of them. Ours stand at measured places, so only their lines' baselines are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgba
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedPatchPath

from qa_sampling.reporting.plot_labels import LINE, font_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

_ASCENT, _DESCENT = 0.76, 0.24
"""How far the letters of DejaVu Sans reach above and below their baseline, in font sizes."""
_PITCH = 0.94 * LINE
"""From baseline to baseline, in font sizes: a little less than the room a line is given."""


class Words(Text):
    """A text of one or more lines, level and as far apart as their room was measured.

    Every line stands at the same pitch whatever letters it holds, so that neighbours stand level.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw each line from its baseline.

        Parameters
        ----------
        renderer : RendererBase
            What it is drawn with.
        """
        self._renderer = renderer
        if not self.get_visible() or not self.get_text():
            return
        style = renderer.new_gc()
        style.set_foreground(to_rgba(self.get_color(), self.get_alpha()), isRGBA=True)
        font, tall = self.get_fontproperties(), renderer.get_canvas_width_height()[1]
        for line, x, y in self._lines(renderer):
            height = tall - y if renderer.flipy() else y
            renderer.draw_text(style, x, height, line, font, 0, ismath=False, mtext=self)
        style.restore()
        self.stale = False

    def get_window_extent(
        self, renderer: RendererBase | None = None, dpi: float | None = None
    ) -> Bbox:
        """Give the box that the letters take, in pixels.

        Parameters
        ----------
        renderer : RendererBase, optional
            What it is drawn with; what it was drawn with by default.
        dpi : float, optional
            Not used: words are measured as the figure is.
        """
        renderer = renderer or self._renderer or self.get_figure(root=True)._get_renderer()
        lines = list(self._lines(renderer))
        if not self.get_visible() or not lines:
            return Bbox.unit()
        size = renderer.points_to_pixels(self.get_fontsize())
        wide = [self._width(renderer, line) for line, _, _ in lines]
        ends = [(x, x + length) for (_, x, _), length in zip(lines, wide, strict=True)]
        return Bbox.from_extents(
            min(one for one, _ in ends), lines[-1][2] - _DESCENT * size,
            max(one for _, one in ends), lines[0][2] + _ASCENT * size,
        )  # fmt: skip

    def _lines(self, renderer: RendererBase) -> Any:  # noqa: ANN401
        """Give each line that says something with the left end of its baseline, in pixels."""
        x, y = self.get_transform().transform(self.get_unitless_position())
        lines = self.get_text().split("\n")
        size = renderer.points_to_pixels(self.get_fontsize())
        deep, lead = (len(lines) - 1) * _PITCH, (_PITCH - _ASCENT - _DESCENT) / 2
        up = {"top": -_ASCENT - lead, "center": deep / 2 - 0.36, "bottom": deep + _DESCENT + lead}
        first = y + size * up.get(self.get_va(), deep)
        share = {"center": 0.5, "right": 1.0}.get(self.get_ha(), 0.0)
        for place, line in enumerate(lines):
            if line:
                back = share * self._width(renderer, line) if share else 0.0
                yield line, x - back, first - place * _PITCH * size

    def _width(self, renderer: RendererBase, line: str) -> float:
        measured = renderer.get_text_width_height_descent(line, self.get_fontproperties(), False)
        return float(measured[0])


def add_words(ax: Axes, x: float, y: float, text: str, **look: Any) -> Words:  # noqa: ANN401
    """Put words on axes at a place of their transform, never cut off at the axes' edge.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : float
        The place, in the transform's unit.
    text : str
        What is written; it may hold line breaks.
    **look
        ``fontsize`` and ``fontweight``, and what ``matplotlib.text.Text`` takes.
    """
    font = font_of(look.pop("fontsize"), look.pop("fontweight", "normal") == "bold")
    words = Words(x, y, text, fontproperties=font, **look)
    clip = getattr(ax, "_qa_sampling_clip", None) or TransformedPatchPath(ax.patch)
    ax._qa_sampling_clip = clip  # type: ignore[attr-defined]
    words.set_clip_path(clip)
    words.set_clip_on(False)
    ax.add_artist(words)
    return words
