"""Tiny samples of every kind: no estimate is missing, no interval a point unless all was seen."""

import math
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiers import repeats

from qa_sampling.errors import EstimationError
from qa_sampling.results import Interval
from qa_sampling.sampling.calibration import post_stratify
from qa_sampling.sampling.change import estimate_change
from qa_sampling.sampling.change_windows import rolling_estimates
from qa_sampling.sampling.estimation import (
    Design,
    Difference,
    Estimate,
    estimate_difference,
    estimate_mean,
    estimate_proportion,
    estimate_ratio,
    estimate_total,
)
from qa_sampling.sampling.estimation_design import make_design
from qa_sampling.sampling.estimation_domains import estimate_by
from qa_sampling.sampling.estimation_grades import grade_distribution
from qa_sampling.sampling.estimation_intervals import METHODS
from qa_sampling.sampling.estimation_phases import add_phase, estimate_moderated
from qa_sampling.sampling.estimation_variance import SINGLE_CASE_RULES
from qa_sampling.schema import GRADES

BOUNDS = (0.0, 4.0)


@st.composite
def tables(draw) -> tuple[pd.DataFrame, dict[str, int], dict]:
    """A few strata of one to four audits, some taken whole, some empty, good of all shares."""
    strata = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(["any", "all", "none", "one case"]))
    rows, population = [], {}
    for name in "abc"[:strata]:
        n = 1 if kind == "one case" else draw(st.integers(1, 4))
        population[name] = n + draw(st.sampled_from([0, 1, 3, 40]))
        for _ in range(n):
            good = {"all": 1, "none": 0}.get(kind, draw(st.integers(0, 1)))
            rows.append((name, good, draw(st.sampled_from("NS")), draw(st.integers(0, 4))))
        if kind == "one case":
            break
    if draw(st.booleans()):
        population["empty"] = 0
    table = pd.DataFrame(rows, columns=["s", "good", "team", "score"])
    table["grade"] = table["good"].map({1: GRADES[1], 0: GRADES[3]})
    table["k"], table["one"] = range(len(table)), 1
    table["outcome"] = "audited"
    for place in draw(st.sets(st.integers(0, len(table) - 1), max_size=2)):
        table.loc[place, "outcome"] = draw(st.sampled_from(["out_of_scope", "unavailable"]))
    options = {"single_case": draw(st.sampled_from(SINGLE_CASE_RULES))}
    if draw(st.booleans()):
        options["degrees"] = "r"
    return table, population, options


def design_of(made: tuple[pd.DataFrame, dict[str, int], dict], kind: str) -> Design | None:
    """Build the design; None where it is refused with good reason."""
    table, population, options = made
    try:
        if kind == "rounded":
            chance = table["s"].map(population)
            table = table.assign(p=table.groupby("s")["s"].transform("size") / chance)
            return make_design(
                table, probability="p", approximation="pooled", outcome="outcome", **options
            )
        if kind == "families":
            sizes = {"available": population, "stands_for": "m"}
            more = {name: size + 2 for name, size in population.items() if size}
            table = table.assign(m=1 + (table["k"] % 2))
            return make_design(table, "s", population=more, outcome="outcome", **sizes, **options)
        design = make_design(table, "s", population=population, outcome="outcome", **options)
        if kind == "calibrated":
            groups = design.table["team"].value_counts() * design.population / len(design.table)
            return post_stratify(design, "team", groups.to_dict())
        return design
    except EstimationError as error:
        told = ("No case was audited", "was unavailable, so nobody")
        assert any(part in str(error) for part in told)
        return None


def estimates(design: Design) -> Iterator[Estimate]:
    """Every estimate of one sample."""
    teams = sorted(set(design.table["team"][design.in_scope]))
    for where in (None, *({"team": team} for team in teams)):
        yield estimate_proportion(design, "good", where=where)
        yield estimate_mean(design, "score", where=where, bounds=BOUNDS)
        yield estimate_total(design, "good", where=where, bounds=(0, 1))
        yield estimate_total(design, "score", where=where, bounds=BOUNDS)
        yield estimate_ratio(design, "score", "one", where=where, bounds=BOUNDS)
    for statistic in ("proportion", "mean", "total"):
        y = "good" if statistic == "proportion" else "score"
        found = estimate_by(
            design, "team", y, statistic=statistic, domains=["N", "S", "absent"], bounds=BOUNDS
        )
        assert "absent" in found.absent
        yield from (found[name] for name in found)
    try:
        phase = add_phase(design, "one")
    except EstimationError:
        return
    for method in ("expansion", "difference", "regression"):
        yield estimate_moderated(phase, "good", "good", method=method)


def check(interval: Interval, estimate: float, complete: bool) -> None:
    assert math.isfinite(interval.low)
    assert math.isfinite(interval.high)
    assert interval.low <= estimate + 1e-9
    assert estimate <= interval.high + 1e-9
    if complete:
        assert interval.width == 0
    else:
        assert interval.width > 1e-9


@settings(max_examples=repeats(50, 150), deadline=None)
@given(tables(), st.sampled_from(["stratified", "rounded", "calibrated", "families"]))
def test_no_estimate_is_missing_and_none_surer_than_what_was_seen(made, kind: str) -> None:
    design = design_of(made, kind)
    if design is None:
        return
    for one in estimates(design):
        numbers = (one.estimate, one.standard_error, one.design_effect, one.effective_n)
        assert all(map(math.isfinite, numbers)), one
        assert one.careful_error >= one.standard_error * (1 - 1e-9)
        assert one.degrees_of_freedom >= 1
        check(one.confidence_interval(), one.estimate, one.is_complete)
        if one.kind == "proportion":
            assert one.reliability.verdict in ("present", "review", "suppress")
            for method in METHODS:
                ends = one.confidence_interval(method=method)
                assert math.isfinite(ends.low)
                assert 0 <= ends.low <= ends.high <= 1
                assert one.is_complete or ends.width > 0


@settings(max_examples=repeats(40, 100), deadline=None)
@given(tables(), tables(), st.sampled_from(["stratified", "rounded", "calibrated", "families"]))
def test_no_difference_is_missing(made, other, kind: str) -> None:
    first, second = design_of(made, kind), design_of(other, kind)
    if first is None or second is None:
        return
    found: list[Difference] = [estimate_change(first, second, "good")]
    if kind != "rounded":
        found.append(_with_key(first, second))
    teams = sorted(set(first.table["team"][first.in_scope]))
    if len(teams) == 2:
        groups = [{"team": team} for team in teams]
        found.append(estimate_difference(first, "good", first=groups[0], second=groups[1]))
        found.append(estimate_difference(first, "good", first=None, second=groups[1]))
    for one in filter(None, found):
        assert math.isfinite(one.standard_error)
        assert -1 <= one.correlation <= 1
        complete = one.first.is_complete and one.second.is_complete
        ends = one.confidence_interval()
        assert math.isfinite(ends.low)
        assert math.isfinite(ends.high)
        assert complete or ends.width > 1e-9
        assert 0 <= one.p_value <= 1


def _with_key(first: Design, second: Design) -> Difference | None:
    """Count the cases in common; samples that share more than there was are refused."""
    try:
        return estimate_change(first, second, "good", key="k")
    except EstimationError as error:
        assert "which cannot be" in str(error)
        return None


@settings(max_examples=60, deadline=None)
@given(tables())
def test_grades_and_windows_are_never_missing(made) -> None:
    table, population, options = made
    design = design_of(made, "stratified")
    if design is None:
        return
    found = grade_distribution(design, "grade").table
    assert not found[["share", "low", "high", "cumulated", "cumulated_low"]].isna().any(axis=None)
    assert found["share"].sum() == pytest.approx(1)
    months = pd.concat([table.assign(period=f"2026-0{month}") for month in (1, 2, 3)])
    sizes = {
        f"2026-0{month} / {name}": size for month in (1, 2, 3) for name, size in population.items()
    }
    several = make_design(months, ["period", "s"], population=sizes, outcome="outcome", **options)
    windows = rolling_estimates(several, "good", window=2, lag=1)
    assert not windows[["estimate", "low", "high"]].isna().any(axis=None)
    assert windows[["change", "change_low", "change_high"]].iloc[1:].notna().all(axis=None)
    if not estimate_proportion(several, "good").is_complete:
        assert (windows["low"] < windows["high"]).all()


def test_a_share_of_one_case_of_many_says_almost_nothing() -> None:
    design = make_design(pd.DataFrame({"good": [1]}), population=500)
    ends = estimate_proportion(design, "good").confidence_interval()
    assert ends.width > 0.9
