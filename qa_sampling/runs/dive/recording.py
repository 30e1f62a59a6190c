"""The cases to read in the register: a selection of its own kind, with readers and forms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from qa_sampling import __version__
from qa_sampling.errors import AssignmentError, TrendError
from qa_sampling.records.fieldwork import REASSIGNMENTS
from qa_sampling.records.form_templates import FormTemplate, form_of
from qa_sampling.records.forms import write_audit_forms
from qa_sampling.records.keys import Key
from qa_sampling.records.question_bank import QuestionBank
from qa_sampling.records.recorded_draw import RecordedDraw
from qa_sampling.records.register import Register
from qa_sampling.reporting.dates import day_in_words
from qa_sampling.runs.dive.sample import Earlier, Reading
from qa_sampling.runs.outcome_inputs import Told
from qa_sampling.runs.owed_beside import audits_beside
from qa_sampling.runs.verifying import write_verification
from qa_sampling.runs.yearly_secrets import commit_secret
from qa_sampling.sampling.assignment import assign
from qa_sampling.sampling.frame import frame_snapshot
from qa_sampling.sampling.plan import Assignment, AuditPlan, Frame
from qa_sampling.sampling.tickets import pseudonym
from qa_sampling.schema import ASSIGNMENTS
from qa_sampling.settings.deep_dive import DeepDive

READERS = ("Reader", "Role", "Cases", "Other audits due", "Of at most")
"""Columns of who reads how many."""
_UNKNOWN = "Not recorded"
_BY_HAND = "No staff list was given: readers are found by hand, and no forms are written."


@dataclass(frozen=True)
class Recorded:
    """The cases to read as the register holds them. Restricted.

    Attributes
    ----------
    draw : RecordedDraw
        The draw and who reads what.
    plan : AuditPlan
        The same, as forms are written from.
    staff : DataFrame or None
        ``schema.STAFF``.
    key : Key
        Signs the forms.
    moved : DataFrame
        ``fieldwork.REASSIGNMENTS`` of this draw: what went to another reader, and reserves.
    """

    draw: RecordedDraw
    plan: AuditPlan
    staff: pd.DataFrame | None
    key: Key
    moved: pd.DataFrame = field(default_factory=REASSIGNMENTS.empty)

    @property
    def beside(self) -> dict[str, int]:
        """Audits of others that readers owed when the cases were drawn, by staff number."""
        return self.draw.assignment.parameters.get("beside", {})

    @property
    def given(self) -> pd.DataFrame:
        """Who reads what now, by `case_ref`: `auditor_id`, `instead_of` (of a reserve), `reader`.

        A case whose place a reserve took keeps its row, with the reserve in `taken_by`.
        """
        columns = ["case_ref", "auditor_id", "instead_of"]
        drawn = self.draw.assignment.table.reindex(columns=columns)
        held = pd.concat([drawn, self.moved[columns]], ignore_index=True)
        held = held.drop_duplicates("case_ref", keep="last").set_index("case_ref")
        spares = held["instead_of"].dropna()
        taken = pd.Series(spares.index, index=spares.to_numpy(), dtype="object")
        names = {} if self.staff is None else self.staff.set_index("staff_id")["name"].to_dict()
        who = [names.get(one) or one for one in held["auditor_id"]]
        return held.assign(reader=who, taken_by=taken.reindex(held.index))

    @property
    def table(self) -> pd.DataFrame:
        """Who reads how many now, of how many with what else is due: :data:`READERS`."""
        given = self.given
        counts = given.loc[given["taken_by"].isna(), "auditor_id"].value_counts()
        loads = self.draw.assignment.loads
        loads = loads[loads["staff_id"].isin(counts.index)]
        names = given.drop_duplicates("auditor_id").set_index("auditor_id")["reader"]
        who = loads["staff_id"].map(names)
        owed = loads["staff_id"].map(self.beside).fillna(0).astype(int)
        mine = loads["staff_id"].map(counts).astype(int)
        held = [who, loads["role"], mine, owed, loads["cap"].astype(int) + owed]
        return pd.DataFrame(dict(zip(READERS, map(list, held), strict=True)))

    @property
    def words(self) -> str:
        """Say what is recorded, who reads, and what cannot be guaranteed."""
        given = self.draw.assignment.table
        said = [f"In the register as {self.draw.draw_id}, a selection of its own kind."]
        if len(given):
            said.append(
                f"{len(given)} cases with {given['auditor_id'].nunique()} readers, by the rules "
                f"of the monthly plan; due {day_in_words(self.draw.due)}."
            )
            said += [self._owed_words(), *self._moved_words()]
        said += [text for text in self.draw.assignment.checks["cannot_be_guaranteed"] if text]
        return " ".join(dict.fromkeys(said))

    def _moved_words(self) -> list[str]:
        """Say what went to another reader since, and which reserves were opened."""
        given = self.given
        spares = int(given["instead_of"].notna().sum())
        others = len(self.moved.drop_duplicates("case_ref")) - spares
        said = [f"Since then {others} went to another reader."] if others else []
        if spares:
            said.append(
                f"{spares} could not be read; in {'its' if spares == 1 else 'their'} place "
                f"{'a reserve is' if spares == 1 else 'reserves are'} read, with a reader each."
            )
        return said

    def _owed_words(self) -> str:
        owed = self.table["Other audits due"]
        if not owed.sum():
            return "None of them had another audit due in these weeks."
        return (
            f"{int((owed > 0).sum())} of them had {int(owed.sum())} other audits due in these "
            "weeks, which their loads count."
        )


def drawn_earlier(settings: DeepDive, register: Register) -> Earlier | None:
    """Give the draw of this deep dive that the register holds, or None.

    Parameters
    ----------
    settings : DeepDive
        Name the measure, the period and the unit.
    register : Register
        The register.
    """
    recorded = register.find_draw(settings.period, settings.design)
    return None if recorded is None else Earlier(recorded, register.frame_of(recorded))


def record_reading(
    reading: Reading, told: Told, settings: DeepDive, register: Register, *, key: Key, title: str
) -> Recorded | None:
    """Fix the frame, commit the draw and give every case a reader; None where none was drawn.

    What was recorded before is given back as it is.

    Parameters
    ----------
    reading : Reading
        The cases.
    told : Told
        Who holds the cases, and the staff.
    settings : DeepDive
        Checked parameters.
    register : Register
        Where it is recorded.
    key : Key
        Key of the references.
    title : str
        What people call it.

    Raises
    ------
    AssignmentError
        When the rules leave a case without a reader, with what would help.
    RegisterError
        When another frame was fixed for this deep dive, and not drawn.
    """
    if not reading.is_drawn:
        return None
    held = held_now(reading.cases, told)
    recorded = register.find_draw(settings.period, settings.design)
    if recorded is None:
        if settings.is_invented:  # no frame of the year may be fixed before
            commit_secret(settings, register)
        register.fix_frame(
            period=settings.period,
            design=settings.design,
            fingerprint=reading.frame.fingerprint,
            snapshot=frame_snapshot(reading.frame.cases),
            parameters=settings.record() | {"key_id": key.key_id},
        )
        recorded = register.commit_draw(
            period=settings.period,
            design=settings.design,
            draw=reading.draw,
            assignment=_readers(held, told, settings, key, register),
            as_at=settings.extract_day,
            due=settings.due_day,
            title=title,
            library_version=__version__,
        )
    plan = plan_of(recorded, reading.frame, reading.cases, held)
    moved = register.reassignments()
    moved = moved[moved["draw_id"] == recorded.draw_id].reset_index(drop=True)
    return Recorded(recorded, plan, told.staff, key, moved)


def held_now(cases: pd.DataFrame, told: Told) -> pd.DataFrame:
    """Give of every case who holds it: now, where it is open, or at its event.

    Parameters
    ----------
    cases : DataFrame
        `case_ref`, `child_id` and who held it at its event.
    told : Told
        Who holds cases now.

    Returns
    -------
    DataFrame
        `case_ref`, `child_id`, `team`, `service`, `worker`.
    """
    names = ["team", "service", "worker"]
    held = cases.reindex(columns=["case_ref", "child_id", *names])
    if told.cases is not None:
        now = told.cases.drop_duplicates("child_id").set_index("child_id")
        for name in names:
            newer = held["child_id"].map(now[name])
            held[name] = newer.where(newer.notna() & (newer != _UNKNOWN), held[name])
    held[names] = held[names].astype("object").where(held[names].notna(), _UNKNOWN).astype("str")
    return held


def _readers(
    held: pd.DataFrame, told: Told, settings: DeepDive, key: Key, register: Register
) -> Assignment:
    if told.staff is None:
        columns = ["staff_id", "role", "team", "service", "cap", "audits", "moderations"]
        checks = ["rule", "held", "cannot_be_guaranteed"]
        return Assignment(
            table=ASSIGNMENTS.empty(),
            loads=pd.DataFrame(columns=columns, dtype="str"),
            checks=pd.DataFrame([("Readers", "Not assigned.", _BY_HAND)], columns=checks),
            parameters={},
        )
    roles = roles_in(held, told, key)
    seed = settings.seed or f"readers of {settings.slug}"
    cases, staff = held.drop(columns="child_id"), told.staff
    if settings.reading_group:
        unknown = set(settings.reading_group) - set(staff["staff_id"])
        if unknown:
            raise AssignmentError(
                f"`reading_group` names {len(unknown)} who are not on the staff list. Give staff "
                "numbers as the list has them."
            )
        staff = staff.assign(may_audit=staff["staff_id"].isin(settings.reading_group))
    beside = audits_beside(register, first=settings.extract_day, last=settings.due_day)
    rules = replace(settings.rules, beside=beside)
    return assign(cases, staff, rules=rules, seed=seed, case_roles=roles)


def roles_in(held: pd.DataFrame, told: Told, key: Key) -> pd.DataFrame | None:
    """Give the roles in some cases by reference instead of number; None when none are known.

    Parameters
    ----------
    held : DataFrame
        Of :func:`held_now`.
    told : Told
        Who has a role in which case.
    key : Key
        Key of the references.
    """
    roles = told.case_roles
    if roles is None:
        return None
    roles = roles[roles["child_id"].isin(held["child_id"])]
    refs = [pseudonym(number, key.secret) for number in roles["child_id"]]
    return roles.assign(case_ref=refs).drop(columns="child_id")


def plan_of(
    recorded: RecordedDraw, frame: Frame, cases: pd.DataFrame, held: pd.DataFrame
) -> AuditPlan:
    """Give the plan that forms are written from, in the order of the references.

    In the draw's own order the others would come first, and a reader could tell them apart.

    Parameters
    ----------
    recorded : RecordedDraw
        The draw and who reads what.
    frame : Frame
        The frame it was drawn from.
    cases : DataFrame
        What is known of the cases.
    held : DataFrame
        Of :func:`held_now`.
    """
    known = cases.set_index("case_ref")
    described = held.set_index("case_ref").drop(columns="child_id")
    described["age_band"] = known.get("age", "")
    framed = frame.cases[["case_ref", "stratum", "row", "column", "family_ref"]]
    framed = framed.merge(described.reset_index(), on="case_ref", how="left")
    sample = recorded.draw.sample.sort_values("case_ref").reset_index(drop=True)
    link = held.loc[held["child_id"].notna(), ["case_ref", "child_id"]]
    return AuditPlan(
        period=recorded.period,
        design=recorded.design,
        title=recorded.title,
        as_at=recorded.as_at,
        due=recorded.due,
        frame=replace(frame, cases=framed, link=link.reset_index(drop=True)),
        draw=replace(recorded.draw, sample=sample),
        assignment=recorded.assignment,
        draw_id=recorded.draw_id,
    )


def write_reading(
    folder: Path, recorded: Recorded, settings: DeepDive, *, bank: QuestionBank
) -> None:
    """Write a form for every reader, and what anyone needs to verify the draw.

    Parameters
    ----------
    folder : Path
        A restricted folder.
    recorded : Recorded
        The cases and who reads them.
    settings : DeepDive
        Name the measure.
    bank : QuestionBank
        Its questions.

    Raises
    ------
    TrendError
        When a case that was drawn before is in the records no more.
    """
    write_verification(folder / "verification", recorded.plan)
    if recorded.staff is None or recorded.draw.assignment.table.empty:
        return
    lost = ~recorded.plan.draw.cases["case_ref"].isin(recorded.plan.frame.link["case_ref"])
    if lost.any():
        raise TrendError(
            f"{int(lost.sum())} of the cases that were drawn are not among those of these months "
            "any more, so their forms cannot be written again. Use the forms that were sent out; "
            "run with the extract of then (`as_at`), or with the key of then (`key_file`)."
        )
    forms = folder / "forms"
    forms.mkdir()
    form = reading_form(bank, settings, recorded.draw)
    write_audit_forms(
        forms, recorded.plan, form=form, staff=recorded.staff, key=recorded.key.secret
    )


def reading_form(bank: QuestionBank, settings: DeepDive, drawn: RecordedDraw) -> FormTemplate:
    """Give the form that readers fill in.

    Parameters
    ----------
    bank : QuestionBank
        Its questions.
    settings : DeepDive
        Name the measure.
    drawn : RecordedDraw
        Gives the title.
    """
    return form_of(bank.form_of(settings.measure, title=drawn.title), "question_bank.yml")
