"""Forms that come back: the round trip, and what damaged and hostile ones give."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from plan_factory import KEY, make_plan
from returned_factory import (
    DONE,
    FORM,
    ROW,
    TODAY,
    WORDS,
    Change,
    expected,
    filled,
    put,
    read,
    send_out,
)

from qa_sampling.records.form_identity import TAG, identity_text
from qa_sampling.records.returned_batch import read_batch, returned_files
from qa_sampling.records.returned_report import write_batch_report


@pytest.fixture(scope="module")
def sent(tmp_path_factory) -> list[Path]:
    return send_out(tmp_path_factory.mktemp("sent"))


def mark(value: object, *, sheet: str = "Case 1") -> Change:
    return lambda book: setattr(book[sheet]["E1"], "value", value)


def token_of(auditor: str = "S003", draw: str = "2026-11-monthly-1", version: int = 1, key=KEY):
    ref = make_plan().cases["case_ref"].iloc[0]
    return identity_text(draw, str(ref), auditor, FORM.name, version, key)


def insert_rows(book) -> None:
    book["Case 1"].insert_rows(14, 3)


def insert_column(book) -> None:
    book["Case 1"].insert_cols(1)


def copy_row(book) -> None:
    sheet = book["Case 1"]
    for column in range(1, 6):
        sheet.cell(60, column).value = sheet.cell(ROW["voice"], column).value
    sheet.cell(60, 2).value = "Inadequate"


def sort_rows(book) -> None:
    sheet = book["Case 1"]
    rows = [[sheet.cell(r, c).value for c in range(1, 6)] for r in range(13, 25)]
    for row, cells in zip(range(13, 25), reversed(rows), strict=True):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column).value = value


def copied(*changes: Change) -> Change:
    """Put a copy of the first case, changed, on a sheet of its own."""

    def write(book) -> None:
        copy = book.copy_worksheet(book["Case 1"])
        kept, book["Case 1"].title = book["Case 1"], "kept"
        copy.title = "Case 1"
        for change in changes:
            change(book)
        copy.title, kept.title = "Copy", "Case 1"

    return write


def hide(book) -> None:
    book["Case 1"].sheet_state = "hidden"
    book["Case 1"].row_dimensions[ROW["voice"]].hidden = True


def blank_row(key: str) -> Change:
    return lambda book: setattr(book["Case 1"].cell(ROW[key], 5), "value", None)


def action(standard: object, text: object, due: object, owner: object) -> Change:
    def write(book) -> None:
        sheet = book["Case 1"]
        for key, column, value in (
            ("action_1", 2, standard),
            ("action_1", 3, text),
            ("action_1_owner", 2, due),
            ("action_1_owner", 3, owner),
        ):
            sheet.cell(ROW[key], column).value = value

    return write


def emptied(book) -> None:
    for row in ROW.values():
        for column in (2, 3):
            book["Case 1"].cell(row, column).value = None


def sort_what_is_seen(book) -> None:
    """Sort columns A to C of three standards; the hidden keys in E stay where they are."""
    sheet, rows = book["Case 1"], [ROW[key] for key in ("voice", "visits", "recording")]
    sheet.cell(rows[0], 2).value = "Inadequate"
    seen = [[sheet.cell(row, column).value for column in (1, 2, 3)] for row in rows]
    for row, cells in zip(rows, [seen[0], seen[2], seen[1]], strict=True):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column).value = value


def insert_column_within(book) -> None:
    book["Case 1"].insert_cols(3)


def plain_number(key: str) -> Change:
    return lambda book: setattr(book["Case 1"].cell(ROW[key], 2), "number_format", "General")


CANNOT = "cannot_audit"
FORMULA = put("voice", "=B14")
LONG = "x" * 4001
B = {key: f"B{row}" for key, row in ROW.items()}
C = {key: f"C{row}" for key, row in ROW.items()}

CATALOGUE: dict[str, tuple[tuple[Change, ...], str, str, str]] = {
    # name: (what was done, status, cell of the fault, what it says)
    "as it should be": ((), "complete", "", ""),
    "sheet moved to the front": (
        (lambda book: book.move_sheet("Case 1", -1),),
        "complete",
        "",
        "",
    ),
    "sheet renamed": (
        (lambda book: setattr(book["Case 1"], "title", "done!"),),
        "complete",
        "",
        "",
    ),
    "rows inserted": ((insert_rows,), "complete", "", ""),
    "column inserted": ((insert_column,), "complete", "", ""),
    "rows sorted": ((sort_rows,), "complete", "", ""),
    "sheet and row hidden": ((hide,), "complete", "", ""),
    "grade as a letter": ((put("voice", "g"),), "complete", "", ""),
    "RI to be good": ((put("voice", " ri  to be GOOD "),), "complete", "", ""),
    "N/A for a standard": ((put("voice", "n/a"),), "complete", "", ""),
    "short name of a standard typed": ((put("learning", "visits"),), "complete", "", ""),
    "yes as a letter": ((put("family_feedback", "y"),), "complete", "", ""),
    "true for yes": ((put("practitioner_met", True),), "complete", "", ""),
    "day as text": ((put("completed_on", "20/11/2026"),), "complete", "", ""),
    "day in words": ((put("completed_on", "20 November 2026"),), "complete", "", ""),
    "number for words": ((put("voice", 12345, column=3),), "complete", "", ""),
    "formula that was never saved": (
        (FORMULA,),
        "faulty",
        B["voice"],
        "holds a formula whose result was not saved",
    ),
    "error of a spreadsheet": ((put("voice", "#N/A"),), "faulty", B["voice"], "Excel error"),
    "grade nobody knows": ((put("voice", "Quite good"),), "faulty", B["voice"], "no grade"),
    "grade as a number": ((put("voice", 2),), "faulty", B["voice"], "no grade of the scale"),
    "two grades in one cell": ((put("voice", "Good/RI"),), "faulty", B["voice"], "no grade"),
    "half a grade": ((put("voice", "RI+"),), "faulty", B["voice"], "no grade"),
    "overall not applicable": (
        (put("overall", "Not applicable"),),
        "faulty",
        B["overall"],
        "overall grade is not applicable",
    ),
    "not recorded is not not applicable": (
        (put("voice", "Not recorded"),),
        "unfinished",
        B["voice"],
        "still needs an answer",
    ),
    "answer of another question": (
        (put("family_feedback", "Maybe"),),
        "faulty",
        B["family_feedback"],
        "none of the answers",
    ),
    "theme nobody knows": (
        (put("learning", "Leadership"),),
        "faulty",
        B["learning"],
        "none of the answers",
    ),
    "day as a bare number": (
        (put("completed_on", 46346), plain_number("completed_on")),
        "faulty",
        B["completed_on"],
        "is a number where a date was expected",
    ),
    "day with a short year": (
        (put("completed_on", "20/11/26"),),
        "faulty",
        B["completed_on"],
        "year has two digits",
    ),
    "month before day": (
        (put("completed_on", "11/20/2026"),),
        "faulty",
        B["completed_on"],
        "a day the calendar does not have",
    ),
    "day to come": (
        (put("completed_on", dt.datetime(2026, 12, 24)),),
        "faulty",
        B["completed_on"],
        "has not come yet",
    ),
    "day before the draw": (
        (put("completed_on", dt.datetime(2025, 11, 20)),),
        "faulty",
        B["completed_on"],
        "before the cases were drawn",
    ),
    "a word for a day": (
        (put("completed_on", "yesterday"),),
        "faulty",
        B["completed_on"],
        "is not a date",
    ),
    "no grade": ((put("voice", None),), "unfinished", B["voice"], "still needs an answer"),
    "grade of spaces": ((put("voice", "  "),), "unfinished", B["voice"], "needs an answer"),
    "no evidence": (
        (put("voice", None, column=3),),
        "unfinished",
        C["voice"],
        "still needs your words",
    ),
    "feedback without what they said": (
        (put("family_feedback", None, column=3),),
        "unfinished",
        C["family_feedback"],
        "still needs your words",
    ),
    "no day": ((put("completed_on", None),), "unfinished", B["completed_on"], "needs an answer"),
    "action without an owner": (
        (action("Voice", "Ask her", DONE, None),),
        "unfinished",
        C["action_1_owner"],
        "still needs your words",
    ),
    "action without a standard": (
        (action(None, "Ask her", DONE, "S012"),),
        "unfinished",
        B["action_1"],
        "still needs an answer",
    ),
    "action as it should be": ((action("Voice", "Ask her", DONE, "S012"),), "complete", "", ""),
    "action due before the draw": (
        (action("Voice", "Ask her", dt.datetime(2026, 1, 1), "S012"),),
        "faulty",
        B["action_1_owner"],
        "before the cases were drawn",
    ),
    "words too long": ((put("voice", LONG, column=3),), "faulty", C["voice"], "longer than 4,000"),
    "case out of scope": (
        (emptied, put(CANNOT, "Out of scope"), put(CANNOT, "Closed in May.", column=3)),
        "cannot",
        "",
        "",
    ),
    "cannot, without what happened": (
        (emptied, put(CANNOT, "Record unavailable")),
        "unfinished",
        C[CANNOT],
        "still needs your words",
    ),
    "cannot, and graded all the same": (
        (put(CANNOT, "Out of scope"), put(CANNOT, "Closed in May.", column=3)),
        "faulty",
        B[CANNOT],
        "stands beside grades",
    ),
    "cannot, and one grade": (
        (emptied, put(CANNOT, "Out of scope"), put("voice", "Good")),
        "faulty",
        B[CANNOT],
        "stands beside grades",
    ),
    "question written over": (
        (put("voice", "Visits", column=1),),
        "faulty",
        f"A{ROW['voice']}",
        "holds another question",
    ),
    "question written in capitals": (
        (put("voice", "CHILD AND FAMILY VOICE  informs planning", column=1),),
        "complete",
        "",
        "",
    ),
    "cannot, for no known reason": (
        (put(CANNOT, "Too busy"), put(CANNOT, "Leave.", column=3)),
        "faulty",
        B[CANNOT],
        "none of the answers",
    ),
    "row of a question deleted": (
        (blank_row("voice"),),
        "faulty",
        "",
        'Child and family voice informs planning" is missing',
    ),
    "row copied": ((copy_row,), "faulty", "A60", "stands twice on the sheet"),
    "mark written over": ((mark(f"{TAG}|x"),), "absent", "", ""),
    "mark deleted": ((mark(None),), "absent", "", ""),
    "mark made with another key": (
        (mark(token_of(key=b"k" * 32)),),
        "faulty",
        "",
        "its mark is not one of ours",
    ),
    "mark of another case edited": (
        (mark(token_of().replace("S003", "S007")),),
        "faulty",
        "",
        "its mark is not one of ours",
    ),
    "form of another draw": (
        (mark(token_of(draw="2026-09-monthly-1")),),
        "faulty",
        "",
        "no such case was drawn",
    ),
    "an old version of the form": (
        (mark(token_of(auditor="", version=7)),),
        "faulty",
        "",
        "given to another auditor|version 7 of the form is not known",
    ),
    "somebody else's case now": (
        (mark(token_of(auditor="S999")),),
        "faulty",
        "",
        "given to another auditor",
    ),
    "two marks on a sheet": (
        (lambda book: setattr(book["Case 1"]["F3"], "value", token_of()),),
        "faulty",
        "",
        "two forms stand on one sheet",
    ),
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_a_form_gives(name: str, sent: list[Path], tmp_path: Path) -> None:
    changes, status, cell, says = CATALOGUE[name]
    found = read(filled(sent[0], tmp_path / "any name.xlsx", *changes))
    rest = [one for one in found.sheets if one.reading.status == "untouched"]
    touched = [one for one in found.sheets if one.reading.status != "untouched"]
    if status == "absent":
        assert not touched and len(rest) == 2
        return
    assert len(rest) == 2 and {one.reading.status for one in touched} == {status}
    reading = touched[0].reading
    faults = [fault for fault in reading.faults if fault.kind != "note"]
    if not says:
        assert not faults
        return
    assert len(faults) == 1, faults
    assert faults[0].cell == cell and faults[0].action
    assert any(part in faults[0].fault for part in says.split("|")), faults[0].fault
    told = " ".join((faults[0].fault, faults[0].action))
    assert "400" not in told.replace("4,000", ""), "a case number is told"


def test_at_least_forty_are_in_the_catalogue() -> None:
    assert len(CATALOGUE) >= 50


def test_columns_sorted_without_their_keys(sent, tmp_path) -> None:
    reading = read(filled(sent[0], tmp_path / "x.xlsx", sort_what_is_seen)).sheets[0].reading
    assert reading.status == "faulty"
    assert [fault.cell for fault in reading.faults] == [f"A{ROW['visits']}", f"A{ROW['recording']}"]
    assert {fault.fault for fault in reading.faults} == {
        "the row holds another question than the one it was made for"
    }


def test_a_column_inserted_among_the_answers(sent, tmp_path) -> None:
    reading = read(filled(sent[0], tmp_path / "x.xlsx", insert_column_within)).sheets[0].reading
    assert reading.status == "faulty"


DAYS = {
    "on the day": (DONE, set()),
    "two years on": (dt.datetime(2028, 11, 20), set()),
    "two years and a day": (dt.datetime(2028, 11, 21), {"due more than two years after the audit"}),
    "a slip of the year": (dt.datetime(2206, 12, 20), {"due more than two years after the audit"}),
    "before the audit": (dt.datetime(2026, 11, 19), {"due before the audit was completed"}),
}


@pytest.mark.parametrize("name", DAYS)
def test_odd_days_of_actions_are_told(name: str, sent, tmp_path) -> None:
    due, said = DAYS[name]
    early = {place: replace(one, as_at=dt.date(2026, 9, 30)) for place, one in expected().items()}
    path = filled(sent[0], tmp_path / "x.xlsx", action("Voice", "Ask her", due, "S012"))
    reading = read(path, expected=early).sheets[0].reading
    assert reading.status == "complete"
    assert {(fault.cell, fault.kind) for fault in reading.faults} == (
        {(B["action_1_owner"], "note")} if said else set()
    )
    assert {fault.fault.removeprefix("the action is ") for fault in reading.faults} == said


def test_an_owner_nobody_knows_is_told(sent, tmp_path) -> None:
    path = filled(sent[0], tmp_path / "x.xlsx", action("Voice", "Ask her", DONE, "Kim"))
    (note,) = read(path, is_staff=lambda owner: owner == "S012").sheets[0].reading.faults
    assert note.cell == C["action_1_owner"] and note.kind == "note" and "Kim" not in str(note)
    assert "owner of the action is not on the staff list" in note.fault
    assert not read(path, is_staff=lambda owner: owner == "Kim").sheets[0].reading.faults
    assert not read(path).sheets[0].reading.faults


def test_answers_are_those_that_were_written(sent, tmp_path) -> None:
    changes = (
        put("voice", "RI"),
        put("visits", "n/a"),
        put("learning", "Visits"),
        put("recording", "Two lines\r\nof  words ", column=3),
        action("Voice", "=cmd|' /C calc'!A0", DONE, "S012"),
    )
    reading = read(filled(sent[0], tmp_path / "x.xlsx", *changes)).sheets[0].reading
    got = reading.answers
    assert got["voice"].short == "Requires improvement" and got["voice"].words == WORDS
    assert got["visits"].short == "Not applicable"
    assert got["recording"].words == "Two lines\nof words"
    assert got["completed_on"].short == dt.date(2026, 11, 20)
    assert got["learning"].short == "Visits"
    assert got["action_1_owner"].words == "S012"


def test_hostile_words_stay_words(sent, tmp_path) -> None:
    for hostile in ("<script>alert(1)</script>", "a\x0bb\u202ec", "@SUM(A1)", "🙂" * 10):
        change = put("voice", hostile.replace("\x0b", ""), column=3)
        got = read(filled(sent[0], tmp_path / "h.xlsx", change)).sheets[0].reading
        assert got.status == "complete" and got.answers["voice"].words
        assert "\u202e" not in got.answers["voice"].words


FILES = {
    "not a workbook": (b"just text", "notes.txt", "this is not a workbook"),
    "text with the wrong name": (b"just text", "form.xlsx", "cannot be read"),
    "empty": (b"", "form.xlsx", "cannot be read"),
    "cut off": (None, "form.xlsx", "cannot be read"),
    "protected by a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "f.xlsx", "read"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "scan.pdf", "this is not a workbook"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_no_forms(name: str, sent, tmp_path) -> None:
    content, called, says = FILES[name]
    path = tmp_path / called
    path.write_bytes(sent[0].read_bytes()[:9000] if content is None else content)
    found = read(path)
    assert found.sheets == () and says in found.faults[0].fault and found.faults[0].action


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 200_000_000)
    assert read(path).sheets == () and "cannot be read" in read(path).faults[0].fault


def test_somebody_else_s_workbook(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Shopping"
    book.save(tmp_path / "list.xlsx")
    assert read(tmp_path / "list.xlsx").faults[0].fault == "no sheet of it is one of our forms"


def test_a_draw_that_was_replaced(sent, tmp_path) -> None:
    old = {name: replace(one, superseded=True) for name, one in expected().items()}
    found = read(filled(sent[0], tmp_path / "x.xlsx"), expected=old)
    assert {one.reading.status for one in found.sheets} == {"faulty"}
    assert "replaced by a new one" in found.sheets[0].reading.faults[0].fault


def test_a_form_under_the_key_before_is_known(sent, tmp_path) -> None:
    path = filled(sent[0], tmp_path / "x.xlsx")
    assert read(path, keys=[b"n" * 32, KEY]).sheets[0].reading.status == "complete"
    assert read(path, keys=[b"n" * 32]).sheets[0].reading.status == "faulty"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_saved_by_libreoffice(kind: str, sent, tmp_path) -> None:
    source = filled(sent[0], tmp_path / "in.xlsx", fill_all=True)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir"]
    subprocess.run(
        [*command, str(tmp_path / "out"), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    found = read(tmp_path / "out" / f"in.{kind}")
    assert [one.reading.status for one in found.sheets] == ["complete"] * 3, [
        one.reading.faults for one in found.sheets
    ]
    assert found.sheets[0].reading.answers == read(source).sheets[0].reading.answers


class TestBatch:
    def test_a_folder_of_any_mix(self, sent, tmp_path) -> None:
        folder = tmp_path / "back"
        (folder / "from mail").mkdir(parents=True)
        filled(sent[0], folder / "Copy of my audit (3).xlsx", fill_all=True)
        shutil.copy(folder / "Copy of my audit (3).xlsx", folder / "from mail" / "again.xlsx")
        shutil.copy(sent[0], folder / "blank.xlsx")
        filled(sent[1], folder / "half.xlsx", put("voice", None))
        (folder / "~$half.xlsx").write_bytes(b"lock")
        (folder / "minutes.docx").write_bytes(b"PK")
        told = []
        batch = read_batch(
            returned_files(folder), read, progress=lambda done, total: told.append((done, total))
        )
        assert told[-1] == (5, 5)
        counts = batch.counts()
        assert counts["workbooks"] == 5 and counts["not_ours"] == 1
        assert counts["sound"] == 3 and counts["unfinished"] == 1
        kinds = batch.faults.groupby("kind").size()
        assert kinds["fault"] == 1 and kinds["note"] == 6
        assert set(batch.faults.loc[batch.faults["kind"] == "note", "fault"]) == {
            "a finished form of this case came too",
            "the same form came twice; it counts once",
        }

    def test_two_finished_forms_that_differ_are_both_sent_back(self, sent, tmp_path) -> None:
        paths = [
            filled(sent[0], tmp_path / "a.xlsx"),
            filled(sent[0], tmp_path / "b.xlsx", put("overall", "Inadequate")),
        ]
        batch = read_batch(paths, read)
        assert not batch.sound and batch.counts()["faulty"] == 2
        said = batch.faults[batch.faults["kind"] == "fault"]
        assert said["fault"].str.endswith("says something else").all()
        assert list(said["private"]) == ["b.xlsx, Case 1", "a.xlsx, Case 1"]
        assert set(said["auditor_id"]) == {"S003"}

    @pytest.mark.parametrize("sheets", ["one workbook", "two workbooks"])
    def test_copies_in_one_workbook_are_as_in_two(self, sheets, sent, tmp_path) -> None:
        """(what the copy holds, sheets that count, sheets sent back, what is told)"""
        cases = [
            ((), 1, 0, "the same form came twice; it counts once"),
            ((emptied,), 1, 0, "a finished form of this case came too"),
            ((put("voice", None),), 1, 0, "a finished form of this case came too"),
            ((put("overall", "Inadequate"),), 0, 2, "another finished form of this case says"),
        ]
        for number, (changes, sound, faulty, says) in enumerate(cases):
            paths = [filled(sent[0], tmp_path / f"{number}a.xlsx")]
            if sheets == "one workbook":
                paths = [filled(sent[0], paths[0], copied(*changes))]
            else:
                paths.append(filled(sent[0], tmp_path / f"{number}b.xlsx", *changes))
            batch = read_batch(paths, read)
            assert len(batch.sound) == sound and batch.counts()["faulty"] == faulty
            told = batch.faults[batch.faults["private"] != ""]
            told = told[told["sheet"].isin(["Case 1", "Copy"])]
            assert len(told) == max(1, faulty) and told["fault"].str.startswith(says).all()
            assert set(told["kind"]) == ({"fault"} if faulty else {"note"})

    def test_an_empty_copy_beside_a_draft(self, sent, tmp_path) -> None:
        path = filled(sent[0], tmp_path / "a.xlsx", copied(emptied), put("voice", None))
        batch = read_batch([path], read)
        own = batch.faults[batch.faults["sheet"].isin(["Case 1", "Copy"])]
        assert list(own["kind"]) == ["to do", "note"] and not batch.sound
        assert own["fault"].iloc[1] == "a copy of this sheet that is filled in came too"

    def test_order_of_the_files_does_not_matter(self, sent, tmp_path) -> None:
        paths = [
            filled(sent[0], tmp_path / "a.xlsx"),
            filled(sent[1], tmp_path / "b.xlsx", put("voice", "Fine")),
            sent[0],
        ]
        one, other = read_batch(paths, read), read_batch(paths[::-1], read)
        assert {sheet.case_ref for sheet in one.sound} == {sheet.case_ref for sheet in other.sound}
        names = list(one.faults.columns)
        pd.testing.assert_frame_equal(
            one.faults.sort_values(names, ignore_index=True),
            other.faults.sort_values(names, ignore_index=True),
        )

    def test_an_empty_folder(self, tmp_path) -> None:
        batch = read_batch(returned_files(tmp_path), read)
        assert batch.counts()["workbooks"] == 0 and batch.faults.empty

    def test_the_report_gives_each_auditor_their_own(self, sent, tmp_path) -> None:
        paths = [
            filled(sent[0], tmp_path / "a.xlsx", put("voice", "Fine")),
            filled(sent[1], tmp_path / "b.xlsx", put("visits", None)),
        ]
        batch = read_batch(paths, read)
        names = {"S003": "Morgan Ellery"}
        files = write_batch_report(tmp_path / "r", batch, names=names, as_at=TODAY)
        assert [path.name for path in files] == [
            "returned_forms.xlsx",
            "returned_forms_S003.xlsx",
            "returned_forms_S007.xlsx",
        ]
        book = openpyxl.load_workbook(files[0])
        assert book.sheetnames == ["Cover", "Morgan Ellery", "S007"]
        own = openpyxl.load_workbook(files[1])
        text = " ".join(str(cell.value) for row in own.active.iter_rows() for cell in row)
        assert "a.xlsx" in text and "b.xlsx" not in text and B["voice"] in text

    def test_nobody_reads_of_another_s_workbook(self, sent, tmp_path) -> None:
        """A case filled in twice, once in somebody else's workbook: each is told of their own."""
        other = filled(sent[1], tmp_path / "Sam Jones.xlsx", fill_all=True)
        book = openpyxl.load_workbook(other)
        source = openpyxl.load_workbook(filled(sent[0], tmp_path / "mine.xlsx"))["Case 1"]
        sheet = book.create_sheet("From Sam")
        for row in source.iter_rows():
            for cell in row:
                sheet.cell(cell.row, cell.column).value = cell.value
        sheet.cell(ROW["overall"], 2).value = "Inadequate"
        book.save(other)
        batch = read_batch([tmp_path / "mine.xlsx", other], read)
        files = write_batch_report(tmp_path / "r", batch, names={}, as_at=TODAY)
        told = {path.name: text_of(path) for path in files}
        own = told["returned_forms_S003.xlsx"]
        assert "says something else" in own and "mine.xlsx" in own
        assert "another auditor's workbook" in own
        assert not any("Sam" in text for name, text in told.items() if "_S" in name)
        assert "Sam Jones.xlsx, From Sam" in told["returned_forms.xlsx"]


def text_of(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
