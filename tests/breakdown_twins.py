"""Groups of children told case by case in plain loops, to hold the fast breakdowns against."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from measure_twins import TWINS, Event, moved, plain

GROUPS = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "C": "Asian"}
NEEDS = (
    "Abuse or neglect", "Child's disability", "Parental disability or illness",
    "Family in acute stress", "Family dysfunction", "Socially unacceptable behaviour",
    "Low income", "Absent parenting", "Cases other than children in need",
)  # fmt: skip
SOURCES = (
    "Individual", "Schools and education", "Health services", "Housing",
    "Local authority services", "Police", "Other legal agency", "Other", "Anonymous", "Unknown",
)  # fmt: skip
BANDS = ((1, "Under 1"), (5, "1 to 4"), (10, "5 to 9"), (16, "10 to 15"), (18, "16 to 17"))


def age(born: date, day: date) -> str:
    if born > day:
        return "Unborn"
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((name for end, name in BANDS if years < end), "18 and over")


def ethnic_group(code: str) -> str:
    if code in ("REFU", "NOBT", "Not recorded"):
        return "Not recorded"
    return "Other" if code == "OOTH" else GROUPS[code[0]]


def source(events: list[Event], one: Event) -> str:
    code = one["source"]
    if code is None:
        since = moved(one["date"], -12)
        before = [
            (other["date"], other["source"])
            for other in events
            if other["child_id"] == one["child_id"]
            and other["event"] == "Referral"
            and since <= other["date"] <= one["date"]
        ]
        code = max(before, key=lambda pair: pair[0])[1] if before else None
    number = "".join(letter for letter in code or "" if letter.isdigit())
    return SOURCES[int(number) - 1] if number else "Not recorded"


def need(events: list[Event], one: Event) -> str:
    until = one["date"] + timedelta(45)
    known = [
        (other["date"], other["category"])
        for other in events
        if other["child_id"] == one["child_id"]
        and other["event"] == "Child in need episode"
        and other["category"] is not None
        and other["date"] <= until
    ]
    code = max(known, key=lambda pair: pair[0])[1] if known else "Not recorded"
    return code if code == "Not recorded" else NEEDS[int(code[1]) - 1]


def label(kind: str, child: dict[str, Any], theirs: list[Event], one: Event, day: date) -> str:
    if kind == "age":
        return age(child["born"], day)
    if kind == "gender":
        return child["gender"]
    if kind == "ethnicity":
        return ethnic_group(child["ethnicity"])
    return {"source": source, "need": need}[kind](theirs, one)


def broken(
    events: pd.DataFrame, children: dict[str, dict[str, Any]], name: str, kind: str, as_at: date
) -> dict[tuple[date, str], tuple[int, int, int]]:
    """Count above, below and families above by quarter and group."""
    told, cells = plain(events, as_at), {}
    by_child: dict[str, list[Event]] = {}
    for one in told:
        by_child.setdefault(one["child_id"], []).append(one)
    for day, one, met, _ in TWINS[name](told):
        child = children[one["child_id"]]
        group = label(kind, child, by_child[one["child_id"]], one, day)
        if met is not None:
            quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            cells.setdefault((quarter, group), []).append((met, child["family"]))
    return {
        key: (sum(met for met, _ in rows), len(rows), len({home for met, home in rows if met}))
        for key, rows in cells.items()
    }
