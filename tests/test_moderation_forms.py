"""Moderators' forms: what they show and when, and what damaged ones give."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import yaml
from moderation_factory import (
    FORM,
    LAYOUT,
    MODERATOR,
    ROOT,
    ROW,
    Change,
    audit_read,
    expected,
    fill_sheet,
    filled,
    put,
    read,
    send_out,
    texts,
    wanted,
)
from plan_factory import KEY, make_plan, make_staff
from returned_factory import expected as expected_audits
from returned_factory import send_out as send_audits

from qa_sampling.errors import AssignmentError, FormError
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.moderation_forms import write_moderation_forms
from qa_sampling.records.moderation_mark import (
    edition_of,
    is_edition,
    is_moderation,
    moderation_form,
    plain_form,
)
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.moderator_choice import choose_moderators, moderator_pairs
from qa_sampling.schema import GRADES, QUALITY_STANDARDS

GRADE_COLUMN, WORDS_COLUMN = 6, 7


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> Path:
    return send_out(tmp_path_factory.mktemp("moderators"))


@pytest.fixture(scope="module")
def book(sent):
    return openpyxl.load_workbook(sent)


def test_one_workbook_a_moderator_named_by_number(sent, book) -> None:
    assert sent.name == "2026-11_monthly_moderation_S030.xlsx"
    assert book.sheetnames == ["Start here", "Case 1", "Case 2", "Case 3", "Lists", "Audits"]
    shown = {name: book[name].sheet_state for name in book.sheetnames}
    assert shown["Audits"] == "veryHidden" and shown["Case 1"] == "visible"
    front = " ".join(texts(book["Start here"]))
    assert "Moderation: your moderations for November 2026" in front
    assert "Jo Whitcombe" in front


def test_blind_first(book) -> None:
    """Nothing the auditor said can be read on a sheet; it comes by formula when all is graded."""
    for name in ("Case 1", "Case 2", "Case 3"):
        sheet = book[name]
        plain = [text for text in texts(sheet) if not text.startswith("=")]
        assert not any("Seen by the auditor" in text or "Ask earlier" in text for text in plain)
        auditors = make_plan().assignment.table["auditor_id"]
        assert not any(number in plain for number in auditors)
        grades = sheet.cell(ROW["overall"], GRADE_COLUMN).value
        first, last = ROW["assessment"], ROW["overall"]
        assert grades.startswith(f"=IF(COUNTBLANK($B${first}:$B${last})=0,Audits!")
        assert len([key for key in ROW if key in (*QUALITY_STANDARDS, "overall")]) == 13


def test_each_sheet_shows_its_own_audit(book) -> None:
    said = wanted().audits
    numbers = make_plan().frame.link.set_index("child_id")["case_ref"]
    for name in ("Case 1", "Case 2", "Case 3"):
        sheet = book[name]
        formula = sheet.cell(ROW["voice"], WORDS_COLUMN).value
        place = formula.split("Audits!")[1].split(",")[0].replace("$", "")
        ref = numbers[sheet.cell(2, 2).value]
        assert book["Audits"][place].value == said[ref].evidence["voice"]


def test_shown_from_the_start_where_the_form_says_so(tmp_path) -> None:
    sheet = openpyxl.load_workbook(send_out(tmp_path, audit_shown="before"))["Case 1"]
    assert sheet.cell(ROW["overall"], GRADE_COLUMN).value == "Good"
    assert sheet.cell(ROW["voice"], WORDS_COLUMN).value.startswith("Seen by the auditor")
    learned = sheet.cell(ROW["meaningful_learning"], WORDS_COLUMN).value
    assert learned == "Learning: Ask earlier.\nAction 1: Write it down."


def test_only_answers_can_be_changed(book) -> None:
    sheet = book["Case 1"]
    unlocked = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    columns = {name[0] for name in unlocked}
    assert columns == {"B", "C"} and sheet.protection.sheet
    assert f"B{ROW['overall']}" in unlocked and book["Audits"].protection.sheet


def test_the_same_audits_give_the_same_bytes(sent, tmp_path) -> None:
    assert send_out(tmp_path).read_bytes() == sent.read_bytes()


def test_hostile_words_of_an_auditor_stay_words(tmp_path) -> None:
    asked, plan = wanted(), make_plan()
    ref = asked.cases["case_ref"].iloc[0]
    bad = audit_read("x")
    bad = replace(bad, evidence=dict.fromkeys(bad.evidence, '=HYPERLINK("http://example.org")'))
    asked = replace(asked, audits={**asked.audits, ref: bad})
    for shown in ("after", "before"):
        (tmp_path / shown).mkdir()
        form = replace(FORM, audit_shown=shown)
        (path,) = write_moderation_forms(
            tmp_path / shown, plan, asked, form=form, staff=make_staff(), key=KEY
        )
        held = openpyxl.load_workbook(path)
        cells = [cell for one in held for row in one.iter_rows() for cell in row]
        hostile = [cell for cell in cells if "HYPERLINK" in str(cell.value)]
        assert hostile and all(cell.data_type == "s" for cell in hostile)


def test_whom_and_what_the_plan_does_not_know(tmp_path) -> None:
    staff = make_staff()
    unknown = staff[staff["staff_id"] != MODERATOR]
    with pytest.raises(AssignmentError, match="S030"):
        write_moderation_forms(tmp_path, make_plan(), wanted(), form=FORM, staff=unknown, key=KEY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["sections"][0]["questions"].pop(0), "no question `reflects_practice`"),
        (
            lambda d: d["sections"][0]["questions"][1].update(options=["Yes", "Maybe"]),
            "the panel counts only Yes, Partly, No",
        ),
        (lambda d: d.update(due_within_working_days=-1), "must lie between 0 and 250; got -1"),
        (lambda d: d.update(audit_shown="never"), "`audit_shown`"),
    ],
)
def test_forms_that_ask_no_moderator(tmp_path, change, message) -> None:
    source = ROOT / "parameters" / "forms" / "moderation" / "moderation.yml"
    data = yaml.safe_load(source.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "moderation.yml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(FormError, match=message):
        load_form(path)


def test_the_edition_of_an_audit() -> None:
    """The same text, whatever the order; another for any change; not to be made without the key."""
    audit = audit_read("a")
    turned = replace(audit, grades=dict(reversed(audit.grades.items())))
    made = edition_of(audit, KEY)
    assert made == edition_of(turned, KEY) == edition_of(replace(audit, actions=()), KEY)
    others = (
        replace(audit, audit_id="b"),
        replace(audit, learning="Other."),
        replace(audit, grades={**audit.grades, "voice": "Inadequate"}),
        replace(audit, evidence={**audit.evidence, "voice": "Other."}),
    )
    named = moderation_form("moderation", made)
    assert is_moderation(named) and not is_moderation("practice_evaluation")
    assert plain_form(named) == "moderation"
    assert is_edition(named, audit, [bytes(32), KEY])
    assert not any(is_edition(named, other, [KEY]) for other in others)
    assert not is_edition(named, audit, [bytes(32)])


def other_mark(book: openpyxl.Workbook) -> None:
    book["Case 1"]["E1"].value = book["Case 1"]["E1"].value.replace("moderation%40", "moderation")


def edited_mark(book: openpyxl.Workbook) -> None:
    book["Case 1"]["E1"].value = book["Case 1"]["E1"].value.replace(MODERATOR, "S021")


def without_row(key: str) -> Change:
    return lambda book: book["Case 1"].delete_rows(ROW[key])


def swapped(book: openpyxl.Workbook) -> None:
    book["Case 1"].insert_rows(4, 2)
    book["Case 1"].title = "mine"


def said_not_to_be(book: openpyxl.Workbook) -> None:
    for row in ROW.values():
        book["Case 1"].cell(row, 2).value = None
    put("cannot_audit", "Conflict of interest")(book)
    put("cannot_audit", "I know them.", column=3)(book)


NO = {"expected": {}}
CATALOGUE: dict[str, tuple[tuple[Change, ...], dict, str, str, str]] = {
    # name: (what was done, how it is read, status, cell of the fault, what it says)
    "as it should be": ((), {}, "complete", "", ""),
    "renamed, rows inserted": ((swapped,), {}, "complete", "", ""),
    "grade as a letter, N/A": ((put("voice", "ri"), put("visits", "n/a")), {}, "complete", "", ""),
    "grade of no scale": (
        (put("voice", "Fairly good"),), {}, "faulty", f"B{ROW['voice']}", "no grade of the scale",
    ),
    "overall not applicable": (
        (put("overall", "Not applicable"),), {}, "faulty", f"B{ROW['overall']}", "not applicable",
    ),
    "a standard left out": (
        (put("oversight", None),), {}, "unfinished", f"B{ROW['oversight']}", "needs an answer",
    ),
    "the panel's question left out": (
        (put("reflects_practice", None),), {}, "unfinished",
        f"B{ROW['reflects_practice']}", "needs an answer",
    ),
    "no reason for Partly": (
        (put("reflects_practice", "Partly"),), {}, "unfinished",
        f"C{ROW['reflects_practice']}", "needs your words",
    ),
    "an answer the panel does not count": (
        (put("meaningful_learning", "A bit"),), {}, "faulty",
        f"B{ROW['meaningful_learning']}", "none of the answers",
    ),
    "a day to come": (
        (put("completed_on", dt.datetime(2026, 12, 24)),), {}, "faulty",
        f"B{ROW['completed_on']}", "has not come yet",
    ),
    "a question's row deleted": ((without_row("overall"),), {}, "faulty", "", "is missing"),
    "cannot be moderated": (
        (said_not_to_be,), {}, "cannot", "", "",
    ),
    "mark edited to another moderator": ((edited_mark,), {}, "faulty", "", "not one of ours"),
    "mark edited to an audit's": ((other_mark,), {}, "faulty", "", "not one of ours"),
    "moderated by somebody else now": (
        (), {"expected": expected(auditor_id="S021")}, "faulty", "", "moderated by somebody else",
    ),
    "the auditor's own audit": (
        (), {"expected": expected(auditor_id="", not_by=MODERATOR)}, "faulty", "", "or is your own",
    ),
    "a draw that was replaced": (
        (), {"expected": expected(superseded=True)}, "faulty", "", "replaced by a new one",
    ),
    "an audit that is not in the register": ((), NO, "faulty", "", "no such case"),
}  # fmt: skip


@pytest.mark.parametrize("name", CATALOGUE)
def test_damaged_forms(name, sent, tmp_path) -> None:
    changes, how, status, cell, says = CATALOGUE[name]
    first = read(filled(sent, tmp_path / "anything at all.xlsx", *changes), **how).sheets[0]
    assert first.reading.status == status
    told = [fault for fault in first.reading.faults if says and says in fault.fault]
    assert bool(told) == bool(says)
    assert not says or told[0].cell == cell


def test_a_moderation_is_no_audit_and_an_audit_no_moderation(sent, tmp_path) -> None:
    """Each is looked for among its own kind only, even for the same case."""
    moderated = read(filled(sent, tmp_path / "m.xlsx"), expected=expected_audits())
    assert {one.reading.status for one in moderated.sheets} == {"faulty"}
    audits = read(send_audits(tmp_path)[0])
    assert all("no such case" in one.reading.faults[0].fault for one in audits.sheets)


soffice = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.mark.skipif(soffice is None, reason="LibreOffice is not installed")
def test_the_audit_shows_when_all_is_graded_and_not_before(sent, tmp_path) -> None:
    """LibreOffice works the formulas out, saves the workbook, and it reads as it was filled in."""
    held = openpyxl.load_workbook(sent)
    fill_sheet(held["Case 1"], grade="Requires improvement")
    fill_sheet(held["Case 2"])
    held["Case 2"].cell(ROW["voice"], 2).value = None
    (tmp_path / "in").mkdir()
    held.save(tmp_path / "in" / "form.xlsx")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    call = [soffice, home, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path)]
    subprocess.run([*call, str(tmp_path / "in" / "form.xlsx")], check=True, timeout=180)
    saved = tmp_path / "form.xlsx"
    shown = openpyxl.load_workbook(saved, data_only=True)
    assert shown["Case 1"].cell(ROW["overall"], GRADE_COLUMN).value == "Good"
    assert "Seen by the auditor" in shown["Case 1"].cell(ROW["voice"], WORDS_COLUMN).value
    assert not shown["Case 2"].cell(ROW["overall"], GRADE_COLUMN).value
    assert shown["Case 2"].cell(2, GRADE_COLUMN).value.startswith("The audit shows here when")
    first, second, third = read(saved).sheets
    assert [one.reading.status for one in (first, second, third)] == [
        "complete", "unfinished", "untouched",
    ]  # fmt: skip
    assert first.reading.answers["voice"].short == "Requires improvement"


RULES = AssignmentRules(
    period_start=dt.date(2026, 11, 1), period_end=dt.date(2026, 11, 30), monthly_cap=4
)


def test_a_moderator_by_ticket_is_independent_and_stays(book) -> None:
    """Never the auditor, their line or the case's team; the same whichever others are asked for."""
    plan, staff = make_plan(), make_staff()
    staff["line_manager_id"] = ["S021", None, None, None, None]
    cases = plan.frame.cases
    auditors = dict.fromkeys(cases["case_ref"], "S003")
    asked = {"auditors": auditors, "rules": RULES}
    pairs = moderator_pairs(cases, staff, None, **asked)
    assert set(pairs.values()) == {("S030",)}  # S021 manages the auditor
    free = {"auditors": dict.fromkeys(cases["case_ref"], "S012"), "rules": RULES}
    chosen = choose_moderators(cases, staff, None, seed="seed", **free)
    assert set(chosen.values()) == {"S021", "S030"}
    alone = cases.iloc[[3]]
    one = choose_moderators(alone, staff, None, seed="seed", **free)
    assert one == {alone["case_ref"].iloc[0]: chosen[alone["case_ref"].iloc[0]]}
    nobody = choose_moderators(cases, staff.assign(may_moderate=False), None, seed="s", **free)
    assert nobody == {} and choose_moderators(cases.iloc[:0], staff, None, seed="s", **free) == {}


def test_grades_are_the_declared_ones(book) -> None:
    rules = book["Case 1"].data_validations.dataValidation
    listed = next(rule for rule in rules if f"B{ROW['voice']}" in str(rule.sqref))
    area = book.defined_names[listed.formula1.lstrip("=")].attr_text.split("!")[1]
    offered = [row[0].value for row in book["Lists"][area.replace("$", "")]]
    assert offered == [*GRADES, "Not applicable"]
    assert LAYOUT.not_done == "Not moderated"
