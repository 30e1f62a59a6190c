"""Months of an invented year, drawn by the steps of the plan's notebook without the notebook."""

from __future__ import annotations

from pathlib import Path

from qa_sampling.parameters import load_parameters, read_calendar, read_parameters
from qa_sampling.records.form_templates import load_form
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.register import Register
from qa_sampling.runs.inputs import load_inputs, open_register
from qa_sampling.runs.plan.steps import (
    assign_plan,
    audit_plan,
    commit_plan,
    draw_plan,
    fix_plan_frame,
    frame_of,
)
from qa_sampling.runs.year.folder import InventedYear

ROOT = Path(__file__).parents[1]
CALENDAR = read_calendar(ROOT / "parameters" / "calendar.yml")
FEW = {"audits": 8, "row_minimum": None, "column_minimum": None, "reserves": 1}


def plan_of(made: InventedYear, period: str, **more: object) -> Register:
    """Draw a month by the steps of the plan's notebook, and send its forms out."""
    values = load_parameters([made.month_file(period)]) | FEW | {"period": period} | more
    settings = read_parameters("monthly_audit_plan", values)
    register, inputs = open_register(settings), load_inputs(settings)
    frame = frame_of(settings, inputs, register)
    fixed = fix_plan_frame(settings, inputs, frame, register)
    settings = settings.model_copy(update={"seed": f"27182818284{period}"})
    fixed = fix_plan_frame(settings, inputs, frame, register)
    draw = draw_plan(settings, frame, fixed, register)
    assignment = assign_plan(settings, inputs, frame, draw, register)
    plan = audit_plan(commit_plan(settings, draw, assignment, register), frame, settings, inputs)
    forms = settings.outputs_folder / settings.slug / "restricted" / "forms"
    forms.mkdir(parents=True)
    form = load_form(ROOT / "parameters" / "forms" / "practice_evaluation.yml")
    write_audit_forms(forms, plan, form=form, staff=inputs.staff, key=inputs.key)
    return register


def settings_in(made: InventedYear, period: str):
    """Give the checked parameters of a month's plan."""
    values = load_parameters([made.month_file(period)]) | FEW | {"period": period}
    return read_parameters("monthly_audit_plan", values)
