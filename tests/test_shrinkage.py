"""Shrinking means, and false discovery control: published values, twins, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from qa_sampling.agreement.discovery import adjusted_p_values, expected_false_alarms
from qa_sampling.agreement.shrinkage import paule_mandel, restricted_likelihood, shrink
from qa_sampling.errors import AgreementError

# The thirteen BCG trials (Colditz et al. 1994): log risk ratios and variances as metafor 3.8-1,
# escalc(measure="RR", ..., data=dat.bcg), gives them.
BCG = np.array(
    [
        [-0.889311333920205, 0.325584765003961],
        [-1.58538865720143, 0.194581121398144],
        [-1.34807314829969, 0.415367965367965],
        [-1.44155119002131, 0.0200100319022476],
        [-0.217547322211296, 0.0512101721696309],
        [-0.786115585818864, 0.00690561845590876],
        [-1.62089822359839, 0.223017247572315],
        [0.0119523335238405, 0.00396157929781773],
        [-0.469417648738149, 0.056434210463249],
        [-1.37134480347278, 0.0730247936130289],
        [-0.339358828338391, 0.0124122139715597],
        [0.445913400571379, 0.532505845200153],
        [-0.0173139482168798, 0.0714046596839863],
    ]
)
MEANS = [0.8, -0.1, 0.2, 0, -0.75, 0.333333333333333, 0.1, 0.05, -0.2, 0.5, 0, 0.25]
VARIANCES = 0.35 / np.array([5, 10, 5, 4, 8, 3, 10, 20, 5, 2, 6, 4])
UNITS = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.02, 1)), min_size=3, max_size=10)


def test_between_variance_of_the_bcg_trials() -> None:
    # Viechtbauer 2010, J Stat Softw 36(3), section 5: tau^2 by REML 0.3132.
    # metafor 3.8-1, rma(yi, vi, method=m, control=list(threshold=1e-14, maxiter=1000)) and
    # control=list(tol=1e-15): REML 0.313243258136481, PM 0.318068452205024.
    y, v = BCG.T
    assert restricted_likelihood(y, v) == pytest.approx(0.313243258136481, abs=1e-8)
    assert paule_mandel(y, v) == pytest.approx(0.318068452205024, abs=5e-14)


def test_shrunken_means_are_those_of_metafor() -> None:
    # metafor 3.8-1, the same controls: blup(rma(yi, vi, method = "REML")), pred and se.
    found = shrink(MEANS, VARIANCES, method="reml")
    assert found.between == pytest.approx(0.0855602520135431, abs=1e-8)
    assert found.middle == pytest.approx(0.0600459114383764, abs=1e-8)
    shift = [0.4670307129947038, -0.0535368680241817, 0.1370225615315875, 0.0303594683916603]
    errors = [0.202517188968734, 0.160887455289488, 0.202517188968734, 0.215479217052077]
    assert found.shift[:4] == pytest.approx(shift, abs=1e-7)
    assert found.errors[:4, 0] == pytest.approx(errors, abs=1e-8)
    other = shrink(MEANS, VARIANCES, method="paule-mandel")
    assert other.between == pytest.approx(0.0822135912998019, abs=5e-15)
    assert other.shift[:2] == pytest.approx([0.4593702601835457, -0.0524307553613913], abs=5e-15)


def test_homogeneous_means_have_no_spread_of_their_own() -> None:
    # metafor 3.8-1: both 0, middle 0.0222222222222222, standard error 0.149071198499986
    y, v = [0.1, 0, -0.1, 0.05], [0.1, 0.2, 0.1, 0.05]
    assert restricted_likelihood(y, v) == paule_mandel(y, v) == 0
    found = shrink(y, v, method="reml")
    assert found.shift == pytest.approx([0.0222222222222222] * 4, abs=5e-16)
    assert found.errors[:, 0] == pytest.approx([0.149071198499986] * 4, abs=5e-15)


def test_averaging_over_tau_is_the_integral() -> None:
    y, v = np.array(MEANS[:5]), VARIANCES[:5]

    def chance(tau: float) -> float:
        spread = v + tau**2
        rest = y - (y / spread).sum() / (1 / spread).sum()
        return float(
            np.prod(spread**-0.5)
            * (1 / spread).sum() ** -0.5
            * np.exp(-0.5 * (rest**2 / spread).sum())
        )

    def below(tau: float, unit: int, value: float) -> float:
        weight = 1 / (v + tau**2)
        middle = (weight @ y) / weight.sum()
        kept = tau**2 * weight[unit]
        mean = kept * y[unit] + (1 - kept) * middle
        error = np.sqrt(kept * v[unit] + (1 - kept) ** 2 / weight.sum())
        return float(stats.norm.cdf((value - mean) / error))

    found = shrink(y, v)
    end = found.tau[-1]
    whole = integrate.quad(chance, 0, end, limit=200)[0]
    low, high = found.confidence_limits(0.9)
    for unit in range(5):
        for value, share in ((low[unit], 0.05), (high[unit], 0.95)):
            part = integrate.quad(lambda t: chance(t) * below(t, unit, value), 0, end, limit=200)[0]  # noqa: B023
            assert part / whole == pytest.approx(share, abs=2e-4)


@settings(max_examples=40, deadline=None)
@given(UNITS, st.floats(-3, 3), st.sampled_from(["averaged", "reml", "paule-mandel"]))
def test_moving_and_turning_all_means(units: list, by: float, method: str) -> None:
    y, v = np.array(units).T
    found, moved = shrink(y, v, method=method), shrink(y + by, v, method=method)
    assert moved.shift == pytest.approx(found.shift + by, abs=1e-5)
    assert shrink(-y, v, method=method).shift == pytest.approx(-found.shift, abs=1e-5)
    low, high = found.confidence_limits()
    assert (low < found.shift).all() and (found.shift < high).all()


@settings(max_examples=40, deadline=None)
@given(UNITS)
def test_shrunken_means_lie_between_the_mean_and_the_middle(units: list) -> None:
    y, v = np.array(units).T
    for method in ("reml", "paule-mandel"):
        found = shrink(y, v, method=method)
        ends = np.sort([y, np.full(len(y), found.middle)], axis=0)
        assert (found.shift >= ends[0] - 1e-9).all() and (found.shift <= ends[1] + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(UNITS)
def test_no_other_tau_is_likelier_and_the_moments_meet(units: list) -> None:
    y, v = np.array(units).T

    def score(between: float) -> float:
        weight = 1 / (v + between)
        rest = y - weight @ y / weight.sum()
        return 0.5 * (np.log(weight).sum() - np.log(weight.sum()) - weight @ rest**2)

    best = restricted_likelihood(y, v)
    assert score(best) >= max(score(one) for one in np.linspace(0, 8, 2001)) - 1e-9
    moment = paule_mandel(y, v)
    weight = 1 / (v + moment)
    rest = weight @ (y - weight @ y / weight.sum()) ** 2 - (len(y) - 1)
    assert rest == pytest.approx(0, abs=1e-6) if moment else rest <= 1e-9


def test_two_auditors_and_one_are_too_few_to_average() -> None:
    assert shrink([0.5, -0.5], [0.1, 0.1]).method == "normal-normal model, REML"
    one = shrink([0.4], [0.09])
    assert one.shift.tolist() == [0.4]
    low, high = one.confidence_limits()
    assert high[0] - low[0] == pytest.approx(2 * 1.959964 * 0.3, abs=1e-5)


def test_means_that_cannot_be_shrunken() -> None:
    with pytest.raises(AgreementError, match="no mean to shrink"):
        shrink([], [])
    with pytest.raises(AgreementError, match="1 variances are not above 0"):
        shrink([1, 2], [0, 1])
    with pytest.raises(AgreementError, match="Every mean needs a variance"):
        shrink([1, 2], [1])
    with pytest.raises(AgreementError, match="choose one of averaged, reml"):
        shrink([1, 2], [1, 1], method="bayes")


# Benjamini and Hochberg 1995 print the fifteen p-values of a trial of thrombolysis (Neuhaus et
# al. 1992) and reject the four smallest at 0.05.
NEUHAUS = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
           0.4262, 0.5719, 0.6528, 0.7590, 1.0]  # fmt: skip


def test_benjamini_and_hochberg_reject_four_of_fifteen() -> None:
    assert (adjusted_p_values(NEUHAUS) <= 0.05).sum() == 4


def test_adjusted_p_values_are_those_of_r() -> None:
    # R 4.2.2: p.adjust(p, "BH") and p.adjust(p, "BY")
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074]
    by = [0.01815, 0.0726, 0.15246, 0.15246, 0.15246, 0.1815, 0.191871428571429]
    assert adjusted_p_values(p, control="benjamini-yekutieli") == pytest.approx(by, abs=5e-16)
    bh = [0.007, 0.028, 0.0588, 0.0588, 0.0588, 0.07, 0.074]
    assert adjusted_p_values(p) == pytest.approx(bh, abs=5e-16)
    assert adjusted_p_values(p, control="none").tolist() == p


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms())
def test_adjusting_by_the_definition(p_values: list[float], random) -> None:
    count = len(p_values)
    found = adjusted_p_values(p_values)
    for p, adjusted in zip(p_values, found, strict=True):
        steps = [min(1, q * count / sum(one <= q for one in p_values)) for q in p_values if q >= p]
        assert adjusted == pytest.approx(min(steps))
    order = list(range(count))
    random.shuffle(order)
    again = adjusted_p_values([p_values[one] for one in order])
    assert again == pytest.approx(found[order])


def test_missing_p_values_are_not_counted() -> None:
    found = adjusted_p_values([0.02, np.nan, 0.5])
    assert found[[0, 2]].tolist() == [0.04, 0.5] and np.isnan(found[1])
    assert len(adjusted_p_values([])) == 0
    with pytest.raises(AgreementError, match="between 0 and 1"):
        adjusted_p_values([1.2])
    with pytest.raises(AgreementError, match="choose one of benjamini-hochberg"):
        adjusted_p_values([0.5], control="bonferroni")
    with pytest.raises(AgreementError, match="choose one of benjamini-hochberg"):
        expected_false_alarms(3, control="bonferroni")


@pytest.mark.parametrize("control", ["benjamini-hochberg", "benjamini-yekutieli", "none"])
def test_expected_false_alarms_are_what_chance_shows(control: str) -> None:
    dice = np.random.default_rng(20261125)
    runs = 20_000
    named = [(adjusted_p_values(p, control=control) <= 0.1).sum() for p in dice.random((runs, 6))]
    wanted = expected_false_alarms(6, rate=0.1, control=control)
    assert np.mean(named) == pytest.approx(wanted, abs=4 * np.std(named) / np.sqrt(runs))


def test_expected_false_alarms_of_two_by_hand() -> None:
    # both at most q: q^2, twice; one at most q / 2 and the other above q: q (1 - q)
    assert expected_false_alarms(2, rate=0.05) == pytest.approx(0.05 + 0.0025)
    assert expected_false_alarms(0) == 0
    assert expected_false_alarms(14, control="none") == pytest.approx(0.7)
