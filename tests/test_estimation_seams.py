"""Where the pieces of the estimation meet: single strata, certain cases, what cannot be."""

import re

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration import calibrate, post_stratify
from qa_sampling.sampling.case_selection import select_cases
from qa_sampling.sampling.estimation import (
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
    make_design,
)
from qa_sampling.sampling.estimation_phases import add_phase, estimate_moderated
from qa_sampling.sampling.estimation_variance import BalancedVariance
from qa_sampling.sampling.unequal_designs import design_of_selection, joint_design

SEED = "52708163941075862934"


def refused(text: str):
    return pytest.raises(EstimationError, match=re.escape(text))


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_ref": [f"case{number:03}" for number in range(60)],
            "stratum": ["A"] * 25 + ["B"] * 20 + ["C"] * 12 + ["D"] * 3,
            "age": [number * 7 % 18 for number in range(60)],
            "months": [1 + number * 5 % 19 for number in range(60)],
        }
    )


def audited(selection) -> pd.DataFrame:
    found = selection.sample.merge(frame().drop(columns="stratum"), on="case_ref")
    return found.assign(good=(found["age"] > 8).astype(int))


def twelve(**more: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "stratum": ["A", "B", "C"] * 4,
            "good": [1, 0, 1, 1] * 3,
            "score": np.arange(12) * 1.5,
            "same": 1.0,
        }
    )
    return table.assign(**more)


def test_pooled_variance_leaves_certain_cases_out_of_its_factor() -> None:
    # three strata, two of ten each: the sum of N² (1 - f) s² / n, by hand
    two = np.repeat(np.eye(3), 2, axis=0)
    values = np.array([0.0, 5.0] * 3)
    by_chance = BalancedVariance(np.full(6, 0.2), two)
    expected = 3 * 10**2 * (1 - 0.2) * ((5 * 0.2) ** 2 / 2) / 2
    assert (by_chance.deviations(values[:, None]) ** 2).sum() == pytest.approx(expected)
    margins = np.zeros((106, 4))
    margins[:6, :3], margins[6:, 3] = two, 1
    whole = BalancedVariance(np.r_[np.full(6, 0.2), np.ones(100)], margins)
    with_certain = np.r_[values, np.arange(100.0)][:, None]
    assert (whole.deviations(with_certain) ** 2).sum() == pytest.approx(expected)
    every = np.ones(106, dtype=bool)
    assert whole.degrees_of_freedom(every) == 3


@pytest.mark.parametrize("method", ["cube", "local_pivotal", "pareto"])
def test_strata_of_one_case_are_joined_in_a_pooled_variance(method: str) -> None:
    option = {
        "cube": {"balance_on": ["age"]},
        "local_pivotal": {"spread_over": ["age"]},
        "pareto": {"size_column": "months"},
    }[method]
    sizes = {"A": 1, "B": 1, "C": 1, "D": 1}
    chosen = select_cases(frame(), sizes, method=method, seed=SEED, **option)
    found = audited(chosen)
    design = design_of_selection(chosen, found)
    assert design.collapsed == (("A", "B"), ("C", "D"))
    mean = estimate_mean(design, "age")
    # pairs of the weighted deviations, by hand: half the squared difference, and n / (n - 2)
    p = found["inclusion_probability"].to_numpy()
    z = (found["age"].to_numpy() - mean.estimate) / p / (1 / p).sum()
    left = 1 - p
    byhand = 0.0
    for one, two in ((0, 1), (2, 3)):
        middle = (left[one] * z[one] + left[two] * z[two]) / (left[one] + left[two])
        byhand += left[one] * (z[one] - middle) ** 2 + left[two] * (z[two] - middle) ** 2
    assert mean.standard_error**2 == pytest.approx(2 * byhand)
    assert "strata collapsed" in mean.flags


def test_a_selection_speaks_for_the_cases_of_its_frame() -> None:
    for method in ("sampford", "pareto"):
        chosen = select_cases(frame(), 8, method=method, seed=SEED, size_column="months")
        assert chosen.sample["weight"].sum() != pytest.approx(60, abs=0.5)
        good = estimate_proportion(design_of_selection(chosen, audited(chosen)), "good")
        assert good.population == 60


def test_strata_without_a_chance_are_not_spoken_for() -> None:
    sizes = {"A": 5, "B": 4, "C": 0, "D": 0}
    chosen = select_cases(frame(), sizes, method="tickets", seed=SEED)
    design = design_of_selection(chosen, audited(chosen))
    assert estimate_proportion(design, "good").population == 45


def test_single_strata_of_tickets_are_refused_with_the_way_out() -> None:
    sizes = {"A": 1, "B": 4, "C": 3, "D": 3}
    chosen = select_cases(frame(), sizes, method="tickets", seed=SEED)
    with refused("so it is where a stratum gives one case. Use variance='pooled'"):
        design_of_selection(chosen, audited(chosen))
    pooled = design_of_selection(chosen, audited(chosen), variance="pooled")
    assert pooled.collapsed == (("A", "B"),)
    assert estimate_mean(pooled, "age").standard_error > 0


def test_weights_alone_do_not_say_that_every_case_was_audited() -> None:
    design = make_design(twelve(weight=1.0), weight="weight")
    good = estimate_proportion(design, "good")
    ends = good.confidence_interval()
    assert ends.method == "korn_graubard"
    assert ends.low < 0.5 < ends.high < 1
    known = make_design(twelve(), population=12)
    assert estimate_proportion(known, "good").confidence_interval().method == "complete"


def test_calibrated_totals_say_how_many_cases_there_are() -> None:
    design = make_design(twelve(), "stratum", population={"A": 40, "B": 40, "C": 40})
    moved = post_stratify(design, "stratum", {"A": 50, "B": 45, "C": 35})
    assert moved.weight.sum() == pytest.approx(130)
    assert estimate_proportion(moved, "good").population == 130
    assert estimate_total(moved, "same").estimate == pytest.approx(130)


def test_moderated_means_without_spread_keep_their_estimate_inside() -> None:
    table = twelve(moderated=[1, 1, 1] + [0] * 9)
    design = make_design(table, "stratum", population={"A": 40, "B": 40, "C": 40})
    found = estimate_moderated(add_phase(design, "moderated"), "score", "score", as_mean=True)
    ends = found.confidence_interval()
    assert found.estimate == pytest.approx(8.25)
    assert ends.low < found.estimate < ends.high


@pytest.mark.parametrize("bounds", [(2.0, 0.0), (3.0, 4.0), (0.0, 0.5)])
def test_bounds_that_leave_out_what_was_seen_are_refused(bounds: tuple[float, float]) -> None:
    design = make_design(twelve(), population=120)
    message = f"`bounds` {bounds} do not hold the values that were seen, 1 to 1"
    for call in (estimate_mean, estimate_total):
        with refused(message):
            call(design, "same", bounds=bounds)
    with refused(message):
        estimate_ratio(design, "same", "same", bounds=bounds)


def test_infinite_values_and_totals_are_refused() -> None:
    design = make_design(twelve(score=[np.inf] * 2 + [1.0] * 10), population=120)
    with refused("`score` is infinite for 2 of 12 audited cases"):
        estimate_mean(design, "score")
    for total in (np.nan, np.inf):
        with refused("A total is missing or infinite"):
            calibrate(make_design(twelve(), population=120), {"score": total})
        with refused("A total is missing or infinite"):
            post_stratify(design, "stratum", {"A": total, "B": 40, "C": 40})


def test_totals_below_what_was_opened_are_refused() -> None:
    design = make_design(twelve(), population=120)
    with refused("`stratum` 'A' has a total of 0.3, but 4 of its cases were opened"):
        post_stratify(design, "stratum", {"A": 0.3, "B": 0.3, "C": 0.4})
    with refused("Give numbers of cases, not shares"):
        post_stratify(design, "stratum", {"A": 40, "B": 3, "C": 40})


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.concat([twelve(), twelve()[["stratum"]]], axis=1)
    with refused("The sample has 2 columns 'stratum'"):
        make_design(table, "stratum", population={"A": 40, "B": 40, "C": 40})


def test_joint_probabilities_that_repeat_or_lack_a_case_are_refused() -> None:
    table = pd.DataFrame({"case_ref": ["a", "b"], "score": [1.0, 2.0]})
    numbers = np.full((3, 3), 0.3) + np.eye(3) * 0.3
    message = "`joint` repeats a case or holds missing values"
    twice = pd.DataFrame(numbers, index=list("aab"), columns=list("abc"))
    missing = pd.DataFrame(numbers * np.nan, index=list("abc"), columns=list("abc"))
    for wrong in (twice, missing):
        with refused(message):
            joint_design(table, wrong)
