"""Shareable workbooks: protected tables only, accessible, harmless, the same bytes each time."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_factory import KEY, make_plan, make_staff
from test_forms import HOSTILE
from test_plan_tables import plan_of
from test_plan_workbook import quality
from workbook_rules import Book, check_workbook

from qa_sampling.errors import DisclosureError, ParameterError
from qa_sampling.records.extras_templates import write_templates
from qa_sampling.records.forms import load_form, write_audit_forms
from qa_sampling.records.quality_workbook import write_quality_workbook
from qa_sampling.reporting.disclosure import protect
from qa_sampling.reporting.layout_numbers import layout_numbers
from qa_sampling.reporting.plan_share import WORKBOOK, plan_shared_tables, write_plan_tables
from qa_sampling.reporting.plan_tables import protect_plan
from qa_sampling.reporting.plan_workbook import write_plan_workbook
from qa_sampling.reporting.quantities import declared
from qa_sampling.reporting.releases import release_fingerprint
from qa_sampling.reporting.shorthand import MEANINGS, marks_in
from qa_sampling.reporting.tables import SharedTable, write_tables_workbook
from qa_sampling.reporting.tables_csv import csv_columns, write_tables_csv
from qa_sampling.reporting.words import say
from qa_sampling.workbook_cells import Formats, open_workbook, safe_heading, starts_formula
from qa_sampling.workbook_tables import headings_of, safe_table_name
from qa_sampling.workbooks import write_sheet

AS_AT = date(2026, 10, 31)
FORM = Path(__file__).parents[1] / "parameters" / "forms" / "practice_evaluation.yml"


def small(**options) -> SharedTable:
    table = pd.DataFrame({"team": ["A", "B", "C"], "cases": [90, 3, 2], "audits": [9, 3, 0]})
    shares = {"share": ("cases", "total"), "audited": ("audits", "cases")}
    safe = protect(table, by=["team"], counts=["cases", "audits"], percentages=shares, **options)
    return SharedTable(safe, "Cases and audits by team", "Open cases on 31 October 2026")


def write(path: Path, *tables: SharedTable, **options) -> Path:
    usual = {"title": "Tables", "as_at": AS_AT, "source": "Inventshire.", "contact": "The team"}
    return write_tables_workbook(path, tables or (small(),), **(usual | options))


@pytest.fixture(scope="module")
def plan_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shareable")
    plan = plan_of(1, teams=30)
    tables = protect_plan(plan)
    write_plan_tables(folder, tables, plan, whose="Inventshire", contact="your team")
    return folder, tables, plan


# --- the rules, on every workbook the project writes -----------------------------------------


def test_the_plans_tables_keep_every_rule(plan_files):
    assert check_workbook(plan_files[0] / WORKBOOK) == []


def test_one_small_table_keeps_every_rule(tmp_path):
    assert check_workbook(write(tmp_path / "t.xlsx")) == []


def test_the_restricted_and_working_workbooks_keep_their_rules(tmp_path):
    path = tmp_path / "plan.xlsx"
    write_plan_workbook(path, make_plan(), staff=make_staff(), quality=quality())
    assert check_workbook(path, kind="restricted") == []
    write_quality_workbook(tmp_path / "quality.xlsx", quality())
    assert check_workbook(tmp_path / "quality.xlsx", kind="working") == []


def test_forms_keep_the_rules_that_apply_to_them(tmp_path):
    form = load_form(FORM)
    paths = write_audit_forms(tmp_path, make_plan(), form=form, staff=make_staff(), key=KEY)
    assert [check_workbook(path, kind="form") for path in paths] == [[]] * len(paths)
    *_, templates = write_templates(tmp_path / "templates")
    assert check_workbook(templates, kind="form") == []


# --- the checker finds what it looks for -----------------------------------------------------

BROKEN = [
    ("xl/worksheets/sheet4.xml", "</sheetData>", "</sheetData><mergeCells/>", "merged"),
    ("xl/worksheets/sheet4.xml", '<row r="9"', '<row hidden="1" r="9"', "is hidden"),
    ("xl/worksheets/sheet4.xml", '<c r="A8"', '<c r="Z8"><f>1</f></c><c r="A8"', "is a formula"),
    ("xl/worksheets/sheet4.xml", 'paperSize="9"', 'paperSize="1"', "A4"),
    ("xl/worksheets/sheet4.xml", "'Contents'!A1", "'Gone'!A1", "leads nowhere"),
    ("xl/worksheets/sheet4.xml", "<pageSetup", "<headerFooter>x</headerFooter><pageSetup", "foot"),
    ("xl/worksheets/sheet4.xml", r'<c r="A1".*?</c>', "", "A1 holds no title"),
    ("xl/worksheets/sheet4.xml", r'<c r="B10".*?(</c>|/>)', "", "of its table is blank"),
    ("xl/worksheets/sheet4.xml", r'<c r="A5".*?</c>', "", "column A has blank rows"),
    ("xl/workbook.xml", 'name="Notes"', 'name="Notes" state="hidden"', "is hidden"),
    (
        "xl/workbook.xml",
        "<definedNames>",
        '<definedNames><definedName name="x">1</definedName>',
        "defined name",
    ),
    ("xl/workbook.xml", r"Print_Titles", "Print_Other", "defined name"),
    ("xl/workbook.xml", r'name="Notes"', 'name="Nots"', "do not come first"),
    ("xl/tables/table3.xml", 'displayName="', 'displayName="A1 ', "not acceptable"),
    ("xl/tables/table3.xml", 'name="Team"', 'name="Cases"', "not those in the cells"),
    ("xl/tables/table3.xml", 'ref="A', 'ref="B', "does not start in column A"),
    ("xl/tables/table3.xml", "<tableColumns", "<autoFilter/><tableColumns", "has filters"),
    ("xl/sharedStrings.xml", "<t>A</t>", "<t>＝A</t>", "when it is edited"),
    ("xl/sharedStrings.xml", "<t>A</t>", "<t>[q]</t>", "a mark that the notes do not explain"),
    ("xl/sharedStrings.xml", "Source: ", "From: ", "names no source"),
    ("xl/sharedStrings.xml", "<t>Contact</t>", "<t>C</t>", "no contact"),
    ("xl/styles.xml", 'horizontal="right"', 'horizontal="left"', "not aligned as a number"),
    ("xl/styles.xml", "FF12436D", "FFEEEEEE", "hard to read"),
    ("xl/styles.xml", 'name="Heading 1"', 'name="Big"', "is not tagged as a heading"),
    ("docProps/core.xml", "<dc:creator>", "<dc:creator>Sam", "says more than the title"),
    ("docProps/core.xml", "</dc:title>", "</dc:title><dc:subject>x</dc:subject>", "subject"),
    ("docProps/app.xml", "<Company>", "<Company>x", "name somebody"),
]


@pytest.mark.parametrize(("part", "pattern", "instead", "fault"), BROKEN)
def test_the_checker_finds_each_fault(tmp_path, part, pattern, instead, fault):
    sound, broken = write(tmp_path / "sound.xlsx"), tmp_path / "broken.xlsx"
    copy_with(sound, broken, part, pattern, instead)
    assert any(fault in found for found in check_workbook(broken)), check_workbook(broken)


@pytest.mark.parametrize("part", ["xl/pivotCache/x.xml", "xl/externalLinks/x.xml", "xl/vba.bin"])
def test_the_checker_finds_strange_parts(tmp_path, part):
    path = write(tmp_path / "t.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(part), "x")
    assert check_workbook(path) == [f"part {part} has no place here"]


def copy_with(sound: Path, broken: Path, part: str, pattern: str, instead: str) -> None:
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(broken, "w") as new:
        for info in old.infolist():
            text = old.read(info).decode()
            if info.filename == part:
                found = re.search(pattern, text, re.DOTALL)
                assert found, f"{pattern} is not in {part}"
                text = text.replace(found[0], instead)
            new.writestr(zipfile.ZipInfo(info.filename), text)


# --- what may be shared ----------------------------------------------------------------------


@pytest.mark.parametrize("other", [pd.DataFrame({"a": [1]}), "A1", None, [1]])
def test_anything_but_protected_tables_is_refused(tmp_path, other):
    for writer in (write, lambda path, one: write_tables_csv(path, [one])):
        with pytest.raises(DisclosureError, match="may hold counts that identify a child"):
            writer(tmp_path / "t", other)
    with pytest.raises(DisclosureError, match="SharedTable was given"):
        SharedTable(other, "Title")
    assert not list(tmp_path.iterdir())


def test_a_table_put_in_afterwards_is_refused(tmp_path):
    forged = small()
    object.__setattr__(forged, "table", pd.DataFrame({"a": [1]}))
    with pytest.raises(DisclosureError, match="was given a DataFrame"):
        write(tmp_path / "t.xlsx", forged)


def test_tables_need_titles_and_there_must_be_one(tmp_path):
    with pytest.raises(ParameterError, match="needs a title"):
        SharedTable(small().table, "  ")
    with pytest.raises(ParameterError, match=r"Give SharedTable\(table, title\)"):
        write(tmp_path / "t.xlsx", small().table)
    with pytest.raises(ParameterError, match="no table"):
        write_tables_csv(tmp_path / "t.csv", [])


def test_findings_must_be_sealed_words(tmp_path):
    with pytest.raises(DisclosureError, match="given a str as `findings`"):
        write(tmp_path / "t.xlsx", findings="3 children")
    path = write(tmp_path / "t.xlsx", findings=say("All is well."))
    assert openpyxl.load_workbook(path)["Cover"]["A4"].value == "All is well."


# --- what it says ----------------------------------------------------------------------------


def test_cells_are_what_the_table_prints(tmp_path):
    one = small()
    sheet = openpyxl.load_workbook(write(tmp_path / "t.xlsx", one))["Table 1"]
    [table] = sheet.tables.values()
    rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    assert rows[0] == ["Team", "Cases", "Audits", "Share", "Audited"]
    assert [tuple(row) for row in rows[1:]] == list(one.table.rows)
    assert "[c]" in rows[2]
    assert sheet.cell(sheet.max_row, 1).font.bold


def test_a_two_way_table_is_a_grid_a_count(plan_files):
    folder, tables, _ = plan_files
    book = openpyxl.load_workbook(folder / WORKBOOK)
    for name, count in (("Table 4", "cases"), ("Table 5", "audits")):
        [table] = book[name].tables.values()
        rows = [[cell.value for cell in row] for row in book[name][table.ref]]
        grid = tables.coverage.grid(count)
        assert rows[0] == ["Team", *grid.columns]
        assert [row[1:] for row in rows[1:]] == grid.to_numpy().tolist()


def test_marks_are_explained_and_say_where_they_are_used(tmp_path):
    empty = pd.DataFrame({"team": ["A", "B"], "cases": [40, 0], "audits": [9, 0]})
    safe = protect(
        empty,
        by=["team"],
        counts=["cases", "audits"],
        percentages={"audited": ("audits", "cases")},
        zeros_shown=True,
    )
    path = write(tmp_path / "t.xlsx", small(), SharedTable(safe, "Nothing is hidden"))
    book = openpyxl.load_workbook(path)
    used = {row[0].value: row[2].value for row in book["Notes"].iter_rows(min_row=5)}
    assert used["[c]"] == "Table 1"
    assert used["[z]"] == "Table 2"
    assert used["[low]"] == used["[x]"] == "Not used in this workbook"
    assert used["note 1"] == "Table 1"
    above = [cell.value for cell in book["Table 1"]["A"][:7]]
    assert "[c] stands in place of some numbers: see note 1 on the worksheet Notes." in above
    assert marks_in(pd.DataFrame({"a": ["[x]", 1, "[c]"]})) == ["[c]", "[x]"]
    assert list(MEANINGS) == ["[c]", "[z]", "[low]", "[x]"]


def test_long_tables_keep_their_headings_in_view_and_short_ones_do_not_fill_the_screen(plan_files):
    book = openpyxl.load_workbook(plan_files[0] / WORKBOOK)
    assert book["Table 3"].freeze_panes == "B8"
    assert book["Table 2"].freeze_panes is None


def test_the_same_tables_give_the_same_bytes(tmp_path):
    assert write(tmp_path / "a.xlsx").read_bytes() == write(tmp_path / "b.xlsx").read_bytes()


def test_the_plans_files_hold_no_count_that_the_page_does_not(plan_files):
    folder, tables, plan = plan_files
    printed = {
        str(v) for one in plan_shared_tables(tables, plan) for r in one.table.rows for v in r
    }
    cells = [c for sheet in Book(folder / WORKBOOK).sheets for c in sheet.cells.values()]
    numbers = {f"{c.value:g}" for c in cells if isinstance(c.value, float)}
    assert numbers <= {text.removesuffix(".0") for text in printed}


def test_a_margin_of_one_class_is_left_out():
    plan = make_plan()
    together = plan.draw.allocation.assign(column="All cases")
    plan = replace(plan, draw=replace(plan.draw, allocation=together))
    titles = [one.title for one in plan_shared_tables(protect_plan(plan), plan)]
    assert "Cases and audits by status" not in titles
    assert "Cases and audits by team" in titles


def test_rates_public_numbers_levels_and_rounding_are_written_as_printed(tmp_path):
    frame = pd.DataFrame(
        {
            "area": ["N", "N", "S", "S"] * 2,
            "team": ["A", "B", "C", "D"] * 2,
            "year": ["2025"] * 4 + ["2026"] * 4,
            "cases": [44, 67, 52, 81, 47, 66, 58, 83],
            "children": [4000, 5000, 6000, 7000] * 2,
        }
    )
    three = protect(frame, by=["area", "team", "year"], counts=["cases"])
    flat = frame.groupby(["team", "year"], as_index=False)[["cases", "children"]].sum()
    two = protect(
        flat,
        by=["team", "year"],
        counts=["cases"],
        publics=["children"],
        rates={"rate": ("cases", "children")},
        rounded_to=5,
    )
    shared = (SharedTable(three, "By area"), SharedTable(two, "By team"))
    path = write(tmp_path / "t.xlsx", *shared)
    assert check_workbook(path) == []
    book = openpyxl.load_workbook(path)
    titles = [book[f"Table {at}"]["A1"].value for at in range(1, 5)]
    assert titles == [
        "Table 1: By area",
        "Table 2: By team: cases",
        "Table 3: By team: children",
        "Table 4: By team: rate per 10,000",
    ]
    assert book["Table 4"].cell(book["Table 4"].max_row, 2).number_format == "0.0"
    assert "rounded to the nearest 5" in " ".join(str(c.value) for c in book["Notes"]["B"])
    read = pd.read_csv(write_tables_csv(tmp_path / "t.csv", shared), keep_default_na=False)
    assert list(read.columns) == csv_columns(3)
    assert set(read["unit"]) == {"count", "number", "per 10,000"}
    printed = [
        value for one in shared for row in one.table.rows for value in row[len(one.table.by) :]
    ]
    assert [float(value) for value in read["value"]] == [float(value) for value in printed]


def test_a_table_that_was_not_released_is_refused(tmp_path):
    one = small()
    known = {release_fingerprint(one.table)}
    write(tmp_path / "t.xlsx", one, released=known)
    write_tables_csv(tmp_path / "t.csv", [one], released=known)
    for writer in (
        write,
        lambda path, one, released: write_tables_csv(path, [one], released=released),
    ):
        with pytest.raises(DisclosureError, match="not in the ledger of releases"):
            writer(tmp_path / "other", one, released={"0" * 64})
    assert not (tmp_path / "other").exists()


# --- harmless --------------------------------------------------------------------------------

NASTY = (
    *HOSTILE,
    "\u200b=1+1",
    "\u00a0@x",
    "a\n=1",
    "＠x",
    "－1",
    "＋1",
    "a;=1+1",
    "\x00=1",
    "[c]",
)


def test_hostile_text_stays_text_in_every_place(tmp_path):
    rows = [(text, other, 10 + at) for at, text in enumerate(NASTY) for other in NASTY[:3]]
    two_way = pd.DataFrame(rows, columns=["=team", "@status", "cases"])
    safe = protect(two_way, by=["=team", "@status"], counts=["cases"], labels={"cases": "=N()"})
    one_way = two_way.groupby("=team", sort=False, as_index=False)["cases"].sum()
    line = protect(one_way, by=["=team"], counts=["cases"], labels={"=team": "+x", "cases": "-y"})
    for at in range(0, len(NASTY), 3):
        text, *others = map(declared, NASTY[at : at + 3])
        shared = (SharedTable(safe, text, text), *(SharedTable(line, one, one) for one in others))
        path = write(tmp_path / f"{at}.xlsx", *shared, title=text, source=text, contact=text)
        faults = check_workbook(path)
        assert [fault for fault in faults if "says nothing" not in fault] == []
        book = openpyxl.load_workbook(path)
        assert not [c for sheet in book for row in sheet for c in row if c.data_type == "f"]
        assert b"example.org" not in b"".join(
            part for name, part in Book(path).parts.items() if name.endswith(".rels")
        )


def test_no_field_of_the_csv_file_is_a_formula_and_numbers_stay_numbers(tmp_path):
    table = pd.DataFrame({"=team": NASTY, "cases": range(10, 10 + len(NASTY))})
    safe = protect(table, by=["=team"], counts=["cases"], percentages={"p": ("cases", "total")})
    path = write_tables_csv(tmp_path / "t.csv", [SharedTable(safe, "@title")])
    with path.open(encoding="utf-8", newline="") as handle:
        read = list(csv.DictReader(handle))
    assert all(not starts_formula(field) for row in read for field in row.values())
    assert [int(row["value"]) for row in read if row["unit"] == "count"][:-1] == list(
        table["cases"]
    )
    assert {row["group_1"] for row in read} >= {"'=1+1", "'＝1+1", "12345"}
    assert '"' + "a;=1+1" + '"' in path.read_text(encoding="utf-8")


def test_the_csv_file_is_tidy_and_hides_what_the_tables_hide(plan_files):
    folder, tables, plan = plan_files
    read = pd.read_csv(folder / "audit_plan_tables.csv", keep_default_na=False)
    assert list(read.columns) == csv_columns(2) == csv_columns(1)
    shared = plan_shared_tables(tables, plan)
    measures = [len(t.table.rows) * len(t.table.columns[len(t.table.by) :]) for t in shared]
    assert read.groupby("table").size().tolist() == measures
    assert ((read["value"] == "") == (read["mark"] != "")).all()
    hidden = sum(value == "[c]" for t in shared for row in t.table.rows for value in row)
    assert (read["mark"] == "[c]").sum() == hidden > 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_headings_make_a_table_that_excel_takes(tmp_path_factory, names):
    frame = pd.DataFrame({"team": ["A", "B"], "n": [7, 8]})
    labels = [*map(declared, names), "team"]
    safe = protect(frame, by=["team"], counts=["n"], labels={"team": labels[0], "n": labels[-1]})
    path = write(tmp_path_factory.mktemp("t") / "t.xlsx", SharedTable(safe, "Title"))
    assert check_workbook(path) == []
    made = headings_of(pd.DataFrame(columns=labels))
    assert len({name.casefold() for name in made}) == len(labels)
    assert all(made)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Table 1 Cases by team", "table_1_cases_by_team"),
        ("A1", "table_a1"),
        ("=1+1", "table_1_1"),
        ("", "table"),
        ("Ünïcødé", "table_n_c_d"),
        ("r1c1", "table_r1c1"),
    ],
)
def test_table_names_are_made_acceptable(text, name):
    assert safe_table_name(text) == name


def test_headings_are_tagged_and_nothing_else_changes(tmp_path):
    path = write(tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    assert {sheet["A1"].style for sheet in book} == {"Heading 1"}
    assert [c.value for c in book["Cover"]["A"] if c.style == "Heading 2"] == [
        "What is in this workbook",
        "Numbers that are not shown",
        "Source",
        "Contact",
    ]
    assert {c.style for row in book["Table 1"].iter_rows(min_row=2) for c in row} == {"Normal"}
    assert book["Table 1"]["A1"].font.sz == 16
    styles = Book(path).parts["xl/styles.xml"].decode()
    for element, name in (("cellStyleXfs", "xf"), ("cellStyles", "cellStyle"), ("cellXfs", "xf")):
        section = re.search(rf'<{element} count="(\d+)">(.*?)</{element}>', styles, re.DOTALL)
        assert len(re.findall(rf"<{name} ", section[2])) == int(section[1])


@pytest.mark.parametrize(
    ("text", "heading"),
    [("a\nb\t c", "a b c"), ("_x0041_", "_ x0041_"), ("\x00", ""), (7, "7")],
)
def test_headings_are_one_line_that_reads_the_same_everywhere(text, heading):
    assert safe_heading(text) == heading


def test_numbers_of_the_layout_are_known_and_numbers_in_cells_are_not(tmp_path):
    found = layout_numbers(write(tmp_path / "t.xlsx"))
    assert {"124519", "12436"} <= found
    assert "90" not in found


def test_titles_among_the_properties_are_clean_and_short(tmp_path):
    path = write(tmp_path / "t.xlsx", title="a\x00b\n" + "c" * 400)
    title = openpyxl.load_workbook(path).properties.title
    assert title == ("a b " + "c" * 400)[:255]


@pytest.mark.parametrize(("rows", "tall"), [(8, "0"), (24, None), (30, "0"), (40, "2")])
def test_no_page_is_printed_for_a_row_or_two(tmp_path, rows, tall):
    """Rows of 19.75 points: of 491 a page on its side has some 400 below title and heads."""
    table = pd.DataFrame({"group": [f"row {one}" for one in range(rows)], "cases": 12})
    book = open_workbook(tmp_path / "t.xlsx", created=date(2026, 11, 1), title="T")
    widths = {"group": 125, "cases": 12}
    write_sheet(book, "One", "One", ["A note."] * 4, table, Formats(book), widths=widths)
    book.close()
    with zipfile.ZipFile(tmp_path / "t.xlsx") as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode()
    setup = re.search(r"<pageSetup[^>]*>", text)[0]
    assert 'orientation="landscape"' in setup
    found = re.search(r'fitToHeight="(\d+)"', setup)
    assert (found and found[1]) == tall
