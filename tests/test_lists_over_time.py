"""Visits, reviews, placements and care leavers month by month, each extract on its own day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from annex_a_factory import row, write_lists
from day_twins import ON_LISTS as TWINS
from day_twins import on_list

from qa_sampling.parameters import read_parameters
from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.cases import completed_years
from qa_sampling.records.on_lists import build_over_time, children_on
from qa_sampling.reporting.outcome_signals import filled_by, handed_over
from qa_sampling.runs.inputs import invented_authority
from qa_sampling.runs.outcome_inputs import read_outcomes
from qa_sampling.runs.outcome_lists import INVENTED_EXTRACTS
from qa_sampling.runs.outcomes.asked import STOCK_NOTE, Asked
from qa_sampling.runs.outcomes.exploring import ONE_DAY, Exploration
from qa_sampling.runs.outcomes.listed import extracts_words, listed_readings
from qa_sampling.runs.outcomes.steps import outcomes_of, watched_series
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.on_lists import ON_LISTS
from qa_sampling.trends.spikes import find_spikes

DAYS = [date(2026, 5, 31), date(2026, 6, 30), date(2026, 8, 31), date(2026, 9, 30)]
LAST = DAYS[-1]
ENDS = {6: "closure_date", 7: "end_date", 8: "end_date", 9: None}
REASON = {6: ("closure_reason", "RC7"), 8: ("end_reason", "p) E9: Sentenced to custody")}
SAME = {6: {"last_visit": "last_seen"}, 9: {"last_visit": "last_contact"}}
WORDS = {"a) Yes": "Yes", "b) No": "No", "c) Child in need plan": "Child in need plan"}


def days_ago(chance: random.Random, day: date, most: int) -> date | None:
    return None if chance.random() < 0.1 else day - timedelta(chance.randrange(most))


def one_row(chance: random.Random, number: int, child: str, day: date, began: date) -> dict:
    """A row as one extract has it: the latest dates as they were on its day."""
    team = chance.choice(["North Team", "South Team"])
    about = {"team": team, "date_of_birth": date(2009 if number < 9 else 2006, 3, 1), "age": 10.0}
    if number == 6:
        about |= {"last_seen": days_ago(chance, day, 60)}
    if number == 7:
        about |= {
            "last_visit": days_ago(chance, day, 40),
            "last_review": days_ago(chance, day, 300),
        }
        about |= {"seen_alone": chance.choice(["a) Yes", "b) No", None])}
    if number == 8:
        about |= {
            name: days_ago(chance, day, 500)
            for name in ("last_health_assessment", "last_dental_check", "last_review")
        }
        about |= {"last_visit": days_ago(chance, day, 80), "placement_date": began}
        about |= {"placements_12m": chance.randrange(5), "missing_12m": 0}
    if number == 9:
        about |= {"in_touch": chance.choice(["a) Yes", "b) No"]), "activity": "F1"}
    if number in ENDS and ENDS[number] and chance.random() < 0.15:
        about |= {ENDS[number]: day - timedelta(chance.randrange(30))}
        if number in REASON:
            about |= dict([REASON[number]])
    return row(number, child, began, **about)


def extracts(seed: int = 3) -> dict[date, dict[int, list[dict]]]:
    """Four months' lists; children come and go, and each has the same start on every list."""
    chance, held = random.Random(seed), {}
    for day in DAYS:
        held[day] = {1: [row(1, "900", day - timedelta(3))]}
        for number in ENDS:
            children = [n for n in range(1, 25) if chance.random() < 0.7]
            held[day][number] = [
                one_row(chance, number, str(1000 * number + n), day, date(2022, 1, 1 + n % 28))
                for n in children
            ]
    return held


def facts_of(lists: dict[int, list[dict]], day: date) -> list[dict]:
    """The open children of one extract, in plain loops from what was written."""
    found = []
    for number, end in ENDS.items():
        for one in lists[number]:
            if end and one[end] is not None and one[end] <= day:
                continue
            fact = dict.fromkeys(ON_LISTS.names)
            fact |= {name: one.get(SAME.get(number, {}).get(name, name)) for name in fact}
            fact |= {"day": day, "list": number, "start": one.get("start_date")}
            born = one["date_of_birth"]
            fact["age_years"] = day.year - born.year - ((day.month, day.day) < (3, 1))
            codes = ("in_touch", "seen_alone", "case_status", "interview_offered", "eligibility")
            codes += ("uasc", "disability", "subsequent_period")
            for name in codes:
                fact[name] = WORDS.get(fact[name], fact[name])
            fact["legal_status"] = (fact["legal_status"] or "")[:2] or None
            fact["placement_type"] = (fact["placement_type"] or "")[3:5] or None
            found.append(fact)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("monthly")
    for day, lists in extracts().items():
        write_lists(where / f"annex_a_{day}.xlsx", lists)
    return where


def settings_of(folder: Path, **about) -> OutcomeTrends:
    return OutcomeTrends(
        extract=str(folder), authority="Elsewhere", outputs=str(folder / "outputs"),
        period="2026-09", months=13, **about,
    )  # fmt: skip


@pytest.fixture(scope="module")
def told(folder):
    return read_outcomes(settings_of(folder))


def test_every_extract_counts_on_its_own_day_as_in_plain_loops(told, folder) -> None:
    written = extracts()
    settings = settings_of(folder)
    for name in TWINS:
        read = listed_readings(told, MEASURES[name], settings).set_index("start")
        assert len(read) == 13, "from the first month asked for to the last"
        for day in DAYS:
            month = read.loc[pd.Timestamp(day).replace(day=1)]
            above, below, unknown = on_list(facts_of(written[day], day), name)
            got = [int(month[one]) for one in ("numerator", "denominator", "unknown")]
            assert got == [above, below, unknown], (name, day)
        gap = read.loc[pd.Timestamp("2026-07-01")]
        assert gap[["numerator", "denominator", "value"]].isna().all() and not gap["mature"]
        assert gap["note"] == "no extract in its last month"
        assert read.loc[:"2026-04-01", "numerator"].isna().all(), "before the first extract"


def test_units_add_up_and_are_those_of_each_extract(told, folder) -> None:
    settings, written = settings_of(folder), extracts()
    teams = listed_readings(told, MEASURES["cp_visits"], settings, unit="team")
    assert set(teams["unit_kind"]) == {"team"}
    for day in DAYS:
        month = teams[teams["start"] == pd.Timestamp(day).replace(day=1)].set_index("unit")
        for team in ("North Team", "South Team"):
            mine = [one for one in facts_of(written[day], day) if one["team"] == team]
            assert int(month.loc[team, "denominator"]) == on_list(mine, "cp_visits")[1]
    assert listed_readings(told, MEASURES["cp_visits"], settings, unit="service").empty
    age = listed_readings(told, MEASURES["cp_visits"], settings, unit="age")
    assert set(age["unit_kind"]) == {"age"} and age["numerator"].notna().any()


def test_what_falls_due_anew_has_limits_and_what_is_kept_is_a_line(told, folder) -> None:
    asked = ("contacts", "cp_visits", "care_reviews", "three_placements")
    settings = settings_of(folder, measures=asked)
    found = outcomes_of(told, settings)
    assert {one.name for one in found.measures} == set(asked)
    assert {"cp_visits", "care_reviews"} <= set(found.charts) and "three_placements" not in (
        found.charts
    )
    assert {"cp_visits", "three_placements"} <= set(found.by_unit["measure"])
    assert ("cp_visits", "North Team") in found.unit_charts
    _, watched = watched_series(found, settings, 0)
    assert {one.name for one in watched} == {"cp_visits", "care_reviews"}, "no whole month else"
    desk = Exploration(told, TrendExplorer(period="2026-09", months=13), settings)
    assert desk.look(Asked("cp_visits")).chart is not None
    kept = desk.look(Asked("three_placements"))
    assert kept.chart is None and kept.notes == (STOCK_NOTE,)
    quarter = desk.readings("cp_visits", "all", "quarter").set_index("start")
    assert quarter["numerator"].notna().tolist()[-2:] == [True, True]
    june = listed_readings(told, MEASURES["cp_visits"], settings).set_index("start")
    assert quarter.loc["2026-04-01", "numerator"] == june.loc["2026-06-01", "numerator"]
    assert extracts_words(told, settings) == (
        "4 extracts tell what their lists said on their day: May to June 2026, August to "
        "September 2026. Without one, and so a gap: July 2026."
    )


def test_one_extract_tells_of_one_day_and_says_what_would_tell_more(folder, tmp_path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    name = f"annex_a_{LAST}.xlsx"
    (alone / name).write_bytes((folder / name).read_bytes())
    told = read_outcomes(settings_of(alone))
    found = outcomes_of(told, settings_of(alone, measures=("contacts", "cp_visits")))
    assert [one.name for one in found.measures] == ["contacts"]
    assert found.on_the_day["measure"].tolist() == ["cp_visits"]
    assert found.measured["measure"].tolist()[-1] == "cp_visits"
    desk = Exploration(told, TrendExplorer(period="2026-09"), OutcomeTrends())
    why = desk.unable().set_index("measure")["needs"]
    assert why[MEASURES["cp_visits"].title] == ONE_DAY.format(number=7)
    assert extracts_words(told, settings_of(alone)).endswith("takes a second month's extract.")


def test_a_list_that_a_month_lacks_is_a_gap_not_a_nought(tmp_path) -> None:
    held = extracts()
    del held[DAYS[1]][7]
    for day, lists in held.items():
        write_lists(tmp_path / f"annex_a_{day}.xlsx", lists)
    table = build_over_time(read_annex_a(tmp_path, as_at=LAST))
    read = readings_of(table, "cp_visits", as_at=LAST, on_lists=table).set_index("start")
    assert pd.isna(read.loc["2026-06-01", "denominator"])
    other = readings_of(table, "care_visits", as_at=LAST, on_lists=table).set_index("start")
    assert other.loc["2026-06-01", "denominator"] > 0


def test_ages_are_those_of_the_cases() -> None:
    days = [date(2026, 2, 28), date(2026, 3, 1)]
    born = [pd.Timestamp("2008-02-29"), pd.Timestamp("2026-03-01"), pd.NaT, pd.NaT]
    rows = pd.DataFrame({"child_id": list("abcd"), "date_of_birth": born})
    rows = rows.assign(age=[float("nan"), 0.0, 10.9, float("nan")], team="T", worker="W")
    table = children_on({pd.Timestamp(day): {9: rows} for day in days})
    for day in days:
        got = table.loc[table["day"] == pd.Timestamp(day), "age_years"]
        told = zip(born, rows["age"], strict=True)
        want = [completed_years(one, pd.Timestamp(day), age) for one, age in told]
        assert [None if pd.isna(one) else one for one in got] == want


def test_the_invented_authority_has_kept_its_extracts(invented_told) -> None:
    days = sorted(set(invented_told.on_lists["day"].dt.date))
    ends = [day for day in invented_authority().month_ends if day <= date(2026, 3, 31)]
    assert days == ends[-INVENTED_EXTRACTS:]
    held = invented_told.on_lists
    for one in FROM_LISTS:
        read = readings_of(held, one, as_at=date(2026, 3, 31), on_lists=invented_told.lists)
        shares = read["value"].dropna()
        assert len(shares) == INVENTED_EXTRACTS and (shares > 0).all(), one.name
        if one.name != "dental_checks":
            assert shares.nunique() > 3, one.name
    whole = invented_authority().cases_at(ends[-4])["status"].eq("Looked after").sum()
    assert ((held["day"] == pd.Timestamp(ends[-4])) & (held["list"] == 8)).sum() == whole


@pytest.mark.parametrize("measure", ["cp_visits", "core_groups_on_time", "complaints"])
def test_a_signal_of_lists_or_of_a_table_of_its_own_is_handed_over(measure) -> None:
    """Its id fills the parameters, and the deep dive takes them."""
    readings = pd.DataFrame(
        {
            "measure": measure, "unit_kind": "team", "unit": "A", "mature": True,
            "start": pd.date_range("2023-01-01", periods=39, freq="MS"),
            "numerator": [5.0] * 38 + [60.0],
        }
    )  # fmt: skip
    found = find_spikes(readings)
    line = handed_over(found).loc[0, "Deep dive"]
    assert line == f"qa-sampling run deep_dive -p signal {found.signals[0].id}"
    (filled,) = filled_by(found, as_at="2026-03-31").values()
    asked = read_parameters("deep_dive", filled)
    assert (asked.measure, asked.unit, asked.period) == (measure, "A", "2026-03")
