"""Outcomes over time: what is counted, what stands out, and what everybody may read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.reporting import outcomes_view as view
from qa_sampling.reporting.outcome_tables import (
    charted,
    families_of,
    protect_outcomes,
    quarter_words,
)
from qa_sampling.reporting.outcome_words import outcome_findings
from qa_sampling.reporting.releases import printed_tables, release_text
from qa_sampling.runs.outcomes.outputs import finished_quarters, span_of
from qa_sampling.runs.outcomes.steps import outcomes_of, proposals_of, rebases_of, signals_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.measures import MEASURES

ASKED = ("referrals", "re_referrals", "s47", "children_in_need", "cp_visits", "complaints")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return OutcomeTrends(measures=ASKED, outputs=str(tmp_path_factory.mktemp("outcomes")))


@pytest.fixture(scope="module")
def told(invented_told):
    return invented_told


@pytest.fixture(scope="module")
def found(told, settings):
    return outcomes_of(told, settings)


class TestWhatIsCounted:
    def test_each_measure_goes_where_it_can_be_counted(self, found):
        assert [one.name for one in found.measures] == [
            "referrals",
            "re_referrals",
            "s47",
            "children_in_need",
        ]
        assert found.on_the_day["measure"].tolist() == ["cp_visits"]
        assert found.unable["measure"].tolist() == [MEASURES["complaints"].title]
        assert "children_in_need" not in found.charts, "a stock has no limits"
        assert found.families_known

    def test_team_counts_add_up_to_everybodys(self, found):
        parts = found.by_unit[found.by_unit["measure"] == "referrals"]
        whole = found.readings[found.readings["measure"] == "referrals"]
        added = parts.groupby("start")["numerator"].sum()
        told = whole.set_index("start")["numerator"].dropna()
        assert (added.loc[told.index] == told).all()

    def test_an_overview_says_every_chart_and_its_month(self, found):
        table = view.overview(found.charts).set_index("Measure")
        row = table.loc["Re-referrals within 12 months"]
        assert row["Month"] == "Mar 2026"
        assert row["Value"] == "22% (33 of 150)"
        assert "as usual" in row["What it says"]

    def test_a_month_without_its_year_before_it_is_not_judged(self, found):
        one = found.charts["re_referrals"].table
        assert one.loc[one["mature"], "period"].min() == pd.Timestamp("2024-11-01")

    def test_nothing_that_can_be_counted_is_refused(self, told, settings):
        asked = settings.model_copy(update={"measures": ("complaints", "cp_visits")})
        with pytest.raises(TrendError, match="None of the measures asked for"):
            outcomes_of(told, asked)

    def test_a_list_that_was_not_given_is_no_count_of_none(self, told, settings):
        held = told.events[told.events["event"] != "Section 47 enquiry"]
        less = outcomes_of(replace(told, events=held.reset_index(drop=True)), settings)
        assert "s47" not in less.charts
        needs = less.unable.set_index("measure")["needs"]
        assert needs["Section 47 enquiries"].startswith("the list of the extract with section 47")

    def test_lists_of_a_later_day_say_nothing_of_an_earlier(self, told, settings):
        early = settings.model_copy(update={"period": "2025-12"})
        found = outcomes_of(told, early)
        assert found.on_the_day.empty
        assert "list 7 in the newest extract" in set(found.unable["needs"])

    def test_stocks_are_lines_without_signals(self, found):
        lines = view.stock_lines(found.readings, measures=found.measures, scope="")
        assert lines.lines["series"].tolist() == ["Children in need"]
        assert set(lines.table["signal"]) == {""}


class TestSignals:
    def test_the_planted_spike_is_found_where_it_is_and_nothing_else(self, found, settings):
        signals = signals_of(found, settings)
        assert [(one.measure, one.unit) for one in signals.signals] == [
            ("re_referrals", "Assessment East")
        ]
        one = signals.signals[0]
        assert one.on_families and one.children > one.observed
        assert one.since == pd.Timestamp("2026-01-01")
        shown = view.signals_view(signals, budget=1)
        assert shown.loc[0, "Meaning"] == "Concern"
        assert shown.loc[0, "Budget"] == ""
        assert view.signals_view(signals, budget=0).loc[0, "Budget"] == "beyond the budget"
        line = view.handed_over(signals).loc[0, "Deep dive"]
        assert line == (
            "qa-sampling run deep_dive -p measure re_referrals -p period 2026-03 "
            '-p unit_kind team -p unit "Assessment East"'
        )

    def test_no_false_alarm_before_it(self, told, settings):
        early = settings.model_copy(update={"period": "2025-12"})
        assert signals_of(outcomes_of(told, early), early).signals == ()


class TestDecisions:
    def test_a_rebase_is_applied_only_as_it_was_decided(self, told, settings):
        decision = {
            "measure": "referrals",
            "since": "2025-01-01",
            "by": "Director",
            "reason": "New front door",
        }
        asked = read_parameters(
            "outcome_trends",
            {"measures": list(ASKED), "rebases": [decision], "outputs": settings.outputs},
        )
        assert rebases_of(asked)["referrals"][0].reason == "New front door"
        charts = outcomes_of(told, asked).charts
        assert charts["referrals"].table["phase"].max() == 1
        assert charts["s47"].table["phase"].max() == 0

    def test_proposals_are_told_and_not_applied(self, found):
        table = proposals_of(found)
        assert list(table.columns) == ["measure", "date", "before", "after", "words"]
        assert all(one.table["phase"].max() == 0 for one in found.charts.values())
        assert list(view.proposals_view(table).columns) == ["Measure", "Since", "Why"]

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"measures": ["re_referals"]}, "there is no measure 're_referals'"),
            ({"pictured": ["x"]}, "there is no measure 'x'"),
            ({"targets": {"x": 0.5}}, "there is no measure 'x'"),
            ({"months": 12}, "months"),
            ({"designs": ["monthly"]}, "designs"),
            (
                {"rebases": [{"measure": "s47", "since": "2025-01-15", "by": "A", "reason": "B"}]},
                "first day of a month",
            ),
            (
                {"rebases": [{"measure": "s47", "since": "", "by": "A", "reason": "B"}]},
                "needs `since`",
            ),
        ],
    )
    def test_faults_are_told_by_field(self, values, words):
        with pytest.raises(ParameterError, match=words):
            read_parameters("outcome_trends", values)


def readings(rows):
    """Give quarters of measures as counted."""
    return pd.DataFrame(rows, columns=["measure", "start", "numerator", "mature"]).assign(
        start=lambda held: pd.to_datetime(held["start"])
    )


QUARTERS = ("2025-10-01", "2026-01-01")
MEASURED = [MEASURES[name] for name in ("referrals", "referral_nfa", "re_referrals")]


def small(nfa=(3, 20), again=(30, 30), whole=(150, 160), mature=True):
    rows = []
    for place, day in enumerate(QUARTERS):
        rows.append(("referrals", day, whole[place], True))
        rows.append(("referral_nfa", day, nfa[place], True))
        rows.append(("re_referrals", day, again[place], mature))
    return readings(rows)


class TestForEverybody:
    def test_measures_of_the_same_cases_stand_in_one_table(self):
        families = families_of(list(MEASURES.values()))
        first = {one.whole: [part.name for part in one.parts] for one in families}
        assert {"referral_nfa", "re_referrals"} <= set(first["referrals"])
        assert "re_referred_children" not in first["referrals"], "children do not add up"
        assert all("open" not in whole for whole in first), "no stocks"

    def test_small_counts_are_hidden_with_what_would_tell_them(self):
        tables = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        (table,) = tables.tables
        printed = table.numbers("referral_nfa")
        assert printed.isna().sum() >= 2, "the hidden count, and what would give it away"
        assert table.numbers("referrals").notna().all()
        assert "share_referral_nfa" in table.columns
        assert charted(tables, "re_referrals").result.table["value"].tolist() == pytest.approx(
            [0.2, 0.188]
        )
        assert charted(tables, "s47") is None

    def test_a_measure_whose_follow_up_is_not_over_is_left_out(self):
        tables = protect_outcomes(small(mature=False), MEASURED, quarters=QUARTERS, edition="e1")
        assert "re_referrals" not in tables.tables[0].columns

    def test_without_its_whole_there_is_no_table(self):
        table = small()
        table.loc[table["measure"] == "referrals", "mature"] = False
        assert protect_outcomes(table, MEASURED, quarters=QUARTERS, edition="e1").tables == ()

    def test_a_later_extract_is_tied_to_the_earlier_one(self):
        first = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        ledger = printed_tables(pd.Series([release_text(first.tables[0])]))
        again = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e2", earlier=ledger)
        hidden = [one.tables[0].numbers("referral_nfa").isna().tolist() for one in (first, again)]
        assert hidden[0] == hidden[1]

    def test_words_say_what_the_table_prints(self):
        tables = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        said = outcome_findings(tables).sentences
        assert said[0] == "Referrals, Jan to Mar 2026: 160."
        assert said[-1] == "Re-referrals within 12 months: 30 of these, 19%."
        assert not any("no further action" in one for one in said), "that count is hidden"

    def test_quarters_are_those_that_are_over(self):
        asked = OutcomeTrends(period="2026-02", quarters=2)
        assert finished_quarters(asked) == ["2025-07-01", "2025-10-01"]
        assert finished_quarters(OutcomeTrends(period="2026-03", quarters=1)) == ["2026-01-01"]
        assert span_of(asked) == "July to December 2025"
        assert quarter_words(pd.Timestamp("2026-10-01")) == "Oct to Dec 2026"


def test_a_hidden_quarter_is_hidden_in_the_line_too():
    tables = protect_outcomes(small(nfa=(3, 20)), MEASURED, quarters=QUARTERS, edition="e1")
    line = charted(tables, "referral_nfa").result.table
    assert line["hidden"].tolist() == [True, True]
    assert np.isnan(line["value"]).all()
