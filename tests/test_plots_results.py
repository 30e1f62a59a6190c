"""What is drawn is what the result holds: places, lengths, marks and words."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import picture_factory as made
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Polygon
from picture_checks import assert_picture, contrast, dots, strokes, written
from picture_factory import PICTURES

from qa_sampling.reporting import alt_texts, plots
from qa_sampling.reporting.plot_captions import position, said, when
from qa_sampling.reporting.plot_style import MUTED, SIGNALS, THIN
from qa_sampling.reporting.plots_fan import FANS
from qa_sampling.results import Sparklines, own_starts

NAN = float("nan")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def joins_of(ax) -> list:
    """Give the strokes that join neighbouring values, each as two places."""
    lines = [one.get_xydata() for one in ax.lines if one.get_linewidth() == 1.5]
    pairs = [pair for line in lines for pair in itertools.pairwise(line)]
    return [np.array(pair) for pair in pairs if np.isfinite(pair).all()]


def marks(ax) -> list:
    """Give the hatched marks but for the one of the key, which is 10 by 8 points."""
    hatched = [one for one in ax.patches if one.get_hatch()]
    return [one for one in hatched if (one.get_width(), one.get_height()) != (10, 8)]


def test_a_control_chart_draws_its_values_by_meaning():
    chart = made.control()
    drawn = dots(plots.control_chart(chart))
    rows = chart.table.assign(x=[position(one, "month") for one in chart.table["period"]])
    for signal, (_, colour, _) in SIGNALS.items():
        wanted = rows[rows["signal"] == signal]
        assert drawn.get(colour.upper(), []) == list(zip(wanted["x"], wanted["value"], strict=True))
    hollow = rows[~rows["mature"]]
    assert drawn["#FFFFFF"] == list(zip(hollow["x"], hollow["value"], strict=True))
    plain = rows[(rows["signal"] == "") & rows["mature"] & rows["value"].notna()]
    assert drawn["#3D3D3D"] == list(zip(plain["x"], plain["value"], strict=True))


def test_signals_differ_in_shape_and_not_in_colour_only():
    assert len({marker for marker, _, _ in SIGNALS.values()}) == 3
    ax = plots.control_chart(made.control())
    shapes = {tuple(map(tuple, one.get_paths()[0].vertices.round(3))) for one in ax.collections
              if isinstance(one, PathCollection) and len(one.get_offsets())}  # fmt: skip
    assert len(shapes) == 3
    assert "Concern: above the upper limit" in written(ax)
    assert "Improvement: 2 of 3 near the lower limit" in written(ax)


def test_gaps_are_gaps_and_never_zero():
    chart = made.control()
    gap = position(chart.table["period"].iloc[7], "month")
    ax = plots.control_chart(chart)
    joins = joins_of(ax)
    assert joins
    for (low, before), (high, after) in joins:
        assert not low <= gap <= high
        assert 0 not in (before, after)
    assert "The line breaks where there is no data." in written(ax).replace("\n", " ")


def test_months_that_are_missing_altogether_break_the_line_too():
    chart = made.control()
    ax = plots.control_chart(replace(chart, table=chart.table.drop(index=[3, 4])))
    joins = joins_of(ax)
    widest = max(abs(np.diff(join[:, 0])[0]) for join in joins)
    assert widest == 1


def test_the_centre_line_steps_where_it_is_set_anew():
    chart = made.control()
    ax = plots.control_chart(chart)
    centres = [line for line in ax.lines if line.get_linewidth() == 1.4]
    levels = [set(line.get_ydata()) for line in centres]
    assert levels == [{0.222}, {0.222 - 0.045}]
    assert centres[0].get_xdata()[-1] == centres[1].get_xdata()[0]
    assert "New front door" in written(ax)
    assert "set anew from October 2025 (New front door)" in written(ax).replace("\n", " ")


def test_hidden_stubs_have_one_size_and_stand_at_their_months():
    chart = made.rare()
    ax = plots.control_chart(chart)
    stubs = marks(ax)
    assert {(one.get_width(), one.get_height()) for one in stubs} == {(0.8, stubs[0].get_height())}
    months = [position(one, "month") for one in chart.table.loc[chart.table["hidden"], "period"]]
    assert [one.get_x() + 0.4 for one in stubs] == pytest.approx(months)


def test_a_funnel_draws_units_limits_and_names_who_stands_out():
    funnel = made.funnel()
    ax = plots.funnel_plot(funnel)
    assert dots(ax)[SIGNALS["concern"][1].upper()] == [(104, 0.78)]
    assert len(dots(ax)["#3D3D3D"]) == 8
    curves = {tuple(line.get_ydata()) for line in ax.lines}
    for name in ("low", "high", "low_outer", "high_outer"):
        assert tuple(funnel.limits[name]) in curves
    assert "Family Safeguarding 2" in written(ax)
    assert "All teams 91%" in written(ax)
    assert "The axis does not begin at zero." in written(ax).replace("\n", " ")


def test_hidden_units_keep_their_size_and_lose_their_height():
    ax = plots.funnel_plot(made.funnel())
    (square,) = marks(ax)
    assert square.get_x() + square.get_width() / 2 == pytest.approx(23)
    assert square.get_y() == 0
    funnel = made.funnel()
    unknown = funnel.table.assign(n=funnel.table["n"].where(~funnel.table["hidden"]))
    ax = plots.funnel_plot(replace(funnel, table=unknown), ax=plt.figure(figsize=(7, 6)).gca())
    assert not marks(ax)
    assert "Hidden with their size, and not drawn: 1." in written(ax).replace("\n", " ")


def test_auditors_are_named_only_when_they_stand_out():
    ax = plots.severity_funnel(made.severities())
    names = {text.get_text() for text in ax.texts if text.get_text().startswith("Auditor ")}
    assert names == {"Auditor 3", "Auditor grades higher", "Auditor grades lower"}
    assert "Auditor 3" in written(ax)


def test_auditors_with_the_same_number_stand_beside_each_other():
    ax = plots.severity_funnel(made.severities())
    across = sorted(x for places in dots(ax).values() for x, _ in places)
    assert len(across) == len(set(across)) == 13
    nines = [x for x in across if 8 < x < 10]
    assert np.mean(nines) == pytest.approx(9)
    assert max(nines) - min(nines) < 1


def test_agreement_cells_hold_the_counts_with_the_same_grade_outlined():
    ax = plots.agreement_heat(made.agreement())
    numbers = [text.get_text() for text in ax.texts if text.get_text().isdigit()]
    assert numbers == [str(one) for one in (3, 2, 0, 0, 1, 21, 4, 0, 0, 6, 11, 1, 0, 0, 1, 2)]
    outlined = [one for one in ax.patches if one.get_linewidth() == 2.2]
    assert [one.get_x() + 0.475 for one in outlined] == pytest.approx([0, 1, 2, 3])
    assert [one.get_y() + 0.46 for one in outlined] == pytest.approx([0, 1, 2, 3])
    text = written(ax).replace("\n", " ")
    assert "Same grade (outlined): 37 of 52." in text
    assert "0.87 (95% interval 0.78 to 0.93)" in text


def test_grade_bars_are_as_long_as_their_shares():
    spread = made.grades()
    ax = plots.grade_distribution(spread)
    assert [bar.get_width() for bar in ax.patches] == spread.table["share"].tolist()
    lines = [tuple(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 1.8]
    assert lines == list(zip(spread.table["low"], spread.table["high"], strict=True))
    assert "51% (38% to 63%), 22 graded" in written(ax)


def test_a_waterfall_goes_from_then_to_now_part_by_part():
    change = made.decomposition()
    ax = plots.decomposition_waterfall(change)
    arrows = [one.get_xy() for one in ax.patches]
    begins, ends = ([shape[place][0] for shape in arrows] for place in (0, 2))
    assert begins[0] == change.start
    assert begins[1:] == ends[:-1]
    assert ends[-1] == pytest.approx(change.end)
    moved = [end - begin for begin, end in zip(begins, ends, strict=True)]
    assert moved == pytest.approx(change.table["contribution"].tolist())
    assert dots(ax)["#3D3D3D"] == [(21.4, 0), (24.1, 6)]


def test_a_journey_draws_counts_to_one_scale():
    way = made.journey()
    ax = plots.journey_chart(way)
    bars = [one.get_width() for one in ax.patches if hasattr(one, "get_width")]
    counts = way.table["count"]
    assert np.array(bars[:4]) / bars[0] == pytest.approx((counts[:4] / counts[0]).tolist())
    text = written(ax).replace("\n", " ")
    assert "1,301 (25% of all), 96 may yet go further" in text
    assert "87% of the step before, 28 working days (17 to 39)" in text
    assert "Assessment: at most 45 working days." in text


def test_a_hidden_step_has_no_flow_to_it_or_from_it():
    way = made.journey()
    hidden = way.table.assign(hidden=[False, False, True, False, False, False])
    hidden.loc[2, ["count", "share_before", "share_first"]] = NAN
    ax = plots.journey_chart(replace(way, table=hidden))
    flows = [one for one in ax.patches if not hasattr(one, "get_width")]
    assert len(flows) == 3


def test_a_fan_draws_its_intervals_and_says_them():
    cast = made.forecast()
    ax = plots.forecast_fan(cast)
    assert "95%: 403 to 449" in written(ax)
    assert "80%: 411 to 441" in written(ax)
    assert "Target 400" in written(ax)
    fills = [one for one in ax.collections if not isinstance(one, PathCollection)]
    heights = [one.get_paths()[0].vertices[:, 1] for one in fills if len(one.get_paths())]
    assert any(max(one) == pytest.approx(cast.fan["high_95"].max()) for one in heights)
    assert contrast(FANS[0], FANS[1]) > 1.3


def test_many_series_are_drawn_as_a_handful_of_collections():
    """What makes them fast: a hundred series, no more artists than one but for their words."""
    ax = plots.sparklines(made.many(120))
    assert len(ax.collections) < 12
    assert len(ax.lines) + len(ax.patches) < 12
    assert len(strokes(ax, "bands")) == len(strokes(ax, "centres")) == 120
    assert len(strokes(ax, "lines")) > 120


def test_sparklines_break_at_gaps():
    many = made.many(4, 36)
    assert len(strokes(plots.sparklines(many), "lines")) == 4 + 2


def test_sparklines_of_what_began_late_begin_with_their_own_month():
    """Three of four begin in the second half: each has the whole width, and the other says when."""
    months = pd.date_range("2024-01-01", periods=24, freq="MS")
    begin = {"Old": 0, "A": 14, "B": 14, "C": 20}
    table = pd.concat([
        pd.DataFrame({"series": name, "period": months,
                      "value": [NAN] * at + [1.0 + i % 3 for i in range(24 - at)]})
        for name, at in begin.items()
    ], ignore_index=True)  # fmt: skip
    many = Sparklines(table, pd.DataFrame({"series": list(begin)}), measure="Late")
    ax = plots.sparklines(many)
    ink = strokes(ax, "lines")
    spans = {(round(one[0][0], 6), round(one[-1][0], 6)) for one in ink}
    assert len(spans) == 1, "all as wide"
    text = written(ax).replace("\n", " ")
    assert "Old, from Jan 2024" in text and "C, from Sep 2025" in text and "A, from" not in text
    assert "Each line from Mar 2025 to Dec 2025, or from the month written, on a scale" in text
    told = alt_texts.sparklines_alt(many)
    assert "Each begins with its own first month, 3 of them later than that." in told
    early = replace(many, table=table[table["series"] != "C"], lines=many.lines[:3])
    few = replace(early, table=early.table[early.table["series"] != "B"], lines=many.lines[:2])
    assert own_starts(early) and own_starts(few), "a half of them is enough"
    none = replace(many, table=table[table["series"] == "Old"], lines=many.lines[:1])
    assert own_starts(none) == {}
    assert "Each line from Jan 2024 to Dec 2025, on a scale" in written(
        plots.sparklines(none, ax=plt.figure().gca())
    ).replace("\n", " ")


def test_small_multiples_can_share_one_scale():
    ax = plots.small_multiples(made.many(4), one_scale=True)
    assert "All panels on one scale" in written(ax).replace("\n", " ")
    ax = plots.small_multiples(made.many(4), ax=plt.figure(figsize=(7, 6)).gca())
    assert "Each panel on a scale of its own" in written(ax).replace("\n", " ")


def test_a_hundred_and_twenty_series_take_less_than_5_ms_each():
    """Measured by the processor's time, the better of two, as another program may be beside."""
    import io
    from time import process_time

    many, taken = made.many(120), []
    for _ in range(2):
        start = process_time()
        plots.small_multiples(many).figure.savefig(io.BytesIO(), format="svg")
        taken.append(process_time() - start)
        plt.close("all")
    assert min(taken) / 120 < 0.005


def test_titles_captions_and_warnings_are_written():
    chart = made.control()
    text = written(plots.control_chart(chart, title="A finding")).replace("\n", " ")
    assert "A finding" in text
    assert "n = 4,140 referrals." in text
    assert "Baseline: April 2024 to September 2025, 18 months." in text
    assert "Note: The last two months can still rise." in text
    assert "997 of 1,000 months" in text


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_drawn_from_the_result_and_change_nothing_in_it(name):
    draw, make, _ = PICTURES[name]
    result, twin = make(), make()
    draw(result)
    for field in result.__dataclass_fields__:
        one, other = getattr(result, field), getattr(twin, field)
        assert one.equals(other) if hasattr(one, "equals") else one == other


def test_thin_lines_and_quiet_words_are_seen_on_white():
    assert contrast(THIN, "white") >= 3
    assert contrast(MUTED, "white") >= 4.5
    assert all(contrast(colour, "white") >= 3 for _, colour, _ in SIGNALS.values())


def test_seaborn_draws_in_the_house_style():
    import seaborn

    with plots.house_style():
        ax = seaborn.scatterplot(x=[1, 2], y=[1, 2], ax=plt.figure().gca())
    assert matplotlib.colors.to_hex(ax.collections[0].get_facecolor()[0]).upper() == "#12436D"
    assert not ax.spines["top"].get_visible()
    assert plt.rcParams["axes.spines.top"]


@pytest.mark.parametrize("inches", [plots.WIDTH_INCHES, plots.PHONE_INCHES])
def test_pictures_of_the_plan_are_whole_too(inches):
    for draw, result, title, _ in made.plan_pictures().values():
        with plots.at_width(inches):
            ax = draw(result, title=title)
        assert ax.figure.get_size_inches()[0] == pytest.approx(inches)
        assert_picture(ax)
        plt.close("all")


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1204.0, "count", "1,204"), (12.34, "count", "12.3"), (0.0, "count", "0"),
        (0.2349, "share", "23%"), (0.0796, "share", "8%"), (0.0412, "share", "4.1%"),
        (0.0, "share", "0%"), (1.0, "share", "100%"), (0.0004, "share", "0%"),
        (-0.4, "grades", "−0.40"), (0.0, "grades", "0"), (52.13, "rate", "52.1"),
        (111.87, "rate", "112"), (NAN, "rate", ""), (-0.01, "rate", "0"),
    ],
)  # fmt: skip
def test_numbers_are_said_in_their_unit(value, unit, words):
    assert said(value, unit) == words


def test_signs_and_periods():

    assert said(0.3, "rate", signed=True) == "+0.3"
    assert said(0.0, "rate", signed=True) == "0"
    april = pd.Timestamp("2025-04-01")
    assert when(april, "month") == "Apr 2025"
    assert when(april, "month", short=False) == "April 2025"
    assert when(april, "quarter") == "Apr to Jun 2025"
    assert when(pd.Timestamp("2025-11-01"), "quarter") == "Nov to Jan 2026"
    assert when(april, "week") == "1 Apr 2025"
    assert when(april, "year") == "2025"
    for frequency, step in (("month", "MS"), ("quarter", "3MS"), ("year", "12MS"), ("week", "7D")):
        days = pd.date_range(april, periods=20, freq=step)
        assert np.diff([position(day, frequency) for day in days]) == pytest.approx(1)


def test_a_calibration_draws_months_average_and_a_drift() -> None:
    found = made.calibrated()
    ax = plots.calibration_chart(found)
    line = next(one for one in ax.lines if len(one.get_xdata()) == len(found.table))
    assert list(line.get_ydata()) == list(found.table["average"])
    words = " ".join(text.get_text() for text in ax.figure.findobj(plt.Text))
    assert "Auditors have drifted higher" in words and "As moderators" in words
    points = [one.get_offsets() for one in ax.collections if len(one.get_offsets()) == 1]
    drift = float(found.table.loc[5, "average"])
    assert any(float(one[0][1]) == drift for one in points)


def test_words_between_the_steps_of_a_journey_do_not_cross_the_edge_of_a_flow():
    ax = plots.journey_chart(made.journey())
    ax.figure.canvas.draw()
    flows = [one for one in ax.patches if isinstance(one, Polygon)]
    words = [one for one in ax.texts if "of the step before" in one.get_text()]
    assert len(words) == len(flows) > 3
    for flow, text in zip(flows, words, strict=True):
        box = text.get_window_extent()
        edge = flow.get_window_extent()
        middle = ax.transData.inverted().transform((0, (box.y0 + box.y1) / 2))[1]
        top, foot = flow.get_xy()[1], flow.get_xy()[2]
        share = (middle - top[1]) / (foot[1] - top[1])
        reach = edge.x0 + (edge.x1 - edge.x0) * (top[0] + share * (foot[0] - top[0])) / max(
            top[0], foot[0]
        )
        assert box.x0 > reach


def test_months_stand_on_one_level_and_keys_show_the_dashes_of_their_lines():
    ax = plots.control_chart(made.control())
    names = r"(Jan|Apr|Jul|Oct)(\n20\d\d)?"
    months = [one for one in ax.texts if re.fullmatch(names, one.get_text())]
    assert len(months) > 6
    assert len({one.get_position()[1] for one in months}) == 1
    plt.close("all")
    ax = plots.cohort_chart(made.cohorts())
    curves, keys = (
        {one.get_color(): one._unscaled_dash_pattern for one in ax.lines
         if (len(one.get_xdata()) == 2) == is_key and one.get_linestyle() != "None"}
        for is_key in (False, True)
    )  # fmt: skip
    assert len(set(map(str, curves.values()))) == 3
    assert keys.items() >= curves.items()
