"""Collecting a month's forms: what was sent out, what came back, who still owes what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from qa_sampling.errors import FormError, RegisterError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.form_standing import standing_forms
from qa_sampling.records.form_templates import FormTemplate, form_of, load_form
from qa_sampling.records.moderation_mark import plain_form
from qa_sampling.records.question_bank import load_question_bank
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.records.returned_batch import Batch, read_batch, returned_files
from qa_sampling.records.returned_form import Expected, ReturnedSheet, read_returned
from qa_sampling.records.returned_settling import Judge
from qa_sampling.runs.case_places import Describer, place_cases, services_of
from qa_sampling.runs.form_changes import held_against
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.moderation_owed import audits_read, expected_moderations
from qa_sampling.runs.moderation_returns import moderation_judge
from qa_sampling.runs.returns_in import staff_of
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.independence import name_keys
from qa_sampling.sampling.plan import Frame
from qa_sampling.sampling.progress import GRANTED, OWED, Progress, progress
from qa_sampling.sampling.substitution import Fieldwork, follow_up
from qa_sampling.settings.common import Settings, home
from qa_sampling.trends.measures import MEASURES


@dataclass(frozen=True)
class Sent:
    """The draws whose forms may come back.

    Attributes
    ----------
    draws : dict of str to RecordedDraw
        By name, in the order they were made.
    expected : dict of (str, str) to Expected
        By draw and case.
    """

    draws: dict[str, RecordedDraw]
    expected: dict[tuple[str, str], Expected]


def sent_out(register: Register) -> Sent:
    """Give every case that a form was made for, with who audits it now.

    Parameters
    ----------
    register : Register
        Holds draws, assignments and new auditors.

    Raises
    ------
    RegisterError
        When nothing has been drawn yet.
    """
    listed = register.draws()
    if listed.empty:
        raise RegisterError(
            "The register holds no draw, so no form was sent out. Run the monthly audit plan first."
        )
    draws = {name: register.get_draw(name) for name in listed["draw_id"]}
    now = register.reassignments()
    changed = {(row.draw_id, row.case_ref): row.auditor_id for row in now.itertuples()}
    expected = {}
    for name, draw in draws.items():
        given = draw.assignment.table
        for ref, auditor in zip(given["case_ref"], given["auditor_id"], strict=True):
            who = changed.get((name, ref), auditor)
            expected[name, ref] = Expected(name, ref, str(who), draw.as_at, draw.superseded)
    for (name, ref), auditor in changed.items():
        draw = draws.get(name)
        if draw is not None:
            expected[name, ref] = Expected(name, ref, auditor, draw.as_at, draw.superseded)
    return Sent(draws, expected)


def read_folder(
    settings: Settings,
    register: Register,
    folder: Path,
    *,
    today: date,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Sent, Batch]:
    """Read every form in a folder and the folders in it; nothing is recorded.

    Finished forms are held against what is recorded (see ``runs.form_changes.held_against``).

    Parameters
    ----------
    settings : Settings
        Say where the keys are.
    register : Register
        Holds what was sent out.
    folder : Path
        The folder.
    today : date
        Nothing was completed later.
    progress : callable
        Told how many files of how many are read.

    Raises
    ------
    FormError
        When the folder is not there, or holds no file.
    RegisterError
        When nothing has been drawn yet.
    """
    if not folder.is_dir():
        raise FormError(f"There is no folder {folder.name}; give the folder of returned forms.")
    files = returned_files(folder)
    if not files:
        raise FormError(f"The folder {folder.name} is empty; put the returned forms into it.")
    sent = sent_out(register)
    ring = load_keys(settings)
    keys = [ring.key.secret, *(key.secret for key in ring.earlier)]
    known, is_staff = _templates(), on_staff(staff_of(settings))
    batch = read_batch(
        files,
        lambda path: read_returned(
            path,
            keys=keys,
            template=lambda name, version: known.get((plain_form(name), version)),
            expected=sent.expected | expected_moderations(register, sent),
            today=today,
            is_staff=is_staff,
        ),
        judge=_judge(register, keys),
        progress=progress,
    )
    return sent, batch


def _judge(register: Register, keys: list[bytes]) -> Judge:
    """Give what holds finished sheets, auditors' and moderators', against what is recorded."""
    history = register.form_history()
    standing = standing_forms(history)
    moderated = moderation_judge(register, audits_read(register), keys)

    def judge(sheet: ReturnedSheet) -> ReturnedSheet:
        return moderated(sheet) if sheet.is_moderation else held_against(sheet, standing, history)

    return judge


def on_staff(staff: pd.DataFrame | None) -> Callable[[str], bool] | None:
    """Give what says whether a number or name, however spelled, is on the staff list.

    Parameters
    ----------
    staff : DataFrame or None
        ``schema.STAFF``; None when there is no list, and then nothing can be said.
    """
    if staff is None:
        return None
    known = {*name_keys(staff["staff_id"]), *name_keys(staff["name"])} - {""}
    return lambda owner: name_keys(pd.Series([owner]))[0] in known


def _templates() -> dict[tuple[str, int], FormTemplate]:
    """Read every form, those of earlier versions in `parameters/forms/earlier` too."""
    folder = home() / "parameters" / "forms"
    forms = [load_form(path) for path in sorted(folder.rglob("*.yml"))]
    forms = [*_dive_forms(), *forms]
    return {(form.name, form.version): form for form in forms}


def form_named(name: str) -> FormTemplate:
    """Give a form by its name: a file in `parameters/forms`, or a deep dive's from the bank.

    Parameters
    ----------
    name : str
        Such as "practice_evaluation", "moderation/moderation" or "dive_re_referrals".

    Raises
    ------
    FormError
        When there is neither.
    """
    path = home() / "parameters" / "forms" / f"{name}.yml"
    made = () if path.is_file() else _dive_forms()
    return next((form for form in made if form.name == name), None) or load_form(path)


def _dive_forms() -> list[FormTemplate]:
    """Give the forms of deep dives, which are made from the question bank; none without one."""
    path = home() / "parameters" / "question_bank.yml"
    if not path.is_file():
        return []
    bank = load_question_bank(path, measures=MEASURES)
    return [form_of(bank.form_of(name, title="Deep dive"), path.name) for name in MEASURES]


def fieldwork_of(register: Register, draw: RecordedDraw) -> Fieldwork:
    """Say which reserves are to be opened next, and what the cases of a draw weigh now.

    Parameters
    ----------
    register : Register
        Holds the frame of the draw and what became of its cases.
    draw : RecordedDraw
        The draw.
    """
    fixed = register.frame_of(draw)
    frame = Frame(
        cases=frame_from_snapshot(fixed.snapshot),
        link=pd.DataFrame({"case_ref": [], "child_id": []}, dtype="str"),
        funnel=pd.DataFrame(),
        exclusions=pd.DataFrame(),
        strata=(),
        fingerprint=fixed.fingerprint,
    )
    known = register.outcomes()
    own = known[known["draw_id"] == draw.draw_id]
    return follow_up(frame, draw.draw, own[["case_ref", "outcome"]])


def owed_audits(
    register: Register,
    sent: Sent,
    staff: pd.DataFrame | None,
    *,
    describe: Describer | None = None,
) -> pd.DataFrame:
    """Give every audit that somebody was asked for.

    Parameters
    ----------
    register : Register
        Holds audits and outcomes.
    sent : Sent
        What was sent out.
    staff : DataFrame or None
        ``schema.STAFF``: the service of a team.
    describe : callable, optional
        As for ``place_cases``: where cases were held that nothing else tells of.

    Returns
    -------
    DataFrame
        ``sampling.progress.OWED``, and `draw_id`, `period`, `design`, `case_ref`, `status`.
    """
    audits = register.audits().set_index("audit_id")["date_completed"]
    outcomes = register.outcomes().set_index("outcome_id")["outcome"]
    rows = []
    for (name, ref), one in sent.expected.items():
        draw = sent.draws[name]
        audit = case_name(name, ref)
        rows.append(
            {
                "audit_id": audit,
                "auditor_id": one.auditor_id,
                "date_due": pd.Timestamp(draw.due),
                "date_completed": audits.get(audit, pd.NaT),
                "not_auditable": outcomes.get(audit, "") in ("out_of_scope", "unavailable"),
                "replaced": one.superseded,
                "draw_id": name,
                "period": draw.period,
                "design": draw.design,
                "case_ref": ref,
            }
        )
    columns = [*OWED.names, "draw_id", "period", "design", "case_ref", "status"]
    table = pd.DataFrame(rows).reindex(columns=columns)
    table = place_cases(table, register, sent.draws, services_of(staff), describe=describe)
    return table.astype(OWED.empty().dtypes.to_dict())


def progress_of(
    register: Register, sent: Sent, staff: pd.DataFrame | None, *, as_at: date
) -> Progress:
    """Say how every audit of the plans stands on a day.

    Parameters
    ----------
    register : Register
        Holds audits, outcomes, exemptions.
    sent : Sent
        What was sent out.
    staff : DataFrame or None
        ``schema.STAFF``.
    as_at : date
        The day looked back from.
    """
    owed = owed_audits(register, sent, staff)
    grants = register.grants()
    granted = grants[grants["audit_id"].isin(owed["audit_id"])][GRANTED.names]
    return progress(owed, as_at=pd.Timestamp(as_at), granted=granted.reset_index(drop=True))
