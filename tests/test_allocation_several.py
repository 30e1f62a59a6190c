"""Several measures at once: SamplingStrata's figures, brute force, refusals."""

import csv
import itertools
import json
import math
import random
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import pytest

from qa_sampling.errors import AllocationError
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.allocation_several import Aim, allocate_several

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "allocation_methods.json").read_text("utf-8")
)
SHARED = Path(__file__).parents[2] / "shared" / "data" / "sampling" / "samplingstrata_strata.csv"


def named(values: list) -> dict:
    return {f"h{index:02d}": value for index, value in enumerate(values)}


def share(values: list, cv: float) -> Aim:
    spread = [math.sqrt(value * (1 - value)) for value in values]
    return Aim(named(spread), named(values), cv=cv)


def rounded_up(result) -> list[int]:
    return [math.ceil(value - 1e-9) for value in result.table["real"]]


def audit_aims() -> tuple[dict, dict]:
    case = GOLDEN["several_audits"]
    pairs = zip(case["shares"], case["cv"], strict=True)
    aims = {f"measure {at}": share(*pair) for at, pair in enumerate(pairs)}
    return named(case["populations"]), aims


# published figures ------------------------------------------------------------------------


def test_real_valued_optimum_as_published_and_whole_numbers_cheaper() -> None:
    populations, aims = audit_aims()
    result = allocate_several(populations, aims)
    assert rounded_up(result) == GOLDEN["several_audits"]["rounded_up"]
    assert result.n < sum(rounded_up(result))
    assert result.n == result.cost == result.least_cost
    assert (result.aims["reached"] <= result.aims["wanted"]).all()


def test_costs_and_a_stratum_taken_whole_as_published() -> None:
    populations, aims = audit_aims()
    case = GOLDEN["several_audits"]["with_costs"]
    whole = list(populations)[case["whole"]]
    result = allocate_several(populations, aims, costs=named(case["costs"]), certainty=[whole])
    assert rounded_up(result) == case["rounded_up"]
    assert result.sizes[whole] == populations[whole]
    dear = sum(c * n for c, n in zip(case["costs"], case["rounded_up"], strict=True))
    assert result.cost == result.least_cost < dear


@pytest.mark.skipif(not SHARED.is_file(), reason="the example's files are not here")
@pytest.mark.parametrize(
    "case", GOLDEN["several_strata"]["by_cv"], ids=lambda case: str(case["cv"])
)
def test_samplingstrata_example(case: dict) -> None:
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    populations = named([int(row["N"]) for row in rows])
    aims = {
        f"measure {at}": Aim(
            named([float(row[f"S{at}"]) for row in rows]),
            named([float(row[f"M{at}"]) for row in rows]),
            cv=cv,
        )
        for at, cv in enumerate(case["cv"], start=1)
    }
    result = allocate_several(populations, aims)
    assert rounded_up(result) == case["rounded_up"]
    assert sum(case["rounded_up"]) - 12 < result.n < sum(case["rounded_up"])
    assert result.n == result.least_cost
    assert (result.aims["reached"] <= result.aims["wanted"]).all()


def test_one_aim_is_neyman() -> None:
    populations = named([400, 300, 90])
    spread = named([0.5, 0.3, 0.1])
    result = allocate_several(populations, {"one": Aim(spread, half_width=0.06)})
    z = NormalDist().inv_cdf(0.975)
    variance = (0.06 * 790 / z) ** 2
    fewest = allocate(populations, method="neyman", standard_deviations=spread, variance=variance)
    assert result.n == fewest.n
    assert result.aims["reached"].item() <= 0.06


# brute force ------------------------------------------------------------------------------


def variance(populations: dict, aim: Aim, sizes: dict) -> Fraction:
    among = aim.among or tuple(populations)
    return sum(
        Fraction(populations[at] * (populations[at] - sizes[at]), sizes[at])
        * Fraction(aim.standard_deviations[at]) ** 2
        for at in among
    )


def limit(populations: dict, aim: Aim) -> Fraction:
    among = aim.among or tuple(populations)
    return (Fraction(aim.cv) * sum(populations[at] * Fraction(aim.means[at]) for at in among)) ** 2


@pytest.mark.parametrize("block", range(5))
def test_nothing_is_cheaper(block: int) -> None:
    dice = random.Random(f"several {block}")
    for _ in range(15):
        count = dice.randint(1, 3)
        populations = named([dice.randint(2, 14) for _ in range(count)])
        costs = {at: dice.choice([1, 2, 1.5, 0.4]) for at in populations}
        aims = {}
        for name in ("first", "second", "third")[: dice.randint(1, 3)]:
            among = tuple(at for at in populations if dice.random() < 0.8) or None
            aims[name] = Aim(
                {at: dice.choice([0.5, 1, 2, 3]) for at in populations},
                {at: dice.choice([1, 2, 5]) for at in populations},
                cv=dice.choice([0.05, 0.1, 0.2, 0.4]),
                among=among,
            )
        result = allocate_several(populations, aims, costs=costs)
        tables = itertools.product(*(range(1, size + 1) for size in populations.values()))
        named_tables = (dict(zip(populations, table, strict=True)) for table in tables)
        met = [
            table
            for table in named_tables
            if all(
                variance(populations, aim, table) <= limit(populations, aim)
                for aim in aims.values()
            )
        ]
        assert result.sizes in met
        price = {
            json.dumps(table): sum(Fraction(costs[at]) * n for at, n in table.items())
            for table in met
        }
        assert price[json.dumps(result.sizes)] == min(price.values())
        assert result.least_cost == pytest.approx(result.cost, abs=1e-6)


# edges ------------------------------------------------------------------------------------


def test_an_aim_of_one_service_leaves_the_others_their_minimum() -> None:
    populations = named([100, 100, 0])
    aim = Aim(named([0.5, 0.5]), half_width=0.1, among=("h00",))
    result = allocate_several(populations, {"north": aim}, minimum=2)
    assert result.sizes["h01"] == 2
    assert result.sizes["h02"] == 0
    assert result.sizes["h00"] == 49  # n0 = 96.04, with 100 cases 96.04 / 1.9604 = 48.99
    assert math.isnan(result.table["probability"].iloc[2])


def test_a_stratum_that_does_not_vary_gets_its_minimum() -> None:
    aim = Aim(named([0.5, 0]), half_width=0.05)
    assert allocate_several(named([100, 100]), {"one": aim}).sizes["h01"] == 1


def test_an_aim_that_only_a_census_meets() -> None:
    aim = Aim(named([0.5, 0.5]), half_width=1e-9)
    assert allocate_several(named([7, 5]), {"all": aim}).sizes == named([7, 5])


def test_what_binds_is_told() -> None:
    spread = named([0.5, 0.5])
    aims = {"tight": Aim(spread, half_width=0.05), "loose": Aim(spread, half_width=0.4)}
    result = allocate_several(named([100, 100]), aims)
    assert result.aims["binds"].tolist() == [True, False]


def test_the_order_of_strata_does_not_count() -> None:
    populations, aims = audit_aims()
    shuffled = dict(reversed(list(populations.items())))
    assert allocate_several(shuffled, aims).sizes == allocate_several(populations, aims).sizes


ONE = {"h00": 1.0, "h01": 1.0}
REFUSALS = [
    ({}, "Give at least one aim, and at least one stratum with cases"),
    ({"x": Aim(ONE)}, "The aim 'x' needs either `cv` or `half_width`"),
    ({"x": Aim(ONE, ONE, cv=0.1, half_width=0.1)}, "The aim 'x' needs either `cv` or"),
    ({"x": Aim(ONE, half_width=0)}, "The aim 'x' asks for 0 at level 0.95; give a number above 0"),
    ({"x": Aim(ONE, half_width=1, level=95)}, "The aim 'x' asks for 1 at level 95; .* between 0"),
    ({"x": Aim(ONE, cv=0.1)}, "The aim 'x' gives `cv`, which needs `means`"),
    ({"x": Aim(ONE, half_width=1, among=("z",))}, "speaks of stratum 'z', which holds no cases"),
    ({"x": Aim({"h00": 1}, half_width=1)}, "The aim 'x' lacks a value for 1 strata, such as 'h01'"),
    ({"x": Aim({"h00": 1, "h01": -1}, half_width=1)}, "A standard deviation is negative"),
    ({"x": Aim(ONE, {"h00": 0, "h01": 0}, cv=0.1)}, "The aim 'x' has a mean of 0, which has no"),
]


@pytest.mark.parametrize(("aims", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_with_the_reason(aims: dict, message: str) -> None:
    with pytest.raises(AllocationError, match=message):
        allocate_several(named([10, 20]), aims)


def test_an_aim_out_of_reach_is_named_with_what_is_reached() -> None:
    aims = {"good": Aim(ONE, half_width=9.0), "tight": Aim(ONE, half_width=0.01)}
    with pytest.raises(AllocationError, match=r"The aim 'tight' cannot be met: even with the max"):
        allocate_several(named([10, 20]), aims, maximum=5)
    with pytest.raises(AllocationError, match="Stratum 'h01' has no cost"):
        allocate_several(named([10, 20]), {"x": Aim(ONE, half_width=1)}, costs={"h00": 1})
