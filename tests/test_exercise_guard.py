"""A training exercise of one's own: whose it is, under which key, and who must not be read."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from qa_sampling import runner
from qa_sampling.errors import (
    AgreementError,
    ExtractError,
    ParameterError,
    PublicationError,
    SecretError,
)
from qa_sampling.parameters import read_parameters
from qa_sampling.records.keys import create_key
from qa_sampling.reporting.leaks import name_scan
from qa_sampling.runs.analyses import ANALYSES, basis_of, identifiers_of
from qa_sampling.runs.exercise_grades import (
    graders_of,
    is_contact,
    open_exercise,
    short_names_of,
    which_exercise,
)
from qa_sampling.runs.leak_gate import require_no_leak

PEOPLE = ("Ann Lee", "Ben Kay", "Cat Poe", "Dee Roy", "Eve Ash", "Fay Orr", "Guy Tan")


@pytest.fixture
def own_key(tmp_path, monkeypatch):
    monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "keys"))
    return create_key()


def written(path, rows=None) -> str:
    rows = rows or [("Case 1", name, "Overall", "Good") for name in PEOPLE]
    pd.DataFrame(rows, columns=["case", "auditor", "standard", "grade"]).to_csv(path, index=False)
    return str(path)


def of_file(tmp_path, rows=None, **asked):
    given = {"grades_file": written(tmp_path / "grades.csv", rows), "outputs": str(tmp_path / "o")}
    return read_parameters("training_exercise", given | asked)


class TestFingerprint:
    def test_it_changes_with_the_key(self, tmp_path, monkeypatch) -> None:
        settings, seen = of_file(tmp_path), []
        for place in ("one", "other", "one"):
            monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / place))
            if not (tmp_path / place).exists():
                create_key()
            with open_exercise(settings) as register:
                seen.append(basis_of(settings, register))
        assert seen[0] != seen[1] and seen[0] == seen[2]

    def test_without_a_key_there_is_none(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "none"))
        settings = of_file(tmp_path)
        with (
            open_exercise(settings) as register,
            pytest.raises(SecretError, match="There is no key"),
        ):
            basis_of(settings, register)


def test_a_file_of_grades_is_never_the_invented_authoritys(tmp_path) -> None:
    settings = of_file(tmp_path, authority="Borsetshire")
    assert not settings.is_invented
    assert settings.whose == "Borsetshire"
    assert settings.outputs_folder == tmp_path / "o"
    assert settings.register_location == tmp_path / "o" / "register.sqlite"
    blank = read_parameters("training_exercise", {})
    assert blank.is_invented and blank.whose == "Inventshire (invented)"


class TestDryRun:
    def checked(self, tmp_path, rows=None, **asked):
        settings = of_file(tmp_path, rows, **asked)
        values = {"grades_file": settings.grades_file, "outputs": settings.outputs}
        return runner.run("training_exercise", values, dry_run=True)

    def test_a_sound_file_passes(self, tmp_path, own_key) -> None:
        assert self.checked(tmp_path).outcome == "checked"
        assert not (tmp_path / "o").exists()

    def test_a_file_that_is_not_there(self, tmp_path) -> None:
        with pytest.raises(ExtractError, match=r"There is no file called none\.xlsx"):
            runner.run(
                "training_exercise", {"grades_file": str(tmp_path / "none.xlsx")}, dry_run=True
            )

    def test_faults_by_sheet_column_and_row(self, tmp_path, own_key) -> None:
        rows = [("Case 1", "Ann Lee", "Overall", "Good"), ("Case 1", "Ben Kay", "Overall", "Fine")]
        with pytest.raises(ExtractError, match=r"grades.csv, grades.*grade: .*no grade.*\(row 3\)"):
            self.checked(tmp_path, rows)

    def test_too_few_auditors(self, tmp_path, own_key) -> None:
        rows = [("Case 1", "Ann Lee", "Overall", "Good"), ("Case 1", "Ben Kay", "Overall", "n/a")]
        rows.append(("Case 1", "Cat Poe", "Overall", ""))
        with pytest.raises(AgreementError, match="2 auditors filled in grades, 1 left all blank"):
            self.checked(tmp_path, rows)

    def test_without_a_key(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("QA_SAMPLING_KEYS", str(tmp_path / "none"))
        with pytest.raises(SecretError, match="There is no key"):
            self.checked(tmp_path)


class TestContact:
    def test_whoever_is_the_contact_may_be_read(self, tmp_path) -> None:
        settings = of_file(tmp_path, contact="Ann Lee, ann.lee@example.org")
        assert graders_of(settings) == list(PEOPLE[1:])
        with open_exercise(settings) as register:
            named = identifiers_of(settings, register)
        assert "Ann Lee" not in named and "Ben Kay" in named

    def test_of_a_name_within_another_only_whole_words_count(self) -> None:
        assert is_contact("ann  lee", "Ask Ann Lee.")
        assert not is_contact("Jo", "Joanna Smith")
        assert not is_contact("", "Joanna Smith")


class TestWhich:
    def test_several_of_a_month_have_titles_and_folders_of_their_own(self) -> None:
        def one(**asked):
            return read_parameters("training_exercise", asked)

        first, second = one(held_on="2026-10-14"), one(name="child_voice", held_on="2026-10-14")
        assert first.slug == "2026-10-14-exercise" and first.extract_day == date(2026, 10, 14)
        assert one(held_on="2026-10-14", as_at="2026-10-20").extract_day == date(2026, 10, 20)
        assert second.slug == "2026-10-14-exercise-child_voice"
        assert second.feedback_file == "feedback_2026-10-14-child_voice.xlsx"
        asked = ANALYSES["training_exercise"]
        assert asked.span(first) == "14 October 2026"
        assert asked.span(second) == "child voice, 14 October 2026"
        assert which_exercise(one()) == "October 2026" and asked.span_of == "Exercise of"
        assert one().slug == "2026-10-exercise"

    @pytest.mark.parametrize("name", ["Voice", "child voice", "voice_", "v" * 31, "../x"])
    def test_a_name_has_one_spelling(self, name) -> None:
        with pytest.raises(ParameterError, match="small letters and digits, words joined by _"):
            read_parameters("training_exercise", {"name": name})

    def test_a_day_outside_the_period(self) -> None:
        with pytest.raises(ParameterError, match="held_on does not lie in the period"):
            read_parameters("training_exercise", {"held_on": "2026-09-30"})
        with pytest.raises(ParameterError, match='must be a day such as "2026-10-31"'):
            read_parameters("training_exercise", {"held_on": "2026-10-3"})


class TestShortNames:
    def leaks(self, tmp_path, text, *names) -> bool:
        page = tmp_path / "page.html"
        page.write_text(text, encoding="utf-8")
        return bool(name_scan([page], names))

    def test_whole_words_capitals_kept(self, tmp_path) -> None:
        for text in ("by Jo.", "Jo’s grades", "JO", "<b>Jo</b>", "jo_Jo_1"):
            assert self.leaks(tmp_path, text, "Jo"), text
        for text in ("Joanna", "Banjo", "jo", "Jo1"):
            assert not self.leaks(tmp_path, text, "Jo"), text

    def test_will_is_refused_as_a_word_that_begins_a_sentence(self, tmp_path) -> None:
        assert self.leaks(tmp_path, "Will grades differ?", "Will")
        assert not self.leaks(tmp_path, "They will; will-change: none", "Will")
        assert self.leaks(tmp_path, "They will", "will")

    def test_may_beside_a_number_is_a_month(self, tmp_path) -> None:
        assert not self.leaks(tmp_path, "May 2026, 31 May", "May")
        assert self.leaks(tmp_path, "May graded", "May")
        assert self.leaks(tmp_path, "June and July", "July")

    def test_the_gate_says_what_to_do(self, tmp_path) -> None:
        (tmp_path / "shareable").mkdir()
        (tmp_path / "shareable" / "page.html").write_text("Ask Jo.", encoding="utf-8")
        with pytest.raises(PublicationError, match="Write first and last name of everybody"):
            require_no_leak(tmp_path, [], names=["Jo"])
        require_no_leak(tmp_path, [], names=["Bo"])

    def test_only_an_exercise_has_short_names(self, tmp_path) -> None:
        rows = [("Case 1", name, "Overall", "Good") for name in ("Jo", "Will", "Ann Lee")]
        assert short_names_of(of_file(tmp_path, rows)) == ["Jo", "Will"]
        assert short_names_of(of_file(tmp_path, rows, contact="Jo in the team")) == ["Will"]
        assert short_names_of(read_parameters("moderation_agreement", {})) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"fewest_auditors": 5}, "greater than or equal to 6"),
        ({"smallest_count": 3}, "greater than or equal to 4"),
        ({"smallest_count": 8}, "smallest_count is larger than fewest_auditors"),
    ],
)
def test_protection_has_a_floor(asked, said) -> None:
    with pytest.raises(ParameterError, match=said):
        read_parameters("training_exercise", asked)
