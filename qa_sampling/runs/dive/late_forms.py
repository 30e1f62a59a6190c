"""Another reader for a case of a deep dive, or a reserve: by its own rules, with its own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from qa_sampling.errors import AssignmentError
from qa_sampling.records.fieldwork import case_name
from qa_sampling.records.keys import Key
from qa_sampling.records.register import Register
from qa_sampling.runs.dive.opening import open_dive
from qa_sampling.runs.dive.outputs import question_bank
from qa_sampling.runs.dive.recording import (
    drawn_earlier,
    held_now,
    plan_of,
    reading_form,
    roles_in,
)
from qa_sampling.runs.dive.sample import children_of
from qa_sampling.runs.keyring import load_keys
from qa_sampling.runs.late_forms import write_form_of_one
from qa_sampling.runs.outcome_inputs import Told, read_outcomes
from qa_sampling.sampling.frame import frame_from_snapshot
from qa_sampling.sampling.independence import reasons_against
from qa_sampling.sampling.plan import AuditPlan, Frame
from qa_sampling.schema import DEEP_DIVE
from qa_sampling.settings.deep_dive import DeepDive


def is_of_a_dive(register: Register, audit: str) -> bool:
    """Say whether an audit is the read of a deep dive.

    Parameters
    ----------
    register : Register
        Holds the draws.
    audit : str
        Name of the audit.
    """
    drawn = register.draws()
    dives = drawn.loc[drawn["design"].str.startswith(DEEP_DIVE), "draw_id"]
    return any(audit.startswith(case_name(name, "")) for name in dives)


@dataclass(frozen=True)
class LateReading:
    """A deep dive whose cases may go to other readers. Restricted.

    Attributes
    ----------
    settings : DeepDive
        Its parameters.
    told : Told
        What its extract tells.
    plan : AuditPlan
        Its draw, with the reserves.
    key : Key
        Signs the forms.
    """

    settings: DeepDive
    told: Told
    plan: AuditPlan
    key: Key

    def against(self, case_ref: str, reader: str) -> Sequence[str]:
        """Give the reasons why a case may not go to a reader (staff number).

        Parameters
        ----------
        case_ref : str
            The case.
        reader : str
            Staff number.

        Raises
        ------
        AssignmentError
            When the case is not in the extract, or there is no staff list.
        """
        if self.told.staff is None:
            raise AssignmentError(
                "Without the staff list nobody can say who may read a case; name the folder in "
                "`extra_tables`."
            )
        held = self.plan.frame.cases.merge(self.plan.frame.link, on="case_ref")
        mine = held[held["case_ref"] == case_ref].reset_index(drop=True)
        if mine.empty:
            raise AssignmentError(
                "The case is not in the extract that is given, so nobody can say who may read it. "
                "Give the parameters, the extract and the key of the deep dive."
            )
        roles = roles_in(mine, self.told, self.key)
        found = reasons_against(mine, self.told.staff, reader, roles, self.settings.rules)
        group = self.settings.reading_group
        outside = bool(group) and reader not in group
        return (*found, *(["is not in the `reading_group`"] if outside else []))

    def write(self, register: Register, audit: str, folder: Path) -> Path:
        """Write the form of one case for whoever reads it now. Restricted.

        Parameters
        ----------
        register : Register
            Holds the new reader.
        audit : str
            Name of the audit, as ``runs.collect.granting.reassign`` gave it.
        folder : Path
            An existing restricted folder.
        """
        now = register.reassignments().set_index("reassignment_id").loc[audit]
        form = reading_form(question_bank(), self.settings, register.get_draw(self.plan.draw_id))
        asked = {"form": form, "staff": self.told.staff, "key": self.key.secret}
        return write_form_of_one(self.plan, now, folder, **asked)


def open_late(settings: DeepDive, register: Register, audit: str) -> LateReading:
    """Open the deep dive that a read belongs to, as it was drawn.

    Parameters
    ----------
    settings : DeepDive
        Its parameters: period, measure, unit and extract.
    register : Register
        Holds its draw.
    audit : str
        Name of the audit.

    Raises
    ------
    AssignmentError
        When the parameters are of another deep dive.
    """
    earlier = drawn_earlier(settings, register)
    if earlier is None or not audit.startswith(case_name(earlier.recorded.draw_id, "")):
        raise AssignmentError(
            f"The audit is not of {settings.slug}. Give the period, measure and unit of its deep "
            "dive: -f its parameter file, -p period 2026-03."
        )
    told, key = read_outcomes(settings), load_keys(settings).key
    drawn = earlier.recorded.draw.sample["case_ref"]
    known = children_of(open_dive(told, settings), told, key)
    known = known[known["case_ref"].isin(drawn)]
    empty = pd.DataFrame(columns=["case_ref"])
    frame = Frame(
        cases=frame_from_snapshot(earlier.fixed.snapshot), link=empty, funnel=empty,
        exclusions=empty, strata=("part",), fingerprint=earlier.fixed.fingerprint,
    )  # fmt: skip
    plan = plan_of(earlier.recorded, frame, known, held_now(known, told))
    return LateReading(settings, told, plan, key)
