"""Answers of other programs and of textbooks, every part of the shared list typed in.

`KNOWN` holds what the shared list holds; where that file is at hand it must say the same. Parts
that nothing can be held to say why (`NOT_HELD`).
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from trend_samples import flat_lines, readings

from qa_sampling.trends.charts import chart
from qa_sampling.trends.classical import Material, xmr_lines
from qa_sampling.trends.farrington import farrington
from qa_sampling.trends.icons import assurance_of
from qa_sampling.trends.intervals import byar, exact_poisson, wilson
from qa_sampling.trends.many import chart_arrays
from qa_sampling.trends.presets import PRESETS
from qa_sampling.trends.rules import evaluate, runs_analysis

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared" / "data" / "trends"
TYPED = json.loads((HERE / "golden" / "known_answers.json").read_text("utf-8"))
TRENDS = json.loads((HERE / "golden" / "trends.json").read_text("utf-8"))
CASES = [one for one in TYPED["xmr"] if "mean" in one]
TEXTBOOK = 3 / 1.128
HELD = {
    "xmr": ("test_xmr", "test_no_collapse"),
    "two_in_three": ("test_two_in_three",),
    "shift_trend": ("test_seven_point_trend",),
    "assurance": ("test_assurance",),
    "montgomery": ("test_montgomery_from_totals", "test_montgomery_ranges"),
    "laney": ("test_laney",),
    "anhoej": ("test_anhoej",),
    "intervals": ("test_byar", "test_exact_poisson", "test_wilson"),
    "poisson_funnel_ratio": ("test_poisson_funnel_ratio",),
    "farrington_monthly": ("test_farrington_monthly",),
}
ELSEWHERE = {  # file and test that hold the typed values of the same name
    "overdispersion": ("test_benchmarking.py", "test_as_funnelplotr_gives_it"),
    "dasgupta": ("test_decomposition.py", "test_published_products"),
}
NOT_HELD = {
    ("ssa",): "the answers are of a series that is not with them",
    ("montgomery", "7.6 t"): "a t chart by y^(1/3.6); ours has exact limits (docs/trends.md)",
    ("laney", "complaints u'"): "the complaints themselves are not with them",
}


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared answers")
def test_the_shared_list_says_what_is_typed_in() -> None:
    shared = json.loads((SHARED / "known_answers.json").read_text("utf-8"))
    shared.pop("_note")
    assert shared == TYPED


def test_every_part_is_held_to_or_says_why_not() -> None:
    assert set(TYPED) == {*HELD, *ELSEWHERE, *(key[0] for key in NOT_HELD if len(key) == 1)}
    for names in HELD.values():
        assert all(name in globals() for name in names)
    for file, name in ELSEWHERE.values():
        assert f"def {name}(" in (HERE / file).read_text("utf-8")
    for key in NOT_HELD:
        held = TYPED[key[0]]
        assert len(key) == 1 or key[1] in held


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["y"])[:24])
def test_xmr(case: dict) -> None:
    values = np.array([case["y"]], dtype=float)
    known, ones = np.ones(values.shape, dtype=bool), np.ones_like(values)
    lines = xmr_lines(Material(values, ones, known, screen=case.get("screen", True)))
    names = {"mean": "centre", "lpl": "low", "upl": "high", "nlpl": "near_low", "nupl": "near_high"}
    for theirs, ours in names.items():
        if theirs in case:
            assert getattr(lines, ours)[0, 0] == pytest.approx(case[theirs], abs=5e-5), theirs


def test_no_collapse() -> None:
    wanted = {str(one["y"]): one.get("want") for one in TYPED["xmr"] if "want" in one}
    assert list(wanted) == ["[1, 1, 1, 1, 2]", "12 zeros, 1, 11 zeros", "rep(5,15)"]
    lines, _ = chart_arrays(np.array([[1.0, 1, 1, 1, 2] * 3]), preset="nhsr")
    assert lines.low[0, 0] < lines.high[0, 0]
    assert wanted["12 zeros, 1, 11 zeros"] == "no signal"
    assert not len(chart(readings([0] * 12 + [1] + [0] * 11)).fired)
    lines, fired = chart_arrays(np.full((1, 15), 5.0), preset="nhsr")
    assert lines.low[0, 0] == lines.high[0, 0] == 5  # limits = 5, no variation, own message
    assert not any(one.any() for one in fired.values())
    assert chart(readings([5] * 15)).notes[0].startswith("No change in 15 months")


@pytest.mark.parametrize("case", TYPED["two_in_three"]["cases"], ids=lambda one: str(one["tail"]))
def test_two_in_three(case: dict) -> None:
    values = np.array([[10.0, 11.0] * 10 + case["tail"]])
    near = (12.2733 - 10.5) / (13.16 - 10.5)
    lines = flat_lines(values.shape, centre=10.5, low=7.84, high=13.16, near=near)
    told = {
        name: evaluate(values, lines, PRESETS[name])["two_of_three"][0, -3:].tolist()
        for name in ("nhsr", "mdc")
    }
    if "flags" in case:
        assert told["nhsr"] == told["mdc"] == case["flags"]
    else:
        assert [one == "2 in 3 Above CL" for one in case["mdc_since_2023_11"]][1:] == [
            bool(one) for one in told["mdc"]
        ][1:]
        assert told["nhsr"] == [0, 0, 0]  # "Above UCL", and nothing of two in three


@pytest.mark.parametrize("case", TYPED["shift_trend"]["seven_point_trend"])
def test_seven_point_trend(case: dict) -> None:
    values = np.array([case["y"]], dtype=float)
    lines = flat_lines(values.shape, centre=0, low=-99, high=99)
    assert evaluate(values, lines, PRESETS["nhsr"])["trend"][0, -1] == case["end"]


@pytest.mark.parametrize("place", range(3))
def test_assurance(place: int) -> None:
    (case,) = TYPED["assurance"]
    low, high = case["lpl"][place], case["upl"][place]
    for better, name in (("up", "increase"), ("down", "decrease"), ("", "neutral")):
        found = assurance_of(case["target"], low, high, better=better)
        assert found == (case[name][place] or "")


def test_montgomery_ranges() -> None:
    # the upper limit of a moving range is 3.267 of its mean; the limits of I follow from it
    single, ranges = (TYPED["montgomery"][one] for one in ("6.5 I (freeze 20)", "6.5 MR"))
    half = ranges["cl"] / 2
    values = single["cl"] + np.resize([half, -half], 20)
    found = chart(readings(values, kind="duration"), "xmr", per_range=TEXTBOOK).table.iloc[0]
    lines = found[["centre", "low", "high"]].to_numpy(dtype=float)
    assert lines == pytest.approx([single[one] for one in ("cl", "lcl", "ucl")], abs=5e-4)
    assert 3.267 * ranges["cl"] == pytest.approx(ranges["ucl"], abs=5e-5)


@pytest.mark.parametrize(
    ("example", "kind", "sizes", "total"),
    [  # samples, size and total of the book's tables: limits follow from these alone
        ("7.1 p (first 30, excl 15,23)", "p", [50] * 28, 301),
        ("7.3 c (first 26, excl 6,20)", "c", [1] * 24, 472),
        ("7.4 u", "u", [50] * 20, 74),
        ("7.5 u x50", "u", [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5], 153),
    ],
)
def test_montgomery_from_totals(example: str, kind: str, sizes: list, total: int) -> None:
    known = TYPED["montgomery"][example]
    counts = np.diff(np.round(np.linspace(0, total, len(sizes) + 1)))
    about = {"p": "proportion", "u": "rate", "c": "count"}[kind]
    rows = readings(counts, None if kind == "c" else sizes, kind=about)
    found = chart(rows, kind, tested=0, preset=replace(PRESETS["mdc"], least=2)).table.iloc[0]
    assert found["centre"] == pytest.approx(known["cl"], abs=5e-5)
    first = "1" if "lcl1" in known else ""
    wanted = [known[f"lcl{first}"], known[f"ucl{first}"]]
    assert list(found[["low", "high"]]) == pytest.approx(wanted, abs=5e-5)


def test_laney() -> None:
    seen, whole = TRENDS["attendances"]["seen"], TRENDS["attendances"]["all"]
    rows = readings(seen, whole, kind="proportion", unit="share")
    prime, plain = chart(rows, "p_prime").table, chart(rows, "p").table
    known = TYPED["laney"]["nhs_accidents p'"]
    assert prime["centre"].iloc[0] == pytest.approx(known["cl"], abs=5e-5)
    assert prime["low"].iloc[0] == pytest.approx(known["lcl1"], abs=5e-6)
    assert prime["high"].iloc[0] == pytest.approx(known["ucl1"], abs=5e-6)
    known = TYPED["laney"]["nhs_accidents p"]
    assert plain["low"].iloc[0] == pytest.approx(known["lcl1"], abs=5e-5)
    assert plain["high"].iloc[0] == pytest.approx(known["ucl1"], abs=5e-5)
    assert (plain["beyond_limit"] != 0).sum() == known["sigma_signals"]


def test_anhoej() -> None:
    # of its 36 points some lie on the median; 31 to 33 that do not have 11 for the fewest crossings
    known = TYPED["anhoej"]["cdi run"]
    runs = [known["longest"], 3, 3, 3, 3, 3, 2]
    signs = np.concatenate([np.full(size, (-1) ** place) for place, size in enumerate(runs)])
    found = runs_analysis(np.insert(signs, [16, 19, 22, 25, 28], 0))
    assert found.useful == known["n"] - 5 == 31
    ours = found.longest, found.longest_most, found.crossings, found.crossings_least
    assert ours == tuple(
        known[one] for one in ("longest", "longest_max", "crossings", "crossings_min")
    )
    assert found.signal
    fewest = [runs_analysis(np.resize([1, -1], n)).crossings_least for n in range(30, 35)]
    assert fewest == [10, 11, 11, 11, 12]


@pytest.mark.parametrize("case", TYPED["intervals"]["byars"])
def test_byar(case: list) -> None:
    count, level, low, high = case
    found = byar(count, level=level)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize("case", TYPED["intervals"]["exact_poisson"])
def test_exact_poisson(case: list) -> None:
    count, level, low, high = case
    found = exact_poisson(count, level=level)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize("case", TYPED["intervals"]["wilson"])
def test_wilson(case: list) -> None:
    count, n, level, low, high = case
    found = wilson(count, n, level=level)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_poisson_funnel_ratio() -> None:
    known = TYPED["poisson_funnel_ratio"]
    for place, expected in enumerate(known["expected"]):
        for level, name in ((0.95, "95"), (0.998, "998")):
            found = exact_poisson(expected, level=level)
            assert found.low / expected == pytest.approx(known[f"ll{name}"][place], abs=5e-7)
            assert found.high / expected == pytest.approx(known[f"ul{name}"][place], abs=5e-7)


def test_overdispersion_and_dasgupta_are_typed_alike() -> None:
    benchmarks = json.loads((HERE / "golden" / "benchmarking.json").read_text("utf-8"))
    known = TYPED["overdispersion"]
    assert {name: benchmarks["overdispersion"].get(name) for name in known if name != "src"} == {
        name: one for name, one in known.items() if name != "src"
    }
    held = json.loads((HERE / "golden" / "decomposition.json").read_text("utf-8"))
    known = TYPED["dasgupta"]
    for name in ("2.1", "2.2", "2.3"):
        wanted = held["products"][name]["effects"]
        assert known[name] == pytest.approx(wanted, abs=5e-4 if name == "2.1" else 5e-8)
    assert known["4.4"] == pytest.approx(held["4.4"]["effects"], abs=5e-8)
    assert known["5.1 (Kitagawa)"]["age_structure"] == held["5.1"]["effects"]["age"]
    assert known["5.1 (Kitagawa)"]["rate"] == held["5.1"]["effects"]["rate"]
    assert known["5.3"] == pytest.approx(held["5.3"]["effects"], abs=5e-8)


# The monthly set, typed in: months 1 to 96, one spike planted at month 90.
MONTHLY = TYPED["farrington_monthly"]


def test_farrington_monthly() -> None:
    told = json.loads((HERE / "golden" / "farrington_monthly.json").read_text("utf-8"))
    counts = np.array(told["counts"], dtype=float)
    found = farrington(counts, at=told["at"])
    alarms = [place + 1 for place, one in zip(told["at"], found.alarm[0], strict=True) if one]
    assert alarms == MONTHLY["alarms_at"]
    assert found.upper[0].tolist() == told["upper"]
    assert found.expected[0] == pytest.approx(told["expected"], abs=1e-6)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared monthly series")
def test_the_monthly_set_is_what_is_typed_in() -> None:
    held = json.loads((HERE / "golden" / "farrington_monthly.json").read_text("utf-8"))
    counts = pd.read_csv(SHARED / "surveillance_monthly_sim_input.csv")["observed"]
    theirs = pd.read_csv(SHARED / MONTHLY["file"])
    assert counts.tolist() == held["counts"]
    assert (theirs["t"] - 1).tolist() == held["at"]
    assert theirs["upperbound"].tolist() == held["upper"]
    assert theirs.loc[theirs["alarm"] == 1, "t"].tolist() == MONTHLY["alarms_at"]
