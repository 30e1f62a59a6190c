"""Months that can still change, and those before the records: hollow, dashed, or not drawn."""

from __future__ import annotations

from dataclasses import replace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import picture_factory as made
import pytest
from picture_checks import dots, strokes, written

from qa_sampling.errors import SchemaError
from qa_sampling.reporting import plots
from qa_sampling.results import Sparklines

NAN = float("nan")


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def tailed(open_months: int = 3) -> Sparklines:
    """Give one series of 36 months: none on record before month 12, the latest still open."""
    rows = pd.DataFrame({"series": "A", "period": made.months(36, "2023-04-01")})
    rows["value"] = [NAN] * 12 + [20.0 + one % 3 for one in range(24 - open_months)] + [
        1.0 + one for one in range(open_months)]  # fmt: skip
    rows["mature"] = [False] * 12 + [True] * (24 - open_months) + [False] * open_months
    latest = rows.loc[rows["mature"], "value"].iloc[-1]
    lines = pd.DataFrame({"series": ["A"], "latest": [latest], "low": [15.0], "high": [25.0]})
    return Sparklines(rows, lines.assign(centre=20.0, words="as usual"), unit="count")


@pytest.mark.parametrize("draw", [plots.sparklines, plots.small_multiples])
def test_what_can_still_change_is_hollow_and_not_the_value_said(draw):
    ax = draw(tailed())
    found = dots(ax)
    assert len(found["#FFFFFF"]) == 3
    (last,) = found["#3D3D3D"]
    assert last[0] < min(place[0] for place in found["#FFFFFF"])
    solid, dashed = strokes(ax, "lines"), strokes(ax, "soft")
    assert max(solid[0][:, 0]) == pytest.approx(last[0])
    assert min(dashed[0][:, 0]) == pytest.approx(last[0])
    (soft,) = [one for one in ax.patches if one.get_label() == "_soft"]
    assert soft.get_linestyle() != "solid"
    assert "Can still change" in written(ax)
    plt.close("all")
    assert "Can still change" not in written(draw(tailed(0)))


def test_time_begins_with_the_first_value_on_record():
    ax = plots.sparklines(tailed())
    (line,) = strokes(ax, "lines")
    assert line[0, 0] == pytest.approx(3)
    assert "from Apr 2024 to Mar 2026" in written(ax).replace("\n", " ")
    chart = made.control(12)
    empty = chart.table.assign(period=made.months(12, "2023-04-01"), value=NAN, mature=False)
    table = pd.concat([empty, chart.table], ignore_index=True)
    ax = plots.control_chart(replace(chart, table=table))
    low, high = ax.get_xlim()
    assert high - low == pytest.approx(12.4)
    assert "begins with the first period that has a figure" in written(ax).replace("\n", " ")


def test_a_signal_cannot_stand_at_a_month_that_can_still_change():
    table = tailed().table
    table.loc[35, "signal"] = "concern"
    with pytest.raises(SchemaError, match="1 signals stand at periods that can still change"):
        replace(tailed(), table=table)
