"""Controlled rounding: every outcome of the tosses, with its exact probability."""

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from toss_tree import every_outcome

from qa_sampling.sampling.rounding import UNIT, coin, controlled_rounding

Cell = tuple[str, str, str]


def cells_of(table: list[list[float]]) -> dict[Cell, int]:
    """Targets in millionths, from rows of audits; a negative number is no cell."""
    return {
        (f"r{r}/c{c}", f"r{r}", f"c{c}"): round(value * UNIT)
        for r, row in enumerate(table)
        for c, value in enumerate(row)
        if value >= 0
    }


def chances(targets: dict[Cell, int], order: list[Cell] | None = None) -> list:
    return list(every_outcome(lambda toss: controlled_rounding(targets, toss, order=order)))


def line_sums(cells: dict[Cell, int], which: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for cell, value in cells.items():
        sums[cell[which]] = sums.get(cell[which], 0) + value
    return sums


def check_exact(targets: dict[Cell, int], outcomes: list) -> None:
    assert sum(probability for probability, _ in outcomes) == 1
    for cell, target in targets.items():
        expected = sum(probability * whole[cell] for probability, whole in outcomes)
        assert expected == Fraction(target, UNIT)
    for _, whole in outcomes:
        check_margins(targets, whole)


def check_margins(targets: dict[Cell, int], whole: dict[Cell, int]) -> None:
    assert sum(whole.values()) * UNIT == sum(targets.values())
    for cell, target in targets.items():
        assert target // UNIT <= whole[cell] <= -(-target // UNIT)
    for which in (1, 2):
        wanted, found = line_sums(targets, which), line_sums(whole, which)
        for label, target in wanted.items():
            assert target // UNIT <= found[label] <= -(-target // UNIT)


TABLES = {
    "one row": [[0.25, 0.25, 0.5]],
    "one column": [[0.2], [0.3], [0.5]],
    "square": [[0.5, 0.5], [0.5, 0.5]],
    "uneven": [[0.31, 1.24, 0.45], [0.69, 0.11, 0.2]],
    "with holes": [[0.4, -1, 0.3], [-1, 0.9, 0.4], [1.6, 0.2, 0.2]],
    "fewer audits than cells": [[0.2, 0.3, 0.1], [0.1, 0.1, 0.2], [0.3, 0.3, 0.4]],
    "margins not whole": [[0.123456, 0.654321, 0.5], [0.222223, 0.3, 0.2]],
    "a millionth": [[0.000001, 0.999999], [0.5, 0.5]],
    "whole cells among others": [[1, 0.5, 0.5], [2, 0, 0], [0.25, 0.5, 0.25]],
}


@pytest.mark.parametrize("name", TABLES)
def test_expectations_are_exact_and_margins_hold_in_every_outcome(name: str) -> None:
    targets = cells_of(TABLES[name])
    outcomes = chances(targets)
    assert len(outcomes) > 1
    check_exact(targets, outcomes)


def test_random_tables_are_exact() -> None:
    dice = random.Random("rounding")
    for _ in range(60):
        shape = [[dice.choice([-1, 0, 1, 2, 3]) for _ in range(3)] for _ in range(3)]
        weights = {cell: units for cell, units in cells_of(shape).items() if units}
        if not weights:
            continue
        audits = dice.randint(1, 6)
        parts = {cell: dice.randrange(1, UNIT) for cell in weights}
        targets = {
            cell: part * audits * UNIT // sum(parts.values()) for cell, part in parts.items()
        }
        targets[min(targets)] += audits * UNIT - sum(targets.values())
        check_exact(targets, chances(targets))


def test_several_cells_in_one_place_share_its_sum() -> None:
    targets = {
        ("a", "r0", "c0"): 300_000,
        ("b", "r0", "c0"): 500_000,
        ("c", "r0", "c0"): 200_000,
        ("d", "r0", "c1"): 400_000,
        ("e", "r1", "c1"): 600_000,
    }
    outcomes = chances(targets)
    check_exact(targets, outcomes)
    for _, whole in outcomes:
        assert sum(whole[cell] for cell in targets if cell[2] == "c0") == 1


@pytest.mark.parametrize("table", [[[0, 0]], [[3]], [[1, 0], [0, 2]]])
def test_whole_targets_need_no_toss(table: list) -> None:
    targets = cells_of(table)
    assert chances(targets) == [(1, {cell: value // UNIT for cell, value in targets.items()})]


def test_no_cells_give_no_audits() -> None:
    assert controlled_rounding({}, coin("1")) == {}


def test_the_order_changes_no_probability_of_a_cell() -> None:
    targets = cells_of(TABLES["uneven"])
    cells = list(targets)
    dice = random.Random("order")
    for _ in range(12):
        check_exact(targets, chances(targets, dice.sample(cells, len(cells))))


def test_the_order_of_the_mapping_does_not_count() -> None:
    targets = cells_of(TABLES["with holes"])
    turned = dict(reversed(targets.items()))
    for seed in map(str, range(20)):
        assert controlled_rounding(targets, coin(seed)) == controlled_rounding(turned, coin(seed))


def test_every_pair_of_small_cells_can_be_drawn_together_in_some_order() -> None:
    # Five cells of 0.4 in one row: in a fixed order neighbours exclude each other.
    targets = cells_of([[0.4] * 5])
    cells = list(targets)
    dice = random.Random("pairs")
    together = set()
    for _ in range(30):
        for _, whole in chances(targets, dice.sample(cells, 5)):
            together.add(frozenset(cell for cell in cells if whole[cell]))
    assert len(together) == 10


@given(
    st.lists(st.lists(st.integers(-1, 900), min_size=4, max_size=4), min_size=1, max_size=7),
    st.integers(0, 40),
    st.text(min_size=1, max_size=8),
)
@settings(max_examples=150, deadline=None)
def test_margins_hold_with_the_seed_coin(shape: list, audits: int, seed: str) -> None:
    weights = {cell: units // UNIT + 1 for cell, units in cells_of(shape).items()}
    if not weights:
        return
    whole = sum(weights.values())
    targets = {cell: weight * audits * UNIT // whole for cell, weight in weights.items()}
    targets[max(targets)] += audits * UNIT - sum(targets.values())
    check_margins(targets, controlled_rounding(targets, coin(seed)))


@pytest.mark.parametrize(("heads", "total"), [(1, 2), (1, 10), (999_999, 1_000_000), (1, 3)])
def test_the_seed_coin_is_fair(heads: int, total: int) -> None:
    tosses = [coin(f"seed {seed}")(step, heads, total) for seed in range(2_000) for step in (1, 2)]
    test = stats.binomtest(sum(tosses), len(tosses), heads / total)
    assert test.pvalue > 0.001


def test_the_tosses_of_one_seed_are_independent() -> None:
    pairs = [(coin(str(seed))(1, 1, 2), coin(str(seed))(2, 1, 2)) for seed in range(4_000)]
    counts = [pairs.count((a, b)) for a in (True, False) for b in (True, False)]
    assert stats.chisquare(counts).pvalue > 0.001


def test_a_coin_repeats_itself_and_follows_its_seed() -> None:
    first = [coin("1")(step, 1, 2) for step in range(1, 60)]
    assert first == [coin("1")(step, 1, 2) for step in range(1, 60)]
    assert first != [coin("01")(step, 1, 2) for step in range(1, 60)]


@pytest.mark.parametrize(("heads", "face"), [(0, False), (7, True)])
def test_a_sure_toss_is_sure(heads: int, face: bool) -> None:
    assert {coin(str(seed))(1, heads, 7) for seed in range(200)} == {face}


def test_the_seed_coin_gives_every_cell_its_target_over_many_seeds() -> None:
    targets = cells_of(TABLES["fewer audits than cells"])
    seeds = 3_000
    drawn = dict.fromkeys(targets, 0)
    for seed in range(seeds):
        for cell, audits in controlled_rounding(targets, coin(f"month {seed}")).items():
            drawn[cell] += audits
    for cell, target in targets.items():
        assert stats.binomtest(drawn[cell], seeds, target / UNIT).pvalue > 0.0005


@pytest.mark.parametrize(
    "targets",
    [
        {("a", "r", "c"): -UNIT, ("b", "r", "d"): UNIT},
        {("a", "r", "c"): UNIT - 1},
        {("a", "r", "c"): 600_000, ("b", "s", "c"): 600_000},
    ],
)
def test_targets_that_are_not_audits_are_refused(targets: dict) -> None:
    with pytest.raises(ValueError, match="0 or more and add up to whole audits"):
        controlled_rounding(targets, coin("1"))
