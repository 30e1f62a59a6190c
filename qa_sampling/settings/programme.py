"""What may be asked of the page of the whole QA programme: one closed, frozen model."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, field_validator

from qa_sampling.settings.findings import AuditFindings
from qa_sampling.settings.outcomes import OutcomeTrends
from qa_sampling.settings.turning import CurveToTurn, known_measure
from qa_sampling.trends.measures import MEASURES

_FILES = ("plan_file", "standards_file", "responsibilities_file", "calendar_file")


class QaProgramme(AuditFindings):
    """Parameters of `80_qa_programme`.

    Attributes
    ----------
    plan_file : str
        Other activity that is planned, and by whom; relative paths start from the project.
    standards_file : str
        What good looks like for each quality standard, and the evidence it rests on.
    responsibilities_file : str
        What each role owes.
    calendar_file : str
        The year's programme.
    fewest_for_reading : int
        Gradings or answers of a source below which it says nothing of a standard.
    outcome_months : int
        Months of outcomes charted.
    curves : tuple of CurveToTurn
        Measures that were to be turned, with what was done.
    regraded : tuple of str
        Grades that call for a re-audit.
    re_audit_after_months : int
        Months from the audit to the re-audit.
    own_section : str
        Service that has a section of its own, without a number; blank for none.
    own_measures : tuple of str
        Shares told of the cases that its teams held.
    """

    STEM: ClassVar[str] = "programme"

    plan_file: str = "parameters/planned_activity.yml"
    standards_file: str = "parameters/quality_standards.yml"
    responsibilities_file: str = "parameters/responsibilities.yml"
    calendar_file: str = "parameters/calendar.yml"
    fewest_for_reading: int = Field(10, ge=6, le=200)
    outcome_months: int = Field(36, ge=13, le=120)
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    curves: tuple[CurveToTurn, ...] = ()
    regraded: tuple[Literal["Outstanding", "Good", "Requires improvement", "Inadequate"], ...] = (
        "Inadequate",
    )
    re_audit_after_months: int = Field(3, ge=0, le=60)
    own_section: str = Field("Family Safeguarding", max_length=60, pattern=r"^[^0-9]*$")
    own_measures: tuple[str, ...] = ("second_plans", "re_plans_12_months", "plans_two_years")

    @field_validator("own_measures")
    @classmethod
    def _are_shares(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            known_measure(one)
            if MEASURES[one].rule is None or MEASURES[one].stock:
                raise ValueError(f"{one} is no share of cases over time; name one that is")
        return value

    @property
    def outcomes(self) -> OutcomeTrends:
        """What is asked of the outcomes, of the same places and the same day."""
        shared = {name: getattr(self, name) for name in _SHARED}
        return OutcomeTrends(
            **shared,
            months=self.outcome_months,
            quarters=max(1, self.outcome_months // 3),
            curves=self.curves,
            false_discovery_rate=self.false_discovery_rate,
        )

    @property
    def loop(self) -> QaProgramme:
        """The same, of the actions after audits of every design."""
        return self.model_copy(update={"designs": ()})

    def of_theme(self, design: str) -> QaProgramme:
        """Give the same of a themed design: every round of the months together.

        Parameters
        ----------
        design : str
            The design.
        """
        return self.model_copy(update={"designs": (design,), "window": self.months})

    def record(self) -> dict[str, Any]:
        """Give the plain values that are published, with a digest of each declared file."""
        held = super().record()
        for name in _FILES:
            place = self.place(getattr(self, name))
            stored = place.read_bytes() if place.is_file() else b""
            held[name] = hashlib.sha256(stored).hexdigest()[:16]
        return held


_SHARED = (
    *("authority", "extract", "extra_tables", "register_at", "outputs", "key_file"),
    *("period", "as_at", "edition", "contact"),
)
