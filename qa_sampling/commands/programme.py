"""What the calendar asks for, as runs of the command line: checked first, all of them together."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_sampling.commands.options import TEXTS, values_of
from qa_sampling.errors import ParameterError, QASamplingError
from qa_sampling.runs.month.tasks import MonthTask
from qa_sampling.settings.calendar import Calendar, CalendarEntry
from qa_sampling.settings.plan import MonthlyAuditPlan

if TYPE_CHECKING:
    from qa_sampling.settings.common import Settings


@dataclass(frozen=True)
class Programme:
    """What a month asks for, checked.

    Attributes
    ----------
    settings : Settings
        The authority's settings: whose month it is and where outputs are.
    tasks : tuple of MonthTask
        What runs.
    due : tuple of CalendarEntry
        What stands in the calendar without a run.
    """

    settings: Settings
    tasks: tuple[MonthTask, ...]
    due: tuple[CalendarEntry, ...]


@dataclass(frozen=True)
class Asked:
    """What was asked of a month on the command line.

    Attributes
    ----------
    period : str
        The month, as "2026-11".
    base : tuple of Path
        The authority's parameter files.
    pairs : tuple of str
        Parameters as `name=value` for every run that has it, or `entry.name=value` for one.
    as_at : str
        Day for runs that may look back from it; blank for none.
    """

    period: str
    base: tuple[Path, ...]
    pairs: tuple[str, ...] = ()
    as_at: str = ""


def programme_of(calendar: Calendar, asked: Asked) -> Programme:
    """Check all that a month asks for, before anything starts.

    Parameters
    ----------
    calendar : Calendar
        The year's programme.
    asked : Asked
        What was asked on the command line.

    Raises
    ------
    ParameterError
        With the faults of all entries together.
    """
    from qa_sampling.parameters import load_parameters, read_parameters

    entries = calendar.of_month(asked.period)
    given = values_of(list(asked.pairs))
    faults = _strangers(entries, given)
    found: list[tuple[CalendarEntry, list[Path], dict[str, Any], Settings]] = []
    for entry in (one for one in entries if one.run):
        try:
            files = _files(entry, asked.base)
            own = _own(entry, given, asked)
            values = load_parameters(files) | own | {"period": entry.period_in(asked.period)}
            found.append((entry, files, own, read_parameters(entry.run, values, closed=True)))
        except QASamplingError as error:
            faults.append(f"{entry.name}: {error}")
    base = None
    try:
        shared = {name: one for name, one in given.items() if name in ("outputs", "extract")}
        base = read_parameters("monthly_audit_plan", load_parameters(asked.base) | shared)
    except QASamplingError as error:
        faults.append(str(error))
    faults += _titles(entries) + _places([(one[0], one[3]) for one in found], base, asked.period)
    if faults or base is None:
        told = "\n".join(f"  {fault}" for fault in dict.fromkeys(faults))
        raise ParameterError(f"{asked.period} cannot be run as the calendar has it.\n{told}")
    tasks = tuple(_task(*one, asked) for one in found)
    return Programme(base, tasks, tuple(entry for entry in entries if not entry.run))


def _files(entry: CalendarEntry, base: Sequence[Path]) -> list[Path]:
    """Give the parameter files of an entry: the authority's, then its own or the notebook's."""
    from qa_sampling.settings.common import home

    usual = home() / "parameters" / f"{entry.run}.yml"
    own = [home() / name for name in entry.files]
    return [*base, *(own or ([usual] if usual.is_file() else []))]


def _own(entry: CalendarEntry, given: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """Give the parameters of an entry besides those of its files and its period."""
    from qa_sampling.parameters import SETTINGS

    model = SETTINGS[entry.run]
    values = dict(entry.parameters)
    values |= {name: one for name, one in given.items() if name in model.model_fields}
    mine = f"{entry.name}."
    values |= {name[len(mine) :]: one for name, one in given.items() if name.startswith(mine)}
    if asked.as_at and (not entry.months_back or model.LATER_DAYS):
        values["as_at"] = asked.as_at
    return values


def _strangers(entries: Sequence[CalendarEntry], given: Mapping[str, Any]) -> list[str]:
    """Say which given parameters belong to no run, and which to more than one."""
    from qa_sampling.parameters import SETTINGS

    runs = [entry for entry in entries if entry.run]
    faults = []
    for name in given:
        entry, dot, _ = name.partition(".")
        if dot and entry not in {one.name for one in runs}:
            faults.append(f"`{name}`: the month runs no entry {entry!r}.")
        elif name in ("period", "as_at"):
            faults.append(f"`{name}` follows from the month; `--as-at` gives a day.")
        elif not dot and not any(name in SETTINGS[one.run].model_fields for one in runs):
            faults.append(f"`{name}` is a parameter of none of the month's runs.")
        elif name == "seed":
            faults.append("`seed` holds for one draw only: name its entry, as `monthly.seed`.")
    return faults


def _titles(entries: Sequence[CalendarEntry]) -> list[str]:
    """Say which titles and roles could not stand on a page for everybody."""
    from qa_sampling.reporting.words import require_title

    faults = []
    for entry in entries:
        for text in (entry.label, entry.owner):
            try:
                require_title(text, what=f"the title or owner of {entry.name}")
            except QASamplingError as error:
                faults.append(str(error))
    return faults


def _places(
    found: Sequence[tuple[CalendarEntry, Settings]], base: Settings | None, period: str
) -> list[str]:
    """Say which entries would publish in the same folder, or elsewhere than the others."""
    taken, faults = {f"{period}-month": "the month's index"}, []
    for entry, settings in found:
        if not hasattr(settings, "slug"):
            faults.append(f"{entry.name}: {entry.run} is used by hand and publishes nothing.")
            continue
        if other := taken.get(settings.slug):
            faults.append(
                f"{entry.name} and {other} would both publish {settings.slug}. Give it another "
                "design, name or month."
            )
        taken[settings.slug] = entry.name
        if base is not None and settings.outputs_folder != base.outputs_folder:
            faults.append(
                f"{entry.name} writes to other outputs than the month's index: invented figures "
                "beside real ones, or an entry with `outputs` or `extract` of its own. Name the "
                "authority's own data for it, or leave it out."
            )
    return faults


def _task(
    entry: CalendarEntry,
    files: Sequence[Path],
    own: Mapping[str, Any],
    settings: Settings,
    asked: Asked,
) -> MonthTask:
    words = ["run", entry.run]
    for path in files:
        words += ["-f", near(path)]
    words += ["--period", settings.period]
    pairs = [f"{name}={_text_of(name, value)}" for name, value in own.items()]
    return MonthTask(
        name=entry.name,
        title=entry.label,
        command=(sys.executable, "-m", "qa_sampling", *words, *_flagged(pairs), "--quiet"),
        line=line_of([*words, *_flagged(pair for pair in pairs if not is_seed(pair))]),
        period=settings.period,
        folder=settings.outputs_folder / settings.slug,
        after=entry.after,
        draws=isinstance(settings, MonthlyAuditPlan) or entry.run == "deep_dive",
    )


def _text_of(name: str, value: object) -> str:
    """Give a value as the command line reads it back."""
    return str(value) if name in TEXTS else json.dumps(value, ensure_ascii=False)


def _flagged(pairs: Iterable[str]) -> list[str]:
    return [word for pair in pairs for word in ("-p", pair)]


def is_seed(pair: str) -> bool:
    """Say whether `name=value` gives a seed: used, it is in the register; before, in no log.

    Parameters
    ----------
    pair : str
        As it was given.
    """
    return pair.partition("=")[0].rpartition(".")[2].strip() == "seed"


def line_of(words: Sequence[str]) -> str:
    """Give a line of the command line as a person types it.

    Parameters
    ----------
    words : sequence of str
        The words after the program's name.
    """
    program = os.environ.get("QA_SAMPLING_COMMAND", "qa-sampling")
    return f"{program} {shlex.join(words)}"


def near(path: Path) -> str:
    """Give a path from the working folder where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path.resolve())
