"""A deep dive beside the children there are: rates per 10,000, and what more children explain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from test_measures import made

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import read_parameters
from qa_sampling.runs.dive import view
from qa_sampling.runs.dive.cases import Dive
from qa_sampling.runs.dive.population import population_change
from qa_sampling.runs.dive.population_said import population_words
from qa_sampling.runs.populations import population_of
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of

HELD = pd.date_range("2023-04-01", "2024-03-01", freq="MS")
OWN = pd.date_range("2024-04-01", "2024-06-01", freq="MS")
ESTIMATES = [
    {"year": 2023, "children": 40_000, "vintage": "ONS 2024"},
    {"year": 2024, "children": 44_000, "vintage": "ONS 2025"},
]


def asked(population=ESTIMATES, **more):
    values = {"extract": "somewhere", "population": population, "measure": "s47"} | more
    return read_parameters("deep_dive", values)


def dive_of(readings, measure="s47"):
    about = {"before": pd.DataFrame(), "now": pd.DataFrame(), "spans": ("", ""), "dropped": 0}
    days = (OWN[0], OWN[-1] + pd.offsets.MonthEnd(0))
    return Dive(MEASURES[measure], readings, held=HELD, own=OWN, days=days, **about)


@pytest.fixture(scope="module")
def enquiries():
    """Ten a month for a year to March, then fifteen."""
    days = [*HELD.repeat(10), *OWN.repeat(15)]
    rows = [(f"c{place}", "Section 47 enquiry", day) for place, day in enumerate(days)]
    return readings_of(made(*rows), "s47", as_at=date(2024, 6, 30), since=date(2023, 4, 1))


@pytest.fixture(scope="module")
def shares(enquiries):
    """Of forty cases a month ten, and then fifteen, are concerned."""
    return enquiries.assign(measure="re_referrals", kind="proportion", denominator=40.0)


def test_rates_and_what_more_children_explain(enquiries):
    found = population_change(dive_of(enquiries), asked())
    row = found.rates.iloc[0]
    # 120 of 40,000 in a whole year; 45 of 44,000 in 91 days of 365
    assert row["before"] == pytest.approx(30, abs=1e-12) and row["annual"]
    assert row["now"] == pytest.approx(45 / (44_000 * 91 / 365) * 10_000, abs=1e-12)
    assert (found.before.children, found.now.children) == (40_000, 44_000)
    assert (found.before.years, found.now.vintages) == ((2023,), ("ONS 2025",))
    # Kitagawa's two factors: 4,000 more children at the mean of 10/40,000 and 15/44,000
    assert found.change == 5
    assert found.by_children == pytest.approx(4000 * (10 / 40_000 + 15 / 44_000) / 2, abs=1e-12)
    words = population_words(found, "Section 47 enquiries", OWN[-1])
    assert "44,000 children (middle of 2024: ONS 2025)" in words and "+10.0%" in words
    assert "30.0 before, 41.0 now" in words
    assert "Of a change of +5.0 a month, the number of children makes +1.2." in words
    assert "different vintages, so part of it may be a revision." in words
    assert not found.is_late and found.carried is None and "grow on" not in words


def test_of_a_share_both_are_counted(shares):
    more = {"measure": "re_referrals"}
    found = population_change(dive_of(shares, "re_referrals"), asked(**more))
    assert found.rates["before"].tolist() == pytest.approx([120, 30], abs=1e-12)
    assert found.change == 5
    others = population_change(dive_of(shares, "re_referrals"), asked(**more, concerned="not_met"))
    assert others.rates["before"].tolist() == pytest.approx([120, 90], abs=1e-12)
    assert others.change == -5
    shown = view.population_view(SimpleNamespace(population=found))
    assert shown["Population"].iloc[3] == "Referrals, per 10,000 a year"
    assert shown["Before"].tolist() == ["40,000", "middle of 2023", "ONS 2024", "120.0", "30.0"]


def test_one_estimate_tells_no_change(enquiries):
    found = population_change(dive_of(enquiries), asked(ESTIMATES[:1]))
    assert found.is_one_estimate and found.by_children == 0
    words = population_words(found, "Section 47 enquiries", OWN[-1])
    assert "both spans rest on 40,000 children" in words and "is not known" in words
    assert found.is_late and found.carried is None
    assert (
        "of the middle of 2023, lies 12 months before June 2024." in words
        and "estimate of the year before" in words
    )


LATE = [
    {"year": year, "children": children, "vintage": "ONS 2024"}
    for year, children in ((2020, 41_000), (2022, 39_000), (2023, 40_000))
]


def grown(months, growth):
    """The children of some months: 40,000 in the middle of 2023, then day by day."""
    held = []
    for first in months:
        middle = first + (first + pd.offsets.MonthEnd(0) + pd.Timedelta(days=1) - first) / 2
        years = max(0, (middle - pd.Timestamp("2023-07-01")).days) / 365.25
        held.append(40_000 * (1 + growth) ** years)
    return sum(held) / len(held)


def test_a_late_estimate_is_carried_forward_as_an_assumption(enquiries):
    found = population_change(dive_of(enquiries), asked(LATE))
    held = found.carried
    assert found.is_late and found.is_one_estimate and found.months_old == 12
    # two years from 41,000 to 39,000, and one from there to 40,000
    falls, rises = (39 / 41) ** 0.5 - 1, 40 / 39 - 1
    assert (held.growth, held.low, held.high) == pytest.approx((rises, falls, rises), abs=1e-12)
    then, now = grown(HELD, rises), grown(OWN, rises)
    assert (held.before, held.now) == pytest.approx((then, now), abs=1e-6)
    ends = []
    for growth in (rises, falls, rises):
        before, after = grown(HELD, growth), grown(OWN, growth)
        ends.append((after - before) * (10 / before + 15 / after) / 2)
    assert held.by_children == pytest.approx(ends, abs=1e-9)
    words = population_words(found, "Section 47 enquiries", OWN[-1])
    assert "(+2.6% a year; -2.5% to +2.6% over 2 years)" in words
    assert f"there would be {now:,.0f} now and {then:,.0f} before: an assumption" in words
    most = ends[0] / 5
    assert words.endswith(
        f"make -0.2 to +0.2 of the change of +5.0 a month, at most {most:.0%} of it."
    )
    shown = view.population_view(SimpleNamespace(population=found)).set_index("Population")
    assert shown.loc["Children, were they to grow on", "Now"] == f"{now:,.0f}"


def test_fewer_children_explain_none_of_a_rise(enquiries):
    found = population_change(dive_of(enquiries), asked([LATE[1] | {"children": 42_000}, LATE[2]]))
    assert found.carried.by_children[2] < 0
    words = population_words(found, "Section 47 enquiries", OWN[-1])
    assert words.endswith("make -0.4 of the change of +5.0 a month, so none of it.")


def test_the_invented_authority_s_late_estimate_is_carried_forward():
    """Its estimates end in 2024, as real ones do in March 2026."""
    settings = read_parameters("deep_dive", {"outputs": "out"})
    people = population_of(settings)
    assert people["year"].max() == 2024 and settings.period == "2026-03"
    months = pd.date_range("2025-01-01", "2026-03-01", freq="MS")
    days = [*months[:12].repeat(10), *months[12:].repeat(15)]
    rows = [(f"c{place}", "Section 47 enquiry", day) for place, day in enumerate(days)]
    read = readings_of(made(*rows), "s47", as_at=date(2026, 3, 31), since=date(2025, 1, 1))
    dive = replace(dive_of(read), held=months[:12], own=months[12:])
    found = population_change(dive, settings)
    assert found.months_old == 21 and found.is_one_estimate
    assert found.carried.growth == pytest.approx(44_079 / 43_817 - 1, abs=1e-12)
    assert found.carried.low == pytest.approx(43_341 / 43_212 - 1, abs=1e-12)
    assert found.carried.high == pytest.approx(42_955 / 42_488 - 1, abs=1e-12)
    assert 0 < found.carried.by_children[1] < found.carried.by_children[2] < 0.2


def test_without_an_estimate_of_the_months_it_is_said(enquiries):
    for estimates in ([], ESTIMATES[1:]):
        assert population_change(dive_of(enquiries), asked(estimates)) is None
    assert "(`population`)" in population_words(None, "Section 47 enquiries", OWN[-1])
    assert view.population_view(SimpleNamespace(population=None)).empty


def test_each_child_once_a_month_has_no_pace_of_a_year(shares):
    readings = shares.assign(measure="re_referred_children", adds=False)
    measure = {"measure": "re_referred_children"}
    found = population_change(dive_of(readings, "re_referred_children"), asked(**measure))
    assert found.rates["before"].tolist() == pytest.approx([10, 2.5], abs=1e-12)
    assert "a month: 2.5 before" in population_words(found, "Children", OWN[-1])
    shown = view.population_view(SimpleNamespace(population=found))
    assert shown["Population"].str.endswith("per 10,000 a month").sum() == 2


@pytest.mark.parametrize(
    ("population", "words"),
    [
        ([ESTIMATES[0], ESTIMATES[0]], "2023 has two estimates"),
        ([{"year": 2023, "children": 0, "vintage": "x"}], "children"),
        ([{"year": 2023, "children": 40_000}], "vintage"),
    ],
)
def test_faults_are_told(population, words):
    with pytest.raises(ParameterError, match=words):
        asked(population)
