"""What the sampling methods refuse, each with a reason: arguments of another kind, and numbers
that contradict each other. No traceback from below, never a silent wrong answer."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import (
    AllocationError,
    EstimationError,
    FrameError,
    ParameterError,
    SelectionError,
)
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.calibration import post_stratify, rake
from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.change import estimate_change
from qa_sampling.sampling.comparison_looks import Labels, _balance
from qa_sampling.sampling.estimation import (
    estimate_difference,
    estimate_mean,
    estimate_proportion,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_variance import SINGLE_CASE_RULES
from qa_sampling.sampling.large_draws import count_strata, draw_large
from qa_sampling.sampling.planning import size_for_mean, size_for_proportion
from qa_sampling.sampling.planning_change import detectable_change, size_for_change
from qa_sampling.sampling.planning_discovery import bayesian_plan, discovery_size
from qa_sampling.sampling.planning_precision import precision_by_stratum, precision_of
from qa_sampling.sampling.planning_strata import size_for_each_stratum

SAMPLE = pd.DataFrame({"s": list("abcd"), "y": [1, 0, 1, 1], "x": [1.0, 2, 3, 4]})
SIZES = {"a": 10, "b": 20, "c": 30, "d": 5}
CASES = pd.DataFrame(
    {"case_ref": [f"c{n}" for n in range(6)], "stratum": list("aabbbb"), "x": [1.0, 2, 3, 4, 5, 6]}
)
TWICE = pd.concat([CASES, CASES[["x"]]], axis=1)


# a sample's design ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (None, {}, "The sample must be a table; got NoneType"),
        (SAMPLE, {"population": True}, "`population` must be a number of cases; got True"),
        (SAMPLE, {"population": "yes"}, "no column 'yes'"),
        (SAMPLE, {"strata": "s", "population": SIZES | {"a": True}}, "a number of cases; got True"),
        (SAMPLE, {"strata": "s", "population": SIZES | {"a": None}}, "a number of cases; got None"),
        (SAMPLE, {"strata": "s", "population": SIZES | {"a": "10"}}, "a number of cases; got '10'"),
        (SAMPLE.assign(p=True), {"strata": "s", "population": "p"}, "`p` holds true and false"),
        (SAMPLE.assign(w=True), {"weight": "w"}, "`w` holds true and false"),
        (SAMPLE.assign(w=True), {"probability": "w"}, "`w` holds true and false"),
        (SAMPLE.assign(w=1e300), {"weight": "w"}, "4 cases have a weight that is not above 0"),
        (SAMPLE.assign(w=1e-300), {"weight": "w"}, "4 cases have a weight that is not above 0"),
        (SAMPLE, {"strata": 3}, "Name a column, or a list of columns; got 3"),
        (SAMPLE, {"population": 3}, "4 were opened in stratum '', which has 3"),
        (
            SAMPLE.assign(p=0.5),
            {"population": 3, "probability": "p", "approximation": "pooled"},
            "4 were opened in stratum '', which has 3",
        ),
    ],
)
def test_designs(table: pd.DataFrame, options: dict, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        make_design(table, **options)


@pytest.mark.parametrize("rule", SINGLE_CASE_RULES)
def test_one_case_a_stratum_never_has_an_interval_of_no_width(rule: str) -> None:
    # Some rules count nothing for single strata. Then the standard error is 0 and says so; the
    # interval rests on what was not seen.
    design = make_design(SAMPLE, "s", population=SIZES, single_case=rule)
    found = [estimate_proportion(design, "y"), estimate_mean(design, "x")]
    for one in [*found, estimate_total(design, "x")]:
        assert one.standard_error > 0 or "no spread" in one.flags
        assert one.confidence_interval().width > 0.05 * abs(one.estimate)
    apart = estimate_difference(design, "y", first={"s": "a"}, second={"s": "b"})
    assert apart.confidence_interval().width > 0.5
    assert not apart.is_distinguishable()
    assert apart.p_value > 0.05
    assert estimate_change(design, design, "y").confidence_interval().width > 0.5


def test_the_same_cases_unchanged_do_not_make_a_change_of_no_width() -> None:
    table = SAMPLE.assign(y=[1, 0, 1, 0], k=range(4), g=list("mmnn"))
    design = post_stratify(make_design(table, population=40), "g", {"m": 20, "n": 20})
    found = estimate_change(design, design, "y", key="k")
    assert found.standard_error == 0
    assert found.confidence_interval().width > 0.1
    whole = make_design(table, population=4)
    assert estimate_change(whole, whole, "y", key="k").confidence_interval().width == 0


# estimates --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": ()}, "`values` is empty"),
        ({"values": [float("nan")]}, "`values` is empty or holds a missing label"),
        ({"values": 3}, r"`values` must be several labels; got 3. Give \(3,\)"),
        ({"where": "a"}, "`where` must say which labels of which column; got 'a'"),
        ({"domain_population": True}, "is True; it must be a whole number of cases"),
        ({"domain_population": 2.5}, "is 2.5; it must be a whole number"),
        ({"domain_population": float("nan")}, "is nan; it must be a whole number"),
        ({"domain_population": 3}, "is 3, but 4 of its cases were audited"),
        ({"domain_population": 41}, "is 41, but the frame holds 40 cases"),
        (
            {"domain_population": 39, "where": {"s": ["a", "b"]}},
            "is 39, but the frame holds 40 cases, of which 2 were found outside",
        ),
    ],
)
def test_proportions(options: dict, message: str) -> None:
    design = make_design(SAMPLE, population=40)
    with pytest.raises(EstimationError, match=message):
        estimate_proportion(design, "y", **options)


def test_the_largest_domain_there_can_be_is_taken() -> None:
    design = make_design(SAMPLE, population=40)
    found = estimate_proportion(design, "y", where={"s": ["a", "b"]}, domain_population=38)
    assert found.population == 38


@pytest.mark.parametrize("level", ["x", True, float("nan"), 95, None])
def test_levels(level: object) -> None:
    found = estimate_proportion(make_design(SAMPLE, population=40), "y")
    with pytest.raises(EstimationError, match="`level` must lie between 0 and 1"):
        found.confidence_interval(level)


def test_numbers_whose_squares_overflow() -> None:
    design = make_design(SAMPLE.assign(x=[1e300, 1, 2, 3]), population=40)
    with pytest.raises(EstimationError, match=r"`x` holds a number above 1e\+100"):
        estimate_mean(design, "x")


def test_why_cases_in_common_cannot_be_matched_in_rounded_draws() -> None:
    rounded = make_design(
        SAMPLE.assign(p=0.1), population=40, probability="p", approximation="pooled"
    )
    with pytest.raises(EstimationError, match=r"After controlled rounding.*too wide rather than"):
        estimate_change(rounded, rounded, "y", key="s")


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (SIZES | {"a": True}, "A total is not a number"),
        (SIZES | {"a": None}, "A total is not a number"),
        (SIZES | {"a": 1e300}, "A total is missing or infinite"),
        (SIZES | {"a": 0.5}, "`s` 'a' is said to have 0.5 cases, but 1 of them were opened"),
    ],
)
def test_calibration(counts: dict, message: str) -> None:
    design = make_design(SAMPLE, population=65)
    with pytest.raises(EstimationError, match=message):
        post_stratify(design, "s", counts)
    with pytest.raises(EstimationError, match=message):
        rake(design, {"s": counts})


def test_a_comparison_of_draws_of_nobody_divides_by_nothing() -> None:
    labels = {"team": Labels(np.array([0, 0, 1, 1]), ["N", "S"])}
    nobody, one = np.zeros(2), np.array([1.0, 0.0])
    found = _balance(labels, {"team": [(nobody, nobody), (one, one)]})
    assert found[["other", "weighted"]].to_numpy().tolist() == [[0.5, 0.5]]
    never = _balance(labels, {"team": [(nobody, nobody)]})
    assert never[["other", "weighted"]].to_numpy().tolist() == [[1.0, 1.0]]


# draws ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "options", "kind", "message"),
    [
        (None, {}, FrameError, "The cases must be a table; got NoneType"),
        (TWICE, {}, FrameError, "two columns `x`"),
        (CASES, {"seed": 7}, FrameError, "`seed` must be a text, such as '53417960'; got int"),
        (CASES, {"seed": " "}, FrameError, "`seed` is blank"),
        (CASES, {"order_by": "x"}, SelectionError, "`order_by` must be a list of columns; got 'x'"),
        (CASES, {"order_by": None}, SelectionError, "`order_by` must be a list of columns"),
    ],
)
def test_selections(table: object, options: dict, kind: type, message: str) -> None:
    given = {"method": "systematic", "seed": "1"} | options
    with pytest.raises(kind, match=message):
        select_cases(table, 2, **given)


@pytest.mark.parametrize(
    ("table", "sizes", "kind", "message"),
    [
        (None, {}, FrameError, "The cases must be a table"),
        (CASES.drop(columns="stratum"), {}, FrameError, "no column `stratum`"),
        (CASES, 3, AllocationError, "`sizes` must say how many from which stratum"),
        (CASES, {"a": True}, AllocationError, "must be a whole number, 0 or more; got True"),
    ],
)
def test_large_draws(table: object, sizes: object, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        draw_large(table, sizes, seed="1")
    if table is None:
        with pytest.raises(kind, match=message):
            count_strata(table)


# planning and allocation ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: size_for_proportion(None), "A half-width must lie between 0 and 0.5; got None"),
        (lambda: size_for_proportion(0.1, level=None), "`level` must lie between 0 and 1"),
        (lambda: size_for_proportion(0.1, design_effect=None), "`design_effect` must be above 0"),
        (lambda: size_for_proportion(0.1, population=10**30), "must be a whole number of cases"),
        (lambda: size_for_mean(1.0, None), "both are numbers"),
        (lambda: discovery_size(0.05, confidence=None), "cannot be planned for"),
        (lambda: bayesian_plan(0.05, prior=()), "`prior` must be two numbers above 0"),
        (lambda: size_for_change(0.5, 0.7, power="x"), "`power` must lie between 0 and 1"),
        (lambda: size_for_change(0.5, 0.7, population=1.5), "a whole number of cases, 1 or more"),
        (lambda: detectable_change(None, 40), "`before` must lie between 0 and 1; got None"),
        (lambda: precision_of(20, proportions=0.5), "`proportions` must be a list of shares"),
        (lambda: precision_by_stratum({"a": 9.5}, {"a": 2}), "a whole number of cases, 1 or more"),
        (lambda: precision_by_stratum({"a": 9}, {"a": True}), "a whole number of cases"),
        (lambda: precision_by_stratum(9, {"a": 2}), "`populations` must give a number for every"),
        (lambda: size_for_each_stratum(0.1, []), "`populations` must give a number for every"),
    ],
)
def test_planning(call: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        call()


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        (None, {}, "Cases by stratum must be a mapping"),
        ({"a": None}, {}, "holds None cases; give a whole number"),
        ({"a": True}, {}, "holds True cases; give a whole number"),
        ({"a": 10**30}, {}, "give a whole number"),
        (SIZES, {"certainty": "a"}, "`certainty` must be a list of strata; got 'a'"),
        (SIZES, {"standard_deviations": 2}, "Numbers by stratum must be a mapping"),
        (
            SIZES,
            {"standard_deviations": dict.fromkeys(SIZES, 1e300)},
            "negative, missing or infinite",
        ),
        (
            SIZES,
            {"standard_deviations": dict.fromkeys(SIZES, "x")},
            "negative, missing or infinite",
        ),
    ],
)
def test_allocations(sizes: object, options: dict, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        allocate(sizes, 5, method="neyman", **options)
