"""What a save leaves in a notebook: outputs of the invented authority, and no others.

A kernel with :mod:`qa_sampling.lab.origin` puts a mark at the end of every cell's outputs: what
data it has seen since it started. The hook keeps a cell's outputs when the mark says that it was
the invented authority alone, and notes their digest in the notebook's metadata instead of the
mark. A cell without a mark keeps its outputs when they are, to the letter, those that were noted
before. All others are stripped: no mark, another mark, outputs that were changed, and all that
are new beside a mark of other data, since a cell can change what another displays. When in doubt
it strips, because outputs can be made again and a child's details cannot be called back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

ORIGIN_TYPE = "application/vnd.qa-sampling.origin+json"
"""Media type of the mark."""
INVENTED_ONLY = "invented"
"""What the mark says of a kernel that has seen the invented authority and no other data."""
NOTES = "qa_sampling"
"""Name of our part of a notebook's metadata."""
WHY = (
    "Outputs were left out when this notebook was saved: only outputs made from the invented "
    "authority alone are kept. Run the notebook to see them again."
)
_OTHER = "other"
_WIDGET = "application/vnd.jupyter.widget-view+json"
_PASSING = ("execution_count", "transient")


def strip_before_saving(model: dict[str, Any], **kwargs: object) -> None:
    """Strip a notebook that is about to be saved; jupyter_server calls this before every save.

    Parameters
    ----------
    model : dict
        Contents model; changed in place. Files and folders are left alone.
    """
    content = model.get("content")
    if model.get("type") == "notebook" and isinstance(content, dict):
        strip(content)


def strip(notebook: dict[str, Any]) -> list[str]:
    """Leave in a notebook only what was made from the invented authority.

    Parameters
    ----------
    notebook : dict
        Notebook of format 4; changed in place.

    Returns
    -------
    list of str
        Ids of the cells whose outputs were stripped.
    """
    metadata = notebook.setdefault("metadata", {})
    metadata.pop("widgets", None)  # the state of widgets may hold what they showed
    before = metadata.get(NOTES)
    noted = before.get("invented", {}) if isinstance(before, Mapping) else {}
    kept, stripped = {}, []
    told = [(name, cell, *_without_mark(cell["outputs"])) for name, cell in _code_cells(notebook)]
    other = any(mark == _OTHER for *_, mark in told)  # it may have changed what others displayed
    for name, cell, outputs, mark in told:
        digest = digest_of(outputs)
        if not outputs:
            cell["outputs"] = []
        elif (mark == INVENTED_ONLY and not other) or (
            mark != _OTHER and noted.get(name) == digest
        ):
            cell["outputs"], kept[name] = outputs, digest
        else:
            cell["outputs"], cell["execution_count"] = [], None
            stripped.append(name)
    notes: dict[str, Any] = {"invented": kept} if kept else {}
    if stripped:
        notes["stripped"] = {"cells": stripped, "why": WHY}
    metadata[NOTES] = notes
    if not notes:
        del metadata[NOTES]
    return stripped


def note_recorded(notebook: dict[str, Any]) -> None:
    """Note all outputs of a notebook as the invented authority's: for those who record them.

    Parameters
    ----------
    notebook : dict
        Notebook of format 4, just run with its defaults; changed in place.
    """
    held = {name: digest_of(cell["outputs"]) for name, cell in _code_cells(notebook)}
    with_outputs = {name for name, cell in _code_cells(notebook) if cell["outputs"]}
    noted = {name: digest for name, digest in held.items() if name in with_outputs}
    notebook["metadata"][NOTES] = {"invented": noted}


def digest_of(outputs: list[Mapping[str, Any]]) -> str:
    """Give the first 32 hexadecimal digits of the SHA-256 of outputs, however they are written.

    Joined or split lines and 1 or 1.0 are the same; running numbers do not count.

    Parameters
    ----------
    outputs : list of mapping
        Outputs of format 4.
    """
    plain = [
        {key: value for key, value in output.items() if key not in _PASSING} for output in outputs
    ]
    text = json.dumps(_canonical(plain), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _code_cells(notebook: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, cell in enumerate(notebook.get("cells", [])):
        if cell.get("cell_type") == "code":
            cell.setdefault("outputs", [])
            yield str(cell.get("id", f"cell {number}")), cell


def _without_mark(outputs: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str | None]:
    """Give the outputs before the mark and what it says; None without a mark.

    Outputs that came after the mark, such as a button's, are not what it speaks of.
    """
    places = [at for at, one in enumerate(outputs) if ORIGIN_TYPE in one.get("data", {})]
    if not places:
        return _without_widgets(outputs), None
    said = {_said(outputs[at]["data"][ORIGIN_TYPE]) for at in places}
    others = [one for at, one in enumerate(outputs) if at not in places]
    others = _without_widgets(others)
    if _OTHER in said:
        return others, _OTHER
    clear = places[-1] == len(outputs) - 1 and said == {INVENTED_ONLY}
    return others, INVENTED_ONLY if clear else "unclear"


def _without_widgets(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out widgets, which are dead without the kernel that made them."""
    return [one for one in outputs if _WIDGET not in one.get("data", {})]


def _said(mark: object) -> str:
    return str(mark.get("origin")) if isinstance(mark, Mapping) else _OTHER


def _canonical(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return "".join(value)
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
