"""Designs that contradict themselves, counts, and calibrations that explain everything."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import EstimationError
from qa_sampling.sampling.calibration import post_stratify
from qa_sampling.sampling.estimation import estimate_mean, estimate_proportion, estimate_total
from qa_sampling.sampling.estimation_design import make_design
from qa_sampling.sampling.estimation_phase_design import add_phase


def test_weights_that_contradict_the_population_are_refused():
    table = pd.DataFrame({"w": [1.0] * 5})
    with pytest.raises(EstimationError, match="add up to 5, but its population is 100"):
        make_design(table, population=100, weight="w")
    assert make_design(table.assign(w=20.0), population=100, weight="w").population == 100


def test_standing_children_are_not_all_children():
    table = pd.DataFrame({"w": [1.0] * 20 + [2.0] * 5})
    with pytest.raises(EstimationError, match="not `available`"):
        make_design(table, population=25, weight="w")
    with pytest.raises(EstimationError, match="not `available`"):
        make_design(table.assign(w=1.2), population=25, weight="w")
    design = make_design(table.assign(w=1.2, bad=[1] * 5 + [0] * 20), population=30, weight="w")
    ends = estimate_proportion(design, "bad").confidence_interval()
    assert ends.low < 0.2 < ends.high


def test_a_domain_total_of_none_rests_on_all_units_asked():
    table = pd.DataFrame({"team": ["A"] * 2 + ["B"] * 38, "bad": [0] * 20 + [1] * 5 + [0] * 15})
    design = make_design(table, population=1400)
    ends = estimate_total(design, "bad", where={"team": "A"}).confidence_interval()
    # Clopper and Pearson, 0 of 40: 1 - 0.025 ** (1 / 40)
    assert ends.low == 0
    assert ends.high == pytest.approx(1400 * (1 - 0.025 ** (1 / 40)), rel=1e-9)


@pytest.mark.parametrize(("n", "bad", "cases"), [(20, 1, 1000), (19, 2, 20), (20, 0, 1000)])
def test_counts_lie_between_what_was_seen_and_what_is_left(n, bad, cases):
    design = make_design(pd.DataFrame({"bad": [1] * bad + [0] * (n - bad)}), population=cases)
    total = estimate_total(design, "bad")
    ends = total.confidence_interval()
    assert bad <= ends.low < ends.high <= cases - (n - bad) + 1e-9
    assert ends.low <= total.estimate <= ends.high


def test_a_calibration_that_explains_everything_leaves_an_interval():
    table = pd.DataFrame({"group": list("aabbbb"), "hours": [3.1] * 2 + [5.3] * 4})
    design = post_stratify(make_design(table, population=100), "group", {"a": 40, "b": 60})
    mean = estimate_mean(design, "hours")
    ends = mean.confidence_interval()
    assert mean.standard_error == 0
    assert "no spread" in mean.flags
    assert ends.high - ends.low > 0.5
    assert mean.effective_n <= mean.n


def test_calibrated_intervals_pay_for_their_groups():
    values = np.array([1.0, 2, 4, 3, 5, 9])
    table = pd.DataFrame({"group": list("aaabbb"), "hours": values})
    plain = make_design(table, population=100)
    mean = estimate_mean(post_stratify(plain, "group", {"a": 50, "b": 50}), "hours")
    assert mean.degrees_of_freedom == estimate_mean(plain, "hours").degrees_of_freedom - 1
    ends = mean.confidence_interval()
    # t of 4 degrees is 2.776; each residual over 1 - 1/3, as three cases share a group
    half = 2.7764451 * mean.standard_error * 1.5
    assert ends.high - mean.estimate == pytest.approx(half, rel=1e-6)


def test_a_group_of_one_case_is_flagged():
    table = pd.DataFrame({"group": list("aaab"), "hours": [1.0, 2, 4, 3]})
    design = post_stratify(make_design(table, population=100), "group", {"a": 50, "b": 50})
    assert "group of one case" in estimate_mean(design, "hours").flags


def _moderated(taken, gone):
    outcome = ["audited"] * (10 - gone) + ["unavailable"] * gone
    flags = [1] * taken + [0] * (10 - taken)
    return pd.DataFrame({"outcome": outcome, "moderated": flags, "chance": 0.5})


def test_unavailable_audits_explain_a_number_moderated():
    # 5 of 10 assigned were to be moderated; 4 of the others were not to be had
    design = make_design(_moderated(5, 4), population=100, outcome="outcome")
    assert len(add_phase(design, "moderated", probability="chance").rows) == 5


def test_more_moderated_than_unavailability_explains_is_refused():
    design = make_design(_moderated(6, 2), population=100, outcome="outcome")
    with pytest.raises(EstimationError, match="More or fewer audits of a stratum"):
        add_phase(design, "moderated", probability="chance")
