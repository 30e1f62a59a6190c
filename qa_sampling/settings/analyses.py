"""What may be asked of the notebooks that read the register: closed, frozen models."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from qa_sampling.settings.common import Settings

_SHARE = Annotated[float, Field(gt=0, lt=1)]


class AnalysisSettings(Settings):
    """What the parameters of every analysis share; its period is the last month it looks at.

    Attributes
    ----------
    months : int
        Months looked at, the period the last of them.
    designs : tuple of str
        Designs looked at, such as "monthly"; empty for all.
    edition : str
        What tells corrected figures from those that were published before, such as "second
        edition"; blank until figures had to be corrected.
    contact : str
        Whom readers ask.
    """

    STEM: ClassVar[str] = "analysis"
    """What its folder and its files are called, after the period."""

    period: str = "2026-10"
    months: int = Field(12, ge=1, le=120)
    designs: tuple[str, ...] = ()
    edition: str = Field("", max_length=40)
    contact: str = Field("your Quality Assurance team", min_length=1, max_length=120)

    @property
    def extract_day(self) -> date:
        """Day the analysis looks back from: the last of the period, unless `as_at` is given."""
        return date.fromisoformat(self.as_at) if self.as_at else self.period_end

    @property
    def first_period(self) -> str:
        """The first month looked at, as "2025-11"."""
        return self.all_periods[0]

    @property
    def all_periods(self) -> tuple[str, ...]:
        """Every month looked at, in order."""
        last = self.period_start.year * 12 + self.period_start.month - 1
        places = range(last - self.months + 1, last + 1)
        return tuple(f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places)

    @property
    def first_day(self) -> date:
        """First day of the first month looked at."""
        return date.fromisoformat(f"{self.first_period}-01")

    @property
    def slug(self) -> str:
        """Name of the run's folder: the period and what the analysis is called."""
        return f"{self.period}-{self.STEM}"


class ReviewSettings(AnalysisSettings):
    """What the parameters of every look at moderated audits share.

    Attributes
    ----------
    weights : {"quadratic", "linear", "identity"}
        How much nearly the same grade counts in the coefficients.
    level : float
        Level of the intervals.
    gap : int
        Grades apart from which a case is listed for the panel.
    fewest_for_interval : int
        Moderated audits below which counts alone are shown.
    """

    weights: Literal["quadratic", "linear", "identity"] = "quadratic"
    level: _SHARE = 0.95
    gap: int = Field(2, ge=1, le=3)
    fewest_for_interval: int = Field(5, ge=2, le=100)


class ModerationAgreement(ReviewSettings):
    """Parameters of `40_moderation_agreement`.

    Attributes
    ----------
    fewest_for_words : int
        Moderated audits below which no word such as "substantial" is shown.
    wanted_half_width : float
        Half-width of the interval of the share of same grades that next month's moderations
        should be enough for.
    """

    STEM: ClassVar[str] = "moderation"

    fewest_for_words: int = Field(10, ge=2, le=200)
    wanted_half_width: _SHARE = 0.1


class ActionsAndActivity(AnalysisSettings):
    """Parameters of `35_actions_and_activity`.

    Attributes
    ----------
    level : float
        Level of the intervals.
    regraded : tuple of str
        Grades that call for a re-audit.
    re_audit_after_months : int
        Months from the audit to the re-audit.
    fewest_for_words : int
        Actions, or cases, below which no median and no share is said.
    """

    STEM: ClassVar[str] = "actions"

    level: _SHARE = 0.95
    regraded: tuple[Literal["Outstanding", "Good", "Requires improvement", "Inadequate"], ...] = (
        "Inadequate",
    )
    re_audit_after_months: int = Field(3, ge=0, le=60)
    fewest_for_words: int = Field(10, ge=6, le=200)
