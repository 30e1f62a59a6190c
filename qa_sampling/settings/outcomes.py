"""What may be asked of the outcome trends: one closed, frozen model."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.charting import RuleSet, known_charts, known_freezes
from qa_sampling.settings.common import INVENTED, plain_day
from qa_sampling.settings.population import Population
from qa_sampling.settings.signals import SIGNALS_FILE
from qa_sampling.settings.turning import CurveToTurn, known_measure
from qa_sampling.trends.measures import MEASURES
from qa_sampling.trends.unit_kinds import UNIT_KINDS


class RebaseDecision(BaseModel):
    """A decision to set the centre line of a measure anew.

    Attributes
    ----------
    measure : str
        Its name in the registry.
    since : str
        First day of the first month that counts for the new line, as "2025-04-01".
    by : str
        Who decided: a role or a name of staff.
    reason : str
        What changed in practice, in recording or in law.
    decided : str
        Day of the decision; blank when not known.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    measure: str
    since: str
    by: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=1, max_length=120)
    decided: str = ""

    @field_validator("measure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_measure(value)

    @field_validator("since", "decided")
    @classmethod
    def _is_day(cls, value: str) -> str:
        return plain_day(value)

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if not self.since:
            raise ValueError("a rebase needs `since`, the first day of its first month")
        if date.fromisoformat(self.since).day != 1:
            raise ValueError("`since` of a rebase must be the first day of a month")
        return self


class OutcomeTrends(AnalysisSettings):
    """Parameters of `50_outcome_trends`.

    Attributes
    ----------
    measures : tuple of str
        Names in the registry; empty for all that the extract can answer.
    pictured : tuple of str
        Measures whose chart is shown large.
    pictured_by_unit : tuple of str
        Measures whose charts are shown unit by unit; empty for those with a signal.
    unit : {"team", "service", "source"}
        What signals are looked for in, beside everybody together.
    signals_by : tuple of str
        Kinds of unit that signals are looked for in besides ("need", "age", "gender",
        "ethnicity", and the others of `unit`); all of them share the false discovery rate.
    population : tuple of PopulationEstimate
        Children of the authority, an estimate a year, for rates per 10,000; without any there are
        counts.
    rate_chart : {"gamma_poisson", "u_prime", "u"}
        Chart of rates: limits that are chances, or a textbook's; one of `charts` goes before it.
    charts : dict of str to str
        Chart of a measure by name, and of its rate (``chart_kinds.CHARTS``); those left out get
        the one that fits the data. "t" and "g" are drawn beside it.
    rules : {"ours", "mdc", "nhsr", "excel", "anhoej"}
        Set of rules of all charts; "ours" for those that go with each chart, the others with the
        chart they were made for.
    freeze : dict of str to str
        Last month that centre line and limits of a measure rest on, by name; all months otherwise.
    audit_design : str
        Design whose audits tell how good practice is.
    level : float
        Level of the intervals of what is estimated.
    fewest_for_interval : int
        Audits below which nothing is estimated.
    false_discovery_rate : float
        Share of the signals that may be chance.
    budget : int
        Signals there is time to look into; the others are kept and marked.
    looked_back : int
        Earlier months whose signals are told besides.
    targets : dict of str to float
        Target of a measure in the unit of its values (0.8 for 80%), by name; goes before that of
        the registry.
    rebases : tuple of RebaseDecision
        Decisions to set a centre line anew.
    curves : tuple of CurveToTurn
        Measures that a performance meeting wants to turn, with what was done and is to be done.
    breakdowns : tuple of str
        Measures that are broken down by groups of children; empty for all that can be counted.
    breakdowns_by : tuple of str
        Kinds of unit that they are broken down by (``trends.unit_kinds.UNIT_KINDS``).
    quarters : int
        Finished quarters in the tables for everybody.
    """

    STEM: ClassVar[str] = "trends"

    months: int = Field(36, ge=13, le=120)
    designs: tuple[str, ...] = Field((), max_length=0)
    measures: tuple[str, ...] = ()
    pictured: tuple[str, ...] = (
        "re_referrals", "referrals", "s47_to_icpc", "assessment_days", "audits_good",
    )  # fmt: skip
    pictured_by_unit: tuple[str, ...] = ()
    unit: Literal["team", "service", "source"] = "team"
    signals_by: tuple[str, ...] = ()
    population: Population = ()
    rate_chart: Literal["gamma_poisson", "u_prime", "u"] = "gamma_poisson"
    charts: dict[str, str] = Field(default_factory=dict)
    rules: RuleSet = "ours"
    freeze: dict[str, str] = Field(default_factory=dict)
    audit_design: str = Field("monthly", min_length=1)
    level: Annotated[float, Field(gt=0, lt=1)] = 0.95
    fewest_for_interval: int = Field(10, ge=2, le=100)
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    budget: int = Field(10, ge=1, le=200)
    looked_back: int = Field(8, ge=0, le=36)
    targets: dict[str, float] = Field(default_factory=dict)
    rebases: tuple[RebaseDecision, ...] = ()
    curves: tuple[CurveToTurn, ...] = ()
    breakdowns: tuple[str, ...] = (
        "re_referrals", "referrals", "second_plans", "starting_care", "looked_after",
    )  # fmt: skip
    breakdowns_by: tuple[str, ...] = ("service", "source", "need", "age", "gender", "ethnicity")
    quarters: int = Field(8, ge=1, le=40)

    @field_validator("breakdowns_by", "signals_by")
    @classmethod
    def _are_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if other := [one for one in value if one not in UNIT_KINDS]:
            raise ValueError(f"{other[0]!r} is none of: {', '.join(UNIT_KINDS)}")
        return value

    @field_validator("measures", "pictured", "pictured_by_unit", "breakdowns")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            known_measure(one)
        return value

    @field_validator("charts")
    @classmethod
    def _have_charts(cls, value: dict[str, str]) -> dict[str, str]:
        return known_charts(value)

    @field_validator("freeze")
    @classmethod
    def _have_months(cls, value: dict[str, str]) -> dict[str, str]:
        return known_freezes(value)

    @field_validator("targets")
    @classmethod
    def _have_targets(cls, value: dict[str, float]) -> dict[str, float]:
        for one in value:
            known_measure(one)
        return value

    def target_of(self, measure: str) -> float | None:
        """Give the target of a measure: the authority's own, or what the registry holds for all.

        Parameters
        ----------
        measure : str
            Its name in the registry.
        """
        return self.targets.get(measure, MEASURES[measure].target)

    @property
    def signals_file(self) -> str:
        """Where its signals are for a deep dive, from the project's folder on.

        Blank where QA_SAMPLING_OUTPUTS says where outputs are: a deep dive finds them there.
        """
        if os.environ.get("QA_SAMPLING_OUTPUTS"):
            return ""
        folder = Path(self.outputs) / (INVENTED if self.is_invented else "")
        return (folder / self.slug / SIGNALS_FILE).as_posix()
