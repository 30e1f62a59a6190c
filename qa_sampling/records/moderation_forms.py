"""Moderators' forms: a workbook a moderator, a sheet an audit, the audit beside the answers.

They are laid out, marked and read like auditors' forms. What the auditor said stands to the right
of the moderator's own cells. Unless the form says otherwise it shows only when every grade is
given: a second reader who knows the first grade moves towards it, and then agreement tells little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_sampling.errors import AssignmentError
from qa_sampling.records.form_front import write_front_sheet
from qa_sampling.records.form_identity import identity_text
from qa_sampling.records.form_layout import (
    ANSWER,
    CHECK,
    FRONT,
    ROW_KEY,
    WORDS,
    CaseLayout,
    PlacedQuestion,
    lay_out,
)
from qa_sampling.records.form_sheets import (
    FORM_STYLES,
    MARKING,
    PROTECTION,
    CaseSheet,
    add_lists,
    row_height,
    write_case_sheet,
)
from qa_sampling.records.form_templates import FormTemplate
from qa_sampling.records.forms import Given, file_names
from qa_sampling.records.moderation_mark import AuditRead, edition_of, moderation_form
from qa_sampling.sampling.plan import AuditPlan
from qa_sampling.workbooks import Formats, count_lines, open_workbook, set_page, write_cell

_THEIRS = {"grade": ROW_KEY + 1, "words": ROW_KEY + 2}
_WIDTHS = {ANSWER: 22, WORDS: 46, CHECK: 15, ROW_KEY + 1: 20, ROW_KEY + 2: 54}
_HELD = "Audits"
_MOST_LINES = 26
_LEARNING = "meaningful_learning"
_HEADINGS = {"overall": ("Auditor's grade", "Auditor's evidence"), _LEARNING: ("", "In the audit")}
_STYLES = FORM_STYLES | {
    "theirs": FORM_STYLES["check"] | {"bg_color": "#F4F6F9", "font_color": "#1F1F1F"}
}
_WAITS = "The audit shows here when every grade of yours is given"
_SHOWS = "The audit, as the auditor wrote it"


@dataclass(frozen=True)
class ToModerate:
    """The audits that are to be moderated, and what their auditors said.

    Attributes
    ----------
    cases : DataFrame
        `case_ref`, `moderator_id`: one row an audit.
    audits : mapping of str to AuditRead
        By case.
    due : date
        Day the moderations are due.
    """

    cases: pd.DataFrame
    audits: Mapping[str, AuditRead]
    due: date


def write_moderation_forms(
    folder: Path,
    plan: AuditPlan,
    wanted: ToModerate,
    *,
    form: FormTemplate,
    staff: pd.DataFrame,
    key: bytes,
    given: Given | None = None,
) -> list[Path]:
    """Write one workbook for every moderator; give their paths in order of staff number.

    Parameters
    ----------
    folder : Path
        An existing folder, which must be restricted: the forms hold case numbers and audits.
    plan : AuditPlan
        The month's plan, with the link from cases to their numbers.
    wanted : ToModerate
        The audits and who moderates them.
    form : FormTemplate
        What moderators are asked; of the kind "moderation".
    staff : DataFrame
        Columns of ``schema.STAFF``.
    key : bytes
        The authority's secret key, at least 16 bytes; it signs every sheet.
    given : mapping of str to mapping, optional
        Answers that are known already, by case and key of the question.

    Returns
    -------
    list of Path
        Files named by period, design, "moderation" and staff number only. The same audits and
        form give the same bytes.

    Raises
    ------
    AssignmentError
        When a moderator is not among the staff, or a case is not in the plan.
    ValueError
        When the key is too short.
    """
    sample = plan.draw.sample.assign(drawn_as="sample")
    listed = _with_sample(plan, sample).cases.drop(columns="moderator_id", errors="ignore")
    cases = listed.merge(wanted.cases, on="case_ref", how="inner")
    known = set(staff["staff_id"].astype(str))
    strangers = sorted(set(cases["moderator_id"].astype(str)) - known)
    if strangers or len(cases) < len(wanted.cases) or cases["child_id"].isna().any():
        raise AssignmentError(
            "Some audits or moderators are not in the plan's extract or staff list "
            f"({', '.join(strangers) or 'cases'}). Give the extract and tables of the plan."
        )
    groups = {str(one): group for one, group in cases.groupby("moderator_id", sort=True)}
    names = file_names(plan, list(groups), kind="_moderation")
    paths = []
    for moderator, group in groups.items():
        path = folder / names[moderator]
        member = staff.loc[staff["staff_id"].astype(str) == moderator].iloc[0]
        _write_workbook(path, plan, wanted, form, group, member, key, given or {})
        paths.append(path)
    return paths


def _with_sample(plan: AuditPlan, sample: pd.DataFrame) -> AuditPlan:
    """Count reserves as cases: one that was opened may be moderated."""
    return replace(plan, draw=replace(plan.draw, sample=sample))


def _write_workbook(
    path: Path,
    plan: AuditPlan,
    wanted: ToModerate,
    form: FormTemplate,
    cases: pd.DataFrame,
    member: pd.Series,
    key: bytes,
    given: Given,
) -> None:
    moderator = str(member["staff_id"])
    properties = {
        "qa_sampling_form": form.name,
        "qa_sampling_form_version": str(form.version),
        "qa_sampling_draw_id": plan.draw_id,
        "qa_sampling_moderator_id": moderator,
    }
    title = f"{form.title}, {plan.month}"
    workbook = open_workbook(path, created=plan.as_at, title=title, properties=properties)
    formats = Formats(workbook, _STYLES)
    layout = lay_out(form)
    front = workbook.add_worksheet(FRONT)
    sheets = []
    for number, row in enumerate(cases.to_dict("records"), start=1):
        name = moderation_form(form.name, edition_of(wanted.audits[row["case_ref"]], key))
        case = CaseSheet(
            name=f"Case {number}",
            heading=f"Case {number} of {len(cases)}: {form.title}",
            child_id=str(row["child_id"]),
            facts={column: row.get(column) for column in layout.facts},
            identity=identity_text(
                plan.draw_id, row["case_ref"], moderator, name, form.version, key
            ),
            given=given.get(row["case_ref"], {}),
        )
        sheets.append((case, wanted.audits[row["case_ref"]], workbook.add_worksheet(case.name)))
    lists = add_lists(workbook, layout, formats)
    held = _hidden_sheet(workbook) if form.audit_shown == "after" else None
    to_do = 0
    for column, (case, audit, sheet) in enumerate(sheets):
        to_do = write_case_sheet(sheet, case, layout, formats, lists=lists, as_at=plan.as_at)
        _write_audit(sheet, audit, layout, formats, held=held, at=2 * column)
    asked = replace(plan, due=wanted.due)
    shown = [case for case, _, _ in sheets]
    write_front_sheet(front, asked, form, member, shown, formats, to_do)
    front.activate()
    workbook.close()


def _hidden_sheet(workbook: Workbook) -> Worksheet:
    """Add the sheet that the audits wait on; it is not among those a user can unhide."""
    sheet = workbook.add_worksheet(_HELD)
    sheet.protect("", PROTECTION)
    sheet.very_hidden()
    return sheet


def _write_audit(
    sheet: Worksheet,
    audit: AuditRead,
    layout: CaseLayout,
    formats: Formats,
    *,
    held: Worksheet | None,
    at: int,
) -> None:
    """Write what the auditor said beside the moderator's cells, at once or by formula."""
    for column, width in _WIDTHS.items():
        sheet.set_column(column, column, width)
    graded = [one.row for one in layout.sections[1].questions]
    first, last = (xl_rowcol_to_cell(row, ANSWER, True, True) for row in (graded[0], graded[-1]))
    ready = f"COUNTBLANK({first}:{last})=0"
    if held is None:
        write_cell(sheet, 1, _THEIRS["grade"], _SHOWS, formats, "row_status")
    else:
        says = f'=IF({ready},"{_SHOWS}","{_WAITS}")'
        sheet.write_formula(1, _THEIRS["grade"], says, formats["row_status"], _WAITS)
    _write_bands(sheet, layout, formats)
    for placed in layout.questions:
        texts = _texts(placed, audit)
        for place, (column, text) in enumerate(zip(_THEIRS.values(), texts, strict=True), start=at):
            if not text or held is None:
                write_cell(sheet, placed.row, column, text or None, formats, "theirs")
                continue
            write_cell(held, placed.row, place, text, formats)
            source = f"{_HELD}!{xl_rowcol_to_cell(placed.row, place, True, True)}"
            shown = f'=IF({ready},{source},"")'
            sheet.write_formula(placed.row, column, shown, formats["theirs"], "")
        width = _WIDTHS[_THEIRS["words"]] - 2
        lines = min(count_lines(texts[1], width) + 1, _MOST_LINES) if texts[1] else 0
        sheet.set_row(placed.row, row_height(placed, lines=lines))
    set_page(sheet, marking=MARKING, landscape=True, title_rows=2)
    sheet.print_area(0, 0, layout.last_row, _THEIRS["words"])


def _write_bands(sheet: Worksheet, layout: CaseLayout, formats: Formats) -> None:
    """Carry the headings of the sections on over the auditor's columns."""
    for section in layout.sections:
        keys = {placed.question.key for placed in section.questions}
        headings = next((told for key, told in _HEADINGS.items() if key in keys), ("", ""))
        for column, heading in zip(_THEIRS.values(), headings, strict=True):
            write_cell(sheet, section.row, column, heading or None, formats, "band_heading")


def _texts(placed: PlacedQuestion, audit: AuditRead) -> tuple[str, str]:
    """Give what the auditor said to a question: the grade and the words."""
    key = placed.question.key
    if key == _LEARNING:
        actions = [f"Action {n}: {text}" for n, text in enumerate(audit.actions, start=1)]
        learning = [f"Learning: {audit.learning}"] if audit.learning else []
        return "", "\n".join([*learning, *actions])
    return audit.grades.get(key, ""), audit.evidence.get(key, "")
