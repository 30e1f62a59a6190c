"""The sheet of actions: out, filled in, back; what is hostile is told by row and column."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from loop_samples import CLOSED, COMPLETED, OPEN, WITHDRAWN, actions, staff
from register_samples import made

from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.loop.actions import status_of
from qa_sampling.records.action_sheet import NEW, read_action_sheet, write_action_sheet
from qa_sampling.records.action_sheet import OPEN as OPEN_SHEET

TODAY = dt.date(2026, 11, 2)
ID, OTHER_ID = "E0000abcd", "E0000ffff"
HELD = actions(
    OPEN | {"text": "Rewrite the plan", "owner": "S1"},
    OPEN | {"text": "Record the visit", "owner": "S2"},
    COMPLETED | {"text": "Hold the meeting"},
    CLOSED | {"text": "Done"},
    WITHDRAWN | {"text": "Gone"},
)


def written(path, held=HELD, sheet_id=ID):
    write_action_sheet(path, held, staff=staff(), sheet_id=sheet_id)
    return path


def filled(path, changes, *, sheet=OPEN_SHEET, save_as=None):
    """Write values into cells by row and heading, as a person would."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    heads = {cell.value: cell.column for cell in page[1]}
    for (row, heading), value in changes.items():
        page.cell(row, heads[heading]).value = value
    book.save(save_as or path)
    return save_as or path


def read(path, held=HELD):
    return read_action_sheet(path, held, today=TODAY, staff=staff())


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return written(tmp_path_factory.mktemp("sheet") / "actions.xlsx")


@pytest.fixture
def sheet(original, tmp_path):
    return Path(shutil.copy(original, tmp_path / "actions.xlsx"))


class TestOut:
    def test_all_that_are_open_are_on_it_with_names(self, sheet):
        page = openpyxl.load_workbook(sheet)[OPEN_SHEET]
        rows = [dict(zip([c.value for c in page[1]], [c.value for c in row], strict=True))
                for row in page.iter_rows(min_row=2)]  # fmt: skip
        assert [row["Action"] for row in rows] == ["X1", "X2", "X3"]
        assert rows[0]["Owner"] == "Ada Birch (S1)"
        assert rows[0]["Standard"] == "Child and family voice informs planning"
        assert rows[0]["Version"].startswith(f"{ID}-")
        assert rows[2]["Completed"] == dt.datetime(2026, 6, 10)

    def test_it_is_marked_and_explained(self, sheet):
        book = openpyxl.load_workbook(sheet)
        assert book.sheetnames == ["Notes", OPEN_SHEET, NEW]
        assert "RESTRICTED" in str(book["Notes"]["A2"].value)
        assert "other than the owner" in " ".join(
            str(cell.value) for row in book["Notes"].iter_rows() for cell in row
        )

    def test_the_same_is_the_same_bytes(self, tmp_path):
        one, two = written(tmp_path / "a.xlsx"), written(tmp_path / "b.xlsx")
        assert one.read_bytes() == two.read_bytes()

    def test_nothing_is_overwritten(self, sheet):
        with pytest.raises(ParameterError, match=r"new \.xlsx file in a folder that exists"):
            written(sheet)

    def test_no_text_becomes_a_formula(self, tmp_path):
        path = written(tmp_path / "x.xlsx", actions(OPEN | {"text": "=HYPERLINK(1)"}))
        page = openpyxl.load_workbook(path)[OPEN_SHEET]
        cell = next(c for c in page[2] if c.value == "=HYPERLINK(1)")
        assert cell.data_type == "s"
        assert read(path, actions(OPEN | {"text": "=HYPERLINK(1)"})).unchanged == 1


class TestBack:
    def test_as_it_went_out_it_says_nothing_new(self, sheet):
        found = read(sheet)
        assert (len(found.table), found.unchanged) == (0, 3)

    def test_what_has_happened_is_read(self, sheet):
        filled(sheet, {
            (2, "Completed"): dt.date(2026, 10, 1),
            (2, "Verified by"): "Ben Osei",
            (2, "Verified on"): "12/10/2026",
            (2, "How verified"): "read the record",
            (3, "Withdrawn?"): "yes",
        })  # fmt: skip
        found = read(sheet)
        told = found.table.set_index("action_id")
        assert told.loc["X1", ["verified_by", "status", "source"]].tolist() == [
            "S2",
            "Closed",
            "Audit",
        ]
        assert told.loc["X1", "how_verified"] == "Read the record"
        assert told.loc["X2", "status"] == "Withdrawn"
        assert found.unchanged == 1

    def test_new_ones_come_from_other_activity(self, sheet):
        row = {"Came from": "OBS-7", "Kind of source": "Observation", "What is to be done": "Speak",
               "Owner": "S2", "Due": "01/12/2026", "Raised": "01/11/2026"}  # fmt: skip
        filled(sheet, {(2, name): value for name, value in row.items()}, sheet=NEW)
        (told,) = read(sheet).table.to_dict("records")
        assert (told["action_id"], told["audit_id"]) == (f"{ID}-001", "OBS-7")
        assert (told["source"], told["status"], told["sheet_id"]) == ("Observation", "Open", ID)

    def test_a_new_one_without_a_day_is_told(self, sheet):
        row = {"Came from": "OBS-7", "What is to be done": "Speak", "Owner": "S2",
               "Due": "01/12/2026"}  # fmt: skip
        filled(sheet, {(3, name): value for name, value in row.items()}, sheet=NEW)
        with pytest.raises(ExtractError, match=r"New actions: Raised: the cell is blank \(row 3\)"):
            read(sheet)

    def test_through_the_register_twice_and_corrected(self, sheet, tmp_path):
        with made(tmp_path / "register.sqlite") as register:
            register.record_actions(HELD)

            def record(path):
                found = read(path, register.actions())
                return register.record_actions(found.table), found.unchanged

            filled(sheet, {(2, "Completed"): dt.date(2026, 10, 1)})
            done, unchanged = record(sheet)
            assert (done.new, done.corrected, unchanged) == (0, 1, 2)
            head = register.head()
            done, unchanged = record(sheet)
            assert (done.new, done.corrected, unchanged) == (0, 0, 3)
            assert register.head() == head, "the same file twice changes nothing"
            filled(sheet, {(2, "Completed"): dt.date(2026, 10, 2)})
            assert record(sheet)[0].corrected == 1, "the same file corrected supersedes"
            held = register.actions().set_index("action_id")
            assert held.loc["X1", "completed"] == pd.Timestamp("2026-10-02")
            assert register.check() == ()

    def test_an_old_sheet_cannot_undo_what_was_recorded_since(self, sheet, tmp_path):
        other = written(tmp_path / "other.xlsx", sheet_id=OTHER_ID)
        with made(tmp_path / "register.sqlite") as register:
            register.record_actions(HELD)
            filled(other, {(2, "Completed"): dt.date(2026, 10, 1)})
            register.record_actions(read(other, register.actions()).table)
            filled(sheet, {(2, "What difference it made"): "None"})
            with pytest.raises(
                ExtractError, match=r"Version: the action was changed in the regi.*row 2"
            ):
                read(sheet, register.actions())

    def test_sorted_and_saved_elsewhere_it_is_the_same(self, sheet):
        book = openpyxl.load_workbook(sheet)
        page = book[OPEN_SHEET]
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for place, row in enumerate(reversed(rows), start=2):
            for column, value in enumerate(row, start=1):
                page.cell(place, column).value = value
        book.save(sheet)
        assert read(sheet).unchanged == 3

    def test_without_a_staff_list_names_stay_as_written(self, tmp_path):
        path = tmp_path / "plain.xlsx"
        write_action_sheet(path, HELD, sheet_id=ID)
        filled(path, {(2, "Completed"): "01/10/2026", (2, "Verified by"): "A. Auditor",
                      (2, "Verified on"): "02/10/2026"})  # fmt: skip
        found = read_action_sheet(path, HELD, today=TODAY)
        assert found.table["verified_by"].tolist() == ["A. Auditor"]
        assert status_of(found.table).tolist() == ["Closed"]


DONE = {(2, "Completed"): "01/10/2026"}
SEEN = DONE | {(2, "Verified by"): "S2", (2, "Verified on"): "12/10/2026"}
HOSTILE = {
    "owner verifies by name": (
        SEEN | {(2, "Verified by"): "ada  BIRCH"},
        r"Open actions: Verified by: the action is verified by its own owner \(row 2\)\. Somebody",
    ),
    "verified before completed": (
        SEEN | {(2, "Verified on"): "30/09/2026"},
        r"Verified on: the action is verified before it was completed \(row 2\)",
    ),
    "completed before raised": (
        {(2, "Completed"): "30/04/2026"},
        r"Completed: the action is completed before it was raised \(row 2\)",
    ),
    "verified without a day": (SEEN | {(2, "Verified on"): None}, "is verified on no day"),
    "verified, not completed": (SEEN | {(2, "Completed"): None}, "is verified but not completed"),
    "a day to come": (
        {(2, "Completed"): "01/12/2026"},
        r"Completed: the cell holds a day that has not come yet \(row 2\)",
    ),
    "a day no calendar has": ({(2, "Completed"): "31/09/2026"}, "a day the calendar does not have"),
    "two-digit year": ({(2, "Completed"): "01/10/26"}, "a date whose year has two digits"),
    "no day": ({(2, "Due"): "next week"}, r"Due: the cell is not a date \(dd/mm/yyyy is exp"),
    "nobody of the list": (SEEN | {(2, "Verified by"): "Zoe"}, "names nobody of the staff list"),
    "two of one name": (
        SEEN | {(2, "Verified by"): "Cal Nash"},
        "Verified by: the cell names more than one member of staff",
    ),
    "an unknown way": (SEEN | {(2, "How verified"): "Felt it"}, "How verified: the cell holds no"),
    "no owner": ({(2, "Owner"): None}, r"Owner: the cell is blank \(row 2\)"),
    "no due day": ({(2, "Due"): ""}, r"Due: the cell is blank \(row 2\)"),
    "a standard of no list": ({(2, "Standard"): "Kindness"}, "Standard: the cell holds none"),
    "version lost": ({(2, "Version"): None}, r"Version: the cell is blank \(row 2\)"),
    "version made up": ({(2, "Version"): "E1"}, "Version: the cell is not as it came"),
    "action made up": (
        {(2, "Action"): "X99"},
        "Version: the register knows no such action",
    ),
    "action twice": ({(3, "Action"): "X1"}, r"Action: an action is there twice \(rows 2 and 3\)"),
    "moved to another audit": ({(2, "Came from"): "A9"}, "the action came from something else"),
    "an Excel error": ({(2, "Owner"): "#N/A"}, "Owner: the cell shows an Excel error"),
    "an essay": ({(2, "What difference it made"): "x" * 2001}, "holds more than 2000 characters"),
    "withdrawn maybe": ({(2, "Withdrawn?"): "maybe"}, "Withdrawn.: the cell is neither Yes nor No"),
    "withdrawn and verified": (SEEN | {(2, "Withdrawn?"): "Yes"}, "is withdrawn and verified"),
    "a child's number for everybody": (
        {(2, "You said"): "Case 40 01 234 was missed"},
        "You said: the cell holds a long number, which may be a child’s",
    ),
    "a name for everybody": (
        {(2, "We did"): "Ada Birch went there"},
        "We did: the cell names a member of staff",
    ),
    "publishable, but empty": (
        {(2, "May be published?"): "Yes"},
        "May be published.: the action may be published, but says nothing",
    ),
    "beside the sheet": (
        {(2, 25): "psst"},
        "something stands in a column that is not of the sheet",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_told_by_row_and_column(sheet, name):
    changes, message = HOSTILE[name]
    book = openpyxl.load_workbook(sheet)
    page = book[OPEN_SHEET]
    heads = {cell.value: cell.column for cell in page[1]}
    for (row, heading), value in changes.items():
        page.cell(row, heads.get(heading, heading)).value = value
    book.save(sheet)
    with pytest.raises(ExtractError, match=message) as error:
        read(sheet)
    for secret in ("Rewrite", "Zoe", "Kindness", "40 01 234", "psst", "Felt it"):
        assert secret not in str(error.value)


def test_all_faults_are_told_at_once(sheet):
    filled(sheet, {(2, "Owner"): "Zoe", (3, "Due"): "soon", (4, "Version"): None})
    with pytest.raises(ExtractError, match="because of 3 faults") as error:
        read(sheet)
    assert len(error.value.quality) == 3


@pytest.mark.parametrize(
    "what", ["no file", "no workbook", "another workbook", "lost column", "column twice"]
)
def test_what_is_no_sheet_of_actions(tmp_path, sheet, what):
    path = tmp_path / "other.xlsx"
    messages = {
        "no file": "other.xlsx, file: ",
        "no workbook": "other.xlsx, file: ",
        "another workbook": "no sheet has a heading “Version”",
        "lost column": "Owner: the column is missing. Add it, or use a new sheet",
        "column twice": "Owner: two columns have this heading",
    }
    if what == "no workbook":
        path.write_bytes(b"PK not really")
    if what == "another workbook":
        openpyxl.Workbook().save(path)
    if what in ("lost column", "column twice"):
        book = openpyxl.load_workbook(sheet)
        head = next(
            c for c in book[OPEN_SHEET][1] if c.value == ("Owner" if "lost" in what else "Due")
        )
        head.value = "Boss" if "lost" in what else "Owner"
        book.save(path)
    with pytest.raises(ExtractError, match=messages[what]):
        read(path)
