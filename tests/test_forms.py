"""Audit forms: what they ask, how they look to a reader, and that they are recognised again."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml
from plan_factory import KEY, make_plan, make_staff

from qa_sampling.errors import AssignmentError, FormError, FrameError
from qa_sampling.records.form_layout import (
    ANSWER,
    CANNOT_REASONS,
    CHECK,
    GRADE_OPTIONS,
    ROW_KEY,
    STANDARD_NAMES,
    WORDS,
    lay_out,
    options_of,
)
from qa_sampling.records.forms import (
    form_token,
    load_form,
    read_form_identity,
    write_audit_forms,
)
from qa_sampling.schema import GRADES, NOT_APPLICABLE, QUALITY_STANDARDS

ROOT = Path(__file__).resolve().parents[1]
FORMS = ROOT / "parameters" / "forms"
EVALUATION = FORMS / "practice_evaluation.yml"
HOSTILE = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://example.org","x")',
    "{=SUM(A1)}",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "http://example.org",
    "internal:'Case 1'!A1",
    "mailto:x@example.org",
    "_x0041_",
    "<b>&amp;</b>",
    "12345",
    "Ünïcødé · 王",
)


@pytest.fixture(scope="module")
def form():
    return load_form(EVALUATION)


@pytest.fixture(scope="module")
def written(form, tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("forms")
    return write_audit_forms(folder, make_plan(), form=form, staff=make_staff(), key=KEY)


@pytest.fixture(scope="module")
def book(written):
    return openpyxl.load_workbook(written[0])


def cells(path: Path) -> dict[tuple[str, str], object]:
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


# --- the questions -----------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_form_of_ours_is_read_and_named_after_its_file(path):
    form = load_form(path)
    assert form.name == path.stem
    assert form.version >= 1
    labels = [question.label for question in form.questions]
    assert len(set(labels)) == len(labels)


def test_every_theme_has_a_form_and_every_form_its_audits():
    """A form nobody is sent is as much a fault as a theme without one."""
    named = {
        yaml.safe_load(path.read_text(encoding="utf-8")).get("form", "practice_evaluation")
        for path in [*FORMS.parent.glob("themed_*.yml"), FORMS.parent / "monthly_audit_plan.yml"]
    }
    assert {path.stem for path in FORMS.glob("*.yml")} == named


@pytest.mark.parametrize("path", sorted(FORMS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_form_asks_what_all_analyses_read(path):
    """Learning and safety are counted over all kinds of audit."""
    asked = {question.key for question in load_form(path).questions}
    assert {"worked_well", "learning", "immediate_concern"} <= asked


def test_practice_evaluation_asks_for_all_twelve_standards(form):
    assert list(form.standards) == list(QUALITY_STANDARDS)


def test_short_names_cover_the_standards_and_fit_the_drop_down():
    assert list(STANDARD_NAMES) == list(QUALITY_STANDARDS)
    assert max(map(len, STANDARD_NAMES.values())) <= 24


def faulty(tmp_path: Path, change) -> Path:
    data = yaml.safe_load(EVALUATION.read_text(encoding="utf-8"))
    change(data)
    path = tmp_path / "practice_evaluation.yml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def question_of(data: dict, key: str) -> dict:
    questions = (question for section in data["sections"] for question in section["questions"])
    return next(question for question in questions if question["key"] == key)


FAULTS = {
    "unknown key": (
        lambda d: d.update(tilte="x"),
        r"unknown key `tilte`; the keys are name, version, title, .*actions",
    ),
    "unknown section key": (
        lambda d: d["sections"][1].update(tittle="x"),
        r"unknown key `tittle` in sections\[2\]; the keys are title, answer_heading",
    ),
    "unknown question key": (
        lambda d: d["sections"][0]["questions"][1].update(lable="x"),
        r"unknown key `lable` in sections\[1\] questions\[2\]; the keys are key, label",
    ),
    "missing key": (lambda d: d.pop("overall"), "key `overall` is missing"),
    "wrong type": (lambda d: d.update(version="one"), "`version`: input should be a valid integer"),
    "unquoted yes": (
        lambda d: question_of(d, "practitioner_met").update(options=[True, False]),
        "put Yes and No in quotes",
    ),
    "unknown standard": (
        lambda d: d["standards"].update(kindness="x"),
        "unknown standards kindness; the standards are assessment, planning",
    ),
    "no standard": (lambda d: d.update(standards={}), "`standards` is empty"),
    "name": (lambda d: d.update(name="Practice Evaluation"), "`name` must be small letters"),
    "version": (lambda d: d.update(version=0), "`version` must be 1 or more; got 0"),
    "actions": (lambda d: d.update(actions=11), "`actions` must lie between 0 and 10; got 11"),
    "key characters": (
        lambda d: question_of(d, "learning").update(key="The learning"),
        "question key `The learning` must be small letters",
    ),
    "reserved key": (
        lambda d: question_of(d, "learning").update(key="overall"),
        "question key `overall` is taken by the form itself",
    ),
    "key twice": (
        lambda d: question_of(d, "learning").update(key="worked_well"),
        "question key `worked_well` is used 2 times",
    ),
    "no concern": (
        lambda d: question_of(d, "immediate_concern").update(key="concern"),
        "no question `immediate_concern`",
    ),
    "concern without yes": (
        lambda d: question_of(d, "immediate_concern").update(
            options=["Y", "N"], words_required_for=["Y"]
        ),
        "`immediate_concern` must offer Yes",
    ),
    "choice without options": (
        lambda d: question_of(d, "practitioner_met").update(options=[]),
        "`practitioner_met` is a choice and needs two or more `options`",
    ),
    "options without choice": (
        lambda d: question_of(d, "practitioner_met").update(answer="grade"),
        'has `options` but its `answer` is "grade"',
    ),
    "asks for nothing": (
        lambda d: question_of(d, "learning").update(answer="none", words="none"),
        "`learning` asks for nothing",
    ),
    "option twice": (
        lambda d: question_of(d, "practitioner_met").update(options=["Yes", "Yes"]),
        "repeats an option",
    ),
    "long option": (
        lambda d: question_of(d, "practitioner_met").update(options=["Yes", "N" * 41]),
        "an option must be 1 to 40 characters",
    ),
    "stranger": (
        lambda d: question_of(d, "family_feedback").update(words_required_for=["Maybe"]),
        "`words_required_for` names Maybe, not among its options",
    ),
    "words needed but none": (
        lambda d: question_of(d, "family_feedback").update(words="none"),
        'needs words for some answers but `words` is "none"',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_form_is_refused_with_the_reason(tmp_path, name):
    change, message = FAULTS[name]
    with pytest.raises(FormError, match=message):
        load_form(faulty(tmp_path, change))


def test_all_faults_are_named_at_once(tmp_path):
    path = faulty(tmp_path, lambda data: data.update(version=0, actions=99))
    with pytest.raises(FormError, match=r"version.*actions"):
        load_form(path)


def test_unreadable_forms_are_refused(tmp_path):
    with pytest.raises(FormError, match=r"There is no form at gone\.yml"):
        load_form(tmp_path / "gone.yml")
    path = tmp_path / "form.yml"
    path.write_text("name: [", encoding="utf-8")
    with pytest.raises(FormError, match="not readable as YAML"):
        load_form(path)
    path.write_text("just words", encoding="utf-8")
    with pytest.raises(FormError, match="holds no form"):
        load_form(path)
    path.write_text("a: !!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(FormError, match="not readable as YAML"):
        load_form(path)


# --- the workbooks -----------------------------------------------------------------------


def test_one_workbook_an_auditor_named_without_any_person(written):
    assert [path.name for path in written] == [
        "2026-11_monthly_S003.xlsx",
        "2026-11_monthly_S007.xlsx",
        "2026-11_monthly_S012.xlsx",
        "2026-11_monthly_S021.xlsx",
    ]


def test_a_sheet_a_case_and_every_case_once(written):
    plan = make_plan()
    found = []
    for path in written:
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["Start here", "Case 1", "Case 2", "Case 3", "Lists"]
        assert book["Lists"].sheet_state == "hidden"
        found += [book[name]["B2"].value for name in book.sheetnames[1:4]]
    assert sorted(found) == sorted(plan.cases["child_id"])


def test_front_sheet_says_who_how_many_by_when_and_links_every_case(book, form):
    front = book["Start here"]
    text = "\n".join(str(cell.value) for row in front.iter_rows() for cell in row if cell.value)
    for words in ("Morgan Ellery, Team Manager", "RESTRICTED", form.looks_at, "call 999"):
        assert words in text
    assert datetime(2026, 11, 30) in [cell.value for row in front.iter_rows() for cell in row]
    links = [cell.hyperlink.location for cell in front["A"] if cell.hyperlink]
    assert links == ["'Case 1'!A1", "'Case 2'!A1", "'Case 3'!A1"]
    progress = [cell.value for cell in front["F"] if cell.value]
    assert progress[-3:] == ["='Case 1'!$D$2", "='Case 2'!$D$2", "='Case 3'!$D$2"]


def test_drop_downs_offer_the_grades_from_named_ranges(book, form):
    layout = lay_out(form)
    sheet = book["Case 1"]
    rules = {
        str(area): rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
        for area in rule.sqref.ranges
    }
    for placed in layout.questions:
        options = options_of(placed.question)
        if not options:
            continue
        name = rules[f"B{placed.row + 1}"]
        [(title, area)] = book.defined_names[name].destinations
        offered = tuple(row[0].value for row in book[title][area.replace("$", "")])
        assert offered == options
    graded = [p.question.key for p in layout.questions if p.question.answer == "grade"]
    assert graded == [*QUALITY_STANDARDS, "overall"]
    assert (*GRADES, NOT_APPLICABLE) == GRADE_OPTIONS


def test_only_answers_are_unlocked_and_the_sheet_is_protected_without_password(book, form):
    layout = lay_out(form)
    sheet = book["Case 1"]
    wanted = set()
    for placed in layout.questions:
        if placed.question.answer != "none":
            wanted.add((placed.row + 1, ANSWER + 1))
        if placed.question.words != "none":
            wanted.add((placed.row + 1, WORDS + 1))
    unlocked = {
        (cell.row, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert unlocked == wanted
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert not sheet.protection.formatColumns  # False: allowed
    assert not sheet.protection.sort


def test_dates_are_validated(book, form):
    rows = [p.row + 1 for p in lay_out(form).questions if p.question.answer == "date"]
    rules = [r for r in book["Case 1"].data_validations.dataValidation if r.type == "date"]
    assert sorted(str(rule.sqref) for rule in rules) == sorted(f"B{row}" for row in rows)
    assert len(rows) == 6  # five actions and the day of completion
    assert all("day/month/year" in rule.error for rule in rules)


def test_page_panes_and_title_rows(book):
    sheet = book["Case 1"]
    assert sheet.freeze_panes == "A3"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.orientation == "portrait"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$2"
    assert "RESTRICTED" in sheet.oddHeader.center.text
    assert sheet.column_dimensions["E"].hidden


def test_every_row_carries_its_key(book, form):
    sheet = book["Case 2"]
    keys = [cell.value for cell in sheet["E"][1:] if cell.value]
    assert keys == [placed.question.key for placed in lay_out(form).questions]


def test_no_child_is_named_and_fonts_are_legible(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert cell.font.sz >= 11


def test_the_same_plan_gives_the_same_bytes(written, form, tmp_path):
    again = write_audit_forms(tmp_path, make_plan(), form=form, staff=make_staff(), key=KEY)
    for first, second in zip(written, again, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_hostile_text_stays_text(form, tmp_path):
    plan, staff = make_plan(), make_staff()
    payloads = (HOSTILE * 2)[: plan.frame.size]
    described = plan.frame.cases.assign(team=payloads, worker=payloads[::-1])
    plan = replace(plan, frame=replace(plan.frame, cases=described))
    staff["name"] = HOSTILE[: len(staff)]
    paths = write_audit_forms(tmp_path, plan, form=form, staff=staff, key=KEY)
    wanted = plan.cases["team"].tolist() + plan.cases["worker"].tolist()
    found = []
    for path in paths:
        book = openpyxl.load_workbook(path)
        for (sheet, cell), value in cells(path).items():
            if value in HOSTILE and sheet != "Start here":
                found.append(value)
                assert book[sheet][cell].data_type == "s"
                assert book[sheet][cell].hyperlink is None
        formulas, links = formulas_and_links(path)
        assert formulas
        assert all(f.startswith(("IF(", "'Case ", "COUNTIF(")) for f in formulas)
        assert "example.org" not in links
    assert sorted(found) == sorted(wanted)


def formulas_and_links(path: Path) -> tuple[list[str], str]:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheets = "".join(text for name, text in parts.items() if "/worksheets/sheet" in name)
    links = "".join(text for name, text in parts.items() if "_rels" in name)
    return re.findall(r"<f>(.*?)</f>", sheets), links


def test_odd_staff_numbers_give_safe_and_different_names(form, tmp_path):
    plan, staff = make_plan(), make_staff()
    odd = {"S003": "../S1", "S007": "S/1", "S012": "s1", "S021": "S1"}
    table = plan.assignment.table.assign(
        auditor_id=plan.assignment.table["auditor_id"].replace(odd)
    )
    plan = replace(plan, assignment=replace(plan.assignment, table=table))
    staff["staff_id"] = staff["staff_id"].replace(odd)
    paths = write_audit_forms(tmp_path, plan, form=form, staff=staff, key=KEY)
    names = [path.name for path in paths]
    assert len({name.casefold() for name in names}) == 4
    assert all(re.fullmatch(r"2026-11_monthly_[A-Za-z0-9_-]+\.xlsx", name) for name in names)
    assert all(path.parent == tmp_path for path in paths)
    assert {read_form_identity(p, key=KEY).auditor_id for p in paths} == set(odd.values())


def test_an_empty_plan_gives_no_forms(form, tmp_path):
    plan = make_plan()
    draw = replace(plan.draw, sample=plan.draw.sample.iloc[:0])
    table = plan.assignment.table.iloc[:0]
    plan = replace(plan, draw=draw, assignment=replace(plan.assignment, table=table))
    assert write_audit_forms(tmp_path, plan, form=form, staff=make_staff(), key=KEY) == []


def test_staff_without_names_are_called_by_number(form, tmp_path):
    staff = make_staff().assign(name=None)
    path = write_audit_forms(tmp_path, make_plan(), form=form, staff=staff, key=KEY)[0]
    assert openpyxl.load_workbook(path)["Start here"]["B4"].value == "S003, Team Manager"


def test_an_unknown_auditor_is_refused(form, tmp_path):
    staff = make_staff().query("staff_id != 'S007'")
    with pytest.raises(AssignmentError, match="not in the staff table: S007"):
        write_audit_forms(tmp_path, make_plan(), form=form, staff=staff, key=KEY)


def test_a_case_without_auditor_is_refused(form, tmp_path):
    plan = make_plan()
    table = plan.assignment.table.iloc[1:]
    plan = replace(plan, assignment=replace(plan.assignment, table=table))
    with pytest.raises(AssignmentError, match="1 sampled cases have no auditor"):
        write_audit_forms(tmp_path, plan, form=form, staff=make_staff(), key=KEY)


def test_a_case_without_number_is_refused(form, tmp_path):
    plan = make_plan()
    drawn = plan.draw.cases["case_ref"].iloc[0]
    link = plan.frame.link[plan.frame.link["case_ref"] != drawn]
    plan = replace(plan, frame=replace(plan.frame, link=link))
    with pytest.raises(FrameError, match="1 sampled cases have no case number"):
        write_audit_forms(tmp_path, plan, form=form, staff=make_staff(), key=KEY)


# --- recognised again --------------------------------------------------------------------


def test_token_known_answer():
    # From another program:
    # printf 'qa_sampling/form/v1\0D1\0CASE\0S001\0practice_evaluation\0001' |
    #   openssl dgst -sha256 -hmac 'an invented key of 32 bytes only'
    expected = "6f990547a5b21bb0475e624186cfb0299c01283412275dedf111e487351c0e41"
    token = form_token("D1", "CASE", "S001", "practice_evaluation", 1, KEY)
    assert token == expected


def test_token_depends_on_every_part():
    parts = ("D1", "CASE", "S001", "practice_evaluation", 1, KEY)
    others = ("D2", "CASF", "S002", "supervision", 2, KEY + b"x")
    tokens = {form_token(*parts)}
    for place, other in enumerate(others):
        tokens.add(form_token(*parts[:place], other, *parts[place + 1 :]))
    assert len(tokens) == 7


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes; got 5"):
        form_token("D1", "CASE", "S001", "practice_evaluation", 1, b"short")


def test_a_form_is_recognised_whatever_its_name(written, tmp_path):
    copy = tmp_path / "Copy of (2) audit FINAL.xlsx"
    shutil.copy(written[1], copy)
    identity = read_form_identity(copy, key=KEY)
    assert identity.draw_id == "2026-11-monthly-1"
    assert identity.auditor_id == "S007"
    assert (identity.form, identity.version) == ("practice_evaluation", 1)
    assert identity.tokens_valid
    plan = make_plan()
    mine = plan.cases.query("auditor_id == 'S007'")["case_ref"].tolist()
    assert list(identity.cases.values()) == mine
    assert read_form_identity(copy).tokens_valid is None


def test_another_key_does_not_recognise_it(written):
    identity = read_form_identity(written[0], key=b"another key of some bytes")
    assert identity.tokens_valid is False
    assert identity.not_valid == ("Case 1", "Case 2", "Case 3")


def test_a_changed_reference_and_a_strange_sheet_are_noticed(written, tmp_path):
    book = openpyxl.load_workbook(written[0])
    other = openpyxl.load_workbook(written[1])
    book["Case 2"]["E1"] = book["Case 2"]["E1"].value.replace("|S003|", "|S007|")
    book["Case 3"]["E1"] = other["Case 3"]["E1"].value
    book.create_sheet("My notes")["A1"] = "words"
    path = tmp_path / "changed.xlsx"
    book.save(path)
    identity = read_form_identity(path, key=KEY)
    assert identity.not_valid == ("Case 2", "Case 3")
    assert identity.tokens_valid is False


def test_what_is_not_a_form_is_refused(tmp_path):
    with pytest.raises(FormError, match=r"There is no file gone\.xlsx"):
        read_form_identity(tmp_path / "gone.xlsx")
    path = tmp_path / "words.xlsx"
    path.write_text("words", encoding="utf-8")
    with pytest.raises(FormError, match=r"not an \.xlsx workbook, or is protected by a password"):
        read_form_identity(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("words.txt", "words")
    with pytest.raises(FormError, match="cannot be read as a workbook"):
        read_form_identity(path)
    pd.DataFrame({"a": [1]}).to_excel(path)
    with pytest.raises(FormError, match="no sheet carries our mark"):
        read_form_identity(path)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 100_000_001)
    with pytest.raises(FormError, match="too large for an audit form"):
        read_form_identity(path)


def test_document_properties_hold_the_identity_and_no_person(book):
    properties = {prop.name: prop.value for prop in book.custom_doc_props.props}
    assert properties == {
        "qa_sampling_form": "practice_evaluation",
        "qa_sampling_form_version": "1",
        "qa_sampling_draw_id": "2026-11-monthly-1",
        "qa_sampling_auditor_id": "S003",
    }
    assert book.properties.creator == "Quality Assurance"


def test_form_survives_openpyxl(written, tmp_path):
    path = tmp_path / "saved.xlsx"
    openpyxl.load_workbook(written[0]).save(path)
    before, after = openpyxl.load_workbook(written[0]), openpyxl.load_workbook(path)
    assert cells(path) == cells(written[0])
    assert list(after.defined_names) == list(before.defined_names)
    assert after["Lists"].sheet_state == "hidden"
    for name in ("Case 1", "Case 2", "Case 3"):
        rules = after[name].data_validations.dataValidation
        assert len(rules) == len(before[name].data_validations.dataValidation)
        assert after[name].protection.sheet
    assert read_form_identity(path, key=KEY).tokens_valid


def fill(path: Path, form) -> None:
    """Case 1 whole, with an action half written; case 2 cannot be audited; case 3 begun."""
    layout, book = lay_out(form), openpyxl.load_workbook(path)

    def put(sheet: str, key: str, answer: object = None, words: str | None = None) -> None:
        row = layout.row_of(key) + 1
        book[sheet].cell(row, ANSWER + 1).value = answer
        book[sheet].cell(row, WORDS + 1).value = words

    answers = {"family_feedback": "Declined", "practitioner_met": "Yes", "immediate_concern": "No"}
    for placed in layout.questions:
        question = placed.question
        if question.answer == "grade":
            put("Case 1", question.key, "Good", "Seen in the record.")
        elif question.answer == "standard" and placed.partner is None:
            put("Case 1", question.key, "Voice", "In words.")
    for key, answer in answers.items():
        put("Case 1", key, answer)
    put("Case 1", "culture", NOT_APPLICABLE)
    put("Case 1", "completed_on", datetime(2026, 11, 20))
    put("Case 1", "action_1", "Visits", "A purpose for every visit.")
    put("Case 1", "action_2", None, "Something.")
    put("Case 1", "action_1_owner", datetime(2026, 12, 1), "Sam Dale")
    put("Case 2", "cannot_audit", "Conflict of interest", "I supervised the worker.")
    put("Case 3", "assessment", "Inadequate")
    put("Case 3", "immediate_concern", "Yes")
    book.save(path)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_checks_are_live_and_the_form_survives_libreoffice(written, form, tmp_path):
    filled = tmp_path / "filled.xlsx"
    shutil.copy(written[0], filled)
    fill(filled, form)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx"]
    saved = tmp_path / "saved"
    subprocess.run([*command, "--outdir", saved, filled], check=True, capture_output=True)
    values = openpyxl.load_workbook(saved / "filled.xlsx", data_only=True)
    layout = lay_out(form)

    def check(sheet: str, key: str) -> str:
        return values[sheet].cell(layout.row_of(key) + 1, CHECK + 1).value

    progress = [cell.value for cell in values["Start here"]["F"] if cell.value]
    assert progress == ["1 of 3 finished", "Progress", "2 to do", "Not audited", "19 to do"]
    assert check("Case 1", "culture") == "Done"
    assert check("Case 1", "family_feedback") == "Done"
    assert check("Case 1", "action_1") == check("Case 1", "action_1_owner") == "Done"
    assert check("Case 1", "action_2") == "To do: standard"
    assert check("Case 1", "action_2_owner") == "To do: date"
    assert check("Case 1", "action_3") == "If needed"
    assert check("Case 1", "cannot_audit") == "If needed"
    assert check("Case 2", "cannot_audit") == "Done"
    assert check("Case 2", "overall") == "Not needed"
    assert check("Case 3", "assessment") == "To do: evidence"
    assert check("Case 3", "immediate_concern") == "To do: words"
    again = openpyxl.load_workbook(saved / "filled.xlsx")
    assert {"list_grades", "list_standards", "list_yes_no"} <= set(again.defined_names)
    assert again["Lists"].sheet_state == "hidden"
    assert again["Case 1"].protection.sheet
    assert not again["Case 1"].protection.formatRows  # False: allowed
    assert len(again["Case 1"].data_validations.dataValidation) >= 60
    assert len(again.custom_doc_props.props) == 4
    assert read_form_identity(saved / "filled.xlsx", key=KEY).tokens_valid


def test_reasons_for_not_auditing_are_the_agreed_three():
    assert CANNOT_REASONS == ("Out of scope", "Record unavailable", "Conflict of interest")


def test_key_column_is_the_fifth():
    assert ROW_KEY == 4
