"""What the trend explorer writes: a decision into the scheduled run's file, a deep dive's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import checked_parameters, load_parameters, read_parameters
from qa_sampling.settings.common import Settings, home
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.outcomes import OutcomeTrends, RebaseDecision
from qa_sampling.trends.spikes import Signal, deep_dive_parameters
from qa_sampling.widgets.parameter_files import AUTHORITY, write_parameters

TRENDS = "outcome_trends"
_NOT_THE_DIVE = (set(Settings.model_fields) - {"period"}) | {
    "months", "designs", "edition", "contact", "seed"
}  # fmt: skip
"""What a deep dive's file leaves to the authority's, and to the notebook's own cell."""


def scheduled_trends(file: str, folder: Path | None = None) -> OutcomeTrends:
    """Give the parameters of the scheduled outcome trends, the authority's beneath them.

    Parameters
    ----------
    file : str
        Name of the file without ``.yml``.
    folder : Path, optional
        Where it is; ``parameters`` by default.

    Raises
    ------
    ParameterError
        With every fault, by field.
    """
    return read_parameters(TRENDS, load_parameters(_files(file, folder)), closed=True)


def _files(file: str, folder: Path | None) -> list[Path]:
    place = folder or home() / "parameters"
    beneath = [path for path in [place / f"{AUTHORITY}.yml"] if path.is_file()]
    return [*beneath, place / f"{file}.yml"]


def record_rebase(
    decision: RebaseDecision, settings: TrendExplorer, folder: Path | None = None
) -> Path:
    """Add a decision to the parameters file of the scheduled outcome trends.

    Everything else in the file stays to the letter, with its comments.

    Parameters
    ----------
    decision : RebaseDecision
        Measure, since when, by whom, why and when decided.
    settings : TrendExplorer
        Names the file, and says what data the decision was made on.
    folder : Path, optional
        Where the file is; ``parameters`` by default.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ParameterError
        When the file is at fault, holds a decision for that measure and month already, or its run
        reads other data than the decision was made on.
    """
    path = _files(settings.trends_file, folder)[-1]
    scheduled = scheduled_trends(settings.trends_file, folder)
    if scheduled.is_invented != settings.is_invented:
        whose = "the invented authority" if scheduled.is_invented else "your own extract"
        raise ParameterError(
            f"Nothing is recorded: the run of {path.name} reads {whose}, and this decision would "
            "be made on other data. Choose the same extract in both."
        )
    for one in scheduled.rebases:
        if (one.measure, one.since) == (decision.measure, decision.since):
            raise ParameterError(
                f"Nothing is recorded: {path.name} has a rebase of this measure since {one.since} "
                f"already, decided by {one.by}. Change it there."
            )
    with path.open(encoding="utf-8", newline="") as held:
        text = held.read()
    before, new = load_parameters([path]), decision.model_dump()
    draft = path.with_suffix(".draft")
    draft.write_text(_with_decision(text, new), encoding="utf-8", newline="")
    try:
        _check_draft(draft, before | {"rebases": [*(before.get("rebases") or []), new]}, path.name)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def _check_draft(draft: Path, wanted: dict[str, Any], name: str) -> None:
    """Refuse a draft that says anything but what was held before and the decision."""
    try:
        same = load_parameters([draft]) == wanted
    except ParameterError:
        same = False
    if not same:
        raise ParameterError(
            f"Nothing is recorded: `rebases` in {name} is written in a way that cannot be added to "
            "safely. Write one decision a line, as `- {measure: ..., since: ..., by: ..., "
            "reason: ...}`."
        )


def _with_decision(text: str, new: dict[str, Any]) -> str:
    """Add a decision to the text of a parameters file."""
    end = "\r\n" if "\r\n" in text else "\n"
    line = yaml.safe_dump(
        new, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6
    ).strip()
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if root is not None else []
    held = next((value for key, value in pairs if key.value == "rebases"), None)
    if held is None:
        gap = "" if not text or text.endswith("\n") else end
        return f"{text}{gap}rebases:{end}  - {line}{end}"
    items = held.value
    if not items:
        first, last = held.start_mark.index, held.end_mark.index
        return f"{text[:first]}[{end}  {line}{end}  ]{text[last:]}"
    if held.flow_style:
        last = items[-1].end_mark.index
        return f"{text[:last]},{end}  {line}{text[last:]}"
    dash = text.rindex("-", 0, items[-1].start_mark.index)
    indent = text[:dash].rpartition("\n")[2]
    stop = text.find("\n", _last_leaf(items[-1]))
    stop = len(text) if stop < 0 else stop
    stop -= text[:stop].endswith("\r")
    return f"{text[:stop]}{end}{indent}- {line}{text[stop:]}"


def _last_leaf(node: yaml.Node) -> int:
    """Give where the last plain value within a node ends."""
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return node.end_mark.index
    last = node.value[-1]
    return _last_leaf(last[1] if isinstance(last, tuple) else last)


def dive_file_name(signal: Signal) -> str:
    """Propose the name of a deep dive's file, without ``.yml``.

    Parameters
    ----------
    signal : Signal
        What is looked into.
    """
    month = str(deep_dive_parameters(signal)["period"]).replace("-", "_")
    return f"dive_{signal.measure[:26]}_{month}"


def write_dive(
    name: str, signal: Signal, *, replace: bool = False, folder: Path | None = None
) -> Path:
    """Write the parameters file of a deep dive into a signal.

    Parameters
    ----------
    name : str
        Its name without ``.yml``.
    signal : Signal
        What is looked into.
    replace : bool
        Whether a file of that name is replaced.
    folder : Path, optional
        Where; ``parameters`` by default.

    Raises
    ------
    ParameterError
        When the name is not plain or is taken, or no deep dive can be made into the signal.
    """
    settings, faults = checked_parameters("deep_dive", deep_dive_parameters(signal), closed=True)
    if not isinstance(settings, DeepDive):
        raise ParameterError(f"No deep dive can be made: {' '.join(faults.values())}")
    note = (
        f"Deep dive into a signal that the trend explorer showed: {signal.id}\n"
        f"qa-sampling run deep_dive -f parameters/authority.yml -f parameters/{name}.yml"
    )
    return write_parameters(
        name, settings, leave_out=_NOT_THE_DIVE, note=note, replace=replace, folder=folder
    )
