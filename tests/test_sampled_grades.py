"""Charts and signals of shares that are estimated from drawn audits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from trend_samples import readings, share

from qa_sampling.errors import TrendError
from qa_sampling.trends.alerts import alerts
from qa_sampling.trends.chances import BinomialAhead
from qa_sampling.trends.changes import propose_rebases
from qa_sampling.trends.charts import chart
from qa_sampling.trends.choosing import choose_chart
from qa_sampling.trends.classical import Material
from qa_sampling.trends.latest import latest_test
from qa_sampling.trends.predictive import sampled_lines
from qa_sampling.trends.presets import PRESETS
from qa_sampling.trends.rules import evaluate
from qa_sampling.trends.sampled_grades import effective_audits
from qa_sampling.trends.spikes import find_spikes


def sampled(value: list, effective: list, **about: object):
    """Readings of estimated shares, with the effective audits of each."""
    top = np.asarray(value) * np.asarray(effective)
    return readings(top, effective, kind="grade", unit="share", better="up", **about)


class TestEffectiveAudits:
    def test_the_usual_design_effect_and_the_own_weights_where_they_do_more(self) -> None:
        found = effective_audits([10, 30, 20], [1.0, 2.0, 1.5], [1.0, 1.2, 3.0])
        usual = (10 * 1 + 30 * 2 + 20 * 1.5) / 60
        assert found == pytest.approx([10 / usual, 30 / usual, 20 / 3])

    def test_never_more_than_were_read(self) -> None:
        assert effective_audits([10, 20], [0.4, 0.6], [1.0, 1.0]).tolist() == [10, 20]

    def test_gaps_and_open_months_say_nothing_of_what_is_usual(self) -> None:
        found = effective_audits(
            [0, 20, 20], [np.nan, 1.5, 9.0], [np.nan, 1, 1], settled=[True, True, False]
        )
        assert np.isnan(found[0]) and found[1:] == pytest.approx([20 / 1.5] * 2)

    def test_numbers_that_cannot_be_are_refused(self) -> None:
        with pytest.raises(TrendError, match="1 or more"):
            effective_audits([10], [1.0], [0.5])


class TestChart:
    def test_a_plain_sample_has_the_limits_of_a_share(self) -> None:
        """With a design effect of 1, what is beyond is beyond on the chart of shares too."""
        met, n = [14, 16, 13, 15, 17, 12, 15, 14] * 3 + [6], [20] * 25
        one = chart(sampled(np.array(met) / 20, n))
        plain = chart(share(met, n))
        assert one.kind.name == "sampled_grade" and "as precise as some 20 audits" in one.reason
        both = one.table, plain.table
        assert both[0]["beyond_limit"].tolist() == both[1]["beyond_limit"].tolist()
        assert both[0]["beyond_limit"].iloc[-1] == -1
        assert both[0]["shift"].tolist() == both[1]["shift"].tolist()
        assert both[0]["low"].iloc[-1] == pytest.approx(both[1]["low"].iloc[-1] - 0.5 / 20)
        assert latest_test(one).p == pytest.approx(latest_test(plain).p)

    def test_a_design_effect_widens_the_limits_and_a_large_month_narrows_them(self) -> None:
        value = [0.7, 0.75, 0.65, 0.72] * 6
        wide = chart(sampled(value, [10.0] * 24)).table
        narrow = chart(sampled(value, [20.0] * 23 + [60.0])).table
        assert (wide["low"] < narrow["low"]).all() and (wide["high"] > narrow["high"]).all()
        assert narrow["low"].iloc[-1] > narrow["low"].iloc[0]
        assert wide["value"].tolist() == pytest.approx(value)

    def test_limits_by_hand(self) -> None:
        """A new month of 12.4 effective audits is a beta-binomial one of 12."""
        value, effective = np.tile([0.5, 0.75, 0.625], 8), np.full(24, 12.4)
        found = chart(sampled(value, effective)).table.iloc[-1]
        good, all_of = float((value * effective)[:-1].sum()), float(effective[:-1].sum())
        centre = (good + 0.5) / (all_of + 1)
        spread = 1 + (12.4 - 1) / (all_of + 2)  # phi is 1: the months scatter less than chance does
        within = (spread * 12.4 / 12 - 1) / 11
        total = 1 / within - 1
        ahead = stats.betabinom(12, centre * total, (1 - centre) * total)
        low = int(ahead.ppf(0.00135))
        assert found["centre"] == pytest.approx(good / all_of)
        assert found["low"] == pytest.approx((low - 0.5) / 12)

    def test_hollow_months_never_signal(self) -> None:
        mature = [True] * 24 + [False]
        one = chart(sampled([0.8, 0.75, 0.7] * 8 + [0.0], [20.0] * 25, mature=mature))
        assert one.fired.empty and not one.table["baseline"].iloc[-1]

    def test_without_effective_audits_there_is_a_run_chart(self) -> None:
        plain = readings([0.6, 0.7, 0.65, 0.55] * 6, kind="grade", unit="share")
        assert chart(plain).kind.name == "run" == choose_chart("grade", counts=[0.6] * 24).chart
        with pytest.raises(TrendError, match="effective audits"):
            chart(plain, "sampled_grade")

    def test_a_share_above_its_audits_is_refused(self) -> None:
        with pytest.raises(Exception, match="larger than their denominator"):
            sampled([0.5, 1.2], [10.0, 10.0])

    def test_a_change_of_level_is_proposed_as_of_a_share(self) -> None:
        rows = sampled([0.5, 0.45, 0.55] * 5 + [0.9, 0.95, 0.85] * 5, [25.0] * 30)
        (one,) = propose_rebases(rows)
        assert (one.before, one.after) == pytest.approx((0.5, 0.9))

    def test_alerts_speak_of_per_cent(self) -> None:
        found = alerts({("Good", "All"): chart(sampled([0.8, 0.75, 0.7] * 8 + [0.2], [20.5] * 25))})
        assert found.table["meaning"].tolist() == ["concern"]
        words = found.table["words"].iloc[0]
        assert "20% estimated from audits worth 20 drawn plainly, 75% expected" in words
        assert "55 points below it" in words and "look ordinary at" in words

    def test_shares_between_whole_numbers_are_held_to_the_nearest(self) -> None:
        ahead = BinomialAhead(np.array([12.4]), np.array([0.5]), np.array([3.1]))
        whole = BinomialAhead(np.array([12.0]), np.array([0.5]), np.array([3.1]))
        assert ahead.tails(np.array([12.4 / 3])) == whole.tails(np.array([4.0]))


class TestSignals:
    def rows(self, value: list, effective: float) -> pd.DataFrame:
        starts = pd.date_range("2024-01-01", periods=len(value), freq="MS")
        return pd.DataFrame({
            "measure": "audits_good", "unit_kind": "all", "unit": "All", "start": starts,
            "numerator": np.array(value) * effective, "denominator": effective, "mature": True,
        })  # fmt: skip

    def test_a_fall_is_a_signal_and_says_per_cent(self) -> None:
        table = self.rows([0.8, 0.75, 0.7] * 8 + [0.2], 20.5)
        found = find_spikes(table, kinds={"audits_good": "sampled"}, sides={"audits_good": "low"})
        (one,) = found.signals
        assert one.words.startswith(
            "audits_good, All, January 2026: 20% estimated from audits where 75% was expected."
        )
        assert "as precise as 20.5 audits" in one.words

    def test_counts_in_fractions_stay_refused_of_all_other_kinds(self) -> None:
        with pytest.raises(TrendError, match="no counts"):
            find_spikes(self.rows([0.8] * 13, 20.5))


def test_latest_month_of_stable_audits_is_seldom_a_signal() -> None:
    """A small piece of benchmarks/trend_false_alarms.py: unequal weights, design effects 1 to 2."""
    alarms, series = [], 1500
    for place, (n, few, level) in enumerate([(10, 2, 0.6), (20, 3, 0.9), (60, 30, 0.75)]):
        dice, halves = np.random.default_rng([7, place]), np.array([few, n - few])
        parts = [dice.binomial(one, level, (series, 24)) / one for one in halves]
        value, audits = sum(parts) / 2, np.full((series, 24), float(n))
        weights = np.full_like(audits, n * (0.25 / halves).sum())
        errors = sum(0.25 * p * (1 - p) / (k - 1) for p, k in zip(parts, halves, strict=True))
        plain = value * (1 - value) / (n - 1)
        effect = np.where(plain > 0, errors / np.where(plain > 0, plain, 1), weights)
        effective = effective_audits(audits, effect, weights)
        base = np.arange(24) < 23
        lines = sampled_lines(Material(value * effective, effective, np.tile(base, (series, 1))))
        fired = evaluate(value, lines, PRESETS["steady"])
        alarms.append(np.mean([(fired["beyond_limit"] != 0) | (fired["shift"] != 0)], axis=(0, 1)))
    assert max(one[-1] for one in alarms) <= 0.01
    lines = replace(lines, low=np.full_like(lines.low, 0.65), high=np.full_like(lines.high, 0.85))
    assert (evaluate(value, lines, PRESETS["steady"])["beyond_limit"][:, -1] != 0).mean() > 0.01
