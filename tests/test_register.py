"""The register's draws: fixed, committed once, drawn again with a reason; runs and commitments."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from plan_factory import make_frame, make_staff
from register_samples import (
    DESIGN,
    PERIOD,
    clock,
    commit,
    fingerprint,
    fix,
    invented_assignment,
    invented_draw,
    snapshot,
)

from qa_sampling.errors import RegisterError, SchemaError
from qa_sampling.records.register import Register
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.frame import frame_fingerprint, frame_snapshot
from qa_sampling.sampling.selection import Size, draw_sample, sample_fingerprint

SHA = "ab" * 32


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True, clock=clock) as opened:
        yield opened
        assert opened.check() == ()


def again(register, reason="The extract was cut short.", names=("A. Analyst", "B. Manager")):
    return register.open_redraw(PERIOD, DESIGN, reason=reason, agreed_by=names)


class TestFrame:
    def test_fixed_and_found(self, register):
        first, second = fix(register), fix(register)
        assert (first.found, second.found) == (False, True)
        assert first.snapshot == second.snapshot == snapshot()
        assert first.parameters == {"open_weeks": 4}
        assert first.head == second.head == register.head()
        assert first.fixed_at == "2026-11-02T12:00:00+00:00"
        assert register.find_frame(PERIOD, DESIGN) == second

    def test_none_yet(self, register):
        assert register.find_frame(PERIOD, DESIGN) is None

    def test_another_frame_is_refused_and_says_what_to_do(self, register):
        fix(register)
        with pytest.raises(RegisterError, match="open a redraw with a reason and two names"):
            fix(register, "other")
        assert register.find_frame(PERIOD, DESIGN).fingerprint == fingerprint()

    def test_other_periods_and_designs_have_frames_of_their_own(self, register):
        fix(register)
        assert not fix(register, "other", period="2026-12").found
        assert not fix(register, "other", design="themed").found

    def test_a_fingerprint_of_another_text(self, register):
        with pytest.raises(RegisterError, match="not the SHA-256 of `snapshot`"):
            register.fix_frame(
                period=PERIOD, design=DESIGN, fingerprint=SHA, snapshot="x", parameters={}
            )

    @pytest.mark.parametrize(
        "period", ["2026-13", "26-11", "2026-1", "", "2026-11\n", None, 202611]
    )
    def test_period_is_a_month(self, register, period):
        with pytest.raises(RegisterError, match="`period` must be a month"):
            fix(register, period=period)

    @pytest.mark.parametrize("design", ["", "Monthly", "a b", "../x", "a-b", "x" * 41, None])
    def test_design_is_a_short_name(self, register, design):
        with pytest.raises(RegisterError, match="`design` must be a short name"):
            fix(register, design=design)

    def test_parameters_that_json_cannot_hold(self, register):
        with pytest.raises(RegisterError, match="keeps the frame's parameters as JSON"):
            register.fix_frame(
                period=PERIOD,
                design=DESIGN,
                fingerprint=fingerprint(),
                snapshot=snapshot(),
                parameters={"day": dt.date(2026, 1, 1)},
            )


class TestDraw:
    def test_what_comes_back_is_what_was_committed(self, register):
        fix(register)
        recorded = commit(register)
        draw, held = invented_draw(), recorded.draw
        for name in ("sample", "allocation", "set_aside"):
            exactly_equal(getattr(held, name), getattr(draw, name))
        for name in ("seed", "frame_fingerprint", "method", "parameters", "fingerprint"):
            assert getattr(held, name) == getattr(draw, name)
        assignment = invented_assignment(draw)
        for name in ("table", "loads", "checks"):
            exactly_equal(getattr(recorded.assignment, name), getattr(assignment, name))
        assert recorded.assignment.parameters == assignment.parameters

    def test_a_draw_and_an_assignment_made_by_the_methods(self, register):
        made = make_frame()
        frame = replace(made, fingerprint=frame_fingerprint(made.cases))
        draw = draw_sample(frame, Size(audits=6, reserves=2), seed="4162253166")
        cases = draw.cases[["case_ref"]].merge(frame.cases, on="case_ref")
        rules = AssignmentRules(dt.date(2026, 11, 2), dt.date(2026, 11, 27))
        assignment = assign(cases, make_staff(), rules=rules, seed="4162253166")
        register.fix_frame(
            period=PERIOD,
            design=DESIGN,
            fingerprint=frame.fingerprint,
            snapshot=frame_snapshot(frame.cases),
            parameters={},
        )
        commit_with(register, draw, assignment)
        recorded = register.find_draw(PERIOD, DESIGN)
        for held, own in ((recorded.draw, draw), (recorded.assignment, assignment)):
            for name, value in vars(own).items():
                if isinstance(value, pd.DataFrame):
                    exactly_equal(getattr(held, name), value)
                else:
                    assert getattr(held, name) == value
        assert sample_fingerprint(recorded.draw.sample) == draw.fingerprint

    def test_what_is_known_of_it(self, register):
        fix(register)
        recorded = commit(register)
        assert recorded.draw_id == "2026-11-monthly"
        assert (recorded.redraw, recorded.found, recorded.superseded) == (0, False, False)
        assert (recorded.as_at, recorded.due) == (dt.date(2026, 10, 31), dt.date(2026, 11, 30))
        assert recorded.title == "Practice Evaluations"
        assert recorded.head == register.head()
        assert "CASE" not in repr(recorded)

    def test_drawn_again_it_is_the_same_draw(self, register, tmp_path):
        fix(register)
        first = commit(register)
        other = commit(register, seed="9999999991")
        assert other.found
        assert (other.seed, other.head) == (first.seed, first.head)
        exactly_equal(other.draw.sample, first.draw.sample)
        with Register.open(tmp_path / "register.sqlite") as later:
            assert later.find_draw(PERIOD, DESIGN) == other

    def test_none_yet(self, register):
        assert register.find_draw(PERIOD, DESIGN) is None
        with pytest.raises(RegisterError, match="holds no draw '2026-11-monthly'"):
            register.get_draw("2026-11-monthly")

    def test_no_draw_without_a_fixed_frame(self, register):
        with pytest.raises(RegisterError, match="No frame is fixed for 2026-11-monthly"):
            commit(register)

    def test_no_draw_from_another_frame(self, register):
        fix(register, "other")
        with pytest.raises(RegisterError, match="not the one fixed for it"):
            commit(register)

    def test_a_sample_that_is_not_as_declared(self, register):
        fix(register)
        draw = invented_draw()
        draw.sample.loc[1, "case_ref"] = draw.sample.loc[0, "case_ref"]
        with pytest.raises(SchemaError, match="repeat the key"):
            commit_with(register, draw, invented_assignment(invented_draw()))

    def test_assigned_cases_that_were_not_sampled(self, register):
        fix(register)
        other = invented_assignment(invented_draw("9999999991"))
        with pytest.raises(RegisterError, match="6 assigned cases are not in the sample"):
            commit_with(register, invented_draw(), other)
        assert register.find_draw(PERIOD, DESIGN) is None

    def test_numbers_that_are_not_finite(self, register):
        fix(register)
        draw = invented_draw()
        draw.sample.loc[0, "weight"] = float("inf")
        with pytest.raises(RegisterError, match="need a finite number in `weight`"):
            commit_with(register, draw, invented_assignment(draw))
        assert register.find_draw(PERIOD, DESIGN) is None

    def test_table_of_draws(self, register):
        assert register.draws().empty
        fix(register)
        commit(register)
        again(register)
        fix(register, "new")
        commit(register, "7777777770", "new")
        table = register.draws()
        assert list(table["draw_id"]) == ["2026-11-monthly", "2026-11-monthly-r1"]
        assert list(table["superseded"]) == [True, False]
        assert list(table["sampled"]) == [6, 6]
        assert list(table["reserves"]) == [2, 2]
        assert list(table["moderated"]) == [1, 1]
        assert list(table["reason"]) == ["", "The extract was cut short."]
        assert table.loc[1, "agreed_by"] == "A. Analyst, B. Manager"


class TestRedraw:
    def test_leaves_both(self, register):
        fix(register)
        first = commit(register)
        assert again(register) == 1
        assert register.find_draw(PERIOD, DESIGN) is None
        assert register.get_draw(first.draw_id).superseded
        fix(register, "new")
        second = commit(register, "7777777770", "new")
        assert second.draw_id == "2026-11-monthly-r1"
        assert not second.found
        assert register.find_draw(PERIOD, DESIGN).seed == "7777777770"
        exactly_equal(register.get_draw(first.draw_id).draw.sample, first.draw.sample)
        assert again(register) == 2

    def test_of_a_frame_that_was_not_drawn_from(self, register):
        fix(register)
        again(register)
        assert not fix(register, "new").found
        assert commit(register, mark="new").draw_id == "2026-11-monthly-r1"

    def test_the_same_frame_may_be_fixed_again(self, register):
        fix(register)
        again(register)
        assert not fix(register).found

    @pytest.mark.parametrize("reason", ["", "   ", "too short", " " * 20])
    def test_needs_a_reason(self, register, reason):
        fix(register)
        with pytest.raises(RegisterError, match="a reason of at least 10 characters"):
            again(register, reason=reason)

    @pytest.mark.parametrize("names", [[], ["A"], ["A", " "], ["A", "a "], "Anna"])
    def test_needs_two_people(self, register, names):
        fix(register)
        with pytest.raises(RegisterError, match="needs two people"):
            again(register, names=names)

    def test_needs_something_to_draw_again(self, register):
        with pytest.raises(RegisterError, match="2026-11 monthly: no frame"):
            again(register)
        fix(register)
        again(register)
        with pytest.raises(RegisterError, match="redraw 1 is open and its frame not fixed"):
            again(register)


class TestPastAudits:
    def test_none(self, register):
        table = register.past_audits()
        assert list(table.columns) == ["case_ref", "date", "period", "design", "kind", "grade"]
        assert table.empty
        assert table["date"].dtype == "datetime64[us]"

    def test_drawn_cases_count_without_their_reserves(self, register):
        fix(register)
        recorded = commit(register)
        table = register.past_audits()
        assert list(table["case_ref"]) == list(recorded.draw.cases["case_ref"])
        assert set(table["kind"]) == {"assigned"}
        assert set(table["date"]) == {pd.Timestamp("2026-10-31")}
        assert register.past_audits(design="themed").empty

    def test_a_superseded_draw_does_not_count(self, register):
        fix(register)
        commit(register)
        again(register)
        assert register.past_audits().empty


def commit_with(register, draw, assignment):
    return register.commit_draw(
        period=PERIOD,
        design=DESIGN,
        draw=draw,
        assignment=assignment,
        as_at=dt.date(2026, 10, 31),
        due=dt.date(2026, 11, 30),
        title="Practice Evaluations",
        library_version="0.1.0",
    )


def exactly_equal(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)
