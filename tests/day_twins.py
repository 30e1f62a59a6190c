"""Measures of a day counted in plain loops, to hold the fast counts against."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
from measure_twins import KEPT, Event, moved, working_days

Fact = dict[str, object]


def open_on(events: list[Event], kind: str, day: date) -> list[Event]:
    """Episodes that had begun by the end of a day and had not ended."""
    return [
        one
        for one in events
        if one["event"] == kind and one["date"] <= day and (one["end"] is None or one["end"] > day)
    ]


def stock(events: list[Event], name: str, day: date) -> tuple[int, int | None]:
    """Count a stock at the end of a day: above, below (None for a count)."""
    if name == "children_in_need":
        return len({one["child_id"] for one in open_on(events, "Child in need episode", day)}), None
    if name == "plans_open":
        return len({one["child_id"] for one in open_on(events, "Child protection plan", day)}), None
    if name == "looked_after":
        held = open_on(events, "Care episode", day)
        kept = [one for one in held if (one["category"] or "")[:2] not in ("V3", "V4")]
        return len({one["child_id"] for one in kept}), None
    if name == "assessments_overdue":
        held = open_on(events, "Assessment", day)
        known = [one for one in held if one["date"] >= date(2012, 1, 1)]
        return sum(working_days(one["date"], day) > 45 for one in known), len(known)
    if name == "assessments_open":
        return len(open_on(events, "Assessment", day)), None
    kind = "Child in need episode" if name == "need_open_two_years" else "Child protection plan"
    held = open_on(events, kind, day)
    return sum((day - one["date"]).days + 1 > 729 for one in held), len(held)


STOCKS = (
    "children_in_need",
    "plans_open",
    "looked_after",
    "assessments_overdue",
    "plans_open_two_years",
    "assessments_open",
    "need_open_two_years",
)


def plus(day: date, working: int) -> date:
    """The day so many working days later."""
    while working:
        day += timedelta(1)
        working -= day.weekday() < 5 and day not in KEPT
    return day


def facts(table: pd.DataFrame) -> list[Fact]:
    """Rows as dictionaries, dates as dates and blanks as None."""
    return [
        {
            name: None if pd.isna(value) else value.date() if hasattr(value, "date") else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def visited(row: Fact, every: int) -> bool | None:
    last, day, start = row["last_visit"], row["day"], row["start"]
    if last is not None and last > day:
        return None
    if last is not None and (start is None or last >= start):
        return plus(last, every) >= day
    return start is not None and plus(start, every) >= day


def reviewed_on_plan(row: Fact) -> bool | None:
    last, day, start = row["last_review"], row["day"], row["start"]
    if start is None or (last is not None and last > day):
        return None
    if last is not None and last >= start:
        return moved(last, 6) >= day
    return moved(start, 3) >= day


def visited_in_care(row: Fact) -> bool | None:
    last, day, placed = row["last_visit"], row["day"], row["placement_date"] or row["start"]
    if placed is None or (last is not None and last > day):
        return None
    if 0 <= (day - placed).days <= 7:
        return True
    return last is not None and last >= placed and (day - last).days <= 42


def reviewed_in_care(row: Fact) -> bool | None:
    last, day, start = row["last_review"], row["day"], row["start"]
    if last is not None and last > day:
        return None
    first_due = plus(start, 20) if start is not None and start >= date(2012, 1, 1) else None
    if last is not None and (start is None or last >= start):
        early = first_due is not None and last <= first_due
        return moved(last, 3 if early else 6) >= day
    return first_due is not None and first_due >= day


def assessed(row: Fact) -> bool | None:
    last, day, age = row["last_health_assessment"], row["day"], row["age_years"]
    if row["start"] is None or (last is not None and last > day):
        return None
    if last is None or last < row["start"]:
        return False
    return None if age is None else moved(last, 6 if age < 5 else 12) >= day


def checked(row: Fact) -> bool | None:
    last, day = row["last_dental_check"], row["day"]
    if row["start"] is None or (last is not None and last > day):
        return None
    return last is not None and last >= row["start"] and moved(last, 12) >= day


def moved_often(row: Fact) -> bool | None:
    return None if row["placements_12m"] is None else row["placements_12m"] >= 3


def stayed(row: Fact) -> bool | None:
    placed, day = row["placement_date"], row["day"]
    if row["start"] is None or row["age_years"] is None or placed is None or placed > day:
        return None
    long = moved(placed, 24) <= day
    return None if not long and row["placement_type"] in ("A3", "A4", "A5", "A6") else long


def interviewed(row: Fact) -> bool | None:
    return None if row["missing_12m"] is None else row["interview_offered"] == "Yes"


def for_months(row: Fact, months: int) -> bool:
    return row["start"] is None or moved(row["start"], months) <= row["day"]


def in_care(row: Fact) -> bool:
    return row["list"] == 8 and row["legal_status"] not in ("V3", "V4")


def leaver(low: int, high: int) -> Callable[[Fact], bool]:
    def chosen(row: Fact) -> bool:
        if row["list"] != 9 or row["eligibility"] == "Eligible":
            return False
        if row["in_touch"] in ("Died", "Returned home"):
            return False
        return row["age_years"] is None or low <= row["age_years"] <= high

    return chosen


def said(field: str, *values: str) -> Callable[[Fact], bool | None]:
    return lambda row: None if row["age_years"] is None else row[field] in values


def on(number: int) -> Callable[[Fact], bool]:
    return lambda row: row["list"] == number


def says(field: str, value: str) -> Callable[[Fact], bool]:
    return lambda row: row[field] == value


def some(field: str) -> Callable[[Fact], bool | None]:
    return lambda row: None if row[field] is None else row[field] > 0


ACTIVE = ("F1", "F2", "F3", "F4", "F5", "P1", "P2", "P3", "P4", "P5")
ON_LISTS: dict[str, tuple[Callable[[Fact], bool], Callable[[Fact], bool | None]]] = {
    "cin_visits": (
        lambda row: row["list"] == 6 and row["case_status"] == "Child in need plan",
        lambda row: visited(row, 20),
    ),
    "cp_visits": (lambda row: row["list"] == 7, lambda row: visited(row, 10)),
    "cp_seen_alone": (lambda row: row["list"] == 7, lambda row: row["seen_alone"] == "Yes"),
    "cp_reviews": (lambda row: row["list"] == 7 and for_months(row, 3), reviewed_on_plan),
    "care_visits": (in_care, visited_in_care),
    "care_reviews": (in_care, reviewed_in_care),
    "health_checks": (lambda row: in_care(row) and for_months(row, 12), assessed),
    "dental_checks": (lambda row: in_care(row) and for_months(row, 12), checked),
    "three_placements": (in_care, moved_often),
    "same_carer_two_years": (
        lambda row: (
            in_care(row)
            and for_months(row, 30)
            and (row["age_years"] is None or row["age_years"] < 16)
        ),
        stayed,
    ),
    "return_interviews": (lambda row: in_care(row) and row["missing_12m"] != 0, interviewed),
    "care_leavers_in_touch_17_18": (leaver(17, 18), said("in_touch", "Yes")),
    "care_leavers_accommodation_17_18": (leaver(17, 18), said("suitability", "Suitable")),
    "care_leavers_activity_17_18": (leaver(17, 18), said("activity", *ACTIVE)),
    "care_leavers_in_touch_19_21": (leaver(19, 21), said("in_touch", "Yes")),
    "care_leavers_accommodation_19_21": (leaver(19, 21), said("suitability", "Suitable")),
    "care_leavers_activity_19_21": (leaver(19, 21), said("activity", *ACTIVE)),
    "need_disabled": (on(6), says("disability", "Yes")),
    "plans_disabled": (on(7), says("disability", "Yes")),
    "care_disabled": (in_care, says("disability", "Yes")),
    "care_uasc": (in_care, says("uasc", "Yes")),
    "care_again": (in_care, says("subsequent_period", "Yes")),
    "care_with_plan": (in_care, lambda row: row["permanence_plan"] is not None),
    "care_voluntary": (in_care, says("legal_status", "V2")),
    "care_fostered": (in_care, lambda row: (row["placement_type"] or "").startswith("U")),
    "care_outside": (in_care, says("placement_location", "Out")),
    "care_missing": (in_care, some("missing_12m")),
    "care_absent": (in_care, some("absent_12m")),
    "interviews_accepted": (
        lambda row: in_care(row) and row["missing_12m"] != 0,
        lambda row: None if row["missing_12m"] is None else row["interview_accepted"] == "Yes",
    ),
}


def on_list(rows: list[Fact], name: str) -> tuple[int, int, int]:
    """Count a measure of a list on one day: above, below, unknown."""
    chosen, rule = ON_LISTS[name]
    told = [rule(row) for row in rows if chosen(row)]
    known = [one for one in told if one is not None]
    return sum(known), len(known), len(told) - len(known)
