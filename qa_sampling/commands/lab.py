"""The command that starts JupyterLab on the notebooks."""

from __future__ import annotations

import typer


def lab_command(context: typer.Context) -> None:
    """Start JupyterLab on the notebooks; what follows is passed on, such as `--no-browser`.

    Saved notebooks keep outputs of the invented authority only.
    """
    from qa_sampling.lab.server import start_lab

    start_lab(context.args)
