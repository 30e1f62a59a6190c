"""Measures by groups of children: against plain loops, hand-worked cases and an intruder."""

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from breakdown_twins import broken
from disclosure_intruder import World, leaks
from measured_authority import small_authority
from pydantic import ValidationError

from qa_sampling.errors import TrendError
from qa_sampling.records.unit_columns import with_units
from qa_sampling.reporting.attack import given_away
from qa_sampling.reporting.breakdown_tables import (
    breakdown_caption,
    breakdown_view,
    protect_breakdowns,
)
from qa_sampling.reporting.outcomes_view import rebases_view
from qa_sampling.runs.outcomes.breakdowns import broken_down
from qa_sampling.runs.outcomes.steps import covered_of, outcomes_of
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.breakdown import breakdown_of, change_of_groups
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.unit_kinds import UNIT_KINDS, unit_kind_of

AS_AT = date(2026, 10, 31)
SINCE = date(2024, 1, 1)
CHILD_KINDS = ["age", "gender", "ethnicity", "source", "need"]


@pytest.fixture(scope="module")
def authority():
    return small_authority()


@pytest.fixture(scope="module")
def born(authority):
    held = authority.history.children
    return pd.Timestamp(0) + pd.to_timedelta(held["born"], unit="D")


@pytest.fixture(scope="module")
def events(authority, born):
    children = authority.history.children[["child_id", "gender", "ethnicity"]]
    return with_units(
        authority.events,
        staff=authority.staff,
        families=authority.families,
        children=children.assign(child_id=children["child_id"].astype("str"), date_of_birth=born),
        events=authority.events,
    )


@pytest.fixture(scope="module")
def children(authority, born, events):
    homes = dict(zip(events["child_id"], events["family_id"], strict=True))
    held = authority.history.children.assign(day=born)
    return {
        str(row.child_id): {
            "born": row.day.date(), "gender": row.gender, "ethnicity": row.ethnicity,
            "family": homes.get(str(row.child_id)),
        }
        for row in held.itertuples()
    }  # fmt: skip


@pytest.mark.parametrize("kind", CHILD_KINDS)
@pytest.mark.parametrize("name", ["referrals", "re_referrals", "assessments_45_days", "plan_ends"])
def test_groups_count_as_in_plain_loops(events, children, name, kind):
    column = UNIT_KINDS[kind].column
    fast = readings_of(events, name, as_at=AS_AT, period="quarter", unit=column, since=SINCE)
    known = fast[fast["numerator"].notna()]
    below = known["denominator"] if MEASURES[name].rule else known["numerator"]
    keys = zip(known["start"].dt.date, known["unit"], strict=True)
    cells = zip(known["numerator"], below.astype("int64"), known["families"], strict=True)
    made = {key: tuple(map(int, row)) for key, row in zip(keys, cells, strict=True) if row[1]}
    first = known["start"].min().date()
    slow = broken(events, children, name, kind, AS_AT)
    assert made == {key: row for key, row in slow.items() if key[0] >= first}
    assert len({unit for _, unit in made}) > 1


def test_age_is_that_of_the_day_on_which_it_is_open(events):
    stock = readings_of(events, "looked_after", as_at=AS_AT, unit="date_of_birth", since=SINCE)
    day = pd.Timestamp("2026-09-30")
    care = events[events["event"] == "Care episode"].drop_duplicates(["child_id", "date"])
    care = care[~care["category"].astype("str").str[:2].isin(["V3", "V4"])]
    there = care[(care["date"] <= day) & ~(care["end_date"] <= day)]
    teens = [
        born for born in there["date_of_birth"].dt.date
        if date(day.year - 16, day.month, day.day) < born <= date(day.year - 10, 9, 30)
    ]  # fmt: skip
    row = stock[(stock["start"] == "2026-09-01") & (stock["unit"] == "10 to 15")]
    assert row["numerator"].tolist() == [len(teens)]
    assert len(teens) > 0


class TestLatestBesideBefore:
    def readings(self, events, name="re_referrals", unit="gender"):
        column = UNIT_KINDS[unit].column
        return readings_of(events, name, as_at=AS_AT, period="quarter", unit=column, since=SINCE)

    def test_four_quarters_are_added_up(self, events):
        readings = self.readings(events)
        one = breakdown_of(readings)
        assert one.latest == pd.Timestamp("2026-07-01")
        assert one.end == pd.Timestamp("2026-09-30")
        held = readings[readings["unit"] == "Male"].set_index("start")
        row = one.table.set_index("unit").loc["Male"]
        year = held.loc["2025-07-01":"2026-04-01"]
        assert row["before"] == year["numerator"].sum()
        assert row["before_of"] == year["denominator"].sum()
        assert row["latest_families"] == held.loc["2026-07-01", "families"]

    def test_a_day_stands_beside_that_day_of_the_year_before(self, events):
        readings = self.readings(events, "looked_after", "age")
        one = breakdown_of(readings, on_a_day=True)
        then = readings[readings["start"] == one.latest - pd.DateOffset(years=1)]
        assert one.before == (one.latest - pd.DateOffset(years=1),)
        assert one.table["before"].tolist() == then["numerator"].tolist()

    def test_a_year_not_whole_on_record_is_left_out_and_never_nought(self, events):
        short = self.readings(events)
        short = short[short["start"] >= "2026-01-01"]
        one = breakdown_of(short)
        assert one.before == ()
        assert one.table["before"].isna().all()
        assert breakdown_of(short.iloc[:0]).latest is None

    def test_rates_and_several_measures_are_refused(self, events):
        both = pd.concat([self.readings(events), self.readings(events, "referrals")])
        with pytest.raises(TrendError, match="one measure by one kind of unit"):
            breakdown_of(both)

    def test_an_unknown_kind_is_refused_with_the_list(self):
        with pytest.raises(TrendError, match="Choose one of: service, team, source"):
            unit_kind_of("postcode")
        with pytest.raises(ValidationError, match="none of: service, team"):
            OutcomeTrends(period="2026-03", breakdowns_by=("postcode",))


class TestIntervals:
    def test_two_shares_as_newcombe_has_them(self):
        """Newcombe (1998), Statistics in Medicine 17, table II, example (a), method 10."""
        table = pd.DataFrame([{"latest": 56, "latest_of": 70, "before": 48, "before_of": 80}])
        made = change_of_groups(table, shares=True, quarters=4).iloc[0]
        assert made.tolist() == pytest.approx([0.2, 0.0524, 0.3339], abs=5e-5)

    def test_two_counts_as_r_has_them(self):
        """R 4.4, poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)): 0.8584264, 4.2772659."""
        made = change_of_groups(
            pd.DataFrame([{"latest": 11, "before": 21}]), shares=False, quarters=3011 / 800
        )
        assert (made.iloc[0] + 1).tolist() == pytest.approx([1.971488, 0.8584264, 4.2772659])

    def test_families_make_it_wider_and_hidden_counts_leave_it_out(self):
        rows = [
            {"latest": 40, "before": 100, "latest_families": 20, "before_families": 50},
            {"latest": None, "before": 100, "latest_families": None, "before_families": 50},
            {"latest": 0, "before": 8, "latest_families": 0, "before_families": None},
            {"latest": 9, "before": 0, "latest_families": None, "before_families": 0},
        ]
        wide = change_of_groups(pd.DataFrame(rows), shares=False, quarters=4)
        alone = change_of_groups(pd.DataFrame(rows)[["latest", "before"]], shares=False, quarters=4)
        assert wide["low"][0] < alone["low"][0] < 0.6 < alone["high"][0] < wide["high"][0]
        assert wide.iloc[[1, 3]].isna().all(axis=None)
        assert wide.loc[2, ["change", "low"]].tolist() == [-1, -1]

    def test_a_share_of_something_hidden_has_no_change(self):
        rows = [
            {"latest": 0, "latest_of": None, "before": 6, "before_of": 15},
            {"latest": 6, "latest_of": 15, "before": 8, "before_of": None},
            {"latest": 8, "latest_of": 20, "before": 6, "before_of": 15},
        ]
        made = change_of_groups(pd.DataFrame(rows), shares=True, quarters=4)
        assert made.iloc[:2].isna().all(axis=None)
        assert made.loc[2, "change"] == pytest.approx(0)

    def test_what_is_open_on_two_days_has_no_interval(self):
        made = change_of_groups(
            pd.DataFrame([{"latest": 40, "before": 100}]), shares=False, quarters=1, apart=False
        )
        assert made["change"].tolist() == [-0.6]
        assert made[["low", "high"]].isna().all(axis=None)


ASKED = ("re_referrals", "referrals", "second_plans", "cp_visits")


@pytest.fixture(scope="module")
def made(invented_told):
    settings = OutcomeTrends(
        period="2026-03", measures=ASKED, breakdowns=ASKED, breakdowns_by=("age", "gender")
    )
    return broken_down(invented_told, outcomes_of(invented_told, settings), settings)


@pytest.fixture(scope="module")
def protected(made):
    return {one.measure.name: protect_breakdowns(one.measure, one.parts) for one in made}


class TestNothingIsGivenAway:
    @pytest.mark.parametrize("name", ["re_referrals", "referrals"])
    def test_by_one_table_to_an_intruder(self, events, name):
        parts = {
            kind: breakdown_of(
                readings_of(
                    events, name, as_at=AS_AT, period="quarter", since=SINCE,
                    unit=UNIT_KINDS[kind].column,
                )
            )
            for kind in ("gender", "age")
        }  # fmt: skip
        tables = protect_breakdowns(MEASURES[name], parts)
        assert sum(table.hidden for table in tables.values()) > 0
        for kind, table in tables.items():
            inside = tuple((whole, part) for part, whole in table.within.items())
            labels = tuple(parts[kind].table["unit"])
            world = World({kind: labels}, table.counts, {kind: kind}, {}, inside)
            own = {f"{when}_families": f"{when}_families_{kind}" for when in ("latest", "before")}
            held = parts[kind].table.rename(columns=own)[list(table.counts)]
            truth = held.fillna(0).astype("int64").to_numpy().T.ravel()
            assert leaks(world, [(table, {})], truth) == []

    def test_by_all_tables_of_a_measure_together(self, protected):
        for tables in protected.values():
            assert not given_away(list(tables.values()), None, threshold=6)

    def test_in_what_is_shown(self, made, protected):
        for one in made:
            view = breakdown_view(one.measure, one.parts, protected[one.measure.name])
            shown = view[["Latest", "Families", "Year before", "Its families"]]
            text = " ".join(shown.to_numpy().ravel())
            numbers = {int(word.replace(",", "")) for word in text.split() if word[0].isdigit()}
            assert not numbers & {1, 2, 3, 4, 5}
            assert "[c]" in text
            hidden = shown.map(lambda cell: "[c]" in cell)[["Latest", "Year before"]]
            changes = view.loc[hidden.any(axis=1), ["Change", "95% interval"]]
            assert (changes == "–").all(axis=None)
            if one.measure.kind == "proportion":
                ends = "".join(view["95% interval"].str.replace("\N{MINUS SIGN}", "-"))
                assert all(abs(int(end)) <= 100 for end in re.findall(r"-?\d+", ends))


def test_the_caption_says_the_periods_and_the_families(made, protected):
    words = {
        one.measure.name: breakdown_caption(one.parts, protected[one.measure.name]) for one in made
    }
    assert words["referrals"].startswith("Jan to Mar 2026, beside the four quarters before")
    assert "cases a family" in words["referrals"]
    assert words["cp_visits"].startswith("On 31 March 2026.")


def test_the_months_said_are_those_counted(invented_told):
    whole = OutcomeTrends(period="2026-03", measures=("referrals",), months=24)
    assert covered_of(outcomes_of(invented_told, whole), whole) == "April 2024 to March 2026"
    asked = OutcomeTrends(period="2026-03", measures=("referrals",), months=48)
    words = covered_of(outcomes_of(invented_told, asked), asked)
    assert words == "November 2023 to March 2026 (April 2022 to March 2026 was asked for)"


def test_recorded_rebases_say_who_when_and_why():
    asked = OutcomeTrends(
        period="2026-03",
        rebases=(
            {"measure": "contacts", "since": "2025-04-01", "by": "Director",
             "reason": "New front door", "decided": "2025-05-02"},
            {"measure": "s47", "since": "2025-06-01", "by": "Head", "reason": "New form"},
        )
    )  # fmt: skip
    first, second = rebases_view(asked.rebases).to_numpy().tolist()
    assert first == ["Contacts", "Apr 2025", "Director", "New front door", "02 May 2025"]
    assert second[-1] == "not recorded"
    assert rebases_view(()).empty


def test_what_no_list_carries_is_said_and_not_shown(invented_told):
    held = invented_told.events.drop(columns=["gender", "service"])
    told = replace(invented_told, events=held)
    settings = OutcomeTrends(
        period="2026-03",
        measures=("s47",),
        breakdowns=(),
        breakdowns_by=("service", "gender", "ethnicity"),
    )
    (one,) = broken_down(told, outcomes_of(told, settings), settings)
    assert list(one.parts) == ["ethnicity"]
    assert [kind.name for kind in one.lacking] == ["service", "gender"]
