"""A small audit plan made by hand: 14 invented cases in the frame, 12 audits, 4 auditors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from qa_sampling.sampling.plan import Assignment, AuditPlan, Draw, Frame
from qa_sampling.sampling.tickets import pseudonym, ticket

KEY = b"an invented key of 32 bytes only"
SEED = "2026-11: 4 1 6 2 2 5 3 1 6 6"
STATUSES = ("Looked after", "Child protection plan", "Child in need plan")
TEAMS = ("Family Safeguarding North", "Family Safeguarding South", "Children in Care")


def make_staff() -> pd.DataFrame:
    """Four auditors, one of whom moderates too, and a director."""
    rows = [
        ("S003", "Morgan Ellery", "Team Manager", TEAMS[0], "Safeguarding"),
        ("S007", "Priya Anand", "Team Manager", TEAMS[1], "Safeguarding"),
        ("S012", "Tom Brackley", "Independent Reviewing Officer", "", "Quality Assurance"),
        ("S021", "Ros Haverford", "Service Delivery Manager", "", "Children in Care"),
        ("S030", "Jo Whitcombe", "Principal Social Worker", "", "Quality Assurance"),
    ]
    staff = pd.DataFrame(rows, columns=["staff_id", "name", "role", "team", "service"])
    return staff.assign(
        line_manager_id=None,
        may_audit=[True, True, True, True, False],
        may_moderate=[False, False, False, True, True],
        monthly_cap=pd.array([4, 4, 4, None, None], dtype="Int64"),
        unavailable_from=pd.NaT,
        unavailable_to=pd.NaT,
    )


def make_frame(*, team: str = TEAMS[0], worker: str = "Sam Dale") -> Frame:
    """Sixteen children of whom two are excluded; `team`, `worker` go into the first case."""
    children = [f"40{number:05d}" for number in range(1101, 1117)]
    link = pd.DataFrame(
        {"case_ref": [pseudonym(child, KEY) for child in children], "child_id": children}
    )
    refs = link["case_ref"].tolist()[:14]
    teams = [team, *(TEAMS[number % 3] for number in range(1, 14))]
    statuses = [STATUSES[number // 2 % 3] for number in range(14)]
    cases = pd.DataFrame(
        {
            "case_ref": refs,
            "stratum": [f"{t} / {s}" for t, s in zip(teams, statuses, strict=True)],
            "row": teams,
            "column": statuses,
            "family_ref": refs,
            "status": statuses,
            "team": teams,
            "service": "Safeguarding",
            "worker": [worker, *(f"Worker {number % 6}" for number in range(1, 14))],
            "age_band": ["1 to 4", "10 to 15"] * 7,
            "gender": ["Female", "Male"] * 7,
            "ethnic_group": "White",
            "primary_need": "N1",
            "weeks_open": pd.array(range(5, 19), dtype="Int64"),
        }
    )
    funnel = pd.DataFrame(
        {
            "step": ["Population", "Excluded", "Excluded", "Frame"],
            "reason": ["", "Audited in the last 12 months", "Restricted", ""],
            "excluded": [0, 1, 1, 0],
            "remaining": [16, 15, 14, 14],
        }
    )
    exclusions = pd.DataFrame(
        {
            "case_ref": link["case_ref"].iloc[14:].tolist(),
            "reason": ["Audited in the last 12 months", "Restricted"],
        }
    )
    ordered = cases.sort_values("case_ref", ignore_index=True)
    return Frame(ordered, link, funnel, exclusions, ("team", "status"), "f" * 64)


def make_draw(frame: Frame) -> Draw:
    """Twelve cases and two reserves, in the order of their tickets in each stratum."""
    sample = frame.cases[["case_ref", "stratum", "row", "column"]].copy()
    sample["ticket"] = [ticket(ref, SEED) for ref in sample["case_ref"]]
    sample = sample.sort_values(["stratum", "ticket"], ignore_index=True)
    sample["rank"] = sample.groupby("stratum").cumcount() + 1
    sample["drawn_as"] = "sample"
    spare = sample.index[sample["rank"] > 1][-2:]
    sample.loc[spare, "drawn_as"] = "reserve"
    drawn = sample["drawn_as"] == "sample"
    sample["inclusion_probability"] = (12 / 14 * drawn).where(drawn)
    sample["weight"] = (14 / 12 * drawn).where(drawn)
    grouped = sample.groupby(["stratum", "row", "column"], as_index=False)
    allocation = grouped.agg(
        population=("case_ref", "size"),
        sampled=("drawn_as", lambda values: int((values == "sample").sum())),
    )
    allocation.insert(4, "available", allocation["population"])
    allocation.insert(5, "target", allocation["population"] * 12 / 14)
    allocation["reserves"] = allocation["population"] - allocation["sampled"]
    allocation["bound"] = ""
    columns = ["case_ref", "stratum", "drawn_as", "rank", "ticket"]
    columns += ["inclusion_probability", "weight"]
    set_aside = pd.DataFrame({"case_ref": pd.Series(dtype=str), "reason": pd.Series(dtype=str)})
    return Draw(
        sample=sample[columns],
        allocation=allocation,
        set_aside=set_aside,
        seed=SEED,
        frame_fingerprint=frame.fingerprint,
        method="controlled_rounding",
        parameters={"n": 12},
        fingerprint="d" * 64,
    )


def make_assignment(draw: Draw, staff: pd.DataFrame) -> Assignment:
    """Three cases each; one in four is moderated."""
    refs = draw.cases["case_ref"].tolist()
    roles = staff.set_index("staff_id")["role"]
    auditors = [("S003", "S007", "S012", "S021")[number % 4] for number in range(len(refs))]
    table = pd.DataFrame(
        {
            "case_ref": refs,
            "auditor_id": auditors,
            "auditor_role": [roles[auditor] for auditor in auditors],
            "moderator_id": ["S030" if number % 4 == 0 else None for number in range(len(refs))],
            "moderation_probability": 0.25,
        }
    )
    loads = staff[["staff_id", "role", "team", "service"]].copy()
    loads["cap"] = staff["monthly_cap"]
    loads["audits"] = [auditors.count(person) for person in staff["staff_id"]]
    loads["moderations"] = [0, 0, 0, 0, 3]
    checks = pd.DataFrame(
        {
            "rule": ["Never the auditor's own team", "Never a case they held"],
            "held": ["Held for all 12 audits", "Not checked"],
            "cannot_be_guaranteed": ["", "No table of case roles was given."],
        }
    )
    return Assignment(table, loads, checks, {"moderation_rate": 0.25})


def make_plan(*, team: str = TEAMS[0], worker: str = "Sam Dale") -> AuditPlan:
    """The whole plan for November 2026."""
    frame = make_frame(team=team, worker=worker)
    draw = make_draw(frame)
    return AuditPlan(
        period="2026-11",
        design="monthly",
        title="Practice Evaluations",
        as_at=date(2026, 10, 31),
        due=date(2026, 11, 30),
        frame=frame,
        draw=draw,
        assignment=make_assignment(draw, make_staff()),
        draw_id="2026-11-monthly-1",
        notes=(
            "No table of case roles was given: auditors may have held a case in the past.",
            "No table of families was given: siblings may both be drawn.",
        ),
    )


def plan_of(seed: int, teams: int = 6) -> AuditPlan:
    """A plan whose strata have random sizes; only what the tables read."""
    rng = np.random.default_rng(seed)
    statuses = ("Looked after", "Child protection plan", "Child in need plan")
    rows = [
        (f"T{i}", status, int(count))
        for i in range(teams)
        for status, count in zip(statuses, rng.poisson(rng.gamma(0.8, 15, 3)), strict=True)
        if count
    ]
    table = pd.DataFrame(rows, columns=["row", "column", "population"])
    table["sampled"] = rng.binomial(table["population"], 0.2)
    return plan_from(table, excluded={"Audited in the last 12 months": 1, "Restricted": 1})


def plan_from(
    allocation: pd.DataFrame,
    *,
    excluded: dict[str, int] | None = None,
    draw_id: str = "2026-11-monthly",
    roles: Sequence[str] = ("Team Manager", "Independent Reviewing Officer"),
    refs: str = "case",
) -> AuditPlan:
    """A plan with these numbers of cases and audits, whole as far as its tables read it.

    `allocation` has `row`, `column`, `population` and `sampled`; `excluded` says how many cases
    of the extract were excluded for which reason; the auditors have these roles in turn. The
    same `refs` give the same cases again.
    """
    table = allocation.assign(stratum=allocation["row"] + " / " + allocation["column"])
    cases = table.loc[table.index.repeat(table["population"]), ["stratum", "row", "column"]]
    cases = cases.reset_index(drop=True)
    cases["case_ref"] = [f"{refs}-{place}" for place in range(len(cases))]
    cases = cases.assign(team=cases["row"], status=cases["column"])
    out = [reason for reason, count in (excluded or {}).items() for _ in range(count)]
    exclusions = pd.DataFrame({"case_ref": [f"{refs}-out-{i}" for i in range(len(out))]})
    exclusions["reason"] = pd.Series(out, dtype="str")
    steps = [("Population", "", 0)]
    steps += [("Excluded", reason, count) for reason, count in (excluded or {}).items()]
    funnel = pd.DataFrame([*steps, ("Frame", "", 0)], columns=["step", "reason", "excluded"])
    every = pd.concat([cases["case_ref"], exclusions["case_ref"]])
    plan = make_plan()
    audits = int(table["sampled"].sum())
    assigned = pd.DataFrame({"auditor_role": [roles[i % len(roles)] for i in range(audits)]})
    assigned = assigned.assign(case_ref="", auditor_id="", moderator_id="")
    loads = pd.DataFrame({"audits": [len(range(i, audits, len(roles))) for i in range(len(roles))]})
    return replace(
        plan,
        draw_id=draw_id,
        frame=replace(
            plan.frame,
            cases=cases,
            funnel=funnel,
            exclusions=exclusions,
            link=pd.DataFrame({"case_ref": every}),
        ),
        draw=replace(plan.draw, allocation=table),
        assignment=replace(plan.assignment, table=assigned, loads=loads),
    )
