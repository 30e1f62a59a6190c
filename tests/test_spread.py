"""Covariates as numbers, spatial balance against hand and twin, comparison with the caseload."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import FrameError
from qa_sampling.sampling.covariates import GRID, balance_columns, spread_coordinates
from qa_sampling.sampling.local_pivotal import Neighbours
from qa_sampling.sampling.spread import compare_with_caseload, spatial_balance


def test_spatial_balance_by_hand() -> None:
    # Four cases at 0, 1, 2, 3, a half each. Drawn 0 and 3: each holds two halves, 1 and 1.
    at, half = np.array([[0], [1], [2], [3]]), np.full(4, 0.5)
    assert spatial_balance(at, half, np.array([True, False, False, True])) == 0
    # Drawn 0 and 1: 0 holds 0.5, 1 holds 1.5. Drawn 0 and 2: 1 is shared, 0.75 and 1.25.
    assert spatial_balance(at, half, np.array([True, True, False, False])) == pytest.approx(0.25)
    assert spatial_balance(at, half, np.array([True, False, True, False])) == pytest.approx(0.0625)


def test_spatial_balance_agrees_with_a_naive_twin() -> None:
    dice = np.random.default_rng(4)
    for _ in range(20):
        at, chance = dice.integers(0, 5, (300, 2)), dice.random(300)
        drawn = dice.random(300) < 0.1
        held = dict.fromkeys(np.flatnonzero(drawn).tolist(), 0.0)
        for case in range(300):
            away = {s: ((at[case] - at[s]) ** 2).sum() for s in held}
            near = [s for s, d in away.items() if d == min(away.values())]
            for s in near:
                held[s] += chance[case] / len(near)
        twin = np.mean([(v - 1) ** 2 for v in held.values()])
        assert spatial_balance(at, chance, drawn) == pytest.approx(twin, rel=1e-12)


def test_nobody_drawn_has_no_balance() -> None:
    with pytest.raises(FrameError, match="Nobody was drawn"):
        spatial_balance(np.zeros((3, 1)), np.ones(3), np.zeros(3, dtype=bool))


def test_every_covariate_separates_two_random_cases_by_two() -> None:
    dice = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "age": dice.integers(0, 18, 400),
            "gender": dice.choice(["F", "M"], 400),
            "rare": dice.choice(["x", "y"], 400, p=[0.97, 0.03]),
        }
    )
    for name in table.columns:
        at = spread_coordinates(table, [name]) / GRID
        apart = ((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
        assert apart.mean() == pytest.approx(2, rel=1e-4)


def test_missing_values_are_a_value_of_their_own() -> None:
    table = pd.DataFrame({"age": [1.0, 3.0, np.nan], "need": ["a", None, None]})
    at = spread_coordinates(table, ["age"])
    assert at[:, 0].tolist() == [-GRID, GRID, 0]
    assert at.shape[1] == 3
    words = balance_columns(table, ["need"])
    assert words[:, 0].tolist() == [1, 0, 0]


def test_balance_columns_leave_the_commonest_word_out() -> None:
    table = pd.DataFrame({"need": list("aabbbc"), "flag": [True] * 6, "age": [5] * 6})
    assert balance_columns(table, ["need"]).T.tolist() == [[0, 0, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0]]
    assert balance_columns(table, ["flag"]).shape == (6, 0)
    assert balance_columns(table, ["age"]).tolist() == [[0]] * 6


@pytest.mark.parametrize("levels", [3, 40])
def test_nearest_open_cases_agree_with_a_search_through_all(levels: int) -> None:
    # Few levels give many ties, which go to the tie order.
    dice = np.random.default_rng(levels)
    at, tie = dice.integers(0, levels, (300, 2)), dice.permutation(300)
    near, open_ = Neighbours(at, tie), set(range(300))
    for gone in dice.permutation(300)[:297].tolist():
        for case in dice.choice(sorted(open_), 3, replace=False).tolist():
            others = [o for o in open_ if o != case]
            best = min(others, key=lambda o: (((at[o] - at[case]) ** 2).sum(), tie[o]))
            assert near.nearest(case) == best
        near.close(gone)
        open_.remove(gone)


def test_a_sample_beside_its_caseload() -> None:
    table = pd.DataFrame(
        {
            "case_ref": list("abcd"),
            "age": [1.0, 3.0, 5.0, np.nan],
            "need": ["N1", "N1", "N2", None],
        }
    )
    sample = pd.DataFrame({"case_ref": ["a", "c"], "weight": [3.0, 1.0]})
    found = compare_with_caseload(table, sample, ["age", "need"]).set_index(["covariate", "value"])
    age = found.loc[("age", "mean")]
    assert age[["caseload", "sample", "drawn"]].tolist() == [3.0, 2.0, 2]
    assert age["difference"] == pytest.approx(-1 / np.sqrt(8 / 3))
    shares = found.loc["need"]
    assert shares["caseload"].to_dict() == {"(missing)": 0.25, "N1": 0.5, "N2": 0.25}
    assert shares["sample"].to_dict() == {"(missing)": 0.0, "N1": 0.75, "N2": 0.25}
    assert shares["drawn"].to_dict() == {"(missing)": 0, "N1": 1, "N2": 1}
