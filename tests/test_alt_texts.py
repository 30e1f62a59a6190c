"""Alt texts say the kind of chart, the extremes, the signals and what is hidden."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import picture_factory as made
import pytest
from picture_edges import EDGES, derived_pictures
from picture_factory import PICTURES

from qa_sampling.errors import DisclosureError
from qa_sampling.reporting import alt_texts, derived
from qa_sampling.reporting.words import Told
from qa_sampling.results import Sparklines


def alt(name: str):
    return getattr(alt_texts, f"{name.removesuffix('_rare')}_alt")


def test_every_picture_has_its_words():
    names = {name.removesuffix("_rare") for name in PICTURES}
    found = {name.removesuffix("_alt") for name in dir(alt_texts)
             if name.endswith("_alt") and not name.startswith("_")}  # fmt: skip
    assert found == names


@pytest.mark.parametrize("name", PICTURES)
def test_words_are_told_from_the_result(name):
    told = alt(name)(PICTURES[name][1]())
    assert isinstance(told, Told)
    assert told.table is None
    assert told.endswith(".")
    assert "nan" not in told.lower().replace("finance", "")
    assert "  " not in told
    assert len(told) < 900


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", PICTURES)
def test_words_hold_at_the_edges(name, edge):
    told = alt(name)(EDGES[edge](PICTURES[name][1]()))
    assert told.endswith(".")
    assert "nan" not in told.lower().split()
    assert "None" not in told
    if edge == "all hidden":
        assert "idden" in told
        assert "Lowest" not in told or "forecast" in name


@pytest.mark.parametrize("name", sorted({name.removesuffix("_rare") for name in PICTURES}))
def test_words_of_derived_results_know_their_table_and_tell_nothing_hidden(name, monkeypatch):
    monkeypatch.setattr(derived, "_METHODS_OF", ("qa_sampling", "picture_edges"))
    told = []
    for small in ((3, 4), (4, 3)):
        result = derived_pictures(small)[name][1]
        told.append(alt(name)(result))
        assert told[-1].table is result.table
        assert "idden" in told[-1]
    assert told[0] == told[1]


def test_words_take_their_own_kind_of_result():
    with pytest.raises(DisclosureError, match=r"takes a Funnel.*got a ControlChart"):
        alt_texts.funnel_plot_alt(made.control())


def test_a_control_chart_in_words():
    told = alt_texts.control_chart_alt(made.control())
    assert told.startswith("Control chart. Re-referrals within 12 months, share of referrals.")
    assert "Latest 17% in July 2026, lowest 10% in October 2025, highest 34% in March" in told
    assert "Centre line 18%, limits 8% to 27%. Target 18%. Lower is better." in told
    assert "Signals: March 2025 (concern, above the upper limit); October 2025 (improv" in told
    assert "Centre line set anew from October 2025." in told
    assert "1 month in between without data." in told
    assert "2 months can still change." in told


def test_hidden_months_are_counted_and_not_called_gaps():
    told = alt_texts.control_chart_alt(made.rare())
    assert "Hidden: 6 months." in told
    assert "without data" not in told
    assert "October 2025 (unusual)" in told


def test_a_quiet_chart_says_so():
    quiet = made.control(12)
    assert "No signal." in alt_texts.control_chart_alt(quiet)
    bare = quiet.table.assign(centre=float("nan"), low=float("nan"), high=float("nan"))
    told = alt_texts.control_chart_alt(replace(quiet, table=bare))
    assert "There is no centre line yet." in told
    assert "No signal." not in told


def test_a_funnel_in_words():
    told = alt_texts.funnel_plot_alt(made.funnel())
    assert "10 units by their size. All teams: 91%." in told
    assert "Lowest Family Safeguarding 2 (78%), highest Fostering Support (97%)." in told
    assert "Marked: Family Safeguarding 2 (concern, 78%). Hidden: 1 unit." in told


def test_auditors_are_not_ranked():
    told = alt_texts.severity_funnel_alt(made.severities())
    assert "Shifts from −0.36 to +0.48 grades" in told
    assert "Standing out: Auditor 3 grades higher (+0.48)." in told
    assert "Auditor 6" not in told
    assert "Too few audits for a shift: 1 auditor." in told
    calm = made.severities()
    calm = replace(calm, table=calm.table.assign(signal=""))
    assert "Nobody stands out." in alt_texts.severity_funnel_alt(calm)


def test_grades_and_agreement_in_words():
    told = alt_texts.agreement_heat_alt(made.agreement())
    assert "Same grade: 37 of 52. No more than one grade apart: 52 of 52." in told
    assert "Commonest pair shown: auditor Good, moderator Good (21)." in told
    told = alt_texts.grade_distribution_alt(made.grades())
    assert "Good: 51% (38% to 63%)" in told
    assert "In brackets 95% intervals, from 43 graded audits for 826 cases." in told


def test_a_change_a_journey_and_a_forecast_in_words():
    told = alt_texts.decomposition_waterfall_alt(made.decomposition())
    assert "From 21.4 (2024/25) to 24.1 (2025/26). More from police +1.9;" in told
    told = alt_texts.journey_chart_alt(made.journey())
    assert "Referral: 1,489, 29% of the step before, median 1 working day;" in told
    assert "Protection plan: 187, 88% of the step before, median the same day." in told
    told = alt_texts.forecast_fan_alt(made.forecast())
    assert "September 2026 is at about 426 (80% from 411 to 441; 95% from 403 to 449)." in told


def test_months_before_the_records_are_not_called_gaps():
    chart = made.control()
    before = pd.DataFrame({"period": made.months(19, "2022-09-01"), "mature": False})
    filled = pd.concat([before, chart.table.assign(phase=0)], ignore_index=True)
    filled = filled.assign(
        hidden=False,
        signal=filled["signal"].fillna(""),
        phase=filled["phase"].fillna(0).astype(int),
    )
    long = replace(chart, table=filled, rebases=())
    told = alt_texts.control_chart_alt(long)
    assert "April 2024 to September 2026. Latest" in told
    assert "1 month in between without data. 2 months can still change." in told
    lines = pd.DataFrame({"series": ["A"], "latest": [0.2]})
    many = Sparklines(
        filled[["period", "value", "mature"]].assign(series="A"), lines, unit="share"
    )  # fmt: skip
    told = alt_texts.sparklines_alt(many)
    assert "April 2024 to September 2026." in told
    assert "In 1 of them the latest months can still change." in told
    assert "stands out" not in told


def test_no_code_of_ours_is_said():
    funnel = made.funnel()
    marked = funnel.table.assign(signal=funnel.table["signal"].replace("concern", "neutral"))
    assert "(unusual, 78%)" in alt_texts.funnel_plot_alt(replace(funnel, table=marked))
    turning = made.turning()
    done = turning.done.assign(verdict="not shown")
    told = alt_texts.turning_chart_alt(replace(turning, done=done))
    assert "(no turn beyond what chance does)" in told


def test_long_lists_are_cut():
    told = alt_texts.sparklines_alt(made.many(120))
    assert "120 series." in told
    assert "and 5 more" in told
    quiet = made.many(2)
    assert "No series stands out at its latest settled value." in alt_texts.sparklines_alt(quiet)


def test_a_calibration_says_first_and_last_average_and_each_drift() -> None:
    told = str(alt_texts.calibration_chart_alt(made.calibrated()))
    assert "At first +0.34 (95% interval" in told and "At last" in told
    assert "Auditors have drifted: September 2025 (higher)." in told
    plain = made.calibrated(6)
    assert "No drift is told." in str(alt_texts.calibration_chart_alt(plain))
