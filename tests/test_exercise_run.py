"""A training exercise from its grades to its pages: who reads what, and what nobody can tell."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from qa_sampling import runner
from qa_sampling.agreement.shrinkage import shrink
from qa_sampling.errors import AgreementError, ExtractError, ParameterError
from qa_sampling.parameters import read_parameters
from qa_sampling.records.exercise_file import EXPERT
from qa_sampling.records.keys import create_key
from qa_sampling.reporting.exercise_tables import (
    APART,
    SAME,
    exercise_findings,
    protect_exercise,
)
from qa_sampling.runs.analyses import basis_of, identifiers_of
from qa_sampling.runs.exercise.leader import severities, severity_view, steps_view
from qa_sampling.runs.exercise.steps import (
    SHORT,
    alike,
    applies_view,
    auditors_list,
    auditors_view,
    graded_of,
    spread_view,
)
from qa_sampling.runs.exercise_grades import grades_of, open_exercise
from qa_sampling.runs.publication import faults_of, read_manifest


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    return tmp_path_factory.mktemp("outputs")


@pytest.fixture(scope="module")
def settings(outputs):
    return read_parameters("training_exercise", {"outputs": str(outputs)})


@pytest.fixture(scope="module")
def graded(settings):
    return graded_of(settings)


@pytest.fixture(scope="module")
def done(outputs):
    return runner.run("training_exercise", {"outputs": str(outputs)})


def protected(graded):
    return protect_exercise(graded.found.grades, names=SHORT, whose=graded.whose, exercise="one")


def written(path, rows) -> str:
    pd.DataFrame(rows, columns=["case", "auditor", "standard", "grade", "expert"]).to_csv(
        path, index=False
    )
    return str(path)


def of_file(path, **asked):
    return read_parameters("training_exercise", {"grades_file": path} | asked)


def test_every_figure_is_a_plain_count_of_the_grades(graded, settings) -> None:
    table = grades_of(settings).table
    order = ["Inadequate", "Requires improvement", "Good", "Outstanding"]
    rank = table.assign(rank=table["grade"].map({name: n for n, name in enumerate(order)}))
    expert = rank[rank["rater"] == EXPERT].set_index(["case_ref", "standard"])["rank"]
    own = rank[(rank["rater"] != EXPERT) & rank["rank"].notna()]
    gap = (
        own["rank"].to_numpy()
        - expert.loc[list(zip(own["case_ref"], own["standard"], strict=True))]
    )
    same = int((gap == 0).sum())
    tables = protected(graded)
    far = own.assign(far=gap.abs().to_numpy()).groupby(["rater", "standard"])["far"].max()
    shown = tables.steps.body.set_index("steps")["auditors"]
    assert (shown[SAME], shown[APART]) == ((far == 0).sum(), (far > 0).sum())
    words = f"In {shown[SAME]} answers (50%) every grade was the same as that of the expert."
    assert words in str(exercise_findings(tables))
    by_standard = tables.standards.body
    for row in by_standard[by_standard["steps"] == SAME].itertuples():
        name = next(key for key, word in SHORT.items() if word == row.standard)
        assert row.auditors in ("[c]", (far.xs(name, level="standard") == 0).sum())
    steps = steps_view(graded).set_index("Standard")
    assert steps.loc["All", "The same"] == f"{same} ({100 * same / len(gap):.0f}%)"
    assert steps.loc["All", ["Grades", "One grade away", "Two or more"]].tolist() == [
        len(gap), (gap.abs() == 1).sum(), (gap.abs() > 1).sum()
    ]  # fmt: skip
    assert steps.loc["All", "Above / below"] == f"{(gap > 0).sum()} / {(gap < 0).sum()}"
    by_name = auditors_view(graded).set_index("Auditor")["Same grade"]
    for name, part in own.groupby("rater"):
        held = expert.loc[list(zip(part["case_ref"], part["standard"], strict=True))].to_numpy()
        assert by_name[name].startswith(f"{int((part['rank'].to_numpy() == held).sum())} (")
    spread = spread_view(graded)
    assert len(spread) == 26 and list(spread["Standard"].head(2)) == ["Overall", "Assessments"]
    counted = own.groupby("grade").size()
    assert all(
        spread[letter].sum() == counted.get(grade, 0)
        for grade, letter in zip(order, ("I", "RI", "G", "O"), strict=True)
    )


def test_the_planted_auditors_are_the_outermost(graded, settings) -> None:
    from qa_sampling.runs.inputs import invented_authority

    told = invented_authority()
    names = told.staff.set_index("staff_id")["name"]
    listed = auditors_list(graded).table.set_index("name")["value"]
    assert listed.idxmax() == names[told.truths["lenient_auditor"]["staff_id"]]
    assert listed.idxmin() == names[told.truths["severe_auditor"]["staff_id"]]
    assert 0 < alike(graded).one("ac2").estimate < 1


def test_shrunken_shifts_count_a_case_once_and_pool_its_scatter(graded) -> None:
    found = severities(graded)
    table = found.table.set_index("auditor")
    plain = graded.found.grades.groupby(["auditor", "case_ref"])["gap"].mean().groupby("auditor")
    assert table["mean"].to_dict() == pytest.approx(plain.mean().to_dict())
    apart, middle = table["mean"] - found.average, table["shift"] - found.average
    assert (middle.abs() <= apart.abs() + 1e-9).all() and (middle * apart >= -1e-9).all()
    assert (table["low"] <= table["shift"]).all() and (table["shift"] <= table["high"]).all()
    means = graded.found.grades.groupby(["auditor", "case_ref"])["gap"].mean().unstack()
    rest = means.sub(means.mean(axis=1), axis=0).to_numpy()
    spread = (rest**2).sum() + 2, rest.size - len(means) + 2
    twin = shrink(means.mean(axis=1), [spread[0] / spread[1] / 2] * len(means))
    assert table["shift"].loc[means.index].tolist() == pytest.approx(twin.shift.tolist())
    assert table["low"].loc[means.index].tolist() == pytest.approx(
        twin.confidence_limits()[0].tolist()
    )
    view = severity_view(found)
    assert view["Auditor"].tolist() == sorted(table.index, key=str.casefold)
    assert list(view.columns)[3] == "Shrunk (95% interval)"


@pytest.mark.parametrize("cases", [1, 2])
def test_with_one_or_two_cases_intervals_are_wide_and_hold_their_mean(tmp_path, cases) -> None:
    rows = [
        (f"Case {case}", name, "Overall", grade, "")
        for case in range(1, cases + 1)
        for name, grade in (("Ann", "Good"), ("Ben", "Inadequate"), (EXPERT, "Good"))
    ]
    graded = graded_of(of_file(written(tmp_path / "g.csv", rows)))
    people = graded.found.auditors.set_index("auditor")
    assert people["shift"].tolist() == [0, -2]
    assert (people["low"] >= -3).all() and (people["high"] <= 3).all()
    assert ((people["low"] < people["shift"]) & (people["shift"] < people["high"])).all()
    assert (people["high"] - people["low"] > 2).all()
    found = severities(graded).table
    assert ((found["low"] < found["mean"]) & (found["mean"] < found["high"])).all()
    assert found["signal"].eq("").all()


class TestRun:
    def test_it_publishes_pages_feedback_and_tables(self, done, settings) -> None:
        assert done.outcome == "published" and not faults_of(done.folder)
        files = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*.*")}
        assert {
            "shareable/exercise.html",
            "shareable/exercise_tables.xlsx",
            "restricted/exercise_restricted.html",
            "restricted/feedback_2026-10.xlsx",
        } <= files
        book = openpyxl.load_workbook(done.folder / "restricted" / "feedback_2026-10.xlsx")
        assert len(book.sheetnames) == 1 + graded_of(settings).number
        assert "grades_file" not in read_manifest(done.folder)["parameters"]
        page = (done.folder / "shareable" / "exercise.html").read_text(encoding="utf-8")
        assert "Exercise of" in page and "Audits of" not in page
        assert "Fingerprint of the grades" in page and "of what the register held" not in page

    def test_nobody_is_named_to_everybody(self, done, settings) -> None:
        people = [one for one in grades_of(settings).table["rater"].unique() if one != EXPERT]
        for path in (done.folder / "shareable").glob("*.[hc]*"):
            text = path.read_text(encoding="utf-8")
            assert not [name for name in people if name in text]
        with open_exercise(settings) as register:
            assert set(people) <= set(identifiers_of(settings, register))

    def test_again_is_the_same_and_another_exercise_is_another(
        self, done, outputs, tmp_path
    ) -> None:
        again = runner.run("training_exercise", {"outputs": str(outputs)})
        assert again.outcome == "already published"
        other = read_parameters("training_exercise", {"outputs": str(outputs), "name": "voice"})
        assert other.slug == "2026-10-exercise-voice"


def test_without_an_expert_the_others_are_the_measure(tmp_path) -> None:
    rows = [
        ("Case 1", name, "Overall", grade, "")
        for name, grade in (("Ann", "Good"), ("Ben", "Good"), ("Cat", "Inadequate"))
    ]
    graded = graded_of(of_file(written(tmp_path / "g.csv", rows)))
    assert graded.whose == "the middle of the others" and graded.number == 3
    assert "Expert" not in spread_view(graded)
    values = auditors_list(graded).table.set_index("name")["value"]
    assert values["Cat"] == -2
    assert severities(graded).table.set_index("auditor")["mean"]["Cat"] == -2
    assert severities(graded).measure.startswith("Mean grades above the middle of the others")
    tables = protected(graded)
    said = "Nothing is shown of this exercise: too few auditors graded."
    assert exercise_findings(tables).sentences == (said,)


def test_where_a_standard_does_not_apply(tmp_path) -> None:
    rows = [
        ("Case 1", name, standard, grade, "")
        for name in ("Ann", "Ben", "Cat")
        for standard, grade in (("Overall", "Good"), ("Visits are of good quality", "Good"))
    ]
    rows[1] = (*rows[1][:3], "Not applicable", "")
    found = applies_view(graded_of(of_file(written(tmp_path / "g.csv", rows))))
    assert found.to_numpy().tolist() == [["Case 1", "Visits", 2, 1]]


def test_what_cannot_be_an_exercise(tmp_path) -> None:
    alone = [("Case 1", "Ann", "Overall", "Good", "")]
    with pytest.raises(AgreementError, match="graded by two auditors"):
        graded_of(of_file(written(tmp_path / "a.csv", alone)))
    with pytest.raises(ExtractError, match="grade of the scale"):
        graded_of(of_file(written(tmp_path / "b.csv", [("Case 1", "Ann", "Overall", "Fine", "")])))
    with pytest.raises(ParameterError, match="`grades_file` is blank"):
        grades_of(read_parameters("training_exercise", {"extract": "x.xlsx"}))
    with pytest.raises(ParameterError, match="small letters"):
        read_parameters("training_exercise", {"name": "Child's voice"})


def test_other_grades_are_another_basis(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    create_key()
    rows = [("Case 1", name, "Overall", "Good", "") for name in ("Ann", "Ben")]
    one = of_file(written(tmp_path / "a.csv", rows), outputs=str(tmp_path / "o"))
    with open_exercise(one) as register:
        before = basis_of(one, register)
        written(tmp_path / "a.csv", [*rows, ("Case 1", "Cat", "Overall", "Good", "")])
        assert basis_of(one, register) != before
