"""One form after another of the same case: what is replaced, withdrawn, kept, and refused."""

from __future__ import annotations

import datetime as dt
import shutil
import threading

import pandas as pd
import pytest
from collect_samples import (
    ASK,
    AUDIT,
    CASES,
    DRAW,
    NOON,
    SEE,
    TODAY,
    collect,
    form,
    read,
    record,
    small_register,
)
from plan_factory import make_staff

from qa_sampling.errors import RegisterError
from qa_sampling.records import return_records
from qa_sampling.records.fieldwork import REASSIGNMENTS
from qa_sampling.records.register import Register
from qa_sampling.records.returned import MODERATED_ANSWERS, MODERATIONS
from qa_sampling.runs.collect.granting import grant, reassign
from qa_sampling.runs.recording import framed
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.independence import reasons_against


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A register in which the small plan is drawn, to be copied."""
    path = tmp_path_factory.mktemp("drawn") / "r.sqlite"
    small_register(path).close()
    return path


@pytest.fixture
def register(drawn, tmp_path):
    with Register.open(shutil.copy(drawn, tmp_path), clock=lambda: NOON) as opened:
        yield opened


def grade_of(register) -> list[str]:
    return list(register.answers().query("standard == 'overall'")["grade"])


def told(batch) -> list[tuple[str, str, str]]:
    return list(batch.faults[["kind", "cell", "fault"]].itertuples(index=False, name=None))


def open_actions(register) -> dict[str, str]:
    held = register.actions()
    going = held[held["status"].isna()]
    return dict(zip(going["action_id"].str.split("/").str[-1], going["text"], strict=True))


def follow_up(register, number: int, **told) -> None:
    """Record what somebody wrote on the action sheet."""
    held = register.actions()
    one = held[held["action_id"] == f"{AUDIT}/{number}"]
    done = {"completed": pd.Timestamp(2026, 11, 25), "status": "Completed", "sheet_id": "E1"}
    register.record_actions(one.assign(**(told or done)))


class TestAnOldFormAgain:
    def test_it_does_not_undo_its_correction(self, register) -> None:
        collect(register, form())
        collect(register, form(grade="Inadequate"))
        before = register.head()
        batch, done = collect(register, form())
        assert register.head() == before and grade_of(register) == ["Inadequate"]
        assert not batch.sound and batch.counts()["replaced"] == 1
        assert told(batch) == [("note", "", "the form was replaced on 26 November 2026 already")]
        assert done.audits.corrected == done.audits.new == 0

    def test_whatever_was_corrected(self, register) -> None:
        """Nine cases, each with a first form, its correction, and the first once more."""
        pairs = [
            ({"actions": [ASK]}, {"actions": [ASK, SEE]}),
            ({"actions": [ASK, SEE]}, {"actions": [SEE]}),
            ({"actions": [ASK]}, {"actions": [("Voice", "Ask them both.")]}),
            ({"themes": ("Voice", "Visits")}, {"themes": ("Voice", "Recording")}),
            ({"themes": ("Voice",)}, {"themes": ("Voice", "Recording")}),
            ({}, {"day": dt.date(2026, 11, 21)}),
            ({"cannot": "Out of scope"}, {}),
            ({}, {"cannot": "Out of scope"}),
            ({"cannot": "Out of scope"}, {"cannot": "Record unavailable"}),
        ]
        first = [form(number, **old) for number, (old, _) in enumerate(pairs)]
        second = [form(number, **new) for number, (_, new) in enumerate(pairs)]
        collect(register, *first)
        assert len(collect(register, *second)[0].sound) == 9
        before = register.head()
        batch, _ = collect(register, *first)
        assert register.head() == before and batch.counts()["replaced"] == 9
        batch, _ = collect(register, *second)
        assert register.head() == before and len(batch.sound) == 9
        assert register.check() == ()

    def test_beside_its_correction_in_one_folder(self, register) -> None:
        collect(register, form())
        collect(register, form(grade="Inadequate"))
        batch, done = collect(register, form(), form(grade="Inadequate"))
        assert len(batch.sound) == 1 and done.audits.unchanged == 1
        assert batch.counts()["replaced"] == 1 and batch.counts()["faulty"] == 0

    def test_a_third_form_is_a_correction_again(self, register) -> None:
        for grade in ("Good", "Inadequate", "Outstanding"):
            collect(register, form(grade=grade))
        assert grade_of(register) == ["Outstanding"]
        for grade in ("Good", "Inadequate"):
            assert collect(register, form(grade=grade))[0].counts()["replaced"] == 1
        batch, _ = collect(register, form(day=dt.date(2026, 11, 24)))
        assert len(batch.sound) == 1 and grade_of(register) == ["Good"]

    def test_another_case_that_says_the_same(self, register) -> None:
        collect(register, form())
        collect(register, form(grade="Inadequate"))
        batch, done = collect(register, form(1))
        assert done.audits.new == 1 and batch.counts()["replaced"] == 0


class TestActionsAndThemesThatAreGone:
    def test_they_are_withdrawn(self, register) -> None:
        collect(register, form(actions=[ASK, SEE]))
        assert open_actions(register) == {"1": "Ask her.", "2": "See him."}
        _, done = collect(register, form(actions=[ASK], themes=("Voice",)))
        assert done.withdrawn == 1
        assert open_actions(register) == {"1": "Ask her."}
        gone = register.actions().query("status == 'Withdrawn'")
        assert list(gone["text"]) == ["See him."]
        assert list(gone["impact_evidence"]) == ["Removed in the corrected form."]
        assert list(register.audit_tags()["kind"]) == ["strength"]
        assert len(register.form_history().rows["actions"]) == 3 and register.check() == ()

    def test_one_that_comes_back_is_open_again(self, register) -> None:
        collect(register, form(actions=[ASK, SEE]))
        collect(register, form(actions=[ASK]))
        collect(register, form(actions=[ASK, SEE], day=dt.date(2026, 11, 24)))
        assert open_actions(register) == {"1": "Ask her.", "2": "See him."}

    def test_one_that_was_moved_up_keeps_its_name(self, register) -> None:
        collect(register, form(actions=[ASK, SEE]))
        collect(register, form(actions=[SEE, ("Recording", "Write it up.")]))
        assert open_actions(register) == {"2": "See him.", "3": "Write it up."}
        head = register.head()
        collect(register, form(actions=[SEE, ("Recording", "Write it up.")]))
        assert register.head() == head

    def test_one_that_was_followed_up_stays(self, register) -> None:
        collect(register, form(actions=[ASK, SEE]))
        follow_up(register, 2)
        batch, done = collect(register, form(actions=[ASK], grade="Inadequate"))
        note = "an action that the form no longer has was followed up since, and stays"
        assert told(batch) == [("note", "", note)]
        assert list(register.actions()["status"].fillna("")) == ["", "Completed"]
        assert grade_of(register) == ["Inadequate"] and done.actions.unchanged == 1
        assert told(read(register, form(actions=[ASK], grade="Inadequate"))) == told(batch)

    def test_the_first_done_and_taken_out(self, register) -> None:
        """The next one moves up on the form; it is neither lost nor taken for the first."""
        collect(register, form(actions=[ASK, SEE]))
        follow_up(register, 1)
        collect(register, form(actions=[SEE]))
        assert open_actions(register) == {"2": "See him."}
        assert list(register.actions()["status"].fillna("")) == ["", "Completed"]

    def test_one_that_was_followed_up_is_not_worded_anew(self, register) -> None:
        collect(register, form(actions=[ASK]))
        follow_up(register, 1, due=pd.Timestamp(2027, 3, 1), sheet_id="E1")
        batch, _ = collect(register, form(actions=[("Voice", "Ask them both.")]))
        assert [kind for kind, _, _ in told(batch)] == ["note"] and told(batch)[0][1] == "B17"
        assert "what the form says now was not taken" in told(batch)[0][2]
        assert list(register.actions()["due"]) == [pd.Timestamp(2027, 3, 1)]
        assert list(register.actions()["text"]) == ["Ask her."]

    def test_a_follow_up_makes_no_form_an_old_one(self, register) -> None:
        collect(register, form(actions=[ASK]))
        follow_up(register, 1, due=pd.Timestamp(2027, 3, 1), sheet_id="E1")
        batch, _ = collect(register, form(actions=[ASK]))
        assert len(batch.sound) == 1 and told(batch) == []
        assert list(register.actions()["due"]) == [pd.Timestamp(2027, 3, 1)]

    def test_one_that_was_withdrawn_and_then_done_all_the_same(self, register) -> None:
        """Its owner still had it on an action sheet: what a form brings back is another one."""
        collect(register, form(actions=[ASK]))
        collect(register, form())
        follow_up(register, 1, status="Open", impact_evidence=None, sheet_id="E1")
        collect(register, form(actions=[SEE]))
        assert open_actions(register) == {"2": "See him."}
        assert list(register.actions()["status"].fillna("")) == ["Open", ""]

    def test_one_that_somebody_withdrew_is_not_told(self, register) -> None:
        collect(register, form(actions=[ASK]))
        follow_up(register, 1, status="Withdrawn", sheet_id="E1")
        batch, _ = collect(register, form())
        assert told(batch) == [] and list(register.actions()["status"]) == ["Withdrawn"]
        assert register.actions()["impact_evidence"].isna().all()


class TestAuditedOrNot:
    def test_cannot_takes_the_audit_back(self, register) -> None:
        collect(register, form(actions=[ASK]))
        batch, done = collect(register, form(cannot="Conflict of interest"))
        said = "it takes the place of an audit, recorded on 26 November 2026"
        assert told(batch) == [("note", "B10", said)]
        audits = register.audits()
        assert audits["date_completed"].isna().all() and audits["learning"].isna().all()
        assert list(audits["auditor_id"]) == [CASES[0][1]] and audits["team"].notna().all()
        assert register.answers().empty and register.audit_tags().empty
        assert list(register.outcomes()["outcome"]) == ["conflict"]
        taken = register.actions()
        assert (
            list(taken["status"]) == ["Withdrawn"]
            and "taken back" in taken["impact_evidence"].iloc[0]
        )
        assert len(register.form_history().rows["answers"]) == 2 and register.check() == ()
        head = register.head()
        assert told(collect(register, form(cannot="Conflict of interest"))[0]) == told(batch)
        assert register.head() == head and done.outcomes.corrected == 1

    def test_an_audit_after_all(self, register) -> None:
        collect(register, form(cannot="Record unavailable"))
        assert register.audits().empty
        batch, _ = collect(register, form())
        assert "place of word that the case cannot be audited" in told(batch)[0][2]
        assert list(register.outcomes()["outcome"]) == ["audited"] and len(register.audits()) == 1
        assert grade_of(register) == ["Good"]

    def test_one_that_was_moderated_is_not_taken_back(self, register) -> None:
        collect(register, form())
        row = {"moderation_id": "M1", "audit_id": AUDIT, "moderator_id": "S030"}
        register.record_moderations(framed([row], MODERATIONS), MODERATED_ANSWERS.empty())
        head = register.head()
        batch, _ = collect(register, form(cannot="Out of scope"))
        assert told(batch) == [
            ("fault", "B10", "the audit of this case is recorded and was moderated")
        ]
        assert register.head() == head and grade_of(register) == ["Good"]

    def test_one_whose_place_a_reserve_has_is_not_audited(self, register) -> None:
        collect(register, form(cannot="Out of scope"))
        row = {"reassignment_id": f"{DRAW}/x", "draw_id": DRAW, "case_ref": "x"}
        row |= {"auditor_id": "S012", "reason": "reserve", "instead_of": CASES[0][0]}
        row |= {"decided_by": "QA lead", "date": TODAY}
        register.record_reassignments(framed([row], REASSIGNMENTS))
        for later in (form(), form(cannot="Conflict of interest")):
            batch, _ = collect(register, later)
            assert [kind for kind, _, _ in told(batch)] == ["fault"]
            assert "a reserve has taken the place of this case" in told(batch)[0][2]
        assert register.audits().empty
        collect(register, form(cannot="Record unavailable"))
        assert list(register.outcomes()["outcome"]) == ["unavailable"]

    def test_both_in_one_folder_are_sent_back(self, register) -> None:
        batch, _ = collect(register, form(), form(cannot="Out of scope"))
        assert batch.counts()["faulty"] == 2 and register.outcomes().empty


class TestAllOrNothing:
    @pytest.mark.parametrize("dies_at", ["AUDITS", "OUTCOMES", "ACTIONS", "TAGS"])
    def test_what_dies_half_way_is_recorded_by_the_next(
        self, dies_at, register, monkeypatch
    ) -> None:
        """Raised after each table that is added, as a crash would."""
        add = return_records.add_versions

        def dying(write, kind, versions):
            add(write, kind, versions)
            if kind is getattr(return_records, dies_at):
                raise KeyboardInterrupt

        before, sheets = register.head(), [form(actions=[ASK]), form(1, cannot="Out of scope")]
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(return_records, "add_versions", dying)
            collect(register, *sheets)
        assert register.head() == before and register.audits().empty
        _, done = collect(register, *sheets)
        assert done.audits.new == 1 and done.outcomes.new == 2 and done.actions.new == 1
        assert len(register.audit_tags()) == 2 and register.check() == ()

    def test_a_register_of_before_that_died_half_way_is_healed(self, register, drawn) -> None:
        """Four writes a batch, as they once were: the audit alone is there."""
        collect(register, form(actions=[ASK]))
        done = register.audits(), register.answers()
        path = register.path.with_name("old.sqlite")
        with Register.open(shutil.copy(drawn, path), clock=lambda: NOON) as old:
            old.record_audits(*done)
            batch, after = collect(old, form(actions=[ASK]))
            assert len(batch.sound) == 1 and after.audits.unchanged == 1
            assert after.outcomes.new == after.actions.new == 1 and len(old.audit_tags()) == 2
            pd.testing.assert_frame_equal(old.outcomes(), register.outcomes())

    def test_two_that_collect_at_once(self, register) -> None:
        """Each form is recorded once, and one that became an old one meanwhile is not taken."""
        sheets = [form(n, actions=[ASK]) for n in range(6)]
        done, gate = [], threading.Barrier(3)

        def work() -> None:
            with Register.open(register.path, clock=lambda: NOON) as own:
                batch = read(own, *sheets)
                gate.wait()
                done.append(record(own, batch))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(one.audits.new for one in done) == [0, 0, 6]
        assert sum(one.audits.corrected for one in done) == 0
        rows = register.form_history().rows
        assert [len(rows[name]) for name in ("audits", "outcomes", "actions")] == [6, 6, 6]
        assert register.check() == ()

    def test_what_was_read_before_another_s_correction_is_not_taken(self, register) -> None:
        collect(register, form())
        early = read(register, form())
        collect(register, form(grade="Inadequate"))
        done = record(register, early)
        assert done.audits.corrected == 0 and grade_of(register) == ["Inadequate"]


def test_no_reference_is_told(register) -> None:
    collect(register, form(actions=[ASK]))
    forms = [form(cannot="Out of scope"), form(1), form(1, grade="Inadequate"), form(2)]
    batch, _ = collect(register, *forms)
    assert batch.counts()["faulty"] == 2 and set(batch.faults["kind"]) == {"fault", "note"}
    said = batch.faults.to_csv() + "".join(event.body for event in register.events())
    assert not [ref for ref, _ in CASES if ref in said]
    assert "Read." not in said and "Ask her." not in said


def decide(register, audit=AUDIT, auditor="S012", against=lambda ref, who: (), **more) -> str:
    asked = {"by": "QA lead", "reason": "absence", "staff": make_staff(), "today": TODAY}
    return reassign(register, audit, auditor=auditor, against=against, **(asked | more))


class TestDecisions:
    def test_what_has_come_back_is_neither_given_away_nor_exempted(self, register) -> None:
        collect(register, form())
        head = register.head()
        with pytest.raises(RegisterError, match="has come back already"):
            decide(register)
        for until in (None, dt.date(2026, 12, 10)):
            with pytest.raises(RegisterError, match="has come back already"):
                grant(register, AUDIT, reason="leave", by="Head", until=until, today=TODAY)
        assert register.head() == head

    def test_what_was_taken_back_may_be_given_to_another(self, register) -> None:
        collect(register, form())
        collect(register, form(cannot="Conflict of interest"))
        assert decide(register, reason="conflict") == AUDIT

    def test_what_cannot_be_audited_needs_no_leave(self, register) -> None:
        collect(register, form(cannot="Out of scope"))
        with pytest.raises(RegisterError, match="cannot be audited, so nothing is due"):
            grant(register, AUDIT, reason="leave", by="Head", until=None, today=TODAY)

    def test_whoever_is_not_independent_is_refused(self, register) -> None:
        asked = []

        def against(ref, who):
            asked.append((ref, who))
            return ("allocated worker", "own team")

        with pytest.raises(
            RegisterError, match="S012 may not audit this case: allocated worker; own"
        ):
            decide(register, against=against)
        assert asked == [(CASES[0][0], "S012")] and register.reassignments().empty

    def test_whoever_said_no_is_not_asked_again(self, register) -> None:
        collect(register, form(cannot="Conflict of interest"))
        decide(register, reason="conflict")
        with pytest.raises(RegisterError, match="said that they have a conflict of interest"):
            decide(register, auditor=CASES[0][1])

    def test_whoever_moderates_it_does_not_audit_it(self, register) -> None:
        staff = make_staff().assign(may_audit=True)
        with pytest.raises(
            RegisterError, match="S030 may not audit this case: moderates the audit"
        ):
            decide(register, auditor="S030", staff=staff)


CASE = pd.DataFrame(
    {
        "case_ref": ["c"],
        "team": ["Family Safeguarding North"],
        "service": ["Safeguarding"],
        "worker": ["Brackley, Tom"],
    }
)
RULES = AssignmentRules(dt.date(2026, 11, 1), dt.date(2026, 11, 30))


@pytest.mark.parametrize(
    ("auditor", "reasons"),
    [
        ("S012", ("allocated worker",)),
        ("S021", ("line manager of the worker",)),
        ("S003", ("line manager of the team", "own team")),
        ("S007", ("had a role in the case",)),
        ("S030", ()),
    ],
)
def test_the_plan_s_rules_speak_against_an_auditor(auditor, reasons) -> None:
    staff = make_staff().assign(may_audit=True)
    staff.loc[staff["staff_id"] == "S012", "line_manager_id"] = "S021"
    roles = pd.DataFrame({"case_ref": ["c"], "staff_id": ["S007"], "end": pd.Timestamp(2026, 1, 1)})
    assert reasons_against(CASE, staff, auditor, roles, RULES) == reasons
