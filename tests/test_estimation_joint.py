"""Estimates by joint inclusion probabilities against R's survey and sampling, and by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import EstimationError, SelectionError
from qa_sampling.sampling.estimation import (
    estimate_mean,
    estimate_proportion,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_quadratic import joint_variance, local_mean_variance
from qa_sampling.sampling.joint_approximations import approximate_joint
from qa_sampling.sampling.probabilities import inclusion_probabilities
from qa_sampling.sampling.sampford import sampford_joint
from qa_sampling.sampling.unequal_designs import joint_design

CLOSE = {"rel": 1e-11, "abs": 1e-13}
SIZES = [5, 9, 12, 3, 7, 8, 14, 6, 10, 4, 11, 13]
Y = [3, 8, 11, 2, 9, 6, 15, 5, 8, 4, 12, 10]
G = [1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]
DRAWN = [1, 2, 4, 8, 11]
PROBABILITY = inclusion_probabilities(SIZES, 5)
REFS = [f"C{place}" for place in range(12)]
JOINT = pd.DataFrame(sampford_joint(PROBABILITY, 5), index=REFS, columns=REFS)


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def table_of(drawn: list[int]) -> pd.DataFrame:
    whole = pd.DataFrame({"case_ref": REFS, "y": Y, "g": G, "p": PROBABILITY})
    return whole.iloc[drawn].reset_index(drop=True)


def figures(design) -> list[float]:
    total, mean = estimate_total(design, "y"), estimate_mean(design, "y")
    share = estimate_proportion(design, "g")
    return [
        *(total.estimate, total.standard_error, mean.estimate, mean.standard_error),
        *(share.estimate, share.standard_error),
    ]


# R 4.2.2, survey 4.1-1 and sampling 2.9 ----------------------------------------------------------
#   size <- c(5,9,12,3,7,8,14,6,10,4,11,13); pik <- inclusionprobabilities(size, 5)
#   y <- c(3,8,11,2,9,6,15,5,8,4,12,10); g <- c(1,0,1,0,1,1,0,1,1,0,1,1)
#   P <- UPsampfordpi2(pik); s <- c(2,3,5,9,12); d <- data.frame(y=y[s], g=g[s], p=pik[s])
#   for (v in c("HT","YG")) for (m in list(ppsmat(P[s,s]), "overton", HR(), HR(sum(pik^2)/5))) {
#     des <- svydesign(id=~1, fpc=~p, data=d, pps=m, variance=v)
#     cat(coef(svytotal(~y,des)), SE(svytotal(~y,des)), coef(svymean(~y,des)),
#         SE(svymean(~y,des)), coef(svymean(~g,des)), SE(svymean(~g,des)), degf(des)) }
#   "overton" with "HT" is refused here: its form is not positive for this sample.
#   svydesign(..., pps="brewer"): the same as HR() with "YG"
#   varHT(y[s], P[s,s], 1); varHT(y[s], P[s,s], 2); vartaylor_ratio(y[s], rep(1,5), P[s,s])
ESTIMATES = (95.0742124542125, 9.06316039415885, 0.7839249673513)
ERRORS = {
    ("sampford", "horvitz_thompson"): (9.83907372457765, 0.345275770499838, 0.16081362604878),
    ("hartley_rao", "horvitz_thompson"): (9.76775262851411, 0.348185955893966, 0.160008423511033),
    ("sampford", "yates_grundy"): (7.17798465684465, 0.342920062175456, 0.158239994562848),
    ("overton", "yates_grundy"): (6.98083356870787, 0.358963488933209, 0.154819327619327),
    ("hartley_rao", "yates_grundy"): (7.18706100763459, 0.346498792818969, 0.156739338241947),
}


@pytest.mark.parametrize(("method", "form"), ERRORS)
def test_standard_errors_agree_with_r(method: str, form: str) -> None:
    joint = JOINT
    if method != "sampford":
        found = approximate_joint(PROBABILITY, 5, method=method)
        joint = pd.DataFrame(found, index=REFS, columns=REFS)
    design = joint_design(table_of(DRAWN), joint, form=form)
    pairs = zip(ESTIMATES, ERRORS[method, form], strict=True)
    assert figures(design) == pytest.approx([value for pair in pairs for value in pair], **CLOSE)
    assert estimate_total(design, "y").degrees_of_freedom == 4


def test_variances_agree_with_r_sampling() -> None:
    by_products, by_differences = 96.8073717576743, 51.5234637338971
    for form, expected in (("horvitz_thompson", by_products), ("yates_grundy", by_differences)):
        design = joint_design(table_of(DRAWN), JOINT, form=form)
        found = estimate_total(design, "y").standard_error ** 2
        assert found == pytest.approx(expected, **CLOSE)
    ratio = estimate_mean(joint_design(table_of(DRAWN), JOINT, form="horvitz_thompson"), "y")
    assert ratio.standard_error**2 == pytest.approx(0.119215357694257, **CLOSE)


def test_brewers_is_hartley_and_raos_with_the_squares_of_the_sample() -> None:
    p = PROBABILITY[DRAWN]
    joint = approximate_joint(p, 5, squares=float(5 * p.mean()))
    refs = [REFS[place] for place in DRAWN]
    design = joint_design(table_of(DRAWN), pd.DataFrame(joint, index=refs, columns=refs))
    expected = [7.27697724380762, 0.352092662698845, 0.158841800873756]
    assert figures(design)[1::2] == pytest.approx(expected, **CLOSE)


def test_poisson_sampling_agrees_with_r() -> None:
    # svydesign(id=~1, fpc=~p, data=d, pps=poisson_sampling(d$p)): SE of total and mean.
    joint = np.outer(PROBABILITY, PROBABILITY)
    np.fill_diagonal(joint, PROBABILITY)
    held = pd.DataFrame(joint, index=REFS, columns=REFS)
    design = joint_design(table_of(DRAWN), held, form="horvitz_thompson")
    found = figures(design)
    assert [found[1], found[3]] == pytest.approx([31.6974726314989, 0.314921251269409], **CLOSE)


# exactness --------------------------------------------------------------------------------


def all_samples(probability: np.ndarray, n: int) -> dict[tuple[int, ...], float]:
    """Sampford's design by its definition: products of the odds times the sum of 1 - p."""
    odds = probability / (1 - probability)
    raw = {
        drawn: float(np.prod(odds[list(drawn)]) * (1 - probability[list(drawn)]).sum())
        for drawn in itertools.combinations(range(len(probability)), n)
    }
    return {drawn: value / sum(raw.values()) for drawn, value in raw.items()}


@pytest.mark.parametrize("form", ["yates_grundy", "horvitz_thompson"])
def test_the_variance_of_a_total_is_unbiased_over_all_samples(form: str) -> None:
    chance = inclusion_probabilities([3, 4, 2, 5, 1, 3, 2], 3)
    refs, y = list("ABCDEFG"), np.array([3.0, 5, 1, 9, 1, 2, 4])
    joint = pd.DataFrame(sampford_joint(chance, 3), index=refs, columns=refs)
    p = joint.to_numpy()
    mean = spread = found = 0.0
    for drawn, weight in all_samples(chance, 3).items():
        rows = list(drawn)
        z = y[rows] / chance[rows]
        mean += weight * z.sum()
        spread += weight * (z.sum() - y.sum()) ** 2
        if form == "yates_grundy":
            held = joint_variance(p[np.ix_(rows, rows)], form=form)
            found += weight * float((held.deviations(z[:, None]) ** 2).sum())
        else:  # by products some samples have a negative estimate, which is refused
            form_of = 1 - np.outer(chance, chance)[np.ix_(rows, rows)] / p[np.ix_(rows, rows)]
            np.fill_diagonal(form_of, 1 - chance[rows])
            found += weight * float(z @ form_of @ z)
    assert mean == pytest.approx(y.sum())
    assert found == pytest.approx(spread, rel=1e-10)


def simple_joint(population: int, n: int) -> pd.DataFrame:
    joint = np.full((population, population), n * (n - 1) / (population * (population - 1)))
    np.fill_diagonal(joint, n / population)
    refs = [f"R{place}" for place in range(population)]
    return pd.DataFrame(joint, index=refs, columns=refs)


@pytest.mark.parametrize("form", ["yates_grundy", "horvitz_thompson"])
def test_a_plain_random_sample_is_a_plain_random_sample(form: str) -> None:
    table = pd.DataFrame({"case_ref": ["R0", "R3", "R4", "R7"], "y": [1.0, 5, 2, 2]})
    table["g"] = [1, 0, 1, 1]
    ours, plain = (
        joint_design(table, simple_joint(9, 4), form=form),
        make_design(table, population=9),
    )
    assert figures(ours) == pytest.approx(figures(plain), **CLOSE)


def test_unavailable_cases_leave_a_plain_random_part() -> None:
    table = pd.DataFrame(
        {
            "case_ref": ["R0", "R3", "R4", "R7", "R8"],
            "y": [1.0, 5, 2, 2, np.nan],
            "g": [1, 0, 1, 1, np.nan],
            "outcome": ["audited"] * 4 + ["unavailable"],
        }
    )
    ours = joint_design(table, simple_joint(9, 5), outcome="outcome")
    plain = make_design(table, population=9, outcome="outcome")
    assert figures(ours) == pytest.approx(figures(plain), **CLOSE)
    assert estimate_total(ours, "y").response_rate == 0.8


def test_strata_are_drawn_apart() -> None:
    table = pd.DataFrame(
        {
            "case_ref": ["R0", "R3", "R4", "S1", "S2"],
            "y": [1.0, 5, 2, 2, 7],
            "g": [1, 0, 1, 1, 0],
            "stratum": ["R", "R", "R", "S", "S"],
        }
    )
    north, south = simple_joint(9, 3), simple_joint(5, 2)
    south.index = south.columns = [ref.replace("R", "S") for ref in south.index]
    refs = [*north.index, *south.index]
    joint = pd.DataFrame(3 / 9 * 2 / 5, index=refs, columns=refs)
    joint.loc[north.index, north.index] = north
    joint.loc[south.index, south.index] = south
    ours = joint_design(table, joint, strata="stratum")
    plain = make_design(table, "stratum", population={"R": 9, "S": 5})
    assert figures(ours) == pytest.approx(figures(plain), **CLOSE)
    assert estimate_total(ours, "y").degrees_of_freedom == 3


def test_a_response_class_is_made_up_for_by_itself() -> None:
    table = pd.DataFrame(
        {
            "case_ref": ["R0", "R3", "R4", "S1", "S2"],
            "y": [1.0, 5, np.nan, 2, 7],
            "g": [1, 0, np.nan, 1, 0],
            "stratum": ["R", "R", "R", "S", "S"],
            "outcome": ["audited", "audited", "unavailable", "audited", "audited"],
        }
    )
    north, south = simple_joint(9, 3), simple_joint(5, 2)
    south.index = south.columns = [ref.replace("R", "S") for ref in south.index]
    refs = [*north.index, *south.index]
    joint = pd.DataFrame(3 / 9 * 2 / 5, index=refs, columns=refs)
    joint.loc[north.index, north.index] = north
    joint.loc[south.index, south.index] = south
    ours = joint_design(table, joint, strata="stratum", outcome="outcome", response_class="stratum")
    plain = make_design(table, "stratum", population={"R": 9, "S": 5}, outcome="outcome")
    assert figures(ours) == pytest.approx(figures(plain), **CLOSE)


def test_certain_cases_leave_nothing_to_chance() -> None:
    chance = inclusion_probabilities([1, 1, 2, 20, 30], 3)
    assert (chance[3:] == 1).all()
    joint = np.outer(chance, chance)
    joint[:3, :3] = 0
    np.fill_diagonal(joint, chance)
    # One of three small cases is drawn: pairs among them have no chance, so it is refused …
    refs = list("ABCDE")
    table = pd.DataFrame({"case_ref": ["B", "D", "E"], "y": [1.0, 5, 9], "g": [0, 1, 1]})
    with refused("pairs of cases that have no chance to be drawn together"):
        joint_design(table, pd.DataFrame(joint, index=refs, columns=refs))
    # … and where all are certain nothing is left.
    whole = pd.DataFrame(np.ones((3, 3)), index=list("BDE"), columns=list("BDE"))
    found = estimate_mean(joint_design(table, whole), "y")
    assert (found.estimate, found.standard_error) == (5, 0)
    assert found.is_complete


# approximations ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["hartley_rao", "hajek"])
def test_approximations_come_nearer_as_the_caseload_grows(method: str) -> None:
    apart = []
    for times in (1, 4, 16):
        chance = inclusion_probabilities(SIZES * times, 5 * times)
        exact = sampford_joint(chance, 5 * times)
        found = approximate_joint(chance, 5 * times, method=method)
        assert (found == found.T).all()
        assert np.diag(found).tolist() == chance.tolist()
        apart.append(float(np.abs(found / exact - 1)[~np.eye(len(chance), dtype=bool)].max()))
    assert apart[2] < apart[1] / 3 < apart[0] / 9


@pytest.mark.parametrize("method", ["hartley_rao", "overton"])
def test_equal_probabilities_give_a_plain_random_sample(method: str) -> None:
    # N = 8, n = 3, by hand: Hartley-Rao's is 3/8 3/8 2 / (3 - 6/8 + 8 (9/64) / 3) = 3/28 · …
    found = approximate_joint(np.full(8, 3 / 8), 3, method=method)[0, 1]
    expected = {
        "hartley_rao": 9 / 64 * 2 / (3 - 3 / 4 + 3 / 8),
        "overton": 9 / 64 * 2 / (3 - 3 / 8),
    }
    assert found == pytest.approx(expected[method])
    assert found == pytest.approx(3 / 28, rel=1e-12)


def test_certain_cases_are_independent_of_others() -> None:
    found = approximate_joint(np.array([1.0, 0.5, 0.5, 0.5, 0.5]), 3)
    assert found[0].tolist() == [1.0, 0.5, 0.5, 0.5, 0.5]
    # Two of the four others, alike: 2/4 1/3.
    assert found[1, 2] == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("given", "n", "more", "message"),
    [
        ([0.5, 0.5], 2, {"method": "guess"}, "`method` 'guess' is unknown; choose one of hartley"),
        ([0.5, 0.0], 2, {}, "Joint probabilities need probabilities above 0 and up to 1"),
        ([0.5, 0.5], 1, {}, "Joint probabilities need probabilities above 0 and up to 1"),
        ([0.5, 0.7], 2, {}, "The probabilities add up to 1.2, not to 2. Give those of all cases"),
    ],
)
def test_impossible_probabilities_are_refused(given, n: int, more: dict, message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        approximate_joint(np.array(given), n, **more)


# near cases -------------------------------------------------------------------------------


def naive_local(at: np.ndarray, p: np.ndarray, z: np.ndarray, neighbours: int) -> float:
    found = 0.0
    for one in range(len(z)):
        away = sorted(((at[one] - at[other]) ** 2).sum() for other in range(len(z)) if other != one)
        reach = away[min(neighbours, len(z)) - 2]
        near = [
            other
            for other in range(len(z))
            if other == one or ((at[one] - at[other]) ** 2).sum() <= reach
        ]
        m = len(near)
        found += (1 - p[one]) * m / (m - 1) * (z[one] - z[near].mean()) ** 2
    return found


@pytest.mark.parametrize("neighbours", [2, 3, 4, 50])
def test_the_local_mean_has_a_naive_twin(neighbours: int) -> None:
    dice = np.random.default_rng(5)
    for ties in (100, 3):
        at = dice.integers(0, ties, (11, 2))
        p, z = dice.uniform(0.1, 0.6, 11), dice.normal(size=11)
        held = local_mean_variance(at, p, neighbours=neighbours)
        found = float((held.deviations(z[:, None]) ** 2).sum())
        assert found == pytest.approx(naive_local(at, p, z, neighbours))


def test_the_whole_sample_as_neighbours_is_a_plain_random_sample() -> None:
    table = pd.DataFrame({"y": [1.0, 5, 2, 2], "g": [1, 0, 1, 1]})
    plain = estimate_total(make_design(table, population=9), "y")
    held = local_mean_variance(np.arange(4)[:, None], np.full(4, 4 / 9), neighbours=4)
    z = table[["y"]].to_numpy() * 9 / 4
    assert (held.deviations(z) ** 2).sum() == pytest.approx(plain.standard_error**2)
    assert held.degrees_of_freedom(np.ones(4, dtype=bool)) == 3


def test_pairs_along_a_list_by_hand() -> None:
    # Neighbours 1-2, 2-1, 3-4, 4-3 at 0, 1, 10, 11 (no fpc to speak of): each pair gives
    # 2 · 2/1 · ((z1 - z2) / 2)² = (z1 - z2)².
    held = local_mean_variance(np.array([[0], [1], [10], [11]]), np.full(4, 1e-12), neighbours=2)
    z = np.array([[1.0], [4.0], [2.0], [7.0]])
    assert (held.deviations(z) ** 2).sum() == pytest.approx(9 + 25)
    # Two independent differences: two degrees of freedom.
    assert held.degrees_of_freedom(np.ones(4, dtype=bool)) == 2


def test_a_trend_along_a_list_is_not_counted_as_chance() -> None:
    at, z = np.arange(30)[:, None], np.arange(30.0)[:, None]
    near = local_mean_variance(at, np.full(30, 0.1), neighbours=3)
    wide = local_mean_variance(at, np.full(30, 0.1), neighbours=30)
    assert (near.deviations(z) ** 2).sum() < (wide.deviations(z) ** 2).sum() / 20


def test_certain_cases_are_no_neighbours() -> None:
    held = local_mean_variance(np.array([[0], [1], [5]]), np.array([0.5, 1.0, 0.5]), neighbours=2)
    z = np.array([[1.0], [100.0], [3.0]])
    assert (held.deviations(z) ** 2).sum() == pytest.approx(2 * 0.5 * 2 * 1.0)
    assert not held.is_complete(np.array([True, True, False]))
    assert held.is_complete(np.array([False, True, False]))


# refusals ---------------------------------------------------------------------------------


def test_faults_are_told() -> None:
    table = table_of(DRAWN)
    with refused("`form` 'brewer' is unknown; choose 'yates_grundy' or"):
        joint_design(table, JOINT, form="brewer")
    with refused("`joint` lacks an audited case"):
        joint_design(table, JOINT.iloc[:3, :3])
    with refused("1 rows repeat a case"):
        joint_design(pd.concat([table, table.iloc[:1]]), JOINT)
    none = JOINT.copy()
    none.iloc[0, 3] = none.iloc[3, 0] = 0
    with refused("pairs of cases that have no chance to be drawn together"):
        joint_design(table, none)
    lopsided = JOINT.copy()
    lopsided.iloc[1, 2] += 0.01
    with refused("The joint probabilities are not symmetric"):
        joint_design(table, lopsided)
    large = JOINT.copy()
    large.iloc[1, 2] = large.iloc[2, 1] = 0.9
    with refused("none larger than the probabilities of its two cases"):
        joint_design(table, large)
    with refused("`neighbours` must be 2 or more; got 1. Give 4"):
        local_mean_variance(np.zeros((3, 1)), np.full(3, 0.1), neighbours=1)
    with refused("One case has no neighbour"):
        local_mean_variance(np.zeros((1, 1)), np.full(1, 0.1))


def test_a_variance_that_could_be_negative_is_refused() -> None:
    # Two kinds of cases that mostly come together: the differences have a negative weight.
    joint = np.full((4, 4), 0.3)
    joint[0, 1] = joint[1, 0] = joint[2, 3] = joint[3, 2] = 0.02
    joint[0, 2] = joint[2, 0] = joint[1, 3] = joint[3, 1] = 0.49
    np.fill_diagonal(joint, 0.5)
    with refused("The Yates-Grundy variance can be negative with these joint probabilities"):
        joint_variance(joint, form="yates_grundy")


def test_the_callers_tables_are_not_altered() -> None:
    table, joint = table_of(DRAWN), JOINT.copy()
    before = table.copy()
    joint_design(table, joint)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(joint, JOINT)
    shuffled = joint_design(table.iloc[::-1], JOINT.sample(frac=1, random_state=3))
    assert figures(shuffled) == pytest.approx(figures(joint_design(table, JOINT)), **CLOSE)
