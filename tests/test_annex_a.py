"""The Annex A reader: layouts, drift and dirt, and what the quality report says of them."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from annex_a_factory import (
    AS_AT,
    faults,
    grid,
    headers,
    row,
    write_csvs,
    write_grids,
    write_lists,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import ExtractError
from qa_sampling.records.annex_a import read_annex_a
from qa_sampling.records.annex_a_headers import list_from_name
from qa_sampling.records.annex_a_layout import CODES, LISTS
from qa_sampling.records.annex_a_months import month_in_name
from qa_sampling.schema import NOT_RECORDED, QUALITY, check_table

SAMPLE = (
    Path(__file__).parents[2]
    / "shared"
    / "data"
    / "annex_a"
    / "Annex_A_2024_Jan_liia_pipeline.xlsx"
)
ALL = {number: [row(number, child) for child in ("1001", "1002", "1003")] for number in LISTS}


def read(path, **options):
    annex = read_annex_a(path, as_at=AS_AT, **options)
    check_table(annex.quality, QUALITY)
    return annex


def one(tmp_path, number, *rows, **options):
    """Read a workbook of one list; give its table and the report."""
    annex = read(write_lists(tmp_path / "a.xlsx", {number: list(rows)}), **options)
    return annex.lists[number], annex.quality


def refusal(path, **options):
    with pytest.raises(ExtractError) as caught:
        read(path, **options)
    check_table(caught.value.quality, QUALITY)
    return caught.value


# -- layouts ----------------------------------------------------------------------------


def test_all_eleven_lists_with_declared_types(tmp_path):
    annex = read(write_lists(tmp_path / "annex.xlsx", ALL))
    assert annex.found == tuple(LISTS) and annex.absent == ()
    assert annex.files == ("annex.xlsx",) and annex.as_at == AS_AT
    dtypes = {"date": "datetime64[us]", "whole": "Int64", "age": "float64"}
    for number, frame in annex.lists.items():
        assert len(frame) == 3 and frame["row"].tolist() == [2, 3, 4]
        assert frame["in_newest"].all() and set(frame["extract"]) == {"annex.xlsx"}
        for column in LISTS[number].columns:
            assert frame[column.field].dtype == dtypes.get(column.kind, "str")
    assert set(annex.quality["severity"]) <= {"note"}


@pytest.mark.parametrize(
    "names",
    ["List {}", "List_{}", "list {}", "LIST {} ", "{}", "{:02d}", "List {:02d}", "Annex A List {}"],
)
def test_sheet_names(tmp_path, names):
    assert read(write_lists(tmp_path / "a.xlsx", ALL, names=names)).found == tuple(LISTS)


def test_sheets_named_by_title(tmp_path):
    titles = "Contacts,Early Help,Referrals,Assessments,Sec47 and ICPC,Children in Need,"
    titles += "Child Protection,Children in Care,Care leavers,Adoption,Adopters"
    grids = {title: grid(number, ALL[number]) for number, title in enumerate(titles.split(","), 1)}
    assert read(write_grids(tmp_path / "a.xlsx", grids)).found == tuple(LISTS)


def test_sheets_of_other_names_are_known_by_their_headers(tmp_path):
    grids = {f"Tab {'abcdefghijk'[n - 1]}": grid(n, rows) for n, rows in ALL.items()}
    assert read(write_grids(tmp_path / "a.xlsx", grids)).found == tuple(LISTS)


def test_other_sheets_are_passed_over_and_noted(tmp_path):
    grids = {"List 1": grid(1, ALL[1]), "Lookups": [["a", "b"], [1, 2]], "Notes": [["hello"]]}
    annex = read(write_grids(tmp_path / "a.xlsx", grids))
    assert annex.found == (1,)
    assert "sheet Lookups" in set(annex.quality["list"])
    assert "sheet Notes" not in set(annex.quality["list"])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("List 1", 1),
        ("List 10", 10),
        ("List 11", 11),
        ("list_01", 1),
        ("List 12", None),
        ("Annex A - List 7 Child protection", 7),
        ("3 Referrals", 3),
        ("3. Referrals", 3),
        ("Referrals", 3),
        ("Looked after children", 8),
        ("2024", None),
        ("Sheet1", None),
        ("Referrals old", None),
    ],
)
def test_names_of_lists(name, number):
    assert list_from_name(name) == number


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_folder_of_csv_files(tmp_path, separator, encoding):
    folder = write_csvs(tmp_path / "month", ALL, separator=separator, encoding=encoding)
    annex = read(folder)
    assert annex.found == tuple(LISTS) and annex.files == ("month",)
    workbook = read(write_lists(tmp_path / "a.xlsx", ALL))
    for number in LISTS:
        left, right = (a.lists[number].drop(columns="extract") for a in (annex, workbook))
        pd.testing.assert_frame_equal(left, right)


def test_csv_files_named_one_by_one_and_by_title(tmp_path):
    folder = write_csvs(tmp_path / "x", {1: ALL[1], 6: ALL[6]}, names="List {} export.csv")
    (folder / "List 6 export.csv").rename(folder / "Children in need.csv")
    assert read(sorted(folder.glob("*.csv"))).found == (1, 6)


def test_older_layout_of_list_9(tmp_path):
    gone = {"uasc", "personal_advisor", "pathway_review", "last_contact"}
    keep = [i for i, c in enumerate(LISTS[9].columns) if c.field not in gone]
    cells = [[line[i] for i in keep] for line in grid(9, ALL[9])]
    annex = read(write_grids(tmp_path / "a.xlsx", {"List 9": cells}))
    assert annex.lists[9]["last_contact"].isna().all()
    assert len(faults(annex.quality, "note")) >= 4


def test_order_of_columns_does_not_matter(tmp_path):
    plain = read(write_lists(tmp_path / "a.xlsx", {8: ALL[8]})).lists[8]
    turned = [line[::-1] for line in grid(8, ALL[8])]
    other = read(write_grids(tmp_path / "b.xlsx", {"List 8": turned})).lists[8]
    pd.testing.assert_frame_equal(plain.drop(columns="extract"), other.drop(columns="extract"))


# -- headers ----------------------------------------------------------------------------

DRIFT = {
    "Age of Child (Years)": "Age",
    "Date of referral": "DATE OF  Referral ",
    "Child Unique ID": "Child\u00a0unique id",
    "Case Status": "Case status",
    "Date Ceased to be Looked After": "Date Ceased to be Looked After ",
    "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": "Unaccompanied "
    "Asylum Seeking Child (UASC) within the Last 12 Months (Y/N))",
    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": ""
    "Number of Episodes the Child has been ‘Missing’ from their Placement in the last 12 months",
    "Was the child assessed as requiring LA children's social care support?": "Was the child "
    "assessed as requiring LA childrens social care support",
    "Is this a second or subsequent period of being a Looked After Child within the last 12 months "
    "(Y/N)": "Is this a second or subsequent episode of being a Looked After Child (Y/N)",
    "Date of Birth": "DOB",
    "Allocated Worker": "Allocated worker name",
    "Gender": "Sex",
}


def test_headers_that_drifted(tmp_path):
    grids = {
        f"List {n}": grid(n, ALL[n], [DRIFT.get(name, name) for name in headers(n)]) for n in LISTS
    }
    annex = read(write_grids(tmp_path / "a.xlsx", grids))
    assert annex.found == tuple(LISTS)
    assert not [fault for _, fault, _ in faults(annex.quality) if "missing" in fault]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_case_spaces_and_punctuation_of_headers_do_not_matter(tmp_path_factory, data):
    number = data.draw(st.sampled_from(sorted(LISTS)))
    noise = st.sampled_from(
        [
            str.upper,
            str.lower,
            str.title,
            lambda t: f" {t}\u00a0",
            lambda t: t.replace(" ", "  "),
            lambda t: t + "?",
            lambda t: t,
        ]
    )
    names = [data.draw(noise)(name) for name in headers(number)]
    path = tmp_path_factory.mktemp("h") / "a.xlsx"
    write_grids(path, {f"List {number}": grid(number, ALL[number], names)})
    assert not [f for _, f, _ in faults(read(path).quality) if "missing" in f]


@pytest.mark.parametrize("above", [1, 2, 12])
def test_header_below_titles_is_found(tmp_path, above):
    cells = [["Annex A"]] * above + grid(3, ALL[3])
    annex = read(write_grids(tmp_path / "a.xlsx", {"List 3": cells}))
    assert annex.lists[3]["row"].tolist() == [above + 2, above + 3, above + 4]
    assert ("", f"the header stands in row {above + 1}", "") in faults(annex.quality, "note")


def test_extra_columns_are_dropped_and_noted(tmp_path):
    cells = [
        [*line, extra] for line, extra in zip(grid(1, ALL[1]), ["Surname", *"xyz"], strict=True)
    ]
    annex = read(write_grids(tmp_path / "a.xlsx", {"List 1": cells}))
    assert ("", "1 column is not in the Annex A template", "") in faults(annex.quality, "note")
    assert "x" not in set(annex.lists[1].astype(str).to_numpy().ravel())


@pytest.mark.parametrize(
    ("number", "field"),
    [(1, "child_id"), (1, "contact_date"), (6, "case_status"), (6, "closure_date"), (7, "end_date"),
     (4, "authorisation_date"), (8, "end_date"), (3, "team"), (10, "decision_date")],
)  # fmt: skip
def test_missing_needed_column_stops(tmp_path, number, field):
    place = [c.field for c in LISTS[number].columns].index(field)
    cells = [line[:place] + line[place + 1 :] for line in grid(number, ALL[number])]
    error = refusal(write_grids(tmp_path / "a.xlsx", {f"List {number}": cells}))
    header = LISTS[number].columns[place].header
    assert (header, "the column is missing", "") in faults(error.quality, "stop")
    assert header in str(error)


@pytest.mark.parametrize(
    ("number", "field"), [(1, "age"), (6, "last_seen"), (8, "placement_postcode")]
)
def test_missing_optional_column_is_noted(tmp_path, number, field):
    place = [c.field for c in LISTS[number].columns].index(field)
    cells = [line[:place] + line[place + 1 :] for line in grid(number, ALL[number])]
    annex = read(write_grids(tmp_path / "a.xlsx", {f"List {number}": cells}))
    assert annex.lists[number][field].isna().all()


def test_repeated_header_stops(tmp_path):
    cells = [[*line, line[0]] for line in grid(1, ALL[1])]
    error = refusal(write_grids(tmp_path / "a.xlsx", {"List 1": cells}))
    assert ("Child Unique ID", "two columns have this header", "") in faults(error.quality)


def test_a_sheet_that_holds_another_list_is_told_apart(tmp_path):
    error = refusal(write_grids(tmp_path / "a.xlsx", {"List 3": grid(4, ALL[4])}))
    assert "The headers look like list 4" in str(error)


def test_every_fault_is_listed_at_once(tmp_path):
    grids = {"List 1": [["x", "y"], [1, 2]], "List 3": grid(4, ALL[4]), "List 6": grid(6, ALL[6])}
    error = refusal(write_grids(tmp_path / "a.xlsx", grids))
    assert {"List 1 Contacts", "List 3 Referrals"} <= set(
        error.quality.loc[error.quality["severity"] == "stop", "list"]
    )
    assert str(error).startswith("The Annex A extract cannot be used because of ")


def test_two_sheets_of_one_list_stop_unless_one_is_hidden(tmp_path):
    grids = {"List 1": grid(1, ALL[1]), "Contacts": grid(1, ALL[1][:1])}
    assert "two sheets or files hold this list" in str(
        refusal(write_grids(tmp_path / "a.xlsx", grids))
    )
    annex = read(write_grids(tmp_path / "b.xlsx", grids, hidden=["Contacts"]))
    assert len(annex.lists[1]) == 3


def test_a_hidden_list_is_read_and_noted(tmp_path):
    grids = {"List 1": grid(1, ALL[1]), "List 2": grid(2, ALL[2])}
    annex = read(write_grids(tmp_path / "a.xlsx", grids, hidden=["List 2"]))
    assert ("", "the sheet is hidden", "") in faults(annex.quality, "note")


def test_no_list_and_no_rows(tmp_path):
    error = refusal(write_grids(tmp_path / "a.xlsx", {"Data": [["a", "b", "c"], [1, 2, 3]]}))
    assert "no Annex A list was found" in str(error)
    error = refusal(write_lists(tmp_path / "b.xlsx", {n: [] for n in LISTS}))
    assert "no list holds any row" in str(error)
    (tmp_path / "empty").mkdir()
    assert "holds no workbook and no CSV file" in str(refusal(tmp_path / "empty"))


def test_unreadable_file_among_others_stops(tmp_path):
    write_lists(tmp_path / "2026-09.xlsx", ALL)
    (tmp_path / "2026-10.xlsx").write_bytes(b"PK\x03\x04 cut")
    error = refusal(tmp_path)
    assert "2026-10.xlsx, file: is damaged or was cut short. Copy or export it again" in str(error)


# -- rows -------------------------------------------------------------------------------


def test_total_header_single_and_blank_rows_are_set_aside(tmp_path):
    cells = grid(3, ALL[3])
    cells[2:2] = [headers(3), [None], [" "], ["End of list"], [None, "b) Female", "a) WBRI"]]
    cells += [["Total", 3], ["Grand total", 3]]
    annex = read(write_grids(tmp_path / "a.xlsx", {"List 3": cells}))
    assert annex.lists[3]["child_id"].tolist() == ["1001", "1002", "1003"]
    assert faults(annex.quality, "mended") == {
        ("", "the row repeats the headers", "row 3"),
        ("", "the row holds a single cell", "row 6"),
        ("", "the row has no identifier", "row 7"),
        ("", "the row is a total, not a child", "rows 10 and 11"),
    }


def test_merged_rows_stop_but_merged_titles_do_not(tmp_path):
    path = write_grids(
        tmp_path / "a.xlsx", {"List 1": grid(1, ALL[1])}, merges=[("List 1", "G2:G4")]
    )
    assert "cells are merged over several rows" in str(refusal(path))
    cells = [[None], *grid(1, ALL[1])]
    path = write_grids(tmp_path / "b.xlsx", {"List 1": cells}, merges=[("List 1", "A1:G1")])
    assert len(read(path).lists[1]) == 3


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: ["x", *c], lambda c: [*c, "x"]])
def test_ragged_csv_rows_stop_with_their_numbers(tmp_path, change):
    folder = write_csvs(tmp_path / "m", {1: ALL[1]})
    lines = (folder / "list_1.csv").read_text().splitlines()
    lines[2] = ",".join(change(lines[2].split(",")))
    (folder / "list_1.csv").write_text("\n".join(lines))
    error = refusal(folder)
    assert any("7 fields" in f and rows == "row 3" for _, f, rows in faults(error.quality, "stop"))


def test_every_csv_row_one_field_too_many(tmp_path):
    folder = write_csvs(tmp_path / "m", {1: ALL[1]})
    lines = (folder / "list_1.csv").read_text().splitlines()
    (folder / "list_1.csv").write_text("\n".join([lines[0], *("x," + line for line in lines[1:])]))
    assert "values may stand in the wrong columns" in str(refusal(folder))


def test_trailing_empty_csv_fields_are_harmless(tmp_path):
    folder = write_csvs(tmp_path / "m", {1: ALL[1]})
    lines = (folder / "list_1.csv").read_text().splitlines()
    (folder / "list_1.csv").write_text("\n".join([lines[0], *(line + ",," for line in lines[1:])]))
    assert len(read(folder).lists[1]) == 3


def test_repeated_rows_are_kept_once_and_counted(tmp_path):
    frame, quality = one(tmp_path, 1, row(1), row(1, source="s) 8: Other"), row(1, "1002"))
    assert frame["child_id"].tolist() == ["1001", "1002"]
    assert frame["source"].tolist()[0] == "6"
    assert (
        "Date of Contact",
        "the row repeats an earlier row's identifier and date",
        "row 3",
    ) in faults(quality, "mended")


# -- identifiers ------------------------------------------------------------------------


def test_identifiers_are_text_as_shown(tmp_path):
    rows = [row(1, child) for child in ("00123", 4567, " 89\u00a0", "77.0", "NA", "C/1")]
    frame, _ = one(tmp_path, 1, *rows)
    assert frame["child_id"].tolist() == ["00123", "4567", "89", "77", "NA", "C/1"]


@pytest.mark.parametrize(
    ("child", "words"),
    [
        (12345678901234567, "more than 15 digits"),
        ("1.2E+05", "scientific notation"),
        ("А123", "letters outside the English alphabet"),
    ],
)
def test_damaged_identifiers_stop_and_are_not_quoted(tmp_path, child, words):
    error = refusal(write_lists(tmp_path / "a.xlsx", {1: [row(1), row(1, child)]}))
    assert words in str(error) and "row 3" in str(error)
    assert str(child) not in str(error)


def test_lost_leading_zeros_between_lists_stop(tmp_path):
    path = write_lists(tmp_path / "a.xlsx", {1: [row(1, "00123")], 6: [row(6, 123)]})
    error = refusal(path)
    assert "identifiers differ from another only by leading zeros" in str(error)
    assert "seen as two (2 in all)" in str(error)
    assert "123" not in str(error)
    assert "does not have the form that was set" in str(refusal(path, id_pattern=r"\d{5}"))
    assert read(path, id_pattern=r"\d+").found == (1, 6)


def test_unreadable_identifier_is_set_aside(tmp_path):
    frame, quality = one(tmp_path, 1, row(1), row(1, "#N/A"), row(1, 12.5))
    assert len(frame) == 1
    assert ("Child Unique ID", "the cell is not an identifier", "row 4") in faults(
        quality, "mended"
    )


# -- dates ------------------------------------------------------------------------------


def test_dates_as_text_and_as_cells(tmp_path):
    days = ["03/04/2026", "2026-04-03", dt.date(2026, 4, 3), "3 April 2026"]
    frame, _ = one(tmp_path, 3, *(row(3, f"{n}9", day) for n, day in enumerate(days)))
    assert frame["referral_date"].eq(pd.Timestamp(2026, 4, 3)).all()


BAD_DAYS = ["31/02/2026", "04/25/2026", "03/04/26", 46115, "46115", "n/k", ":", "#N/A", "c"]


@pytest.mark.parametrize("day", BAD_DAYS)
def test_unusable_date_of_an_event_sets_the_row_aside(tmp_path, day):
    frame, quality = one(tmp_path, 3, row(3), row(3, "1002", day))
    assert frame["child_id"].tolist() == ["1001"]
    assert ("Date of referral", "the row has no usable date", "row 3") in faults(quality, "mended")
    assert str(day) not in " ".join(quality["fault"]) or day in ("c", ":", "#N/A")


@pytest.mark.parametrize("day", BAD_DAYS)
def test_unusable_start_keeps_the_child_on_a_list_of_cases(tmp_path, day):
    frame, quality = one(tmp_path, 8, row(8, "1002", start_date=day))
    assert frame["start_date"].isna().all() and len(frame) == 1
    assert ("Date Started to be Looked After", "the row has no usable date", "row 2") in faults(
        quality
    )


def test_unusable_optional_date_is_blank_and_counted(tmp_path):
    rows = [row(6, f"{n}7", last_seen=day) for n, day in enumerate(BAD_DAYS)]
    frame, quality = one(tmp_path, 6, *rows)
    assert frame["last_seen"].isna().all() and len(frame) == len(BAD_DAYS)
    counted = quality[quality["column"] == "Date Child Was Last Seen"]
    assert counted["count"].sum() == len(BAD_DAYS) and set(counted["severity"]) == {"mended"}


def test_future_dates_are_blank_and_late_rows_left_out(tmp_path):
    frame, quality = one(
        tmp_path,
        6,
        row(6, "1", last_seen=dt.date(2036, 1, 1)),
        row(6, "2", dt.date(2062, 9, 1)),
        row(6, "3", AS_AT + dt.timedelta(days=3)),
        row(6, "4", closure_date=AS_AT + dt.timedelta(days=3)),
    )
    assert frame["child_id"].tolist() == ["1", "2", "4"]
    assert frame["last_seen"].isna().all() and frame["start_date"].isna().tolist()[1]
    assert frame["closure_date"].tolist()[2] == pd.Timestamp(AS_AT + dt.timedelta(days=3))
    assert ("CIN Start Date", "the row begins after the as-at date", "row 4") in faults(
        quality, "note"
    )
    assert ("CIN Start Date", "the cell is a date in the future", "row 3") in faults(
        quality, "mended"
    )


def test_without_an_as_at_date_nothing_is_future(tmp_path):
    path = write_lists(tmp_path / "a.xlsx", {1: [row(1, date=dt.date(2036, 1, 1))]})
    annex = read_annex_a(path)
    assert len(annex.lists[1]) == 1
    assert ("", "no as-at date was given", "") in faults(annex.quality, "note")


def test_dates_before_birth(tmp_path):
    born = dt.date(2026, 6, 1)
    frame, quality = one(
        tmp_path,
        7,
        row(7, "1", dt.date(2026, 3, 1), date_of_birth=born),
        row(7, "2", dt.date(2019, 3, 1), date_of_birth=born),
        row(7, "3", dt.date(2026, 10, 1), date_of_birth=dt.date(2027, 2, 1)),
        row(7, "4", dt.date(2026, 10, 1), date_of_birth=dt.date(2031, 2, 1)),
    )
    assert frame["start_date"].isna().tolist() == [False, True, False, False]
    assert frame["date_of_birth"].isna().tolist() == [False, False, False, True]
    words = "the cell is a date long before the date of birth"
    assert ("Child Protection Plan Start Date", words, "row 3") in faults(quality, "mended")


def test_formula_without_result_and_1904(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "List 3"
    cells = grid(3, [row(3), row(3, "1002", "=TODAY()")])
    for line in cells:
        book.active.append(line)
    book.save(tmp_path / "a.xlsx")
    annex = read(tmp_path / "a.xlsx")
    words = "the cell holds a formula whose result was not saved"
    assert ("Date of referral", words, "row 3") in faults(annex.quality, "mended")
    book.active["F3"] = "=#REF!"
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "b.xlsx")
    frame = read(tmp_path / "b.xlsx").lists[3]
    assert frame["referral_date"].tolist() == [pd.Timestamp(2026, 9, 1)]


# -- codes, counts and text -------------------------------------------------------------


def test_unknown_and_blank_codes_are_not_recorded_and_counted(tmp_path):
    need = ["PSRMEM - Support with memory", None, "c", "#N/A", "N2 - Child's disability"]
    frame, quality = one(
        tmp_path, 6, *(row(6, f"{n}5", primary_need=x) for n, x in enumerate(need))
    )
    assert frame["primary_need"].tolist() == [NOT_RECORDED] * 4 + ["N2"]
    column = "Primary Need Code"
    assert (column, "the cell is not one of the codes of this column", "rows 2 and 4") in faults(
        quality, "mended"
    )
    assert (column, "the cell is blank, although the guidance asks for a value", "row 3") in faults(
        quality, "note"
    )
    assert "PSRMEM" not in quality.to_string()


def test_optional_blank_code_stays_blank(tmp_path):
    frame, _quality = one(tmp_path, 6, row(6, closure_reason=None), row(6, "2", closure_reason="?"))
    assert frame["closure_reason"].isna().tolist() == [True, False]


def test_markers_never_become_numbers(tmp_path):
    marks = ["c", "z", "x", "u", "k", "low", ":"]
    rows = [row(3, f"{n}1", referrals_12m=mark, age=mark) for n, mark in enumerate(marks)]
    frame, quality = one(tmp_path, 3, *rows)
    assert frame["referrals_12m"].isna().all() and frame["age"].isna().all()
    counted = quality[quality["fault"].str.contains("marker")]
    assert counted["count"].tolist() == [7, 7]


def test_ages_with_decimals_and_names_with_hard_spaces(tmp_path):
    frame, _ = one(tmp_path, 3, row(3, age=6.138, worker="Dustin\u00a0Hazlett ", team="#N/A"))
    assert frame["age"].tolist() == [6.138]
    assert frame["worker"].tolist() == ["Dustin Hazlett"] and frame["team"].isna().all()


def test_template_codes_read_as_declared(tmp_path):
    for number, field in [
        (1, "source"),
        (6, "closure_reason"),
        (8, "end_reason"),
        (9, "accommodation"),
    ]:
        codes = CODES[next(c.codes for c in LISTS[number].columns if c.field == field)]
        rows = [row(number, f"{n}3", **{field: text}) for n, text in enumerate(codes)]
        frame, _quality = one(tmp_path, number, *rows)
        assert frame[field].tolist() == list(codes.values())


# -- several months ---------------------------------------------------------------------


def months(folder, *names, **rows_by_month):
    for name, lists in zip(names, rows_by_month.values(), strict=True):
        write_lists(folder / name, lists)
    return folder


def test_months_stack_and_the_newest_facts_count(tmp_path):
    months(
        tmp_path,
        "annex_2026-09.xlsx",
        "annex_2026-10.xlsx",
        old={3: [row(3, "1", nfa="a) Yes"), row(3, "2", dt.date(2026, 3, 1))], 6: [row(6, "7")]},
        new={
            3: [row(3, "1", nfa="b) No"), row(3, "3")],
            6: [row(6, "7", closure_date=dt.date(2026, 10, 9)), row(6, "8")],
        },
    )
    annex = read(tmp_path)
    assert annex.files == ("annex_2026-09.xlsx", "annex_2026-10.xlsx")
    referrals = annex.lists[3].set_index("child_id")
    assert referrals.loc["1", "nfa"] == "No"
    assert referrals["in_newest"].to_dict() == {"1": True, "3": True, "2": False}
    assert annex.newest(6)["closure_date"].notna().tolist() == [True, False]
    assert len(annex.all_rows(6)) == 2


def test_order_of_paths_does_not_matter(tmp_path):
    paths = [
        write_lists(tmp_path / f"annex_{m}.xlsx", {3: [row(3, "1", nfa=nfa)]})
        for m, nfa in [("2026-08", "a) Yes"), ("2026-10", "b) No"), ("2026-09", "a) Yes")]
    ]
    frames = [read(order).lists[3] for order in (paths, paths[::-1])]
    pd.testing.assert_frame_equal(*frames)
    assert frames[0]["nfa"].tolist() == ["No"]


def test_extracts_without_a_month_are_ordered_by_their_events(tmp_path):
    mistyped = [row(3, f"{n}0", dt.date(2026, 5, 1)) for n in range(1, 30)]
    mistyped.append(row(3, "99", dt.date(2026, 10, 30)))
    paths = [
        write_lists(tmp_path / "a.xlsx", {3: [row(3, f"{n}0") for n in range(1, 30)]}),
        write_lists(tmp_path / "b.xlsx", {3: mistyped}),
    ]
    annex = read(paths)
    assert annex.files == ("b.xlsx", "a.xlsx")
    assert "by their latest events" in " ".join(annex.quality["fault"])


def test_a_list_absent_from_the_newest_comes_from_the_newest_that_has_it(tmp_path):
    months(tmp_path, "2026-09.xlsx", "2026-10.xlsx", old={2: ALL[2], 3: ALL[3]}, new={3: ALL[3]})
    assert len(read(tmp_path).newest(2)) == 3


def test_open_row_whose_start_was_changed_counts_once(tmp_path):
    months(
        tmp_path,
        "2026-09.xlsx",
        "2026-10.xlsx",
        old={7: [row(7, "1", dt.date(2026, 9, 1)), row(7, "2", dt.date(2026, 2, 1))]},
        new={7: [row(7, "1", dt.date(2026, 9, 2))]},
    )
    annex = read(tmp_path)
    assert annex.lists[7]["child_id"].tolist() == ["1", "2"]
    words = "an open row of an older extract has another start date in the newest"
    assert ("", words, "") in faults(annex.quality, "mended")


def test_monthly_folders_of_csv_files(tmp_path):
    for month in ("2026-09", "2026-10"):
        write_csvs(tmp_path / month, {1: ALL[1]})
    assert read(tmp_path).files == ("2026-09", "2026-10")


def test_other_files_in_the_folder_are_passed_over(tmp_path):
    write_lists(tmp_path / "annex_2026-10.xlsx", ALL)
    (tmp_path / "~$annex_2026-10.xlsx").write_bytes(b"x")
    (tmp_path / "staff.csv").write_text("staff_id,role\n1,x\n")
    (tmp_path / "notes.txt").write_text("x")
    annex = read(tmp_path)
    assert annex.files == ("annex_2026-10.xlsx",)
    assert "staff.csv" not in set(annex.quality["file"])


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("annex_a_2026-10-31.xlsx", "2026-10-31"),
        ("Annex A Oct 2026.xlsx", "2026-10"),
        ("annex 31.10.2026.ods", "2026-10-31"),
        ("202610.xlsx", "2026-10"),
        ("2026 October", "2026-10"),
        ("annex.xlsx", None),
        ("annex 2026-09 to 2026-10.xlsx", None),
        ("v2026-99.xlsx", None),
    ],
)
def test_month_in_name(name, month):
    assert month_in_name(name) == month


# -- the report -------------------------------------------------------------------------


def test_contradictions_between_lists_are_noted(tmp_path):
    annex = read(
        write_lists(
            tmp_path / "a.xlsx",
            {
                6: [row(6, "1", case_status="a) Looked after child"), row(6, "2")],
                8: [row(8, "3"), row(8, "1", end_date=dt.date(2026, 10, 1))],
                1: [row(1, "1", date_of_birth=dt.date(2014, 1, 1))],
            },
        )
    )
    said = " ".join(annex.quality["fault"])
    assert "the status is looked after, but list 8" in said
    assert "children who are open here are closed on list 6 or not on it" in said
    assert "children have different dates of birth on different lists" in said


def test_old_extract_and_absent_lists_are_noted(tmp_path):
    annex = read(write_lists(tmp_path / "a.xlsx", {3: [row(3, date=dt.date(2025, 1, 5))]}))
    said = faults(annex.quality, "note")
    assert ("", "the newest event is of 05/01/2025, long before the as-at date", "") in said
    assert sum(fault == "the list is not in the extract" for _, fault, _ in said) >= 1
    assert len(annex.absent) == 10


def test_as_many_rows_as_an_old_spreadsheet(tmp_path, monkeypatch):
    from qa_sampling.records import annex_a_rows

    monkeypatch.setattr(annex_a_rows, "OLD_LIMITS", (4,))
    annex = read(write_lists(tmp_path / "a.xlsx", {1: ALL[1]}))
    assert any("the most an old .xls can hold" in fault for _, fault, _ in faults(annex.quality))


def test_no_value_of_a_child_is_in_any_message(tmp_path):
    secret = {"child": "CANARY77", "date_of_birth": "77/77/2077", "worker": "CANARY WORKER"}
    child = secret.pop("child")
    rows = [row(6, child, primary_need="CANARY NEED", **secret), row(6, child, **secret)]
    rows += [row(6, None, gender="CANARY SEX")]
    annex = read(write_lists(tmp_path / "a.xlsx", {6: rows}))
    assert "CANARY" not in annex.quality.to_string() and "2077" not in annex.quality.to_string()
    error = refusal(write_lists(tmp_path / "b.xlsx", {6: rows}), id_pattern="[0-9]+")
    assert "CANARY" not in str(error) + error.quality.to_string()


def test_progress_names_each_file(tmp_path):
    said = []
    read(write_lists(tmp_path / "a.xlsx", ALL), progress=said.append)
    assert said == ["Reading a.xlsx"]


def test_absent_list_gives_an_empty_typed_frame(tmp_path):
    annex = read(write_lists(tmp_path / "a.xlsx", {1: ALL[1]}))
    empty = annex.newest(8)
    assert empty.empty and empty["start_date"].dtype == "datetime64[us]"


@pytest.mark.skipif(
    not SAMPLE.exists(), reason="the public example workbook is not beside the project"
)
def test_public_example_workbook():
    annex = read_annex_a(SAMPLE, as_at=dt.date(2021, 3, 31))
    assert annex.found == tuple(LISTS)
    assert {n: len(f) for n, f in annex.lists.items()} == dict(
        zip(LISTS, [5, 5, 6, 5, 5, 5, 7, 5, 6, 5, 5], strict=True)
    )
    said = faults(annex.quality, "mended")
    error = "the cell shows an Excel error such as #N/A"
    assert ("Allocated Team", error, "rows 2, 3, 4, 5 and 6") in said
    assert ("Primary Need Code", "the cell is not one of the codes of this column", "row 2") in said
    assert not (annex.quality["severity"] == "stop").any()
