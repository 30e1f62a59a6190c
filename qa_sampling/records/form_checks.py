"""What a row of a form accepts, and the formula that says what it still needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from qa_sampling.records.form_layout import ANSWER, WORDS, CaseLayout, PlacedQuestion, options_of
from qa_sampling.records.form_templates import CANNOT_AUDIT, COMPLETED

LONGEST_WORDS = 4000
"""Most characters of an answer in words."""


def validate(
    sheet: Worksheet, placed: PlacedQuestion, lists: Mapping[tuple, str], as_at: date
) -> None:
    """Let a row's cells accept only what the question allows.

    Parameters
    ----------
    sheet : Worksheet
        The case's sheet.
    placed : PlacedQuestion
        The question and its row.
    lists : mapping of tuple to str
        Defined names of the lists of options.
    as_at : date
        Earliest day that can be given.
    """
    question, row = placed.question, placed.row
    options = options_of(question)
    if options:
        rule = {
            "validate": "list",
            "source": f"={lists[options]}",
            "error_title": "Please choose from the list",
            "error_message": "Press Delete to clear the cell, then choose an answer from the list.",
        }
        sheet.data_validation(row, ANSWER, row, ANSWER, rule)
    if question.answer == "date":
        latest = as_at + timedelta(days=366 if question.key == COMPLETED else 731)
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": as_at,
            "maximum": latest,
            "error_title": "Please give a date",
            "error_message": (
                f"Type day/month/year, from {as_at:%d/%m/%Y} to {latest:%d/%m/%Y}, "
                f"for example {as_at:%d/%m/%Y}."
            ),
        }
        sheet.data_validation(row, ANSWER, row, ANSWER, rule)
    if question.words != "none":
        rule = {
            "validate": "length",
            "criteria": "<=",
            "value": LONGEST_WORDS,
            "error_title": "A little too long",
            "error_message": f"Please keep this to {LONGEST_WORDS:,} characters.",
        }
        sheet.data_validation(row, WORDS, row, WORDS, rule)


def cannot_cell(layout: CaseLayout) -> str:
    """Give the absolute address of the cell that says why a case cannot be audited."""
    return xl_rowcol_to_cell(layout.row_of(CANNOT_AUDIT), ANSWER, True, True)


def check_formula(placed: PlacedQuestion, layout: CaseLayout) -> tuple[str, str]:
    """Give the formula that says what a row still needs, and its value on an empty form."""
    question, row = placed.question, placed.row + 1
    answer, words = f"B{row}", f"TRIM(C{row})"
    untouched = [f'{answer}=""', f'{words}=""']
    missing = []
    if placed.partner is not None or (question.answer != "none" and question.answer_required):
        noun = {"grade": "grade", "date": "date", "standard": "theme"}
        short = noun.get(question.answer, "answer")
        short = "standard" if short == "theme" and placed.partner is not None else short
        missing.append((f'{answer}=""', f"To do: {short}"))
    noun = "evidence" if question.answer == "grade" else "words"
    if placed.partner is not None:
        noun = "owner" if question.answer == "date" else "action"
    if question.words == "required":
        missing.append((f'{words}=""', f"To do: {noun}"))
    elif question.words_required_for:
        chosen = ",".join(f"{answer}={_quoted(value)}" for value in question.words_required_for)
        missing.append((f'AND({words}="",OR({chosen}))', f"To do: {noun}"))
    formula = '"Done"'
    for condition, text in reversed(missing):
        formula = f'IF({condition},"{text}",{formula})'
    start = "If needed"
    if placed.partner is not None:
        other = placed.partner + 1
        untouched += [f'B{other}=""', f'TRIM(C{other})=""']
    elif missing and (question.answer_required or question.words == "required"):
        untouched, start = [], missing[0][1]
    if untouched:
        formula = f'IF(AND({",".join(untouched)}),"{start}",{formula})'
    if question.key != CANNOT_AUDIT:
        formula = f'IF({cannot_cell(layout)}<>"","Not needed",{formula})'
    return "=" + formula, start


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
