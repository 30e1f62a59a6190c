"""What measures tell of a standard: of a day the latest alone, of a period the latest year."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
from scipy import stats

from qa_sampling.loop.standards import read_standard
from qa_sampling.parameters import read_parameters, read_programme_files
from qa_sampling.reporting.programme_view import evidence_view
from qa_sampling.runs.programme_page.standard_measures import measures_told, ways_of_measures
from qa_sampling.settings.programme_files import QualityStandard
from qa_sampling.trends.measured import READINGS

MONTHS = pd.date_range("2024-11-01", "2026-10-01", freq="MS")


def readings(name: str, shares: list[tuple[int, int]], *, mature: bool = True) -> pd.DataFrame:
    """Two years of a measure: above and below, month by month."""
    above, below = (list(part) for part in zip(*shares, strict=True))
    table = pd.DataFrame({"start": MONTHS, "numerator": above, "denominator": below})
    table = table.assign(measure=name, unit_kind="all", unit="All", days=30, kind="proportion",
                         adds=True, carries_over=False, children=above, families=above,
                         pending=0, unknown=0, mature=mature, note="")  # fmt: skip
    table["value"] = table["numerator"] / table["denominator"]
    return table[READINGS.names].astype(READINGS.empty().dtypes.to_dict())


def told_of(parts: list[pd.DataFrame], **measures: float):
    settings = read_parameters("qa_programme", {})
    one = QualityStandard(key="statutory", good="In time.", measures=measures)
    standards = SimpleNamespace(standards=(one,))
    return {m.name: m for m in measures_told(standards, pd.concat(parts), settings)}, settings


def test_a_day_is_never_added_up_over_months():
    """900 of 1,000 children visited, month after month, are 1,000 children and not 12,000."""
    day = readings("cp_visits", [(80, 100)] * 12 + [(90, 100)] * 12)
    flow = readings("icpc_15_days", [(10, 20)] * 12 + [(18, 20)] * 12)
    told, settings = told_of([day, flow], cp_visits=0.85, icpc_15_days=0.9)
    visits, conferences = told["cp_visits"], told["icpc_15_days"]
    assert (visits.evidence.n, conferences.evidence.n) == (100, 240)
    exact = stats.binomtest(90, 100).proportion_ci(settings.level, method="wilson")
    assert (visits.evidence.low, visits.evidence.high) == (exact.low, exact.high)
    assert visits.evidence.says == "Open", "with 1,200 it would say good"
    assert (visits.before, visits.before_of) == (80, 100)
    assert (conferences.before, conferences.before_of) == (120, 240)


def test_which_way_is_held_against_chance_all_together():
    day = readings("cp_visits", [(80, 100)] * 12 + [(90, 100)] * 12)
    flow = readings("icpc_15_days", [(10, 20)] * 12 + [(18, 20)] * 12)
    worse = readings("re_referrals", [(20, 200)] * 12 + [(60, 200)] * 12)
    told, settings = told_of([day, flow, worse], cp_visits=0.85, icpc_15_days=0.9, re_referrals=0.2)

    def p(one, two, n):
        table = [[one, n - one], [two, n - two]]
        whole = 2 * n
        square = stats.chi2_contingency(table, correction=False).statistic * (whole - 1) / whole
        return stats.chi2.sf(square, 1)

    ps = {"cp_visits": p(90, 80, 100), "icpc_15_days": p(216, 120, 240),
          "re_referrals": p(720, 240, 2400)}  # fmt: skip
    level, left, ways = 1 - settings.level, 3, {}
    for name in sorted(ps, key=ps.get):
        ways[name] = ps[name] <= level / left
        left = left - 1 if ways[name] else 1e-9
    assert ways == {"cp_visits": ways["cp_visits"], "icpc_15_days": True, "re_referrals": True}
    assert told["icpc_15_days"].way == "Better"
    assert told["re_referrals"].way == "Worse", "fewer would be better"
    expected = "Better" if ps["cp_visits"] <= level else "No change that can be told from chance"
    assert told["cp_visits"].way == expected


def test_without_the_year_before_no_way_is_told():
    short = readings("cp_visits", [(80, 100)] * 24).iloc[14:]
    told, _ = told_of([short], cp_visits=0.85)
    assert told["cp_visits"].way == "Not known" and told["cp_visits"].evidence.n == 100
    told, _ = told_of([short.iloc[:0]], cp_visits=0.85)
    assert told["cp_visits"].evidence.says == "Silent"
    shown = evidence_view(
        (read_standard("statutory", [told["cp_visits"].evidence]),),
        ways_of_measures(tuple(told.values())),
    )
    assert shown["Against a year before"].tolist() == ["Not known"]


def test_the_declared_standards_name_visits_reviews_and_placements():
    files = read_programme_files(read_parameters("qa_programme", {}))
    named = {one.key: set(one.measures) for one in files.standards.standards}
    assert {"cp_visits", "care_visits", "cp_reviews", "care_reviews"} <= named["statutory"]
    assert "cp_seen_alone" in named["visits"] and "three_placements" in named["care_planning"]


def test_a_measure_of_several_standards_says_the_same_of_each_and_counts_once():
    """Independent review is asked of two standards; the comparison with chance holds it once."""
    files = read_programme_files(read_parameters("qa_programme", {}))
    settings = read_parameters("qa_programme", {})
    named = [name for one in files.standards.standards for name in one.measures]
    twice = {name for name in named if named.count(name) > 1}
    assert twice == {"cp_seen_alone", "cp_reviews", "care_reviews"}
    parts = [readings(name, [(80, 100)] * 12 + [(90, 100)] * 12) for name in sorted({*named})]
    told = measures_told(files.standards, pd.concat(parts), settings)
    for name in twice:
        own = [one for one in told if one.name == name]
        assert len({one.standard for one in own}) == 2
        assert len({(one.evidence.share, one.evidence.says, one.way) for one in own}) == 1
    assert [one.name for one in told] == named
