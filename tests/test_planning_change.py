"""Power to see a change: R's figures, simulation, refusals."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.planning_change import (
    TwoPeriods,
    detectable_change,
    power_of_change,
    size_for_change,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "planning.json").read_text("utf-8"))


@pytest.mark.parametrize(("n", "before", "after", "power"), GOLDEN["change"]["rows"])
def test_power_as_in_r(n: int, before: float, after: float, power: float) -> None:
    result = power_of_change(TwoPeriods(before, after, n, n))
    assert result.power == pytest.approx(power, abs=1e-12)


@pytest.mark.parametrize(("before", "after", "power", "n"), GOLDEN["change"]["sizes"])
def test_sizes_as_in_r(before: float, after: float, power: float, n: float) -> None:
    assert size_for_change(before, after, power=power).n_before == math.ceil(n)


@pytest.mark.parametrize("case", GOLDEN["exact_change"]["rows"], ids=str)
def test_exact_power_as_in_r(case: dict) -> None:
    periods = TwoPeriods(*case["p"], *case["n"], case["population"], case["population"])
    result = power_of_change(periods, method="exact")
    assert result.power == pytest.approx(case["power"], abs=1e-12)


def simulated(periods: TwoPeriods, reps: int, seed: int) -> float:
    """Draw both periods' samples from one finite population with correlated answers."""
    dice = np.random.default_rng(seed)
    size, p, q = periods.population_before, periods.before, periods.after
    both = p * q + periods.correlation * math.sqrt(p * (1 - p) * q * (1 - q))
    counts = [round(size * both), round(size * (p - both)), round(size * (q - both))]
    first = np.zeros(size, dtype=bool)
    second = np.zeros(size, dtype=bool)
    first[: counts[0] + counts[1]] = True
    second[: counts[0]] = True
    second[counts[0] + counts[1] : sum(counts)] = True
    found = 0
    for _ in range(reps):
        order = dice.permutation(size)
        earlier = order[: periods.n_before]
        again = earlier[: periods.overlap]
        fresh = order[periods.n_before : periods.n_before + periods.n_after - periods.overlap]
        later = np.concatenate([again, fresh])
        a, b = first[earlier].mean(), second[later].mean()
        pooled = (a * periods.n_before + b * periods.n_after) / (periods.n_before + periods.n_after)
        found += abs(a - b) > 1.959963984540054 * periods.error(pooled, pooled)
    return found / reps


@pytest.mark.parametrize(("overlap", "correlation"), [(0, 0.5), (60, 0.5), (120, 0.6), (60, 0.0)])
def test_overlap_and_correlation_hold_in_simulation(overlap: int, correlation: float) -> None:
    periods = TwoPeriods(0.5, 0.62, 120, 120, 600, 600, overlap, correlation)
    reps = 4000
    expected = power_of_change(periods).power
    share = simulated(periods, reps, seed=overlap + 1)
    if correlation == 0:
        # Samples that share a fixed number of cases are taken as independent: with no
        # correlation of answers nothing follows from the overlap.
        assert share == pytest.approx(expected, abs=0.03)
    else:
        error = math.sqrt(expected * (1 - expected) / reps)
        assert share == pytest.approx(expected, abs=4 * error + 0.02)


def test_no_change_is_found_as_often_as_the_level_says() -> None:
    for overlap, correlation in ((0, 0.0), (100, 0.7)):
        periods = TwoPeriods(0.6, 0.6, 150, 150, 900, 900, overlap, correlation)
        assert power_of_change(periods).power == pytest.approx(0.05, abs=1e-12)
        assert simulated(periods, 3000, seed=3) == pytest.approx(0.05, abs=0.02)


def test_the_same_cases_again_see_more() -> None:
    apart, together = (
        power_of_change(TwoPeriods(0.5, 0.65, 60, 60, overlap=m, correlation=r)).power
        for m, r in ((0, 0.0), (60, 0.6))
    )
    assert together > apart + 0.15


def test_a_census_of_both_periods_sees_every_change() -> None:
    periods = TwoPeriods(0.5, 0.6, 50, 50, 50, 50)
    assert power_of_change(periods).power == 1
    assert power_of_change(TwoPeriods(0.5, 0.5, 50, 50, 50, 50)).power == 0


def test_sizes_are_the_smallest() -> None:
    for asked in ({}, {"population": 300}, {"overlap_share": 0.5, "correlation": 0.5}):
        result = size_for_change(0.55, 0.75, **asked)
        share, n = asked.get("overlap_share", 0), result.n_before
        sizes = asked.get("population")

        def power(n: int, share: float = share, asked: dict = asked, sizes=sizes) -> float:
            return power_of_change(
                TwoPeriods(
                    *(0.55, 0.75, n, n, sizes, sizes),
                    overlap=math.floor(share * n),
                    correlation=asked.get("correlation", 0),
                )
            ).power

        assert power(n) >= 0.8 > power(n - 1)


def test_exact_sizes_keep_the_power() -> None:
    result = size_for_change(0.5, 0.8, method="exact")
    n = result.n_before
    for more in range(21):
        periods = TwoPeriods(0.5, 0.8, n + more, n + more)
        assert power_of_change(periods, method="exact").power >= 0.8
    before = power_of_change(TwoPeriods(0.5, 0.8, n - 1, n - 1), method="exact").power
    assert before < 0.8


def test_smallest_change_in_reach() -> None:
    fall, rise = detectable_change(0.65, 84)
    for after in (0.65 - fall, 0.65 + rise):
        assert power_of_change(TwoPeriods(0.65, after, 84, 84)).power == pytest.approx(0.8)
    assert detectable_change(0.0, 84)[0] is None
    assert detectable_change(0.05, 10)[0] is None
    assert detectable_change(0.05, 10)[1] > 0.3


def test_tables_and_curves_can_be_plotted() -> None:
    result = power_of_change(TwoPeriods(0.6, 0.7, 40, 60, 500, 500))
    assert result.table["change"].is_monotonic_increasing
    assert result.table["power"].between(0, 1).all()
    assert result.curve["power"].is_monotonic_increasing
    assert (result.n_before, result.n_after) == (40, 60)


REFUSALS = [
    ({"before": 1.5}, "`before` must lie between 0 and 1; got 1.5"),
    ({"n_after": 0}, "Audits of a period must be a whole number from 1 to its cases; got 0"),
    ({"population_before": 9}, "Audits of a period must be a whole number from 1 to its cases; go"),
    ({"correlation": 2}, "`correlation` must lie between -1 and 1; got 2"),
    ({"overlap": 99}, "`overlap` must be from 0 to the audits of either period; got 99"),
    (
        {"correlation": 0.5, "population_after": 90},
        "A correlation needs the same cases in both periods",
    ),
    ({"level": 0}, "`level` must lie between 0 and 1; got 0"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_with_the_reason(changed: dict, message: str) -> None:
    asked = {"before": 0.5, "after": 0.6, "n_before": 20, "n_after": 20} | changed
    with pytest.raises(ParameterError, match=message):
        TwoPeriods(**asked)


def test_further_refusals() -> None:
    with pytest.raises(ParameterError, match="`before` and `after` are equal"):
        size_for_change(0.5, 0.5)
    with pytest.raises(ParameterError, match=r"`power` must lie between 0 and 1; got 80\. Give 0"):
        size_for_change(0.5, 0.6, power=80)
    with pytest.raises(ParameterError, match="`power` must lie between 0 and 1; got 1"):
        detectable_change(0.5, 20, power=1)
    with pytest.raises(ParameterError, match=r"do not reach a power of 0\.8\. Look for a larger"):
        size_for_change(0.5, 0.5000001)
    with pytest.raises(ParameterError, match="`method` 'guess' is unknown"):
        power_of_change(TwoPeriods(0.5, 0.6, 20, 20), method="guess")
    with pytest.raises(ParameterError, match="Exact power is for independent samples"):
        power_of_change(TwoPeriods(0.5, 0.6, 20, 20, correlation=0.5), method="exact")
    with pytest.raises(ParameterError, match="Exact power of so many audits is out of reach"):
        power_of_change(TwoPeriods(0.5, 0.6, 9000, 9000), method="exact")
