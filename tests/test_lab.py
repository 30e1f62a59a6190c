"""How JupyterLab starts, and the page it starts with."""

import re
import sys
from pathlib import Path

import pytest

from qa_sampling.lab.saving import strip_before_saving
from qa_sampling.lab.server import CONFIG, guard_saves, lab_options, start_lab
from qa_sampling.lab.start_page import START_PAGE, listed_notebooks, start_page

ROOT = Path(__file__).parents[1]
FILES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_the_start_page_is_up_to_date() -> None:
    found = (ROOT / "notebooks" / START_PAGE).read_text(encoding="utf-8")
    assert found == start_page(), "run `python tests/start_page.py`"


def test_the_start_page_lists_every_notebook_in_order_with_its_question() -> None:
    assert [one.file for one in listed_notebooks()] == FILES
    page = start_page()
    assert re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", page, re.MULTILINE) == FILES
    for one in listed_notebooks():
        first = (ROOT / "notebooks" / one.file).read_text(encoding="utf-8")
        assert f'"# {one.question}' in first, f"{one.file} asks another question"
        assert f'choose_parameters(globals(), \\"{one.name}\\")' in first


def test_jupyterlab_is_started_with_our_folder_page_kernel_and_hook(monkeypatch) -> None:
    from jupyterlab.labapp import LabApp

    class Contents:
        pre_save_hook = None

    class Server:
        contents_manager = Contents()
        started = False

        def start(self) -> None:
            self.started = True

    server, asked = Server(), []
    monkeypatch.setattr(
        LabApp, "initialize_server", lambda options: asked.extend(options) or server
    )
    for name in ("QA_SAMPLING_HOME", "JUPYTER_CONFIG_PATH", "JUPYTER_PREFER_ENV_PATH"):
        monkeypatch.setenv(name, str(ROOT) if name == "QA_SAMPLING_HOME" else "")
    start_lab(["--no-browser"])
    assert server.started
    assert server.contents_manager.pre_save_hook is strip_before_saving
    assert asked[-1] == "--no-browser"
    assert f"--ServerApp.root_dir={ROOT / 'notebooks'}" in asked
    assert f"--LabApp.default_url=/lab/tree/{START_PAGE}" in asked
    assert "--MultiKernelManager.default_kernel_name=python3" in asked
    import os

    assert os.environ["JUPYTER_CONFIG_PATH"] == str(CONFIG)
    assert os.environ["JUPYTER_PREFER_ENV_PATH"] == "1"


def test_the_hook_of_a_user_does_not_stand(tmp_path) -> None:
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

    class Server:
        contents_manager = AsyncLargeFileManager(
            root_dir=str(tmp_path), pre_save_hook=lambda **kwargs: None
        )

    with pytest.warns(UserWarning, match="Overriding existing pre_save_hook"):
        guard_saves(Server())
    assert Server.contents_manager.pre_save_hook is strip_before_saving


def test_channels_are_encrypted_where_that_can_be() -> None:
    from jupyter_client.manager import KernelManager

    can = "transport_encryption" in KernelManager.class_traits()
    assert any("transport_encryption=required" in one for one in lab_options(ROOT)) == can


def test_the_command_passes_on_what_follows(monkeypatch) -> None:
    from typer.testing import CliRunner

    import qa_sampling.lab.server as server
    from qa_sampling.cli import app

    given = []
    monkeypatch.setattr(server, "start_lab", given.extend)
    done = CliRunner().invoke(app, ["lab", "--no-browser", "--port=8899"])
    assert done.exit_code == 0, done.output
    assert given == ["--no-browser", "--port=8899"]


def test_run_py_hands_the_command_on_without_a_shell(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    import run

    called = []
    monkeypatch.setattr(run, "set_up", lambda: None)
    monkeypatch.setattr(run.subprocess, "call", lambda command, **more: called.append(command) or 0)
    assert run.main(["lab", "--no-browser"]) == 0
    assert called[0][1:] == ["-m", "qa_sampling", "lab", "--no-browser"]
    sys.modules.pop("run", None)
