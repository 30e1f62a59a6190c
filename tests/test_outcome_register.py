"""What page 50 takes from the register, the population and groups of children."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from graded_samples import audited, years

from qa_sampling.errors import ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.register import Register
from qa_sampling.reporting import outcome_rates_view as more
from qa_sampling.reporting import outcomes_view as view
from qa_sampling.reporting.disclosure import HIDDEN_MARK
from qa_sampling.reporting.outcome_signals import filled_by, handed_over
from qa_sampling.runs.analyses import basis_of
from qa_sampling.runs.findings.steps import design_of, findings_of
from qa_sampling.runs.graded import graded_series, grades_over_time
from qa_sampling.runs.outcomes.curves import curve_of
from qa_sampling.runs.outcomes.groups import watched_groups
from qa_sampling.runs.outcomes.looking_back import signals_before
from qa_sampling.runs.outcomes.rates import rates_over_time
from qa_sampling.runs.outcomes.registered import read_registered
from qa_sampling.runs.outcomes.rolled import rolled_of
from qa_sampling.runs.outcomes.steps import (
    graded_chart,
    outcomes_of,
    signals_of,
    watched_series,
)
from qa_sampling.runs.populations import population_of
from qa_sampling.runs.returns_in import invented_activities
from qa_sampling.schema import NOT_RECORDED
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn, DoneThing
from qa_sampling.trends.measured import series_of
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of

ASKED = ("referrals", "re_referrals", "children_in_need", "complaints", "audits_good")
PEOPLE = [
    {"year": 2022, "children": 40_000, "vintage": "Estimates of 2023"},
    {"year": 2024, "children": 50_000, "vintage": "Estimates of 2025"},
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    values = {"period": "2026-03", "measures": list(ASKED), "population": PEOPLE, "outputs": str(
        tmp_path_factory.mktemp("register")
    ), "signals_by": ["need", "age", "gender", "ethnicity"]}  # fmt: skip
    return read_parameters("outcome_trends", values)


@pytest.fixture(scope="module")
def registered(settings):
    return read_registered(settings, findings_of)


@pytest.fixture(scope="module")
def found(invented_told, settings, registered):
    return outcomes_of(invented_told, settings, registered)


def of(table, name, **where):
    rows = table[table["measure"] == name]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows.set_index("start")


class TestComplaints:
    def test_months_are_those_of_the_register(self, found):
        held = invented_activities().query("kind == 'Complaint'")
        naive = held.groupby(held["date"].dt.strftime("%Y-%m"))["kind"].count()
        told = of(found.readings, "complaints")["numerator"].dropna()
        assert len(told) == 28
        assert all(naive.get(f"{day:%Y-%m}", 0) == count for day, count in told.items())
        assert "complaints" in found.charts

    def test_teams_add_up_and_no_child_stands_in_them(self, found):
        whole = of(found.readings, "complaints")
        parts = of(found.by_unit, "complaints").groupby("start")["numerator"].sum()
        known = whole["numerator"].dropna()
        assert (parts.loc[known.index] == known).all()
        assert whole[["children", "families"]].isna().all(axis=None)

    def test_before_the_first_is_missing_and_later_months_without_are_none(self):
        days = pd.to_datetime(["2025-03-10", "2025-05-02"])
        table = pd.DataFrame({"date": days, "kind": "Complaint", "team": None, "service": None})
        rows = readings_of(table, "complaints", as_at=pd.Timestamp("2025-06-30").date(),
                           first=pd.Timestamp("2025-02-01").date())  # fmt: skip
        assert rows["numerator"].isna().tolist() == [True, True, False, False, False]
        assert rows["numerator"].dropna().tolist() == [0, 1, 0]

    def test_they_have_no_rate_and_a_deep_dive_of_their_entries(self, found):
        assert "complaints" not in set(found.rates["measure"])
        one = SimpleNamespace(measure="complaints", unit_kind="team", unit="A", words="", id="a",
                              children=9.0, observed=9.0, out_of=None)  # fmt: skip
        line = handed_over(SimpleNamespace(signals=(one,))).loc[0, "Deep dive"]
        assert line == "qa-sampling run deep_dive -p signal a"

    def test_an_empty_register_says_what_is_wanting(self):
        blank = pd.Series(dtype="str")
        table = pd.DataFrame({"kind": blank, "team": blank, "service": blank})
        table["date"] = pd.to_datetime(table["kind"])
        with pytest.raises(TrendError, match="the register holds no complaint"):
            readings_of(table, "complaints", as_at=pd.Timestamp("2025-06-30").date())


class TestGrades:
    def test_a_quarter_is_the_estimate_of_its_months_with_its_interval(self):
        held = audited({"2026-01": 10, "2026-02": 12, "2026-04": 20})
        table = grades_over_time(held, None, OutcomeTrends(period="2026-03"), every="quarter")
        assert table["start"].dt.month.tolist() == [1, 4]
        assert table["value"].tolist() == pytest.approx([22 / 40, 1.0])
        assert table["months"].tolist() == [2, 1] and table["audits"].tolist() == [40, 20]
        assert (table["low"] < table["value"]).all() and table["low"].iloc[1] > 0.7
        assert table["open_cases"].tolist() == pytest.approx([100, 100])
        plain = 1.96 * (0.55 * 0.45 / 39) ** 0.5  # narrower, since 40 of 200 were read
        assert 0.8 * plain < (table["high"] - table["low"]).iloc[0] / 2 < 1.05 * plain

    def test_too_few_have_no_figure_and_say_so(self):
        held = audited({"2026-01": 9}, service=("North", "South", "East"))
        table = grades_over_time(held, "service", OutcomeTrends(period="2026-03"), every="quarter")
        assert table["unit"].tolist() == ["East", "North", "South"]
        assert table["value"].isna().all() and table["audits"].tolist() == [6, 7, 7]
        assert more.graded_tables(table.iloc[:0], table, table.iloc[:0]) == {}
        assert more.graded_view(table)["Interval"].tolist() == ["too few"] * 3

    def test_shown_with_interval_and_months(self):
        held = audited({"2026-01": 10})
        table = grades_over_time(held, None, OutcomeTrends(period="2026-03"), every="quarter")
        months = grades_over_time(
            audited({"2026-01": 10}, waiting=["2026-01"]), None, OutcomeTrends(period="2026-03")
        )
        month, listed = more.graded_lists(table, months, level=0.95, scope="")
        assert month.table["name"].tolist() == ["Jan 2026, open"]
        assert listed.table["name"].tolist() == ["Jan to Mar 2026, 1 of 3 months"]
        assert listed.unit == "share" and listed.n_of == "audits"
        assert more.graded_lists(table.iloc[:0], months.iloc[:0], level=0.95, scope="") == ()

    def test_never_counted(self, invented_told):
        with pytest.raises(TrendError, match="a sample, never counted"):
            readings_of(
                invented_told.events,
                "audits_good",
                as_at=OutcomeTrends(period="2026-03").extract_day,
            )


def with_grades(found, held):
    """Give outcomes with months of audits."""
    settings = OutcomeTrends(period="2026-01")
    table = grades_over_time(held, None, settings)
    return replace(found, grades=table), settings


class TestGradedMonths:
    def test_a_month_is_worth_what_its_design_makes_of_its_audits(self):
        table = grades_over_time(years(), None, OutcomeTrends(period="2026-03"))
        assert table["mature"].all() and (table["months"] == 1).all()
        assert table["value"].iloc[0] == pytest.approx(14 / 20)
        assert table["effective"].tolist() == pytest.approx([20] * 24, rel=0.05), "a plain draw"

    def test_months_with_few_or_waited_for_are_hollow_and_never_signalled(self, found):
        periods = pd.period_range(end="2026-01", periods=25, freq="M").astype(str)
        good = dict.fromkeys(periods, 15) | {"2025-12": 0, "2026-01": 0}
        held = audited(good, waiting=["2026-01"])
        few = held.cases["period"].eq("2025-12") & (held.cases.groupby("period").cumcount() >= 9)
        held.cases = held.cases[~few]
        one, settings = with_grades(found, held)
        table = one.grades.set_index("start")
        assert not table.loc["2025-12-01":, "mature"].any() and table["mature"].sum() == 23
        assert pd.isna(table.loc["2025-12-01", "value"]) and table.loc["2026-01-01", "value"] == 0
        charted = graded_chart(one.grades, settings)
        assert charted.fired.empty and charted.kind.name == "sampled_grade"
        readings, _ = watched_series(one, settings, 0)
        assert readings.query("measure == 'audits_good'")["start"].max() < pd.Timestamp("2025-12")
        shown = more.graded_months(one.grades)["State"].tolist()
        assert shown[-2:] == ["too few to judge", "open: 2 may still come back"]

    def test_a_fall_is_a_signal_of_the_same_budget_and_has_a_deep_dive(self, found):
        one, settings = with_grades(found, years((15, 16, 14, 15), months=25))
        held = years((15, 16, 14, 15), months=25)
        held.cases.loc[held.cases["period"] == "2026-01", "overall"] = "Inadequate"
        held.design = design_of(held.cases, dict.fromkeys(held.cases["period"], 100))
        fallen, _ = with_grades(found, held)
        assert "audits_good" not in {x.measure for x in signals_of(one, settings).signals}
        signals = signals_of(fallen, settings)
        (told,) = [x for x in signals.signals if x.measure == "audits_good"]
        assert told.side == "low" and told.observed == 0
        shown = view.signals_view(signals, budget=9).set_index("Measure").loc[told_title()]
        assert shown["Seen"] == "0%, estimated" and shown["Excess"] == "–"
        assert shown["Meaning"] == "Concern"
        lines = handed_over(signals)["Deep dive"].tolist()
        assert f"qa-sampling run deep_dive -p signal {told.id}" in lines
        charted = graded_chart(fallen.grades, settings)
        assert charted.fired["rule"].tolist() == ["beyond_limit"]
        row = view.overview({"audits_good": charted}).iloc[0]
        assert row["Value"] == "0%, estimated" and "oncern" in row["Variation"]
        assert row["Stays within"] != "–"
        assert view.drawn_large({"audits_good": charted}, ["s47", "audits_good"]) == ["audits_good"]
        short = graded_chart(fallen.grades.tail(5), settings)
        assert view.drawn_large({"audits_good": short}, ["audits_good"]) == []

    def test_a_curve_can_be_turned(self, found):
        rising = {"share": (10,) * 12 + (17,) * 12, "months": 24}
        one, settings = with_grades(found, years(**rising))
        done = (DoneThing(since="2025-02-01", name="Coaching"),)
        curve = CurveToTurn(measure="audits_good", target=0.8, done=done)
        turned = curve_of(one, curve, settings)
        assert turned.unit == "share" and turned.better == "up"
        assert turned.done["verdict"].tolist() == ["better"]
        assert curve_of(found, CurveToTurn(measure="complaints"), settings).unit == "count"

    def test_a_period_that_goes_on_is_not_settled(self):
        held = audited({"2026-01": 15, "2026-02": 14})
        table = grades_over_time(held, None, OutcomeTrends(period="2026-02"), every="quarter")
        assert table["mature"].tolist() == [False]

    def test_months_without_audits_are_gaps(self):
        held = audited({"2025-11": 15, "2026-01": 14})
        rows = graded_series(
            grades_over_time(held, None, OutcomeTrends(period="2026-03")),
            OutcomeTrends(period="2026-02"),
        )
        assert rows["start"].dt.month.tolist() == [11, 12, 1, 2]
        assert rows["mature"].tolist() == [True, False, True, False]
        assert rows["numerator"].isna().tolist() == [False, True, False, True]


def told_title():
    return MEASURES["audits_good"].title


class TestARealRegister:
    """Whose audits come from any `findings`, given as an argument; its draws are tested with it."""

    def read(self, tmp_path, service):
        Register.open(tmp_path / "register.sqlite", create=True).close()
        away = OutcomeTrends(
            period="2026-03", extract="own.xlsx", register_at=str(tmp_path / "register.sqlite")
        )
        asked = []

        def findings(settings, register, staff):
            asked.append(settings)
            return audited({"2026-01": 12, "2026-02": 14}, service=service)

        return read_registered(away, findings), asked[0]

    def test_audits_are_asked_for_over_the_same_months(self, tmp_path):
        held, asked = self.read(tmp_path, ("North",))
        assert (asked.period, asked.months, asked.designs) == ("2026-03", 36, ("monthly",))
        assert asked.extract == "", "teams are those of the audits; no reference is made again"
        assert held.grades["value"].tolist() == pytest.approx([26 / 40])
        assert set(held.by_unit["unit"]) == {"North"}
        assert held.lacks == {
            "complaints": "complaints in the register; sheets of QA activity bring them in"
        }

    def test_units_that_nobody_wrote_down_are_left_out(self, tmp_path):
        held, _ = self.read(tmp_path, (NOT_RECORDED,))
        assert held.by_unit.empty and len(held.grades) == 1


class TestWithoutARegister:
    def test_it_is_said_and_the_rest_goes_on(self, invented_told, settings, tmp_path):
        update = {"extract": "none.xlsx", "outputs": str(tmp_path), "signals_by": ()}
        away = settings.model_copy(update=update)
        held = read_registered(away, findings_of)
        assert held.words.startswith("No register is at hand")
        assert not list(tmp_path.rglob("*.sqlite")), "none is started by looking"
        found = outcomes_of(invented_told, settings, held)
        assert {"referrals", "re_referrals"} <= set(found.charts)
        needs = found.unable.set_index("measure")["needs"]
        assert needs[MEASURES["complaints"].title].startswith("the register of audits")

    def test_months_before_any_draw_say_so(self, found, registered):
        assert "no drawn audit" in registered.words
        needs = found.unable.set_index("measure")["needs"]
        assert "No drawn audit" in needs[MEASURES["audits_good"].title]

    def test_what_a_run_rests_on_changes_with_the_register(self, settings, tmp_path):
        away = settings.model_copy(update={"extract": str(tmp_path)})
        with Register.open(tmp_path / "register.sqlite", create=True) as register:
            before = basis_of(away, register)
            register.record_activities(invented_activities().head(3))
            assert basis_of(away, register) != before


class TestRates:
    def test_events_at_the_pace_of_a_year_and_stocks_of_the_day(self, found):
        month = pd.Timestamp("2025-12-01")
        row = of(found.rates, "referrals").loc[month]
        assert row["value"] == pytest.approx(row["numerator"] / (50_000 * 31 / 365) * 10_000)
        assert row["annual"] and row["vintage"] == "Estimates of 2025"
        stock = of(found.rates, "children_in_need").loc[month]
        assert stock["value"] == pytest.approx(stock["numerator"] / 50_000 * 10_000)
        assert not stock["annual"]
        old = of(found.rates, "referrals").loc[pd.Timestamp("2024-03-01")]
        assert (old["population_year"], old["population"]) == (2022, 40_000)

    def test_charts_of_rates_have_limits_by_exposure(self, found, invented_told, settings):
        one = found.rate_charts["referrals"]
        assert one.readings.kind == "rate" and one.readings.unit == "rate"
        assert "children_in_need" not in found.rate_charts
        asked = settings.model_copy(update={"rate_chart": "u_prime", "measures": ("referrals",)})
        assert outcomes_of(invented_told, asked).rate_charts["referrals"].kind.name == "u_prime"
        shown = more.rates_view(found.rate_charts, found.rates).set_index("Measure")
        assert shown.loc["Referrals", "Children"] == "50,000 (mid-2024)"
        assert shown.loc["Children in need", "Stays within"] == "on the day"

    def test_without_a_population_there_are_counts(self, found, settings):
        away = settings.model_copy(update={"population": (), "extract": "x"})
        people = population_of(away)
        rates = rates_over_time(found.readings, found.measures, people)
        assert people.empty and rates.empty
        assert more.estimates_words(rates).startswith("No `population` is given")
        assert more.rate_lines({}, scope="") == ()
        assert len(population_of(settings.model_copy(update={"population": ()}))) > 10

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([PEOPLE[0], PEOPLE[0]], "two estimates"),
            ([PEOPLE[0] | {"vintage": ""}], "vintage"),
            ([PEOPLE[0] | {"children": 0}], "children"),
        ],
    )
    def test_faulty_estimates_are_told(self, rows, words):
        with pytest.raises(ParameterError, match=words):
            read_parameters("outcome_trends", {"population": rows})


class TestRollingYears:
    def test_sums_of_twelve_months_of_what_is_published_by_the_year(self, found, settings):
        rolled = rolled_of(found, settings)
        assert set(rolled.years["measure"]) == {"referrals", "re_referrals"}
        months = of(found.readings, "referrals")["numerator"]
        year = rolled.years.query("measure == 'referrals'").set_index("end")["numerator"]
        assert year[pd.Timestamp("2026-03-31")] == months["2025-04-01":"2026-03-01"].sum()
        rate = rolled.rates.set_index("end")["value"]
        assert rate[pd.Timestamp("2026-03-31")] == pytest.approx(
            year[pd.Timestamp("2026-03-31")] / 50_000 * 10_000
        )

    def test_nothing_is_signalled(self, found, settings):
        rolled = rolled_of(found, settings)
        counts, shares = more.rolled_lines(rolled.years, rolled.rates, scope="")
        assert (counts.unit, shares.unit) == ("rate", "share")
        for lines in (counts, shares):
            assert set(lines.table["signal"]) == {""}
            assert lines.lines[["centre", "low", "high"]].isna().all(axis=None)
        with pytest.raises(TrendError, match="overlap"):
            series_of(rolled.years)
        shown = more.rolled_view(rolled.years, rolled.rates).set_index("Measure")
        assert shown.loc["Referrals", "Figure"].endswith("per 10,000")


class TestLookingBack:
    def test_the_planted_spike_is_found_in_march_and_not_before(self, found, settings):
        asked = settings.model_copy(update={"looked_back": 2, "signals_by": ()})
        told = signals_before(replace(found, by_group=found.by_group.iloc[:0]), asked)
        assert [f"{month:%b %Y}" for month in told] == ["Jan 2026", "Feb 2026"]
        assert not any(one.signals for one in told.values())
        shown = view.before_view(told | {pd.Timestamp("2026-03-01"): signals_of(found, settings)})
        assert shown["Measure"].tolist() == ["Re-referrals within 12 months", "none", "none"]
        assert shown["Page of"].tolist() == ["Mar 2026", "Feb 2026", "Jan 2026"]


class TestGroups:
    def test_the_planted_spike_is_found_among_groups_too(self, found, settings):
        signals = signals_of(found, settings)
        assert [(one.measure, one.unit) for one in signals.signals] == [
            ("re_referrals", "Assessment East")
        ]
        kinds = set(signals.considered["unit_kind"])
        assert {"age", "gender", "ethnicity", "need", "team", "all"} <= kinds
        shown = view.considered_view(signals)
        groups = shown["unit_kind"].isin(("age", "gender", "ethnicity", "need"))
        assert shown.loc[groups, ["observed", "expected", "p", "q"]].isna().all(axis=None)
        assert shown.loc[~groups, "observed"].notna().any()

    def test_a_deep_dive_into_a_group_looks_at_everybody(self, found, settings):
        (one,) = signals_of(found, settings).signals
        of_group = SimpleNamespace(signals=(replace(one, unit_kind="need", unit="Low income"),))
        (fill,) = filled_by(of_group, as_at="2026-03-31").values()
        assert (fill["unit_kind"], fill["unit"], fill["over"]) == ("all", "All", 3)

    def test_a_group_is_judged_by_the_months_before_the_latest(self):
        starts = pd.date_range("2025-01-01", periods=13, freq="MS")

        def group(unit, counts, of=None):
            about = {"measure": "m", "unit_kind": "age", "unit": unit, "mature": True}
            counts = {"numerator": counts, "denominator": of}
            return pd.DataFrame({"start": starts} | about | counts)

        usual = group("large", [8] * 12 + [1])
        small = group("small", [2] * 12 + [40])
        all_of = group("nearly all", [38] * 13, of=40.0)
        table = pd.concat([usual, small, all_of], ignore_index=True)
        assert watched_groups(table)["unit"].unique().tolist() == ["large"]
        assert watched_groups(table.iloc[:0]).empty

    @pytest.mark.parametrize(
        ("children", "families", "out_of", "hidden"),
        [(11, 11, None, False), (11, 5, None, True), (3, 3, None, True), (9, 9, 12, True),
         (9, 9, 30, False), (0, 0, None, False)],
    )  # fmt: skip
    def test_small_counts_of_groups_are_hidden(self, children, families, out_of, hidden):
        one = SimpleNamespace(measure="referrals", unit_kind="age", unit="1 to 4", kind="spike",
                              period=pd.Timestamp("2026-03-01"), children=float(children),
                              observed=float(families), out_of=out_of, excess=4.0, side="high",
                              words=f"{children} were counted")  # fmt: skip
        assert view.too_small(one) is hidden
        found = SimpleNamespace(signals=(one,))
        shown = view.signals_view(found, budget=1)
        assert shown.loc[0, "Where"] == "Age: 1 to 4"
        assert (shown.loc[0, "Seen"] == HIDDEN_MARK) is hidden
        one.unit_kind = "team"
        assert view.too_small(one) is False

    def test_kinds_that_nobody_can_tell_are_named(self, invented_told, settings, registered):
        """A unit that is absent was once passed over without a word."""
        bare = replace(invented_told, events=invented_told.events.drop(columns=["gender"]))
        asked = settings.model_copy(update={"measures": ("referrals", "complaints")})
        needs = outcomes_of(bare, asked, registered).unable.set_index("measure")["needs"]
        assert needs["All measures by gender"] == "lists with the gender"
        assert needs["Complaints by need"].startswith("a need beside each entry")
        assert "All measures by need" not in needs and "Complaints by team" not in needs

    def test_unknown_kinds_are_refused(self):
        with pytest.raises(ParameterError, match="none of"):
            read_parameters("outcome_trends", {"signals_by": ["shoe size"]})
