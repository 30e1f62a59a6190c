"""What may be asked of the trend explorer: what is looked at first, where decisions go."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.charting import RuleSet, fitting_chart
from qa_sampling.settings.common import PLAIN_NAME, plain_month
from qa_sampling.settings.turning import known_measure

UnitKind = Literal["all", "service", "team", "source", "need", "age", "gender", "ethnicity"]
Every = Literal["month", "quarter", "rolling"]


class TrendExplorer(AnalysisSettings):
    """Parameters of `51_trend_explorer`.

    Attributes
    ----------
    measure : str
        Name in the registry of the measure that is looked at first.
    unit_kind : {"all", "service", "team", "source", "need", "age", "gender", "ethnicity"}
        What the unit is; "all" for everybody together. The last four are groups of children, by
        quarter alone.
    unit : str
        The unit; blank for the first of its kind, or for everybody.
    every : {"month", "quarter", "rolling"}
        Length of a period; "rolling" for the twelve months up to each month.
    rules : {"ours", "mdc", "nhsr", "excel", "anhoej"}
        Set of rules; "ours" for the chart and the rules that fit the data.
    chart : str
        Chart that is looked at first (``chart_kinds.CHARTS``); blank for the one that the scheduled
        run has, that fits the data, or that the rules were made for.
    freeze : str
        Last month that centre line and limits rest on, as "2025-03"; blank for that of the
        scheduled run, or for all.
    false_discovery_rate : float
        Share of the measure's signals that may be chance.
    trends_file : str
        Parameters file of the scheduled outcome trends, by name without ``.yml``: its targets and
        rebases are shown, and decisions are added to it.
    """

    STEM: ClassVar[str] = "explorer"

    period: str = "2026-03"
    months: int = Field(36, ge=13, le=120)
    designs: tuple[str, ...] = Field((), max_length=0)
    measure: str = "re_referrals"
    unit_kind: UnitKind = "all"
    unit: str = ""
    every: Every = "month"
    rules: RuleSet = "ours"
    chart: str = ""
    freeze: str = ""
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    trends_file: str = "outcome_trends"

    @field_validator("measure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_measure(value)

    @field_validator("freeze")
    @classmethod
    def _is_month_or_blank(cls, value: str) -> str:
        return plain_month(value) if value else ""

    @model_validator(mode="after")
    def _chart_fits(self) -> Self:
        if self.chart:
            fitting_chart(self.measure, self.chart)
        return self

    @field_validator("trends_file")
    @classmethod
    def _is_plain_name(cls, value: str) -> str:
        if not PLAIN_NAME.fullmatch(value):
            raise ValueError(
                "must be the name of a file in `parameters` without .yml: lower-case letters, "
                "digits and underscores, no path"
            )
        return value
