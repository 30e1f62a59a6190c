"""What may be asked of the trend explorer: what is looked at first, where decisions go."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from qa_sampling.settings.analyses import AnalysisSettings
from qa_sampling.settings.common import PLAIN_NAME
from qa_sampling.settings.turning import known_measure

UnitKind = Literal["all", "service", "team", "source"]
Every = Literal["month", "quarter", "rolling"]
RuleSet = Literal["ours", "mdc", "nhsr", "excel", "anhoej"]


class TrendExplorer(AnalysisSettings):
    """Parameters of `51_trend_explorer`.

    Attributes
    ----------
    measure : str
        Name in the registry of the measure that is looked at first.
    unit_kind : {"all", "service", "team", "source"}
        What the unit is; "all" for everybody together.
    unit : str
        The unit; blank for the first of its kind, or for everybody.
    every : {"month", "quarter", "rolling"}
        Length of a period; "rolling" for the twelve months up to each month.
    rules : {"ours", "mdc", "nhsr", "excel", "anhoej"}
        Set of rules; "ours" for the chart and the rules that fit the data.
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
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    trends_file: str = "outcome_trends"

    @field_validator("measure")
    @classmethod
    def _is_known(cls, value: str) -> str:
        return known_measure(value)

    @field_validator("trends_file")
    @classmethod
    def _is_plain_name(cls, value: str) -> str:
        if not PLAIN_NAME.fullmatch(value):
            raise ValueError(
                "must be the name of a file in `parameters` without .yml: lower-case letters, "
                "digits and underscores, no path"
            )
        return value
