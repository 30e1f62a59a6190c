"""The findings over pictures of a change: each against what its table says."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from qa_sampling.reporting.plot_findings_change import (
    cohorts_finding,
    ratios_finding,
    waterfall_finding,
    way_finding,
)
from qa_sampling.results import CohortCurves, Decomposition, IntervalList
from qa_sampling.trends.then_and_now import CHANGES

ABOUT = {"measure": "Referrals", "unit": "count"}


def fall(start, end, names=("Before", "Now"), **parts):
    rows = [(name, *(value if isinstance(value, tuple) else (value, None, None)))
            for name, value in parts.items()]  # fmt: skip
    table = pd.DataFrame(rows, columns=["part", "contribution", "low", "high"])
    table = table.astype({"low": "float64", "high": "float64"})
    return Decomposition(table, start, end, *names, **ABOUT)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (fall(20, 31, Volume=3, Rate=8), "Up from 20 to 31: Rate raises it most (+8)"),
        (fall(31, 20, Volume=2, Rate=-13), "Down from 31 to 20: Rate lowers it most (−13)"),
        (fall(20, 28, Volume=4, Rate=4),
         "Up from 20 to 28: Volume and Rate raise it most (+4 each)"),
        (fall(20, 31, Volume=(3, 1, 5), Rate=(8, -1, 17)),
         "Up from 20 to 31: Rate raises it most (+8), as chance may too"),
        (fall(20, 31, Volume=(3, -1, 7), Rate=(8, 1, 15)),
         "Up from 20 to 31: Rate raises it most (+8)"),
        (fall(20, 31, Volume=(11, -2, 24)), "Up from 20 to 31, as chance may too"),
        (fall(20, 31, Volume=11), "Up from 20 to 31"),
        (fall(20, 20, Volume=3, Rate=-3), "20, as before"),
        (fall(66, 99, ("Expected", "Observed"), East=42, Elsewhere=-9),
         "99 where 66 were expected: East raises it most (+42)"),
        (fall(66, 99, ("Expected", "Observed"), East=3, Elsewhere=30),
         "99 where 66 were expected: most of it elsewhere (+30)"),
    ],
)  # fmt: skip
def test_a_waterfall_says_which_part_did_most(change, finding):
    assert waterfall_finding(change) == finding


def test_parts_of_a_share_are_points():
    table = pd.DataFrame({"part": ["Rate", "Mix of team"], "contribution": [-0.057, 0.007]})
    change = Decomposition(table, 0.32, 0.27, measure="Below good", unit="share")
    assert waterfall_finding(change) == "Down from 32% to 27%: Rate lowers it most (−5.7 points)"


def test_a_hidden_part_is_not_told_by_another():
    table = pd.DataFrame({"part": ["Rate", "A", "B"], "contribution": [9.0, None, None],
                          "hidden": [False, True, True]})  # fmt: skip
    change = Decomposition(table, 20, 31, **ABOUT)
    assert waterfall_finding(change) == "Up from 20 to 31"


def test_groups_that_are_marked_are_named_two_at_most():
    table = pd.DataFrame({"name": ["A", "B", "C", "D"], "value": [3.0, 2.0, 2.0, 1.0],
                          "low": [2.0, 1.0, 1.0, 0.5], "high": [4.0, 3.0, 3.0, 2.0],
                          "marked": [True, False, True, True]})  # fmt: skip
    listed = IntervalList(table, reference=1.0, unit="rate", measure="Families over expected")
    assert ratios_finding(listed) == "Stands out: A; C; and 1 more"
    quiet = IntervalList(table.assign(marked=False), unit="rate", measure="Families")
    assert ratios_finding(quiet) == "No group stands out by more than chance"


def test_the_latest_cohort_stands_beside_earlier_ones_at_its_own_last_day():
    rows = [
        *(("Q1", 0, 0.0), ("Q1", 30, 0.1), ("Q1", 200, 0.4), ("Q2", 0, 0.0), ("Q2", 50, 0.2)),
        *(("Q2", 90, 0.3), ("Q3", 0, 0.0), ("Q3", 40, 0.9), ("Q4", 0, 0.0), ("Q4", 60, 0.25)),
    ]
    table = pd.DataFrame(rows, columns=["name", "day", "share"])
    curves = CohortCurves(table.astype({"day": "float64"}), measure="How soon", unit="share")
    assert cohorts_finding(curves) == "Q4: 25% by day 60, 10% to 20% in the 2 before"
    alone = CohortCurves(table[table["name"] == "Q4"].astype({"day": "float64"}), unit="share",
                         measure="How soon")  # fmt: skip
    assert cohorts_finding(alone) == "Q4: 25% by day 60"


def test_a_way_names_the_steps_that_differ_alone():
    table = pd.DataFrame({"step": ["Assessment", "Plan"], "concerned": [0.9, 0.4],
                          "others": [0.8, 0.1], "change": [CHANGES[2], CHANGES[0]]})  # fmt: skip
    said = way_finding(SimpleNamespace(table=table))
    assert said == "Plan: 40% of those concerned, 10% of others"
    alike = SimpleNamespace(table=table.assign(change=CHANGES[2]))
    assert way_finding(alike).startswith("No step sets")
    assert way_finding(SimpleNamespace(table=table.assign(change=CHANGES[3]))).startswith("Too few")
