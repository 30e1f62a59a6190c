"""The question bank of deep dives: which questions a measure asks, and the ideas they test."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from qa_sampling.errors import FormError
from qa_sampling.records.form_templates import FormTemplate, Question, load_form
from qa_sampling.schema import DEEP_DIVE

_OWN = ("measures", "tests", "supports", "against")
_KEYS = ("version", "looks_at", "intro", "next_steps", "concern_steps", "standards", "overall")


@dataclass(frozen=True)
class BankQuestion:
    """A question of the bank.

    Attributes
    ----------
    asked : dict
        What ``form_templates.Question`` takes.
    measures : tuple of str
        Measures it is asked for; empty for all.
    tests : str
        The idea its answer tests; blank for none.
    supports, against : tuple of str
        Answers that speak for the idea, and against it.
    """

    asked: dict[str, Any]
    measures: tuple[str, ...]
    tests: str
    supports: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    def says(self, answer: str) -> int:
        """Give 1 where an answer speaks for the idea, -1 where it speaks against it, else 0."""
        return (answer in self.supports) - (answer in self.against)


@dataclass(frozen=True)
class QuestionBank:
    """The questions, and what every form of them says.

    Attributes
    ----------
    about : dict
        `version`, `looks_at`, `intro`, `next_steps`, `concern_steps`, `standards`, `overall`.
    questions : tuple of BankQuestion
        In the order of the form.
    """

    about: dict[str, Any]
    questions: tuple[BankQuestion, ...]

    def asked_of(self, measure: str) -> tuple[BankQuestion, ...]:
        """Give the questions that a measure asks, its own first."""
        return tuple(one for one in self.questions if not one.measures or measure in one.measures)

    def hypotheses_of(self, measure: str) -> tuple[str, ...]:
        """Give the ideas that the questions of a measure test, each once."""
        return tuple(dict.fromkeys(one.tests for one in self.asked_of(measure) if one.tests))

    def form_of(self, measure: str, *, title: str) -> dict[str, Any]:
        """Give a form of these questions, as the files in `parameters/forms` hold one.

        Parameters
        ----------
        measure : str
            Name of the measure.
        title : str
            What the form is called.
        """
        questions = [one.asked for one in self.asked_of(measure)]
        last = [one for one in questions if one["key"] == "immediate_concern"]
        first = [one for one in questions if one["key"] != "immediate_concern"]
        heads = {"answer_heading": "Answer", "words_heading": "What you saw, and where"}
        return {
            "name": f"{DEEP_DIVE}{measure}", "title": title, **self.about,
            "sections": [{"title": "What happened", **heads, "questions": first},
                         {"title": "Safety", **heads, "questions": last}],
        }  # fmt: skip


def load_question_bank(path: Path, *, measures: Collection[str]) -> QuestionBank:
    """Read the question bank.

    Parameters
    ----------
    path : Path
        The YAML file.
    measures : collection of str
        Names of the measures there are.

    Raises
    ------
    FormError
        When the file cannot be read, or with every fault at once.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise FormError(f"There is no question bank at {path.name}; look in parameters.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FormError(f"{path.name} is not readable as YAML in UTF-8: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("questions"), list):
        raise FormError(f"{path.name} holds no question bank; expected `questions` and a list.")
    faults = [f"unknown key `{name}`" for name in data if name not in (*_KEYS, "questions")]
    faults += [f"key `{name}` is missing" for name in _KEYS if name not in data]
    known = {item.name for item in fields(Question)} | set(_OWN)
    for place, one in enumerate(data["questions"], 1):
        faults += _faults(one, place, known, measures)
    if faults:
        raise FormError(f"{path.name} is not a question bank: {'; '.join(faults)}.")
    about = {name: data[name] for name in _KEYS}
    return QuestionBank(about, tuple(_question(one) for one in data["questions"]))


def _faults(one: Any, place: int, known: set[str], measures: Collection[str]) -> list[str]:  # noqa: ANN401
    if not isinstance(one, dict) or "key" not in one or "label" not in one:
        return [f"question {place} needs `key` and `label`"]
    name = f"question `{one['key']}`"
    faults = [f"{name} has the unknown key `{key}`" for key in one if key not in known]
    named = one.get("measures")
    if not isinstance(named, list):
        return [*faults, f"{name} needs `measures`, a list; [] for all"]
    strange = [str(measure) for measure in named if measure not in measures]
    if strange:
        faults.append(f"{name} names measures that are not there: {', '.join(strange)}")
    return [*faults, *_side_faults(one, name)]


def _side_faults(one: dict[str, Any], name: str) -> list[str]:
    """Say which answers cannot be told for or against the idea."""
    sides = [one.get(side) or [] for side in ("supports", "against")]
    if not all(isinstance(side, list) for side in sides):
        return [f"{name}: `supports` and `against` are lists of answers"]
    faults = []
    given = [str(answer) for side in sides for answer in side]
    if strange := [answer for answer in given if answer not in one.get("options", [])]:
        faults.append(f"{name}: {', '.join(strange)} is not among its options")
    if len(set(given)) < len(given):
        faults.append(f"{name}: an answer speaks both for the idea and against it")
    if given and not one.get("tests"):
        faults.append(f"{name} has answers for and against, but `tests` names no idea")
    if one.get("tests") and one.get("answer") == "choice" and not all(sides):
        faults.append(f"{name} tests an idea and needs `supports` and `against`")
    return faults


def _question(one: dict[str, Any]) -> BankQuestion:
    asked = {name: value for name, value in one.items() if name not in _OWN}
    sides = (tuple(one.get(side) or ()) for side in ("supports", "against"))
    return BankQuestion(asked, tuple(one["measures"]), str(one.get("tests") or ""), *sides)


def write_form(path: Path, form: dict[str, Any]) -> FormTemplate:
    """Write a form as a file that can lie in `parameters/forms`, and give it as it is read.

    Parameters
    ----------
    path : Path
        File to write.
    form : dict
        What :meth:`QuestionBank.form_of` gives.

    Raises
    ------
    FormError
        When its questions cannot be asked.
    """
    text = yaml.safe_dump(form, sort_keys=False, allow_unicode=True, width=100)
    path.write_text(f"# Made from parameters/question_bank.yml.\n{text}", encoding="utf-8")
    return load_form(path)
