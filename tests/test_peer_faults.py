"""Faults measured in other programs, one after the other, and that they are not ours.

The order is that of the study of peers: its ten findings (1 to 10), the exact rules of each
program, and what users complain of. Each class bears the name of its paragraph. Numbers are those
that the other program gave, or the input that it failed on.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from trend_samples import flat_lines, readings, share

from qa_sampling.trends.alerts import alerts
from qa_sampling.trends.benchmarking import CHANGES
from qa_sampling.trends.between import waits
from qa_sampling.trends.change_scan import scan_arrays
from qa_sampling.trends.changes import propose_rebases, scan_threshold
from qa_sampling.trends.charts import chart
from qa_sampling.trends.choosing import choose_for
from qa_sampling.trends.decomposition import decompose
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.funnel import UNITS, funnel
from qa_sampling.trends.icons import assurance_of, icons_of
from qa_sampling.trends.interrupted import interrupted
from qa_sampling.trends.intervals import byar, exact_poisson
from qa_sampling.trends.many import chart_arrays, chart_frame
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.presets import PRESETS
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase
from qa_sampling.trends.rules import evaluate
from qa_sampling.trends.signals import meanings


def units(**counts: tuple[float, float]) -> pd.DataFrame:
    table = pd.DataFrame([(name, *pair) for name, pair in counts.items()], columns=UNITS.names)
    return table.astype({"numerator": "float64", "denominator": "float64"})


class TestFinding1MovingRangeScreening:
    """NHSRplotthedots and its port: one pass leaves no range, limits fall on the mean."""

    def test_the_port_s_own_example(self) -> None:
        # nhspy-plotthedots asserts limits of 1.2 and 1.2, and all five points flagged
        lines, fired = chart_arrays(
            np.array([[1.0, 1, 1, 1, 2]]), preset=replace(PRESETS["nhsr"], least=2)
        )
        assert lines.low[0, 0] < lines.centre[0, 0] < lines.high[0, 0]
        assert (np.vstack([one[0] for one in fired.values()]) != 0).any(axis=0).sum() <= 1

    def test_24_months_with_one_event(self) -> None:
        # NHSRplotthedots: 24 of 24 flagged, latest icon a concern
        rows = readings([0] * 12 + [1] + [0] * 11, better="down")
        assert not len(chart(rows).fired)
        assert not icons_of(chart(rows)).variation.startswith("concern")
        screened = chart(rows, "xmr", preset="nhsr")
        assert screened.fired["period"].nunique() == 1

    def test_constant_series_has_words_and_no_missing_limits(self) -> None:
        found = chart(readings([5] * 24))
        assert found.notes[0].startswith("No change in 24 months")
        assert not len(found.fired)

    def test_a_mean_of_a_third_a_month(self) -> None:
        # there: limits collapse in 19% of series, the latest month flagged in 30%
        values = np.random.default_rng(1).poisson(0.3, (400, 24)).astype(float)
        values = values[values.max(axis=1) > 0]
        lines, _ = chart_arrays(values, preset="nhsr")
        assert (lines.high[:, -1] > lines.centre[:, -1]).all()
        latest = chart_arrays(values, kind="gamma_poisson")[1]["beyond_limit"][:, -1]
        assert (latest != 0).mean() <= 0.01


class TestFinding2TwoOfThree:
    """NHSRplotthedots leaves points beyond a limit out of two of three."""

    def test_the_tail_that_is_left_unmarked(self) -> None:
        values = np.array([[10.0, 11.0] * 10 + [14, 11, 12.6]])
        lines = flat_lines(values.shape, centre=10.5, low=7.84, high=13.16)
        assert evaluate(values, lines, PRESETS["mdc"])["two_of_three"][0, -1] == 1
        assert evaluate(values, lines, PRESETS["nhsr"])["two_of_three"][0, -1] == 0  # as theirs


class TestFinding3ManyStableSeries:
    """All four rules on 120 stable series: 3.85 alerts a month, 98% of months with one."""

    def test_a_stable_round_has_hardly_any(self) -> None:
        counts = np.random.default_rng(7).poisson(np.repeat([2, 5, 12], 40)[:, None], (120, 36))
        charts = {
            (f"M{one // 10}", f"T{one % 10}"): chart(readings(row, better="down"))
            for one, row in enumerate(counts)
        }
        fired = chart_arrays(counts.astype(float), preset="mdc")[1]
        theirs = (np.array([one[:, -1] for one in fired.values()]) != 0).any(axis=0).sum()
        assert len(alerts(charts).table) == 0
        assert theirs >= 3


class TestFinding4FarringtonWeights:
    """farringtonFlexible overwrites the weights: half of all trends are "significant"."""

    def test_the_trend_is_as_wide_as_it_scatters(self) -> None:
        counts = np.random.default_rng(4).negative_binomial(20, 0.5, (800, 72)).astype(float)
        found = farrington(counts, at=[71], chance=0.01)
        assert np.median(found.dispersion) > 1.5  # theirs comes out near 1
        assert found.alarm.mean() < 0.035

    def test_too_short_says_why(self) -> None:  # epysurv, issue 40: opaque failures
        found = farrington(np.full(72, 6.0), at=[10])
        assert found.reason[0, 0] == "not enough years of history"


class TestFinding5Funnels:
    """FunnelPlotR: log(0) makes phi and tau² infinite; arcsine limits are not exact."""

    def test_a_unit_with_none_of_seven(self) -> None:
        found = funnel(
            units(none=(0, 30), **{f"u{n}": (20 + n, 100) for n in range(6)}), kind="rate"
        )
        assert np.isfinite([found.dispersion.phi, found.dispersion.tau2]).all()
        assert np.isfinite(found.funnel.limits.to_numpy()).all()

    @pytest.mark.parametrize(("centre", "n", "theirs"), [(0.05, 50, 0.077), (0.18, 20, 0.019)])
    def test_the_lower_tail_of_one_in_a_thousand(
        self, centre: float, n: int, theirs: float
    ) -> None:
        table = units(**{f"x{x}": (x, n) for x in range(n + 1)})
        found = funnel(table, kind="proportion", centre=centre, limits="exact").table
        below = found[(found["beyond"] == "outer") & (found["value"] < centre)]["numerator"]
        tail = stats.binom.pmf(below, n, centre).sum()
        assert tail <= 0.001 < theirs

    def test_other_levels_can_be_asked(self) -> None:  # fixed at 95 and 99.8 there, issue 44
        table = units(**{f"u{n}": (20 + 3 * n, 100) for n in range(6)})
        wide = funnel(table, kind="proportion", levels=(0.9, 0.99)).funnel.limits
        narrow = funnel(table, kind="proportion").funnel.limits
        assert (wide["high_outer"] < narrow["high_outer"]).all()


class TestFinding6Rebasing:
    """Recalculating at every shift rebases 35% of stable charts (31% with 12 and 7 points)."""

    def test_stable_series_are_seldom_proposed_and_never_rebased(self) -> None:
        counts = np.random.default_rng(6).poisson(20, (1500, 60)).astype(float)
        limits = [scan_threshold(60, one) for one in counts.mean(axis=1)]
        assert (scan_arrays(counts).statistic > limits).mean() <= 0.05 + 0.017  # three errors
        jumped = readings([20, 21, 19] * 8 + [40, 41, 39] * 8)
        assert propose_rebases(jumped)
        assert chart(jumped).table["phase"].max() == 0  # told, and left to a person

    def test_it_does_not_need_21_months_of_the_new_level(self) -> None:  # autospc
        (found,) = propose_rebases(readings([20, 22, 18] * 8 + [38, 42, 40] * 2))
        assert found.points_after == 6


class TestFinding8NotInAnyPeer:
    """Families, months that can change, audits as samples, who rebased and why."""

    def test_siblings_widen_what_chance_does(self) -> None:
        rows = [5, 9, 4, 6, 8, 5, 3, 7, 6, 5, 9, 4] * 3
        alone = chart(readings(rows), "gamma_poisson")
        together = chart(readings(rows), "gamma_poisson", sibling_dispersion=4.0)
        assert together.table["high"].iloc[-1] > alone.table["high"].iloc[-1]

    def test_open_months_are_never_signalled(self) -> None:
        rows = readings([10, 12] * 8 + [90, 95], mature=[True] * 16 + [False] * 2)
        assert not chart(rows).table.loc[16:, list(chart(rows).preset.rules)].any().any()

    def test_a_rebase_names_who_and_why(self) -> None:
        with pytest.raises(Exception, match="needs `by` and `reason`"):
            Rebase("2024-01-01", "", "")


class TestRulesOfPlotTheDots:
    """NHSRplotthedots 0.2.2 and nhspy-plotthedots."""

    def test_limits_stay_between_nothing_and_all(self) -> None:
        assert (chart(readings([0, 1, 0, 3] * 6), "xmr").table["low"] >= 0).all()
        assert (chart(share([19, 20] * 12, [20] * 24), "xmr").table["high"] <= 1).all()

    def test_float_noise_is_no_side(self) -> None:
        values = np.full((1, 8), np.nextafter(10, 11))
        lines = flat_lines(values.shape, centre=10, low=4, high=16)
        assert not evaluate(values, lines, PRESETS["mdc"])["shift"].any()

    def test_a_run_on_the_mean_is_none(self) -> None:  # commented out in the port
        values = np.full((1, 9), 10.0)
        lines = flat_lines(values.shape, centre=10, low=4, high=16)
        assert not any(one.any() for one in evaluate(values, lines, PRESETS["nhsr"]).values())

    def test_every_rule_at_a_point_is_told(self) -> None:  # one label a point there
        rows = readings([10, 12] * 10 + [60, 55, 50, 45, 40, 35, 30], better="down")
        told = meanings(chart(rows, "xmr", baseline=20)).iloc[-1]
        assert told["rules"].count(";") == 3
        assert told["both_ways"]

    def test_nothing_is_better_unless_said(self) -> None:  # "increase" there
        assert icons_of(chart(readings([10, 12] * 12 + [40]), "xmr")).variation == "neutral_high"
        wrong_way = [one for one in MEASURES.values() if one.better == "down"]
        assert {"re_referrals", "second_plans", "assessments_overdue"} <= {
            one.name for one in wrong_way
        }

    def test_twelve_points_have_limits_and_no_warning(self) -> None:  # warns at 12, says "< 12"
        found = chart(readings([10, 12] * 6), "xmr")
        assert found.table["high"].notna().all()
        eleven = chart(readings([10, 12] * 5 + [11]), "xmr")
        assert eleven.table["high"].isna().all()
        assert "12 months" in eleven.notes[0]

    def test_assurance_is_of_the_latest_phase(self) -> None:  # issue 172
        rows = readings([40, 42] * 7 + [10, 12] * 7, better="down", target=30)
        found = icons_of(chart(rows, "xmr", rebases=[Rebase("2023-06-01", "Head", "New team")]))
        assert found.assurance == "consistent_pass"

    def test_freeze_and_rebase_together(self) -> None:  # issue 93, and 20 of qicharts2
        values = [10, 12] * 6 + [50] * 2 + [20, 22] * 6 + [60] * 2
        rebase = [Rebase("2023-06-01", "Head", "New team")]
        centre = chart(readings(values), "xmr", baseline=12, rebases=rebase).table["centre"]
        assert centre.iloc[[0, -1]].tolist() == [11, 21]

    def test_the_caller_s_frame_is_left_alone(self) -> None:
        frame = pd.DataFrame(
            {"period": pd.date_range("2024-01-01", periods=14, freq="MS"), "numerator": range(14)}
        )
        before = frame.copy(deep=True)
        chart(Readings(frame), "xmr", preset="nhsr")
        chart_frame(frame.assign(series="a"))
        pd.testing.assert_frame_equal(frame, before)


class TestRulesOfPowerBi:
    """PowerBI-SPC."""

    def test_always_all_of_them_does_not_fail(self) -> None:  # issue 463
        found = icons_of(chart(share([14] * 24, [14] * 24, better="up", target=0.95)))
        assert found.assurance == "consistent_pass"

    def test_rules_are_on_without_being_asked(self) -> None:
        found = chart(readings([10, 12] * 12 + [40]), "xmr", preset="mdc")
        assert "beyond_limit" in set(found.fired["rule"])
        assert (PRESETS["mdc"].shift, PRESETS["mdc"].trend) == (7, 7)

    def test_two_of_three_needs_all_three_on_one_side(self) -> None:
        values = np.array([[10.0] * 5 + [15, 9, 15]])
        lines = flat_lines(values.shape, centre=10, low=4, high=16)
        assert not evaluate(values, lines, PRESETS["mdc"])["two_of_three"].any()


class TestRulesOfQicharts2:
    """qicharts2 0.8.1."""

    def test_a_gap_is_no_zero(self) -> None:  # issue 35, c chart
        found = chart(readings([5, np.nan, 7, 6, 5, 4, 6, 7, 5, 6, 5, 4, 6, 5]), "c")
        assert found.table["centre"].iloc[0] == pytest.approx(71 / 13)
        assert np.isnan(found.table["value"].iloc[1])

    def test_events_of_one_day_are_one_wait(self) -> None:  # issue 47, and t <= 0 stops there
        days = ["2025-01-01", "2025-01-01", "2025-01-01", "2025-01-09"]
        assert waits(days)["numerator"].tolist() == [8]

    def test_rare_events_have_the_chances_of_waits_and_not_three_sigma(self) -> None:
        mixed = np.cumsum(np.random.default_rng(2).exponential(40, 400) + 1).astype(int)
        days = pd.to_datetime("1990-01-01") + pd.to_timedelta(np.unique(mixed), "D")
        rows = Readings(waits(days), kind="between", unit="days", frequency="event")
        line = chart(rows, "t").table.iloc[-1]
        mean = rows.table["numerator"].iloc[:-1].mean()
        assert line["high"] == pytest.approx(-mean * np.log(0.00135), rel=0.05)
        assert line["low"] == pytest.approx(-mean * np.log(1 - 0.00135), rel=0.05)


class TestRulesOfTheOthers:
    """PHEindicatormethods, metriclens, spc-plotly, process-improvement, pyspc, CausalPy."""

    def test_byar_of_none_is_a_number(self) -> None:
        assert byar(0).low == 0 and np.isfinite(byar(0).high)
        assert exact_poisson(0).low == 0

    def test_mix_is_the_same_from_either_side_and_growth_alone_raises_nothing(self) -> None:
        def cases(north: int, south: int) -> pd.DataFrame:
            rows = [("N", int(n % 4 == 0)) for n in range(north)]
            rows += [("S", int(n % 4 == 0)) for n in range(south)]
            table = pd.DataFrame(rows, columns=["team", "y"])
            return table.assign(family_id=[f"F{n}" for n in range(len(table))])

        before, after = cases(40, 40), cases(40, 120)
        found = decompose(before, after, factors=["team"], outcome="y", draws=0)
        assert found.parts["contribution"].to_numpy() == pytest.approx(0, abs=1e-12)
        uneven = cases(40, 40).assign(y=[1] * 20 + [0] * 60)
        one = decompose(uneven, after, factors=["team"], outcome="y", draws=0)
        back = decompose(after, uneven, factors=["team"], outcome="y", draws=0)
        there, here = (part.parts.set_index("part")["contribution"] for part in (one, back))
        assert here.to_numpy() == pytest.approx(-there.to_numpy())

    def test_a_point_on_its_limit_is_not_beyond_it(self) -> None:  # spc-plotly: >=
        values = np.array([[10.0, 16, 4, 10]])
        lines = flat_lines(values.shape, centre=10, low=4, high=16)
        assert not evaluate(values, lines, PRESETS["mdc"])["beyond_limit"].any()

    def test_the_mean_is_not_rounded(self) -> None:  # process-improvement
        found = chart(readings([10 / 3, 11 / 3] * 8, kind="duration"), "xmr").table.iloc[0]
        assert found["high"] == pytest.approx(3.5 + 2.66 / 3, rel=1e-15)

    def test_shares_are_weighted_and_small_ones_allowed(self) -> None:  # pyspc; n p >= 5
        found = chart(share([1, 90] * 6, [2, 100] * 6), "p", tested=0).table
        assert found["centre"].iloc[0] == pytest.approx(91 / 102)

    def test_counts_are_fitted_as_counts(self) -> None:  # CausalPy: identity link
        low = np.array([3, 2, 4, 3, 2, 3] * 4 + [1, 0, 1, 0, 0, 1] * 3)
        table = pd.DataFrame(
            {"period": pd.date_range("2021-01-01", periods=42, freq="MS"), "numerator": low}
        )
        (effect,) = interrupted(table, kind="count", done=[("2023-01-01", "x")]).effects
        assert 0 < effect.confidence_interval("step").low < 1


class TestWhatUsersAskFor:
    """Section 5: issues of all programs."""

    def test_unrounded_values_meet_the_target(self) -> None:  # biSPCharts, issue 470
        assert assurance_of(4, 4.0004, 6, better="up") == "consistent_pass"
        assert assurance_of(4, 3.9996, 6, better="up") == "inconsistent"

    def test_the_chart_says_why_it_was_chosen(self) -> None:
        choice = choose_for(readings([0, 0, 1, 0] * 8))
        assert "rare" in choice.reason

    def test_rules_of_pictures_and_tables_are_the_same(self) -> None:
        values = np.array([[10.0, 12] * 12 + [40, 41]])
        fired = chart_arrays(values, preset="mdc")[1]
        alone = chart(readings(values[0]), "xmr", preset="mdc").table
        for rule, signs in fired.items():
            assert signs[0].tolist() == alone[rule].tolist()

    def test_boundary_changes_are_dated_data(self) -> None:
        # DfE's dashboard has two counties written into its code; these are of the Orders
        assert CHANGES[2022] == (("928",), ("940", "941"))  # Northamptonshire, April 2021
        assert CHANGES[2024] == (("909",), ("942", "943"))  # Cumbria, April 2023
        files = (Path(__file__).parents[1] / "qa_sampling").rglob("*.py")
        named = {one.name for one in files if "Cumbria" in one.read_text("utf-8")}
        assert named == {"benchmarking.py"}
