"""Whom a plan's tables count: the same cases by the same name, other cases by another."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from disclosure_tables import hidden_keys
from plan_factory import plan_from

from qa_sampling.reporting import plan_tables
from qa_sampling.reporting.attack import given_away, key_of
from qa_sampling.reporting.disclosure import HIDDEN_MARK, protect_linked
from qa_sampling.reporting.plan_population import (
    as_said_of,
    funnel_made_of,
    margin_made_of,
    population_of,
)
from qa_sampling.reporting.plan_tables import ELIGIBLE, protect_plan
from qa_sampling.sampling.strata import POOLED


def plan(*counts, audits=None, draw_id="2026-11-monthly", **given):
    rows = [(f"T{i}", "S", n) for i, n in enumerate(counts)]
    table = pd.DataFrame(rows, columns=["row", "column", "population"])
    table["sampled"] = [1] * len(counts) if audits is None else audits
    return plan_from(table, draw_id=draw_id, **given)


def keys(tables, count="cases"):
    """The names of a count in all tables of a plan, with what each prints."""
    return {
        key_of(table, count, row): row[table.columns.index(count)]
        for table in tables
        if count in table.counts
        for row in table.rows
    }


# Names ----------------------------------------------------------------------------------------


def test_a_redraw_is_of_the_same_cases_and_of_other_audits():
    first = protect_plan(plan(30, 40, 50))
    again = protect_plan(plan(30, 40, 50, audits=[2, 1, 1], draw_id="2026-11-monthly-r1"))
    out, now = (list(tables.by_title().values()) for tables in (first, again))
    told = as_said_of("2026-11-monthly-r1", out)
    assert keys(told) == keys(now)
    assert {one.population for one in told} == {one.population for one in now}
    assert not keys(told, "audits of 2026-11-monthly").keys() & keys(now, "audits").keys()
    assert as_said_of("2026-11-monthly", out) == tuple(out)


def test_order_of_rows_does_not_count_and_a_changed_frame_is_another():
    frame = plan(30, 40).frame
    name = population_of(frame)
    turned = replace(frame, cases=frame.cases.iloc[::-1], link=frame.link.iloc[::-1])
    assert population_of(turned) == name
    smaller = replace(frame, cases=frame.cases.iloc[1:])
    assert population_of(smaller).name == name.name, "the extract is the same"
    assert population_of(smaller).frame != name.frame
    other = replace(frame, link=frame.link.iloc[1:])
    assert population_of(other).name != name.name
    assert population_of(plan(30, 40, refs="december").frame).name != name.name


def test_a_margin_is_another_when_a_case_moved():
    frame = plan(30, 40).frame
    usual = margin_made_of(frame, "row", name="team", labels=["T0", "T1"])
    assert usual[1] == {"T0": ["T0"], "T1": ["T1"]}
    rows = frame.cases["row"].where(frame.cases.index > 0, "T1")
    moved = replace(frame, cases=frame.cases.assign(row=rows, team=rows))
    assert margin_made_of(moved, "row", name="team", labels=["T0", "T1"])[0] != usual[0]


def test_a_pooled_label_stands_for_what_is_in_it():
    frame = plan(30, 4, 5).frame
    rows = frame.cases["row"].replace({"T1": POOLED, "T2": POOLED})
    pooled = replace(frame, cases=frame.cases.assign(row=rows))
    dimension, parts = margin_made_of(pooled, "row", name="team", labels=["T0", POOLED])
    assert dimension == margin_made_of(frame, "row", name="team", labels=["T0"])[0]
    assert parts == {"T0": ["T0"], POOLED: ["T1", "T2"]}


def test_labels_that_were_formed_of_several_columns_stand_for_themselves():
    frame = plan(30, 40).frame
    rows = [f"{row} / {place % 2}" for place, row in enumerate(frame.cases["row"])]
    several = replace(frame, cases=frame.cases.assign(row=rows))
    labels = sorted(set(rows))
    for name in ("team", "row"):
        _, parts = margin_made_of(several, "row", name=name, labels=labels)
        assert parts == {label: [label] for label in labels}


def test_the_funnel_and_the_other_tables_speak_of_the_same_frame():
    tables = protect_plan(plan(30, 40, excluded={"closed": 9, "restricted": 3, "open": 4}))
    kept = key_of(tables.funnel, "cases", (ELIGIBLE,))
    total = ("Total", "Total")
    assert kept == key_of(tables.coverage, "cases", total)
    assert key_of(tables.by_role, "audits", total) == key_of(tables.coverage, "audits", total)
    made_of = tables.funnel.made_of["reason"]["other reasons"][1]
    assert [reason.split()[0] for reason in made_of] == ["restricted", "open"]


def test_the_total_of_a_funnel_that_lists_nothing_is_that_of_the_frame():
    tables = protect_plan(plan(30, 40, excluded={"closed": 2}))
    ends = {key_of(tables.funnel, "cases", ("All cases listed",))}
    assert ends == {key_of(tables.coverage, "cases", ("Total", "Total"))}
    second = plan(30, 40, excluded={"closed": 2, "left": 9}, draw_id="2026-11-themed")
    both = protect_plan(second, earlier=list(tables.by_title().values()))
    assert both.funnel.totals["cases"] == 81


def test_reasons_keep_apart_what_other_frames_exclude():
    frame = plan(30, excluded={"closed": 9}).frame
    names = population_of(frame)
    other = replace(frame, exclusions=frame.exclusions.iloc[1:])
    assert population_of(other).reasons != names.reasons
    _, parts = funnel_made_of(names, kept=ELIGIBLE, reasons={"closed": ["closed"]})
    assert parts == {ELIGIBLE: [names.frame], "closed": [f"closed {names.reasons}"]}


# What follows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("audits", [[2, 9, 4, 1], [1, 1, 7, 2], [0, 0, 3, 0]])
def test_what_a_draw_hides_its_redraw_hides(audits):
    first = protect_plan(plan(3, 20, 9, 40))
    again = plan(3, 20, 9, 40, audits=audits, draw_id="2026-11-monthly-r1")
    second = protect_plan(again, earlier=list(first.by_title().values()))
    now = keys(second.by_title().values())
    before = keys(as_said_of("2026-11-monthly-r1", first.by_title().values()))
    hidden = {key for key, value in before.items() if value == HIDDEN_MARK}
    assert hidden
    assert all(now[key] == HIDDEN_MARK for key in hidden)
    assert all(now[key] in (before[key], HIDDEN_MARK) for key in before)


def test_a_corrected_team_is_not_refused():
    """Another margin of the same cases: only totals are tied, and these are the same."""
    first = protect_plan(plan(30, 40))
    again = plan(29, 41, draw_id="2026-11-monthly-r1")
    second = protect_plan(again, earlier=list(first.by_title().values()))
    assert second.by_row.body["cases"].tolist() == [29, 41]


@pytest.mark.parametrize("counts", [(2, 2, 11), (5,), (30, 40, 2)])
@pytest.mark.parametrize("first", [0, 3, 4])
def test_whatever_was_out_first_all_agree(counts, first, monkeypatch):
    """One table alone, then all: the frame's size is shown by all or by none."""
    asked = plan(*counts, audits=[max(n - 1, 1) for n in counts], excluded={"closed": 30})
    alone = []

    def one_first(requests, *, earlier):
        alone.extend(protect_linked(requests[first : first + 1]))
        return protect_linked(requests, earlier=[*earlier, *alone])

    monkeypatch.setattr(plan_tables, "protect_linked", one_first)
    tables = protect_plan(asked)
    kept = keys([tables.funnel])[key_of(tables.funnel, "cases", (ELIGIBLE,))]
    assert kept == tables.coverage.totals["cases"]
    assert tables.by_role.totals["audits"] == tables.coverage.totals["audits"]
    assert alone[0] in tables.by_title().values(), "what is out stays as it is"
    hidden = hidden_keys(*tables.by_title().values())
    assert given_away(tuple(tables.by_title().values()), hidden, threshold=6) == set()
