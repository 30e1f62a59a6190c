"""The data-quality report as a table, as lines and as a workbook."""

import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_sampling.errors import ExtractError
from qa_sampling.records.quality import (
    FaultLog,
    combine_quality,
    in_two,
    quality_lines,
    rows_text,
    summarise_quality,
)
from qa_sampling.records.quality_workbook import write_quality_workbook
from qa_sampling.schema import QUALITY, check_table


@pytest.fixture
def log():
    log = FaultLog()
    log.add("note", "", "Annex A", "no as-at date was given", "Future dates were not looked for.")
    log.add("mended", "a.xlsx", "List 6 Children in need", "the cell is blank", "Left blank.",
            column="CIN Start Date", rows=[9, 3, 3, 4])  # fmt: skip
    log.add(
        "stop", "a.xlsx", "List 1 Contacts", "the column is missing", "Add it.", column="Gender"
    )
    log.add("mended", "b.xlsx", "List 6 Children in need", "odd", "Left blank.", count=7)
    return log


def test_table_is_declared_and_worst_first(log):
    table = check_table(log.table(), QUALITY)
    assert table["severity"].tolist() == ["stop", "mended", "mended", "note"]
    assert table["count"].tolist() == [0, 4, 7, 0]
    assert table["rows"].tolist()[1] == "rows 3, 4 and 9"
    assert table["file"].tolist()[3] == "all files"


def test_empty_report():
    assert check_table(FaultLog().table(), QUALITY).empty
    assert quality_lines(QUALITY.empty()) == ["No faults found."]
    assert summarise_quality(QUALITY.empty()).empty
    assert combine_quality([]).empty and combine_quality([None, QUALITY.empty()]).empty


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([7], "row 7"),
        ([9, 7], "rows 7 and 9"),
        ([1, 2, 3, 4, 5], "rows 1, 2, 3, 4 and 5"),
        (range(1, 36), "rows 1, 2, 3, 4, 5 and 30 more"),
        ([3, 3], "row 3"),
    ],
)
def test_rows_in_words(numbers, text):
    assert rows_text(numbers) == text


@given(st.lists(st.integers(1, 500)))
def test_rows_in_words_count_every_row(numbers):
    text = rows_text(numbers)
    more = re.search(r"and (\d+) more", text)
    named = len(re.findall(r"\d+", text)) - bool(more)
    assert named + int(more[1] if more else 0) == len(set(numbers))


def test_stop_lists_every_fault_and_carries_the_report(log):
    log.add("stop", "a.xlsx", "List 2 Early help assessments", "odd", "Mend it.", rows=[4, 5])
    with pytest.raises(ExtractError, match="cannot be used because of 2 faults") as caught:
        log.raise_if_stopped("The Annex A extract")
    assert str(caught.value).splitlines()[1:] == [
        "- a.xlsx, List 1 Contacts: Gender: the column is missing. Add it.",
        "- a.xlsx, List 2 Early help assessments: odd (rows 4 and 5). Mend it.",
    ]
    pd.testing.assert_frame_equal(caught.value.quality, log.table())


def test_no_stop_no_error():
    log = FaultLog()
    log.add("note", "", "x", "y", "z.")
    log.raise_if_stopped("It")


def test_combined_reports_keep_every_entry_worst_first(log):
    joined = combine_quality([log.table(), None, log.table()])
    assert joined["severity"].tolist() == ["stop"] * 2 + ["mended"] * 4 + ["note"] * 2
    check_table(joined, QUALITY)


def test_summary_counts_kinds_and_rows(log):
    summary = summarise_quality(combine_quality([log.table(), log.table()]))
    first = summary[(summary["file"] == "a.xlsx") & (summary["severity"] == "mended")]
    assert first[["faults", "rows"]].to_numpy().tolist() == [[2, 8]]


def test_lines_for_the_terminal(log):
    assert quality_lines(log.table()) == [
        "1 must be put right, 2 mended, 1 for information.",
        "",
        "Must be put right: the run cannot go on",
        "  List 1 Contacts (a.xlsx)",
        "    Gender: the column is missing. Add it.",
        "",
        "Mended on reading: put right in the case system",
        "  List 6 Children in need (a.xlsx)",
        "    CIN Start Date: the cell is blank (rows 3, 4 and 9). Left blank.",
        "  List 6 Children in need (b.xlsx)",
        "    odd (7 in all). Left blank.",
        "",
        "For information",
        "  Annex A (all files)",
        "    no as-at date was given. Future dates were not looked for.",
    ]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("a.xlsx is empty (0 bytes). Export it again.", ("is empty (0 bytes)", "Export it again.")),
        ("a.xlsx, line 2: odd", ("line 2: odd", "Check the file.")),
        ("Odd. Do this. Then that.", ("Odd", "Do this. Then that.")),
    ],
)
def test_a_refusal_in_two(message, parts):
    assert in_two(message, "a.xlsx") == parts


# -- the workbook -----------------------------------------------------------------------


def test_workbook_has_a_sheet_for_each_severity(log, tmp_path):
    write_quality_workbook(tmp_path / "q.xlsx", log.table())
    book = openpyxl.load_workbook(tmp_path / "q.xlsx")
    assert book.sheetnames == [
        "Overview",
        "Summary",
        "Put right first",
        "Mended",
        "For information",
    ]
    for name in book.sheetnames[2:]:
        assert len(book[name].tables) == 1 and book[name].freeze_panes
        assert not book[name].merged_cells.ranges
    cells = {cell.value for line in book["Mended"].iter_rows() for cell in line}
    assert {"rows 3, 4 and 9", "The cell is blank", "CIN Start Date", 7} <= cells


def test_empty_report_as_a_workbook(tmp_path):
    write_quality_workbook(tmp_path / "q.xlsx", QUALITY.empty())
    assert openpyxl.load_workbook(tmp_path / "q.xlsx").sheetnames == ["Overview"]


def test_same_report_gives_the_same_bytes(log, tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_quality_workbook(tmp_path / name, log.table())
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("payload", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "http://x.y"])
def test_nothing_becomes_a_formula_or_a_link(tmp_path, payload):
    log = FaultLog()
    log.add("mended", payload, payload, payload, payload, column=payload, rows=[2])
    write_quality_workbook(tmp_path / "q.xlsx", log.table())
    with zipfile.ZipFile(tmp_path / "q.xlsx") as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        text = b"".join(archive.read(name) for name in sheets)
        links = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".rels"))
    assert b"<f>" not in text and b"http://x.y" not in links
