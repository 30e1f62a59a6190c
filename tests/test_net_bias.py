"""Which way grades differ: the sign test, the net bias and shares."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.agreement.net_bias import net_bias, share_found, sign_test, wilson
from qa_sampling.errors import AgreementError

DIFFERENCES = st.lists(st.integers(-3, 3), min_size=1, max_size=40)


def test_centre_and_spread_are_those_of_bonett_and_price() -> None:
    # Fagerland, Lydersen and Laake 2014, Stat Med 33:2850-2875, airways of 21 children (1 and 7
    # discordant): difference -0.286, interval of Bonett and Price -0.508 to -0.013.
    found = net_bias([1] + [-1] * 7 + [0] * 13)
    assert found.estimate == pytest.approx(-0.286, abs=5e-4)
    assert found.centre == pytest.approx(-6 / 23, abs=1e-12)
    variance = (2 / 23 + 8 / 23 - (6 / 23) ** 2) / 23
    wald = np.sqrt(variance)
    assert found.standard_error == pytest.approx(wald * np.sqrt(23 / 22), abs=1e-12)
    assert found.centre - stats.norm.ppf(0.975) * wald == pytest.approx(-0.508, abs=5e-4)
    assert found.centre + stats.norm.ppf(0.975) * wald == pytest.approx(-0.013, abs=5e-4)


def naive(differences: list[float]) -> tuple[float, float]:
    seen = np.array([*differences, 1.0, -1.0])
    error = seen.std(ddof=1) / np.sqrt(len(seen))
    reach = stats.t.ppf(0.975, len(seen) - 1) * error
    return seen.mean() - reach, seen.mean() + reach


@given(DIFFERENCES)
def test_net_bias_is_students_t_with_two_cases_added(differences: list[int]) -> None:
    found = net_bias(differences)
    interval = found.confidence_interval()
    low, high = naive(differences)
    assert found.estimate == pytest.approx(np.mean(differences))
    assert interval.low == pytest.approx(min(low, found.estimate), abs=1e-9)
    assert interval.high == pytest.approx(max(high, found.estimate), abs=1e-9)
    assert interval.width > 0


@given(DIFFERENCES, st.floats(0.1, 5))
def test_order_sign_and_equal_weights(differences: list[int], weight: float) -> None:
    found = net_bias(differences)
    turned = net_bias([-one for one in reversed(differences)])
    weighed = net_bias(differences, weights=[weight] * len(differences))
    assert turned.estimate == pytest.approx(-found.estimate, abs=1e-12)
    assert turned.standard_error == pytest.approx(found.standard_error)
    assert weighed.centre == pytest.approx(found.centre, abs=1e-9)
    assert weighed.standard_error == pytest.approx(found.standard_error)


@given(DIFFERENCES, st.integers(2, 5))
def test_repeating_a_case_on_more_standards_tells_nothing_new(
    differences: list[int], times: int
) -> None:
    found = net_bias(differences)
    cases = np.repeat(np.arange(len(differences)), times)
    again = net_bias(np.repeat(differences, times), clusters=cases)
    assert again.estimate == pytest.approx(found.estimate)
    assert again.standard_error == pytest.approx(found.standard_error)
    assert again.clusters == len(differences)
    assert sign_test(np.repeat(differences, times), clusters=cases) == sign_test(differences)


def test_net_bias_where_nothing_differs_is_not_of_zero_width() -> None:
    interval = net_bias([0] * 15).confidence_interval()
    assert -0.2 < interval.low < -0.1
    assert interval.high == -interval.low


def test_net_bias_of_one_case_and_of_none() -> None:
    one = net_bias([1], most=3)
    assert one.estimate == 1
    assert one.confidence_interval().width > 2
    none = net_bias([])
    assert none.estimate is None
    assert none.confidence_interval() is None


def test_net_bias_stays_within_the_scale() -> None:
    interval = net_bias([3, 3, 3], most=3).confidence_interval()
    assert interval.high == 3
    assert interval.low < 3


def test_weights_move_the_net_bias_to_what_they_stand_for() -> None:
    found = net_bias([1, 0, 0, 0], weights=[1, 3, 3, 3])
    assert found.estimate == pytest.approx(0.1)


def test_sign_test_is_rs_binomial_test() -> None:
    # R 4.2.2: binom.test(1, 8)$p.value = 0.0703125; binom.test(2, 12)$p.value = 0.03857421875
    assert sign_test([1] + [-1] * 7 + [0] * 13).p_value == 0.0703125
    assert sign_test([2, 1] + [-1] * 10).p_value == pytest.approx(0.03857421875, abs=5e-12)


@given(st.integers(0, 8), st.integers(0, 8))
def test_sign_test_by_listing_all_outcomes(higher: int, lower: int) -> None:
    n = higher + lower
    uneven = [abs(2 * sum(way) - n) >= abs(higher - lower) for way in product((0, 1), repeat=n)]
    found = sign_test([1] * higher + [-1] * lower)
    assert found.p_value == pytest.approx(np.mean(uneven))


def test_sign_test_without_differences_and_with_a_tie() -> None:
    assert sign_test([0, 0]).p_value == 1
    assert sign_test([]).p_value == 1
    assert sign_test([1, -2]).p_value == 1


def test_wilson_is_the_published_interval() -> None:
    # Newcombe 1998, Stat Med 17:857-872, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20
    # gives 0 to 0.1611; 1 of 29 gives 0.0061 to 0.1718.
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert wilson(hits / n, n, 0.95) == pytest.approx((low, high), abs=5e-5)


def test_share_of_standards_counts_cases_not_answers() -> None:
    cases = np.repeat(np.arange(10), 12)
    hits = np.repeat([True] * 6 + [False] * 4, 12)
    found = share_found(hits, clusters=cases)
    assert (found.hits, found.n) == (72, 120)
    assert found.effective_n == 10
    plain = share_found([True] * 6 + [False] * 4).confidence_interval()
    assert found.confidence_interval().width == pytest.approx(plain.width)
    assert share_found([True] * 36, clusters=np.repeat([1, 2, 3], 12)).effective_n == 3


def test_share_of_none_and_of_all() -> None:
    assert share_found([]).estimate is None
    assert share_found([]).confidence_interval() is None
    everything = share_found([True] * 5).confidence_interval()
    assert everything.high == 1
    assert everything.low == pytest.approx(0.5655, abs=5e-5)  # 5 / (5 + z^2)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(AgreementError, match="missing or not finite"):
        net_bias([1, np.nan])
    with pytest.raises(AgreementError, match="one number above 0 for each of the 2"):
        net_bias([1, 0], weights=[1, 0])
    with pytest.raises(AgreementError, match="Every difference needs a case"):
        net_bias([1, 0], clusters=["a", None])
    with pytest.raises(AgreementError, match="between 0 and 1; got 95"):
        net_bias([1]).confidence_interval(95)
    with pytest.raises(AgreementError, match="between 0 and 1; got 1"):
        share_found([True]).confidence_interval(1)
