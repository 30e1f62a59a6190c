"""Rules at every point: naive twins, cases of others, tolerance, gaps, phases, presets."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trend_samples import flat_lines, naive_rules, naive_runs

from qa_sampling.errors import TrendError
from qa_sampling.trends.presets import PRESETS, Preset, preset_named
from qa_sampling.trends.rules import evaluate, runs_analysis, sides

GOLDEN = json.loads((Path(__file__).parent / "golden" / "trends.json").read_text("utf-8"))
LINES = {"centre": 10.0, "low": 4.0, "high": 16.0, "near_low": 6.0, "near_high": 14.0}
SERIES = st.lists(
    st.one_of(st.sampled_from([3.0, 4.0, 5.0, 8.0, 10.0, 12.0, 15.0, 16.0, 17.0]), st.just(np.nan)),
    min_size=1, max_size=40,
)  # fmt: skip


def fired(values: list[float], preset: Preset, **more: object) -> dict[str, list[int]]:
    array = np.array([values], dtype=float)
    lines = flat_lines(array.shape, centre=10, low=4, high=16)
    return {rule: one[0].tolist() for rule, one in evaluate(array, lines, preset, **more).items()}


@settings(max_examples=150, deadline=None)
@given(SERIES, st.booleans(), st.integers(4, 8), st.integers(4, 8), st.integers(0, 40))
def test_rules_are_those_of_a_naive_twin(
    values: list[float], beyond_counts: bool, shift: int, trend: int, rebased: int
) -> None:
    preset = replace(
        PRESETS["mdc"], shift=shift, trend=trend, beyond_counts_as_near=beyond_counts
    )  # fmt: skip
    phase = [int(place >= rebased) for place in range(len(values))]
    found = fired(values, preset, phase=np.array([phase]))
    wanted = naive_rules(
        values, LINES, shift=shift, trend=trend, beyond_counts=beyond_counts, phase=phase
    )
    assert found == wanted


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_many_series_at_once_are_each_series_alone(seed: int) -> None:
    values = np.random.default_rng(seed).integers(2, 19, (700, 20)).astype(float)
    lines = flat_lines(values.shape, centre=10, low=4, high=16)
    together = evaluate(values, lines, PRESETS["mdc"])
    for row in (0, 511, 512, 699):
        alone = fired(values[row].tolist(), PRESETS["mdc"])
        assert {rule: one[row].tolist() for rule, one in together.items()} == alone


@settings(max_examples=60, deadline=None)
@given(SERIES, st.sampled_from([0.001, 3.0, 1e6]), st.sampled_from([-1.0, 1.0]))
def test_scaling_and_turning_over_change_nothing_else(
    values: list[float], factor: float, sign: float
) -> None:
    array = np.array([values]) * factor * sign
    low, high = sorted((4 * factor * sign, 16 * factor * sign))
    lines = flat_lines(array.shape, centre=10 * factor * sign, low=low, high=high)
    found = evaluate(array, lines, PRESETS["mdc"])
    plain = fired(values, PRESETS["mdc"])
    assert {rule: (one[0] * int(sign)).tolist() for rule, one in found.items()} == plain


# Tests of NHSRplotthedots 0.2.2 (test-ptd_calculate_point_type.R), as sides of a line at 10.
@pytest.mark.parametrize(
    ("relative", "wanted"),
    [
        ([1] * 6, [0] * 6),
        ([1] * 6 + [-1], [0] * 7),
        ([1] * 8 + [-1], [1] * 8 + [0]),
        ([-1] * 8 + [1], [-1] * 8 + [0]),
    ],
)
def test_shift_of_seven(relative: list[int], wanted: list[int]) -> None:
    assert fired([10 + one for one in relative], PRESETS["nhsr"])["shift"] == wanted


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, 2, 3, 4, 5, 6], [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0] + [1] * 7 + [0]),
        ([7, 6, 5, 4, 3, 2, 1], [-1] * 7),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0] + [-1] * 7 + [0]),
    ],
)
def test_trend_of_seven(values: list[float], wanted: list[int]) -> None:
    assert fired(values, PRESETS["nhsr"])["trend"] == wanted


@pytest.mark.parametrize(
    ("near", "relative", "wanted"),
    [
        ([1, 0, 1], [1, 1, 1], [1, 0, 1]),
        ([0, 1, 1], [1, 1, 1], [0, 1, 1]),
        ([1, 1, 0], [1, 1, 1], [1, 1, 0]),
        ([0, 0, 1, 0, 1, 0, 0], [1] * 7, [0, 0, 1, 0, 1, 0, 0]),
        ([0, 0, 1, 1, 0, 0, 0], [1] * 7, [0, 0, 1, 1, 0, 0, 0]),
        ([1, 0, 0, 1], [1] * 4, [0, 0, 0, 0]),
        ([1, 0, 0, 1, 1], [1] * 5, [0, 0, 0, 1, 1]),
        ([1, 0, 1], [1, -1, 1], [0, 0, 0]),
        ([0, 0, 1, 0, 1, 0, 0], [1, -1, 1, -1, 1, -1, 1], [0] * 7),
        ([0, 0, 1, 1, 0, 0, 0], [-1, 1, 1, -1, -1, 1, -1], [0] * 7),
    ],
)
def test_two_of_three(near: list[int], relative: list[int], wanted: list[int]) -> None:
    # the last case has its near points on opposite sides
    values = [10 + side * (5 if one else 1) for one, side in zip(near, relative, strict=True)]
    assert fired(values, PRESETS["nhsr"])["two_of_three"] == wanted


@pytest.mark.parametrize(
    ("tail", "nhsr", "mdc"),
    [
        ([12.6, 11, 12.6], [1, 0, 1], [1, 0, 1]),
        ([12.6, 12.6, 10.2], [1, 1, 0], [1, 1, 0]),
        ([12.6, 9.9, 12.6], [0, 0, 0], [0, 0, 0]),
        ([14, 11, 12.6], [0, 0, 0], [1, 0, 1]),
    ],
)
def test_two_of_three_counts_points_beyond_since_2023(
    tail: list[float], nhsr: list[int], mdc: list[int]
) -> None:
    # NHSRplotthedots issues 153 and 194: mean 10.5, limits 7.84 and 13.16. Whoever leaves out the
    # point beyond the limit leaves the last point of the last case unmarked.
    values = np.array([[10.0, 11.0] * 10 + tail])
    lines = flat_lines(values.shape, centre=10.5, low=7.84, high=13.16)
    for name, wanted in (("nhsr", nhsr), ("mdc", mdc)):
        found = evaluate(values, lines, PRESETS[name])
        assert found["two_of_three"][0, -3:].tolist() == wanted
        assert found["beyond_limit"][0, -3:].tolist() == [int(one > 13.16) for one in tail]


def test_every_rule_that_fired_is_told_and_not_one_label() -> None:
    found = fired([11, 12, 13, 14.5, 15, 15.5, 17], PRESETS["mdc"])
    assert [found[rule][-1] for rule in PRESETS["mdc"].rules] == [1, 1, 1, 1]


def test_float_noise_is_on_the_line() -> None:
    noisy = [float(np.nextafter(10, 11))] * 7
    assert noisy[0] > 10
    assert not any(fired(noisy, PRESETS["mdc"])["shift"])
    assert not any(fired([16 + 1e-12] * 3, PRESETS["mdc"])["beyond_limit"])


def test_a_run_on_the_line_is_no_shift() -> None:
    # nhspy-plotthedots has that part of the rule commented out.
    assert not any(fired([10.0] * 9, PRESETS["mdc"])["shift"])
    assert not any(fired([11.0] * 6 + [10.0] + [11.0] * 6, PRESETS["mdc"])["shift"])


def test_gaps_are_passed_over_and_never_marked() -> None:
    values = [11.0, 11, 11, np.nan, 11, 11, np.nan, 11, 11]
    assert fired(values, PRESETS["mdc"])["shift"] == [1, 1, 1, 0, 1, 1, 0, 1, 1]
    assert not any(map(any, fired([np.nan] * 9, PRESETS["mdc"]).values()))


def test_points_that_can_still_change_take_no_part() -> None:
    usable = np.array([[True] * 6 + [False]])
    assert not any(fired([11.0] * 7, PRESETS["mdc"], usable=usable)["shift"])
    assert fired([11.0] * 6 + [20.0], PRESETS["mdc"], usable=usable)["beyond_limit"][-1] == 0


def test_runs_do_not_cross_a_rebase() -> None:
    phase = np.array([[0] * 4 + [1] * 4])
    assert not any(fired([11.0] * 8, PRESETS["mdc"], phase=phase)["shift"])


@pytest.mark.parametrize("length", [0, 1, 2, 3, 6])
def test_short_series_have_no_runs(length: int) -> None:
    found = fired([11.0] * length, PRESETS["mdc"])
    assert found["shift"] == found["trend"] == [0] * length


@pytest.mark.parametrize("row", GOLDEN["runs"])
def test_limits_of_runs_and_crossings(row: list[int]) -> None:
    # R: round(log2(n)) + 3 and qbinom(.05, n - 1, .5), Anhøj and Olesen 2014.
    n, longest, fewest = row
    found = runs_analysis(np.resize([1, -1], n))
    assert (found.useful, found.longest_most, found.crossings_least) == (n, longest, fewest)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([-1, 0, 1]), max_size=50))
def test_runs_are_those_of_a_naive_twin(signs: list[int]) -> None:
    found = runs_analysis(np.array(signs, dtype=int))
    assert (found.useful, found.longest, found.crossings) == naive_runs(signs)


def test_anhoej_marks_the_long_run_and_the_end_of_few_crossings() -> None:
    values = [11.0] * 14 + [9.0, 9, 9, 11, 9, 9]
    found = fired(values, PRESETS["anhoej"])
    signs = sides(np.array(values), np.full(20, 10.0))
    # 20 useful points: at most 7 in a run, at least 6 crossings; here 14 and 3
    assert runs_analysis(signs).signal
    assert found["long_run"] == [1] * 14 + [0] * 6
    assert found["few_crossings"] == [0] * 19 + [-1]


def test_nothing_off_the_line_is_no_signal() -> None:
    assert not runs_analysis(np.zeros(12, dtype=int)).signal
    assert not any(map(any, fired([10.0] * 12, PRESETS["anhoej"]).values()))


def test_unknown_names_are_refused_with_the_list() -> None:
    with pytest.raises(TrendError, match="'nice' is unknown; it must be one of steady, mdc, nhsr"):
        preset_named("nice")
    with pytest.raises(TrendError, match="rule 'luck' is unknown; it must be one of beyond_limit"):
        preset_named(Preset("own", "own", ("luck",)))
    with pytest.raises(TrendError, match="at least 2 points and a trend 3; got 7 and 2"):
        preset_named(Preset("own", "own", ("trend",), trend=2))


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(TrendError, match="must have one shape"):
        evaluate(np.zeros((1, 3)), flat_lines((1, 4), centre=0, low=0, high=0), PRESETS["mdc"])
