"""Change between samples, and rolling windows that share months."""

import itertools

import numpy as np
import pandas as pd
import pytest
from estimation_samples import audits, simple

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.change import estimate_change
from qa_sampling.sampling.change_windows import rolling_estimates
from qa_sampling.sampling.estimation import (
    estimate_difference,
    estimate_mean,
    estimate_proportion,
    make_design,
)


def refused(message: str):
    return pytest.raises(EstimationError, match=message)


def months(count: int = 5, n: int = 8, seed: int = 2) -> pd.DataFrame:
    dice = np.random.default_rng(seed)
    rows = [
        (f"2026-{month:02d}", stratum, 30 + month + 10 * place, int(dice.random() < 0.6))
        for month in range(1, count + 1)
        for place, stratum in enumerate("ab")
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["period", "stratum", "cases", "good"])


def test_separate_samples_add_their_variances() -> None:
    before, after = simple(12, 20, 300), simple(9, 25, 320)
    found = estimate_change(before, after, "good")
    one, two = (estimate_proportion(design, "good") for design in (before, after))
    assert found.estimate == pytest.approx(9 / 25 - 12 / 20)
    assert found.standard_error**2 == pytest.approx(one.standard_error**2 + two.standard_error**2)
    assert found.correlation == 0
    # Satterthwaite lies between the smaller and the sum
    assert 19 <= found.degrees_of_freedom <= 19 + 24
    assert found.confidence_interval().method == "mover"


def test_a_change_of_twelve_of_twenty_is_not_distinguishable() -> None:
    found = estimate_change(simple(12, 20, 1412), simple(9, 20, 1398), "good")
    assert not found.is_distinguishable()
    assert found.p_value > 0.3
    clear = estimate_change(simple(4, 20, 1412), simple(17, 20, 1398), "good")
    assert clear.is_distinguishable()
    assert clear.p_value < 0.001


def kept(rows: list[tuple[int, float, float]], column: str, size: int):
    table = pd.DataFrame(rows, columns=["case_ref", "before", "after"])
    return make_design(table.rename(columns={column: "y"}), population=size)


def test_the_same_cases_twice_is_the_variance_of_their_differences() -> None:
    rows = [(1, 3.0, 4.0), (2, 5.0, 5.0), (3, 1.0, 4.0), (4, 8.0, 7.0), (5, 6.0, 9.0)]
    before, after = kept(rows, "before", 40), kept(rows, "after", 40)
    found = estimate_change(before, after, "y", as_mean=True, key="case_ref")
    apart = make_design(
        pd.DataFrame({"d": [after - before for _, before, after in rows]}), population=40
    )
    expected = estimate_mean(apart, "d")
    assert found.estimate == pytest.approx(expected.estimate)
    assert found.standard_error == pytest.approx(expected.standard_error)
    assert found.correlation > 0.5


def test_overlap_by_chance_is_no_covariance_over_all_draws() -> None:
    """Two independent samples of one population: on average nothing is taken off."""
    y = [3.0, 5, 9, 1, 2, 7]
    z = [4.0, 5, 7, 1, 3, 9]
    shared = []
    for one, two in itertools.product(itertools.combinations(range(6), 4), repeat=2):
        before = make_design(pd.DataFrame({"k": one, "y": [y[i] for i in one]}), population=6)
        after = make_design(pd.DataFrame({"k": two, "y": [z[i] for i in two]}), population=6)
        found = estimate_change(before, after, "y", as_mean=True, key="k")
        errors = found.first.standard_error * found.second.standard_error
        shared.append(found.correlation * errors)
    spread = np.mean([abs(one) for one in shared])
    assert abs(np.mean(shared)) < 0.1 * spread


def test_overlap_needs_keys_and_stratified_samples_of_cases() -> None:
    table = pd.DataFrame({"case_ref": ["x", "x"], "good": [1, 0]})
    design = make_design(table, population=9)
    with refused("`case_ref` is missing or repeated"):
        estimate_change(design, design, "good", key="case_ref")
    families = make_design(table.assign(f=[1, 2]), population=9, cluster="f")
    with refused("matches cases in samples of fixed numbers from strata.*Leave `key` out"):
        estimate_change(families, families, "good", key="case_ref")
    with refused("No case of the domain was audited in one of the samples"):
        estimate_change(audits(), audits(), "good", where={"team": "T9"})


@pytest.mark.parametrize(("size", "n", "overlap"), [(8, 4, 0), (9, 4, 0), (7, 4, 1), (8, 4, 1)])
def test_too_little_overlap_is_never_surer_than_the_draws(size: int, n: int, overlap: int) -> None:
    """Over all pairs of samples with that overlap, the variance told is not below the true."""
    good = [int(place < 4) for place in range(size)]
    samples = {
        some: make_design(pd.DataFrame({"k": some, "y": [good[i] for i in some]}), population=size)
        for some in itertools.combinations(range(size), n)
    }
    changes, told, apart = [], [], []
    for one, two in itertools.product(samples, repeat=2):
        if one > two or len(set(one) & set(two)) != overlap:
            continue
        designs = samples[one], samples[two]
        found = estimate_change(*designs, "y", as_mean=True, key="k")
        changes.append(found.estimate)
        told.append(found.standard_error**2)
        apart.append(found.first.standard_error**2 + found.second.standard_error**2)
    # by symmetry the mean change is 0
    true = np.mean(np.square(changes))
    assert np.mean(told) >= 0.9 * true
    assert (np.array(told) >= np.array(apart) - 1e-12).all()
    if overlap == 0:
        assert np.mean(apart) < 0.9 * true


def test_a_window_is_the_average_over_its_months_cases() -> None:
    table = months()
    design = make_design(table, ["period", "stratum"], population="cases")
    found = rolling_estimates(design, "good", window=3)
    assert found["start"].tolist() == ["2026-01", "2026-02", "2026-03"]
    assert found["end"].tolist() == ["2026-03", "2026-04", "2026-05"]
    by_month = [
        estimate_proportion(design, "good", where={"period": f"2026-0{month}"})
        for month in range(1, 6)
    ]
    sizes = [one.population for one in by_month]
    shares = [one.estimate for one in by_month]
    for place in range(3):
        weights = sizes[place : place + 3]
        expected = np.average(shares[place : place + 3], weights=weights)
        assert found["estimate"].iloc[place] == pytest.approx(expected)
        assert found["population"].iloc[place] == pytest.approx(np.mean(weights))
        assert found["n"].iloc[place] == 48
    assert found["change"].isna().all()
    assert ((found["low"] < found["estimate"]) & (found["estimate"] < found["high"])).all()


def test_windows_that_share_months_share_their_audits() -> None:
    design = make_design(months(), ["period", "stratum"], population="cases")
    found = rolling_estimates(design, "good", window=3, lag=1)
    row = found.iloc[1]
    named = [f"2026-0{month}" for month in range(1, 6)]
    expected = estimate_difference(
        design, "good", first={"period": named[:3]}, second={"period": named[1:4]}
    )
    assert row["change"] == pytest.approx(expected.estimate)
    assert row["correlation"] == pytest.approx(expected.correlation)
    # two of three months are shared, so the correlation is about two thirds
    assert 0.5 < row["correlation"] < 0.8
    assert pd.isna(found["change"].iloc[0])
    assert row["change_low"] < row["change"] < row["change_high"]
    apart = rolling_estimates(design, "good", window=2)
    assert apart["correlation"].dropna().tolist() == pytest.approx([0, 0], abs=1e-12)


def test_overlap_covariance_by_the_naive_twin() -> None:
    table = months(count=4, n=5)
    design = make_design(table, ["period", "stratum"], population="cases")
    found = rolling_estimates(design, "good", window=3, lag=1).iloc[1]
    weights = table["cases"] / 5
    parts = []
    for months_in in (["2026-01", "2026-02", "2026-03"], ["2026-02", "2026-03", "2026-04"]):
        inside = table["period"].isin(months_in)
        share = (weights * inside * table["good"]).sum() / (weights * inside).sum()
        parts.append(weights * inside * (table["good"] - share) / (weights * inside).sum())
    z = parts[1] - parts[0]
    variance = 0.0
    for (_, _), rows in table.groupby(["period", "stratum"]).groups.items():
        here, size = z.loc[rows], table.loc[rows[0], "cases"]
        variance += 5 / 4 * (1 - 5 / size) * ((here - here.mean()) ** 2).sum()
    apart = estimate_difference(
        design,
        "good",
        first={"period": ["2026-01", "2026-02", "2026-03"]},
        second={"period": ["2026-02", "2026-03", "2026-04"]},
    )
    assert apart.standard_error**2 == pytest.approx(variance)
    assert found["change"] == pytest.approx(apart.estimate)


def test_rounded_draws_of_several_months() -> None:
    table = months().assign(p=0.2)
    design = make_design(table, probability="p", approximation="pooled", draw="period")
    found = rolling_estimates(design, "good", window=2)
    assert len(found) == 4
    assert found["distinguishable"].iloc[2] in (True, False)
    assert design.variance.rank == 5


def test_faults_of_windows_are_told() -> None:
    design = make_design(months(), ["period", "stratum"], population="cases")
    with refused("`window` must be a whole number from 1 to the 5 months with a sample; got 6"):
        rolling_estimates(design, "good", window=6)
    with refused("`lag` must be a whole number of months from 1; got 0"):
        rolling_estimates(design, "good", lag=0)
    pooled = make_design(months(), "stratum", population={"a": 400, "b": 400})
    with refused("`period` is not among the design's strata.*as `draw`"):
        rolling_estimates(pooled, "good")
    with refused("No case of the domain was audited in one of the samples or windows"):
        rolling_estimates(
            make_design(
                months().assign(team=lambda t: t["period"]),
                ["period", "stratum"],
                population="cases",
            ),
            "good",
            window=1,
            where={"team": "2026-01"},
        )


def test_means_over_windows() -> None:
    table = months().assign(weeks=np.arange(80) % 7)
    design = make_design(table, ["period", "stratum"], population="cases")
    found = rolling_estimates(design, "weeks", as_mean=True, window=2)
    assert (found["standard_error"] > 0).all()
    assert found["estimate"].between(0, 6).all()
