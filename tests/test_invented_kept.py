"""What the invented authority comes to is kept for the processes of one command, nothing else."""

import os
from pathlib import Path

import pytest

from qa_sampling.runs import inputs
from qa_sampling.runs.invented_kept import KEPT_VARIABLE, keeping, kept, kept_folder
from qa_sampling.settings.plan import MonthlyAuditPlan


@pytest.fixture
def own_folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(KEPT_VARIABLE, str(tmp_path))
    return tmp_path


def test_what_one_made_is_given_to_the_next(own_folder) -> None:
    made = []

    def make() -> list[int]:
        made.append("made")
        return [1, 2]

    assert [kept("a", make), kept("a", make), kept("b", make)] == [[1, 2]] * 3
    assert made == ["made", "made"]
    assert sorted(path.name for path in own_folder.iterdir()) == ["a.pickle", "b.pickle"]


def test_files_are_copied_and_altering_them_alters_no_other(own_folder) -> None:
    written = []

    def write(to: Path) -> None:
        to.mkdir()
        (to / "x.txt").write_text("as written", encoding="utf-8")
        written.append(to)

    for place in ("one", "two"):
        kept_folder("files", own_folder / place, write)
        assert (own_folder / place / "x.txt").read_text(encoding="utf-8") == "as written"
        (own_folder / place / "x.txt").write_text("altered", encoding="utf-8")
    assert len(written) == 1


def test_without_the_folder_nothing_is_kept(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(KEPT_VARIABLE, str(tmp_path / "gone"))
    assert [kept("a", lambda: 1), kept("a", lambda: 2)] == [1, 2]
    kept_folder("files", tmp_path / "to", lambda to: to.mkdir())
    assert [path.name for path in tmp_path.iterdir()] == ["to"]


def test_who_comes_second_uses_what_the_first_made(own_folder) -> None:
    def make() -> str:
        (own_folder / "a.pickle").write_bytes(b"not read again")
        return "mine"

    assert kept("a", make) == "mine"
    kept_folder("files", own_folder / "one", lambda to: [to.mkdir(), _full(own_folder / "files")])
    assert (own_folder / "one" / "first.txt").is_file()
    assert not list(own_folder.glob("*-*"))


def _full(folder: Path) -> None:
    folder.mkdir()
    (folder / "first.txt").write_text("", encoding="utf-8")


def test_a_command_makes_the_folder_and_takes_it_away(monkeypatch) -> None:
    monkeypatch.delenv(KEPT_VARIABLE)
    with keeping():
        folder = Path(os.environ[KEPT_VARIABLE])
        assert folder.is_dir()
        with keeping():
            assert os.environ[KEPT_VARIABLE] == str(folder)
        assert folder.is_dir()
    assert KEPT_VARIABLE not in os.environ
    assert not folder.exists()


def test_a_real_extract_is_read_and_never_kept(tmp_path, monkeypatch) -> None:
    invented = MonthlyAuditPlan(period="2026-10", outputs=str(tmp_path))
    annex, extras = inputs.read_extracts(invented)
    paths = sorted(inputs.invented_files(invented).glob("annex_a_*.xlsx"))
    places = {"extract": tuple(map(str, paths)), "extra_tables": str(paths[0].parent)}

    def refuse(*_: object) -> None:
        raise AssertionError("kept")

    monkeypatch.setattr(inputs, "kept", refuse)
    monkeypatch.setattr(inputs, "kept_folder", refuse)
    own, own_extras = inputs.read_extracts(invented.model_copy(update=places))
    for number, table in own.lists.items():
        assert table.equals(annex.lists[number])
    assert own_extras.staff.equals(extras.staff)
