"""Words placed by their baselines: where they say they are, level, the same in every format."""

from __future__ import annotations

import io
import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.transforms import Affine2D

from qa_sampling.reporting.plot_words import add_words

TEXTS = ("Referrals", "2019 gap, by quarter", "Plans of\nQuality\n2024 to 25")


@pytest.fixture
def ax():
    figure = plt.figure(figsize=(5, 3), dpi=144)
    yield figure.add_axes((0, 0, 1, 1), frame_on=False, xticks=[], yticks=[])
    plt.close(figure)


def ink_of(figure) -> tuple[int, int, int, int]:
    """Give the box of all that is dark, in pixels from the lower left corner."""
    figure.canvas.draw()
    dark = np.asarray(figure.canvas.buffer_rgba())[::-1, :, 0] < 160
    up, across = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return across[0], up[0], across[-1] + 1, up[-1] + 1


@pytest.mark.parametrize("ha", ["left", "center", "right"])
@pytest.mark.parametrize("va", ["top", "center", "bottom", "baseline"])
@pytest.mark.parametrize("text", TEXTS)
def test_ink_lies_within_the_box_and_at_its_place(ax, text, ha, va):
    words = add_words(ax, 300, 200, text, fontsize=11, ha=ha, va=va, color="black",
                      transform=Affine2D())  # fmt: skip
    left, foot, right, top = ink_of(ax.figure)
    box = words.get_window_extent()
    assert box.x0 - 2 <= left and right <= box.x1 + 2
    assert box.y0 - 2 <= foot and top <= box.y1 + 2
    assert {"left": left, "center": (left + right) / 2, "right": right}[ha] == pytest.approx(
        300, abs=3
    )
    line = 11 * 144 / 72
    if va == "top":
        assert 200 - 0.5 * line < top <= 200
    elif va == "bottom":
        assert 200 <= foot < 200 + 0.5 * line
    elif va == "center":
        assert (foot + top) / 2 == pytest.approx(200, abs=0.2 * line)


def test_neighbours_stand_level_whatever_their_letters_are(ax):
    for place, text in enumerate(("case", "Quality (g)", "Å")):
        add_words(ax, 40 + 100 * place, 100, text, fontsize=11, va="top", transform=Affine2D())
    stored = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        ax.figure.savefig(stored, format="svg")
    heights = re.findall(r'<text [^>]*\by="([\d.]+)"', stored.getvalue()) or re.findall(
        r"translate\([\d.]+ ([\d.]+)\)", stored.getvalue()
    )
    assert len(heights) == 3
    assert len(set(heights)) == 1
