"""Sample sizes and half-widths: published figures, what must hold, refusals."""

import doctest
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from qa_sampling.errors import ParameterError
from qa_sampling.sampling.allocation import allocate
from qa_sampling.sampling.planning import size_for_mean, size_for_proportion
from qa_sampling.sampling.planning_assumptions import (
    HALF_WIDTHS,
    Assumptions,
    half_width,
    real_size,
    z_value,
)
from qa_sampling.sampling.planning_precision import precision_by_stratum, precision_of
from qa_sampling.sampling.planning_strata import size_for_all_strata, size_for_each_stratum

GOLDEN = json.loads((Path(__file__).parent / "golden" / "planning.json").read_text("utf-8"))


# published figures ------------------------------------------------------------------------


@pytest.mark.parametrize("case", GOLDEN["proportion"]["rows"], ids=str)
def test_real_sizes_as_published(case: dict) -> None:
    asked = {name: case[name] for name in ("proportion", "population", "method")}
    size = size_for_proportion(case["wanted"], **asked)
    assert size.real == pytest.approx(case["real"], rel=1e-12)
    assert size.n == math.ceil(case["real"])


@pytest.mark.parametrize("case", GOLDEN["whole"]["rows"], ids=str)
def test_whole_sizes_as_published(case: dict) -> None:
    asked = {name: case[name] for name in ("proportion", "population")}
    assert size_for_proportion(case["wanted"], method="wald", **asked).n == case["n"]


def test_size_for_a_mean_as_published() -> None:
    case = GOLDEN["whole"]["mean"]
    size = size_for_mean(case["wanted"], case["standard_deviation"], population=case["population"])
    assert size.n == case["n"]
    assert size.curve["half_width"].is_monotonic_decreasing


def test_rounded_up_once_at_the_end() -> None:
    # svy and samplics round at every step: 86 with 1,000 cases and a design effect of 1.5, then
    # 102 at a response rate of .85. Rounded once: 84.5 audits, 100 cases to draw.
    size = size_for_proportion(
        0.1,
        0.8,
        population=1000,
        method="wald",
        design_effect=1.5,
        response_rate=0.85,
    )
    simple = 1.5 * 1.959963984540054**2 * 0.16 / 0.01
    assert size.real == pytest.approx(simple * 1000 / (999 + simple), rel=1e-12)
    assert (size.n, size.invited) == (85, 100)


def test_half_widths_against_the_textbook_intervals() -> None:
    # Wilson 81 of 263 and 15 of 148 (Newcombe 1998), as in R's prop.test without correction.
    for hits, n, low, high in (
        (81, 263, 0.255288519878274, 0.3662095769828),
        (15, 148, 0.0623863995307363, 0.160487241723308),
    ):
        assert half_width(n, hits / n) == pytest.approx((high - low) / 2, abs=1e-13)
        row = precision_of(n, proportions=[hits / n]).table.iloc[0]
        assert row["low"] == pytest.approx(low, abs=1e-13)
        assert row["high"] == pytest.approx(high, abs=1e-13)


# what must hold ---------------------------------------------------------------------------


@given(
    wanted=st.floats(0.01, 0.45),
    proportion=st.floats(0.02, 0.98),
    population=st.one_of(st.none(), st.integers(1, 5000)),
    method=st.sampled_from(HALF_WIDTHS),
    effect=st.floats(0.5, 4),
)
@settings(max_examples=150, deadline=None)
def test_the_size_is_the_smallest_that_is_precise_enough(
    wanted: float, proportion: float, population: int | None, method: str, effect: float
) -> None:
    size = size_for_proportion(
        wanted, proportion, population=population, method=method, design_effect=effect
    )
    rests = Assumptions(proportion, population, 0.95, method, effect)
    assert rests.half_width(size.n) <= wanted
    assert size.n == 1 or rests.half_width(size.n - 1) > wanted
    assert population is None or size.n <= population
    assert size.n >= size.real - 1e-9 or size.n == population


@given(st.floats(0.01, 0.49), st.floats(0.01, 0.99), st.sampled_from(HALF_WIDTHS))
@settings(max_examples=150, deadline=None)
def test_real_sizes_undo_half_widths(wanted: float, proportion: float, method: str) -> None:
    n = real_size(wanted, proportion, method=method)
    assert half_width(n, proportion, method=method) == pytest.approx(wanted, rel=1e-9)


def test_more_cases_need_more_audits_but_never_more_than_an_endless_population() -> None:
    sizes = [size_for_proportion(0.1, population=cases).n for cases in (1, 10, 50, 500, 10**6)]
    assert sizes == sorted(sizes)
    assert sizes[0] == 1
    assert sizes[-1] == size_for_proportion(0.1).n


def test_nothing_and_everything() -> None:
    assert half_width(0, 0.5) == 0.5
    assert half_width(math.inf, 0.5) == 0
    assert Assumptions(0.5, 20).half_width(20) == 0
    table = precision_of(20, population=20).table
    assert (table["half_width"] == 0).all()
    assert (table["low"] == table["high"]).all()
    nothing = precision_of(0, population=20).table
    assert (nothing["low"] == 0).all()
    assert (nothing["high"] == 1).all()


def test_none_and_all_good_keep_a_width() -> None:
    table = precision_of(20, proportions=[0, 1]).table
    # Wilson 0 of 20: 0 to .161125158052819.
    assert table["high"].iloc[0] == pytest.approx(0.161125158052819, abs=1e-14)
    assert table["low"].iloc[0] == pytest.approx(0, abs=1e-15)
    assert table["low"].iloc[1] == pytest.approx(1 - 0.161125158052819, abs=1e-14)


@pytest.mark.parametrize("method", HALF_WIDTHS)
def test_ends_are_a_width_apart(method: str) -> None:
    table = precision_of(60, population=900, proportions=[0.3, 0.5], method=method).table
    assert (table["high"] - table["low"]).tolist() == pytest.approx(
        (2 * table["half_width"]).tolist()
    )
    assert ((table["low"] < table["proportion"]) & (table["high"] > table["proportion"])).all()


def test_tables_and_curves_can_be_plotted() -> None:
    size = size_for_proportion(0.1, population=900)
    assert size.table["n"].is_monotonic_increasing
    assert size.table.loc[size.table["half_width"] == 0.1, "n"].item() == size.n
    assert size.curve["n"].is_monotonic_increasing
    assert size.curve["half_width"].is_monotonic_decreasing
    bought = precision_of(40, population=900)
    assert (
        bought.curve.groupby("proportion")["half_width"]
        .apply(lambda widths: widths.is_monotonic_decreasing)
        .all()
    )


# by stratum and overall -------------------------------------------------------------------


def test_every_stratum_by_itself() -> None:
    populations = {"North": 400, "South": 60, "Empty": 0}
    size = size_for_each_stratum(
        0.1, populations, proportions={"North": 0.5, "South": 0.8, "Empty": 0.5}
    )
    rows = size.table.set_index("stratum")
    for label, share in (("North", 0.5), ("South", 0.8)):
        alone = size_for_proportion(0.1, share, population=populations[label])
        assert rows.loc[label, "n"] == alone.n
        assert rows.loc[label, "half_width"] <= 0.1
    assert rows.loc["Empty", "n"] == 0
    assert size.n == rows["n"].sum()
    assert size.curve["n"].is_monotonic_decreasing


def test_all_strata_together_need_the_fewest_that_reach_it() -> None:
    populations = {"North": 400, "South": 600, "West": 60}
    shares = {"North": 0.5, "South": 0.7, "West": 0.9}
    spreads = {
        at: math.sqrt(p * (1 - p) * populations[at] / (populations[at] - 1))
        for at, p in shares.items()
    }
    for method in ("proportional", "neyman", "equal"):
        size = size_for_all_strata(0.07, populations, proportions=shares, allocation=method)

        def reached(n: int, method: str = method) -> float:
            result = allocate(populations, n, method=method, standard_deviations=spreads)
            variance = result.expected(standard_deviations=spreads).variance
            return norm.ppf(0.975) * math.sqrt(variance)

        assert reached(size.n) <= 0.07 < reached(size.n - 1)
        assert size.table["n"].sum() == size.n
        assert size.curve["half_width"].is_monotonic_decreasing
    neyman, equal = (
        size_for_all_strata(0.07, populations, proportions=shares, allocation=method).n
        for method in ("neyman", "equal")
    )
    assert neyman <= equal


def test_the_curve_of_an_allocation_meets_its_table() -> None:
    populations = {"North": 400, "South": 60, "West": 900}
    bought = precision_by_stratum(
        populations,
        {"North": 10, "South": 30, "West": 5},
        proportions={"North": 0.5, "South": 0.9, "West": 0.3},
    )
    curve = bought.curve
    said = bought.table["half_width"].iloc[-1]
    here = curve.loc[np.isclose(curve["n"], 45), "half_width"]
    assert here.to_numpy() == pytest.approx(said)
    assert len(here) >= 1
    assert curve["half_width"].is_monotonic_decreasing
    assert curve["n"].iloc[-1] == pytest.approx(1360)
    assert curve["half_width"].iloc[-1] == pytest.approx(0, abs=1e-6)
    blind = precision_by_stratum({"a": 9, "b": 9}, {"a": 3})
    assert blind.curve["half_width"].tolist() == [0.5]


def test_all_strata_where_nothing_varies_need_one_each() -> None:
    size = size_for_all_strata(
        0.1, {"a": 10, "b": 20, "none": 0}, proportions=1.0, response_rate=0.5
    )
    assert size.n == 2
    assert size.invited == 4
    assert size_for_all_strata(0.1, {"a": 10, "b": 20}, proportions=1.0, minimum=0).n == 0


def test_precision_of_an_allocation_by_stratum_and_overall() -> None:
    result = allocate({"North": 400, "South": 100}, 50)
    bought = precision_by_stratum(result.populations, result.sizes)
    rows = bought.table.set_index("stratum")
    assert rows.loc["North", "half_width"] == Assumptions(0.5, 400).half_width(40)
    assert rows.loc["All cases", "sampled"] == 50
    # One stratum: overall is the stratum, by the same method.
    alone = precision_by_stratum({"a": 300}, {"a": 30}, proportions=0.7).table["half_width"]
    assert alone.iloc[1] == pytest.approx(alone.iloc[0], rel=1e-12)
    assert rows.loc["All cases", "half_width"] == pytest.approx(
        Assumptions(0.5, 500).half_width(50), rel=0.02
    )


def test_a_stratum_without_audits_leaves_the_whole_unknown() -> None:
    table = precision_by_stratum({"a": 30, "b": 5}, {"a": 30}).table
    assert table["half_width"].tolist() == [0, 0.5, 0.5]


def test_everything_audited_leaves_no_width() -> None:
    table = precision_by_stratum({"a": 3, "b": 5}, {"a": 3, "b": 5}).table
    assert table["half_width"].tolist() == [0, 0, 0]


# refusals ---------------------------------------------------------------------------------

REFUSALS = [
    ({"wanted": 10}, "A half-width must lie between 0 and 0.5; got 10. Give 0.1 for plus or minus"),
    ({"wanted": 0}, "A half-width must lie between 0 and 0.5; got 0"),
    ({"proportion": 60}, "`proportion` must lie between 0 and 1; got 60"),
    ({"proportion": 0, "method": "log_odds"}, "Log odds of 0 or 1 are infinite; choose method"),
    ({"method": "agresti"}, "`method` 'agresti' is unknown; choose one of wilson, wald, log_odds"),
    ({"level": 95}, "`level` must lie between 0 and 1; got 95. Give 0.95"),
    ({"population": 0}, "`population` must be a whole number of cases, 1 or more; got 0"),
    ({"population": 9.5}, "`population` must be a whole number of cases, 1 or more; got 9.5"),
    ({"design_effect": 0}, "`design_effect` must be above 0; got 0. Give 1 for none"),
    ({"response_rate": 0}, "`response_rate` must be above 0 and at most 1; got 0"),
    ({"response_rate": 1.2}, "`response_rate` must be above 0 and at most 1; got 1.2"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSALS, ids=lambda value: str(value)[:40])
def test_what_cannot_be_is_refused_with_the_reason(changed: dict, message: str) -> None:
    asked = {"wanted": 0.1} | changed
    with pytest.raises(ParameterError, match=message):
        size_for_proportion(asked.pop("wanted"), **asked)


def test_further_refusals() -> None:
    with pytest.raises(ParameterError, match="A half-width of 0 with a standard deviation of 1"):
        size_for_mean(0, 1)
    with pytest.raises(ParameterError, match="`n` must be a whole number of audits from 0 to the"):
        precision_of(21, population=20)
    with pytest.raises(ParameterError, match="Stratum 'b' has no proportion; give every stratum"):
        size_for_each_stratum(0.1, {"a": 5, "b": 6}, proportions={"a": 0.5})
    with pytest.raises(ParameterError, match="No stratum holds cases"):
        size_for_all_strata(0.1, {"a": 0})
    with pytest.raises(ParameterError, match="`response_rate` must be above 0"):
        size_for_all_strata(0.1, {"a": 9}, response_rate=0)
    with pytest.raises(ParameterError, match="No stratum holds cases"):
        precision_by_stratum({}, {})


def test_the_page_on_planning_says_what_the_code_says() -> None:
    page = Path(__file__).parents[1] / "docs" / "planning.md"
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert found.attempted > 20
    assert found.failed == 0


def test_levels() -> None:
    assert z_value(0.95) == pytest.approx(norm.ppf(0.975), rel=1e-14)
    assert size_for_proportion(0.1, level=0.99).n > size_for_proportion(0.1).n
