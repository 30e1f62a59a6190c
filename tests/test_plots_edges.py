"""Every picture at every edge and width: nothing clipped, nothing on top of each other."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from picture_checks import assert_picture, svg_of
from picture_edges import LONG, edge_cases
from picture_factory import PICTURES

from qa_sampling.reporting import plots

EDGES = edge_cases()
WIDTHS = {"page": plots.WIDTH_INCHES, "phone": plots.PHONE_INCHES}


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_whole_and_readable(name, width):
    draw, make, title = PICTURES[name]
    with plots.at_width(WIDTHS[width]):
        ax = draw(make(), title=title)
    assert ax.get_title(loc="left").replace("\n", " ") == title
    assert ax.figure.get_size_inches()[0] == pytest.approx(WIDTHS[width])
    assert_picture(ax)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", EDGES)
def test_every_picture_holds_at_its_edges(name, width):
    draw, make = EDGES[name]
    with plots.at_width(WIDTHS[width]):
        ax = draw(make(), title=LONG if "long" in name else "The finding")
    assert_picture(ax)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_take_an_ax_and_leave_its_figure_alone(name):
    draw, make, _ = PICTURES[name]
    figure, axes = plt.subplots(1, 2, figsize=(9, 7))
    assert draw(make(), ax=axes[1]) is axes[1]
    assert figure.get_size_inches().tolist() == [9, 7]
    assert not axes[0].has_data()
    left = axes[1].get_position().x0
    assert left >= axes[0].get_position().x1


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_drawn_again_on_its_ax_stays_in_its_place(name):
    draw, make, title = PICTURES[name]
    ax = plt.figure(figsize=(7, 8)).add_axes((0.02, 0.02, 0.96, 0.96))
    draw(make(), ax=ax, title=title)
    first = ax.get_position().bounds
    ax.clear()
    draw(make(), ax=ax, title=title)
    assert ax.get_position().bounds == pytest.approx(first)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_change_no_global_setting_and_follow_none(name):
    draw, make, title = PICTURES[name]
    plain = svg_of(draw(make(), title=title))
    plt.close("all")
    loud = {"font.size": 30, "axes.grid": True, "axes.facecolor": "yellow", "lines.linewidth": 9,
            "axes.titlecolor": "red", "xtick.labelsize": 30, "scatter.marker": "x"}  # fmt: skip
    with matplotlib.rc_context(loud):
        before = dict(matplotlib.rcParams)
        ax = draw(make(), title=title)
        assert dict(matplotlib.rcParams) == before
        assert svg_of(ax) == plain
