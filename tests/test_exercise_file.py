"""The grades of a training exercise: what is read, and every fault at once."""

import openpyxl
import pandas as pd
import pytest

from qa_sampling.errors import ExtractError, ParameterError
from qa_sampling.records.exercise_file import read_exercise
from qa_sampling.records.exercise_template import write_exercise_template
from qa_sampling.records.invented.exercise import AUDITORS, invent_exercise
from qa_sampling.records.synthetic import invent

HEAD = "case,auditor,standard,grade"


def written(folder, *lines, head=HEAD):
    path = folder / "grades.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_sheet_is_read_with_other_spellings(tmp_path):
    held = read_exercise(
        written(
            tmp_path,
            "1,Ann Lee,voice,RI",
            "case 1,ANN LEE,Overall,good",
            "Case 1,expert,Overall grade,Outstanding",
            "Case 2,Bo,Overall,",
        )
    )
    assert held.table["case_ref"].tolist() == ["Case 1"] * 3 + ["Case 2"]
    assert held.table["rater"].tolist() == ["Ann Lee", "Ann Lee", "Expert", "Bo"]
    assert held.table["standard"].tolist() == ["voice", "overall", "overall", "overall"]
    assert held.has_expert


def test_the_expert_may_be_flagged(tmp_path):
    rows = ("Case 1,Ann,Overall,Good,", "Case 1,Cy,Overall,Good,Yes")
    held = read_exercise(written(tmp_path, *rows, head=HEAD + ",expert"))
    assert held.table["rater"].tolist() == ["Ann", "Expert"]


def test_every_fault_is_listed_at_once_and_no_value(tmp_path):
    path = written(
        tmp_path,
        "7654321,Ann,Overall,Good",
        "Case 1,1234567,Overall,Good",
        "Case 1,Ann,kindness of Jo,Good",
        "Case 1,Bo,Overall,Brilliant Jo",
        "Case 1,,Overall,Good",
        "Case 1,Cy,Overall,Good,maybe",
        head=HEAD + ",expert",
    )
    path.write_text(
        "\n".join(
            line if line.count(",") == 4 else line + ","
            for line in path.read_text(encoding="utf-8").splitlines()
        ),
        encoding="utf-8",
    )
    with pytest.raises(ExtractError, match="because of 6 faults") as caught:
        read_exercise(path)
    text = str(caught.value)
    for part in (
        r"case: the cell does not call the case Case 1, Case 2 and so on (row 2)",
        "auditor: the cell holds a long number where an auditor’s name was expected (row 3)",
        "standard: the cell names no standard of the template (row 4)",
        "grade: the cell holds no grade of the scale (row 5). Write one of Outstanding",
        "expert: the cell is neither Yes nor No (row 7)",
    ):
        assert part in text
    assert "grades.csv, grades" in text
    assert not [secret for secret in ("7654321", "1234567", "Jo") if secret in text]


def test_a_blank_auditor_is_nobody_when_a_sheet_names_several(tmp_path):
    rows = ("Case 1,Ann,Overall,Good", "Case 1,Bo,Overall,Good", "Case 2,,Overall,Good")
    with pytest.raises(ExtractError, match=r"auditor: the cell is blank \(row 4\)"):
        read_exercise(written(tmp_path, *rows))
    with pytest.raises(ExtractError, match=r"graded the same standard of a case twice \(rows 2"):
        read_exercise(written(tmp_path, rows[0], rows[0]))
    with pytest.raises(ExtractError, match="grade: the column is missing"):
        read_exercise(written(tmp_path, "Case 1,Ann,Overall", head="case,auditor,standard"))
    with pytest.raises(ExtractError, match="no sheet has a heading"):
        read_exercise(written(tmp_path, "Ann", head="who"))
    with pytest.raises(ExtractError, match=r"There is no file called none\.xlsx"):
        read_exercise(tmp_path / "none.xlsx")


def test_the_template_comes_back(tmp_path):
    path = write_exercise_template(tmp_path / "t.xlsx", ["Ann Lee", "Bo Kay"], cases=2)
    with pytest.raises(ExtractError, match="no grade is filled in"):
        read_exercise(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Notes", "Ann Lee", "Bo Kay", "Expert"]
    for name in book.sheetnames[1:3]:
        assert book[name].max_row == 27
        assert "Outstanding" in book[name].data_validations.dataValidation[0].formula1
        for row in range(2, 28):
            book[name].cell(row, 4).value = "Good"
    book.save(path)
    held = read_exercise(path)
    assert held.table["grade"].value_counts().to_dict() == {"Good": 52}
    with pytest.raises(ParameterError, match=r"must be a new \.xlsx file"):
        write_exercise_template(path)
    with pytest.raises(ParameterError, match="`cases` must lie between 1 and 20; got 0"):
        write_exercise_template(tmp_path / "u.xlsx", cases=0)


def test_the_invented_exercise_is_always_the_same_and_comes_back(tmp_path):
    authority = invent(2026)
    made = invent_exercise(authority)
    pd.testing.assert_frame_equal(made, invent_exercise(authority))
    assert made["rater"].nunique() == AUDITORS + 1
    path = tmp_path / "grades.csv"
    named = made.rename(columns={"case_ref": "case", "rater": "auditor"})
    named.to_csv(path, index=False, encoding="utf-8")
    pd.testing.assert_frame_equal(
        read_exercise(path).table, made, check_dtype=False, check_column_type=False
    )


def sheets(folder, **graded):
    """Fill in the template: name to grade of all cells, blank for none."""
    names = [name for name in graded if name != "Expert"]
    path = write_exercise_template(folder / "t.xlsx", names, cases=1)
    book = openpyxl.load_workbook(path)
    for name, grade in graded.items():
        for row in range(2, 15):
            book[name].cell(row, 4).value = grade or None
    book.save(path)
    return path


def test_a_blank_expert_sheet_is_no_expert(tmp_path):
    held = read_exercise(sheets(tmp_path, Ann="Good", Bo="Good", Expert=""))
    assert not held.has_expert
    assert set(held.filled["rater"]) == {"Ann", "Bo"}
    assert held.in_words == "2 auditors filled in grades."


def test_unfilled_sheets_are_nobodys_grades(tmp_path):
    held = read_exercise(sheets(tmp_path, Ann="Good", Bo="", Cy="", Expert="Good"))
    assert held.has_expert and set(held.filled["rater"]) == {"Ann", "Expert"}
    assert held.in_words == "1 auditor filled in grades, 2 left all blank."
    assert set(held.table["rater"]) == {"Ann", "Bo", "Cy", "Expert"}


def test_a_copied_sheet_of_the_same_name(tmp_path):
    path = sheets(tmp_path, Ann="Good", Bo="Good")
    book = openpyxl.load_workbook(path)
    copy = book.copy_worksheet(book["Ann"])
    book.save(path)
    with pytest.raises(ExtractError, match="call two people of one name by different names") as bad:
        read_exercise(path)
    assert "Ann Copy" in str(bad.value)
    for row in range(2, 15):
        copy.cell(row, 4).value = None
    book.save(path)
    held = read_exercise(path)
    assert held.table.groupby("rater").size().to_dict() == {"Ann": 13, "Bo": 13, "Expert": 13}
    with pytest.raises(ParameterError, match="Every auditor needs a name of their own"):
        write_exercise_template(tmp_path / "u.xlsx", ["Ann Lee", "ann  lee"])


def test_one_name_in_two_spellings_is_one_or_is_told(tmp_path):
    same = ("Zoë O’Neil", "Zoe O'NEIL", "zoe  o neil")
    rows = [f"Case {n},{name},Overall,Good" for n, name in enumerate(same, start=1)]
    held = read_exercise(written(tmp_path, *rows, "Case 1,Bo,Overall,Good"))
    assert held.table["rater"].tolist() == ["Zoë O’Neil"] * 3 + ["Bo"]
    near = ("Case 1,Ann Leigh,Overall,Good", "Case 2,Anne Leigh,Overall,Good")
    with pytest.raises(ExtractError, match=r"nearly that of another auditor.*\(row 3\)") as bad:
        read_exercise(written(tmp_path, *near))
    assert "Leigh" not in str(bad.value)
    both = read_exercise(written(tmp_path, *near, "Case 1,Anne Leigh,Overall,RI"))
    assert both.table["rater"].nunique() == 2
