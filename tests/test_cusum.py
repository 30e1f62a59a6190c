"""The cumulative sum: published run lengths, a simulation, hand sums, edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moderation_samples import moderated, with_gaps
from scipy import stats

from qa_sampling.agreement.cusum import cusum, run_length, scatter_of, tilted
from qa_sampling.errors import AgreementError

SCATTER = {0: 0.7, 1: 0.13, -1: 0.13, 2: 0.02, -2: 0.02}


def fine_normal(shift: float, parts: int) -> dict[int, float]:
    """A normal of spread 1 and this mean, in whole parts."""
    edges = (np.arange(-7 * parts, 7 * parts + 2) - 0.5) / parts
    chance = np.diff(stats.norm.cdf(edges - shift))
    return dict(zip(range(-7 * parts, 7 * parts + 1), chance.tolist(), strict=True))


@pytest.mark.parametrize(
    ("limit", "shift", "wanted", "half_digit"),
    [(4, 0, 168, 0.5), (4, 1, 8.38, 0.005), (5, 0, 465, 0.5), (5, 1, 10.4, 0.05)],
)
def test_run_lengths_of_the_normal_chart(
    limit: int, shift: float, wanted: float, half_digit: float
) -> None:
    # Lucas and Crosier 1982, Technometrics 24:199-205, as in Montgomery, Introduction to
    # Statistical Quality Control, table 9.3: allowance 1/2, both sides. The boundary lies half way
    # between two limits of the lattice.
    parts = 80
    chance = fine_normal(shift, parts)
    ends = [run_length(chance, parts / 2, limit * parts - less) for less in (0, 1)]
    assert np.sqrt(ends[0] * ends[1]) == pytest.approx(wanted, abs=half_digit)


def test_run_length_by_simulation() -> None:
    dice = np.random.default_rng(20261125)
    runs, gaps = 4000, np.array(list(SCATTER))
    length, running = np.zeros(runs), np.ones(runs, dtype=bool)
    up, down = np.zeros(runs), np.zeros(runs)
    while running.any():
        seen = dice.choice(gaps, p=list(SCATTER.values()), size=runs)
        up, down = np.maximum(0, up + seen - 0.25), np.maximum(0, down - seen - 0.25)
        length += running
        running &= (up <= 2.5) & (down <= 2.5)
    error = length.std() / np.sqrt(runs)
    assert run_length(SCATTER, 0.25, 2.5) == pytest.approx(length.mean(), abs=4 * error)


def test_run_length_with_limit_zero_is_the_wait_for_a_difference() -> None:
    # any difference is a signal: 1 / P(difference) cases
    assert run_length(SCATTER, 0.25, 0) == pytest.approx(1 / 0.3)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 0.9), st.floats(0, 4), st.sampled_from([0.1, 0.25, 0.5]))
def test_a_higher_limit_waits_longer(same: float, limit: float, allowance: float) -> None:
    chance = {0: same, 1: (1 - same) / 2, -1: (1 - same) / 2}
    assert run_length(chance, allowance, limit + 1) > run_length(chance, allowance, limit)


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.9, 0.9))
def test_tilting_gives_the_mean_and_keeps_the_rest(mean: float) -> None:
    found = tilted(SCATTER, mean)
    assert sum(found.values()) == pytest.approx(1)
    assert sum(gap * share for gap, share in found.items()) == pytest.approx(mean, abs=1e-9)
    rise = [found[gap] / SCATTER[gap] for gap in (-2, -1, 0, 1, 2)]
    assert np.diff(np.log(rise)) == pytest.approx(np.log(rise[1] / rise[0]), abs=1e-9)


def test_scatter_is_even_and_never_impossible() -> None:
    assert scatter_of([0, 0, 1, 1, 1, -2]) == pytest.approx(
        {0: 2 / 8, 1: 5 / 16, -1: 5 / 16, 2: 1 / 16, -2: 1 / 16}
    )
    assert scatter_of([0] * 8) == pytest.approx({0: 0.8, 1: 0.1, -1: 0.1})


def test_sums_by_hand() -> None:
    months = ["2026-01"] * 4 + ["2026-02"] * 4
    found = cusum(with_gaps([1, 1, 0, 1, -1, 0, 0, -1], period=months), in_control=20)
    assert found.allowance == 0.25
    up = [0.75, 1.5, 1.25, 2.0]
    assert found.table["up"].tolist()[:4] == pytest.approx(up)
    assert found.table["down"].tolist()[:5] == pytest.approx([0, 0, 0, 0, 0.75])
    assert found.in_control >= 20
    monthly = found.by_period()
    assert monthly["n"].tolist() == [4, 4]
    assert monthly["up"].iloc[0] == pytest.approx(2.0)


def test_the_limit_is_the_lowest_that_keeps_false_alarms_rare() -> None:
    found = cusum(with_gaps([0, 0, 1, -1, 0, 0]), in_control=200, scatter=SCATTER)
    assert run_length(SCATTER, found.allowance, found.limit) == found.in_control >= 200
    assert run_length(SCATTER, found.allowance, found.limit - 0.25) < 200
    assert found.out_of_control == pytest.approx(
        run_length(tilted(SCATTER, 0.5), found.allowance, found.limit)
    )
    assert found.out_of_control < 20


def test_a_drift_is_named_and_the_sum_starts_again() -> None:
    gaps = [0, 0, 1, 0, -1, 0] + [1, 0, 1, 1, 1, 0, 1, 1, 1, 1] * 2
    found = cusum(with_gaps(gaps), scatter=SCATTER, in_control=100)
    signals = found.table["signal"]
    assert (signals == "higher").any() and not (signals == "lower").any()
    first = int(np.flatnonzero(signals == "higher")[0])
    assert 6 <= first <= 16
    assert found.table["up"].iloc[first] > found.limit
    assert found.table["up"].iloc[first + 1] <= 1
    down = cusum(with_gaps([-gap for gap in gaps]), scatter=SCATTER, in_control=100)
    assert (down.table["signal"] == "lower").sum() == (signals == "higher").sum()


def test_standards_of_a_case_are_one_step() -> None:
    rows = [("a", "A1", "M1", 2, 1, s) for s in ("voice", "visits")]
    rows += [("b", "A1", "M1", 1, 1, "voice")]
    found = cusum(moderated(rows, "case_ref auditor moderator first second standard"))
    assert found.table["gap"].tolist() == [1, 0]


def test_charts_that_cannot_be() -> None:
    with pytest.raises(AgreementError, match="nothing to sum"):
        cusum(moderated([("a", "A1", "M1", 2, -3)]))
    with pytest.raises(AgreementError, match=r"at least 0\.1 grades; got 0\.01"):
        cusum(with_gaps([0, 1]), shift=0.01)
    with pytest.raises(AgreementError, match="No difference seen reaches a mean of 1"):
        tilted({0: 0.5, 1: 0.25, -1: 0.25}, 1)
    with pytest.raises(AgreementError, match="No limit up to 40 grades"):
        cusum(with_gaps([3, -3] * 20), shift=0.1, in_control=1e9)
