"""Charts: golden limits, every peer's fault, small counts, phases, gaps, words."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trend_samples import readings, share

from qa_sampling.errors import SchemaError, TrendError
from qa_sampling.trends.chart_kinds import CHARTS, chart_kind
from qa_sampling.trends.charts import Chart, chart
from qa_sampling.trends.choosing import choose_chart, choose_for
from qa_sampling.trends.classical import Material, xmr_lines
from qa_sampling.trends.many import chart_arrays, chart_frame
from qa_sampling.trends.presets import PRESETS
from qa_sampling.trends.readings import Readings
from qa_sampling.trends.rebasing import Rebase, phases_of
from qa_sampling.trends.showing import control_chart_of

GOLDEN = json.loads((Path(__file__).parent / "golden" / "trends.json").read_text("utf-8"))
SHARED = Path(__file__).parents[2] / "shared" / "data" / "trends" / "known_answers.json"
COUNT, WHOLE = GOLDEN["invented"]["count"], GOLDEN["invented"]["whole"]
TEXTBOOK = 3 / 1.128
RARE = [0] * 12 + [1] + [0] * 11


def lines_of(drawn: Chart) -> pd.DataFrame:
    return drawn.table[["centre", "low", "high"]]


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("xmr", "xmr", {}),
        ("xmr_screened", "xmr", {"screen": True}),
        ("xmr_first_12", "xmr", {"baseline": 12}),
        ("c", "c", {}),
        ("u", "u", {}),
        ("p", "p", {}),
        ("u_prime", "u_prime", {}),
        ("u_prime_screened", "u_prime", {"screen": True}),
        ("p_prime", "p_prime", {}),
        ("p_prime_screened", "p_prime", {"screen": True}),
        ("p_prime_first_12", "p_prime", {"baseline": 12}),
    ],
)
def test_lines_are_those_of_qicharts2(name: str, kind: str, more: dict) -> None:
    # tests/golden/trends.R; limits there are not cut for XmR, ours are cut at 0.
    wanted = GOLDEN["qicharts2"][name]
    about = {"xmr": "count", "c": "count", "u": "rate"}.get(kind.split("_")[0], "proportion")
    about = "rate" if kind == "u_prime" else about
    rows = readings(COUNT, None if about == "count" else WHOLE, kind=about)
    found = lines_of(chart(rows, kind, per_range=TEXTBOOK, **more))
    assert found["centre"].to_numpy() == pytest.approx(wanted["centre"], rel=1e-12)
    low = np.maximum(np.broadcast_to(wanted["low"], len(COUNT)), 0)
    assert found["low"].to_numpy() == pytest.approx(low, rel=1e-9)
    assert found["high"].to_numpy() == pytest.approx(
        np.broadcast_to(wanted["high"], len(COUNT)), rel=1e-9
    )


def test_xmr_of_montgomery() -> None:
    # Example 6.5: limits follow from the mean and the mean moving range alone.
    known = GOLDEN["montgomery"]["6.5"]
    half = known["mean_range"] / 2
    values = known["mean"] + np.resize([half, -half], known["n"])
    found = lines_of(chart(readings(values, kind="duration"), "xmr", per_range=TEXTBOOK)).iloc[0]
    assert found["centre"] == pytest.approx(known["mean"])
    assert (found["low"], found["high"]) == pytest.approx((known["low"], known["high"]), abs=5e-4)


@pytest.mark.parametrize(
    ("example", "kind", "about"),
    [("7.1", "p", "proportion"), ("7.3", "c", "count"), ("7.4", "u", "rate")],
)
def test_attribute_charts_of_montgomery(example: str, kind: str, about: str) -> None:
    # Limits follow from the total alone, so any samples with that total have them.
    known = GOLDEN["montgomery"][example]
    n, total = known["samples"], known["total"]
    counts = np.diff(np.round(np.linspace(0, total, n + 1)))
    rows = readings(counts, None if kind == "c" else [known["size"]] * n, kind=about)
    found = lines_of(chart(rows, kind)).iloc[0]
    assert (found["low"], found["high"]) == pytest.approx((known["low"], known["high"]), abs=5e-6)


def test_p_prime_of_attendances() -> None:
    # Mohammed and others 2013; 16 of 20 weeks lie outside the p chart, none outside the p' chart.
    known = GOLDEN["attendances"]
    rows = share(known["seen"], known["all"])
    plain, prime = chart(rows, "p"), chart(rows, "p_prime")
    assert (plain.table["beyond_limit"] != 0).sum() == known["p"]["outside"]
    assert (prime.table["beyond_limit"] != 0).sum() == 0
    first = lines_of(prime).iloc[0]
    wanted = known["p_prime"]
    assert first["centre"] == pytest.approx(wanted["centre"], abs=5e-5)
    assert (first["low"], first["high"]) == pytest.approx((wanted["low"], wanted["high"]), abs=5e-6)
    first = lines_of(plain).iloc[0]
    assert (first["low"], first["high"]) == pytest.approx((0.9517, 0.9541), abs=5e-5)


def test_limits_of_nhsr() -> None:
    # The snapshots of NHSRplotthedots 0.2.2: normal values, then with a spike, screened and not.
    known, normal = GOLDEN["nhsr"], np.array(GOLDEN["normal"])
    spiked = normal.copy()
    spiked[14] = 10
    halves = known["first_half_of_facets"]
    for values, preset, wanted, digit in (
        (normal, "nhsr", known["plain"], 5e-6),
        (spiked, "nhsr", known["spike_screened"], 5e-7),
        (spiked, "mdc", known["spike_kept"], 5e-7),
        (normal[:10], "nhsr", halves[0], 5e-3),
        (normal[10:], "nhsr", halves[1], 5e-3),
    ):
        lines, _ = chart_arrays(values[None], preset=replace(PRESETS[preset], least=2))
        found = [one[0, 0] for one in (lines.centre, lines.low, lines.high)]
        assert found == pytest.approx([wanted[name] for name in ("mean", "low", "high")], abs=digit)


def test_near_points_on_opposite_sides_are_no_signal_of_nhsr() -> None:
    # NHSRplotthedots 0.2.2, test-ptd_spc_standard.R: its last two points are common cause.
    values = np.array([[1.0, -1] * 7 + [5.5, -5.5]])
    _, fired = chart_arrays(values, preset="nhsr")
    assert not any(one[0, -2:].any() for one in fired.values())


@pytest.mark.skipif(not SHARED.exists(), reason="needs the shared answers")
def test_shared_answers() -> None:
    known = json.loads(SHARED.read_text("utf-8"))
    for case in known["xmr"]:
        if "mean" not in case:
            continue
        values = np.array([case["y"]], dtype=float)
        material = Material(
            values, np.ones_like(values), np.ones(values.shape, dtype=bool),
            screen=case.get("screen", True),
        )  # fmt: skip
        lines = xmr_lines(material)
        found = [one[0, 0] for one in (lines.centre, lines.low, lines.high)]
        # the vignette gives four decimal places of two of them
        wanted = [case["mean"], case["lpl"], case["upl"]]
        assert found == pytest.approx(wanted, abs=5e-5)


# --- faults of others -----------------------------------------------------------------------


@pytest.mark.parametrize("preset", ["mdc", "nhsr", "excel"])
def test_one_event_in_two_years_does_not_make_every_month_a_signal(preset: str) -> None:
    # NHSRplotthedots marks 24 of 24; screening once leaves only ranges of 0.
    found = chart(readings(RARE), "xmr", preset=preset)
    assert (found.table["high"] > found.table["centre"]).all()
    assert found.fired["period"].nunique() == 1
    assert any("not made for" in note for note in found.notes)


def test_one_event_in_two_years_is_no_signal_by_default() -> None:
    found = chart(readings(RARE))
    assert found.kind.name == "gamma_poisson"
    assert not len(found.fired)
    assert "rare" in found.reason


def test_screening_is_left_undone_where_hardly_any_range_would_stay() -> None:
    # nhspy-plotthedots has a test that wants limits of 1.2 and 1.2 here, all five flagged.
    lines, fired = chart_arrays(
        np.array([[1.0, 1, 1, 1, 2]]), preset=replace(PRESETS["nhsr"], least=2)
    )
    assert lines.low[0, 0] < 1.2 < lines.high[0, 0]
    assert lines.notes["not screened"][0]
    assert sum(int((one != 0).sum()) for one in fired.values()) == 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=13, max_size=60))
def test_no_series_of_zeros_and_ones_collapses(values: list[int]) -> None:
    for preset in ("mdc", "nhsr", "excel"):
        found = chart(readings(values), "xmr", preset=preset)
        if found.unchanged:
            assert found.table["high"].isna().all()
        else:
            assert (found.table["high"] > found.table["centre"] + 1e-9).all()
    assert (chart(readings(values)).fired["rule"] != "beyond_limit").all()


def test_a_series_without_change_says_so_and_has_no_limits() -> None:
    for kind, rows in (("xmr", readings([5] * 15)), (None, readings([0] * 24)),
                       (None, share([14] * 20, [14] * 20))):  # fmt: skip
        found = chart(rows, kind)
        assert found.unchanged == len(rows.table)
        assert found.table[["low", "high"]].isna().all().all()
        assert found.notes[0].startswith(f"No change in {len(rows.table)} months: every value is ")
        assert not len(found.fired)
    assert "100%" in found.notes[0]
    lines, _ = chart_arrays(np.full((1, 15), 5.0), preset="nhsr")
    assert lines.low[0, 0] == lines.centre[0, 0] == lines.high[0, 0] == 5


def test_centre_of_shares_is_weighted() -> None:
    # pyspc takes the unweighted mean of proportions.
    rows = share([1, 90] * 6, [2, 100] * 6)
    for kind in ("p", "p_prime", "beta_binomial"):
        assert chart(rows, kind, tested=0).table["centre"].iloc[0] == pytest.approx(91 / 102)


def test_nothing_is_rounded_before_the_limits() -> None:
    # process-improvement rounds the mean first.
    values = [10 / 3, 11 / 3] * 8
    found = chart(readings(values, kind="duration"), "xmr").table.iloc[0]
    assert found["centre"] == 3.5
    assert found["high"] == pytest.approx(3.5 + 2.66 / 3, rel=1e-15)


def test_gaps_are_never_zero() -> None:
    # A c chart of qicharts2 once read NA as 0.
    gapped = [5, np.nan, 7, 6, 5, np.nan, 4, 6, 7, 5, 6, 5, 4, 6]
    plain = [one for one in gapped if one == one]
    for kind in ("c", "xmr", "gamma_poisson", "run"):
        found, wanted = chart(readings(gapped), kind), chart(readings(plain), kind)
        assert lines_of(found).iloc[0].to_numpy() == pytest.approx(
            lines_of(wanted).iloc[0].to_numpy(), nan_ok=True
        )
        assert found.table["value"].isna().sum() == 2
        assert not found.table.loc[[1, 5], list(found.preset.rules)].any().any()


def test_a_zero_denominator_is_a_gap() -> None:
    rows = share([5, 0, *[6] * 11], [10, 0, *[10] * 11])
    found = chart(rows).table
    assert np.isnan(found["value"].iloc[1])
    assert not found["baseline"].iloc[1]
    rows = readings([5, 3, *[6] * 11], [10, 0, *[10] * 11], kind="rate")
    assert np.isnan(chart(rows).table["value"].iloc[1])


def test_the_callers_frame_stays_as_it_was() -> None:
    # nhspy-plotthedots writes into it.
    frame = pd.DataFrame(
        {"period": pd.date_range("2024-01-01", periods=14, freq="MS"), "numerator": range(14)}
    )
    before = frame.copy(deep=True)
    chart(Readings(frame), "xmr", preset="nhsr")
    chart_frame(frame.assign(series="a"))
    pd.testing.assert_frame_equal(frame, before)


# --- what a chart does ----------------------------------------------------------------------


def test_limits_stay_within_what_is_possible() -> None:
    low = chart(readings([0, 1, 0, 2] * 6), "xmr").table
    assert (low["low"] == 0).all()
    high = chart(share([19, 20] * 10, [20] * 20), "xmr").table
    assert (high["high"] <= 1).all()
    for kind in ("p", "p_prime", "beta_binomial"):
        assert chart(share([19, 20] * 10, [20] * 20), kind).table["high"].max() <= 1


def test_frozen_baseline() -> None:
    values = [*[10, 12] * 6, *[30] * 8]
    found = chart(readings(values), "xmr", baseline=12).table
    assert found["baseline"].tolist() == [True] * 12 + [False] * 8
    assert (found["centre"] == 11).all()
    assert (found["beyond_limit"] == [0] * 12 + [1] * 8).all()


def test_periods_that_can_still_change_signal_nothing_and_carry_no_line() -> None:
    values = [10, 12] * 8 + [90, 95]
    rows = readings(values, mature=[True] * 16 + [False] * 2)
    for kind in ("xmr", "gamma_poisson", "c", "run"):
        found = chart(rows, kind)
        assert not found.table.loc[16:, "baseline"].any()
        assert not found.table.loc[16:, list(found.preset.rules)].any().any()
        assert found.latest == 15
        wanted = chart(readings(values[:16]), kind).table["centre"].iloc[0]
        assert found.table["centre"].iloc[0] == pytest.approx(wanted)


def test_the_tested_point_is_not_in_its_own_baseline() -> None:
    found = chart(readings([5] * 12 + [6] * 12 + [40]))
    assert not found.table["baseline"].iloc[-1]
    assert found.table["centre"].iloc[-1] == pytest.approx(5.5)


def test_phases_by_recorded_decision() -> None:
    values = [10, 12] * 7 + [20, 22] * 7
    rebase = Rebase("2023-06-01", "Head of service", "New front door")
    found = chart(readings(values), "xmr", rebases=[rebase])
    assert found.table["phase"].tolist() == [0] * 14 + [1] * 14
    assert found.table["centre"].tolist() == [11.0] * 14 + [21.0] * 14
    assert found.table["high"].iloc[0] == pytest.approx(11 + 2.66 * 2)
    assert not len(found.fired)


def test_a_young_phase_has_a_centre_line_and_no_limits() -> None:
    rebase = Rebase("2023-06-01", "Head of service", "New front door")
    found = chart(readings([10, 12] * 7 + [20, 40] * 3), "xmr", rebases=[rebase])
    young = found.table[found.table["phase"] == 1]
    assert young["centre"].notna().all() and young[["low", "high"]].isna().all().all()
    assert not young[list(found.preset.rules)].any().any()
    assert found.notes == ("Limits begin once 12 months can no longer change.",)


def test_freeze_and_rebase_together() -> None:
    # qicharts2 cannot (issue 20), and NHSRplotthedots users ask for it (issue 93).
    values = [10, 12] * 6 + [50] * 2 + [20, 22] * 6 + [60] * 2
    found = chart(
        readings(values), "xmr", baseline=12, rebases=[Rebase("2023-06-01", "a", "b")]
    ).table
    assert found["centre"].iloc[[0, -1]].tolist() == [11, 21]


def test_excluded_periods_carry_no_line_but_are_tested() -> None:
    found = chart(readings([10, 12] * 7 + [90, 11]), "xmr", excluded=["2023-06-01"]).table
    assert found["centre"].iloc[0] == 11
    assert found["beyond_limit"].iloc[14] == 1


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=12, max_size=30), st.randoms())
def test_permuting_months_leaves_the_centre(values: list[int], order: object) -> None:
    mixed = values[:]
    order.shuffle(mixed)
    for kind in ("xmr", "c", "run", "gamma_poisson"):
        first, second = (
            chart(readings(one), kind, tested=0).table["centre"].iloc[0] for one in (values, mixed)
        )
        assert first == pytest.approx(second)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=12, max_size=30), st.sampled_from([0.01, 12.0, 1e4]))
def test_a_rate_is_its_count_on_another_scale(values: list[int], per: float) -> None:
    plain = chart(readings(values), "gamma_poisson").table
    rate = chart(readings(values, [7.0] * len(values), kind="rate", per=per), "gamma_poisson").table
    for name in ("value", "centre", "low", "high"):
        assert rate[name].to_numpy() == pytest.approx(plain[name] * per / 7, nan_ok=True)
    assert rate["beyond_limit"].tolist() == plain["beyond_limit"].tolist()


def test_every_chart_of_every_fitting_measure_gives_lines_in_order() -> None:
    rows = {
        "count": readings([3, 5, 4, 6, 2, 7] * 4),
        "rate": readings([3, 5, 4, 6, 2, 7] * 4, [100.0, 120, 90] * 8, kind="rate", per=1000),
        "proportion": share([3, 5, 4, 6, 2, 7] * 4, [9, 10, 8] * 8),
        "duration": readings([30.5, 41.2, 38.0, 29.9] * 6, kind="duration", unit="days"),
        "grade": readings(
            [6.5, 7.1, 6, 5.2] * 6, [9.5, 11.0, 9, 8.4] * 6, kind="grade", unit="share"
        ),
        "between": readings([30, 2, 55, 71, 8, 19] * 4, kind="between", unit="days"),
    }
    for name, kind in CHARTS.items():
        for measure in kind.fits:
            found = chart(rows[measure], name).table
            known = found[found["low"].notna()]
            assert (known["low"] <= known["centre"] + 1e-12).all(), (name, measure)
            assert (known["centre"] <= known["high"] + 1e-12).all(), (name, measure)
            assert found["centre"].notna().all()
            assert (name == "run") == found["high"].isna().all()


def test_many_series_are_each_series_alone() -> None:
    values = np.random.default_rng(3).poisson(4, (5, 30)).astype(float)
    values[1, 3:6] = np.nan
    for kind in ("xmr", "c", "run", "gamma_poisson"):
        lines, fired = chart_arrays(values, kind=kind)
        for row in range(5):
            alone = chart(readings(values[row]), kind).table
            assert lines.centre[row] == pytest.approx(alone["centre"].to_numpy())
            high = np.maximum(lines.high[row], 0)
            assert high == pytest.approx(alone["high"].to_numpy(), nan_ok=True)
            for rule, signs in fired.items():
                assert signs[row].tolist() == alone[rule].tolist()


def test_a_long_frame_in_any_order() -> None:
    values = np.random.default_rng(4).normal(20, 4, (6, 24))
    long = pd.DataFrame(
        {
            "series": np.repeat(list("abcdef"), 24),
            "period": np.tile(pd.date_range("2024-01-01", periods=24, freq="MS"), 6),
            "numerator": values.ravel(),
        }
    )
    wanted = chart_frame(long, preset="mdc")
    mixed = long.sample(frac=1, random_state=1)
    found = chart_frame(mixed, preset="mdc")
    pd.testing.assert_frame_equal(found.sort_index(), wanted)
    lines, _ = chart_arrays(values, preset="mdc")
    assert wanted["high"].to_numpy() == pytest.approx(lines.high.ravel())
    fewer = chart_frame(long.drop(index=[3, 30]), preset="mdc")
    assert len(fewer) == 142 and fewer["centre"].notna().all()
    with pytest.raises(TrendError, match="two rows for one period"):
        chart_frame(pd.concat([long, long.iloc[:1]]))
    with pytest.raises(TrendError, match="`series` is missing"):
        chart_frame(long.drop(columns="series"))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "values",
    [[0] * 29 + [1], [10**6, 10**6 + 5000] * 15, [np.nan] * 30, [5] + [np.nan] * 29,
     [np.nan] * 10 + [3, 4] * 10, [0] * 29 + [10**6]],
)  # fmt: skip
def test_extreme_series_with_every_chart(values: list[float]) -> None:
    rebase = [Rebase("2024-09-01", "Head of service", "New front door")]
    for name, kind in CHARTS.items():
        for measure in kind.fits[:1]:
            for open_end in (1, 30) if name == "xmr" else (1,):
                whole = [max(1.0, np.nan_to_num(one)) for one in values]
                rows = readings(
                    values, whole if measure in ("proportion", "grade") else None, kind=measure,
                    mature=[True] * (30 - open_end) + [False] * open_end,
                )  # fmt: skip
                found = chart(rows, name, rebases=rebase)
                assert len(control_chart_of(found).table) == 30
                assert not found.table.loc[30 - open_end :, list(found.preset.rules)].any().any()


def test_choice_says_its_reason() -> None:
    for kind, counts, whole, chosen, words in (
        ("count", [5] * 11, [], "run", "limits need 12"),
        ("count", [0, 1, 0, 0] * 6, [], "gamma_poisson", "rare"),
        ("count", [3, 4] * 12, [], "gamma_poisson", "small"),
        ("rate", [30, 44] * 12, [], "gamma_poisson", "spread measured"),
        ("proportion", [8, 9] * 12, [10] * 24, "beta_binomial", "out of 10"),
        ("duration", [38.5] * 24, [], "xmr", "measurements"),
        ("grade", [0.7] * 24, [], "run", "sampling design"),
        ("between", [3, 14] * 12, [], "g", "skewed"),
        ("between", [3.5, 14] * 12, [], "t", "skewed"),
    ):
        found = choose_chart(kind, counts=counts, whole=whole)
        assert (found.chart, words in found.reason) == (chosen, True), (kind, found)
    assert "The time or the cases between" in choose_chart("count", counts=[0, 0, 1] * 8).advice
    assert choose_for(readings([3, 4] * 12, mature=[True] * 11 + [False] * 13)).chart == "run"


def test_nothing_at_all_is_drawn_and_said() -> None:
    found = chart(readings([]))
    assert not len(found.table) and found.latest is None
    alone = chart(readings([4]))
    assert alone.kind.name == "run" and not len(alone.fired)
    gaps = chart(readings([np.nan] * 14))
    assert gaps.table["centre"].isna().all() and not len(gaps.fired)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: chart(readings([1] * 12), "pie"), "'pie' is unknown; it must be one of run, xmr"),
        (lambda: chart(readings([1] * 12), "p"), "for proportion, not for a count; choose one of"),
        (lambda: chart(readings([1] * 12), baseline=8), "at least 12 periods; got 8"),
        (lambda: chart(readings([1] * 12), tested=-1), "0 or more periods; got -1"),
        (lambda: chart(readings([1] * 12), alpha=0.6), "between 0 and 0.5; got 0.6"),
        (lambda: chart(readings([1] * 12), sibling_dispersion=0.5), "must be 1 or more; got 0.5"),
        (lambda: chart(readings([1] * 12), excluded=["1999-01-01"]), "1 of the excluded periods"),
        (lambda: choose_chart("luck"), "'luck' is unknown; it must be one of count, rate"),
        (lambda: Rebase("2024-01-01", " ", ""), "needs `by` and `reason`"),
        (lambda: Rebase("some day", "a", "b"), "is no day"),
        (lambda: chart_arrays(np.zeros((1, 2)), np.ones((2, 2))), "one shape"),
        (lambda: chart_arrays(np.zeros((1, 2)), kind="pie"), "'pie' is unknown"),
    ],
)
def test_what_cannot_be_is_refused(call: object, message: str) -> None:
    with pytest.raises(TrendError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: readings([1], kind="luck"), "`kind` must be one of count, rate"),
        (lambda: readings([-1]), "1 counts lie below 0"),
        (lambda: readings([0.5]), "not whole; give counts, not rates"),
        (lambda: share([3], [2]), "1 numerators are larger"),
        (lambda: readings([1], kind="rate"), "needs the column `denominator`"),
        (lambda: readings([1], [-2], kind="rate"), "1 denominators lie below 0"),
        (lambda: readings([1], per=0), "`per` must be above 0"),
        (lambda: readings([1], better="left"), '"up", "down" or blank'),
        (lambda: Readings(readings([1, 2]).table[::-1]), "periods are not in order"),
    ],
)
def test_readings_that_cannot_be_are_refused(call: object, message: str) -> None:
    with pytest.raises(SchemaError, match=message):
        call()


def test_rebases_that_cannot_be_are_refused() -> None:
    periods = readings([1] * 6).table["period"]
    for days, message in (
        (["2022-04-01"], "begins with the first period"),
        (["2030-01-01"], "after the last period"),
        (["2022-06-01", "2022-05-15"], "begin with the same period"),
    ):
        with pytest.raises(TrendError, match=message):
            phases_of(periods, [Rebase(day, "a", "b") for day in days])
    found = phases_of(periods, [Rebase("2022-08-01", "a", "b"), Rebase("2022-05-15", "a", "b")])
    assert found.tolist() == [0, 0, 1, 1, 2, 2]


def test_unfit_kinds_name_those_that_fit() -> None:
    with pytest.raises(TrendError, match="choose one of run, xmr, g, t"):
        chart_kind("c", "between")
