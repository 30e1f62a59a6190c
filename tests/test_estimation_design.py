"""Designs: what is refused, what becomes of outcomes, weights and single strata."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from estimation_samples import audits, sample, simple

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import (
    estimate_mean,
    estimate_proportion,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_variance import collapse_single


def table_of(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns)


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def test_the_callers_table_is_not_altered() -> None:
    table = sample("audits")
    table["outcome"] = ["audited"] * 20 + ["out_of_scope", "unavailable", "audited"]
    before = table.copy(deep=True)
    design = make_design(table, "stratum", population="population", outcome="outcome")
    estimate_proportion(design, "good", where={"team": "T1"})
    pd.testing.assert_frame_equal(table, before)
    with pytest.raises(AttributeError):
        design.weight = np.ones(3)


def test_row_order_and_index_change_nothing() -> None:
    table = sample("audits")
    mixed = table.sample(frac=1, random_state=3)
    one = estimate_proportion(make_design(table, "stratum", population="population"), "good")
    two = estimate_proportion(make_design(mixed, "stratum", population="population"), "good")
    assert two.estimate == pytest.approx(one.estimate, rel=1e-14)
    assert two.standard_error == pytest.approx(one.standard_error, rel=1e-13)


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_types_of_labels_change_nothing(kind: str) -> None:
    table = sample("audits").astype({"stratum": kind, "team": kind})
    found = estimate_mean(make_design(table, "stratum", population="population"), "weeks")
    assert found.estimate == estimate_mean(audits(), "weeks").estimate


def test_strata_of_several_columns_and_a_mapping() -> None:
    table = table_of(team=["N", "N", "S", "S"], status=["CP", "CP", "CIN", "CIN"], y=[1, 0, 1, 1])
    design = make_design(table, ["team", "status"], population={"N / CP": 6, "S / CIN": 4})
    found = estimate_proportion(design, "y")
    assert found.estimate == pytest.approx((6 * 0.5 + 4 * 1) / 10)
    assert found.population == 10
    assert design.response["stratum"].tolist() == ["N / CP", "S / CIN"]


def test_faults_of_a_design_are_told() -> None:
    table = table_of(stratum=["a", "a", "b"], y=[1, 0, 1], w=[1.0, 2.0, 0.0], p=[0.5, 1.2, 0.1])
    with refused("no column 'team'; it has stratum, y, w, p"):
        make_design(table, "team", population=10)
    with refused("holds no case"):
        make_design(table.iloc[:0], "stratum", population=10)
    with refused("`population` is one number, but there are 2 strata"):
        make_design(table, "stratum", population=10)
    with refused("lacks stratum 'b'"):
        make_design(table, "stratum", population={"a": 5})
    with refused("of stratum 'b' is -2"):
        make_design(table, "stratum", population={"a": 5, "b": -2})
    with refused("2 were opened in stratum 'a', which has 1"):
        make_design(table, "stratum", population={"a": 1, "b": 3})
    with refused("have no weight. Give `population`, `weight` or `probability`"):
        make_design(table, "stratum")
    with refused("1 cases have a weight that is not above 0"):
        make_design(table, weight="w")
    with refused("`p` must lie above 0 and up to 1"):
        make_design(table, probability="p")
    with refused("`stratum` is not a column of numbers"):
        make_design(table, weight="stratum")
    with refused("`y` is not one number for stratum 'a': it says 0 and 1"):
        make_design(table, "stratum", population="y")
    with refused("`single_case` 'fail' is unknown; choose one of collapse, adjust, remove"):
        make_design(table, "stratum", population={"a": 5, "b": 3}, single_case="fail")
    with refused("`approximation` 'naive' is unknown; choose one of stratified, pooled"):
        make_design(table, "stratum", population={"a": 5, "b": 3}, approximation="naive")
    with refused("`degrees` 'z' is unknown"):
        make_design(table, "stratum", population={"a": 5, "b": 3}, degrees="z")


def test_a_missing_stratum_is_never_dropped() -> None:
    table = table_of(stratum=["a", None, "b"], y=[1, 0, 1])
    with refused("`stratum` is missing for 1 of 3 cases. Give every case a label"):
        make_design(table, "stratum", population={"a": 5, "b": 3})


def test_a_stratum_with_cases_but_none_opened_is_told() -> None:
    table = table_of(stratum=["a", "a"], y=[1, 0])
    message = "No case was opened in stratum 'b', which has 7.*Merge it.*leave it out"
    with refused(message):
        make_design(table, "stratum", population={"a": 5, "b": 7})
    empty = make_design(table, "stratum", population={"a": 5, "b": 0})
    assert empty.population == 5


def test_weights_follow_from_the_strata_or_from_probabilities() -> None:
    table = table_of(stratum=["a", "a", "b"], y=[1, 0, 1], p=[0.4, 0.4, 0.25])
    given = make_design(table, "stratum", population={"a": 5, "b": 4}, probability="p")
    followed = make_design(table, "stratum", population={"a": 5, "b": 4})
    assert given.weight.tolist() == followed.weight.tolist() == [2.5, 2.5, 4.0]


# outcomes ------------------------------------------------------------------------------------


def opened(*outcomes: str, population: int = 20, **more: object):
    table = table_of(outcome=list(outcomes), stratum=["a"] * len(outcomes))
    table["y"] = [1 if outcome == "audited" else None for outcome in outcomes]
    table.loc[0, "y"] = 0
    return make_design(table, "stratum", population={"a": population}, outcome="outcome", **more)


def test_out_of_scope_counts_as_zero_and_the_eligible_are_estimated() -> None:
    design = opened("audited", "audited", "audited", "out_of_scope")
    found = estimate_proportion(design, "y")
    assert found.estimate == pytest.approx(2 / 3)
    assert found.population == pytest.approx(15)
    assert found.n == 3
    assert found.response_rate == 1
    assert found.exact is None
    # the domain's variance by hand (Cochran 1977, eq. 2.64 in the text): z = y - 2/3 or 0
    z = np.array([-2 / 3, 1 / 3, 1 / 3, 0]) * 5 / 15
    variance = 4 / 3 * (1 - 4 / 20) * ((z - z.mean()) ** 2).sum()
    assert found.standard_error == pytest.approx(variance**0.5, rel=1e-12)


def test_unavailable_is_non_response_within_the_stratum() -> None:
    design = opened("audited", "audited", "audited", "unavailable")
    found = estimate_proportion(design, "y")
    assert design.weight == pytest.approx([20 / 3] * 3)
    assert found.population == 20
    assert found.response_rate == 0.75
    same = estimate_proportion(opened("audited", "audited", "audited"), "y")
    assert found.standard_error == pytest.approx(same.standard_error, rel=1e-14)
    assert design.response.loc[0, ["opened", "audited", "unavailable"]].tolist() == [4, 3, 1]


def test_a_stratum_that_was_taken_whole_but_not_answered_is_not_complete() -> None:
    found = estimate_proportion(opened("audited", "audited", "unavailable", population=3), "y")
    assert not found.is_complete
    assert found.confidence_interval().width > 0


def test_everything_out_of_scope_or_unavailable() -> None:
    table = table_of(outcome=["out_of_scope", "unavailable"], y=[1, 1])
    with refused("No case was audited"):
        make_design(table, population=5, outcome="outcome")
    table = table_of(outcome=["audited", "unavailable"], stratum=["a", "b"], y=[1, 1], all="x")
    with refused("Every case opened in 'b' was unavailable.*coarser `response_class`"):
        make_design(table, "stratum", population={"a": 5, "b": 7}, outcome="outcome")


def test_a_coarser_response_class_makes_up_for_a_stratum() -> None:
    table = table_of(
        outcome=["audited"] * 3 + ["unavailable"], stratum=list("aabb"), y=[1, 0, 1, 1]
    )
    table["service"] = "one"
    design = make_design(
        table,
        "stratum",
        population={"a": 6, "b": 6},
        outcome="outcome",
        response_class="service",
    )
    assert design.weight.sum() == pytest.approx(12)
    assert design.weight.tolist() == pytest.approx([4, 4, 4])


def test_conflict_and_unknown_outcomes_are_refused() -> None:
    with refused("1 cases have the outcome 'conflict'. A conflict is no outcome: give the case"):
        opened("audited", "conflict")
    with refused("Outcomes are unknown: lost. Give one of audited, out_of_scope, unavailable"):
        opened("audited", "lost")
    with refused("Outcomes are unknown: blank"):
        opened("audited", None)


def test_reserves_share_their_stratum_s_weight() -> None:
    table = table_of(
        stratum=["a", "a", "a", "b"],
        weight=[10.0, 10.0, None, 7.0],
        outcome=["audited", "out_of_scope", "audited", "audited"],
        y=[1, None, 0, 1],
    )
    design = make_design(table, "stratum", weight="weight", outcome="outcome")
    assert design.weight.tolist() == pytest.approx([20 / 3, 20 / 3, 20 / 3, 7])
    with refused("1 cases without a weight lie in strata of which no case with one"):
        make_design(table.assign(stratum=["a", "a", "c", "b"]), "stratum", weight="weight")


def test_a_table_of_fieldwork_fits_with_probabilities_or_with_carried_weights() -> None:
    # what the follow-up of a draw keeps: outcomes, probabilities of being opened, weights that
    # already carry non-response (0 for the unavailable)
    table = table_of(
        case_ref=list("pqrst"),
        stratum=["a", "a", "a", "b", "b"],
        population=[12, 12, 12, 8, 8],
        outcome=["audited", "unavailable", "audited", "out_of_scope", "audited"],
        probability=[0.25, 0.25, 0.25, 0.25, 0.25],
        weight=[6.0, 0.0, 6.0, 4.0, 4.0],
        y=[1, None, 0, None, 1],
    )
    names = {"population": "population", "outcome": "outcome"}
    one = make_design(table, "stratum", probability="probability", **names)
    two = make_design(table, "stratum", weight="weight", **names)
    assert one.weight.tolist() == two.weight.tolist() == [6, 6, 4, 4]
    assert one.response_rate == two.response_rate == 0.8
    assert estimate_proportion(one, "y").estimate == pytest.approx((6 + 4) / (12 + 4))
    with refused("2 cases are pending. Estimate when every case has its outcome"):
        pending = table.assign(outcome=["audited", "pending", "pending", "audited", "audited"])
        make_design(pending, "stratum", probability="probability", **names)


# single cases ------------------------------------------------------------------------------


def test_single_strata_are_collapsed_with_neighbours_of_their_class() -> None:
    labels = ["a", "b", "c", "d", "e", "f"]
    sizes, population = np.array([1, 1, 1, 4, 1, 1]), np.array([9, 8, 7, 20, 6, 1])
    home, groups = collapse_single(labels, sizes, population, [0, 0, 0, 1, 1, 1])
    # a, b and c form a pair and its odd one; e joins d, its neighbour in its class; f is whole
    assert groups == (("a", "b", "c"), ("d", "e"))
    assert home.tolist() == [0, 0, 0, 3, 3, 5]


def test_a_lone_single_stratum_crosses_classes_only_when_it_must() -> None:
    home, groups = collapse_single(["a", "b"], np.array([1, 5]), np.array([9, 9]), [0, 1])
    assert groups == (("a", "b"),)
    home, groups = collapse_single(["a"], np.array([1]), np.array([9]), [0])
    assert groups == ()
    assert home.tolist() == [0]


def test_collapsing_two_strata_is_the_squared_difference_of_their_totals() -> None:
    # Cochran 1977, section 5A.12: (t1 - t2)^2, what is left within each stratum included
    table = table_of(stratum=["a", "b"], y=[3.0, 8.0])
    design = make_design(table, "stratum", population={"a": 10, "b": 6})
    assert design.collapsed == (("a", "b"),)
    total = estimate_total(design, "y")
    assert total.estimate == 78
    assert total.standard_error**2 == pytest.approx((30 - 48) ** 2)
    assert "strata collapsed" in total.flags
    assert "collapse" in total.method


def test_classes_to_collapse_within_must_hold_whole_strata() -> None:
    table = table_of(stratum=["a", "a", "b"], status=["CP", "CIN", "CP"], y=[1, 0, 1])
    with refused("A stratum lies in two classes of `collapse_within`"):
        make_design(table, "stratum", population={"a": 9, "b": 9}, collapse_within="status")


def test_taken_whole_strata_of_one_case_are_no_single_cases() -> None:
    table = table_of(stratum=["a", "b", "b"], y=[1, 0, 1])
    design = make_design(table, "stratum", population={"a": 1, "b": 9})
    assert design.collapsed == ()


def test_the_only_case_of_the_only_stratum() -> None:
    for rule in ("collapse", "adjust", "remove", "certainty", "average"):
        design = make_design(table_of(y=[1]), population=30, single_case=rule)
        found = estimate_proportion(design, "y")
        assert (found.estimate, found.n, found.standard_error) == (1, 1, 0)
        assert {"all", "no spread", "one case"} <= set(found.flags)
        interval = found.confidence_interval(method="korn_graubard")
        assert interval.low == pytest.approx(1 / 30)  # not 0.025: one of the 30 is good
        assert interval.high == 1
        assert found.confidence_interval().method == "hypergeometric"


def test_clusters_must_lie_in_one_stratum() -> None:
    table = table_of(stratum=["a", "b"], family=["f", "f"], y=[1, 0])
    with refused("A cluster of `family` lies in two strata"):
        make_design(table, "stratum", population={"a": 5, "b": 3}, cluster="family")


# unbiased by enumeration -------------------------------------------------------------------


def test_the_variance_of_a_total_is_unbiased_over_all_draws() -> None:
    values = {"a": [3.0, 5, 9, 1], "b": [2.0, 7, 4]}
    taken = {"a": 2, "b": 2}
    totals, variances = [], []
    for parts in itertools.product(*(itertools.combinations(values[h], taken[h]) for h in "ab")):
        table = table_of(stratum=["a", "a", "b", "b"], y=[*parts[0], *parts[1]])
        found = estimate_total(make_design(table, "stratum", population={"a": 4, "b": 3}), "y")
        totals.append(found.estimate)
        variances.append(found.standard_error**2)
    assert np.mean(totals) == pytest.approx(31)
    assert np.mean(variances) == pytest.approx(np.var(totals), rel=1e-12)


def test_clusters_are_unbiased_over_all_draws() -> None:
    families = {"f": [3.0, 5], "g": [9.0], "h": [1.0, 2, 7], "i": [4.0]}
    totals, variances = [], []
    for names in itertools.combinations(families, 2):
        rows = [(name, value) for name in names for value in families[name]]
        table = pd.DataFrame(rows, columns=["family", "y"])
        found = estimate_total(make_design(table, population=4, cluster="family"), "y")
        totals.append(found.estimate)
        variances.append(found.standard_error**2)
    assert np.mean(totals) == pytest.approx(31)
    assert np.mean(variances) == pytest.approx(np.var(totals), rel=1e-12)


def test_out_of_scope_cases_leave_totals_unbiased_over_all_draws() -> None:
    y, scope = [3.0, 5, 9, 1, 8], [1, 1, 0, 1, 0]
    totals, variances = [], []
    for chosen in itertools.combinations(range(5), 3):
        table = table_of(
            y=[y[one] for one in chosen],
            outcome=["audited" if scope[one] else "out_of_scope" for one in chosen],
        )
        found = estimate_total(make_design(table, population=5, outcome="outcome"), "y")
        totals.append(found.estimate)
        variances.append(found.standard_error**2)
    assert np.mean(totals) == pytest.approx(9)
    assert np.mean(variances) == pytest.approx(np.var(totals), rel=1e-12)


def test_one_class_of_a_rounded_draw_is_a_plain_random_sample() -> None:
    # with equal probabilities the pooled approximation is the exact variance (Hájek 1964)
    table = table_of(y=[1, 0, 0, 1, 1], p=[0.25] * 5)
    rounded = make_design(table, population=20, probability="p", approximation="pooled")
    plain = estimate_proportion(make_design(table, population=20), "y")
    found = estimate_proportion(rounded, "y")
    assert found.standard_error == pytest.approx(plain.standard_error, rel=1e-12)
    assert found.degrees_of_freedom == plain.degrees_of_freedom == 4
    assert found.method == "rounded draw, pooled approximation"
    assert found.confidence_interval().method == "korn_graubard"


def test_margins_of_a_rounded_draw_are_a_stratified_sample_when_one_way() -> None:
    # Deville and Tillé's second weights against n/(n-p): equal probabilities and equal sizes
    table = table_of(y=[1.0, 5, 2, 9], row=["a", "a", "b", "b"], p=[0.5] * 4)
    found = make_design(table, population=8, probability="p", approximation="row")
    exact = make_design(table, "row", population={"a": 4, "b": 4})
    for design in (found, exact):
        assert estimate_mean(design, "y").standard_error == pytest.approx(
            (0.5**2 * 0.5 * (8 + 24.5) / 2) ** 0.5, rel=1e-12
        )


def test_simple_helper_is_a_plain_random_sample() -> None:
    assert re.match("stratified", simple(3, 10, 40).method)


def test_the_pooled_approximation_is_deville_s_but_for_its_factor() -> None:
    # R sampling 2.11, varest(y = c(20, 15, 40), pik = c(.7, .8, .5)): 1254.3202764977, which
    # divides by 1 - sum(a^2), a = (1 - pik) / sum(1 - pik), in place of our n / (n - 1)
    table = table_of(y=[20.0, 15, 40], p=[0.7, 0.8, 0.5])
    found = estimate_total(make_design(table, probability="p", approximation="pooled"), "y")
    assert found.estimate == pytest.approx(127.321428571429)
    a = np.array([0.3, 0.2, 0.5])
    theirs = found.standard_error**2 * (2 / 3) / (1 - (a**2).sum())
    assert theirs == pytest.approx(1254.3202764977, rel=1e-12)


def test_both_margins_leave_what_a_regression_on_them_leaves() -> None:
    # Deville and Tillé 2005: by the naive regression, rows and columns of a 2 by 3 table
    dice = np.random.default_rng(8)
    table = table_of(row=list("aaabbbaab"), column=list("xyzxyzxyz"), y=dice.random(9).tolist())
    table["p"] = dice.uniform(0.1, 0.5, 9)
    design = make_design(table, probability="p", approximation="balanced")
    z = table["y"] / table["p"]
    scale = (1 - table["p"]) * 9 / (9 - 4)
    dummies = pd.get_dummies(table[["row", "column"]], dtype=float).to_numpy()[:, 1:]
    root = np.sqrt(scale.to_numpy())[:, None]
    columns = np.column_stack([np.ones(9), dummies])
    slopes = np.linalg.pinv(root * columns) @ (root[:, 0] * z)
    expected = (scale * (z - columns @ slopes) ** 2).sum()
    assert design.variance.rank == 4
    assert estimate_total(design, "y").standard_error ** 2 == pytest.approx(expected)
    assert estimate_total(design, "y").degrees_of_freedom == 5
