"""The chooser: a parameters file from a list, instead of editing code."""

from __future__ import annotations

import html
from collections.abc import MutableMapping
from typing import Any

from qa_sampling.lab.origin import ORIGIN, mark_outputs
from qa_sampling.widgets.frontend import keep_keys, shell_of_somebody
from qa_sampling.widgets.parameter_files import Proposal, fitting_files, propose
from qa_sampling.widgets.words import STYLE

_CELL = "The cell above"
_KEPT = "_qa_sampling_chosen"
_SAFE = "Nothing is set until you press the button."


def choose_parameters(namespace: MutableMapping[str, Any], notebook: str) -> None:
    """Show a list of parameters files, and write the chosen one's values into the notebook.

    Silent, and without effect, where nobody works in the notebook: under papermill, nbval and
    the runner, which bring parameters of their own. A choice is kept until the kernel is
    restarted, so that running all cells again uses it again.

    Parameters
    ----------
    namespace : mutable mapping
        The notebook's ``globals()``.
    notebook : str
        Name of the notebook without its number, such as "monthly_audit_plan".
    """
    shell = shell_of_somebody()
    if shell is None:
        return
    mark_outputs(shell)
    from IPython.display import display

    chooser = Chooser(namespace, notebook)
    display(chooser.box)


class Chooser:
    """The list, what the chosen file would set, and the button that sets it.

    Parameters
    ----------
    namespace : mutable mapping
        The notebook's ``globals()``; its parameters are what the cell says.
    notebook : str
        Name of the notebook without its number.
    """

    def __init__(self, namespace: MutableMapping[str, Any], notebook: str) -> None:
        import ipywidgets as widgets

        self.namespace, self.notebook = namespace, notebook
        with ORIGIN.deaf():
            now = propose(notebook, "", namespace).before
            files = fitting_files(notebook)
        kept, cell, written = namespace.get(_KEPT, ("", now, now))
        self.cell = cell if now == written else now  # the cell was not run again since
        wide = {"description_width": "initial"}
        self.list = widgets.Dropdown(
            options=[(_CELL, ""), *((f"{name}.yml", name) for name in files)],
            value=kept if kept in files else "",
            description="Parameters from",
            style=wide,
            layout={"width": "28em", "max_width": "100%"},
        )
        self.button = widgets.Button(
            description="Use these values", button_style="primary", layout={"width": "12em"}
        )
        self.told = widgets.HTML()
        self.list.observe(lambda change: self.look(), names="value")
        self.button.on_click(lambda button: self.use())
        row = widgets.HBox([self.list, self.button], layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([row, self.told])
        keep_keys(self.box)
        if self.look().settings is not None and self.list.value:
            self.use()

    def look(self) -> Proposal:
        """Show what the chosen file would set, and whatever is wrong with it."""
        with ORIGIN.deaf():
            found = propose(self.notebook, self.list.value, self.cell)
        self.button.disabled = found.settings is None
        self.told.value = proposal_html(found)
        return found

    def use(self) -> None:
        """Write the values into the notebook; nothing when there is a fault."""
        found = self.look()
        if found.settings is None:
            return
        written = self.cell | found.values
        self.namespace.update(written)
        self.namespace[_KEPT] = (found.file, self.cell, written)
        self.told.value = proposal_html(found, used=True)


def proposal_html(found: Proposal, *, used: bool = False) -> str:
    """Give what a file would set as HTML: faults first, by field, then a table of values.

    Parameters
    ----------
    found : Proposal
        What ``propose`` gave.
    used : bool
        Whether the values were written into the notebook.
    """
    said = html.escape
    name = f"{found.file}.yml" if found.file else "the cell above"
    parts = [STYLE]
    if found.faults:
        rows = "".join(
            f"<li>{f'<b>{said(field)}</b>: ' if field else ''}{said(text)}</li>"
            for field, text in found.faults.items()
        )
        head = f"Not usable: mend this in {said(name)}, then choose it again."
        parts.append(f"<div class='qa-fault' role='alert'><p>{head}</p><ul>{rows}</ul></div>")
    elif used:
        parts.append(
            f"<p class='qa-done' role='status'>The values of {said(name)} are set. Go on with the "
            "cells below: <i>Run → Run Selected Cell and All Below</i>.</p>"
        )
    else:
        parts.append(f"<p role='status'>{said(_summary(found))} {_SAFE}</p>")
    if found.changed:
        parts.append(_table(found))
    return "".join(parts)


def _summary(found: Proposal) -> str:
    if not found.file:
        return "The values of the cell above hold, and they are in order."
    number = len(found.changed)
    same = len(found.values) - number
    if not number:
        return f"{found.file}.yml says the same as the cell above."
    what = "1 value" if number == 1 else f"{number} values"
    return f"{found.file}.yml would change {what}; {same} are the same as in the cell."


def _table(found: Proposal) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{html.escape(name)}</th>"
        f"<td>{html.escape(_said(found.before.get(name, '')))}</td>"
        f"<td>{html.escape(_said(value))}</td></tr>"
        for name, value in found.changed.items()
    )
    return (
        "<table class='qa-table'><caption>What changes</caption><thead><tr>"
        "<th scope='col'>Parameter</th><th scope='col'>In the cell</th>"
        f"<th scope='col'>In the file</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _said(value: Any) -> str:  # noqa: ANN401
    if value is None or value == "" or value == [] or value == {}:
        return "(none)"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
