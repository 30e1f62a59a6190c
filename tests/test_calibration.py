"""Calibration: what it meets, what it refuses."""

import numpy as np
import pytest
from estimation_samples import audits, sample
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration import calibrate, post_stratify, rake
from qa_sampling.sampling.calibration_adjustment import Adjustment
from qa_sampling.sampling.estimation import (
    estimate_difference,
    estimate_mean,
    estimate_proportion,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_phases import add_phase, estimate_moderated

MARGINS = {"gender": {"F": 48, "M": 64}, "team": {"T1": 33, "T2": 37, "T3": 42}}


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["linear", "raking", "logit"]),
    st.floats(0.8, 1.25),
    st.floats(0.8, 1.25),
)
def test_totals_are_met_and_groups_have_no_variance(method: str, men: float, weeks: float) -> None:
    design = audits()
    women, all_men = 38.0, 112 - 38.0
    gender = {"F": 112 - all_men * men * 0.9, "M": all_men * men * 0.9}
    totals = {"gender": gender, "weeks": 5569.8 * (0.6 + 0.4 * weeks)}
    try:
        found = calibrate(
            design, totals, method=method, bounds=(0.2, 4) if method == "logit" else None
        )
    except EstimationError as error:
        assert "would not be above 0" in str(error) or "cannot be made" in str(error)
        return
    assert women > 0
    assert (found.weight > 0).all()
    total = estimate_total(found, "weeks")
    assert total.estimate == pytest.approx(totals["weeks"], rel=1e-8)
    assert total.standard_error == pytest.approx(0, abs=1e-6)
    share = estimate_proportion(found, "gender", values=("F",))
    assert share.estimate == pytest.approx(gender["F"] / 112, rel=1e-8)
    if method == "logit":
        factor = found.weight / design.weight
        assert factor.min() > 0.2
        assert factor.max() < 4


def test_the_design_is_not_altered_and_says_it_is_calibrated() -> None:
    design = audits()
    before = design.weight.copy()
    found = rake(design, MARGINS)
    assert (design.weight == before).all()
    assert design.adjustment is None
    one = estimate_proportion(found, "good")
    assert "weights calibrated" in one.flags
    assert one.method.endswith("raking calibration")
    assert one.exact is None
    assert one.population == 112


def test_a_calibrated_share_has_width_where_it_has_no_variance() -> None:
    found = post_stratify(audits(), "gender", MARGINS["gender"])
    one = estimate_proportion(found, "gender", values=("F",))
    assert one.standard_error == pytest.approx(0, abs=1e-9)
    assert one.confidence_interval().width > 0.1


def test_truncated_weights_stay_within_bounds() -> None:
    design = audits()
    found = calibrate(design, MARGINS, bounds=(0.77, 1.45))
    factor = found.weight / design.weight
    assert factor.min() >= 0.77 - 1e-12
    assert factor.max() == pytest.approx(1.45)
    with refused("cannot be made to meet the totals: .* stays at .* and not .*Widen `bounds`"):
        calibrate(design, MARGINS, bounds=(0.95, 1.05))


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 0.95), st.floats(1.05, 2.5), st.sampled_from(["linear", "logit"]))
def test_bounds_are_refused_when_and_only_when_no_weights_exist(
    low: float, high: float, method: str
) -> None:
    design, room = audits(), 1e-3
    gender, team = (design.table[name].to_numpy() for name in ("gender", "team"))
    columns = [gender == label for label in "FM"] + [team == label for label in ("T1", "T2", "T3")]

    def is_possible(slack: float) -> bool:
        answer = optimize.linprog(
            np.zeros(23),
            A_eq=np.array(columns, dtype=float),
            b_eq=[48, 64, 33, 37, 42],
            bounds=[((low + slack) * one, (high - slack) * one) for one in design.weight],
        )
        return answer.status == 0

    if not is_possible(0):
        with refused("cannot be made to meet the totals"):
            calibrate(design, MARGINS, method=method, bounds=(low, high))
    elif is_possible(room):
        found = calibrate(design, MARGINS, method=method, bounds=(low, high))
        assert found.weight[gender == "F"].sum() == pytest.approx(48)
        assert found.weight[team == "T1"].sum() == pytest.approx(33)


def test_margins_that_cannot_be_met_are_told() -> None:
    # nobody of T1 is in two groups at once: F has 5 in stratum a and T1 wants more than all
    table = sample("audits").assign(same=lambda t: t["team"].where(t["team"] == "T1", "other"))
    design = make_design(table, "stratum", population="population")
    totals = {"team": {"T1": 33, "T2": 37, "T3": 42}, "same": {"T1": 60, "other": 52}}
    with refused("cannot be made to meet the totals"):
        rake(design, totals)


def test_faults_of_totals_are_told() -> None:
    design = audits()
    with refused("`gender` to 112, `team` to 110. Take them from one list"):
        rake(design, MARGINS | {"team": {"T1": 33, "T2": 37, "T3": 40}})
    with refused("Nobody in the sample has `gender` 'X', which has 5 cases.*Merge it"):
        post_stratify(design, "gender", {"F": 48, "M": 59, "X": 5})
    with refused("`gender` 'M' has no total"):
        post_stratify(design, "gender", {"F": 112})
    with refused("A total of `gender` is 0 or less"):
        post_stratify(design, "gender", {"F": 112, "M": 0})
    with refused("`method` 'ipf' is unknown; choose one of linear, raking, logit"):
        calibrate(design, MARGINS, method="ipf")
    with refused("calibrated already. Give all totals in one call"):
        rake(rake(design, MARGINS), MARGINS)
    with refused("`totals` is empty"):
        calibrate(design, {})
    with refused(r"`bounds` must lie below and above 1; got \(1.1, 2\)"):
        calibrate(design, MARGINS, bounds=(1.1, 2))
    with refused("Raking knows no bounds"):
        calibrate(design, MARGINS, method="raking", bounds=(0.5, 2))
    with refused("method='logit' needs `bounds`"):
        calibrate(design, MARGINS, method="logit")
    with refused("weights would not be above 0. Use method='raking'"):
        calibrate(design, {"weeks": 1000})
    with refused("no column 'age'"):
        calibrate(design, {"age": 100})


def test_a_group_without_cases_may_have_a_total_of_zero() -> None:
    found = post_stratify(audits(), "gender", MARGINS["gender"] | {"Neither": 0})
    assert found.weight.sum() == pytest.approx(112)


def test_post_strata_are_plain_means_of_their_groups() -> None:
    found = post_stratify(make_design(sample("audits"), population=112), "team", MARGINS["team"])
    groups = sample("audits").groupby("team")["good"].mean()
    expected = sum(MARGINS["team"][team] * groups[team] for team in groups.index) / 112
    assert estimate_proportion(found, "good").estimate == pytest.approx(expected)
    assert np.ptp(found.weight) > 0


# what intervals rest on ------------------------------------------------------------------------

Y = np.array([3.0, 5, 9, 1, 2, 7, 4, 6, 2])
GROUPS = np.array(list("aabbabbab"))


def test_distances_from_the_fit_without_each_case_are_r_s() -> None:
    # R 4.2.2: residuals(f) / (1 - hatvalues(f)), f <- lm(y ~ g - 1) and with weights 1, 2, 3, ...
    # (golden/estimation_change.R)
    plain = [-4 / 3, 4 / 3, 5.5, -4.5, -8 / 3, 3, -0.75, 8 / 3, -3.25]
    weighted = [-4 / 3, 1.2, 5, -4.8, -3, 2.25, -1.5, 2.6, -4.625]
    columns = (GROUPS[:, None] == ["a", "b"]).astype(float)
    for weight, expected in ((np.ones(9), plain), (np.array([1.0, 2, 3] * 3), weighted)):
        found = Adjustment(columns, weight, "linear").deleted_residuals(
            (weight * Y)[:, None], weight
        )
        assert found[:, 0] / weight == pytest.approx(expected, abs=1e-12)


def test_distances_are_those_of_fitting_again_without_the_case() -> None:
    dice = np.random.default_rng(3)
    columns, weight = dice.normal(size=(12, 3)), dice.uniform(1, 9, 12)
    values = dice.normal(size=12)
    found = Adjustment(columns, weight, "linear").deleted_residuals(
        (weight * values)[:, None], weight
    )[:, 0]
    for one in range(12):
        left = np.arange(12) != one
        root = np.sqrt(weight[left])
        slopes = np.linalg.lstsq(root[:, None] * columns[left], root * values[left], rcond=None)[0]
        assert found[one] / weight[one] == pytest.approx(values[one] - columns[one] @ slopes)


def test_a_case_that_is_alone_counts_with_its_distance_from_the_others() -> None:
    groups = np.array(list("aaab"))
    columns = (groups[:, None] == ["a", "b"]).astype(float)
    values = np.array([1.0, 2, 3, 10])
    found = Adjustment(columns, np.ones(4), "linear").deleted_residuals(values[:, None], np.ones(4))
    assert found[:, 0] == pytest.approx([-1.5, 0, 1.5, 10 - 2])


def test_thin_groups_are_no_surer_than_no_groups() -> None:
    table = sample("audits").head(6).assign(group=list("aabbcc"), good=[1, 1, 0, 0, 1, 0])
    table["weeks"] = [10.0, 11, 30, 31, 50, 51]
    plain = make_design(table, population=60)
    found = post_stratify(plain, "group", {"a": 20, "b": 20, "c": 20})
    mean, without = estimate_mean(found, "weeks"), estimate_mean(plain, "weeks")
    assert mean.standard_error < 0.1 * without.standard_error
    assert mean.interval_error == pytest.approx(without.standard_error)
    difference = estimate_difference(
        found, "weeks", first={"good": 0}, second={"good": 1}, as_mean=True
    )
    assert difference.interval_error > difference.standard_error
    assert difference.degrees_of_freedom == 5 - 2
    moderated = add_phase(found, "good")
    one = estimate_moderated(moderated, "weeks", "weeks", as_mean=True)
    assert one.interval_error > 5 * one.standard_error


def test_large_groups_keep_what_they_gain() -> None:
    dice = np.random.default_rng(8)
    table = sample("audits").sample(80, replace=True, random_state=1).reset_index(drop=True)
    table["group"] = list("abcd") * 20
    table["weeks"] = table["group"].map({"a": 0, "b": 10, "c": 20, "d": 30}) + dice.normal(size=80)
    plain = make_design(table, population=1000)
    mean = estimate_mean(post_stratify(plain, "group", dict.fromkeys("abcd", 250)), "weeks")
    assert mean.interval_error < 1.1 * mean.standard_error
    assert mean.interval_error < 0.2 * estimate_mean(plain, "weeks").standard_error
