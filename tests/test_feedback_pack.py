"""The feedback of a training exercise: a sheet an auditor, nobody ranked, nobody else named."""

import openpyxl
from typer.testing import CliRunner

from qa_sampling.cli import app
from qa_sampling.records.invented.exercise import AUDITORS, invent_exercise
from qa_sampling.records.synthetic import invent


def test_each_auditor_has_a_sheet_that_names_no_other(tmp_path):
    made = invent_exercise(invent(2026)).rename(columns={"case_ref": "case", "rater": "auditor"})
    made.to_csv(tmp_path / "g.csv", index=False, encoding="utf-8")
    target = tmp_path / "restricted" / "feedback.xlsx"
    target.parent.mkdir()
    arguments = ["exercise-feedback", str(tmp_path / "g.csv"), str(target)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(target)
    names = book.sheetnames[1:]
    assert names == sorted(names, key=str.casefold) and len(names) == AUDITORS
    for name in names:
        text = " ".join(
            str(v) for row in book[name].iter_rows(values_only=True) for v in row if v is not None
        )
        assert not [other for other in names if other != name and other in text]
        mine = made[(made["auditor"] == name) & (made["grade"] != "Not applicable")]
        expert = made[made["auditor"] == "Expert"]
        both = mine.merge(expert, on=["case", "standard"])
        same = int((both["grade_x"] == both["grade_y"]).sum())
        assert f"The same grade as the expert: {same} of {len(both)}." in text
    assert CliRunner().invoke(app, arguments).exit_code != 0


def test_the_command_writes_below_a_restricted_folder_only(tmp_path):
    sheets, closed = tmp_path / "grades.csv", tmp_path / "restricted"
    lines = ["case,auditor,standard,grade", "Case 1,Ann,overall,Good", "Case 1,Bo,overall,RI"]
    sheets.write_text("\n".join(lines), encoding="utf-8")
    closed.mkdir()
    given = ["exercise-feedback", str(sheets)]
    done = CliRunner().invoke(app, [*given, str(tmp_path / "open.xlsx")])
    assert "below a folder called restricted" in str(done.exception)
    assert not (tmp_path / "open.xlsx").exists()
    assert CliRunner().invoke(app, [*given, str(closed / "feedback.xlsx")]).exit_code == 0
    assert (closed / "feedback.xlsx").is_file()
