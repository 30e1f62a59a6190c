"""Starting JupyterLab on the notebooks, with the right kernel and the save hook."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa_sampling.lab.saving import strip_before_saving
from qa_sampling.lab.start_page import START_PAGE
from qa_sampling.settings.common import home

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

CONFIG = Path(__file__).parent / "config"
"""JupyterLab's own settings: markdown opens as a page, and nothing is fetched from outside."""
_ONLY_SAY = {"-h", "--help", "--help-all", "--version"}


def start_lab(arguments: Sequence[str] = ()) -> None:
    """Start JupyterLab on `notebooks/` and open its start page; ends when the server is stopped.

    Parameters
    ----------
    arguments : sequence of str
        Passed on to JupyterLab, such as ``--no-browser`` or ``--port=8899``.

    Raises
    ------
    ParameterError
        When the project's folder is not found.
    """
    from jupyterlab.labapp import LabApp

    if _ONLY_SAY & set(arguments):
        LabApp.launch_instance(list(arguments))
        return
    folder = home() / "notebooks"
    os.environ["QA_SAMPLING_HOME"] = str(home())
    paths = [str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before a user's own
    server = LabApp.initialize_server([*lab_options(folder), *arguments])
    guard_saves(server)
    server.start()


def lab_options(folder: Path) -> list[str]:
    """Give JupyterLab's options: the folder, the page that opens, the kernel and its channels.

    Parameters
    ----------
    folder : Path
        Where the notebooks are.
    """
    from jupyter_client.manager import KernelManager

    options = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{START_PAGE}",
        "--MultiKernelManager.default_kernel_name=python3",
    ]
    if "transport_encryption" in KernelManager.class_traits():
        options.append("--KernelManager.transport_encryption=required")
    return options


def guard_saves(server: ServerApp) -> None:
    """Let nothing be saved but through the save hook, whatever a user's settings say.

    Parameters
    ----------
    server : ServerApp
        Initialised, not started.
    """
    server.contents_manager.pre_save_hook = strip_before_saving
