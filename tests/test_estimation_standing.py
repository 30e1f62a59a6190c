"""One child stands for each family, in strata: the standard error counts that choice."""

import itertools

import numpy as np
import pandas as pd
import pytest
from frame_factory import make_frame

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation import estimate_mean, estimate_proportion, estimate_total
from qa_sampling.sampling.estimation_design import make_design
from qa_sampling.sampling.estimation_domains import estimate_by
from qa_sampling.sampling.selection import Size, draw_sample
from qa_sampling.sampling.substitution import follow_up

STRATUM = np.array(list("aaaaabbbbb"))
"""Ten children; the families within a stratum, across strata, and of one."""
FAMILY = np.array([0, 0, 1, 2, 3, 1, 4, 4, 5, 6])
CHILDREN = np.bincount(FAMILY)[FAMILY]
ALIKE = np.array([4.0, 4, 7, 2, 5, 7, 1, 1, 3, 6])
UNLIKE = np.array([9.0, 1, 8, 5, 5, 0, 9, 1, 4, 6])
MIXED = np.array([3.0, 5, 2, 8, 6, 1, 4, 4, 7, 2])


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def draws(taken: int):
    """Every choice of standing children and every sample among them, with its chance."""
    homes = [np.flatnonzero(one == FAMILY) for one in np.unique(FAMILY)]
    for standing in itertools.product(*homes):
        here = [[one for one in standing if STRATUM[one] == name] for name in "ab"]
        samples = [list(itertools.combinations(own, taken)) for own in here]
        number = len(samples[0]) * len(samples[1])
        for pair in itertools.product(*samples):
            yield sum(pair, ()), [len(own) for own in here], 1 / number


def enumerated(values: np.ndarray, taken: int, of) -> tuple[float, ...]:
    """Give the mean estimate, the true variance, and the means of three that are told:

    ours, the one that takes those who stand for all there are, and the one without a correction.
    """
    rows = []
    for cases, (a, b), chance in draws(taken):
        one = list(cases)
        table = pd.DataFrame({"s": STRATUM[one], "y": values[one], "m": CHILDREN[one]})
        standing = {"a": a, "b": b}
        table["w"] = table["m"] * table["s"].map(standing) / taken
        design = make_design(
            table, "s", population={"a": 5, "b": 5}, available=standing, stands_for="m"
        )
        assert design.weight == pytest.approx(table["w"])
        found = of(design, "y")
        plain = of(make_design(table, "s", weight="w"), "y").standard_error ** 2
        naive = plain * (1 - 2 * taken / (a + b))
        rows.append((found.estimate, found.standard_error**2, naive, plain, chance))
    estimate, told, naive, plain, chance = np.array(rows).T
    chance = chance / chance.sum()
    mean = chance @ estimate
    return mean, chance @ (estimate - mean) ** 2, chance @ told, chance @ naive, chance @ plain


@pytest.mark.parametrize("values", [ALIKE, UNLIKE, MIXED])
def test_totals_are_unbiased_and_their_variance_is_not_understated(values: np.ndarray) -> None:
    mean, true, told, naive, plain = enumerated(values, 3, estimate_total)
    assert mean == pytest.approx(values.sum())
    # never below the truth; at most what a draw from very many would have, and a little
    assert true <= told < 1.5 * plain
    assert naive < told
    if values is UNLIKE:
        assert naive < 0.6 * true


@pytest.mark.parametrize("values", [ALIKE, UNLIKE, MIXED])
def test_means_have_the_variance_of_both_choices(values: np.ndarray) -> None:
    _, true, told, naive, plain = enumerated(values, 3, estimate_mean)
    assert 0.95 * true < told < 1.5 * plain
    assert naive < told


def design_of(children: list[int], opened: list[int], population: int, available: int):
    table = pd.DataFrame({"m": children, "y": opened})
    return make_design(table, population=population, available=available, stands_for="m")


def test_families_of_one_are_the_plain_design() -> None:
    found = estimate_mean(design_of([1, 1, 1, 1], [1, 5, 2, 4], 20, 20), "y")
    plain = estimate_mean(make_design(pd.DataFrame({"y": [1, 5, 2, 4]}), population=20), "y")
    assert found.standard_error == pytest.approx(plain.standard_error)


def test_all_that_stand_are_not_all_there_are() -> None:
    found = estimate_mean(design_of([2, 1, 1, 3], [1, 5, 2, 4], 7, 4), "y")
    # by hand: no draw among those that stand; mean (2 + 5 + 2 + 12) / 7 = 3; the
    # distances of 1 and 4 from it, times 2 and 3, over 7; from the others: over 5 / 7 and 4 / 7
    expected = ((2 * 2 / 5) ** 2 + (3 * 1 / 4) ** 2) ** 0.5
    assert found.estimate == pytest.approx(3)
    assert found.standard_error == pytest.approx(expected)
    assert not found.is_complete
    all_good = estimate_proportion(design_of([2, 1, 1, 3], [1, 1, 1, 1], 7, 4), "y")
    assert all_good.confidence_interval().width > 0
    assert not all_good.is_complete
    alone = estimate_proportion(design_of([1, 1, 1], [1, 0, 1], 3, 3), "y")
    assert alone.is_complete


def test_domains_at_once_are_each_by_itself() -> None:
    table = pd.DataFrame({"m": [2, 1, 1, 3, 1, 2], "y": [1, 5, 2, 4, 4, 0], "team": list("NNSSSN")})
    design = make_design(table, population=30, available=18, stands_for="m")
    by = estimate_by(design, "team", "y", statistic="total")
    for team in "NS":
        one = estimate_total(design, "y", where={"team": team})
        moved = design.variances(
            (design.weight * table["y"] * (table["team"] == team)).to_numpy()[:, None]
        )
        assert by[team].standard_error == pytest.approx(one.standard_error)
        assert one.standard_error**2 == pytest.approx(moved[0])


def test_follow_up_gives_what_is_needed() -> None:
    families = {"N.CP.1": "f", "N.CP.2": "f", "S.CP.3": "f", "S.CP.4": "g", "S.CP.5": "g"}
    frame = make_frame(("N", "CP", 10), ("S", "CP", 20), families=families)
    draw = draw_sample(frame, Size(12, rounding="fixed", reserves=2), seed="1")
    outcomes = dict.fromkeys(draw.cases["case_ref"], "audited")
    outcomes[draw.cases["case_ref"].iloc[0]] = "unavailable"
    found = follow_up(frame, draw, _table(outcomes))
    outcomes |= dict.fromkeys(found.to_open["case_ref"], "audited")
    found = follow_up(frame, draw, _table(outcomes))
    assert found.is_settled
    cases = found.cases.assign(good=range(len(found.cases)))
    names = {"available": "available", "stands_for": "stands_for", "outcome": "outcome"}
    one, two, three = (
        make_design(cases, "stratum", population="population", **names, **more)
        for more in ({}, {"probability": "probability"}, {"weight": "weight"})
    )
    assert one.weight == pytest.approx(two.weight)
    assert one.weight == pytest.approx(three.weight)
    assert one.population == 30
    assert estimate_mean(one, "good").standard_error > 0


def _table(outcomes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(outcomes.items(), columns=["case_ref", "outcome"])


def test_standing_children_given_as_population_are_noticed() -> None:
    table = pd.DataFrame({"w": [4.0, 4, 8, 4, 12], "y": 1})
    with refused("whole multiples of its population.*20 counts the children that stand"):
        make_design(table, population=20, weight="w")
    assert make_design(table, population=32, weight="w").population == 32


def test_faults_of_standing_are_told() -> None:
    table = pd.DataFrame({"m": [1, 2, 1], "half": [0.5, 1, 1], "y": [1, 0, 1]})
    with refused("`available` and `stands_for` belong together"):
        make_design(table, population=9, available=7)
    with refused("`half` is not a whole number from 1 for 1 cases"):
        make_design(table, population=9, available=7, stands_for="half")
    with refused("Of the 7 children of stratum '' 9 would stand for a family"):
        make_design(table, population=7, available=9, stands_for="m")
    with refused("For rounded draws give `probability`; for families drawn whole give `cluster`"):
        make_design(table, population=9, available=7, stands_for="m", cluster="y")
