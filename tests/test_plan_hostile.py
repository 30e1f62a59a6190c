"""Plans of small authorities, their redraws and the months after, against an intruder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from plan_factory import plan_from
from plan_intruder import KEPT, MARK, Printed, Sheet, intrude
from tiers import thorough

from qa_sampling.records.register import Register
from qa_sampling.reporting import plan_tables
from qa_sampling.reporting.disclosure import protect_linked
from qa_sampling.reporting.narrative import plan_findings
from qa_sampling.runs.plan.releases import release_plan

AUTHORITIES = 60
FURTHER = [first for first in range(0, AUTHORITIES, 10) if first]
ROLES = ("Team Manager", "Team Manager", "Director")
REASONS = ("closed", "restricted record", "audited before")


# A small authority, and what it publishes -----------------------------------------------------


@cache
def months(seed):
    """A draw, its redraw, a second design of the same cases and the month after."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 4), rng.integers(1, 3)
    scale = rng.choice([0.8, 2.5, 7.0, 15.0])
    sizes = rng.poisson(rng.gamma(0.7, scale / 0.7, shape))
    sizes[0, 0] += not sizes.sum()
    excluded = {name: int(n) for name, n in zip(REASONS, rng.integers(0, 9, 3), strict=True) if n}
    share = rng.choice([0.08, 0.2, 0.5, 0.9])
    first = authority(sizes, excluded, rng, share)
    again = redrawn(first, "2026-11-monthly-r1", rng, rng.choice([share, 0.12]))
    themed = by_age(first, rng, share)
    later = np.maximum(sizes + rng.integers(-2, 3, shape), 0)
    later[0, 0] += not later.sum()
    after = authority(later, excluded, rng, share, month="2026-12")
    return (first, again, themed, after) if seed % 4 == 0 else (first, again, after)


def authority(sizes, excluded, rng, share, month="2026-11"):
    rows = [
        (f"T{i}", f"S{j}", int(n)) for i, row in enumerate(sizes) for j, n in enumerate(row) if n
    ]
    table = pd.DataFrame(rows, columns=["row", "column", "population"])
    table["sampled"] = audits(table["population"], rng, share)
    plan = plan_from(table, excluded=excluded, draw_id=f"{month}-monthly", roles=ROLES, refs=month)
    ages = rng.choice(["Under 10", "10 and over"], len(plan.frame.cases), p=[0.2, 0.8])
    frame = replace(plan.frame, cases=plan.frame.cases.assign(age_band=ages))
    return replace(plan, frame=frame)


def audits(cases, rng, share):
    drawn = rng.binomial(cases, share)
    drawn[0] = max(drawn[0], not drawn.sum())
    return drawn


def redrawn(plan, draw_id, rng, share):
    allocation = plan.draw.allocation
    drawn = allocation.assign(sampled=audits(allocation["population"], rng, share))
    return drawn_as(plan, drawn, draw_id)


def by_age(plan, rng, share):
    cases = plan.frame.cases
    cases = cases.assign(column=cases["age_band"])
    table = cases.groupby(["row", "column"], as_index=False, sort=False).size()
    table = table.rename(columns={"size": "population"})
    table["sampled"] = audits(table["population"], rng, share)
    framed = replace(plan, frame=replace(plan.frame, cases=cases, strata=("team", "age_band")))
    return drawn_as(framed, table, "2026-11-themed")


def drawn_as(plan, table, draw_id):
    made = plan_from(table.assign(stratum=""), draw_id=draw_id, roles=ROLES)
    return replace(made, frame=plan.frame)


def printed(plan, tables):
    """What is printed of a plan, as text."""
    said = plan_findings(tables, due=plan.due, as_at=plan.as_at).sentences
    month = plan.draw_id[:7]
    sheets = tuple(
        Sheet(
            len(table.by),
            tuple(table.heading(name) for name in table.columns),
            tuple(tuple(map(str, row)) for row in table.rows),
            table.note,
        )
        for table in tables.by_title().values()
    )
    return Printed(f"audits {plan.draw_id}", f"cases {month}", f"extract {month}", sheets, said)


def published(plans, folder):
    """What an authority publishes of its plans, each protected against the ledger."""
    with Register.open(folder / "register.sqlite", create=True) as register:
        return [printed(plan, release_plan(plan, register)) for plan in plans]


def leaks(prints):
    """What the intruder knows too well. Two months are different cases: nothing ties them."""
    return {
        cell: span
        for month in sorted({one.cases for one in prints})
        for cell, span in intrude(*(one for one in prints if one.cases == month)).items()
    }


# Nothing can be recovered ---------------------------------------------------------------------


@pytest.mark.parametrize("first", [0, *map(thorough, FURTHER)])
def test_no_small_authority_gives_a_count_away(first, register_of):
    """The draw, its redraw, a second design of the same cases, and the month after."""
    hidden = 0
    for seed in range(first, first + 10):
        prints = published(months(seed), register_of(seed))
        assert leaks(prints) == {}, seed
        for one in prints:
            agree(one)
            hidden += sum(row.count(MARK) for sheet in one.sheets for row in sheet.rows)
    assert hidden > 100, "many counts are small in small authorities"


def agree(one):
    """All tables and sentences of a plan print the same totals, or all hide them."""
    seen = {"Cases in the frame": set(), "Audits": set()}
    for sheet in one.sheets:
        for row in sheet.rows:
            printed_row = dict(zip(sheet.headings, row, strict=True))
            if set(row[: sheet.classes]) == {"Total"}:
                for name in set(seen) & set(printed_row):
                    seen[name].add(printed_row[name])
            if row[0] == KEPT:
                seen["Cases in the frame"].add(printed_row["Cases"])
    assert all(len(values) == 1 for values in seen.values())
    cases, drawn = (values.pop() for values in seen.values())
    said = one.sentences[0]
    assert ("too few to say how many" in said) == (cases == MARK)
    assert ("cannot be said how many" in said) == (cases != MARK and drawn == MARK)
    if MARK not in (cases, drawn):
        assert said.startswith(f"{drawn} of the {cases} eligible case")
    told = " ".join(one.sentences)
    assert cases == MARK or f"{cases} can be drawn" in told or f"{cases} case" in told
    assert cases != MARK or "can be drawn" not in told


# The intruder is no straw man: it recovers what the old ways gave away -------------------------


def test_the_intruder_finds_what_untied_draws_give_away(register_of, monkeypatch):
    """As before: each draw's tables under a name of their own."""
    monkeypatch.setattr(plan_tables, "as_said_of", lambda draw_id, tables: ())
    assert any(leaks(published(months(seed), register_of(seed))) for seed in (0, 16))


def test_the_intruder_finds_what_untied_tables_give_away(register_of, monkeypatch):
    """As before: coverage and its margins tied, the roles and the funnel each alone."""

    def apart(requests, *, earlier):
        made = []
        for request in requests[:3]:
            made += protect_linked([request], earlier=[*earlier, *made])
        return made + [protect_linked([request])[0] for request in requests[3:]]

    monkeypatch.setattr(plan_tables, "protect_linked", apart)
    for seed in (7, 9, 45):
        assert leaks(published(months(seed), register_of(seed)))


@pytest.fixture
def register_of(tmp_path):
    """A folder of its own for each authority."""

    def folder(seed):
        (tmp_path / str(seed)).mkdir()
        return tmp_path / str(seed)

    return folder
