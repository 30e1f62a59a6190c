"""An assignment's inputs in canonical order, and who is in conflict with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.caps import audit_caps, cap_that_gives, days_present, owed_beside, scale
from qa_sampling.sampling.independence import combined, conflict_masks, label_keys
from qa_sampling.sampling.pair_tickets import pair_tickets
from qa_sampling.schema import NOT_RECORDED


@dataclass(frozen=True)
class AssignmentProblem:
    """Cases by staff, sorted by `case_ref` and `staff_id`.

    Attributes
    ----------
    cases : DataFrame
        `case_ref`, `team`, `service`, `worker`.
    staff : DataFrame
        Columns of ``schema.STAFF``.
    rules : AssignmentRules
        What counts.
    masks : mapping of str to ndarray of bool
        Reason of a conflict -> pairs, cases by staff.
    has_case_roles : bool
        Whether there is a table of case roles.
    """

    cases: pd.DataFrame
    staff: pd.DataFrame
    rules: AssignmentRules
    masks: Mapping[str, np.ndarray]
    has_case_roles: bool

    @classmethod
    def of(
        cls,
        cases: pd.DataFrame,
        staff: pd.DataFrame,
        case_roles: pd.DataFrame | None,
        rules: AssignmentRules,
    ) -> AssignmentProblem:
        """Check the tables, sort them and find the conflicts."""
        masks = conflict_masks(cases, staff, case_roles, rules=rules)
        row = np.argsort(cases["case_ref"].to_numpy(dtype=object), kind="stable")
        column = np.argsort(staff["staff_id"].to_numpy(dtype=object), kind="stable")
        return cls(
            cases.iloc[row].reset_index(drop=True),
            staff.iloc[column].reset_index(drop=True),
            rules,
            {reason: mask[np.ix_(row, column)] for reason, mask in masks.items()},
            case_roles is not None,
        )

    @cached_property
    def free(self) -> np.ndarray:
        """Pairs without any conflict."""
        return ~combined(self.masks)

    @cached_property
    def audit_caps(self) -> np.ndarray:
        """Most audits of each member of staff, leave taken into account."""
        return audit_caps(self.staff, self.rules)

    @cached_property
    def days_present(self) -> np.ndarray:
        """Days of the period each member of staff is at work."""
        return days_present(self.staff, self.rules)[0]

    @property
    def may_audit(self) -> np.ndarray:
        """Whether each member of staff may audit."""
        return self.staff["may_audit"].to_numpy(dtype=bool)

    @property
    def may_moderate(self) -> np.ndarray:
        """Whether each member of staff may moderate."""
        return self.staff["may_moderate"].to_numpy(dtype=bool)

    @property
    def teams(self) -> np.ndarray:
        """Team of each case, for messages."""
        teams = self.cases["team"].astype("object")
        return teams.where(teams.notna(), NOT_RECORDED).to_numpy()

    def names(self, members: np.ndarray) -> list[str]:
        """Give staff numbers."""
        return self.staff["staff_id"].to_numpy(dtype=object)[members].tolist()

    def of_role(self, role: str) -> np.ndarray:
        """Mark the staff of one role."""
        return label_keys(self.staff["role"]) == label_keys(pd.Series([role]))[0]

    def tickets(self, seed: str, members: np.ndarray, task: str = "") -> np.ndarray:
        """Give the tickets of all pairs with the staff marked in `members`; 0 for the rest."""
        drawn = np.zeros((len(self.cases), len(self.staff)), dtype=np.int64)
        drawn[:, members] = pair_tickets(
            self.cases["case_ref"].tolist(), self.names(members), seed, task=task
        )
        return drawn

    @cached_property
    def beside(self) -> np.ndarray:
        """Audits that each member of staff owes elsewhere."""
        return owed_beside(self.staff, self.rules)

    def raised_caps(
        self, raised: Mapping[str, int], own: np.ndarray, taken: np.ndarray | int = 0
    ) -> dict[str, tuple[int, int]]:
        """Give, for staff who would take more, their cap now and the cap that allows it.

        Parameters
        ----------
        raised : mapping of str to int
            Staff number -> how many more than they can take now.
        own : ndarray of int
            Caps before leave.
        taken : ndarray of int
            What is taken off them: owed elsewhere.
        """
        present, total = days_present(self.staff, self.rules)
        room = np.maximum(scale(own, present, total), taken)
        numbers = {staff_id: at for at, staff_id in enumerate(self.staff["staff_id"])}
        caps = {}
        for staff_id, more in raised.items():
            at = numbers[staff_id]
            needed = cap_that_gives(int(room[at]) + more, int(present[at]), total)
            caps[staff_id] = (int(own[at]), needed)
        return caps
