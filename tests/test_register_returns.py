"""Audits, moderations and actions: recorded once, corrected by new rows."""

import pandas as pd
import pytest
from register_samples import (
    DESIGN,
    PERIOD,
    clock,
    commit,
    fingerprint,
    fix,
    invented_returns,
    snapshot,
)
from sqlalchemy import select

from qa_sampling.errors import RegisterError, SchemaError
from qa_sampling.records import register_schema, returned
from qa_sampling.records.register import Register


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True, clock=clock) as opened:
        yield opened
        assert opened.check() == ()


@pytest.fixture
def back():
    return invented_returns()


def all_rows(register, name):
    with register._reading() as connection:
        return connection.execute(select(register_schema.METADATA.tables[name])).mappings().all()


def test_empty_tables_are_as_declared(register):
    for table, declared in (
        (register.audits(), returned.AUDITS),
        (register.answers(), returned.ANSWERS),
        (register.moderations(), returned.MODERATIONS),
        (register.moderated_answers(), returned.MODERATED_ANSWERS),
        (register.actions(), returned.ACTIONS),
    ):
        pd.testing.assert_frame_equal(table, declared.empty(), check_index_type=False)


def test_what_comes_back_is_what_was_recorded(register, back):
    done = register.record_audits(back.audits, back.answers)
    assert (done.new, done.corrected, done.unchanged) == (2, 0, 0)
    register.record_moderations(back.moderations, back.moderated_answers)
    register.record_actions(back.actions)
    pd.testing.assert_frame_equal(register.audits(), back.audits)
    pd.testing.assert_frame_equal(register.answers(), back.answers)
    pd.testing.assert_frame_equal(register.moderations(), back.moderations)
    pd.testing.assert_frame_equal(register.moderated_answers(), back.moderated_answers)
    pd.testing.assert_frame_equal(register.actions(), back.actions)


def test_the_same_again_writes_nothing(register, back):
    register.record_audits(back.audits, back.answers)
    head = register.head()
    backwards = back.answers.iloc[::-1].reset_index(drop=True)
    done = register.record_audits(back.audits.iloc[::-1], backwards)
    assert (done.new, done.corrected, done.unchanged) == (0, 0, 2)
    assert register.head() == head


def test_a_correction_names_the_row_it_replaces_and_leaves_it(register, back):
    register.record_audits(back.audits, back.answers)
    corrected = back.audits.copy()
    corrected.loc[1, "learning"] = "Clearer plans"
    done = register.record_audits(corrected, back.answers)
    assert (done.new, done.corrected, done.unchanged) == (0, 1, 1)
    assert register.audits().set_index("audit_id").loc["A2", "learning"] == "Clearer plans"
    rows = all_rows(register, "audits")
    assert [(row["audit_id"], row["replaces"]) for row in rows] == [
        ("A1", ""),
        ("A2", ""),
        ("A2", f"{rows[1]['event']}.{rows[1]['line']}"),
    ]


def test_a_changed_answer_replaces_its_audit_whole(register, back):
    register.record_audits(back.audits, back.answers)
    fewer = back.answers[back.answers["standard"] == "overall"].copy()
    fewer.loc[fewer["audit_id"] == "A1", "grade"] = "Inadequate"
    assert register.record_audits(back.audits, fewer).corrected == 2
    assert sorted(register.answers()["grade"]) == ["Good", "Inadequate"]
    assert len(all_rows(register, "answers")) == len(back.answers) + 2


def test_corrected_and_corrected_back(register, back):
    register.record_actions(back.actions)
    other = back.actions.assign(status="Open")
    for actions in (other, back.actions, other):
        assert register.record_actions(actions).corrected == 1
        assert register.actions()["status"].tolist() == actions["status"].tolist()
    assert len(all_rows(register, "actions")) == 4


def test_blank_and_missing_are_the_same(register, back):
    register.record_actions(back.actions.assign(owner=""))
    assert register.actions()["owner"].isna().all()
    assert register.record_actions(back.actions.assign(owner=None)).unchanged == 1


def test_completed_audits_are_past_audits(register, back):
    fix(register)
    drawn = commit(register).draw.cases["case_ref"]
    audits = back.audits.assign(
        case_ref=drawn[:2].tolist(), draw_id="2026-11-monthly", period=PERIOD, design=DESIGN
    )
    register.record_audits(audits, back.answers)
    past = register.past_audits().set_index("case_ref")
    assert len(past) == 6, "no case twice"
    assert past.loc[drawn[0], "kind"] == "completed"
    assert past.loc[drawn[0], "date"] == pd.Timestamp("2026-11-20")
    assert past.loc[drawn[1], "kind"] == "assigned", "its form is not back"
    register.open_redraw(PERIOD, DESIGN, reason="The extract was cut.", agreed_by=["A", "B"])
    assert register.past_audits()["case_ref"].tolist() == [drawn[0]]
    assert register.past_audits(design="themed").empty


def test_audits_from_before_the_register(register, back):
    audits = back.audits.assign(draw_id=None)
    register.record_audits(audits, back.answers)
    assert register.past_audits()["case_ref"].tolist() == ["CASE1"]


def test_answers_of_no_audit(register, back):
    with pytest.raises(RegisterError, match="Some answers belong to none of the audits"):
        register.record_audits(back.audits[:1], back.answers)


def test_columns_that_are_not_kept(register, back):
    with pytest.raises(RegisterError, match="does not keep: child_name"):
        register.record_audits(back.audits.assign(child_name="x"), back.answers)


def test_tables_that_are_not_as_declared(register, back):
    with pytest.raises(SchemaError, match="column `grade` holds 4 values outside its codes"):
        register.record_audits(back.audits, back.answers.assign(grade="4"))
    with pytest.raises(SchemaError, match="repeat the key"):
        register.record_actions(pd.concat([back.actions, back.actions]))
    with pytest.raises(SchemaError, match="`case_ref` is missing"):
        register.record_audits(back.audits.drop(columns="case_ref"), back.answers)


def test_past_audits_as_known_when_a_frame_was_fixed(register, back):
    fix(register)
    drawn = commit(register).draw.cases["case_ref"]
    assert register.past_audits(known_to=(PERIOD, DESIGN)).empty, "its own draw came after"
    assert len(register.past_audits(known_to=("2026-12", DESIGN))) == 6, "not fixed yet: all"
    audits = back.audits.assign(
        case_ref=drawn[:2].tolist(), draw_id="2026-11-monthly", period=PERIOD, design=DESIGN
    )
    register.fix_frame(
        period="2026-12",
        design=DESIGN,
        fingerprint=fingerprint("later"),
        snapshot=snapshot("later"),
        parameters={},
    )
    register.record_audits(audits, back.answers)
    before = register.past_audits(known_to=("2026-12", DESIGN))
    assert set(before["kind"]) == {"assigned"}, "the forms came back after it was fixed"
    assert set(register.past_audits()["kind"]) == {"assigned", "completed"}
