"""Pictures: they draw what the table prints, hide what it hides, and clip nothing."""

from __future__ import annotations

import re
from itertools import pairwise

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import plots
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.plan_tables import SHARES

CASES = {
    "Looked after": (224, 13),
    "Child protection plan": (116, 4),
    "Child in need plan": (221, 11),
    "Open assessment": (167, 7),
    "Care leaver": (98, 5),
}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def by_status():
    return pd.DataFrame(
        [(status, *numbers) for status, numbers in CASES.items()],
        columns=["status", "cases", "audits"],
    )


def safe_status():
    return protect(by_status(), by=["status"], counts=["cases", "audits"], percentages=SHARES)


def safe_coverage():
    rows = [
        ("Team A", "Looked after", 30, 2),
        ("Team A", "Child protection plan", 8, 0),
        ("Team A", "Child in need plan", 21, 7),
        ("Team B", "Looked after", 3, 1),
        ("Team B", "Child protection plan", 25, 9),
        ("Team B", "Child in need plan", 14, 0),
        ("Team C", "Looked after", 40, 8),
        ("Team C", "Child protection plan", 11, 1),
        ("Team C", "Child in need plan", 19, 6),
    ]
    table = pd.DataFrame(rows, columns=["team", "status", "cases", "audits"])
    return table, protect(table, by=["team", "status"], counts=["cases", "audits"])


def words(ax):
    """Everything written in a picture."""
    ax.figure.canvas.draw()
    found = [text.get_text() for text in ax.texts]
    found += [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return [text for text in found if text]


def assert_nothing_clipped(ax):
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    area = figure.get_window_extent(renderer).padded(1)
    ticks = [tick.label1 for tick in (*ax.xaxis.get_major_ticks(), *ax.yaxis.get_major_ticks())]
    low, high = ax.get_xlim()
    ticks = [
        tick
        for tick in ticks
        if tick.get_position()[0] == 0 or low <= tick.get_position()[0] <= high
    ]
    texts = [
        *ax.texts,
        *ticks,
        *(tick.label2 for tick in ax.xaxis.get_major_ticks()),
        ax.xaxis.label,
    ]
    for text in texts:
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(renderer)
            assert area.x0 <= box.x0, text.get_text()
            assert box.x1 <= area.x1, text.get_text()
            assert area.y0 <= box.y0, text.get_text()
            assert box.y1 <= area.y1, text.get_text()


def loads():
    return pd.DataFrame(
        {"role": ["Team Manager"] * 6 + ["Director"], "audits": [1, 1, 1, 1, 1, 2, 0]}
    )


def pictures():
    table, coverage = safe_coverage()
    plain = by_status()
    for share, (count, _) in SHARES.items():
        plain[share] = 100 * plain[count] / plain[count].sum()
    funnel = by_status()[["status", "cases"]].rename(columns={"status": "reason"})
    return {
        "allocation": (plots.allocation_chart, safe_status()),
        "allocation, restricted": (plots.allocation_chart, plain),
        "coverage": (plots.coverage_map, coverage),
        "coverage, restricted": (plots.coverage_map, table),
        "funnel": (plots.funnel_chart, protect(funnel, by=["reason"], counts=["cases"])),
        "funnel, restricted": (plots.funnel_chart, funnel),
        "load": (
            plots.load_chart,
            protect(loads().assign(audits=9).drop_duplicates(), by=["role"], counts=["audits"]),
        ),
        "load, restricted": (plots.load_chart, loads()),
    }


@pytest.mark.parametrize("name", pictures())
def test_every_picture_gives_its_ax_back_and_clips_nothing(name):
    draw, table = pictures()[name]
    ax = draw(table, title="The finding")
    assert ax.get_title(loc="left") == "The finding"
    assert_nothing_clipped(ax)


@pytest.mark.parametrize("name", pictures())
def test_pictures_take_an_ax_of_any_size(name):
    draw, table = pictures()[name]
    figure, axes = plt.subplots(1, 2, figsize=(5, 4))
    assert draw(table, ax=axes[1]) is axes[1]
    assert figure.get_size_inches().tolist() == [5, 4]
    assert not axes[0].has_data()


@pytest.mark.parametrize("name", pictures())
def test_pictures_know_the_safe_table_they_show(name):
    draw, table = pictures()[name]
    ax = draw(table)
    assert plots.drawn_from(ax, table) is (not isinstance(table, pd.DataFrame))
    assert not plots.drawn_from(ax, safe_status())


def test_redrawing_from_a_plain_table_takes_the_mark_away():
    safe = safe_status()
    ax = plots.allocation_chart(safe)
    plots.load_chart(loads(), ax=ax)
    assert not plots.drawn_from(ax, safe)


def test_hidden_counts_are_nowhere_in_the_allocation_chart():
    ax = plots.allocation_chart(safe_status())
    written = words(ax)
    assert "13 of 224" in written
    assert "[c] of 116" in written
    assert not any(text.startswith(("4 of", "5 of")) for text in written)
    drawn = ax.collections[1].get_offsets()[:, 0].tolist()
    assert drawn == [32.5, 27.5, 17.5]


def test_hidden_counts_are_nowhere_in_the_coverage_map():
    table, safe = safe_coverage()
    ax = plots.coverage_map(safe)
    shown = {str(value) for name in ("cases", "audits") for value in safe.body[name]}
    numbers = {text for text in words(ax) if text.strip().isdigit()}
    assert numbers <= shown
    assert "[c]" in words(ax)
    assert "3" not in numbers
    assert len(words(plots.coverage_map(table, ax=plt.figure().gca()))) > 0


def test_colour_is_never_alone_in_the_coverage_map():
    """Hidden cells are hatched and marked; every shade has its number."""
    ax = plots.coverage_map(safe_coverage()[1])
    hatched = [patch for patch in ax.patches if patch.get_hatch()]
    marks = [text for text in ax.texts if text.get_text() == "[c]"]
    assert len(hatched) == len(marks) > 0


def test_hidden_bars_have_one_length():
    table = pd.DataFrame({"reason": ["A", "B", "C"], "cases": [2, 4, 90]})
    ax = plots.funnel_chart(protect(table, by=["reason"], counts=["cases"]))
    assert len({patch.get_width() for patch in ax.patches if patch.get_hatch()}) == 1


def test_loads_are_dots_without_names():
    """As many dots as people, or one dot and their number: never some of them and their number."""
    people = loads()
    for width, grouped in ((plots.WIDTH_INCHES, False), (plots.PHONE_INCHES, True)):
        with plots.at_width(width):
            ax = plots.load_chart(people)
        dots = sum(len(one.get_offsets()) for one in ax.collections)
        assert ("×5" in words(ax)) == grouped
        assert dots == (len(people) - 4 if grouped else len(people))
        assert "Team Manager" in words(ax)
        plt.close(ax.figure)


def test_an_empty_caseload_is_drawn():
    table = pd.DataFrame({"reason": ["A", "Can be drawn"], "cases": [0, 0]})
    ax = plots.funnel_chart(table)
    assert [text for text in words(ax) if text == "0"] == ["0", "0"]


def test_the_palettes_shades_differ_in_grey():
    def lightness(colour):
        red, green, blue = matplotlib.colors.to_rgb(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = [lightness(colour) for colour in plots.SEQUENTIAL]
    assert shades == sorted(shades, reverse=True)
    assert min(a - b for a, b in pairwise(shades)) > 0.06


def test_what_is_no_table_is_refused():
    with pytest.raises(DisclosureError, match="takes a SafeTable or a DataFrame; got a list"):
        plots.funnel_chart([1, 2])


def test_words_stand_beside_their_row_when_the_rim_is_cut_off():
    """Cutting the rim moves the plot; words placed in points have to move with it."""
    from qa_sampling.reporting.svg import figure_svg

    table = safe_status()
    svg = figure_svg(plots.allocation_chart(table).figure)
    placed = re.findall(r'<text[^>]* y="([^"]+)"[^>]*>([^<]+)<', svg)
    heights = {words: float(place) for place, words in placed}
    row = table.body.iloc[0]
    note = f"{row['audits']} of {row['cases']}"
    assert heights[note] == pytest.approx(heights[row["status"]], abs=2.5)
