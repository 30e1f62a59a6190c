"""Two periods or groups: published intervals, twins, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import moderated, with_gaps
from scipy import stats

from qa_sampling.agreement.changes import change_of_bias, compare_counts, compare_same_cases
from qa_sampling.agreement.net_bias import net_bias
from qa_sampling.errors import AgreementError

GAPS = st.lists(st.integers(-2, 2), min_size=2, max_size=20)


def test_two_shares_are_newcombes_table() -> None:
    # Newcombe 1998, Stat Med 17:873-890, table II, method 10: 56/70 less 48/80 gives
    # 0.0524 to 0.3339; 10/10 less 0/10 gives 0.6075 to 1.
    one, two = with_gaps([0] * 48 + [1] * 32), with_gaps([0] * 56 + [1] * 14)
    found = compare_counts(one, two, measure="exact")
    assert found.estimate == pytest.approx(0.2)
    assert (found.interval.low, found.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    ends = compare_counts(with_gaps([1] * 10), with_gaps([0] * 10), measure="exact").interval
    assert (ends.low, ends.high) == pytest.approx((0.6075, 1.0), abs=5e-5)


@settings(max_examples=25, deadline=None)
@given(GAPS, GAPS)
def test_two_biases_are_welchs_t_with_two_cases_added_to_each(first, second) -> None:
    found = compare_counts(with_gaps(first), with_gaps(second))
    one, two = np.array([*first, 1, -1]), np.array([*second, 1, -1])
    twin = stats.ttest_ind(two, one, equal_var=False)
    assert found.p_value == pytest.approx(twin.pvalue)
    ends = twin.confidence_interval(0.95)
    change = np.mean(second) - np.mean(first)
    assert found.estimate == pytest.approx(change)
    assert found.interval.low == pytest.approx(min(ends.low, change))
    assert found.interval.high == pytest.approx(max(ends.high, change))


@settings(max_examples=25, deadline=None)
@given(GAPS, GAPS, st.sampled_from(["net_bias", "exact", "within_one", "distance"]))
def test_the_other_way_round(first: list[int], second: list[int], measure: str) -> None:
    one = compare_counts(with_gaps(first), with_gaps(second), measure=measure)
    other = compare_counts(with_gaps(second), with_gaps(first), measure=measure)
    assert other.estimate == pytest.approx(-one.estimate)
    assert other.interval.low == pytest.approx(-one.interval.high)
    same = compare_counts(with_gaps(first), with_gaps(first), measure=measure)
    assert same.estimate == 0
    assert 0 in same.interval
    assert not same.is_distinguishable


def test_a_plain_change_is_seen() -> None:
    found = compare_counts(with_gaps([1] * 12 + [0] * 3), with_gaps([0] * 12 + [1] * 3))
    assert found.is_distinguishable
    assert found.estimate == pytest.approx(-0.6)
    assert (found.n_first, found.n_second) == (15, 15)
    distance = compare_counts(with_gaps([1, -1] * 8), with_gaps([0] * 16), measure="distance")
    assert distance.estimate == -1 and distance.is_distinguishable


def test_the_same_cases_twice_are_one_difference_each() -> None:
    first, second = [1, 1, 0, 2, 1, 0], [0, 1, 0, 0, 0, 0]
    found = compare_same_cases(with_gaps(first), with_gaps(second))
    twin = net_bias(np.subtract(second, first), most=6)
    assert found.estimate == twin.estimate == pytest.approx(-4 / 6)
    assert found.interval == twin.confidence_interval()
    assert (found.first, found.second) == pytest.approx((5 / 6, 1 / 6))
    shares = compare_same_cases(with_gaps(first), with_gaps(second), measure="exact")
    assert shares.estimate == pytest.approx(5 / 6 - 2 / 6)
    assert shares.interval.high <= 1


def test_only_cases_in_common_count() -> None:
    one = moderated([("a", "A1", "M1", 2, 1), ("b", "A1", "M1", 2, 1)])
    two = moderated([("b", "A1", "M1", 1, 1), ("c", "A1", "M1", 3, 0)])
    found = compare_same_cases(one, two)
    assert (found.n_first, found.estimate) == (1, -1)
    nothing = compare_same_cases(one, moderated([("z", "A1", "M1", 1, 1)]))
    assert nothing.estimate is None
    assert nothing.why_not == "no case has both grades both times"


def test_nothing_to_compare() -> None:
    found = compare_counts(with_gaps([0, 1]), moderated([("a", "A1", "M1", 2, -3)]))
    assert found.estimate is None and found.interval is None and not found.is_distinguishable
    assert found.why_not == "one of the two has no audit with both grades"
    with pytest.raises(AgreementError, match="choose one of net_bias, exact"):
        compare_counts(with_gaps([0]), with_gaps([0]), measure="kappa")
    with pytest.raises(AgreementError, match="at least one moderated case on both sides"):
        change_of_bias(net_bias([]), net_bias([1]))
    with pytest.raises(AgreementError, match="graded on different scales"):
        compare_counts(with_gaps([0]), with_gaps([0]).reaching("Good"))
