"""Measures counted on a day: what is open in the events, and children on an extract's lists."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from annex_a_factory import row, write_lists
from day_twins import ON_LISTS as LIST_TWINS
from day_twins import STOCKS, facts, on_list, stock
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_twins import plain
from measured_authority import small_authority
from test_measures import made

from qa_sampling.errors import TrendError
from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.annex_a_layout import CODES
from qa_sampling.records.events import build_events
from qa_sampling.records.invented.authority import Authority
from qa_sampling.records.invented.writing import write_workbook
from qa_sampling.records.on_lists import build_on_lists
from qa_sampling.trends.asked_list_measures import ASKED_LISTS
from qa_sampling.trends.asked_measures import ASKED_ON_A_DAY
from qa_sampling.trends.day_measures import ON_A_DAY
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.measuring import readings_of
from qa_sampling.trends.on_lists import ON_LISTS

AS_AT = date(2026, 10, 31)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return small_authority()


def test_the_twins_are_of_all_measures() -> None:
    assert tuple(one.name for one in (*ON_A_DAY, *ASKED_ON_A_DAY)) == STOCKS
    asked = [one.name for one in ASKED_LISTS if one.rule]  # a count is held to its cases below
    assert [*(one.name for one in FROM_LISTS), *asked] == list(LIST_TWINS)


@pytest.mark.parametrize("name", STOCKS)
def test_stocks_count_as_in_plain_loops(authority: Authority, name: str) -> None:
    held = plain(authority.events, AS_AT)
    table = readings_of(authority.events, name, as_at=AS_AT)
    assert len(table) == 36
    for one in table.iloc[::5].to_dict("records"):
        day = (one["start"] + pd.offsets.MonthEnd(0)).date()
        above, below = stock(held, name, day)
        assert one["numerator"] == above
        assert pd.isna(one["denominator"]) if below is None else one["denominator"] == below
    assert table["mature"].all()


def test_stocks_are_what_the_authority_knows_of_each_day(authority: Authority) -> None:
    counted = {
        name: readings_of(authority.events, name, as_at=AS_AT)["numerator"].tolist()
        for name in ("children_in_need", "looked_after", "plans_open")
    }
    open_cases = ["Looked after", "Child protection plan", "Child in need plan", "Open assessment"]
    for place, day in list(enumerate(authority.month_ends))[::7]:
        known = authority.cases_at(day)["status"].value_counts()
        assert known["Looked after"] == counted["looked_after"][place]
        assert known[open_cases].sum() == counted["children_in_need"][place]
        assert known["Child protection plan"] <= counted["plans_open"][place]


def test_a_day_counts_what_began_on_it_and_not_what_ended() -> None:
    plan = "Child protection plan"
    rows = [
        ("a", plan, "2024-01-31", None),  # began that day
        ("b", plan, "2023-05-01", "2024-01-31"),  # ended that day: open no more
        ("c", plan, "2023-05-01", "2024-02-01"),
        ("d", plan, "2024-02-01", None),
        ("e", plan, "2022-02-02", "2024-02-29"),  # 729 days on 31 January
        ("f", plan, "2022-02-01", None),  # 730
        ("g", plan, "2023-06-01", None),
        ("g", plan, "2023-07-01", None),  # a child with two open plans is one child
    ]
    events = made(*rows)
    given_days = {"as_at": date(2024, 3, 15), "since": date(2024, 1, 1)}
    counts = readings_of(events, "plans_open", **given_days)
    assert counts["numerator"].fillna(-1).tolist() == [5, 4, -1]
    assert counts["note"].tolist() == ["", "", "period not over"]
    long = readings_of(events, "plans_open_two_years", **given_days)
    assert long[["numerator", "denominator"]].iloc[0].tolist() == [1, 6]
    quarter = readings_of(events, "plans_open", period="quarter", **given_days)
    assert quarter["numerator"].isna().all()


def test_open_assessments_are_overdue_from_the_46th_working_day() -> None:
    rows = [
        ("a", "Assessment", "2024-06-03", None),  # 45 working days to 5 August
        ("b", "Assessment", "2024-05-31", None),  # 46
        ("c", "Assessment", "2024-01-02", "2024-08-05"),  # done that day
    ]
    events = made(*rows, team=["North", "South", "South"])
    table = readings_of(
        events, "assessments_overdue", as_at=date(2024, 8, 31), since=date(2024, 1, 1)
    )
    july = table.set_index("start").loc[pd.Timestamp("2024-07-01")]
    assert july[["numerator", "denominator"]].tolist() == [1, 3]
    assert july["value"] == pytest.approx(1 / 3)
    august = table.set_index("start").loc[pd.Timestamp("2024-08-01")]
    assert august[["numerator", "denominator"]].tolist() == [2, 2]
    teams = readings_of(
        events, "assessments_overdue", as_at=date(2024, 8, 31), since=date(2024, 8, 1), unit="team"
    )
    assert teams["unit"].tolist() == ["North", "South"]


DAY = date(2025, 6, 30)


def on_day(*rows: dict, day: date = DAY) -> pd.DataFrame:
    """Children on lists of a day: what a row does not say is usual or blank."""
    usual = {"day": day, "list": 8, "team": "North", "worker": "One", "start": date(2020, 1, 1)}
    usual |= {"age_years": 10, "case_status": "Child in need plan"}
    filled = [{"child_id": f"c{place}", **usual, **one} for place, one in enumerate(rows)]
    table = pd.DataFrame(filled).reindex(columns=ON_LISTS.names)
    for column in ON_LISTS.columns:
        if column.kind == "date":
            table[column.name] = pd.to_datetime(table[column.name])
    return table.astype(ON_LISTS.empty().dtypes.to_dict())


def one_day(table: pd.DataFrame, name: str) -> tuple[int, int, int]:
    read = readings_of(made(), name, as_at=DAY, on_lists=table).iloc[-1]
    return tuple(int(read[column]) for column in ("numerator", "denominator", "unknown"))


def test_health_assessments_of_young_children_are_due_twice_as_often() -> None:
    table = on_day(
        {"age_years": 4, "last_health_assessment": date(2024, 12, 30)},  # 6 months: in time
        {"age_years": 4, "last_health_assessment": date(2024, 12, 29)},  # a day more
        {"age_years": 5, "last_health_assessment": date(2024, 6, 30)},  # 12 months: in time
        {"age_years": 5, "last_health_assessment": date(2024, 6, 29)},
        {"age_years": 5},  # never: counts below
        {"age_years": None, "last_health_assessment": date(2025, 6, 1)},  # which interval?
        {"start": date(2024, 7, 1), "last_health_assessment": date(2025, 6, 1)},  # below 12 months
        {"start": date(2024, 6, 30), "last_health_assessment": date(2025, 6, 1)},  # 12 months
        {"legal_status": "V4", "last_health_assessment": date(2025, 6, 1)},  # short breaks
        {"last_health_assessment": date(2025, 7, 1)},  # after the day
    )
    assert one_day(table, "health_checks") == (3, 6, 2)


def test_the_latest_visit_or_the_start_sets_the_clock() -> None:
    # 10 working days before Monday 30 June 2025 is 16 June; 20 are 2 June.
    table = on_day(
        {"list": 7, "last_visit": date(2025, 6, 16)},
        {"list": 7, "last_visit": date(2025, 6, 15)},  # Sunday: Monday is day 1, 30 June is 11
        {"list": 7, "start": date(2025, 6, 16)},  # not yet due
        {"list": 7, "start": date(2025, 6, 12)},  # due, none yet
        {"list": 7, "start": date(2025, 6, 20), "last_visit": date(2025, 5, 1)},  # before the plan
        {"list": 6, "last_visit": date(2025, 6, 2)},
        {"list": 6, "last_visit": date(2025, 5, 30)},
        {"list": 6, "last_visit": date(2025, 6, 29), "case_status": "Looked after"},
    )
    assert one_day(table, "cp_visits") == (3, 5, 0)
    assert one_day(table, "cin_visits") == (1, 2, 0)


def test_visits_and_reviews_in_care_have_their_clocks() -> None:
    table = on_day(
        {"placement_date": date(2024, 1, 1), "last_visit": date(2025, 5, 19)},  # 42 days
        {"placement_date": date(2024, 1, 1), "last_visit": date(2025, 5, 18)},  # 43
        {"placement_date": date(2025, 6, 23), "last_visit": date(2025, 6, 20)},  # moved 7 days ago
        {"placement_date": date(2025, 6, 22), "last_visit": date(2025, 6, 20)},  # 8: not seen there
    )
    assert one_day(table, "care_visits") == (2, 4, 0)
    reviews = on_day(
        {"last_review": date(2024, 12, 30)},  # 6 months
        {"last_review": date(2024, 12, 29)},
        {"start": date(2025, 3, 3), "last_review": date(2025, 3, 30)},  # the first: 3 months
        {"start": date(2025, 3, 3), "last_review": date(2025, 3, 28)},  # 3 months and 2 days ago
        {"start": date(2025, 6, 2)},  # 20 working days
        {"start": date(2025, 5, 30)},  # 21
        {"start": date(2009, 1, 1), "last_review": date(2025, 1, 1)},
    )
    assert one_day(reviews, "care_reviews") == (4, 7, 0)
    plans = on_day(
        {"list": 7, "start": date(2025, 3, 30)},  # 3 months: the first is due today
        {"list": 7, "start": date(2025, 3, 29)},
        {"list": 7, "start": date(2025, 4, 1)},  # less than 3 months
        {"list": 7, "start": None, "last_review": date(2025, 6, 1)},  # cannot be told
    )
    assert one_day(plans, "cp_reviews") == (1, 2, 1)


def test_placements_are_held_against_the_day_not_against_themselves() -> None:
    table = on_day(
        {"placement_date": date(2023, 6, 30), "placements_12m": 1},  # two years
        {"placement_date": date(2023, 7, 1), "placements_12m": 3},  # a day less
        {"placement_date": date(2024, 7, 1), "placement_type": "A5"},  # adopting
        {"placement_date": date(2015, 1, 1), "age_years": 16, "placements_12m": 2},
        {"placement_date": date(2023, 1, 1), "start": date(2023, 1, 1), "placements_12m": 4},
        {"start": date(2022, 12, 30), "placement_date": date(2022, 12, 30)},  # 2.5 years
    )
    assert one_day(table, "same_carer_two_years") == (2, 3, 1)
    assert one_day(table, "three_placements") == (2, 4, 2)


def test_care_leavers_count_in_their_age_alone() -> None:
    table = on_day(
        *({"list": 9, "age_years": age, "in_touch": "Yes"} for age in (16, 17, 18, 19, 21, 22)),
        {"list": 9, "age_years": 20, "in_touch": "No"},
        {"list": 9, "age_years": 20, "in_touch": None},
        {"list": 9, "age_years": 20, "in_touch": "Died"},
        {"list": 9, "age_years": 20, "in_touch": "Returned home"},
        {"list": 9, "age_years": 17, "in_touch": "Yes", "eligibility": "Eligible"},
        {"list": 9, "age_years": None, "in_touch": "Yes"},
    )
    assert one_day(table, "care_leavers_in_touch_17_18") == (2, 2, 1)
    assert one_day(table, "care_leavers_in_touch_19_21") == (2, 4, 1)


def test_every_activity_code_of_the_template_is_told() -> None:
    codes = sorted(CODES["activity"])
    rows = [{"list": 9, "age_years": 20, "activity": code} for code in codes]
    above, below, _ = one_day(on_day(*rows), "care_leavers_activity_19_21")
    assert (above, below) == (len([code for code in codes if code[0] in "FP"]), len(codes))
    assert above == 10


def test_months_without_an_extract_are_missing_and_nobody_is_zero() -> None:
    days = [date(2025, 3, 31), date(2025, 4, 15), date(2025, 4, 30), date(2025, 6, 30)]
    visits = [{"list": 7, "last_visit": date(2025, 3, 1)}]
    table = pd.concat([on_day(*visits, day=day) for day in days])
    read = readings_of(made(), "cp_visits", as_at=date(2025, 7, 10), on_lists=table)
    assert read["denominator"].fillna(-1).tolist() == [1, 1, -1, 1, -1]
    assert read["numerator"].fillna(-1).tolist() == [0, 0, -1, 0, -1]
    assert read["note"].tolist() == ["", "", NO_EXTRACT, "", NO_EXTRACT]
    quarters = readings_of(
        made(), "cp_visits", as_at=date(2025, 6, 30), on_lists=table, period="quarter"
    )
    assert quarters["denominator"].tolist() == [1, 1]
    nobody = on_day({"list": 7, "start": date(2025, 6, 1)})
    assert one_day(nobody, "cp_reviews") == (0, 0, 0)
    with pytest.raises(TrendError, match="no extract holds list 8, which health assessments"):
        readings_of(made(), "health_checks", as_at=DAY, on_lists=table)
    with pytest.raises(
        TrendError, match=r"Health .* from list 8; events do not hold it\. Give `on"
    ):
        readings_of(made(), "health_checks", as_at=DAY)


def test_care_leavers_are_counted_without_those_in_care_or_gone() -> None:
    table = on_day(
        {"list": 9, "eligibility": "Relevant", "in_touch": "Yes"},
        {"list": 9, "eligibility": "Former relevant", "in_touch": "No"},
        {"list": 9, "eligibility": "Qualifying", "in_touch": None, "age_years": None},
        {"list": 9, "eligibility": "Eligible", "in_touch": "Yes"},  # still in care
        {"list": 9, "eligibility": "Relevant", "in_touch": "Died"},
        {"list": 9, "eligibility": "Relevant", "in_touch": "Returned home"},
        {"list": 8},
    )
    read = readings_of(made(), "care_leavers", as_at=DAY, on_lists=table).iloc[-1]
    assert read["numerator"] == 3
    assert pd.isna(read["denominator"])


NO_EXTRACT = "no extract in its last month"

DATES = st.one_of(st.none(), st.dates(date(2022, 1, 1), DAY + timedelta(20)))
CHILD = st.fixed_dictionaries(
    {
        "list": st.sampled_from([6, 7, 8, 8, 9]),
        "start": st.one_of(st.none(), st.dates(date(2010, 1, 1), DAY)),
        "age_years": st.one_of(st.none(), st.integers(-1, 24)),
        "case_status": st.sampled_from(["Child in need plan", "Open assessment"]),
        "last_visit": DATES,
        "last_review": DATES,
        "last_health_assessment": DATES,
        "last_dental_check": DATES,
        "placement_date": DATES,
        "placements_12m": st.sampled_from([None, 0, 2, 3, 4]),
        "missing_12m": st.sampled_from([None, 0, 1]),
        "placement_type": st.sampled_from([None, "U1", "A5"]),
        "legal_status": st.sampled_from([None, "C2", "V3", "V2"]),
        "disability": st.sampled_from([None, "Yes", "No"]),
        "uasc": st.sampled_from([None, "Yes", "No"]),
        "subsequent_period": st.sampled_from([None, "Yes", "No"]),
        "permanence_plan": st.sampled_from([None, "Adoption", "Other", "Return to family"]),
        "placement_location": st.sampled_from([None, "In", "Out"]),
        "absent_12m": st.sampled_from([None, 0, 2]),
        "interview_accepted": st.sampled_from([None, "Yes", "No"]),
        "seen_alone": st.sampled_from([None, "Yes", "No"]),
        "interview_offered": st.sampled_from([None, "Yes", "No"]),
        "eligibility": st.sampled_from(["Relevant", "Eligible"]),
        "in_touch": st.sampled_from([None, "Yes", "No", "Died", "Returned home"]),
        "suitability": st.sampled_from([None, "Suitable", "Unsuitable"]),
        "activity": st.sampled_from([None, "F1", "P5", "G4"]),
    }
)


@settings(max_examples=5, deadline=None)
@given(st.lists(CHILD, min_size=1, max_size=60))
def test_any_children_count_as_in_plain_loops(rows: list[dict]) -> None:
    table = on_day(*rows)
    held = facts(table)
    for name in LIST_TWINS:
        if MEASURES[name].base.number in set(table["list"]):
            assert one_day(table, name) == on_list(held, name), name


def test_an_extract_gives_the_children_on_its_day(tmp_path: Path) -> None:
    day = date(2026, 10, 31)
    lists = {
        6: [
            row(6, "1", date(2026, 1, 5), last_seen=date(2026, 10, 20)),
            row(6, "2", date(2026, 1, 5), closure_date=date(2026, 10, 31), closure_reason="RC7"),
        ],
        7: [row(7, "1", date(2026, 5, 1), last_visit=date(2026, 10, 19), seen_alone="a) Yes")],
        8: [
            row(8, "3", date(2020, 5, 1), placements_12m=3, last_review=date(2026, 9, 1)),
            row(8, "4", date(2020, 5, 1), end_date=date(2026, 9, 1), end_reason="p) E9: Sentenced"),
        ],
        9: [row(9, "5", date_of_birth=date(2006, 11, 1), age=20.0, activity="F1")],
    }
    annex = read_annex_a(write_lists(tmp_path / "annex_a_2026-10.xlsx", lists), as_at=day)
    table = build_on_lists(annex, as_at=day)
    shown = table[["list", "child_id", "age_years"]].astype("str").to_numpy().tolist()
    assert shown == [["6", "1", "11"], ["7", "1", "11"], ["8", "3", "11"], ["9", "5", "19"]]
    seen = table.set_index(["list", "child_id"])
    assert seen.loc[(6, "1"), "last_visit"] == pd.Timestamp("2026-10-20")
    assert seen.loc[(8, "3"), "placements_12m"] == 3
    assert seen.loc[(9, "5"), "activity"] == "F1"
    assert pd.isna(seen.loc[(7, "1"), "last_review"])
    read = readings_of(made(), "three_placements", as_at=day, on_lists=table, unit="team")
    assert read[["unit", "numerator", "denominator"]].to_numpy().tolist() == [["North Team", 1, 1]]


def test_extracts_give_the_figures_of_the_authority(authority: Authority, tmp_path: Path) -> None:
    days = [date(2026, 4, 30), AS_AT]
    paths = [tmp_path / f"annex_a_{day:%Y-%m}.xlsx" for day in days]
    for path, day in zip(paths, days, strict=True):
        write_workbook(authority.lists_at(day), path)
    events = build_events(read_annex_a(paths, as_at=AS_AT))
    first = {"as_at": AS_AT, "first": date(2026, 3, 1)}
    for name in ("referrals", "assessments_45_days", "icpc_15_days", *STOCKS):
        read = readings_of(events, name, **first)
        own = readings_of(authority.events, name, **first)
        told = ["numerator", "denominator", "value", "children", "unknown"]
        pd.testing.assert_frame_equal(read[told], own[told])
    table = pd.concat(
        build_on_lists(read_annex_a(path, as_at=day), as_at=day)
        for path, day in zip(paths, days, strict=True)
    )
    in_care = table[table["list"] == 8].groupby("day")["child_id"].nunique()
    cared = [authority.cases_at(day)["status"].eq("Looked after").sum() for day in days]
    assert in_care.tolist() == cared
    for name in LIST_TWINS:
        read = readings_of(events, name, as_at=AS_AT, on_lists=table, first=days[0])
        shown = read[["numerator", "denominator", "unknown"]].dropna().astype("int64")
        told = [on_list(facts(table[table["day"] == pd.Timestamp(day)]), name) for day in days]
        assert [tuple(row) for row in shown.to_numpy().tolist()] == told, name
        assert len(read) == 7
