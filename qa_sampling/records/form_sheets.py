"""One case's sheet of an audit form: head, facts, questions, drop-downs, checks, protection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from qa_sampling.records.form_checks import cannot_cell, check_formula, validate
from qa_sampling.records.form_layout import (
    ANSWER,
    CHECK,
    FIRST_BODY_ROW,
    FRONT,
    LISTS,
    QUESTION,
    ROW_KEY,
    WORDS,
    CaseLayout,
    PlacedQuestion,
    PlacedSection,
    options_of,
)
from qa_sampling.records.form_templates import Question
from qa_sampling.workbook_cells import (
    GREY,
    NAVY,
    PALE,
    PLUM,
    WHITE,
    Formats,
    count_lines,
    link_to,
    write_cell,
)
from qa_sampling.workbooks import set_page

MARKING = "RESTRICTED – contains a child's case number"
_TO_FILL = "#FFF8DF"
_GREEN = "#1B5E20"
_LINED = {"bottom": 1, "bottom_color": "#BFC8D2"}
_INDENTED = {"align": "left", "indent": 1}
_YELLOW = _INDENTED | {
    "text_wrap": True,
    "bg_color": _TO_FILL,
    "border": 1,
    "border_color": GREY,
}
_BAND = {
    "bold": True,
    "font_color": NAVY,
    "bg_color": PALE,
    "top": 2,
    "top_color": NAVY,
    "text_wrap": True,
    "valign": "vcenter",
}
FORM_STYLES: dict[str, dict] = {
    "band": _BAND | {"font_size": 13},
    "band_heading": _BAND | _INDENTED,
    "question": _LINED | {"text_wrap": True},
    "label": {"bold": True},
    "prompt": {"font_color": "#3D3D3D"},
    "fact": _INDENTED,
    "number_fact": _INDENTED | {"bold": True, "font_size": 13},
    "status": _INDENTED | {"bold": True, "font_color": NAVY},
    "input": _YELLOW | {"locked": False},
    "input_date": _YELLOW | {"locked": False, "num_format": "dd/mm/yyyy"},
    "legend": _YELLOW | {"valign": "vcenter"},
    "check": _LINED | _INDENTED | {"text_wrap": True, "font_color": "#3D3D3D"},
    "urgent": {"bold": True, "font_size": 13, "font_color": PLUM, "valign": "bottom"},
    "row": _INDENTED | {"valign": "vcenter", "text_wrap": True},
    "row_link": _INDENTED | {"valign": "vcenter", "font_color": NAVY, "underline": 1},
    "front_link": _INDENTED | {"font_color": NAVY, "underline": 1},
    "row_status": _INDENTED | {"valign": "vcenter", "bold": True, "font_color": NAVY},
}
"""What a form adds to the styles of :mod:`qa_sampling.workbooks`."""

_WIDTHS = {QUESTION: 38, ANSWER: 25, WORDS: 60, CHECK: 18}
_LINE_HEIGHT = 14.5
_FEWEST_LINES, _FEWEST_LINES_OF_WORDS = 3, 7
PROTECTION = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}
"""What stays allowed on a protected sheet (there is no password)."""


@dataclass(frozen=True)
class CaseSheet:
    """What one case's sheet is made from.

    Attributes
    ----------
    name : str
        Name of the sheet.
    heading : str
        Its title.
    child_id : str
        The case system's number.
    facts : mapping of str to object
        The columns of ``FACTS``.
    identity : str
        Text of the hidden identity cell.
    given : mapping of str to (object, str)
        Answers that are known already, by key of the question: the short one and the words.
    """

    name: str
    heading: str
    child_id: str
    facts: Mapping[str, object]
    identity: str
    given: Mapping[str, tuple[object, str | None]] = field(default_factory=dict)


def add_lists(workbook: Workbook, layout: CaseLayout, formats: Formats) -> dict[tuple, str]:
    """Add the hidden sheet of lists; give the defined name of every list of options.

    Parameters
    ----------
    workbook : Workbook
        The form, to which the sheet and the names are added.
    layout : CaseLayout
        The questions whose options are listed, each list of options once.
    formats : Formats
        The workbook's cell formats.

    Returns
    -------
    dict of tuple to str
        Options, in their order -> defined name.
    """
    sheet = workbook.add_worksheet(LISTS)
    names: dict[tuple, str] = {}
    for placed in layout.questions:
        options = options_of(placed.question)
        if not options or options in names:
            continue
        column, name = len(names), _list_name(placed.question)
        names[options] = name
        write_cell(sheet, 0, column, name, formats, "bold")
        for row, option in enumerate(options, start=1):
            write_cell(sheet, row, column, option, formats)
        first = xl_rowcol_to_cell(1, column, True, True)
        last = xl_rowcol_to_cell(len(options), column, True, True)
        workbook.define_name(name, f"={LISTS}!{first}:{last}")
        sheet.set_column(column, column, 28)
    sheet.protect("", PROTECTION)
    sheet.hide()
    return names


def _list_name(question: Question) -> str:
    fixed = {"grade": "list_grades", "standard": "list_standards"}
    if question.options == ("Yes", "No"):
        return "list_yes_no"
    return fixed.get(question.answer, f"list_{question.key}")


def write_case_sheet(
    sheet: Worksheet,
    case: CaseSheet,
    layout: CaseLayout,
    formats: Formats,
    *,
    lists: Mapping[tuple, str],
    as_at: date,
) -> int:
    """Write one case's sheet; give the number of answers that are still to do.

    Parameters
    ----------
    sheet : Worksheet
        An empty sheet.
    case : CaseSheet
        The case.
    layout : CaseLayout
        Where everything stands.
    formats : Formats
        Formats of the workbook, with :data:`FORM_STYLES`.
    lists : mapping of tuple to str
        Defined names of the lists of options.
    as_at : date
        Earliest day that can be given.
    """
    sheet.hide_gridlines(2)
    for column, width in _WIDTHS.items():
        sheet.set_column(column, column, width)
    sheet.set_column(ROW_KEY, ROW_KEY, 12, formats["text"], {"hidden": True})
    write_cell(sheet, 0, ROW_KEY, case.identity, formats)
    _write_facts(sheet, case, layout, formats)
    to_do = 0
    for section in layout.sections:
        to_do += _write_section(sheet, section, layout, formats, lists, as_at, case.given)
    _write_head(sheet, case, layout, formats, to_do)
    mark_progress(sheet, (1, CHECK, layout.last_row, CHECK), formats)
    set_page(sheet, marking=MARKING, landscape=False, title_rows=FIRST_BODY_ROW)
    sheet.print_area(0, 0, layout.last_row, CHECK)
    sheet.freeze_panes(FIRST_BODY_ROW, 0)
    first = layout.sections[1].questions[0].row
    sheet.set_selection(first, ANSWER, first, ANSWER)
    sheet.protect("", PROTECTION)
    return to_do


def _write_head(
    sheet: Worksheet, case: CaseSheet, layout: CaseLayout, formats: Formats, to_do: int
) -> None:
    write_cell(sheet, 0, QUESTION, case.heading, formats, "title")
    write_cell(sheet, 0, WORDS, MARKING, formats, "marking")
    sheet.write_url(0, CHECK, link_to(FRONT), formats["front_link"], "Front sheet")
    sheet.set_row(0, 24)
    write_cell(sheet, 1, QUESTION, "Case number", formats, "label")
    write_cell(sheet, 1, ANSWER, case.child_id, formats, "number_fact")
    legend = "Cells like this are yours to fill in; they turn white when done."
    write_cell(sheet, 1, WORDS, legend, formats, "legend")
    sheet.set_row(1, 22)
    checks = f"D{FIRST_BODY_ROW + 1}:D{layout.last_row + 1}"
    count = f'COUNTIF({checks},"To do*")'
    done = f'IF({cannot_cell(layout)}<>"","{layout.not_done}","Complete")'
    formula = f'=IF({count}>0,{count}&" to do",{done})'
    sheet.write_formula(1, CHECK, formula, formats["status"], f"{to_do} to do")


def _write_facts(sheet: Worksheet, case: CaseSheet, layout: CaseLayout, formats: Formats) -> None:
    write_cell(sheet, layout.facts_row, QUESTION, "About this case", formats, "band")
    for column in (ANSWER, WORDS, CHECK):
        sheet.write_blank(layout.facts_row, column, None, formats["band"])
    sheet.set_row(layout.facts_row, 24)
    for row, (column, label) in enumerate(layout.facts.items(), start=layout.facts_row + 1):
        write_cell(sheet, row, QUESTION, label, formats, "label")
        write_cell(sheet, row, ANSWER, case.facts.get(column), formats, "fact")
        sheet.set_row(row, 17)


def _write_section(
    sheet: Worksheet,
    placed: PlacedSection,
    layout: CaseLayout,
    formats: Formats,
    lists: Mapping[tuple, str],
    as_at: date,
    given: Mapping[str, tuple[object, str | None]],
) -> int:
    section = placed.section
    headings = (section.answer_heading, section.words_heading, "Check")
    write_cell(sheet, placed.row, QUESTION, section.title, formats, "band")
    for column, heading in enumerate(headings, start=ANSWER):
        write_cell(sheet, placed.row, column, heading, formats, "band_heading")
    sheet.set_row(placed.row, 36)
    to_do = 0
    for question in placed.questions:
        _write_question(sheet, question, formats, given.get(question.question.key, (None, None)))
        validate(sheet, question, lists, as_at)
        formula, value = check_formula(question, layout)
        sheet.write_formula(question.row, CHECK, formula, formats["check"], value)
        write_cell(sheet, question.row, ROW_KEY, question.question.key, formats)
        to_do += value.startswith("To do")
    first, last = placed.questions[0].row, placed.questions[-1].row
    filled = {
        "type": "formula",
        "criteria": f'=OR(LEN(B{first + 1})>0,$D{first + 1}="Done",$D{first + 1}="Not needed")',
        "format": formats.conditional("filled", {"bg_color": WHITE}),
    }
    sheet.conditional_format(first, ANSWER, last, WORDS, filled)
    return to_do


def _write_question(
    sheet: Worksheet,
    placed: PlacedQuestion,
    formats: Formats,
    given: tuple[object, str | None],
) -> None:
    question, row = placed.question, placed.row
    if question.prompt:
        parts = [formats["label"], question.label, formats["prompt"], "\n" + question.prompt]
        sheet.write_rich_string(row, QUESTION, *parts, formats["question"])
    else:
        write_cell(sheet, row, QUESTION, question.label, formats, "bold")
    answer = "input_date" if question.answer == "date" else "input"
    answer = "question" if question.answer == "none" else answer
    words = "question" if question.words == "none" else "input"
    for column, value, style in ((ANSWER, given[0], answer), (WORDS, given[1], words)):
        if value is None:
            sheet.write_blank(row, column, None, formats[style])
        else:
            write_cell(sheet, row, column, value, formats, style)
    sheet.set_row(row, row_height(placed))


def row_height(placed: PlacedQuestion, *, lines: int = 0) -> float:
    """Give the height of a question's row in points.

    Parameters
    ----------
    placed : PlacedQuestion
        The question.
    lines : int
        Lines of what stands beside it.
    """
    question = placed.question
    needs_room = question.words == "required" and placed.partner is None
    fewest = _FEWEST_LINES_OF_WORDS if needs_room else _FEWEST_LINES
    return _LINE_HEIGHT * max(_lines(question) + 1, fewest, lines)


def _lines(question: Question) -> int:
    """Count the lines of a question and its prompt."""
    texts = [text for text in (question.label, question.prompt) if text]
    return sum(count_lines(text, _WIDTHS[QUESTION] - 2) for text in texts)


def mark_progress(sheet: Worksheet, area: tuple[int, int, int, int], formats: Formats) -> None:
    """Make what is to do stand out among cells of progress; the words say the same.

    Parameters
    ----------
    sheet : Worksheet
        The sheet that holds the cells.
    area : tuple of int
        First row, first column, last row, last column, from 0.
    formats : Formats
        The workbook's cell formats.
    """
    to_do = {"bold": True, "font_color": PLUM}
    for text, name, properties in (
        ("to do", "to_do", to_do),
        ("Done", "done", {"font_color": _GREEN}),
        ("Complete", "complete", {"font_color": _GREEN, "bold": True}),
    ):
        sheet.conditional_format(
            *area,
            {
                "type": "text",
                "criteria": "containing",
                "value": text,
                "format": formats.conditional(name, properties),
            },
        )
