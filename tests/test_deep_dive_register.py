"""A deep dive's cases in the register: drawn, read by independent people, collected and closed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from qa_sampling.errors import AssignmentError, FormError, ParameterError, TrendError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_templates import form_of
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.question_bank import load_question_bank
from qa_sampling.records.register import Register
from qa_sampling.runs.analyses import basis_of
from qa_sampling.runs.collect.granting import reassign
from qa_sampling.runs.dive.carried import who_carries
from qa_sampling.runs.dive.closing import (
    _COLUMNS,
    Closing,
    agree_actions,
    closing_words,
    what_was_found,
)
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.outputs import question_bank
from qa_sampling.runs.dive.reality import retest
from qa_sampling.runs.dive.recording import (
    drawn_earlier,
    held_now,
    record_reading,
    write_reading,
)
from qa_sampling.runs.dive.reviewing import review, review_words
from qa_sampling.runs.dive.sample import COMPARISON, CONCERNED, draw_reading
from qa_sampling.runs.inputs import Inputs, invented_authority
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.owed_beside import audits_beside
from qa_sampling.runs.plan.steps import assign_plan, drawn_before, try_assignment
from qa_sampling.runs.recording_batch import record_folder
from qa_sampling.runs.yearly_secrets import commit_secret
from qa_sampling.sampling.caps import audit_caps
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.settings.plan import MonthlyAuditPlan
from qa_sampling.trends.measures import MEASURES

IDEA = "Cases are closed before the concern is settled."
TITLE = "Deep dive: Re-referrals"


@pytest.fixture(scope="module")
def settings(invented_outputs):
    return read_parameters("deep_dive", {"outputs": invented_outputs})


@pytest.fixture(scope="module")
def told(invented_told, settings):
    """All records with families, the staff and who has a role in which case."""
    one = invented_authority()
    family = one.families.set_index("child_id")["family_id"]
    events = invented_told.events
    events = events.assign(family_id=events["child_id"].map(family))
    return replace(invented_told, events=events, staff=one.staff, case_roles=one.case_roles)


@pytest.fixture(scope="module")
def steps(told, settings):
    dive = open_dive(told, settings)
    return dive, retest(told, dive, settings), who_carries(dive, settings)


def drawn(told, steps, settings, register):
    dive, real, found = steps
    key = load_keys(settings).key
    reading = draw_reading(
        told, dive, settings, found, key=key, is_signal=real.is_signal,
        earlier=drawn_earlier(settings, register),
    )  # fmt: skip
    return reading, record_reading(reading, told, settings, register, key=key, title=TITLE)


def beside_of(register, settings, **days):
    """What is owed in the weeks of a deep dive of these days."""
    asked = settings.model_copy(update=days)
    return audits_beside(register, first=asked.extract_day, last=asked.due_day)


def spare(told, owed):
    """Somebody who may audit and owes nothing."""
    able = told.staff.loc[told.staff["may_audit"], "staff_id"]
    return next(who for who in able if who not in owed)


def april(told, steps, settings, count):
    """A month's plan on the same records: what it works on, and as many cases of March as asked."""
    key = load_keys(settings).key.secret
    inputs = Inputs(
        cases=told.cases, staff=told.staff, families=None, case_roles=told.case_roles,
        restricted=None, past_audits=None, quality=pd.DataFrame(), files=(), key=key,
    )  # fmt: skip
    mine = steps[0].now.drop_duplicates("child_id").head(count)
    mine = mine.assign(case_ref=[pseudonym(one, key) for one in mine["child_id"]])
    held = held_now(mine, told)
    return inputs, SimpleNamespace(cases=held), SimpleNamespace(cases=held, seed="any seed")


@pytest.fixture
def register(tmp_path):
    with Register.open(tmp_path / "register.sqlite", create=True) as opened:
        yield opened


class TestInTheRegister:
    def test_it_is_a_selection_of_its_own_that_stands(self, told, steps, settings, register):
        reading, recorded = drawn(told, steps, settings, register)
        assert recorded.draw.draw_id == "2026-03-dive_re_referrals"
        assert register.draws()["sampled"].tolist() == [len(reading.cases)]
        dive, real, found = steps
        fewer = replace(dive, now=dive.now[dive.now["child_id"] != reading.cases["child_id"][0]])
        again, same = drawn(told, (fewer, real, found), settings, register)
        assert again.cases["case_ref"].tolist() == reading.cases["case_ref"].tolist()
        assert "the draw stands" in again.note
        assert same.draw.draw_id == recorded.draw.draw_id and len(register.draws()) == 1
        assert register.check() == ()

    def test_readers_are_independent(self, told, steps, settings, register):
        _, recorded = drawn(told, steps, settings, register)
        given = recorded.draw.assignment.table.set_index("case_ref")["auditor_id"]
        held = recorded.plan.frame.cases.set_index("case_ref").loc[given.index]
        staff = told.staff.set_index("staff_id")
        assert (staff.loc[given, "team"].to_numpy() != held["team"].to_numpy()).all()
        assert (staff.loc[given, "name"].to_numpy() != held["worker"].to_numpy()).all()
        numbers = recorded.plan.frame.link.set_index("case_ref")["child_id"]
        roles = set(zip(told.case_roles["child_id"], told.case_roles["staff_id"], strict=True))
        pairs = {(numbers[ref], auditor) for ref, auditor in given.items()}
        assert roles and not roles & pairs
        assert given.value_counts().max() <= settings.reader_cap

    def test_the_invented_month_can_be_drawn_without_dice_after_it(
        self, told, steps, settings, register
    ):
        drawn(told, steps, settings, register)
        assert commit_secret(MonthlyAuditPlan(outputs=settings.outputs, period="2026-11"), register)

    def test_a_group_reads_alone(self, told, steps, settings, register):
        chosen = told.staff.loc[told.staff["may_audit"], "staff_id"].tolist()[:12]
        asked = settings.model_copy(update={"reading_group": tuple(chosen)})
        _, recorded = drawn(told, steps, asked, register)
        assert set(recorded.draw.assignment.table["auditor_id"]) <= set(chosen)

    def test_strangers_and_too_few_readers_are_told(self, told, steps, settings, register):
        asked = settings.model_copy(update={"reading_group": ("S9999",)})
        with pytest.raises(AssignmentError, match="1 who are not on the staff list"):
            drawn(told, steps, asked, register)
        few = settings.model_copy(update={"reading_group": (told.staff["staff_id"].iloc[0],)})
        with pytest.raises(AssignmentError):
            drawn(told, steps, few, register)

    def test_loads_count_what_else_is_due(self, told, steps, settings, register):
        _, first = drawn(told, steps, settings, register)
        owed = first.draw.assignment.table["auditor_id"].value_counts().to_dict()
        few = {"unit": "Assessment East", "reader_cap": 1, "read": 6, "compare": 2}
        _, second = drawn(told, steps, settings.model_copy(update=few), register)
        assert second.beside == owed
        given = second.draw.assignment.table["auditor_id"]
        assert len(given) and not set(given) & set(owed)
        assert beside_of(register, settings, as_at="2026-02-28", due="2026-03-28") == {}
        both = beside_of(register, settings, as_at="2026-04-02")
        assert sum(both.values()) == len(given) + sum(owed.values())
        rules = replace(settings.rules, beside=both)
        free = audit_caps(told.staff, settings.rules)
        left = dict(zip(told.staff["staff_id"], audit_caps(told.staff, rules), strict=True))
        for who, cap in zip(told.staff["staff_id"], free, strict=True):
            assert left[who] == max(0, cap - both.get(who, 0))
        _, again = drawn(told, steps, settings, register)
        assert again.beside == {}, "what was allocated later is not counted"
        assert "None of them had another audit" in again.words

    def test_the_caps_printed_are_those_it_was_drawn_with(self, told, steps, settings, register):
        _, first = drawn(told, steps, settings, register)
        owed = first.draw.assignment.table["auditor_id"].value_counts().to_dict()
        asked = settings.model_copy(
            update={"unit": "Assessment East", "reading_group": tuple(owed)}
        )
        _, second = drawn(told, steps, asked, register)
        caps = dict(zip(told.staff["name"], audit_caps(told.staff, settings.rules), strict=True))
        names = told.staff.set_index("staff_id")["name"]
        due = {names[who]: number for who, number in owed.items()}
        read = second.draw.assignment.table["auditor_id"].map(names).value_counts()
        printed = second.table.set_index("Reader")
        assert printed["Cases"].to_dict() == read.to_dict()
        assert printed["Other audits due"].to_dict() == {one: due[one] for one in printed.index}
        assert printed["Of at most"].to_dict() == {one: caps[one] for one in printed.index}
        assert all(read[one] + due[one] <= caps[one] for one in read.index)
        busy, case = next((row.auditor_id, row.case_ref)
                          for row in first.draw.assignment.table.itertuples()
                          if names[row.auditor_id] in printed.index)  # fmt: skip
        reassign(register, case_name(first.draw.draw_id, case), auditor=spare(told, owed), by="QA",
                 reason="absence", staff=told.staff, against=lambda *_: (),
                 today=date(2026, 4, 1))  # fmt: skip
        now = beside_of(register, settings, as_at="2026-04-01")
        assert now.get(busy, 0) < read[names[busy]] + due[names[busy]]
        _, again = drawn(told, steps, asked, register)
        assert again.table.equals(second.table) and again.words == second.words

    def test_a_monthly_plan_counts_the_reads(self, told, steps, settings, register):
        """April's audits and the reads of March are done in the same weeks."""
        _, recorded = drawn(told, steps, settings, register)
        reads = recorded.draw.assignment.table["auditor_id"].value_counts()
        plan = MonthlyAuditPlan(outputs=settings.outputs, period="2026-04")
        inputs, frame, draw = april(told, steps, settings, 60)
        caps = dict(zip(told.staff["staff_id"], audit_caps(told.staff, plan.rules), strict=True))

        def over(assignment):
            audits = assignment.table["auditor_id"].value_counts()
            both = audits.add(reads, fill_value=0)
            return [who for who, number in both.items() if number > caps[who]]

        assert over(try_assignment(plan, inputs, frame, draw, None)), "else nothing is tested"
        counted = assign_plan(plan, inputs, frame, draw, register)
        assert not over(counted) and len(counted.table) == 60
        held = counted.checks.set_index("rule").loc["Caps and leave", "held"]
        assert f"{reads.sum()} audits that {len(reads)} auditors owe elsewhere" in held
        later = plan.model_copy(update={"period": "2026-05"})
        assert assign_plan(later, inputs, frame, draw, register).parameters["beside"] == {}

    def test_without_a_staff_list_it_is_drawn_and_no_form_written(
        self, told, steps, settings, register, tmp_path
    ):
        bare = replace(told, staff=None)
        _, recorded = drawn(bare, steps, settings, register)
        assert "found by hand" in recorded.words
        write_reading(tmp_path, recorded, settings, bank=question_bank())
        assert not (tmp_path / "forms").exists() and (tmp_path / "verification").is_dir()

    def test_monthly_plans_know_nothing_of_it(self, told, steps, settings, register):
        reading, _ = drawn(told, steps, settings, register)
        past = register.past_audits()
        assert set(past["case_ref"]) == set(reading.cases["case_ref"])
        plan = MonthlyAuditPlan(outputs=settings.outputs, period="2026-04")
        assert drawn_before(plan, register).empty
        graded = {"last_graded": ("Inadequate",), "not_audited_within_months": 0}
        again = plan.model_copy(update=graded)
        assert len(drawn_before(again, register)) == len(reading.cases)


class TestForms:
    def test_they_do_not_say_who_is_concerned(self, told, steps, settings, register, tmp_path):
        _, recorded = drawn(told, steps, settings, register)
        write_reading(tmp_path, recorded, settings, bank=question_bank())
        forms = sorted((tmp_path / "forms").iterdir())
        assert len(forms) == recorded.draw.assignment.table["auditor_id"].nunique()
        book = openpyxl.load_workbook(forms[0])
        text = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row if cell)
        assert CONCERNED not in text and COMPARISON not in text and "Is it the same" in text
        done = subprocess.run(
            [sys.executable, "verify_draw.py", "frame.csv", "draw.json"],
            cwd=tmp_path / "verification", capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.startswith("YES")


def returned(recorded, settings, folder, answers, told):
    """Write the forms filled in: for each case the answers of its place in the sample."""
    folder.mkdir()
    form = form_of(question_bank().form_of(settings.measure, title=TITLE), "bank")
    given = {
        ref: {"assessment": ("Good", "Seen."), "decisions": ("Good", "Seen."),
              "overall": ("Good", "Seen."), "completed_on": (date(2026, 4, 20), None),
              "immediate_concern": ("No", None),
              **{one.key: (one.options[-1] if one.answer == "choice" else None, "Words.")
                 for one in form.questions if one.key != "immediate_concern"},
              "what_would_have_helped": ("Planning", "Words."), **said}
        for ref, said in answers.items()
    }  # fmt: skip
    write_audit_forms(
        folder, recorded.plan, form=form, staff=told.staff, key=recorded.key.secret, given=given
    )


@pytest.fixture
def closed(told, steps, settings, register, tmp_path):
    """All concerned but one support the first idea; one form is not back."""
    reading, recorded = drawn(told, steps, settings, register)
    yes = {"same_concern": ("Yes", "W"), "closed_too_soon": ("No", "W")}
    no = {"same_concern": ("No", "W"), "closed_too_soon": ("Yes", "W")}
    torn = {"same_concern": ("Yes", "W"), "closed_too_soon": ("Yes", "W")}
    answers, seen = {}, set()
    for row in reading.cases.itertuples():
        answers[row.case_ref] = no if row.part == COMPARISON else yes if row.part in seen else torn
        seen.add(row.part)
    before = basis_of(settings, register)
    returned(recorded, settings, tmp_path / "back", answers, told)
    taken = record_folder(
        settings, register, tmp_path / "back", staff=told.staff, today=date(2026, 4, 24)
    )
    assert taken.audits.audits.new == len(reading.cases), taken.batch.faults.to_string()
    assert basis_of(settings, register) != before
    return reading, recorded, what_was_found(
        recorded, reading, register, settings, question_bank()
    )  # fmt: skip


class TestClosing:
    def test_answers_are_joined_back_to_the_ideas(self, closed):
        reading, recorded, closing = closed
        rows = closing.table.set_index(["idea", "part"])
        own, other = rows.loc[IDEA, CONCERNED], rows.loc[IDEA, COMPARISON]
        n = int((reading.cases["part"] == CONCERNED).sum())
        assert own[["supports", "does not", "cannot tell"]].tolist() == [n - 1, 0, 1]
        assert other[["supports", "does not", "cannot tell"]].tolist() == [0, 6, 0]
        words = closing_words(closing, recorded)
        (first,) = [one for one in words if one.startswith(IDEA)]
        assert "Borne out in most of them" in first
        assert "more often so than among the others (0 of the 6" in first

    def test_the_share_is_weighted_to_all_families(self, closed):
        reading, _, closing = closed
        own = closing.verdicts.query("idea == @IDEA and part == @CONCERNED")
        there = reading.strata.set_index("part").loc[CONCERNED].set_index("stratum")["population"]
        means = (own["verdict"] == "supports").groupby(own["stratum"]).mean()
        by_hand = float((means * there.reindex(means.index)).sum() / there.sum())
        row = closing.table.set_index(["idea", "part"]).loc[IDEA, CONCERNED]
        assert row["share"] == pytest.approx(by_hand) and row["low"] < by_hand < row["high"]

    def test_what_is_back_is_no_load(self, closed, settings, register):
        _, recorded, _ = closed
        other = {"measure": "referrals", "due": "2026-05-20"}
        counts = [sum(beside_of(register, settings, **other, as_at=day).values())
                  for day in ("2026-04-19", "2026-04-20")]  # fmt: skip
        assert counts == [len(recorded.draw.assignment.table), 0]

    def test_actions_go_into_the_register_once(self, closed, settings, register):
        _, recorded, _ = closed
        asked = settings.model_copy(update={"actions": read_parameters("deep_dive", {
            "actions": [{"what": "Look at every closure twice", "owner": "S0001",
                         "due": "2026-06-30"}]}).actions})  # fmt: skip
        agreed = agree_actions(recorded, register, asked)
        assert agreed["source"].tolist() == ["Deep dive"]
        assert agreed["raised"].tolist() == [pd.Timestamp("2026-04-20")]
        done = agreed.assign(completed=pd.Timestamp("2026-06-01"))
        register.record_actions(done)
        again = agree_actions(recorded, register, asked)
        assert again["completed"].tolist() == [pd.Timestamp("2026-06-01")]

    def test_before_a_form_is_back_it_says_so(self, told, steps, settings, register):
        reading, recorded = drawn(told, steps, settings, register)
        closing = what_was_found(recorded, reading, register, settings, question_bank())
        assert not closing.is_read
        assert "No form has come back" in closing_words(closing, recorded)[0]
        assert "nothing to close" in closing_words(closing, None)[0]


class TestReview:
    def asked(self, settings):
        return settings.model_copy(update={"review": "2026-09"})

    def test_the_records_are_read_up_to_the_review(self, settings):
        assert settings.records_day == settings.extract_day == date(2026, 3, 31)
        later = self.asked(settings)
        assert (later.extract_day, later.records_day) == (date(2026, 3, 31), date(2026, 9, 30))
        assert (later.at_review.period, later.at_review.review) == ("2026-09", "")

    def test_it_says_what_fell_and_that_it_may_be_chance(self, told, steps, settings):
        actions = pd.DataFrame({"completed": [pd.NaT]})
        found = review(told, steps[0], self.asked(settings), actions)
        before, spike, after = found.table["concerned"]
        assert spike > before and spike > after
        words = review_words(found, self.asked(settings))
        assert "no signal at review" in words[1]
        assert words[2].startswith("Nothing that was agreed is done")
        assert "falls back by itself" in words[3]

    def test_so_few_months_after_are_too_short_to_say(self, told, steps, settings):
        actions = pd.DataFrame({"completed": [pd.Timestamp("2026-06-01")]})
        found = review(told, steps[0], self.asked(settings), actions)
        assert found.turning.done["verdict"].tolist() == ["too short"]
        assert review_words(None, settings)[0].startswith("No review has been asked for")

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"review": "2026-02"}, "review is not after the period"),
            ({"due": "2026-01-01"}, "due lies before the day of the extract"),
            ({"actions": [{"what": "x", "owner": "y", "due": "soon"}]}, "must be a day"),
            ({"half_width": 0.6}, "half_width"),
        ],
    )
    def test_faults_are_told(self, values, words):
        with pytest.raises(ParameterError, match=words):
            read_parameters("deep_dive", values)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("tests: T", "needs `supports` and `against`"),
        ("tests: T, supports: [A], against: [A]", "speaks both for"),
        ("tests: T, supports: [C], against: [B]", "C is not among its options"),
        ("supports: [A], against: [B]", "`tests` names no idea"),
        ("tests: T, supports: A, against: [B]", "are lists of answers"),
    ],
)
def test_faults_of_a_question_s_sides_are_told(more, words, tmp_path):
    path = tmp_path / "bank.yml"
    text = f"{{key: a, label: b, measures: [], answer: choice, options: [A, B], {more}}}"
    path.write_text(f"questions: [{text}]", encoding="utf-8")
    with pytest.raises(FormError, match=words):
        load_question_bank(path, measures=MEASURES)


def test_forms_of_children_who_are_gone_are_not_written_again(
    told, steps, settings, register, tmp_path
):
    dive, real, found = steps
    reading, _ = drawn(told, steps, settings, register)
    gone = reading.cases["child_id"].iloc[0]
    fewer = replace(
        dive,
        now=dive.now[dive.now["child_id"] != gone],
        before=dive.before[dive.before["child_id"] != gone],
    )
    _, recorded = drawn(told, (fewer, real, found), settings, register)
    with pytest.raises(TrendError, match="1 of the cases that were drawn"):
        write_reading(tmp_path, recorded, settings, bank=question_bank())


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((2, 18, 0), "Not borne out in most of them."),
        ((2, 0, 18), "Not shown: too many of the cases cannot tell."),
        ((18, 2, 0), "Borne out in most of them."),
        ((10, 10, 0), "Open: it may be most of them or few."),
    ],
)
def test_cases_that_cannot_tell_do_not_speak_against(counts, said):
    """Of 20 cases the share that supports is low with 18 against, and with 18 that cannot tell."""
    ends = proportion_confint(counts[0], sum(counts), method="wilson")
    row = ("An idea.", CONCERNED, 20, sum(counts), *counts, counts[0] / 20, *ends)
    gaps = pd.DataFrame([{"idea": "An idea.", "gap": float("nan"), "low": 0.0, "high": 0.0}])
    verdicts = pd.DataFrame({"case_ref": ["A"]})
    closing = Closing(pd.DataFrame([row], columns=_COLUMNS), gaps, verdicts)
    assert said in closing_words(closing, object())[0]
