"""The same cases audited twice: calibrated and collapsed samples, and very small overlaps."""

import itertools
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiers import thorough

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration import post_stratify, rake
from qa_sampling.sampling.change import estimate_change
from qa_sampling.sampling.estimation import estimate_mean, make_design

BEFORE = np.array([3.0, 5, 9, 1, 2, 7, 4, 6, 2])
AFTER = np.array([4.0, 5, 7, 1, 3, 9, 6, 6, 1])
GROUP = np.array(list("aabbabbab"))


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def pairs(size: int, n: int, overlap: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All pairs of samples of n of which so many cases are the same."""
    every = list(itertools.combinations(range(size), n))
    for one, two in itertools.product(every, repeat=2):
        if len(set(one) & set(two)) == overlap:
            yield one, two


def sampled(cases: tuple[int, ...], values: np.ndarray) -> pd.DataFrame:
    rows = list(cases)
    return pd.DataFrame({"k": rows, "y": values[rows], "group": GROUP[rows]})


def over_all_draws(size: int, n: int, overlap: int, finish) -> tuple[float, float, float]:
    """Give the mean variance told, the true one, and the sum of the separate ones told."""
    changes, told, apart = [], [], []
    for one, two in pairs(size, n, overlap):
        designs = [
            finish(sampled(cases, values), size) for cases, values in ((one, BEFORE), (two, AFTER))
        ]
        if None in designs:
            continue
        found = estimate_change(*designs, "y", as_mean=True, key="k")
        changes.append(found.estimate)
        told.append(found.standard_error**2)
        apart.append(found.first.standard_error**2 + found.second.standard_error**2)
    return float(np.mean(told)), float(np.var(changes)), float(np.mean(apart))


@pytest.mark.parametrize(("n", "overlap"), [(4, 3), (5, 4), thorough(4, 4), thorough(5, 3)])
def test_the_variance_told_is_the_draws_own(n: int, overlap: int) -> None:
    """Two overlapping samples, enumerated: the mean of what is told is the true variance."""
    told, true, apart = over_all_draws(
        7, n, overlap, lambda table, size: make_design(table, population=size)
    )
    assert told == pytest.approx(true, rel=0.12)
    expected = overlap / n**2 - 1 / 7
    if abs(expected) > 0.01:
        assert (told < apart) == (expected > 0)


def grouped(table: pd.DataFrame, size: int):
    counts = pd.Series(GROUP[:size]).value_counts().to_dict()
    if table["group"].value_counts().reindex(list(counts)).fillna(0).min() < 2:
        return None
    return post_stratify(make_design(table, population=size), "group", counts)


@pytest.mark.parametrize(("n", "overlap"), [(5, 4), (6, 6)])
def test_calibrated_samples_take_off_what_their_residuals_share(n: int, overlap: int) -> None:
    told, true, apart = over_all_draws(8, n, overlap, grouped)
    # linearisation leaves out of the residuals' variance a part of order groups / n
    assert 1 - 2.5 / n < told / true < 1.15
    if overlap == n:
        assert told < 0.6 * apart


def test_the_same_calibrated_cases_twice_is_the_variance_of_their_differences() -> None:
    table = pd.DataFrame({"k": range(9), "before": BEFORE, "after": AFTER, "group": GROUP})
    counts = {"a": 30, "b": 50}

    def design(column: str):
        plain = make_design(table.assign(y=table[column]), population=80)
        return post_stratify(plain, "group", counts)

    found = estimate_change(design("before"), design("after"), "y", as_mean=True, key="k")
    apart = post_stratify(
        make_design(table.assign(d=table["after"] - table["before"]), population=80),
        "group",
        counts,
    )
    expected = estimate_mean(apart, "d")
    assert found.estimate == pytest.approx(expected.estimate)
    assert found.standard_error == pytest.approx(expected.standard_error)
    assert found.interval_error >= found.standard_error
    # R 4.2.2, survey: both periods stacked, the case as cluster, calibrated within each period;
    # svycontrast (golden/estimation_change.R)
    assert round(found.standard_error, 5) == 0.45658
    assert found.correlation == pytest.approx(0.8753427643682, abs=5e-14)
    assert round(found.first.standard_error, 5) == 0.89045
    assert round(found.second.standard_error, 5) == 0.93144
    # intervals rest on distances from the fit without each case, which are larger
    half = found.confidence_interval(method="wald").width / 2
    assert half > 1.05 * found.standard_error


STRATA = list("ppqqrrss")


def collapsed(cases: tuple[int, ...], values: np.ndarray):
    rows = list(cases)
    table = pd.DataFrame({"k": rows, "y": values[rows], "s": [STRATA[i] for i in rows]})
    return make_design(table, "s", population=dict.fromkeys("pqrs", 2))


def test_collapsed_samples_are_never_surer_than_the_draws() -> None:
    """One of two in each of four strata, twice, half of them the same: all pairs of draws."""
    every = list(itertools.product((0, 1), (2, 3), (4, 5), (6, 7)))
    for overlap in (0, 2, 4):
        changes, told = [], []
        for one, two in itertools.product(every, repeat=2):
            if len(set(one) & set(two)) != overlap:
                continue
            found = estimate_change(
                collapsed(one, BEFORE), collapsed(two, AFTER), "y", as_mean=True, key="k"
            )
            changes.append(found.estimate)
            told.append(found.standard_error**2)
        assert np.mean(told) >= np.var(changes)


def test_the_same_collapsed_cases_twice_is_the_variance_of_their_differences() -> None:
    cases = (0, 2, 4, 6)
    found = estimate_change(
        collapsed(cases, BEFORE), collapsed(cases, AFTER), "y", as_mean=True, key="k"
    )
    apart = estimate_mean(collapsed(cases, AFTER - BEFORE), "y")
    # two pairs of strata have two common cases each, too few to be believed: told as apart
    assert found.standard_error >= apart.standard_error
    table = pd.DataFrame({"k": range(6), "s": list("aabbcc")})
    whole = dict.fromkeys("abc", 9)
    one, two = (make_design(table.assign(y=v[:6]), "s", population=whole) for v in (BEFORE, AFTER))
    plain = estimate_change(one, two, "y", as_mean=True, key="k")
    errors = plain.first.standard_error**2 + plain.second.standard_error**2
    assert plain.standard_error**2 >= errors


def test_samples_that_collapse_differently_share_coarser_strata() -> None:
    one = pd.DataFrame({"k": range(7), "s": list("aaabbbc"), "y": BEFORE[:7]})
    two = pd.DataFrame({"k": range(7), "s": list("abbbccc"), "y": AFTER[:7]})
    sizes = {"a": 20, "b": 20, "c": 20}
    before, after = (make_design(table, "s", population=sizes) for table in (one, two))
    assert before.collapsed == (("b", "c"),)
    assert after.collapsed == (("a", "b"),)
    found = estimate_change(before, after, "y", as_mean=True, key="k")
    # all three strata hang together: both variances are those of one stratum, not corrected
    expected = []
    for table, design in ((one, before), (two, after)):
        z = design.weight / 60 * (table["y"] - design.weight @ table["y"] / 60)
        expected.append(49 * (1 / 7) * z.var())
    shared = found.correlation * (expected[0] * expected[1]) ** 0.5
    assert found.standard_error**2 == pytest.approx(sum(expected) - 2 * shared)
    assert found.correlation > 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["plain", "post", "rake", "collapse", "adjust"]))
def test_small_overlaps_always_have_an_answer(seed: int, kind: str) -> None:
    """Whatever two small honest samples share, the change is told, and never clipped."""
    dice = np.random.default_rng(seed)
    size, strata = int(dice.integers(6, 14)), int(dice.integers(1, 4))
    label = np.array([f"s{i % strata}" for i in range(size)])
    designs = []
    for _ in range(2):
        rows = np.concatenate(
            [
                dice.choice(own, int(dice.integers(1, len(own) + 1)), replace=False)
                for own in (np.flatnonzero(label == one) for one in np.unique(label))
            ]
        )
        table = pd.DataFrame({"k": rows, "s": label[rows], "y": dice.integers(0, 3, len(rows))})
        everyone = np.arange(size)
        halves, thirds = (np.where(everyone % n, "u", "v") for n in (2, 3))
        table["g"], table["h"] = halves[rows], thirds[rows]
        sizes = pd.Series(label).value_counts().to_dict()
        rule = "adjust" if kind == "adjust" else "collapse"
        design = make_design(table, "s", population=sizes, single_case=rule)
        both = table["g"].nunique() == table["h"].nunique() == 2
        if kind in ("post", "rake") and both:
            g, h = (pd.Series(one).value_counts().to_dict() for one in (halves, thirds))
            with suppress(EstimationError):  # margins that so few cases cannot meet are refused
                post = kind == "post"
                design = post_stratify(design, "g", g) if post else rake(design, {"g": g, "h": h})
        designs.append(design)
    found = estimate_change(*designs, "y", as_mean=True, key="k")
    assert np.isfinite([found.standard_error, found.correlation, found.interval_error]).all()
    assert -1 <= found.correlation <= 1
    if min(found.first.standard_error, found.second.standard_error) > 0:
        ends = found.confidence_interval(method="mover")
        assert ends.low < ends.high


def test_more_in_common_than_there_was_is_refused() -> None:
    rows = pd.DataFrame({"k": range(5), "y": BEFORE[:5]})
    design = make_design(rows, population=6)
    with refused("5 cases of a stratum were audited both times, which cannot be: 5 of 6 were.*"):
        estimate_change(design, design, "y", as_mean=True, key="k", common={"": 0})


def test_less_in_common_than_must_be_is_refused() -> None:
    one, two = (
        make_design(pd.DataFrame({"k": keys, "y": BEFORE[:5]}), population=6)
        for keys in (range(5), range(5, 10))
    )
    with refused("0 cases of a stratum were audited both times, which cannot be.*`common` or"):
        estimate_change(one, two, "y", as_mean=True, key="k")
