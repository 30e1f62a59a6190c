"""The questions of an audit form as data: read from a YAML file and held to one closed shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import ClassVar, Literal

from qa_sampling.errors import FormError
from qa_sampling.schema import GRADES, NOT_APPLICABLE, QUALITY_STANDARDS

_CLOSED = {"extra": "forbid"}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_OPTION = 40
_MOST_ACTIONS = 10
CANNOT_AUDIT, OVERALL, COMPLETED = "cannot_audit", "overall", "completed_on"
RESERVED_KEYS = (CANNOT_AUDIT, OVERALL, COMPLETED, *QUALITY_STANDARDS)
"""Keys of the questions that every form has, or may have."""
CONCERN = "immediate_concern"
PANEL_QUESTIONS = ("reflects_practice", "meaningful_learning")
"""What the moderation panel asks of every moderation, beside its grades."""
PANEL_ANSWERS = ("Yes", "Partly", "No")


@dataclass(frozen=True)
class Question:
    """One row of a form: a question, a cell for a short answer, and a cell for words.

    Attributes
    ----------
    key : str
        Name under which the answer is kept.
    label : str
        The question.
    prompt : str
        A sentence that helps to answer it.
    answer : {"grade", "standard", "choice", "date", "none"}
        The short answer: one of the four grades or "Not applicable"; the short name of a
        standard; one of `options`; a day; or no short answer.
    options : tuple of str
        What can be chosen when `answer` is "choice".
    answer_required : bool
        Whether the short answer is needed.
    words : {"none", "optional", "required"}
        Whether the cell for words is there, and needed.
    words_required_for : tuple of str
        Short answers that make the words needed.
    """

    __pydantic_config__: ClassVar[dict] = _CLOSED

    key: str
    label: str
    prompt: str = ""
    answer: Literal["grade", "standard", "choice", "date", "none"] = "none"
    options: tuple[str, ...] = ()
    answer_required: bool = True
    words: Literal["none", "optional", "required"] = "none"
    words_required_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Questions under one heading: `title`, the headings of the two cells, `questions`."""

    __pydantic_config__: ClassVar[dict] = _CLOSED

    title: str
    answer_heading: str
    words_heading: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class FormTemplate:
    """What an audit form asks.

    Attributes
    ----------
    name : str
        Name, such as "practice_evaluation".
    version : int
        Raised with every change of wording.
    title : str
        What people call it.
    looks_at : str
        The stretch of practice that is looked at and graded.
    intro, next_steps, concern_steps : tuple of str
        Sentences on the front sheet: how to fill in, what happens next, what to do the same
        day about an immediate safeguarding concern.
    standards : dict of str to str
        Key of a quality standard to what good looks like, in the order of the form.
    overall : str
        What the overall grade means.
    sections : tuple of Section
        The other questions; one of them has the key "immediate_concern".
    standards_answer_heading, standards_words_heading : str
        Headings of the two cells of a standard.
    evidence_required : bool
        Whether a grade needs evidence.
    actions : int
        Most actions a case.
    kind : {"audit", "moderation"}
        Whether a case is audited, or an audit of it read a second time.
    audit_shown : {"after", "before"}
        When a moderator sees the auditor's grades: after their own, or from the start.
    due_within_working_days : int
        Working days in which a moderation is due.
    """

    __pydantic_config__: ClassVar[dict] = _CLOSED

    name: str
    version: int
    title: str
    looks_at: str
    intro: tuple[str, ...]
    next_steps: tuple[str, ...]
    concern_steps: tuple[str, ...]
    standards: dict[str, str]
    overall: str
    sections: tuple[Section, ...]
    standards_answer_heading: str = "Grade"
    standards_words_heading: str = "Evidence"
    evidence_required: bool = True
    actions: int = field(default=5)
    kind: Literal["audit", "moderation"] = "audit"
    audit_shown: Literal["after", "before"] = "after"
    due_within_working_days: int = 10

    @property
    def is_moderation(self) -> bool:
        """Whether it asks a moderator about an audit."""
        return self.kind == "moderation"

    @property
    def questions(self) -> Iterator[Question]:
        """The questions of all sections, in order."""
        return (question for section in self.sections for question in section.questions)


def load_form(path: Path) -> FormTemplate:
    """Read the questions of a form.

    Parameters
    ----------
    path : Path
        A YAML file with the attributes of :class:`FormTemplate`.

    Raises
    ------
    FormError
        When the file cannot be read, or with every fault at once: unknown or missing keys,
        values of the wrong type, questions that cannot be asked.
    """
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FormError(f"There is no form at {path.name}; look in parameters/forms.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormError(f"{path.name} is not readable as YAML in UTF-8: {error}") from None
    if not isinstance(data, dict):
        raise FormError(f"{path.name} holds no form; expected keys such as name and version.")
    return form_of(data, path.name)


def form_of(data: dict, name: str) -> FormTemplate:
    """Give a form from its values.

    Parameters
    ----------
    data : dict
        The attributes of :class:`FormTemplate`.
    name : str
        Name of the file they come from, for messages.

    Raises
    ------
    FormError
        With every fault at once, as :func:`load_form`.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        form = TypeAdapter(FormTemplate).validate_python(data)
    except ValidationError as error:
        listed = "; ".join(_plain(fault) for fault in error.errors())
        raise FormError(f"{name} is not a form: {listed}.") from None
    faults = list(_faults(form))
    if faults:
        raise FormError(f"{name} is not a form: {'; '.join(faults)}.")
    return form


def _plain(fault: dict) -> str:
    """Say one of pydantic's faults in our words."""
    *place, last = fault["loc"]
    where = "".join(f"[{part + 1}]" if isinstance(part, int) else f" {part}" for part in place)
    where = f" in{where}" if where else ""
    if fault["type"] == "unexpected_keyword_argument":
        nouns = {"questions": Question, "sections": Section}
        shape = next((nouns[part] for part in reversed(place) if part in nouns), FormTemplate)
        known = ", ".join(item.name for item in fields(shape))
        return f"unknown key `{last}`{where}; the keys are {known}"
    if fault["type"] in ("missing", "missing_argument"):
        return f"key `{last}` is missing{where}"
    hint = ""
    if isinstance(fault["input"], bool):
        hint = " (put Yes and No in quotes: YAML reads them as true and false)"
    name = f"item {last + 1}" if isinstance(last, int) else f"`{last}`"
    return f"{name}{where}: {fault['msg'][0].lower()}{fault['msg'][1:]}{hint}"


def _faults(form: FormTemplate) -> Iterator[str]:
    """Give what no type can say: keys, options, counts."""
    questions = list(form.questions)
    keys = [question.key for question in questions]
    unknown = [key for key in form.standards if key not in QUALITY_STANDARDS]
    if unknown:
        known = ", ".join(QUALITY_STANDARDS)
        yield f"unknown standards {', '.join(unknown)}; the standards are {known}"
    if not form.standards:
        yield "`standards` is empty; name at least one"
    if not _KEY.fullmatch(form.name):
        yield "`name` must be small letters, digits and _ such as practice_evaluation"
    if form.version < 1:
        yield f"`version` must be 1 or more; got {form.version}"
    if not 0 <= form.actions <= _MOST_ACTIONS:
        yield f"`actions` must lie between 0 and {_MOST_ACTIONS}; got {form.actions}"
    for key in dict.fromkeys(keys):
        if not _KEY.fullmatch(key):
            yield f"question key `{key}` must be small letters, digits and _"
        if key in RESERVED_KEYS or key.startswith("action_"):
            yield f"question key `{key}` is taken by the form itself; choose another"
        if keys.count(key) > 1:
            yield f"question key `{key}` is used {keys.count(key)} times"
    if form.is_moderation:
        for key in sorted({*PANEL_QUESTIONS} - {*keys}):
            yield f"no question `{key}`; the moderation panel asks it of every moderation"
        if not 0 <= form.due_within_working_days <= 250:
            days = form.due_within_working_days
            yield f"`due_within_working_days` must lie between 0 and 250; got {days}"
    if CONCERN not in keys:
        yield f"no question `{CONCERN}`; every form must ask for an immediate concern"
    for question in questions:
        yield from _question_faults(question)


def _question_faults(question: Question) -> Iterator[str]:
    name = f"question `{question.key}`"
    if question.key in PANEL_QUESTIONS and not set(question.options) <= set(PANEL_ANSWERS):
        yield f"{name}: the panel counts only {', '.join(PANEL_ANSWERS)}"
    if question.answer == "choice" and len(question.options) < 2:
        yield f"{name} is a choice and needs two or more `options`"
    if question.answer != "choice" and question.options:
        yield f'{name} has `options` but its `answer` is "{question.answer}"; make it "choice"'
    if question.answer == "none" and question.words == "none":
        yield f"{name} asks for nothing; give `answer` or `words`"
    if len(set(question.options)) < len(question.options):
        yield f"{name} repeats an option"
    for option in question.options:
        if not option.strip() or option != option.strip() or len(option) > _LONGEST_OPTION:
            yield f"{name}: an option must be 1 to {_LONGEST_OPTION} characters, no outer spaces"
    offered = (*GRADES, NOT_APPLICABLE) if question.answer == "grade" else question.options
    strangers = [value for value in question.words_required_for if value not in offered]
    if strangers:
        yield f"{name}: `words_required_for` names {', '.join(strangers)}, not among its options"
    if question.words_required_for and question.words == "none":
        yield f'{name} needs words for some answers but `words` is "none"'
    if question.key == CONCERN and "Yes" not in question.options:
        yield f"{name} must offer Yes"
