"""Charts, rules and frozen baselines that parameters ask for: what fits, what is drawn, and why."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from measure_twins import plain
from trend_samples import readings, share

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting.outcome_charts_view import large_charts, reasons_view
from qa_sampling.reporting.plot_findings import chart_finding
from qa_sampling.runs.outcomes.asked import Asked
from qa_sampling.runs.outcomes.charting import charted, wait_charts
from qa_sampling.runs.outcomes.exploring import Exploration
from qa_sampling.runs.outcomes.group_cells import protected_groups, shown_groups
from qa_sampling.runs.outcomes.steps import _charts as rate_charts
from qa_sampling.runs.outcomes.steps import outcomes_of
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.charts import chart
from qa_sampling.trends.rebasing import Rebase

PAGE = "outcome_trends"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"charts": {"x": "c"}}, "there is no measure 'x'"),
        ({"charts": {"s47": "y"}}, "the chart 'y' is unknown; it must be one of run, xmr, c"),
        (
            {"charts": {"s47": "p"}},
            "s47 is a count, which 'p' is not for; choose one of: run",
        ),
        ({"charts": {"re_referrals": "c"}}, "re_referrals is a proportion, which 'c' is not for"),
        ({"charts": {"s47": "g"}}, "the chart 'g' is for a share of cases, not for s47"),
        ({"charts": {"assessment_days": "t"}}, "the chart 't' is for counts or shares of cases"),
        ({"charts": {"children_in_need": "c"}}, "children_in_need is counted on a day"),
        (
            {"rules": "nelson"},
            "`rules`: input should be 'ours', 'mdc'",
        ),
        ({"freeze": {"x": "2025-03"}}, "there is no measure 'x'"),
        ({"freeze": {"s47": "March"}}, "`freeze`"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(values, words):
    with pytest.raises(ParameterError, match=words):
        read_parameters(PAGE, values)


def test_the_explorers_chart_must_fit_its_measure():
    with pytest.raises(ParameterError, match="which 'c' is not for"):
        read_parameters("trend_explorer", {"measure": "re_referrals", "chart": "c"})
    assert read_parameters("trend_explorer", {"measure": "s47", "chart": "c"}).chart == "c"


ONE = share([4, 6] * 18, [20] * 36)


@pytest.mark.parametrize(
    ("asked", "kind", "preset"),
    [
        ({}, "beta_binomial", "steady"),
        ({"kind": "p_prime"}, "p_prime", "mdc"),
        ({"rules": "nhsr"}, "xmr", "nhsr"),
        ({"rules": "anhoej"}, "run", "anhoej"),
        ({"rules": "excel", "kind": "p"}, "p", "excel"),
    ],
)
def test_chart_and_rules_are_those_asked_for(asked, kind, preset):
    drawn = charted(ONE, **asked)
    assert (drawn.kind.name, drawn.preset.name) == (kind, preset)


def test_a_frozen_baseline_is_that_of_the_months_up_to_it():
    counts = [10, 14] * 9 + [30, 34] * 9
    frozen = charted(readings(counts), kind="c", freeze="2023-09")  # 18 months from April 2022
    mean = np.mean(counts[:18])
    assert frozen.table["centre"].iloc[-1] == pytest.approx(mean)
    assert frozen.table["high"].iloc[-1] == pytest.approx(mean + 3 * np.sqrt(mean))
    assert frozen.table["beyond_limit"].iloc[18:].all(), "what came after is tested against them"
    free = charted(readings(counts), kind="c")
    assert free.table["centre"].iloc[-1] == pytest.approx(np.mean(counts))
    why = reasons_view([frozen])["Why this chart"][0]
    assert why.endswith("Its lines were frozen: they rest on what was known up to September 2023.")
    assert "frozen" not in reasons_view([free])["Why this chart"][0]


def test_a_freeze_needs_twelve_months_since_the_line_was_set_anew():
    one = readings([10, 14] * 18, measure="Plans")
    with pytest.raises(TrendError, match="`freeze`: Plans has 6 settled periods up to September"):
        charted(one, freeze="2022-09")
    anew = (Rebase("2023-04-01", by="Director", reason="New door"),)
    with pytest.raises(TrendError, match="has 6 settled periods since the centre line was set"):
        charted(one, freeze="2023-09", rebases=anew)
    assert charted(one, freeze="2024-04", rebases=anew).table["phase"].max() == 1


ASKED = {"charts": {"s47": "c", "plan_ends": "t", "icpc_15_days": "g"}}


@pytest.fixture(scope="module")
def told(invented_told):
    return invented_told


@pytest.fixture(scope="module")
def page(told):
    names = ("s47", "plan_ends", "icpc_15_days")
    return outcomes_of(told, OutcomeTrends(measures=names, period="2026-03", **ASKED))


def test_the_page_draws_what_was_asked_for(page):
    assert page.charts["s47"].kind.name == "c"
    assert page.charts["plan_ends"].kind.name == "gamma_poisson", "months are charted as well"
    assert {name: one.kind.name for name, one in page.wait_charts.items()} == {
        "plan_ends": "t",
        "icpc_15_days": "g",
    }
    shown = large_charts(page.charts, {}, page.wait_charts, ("s47",))
    assert [one.measure for one, _ in shown] == [
        "Section 47 enquiries",
        "Days between events: Child protection plans ended",
        "Cases between misses: Initial conferences within 15 working days",
    ]
    assert shown[0][1] == "C chart. Asked for in the parameters."
    assert shown[1][0].warnings[0].startswith("These events are not rare")
    rate = chart(ONE)
    both = {"s47": page.charts["s47"], "icpc_15_days": page.charts["icpc_15_days"]}
    drawn = large_charts(both, dict.fromkeys(both, rate), {}, ("s47", "icpc_15_days"))
    assert [one.unit for one, _ in drawn] == ["count", "share"], "what was asked for is shown"
    assert chart_finding(shown[1][0]).split(";")[0].startswith(("As usual on", "Unusual on"))


def lines_by_hand(table, rows, kind):
    """Centre and limits of rates, written out, of the months that the lines rest on."""
    top, whole = (rows[one].to_numpy(dtype="float64") for one in ("numerator", "denominator"))
    value = 10_000 * top / whole
    kept = table["baseline"].to_numpy(dtype=bool)
    if kind == "xmr":
        centre = sum(value[kept]) / kept.sum()
        steps = [abs(b - a) for a, b in pairwise(value[kept])]
        wide = 2.66 * sum(steps) / len(steps)
        return np.full(len(value), centre), np.full(len(value), centre + wide)
    level = sum(top[kept]) / sum(whole[kept])
    return np.full(len(value), 10_000 * level), 10_000 * (level + 3 * np.sqrt(level / whole))


def test_the_page_draws_rates_as_asked_for(page):
    rate = page.rate_charts["s47"]
    assert rate.kind.name == "u"
    assert rate.reason.startswith("A c chart takes every month to have as many children")
    waits = page.rate_charts["plan_ends"]
    assert waits.kind.name == "gamma_poisson"
    assert waits.reason.startswith("What lies between rare events is no rate; it is charted")
    held = page.charts, page.rate_charts, page.wait_charts
    shown = [one.unit for one, _ in large_charts(*held, ("s47", "plan_ends"))]
    assert shown[:2] == ["count", "rate"], "a c chart is of counts"


@pytest.mark.parametrize(
    ("asked", "kinds", "until"),
    [
        ({"rules": "mdc"}, ("xmr", "xmr"), "2026-03-01"),
        ({"rules": "anhoej"}, ("run", "run"), "2026-03-01"),
        ({"charts": {"s47": "u"}, "rate_chart": "u_prime"}, ("u", "u_prime"), "2026-03-01"),
        (
            {"charts": {"s47": "xmr"}, "rate_chart": "u",
             "freeze": {"s47": "2025-06", "plan_ends": "2025-06"}},
            ("xmr", "u"), "2025-06-01",
        ),
    ],
)  # fmt: skip
def test_rates_obey_charts_rules_and_freeze(page, asked, kinds, until):
    settings = OutcomeTrends(period="2026-03", **asked)
    drawn = rate_charts(page.rates, settings)
    for name, kind in zip(("s47", "plan_ends"), kinds, strict=True):
        one = drawn[name, "All"]
        assert one.kind.name == kind
        assert asked.get("rules", one.preset.name) == one.preset.name
        assert one.table.loc[one.table["baseline"], "period"].max() == pd.Timestamp(until)
        if kind in ("xmr", "u"):
            rows = page.rates[page.rates["measure"] == name]
            centre, high = lines_by_hand(one.table, rows, kind)
            np.testing.assert_allclose(one.table["centre"], centre, rtol=1e-12)
            np.testing.assert_allclose(one.table["high"], high, rtol=1e-12)


def test_waits_are_those_of_plain_loops(told, page):
    day = date(2026, 3, 31)
    months = page.readings[page.readings["measure"] == "plan_ends"]
    first = months.loc[months["numerator"].notna(), "start"].min().date()
    ends = {
        one["end"] for one in plain(told.events, day)
        if one["event"] == "Child protection plan" and one["end"] and one["end"] >= first
    }  # fmt: skip
    ordered = sorted(ends)
    gaps = [(b - a).days for a, b in pairwise(ordered)]
    table = page.wait_charts["plan_ends"].readings.table
    assert table.loc[table["mature"], "numerator"].tolist() == gaps
    assert not table["mature"].iloc[-1] or ordered[-1] == day


def test_cases_between_count_what_lies_between_and_brothers_and_sisters_once():
    from qa_sampling.runs.outcomes.charting import _cases_between

    days = pd.to_datetime(
        ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-05", "2025-01-05", "2025-01-06",
         "2025-01-07"]
    )  # fmt: skip
    rare = pd.Series([True, False, False, True, True, True, False])
    table = _cases_between(pd.DataFrame({"start": days}), rare)
    assert table["numerator"].tolist() == [2.0, 0.0, 1.0]
    assert table["mature"].tolist() == [True, True, False]
    assert wait_charts(None, (), pd.DataFrame(), OutcomeTrends()) == {}


@pytest.fixture(scope="module")
def found(told):
    trends = OutcomeTrends(
        charts={"s47": "c"}, freeze={"s47": "2025-06"}, breakdowns_by=("ethnicity",)
    )
    return Exploration(told, TrendExplorer(period="2026-03"), trends)


class TestTheExplorer:
    def test_it_takes_the_scheduled_chart_unless_another_is_asked_for(self, found):
        look = found.look(Asked("s47"))
        assert look.chart.kind.name == "c"
        base = look.chart.table.loc[look.chart.table["baseline"], "period"]
        assert base.max() == pd.Timestamp("2025-06-01")
        assert found.look(Asked("s47", chart="u_prime")).chart.kind.name == "u_prime"
        assert found.look(Asked("s47", rules="anhoej")).chart.kind.name == "run"
        days = found.look(Asked("s47", chart="t"))
        assert days.control.measure == "Days between events: Section 47 enquiries"
        with pytest.raises(TrendError, match="is for a share of cases, not for s47"):
            found.look(Asked("s47", chart="g"))

    def test_a_line_says_that_no_chart_goes_with_it(self, found):
        asked = Asked("s47", every="rolling", rules="mdc", chart="c", freeze="2025-06")
        assert found.look(asked).notes[-1] == (
            "Asked for and not drawn here: the chart 'c', the rules 'mdc', lines frozen at 2025-06."
        )

    def test_groups_are_by_quarter_with_small_ones_hidden(self, found):
        assert {"need", "age", "gender", "ethnicity"} <= set(found.unit_kinds())
        shorter = TrendExplorer(period="2026-03", months=18)  # fewer quarters are sooner hidden
        found = Exploration(found.told, shorter, found.trends)
        with pytest.raises(TrendError, match=r"by quarter alone.*Choose quarters"):
            found.look(Asked("re_referrals", "ethnicity", "Asian", "month"))
        rows = found.readings("re_referrals", "ethnicity", "quarter")
        own = rows["numerator"].astype("float64").dropna()
        rest = (rows["denominator"] - rows["numerator"].astype("float64")).dropna()
        assert rows["hidden"].any()
        assert not own.between(1, 5).any() and not rest.between(1, 5).any()
        unit = found.units("re_referrals", "ethnicity")[0]
        look = found.look(Asked("re_referrals", "ethnicity", unit, "quarter"))
        assert look.control.table.loc[look.control.table["hidden"], "value"].isna().all()


def grouped(**counts):
    starts = pd.to_datetime(["2025-01-01", "2025-04-01"])
    parts = [
        pd.DataFrame({"unit": unit, "start": starts, "numerator": values, "mature": True})
        for unit, values in counts.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    for name in ("denominator", "value", "children", "families", "pending", "unknown"):
        table[name] = np.nan
    return table


def test_one_hidden_group_hides_another_so_that_the_total_does_not_tell_it():
    table = protected_groups(grouped(A=[3, 30], B=[9, 40], C=[20, 50], D=[0, 0]))
    hidden = table[table["hidden"]]
    assert hidden["unit"].tolist() == ["A", "B"] and (hidden["start"] == "2025-01-01").all()
    assert hidden["numerator"].isna().all()
    two = protected_groups(grouped(A=[3, 30], B=[4, 40], C=[20, 50]))
    assert two.loc[two["hidden"], "unit"].tolist() == ["A", "B"]
    assert shown_groups(table) == ["A", "B", "C", "D"]
    never = protected_groups(grouped(A=[3, 2], B=[9, 9], C=[20, 50]))
    assert shown_groups(never) == ["C"]


def test_a_chart_of_the_data_says_why():
    words = reasons_view([chart(ONE)])["Why this chart"][0]
    assert words.startswith("Every period is a number out of 20 or so")
