"""What a returned form would change in the register, held against what stands there.

The later form of a case replaces the earlier, whether it says that the case was audited or that
it cannot be. It does not undo what others built on the earlier one: a moderation, a reserve that
took the place, an action that was followed up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from qa_sampling.records.fieldwork import ANSWER_KIND, CANNOT, case_name
from qa_sampling.records.form_history import FormHistory
from qa_sampling.records.form_layout import STANDARD_NAMES
from qa_sampling.records.form_standing import Agreed, Content, Standing, content_of
from qa_sampling.records.form_templates import CANNOT_AUDIT, COMPLETED, CONCERN, OVERALL
from qa_sampling.records.returned_form import ReturnedSheet
from qa_sampling.records.returned_sheet import Answer, Fault
from qa_sampling.sampling.substitution import LOSSES
from qa_sampling.schema import DEEP_DIVE, NOT_RECORDED, QUALITY_STANDARDS

_BY_NAME = {name: key for key, name in STANDARD_NAMES.items()}
_THEMES = {"worked_well": "strength", "learning": "learning"}
_MOST_ACTIONS = 10
_OF_EVERY_FORM = (*QUALITY_STANDARDS, OVERALL, COMPLETED, CONCERN, CANNOT_AUDIT, *_THEMES)
_OF_AUDITS = ("practitioner_met", "family_feedback")


@dataclass(frozen=True)
class FormChange:
    """What a finished sheet leaves.

    Attributes
    ----------
    outcome : dict
        `outcome`, `reason`, `said_by`.
    audit : dict or None
        What the form says of the audit, by column of ``returned.AUDITS``; None when the case
        cannot be audited.
    answers, tags : list of dict
        `standard`, `grade`, `evidence`; `kind`, `tag`.
    actions : dict of str to Agreed
        By name, the actions of the form that may be recorded.
    withdrawn : dict of str to Agreed
        Actions that stand and that the form no longer has.
    themes_gone : tuple of str
        Kinds of the themes that stand and that the form no longer has.
    not_taken : tuple of int
        Numbers of the form's actions that somebody has followed up and that it words anew.
    staying : int
        Actions that the form no longer has, but that somebody has followed up.
    content : Content
        What would stand.
    """

    outcome: dict[str, str | None]
    audit: dict[str, object] | None
    answers: list[dict[str, object]]
    tags: list[dict[str, str]]
    actions: dict[str, Agreed]
    withdrawn: dict[str, Agreed]
    themes_gone: tuple[str, ...]
    not_taken: tuple[int, ...]
    staying: int
    content: Content


def change_of(sheet: ReturnedSheet, now: Standing) -> FormChange:
    """Give what a finished sheet leaves, beside what stands.

    Parameters
    ----------
    sheet : ReturnedSheet
        A sheet that is complete, or says why the case cannot be audited.
    now : Standing
        What the forms of its case have said; an empty one for none.
    """
    told = sheet.reading.answers
    cannot = sheet.reading.status == "cannot"
    said = told[CANNOT_AUDIT] if cannot else Answer()
    outcome = {
        "outcome": CANNOT[str(said.short)] if cannot else "audited",
        "reason": said.words,
        "said_by": sheet.auditor_id,
    }
    audit = None if cannot else _audit(told)
    answers = [] if cannot else _answers(told)
    tags = [] if cannot else [*_tags(told), *_chosen(sheet, told)]
    numbered = {} if cannot else _agreed(told)
    named = _named(numbered, case_name(sheet.draw_id, sheet.case_ref), now)
    kept = {name: one for name, one in now.actions.items() if name in now.moved_on}
    recorded = {name: one for name, one in named.items() if name not in kept}
    gone = [name for name in now.actions if name not in named]
    changed = [
        number
        for (number, one), name in zip(numbered.items(), named, strict=True)
        if kept.get(name, one) != one
    ]
    staying = [name for name in gone if name in kept and now.moved_on[name] != "Withdrawn"]
    stands = [*recorded.values(), *kept.values()]
    before = now.contents[-1].tags if now.contents else ()
    return FormChange(
        outcome=outcome,
        audit=audit,
        answers=answers,
        tags=tags,
        actions=recorded,
        withdrawn={name: now.actions[name] for name in gone if name not in kept},
        themes_gone=tuple(kind for kind, _ in before if kind not in {tag["kind"] for tag in tags}),
        not_taken=tuple(changed),
        staying=len(staying),
        content=content_of(outcome, audit, answers, stands, tags),
    )


def held_against(
    sheet: ReturnedSheet, standing: Mapping[str, Standing], history: FormHistory
) -> ReturnedSheet:
    """Hold a finished sheet against what is recorded; give it back, as it may be recorded.

    Parameters
    ----------
    sheet : ReturnedSheet
        A sheet that is complete, or says why the case cannot be audited.
    standing : mapping of str to Standing
        What forms have said, by the name of the audit.
    history : FormHistory
        Knows moderations and reserves.

    Returns
    -------
    ReturnedSheet
        With status "replaced" when a correction of it is recorded already, "faulty" when it would
        undo what was built on an earlier form; else the same status, maybe with notes.
    """
    name = case_name(sheet.draw_id, sheet.case_ref)
    now = standing.get(name, Standing())
    change = change_of(sheet, now)
    if (day := now.replaced_on(change.content)) is not None:
        note = Fault("", f"the form was replaced on {_in_words(day)} already", _ONCE_MORE, "note")
        return _with(sheet, [note], "replaced")
    cell = sheet.reading.cells.get(CANNOT_AUDIT, "")
    stands = now.contents[-1].outcome[0] if now.contents else ""
    cannot = change.audit is None
    if cannot and name in history.moderated:
        return _with(sheet, [Fault(cell, *_MODERATED)], "faulty")
    lost = change.outcome["outcome"] in LOSSES
    if name in history.given_up and stands in LOSSES and not lost:
        return _with(sheet, [Fault("", *_GIVEN_UP)], "faulty")
    return _with(sheet, [*_replacing(now, cannot, cell), *_action_notes(sheet, change)])


_ONCE_MORE = (
    "Nothing to do. If it is to count again, give the day you decided so as the day of completion."
)
_MODERATED = (
    "the audit of this case is recorded and was moderated",
    "Tell the Quality Assurance team why it cannot be audited; nothing was changed.",
)
_GIVEN_UP = (
    "a reserve has taken the place of this case, which was lost to the sample",
    "Tell the Quality Assurance team; the reserve is audited in its place.",
)
_NOT_TAKEN = (
    "the action was followed up since, so what the form says now was not taken",
    "Change it on the action sheet.",
)
_STAYS = (
    "an action that the form no longer has was followed up since, and stays",
    "Withdraw it on the action sheet, if it is not to be done.",
)


def _replacing(now: Standing, cannot: bool, cell: str) -> list[Fault]:
    """Say that a form takes the place of one that said the opposite."""
    day = now.recorded_on(audited=cannot)
    if day is None:
        return []
    what = "an audit" if cannot else "word that the case cannot be audited"
    return [
        Fault(cell, f"it takes the place of {what}, recorded on {_in_words(day)}", _SURE, "note")
    ]


_SURE = "Nothing to do, if that is meant."


def _action_notes(sheet: ReturnedSheet, change: FormChange) -> list[Fault]:
    cells = sheet.reading.cells
    notes = [
        Fault(cells.get(f"action_{number}", ""), *_NOT_TAKEN, "note") for number in change.not_taken
    ]
    return [*notes, *[Fault("", *_STAYS, "note")] * bool(change.staying)]


def _with(sheet: ReturnedSheet, more: list[Fault], status: str | None = None) -> ReturnedSheet:
    reading = sheet.reading
    faults = [*reading.faults, *more]
    return replace(sheet, reading=replace(reading, status=status or reading.status, faults=faults))


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _audit(told: Mapping[str, Answer]) -> dict[str, object]:
    def short(key: str) -> object:
        value = told.get(key, Answer()).short
        return NOT_RECORDED if value is None else value

    return {
        "date_completed": told[COMPLETED].short,
        "practitioner_met": short("practitioner_met"),
        "family_feedback": short("family_feedback"),
        "immediate_safeguarding_concern": short(CONCERN),
        "learning": told.get("learning", Answer()).words,
    }


def _answers(told: Mapping[str, Answer]) -> list[dict[str, object]]:
    return [
        {"standard": key, "grade": answer.short, "evidence": answer.words}
        for key, answer in told.items()
        if (key in QUALITY_STANDARDS or key == OVERALL) and answer.short is not None
    ]


def _tags(told: Mapping[str, Answer]) -> list[dict[str, str]]:
    return [
        {"kind": kind, "tag": str(answer.short)}
        for key, kind in _THEMES.items()
        if (answer := told.get(key, Answer())).short is not None
    ]


def is_own_question(key: str, *, of_a_dive: bool = False) -> bool:
    """Say whether a question is a form's own, so that what was chosen is kept by its name.

    Parameters
    ----------
    key : str
        Key of the question.
    of_a_dive : bool
        Whether the form is that of a deep dive, whose every answer tests its ideas.
    """
    elsewhere = _OF_EVERY_FORM if of_a_dive else (*_OF_EVERY_FORM, *_OF_AUDITS)
    return key not in elsewhere and not key.startswith("action_")


def _chosen(sheet: ReturnedSheet, told: Mapping[str, Answer]) -> list[dict[str, str]]:
    """Give what was chosen in answer to the form's own questions."""
    of_a_dive = sheet.form.startswith(DEEP_DIVE)
    return [
        {"kind": f"{ANSWER_KIND}{key}", "tag": answer.short}
        for key, answer in told.items()
        if is_own_question(key, of_a_dive=of_a_dive) and isinstance(answer.short, str)
    ]


def _agreed(told: Mapping[str, Answer]) -> dict[int, Agreed]:
    found = {}
    for number in range(1, _MOST_ACTIONS + 1):
        what = told.get(f"action_{number}", Answer())
        who = told.get(f"action_{number}_owner", Answer())
        if not what.is_blank:
            said = (_BY_NAME.get(str(what.short)), what.words, who.words, who.short)
            found[number] = tuple("" if value is None else str(value) for value in said)
    return found


def _named(said: Mapping[int, Agreed], audit: str, now: Standing) -> dict[str, Agreed]:
    """Give actions their names, in the order of the form: one that was moved up keeps its own."""
    names: dict[int, str] = {}
    for number, one in said.items():
        if now.actions.get(f"{audit}/{number}") == one:
            names[number] = f"{audit}/{number}"
    for number, one in said.items():
        same = [name for name, held in now.actions.items() if held == one]
        free = [name for name in same if name not in names.values()]
        if number not in names and free:
            names[number] = free[0]
    for number in said:
        own = f"{audit}/{number}"
        others = own in now.moved_on and own not in now.actions
        if number not in names and own not in names.values() and not others:
            names[number] = own
    for number in said:
        if number not in names:
            used = {*now.names, *names.values()}
            at = next(n for n in range(1, 1000) if f"{audit}/{n}" not in used)
            names[number] = f"{audit}/{at}"
    return {names[number]: one for number, one in said.items()}
