"""Faults found in other tools' measures (docs/measures.md names them): ours has none of them."""

from datetime import date

import pandas as pd
import pytest
from test_measures import made
from test_measures_on_a_day import on_day, one_day

from qa_sampling.trends.asked_list_measures import ASKED_LISTS
from qa_sampling.trends.list_measures import FROM_LISTS
from qa_sampling.trends.list_rules import Stated
from qa_sampling.trends.measuring import readings_of

S47, ICPC = "Section 47 enquiry", "Initial child protection conference"
LATE = date(2025, 12, 31)


def cell(events: pd.DataFrame, name: str, month: str, as_at: date = LATE) -> list[int]:
    """Give above, below and unknown of a month."""
    table = readings_of(events, name, as_at=as_at, since=date(2023, 1, 1)).set_index("start")
    shown = table.loc[pd.Timestamp(month), ["numerator", "denominator", "unknown"]]
    return [int(value) for value in shown]


def test_bank_holidays_are_no_working_days() -> None:
    # 1 November 2024 to 8 January 2025 are 48 weekdays, three of them bank holidays.
    kept = [("a", "Assessment", "2024-11-01", "2025-01-08")]
    missed = [("a", "Assessment", "2024-11-01", "2025-01-09")]
    assert cell(made(*kept), "assessments_45_days", "2025-01-01") == [1, 1, 0]
    assert cell(made(*missed), "assessments_45_days", "2025-01-01") == [0, 1, 0]
    # 11 April to 7 May 2025 are 18 weekdays, three of them Easter's and May Day.
    kept = [("a", S47, "2025-04-11"), ("a", ICPC, "2025-05-07")]
    missed = [("a", S47, "2025-04-11"), ("a", ICPC, "2025-05-08")]
    assert cell(made(*kept), "icpc_15_days", "2025-05-01") == [1, 1, 0]
    assert cell(made(*missed), "icpc_15_days", "2025-05-01") == [0, 1, 0]


def test_open_assessments_are_not_ended_by_the_day_of_the_extract() -> None:
    rows = [
        ("a", "Assessment", "2025-06-02", "2025-06-20"),
        ("b", "Assessment", "2025-06-20", None),  # open, and young
        ("c", "Assessment", "2025-06-20", "2025-07-10"),  # authorised after the extract
    ]
    until = date(2025, 6, 30)
    assert cell(made(*rows), "assessments_45_days", "2025-06-01", until) == [1, 1, 0]
    assert cell(made(*rows), "assessments_overdue", "2025-06-01", until) == [0, 2, 0]


def test_children_of_five_are_assessed_yearly() -> None:
    table = on_day(
        {"age_years": 5, "last_health_assessment": date(2024, 10, 1)},  # 9 months ago
        {"age_years": 4, "last_health_assessment": date(2024, 10, 1)},
    )
    assert one_day(table, "health_checks") == (1, 2, 0)


def test_stability_compares_the_placement_with_the_day() -> None:
    moved = on_day({"start": date(2015, 1, 1), "placement_date": date(2025, 6, 1)})
    assert one_day(moved, "same_carer_two_years") == (0, 1, 0)


def test_only_care_leavers_of_the_age_are_counted() -> None:
    ages = (15, 16, 17, 18, 19, 20, 21, 22, 25)
    rows = [{"list": 9, "age_years": age, "in_touch": "Yes"} for age in ages]
    assert one_day(on_day(*rows), "care_leavers_in_touch_19_21") == (3, 3, 0)
    assert one_day(on_day(*rows), "care_leavers_in_touch_17_18") == (2, 2, 0)


@pytest.mark.parametrize(("code", "active"), [("F1", 1), ("P5", 1), ("G4", 0), ("G6", 0)])
def test_activity_is_told_by_the_template_s_codes(code: str, active: int) -> None:
    table = on_day({"list": 9, "age_years": 20, "activity": code})
    assert one_day(table, "care_leavers_activity_19_21") == (active, 1, 0)


def test_moves_are_those_of_the_year_not_rows() -> None:
    one_row = on_day({"placements_12m": 3})
    assert one_day(one_row, "three_placements") == (1, 1, 0)
    twice = [("a", "Referral", "2025-03-03", None)] * 2  # the row of two stacked extracts
    assert cell(made(*twice), "re_referrals", "2025-03-01") == [0, 1, 0]


LISTED = {one.name: one for one in (*FROM_LISTS, *ASKED_LISTS)}
STATED = [name for name, one in LISTED.items() if isinstance(one.rule, Stated)]


@pytest.mark.parametrize("name", STATED)
def test_what_is_not_recorded_counts_below_in_every_share(name: str) -> None:
    one = LISTED[name]
    low = one.base.ages[0] if one.base.ages else 10
    row = {"list": one.base.number, "age_years": low, "missing_12m": 1}
    table = on_day({**row, one.rule.field: one.rule.values[0]}, {**row, one.rule.field: None})
    assert one_day(table, name) == (1, 2, 0)


@pytest.mark.parametrize("name", ["referral_nfa", "icpc_to_plan"])
def test_outcomes_not_recorded_count_below(name: str) -> None:
    event, outcome = {
        "referral_nfa": ("Referral", "No further action"),
        "icpc_to_plan": (ICPC, "Plan made"),
    }[name]
    rows = [("a", event, "2025-03-03", None, outcome)]
    rows += [(child, event, "2025-03-03", None, said) for child, said in (("b", None), ("c", "No"))]
    assert cell(made(*rows), name, "2025-03-01") == [1, 3, 0]


def test_every_enquiry_counts_not_only_the_latest() -> None:
    rows = [
        ("a", S47, "2025-03-03"),
        ("a", ICPC, "2025-03-20"),
        ("a", S47, "2025-03-25"),  # a later one without a conference
    ]
    assert cell(made(*rows), "s47_to_icpc", "2025-03-01") == [1, 2, 0]
    counts = readings_of(made(*rows), "s47", as_at=LATE, since=date(2025, 3, 1))
    assert counts["numerator"].iloc[0] == 2


def test_months_still_open_are_not_final() -> None:
    rows = [("a", S47, "2025-11-03"), ("b", S47, "2025-08-04")]
    table = readings_of(made(*rows), "s47_to_icpc", as_at=LATE, since=date(2025, 8, 1))
    assert table["mature"].tolist() == [True, True, False, False, False]
    assert table["pending"].tolist() == [0, 0, 0, 1, 0]
