"""Small invented authorities for the tests of assignments, and a naive twin of the rules.

The twin knows the truth from the making of the authority (who the worker is, who manages
whom) and reads neither names nor the package's own conflict tables.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from qa_sampling.sampling.assignment import AssignmentRules

START, END = date(2026, 11, 2), date(2026, 11, 27)  # four whole weeks, 20 weekdays


def rules(**changes) -> AssignmentRules:
    return AssignmentRules(**{"period_start": START, "period_end": END, **changes})


def staff_table(rows: list[dict]) -> pd.DataFrame:
    """Staff from rows that say only what matters; `staff_id` is the only one needed."""
    blank = {
        "name": None,
        "role": "Team Manager",
        "team": None,
        "service": None,
        "line_manager_id": None,
        "may_audit": True,
        "may_moderate": False,
        "monthly_cap": pd.NA,
        "unavailable_from": pd.NaT,
        "unavailable_to": pd.NaT,
    }
    table = pd.DataFrame([{**blank, **row} for row in rows], columns=["staff_id", *blank])
    for column in ("staff_id", "name", "role", "team", "service", "line_manager_id"):
        table[column] = table[column].astype("str")
    for column in ("unavailable_from", "unavailable_to"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    flags = {"may_audit": bool, "may_moderate": bool, "monthly_cap": "Int64"}
    return table.astype(flags)


def case_table(rows: list[tuple]) -> pd.DataFrame:
    """Cases from (case_ref, team, service, worker)."""
    return pd.DataFrame(rows, columns=["case_ref", "team", "service", "worker"]).astype("str")


def role_table(rows: list[tuple]) -> pd.DataFrame:
    """Case roles from (case_ref, staff_id, end)."""
    table = pd.DataFrame(rows, columns=["case_ref", "staff_id", "end"])
    table["end"] = pd.to_datetime(table["end"]).astype("datetime64[us]")
    return table.assign(role="worker", start=pd.Timestamp("2020-01-01"))


@dataclass
class Authority:
    """An invented authority with what the twin may know of it."""

    cases: pd.DataFrame
    staff: pd.DataFrame
    case_roles: pd.DataFrame
    rules: AssignmentRules
    people: dict[str, dict] = field(default_factory=dict)
    workers: dict[str, set[str]] = field(default_factory=dict)
    team_of: dict[str, str] = field(default_factory=dict)
    service_of: dict[str, str] = field(default_factory=dict)
    ends: dict[tuple[str, str], list] = field(default_factory=dict)


def authority(seed: int, *, cases: int = 6, teams: int = 4, **changes) -> Authority:
    """Make a random authority: teams in two services, workers, managers above, outsiders."""
    rng = random.Random(seed)
    people = _people(rng, teams)
    made = Authority(None, None, None, _random_rules(rng, changes), people=people)
    practitioners = [who for who, row in people.items() if row["role"] == "Social Worker"]
    rows = []
    for number in range(cases):
        ref = f"CASE{rng.randrange(10**6):06}{number}"
        worker = rng.choice([*practitioners, "outside", "blank"])
        team = people[worker]["team"] if worker in people else f"Team {rng.randrange(teams)}"
        if rng.random() < 0.1:
            team = f"Team {rng.randrange(teams)}"
        made.team_of[ref] = team
        made.service_of[ref] = f"Service {int(team.split()[1]) % 2}"
        same_name = (
            {who for who, row in people.items() if row["name"] == people[worker]["name"]}
            if worker in people
            else set()
        )
        made.workers[ref] = same_name
        rows.append((ref, team, made.service_of[ref], _written(rng, worker, people)))
    made.cases = case_table(rows)
    made.staff = staff_table(list(people.values()))
    held = []
    for _ in range(rng.randrange(2 * cases)):
        ref, who = rng.choice(rows)[0], rng.choice(list(people))
        end = rng.choice([None, START - timedelta(days=rng.randrange(1, 900))])
        held.append((ref, who, end))
        made.ends.setdefault((ref, who), []).append(end)
    made.case_roles = role_table(held)
    return made


def _people(rng: random.Random, teams: int) -> dict[str, dict]:
    people: dict[str, dict] = {}

    def add(staff_id: str, role: str, **more) -> None:
        people[staff_id] = {"staff_id": staff_id, "name": f"Name {staff_id}", "role": role, **more}

    add("DIR", "Director", may_moderate=True, may_audit=rng.random() < 0.5)
    for service in range(2):
        add(
            f"SDM{service}",
            "Service Delivery Manager",
            service=f"Service {service}",
            line_manager_id="DIR",
            may_moderate=True,
            may_audit=rng.random() < 0.7,
        )
    for team in range(teams):
        where = {"team": f"Team {team}", "service": f"Service {team % 2}"}
        add(
            f"TM{team}",
            "Team Manager",
            **where,
            line_manager_id=f"SDM{team % 2}",
            monthly_cap=rng.choice([1, 2, 3, pd.NA]),
            may_moderate=rng.random() < 0.3,
        )
        for worker in range(2):
            add(
                f"SW{team}{worker}",
                "Social Worker",
                **where,
                line_manager_id=f"TM{team}",
                may_audit=rng.random() < 0.1,
            )
    add(
        "IRO",
        "Independent Reviewing Officer",
        team="IRO",
        service="Quality",
        may_moderate=True,
        may_audit=rng.random() < 0.7,
    )
    if rng.random() < 0.2:
        people["SW00"]["name"] = people["SW10"]["name"]
    if rng.random() < 0.2:
        away = rng.choice(list(people))
        people[away]["unavailable_from"] = START - timedelta(days=3)
        people[away]["unavailable_to"] = START + timedelta(days=rng.randrange(60))
    return people


def _random_rules(rng: random.Random, changes: dict) -> AssignmentRules:
    drawn = {
        "allow_own_team": rng.random() < 0.1,
        "allow_own_service": rng.random() < 0.8,
        "manager_levels": rng.choice([1, 1, 2, None]),
        "previously_held_within_months": rng.choice([None, 0, 12]),
        "moderation_rate": rng.choice([0, 0.2, 0.5]),
        "moderation_min_per_auditor": rng.choice([0, 0, 1]),
        "allow_line_moderation": rng.random() < 0.3,
        "prefer_other_team_same_service": rng.random() < 0.7,
    }
    return rules(**{**drawn, **changes})


def _written(rng: random.Random, worker: str, people: dict[str, dict]) -> str:
    if worker == "outside":
        return "Agency Person"
    if worker == "blank":
        return rng.choice(["Not recorded", ""])
    name = people[worker]["name"]
    first, last = name.split()
    return rng.choice([name, name.upper(), f"{last}, {first}", f" {first}  {last} "])


def chain(made: Authority, person: str, levels: int | None) -> set[str]:
    """Everyone above a person, step by step."""
    above, at, step = set(), person, 0
    while levels is None or step < levels:
        at = made.people[at].get("line_manager_id")
        if at is None or at in above:
            break
        above.add(at)
        step += 1
    return above


def twin_reasons(made: Authority, ref: str, person: str) -> set[str]:
    """Why a person may not audit a case, found by hand."""
    own, held = made.people[person], made.rules
    reasons = set()
    team, service = made.team_of[ref], made.service_of[ref]
    if own.get("team") == team and not held.allow_own_team:
        reasons.add("own team")
    if own.get("service") == service and not held.allow_own_service:
        reasons.add("own service")
    if person in made.workers[ref]:
        reasons.add("allocated worker")
    if any(person in chain(made, worker, held.manager_levels) for worker in made.workers[ref]):
        reasons.add("line manager of the worker")
    head = "TM" + team.split()[1]
    above = None if held.manager_levels is None else held.manager_levels - 1
    if person == head or person in chain(made, head, above):
        reasons.add("line manager of the team")
    for end in made.ends.get((ref, person), []):
        if end is None:
            reasons.add("has a role in the case")
        elif held.previously_held_within_months is None or (
            held.previously_held_within_months == 12 and end >= date(START.year - 1, 11, 2)
        ):
            reasons.add("had a role in the case")
    return reasons


def room_of(made, person):
    """Cap by hand: own, else the default, scaled by the weekdays at work, halves up."""
    row = made.people[person]
    if not row.get("may_audit", True):
        return 0
    cap = row.get("monthly_cap", pd.NA)
    cap = made.rules.monthly_cap if cap is pd.NA else cap
    days = pd.bdate_range(made.rules.period_start, made.rules.period_end)
    if "unavailable_from" in row:
        first, last = (pd.Timestamp(row[f"unavailable_{end}"]) for end in ("from", "to"))
        return int(cap * (1 - ((days >= first) & (days <= last)).mean()) + 0.5)
    return cap
