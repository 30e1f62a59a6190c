"""Moderators' forms of the invented authority: out, filled in, into the register, onto page 40."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from qa_sampling.agreement.counts import counts
from qa_sampling.errors import RegisterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_identity import read_form_identity
from qa_sampling.records.form_layout import lay_out
from qa_sampling.records.forms import load_form
from qa_sampling.records.invented.second_readings import second_reading
from qa_sampling.records.register import Register
from qa_sampling.runs.collect.moderations import moderation_lines, moderations_view
from qa_sampling.runs.collect.outputs import collection_of
from qa_sampling.runs.collecting import folder_of, open_collect
from qa_sampling.runs.moderation.panel import panel_questions
from qa_sampling.runs.moderation.steps import review_of
from qa_sampling.runs.moderation_owed import (
    BY_GRADE,
    audits_read,
    moderation_form,
    owed_moderations,
)
from qa_sampling.runs.plan.moderation_month import write_month_moderations
from qa_sampling.runs.recording_batch import record_folder
from qa_sampling.runs.returned_folder import sent_out
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.schema import QUALITY_STANDARDS

FORM = moderation_form()
ROW = {placed.question.key: placed.row + 1 for placed in lay_out(FORM).questions}
AUDIT = load_form(Path(__file__).parents[1] / "parameters" / "forms" / "practice_evaluation.yml")
AUDIT_ROW = {placed.question.key: placed.row + 1 for placed in lay_out(AUDIT).questions}
TODAY = dt.date(2026, 10, 12)
ASKED = {"period": "2026-09", "as_at": "2026-10-12"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The register of a month whose audits and moderations came back."""
    outputs = tmp_path_factory.mktemp("moderated")
    settings = read_parameters("collect_audits", ASKED | {"outputs": str(outputs)})
    open_collect(settings).close()
    return settings


@pytest.fixture
def settings(whole, tmp_path):
    """The same, to be changed at will."""
    target = tmp_path / "outputs"
    shutil.copytree(whole.place(whole.outputs), target)
    return read_parameters("collect_audits", ASKED | {"outputs": str(target)})


@pytest.fixture
def register(settings):
    with Register.open(settings.register_location) as opened:
        yield opened


@pytest.fixture
def post(settings, register, tmp_path):
    """Puts a workbook, changed, into a folder of its own and collects it."""

    def send(path: Path, changes: dict[str, object], rows=ROW, sheet="Case 1"):
        folder = tmp_path / f"in-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        book = openpyxl.load_workbook(path)
        for key, value in changes.items():
            book[sheet].cell(rows[key], 2).value = value
        book.save(folder / "whatever.xlsx")
        return collect(settings, register, folder)

    return send


def collect(settings, register, folder, today=TODAY):
    return record_folder(settings, register, folder, staff=staff_of(settings), today=today)


def moderators_forms(settings, register) -> list[Path]:
    return sorted((folder_of(settings, register) / "moderations").glob("*.xlsx"))


def recorded_form(settings, register) -> tuple[Path, str]:
    """A moderator's workbook whose first case is recorded, and the moderation's name."""
    held = set(register.moderations()["moderation_id"])
    for path in moderators_forms(settings, register):
        told = read_form_identity(path)
        name = f"{case_name(told.draw_id, told.cases['Case 1'])}/{told.auditor_id}"
        if name in held:
            return path, name
    raise LookupError("No first case was recorded.")


def audit_form(settings, register, audit: str) -> tuple[Path, str]:
    """The auditor's workbook of an audit, and its sheet."""
    auditor = register.audits().set_index("audit_id").at[audit, "auditor_id"]
    (path,) = folder_of(settings, register).glob(f"2026-09_monthly_{auditor}.xlsx")
    cases = read_form_identity(path).cases
    return path, next(sheet for sheet, ref in cases.items() if audit.endswith(f"/{ref}"))


def standing(register) -> pd.DataFrame:
    owed = owed_moderations(register, sent_out(register), form=FORM, as_at=TODAY)
    return moderations_view(owed, register, {}).set_index("Moderator")


def test_what_is_recorded_is_what_was_written(settings, register) -> None:
    made, grades = register.moderations(), register.moderated_answers()
    said = audits_read(register)
    assert len(made) >= 5 and (grades.groupby("moderation_id").size() == 13).all()
    refs = register.audits().set_index("audit_id")["case_ref"]
    for row in made.itertuples():
        assert row.moderation_id == f"{row.audit_id}/{row.moderator_id}"
        day = row.date.date()
        written = second_reading(refs[row.audit_id], said[row.audit_id], day)
        own = grades[grades["moderation_id"] == row.moderation_id].set_index("standard")["grade"]
        assert set(own.index) == {*QUALITY_STANDARDS, "overall"}
        assert all(written[standard][0] == grade for standard, grade in own.items())
        assert row.reflects_practice == written["reflects_practice"][0]
        assert row.meaningful_learning == written["meaningful_learning"][0]
        assert "Grades changed after seeing the audit: No" in row.comment
    assert made["role"].notna().all() and register.check() == ()


def test_moderators_are_independent_of_case_and_auditor(settings, register) -> None:
    owed = owed_moderations(register, sent_out(register), form=FORM, as_at=TODAY)
    staff = staff_of(settings).set_index("staff_id")
    audits = register.audits().set_index("audit_id")
    done = owed[owed["moderated_by"].notna()]
    assert len(done) == len(register.moderations())
    for row in done.itertuples():
        moderator = staff.loc[row.moderated_by]
        assert row.moderated_by != row.auditor_id and moderator["may_moderate"]
        assert moderator["team"] != audits.loc[row.audit_id, "team"]
        assert moderator["line_manager_id"] != row.auditor_id
        assert staff.loc[row.auditor_id, "line_manager_id"] != row.moderated_by
        if row.reason != BY_GRADE:
            assert row.moderated_by == row.moderator_id
    by_grade = owed[owed["reason"] == BY_GRADE]
    grades = register.answers().query("standard == 'overall'").set_index("audit_id")["grade"]
    assert set(by_grade["audit_id"].map(grades)) <= {"Outstanding", "Inadequate"} and len(by_grade)


def test_once_and_again_changes_nothing(settings, register) -> None:
    before = register.head()
    taken = collect(settings, register, folder_of(settings, register))
    assert register.head() == before
    assert taken.moderations.unchanged == len(register.moderations())


def test_a_correction_supersedes_and_the_earlier_is_not_taken_again(
    settings, register, post
) -> None:
    path, name = recorded_form(settings, register)
    held = register.moderations()
    final = held.assign(panel_final_grade="Good")[held["moderation_id"] == name]
    answers = register.moderated_answers()
    register.record_moderations(final, answers[answers["moderation_id"] == name])
    assert post(path, {}).moderations.unchanged == 1
    taken = post(path, {"overall": "Inadequate"})
    assert taken.moderations.corrected == 1 and taken.moderations.new == 0
    grades = register.moderated_answers().set_index(["moderation_id", "standard"])["grade"]
    assert grades[name, "overall"] == "Inadequate" and len(register.moderations()) == len(held)
    kept = register.moderations().set_index("moderation_id")
    assert kept.at[name, "panel_final_grade"] == "Good"  # the form does not ask; it stays
    again = post(path, {})
    assert again.moderations.corrected == 0 and again.batch.counts()["replaced"] >= 1
    assert "recorded already" in " ".join(again.batch.faults["fault"])
    grades = register.moderated_answers().set_index(["moderation_id", "standard"])["grade"]
    assert grades[name, "overall"] == "Inadequate" and register.check() == ()


def test_a_moderation_of_an_audit_that_was_corrected_since(settings, register, post) -> None:
    """The moderation is taken, and noted; a correction after it is counted."""
    path, name = recorded_form(settings, register)
    audit = name.rsplit("/", 1)[0]
    source, sheet = audit_form(settings, register, audit)
    held = register.answers().set_index(["audit_id", "standard"])["grade"]
    other = "Good" if held[audit, "voice"] != "Good" else "Outstanding"
    assert post(source, {"voice": other}, AUDIT_ROW, sheet).audits.audits.corrected == 1
    taken = post(path, {"overall": "Inadequate"})
    notes = taken.batch.faults.query("kind == 'note'")
    assert any("audit was corrected after this form was sent" in one for one in notes["fault"])
    assert taken.moderations.corrected == 1
    assert standing(register).at["All", "Audit corrected since"] == 0
    last = "Requires improvement"
    post(source, {"visits": last, "voice": other}, AUDIT_ROW, sheet)
    assert standing(register).at["All", "Audit corrected since"] == 1


def test_a_day_before_the_audit_is_a_fault(settings, register, post) -> None:
    path, _ = recorded_form(settings, register)
    taken = post(path, {"completed_on": dt.datetime(2026, 9, 1)})
    faults = taken.batch.faults.query("kind == 'fault'")
    assert list(faults["fault"]) == ["the day lies before the audit was completed"]
    assert list(faults["cell"]) == [f"B{ROW['completed_on']}"] and taken.moderations.new == 0


def test_a_child_at_risk_is_told(settings, register, post, tmp_path) -> None:
    path, _ = recorded_form(settings, register)
    book = openpyxl.load_workbook(path)
    book["Case 1"].cell(ROW["immediate_concern"], 3).value = "Told the manager at once."
    book.save(tmp_path / "told.xlsx")
    taken = post(tmp_path / "told.xlsx", {"immediate_concern": "Yes"})
    assert taken.concerns == taken.moderations.corrected == 1
    assert any(
        "Child at risk of harm now: Yes. Told" in c for c in register.moderations()["comment"]
    )


def test_how_moderations_stand(settings, register) -> None:
    found = collection_of(settings, register)
    owed = found.moderations
    shown = moderations_view(owed, register, found.names).set_index("Moderator")
    whole = shown.loc["All"]
    states = ["Audit not back yet", "Due", "Late", "Back in time", "Back late"]
    assert whole["To moderate"] == len(owed) == whole[states].sum()
    assert whole["Back in time"] + whole["Back late"] == len(register.moderations())
    assert dict(moderation_lines(owed))["Moderations: due"] == str(whole["Due"])
    assert not set(shown.index) & set(owed["moderator_id"])
    later = owed_moderations(register, found.sent, form=FORM, as_at=dt.date(2026, 12, 1))
    assert (later["state"] == "late").sum() == whole["Due"]
    # 30 September 2026 was a Wednesday: ten working days later is 14 October.
    assert owed["due"].min() == pd.Timestamp("2026-10-14")
    empty = moderations_view(owed.iloc[:0], register, {})
    assert empty.empty and "Late" in empty.columns


def test_page_40_sees_them(settings, register) -> None:
    """What the panel's page counts is what the forms said."""
    asked = {"period": "2026-10", "months": 2, "as_at": "2026-10-12"}
    review = review_of(read_parameters("moderation_agreement", asked), register, staff_of(settings))
    made = register.moderations()
    assert review.moderated == len(made) and review.ungraded == 0
    row = counts(review.overall, fewest=1).table.iloc[0]
    first = register.answers().query("standard == 'overall'").set_index("audit_id")["grade"]
    second = register.moderated_answers().query("standard == 'overall'")
    audit = second["moderation_id"].map(made.set_index("moderation_id")["audit_id"])
    same = (audit.map(first).to_numpy() == second["grade"].to_numpy()).sum()
    assert (row["n"], row["exact"]) == (len(made), same)
    reflects, learning = panel_questions(review)
    assert reflects["Moderations"].sum() == learning["Moderations"].sum() == len(made)


soffice = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.skipif(soffice is None, reason="LibreOffice is not installed")
def test_saved_by_libreoffice_it_is_the_same(settings, register, tmp_path) -> None:
    path, _ = recorded_form(settings, register)
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    call = [soffice, home, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path / "back")]
    subprocess.run([*call, str(path)], check=True, timeout=180)
    taken = collect(settings, register, tmp_path / "back")
    assert taken.moderations.unchanged == 1 and taken.batch.counts()["not_ours"] == 0


def test_a_month_that_was_not_drawn(register, tmp_path) -> None:
    asked = read_parameters("monthly_audit_plan", {"period": "2026-08"})
    with pytest.raises(RegisterError, match="2026-08 has not been drawn"):
        write_month_moderations(asked, register, tmp_path / "new", as_at=TODAY)
    assert not (tmp_path / "new").exists()


def test_a_second_moderators_reading_is_taken_and_told(settings, register, post) -> None:
    path, name = recorded_form(settings, register)
    assert not post(path, {}).batch.faults["fault"].str.contains("another moderator").any()
    held, answers = register.moderations(), register.moderated_answers()
    mine = held["moderation_id"] == name
    other = f"{held.loc[mine, 'audit_id'].item()}/someone"
    register.record_moderations(
        held[mine].assign(moderation_id=other, moderator_id="someone"),
        answers[answers["moderation_id"] == name].assign(moderation_id=other),
    )
    taken = post(path, {"overall": "Inadequate"})
    told = taken.batch.faults.query("kind == 'note'")["fault"]
    assert told.str.contains("another moderator").sum() == 1
    assert taken.moderations.corrected == 1 and len(register.moderations()) == len(held) + 1
