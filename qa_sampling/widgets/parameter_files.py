"""Parameters files for a notebook: which fit, what they would set, and writing one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import SETTINGS, checked_parameters, load_parameters
from qa_sampling.settings.common import PLAIN_NAME, Settings, home

AUTHORITY = "authority"
"""The file beneath every other, by its name without ``.yml``."""
BESIDE = (
    *(AUTHORITY, "calendar", "question_bank"),
    *("planned_activity", "quality_standards", "responsibilities"),
)
"""Files in `parameters` that no notebook takes by itself."""


@dataclass(frozen=True)
class Proposal:
    """What a parameters file would set in a notebook.

    Attributes
    ----------
    file : str
        Its name without ``.yml``; "" for the notebook's own cell.
    values : dict of str to object
        What would be set: the authority's values, then the file's.
    before : dict of str to object
        What the notebook's cell says, for all parameters.
    settings : Settings or None
        The checked model of both together; None when there is a fault.
    faults : dict of str to str
        What is wrong, by field; under "" what concerns the file or several fields.
    """

    file: str
    values: dict[str, Any]
    before: dict[str, Any]
    settings: Settings | None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> dict[str, Any]:
        """What would be other than the cell says."""
        nothing = object()
        return {
            name: value
            for name, value in self.values.items()
            if _plain(value) != _plain(self.before.get(name, nothing))
        }


def fitting_files(notebook: str, folder: Path | None = None) -> list[str]:
    """Give the parameters files that fit a notebook, its own first.

    A file with a notebook's name is that notebook's. Others fit the notebook, or notebooks, that
    know most of their names (of several the one that the file's name begins with), so that one
    with a misspelt name is still found, and refused where it can be seen. One that cannot be read
    fits all; one that shares no name with any, such as the year's calendar, fits none.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number.
    folder : Path, optional
        Where the files are; ``parameters`` by default.

    Returns
    -------
    list of str
        Names without ``.yml``; without the authority's, which lies beneath every other.
    """
    paths = sorted((folder or home() / "parameters").glob("*.yml"))
    names = [path.stem for path in paths if path.stem not in BESIDE and _fits(notebook, path)]
    return sorted(names, key=lambda name: (name != notebook, name))


def propose(
    notebook: str, file: str, before: Mapping[str, Any], folder: Path | None = None
) -> Proposal:
    """Say what a file would set in a notebook, and what is wrong with it; nothing is changed.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number.
    file : str
        Name of the file without ``.yml``; "" for the cell alone.
    before : mapping of str to object
        What the notebook's cell says; in a notebook ``globals()``.
    folder : Path, optional
        Where the files are; ``parameters`` by default.
    """
    place = folder or home() / "parameters"
    held = {name: before[name] for name in SETTINGS[notebook].model_fields if name in before}
    values: dict[str, Any] = {}
    if file:
        beneath = [path for path in [place / f"{AUTHORITY}.yml"] if path.is_file()]
        try:
            values = load_parameters([*beneath, place / f"{file}.yml"])
        except ParameterError as error:
            return Proposal(file, {}, held, None, {"": str(error)})
    settings, faults = checked_parameters(notebook, held | values, closed=True)
    return Proposal(file, values, held, settings, faults)


def write_parameters(
    name: str,
    settings: Settings,
    *,
    leave_out: Collection[str] = (),
    note: str,
    replace: bool = False,
    folder: Path | None = None,
) -> Path:
    """Write a parameters file that says everything, whatever a notebook's cell says.

    Parameters
    ----------
    name : str
        Its name without ``.yml``: lower-case letters, digits and underscores.
    settings : Settings
        Checked parameters.
    leave_out : collection of str
        Parameters that the file does not hold, such as the authority's and the month's.
    note : str
        What stands above the values; one line or more.
    replace : bool
        Whether a file of that name is replaced.
    folder : Path, optional
        Where; ``parameters`` by default.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        When the name is not plain or is taken.
    """
    if not PLAIN_NAME.fullmatch(name) or name == AUTHORITY:
        raise ParameterError(
            "The file's name must be lower-case letters, digits and underscores, at most 40, "
            f"begin with a letter and not be {AUTHORITY!r}."
        )
    path = (folder or home() / "parameters") / f"{name}.yml"
    if path.exists() and not replace:
        raise ParameterError(
            f"There is a file {path.name} already. Choose another name, or allow replacing it."
        )
    values = {key: value for key, value in settings.plain().items() if key not in leave_out}
    lines = "".join(f"# {line}\n" for line in note.splitlines())
    text = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, default_flow_style=None)
    draft = path.with_suffix(".draft")
    draft.write_text(f"{lines}\n{text}", encoding="utf-8", newline="\n")
    draft.replace(path)
    return path


def _fits(notebook: str, path: Path) -> bool:
    if path.stem in SETTINGS:
        return path.stem == notebook
    try:
        names = set(load_parameters([path]))
    except ParameterError:
        return True
    known = {name: len(names & set(model.model_fields)) for name, model in SETTINGS.items()}
    most = max(known.values())
    best = [name for name, count in known.items() if count == most > 0]
    named = [name for name in best if path.stem.startswith(f"{name}_")]
    return notebook in (named or best)


def _plain(value: Any) -> Any:  # noqa: ANN401
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
