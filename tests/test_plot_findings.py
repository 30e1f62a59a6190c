"""What pictures find, said in their titles where a rule says so."""

from __future__ import annotations

from dataclasses import replace

import picture_factory as made

from qa_sampling.reporting.outcome_rates_view import estimates_words, rates_tables
from qa_sampling.reporting.plot_findings import chart_finding, many_finding, turning_finding
from qa_sampling.trends.population_rates import RATES

NAN = float("nan")


def test_many_series_name_those_that_stand_out():
    assert many_finding(made.many(2)) == "None of 2 stands out in its latest settled month"
    assert many_finding(made.many(3)) == "1 of 3 stands out: Assessments, Assessment North"
    several = many_finding(made.many(18))
    assert several.startswith("5 of 18 stand out: Assessments, Assessment North, ")
    assert several.endswith(" and 3 more")
    many = made.many(3)
    bare = many.lines.assign(low=NAN, high=NAN, centre=NAN, signal="")
    assert many_finding(replace(many, lines=bare)) == ""


def test_a_chart_says_its_latest_settled_month():
    chart = made.control()
    assert chart_finding(chart) == "As usual in July 2026; last a signal in November 2025"
    quiet = chart.table.assign(signal="", rules="")
    assert chart_finding(replace(chart, table=quiet)) == "As usual in July 2026"
    high = quiet.assign(signal=quiet["signal"].where(quiet.index != 27, "concern"))
    high["rules"] = high["rules"].where(high.index != 27, "above the upper limit")
    assert chart_finding(replace(chart, table=high)) == (
        "Concern in July 2026: above the upper limit"
    )
    for lacking in (quiet.assign(low=NAN, high=NAN), quiet.assign(mature=False), quiet.iloc[:0]):
        assert chart_finding(replace(chart, table=lacking)) == ""


def test_a_curve_says_its_chance():
    turning = made.turning()
    assert turning_finding(turning) == (
        "Target 15% in June 2027: a chance of 21% if nothing changes"
    )
    sure = replace(turning, chance=0.999)
    assert "a chance of more than 99% if" in turning_finding(sure)
    assert turning_finding(replace(turning, chance=None)) == ""


def test_without_a_population_there_is_a_sentence_and_no_table():
    none = RATES.empty()
    assert rates_tables({}, none) == {}
    assert estimates_words(none) == "No `population` is given, so there are counts and no rates."
