"""How many to moderate for a wanted width: published sizes, brute force, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import moderated, with_gaps

from qa_sampling.agreement.moderation_planning import (
    moderations_for_bias,
    moderations_for_share,
    scatter_seen,
)
from qa_sampling.agreement.net_bias import net_bias, share_found
from qa_sampling.errors import AgreementError


def test_the_textbook_size_of_a_share() -> None:
    # Cochran 1977, section 4.4: share 0.5, half width 0.05 at t = 2 needs 400; with z = 1.96 and
    # Wilson's interval, which is narrower by z^2: 1.96^2 / (4 * 0.05^2) - 1.96^2 = 380.3
    found = moderations_for_share(0.1, share=0.5)
    assert found.n == pytest.approx(381, abs=1)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.4, 1.0), st.floats(0.15, 0.6))
def test_fewest_for_a_share_by_trying_all(share: float, target: float) -> None:
    found = moderations_for_share(target, share=share, most=300)
    if found.n is None:
        assert found.width > target
        return
    assert found.width <= target
    if found.n > 1:
        less = moderations_for_share(1e-9, share=share, audits=None, most=found.n - 1)
        assert less.n is None and less.width > target


def test_expected_width_of_a_share_by_drawing() -> None:
    dice = np.random.default_rng(3)
    plan = moderations_for_share(0.3, share=0.75)
    drawn = dice.random((3000, plan.n)) < 0.75
    widths = [share_found(row).confidence_interval().width for row in drawn]
    assert plan.width == pytest.approx(np.mean(widths), abs=4 * np.std(widths) / np.sqrt(3000))


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 80))
def test_width_of_a_bias_is_that_of_its_interval(n: int) -> None:
    n += n % 2
    gaps = [1, -1] * (n // 2)
    spread = float(np.std(gaps, ddof=1))
    width = net_bias(gaps).confidence_interval().width
    assert moderations_for_bias(width * 1.000001, spread=spread).n <= n
    assert moderations_for_bias(width * 0.999999, spread=spread).n > n


def test_finite_number_of_audits() -> None:
    free = moderations_for_bias(0.4, spread=0.6)
    here = moderations_for_bias(0.4, spread=0.6, audits=60)
    assert here.n < free.n
    assert moderations_for_bias(0.001, spread=0.6, audits=40).n == 40
    share = moderations_for_share(0.3, share=0.7, audits=60)
    assert share.n < moderations_for_share(0.3, share=0.7).n
    assert moderations_for_share(0.01, share=0.7, audits=20).n == 20


def test_nobody_can_know_so_well() -> None:
    found = moderations_for_bias(0.01, spread=0.6, most=500)
    assert found.n is None and found.width > 0.01


def test_past_months_give_the_assumptions() -> None:
    found = scatter_seen(with_gaps([0, 0, 1, -1, 0]))
    assert found["share"] == 0.6
    assert found["spread"] == pytest.approx(np.std([0, 0, 1, -1, 0, 1, -1], ddof=1))
    assert scatter_seen(with_gaps([0] * 6))["spread"] > 0.4
    with pytest.raises(AgreementError, match="assume a value"):
        scatter_seen(moderated([("a", "A1", "M1", 2, -3)]))


def test_plans_that_cannot_be() -> None:
    with pytest.raises(AgreementError, match=r"between 0 and 1; got 75\. Divide by 100"):
        moderations_for_share(0.1, share=75)
    with pytest.raises(AgreementError, match="must be above 0; got 0"):
        moderations_for_share(0, share=0.7)
    with pytest.raises(AgreementError, match="0 or more grades; got -1"):
        moderations_for_bias(0.1, spread=-1)
    with pytest.raises(AgreementError, match="`audits` must be at least 1; got 0"):
        moderations_for_bias(0.1, spread=1, audits=0)
