"""Which questions are a theme's own: those whose answers no other table of the register keeps."""

from __future__ import annotations

from qa_sampling.errors import FormError
from qa_sampling.records.form_templates import Question
from qa_sampling.runs.form_changes import is_own_question
from qa_sampling.runs.returned_folder import form_named


def own_questions(design: str) -> tuple[Question, ...]:
    """Give the questions of a theme's form whose answers are chosen and are its own.

    Parameters
    ----------
    design : str
        The theme's design, which is the name of its form; none where there is no such form.
    """
    try:
        form = form_named(design)
    except FormError:
        return ()
    asked = [one for part in form.sections for one in part.questions]
    return tuple(one for one in asked if one.answer == "choice" and is_own_question(one.key))
