"""Months in order: the moving average, windows, the rate of moderation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moderation_samples import a_year, moderated, with_gaps

from qa_sampling.agreement.calibrating import (
    change_between,
    moderation_rate,
    monthly,
    monthly_coefficient,
    moving_average,
)
from qa_sampling.agreement.changes import compare_counts
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.errors import AgreementError

MONTHS = st.lists(st.tuples(st.floats(-0.95, 0.95), st.floats(0.02, 0.5)), min_size=1, max_size=12)


def test_with_equal_errors_it_is_the_common_moving_average_in_the_long_run() -> None:
    # Roberts 1959, Technometrics 1:239-250: z = r x + (1 - r) z, variance r / (2 - r) of one month
    dice = np.random.default_rng(1)
    x, rate = dice.normal(0, 1, 200), 0.25
    found = moving_average(x, np.full(200, 0.4), decay=rate, transform="none")
    z = x[0]
    for one in x[1:]:
        z = rate * one + (1 - rate) * z
    assert found["average"].iloc[-1] == pytest.approx(z, abs=1e-9)
    assert found["standard_error"].iloc[-1] == pytest.approx(0.4 * np.sqrt(rate / (2 - rate)))


@given(MONTHS, st.floats(0.05, 1))
def test_average_by_the_definition(months: list, decay: float) -> None:
    x, error = np.array(months).T
    found = moving_average(x, error, decay=decay)
    z, spread = np.arctanh(x), error / (1 - x**2)
    for last in range(len(x)):
        weights = [(1 - decay) ** (last - k) / spread[k] ** 2 for k in range(last + 1)]
        mean = np.average(z[: last + 1], weights=weights)
        own = np.sqrt(sum((w * s) ** 2 for w, s in zip(weights, spread, strict=False)))
        assert found["average"].iloc[last] == pytest.approx(np.tanh(mean), abs=1e-9)
        assert found["standard_error"].iloc[last] == pytest.approx(own / sum(weights))
        reach = 1.959963984540054 * own / sum(weights)
        assert found["high"].iloc[last] == pytest.approx(np.tanh(mean + reach), abs=1e-9)


def test_a_month_that_tells_nothing_moves_nothing() -> None:
    whole = moving_average([0.5, 0.7, 0.6], [0.1, 0.1, 0.1])
    gap = moving_average([0.5, np.nan, 0.6], [0.1, np.nan, 0.1])
    assert gap["average"].iloc[1] == pytest.approx(0.5)
    assert gap["average"].iloc[2] != whole["average"].iloc[2]
    vague = moving_average([0.5, 0.7], [0.1, 1000.0])
    assert vague["average"].iloc[1] == pytest.approx(0.5, abs=1e-4)
    assert moving_average([np.nan, 0.2], [np.nan, 0.1])["average"].isna().tolist() == [True, False]
    assert len(moving_average([], [])) == 0


def test_perfect_agreement_keeps_a_place() -> None:
    found = moving_average([1.0, 1.0, -1.0], [0.1, 0.1, 0.1])
    assert found["high"].le(1).all() and found["low"].ge(-1).all()
    assert (found["high"] > found["low"]).all()


def test_months_of_an_invented_year() -> None:
    ratings = a_year(3, cases=120)
    found = monthly(ratings)
    assert found["n"].sum() == 120
    assert found["period"].is_monotonic_increasing
    assert (found["average_low"] < found["average"]).all()
    wide = found["average_high"] - found["average_low"]
    assert (wide.iloc[3:] < (found["high"] - found["low"]).iloc[3:]).all()
    share = monthly(ratings, measure="exact", decay=1)
    assert share["average"].tolist() == pytest.approx(share["value"].tolist())
    assert share["average_high"].le(1).all()


def test_thin_months_show_counts_but_enter_the_average() -> None:
    gaps, months = [1, 0, 1, 0, 0, 1], ["2026-01"] * 5 + ["2026-02"]
    found = monthly(with_gaps(gaps, period=months))
    assert np.isnan(found["value"].iloc[1]) and "fewer than 5" in found["why_not"].iloc[1]
    assert np.isfinite(found["average"].iloc[1])
    assert found["effective_n"].tolist() == pytest.approx([5, 1 + 0.7 * 5])


def test_windows_are_compared_as_separate_cases() -> None:
    gaps = [1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0]
    months = ["2026-01", "2026-02"] * 3 + ["2026-05", "2026-06"] * 3
    ratings = with_gaps(gaps, period=months)
    first, second = ["2026-01", "2026-02"], ["2026-05", "2026-06"]
    found = change_between(ratings, first=first, second=second)
    twin = compare_counts(with_gaps(gaps[:6]), with_gaps(gaps[6:]))
    assert found == twin
    with pytest.raises(AgreementError, match="Both windows hold 2026-01"):
        change_between(ratings, first=first, second=first[:1])
    with pytest.raises(AgreementError, match="No audit belongs to 2027-01; months are 2026-01"):
        change_between(ratings, first=first, second=["2027-01"])


def test_a_coefficient_month_by_month() -> None:
    ratings = a_year(3, cases=120)
    found = monthly_coefficient(ratings)
    twin = agreement(ratings, coefficients=("ac2",), by="period").estimates
    assert found["value"].tolist() == pytest.approx([one.estimate for one in twin])
    assert found["low"].tolist() == pytest.approx([one.interval.low for one in twin])
    inside = (found["average_low"] < found["average"]) & (found["average"] < found["average_high"])
    assert inside.all()
    with pytest.raises(AgreementError, match="of one number"):
        monthly_coefficient(ratings, coefficient="specific")


def test_months_of_full_agreement_and_of_too_few_enter_the_average() -> None:
    gaps = [0] * 8 + [0, 1, 0] + [1, 0, 0, 1, 0, 0]
    months = ["2026-01"] * 8 + ["2026-02"] * 3 + ["2026-03"] * 6
    found = monthly_coefficient(with_gaps(gaps, period=months))
    assert found["average"].notna().all()
    assert found["average_high"].lt(1).all()
    assert np.isnan(found["value"].iloc[1]) and found["why_not"].iloc[1]


def test_rate_of_moderation_by_month() -> None:
    rows = [("a", "A1", "M1", 2, 2, "2026-01"), ("b", "A1", None, 2, None, "2026-01")]
    rows += [("c", "A1", "M1", 2, -3, "2026-02")]
    ratings = moderated(rows, "case_ref auditor moderator first second period")
    found = moderation_rate(ratings)
    assert found["audits"].tolist() == [2, 1]
    assert found["moderated"].tolist() == [1, 0]
    assert found["rate"].tolist() == [0.5, 0]


def test_months_that_cannot_be_told_apart() -> None:
    for use in (monthly, moderation_rate):
        with pytest.raises(AgreementError, match="have no `period`"):
            use(with_gaps([0, 1]))
    with pytest.raises(AgreementError, match="have no `period`"):
        change_between(with_gaps([0, 1]), first=["a"], second=["b"])
    with pytest.raises(AgreementError, match="choose one of net_bias, exact, within_one"):
        monthly(with_gaps([0, 1], period=["a", "b"]), measure="kappa")


def test_averages_that_cannot_be() -> None:
    with pytest.raises(AgreementError, match="or neither"):
        moving_average([0.5, np.nan], [0.1, 0.1])
    with pytest.raises(AgreementError, match="above 0 and at most at 1; got 0"):
        moving_average([0.5], [0.1], decay=0)
    with pytest.raises(AgreementError, match="1 standard errors are not above 0"):
        moving_average([0.5], [0.0])
    with pytest.raises(AgreementError, match="beyond -1 or 1; for measures in grades"):
        moving_average([1.5], [0.1])
    with pytest.raises(AgreementError, match="choose one of atanh, none"):
        moving_average([0.5], [0.1], transform="log")
