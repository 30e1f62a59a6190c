"""Where everything stands on a case's sheet: the rows of a form, shared by writer and reader.

Columns: A the question, B the short answer, C the words, D the check by formula, E (hidden)
the key of the row. A reader finds an answer by the key in E, never by position; E1 holds the
sheet's identity (see :mod:`qa_sampling.records.form_identity`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa_sampling.records.form_templates import (
    CANNOT_AUDIT,
    COMPLETED,
    OVERALL,
    FormTemplate,
    Question,
    Section,
)
from qa_sampling.schema import GRADES, NOT_APPLICABLE, QUALITY_STANDARDS

QUESTION, ANSWER, WORDS, CHECK, ROW_KEY = range(5)
"""Columns of a case's sheet, from 0."""
FRONT, LISTS = "Start here", "Lists"
"""Names of the front sheet and of the hidden sheet of lists."""
FIRST_BODY_ROW = 2
"""First row below the frozen head, from 0."""

GRADE_OPTIONS = (*GRADES, NOT_APPLICABLE)
CANNOT_REASONS = ("Out of scope", "Record unavailable", "Conflict of interest")
STANDARD_NAMES = {
    "assessment": "Assessments",
    "planning": "Plans",
    "care_planning": "Care planning meetings",
    "voice": "Voice",
    "difference": "Difference made",
    "oversight": "Oversight and review",
    "statutory": "Statutory requirements",
    "visits": "Visits",
    "recording": "Recording",
    "decisions": "Decisions, thresholds",
    "interventions": "Interventions",
    "culture": "Culture",
}
"""Short names of the quality standards, as drop-downs show them."""
STANDARD_OPTIONS = (*STANDARD_NAMES.values(), "Other")

FACTS = {
    "status": "Status",
    "team": "Team",
    "worker": "Worker",
    "age_band": "Age band",
    "weeks_open": "Weeks open",
    "order": "Number in the plan",
}
"""What a sheet says of its case: column of ``AuditPlan.cases`` to label."""

_CANNOT = Section(
    "Can this case be audited?",
    "If not, the reason",
    "What happened",
    (
        Question(
            CANNOT_AUDIT,
            "If you cannot audit this case, say why",
            "Leave this blank if you can. If not, nothing else is needed here: tell the Quality "
            "Assurance team now, so that a reserve can take its place.",
            answer="choice",
            options=CANNOT_REASONS,
            answer_required=False,
            words="optional",
            words_required_for=CANNOT_REASONS,
        ),
    ),
)
MODERATION_FACTS = FACTS | {"case_ref": "Reference"}
"""The same of a moderation's sheet."""
CANNOT_MODERATE = ("Conflict of interest", "Record unavailable")
_CANNOT_MODERATE = replace(
    _CANNOT,
    title="Can you moderate this audit?",
    questions=(
        replace(
            _CANNOT.questions[0],
            label="If you cannot moderate this audit, say why",
            prompt="Leave this blank if you can. If not, nothing else is needed here: tell the "
            "Quality Assurance team now, so that somebody else can.",
            options=CANNOT_MODERATE,
            words_required_for=CANNOT_MODERATE,
        ),
    ),
)
_FINISH = Section(
    "Finish",
    "Date",
    "Anything else we should know",
    (
        Question(
            COMPLETED,
            "When did you complete this audit?",
            "As day/month/year, for example 24/11/2026.",
            answer="date",
            words="optional",
        ),
    ),
)
_FINISH_MODERATION = replace(
    _FINISH,
    questions=(replace(_FINISH.questions[0], label="When did you complete this moderation?"),),
)


@dataclass(frozen=True)
class PlacedQuestion:
    """A question with its row, from 0, and the row it belongs with (an action's other row)."""

    row: int
    question: Question
    partner: int | None = None


@dataclass(frozen=True)
class PlacedSection:
    """A section with the row of its heading, from 0, and its questions."""

    row: int
    section: Section
    questions: tuple[PlacedQuestion, ...]


@dataclass(frozen=True)
class CaseLayout:
    """The rows of a case's sheet.

    Attributes
    ----------
    facts_row : int
        Row of the heading above the facts of the case, from 0.
    sections : tuple of PlacedSection
        All sections in order.
    last_row : int
        Last row in use.
    facts : dict of str to str
        What is said of the case: its column to its label.
    not_done : str
        What stands for a case that cannot be done.
    """

    facts_row: int
    sections: tuple[PlacedSection, ...]
    last_row: int
    facts: dict[str, str]
    not_done: str

    @property
    def questions(self) -> Iterator[PlacedQuestion]:
        """All questions, in order."""
        return (placed for section in self.sections for placed in section.questions)

    def row_of(self, key: str) -> int:
        """Give the row of the question with a key, from 0."""
        return next(placed.row for placed in self.questions if placed.question.key == key)


def options_of(question: Question) -> tuple[str, ...]:
    """Give what can be chosen as the short answer; empty when it is not a list."""
    fixed = {"grade": GRADE_OPTIONS, "standard": STANDARD_OPTIONS, "choice": question.options}
    return fixed.get(question.answer, ())


def form_sections(form: FormTemplate) -> tuple[Section, ...]:
    """Give all sections of a form, those that every form has among them."""
    words_for = GRADES if form.evidence_required else ()
    standards = [
        Question(
            key,
            QUALITY_STANDARDS[key],
            prompt,
            answer="grade",
            words="optional",
            words_required_for=words_for,
        )
        for key, prompt in form.standards.items()
    ]
    overall = Question(
        OVERALL,
        "Overall grade",
        form.overall,
        answer="grade",
        words="optional",
        words_required_for=words_for,
    )
    graded = Section(
        "How good is practice?",
        form.standards_answer_heading,
        form.standards_words_heading,
        (*standards, overall),
    )
    actions = (_actions(form.actions),) if form.actions else ()
    if form.is_moderation:
        return (_CANNOT_MODERATE, graded, *form.sections, *actions, _FINISH_MODERATION)
    return (_CANNOT, graded, *form.sections, *actions, _FINISH)


def _actions(most: int) -> Section:
    questions: list[Question] = []
    for number in range(1, most + 1):
        questions += [
            Question(
                f"action_{number}",
                f"Action {number}",
                "Which standard, and what will be different?",
                answer="standard",
                words="required",
            ),
            Question(
                f"action_{number}_owner",
                f"Action {number}: by when, by whom?",
                "The due date, then one named owner.",
                answer="date",
                words="required",
            ),
        ]
    return Section(
        "Actions agreed",
        "Standard, then due date",
        "What will be done, then who owns it",
        tuple(questions),
    )


def lay_out(form: FormTemplate) -> CaseLayout:
    """Give every question of a form its row.

    Parameters
    ----------
    form : FormTemplate
        What the form asks.
    """
    facts_row = FIRST_BODY_ROW
    facts = MODERATION_FACTS if form.is_moderation else FACTS
    row = facts_row + 1 + len(facts)
    sections = []
    for section in form_sections(form):
        heading, row = row, row + 1
        placed = []
        for question in section.questions:
            placed.append(PlacedQuestion(row, question, _partner(question, row)))
            row += 1
        sections.append(PlacedSection(heading, section, tuple(placed)))
    return CaseLayout(facts_row, tuple(sections), row - 1, facts, not_done(form))


def not_done(form: FormTemplate) -> str:
    """Give the words for a case that cannot be audited, or moderated."""
    return "Not moderated" if form.is_moderation else "Not audited"


def _partner(question: Question, row: int) -> int | None:
    if not question.key.startswith("action_"):
        return None
    return row - 1 if question.key.endswith("_owner") else row + 1
