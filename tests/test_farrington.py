"""Farrington's method against R's surveillance, a plain twin, and its edges."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from qa_sampling.errors import TrendError
from qa_sampling.trends.farrington import farrington

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "farrington.json").read_text(encoding="utf-8")
)
SERIES = [name for name in GOLDEN if name != "source"]
SHARED = Path(__file__).parents[2] / "shared" / "data" / "trends"


@pytest.mark.parametrize("name", SERIES)
def test_as_r_gives_it(name: str) -> None:
    told = GOLDEN[name]
    found = farrington(
        np.array(told["counts"], dtype=float),
        at=told["at"],
        years_back=told["years_back"],
        either_side=told["either_side"],
        chance=told["chance"],
    )
    # R stops its fit at a change of 1e-8 and takes the dispersion from the step before.
    for field, tolerance in (("expected", 1e-4), ("trend", 1e-7), ("p", 1e-5)):
        theirs = [0.0 if value is None else value for value in told[field]]  # no trend kept
        assert getattr(found, field)[0] == pytest.approx(theirs, abs=tolerance)
    assert found.dispersion[0] == pytest.approx(told["dispersion"], abs=5e-4)
    for ours, theirs in zip(found.upper[0], told["upper"], strict=True):
        assert theirs is None or ours == theirs
    assert found.alarm[0].astype(int).tolist() == told["alarm"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared monthly series")
def test_two_years_of_the_monthly_series_as_r_gave_them() -> None:
    """By the defaults: `farringtonFlexible` of R surveillance, nbPlugin, months 73 to 96."""
    counts = pd.read_csv(SHARED / "surveillance_monthly_sim_input.csv")["observed"]
    theirs = pd.read_csv(SHARED / "surveillance_monthly_sim_nbPlugin.csv")
    assert len(theirs) == 24
    found = farrington(counts.to_numpy(dtype=float), at=(theirs["t"] - 1).tolist())
    assert found.upper[0].tolist() == theirs["upperbound"].tolist()
    assert found.alarm[0].astype(int).tolist() == theirs["alarm"].tolist()
    for field, column, tolerance in (
        ("expected", "expected", 1e-7), ("p", "pvalue", 1e-5), ("dispersion", "phi", 5e-4),
    ):  # fmt: skip
        assert getattr(found, field)[0] == pytest.approx(theirs[column].to_numpy(), abs=tolerance)


def test_a_plain_fit_by_statsmodels_where_no_month_is_unusual() -> None:
    counts = np.array(([9, 10, 11, 12, 11, 10] * 14)[:84], dtype=float)
    found = farrington(counts, at=[80], years_back=3, either_side=2)
    window = [80 - 12 * year + shift for year in (3, 2, 1) for shift in range(-2, 3)]
    design = sm.add_constant((np.array(window) - 80) / 12)
    fit = sm.GLM(counts[window], design, family=sm.families.Poisson()).fit()
    assert found.expected[0, 0] == pytest.approx(np.exp(fit.params[0]), rel=1e-9)
    assert found.trend[0, 0] == pytest.approx(fit.params[1] / 12, abs=1e-10)
    assert found.dispersion[0, 0] == 1


def test_many_series_are_watched_as_each_alone() -> None:
    counts = np.random.default_rng(5).poisson(6, (8, 72)).astype(float)
    counts[3, 40] = np.nan
    together = farrington(counts, at=[70, 71])
    for row, alone in enumerate(counts):
        found = farrington(alone, at=[70, 71])
        for field in ("expected", "upper", "p", "dispersion"):
            assert getattr(found, field)[0] == pytest.approx(getattr(together, field)[row])


def test_an_earlier_outbreak_does_not_hide_the_next() -> None:
    counts = np.tile(np.array([8, 9, 10, 11, 10, 9, 8, 7, 8, 9, 10, 9]), 6).astype(float)
    counts[59] = 60
    counts[71] = 24
    found = farrington(counts, at=[71])
    assert found.alarm[0, 0] and found.expected[0, 0] < 14


def test_a_trend_is_not_drawn_beyond_what_was_seen() -> None:
    counts = np.round(np.exp(0.06 * np.arange(72))).astype(float)
    found = farrington(counts, at=[71])
    assert found.trend[0, 0] == 0 and found.expected[0, 0] <= counts[:70].max()


def test_too_few_cases_are_no_alarm() -> None:
    counts = np.zeros(72)
    counts[[5, 18, 31, 44, 59]] = 1
    counts[71] = 4
    found = farrington(counts, at=[71])
    assert found.observed[0, 0] > found.upper[0, 0] and not found.alarm[0, 0]
    assert farrington(counts, at=[71], least=(4, 4)).alarm[0, 0]


def test_months_that_cannot_be_judged_say_why() -> None:
    counts = np.full((4, 72), 6.0)
    counts[0] = 0
    counts[1, 71] = np.nan
    counts[2, 9:58] = np.nan
    found = farrington(counts, at=[20, 71])
    assert set(found.reason[:, 0]) == {"not enough years of history"}
    assert list(found.reason[:, 1]) == [
        "no event in the months held against",
        "no count",
        "too many gaps in the months held against",
        "",
    ]
    assert np.isnan(found.expected[:3, 1]).all() and not found.alarm.any()
    assert found.expected[3, 1] == pytest.approx(6)


def test_ordinary_months_seldom_alarm() -> None:
    counts = np.random.default_rng(11).poisson(7, (1500, 60)).astype(float)
    found = farrington(counts, at=[59], chance=0.01)
    assert found.alarm.mean() < 0.02
    spiked = counts.copy()
    spiked[:, 59] = 21
    assert farrington(spiked, at=[59], chance=0.01).alarm.mean() > 0.9


def test_the_spread_is_that_of_the_months_and_not_of_their_weights() -> None:
    """`farringtonFlexible` of R overwrites the weights of its fit: its errors were a third."""
    dice = np.random.default_rng(9)
    counts = dice.negative_binomial(20, 0.5, (1500, 72)).astype(float)  # mean 20, phi 2, no trend
    found = farrington(counts, at=[71], chance=0.01)
    assert np.median(found.dispersion) == pytest.approx(1.9, abs=0.15)
    assert abs(found.trend.mean()) < 4 * 0.0052 / np.sqrt(1500)
    # plugged in, as R's nbPlugin has it; spikes widen it by the error of what is expected
    assert found.alarm.mean() < 0.035


@pytest.mark.parametrize(
    ("counts", "asked", "message"),
    [
        ([-1.0] * 72, {"at": [70]}, "counts of 0 or more"),
        ([1.0] * 72, {"at": [72]}, "months from 0 to 71"),
        ([1.0] * 72, {"at": []}, "`at` must name months"),
        ([1.0] * 72, {"at": [70], "years_back": 1}, "`years_back` must be 2 or more; got 1"),
        ([1.0] * 72, {"at": [70], "either_side": 6}, "below half a year; got 6"),
        ([1.0] * 72, {"at": [70], "chance": 1}, r"got 1. Give 0\.01"),
    ],
)
def test_refused(counts, asked, message) -> None:
    with pytest.raises(TrendError, match=message):
        farrington(np.array(counts), **asked)
