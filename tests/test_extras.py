"""The extra tables: templates, layouts, and what each fault does."""

import datetime as dt

import openpyxl
import pytest
from annex_a_factory import faults, write_grids
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.records.extras import EXTRA_TABLES, WITHOUT, read_extras, write_templates
from qa_sampling.records.tabular import read_book
from qa_sampling.schema import NOT_RECORDED, check_table

PERSON = {
    "staff_id": "S1",
    "name": "Robin Marsh",
    "role": "Team Manager",
    "team": "North",
    "service": "Assessment",
    "line_manager_id": "",
    "may_audit": "Y",
    "may_moderate": "N",
    "monthly_cap": "3",
    "unavailable_from": "",
    "unavailable_to": "",
}


def write(folder, name, *rows, header=None):
    """Write rows, given by column or as lists, as the CSV file of a table."""
    header = header or EXTRA_TABLES[name].names
    lines = [",".join(header)]
    for entry in rows:
        cells = [entry.get(column, "") for column in header] if isinstance(entry, dict) else entry
        lines.append(",".join(map(str, cells)))
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def staff(folder, *people):
    return write(folder, "staff", *(PERSON | person for person in people))


def refusal(path):
    with pytest.raises(ExtractError) as caught:
        read_extras(path)
    return caught.value


# -- templates --------------------------------------------------------------------------


def test_templates_are_one_csv_a_table_and_one_workbook(tmp_path):
    paths = write_templates(tmp_path / "tables")
    assert [p.name for p in paths] == [*(f"{n}.csv" for n in EXTRA_TABLES), "extra_tables.xlsx"]
    book = openpyxl.load_workbook(paths[-1])
    assert book.sheetnames == ["Notes", *EXTRA_TABLES]
    for path in paths[:-1]:
        (sheet,) = read_book(path).sheets
        assert sheet.rows[0].cells == EXTRA_TABLES[path.stem].names
    explained = {cell.value for line in book["Notes"].iter_rows() for cell in line}
    assert {name for table in EXTRA_TABLES.values() for name in table.names} <= explained


def test_untouched_templates_count_as_absent(tmp_path):
    write_templates(tmp_path)
    extras = read_extras(tmp_path)
    assert extras.cannot_guarantee == tuple(WITHOUT.values())
    assert set(extras.quality["fault"]) == {"the table holds no rows"}


def test_templates_never_overwrite(tmp_path):
    write_templates(tmp_path)
    with pytest.raises(ParameterError, match=r"already holds staff\.csv, .*extra_tables\.xlsx"):
        write_templates(tmp_path)


def test_templates_are_always_the_same_bytes(tmp_path):
    first, second = write_templates(tmp_path / "a"), write_templates(tmp_path / "b")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_filled_workbook_template(tmp_path):
    path = write_templates(tmp_path)[-1]
    book = openpyxl.load_workbook(path)
    book["staff"].append(
        ["007", "A", "Head", None, None, None, "Yes", "No", 2, dt.date(2026, 8, 1)]
    )
    book["families"].append(["00123", "F1"])
    book.save(path)
    extras = read_extras(tmp_path)
    assert extras.staff["staff_id"].tolist() == ["007"]
    assert extras.staff["unavailable_from"].dt.date.tolist() == [dt.date(2026, 8, 1)]
    assert extras.families["child_id"].tolist() == ["00123"]
    assert extras.cannot_guarantee == tuple(
        WITHOUT[n] for n in ("case_roles", "restricted", "past_audits")
    )


# -- layouts ----------------------------------------------------------------------------


def test_nothing_given():
    extras = read_extras(None)
    assert extras.staff is None and len(extras.cannot_guarantee) == 5
    assert all(sentence.endswith(".") for sentence in extras.cannot_guarantee)


def test_every_table_as_declared(tmp_path):
    staff(
        tmp_path, {}, {"staff_id": "S2", "line_manager_id": "S1", "unavailable_from": "01/08/2026"}
    )
    write(tmp_path, "families", ["00123", "F1"], ["124", "F1"])
    write(tmp_path, "case_roles", ["00123", "S1", "worker", "01/02/2026", ""])
    write(tmp_path, "restricted", ["124", "Relative of staff"])
    write(tmp_path, "past_audits", ["00123", "2026-05-20", "S1", "Good"])
    write(tmp_path, "measure_events", ["education_plans", "2026-05-31", "00123", "Yes", ""])
    extras = read_extras(tmp_path)
    for name, table in EXTRA_TABLES.items():
        check_table(getattr(extras, name), table)
    assert extras.cannot_guarantee == () and extras.quality.empty
    assert extras.staff["may_audit"].tolist() == [True, True]
    assert extras.staff["monthly_cap"].tolist() == [3, 3]
    assert extras.past_audits["date"].dt.date.tolist() == [dt.date(2026, 5, 20)]


def test_headers_in_other_words_and_another_order(tmp_path):
    header = ["Role", "Staff number", "May audit", "may-moderate", "TEAM", "Shoe size"]
    write(tmp_path, "staff", ["Head", "9", "yes", "no", "North", "42"], header=header)
    extras = read_extras(tmp_path / "staff.csv")
    assert extras.staff.loc[0, ["staff_id", "role", "team"]].tolist() == ["9", "Head", "North"]
    said = faults(extras.quality, "note")
    assert ("", "1 column is not in the template", "") in said
    assert ("monthly_cap", "the column is missing", "") in said


def test_one_workbook_or_files_by_name(tmp_path):
    grids = {
        "Staff": [list(PERSON), list(PERSON.values())],
        "Family": [["child_id", "family_id"], [1, 2]],
    }
    path = write_grids(tmp_path / "tables.xlsx", grids)
    extras = read_extras([path])
    assert len(extras.staff) == 1 and extras.families["child_id"].tolist() == ["1"]


def test_other_files_in_the_folder_are_passed_over(tmp_path):
    staff(tmp_path, {})
    (tmp_path / "list_1.csv").write_text("a,b\n1\n")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    (tmp_path / "~$staff.xlsx").write_bytes(b"x")
    assert len(read_extras(tmp_path).staff) == 1


def test_a_file_named_must_hold_a_table(tmp_path):
    (tmp_path / "list_1.csv").write_text("a,b\n1,2\n")
    assert "holds none of the tables staff, families" in str(refusal(tmp_path / "list_1.csv"))
    (tmp_path / "staff.csv").write_bytes(b"a\x00b")
    assert "staff.csv, file: is not readable text" in str(refusal(tmp_path))


def test_a_table_given_twice(tmp_path):
    staff(tmp_path, {})
    write_grids(tmp_path / "x.xlsx", {"staff": [list(PERSON), list(PERSON.values())]})
    assert "the table is given twice" in str(refusal(tmp_path))


# -- faults -----------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "flag"), [
    *((text, True) for text in ("Y", "yes", "TRUE", "1", "t")),
    *((text, False) for text in ("N", "no", "False", "0", "")),
])  # fmt: skip
def test_flags(tmp_path, cell, flag):
    assert read_extras(staff(tmp_path, {"may_audit": cell})).staff["may_audit"].tolist() == [flag]


def test_flag_that_is_neither_is_no_and_counted(tmp_path):
    extras = read_extras(staff(tmp_path, {"may_audit": "perhaps"}))
    assert extras.staff["may_audit"].tolist() == [False]
    (entry,) = list(faults(extras.quality, "mended"))
    assert entry[0] == "may_audit" and "neither yes nor no" in entry[1]
    assert ("", "nobody may audit", "") in faults(extras.quality, "note")


def test_any_role_is_allowed_and_a_blank_one_is_not_recorded(tmp_path):
    extras = read_extras(staff(tmp_path, {"role": "Chief Otter"}, {"staff_id": "S2", "role": ""}))
    assert extras.staff["role"].tolist() == ["Chief Otter", NOT_RECORDED]


def test_same_staff_number_twice_stops(tmp_path):
    error = refusal(staff(tmp_path, {}, {"staff_id": "S2"}, {"name": "Other"}))
    assert "staff.csv, staff: staff_id: the same staff number is given twice (rows 2 and 4)" in str(
        error
    )
    assert "Robin" not in str(error)


def test_unknown_line_manager_is_noted(tmp_path):
    extras = read_extras(staff(tmp_path, {"line_manager_id": "S9"}))
    assert ("line_manager_id", "the staff number is not in the staff table", "") in faults(
        extras.quality
    )


def test_unknown_staff_in_other_tables_is_noted(tmp_path):
    staff(tmp_path, {})
    write(tmp_path, "case_roles", ["1", "S9", "worker", "", ""])
    write(tmp_path, "past_audits", ["1", "01/05/2026", "S8", ""])
    quality = read_extras(tmp_path).quality
    assert set(quality["list"]) == {"case_roles", "past_audits"}


@pytest.mark.parametrize("name", ["staff", "case_roles"])
def test_days_the_wrong_way_round_stop(tmp_path, name):
    if name == "staff":
        days = {"unavailable_from": "02/05/2026", "unavailable_to": "01/05/2026"}
        staff(tmp_path, days)
    else:
        write(tmp_path, name, ["1", "S1", "worker", "02/05/2026", "01/05/2026"])
    assert "is before" in str(refusal(tmp_path))


@pytest.mark.parametrize("day", ["31/02/2026", "1/5/26", "soon", "46000"])
def test_unusable_days_are_blank_and_counted(tmp_path, day):
    extras = read_extras(staff(tmp_path, {"unavailable_from": day}))
    assert extras.staff["unavailable_from"].isna().all()
    assert {column for column, _, _ in faults(extras.quality, "mended")} == {"unavailable_from"}


@pytest.mark.parametrize("cap", ["-1", "2.5", "many"])
def test_unusable_cap_is_no_cap_and_counted(tmp_path, cap):
    extras = read_extras(staff(tmp_path, {"monthly_cap": cap}))
    assert extras.staff["monthly_cap"].isna().all() and len(extras.quality) == 1


def test_blank_identifiers(tmp_path):
    extras = read_extras(staff(tmp_path, {}, {"staff_id": ""}))
    assert len(extras.staff) == 1
    assert ("staff_id", "the cell is blank", "row 3") in faults(extras.quality, "mended")
    write(tmp_path, "restricted", ["", "Secret"])
    error = refusal(tmp_path)
    assert "the case cannot be kept out of the draw" in str(error) and "Secret" not in str(error)


@pytest.mark.parametrize("child", ["1.2E+05", "А12"])
def test_damaged_identifiers_stop(tmp_path, child):
    error = refusal(write(tmp_path, "restricted", [child, "x"]))
    assert "Write the identifier as text" in str(error) and child not in str(error)


def test_restricted_without_a_reason_is_still_restricted(tmp_path):
    extras = read_extras(write(tmp_path, "restricted", ["1", ""], ["1", "Again"], ["2", "x"]))
    assert extras.restricted["child_id"].tolist() == ["1", "2"]
    assert extras.restricted["reason"].tolist() == [NOT_RECORDED, "x"]


def test_a_child_in_two_families_stops_and_twice_in_one_does_not(tmp_path):
    write(tmp_path / "a", "families", ["1", "F1"], ["1", "F1"])
    assert len(read_extras(tmp_path / "a").families) == 1
    write(tmp_path / "b", "families", ["1", "F1"], ["1", "F2"])
    assert "given twice with other facts" in str(refusal(tmp_path / "b"))


def test_audit_without_a_day_is_set_aside(tmp_path):
    extras = read_extras(
        write(tmp_path, "past_audits", ["1", "", "", ""], ["2", "01/05/2026", "", ""])
    )
    assert extras.past_audits["child_id"].tolist() == ["2"]


def test_missing_needed_column_and_repeated_header_stop(tmp_path):
    write(tmp_path / "a", "staff", ["1", "x"], header=["staff_id", "name"])
    error = refusal(tmp_path / "a")
    missing = {column for column, fault, _ in faults(error.quality, "stop")}
    assert missing == {"role", "may_audit", "may_moderate"}
    write(tmp_path / "b", "families", ["1", "2", "3"], header=["child_id", "family_id", "child_id"])
    assert "two columns have this header" in str(refusal(tmp_path / "b"))


def test_ragged_rows_stop(tmp_path):
    error = refusal(write(tmp_path, "families", ["1", "F1"], ["2"], ["3", "F1", "x"]))
    assert ("", "the row does not have the header's 2 fields", "rows 3 and 4") in faults(
        error.quality
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=8), min_size=11, max_size=11), min_size=1, max_size=5))
def test_any_cells_give_a_table_or_a_refusal(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("any")
    clean = [["".join(c for c in cell if c.isprintable()) for cell in line] for line in rows]
    write_grids(folder / "t.xlsx", {"staff": [list(PERSON), *clean]})
    try:
        extras = read_extras(folder)
    except ExtractError as error:
        assert len(error.quality)
    else:
        assert (
            extras.staff is None or check_table(extras.staff, EXTRA_TABLES["staff"]) is extras.staff
        )
