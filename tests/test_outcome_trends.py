"""Outcomes over time: what is counted, what stands out, and what everybody may read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.register import Register
from qa_sampling.reporting import outcomes_view as view
from qa_sampling.reporting.disclosure import HIDDEN_MARK
from qa_sampling.reporting.outcome_families import families_of
from qa_sampling.reporting.outcome_signals import filled_by
from qa_sampling.reporting.outcome_tables import (
    charted,
    protect_outcomes,
    quarter_words,
    table_of,
)
from qa_sampling.reporting.outcome_words import outcome_findings, signal_findings
from qa_sampling.reporting.quantities import DeclaredText
from qa_sampling.reporting.releases import printed_tables, release_text
from qa_sampling.runs.outcomes.curves import curve_of, planned
from qa_sampling.runs.outcomes.outputs import finished_quarters, release_outcomes, span_of
from qa_sampling.runs.outcomes.rebased import rebases_of
from qa_sampling.runs.outcomes.steps import outcomes_of, proposals_of, signals_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn, DoneThing, PlannedAction
from qa_sampling.trends.measures import MEASURES

ASKED = ("referrals", "re_referrals", "s47", "children_in_need", "cp_visits", "pre_proceedings")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return OutcomeTrends(
        period="2026-03", measures=ASKED, outputs=str(tmp_path_factory.mktemp("outcomes"))
    )


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
            "cp_visits",
        ]
        assert found.on_the_day["measure"].tolist() == ["cp_visits"]
        assert found.unable["measure"].tolist() == [MEASURES["pre_proceedings"].title]
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
        assert row["Variation"] == "As usual"

    def test_a_month_without_its_year_before_it_is_not_judged(self, found):
        one = found.charts["re_referrals"].table
        assert one.loc[one["mature"], "period"].min() == pd.Timestamp("2024-11-01")

    def test_nothing_that_can_be_counted_is_refused(self, told, settings):
        asked = settings.model_copy(update={"measures": ("pre_proceedings", "cp_visits")})
        assert list(outcomes_of(told, asked).charts) == ["cp_visits"]
        day = told.on_lists["day"] == told.on_lists["day"].max()
        one = replace(told, on_lists=told.on_lists[day].reset_index(drop=True))
        with pytest.raises(TrendError, match="None of the measures asked for"):
            outcomes_of(one, asked)

    def test_a_list_that_was_not_given_is_no_count_of_none(self, told, settings):
        held = told.events[told.events["event"] != "Section 47 enquiry"]
        less = outcomes_of(replace(told, events=held.reset_index(drop=True)), settings)
        assert "s47" not in less.charts
        needs = less.unable.set_index("measure")["needs"]
        assert needs["Section 47 enquiries"].startswith("the list of the extract with section 47")

    def test_lists_of_a_later_day_say_nothing_of_an_earlier(self, told, settings):
        early = settings.model_copy(update={"period": "2025-12"})
        late = told.on_lists["day"] > pd.Timestamp("2025-12-31")
        later = replace(told, on_lists=told.on_lists[late].reset_index(drop=True))
        found = outcomes_of(later, early)
        assert found.on_the_day.empty
        assert "list 7 in an extract" in set(found.unable["needs"])

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
        drift = replace(one, since=pd.Timestamp("2025-07-01"))
        nine = filled_by(replace(signals, signals=(drift,)), as_at="2026-03-31")
        assert nine[one.id]["over"] == 9

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
            {"measures": list(ASKED), "rebases": [decision], "outputs": settings.outputs}
            | {"period": "2026-03"},
        )
        assert rebases_of(asked)["referrals"][0].reason == "New front door"
        charts = outcomes_of(told, asked).charts
        assert charts["referrals"].table["phase"].max() == 1
        assert charts["s47"].table["phase"].max() == 0

    @pytest.mark.parametrize("since", ["2019-01-01", "2031-01-01"])
    def test_a_rebase_outside_of_the_months_shown_stops_nothing(self, told, settings, since):
        decision = {"measure": "referrals", "since": since, "by": "Director", "reason": "Door"}
        asked = {"measures": ["referrals"], "rebases": [decision], "outputs": settings.outputs}
        asked |= {"period": "2026-03"}
        charts = outcomes_of(told, read_parameters("outcome_trends", asked)).charts
        assert charts["referrals"].table["phase"].max() == 0

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
    table = pd.DataFrame(rows, columns=["measure", "start", "numerator", "mature"])
    table["start"] = pd.to_datetime(table["start"])
    wholes = table.drop_duplicates("start").set_index("start")["numerator"]
    return table.assign(denominator=table["start"].map(wholes).astype("float"))


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

    def test_quarters_of_which_one_or_none_is_shown_make_no_line(self):
        tables = protect_outcomes(small(nfa=(3, 20)), MEASURED, quarters=QUARTERS, edition="e1")
        assert table_of(tables, "referral_nfa") is not None
        assert charted(tables, "referral_nfa") is None

    def test_a_measure_whose_follow_up_is_not_over_is_left_out(self):
        tables = protect_outcomes(small(mature=False), MEASURED, quarters=QUARTERS, edition="e1")
        assert "re_referrals" not in tables.tables[0].columns

    def test_without_its_whole_there_is_no_table(self):
        table = small()
        table.loc[table["measure"] == "referrals", "mature"] = False
        assert protect_outcomes(table, MEASURED, quarters=QUARTERS, edition="e1").tables == ()

    def test_an_extract_of_a_year_shows_the_quarters_it_holds(self):
        table = small()
        table.loc[table["start"] == "2025-10-01", "mature"] = False
        tables = protect_outcomes(table, MEASURED, quarters=QUARTERS, edition="e1")
        assert tables.tables[0].body["quarter"].tolist() == ["Jan to Mar 2026"]
        (shared,) = tables.shared("October 2025 to March 2026")
        assert shared.caption == "Referrals, January to March 2026"

    def test_extracts_without_a_whole_quarter_are_refused(self, told, found, settings, tmp_path):
        late = told.events[told.events["date"] > "2026-02-01"].reset_index(drop=True)
        short = replace(told, events=late)
        with pytest.raises(TrendError, match="No quarter up to 31 March 2026 is whole"):
            release_outcomes(
                short, found, settings, Register.open(tmp_path / "register.sqlite", create=True)
            )

    def test_a_later_extract_is_tied_to_the_earlier_one(self):
        first = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        ledger = printed_tables(pd.Series([release_text(first.tables[0])]))
        again = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e2", earlier=ledger)
        hidden = [one.tables[0].numbers("referral_nfa").isna().tolist() for one in (first, again)]
        assert hidden[0] == hidden[1]

    def test_the_same_month_may_be_run_again_on_its_register(self):
        """The ledger keeps the text of a heading, not that its number was declared."""
        first = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        ledger = printed_tables(pd.Series([release_text(first.tables[0])]))
        again = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1", earlier=ledger)
        (shared,) = again.shared("")
        assert isinstance(shared.table.labels["re_referrals"], DeclaredText)
        assert release_text(shared.table) == release_text(first.tables[0])

    def test_words_say_what_the_table_prints(self):
        tables = protect_outcomes(small(), MEASURED, quarters=QUARTERS, edition="e1")
        said = outcome_findings(tables).sentences
        assert said[0] == "Referrals, Jan to Mar 2026: 160."
        assert said[-1] == "Re-referrals within 12 months: 30 of these, 19%."
        assert not any("no further action" in one for one in said), "that count is hidden"

    def test_signals_come_first_and_small_ones_are_not_named(self):
        one = {"measure": "referrals", "observed": 20.0, "children": 30.0, "out_of": None}
        few = one | {"measure": "s47", "observed": 4.0, "children": 9.0}
        rest = one | {"measure": "re_referrals", "out_of": 33.0}
        found = [SimpleNamespace(**held) for held in (one, few, rest, one)]
        (said,) = signal_findings(SimpleNamespace(signals=found)).sentences
        assert said == (
            "Watched month by month, 1 measure stands out from what chance does, of the whole "
            "authority or of a part of it: Referrals."
        )
        (said,) = signal_findings(SimpleNamespace(signals=found[1:3])).sentences
        assert said.endswith("no measure is named as unusual.")
        notebook = Path(__file__).parents[1] / "notebooks" / "50_outcome_trends.ipynb"
        cells = [one for one in json.loads(notebook.read_text(encoding="utf-8"))["cells"]
                 if "page-finding" in one["metadata"].get("tags", ())]  # fmt: skip
        managers, everybody = ("".join(one["source"]) for one in cells)
        assert "signal_tables(signals" in managers
        assert "restricted-only" in cells[0]["metadata"]["tags"]
        assert "signal_findings(signals) + outcome_findings(tables" in everybody

    def test_a_share_is_of_those_of_whom_it_is_known(self):
        """Otherwise the page for everybody says 84% where the one for managers says 94%."""
        names = ("assessments", "assessments_45_days", "assessments_45_days_of_referral")
        counts = {"2025-10-01": (424, 397, 355), "2026-01-01": (403, 382, 339)}
        rows = [(name, day, n, True) for day, held in counts.items()
                for name, n in zip(names, held, strict=True)]  # fmt: skip
        table = readings(rows)
        table.loc[table["measure"] == names[2], "denominator"] = [382.0, 358.0]
        measures = [MEASURES[name] for name in names]
        tables = protect_outcomes(table, measures, quarters=QUARTERS, edition="e1")
        shown = tables.tables[0].numbers(f"share_{names[2]}").tolist()
        assert shown == pytest.approx([92.9, 94.7]), "355 of 382, 339 of 358"
        assert tables.tables[0].numbers(f"known_{names[2]}").tolist() == [382, 358]
        assert outcome_findings(tables).sentences[-1] == (
            "Assessments within 45 working days of the referral: 339 of 358 of whom it is known, "
            "95%."
        )

    def test_the_few_between_two_measures_are_hidden_too(self):
        """In time from the referral is in time from the start: a reader subtracts."""
        names = ("assessments", "assessments_45_days", "assessments_45_days_of_referral")
        counts = {"2025-10-01": (424, 397, 394), "2026-01-01": (403, 382, 339)}
        rows = [(name, day, n, True) for day, held in counts.items()
                for name, n in zip(names, held, strict=True)]  # fmt: skip
        measures = [MEASURES[name] for name in names]
        tables = protect_outcomes(readings(rows), measures, quarters=QUARTERS, edition="e1")
        both = tables.tables[0].frame[list(names[1:])].iloc[0].tolist()
        assert HIDDEN_MARK in both

    def test_quarters_are_those_that_are_over(self):
        asked = OutcomeTrends(period="2026-02", quarters=2)
        assert finished_quarters(asked) == ["2025-07-01", "2025-10-01"]
        assert finished_quarters(OutcomeTrends(period="2026-03", quarters=1)) == ["2026-01-01"]
        assert span_of(asked) == "July to December 2025"
        assert quarter_words(pd.Timestamp("2026-10-01")) == "Oct to Dec 2026"


def test_a_hidden_quarter_is_hidden_in_the_line_too():
    days = (*QUARTERS, "2026-04-01", "2026-07-01")
    rows = [
        row
        for day, nfa in zip(days, (3, 20, 24, 30), strict=True)
        for row in (("referrals", day, 150, True), ("referral_nfa", day, nfa, True))
    ]
    tables = protect_outcomes(readings(rows), MEASURED[:2], quarters=days, edition="e1")
    line = charted(tables, "referral_nfa").result.table
    assert line["hidden"].tolist()[0]
    assert line["hidden"].sum() == 2
    assert (line["value"].isna() == line["hidden"]).all()


class TestCurves:
    CURVE = CurveToTurn(
        measure="re_referrals",
        target=0.15,
        done=(DoneThing(since="2025-07-01", name="New front door"),),
        story="Invented.",
        partners=("Schools", "Police"),
        actions=(
            PlannedAction(what="Look at step-downs", owner="Head", review="2026-03-31"),
            PlannedAction(what="Train", owner="Head", review="2026-04-01"),
        ),
    )

    def test_a_curve_has_its_history_forecast_and_verdict(self, found, settings):
        one = curve_of(found, self.CURVE, settings)
        assert one.target == 0.15 and one.better == "down"
        assert one.done["name"].tolist() == ["New front door"]
        assert len(one.fan) == 12
        held = found.readings.query("measure == 're_referrals'").set_index("start")["value"]
        told = one.history.set_index("period")["value"].dropna()
        assert (told == held.loc[told.index]).all()

    def test_what_the_meeting_wrote_stands_below_it_with_what_is_due(self, settings):
        table = view.planned_view(planned(self.CURVE, settings))
        assert table[""].tolist() == ["Story", "Partners", "Action", "Action"]
        assert table["Review"].tolist() == ["", "", "31 Mar 2026, due", "01 Apr 2026"]
        bare = planned(CurveToTurn(measure="s47"), settings)
        assert bare.empty and view.planned_view(bare).empty

    def test_a_stock_or_what_was_not_counted_is_no_curve(self, found, settings):
        for name in ("children_in_need", "assessments"):
            with pytest.raises(TrendError, match="is not counted month by month"):
                curve_of(found, CurveToTurn(measure=name), settings)

    def test_faults_of_a_curve_are_told(self):
        for curve, words in (
            ({"measure": "x"}, "there is no measure 'x'"),
            ({"measure": "s47", "done": [{"since": "May 2025", "name": "A"}]}, "curves"),
            ({"measure": "s47", "actions": [{"what": "A", "owner": "B"}]}, "review"),
        ):
            with pytest.raises(ParameterError, match=words):
                read_parameters("outcome_trends", {"curves": [curve]})
