"""Whole-number allocations: published figures, a naive twin, bounds and refusals."""

import itertools
import json
import math
import random
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import allocate, squared_measure

GOLDEN = json.loads((Path(__file__).parent / "golden" / "allocations.json").read_text("utf-8"))
METHODS = ("proportional", "equal", "square_root", "neyman")


def named(values: list) -> dict:
    return {f"h{index}": value for index, value in enumerate(values)}


def by_name(case: dict) -> str:
    return case["name"]


# published figures ------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOLDEN["whole"], ids=by_name)
def test_whole_number_optimum_as_published(case: dict) -> None:
    deviations = case.get("deviations") or [math.sqrt(value) for value in case["variances"]]
    result = allocate(
        named(case["populations"]),
        case["n"],
        method="neyman",
        standard_deviations=named(deviations),
        minimum=named(case["minimum"]),
        maximum=named(case["maximum"]),
    )
    assert list(result.sizes.values()) == case["sampled"]
    if "variance" in case:
        places = zip(case["populations"], case["variances"], result.sizes.values(), strict=True)
        variance = sum(Fraction(size * (size - n) * square, n) for size, square, n in places)
        assert abs(variance - Fraction(case["variance"])) <= case["variance_tolerance"]


@pytest.mark.parametrize("case", GOLDEN["proportional"], ids=by_name)
def test_proportional_as_published(case: dict) -> None:
    result = allocate(named(case["populations"]), case["n"])
    assert list(result.sizes.values()) == case["sampled"]


@pytest.mark.parametrize("case", GOLDEN["real"], ids=by_name)
def test_whole_numbers_are_neighbours_of_the_published_real_shares(case: dict) -> None:
    result = allocate(
        named(case["populations"]),
        case["n"],
        method="neyman",
        standard_deviations=named(case["deviations"]),
    )
    for share, size in zip(case["shares"], result.sizes.values(), strict=True):
        assert math.floor(share) <= size <= math.ceil(share)


# a naive twin -----------------------------------------------------------------------------


def every_table(low: list[int], high: list[int], n: int):
    ranges = [range(a, b + 1) for a, b in zip(low[:-1], high[:-1], strict=True)]
    for head in itertools.product(*ranges):
        last = n - sum(head)
        if low[-1] <= last <= high[-1]:
            yield (*head, last)


def best_value(squares: list[Fraction], tables) -> Fraction | None:
    values = (sum(a / n for a, n in zip(squares, table, strict=True) if n) for table in tables)
    return min(values, default=None)


def random_problem(dice: random.Random) -> dict:
    count = dice.randint(1, 5)
    sizes = [dice.randint(1, 12) for _ in range(count)]
    problem = {
        "populations": named(sizes),
        "method": dice.choice(METHODS),
        "standard_deviations": named([dice.choice([0.1, 0.5, 1, 3.25]) for _ in sizes]),
        "minimum": named([dice.randint(1, min(3, size)) for size in sizes]),
        "maximum": named([dice.randint(2, 13) for _ in sizes]),
        "n": dice.randint(1, sum(sizes)),
    }
    if dice.random() < 0.6:
        groups = {label: dice.choice("AB") for label in problem["populations"]}
        problem["groups"] = groups
        for side in ("group_minimum", "group_maximum"):
            if dice.random() < 0.6:
                bounds = {group: dice.randint(1, 14) for group in set(groups.values())}
                problem[side] = {g: v for g, v in bounds.items() if dice.random() < 0.8}
    return problem


def tables_within(problem: dict) -> list[tuple[int, ...]]:
    labels = list(problem["populations"])
    high = [min(problem["maximum"][la], problem["populations"][la]) for la in labels]
    low = [problem["minimum"][la] for la in labels]
    groups = problem.get("groups", {})
    kept = []
    for table in every_table(low, high, problem["n"]):
        sums: dict[str, int] = {}
        for label, value in zip(labels, table, strict=True):
            sums[groups.get(label, label)] = sums.get(groups.get(label, label), 0) + value
        above = all(sums[g] >= v for g, v in problem.get("group_minimum", {}).items())
        if above and all(sums[g] <= v for g, v in problem.get("group_maximum", {}).items()):
            kept.append(table)
    return kept


@pytest.mark.parametrize("block", range(8))
def test_no_other_table_is_better(block: int) -> None:
    dice = random.Random(f"allocation {block}")
    solved = refused = 0
    for _ in range(100):
        problem = random_problem(dice)
        possible = tables_within(problem)
        try:
            result = allocate(**problem)
        except AllocationError:
            assert not possible
            refused += 1
            continue
        solved += 1
        table = tuple(result.sizes.values())
        assert table in possible
        squares = squared_measure(
            problem["populations"], problem["method"], problem["standard_deviations"]
        )
        value = best_value(list(squares.values()), [table])
        assert value == best_value(list(squares.values()), possible)
        assert result.objective == pytest.approx(float(value), rel=1e-12)
    assert solved > 20
    assert refused > 5


@pytest.mark.parametrize("method", METHODS)
def test_one_more_audit_takes_none_away(method: str) -> None:
    sizes = named([1, 2, 3, 7, 19, 19, 60])
    groups = dict(zip(sizes, "AABBCCC", strict=True))
    before: dict[str, int] = dict.fromkeys(sizes, 0)
    for n in range(11, 90):
        now = allocate(
            sizes,
            n,
            method=method,
            standard_deviations=named([1, 2, 0.5, 1, 1, 1, 3]),
            groups=groups,
            group_minimum=3,
            group_maximum=80,
        ).sizes
        assert sum(now.values()) == n
        assert all(now[label] >= before[label] for label in sizes)
        before = now


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=9).filter(any),
    st.sampled_from(METHODS),
    st.data(),
)
@settings(max_examples=120, deadline=None)
def test_sums_and_bounds_hold_and_order_does_not_count(
    sizes: list[int], method: str, data: st.DataObject
) -> None:
    strata = named(sizes)
    filled = sum(size > 0 for size in sizes)
    n = data.draw(st.integers(filled, sum(sizes)))
    deviations = named([1 + index % 3 for index in range(len(sizes))])
    result = allocate(strata, n, method=method, standard_deviations=deviations)
    assert sum(result.sizes.values()) == n
    for label, size in strata.items():
        assert (1 if size else 0) <= result.sizes[label] <= size
    shuffled = data.draw(st.permutations(list(strata.items())))
    again = allocate(pd.Series(dict(shuffled)), n, method=method, standard_deviations=deviations)
    assert again.sizes == result.sizes


# the methods ------------------------------------------------------------------------------


def test_equal_shares_what_there_is() -> None:
    assert allocate(named([50, 3, 50]), 21, method="equal").sizes == named([9, 3, 9])


def test_square_root_lies_between_equal_and_proportional() -> None:
    assert allocate(named([400, 100]), 30, method="square_root").sizes == named([20, 10])


def test_squared_measures() -> None:
    assert squared_measure({"a": 4}, "proportional") == {"a": 16}
    assert squared_measure({"a": 4}, "equal") == {"a": 1}
    assert squared_measure({"a": 4}, "square_root") == {"a": 4}
    assert squared_measure({"a": 4}, "neyman", {"a": 0.5}) == {"a": 4}


def test_ties_go_by_label_and_not_by_place() -> None:
    assert allocate({"b": 9, "a": 9, "c": 9}, 4).sizes == {"b": 1, "a": 2, "c": 1}


def test_near_ties_are_decided_exactly() -> None:
    # 3 * 2**53 + 1 against 3 * 2**53 as measures: equal as 64-bit numbers.
    large = 3 * 2**53
    sizes = allocate({"a": large, "b": large + 1}, 3, maximum=None).sizes
    assert sizes == {"a": 1, "b": 2}


def test_a_stratum_that_does_not_vary_still_gets_its_minimum() -> None:
    result = allocate(
        named([10, 10]), 6, method="neyman", standard_deviations=named([0, 1]), minimum=1
    )
    assert result.sizes == named([1, 5])


def test_a_stratum_that_does_not_vary_gets_none_where_none_is_allowed() -> None:
    result = allocate(
        named([10, 10]), 6, method="neyman", standard_deviations=named([0, 1]), minimum=0
    )
    assert result.sizes == named([0, 6])
    assert result.objective == pytest.approx(100 / 6)


# bounds -----------------------------------------------------------------------------------


def test_certainty_strata_are_taken_whole() -> None:
    result = allocate(named([5, 100, 100]), 15, certainty=["h0"])
    assert result.sizes == named([5, 5, 5])
    assert result.table["bound"].tolist() == ["all taken", "", ""]


def test_certainty_passes_over_a_maximum_for_all() -> None:
    assert allocate(named([5, 9]), 7, certainty=["h0"], maximum=2).sizes == named([5, 2])


def test_one_number_bends_to_the_cases_there_are() -> None:
    result = allocate(named([1, 2, 50]), 10, minimum=3)
    assert result.sizes == named([1, 2, 7])
    assert result.table["bound"].tolist() == ["all taken", "all taken", ""]


def test_a_maximum_binds_and_is_named() -> None:
    result = allocate(named([90, 10]), 10, maximum={"h0": 4})
    assert result.sizes == named([4, 6])
    assert result.table["bound"].tolist() == ["maximum", ""]


def test_a_minimum_binds_and_is_named() -> None:
    result = allocate(named([900, 10]), 10, minimum={"h1": 4})
    assert result.sizes == named([6, 4])
    assert result.table["bound"].tolist() == ["", "minimum"]


def test_empty_strata_are_listed_with_none() -> None:
    result = allocate(named([0, 10, 0]), 3)
    assert result.sizes == named([0, 3, 0])
    assert result.table["bound"].tolist() == ["no cases", "", "no cases"]


def test_a_stratum_may_be_left_out_on_purpose_and_the_objective_says_so() -> None:
    result = allocate(named([10, 10]), 3, maximum={"h0": 0})
    assert result.sizes == named([0, 3])
    assert result.objective == math.inf


def test_group_bounds_hold() -> None:
    result = allocate(
        named([100, 100, 10, 10]),
        10,
        groups=dict(zip(named([0] * 4), "AABB", strict=True)),
        group_minimum={"B": 5},
    )
    assert result.sizes == named([3, 2, 3, 2])
    assert result.table["group"].tolist() == list("AABB")


@pytest.mark.parametrize(("sizes", "n"), [([1], 1), ([7], 7), ([7], 1), ([3, 4], 7), ([0, 0], 0)])
def test_edges(sizes: list[int], n: int) -> None:
    result = allocate(named(sizes), n)
    assert sum(result.sizes.values()) == n == result.n
    assert result.method == "proportional"


def test_nothing_at_all_when_the_minimum_is_nothing() -> None:
    assert allocate(named([3, 4]), 0, minimum=0).sizes == named([0, 0])


# refusals ---------------------------------------------------------------------------------

REFUSALS = [
    ({"n": 2.5}, "`n` must be a whole number of audits, 0 or more; got 2.5"),
    ({"n": True}, "`n` must be a whole number of audits, 0 or more; got True"),
    ({"n": -1}, "`n` must be a whole number of audits, 0 or more; got -1"),
    ({"n": "5"}, "`n` must be a whole number of audits, 0 or more; got '5'"),
    ({"n": 34}, "34 audits were asked for, but the frame holds 33 cases. Ask for 33 or fewer"),
    ({"method": "lucky"}, "`method` 'lucky' is unknown; choose one of proportional, equal"),
    (
        {"method": "neyman", "standard_deviations": {"h0": 1}},
        "needs a standard deviation for every stratum; 2 have none, such as 'h1'",
    ),
    (
        {"method": "neyman", "standard_deviations": {"h0": -1, "h1": 1, "h2": 1}},
        "A standard deviation is negative, missing or infinite",
    ),
    (
        {"method": "neyman", "standard_deviations": {"h0": math.nan, "h1": 1, "h2": 1}},
        "A standard deviation is negative, missing or infinite",
    ),
    (
        {"method": "neyman", "standard_deviations": {"h0": math.inf, "h1": 1, "h2": 1}},
        "A standard deviation is negative, missing or infinite",
    ),
    ({"minimum": 1.5}, "A minimum must be a whole number, 0 or more; got 1.5"),
    ({"maximum": {"h0": -2}}, "A maximum must be a whole number, 0 or more; got -2"),
    ({"group_minimum": True}, "A group minimum must be a whole number, 0 or more; got True"),
    ({"minimum": {"x": 1}}, "A minimum is given for 'x', which is not in the frame. Known: empty"),
    ({"minimum": {"empty": 2}}, "The minimum of 'empty' is 2, but no case can be drawn there"),
    ({"certainty": ["x"]}, "Certainty stratum 'x' is not in the frame"),
    (
        {"certainty": ["h0"], "maximum": {"h0": 3}},
        "'h0' is to be taken whole, but its maximum is 3 of 10 cases",
    ),
    ({"minimum": {"h2": 4}}, "The minimum of stratum 'h2' is 4, but it holds 3 cases"),
    (
        {"minimum": {"h0": 4}, "maximum": {"h0": 3}},
        r"The minimum of stratum 'h0' \(4\) is above its maximum \(3\)",
    ),
    ({"n": 2}, "With 3 non-empty strata at least 1 would have no chance .* rounding='controlled'"),
    ({"n": 5, "minimum": 3}, "5 audits cannot meet the minima, which add up to 9"),
    ({"maximum": 1}, r"9 audits are more than the maxima allow \(3\)"),
    (
        {"groups": {"h0": "A", "h1": "A", "h2": "B"}, "group_maximum": {"A": 1}},
        "The bounds of 'A' cannot be met: at least 2 audits are asked for, at most 1 allowed",
    ),
    ({"group_minimum": {"h2": 4}}, "The bounds of 'h2' cannot be met: at least 4 .* at most 3"),
    ({"group_minimum": {"h0": 9}}, "9 audits cannot meet the group minima, which need 11"),
    ({"group_maximum": 2}, "9 audits are more than the group maxima allow"),
    ({"group_minimum": {"Z": 1}}, "A group minimum is given for 'Z', which is not in the frame"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_with_the_reason(changed: dict, message: str) -> None:
    asked = {"populations": {**named([10, 20, 3]), "empty": 0}, "n": 9} | changed
    with pytest.raises(AllocationError, match=message):
        allocate(**asked)


def test_two_strata_of_one_label_are_refused() -> None:
    with pytest.raises(AllocationError, match="Two strata have the same label"):
        allocate(pd.Series([5, 6], index=["a", "a"]), 3)
    with pytest.raises(AllocationError, match="Two strata have the same label"):
        allocate({1: 5, "1": 6}, 3)
