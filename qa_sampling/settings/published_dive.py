"""What may be asked of a deep dive into published figures: one closed, frozen model."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from qa_sampling.settings.benchmarking import Benchmarking

Step = Literal["referrals", "assessments", "s47", "icpc", "cp_plan_starts"]


class PublishedDeepDive(Benchmarking):
    """Parameters of `61_published_deep_dive`.

    Attributes
    ----------
    measures : tuple of str
        The steps in their order, each a count that the DfE publishes; the first is not taken apart.
    first_year, last_year : int
        Then and now: years that end in March.
    """

    STEM: ClassVar[str] = "published_dive"

    measures: tuple[Step, ...] = Field(
        ("referrals", "s47", "icpc", "cp_plan_starts"), min_length=2, max_length=5
    )
    funnels: tuple[str, ...] = Field((), max_length=0)
    first_year: int = Field(2017, ge=2000, le=2100)
    last_year: int = Field(2018, ge=2000, le=2100)

    @model_validator(mode="after")
    def _has_two_years(self) -> Self:
        if self.last_year <= self.first_year:
            raise ValueError("last_year must lie after first_year; give then and now")
        return self

    @property
    def years(self) -> tuple[int, int]:
        """Then and now."""
        return self.first_year, self.last_year

    def plain(self) -> dict[str, Any]:
        """Give the parameters as plain values, without those that mean nothing here."""
        apart = {"funnels", "level", "design_effect"}
        return {name: value for name, value in super().plain().items() if name not in apart}
