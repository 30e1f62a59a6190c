"""The plan's tables: they add up, and together they give nothing away."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from plan_factory import make_plan, plan_of

from qa_sampling.reporting.attack import given_away, key_of
from qa_sampling.reporting.plan_tables import (
    ELIGIBLE,
    allocation_table,
    coverage_table,
    funnel_table,
    margin_names,
    protect_plan,
    role_table,
)
from qa_sampling.reporting.safe_table import HIDDEN_MARK


def test_tables_add_up_to_the_frame_and_the_sample():
    plan = make_plan()
    assert margin_names(plan.frame) == ("team", "status")
    cells = coverage_table(plan.draw, down="team", across="status")
    by_status = allocation_table(plan.draw, by="column", name="status")
    for table in (cells, by_status):
        assert table["cases"].sum() == plan.frame.size == 14
        assert table["audits"].sum() == 12
    assert by_status["share_of_audits"].sum() == pytest.approx(100)
    assert role_table(plan.assignment.table, audits=12)["audits"].sum() == 12


def test_audits_without_an_auditor_are_counted():
    table = role_table(make_plan().assignment.table.iloc[:10], audits=12)
    assert table.iloc[-1].tolist() == ["Not assigned yet", 2]


def test_the_funnel_ends_with_the_frame():
    table = funnel_table(make_plan().frame)
    assert table["reason"].tolist() == [
        "Audited in the last 12 months",
        "Restricted",
        ELIGIBLE,
    ]
    assert table["cases"].tolist() == [1, 1, 14]


@pytest.mark.parametrize("zeros_shown", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_plans_tables_give_nothing_away_together(seed, zeros_shown):
    tables = protect_plan(plan_of(seed), zeros_shown=zeros_shown)
    together = (tables.coverage, tables.by_row, tables.by_column, tables.by_role)
    hidden = {
        key_of(table, count, row)
        for table in together
        for row in table.rows
        for count in table.counts
        if row[table.columns.index(count)] == HIDDEN_MARK
    }
    assert hidden
    assert given_away(together, hidden, threshold=6) == set()


def test_the_margin_that_is_there_has_its_name():
    frame = replace(make_plan().frame, strata=("status",))
    assert margin_names(frame) == ("status", "column")
    across = replace(frame, cases=frame.cases.assign(row="All cases"))
    assert margin_names(across) == ("row", "status")
    assert margin_names(replace(frame, strata=("a", "b", "c"))) == ("row", "column")


def test_moderations_are_counted_whether_blank_or_missing():
    plan = make_plan()
    table = plan.assignment.table
    blank = table.assign(moderator_id=table["moderator_id"].fillna(""))
    other = replace(plan, assignment=replace(plan.assignment, table=blank))
    assert protect_plan(plan).moderated == protect_plan(other).moderated == 3


def test_no_reason_of_the_funnel_can_be_worked_out_from_the_cases_that_can_be_drawn():
    plan = plan_of(3)
    for counts in ([2], [2, 40], [3, 4], [1, 1, 1], [5, 1, 60], [700, 2, 90]):
        steps = [("Population", "", 0, 0), *(("Excluded", f"r{n}", n, 0) for n in counts)]
        steps = [*steps, ("Frame", "", 0, plan.frame.size)]
        funnel = pd.DataFrame(steps, columns=["step", "reason", "excluded", "remaining"])
        funnel["reason"] = [f"reason {at}" if n else "" for at, n in enumerate(funnel["excluded"])]
        tables = protect_plan(replace(plan, frame=replace(plan.frame, funnel=funnel)))
        shown = tables.funnel
        assert not shown.hidden
        listed = shown.body[shown.body["reason"] != ELIGIBLE]["cases"].tolist()
        assert all(count >= 6 for count in listed), "no small reason is shown"
        assert sum(listed) in (sum(counts), 0)
        if not listed:
            assert sum(counts) < 6
            assert shown.totals["cases"] == plan.frame.size, "the extract's total is not told"
