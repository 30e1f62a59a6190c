"""A saved notebook holds outputs of the invented authority and no others."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

from qa_sampling.errors import ParameterError
from qa_sampling.lab.origin import Origin
from qa_sampling.lab.saving import (
    INVENTED_ONLY,
    NOTES,
    ORIGIN_TYPE,
    digest_of,
    note_recorded,
    strip,
    strip_before_saving,
)
from qa_sampling.settings.common import ASKED_EVENT, MADE_EVENT
from qa_sampling.settings.plan import MonthlyAuditPlan

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXT = {"output_type": "stream", "name": "stdout", "text": "child 4711"}


def mark(origin: object) -> dict:
    data = {ORIGIN_TYPE: {"origin": origin}}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def code(*outputs: dict, name: str = "one") -> dict:
    return {
        "cell_type": "code", "id": name, "metadata": {}, "source": "x", "execution_count": 3,
        "outputs": [copy.deepcopy(one) for one in outputs],
    }  # fmt: skip


def notebook(*cells: dict, **metadata: object) -> dict:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}


def test_outputs_of_the_invented_authority_are_kept_and_the_mark_becomes_a_note() -> None:
    book = notebook(code(TEXT, mark(INVENTED_ONLY)))
    assert strip(book) == []
    assert book["cells"][0]["outputs"] == [TEXT]
    assert book["metadata"] == {NOTES: {"invented": {"one": digest_of([TEXT])}}}
    assert strip(book) == [], "what was noted is known again"
    assert book["cells"][0]["outputs"] == [TEXT]


@pytest.mark.parametrize(
    "outputs",
    [
        (TEXT,),
        (TEXT, mark("other")),
        (TEXT, mark("nothing")),
        (TEXT, mark(None)),
        (mark(INVENTED_ONLY), TEXT),
        (TEXT, mark("other"), mark(INVENTED_ONLY)),
        (TEXT, {**mark(INVENTED_ONLY), "data": {ORIGIN_TYPE: "invented"}}),
    ],
    ids=["no mark", "other", "nothing", "empty", "came later", "two marks", "odd mark"],
)
def test_in_doubt_outputs_are_stripped_and_the_notebook_says_so(outputs: tuple) -> None:
    book = notebook(code(*outputs), code(name="two"))
    assert strip(book) == ["one"]
    assert book["cells"][0]["outputs"] == []
    assert book["cells"][0]["execution_count"] is None
    assert book["metadata"][NOTES]["stripped"]["cells"] == ["one"]
    assert (
        "only outputs made from the invented authority"
        in book["metadata"][NOTES]["stripped"]["why"]
    )
    assert "4711" not in json.dumps(book)


def test_a_changed_output_is_not_known_again() -> None:
    book = notebook(code(TEXT, mark(INVENTED_ONLY)))
    strip(book)
    book["cells"][0]["outputs"][0]["text"] = "child 4712"
    assert strip(book) == ["one"]


def test_a_real_run_does_not_hide_behind_the_notes_of_before() -> None:
    book = notebook(code(TEXT, mark(INVENTED_ONLY)))
    strip(book)
    book["cells"][0]["outputs"] = [TEXT, mark("other")]
    assert strip(book) == ["one"]
    assert "invented" not in book["metadata"][NOTES]


def test_beside_other_data_only_what_was_noted_before_is_kept() -> None:
    """A cell that saw other data can change what a cell before it displayed."""
    again = {**TEXT, "text": "changed from below"}
    book = notebook(code(TEXT, mark(INVENTED_ONLY)), code(TEXT, mark(INVENTED_ONLY), name="two"))
    strip(book)
    book["cells"][0]["outputs"] = [TEXT, mark(INVENTED_ONLY)]
    book["cells"][1]["outputs"] = [again, mark(INVENTED_ONLY)]
    book["cells"].append(code(TEXT, mark("other"), name="three"))
    assert strip(book) == ["two", "three"]


def test_a_cell_before_anything_was_asked_for_leaves_the_others_alone() -> None:
    first, second = code(TEXT, mark("nothing")), code(TEXT, mark(INVENTED_ONLY), name="two")
    book = notebook(first, second)
    assert strip(book) == ["one"]
    assert book["cells"][1]["outputs"] == [TEXT]


def test_widgets_and_their_state_are_never_saved() -> None:
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "VBox()"}
    shown = {"output_type": "display_data", "metadata": {}, "data": view}
    book = notebook(code(shown, mark(INVENTED_ONLY)), widgets={"state": {"x": "child 4711"}})
    assert strip(book) == []
    assert book["metadata"] == {}
    assert book["cells"][0]["outputs"] == []


def test_the_way_an_output_is_written_does_not_matter_but_what_it_says_does() -> None:
    split = [{**TEXT, "text": ["child ", "4711"]}]
    assert digest_of(split) == digest_of([TEXT])
    result = {"output_type": "execute_result", "execution_count": 1, "data": {"a": 1.0}}
    again = {"output_type": "execute_result", "execution_count": 9, "data": {"a": 1}}
    assert digest_of([result]) == digest_of([again])
    assert digest_of([TEXT]) != digest_of([{**TEXT, "text": "child 4712"}])


def test_the_hook_leaves_files_and_folders_alone() -> None:
    for model in ({"type": "file", "content": "x"}, {"type": "notebook", "content": None}):
        before = copy.deepcopy(model)
        strip_before_saving(model=model, path="x", contents_manager=None)
        assert model == before
    model = {"type": "notebook", "content": notebook(code(TEXT))}
    strip_before_saving(model=model, path="x.ipynb", contents_manager=None)
    assert model["content"]["cells"][0]["outputs"] == []


# The guard: what is committed would be saved as it is -----------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_committed_outputs_are_those_that_were_recorded(path: Path) -> None:
    """Record again with `python tests/record_notebooks.py` when this fails."""
    book = nbformat.read(path, as_version=4)
    before = copy.deepcopy(book)
    assert strip(book) == [], "outputs that were not recorded from the invented authority"
    assert book == before


def test_the_guard_would_notice() -> None:
    book = nbformat.read(NOTEBOOKS[0], as_version=4)
    cell = next(cell for cell in book.cells if cell.cell_type == "code" and cell.outputs)
    cell.outputs = [nbformat.v4.new_output("stream", text="4711")]
    assert strip(book) == [cell.id]
    cell.outputs = [nbformat.v4.new_output("stream", text="4711")]
    note_recorded(book)
    assert strip(book) == []


# What a kernel has seen ----------------------------------------------------------------------


@pytest.fixture
def origin(monkeypatch, tmp_path) -> Origin:
    monkeypatch.setenv("QA_SAMPLING_OUTPUTS", str(tmp_path / "outputs"))
    return Origin()


def opened(origin: Origin, path: object, mode: str | None = "r") -> str:
    origin.hear("open", (path, mode, 0))
    return origin.said


INVENTED = MonthlyAuditPlan()
OWN = MonthlyAuditPlan(extract="annex_a.xlsx")


def test_before_anything_was_asked_for_nothing_is_known(origin) -> None:
    assert origin.said == "nothing"


def test_the_invented_authority_and_its_files_alone_are_invented(origin, tmp_path) -> None:
    origin.hear(ASKED_EVENT, (INVENTED,))
    assert origin.said == INVENTED_ONLY
    assert opened(origin, tmp_path / "outputs/invented/annex_a.xlsx") == INVENTED_ONLY
    assert opened(origin, str(tmp_path / "notes.txt")) == INVENTED_ONLY
    assert opened(origin, str(tmp_path / "saved.xlsx"), "wb") == INVENTED_ONLY
    assert opened(origin, 3) == INVENTED_ONLY
    origin.hear("sqlite3.connect", (":memory:",))
    assert origin.said == INVENTED_ONLY


def test_other_data_is_not_forgotten(origin) -> None:
    origin.hear(ASKED_EVENT, (INVENTED,))
    origin.hear(ASKED_EVENT, (OWN,))
    origin.hear(ASKED_EVENT, (INVENTED,))
    assert origin.said == "other"


@pytest.mark.parametrize("name", ["a.xlsx", "A.CSV", b"a.ods", "outputs/register.sqlite"])
def test_a_file_of_data_from_elsewhere_is_other(origin, tmp_path, name) -> None:
    origin.hear(ASKED_EVENT, (INVENTED,))
    path = tmp_path / name if isinstance(name, str) else bytes(tmp_path) + b"/" + name
    assert opened(origin, path, None) == "other"


def test_files_that_were_invented_for_a_moment_are_nobodys(origin, tmp_path) -> None:
    origin.hear(MADE_EVENT, (tmp_path / "made",))
    assert opened(origin, tmp_path / "made/published.csv") == "nothing"
    origin.hear(ASKED_EVENT, (INVENTED,))
    assert opened(origin, tmp_path / "made/published.csv") == INVENTED_ONLY
    assert opened(origin, tmp_path / "made/../published.csv") == "other"


def test_a_way_out_of_the_invented_folder_is_seen(origin, tmp_path) -> None:
    origin.hear(ASKED_EVENT, (INVENTED,))
    assert opened(origin, str(tmp_path / "outputs/invented/../annex_a.xlsx")) == "other"


@pytest.mark.parametrize("way", ["{}", "file://{}?mode=rw", "file:{}"])
def test_a_database_from_elsewhere_is_other(origin, tmp_path, way) -> None:
    origin.hear(ASKED_EVENT, (INVENTED,))
    inside, outside = tmp_path / "outputs/invented/register", tmp_path / "register"
    origin.hear("sqlite3.connect", (way.format(inside.as_posix()),))
    assert origin.said == INVENTED_ONLY
    origin.hear("sqlite3.connect", (way.format(outside.as_posix()),))
    assert origin.said == "other"


def test_looking_at_parameters_is_not_asking(origin) -> None:
    with origin.deaf():
        origin.hear(ASKED_EVENT, (OWN,))
    assert origin.said == "nothing"


def test_every_model_says_that_it_is_asked_for() -> None:
    import sys

    heard = []
    listening = [True]
    sys.addaudithook(
        lambda event, arguments: (
            heard.append(arguments[0]) if listening and event == ASKED_EVENT else None
        )
    )
    made = MonthlyAuditPlan(extract="x.xlsx")
    listening.clear()
    assert heard == [made]


def test_the_builder_is_not_a_scheduled_run() -> None:
    from qa_sampling.runner import run

    with pytest.raises(ParameterError, match="worked with in JupyterLab and publishes nothing"):
        run("plan_builder", {})
