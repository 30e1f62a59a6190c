"""What may be asked of a deep dive: one closed, frozen model."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qa_sampling.sampling.assignment_rules import AssignmentRules
from qa_sampling.schema import DEEP_DIVE
from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.common import plain_day, plain_month
from qa_sampling.settings.population import Population
from qa_sampling.settings.signals import filled_by_signal
from qa_sampling.trends.day_cases import why_no_cases
from qa_sampling.trends.measured import EVERYBODY
from qa_sampling.trends.measures import MEASURES

Factor = Literal[
    "source", "team", "service", "age", "need", "category", "since_referral", "since_closure",
    "closure_reason", "closed_by", "worker", "comes_with", "open_for",
]  # fmt: skip

_WEEKS_TO_READ = 4
DIVE_STEM = 35
"""Letters that the mark of deep dives and the measure take in the name of a design, at most."""


class DeclaredEvent(BaseModel):
    """Something that happened: a new system, another threshold, an inspection.

    Attributes
    ----------
    month : str
        Its month, as "2026-01".
    what : str
        What happened.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    month: str
    what: str = Field(min_length=1, max_length=120)

    @field_validator("month")
    @classmethod
    def _is_month(cls, value: str) -> str:
        return plain_month(value)


class DiveAction(BaseModel):
    """What was agreed when the cases had been read.

    Attributes
    ----------
    what : str
        What is to be done. No child's details.
    owner : str
        Who does it: a staff number, where there is a staff list.
    due : str
        Day it is due.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    what: str = Field(min_length=1, max_length=300)
    owner: str = Field(min_length=1, max_length=80)
    due: str = Field(min_length=1)

    @field_validator("due")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)


class DeepDive(AnalysisSettings):
    """Parameters of `60_deep_dive`.

    Attributes
    ----------
    signal : str
        Id of a signal of the trends notebook, which fills `measure`, `period`, `unit_kind`,
        `unit`, `over`, `direction` and `as_at`; blank where they are given by themselves.
    signals : dict
        What each signal fills, from ``signals.yml`` of its run; empty to seek it in the outputs.
    measure : str
        Its name in the registry: any behind which children stand. One that is counted on a day
        looks at the last day of the period, beside that of the year before.
    concerned : {"", "met", "not_met"}
        Which cases are looked into: those that count above or the others; blank for those that
        should not be (the others where more is better).
    unit_kind : {"all", "team", "service", "source"}
        What the unit is, or which units the signal is looked for in.
    unit : str
        The unit of the signal; "All" or blank for none.
    over : int
        Months looked at together, the period the last of them.
    baseline : {"before", "year_before"}
        What they are held against: the months just before, or the same months of the year before.
    baseline_months : int
        How many months before, for "before".
    direction : {"more", "fewer"}
        Whether there are more of the concerned than expected, or fewer.
    factors : tuple of str
        What the change is taken apart by, and in which groups drivers are looked for: up to five.
    events_declared : tuple of DeclaredEvent
        What else happened, such as a new system.
    population : tuple of PopulationEstimate
        Children of the authority, an estimate a year, for rates per 10,000.
    false_discovery_rate : float
        Share of named groups that may be innocent.
    follow_days : int
        How long each child's way is followed.
    draw_when : {"signal", "always"}
        Whether cases are drawn only when there is a signal or a driver.
    half_width : float
        How well a share of the concerned is to be known: 0.2 for plus or minus 20 points, with 95%
        confidence. Says how many are read where `read` is 0.
    read, compare : int
        Cases to read: of the concerned (0 for as many as `half_width` needs), and others alike to
        set beside them.
    reserves : int
        Reserves in each group that is drawn from, in case one cannot be read.
    stratum_families : int
        Families concerned that a driver needs to be a stratum of its own.
    match_on : tuple of str
        What the others must have in common with the concerned.
    reading_group : tuple of str
        Staff numbers of those who read; empty for all who may audit.
    reader_cap : int
        Most cases a reader has in these weeks, audits of other plans counted, where neither
        `role_caps` nor the staff list says.
    role_caps : mapping of str to int
        Most cases by role, counted alike.
    role_shares : mapping of str to number
        Fewest cases by role: a number, or below 1 a share.
    previously_held_within_months : int or None
        How long a former role in a case bars from reading it; None for ever.
    readers, lead, due : str
        Who reads, who leads, and by when (a day, or blank for four weeks after the extract's).
    hypotheses : tuple of str
        What people think the reason is; blank for what the figures suggest.
    recommendation : str
        What the group recommends, once the cases have been read; blank before.
    actions : tuple of DiveAction
        What was agreed then; into the register of actions.
    review : str
        Month in which the measure is tested again, as "2026-09"; blank until then.
    seed : str
        Seed text of dice thrown after the frame was fixed; blank to derive it from the key.
    """

    STEM: ClassVar[str] = "deep_dive"
    LATER_DAYS: ClassVar[bool] = True

    period: str = "2026-03"
    months: int = Field(24, ge=1, le=120)
    designs: tuple[str, ...] = Field((), max_length=0)
    signal: str = Field("", max_length=200)
    signals: dict[str, dict[str, str | int]] = Field(default_factory=dict)
    measure: str = "re_referrals"
    concerned: Literal["", "met", "not_met"] = ""
    unit_kind: Literal["all", "team", "service", "source"] = "team"
    unit: str = ""
    over: int = Field(3, ge=1, le=12)
    baseline: Literal["before", "year_before"] = "before"
    baseline_months: int = Field(12, ge=1, le=36)
    direction: Literal["more", "fewer"] = "more"
    factors: tuple[Factor, ...] = Field(
        ("source", "team", "age", "need", "since_closure"), min_length=1, max_length=5
    )
    events_declared: tuple[DeclaredEvent, ...] = ()
    population: Population = ()
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    follow_days: int = Field(63, ge=1, le=365)
    draw_when: Literal["signal", "always"] = "signal"
    half_width: Annotated[float, Field(ge=0.02, lt=0.5)] = 0.2
    read: int = Field(0, ge=0, le=200)
    compare: int = Field(6, ge=0, le=200)
    reserves: int = Field(2, ge=0, le=20)
    stratum_families: int = Field(5, ge=2, le=50)
    match_on: tuple[Factor, ...] = ("age", "need")
    reading_group: tuple[str, ...] = ()
    reader_cap: int = Field(3, ge=0, le=100)
    role_caps: dict[str, Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=dict)
    role_shares: dict[str, float] = Field(default_factory=dict)
    previously_held_within_months: int | None = Field(None, ge=0)
    readers: str = Field("two auditors who do not hold the cases", min_length=1, max_length=120)
    lead: str = Field("Quality Assurance", min_length=1, max_length=80)
    due: str = ""
    hypotheses: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    recommendation: str = Field("", max_length=600)
    actions: tuple[DiveAction, ...] = Field((), max_length=20)
    review: str = ""
    seed: str = Field("", max_length=200)

    @classmethod
    def filled(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Give parameters with what their signal fills; see ``signals.filled_by_signal``."""
        return filled_by_signal(values)

    @field_validator("measure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        known = {name: why_no_cases(one) for name, one in MEASURES.items()}
        if value not in known:
            names = ", ".join(name for name, why in known.items() if not why)
            raise ValueError(f"there is no measure {value!r}; choose one of: {names}")
        if known[value]:
            raise ValueError(f"{MEASURES[value].title} cannot be dived into: {known[value]}")
        return value

    @field_validator("due")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)

    @field_validator("review")
    @classmethod
    def _is_month(cls, value: str) -> str:
        return plain_month(value) if value else value

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.is_of_unit and self.unit_kind == "all":
            raise ValueError("unit is given, but unit_kind is all; say what it is, such as team")
        if len(set(self.factors)) < len(self.factors):
            raise ValueError("factors names a column twice")
        if self.measure.startswith("re_referr") and "since_referral" in self.factors:
            raise ValueError(
                "since_referral is what a re-referral is, so it explains nothing; leave it out of "
                "factors"
            )
        if "open_for" in (*self.factors, *self.match_on) and not self._can_be_open_for:
            raise ValueError(
                "open_for is known of a count on a day, such as looked_after; leave it out of "
                "factors and match_on"
            )
        if self.due and date.fromisoformat(self.due) < self.extract_day:
            raise ValueError("due lies before the day of the extract; give a later day")
        if self.review and self.review <= self.period:
            raise ValueError("review is not after the period; give a later month")
        if self.concerned == "not_met" and self._counts_all:
            raise ValueError("concerned: not_met needs a share; this measure is a count")
        return self

    @property
    def _counts_all(self) -> bool:
        """Whether every case counts alike, so that none of them do not."""
        return MEASURES[self.measure].rule is None and MEASURES[self.measure].length is None

    @property
    def _can_be_open_for(self) -> bool:
        """Whether how long a case is open explains something, and is not what is counted."""
        return MEASURES[self.measure].stock and MEASURES[self.measure].rule is None

    @property
    def extract_day(self) -> date:
        """Day looked back from: the first on which the period's figure can no longer change."""
        if self.as_at:
            return date.fromisoformat(self.as_at)
        after = pd.Timestamp(self.period_end) + timedelta(1)
        after += pd.DateOffset(months=MEASURES[self.measure].lag)
        return (after - timedelta(1)).date()

    @property
    def records_day(self) -> date:
        """Day the records are read up to: that of the review, where one is asked for."""
        return max(self.extract_day, self.at_review.extract_day if self.review else date.min)

    @property
    def at_review(self) -> Self:
        """The same measure as it is tested again in the month of the review."""
        begins = date.fromisoformat(f"{self.review}-01")
        is_later = bool(self.as_at) and date.fromisoformat(self.as_at) > begins
        as_at = self.as_at if is_later else ""
        return self.model_copy(update={"period": self.review, "as_at": as_at, "review": ""})

    @property
    def due_day(self) -> date:
        """Day by which the cases are read."""
        if self.due:
            return date.fromisoformat(self.due)
        return self.extract_day + timedelta(weeks=_WEEKS_TO_READ)

    @property
    def design(self) -> str:
        """Name under which the register keeps the cases to read: a selection of its own kind."""
        unit = hashlib.sha256(self.unit.encode("utf-8")).hexdigest()[:4] if self.is_of_unit else ""
        return "_".join(part for part in (f"{DEEP_DIVE}{self.measure}"[:DIVE_STEM], unit) if part)

    @property
    def rules(self) -> AssignmentRules:
        """Who may read what; nothing is moderated, for the group meets."""
        return AssignmentRules(
            period_start=self.extract_day,
            period_end=self.due_day,
            monthly_cap=self.reader_cap,
            caps_by_role=self.role_caps,
            role_shares=self.role_shares,
            previously_held_within_months=self.previously_held_within_months,
            moderation_rate=0.0,
            mandatory_grades=(),
        )

    @property
    def is_of_unit(self) -> bool:
        """Whether it looks into one unit."""
        return self.unit not in ("", EVERYBODY)

    @property
    def looks_at_met(self) -> bool:
        """Whether the concerned are those that count above."""
        if self.concerned:
            return self.concerned == "met"
        return MEASURES[self.measure].better != "up"

    def record(self) -> dict[str, Any]:
        """Give the plain values that are published: of what people wrote only that it is the same.

        Names and ideas are for those who look into it, and so is a signal of a group of children.
        """
        whole = super().record()
        del whole["signals"]
        apart = ("signal", "readers", "lead", "hypotheses", "events_declared", "reading_group",
                 "recommendation", "actions")  # fmt: skip
        text = json.dumps({name: whole.pop(name) for name in apart}, sort_keys=True)
        return whole | {"written": hashlib.sha256(text.encode("utf-8")).hexdigest()}

    @property
    def slug(self) -> str:
        """Name of the run's folder: the period, the measure and the unit."""
        unit = re.sub(r"[^a-z0-9]+", "_", self.unit.lower()).strip("_") if self.is_of_unit else ""
        return "-".join(part for part in (self.period, self.STEM, self.measure, unit) if part)
