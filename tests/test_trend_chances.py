"""Predictive limits: exact distributions, brute force, published p-values, false alarms."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from trend_samples import readings, share

from qa_sampling.errors import TrendError
from qa_sampling.trends import tails
from qa_sampling.trends.between import CasesAhead, TimeAhead, waits
from qa_sampling.trends.chances import BinomialAhead, CountAhead, two_sided
from qa_sampling.trends.charts import chart
from qa_sampling.trends.classical import Material
from qa_sampling.trends.many import chart_arrays
from qa_sampling.trends.predictive import binomial_ahead, count_ahead, sibling_dispersion

GOLDEN = json.loads((Path(__file__).parent / "golden" / "trends.json").read_text("utf-8"))
ALPHA = 0.00135


def material(top: list, bottom: list | None = None, **more: float) -> Material:
    top = np.array([top], dtype=float)
    bottom = np.ones_like(top) if bottom is None else np.array([bottom], dtype=float)
    base = np.ones(top.shape, dtype=bool)
    base[0, -1] = False
    return Material(top, bottom, base, **more)


def test_counts_are_gamma_poisson_where_the_spread_is_that_of_counts() -> None:
    # The predictive distribution of Jeffreys' prior: negative binomial, Y + 1/2 and E / (E + e).
    top, exposure = [4, 5, 6, 5, 4, 6, 5, 5, 4, 6, 5, 5, 9], [2.0] * 12 + [3.0]
    ahead = count_ahead(material(top, exposure))
    assert ahead.dispersion[0] == 1
    wanted = stats.nbinom(60.5, 24 / 27)
    seen = np.full((1, 13), 9.0)
    low, high = (one[0, -1] for one in ahead.chances.tails(seen))
    assert (low, high) == pytest.approx((wanted.cdf(9), wanted.sf(8)), rel=1e-7)
    ends = [one[0, -1] for one in ahead.chances.ends(ALPHA)]
    assert ends == [wanted.ppf(ALPHA), wanted.ppf(1 - ALPHA)]


def test_shares_are_beta_binomial_where_the_spread_is_that_of_shares() -> None:
    top, whole = [8, 7, 8, 9, 8, 7, 8, 8, 9, 8, 8, 8, 3], [10] * 12 + [12]
    ahead = binomial_ahead(material(top, whole))
    assert ahead.dispersion[0] == 1
    wanted = stats.betabinom(12, 96.5, 24.5)
    low, high = (one[0, -1] for one in ahead.chances.tails(np.full((1, 13), 3.0)))
    assert (low, high) == pytest.approx((wanted.cdf(3), wanted.sf(2)), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.02, 60), st.floats(1, 4), st.sampled_from([0.00135, 0.01, 0.1]), st.integers(0, 90)
)
def test_count_limits_by_brute_force(mean: float, phi: float, alpha: float, seen: int) -> None:
    ahead = CountAhead(np.array([mean]), np.array([phi * mean]))
    counts = np.arange(0, 1200)
    if phi > 1 + 1e-6:
        chances = stats.nbinom.pmf(counts, mean / (phi - 1), 1 / phi)
    else:
        chances = stats.poisson.pmf(counts, mean)
    low, high = (one[0] for one in ahead.ends(alpha))
    # a limit is the outermost count whose tail beyond it is at most alpha
    assert chances[counts < low].sum() <= alpha + 1e-7
    assert chances[counts <= low].sum() >= alpha - 1e-7
    assert chances[counts > high].sum() <= alpha + 1e-7
    assert chances[counts >= high].sum() >= alpha - 1e-7
    down, up = (one[0] for one in ahead.tails(np.array([float(seen)])))
    assert down == pytest.approx(chances[: seen + 1].sum(), abs=1e-6)
    assert up == pytest.approx(chances[seen:].sum(), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.floats(0.02, 0.98), st.floats(1, 3), st.sampled_from([0.00135, 0.05]))
def test_share_limits_by_brute_force(trials: int, share: float, phi: float, alpha: float) -> None:
    plain = trials * share * (1 - share)
    ahead = BinomialAhead(np.array([trials]), np.array([share]), np.array([phi * plain]))
    within = min((phi - 1) / (trials - 1), 0.999) if trials > 1 else 0.0
    if within > 1e-12:
        total = 1 / within - 1
        wanted = stats.betabinom(trials, share * total, (1 - share) * total)
    else:
        wanted = stats.binom(trials, share)
    chances = wanted.pmf(np.arange(trials + 1))
    low, high = (int(one[0]) for one in ahead.ends(alpha))
    assert 0 <= low <= high <= trials
    assert chances[:low].sum() <= alpha + 1e-9
    assert chances[: low + 1].sum() > alpha - 1e-9
    assert chances[high + 1 :].sum() <= alpha + 1e-9
    for seen in {0, trials // 2, trials}:
        down, up = (one[0] for one in ahead.tails(np.array([float(seen)])))
        assert (down, up) == pytest.approx(
            (chances[: seen + 1].sum(), chances[seen:].sum()), abs=1e-9
        )


def test_time_between_events_comes_down_to_the_exponential() -> None:
    # The peers' t charts are normal after a root of 3.6; these are exact.
    ahead = TimeAhead(np.array([[30.0]]), np.array([[1e9]]))
    assert [one[0, 0] for one in ahead.ends(ALPHA)] == pytest.approx(
        stats.expon(scale=30).ppf([ALPHA, 1 - ALPHA]), rel=1e-5
    )
    # with n waits: F with 2 and 2n degrees of freedom
    ahead = TimeAhead(np.array([[30.0]]), np.array([[12.0]]))
    wanted = 30 * stats.f(2, 24).ppf([ALPHA, 0.5, 1 - ALPHA])
    found = [ahead.ends(ALPHA)[0][0, 0], ahead.median()[0, 0], ahead.ends(ALPHA)[1][0, 0]]
    assert found == pytest.approx(wanted, rel=1e-9)
    low, high = (one[0, 0] for one in ahead.tails(np.array([[100.0]])))
    assert (low, high) == pytest.approx((stats.f(2, 24).cdf(100 / 30), stats.f(2, 24).sf(100 / 30)))


def test_cases_between_events_come_down_to_the_geometric() -> None:
    # The peers' g charts take three standard deviations: 0 to 81.5 for a mean of 20.
    ahead = CasesAhead(np.array([[1e8]]), np.array([[2e9]]))
    wanted = stats.geom.ppf([ALPHA, 0.5, 1 - ALPHA], 1 / 21) - 1
    found = [ahead.ends(ALPHA)[0][0, 0], ahead.median()[0, 0], ahead.ends(ALPHA)[1][0, 0]]
    assert found == list(wanted) == [0, 14, 135]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(0, 800), st.integers(0, 60))
def test_cases_between_events_by_adding_up(events: int, others: int, seen: int) -> None:
    # beta-geometric with a = events and b = others + 1/2
    a, b = events, others + 0.5
    ahead = CasesAhead(np.array([[float(a)]]), np.array([[float(others)]]))
    left, wanted = 1.0, 0.0
    for cases in range(seen + 1):
        wanted += left * a / (a + b + cases)
        left *= (b + cases) / (a + b + cases)
    low = ahead.tails(np.array([[float(seen)]]))[0][0, 0]
    assert low == pytest.approx(wanted, abs=1e-9)
    low_end, high_end = (one[0, 0] for one in ahead.ends(0.05))
    assert ahead.tails(np.array([[low_end]]))[0][0, 0] >= 0.05 - 1e-9
    assert ahead.tails(np.array([[high_end + 1]]))[1][0, 0] <= 0.05 + 1e-9


def test_waits_from_days_of_events() -> None:
    days = ["2025-03-04", "2025-01-01", "2025-01-31", "2025-01-31"]
    found = waits(days)
    assert found["numerator"].tolist() == [30, 32]
    assert found["period"].astype(str).tolist() == ["2025-01-31", "2025-03-04"]
    still = waits(days, as_at="2025-03-10")
    assert still["numerator"].tolist() == [30, 32, 6]
    assert still["mature"].tolist() == [True, True, False]
    assert len(waits(days, as_at="2025-03-04")) == 2
    assert not len(waits([])) and not len(waits(["2025-01-01"]))
    with pytest.raises(TrendError, match="2 events lie after `as_at`"):
        waits(days, as_at="2025-01-15")
    with pytest.raises(TrendError, match="1 dates of events are missing"):
        waits([*days, None])


def test_siblings_come_together() -> None:
    assert sibling_dispersion(np.ones(9)) == 1
    assert sibling_dispersion(np.array([1, 1, 5])) == pytest.approx(27 / 7)
    with pytest.raises(TrendError, match="children a family, each 1 or more"):
        sibling_dispersion(np.array([]))
    with pytest.raises(TrendError, match="children a family, each 1 or more"):
        sibling_dispersion(np.array([1, 0.5]))
    plain, wide = (
        chart(readings([4, 6] * 12), sibling_dispersion=phi).table["high"].iloc[-1]
        for phi in (1, 2.5)
    )
    assert wide > plain


def test_spread_between_months_widens_the_limits() -> None:
    # the same mean, scattered as counts and scattered more; Pearson by hand
    found = count_ahead(material([2, 18, 4, 16] * 6 + [10]))
    assert found.dispersion[0] == pytest.approx((12 * 64 + 12 * 36) / 10 / 23)


def test_a_far_month_counts_for_less_and_it_is_said() -> None:
    values = [5, 6, 4, 5, 6, 5, 4, 5] * 4
    spiked = values[:]
    spiked[9] = 40
    found = chart(readings(spiked))
    assert found.table["beyond_limit"].iloc[9] == 1
    assert any("count for less" in note for note in found.notes)
    plain, mean = chart(readings(values)), np.mean(spiked[:-1])
    assert plain.table["centre"].iloc[0] < found.table["centre"].iloc[0] < mean


def test_a_change_of_level_does_not_hide_itself() -> None:
    # Were its months to widen the spread that they are judged by, none would lie far off.
    whole = [30, 25, 35, 28] * 8
    met = [25, 20, 29, 23] * 7 + [14, 12, 17, 13]
    found = chart(share(met, whole)).table
    assert (found["beyond_limit"].iloc[-4:] == -1).sum() >= 2


def test_limits_survive_nothing_and_all() -> None:
    rare = chart(readings([0] * 23 + [1])).table
    assert rare["high"].iloc[-1] >= 1 and rare["beyond_limit"].iloc[-1] == 0
    many = chart(readings([0] * 23 + [6])).table
    assert many["beyond_limit"].iloc[-1] == 1


@pytest.mark.parametrize(("mean", "phi"), [(0.3, 1), (0.3, 2), (2, 1), (10, 1.5), (30, 2)])
def test_latest_month_of_a_stable_series_is_seldom_a_signal(mean: float, phi: float) -> None:
    # A small piece of benchmarks/trend_false_alarms.py; the gate is 1%.
    dice = np.random.default_rng(20261125)
    if phi == 1:
        values = dice.poisson(mean, (2000, 24)).astype(float)
    else:
        values = dice.negative_binomial(mean / (phi - 1), 1 / phi, (2000, 24)).astype(float)
    _, fired = chart_arrays(values, kind="gamma_poisson")
    alarms = np.any([one[:, -1] != 0 for one in fired.values()], axis=0).mean()
    assert alarms <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 2000)


def test_two_sided_p_never_exceeds_one() -> None:
    assert two_sided(np.array([0.7]), np.array([0.6]))[0] == 1
    assert two_sided(np.array([0.02]), np.array([0.99]))[0] == 0.04


def test_at_whole_counts_the_funnel_s_tails_say_the_same() -> None:
    counts = np.arange(0, 41.0)
    low, high = CountAhead(np.full(41, 7.5), np.full(41, 7.5 + 0.2 * 7.5**2)).tails(counts)
    assert tails.negative_binomial_tail(np.full(41, 7.5), 0.2, "low")(counts) == pytest.approx(low)
    assert tails.negative_binomial_tail(np.full(41, 7.5), 0.2, "high")(counts) == pytest.approx(
        high
    )
    n, share, spread = np.full(41, 40), 0.3, 0.01
    variance = 40 * share * (1 - share) * (1 + 39 * spread / (share * (1 - share)))
    low, high = BinomialAhead(n, np.full(41, share), np.full(41, variance)).tails(counts)
    for side, told in (("low", low), ("high", high)):
        found = tails.beta_binomial_tail(n, share, spread, side)(counts)
        assert found == pytest.approx(told, rel=1e-9)
