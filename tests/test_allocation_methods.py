"""Power, cost-optimal, budgets and wanted variances: published figures, brute force, refusals."""

import itertools
import json
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import allocate, squared_measure
from qa_sampling.sampling.allocation_budget import within_variance

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "allocation_methods.json").read_text("utf-8")
)


def named(values: list) -> dict:
    return {f"h{index}": value for index, value in enumerate(values)}


def sizes_of(result) -> list[int]:
    return list(result.sizes.values())


def every_table(low: list[int], high: list[int]):
    return itertools.product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))


# published figures ------------------------------------------------------------------------


def test_lower_bounds_as_published() -> None:
    case = GOLDEN["lower_bounds"]
    deviations = named(case["deviations"])
    result = allocate(
        named(case["populations"]),
        case["n"],
        method="neyman",
        standard_deviations=deviations,
        minimum=named(case["minimum"]),
    )
    assert sizes_of(result) == case["sampled"]
    expected = result.expected(standard_deviations=deviations)
    assert expected.variance_of_total == pytest.approx(case["variance"], abs=0.5)
    assert expected.variance == pytest.approx(case["variance"] / 14_000**2, rel=1e-9)


def test_fewest_audits_for_a_variance_as_published() -> None:
    case = GOLDEN["wanted_variance"]
    deviations = named(case["deviations"])
    result = allocate(
        named(case["populations"]),
        method="neyman",
        standard_deviations=deviations,
        minimum=named(case["minimum"]),
        variance=case["wanted_root"] ** 2,
    )
    assert sizes_of(result) == case["sampled"]
    assert result.n == 53
    reached = result.expected(standard_deviations=deviations).variance_of_total
    assert reached == pytest.approx(float(Fraction(case["variance"])), rel=1e-15)
    equal_costs = allocate(
        named(case["populations"]),
        method="cost_optimal",
        standard_deviations=deviations,
        costs=dict.fromkeys(deviations, 1),
        minimum=named(case["minimum"]),
        variance=case["wanted_root"] ** 2,
    )
    assert equal_costs.n == 53


def test_cheapest_for_a_variance_beside_the_published_real_shares() -> None:
    case = GOLDEN["cheapest_for_variance"]
    squares = {at: Fraction(a) ** 2 for at, a in named(case["measures"]).items()}
    wanted = Fraction(case["variance"] + case["constant"])
    sizes = within_variance(
        squares,
        named(case["costs"]),
        wanted,
        low=dict.fromkeys(squares, 1),
        high=named(case["maximum"]),
    )
    assert sum(square / sizes[at] for at, square in squares.items()) <= wanted
    cost = sum(c * n for c, n in zip(case["costs"], sizes.values(), strict=True))
    real = sum(c * n for c, n in zip(case["costs"], case["shares"], strict=True))
    assert real <= cost < real + 0.3  # no dearer than the cheapest audit above the real optimum
    assert all(abs(n - x) < 2 for n, x in zip(sizes.values(), case["shares"], strict=True))


def test_budget_beside_the_published_real_shares() -> None:
    case = GOLDEN["budget"]
    deviations, costs = named(case["deviations"]), named(case["costs"])
    populations = named(case["populations"])
    result = allocate(
        populations,
        method="cost_optimal",
        standard_deviations=deviations,
        costs=costs,
        budget=case["budget"],
    )
    assert result.cost <= case["budget"]
    squares = squared_measure(populations, "neyman", deviations)
    ours = sum(squares[at] / n for at, n in result.sizes.items())
    real = sum(float(squares[f"h{at}"]) / share for at, share in enumerate(case["shares"]))
    down = [math.floor(share) for share in case["shares"]]
    rounded = sum(squares[f"h{at}"] / n for at, n in enumerate(down))
    assert real <= ours < rounded
    assert float(ours) / real - 1 < 0.001


# the methods ------------------------------------------------------------------------------


def test_power_lies_between_equal_and_proportional() -> None:
    sizes = named([400, 100, 4])
    assert sizes_of(allocate(sizes, 40, method="power", power=0)) == sizes_of(
        allocate(sizes, 40, method="equal")
    )
    assert sizes_of(allocate(sizes, 40, method="power", power=1)) == sizes_of(allocate(sizes, 40))
    assert sizes_of(allocate(sizes, 40, method="power")) == sizes_of(
        allocate(sizes, 40, method="square_root")
    )
    # A quarter: 400^.25 : 100^.25 = sqrt(2), so 24 are shared as 14 and 10.
    assert sizes_of(allocate(named([400, 100]), 24, method="power", power=0.25)) == [14, 10]


def test_power_uses_importance_and_variation() -> None:
    # Bankier 1988: n in proportion to X^q S / m. Here X = 16 and 1, q = 1/2, CV = 1 and 2.
    result = allocate(
        named([50, 50]),
        30,
        method="power",
        importance=named([16, 1]),
        standard_deviations=named([3, 4]),
        means=named([3, 2]),
    )
    assert sizes_of(result) == [20, 10]


def test_power_that_is_no_fraction_is_the_same_everywhere() -> None:
    square = squared_measure({"a": 10}, "power", power=0.3)["a"]
    # 10 ** 0.6 = 3.98107170553497250770252305087752043…
    assert abs(square - Fraction("3.98107170553497250770252305087752043")) < Fraction(1, 10**34)
    assert squared_measure({"a": 7}, "power", power=0.5) == {"a": 7}


def test_cost_optimal_falls_with_the_root_of_the_cost() -> None:
    result = allocate(
        named([100, 100]),
        30,
        method="cost_optimal",
        standard_deviations=named([1, 1]),
        costs=named([1, 4]),
    )
    assert sizes_of(result) == [20, 10]
    assert result.cost == 60


def random_costly(dice: random.Random) -> dict:
    count = dice.randint(1, 4)
    sizes = [dice.randint(1, 9) for _ in range(count)]
    return {
        "sizes": sizes,
        "squares": [Fraction(dice.choice([0, 1, 2, 5, 9.5, 30])) for _ in sizes],
        "costs": [dice.choice([1, 2, 3, 0.7, 2.5, 0.1]) for _ in sizes],
        "low": [dice.randint(1, min(2, size)) for size in sizes],
    }


def gain_and_cost(problem: dict, table: tuple) -> tuple[Fraction, Fraction]:
    value = sum((a / n for a, n in zip(problem["squares"], table, strict=True)), Fraction(0))
    cost = sum(Fraction(c) * n for c, n in zip(problem["costs"], table, strict=True))
    return value, cost


@pytest.mark.parametrize("block", range(4))
def test_no_other_table_within_the_budget_is_better(block: int) -> None:
    from qa_sampling.sampling.allocation_budget import within_budget

    dice = random.Random(f"budget {block}")
    solved = 0
    for _ in range(60):
        problem = random_costly(dice)
        least = gain_and_cost(problem, tuple(problem["low"]))[1]
        most = gain_and_cost(problem, tuple(problem["sizes"]))[1]
        budget = float(least) + dice.random() * float(most - least) * 1.1
        sizes = within_budget(
            named(problem["squares"]),
            named(problem["costs"]),
            budget,
            low=named(problem["low"]),
            high=named(problem["sizes"]),
        )
        value, cost = gain_and_cost(problem, tuple(sizes.values()))
        assert cost <= Fraction(budget)
        tables = every_table(problem["low"], problem["sizes"])
        possible = (gain_and_cost(problem, table) for table in tables)
        assert value == min(v for v, c in possible if c <= Fraction(budget))
        solved += 1
    assert solved == 60


@pytest.mark.parametrize("block", range(4))
def test_no_other_table_within_the_variance_is_cheaper(block: int) -> None:
    dice = random.Random(f"variance {block}")
    for _ in range(60):
        problem = random_costly(dice)
        best = gain_and_cost(problem, tuple(problem["sizes"]))[0]
        worst = gain_and_cost(problem, tuple(problem["low"]))[0]
        wanted = best + Fraction(dice.random()) * (worst - best)
        sizes = within_variance(
            named(problem["squares"]),
            named(problem["costs"]),
            wanted,
            low=named(problem["low"]),
            high=named(problem["sizes"]),
        )
        value, cost = gain_and_cost(problem, tuple(sizes.values()))
        assert value <= wanted
        tables = every_table(problem["low"], problem["sizes"])
        possible = (gain_and_cost(problem, table) for table in tables)
        assert cost == min(c for v, c in possible if v <= wanted)


def test_a_thousand_strata_spend_their_budget() -> None:
    dice = random.Random("thousand")
    sizes = named([dice.randint(5, 300) for _ in range(1000)])
    deviations = {at: dice.random() + 0.1 for at in sizes}
    costs = {at: dice.choice([1, 1.5, 2, 4]) for at in sizes}
    result = allocate(
        sizes,
        method="cost_optimal",
        standard_deviations=deviations,
        costs=costs,
        budget=12_345.5,
    )
    assert 12_345.5 - 1 < result.cost <= 12_345.5


def test_a_budget_agrees_with_another_solver() -> None:
    # scipy's integer programme of single audits, in ordinary numbers.
    dice = random.Random("another solver")
    for _ in range(5):
        sizes = [dice.randint(5, 40) for _ in range(12)]
        spreads = [dice.random() + 0.1 for _ in sizes]
        costs = [dice.choice([1, 2, 3, 5]) for _ in sizes]
        budget = sum(costs) + dice.randint(20, 200)
        result = allocate(
            named(sizes),
            method="cost_optimal",
            standard_deviations=named(spreads),
            costs=named(costs),
            budget=budget,
        )
        place = np.repeat(np.arange(12), [size - 1 for size in sizes])
        audits = np.concatenate([np.arange(1, size) for size in sizes])
        squares = (np.array(sizes) * np.array(spreads)) ** 2
        worth = squares[place] / (audits * (audits + 1))
        price = np.array(costs)[place]
        found = milp(
            -worth,
            constraints=LinearConstraint(price, -np.inf, budget - sum(costs)),
            bounds=Bounds(0, 1),
            integrality=np.ones(len(place)),
            options={"mip_rel_gap": 0},
        )
        ours = sum(square / n for square, n in zip(squares, sizes_of(result), strict=True))
        assert ours == pytest.approx(squares.sum() + found.fun, rel=1e-9)
        assert result.cost <= budget


def test_every_method_may_spend_a_budget() -> None:
    costs = named([1, 2, 3])
    for method in ("proportional", "equal", "square_root", "power"):
        result = allocate(named([40, 30, 20]), method=method, costs=costs, budget=41)
        assert result.cost <= 41
        assert result.cost > 38
        assert min(sizes_of(result)) >= 1


def test_a_variance_takes_the_fewest_audits_whatever_the_method() -> None:
    sizes, deviations = named([40, 30, 20]), named([0.5, 0.4, 0.3])
    for method in ("proportional", "equal", "neyman"):
        result = allocate(sizes, method=method, standard_deviations=deviations, variance=50)
        fewer = allocate(sizes, result.n - 1, method=method, standard_deviations=deviations)
        reached, missed = (
            table.expected(standard_deviations=deviations).variance_of_total
            for table in (result, fewer)
        )
        assert reached <= 50 < missed


# what is expected -------------------------------------------------------------------------


def test_expected_precision_by_hand() -> None:
    # Cochran 1977, eq. 5.11, by hand: N = 10, 20; n = 2, 4; S = 3, 1.
    result = allocate(named([10, 20]), 6, minimum=named([2, 4]), maximum=named([2, 4]))
    expected = result.expected(standard_deviations=named([3, 1]), means=named([5, 8]))
    total = 10 * 8 * 9 / 2 + 20 * 16 * 1 / 4
    assert expected.variance_of_total == pytest.approx(total)
    assert expected.variance == pytest.approx(total / 900)
    assert expected.cv == pytest.approx(math.sqrt(total / 900) / 7)
    spread = (9 * 9 + 19 * 1 + 10 * 4 + 20 * 1) / 29
    assert expected.design_effect == pytest.approx(total / 900 / (spread * 24 / 30 / 6))


def test_proportional_with_equal_spreads_has_a_design_effect_near_one() -> None:
    expected = allocate(named([100, 200, 300]), 60).expected()
    assert expected.design_effect == pytest.approx(1, abs=0.01)
    assert expected.cv is None


def test_nothing_is_expected_of_a_stratum_without_audits() -> None:
    result = allocate(named([10, 10]), 3, maximum={"h0": 0})
    expected = result.expected()
    assert expected.variance == expected.design_effect == math.inf
    assert result.without_chance == 0.5
    assert result.smallest_probability == 0


def test_a_census_has_no_variance() -> None:
    result = allocate(named([4, 6]), 10)
    assert result.expected().variance == 0
    assert result.expected().design_effect == 1
    assert result.loss == 0
    assert result.smallest_probability == 1


def test_the_loss_to_bounds_is_measured_against_the_free_optimum() -> None:
    free = allocate(named([90, 10]), 10)
    assert free.loss == 0
    bound = allocate(named([90, 10]), 10, minimum={"h1": 5})
    achieved = 90**2 / 5 - 90 + 10**2 / 5 - 10
    best = 90**2 / 9 - 90 + 10**2 / 1 - 10
    assert bound.loss == pytest.approx(achieved / best - 1)


def test_probabilities_and_costs_are_in_the_result() -> None:
    result = allocate(named([0, 10, 40]), 10, costs=named([1, 2, 3]))
    assert result.table["probability"].tolist()[1:] == [0.2, 0.2]
    assert math.isnan(result.table["probability"].iloc[0])
    assert result.smallest_probability == 0.2
    assert result.cost == 2 * 2 + 8 * 3
    assert allocate(named([5]), 2).cost is None


def test_bounds_of_groups_are_told() -> None:
    result = allocate(
        named([100, 100, 10]),
        12,
        groups=named(["A", "A", "B"]),
        group_minimum={"B": 3},
        group_maximum={"A": 20},
    )
    rows = result.margins.to_dict("records")
    assert rows[0] == {
        "margin": "group",
        "label": "A",
        "sampled": 9,
        "minimum": 0,
        "maximum": 20,
        "bound": "",
    }
    assert rows[1]["sampled"] == 3
    assert rows[1]["bound"] == "minimum"


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_power_and_cost_keep_bounds_and_do_not_see_the_order(
    sizes: list[int], data: st.DataObject
) -> None:
    strata = named(sizes)
    n = data.draw(st.integers(len(sizes), sum(sizes)))
    method = data.draw(st.sampled_from(["power", "cost_optimal"]))
    known = {
        "standard_deviations": named([0.1 + index % 3 for index in range(len(sizes))]),
        "costs": named([1 + index % 2 for index in range(len(sizes))]),
        "power": data.draw(st.sampled_from([0, 0.2, 0.5, 0.75, 1])),
    }
    result = allocate(strata, n, method=method, **known)
    assert result.n == sum(sizes_of(result)) == n
    assert all(1 <= result.sizes[at] <= size for at, size in strata.items())
    shuffled = dict(data.draw(st.permutations(list(strata.items()))))
    assert allocate(shuffled, n, method=method, **known).sizes == result.sizes


# refusals ---------------------------------------------------------------------------------


def test_numbers_of_any_kind_and_series_are_read_without_overflow() -> None:
    sizes = pd.Series({"a": 3_000_000_000, "b": 2_000_000_000, "c": 5})
    spreads = pd.Series({"a": 5_000_000_000, "b": 9_000_000_000, "c": 1})
    costs = pd.Series({"a": np.float32(1.5), "b": np.float32(2), "c": np.float32(1)})
    plain = allocate(
        {at: int(size) for at, size in sizes.items()},
        100,
        method="cost_optimal",
        standard_deviations={at: int(spread) for at, spread in spreads.items()},
        costs={at: float(cost) for at, cost in costs.items()},
    )
    given = allocate(sizes, 100, method="cost_optimal", standard_deviations=spreads, costs=costs)
    assert given.sizes == plain.sizes
    assert given.objective == plain.objective
    expected = plain.expected(standard_deviations={"a": 5e9, "b": 9e9, "c": 1})
    assert given.expected(standard_deviations=spreads) == expected
    assert math.log(plain.objective) == pytest.approx(
        math.log(
            sum(
                (int(sizes[at]) * int(spreads[at])) ** 2 / float(costs[at]) / n
                for at, n in plain.sizes.items()
            )
        )
    )


REFUSALS = [
    ({"populations": {"a": 5.5}, "n": 2}, "Stratum 'a' holds 5.5 cases; give a whole number, 0 or"),
    ({"populations": {"a": -1}, "n": 0}, "Stratum 'a' holds -1 cases; give a whole number"),
    ({"populations": {"a": math.inf}, "n": 2}, "Stratum 'a' holds inf cases; give a whole numbe"),
    ({"populations": {"a": math.nan}, "n": 2}, "Stratum 'a' holds nan cases; give a whole numbe"),
    ({}, "Say how many in one way: by `n`, `budget` or `variance`; got 0 of them"),
    ({"n": 3, "budget": 4}, "Say how many in one way: .* got 2 of them"),
    ({"budget": 0}, "`budget` must be a number above 0; got 0"),
    ({"variance": math.inf}, "`variance` must be a number above 0; got inf"),
    ({"n": 3, "method": "power", "power": 1.5}, r"`power` must lie between 0 .* 1 .*; got 1.5"),
    ({"n": 3, "method": "power", "power": True}, "`power` must lie between .*; got True"),
    (
        {"n": 3, "method": "power", "standard_deviations": {"h0": 1}},
        "Power allocation needs a standard deviation for every stratum; 1 have none, such as 'h1'",
    ),
    ({"n": 3, "method": "power", "means": {"h0": 1, "h1": 0}}, "The mean of 'h1' is 0; give a nu"),
    ({"n": 3, "method": "power", "importance": {"h0": 1}}, "Power allocation needs an importance"),
    (
        {"n": 3, "method": "cost_optimal", "standard_deviations": {"h0": 1, "h1": 1}},
        "Cost-optimal allocation needs a cost for every stratum; 2 have none",
    ),
    ({"n": 3, "method": "cost_optimal", "costs": {"h0": 1}}, "Cost-optimal .* a standard devia"),
    ({"n": 3, "costs": {"h0": 1, "h1": -1}}, "The cost of 'h1' is -1; give a number above 0"),
    ({"n": 3, "costs": {"h0": 1}}, "`costs` lack stratum 'h1'"),
    ({"budget": 5}, "A budget needs `costs` for every stratum; 2 have none, such as 'h0'"),
    ({"budget": 5, "costs": {"h0": 1}}, "A budget needs `costs` for every stratum; 1 have none"),
    ({"variance": 5}, "A variance needs `standard_deviations` for every stratum; 2 have none"),
    (
        {"budget": 1, "costs": {"h0": 1, "h1": 1}},
        "A budget of 1 does not pay for the minima, which cost 2. Lower the minima or raise",
    ),
    (
        {"budget": 9, "costs": {"h0": 1, "h1": 1}, "minimum": 0},
        "Stratum 'h0' may be left without audits; with a budget or a variance every stratum",
    ),
    (
        {"variance": 1e-9, "standard_deviations": {"h0": 1, "h1": 1}, "maximum": 3},
        "The variance that is wanted is below what the maxima",
    ),
    (
        {
            "variance": 1e-9,
            "standard_deviations": {"h0": 1, "h1": 1},
            "maximum": 3,
            "method": "cost_optimal",
            "costs": {"h0": 1, "h1": 1},
        },
        "The variance that is wanted is below what the maxima",
    ),
    (
        {"budget": 9, "costs": {"h0": 1, "h1": 1}, "group_minimum": 2},
        "Bounds of groups and columns go with a number of audits; give `n`",
    ),
]


@pytest.mark.parametrize(("asked", "message"), REFUSALS, ids=lambda value: str(value)[:50])
def test_what_cannot_be_is_refused_with_the_reason(asked: dict, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        allocate(**({"populations": named([10, 20])} | asked))


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"standard_deviations": {"h0": 1}}, "Every stratum needs a standard deviation; 1 have"),
        ({"means": {"h0": 1, "h1": math.nan}}, "A mean is negative, missing or infinite"),
        ({"standard_deviations": {"h0": 1, "h1": -1}}, "A standard deviation is negative"),
    ],
)
def test_expectations_need_whole_knowledge(known: dict, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        allocate(named([10, 20]), 5).expected(**known)
