"""Reads one case's sheet of a returned form: every answer, every fault by its cell.

An answer is found by the key of its row, wherever the row is now; nothing is guessed. Faults
name a cell and what to do, never what was written or whose case it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from xlsxwriter.utility import xl_rowcol_to_cell

from qa_sampling.agreement.scale import NO_GRADE, Scale
from qa_sampling.errors import AgreementError
from qa_sampling.records.book import Cell, Flaw, Sheet
from qa_sampling.records.cells import Unreadable, plain, read_date, read_text
from qa_sampling.records.form_checks import LONGEST_WORDS
from qa_sampling.records.form_layout import (
    ANSWER,
    ROW_KEY,
    STANDARD_NAMES,
    STANDARD_OPTIONS,
    WORDS,
    form_sections,
)
from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    OVERALL,
    FormTemplate,
    Question,
)
from qa_sampling.schema import NOT_APPLICABLE, QUALITY_STANDARDS

Status = Literal["complete", "cannot", "unfinished", "untouched", "faulty"]
_YES_NO = {"y": "yes", "n": "no", "true": "yes", "false": "no"}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, or still to do.

    Attributes
    ----------
    cell : str
        Such as "B14"; blank for the whole sheet.
    fault : str
        What is wrong.
    action : str
        What to do.
    kind : {"fault", "to do", "note"}
        A fault stops the sheet; "to do" says it is not finished; a note changes nothing.
    """

    cell: str
    fault: str
    action: str
    kind: Literal["fault", "to do", "note"] = "fault"


@dataclass(frozen=True)
class Answer:
    """What stands in a question's two cells: None for blank."""

    short: str | date | None = None
    words: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written."""
        return self.short is None and self.words is None


@dataclass(frozen=True)
class SheetReading:
    """One case's sheet.

    Attributes
    ----------
    status : {"complete", "cannot", "unfinished", "untouched", "faulty"}
        Whether it can be recorded as an audit, as a case that cannot be audited, or not at all.
    answers : dict of str to Answer
        By key of the question; those that could be read.
    faults : list of Fault
        In the order of the form.
    """

    status: Status
    answers: dict[str, Answer]
    faults: list[Fault] = field(default_factory=list)


def read_sheet(
    sheet: Sheet,
    form: FormTemplate,
    *,
    key_column: int,
    scale: Scale,
    earliest: date,
    latest: date,
) -> SheetReading:
    """Read a case's sheet.

    Parameters
    ----------
    sheet : Sheet
        The sheet, as ``read_book`` gives it.
    form : FormTemplate
        The questions the sheet was sent out with.
    key_column : int
        Column of the rows' keys, from 0; answers stand three and two columns before it.
    scale : Scale
        The grades and their spellings.
    earliest, latest : date
        Day the cases were described, and today: an audit was completed between them.
    """
    rows, faults = _rows_by_key(sheet, key_column, form)
    questions = [question for section in form_sections(form) for question in section.questions]
    shift = key_column - ROW_KEY
    answers: dict[str, Answer] = {}
    bad: set[str] = set()
    for question in questions:
        if question.key not in rows:
            continue
        number, cells = rows[question.key]
        at = {name: _address(number, column + shift) for name, column in _COLUMNS.items()}
        short = _short(_cell(cells, ANSWER + shift), question, scale, earliest, latest)
        words = _words(_cell(cells, WORDS + shift), question)
        for name, value in (("short", short), ("words", words)):
            if isinstance(value, _Wrong):
                faults.append(Fault(at[name], value.fault, value.action))
                bad.add(question.key)
        answers[question.key] = Answer(
            None if isinstance(short, _Wrong) else short,
            None if isinstance(words, _Wrong) else words,
        )
    to_do = _to_do(questions, answers, rows, shift, bad)
    return _judged(answers, faults, to_do, bool(bad))


_COLUMNS = {"short": ANSWER, "words": WORDS}


@dataclass(frozen=True)
class _Wrong:
    fault: str
    action: str


def _judged(
    answers: dict[str, Answer], faults: list[Fault], to_do: list[Fault], bad: bool
) -> SheetReading:
    stops = [fault for fault in faults if fault.kind == "fault"]
    cannot = answers.get(CANNOT_AUDIT, Answer())
    blank = all(answer.is_blank for answer in answers.values())
    if stops:
        return SheetReading("faulty", answers, faults)
    if blank:
        return SheetReading("untouched", answers, faults)
    if cannot.short is not None:
        if cannot.words is None:
            return SheetReading("unfinished", answers, [*faults, *to_do[:1]])
        return SheetReading("cannot", answers, faults)
    if to_do:
        return SheetReading("unfinished", answers, [*faults, *to_do])
    return SheetReading("complete", answers, faults)


def _rows_by_key(
    sheet: Sheet, key_column: int, form: FormTemplate
) -> tuple[dict[str, tuple[int, list[Cell]]], list[Fault]]:
    """Find the row of every question; tell rows that are missing, doubled or from elsewhere."""
    known = {question.key: question for part in form_sections(form) for question in part.questions}
    rows: dict[str, tuple[int, list[Cell]]] = {}
    faults: list[Fault] = []
    for row in sheet.rows:
        key = _cell(row.cells, key_column)
        if not isinstance(key, str) or key not in known:
            continue
        if key in rows:
            faults.append(
                Fault(
                    _address(row.number, key_column - ROW_KEY),
                    f'the row "{known[key].label}" stands twice on the sheet',
                    "Delete the copied row, so that each question stands once.",
                )
            )
            continue
        rows[key] = (row.number, row.cells)
    for key, question in known.items():
        if key not in rows:
            faults.append(
                Fault(
                    "",
                    f'the row "{question.label}" is missing',
                    "Copy your answers into the form as it was sent out.",
                )
            )
    return rows, faults


def _cell(cells: list[Cell], column: int) -> Cell:
    return cells[column] if 0 <= column < len(cells) else None


def _address(row_number: int, column: int) -> str:
    return xl_rowcol_to_cell(row_number - 1, max(column, 0))


def _short(
    value: Cell, question: Question, scale: Scale, earliest: date, latest: date
) -> str | date | _Wrong | None:
    """Read a short answer."""
    if question.answer == "none":
        return None
    if isinstance(value, Flaw):
        return _Wrong(f"the cell {value.value}", "Type the answer over it.")
    if question.answer == "date":
        return _day(value, question, earliest, latest)
    text = read_text(value)
    if isinstance(text, Unreadable):
        return _Wrong(f"the cell {text}", "Type the answer over it.")
    if text is None:
        return None
    if question.answer == "grade":
        return _grade(text, question, scale)
    options = STANDARD_OPTIONS if question.answer == "standard" else question.options
    return _option(text, question, options)


def _grade(text: str, question: Question, scale: Scale) -> str | _Wrong | None:
    known = f"Choose {', '.join(reversed(scale.grades))} or {NOT_APPLICABLE}."
    try:
        code = int(scale.encode([text])[0])
    except AgreementError:
        return _Wrong("the cell holds no grade of the scale", known)
    if code >= 0:
        return scale.grades[code]
    if code == NO_GRADE:
        if question.key == OVERALL:
            return _Wrong(
                "the overall grade is not applicable",
                "Grade practice as a whole; if the case cannot be audited, say why at the top.",
            )
        return NOT_APPLICABLE
    return None


def _option(text: str, question: Question, options: tuple[str, ...]) -> str | _Wrong:
    asked = _spelling(text)
    asked = _YES_NO.get(asked, asked)
    for option in options:
        if asked == _spelling(option):
            return option
    for key, name in STANDARD_NAMES.items():
        if question.answer == "standard" and asked in (key, _spelling(QUALITY_STANDARDS[key])):
            return name
    return _Wrong("the cell holds none of the answers", f"Choose {', '.join(options)}.")


def _spelling(text: str) -> str:
    return plain(text).casefold().rstrip(".")


def _day(value: Cell, question: Question, earliest: date, latest: date) -> date | _Wrong | None:
    found = read_date(value)
    if isinstance(found, Unreadable):
        return _Wrong(f"the cell {found}", "Type it as day/month/year, such as 24/11/2026.")
    if found is None:
        return None
    if question.key == COMPLETED and found > latest:
        return _Wrong("the day has not come yet", "Give the day the audit was completed.")
    if found < earliest:
        return _Wrong("the day lies before the cases were drawn", "Check the day, month and year.")
    return found


def _words(value: Cell, question: Question) -> str | _Wrong | None:
    if question.words == "none":
        return None
    if isinstance(value, Flaw):
        return _Wrong(f"the cell {value.value}", "Type the words over it.")
    if not isinstance(value, str):
        value = read_text(value)
    if value is None:
        return None
    if isinstance(value, Unreadable):
        return _Wrong(f"the cell {value}", "Type the words over it.")
    lines = [plain(line) for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    text = "\n".join(lines).strip()
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    if len(text) > LONGEST_WORDS:
        return _Wrong(
            f"the words are longer than {LONGEST_WORDS:,} characters", "Please shorten them."
        )
    return text or None


def _to_do(
    questions: list[Question],
    answers: dict[str, Answer],
    rows: dict[str, tuple[int, list[Cell]]],
    shift: int,
    bad: set[str],
) -> list[Fault]:
    """Say what is still to do, as the Check column does."""
    found: list[Fault] = []
    for question in questions:
        if question.key not in answers or question.key in bad:
            continue
        answer = answers[question.key]
        number = rows[question.key][0]
        partner = _partner(question.key)
        is_action = partner is not None
        started = not answer.is_blank or (is_action and not answers.get(partner, Answer()).is_blank)
        if is_action and not started:
            continue
        short_due = question.answer != "none" and (is_action or question.answer_required)
        if short_due and answer.short is None:
            found.append(_missing(number, ANSWER + shift, "an answer", question))
        needs = question.words == "required" or answer.short in question.words_required_for
        if needs and answer.words is None:
            found.append(_missing(number, WORDS + shift, "your words", question))
    return found


def _partner(key: str) -> str | None:
    if not key.startswith("action_"):
        return None
    return key.removesuffix("_owner") if key.endswith("_owner") else f"{key}_owner"


def _missing(row_number: int, column: int, what: str, question: Question) -> Fault:
    return Fault(
        _address(row_number, column),
        f'"{question.label}" still needs {what}',
        "Fill in the yellow cell.",
        "to do",
    )
