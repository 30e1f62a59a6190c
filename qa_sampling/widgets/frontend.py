"""Whether somebody works in the notebook, or it is run by papermill, nbval or the runner."""

from __future__ import annotations

from typing import Any

_OWN = "qa-own-keys"
_SCRIPT = f"""(function mark(tries) {{
  const box = element.closest('.{_OWN}');
  if (box) {{
    box.addEventListener('focusin', (event) => {{
      if (!event.target.matches(':read-write')) {{
        event.target.setAttribute('data-lm-suppress-shortcuts', 'true');
      }}
    }});
  }} else if (tries > 0) {{ setTimeout(() => mark(tries - 1), 50); }}
}})(200);"""


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


def keep_keys(box: Any) -> None:  # noqa: ANN401 (an ipywidgets box)
    """Let what is typed in a box go to its controls alone.

    JupyterLab takes arrow keys and letters for commands to the notebook (D twice deletes a cell)
    wherever the focus is not in a text field. Its own mark against that is an attribute of what has
    the focus, which no widget can set, so a script does; it lies in the widgets' state and is
    never saved.

    Parameters
    ----------
    box : ipywidgets.Box
        The box; a child that shows nothing is added to it.
    """
    import ipywidgets as widgets

    data = {"application/javascript": _SCRIPT, "text/plain": ""}
    shown = {"output_type": "display_data", "data": data, "metadata": {}}
    box.add_class(_OWN)
    box.children = [*box.children, widgets.Output(outputs=(shown,))]
