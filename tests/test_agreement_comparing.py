"""Comparisons, partial pooling and plans: against metafor, irr, brute force and edges."""

import numpy as np
import pandas as pd
import pytest

from qa_sampling.agreement.coefficients import agreement
from qa_sampling.agreement.comparing import compare, contrast
from qa_sampling.agreement.joint import joint_estimates
from qa_sampling.agreement.planning import assumed_pairs, pairs_so_far, plan_moderation
from qa_sampling.agreement.pooling import pool, predict
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.errors import AgreementError

MIX = np.array([0.1, 0.3, 0.45, 0.15])


def graded(n: int, seed: int, *, same: float = 0.7, standards: int = 1) -> Ratings:
    """Invented cases, auditor and moderator, standards of a case alike."""
    random = np.random.default_rng(seed)
    case = np.repeat(np.arange(n), standards)
    truth = np.repeat(random.choice(4, n, p=MIX), standards)
    luck = np.repeat(random.random(n), standards) * 0.5 + random.random(len(case)) * 0.5
    other = np.clip(truth + np.where(luck > same, random.choice([-1, 1], len(case)), 0), 0, 3)
    units = pd.DataFrame({"case_ref": case})
    units["standard"] = np.tile([f"s{k}" for k in range(standards)], n)
    return Ratings.from_codes(
        np.stack([truth, other], axis=1), scale=GRADES_SCALE, units=units,
        roles=["auditor", "moderator"],
    )  # fmt: skip


def test_independent_groups_add_their_variances() -> None:
    first, second = graded(40, 1), graded(50, 2, same=0.5)
    found = compare(first, second)
    one, two = (agreement(r, coefficients=["ac2"]).one("ac2") for r in (first, second))
    assert found.estimate == pytest.approx(one.estimate - two.estimate)
    assert found.standard_error == pytest.approx(np.hypot(one.standard_error, two.standard_error))
    assert (found.correlation, found.shared) == (0, 0)
    # MOVER by hand
    low = found.estimate - np.hypot(one.estimate - one.interval.low,
                                    two.interval.high - two.estimate)  # fmt: skip
    assert found.interval.low == pytest.approx(low)
    assert 0 < found.p_value <= 1


def test_the_same_cases_twice_do_not_differ() -> None:
    ratings = graded(40, 3)
    same = compare(ratings, ratings, match="case_ref")
    assert same.estimate == 0
    assert same.standard_error == pytest.approx(0, abs=1e-9)
    assert same.correlation == pytest.approx(1)
    assert same.shared == 40


def test_the_joint_covariance_is_the_jackknife_of_the_difference() -> None:
    whole = graded(30, 4, standards=2)
    groups = whole.by("standard")
    joint = joint_estimates(groups, coefficient="alpha")
    gaps = []
    for case in range(30):
        left = whole.where((whole.units["case_ref"] != case).to_numpy())
        values = [agreement(r, coefficients=["alpha"]).one("alpha").estimate
                  for r in left.by("standard").values()]  # fmt: skip
        gaps.append(values[0] - values[1])
    naive = np.sqrt(29 / 30 * ((np.array(gaps) - np.mean(gaps)) ** 2).sum())
    found = contrast(joint, {"s0": 1, "s1": -1})
    assert found.standard_error == pytest.approx(naive)
    assert found.correlation > 0.1
    assert found.shared == 30
    own = agreement(groups["s0"], coefficients=["alpha"]).one("alpha").standard_error
    assert joint.covariance[0, 0] == pytest.approx(own**2)


def test_contrasts_of_three_and_reasons() -> None:
    whole = graded(30, 5, standards=3)
    joint = joint_estimates(whole.by("standard"))
    mean = contrast(joint, {"s0": 0.5, "s1": 0.5, "s2": -1})
    assert mean.estimate in mean.interval
    assert mean.correlation is None
    with pytest.raises(AgreementError, match="1 are unknown"):
        contrast(joint, {"s9": 1})
    empty = whole.where(np.zeros(len(whole.units), bool))
    none = compare(whole, empty)
    assert none.why_not == "nobody gave a grade here"
    with pytest.raises(AgreementError, match="no group"):
        joint_estimates({})
    with pytest.raises(AgreementError, match="one number a grade"):
        joint_estimates({"a": whole}, coefficient="specific")
    other = Ratings.from_codes(np.zeros((3, 2), int), scale=Scale(("no", "yes")))
    with pytest.raises(AgreementError, match="different scales"):
        compare(whole, other)


def test_partial_pooling_against_metafor() -> None:
    """Print of metafor: rma(y, v, method = "REML") and blup()."""
    y = np.array([1.2, 0.8, 1.6, 0.4, 1.1, 0.9, 1.9, 0.7])
    v = np.array([0.04, 0.09, 0.06, 0.12, 0.05, 0.10, 0.08, 0.07])
    fit = predict(y, np.diag(v))
    assert [fit.between, fit.mean, fit.mean_error] == pytest.approx(
        [0.142329568118, 1.098626643979, 0.164228762282], rel=1e-6
    )
    values = [1.177760413285, 0.915682210301, 1.451319796503, 0.719579671781,
              1.099642968049, 0.981965500753, 1.611644883655, 0.831417707510]  # fmt: skip
    errors = [0.180340705104, 0.243275806716, 0.211137561566, 0.265990507362,
              0.197038852366, 0.251648107141, 0.233893102819, 0.223280221842]  # fmt: skip
    assert fit.values == pytest.approx(values, abs=2e-7)
    assert fit.errors == pytest.approx(errors, abs=2e-7)


def test_partial_pooling_of_correlated_groups_against_metafor() -> None:
    """Print of metafor: rma.mv(y, V, random = ~ 1 | g, method = "REML") and ranef()."""
    y = np.array([1.2, 0.8, 1.6, 0.4, 1.1, 0.9, 1.9, 0.7])
    v = np.array([0.04, 0.09, 0.06, 0.12, 0.05, 0.10, 0.08, 0.07])
    covariance = np.diag(v)
    for place in range(7):
        both = 0.3 * np.sqrt(v[place] * v[place + 1])
        covariance[place, place + 1] = covariance[place + 1, place] = both
    fit = predict(y, covariance)
    assert [fit.between, fit.mean, fit.mean_error] == pytest.approx(MV[:3], rel=1e-5)
    assert fit.values - fit.mean == pytest.approx(MV[3], abs=1e-5)


MV = (
    0.199525658741,
    1.093566925836,
    0.197297092885,
    [0.106974744385, -0.243725937956, 0.456568244134, -0.474222888251,
     0.065395450564, -0.189237586917, 0.621354749466, -0.343106775426],
)  # fmt: skip


def test_groups_alike_are_pooled_whole() -> None:
    y = np.array([0.5, 0.51, 0.49, 0.5])
    fit = predict(y, np.eye(4) * 0.04)
    assert fit.between == 0
    assert fit.values == pytest.approx(np.full(4, 0.5))
    assert fit.own_share == pytest.approx(np.zeros(4))


def test_standards_are_drawn_towards_their_mean() -> None:
    whole = graded(25, 6, same=0.6, standards=6)
    found = pool(whole.by("standard"))
    table = found.table
    assert list(table["group"]) == [f"s{k}" for k in range(6)]
    assert table["pooled"].std() < table["estimate"].std()
    width = table["pooled_high"] - table["pooled_low"]
    assert width.mean() < (table["high"] - table["low"]).mean()
    assert found.mean in found.interval
    assert table["own_share"].between(0, 1).all()


def test_pooling_keeps_groups_without_spread_and_without_grades() -> None:
    perfect = Ratings.from_codes(np.array([[2, 2], [1, 1], [2, 2], [3, 3], [1, 1]]),
                                 scale=GRADES_SCALE)  # fmt: skip
    once = Ratings.from_codes(np.array([[2, -1], [1, -1]]), scale=GRADES_SCALE)
    groups = {"a": graded(20, 7), "b": graded(20, 8), "c": perfect, "d": once}
    table = pool(groups, cluster=None).table.set_index("group")
    assert table.loc["c", "pooled"] < 1
    assert np.isnan(table.loc["d", "pooled"])
    assert "no case was graded twice" in table.loc["d", "why_not"]
    with pytest.raises(AgreementError, match="needs at least 3"):
        pool({"a": graded(20, 7), "d": once})


# Planning ---------------------------------------------------------------------------------------


def test_the_planned_error_of_kappa_is_that_of_irr() -> None:
    """Q of irr 0.84.1's N.cohen.kappa(.4, .3, .7, .5), the variance of one case."""
    pairs = np.array(KAPPA_CELLS)
    two = Scale(("no", "yes"))
    plan = plan_moderation(pairs, width=0.1, audits=4000, coefficient="cohen", weights="identity",
                           scale=two)  # fmt: skip
    assert plan.estimate == pytest.approx(0.7)
    slope = np.sqrt(KAPPA_Q / plan.moderated) / (1 - 0.7**2)
    expected = np.tanh(np.arctanh(0.7) + 1.9625 * slope) - np.tanh(np.arctanh(0.7) - 1.9625 * slope)
    assert plan.expected_width == pytest.approx(expected, rel=2e-3)


KAPPA_CELLS, KAPPA_Q = [[0.581, 0.019], [0.119, 0.281]], 0.53337618147448


def test_a_plan_gives_the_width_it_promises() -> None:
    pairs = assumed_pairs(MIX, same=0.7, within_one=0.95)
    assert pairs.sum() == pytest.approx(1)
    assert np.trace(pairs) == pytest.approx(0.7)
    plan = plan_moderation(pairs, width=0.12, audits=200)
    assert plan.moderated is not None and plan.expected_width <= 0.12
    fewer = plan.table.set_index("moderated")["width"]
    assert (fewer.diff().dropna() < 0).all()
    random = np.random.default_rng(9)
    widths = []
    for _ in range(200):
        cell = random.choice(16, 200, p=pairs.ravel())
        codes = np.stack(np.divmod(cell, 4), axis=1)
        codes[plan.moderated :, 1] = -1
        one = agreement(Ratings.from_codes(codes, scale=GRADES_SCALE), coefficients=["ac2"])
        widths.append(one.one("ac2").interval.width)
    assert np.mean(widths) == pytest.approx(plan.expected_width, rel=0.06)


def test_a_plan_says_when_it_cannot_be() -> None:
    pairs = assumed_pairs(MIX, same=0.5, within_one=0.8)
    plan = plan_moderation(pairs, width=0.01, audits=40)
    assert plan.moderated is None
    assert "even with all 40 audits moderated" in plan.why_not
    so_far = pairs_so_far(graded(20, 10))
    assert plan_moderation(so_far, width=0.3, audits=200).moderated is not None
    perfect = Ratings.from_codes(np.array([[2, 2]] * 4), scale=GRADES_SCALE,
                                 roles=["auditor", "moderator"])  # fmt: skip
    assert np.trace(pairs_so_far(perfect)) < pairs_so_far(perfect).sum()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"pairs": np.eye(4)}, "nothing can be planned"),
        ({"pairs": np.ones((3, 3))}, "each pair of the 4 grades"),
        ({"pairs": np.ones((4, 4)), "width": 3}, "between 0 and 2; got 3"),
        ({"pairs": np.ones((4, 4)), "audits": 2}, "at least 3; got 2"),
        ({"pairs": np.ones((4, 4)), "coefficient": "specific"}, "one number"),
    ],
)
def test_what_cannot_be_planned(asked: dict, message: str) -> None:
    asked = {"width": 0.2, "audits": 60} | asked
    with pytest.raises(AgreementError, match=message):
        plan_moderation(asked.pop("pairs"), **asked)


def test_assumptions_that_make_no_sense() -> None:
    with pytest.raises(AgreementError, match="4 shares of 0 or more"):
        assumed_pairs([1, 2], same=0.5, within_one=0.8)
    with pytest.raises(AgreementError, match="same <= within_one"):
        assumed_pairs(MIX, same=0.9, within_one=0.8)
    with pytest.raises(AgreementError, match="nothing is known"):
        pairs_so_far(Ratings.from_codes(np.array([[2, -1]]), scale=GRADES_SCALE))


# What reporting draws and says ------------------------------------------------------------------


def test_the_table_of_grades_is_what_reporting_draws() -> None:
    from qa_sampling.agreement.crossing import grade_table
    from qa_sampling.reporting.sentence_agreement import agreement_text

    codes = np.array([[2, 2]] * 5 + [[3, 2], [2, 0], [1, -3]])
    ratings = Ratings.from_codes(codes, scale=GRADES_SCALE, roles=["auditor", "moderator"])
    estimate = agreement(ratings, coefficients=["ac2"]).one("ac2")
    table = grade_table(ratings, estimate=estimate)
    assert table.grades[0] == "Outstanding"
    assert (table.n, table.same, table.within_one) == (7, 5, 6)
    assert table.table["count"].sum() == 7
    assert len(table.table) == 16
    assert table.coefficient == "Gwet's AC2, quadratic"
    gaps = ratings.pairs()["gap"].dropna().astype(int).value_counts().to_dict()
    said = agreement_text(gaps, 7)
    assert said.startswith("In 5 of 7 audits the moderator gave the same grade as the auditor")
    few = grade_table(ratings.where(np.arange(8) < 3), estimate=agreement(
        ratings.where(np.arange(8) < 3), coefficients=["ac2"]).one("ac2"))  # fmt: skip
    assert few.estimate is None
    nobody = grade_table(ratings.where(np.zeros(8, bool)))
    assert nobody.n == 0
