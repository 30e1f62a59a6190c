"""The chooser and the parameters files behind it; the plan builder without a browser."""

import ast
from pathlib import Path

import nbformat
import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.lab.start_page import listed_notebooks
from qa_sampling.parameters import SETTINGS, load_parameters, read_parameters
from qa_sampling.widgets.choosing import Chooser, choose_parameters, proposal_html
from qa_sampling.widgets.designs import read_bound, said_bound
from qa_sampling.widgets.parameter_files import (
    AUTHORITY,
    fitting_files,
    propose,
    write_parameters,
)

ROOT = Path(__file__).parents[1]
PLAN = "monthly_audit_plan"


def cell_of(notebook: str) -> dict:
    """What the tagged cell of a notebook says."""
    file = next(one.file for one in listed_notebooks() if one.name == notebook)
    cells = nbformat.read(ROOT / "notebooks" / file, as_version=4).cells
    cell = next(one for one in cells if "parameters" in one.metadata.get("tags", []))
    said: dict = {}
    for node in ast.parse(cell.source).body:
        if isinstance(node, ast.AugAssign):  # a long list that goes on
            said[node.target.id] = said[node.target.id] + ast.literal_eval(node.value)
        else:
            said[node.targets[0].id] = ast.literal_eval(node.value)
    return said


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "authority.yml").write_text("authority: Elsewhere\n", encoding="utf-8")
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")


# The cell and the files ----------------------------------------------------------------------


@pytest.mark.parametrize("notebook", SETTINGS)
def test_the_cell_and_its_file_say_the_same(notebook: str) -> None:
    cell = cell_of(notebook)
    names = set(SETTINGS[notebook].model_fields)
    assert set(cell) == names, "the cell names every parameter and nothing else"
    found = propose(notebook, notebook, cell)
    assert found.values
    assert found.faults == {}
    assert found.changed == {}


@pytest.mark.parametrize("notebook", SETTINGS)
def test_every_file_in_the_list_can_be_used(notebook: str) -> None:
    files = fitting_files(notebook)
    assert files[0] == notebook
    for file in files:
        found = propose(notebook, file, cell_of(notebook))
        assert found.settings == read_parameters(notebook, cell_of(notebook) | found.values)


def test_every_file_fits_one_notebook() -> None:
    names = {path.stem for path in (ROOT / "parameters").glob("*.yml")}
    names -= {AUTHORITY, "calendar", "question_bank"}
    names -= {"planned_activity", "quality_standards", "responsibilities"}
    assert sorted(names) == sorted(file for name in SETTINGS for file in fitting_files(name))


def test_a_file_of_other_things_fits_no_notebook(folder) -> None:
    put(folder, "calendar", "entries: []\n")
    assert not any(fitting_files(name, folder) for name in SETTINGS)


def test_a_file_with_a_misspelt_name_is_listed_and_refused_by_field(folder) -> None:
    put(folder, "mine", "audits: 30\nstrata_row: [team]\nreserves: 1\n")
    assert fitting_files(PLAN, folder) == ["mine"]
    assert fitting_files("audit_findings", folder) == []
    found = propose(PLAN, "mine", cell_of(PLAN), folder)
    assert found.settings is None
    assert "Did you mean `strata_rows`" in found.faults["strata_row"]


def test_mistakes_are_told_by_field(folder) -> None:
    put(folder, "mine", "audits: -3\nrounding: up\nperiod: soon\n")
    found = propose(PLAN, "mine", cell_of(PLAN), folder)
    assert set(found.faults) == {"audits", "rounding", "period"}
    shown = proposal_html(found)
    assert "<b>audits</b>: input should be greater than or equal to 1; got -3." in shown


def test_a_file_that_cannot_be_read_is_listed_everywhere_and_told(folder) -> None:
    put(folder, "broken", "audits: [1\n")
    assert all(fitting_files(name, folder) == ["broken"] for name in SETTINGS)
    found = propose(PLAN, "broken", cell_of(PLAN), folder)
    assert "broken.yml in line" in found.faults[""]


def test_the_authority_lies_beneath_every_file(folder) -> None:
    put(folder, "mine", "audits: 30\n")
    found = propose(PLAN, "mine", cell_of(PLAN), folder)
    assert found.changed == {"authority": "Elsewhere", "audits": 30}


def test_what_a_file_says_is_escaped(folder) -> None:
    put(folder, "mine", "title: <script>alert(1)</script>\naudits: -1\n")
    shown = proposal_html(propose(PLAN, "mine", cell_of(PLAN), folder))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


# The chooser ---------------------------------------------------------------------------------


def test_without_somebody_at_the_page_nothing_is_shown_or_changed(capsys) -> None:
    namespace = {"audits": 12}
    assert choose_parameters(namespace, PLAN) is None
    assert namespace == {"audits": 12}
    assert capsys.readouterr().out == ""


def test_a_choice_is_written_when_the_button_is_pressed_and_not_before() -> None:
    namespace = cell_of(PLAN) | {"something": "else"}
    chooser = Chooser(namespace, PLAN)
    chooser.list.value = "themed_supervision"
    assert namespace["audits"] == 40
    assert "would change" in chooser.told.value
    chooser.button.click()
    assert (namespace["audits"], namespace["method"]) == (20, "equal")
    assert namespace["something"] == "else"
    assert "The values of themed_supervision.yml are set" in chooser.told.value
    files = [ROOT / "parameters" / f"{name}.yml" for name in (AUTHORITY, "themed_supervision")]
    wanted = read_parameters(PLAN, cell_of(PLAN) | load_parameters(files))
    assert read_parameters(PLAN, namespace) == wanted


def test_a_choice_is_kept_when_the_cells_are_run_again() -> None:
    namespace = cell_of(PLAN)
    first = Chooser(namespace, PLAN)
    first.list.value = "themed_supervision"
    first.use()
    namespace.update(cell_of(PLAN))
    again = Chooser(namespace, PLAN)
    assert again.list.value == "themed_supervision"
    assert namespace["audits"] == 20


@pytest.mark.parametrize("with_the_cell", [True, False])
def test_the_cell_can_be_chosen_again(with_the_cell: bool) -> None:
    namespace = cell_of(PLAN)
    first = Chooser(namespace, PLAN)
    first.list.value = "themed_supervision"
    first.use()
    if with_the_cell:
        namespace.update(cell_of(PLAN))
    again = Chooser(namespace, PLAN)
    again.list.value = ""
    again.button.click()
    assert {name: namespace[name] for name in cell_of(PLAN)} == cell_of(PLAN)


def test_a_fault_shuts_the_button(monkeypatch, tmp_path) -> None:
    for name in ("notebooks", "parameters"):
        (tmp_path / name).mkdir()
    put(tmp_path / "parameters", "mine", "audits: -1\nreserves: 0\n")
    monkeypatch.setenv("QA_SAMPLING_HOME", str(tmp_path))
    namespace = cell_of(PLAN)
    chooser = Chooser(namespace, PLAN)
    chooser.list.value = "mine"
    assert chooser.button.disabled
    assert "Not usable: mend this in mine.yml" in chooser.told.value
    chooser.use()
    assert namespace["audits"] == 40


def test_a_fault_in_the_cell_is_told_before_anything_runs() -> None:
    chooser = Chooser(cell_of(PLAN) | {"audits": "many"}, PLAN)
    assert "mend this in the cell above" in chooser.told.value
    assert "<b>audits</b>: " in chooser.told.value


# Writing a file ------------------------------------------------------------------------------


def test_a_written_file_gives_the_same_settings(folder) -> None:
    settings = read_parameters(PLAN, {"audits": 33, "column_minimum": {"Looked after": 6}})
    path = write_parameters("mine", settings, note="One.\nTwo.", folder=folder)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# One.\n# Two.\n")
    assert read_parameters(PLAN, load_parameters([path]), closed=True) == settings


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "authority", "x" * 41, "1st"])
def test_a_file_s_name_is_plain(folder, name) -> None:
    with pytest.raises(ParameterError, match="must be lower-case letters, digits and underscores"):
        write_parameters(name, read_parameters(PLAN, {}), note="", folder=folder)


def test_a_file_is_not_replaced_by_accident(folder) -> None:
    put(folder, "mine", "audits: 3\n")
    settings = read_parameters(PLAN, {})
    with pytest.raises(ParameterError, match=r"a file mine\.yml already"):
        write_parameters("mine", settings, note="", folder=folder)
    write_parameters("mine", settings, note="", replace=True, folder=folder)
    assert load_parameters([folder / "mine.yml"])["audits"] == 40


# Bounds as they are typed --------------------------------------------------------------------


@pytest.mark.parametrize(
    "bound", [None, 0, 12, {"Looked after": 6}, {"Looked after": 6, "Child protection plan": 5}]
)
def test_a_bound_is_read_as_it_is_said(bound) -> None:
    assert read_bound(said_bound(bound)) == bound


@pytest.mark.parametrize("typed", ["many", "1.5", "Team: many", "a: 1, b", "[1, 2]", "{", "- 1"])
def test_a_bound_that_is_none_is_refused(typed) -> None:
    with pytest.raises(ParameterError, match="must be blank, a whole number, or numbers by label"):
        read_bound(typed)
