"""What extracts do not hold is a gap, never 0: old dates, years between, a month that is missing.

Every figure is counted by hand from the invented rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from annex_a_factory import row, write_lists

from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.events import build_events
from qa_sampling.records.events_covered import covered_by
from qa_sampling.reporting.outcome_tables import OutcomeTables
from qa_sampling.reporting.outcome_words import outcome_findings
from qa_sampling.runs.extract_gaps import gaps_in_words, months_in_words
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.outcomes.lacking import what_lacks
from qa_sampling.runs.outcomes.steps import covered_of, spikes_in
from qa_sampling.trends.coverage import Coverage, empty_months, united
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.rolling import rolling_year

AS_AT = dt.date(2026, 4, 30)
STRAY = dt.date(2024, 2, 9)
REFERRED = 30
"""Referrals of every month, two a child and day of different children."""


def days(first, last):
    """Give 30 days of every month: two on each of 15 days."""
    months = pd.date_range(first, last, freq="MS")
    return [day.date() + dt.timedelta(n) for day in months for n in range(15) for _ in "ab"]


def referrals(first, last, *, without=()):
    dated = [day for day in days(first, last) if (day.year, day.month) not in without]
    return [row(3, child=f"{place + 1:04d}", date=day) for place, day in enumerate(dated)]


def contacts(first, last):
    return [row(1, child=f"{n + 1:04d}", date=day) for n, day in enumerate(days(first, last))]


def extract(folder, day, *, started="", without=(), stray=(), name=""):
    """Write an extract of a day: six months, unless `started` says since when."""
    end = pd.Timestamp(day)
    first = started or (end - pd.DateOffset(months=6) + pd.Timedelta(days=2)).replace(day=1)
    if not started and first < end - pd.DateOffset(months=6):
        first += pd.DateOffset(months=1)
    rows = referrals(first, end, without=without)
    rows += [row(3, child=f"9{n:03d}", date=one) for n, one in enumerate(stray)]
    plans = [row(7, child="0001", date=end.date() - dt.timedelta(40), end_date=None)]
    ended = end.date() - dt.timedelta(5)
    enquiries = [row(5, child=f"{n:04d}", date=end.date() - dt.timedelta(5 * n)) for n in range(9)]
    lists = {1: contacts(first, end), 3: rows, 5: enquiries, 7: plans}
    lists[4] = [row(4, child="0002", date=ended - dt.timedelta(9), authorisation_date=ended)]
    return write_lists(folder / (name or f"annex_a_{day}.xlsx"), lists)


def read(*paths, as_at=AS_AT):
    annex = read_annex_a(list(paths), as_at=as_at)
    events = build_events(annex)
    return SimpleNamespace(annex=annex, events=events, covered=covered_by(annex, events))


def count(told, measure="referrals", *, as_at=AS_AT, **asked):
    return readings_of(told.events, measure, as_at=as_at, covered=told.covered, **asked)


def shown(readings, form="%Y-%m"):
    held = readings[readings["numerator"].notna()]
    return dict(zip(held["start"].dt.strftime(form), held["numerator"].astype(int), strict=True))


def notes(annex, words):
    held = annex.quality[annex.quality["fault"].str.contains(words)]
    return [(one.list, one.fault, one.count) for one in held.itertuples()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("extracts")


@pytest.fixture(scope="module")
def whole(folder):
    return read(extract(folder, "2026-04-30"))


@pytest.fixture(scope="module")
def stray(folder):
    path = extract(folder, "2026-04-30", stray=[STRAY], name="stray_2026-04-30.xlsx")
    return read(path)


@pytest.fixture(scope="module")
def apart(folder):
    return read(extract(folder, "2025-04-30"), extract(folder, "2026-04-30"))


@pytest.fixture(scope="module")
def no_february(folder):
    path = extract(folder, "2026-04-30", without=[(2026, 2)], name="nofeb_2026-04-30.xlsx")
    return read(path)


MONTHS = ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]


class TestOneOldDate:
    def test_is_not_the_start_of_coverage(self, stray, whole):
        assert shown(count(stray)) == shown(count(whole)) == dict.fromkeys(MONTHS, REFERRED)

    def test_makes_no_quarter_and_no_drift(self, stray):
        quarters = count(stray, period="quarter", first=dt.date(2024, 1, 1))
        assert shown(quarters[quarters["mature"]]) == {"2026-01": 3 * REFERRED}
        months = count(stray, first=dt.date(2023, 5, 1))
        assert not spikes_in(months, [MEASURES["referrals"]], 0.1).signals

    def test_is_said_by_the_check_without_a_childs_detail(self, stray):
        ((where, fault, rows),) = notes(stray.annex, "outside the months")
        assert (where, rows) == ("List 3 Referrals", 1)
        assert not stray.annex.quality["fault"].str.contains("2024|9000").any()
        assert fault == "dates lie outside the months that the extracts cover"

    def test_an_old_enquiry_is_none_either_and_an_old_plan_is_no_fault(self, folder):
        lists = {1: contacts("2025-11-01", "2026-04-30"), 5: [], 7: [row(7, date=STRAY)]}
        lists[5] = [row(5, child="0001", date=day) for day in (STRAY, dt.date(2026, 3, 9))]
        told = read(write_lists(folder / "enquiries_2026-04-30.xlsx", lists))
        assert [one[0] for one in notes(told.annex, "outside the months")] == [
            "List 5 Section 47 enquiries and ICPC"
        ]
        assert list(shown(count(told, "s47"))) == MONTHS


class TestExtractsAYearApart:
    def test_months_between_are_missing(self, apart):
        table = count(apart).set_index("start")
        between = table.loc["2025-05-01":"2025-10-01"]
        assert between["numerator"].isna().all()
        assert not between["mature"].any()
        assert set(between["note"]) == {"no extract covers it"}
        assert table.loc["2025-04-01", "numerator"] == REFERRED

    def test_a_quarter_needs_its_three_months(self, apart):
        assert shown(count(apart, period="quarter")) == {
            "2025-01": 3 * REFERRED, "2026-01": 3 * REFERRED, "2026-04": REFERRED,
        }  # fmt: skip

    def test_no_twelve_months_over_the_gap(self, apart):
        years = rolling_year(count(apart))
        assert len(years) == 8
        assert years["numerator"].isna().all()

    def test_no_look_back_over_the_gap(self, apart, folder):
        """April 2026 looks back on May 2025, which no extract covers; with it, it is told."""
        assert not shown(count(apart, "re_referrals"))
        between = read(*(extract(folder, day) for day in ("2025-04-30", "2025-10-31")),
                       extract(folder, "2026-04-30"))  # fmt: skip
        assert list(shown(count(between, "re_referrals"))) == MONTHS

    def test_what_follows_must_be_covered(self, apart):
        """Enquiries of February 2025 could have led to a conference up to May."""
        told = count(apart, "s47_to_icpc").set_index("start")
        assert told.loc["2025-02-01", "note"] == "no extract covers what follows"
        assert told.loc["2025-01-01", "note"] == ""

    def test_is_said(self, apart):
        (said,) = gaps_in_words(apart.covered)
        assert said.startswith("No extract covers 1 May to 30 October 2025:")
        assert notes(apart.annex, "no extract covers") == [
            ("Annex A", "no extract covers 01/05/2025 to 30/10/2025 of lists 1, 3, 4, 5, 7", 0)
        ]
        (shared,) = outcome_findings(OutcomeTables((), ()), apart.covered).sentences
        assert shared.startswith("No extract covers 1 May to 30 October 2025:")

    def test_the_page_names_both_stretches(self, apart):
        found = SimpleNamespace(readings=count(apart))
        asked = SimpleNamespace(first_day=dt.date(2024, 11, 1), period_end=AS_AT)
        assert covered_of(found, asked) == (
            "November 2024 to April 2025, November 2025 to April 2026 "
            "(November 2024 to April 2026 was asked for)"
        )

    def test_waits_begin_after_it(self, apart):
        assert apart.covered.unbroken_since("Referral") == pd.Timestamp("2025-10-31")


class TestAMonthThatIsMissing:
    def test_is_no_fall_and_not_usual(self, no_february):
        table = count(no_february).set_index("start")
        assert pd.isna(table.loc["2026-02-01", "numerator"])
        assert table.loc["2026-02-01", "note"] == "none where dozens are usual"
        assert shown(table.reset_index()) == dict.fromkeys(
            [one for one in MONTHS if one != "2026-02"], REFERRED
        )
        assert shown(count(no_february, period="quarter")) == {"2026-04": REFERRED}

    def test_is_asked_about(self, no_february):
        (said,) = gaps_in_words(no_february.covered)
        assert said.startswith("No referral in February 2026, where 30 a month are usual:")
        ((where, fault, _),) = notes(no_february.annex, "no row is dated")
        assert (where, fault) == (
            "List 3 Referrals", "no row is dated in February 2026, where 30 a month are usual",
        )  # fmt: skip
        (shared,) = outcome_findings(OutcomeTables((), ()), no_february.covered).sentences
        assert shared.startswith("No referral is on record in February 2026")

    def test_other_lists_keep_it(self, no_february):
        assert shown(count(no_february, "contacts"))["2026-02"] == REFERRED

    def test_none_of_a_few_is_a_true_nought(self, whole):
        """One plan in six months: the other five months are 0."""
        assert sorted(shown(count(whole, "plan_starts")).values()) == [0, 0, 0, 0, 0, 1]


class TestWholeRecords:
    @pytest.mark.parametrize(
        "measure", ["referrals", "re_referrals", "plan_starts", "looked_after"]
    )
    def test_the_same_figures_with_and_without_coverage(self, invented_told, measure):
        """The records of the invented authority are whole since its first contact or referral."""
        day = dt.date(2026, 3, 31)
        events = invented_told.events
        first = events.loc[events["event"].isin(["Contact", "Referral"]), "date"].min()
        spans = dict.fromkeys(events["event"].unique(), ((first, pd.Timestamp(day)),))
        for period in ("month", "quarter"):
            plain = readings_of(events, measure, as_at=day, period=period)
            told = readings_of(events, measure, as_at=day, period=period, covered=Coverage(spans))
            pd.testing.assert_frame_equal(plain, told)

    def test_an_export_of_two_years_is_told_by_what_it_holds(self, folder):
        path = extract(folder, "2026-04-30", started="2024-05-01", name="long_2026-04-30.xlsx")
        told = read(path)
        assert len(shown(count(told))) == 24
        assert len(shown(count(told, "re_referrals"))) == 12
        assert not notes(told.annex, "outside the months")

    def test_the_quarter_it_begins_in_is_not_whole(self, folder):
        path = extract(folder, "2026-04-30", started="2025-03-01", name="march_2026-04-30.xlsx")
        assert next(iter(shown(count(read(path), period="quarter")))) == "2025-04"


class TestTheDayOfAnExtract:
    def test_of_a_name_with_a_month_alone(self, folder):
        told = read(extract(folder, "2025-04-30", name="annex_a_2025-04.xlsx"), as_at=None)
        assert told.covered.spans["Referral"] == (
            (pd.Timestamp("2024-10-31"), pd.Timestamp("2025-04-30")),
        )

    def test_of_a_name_without_one_it_ends_with_its_events(self, folder):
        path = extract(folder, "2025-04-30", name="extract.xlsx")
        (span,) = read(path, as_at=None).covered.spans["Referral"]
        assert span[1] == pd.Timestamp("2025-04-30")

    def test_an_old_extract_says_nothing_of_later_months(self, folder):
        """Made in April and read as of October: May to October are not 0."""
        told = read(extract(folder, "2026-04-30"), as_at=dt.date(2026, 10, 31))
        late = count(told, as_at=dt.date(2026, 10, 31)).set_index("start").loc["2026-05-01":]
        assert len(late) == 6
        assert late["numerator"].isna().all()

    def test_a_shorter_extract_begins_with_its_events(self, folder):
        path = extract(folder, "2026-04-30", started="2026-02-01", name="short_2026-04-30.xlsx")
        assert list(shown(count(read(path)))) == ["2026-02", "2026-03", "2026-04"]

    def test_a_list_without_a_day_is_named_as_lacking(self, whole):
        nothing = Told(whole.events, pd.DataFrame(), False, pd.DataFrame(), frozenset())
        assert what_lacks(nothing, MEASURES["referrals"], AS_AT) == ""
        nothing = replace(nothing, covered=Coverage({}))
        assert "month of the extract" in what_lacks(nothing, MEASURES["referrals"], AS_AT)


class TestStretches:
    def test_they_join_when_they_meet_or_overlap(self):
        day = pd.Timestamp
        months = (("2026-05-01", "2026-10-31"), ("2025-11-01", "2026-04-30"))
        others = (("2024-01-01", "2024-02-01"), ("2026-03-01", "2026-02-01"))
        spans = [(day(first), day(last)) for first, last in (*months, *others)]
        assert united(spans) == (
            (day("2024-01-01"), day("2024-02-01")), (day("2025-11-01"), day("2026-10-31")),
        )  # fmt: skip

    @pytest.mark.parametrize(("a_month", "doubted"), [(23, False), (24, True)])
    def test_a_month_of_none_is_doubted_from_dozens_on(self, a_month, doubted):
        dates = pd.Series([pd.Timestamp(f"2026-{m:02d}-10") for m in (1, 2, 4)] * a_month)
        span = (pd.Timestamp("2026-01-01"), pd.Timestamp("2026-05-20"))
        found = empty_months(dates, [span])
        assert found == ({pd.Timestamp("2026-03-01"): a_month} if doubted else {})

    def test_months_are_said_by_stretches(self):
        months = pd.to_datetime(["2026-05-01", "2025-03-01", "2025-04-01"])
        assert months_in_words(months) == "March to April 2025, May 2026"
