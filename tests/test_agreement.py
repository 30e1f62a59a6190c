"""Coefficients: naive twins, invariances, errors, intervals, refusals, edges."""

import agreement_twins as twins
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import ndtr

from qa_sampling.agreement.benchmarks import benchmark, gwet_benchmark, sure_word
from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.formulas import FORMULAS
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.agreement.weighting import WEIGHTS, ratio_metric, weight_matrix
from qa_sampling.errors import AgreementError

FREE = ("exact", "within_one", "percent", "fleiss", "brennan_prediger", "ac1", "ac2", "alpha",
        "alpha_nominal", "alpha_interval", "alpha_ratio", "alpha_weighted", "conger")  # fmt: skip
TWO = ("cohen", "scott", "bangdiwala")
CODES = arrays.arrays(
    np.int8, st.tuples(st.integers(2, 14), st.integers(2, 4)), elements=st.integers(-1, 3)
)
PAIRS = arrays.arrays(np.int8, st.tuples(st.integers(3, 14), st.just(2)),
                      elements=st.integers(-1, 3))  # fmt: skip


def made(codes, **more) -> Ratings:
    return Ratings.from_codes(np.asarray(codes), scale=GRADES_SCALE, **more)


def number(ratings: Ratings, name: str, **asked) -> float:
    one = agreement(ratings, coefficients=[name], **asked).estimates[0]
    return np.nan if one.estimate is None else one.estimate


def error(ratings: Ratings, name: str, **asked) -> float:
    return agreement(ratings, coefficients=[name], **asked).estimates[0].standard_error


def twin(name: str, codes: np.ndarray, weights: str, each: np.ndarray | None = None) -> float:
    rows = codes.tolist()
    ones = [1.0] * len(rows) if each is None else each.tolist()
    x, w = np.arange(1.0, 5), weight_matrix(weights, GRADES_SCALE)
    near = (np.abs(x[:, None] - x) <= 1).astype(float)
    apart = {"alpha_nominal": 1 - np.eye(4), "alpha_interval": (x[:, None] - x) ** 2,
             "alpha_ratio": ratio_metric(x), "alpha_weighted": 1 - w}  # fmt: skip
    if name == "alpha":
        return twins.alpha(rows, twins.ordinal_distances(rows, 4, ones), ones)
    if name in apart:
        return twins.alpha(rows, apart[name], ones)
    if name in ("exact", "within_one", "percent"):
        return twins.observed(rows, {"exact": np.eye(4), "within_one": near}.get(name, w), ones)
    if name == "ac1":
        return twins.ac2(rows, np.eye(4), ones)
    return getattr(twins, name)(rows, w, ones)


@settings(max_examples=40, deadline=None)
@given(CODES, st.sampled_from(sorted(WEIGHTS)))
def test_every_coefficient_has_a_naive_twin(codes: np.ndarray, weights: str) -> None:
    assume(((codes >= 0).sum(axis=1) >= 2).any())
    found = agreement(made(codes), coefficients=FREE, weights=weights)
    for name in FREE:
        one = found.one(name).estimate
        expected = twin(name, codes, weights)
        assert (np.nan if one is None else one) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    ones = [1.0] * len(codes)
    for place, grade in enumerate(GRADES_SCALE.grades):
        one = agreement(made(codes), coefficients=["specific"]).one("specific", grade=grade)
        expected = twins.specific(codes.tolist(), place, ones)
        assert (np.nan if one.estimate is None else one.estimate) == pytest.approx(
            expected, abs=1e-12, nan_ok=True
        )


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.sampled_from(sorted(WEIGHTS)))
def test_coefficients_of_two_have_naive_twins(codes: np.ndarray, weights: str) -> None:
    assume((codes >= 0).all(axis=1).any())
    for name in TWO:
        expected = twin(name, codes, weights)
        found = number(made(codes), name, weights=weights)
        assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


@settings(max_examples=25, deadline=None)
@given(CODES, st.data())
def test_weights_equal_replicated_rows(codes: np.ndarray, data: st.DataObject) -> None:
    """Estimates of weighted units are those of units written down so many times."""
    assume(((codes >= 0).sum(axis=1) >= 2).any())
    times = np.array(data.draw(st.lists(st.integers(1, 4), min_size=len(codes),
                                        max_size=len(codes))))  # fmt: skip
    weighted = agreement(made(codes, weights=times.astype(float)), coefficients=FREE)
    written = agreement(made(codes.repeat(times, axis=0)), coefficients=FREE)
    for name in FREE:
        one, two = weighted.one(name).estimate, written.one(name).estimate
        assert (one is None) == (two is None)
        assert one is None or one == pytest.approx(two, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(CODES, st.randoms(use_true_random=False))
def test_order_of_units_and_raters_and_direction_do_not_matter(codes, random) -> None:
    assume(((codes >= 0).sum(axis=1) >= 2).any())
    rows, columns = list(range(len(codes))), list(range(codes.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = np.where(codes >= 0, 3 - codes, codes)
    names = [name for name in FREE if name != "alpha_ratio"]
    first = agreement(made(codes), coefficients=names)
    for other in (codes[rows][:, columns], turned):
        second = agreement(made(other), coefficients=names)
        for name in names:
            one, two = first.one(name), second.one(name)
            for a, b in ((one.estimate, two.estimate), (one.standard_error, two.standard_error)):
                assert (a is None) == (b is None)
                assert a is None or a == pytest.approx(b, abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(CODES, st.permutations(range(4)))
def test_names_do_not_matter_to_nominal_coefficients(codes: np.ndarray, order: list) -> None:
    assume(((codes >= 0).sum(axis=1) >= 2).any())
    renamed = np.where(codes >= 0, np.array(order)[codes], codes).astype(np.int8)
    for name in ("exact", "ac1", "alpha_nominal"):
        one, two = number(made(codes), name), number(made(renamed), name)
        assert one == pytest.approx(two, abs=1e-9, nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(arrays.arrays(np.int8, st.tuples(st.integers(4, 12), st.integers(2, 4)),
                     elements=st.integers(-1, 3)))  # fmt: skip
def test_the_jackknife_leaves_out_each_unit_in_turn(codes: np.ndarray) -> None:
    assume(((codes >= 0).sum(axis=1) >= 2).sum() > 2)
    present = codes[(codes >= 0).any(axis=1)]
    for name in ("ac2", "alpha", "fleiss", "conger"):
        rest = [np.delete(present, place, axis=0) for place in range(len(present))]
        values = np.array([number(made(one), name) for one in rest])
        if np.isnan(values).any():
            continue
        n = len(values)
        naive = np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())
        found = agreement(made(codes), coefficients=[name]).one(name)
        if naive > 1e-8:
            assert found.standard_error == pytest.approx(naive, rel=1e-6)


SAMPLE = np.array(
    [[2, 2, 2], [1, 1, 2], [3, 3, 3], [0, 1, 0], [2, 2, -1], [2, 1, -1], [1, 1, -1], [2, 3, -1],
     [2, 2, 2], [0, 0, -1], [3, 2, -1], [1, -1, -1], [2, -1, -1], [2, -1, -1], [1, 1, 1],
     [2, 2, -1], [3, 3, -1], [2, 2, 1], [0, 0, 0], [1, 2, -1]], dtype=np.int8)  # fmt: skip


def test_three_standard_errors_agree_where_they_should() -> None:
    """Jackknife, linearised and a brute bootstrap of 20,000 draws, most cases graded once."""
    codes = np.concatenate([SAMPLE, np.tile([[2, -1, -1]], (40, 1)), SAMPLE, SAMPLE])
    ratings = made(codes)
    random = np.random.default_rng(20261125)
    for name in ("ac2", "alpha", "fleiss", "exact"):
        jackknife = error(ratings, name)
        linear = error(ratings, name, interval="linearised")
        drawn = [
            number(made(codes[random.integers(0, len(codes), len(codes))]), name)
            for _ in range(400)
        ]
        assert linear == pytest.approx(jackknife, rel=0.06)
        assert np.std(drawn) == pytest.approx(jackknife, rel=0.15)
    gwet = error(ratings, "ac2", interval="gwet")
    assert gwet > 1.5 * error(ratings, "ac2")


def test_bootstraps_are_repeatable_and_near_the_jackknife() -> None:
    ratings = made(np.concatenate([SAMPLE, SAMPLE]))
    asked = {"coefficients": ["ac2", "alpha"], "seed": "2026-11 4182", "draws": 4000}
    one = agreement(ratings, interval="percentile", **asked)
    two = agreement(ratings, interval="percentile", **asked)
    assert one.estimates == two.estimates
    other = agreement(ratings, interval="percentile", **(asked | {"seed": "another"}))
    assert other.estimates != one.estimates
    bca = agreement(ratings, interval="bca", **asked)
    for name in ("ac2", "alpha"):
        plain = agreement(ratings, coefficients=[name]).one(name).interval
        for found in (one.one(name).interval, bca.one(name).interval):
            assert found.low == pytest.approx(plain.low, abs=0.08)
            assert found.high == pytest.approx(plain.high, abs=0.04)


def test_bca_moves_the_ends_by_bias_and_skew() -> None:
    """BCa moves the percentile ends by bias and skew; without either it is the percentile."""
    from qa_sampling.agreement.resampling import bca_ends, percentile_ends

    values = np.linspace(-1, 1, 2001)
    even = np.array([-1.0, 1.0])
    assert bca_ends(values, 0.0, even, np.ones(2), 0.9) == pytest.approx((-0.9, 0.9), abs=1e-3)
    assert percentile_ends(values, 0.9) == pytest.approx((-0.9, 0.9), abs=1e-12)
    # a = 0.1 for leave-one-out values with that skew, z0 = 0: ndtr(z / (1 - a z)) at z = -+1.6449
    # is 0.07889 and 0.97553
    skewed = np.array([0.0, 1.0])
    times = np.array([100.0, 1.0])
    away = times @ skewed / 101 - skewed
    skew = (times @ away**3) / (6 * (times @ away**2) ** 1.5)
    ends = bca_ends(values, 0.0, skewed, times, 0.9)
    z = 1.6448536269514722
    expected = [2 * ndtr(side * z / (1 - skew * side * z)) - 1 for side in (-1, 1)]
    assert ends == pytest.approx(expected, abs=1e-3)


def test_cases_with_several_standards_are_left_out_whole() -> None:
    codes = np.repeat(SAMPLE, 3, axis=0)
    units = pd.DataFrame(
        {"case_ref": np.repeat(np.arange(20), 3), "standard": ["a", "b", "c"] * 20}
    )
    pooled = made(codes, units=units)
    one = agreement(pooled, coefficients=["ac2"]).one("ac2")
    alone = agreement(made(SAMPLE), coefficients=["ac2"]).one("ac2")
    assert one.estimate == pytest.approx(alone.estimate)
    assert one.standard_error == pytest.approx(alone.standard_error)
    assert (one.cases, one.twice) == (17, 51)
    naive = agreement(pooled, coefficients=["ac2"], cluster=None).one("ac2")
    assert naive.standard_error < 0.65 * one.standard_error
    assert "over cases" in one.method


def test_roles_are_compared_where_auditors_rotate() -> None:
    codes = np.array([[2, -1, 1], [-1, 3, 3], [1, -1, 1], [-1, 2, 2], [0, -1, 1], [-1, 1, 1]])
    ratings = made(codes, roles=["auditor", "auditor", "moderator"])
    pairs = made([[2, 1], [3, 3], [1, 1], [2, 2], [0, 1], [1, 1]])
    assert number(ratings, "cohen") == pytest.approx(number(pairs, "cohen"))
    as_people = agreement(ratings, coefficients=["cohen"], columns="rater").one("cohen")
    assert "it compares two graders and there are 3 columns" in as_people.why_not


def test_unconditional_intervals_are_wider_and_finite_populations_narrower() -> None:
    ratings = made(SAMPLE)
    plain = agreement(ratings, coefficients=["ac2"]).one("ac2")
    wide = agreement(ratings, coefficients=["ac2"], unconditional=True).one("ac2")
    without = [number(made(np.delete(SAMPLE, place, axis=1)), "ac2") for place in range(3)]
    across = 2 / 3 * ((np.array(without) - np.mean(without)) ** 2).sum()
    assert wide.standard_error == pytest.approx(np.sqrt(plain.standard_error**2 + across))
    assert wide.interval.width > plain.interval.width
    all_raters = agreement(ratings, coefficients=["ac2"], unconditional=True, rater_population=3)
    assert all_raters.one("ac2").standard_error == pytest.approx(plain.standard_error)
    part = agreement(ratings, coefficients=["ac2"], population=34).one("ac2")
    assert part.standard_error == pytest.approx(plain.standard_error * np.sqrt(0.5))
    two = agreement(made(SAMPLE[:, :2]), coefficients=["ac2"], unconditional=True).one("ac2")
    assert two.interval is None
    assert "fewer than 3 graders" in two.why_not


def test_by_groups_each_group_is_as_by_itself() -> None:
    units = pd.DataFrame({"case_ref": np.arange(20), "team": list("ab") * 10})
    found = agreement(made(SAMPLE, units=units), by="team", coefficients=["ac2", "specific"])
    alone = agreement(made(SAMPLE[::2]), coefficients=["ac2"]).one("ac2")
    assert found.one("ac2", "a").estimate == pytest.approx(alone.estimate)
    assert found.one("ac2", "a").interval == alone.interval
    assert len(found.table) == 2 * 5
    assert found.table["why_not"].eq("").any()
    with pytest.raises(AgreementError, match="no 'ac2' of that group and grade here"):
        found.one("ac2", "c")


# Edges: what every other package gets wrong ---------------------------------------------------


def test_all_grades_the_same() -> None:
    found = agreement(made([[2, 2]] * 8), coefficients=("exact", "ac2", "alpha", "cohen"))
    assert found.one("ac2").estimate == 1
    assert found.one("ac2").interval.low < 0.95
    assert "one-sided" in " ".join(found.one("ac2").warnings)
    for name in ("alpha", "cohen"):
        assert found.one(name).estimate is None
        assert "every grade given is the same" in found.one(name).why_not
    assert found.one("exact").interval.low == pytest.approx(0.05 ** (1 / 8))


@pytest.mark.parametrize("name", ["ac2", "alpha", "fleiss", "cohen", "conger", "brennan_prediger"])
@pytest.mark.parametrize("interval", ["plus_two", "jackknife", "linearised", "percentile", "bca"])
def test_perfect_agreement_is_never_an_interval_of_one_to_one(name: str, interval: str) -> None:
    ratings = made([[2, 2], [1, 1], [2, 2], [1, 1], [2, 2]])
    one = agreement(ratings, coefficients=[name], interval=interval, seed="s").one(name)
    assert one.estimate == pytest.approx(1)
    assert one.interval.high == 1
    assert one.interval.low < 0.9
    assert one.standard_error > 0


def test_total_disagreement_and_a_constant_rater() -> None:
    one = agreement(made([[3, 0], [0, 3]] * 3), coefficients=["cohen"]).one("cohen")
    assert one.estimate == pytest.approx(-1)
    assert one.interval.low == -1
    assert one.interval.high > -0.9
    constant = agreement(made([[2, 1]] * 6), coefficients=["ac1", "brennan_prediger"])
    for name in ("ac1", "brennan_prediger"):
        found = constant.one(name)
        assert found.interval.width > 0.2
        assert found.estimate in found.interval


def test_nobody_nothing_once_and_one() -> None:
    nobody = agreement(made(np.full((3, 2), -2)), coefficients=["ac2"]).one("ac2")
    assert nobody.why_not == "nobody gave a grade here"
    none = agreement(made(np.zeros((0, 0), np.int8)), coefficients=["ac2"]).one("ac2")
    assert none.why_not == "nobody gave a grade here"
    once = agreement(made([[2, -1], [-1, 1]]), coefficients=list(FREE))
    assert {one.why_not for one in once.estimates} == {
        "no case was graded twice, so there is nothing to compare"
    }
    single = agreement(made([[2, 1], [2, -1]]), coefficients=["ac2"]).one("ac2")
    assert single.estimate is not None
    assert single.interval is None
    assert "one case with two grades has no spread" in single.why_not
    assert "show the counts" in single.warnings[0]
    assert single.show_counts_only


def test_rows_and_raters_without_grades_change_nothing() -> None:
    more = np.concatenate([SAMPLE, np.full((2, 3), -1, np.int8)])
    more = np.concatenate([more, np.full((22, 1), -3, np.int8)], axis=1)
    for interval in ("jackknife", "gwet"):
        one = agreement(made(SAMPLE), coefficients=FREE, interval=interval)
        two = agreement(made(more), coefficients=FREE, interval=interval)
        for first, second in zip(one.estimates, two.estimates, strict=True):
            assert second.estimate == pytest.approx(first.estimate)
            assert second.standard_error == pytest.approx(first.standard_error)


def test_agreeing_pairs_beside_a_single_that_differs() -> None:
    one = agreement(made([[2, 2], [2, 2], [2, 2], [0, -1]]), coefficients=["ac1", "alpha"])
    assert one.one("ac1").estimate == 1
    assert one.one("ac1").interval.low < 0.9
    assert one.one("alpha").estimate is None


def test_pairs_that_never_meet() -> None:
    codes = [[2, 2, -1, -1], [-1, -1, 1, 1], [2, 1, -1, -1], [-1, -1, 3, 2], [0, 0, -1, -1],
             [-1, -1, 2, 2]]  # fmt: skip
    found = agreement(made(codes), coefficients=["ac2", "alpha", "fleiss", "conger"])
    assert all(one.interval is not None for one in found.estimates)


def test_an_unused_grade_keeps_its_place() -> None:
    """Grades 1, 2 and 4: 0.762 by values where the index of three grades gives 0.727."""
    pairs = [(1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 4), (1, 1), (2, 2)]
    four = made(np.array(pairs, dtype=np.int8) - 1)
    three = Scale(("1", "2", "4"))
    codes = np.array([[("1", "2", "4").index(str(a)), ("1", "2", "4").index(str(b))]
                      for a, b in pairs])  # fmt: skip
    by_place = Ratings.from_codes(codes, scale=three)
    by_value = Ratings.from_codes(codes, scale=Scale(("1", "2", "4"), values=(1, 2, 4)))
    assert number(four, "cohen") == pytest.approx(number(by_value, "cohen"))
    assert abs(number(four, "cohen") - number(by_place, "cohen")) > 0.005
    assert number(four, "ac2") != pytest.approx(number(by_value, "ac2"), abs=1e-3)


def test_one_dissent_among_the_same_is_explained() -> None:
    codes = np.full((20, 2), 2, dtype=np.int8)
    codes[0, 1] = 1
    found = agreement(made(codes), coefficients=["ac1", "alpha_nominal"])
    assert found.one("ac1").estimate > 0.9
    assert found.one("alpha_nominal").estimate == pytest.approx(0, abs=0.01)
    assert "nearly all grades are the same" in " ".join(found.one("alpha_nominal").warnings)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"coefficients": ["kappa"]}, "'kappa' unknown; choose from exact, within_one"),
        ({"coefficients": []}, "none given"),
        ({"weights": "cubic"}, "unknown; choose one of identity, linear"),
        ({"weights": np.eye(3)}, "4 by 4, one row and column.*got 3 by 3"),
        ({"weights": 1 - np.eye(4)}, "the same grade must agree fully"),
        ({"weights": np.triu(np.ones((4, 4)))}, "not symmetric"),
        ({"weights": 3 * np.ones((4, 4)) - 2 * np.eye(4)}, "between 0 and 1"),
        ({"interval": "exact"}, "choose one of plus_two"),
        ({"interval": "bca"}, "needs a `seed` text"),
        ({"level": 95}, "between 0 and 1; got 95"),
        ({"columns": "people"}, "choose one of auto, role, rater"),
        ({"cluster": "team"}, "no column `team` to cluster by"),
        ({"draws": 3}, "at least 100; got 3"),
    ],
)
def test_what_cannot_be_asked(asked: dict, message: str) -> None:
    with pytest.raises(AgreementError, match=message):
        agreement(made(SAMPLE), **asked)


def test_more_refusals() -> None:
    heavy = made(SAMPLE, weights=np.arange(1.0, 21))
    with pytest.raises(AgreementError, match="no design weights"):
        agreement(heavy, interval="gwet")
    twice = pd.DataFrame({"case_ref": np.arange(20) // 2})
    with pytest.raises(AgreementError, match="takes units for independent"):
        agreement(made(SAMPLE, units=twice), interval="gwet")
    units = pd.DataFrame({"case_ref": range(20), "team": ["a"] * 19 + [None]})
    with pytest.raises(AgreementError, match="missing in 1 units"):
        agreement(made(SAMPLE, units=units), cluster="team")
    below = Ratings.from_codes(SAMPLE, scale=Scale.of_numbers(-1, 0, 1, 2))
    with pytest.raises(AgreementError, match="values are 0 or more"):
        agreement(below, coefficients=["alpha_ratio"])
    with pytest.raises(AgreementError, match="too many"):
        codes = np.tile(SAMPLE, (5000, 1))
        agreement(made(codes), interval="percentile", seed="s", draws=50_000)
    few = agreement(made(SAMPLE[:8]), coefficients=["ac2"]).one("ac2")
    with pytest.raises(AgreementError, match="8 cases with two grades are too few for a word"):
        benchmark(few)
    with pytest.raises(AgreementError, match="choose one of landis_koch"):
        benchmark(agreement(made(SAMPLE)).one("ac2"), "koch")
    none = agreement(made([[2, 1]]), coefficients=["ac2"]).one("ac2")
    with pytest.raises(AgreementError, match="no distribution to say how sure"):
        none.chance_above(0.5)
    with pytest.raises(AgreementError, match="Without a standard error"):
        gwet_benchmark(none, "altman")
    with pytest.raises(AgreementError, match="`table` must hold whole counts"):
        Ratings.from_counts(np.ones((3, 3)), scale=GRADES_SCALE)


def test_a_sure_word() -> None:
    one = agreement(made(np.concatenate([SAMPLE] * 3)), coefficients=["ac2"]).one("ac2")
    assert sure_word(one) in {"Substantial", "Almost perfect"}
    assert sure_word(one, sure=0.9999) in {"Fair", "Moderate", "Slight", "Substantial"}
    luck = agreement(made([[0, 3], [3, 0], [1, 2], [2, 1]] * 4), coefficients=["ac2"]).one("ac2")
    assert sure_word(luck) == "", "that it is poor or better says nothing"
    few = agreement(made(SAMPLE[:8]), coefficients=["ac2"]).one("ac2")
    assert sure_word(few, even_if_few=True)


def test_titles_say_the_weights() -> None:
    found = agreement(made(SAMPLE), coefficients=["ac2", "specific"], weights="linear")
    assert found.one("ac2").title == "Gwet's AC2, linear"
    assert found.one("specific", grade="Good").title == "Specific agreement: Good"
    assert set(FORMULAS) >= set(FREE) | set(TWO)


def test_two_cases_more_hold_the_level_where_the_jackknife_does_not() -> None:
    """A small part of docs/agreement.md: 30 cases, AC2, 300 samples of one world."""
    random = np.random.default_rng(20261125)
    place = np.arange(4)
    steps = np.abs(place[:, None] - place[None, :])
    one, far = (steps == 1).astype(float), (steps > 1).astype(float)
    second = 0.86 * np.eye(4) + 0.12 * one / one.sum(axis=1, keepdims=True)
    second += 0.02 * far / far.sum(axis=1, keepdims=True)
    mix = np.array([0.08, 0.32, 0.45, 0.15])
    pairs = np.einsum("t,ta,tb->ab", mix, second, second).ravel()
    cells = np.argwhere(np.ones((4, 4)))
    truth = number(made(cells, weights=1e12 * pairs), "ac2")
    held = {"plus_two": 0, "jackknife": 0}
    for _ in range(300):
        ratings = made(cells[random.choice(16, 30, p=pairs)])
        for interval in held:
            found = agreement(ratings, coefficients=["ac2"], interval=interval).one("ac2")
            held[interval] += truth in found.interval
    assert held["plus_two"] >= 0.94 * 300
    assert held["jackknife"] < 0.92 * 300


@pytest.mark.filterwarnings("error")
def test_every_answer_is_a_number_with_an_interval_or_a_reason() -> None:
    """Hundreds of small and odd sets of grades: no NaN, no point, no warning of numpy's."""
    random = np.random.default_rng(7)
    for turn in range(300):
        n, raters = random.integers(1, 9), random.integers(1, 5)
        codes = random.integers(-3, 4, (n, raters)).astype(np.int8)
        if turn % 3 == 0:
            codes = np.where(codes >= 0, 2, codes)
        weights = random.choice([0.0, 1.0, 2.5], n) if turn % 4 == 0 else None
        units = pd.DataFrame({"case_ref": random.integers(0, max(2, n), n)})
        found = agreement(
            made(codes, weights=weights, units=units),
            coefficients=list(FORMULAS),
            interval=("plus_two", "jackknife", "linearised", "percentile", "bca")[turn % 5],
            seed="odd",
            draws=100,
            unconditional=turn % 7 == 0,
        )
        for one in found.estimates:
            if one.interval is None:
                assert one.why_not
            else:
                assert np.isfinite([one.interval.low, one.interval.high]).all()
                assert one.interval.width > 1e-7
                # Draws that all give the estimate may differ from it in the last digit.
                assert one.interval.low - 1e-12 <= one.estimate <= one.interval.high + 1e-12
        assert len(found.table) == len(found.estimates)
