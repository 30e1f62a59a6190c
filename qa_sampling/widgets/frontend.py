"""Whether somebody works in the notebook, or it is run by papermill, nbval or the runner."""

from __future__ import annotations

from typing import Any


def shell_of_somebody() -> Any | None:  # noqa: ANN401 (IPython's)
    """Give the kernel's shell when a page asked for the cell that runs; None otherwise.

    JupyterLab and the Notebook name the cell in their request; what runs notebooks unattended
    does not.
    """
    from IPython import get_ipython

    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    asked = kernel.get_parent("shell") or {}
    return shell if asked.get("metadata", {}).get("cellId") else None
