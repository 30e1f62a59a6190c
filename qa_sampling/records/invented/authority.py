"""An invented authority: its staff, its audits, its extracts on any day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from qa_sampling.errors import ParameterError
from qa_sampling.records.annex_a_windows import OF_A_DAY
from qa_sampling.records.invented import entered, lists, lists_care
from qa_sampling.records.invented.days import (
    month_end,
    month_starts,
    to_date,
    to_dates,
    to_day,
)
from qa_sampling.records.invented.events import events_of
from qa_sampling.records.invented.extras import case_roles, families
from qa_sampling.records.invented.history import History

_LISTS = {
    1: lists.contacts,
    2: lists.early_help,
    3: lists.referrals,
    4: lists.assessments,
    5: lists.enquiries,
    6: lists.children_in_need,
    7: lists.protection_plans,
    8: lists_care.children_in_care,
    9: lists_care.care_leavers,
    10: lists_care.adoptions,
    11: lists_care.adopters,
}


@dataclass(frozen=True, eq=False)
class Authority:
    """An invented authority.

    Attributes
    ----------
    name : str
        Its name.
    seed : int
        Its seed.
    scale : float
        Its size; 1 for Telford and Wrekin's.
    until : date
        The last day of its records.
    staff : DataFrame
        ``schema.STAFF``.
    restricted : DataFrame
        ``schema.RESTRICTED``.
    past_audits : DataFrame
        ``schema.PAST_AUDITS``, with `grade` and `auditor_id`.
    audits : DataFrame
        One row an audit: `audit_id`, `period`, `child_id`, `status`, `team`, `auditor_id`,
        `date_assigned`, `date_due`, `date_completed`, `practitioner_met`,
        `family_feedback`, `immediate_concern`, `grade_overall`.
    answers : DataFrame
        One row an audit and standard: `audit_id`, `standard`, `grade`.
    moderations : DataFrame
        `audit_id`, `moderator_id`, `date`, `grade_overall` (moderated),
        `reflects_practice`, `meaningful_learning`.
    moderated_answers : DataFrame
        One row a moderation and standard: `audit_id`, `standard`, `grade` (the moderator's).
    actions : DataFrame
        `action_id`, `audit_id`, `standard`, `text`, `owner`, `due`, `completed`,
        `verified_by`, `verified_date`, `status`, `impact_evidence`.
    feedback : DataFrame
        `audit_id`, `given_by`, `date`, `helped`, `theme`.
    truths : dict
        What was planted, as plain data that JSON can hold.
    history : History
        The whole story, in frames whose days are whole numbers.
    """

    name: str
    seed: int
    scale: float
    until: date
    staff: pd.DataFrame = field(repr=False)
    restricted: pd.DataFrame = field(repr=False)
    past_audits: pd.DataFrame = field(repr=False)
    audits: pd.DataFrame = field(repr=False)
    answers: pd.DataFrame = field(repr=False)
    moderations: pd.DataFrame = field(repr=False)
    moderated_answers: pd.DataFrame = field(repr=False)
    actions: pd.DataFrame = field(repr=False)
    feedback: pd.DataFrame = field(repr=False)
    truths: dict[str, Any] = field(repr=False)
    history: History = field(repr=False)

    @cached_property
    def month_ends(self) -> list[date]:
        """The month ends for which extracts can be written, first to last."""
        months = (
            1 + (self.until.year - self._first.year) * 12 + self.until.month - self._first.month
        )
        return [to_date(month_end(start)) for start in month_starts(self.until, months)]

    @property
    def _first(self) -> date:
        return to_date(self.history.first)

    @cached_property
    def events(self) -> pd.DataFrame:
        """All events of the records (``schema.EVENTS``)."""
        return events_of(self.history, self.history.last)

    @cached_property
    def families(self) -> pd.DataFrame:
        """The family of every child known by the last day (``schema.FAMILIES``)."""
        return families(self.history, self.history.last)

    @cached_property
    def case_roles(self) -> pd.DataFrame:
        """Who was what to which case by the last day (``schema.CASE_ROLES``)."""
        return case_roles(self.history, self.history.last)

    def lists_at(self, as_at: date) -> dict[int, pd.DataFrame]:
        """Give the eleven Annex A lists as they stood on a day.

        Parameters
        ----------
        as_at : date
            A day within the records.

        Returns
        -------
        dict of int to DataFrame
            The template's headers and code strings; no faults.

        Raises
        ------
        ParameterError
            When the day lies outside the records.
        """
        day = self._day(as_at)
        return {
            number: lists.as_list(number, build(self.history, day))
            for number, build in _LISTS.items()
        }

    def fields_at(self, as_at: date) -> dict[int, pd.DataFrame]:
        """Give what lists 6 to 9 say of a day by field, as a reader of that day's extract has it.

        Much quicker than writing and reading an extract; there are no faults in it.

        Parameters
        ----------
        as_at : date
            A day within the records.

        Raises
        ------
        ParameterError
            When the day lies outside the records.
        """
        day = self._day(as_at)
        return {number: _LISTS[number](self.history, day) for number in OF_A_DAY}

    def measure_events_at(self, as_at: date) -> pd.DataFrame:
        """Give what the authority has entered beyond Annex A up to a day.

        Parameters
        ----------
        as_at : date
            A day within the records.

        Returns
        -------
        DataFrame
            ``trends.entered.ENTERED``: three of the measures that it serves.
        """
        return entered.measure_events(self.history, self._day(as_at))

    def cases_at(self, as_at: date) -> pd.DataFrame:
        """Give every child known on a day, with its one status.

        Parameters
        ----------
        as_at : date
            A day within the records.

        Returns
        -------
        DataFrame
            `child_id`, `status` (``schema.STATUSES``; "Closed" when closed in the six months
            before), `status_from`, `team`, `service`, `worker_id`, `manager_id`.
        """
        cases = self.history.cases_at(self._day(as_at))
        cases.insert(
            0, "child_id", self.history.children["child_id"].loc[cases["child"]].to_numpy()
        )
        cases["status_from"] = to_dates(cases["status_from"])
        cases = cases.rename(columns={"worker": "worker_id", "manager": "manager_id"})
        return cases.drop(columns="child")

    def _day(self, as_at: date) -> int:
        if not self._first <= as_at <= self.until:
            raise ParameterError(
                f"`as_at` must lie within the records, from {self._first} to {self.until}; got "
                f"{as_at}. Give a day of these months, or invent more of them."
            )
        return to_day(as_at)
