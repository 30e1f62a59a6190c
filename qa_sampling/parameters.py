"""Reading a run's parameters: from YAML files, the command line or a notebook's tagged cell.

They become one of the closed models of :mod:`qa_sampling.settings`, or one message that
names every field at fault and says what to give.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from qa_sampling.errors import ParameterError
from qa_sampling.settings.analyses import ActionsAndActivity, ModerationAgreement
from qa_sampling.settings.benchmarking import Benchmarking
from qa_sampling.settings.builder import PlanBuilder
from qa_sampling.settings.calendar import Calendar, CalendarEntry, calendar_of
from qa_sampling.settings.collect import CollectAudits
from qa_sampling.settings.common import Settings, home
from qa_sampling.settings.deep_dive import DeepDive
from qa_sampling.settings.exercise import TrainingExercise
from qa_sampling.settings.explorer import TrendExplorer
from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.panel import PanelSession
from qa_sampling.settings.plan import MonthlyAuditPlan
from qa_sampling.settings.programme import QaProgramme
from qa_sampling.settings.programme_files import (
    FILES,
    ProgrammeFiles,
    QualityStandards,
    declared_file,
)
from qa_sampling.settings.published_dive import PublishedDeepDive

SETTINGS: dict[str, type[Settings]] = {
    "monthly_audit_plan": MonthlyAuditPlan,
    "plan_builder": PlanBuilder,
    "actions_and_activity": ActionsAndActivity,
    "audit_findings": AuditFindings,
    "benchmarking": Benchmarking,
    "published_deep_dive": PublishedDeepDive,
    "collect_audits": CollectAudits,
    "deep_dive": DeepDive,
    "moderation_agreement": ModerationAgreement,
    "outcome_trends": OutcomeTrends,
    "panel_session": PanelSession,
    "qa_programme": QaProgramme,
    "training_exercise": TrainingExercise,
    "trend_explorer": TrendExplorer,
}
"""The model of each notebook, by the notebook's name without its number."""


def read_parameters(notebook: str, values: Mapping[str, Any], *, closed: bool = False) -> Settings:
    """Check the parameters of a notebook.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number, such as "monthly_audit_plan".
    values : mapping of str to object
        Parameters by name; in a notebook ``globals()``.
    closed : bool
        Whether an unknown name is refused; in a notebook other names are not parameters.

    Returns
    -------
    Settings
        The checked model.

    Raises
    ------
    ParameterError
        With every fault: the field, what is wrong, what to give.
    """
    settings, faults = checked_parameters(notebook, values, closed=closed)
    if settings is None:
        raise ParameterError(
            " ".join(f"`{name}`: {text}" if name else text for name, text in faults.items())
        )
    return settings


def checked_parameters(
    notebook: str, values: Mapping[str, Any], *, closed: bool = False
) -> tuple[Settings | None, dict[str, str]]:
    """Check as :func:`read_parameters` does, but give the faults by field instead of raising.

    Parameters
    ----------
    notebook : str
        Name of the notebook without its number.
    values : mapping of str to object
        Parameters by name.
    closed : bool
        Whether an unknown name is a fault.

    Returns
    -------
    Settings or None
        The checked model; None when there is a fault.
    dict of str to str
        What is wrong, by field; under "" what concerns several together.
    """
    if notebook not in SETTINGS:
        raise ParameterError(
            f"There is no notebook {notebook!r}; choose from {', '.join(SETTINGS)}."
        )
    model = SETTINGS[notebook]
    strangers = sorted(set(values) - set(model.model_fields))
    if closed and strangers:
        return None, {name: _stranger(name, model) for name in strangers}
    asked = {name: _plain(values[name]) for name in model.model_fields if name in values}
    try:
        asked = model.filled(asked)
    except ParameterError as error:
        return None, {"signal": str(error)}
    try:
        return model.model_validate_json(json.dumps(asked)), {}
    except ValidationError as error:
        return None, _faults(error)


def load_parameters(paths: Iterable[Path]) -> dict[str, Any]:
    """Read parameter files; a later file goes before an earlier one.

    Parameters
    ----------
    paths : iterable of Path
        YAML files, each a mapping of names to values; relative ones from the working folder, or
        else from the project's.

    Raises
    ------
    ParameterError
        When a file is missing, is not such a mapping, or names a parameter twice.
    """
    merged: dict[str, Any] = {}
    for path in paths:
        try:
            text = _where(path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise ParameterError(
                f"The parameter file {path} cannot be read; give a YAML file in UTF-8."
            ) from None
        try:
            values = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 (a safe loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" in line {mark.line + 1}" if mark else ""
            problem = getattr(error, "problem", None) or "it is not YAML"
            raise ParameterError(f"{path.name}{where}: {problem}.") from None
        if not isinstance(values or {}, dict):
            raise ParameterError(f"{path.name} must hold lines such as `audits: 40`.")
        merged.update(values or {})
    return merged


def _where(path: Path) -> Path:
    return path if path.exists() or path.is_absolute() else home() / path


class _StrictLoader(yaml.SafeLoader):
    """A safe loader that keeps days as text and refuses a name given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        names = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name!r} is given twice", node.start_mark
                )
        return super().construct_mapping(node, deep=deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Give a value from Python code as JSON would have it; leave the refusing to the model."""
    if isinstance(value, Path | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return f"<{type(value).__name__}>" if not hasattr(value, "item") else _plain(value.item())


def _stranger(name: str, model: type[Settings]) -> str:
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    hint = f" Did you mean `{close[0]}`?" if close else ""
    return f"not a parameter of this notebook.{hint}"


def _place(within: tuple[int | str, ...]) -> str:
    """Say where in a field of several parts a fault is; blank for a field of one."""
    named = [f"number {one + 1}" if isinstance(one, int) else str(one) for one in within]
    return f"{', '.join(named)}: " if any(isinstance(one, str) for one in within) else ""


def _faults(error: ValidationError) -> dict[str, str]:
    """Say what is wrong with each field, once."""
    lines: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_context=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        text = fault["msg"].removeprefix("Value error, ")
        text = f"{_place(fault['loc'][1:])}{text[0].lower()}{text[1:]}"
        given = fault["input"]
        if isinstance(given, bool | int | float | str):
            text += f"; got {str(given)[:60]!r}" if isinstance(given, str) else f"; got {given}"
        lines.setdefault(name, []).append(text)
    return {
        name: f"{', or '.join(dict.fromkeys(texts)) if name else texts[0]}."
        for name, texts in lines.items()
    }


def read_calendar(path: Path) -> Calendar:
    """Read the year's programme.

    Parameters
    ----------
    path : Path
        YAML file, such as `parameters/calendar.yml`.

    Raises
    ------
    ParameterError
        With every fault, by entry; and every notebook that is unknown, by name.
    """
    return calendar_of(load_parameters([path]), known=SETTINGS)


def read_programme_files(settings: QaProgramme) -> ProgrammeFiles:
    """Read the files that declare the QA programme.

    Parameters
    ----------
    settings : QaProgramme
        Name them.

    Raises
    ------
    ParameterError
        With every fault of a file, by row and field.
    """
    held = {}
    for parameter in FILES:
        path = settings.place(getattr(settings, parameter))
        held[parameter] = declared_file(parameter, load_parameters([path]), named=path.name)
    calendar = read_calendar(settings.place(settings.calendar_file))
    _agree_on_targets(settings, held["standards_file"], calendar)
    asked = {
        entry.name: _asked_of(settings, entry)
        for entry in calendar.entries
        if entry.run == "monthly_audit_plan"
    }
    usual = MonthlyAuditPlan.model_fields["design"].default
    designs = {name: str(values.get("design", usual)) for name, values in asked.items()}
    again = {designs[name] for name, values in asked.items() if values.get("last_graded")}
    return ProgrammeFiles(*held.values(), calendar, designs, frozenset(again))


def _agree_on_targets(
    settings: QaProgramme, standards: QualityStandards, calendar: Calendar
) -> None:
    """Refuse two targets of one measure: a page would read it as good, another as missed."""
    asked = [("`curves`", {one.measure: one.target for one in settings.curves})]
    for entry in calendar.entries:
        if entry.run == "outcome_trends":
            held = _asked_of(settings, entry).get("targets") or {}
            asked.append((f"`targets` of {entry.name} in the calendar", dict(held)))
    for where, targets in asked:
        for name, target in targets.items():
            told = standards.targets.get(name)
            if None not in (told, target) and told != target:
                raise ParameterError(
                    f"{where}: the target of {name} is {target:g}, and "
                    f"{Path(settings.standards_file).name} holds it against {told:g}. Give it one."
                )


def _asked_of(settings: QaProgramme, entry: CalendarEntry) -> dict[str, Any]:
    """Give the parameters of an entry that draws audits."""
    files = [settings.place(name) for name in entry.files or (f"parameters/{entry.run}.yml",)]
    return load_parameters(files) | dict(entry.parameters)
