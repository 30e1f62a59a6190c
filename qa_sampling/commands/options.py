"""What several commands of the command line take, and what it stands for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from qa_sampling.records.register import Register
    from qa_sampling.settings.plan import MonthlyAuditPlan

ParameterFiles = Annotated[
    list[Path] | None,
    typer.Option("--parameters", "-f", help="Parameter file; may be given again, later ones win."),
]

Pairs = Annotated[
    list[str] | None,
    typer.Option("--parameter", "-p", help="One parameter, as `audits=40` or `audits 40`."),
]


def settings_of(parameters: list[Path] | None, **more: str) -> MonthlyAuditPlan:
    """Give the settings of these parameter files, or of ``parameters/authority.yml``.

    Parameters
    ----------
    parameters : list of Path or None
        Parameter files, as they were given.
    **more : str
        Further parameters; blank ones do not count.
    """
    from qa_sampling.parameters import read_parameters

    values = values_in(parameters) | {name: value for name, value in more.items() if value}
    return read_parameters("monthly_audit_plan", values)


def values_in(parameters: list[Path] | None, pairs: list[str] | None = None) -> dict[str, Any]:
    """Give the values of these parameter files, or of ``parameters/authority.yml``, and of pairs.

    Parameters
    ----------
    parameters : list of Path or None
        Parameter files, as they were given.
    pairs : list of str or None
        `name=value` pairs, which go before files.
    """
    from qa_sampling.parameters import load_parameters
    from qa_sampling.settings.common import home

    usual = [path for path in [home() / "parameters" / "authority.yml"] if path.is_file()]
    return load_parameters(parameters or usual) | values_of(pairs or [])


def register_of(parameters: list[Path] | None, *, create: bool = True) -> Register:
    """Open the register of these parameter files.

    Parameters
    ----------
    parameters : list of Path or None
        Parameter files, as they were given.
    create : bool
        Whether it is started when there is none.
    """
    from qa_sampling.runs.inputs import open_register

    return open_register(settings_of(parameters), create=create)


def values_of(pairs: list[str]) -> dict[str, Any]:
    """Read `name=value` pairs; a value that is JSON (40, true, ["a"]) is that, else text.

    Parameters
    ----------
    pairs : list of str
        As they were given; a name may stand behind that of a calendar's entry and a point.
    """
    values = {}
    for pair in pairs:
        name, given, text = pair.partition("=")
        if not given:
            raise typer.BadParameter(f"{pair!r} is not of the form name=value.")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        is_text = name.strip().rpartition(".")[2] in TEXTS
        values[name.strip()] = text if is_text else value
    return values


TEXTS = {
    "signal",
    "seed",
    "rotation_seed",
    "period",
    "as_at",
    "due",
    "title",
    "authority",
    "contact",
}
"""Parameters that are text even when they look like a number."""
