"""The change scan: brute force, calibration, what a proposal says, what it never does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from trend_samples import readings, share

from qa_sampling.errors import TrendError
from qa_sampling.trends.change_scan import scan_arrays
from qa_sampling.trends.change_thresholds import COUNTS, LENGTHS, LEVELS, MEANS, MEASUREMENTS
from qa_sampling.trends.changes import propose_rebases, scan_chance, scan_threshold
from qa_sampling.trends.charts import chart


def deviance(top: np.ndarray, bottom: np.ndarray, split: int, family: str) -> float:
    """Twice the gain in log likelihood by a split, from scipy's densities."""

    def fit(y: np.ndarray, n: np.ndarray) -> float:
        if family == "count":
            return stats.poisson.logpmf(y, n * y.sum() / n.sum()).sum()
        if family == "share":
            return stats.binom.logpmf(y, n.astype(int), y.sum() / n.sum()).sum()
        return -((y - y.mean()) ** 2).sum() / 2

    parts = fit(top[:split], bottom[:split]) + fit(top[split:], bottom[split:])
    return 2 * (parts - fit(top, bottom))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["count", "share", "measurement"]))
def test_scan_by_brute_force(seed: int, family: str) -> None:
    dice = np.random.default_rng(seed)
    bottom = dice.integers(5, 30, 24).astype(float)
    top = {
        "count": dice.poisson(0.3 * bottom), "share": dice.binomial(bottom.astype(int), 0.4),
        "measurement": dice.normal(30, 5, 24),
    }[family].astype(float)  # fmt: skip
    found = scan_arrays(top[None], bottom[None], family=family)
    whole = {split: deviance(top, bottom, split, family) for split in range(6, 19)}
    if family == "measurement":
        # the gain over the variance that is left grows with the gain
        bottom = np.ones(24)
    best = max(whole, key=whole.get)
    assert whole[int(found.place[0])] == pytest.approx(whole[best], abs=1e-7)
    split = int(found.place[0])
    before, after = (
        top[part].sum() / bottom[part].sum() for part in (slice(split), slice(split, None))
    )
    assert (found.before[0], found.after[0]) == pytest.approx((before, after))
    rate = np.where(np.arange(24) < split, before, after)
    if family == "measurement":
        phi = ((top - rate) ** 2).sum() / 22
    else:
        plain = bottom * rate * (1 - rate if family == "share" else 1)
        phi = max(1.0, ((top - rate * bottom) ** 2 / plain).sum() / 22)
    assert found.statistic[0] == pytest.approx(whole[best] / phi, rel=1e-7, abs=1e-7)


def test_gaps_are_passed_over() -> None:
    values = np.array([3.0, 5, 4, 6, 2, 7, 4, 12, 11, 14, 10, 12, 15, 11])
    gapped = np.insert(values, [3, 9], np.nan)
    plain, found = scan_arrays(values[None]), scan_arrays(gapped[None])
    assert found.statistic == pytest.approx(plain.statistic)
    assert (plain.place[0], found.place[0], found.points[0]) == (7, 8, 14)


def test_too_short_and_unchanging_series() -> None:
    assert np.isnan(scan_arrays(np.ones((1, 11))).statistic[0])
    assert np.isnan(scan_arrays(np.full((1, 30), np.nan)).statistic[0])
    for family in ("count", "measurement"):
        assert scan_arrays(np.full((1, 20), 5.0), family=family).statistic[0] == 0
    assert scan_arrays(np.zeros((1, 20))).statistic[0] == 0
    assert propose_rebases(readings([4] * 11)) == ()
    assert propose_rebases(readings([])) == ()


def test_a_step_is_proposed_with_date_size_and_evidence() -> None:
    values = [18, 22, 20, 19, 21, 20] * 4 + [28, 32, 30, 29, 31, 30] * 3
    rows = readings(values)
    (found,) = propose_rebases(rows)
    assert found.date == pd.Timestamp("2024-04-01")
    assert (found.before, found.after, found.change) == pytest.approx((20, 30, 10))
    assert (found.points_before, found.points_after) == (24, 18)
    assert found.statistic > found.threshold
    assert found.threshold == pytest.approx(scan_threshold(42, np.mean(values)))
    assert found.chance == pytest.approx(LEVELS[-1])
    for words in ("from 20 to 30 (1.5 times) with April 2024", "24 months before, 18 since",
                  "Fewer than 1 in 500 stable series", "stays as it is until somebody decides",
                  "who decides"):  # fmt: skip
        assert words in found.words
    # nothing is applied by itself
    assert chart(rows).table["phase"].max() == 0
    decided = found.decide(by="Head of service", reason="New front door", decided="2025-10-01")
    anew = chart(rows, rebases=[decided])
    assert anew.table.groupby("phase")["period"].first().iloc[1] == found.date
    assert propose_rebases(rows, rebases=[decided]) == ()
    with pytest.raises(TrendError, match="needs `by` and `reason`"):
        found.decide(by="", reason="")


def test_two_steps_are_found_in_order() -> None:
    values = [20] * 14 + [40] * 14 + [21, 19] * 7
    first, second = propose_rebases(readings(values))
    assert (first.change, second.change) == pytest.approx((20, -20))
    assert first.date < second.date


def test_rates_shares_and_durations_are_in_their_units() -> None:
    (rate,) = propose_rebases(
        readings([20] * 12 + [40] * 12, [1000.0] * 24, kind="rate", per=10_000)
    )
    assert (rate.before, rate.after) == pytest.approx((200, 400))
    (part,) = propose_rebases(share([36, 35] * 6 + [24, 25] * 6, [40] * 24))
    assert "from 88.8% to 61.3%" in part.words
    # of a share the rarer outcome says how fine the counts are: 10 of 40 here
    assert part.threshold == pytest.approx(scan_threshold(24, 10.0))
    (days,) = propose_rebases(readings([30, 32] * 6 + [45, 47] * 6, kind="duration", unit="days"))
    assert (days.before, days.after) == pytest.approx((31, 46))
    assert days.threshold == pytest.approx(scan_threshold(24, None))


def test_periods_that_can_still_change_are_left_out() -> None:
    values = [20, 21] * 9 + [2] * 6
    assert propose_rebases(readings(values))
    assert not propose_rebases(readings(values, mature=[True] * 18 + [False] * 6))


def test_one_far_month_is_no_change_of_level() -> None:
    values = [5, 6, 4, 5, 6, 5, 4, 5] * 5
    values[20] = 25
    assert propose_rebases(readings(values)) == ()


@pytest.mark.parametrize(
    ("length", "mean", "phi"), [(18, 1.5, 1), (30, 6, 1.7), (54, 0.7, 1.3), (60, 20, 2)]
)
def test_stable_series_get_a_proposal_as_seldom_as_asked(
    length: int, mean: float, phi: float
) -> None:
    # A small piece of benchmarks/trend_false_alarms.py, between the cells that were simulated.
    dice = np.random.default_rng(20261125)
    if phi == 1:
        values = dice.poisson(mean, (2500, length)).astype(float)
    else:
        values = dice.negative_binomial(mean / (phi - 1), 1 / phi, (2500, length)).astype(float)
    found = scan_arrays(values).statistic
    limits = np.array([scan_threshold(length, one, level=0.05) for one in values.mean(axis=1)])
    assert (found > limits).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2500)


def test_a_step_of_a_third_is_nearly_always_found() -> None:
    dice = np.random.default_rng(20261125)
    values = np.hstack([dice.poisson(20, (500, 30)), dice.poisson(27, (500, 30))]).astype(float)
    found = scan_arrays(values)
    assert (found.statistic > scan_threshold(60, 23.5)).mean() > 0.98
    assert np.median(np.abs(found.place - 30)) <= 2


def test_thresholds_are_whole_and_rise_with_rarity() -> None:
    assert np.array(COUNTS).shape == (len(LENGTHS), len(MEANS), len(LEVELS))
    assert np.array(MEASUREMENTS).shape == (len(LENGTHS), len(LEVELS))
    assert (np.diff(np.array(COUNTS), axis=2) >= 0).all()
    assert (np.diff(np.array(MEASUREMENTS), axis=1) > 0).all()
    for place, level in enumerate(LEVELS):
        wanted = COUNTS[LENGTHS.index(36)][MEANS.index(5.0)][place]
        assert scan_threshold(36, 5.0, level=level) == pytest.approx(wanted)
        assert scan_chance(wanted, 36, 5.0) == pytest.approx(level)
    assert scan_threshold(500, 1e4) == pytest.approx(COUNTS[-1][-1][LEVELS.index(0.05)])
    assert scan_threshold(24, None) == pytest.approx(
        MEASUREMENTS[LENGTHS.index(24)][LEVELS.index(0.05)]
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: propose_rebases(readings([1] * 20), level=0.5), "between 0.002 and 0.2; got 0.5"),
        (lambda: propose_rebases(readings([1.5] * 20, kind="between")), "too skewed"),
        (lambda: scan_arrays(np.ones((1, 20)), family="luck"), "one of count, share, measurement"),
        (lambda: scan_arrays(np.ones((1, 20)), each_side=1), "2 or more points; got 1"),
    ],
)
def test_what_cannot_be_is_refused(call: object, message: str) -> None:
    with pytest.raises(TrendError, match=message):
        call()
