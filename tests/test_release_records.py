"""The ledger of releases in the register, and the plan's tables in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plan_factory import make_plan, plan_of
from register_samples import clock

from qa_sampling.errors import DisclosureError, RegisterError
from qa_sampling.records.register import Register
from qa_sampling.reporting.releases import printed_tables, release_fingerprint
from qa_sampling.runs.plan.releases import release_plan


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True, clock=clock) as opened:
        yield opened
        assert opened.check() == ()


def test_tables_are_recorded_once_in_order(register):
    assert register.record_releases("2026-11-monthly", {"One": "a", "Two": "b"}) == 2
    assert register.record_releases("2026-11-monthly", {"Two": "b", "Three": "c"}) == 1
    assert register.record_releases("2026-12-monthly", {"One": "a"}) == 1
    table = register.releases()
    assert table["title"].tolist() == ["One", "Two", "Three", "One"]
    assert register.releases("2026-12-monthly")["content"].tolist() == ["a"]
    assert table["fingerprint"].str.fullmatch("[0-9a-f]{64}").all()
    assert table["released_at"].iloc[0].startswith("2026-")


def test_nothing_is_recorded_when_there_is_nothing(register):
    assert register.record_releases("2026-11-monthly", {}) == 0
    assert register.releases().empty


@pytest.mark.parametrize(
    ("source", "tables"), [(" ", {"a": "b"}), ("x", {"": "b"}), ("x", {"a": " "})]
)
def test_blanks_are_refused(register, source, tables):
    with pytest.raises(RegisterError, match="needs a source, a title and a text"):
        register.record_releases(source, tables)


def test_a_plans_tables_are_in_the_ledger_before_they_are_given(register):
    plan = make_plan()
    tables = release_plan(plan, register)
    held = register.releases(plan.draw_id)
    assert set(held["fingerprint"]) == {release_fingerprint(t) for t in tables.by_title().values()}
    assert release_plan(plan, register) == tables, "again gives the same"
    assert len(register.releases()) == len(held)
    other = release_plan(replace(plan, draw_id="2026-12-monthly"), register)
    assert other.coverage.rows == tables.coverage.rows
    assert len(printed_tables(register.releases()["content"])) == 2 * len(held)


def test_figures_that_changed_under_the_same_draw_are_refused(register):
    plan = plan_of(1)
    release_plan(plan, register)
    allocation = plan.draw.allocation
    changed = allocation.assign(sampled=allocation["population"] - allocation["sampled"])
    with pytest.raises(DisclosureError, match="contradicts what has been released"):
        release_plan(replace(plan, draw=replace(plan.draw, allocation=changed)), register)
