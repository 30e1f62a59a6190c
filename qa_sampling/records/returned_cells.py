"""Reads one cell of a returned form: a grade, a day, one of the answers, words; or says why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qa_sampling.agreement.scale import NO_GRADE, Scale
from qa_sampling.errors import AgreementError
from qa_sampling.records.book import Cell, Flaw
from qa_sampling.records.cells import Unreadable, plain, read_date, read_text
from qa_sampling.records.form_checks import LONGEST_WORDS
from qa_sampling.records.form_layout import STANDARD_NAMES, STANDARD_OPTIONS
from qa_sampling.records.form_templates import COMPLETED, OVERALL, Question
from qa_sampling.schema import NOT_APPLICABLE, QUALITY_STANDARDS

_YES_NO = {"y": "yes", "n": "no", "true": "yes", "false": "no"}


@dataclass(frozen=True)
class Wrong:
    """Why a cell cannot be read.

    Attributes
    ----------
    fault, action : str
        What is wrong, and what to do; never what was written.
    """

    fault: str
    action: str


def read_short(
    value: Cell, question: Question, scale: Scale, earliest: date, latest: date
) -> str | date | Wrong | None:
    """Read a short answer.

    Parameters
    ----------
    value : Cell
        What stands in the cell.
    question : Question
        What was asked.
    scale : Scale
        The grades and their spellings.
    earliest, latest : date
        An audit was completed between them; no day lies before the first.
    """
    if question.answer == "none":
        return None
    if isinstance(value, Flaw):
        return Wrong(f"the cell {value.value}", "Type the answer over it.")
    if question.answer == "date":
        return _day(value, question, earliest, latest)
    text = read_text(value)
    if isinstance(text, Unreadable):
        return Wrong(f"the cell {text}", "Type the answer over it.")
    if text is None:
        return None
    if question.answer == "grade":
        return _grade(text, question, scale)
    options = STANDARD_OPTIONS if question.answer == "standard" else question.options
    return _option(text, question, options)


def _grade(text: str, question: Question, scale: Scale) -> str | Wrong | None:
    known = f"Choose {', '.join(reversed(scale.grades))} or {NOT_APPLICABLE}."
    try:
        code = int(scale.encode([text])[0])
    except AgreementError:
        return Wrong("the cell holds no grade of the scale", known)
    if code >= 0:
        return scale.grades[code]
    if code == NO_GRADE:
        if question.key == OVERALL:
            return Wrong(
                "the overall grade is not applicable",
                "Grade practice as a whole; if the case cannot be audited, say why at the top.",
            )
        return NOT_APPLICABLE
    return None


def _option(text: str, question: Question, options: tuple[str, ...]) -> str | Wrong:
    asked = _spelling(text)
    asked = _YES_NO.get(asked, asked)
    for option in options:
        if asked == _spelling(option):
            return option
    for key, name in STANDARD_NAMES.items():
        if question.answer == "standard" and asked in (key, _spelling(QUALITY_STANDARDS[key])):
            return name
    return Wrong("the cell holds none of the answers", f"Choose {', '.join(options)}.")


def _spelling(text: str) -> str:
    return plain(text).casefold().rstrip(".")


def _day(value: Cell, question: Question, earliest: date, latest: date) -> date | Wrong | None:
    found = read_date(value)
    if isinstance(found, Unreadable):
        return Wrong(f"the cell {found}", "Type it as day/month/year, such as 24/11/2026.")
    if found is None:
        return None
    if question.key == COMPLETED and found > latest:
        return Wrong("the day has not come yet", "Give the day the audit was completed.")
    if found < earliest:
        return Wrong("the day lies before the cases were drawn", "Check the day, month and year.")
    return found


def read_words(value: Cell, question: Question) -> str | Wrong | None:
    """Read words, line by line, without signs that cannot be seen.

    Parameters
    ----------
    value : Cell
        What stands in the cell.
    question : Question
        What was asked.
    """
    if question.words == "none":
        return None
    if isinstance(value, Flaw):
        return Wrong(f"the cell {value.value}", "Type the words over it.")
    if not isinstance(value, str):
        value = read_text(value)
    if value is None:
        return None
    if isinstance(value, Unreadable):
        return Wrong(f"the cell {value}", "Type the words over it.")
    lines = [plain(line) for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    text = "\n".join(lines).strip()
    text = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    if len(text) > LONGEST_WORDS:
        return Wrong(
            f"the words are longer than {LONGEST_WORDS:,} characters", "Please shorten them."
        )
    return text or None
