"""Intervals of a proportion: published figures, exact coverage, what never happens."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.estimation_intervals import (
    METHODS,
    effective_size,
    exact_interval,
    proportion_interval,
)
from qa_sampling.sampling.reliability import judge


def ends(p: float, variance: float, n: int, df: int, **more: object) -> list[float]:
    return [
        float(end) for end in proportion_interval(p, variance, n=n, degrees_of_freedom=df, **more)
    ]


# Stata kg_nchs and R, as typed in the tests of samplics-org/svy (tests/svy/estimation/
# test_proportions.py): proportion, standard error, n, degrees of freedom, interval
@pytest.mark.parametrize(
    ("p", "se", "n", "df", "expected"),
    [
        (0.507348258357226, 0.0167712595840644, 922, 56, [0.473233376535445, 0.541412207644769]),
        (0.471999767708621, 0.0348828290040279, 276, 56, [0.400786658613709, 0.544064683764286]),
        (0.501335861736522, 0.0438888962101757, 167, 52, [0.410824184861583, 0.5917831333426]),
        (0.507348258357226, 0.0192309892530454, 922, 921, [0.468954757876348, 0.545677337133621]),
    ],
)
def test_korn_graubard_as_stata(p: float, se: float, n: int, df: int, expected: list) -> None:
    assert ends(p, se**2, n, df) == pytest.approx(expected, abs=5e-10)


@pytest.mark.parametrize(
    ("p", "se", "n", "df", "expected"),
    [
        (0.507348258357226, 0.0167712595840644, 922, 56, [0.473768764613996, 0.54086158229386]),
        (0.471999767708621, 0.0348828290040279, 276, 56, [0.403112644241021, 0.541969987343409]),
    ],
)
def test_logit_as_r(p: float, se: float, n: int, df: int, expected: list) -> None:
    assert ends(p, se**2, n, df, method="logit") == pytest.approx(expected, abs=1e-12)


def srs(found: int, n: int, **more: object) -> list[float]:
    p = found / n
    return ends(p, p * (1 - p) / n, n, 10**9, **more)


# Clopper-Pearson and Wilson of plain counts (R: binom.test; samplics, statsmodels; Newcombe 1998
# Statistics in Medicine 17:857-872, table I, prints .2553-.3662, .0624-.1605, 0-.1611, .0061-.1718)
@pytest.mark.parametrize(
    ("method", "found", "n", "expected"),
    [
        ("clopper_pearson", 0, 10, [0, 0.308497107818761]),
        ("clopper_pearson", 15, 24, [0.405936384007944, 0.812007071803998]),
        ("clopper_pearson", 81, 263, [0.252736745585271, 0.367621922601351]),
        ("wilson", 81, 263, [0.255288519878274, 0.3662095769828]),
        ("wilson", 15, 148, [0.0623863995307363, 0.160487241723308]),
        ("wilson", 0, 20, [0, 0.161125158052819]),
        ("wilson", 1, 29, [0.00611321429276266, 0.171755218793203]),
    ],
)
def test_plain_counts(method: str, found: int, n: int, expected: list[float]) -> None:
    assert srs(found, n, method=method) == pytest.approx(expected, abs=2e-9)


# R samplingbook::Sprop gives the first truth that is excluded, ours the last that is not: one
# case apart at each end that is not 0 or 1 (see docs/deviations.md)
@pytest.mark.parametrize(
    ("found", "n", "population", "expected"),
    [
        (3, 25, 200, [0.025, 0.305]),
        (0, 20, 88, [0, 0.159090909090909]),
        (9, 9, 88, [0.670454545454545, 1]),
    ],
)
def test_exact_beside_samplingbook(found: int, n: int, population: int, expected: list) -> None:
    low, high = exact_interval(found, n, population=population)
    theirs = [round(end * population) for end in expected]
    assert round(low * population) == (theirs[0] + 1 if theirs[0] else 0)
    assert round(high * population) == (theirs[1] - 1 if theirs[1] < population else population)


@pytest.mark.parametrize(("n", "population"), [(1, 2), (3, 7), (9, 20), (12, 12)])
def test_exact_holds_its_level_for_every_truth(n: int, population: int) -> None:
    pairs = [exact_interval(found, n, population=population, level=0.9) for found in range(n + 1)]
    for truth in range(population + 1):
        chance = sum(
            stats.hypergeom.pmf(found, population, truth, n)
            for found, (low, high) in enumerate(pairs)
            if low <= truth / population <= high
        )
        assert chance >= 0.9 - 1e-12


def test_exact_is_the_plain_search_over_all_truths() -> None:
    for n, population in itertools.product((1, 4, 9), (9, 30)):
        for found in range(n + 1):
            possible = [
                truth
                for truth in range(found, population - (n - found) + 1)
                if stats.hypergeom.sf(found - 1, population, truth, n) > 0.025
                and stats.hypergeom.cdf(found, population, truth, n) > 0.025
            ]
            low, high = exact_interval(found, n, population=population)
            assert (low, high) == (min(possible) / population, max(possible) / population)


def test_exact_is_a_point_when_everything_was_audited() -> None:
    assert exact_interval(5, 7, population=7) == (5 / 7, 5 / 7)


def test_likelihood_falls_by_the_stated_amount() -> None:
    low, high = ends(0.3, 0.3 * 0.7 / 40, 40, 39, method="likelihood")
    fall = stats.t.ppf(0.975, 39) ** 2 / 2
    for end in (low, high):
        away = 40 * (0.3 * math.log(0.3 / end) + 0.7 * math.log(0.7 / (1 - end)))
        assert away == pytest.approx(fall, rel=1e-9)


def test_bayes_with_a_stated_prior() -> None:
    # Jeffreys, 3 of 20: beta(3.5, 17.5); Brown, Cai and DasGupta 2001, Statistical Science 16:101
    found = ends(0.15, 0.15 * 0.85 / 20, 20, 19, method="bayes")
    assert found == pytest.approx(stats.beta.ppf([0.025, 0.975], 3.5, 17.5), abs=1e-12)
    found = ends(0.0, 0.0, 12, 11, method="bayes", prior=(1.0, 1.0))
    assert found == pytest.approx(stats.beta.ppf([0.025, 0.975], 1, 13), abs=1e-12)


def test_korn_graubard_is_cut_at_n_and_beta_is_not() -> None:
    precise = {"p": 0.4, "variance": 0.4 * 0.6 / 90, "n": 30, "df": 29}
    assert ends(**precise) == pytest.approx(srs(12, 30, method="clopper_pearson"), abs=1e-9)
    cut, free = ends(**precise), ends(**precise, method="beta")
    assert free[1] - free[0] < 0.7 * (cut[1] - cut[0])


def test_effective_size_where_nothing_varies_is_n() -> None:
    p, variance = np.array([0.0, 1.0, 0.4, 0.4, 0.4]), np.array([0.0, 0.0, 0.0, 1e-34, 0.02])
    sizes = effective_size(p, variance, np.full(5, 9.0))
    assert sizes == pytest.approx([9, 9, 9, 9, 12])


methods = st.sampled_from(sorted(METHODS))
shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.001, 0.999))


@settings(deadline=None)
@given(
    methods,
    shares,
    st.sampled_from([0.0, 1e-40, 0.2, 1.0, 3.0]),
    st.integers(1, 400),
    st.integers(0, 500),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
)
def test_never_missing_never_outside_never_of_zero_width(
    method: str, p: float, effect: float, n: int, df: int, level: float
) -> None:
    variance = effect * p * (1 - p) / n
    low, high = ends(p, variance, n, df, method=method, level=level)
    assert 0 <= low < high <= 1
    if method != "bayes":
        assert low <= p + 1e-12
        assert p <= high + 1e-12


@settings(deadline=None)
@given(methods, shares, st.integers(2, 200))
def test_a_higher_level_is_wider_and_good_mirrors_bad(method: str, p: float, n: int) -> None:
    variance = 1.3 * p * (1 - p) / n
    narrow, wide = (ends(p, variance, n, n - 1, method=method, level=one) for one in (0.8, 0.95))
    assert wide[0] <= narrow[0] + 1e-12
    assert narrow[1] <= wide[1] + 1e-12
    mirrored = ends(1 - p, variance, n, n - 1, method=method)
    assert [1 - mirrored[1], 1 - mirrored[0]] == pytest.approx(wide, abs=1e-8)


def test_arrays_give_what_single_numbers_give() -> None:
    p, variance = np.array([0.0, 0.3, 1.0]), np.array([0.0, 0.01, 0.0])
    for method in METHODS:
        low, high = proportion_interval(p, variance, n=20, degrees_of_freedom=15, method=method)
        for place in range(3):
            one = ends(p[place], variance[place], 20, 15, method=method)
            assert one == pytest.approx([low[place], high[place]], abs=1e-12)


def test_unknown_methods_and_levels_are_refused() -> None:
    with pytest.raises(EstimationError, match="'exact' is unknown; choose one of korn_graubard, b"):
        ends(0.5, 0.1, 10, 9, method="exact")
    with pytest.raises(EstimationError, match=r"between 0 and 1; got 95\. Give 0\.95"):
        ends(0.5, 0.1, 10, 9, level=95)
    with pytest.raises(EstimationError, match="`prior` must hold two numbers above 0"):
        ends(0.5, 0.1, 10, 9, method="bayes", prior=(0, 1))
    with pytest.raises(EstimationError, match="8 of 7 cases from 20 cannot be"):
        exact_interval(8, 7, population=20)


# reliability: the table of Parker et al. 2017 ----------------------------------------------


def test_reliability_says_what_was_not_met() -> None:
    good = {"n": 120, "effective_n": 110, "degrees_of_freedom": 90}
    assert judge(0.6, 0.51, 0.69, **good).verdict == "present"
    assert judge(0.6, 0.45, 0.75, **good).reasons == ("interval of 30 points or wider",)
    assert judge(0.05, 0.02, 0.10, **good).reasons == ("interval wider than 130% of the estimate",)
    assert judge(0.0, 0.0, 0.03, **good).verdict == "review"
    small = judge(0.6, 0.51, 0.69, n=29, effective_n=40, degrees_of_freedom=7)
    assert small.verdict == "suppress"
    assert small.reasons == (
        "fewer than 30 cases, or effective cases",
        "fewer than 8 degrees of freedom",
    )
