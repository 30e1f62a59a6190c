"""Intraclass correlations and Kendall's W against publications, irr, psych and lme4."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qa_sampling.agreement.concordance import concordance
from qa_sampling.agreement.icc import components, intraclass
from qa_sampling.agreement.ratings import Ratings
from qa_sampling.agreement.scale import GRADES_SCALE, Scale
from qa_sampling.errors import AgreementError

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
"""Shrout and Fleiss 1979, table 2."""
TEN = Scale.of_numbers(*range(1, 11))
# irr 0.84.1, data set anxiety: 20 people, 3 raters
ANXIETY = np.array(
    [[3, 3, 3, 4, 5, 5, 2, 3, 5, 2, 2, 6, 1, 5, 2, 2, 1, 2, 4, 3],
     [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4],
     [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]]).T  # fmt: skip


def made(grades, scale: Scale = TEN) -> Ratings:
    return Ratings.from_codes(np.asarray(grades) - 1, scale=scale)


def test_shrout_and_fleiss() -> None:
    found = {one.name: one for one in intraclass(made(SHROUT_FLEISS))}
    expected = {
        "ICC1": 0.1657417684055,
        "ICC2": 0.2897637795276,
        "ICC3": 0.7148407148407,
        "ICC1k": 0.4427971336793,
        "ICC2k": 0.620050547599,
        "ICC3k": 0.9093155423771,
    }
    assert {name: one.estimate for name, one in found.items()} == pytest.approx(expected, abs=5e-13)
    # psych 2.2.9; ICC2k is that of ICC2 by Spearman and Brown's formula
    ends = {"ICC1": (-0.1329323, 0.7225601), "ICC2": (0.0187865, 0.7610844),
            "ICC3": (0.3424648, 0.9458583), "ICC2k": (0.0711368, 0.927232)}  # fmt: skip
    for name, (low, high) in ends.items():
        assert found[name].interval.low == pytest.approx(low, abs=1.5e-7)
        assert found[name].interval.high == pytest.approx(high, abs=1.5e-7)


def test_holes_by_restricted_maximum_likelihood() -> None:
    """Print of lme4: lmer(y ~ 1 + (1 | id) + (1 | it)) and (1 | id), two grades left out."""
    holes = SHROUT_FLEISS.astype(float)
    holes[0, 1] = holes[3, 2] = np.nan
    found = components(holes)
    two = [2.579361903142, 4.568429153772, 0.879424978054]
    assert found[:3] == pytest.approx(two, rel=2e-5)
    assert found[4:] == pytest.approx([1.76697544905, 5.35462448605], rel=2e-5)
    codes = np.where(np.isnan(holes), 0, holes).astype(int)
    icc1, icc2, *_ = intraclass(made(codes), interval="jackknife")
    assert icc2.estimate == pytest.approx(two[0] / sum(two), abs=2e-6)
    assert icc1.method == "restricted maximum likelihood"
    assert icc2.estimate in icc2.interval
    assert "needs complete grades" in intraclass(made(codes))[0].why_not


def test_reml_is_anova_where_nothing_is_missing() -> None:
    from qa_sampling.agreement.icc import _by_reml

    exact = components(SHROUT_FLEISS.astype(float))
    assert _by_reml(SHROUT_FLEISS.astype(float)) == pytest.approx(exact, rel=1e-5)


def test_icc_edges() -> None:
    constant = intraclass(made(np.full((4, 3), 2)))[0]
    assert constant.estimate is None
    assert "every grade given is the same" in constant.why_not
    assert "at least two cases" in intraclass(made([[1, 2]]))[0].why_not
    assert "no case was graded twice" in intraclass(made([[1, 0], [0, 2]]))[0].why_not
    perfect = intraclass(made([[1, 1], [3, 3], [2, 2]]), interval="jackknife")[0]
    assert perfect.estimate == pytest.approx(1)
    assert perfect.interval is None
    heavy = Ratings.from_codes(SHROUT_FLEISS - 1, scale=TEN, weights=np.arange(1.0, 7))
    with pytest.raises(AgreementError, match="no design weights"):
        intraclass(heavy)
    with pytest.raises(AgreementError, match="choose f, jackknife or none"):
        intraclass(made(SHROUT_FLEISS), interval="t")
    with pytest.raises(AgreementError, match="between 0 and 1; got 95"):
        intraclass(made(SHROUT_FLEISS), level=95)


def test_kendalls_w_of_irr() -> None:
    """Print of irr's kendall(anxiety) and kendall(anxiety, TRUE): .502 and .540, chi2 30.8."""
    found = concordance(made(ANXIETY))
    assert found.uncorrected == pytest.approx(0.501921, abs=5e-7)
    assert found.estimate == pytest.approx(0.539657, abs=5e-7)
    assert found.chi_squared == pytest.approx(3 * 19 * found.estimate)
    assert found.p_value == pytest.approx(stats.chi2.sf(found.chi_squared, 19))
    assert found.estimate in found.interval
    assert (found.cases, found.raters) == (20, 3)


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 9), st.integers(2, 4), st.randoms(use_true_random=False))
def test_w_without_ties_is_the_mean_rank_correlation(n: int, m: int, random) -> None:
    ranks = np.array([random.sample(range(1, n + 1), n) for _ in range(m)]).T
    whole = concordance(made(ranks))
    pairs = [stats.spearmanr(ranks[:, a], ranks[:, b])[0] for a in range(m) for b in range(a)]
    assert whole.estimate == pytest.approx((1 + (m - 1) * np.mean(pairs)) / m)
    holed = np.concatenate([ranks, np.full((n, 1), 0)], axis=1)
    holed[:2, -1] = ranks[:2, 0]
    found = concordance(made(holed))
    assert found.method.startswith("mean rank correlation")
    assert found.estimate is not None


def test_w_edges() -> None:
    shifted = concordance(made(np.stack([[1, 2, 3, 4], [5, 6, 7, 8]], axis=1)))
    assert shifted.estimate == pytest.approx(1)
    assert shifted.interval is None and "nothing varies" in shifted.why_not
    assert "no order to compare" in concordance(made(np.full((3, 2), 4))).why_not
    assert "at least two cases" in concordance(made([[1, 2]])).why_not
    empty = Ratings.from_codes(np.zeros((0, 2), np.int8), scale=GRADES_SCALE)
    assert concordance(empty).estimate is None
    heavy = Ratings.from_codes(ANXIETY - 1, scale=TEN, weights=np.arange(1.0, 21))
    with pytest.raises(AgreementError, match="no design weights"):
        concordance(heavy)
    with pytest.raises(AgreementError, match="between 0 and 1"):
        concordance(made(ANXIETY), level=2)
