"""What the plan builder's controls say, as values of the audit plan's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from qa_sampling.errors import ParameterError
from qa_sampling.parameters import checked_parameters
from qa_sampling.settings.builder import PlanBuilder
from qa_sampling.settings.common import Settings
from qa_sampling.settings.plan import MonthlyAuditPlan
from qa_sampling.widgets.parameter_files import propose

PLAN = "monthly_audit_plan"


def design_values(builder: PlanBuilder, file: str) -> dict[str, Any]:
    """Give all parameters of a plan as a file says them, for the builder's authority and month.

    Parameters
    ----------
    builder : PlanBuilder
        Checked parameters of the builder.
    file : str
        Parameters file of the plan, without ``.yml``.

    Raises
    ------
    ParameterError
        With every fault of the file.
    """
    found = propose(PLAN, file, {})
    if found.settings is None:
        raise ParameterError(
            f"{file}.yml: "
            + " ".join(f"`{name}`: {text}" if name else text for name, text in found.faults.items())
        )
    shared = {name: getattr(builder, name) for name in Settings.model_fields}
    return found.settings.plain() | shared | {"due": "", "seed": ""}


def design_of(values: Mapping[str, Any]) -> tuple[MonthlyAuditPlan | None, dict[str, str]]:
    """Check a plan's values; give the faults by field.

    Parameters
    ----------
    values : mapping of str to object
        All parameters of the plan.
    """
    settings, faults = checked_parameters(PLAN, values, closed=True)
    return (settings if isinstance(settings, MonthlyAuditPlan) else None), faults


def read_bound(text: str) -> int | dict[str, int] | None:
    """Give a bound as it is typed: "", "1", or "Looked after: 6, Child protection plan: 6".

    Parameters
    ----------
    text : str
        What was typed.

    Raises
    ------
    ParameterError
        When it is none of these.
    """
    typed = text.strip()
    if not typed:
        return None
    try:
        value = yaml.safe_load(typed if typed.isdigit() or typed[0] == "{" else f"{{{typed}}}")
    except yaml.YAMLError:
        value = text
    fits = (
        isinstance(value, dict)
        and bool(value)
        and all(type(number) is int for number in value.values())
    )
    if type(value) is not int and not fits:
        raise ParameterError(
            "must be blank, a whole number, or numbers by label such as "
            '"Looked after: 6, Child protection plan: 6".'
        )
    return {str(name): number for name, number in value.items()} if fits else value


def said_bound(bound: int | Mapping[str, int] | None) -> str:
    """Give a bound as one would type it.

    Parameters
    ----------
    bound : int, mapping or None
        The bound.
    """
    if bound is None:
        return ""
    if isinstance(bound, Mapping):
        return ", ".join(f"{name}: {number}" for name, number in bound.items())
    return str(bound)
