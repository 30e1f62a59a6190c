"""The front sheet of an audit form: who, by when, which cases, how far, and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pandas as pd
from xlsxwriter.worksheet import Worksheet

from qa_sampling.records.form_layout import not_done
from qa_sampling.records.form_sheets import PROTECTION, CaseSheet, mark_progress
from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.workbooks import RESTRICTED, Formats, link_to, set_page, write_cell

_FRONT_COLUMNS = {
    "Sheet": 15,
    "Case number": 18,
    "Status": 24,
    "Team": 30,
    "Worker": 26,
    "Progress": 16,
}
_LINE = 118
_NOUNS = {"audit": ("audits", "Auditor"), "moderation": ("moderations", "Moderator")}
_HOW_TO = (
    "Fill in one sheet a case. Click its name above to go to it; Tab goes from cell to cell.",
    "Only the yellow, bordered cells can be changed. Choose answers from the drop-down lists.",
    "The Check column says what is still to do. Progress above says when a case is complete.",
    "Need more room? Double-click the lower edge of the row's number. Alt+Enter starts a new line.",
)


def write_front_sheet(
    sheet: Worksheet,
    plan: AuditPlan,
    form: FormTemplate,
    member: pd.Series,
    cases: Sequence[CaseSheet],
    formats: Formats,
    to_do: int,
) -> None:
    """Write the front sheet: who, by when, the cases with their progress, how and what next.

    Parameters
    ----------
    sheet : Worksheet
        An empty sheet.
    plan : AuditPlan
        The month's plan.
    form : FormTemplate
        What the form asks.
    member : Series
        The auditor's row of the staff table.
    cases : sequence of CaseSheet
        The auditor's cases.
    formats : Formats
        Formats of the workbook, with those of the form.
    to_do : int
        Answers an empty case sheet lacks.
    """
    sheet.hide_gridlines(2)
    for column, width in enumerate(_FRONT_COLUMNS.values()):
        sheet.set_column(column, column, width)
    write_cell(
        sheet,
        0,
        0,
        f"{form.title}: your {_NOUNS[form.kind][0]} for {plan.month}",
        formats,
        "title",
    )
    sheet.set_row(0, 26)
    write_cell(sheet, 1, 0, RESTRICTED, formats, "marking")
    name = member.get("name")
    who = f"{member['staff_id'] if pd.isna(name) else name}, {member['role']}"
    facts = {
        _NOUNS[form.kind][1]: who,
        "Cases": str(len(cases)),
        "Due back": plan.due,
        "Look at": form.looks_at,
    }
    for row, (label, value) in enumerate(facts.items(), start=3):
        write_cell(sheet, row, 0, label, formats, "label")
        style = "date" if label == "Due back" else "text"
        write_cell(sheet, row, 1, value, formats, style)
    finished = ("Complete", not_done(form))
    row = _write_case_table(sheet, 4 + len(facts), cases, formats, to_do, finished)
    for heading, style, lines in (
        ("If a child may be at risk of harm now", "urgent", form.concern_steps),
        ("How to fill in", "heading", (*form.intro, *_HOW_TO)),
        ("What happens next", "heading", form.next_steps),
    ):
        write_cell(sheet, row + 1, 0, heading, formats, style)
        sheet.set_row(row + 1, 28)
        row = _write_lines(sheet, row + 2, lines, formats)
    set_page(sheet, landscape=False)
    sheet.protect("", PROTECTION)


def _write_case_table(
    sheet: Worksheet,
    row: int,
    cases: Sequence[CaseSheet],
    formats: Formats,
    to_do: int,
    finished: tuple[str, str],
) -> int:
    """Write the table of cases with their live progress; give the next free row."""
    first, last = row + 2, row + 1 + len(cases)
    progress = f"F{first + 1}:F{last + 1}"
    done = "+".join(f'COUNTIF({progress},"{word}")' for word in finished)
    write_cell(sheet, row, 0, "Your cases", formats, "heading")
    start = f"0 of {len(cases)} finished"
    sheet.write_formula(
        row, 5, f'={done}&" of {len(cases)} finished"', formats["row_status"], start
    )
    sheet.set_row(row, 24)
    headers = [{"header": name, "header_format": formats["header"]} for name in _FRONT_COLUMNS]
    options = {"columns": headers, "autofilter": False, "name": "your_cases"}
    sheet.add_table(row + 1, 0, last, 5, options | {"style": "Table Style Light 1"})
    sheet.set_row(row + 1, 22)
    for at, case in enumerate(cases, start=first):
        sheet.set_row(
            at, 32 if any(len(str(case.facts[f])) > 26 for f in ("team", "worker")) else 22
        )
        sheet.write_url(at, 0, link_to(case.name), formats["row_link"], case.name)
        write_cell(sheet, at, 1, case.child_id, formats, "row")
        for column, fact in enumerate(("status", "team", "worker"), start=2):
            write_cell(sheet, at, column, case.facts[fact], formats, "row")
        sheet.write_formula(at, 5, f"='{case.name}'!$D$2", formats["row_status"], f"{to_do} to do")
    mark_progress(sheet, (first, 5, last, 5), formats)
    return last + 1


def _write_lines(sheet: Worksheet, row: int, lines: Sequence[str], formats: Formats) -> int:
    for number, line in enumerate(lines, start=1):
        for part in textwrap.wrap(f"{number}. {line}", _LINE, subsequent_indent="    "):
            write_cell(sheet, row, 0, part, formats)
            row += 1
    return row
