"""Words are measured: wrapped within their room, shortened, and kept apart."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.reporting.plot_labels import (
    apart,
    beside_points,
    by_sentence,
    height_of,
    shortened,
    width_of,
    wrapped,
)

WORDS = st.text("abc WM–é$_", min_size=0, max_size=80)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.floats(20, 300))
def test_wrapped_words_stay_within_their_room(text, room):
    lines = wrapped(text, room, 11).split("\n")
    assert all(width_of(line, 11) <= room for line in lines)
    if "…" not in "".join(lines):
        assert " ".join(lines).split() == text.split()


@settings(max_examples=60, deadline=None)
@given(WORDS, st.floats(15, 300))
def test_shortened_words_begin_as_they_did(text, room):
    short = shortened(text, room, 11)
    assert width_of(short, 11) <= max(room, width_of("…", 11))
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_lines_are_limited():
    text = wrapped("one two three four five six seven", 60, 11, lines=2)
    assert text.count("\n") == 1
    assert text.endswith("…")
    assert wrapped("", 60, 11) == ""
    assert height_of("", 11) == 0
    assert height_of("a\nb", 10) == pytest.approx(25.6)


@pytest.mark.parametrize("text", ["Improvement: 2 of 3", "WWW mmm", "ill", "Sep 2026: 17%"])
@pytest.mark.parametrize("dpi", [72, 96, 200])
def test_measured_widths_are_not_narrower_than_drawn_ones(text, dpi):
    figure = plt.figure(dpi=dpi)
    drawn = figure.text(0, 0, text, fontsize=11, family="DejaVu Sans")
    figure.canvas.draw()
    box = drawn.get_window_extent(figure.canvas.get_renderer())
    plt.close(figure)
    pixel = 72 / dpi
    assert width_of(text, 11) >= box.width * pixel - 2 * pixel


LABELS = st.lists(st.floats(-20, 120), min_size=0, max_size=8)


@settings(max_examples=150, deadline=None)
@given(LABELS)
def test_labels_are_kept_apart_within_their_room(wanted):
    heights = [10.0] * len(wanted)
    places = apart(wanted, heights, 0.0, 100.0)
    kept = [place for place in places if place is not None]
    assert len(kept) == len(wanted)
    assert all(5 - 1e-9 <= place <= 95 + 1e-9 for place in kept)
    for one, other in combinations(sorted(kept), 2):
        assert other - one >= 10 - 1e-9
    order = np.argsort(wanted, kind="stable")
    assert all(np.diff(np.array(places)[order]) > 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=2, max_size=3))
def test_labels_are_moved_as_little_as_possible(wanted):
    """A naive twin tries every place on a grid."""
    places = apart([float(one) for one in wanted], [2.0] * len(wanted), -20.0, 30.0)
    moved = sum((a - b) ** 2 for a, b in zip(places, wanted, strict=True))
    grid = np.arange(-6, 17, 0.5)
    best = min(
        sum((a - b) ** 2 for a, b in zip(tried, sorted(wanted), strict=True))
        for tried in combinations(grid, len(wanted))
        if all(b - a >= 2 for a, b in pairwise(tried))
    )
    assert moved <= best + 1e-9


def test_labels_that_stand_free_are_not_moved():
    assert apart([10.0, 50.0, 90.0], [10.0] * 3, 0.0, 100.0) == [10.0, 50.0, 90.0]


def test_too_many_labels_lose_the_last():
    places = apart([50.0] * 4, [30.0] * 4, 0.0, 100.0)
    assert [place is None for place in places] == [False, False, False, True]
    assert apart([], [], 0.0, 1.0) == []


def test_names_beside_points_touch_nothing():
    points = [(50.0, 50.0), (54.0, 52.0), (120.0, 60.0), (52.0, 47.0)]
    names = ["North", "South", "East", "West"]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    found = beside_points(points, names, size=11, room=(0, 0, 260, 140), taken=taken)
    assert None not in found
    boxes = [(x - width_of(name, 11) / 2, y - 6, x + width_of(name, 11) / 2, y + 6)
             for (x, y), name in zip(found, names, strict=True)]  # fmt: skip
    for one, other in combinations([*boxes, *taken][: len(boxes) + 4], 2):
        if one in taken and other in taken:
            continue
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_name_without_room_is_left_out():
    found = beside_points([(5.0, 5.0)], ["A long name"], size=11, room=(0, 0, 10, 10), taken=[])
    assert found == [None]


def test_lines_of_a_name_are_of_about_one_length():
    name = "Looked-after children with three or more placements in the year, %"
    lines = wrapped(name, 330, 11, lines=3).split("\n")
    assert " ".join(lines) == name
    widths = [width_of(line, 11) for line in lines]
    assert len(widths) == 2
    assert min(widths) > 0.7 * max(widths)


def test_a_subtitle_breaks_between_its_sentences_where_that_takes_no_more_lines():
    text = "Share of those who could, by month. November 2023 to October 2026"
    assert by_sentence(text, 350, 12) == text.replace(". ", ".\n")
    assert by_sentence(text, 900, 12) == text
    assert by_sentence("One. Two. Three words here", 80, 12) == "One. Two.\nThree words\nhere"
