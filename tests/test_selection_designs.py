"""Inclusion probabilities of the methods: by enumeration, from R, and over many seeds."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scripted_chance import design, joint_of

from qa_sampling.sampling.chance import BITS, TicketChance
from qa_sampling.sampling.cube import cube
from qa_sampling.sampling.local_pivotal import local_pivotal
from qa_sampling.sampling.order_sampling import (
    order_probabilities,
    order_sample,
    ranking_values,
)
from qa_sampling.sampling.pivotal import pivotal, pivotal_joint
from qa_sampling.sampling.probabilities import UNIT, in_units, inclusion_probabilities
from qa_sampling.sampling.sampford import sampford, sampford_joint
from qa_sampling.sampling.systematic import systematic, systematic_joint

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "selections.json").read_text(encoding="utf-8")
)
SIX = np.array(GOLDEN["probabilities"])
FIVE = np.array([0.35, 0.8, 0.15, 0.6, 0.1])
HALVES = np.full(4, 0.5)
DESIGNS = {
    "six": (SIX, 3),
    "five": (FIVE, 2),
    "halves": (HALVES, 2),
    "two": (np.array([0.3, 0.7]), 1),
}


# golden values ----------------------------------------------------------------------------


@pytest.mark.parametrize("vector", GOLDEN["inclusion"], ids=lambda vector: f"n={vector['n']}")
def test_inclusion_probabilities_agree_with_r(vector: dict) -> None:
    found = inclusion_probabilities(vector["sizes"], vector["n"])
    assert found == pytest.approx(vector["probabilities"], rel=0, abs=5e-16 * 10)


def test_sampfords_joint_probabilities_agree_with_r() -> None:
    assert sampford_joint(SIX, 3) == pytest.approx(np.array(GOLDEN["sampford_joint"]), abs=5e-15)
    ten = inclusion_probabilities(GOLDEN["sizes_ten"], 4)
    assert sampford_joint(ten, 4) == pytest.approx(
        np.array(GOLDEN["sampford_joint_ten"]), abs=5e-15
    )


def test_systematic_joint_probabilities_agree_with_r() -> None:
    found = systematic_joint(in_units(SIX, 3), range(6))
    assert found == pytest.approx(np.array(GOLDEN["systematic_joint"]), abs=5e-15)


def test_pivotal_joint_probabilities_agree_with_runs_in_r() -> None:
    # Level: 21 z-tests at 0.001 in all, Bonferroni.
    found = pivotal_joint(in_units(SIX, 3), range(6))
    seen, runs = np.array(GOLDEN["pivotal_pairs"]["pairs"]), GOLDEN["pivotal_pairs"]["runs"]
    sure = found < 1e-12
    assert (seen[sure] == 0).all()
    z = (seen - found)[~sure] / np.sqrt((found * (1 - found))[~sure] / runs)
    assert np.abs(z).max() < stats.norm.isf(0.001 / 21 / 2)


def test_order_sampling_agrees_with_sps() -> None:
    vector = GOLDEN["order_sampling"]
    u = np.array(vector["u"])
    chance = inclusion_probabilities(vector["sizes"], vector["n"])
    certain = chance >= 1
    for ranking in ("sequential_poisson", "pareto"):
        drawn = certain.copy()
        left = vector["n"] - int(certain.sum())
        drawn[~certain] = order_sample(u[~certain], chance[~certain], left, ranking=ranking)
        assert (np.flatnonzero(drawn) + 1).tolist() == vector["units"]
        assert (1 / chance[drawn]).tolist() == pytest.approx(vector["weights"], abs=5e-14)
        equal = order_sample(u, np.full(12, 1 / 3), vector["equal_n"], ranking=ranking)
        assert (np.flatnonzero(equal) + 1).tolist() == vector["equal_units"]


# enumeration ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DESIGNS)
def test_the_ordered_pivotal_design_by_enumeration(name: str) -> None:
    chance, n = DESIGNS[name]
    units = in_units(chance, n)
    samples = design(lambda tosses: pivotal(units, range(len(units)), tosses), len(units))
    assert sum(samples.values()) == 1
    assert {len(sample) for sample in samples} == {n}
    for case, unit in enumerate(units):
        assert sum(p for s, p in samples.items() if case in s) == Fraction(unit, UNIT)
    assert pivotal_joint(units, range(len(units))) == pytest.approx(
        joint_of(samples, len(units)), abs=1e-14
    )


@given(
    st.lists(st.integers(1, 99), min_size=2, max_size=7),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_pivotal_joint_probabilities_in_any_order(sizes: list[int], dice) -> None:
    n = dice.randint(1, len(sizes) - 1)
    chance = inclusion_probabilities(sizes, n)
    if (chance >= 1).any():
        return
    units = in_units(chance, n)
    order = dice.sample(range(len(sizes)), len(sizes))
    joint = pivotal_joint(units, order)
    samples = design(lambda tosses: pivotal(units, order, tosses), len(units))
    assert joint == pytest.approx(joint_of(samples, len(units)), abs=1e-12)
    assert joint.sum(axis=1) == pytest.approx(n * chance, abs=1e-12)


def test_the_pivotal_method_in_random_order_by_enumeration() -> None:
    units = in_units(FIVE, 2)
    samples = design(
        lambda tosses: pivotal(units, np.argsort(tosses.numbers("abcde")), tosses),
        5,
        every_order=True,
    )
    for case, unit in enumerate(units):
        assert sum(p for s, p in samples.items() if case in s) == Fraction(unit, UNIT)
    assert (joint_of(samples, 5) > 0).all()


@pytest.mark.parametrize("name", ["five", "halves", "two"])
def test_the_local_pivotal_method_by_enumeration(name: str) -> None:
    chance, n = DESIGNS[name]
    units = in_units(chance, n)
    at = np.array([[0, 0], [3, 0], [3, 1], [9, 9], [0, 0]])[: len(units)] * 1000
    samples = design(
        lambda tosses: local_pivotal(units, at, list(range(len(units))), tosses), len(units)
    )
    assert sum(samples.values()) == 1
    assert {len(sample) for sample in samples} == {n}
    for case, unit in enumerate(units):
        assert sum(p for s, p in samples.items() if case in s) == Fraction(unit, UNIT)


def test_the_nearest_pair_is_never_drawn_whole_when_it_holds_no_more_than_one() -> None:
    # Two pairs far apart, a half each: every sample takes one of each pair.
    units, at = in_units(HALVES, 2), np.array([[0], [1], [100], [101]])
    samples = design(lambda tosses: local_pivotal(units, at, range(4), tosses), 4)
    assert samples == {frozenset(pair): Fraction(1, 4) for pair in ((0, 2), (0, 3), (1, 2), (1, 3))}


@pytest.mark.parametrize("name", DESIGNS)
def test_sampfords_design_by_enumeration(name: str) -> None:
    # Sampford 1967: in proportion to the product of p / (1 - p) times the sum of 1 - p.
    chance, n = DESIGNS[name]
    samples = design(lambda tosses: sampford(chance, n, tosses.toss), len(chance))
    weight = {
        frozenset(cases): math.prod(chance[c] / (1 - chance[c]) for c in cases)
        * sum(1 - chance[c] for c in cases)
        for cases in itertools.combinations(range(len(chance)), n)
    }
    whole = sum(weight.values())
    assert {s: float(p) for s, p in samples.items()} == pytest.approx(
        {s: w / whole for s, w in weight.items()}, abs=1e-13
    )
    joint = joint_of(samples, len(chance))
    assert np.diag(joint) == pytest.approx(chance, abs=1e-13)
    assert sampford_joint(chance, n) == pytest.approx(joint, abs=1e-13)


def test_sampfords_design_holds_where_starting_again_would_never_end() -> None:
    chance = np.r_[np.full(60, 0.9), np.full(60, 0.1)]
    joint = sampford_joint(chance, 60)
    assert np.diag(joint) == pytest.approx(chance, abs=1e-12)
    assert joint.sum(axis=1) == pytest.approx(60 * chance, abs=1e-10)
    tosses = TicketChance("1", "sampford", "all")
    assert sampford(chance, 60, tosses.toss).sum() == 60


@pytest.mark.parametrize("name", DESIGNS)
def test_the_systematic_design_by_all_starts(name: str) -> None:
    chance, n = DESIGNS[name]
    units = in_units(chance, n)
    order = list(range(len(units)))[::-1]
    ends = list(itertools.accumulate([0] + [units[place] for place in order]))
    cuts = sorted({end % UNIT for end in ends} | {0, UNIT})
    samples: dict[frozenset[int], Fraction] = {}
    for low, high in itertools.pairwise(cuts):

        class Start:
            @staticmethod
            def start(at: int = (low + high) // 2) -> int:
                return at << BITS - 52

        drawn = frozenset(np.flatnonzero(systematic(units, order, Start())).tolist())
        samples[drawn] = samples.get(drawn, Fraction(0)) + Fraction(high - low, UNIT)
    assert {len(sample) for sample in samples} == {n}
    for case, unit in enumerate(units):
        assert sum(p for s, p in samples.items() if case in s) == Fraction(unit, UNIT)
    assert systematic_joint(units, order) == pytest.approx(joint_of(samples, len(units)), abs=1e-14)


@pytest.mark.parametrize("cases", [77, 154, 231, 770, 1001])
@pytest.mark.parametrize("n", [1, 7, 10, 11, 76])
def test_a_fractional_interval_gives_neither_one_too_few_nor_one_too_many(
    cases: int, n: int
) -> None:
    # samplics gives 9 of 10 when the cases are a multiple of 77 (samplics-org/samplics#55).
    units = in_units(np.full(cases, n / cases), n)

    class Start:
        def __init__(self, at: int) -> None:
            self.at = at

        def start(self) -> int:
            return self.at

    last = (1 << BITS) - 1
    for at in (0, 1, last, last // 2, last // 7 * 3, *(last // cases * k for k in range(cases))):
        assert systematic(units, range(cases), Start(at)).sum() == n


@pytest.mark.parametrize("name", ["five", "six"])
@pytest.mark.parametrize("together", [False, True])
def test_the_cube_by_enumeration(name: str, together: bool) -> None:
    chance, n = DESIGNS[name]
    columns = np.array([[1.0], [2.0], [2.0], [-1.0], [0.5], [0.5]])[: len(chance)]
    strata = ["a"] * len(chance)
    if name == "five" and together:
        strata = ["a", "b", "a", "b", "b"]
        chance = np.array([0.35, 0.3, 0.65, 0.6, 0.1])
    samples = design(
        lambda tosses: cube(chance, strata, columns, range(len(chance)), tosses), len(chance)
    )
    assert {len(sample) for sample in samples} == {n}
    if len(set(strata)) == 2:
        assert {sum(strata[case] == "a" for case in sample) for sample in samples} == {1}
    assert np.diag(joint_of(samples, len(chance))) == pytest.approx(chance, abs=1e-9)


def test_an_exact_balance_is_kept_in_every_sample() -> None:
    # Pairs of opposite values: a sample can meet the total exactly, so every sample does.
    chance, columns = np.full(6, 0.5), np.array([[1.0], [1.0], [-1.0], [-1.0], [0.0], [0.0]])
    samples = design(lambda tosses: cube(chance, ["a"] * 6, columns, range(6), tosses), 6)
    exact = [s for s in samples if len(s) == 3 and sum(columns[c, 0] for c in s) == 0]
    assert sum(samples[s] for s in exact) > Fraction(6, 10)  # by chance alone: 8 of 20
    alone = design(lambda tosses: cube(chance[:4], ["a"] * 4, columns[:4], range(4), tosses), 4)
    assert all(sum(columns[c, 0] for c in s) == 0 for s in alone)


@pytest.mark.parametrize("ranking", ["sequential_poisson", "pareto"])
def test_exact_probabilities_of_order_sampling(ranking: str) -> None:
    # One of two: P(u1 / p1 < u2 / p2) is p1 / (2 p2) for p1 <= p2.
    if ranking == "sequential_poisson":
        assert order_probabilities(np.array([0.3, 0.7]), 1, ranking=ranking) == pytest.approx(
            [0.3 / 1.4, 1 - 0.3 / 1.4], abs=1e-12
        )
    else:
        # odds ratio r: P(o1 < r o2), o = u / (1 - u): r (r - 1 - ln r) / (r - 1)**2.
        r = (0.3 / 0.7) / (0.7 / 0.3)
        first = r * (r - 1 - math.log(r)) / (r - 1) ** 2
        assert order_probabilities(np.array([0.3, 0.7]), 1, ranking=ranking) == pytest.approx(
            [first, 1 - first], abs=1e-6
        )
    found = order_probabilities(SIX, 3, ranking=ranking)
    assert found.sum() == pytest.approx(3, abs=1e-6)
    equal = order_probabilities(np.full(7, 3 / 7), 3, ranking=ranking)
    assert equal == pytest.approx(np.full(7, 3 / 7), abs=1e-6)


def test_pareto_is_nearer_to_the_wanted_probabilities_than_sequential_poisson() -> None:
    away = {
        ranking: np.abs(order_probabilities(SIX, 3, ranking=ranking) - SIX).max()
        for ranking in ("sequential_poisson", "pareto")
    }
    assert away["pareto"] < away["sequential_poisson"] / 2


# many seeds -------------------------------------------------------------------------------


def test_order_sampling_over_100_000_seeds() -> None:
    # Level 0.001 over 12 z-tests, Bonferroni; PCG64 stands in for the tickets of many seeds.
    u = np.random.default_rng(20261125).random((100_000, 6))
    for ranking in ("sequential_poisson", "pareto"):
        values = ranking_values(u, SIX, ranking=ranking)
        drawn = np.argsort(np.argsort(values, axis=1), axis=1) < 3
        exact = order_probabilities(SIX, 3, ranking=ranking)
        z = (drawn.mean(axis=0) - exact) / np.sqrt(exact * (1 - exact) / len(u))
        assert np.abs(z).max() < stats.norm.isf(0.001 / 12 / 2)


def test_the_balance_is_as_good_as_in_r() -> None:
    # 600 seeds here, 2000 runs in R. The bound: a ratio of variances at level 0.001 over three
    # totals, with 99 and 1999 degrees of freedom to allow for tails heavier than normal.
    i = np.arange(1, 101)
    x, z = (i * 37) % 101.0, ((i * 53) % 97 < 30).astype(float)
    chance = inclusion_probabilities(10 + (i * 29) % 83, 20)
    totals = np.column_stack([chance, x, z, np.ones(100)])
    columns = np.column_stack([(x - 50) / 29, z, np.ones(100)])
    refs = [f"{case:03}" for case in i]
    errors = []
    for seed in range(600):
        tosses = TicketChance(str(seed), "cube", "all")
        order = np.argsort([number >> 200 for number in tosses.numbers(refs)])
        drawn = cube(chance, ["all"] * 100, columns, order, tosses)
        errors.append((totals[drawn] / chance[drawn][:, None]).sum(0) / totals.sum(0) - 1)
    errors = np.array(errors)
    assert np.abs(errors[:, 0]).max() < 1e-9
    ours = (errors[:, 1:] ** 2).mean(axis=0)
    theirs = np.array(GOLDEN["cube_errors"]["rms"][1:]) ** 2
    assert (ours / theirs < stats.f.isf(0.001 / 3, 99, 1999)).all()
    plain = np.array(GOLDEN["cube_errors"]["pivotal_rms"][1:]) ** 2
    assert (ours < plain / 3).all()
