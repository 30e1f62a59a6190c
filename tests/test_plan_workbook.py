"""The coordinator's workbook, and the general writer of accessible sheets under it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_factory import KEY, make_plan, make_staff
from test_forms import HOSTILE, cells, formulas_and_links

from qa_sampling.reporting.plan_workbook import write_plan_workbook
from qa_sampling.sampling.tickets import ticket
from qa_sampling.workbook_cells import clean_text, count_lines, safe_sheet_name
from qa_sampling.workbooks import RESTRICTED, Formats, open_workbook, write_sheet

SHEETS = [
    "Cover",
    "Contents",
    "Plan",
    "Reserves",
    "Allocation",
    "Coverage",
    "Exclusions",
    "Auditors",
    "Independence checks",
    "How to verify",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return write_plan_workbook(
        tmp_path_factory.mktemp("plan") / "plan.xlsx", make_plan(), staff=make_staff()
    )


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def read_table(book, name: str) -> pd.DataFrame:
    [table] = book[name].tables.values()
    rows = [[cell.value for cell in row] for row in book[name][table.ref]]
    if table.totalsRowCount:
        rows = rows[:-1]
    return pd.DataFrame(rows[1:], columns=rows[0])


def quality() -> pd.DataFrame:
    rows = [
        ("a.xlsx", "List 8", None, None, "sheet called CLA", 1, "read as list 8", "note"),
        ("a.xlsx", "List 6", "Primary need", "row 7", "unknown code", 1, "not recorded", "mended"),
        ("a.xlsx", "List 1", "Date", "row 9", "no date", 1, "give a date", "stop"),
    ]
    columns = ["file", "list", "column", "rows", "fault", "count", "action", "severity"]
    return pd.DataFrame(rows, columns=columns)


# --- the workbook ------------------------------------------------------------------------


def test_sheets_are_named_and_linked_from_the_contents(book):
    assert book.sheetnames == SHEETS
    links = [cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink]
    assert links == [f"'{name}'!A1" for name in SHEETS if name != "Contents"]


def test_every_sheet_is_marked_on_screen_and_in_print(book):
    for sheet in book:
        assert sheet["A2"].value == RESTRICTED
        assert RESTRICTED in sheet.oddHeader.center.text


def test_one_real_table_a_sheet_from_column_a_without_gaps_or_merges(book):
    for name in SHEETS[1:-1]:
        sheet = book[name]
        [table] = sheet.tables.values()
        assert table.ref.startswith("A")
        assert not sheet.merged_cells.ranges
        frame = read_table(book, name)
        assert frame.notna().all().all()
        first_row = int(re.search(r"\d+", table.ref)[0])
        assert sheet.freeze_panes.endswith(str(first_row + 1))
        assert sheet.print_title_rows == f"$1:${first_row}"
        end = re.search(r":[A-Z]+(\d+)", table.ref)[1]
        assert int(end) == sheet.max_row


def test_plan_lists_every_audit_with_people_and_place_in_the_draw(book):
    plan = make_plan()
    table = read_table(book, "Plan")
    assert table["Order"].tolist() == list(range(1, 13))
    assert table["Case number"].tolist() == plan.cases["child_id"].tolist()
    assert table["Case reference"].tolist() == plan.draw.cases["case_ref"].tolist()
    assert table["Auditor"].iloc[0] == "Morgan Ellery (S003)"
    assert table["Moderator"].value_counts().to_dict() == {
        "Not drawn": 9,
        "Jo Whitcombe (S030)": 3,
    }
    assert set(table["Due"]) == {datetime(2026, 11, 30)}
    assert table["Ticket (start)"].tolist() == plan.draw.cases["ticket"].str[:12].tolist()
    assert np.allclose(table["Weight"].astype(float), 14 / 12)


def test_allocation_has_totals_that_follow_the_filter(book):
    table = read_table(book, "Allocation")
    assert table["Audits"].sum() == 12
    assert table["Cases in the frame"].sum() == 14
    totals = [cell.value for cell in book["Allocation"][book["Allocation"].max_row]]
    assert totals[0] == "Total"
    assert all(str(value).startswith("=SUBTOTAL(109,") for value in totals[1:6])


def test_totals_are_there_before_anything_recalculates(path):
    sheet = openpyxl.load_workbook(path, data_only=True)["Allocation"]
    totals = [cell.value for cell in sheet[sheet.max_row]]
    assert totals[:3] == ["Total", 14, 14]
    assert totals[4:6] == [12, 2]


def test_coverage_counts_every_case_once_in_each_grouping(book):
    table = read_table(book, "Coverage")
    sums = table.groupby("Grouping")[["Cases in the frame", "Audits"]].sum()
    assert set(sums["Cases in the frame"]) == {14}
    assert set(sums["Audits"]) == {12}
    statuses = table.loc[table["Grouping"] == "Status", "Group"].tolist()
    assert statuses == ["Looked after", "Child protection plan", "Child in need plan"]


def test_exclusions_are_the_funnel(book):
    table = read_table(book, "Exclusions")
    assert table["Cases remaining"].tolist() == [16, 15, 14, 14]
    assert table["Reason"].iloc[[0, 3]].tolist() == [
        "All cases of the extract",
        "Cases that could be drawn",
    ]


def test_reserves_stand_in_order_and_say_how_to_use_them(book):
    plan = make_plan()
    table = read_table(book, "Reserves")
    assert sorted(table["Case reference"]) == sorted(plan.draw.reserves["case_ref"])
    assert (table.groupby("Stratum")["Order in the stratum"].min() == 1).all()
    notes = " ".join(str(cell.value) for cell in book["Reserves"]["A"][:6])
    assert "never choose among them" in notes


def test_auditors_are_listed_by_load(book):
    table = read_table(book, "Auditors")
    assert table["Audits"].tolist() == [3, 3, 3, 3, 0]
    assert table["Moderations"].sum() == 3
    assert set(table["Cap"]) == {4, "No cap of their own"}


def test_independence_checks_say_what_cannot_be_guaranteed(book):
    table = read_table(book, "Independence checks")
    assert table["What cannot be guaranteed"].tolist() == [
        "Nothing",
        "No table of case roles was given.",
    ]


def test_cover_says_what_is_not_guaranteed_and_gives_the_fingerprints(book):
    plan = make_plan()
    cover = {cell.value: cell.offset(0, 1).value for cell in book["Cover"]["A"]}
    assert cover["Seed"] == plan.draw.seed
    assert cover["Fingerprint of the frame"] == plan.draw.frame_fingerprint
    assert cover["Draw number"] == plan.draw_id
    assert cover["1."] == plan.notes[0]
    assert cover["Cases as at"] == datetime(2026, 10, 31)


def test_a_plan_without_notes_says_so(tmp_path):
    plan = replace(make_plan(), notes=())
    book = openpyxl.load_workbook(
        write_plan_workbook(tmp_path / "p.xlsx", plan, staff=make_staff())
    )
    assert "Nothing to note" in [cell.value for cell in book["Cover"]["A"]]


def test_the_rule_in_the_workbook_gives_the_tickets_of_the_plan(book):
    """The command on the sheet, done by hand in another way."""
    import hashlib

    text = " ".join(str(cell.value) for cell in book["How to verify"]["B"])
    assert "qa_sampling/ticket/v1" in text
    seed = re.search(r"'qa_sampling/ticket/v1\\0%s\\0%s' '(.*?)' REFERENCE", text)[1]
    for reference, start in read_table(book, "Plan")[["Case reference", "Ticket (start)"]].values:
        joined = b"qa_sampling/ticket/v1\0" + seed.encode() + b"\0" + reference.encode()
        assert hashlib.sha256(joined).hexdigest()[:12] == start
        assert ticket(reference, seed)[:12] == start


def test_rotated_tickets_are_verified_with_their_own_seed(tmp_path):
    plan = make_plan()
    draw = replace(plan.draw, parameters={"ticket_seed": "2026 rotation"})
    path = write_plan_workbook(tmp_path / "p.xlsx", replace(plan, draw=draw), staff=make_staff())
    assert any("'2026 rotation'" in str(value) for value in cells(path).values())


def test_data_quality_is_added_with_what_stops_first(tmp_path):
    path = write_plan_workbook(
        tmp_path / "p.xlsx", make_plan(), staff=make_staff(), quality=quality()
    )
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [*SHEETS[:-1], "Data quality", "How to verify"]
    table = read_table(book, "Data quality")
    assert table["Kind"].tolist() == ["Stops the run", "Mended", "For information"]
    assert table["Column"].tolist() == ["Date", "Primary need", "Whole list"]


def test_empty_tables_say_so_in_words(tmp_path):
    plan = make_plan()
    only = plan.draw.sample[plan.draw.sample["drawn_as"] == "sample"]
    plan = replace(plan, draw=replace(plan.draw, sample=only))
    path = write_plan_workbook(
        tmp_path / "p.xlsx", plan, staff=make_staff(), quality=quality().iloc[:0]
    )
    book = openpyxl.load_workbook(path)
    assert "No reserves were drawn." in [cell.value for cell in book["Reserves"]["A"]]
    assert "No fault was found in the extract." in [
        cell.value for cell in book["Data quality"]["A"]
    ]
    assert not book["Reserves"].tables


def test_without_staff_people_are_called_by_number(tmp_path):
    path = write_plan_workbook(tmp_path / "p.xlsx", make_plan(), staff=None)
    table = read_table(openpyxl.load_workbook(path), "Plan")
    assert table["Auditor"].iloc[0] == "S003"


def test_a_plan_without_auditors_says_so(tmp_path):
    plan = make_plan()
    nobody = replace(plan.assignment, table=plan.assignment.table.iloc[:0])
    nobody = replace(nobody, loads=plan.assignment.loads.iloc[:0], checks=nobody.checks.iloc[:0])
    path = write_plan_workbook(tmp_path / "p.xlsx", replace(plan, assignment=nobody), staff=None)
    book = openpyxl.load_workbook(path)
    assert set(read_table(book, "Plan")["Auditor"]) == {"Not assigned"}
    assert not book["Auditors"].tables


def test_siblings_who_stand_aside_are_counted(tmp_path):
    plan = make_plan()
    aside = pd.DataFrame({"case_ref": ["x"], "reason": ["A sibling stands for the family"]})
    plan = replace(plan, draw=replace(plan.draw, set_aside=aside))
    path = write_plan_workbook(tmp_path / "p.xlsx", plan, staff=make_staff())
    assert any("stands for 1 of" in str(value) for value in cells(path).values())


def test_the_same_plan_gives_the_same_bytes(path, tmp_path):
    again = write_plan_workbook(tmp_path / "plan.xlsx", make_plan(), staff=make_staff())
    assert again.read_bytes() == path.read_bytes()


def test_hostile_text_stays_text(tmp_path):
    plan, staff = make_plan(), make_staff()
    payloads = (HOSTILE * 2)[: plan.frame.size]
    described = plan.frame.cases.assign(team=payloads, worker=payloads[::-1], service=payloads)
    plan = replace(plan, frame=replace(plan.frame, cases=described), notes=HOSTILE)
    staff["name"] = HOSTILE[: len(staff)]
    report = quality().assign(fault=HOSTILE[0], action=HOSTILE[1])
    path = write_plan_workbook(tmp_path / "p.xlsx", plan, staff=staff, quality=report)
    book = openpyxl.load_workbook(path)
    found = [place for place, value in cells(path).items() if value in HOSTILE]
    assert len(found) > 50
    assert all(book[sheet][cell].data_type == "s" for sheet, cell in found)
    formulas, links = formulas_and_links(path)
    assert all(formula.startswith("SUBTOTAL(109,") for formula in formulas)
    assert "example.org" not in links


def test_text_like_a_formula_stays_text_when_edited(tmp_path):
    plan = make_plan(team="=1+1")
    path = write_plan_workbook(tmp_path / "p.xlsx", plan, staff=make_staff())
    book = openpyxl.load_workbook(path)
    place = next(place for place, value in cells(path).items() if value == "=1+1")
    assert book[place[0]][place[1]].quotePrefix


def test_no_key_and_no_name_of_a_file_on_this_machine(path):
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert KEY not in everything
    assert b"/tmp" not in everything


# --- the general writer ------------------------------------------------------------------


def write(path: Path, frame: pd.DataFrame, **options) -> Path:
    workbook = open_workbook(path, created=date(2026, 10, 31), title="Test")
    write_sheet(workbook, "Table", "A table", ["A note."], frame, Formats(workbook), **options)
    workbook.close()
    return path


def test_values_are_written_by_their_type(tmp_path):
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None], dtype="Int64"),
            "number": [0.5, np.nan],
            "flag": [True, False],
            "day": pd.to_datetime(["2026-10-31", None]),
            "text": ["007", None],
        }
    )
    path = write(tmp_path / "t.xlsx", frame, contents=None)
    rows = list(openpyxl.load_workbook(path)["Table"].iter_rows(min_row=5, values_only=True))
    assert rows == [
        (1, 0.5, "Yes", datetime(2026, 10, 31), "007"),
        (None, None, "No", None, None),
    ]


def test_marking_and_link_can_be_left_out(tmp_path):
    path = write(tmp_path / "t.xlsx", pd.DataFrame({"a": [1]}), marking="", contents=None)
    sheet = openpyxl.load_workbook(path)["Table"]
    assert [cell.value for cell in sheet["A"]] == ["A table", "A note.", "a", 1]
    assert sheet.oddHeader.center.text is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was_but_for_control_characters(tmp_path_factory, texts):
    path = write(tmp_path_factory.mktemp("t") / "t.xlsx", pd.DataFrame({"a": texts}), contents=None)
    sheet = openpyxl.load_workbook(path)["Table"]
    found = [cell.value for cell in sheet["A"][4:]]
    assert found == [clean_text(text) for text in texts]


def test_text_too_long_for_a_cell_is_cut_and_says_so():
    assert clean_text("a" * 40_000).endswith(" … (cut: too long for a cell)")
    assert len(clean_text("a" * 40_000)) < 32_767


def test_control_characters_and_lone_surrogates_become_spaces():
    assert clean_text("a\x00b\x1fc\ud800d") == "a b c d"


@pytest.mark.parametrize(
    ("wished", "taken", "given_name"),
    [
        ("History", (), "History (2)"),
        ("a/b:c", (), "a b c"),
        ("", (), "Sheet"),
        ("'quoted'", (), "quoted"),
        ("Plan", ("plan",), "Plan (2)"),
        ("x" * 40, ("x" * 31,), "x" * 27 + " (2)"),
        ("\U0001f600" * 31, (), "\U0001f600" * 15),
        ("\U0001f600" * 31, ("\U0001f600" * 15,), "\U0001f600" * 13 + " (2)"),
        ("x" * 30 + "'y", (), "x" * 30),
    ],
)
def test_sheet_names_are_made_acceptable(wished, taken, given_name):
    assert safe_sheet_name(wished, taken) == given_name


@pytest.mark.parametrize(
    ("rows", "columns", "orientation"),
    [(3, 3, "portrait"), (20, 9, "landscape"), (21, 9, "portrait"), (21, 16, "landscape")],
)
def test_long_tables_print_upright_while_they_are_legible(tmp_path, rows, columns, orientation):
    frame = pd.DataFrame({f"Column {place}": [place] * rows for place in range(columns)})
    workbook = open_workbook(tmp_path / "t.xlsx", created=date(2026, 10, 31), title="T")
    write_sheet(workbook, "S", "T", (), frame, Formats(workbook), contents=None)
    workbook.close()
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["S"]
    assert sheet.page_setup.orientation == orientation


def test_lines_of_wrapped_text_are_counted():
    assert count_lines("", 10) == 1
    assert count_lines("one\ntwo", 10) == 2
    assert count_lines("a few words that wrap", 10) == 3
    assert count_lines(1234567890123, 4) == 1
