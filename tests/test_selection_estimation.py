"""From a selection by any method to an estimate: the variance that the method allows."""

import numpy as np
import pandas as pd
import pytest
from test_case_selection import caseload, pick

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.case_selection import Selection, select_cases
from qa_sampling.sampling.estimation import (
    Design,
    estimate_mean,
    estimate_proportion,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_quadratic import local_mean_variance
from qa_sampling.sampling.selection_methods import METHODS
from qa_sampling.sampling.unequal_designs import design_of_selection, joint_design

SIZES = {"a": 4, "b": 7, "c": 5}


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def found_of(selection: Selection) -> pd.DataFrame:
    cases = caseload().set_index("case_ref").loc[selection.sample["case_ref"]].reset_index()
    return cases.assign(good=(cases["age"] % 3 == 0).astype(int))


def error(design: Design) -> float:
    return estimate_total(design, "age").standard_error


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("sizes", [16, SIZES], ids=["whole", "strata"])
def test_every_method_leads_to_an_estimate(method: str, sizes) -> None:
    chosen = pick(caseload(), sizes, method)
    table = found_of(chosen)
    design = design_of_selection(chosen, table)
    weight = chosen.sample.set_index("case_ref")["weight"].loc[table["case_ref"]].to_numpy()
    total, mean = estimate_total(design, "age"), estimate_mean(design, "age")
    assert total.estimate == pytest.approx(weight @ table["age"])
    assert mean.estimate == pytest.approx(np.average(table["age"], weights=weight))
    assert 0 < mean.standard_error < 5
    interval = estimate_proportion(design, "good").confidence_interval()
    assert 0 <= interval.low < interval.high <= 1
    backwards = design_of_selection(chosen, table.iloc[::-1])
    assert error(backwards) == pytest.approx(total.standard_error)


def test_tickets_are_a_stratified_random_sample() -> None:
    chosen = pick(caseload(), SIZES, "tickets")
    table = found_of(chosen)
    plain = make_design(table, "stratum", population={"a": 20, "b": 20, "c": 20})
    for variance in ("default", "joint"):
        design = design_of_selection(chosen, table, variance=variance)
        assert error(design) == pytest.approx(error(plain))
        degrees = estimate_mean(design, "age").degrees_of_freedom
        assert degrees == estimate_mean(plain, "age").degrees_of_freedom == 13


def test_sampford_is_by_its_joint_probabilities() -> None:
    chosen = select_cases(caseload(), 12, method="sampford", seed="x", size_column="size")
    table = found_of(chosen)
    by_hand = joint_design(table, chosen.joint_probabilities())
    assert error(design_of_selection(chosen, table)) == pytest.approx(error(by_hand))
    # The pooled approximation is near it, the other ones are not for this method.
    pooled = error(design_of_selection(chosen, table, variance="pooled"))
    assert pooled == pytest.approx(error(by_hand), rel=0.1)
    assert pooled != error(by_hand)


def test_poisson_is_by_products() -> None:
    chosen = pick(caseload(), 16, "poisson")
    table = found_of(chosen)
    p = chosen.sample["inclusion_probability"].to_numpy()
    expected = np.sqrt(((1 - p) * (table["age"] / p) ** 2).sum())
    assert error(design_of_selection(chosen, table)) == pytest.approx(expected)


def test_systematic_looks_at_neighbours_in_the_list() -> None:
    chosen = select_cases(caseload(), 15, method="systematic", seed="x", order_by=["age"])
    table = found_of(chosen)
    near = error(design_of_selection(chosen, table))
    wide = error(design_of_selection(chosen, table, variance="pooled"))
    # The list is in the order of what is estimated: nearly nothing is left to chance.
    assert near < wide / 4
    everyone = design_of_selection(chosen, table, variance="local_mean", neighbours=15)
    assert error(everyone) == pytest.approx(wide)
    order = [chosen.groups[0].references[at] for at in chosen.groups[0].order]
    at = np.array([[order.index(ref)] for ref in table["case_ref"]])
    by_hand = local_mean_variance(at, np.full(15, 0.25))
    moved = by_hand.deviations(table[["age"]].to_numpy() / 0.25)
    assert near**2 == pytest.approx((moved**2).sum())


def test_the_cube_leaves_what_a_regression_leaves() -> None:
    chosen = select_cases(caseload(), 20, method="cube", seed="x", balance_on=["age"])
    table = found_of(chosen)
    pooled = design_of_selection(chosen, table)
    balanced = design_of_selection(chosen, table, variance="balanced")
    assert error(balanced) < error(pooled) * 1e-6
    assert estimate_mean(pooled, "age").degrees_of_freedom == 19
    assert estimate_mean(balanced, "age").degrees_of_freedom == 18


def test_unavailable_cases_are_made_up_for() -> None:
    chosen = pick(caseload(), 16, "pivotal")
    table = found_of(chosen).assign(outcome=["unavailable", *["audited"] * 15])
    for variance in ("default", "pooled"):
        design = design_of_selection(chosen, table, variance=variance, outcome="outcome")
        assert design.n == 15
        assert design.weight.sum() == pytest.approx(60)
    spread = pick(caseload(), 16, "local_pivotal")
    table = found_of(spread).assign(outcome=["unavailable", *["audited"] * 15])
    for variance in ("pooled", "local_mean"):
        design = design_of_selection(spread, table, variance=variance, outcome="outcome")
        assert design.response_rate == 15 / 16


def test_what_a_method_does_not_allow_is_refused() -> None:
    for method, variance in (
        ("cube", "joint"),
        ("pivotal", "local_mean"),
        ("sampford", "balanced"),
        ("poisson", "pooled"),
    ):
        chosen = pick(caseload(), 16, method)
        with refused(f"A sample by '{method}' has no '{variance}' variance"):
            design_of_selection(chosen, found_of(chosen), variance=variance)
    chosen = pick(caseload(), 16, "tickets")
    with refused("`variance` 'guess' is unknown; choose one of default, joint"):
        design_of_selection(chosen, found_of(chosen), variance="guess")
    with refused("The table holds 0 cases that were not selected and lacks 1 that were"):
        design_of_selection(chosen, found_of(chosen).iloc[1:])
    twice = pd.concat([found_of(chosen), found_of(chosen).iloc[:1]])
    with refused("1 rows repeat a case"):
        design_of_selection(chosen, twice)


def test_pairs_that_never_meet_and_lone_cases_are_refused() -> None:
    ordered = select_cases(caseload(), 12, method="systematic", seed="x", order_by=["age"])
    with refused("pairs of cases that have no chance to be drawn together"):
        design_of_selection(ordered, found_of(ordered), variance="joint")
    lone = select_cases(
        caseload(), {"a": 1, "b": 5, "c": 5}, method="local_pivotal", seed="x", spread_over=["age"]
    )
    with refused("One case of stratum 'a' was audited, so it has no neighbour. Use 'pooled'"):
        design_of_selection(lone, found_of(lone), variance="local_mean")
    assert error(design_of_selection(lone, found_of(lone))) > 0
    few = select_cases(caseload(), 4, method="cube", seed="x", balance_on=["age", "need"])
    with refused("4 audits are too few for a regression on 4 balancing variables"):
        design_of_selection(few, found_of(few), variance="balanced")
