"""What may be asked of the audit plan: one closed, frozen model.

Unknown names, wrong types and impossible values are refused; see
:func:`qa_sampling.parameters.read_parameters`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from qa_sampling.sampling.allocation import Method
from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.sampling.frame import Eligibility
from qa_sampling.sampling.selection import Size
from qa_sampling.schema import GRADES, STATUSES
from qa_sampling.settings.common import PLAIN_NAME, Settings, plain_day

_WHOLE = Annotated[int, Field(ge=0, le=1_000_000)]
_COST = Annotated[float, Field(gt=0, le=1_000_000)]
_DEVIATION = Annotated[float, Field(ge=0, le=1_000_000)]
_BOUND = _WHOLE | dict[str, _WHOLE] | None
CaseColumn = Literal[
    "team", "service", "status", "age_band", "gender", "ethnic_group", "primary_need", "disability"
]


class MonthlyAuditPlan(Settings):
    """Parameters of `10_monthly_audit_plan`: one month's audits of one design.

    Attributes
    ----------
    design : str
        Name of the design: lower-case letters, digits and underscores, such as "monthly" or
        "family_safeguarding". A period and a design are drawn once.
    title : str
        What people call these audits.
    due : str
        Day the audits are due, as "2026-11-30"; blank for the last day of the period.
    statuses, services, teams : tuple of str
        Values in scope; empty for all.
    age_from, age_to : int or None
        Completed years, both included.
    open_at_least_weeks, closed_within_months, not_audited_within_months : int
        See ``sampling.frame.Eligibility``.
    siblings_too : bool
        Whether brothers and sisters of an audited child wait as well.
    last_graded : tuple of str
        For re-audits: grades of its last audit for which a case is drawn; empty for all cases.
    re_audit_after_months, re_audit_within_months : int
        See ``sampling.frame.Eligibility``.
    audits : int
        Audits in all.
    audit_all : bool
        Whether every case that can be drawn is audited, whatever `audits` says.
    strata_rows, strata_columns : tuple of str
        Columns that form the two margins of the strata.
    method, power, costs, standard_deviations, rounding, row_minimum, row_maximum, column_minimum,
    column_maximum, minimum, maximum, certainty, reserves, one_per_family
        See ``sampling.selection.Size``.
    pool_below : int
        Rows of the strata with fewer cases than this are pooled.
    seed : str
        Seed text of dice thrown after the frame was fixed; blank to derive it from the yearly
        secret, or, where there is none, to fix the frame and stop.
    rotation_seed : str
        Seed of permanent tickets for rotation over a year; blank for fresh tickets each month.
    auditor_cap : int
        Most audits an auditor is given, where neither `role_caps` nor the staff list says.
    role_caps : mapping of str to int
        Most audits by role.
    role_shares : mapping of str to number
        Fewest audits by role: a number, or below 1 a share.
    previously_held_within_months : int or None
        How long a former role in a case bars from auditing it; None for ever.
    moderation_rate : float
        Share of audits that are moderated, drawn at random.
    moderation_min_per_auditor : int
        Fewest moderated audits of each auditor.
    mandatory_grades : tuple of str
        Grades that are always moderated when they come back.
    form : str
        Name of the form in `parameters/forms`.
    contact : str
        Whom auditors ask, and whom they tell of an immediate safeguarding concern.
    """

    design: str = "monthly"
    title: str = Field("Practice Evaluations", min_length=1, max_length=80)
    due: str = ""
    statuses: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    age_from: int | None = Field(None, ge=-1, le=30)
    age_to: int | None = Field(None, ge=-1, le=30)
    open_at_least_weeks: int = Field(4, ge=0, le=520)
    closed_within_months: int = Field(0, ge=0, le=60)
    not_audited_within_months: int = Field(12, ge=0, le=120)
    siblings_too: bool = False
    last_graded: tuple[str, ...] = ()
    re_audit_after_months: int = Field(0, ge=0, le=60)
    re_audit_within_months: int = Field(0, ge=0, le=120)
    audits: int = Field(40, ge=1, le=100_000)
    audit_all: bool = False
    strata_rows: tuple[CaseColumn, ...] = ("team",)
    strata_columns: tuple[CaseColumn, ...] = ("status",)
    pool_below: int = Field(0, ge=0, le=10_000)
    method: Method = "proportional"
    power: float | None = Field(None, ge=0, le=1)
    costs: dict[str, _COST] | None = None
    rounding: Literal["controlled", "fixed"] = "controlled"
    row_minimum: _BOUND = 1
    row_maximum: _BOUND = None
    column_minimum: _BOUND = None
    column_maximum: _BOUND = None
    minimum: _BOUND = 1
    maximum: _BOUND = None
    certainty: tuple[str, ...] = ()
    standard_deviations: dict[str, _DEVIATION] | None = None
    reserves: int = Field(2, ge=0, le=100)
    one_per_family: bool = True
    seed: str = Field("", max_length=200)
    rotation_seed: str = Field("", max_length=200)
    auditor_cap: int = Field(2, ge=0, le=100)
    role_caps: dict[str, _WHOLE] = Field(default_factory=dict)
    role_shares: dict[str, float] = Field(default_factory=dict)
    previously_held_within_months: int | None = Field(None, ge=0)
    moderation_rate: float = Field(0.2, ge=0, le=1)
    moderation_min_per_auditor: int = Field(0, ge=0, le=100)
    mandatory_grades: tuple[str, ...] = ("Outstanding", "Inadequate")
    form: str = "practice_evaluation"
    contact: str = Field("your Quality Assurance team", max_length=200)

    @field_validator("design", "form")
    @classmethod
    def _is_plain_name(cls, value: str) -> str:
        if not PLAIN_NAME.fullmatch(value) or re.fullmatch(r"r\d+", value):
            raise ValueError(
                "must be lower-case letters, digits and underscores, at most 40, no path, and not "
                "like r1, which names a redraw"
            )
        return value

    @field_validator("due")
    @classmethod
    def _due_is_day(cls, value: str) -> str:
        return plain_day(value)

    @field_validator("statuses", "mandatory_grades", "last_graded")
    @classmethod
    def _are_known(cls, values: tuple[str, ...], info: Any) -> tuple[str, ...]:  # noqa: ANN401
        known = STATUSES if info.field_name == "statuses" else GRADES
        for value in values:
            if value not in known:
                raise ValueError(f"holds {value!r}; choose from {', '.join(known)}")
        return values

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.age_from is not None and self.age_to is not None and self.age_from > self.age_to:
            raise ValueError("age_from is above age_to; give the younger age first")
        if self.due and date.fromisoformat(self.due) < self.period_start:
            raise ValueError("due lies before the period; give a day in or after it")
        if self.last_graded and self.not_audited_within_months > self.re_audit_after_months:
            raise ValueError(
                "last_graded asks for re-audits, but not_audited_within_months keeps out all that "
                "were audited so recently; write not_audited_within_months: 0"
            )
        within, after = self.re_audit_within_months, self.re_audit_after_months
        if within and within < after:
            raise ValueError("re_audit_within_months is below re_audit_after_months; raise it")
        if self.power is not None and self.method != "power":
            raise ValueError(
                f"power is given, but method is {self.method}; write method: power, or drop it"
            )
        if self.costs is not None and self.method != "cost_optimal":
            raise ValueError(
                f"costs are given, but method is {self.method}; write method: cost_optimal, or "
                f"drop them"
            )
        needs = {"neyman": "standard_deviations", "cost_optimal": "standard_deviations costs"}
        for name in needs.get(self.method, "").split():
            if getattr(self, name) is None:
                raise ValueError(f"method {self.method} needs {name} by stratum; give them")
        if not (self.strata_rows or self.strata_columns):
            raise ValueError("strata_rows and strata_columns are both empty; name one column")
        return self

    @property
    def slug(self) -> str:
        """Name of the run's folder: the period, with the design unless it is the monthly one."""
        return self.period if self.design == "monthly" else f"{self.period}-{self.design}"

    @property
    def due_day(self) -> date:
        """Day the audits are due."""
        return date.fromisoformat(self.due) if self.due else self.period_end

    @property
    def eligibility(self) -> Eligibility:
        """Who may be drawn."""
        return Eligibility(**self._shared(Eligibility))

    @property
    def size(self) -> Size:
        """How many audits, and from where."""
        fixed = self.rounding == "fixed"
        return Size(**self._shared(Size) | ({} if fixed else {"minimum": 1, "maximum": None}))

    def size_of(self, families: Sequence[str]) -> Size:
        """Give how many audits, and from where, once the frame is known.

        Parameters
        ----------
        families : sequence of str
            The family reference of every case of the frame.
        """
        if not self.audit_all:
            return self.size
        return replace(self.size, audits=len(set(families) if self.one_per_family else families))

    @property
    def rules(self) -> AssignmentRules:
        """Who may audit and moderate what."""
        return AssignmentRules(
            period_start=self.period_start,
            period_end=self.due_day,
            monthly_cap=self.auditor_cap,
            caps_by_role=self.role_caps,
            role_shares=self.role_shares,
            previously_held_within_months=self.previously_held_within_months,
            moderation_rate=self.moderation_rate,
            moderation_min_per_auditor=self.moderation_min_per_auditor,
            mandatory_grades=self.mandatory_grades,
        )

    def _shared(self, kind: type) -> dict[str, Any]:
        return {name: getattr(self, name) for name in kind.__dataclass_fields__}
