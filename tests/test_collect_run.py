"""A month's forms from the folder to the register: recorded once, corrected, replaced, told."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml
from small_authority import own_values, write_small
from tiers import thorough
from typer.testing import CliRunner

from qa_sampling import runner
from qa_sampling.cli import app
from qa_sampling.errors import FormError, RegisterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_layout import lay_out
from qa_sampling.records.forms import load_form
from qa_sampling.records.keys import commitment, create_key, yearly_secret
from qa_sampling.records.register import Register
from qa_sampling.reporting.collect_tables import (
    IN_TIME,
    OTHERWISE,
    collect_findings,
    protect_progress,
)
from qa_sampling.runs.collect.granting import grant, reassign
from qa_sampling.runs.collect.outputs import chase_view, collection_of, faults_view, reserves_view
from qa_sampling.runs.collecting import folder_of, open_collect
from qa_sampling.runs.inputs import load_inputs
from qa_sampling.runs.plan.independent import against_of
from qa_sampling.runs.publication import faults_of, read_manifest
from qa_sampling.runs.recording import record_sheets
from qa_sampling.runs.returned_folder import fieldwork_of, read_folder, sent_out
from qa_sampling.runs.returns_in import staff_of

ROOT = Path(__file__).parents[1]
FORM = load_form(ROOT / "parameters" / "forms" / "practice_evaluation.yml")
ROW = {placed.question.key: placed.row + 1 for placed in lay_out(FORM).questions}
TODAY = dt.date(2026, 10, 12)
ASKED = {"period": "2026-09", "as_at": "2026-10-12"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A register with a drawn month whose forms came back, and what it was made with."""
    outputs = tmp_path_factory.mktemp("outputs")
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


def free(case_ref, auditor):
    """Nothing speaks against it."""
    return ()


def collect(settings, register, folder=None, today=TODAY):
    sent, batch = read_folder(
        settings, register, folder or folder_of(settings, register), today=today
    )
    done = record_sheets(register, batch.sound, sent.draws, staff=staff_of(settings), today=today)
    return batch, done


def test_what_is_recorded_is_what_was_written(settings, register) -> None:
    batch, done = collect(settings, register)
    assert done.audits.new == done.audits.corrected == 0
    audits, answers = register.audits(), register.answers()
    assert len(audits) == done.audits.unchanged == 26
    audited = [one for one in batch.sound if not one.is_moderation]
    sheets = {case_name(one.draw_id, one.case_ref): one for one in audited}
    complete = {name for name, one in sheets.items() if one.reading.status == "complete"}
    assert set(audits["audit_id"]) == complete
    for row in answers.itertuples():
        assert sheets[row.audit_id].reading.answers[row.standard].short == row.grade
    assert (answers.groupby("audit_id").size() == 13).all()
    tags = register.audit_tags()
    assert set(tags["kind"]) == {"strength", "learning"} and len(tags) == 2 * len(audits)
    assert audits["team"].notna().all() and audits["auditor_role"].notna().all()


def test_once_and_again_changes_nothing(settings, register) -> None:
    before = register.head()
    collect(settings, register)
    assert register.head() == before and register.check() == ()


def test_a_corrected_form_replaces_the_earlier(settings, register, tmp_path) -> None:
    source = next(
        path
        for path in sorted(folder_of(settings, register).glob("2026*.xlsx"))
        if load_status(path)
    )
    (tmp_path / "new").mkdir()
    book = openpyxl.load_workbook(source)
    book["Case 1"].cell(ROW["overall"], 2).value = "Inadequate"
    book.save(tmp_path / "new" / "corrected.xlsx")
    _, done = collect(settings, register, tmp_path / "new")
    assert done.audits.corrected == 1 and done.audits.new == 0
    overall = register.answers().query("standard == 'overall' and grade == 'Inadequate'")
    assert len(overall) >= 1 and len(register.audits()) == 26
    assert register.check() == ()
    head = register.head()
    batch, done = collect(settings, register)  # the first form comes once more
    assert register.head() == head and done.audits.unchanged == 25
    replaced = batch.faults[batch.faults["fault"].str.contains("replaced on")]
    assert batch.counts()["replaced"] == len(replaced) >= 1


def load_status(path: Path) -> bool:
    book = openpyxl.load_workbook(path)
    cells = [book["Case 1"].cell(ROW[key], 2).value for key in ("voice", "overall")]
    return None not in cells and "Fairly good" not in cells and len(book.sheetnames) == 3


def test_a_lost_case_calls_its_reserve_and_the_weights_follow(settings, register) -> None:
    found = collection_of(settings, register)
    listed = reserves_view(register, found)
    assert list(listed["What to do"]) == ["open its reserve"]
    lost = listed["Audit"].iloc[0]
    draw = sent_out(register).draws["2026-09-monthly"]
    before = fieldwork_of(register, draw)
    name = reassign(
        register, lost, auditor="S0003", by="QA lead", reason="reserve",
        staff=staff_of(settings), against=free, today=TODAY,
    )  # fmt: skip
    assert reserves_view(register, found).empty
    expected = sent_out(register).expected
    place = next(key for key in expected if case_name(*key) == name)
    assert expected[place].auditor_id == "S0003"
    assert list(before.to_open["case_ref"]) == [place[1]]
    opened = fieldwork_of(register, draw)
    stratum = before.to_open["stratum"].iloc[0]
    assert opened.strata.set_index("stratum").at[stratum, "unavailable"] == 1
    owed = collection_of(settings, register).progress.table
    assert name in set(owed["audit_id"])
    states = owed.set_index("audit_id")["state"]
    assert states[lost] == "not_auditable" and states[name] == "overdue"


def test_leave_is_granted_and_shows(settings, register) -> None:
    chase = chase_view(collection_of(settings, register), due_within_days=0)
    first, second = chase["Audit"].iloc[:2]
    grant(register, first, reason="long leave", by="Head of service", until=None, today=TODAY)
    later = dt.date(2026, 10, 30)
    grant(register, second, reason="court", by="Head of service", until=later, today=TODAY)
    states = collection_of(settings, register).progress.table.set_index("audit_id")["state"]
    assert states[first] == "exempted" and states[second] == "not_due"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda r, a, s: grant(r, "x", reason="a", by="b", until=None, today=TODAY),
            "no such audit",
        ),
        (lambda r, a, s: grant(r, a, reason=" ", by="b", until=None, today=TODAY), "Say why"),
        (
            lambda r, a, s: grant(
                r, a, reason="a", by="b", until=dt.date(2026, 10, 1), today=TODAY
            ),
            "has passed already",
        ),
        (
            lambda r, a, s: reassign(
                r, a, auditor="S9", by="b", reason="conflict", staff=s, against=free, today=TODAY
            ),
            "S9 is not on the staff list",
        ),
        (
            lambda r, a, s: reassign(
                r, a, auditor="S0003", by="b", reason="whim", staff=s, against=free, today=TODAY
            ),
            "reason must be one of conflict, reserve",
        ),
        (
            lambda r, a, s: reassign(
                r, a, auditor="S0003", by="b", reason="reserve", staff=s, against=free, today=TODAY
            ),
            "No reserve is due for this case",
        ),
    ],
)
def test_decisions_that_cannot_be(call, message, settings, register) -> None:
    chase = chase_view(collection_of(settings, register), due_within_days=0)
    with pytest.raises(RegisterError, match=message):
        call(register, chase["Audit"].iloc[0], staff_of(settings))


def test_an_action_that_was_followed_up_is_not_set_back(settings, register, tmp_path) -> None:
    path = sorted(folder_of(settings, register).glob("2026*.xlsx"))[0]
    book = openpyxl.load_workbook(path)
    sheet = book["Case 1"]
    sheet.cell(ROW["action_1"], 2).value = "Voice"
    sheet.cell(ROW["action_1"], 3).value = "Ask the child."
    sheet.cell(ROW["action_1_owner"], 2).value = dt.datetime(2026, 11, 20)
    sheet.cell(ROW["action_1_owner"], 3).value = "S0012"
    (tmp_path / "in").mkdir()
    book.save(tmp_path / "in" / "a.xlsx")
    _, done = collect(settings, register, tmp_path / "in")
    actions = register.actions().query("text == 'Ask the child.'").reset_index(drop=True)
    assert done.actions.new + done.actions.corrected == len(actions) == 1
    assert actions["standard"].iloc[0] == "voice" and actions["owner"].iloc[0] == "S0012"
    register.record_actions(
        actions.assign(
            completed=pd.Timestamp("2026-11-18"),
            raised=pd.Timestamp("2026-10-01"),
            status="Completed",
        )
    )
    collect(settings, register, tmp_path / "in")
    after = register.actions().set_index("action_id")["status"]
    assert after[actions["action_id"].iloc[0]] == "Completed"


def test_folders_that_hold_nothing(settings, register, tmp_path) -> None:
    with pytest.raises(FormError, match="There is no folder gone"):
        read_folder(settings, register, tmp_path / "gone", today=TODAY)
    (tmp_path / "none").mkdir()
    with pytest.raises(FormError, match="is empty"):
        read_folder(settings, register, tmp_path / "none", today=TODAY)


def test_nothing_was_drawn(tmp_path) -> None:
    with (
        Register.open(tmp_path / "r.sqlite", create=True) as register,
        pytest.raises(RegisterError, match="holds no draw"),
    ):
        sent_out(register)


def test_what_everybody_reads_gives_no_small_count_away(settings, register) -> None:
    table = collection_of(settings, register).progress.table
    tables = protect_progress(table, as_at="2026-10-12", periods=["2026-09"])
    true = (table["state"] == "on_time").groupby(table["service"]).agg(["sum", "size"])
    whole = tables.states.body.set_index("stand")["audits"]
    assert whole[IN_TIME] == true["sum"].sum() == 24
    shown = tables.services.body.set_index(["service", "stand"])["audits"]
    hidden = 0
    for service, row in true.iterrows():
        for stand, count in ((IN_TIME, row["sum"]), (OTHERWISE, row["size"] - row["sum"])):
            value = shown[service, stand]
            hidden += isinstance(value, str)
            assert isinstance(value, str) or (value == count and not 1 <= value <= 5)
    assert hidden >= 8
    assert "24 audits were returned in time." in str(collect_findings(tables))


@pytest.mark.parametrize("seed", [0, 1, 2, thorough(3), 4, 5])
def test_no_hidden_count_of_the_two_tables_can_be_worked_out(seed) -> None:
    """Every way to fill the hidden cells that fits both tables: no small count is certain."""
    dice = random.Random(seed)
    states = [dice.choice(["on_time", "on_time", "late", "overdue"]) for _ in range(24)]
    services = [dice.choice("ABC") for _ in range(24)]
    table = pd.DataFrame({"state": states, "service": services})
    tables = protect_progress(table, as_at="2026-10-12", periods=["2026-09"])
    if tables.services.withheld:
        return
    shown = tables.services.body.set_index(["service", "stand"])["audits"]
    whole = tables.states.body.set_index("stand")["audits"]
    keys = list(shown.index)
    free = [key for key in keys if isinstance(shown[key], str)]
    ways = {key: set() for key in free}
    for guess in itertools.product(range(13), repeat=len(free)) if len(free) <= 5 else ():
        filled = dict(zip(free, guess, strict=True))
        sums = {IN_TIME: 0, OTHERWISE: 0}
        for key in keys:
            sums[key[1]] += filled.get(key, 0) if key in filled else int(shown[key])
        if all(isinstance(whole[name], str) or sums[name] == whole[name] for name in sums):
            for key, value in filled.items():
                ways[key].add(value)
    if 0 < len(free) <= 5:
        assert all(len(values) > 1 for values in ways.values())


def test_faults_name_no_case(settings, register) -> None:
    found = collection_of(settings, register)
    refs = set(found.progress.table["case_ref"])
    text = faults_view(found).to_csv() + found.batch.faults.to_csv()
    assert not [ref for ref in refs if ref in text]


class TestRun:
    @pytest.fixture(scope="class")
    def done(self, whole):
        values = ASKED | {"outputs": str(whole.place(whole.outputs))}
        return runner.run("collect_audits", values)

    def test_it_publishes_pages_tables_and_what_goes_back(self, done) -> None:
        assert done.outcome == "published" and not faults_of(done.folder)
        files = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*.*")}
        assert {
            "shareable/collected.html",
            "shareable/collected_tables.xlsx",
            "shareable/collected_tables.csv",
            "restricted/collected_restricted.html",
            "restricted/returned/returned_forms.xlsx",
        } <= files
        assert any(name.startswith("restricted/returned/send_back/") for name in files)
        assert "returned" not in read_manifest(done.folder)["parameters"]

    def test_the_page_for_everybody_names_nobody(self, done, whole) -> None:
        text = (done.folder / "shareable" / "collected.html").read_text(encoding="utf-8")
        with Register.open(whole.register_location) as register:
            draw = sent_out(register).draws["2026-09-monthly"]
        people = staff_of(whole)["name"].dropna()
        assert not [name for name in people if name in text]
        assert not [ref for ref in draw.draw.sample["case_ref"] if ref in text]

    def test_again_is_the_same(self, done, whole) -> None:
        values = ASKED | {"outputs": str(whole.place(whole.outputs))}
        assert runner.run("collect_audits", values).outcome == "already published"


def inputs_of(values):
    return load_inputs(read_parameters("monthly_audit_plan", values))


def test_the_command_from_the_plan_s_own_forms(tmp_path, monkeypatch) -> None:
    """Forms of a real run of the plan, one filled in, one damaged, collected by the command."""
    outputs = tmp_path / "outputs"
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    create_key()
    values = own_values(write_small(tmp_path / "data"), outputs=str(outputs))
    outputs.mkdir()
    with Register.open(outputs / "register.sqlite", create=True) as register:
        register.record_commitment(2026, commitment(yearly_secret(2026, create=True)))
    plan = runner.run("monthly_audit_plan", values)
    back = tmp_path / "back"
    back.mkdir()
    forms = sorted((plan.folder / "restricted" / "forms").glob("*.xlsx"))
    for number, path in enumerate(forms[:2]):
        book = openpyxl.load_workbook(path)
        sheet = book["Case 1"]
        for placed in lay_out(FORM).questions:
            question = placed.question
            if question.key == "cannot_audit" or question.key.startswith("action_"):
                continue
            choice = question.options[0] if question.options else None
            answers = {"grade": "G", "standard": "Voice", "choice": choice, "none": None}
            answers["date"] = dt.datetime(2026, 11, 20)
            sheet.cell(placed.row + 1, 2).value = answers[question.answer]
            if question.words != "none":
                sheet.cell(placed.row + 1, 3).value = "Seen."
        if number:
            sheet.cell(ROW["voice"], 2).value = "so so"
        book.save(back / f"scan {number}.xlsx")
    asked = tmp_path / "here.yml"
    asked.write_text(yaml.safe_dump(values), encoding="utf-8")
    call = ["collect", str(back), "--as-at", "2026-11-30", "-f", str(asked)]
    told = CliRunner().invoke(app, call)
    assert told.exit_code == 1, told.output
    assert "1 audits new" in told.output and "1 to be put right" in told.output
    again = CliRunner().invoke(app, call)
    assert "0 audits new, 0 corrected, 1 as before" in again.output
    with Register.open(outputs / "register.sqlite") as register:
        assert list(register.audits()["draw_id"]) == ["2026-11-monthly"]
        done = register.audits()["audit_id"].iloc[0]
        table = register.get_draw("2026-11-monthly").assignment.table
    people = inputs_of(values)
    secrets = [*table["case_ref"], *people.cases["child_id"], *people.staff["name"].dropna()]
    written = [path.name for path in (outputs / "restricted").rglob("returned*")]
    assert "returned_forms.xlsx" in written
    said = told.output + again.output + " ".join(written)
    assert not [secret for secret in secrets if str(secret) in said]
    # a case that nobody has returned yet is given to somebody else, who gets its form
    names = [case_name("2026-11-monthly", one) for one in table["case_ref"]]
    place = next(n for n, name in enumerate(names) if name != done)
    now = table["auditor_id"].iloc[place]
    against = against_of(read_parameters("monthly_audit_plan", values), people)
    staff = people.staff.loc[people.staff["may_audit"], "staff_id"]
    held = {one: against(table["case_ref"].iloc[place], one) for one in staff if one != now}
    assert not against(table["case_ref"].iloc[place], now), "the plan's own auditor"
    other = next(one for one, reasons in held.items() if not reasons)
    barred = next(one for one, reasons in held.items() if reasons)
    call = ["reassign", names[place], "--by", "QA lead", "-f", str(asked), "--as-at", "2026-11-30"]
    refused = CliRunner().invoke(app, [*call, "--auditor", barred])
    assert refused.exit_code != 0 and held[barred][0] in str(refused.exception)
    back = CliRunner().invoke(app, [*call[:1], done, *call[2:], "--auditor", other])
    assert back.exit_code != 0 and "has come back already" in str(back.exception)
    assert not list((outputs / "restricted").glob("late_forms"))
    said = str(refused.exception) + str(back.exception)
    assert not [secret for secret in secrets if str(secret) in said]
    given = CliRunner().invoke(app, [*call, "--auditor", other])
    assert given.exit_code == 0, given.output
    (form,) = (outputs / "restricted" / "late_forms").rglob("*.xlsx")
    assert openpyxl.load_workbook(form).sheetnames[:2] == ["Start here", "Case 1"]
    with Register.open(outputs / "register.sqlite") as register:
        sent = sent_out(register).expected
        assert sent["2026-11-monthly", table["case_ref"].iloc[place]].auditor_id == other
        batch, _ = collect(read_parameters("monthly_audit_plan", values), register, form.parent)
    assert batch.counts()["untouched"] == 1 and batch.counts()["faulty"] == 0
