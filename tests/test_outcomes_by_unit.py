"""A measure team by team: which are drawn, which are only named, and in what order."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from trend_samples import readings, share

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import read_parameters
from qa_sampling.runs.outcomes.by_unit import drawn_by_unit, is_large_enough
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.charts import chart


class Found:
    def __init__(self, **charts):
        self.unit_charts = {("re_referrals", unit): one for unit, one in charts.items()}


class Signals:
    signals = ()


def of(met, whole):
    return chart(share([met] * 23 + [met + 1], [whole] * 24, better="down"))


@pytest.fixture
def found():
    risen = chart(share([2, 3] * 12 + [19], [20] * 25, better="down"))
    return Found(East=of(2, 20), North=risen, South=of(1, 4), West=of(3, 5))


def test_small_teams_are_named_and_not_drawn_and_signals_stand_first(found):
    (one,) = drawn_by_unit(found, OutcomeTrends(), Signals).charts
    assert one.title == "Re-referrals within 12 months, by team"
    assert one.lines.lines["series"].tolist() == ["North", "East", "West"]
    assert one.lines.lines["signal"].tolist() == ["concern", "", ""]
    assert one.lines.warnings == ("Not drawn, with fewer than 5 in a usual month: South.",)
    assert "South" not in set(one.lines.table["series"])


def test_measures_without_a_large_team_are_named():
    drawn = drawn_by_unit(Found(South=of(1, 4)), OutcomeTrends(), Signals)
    assert drawn.charts == ()
    assert drawn.words == (
        "None has a signal. Not by team, for none has enough in a usual month: "
        "Re-referrals within 12 months."
    )


class Signalled:
    def __init__(self, measure, unit="", kind="drift"):
        self.measure, self.unit, self.kind, self.unit_kind = measure, unit, kind, "team"
        self.since = pd.Timestamp("2026-01-01")


class Round:
    def __init__(self, *signals):
        self.signals = signals


def test_signals_choose_the_measure_and_parameters_go_before_them(found):
    risen = Round(Signalled("s47"), Signalled("re_referrals", "West"))
    drawn = drawn_by_unit(found, OutcomeTrends(pictured=("s47",)), risen)
    assert drawn.words == "These have a signal."
    (one,) = drawn.charts
    assert one.finding == "Stands out: West (since Jan 2026)"
    assert one.lines.lines["series"].tolist() == ["North", "West", "East"]
    spike = Round(Signalled("re_referrals", "East", "spike"), Signalled("re_referrals", "South"))
    (one,) = drawn_by_unit(found, OutcomeTrends(), spike).charts
    assert one.finding == "Stands out: East (in Jan 2026)", "South is not drawn"
    asked = OutcomeTrends(pictured=("s47",), pictured_by_unit=("re_referrals",))
    assert drawn_by_unit(found, asked, Signals).words == "Asked for."
    assert drawn_by_unit(found, asked, Signals).charts[0].finding == ""
    with pytest.raises(ParameterError, match="there is no measure 'x'"):
        read_parameters("outcome_trends", {"pictured_by_unit": ["x"]})


def test_the_usual_month_is_that_of_the_latest_settled_twelve():
    fewer = chart(readings([9] * 12 + [3] * 12))
    assert not is_large_enough(fewer, 5) and is_large_enough(fewer, 3)
    still_open = fewer.readings.table.assign(mature=[True] * 12 + [False] * 12)
    assert is_large_enough(chart(replace(fewer.readings, table=still_open)), 5)
    days = pd.Series([20.0, None] * 12)
    told = replace(fewer.readings, kind="duration", table=still_open.assign(
        numerator=days, mature=True
    ))  # fmt: skip
    assert is_large_enough(chart(told), 5)
    seldom = days.where(days.index % 4 == 0)
    rare = replace(told, table=told.table.assign(numerator=seldom))
    assert not is_large_enough(chart(rare), 5)
