"""Spikes and drifts: golden values, a plain twin, false alarms, what is planted, and edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.trends.drifts import expect_drift
from qa_sampling.trends.expecting import expect_latest, expect_window
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.series_grid import grids_of
from qa_sampling.trends.spikes import deep_dive_parameters, find_spikes


def readings(values, *, measure="re_referrals", of=None, families=None, open_months=0, **more):
    """Give series as a long table; a NaN is a gap."""
    values = np.atleast_2d(np.asarray(values, dtype=float))
    series, months = values.shape
    frame = pd.DataFrame(
        {
            "measure": measure,
            "unit_kind": more.get("unit_kind", "team"),
            "unit": np.repeat([f"T{row:02}" for row in range(series)], months),
            "start": np.tile(pd.date_range("2021-01-01", periods=months, freq="MS"), series),
            "numerator": values.ravel(),
            "mature": np.tile(np.arange(months) < months - open_months, series),
        }
    )
    if of is not None:
        frame["denominator"] = np.broadcast_to(of, values.shape).ravel().astype(float)
    if families is not None:
        frame["families"] = np.asarray(families, dtype=float).ravel()
    return frame


def steady(series=6, months=30, mean=6, seed=1):
    return np.random.default_rng(seed).poisson(mean, (series, months)).astype(float)


def grid_of(frame, **more):
    return next(grids_of(frame, every="month", **more))


class TestExpected:
    def test_counts_are_exactly_negative_binomial(self) -> None:
        """Poisson baseline of Y in n months: NB(Y + 1/2, n / (n + 1)); Aitchison, Dunsmore 2.3."""
        counts = [5, 6, 7, 5, 6, 7, 5, 6, 7, 5, 6, 7, 5, 6, 7, 15]  # steadier than Poisson
        found = expect_latest(grid_of(readings(counts)), method="auto", every="month")
        told = stats.nbinom(sum(counts[:15]) + 0.5, 15 / 16)
        assert found.p("high")[0] == pytest.approx(told.sf(14), rel=1e-9)
        assert found.p("low")[0] == pytest.approx(told.cdf(15), rel=1e-9)
        assert found.expected[0] == 6 and found.method[0] == "negative binomial"

    def test_shares_are_exactly_beta_binomial(self) -> None:
        counts = [5, 6, 7] * 5 + [14]
        found = expect_latest(grid_of(readings(counts, of=20)), method="auto", every="month")
        told = stats.betabinom(20, 90 + 0.5, 300 - 90 + 0.5)
        assert found.p("high")[0] == pytest.approx(told.sf(13), rel=1e-9)
        assert found.method[0] == "beta-binomial"

    def test_a_window_is_the_sum_of_its_months(self) -> None:
        counts = [5, 6, 7] * 6 + [8] * 6
        grid = grid_of(readings(counts))
        found = expect_window(grid, 6, grid.exposure(12, "month"))
        told = stats.nbinom(6 * 18 + 0.5, 18 / 24)
        assert found.p("high")[0] == pytest.approx(told.sf(47), rel=1e-9)
        assert found.expected[0] == 36 and found.observed[0] == 48

    def test_a_drift_is_the_smallest_of_four_windows_times_four(self) -> None:
        counts = [5, 6, 7] * 8 + [9, 10] * 6
        grid = grid_of(readings(counts))
        found = expect_drift(grid, every="month", side="high")
        held = grid.exposure(24, "month")
        each = [expect_window(grid, n, held).p("high")[0] for n in (3, 6, 9, 12)]
        assert found.p[0] == pytest.approx(4 * min(each))
        assert found.length[0] == (3, 6, 9, 12)[int(np.argmin(each))]

    def test_five_years_are_held_against_the_same_time_of_year(self) -> None:
        counts = steady(6, 64)
        found = expect_latest(grid_of(readings(counts)), method="auto", every="month")
        watch = farrington(counts, at=[63], years_back=5)
        assert set(found.method) == {"farrington"} and set(found.why) == {"years"}
        assert found.expected == pytest.approx(watch.expected[:, 0])
        usual = np.maximum(watch.dispersion[:, 0], np.median(watch.dispersion[:, 0]))
        assert found.dispersion == pytest.approx(usual)
        # the error of what is expected makes the limits wider than Noufaily's
        rare = watch.p[:, 0] < 0.2
        assert rare.any() and (found.p("high")[rare] > watch.p[rare, 0]).all()

    def test_its_error_is_that_of_a_quasi_poisson_fit(self) -> None:
        """No month is unusual and phi is 1: the error of the level that statsmodels gives."""
        import statsmodels.api as sm

        counts = np.array(([9, 10, 11, 12, 11, 10] * 14)[:84], dtype=float)
        watch = farrington(counts, at=[80], years_back=3)
        window = [80 - 12 * year + shift for year in (3, 2, 1) for shift in range(-2, 3)]
        design = sm.add_constant((np.array(window) - 80) / 12)
        fit = sm.GLM(counts[window], design, family=sm.families.Poisson()).fit()
        assert watch.error[0, 0] == pytest.approx(fit.bse[0], rel=1e-6)

    def test_three_years_allow_for_the_time_of_year(self) -> None:
        turn = np.round(20 * (1 + 0.5 * np.cos(2 * np.pi * np.arange(49) / 12)))
        found = expect_latest(grid_of(readings(turn)), method="auto", every="month")
        assert found.why[0] == "season" and found.expected[0] == pytest.approx(30, abs=2.5)
        short = expect_latest(grid_of(readings(turn[13:])), method="auto", every="month")
        assert short.why[0] == "short" and short.expected[0] < 21

    def test_rates_are_held_against_their_exposure(self) -> None:
        counts = np.array([10.0] * 24 + [20.0])
        frame = readings(counts, of=[1000.0] * 24 + [2000.0])
        found = expect_latest(
            grid_of(frame, kinds={"re_referrals": "rate"}), method="auto", every="month"
        )
        assert found.expected[0] == pytest.approx(20) and found.p("high")[0] > 0.3

    def test_no_series_is_steadier_than_is_usual(self) -> None:
        counts = steady(5, 30)
        counts[0] = 6
        alone = expect_latest(grid_of(readings(counts[:1])), method="auto", every="month")
        among = expect_latest(grid_of(readings(counts)), method="auto", every="month")
        assert alone.dispersion[0] == 1
        assert among.dispersion[0] == pytest.approx(np.median(among.dispersion))


class TestFind:
    def test_a_planted_spike_is_found_and_says_all(self) -> None:
        counts = steady()
        counts[3, -1] = 22
        found = find_spikes(readings(counts, unit_kind="team"))
        (one,) = found.signals
        assert one.id == "re_referrals.team.T03.2023-06" and one.kind == "spike"
        assert one.observed == 22 and one.excess == pytest.approx(22 - one.expected)
        assert one.words == (
            f"re_referrals, T03, June 2023: 22 counted where {one.expected:.1f} were expected, "
            f"{one.excess:.1f} more. Among the 6 series looked at, it would look ordinary "
            f"at {one.ordinary:.0f} or fewer. Held against the 29 months before; there "
            "are too few years to tell the time of year."
        )
        assert deep_dive_parameters(one) == {
            "measure": "re_referrals", "period": "2023-06", "unit_kind": "team", "unit": "T03",
            "over": 1,
        }  # fmt: skip
        assert found.words.startswith("6 series were looked at: 1 latest period stands out.")
        assert found.table["id"].tolist() == [one.id]
        assert found.considered["signal"].sum() == 1 and len(found.considered) == 12

    @pytest.mark.parametrize(("side", "planted"), [("high", 34), ("low", 2), ("both", 3)])
    def test_at_the_ordinary_count_it_is_no_signal_and_one_beyond_it_is(self, side, planted):
        counts = steady(8, 30, 14, seed=4)
        counts[2, -1] = planted
        asked = {"sides": {"re_referrals": side}, "drifts": False}
        (one,) = find_spikes(readings(counts), **asked).signals
        step = 1 if one.side == "high" else -1
        assert deep_dive_parameters(one).get("direction", "more") == (
            "more" if planted == 34 else "fewer"
        )
        counts[2, -1] = one.ordinary
        assert not find_spikes(readings(counts), **asked).signals
        counts[2, -1] = one.ordinary + step
        assert find_spikes(readings(counts), **asked).signals[0].id == one.id

    def test_a_slow_drift_is_found_where_no_month_is_unusual(self) -> None:
        counts = steady(6, 36, 8, seed=2)
        counts[1, -9:] += [4, 5, 4, 5, 4, 5, 4, 5, 4]
        found = find_spikes(readings(counts))
        (one,) = found.signals
        assert one.kind == "drift" and one.id.endswith(".T01.2023-12.drift")
        assert one.since < one.period and "months to December 2023" in one.words
        assert "No one month makes it" in one.words and "months would look ordinary" in one.words
        assert not find_spikes(readings(counts), drifts=False).signals

    def test_one_month_makes_no_drift(self) -> None:
        counts = steady(6, 36, 4, seed=3)
        counts[1, -3] = 40
        assert not find_spikes(readings(counts)).signals

    def test_a_family_of_many_is_one_event(self) -> None:
        families = steady(6, 30, 4, seed=5)
        children = families + np.random.default_rng(6).poisson(families)
        children[2, -1] = families[2, -1] + 34  # one family more than most, of many children
        assert not find_spikes(readings(children, families=families)).signals
        assert find_spikes(readings(children)).signals
        families[2, -1], children[2, -1] = 16, 34
        (one,) = find_spikes(readings(children, families=families)).signals
        assert one.on_families and one.observed == 16 and one.children == 34
        base = children[2, :-1].sum() / families[2, :-1].sum()
        assert one.excess == pytest.approx(34 - one.expected * base)
        assert "They came from 16 families" in one.words and "families or fewer" in one.words

    def test_siblings_widen_a_share(self) -> None:
        counts = np.array([[5, 6, 7] * 8 + [12]], dtype=float)
        plain = expect_latest(grid_of(readings(counts, of=20)), method="auto", every="month")
        frame = readings(counts, of=20, families=counts // 2)
        with_them = expect_latest(grid_of(frame), method="auto", every="month")
        ratio = counts.sum() / (counts // 2).sum()
        assert with_them.dispersion[0] == pytest.approx(ratio)
        assert with_them.p("high")[0] > plain.p("high")[0]

    def test_most_excess_children_come_first(self) -> None:
        small, large = steady(6, 30, 1, seed=7), steady(6, 30, 20, seed=8)
        small[0, -1], large[0, -1] = 12, 50
        found = find_spikes(pd.concat([readings(small, measure="a"), readings(large, measure="b")]))
        assert [one.measure for one in found.signals] == ["b", "a"]

    def test_open_months_never_signal_and_are_not_learnt_from(self) -> None:
        counts = steady()
        counts[:, -1] = 40
        found = find_spikes(readings(counts, open_months=1))
        assert not found.signals
        assert set(found.considered["period"]) == {pd.Timestamp("2023-05-01")}
        same = find_spikes(readings(counts[:, :-1]))
        assert found.considered["p"].tolist() == same.considered["p"].tolist()

    def test_one_unit_s_open_month_says_so(self) -> None:
        frame = readings(steady(4))
        last = (frame["unit"] == "T01") & (frame["start"] == "2023-06-01")
        frame.loc[last, ["numerator", "mature"]] = [50, False]
        told = find_spikes(frame).considered.query("unit == 'T01' and kind == 'spike'").iloc[0]
        assert told["why_not"] == "the latest period can still change" and np.isnan(told["p"])

    def test_gaps_are_no_zeros(self) -> None:
        counts = steady(4, 40)
        counts[:, 10:20] = np.nan
        frame = readings(counts)
        gappy = expect_latest(grid_of(frame), method="auto", every="month")
        left_out = frame.dropna(subset=["numerator"])
        again = expect_latest(grid_of(left_out), method="auto", every="month")
        assert gappy.expected == pytest.approx(again.expected) and gappy.expected[0] > 4
        counts[1, -1] = np.nan
        told = find_spikes(readings(counts), drifts=False).considered
        assert told["why_not"].tolist() == ["", "no count in the latest period", "", ""]

    def test_what_is_too_short_is_not_judged(self) -> None:
        found = find_spikes(readings(steady(3, 12)))
        assert set(found.considered["why_not"]) == {"fewer than 12 settled periods before it"}
        assert found.words == "No series is long and settled enough to be looked at."

    @pytest.mark.parametrize(
        ("counts", "why"),
        [(np.zeros((5, 30)), ""), (np.full((5, 30), 4.0), ""), (np.full((5, 30), np.nan), "none")],
    )
    def test_all_zero_all_the_same_and_no_count_at_all(self, counts, why) -> None:
        found = find_spikes(readings(counts))
        assert not found.signals
        blank = (found.considered["why_not"] == "").all()
        assert blank == (why == "")

    def test_an_empty_table_and_one_wholly_open(self) -> None:
        frame = readings(steady(2))
        for none in (frame.iloc[:0], frame.assign(mature=False)):
            found = find_spikes(none)
            assert not found.signals and not len(found.considered) and not len(found.table)

    def test_the_first_event_in_years_is_no_signal_and_five_are(self) -> None:
        counts = np.zeros((5, 40))
        counts[0, -1] = 1
        assert not find_spikes(readings(counts)).signals
        counts[0, -1] = 5
        assert find_spikes(readings(counts)).signals

    def test_farrington_asked_for_says_what_it_cannot_do(self) -> None:
        short = find_spikes(readings(steady()), method="farrington", drifts=False)
        assert set(short.considered["why_not"]) == {"fewer than three years before it"}
        share = find_spikes(readings(steady(), of=40), method="farrington", drifts=False)
        assert "counts, not rates" in share.considered["why_not"].iloc[0]
        never = find_spikes(readings(np.zeros((1, 45))), method="farrington", drifts=False)
        assert "no event" in never.considered["why_not"].iloc[0]
        spiked = steady(6, 45)
        spiked[2, -1] = 30
        (one,) = find_spikes(readings(spiked), method="farrington", drifts=False).signals
        assert one.method == "farrington" and "same time of the years before" in one.words

    def test_less_than_one_a_month_is_held_against_the_months_before(self) -> None:
        counts = steady(5, 64, 0.4, seed=9)
        found = expect_latest(grid_of(readings(counts)), method="auto", every="month")
        assert set(found.why) == {"few"} and set(found.method) == {"negative binomial"}

    def test_quarters(self) -> None:
        counts = steady(6, 20, 20)
        counts[0, -1] = 60
        frame = readings(counts)
        days = pd.date_range("2020-01-01", periods=20, freq="QS")
        frame["start"] = np.tile(days, 6)
        (one,) = find_spikes(frame, every="quarter", drifts=False).signals
        assert one.id.endswith(".2024-Q4") and "the quarter from October 2024" in one.words
        assert deep_dive_parameters(one)["period"] == "2024-12"
        assert deep_dive_parameters(one)["over"] == 3

    def test_names_that_had_to_be_altered_stay_apart(self) -> None:
        counts = steady(5)
        counts[:2, -1] = 40
        frame = readings(counts).replace({"unit": {"T00": "Team A", "T01": "Team_A"}})
        first, second = sorted(one.id for one in find_spikes(frame, drifts=False).signals)
        assert first.startswith("re_referrals.team.Team_A-") and first.endswith(".2023-06")
        assert second == "re_referrals.team.Team_A.2023-06"

    @settings(max_examples=6, deadline=None)
    @given(st.integers(0, 10_000), st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, seed: int, shuffle) -> None:
        counts = steady(3, 26, 4, seed)
        counts[1, -1] += 14
        frame = readings(counts)
        order = list(range(len(frame)))
        shuffle.shuffle(order)
        there, again = find_spikes(frame), find_spikes(frame.iloc[order])
        assert there.signals == again.signals
        pd.testing.assert_frame_equal(there.considered, again.considered)

    def test_the_table_given_is_not_altered(self) -> None:
        frame = readings(steady())
        before = frame.copy(deep=True)
        find_spikes(frame)
        pd.testing.assert_frame_equal(frame, before)


def test_stable_series_seldom_signal_and_a_spike_is_found() -> None:
    """benchmarks/spike_false_alarms.py, docs/trends.md: the aim is 1% of latest periods."""
    dice = np.random.default_rng(12)
    for mean, phi, found_of in ((0.3, 2, 0), (2, 1.5, 5), (10, 2, 90), (30, 1, 100)):
        shape = (500, 24)
        drawn = (
            dice.poisson(mean, shape)
            if phi == 1
            else dice.negative_binomial(mean / (phi - 1), 1 / phi, shape)
        ).astype(float)
        frame = readings(drawn).assign(
            unit_kind=np.repeat([f"k{row // 10}" for row in range(500)], 24)
        )
        grid = grid_of(frame)
        stable = expect_latest(grid, method="auto", every="month").p("high")
        drifting = expect_drift(grid, every="month", side="high").p
        # 99.9% of counts of 500 at 1% lie at 13 or fewer
        assert (stable <= 0.001).sum() <= 13 and (drifting <= 0.001).sum() <= 13
        frame.loc[frame["start"] == "2022-12-01", "numerator"] = np.round(4 * mean) + 1
        spiked = expect_latest(grid_of(frame), method="auto", every="month").p("high")
        assert 100 * (spiked <= 0.001).mean() >= found_of


def test_five_years_are_watched_by_what_is_calibrated_and_not_by_the_published_bound() -> None:
    """Farrington's bound at 1% alarms on more than 1% of counts that scatter; the pages' do not."""
    dice, published, ours = np.random.default_rng(5), [], []
    for mean, phi in ((0.3, 2), (2, 2), (5, 1.5), (30, 2)):
        drawn = dice.negative_binomial(mean / (phi - 1), 1 / phi, (600, 64)).astype(float)
        published.append(farrington(drawn, at=[63], years_back=5, chance=0.01).alarm.mean())
        found = expect_latest(grid_of(readings(drawn)), method="auto", every="month")
        assert mean < 1 or (found.method == "farrington").all()
        ours.append((found.p("high") <= 0.001).mean())
    assert max(ours) <= 0.01 < max(published)


def test_groups_of_the_same_children_keep_the_false_discovery_rate() -> None:
    """A small piece of benchmarks/spike_false_alarms.py: every child stands in three kinds."""
    dice, rounds = np.random.default_rng(21), []
    starts = pd.date_range("2023-01-01", periods=30, freq="MS")
    for _ in range(12):
        frames = []
        for measure, mean in (("a", 60), ("b", 25), ("c", 12)):
            month = np.repeat(np.arange(30), dice.negative_binomial(mean / 0.5, 1 / 1.5, 30))
            for kind, n in (("all", 1), ("team", 8), ("need", 5), ("age", 5)):
                table = np.zeros((n, 30))
                np.add.at(table, (dice.integers(n, size=len(month)), month), 1)
                frames.append(
                    pd.DataFrame({
                        "measure": measure, "unit_kind": kind, "start": np.tile(starts, n),
                        "unit": np.repeat([str(one) for one in range(n)], 30),
                        "numerator": table.ravel(), "mature": True,
                    })
                )  # fmt: skip
        rounds.append(pd.concat(frames, ignore_index=True))
    false = sum(bool(find_spikes(one).signals) for one in rounds)
    assert false <= 4, "99% of 12 rounds at 10% have 4 or fewer with a signal, all of them false"
    rounds[0].loc[(rounds[0]["unit_kind"] == "team") & (rounds[0]["unit"] == "3")
                  & (rounds[0]["start"] == starts[-1]) & (rounds[0]["measure"] == "a"),
                  "numerator"] += 30  # fmt: skip
    assert ("team", "3") in {(one.unit_kind, one.unit) for one in find_spikes(rounds[0]).signals}


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        (
            {},
            {"method": "ears"},
            "`method` must be one of auto, farrington, predictive; got 'ears'",
        ),
        ({}, {"level": 0}, r"got 0\. Give 0\.001"),
        ({}, {"false_discovery": 1}, r"between 0 and 1; got 1\. Give 0\.1"),
        ({}, {"sides": {"re_referrals": "up"}}, "must be one of high, low, both; got 'up'"),
        ({}, {"sides": {"other": "low"}}, "`sides` names 'other', which no reading has"),
        ({}, {"kinds": {"other": "rate"}}, "`kinds` names 'other', which no reading has"),
        (
            {},
            {"kinds": {"re_referrals": "mean"}},
            "must be one of count, rate, proportion, sampled",
        ),
        ({}, {"kinds": {"re_referrals": "rate"}}, "is a rate and has no denominator"),
        ({}, {"every": "week"}, '`every` must be "month" or "quarter"; got \'week\''),
        ({}, {"every": "quarter"}, "do not start with the first day of a quarter"),
        ({"start": pd.Timestamp("2021-01-15")}, {}, "1 rows do not start with the first day"),
        ({"numerator": -1}, {}, "1 numerators are no counts"),
        ({"numerator": 0.5}, {}, "measurements cannot be watched"),
        ({"families": 90}, {}, "1 rows have more families than there were"),
        ({"denominator": 1, "numerator": 4}, {}, "larger than their denominator"),
    ],
)
def test_refused(change, asked, message) -> None:
    frame = readings(steady(1))
    for name, value in change.items():
        if name not in frame:
            frame[name] = np.nan
        frame.loc[0, name] = value
    with pytest.raises(TrendError, match=message):
        find_spikes(frame, **asked)


def test_a_table_that_is_not_as_declared() -> None:
    with pytest.raises(
        SchemaError, match=r"readings of many measures is not as declared.*`mature`"
    ):
        find_spikes(readings(steady(1)).drop(columns="mature"))
    twice = pd.concat([readings(steady(1))] * 2)
    with pytest.raises(SchemaError, match="repeat the key"):
        find_spikes(twice)


def test_a_sparse_series_is_watched_without_a_trend() -> None:
    """Every event in the last month held against: a trend has no end; the mean is 5 of 25."""
    counts = np.zeros(72)
    counts[71 - 12 + 2] = 5
    found = farrington(counts, at=[71], years_back=5)
    assert found.trend[0, 0] == 0 and found.expected[0, 0] < 0.5


def test_the_ordinary_count_says_among_how_many_it_holds() -> None:
    counts = steady()
    counts[3, -1] = 22
    many = find_spikes(readings(counts, unit_kind="team")).signals[0]
    alone = find_spikes(readings(counts[3:4], unit_kind="team")).signals[0]
    assert many.ordinary >= alone.ordinary, "among many one must be further off"
    at = "it would look ordinary at"
    assert f"Among the 6 series looked at, {at} {many.ordinary:.0f}" in many.words
    assert f"Looked at by itself, {at} {alone.ordinary:.0f}" in alone.words
