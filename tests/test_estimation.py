"""Estimates: edges by name, domains against a naive twin, differences, grades."""

import numpy as np
import pandas as pd
import pytest
from estimation_samples import audits, sample, simple
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import (
    estimate_difference,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_domains import STATISTICS, estimate_by
from qa_sampling.sampling.estimation_grades import grade_distribution
from qa_sampling.schema import GRADES


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def numbers(one) -> list:
    return [
        one.estimate,
        one.standard_error,
        one.n,
        one.population,
        one.degrees_of_freedom,
        one.design_effect,
        one.effective_n,
    ]


# the finding --------------------------------------------------------------------------------


def test_twelve_of_twenty() -> None:
    """12 of 20 good, but the good ones stand for fewer: 58% of 1,412, with its interval."""
    table = pd.DataFrame({"status": ["Looked after"] * 8 + ["Child in need plan"] * 12})
    table["grade"] = ["Good"] * 6 + ["Inadequate"] * 2 + ["Good"] * 6 + ["Inadequate"] * 6
    cases = {"Looked after": 412, "Child in need plan": 1000}
    found = estimate_proportion(
        make_design(table, "status", population=cases), "grade", values=GRADES[:2]
    )
    assert found.estimate == pytest.approx((412 * 0.75 + 1000 * 0.5) / 1412)
    assert (found.n, found.population) == (20, 1412)
    assert 0.57 < found.estimate < 0.58
    interval = found.confidence_interval()
    assert interval.method == "korn_graubard"
    assert 0.30 < interval.low < 0.36
    assert 0.76 < interval.high < 0.82


# all, none, everything, one --------------------------------------------------------------------


@pytest.mark.parametrize(("found", "flag"), [(0, "none"), (9, "all")])
def test_all_or_none_in_a_stratified_sample(found: int, flag: str) -> None:
    table = pd.DataFrame({"stratum": list("aaaabbbbb"), "good": np.arange(9) < found})
    one = estimate_proportion(make_design(table, "stratum", population={"a": 40, "b": 60}), "good")
    assert one.estimate == found / 9
    assert one.standard_error == 0
    assert {flag, "no spread"} <= set(one.flags)
    interval = one.confidence_interval()
    # Clopper-Pearson for 0 of 9 has 0.336 as its upper end; the 9 seen are as they are
    assert interval.width == pytest.approx(0.336267, abs=1e-6)
    assert one.design_effect > 0
    assert one.effective_n > 0


def test_siblings_who_are_all_good_count_as_one_family() -> None:
    table = pd.DataFrame({"family": list("ffffgghhi"), "good": 1, "grade": 2.0})
    design = make_design(table, population=50, cluster="family")
    one = estimate_proportion(design, "good")
    assert (one.n, one.units) == (9, 4)
    low, high = one.confidence_interval().low, one.confidence_interval().high
    assert (low, high) == (pytest.approx(0.025 ** (1 / 4)), 1)
    mean = estimate_mean(design, "grade", bounds=(1, 4)).confidence_interval()
    assert mean.high == pytest.approx(2 + 2 * (1 - 0.025 ** (1 / 4)))
    in_domain = estimate_by(design, "good", "good")["1"]
    assert in_domain.units == 4


@pytest.mark.parametrize("found", [0, 3, 9])
def test_a_plain_random_sample_has_the_exact_interval(found: int) -> None:
    one = estimate_proportion(simple(found, 9, 88), "good")
    interval = one.confidence_interval()
    assert interval.method == "hypergeometric"
    assert interval.width > 0
    assert one.confidence_interval(method="korn_graubard").width > interval.width


def test_a_whole_stratum_as_domain_has_the_exact_interval() -> None:
    table = pd.DataFrame({"stratum": list("aaaabbbbb"), "good": [1, 1, 0, 1, 0, 0, 1, 1, 1]})
    design = make_design(table, "stratum", population={"a": 40, "b": 60})
    one = estimate_proportion(design, "good", where={"stratum": "a"})
    assert (one.exact, one.population) == ((3, 4, 40), 40)
    assert one.confidence_interval().method == "hypergeometric"
    assert estimate_by(design, "stratum", "good")["a"].exact == one.exact
    with refused("for a plain random sample from a known number"):
        estimate_proportion(design, "good").confidence_interval(method="hypergeometric")


def test_a_domain_of_known_size_in_a_plain_random_sample() -> None:
    table = pd.DataFrame({"team": ["N"] * 6 + ["S"] * 4, "good": [1, 0] * 5})
    design = make_design(table, population=60)
    unknown = estimate_proportion(design, "good", where={"team": "N"})
    known = estimate_proportion(design, "good", where={"team": "N"}, domain_population=31)
    assert unknown.exact is None
    assert unknown.population == pytest.approx(36)
    assert known.exact == (3, 6, 31)
    assert known.population == 31
    with refused("`domain_population` is 5, but 6 of its cases were audited"):
        estimate_proportion(design, "good", where={"team": "N"}, domain_population=5)


def test_everything_audited_is_a_point() -> None:
    table = pd.DataFrame({"stratum": list("aabbb"), "good": [1, 0, 1, 1, 0], "x": [1, 2, 3, 4, 5]})
    design = make_design(table, "stratum", population={"a": 2, "b": 3})
    for one in (estimate_proportion(design, "good"), estimate_mean(design, "x")):
        assert one.is_complete
        assert one.standard_error == 0
        interval = one.confidence_interval()
        assert (interval.low, interval.high, interval.method) == (
            one.estimate,
            one.estimate,
            "complete",
        )


def test_a_domain_seen_only_in_whole_strata_is_not_complete() -> None:
    # its cases in stratum b may just not have been drawn
    table = pd.DataFrame({"stratum": list("aabb"), "team": list("NNSS"), "good": [1, 0, 1, 1]})
    design = make_design(table, "stratum", population={"a": 2, "b": 30})
    one = estimate_proportion(design, "good", where={"team": "N"})
    assert not one.is_complete
    assert one.confidence_interval().width > 0
    assert estimate_proportion(design, "good", where={"stratum": "a"}).is_complete


def test_what_was_seen_bounds_what_can_be() -> None:
    # 90 of 100 taken whole and all good: whatever the other ten are, 90% are
    table = pd.DataFrame({"stratum": ["a"] * 90 + ["b"] * 2, "good": [1] * 90 + [0, 1]})
    design = make_design(table, "stratum", population={"a": 90, "b": 10})
    interval = estimate_proportion(design, "good").confidence_interval()
    assert interval.low >= 0.91
    assert interval.high <= 0.99


def test_a_domain_of_one_case() -> None:
    found = estimate_by(audits(), "case_ref", "good")["K01"]
    assert found.n == 1
    assert {"one case", "none"} <= set(found.flags)
    interval = found.confidence_interval()
    assert (interval.low, interval.high) == (0, pytest.approx(0.975))


def test_an_absent_domain_is_told() -> None:
    with refused(r"No case of the domain \(team: T9\) was audited.*wider domain"):
        estimate_proportion(audits(), "good", where={"team": "T9"})
    found = estimate_by(audits(), "team", "good", domains=["T9", "T2"])
    assert found.absent == ("T9",)
    assert list(found) == ["T2"]
    assert len(found.table()) == 1
    with refused("Domain 'T9' of `team` has no audited case in this sample"):
        found["T9"]
    nothing = estimate_by(audits(), "team", "good", domains=["T9"])
    assert len(nothing) == 0


def test_equal_values_need_bounds_and_then_have_width() -> None:
    table = pd.DataFrame({"y": [3.0] * 8})
    one = estimate_mean(make_design(table, population=50), "y")
    assert one.standard_error == 0
    with refused("All values are equal.*Give `bounds`"):
        one.confidence_interval()
    bounded = estimate_mean(make_design(table, population=50), "y", bounds=(1, 4))
    interval = bounded.confidence_interval()
    unseen = 1 - 0.025 ** (1 / 8)
    assert (interval.low, interval.high) == pytest.approx((3 - 2 * unseen, 3 + unseen))
    assert interval.method == "bounds"


def test_a_domain_of_equal_values_takes_the_sample_s_range() -> None:
    table = pd.DataFrame({"team": list("NNNSSS"), "y": [2.0, 2, 2, 1, 5, 4]})
    found = estimate_by(make_design(table, population=60), "team", "y", statistic="mean")
    interval = found["N"].confidence_interval()
    assert interval.low < 2 < interval.high
    assert interval.low >= 1
    assert interval.high <= 5


def test_a_total_of_zero_has_width() -> None:
    design = simple(0, 6, 30)
    total = estimate_total(design, "good", bounds=(0, 1))
    assert (total.estimate, total.standard_error) == (0, 0)
    assert total.confidence_interval().high == pytest.approx(30 * (1 - 0.025 ** (1 / 6)))


# faults ------------------------------------------------------------------------------------------


def test_faults_of_values_are_told() -> None:
    table = sample("audits").astype({"weeks": float})
    table.loc[3, "weeks"] = None
    table["grade"] = "Good"
    table.loc[2, "grade"] = None
    design = make_design(table, "stratum", population="population")
    with refused("`weeks` is missing for 1 of 23 audited cases. Leave out by `where`"):
        estimate_mean(design, "weeks")
    assert estimate_mean(design, "weeks", where={"team": "T1"}).n == 5
    with refused("`grade` is missing for 1 of 23"):
        estimate_proportion(design, "grade", values=("Good",))
    with refused("`weeks` is missing"):
        estimate_proportion(design, "weeks")
    with refused("`score` holds other values than yes and no"):
        estimate_proportion(design, "score")
    with refused(r"`values` must be several labels; got 'Good'. Give \('Good',\)"):
        estimate_proportion(make_design(table, weight="population"), "score", values="Good")
    with refused("no column 'age'"):
        estimate_mean(design, "age")
    with refused("The total of `good` is 0, so there is no ratio to it"):
        estimate_ratio(simple(0, 5, 30), "weeks", "good")
    with refused("`method` 'wilson' is unknown for a mean; choose one of default, wald"):
        estimate_mean(audits(), "weeks").confidence_interval(method="wilson")
    with refused("judges proportions; this is a mean"):
        _ = estimate_mean(audits(), "weeks").reliability
    with refused("`statistic` 'median' is unknown"):
        estimate_by(audits(), "team", "weeks", statistic="median")
    with refused("A ratio needs `per`"):
        estimate_by(audits(), "team", "weeks", statistic="ratio")


def test_reliability_beside_the_estimate() -> None:
    verdict = estimate_proportion(audits(), "good").reliability
    assert verdict.verdict == "suppress"
    assert "fewer than 30 cases, or effective cases" in verdict.reasons


# domains against the naive twin -------------------------------------------------------------------


def random_sample(seed: int, *, clusters: bool, rule: str) -> object:
    dice = np.random.default_rng(seed)
    rows = []
    for stratum in range(dice.integers(2, 6)):
        n = int(dice.integers(1, 7))
        size = n + int(dice.integers(0, 9))
        for unit in range(n):
            for _ in range(int(dice.integers(1, 4)) if clusters else 1):
                rows.append((f"s{stratum}", size, f"s{stratum}.{unit}", f"d{dice.integers(4)}"))
    table = pd.DataFrame(rows, columns=["stratum", "population", "family", "team"])
    table["y"] = dice.integers(0, 9, len(table)).astype(float)
    table["x"] = dice.integers(1, 5, len(table)).astype(float)
    table["good"] = dice.integers(0, 2, len(table))
    table["outcome"] = np.where(dice.random(len(table)) < 0.1, "out_of_scope", "audited")
    table.loc[0, "outcome"] = "audited"
    return make_design(
        table,
        "stratum",
        population="population",
        cluster="family" if clusters else None,
        outcome="outcome",
        single_case=rule,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.booleans(),
    st.sampled_from(["collapse", "adjust", "remove", "certainty", "average"]),
    st.sampled_from(STATISTICS),
)
def test_all_domains_at_once_are_each_by_itself(
    seed: int, clusters: bool, rule: str, statistic: str
) -> None:
    design = random_sample(seed, clusters=clusters, rule=rule)
    y = "good" if statistic == "proportion" else "y"
    found = estimate_by(design, "team", y, statistic=statistic, per="x")
    for team in found:
        where = {"team": team}
        one = {
            "proportion": lambda w: estimate_proportion(design, "good", where=w),
            "mean": lambda w: estimate_mean(design, "y", where=w),
            "total": lambda w: estimate_total(design, "y", where=w),
            "ratio": lambda w: estimate_ratio(design, "y", "x", where=w),
        }[statistic](where)
        assert numbers(found[team]) == pytest.approx(numbers(one), rel=1e-9, abs=1e-12)
        assert found[team].flags == one.flags
        naive = naive_variance(design, statistic, where)
        assert found[team].standard_error ** 2 == pytest.approx(naive, rel=1e-8, abs=1e-12)


def naive_variance(design, statistic: str, where: dict) -> float:
    """The linearised variance, by the textbook and by loops; the rule through `deviations`."""
    rows = design.rows_where(where)
    table = design.table
    y = table["good" if statistic == "proportion" else "y"].to_numpy(dtype=float)
    x = table["x"].to_numpy() if statistic == "ratio" else np.ones(len(y))
    w = design.weight
    top, bottom = sum(w[rows] * y[rows]), sum(w[rows] * x[rows])
    z = w * rows * y if statistic == "total" else w * rows * (y - top / bottom * x) / bottom
    if design.variance.rule not in ("collapse", "remove", "certainty"):
        return float(design.variances(z[:, None])[0])
    variance, layout = 0.0, design.variance
    for stratum in range(len(layout.population)):
        units = np.flatnonzero(layout.stratum == stratum)
        totals = np.array([z[layout.unit == unit].sum() for unit in units])
        n, size = len(units), layout.population[stratum]
        joined = layout.joined is not None and layout.joined[stratum]
        if n > 1:
            left = 1.0 if joined and n < size else 1 - n / size
            variance += n / (n - 1) * left * ((totals - totals.mean()) ** 2).sum()
    return variance


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_intervals_of_domains_are_never_missing_nor_points(seed: int, clusters: bool) -> None:
    design = random_sample(seed, clusters=clusters, rule="collapse")
    found = estimate_by(design, "team", "good")
    table = found.table()
    assert not table.isna().any().any()
    for team in found:
        one = found[team]
        interval = one.confidence_interval()
        assert one.is_complete or interval.width > 0
        assert interval.low - 1e-12 <= one.estimate <= interval.high + 1e-12


# differences ----------------------------------------------------------------------------------


def test_difference_of_two_groups_that_are_both_all_good() -> None:
    table = pd.DataFrame({"team": list("NNNNNSSSSS"), "good": 1})
    design = make_design(table, population=100)
    found = estimate_difference(design, "good", first={"team": "N"}, second={"team": "S"})
    assert (found.estimate, found.standard_error) == (0, 0)
    interval = found.confidence_interval()
    assert interval.method == "mover"
    assert interval.low < 0 < interval.high
    assert not found.is_distinguishable()
    assert found.p_value == 1
    with refused("One of the two estimates has no spread.*Give 'mover'"):
        found.confidence_interval(method="wald")
    with refused("`method` 'score' is unknown; choose one of default, mover, wald"):
        found.confidence_interval(method="score")


def test_mover_is_newcombe_s_interval_for_plain_samples() -> None:
    # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10, example a: 56/70 and
    # 48/80: 0.0524 to 0.3339 from Wilson intervals. The combination is checked with those.
    low_a, high_a, low_b, high_b = 0.6918, 0.8771, 0.4905, 0.7005
    a, b = 0.8, 0.6
    low = a - b - ((a - low_a) ** 2 + (high_b - b) ** 2) ** 0.5
    high = a - b + ((high_a - a) ** 2 + (b - low_b) ** 2) ** 0.5
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=2e-4)
    design = simple(56, 70, 10**9)
    one = estimate_proportion(design, "good")
    two = estimate_proportion(simple(48, 80, 10**9), "good")
    from qa_sampling.sampling.estimation import Difference

    found = Difference(two, one, 0.1, 0.0, 100.0).confidence_interval()
    ends_one, ends_two = one.confidence_interval(), two.confidence_interval()
    assert found.low == pytest.approx(
        0.2 - ((0.8 - ends_one.low) ** 2 + (ends_two.high - 0.6) ** 2) ** 0.5
    )
    assert found.high == pytest.approx(
        0.2 + ((ends_one.high - 0.8) ** 2 + (0.6 - ends_two.low) ** 2) ** 0.5
    )


def test_p_value_agrees_with_the_interval() -> None:
    found = estimate_difference(
        audits(), "weeks", first={"team": "T1"}, second={"team": "T2"}, as_mean=True
    )
    from scipy import stats

    t = abs(found.estimate) / found.standard_error
    assert found.p_value == pytest.approx(2 * stats.t.sf(t, found.degrees_of_freedom), abs=1e-9)
    assert found.is_distinguishable(1 - found.p_value - 1e-6)
    assert not found.is_distinguishable(1 - found.p_value + 1e-6)


def test_a_group_against_all_has_the_covariance() -> None:
    found = estimate_difference(audits(), "good", first=None, second={"team": "T1"})
    apart = (found.first.standard_error**2 + found.second.standard_error**2) ** 0.5
    assert found.correlation > 0
    assert found.standard_error < apart


# grades ---------------------------------------------------------------------------------------


def test_a_distribution_has_every_grade_and_adds_up() -> None:
    table = sample("audits")
    table["grade"] = table["score"].map({1: GRADES[0], 2: GRADES[1], 3: GRADES[2], 4: GRADES[2]})
    found = grade_distribution(make_design(table, "stratum", population="population"), "grade")
    shown = found.table
    assert shown["grade"].tolist() == list(GRADES)
    assert shown["share"].sum() == pytest.approx(1)
    assert shown["count"].tolist() == [5, 5, 13, 0]
    assert shown["cumulated"].tolist() == pytest.approx(np.cumsum(shown["share"]))
    assert (shown["cumulated"].iloc[-1], shown["cumulated_low"].iloc[-1]) == (1, 1)
    assert shown["low"].iloc[-1] == 0
    assert shown["high"].iloc[-1] > 0.1
    good = estimate_proportion(
        make_design(table, "stratum", population="population"), "grade", values=GRADES[:2]
    )
    assert shown["cumulated"].iloc[1] == pytest.approx(good.estimate)
    assert shown["cumulated_low"].iloc[1] == pytest.approx(good.confidence_interval().low)
    assert (found.n, found.population, found.level) == (23, 112, 0.95)
    assert found.method == "korn_graubard"


def test_an_unknown_grade_is_refused() -> None:
    table = pd.DataFrame({"grade": ["Good", "Not applicable"]})
    design = make_design(table, population=10)
    with refused("`grade` holds 'Not applicable', which is not among the grades Outstanding"):
        grade_distribution(design, "grade")
    found = grade_distribution(design, "grade", where={"grade": GRADES})
    assert found.n == 1
