"""The chances of a draw: exact by enumeration on small frames, fair over many seeds."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from frame_factory import make_frame
from scipy import stats
from toss_tree import every_outcome

from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.selection import Size, _select, _Tickets, draw_sample, in_ticket_order
from qa_sampling.sampling.tickets import tickets

# exact probabilities ----------------------------------------------------------------------


def places_in_order(refs: list[str]) -> list[dict[str, str]]:
    """Every order of some references, as tickets."""
    return [
        {ref: f"{place:02}" for place, ref in enumerate(order)}
        for order in itertools.permutations(refs)
    ]


def joined(parts: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    """Every combination of the orders of several groups."""
    return [
        {ref: value for part in chosen for ref, value in part.items()}
        for chosen in itertools.product(*parts)
    ]


def every_draw(frame: Frame, size: Size):
    """Every draw of a frame, with its exact probability.

    Only the order within a stratum and the first of a family decide, and all are equally likely.
    """
    cases = frame.cases
    draws = joined(
        [places_in_order(list(part)) for _, part in cases.groupby("stratum")["case_ref"]]
    )
    firsts = joined(
        [
            [{ref: "0" if ref == first else "1" for ref in part} for first in part]
            for part in (list(p) for _, p in cases.groupby("family_ref")["case_ref"])
        ]
        if size.one_per_family
        else [[dict.fromkeys(cases["case_ref"], "0")]]
    )
    share = Fraction(1, len(draws) * len(firsts))
    for order, family in itertools.product(draws, firsts):

        def run(toss, order=order, family=family):
            return _select(cases, size, _Tickets(order, family, toss), {})

        for probability, outcome in every_outcome(run):
            yield share * probability, outcome


FAMILIES = {"N.CP.1": "f", "S.CP.1": "f", "N.CP.2": "g", "N.CP.3": "g", "S.CIN.1": "g"}
SMALL = {
    "siblings across strata": (
        [("N", "CP", 3), ("S", "CP", 2), ("S", "CIN", 2)],
        FAMILIES,
        Size(2),
    ),
    "siblings, a team's minimum": (
        [("N", "CP", 3), ("S", "CP", 2)],
        {"N.CP.1": "f", "S.CP.1": "f"},
        Size(3, row_minimum=1, method="equal"),
    ),
    "a whole family in one stratum": (
        [("N", "CP", 3), ("S", "CP", 2)],
        {"N.CP.1": "f", "N.CP.2": "f", "N.CP.3": "f"},
        Size(2),
    ),
    "no families": ([("N", "CP", 3), ("N", "CIN", 1), ("S", "CP", 2)], {}, Size(2)),
    "siblings, fixed sizes": (
        [("N", "CP", 3), ("S", "CP", 3)],
        {"N.CP.1": "f", "S.CP.1": "f"},
        Size(3, rounding="fixed"),
    ),
    "siblings drawn apart": (
        [("N", "CP", 3), ("S", "CP", 2)],
        {"N.CP.1": "f", "S.CP.1": "f"},
        Size(2, one_per_family=False),
    ),
}


@pytest.mark.parametrize("name", SMALL)
def test_weights_are_unbiased_by_enumeration(name: str) -> None:
    cells, families, size = SMALL[name]
    frame = make_frame(*cells, families=families)
    refs = frame.cases["case_ref"].tolist()
    whole, weighted = Fraction(0), dict.fromkeys(refs, Fraction(0))
    surplus = dict.fromkeys(set(frame.cases["stratum"]), Fraction(0))
    for probability, (sample, allocation, aside) in every_draw(frame, size):
        whole += probability
        cases = sample[sample["drawn_as"] == "sample"]
        assert len(cases) == size.audits
        drawn_families = [families.get(ref, ref) for ref in cases["case_ref"]]
        if size.one_per_family:
            assert len(set(drawn_families)) == size.audits
        assert not set(aside["case_ref"]) & set(sample["case_ref"])
        targets = allocation.set_index("stratum")
        for ref, label, chance in cases[
            ["case_ref", "stratum", "inclusion_probability"]
        ].itertuples(index=False):
            siblings = sum(families.get(other, other) == families.get(ref, ref) for other in refs)
            part = siblings if size.one_per_family else 1
            micro = Fraction(round(targets.loc[label, "target"] * 10**6), 10**6)
            exact = micro / int(targets.loc[label, "available"]) / part
            assert math.isclose(float(exact), chance, rel_tol=1e-12)
            weighted[ref] += probability / exact
        for label, row in targets.iterrows():
            micro = Fraction(round(row["target"] * 10**6), 10**6)
            surplus[label] += probability * (int(row["sampled"]) - micro)
    assert whole == 1
    assert weighted == dict.fromkeys(refs, Fraction(1))
    assert surplus == dict.fromkeys(surplus, Fraction(0))


def test_without_families_everybody_has_the_stated_probability() -> None:
    frame = make_frame(("N", "CP", 3), ("N", "CIN", 1), ("S", "CP", 2))
    drawn = dict.fromkeys(frame.cases["case_ref"], Fraction(0))
    stated = {}
    for probability, (sample, _, _) in every_draw(frame, Size(2)):
        cases = sample[sample["drawn_as"] == "sample"]
        stated |= dict(zip(cases["case_ref"], cases["inclusion_probability"], strict=True))
        for ref in cases["case_ref"]:
            drawn[ref] += probability
    assert set(stated) == set(drawn)
    assert {ref: float(chance) for ref, chance in drawn.items()} == pytest.approx(stated, rel=1e-12)
    assert min(drawn.values()) == pytest.approx(1 / 3, abs=1e-6)


# fairness over seeds ----------------------------------------------------------------------

SEEDS = 20_000
EIGHT = [f"N.CP.{number}" for number in range(1, 9)]


@pytest.fixture(scope="module")
def threes() -> list[frozenset[str]]:
    """Three of eight cases for many seeds, by the rule that the next test holds to the draw."""
    return [
        frozenset(in_ticket_order(dict(zip(EIGHT, tickets(EIGHT, str(seed)), strict=True)))[:3])
        for seed in range(SEEDS)
    ]


def test_the_rule_is_the_draw(threes: list[frozenset[str]]) -> None:
    frame = make_frame(("N", "CP", 8))
    for seed in range(150):
        draw = draw_sample(frame, Size(3, reserves=0), seed=str(seed))
        assert frozenset(draw.cases["case_ref"]) == threes[seed]


@pytest.mark.parametrize("together", [1, 2, 3])
def test_every_set_of_cases_is_drawn_equally_often(
    threes: list[frozenset[str]], together: int
) -> None:
    # All single cases, all pairs, all triples. Counts of subsets depend on each other, so the
    # statistic is held against its distribution under an independent generator.
    sets = [frozenset(chosen) for chosen in itertools.combinations(EIGHT, together)]
    counts = np.array([sum(one <= drawn for drawn in threes) for one in sets])
    expected = SEEDS * math.comb(3, together) / math.comb(8, together)
    assert counts.sum() == SEEDS * math.comb(3, together)
    found = float(((counts - expected) ** 2 / expected).sum())
    every = [frozenset(chosen) for chosen in itertools.combinations(EIGHT, 3)]
    holds = np.array([[one <= drawn for one in sets] for drawn in every], dtype=float)
    dice = np.random.default_rng(20261101)
    fair = dice.multinomial(SEEDS, [1 / len(every)] * len(every), size=4_000) @ holds
    simulated = ((fair - expected) ** 2 / expected).sum(axis=1)
    assert (simulated >= found).mean() > 0.001


def test_the_child_that_stands_for_a_family_is_drawn_fairly() -> None:
    families = dict.fromkeys(("N.CP.1", "N.CP.2", "S.CP.1"), "f")
    frame = make_frame(("N", "CP", 3), ("S", "CP", 2), families=families)
    stands = Counter()
    for seed in range(300):
        draw = draw_sample(frame, Size(3, reserves=0), seed=str(seed))
        stands.update(set(families) - set(draw.set_aside["case_ref"]))
    assert sum(stands.values()) == 300
    assert stats.chisquare(list(stands.values())).pvalue > 0.001
