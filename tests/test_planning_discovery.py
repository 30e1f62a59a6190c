"""Discovery samples and attribute plans: the audit tables, exact ties, brute force, refusals."""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_discovery import (
    attribute_plan,
    bayesian_plan,
    chance_of_meeting,
    discovery_size,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "planning.json").read_text("utf-8"))


# published tables -------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["A-1", "A-2"])
def test_the_aicpa_tables_whole(table: str) -> None:
    rates, case = GOLDEN["aicpa"]["expected_percent"], GOLDEN["aicpa"][table]
    compared = 0
    for tolerable, sizes in case["by_tolerable"].items():
        for rate, size in zip(rates, sizes, strict=False):
            plan = attribute_plan(
                float(tolerable) / 100, expected=rate / 100, confidence=case["confidence"]
            )
            assert plan.n == size, (tolerable, rate)
            compared += 1
    assert compared == {"A-1": 194, "A-2": 198}[table]


def test_shares_of_ordinary_numbers_are_read_as_decimals() -> None:
    # 400 * 0.035 and 1300 * 0.07 are 14.000000000000002 and 91.00000000000001 in ordinary
    # numbers, whose ceilings gave 423 and 1313 in programs.
    assert math.ceil(400 * 0.035) == 15
    plan = attribute_plan(0.05, expected=0.035, confidence=0.9)
    assert (plan.n, plan.accept) == (400, 14)
    plan = attribute_plan(0.08, expected=0.07, confidence=0.9)
    assert (plan.n, plan.accept) == (1300, 91)


@pytest.mark.parametrize("confidence", GOLDEN["ezquant"]["by_confidence"])
def test_ezquant(confidence: str) -> None:
    case = GOLDEN["ezquant"]
    for population, sizes in zip(
        case["population"], case["by_confidence"][confidence], strict=True
    ):
        for share, size in zip(case["tolerable"], sizes, strict=True):
            plan = discovery_size(share, population=population, confidence=float(confidence))
            assert plan.n == size
            assert plan.confidence >= float(confidence)


@pytest.mark.parametrize("row", GOLDEN["auditsampler"]["rows"], ids=str)
def test_auditsampler(row: list) -> None:
    population, expected, tolerable, confidence, exact, endless = row
    asked = {"expected": expected, "confidence": confidence}
    assert attribute_plan(tolerable, population=population, **asked).n == exact
    assert attribute_plan(tolerable, **asked).n == endless


@pytest.mark.parametrize("row", GOLDEN["naudit_attr"]["rows"], ids=str)
def test_practools(row: list) -> None:
    tolerable, accept, confidence, population, exact, endless = row
    asked = {"accept": accept, "confidence": confidence}
    assert attribute_plan(tolerable, population=population, **asked).n == exact
    assert attribute_plan(tolerable, **asked).n == endless


@pytest.mark.parametrize(("tolerable", "confidence", "n"), GOLDEN["touw_hoogduin"]["rows"])
def test_poisson(tolerable: float, confidence: float, n: int) -> None:
    plan = attribute_plan(tolerable, confidence=confidence, distribution="poisson")
    assert plan.n == n


@pytest.mark.parametrize("case", GOLDEN["bayes"]["rows"], ids=str)
def test_bayesian_plans_as_in_jfa(case: dict) -> None:
    plan = bayesian_plan(0.05, expected=case["expected"], population=case["population"])
    assert plan.n == case["n"]


def test_a_uniform_prior_in_closed_form() -> None:
    # With none found the posterior is Beta(1, n + 1): 1 - (1 - T)^(n + 1) >= confidence.
    for tolerable, confidence in ((0.05, 0.95), (0.1, 0.9), (0.02, 0.99)):
        n = math.ceil(math.log(1 - confidence) / math.log(1 - tolerable) - 1)
        plan = bayesian_plan(tolerable, confidence=confidence)
        assert plan.n == n
        assert plan.confidence == pytest.approx(1 - (1 - tolerable) ** (n + 1))


# brute force ------------------------------------------------------------------------------


def risk(population: int, bad: int, n: int, accept: int) -> Fraction:
    met = range(min(accept, n) + 1)
    ways = sum(math.comb(bad, k) * math.comb(population - bad, n - k) for k in met)
    return Fraction(ways, math.comb(population, n))


@given(
    population=st.integers(2, 60),
    percent=st.integers(1, 100),
    accept=st.integers(0, 3),
    confidence=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]),
)
@settings(max_examples=150, deadline=None)
def test_the_smallest_plan_by_brute_force(
    population: int, percent: int, accept: int, confidence: float
) -> None:
    bad = -(-population * percent // 100)
    asked = {"accept": accept, "population": population, "confidence": confidence}
    if bad <= accept:
        with pytest.raises(ParameterError, match="can never be met"):
            attribute_plan(percent / 100, **asked)
        return
    plan = attribute_plan(percent / 100, **asked)
    wanted = 1 - Fraction(str(confidence))
    holding = [n for n in range(population + 1) if risk(population, bad, n, accept) <= wanted]
    assert plan.n == min(holding)
    assert plan.confidence == pytest.approx(float(1 - risk(population, bad, plan.n, accept)))


def test_ties_with_the_risk_are_decided_exactly() -> None:
    # One bad case among 20: 19 audits miss it with probability exactly 1/20.
    assert discovery_size(0.05, population=20).n == 19
    # 0.1 ** 3 is the risk of three audits at 90%, exactly 1 - 0.999.
    assert discovery_size(0.9, confidence=0.999).n == 3
    assert discovery_size(0.3, population=10, confidence=0.7).n == 3  # C(7,3)/C(10,3) = 7/24


def test_shares_of_a_population_are_rounded_up_to_cases_exactly() -> None:
    # 7% of 100 are 7 cases; in ordinary numbers 0.07 * 100 is 7.000000000000001.
    assert math.ceil(0.07 * 100) == 8
    assert discovery_size(0.07, population=100).n == min(
        n for n in range(101) if risk(100, 7, n, 0) <= Fraction(1, 20)
    )


# edges ------------------------------------------------------------------------------------


def test_one_case_and_all_inadequate() -> None:
    assert discovery_size(1.0).n == 1
    assert discovery_size(1.0, population=1).n == 1
    assert discovery_size(0.001, population=5).n == 5  # one case: only all of 5 meet it surely


def test_chances_of_meeting() -> None:
    assert chance_of_meeting(59, 0.05) == pytest.approx(1 - 0.95**59)
    assert chance_of_meeting(0, 0.05) == 0
    assert chance_of_meeting(20, 0.05, population=20) == 1
    assert chance_of_meeting(10, 0.1, population=40, more_than=1) == pytest.approx(
        float(1 - risk(40, 4, 10, 1))
    )


def test_tables_and_curves_can_be_plotted() -> None:
    plan = discovery_size(0.05, population=300)
    assert plan.table["accept"].tolist() == [0, 1, 2, 3, 4]
    assert plan.table["n"].is_monotonic_increasing
    assert plan.table["n"].iloc[0] == plan.n
    assert plan.curve["met"].is_monotonic_increasing
    assert plan.curve["met"].between(0, 1).all()
    at = plan.curve.loc[plan.curve["share"] >= 0.05, "met"]
    assert at.iloc[0] >= 0.95


def test_a_bayesian_plan_falls_with_a_prior_that_knows_more() -> None:
    flat, informed = (bayesian_plan(0.05, prior=prior).n for prior in ((1, 1), (1, 20)))
    assert informed == flat - 19
    assert bayesian_plan(0.05, accept=1).n > flat
    assert bayesian_plan(0.5, population=10, confidence=0.9).table["confidence"].iloc[-1] > 0.9


REFUSALS = [
    ({"tolerable": 5}, "`tolerable` must lie between 0 and 1; got 5"),
    ({"tolerable": 0}, "A share of 0 with confidence 0.95 cannot be planned for"),
    ({"confidence": 95}, "A share of 0.05 with confidence 95 cannot be planned for"),
    ({"accept": -1}, "`accept` must be a whole number of cases, 0 or more; got -1"),
    ({"accept": 1, "expected": 0.01}, "Give `accept` or `expected`, not both"),
    ({"expected": 0.05}, r"The expected share 0.05 is not below the tolerable one \(0.05\)"),
    ({"distribution": "normal"}, "`distribution` 'normal' is unknown; choose hypergeometric"),
    ({"distribution": "hypergeometric"}, "A hypergeometric plan needs the `population`"),
    ({"population": 2.5}, "`population` must be a whole number of cases, 1 or more; got 2.5"),
    ({"population": 40, "accept": 2}, "0.05 of 40 cases are 2, so more than 2 can never be met"),
    (
        {"population": 40, "expected": 0.04},
        "No number of audits shows that fewer than 0.05 are inadequate when 0.04 are expected",
    ),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_with_the_reason(changed: dict, message: str) -> None:
    asked = {"tolerable": 0.05} | changed
    with pytest.raises(ParameterError, match=message):
        attribute_plan(asked.pop("tolerable"), **asked)


def test_further_refusals() -> None:
    with pytest.raises(ParameterError, match="`prior` must be two numbers above 0"):
        bayesian_plan(0.05, prior=(0, 1))
    with pytest.raises(ParameterError, match="Give `accept` or `expected`, not both"):
        bayesian_plan(0.05, accept=1, expected=0.01)
    with pytest.raises(ParameterError, match="No number of audits makes the share probably"):
        bayesian_plan(0.05, population=30, accept=2)
    with pytest.raises(ParameterError, match="`n` must be a whole number of audits, no more than"):
        chance_of_meeting(30, 0.1, population=20)
