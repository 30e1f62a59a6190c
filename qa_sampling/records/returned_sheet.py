"""Reads one case's sheet of a returned form: every answer, every fault by its cell.

An answer is found by the key of its row, wherever the row is now; nothing is guessed. Faults
name a cell and what to do, never what was written or whose case it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from xlsxwriter.utility import xl_rowcol_to_cell

from qa_sampling.agreement.scale import Scale
from qa_sampling.records.book import Cell, Sheet
from qa_sampling.records.cells import plain
from qa_sampling.records.form_layout import ANSWER, ROW_KEY, WORDS, form_sections
from qa_sampling.records.form_templates import CANNOT_AUDIT, COMPLETED, FormTemplate, Question
from qa_sampling.records.returned_cells import Wrong, read_short, read_words

Status = Literal["complete", "cannot", "unfinished", "untouched", "faulty", "replaced"]


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
    private : str
        What only the coordinator is told, such as another workbook; blank for nothing.
    """

    cell: str
    fault: str
    action: str
    kind: Literal["fault", "to do", "note"] = "fault"
    private: str = ""


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
    status : {"complete", "cannot", "unfinished", "untouched", "faulty", "replaced"}
        Whether it can be recorded as an audit, as a case that cannot be audited, or not at all;
        "replaced" when a correction of it was recorded already.
    answers : dict of str to Answer
        By key of the question; those that could be read.
    faults : list of Fault
        In the order of the form.
    cells : dict of str to str
        By key of the question, the cell of its short answer.
    """

    status: Status
    answers: dict[str, Answer]
    faults: list[Fault] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict, compare=False)


def read_sheet(
    sheet: Sheet,
    form: FormTemplate,
    *,
    key_column: int,
    scale: Scale,
    earliest: date,
    latest: date,
    is_staff: Callable[[str], bool] | None = None,
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
    is_staff : callable, optional
        Says whether a number or name is on the staff list; without it owners are not looked up.
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
        short = read_short(_cell(cells, ANSWER + shift), question, scale, earliest, latest)
        words = read_words(_cell(cells, WORDS + shift), question)
        for name, value in (("short", short), ("words", words)):
            if isinstance(value, Wrong):
                faults.append(Fault(at[name], value.fault, value.action))
                bad.add(question.key)
        answers[question.key] = Answer(
            None if isinstance(short, Wrong) else short,
            None if isinstance(words, Wrong) else words,
        )
    place = _Place(rows, shift)
    if answers.get(CANNOT_AUDIT, Answer()).short is not None and _is_graded(questions, answers):
        faults.append(Fault(place.of(CANNOT_AUDIT, ANSWER), *_BOTH))
    faults += _action_notes(answers, place, is_staff)
    cells = {key: place.of(key, ANSWER) for key in answers}
    return replace(_judged(answers, faults, _to_do(questions, answers, place, bad)), cells=cells)


_COLUMNS = {"short": ANSWER, "words": WORDS}
_BOTH = (
    "a reason why the case cannot be audited stands beside grades",
    "Clear the reason if you have audited the case, or the grades if you could not.",
)


@dataclass(frozen=True)
class _Place:
    """Where the answers stand on this sheet."""

    rows: dict[str, tuple[int, list[Cell]]]
    shift: int

    def of(self, key: str, column: int) -> str:
        return _address(self.rows[key][0], column + self.shift)


def _is_graded(questions: list[Question], answers: dict[str, Answer]) -> bool:
    graded = [question.key for question in questions if question.answer == "grade"]
    return any(answers.get(key, Answer()).short is not None for key in graded)


def _action_notes(
    answers: dict[str, Answer], place: _Place, is_staff: Callable[[str], bool] | None
) -> list[Fault]:
    """Say what is odd about actions: a day far off or before the audit, an owner nobody knows."""
    done = answers.get(COMPLETED, Answer()).short
    notes = []
    for key, answer in answers.items():
        if not (key.startswith("action_") and key.endswith("_owner")):
            continue
        due, owner = answer.short, answer.words
        if isinstance(due, date) and isinstance(done, date):
            if due < done:
                words = "the action is due before the audit was completed"
                notes.append(Fault(place.of(key, ANSWER), words, "Check the day.", "note"))
            elif (due.year - 2, due.month, due.day) > (done.year, done.month, done.day):
                words = "the action is due more than two years after the audit"
                notes.append(Fault(place.of(key, ANSWER), words, "Check the year.", "note"))
        if owner is not None and is_staff is not None and not is_staff(owner):
            words = "the owner of the action is not on the staff list"
            to_do = "Check the name or staff number; somebody of another service is all right."
            notes.append(Fault(place.of(key, WORDS), words, to_do, "note"))
    return notes


def _judged(answers: dict[str, Answer], faults: list[Fault], to_do: list[Fault]) -> SheetReading:
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
        if not _asks(_cell(row.cells, key_column - ROW_KEY), known[key]):
            faults.append(Fault(_address(row.number, key_column - ROW_KEY), *_MOVED))
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


_MOVED = (
    "the row holds another question than the one it was made for",
    "Rows were sorted or typed over by halves: copy your answers into the form as it was sent out.",
)


def _asks(cell: Cell, question: Question) -> bool:
    """Say whether a cell of column A holds a question, with or without its prompt."""
    if not isinstance(cell, str):
        return False
    lines = cell.strip().splitlines() or [""]
    whole = plain(f"{question.label} {question.prompt}").casefold()
    return plain(lines[0]).casefold() == plain(question.label).casefold() or (
        plain(" ".join(lines)).casefold() == whole
    )


def _cell(cells: list[Cell], column: int) -> Cell:
    return cells[column] if 0 <= column < len(cells) else None


def _address(row_number: int, column: int) -> str:
    return xl_rowcol_to_cell(row_number - 1, max(column, 0))


def _to_do(
    questions: list[Question],
    answers: dict[str, Answer],
    place: _Place,
    bad: set[str],
) -> list[Fault]:
    """Say what is still to do, as the Check column does."""
    found: list[Fault] = []
    for question in questions:
        if question.key not in answers or question.key in bad:
            continue
        answer = answers[question.key]
        partner = _partner(question.key)
        is_action = partner is not None
        started = not answer.is_blank or (is_action and not answers.get(partner, Answer()).is_blank)
        if is_action and not started:
            continue
        short_due = question.answer != "none" and (is_action or question.answer_required)
        if short_due and answer.short is None:
            found.append(_missing(place.of(question.key, ANSWER), "an answer", question))
        needs = question.words == "required" or answer.short in question.words_required_for
        if needs and answer.words is None:
            found.append(_missing(place.of(question.key, WORDS), "your words", question))
    return found


def _partner(key: str) -> str | None:
    if not key.startswith("action_"):
        return None
    return key.removesuffix("_owner") if key.endswith("_owner") else f"{key}_owner"


def _missing(cell: str, what: str, question: Question) -> Fault:
    return Fault(
        cell,
        f'"{question.label}" still needs {what}',
        "Fill in the yellow cell.",
        "to do",
    )
