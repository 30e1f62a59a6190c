"""Every measure counted from the events in plain loops, to hold the fast counts against."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd

from qa_sampling.trends.working_days import BANK_HOLIDAYS

Event = dict[str, Any]
Told = tuple[date, Event, "bool | None", date]
"""Day of the event, the event, whether it counts above, day until which it may yet do so."""
NEVER = date.min
KEPT = set(BANK_HOLIDAYS)


def moved(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_days(start: date, end: date) -> int:
    count = 0
    while start < end:
        start += timedelta(1)
        count += start.weekday() < 5 and start not in KEPT
    return count


def plain(events: pd.DataFrame, as_at: date) -> list[Event]:
    """Give the events as dictionaries, each once, as known on a day."""
    seen, told = set(), []
    for row in events.to_dict("records"):
        day = row["date"].date()
        key = (row["child_id"], row["event"], day)
        if key in seen or day > as_at:
            continue
        seen.add(key)
        end = None if pd.isna(row["end_date"]) else row["end_date"].date()
        kept = {name: None if pd.isna(value) else value for name, value in row.items()}
        told.append(kept | {"date": day, "end": end if end and end <= as_at else None})
    return told


def others(events: list[Event], one: Event, kind: str) -> list[date]:
    """Days of the child's other events of a kind."""
    return [
        other["date"]
        for other in events
        if other["child_id"] == one["child_id"] and other["event"] == kind and other is not one
    ]


def in_time(start: date | None, end: date, most: int) -> bool | None:
    if start is None or end < start or start < date(2012, 1, 1) or end > date(2028, 12, 31):
        return None
    return working_days(start, end) <= most


S47, ICPC = "Section 47 enquiry", "Initial child protection conference"
PLAN, CARE = "Child protection plan", "Care episode"
HELP, NEED = "Early help assessment", "Child in need episode"
ADOPTION = "Adoption decision"


def starts(kind: str, rule: Callable | None = None) -> Callable[[list[Event]], list[Told]]:
    def told(events: list[Event]) -> list[Told]:
        kept = [one for one in events if one["event"] == kind]
        return [
            (one["date"], one, True if rule is None else rule(events, one), NEVER) for one in kept
        ]

    return told


def ends(kind: str, rule: Callable | None = None) -> Callable[[list[Event]], list[Told]]:
    def told(events: list[Event]) -> list[Told]:
        kept = [one for one in events if one["event"] == kind and one["end"] is not None]
        return [
            (one["end"], one, True if rule is None else rule(events, one), NEVER) for one in kept
        ]

    return told


def re_referred(events: list[Event], one: Event) -> bool:
    since = moved(one["date"], -12)
    return any(since <= day < one["date"] for day in others(events, one, "Referral"))


def again(months: int, kind: str) -> Callable[[list[Event], Event], bool]:
    def rule(events: list[Event], one: Event) -> bool:
        until = moved(one["end"], months)
        days = others(events, one, kind)
        return any(one["end"] <= day <= until and day > one["date"] for day in days)

    return rule


def leading_on(events: list[Event]) -> list[Told]:
    told = []
    for one in events:
        if one["event"] == "Referral":
            until = moved(one["date"], 12)
            met = any(one["date"] < day <= until for day in others(events, one, "Referral"))
            told.append((one["date"], one, met, until))
    return told


def planned_before(events: list[Event], one: Event) -> bool | None:
    if any(day < one["date"] for day in others(events, one, PLAN)):
        return True
    recorded = one["previous_recorded"]
    return None if recorded is None else recorded >= 1


def conference_in_time(events: list[Event], one: Event) -> bool | None:
    since = moved(one["date"], -12)
    days = [day for day in others(events, one, S47) if since <= day <= one["date"]]
    return in_time(max(days, default=None), one["date"], 15)


def assessed_since_referral(events: list[Event], one: Event) -> bool | None:
    since = moved(one["date"], -1)
    days = [day for day in others(events, one, "Referral") if since <= day <= one["date"]]
    return in_time(max(days, default=None), one["end"], 45)


def to_conference(events: list[Event]) -> list[Told]:
    told = []
    for one in events:
        if one["event"] != S47:
            continue
        met = False
        for day in others(events, one, ICPC):
            near = one["date"] <= day <= moved(one["date"], 3)
            between = [s47 for s47 in others(events, one, S47) if one["date"] < s47 <= day]
            met = met or (near and not between)
        settled = one["outcome"] == "Conference unnecessary"
        told.append((one["date"], one, met, NEVER if settled else moved(one["date"], 3)))
    return told


def followed(kind: str, months: int, event: str, outcome: str | None = None) -> Callable:
    def told(events: list[Event]) -> list[Told]:
        rows = ends(kind, again(months, event))(events)
        kept = [row for row in rows if outcome is None or row[1]["outcome"] == outcome]
        return [(day, one, met, moved(day, months)) for day, one, met, _ in kept]

    return told


def came_before(months: int) -> Callable[[list[Event], Event], bool]:
    def rule(events: list[Event], one: Event) -> bool:
        since = moved(one["date"], -months)
        return any(since <= day < one["date"] for day in others(events, one, one["event"]))

    return rule


def came_after(kind: str, months: int, event: str) -> Callable[[list[Event]], list[Told]]:
    """From its start on, the day itself included."""

    def told(events: list[Event]) -> list[Told]:
        rows = []
        for one in events:
            if one["event"] == kind:
                until = moved(one["date"], months)
                met = any(one["date"] <= day <= until for day in others(events, one, event))
                rows.append((one["date"], one, met, until))
        return rows

    return told


def held(field: str, *values: str) -> Callable[[list[Event], Event], bool]:
    return lambda _, one: one[field] in values


def only(rows: Callable, outcome: str) -> Callable[[list[Event]], list[Told]]:
    return lambda events: [row for row in rows(events) if row[1]["outcome"] == outcome]


def no_breaks(rows: Callable) -> Callable[[list[Event]], list[Told]]:
    def told(events: list[Event]) -> list[Told]:
        return [row for row in rows(events) if (row[1]["category"] or "")[:2] not in ("V3", "V4")]

    return told


def long(events: list[Event], one: Event) -> bool | None:
    days = (one["end"] - one["date"]).days + 1
    return None if days < 1 else days > 729


TWINS: dict[str, Callable[[list[Event]], list[Told]]] = {
    "contacts": starts("Contact"),
    "referrals": starts("Referral"),
    "referral_nfa": starts("Referral", lambda _, one: one["outcome"] == "No further action"),
    "re_referrals": starts("Referral", re_referred),
    "re_referred_children": starts("Referral", re_referred),
    "referrals_followed": leading_on,
    "step_down_re_referrals": followed("Child in need episode", 12, "Referral", "RC9"),
    "assessments": ends("Assessment"),
    "assessments_45_days": ends("Assessment", lambda _, one: in_time(one["date"], one["end"], 45)),
    "assessments_45_days_of_referral": ends("Assessment", assessed_since_referral),
    "s47": starts(S47),
    "s47_to_icpc": to_conference,
    "icpc": starts(ICPC),
    "icpc_15_days": starts(ICPC, conference_in_time),
    "icpc_to_plan": starts(ICPC, lambda _, one: one["outcome"] == "Plan made"),
    "plan_starts": starts(PLAN),
    "plan_ends": ends(PLAN),
    "second_plans": starts(PLAN, planned_before),
    "re_plans_12_months": followed(PLAN, 12, PLAN),
    "re_plans_24_months": followed(PLAN, 24, PLAN),
    "plans_two_years": ends(PLAN, long),
    "starting_care": no_breaks(starts(CARE)),
    "ceasing_care": no_breaks(ends(CARE)),
    "placement_moves": starts("Placement move"),
    "contacts_to_referral": came_after("Contact", 1, "Referral"),
    "repeat_contacts": starts("Contact", came_before(12)),
    "early_help": starts(HELP),
    "early_help_to_referral": came_after(HELP, 12, "Referral"),
    "repeat_early_help": starts(HELP, came_before(12)),
    "assessments_support": ends("Assessment", held("outcome", "Support needed")),
    "repeat_s47": starts(S47, came_before(12)),
    "s47_unnecessary": starts(S47, held("outcome", "Conference unnecessary")),
    "repeat_icpc": starts(ICPC, came_before(12)),
    "need_starts": starts(NEED),
    "need_ends": ends(NEED),
    "need_closed_assessed": ends(NEED, held("outcome", "RC8", "RC9")),
    "need_two_years": ends(NEED, long),
    "plans_neglect": starts(PLAN, held("category", "Neglect")),
    "plans_physical": starts(PLAN, held("category", "Physical abuse")),
    "plans_sexual": starts(PLAN, held("category", "Sexual abuse")),
    "plans_emotional": starts(PLAN, held("category", "Emotional abuse")),
    "plans_multiple": starts(PLAN, held("category", "Multiple")),
    "care_left_adopted": no_breaks(ends(CARE, held("outcome", "E11", "E12"))),
    "care_left_guardian": no_breaks(ends(CARE, held("outcome", "E45", "E46", "E47", "E48"))),
    "care_left_home": no_breaks(ends(CARE, held("outcome", "E4A", "E4B"))),
    "adoption_decisions": starts(ADOPTION),
    "adoptions": only(ends(ADOPTION), "Adopted"),
    "adoption_reversals": only(ends(ADOPTION), "Decision reversed"),
}


def counted(
    events: pd.DataFrame, name: str, as_at: date, by: str
) -> dict[tuple[date, str], tuple[int, ...]]:
    """Count a measure by month and unit: above, below, children, families, pending, unknown."""
    cells: dict[tuple[date, str], list[Told]] = {}
    for told in TWINS[name](plain(events, as_at)):
        unit = told[1][by] or "Not recorded"
        cells.setdefault((told[0].replace(day=1), unit), []).append(told)
    return {key: _counts(rows, name, as_at) for key, rows in cells.items()}


def _counts(rows: list[Told], name: str, as_at: date) -> tuple[int, ...]:
    known = [row for row in rows if row[2] is not None]
    above = [row for row in known if row[2]]
    children = {row[1]["child_id"] for row in above}
    families = {row[1]["family_id"] or row[1]["child_id"] for row in above}
    pending = sum(1 for row in known if not row[2] and row[3] > as_at)
    unknown = len(rows) - len(known)
    if name == "re_referred_children":
        below = {row[1]["child_id"] for row in known}
        return len(children), len(below), len(children), len(families), pending, unknown
    return len(above), len(known), len(children), len(families), pending, unknown
